//! One short text for each class of sentence that product owners write.

use super::tests::read;
use crate::domain::ClauseId;
use crate::models::offline::spec::{
    AppSpec, Condition, Entity, Feature, FieldType, Formula, Op, Rule, Scope, Transition, Who,
};

fn entity<'s>(spec: &'s AppSpec, name: &str) -> &'s Entity {
    spec.entity(name)
        .unwrap_or_else(|| panic!("{name} is none of {:?}", spec.entities.iter().map(|e| &e.name).collect::<Vec<_>>()))
}
fn rules(e: &Entity, field: &str) -> Vec<Rule> {
    e.fields
        .iter()
        .find(|f| f.name == field)
        .map(|f| f.rules.iter().map(|r| r.rule.clone()).collect())
        .unwrap_or_default()
}
fn ty(e: &Entity, field: &str) -> Option<FieldType> {
    e.fields.iter().find(|f| f.name == field).map(|f| f.ty.clone())
}
fn may(e: &Entity, who: &Who, op: Op) -> Vec<Scope> {
    e.access.iter().filter(|a| a.who == *who && a.ops.contains(&op)).map(|a| a.scope.clone()).collect()
}
fn role(name: &str) -> Who {
    Who::Role(name.into())
}
fn gaps(spec: &AppSpec, clause: u32) -> usize {
    spec.gaps.iter().filter(|g| g.clause == ClauseId(clause)).count()
}

#[test]
fn an_exclusion_that_the_accounts_break_is_said_before_anything_is_built() {
    let text =
        "Members log in. A member adds notes with a text. A password is not necessary because a card is scanned.";
    let spec = read(text);
    assert!(spec.gaps.iter().any(|g| g.whole && g.reason.contains("password")), "{:?}", spec.gaps);
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })));
}

#[test]
fn words_that_can_be_verbs_are_things_behind_a_determiner() {
    let spec = read(
        "As a speaker, I want to submit a talk with a title and a duration.\nAs a chair, I want to see all talks.",
    );
    assert_eq!(entity(&spec, "talk").fields.len(), 2);
    let spec = read(
        "As a volunteer, I want to log my hours with a date and the number of hours.\nAs a volunteer, I want to delete my own entries.",
    );
    assert_eq!(may(entity(&spec, "hour_entry"), &role("volunteer"), Op::Delete), [Scope::Own]);
}

#[test]
fn relative_clauses_qualify_the_property_before_them() {
    let spec = read(
        "Each object has a number, which must be unique, a rating that lies between 1 and 9, a title of at most 80 characters and a status, \
         which can be stored, lent or lost.\nCurators maintain the objects.",
    );
    let object = entity(&spec, "object");
    assert_eq!(rules(object, "number"), [Rule::Unique { per_owner: false }]);
    assert_eq!(rules(object, "rating"), [Rule::Min { value: 1.0 }, Rule::Max { value: 9.0 }]);
    assert_eq!(rules(object, "title"), [Rule::MaxLength { value: 80 }]);
    let states = FieldType::Choice { values: vec!["stored".into(), "lent".into(), "lost".into()] };
    assert_eq!(ty(object, "status"), Some(states));
    assert_eq!(gaps(&spec, 1), 0);
}

#[test]
fn properties_said_as_questions_are_typed_and_another_ones_name_is_a_property_of_its_own() {
    let spec = read(
        "Members can add boats with a name, the year it was built, whether it is insured and where it was bought.\n\
         Members can add kites with a name, a number of lines and the name of its builder.",
    );
    let boat = entity(&spec, "boat");
    assert_eq!(ty(boat, "insured"), Some(FieldType::Boolean));
    assert_eq!(ty(boat, "year"), Some(FieldType::Integer));
    assert!(ty(boat, "where_bought").is_some());
    let kite = entity(&spec, "kite");
    assert!(ty(kite, "name").is_some() && ty(kite, "builder_name").is_some());
}

#[test]
fn nobody_gets_a_right_that_the_text_does_not_give() {
    // no person is named: who does it is an assumption, not everybody
    let spec = read(
        "The system manages invoices with a number.\nOnly accounting can set an invoice to paid.\nA clerk can see all invoices.",
    );
    let invoice = entity(&spec, "invoice");
    assert!(may(invoice, &Who::SignedIn, Op::Update).is_empty() && may(invoice, &role("clerk"), Op::Update).is_empty());
    assert_eq!(may(invoice, &role("accounting"), Op::Update), [Scope::All]);
    let spec = read(
        "Trainers create courses with a title.\nMembers see all courses.\nNobody else may change a course than the trainer who created it.",
    );
    let course = entity(&spec, "course");
    assert!(may(course, &role("member"), Op::Update).is_empty());
    assert_eq!(may(course, &role("trainer"), Op::Update), [Scope::Own]);
    // whose children is nothing a record tells
    let spec = read("Teachers create trips with a date.\nParents only see the trips of their own children.");
    assert!(may(entity(&spec, "trip"), &role("parent"), Op::Read).is_empty());
    assert!(gaps(&spec, 2) > 0);
}

#[test]
fn owners_and_authors_of_records_are_whoever_added_them() {
    let spec = read(
        "Users can add recipes with a title.\nAnyone can read recipes.\nOnly the author of a recipe can edit or delete it.",
    );
    let recipe = entity(&spec, "recipe");
    assert!(recipe.owned);
    assert_eq!(may(recipe, &role("user"), Op::Update), [Scope::Own]);
    assert!(spec.users.unwrap().roles.iter().all(|r| r.name != "author"));
}

#[test]
fn counting_rules_are_read() {
    let spec = read(
        "Employees reserve a space for a day.\nA space has a number.\nA space can be reserved only once per day.\nEmployees may make at most 2 reservations per week.\nAn administrator manages spaces.",
    );
    let has = |f: &dyn Fn(&Feature) -> bool| spec.features.iter().any(f);
    assert!(has(&|f| matches!(f, Feature::UniqueTogether { fields, .. } if *fields == ["space_id", "date"])));
    assert!(has(&|f| matches!(f, Feature::LimitIn { max: 2, per: None, .. })), "{:?}", spec.features);
    let spec = read(
        "A course has a title and a maximum number of participants.\nA student can register for a course.\nNo more students can register than the course has places.",
    );
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Capacity { entity, .. } if entity == "registration")));
    let spec = read(
        "Members sign up for courses.\nAdministrators create courses with a title.\nNo more than 12 members may sign up for one course.",
    );
    assert!(
        spec.features.iter().any(|f| matches!(f, Feature::Limit { max: 12, per: Some(per), .. } if per == "course_id"))
    );
}

#[test]
fn a_bound_on_hours_limits_the_hours_and_not_the_entries() {
    let spec =
        read("Volunteers log their hours with a date and the number of hours.\nAn entry has no more than 24 hours.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })));
    assert_eq!(rules(entity(&spec, "hour_entry"), "number_of_hours"), [Rule::Max { value: 24.0 }]);
}

#[test]
fn computed_values_are_read() {
    let spec = read(
        "Each item belongs to an invoice and has a description, a quantity and a unit price.\nAn invoice has a number.\n\
         The amount of an item is quantity times unit price.\nThe total of an invoice is the sum of the amounts of its items.",
    );
    let formulas: Vec<&Formula> = spec
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::Computed { formula, .. } => Some(formula),
            _ => None,
        })
        .collect();
    assert!(matches!(formulas[0], Formula::Product { a, b } if a == "quantity" && b == "unit_price"), "{formulas:?}");
    assert!(matches!(formulas[1], Formula::SumOf { measure, .. } if measure == "amount"), "{formulas:?}");
}

#[test]
fn states_have_a_beginning_steps_and_locks() {
    let spec = read(
        "An issue has a title and a status.\nThe status is open, in progress or closed.\nAn issue goes from open to in progress and from in progress to closed or back to open.\n\
         A closed issue can no longer be changed.\nReporters add issues.",
    );
    let steps = |from: &str, to: &str| Transition { from: vec![from.into()], to: to.into(), who: vec![] };
    let wanted = [steps("open", "in progress"), steps("in progress", "closed"), steps("in progress", "open")];
    assert!(
        spec.features.iter().any(|f| matches!(f, Feature::Workflow { transitions, .. } if *transitions == wanted)),
        "{:?}",
        spec.features
    );
    assert!(
        spec.features
            .iter()
            .any(|f| matches!(f, Feature::Locked { values, op: Op::Update, .. } if *values == ["closed"]))
    );
    let spec = read("A new bug is open.\nReporters file bugs with a title and a status.\nA tester can close a bug.");
    assert_eq!(
        entity(&spec, "bug").fields.iter().find(|f| f.name == "status").unwrap().default.as_deref(),
        Some("open")
    );
}

#[test]
fn adjectives_pick_out_lists_of_their_own() {
    let spec = read(
        "Members borrow tools.\nA tool has a name.\nA loan has a start date and a due date.\nThe list shows all overdue loans.",
    );
    let views: Vec<&Vec<Condition>> = spec
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::View { conditions, .. } => Some(conditions),
            _ => None,
        })
        .collect();
    assert_eq!(views, [&vec![Condition::Before { field: "due_date".into(), days: 0 }]]);
}

#[test]
fn a_demand_is_no_background() {
    let spec = read(
        "Nurses register donors with a name and a blood group.\nThe blood group is one of A+, A-, 0+, 0-.\nThe page for a list of 500 donors must load in under two seconds.\n\
         For every visit I note the date and the weather.",
    );
    assert!(spec.marks.iter().all(|m| m.kind.demands()), "{:?}", spec.marks);
    let groups = FieldType::Choice { values: ["a+", "a-", "0+", "0-"].map(String::from).to_vec() };
    assert_eq!(ty(entity(&spec, "donor"), "blood_group"), Some(groups));
}

#[test]
fn the_number_of_something_is_no_exclusion_and_elsewhere_is_one() {
    let spec = read("Staff record claims with a date.\nNo of claims available.\nBank transfers are handled elsewhere.");
    let exclusions: Vec<u32> = spec
        .features
        .iter()
        .filter(|f| matches!(f, Feature::Exclusion { .. }))
        .flat_map(|f| f.clauses().iter().map(|c| c.0))
        .collect();
    assert_eq!(exclusions, [3]);
}

#[test]
fn an_idea_holds_everything_it_is_said_to_hold() {
    let spec = read("A recipe box for our family, with recipes, ingredients and a shopping list.");
    assert_eq!(spec.entities.len(), 3, "{:?}", spec.entities.iter().map(|e| &e.name).collect::<Vec<_>>());
}

#[test]
fn a_strict_bound_on_money_is_a_whole_number_of_cents() {
    let spec = read("Vendors sell tickets with a title and a price.\nThe price of a ticket must be above 5 cents.");
    assert_eq!(rules(entity(&spec, "ticket"), "price"), [Rule::Min { value: 0.06 }]);
    let spec =
        read("Vendors sell tickets with a title and a price.\nThe price must be greater than 4.99 and below 80 euros.");
    assert_eq!(rules(entity(&spec, "ticket"), "price"), [Rule::Min { value: 5.0 }, Rule::Max { value: 79.99 }]);
}

#[test]
fn what_may_be_there_once_is_named_in_every_record() {
    let spec = read(
        "Teachers record grades of pupils.\nA grade has a pupil, a subject, a value and a date.\nA pupil gets only one grade per subject and date.",
    );
    let keys = spec.features.iter().find_map(|f| match f {
        Feature::UniqueTogether { fields, .. } => Some(fields.join(" ")),
        _ => None,
    });
    assert_eq!(keys.as_deref(), Some("pupil_id subject date"), "{:?}", spec.features);
    let spec = read(
        "Receptionists book appointments.\nAn appointment has a dentist, a date, a start time and an end time.\n\
         A dentist cannot have two appointments at the same time.\nDentists see only their own appointments.",
    );
    let overlap = spec.features.iter().find_map(|f| match f {
        Feature::NoOverlap { per, .. } => per.clone(),
        _ => None,
    });
    let dentist = entity(&spec, "appointment").fields.iter().find(|f| Some(&f.name) == overlap.as_ref());
    assert!(dentist.is_some_and(|f| f.required), "{overlap:?}");
}

#[test]
fn all_of_ones_own_are_ones_own() {
    let spec = read("Members can add tools with a name.\nA member can see all of their own tools.");
    let reads: Vec<&Scope> =
        entity(&spec, "tool").access.iter().filter(|a| a.ops.contains(&Op::Read)).map(|a| &a.scope).collect();
    assert_eq!(reads, [&Scope::Own]);
}

#[test]
fn a_text_about_things_is_not_refused_and_claims_little() {
    let spec = read("A platform for teachers to share lesson plans with each other.");
    assert!(spec.entity("lesson_plan").is_some());
    assert!(gaps(&spec, 1) > 0);
    let spec = read("A tool for managing veterinary data, including vaccinations, treatments and owner contacts.");
    assert!(spec.entity("vaccination").is_some() && spec.entity("treatment").is_some());
    assert!(gaps(&spec, 1) > 0);
}

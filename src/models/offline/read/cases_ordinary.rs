//! How people write who describe their own work: who they are, what is final, who is in charge, what is left.

use super::tests::{field, locked, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Scope, Until, Who};

fn role(name: &str) -> Who {
    Who::Role(name.into())
}
/// Whether somebody has a right of some reach by a clause.
fn may(spec: &AppSpec, entity: &str, who: &Who, op: Op, scope: &Scope) -> bool {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    access.iter().any(|a| a.who == *who && a.ops.contains(&op) && a.scope == *scope)
}

#[test]
fn a_record_in_a_final_state_is_locked_however_it_is_said() {
    for (said, state) in [
        ("A saddle that has been sold cannot be changed any more.", "sold"),
        ("A saddle that is sold can no longer be edited.", "sold"),
        ("A saddle which is sold may not be altered by anyone.", "sold"),
        ("A sold saddle can no longer be changed.", "sold"),
    ] {
        let spec = read(&format!(
            "Saddlers add saddles with a name.\nA saddle is ordered, finished or sold.\nSaddlers set a saddle to finished or sold.\n{said}"
        ));
        // whoever could delete it would change more than that
        let stays = [Op::Update, Op::Delete].map(|op| (op, vec![state.to_owned()]));
        assert_eq!(locked(&spec, 4), stays, "{said}");
        assert!(whole(&spec, 4), "{said} {:?}", spec.gaps);
    }
    let spec = read("Clerks add invoices with a total.\nAn invoice is open or paid.\nPaid invoices are locked.");
    let paid = || vec!["paid".to_owned()];
    assert_eq!(locked(&spec, 3), [(Op::Update, paid()), (Op::Delete, paid())]);
}

#[test]
fn what_is_over_cannot_be_changed_from_the_next_day_on() {
    let spec = read("Coaches add trainings with a date and a place.\nPast trainings cannot be changed any more.");
    let closes = |f: &Feature| matches!(f, Feature::Closes { op: Op::Update, date, until: Until::Days { before: 0 }, .. } if date == "date");
    assert!(spec.features.iter().any(closes), "{:?}", spec.features);
    assert!(whole(&spec, 2));
}

#[test]
fn i_am_who_the_text_says_and_never_one_of_the_others() {
    let spec = read(
        "I'm the caretaker of two schools.\nTeachers report damages with a title and a room.\n\
         A damage is new, ordered or repaired.\nI can set the status of a damage to ordered or repaired.",
    );
    assert!(may(&spec, "damage", &role("caretaker"), Op::Update, &Scope::All));
    assert!(!may(&spec, "damage", &role("teacher"), Op::Update, &Scope::All));
    let spec = read(
        "I run a kennel.\nKeepers record walks with a date and a dog.\nOnly I can delete walks.\nGuests should not have an account.",
    );
    assert!(may(&spec, "walk", &role("owner"), Op::Delete, &Scope::All), "{:?}", spec.entity("walk"));
    let users = spec.users.as_ref().map(|u| u.roles.iter().map(|r| r.name.as_str()).collect::<Vec<_>>());
    assert!(users.is_some_and(|roles| !roles.contains(&"guest")));
}

#[test]
fn they_are_those_the_sentence_spoke_of() {
    let spec = read("I own a vineyard.\nMy workers can enter baskets with a weight but they cannot delete them.");
    assert!(may(&spec, "basket", &role("worker"), Op::Create, &Scope::All), "{:?}", spec.entity("basket"));
    let deletes = spec.entity("basket").is_some_and(|b| b.access.iter().any(|a| a.ops.contains(&Op::Delete)));
    assert!(!deletes, "{:?}", spec.entity("basket"));
}

#[test]
fn one_person_in_charge_is_named_in_the_record_and_several_are_not_claimed() {
    let text =
        "Mechanics add tractors with a name.\nMechanics must log in.\nEach tractor is looked after by one mechanic.";
    let spec = read(text);
    let named = field(&spec, "tractor", "mechanic_id").map(|f| &f.ty);
    assert!(matches!(named, Some(FieldType::UserReference { .. })), "{named:?}");
    assert!(whole(&spec, 3));
    let spec = read(&text.replace("by one mechanic", "by one or two mechanics"));
    assert!(!whole(&spec, 3));
    assert!(field(&spec, "tractor", "mechanic_id").is_none());
    let spec = read("The steward looks after the berths.\nA berth has a number and a length in metres.");
    assert!(
        may(&spec, "berth", &Who::Anyone, Op::Create, &Scope::All)
            || may(&spec, "berth", &role("steward"), Op::Create, &Scope::All)
    );
    assert!(whole(&spec, 1), "{:?}", spec.gaps);
}

#[test]
fn units_of_two_words_and_parts_of_an_hour_are_numbers() {
    let spec = read(
        "A lawn has a size in square metres, an area in hectares and a volume in cubic metres.\n\
         Gardeners log their working hours with a date, a number of hours between 0.5 and 10 and a note.",
    );
    let unit = |name: &str| field(&spec, "lawn", name).and_then(|f| f.unit.clone());
    assert_eq!(
        (unit("size").as_deref(), unit("area").as_deref(), unit("volume").as_deref()),
        (Some("m²"), Some("ha"), Some("m³"))
    );
    let hours = field(&spec, "hour_entry", "number_of_hours").cloned();
    let rules: Vec<Rule> = hours.iter().flat_map(|f| f.rules.iter().map(|r| r.rule.clone())).collect();
    assert_eq!(rules, [Rule::Min { value: 0.5 }, Rule::Max { value: 10.0 }]);
    assert_eq!(hours.map(|f| f.ty), Some(FieldType::Decimal { money: false }));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn a_ban_for_some_people_takes_no_right_from_the_others() {
    for ban in [
        "Blocked members cannot borrow canoes.",
        "Members whose fee is due cannot borrow anything.",
        "A member cannot borrow two canoes that are in the same shed.",
    ] {
        let spec = read(&format!("Members can borrow canoes.\nA canoe has a name.\n{ban}"));
        let forbidden = spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. }));
        assert!(!forbidden && !whole(&spec, 3), "{ban} {:?}", spec.features);
    }
}

#[test]
fn who_joined_can_leave_and_joins_while_places_are_free() {
    let spec = read(
        "Captains add trips with a date and the number of helpers needed.\nHelpers can join a trip as long as there are free places.\n\
         Helpers can leave a trip again.\nHelpers see the trips they have joined.\nA helper cannot join two trips that overlap.",
    );
    let capacity = spec.features.iter().find_map(|f| match f {
        Feature::Capacity { entity, capacity, .. } => Some((entity.as_str(), capacity.as_str())),
        _ => None,
    });
    assert_eq!(capacity, Some(("membership", "number_of_helpers")));
    let helper = role("helper");
    assert!(may(&spec, "membership", &helper, Op::Create, &Scope::All), "{:?}", spec.entity("membership"));
    assert!(may(&spec, "membership", &helper, Op::Delete, &Scope::Own));
    assert!(may(&spec, "membership", &helper, Op::Read, &Scope::Own));
    assert!([2, 3, 4].into_iter().all(|c| whole(&spec, c)), "{:?}", spec.gaps);
    // the trips overlap: that a membership has a beginning and an end, nobody said
    assert!(!whole(&spec, 5) && field(&spec, "membership", "start").is_none());
}

#[test]
fn what_people_do_with_a_thing_is_no_thing_of_its_own() {
    let spec = read("The leader maintains the songs we rehearse: title, composer and a link.");
    let names: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["song"]);
    assert!(field(&spec, "song", "composer").is_some());
    let spec = read(
        "Fitters add jobs with a street.\nFor each job the fitters note the valves they used, with a name and a quantity.",
    );
    let refers = field(&spec, "valve", "job_id").map(|f| f.ty.clone());
    assert_eq!(refers, Some(FieldType::Reference { entity: "job".into() }));
}

#[test]
fn every_list_that_is_named_is_exported_and_accounts_are_no_list() {
    let csv = |spec: &AppSpec| spec.features.iter().filter(|f| matches!(f, Feature::Csv { .. })).count();
    let kept = "Clerks must log in.\nClerks add crates with a label.\nClerks add pallets with a weight.\n";
    let spec = read(&format!("{kept}Clerks can export the crates and the pallets as CSV."));
    assert_eq!(csv(&spec), 2);
    let spec = read(&format!("{kept}All data can be exported as CSV."));
    assert!(csv(&spec) == 2 && !whole(&spec, 4), "who has an account is data as well");
    let spec = read(&format!("{kept}Clerks can download the list of clerks as CSV."));
    assert!(csv(&spec) == 0 && !whole(&spec, 4));
}

#[test]
fn how_many_are_in_a_state_is_counted_for_each_state() {
    let spec = read(
        "Tailors add coats with a size.\nA coat is waiting, sewn or collected.\nTailors see how many coats are waiting.",
    );
    let by_status = |f: &Feature| matches!(f, Feature::Totals { group_by: Some(by), .. } if by == "status");
    assert!(spec.features.iter().any(by_status) && whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn a_state_of_what_is_reported_is_the_first_one() {
    let spec = read(
        "Lodgers report leaks with a title.\nWhen they report a leak, its status is new.\nThe warden sets the status to sealed.",
    );
    let status = field(&spec, "leak", "status").cloned();
    assert_eq!(status.as_ref().and_then(|f| f.default.clone()).as_deref(), Some("new"));
    assert!(matches!(status.map(|f| f.ty), Some(FieldType::Choice { values }) if values == ["new", "sealed"]));
}

#[test]
fn only_one_is_a_limit_for_each_person() {
    let text = "Pupils can sign up for a club.\nA club has a title.\nA pupil can sign up for only one club.";
    assert!(!whole(&read(text), 3), "whose it is, nobody knows without accounts");
    let spec = read(&format!("{text}\nPupils must log in."));
    let limit = |f: &Feature| matches!(f, Feature::Limit { entity, max: 1, per: None, .. } if entity == "registration");
    assert!(spec.features.iter().any(limit) && whole(&spec, 3), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn who_is_to_have_no_access_is_no_visitor() {
    let spec = read(
        "Nurses add patients with a name and a birthday.\nDoctors can delete patients.\nRelatives have no access to the application.",
    );
    let anyone = spec.entity("patient").is_some_and(|e| e.access.iter().any(|a| a.who == Who::Anyone));
    assert!(!anyone, "{:?}", spec.entity("patient"));
}

#[test]
fn there_are_things_with_properties_and_people_with_data_of_their_own() {
    let spec = read(
        "There are lanes with a number and a surface (wood, steel).\nThe club would like its members to be able to book lanes.\n\
         Every member can edit his own phone number and address.\nThe board adds lanes.",
    );
    assert!(field(&spec, "lane", "surface").is_some() && spec.entity("address").is_none());
    assert!(may(&spec, "booking", &role("member"), Op::Create, &Scope::All), "{:?}", spec.entity("booking"));
    let profile: Vec<&str> = spec.users.iter().flat_map(|u| u.profile.iter().map(|f| f.name.as_str())).collect();
    assert_eq!(profile, ["phone_number", "address"]);
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn from_one_day_to_another_and_until_it_begins() {
    let spec = read(
        "Members can reserve a tent from one day to another.\nA tent has a name.\n\
         A tent cannot be reserved twice for the same days.\nMembers can cancel their reservation until it begins.",
    );
    let overlap =
        |f: &Feature| matches!(f, Feature::NoOverlap { start, end, .. } if start == "start_date" && end == "end_date");
    let closes = |f: &Feature| matches!(f, Feature::Closes { op: Op::Delete, date, until: Until::Days { before: 1 }, .. } if date == "start_date");
    assert!(spec.features.iter().any(overlap) && spec.features.iter().any(closes), "{:?}", spec.features);
    assert!([1, 3, 4].into_iter().all(|c| whole(&spec, c)), "{:?}", spec.gaps);
}

#[test]
fn the_states_that_a_record_has_are_those_and_no_others() {
    let spec = read(
        "Clerks add claims with an amount.\nClaims have the status submitted, approved or paid.\nPaid claims are locked.\n\
         Refused claims are locked.",
    );
    let status = field(&spec, "claim", "status").map(|f| f.ty.clone());
    let values = ["submitted", "approved", "paid"].map(str::to_owned).to_vec();
    assert_eq!(status, Some(FieldType::Choice { values }));
    assert!(whole(&spec, 2) && locked(&spec, 3).len() == 2);
    // a state that no claim has
    assert!(!whole(&spec, 4) && locked(&spec, 4).is_empty());
}

#[test]
fn on_a_date_a_start_and_an_end_are_times_of_that_day() {
    for (listed, ty) in
        [("a task, a date, a start and an end", FieldType::Time), ("a task, a start and an end", FieldType::DateTime)]
    {
        let spec = read(&format!("The committee creates shifts with {listed}."));
        assert_eq!(field(&spec, "shift", "start").unwrap().ty, ty, "{listed}");
        assert_eq!(field(&spec, "shift", "end").unwrap().ty, ty, "{listed}");
    }
}

//! Sentences that must not be claimed for the opposite, or the half, of what they say.

use super::tests::{field, locked, read, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Scope, Who};

fn role(name: &str) -> Who {
    Who::Role(name.into())
}

/// Who may set the property alone, and of which records.
fn setters(spec: &AppSpec, entity: &str, name: &str) -> Vec<(Who, Scope)> {
    let access = &spec.entity(entity).unwrap().access;
    let sets = |a: &&crate::models::offline::spec::Access| a.only_fields.iter().any(|f| f == name);
    access.iter().filter(sets).map(|a| (a.who.clone(), a.scope.clone())).collect()
}

fn may(spec: &AppSpec, entity: &str, op: Op) -> Vec<(Who, Scope)> {
    let access = &spec.entity(entity).unwrap().access;
    let full = access.iter().filter(|a| a.ops.contains(&op) && a.only_fields.is_empty());
    full.map(|a| (a.who.clone(), a.scope.clone())).collect()
}

fn rules(spec: &AppSpec, entity: &str, name: &str) -> Vec<Rule> {
    field(spec, entity, name).map(|f| f.rules.iter().map(|r| r.rule.clone()).collect()).unwrap_or_default()
}

fn missing(spec: &AppSpec, clause: u32) -> bool {
    spec.gaps.iter().any(|g| g.clause == ClauseId(clause) && g.whole)
}

fn values(spec: &AppSpec, entity: &str) -> Vec<String> {
    match field(spec, entity, "status").map(|f| f.ty.clone()) {
        Some(FieldType::Choice { values }) => values,
        other => panic!("{other:?}"),
    }
}

const CLAIMS: &str =
    "Employees enter claims with a title and an amount in euros.\nThe team lead approves or rejects claims.\n";

#[test]
fn what_nobody_may_do_gives_nobody_a_right() {
    for ban in [
        "Nobody may approve his or her own claim.",
        "Employees must not approve their own claims.",
        "A team lead cannot approve his own claim.",
        "Employees cannot mark a claim as approved.",
    ] {
        let spec = read(&format!("{CLAIMS}{ban}"));
        assert_eq!(setters(&spec, "claim", "status"), [(role("team_lead"), Scope::All)], "{ban}");
        let kept = |f: &Feature| matches!(f, Feature::NotOwn { clauses, .. } if clauses.contains(&ClauseId(3)));
        assert_eq!(spec.features.iter().any(kept), ban.contains(" own "), "{ban}");
        assert!(ban.contains(" own ") || missing(&spec, 3), "{ban}: {:?}", spec.gaps);
    }
}

#[test]
fn who_is_left_out_of_a_ban_on_everybody_may() {
    let spec = read("Employees enter claims with a title.\nNobody but the team lead may approve claims.");
    assert_eq!(setters(&spec, "claim", "status"), [(role("team_lead"), Scope::All)]);
    let guards = |f: &Feature| matches!(f, Feature::FieldGuard { who, .. } if *who == [role("team_lead")]);
    assert!(spec.features.iter().any(guards), "{:?}", spec.features);
}

const FAULTS: &str = "Teachers log in.\nTeachers report faults with a title and a room.\n\
    Faults go from reported to in progress to solved.\nA fault can be closed by the teacher who reported it.\n";

#[test]
fn whoever_made_a_record_decides_on_no_others() {
    let spec = read(
        "Teachers log in.\nTeachers report faults with a title.\nSolved faults can be reopened by the teacher who reported it.",
    );
    assert_eq!(setters(&spec, "fault", "status"), [(role("teacher"), Scope::Own)]);
}

#[test]
fn what_only_some_may_set_is_set_by_no_others() {
    let spec = read(&format!("{FAULTS}Only janitors can set a fault to in progress or solved."));
    let steps = spec.features.iter().find_map(|f| match f {
        Feature::Workflow { transitions, .. } => Some(transitions.clone()),
        _ => None,
    });
    assert!(steps.unwrap().iter().all(|step| step.who == [role("janitor")]), "{:?}", spec.features);
    // where no sentence lists the steps, those of which the text says who takes them tell the values apart
    let spec = read(
        "Teachers log in.\nTeachers report faults with a title.\nTeachers mark a fault as urgent.\n\
         Only janitors can set a fault to solved.",
    );
    let theirs = |f: &Feature| match f {
        Feature::Workflow { transitions, .. } => {
            transitions.iter().all(|step| (step.to == "solved") == (step.who == [role("janitor")]))
        }
        _ => false,
    };
    assert!(spec.features.iter().any(theirs), "{:?}", spec.features);
}

#[test]
fn those_who_are_logged_in_are_not_the_public() {
    for who in ["Anyone logged in", "Everybody signed in", "Anybody with a login"] {
        let spec = read(&format!("Members report faults with a title.\n{who} can comment on a fault."));
        assert_eq!(may(&spec, "comment", Op::Create), [(Who::SignedIn, Scope::All)], "{who}");
    }
}

#[test]
fn a_list_that_hides_something_makes_no_state() {
    for text in [
        "Past claims are hidden by default.",
        "Approved claims are hidden from employees.",
        "Approved claims can be hidden with a filter.",
    ] {
        let spec = read(&format!("{CLAIMS}{text}"));
        assert_eq!(values(&spec, "claim"), ["pending", "approved", "rejected"], "{text}");
        assert_eq!(setters(&spec, "claim", "status"), [(role("team_lead"), Scope::All)], "{text}");
    }
}

#[test]
fn a_state_that_is_set_gives_no_right_to_the_rest() {
    let spec = read(&format!("{CLAIMS}Approved claims are marked as paid by the treasurer, who enters a number."));
    assert!(may(&spec, "claim", Op::Update).iter().all(|(who, _)| *who != role("treasurer")));
    assert!(setters(&spec, "claim", "status").contains(&(role("treasurer"), Scope::All)), "{:?}", spec.entities);
    assert!(values(&spec, "claim").contains(&"paid".to_owned()));
}

const NOTE: &str = "Anyone can add a note with a title, an amount in euros and a number of pages.\n";

#[test]
fn a_length_between_two_numbers_has_both_bounds() {
    for (text, least, most) in [
        ("The title must be between 5 and 80 characters long.", Some(5), Some(80)),
        ("Titles are between 3 and 100 characters long.", Some(3), Some(100)),
        ("The title must be at least 3 and at most 40 characters long.", Some(3), Some(40)),
        ("The title must be longer than 4 characters.", Some(5), None),
        ("The title must not be shorter than 4 characters.", Some(4), None),
        ("The title must not be longer than 60 characters.", None, Some(60)),
        ("The title must be shorter than 60 characters.", None, Some(59)),
    ] {
        let spec = read(&format!("{NOTE}{text}"));
        let rules = rules(&spec, "note", "title");
        let has = |least: bool| {
            rules.iter().find_map(|r| match r {
                Rule::MinLength { value } if least => Some(*value),
                Rule::MaxLength { value } if !least => Some(*value),
                _ => None,
            })
        };
        assert_eq!((has(true), has(false)), (least, most), "{text}");
        assert!(whole(&spec, 2), "{text}: {:?}", spec.gaps);
    }
}

#[test]
fn what_may_be_is_no_bound_and_what_must_be_is() {
    for (text, expected) in [
        ("The amount may be negative or positive, but not zero.", vec![]),
        ("The amount can be negative.", vec![]),
        ("The amount must be positive.", vec![Rule::Min { value: 0.01 }]),
        (
            "The amount must be positive and at most 5,000 euros.",
            vec![Rule::Min { value: 0.01 }, Rule::Max { value: 5000.0 }],
        ),
        ("The amount must not be negative.", vec![Rule::Min { value: 0.0 }]),
        ("The amount must not be greater than zero.", vec![Rule::Max { value: 0.0 }]),
        ("The amount may never be more than 50 euros.", vec![Rule::Max { value: 50.0 }]),
        ("The amount must exceed 5 euros.", vec![Rule::Min { value: 5.01 }]),
        (
            "The amount must not be less than 2 or more than 9 euros.",
            vec![Rule::Min { value: 2.0 }, Rule::Max { value: 9.0 }],
        ),
    ] {
        let spec = read(&format!("{NOTE}{text}"));
        assert_eq!(rules(&spec, "note", "amount"), expected, "{text}");
        assert_eq!(whole(&spec, 2), !expected.is_empty(), "{text}: {:?}", spec.gaps);
    }
}

#[test]
fn a_property_of_something_is_no_other_property() {
    let text = "The clerk keeps members with a name, a date of birth and a joining date.\n\
        The date of birth must be in the past.\nThe name and the date of birth are mandatory.";
    let spec = read(text);
    assert_eq!(rules(&spec, "member", "date_of_birth"), [Rule::NotInFuture, Rule::Required]);
    assert!(rules(&spec, "member", "joining_date").is_empty());
    // what there is no property for is a gap
    let spec = read("The clerk keeps members with a name and a joining date.\nThe date of birth must be in the past.");
    assert!(rules(&spec, "member", "joining_date").is_empty() && missing(&spec, 2), "{:?}", spec.entities);
}

#[test]
fn what_a_property_is_unless_somebody_says_otherwise_is_its_default() {
    const KINDS: &str = "Anyone can add a task with a title and a priority (low, normal, high).\n";
    for text in [
        "The priority is normal if nothing is given.",
        "If no priority is given, it is normal.",
        "The priority is normal unless something else is chosen.",
        "Without an entry the priority is normal.",
    ] {
        let spec = read(&format!("{KINDS}{text}"));
        let default = field(&spec, "task", "priority").unwrap().default.clone();
        assert!(default.as_deref() == Some("normal") || missing(&spec, 2), "{text}: {default:?} {:?}", spec.gaps);
    }
    let spec = read(&format!("{KINDS}The priority is normal if nothing is given."));
    assert_eq!(field(&spec, "task", "priority").unwrap().default.as_deref(), Some("normal"));
    let spec = read(
        "Anyone can add a task with a title.\nThe kind is one of home, work and other; without the option it is \"other\".",
    );
    let kind = field(&spec, "task", "kind").unwrap();
    assert!(kind.default.as_deref() == Some("other") || !whole(&spec, 2), "{kind:?}");
    let spec = read("The clerk keeps members with a name and a joining date.\nThe joining date is today by default.");
    assert_eq!(field(&spec, "member", "joining_date").unwrap().default.as_deref(), Some("today"));
}

#[test]
fn a_list_of_states_is_not_claimed_where_there_are_others() {
    let spec =
        read("Anyone can add a task with a title.\nA task is open, started or done.\nAnyone can archive a task.");
    assert!(values(&spec, "task").contains(&"archived".to_owned()), "{:?}", spec.entities);
    assert!(!whole(&spec, 2));
    let spec = read("Anyone can add a task with a title.\nA task is open, started or done.");
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn a_word_that_says_when_is_no_part_of_a_state() {
    let spec = read(
        "Members log in and book tools.\nA tool has a name.\nWardens mark bookings as handed out and later as returned.",
    );
    assert_eq!(values(&spec, "booking"), ["open", "handed out", "returned"]);
}

#[test]
fn a_remark_beside_what_must_be_there_may_be_missing() {
    let spec = read(
        "Employees enter requests with a first day, a last day and a remark of at most 200 characters.\n\
         The last day must not be before the first day.\nA request may not be longer than 30 days.",
    );
    assert!(!field(&spec, "request", "remark").unwrap().required);
}

#[test]
fn a_limit_of_some_time_is_no_limit_for_ever() {
    const ROOMS: &str =
        "Members log in.\nA room has a name.\nMembers book a room for a date from a start time to an end time.\n";
    let spec = read(&format!("{ROOMS}A member can have at most 2 bookings per week."));
    let weekly = |f: &Feature| matches!(f, Feature::LimitIn { max: 2, date_field, .. } if date_field == "date");
    assert!(spec.features.iter().any(weekly), "{:?}", spec.features);
    for text in
        ["A member can have at most 2 bookings in a half-year.", "A member may have at most 9 bookings per season."]
    {
        let spec = read(&format!("{ROOMS}{text}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })), "{text}: {:?}", spec.features);
        assert!(!whole(&spec, 4), "{text}: {:?}", spec.gaps);
    }
}

#[test]
fn a_limit_of_some_records_counts_no_others() {
    const TOOLS: &str = "Members log in.\nA tool has a name.\nMembers book a tool for a period with a first day and a last day.\n\
        A member may have at most three open bookings at the same time.\n";
    let limit = |spec: &AppSpec| {
        spec.features.iter().find_map(|f| match f {
            Feature::Limit { max, over, .. } => Some((*max, over.clone().map(|o| o.values))),
            _ => None,
        })
    };
    let spec = read(&format!("{TOOLS}Wardens mark bookings as handed out and later as returned."));
    assert_eq!(limit(&spec), Some((3, Some(vec!["returned".to_owned()]))), "{:?}", spec.features);
    let spec = read(TOOLS);
    assert_eq!(limit(&spec), None);
    assert!(missing(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn a_first_and_a_last_day_are_both_counted() {
    let spec = read(
        "A tool has a name.\nMembers book a tool for a period with a first day and a last day.\n\
         Two bookings of the same tool must never overlap.\nA booking may not be longer than 14 days.",
    );
    let within = Rule::Within { field: "first_day".into(), days: 14, both: true };
    assert!(rules(&spec, "booking", "last_day").contains(&within), "{:?}", spec.entities);
    assert!(spec.entity("booking").unwrap().whole_days("first_day", "last_day"));
    let spec = read(
        "Guests book a room with a check-in date and a check-out date.\nBookings of the same room must not overlap.",
    );
    assert!(!spec.entity("booking").unwrap().whole_days("check_in_date", "check_out_date"));
}

/// What stays of a record that is locked by a clause.
fn stays(spec: &AppSpec, clause: u32) -> Vec<String> {
    let of = |f: &Feature| match f {
        Feature::Locked { op: Op::Update, only, clauses, .. } if clauses.contains(&ClauseId(clause)) => {
            Some(only.clone())
        }
        _ => None,
    };
    spec.features.iter().find_map(of).unwrap_or_default()
}

#[test]
fn what_cannot_be_changed_is_not_deleted_and_goes_on_where_the_text_says_so() {
    let spec = read(
        "The clerk creates, changes and deletes orders.\nAn order has a title and a price.\n\
         An order can only go from new to shipped and from shipped to invoiced.\n\
         Once shipped, an order cannot be changed.",
    );
    let shipped = || vec!["shipped".to_owned()];
    assert_eq!(locked(&spec, 4), [(Op::Update, shipped()), (Op::Delete, shipped())]);
    assert_eq!(stays(&spec, 4), ["title", "price"]);
    let spec = read(
        "The clerk creates, changes and deletes orders.\nAn order has a title and a price.\n\
         An order is new, packed or shipped.\nOnce shipped, an order cannot be changed.",
    );
    assert!(locked(&spec, 4).len() == 2 && stays(&spec, 4).is_empty());
}

#[test]
fn one_property_that_stays_locks_no_others() {
    let spec = read(
        "Players enter expenses with a title and an amount in euros.\nAn expense is open, approved or paid.\n\
         The chair approves expenses.\nOnce an expense is approved, its amount cannot be changed any more.",
    );
    assert_eq!(stays(&spec, 4), ["amount"], "{:?}", spec.features);
    assert!(locked(&spec, 4).iter().all(|(op, _)| *op == Op::Update));
}

#[test]
fn what_kind_of_record_is_not_deleted_says_nothing_of_the_others() {
    let spec = read(
        "The secretary adds members with a name and a status (active, passive, honorary).\n\
         Only the secretary can delete a member, and honorary members cannot be deleted.",
    );
    assert_eq!(locked(&spec, 2), [(Op::Delete, vec!["honorary".to_owned()])], "{:?}", spec.features);
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })));
}

#[test]
fn addresses_of_people_are_not_for_whoever_signs_up() {
    let spec = read(
        "Secretaries log in.\nThe secretary adds members with a name, a phone number and a date of birth.\n\
         The list can be searched by name.",
    );
    assert_eq!(may(&spec, "member", Op::Read), [(role("secretary"), Scope::All)]);
}

#[test]
fn two_of_the_same_person_do_not_overlap() {
    let spec = read(
        "Employees log in.\nEmployees enter requests with a first day and a last day.\n\
         Two requests of the same employee must not overlap.",
    );
    let own = |f: &Feature| matches!(f, Feature::NoOverlap { per, .. } if per.as_deref() == Some("owner_id"));
    assert!(spec.features.iter().any(own), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn the_author_is_whoever_wrote_it_and_a_draft_is_a_state() {
    let spec = read(
        "Employees log in.\nAn employee writes a request with a title.\nA request starts as a draft.\n\
         The team lead rejects requests.\nRejected requests can be reopened by the author.",
    );
    assert_eq!(values(&spec, "request")[0], "draft");
    assert!(spec.entity("draft").is_none() && spec.users.as_ref().unwrap().roles.iter().all(|r| r.name != "author"));
    let sets = setters(&spec, "request", "status");
    assert!(sets.contains(&(role("employee"), Scope::Own)), "{sets:?}");
}

#[test]
fn what_nobody_may_do_with_their_own_others_may() {
    let spec = read(
        "The office lends instruments to pupils.\nAn instrument has a name.\nPupils log in.\n\
         Nobody can delete his or her own loan.",
    );
    assert!(missing(&spec, 4), "{:?}", spec.gaps);
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{:?}", spec.features);
}

#[test]
fn the_same_day_is_on_or_after_itself() {
    const COURSE: &str = "Anyone can add a course with a title, a start date and an end date.\n";
    for (text, or_equal) in [
        ("The end date must be on or after the start date.", true),
        ("The end date must be after the start date.", false),
    ] {
        let after = Rule::After { field: "start_date".into(), or_equal };
        assert!(rules(&read(&format!("{COURSE}{text}")), "course", "end_date").contains(&after), "{text}");
    }
}

#[test]
fn what_is_unique_among_some_is_not_unique_among_all() {
    const RECIPES: &str = "Cooks log in.\nCooks add recipes with a title and a date.\n";
    let of = |text: &str| rules(&read(&format!("{RECIPES}{text}")), "recipe", "title");
    assert_eq!(of("The title must be unique."), [Rule::Unique { per_owner: false }]);
    assert_eq!(of("The title must be unique per cook."), [Rule::Unique { per_owner: true }]);
    for text in ["The title must be unique within a year.", "Titles must be unique among open recipes."] {
        assert!(of(text).is_empty(), "{text}");
        assert!(missing(&read(&format!("{RECIPES}{text}")), 3), "{text}");
    }
}

#[test]
fn one_property_that_cannot_be_changed_forbids_no_other_change() {
    let spec = read(
        "The clerk adds and changes invoices.\nAn invoice has a number and a total.\n\
         The invoice number must be unique and cannot be changed later.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{:?}", spec.features);
    assert!(rules(&spec, "invoice", "number").contains(&Rule::Immutable) || !whole(&spec, 3), "{:?}", spec.entities);
}

#[test]
fn which_records_are_meant_is_no_bound_on_them() {
    let spec = read(&format!("{NOTE}Amounts above 200 euros need the approval of a second person."));
    assert!(rules(&spec, "note", "amount").is_empty(), "{:?}", spec.entities);
}

#[test]
fn how_many_somebody_holds_is_not_how_many_there_are() {
    let spec = read(
        "Tenants log in.\nThe caretaker adds keys with a number.\nTenants see the keys.\n\
         A tenant may hold no more than 5 keys.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })), "{:?}", spec.features);
    assert!(missing(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn whom_a_record_names_is_no_group_of_people() {
    let spec = read(
        "Members log in.\nA task has a title, an assignee and a state: open or done.\nMembers add tasks.\n\
         Only the assignee may set a task to done.",
    );
    assert!(missing(&spec, 4), "{:?}", spec.gaps);
}

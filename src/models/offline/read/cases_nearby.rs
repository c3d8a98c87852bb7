//! Rules said beside something else: bounds in brackets, who is left out of a ban on everybody.

use super::tests::{field, may, read_candidly as read, role, whole};
use crate::models::offline::spec::{Feature, FieldType, Op, Rule, Scope, Who};

/// The rules of a property, without the clauses that say them.
fn rules(text: &str, entity: &str, name: &str) -> (FieldType, Vec<Rule>) {
    let spec = read(text);
    let f = field(&spec, entity, name).unwrap_or_else(|| panic!("{name}: {:?}", spec.entities));
    assert!(whole(&spec, 1), "{text}: {:?}", spec.gaps);
    (f.ty.clone(), f.rules.iter().map(|r| r.rule.clone()).collect())
}

#[test]
fn a_bracket_behind_a_number_of_something_bounds_it() {
    let range = |least, most| vec![Rule::Min { value: least }, Rule::Max { value: most }];
    let kept = |what: &str| format!("A kiln has a name and {what}.\nMembers see all kilns.");
    for (what, name, ty, expected) in [
        ("a number of shelves (1 to 80)", "number_of_shelves", FieldType::Integer, range(1.0, 80.0)),
        ("a number of shelves (1-80)", "number_of_shelves", FieldType::Integer, range(1.0, 80.0)),
        ("a number of shelves (at most 20)", "number_of_shelves", FieldType::Integer, vec![Rule::Max { value: 20.0 }]),
        ("a number of shelves (up to 60)", "number_of_shelves", FieldType::Integer, vec![Rule::Max { value: 60.0 }]),
        ("litres of glaze (0 to 50)", "litres_of_glaze", FieldType::Integer, range(0.0, 50.0)),
        ("a weight in kg (0.5 to 12)", "weight", FieldType::Decimal { money: false }, range(0.5, 12.0)),
        ("a price in euros (1 to 99)", "price", FieldType::Decimal { money: true }, range(1.0, 99.0)),
        (
            "a note (at least 3 characters)",
            "note",
            FieldType::Text { multiline: true },
            vec![Rule::MinLength { value: 3 }],
        ),
        ("a note (80 characters)", "note", FieldType::Text { multiline: true }, vec![Rule::MaxLength { value: 80 }]),
        ("a note (at most 80)", "note", FieldType::Text { multiline: true }, vec![Rule::MaxLength { value: 80 }]),
    ] {
        assert_eq!(rules(&kept(what), "kiln", name), (ty, expected), "{what}");
    }
}

#[test]
fn above_zero_and_at_most_so_much_are_two_bounds() {
    let spec =
        read("Members record a gift with an amount in euros.\nAn amount must be greater than zero and at most 900.");
    let rules: Vec<Rule> = field(&spec, "gift", "amount").unwrap().rules.iter().map(|r| r.rule.clone()).collect();
    assert_eq!(rules, [Rule::Min { value: 0.01 }, Rule::Max { value: 900.0 }]);
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

const KILNS: &str = "A kiln has a name and a fee in euros.\nMembers can see kilns.\nStewards can add kilns.\n\
    Stewards and clerks can change kilns.\n";

#[test]
fn those_who_are_left_out_of_a_ban_on_everybody_may_alone() {
    for ban in [
        "Nobody but the steward may delete a kiln.",
        "Nobody deletes a kiln, only the steward does.",
        "No one may delete a kiln, only stewards may.",
        "Nobody except the steward deletes a kiln.",
        "Only stewards delete a kiln, nobody else does.",
    ] {
        let spec = read(&format!("{KILNS}{ban}"));
        assert_eq!(may(&spec, "kiln", Op::Delete), [(role("steward"), Scope::All)], "{ban}");
        assert!(whole(&spec, 5), "{ban}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{KILNS}Nobody but the steward and the clerk may delete a kiln."));
    let both = [(role("steward"), Scope::All), (role("clerk"), Scope::All)];
    assert_eq!(may(&spec, "kiln", Op::Delete), both);
}

#[test]
fn a_property_can_be_kept_from_all_but_some() {
    for ban in [
        "Nobody but the steward may change the fee.",
        "Nobody changes the fee, only the steward does.",
        "Nobody changes a fee, only stewards do.",
    ] {
        let spec = read(&format!("{KILNS}{ban}"));
        let guards = |f: &Feature| matches!(f, Feature::FieldGuard { field, who, .. } if field == "fee" && *who == [role("steward")]);
        assert!(spec.features.iter().any(guards) && whole(&spec, 5), "{ban}: {:?} {:?}", spec.features, spec.gaps);
        assert_eq!(may(&spec, "kiln", Op::Update).len(), 2, "{ban}");
    }
    // whoever adds a record says what its fee is
    let spec = read(
        "Clerks add kilns with a fee in euros.\nClerks can change kilns.\nStewards can change kilns.\n\
         Nobody changes a fee, only the steward does.",
    );
    assert!(!whole(&spec, 4));
}

/// What may be there only once, and at most how often for whom, by the clause that says it.
fn numbers(text: &str, clause: u32) -> Vec<String> {
    let spec = read(text);
    assert!(whole(&spec, clause), "{text}: {:?}", spec.gaps);
    let told = |f: &Feature| match f {
        Feature::UniqueTogether { entity, fields, .. } => Some(format!("{entity}: {}", fields.join(" "))),
        Feature::Limit { entity, max, per, .. } => Some(format!("{entity}: {max} {}", per.clone().unwrap_or_default())),
        _ => None,
    };
    let of = |f: &&Feature| f.clauses().contains(&crate::domain::ClauseId(clause));
    spec.features.iter().filter(of).filter_map(told).collect()
}

#[test]
fn only_one_per_this_and_that_needs_no_verb() {
    let boats = "A boat has a name.\nMembers book a boat.\nA booking has a date and a slot, which is early or late.\n\
        Members see only their own bookings.\n";
    for (sentence, expected) in [
        ("Only one booking per boat and date.", "booking: boat_id date"),
        ("Only one booking per boat, date and slot.", "booking: boat_id date slot"),
        ("At most one booking per boat and day.", "booking: boat_id date"),
        ("There is only one booking per member and date.", "booking: owner_id date"),
    ] {
        assert_eq!(numbers(&format!("{boats}{sentence}"), 5), [expected], "{sentence}");
    }
    let reviews = "Members add a review with a text and a mark from 1 to 5.\nMembers see only their own reviews.\n";
    assert_eq!(numbers(&format!("{reviews}Only one review per member."), 3), ["review: 1 "]);
    // what ends some day is there again on another
    let spec = read(&format!("{boats}Only one booking per boat."));
    assert!(!whole(&spec, 5) && !spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })));
}

#[test]
fn what_people_sign_up_for_may_be_a_session() {
    let sessions = "Trainers add sessions with a title and a day.\nMembers can sign up for a session.\n";
    for ban in [
        "Nobody signs up for the same session twice.",
        "No member can sign up for a session more than once.",
        "A member cannot sign up for the same session twice.",
    ] {
        let found = numbers(&format!("{sessions}{ban}"), 3);
        assert!(
            found.len() == 1 && found[0].contains("session_id") && found[0].contains("owner_id"),
            "{ban}: {found:?}"
        );
    }
}

#[test]
fn who_takes_a_step_alone_is_told_from_who_takes_another() {
    let bugs = "Testers report bugs with a title.\nA bug is open, in progress or closed.\n\
        Developers can set a bug to in progress.\nOnly the tester who reported a bug can close it.";
    let spec = read(bugs);
    let steps = spec.features.iter().find_map(|f| match f {
        Feature::Workflow { initial, transitions, .. } => Some((initial.as_str(), transitions.clone())),
        _ => None,
    });
    let (initial, steps) = steps.unwrap();
    let by: Vec<(&str, &[Who])> = steps.iter().map(|step| (step.to.as_str(), &step.who[..])).collect();
    assert_eq!(initial, "open");
    assert_eq!(by, [("in progress", &[role("developer")][..]), ("closed", &[role("tester")][..])]);
    assert!(whole(&spec, 3) && whole(&spec, 4), "{:?}", spec.gaps);
    // who closes theirs may well see all
    let spec = read(&format!("{bugs}\nAll testers see all bugs."));
    assert_eq!(may(&spec, "bug", Op::Read)[..1], [(role("tester"), Scope::All)]);
}

#[test]
fn so_many_in_one_record_are_not_so_many_records() {
    let spec = read(
        "Staff add shows with a title and a date.\nMembers book seats for a show, at most 4 per booking.\n\
         Members see only their own bookings.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })), "{:?}", spec.features);
    assert!(!whole(&spec, 2));
}

#[test]
fn a_command_is_no_record() {
    let spec = read(
        "The program keeps the expenses of a household.\n`add` records an expense with a date and an amount in euros.\n\
         `list` shows all expenses, newest first.\n`total` prints the sum of the amounts.",
    );
    let kept: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(kept, ["expense"]);
    // what is started in a shell has no pages
    let text = "A command line tool keeps the expenses of a household.\n`add` records an expense with a date.";
    let refused = super::analyse(&super::tests::cut(text), &std::collections::BTreeMap::new());
    assert!(refused.unwrap_err().to_string().contains("command line tool"));
}

#[test]
fn what_is_reported_is_the_report_of_the_other_sentences() {
    let told = "Villagers report a broken thing with a place and a text.\n";
    let spec = read(&format!("{told}The mayor marks a report as fixed.\nOnly the mayor can delete a report."));
    let kept = |spec: &crate::models::offline::spec::AppSpec| -> Vec<String> {
        spec.entities.iter().map(|e| e.name.clone()).collect()
    };
    assert_eq!(kept(&spec), ["report"]);
    assert!(field(&spec, "report", "place").is_some());
    assert_eq!(may(&spec, "report", Op::Delete), [(role("mayor"), Scope::All)]);
    assert_eq!(may(&spec, "report", Op::Create), [(role("villager"), Scope::All)]);
    // a thing that is spoken of again, and a report with properties of its own, are what they are
    let spec = read(&format!("{told}The mayor can delete a thing.\nThe mayor can delete a report."));
    assert!(kept(&spec).iter().any(|name| name.ends_with("thing")));
    let spec = read(&format!("{told}A report has a title and a date.\nThe mayor can delete a report."));
    assert!(kept(&spec).iter().any(|name| name.ends_with("thing")));
}

#[test]
fn what_cannot_be_overbooked_has_so_many_seats() {
    let shows = "Staff add shows with a title, a date and a number of seats (up to 60).\nMembers can book a show.\n\
        Members see only their own bookings.\n";
    for ban in ["A show cannot be overbooked.", "Shows must never be overbooked."] {
        let spec = read(&format!("{shows}{ban}"));
        let room = |f: &Feature| matches!(f, Feature::Capacity { capacity, .. } if capacity == "number_of_seats");
        assert!(spec.features.iter().any(room) && whole(&spec, 4), "{ban}: {:?}", spec.gaps);
    }
}

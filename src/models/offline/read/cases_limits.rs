//! Limits in time, states in which something is not to be had, properties that only some see.

use super::tests::{read, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Formula, Op, Rule, Until, Who};

fn rules(spec: &AppSpec, entity: &str, field: &str) -> Vec<Rule> {
    let fields = spec.entity(entity).map(|e| e.fields.clone()).unwrap_or_default();
    fields.into_iter().filter(|f| f.name == field).flat_map(|f| f.rules).map(|r| r.rule).collect()
}
fn role(name: &str) -> Who {
    Who::Role(name.into())
}

#[test]
fn what_was_refused_or_called_off_counts_as_little_against_a_number() {
    let bookings = "Members sign up.\nThe warden adds tours with a title and a number of places.\nMembers book a tour.\n\
         The warden confirms or refuses bookings.\n";
    for rule in [
        "A member may have at most 3 bookings.",
        "A member can book a tour only once.",
        "No more members can book a tour than it has places.",
    ] {
        let spec = read(&format!("{bookings}{rule}"));
        let over = spec.features.iter().find_map(|f| match f {
            Feature::Limit { over, clauses, .. }
            | Feature::UniqueTogether { over, clauses, .. }
            | Feature::Capacity { over, clauses, .. }
                if clauses.contains(&ClauseId(5)) =>
            {
                Some(over.clone())
            }
            _ => None,
        });
        let ended = over.flatten().map(|over| over.values);
        assert_eq!(ended, Some(vec!["refused".to_owned()]), "{rule}: {:?}", spec.features);
    }
    // what is told apart by its own words stays so, and without an end all of them count
    let spec = read(&format!("{bookings}A member may have at most 3 confirmed bookings."));
    let limits = |f: &Feature| matches!(f, Feature::Limit { over: Some(over), .. } if !over.values.contains(&"confirmed".to_owned()));
    assert!(!whole(&spec, 5) || spec.features.iter().any(limits), "{:?}", spec.features);
    let spec = read(
        "Members sign up.\nThe warden adds tours with a title.\nMembers book a tour.\nA member may have at most 3 bookings.",
    );
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Limit { over: None, .. })), "{:?}", spec.features);
}

#[test]
fn how_far_ahead_a_date_lies_is_a_rule_on_it() {
    let spec = read(
        "Guides add tours with a title, a start and an end.\nThe start must be at least 3 days from now.\n\
         A hearing has a subject and a date.\nClerks add hearings.\nHearings cannot be added more than 4 weeks in advance.",
    );
    assert!(rules(&spec, "tour", "start").contains(&Rule::FromDay { days: 3 }), "{:?}", spec.gaps);
    assert!(rules(&spec, "hearing", "date").contains(&Rule::UntilDay { days: 28 }), "{:?}", spec.gaps);
    assert!(whole(&spec, 2) && whole(&spec, 5), "{:?}", spec.gaps);
    // without a ban it only says that it is usual
    let spec = read("Clerks add hearings with a subject and a date.\nHearings are added more than 4 weeks in advance.");
    assert_eq!(rules(&spec, "hearing", "date"), []);
}

fn closing(spec: &AppSpec) -> Vec<(Op, &str, Until)> {
    let all = spec.features.iter().filter_map(|f| match f {
        Feature::Closes { op, date, until, .. } => Some((*op, date.as_str(), *until)),
        _ => None,
    });
    all.collect()
}

#[test]
fn what_can_be_done_until_some_time_before_is_refused_after() {
    let spec = read(
        "Guests make reservations with a start and an end.\nGuests can delete a reservation until 12 hours before it starts.",
    );
    assert_eq!(closing(&spec), [(Op::Delete, "start", Until::Hours { before: 12 })], "{:?}", spec.gaps);
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
    let spec = read(
        "Judges add contests with a title and a date.\nJudges can edit a contest until the day before.\n\
         A ride belongs to a contest and has a title.\nRiders add rides.\n\
         Riders can delete a ride until 2 weeks before the contest.",
    );
    let expected =
        [(Op::Update, "date", Until::Days { before: 1 }), (Op::Delete, "contest_id.date", Until::Days { before: 14 })];
    assert_eq!(closing(&spec), expected, "{:?}", spec.gaps);
    // a date without a time knows no hours
    let spec =
        read("Judges add contests with a title and a date.\nJudges can edit a contest until 5 hours before it starts.");
    assert_eq!(closing(&spec), []);
    assert!(!whole(&spec, 2));
}

fn unavailable(spec: &AppSpec) -> Vec<(&str, &str, &str, String)> {
    let all = spec.features.iter().filter_map(|f| match f {
        Feature::Unavailable { entity, per, field, values, .. } => {
            Some((entity.as_str(), per.as_str(), field.as_str(), values.join("|")))
        }
        _ => None,
    });
    all.collect()
}

#[test]
fn what_is_in_a_state_cannot_be_had() {
    let spec = read(
        "Skippers book a berth for a day.\nA berth has a number and a condition, which is sound, rotten or closed.\n\
         The harbour master adds berths.\nA rotten berth cannot be booked.\nA berth that is closed cannot be booked.",
    );
    let expected = [
        ("booking", "berth_id", "condition", "rotten".to_owned()),
        ("booking", "berth_id", "condition", "closed".to_owned()),
    ];
    assert_eq!(unavailable(&spec), expected, "{:?}", spec.gaps);
    assert!(whole(&spec, 4) && whole(&spec, 5), "{:?}", spec.gaps);
    let spec = read(
        "Skippers book a berth for a day.\nA berth has a number.\nThe harbour master adds berths.\n\
         A flooded berth cannot be booked.",
    );
    assert_eq!(unavailable(&spec), [("booking", "berth_id", "flooded", "true".to_owned())], "{:?}", spec.gaps);
    let flag = spec.entity("berth").and_then(|e| e.fields.iter().find(|f| f.name == "flooded"));
    assert_eq!(flag.map(|f| &f.ty), Some(&FieldType::Boolean));
}

fn shown(spec: &AppSpec) -> Vec<(&str, &str, &[Who])> {
    let all = spec.features.iter().filter_map(|f| match f {
        Feature::ShownTo { entity, field, who, .. } => Some((entity.as_str(), field.as_str(), who.as_slice())),
        _ => None,
    });
    all.collect()
}

#[test]
fn a_property_is_shown_to_some_and_hidden_from_others() {
    let spec = read(
        "Visitors can see all sculptures.\nThe curator adds sculptures with a name and an insured value in euros.\n\
         Only the curator can see the insured value.",
    );
    assert_eq!(shown(&spec), [("sculpture", "insured_value", &[role("curator")][..])], "{:?}", spec.gaps);
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
    let spec = read(
        "The curator adds sculptures with a name and an insured value in euros.\nMembers sign up with an email address.\n\
         Members see all sculptures.\nThe insured value is visible only to the curator.",
    );
    assert_eq!(shown(&spec), [("sculpture", "insured_value", &[role("curator")][..])], "{:?}", spec.gaps);
    let spec = read(
        "The curator adds sculptures with a name and an insured value in euros.\nVisitors can see the sculptures, but not the insured value.",
    );
    assert_eq!(shown(&spec), [("sculpture", "insured_value", &[Who::SignedIn][..])], "{:?}", spec.gaps);
}

#[test]
fn where_nobody_else_sees_the_records_there_is_nothing_to_hide() {
    let spec = read(
        "The curator adds sculptures with a name and an insured value in euros.\nOnly the curator can see sculptures.\n\
         Only the curator can see the insured value.",
    );
    assert_eq!(shown(&spec), []);
}

#[test]
fn a_price_per_something_is_another_one_than_the_price() {
    let spec = read(
        "Sellers add carpets with a title, a number of metres and a price per metre.\n\
         The price of a carpet is the number of metres times the price per metre.",
    );
    let carpet = spec.entity("carpet").map(|e| e.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>());
    assert_eq!(carpet, Some(vec!["title", "number_of_metres", "price_per_metre", "price"]), "{:?}", spec.gaps);
    let product = |f: &Feature| {
        matches!(f, Feature::Computed { field, formula: Formula::Product { a, b }, .. }
            if field == "price" && a == "number_of_metres" && b == "price_per_metre")
    };
    assert!(spec.features.iter().any(product), "{:?}", spec.features);
}

#[test]
fn so_many_of_something_in_another_record_is_no_limit_of_all_there_are() {
    let shop = "The clerk and the customers log in.\nThe clerk adds articles with a name and a price.\n";
    for text in [
        "Customers add orders with an article and a note.\nAn order can have at most 20 articles.",
        "Customers add orders with an article and a note.\nAn order has no more than 20 articles.",
        "Customers add orders with a name.\nEach basket may have up to 20 articles.",
    ] {
        let spec = read(&format!("{shop}{text}"));
        let limits = |f: &Feature| matches!(f, Feature::Limit { entity, .. } if entity == "article");
        assert!(!spec.features.iter().any(limits), "{text}: {:?}", spec.features);
        assert!(!whole(&spec, 4), "{text}: {:?}", spec.gaps);
    }
}

#[test]
fn what_was_refused_or_called_off_takes_no_time() {
    let end = |says: &str| {
        let spec = read(&format!(
            "The warden adds rooms with a name.\nHirers sign up with a name.\n\
             Hirers book a room with a date, a start time and an end time.\n\
             Bookings of the same room must not overlap.\n{says}"
        ));
        let over = spec.features.iter().find_map(|f| match f {
            Feature::NoOverlap { over, .. } => Some(over.clone()),
            _ => None,
        });
        over.expect("a rule").map(|over| over.values)
    };
    assert_eq!(end("The warden approves or refuses each booking."), Some(vec!["refused".to_owned()]));
    assert_eq!(
        end("A booking is open, confirmed, cancelled or done."),
        Some(vec!["cancelled".to_owned()]),
        "what is done was there"
    );
    assert_eq!(end("A booking is open or confirmed."), None);
}

#[test]
fn there_are_at_most_so_many_of_what_a_record_counts() {
    let spec = read(
        "The warden adds halls with a name.\nHirers book a hall for a date with a number of guests.\n\
         There are at most 80 guests.",
    );
    let rules = rules(&spec, "booking", "number_of_guests");
    assert!(rules.contains(&Rule::Max { value: 80.0 }) && whole(&spec, 3), "{rules:?} {:?}", spec.gaps);
    let spec = read("The warden adds halls with a name.\nHirers book a hall for a date.\nThere are at most 80 guests.");
    assert!(!whole(&spec, 3), "{:?}", spec.entities);
}

#[test]
fn what_has_at_most_so_many_places_has_its_other_properties_too() {
    let spec = read(
        "A workshop has a title, a date and at most 12 places.\nThe organiser adds workshops.\nMembers sign up for workshops.",
    );
    let names: Vec<&str> = spec.entity("workshop").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["title", "date", "number_of_places"], "{:?}", spec.gaps);
    assert!(whole(&spec, 1), "{:?}", spec.gaps);
}

#[test]
fn whoever_others_refer_to_stays() {
    for people in ["customer", "supplier"] {
        let spec = read(&format!(
            "Clerks log in. Clerks add {people}s with a name.\nClerks add orders for a {people} with a title.\n\
             A {people} with orders cannot be deleted.",
        ));
        let kept = |f: &Feature| matches!(f, Feature::InUse { entity, by, .. } if entity == people && by == "order");
        assert!(spec.features.iter().any(kept) && whole(&spec, 4), "{:?}", spec.gaps);
    }
}

#[test]
fn a_property_is_shown_to_those_whom_a_ban_spares_and_to_nobody_else() {
    for said in [
        "A telephone number is never shown to anybody but the warden and the steward.",
        "The telephone number is not visible to anyone except the warden and the steward.",
        "The telephone number is hidden from everybody but the warden and the steward.",
    ] {
        let spec = read(&format!(
            "Members sign up and report swarms with a place and a telephone number.\nEverybody can see swarms.\n\
             The warden deletes swarms.\nThe steward adds hives with a name.\n{said}"
        ));
        let of = &[role("warden"), role("steward")][..];
        assert_eq!(shown(&spec), [("swarm", "telephone_number", of)], "{said} {:?}", spec.gaps);
        assert!(whole(&spec, 5), "{said} {:?}", spec.gaps);
    }
}

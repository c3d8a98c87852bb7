//! What a property is: its type, the values it may take, whose it is, and what a word names that elsewhere names no record.

use super::tests::{cut, field, read, whole};
use crate::domain::ClauseId;
use crate::models::offline::candid;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Formula, Rule};
use std::collections::BTreeMap;

/// What is read, and doubted after that.
fn judged(text: &str) -> AppSpec {
    let texts: BTreeMap<ClauseId, String> = cut(text).into_iter().map(|(id, text, _)| (id, text)).collect();
    candid(read(text), &texts)
}

fn choices(spec: &AppSpec, entity: &str, name: &str) -> Vec<String> {
    match field(spec, entity, name).map(|f| &f.ty) {
        Some(FieldType::Choice { values }) => values.clone(),
        _ => Vec::new(),
    }
}

fn text() -> Option<FieldType> {
    Some(FieldType::Text { multiline: false })
}

fn ty(spec: &AppSpec, entity: &str, name: &str) -> Option<FieldType> {
    field(spec, entity, name).map(|f| f.ty.clone())
}

fn has(spec: &AppSpec, entity: &str, name: &str, rule: &Rule) -> bool {
    field(spec, entity, name).is_some_and(|f| f.rules.iter().any(|r| r.rule == *rule))
}

#[test]
fn a_letter_that_stands_alone_is_a_value_and_no_article() {
    for (said, values) in [
        ("a zone (A, B, C or D)", ["a", "b", "c", "d"].as_slice()),
        ("a zone (B, A or C)", &["b", "a", "c"]),
        ("a zone [A/B]", &["a", "b"]),
        ("a zone of A, B or C", &["a", "b", "c"]),
        ("a zone (a north side, a south side)", &["north side", "south side"]),
    ] {
        let spec = read(&format!("Clerks can add racks with a name and {said}."));
        assert_eq!(choices(&spec, "rack", "zone"), values, "{said}");
    }
}

#[test]
fn numbers_that_identify_are_text_and_those_one_counts_with_are_not() {
    for said in [
        "the registration number of the vehicle",
        "the licence number of a driver",
        "the number of the customer card",
        "a house number",
        "a batch number",
    ] {
        let spec = read(&format!("Clerks can add permits with a title and {said}."));
        let named = spec.entity("permit").unwrap().fields.iter().find(|f| f.name.contains("number"));
        assert_eq!(named.map(|f| f.ty.clone()), text(), "{said}");
    }
    for said in
        ["the number of seats", "a number of crew members", "the number of the crew", "a plot number from 1 to 40"]
    {
        let spec = read(&format!("Clerks can add permits with a title and {said}."));
        let named = spec.entity("permit").unwrap().fields.iter().find(|f| f.name.contains("number"));
        assert_eq!(named.map(|f| f.ty.clone()), Some(FieldType::Integer), "{said}");
    }
}

#[test]
fn a_property_of_some_records_is_that_of_no_others() {
    let base = "Every prop has a name and a period. Productions have a title and a premiere date.\n";
    for said in [
        "Names of productions have to be unique.",
        "The name of a production must be unique.",
        "The titles of productions are unique.",
    ] {
        let spec = judged(&format!("{base}{said}"));
        let unique = Rule::Unique { per_owner: false };
        assert!(has(&spec, "production", "title", &unique), "{said}");
        assert!(!has(&spec, "prop", "name", &unique), "{said}");
        assert!(whole(&spec, 3), "{said}: {:?}", spec.gaps);
    }
    let spec =
        read("Every prop has a name and a colour. A hall has a number and a size. Colours of halls must be short.");
    assert!(field(&spec, "prop", "color").is_none_or(|f| f.rules.is_empty()));
}

#[test]
fn how_far_ahead_is_no_number_of_records() {
    for said in ["at most 30 days ahead", "at most 2 weeks in advance", "no more than 30 days ahead"] {
        let spec = read(&format!(
            "Staff can add a hall with a name. Residents can book a hall for a date. Residents can book {said}."
        ));
        let limits = spec.features.iter().any(|f| matches!(f, Feature::Limit { .. } | Feature::LimitIn { .. }));
        assert!(!limits, "{said}: {:?}", spec.features);
        let date = field(&spec, "booking", "date").unwrap();
        assert!(date.rules.iter().any(|r| matches!(r.rule, Rule::UntilDay { .. })), "{said}");
    }
    let spec = read("Staff can add a hall with a name. Residents can book a hall. Residents can book at most 3 halls.");
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Limit { max: 3, .. })), "{:?}", spec.features);
}

#[test]
fn a_compound_that_begins_a_sentence_is_its_subject() {
    let unique = Rule::Unique { per_owner: false };
    let spec = judged("Each plot has a plot number and a size. Plot numbers are unique. The secretary adds plots.");
    assert!(has(&spec, "plot", "number", &unique) && whole(&spec, 2), "{:?}", spec.gaps);
    let spec = judged("A contact has a name and an email address. Email addresses must not be used twice.");
    assert!(has(&spec, "contact", "email_address", &unique) && whole(&spec, 2), "{:?}", spec.gaps);
    // what is told to do something does it
    let spec = read("Members can add tools with a name. Email members about new tools.");
    assert!(!whole(&spec, 2));
}

#[test]
fn what_is_used_twice_by_nobody_is_unique() {
    for said in [
        "A product name may not be used twice.",
        "No product name may be used more than once.",
        "The name of a product must not be given twice.",
    ] {
        let spec = judged(&format!("A clerk can add a product with a name and a price. {said}"));
        assert!(has(&spec, "product", "name", &Rule::Unique { per_owner: false }), "{said}");
        assert!(whole(&spec, 2), "{said}: {:?}", spec.gaps);
    }
    let spec = judged("A clerk can add a product with a name and a price. A name may not be used twice in one year.");
    assert!(!has(&spec, "product", "name", &Rule::Unique { per_owner: false }));
}

#[test]
fn words_that_name_records_say_nothing_of_what_cannot_be_built() {
    for (text, entity, names) in [
        ("The treasurer can add a payment with a plot, a date and an amount.", "payment", ["plot", "date", "amount"]),
        ("Players can add a result with an opponent, a score and a date.", "result", ["opponent", "score", "date"]),
        ("A session has a title, a room and a date. Trainers can add sessions.", "session", ["title", "room", "date"]),
        ("Agents can add a case with a title, a text and a date.", "case", ["title", "text", "date"]),
        ("Students can add an application with a title, a text and a date.", "application", ["title", "text", "date"]),
        ("A clerk can add a table with a code, a size and a date.", "table", ["code", "size", "date"]),
        ("An entry has a title, a text and a date. Writers can add entries.", "entry", ["title", "text", "date"]),
    ] {
        let spec = judged(text);
        for name in names {
            assert!(field(&spec, entity, name).is_some(), "{text}: {name}");
        }
        assert!(spec.gaps.is_empty(), "{text}: {:?}", spec.gaps);
    }
    // what is not said to be kept is what it was
    for text in [
        "Members can add tools with a name. Members can pay with a payment.",
        "Members can add tools with a name. The map shows the tools.",
        "Members can add tools with a name. Every page has a title and a text.",
    ] {
        let spec = judged(text);
        assert!(!whole(&spec, 2) && spec.entities.len() == 1, "{text}: {:?} {:?}", spec.entities, spec.gaps);
    }
}

#[test]
fn a_list_is_ordered_by_the_next_property_where_the_first_is_the_same() {
    for (text, first, next, down) in [
        (
            "A member can add a contact with a call sign, a date and a time. The newest contacts come first.",
            "date",
            "-time",
            true,
        ),
        (
            "A leader can add a shift with a date and a start time. Shifts are listed by date and start time.",
            "date",
            "start_time",
            false,
        ),
        (
            "A clerk can add a concert with a date and a title. Concerts are sorted by date and title.",
            "date",
            "title",
            false,
        ),
        (
            "A clerk can add a book with a title and an author. Books are sorted by author and title.",
            "author",
            "title",
            false,
        ),
    ] {
        let spec = judged(text);
        let sorted = spec.features.iter().any(|f| {
            matches!(f, Feature::Sort { field, then, descending, default: true, .. }
                if field == first && then == &[next] && *descending == down)
        });
        assert!(sorted && whole(&spec, 2), "{text}: {:?} {:?}", spec.features, spec.gaps);
    }
    let spec = judged(
        "Clerks add visits with a date, a name and a price. Visits are sorted by name and date, the newest first.",
    );
    let defaults: Vec<&Feature> =
        spec.features.iter().filter(|f| matches!(f, Feature::Sort { default: true, .. })).collect();
    assert!(
        matches!(defaults[..], [Feature::Sort { field, then, descending: false, .. }] if field == "name" && then == &["-date"]),
        "{defaults:?}"
    );
    let spec = read("A clerk can add a concert with a date and a title. The newest concerts come first.");
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Sort { then, .. } if then.is_empty())));
}

#[test]
fn what_lasts_so_long_ends_no_earlier_than_it_begins() {
    for text in [
        "Pupils can borrow a laptop for at most 7 days. Staff can add a laptop with a name.",
        "Staff can add a loan with a room, a start date and an end date. A loan may last no longer than 7 days.",
    ] {
        let spec = judged(text);
        let after = Rule::After { field: "start_date".into(), or_equal: true };
        assert!(has(&spec, "loan", "end_date", &after), "{text}");
        assert!(whole(&spec, 1) && whole(&spec, 2), "{text}: {:?}", spec.gaps);
    }
    let strict = read(
        "Staff can add a loan with a room, a start date and an end date. A loan may last no longer than 7 days. \
         The end date must be after the start date.",
    );
    let after = |or_equal| Rule::After { field: "start_date".into(), or_equal };
    assert!(has(&strict, "loan", "end_date", &after(false)) && !has(&strict, "loan", "end_date", &after(true)));
}

#[test]
fn the_state_that_records_begin_with_is_no_gap() {
    for said in
        ["New trips are planned.", "A new trip is planned.", "A trip starts as planned.", "It starts as planned."]
    {
        let spec = judged(&format!("Clerks can add a trip with a title. Trips are planned, running or over. {said}"));
        assert_eq!(field(&spec, "trip", "status").unwrap().default.as_deref(), Some("planned"), "{said}");
        assert!(whole(&spec, 3), "{said}: {:?}", spec.gaps);
    }
    let spec = judged("Clerks can add a trip with a title. Trips are over, running or planned. New trips are planned.");
    assert_eq!(field(&spec, "trip", "status").unwrap().default.as_deref(), Some("planned"));
}

#[test]
fn what_a_property_is_where_nobody_says_otherwise_is_no_gap() {
    let spec =
        judged("A clerk can add a letter with a title and a received date. The received date is today by default.");
    assert_eq!(field(&spec, "letter", "received_date").unwrap().default.as_deref(), Some("today"));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_records_are_measured_in_is_no_demand_on_speed() {
    let spec =
        judged("A song has a title and a length in seconds. The length must be under 600 seconds. Clerks add songs.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Performance { .. })), "{:?}", spec.features);
    let length = field(&spec, "song", "length").unwrap();
    assert!(length.rules.iter().any(|r| matches!(r.rule, Rule::Max { value } if value < 600.0)), "{:?}", length.rules);
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
    let fast = read("A song has a title and a length in seconds. The list of songs must be shown within 2 seconds.");
    assert!(fast.features.iter().any(|f| matches!(f, Feature::Performance { .. })), "{:?}", fast.features);
}

#[test]
fn where_a_way_starts_is_a_place() {
    let spec = read("Members can add a lift with a start, a destination and a date.");
    assert_eq!(ty(&spec, "lift", "start"), text());
    let spec = read("Members can add a lesson with a start, a room and a date.");
    assert_eq!(ty(&spec, "lesson", "start"), Some(FieldType::Time));
}

#[test]
fn once_a_day_is_said_by_the_day_of_the_record() {
    let spec = judged(
        "Staff can add a trailer with a name. Members can book a trailer for a date. A trailer can be booked only once per day.",
    );
    assert!(spec.features.iter().any(|f| matches!(f, Feature::UniqueTogether { .. })));
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn values_said_in_line_are_choices() {
    for (said, name, values) in [
        ("a stall size of small, medium or large", "size", ["small", "medium", "large"].as_slice()),
        ("a size of S, M or L", "size", &["s", "m", "l"]),
        ("type single/double/suite", "type", &["single", "double", "suite"]),
        ("a priority of low, normal or high", "priority", &["low", "normal", "high"]),
        ("a colour of red or green", "color", &["red", "green"]),
        ("a category of either food or drink", "category", &["food", "drink"]),
        ("a duration of 20, 40 or 60 minutes", "duration", &["20", "40", "60"]),
    ] {
        let spec = judged(&format!("Clerks can add a stall with a title, {said} and a price."));
        let stall = spec.entity("stall").unwrap();
        let found = stall.fields.iter().find(|f| f.name.contains(name) || f.name.contains("colour"));
        let found = found.map(|f| f.ty.clone());
        assert_eq!(
            found,
            Some(FieldType::Choice { values: values.iter().map(|v| (*v).to_owned()).collect() }),
            "{said}"
        );
        assert!(field(&spec, "stall", "price").is_some() && stall.fields.len() == 3, "{said}: {:?}", stall.fields);
        assert!(spec.gaps.is_empty(), "{said}: {:?}", spec.gaps);
    }
    let spec = read("Clerks can add a stall with a title, a size, a text and a price.");
    assert_eq!(spec.entity("stall").unwrap().fields.len(), 4);
}

#[test]
fn who_only_stays_as_they_are_is_nobody_with_an_account() {
    let spec = read(
        "Helpers can add a gift with a donor, a date and an amount in euros. Donors remain anonymous to visitors. \
         Visitors can see the gifts.",
    );
    assert_eq!(ty(&spec, "gift", "donor"), text());
    assert!(!whole(&spec, 2));
}

#[test]
fn units_that_measure_are_numbers() {
    let spec = read("Drivers can add a trip with a start, a destination, kilometres and litres.");
    for name in ["kilometres", "litres"] {
        assert_eq!(ty(&spec, "trip", name), Some(FieldType::Decimal { money: false }), "{name}");
    }
}

#[test]
fn what_is_sent_with_properties_is_kept() {
    let spec = judged("Gardeners can send a request with a number of packets and a message.");
    assert_eq!(ty(&spec, "request", "number_of_packets"), Some(FieldType::Integer));
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
    let mail = read("Gardeners can add beds with a name. Gardeners can send a newsletter with a title and a text.");
    assert!(!whole(&mail, 2));
}

#[test]
fn every_record_gets_its_number() {
    for said in
        ["Each defect gets a number.", "Every defect receives a defect number.", "Each defect is given a number."]
    {
        let spec = judged(&format!("Testers can report a defect with a title. {said}"));
        let runs = spec.features.iter().any(
            |f| matches!(f, Feature::Computed { entity, formula: Formula::RunningNumber, .. } if entity == "defect"),
        );
        assert!(runs && whole(&spec, 2), "{said}: {:?}", spec.gaps);
    }
    // one that somebody enters is not given
    let spec = read("Testers can report a defect with a title and a number. Each defect gets a number.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Computed { .. })));
}

#[test]
fn what_lies_in_the_past_is_not_entered() {
    for said in ["Bookings in the past are not possible.", "Bookings in the past are not allowed."] {
        let spec = judged(&format!("Members can add a booking with a room and a date. {said}"));
        assert!(has(&spec, "booking", "date", &Rule::NotInPast) && whole(&spec, 2), "{said}: {:?}", spec.gaps);
    }
}

#[test]
fn what_is_chosen_from_a_list_has_its_values() {
    for said in [
        "The purpose is chosen from rent, education, health and travel.",
        "The purpose of a loan is chosen from rent, education, health and travel.",
        "The purpose is selected from: rent, education, health or travel.",
    ] {
        let spec = judged(&format!("An officer can add a loan with an amount and a purpose. {said}"));
        assert_eq!(choices(&spec, "loan", "purpose"), ["rent", "education", "health", "travel"], "{said}");
        assert!(whole(&spec, 2), "{said}: {:?}", spec.gaps);
    }
}

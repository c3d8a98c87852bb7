//! What is kept of each record: which properties, of which record, within which bounds.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Who};

fn rules(spec: &AppSpec, entity: &str, name: &str) -> Vec<Rule> {
    field(spec, entity, name).map(|f| f.rules.iter().map(|r| r.rule.clone()).collect()).unwrap_or_default()
}

fn names(spec: &AppSpec, entity: &str) -> Vec<String> {
    spec.entity(entity).map(|e| e.fields.iter().map(|f| f.name.clone()).collect()).unwrap_or_default()
}

fn choice(spec: &AppSpec, entity: &str, name: &str) -> Vec<String> {
    match field(spec, entity, name).map(|f| f.ty.clone()) {
        Some(FieldType::Choice { values }) => values,
        _ => Vec::new(),
    }
}

#[test]
fn a_date_is_held_against_another_one() {
    for (property, said) in [
        ("return date", "The return date must not be before the loan date."),
        ("return date", "The return date must be on or after the loan date."),
        ("due date", "The due date must not be earlier than the loan date."),
    ] {
        let spec = read(&format!("A member can add a loan with a {property}.\n{said}"));
        let after = Rule::After { field: "loan_date".into(), or_equal: true };
        assert_eq!(rules(&spec, "loan", &property.replace(' ', "_")), [after], "{said}");
        let ty = field(&spec, "loan", "loan_date").map(|f| &f.ty);
        assert!(ty == Some(&FieldType::Date) && whole(&spec, 2), "{said} {:?}", spec.gaps);
    }
    // what is named already is that one
    let spec = read("A loan has a date and a due date.\nThe due date must not be before the loan date.");
    let after = Rule::After { field: "date".into(), or_equal: true };
    assert_eq!((rules(&spec, "loan", "due_date"), names(&spec, "loan").len()), (vec![after], 2));
}

#[test]
fn no_date_is_held_against_itself() {
    for said in [
        "The return date must not be before the return date.",
        "The return date must not be before the dates of others.",
        "The return date must not be before the current date.",
        "The return date must be at most 5 days after the return date.",
    ] {
        let spec = read(&format!("A member can add a loan with a return date.\n{said}"));
        let itself = |r: &Rule| match r {
            Rule::After { field, .. } | Rule::Within { field, .. } => field == "return_date",
            _ => false,
        };
        assert!(!rules(&spec, "loan", "return_date").iter().any(itself), "{said}");
        assert!(!whole(&spec, 2), "{said}: {:?}", spec.entities);
    }
}

#[test]
fn a_second_bound_may_be_turned_round() {
    let (min, max) = (|value| Rule::Min { value }, |value| Rule::Max { value });
    for (said, expected) in [
        ("must be greater than 0 and not more than 1000", [min(0.01), max(1000.0)]),
        ("must be at least 2 and not greater than 90", [min(2.0), max(90.0)]),
        ("must be more than 1 and no more than 30", [min(1.01), max(30.0)]),
        ("must be less than 80 and not less than 5", [max(79.99), min(5.0)]),
        ("must be at most 80 and not below 5", [max(80.0), min(5.0)]),
        ("must be at most 80 but never less than 5", [max(80.0), min(5.0)]),
    ] {
        let spec = read(&format!("A parcel has a weight.\nThe weight {said}."));
        assert_eq!(rules(&spec, "parcel", "weight"), expected, "{said}");
        assert!(whole(&spec, 2), "{said}: {:?}", spec.gaps);
    }
    let spec = read("A parcel has a label.\nThe label has not more than 40 characters.");
    assert!(!rules(&spec, "parcel", "label").iter().any(|r| matches!(r, Rule::MinLength { .. })));
}

#[test]
fn a_bound_before_a_number_of_things_is_no_other_record() {
    for said in [
        "A trainer offers a course with a name, a level, a start date and at most 12 places.",
        "A trainer offers a course with at most 12 places, a name, a level and a start date.",
        "A course has a name, a level, a start date and no more than 12 places.",
        "A trainer offers a course with a name, a level, up to 12 places and a start date.",
    ] {
        let spec = read(&format!("Trainers log in.\n{said}"));
        assert_eq!(rules(&spec, "course", "places"), [Rule::Max { value: 12.0 }], "{said}");
        let mut found = names(&spec, "course");
        found.sort();
        assert_eq!(found, ["level", "name", "places", "start_date"], "{said}");
        assert!(spec.entity("place").is_none() && rules(&spec, "course", "level").is_empty(), "{said}");
        assert!(whole(&spec, 2), "{said}: {:?}", spec.gaps);
    }
    let spec = read("A volunteer can add a shift with a date, a start time and at least 2 helpers.");
    assert_eq!(rules(&spec, "shift", "helpers"), [Rule::Min { value: 2.0 }]);
    assert!(spec.entity("helper").is_none() && names(&spec, "shift").len() == 3);
    // photos are no number, and other records of the text are none either
    let spec = read("A member can add a boat with a name and at most 3 photos.");
    assert!(!whole(&spec, 1), "{:?}", spec.entities);
    let spec = read("A tour has a name and at most 8 boats.\nA boat has a name and a length.");
    assert!(!whole(&spec, 1) && field(&spec, "tour", "boats").is_none(), "{:?}", spec.entities);
}

#[test]
fn the_values_of_a_property_are_those_of_the_record_that_has_it() {
    let spec = read(
        "A volunteer can add a donation with a donor and the kind of food.\n\
         A coordinator can add a household with a name.\nThe kind of food is one of bread, dairy, other.",
    );
    assert_eq!(choice(&spec, "donation", "kind_of_food"), ["bread", "dairy", "other"]);
    assert!(field(&spec, "household", "kind_of_food").is_none() && whole(&spec, 3));
    // where no other record has it, it is of the one spoken of, and a second list is of another record
    let spec = read(
        "A tool has a name and a category.\nThe category is one of drill, saw.\nA member has a name.\n\
         The category is one of adult, child.",
    );
    assert_eq!(choice(&spec, "tool", "category"), ["drill", "saw"]);
    assert_eq!(choice(&spec, "member", "category"), ["adult", "child"]);
}

#[test]
fn a_running_number_is_a_number_of_its_own() {
    for said in [
        "Each report receives a consecutive number.",
        "Each report gets a running report number.",
        "The number of a report is assigned automatically.",
    ] {
        let spec = read(&format!("A clerk can add a report with a street and a house number.\n{said}"));
        let house = field(&spec, "report", "house_number").unwrap();
        assert!(!house.read_only && house.ty == FieldType::Text { multiline: false }, "{said}");
        let given = |f: &Feature| matches!(f, Feature::Computed { field, .. } if field != "house_number");
        assert!(spec.features.iter().any(given) && whole(&spec, 2), "{said}: {:?}", spec.features);
    }
}

#[test]
fn no_property_of_a_list_is_passed_over() {
    let spec = read("Every sample has a code, a site and a pH value.\n- pH value: 0 to 14, optional");
    assert_eq!(names(&spec, "sample"), ["code", "site", "ph_value"]);
    assert!(spec.entities.len() == 1, "{:?}", spec.entities);
    let spec = read("A permit has a number, an area and a form.");
    assert_eq!(names(&spec, "permit"), ["number", "area", "form"]);
}

#[test]
fn several_of_something_are_no_single_text() {
    for said in ["one or more items", "several items", "many items"] {
        let spec = read(&format!("An order has a pick-up date and {said}."));
        assert!(!whole(&spec, 1), "{said}: {:?}", spec.entities);
    }
    let spec = read("A pot has a name and a size.\nAn order has a pick-up date and one or more pots.");
    assert!(field(&spec, "pot", "order_id").is_some(), "{:?}", spec.entities);
    // nothing asks for the first of them
    assert!(!whole(&spec, 2));
    let spec = read("A pot has a name and a size.\nAn order has a pick-up date and pots.");
    assert!(field(&spec, "pot", "order_id").is_some() && whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_a_record_may_have_can_be_missing() {
    for said in ["may have a monitor", "can have a monitor", "can also have a monitor"] {
        let spec = read(&format!("A desk has a code, a floor and {said}."));
        assert!(!field(&spec, "desk", "monitor").unwrap().required, "{said}");
        assert!(field(&spec, "desk", "code").unwrap().required && whole(&spec, 1), "{said}: {:?}", spec.gaps);
    }
}

#[test]
fn one_of_some_numbers_is_a_choice() {
    let spec = read(
        "A receptionist books an appointment for a patient on a date, lasting 20, 40 or 60 minutes.\n\
         A patient has a name.\nA lesson has a title and a duration of 1 or 2 hours.",
    );
    assert_eq!(choice(&spec, "appointment", "duration"), ["20", "40", "60"]);
    assert!(field(&spec, "appointment", "lasting").is_none() && field(&spec, "appointment", "minutes").is_none());
    assert_eq!(choice(&spec, "lesson", "duration"), ["1", "2"]);
    assert_eq!(field(&spec, "lesson", "duration").unwrap().unit.as_deref(), Some("hours"));
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn how_a_code_is_spelled_is_no_property() {
    for said in [
        "The desk code consists of one capital letter followed by three digits.",
        "The code consists of a letter and 3 digits.",
        "The code must be a letter followed by 3 digits.",
    ] {
        let spec = read(&format!("A desk has a code and a floor.\n{said}"));
        assert_eq!(names(&spec, "desk"), ["code", "floor"], "{said}");
        assert!(rules(&spec, "desk", "code").is_empty() && !whole(&spec, 2), "{said}: {:?}", spec.entities);
    }
}

#[test]
fn what_is_added_up_is_not_entered() {
    for said in [
        "For each job I want to see the total number of hours.",
        "For each job we want to see the average price.",
        "For every job the total price is shown.",
    ] {
        let spec = read(&format!("For each job we note the name, the price and the date.\n{said}"));
        assert_eq!(names(&spec, "job"), ["name", "price", "date"], "{said}");
    }
}

#[test]
fn a_list_of_some_bounds_nothing_and_adds_nothing() {
    for said in [
        "The shop owner can list the parts with a stock below 5.",
        "The shop owner can see parts with a stock of at most 5.",
        "The shop owner can delete the parts with a stock not above 5.",
    ] {
        let spec = read(&format!("Mechanics log in.\nA mechanic can add a part with a name and a stock.\n{said}"));
        assert!(rules(&spec, "part", "stock").is_empty(), "{said}: {:?}", spec.entities);
        assert!(!whole(&spec, 3), "{said}");
        let adds = |a: &crate::models::offline::spec::Access| {
            a.ops.contains(&Op::Create) && a.who == Who::Role("shop_owner".into())
        };
        assert!(!spec.entity("part").unwrap().access.iter().any(adds), "{said}");
    }
}

#[test]
fn one_part_is_a_thing_and_its_stock_is_named_shortly() {
    for first in
        ["A mechanic can add a part with a name and a stock quantity.", "Each part has a name and a stock quantity."]
    {
        let spec = read(&format!("{first}\nStock can never go below zero."));
        assert_eq!(names(&spec, "part"), ["name", "stock_quantity"]);
        assert_eq!(rules(&spec, "part", "stock_quantity"), [Rule::Min { value: 0.0 }]);
        assert!(whole(&spec, 1) && whole(&spec, 2), "{:?}", spec.gaps);
    }
}

#[test]
fn who_adds_what_names_another_record_sees_those_there_are() {
    let spec = read(
        "A teacher can create an excursion with a title.\nThe teacher approves excursions.\n\
         Teachers can see excursions.\nA parent can add a child with a name and an excursion.",
    );
    let sees =
        |a: &crate::models::offline::spec::Access| a.ops.contains(&Op::Read) && a.who == Who::Role("parent".into());
    assert!(spec.entity("excursion").unwrap().access.iter().any(sees), "{:?}", spec.entity("excursion"));
    assert!(spec.assumptions.iter().any(|q| q.key.starts_with("choose:")), "{:?}", spec.assumptions);
}

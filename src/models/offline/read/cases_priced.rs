//! Lists that tell what stands in them, and what something costs for as long as it is had.

use super::tests::{field, read, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Formula, Unit};

fn computed(spec: &AppSpec, entity: &str, name: &str) -> Option<Formula> {
    spec.features.iter().find_map(|f| match f {
        Feature::Computed { entity: e, field, formula, .. } if e == entity && field == name => Some(formula.clone()),
        _ => None,
    })
}

#[test]
fn a_list_is_told_by_what_each_of_its_entries_has() {
    for list in [
        "The shop keeps a price list: each price has a name, an amount and a remark.",
        "The shop keeps a list of prices: every price has a name, an amount and a remark.",
        "The shop has a price list; each entry has a name, an amount and a remark.",
    ] {
        let spec = read(&format!("Clerks log in and see all prices.\n{list}"));
        let names: Vec<&str> = spec.entity("price").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["name", "amount", "remark"], "{list}");
        assert!(whole(&spec, 2), "{list}: {:?}", spec.gaps);
    }
    let spec =
        read("Clerks log in and see all items.\nThe pharmacy keeps a stock list: each item has a name and a quantity.");
    assert!(whole(&spec, 2) && field(&spec, "item", "quantity").is_some(), "{:?}", spec.gaps);
    assert_eq!(spec.entities.len(), 1, "{:?}", spec.entities);
    let spec = read("Clerks log in.\nClerks keep a price list: each price has a name and an amount.");
    assert!(whole(&spec, 2) && spec.entity("price").unwrap().access.iter().any(|a| a.clauses == [ClauseId(2)]));
    // a list that says of nothing what each has is none
    let spec = read("Clerks log in. Clerks add tools with a name.\nThe shop keeps a price list.");
    assert!(spec.entity("price").is_none() && !whole(&spec, 3), "{:?}", spec.entities);
}

const BOATS: &str = "Wardens add boats with a name and a price per day.\n\
    Members book a boat with a first day and a last day.\n";

#[test]
fn what_something_costs_is_its_price_for_as_long_as_it_is_had() {
    for total in [
        "The total of a booking is the price per day times the days.",
        "The total of a booking is the number of days times the price per day.",
        "The total of a booking is calculated as the price per day multiplied by the number of days.",
    ] {
        let spec = read(&format!("{BOATS}{total}"));
        let priced = Formula::Priced { link: "boat_id".into(), of: "price_per_day".into(), by: "days".into() };
        assert_eq!(computed(&spec, "booking", "total"), Some(priced), "{total}: {:?}", spec.gaps);
        let (start, end) = ("first_day".into(), "last_day".into());
        let days = Formula::Length { start, end, unit: Unit::Days, whole: true };
        assert_eq!(computed(&spec, "booking", "days"), Some(days), "{total}");
        assert!(whole(&spec, 3) && field(&spec, "booking", "last_day").unwrap().required, "{total}: {:?}", spec.gaps);
    }
    let spec = read(
        "Hosts add rooms with a name and a price per night.\nGuests sign up.\n\
         Guests book a room with an arrival day and a departure day.\n\
         The total of a booking is the number of nights times the price per night.",
    );
    let (start, end) = ("arrival_day".into(), "departure_day".into());
    let nights = Formula::Length { start, end, unit: Unit::Nights, whole: false };
    assert_eq!(computed(&spec, "booking", "nights"), Some(nights), "{:?}", spec.gaps);
    let spec = read(
        "The warden adds halls with a name and a price per hour.\nMembers sign up.\n\
         Members book a hall with a date, a start time and an end time.\n\
         The price of a booking is the price per hour times the hours.",
    );
    let (start, end) = ("start_time".into(), "end_time".into());
    let hours = Formula::Length { start, end, unit: Unit::Hours, whole: false };
    assert_eq!(computed(&spec, "booking", "hours"), Some(hours), "{:?} {:?}", spec.gaps, spec.entities);
}

#[test]
fn days_that_somebody_enters_and_more_than_a_product_are_no_length() {
    let spec = read(
        "Wardens add boats with a name and a price per day.\nMembers book a boat with a number of days.\n\
         The total of a booking is the price per day times the number of days.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Computed { formula: Formula::Length { .. }, .. })));
    for total in [
        "The total of a booking is the price per day times the days plus the deposit.",
        "The total of a booking is the price per hour times the hours.",
        "The total of a booking is the price per day times the days, without Sundays.",
    ] {
        let spec = read(&format!("{BOATS}{total}"));
        let length = |f: &Feature| matches!(f, Feature::Computed { formula: Formula::Length { .. }, .. });
        assert!(!spec.features.iter().any(length) && !whole(&spec, 3), "{total}: {:?}", spec.features);
    }
    let boat = read(BOATS);
    assert!(matches!(field(&boat, "boat", "price_per_day").unwrap().ty, FieldType::Decimal { .. }));
}

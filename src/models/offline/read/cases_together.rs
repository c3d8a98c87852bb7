//! What several properties say together, what is said of each of many, and how long something may be.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, Rule};

fn together(spec: &AppSpec) -> Vec<Vec<String>> {
    let of = |f: &Feature| match f {
        Feature::UniqueTogether { fields, .. } => Some(fields.clone()),
        _ => None,
    };
    spec.features.iter().filter_map(of).collect()
}

fn alone(spec: &AppSpec) -> bool {
    let fields = spec.entities.iter().flat_map(|e| &e.fields);
    fields.flat_map(|f| &f.rules).any(|r| matches!(r.rule, Rule::Unique { .. }))
}

#[test]
fn what_is_unique_together_is_not_unique_alone() {
    for (sentence, fields) in [
        ("First name, last name and class together must be unique.", vec!["first_name", "last_name", "class"]),
        ("The combination of last name and class must be unique.", vec!["last_name", "class"]),
        ("The combination of class and first name is unique.", vec!["class", "first_name"]),
        ("The same first name in the same class may not be added twice.", vec!["first_name", "class"]),
    ] {
        let spec = read(&format!("Teachers can add a pupil with a first name, a last name and a class.\n{sentence}"));
        assert_eq!(together(&spec), [fields], "{sentence}");
        assert!(!alone(&spec) && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
        assert_eq!(spec.entities.len(), 1, "{sentence}");
    }
    for sentence in
        ["First name and shoe size together must be unique.", "The combination of class and colour must be unique."]
    {
        let spec = read(&format!("Teachers can add a pupil with a first name, a last name and a class.\n{sentence}"));
        assert!(!alone(&spec) && together(&spec).is_empty() && !whole(&spec, 2), "{sentence}");
    }
    let spec = read("Teachers can add a pupil with a first name and a class.\nThe first name must be unique.");
    assert!(alone(&spec) && whole(&spec, 2));
}

#[test]
fn who_is_not_signed_in_cannot_be_told_from_others() {
    let dish = "Cooks sign up and log in.\nCooks can add a dish with a name.\n";
    let rating = "add a rating with a number of stars between 1 and 5.\n";
    let spec = read(&format!("{dish}Guests can {rating}Each guest can rate a dish only once."));
    assert!(!whole(&spec, 4));
    let spec = read(&format!("{dish}Members can {rating}Each member can rate a dish only once."));
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn one_total_of_all_is_not_one_of_each() {
    for sentence in [
        "The organiser sees the total of entry fees per race.",
        "The organiser sees the sum of all fees for each race.",
    ] {
        let spec = read(&format!("The organiser can add a race with a name and an entry fee.\n{sentence}"));
        let one = |f: &Feature| matches!(f, Feature::Totals { group_by: None, each: None, .. });
        assert!(!whole(&spec, 2) || !spec.features.iter().any(one), "{sentence}");
    }
    let spec =
        read("The organiser can add a race with a name and an entry fee.\nThe organiser sees the total of entry fees.");
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn how_long_a_record_lasts_is_no_time_to_answer() {
    let song = "Members can add a song with a title and a length in seconds.";
    for (sentence, min, max) in [
        ("The length must be under 600 seconds.", None, Some(599.99)),
        ("The length must be over 10 seconds and under 600 seconds.", Some(10.01), Some(599.99)),
        ("A song must not last longer than 600 seconds.", None, Some(600.0)),
        ("A song may not take longer than 600 seconds.", None, Some(600.0)),
        ("A song must last at least 10 seconds.", Some(10.0), None),
    ] {
        let spec = read(&format!("{song}\n{sentence}"));
        let rules = &field(&spec, "song", "length").unwrap().rules;
        let least = rules.iter().find_map(|r| if let Rule::Min { value } = r.rule { Some(value) } else { None });
        let most = rules.iter().find_map(|r| if let Rule::Max { value } = r.rule { Some(value) } else { None });
        assert_eq!((least, most), (min, max), "{sentence}");
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Performance { .. })), "{sentence}");
        assert!(whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{song}\nThe list of songs must be there in under 2 seconds."));
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Performance { .. })));
}

#[test]
fn letters_that_may_be_digits_too_are_a_gap() {
    for (sentence, kept) in [
        ("The code consists of 8 letters.", false),
        ("The code consists of at most 8 letters.", true),
        ("The code consists of 8 characters.", true),
    ] {
        let spec = read(&format!("Clerks can add a voucher with a code and a value in euros.\n{sentence}"));
        assert_eq!(whole(&spec, 2), kept, "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_is_logged_with_a_user_is_no_way_to_log_in() {
    let spec = read(
        "Guards sign up and log in.\nGuards can add an entry with a name and a time.\nEntries are logged with user and time.",
    );
    assert!(
        spec.users.as_ref().is_some_and(|u| u.roles.iter().any(|r| r.name == "guard"))
            && spec.entity("guard").is_none()
    );
    assert!(!whole(&spec, 3), "{:?}", spec.entity("entry"));
}

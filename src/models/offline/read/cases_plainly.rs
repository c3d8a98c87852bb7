//! Everyday sentences about states, bounds and what no two have, and the order of lists.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Rule};

fn rules(spec: &AppSpec, entity: &str, name: &str) -> Vec<Rule> {
    field(spec, entity, name).map(|f| f.rules.iter().map(|r| r.rule.clone()).collect()).unwrap_or_default()
}

#[test]
fn states_may_begin_with_a_preposition() {
    let spec =
        read("A plot has a number.\nA plot is free, let or under repair.\nEverybody may see which plots are free.");
    let status = field(&spec, "plot", "status").unwrap();
    let values = ["free", "let", "under repair"].map(str::to_owned).to_vec();
    assert_eq!(status.ty, FieldType::Choice { values });
    assert!(whole(&spec, 2) && whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn any_property_may_name_its_values_behind_a_colon() {
    let spec = read("The leader adds singers.\nEach singer has a name and a voice: soprano, alto, tenor or bass.");
    let values = ["soprano", "alto", "tenor", "bass"].map(str::to_owned).to_vec();
    assert_eq!(field(&spec, "singer", "voice").unwrap().ty, FieldType::Choice { values });
    assert!(field(&spec, "singer", "bass").is_none() && whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn kinds_that_there_are_are_values() {
    let spec = read("Subscribers log in and order boxes.\nThere are three sizes of box: small, medium and large.");
    let values = ["small", "medium", "large"].map(str::to_owned).to_vec();
    assert_eq!(field(&spec, "box", "size").unwrap().ty, FieldType::Choice { values });
    assert!(field(&spec, "box", "medium").is_none() && whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn bounds_are_said_in_many_ways() {
    let medicine = "A medicine has a name, a year of purchase and a quantity.";
    for (text, name, rule) in [
        ("The quantity never falls below zero.", "quantity", Rule::Min { value: 0.0 }),
        ("The quantity never drops below 5.", "quantity", Rule::Min { value: 5.0 }),
        ("The quantity must not go above 40.", "quantity", Rule::Max { value: 40.0 }),
        ("The year of purchase is not before 1995.", "year_of_purchase", Rule::Min { value: 1995.0 }),
        ("The name must not be empty and has at most 120 characters.", "name", Rule::MaxLength { value: 120 }),
        ("The name must not be empty and has at most 120 characters.", "name", Rule::Required),
    ] {
        let spec = read(&format!("{medicine}\n{text}"));
        assert!(rules(&spec, "medicine", name).contains(&rule), "{text}: {:?}", spec.entities);
        assert!(whole(&spec, 2), "{text}: {:?}", spec.gaps);
    }
    // what it does today binds nobody
    let spec = read(&format!("{medicine}\nThe quantity falls below zero."));
    assert_eq!(rules(&spec, "medicine", "quantity"), []);
}

#[test]
fn the_later_of_two_is_no_earlier_and_the_other_way_round() {
    let shift = "A shift has a task, a start and an end.";
    for text in ["The end is later than the start.", "The end must be after the start."] {
        let spec = read(&format!("{shift}\n{text}"));
        let after = Rule::After { field: "start".into(), or_equal: false };
        assert!(rules(&spec, "shift", "end").contains(&after) && whole(&spec, 2), "{text}: {:?}", spec.entities);
    }
    let spec = read(&format!("{shift}\nThe start is not later than the end."));
    let after = |r: &Rule| matches!(r, Rule::After { .. });
    assert!(!rules(&spec, "shift", "start").iter().any(after), "{:?}", spec.entities);
}

#[test]
fn what_no_two_have_is_unique() {
    let plots = "A plot has a number and a size.";
    for text in [
        "No two plots have the same number.",
        "Two plots must not have the same number.",
        "No two plots may share a number.",
    ] {
        let spec = read(&format!("{plots}\n{text}"));
        assert!(rules(&spec, "plot", "number").contains(&Rule::Unique { per_owner: false }), "{text}");
        assert!(whole(&spec, 2), "{text}: {:?}", spec.gaps);
    }
    let spec = read("A lesson has a date and a place.\nNo two lessons have the same date and place.");
    let both = |f: &Feature| matches!(f, Feature::UniqueTogether { fields, .. } if *fields == ["date", "place"]);
    assert!(spec.features.iter().any(both) && whole(&spec, 2), "{:?}", spec.gaps);
    for text in [
        "Two lessons must not take place in the same place on the same date.",
        "No two lessons can be in the same place on the same date.",
    ] {
        let spec = read(&format!("A lesson has a date and a place.\n{text}"));
        let both = |f: &Feature| matches!(f, Feature::UniqueTogether { fields, .. } if *fields == ["place", "date"]);
        assert!(spec.features.iter().any(both) && whole(&spec, 2), "{text}: {:?} {:?}", spec.features, spec.gaps);
    }
    let spec = read(&format!("{plots}\nNo two free plots have the same number."));
    assert!(rules(&spec, "plot", "number").is_empty() && !whole(&spec, 2));
}

#[test]
fn nobody_does_twice_what_is_done_once() {
    let spec = read(
        "A shift has a task.\nVolunteers log in and sign up for shifts.\nNobody signs up twice for the same shift.",
    );
    let once = |f: &Feature| matches!(f, Feature::UniqueTogether { fields, .. } if *fields == ["shift_id", "owner_id"]);
    assert!(spec.features.iter().any(once), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn what_is_not_needed_is_excluded() {
    for text in ["What we do not need: online payment, recipes.", "What it does not do: online payment, recipes."] {
        let spec = read(&format!("A box has a size.\n{text}"));
        let found = |f: &Feature| matches!(f, Feature::Exclusion { terms, .. } if terms.contains(&"payment".into()) && terms.contains(&"recipe".into()));
        assert!(spec.features.iter().any(found) && whole(&spec, 2), "{text}: {:?}", spec.gaps);
    }
}

#[test]
fn a_kind_of_things_may_be_named_by_an_act() {
    let spec = read("Coaches create training sessions with a date and a pitch.");
    let session = spec.entities.iter().find(|e| e.name.ends_with("session")).unwrap();
    assert!(session.fields.iter().any(|f| f.name == "pitch") && whole(&spec, 1), "{:?}", spec.gaps);
}

#[test]
fn one_signs_in_with_a_name_where_no_address_is_asked_for() {
    use crate::models::offline::spec::SignInWith;
    for text in [
        "Caretakers sign in with a name and a password.",
        "Caretakers log in with their name and a password.",
        "Caretakers log in with their own name and password.",
    ] {
        let spec = read(&format!("{text}\nCaretakers add keys with a number."));
        assert_eq!(spec.users.as_ref().map(|u| u.sign_in_with), Some(SignInWith::UserName), "{text}");
        assert!(whole(&spec, 1), "{text}: {:?}", spec.gaps);
    }
    let spec =
        read("Caretakers sign in with the name of their house and a password.\nCaretakers add keys with a number.");
    assert!(!whole(&spec, 1));
    let spec = read(
        "Caretakers log in with a name and a password.\nTeachers log in with their e-mail address.\nCaretakers add keys with a number.",
    );
    assert_eq!(spec.users.as_ref().map(|u| u.sign_in_with), Some(SignInWith::Email));
}

#[test]
fn who_cannot_log_in_holds_no_account() {
    let keys = "A key has a number.\nTeachers log in and see keys.\nThe caretaker adds keys.";
    for text in ["Pupils cannot log in.", "Pupils must not sign in.", "Pupils do not log in.", "Pupils can't log in."] {
        let spec = read(&format!("{keys}\n{text}"));
        let users = spec.users.as_ref().unwrap();
        assert!(users.roles.iter().all(|r| r.name != "pupil"), "{text}: {:?}", users.roles);
        assert!(!users.log_in.contains(&crate::domain::ClauseId(4)) && !whole(&spec, 4), "{text}");
    }
    let spec = read(&format!("{keys}\nPupils cannot log in.\nPupils see the keys."));
    assert!(spec.users.as_ref().unwrap().roles.iter().all(|r| r.name != "pupil"));
    assert!(spec.entity("key").unwrap().access.iter().any(|a| a.who == crate::models::offline::spec::Who::Anyone));
    let spec = read(&format!("{keys}\nPupils do not have to log in.\nPupils reserve keys."));
    assert!(!spec.marks.is_empty());
}

#[test]
fn what_comes_first_is_an_order() {
    let loans = "Anyone adds loans with a title and a day.";
    for text in [
        "The newest loans come first.",
        "The latest loans are shown first.",
        "The newest loans stand at the top.",
        "Loans are listed, newest on top.",
        "The list of loans is shown with the newest first.",
    ] {
        let spec = read(&format!("{loans}\n{text}"));
        let sorted =
            |f: &Feature| matches!(f, Feature::Sort { field, descending: true, default: true, .. } if field == "day");
        assert!(spec.features.iter().any(sorted), "{text}: {:?}", spec.features);
        assert!(whole(&spec, 2), "{text}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{loans}\nThe newest loans never come first."));
    assert!(!whole(&spec, 2), "{:?}", spec.features);
}

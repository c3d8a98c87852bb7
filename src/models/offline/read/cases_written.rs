//! How long what is written may be, from which day on something is, and how many there may be of it.

use super::tests::{field, read_candidly, whole};
use crate::models::offline::spec::{Feature, Rule};

#[test]
fn a_comment_of_some_length_is_bounded_in_its_text() {
    let blog = "A blog.\nAuthors sign in.\nAuthors add posts with a title.\nReaders comment on posts.\n";
    for (sentence, rule) in [
        ("A comment is at most 200 letters long.", Rule::MaxLength { value: 200 }),
        ("Comments must not be longer than 200 characters.", Rule::MaxLength { value: 200 }),
        ("A comment has at most 200 characters.", Rule::MaxLength { value: 200 }),
        ("A comment must be at least 10 characters long.", Rule::MinLength { value: 10 }),
    ] {
        let spec = read_candidly(&format!("{blog}{sentence}"));
        let text = field(&spec, "comment", "text").unwrap();
        assert!(text.rules.iter().any(|r| r.rule == rule) && whole(&spec, 5), "{sentence}: {text:?} {:?}", spec.gaps);
    }
    let spec =
        read_candidly(&format!("{blog}A comment has a title and a text.\nA comment is at most 200 letters long."));
    assert!(!whole(&spec, 6), "{:?}", spec.entities);
}

#[test]
fn what_is_for_today_or_later_is_not_for_a_day_that_is_over() {
    let rooms = "A hall.\nThe warden adds rooms with a name.\nMembers reserve rooms for a day.\n";
    for sentence in [
        "A reservation is for today or later.",
        "Reservations must be for today or later.",
        "A reservation has to be for today or a later day.",
    ] {
        let spec = read_candidly(&format!("{rooms}{sentence}"));
        let day = spec.entity("reservation").unwrap().fields.iter().find(|f| f.ty.is_day()).unwrap();
        assert!(day.rules.iter().any(|r| r.rule == Rule::NotInPast), "{sentence}: {day:?} {:?}", spec.gaps);
    }
}

#[test]
fn how_many_there_may_be_of_something_is_no_property_of_whose_they_are() {
    let practice = "A practice.\nThe office adds therapists with a name.\n\
                    Patients book appointments with a therapist, a day and a time.\n";
    for sentence in [
        "A therapist can have only one appointment per day and time.",
        "A therapist has at most one appointment per day and time.",
    ] {
        let spec = read_candidly(&format!("{practice}{sentence}"));
        assert!(field(&spec, "therapist", "time").is_none(), "{sentence}: {:?}", spec.entities);
        let once = |f: &Feature| match f {
            Feature::UniqueTogether { entity, fields, .. } => {
                entity == "appointment"
                    && ["therapist_id", "day", "time"].iter().all(|key| fields.iter().any(|f| f == key))
            }
            _ => false,
        };
        assert!(spec.features.iter().any(once) || !whole(&spec, 4), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
    }
}

#[test]
fn that_no_change_is_recorded_keeps_none() {
    let club = "A club site.\nMembers add trips with a title.\nMembers change trips.\n";
    for sentence in ["No change of a trip is recorded.", "Changes are not recorded."] {
        let spec = read_candidly(&format!("{club}{sentence}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::History { .. })), "{sentence}: {:?}", spec.features);
    }
}

//! What somebody has for a while: until it is back, which things are out, how long.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Condition, Feature, FieldType, Formula, Op, Over, Rule, Who};

const KEYS: &str = "Caretakers log in and add keys with a number and a room.\nCaretakers lend keys to teachers.";

fn over() -> Over {
    Over { field: "returned".into(), values: vec!["true".into()] }
}

fn limited(spec: &AppSpec) -> Vec<(u32, Option<&str>, Option<&Over>)> {
    let of = |f: &'_ Feature| matches!(f, Feature::Limit { entity, .. } if entity == "loan");
    let all = spec.features.iter().filter(|f| of(f));
    all.filter_map(|f| match f {
        Feature::Limit { max, per, over, .. } => Some((*max, per.as_deref(), over.as_ref())),
        _ => None,
    })
    .collect()
}

#[test]
fn what_is_out_cannot_be_had_until_it_is_back() {
    for text in [
        "A key cannot be lent again until it is back.",
        "A key that is out cannot be lent until it has been returned.",
        "A lent key can only be lent again once it is back.",
        "Nobody can borrow a key until it has been brought back.",
        "A key that is lent must not be borrowed before it is returned.",
    ] {
        let spec = read(&format!("{KEYS}\n{text}"));
        assert_eq!(limited(&spec), [(1, Some("key_id"), Some(&over()))], "{text}: {:?}", spec.features);
        let returned = field(&spec, "loan", "returned").unwrap();
        assert!(returned.ty == FieldType::Boolean && !returned.required, "{text}");
        assert!(whole(&spec, 3), "{text}: {:?}", spec.gaps);
    }
    for text in [
        "A key cannot be lent again until the caretaker is back.",
        "A heavy key cannot be lent until it is back in its box.",
        "A key can be lent until it is back.",
    ] {
        let spec = read(&format!("{KEYS}\n{text}"));
        assert!(limited(&spec).is_empty() && !whole(&spec, 3), "{text}: {:?}", spec.features);
    }
}

#[test]
fn which_things_are_out_is_seen_of_each_and_in_a_list() {
    for (text, name, within) in [
        ("Everyone sees which keys are lent.", "lent", true),
        ("Everyone sees which keys are out.", "out", true),
        ("Teachers can see the keys that are lent.", "lent", true),
        ("Everyone sees which keys are available.", "out", false),
    ] {
        let spec = read(&format!("{KEYS}\n{text}\nA key cannot be lent again until it is back."));
        let held = spec.features.iter().any(|f| match f {
            Feature::Computed { entity, field, formula: Formula::Held { entity: by, over: o, .. }, .. } => {
                entity == "key" && field == name && by == "loan" && *o == Some(over())
            }
            _ => false,
        });
        let values = vec!["true".to_owned()];
        let wanted = match within {
            true => Condition::In { field: name.into(), values },
            false => Condition::NotIn { field: name.into(), values },
        };
        let listed = spec
            .features
            .iter()
            .any(|f| matches!(f, Feature::View { conditions, .. } if *conditions == [wanted.clone()]));
        assert!(held && listed, "{text}: {:?}", spec.features);
        assert!(whole(&spec, 3), "{text}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{KEYS}\nTeachers see whether a key is out or available."));
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
    // a state of its own says it already
    let spec =
        read("A key has a number and a state: in, out or lost.\nAnyone lends keys.\nEveryone sees which keys are out.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Computed { .. })), "{:?}", spec.features);
}

#[test]
fn who_brings_things_back_says_so() {
    let spec = read(&format!("{KEYS}\nCaretakers take keys back."));
    let says = spec
        .entity("loan")
        .unwrap()
        .access
        .iter()
        .any(|a| a.who == Who::Role("caretaker".into()) && a.ops == [Op::Update] && a.only_fields == ["returned"]);
    assert!(says && whole(&spec, 3), "{:?} {:?}", spec.entity("loan"), spec.gaps);
}

#[test]
fn what_is_back_does_not_count() {
    for text in ["Nobody borrows two keys at once.", "A teacher can borrow at most 3 keys."] {
        let spec =
            read(&format!("{KEYS}\nTeachers borrow keys.\n{text}\nA key cannot be lent again until it is back."));
        assert!(limited(&spec).iter().all(|(.., o)| *o == Some(&over())), "{text}: {:?}", limited(&spec));
        assert_eq!(limited(&spec).len(), 2, "{text}: {:?}", spec.features);
    }
}

#[test]
fn what_has_an_end_and_lasts_has_a_beginning() {
    let spec = read(
        "Caretakers log in and add keys with a number.\nCaretakers lend keys to teachers.\nA loan has a due date.\nA loan lasts at most 14 days.",
    );
    let due = field(&spec, "loan", "due_date").unwrap();
    assert!(
        due.rules.iter().any(|r| r.rule == Rule::Within { field: "start_date".into(), days: 14, both: false }),
        "{due:?}"
    );
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

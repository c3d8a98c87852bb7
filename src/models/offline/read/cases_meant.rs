//! Rights, bans and bounds that are said of some people or records, and not of all: kept to, or named as a gap.

use super::tests::{cut, field};
use crate::models::offline::candid;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Scope, Who};
use std::collections::BTreeMap;

/// The specification of a text with all its gaps: what was not read, and what is doubted.
fn read(text: &str) -> AppSpec {
    let clauses = cut(text);
    let texts = clauses.iter().map(|(id, text, _)| (*id, text.clone())).collect();
    candid(super::analyse(&clauses, &BTreeMap::new()).unwrap(), &texts)
}
fn whole(spec: &AppSpec, clause: u32) -> bool {
    super::tests::whole(spec, clause)
}
/// Who may do what with which of the records.
fn may(spec: &AppSpec, entity: &str, op: Op) -> Vec<(Who, Scope)> {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    access.into_iter().filter(|a| a.ops.contains(&op) && a.only_fields.is_empty()).map(|a| (a.who, a.scope)).collect()
}
fn role(name: &str) -> Who {
    Who::Role(name.into())
}

const LAMPS: &str = "Staff can add a lamp with a name and a price.\n";
const SLOTS: &str = "Parents can book a slot.\nA slot has a date and a time.\nTeachers add slots.\n";
const GRADES: &str =
    "Teachers can add a grade with a pupil, a subject and a mark from 1 to 6.\nPupils see only their own grades.\n";

#[test]
fn who_exports_a_list_alone_is_not_who_sees_it_alone() {
    for sentence in ["Only managers can export the lamps as CSV.", "Lamps can be exported as CSV by managers only."] {
        let spec = read(&format!("{LAMPS}{sentence}\nStaff can see lamps."));
        let csv = |f: &Feature| matches!(f, Feature::Csv { entity, only, .. } if entity == "lamp" && *only == [role("manager")]);
        assert!(spec.features.iter().any(csv), "{sentence}: {:?}", spec.features);
        let readers = may(&spec, "lamp", Op::Read);
        assert!(
            [role("staff"), role("manager")].iter().all(|who| readers.contains(&(who.clone(), Scope::All))),
            "{sentence}"
        );
        assert!(whole(&spec, 2) && whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
    let spec =
        read(&format!("{LAMPS}The list of lamps can be exported as CSV.\nOnly managers can export the lamps as CSV."));
    let alone = |f: &&Feature| matches!(f, Feature::Csv { only, .. } if *only == [role("manager")]);
    assert_eq!(spec.features.iter().filter(alone).count(), 2);
    let spec = read(&format!("{LAMPS}Staff can export the lamps as CSV.\nOnly managers can export the lamps as CSV."));
    assert!(!whole(&spec, 3) && !spec.features.iter().any(|f| alone(&f)));
    // without that word it is a right like others, and whose they are is no word on who
    for sentence in ["Managers can export the lamps as CSV.", "Staff can only export their own lamps as CSV."] {
        let spec = read(&format!("{LAMPS}{sentence}\nManagers see lamps."));
        let only = spec.features.iter().find_map(|f| match f {
            Feature::Csv { only, .. } => Some(only.clone()),
            _ => None,
        });
        assert_eq!(only, Some(Vec::new()), "{sentence}");
    }
}

#[test]
fn whoever_has_to_do_with_a_record_is_not_everybody_of_that_name() {
    let officers = "Officers can add an exam with a title and a date.\n";
    for sentence in [
        "The supervisor of an exam accepts or declines the exam.",
        "An exam is accepted or declined by the supervisor of the exam.",
        "The supervisor of an exam can see the exam.",
    ] {
        let spec = read(&format!("{officers}{sentence}"));
        assert!(!whole(&spec, 2), "{sentence}");
    }
    for sentence in ["The supervisor accepts or declines an exam.", "The head sees exams."] {
        let spec = read(&format!("{officers}{sentence}"));
        assert!(whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    let clerks = "A clerk can register a parcel with a weight and a destination.\n";
    let spec = read(&format!("{clerks}A team leader can see the parcels of his team."));
    assert!(!whole(&spec, 2));
    let spec = read(&format!("{clerks}A team leader can see the parcels."));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_somebody_alone_can_book_is_booked_once() {
    for (sentence, max) in [
        ("A slot can be booked by one parent only.", 1),
        ("A slot can be booked by only one parent.", 1),
        ("Each slot can be booked by at most two parents.", 2),
    ] {
        let spec = read(&format!("{SLOTS}{sentence}"));
        let limited = |f: &Feature| {
            matches!(f, Feature::Limit { entity, max: m, per: Some(per), over: None, .. }
                if entity == "booking" && *m == max && per == "slot_id")
        };
        assert!(spec.features.iter().any(limited) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // what is taken for a time is free again, and within a time is another limit
    for sentence in ["A slot can be booked by one parent per day only.", "A slot can be booked by one parent."] {
        let spec = read(&format!("{SLOTS}{sentence}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })), "{sentence}");
    }
    let dated = "Parents can book a slot for a date.\nA slot has a name.\nTeachers add slots.\n";
    let spec = read(&format!("{dated}A slot can be booked by one parent only."));
    assert!(!whole(&spec, 4));
}

#[test]
fn what_was_entered_is_in_no_state_of_its_own() {
    for sentence in
        ["Grades cannot be changed after they were entered.", "Grades cannot be changed once they are entered."]
    {
        let spec = read(&format!("{GRADES}{sentence}"));
        let never = |f: &Feature| matches!(f, Feature::Forbid { entity, op: Op::Update, .. } if entity == "grade");
        assert!(spec.features.iter().any(never) && whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
        assert!(field(&spec, "grade", "status").is_none(), "{sentence}");
    }
    // a state that somebody gives it is one
    let spec = read(&format!("{GRADES}The head confirms grades.\nGrades cannot be changed once they are confirmed."));
    assert!(matches!(field(&spec, "grade", "status").map(|f| &f.ty), Some(FieldType::Choice { .. })));
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

//! Sentences that withhold something, in the words of everyday: none of them may give it.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, Op, Who};

fn may(spec: &AppSpec, entity: &str, who: &Who, op: Op) -> bool {
    let e = spec.entities.iter().find(|e| e.name == entity).unwrap();
    e.access.iter().any(|a| a.who == *who && a.ops.contains(&op) && a.only_fields.is_empty())
}

fn role(name: &str) -> Who {
    Who::Role(name.to_owned())
}

fn forbidden(spec: &AppSpec, op: Op) -> bool {
    spec.features.iter().any(|f| matches!(f, Feature::Forbid { op: o, .. } if *o == op))
}

#[test]
fn neither_of_those_named_may() {
    let museum = "A museum.\nCurators add exhibits with a name.\nCurators may change exhibits.\n\
        Visitors see exhibits without logging in.\nGuides see exhibits.";
    for text in [
        "Neither visitors nor guides may change exhibits.",
        "Neither a visitor nor a guide can change exhibits.",
        "Neither guides nor visitors are allowed to change exhibits.",
        "Exhibits may be changed neither by visitors nor by guides.",
        "Exhibits can be changed by neither guides nor visitors.",
        "A guide may neither change nor delete exhibits.",
        "Guides neither change nor delete exhibits.",
        "Exhibits are neither changed nor deleted by guides.",
    ] {
        let spec = read(&format!("{museum}\n{text}"));
        for who in [Who::Anyone, Who::SignedIn, role("guide")] {
            assert!(!may(&spec, "exhibit", &who, Op::Update), "{text}: {who:?} {:?}", spec.entities);
            assert!(!may(&spec, "exhibit", &who, Op::Delete), "{text}: {who:?} {:?}", spec.entities);
        }
        assert!(may(&spec, "exhibit", &role("curator"), Op::Update), "{text}: {:?}", spec.entities);
        assert!(!forbidden(&spec, Op::Update), "{text}");
    }
}

#[test]
fn a_ban_on_some_people_is_no_ban_on_all() {
    let archive = "A parish archive.\nThe editor adds issues with a title.\nReaders comment on issues.";
    for text in [
        "Readers under 16 cannot comment.",
        "Readers younger than 16 cannot comment.",
        "Readers aged under 16 may not comment.",
        "A reader with an open fine cannot comment.",
        "Readers without a library card must not comment on issues.",
        "No reader under 16 may comment.",
        "Readers cannot comment with an open fine.",
        "Readers cannot comment if they are under 16.",
    ] {
        let spec = read(&format!("{archive}\n{text}"));
        assert!(!forbidden(&spec, Op::Create), "{text}: {:?}", spec.features);
        assert!(may(&spec, "comment", &role("reader"), Op::Create), "{text}: {:?}", spec.entities);
        assert!(!whole(&spec, 4), "{text}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{archive}\nReaders cannot delete issues."));
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn whoever_is_named_behind_but_not_does_not_get_it() {
    let club = "A rowing club.\nThe boatman adds outings with a name.\nMembers see outings.";
    for text in [
        "The chair, but not the boatman, can delete outings.",
        "The chair and not the boatman can delete outings.",
        "The chair (but not the boatman) can delete outings.",
        "The chair can delete outings, but not the boatman.",
        "Outings can be deleted by the chair, but not by the boatman.",
        "Outings can be deleted by the chair, never by the boatman.",
        "Outings are deleted by the chair and not the boatman.",
    ] {
        let spec = read(&format!("{club}\n{text}"));
        assert!(may(&spec, "outing", &role("chair"), Op::Delete), "{text}: {:?}", spec.entities);
        assert!(!may(&spec, "outing", &role("boatman"), Op::Delete), "{text}: {:?}", spec.entities);
        assert!(!may(&spec, "outing", &Who::SignedIn, Op::Delete), "{text}: {:?}", spec.entities);
    }
}

#[test]
fn what_things_do_not_have_is_no_property() {
    let brigade = "A fire brigade.\nThe chief adds reports with a title.\nFirefighters see reports.";
    for (text, names) in [
        ("Reports have no deadline.", &["deadline"][..]),
        ("A report has no owner.", &["owner"]),
        ("Reports have no fee.", &["fee"]),
        ("Reports shall have no deadline and no fee.", &["deadline", "fee"]),
        ("Reports have neither a deadline nor a fee.", &["deadline", "fee"]),
        ("A report has a text, a date and no fee.", &["fee"]),
        ("A report has a text but no deadline.", &["deadline"]),
        ("There is no deadline for reports.", &["deadline"]),
    ] {
        let spec = read(&format!("{brigade}\n{text}"));
        for name in names {
            assert!(field(&spec, "report", name).is_none(), "{text}: {:?}", spec.entities);
            assert!(spec.entities.iter().all(|e| e.name != *name), "{text}: {:?}", spec.entities);
        }
    }
    let spec = read(&format!("{brigade}\nA report has a text, a date and no fee."));
    assert!(field(&spec, "report", "date").is_some() && !whole(&spec, 4), "{:?}", spec.entities);
}

#[test]
fn a_bound_is_no_denial() {
    let spec = read("A hall.\nStaff add shows with a title and a number of seats.\nA show has no more than 40 seats.");
    assert!(whole(&spec, 3) && field(&spec, "show", "number_of_seats").is_some(), "{:?}", spec.gaps);
}

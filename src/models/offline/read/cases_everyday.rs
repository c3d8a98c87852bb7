//! What people say of their daily work: checking in and out, what each one sees.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Condition, Feature, FieldType, Op, Scope, Who};

fn role(name: &str) -> Who {
    Who::Role(name.into())
}

fn scopes<'s>(spec: &'s AppSpec, entity: &str, who: &Who, op: Op) -> Vec<&'s Scope> {
    let access = spec.entity(entity).map(|e| &e.access[..]).unwrap_or_default();
    access.iter().filter(|a| a.who == *who && a.ops.contains(&op)).map(|a| &a.scope).collect()
}

/// Who alone may set a property.
fn guard(spec: &AppSpec, entity: &str, field: &str) -> Option<Vec<Who>> {
    spec.features.iter().find_map(|f| match f {
        Feature::FieldGuard { entity: e, field: n, who, .. } if e == entity && n == field => Some(who.clone()),
        _ => None,
    })
}

fn by_clause(spec: &AppSpec, clause: u32) -> Vec<&Feature> {
    spec.features.iter().filter(|f| f.clauses().contains(&ClauseId(clause))).collect()
}

#[test]
fn who_checks_something_in_and_out_sets_whether_it_is_in() {
    for said in [
        "Wardens check a canoe in and check it out again.",
        "Wardens check in canoes and check them out again.",
        "Canoes are checked in and checked out by wardens.",
    ] {
        let spec = read(&format!("Paddlers add canoes with a name.\nPaddlers see all canoes.\n{said}"));
        let is_in = field(&spec, "canoe", "checked_in").unwrap_or_else(|| panic!("{said}: {:?}", spec.entity("canoe")));
        assert_eq!(is_in.ty, FieldType::Boolean);
        assert_eq!(guard(&spec, "canoe", "checked_in"), Some(vec![role("warden")]), "{said}");
        assert_eq!(scopes(&spec, "canoe", &role("warden"), Op::Update), [&Scope::All], "{said}");
        assert!(whole(&spec, 3), "{said} {:?}", spec.gaps);
    }
    // who checks somebody's thing in takes nothing from whom it belongs to
    let spec = read(
        "Owners register their parrots with a name.\nAn owner books a stay for a parrot.\nKeepers see all stays.\n\
         Keepers check a parrot in and check it out again.",
    );
    for op in [Op::Read, Op::Update] {
        assert!(scopes(&spec, "parrot", &role("owner"), op).contains(&&Scope::Own), "{:?}", spec.entity("parrot"));
    }
    // what is checked out and nobody checks in is borrowed
    let spec = read("A canoe has a name.\nPaddlers check a canoe out.\nWardens add canoes.");
    assert!(spec.entity("loan").is_some(), "{:?}", spec.entities);
    // who is checked in where, or checked for what, is not this
    let spec = read("Wardens add canoes with a name.\nWardens check the canoes in the shed.");
    assert!(field(&spec, "canoe", "checked_in").is_none());
}

#[test]
fn while_between_two_demands_is_no_condition() {
    let spec = read(
        "Members borrow kites.\nKeepers add kites with a name.\n\
         Members see only their own loans, while the keepers see all loans.",
    );
    assert_eq!(scopes(&spec, "loan", &role("member"), Op::Read), [&Scope::Own]);
    assert_eq!(scopes(&spec, "loan", &role("keeper"), Op::Read), [&Scope::All]);
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn a_ban_on_one_property_leaves_the_others() {
    let spec = read(
        "Keepers add kites with a name and a deposit.\nMembers see all kites.\nMembers must not change the deposit.",
    );
    assert!(scopes(&spec, "kite", &role("member"), Op::Update).is_empty());
    let linked = spec.entity("kite").is_some_and(|e| {
        e.access
            .iter()
            .any(|a| a.who == role("keeper") && a.ops.contains(&Op::Update) && a.clauses.contains(&ClauseId(3)))
    });
    assert!(linked && whole(&spec, 3), "{:?} {:?}", spec.entity("kite"), spec.gaps);
    let spec = read(
        "Keepers add kites with a name and a deposit.\nKeepers and members change kites.\nMembers must not change the deposit.",
    );
    assert_eq!(guard(&spec, "kite", "deposit"), Some(vec![role("keeper")]));
    assert_eq!(scopes(&spec, "kite", &role("member"), Op::Update), [&Scope::All]);
    // who says what it is when it is added would not be let
    let spec = read("Members add kites with a name and a deposit.\nMembers must not change the deposit.");
    assert!(guard(&spec, "kite", "deposit").is_none() && !whole(&spec, 2), "{:?}", spec.features);
}

#[test]
fn who_looks_after_something_it_belongs_to_is_named_in_it() {
    let spec = read(
        "Members see all beds.\nGardeners add beds with a name.\nEach bed belongs to a gardener who looks after it.",
    );
    let named = field(&spec, "bed", "gardener_id").map(|f| f.ty.clone());
    assert_eq!(named, Some(FieldType::UserReference { role: Some("gardener".into()) }));
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn a_page_with_what_is_overdue_is_a_list_of_its_own() {
    let spec = read(
        "Members borrow kites.\nA kite has a name.\nA loan has a start date and a due date.\n\
         We would also like to see a page with all loans that are overdue.",
    );
    let [Feature::View { conditions, entity, .. }] = &by_clause(&spec, 4)[..] else { panic!("{:?}", spec.features) };
    assert_eq!(
        (entity.as_str(), &conditions[..]),
        ("loan", &[Condition::Before { field: "due_date".into(), days: 0 }][..])
    );
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn a_session_of_a_course_is_a_thing_and_that_of_a_login_is_none() {
    let spec = read(
        "Teachers offer courses with a title.\nEach course has several sessions; a session has a date, a start time and a room.\n\
         Two sessions cannot be in the same room at the same time.",
    );
    assert!(field(&spec, "session", "course_id").is_some() && field(&spec, "session", "room").is_some());
    let [Feature::UniqueTogether { fields, .. }] = &by_clause(&spec, 3)[..] else { panic!("{:?}", spec.features) };
    assert_eq!(*fields, ["room", "date", "start_time"]);
    // who signs in and out does that at the address of this name
    assert_eq!(spec.entity("session").map(|e| e.plural.as_str()), Some("session_records"));
    let spec =
        read("Teachers add courses with a title.\nA user session has a start and ends after 30 minutes of inactivity.");
    assert!(spec.entities.iter().all(|e| !e.name.contains("session")), "{:?}", spec.entities);
}

#[test]
fn what_people_say_is_theirs_and_who_changed_what_is_recorded() {
    let spec = read(
        "Curators add coins with a title and a year.\nMembers see all coins.\nMembers leave a comment on a coin.\n\
         As a curator, I want to see who changed a coin and when.",
    );
    assert_eq!(scopes(&spec, "comment", &role("member"), Op::Update), [&Scope::Own]);
    let history = |f: &&Feature| matches!(f, Feature::History { entity, readers, .. } if entity == "coin" && *readers == [role("curator")]);
    assert!(by_clause(&spec, 4).iter().any(history) && whole(&spec, 4), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn asking_for_an_application_demands_nothing_yet() {
    let spec = read("We would like you to build us a small web application for it.\nMembers add kites with a name.");
    assert_eq!(spec.marks[0].kind, ClauseKind::Goal);
    let spec = read("We would like you to build us a list of kites with a name and a length.\nMembers add kites.");
    assert!(spec.marks[0].kind.demands());
}

#[test]
fn the_next_one_comes_first() {
    let spec = read(
        "Conductors plan rehearsals with a date and a place.\nThe list of rehearsals is sorted by date, the next one first.",
    );
    let sorts =
        |f: &&Feature| matches!(f, Feature::Sort { field, descending: false, default: true, .. } if field == "date");
    assert!(by_clause(&spec, 2).iter().any(sorts) && whole(&spec, 2), "{:?} {:?}", spec.features, spec.gaps);
}

//! Wordings of the letters that clubs and small businesses write.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Who};

fn kind(spec: &AppSpec, clause: u32) -> Option<ClauseKind> {
    spec.marks.iter().find(|m| m.clause == ClauseId(clause)).map(|m| m.kind)
}
fn may(spec: &AppSpec, entity: &str, op: Op) -> Vec<Who> {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    access.into_iter().filter(|a| a.ops.contains(&op)).map(|a| a.who).collect()
}

#[test]
fn a_greeting_stands_in_no_demands_way() {
    for hail in ["Hello, o", "Dear team, o", "Good evening! O", "Hi there – o"] {
        let spec = read(&format!("{hail}ur theatre needs a list of props.\nA prop has a name.\nActors add props."));
        assert!(whole(&spec, 1), "{hail}: {:?}", spec.gaps);
        assert_eq!(spec.title, "List of props", "{hail}");
    }
    let spec = read("Dear colleagues,\nOur theatre needs a list of props.\nA prop has a name.");
    assert_eq!((kind(&spec, 1), spec.title.as_str()), (Some(ClauseKind::Context), "List of props"));
}

#[test]
fn people_are_called_after_what_could_be_done() {
    let spec = read(
        "Stage managers sign in with a name and a password.\nStage managers add props with a name.\nActors see the props.",
    );
    assert!((1..=3).all(|c| whole(&spec, c)), "{:?}", spec.gaps);
    assert_eq!(may(&spec, "prop", Op::Create), [Who::Role("stage_manager".into())]);
}

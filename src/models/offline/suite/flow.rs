//! Ways through a workflow.

use super::{python::lit, scene::Scene};
use crate::models::offline::spec::{Entity, Field, FieldType, Over, Transition, Who};
use std::collections::{BTreeSet, VecDeque};

/// The moves (who may make it, the state it leads to) from `initial` to `to`; `None` when no way leads there.
pub(super) fn route(initial: &str, transitions: &[Transition], to: &str) -> Option<Vec<(Vec<Who>, String)>> {
    if initial == to {
        return Some(Vec::new());
    }
    if transitions.is_empty() {
        return Some(vec![(Vec::new(), to.to_owned())]);
    }
    let mut seen: BTreeSet<&str> = [initial].into();
    let mut queue = VecDeque::from([(initial, Vec::new())]);
    while let Some((state, moves)) = queue.pop_front() {
        for step in transitions.iter().filter(|t| t.from.iter().any(|f| f == state)) {
            let mut moves: Vec<(Vec<Who>, String)> = moves.clone();
            moves.push((step.who.clone(), step.to.clone()));
            if step.to == to {
                return Some(moves);
            }
            if seen.insert(&step.to) {
                queue.push_back((&step.to, moves));
            }
        }
    }
    None
}

/// The state in which a record begins, unless whoever adds it says another.
pub(super) fn begins(field: &Field) -> Option<&str> {
    match &field.ty {
        FieldType::Choice { values } => field.default.as_ref().or_else(|| values.first()).map(String::as_str),
        _ => None,
    }
}

/// Brings a record to where it is over.
pub(super) fn end<'a>(scene: &mut Scene<'a>, entity: &'a Entity, record: &str, over: &Over) -> Option<()> {
    let field = entity.fields.iter().find(|f| f.name == over.field)?;
    let value = over.values.first()?;
    let literal = if field.ty == FieldType::Boolean { "True".to_owned() } else { lit(value) };
    scene.set(entity, record, field, &literal, super::limits::DEPTH).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(from: &str, to: &str) -> Transition {
        Transition { from: vec![from.into()], to: to.into(), who: Vec::new() }
    }

    #[test]
    fn the_shortest_way_is_found_and_a_missing_one_is_none() {
        let moves = [step("a", "b"), step("b", "c"), step("a", "d"), step("d", "c"), step("c", "a")];
        let names =
            |way: Option<Vec<(Vec<Who>, String)>>| way.map(|w| w.into_iter().map(|(_, s)| s).collect::<Vec<_>>());
        assert_eq!(names(route("a", &moves, "c")), Some(vec!["b".to_owned(), "c".to_owned()]));
        assert_eq!(names(route("a", &moves, "a")), Some(Vec::new()));
        assert_eq!(names(route("a", &moves, "z")), None);
        assert_eq!(names(route("a", &[], "z")), Some(vec!["z".to_owned()]));
    }
}

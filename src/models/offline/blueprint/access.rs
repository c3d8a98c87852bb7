//! Access rights made disjoint: every row that is left gives something that no other row gives, so taking it away shows.

use crate::models::offline::spec::{Access, AppSpec, Entity, Op, Scope, Who};
use std::collections::BTreeSet;

/// The rows to write, with the clauses that each of them fulfils.
pub fn disjoint(spec: &AppSpec, entity: &Entity) -> Vec<Access> {
    let mut single: Vec<Access> = Vec::new();
    for access in &entity.access {
        for op in access.ops.iter().collect::<BTreeSet<_>>() {
            single.push(Access { ops: vec![*op], ..access.clone() });
        }
    }
    // Give the clauses of what is covered to what covers it.
    let mut kept: Vec<Access> = Vec::new();
    for index in 0..single.len() {
        let covering = (0..single.len()).find(|other| {
            *other != index
                && covers(spec, &single[*other], &single[index])
                && (*other < index || !covers(spec, &single[index], &single[*other]))
        });
        if covering.is_none() {
            kept.push(single[index].clone());
        }
    }
    for access in &single {
        if let Some(row) = kept.iter_mut().find(|row| covers(spec, row, access)) {
            row.clauses.extend(access.clauses.iter().cloned());
        }
    }
    for row in &mut kept {
        row.clauses.sort();
        row.clauses.dedup();
    }
    // Operations of one right that the same clauses ask for are one row again.
    let mut rows: Vec<Access> = Vec::new();
    for access in kept {
        let same = rows.iter_mut().find(|row| {
            row.who == access.who
                && row.scope == access.scope
                && row.only_fields == access.only_fields
                && row.clauses == access.clauses
        });
        match same {
            Some(row) => row.ops.extend(access.ops),
            None => rows.push(access),
        }
    }
    rows
}

/// Whether `wide` gives all that `narrow` gives.
fn covers(spec: &AppSpec, wide: &Access, narrow: &Access) -> bool {
    wide.ops == narrow.ops
        && who_covers(spec, &wide.who, &narrow.who)
        && (wide.scope == Scope::All || wide.scope == narrow.scope)
        && (wide.only_fields.is_empty()
            || (!narrow.only_fields.is_empty() && narrow.only_fields.iter().all(|f| wide.only_fields.contains(f))))
}

fn who_covers(spec: &AppSpec, wide: &Who, narrow: &Who) -> bool {
    let open = |name: &str| spec.users.iter().flat_map(|u| &u.roles).any(|r| r.name == name && r.open);
    match (wide, narrow) {
        (a, b) if a == b => true,
        (Who::Anyone, _) | (Who::SignedIn, Who::Role(_)) => true,
        (Who::Role(role), Who::SignedIn | Who::Role(_)) => open(role),
        _ => false,
    }
}

/// The operations that exist for this entity, forbidden ones included.
pub fn word(op: Op) -> &'static str {
    match op {
        Op::Create => "create",
        Op::Read => "read",
        Op::Update => "update",
        Op::Delete => "delete",
    }
}

pub fn who(who: &Who) -> String {
    match who {
        Who::Anyone => "ANYONE".into(),
        Who::SignedIn => "SIGNED_IN".into(),
        Who::Role(role) => super::writer::text(role),
    }
}

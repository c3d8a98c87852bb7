//! From the draft to the specification: order, links, and nothing that points at what does not exist.

use super::draft::Draft;
use super::field::sentence_case;
use super::lexicon::nouns::Person;
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Clauses, Entity, Feature, FieldType, Mark, Role, SignInWith, Users, Who};
use std::collections::BTreeSet;

/// Every clause that some element fulfils.
#[must_use]
pub fn linked(d: &Draft) -> BTreeSet<ClauseId> {
    let mut out = built(d);
    out.extend(d.entities.iter().flat_map(|e| &e.entity.clauses));
    out
}

/// Clauses of which more is built than that there are such records.
pub fn built(d: &Draft) -> BTreeSet<ClauseId> {
    let mut out: BTreeSet<ClauseId> = BTreeSet::new();
    for e in &d.entities {
        let e = &e.entity;
        out.extend(&e.private);
        out.extend(e.access.iter().flat_map(|a| &a.clauses));
        for f in &e.fields {
            out.extend(f.clauses.iter().chain(f.rules.iter().flat_map(|r| &r.clauses)));
        }
    }
    out.extend(d.features.iter().flat_map(Feature::clauses));
    let u = &d.users;
    out.extend(u.sign_up.iter().chain(&u.log_in).chain(&u.change_password).chain(&u.edit_profile));
    out.extend(u.profile.iter().flat_map(|f| &f.clauses));
    out
}

/// Builds the specification; gaps are known by now.
#[must_use]
pub fn spec(d: Draft, marks: Vec<Mark>) -> AppSpec {
    let demanding: BTreeSet<ClauseId> = marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause).collect();
    let missing: BTreeSet<ClauseId> = d.gaps.iter().filter(|g| g.whole).map(|g| g.clause).collect();
    let keep = |c: &ClauseId| demanding.contains(c) && !missing.contains(c);
    let has_users = d.has_users();
    let mut entities: Vec<Entity> = d.entities.into_iter().map(|e| e.entity).collect();
    let names: BTreeSet<String> = entities.iter().map(|e| e.name.clone()).collect();
    let role_names: BTreeSet<String> = d.roles.iter().map(|r| r.name.clone()).collect();
    for e in &mut entities {
        tidy(&mut e.clauses, &keep);
        tidy(&mut e.private, &keep);
        e.fields.retain(|f| match &f.ty {
            FieldType::Reference { entity } => names.contains(entity),
            FieldType::UserReference { role } => has_users && role.as_ref().is_none_or(|r| role_names.contains(r)),
            _ => true,
        });
        for f in &mut e.fields {
            tidy(&mut f.clauses, &keep);
            for r in &mut f.rules {
                tidy(&mut r.clauses, &keep);
            }
            f.rules.retain(|r| !r.clauses.is_empty());
        }
        e.fields.retain(|f| !f.clauses.is_empty());
        for a in &mut e.access {
            tidy(&mut a.clauses, &keep);
            if !has_users {
                a.who = Who::Anyone;
                a.scope = crate::models::offline::spec::Scope::All;
            }
        }
        e.access.retain(|a| !a.clauses.is_empty());
        if !has_users {
            e.owned = false;
        }
        merge_access(e);
    }
    entities.retain(|e| !e.clauses.is_empty());
    let entities = ordered(entities);
    let names: BTreeSet<String> = entities.iter().map(|e| e.name.clone()).collect();
    let mut features = d.features;
    features.retain(|f| f.entity().is_none_or(|e| names.contains(e)) && f.clauses().iter().any(&keep));
    let users = has_users.then(|| {
        let mut implied = d.users.implied.clone();
        tidy(&mut implied, &keep);
        let mut profile = d.users.profile;
        for f in &mut profile {
            tidy(&mut f.clauses, &keep);
        }
        profile.retain(|f| !f.clauses.is_empty());
        let roles = d
            .roles
            .iter()
            .filter(|r| r.kind != Person::Stranger)
            .filter_map(|r| {
                let mut clauses = r.clauses.clone();
                tidy(&mut clauses, &keep);
                let acts = entities.iter().any(|e| {
                    e.access.iter().any(|a| a.who == Who::Role(r.name.clone()))
                        || e.fields
                            .iter()
                            .any(|f| matches!(&f.ty, FieldType::UserReference { role: Some(n) } if *n == r.name))
                });
                (!clauses.is_empty() || acts).then(|| Role {
                    name: r.name.clone(),
                    label: sentence_case(&r.name.replace('_', " ")),
                    open: r.open,
                    clauses: if clauses.is_empty() { r.clauses.clone() } else { clauses },
                })
            })
            .collect();
        let tidied = |mut c: Clauses| {
            tidy(&mut c, &keep);
            c
        };
        Users {
            clauses: implied,
            sign_in_with: if d.users.by_name { SignInWith::UserName } else { SignInWith::Email },
            sign_up: tidied(d.users.sign_up),
            log_in: tidied(d.users.log_in),
            change_password: tidied(d.users.change_password),
            edit_profile: tidied(d.users.edit_profile),
            profile,
            roles,
        }
    });
    let mut assumptions = d.questions;
    for q in &mut assumptions {
        tidy(&mut q.clauses, &keep);
    }
    assumptions.retain(|q| !q.clauses.is_empty());
    let mut spec = AppSpec {
        title: d.title,
        users,
        entities,
        features,
        marks,
        interpretations: Vec::new(),
        assumptions,
        gaps: d.gaps,
    };
    spec.gaps.retain(|g| demanding.contains(&g.clause));
    spec.gaps.sort_by_key(|g| g.clause);
    spec
}

fn tidy(clauses: &mut Clauses, keep: &dyn Fn(&ClauseId) -> bool) {
    clauses.retain(|c| keep(c));
    clauses.sort_unstable();
    clauses.dedup();
}

/// Rights that are contained in others of the same clause go: one row is one demand.
fn merge_access(e: &mut Entity) {
    let mut out: Vec<crate::models::offline::spec::Access> = Vec::new();
    for a in e.access.drain(..) {
        match out
            .iter_mut()
            .find(|o| o.who == a.who && o.scope == a.scope && o.only_fields == a.only_fields && o.ops == a.ops)
        {
            Some(o) => {
                for c in a.clauses {
                    if !o.clauses.contains(&c) {
                        o.clauses.push(c);
                    }
                }
            }
            None => out.push(a),
        }
    }
    e.access = out;
}

/// Referenced entities first; the order of the text otherwise. A circle of references is cut at its last link.
fn ordered(mut entities: Vec<Entity>) -> Vec<Entity> {
    let mut out: Vec<Entity> = Vec::new();
    while !entities.is_empty() {
        let left: BTreeSet<String> = entities.iter().map(|e| e.name.clone()).collect();
        let needs = |e: &Entity| {
            e.fields
                .iter()
                .any(|f| matches!(&f.ty, FieldType::Reference { entity } if *entity != e.name && left.contains(entity)))
        };
        match entities.iter().position(|e| !needs(e)) {
            Some(i) => out.push(entities.remove(i)),
            None => {
                let mut e = entities.remove(0);
                let own = e.name.clone();
                for f in &mut e.fields {
                    if matches!(&f.ty, FieldType::Reference { entity } if *entity != own && left.contains(entity)) {
                        f.required = false;
                    }
                }
                e.fields.retain(
                    |f| !matches!(&f.ty, FieldType::Reference { entity } if *entity != own && left.contains(entity)),
                );
                out.push(e);
            }
        }
    }
    out
}

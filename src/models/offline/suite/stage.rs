//! Scenes for rights: somebody who holds one, and a record within its scope or outside of it.

use super::{
    python::{ident, lit},
    samples,
    scene::{PathEnd, Scene},
    world::{World, target},
};
use crate::models::offline::spec::{Access, Entity, Feature, Field, FieldType, Op, Scope, Who};

const DEPTH: u32 = 5;

/// The account to whom the right applies, and a record it applies to: variables.
pub(super) fn stage<'a>(scene: &mut Scene<'a>, entity: &'a Entity, access: &'a Access) -> Option<(String, String)> {
    let world = scene.world;
    let who = &access.who;
    // What somebody may change or delete is, for them, only what they see.
    if access.scope == Scope::All && !access.ops.contains(&Op::Read) {
        let reading: Vec<&Access> = world.accesses(entity, Op::Read).filter(|a| world.counts_as(who, &a.who)).collect();
        if !reading.is_empty() && reading.iter().all(|a| a.scope != Scope::All) {
            for seen in reading {
                let kept = scene.clone();
                if let Some(found) = stage_for(scene, entity, seen, who) {
                    return Some(found);
                }
                *scene = kept;
            }
            return None;
        }
    }
    stage_for(scene, entity, access, who)
}

fn stage_for<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    access: &'a Access,
    who: &'a Who,
) -> Option<(String, String)> {
    let world = scene.world;
    let wanted = match who {
        Who::Anyone => "visitor".to_owned(),
        Who::SignedIn => "account".to_owned(),
        Who::Role(role) => ident(role),
    };
    if !world.can_make(entity) {
        return None;
    }
    match &access.scope {
        Scope::All => {
            // Somebody to whom no narrower right of theirs gives the record anyway.
            let profile = other_profile(scene, entity, who);
            let own = entity.access.iter().any(|a| a.scope == Scope::Own && world.counts_as(who, &a.who));
            let person = scene.person(&wanted, &scene.somebody_with(who, if own { 2 } else { 1 }, &profile));
            let record = scene.make(entity, None, &[])?;
            Some((person, record))
        }
        Scope::Own => {
            let (index, creating) = world.creator_like(entity, who)?;
            let holder = if *who == Who::Anyone && world.has_people() { &creating.who } else { who };
            let person = scene.person(&wanted, &scene.maker(entity, holder));
            let record = scene.make_as(entity, index, Some(&person), &[])?;
            Some((person, record))
        }
        Scope::Where { field, values } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let record = with_value(scene, entity, field, values)?;
            Some((person, record))
        }
        Scope::SameAs { profile, field } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let main = world.maker(entity)?.1;
            let sent = entity.fields.iter().any(|f| &f.name == field && world.sent_on_create(entity, f, main));
            let same = matches!(&main.scope, Scope::SameAs { profile: p, .. } if p == profile);
            let record = if sent && !same {
                scene.make(entity, None, &[(field.clone(), format!("new_profile()[{}]", lit(profile)))])?
            } else {
                scene.make(entity, None, &[])?
            };
            Some((person, record))
        }
        Scope::AssignedTo { field } => {
            // Somebody to whom nothing but this gives the record.
            let profile = other_profile(scene, entity, who);
            let person = scene.person(&wanted, &scene.named_with(entity, field, who, &profile));
            let main = world.maker(entity)?.1;
            let record = if world.counts_as(who, &main.who) && main.scope == access.scope {
                scene.make(entity, Some(&person), &[])?
            } else {
                scene.make_along(entity, None, field, &PathEnd::Is(&format!("{person}.id")), DEPTH)?
            };
            Some((person, record))
        }
        Scope::OwnParent { field } => {
            let person = scene.person(&wanted, &scene.somebody(who));
            let main = world.maker(entity)?.1;
            let record = if world.counts_as(who, &main.who) && main.scope == access.scope {
                scene.make(entity, Some(&person), &[])?
            } else {
                scene.make_along(entity, None, field, &PathEnd::MadeBy(&person, who), DEPTH)?
            };
            Some((person, record))
        }
        Scope::Granted => {
            let person = scene.person(&wanted, &scene.newcomer(who, ""));
            if world.grant_role(&entity.name).is_some() {
                let record = scene.make(entity, None, &[])?;
                scene.line(format!("grant_{}({record}.by, {person}, self)", entity.name));
                return Some((person, record));
            }
            let (index, creating) = world.maker(entity)?;
            if creating.scope == Scope::Granted && world.counts_as(who, &creating.who) {
                let record = scene.make_as(entity, index, Some(&person), &[])?;
                return Some((person, record));
            }
            let link = entity.fields.iter().find(|f| target(f).is_some_and(|t| world.grant_role(t).is_some()))?;
            let parent = world.entity(target(link)?)?;
            let made = scene.make(parent, None, &[])?;
            scene.line(format!("grant_{}({made}.by, {person}, self)", parent.name));
            let record =
                scene.make(entity, Some(&format!("{made}.by")), &[(link.name.clone(), format!("{made}[\"id\"]"))])?;
            Some((person, record))
        }
    }
}

/// A record whose choice field has the first of these values that can be reached.
fn with_value<'a>(scene: &mut Scene<'a>, entity: &'a Entity, field: &str, values: &[String]) -> Option<String> {
    let world = scene.world;
    let column = entity.fields.iter().find(|f| f.name == field)?;
    let main = world.maker(entity)?.1;
    if let Some(Feature::Workflow { initial, .. }) = world.workflow(entity, field)
        && values.contains(initial)
    {
        return scene.make(entity, None, &[]);
    }
    let literal = |value: &String| match column.ty {
        FieldType::Boolean => {
            if value == "true" {
                "True".to_owned()
            } else {
                "False".to_owned()
            }
        }
        _ => lit(value),
    };
    if world.sent_on_create(entity, column, main) {
        return scene.make(entity, None, &[(field.to_owned(), literal(values.first()?))]);
    }
    for value in values {
        let kept = scene.clone();
        let record = scene.make(entity, None, &[])?;
        if scene.set(entity, &record, column, &literal(value), DEPTH) {
            return Some(record);
        }
        *scene = kept;
    }
    None
}

/// Brings a record out of the states in which it may not be changed or deleted, where it begins in one of them.
pub(super) fn unlock<'a>(scene: &mut Scene<'a>, entity: &'a Entity, op: Op, record: &str) -> Option<()> {
    let world = scene.world;
    for column in entity.fields.iter() {
        let FieldType::Choice { values } = &column.ty else { continue };
        let of =
            |f: &&'a Feature| matches!(f, Feature::Locked { op: o, field, .. } if *o == op && *field == column.name);
        let locked = |value: &String| {
            let names = |f: &'a Feature| matches!(f, Feature::Locked { values, .. } if values.contains(value));
            world.features_of(&entity.name).filter(of).any(names)
        };
        let initial = match world.workflow(entity, &column.name) {
            Some(Feature::Workflow { initial, .. }) => Some(initial),
            _ => column.default.as_ref(),
        };
        if initial.is_some_and(locked) {
            let free = values.iter().find(|v| !locked(v))?;
            scene.set(entity, record, column, &lit(free), DEPTH).then_some(())?;
        }
    }
    Some(())
}

/// A field that this right may change on the record as it is, and a new value.
pub(super) fn changeable<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    access: &'a Access,
    record: &str,
) -> Option<(&'a Field, String)> {
    let world = scene.world;
    let mut fields: Vec<&'a Field> = entity
        .fields
        .iter()
        .filter(|f| world.may_change(entity, f, access) && world.sees(entity, &f.name, &access.who))
        .collect();
    // What the text says this right is for comes first.
    fields.sort_by_key(|f| access.only_fields.iter().position(|n| n == &f.name).unwrap_or(usize::MAX));
    let fields: Vec<_> =
        fields.into_iter().filter(|f| !scoped_by(access, &f.name) || !access.only_fields.is_empty()).collect();
    for field in fields {
        if let Some(value) = new_value(scene, entity, access, field, record) {
            return Some((field, value));
        }
    }
    None
}

fn scoped_by(access: &Access, field: &str) -> bool {
    match &access.scope {
        Scope::Where { field: f, .. } | Scope::SameAs { field: f, .. } | Scope::AssignedTo { field: f } => f == field,
        _ => false,
    }
}

fn new_value<'a>(
    scene: &mut Scene<'a>,
    entity: &'a Entity,
    access: &Access,
    field: &'a Field,
    _record: &str,
) -> Option<String> {
    let world = scene.world;
    if let Some(Feature::Workflow { initial, transitions, .. }) = world.workflow(entity, &field.name) {
        let FieldType::Choice { values } = &field.ty else { return None };
        let from = match &access.scope {
            Scope::Where { field: f, values } if f == &field.name && !values.contains(initial) => values.first()?,
            _ => initial,
        };
        let kept =
            |v: &String| access.scope == Scope::Own && world.kept_from_owner(entity, &field.name).any(|k| k == v);
        let next = if transitions.is_empty() {
            values.iter().find(|v| *v != from && !kept(v))
        } else {
            transitions
                .iter()
                .find(|t| {
                    t.from.contains(from)
                        && !kept(&t.to)
                        && (t.who.is_empty() || t.who.iter().any(|w| world.counts_as(&access.who, w)))
                })
                .map(|t| &t.to)
        };
        let next = next?;
        if let Some(Feature::Threshold { .. }) = world.threshold(entity, &field.name)
            && !threshold_allows(world, entity, field, next, &access.who)
        {
            return None;
        }
        return Some(lit(next));
    }
    if world.threshold(entity, &field.name).is_some() {
        let FieldType::Choice { values } = &field.ty else { return None };
        return values
            .iter()
            .rev()
            .find(|v| threshold_allows(world, entity, field, v, &access.who) && Some(*v) != values.first())
            .map(|v| lit(v));
    }
    match &field.ty {
        FieldType::Reference { entity: parent } => {
            let parent = world.entity(parent)?;
            if matches!(access.scope, Scope::OwnParent { .. } | Scope::Granted) || parent.name == entity.name {
                return None;
            }
            let seen =
                world.accesses(parent, Op::Read).any(|a| a.scope == Scope::All && world.counts_as(&access.who, &a.who));
            seen.then(|| scene.make(parent, None, &[])).flatten().map(|made| format!("{made}[\"id\"]"))
        }
        FieldType::UserReference { role } => {
            let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
            Some(format!("{}.id", scene.somebody_with(&role, 2, "")))
        }
        FieldType::Choice { .. } if access.scope == Scope::Own => super::own::free_value(world, entity, field),
        _ => samples::other(world.spec, entity, field),
    }
}

/// Whether the threshold lets `who` set this value on a sample record.
fn threshold_allows(world: World<'_>, entity: &Entity, field: &Field, value: &str, who: &Who) -> bool {
    let Some(Feature::Threshold { values, amount, limit, above, below, .. }) = world.threshold(entity, &field.name)
    else {
        return true;
    };
    if !values.iter().any(|v| v == value) {
        return true;
    }
    let sample = entity
        .fields
        .iter()
        .find(|f| &f.name == amount)
        .and_then(|f| samples::valid(world.spec, entity, f).and_then(|v| v.parse::<f64>().ok()));
    world.counts_as(who, if sample.is_some_and(|v| v > *limit) { above } else { below })
}

/// Somebody who holds the right, and a record outside of its scope.
pub(super) fn outside<'a>(scene: &mut Scene<'a>, entity: &'a Entity, access: &'a Access) -> Option<(String, String)> {
    let world = scene.world;
    if !world.can_make(entity) {
        return None;
    }
    let who = &access.who;
    match &access.scope {
        Scope::All => None,
        Scope::Own | Scope::OwnParent { .. } | Scope::Granted => {
            let record = scene.make(entity, None, &[])?;
            let profile = other_profile(scene, entity, who);
            let person = scene.person("stranger", &scene.newcomer(who, &profile));
            Some((person, record))
        }
        Scope::AssignedTo { field } => {
            let main = world.maker(entity)?.1;
            let profile = other_profile(scene, entity, who);
            let record = if main.scope == access.scope {
                scene.make(entity, None, &[])?
            } else {
                let named = scene.named(entity, field, who);
                let holder = if world.differs_by(entity, field) { scene.person("holder", &named) } else { named };
                scene.make_along(entity, None, field, &PathEnd::Is(&format!("{holder}.id")), DEPTH)?
            };
            let person = scene.person("stranger", &scene.newcomer(who, &profile));
            Some((person, record))
        }
        Scope::SameAs { profile, .. } => {
            let value = super::people::other_profile_value(world, profile)?;
            let record = scene.make(entity, None, &[])?;
            let person = scene.person("stranger", &scene.newcomer(who, &format!("{}: {value}", lit(profile))));
            Some((person, record))
        }
        Scope::Where { field, values } => {
            let column = entity.fields.iter().find(|f| &f.name == field)?;
            let others: Vec<String> = match &column.ty {
                FieldType::Choice { values: all } => all.iter().filter(|v| !values.contains(v)).cloned().collect(),
                FieldType::Boolean => {
                    vec![if values.iter().any(|v| v == "true") { "false".into() } else { "true".into() }]
                }
                _ => return None,
            };
            let record = with_value(scene, entity, field, &others)?;
            let person = if *who == Who::Anyone { scene.somebody(who) } else { scene.newcomer(who, "") };
            let person = scene.person("stranger", &person);
            Some((person, record))
        }
    }
}

/// Sign-up data that keeps a stranger from seeing the record by another right.
fn other_profile(scene: &Scene<'_>, entity: &Entity, who: &Who) -> String {
    entity
        .access
        .iter()
        .filter(|a| scene.world.counts_as(who, &a.who))
        .find_map(|a| match &a.scope {
            Scope::SameAs { profile, .. } => {
                Some(format!("{}: {}", lit(profile), super::people::other_profile_value(scene.world, profile)?))
            }
            _ => None,
        })
        .unwrap_or_default()
}

//! Functions of a test module that make valid records, parents included.

use super::{
    python::{dict, lit},
    samples,
    scene::{PathEnd, Scene},
    world::{World, is_required, target},
};
use crate::models::offline::spec::{Access, Entity, Field, FieldType, Op, Scope, Who};

/// How deep parents may nest.
const DEPTH: u32 = 5;

/// The functions for all ways to make records of these entities.
pub(super) fn blocks(world: World<'_>, entities: &[&'_ Entity]) -> Vec<String> {
    let mut blocks = Vec::new();
    for entity in entities {
        let Some(entity) = world.entity(&entity.name) else { continue };
        if let Some(block) = grant(world, entity) {
            blocks.push(block);
        }
        if !world.can_make(entity) {
            continue;
        }
        for (index, access) in entity.access.iter().enumerate().filter(|(_, a)| a.ops.contains(&Op::Create)) {
            blocks.push(factory(world, entity, index, access));
        }
    }
    blocks
}

/// The blocks that a text uses, and those that these use.
pub(super) fn used(blocks: Vec<String>, text: &str) -> Vec<String> {
    let named = |block: &String| {
        block.strip_prefix("def ").and_then(|rest| rest.split('(').next()).map(|n| format!("{n}(")).unwrap_or_default()
    };
    let mut keep: Vec<bool> = blocks.iter().map(|b| text.contains(&named(b))).collect();
    loop {
        let more: Vec<usize> = (0..blocks.len())
            .filter(|i| !keep[*i])
            .filter(|i| (0..blocks.len()).any(|j| keep[j] && j != *i && blocks[j].contains(&named(&blocks[*i]))))
            .collect();
        if more.is_empty() {
            break;
        }
        for i in more {
            keep[i] = true;
        }
    }
    blocks.into_iter().zip(keep).filter_map(|(block, keep)| keep.then_some(block)).collect()
}

fn grant(world: World<'_>, entity: &Entity) -> Option<String> {
    world.grant_role(&entity.name)?;
    Some(format!(
        "def grant_{name}(owner, person, case):\n    \"\"\"Gives a person access to the owner's {plural}.\"\"\"\n    \
         case.expect((201, 409), owner.post(\"/api/{name}_grants\", {{\"user_id\": person.id}}))",
        name = entity.name,
        plural = entity.label_plural.to_lowercase()
    ))
}

fn factory<'a>(world: World<'a>, entity: &'a Entity, index: usize, access: &'a Access) -> String {
    let mut scene = Scene::factory(world);
    let who =
        if access.who == Who::Anyone && entity.owned && world.has_people() { &Who::SignedIn } else { &access.who };
    let by = scene.maker(entity, who);
    scene.line(format!("by = by or {by}"));
    let mut body: Vec<(String, String)> = Vec::new();
    for field in &entity.fields {
        if !world.sent_on_create(entity, field, access) {
            continue;
        }
        match &field.ty {
            FieldType::Reference { .. } => reference(&mut scene, entity, field, access, who),
            FieldType::UserReference { role } => {
                let filled = matches!(&access.scope, Scope::AssignedTo { field: f } if f == &field.name);
                if is_required(field) && !filled {
                    let role = role.as_ref().map_or(Who::SignedIn, |r| Who::Role(r.clone()));
                    body.push((field.name.clone(), format!("{}.id", scene.named(entity, &field.name, &role))));
                }
            }
            _ => {
                let filled = matches!(&access.scope, Scope::SameAs { field: f, .. } if f == &field.name);
                let fixed = match &access.scope {
                    Scope::Where { field: f, values } if f == &field.name => values.first().map(|v| lit(v)),
                    _ => None,
                };
                if let Some(value) = fixed.or_else(|| samples::valid(world.spec, entity, field))
                    && !filled
                {
                    body.push((field.name.clone(), value));
                }
            }
        }
    }
    let body = dict(&body);
    if body.contains("slot") {
        scene.lines.insert(1, "slot = serial()".into());
    }
    scene.line(format!("body = {body}"));
    scene.line(format!("return (send or case.create)(\"/api/{}\", {{**body, **fields}}, by)", entity.plural));
    let made_by = match who {
        Who::Anyone => "anybody".to_owned(),
        Who::SignedIn => "somebody with an account".to_owned(),
        Who::Role(role) => format!("the role {role}"),
    };
    let mut text = format!(
        "def {}(case, by=None, send=None, **fields):\n    \"\"\"Makes a valid record ({}), by {made_by}.\"\"\"\n",
        world.factory(entity, index),
        entity.label.to_lowercase()
    );
    for line in &scene.lines {
        text.push_str("    ");
        text.push_str(line);
        text.push('\n');
    }
    text
}

/// The lines that make the record a reference names, unless the caller gave one.
fn reference<'a>(scene: &mut Scene<'a>, entity: &'a Entity, field: &'a Field, access: &Access, who: &Who) {
    let path = match &access.scope {
        Scope::OwnParent { field }
        | Scope::AssignedTo { field }
        | Scope::SameAs { field, .. }
        | Scope::Where { field, .. } => Some(field.as_str()),
        _ => None,
    };
    let direct = path.is_some_and(|p| entity.fields.iter().any(|f| Some(f.name.as_str()) == p.split('.').next()));
    let on_path = path.is_some_and(|p| p.split('.').next() == Some(field.name.as_str()))
        || (path.is_some() && !direct && is_required(field))
        || (access.scope == Scope::Granted && target(field).is_some_and(|t| scene.world.grant_role(t).is_some()));
    if !is_required(field) && !on_path {
        return;
    }
    let Some(parent) = target(field).and_then(|t| scene.world.entity(t)) else { return };
    if parent.name == entity.name {
        return;
    }
    let kept = scene.lines.len();
    let rest = |p: &str| p.split_once('.').map_or_else(|| p.to_owned(), |(_, rest)| rest.to_owned());
    let made = if on_path {
        match &access.scope {
            Scope::OwnParent { field: p } => {
                if p.contains('.') {
                    scene.make_along(parent, None, &rest(p), &PathEnd::MadeBy("by", who), DEPTH)
                } else {
                    scene.world.creator_like(parent, who).and_then(|(i, _)| scene.make_as(parent, i, Some("by"), &[]))
                }
            }
            Scope::AssignedTo { field: p } => {
                let tail = if direct { rest(p) } else { p.clone() };
                scene.make_along(parent, None, &tail, &PathEnd::Is("by.id"), DEPTH)
            }
            Scope::Where { field: p, values } => {
                let made = scene.make(parent, None, &[]);
                match (made, parent.fields.iter().find(|f| &f.name == p), values.first()) {
                    (Some(made), Some(f), Some(value)) => {
                        let _ = scene.set(parent, &made, f, &lit(value), DEPTH);
                        Some(made)
                    }
                    (made, ..) => made,
                }
            }
            Scope::Granted => granted(scene, parent),
            _ => visible(scene, parent, who),
        }
    } else {
        visible(scene, parent, who)
    };
    let Some(made) = made else {
        scene.lines.truncate(kept);
        return;
    };
    let lines = scene.lines.split_off(kept);
    scene.line(format!("if {} not in fields:", lit(&field.name)));
    for line in lines {
        scene.line(format!("    {line}"));
    }
    scene.line(format!("    fields[{}] = {made}[\"id\"]", lit(&field.name)));
}

/// A record of somebody who granted `by` access to it.
fn granted<'a>(scene: &mut Scene<'a>, parent: &'a Entity) -> Option<String> {
    let (index, access) = scene.world.maker(parent)?;
    let owner = scene.somebody_with(&access.who, 7, "");
    let made = scene.make_as(parent, index, Some(&owner), &[])?;
    let me = scene.me();
    scene.line(format!("grant_{}({made}.by, by, {me})", parent.name));
    Some(made)
}

/// A record that `by`, who counts as `who`, can see.
pub(super) fn visible<'a>(scene: &mut Scene<'a>, parent: &'a Entity, who: &Who) -> Option<String> {
    let world = scene.world;
    let reading: Vec<&Access> = world.accesses(parent, Op::Read).filter(|a| world.counts_as(who, &a.who)).collect();
    let as_made = |scope: &Scope| match scope {
        Scope::All | Scope::SameAs { .. } => true,
        Scope::Where { field, values } => {
            let first = parent.fields.iter().find(|f| f.name == *field).and_then(super::flow::begins);
            first.is_some_and(|first| values.iter().any(|value| value == first))
        }
        _ => false,
    };
    if reading.is_empty() || reading.iter().any(|a| as_made(&a.scope)) {
        return scene.make(parent, None, &[]);
    }
    let place = scene.lines.len();
    for access in &reading {
        let made = match &access.scope {
            Scope::Own => {
                scene.world.creator_like(parent, who).and_then(|(i, _)| scene.make_as(parent, i, Some("by"), &[]))
            }
            Scope::Where { field, values } => {
                let made = scene.make(parent, None, &[]);
                match (made, parent.fields.iter().find(|f| &f.name == field), values.first()) {
                    (Some(made), Some(f), Some(value)) => {
                        scene.set(parent, &made, f, &lit(value), DEPTH).then_some(made)
                    }
                    _ => None,
                }
            }
            Scope::AssignedTo { field } => scene.make_along(parent, None, field, &PathEnd::Is("by.id"), DEPTH),
            Scope::OwnParent { field } => {
                scene.make_along(parent, Some("by"), field, &PathEnd::MadeBy("by", who), DEPTH)
            }
            Scope::Granted => granted(scene, parent),
            Scope::All | Scope::SameAs { .. } => None,
        };
        if made.is_some() {
            return made;
        }
        scene.lines.truncate(place);
    }
    scene.make(parent, None, &[])
}

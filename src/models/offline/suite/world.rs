//! Who may do what in the application, and how a test gets a record into a given state: the lines that set a scene.

use super::{python::lit, samples};
use crate::models::offline::spec::{
    Access, AppSpec, Entity, Feature, Field, FieldType, Op, Rule, Scope, SignInWith, Who,
};
use std::collections::BTreeSet;

/// How deep scenes may nest before a test is left out.
const DEPTH: u32 = 6;

#[derive(Debug, Clone, Copy)]
pub(super) struct World<'a> {
    pub spec: &'a AppSpec,
}

/// Lines of a test or factory in the making.
#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub world: World<'a>,
    pub lines: Vec<String>,
    /// `self` in a test, `case` in a factory.
    me: &'static str,
    names: BTreeSet<String>,
}

impl<'a> World<'a> {
    pub fn entity(&self, name: &str) -> Option<&'a Entity> {
        self.spec.entity(name)
    }
    pub fn has_people(&self) -> bool {
        self.spec.users.is_some()
    }
    /// The collection of accounts.
    pub fn users_collection(&self) -> &'static str {
        if self.spec.entities.iter().any(|e| e.plural == "users") { "accounts" } else { "users" }
    }
    pub fn sign_in_with(&self) -> &'static str {
        match self.spec.users.as_ref().map(|u| u.sign_in_with) {
            Some(SignInWith::UserName) => "user_name",
            _ => "email",
        }
    }
    pub fn features_of(&self, entity: &str) -> impl Iterator<Item = &'a Feature> + use<'a> {
        let name = entity.to_owned();
        self.spec.features.iter().filter(move |f| f.entity() == Some(name.as_str()))
    }
    pub fn forbidden(&self, entity: &Entity, op: Op) -> bool {
        self.spec
            .features
            .iter()
            .any(|f| matches!(f, Feature::Forbid { entity: e, op: o, .. } if *e == entity.name && *o == op))
    }
    fn open(&self, role: &str) -> bool {
        self.spec.users.as_ref().is_some_and(|u| u.roles.iter().any(|r| r.open && r.name == role))
    }
    /// An account that holds `holder` (and the open roles) counts as `who`.
    pub fn counts_as(&self, holder: &Who, who: &Who) -> bool {
        match (holder, who) {
            (_, Who::Anyone) => true,
            (Who::Anyone, _) => false,
            (_, Who::SignedIn) => true,
            (_, Who::Role(role)) if self.open(role) => true,
            (Who::Role(a), Who::Role(b)) => a == b,
            (Who::SignedIn, Who::Role(_)) => false,
        }
    }
    /// Kinds of people: the plain account and one per granted role; a visitor where nobody signs in.
    pub fn people(&self) -> Vec<Who> {
        let Some(users) = &self.spec.users else { return vec![Who::Anyone] };
        std::iter::once(Who::SignedIn)
            .chain(users.roles.iter().filter(|r| !r.open).map(|r| Who::Role(r.name.clone())))
            .collect()
    }
    pub fn accesses(&self, entity: &'a Entity, op: Op) -> impl Iterator<Item = &'a Access> + use<'a> {
        let forbidden = self.forbidden(entity, op);
        entity.access.iter().filter(move |a| !forbidden && a.ops.contains(&op))
    }
    /// The access by which a sample record is made, and its place in `entity.access`.
    pub fn maker(&self, entity: &'a Entity) -> Option<(usize, &'a Access)> {
        if entity.system || self.forbidden(entity, Op::Create) {
            return None;
        }
        let creating = || entity.access.iter().enumerate().filter(|(_, a)| a.ops.contains(&Op::Create));
        let fits = |a: &Access| {
            !(entity.owned && self.has_people() && a.who == Who::Anyone)
                && entity
                    .fields
                    .iter()
                    .filter(|f| samples::has(f, &Rule::Required))
                    .all(|f| self.server_sets(entity, f) || self.sent_on_create(entity, f, a))
        };
        creating()
            .find(|(_, a)| matches!(a.scope, Scope::All | Scope::Own) && fits(a))
            .or_else(|| creating().find(|(_, a)| fits(a)))
            .or_else(|| creating().next())
    }
    /// Whether sample records of the entity can be made at all.
    pub fn can_make(&self, entity: &'a Entity) -> bool {
        self.can_make_at(entity, DEPTH)
    }
    fn can_make_at(&self, entity: &'a Entity, left: u32) -> bool {
        left > 0
            && self.maker(entity).is_some()
            && entity.fields.iter().all(|f| match &f.ty {
                FieldType::Reference { entity: target } if self.must_send(entity, f) => {
                    self.entity(target).is_some_and(|t| self.can_make_at(t, left - 1) && self.can_name(entity, f, t))
                }
                _ => true,
            })
    }
    /// Whether the maker of a record can come to see a parent that it must name.
    fn can_name(&self, entity: &'a Entity, field: &Field, parent: &'a Entity) -> bool {
        let Some((_, access)) = self.maker(entity) else { return false };
        match &access.scope {
            Scope::OwnParent { field: path } if *path == field.name => {
                return parent.owned && self.creator_like(parent, &access.who).is_some();
            }
            Scope::AssignedTo { field: path } | Scope::OwnParent { field: path }
                if path.split('.').next() == Some(field.name.as_str()) =>
            {
                return true;
            }
            _ => {}
        }
        let mut reading = self.accesses(parent, Op::Read).filter(|a| self.counts_as(&access.who, &a.who)).peekable();
        reading.peek().is_none()
            || reading.any(|a| a.scope != Scope::Own || self.creator_like(parent, &access.who).is_some())
    }
    fn must_send(&self, entity: &Entity, field: &Field) -> bool {
        is_required(field) && !self.server_sets(entity, field)
    }
    /// The entities whose factories a module's tests need: its own and all they refer to, those first.
    pub fn closure(&self, names: &[String]) -> Vec<&'a Entity> {
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let mut stack: Vec<&str> = names.iter().map(String::as_str).collect();
        while let Some(name) = stack.pop() {
            let Some(entity) = self.entity(name) else { continue };
            if !wanted.insert(entity.name.as_str()) {
                continue;
            }
            stack.extend(entity.fields.iter().filter_map(target));
            for feature in self.spec.features.iter() {
                match feature {
                    Feature::Progress { goal, over, .. } if goal == &entity.name => stack.push(over),
                    Feature::Computed { entity: of, formula, .. } if of == &entity.name => {
                        use crate::models::offline::spec::Formula::{AverageOf, CountOf, SumOf};
                        if let CountOf { entity, .. } | SumOf { entity, .. } | AverageOf { entity, .. } = formula {
                            stack.push(entity);
                        }
                    }
                    _ => {}
                }
            }
        }
        self.spec.entities.iter().filter(|e| wanted.contains(e.name.as_str())).collect()
    }

    pub fn workflow(&self, entity: &Entity, field: &str) -> Option<&'a Feature> {
        self.spec
            .features
            .iter()
            .find(|f| matches!(f, Feature::Workflow { entity: e, field: g, .. } if *e == entity.name && g == field))
    }
    /// The server gives the field its value; what a body says does not count.
    pub fn server_sets(&self, entity: &Entity, field: &Field) -> bool {
        field.read_only
            || self.workflow(entity, &field.name).is_some()
            || self
                .features_of(&entity.name)
                .any(|f| matches!(f, Feature::Computed { field: g, .. } if g == &field.name))
    }
    pub fn guard(&self, entity: &Entity, field: &str) -> Option<&'a [Who]> {
        self.features_of(&entity.name).find_map(|f| match f {
            Feature::FieldGuard { field: g, who, .. } if g == field => Some(who.as_slice()),
            _ => None,
        })
    }
    pub fn threshold(&self, entity: &Entity, field: &str) -> Option<&'a Feature> {
        self.features_of(&entity.name).find(|f| matches!(f, Feature::Threshold { field: g, .. } if g == field))
    }
    fn may_touch(&self, entity: &Entity, field: &str, access: &Access) -> bool {
        (access.only_fields.is_empty() || access.only_fields.iter().any(|f| f == field))
            && self.guard(entity, field).is_none_or(|who| who.iter().any(|w| self.counts_as(&access.who, w)))
    }
    /// Whether somebody with this access sends the field when creating a record.
    pub fn sent_on_create(&self, entity: &Entity, field: &Field, access: &Access) -> bool {
        !self.server_sets(entity, field)
            && self.threshold(entity, &field.name).is_none()
            && self.may_touch(entity, &field.name, access)
    }
    /// Whether somebody with this access may change the field (workflow fields by their moves).
    pub fn may_change(&self, entity: &Entity, field: &Field, access: &Access) -> bool {
        !field.read_only
            && !samples::has(field, &Rule::Immutable)
            && !self
                .features_of(&entity.name)
                .any(|f| matches!(f, Feature::Computed { field: g, .. } if g == &field.name))
            && self.may_touch(entity, &field.name, access)
    }
    /// A way to create records for somebody who counts as `who`.
    pub fn creator_like(&self, entity: &'a Entity, who: &Who) -> Option<(usize, &'a Access)> {
        let main = self.maker(entity)?;
        if self.counts_as(who, &main.1.who) && (*who != Who::Anyone || main.1.who == Who::Anyone) {
            return Some(main);
        }
        entity.access.iter().enumerate().find(|(_, a)| a.ops.contains(&Op::Create) && self.counts_as(who, &a.who))
    }

    /// Whether the usual maker of `entity` also makes `parent` records and sees only what is theirs.
    pub fn creator_shares(&self, entity: &'a Entity, parent: &'a Entity) -> bool {
        let (Some((_, child)), Some((_, own))) = (self.maker(entity), self.maker(parent)) else { return false };
        self.counts_as(&child.who, &own.who) && own.who != Who::Anyone
    }
    /// `new_defect`, or `new_defect_as_caretaker` for a further way to make one.
    pub fn factory(&self, entity: &'a Entity, access: usize) -> String {
        let base = format!("new_{}", entity.name);
        match self.maker(entity) {
            Some((main, _)) if main != access => {
                let who = match &entity.access[access].who {
                    Who::Anyone => "visitor",
                    Who::SignedIn => "account",
                    Who::Role(role) => role,
                };
                let clash = entity
                    .access
                    .iter()
                    .take(access)
                    .enumerate()
                    .any(|(i, a)| i != main && a.ops.contains(&Op::Create) && a.who == entity.access[access].who);
                if clash { format!("{base}_as_{who}_{access}") } else { format!("{base}_as_{who}") }
            }
            _ => base,
        }
    }
}

pub(super) fn is_required(field: &Field) -> bool {
    field.required || samples::has(field, &Rule::Required)
}
pub(super) fn target(field: &Field) -> Option<&str> {
    match &field.ty {
        FieldType::Reference { entity } => Some(entity),
        _ => None,
    }
}

impl<'a> Scene<'a> {
    pub fn test(world: World<'a>) -> Self {
        Self { world, lines: Vec::new(), me: "self", names: RESERVED.iter().map(|n| (*n).to_owned()).collect() }
    }
    pub fn factory(world: World<'a>) -> Self {
        let names = RESERVED.iter().chain(&["by", "fields", "body", "send", "case"]).map(|n| (*n).to_owned()).collect();
        Self { world, lines: Vec::new(), me: "case", names }
    }
    /// What the test case is called here.
    pub fn me(&self) -> &'static str {
        self.me
    }
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }
    /// A variable name that is not taken.
    pub fn name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut n = 2;
        while !self.names.insert(name.clone()) || KEYWORDS.contains(&name.as_str()) {
            name = format!("{wanted}_{n}");
            n += 1;
        }
        name
    }
    /// Somebody who counts as `who`: an expression.
    pub fn somebody(&self, who: &Who) -> String {
        self.somebody_with(who, 1, "")
    }
    pub fn somebody_with(&self, who: &Who, nth: u32, profile: &str) -> String {
        if !self.world.has_people() || *who == Who::Anyone {
            return format!("{}.anyone()", self.me);
        }
        let mut args = Vec::new();
        if let Who::Role(role) = who
            && !self.world.open(role)
        {
            args.push(lit(role));
        }
        if nth > 1 {
            args.push(format!("nth={nth}"));
        }
        if !profile.is_empty() {
            args.push(format!("profile={{{profile}}}"));
        }
        format!("{}.someone({})", self.me, args.join(", "))
    }
    /// A new account that nobody else uses; a visitor where nobody signs in.
    pub fn newcomer(&self, who: &Who, profile: &str) -> String {
        let known = self.somebody_with(who, 1, profile);
        known.replacen(".someone(", ".newcomer(", 1)
    }
    pub fn person(&mut self, wanted: &str, expression: &str) -> String {
        let name = self.name(wanted);
        self.line(format!("{name} = {expression}"));
        name
    }

    /// Makes a record by the entity's usual maker, or by the person named; gives the variable that holds it.
    pub fn make(&mut self, entity: &'a Entity, by: Option<&str>, fields: &[(String, String)]) -> Option<String> {
        let (index, _) = self.world.maker(entity)?;
        self.make_as(entity, index, by, fields)
    }
    pub fn make_as(
        &mut self,
        entity: &'a Entity,
        access: usize,
        by: Option<&str>,
        fields: &[(String, String)],
    ) -> Option<String> {
        if !self.world.can_make(entity) {
            return None;
        }
        let expression = self.making(entity, access, by, fields);
        let name = self.name(&entity.name);
        self.line(format!("{name} = {expression}"));
        Some(name)
    }
    /// The call that makes a record.
    pub fn making(&self, entity: &'a Entity, access: usize, by: Option<&str>, fields: &[(String, String)]) -> String {
        let mut args = vec![self.me.to_owned()];
        args.extend(by.map(|by| format!("by={by}")));
        args.extend(fields.iter().map(|(field, value)| {
            if KEYWORDS.contains(&field.as_str()) {
                format!("**{{{}: {value}}}", lit(field))
            } else {
                format!("{field}={value}")
            }
        }));
        format!("{}({})", self.world.factory(entity, access), args.join(", "))
    }

    /// Makes a record whose reference path ends in `value`: directly, or over parents made for it.
    pub fn make_along(
        &mut self,
        entity: &'a Entity,
        by: Option<&str>,
        path: &str,
        end: &PathEnd<'_>,
        left: u32,
    ) -> Option<String> {
        if left == 0 {
            return None;
        }
        let path = self.anchored(entity, path);
        let (first, rest) = path.split_once('.').map_or((path.as_str(), None), |(a, b)| (a, Some(b)));
        let field = entity.fields.iter().find(|f| f.name == first)?;
        let value = match (rest, end) {
            (Some(rest), _) => {
                let parent = self.world.entity(target(field)?)?;
                let made = self.make_along(parent, None, rest, end, left - 1)?;
                format!("{made}[\"id\"]")
            }
            (None, PathEnd::Is(value)) => (*value).to_owned(),
            (None, PathEnd::MadeBy(person, who)) => {
                let parent = self.world.entity(target(field)?)?;
                let (index, _) = self.world.creator_like(parent, who)?;
                let made = self.make_as(parent, index, Some(person), &[])?;
                format!("{made}[\"id\"]")
            }
        };
        let creator = match by {
            Some(_) => None,
            None => self.world.maker(entity),
        };
        // Whoever makes such records needs to be let in by the parent's owner first.
        if let (Some((_, access)), PathEnd::MadeBy(owner, _), None) = (creator, end, rest)
            && access.scope == Scope::Granted
            && let Some(parent) = target(field)
            && self.world.grant_role(parent).is_some()
        {
            let guest = self.newcomer(&access.who, "");
            let guest = self.person("guest", &guest);
            self.line(format!("grant_{parent}({owner}, {guest}, {})", self.me));
            return self.make(entity, Some(&guest), &[(first.to_owned(), value)]);
        }
        let sent = match creator {
            Some((_, access)) => self.world.sent_on_create(entity, field, access),
            None => !self.world.server_sets(entity, field),
        };
        if sent {
            return self.make(entity, by, &[(first.to_owned(), value)]);
        }
        let record = self.make(entity, by, &[])?;
        self.set(entity, &record, field, &value, left - 1).then_some(record)
    }
    /// A path that starts at a parent when the entity has no such field itself.
    fn anchored(&self, entity: &Entity, path: &str) -> String {
        let first = path.split('.').next().unwrap_or(path);
        if entity.fields.iter().any(|f| f.name == first) {
            return path.to_owned();
        }
        entity
            .fields
            .iter()
            .find(|f| {
                target(f).and_then(|t| self.world.entity(t)).is_some_and(|t| t.fields.iter().any(|g| g.name == first))
            })
            .map_or_else(|| path.to_owned(), |f| format!("{}.{path}", f.name))
    }
    /// Gives a made record's field a value after its creation, by somebody who may. Workflow fields go along their moves.
    pub fn set(&mut self, entity: &'a Entity, record: &str, field: &'a Field, value: &str, left: u32) -> bool {
        if left == 0 {
            return false;
        }
        if let Some(Feature::Workflow { initial, transitions, .. }) = self.world.workflow(entity, &field.name) {
            let to = value.trim_matches('"');
            let Some(moves) = super::flow::route(initial, transitions, to) else { return false };
            for (who, next) in moves {
                let Some(by) = self.updater(entity, record, field, &who, left - 1) else { return false };
                self.line(format!("{}.change({record}, {{{}: {}}}, by={by})", self.me, lit(&field.name), lit(&next)));
            }
            return true;
        }
        let Some(by) = self.updater(entity, record, field, &[], left - 1) else { return false };
        self.line(format!("{}.change({record}, {{{}: {value}}}, by={by})", self.me, lit(&field.name)));
        true
    }
    /// Somebody who may change `field` of `record` and counts as one of `among` (anybody when empty).
    pub fn updater(
        &mut self,
        entity: &'a Entity,
        record: &str,
        field: &'a Field,
        among: &[Who],
        left: u32,
    ) -> Option<String> {
        let amount_decides = match self.world.threshold(entity, &field.name) {
            Some(Feature::Threshold { amount, limit, above, below, .. }) => {
                let value = entity
                    .fields
                    .iter()
                    .find(|f| &f.name == amount)
                    .and_then(|f| samples::valid(self.world.spec, entity, f).and_then(|v| v.parse::<f64>().ok()));
                Some(if value.is_some_and(|v| v > *limit) { above } else { below })
            }
            _ => None,
        };
        let accesses: Vec<&'a Access> =
            self.world.accesses(entity, Op::Update).filter(|a| self.world.may_change(entity, field, a)).collect();
        let fits = |scene: &Self, holder: &Who| amount_decides.is_none_or(|who| scene.world.counts_as(holder, who));
        self.first_actor(entity, record, &accesses, among, &fits, left)
    }
    /// Somebody to whom one of the accesses applies.
    fn first_actor(
        &mut self,
        entity: &'a Entity,
        record: &str,
        accesses: &[&'a Access],
        among: &[Who],
        fits: &dyn Fn(&Self, &Who) -> bool,
        left: u32,
    ) -> Option<String> {
        for access in accesses {
            for holder in self.holders(access, among) {
                if !fits(self, &holder) {
                    continue;
                }
                let kept = self.clone();
                if let Some(by) = self.actor(entity, record, access, &holder, left) {
                    return Some(by);
                }
                *self = kept;
            }
        }
        None
    }
    /// Somebody who may do `op` with a made record, its maker before others.
    pub fn allowed(&mut self, entity: &'a Entity, record: &str, op: Op) -> Option<String> {
        let maker = self.world.maker(entity)?.1;
        let accesses: Vec<&Access> = self.world.accesses(entity, op).collect();
        let simple = accesses
            .iter()
            .any(|a| matches!(a.scope, Scope::All | Scope::Own) && self.world.counts_as(&maker.who, &a.who));
        if simple {
            return Some(format!("{record}.by"));
        }
        self.first_actor(entity, record, &accesses, &[], &|_, _| true, DEPTH)
    }
    /// The kinds of people who have this access and count as one of `among`.
    pub fn holders(&self, access: &Access, among: &[Who]) -> Vec<Who> {
        let fits = |who: &Who| {
            self.world.counts_as(who, &access.who)
                && (among.is_empty() || among.iter().any(|w| self.world.counts_as(who, w)))
        };
        let own = std::iter::once(access.who.clone()).filter(|w| fits(w));
        own.chain(self.world.people().into_iter().filter(|w| fits(w) && *w != access.who)).collect()
    }

    /// Somebody to whom `access` applies for a record that exists already: an expression.
    pub fn actor(
        &mut self,
        entity: &'a Entity,
        record: &str,
        access: &Access,
        holder: &Who,
        left: u32,
    ) -> Option<String> {
        if left == 0 {
            return None;
        }
        let maker = self.world.maker(entity)?.1;
        let by_maker = self.world.counts_as(&maker.who, holder) || maker.who == *holder;
        match &access.scope {
            Scope::All | Scope::Where { .. } => Some(self.somebody(holder)),
            Scope::Own => by_maker.then(|| format!("{record}.by")),
            Scope::OwnParent { .. } => (by_maker && maker.scope == access.scope).then(|| format!("{record}.by")),
            Scope::SameAs { profile, field } => {
                if by_maker && maker.who != Who::Anyone {
                    return Some(format!("{record}.by"));
                }
                let profile = format!("{}: {record}[{}]", lit(profile), lit(field));
                Some(self.somebody_with(holder, 1, &profile))
            }
            Scope::AssignedTo { field } => {
                if by_maker && maker.scope == access.scope {
                    return Some(format!("{record}.by"));
                }
                let direct = entity.fields.iter().find(|f| &f.name == field)?;
                let person = self.somebody(holder);
                self.set(entity, record, direct, &format!("{person}.id"), left - 1).then_some(person)
            }
            Scope::Granted => {
                let person = self.somebody_with(holder, 8, "");
                self.world.grant_role(&entity.name).filter(|role| holder_fits(&self.world, holder, role.as_ref()))?;
                self.line(format!("grant_{}({record}.by, {person}, {})", entity.name, self.me));
                Some(person)
            }
        }
    }
}

/// How a path of references shall end.
#[derive(Debug, Clone, Copy)]
pub(super) enum PathEnd<'s> {
    /// In this value: an expression.
    Is(&'s str),
    /// In a record that this person, who counts as the second, made.
    MadeBy(&'s str, &'s Who),
}

fn holder_fits(world: &World<'_>, holder: &Who, role: Option<&String>) -> bool {
    role.is_none_or(|role| world.counts_as(holder, &Who::Role(role.clone())))
}

impl World<'_> {
    /// The role that can be granted access to the entity's records: `None` when nobody can.
    #[allow(clippy::option_option)]
    pub fn grant_role(&self, entity: &str) -> Option<Option<String>> {
        self.spec.features.iter().find_map(|f| match f {
            Feature::Grant { entity: e, role, .. } if e == entity => Some(role.clone()),
            _ => None,
        })
    }
}

/// Names that the test modules import or use.
const RESERVED: &[&str] = &["today", "day", "moment", "clock", "serial", "unique", "slot", "unittest"];

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match", "nonlocal", "not",
    "or", "pass", "raise", "return", "self", "try", "while", "with", "yield",
];

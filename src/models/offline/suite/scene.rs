//! Lines that set the scene of a test: people, records, the states they are brought to.

use super::{
    python::lit,
    samples,
    world::{World, target},
};
use crate::models::offline::spec::{Access, Entity, Feature, Field, Op, Scope, Who};
use std::collections::BTreeSet;

/// How deep scenes may nest before a test is left out.
const DEPTH: u32 = 6;

/// Lines of a test or factory in the making.
#[derive(Debug, Clone)]
pub(super) struct Scene<'a> {
    pub world: World<'a>,
    pub lines: Vec<String>,
    /// `self` in a test, `case` in a factory.
    me: &'static str,
    names: BTreeSet<String>,
}

impl<'a> Scene<'a> {
    pub fn test(world: World<'a>) -> Self {
        let names = RESERVED.iter().chain(WRITTEN).map(|n| (*n).to_owned()).collect();
        Self { world, lines: Vec::new(), me: "self", names }
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
    /// A new account that counts as both.
    pub fn both(&self, one: &Who, other: &Who) -> String {
        let granted = |who: &Who| matches!(who, Who::Role(role) if !self.world.open(role));
        let Who::Role(second) = other else { return self.newcomer(one, "") };
        if !granted(other) || one == other {
            return self.newcomer(one, "");
        }
        if !granted(one) {
            return self.newcomer(other, "");
        }
        format!("{}, also=({},))", self.newcomer(one, "").trim_end_matches(')'), lit(second))
    }
    /// Whoever makes one of these records: somebody new, where who has some may be refused another.
    pub fn maker(&self, entity: &Entity, who: &Who) -> String {
        if self.world.limited(entity) { self.newcomer(who, "") } else { self.somebody(who) }
    }
    /// Somebody for this field of a record: a new account where records differ by nothing else.
    pub fn named(&self, entity: &Entity, field: &str, who: &Who) -> String {
        self.named_with(entity, field, who, "")
    }
    pub fn named_with(&self, entity: &Entity, field: &str, who: &Who, profile: &str) -> String {
        if self.world.differs_by(entity, field) {
            self.newcomer(who, profile)
        } else {
            self.somebody_with(who, 1, profile)
        }
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
        // Python takes each name once; what is said last holds
        let last = |i: usize| !fields[i + 1..].iter().any(|(later, _)| *later == fields[i].0);
        let fields = fields.iter().enumerate().filter(|(i, _)| last(*i)).map(|(_, pair)| pair);
        args.extend(fields.map(|(field, value)| {
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
        // Where nobody sees the parents of others, only the owner can name this one.
        if let (Some((_, access)), PathEnd::MadeBy(owner, who), None) = (creator, end, rest)
            && let Some(parent) = target(field).and_then(|t| self.world.entity(t))
            && self.world.counts_as(who, &access.who)
            && self.world.sees_only_own(parent, &access.who)
        {
            return self.make(entity, Some(owner), &[(first.to_owned(), value)]);
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
                let body = self.world.body(entity, field, &lit(&next));
                self.line(format!("{}.change({record}, {body}, by={by})", self.me));
            }
            return true;
        }
        let Some(by) = self.updater(entity, record, field, &[], left - 1) else { return false };
        let body = self.world.body(entity, field, value);
        self.line(format!("{}.change({record}, {body}, by={by})", self.me));
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
        // somebody else than the one whose it is, where nobody does it with their own
        let mut accesses = accesses;
        if self.world.kept_from_owner(entity, &field.name).next().is_some() {
            accesses.sort_by_key(|a| a.scope == Scope::Own);
        }
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

/// Names that the test modules import or use.
const RESERVED: &[&str] = &["today", "day", "moment", "clock", "serial", "unique", "slot", "unittest", "years_ago"];

/// Variables that the lines of tests use for themselves.
const WRITTEN: &[&str] = &[
    "account", "after", "again", "answer", "before", "body", "both", "by_value", "case", "choice", "decided",
    "expected", "found", "form", "given", "group", "groups", "hits", "html", "made", "mine", "one", "page", "percent",
    "re", "row", "rows", "shown", "start", "taken", "took", "totals", "two", "value", "width",
];

const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "break", "case", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match", "nonlocal", "not",
    "or", "pass", "raise", "return", "self", "try", "while", "with", "yield",
];

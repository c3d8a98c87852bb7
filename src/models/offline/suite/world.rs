//! Who may do what in the application, and how a test gets a record into a given state: the lines that set a scene.

use super::samples;
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
    pub fn open(&self, role: &str) -> bool {
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
    /// Those that hold in some states only come last: a record in another one is nothing to them.
    pub fn accesses(&self, entity: &'a Entity, op: Op) -> impl Iterator<Item = &'a Access> + use<'a> {
        let forbidden = self.forbidden(entity, op);
        let of = move |in_state: bool| {
            let fits = move |a: &&Access| matches!(a.scope, Scope::Where { .. }) == in_state && a.ops.contains(&op);
            entity.access.iter().filter(move |a| !forbidden && fits(a))
        };
        of(false).chain(of(true))
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
        let sees_all = |a: &Access| entity.fields.iter().all(|f| self.sees(entity, &f.name, &a.who));
        creating()
            .find(|(_, a)| matches!(a.scope, Scope::All | Scope::Own) && fits(a) && sees_all(a))
            .or_else(|| creating().find(|(_, a)| matches!(a.scope, Scope::All | Scope::Own) && fits(a)))
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
                        use crate::models::offline::spec::Formula::{AverageOf, CountOf, Held, Left, SumOf};
                        if let CountOf { entity, .. }
                        | SumOf { entity, .. }
                        | AverageOf { entity, .. }
                        | Held { entity, .. }
                        | Left { entity, .. } = formula
                        {
                            stack.push(entity);
                        }
                    }
                    _ => {}
                }
            }
        }
        self.spec.entities.iter().filter(|e| wanted.contains(e.name.as_str())).collect()
    }

    /// Whether records must differ by whom this field names, for nothing else makes their combination new. A person named
    /// in the record comes before the one who makes it.
    pub fn differs_by(&self, entity: &Entity, name: &str) -> bool {
        self.features_of(&entity.name).any(|feature| {
            let Feature::UniqueTogether { fields, .. } = feature else { return false };
            let keys: Vec<&Field> = entity.fields.iter().filter(|f| fields.contains(&f.name)).collect();
            let new = |f: &Field| samples::distinct(self.spec, entity, f) || target(f).is_some() && is_required(f);
            let person = keys.iter().find(|f| matches!(f.ty, FieldType::UserReference { .. }) && is_required(f));
            !keys.iter().any(|f| new(f))
                && person.map_or(name == "owner_id" && fields.iter().any(|f| f == name), |f| f.name == name)
        })
    }
    /// Whether who has made some of these records may be refused another one, so that each is made by somebody new.
    pub fn limited(&self, entity: &Entity) -> bool {
        self.limited_within(entity, PARENTS)
    }

    fn limited_within(&self, entity: &Entity, parents: u8) -> bool {
        let own = |per: &Option<String>| per.as_deref().is_none_or(|p| p == "owner_id");
        let counts = |f: &Feature| matches!(f, Feature::Limit { per, .. } | Feature::LimitIn { per, .. } if own(per));
        // `An owner may have at most 4 dogs`: who asks for a stay makes the dog that it is for
        let made_before = || {
            let needed = entity.fields.iter().filter(|f| is_required(f)).filter_map(target);
            needed.filter_map(|name| self.spec.entity(name)).any(|parent| self.limited_within(parent, parents - 1))
        };
        self.features_of(&entity.name).any(counts)
            || self.kept_from_makers(entity)
            || self.differs_by(entity, "owner_id")
            || parents > 0 && made_before()
    }
    /// Whether those who have made such a record are kept from something with it, that others make for the tests.
    fn kept_from_makers(&self, entity: &Entity) -> bool {
        self.spec.features.iter().any(|f| {
            let Feature::NotOwn { entity: of, own, .. } = f else { return false };
            let refers = |link: &str| {
                let field = self.spec.entity(of).and_then(|e| e.fields.iter().find(|f| f.name == link));
                field.and_then(target) == Some(entity.name.as_str())
            };
            *of == entity.name || own.iter().any(|path| path.split_once('.').is_some_and(|(link, _)| refers(link)))
        })
    }
    /// The values of a field that nobody gives it in a record of their own.
    pub fn kept_from_owner(&self, entity: &Entity, field: &str) -> impl Iterator<Item = &'a String> + use<'a> {
        let name = field.to_owned();
        self.features_of(&entity.name).flat_map(move |f| match f {
            Feature::NotOwn { sets: Some((field, values)), .. } if *field == name => values.as_slice(),
            _ => &[],
        })
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
    /// Who sees the field, where that is not everybody who sees the record.
    pub fn seers(&self, entity: &Entity, field: &str) -> Option<&'a [Who]> {
        self.features_of(&entity.name).find_map(|f| match f {
            Feature::ShownTo { field: g, who, .. } if g == field => Some(who.as_slice()),
            _ => None,
        })
    }
    /// Whether somebody who sees the record sees this field of it.
    pub fn sees(&self, entity: &Entity, field: &str, who: &Who) -> bool {
        self.seers(entity, field).is_none_or(|seers| seers.iter().any(|s| self.counts_as(who, s)))
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
            && (is_required(field) || self.kept_from_owner(entity, &field.name).next().is_none())
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
    /// The body that gives a field a value, together with what that value calls for.
    pub fn body(&self, entity: &Entity, field: &Field, value: &str) -> String {
        let mut pairs = vec![(field.name.clone(), value.to_owned())];
        for other in &entity.fields {
            let called = other.rules.iter().any(|r| match &r.rule {
                Rule::RequiredWhen { field: decider, values } => {
                    *decider == field.name && values.iter().any(|v| super::python::lit(v) == value)
                }
                _ => false,
            });
            if called && let Some(given) = samples::valid(self.spec, entity, other) {
                pairs.push((other.name.clone(), given));
            }
        }
        super::python::dict(&pairs)
    }
    /// Whether somebody who reads such records at all reads only the own ones.
    pub fn sees_only_own(&self, entity: &'a Entity, who: &Who) -> bool {
        let mut scopes = self.accesses(entity, Op::Read).filter(|a| self.counts_as(who, &a.who)).map(|a| &a.scope);
        scopes.next().is_some_and(|first| std::iter::once(first).chain(scopes).all(|s| *s == Scope::Own))
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
        // where nobody makes one for a parent of their own, somebody else does
        let apart = |f: &Feature| {
            let Feature::NotOwn { own, .. } = f else { return false };
            let links =
                |field: &&Field| own.iter().any(|p| p.split_once('.').is_some_and(|(link, _)| link == field.name));
            entity.fields.iter().filter(links).any(|f| target(f) == Some(parent.name.as_str()))
        };
        if self.features_of(&entity.name).any(apart) {
            return false;
        }
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

/// How far records are followed to those that they need.
const PARENTS: u8 = 3;

pub(super) fn is_required(field: &Field) -> bool {
    field.required || samples::has(field, &Rule::Required)
}
pub(super) fn target(field: &Field) -> Option<&str> {
    match &field.ty {
        FieldType::Reference { entity } => Some(entity),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use crate::{domain::ClauseId, models::offline::read};

    /// The tests of what is lent, where nobody may have two things at once or anybody may.
    fn lent(rule: &str) -> String {
        let said = [
            "Neighbours sign in.",
            "A tool has a name and a condition: good or broken.",
            "Neighbours borrow tools for at most 7 days.",
            "A tool cannot be borrowed again until it is back.",
            "A broken tool cannot be borrowed.",
            rule,
        ];
        let clauses = (1..).map(ClauseId).zip(said.map(str::to_owned)).collect();
        let spec = read::analyse(&read::inputs(clauses), &std::collections::BTreeMap::new()).unwrap();
        let modules = crate::models::offline::blueprint::modules(&spec);
        let tests = modules.iter().flat_map(|m| crate::models::offline::suite::tests(&spec, &m.name).files);
        tests.map(|f| f.content.to_string()).collect()
    }

    #[test]
    fn who_may_have_one_thing_is_somebody_new_for_each() {
        let body = |text: &str, name: &str| {
            let at = text.find(&format!("def {name}(")).unwrap_or_else(|| panic!("{name}: {text}"));
            text[at..].lines().skip(1).take_while(|l| !l.trim_start().starts_with("def ")).collect::<String>()
        };
        let one = lent("Nobody borrows two tools at once.");
        let (broken, own) = (body(&one, "test_no_loans_of_broken_tools"), body(&one, "test_neighbour_can_change_own"));
        assert_eq!(broken.matches("by=self.newcomer(), tool_id").count(), 2, "{broken}");
        assert!(own.contains("neighbour = self.newcomer()"), "{own}");
        let any = lent("Neighbours see the tools.");
        assert!(body(&any, "test_neighbour_can_change_own").contains("someone("));
    }
}

//! The properties of the records being put together: found, added, related, with their states.

use super::chunk::Np;
use super::draft::Draft;
use super::field::{self, FieldDraft, identifier, sentence_case};
use super::lexicon::nouns;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Field, FieldRule, FieldType, Rule};
use std::ops::Range;

impl Draft<'_> {
    /// The field of `e` a phrase names.
    #[must_use]
    pub fn field_of(&self, e: usize, np: &Np) -> Option<String> {
        let label = np.mods.iter().map(String::as_str).chain([np.head.as_str()]).collect::<Vec<_>>().join(" ");
        let of = np.of.as_deref().filter(|of| of.pronoun.is_none() && self.entity_of(of).is_none());
        if let Some(of) = of {
            // `the date of birth`, where there is a joining date too
            let names = [format!("{label} of {}", of.name()), format!("{} {label}", of.name())].map(|n| identifier(&n));
            if let Some(f) = self.entities[e].entity.fields.iter().find(|f| names.contains(&f.name)) {
                return Some(f.name.clone());
            }
        }
        let found = self
            .field_named(e, &label)
            .or_else(|| self.field_named(e, &np.head))
            .or_else(|| self.address_field(e, np))?;
        // `the date of payment` is no delivery date
        let exact = [&label, &np.head].iter().any(|word| {
            let id = identifier(word);
            found == id || found == nouns::plural(&id) || found == format!("{id}_id")
        });
        let says = |of: &Np| found.split('_').any(|word| word == of.head || nouns::singular(word) == of.head);
        let state = matches!(np.head.as_str(), "state" | "status");
        if !exact && !state && of.is_some_and(|of| !says(of)) {
            return None;
        }
        // `the number of nights` is no number of beds
        let other = |(_, what): (&str, &str)| {
            of.is_some_and(|of| what.split('_').all(|word| word != of.head && nouns::singular(word) != of.head))
        };
        // and a phone number is none
        let called = |noun: &String| found.split('_').any(|word| word == noun || nouns::singular(word) == *noun);
        let unlike = |(kind, what)| other((kind, what)) || !np.nouns.is_empty() && !np.nouns.iter().any(called);
        if found.split_once("_of_").is_some_and(unlike) { None } else { Some(found) }
    }
    /// `the e-mail address` where each has an `email`: the one field for such an address or number.
    fn address_field(&self, e: usize, np: &Np) -> Option<String> {
        let reached =
            |word: &String| nouns::property(word).filter(|ty| matches!(ty, FieldType::Email | FieldType::Phone));
        let by_kind = np.nouns.iter().find_map(reached).filter(|_| matches!(np.head.as_str(), "address" | "number"));
        let ty = by_kind.or_else(|| reached(&np.head))?;
        let mut fields = self.entities[e].entity.fields.iter().filter(|f| f.ty == ty);
        fields.next().filter(|_| fields.next().is_none()).map(|f| f.name.clone())
    }
    /// The field of `e` by a word for it: its name, its end, its beginning.
    #[must_use]
    pub fn field_named(&self, e: usize, word: &str) -> Option<String> {
        let id = identifier(word);
        let fields = &self.entities[e].entity.fields;
        if matches!(id.as_str(), "state" | "status")
            && let Some(f) = self.status(e)
        {
            return Some(f);
        }
        let exact =
            fields.iter().find(|f| f.name == id || f.name == nouns::plural(&id) || f.name == format!("{id}_id"));
        let loose = || {
            fields.iter().find(|f| f.name.ends_with(&format!("_{id}"))).or_else(|| {
                fields.iter().find(|f| f.name.starts_with(&format!("{id}_")) && f.name != format!("{id}_id"))
            })
        };
        exact.or_else(loose).map(|f| f.name.clone()).or_else(|| self.stay(e, &id))
    }
    /// The arrival and the departure of what lasts from one day to another.
    fn stay(&self, e: usize, word: &str) -> Option<String> {
        let first = match word {
            "arrival" | "check_in" => true,
            "departure" | "check_out" => false,
            _ => return None,
        };
        let (start, end) = super::overlaps::span(self, e)?;
        let made = start == "start_date" && end == "end_date";
        made.then_some(if first { start } else { end })
    }
    /// Its first field of a day.
    pub fn date_of(&self, e: usize) -> Option<String> {
        self.entities[e].entity.fields.iter().find(|f| f.ty.is_day()).map(|f| f.name.clone())
    }
    pub fn field_mut(&mut self, e: usize, name: &str) -> Option<&mut Field> {
        self.entities[e].entity.fields.iter_mut().find(|f| f.name == name)
    }

    /// Adds a field, or what the phrase says about one that is there.
    pub fn add_field(&mut self, e: usize, draft: FieldDraft, id: ClauseId) -> String {
        let mut field = draft.field;
        let entity = &mut self.entities[e].entity;
        if matches!(field.name.as_str(), "state" | "status")
            && let Some(have) = entity.fields.iter().find(|f| matches!(f.name.as_str(), "state" | "status"))
        {
            field.name.clone_from(&have.name);
        }
        // `ticket price` on a ticket is its price
        if let Some(short) = field.name.strip_prefix(&format!("{}_", entity.name)).map(str::to_owned)
            && nouns::property(&short).is_some()
        {
            field.name.clone_from(&short);
            field.label = sentence_case(&short.replace('_', " "));
        }
        if let Some(old) =
            entity.fields.iter_mut().find(|f| f.name == field.name || nouns::plural(&f.name) == field.name)
        {
            if !old.clauses.contains(&id) {
                old.clauses.push(id);
            }
            if matches!(&old.ty, FieldType::Choice { values } if values.is_empty())
                || matches!(old.ty, FieldType::Text { .. }) && draft.typed
            {
                old.ty = field.ty;
            }
            for rule in field.rules {
                if !old.rules.iter().any(|r| r.rule == rule.rule) {
                    old.rules.push(rule);
                }
            }
            if old.unit.is_none() {
                old.unit = field.unit;
            }
            return old.name.clone();
        }
        if draft.stated == Some(true) {
            field.rules.push(FieldRule { rule: Rule::Required, clauses: vec![id] });
        }
        field.clauses = vec![id];
        let name = field.name.clone();
        entity.fields.push(field);
        if draft.stated == Some(false) {
            self.optional.insert((e, name.clone()));
        }
        name
    }
    /// Adds a reference from `e` to `to`, once.
    pub fn add_reference(&mut self, e: usize, to: usize, required: bool, id: ClauseId) -> String {
        let target = self.entities[to].entity.name.clone();
        let name = if e == to { format!("parent_{target}_id") } else { format!("{target}_id") };
        let label = if e == to {
            format!("Parent {}", target.replace('_', " "))
        } else {
            self.entities[to].entity.label.clone()
        };
        let fields = &mut self.entities[e].entity.fields;
        if let Some(f) = fields.iter_mut().find(|f| f.name == name) {
            if !f.clauses.contains(&id) {
                f.clauses.push(id);
            }
            return name;
        }
        let ty = FieldType::Reference { entity: target };
        let field = Field {
            name: name.clone(),
            label,
            ty,
            required,
            read_only: false,
            default: None,
            unit: None,
            clauses: vec![id],
            rules: Vec::new(),
        };
        if required {
            fields.insert(0, field);
        } else {
            fields.push(field);
        }
        name
    }
    /// `the white player, the black player`: the second of one kind that a list names is another one, and has a name of
    /// its own.
    fn beside(&self, e: usize, first: String, field: &Field, id: ClauseId) -> String {
        let named = self.entities[e].entity.fields.iter().find(|f| f.name == first);
        let other =
            |f: &Field| f.clauses.contains(&id) && f.label != field.label && first != format!("{}_id", field.name);
        if named.is_some_and(other) { format!("{}_id", field.name) } else { first }
    }
    fn add_second(&mut self, e: usize, to: usize, name: String, draft: FieldDraft, id: ClauseId) -> String {
        let ty = FieldType::Reference { entity: self.entities[to].entity.name.clone() };
        self.add_field(e, FieldDraft { field: Field { name, ty, ..draft.field.clone() }, ..draft }, id)
    }
    #[must_use]
    pub fn reference(&self, e: usize, to: &str) -> Option<String> {
        self.entities[e]
            .entity
            .fields
            .iter()
            .find(|f| matches!(&f.ty, FieldType::Reference { entity } if entity == to))
            .map(|f| f.name.clone())
    }
    /// The choice field that holds the state of `e`.
    #[must_use]
    pub fn status(&self, e: usize) -> Option<String> {
        let fields = &self.entities[e].entity.fields;
        fields
            .iter()
            .find(|f| matches!(f.name.as_str(), "status" | "state") && matches!(f.ty, FieldType::Choice { .. }))
            .map(|f| f.name.clone())
    }
    /// The status field of `e` with `values` in it, made if need be.
    pub fn ensure_status(&mut self, e: usize, values: &[String], initial: Option<&str>, id: ClauseId) -> String {
        if self.status(e).is_none() {
            let field = Field {
                name: "status".into(),
                label: "Status".into(),
                ty: FieldType::Choice { values: Vec::new() },
                required: false,
                read_only: false,
                default: None,
                unit: None,
                clauses: vec![id],
                rules: Vec::new(),
            };
            self.entities[e].entity.fields.push(field);
        }
        let name = self.status(e).unwrap_or_else(|| "status".into());
        if let Some(f) = self.field_mut(e, &name) {
            if !f.clauses.contains(&id) {
                f.clauses.push(id);
            }
            if let FieldType::Choice { values: have } = &mut f.ty {
                if have.is_empty()
                    && let Some(first) = initial
                {
                    have.push(first.to_owned());
                }
                for v in values {
                    if !have.contains(v) {
                        have.push(v.clone());
                    }
                }
                if f.default.is_none() {
                    f.default = have.first().cloned();
                }
            }
        }
        name
    }

    /// Every property named in a range of words becomes a field of `e`; names of entities become references.
    pub fn fields_from(&mut self, si: usize, e: usize, range: Range<usize>) -> Vec<String> {
        let s = &self.sentences[si];
        let mut names = Vec::new();
        for (part, values) in super::in_line::parts(s, range) {
            let Some(mut draft) = field::field(s, part.clone()) else { continue };
            if let Some(values) = values {
                super::in_line::choose(s, &mut draft, part.end..values.end, values);
            }
            // so many other records belong to it, and no number is kept
            let ranged = super::ranged::counted(&s.words, &part);
            let bounded = field::leading(&s.words, &part).is_some() || ranged.is_some();
            if bounded && self.find(&draft.head).is_some() || ranged.is_some_and(|np| self.role(&np).is_some()) {
                continue;
            }
            if let Some((whose, name, label)) = draft.plain.take()
                && self.find(&whose) == Some(e)
            {
                draft.field.name = name;
                draft.field.label = label;
            }
            let used = draft.used.clone();
            let phrase = super::chunk::noun_phrase(
                &s.words,
                used.iter()
                    .copied()
                    .find(|i| !matches!(s.words[*i].tag, super::tag::Tag::Adv | super::tag::Tag::Conj))
                    .unwrap_or(part.start),
            );
            let named = self.find(&draft.field.name).or_else(|| self.find(&draft.head)).filter(|t| {
                *t != e && !draft.typed
                    || self.find(&draft.field.name) == Some(*t) && *t != e && !self.entities[*t].bare
            });
            let role = phrase
                .as_ref()
                .filter(|_| !draft.typed && nouns::person(&draft.head).is_some())
                .and_then(|np| self.role(np))
                // who has no account is named, and no account of theirs is
                .filter(|role| role.kind != nouns::Person::Stranger)
                .cloned();
            let name = match (named, role) {
                (Some(to), _) if !phrase.as_ref().is_some_and(|np| np.plural) => {
                    let first = format!("{}_id", self.entities[to].entity.name);
                    let name = self.beside(e, first.clone(), &draft.field, s.id);
                    if name == first {
                        self.add_reference(e, to, false, s.id)
                    } else {
                        self.add_second(e, to, name, draft, s.id)
                    }
                }
                (Some(_), _) => continue,
                (None, Some(role)) if self.has_users() && !phrase.as_ref().is_some_and(|np| np.plural) => {
                    let mut draft = draft;
                    draft.field.ty = FieldType::UserReference { role: Some(role.name.clone()) };
                    let own = format!("{}_id", identifier(&role.name));
                    draft.field.name = self.beside(e, own, &draft.field, s.id);
                    self.add_field(e, draft, s.id)
                }
                _ => self.add_field(e, draft, s.id),
            };
            self.mark_words(si, &used);
            names.push(name);
        }
        names
    }
}

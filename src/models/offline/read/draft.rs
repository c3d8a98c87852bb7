//! The specification while it is being put together, and which words of the text have found their way into it.

use super::chunk::Np;
use super::field::{identifier, sentence_case};
use super::lexicon::nouns::{self, Person};
use super::lexicon::{verbs::Class, words};
use super::sentence::{Pp, Pred, Sentence};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Clauses, Entity, Feature, Field, Op, Question, Scope, SpecGap, Who};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Words for the same record of a transaction.
pub const SAME: [&[&str]; 6] = [
    &["purchase", "order"],
    &["booking", "reservation"],
    &["loan", "rental", "borrowing"],
    &["enrolment", "registration", "sign_up", "attendance"],
    &["favorite", "bookmark", "watchlist", "wishlist"],
    &["rating", "review"],
];

#[derive(Debug, Clone)]
pub struct RoleDraft {
    pub name: String,
    pub kind: Person,
    pub clauses: Clauses,
    pub open: bool,
}

#[derive(Debug, Clone)]
pub struct EntityDraft {
    pub entity: Entity,
    pub home: ClauseId,
    /// Weight of the evidence that it is a thing records are kept of.
    pub weight: u32,
    /// Somebody's own: `their workouts`.
    pub possessed: bool,
    /// The record made by a transaction, with the entity it is about.
    pub about: Option<String>,
    /// A kind of person, and the role of the same name.
    pub person: bool,
    /// Fields may be filled in by an assumption.
    pub bare: bool,
    /// Written down as it happens: logged, noted, entered.
    pub recorded: bool,
}

#[derive(Debug, Clone, Default)]
pub struct UsersDraft {
    pub implied: Clauses,
    /// The only role, where a person wants nobody to hold it by signing up.
    pub alone: Option<String>,
    pub sign_up: Clauses,
    pub log_in: Clauses,
    pub change_password: Clauses,
    pub edit_profile: Clauses,
    pub profile: Vec<Field>,
    pub by_name: bool,
}

/// `Approved requests are marked as ordered.`
#[derive(Debug, Clone)]
pub struct Moved {
    pub entity: usize,
    pub field: String,
    /// What the sentence says of the records; not each of these words is a state.
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub who: Vec<Who>,
    pub clause: ClauseId,
}

/// `Only the board may set a request to approved.`
#[derive(Debug, Clone)]
pub struct Reserved {
    pub entity: usize,
    pub field: String,
    pub values: Vec<String>,
    pub who: Vec<Who>,
    pub clause: ClauseId,
}

pub struct Draft<'a> {
    pub sentences: &'a [Sentence],
    pub answers: &'a BTreeMap<String, String>,
    /// The defaults in force: where no word of the text says otherwise, they stay.
    pub kept: &'a BTreeMap<String, String>,
    pub title: String,
    pub roles: Vec<RoleDraft>,
    pub entities: Vec<EntityDraft>,
    pub users: UsersDraft,
    pub features: Vec<Feature>,
    pub questions: Vec<Question>,
    pub gaps: Vec<SpecGap>,
    used: Vec<Vec<bool>>,
    /// Which predicates of a sentence are dealt with.
    pub done: Vec<BTreeSet<usize>>,
    /// The entity spoken of last, for `it`, `them`, `each`.
    pub focus: Option<usize>,
    /// Nobody but these may: `only the board approves`.
    pub exclusives: Vec<(usize, Vec<Op>, Vec<Who>, ClauseId)>,
    /// These may not: `a tenant cannot delete a defect`.
    pub denials: Vec<(usize, Vec<Who>, Vec<Op>, ClauseId)>,
    /// These may not change that property: `Members must not change the deposit.`
    pub property_bans: Vec<(usize, String, Vec<Who>, ClauseId)>,
    /// Those who see only some of the records: `Drivers see only their own tours.`
    pub limited: Vec<(usize, Who, Scope)>,
    /// Who searches a list and so must be able to see it.
    pub searchers: Vec<(usize, Who, ClauseId)>,
    /// Lists that somebody can see, nobody says who.
    pub unnamed_readers: Vec<(usize, ClauseId)>,
    /// Words before a noun that only tell what the text calls by the noun alone elsewhere: `expense claim`.
    pub merged: BTreeSet<String>,
    /// Which values the text lists for a property, and where.
    pub named_states: Vec<(usize, String, Vec<String>, ClauseId)>,
    /// From which states the text lets records go to which: `Approved requests are marked as ordered.`
    pub moves: Vec<Moved>,
    /// Values that only some may set.
    pub reserved: Vec<Reserved>,
    /// What nobody does with what is their own.
    pub not_own: Vec<super::not_own::NotOwn>,
    /// What whoever made a record may do with it.
    pub by_maker: Vec<super::makers::ByMaker>,
    /// Properties said to be optional.
    pub optional: BTreeSet<(usize, String)>,
    /// Records that strangers do not see.
    pub inside: Vec<(usize, ClauseId)>,
    /// What the text leaves open.
    pub waived: Vec<super::waived::Waived>,
    /// What the text calls those who added a record, and which record: `the owner of the tool`.
    pub holder: Option<(String, usize)>,
    /// The role of whoever says `I`.
    pub speaker: Option<String>,
    pub pending_progress: Vec<(usize, ClauseId)>,
    /// Sentence, word, and the entity spoken of then.
    pub pending_totals: Vec<(usize, usize, Option<usize>)>,
    /// Sentence, word, and whose records are counted.
    pub pending_counts: Vec<(usize, usize, usize)>,
}

impl<'a> Draft<'a> {
    #[must_use]
    pub fn new(
        sentences: &'a [Sentence],
        answers: &'a BTreeMap<String, String>,
        kept: &'a BTreeMap<String, String>,
    ) -> Self {
        Self {
            sentences,
            answers,
            kept,
            title: String::new(),
            roles: Vec::new(),
            entities: Vec::new(),
            users: UsersDraft::default(),
            features: Vec::new(),
            questions: Vec::new(),
            gaps: Vec::new(),
            used: sentences.iter().map(|s| (0..s.words.len()).map(|i| i < s.lead).collect()).collect(),
            done: vec![BTreeSet::new(); sentences.len()],
            focus: None,
            exclusives: Vec::new(),
            denials: Vec::new(),
            property_bans: Vec::new(),
            limited: Vec::new(),
            searchers: Vec::new(),
            unnamed_readers: Vec::new(),
            merged: BTreeSet::new(),
            named_states: Vec::new(),
            moves: Vec::new(),
            reserved: Vec::new(),
            not_own: Vec::new(),
            by_maker: Vec::new(),
            optional: BTreeSet::new(),
            inside: Vec::new(),
            waived: Vec::new(),
            speaker: None,
            holder: None,
            pending_progress: Vec::new(),
            pending_totals: Vec::new(),
            pending_counts: Vec::new(),
        }
    }

    // ---- words -------------------------------------------------------------------------------------------------

    pub fn mark(&mut self, sentence: usize, range: Range<usize>) {
        let used = &mut self.used[sentence];
        let end = range.end.min(used.len());
        if range.start < end {
            used[range.start..end].fill(true);
        }
    }
    pub fn unmark(&mut self, sentence: usize, list: &[usize]) {
        list.iter().for_each(|i| self.used[sentence][*i] = false);
    }
    pub fn mark_words(&mut self, sentence: usize, list: &[usize]) {
        for i in list {
            self.mark(sentence, *i..*i + 1);
        }
    }
    /// The phrase without its adjectives: they say more than that the thing exists.
    pub fn mark_np(&mut self, si: usize, np: &Np) {
        let s = &self.sentences[si];
        let end = np.paren.as_ref().map_or(np.range.end, |p| p.start).min(s.words.len());
        let named = |word: &str| {
            if matches!(word, "day" | "week" | "month" | "year" | "today") {
                return false;
            }
            words::light(word)
                || self.merged.contains(word)
                // `working hours` are hours
                || matches!(word, "working" | "work") && self.find(&format!("{} entry", np.head)).is_some()
                || SAME.iter().any(|g| g.contains(&word) && g.iter().any(|w| self.find(w).is_some()))
                || words::system_noun(word)
                || nouns::property(word).is_some()
                || nouns::person(word).is_some()
                || self.entities.iter().any(|e| e.entity.name.split('_').any(|p| p == word))
                || self.roles.iter().any(|r| r.name.split('_').any(|p| p == word))
        };
        let page = matches!(np.head.as_str(), "page" | "screen" | "homepage");
        let inner: Vec<usize> = (np.range.start..end)
            .filter(|i| {
                // `the start page`, `a report page`: whichever page it is
                let place = matches!(s.words[*i].lower(), "start" | "home" | "front" | "main" | "landing" | "report");
                match s.words[*i].tag {
                    _ if page && place => true,
                    super::tag::Tag::Adj => false,
                    super::tag::Tag::Noun => *i == np.head_at || named(&s.words[*i].base),
                    _ => true,
                }
            })
            .collect();
        self.mark_words(si, &inner);
    }
    pub fn mark_verb(&mut self, si: usize, pred: &Pred) {
        self.mark(si, pred.verb.range.clone());
    }
    pub fn mark_phrase(&mut self, si: usize, phrase: &str) -> bool {
        match self.sentences[si].find(phrase) {
            Some(range) => {
                self.mark(si, range);
                true
            }
            None => false,
        }
    }
    #[must_use]
    pub fn is_used(&self, si: usize, word: usize) -> bool {
        self.used[si][word]
    }

    // ---- answers -----------------------------------------------------------------------------------------------

    /// The answer in force for a question: a person's, else `default`. The question is recorded.
    pub fn ask(&mut self, key: &str, question: &str, default: &str, clauses: &[ClauseId]) -> String {
        let answer = self.answers.get(key).map_or_else(|| default.to_owned(), |a| a.trim().to_owned());
        if !self.questions.iter().any(|q| q.key == key) {
            self.questions.push(Question {
                key: key.into(),
                question: question.into(),
                answer: answer.clone(),
                clauses: clauses.to_vec(),
                choices: Vec::new(),
            });
        }
        answer
    }

    /// Names answers to a question that are followed, besides its default.
    pub fn offer<'c>(&mut self, key: &str, default: &'c str, others: impl IntoIterator<Item = &'c str>) {
        if let Some(q) = self.questions.iter_mut().find(|q| q.key == key) {
            q.choices = std::iter::once(default).chain(others).map(str::to_owned).collect();
        }
    }

    // ---- entities ----------------------------------------------------------------------------------------------

    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        let id = identifier(name);
        self.entities.iter().position(|e| e.entity.name == id)
    }
    pub fn add_entity(&mut self, name: &str, id: ClauseId) -> usize {
        if let Some(i) = self.find(name) {
            let clauses = &mut self.entities[i].entity.clauses;
            if !clauses.contains(&id) {
                clauses.push(id);
            }
            return i;
        }
        let ident = identifier(name);
        let label = sentence_case(&ident.replace('_', " "));
        let plural = nouns::plural(&ident);
        let label_plural = sentence_case(&plural.replace('_', " "));
        // who is signed in has the address of this name
        let plural = if plural == "sessions" { "session_records".to_owned() } else { plural };
        self.entities.push(EntityDraft {
            entity: Entity {
                name: ident,
                plural,
                label,
                label_plural,
                clauses: vec![id],
                fields: Vec::new(),
                owned: false,
                private: Vec::new(),
                access: Vec::new(),
                system: false,
            },
            home: id,
            weight: 0,
            possessed: false,
            about: None,
            person: false,
            bare: false,
            recorded: false,
        });
        self.entities.len() - 1
    }
    /// The clause that brought the entity in: what is assumed about it hangs on that one.
    #[must_use]
    pub fn home(&self, e: usize) -> Vec<ClauseId> {
        vec![self.entities[e].home]
    }
    pub fn touch(&mut self, e: usize, id: ClauseId) {
        let clauses = &mut self.entities[e].entity.clauses;
        if !clauses.contains(&id) {
            clauses.push(id);
        }
    }

    /// What the sentence has named before predicate `pi` is what its pronouns mean.
    pub fn attend(&mut self, si: usize, pi: usize) {
        let s = &self.sentences[si];
        let named = s.preds[..pi].iter().rev().find_map(|p| {
            let main = if p.verb.passive { &p.subject } else { &p.objects };
            let named =
                |nps: &[Np]| nps.iter().rev().filter(|np| np.pronoun.is_none()).find_map(|np| self.entity_of(np));
            named(main)
                .or_else(|| if p.objects.is_empty() || p.verb.class == Class::Be { named(&p.subject) } else { None })
        });
        if named.is_some() {
            self.focus = named;
        }
    }
    /// The entity a phrase speaks of: by its name, its head, what it is a list or a property of, or by pronoun.
    #[must_use]
    pub fn entity_of(&self, np: &Np) -> Option<usize> {
        match np.pronoun.as_deref() {
            Some(
                "it" | "them" | "they" | "each" | "all" | "these" | "those" | "this" | "that" | "both" | "one" | "ones"
                | "any",
            ) => {
                if let Some(of) = np.of.as_deref().filter(|o| o.pronoun.is_none()) {
                    return self.entity_of(of);
                }
                return self.focus;
            }
            Some(_) => return None,
            None => {}
        }
        if let Some(i) = self.find(&np.name()).or_else(|| self.find(&np.head)) {
            return Some(i);
        }
        // `a piece of equipment`
        if let Some(of) = np.of.as_deref().filter(|_| np.head == "piece") {
            return self.entity_of(of);
        }
        // another word for the same record: an order of tickets is their purchase
        for group in SAME {
            if group.contains(&np.head.as_str())
                && let Some(e) = group.iter().find_map(|w| self.find(w))
            {
                return Some(e);
            }
        }
        // `my hours` are the entries of hours, `entries` those of whatever is mainly kept
        if let Some(e) = self.find(&format!("{} entry", np.head)) {
            return Some(e);
        }
        if matches!(np.head.as_str(), "entry" | "record") && np.nouns.is_empty() && np.of.is_none() {
            let ends = self.entities.iter().position(|e| e.entity.name.ends_with("_entry"));
            let recorded = self.entities.iter().position(|e| e.recorded);
            return ends.or(recorded).or_else(|| super::features::main_entity(self));
        }
        // `an appointment request`: the appointment that is requested
        if np.head == "request"
            && let Some(e) = np.nouns.last().and_then(|m| self.find(m))
        {
            return Some(e);
        }
        if np.head == "signup" {
            return ["registration", "enrolment", "sign_up"].iter().find_map(|w| self.find(w));
        }
        // `event page`, `ticket information`, `list of events`, `status of the defect`
        let surface = words::system_noun(&np.head) || nouns::property(&np.head).is_some();
        if surface {
            if let Some(e) = np.of.as_deref().and_then(|of| self.entity_of(of)) {
                return Some(e);
            }
            if let Some(e) = np.nouns.iter().rev().find_map(|m| self.find(m)) {
                return Some(e);
            }
            if let Some(e) =
                np.owner.as_deref().filter(|o| nouns::person(&o.head).is_none()).and_then(|o| self.entity_of(o))
            {
                return Some(e);
            }
            return None;
        }
        // `quote` for `repair_quote` when only one ends so
        let ending = format!("_{}", identifier(&np.head));
        let mut ends = self.entities.iter().enumerate().filter(|(_, e)| e.entity.name.ends_with(&ending));
        match (ends.next(), ends.next()) {
            (Some((i, _)), None) => Some(i),
            _ => None,
        }
    }

    // ---- rights ------------------------------------------------------------------------------------------------

    pub fn allow(&mut self, e: usize, who: Who, ops: &[Op], scope: Scope, id: ClauseId) {
        self.allow_fields(e, who, ops, scope, &[], id);
    }
    pub fn allow_fields(&mut self, e: usize, who: Who, ops: &[Op], scope: Scope, only: &[String], id: ClauseId) {
        if who == Who::Anyone && !matches!(scope, Scope::All | Scope::Where { .. }) {
            let why = "without an account nobody's own records can be told from others'";
            return self.gap(id, "their own", why, false);
        }
        let access = &mut self.entities[e].entity.access;
        for op in ops {
            if let Some(a) = access
                .iter_mut()
                .find(|a| a.who == who && a.scope == scope && a.ops.contains(op) && a.only_fields == only)
            {
                if !a.clauses.contains(&id) {
                    a.clauses.push(id);
                }
                continue;
            }
            access.push(Access {
                who: who.clone(),
                ops: vec![*op],
                scope: scope.clone(),
                only_fields: only.to_vec(),
                clauses: vec![id],
            });
        }
    }
    pub fn exclusive(&mut self, e: usize, ops: &[Op], whos: &[Who], id: ClauseId) {
        self.exclusives.push((e, ops.to_vec(), whos.to_vec(), id));
    }
    /// Adds a feature, or the clauses of it to the same one that is there.
    pub fn feature(&mut self, mut feature: Feature) {
        // what everybody may set is guarded from nobody
        if matches!(&feature, Feature::FieldGuard { who, .. } if who.contains(&Who::Anyone)) {
            return;
        }
        let clauses = std::mem::take(feature.clauses_mut());
        for have in &mut self.features {
            let old = std::mem::take(have.clauses_mut());
            let same = *have == feature;
            let list = have.clauses_mut();
            *list = old;
            if same {
                for id in clauses {
                    if !list.contains(&id) {
                        list.push(id);
                    }
                }
                return;
            }
        }
        *feature.clauses_mut() = clauses;
        self.features.push(feature);
    }
    pub fn gap(&mut self, id: ClauseId, what: &str, reason: &str, whole: bool) {
        if !self.gaps.iter().any(|g| g.clause == id && g.what == what) {
            self.gaps.push(SpecGap { clause: id, what: what.into(), reason: reason.into(), whole });
        }
    }
    /// The first prepositional phrase with one of `preps`.
    #[must_use]
    pub fn pp<'p>(pred: &'p Pred, preps: &[&str]) -> Option<&'p Pp> {
        pred.preps.iter().find(|pp| preps.contains(&pp.prep.as_str()))
    }
}

impl std::fmt::Debug for Draft<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft")
            .field("entities", &self.entities.len())
            .field("roles", &self.roles.len())
            .finish_non_exhaustive()
    }
}

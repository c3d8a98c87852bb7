//! One property of a record, and one of its states: who may change it may not therefore change the rest.

use super::chunk::{Item, Np};
use super::decisions;
use super::draft::{Draft, RoleDraft};
use super::lexicon::{
    nouns::{self, Person},
    verbs::{Class, Form},
    words,
};
use super::lifecycle;
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, Op, Scope, Who};
use std::ops::Range;

/// The kind of records of which a phrase names a property, and the phrase that says which of them: `his job` of `the remark
/// and the size of his job`. In a list of properties the last one says it for all.
#[must_use]
pub fn of_record(d: &Draft, listed: &[Np], np: &Np) -> Option<(usize, Np)> {
    let thing = d.find(&np.name()).is_some() || d.find(&np.head).is_some();
    let at = listed.iter().position(|o| o == np).filter(|_| np.pronoun.is_none() && !thing)?;
    let (e, whose) = listed[at..].iter().find_map(|o| record(d, o))?;
    d.field_of(e, np)?;
    Some((e, whose))
}

/// `their jobs` of `the number of pairs of their jobs`, `his job` of `his job's remark`.
fn record(d: &Draft, np: &Np) -> Option<(usize, Np)> {
    let whole = np.of.as_deref().or(np.owner.as_deref())?;
    let kind = d.find(&whole.name()).or_else(|| d.find(&whole.head)).filter(|_| whole.pronoun.is_none());
    kind.map(|e| (e, whole.clone())).or_else(|| record(d, whole))
}

/// Whether a sentence lets somebody change single properties of these records, and says it of the property: then no more is
/// supposed. `Only the gardener may change the price` keeps others from it and says nothing of the gardener.
#[must_use]
pub fn alone(d: &Draft, e: usize, who: &Who) -> bool {
    let state = d.status(e);
    let changes = |p: &Pred, name: &String| {
        let changed = if p.verb.passive { &p.subject } else { &p.objects };
        let named = |np: &Np| d.field_of(e, np).as_ref() == Some(name) && d.find(&np.head) != Some(e);
        p.verb.class == Class::Update && !p.verb.negated && !p.only && !p.subordinate && changed.iter().any(named)
    };
    let told = |id| d.sentences.iter().filter(move |s| s.id == id).flat_map(|s| &s.preds);
    d.entities[e].entity.access.iter().any(|a| {
        let part = a.who == *who && a.ops.contains(&Op::Update);
        let said = |name: &String| a.clauses.iter().any(|id| told(*id).any(|p| changes(p, name)));
        part && a.only_fields.iter().any(|name| state.as_ref() != Some(name) && said(name))
    })
}

/// The role whose holder is the first account.
const FIRST: &str = "administrator";

/// `Jobs are set to mended only by …`: a state that only some set, in words that no rule understood, is set by those whom the
/// sentence names.
pub fn states(d: &mut Draft) {
    let sentences = d.sentences;
    for s in sentences {
        let refused = d.gaps.iter().any(|g| g.clause == s.id && g.whole);
        let Some((e, field, range)) = unread(d, s).filter(|_| !refused && leaves_out(s)) else { continue };
        let named = people(d, s);
        if named.is_empty() {
            continue;
        }
        give(d, e, &field, &named, s.id);
        let whos = super::rights::words_for(d, &named);
        let state = field.replace('_', " ");
        let why = format!("as this is not understood, nobody but {whos} can set the {state}");
        d.gap(s.id, &s.quote(range), &why, false);
    }
}

/// `The till marks orders as paid`: where nobody is known to be meant it is the administrator who does, and never whoever made
/// the record, for want of others. Runs when all else is known, so that nothing else falls to the administrator.
pub fn left_to_first(d: &mut Draft, demands: &[&Sentence]) {
    for s in demands {
        if let Some((e, field, _)) = unread(d, s).filter(|_| leaves_out(s) || somebody(d, s)) {
            leave_to_first(d, e, &field, s);
        }
    }
}

/// Of which records a sentence says that they are put into a state, and no rule has read it: the state, and where.
fn unread(d: &Draft, s: &Sentence) -> Option<(usize, String, Range<usize>)> {
    if !d.has_users() || super::exclusion::is_exclusion(s) || !puts(s) || read(d, s) {
        return None;
    }
    let (e, range) = set(d, s)?;
    Some((e, d.status(e)?, range))
}

/// Whether a sentence says that somebody does it, whoever that is.
fn somebody(d: &Draft, s: &Sentence) -> bool {
    let unknown = |np: &Np| !words::system_noun(&np.head) && d.who(np).is_none() && d.entity_of(np).is_none();
    let sets = |p: &&Pred| SETS.contains(&p.verb.base.as_str()) && !p.verb.passive && !p.subordinate;
    s.preds.iter().filter(sets).any(|p| p.subject.iter().any(unknown))
}

/// These set the state, and nobody else does.
fn give(d: &mut Draft, e: usize, field: &str, whos: &[Who], id: ClauseId) {
    for who in whos {
        d.allow(e, who.clone(), &[Op::Read], Scope::All, id);
        d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, &[field.to_owned()], id);
    }
    let entity = d.entities[e].entity.name.clone();
    decisions::merge_guard(d, &entity, field, whos, id);
}

/// The first account alone sets the state. It follows from the sentences that say which states there are: of the one that
/// was not understood nothing is built.
fn leave_to_first(d: &mut Draft, e: usize, field: &str, s: &Sentence) {
    let listed = d.entities[e].entity.fields.iter().filter(|f| f.name == field).flat_map(|f| f.clauses.clone());
    let Some(id) = listed.chain(d.home(e)).find(|id| *id != s.id) else { return };
    let first = administrator(d, id);
    give(d, e, field, &[first], id);
}

/// What is done to put a record into a state.
const SETS: [&str; 11] =
    ["set", "mark", "put", "move", "change", "switch", "turn", "declare", "label", "flag", "bring"];

/// Whether it is the main point of a sentence that something is put into a state: not of `Tasks marked as done are hidden`.
fn puts(s: &Sentence) -> bool {
    let main = |p: &&Pred| !p.subordinate;
    let says = |p: &Pred| {
        !p.verb.negated && (SETS.contains(&p.verb.base.as_str()) || matches!(p.verb.class, Class::Be | Class::Other))
    };
    s.preds.is_empty() || s.preds.iter().filter(main).any(says)
}

/// Whether a sentence says that others may not.
fn leaves_out(s: &Sentence) -> bool {
    let word = |w: &Word| matches!(w.lower(), "only" | "solely" | "exclusively" | "alone" | "nobody" | "except");
    s.words.iter().any(word) || s.find("no one").is_some() || s.find("none but").is_some()
}

/// Whether a rule has read who changes the state.
fn read(d: &Draft, s: &Sentence) -> bool {
    let tells = |f: &Feature| !matches!(f, Feature::NotOwn { .. }) && f.clauses().contains(&s.id);
    let sets = |e: usize| {
        let state = d.status(e);
        let rows = &d.entities[e].entity.access;
        rows.iter()
            .any(|a| a.clauses.contains(&s.id) && state.as_ref().is_some_and(|name| a.only_fields.contains(name)))
    };
    d.features.iter().any(tells) || (0..d.entities.len()).any(sets)
}

/// The records that a sentence says are put into one of their states, and where.
fn set(d: &Draft, s: &Sentence) -> Option<(usize, Range<usize>)> {
    let verb = s.words.iter().position(|w| SETS.contains(&w.base.as_str()) || SETS.contains(&stem(w.lower())))?;
    let named = s.items.iter().filter_map(|i| if let Item::Np(np) = i { d.entity_of(np) } else { None });
    let known: Vec<usize> = named.chain(d.focus).collect();
    known.into_iter().find_map(|e| {
        let states = lifecycle::values(d, e);
        let into = |range: &Range<usize>| range.start > 0 && matches!(s.words[range.start - 1].lower(), "to" | "as");
        let place = states.iter().filter_map(|v| s.find(&v.replace('_', " "))).find(into)?;
        Some((e, verb.min(place.start)..place.end))
    })
}

/// `setting` as `set`, `marked` as `mark`.
fn stem(word: &str) -> &str {
    let stem = word.strip_suffix("ing").or_else(|| word.strip_suffix("ed")).unwrap_or(word);
    if stem.ends_with("tt") { &stem[..stem.len() - 1] } else { stem }
}

/// The people with accounts whom a sentence names, whoever they are in it.
fn people(d: &Draft, s: &Sentence) -> Vec<Who> {
    let named = s.items.iter().filter_map(|i| if let Item::Np(np) = i { d.role(np) } else { None });
    super::rights::unique(named.map(|role| d.who_of(role)).filter(|who| *who != Who::Anyone))
}

pub fn administrator(d: &mut Draft, id: ClauseId) -> Who {
    match d.roles.iter_mut().find(|r| r.name == FIRST) {
        Some(role) => role.clauses.push(id),
        None => d.roles.push(RoleDraft { name: FIRST.into(), kind: Person::Appointed, clauses: vec![id], open: false }),
    }
    Who::Role(FIRST.into())
}

/// `pairs` of `the number of pairs`, where the property is called so.
pub fn mark_measure(d: &mut Draft, si: usize, np: &Np, field: &str) {
    let of =
        np.of.as_deref().filter(|of| field.split('_').any(|part| part == of.head || nouns::singular(part) == of.head));
    if let Some(of) = of {
        d.mark(si, of.head_at..of.head_at + 1);
    }
}

/// `Setting jobs to mended is …`, `Someone from the bursary marks …`: who does it stands elsewhere, or nowhere.
pub fn left_open(d: &Draft, s: &Sentence, pred: &Pred) -> bool {
    let first = pred.verb.range.start;
    let opens = pred.subject.is_empty() && first <= 1 && matches!(s.words[first].tag, Tag::Verb(Form::Ing));
    let anybody = |np: &Np| matches!(np.pronoun.as_deref(), Some("someone" | "somebody"));
    d.has_users() && (opens || pred.subject.iter().any(anybody))
}

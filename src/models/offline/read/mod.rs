//! English → [`AppSpec`], by rules, in layers: words ([`token`], [`tag`]), phrases ([`chunk`]), predicates ([`sentence`]),
//! kinds of clauses ([`kinds`]), who and what ([`mentions`]), properties ([`data`]), rights ([`access`]), rules, features,
//! then defaults for what is left open ([`complete`]) and what is left over ([`gaps`]).
//!
//! Nothing here knows a particular requirement; [`lexicon`] is general business English.

// Conditions follow the phrases they test; the shortest boolean form does not.
#![allow(clippy::nonminimal_bool)]

mod access;
mod accounts;
mod acting;
mod answers;
mod asides;
mod assemble;
mod assigned;
mod availability;
mod background;
mod bans;
mod blocking;
mod bounds;
mod brackets;
mod bullets;
mod capacity;
pub(in crate::models::offline) mod chunk;
mod closed;
mod closed_for;
mod compared;
mod complete;
mod conditions;
mod coordination;
mod counts;
mod daily;
mod data;
mod deadlines;
mod decisions;
mod defaults;
mod denied;
mod draft;
mod durations;
mod entered;
mod exclusion;
mod exclusives;
mod exports;
mod features;
mod field;
mod formulas;
pub(in crate::models::offline) mod gaps;
mod greeting;
mod guarded;
mod headings;
mod held;
mod hidden;
mod holders;
mod idea;
mod implied_state;
mod in_and_out;
mod in_care;
mod in_charge;
mod in_line;
mod in_some_state;
mod in_use;
mod inside;
mod joined_people;
mod kept_from;
mod kept_lists;
mod kinds;
mod lang;
mod lengths;
mod lent;
pub(in crate::models::offline) mod lexicon;
mod lifecycle;
mod limits;
mod listing;
mod locks;
mod made_for;
mod makers;
mod mentions;
mod moments;
mod named_by_verb;
mod naming;
mod navigation;
mod no_kind;
mod no_such;
mod nobody;
mod not_even;
mod not_own;
mod numbering;
mod numbers_of;
mod occasions;
mod once;
mod once_shown;
mod only;
mod openly;
mod order;
pub mod outline;
mod overlaps;
mod overstated;
mod pages;
mod parts;
mod past;
mod people;
mod product;
mod properties;
mod public;
mod publishing;
mod qualities;
mod ranged;
mod ratings;
mod readings;
mod relations;
mod relative_bans;
mod requested;
mod reserved;
mod rights;
mod rules;
mod scopes;
mod scored;
mod seats;
mod second_list;
mod secret;
pub(in crate::models::offline) mod sentence;
mod shown;
mod sight;
mod sign_in;
mod states;
mod stock;
mod sums;
pub(in crate::models::offline) mod tag;
mod taken_as;
mod takers;
mod tallies;
mod targets;
mod theirs;
mod things;
mod title;
mod token;
mod unique;
mod unwanted;
mod value;
mod verb_group;
mod verb_or_noun;
mod views;
mod waiting;
mod waived;
mod what_is;
mod who;
mod wording;
mod written;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod cases_acting;
#[cfg(test)]
mod cases_answers;
#[cfg(test)]
mod cases_applied;
#[cfg(test)]
mod cases_background;
#[cfg(test)]
mod cases_candid;
#[cfg(test)]
mod cases_claims;
#[cfg(test)]
mod cases_entered;
#[cfg(test)]
mod cases_everyday;
#[cfg(test)]
mod cases_fields;
#[cfg(test)]
mod cases_forbidden;
#[cfg(test)]
mod cases_fresh;
#[cfg(test)]
mod cases_given;
#[cfg(test)]
mod cases_held;
#[cfg(test)]
mod cases_held_back;
#[cfg(test)]
mod cases_kept;
#[cfg(test)]
mod cases_kept_apart;
#[cfg(test)]
mod cases_lent;
#[cfg(test)]
mod cases_letters;
#[cfg(test)]
mod cases_limits;
#[cfg(test)]
mod cases_listed;
#[cfg(test)]
mod cases_meant;
#[cfg(test)]
mod cases_misplaced;
#[cfg(test)]
mod cases_nearby;
#[cfg(test)]
mod cases_no_such;
#[cfg(test)]
mod cases_once_shown;
#[cfg(test)]
mod cases_ordinary;
#[cfg(test)]
mod cases_overstated;
#[cfg(test)]
mod cases_own;
#[cfg(test)]
mod cases_plainly;
#[cfg(test)]
mod cases_priced;
#[cfg(test)]
mod cases_proofs;
#[cfg(test)]
mod cases_rights;
#[cfg(test)]
mod cases_sisters;
#[cfg(test)]
mod cases_states;
#[cfg(test)]
mod cases_taken_up;
#[cfg(test)]
mod cases_together;
#[cfg(test)]
mod cases_told;
#[cfg(test)]
mod cases_waived;
#[cfg(test)]
mod cases_withheld;
#[cfg(test)]
mod cases_written;
#[cfg(test)]
mod tests;

pub(in crate::models::offline) use background::HOUSES;
pub(in crate::models::offline) use field::unit_of;
pub(in crate::models::offline) use gaps::quoted;
pub(in crate::models::offline) use inside::nothing_shown;
pub(in crate::models::offline) use readings::a;
pub(in crate::models::offline) use requested::is_asked_for;

use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Mark};
use draft::Draft;
use lexicon::nouns::{self, Known};
use sentence::Sentence;
use std::collections::{BTreeMap, BTreeSet};

/// Why the offline engine cannot work on a text at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(
        "The offline engine reads English only, and this text is not English. Choose a language model with -m PROVIDER/MODEL."
    )]
    NotEnglish,
    #[error(
        "The offline engine builds data-driven web applications, and this text names none: {0}. Choose a language model with -m PROVIDER/MODEL."
    )]
    NotDataDriven(String),
}

/// A clause as the pack shows it: id, text, headings above it.
pub type Input = (ClauseId, String, Vec<String>);

/// Clauses with the Markdown headings above them, as a pack shows the clauses: one after the other.
#[must_use]
pub fn inputs(clauses: Vec<(ClauseId, String)>) -> Vec<Input> {
    let mut open: Vec<(usize, String)> = Vec::new();
    clauses
        .into_iter()
        .map(|(id, text)| {
            let level = headings::level(&text);
            if let Some(level) = level {
                open.retain(|(l, _)| *l < level);
            } else if open.last().is_some_and(|(l, _)| *l == 9) && headings::ends_list(&text) {
                open.pop();
            }
            let section = open.iter().map(|(_, h)| h.clone()).collect();
            if let Some(level) = level {
                open.push((level, token::plain(text.trim())));
            }
            (id, text, section)
        })
        .collect()
}

/// What each clause is about, of any text, also of one that nothing can be built from.
#[must_use]
pub fn marks(clauses: &[Input]) -> Vec<Mark> {
    let _known = known(clauses.iter().map(|(_, text, _)| text.as_str()));
    sentences(clauses).1
}

/// The people of this text whose name is in no list are known by it as long as what this gives is kept.
#[must_use]
pub(in crate::models::offline) fn known<'t>(texts: impl Iterator<Item = &'t str>) -> Known {
    let mut sentences: Vec<Sentence> = texts.map(|text| Sentence::new(ClauseId(0), text, &[])).collect();
    let people = acting::people(&sentences);
    let known = nouns::know(people.clone(), BTreeSet::new());
    entered::settle(&mut sentences);
    drop(known);
    nouns::know(people, things::kept(&sentences))
}

fn sentences(clauses: &[Input]) -> (Vec<Sentence>, Vec<Mark>, kinds::Unread) {
    let foreign: BTreeSet<ClauseId> = clauses.iter().filter(|(_, t, _)| lang::foreign(t)).map(|(id, ..)| *id).collect();
    let mut all: Vec<Sentence> = clauses.iter().map(|(id, text, section)| Sentence::new(*id, text, section)).collect();
    bullets::settle(&mut all);
    no_such::settle(&mut all);
    seats::taken(&mut all);
    seats::recorded(&mut all);
    entered::settle(&mut all);
    requested::settle(&mut all);
    named_by_verb::settle(&mut all);
    publishing::settle(&mut all);
    once_shown::settle(&mut all);
    theirs::settle(&mut all);
    not_even::settle(&mut all);
    denied::settle(&mut all);
    relative_bans::settle(&mut all);
    kept_from::settle(&mut all);
    what_is::settle(&mut all);
    joined_people::settle(&mut all);
    second_list::settle(&mut all);
    let (marks, unread) = kinds::mark(&all, &foreign);
    (all, marks, unread)
}

/// Derives the application from the clauses. `answers`: a person's answers to earlier questions, by their key.
///
/// # Errors
/// The text is not English, or there is nothing in it of which records could be kept.
pub fn analyse(clauses: &[Input], answers: &BTreeMap<String, String>) -> Result<AppSpec, Refusal> {
    analyse_again(clauses, answers, &BTreeMap::new())
}

/// Derives the application anew from clauses to which others were added. `kept`: the defaults that were in force, which
/// stay where they still fit.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_again(
    clauses: &[Input],
    answers: &BTreeMap<String, String>,
    kept: &BTreeMap<String, String>,
) -> Result<AppSpec, Refusal> {
    let texts: Vec<&str> = clauses.iter().map(|(_, t, _)| t.as_str()).collect();
    if lang::wholly_foreign(&texts) {
        return Err(Refusal::NotEnglish);
    }
    let _known = known(clauses.iter().map(|(_, text, _)| text.as_str()));
    let (all, marks, unread) = sentences(clauses);
    let asks = |m: &Mark| m.kind.demands() && !unread.contains_key(&m.clause);
    let sentences: Vec<Sentence> = all.iter().zip(&marks).filter(|(_, m)| asks(m)).map(|(s, _)| s.clone()).collect();
    if sentences.is_empty() {
        return Err(Refusal::NotDataDriven("nothing in it demands anything".into()));
    }
    let kinds: BTreeMap<ClauseId, ClauseKind> = marks.iter().map(|m| (m.clause, m.kind)).collect();
    let kind_of = |id: ClauseId| kinds.get(&id).copied();
    let excludes = |id: ClauseId| kind_of(id) == Some(ClauseKind::Exclusion);
    if let Some(what) = idea::not_data(&sentences) {
        return Err(Refusal::NotDataDriven(format!("“{what}” is not about records that people keep")));
    }
    let mut d = Draft::new(&sentences, answers, kept);
    mentions::collect(&mut d);
    if d.entities.is_empty() {
        idea::read(&mut d);
    }
    makers::detect(&mut d);
    holders::detect(&mut d);
    sign_in::detect(&mut d, &all);
    holders::own(&mut d);
    if d.entities.is_empty() && !(d.has_users() && !d.roles.is_empty() && sentences.len() > 1) {
        return Err(Refusal::NotDataDriven("it names nothing of which records could be kept".into()));
    }
    d.title = title::title(&all, &d);
    blocking::read(&mut d);
    capacity::ahead(&mut d);
    // accounts and properties first: rules and rights refer to them wherever they stand
    for (si, s) in sentences.iter().enumerate() {
        if excludes(s.id) {
            exclusion::read(&mut d, si);
            continue;
        }
        if si == 0 {
            product::read(&mut d, si);
        }
        waived::ahead(&mut d, si);
        accounts::read(&mut d, si);
        data::read(&mut d, si);
        refocus(&mut d, si);
    }
    complete::person_accounts(&mut d);
    relations::days(&mut d);
    moments::spans(&mut d);
    complete::about(&mut d);
    formulas::ahead(&mut d, &kind_of);
    d.focus = None;
    for (si, s) in sentences.iter().enumerate() {
        let Some(kind) = kind_of(s.id).filter(|k| *k != ClauseKind::Exclusion) else { continue };
        features::read(&mut d, si, kind);
        rules::read(&mut d, si);
        refocus(&mut d, si);
    }
    d.focus = None;
    for (si, s) in sentences.iter().enumerate() {
        if !excludes(s.id) {
            implied_state::read(&mut d, si);
            conditions::read(&mut d, si);
            limits::of_some(&mut d, si);
        }
        refocus(&mut d, si);
    }
    lent::settle(&mut d);
    for (si, s) in sentences.iter().enumerate() {
        if !excludes(s.id) {
            lent::seen(&mut d, si);
        }
    }
    d.focus = None;
    for (si, s) in sentences.iter().enumerate() {
        if excludes(s.id) {
            continue;
        }
        access::read(&mut d, si);
        refocus(&mut d, si);
    }
    // what belongs to what may be said by a right: `add lines to an order`, `book a place on a tour`
    formulas::ahead(&mut d, &kind_of);
    for (si, s) in sentences.iter().enumerate() {
        if !excludes(s.id) {
            deadlines::late(&mut d, si);
            in_use::late(&mut d, si);
        }
    }
    parts::states(&mut d);
    waiting::read(&mut d, &kind_of);
    conditions::with_decisions(&mut d);
    complete::complete(&mut d);
    lent::out_for_some_days(&mut d);
    let demanded = all.iter().zip(&marks).filter(|(_, m)| m.kind.demands() && m.kind != ClauseKind::Exclusion);
    parts::left_to_first(&mut d, &demanded.map(|(s, _)| s).collect::<Vec<_>>());
    ratings::read(&mut d);
    inside::settle(&mut d);
    implied_state::settle(&mut d);
    implied_state::set_by_somebody(&mut d);
    shown::settle(&mut d);
    exports::settle(&mut d);
    order::settle(&mut d);
    overlaps::settle(&mut d);
    not_own::settle(&mut d);
    decisions::needless(&mut d);
    guarded::settle(&mut d);
    decisions::reached(&mut d);
    reserved::settle(&mut d);
    locks::settle(&mut d);
    states::beyond_the_list(&mut d);
    bounds::misplaced(&mut d);
    let linked = assemble::linked(&d);
    gaps::find(&mut d, &linked);
    overstated::find(&mut d);
    held::find(&mut d);
    closed::find(&mut d);
    overlaps::settle_numbers(&mut d);
    for s in &all {
        if let Some(reason) = unread.get(&s.id) {
            gaps::whole(&mut d, s, reason);
        }
    }
    let mut spec = assemble::spec(d, marks);
    if spec.entities.is_empty() && spec.users.is_none() {
        return Err(Refusal::NotDataDriven("nothing in it is about records that people keep".into()));
    }
    spec.interpretations = readings::readings(&sentences, &spec);
    Ok(spec)
}

/// After a sentence the entity it named last in its main clause is the one spoken of.
fn refocus(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let named = s.items.iter().find_map(|item| match item {
        chunk::Item::Np(np) if np.pronoun.is_none() => d.entity_of(np),
        _ => None,
    });
    if let Some(e) = named {
        let objects = s
            .preds
            .iter()
            .rev()
            .flat_map(|p| p.objects.iter())
            .find_map(|np| if np.pronoun.is_none() { d.entity_of(np) } else { None });
        d.focus = Some(objects.unwrap_or(e));
    }
}

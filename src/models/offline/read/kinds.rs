//! The kind of every clause: does it demand something, and what sort of thing.

use super::headings::{self, is_heading};
use super::lexicon::{
    self,
    nouns::{self, Person},
    verbs::{Class, Form},
    words,
};
use super::qualities::{quality, quality_words};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use super::{background, exclusion, waived};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::Mark;
use std::collections::{BTreeMap, BTreeSet};

/// The clauses that may demand something but are not understood, each with the reason.
pub type Unread = BTreeMap<ClauseId, &'static str>;

/// Marks every sentence. `foreign`: not written in English. What no rule knows to be without a demand counts as a demand
/// that was not understood: a demand must never pass for background.
#[must_use]
pub fn mark(sentences: &[Sentence], foreign: &BTreeSet<ClauseId>) -> (Vec<Mark>, Unread) {
    let mut unread = Unread::new();
    let repeated = background::repeated(sentences);
    let mut marks: Vec<Mark> = sentences
        .iter()
        .map(|s| match repeated.contains(&s.id) {
            true => furniture(s),
            false => kind(s, sentences, foreign.contains(&s.id), &mut unread),
        })
        .collect();
    // an idea that only names the thing to build
    if !marks.iter().any(|m| m.kind.demands() && !unread.contains_key(&m.clause)) {
        for (mark, s) in marks.iter_mut().zip(sentences) {
            let names = s.words.iter().any(|w| w.tag == Tag::Noun && !words::light(&w.base));
            if names
                && !foreign.contains(&s.id)
                && mark.kind != ClauseKind::Goal
                && s.words.len() <= 40
                && !background::furniture(s)
            {
                *mark = Mark { clause: s.id, kind: ClauseKind::Function, reason: "names the thing to build".into() };
                unread.remove(&s.id);
                break;
            }
        }
    }
    (marks, unread)
}

fn furniture(s: &Sentence) -> Mark {
    Mark { clause: s.id, kind: ClauseKind::Context, reason: "furniture of the document".into() }
}

fn kind(s: &Sentence, all: &[Sentence], foreign: bool, unread: &mut Unread) -> Mark {
    let of = |kind, reason: &str| Mark { clause: s.id, kind, reason: reason.into() };
    if s.words.iter().all(|w| w.token.kind == super::token::Kind::Punct) {
        return of(ClauseKind::Context, "no words");
    }
    if background::furniture(s) {
        return furniture(s);
    }
    if super::token::is_too_long(&s.text) {
        unread.insert(s.id, "the offline engine reads no sentence of more than 300 words; say it in several");
        return of(ClauseKind::Function, "too long to be read");
    }
    let waives = waived::of_a_property(s, all) || waived::of_a_bound(s);
    if exclusion::is_exclusion(s) && !waives {
        if super::no_such::is_rule(s, all) {
            unread.insert(s.id, lexicon::NOT_UNDERSTOOD);
            return of(ClauseKind::Constraint, "limits what may be done");
        }
        return of(ClauseKind::Exclusion, "names what shall not be part of the product");
    }
    if s.heading
        || is_heading(s)
        || headings::titles(s, all)
        || headings::named_with_a_stop(s, all)
        || headings::numbered(s, all)
        || headings::scenario(s, all)
    {
        return of(ClauseKind::Context, "a heading");
    }
    if foreign && !background::code(s) {
        unread.insert(s.id, lexicon::FOREIGN);
        return of(ClauseKind::Function, "not in English");
    }
    if ["for example", "for instance", "e.g."].iter().any(|w| s.lower.starts_with(w)) {
        return of(ClauseKind::Context, "an example");
    }
    // one word by itself, or a label with a dash behind it, between the sentences of a long document
    let lone = s.words.len() == 1 && !s.item && all.len() > 30;
    if lone || s.words.len() <= 4 && s.text.trim_end().ends_with(['-', '–', '—']) {
        return of(ClauseKind::Context, "a heading");
    }
    if headings::lists_people(s) {
        return of(ClauseKind::Context, "names who will use it");
    }
    if let Some(kind) = background::goal(s) {
        return of(kind, if kind == ClauseKind::Goal { "says why, not what" } else { "background" });
    }
    if let Some(kind) = super::occasions::kind(s, all) {
        return of(kind, if kind == ClauseKind::Goal { "says why, not what" } else { "background" });
    }
    let read = waives || demands(s, all);
    // `The tour accepts no more guests`
    if !read && s.find("no more").is_none() && background::tells(s) {
        return of(ClauseKind::Context, "describes, demands nothing");
    }
    if !read {
        unread.insert(s.id, lexicon::NOT_UNDERSTOOD);
        let kind = if quality(s) { ClauseKind::Quality } else { ClauseKind::Function };
        return of(kind, "may ask for something, in words that are not understood");
    }
    // `The length must be under 600 seconds.` of a song
    let property = |p: &Pred| {
        let listed = |np: &super::chunk::Np| nouns::property(&np.head).is_some() && waived::listed(np, s, all);
        p.verb.class == Class::Be && !p.subordinate && !p.subject.is_empty() && p.subject.iter().all(listed)
    };
    if quality(s) && !s.preds.iter().any(property) {
        return of(ClauseKind::Quality, "how well it shall do it");
    }
    if constraint(s) {
        return of(ClauseKind::Constraint, "limits what may be done");
    }
    if data(s) {
        return of(ClauseKind::Data, "says what is kept");
    }
    of(ClauseKind::Function, "something the application shall do")
}

fn demands(s: &Sentence, all: &[Sentence]) -> bool {
    if s.role.is_some() || super::defaults::says(s) || super::once_shown::says(s) || super::inside::nothing_shown(s) {
        return true;
    }
    // `A parcel is waiting, collected or returned.`
    let first_be = s.words.iter().take(8).position(|w| w.tag == Tag::Be);
    let enumerates = first_be.is_some_and(|b| {
        s.words[b..].iter().any(|w| w.is("or")) && s.words[b..].iter().any(|w| w.tag == Tag::Comma || w.is("either"))
    });
    if enumerates
        && s.words.len() <= 30
        && !s.lower.starts_with("if ")
        && !s.lower.starts_with("it is")
        && !s.lower.starts_with("there ")
        && s.words.first().is_some_and(|w| matches!(w.tag, Tag::Det | Tag::Noun))
    {
        return true;
    }
    let ordered = [" first", " at the top", " on top", "by default", "automatically"]
        .iter()
        .any(|w| s.lower.trim_end_matches('.').ends_with(w) || s.lower.contains(&format!("{w} ")));
    if ordered
        && s.preds.iter().any(|p| !p.subordinate && p.verb.finite && !p.subject.is_empty())
        && !s.lower.starts_with("we ")
    {
        return true;
    }
    // `A recipe collection for our family.` opens a text by naming the thing
    let opens = all.iter().find(|x| !x.heading && !x.words.is_empty()).is_some_and(|x| x.id == s.id);
    if opens
        && s.words.first().is_some_and(|w| w.is("a") || w.is("an"))
        && s.preds.iter().all(|p| p.subordinate || p.verb.class == Class::Allow)
    {
        return true;
    }
    if s.preds.is_empty() {
        // `No double bookings`: what is no exclusion is a rule
        if s.words[0].is("no") && !s.words.get(1).is_some_and(|w| w.is("of") || w.tag == Tag::Stop) {
            return true;
        }
        // `Only one booking per boat and date.`
        let few = ["only one ", "at most ", "no more than ", "a maximum of ", "one "];
        if s.words.iter().any(|w| w.is("per")) && few.iter().any(|w| s.lower.starts_with(w)) {
            return true;
        }
        let content = s.words.iter().filter(|w| w.tag == Tag::Noun && !words::light(&w.base)).count();
        let colon = s.words.iter().any(|w| w.tag == Tag::Colon);
        let listed = (!s.section.is_empty() || s.item) && !s.text.ends_with(':') && s.words.len() > 1 && all.len() > 1;
        return content > 0 && (colon && s.words.len() > 4 || listed && content >= 1 || all.len() == 1);
    }
    s.preds.iter().any(|p| demanding(s, p))
        || quality_words(s) && s.preds.iter().any(|p| p.verb.modal.is_some() && !p.subordinate)
}

fn i(np: &super::chunk::Np) -> bool {
    np.pronoun.as_deref() == Some("i")
}

/// Whether one predicate asks for something.
fn demanding(s: &Sentence, p: &Pred) -> bool {
    if p.subordinate && !s.preds.iter().all(|p| p.subordinate) {
        return false;
    }
    if background::over(s, p) {
        return false;
    }
    let first_person = p.subject.iter().any(|np| matches!(np.pronoun.as_deref(), Some("we" | "i" | "you")));
    // `I am the only user; I log in with a password.`
    let enters = p.verb.class == Class::LogIn && p.verb.modal.is_none() && !p.verb.negated && p.subject.iter().any(i);
    if enters || super::sign_in::only_user(s).is_some() {
        return true;
    }
    if let Some(modal) = p.verb.modal.as_deref() {
        let about_us = first_person
            && s.role.is_none()
            && !matches!(
                p.verb.class,
                Class::Read
                    | Class::Create
                    | Class::Manage
                    | Class::Search
                    | Class::Export
                    | Class::Update
                    | Class::Delete
                    | Class::Have
                    | Class::Transact
            );
        // `it does not show up any more` bans something
        // `The club would like a website`
        let software = p.objects.iter().all(|np| words::system_noun(&np.head));
        let named = !p.subject.is_empty() && (!first_person || software);
        let wishes = modal == "would" && p.verb.base == "like" && named;
        if wishes && !p.verb.negated && !p.objects.is_empty() {
            return true;
        }
        let helper = matches!(modal, "would" | "could" | "might" | "did")
            || matches!(modal, "does" | "do") && (!p.verb.negated || first_person);
        return !helper && !(about_us && !matches!(modal, "want" | "must" | "should"));
    }
    let start = p.verb.range.start;
    let verb_form = s.words[p.verb.range.clone()].iter().find_map(|w| match w.tag {
        Tag::Verb(f) => Some(f),
        _ => None,
    });
    // `Build a …`, `Export playlists …`
    if p.subject.is_empty() && (start == 0 || p.verb.base == "build") && verb_form == Some(Form::Base) {
        return true;
    }
    if verb_form == Some(Form::Past) && !p.verb.passive && p.verb.base != "have" {
        return false;
    }
    // `For every inspection I note the date`: what is kept of each
    let each = s.words.windows(2).any(|w| w[0].is("for") && (w[1].is("every") || w[1].is("each")));
    let listed = p.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":") && pp.nps.len() > 1)
        || p.objects.iter().any(|np| np.paren.as_ref().is_some_and(|r| r.len() > 2));
    if first_person
        && (each || listed && !p.objects.is_empty())
        && matches!(p.verb.class, Class::Create | Class::Manage)
    {
        return true;
    }
    // `we need the sum of all fees`
    if first_person && matches!(p.verb.base.as_str(), "want" | "need" | "wish") && !p.objects.is_empty() {
        return true;
    }
    // `I see which keys are out`, `I assign each request to a sitter`
    let acts = matches!(p.verb.base.as_str(), "see" | "view" | "assign" | "approve" | "confirm" | "reject" | "export");
    if first_person && acts && !p.verb.negated && p.verb.range.end < p.range.end {
        return true;
    }
    if first_person {
        let product = p.objects.iter().any(|np| {
            words::system_noun(&np.head) || matches!(np.head.as_str(), "tool" | "service" | "tracker" | "planner")
        });
        return product && matches!(p.verb.base.as_str(), "want" | "need" | "like" | "wish");
    }
    let actor = p
        .subject
        .iter()
        .any(|np| nouns::person(&np.head).is_some_and(|k| k != Person::Stranger || p.verb.class != Class::Be));
    let actor = actor
        || p.subject.iter().any(|np| {
            matches!(
                np.pronoun.as_deref(),
                Some("everyone" | "everybody" | "anyone" | "anybody" | "nobody" | "they" | "he" | "she")
            )
        });
    let system = p
        .subject
        .iter()
        .any(|np| words::system_noun(&np.head) || matches!(np.pronoun.as_deref(), Some("it" | "there" | "this")));
    let present = matches!(verb_form, Some(Form::Base | Form::Third)) || p.verb.passive || p.verb.class == Class::Be;
    if !present {
        return p.subject.is_empty() && start == 0;
    }
    match p.verb.class {
        Class::Be => {
            let exists = s.lower.starts_with("there is") || s.lower.starts_with("there are");
            let states = p.range.len() > 3 && s.words[p.range.clone()].iter().any(|w| w.is("or"));
            let rule = s.words[p.range.clone()].iter().any(|w| {
                matches!(
                    w.lower(),
                    "required"
                        | "mandatory"
                        | "optional"
                        | "unique"
                        | "visible"
                        | "sorted"
                        | "private"
                        | "public"
                        | "readable"
                        | "hidden"
                        | "confidential"
                        | "secret"
                        | "editable"
                        | "accessible"
                        | "anonymous"
                        | "limited"
                )
            });
            // `The total is quantity times price`, `The number is between 1 and 60`, `A new bug is open`
            let property = p.subject.iter().any(|np| nouns::property(&np.head).is_some());
            let tells = property
                && s.words[p.range.clone()].iter().any(|w| {
                    w.token.value.is_some()
                        || matches!(
                            w.lower(),
                            "times"
                                | "plus"
                                | "minus"
                                | "sum"
                                | "product"
                                | "one"
                                | "after"
                                | "before"
                                | "between"
                                | "future"
                                | "past"
                                | "today"
                                | "empty"
                                | "longer"
                                | "later"
                                | "earlier"
                        )
                        || nouns::property(&w.base).is_some()
                });
            // `its status is new`
            let stated = p.subject.iter().any(|np| matches!(np.head.as_str(), "status" | "state") && np.possessed());
            let any = p.subject.iter().any(|np| {
                matches!(np.det.as_deref(), Some("a" | "an" | "each" | "every" | "no")) && !np.head.is_empty()
            });
            let new = p.subject.iter().any(|np| np.mods.iter().any(|m| matches!(m.as_str(), "new" | "default")));
            // `Bookings are for at most 8 people`
            let bounded = s.words[p.range.clone()].iter().any(|w| w.token.value.is_some())
                && ["at most", "at least", "up to", "no more than", "longer than"].iter().any(|w| s.lower.contains(w));
            // `The end is later than the start`
            let compared = ["later than", "earlier than"].iter().any(|w| s.lower.contains(w));
            let valued = compared
                || bounded
                || !s.lower.starts_with("there") && s.words[p.range.clone()].iter().any(|w| w.is("only"));
            let one_of = s.lower.contains("one of") && !opening(s);
            exists
                || one_of
                || states
                || rule
                || p.only
                || tells
                || stated
                || (any || new) && !opening(s) && !background::defines(s, p)
                || valued
        }
        Class::Other if ruling(&p.verb.base) && !p.subject.is_empty() => true,
        Class::Other if !p.verb.passive => {
            actor && !p.objects.is_empty() && p.verb.base != "use" || p.only || system && quality_words(s)
        }
        Class::Want => {
            actor || background::orders(p) || p.subject.iter().any(|np| background::HOUSES.contains(&np.head.as_str()))
        }
        Class::Create
        | Class::Read
        | Class::Update
        | Class::Delete
        | Class::Manage
        | Class::Transact
        | Class::Decide
        | Class::Assign
        | Class::Export
        | Class::Search => true,
        _ => {
            actor
                || system
                || p.verb.passive
                || !p.subject.is_empty() && (p.verb.class == Class::Have || p.verb.class == Class::Allow)
        }
    }
}

/// `A recipe book is a fine thing to have.` as the first words of a text.
fn opening(s: &Sentence) -> bool {
    s.id == ClauseId(1)
}

/// Verbs that say how things hang together or behave, whoever their subject is.
fn ruling(base: &str) -> bool {
    matches!(
        base,
        "belong"
            | "go"
            | "exceed"
            | "fall"
            | "drop"
            | "sink"
            | "lie"
            | "last"
            | "overlap"
            | "expire"
            | "refer"
            | "depend"
            | "default"
            | "equal"
            | "become"
            | "remain"
            | "relate"
    )
}

fn constraint(s: &Sentence) -> bool {
    let negated = s.preds.iter().any(|p| p.verb.negated && p.verb.modal.as_deref() != Some("want"));
    let l = s.lower.as_str();
    let limits = [
        "only ",
        "at most",
        "no more than",
        "more than",
        "at least",
        "must be unique",
        "is required",
        "are required",
        "mandatory",
        "may not",
        "must not",
        "cannot",
        "exactly one",
        "minimum",
        "maximum",
    ];
    negated
        || s.preds.iter().any(|p| p.only)
        || s.role.is_none()
            && limits.iter().any(|w| l.contains(w))
            && !s.preds.iter().any(|p| p.verb.class == Class::Create && p.preps.iter().any(|pp| pp.prep == "with"))
}

fn data(s: &Sentence) -> bool {
    if s.role.is_some() {
        return false;
    }
    let has = s.preds.iter().any(|p| {
        p.verb.class == Class::Have && !p.subject.iter().any(|np| words::system_noun(&np.head) || np.pronoun.is_some())
    });
    let states =
        s.preds.iter().all(|p| p.verb.class == Class::Be) && !s.preds.is_empty() && !s.lower.starts_with("there");
    let bare = s.preds.is_empty() && s.words.iter().any(|w| w.tag == Tag::Colon);
    has && s.preds.iter().filter(|p| !p.subordinate).all(|p| p.verb.class == Class::Have) || states || bare
}

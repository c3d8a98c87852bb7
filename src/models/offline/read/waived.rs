//! What a sentence leaves open: `The fence is not mandatory.`, `Two boats may have the same name.`, `The date may be in the
//! past.` Nothing is built for it; what it asks is that nothing of the contrary is.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{verbs::Class, words};
use super::rules::subject_field;
use super::sentence::{Pred, Sentence, content};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Field, Rule};

/// What no rule may take back again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiver {
    /// It may be missing.
    Missing,
    /// Two records may have the same.
    Twice,
    Past,
    Future,
    /// It may be as small as anybody likes.
    Least,
    /// It may be as large as anybody likes.
    Most,
}

/// A field that a clause leaves open, and in which way.
#[derive(Debug, Clone)]
pub struct Waived {
    pub entity: usize,
    pub field: String,
    pub waiver: Waiver,
    pub clause: ClauseId,
}

impl Waiver {
    /// Whether what is built for a field takes back what was left open.
    #[must_use]
    pub fn taken_back(self, field: &Field) -> bool {
        let rule = |is: fn(&Rule) -> bool| field.rules.iter().any(|r| is(&r.rule));
        match self {
            Self::Missing => field.required,
            Self::Twice => rule(|r| matches!(r, Rule::Unique { .. })),
            Self::Past => rule(|r| matches!(r, Rule::NotInPast)),
            Self::Future => rule(|r| matches!(r, Rule::NotInFuture)),
            Self::Least => rule(|r| matches!(r, Rule::Min { .. })),
            Self::Most => rule(|r| matches!(r, Rule::Max { .. })),
        }
    }
}

const ASKED: [&str; 8] =
    ["required", "mandatory", "compulsory", "obligatory", "necessary", "needed", "essential", "obligated"];
const LEFT_OUT: [&str; 7] = ["optional", "voluntary", "empty", "blank", "missing", "omitted", "out"];
const ONE_OF_A_KIND: [&str; 4] = ["unique", "distinct", "different", "unambiguous"];
/// Ways to say that a property is entered.
const ENTERED: [&str; 11] =
    ["fill", "enter", "provide", "give", "specify", "state", "set", "supply", "complete", "record", "leave"];

/// `need not`, `does not have to`, `is not necessarily`: nobody is obliged, and nothing is forbidden.
#[must_use]
pub fn freed(s: &Sentence, pred: &Pred) -> bool {
    let words = &s.words[pred.verb.range.clone()];
    let has_to = |two: &[super::tag::Word]| {
        matches!(two[0].base.as_str(), "have" | "need" | "require" | "oblige" | "force") && two[1].tag == Tag::To
    };
    let verb = pred.verb.modal.as_deref() == Some("need") || words.windows(2).any(has_to);
    pred.verb.negated && (verb || words.iter().any(|w| w.is("necessarily")))
}

/// `may`, `can`: what is allowed and not bounded by it.
fn permitted(s: &Sentence, pred: &Pred) -> bool {
    let modal = matches!(pred.verb.modal.as_deref(), Some("may" | "can" | "could" | "might"));
    modal && !pred.verb.negated && !pred.only && !s.words[pred.range.clone()].iter().any(|w| w.is("only"))
}

/// The words of a predicate that say something, behind `is`, `may be`, `does not have to be`.
fn told<'s>(s: &'s Sentence, pred: &Pred) -> Vec<&'s str> {
    let auxiliary = |w: &super::tag::Word| {
        matches!(w.tag, Tag::Be | Tag::Modal | Tag::Not | Tag::To | Tag::Stop | Tag::Comma | Tag::Conj | Tag::Det)
            || matches!(w.lower(), "have" | "has" | "need" | "needs")
    };
    let behind = pred.range.start..pred.range.end.min(s.words.len());
    s.words[behind].iter().filter(|w| !auxiliary(w)).map(super::tag::Word::lower).collect()
}

/// What a predicate leaves open of its subject, and whether every word of it says so. `None`: it leaves nothing open.
fn waivers(s: &Sentence, pi: usize) -> Option<(Vec<Waiver>, bool)> {
    let pred = &s.preds[pi];
    let own = told(s, pred);
    // `The recipient is mandatory, the weight is not.`
    let elliptic = own.is_empty() && pred.verb.class == Class::Be && pred.verb.negated && pi > 0;
    let words = if elliptic { told(s, &s.preds[pi - 1]) } else { own };
    if elliptic && s.preds[pi - 1].verb.negated {
        return None;
    }
    let has = |list: &[&str]| words.iter().any(|w| list.contains(w));
    let not = pred.verb.negated;
    let free = freed(s, pred);
    let must = matches!(pred.verb.modal.as_deref(), Some("must" | "shall" | "should" | "may" | "can"));
    let entered = ENTERED.contains(&pred.verb.base.as_str()) && pred.verb.passive;
    let open = permitted(s, pred);
    let be = pred.verb.class == Class::Be;
    let mut found = Vec::new();
    let asked = (be || pred.verb.passive) && has(&ASKED);
    let plain = be && !not && has(&["optional", "voluntary"]);
    let may_lack = (be || entered || pred.verb.passive || pred.verb.base == "leave") && has(&LEFT_OUT);
    if asked && not && !must || free && (entered || has(&["present"])) || plain || open && may_lack {
        found.push(Waiver::Missing);
    }
    if has(&ONE_OF_A_KIND) && not && (free || be && !must && has(&["unique"])) {
        found.push(Waiver::Twice);
    }
    let again = ["used", "occur", "appear", "given", "taken", "repeated"];
    if open && has(&again) && (has(&["twice", "repeated", "repeatedly"]) || has(&["more"]) && has(&["once"])) {
        found.push(Waiver::Twice);
    }
    if open && be && has(&["past"]) {
        found.push(Waiver::Past);
    }
    if open && be && has(&["future"]) {
        found.push(Waiver::Future);
    }
    if found.is_empty() {
        return None;
    }
    const SMALL: [&str; 18] = [
        "in",
        "the",
        "or",
        "also",
        "too",
        "up",
        "filled",
        "entered",
        "provided",
        "given",
        "specified",
        "stated",
        "left",
        "necessarily",
        "set",
        "used",
        "than",
        "well",
    ];
    let known = |w: &&&str| {
        ASKED.contains(*w)
            || LEFT_OUT.contains(*w)
            || ONE_OF_A_KIND.contains(*w)
            || again.contains(*w)
            || SMALL.contains(*w)
            || matches!(**w, "past" | "future" | "twice" | "more" | "once" | "repeatedly" | "present" | "supplied")
            || words::light(w)
    };
    Some((found, words.iter().filter(|w| !known(w)).count() == 0))
}

/// `Two boats may have the same name.`, `Several members can share an address.`: of which records, and what they share.
fn alike<'s>(s: &'s Sentence, pred: &'s Pred) -> Option<(&'s Np, &'s [Np])> {
    let [np] = &pred.subject[..] else { return None };
    let many = np.plural || np.number.is_some_and(|n| n > 1.0);
    let same = |o: &Np| pred.verb.base == "share" || o.mods.iter().any(|m| m == "same");
    let says = (pred.verb.class == Class::Have || pred.verb.base == "share") && permitted(s, pred) && !pred.subordinate;
    (says && many && !pred.objects.is_empty() && pred.objects.iter().all(same)).then_some((np, &pred.objects))
}

/// Whether the predicate says that two records may be alike: it names no property of its own.
#[must_use]
pub fn of_two(s: &Sentence, pred: &Pred) -> bool {
    pred.objects.iter().all(|o| o.mods.iter().any(|m| m == "same")) && alike(s, pred).is_some()
}

/// `The hut is not required.` of what another sentence lists among the properties of something: it may be missing, and is
/// nothing that the product shall not have.
#[must_use]
pub fn of_a_property(s: &Sentence, all: &[Sentence]) -> bool {
    let main: Vec<&Pred> = s.preds.iter().filter(|p| !p.subordinate).collect();
    let waives = |pi: usize| waivers(s, pi).is_some_and(|(w, _)| w == [Waiver::Missing]);
    let all_waive = !main.is_empty() && (0..s.preds.len()).all(|pi| s.preds[pi].subordinate || waives(pi));
    all_waive && main.iter().all(|p| !p.subject.is_empty() && p.subject.iter().all(|np| listed(np, s, all)))
}

/// Whether another sentence lists it among the properties of something.
pub fn listed(np: &Np, s: &Sentence, all: &[Sentence]) -> bool {
    const LEADS: [&str; 12] = [
        "with",
        "has",
        "have",
        "contain",
        "contains",
        "including",
        "include",
        "enter",
        "record",
        "note",
        "give",
        "fill",
    ];
    let names = |x: &Sentence| {
        let lead = x.words.iter().position(|w| LEADS.contains(&w.lower()) || w.tag == Tag::Colon);
        lead.is_some_and(|at| x.words[at..].iter().any(|w| w.tag == Tag::Noun && w.base == np.head))
    };
    np.pronoun.is_none() && all.iter().any(|x| x.id != s.id && !x.heading && names(x))
}

/// `The fence must be filled in.` of a property that another sentence lists: no record is made of it.
#[must_use]
pub fn of_a_listed(s: &Sentence, pred: &Pred, all: &[Sentence]) -> bool {
    let enters =
        pred.verb.passive && matches!(pred.verb.base.as_str(), "fill" | "provide" | "specify" | "state" | "enter");
    let bare = |np: &Np| np.nouns.is_empty() && np.of.is_none() && !np.plural;
    // `The same title by the same author may not be added twice.`
    let again = super::unique::adds_again(s, pred);
    (again || enters && pred.preps.iter().all(|pp| pp.nps.is_empty()))
        && !pred.subject.is_empty()
        && pred.subject.iter().all(|np| bare(np) && listed(np, s, all))
}

/// `There is no minimum age.`, `There is no upper limit for the price.`: of which bound there is none.
fn unbounded(s: &Sentence) -> Option<(Waiver, &Np)> {
    let [pred] = &s.preds[..] else { return None };
    let [np] = &pred.objects[..] else { return None };
    let none = s.lower.starts_with("there is no ") && pred.verb.class == Class::Be;
    let side = |w: &str| match w {
        "minimum" | "minimal" | "lower" | "lowest" | "least" => Some(Waiver::Least),
        "maximum" | "maximal" | "upper" | "highest" | "most" => Some(Waiver::Most),
        _ => None,
    };
    let waiver = np.mods.iter().find_map(|m| side(m)).or_else(|| side(&np.head)).filter(|_| none)?;
    let rest = || pred.preps.iter().flat_map(|pp| &pp.nps).chain(np.of.as_deref()).next();
    let what = if matches!(np.head.as_str(), "limit" | "bound" | "minimum" | "maximum") { rest()? } else { np };
    Some((waiver, what))
}

/// Whether the sentence says of a bound that there is none: nothing that the product shall not have.
#[must_use]
pub fn of_a_bound(s: &Sentence) -> bool {
    unbounded(s).is_some()
}

/// Before anything else is read of a sentence: what nobody is obliged to is no ban and no right.
pub fn ahead(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if freed(s, pred) && !pred.subordinate || alike(s, pred).is_some() {
            d.done[si].insert(pi);
        }
    }
}

/// Reads what a sentence leaves open.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let id = s.id;
    if let Some((waiver, np)) = unbounded(s) {
        let named = |e: &usize| {
            let field = d.field_named(*e, &np.head)?;
            Some((*e, field))
        };
        let found = d.focus.iter().find_map(named).or_else(|| (0..d.entities.len()).find_map(|e| named(&e)));
        if let Some((entity, field)) = found {
            leave(d, Waived { entity, field, waiver, clause: id });
            d.mark(si, 0..s.words.len());
        }
        d.done[si].insert(0);
        return;
    }
    for (pi, pred) in s.preds.iter().enumerate().filter(|(_, p)| !p.subordinate) {
        if let Some((np, shared)) = alike(s, pred) {
            d.done[si].insert(pi);
            let Some(e) = d.entity_of(np) else { continue };
            let plain = |o: &Np| Np { mods: o.mods.iter().filter(|m| *m != "same").cloned().collect(), ..o.clone() };
            let fields: Option<Vec<String>> = shared.iter().map(|o| d.field_of(e, &plain(o))).collect();
            let more = !pred.preps.is_empty() || np.adjectives().any(|a| !words::light(a));
            let Some(fields) = fields.filter(|_| !more) else { continue };
            for field in fields {
                leave(d, Waived { entity: e, field, waiver: Waiver::Twice, clause: id });
            }
            d.mark(si, np.range.start..pred.range.end);
            continue;
        }
        let Some((found, wholly)) = waivers(s, pi) else { continue };
        // of some of them, or at some time, is not of all
        let wholly = wholly && !s.preds.iter().any(|p| p.subordinate);
        let all: Option<Vec<(usize, String)>> = pred.subject.iter().map(|np| subject_field(d, np)).collect();
        let Some(all) = all.filter(|all| !all.is_empty()) else { continue };
        d.done[si].insert(pi);
        if !wholly {
            d.unmark(si, &pred.range.clone().filter(|i| content(&s.words[*i])).collect::<Vec<_>>());
            continue;
        }
        for (entity, field) in all {
            for waiver in found.clone() {
                leave(d, Waived { entity, field: field.clone(), waiver, clause: id });
            }
        }
        for np in &pred.subject {
            d.mark(si, np.range.start..pred.range.end);
        }
    }
}

fn leave(d: &mut Draft, waived: Waived) {
    let (e, name, id) = (waived.entity, waived.field.clone(), waived.clause);
    if waived.waiver == Waiver::Missing {
        d.optional.insert((e, name.clone()));
    }
    if let Some(f) = d.field_mut(e, &name) {
        if waived.waiver == Waiver::Missing {
            f.required = false;
        }
        if !f.clauses.contains(&id) {
            f.clauses.push(id);
        }
    }
    d.touch(e, id);
    d.waived.push(waived);
}

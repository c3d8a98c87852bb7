//! Rights that are one group's alone, and rights to everything.

use super::draft::Draft;
use super::lexicon::{verbs::Class, verbs::Form};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use super::{access::mark_subject, chunk::Np};
use crate::models::offline::spec::{Feature, Op, Scope, Who};

/// `The admin only can create groups`, `the board alone approves`: the word stands behind the subject. `Members only see
/// their own loans` says which they see, and not that nobody else does.
#[must_use]
pub fn alone(d: &Draft, si: usize, pred: &Pred) -> bool {
    let s = &d.sentences[si];
    let which = pred.verb.class == Class::Read && pred.objects.iter().any(|np| np.possessed() && np.owner.is_none());
    let only = |w: &super::tag::Word| w.is("only") && !which;
    if pred.verb.passive {
        return alone_by(d, si, pred).is_some();
    }
    pred.subject.iter().all(|np| d.who(np).is_some_and(|w| w != Who::Anyone))
        && pred.subject.last().is_some_and(|np| {
            s.words.get(np.range.end).is_some_and(|w| only(w) || w.is("alone"))
                && pred.verb.range.start <= np.range.end + 1
        })
}

/// `Petitions are read by clerks alone`: where the word stands.
fn alone_by(d: &Draft, si: usize, pred: &Pred) -> Option<usize> {
    let by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    let whos: Vec<&Np> = by.collect();
    let people = whos.iter().all(|np| d.who(np).is_some_and(|who| who != Who::Anyone));
    let at = whos.last().filter(|_| people)?.range.end;
    d.sentences[si].words.get(at).filter(|w| w.is("alone")).map(|_| at)
}

/// The word behind those whose alone it is, once they are held to it.
pub fn mark_alone(d: &mut Draft, si: usize, pred: &Pred) {
    if let Some(at) = alone_by(d, si, pred).filter(|_| pred.verb.passive) {
        d.mark(si, at..at + 1);
        return;
    }
    if let Some(np) = pred.subject.last().filter(|_| alone(d, si, pred)) {
        d.mark(si, np.range.end..np.range.end + 1);
    }
}

/// `It is only the cobbler who sets a job to mended.`
#[must_use]
pub fn none_but(s: &Sentence, pred: &Pred) -> bool {
    let before = pred.subject.first().and_then(|np| np.range.start.checked_sub(1));
    before.is_some_and(|at| s.words[at].is("only"))
}

/// `Deleting a donation is only allowed for a doctor.`: who may, when the predicate says what is done to what.
#[must_use]
pub fn allowed_to(d: &Draft, si: usize, pi: usize) -> Option<Vec<Who>> {
    let s = &d.sentences[si];
    let pred = &s.preds[pi];
    if !pred.subject.is_empty() || !matches!(s.words[pred.verb.range.start].tag, Tag::Verb(Form::Ing)) {
        return None;
    }
    let next = s.preds.get(pi + 1)?;
    let gives = next.verb.passive
        && matches!(next.verb.base.as_str(), "allow" | "permit" | "restrict" | "reserve" | "limit")
        || next.verb.class == Class::Be && s.words[next.range.clone()].iter().any(|w| w.is("possible"));
    let whos: Vec<Who> = next
        .preps
        .iter()
        .filter(|pp| matches!(pp.prep.as_str(), "for" | "to" | "by"))
        .flat_map(|pp| &pp.nps)
        .filter_map(|np| d.who(np))
        .collect();
    (gives && !whos.is_empty() && !next.verb.negated).then_some(whos)
}

/// Marks the second half of `Deleting a donation is only allowed for a doctor`.
fn mark_allowed(d: &mut Draft, si: usize, pi: usize) {
    if let Some(next) = d.sentences[si].preds.get(pi + 1) {
        d.mark(si, next.range.clone());
        d.done[si].insert(pi + 1);
    }
}

/// `can read everything but must not change anything`
pub fn everything(d: &mut Draft, si: usize, pi: usize, pred: &Pred, whos: &[Who], ops: &[Op]) -> bool {
    if allowed_to(d, si, pi).is_some() {
        mark_allowed(d, si, pi);
    }
    let [np] = &pred.objects[..] else { return false };
    let is = |word: &str| np.head == word || np.pronoun.as_deref() == Some(word);
    // `look at everything but change nothing`
    let nothing = is("nothing") && !pred.verb.negated;
    let whole = (nothing || is("everything") || is("anything")) && np.of.is_none() && pred.preps.is_empty();
    let negated = pred.verb.negated || nothing;
    if !whole || whos.is_empty() || pred.verb.passive || whos.contains(&Who::Anyone) && negated {
        return false;
    }
    let id = d.sentences[si].id;
    for e in 0..d.entities.len() {
        if negated {
            d.denials.push((e, whos.to_vec(), ops.to_vec(), id));
        } else {
            for who in whos {
                d.allow(e, who.clone(), ops, Scope::All, id);
            }
        }
        d.touch(e, id);
    }
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    d.mark(si, np.range.clone());
    d.done[si].insert(pi);
    true
}

/// `The notes are visible only to doctors`: reading them is theirs alone.
pub fn visible_to(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) || pred.verb.class != Class::Be || pred.verb.negated {
            continue;
        }
        let says = s.words[pred.range.clone()]
            .iter()
            .any(|w| matches!(w.lower(), "visible" | "readable" | "accessible" | "confidential"));
        let only = s.words[pred.range.clone()].iter().any(|w| w.is("only")) || pred.only;
        let to: Vec<Np> = pred
            .preps
            .iter()
            .filter(|pp| matches!(pp.prep.as_str(), "to" | "for"))
            .flat_map(|pp| pp.nps.clone())
            .collect();
        let whos: Vec<Who> = to.iter().filter_map(|np| d.who(np)).collect();
        let whole = to.len() == whos.len() && pred.preps.iter().all(|pp| matches!(pp.prep.as_str(), "to" | "for"));
        if !says || !only || whos.is_empty() || whos.contains(&Who::Anyone) {
            continue;
        }
        let mut found = false;
        for np in &pred.subject {
            let Some(e) = d.entity_of(np).filter(|e| d.find(&np.head) == Some(*e) || d.find(&np.name()) == Some(*e))
            else {
                d.gap(
                    s.id,
                    &s.text.clone(),
                    "the offline engine hides whole records, not single properties of them",
                    true,
                );
                continue;
            };
            for who in &whos {
                d.allow(e, who.clone(), &[Op::Read], Scope::All, s.id);
            }
            d.exclusive(e, &[Op::Read], &whos, s.id);
            d.mark_np(si, np);
            d.touch(e, s.id);
            found = true;
        }
        if found && whole {
            d.mark(si, pred.verb.range.clone());
            for i in pred.range.clone() {
                if matches!(s.words[i].lower(), "visible" | "readable" | "accessible" | "only") {
                    d.mark(si, i..i + 1);
                }
            }
            for np in &to {
                d.mark_np(si, np);
            }
            d.done[si].insert(pi);
        }
    }
}

/// `are not visible to`, `are invisible to`, `are hidden from`
#[must_use]
pub fn hides(words: &[Word], pred: &Pred) -> bool {
    let said = &words[pred.range.start..pred.range.end.min(words.len())];
    let seen = said.iter().any(|w| matches!(w.lower(), "visible" | "readable" | "accessible"));
    let unseen = said.iter().any(|w| w.is("invisible"));
    let is = pred.verb.class == Class::Be;
    is && (seen && pred.verb.negated || unseen && !pred.verb.negated) || conceals(pred)
}

fn conceals(pred: &Pred) -> bool {
    matches!(pred.verb.base.as_str(), "hide" | "conceal") && pred.verb.passive && !pred.verb.negated
}

/// `Notes must not be visible to the receptionist.`: whole records that somebody does not see.
pub fn hidden_from(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        // until when, or while what is so, other rules say
        let always = pred.preps.len() == 1 && !s.words.iter().any(|w| w.tag == Tag::Sub);
        let by_verb = conceals(pred);
        if !hides(&s.words, pred) || pred.subordinate || d.done[si].contains(&pi) || by_verb && !always {
            continue;
        }
        let prep = if by_verb { "from" } else { "to" };
        let to: Vec<Np> = pred.preps.iter().filter(|pp| pp.prep == prep).flat_map(|pp| pp.nps.clone()).collect();
        let whos: Vec<Who> = to.iter().filter_map(|np| d.who(np)).filter(|w| matches!(w, Who::Role(_))).collect();
        let [np] = &pred.subject[..] else { continue };
        let Some(e) = d.find(&np.name()).or_else(|| d.find(&np.head)) else { continue };
        let some = by_verb && (!np.adjectives().all(super::lexicon::words::light) || np.of.is_some() || np.possessed());
        if to.is_empty() || whos.len() != to.len() || np.pronoun.is_some() || some {
            continue;
        }
        d.denials.push((e, whos, vec![Op::Read], s.id));
        d.touch(e, s.id);
        d.mark_np(si, np);
        d.mark_verb(si, pred);
        for np in &to {
            d.mark_np(si, np);
        }
        for i in pred.range.clone() {
            if matches!(s.words[i].lower(), "visible" | "readable" | "accessible") {
                d.mark(si, i..i + 1);
            }
        }
        d.done[si].insert(pi);
    }
}

/// `I want to see which loans are overdue`, `The board shows who is at home`: the records that a state picks out.
pub fn which_are(d: &mut Draft, si: usize, pi: usize, pred: &Pred) -> bool {
    let s = &d.sentences[si];
    if pred.verb.class != Class::Read || pred.verb.negated || !pred.objects.is_empty() {
        return false;
    }
    let asked = s.words.get(pred.verb.range.end).map_or("", |w| w.lower());
    let states = |p: &&Pred| p.verb.modal.is_none() && s.words[p.verb.range.start].tag == super::tag::Tag::Be;
    let Some(are) = s.preds.get(pi + 1).filter(states) else { return false };
    let at = are.verb.range.start + 1;
    let found = match (asked, &are.subject[..]) {
        ("which" | "what", [np]) => d.entity_of(np).and_then(|e| Some((e, super::views::stated(d, si, e, at)?))),
        ("who", _) => {
            let people = (0..d.entities.len()).filter(|e| {
                let name = d.entities[*e].entity.name.rsplit('_').next().unwrap_or_default();
                super::lexicon::nouns::person(name).is_some()
            });
            match people.collect::<Vec<_>>()[..] {
                [e] => super::views::stated(d, si, e, at).map(|name| (e, name)),
                _ => None,
            }
        }
        _ => None,
    };
    let Some((e, view)) = found else { return false };
    let id = s.id;
    let whos = d.actors(pred);
    if whos.is_empty() {
        d.unnamed_readers.push((e, id));
    }
    for who in whos {
        d.searchers.push((e, who, id));
    }
    let start = |np: &Np| matches!(np.name().as_str(), "start page" | "home page" | "front page" | "homepage");
    if pred.subject.iter().any(start) {
        let entity = d.entities[e].entity.name.clone();
        d.feature(Feature::Home { entity, view: Some(view), clauses: vec![id] });
    }
    d.touch(e, id);
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    d.mark(si, pred.verb.range.end..at);
    d.done[si].extend([pi, pi + 1]);
    d.focus = Some(e);
    true
}

/// `I do not want others to see my entries.`: whose they are is nobody else's business.
pub fn privacy_wish(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let refuses = s.preds.iter().any(|p| p.verb.negated && matches!(p.verb.base.as_str(), "want" | "wish" | "like"))
        || s.preds.iter().any(|p| {
            p.verb.negated
                && p.subject.iter().any(|np| np.det.as_deref() == Some("no") && np.mods.iter().any(|m| m == "other"))
        });
    let alone = s.preds.iter().any(|p| {
        p.verb.class == Class::Read
            && p.objects.iter().any(Np::possessed)
            && (p.verb.negated && p.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody"))
                || p.only && p.subject.iter().any(|np| np.pronoun.as_deref() == Some("i")))
    });
    let others = s.words.iter().any(|w| matches!(w.lower(), "others" | "other" | "else" | "anybody" | "anyone"));
    if !(refuses && others || alone) || !d.has_users() {
        return;
    }
    let seen: Vec<(usize, usize, Np)> = s
        .preds
        .iter()
        .enumerate()
        .filter(|(_, p)| p.verb.class == Class::Read)
        .flat_map(|(pi, p)| p.objects.iter().filter(|np| np.possessed()).map(move |np| (pi, np.clone())))
        .filter_map(|(pi, np)| {
            d.entity_of(&np)
                .filter(|e| d.find(&np.head).is_some_and(|x| x == *e) || matches!(np.head.as_str(), "entry" | "record"))
                .map(|e| (pi, e, np))
        })
        .collect();
    for (pi, e, np) in seen {
        let seers = super::nobody::left_out(d, s, &s.preds[pi]).unwrap_or_default();
        super::bans::unseen_by_others(d, e, &seers, s.id);
        d.touch(e, s.id);
        let words = 0..s.words.len();
        for i in words {
            if matches!(
                s.words[i].lower(),
                "others"
                    | "other"
                    | "else"
                    | "anybody"
                    | "anyone"
                    | "want"
                    | "not"
                    | "wish"
                    | "like"
                    | "no"
                    | "people"
                    | "users"
                    | "user"
                    | "nobody"
                    | "only"
            ) {
                d.mark(si, i..i + 1);
            }
        }
        for k in 0..=pi {
            d.mark_verb(si, &s.preds[k]);
            for x in &s.preds[k].subject {
                d.mark_np(si, x);
            }
            d.done[si].insert(k);
        }
        d.mark_np(si, &np);
    }
}

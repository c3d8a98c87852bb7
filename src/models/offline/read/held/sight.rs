//! Who sees only some: held against what they will see.

use super::super::chunk::Np;
use super::super::draft::Draft;
use super::super::lexicon::{verbs::Class, words};
use super::super::sentence::{Pred, Sentence};
use super::Broken;
use super::rights::{covers, holders, span, told};
use crate::models::offline::spec::{Op, Scope, Who};

/// What of which kind of records a sentence shows to whom, where it is some of them.
struct Shown {
    e: usize,
    whos: Vec<Who>,
}

/// `only the reports of his own department`, `approved applications only`, `the status of his own loans`
fn narrowed(d: &Draft, s: &Sentence, pred: &Pred) -> Option<Shown> {
    let sees = pred.verb.class == Class::Read && !pred.verb.negated && !pred.verb.passive && !pred.subordinate;
    let np = pred.objects.iter().find(|np| np.of.is_some()).or(pred.objects.first()).filter(|_| sees)?;
    let only = |w: &super::super::tag::Word| w.is("only") || w.is("just");
    let said = s.words[pred.verb.range.start..pred.range.end.min(s.words.len())].iter().any(only);
    let theirs = |np: &Np| np.possessed() && !matches!(np.det.as_deref(), Some("our" | "its"));
    let of = np.of.as_deref();
    let property = d.entity_of(np).is_none() && of.is_some_and(theirs);
    let some = (of.is_some() || theirs(np) || !np.adjectives().all(words::light)) && !words::system_noun(&np.head);
    let e = d.entity_of(np).or_else(|| d.entity_of(of?))?;
    let whos = pred.subject.iter().filter_map(|np| d.who(np)).collect();
    (said && some || property).then_some(Shown { e, whos })
}

/// The right to see all of them is not given to those who see some: they see none rather than too many, where the sentence
/// alone gave it and nothing else is done with what they see, and others see them.
pub fn take_back(d: &mut Draft, s: &Sentence) -> Vec<Broken> {
    let mut found = Vec::new();
    for pred in &s.preds {
        let Some(Shown { e, whos }) = narrowed(d, s, pred) else { continue };
        for who in whos {
            let access = &mut d.entities[e].entity.access;
            let changes = access.iter().any(|a| a.who == who && !a.ops.contains(&Op::Read));
            let others = access.iter().any(|a| a.who != who && a.ops.contains(&Op::Read));
            let before = access.len();
            access.retain(|a| {
                changes
                    || !others
                    || a.who != who
                    || a.ops != [Op::Read]
                    || a.scope != Scope::All
                    || a.clauses != [s.id]
            });
            if access.len() < before {
                let act = super::rights::Act { e, op: Op::Read, field: None };
                found.push(Broken::new(
                    span(pred),
                    format!("which of them is not understood, so {} cannot {}", d.word_for(&who), told(d, &act)),
                ));
            }
        }
    }
    found
}

/// Who sees some does not see all.
pub fn some(d: &Draft, s: &Sentence) -> Option<Broken> {
    s.preds.iter().find_map(|pred| {
        let Shown { e, whos } = narrowed(d, s, pred)?;
        let act = super::rights::Act { e, op: Op::Read, field: None };
        let held = holders(d, &act);
        let all = |who: &&Who| held.iter().any(|(h, scope)| covers(h, who) && *scope == Scope::All);
        let who = whos.iter().find(all)?;
        Some(Broken::new(span(pred), format!("{} can {}, all of them", d.word_for(who), told(d, &act))))
    })
}

/// `Photos are not visible to visitors.` while everybody sees them.
pub fn inside(d: &Draft, s: &Sentence) -> Option<Broken> {
    d.inside.iter().filter(|(_, id)| *id == s.id).find_map(|(e, _)| {
        let act = super::rights::Act { e: *e, op: Op::Read, field: None };
        let open = holders(d, &act).iter().any(|(who, _)| *who == Who::Anyone);
        open.then(|| Broken::new(0..s.words.len(), format!("{} can {}", d.word_for(&Who::Anyone), told(d, &act))))
    })
}

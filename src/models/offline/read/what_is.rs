//! `The hall keeps a list of what is lent out.`: the list of the loans, which are made elsewhere in the text. It is no list of what
//! keeps it, and gives nobody a right.

use super::draft::{Draft, SAME};
use super::lexicon::{verbs, verbs::Class, words};
use super::sentence::{Pred, Sentence};

/// Whether a predicate tells of what a list is: `what is lent out`, `what has been borrowed`.
fn tells_what(s: &Sentence, pred: &Pred) -> bool {
    let at = pred.verb.range.start;
    pred.verb.passive && !pred.verb.negated && at > 0 && s.words[at - 1].is("what")
}

/// Takes from such a predicate the subject that is that of the list.
pub fn settle(all: &mut [Sentence]) {
    for s in all {
        for pi in 1..s.preds.len() {
            if tells_what(s, &s.preds[pi]) && s.preds[pi].verb.class == Class::Transact {
                s.preds[pi].subject.clear();
                s.preds[pi].subordinate = true;
            }
        }
    }
}

/// Reads that such a list is kept.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [keeps, is] = &s.preds[..] else { return };
    let list = |np: &super::chunk::Np| words::system_noun(&np.head) || matches!(np.head.as_str(), "list" | "record");
    let kept = matches!(keeps.verb.class, Class::Create | Class::Manage | Class::Have) && !keeps.verb.negated;
    if !kept || !is.subordinate || !tells_what(s, is) || !matches!(&keeps.objects[..], [np] if list(np)) {
        return;
    }
    let Some(e) = verbs::record_of(&is.verb.base).and_then(|record| record_named(d, record)) else { return };
    d.touch(e, s.id);
    d.mark(si, keeps.verb.range.start..is.verb.range.end);
    super::access::mark_subject(d, si, keeps);
    d.done[si].extend([0, 1]);
}

fn record_named(d: &Draft, record: &str) -> Option<usize> {
    let same = SAME.iter().filter(|group| group.contains(&record)).flat_map(|group| group.iter());
    d.find(record).or_else(|| same.into_iter().find_map(|word| d.find(word)))
}

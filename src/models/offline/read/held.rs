//! The last look before anything is built: the words of a sentence that say who, whose, how many and which are held against
//! what will be built for it, whichever rule read them. Where the two say different things the clause is a gap that tells
//! what is built instead, and so is never proven by tests that come from the same reading.

mod fields;
mod limits;
mod rights;
mod sight;
mod states;
mod unknown;

pub(super) use rights::covers;
pub(super) use unknown::adds as added_by_unknown;

use super::draft::Draft;
use super::makers;
use super::sentence::Sentence;
use std::ops::Range;

/// Where what is built says something else than its sentence.
struct Broken {
    words: Range<usize>,
    /// What is built: goes on after `the sentence says something else: `.
    built: String,
}

impl Broken {
    fn new(words: Range<usize>, built: impl Into<String>) -> Self {
        Self { words, built: built.into() }
    }
}

type Check = fn(&Draft, &Sentence) -> Option<Broken>;

/// Who may: what each sentence is held to that names people, and not whoever made a record.
const WHO: [Check; 7] =
    [rights::only, rights::maker, rights::ban, rights::never_own, rights::everybody, unknown::unknown, rights::given];

/// What each sentence is held to.
const TABLE: [Check; 14] = [
    // whose
    rights::scope,
    sight::some,
    sight::inside,
    // which
    states::set,
    states::locked,
    states::forbidden,
    states::left_out,
    states::purpose,
    limits::out_of_reach,
    // what
    fields::several,
    fields::how_many,
    fields::waived,
    fields::split,
    fields::by_whom,
];

/// Names a gap for every sentence that says something else than what is built for it. A limit or a bound of which only a
/// part was understood is not built at all: it would refuse what the text allows.
pub fn find(d: &mut Draft) {
    let sentences = d.sentences;
    for s in sentences {
        if d.gaps.iter().any(|g| g.clause == s.id && g.whole) {
            continue;
        }
        for broken in sight::take_back(d, s) {
            name(d, s, &broken, false);
        }
        for broken in limits::take_back(d, s) {
            let whole = !fulfilled(d, s);
            name(d, s, &broken, whole);
        }
        if d.gaps.iter().any(|g| g.clause == s.id && g.whole) {
            continue;
        }
        let who: &[Check] = if makers::reads(d, s.id) { &[] } else { &WHO };
        let found: Vec<Broken> = who.iter().chain(&TABLE).filter_map(|check| check(d, s)).collect();
        for broken in found {
            name(d, s, &broken, false);
        }
    }
}

fn name(d: &mut Draft, s: &Sentence, broken: &Broken, whole: bool) {
    let what = s.quote(broken.words.start..broken.words.end.min(s.words.len()));
    let what = if what.is_empty() { s.text.clone() } else { what };
    let reason = format!("what is built says something else: {}", broken.built);
    d.gap(s.id, &crate::domain::Clean::new(&what).one_line(160), &reason, whole);
}

/// Whether anything but the mention of a record is built for the sentence.
fn fulfilled(d: &Draft, s: &Sentence) -> bool {
    let entities = || d.entities.iter().map(|e| &e.entity);
    let mut fields = entities().flat_map(|e| &e.fields);
    d.features.iter().any(|f| f.clauses().contains(&s.id))
        || entities().flat_map(|e| &e.access).any(|a| a.clauses.contains(&s.id))
        || fields.any(|f| f.clauses.contains(&s.id) || f.rules.iter().any(|r| r.clauses.contains(&s.id)))
}

//! How one gets to a record: lists lead to its page, whatever the text calls the way.

use super::draft::Draft;
use super::lexicon::words;
use super::sentence::Pred;
use super::tag::{Tag, Word};
use crate::models::offline::spec::Feature;

/// `click on an event shown on the homepage and be directed to the event page`: lists lead to the record's own page.
pub fn follow_link(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let leads = |w: &Word| {
        matches!(
            w.lower(),
            "shown"
                | "displayed"
                | "listed"
                | "directed"
                | "redirected"
                | "taken"
                | "brought"
                | "led"
                | "land"
                | "clicking"
                | "homepage"
                | "click"
        ) || words::system_noun(&w.base)
            || matches!(w.tag, Tag::Noun) && d.find(&w.base).is_some()
    };
    let known: Vec<usize> = (0..s.words.len()).filter(|i| leads(&s.words[*i])).collect();
    let shown = s.words.iter().position(|w| matches!(w.lower(), "shown" | "displayed" | "listed"));
    let there =
        shown.filter(|i| s.words[*i..].iter().take(4).any(|w| matches!(w.base.as_str(), "homepage" | "frontpage")));
    let listed = there.and_then(|i| i.checked_sub(1)).and_then(|i| d.find(&s.words[i].base));
    let id = s.id;
    d.mark_words(si, &known);
    if let Some(e) = listed {
        d.feature(Feature::Home { entity: d.entities[e].entity.name.clone(), view: None, clauses: vec![id] });
        d.touch(e, id);
    }
}

/// `once I select the event`, `when clicking on a result`: how one gets there, which every list offers.
pub fn only_navigates(d: &Draft, pred: &Pred) -> bool {
    matches!(pred.verb.base.as_str(), "select" | "click" | "open" | "choose" | "view" | "see" | "tap")
        && pred
            .objects
            .iter()
            .chain(pred.preps.iter().flat_map(|pp| &pp.nps))
            .all(|np| d.entity_of(np).is_some() || words::system_noun(&np.head) || np.pronoun.is_some())
}

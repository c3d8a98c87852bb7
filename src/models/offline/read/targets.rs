//! Which of the records somebody sees or changes: the adjectives of a phrase that name them, read and marked.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::words;
use super::tag::Tag;
use crate::models::offline::spec::Feature;

/// The phrase, with adjectives that add nothing.
pub fn mark_plain(d: &mut Draft, si: usize, np: &Np) {
    d.mark_np(si, np);
    let s = &d.sentences[si];
    let end = np.paren.as_ref().map_or(np.range.end, |p| p.start).min(s.words.len());
    let plain: Vec<usize> = (np.range.start..end)
        .filter(|i| {
            let w = &s.words[*i];
            w.tag == Tag::Adj && (words::light(w.lower()) || words::judged(w.lower()) || w.is("assigned"))
        })
        .collect();
    d.mark_words(si, &plain);
}

/// Adjectives that say which records: the engine offers them as a filter where a field carries them.
pub fn mark_target(d: &mut Draft, si: usize, np: &Np) {
    d.mark_np(si, np);
    let s = &d.sentences[si];
    let Some(e) = d.entity_of(np) else { return };
    let end = np.paren.as_ref().map_or(np.range.end, |p| p.start);
    let adjectives: Vec<usize> =
        (np.range.start..end.min(s.words.len())).filter(|i| s.words[*i].tag == Tag::Adj).collect();
    for i in adjectives {
        let word = s.words[i].lower().to_owned();
        // what is recorded of a transaction is past by itself
        let past = d.entities[e].about.is_some() && matches!(word.as_str(), "previous" | "past" | "earlier" | "old");
        if words::light(&word) || past {
            d.mark(si, i..i + 1);
            continue;
        }
        let date = d.date_of(e);
        if matches!(word.as_str(), "recent" | "latest" | "last")
            && let Some(field) = date
        {
            let entity = d.entities[e].entity.name.clone();
            let (then, clauses) = (super::order::time_of(d, e, &field, true), vec![s.id]);
            d.feature(Feature::Sort { entity, field, then, descending: true, default: true, clauses });
            d.mark(si, i..i + 1);
        }
    }
    super::views::restrict(d, si, e, np);
    super::views::relative(d, si, e, np);
    of_another(d, si, e, np);
}

/// `a list of instances of the medium`: those that refer to it.
fn of_another(d: &mut Draft, si: usize, e: usize, np: &Np) {
    let id = d.sentences[si].id;
    let phrase =
        if d.find(&np.head) == Some(e) { Some(np) } else { np.of.as_deref().filter(|o| d.find(&o.head) == Some(e)) };
    let Some(other) = phrase.and_then(|p| p.of.as_deref()).filter(|o| !o.possessed()) else { return };
    if let Some(parent) = d.entity_of(other).filter(|p| *p != e)
        && let Some(field) = d.reference(e, &d.entities[parent].entity.name.clone())
    {
        d.feature(Feature::Filter { entity: d.entities[e].entity.name.clone(), field, clauses: vec![id] });
    }
}

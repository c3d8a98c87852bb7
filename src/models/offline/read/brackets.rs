//! Properties in brackets behind a thing: `events (name, date, place)`.

use super::chunk::Np;
use super::data::made;
use super::draft::Draft;
use super::field;
use super::lexicon::{nouns, words};
use super::sentence::{Pred, split_list};
use super::tag::{Tag, Word};
use crate::domain::ClauseId;
use crate::models::offline::spec::FieldType;

/// `see the event (e.g., location, date and artist)`, `events (name, date, place)`
pub fn brackets(d: &mut Draft, si: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let nps: Vec<Np> =
        pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)).chain(&pred.subject).cloned().collect();
    for np in nps {
        let Some(paren) = np.paren.clone() else { continue };
        let Some(e) = d.entity_of(&np) else { continue };
        let parts = split_list(&s.words, paren.clone());
        let properties = parts.iter().filter(|p| field::field(s, (*p).clone()).is_some_and(|f| f.typed)).count();
        let names_property = nouns::property(&np.head).is_some()
            || np.nouns.iter().any(|m| nouns::property(m).is_some())
            || np.of.is_some() && !words::system_noun(&np.head);
        if properties * 2 >= parts.len().max(1) && !names_property && properties > 0 {
            d.fields_from(si, e, paren.clone());
            d.touch(e, s.id);
            for part in &parts {
                if let Some(draft) = told_about(&s.words[part.clone()], s.id) {
                    d.add_field(e, draft, s.id);
                    continue;
                }
                let words = &s.words[part.clone()];
                let unread = field::field(s, part.clone()).is_none()
                    && words.iter().any(|w| matches!(w.tag, Tag::Noun | Tag::Adj) && !words::light(w.lower()));
                if unread {
                    let what = s.quote(part.clone());
                    d.gap(s.id, &what, super::lexicon::NOT_UNDERSTOOD, false);
                }
            }
            d.mark(si, paren.start.saturating_sub(1)..paren.end + 1);
        }
    }
}

/// `artist information`, `travel details` in a list of properties: a text about it.
fn told_about(words: &[Word], id: ClauseId) -> Option<field::FieldDraft> {
    let kept: Vec<&Word> =
        words.iter().filter(|w| !matches!(w.tag, Tag::Det | Tag::Comma | Tag::Conj | Tag::Other)).collect();
    let (last, before) = kept.split_last()?;
    let about = matches!(last.base.as_str(), "information" | "info" | "detail" | "details");
    let named = !before.is_empty() && before.iter().all(|w| w.tag == Tag::Noun && !words::light(w.lower()));
    let label: Vec<&str> = kept.iter().map(|w| w.lower()).collect();
    let label = label.join(" ");
    let text = FieldType::Text { multiline: true };
    (about && named).then(|| field::FieldDraft {
        field: made(&field::identifier(&label), &field::sentence_case(&label), text, id),
        head: last.base.clone(),
        stated: None,
        typed: true,
        used: Vec::new(),
        plain: None,
    })
}

//! What a property is where nobody says otherwise.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{NOT_UNDERSTOOD, nouns, verbs::Class};
use super::sentence::Sentence;
use super::tag::{Tag, Word};
use crate::models::offline::spec::FieldType;
use std::ops::Range;

/// `The default type is adult.`, `The joining date is today by default.`
pub fn default(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let [np] = &pred.subject[..] else { return false };
    let says = np.mods.iter().any(|m| m == "default") || s.lower.contains("by default");
    if !says || pred.verb.class != Class::Be || pred.verb.negated {
        return false;
    }
    let bare = Np { mods: np.mods.iter().filter(|m| *m != "default").cloned().collect(), ..np.clone() };
    let value = value(s, pred.verb.range.end..pred.range.end);
    let field = |e: usize| d.field_of(e, &bare).filter(|name| takes(d, e, name, &value)).map(|name| (e, name));
    let Some((e, name)) = d.entity_of(np).into_iter().chain(d.focus).chain(0..d.entities.len()).find_map(field) else {
        return false;
    };
    set(d, si, e, &name, value);
    d.mark(si, 0..s.words.len());
    d.done[si].insert(0);
    true
}

/// The words of a range that name a value.
fn value(s: &Sentence, range: Range<usize>) -> String {
    let plain = |w: &&Word| {
        let named = w.lower().chars().any(char::is_alphanumeric);
        named && !matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Det) && !matches!(w.lower(), "by" | "default" | "as")
    };
    s.words[range].iter().filter(plain).map(Word::lower).collect::<Vec<_>>().join(" ")
}

/// Whether the field can have the value from the start.
fn takes(d: &Draft, e: usize, name: &str, value: &str) -> bool {
    d.entities[e].entity.fields.iter().any(|f| {
        f.name == name
            && match &f.ty {
                FieldType::Choice { values } => values.iter().any(|v| v == value),
                FieldType::Date => value == "today",
                _ => false,
            }
    })
}

fn set(d: &mut Draft, si: usize, e: usize, name: &str, value: String) {
    let id = d.sentences[si].id;
    if let Some(f) = d.field_mut(e, name) {
        f.default = Some(value);
        if !f.clauses.contains(&id) {
            f.clauses.push(id);
        }
    }
    d.touch(e, id);
}

/// Where a sentence says that nobody says otherwise: `if nothing is given`, `unless something else is chosen`, `without the
/// option`.
fn otherwise(s: &Sentence) -> Option<Range<usize>> {
    const SMALL: &str = " if when unless without nothing none no one it they something anything else otherwise other another \
        different is are was were be has have given entered chosen selected specified stated said set named provided mentioned \
        indicated filled picked left out in empty blank omitted missing not the a an any option choice value field entry ";
    const OPEN: [&str; 12] =
        ["nothing", "none", "no", "else", "otherwise", "without", "missing", "omitted", "empty", "blank", "out", "not"];
    let small = |w: &Word| {
        let known = |word: &str| SMALL.contains(&format!(" {word} "));
        known(w.lower()) || known(&w.base) || nouns::property(&w.base).is_some()
    };
    let lead = |i: &usize| matches!(s.words[*i].lower(), "if" | "when" | "unless" | "without") && !s.aside[*i];
    (0..s.words.len()).filter(lead).find_map(|from| {
        let small_from = s.words[from..].iter().take_while(|w| !matches!(w.tag, Tag::Comma | Tag::Stop) && small(w));
        let mut to = from + small_from.count();
        // `without the option it is "other"`: the main clause begins with its pronoun
        let main = |i: &usize| s.words[*i].tag == Tag::Be && matches!(s.words[*i - 1].lower(), "it" | "they");
        if let Some(be) = (from + 2..to).find(main).filter(|_| s.words[from].is("without")) {
            to = be - 1;
        }
        let open = s.words[from..to].iter().any(|w| OPEN.contains(&w.lower()) || w.is("unless"));
        let ends = s
            .words
            .get(to)
            .is_none_or(|w| matches!(w.tag, Tag::Comma | Tag::Stop) || matches!(w.lower(), "it" | "they" | "the"));
        (open && ends && to > from + 1).then_some(from..to)
    })
}

/// Whether a sentence says what holds where nobody says otherwise.
#[must_use]
pub fn says(s: &Sentence) -> bool {
    otherwise(s).is_some() && s.words.iter().any(|w| w.tag == Tag::Be)
}

/// `The priority is normal if nothing is given`, `…; without the option it is "other"`: read beside what else the sentence
/// says of the property. Whether that is all that it says.
pub fn unless_given(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some(when) = otherwise(s) else { return false };
    // the part of the sentence that the condition stands in
    let ends = |w: &Word| w.tag == Tag::Stop;
    let from = s.words[..when.start].iter().rposition(ends).map_or(0, |i| i + 1);
    let to = s.words[when.end..].iter().position(ends).map_or(s.words.len(), |i| when.end + i);
    let be = (from..to).find(|i| s.words[*i].tag == Tag::Be && !when.contains(i));
    let found = be.and_then(|be| {
        let end = if be < when.start { when.start } else { to };
        let named = value(s, be + 1..end);
        let np = s.preds.iter().find(|p| p.verb.range.contains(&be) && !p.verb.negated)?.subject.first()?.clone();
        let own = d.entity_of(&np).filter(|_| np.pronoun.is_none());
        let state = |e: usize| d.status(e).filter(|name| takes(d, e, name, &named)).map(|name| (e, name));
        // `A new member is active unless …`
        if let Some(e) = own.filter(|e| d.find(&np.head) == Some(*e)) {
            return state(e).map(|at| (at, named));
        }
        let property = |e: usize| {
            let fields = d.entities[e].entity.fields.iter().filter(|f| takes(d, e, &f.name, &named));
            match np.pronoun {
                // the property that the sentence has spoken of
                Some(_) => fields.map(|f| f.name.clone()).find(|name| {
                    s.preds.iter().flat_map(|p| &p.subject).any(|x| d.field_of(e, x).as_ref() == Some(name))
                }),
                None => d.field_of(e, &np).filter(|name| takes(d, e, name, &named)),
            }
        };
        let all = own.into_iter().chain(d.focus).chain(0..d.entities.len());
        all.into_iter().find_map(|e| property(e).map(|name| (e, name))).map(|at| (at, named))
    });
    let id = s.id;
    let Some(((e, name), value)) = found else {
        // small words alone say it, and nobody would miss them
        d.gap(id, &s.quote(when), NOT_UNDERSTOOD, false);
        return false;
    };
    set(d, si, e, &name, value);
    d.focus = Some(e);
    d.mark(si, from..to);
    let inside = |p: &super::sentence::Pred| p.verb.range.start >= from && p.verb.range.start < to;
    let done: Vec<usize> = (0..s.preds.len()).filter(|pi| inside(&s.preds[*pi])).collect();
    let all = done.len() == s.preds.len();
    d.done[si].extend(done);
    all
}

//! The states a record can be in, and the one it begins with.

use super::chunk::Item;
use super::draft::Draft;
use super::field::{self, choice_values};
use super::lexicon::{nouns, verbs::Class};
use super::sentence::{Pred, Sentence, split_list};
use super::tag::{Tag, Word};
use crate::{
    domain::ClauseId,
    models::offline::spec::{Field, FieldType},
};
use std::ops::Range;

/// `A defect is reported, assigned, in progress, done or rejected.` `The status is one of: open, closed.`
pub fn states(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some(Item::Np(np)) = s.items.first() else { return false };
    let Some(b) = (np.range.end..s.words.len().min(np.range.end + 4)).find(|i| s.words[*i].tag == Tag::Be) else {
        return false;
    };
    if s.words[np.range.end..b].iter().any(|w| !matches!(w.tag, Tag::Modal | Tag::Adv | Tag::Verb(_))) {
        return false;
    }
    let mut from = b + 1;
    while s.words.get(from).is_some_and(|w| {
        w.is("either")
            || w.is("one")
            || w.is("of")
            || w.is("always")
            || w.is("the")
            || w.is("following")
            || w.tag == Tag::Colon
            || w.is("in")
            || w.is("state")
            || w.is("status")
    }) {
        // `is in progress or done`: the state is `in progress`
        if s.words[from].is("in")
            && !s.words.get(from + 1).is_some_and(|w| matches!(w.lower(), "one" | "the" | "state" | "status"))
        {
            break;
        }
        from += 1;
    }
    let to = (from..s.words.len())
        .find(|i| s.words[*i].tag == Tag::Stop || matches!(s.words[*i].tag, Tag::Rel))
        .unwrap_or(s.words.len());
    let Some(values) = values(s, from..to) else { return false };
    let property = nouns::property(&np.head).is_some();
    // `The blood group is one of …`: whichever record has that property, and not what was spoken of last
    let open = |e: &usize| {
        let name = d.field_of(*e, np);
        let listed = |f: &&Field| matches!(&f.ty, FieldType::Choice { values } if values.len() > 1);
        name.is_some_and(|name| !d.entities[*e].entity.fields.iter().filter(listed).any(|f| f.name == name))
    };
    let spoken_of = d.focus.filter(|_| property);
    let known = || spoken_of.filter(open).or_else(|| (0..d.entities.len()).find(open)).or(spoken_of);
    let any = || (0..d.entities.len()).find(|e| d.field_of(*e, np).is_some());
    let Some(e) = d.entity_of(np).or_else(known).or_else(any) else { return false };
    let name = if let Some(have) = d.field_of(e, np).filter(|_| d.find(&np.name()) != Some(e)) {
        // `may be negative or positive` names no values of a number
        let counts = |f: &&Field| f.name == have && matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. });
        let digits = |v: &String| v.chars().any(|c| c.is_ascii_digit());
        if d.entities[e].entity.fields.iter().any(|f| counts(&f)) && !values.iter().all(digits) {
            return false;
        }
        have
    } else if property && d.find(&np.name()) != Some(e) {
        let Some(draft) = field::field(s, np.range.clone()) else { return false };
        d.add_field(e, draft, s.id)
    } else {
        d.ensure_status(e, &[], None, s.id)
    };
    d.named_states.push((e, name.clone(), values.clone(), s.id));
    choose_among(d, (e, &name), values, name == "status" || name == "state", s.id);
    d.focus = Some(e);
    d.mark(si, 0..to);
    for pi in 0..s.preds.len() {
        if s.preds[pi].range.start < to {
            d.done[si].insert(pi);
        }
    }
    // `Only the caretaker changes this.` in the same clause goes on
    s.words[to..].iter().all(|w| w.tag == Tag::Stop)
}

/// `open, in progress or closed`: short words for what something can be.
fn values(s: &Sentence, range: Range<usize>) -> Option<Vec<String>> {
    let explicit = s.lower.contains("one of");
    // `tins, fresh or other`: what is none of those
    let other = |i: usize| {
        s.words[i].is("other") && (i + 1 == range.end || matches!(s.words[i + 1].tag, Tag::Comma | Tag::Conj))
    };
    if range.is_empty() || !(explicit || s.words[range.clone()].iter().any(|w| w.is("or"))) {
        return None;
    }
    let parts = split_list(&s.words, range.clone());
    let short = parts.len() >= 2
        && parts.iter().all(|p| {
            p.len() <= 3
                && !p.clone().any(|i| {
                    let w = &s.words[i];
                    !other(i)
                        && matches!(
                            w.tag,
                            Tag::Det | Tag::Poss | Tag::Pron | Tag::To | Tag::Verb(super::lexicon::verbs::Form::Base)
                        )
                        || matches!(w.lower(), "required" | "optional" | "edited" | "deleted" | "changed" | "mandatory")
                        // `for today or later`: when it is, and no state
                        || matches!(w.lower(), "today" | "tomorrow" | "now" | "later" | "earlier" | "sooner")
                })
        })
        && parts.iter().all(|p| {
            // `for sale`, `for rent`
            let market =
                |w: &Word| matches!(w.lower(), "sale" | "rent" | "hire" | "loan" | "lease" | "adoption" | "free");
            let offered = p.len() == 2 && s.words[p.start].is("for") && market(&s.words[p.start + 1]);
            !s.words[p.clone()].iter().any(|w| {
                w.tag == Tag::Prep
                    && !offered
                    && !matches!(w.lower(), "in" | "on" | "out" | "of" | "over" | "under" | "up" | "back" | "off")
            })
        });
    if !short {
        return None;
    }
    let values = choice_values(s, range);
    // `30, 45 or 60 minutes` are numbers, no states
    let measured = |v: &String| v.split_once(' ').is_some_and(|(n, unit)| n.parse::<f64>().is_ok() && !unit.is_empty());
    (values.len() >= 2 && !values.iter().any(measured)).then_some(values)
}

/// `A petition has a title and a text, and is open, checked or closed.`: the states behind the properties.
pub fn behind_properties(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pair) in s.preds.windows(2).enumerate() {
        let [have, be] = pair else { continue };
        let [np] = &have.subject[..] else { continue };
        let bare = |p: &Pred| !p.verb.negated && !p.subordinate && p.verb.modal.is_none();
        let same = have.verb.class == Class::Have && be.verb.class == Class::Be && have.subject == be.subject;
        let Some(e) = d.find(&np.name()).filter(|_| same && bare(have) && bare(be)) else { continue };
        let from = be.verb.range.end + usize::from(s.words.get(be.verb.range.end).is_some_and(|w| w.is("either")));
        let to =
            (from..s.words.len()).find(|i| matches!(s.words[*i].tag, Tag::Stop | Tag::Rel)).unwrap_or(s.words.len());
        let Some(values) = values(s, from..to) else { continue };
        let name = d.ensure_status(e, &[], None, s.id);
        d.named_states.push((e, name.clone(), values.clone(), s.id));
        choose_among(d, (e, &name), values, true, s.id);
        d.touch(e, s.id);
        d.mark(si, be.verb.range.start..to);
        d.done[si].insert(pi + 1);
    }
}

/// `Items are stored, returned, donated or destroyed.`: what they can be, and nothing that anybody does with them.
#[must_use]
pub fn listed(s: &Sentence) -> bool {
    let Some(at) = s.words.iter().position(|w| w.tag == Tag::Be) else { return false };
    let end = (at..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    let after = &s.words[at + 1..end];
    let state = |w: &super::tag::Word| {
        matches!(w.tag, Tag::Adj | Tag::Adv | Tag::Prep | Tag::Comma | Tag::Conj)
            || matches!(w.tag, Tag::Verb(super::lexicon::verbs::Form::Past))
    };
    let bare = !s.words[..at].iter().any(|w| matches!(w.tag, Tag::Modal | Tag::Verb(_)));
    bare && after.iter().any(|w| w.is("or")) && after.iter().all(state)
}

/// `Each application has one of the following statuses: received, invited, rejected.`
pub fn one_of(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some(range) = s.find("one of") else { return false };
    let opens = |i: &usize| s.words[*i].is(":");
    let Some(colon) = (range.end..s.words.len()).find(opens) else { return false };
    let Some(np) = super::chunk::noun_phrase(&s.words, range.end).filter(|np| np.head_at + 1 == colon) else {
        return false;
    };
    let Some(pred) = s.preds.iter().find(|p| p.verb.class == Class::Have && p.range.contains(&range.start)) else {
        return false;
    };
    let [subject] = &pred.subject[..] else { return false };
    let Some(e) = d.entity_of(subject).filter(|_| nouns::property(&np.head).is_some()) else { return false };
    let to = (colon..s.words.len()).find(|i| matches!(s.words[*i].lower(), "." | ";")).unwrap_or(s.words.len());
    let values = choice_values(s, colon + 1..to);
    if values.len() < 2 {
        return false;
    }
    let state = matches!(np.head.as_str(), "status" | "state");
    let name = if state {
        d.ensure_status(e, &[], None, s.id)
    } else {
        let words = np.nouns.iter().map(String::as_str).chain([np.head.as_str()]).collect::<Vec<_>>().join(" ");
        let ty = FieldType::Choice { values: values.clone() };
        let name = field::identifier(&words);
        if d.field_mut(e, &name).is_none() {
            d.entities[e].entity.fields.push(super::data::made(&name, &field::sentence_case(&words), ty, s.id));
        }
        name
    };
    choose_among(d, (e, &name), values, state, s.id);
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..to);
    d.done[si].extend(0..s.preds.len());
    true
}

/// `There are three sizes of box: small, medium and large.`
pub fn kinds(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let ([np], true) = (&pred.objects[..], pred.verb.class == Class::Be && s.lower.starts_with("there are ")) else {
        return false;
    };
    let Some(e) = np.of.as_deref().and_then(|of| d.find(&of.name()).or_else(|| d.find(&of.head))) else { return false };
    let Some(colon) = (np.head_at..s.words.len()).find(|i| s.words[*i].is(":")) else { return false };
    let to = (colon..s.words.len()).find(|i| matches!(s.words[*i].lower(), "." | ";")).unwrap_or(s.words.len());
    let values = choice_values(s, colon + 1..to);
    // `three sizes`: as many as are named
    let counted = np.number.is_none_or(|n| (n - values.len() as f64).abs() < 0.5);
    if nouns::property(&np.head).is_none() || values.len() < 2 || !counted || pred.verb.negated {
        return false;
    }
    let name = field::identifier(&np.head);
    if d.field_mut(e, &name).is_none() {
        let label = field::sentence_case(&np.head);
        d.entities[e].entity.fields.push(super::data::made(
            &name,
            &label,
            FieldType::Choice { values: values.clone() },
            s.id,
        ));
    }
    choose_among(d, (e, &name), values, false, s.id);
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..s.words.len());
    d.done[si].insert(0);
    true
}

/// Makes a field a choice of these values; a state begins with the first of them.
fn choose_among(d: &mut Draft, (e, name): (usize, &str), values: Vec<String>, state: bool, clause: ClauseId) {
    let Some(field) = d.field_mut(e, name) else { return };
    field.default = values.first().cloned().filter(|_| state);
    field.ty = FieldType::Choice { values };
    if !field.clauses.contains(&clause) {
        field.clauses.push(clause);
    }
}

/// `Claims have the status submitted, approved or paid.`
pub fn have_status(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let [subject] = &pred.subject[..] else { return false };
    let word = pred.verb.range.end + 1;
    let named = s.words.get(word).is_some_and(|w| matches!(w.lower(), "status" | "state"));
    let article = s.words.get(word - 1).is_some_and(|w| matches!(w.lower(), "the" | "a"));
    let says = pred.verb.class == Class::Have && !pred.verb.negated && named && article;
    let Some(e) = d.entity_of(subject).filter(|_| says && subject.pronoun.is_none()) else { return false };
    let to = (word..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    let short = |r: &std::ops::Range<usize>| {
        r.len() <= 3 && !s.words[r.clone()].iter().any(|w| matches!(w.tag, Tag::Det | Tag::Poss | Tag::Pron))
    };
    let parts = split_list(&s.words, word + 1..to);
    let or = s.words[word..to].iter().any(|w| w.is("or"));
    let values = choice_values(s, word + 1..to);
    if !or || values.len() < 2 || values.len() != parts.len() || !parts.iter().all(short) {
        return false;
    }
    let name = d.ensure_status(e, &[], None, s.id);
    choose_among(d, (e, &name), values, true, s.id);
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..to);
    d.done[si].insert(0);
    true
}

/// `The purpose is chosen from rent, health and travel.`: the values that a property can have.
pub fn chosen_from(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let [np] = &pred.subject[..] else { return false };
    let picks = matches!(pred.verb.base.as_str(), "choose" | "select" | "pick" | "take") && pred.verb.passive;
    let from = pred.verb.range.end;
    let lead = ["from", "from among", "out of", "among", "from the list"].iter().find_map(|lead| {
        let at = s.find(lead).filter(|r| r.start == from)?;
        Some(at.end + usize::from(s.words.get(at.end).is_some_and(|w| w.is(":"))))
    });
    let Some(list) = lead.filter(|_| picks && !pred.verb.negated && pred.objects.is_empty()) else { return false };
    let to = (list..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    let values = choice_values(s, list..to);
    let plain =
        |i: usize| !matches!(s.words[i].tag, Tag::Det | Tag::Poss | Tag::Pron | Tag::Prep | Tag::Modal | Tag::Be);
    // a single letter is no article
    let plain =
        |i: usize| plain(i) || s.words[i].tag == Tag::Det && s.words.get(i + 1).is_none_or(|w| w.tag != Tag::Noun);
    if values.len() < 2 || values.len() != split_list(&s.words, list..to).len() || !(list..to).all(plain) {
        return false;
    }
    let Some((e, name)) = super::rules::subject_field(d, np) else { return false };
    let open = |f: &Field| f.name == name && matches!(f.ty, FieldType::Text { .. } | FieldType::Choice { .. });
    if !d.entities[e].entity.fields.iter().any(open) {
        return false;
    }
    d.named_states.push((e, name.clone(), values.clone(), s.id));
    choose_among(d, (e, &name), values, name == "status" || name == "state", s.id);
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..to);
    d.done[si].insert(0);
    true
}

/// `A new bug is open.`, `Initially a request is pending.`: the state a record begins with.
pub fn initial(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some(pred) = s.preds.last() else { return false };
    let [np] = &pred.subject[..] else { return false };
    let reported = begins(d, si);
    if s.preds.len() > 1 && reported.is_none() {
        return false;
    }
    let new = reported.is_some()
        || np.mods.iter().any(|m| m == "new")
        || ["initially", "at first", "in the beginning", "by default"].iter().any(|w| s.lower.contains(w))
        // `A request starts as a draft`
        || matches!(pred.verb.base.as_str(), "start" | "begin")
            && s.words.get(pred.verb.range.end).is_some_and(|w| w.is("as"));
    // `New trips are planned`, where that is one of their states
    let said = pred.verb.range.end - 1;
    let known = d.entity_of(np).and_then(|e| Some((e, d.status(e)?))).is_some_and(|(e, status)| {
        let is = |f: &&Field| matches!(&f.ty, FieldType::Choice { values } if values.iter().any(|v| *v == s.words[said].lower()));
        d.entities[e].entity.fields.iter().filter(|f| f.name == status).any(|f| is(&f))
    });
    let stated = pred.verb.passive && pred.verb.modal.is_none() && pred.objects.is_empty() && known;
    let be = pred.verb.class == Class::Be || matches!(pred.verb.base.as_str(), "start" | "begin") || stated;
    let from = if stated { said } else { pred.verb.range.end };
    if !new || !be || pred.verb.negated || s.words[pred.range.clone()].iter().any(|w| w.is("or")) {
        return false;
    }
    let Some(e) = reported.or_else(|| d.entity_of(np)) else { return false };
    let value: Vec<&str> = s.words[from..pred.range.end]
        .iter()
        .filter(|w| {
            !matches!(w.tag, Tag::Stop | Tag::Comma | Tag::Det)
                && !matches!(
                    w.lower(),
                    "as" | "initially" | "first" | "by" | "default" | "always" | "at" | "status" | "state" | "with"
                )
        })
        .map(super::tag::Word::lower)
        .collect();
    if value.is_empty() || value.len() > 2 || value.iter().any(|w| nouns::property(w).is_some()) {
        return false;
    }
    let value = value.join(" ");
    let name = d.ensure_status(e, &[], Some(&value), s.id);
    if let Some(f) = d.field_mut(e, &name) {
        if let FieldType::Choice { values } = &mut f.ty
            && !values.contains(&value)
        {
            values.insert(0, value.clone());
        }
        f.default = Some(value);
    }
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..s.words.len());
    d.done[si].extend(0..s.preds.len());
    true
}

/// `When somebody reports a leak, its status is new`: what has just been made.
fn begins(d: &Draft, si: usize) -> Option<usize> {
    let s = &d.sentences[si];
    let [made, state] = &s.preds[..] else { return None };
    let [np] = &state.subject[..] else { return None };
    let its = matches!(np.head.as_str(), "status" | "state") && np.det.as_deref() == Some("its");
    let first = s.words.first().is_some_and(|w| w.is("when") || w.is("once"));
    let created = made.subordinate && !made.verb.negated && matches!(made.verb.class, Class::Create | Class::Transact);
    let phrases = if made.verb.passive { &made.subject } else { &made.objects };
    let [what] = &phrases[..] else { return None };
    d.entity_of(what).filter(|_| its && first && created && state.verb.class == Class::Be)
}

/// What lists the values of a property says that there are no others: where another sentence speaks of one, the list is not
/// what is built.
pub fn beyond_the_list(d: &mut Draft) {
    for (e, name, listed, id) in std::mem::take(&mut d.named_states) {
        let Some(FieldType::Choice { values }) = d.field_mut(e, &name).map(|f| f.ty.clone()) else { continue };
        let more: Vec<String> = values.into_iter().filter(|v| !listed.contains(v)).collect();
        if !more.is_empty() {
            let why = format!("another sentence speaks of {}, which this one does not name", more.join(" and "));
            d.gap(id, &listed.join(", "), &why, false);
        }
    }
}

//! What no two records have in common: `No two plots have the same number.`

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Field, FieldRule, FieldType, Rule};

/// The one kind of record that says who has signed up for something.
pub fn signs_up(d: &Draft) -> Option<usize> {
    let of = |e: &usize| {
        let name = d.entities[*e].entity.name.as_str();
        matches!(name, "registration" | "enrolment" | "sign_up" | "membership") && d.entities[*e].about.is_some()
    };
    match (0..d.entities.len()).filter(of).collect::<Vec<_>>()[..] {
        [e] => Some(e),
        _ => None,
    }
}

/// `Nobody signs up twice.`, `No member may sign up more than once.`
fn once_each(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let twice = s.find("twice").or_else(|| s.find("more than once"));
    let nobody =
        |np: &Np| np.pronoun.as_deref() == Some("nobody") || np.det.as_deref() == Some("no") && d.role(np).is_some();
    let says = pred.verb.class == Class::SignUp && pred.verb.negated && pred.subject.iter().all(nobody);
    let Some((e, twice)) = signs_up(d).zip(twice).filter(|_| says && d.has_users()) else { return false };
    let more = |i: &usize| super::sentence::content(&s.words[*i]) && !pred.verb.range.contains(i) && !twice.contains(i);
    let named = |i: &usize| pred.subject.iter().any(|np| np.range.contains(i));
    if (0..s.words.len()).any(|i| more(&i) && !named(&i)) {
        return false;
    }
    let about = d.entities[e].about.clone().and_then(|about| d.find(&about));
    let Some(per) = about.map(|parent| d.add_reference(e, parent, true, s.id)) else { return false };
    d.entities[e].entity.owned = true;
    let entity = d.entities[e].entity.name.clone();
    d.feature(Feature::UniqueTogether {
        entity,
        fields: vec![per, "owner_id".into()],
        over: None,
        clauses: vec![s.id],
    });
    d.touch(e, s.id);
    d.mark(si, 0..s.words.len());
    d.done[si].insert(0);
    true
}

/// `must not take place in the same hall on the same date`: by what it says of the place and the time.
fn takes_place(pred: &super::sentence::Pred) -> bool {
    let place = match pred.verb.base.as_str() {
        "take" => matches!(&pred.objects[..], [np] if np.head == "place" && np.mods.is_empty()),
        "be" | "happen" | "occur" => pred.objects.is_empty(),
        _ => false,
    };
    place && !pred.preps.is_empty() && pred.preps.iter().all(|pp| matches!(pp.prep.as_str(), "in" | "on" | "at"))
}

/// `First name, last name and class together must be unique.`, `The combination of row and number is unique.`: never each of
/// them alone, whether or not all of them are known.
pub fn together(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let said = |list: &[&str]| s.words.iter().position(|w| list.contains(&w.lower()));
    let says = pred.verb.class == Class::Be && !pred.verb.negated && said(&["unique", "distinct"]).is_some();
    let (all, combined) = (said(&["together", "combined", "jointly"]), said(&["combination", "pair"]));
    if !says || all.or(combined).is_none() || d.done[si].contains(&0) {
        return;
    }
    d.done[si].insert(0);
    // `in combination` stands behind
    let from = combined.filter(|at| *at < pred.verb.range.start).map_or(0, |at| at + 1);
    let parts = super::sentence::split_list(&s.words, from..pred.verb.range.start);
    let name = |part: std::ops::Range<usize>| {
        let small = |w: &&super::tag::Word| {
            !matches!(w.tag, Tag::Det | Tag::Poss) && !matches!(w.lower(), "together" | "combined" | "jointly" | "of")
        };
        let words: Vec<&str> = s.words[part].iter().filter(small).map(super::tag::Word::lower).collect();
        words.join(" ")
    };
    let names: Vec<String> = parts.into_iter().map(name).filter(|n| !n.is_empty()).collect();
    let tail = pred.range.start..pred.range.end.min(s.words.len());
    let known = |w: &str| ["unique", "distinct", "together", "combined", "jointly", "combination"].contains(&w);
    let more = tail.filter(|i| super::sentence::content(&s.words[*i])).any(|i| !known(s.words[i].lower()));
    if !more {
        alike(d, si, &names);
    }
}

/// `The same title by the same author may not be added twice.`
fn again(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    if !adds_again(s, pred) || d.done[si].contains(&0) {
        return;
    }
    let told = pred.subject.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps));
    let behind = s.words[..pred.verb.range.start].iter().enumerate().filter(|(_, w)| w.is("same"));
    let named = behind.filter_map(|(i, _)| super::chunk::noun_phrase(&s.words, i + 1));
    let mut names: Vec<String> = named.map(|np| np.name()).collect();
    names.extend(told.filter(|np| !np.range.contains(&pred.verb.range.start)).filter_map(|np| {
        let after = np.range.start >= pred.verb.range.end && np.mods.iter().any(|m| m == "same");
        after.then(|| np.name().trim_start_matches("same ").to_owned())
    }));
    d.done[si].insert(0);
    alike(d, si, &names);
}

/// Whether it says of one thing that it is not added a second time.
#[must_use]
pub fn adds_again(s: &super::sentence::Sentence, pred: &super::sentence::Pred) -> bool {
    let twice = ["twice", "more than once", "again"].iter().any(|w| s.find(w).is_some());
    let same = s.words[..pred.verb.range.start].iter().any(|w| w.is("same"));
    same && twice && pred.verb.negated && pred.verb.passive && pred.verb.class == Class::Create
}

/// No two records have all of these in common.
fn alike(d: &mut Draft, si: usize, names: &[String]) {
    let id = d.sentences[si].id;
    let all = |e: &usize| names.iter().map(|n| d.field_named(*e, n)).collect::<Option<Vec<String>>>();
    let mut known = d.focus.into_iter().chain(0..d.entities.len());
    let Some((e, fields)) = known.find_map(|e| Some((e, all(&e)?))) else { return };
    let refers = |f: &Field| matches!(f.ty, FieldType::UserReference { .. });
    let apart = fields.iter().enumerate().all(|(i, f)| !fields[..i].contains(f));
    if fields.len() < 2 || !apart || d.entities[e].entity.fields.iter().any(|f| fields.contains(&f.name) && refers(f)) {
        return;
    }
    for f in d.entities[e].entity.fields.iter_mut().filter(|f| fields.contains(&f.name)) {
        f.required = true;
    }
    let entity = d.entities[e].entity.name.clone();
    d.feature(Feature::UniqueTogether { entity, fields, over: None, clauses: vec![id] });
    d.touch(e, id);
    d.mark(si, 0..d.sentences[si].words.len());
}

/// Reads that a property, or several of them together, are of one record only.
pub fn read(d: &mut Draft, si: usize) {
    again(d, si);
    if once_each(d, si) {
        return;
    }
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return };
    let placed = takes_place(pred);
    let ([np], true) = (&pred.subject[..], pred.verb.negated && (placed || pred.preps.is_empty())) else { return };
    let share = pred.verb.base == "share";
    let same = |o: &&Np| share || o.mods.iter().any(|m| m == "same");
    let says =
        np.number == Some(2.0) && (share || placed || pred.verb.class == Class::Have) && !d.done[si].contains(&0);
    let Some(e) = d.entity_of(np).filter(|_| says && np.adjectives().all(super::lexicon::words::light)) else { return };
    // `the same date and place`: both are the same
    let told: Vec<&Np> =
        if placed { pred.preps.iter().flat_map(|pp| &pp.nps).collect() } else { pred.objects.iter().collect() };
    if !told.first().is_some_and(same) || placed && !told.iter().all(same) || s.words.iter().any(|w| w.is("or")) {
        return;
    }
    let plain = |o: &Np| Np { mods: o.mods.iter().filter(|m| *m != "same").cloned().collect(), ..o.clone() };
    // at the same time are those that overlap
    if placed && told.iter().any(|o| o.head == "time") {
        return;
    }
    let names: Option<Vec<String>> = told.iter().map(|o| d.field_of(e, &plain(o))).collect();
    let Some(names) = names else { return };
    let refers = |f: &Field| matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. });
    let id = s.id;
    if let [name] = &names[..] {
        let Some(f) = d.field_mut(e, name).filter(|f| !refers(f)) else { return };
        f.rules.push(FieldRule { rule: Rule::Unique { per_owner: false }, clauses: vec![id] });
    } else {
        for f in d.entities[e].entity.fields.iter_mut().filter(|f| names.contains(&f.name)) {
            f.required = true;
        }
        let entity = d.entities[e].entity.name.clone();
        d.feature(Feature::UniqueTogether { entity, fields: names, over: None, clauses: vec![id] });
    }
    d.touch(e, id);
    d.mark(si, 0..s.words.len());
    d.done[si].insert(0);
}

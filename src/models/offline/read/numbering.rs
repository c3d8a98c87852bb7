//! Numbers that records are given: `Every order gets a running number.`

use super::chunk::Np;
use super::data::made;
use super::draft::Draft;
use super::field::{identifier, sentence_case};
use super::lexicon::verbs::Class;
use super::sentence::Pred;
use super::tag::Tag;
use crate::models::offline::spec::{Feature, Field, FieldType, Formula};

const ITSELF: [&str; 9] = [
    "automatic",
    "automatically",
    "running",
    "consecutive",
    "consecutively",
    "continuous",
    "sequential",
    "sequentially",
    "unique",
];

/// Reads a number that the application gives to each record.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let itself = |w: &super::tag::Word| ITSELF.contains(&w.lower()) && !w.is("unique");
    let said = s.words.iter().zip(&s.aside).any(|(w, aside)| !aside && itself(w));
    let Some((pi, pred)) = s.preds.iter().enumerate().find(|(_, p)| !p.subordinate && !p.verb.negated) else { return };
    let Some((e, number)) = numbered(d, si, pi).filter(|(e, np)| said || gets(d, si, pred, *e, np.as_ref())) else {
        return;
    };
    let name = match &number {
        Some(np) => same(d, e, np),
        None => "number".to_owned(),
    };
    let kept = d.entities[e].entity.fields.iter().find(|f| f.name == name);
    // what somebody enters in another form is not given one after the other
    if kept.is_some_and(|f| !matches!(f.ty, FieldType::Integer | FieldType::Text { .. })) {
        return;
    }
    let id = s.id;
    if kept.is_none() {
        let label = sentence_case(&name.replace('_', " "));
        d.entities[e].entity.fields.push(made(&name, &label, FieldType::Integer, id));
    }
    if let Some(f) = d.field_mut(e, &name) {
        f.ty = FieldType::Integer;
        f.read_only = true;
        f.required = false;
        f.rules.clear();
        if !f.clauses.contains(&id) {
            f.clauses.push(id);
        }
    }
    let entity = d.entities[e].entity.name.clone();
    d.feature(Feature::Computed { entity, field: name, formula: Formula::RunningNumber, clauses: vec![id] });
    d.touch(e, id);
    d.focus = Some(e);
    d.mark(si, pred.verb.range.clone());
    for np in pred.subject.iter().chain(&pred.objects).chain(&number) {
        d.mark(si, np.range.clone());
    }
    let by_itself: Vec<usize> = (0..s.words.len()).filter(|i| ITSELF.contains(&s.words[*i].lower())).collect();
    d.mark_words(si, &by_itself);
    if let Some(by) = s.find("by the system").or_else(|| s.find("by the application")) {
        d.mark(si, by);
    }
    d.done[si].insert(pi);
    // `…, which nobody can change`
    for (k, p) in s.preds.iter().enumerate() {
        let nobody = p.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody")) || p.verb.passive;
        if p.subordinate && p.verb.negated && p.verb.class == Class::Update && p.objects.is_empty() && nobody {
            d.mark(si, p.range.start.saturating_sub(2)..p.verb.range.end);
            d.done[si].insert(k);
        }
    }
}

/// `Each defect gets a number.`: nobody gives it, and nobody enters one of that name.
fn gets(d: &Draft, si: usize, pred: &Pred, e: usize, number: Option<&Np>) -> bool {
    let s = &d.sentences[si];
    let ([subject], Some(number)) = (&pred.subject[..], number) else { return false };
    let each = matches!(subject.det.as_deref(), Some("each" | "every" | "all" | "any" | "a" | "an")) || subject.plural;
    let gets = matches!(pred.verb.base.as_str(), "get" | "receive") && !pred.verb.passive
        || pred.verb.passive && matches!(pred.verb.base.as_str(), "give" | "assign");
    let own = matches!(number.det.as_deref(), Some("a" | "an" | "its" | "their"));
    // a field that another sentence names is one that somebody fills in
    let name = same(d, e, number);
    let entered = d.entities[e].entity.fields.iter().any(|f| f.name == name && f.clauses.iter().any(|c| *c != s.id));
    each && gets && own && !entered && pred.verb.modal.is_none() && pred.preps.is_empty() && s.preds.len() == 1
}

/// Which record is given a number, and the phrase for the number, if there is one.
fn numbered(d: &Draft, si: usize, pi: usize) -> Option<(usize, Option<Np>)> {
    let s = &d.sentences[si];
    let pred = &s.preds[pi];
    let [subject] = &pred.subject[..] else { return None };
    let is_number = |np: &Np| np.head == "number" && np.pronoun.is_none() && !np.possessed();
    // `Invoices are numbered automatically`
    if pred.verb.passive && pred.verb.base.starts_with("number") && pred.objects.is_empty() {
        return Some((d.find(&subject.name()).or_else(|| d.find(&subject.head))?, None));
    }
    // `The number of an order is given automatically`
    let given = matches!(pred.verb.base.as_str(), "give" | "assign" | "generate" | "create" | "set");
    if is_number(subject) && pred.verb.passive && given && pred.objects.is_empty() {
        let e = match subject.of.as_deref() {
            Some(of) if !of.plural => d.find(&of.name()).or_else(|| d.find(&of.head))?,
            Some(_) => return None,
            None => subject.nouns.iter().find_map(|n| d.find(n)).or(d.focus)?,
        };
        return Some((e, Some(subject.clone())));
    }
    // `Each job gets a job number automatically`
    let gets = matches!(pred.verb.base.as_str(), "get" | "have" | "receive")
        || pred.verb.passive && matches!(pred.verb.base.as_str(), "give" | "assign");
    let [number] = &pred.objects[..] else { return None };
    let e = d.find(&subject.name()).or_else(|| d.find(&subject.head))?;
    // `a lot number` of an item that has none: a number by another name
    let name = identifier(&plain(number));
    let new = !d.entities[e].entity.fields.iter().any(|f| f.name == name && f.clauses.iter().any(|c| *c != s.id));
    let alone = new && pred.verb.base != "have" && number.adjectives().all(|a| ITSELF.contains(&a));
    let own = alone
        || number.mods.iter().all(|n| ITSELF.contains(&n.as_str()) || d.entities[e].entity.name.contains(n.as_str()));
    let bare = s.words.get(number.range.end).is_none_or(|w| !matches!(w.tag, Tag::Conj | Tag::Comma));
    (gets && is_number(number) && number.of.is_none() && own && bare).then(|| (e, Some(number.clone())))
}

/// The field of that very name, or a new one: `a consecutive number` of a report is no house number.
fn same(d: &Draft, e: usize, np: &Np) -> String {
    let name = identifier(&plain(np));
    let entity = &d.entities[e].entity;
    let whole = format!("{}_{name}", entity.name);
    let said = identifier(&np.mods.iter().map(String::as_str).chain([np.head.as_str()]).collect::<Vec<_>>().join(" "));
    let short = name.strip_prefix(&format!("{}_", entity.name));
    let is = |f: &&Field| [&name, &whole, &said].contains(&&f.name) || Some(f.name.as_str()) == short;
    entity.fields.iter().find(is).map_or(name.clone(), |f| f.name.clone())
}

/// `job number` of `a running job number`
fn plain(np: &Np) -> String {
    let nouns = np.mods.iter().map(String::as_str).filter(|n| !ITSELF.contains(n));
    nouns.chain([np.head.as_str()]).collect::<Vec<_>>().join(" ")
}

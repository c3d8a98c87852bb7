//! Lists that are written to a file: which, by whom, and in which format.

use super::answers::Asked;
use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class, words};
use super::listing::{entity, reads, take};
use super::sentence::Pred;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, Op, Scope, Who};

pub fn export(d: &mut Draft, si: usize, pred: &Pred) {
    if export_all(d, si, pred) {
        return;
    }
    let Some(e) = entity(d, si, pred) else { return };
    let s = &d.sentences[si];
    // `a list of the members`: who has an account is no record that could be written
    let listed = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let people = |np: &Np| {
        let np = np.of.as_deref().unwrap_or(np);
        d.find(&np.name()).or_else(|| d.find(&np.head)).is_none() && nouns::person(&np.head).is_some()
    };
    if let Some(np) = listed.iter().find(|np| people(np)) {
        let (id, what) = (s.id, s.quote(np.range.clone()));
        let csv: Vec<usize> = (0..s.words.len()).filter(|i| s.words[*i].is("csv")).collect();
        d.mark_words(si, &csv);
        return d.gap(id, &what, "who has an account is no record with a list that is written", true);
    }
    let more: Vec<usize> = listed.iter().filter_map(|np| d.entity_of(np)).filter(|other| *other != e).collect();
    let other = s
        .words
        .iter()
        .any(|w| matches!(w.lower(), "pdf" | "excel" | "xlsx" | "json" | "xml" | "word" | "png" | "image" | "ical"));
    let csv = s.words.iter().any(|w| w.is("csv"));
    let table = s.words.iter().any(|w| matches!(w.lower(), "excel" | "xlsx"));
    if other && !csv && !table {
        return;
    }
    if table && !csv {
        let why = "the offline engine writes CSV, which Excel opens, and no Excel files";
        d.gap(s.id, "Excel", why, false);
    }
    let name = d.entities[e].entity.name.clone();
    let only = exporters(d, si, pred);
    d.feature(Feature::Csv { entity: name, only: only.clone(), clauses: vec![s.id] });
    for other in more {
        let entity = d.entities[other].entity.name.clone();
        d.feature(Feature::Csv { entity, only: only.clone(), clauses: vec![s.id] });
        reads(d, si, pred, other);
    }
    if !csv {
        let key = format!("export:{}", d.entities[e].entity.name);
        let question = "In which format is the list exported?";
        d.ask_only(Asked { key: &key, question, default: "CSV", clauses: &[s.id] });
    }
    for p in ["as csv", "csv", "to csv", "csv file", "csv files", "csv format", "spreadsheet"] {
        d.mark_phrase(si, p);
    }
    if own(pred) {
        d.touch(e, d.sentences[si].id);
    } else {
        reads(d, si, pred, e);
    }
    take(d, si, pred);
    d.focus = Some(e);
}

/// `Cooks can export their own recipes`: which of them go into the file, and no word on which of them they see.
#[must_use]
pub fn own(pred: &Pred) -> bool {
    // a package's data is nobody's own
    let whose = |det: &str| words::possessive(det) && !matches!(det, "our" | "its");
    let theirs = |np: &Np| np.owner.is_none() && np.pronoun.is_none() && np.det.as_deref().is_some_and(whose);
    pred.verb.class == Class::Export && !pred.verb.passive && pred.objects.iter().any(theirs)
}

/// A file holds what whoever has it made sees: more than their own where they see more.
fn beyond_own(d: &mut Draft) {
    let sentences = d.sentences;
    for (s, pred) in sentences.iter().flat_map(|s| s.preds.iter().filter(|p| own(p)).map(move |p| (s, p))) {
        let Some(e) = pred.objects.iter().find_map(|np| d.entity_of(np)) else { continue };
        let whos = d.actors(pred);
        let sees = |a: &crate::models::offline::spec::Access| {
            let them = whos.contains(&a.who) || !matches!(a.who, Who::Role(_));
            them && a.scope == Scope::All && a.ops.contains(&Op::Read)
        };
        if d.entities[e].entity.access.iter().any(sees) {
            let why = format!("the file holds all {} that they see", d.entities[e].entity.label_plural.to_lowercase());
            d.gap(s.id, "their own", &why, false);
        }
    }
}

/// `Only managers can export the lamps`, `exported by guides only`: those who alone may, which is no word on who sees them.
fn exporters(d: &Draft, si: usize, pred: &Pred) -> Vec<Who> {
    let s = &d.sentences[si];
    let from = pred.subject.iter().map(|np| np.range.start).min().unwrap_or(pred.range.start).saturating_sub(1);
    let said = s.words[from..pred.range.end.min(s.words.len())].iter().any(|w| w.is("only") || w.is("alone"));
    let by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    let whos: Vec<Who> = if pred.verb.passive { by.filter_map(|np| d.who(np)).collect() } else { d.actors(pred) };
    // `can export only their own`: which, and not who
    let which = pred.objects.iter().any(|np| np.possessed() || np.owner.is_some());
    let named = said && !which && !whos.contains(&Who::Anyone) && d.has_users();
    if named { whos } else { Vec::new() }
}

/// `The list can be exported. Only managers can export it.`: one file, for those who alone may. Where another sentence names
/// others that export it, nobody does so alone.
pub fn settle(d: &mut Draft) {
    beyond_own(d);
    let sentences = d.sentences;
    for e in 0..d.entities.len() {
        let name = d.entities[e].entity.name.clone();
        let mut alone: Vec<(Vec<Who>, Vec<ClauseId>)> = Vec::new();
        let mut told: Vec<Who> = Vec::new();
        for f in &d.features {
            let Feature::Csv { entity, only, clauses } = f else { continue };
            if *entity == name && !only.is_empty() {
                alone.push((only.clone(), clauses.clone()));
            } else if *entity == name {
                let said = sentences.iter().filter(|s| clauses.contains(&s.id)).flat_map(|s| &s.preds);
                told.extend(
                    said.filter(|p| p.verb.class == Class::Export && !p.verb.passive).flat_map(|p| d.actors(p)),
                );
            }
        }
        let Some((only, _)) = alone.first().cloned() else { continue };
        let others = told.iter().any(|who| !only.contains(who)) || alone.iter().any(|(whos, _)| *whos != only);
        for id in alone.iter().filter(|_| others).flat_map(|(_, ids)| ids) {
            d.gap(*id, "only", "another sentence names others that export it", false);
        }
        for f in &mut d.features {
            if let Feature::Csv { entity, only: whos, .. } = f
                && *entity == name
            {
                *whos = if others { Vec::new() } else { only.clone() };
            }
        }
    }
}

/// `All data can be exported as CSV.`, `Every list can be exported.`: the list of each kind of record.
fn export_all(d: &mut Draft, si: usize, pred: &Pred) -> bool {
    let s = &d.sentences[si];
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let [np] = &phrases[..] else { return false };
    let lead = s.words[np.range.clone()].first().is_some_and(|w| matches!(w.lower(), "all" | "every" | "each" | "any"));
    let whole =
        matches!(np.head.as_str(), "data" | "list" | "record" | "table") && np.mods.is_empty() && np.of.is_none();
    let said = s.words.iter().any(|w| matches!(w.lower(), "pdf" | "excel" | "xlsx" | "json" | "xml" | "word"));
    if !lead
        || !whole
        || said
        || pred.verb.negated
        || d.find(&np.head).is_some()
        || !pred.subject.iter().all(|x| x == np || d.who(x).is_some())
    {
        return false;
    }
    let id = s.id;
    let whos = if pred.verb.passive { Vec::new() } else { d.actors(pred) };
    for e in 0..d.entities.len() {
        let name = d.entities[e].entity.name.clone();
        d.feature(Feature::Csv { entity: name, only: Vec::new(), clauses: vec![id] });
        d.touch(e, id);
        for who in &whos {
            d.allow(e, who.clone(), &[Op::Read], Scope::All, id);
        }
    }
    if np.head != "list" && np.head != "table" && d.has_users() {
        let why = "who has an account is not written with the lists of the records";
        d.gap(id, &s.quote(np.range.clone()), why, false);
    }
    if !s.words.iter().any(|w| w.is("csv")) {
        let question = "In which format are the lists exported?";
        d.ask_only(Asked { key: "export:all", question, default: "CSV", clauses: &[id] });
    }
    for p in ["as csv", "to csv", "as a csv file", "as csv files", "in csv format"] {
        d.mark_phrase(si, p);
    }
    d.mark(si, np.range.clone());
    take(d, si, pred);
    d.done[si].extend(0..s.preds.len());
    true
}

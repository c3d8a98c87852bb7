//! Deciding, moving a record into a state, cancelling it.

use super::answers::{Asked, all_of};
use super::draft::{Draft, Moved, Reserved};
use super::field;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::rules::names;
use super::sentence::Pred;
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, FieldType, Op, Scope, Transition, Who};

/// `The board approves or rejects a quote above 500 euros; below that the caretaker does.`
pub fn decide(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    // all decisions in a row with the same object
    let mut group = vec![pi];
    for (k, p) in s.preds.iter().enumerate().skip(pi + 1) {
        let joined = p.verb.class == Class::Decide
            && p.verb.range.start > 0
            && matches!(s.words[p.verb.range.start - 1].tag, Tag::Conj | Tag::Comma)
            && s.preds[k - 1].objects == p.objects;
        if !joined {
            break;
        }
        group.push(k);
    }
    let last = &s.preds[*group.last().unwrap_or(&pi)];
    let objects = if pred.verb.passive { pred.subject.clone() } else { last.objects.clone() };
    let Some(target) = objects.iter().find(|np| d.entity_of(np).is_some()) else { return };
    let Some(e) = d.entity_of(target) else { return };
    let alias = matches!(target.head.as_str(), "entry" | "record");
    if d.find(&target.name()).is_none() && d.find(&target.head).is_none() && target.pronoun.is_none() && !alias {
        return;
    }
    let values: Vec<String> = group.iter().map(|k| verbs::state_of(&s.preds[*k].verb.base)).collect();
    let mut whos = if pred.verb.passive { agents_by(d, last) } else { d.actors(pred) };
    // what nobody may gives nobody a right, but those who are left out of it
    if group.iter().any(|k| s.preds[*k].verb.negated) {
        let Some(but) = super::nobody::but_for(d, s, pred) else { return };
        whos = but;
    }
    if whos.is_empty() && told_elsewhere(d, si, pred) {
        return;
    }
    // `confirmed by the opponent`, where that is a name that somebody wrote down
    if whos.is_empty() && pred.verb.passive && by_a_property(d, last, e) {
        return d.gap(s.id, &s.text, "the offline engine knows nobody by a property that is a text", true);
    }
    if of_a_list(pred, &whos) || whos.is_empty() && somebody_unknown(d, pred) {
        return;
    }
    if whos.is_empty() {
        whos = somebody(d, pred, e, s.id);
    }
    let initial = if matches!(
        values[0].as_str(),
        "approved" | "accepted" | "confirmed" | "rejected" | "declined" | "denied" | "verified" | "published"
    ) {
        "pending"
    } else {
        "open"
    };
    let field = d.ensure_status(e, &values, Some(initial), s.id);
    let entity = d.entities[e].entity.name.clone();
    let above =
        s.words.iter().position(|w| matches!(w.lower(), "above" | "over" | "exceeding") || w.is("than")).filter(|i| {
            s.words.get(i + 1).and_then(|w| w.token.value).is_some()
                || s.words.get(i + 1).is_some_and(|w| matches!(w.lower(), "€" | "$" | "£"))
        });
    if let Some(a) = above
        && let Some(limit) = s.words[a..].iter().find_map(|w| w.token.value)
        && let Some(below) = other_actor(d, si, &whos)
        && let Some(amount) = d.entities[e]
            .entity
            .fields
            .iter()
            .find(|f| matches!(f.ty, FieldType::Decimal { .. } | FieldType::Integer))
            .map(|f| f.name.clone())
    {
        d.feature(Feature::Threshold {
            entity,
            field: field.clone(),
            values,
            amount,
            limit,
            above: whos[0].clone(),
            below: below.clone(),
            clauses: vec![s.id],
        });
        for who in whos.iter().chain([&below]) {
            d.allow(e, who.clone(), &[Op::Read], Scope::All, s.id);
            d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(&field), s.id);
        }
        d.mark(si, 0..s.words.len());
        for k in 0..s.preds.len() {
            d.done[si].insert(k);
        }
        d.focus = Some(e);
        return;
    }
    let from = target.adjectives().map(str::to_owned).collect();
    let (to, who) = (values.clone(), whos.clone());
    d.moves.push(Moved { entity: e, field: field.clone(), from, to, who, clause: s.id });
    // `reopened by the teacher who reported it`
    let made = || (d.has_users() && super::scopes::made_it(s, last)).then_some(Scope::Own);
    let scope_of = |who: &Who| {
        let held = super::holders::scope(d, &super::scopes::as_if_alone(d, pred, who), e);
        held.or_else(made).unwrap_or(Scope::All)
    };
    let scopes: Vec<Scope> = whos.iter().map(scope_of).collect();
    let scope = scopes.iter().find(|scope| **scope == Scope::All).or(scopes.first()).cloned().unwrap_or(Scope::All);
    d.entities[e].entity.owned |= scopes.contains(&Scope::Own);
    for (who, scope) in whos.iter().zip(scopes) {
        d.allow_fields(e, who.clone(), &[Op::Update], scope.clone(), std::slice::from_ref(&field), s.id);
        // what one decides on of one's own says nothing of what one sees
        if scope != Scope::Own {
            d.allow(e, who.clone(), &[Op::Read], scope.clone(), s.id);
        }
    }
    if d.has_users() && scope == Scope::All {
        merge_guard(d, &entity, &field, &whos, s.id);
    }
    // `Only the tester who reported a bug can close it`
    let lead = pred.subject.first().map_or(0..0, |np| np.range.start.saturating_sub(1)..np.head_at);
    let only = pred.only || s.words[lead].iter().any(|w| w.is("only"));
    if d.has_users() && scope == Scope::Own && only {
        let (field, who) = (field.clone(), whos.clone());
        d.reserved.push(Reserved { entity: e, field, values, who, clause: s.id });
    }
    d.touch(e, s.id);
    for k in group {
        d.mark_verb(si, &s.preds[k]);
        d.done[si].insert(k);
    }
    for np in
        pred.subject.iter().chain([target]).chain(last.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps))
    {
        d.mark_np(si, np);
    }
    d.focus = Some(e);
}

/// `Past duties are hidden by default`, `Paid expenses are hidden from players`: what a list shows, and no state.
fn of_a_list(pred: &Pred, whos: &[Who]) -> bool {
    let shows = |pp: &super::sentence::Pp| matches!(pp.prep.as_str(), "from" | "with" | "in" | "on" | "behind");
    matches!(pred.verb.base.as_str(), "hide" | "unhide") && (whos.is_empty() || pred.preps.iter().any(shows))
}

/// `only when they are approved`, where another sentence says who approves them: when, and no word on who.
fn told_elsewhere(d: &Draft, si: usize, pred: &Pred) -> bool {
    let tells = |p: &Pred| {
        let whos = if p.verb.passive { agents_by(d, p) } else { d.actors(p) };
        p.verb.base == pred.verb.base && !p.subordinate && !p.verb.negated && !whos.is_empty()
    };
    let others = d.sentences.iter().enumerate().filter(|(i, s)| *i != si && !s.heading);
    pred.subordinate && pred.verb.passive && others.flat_map(|(_, s)| &s.preds).any(tells)
}

/// A subject is named, and the text does not make it a person: nobody gets a right on a guess.
pub fn somebody_unknown(d: &Draft, pred: &Pred) -> bool {
    !pred.verb.passive
        && pred.subject.iter().any(|np| np.pronoun.is_none() && !np.head.is_empty() && d.who(np).is_none())
}

/// `The request is then closed.`: by whom the text does not say.
fn somebody(d: &mut Draft, pred: &Pred, e: usize, id: ClauseId) -> Vec<Who> {
    let default = d.keepers().first().cloned().filter(|_| pred.verb.passive).unwrap_or_else(|| d.ordinary());
    if !pred.verb.passive || !d.has_users() {
        return vec![default];
    }
    let entity = d.entities[e].entity.label.to_lowercase();
    let (key, word) = (format!("decide:{}", d.entities[e].entity.name), d.word_for(&default));
    let question = format!("Who changes the state of {}?", super::readings::a(&entity));
    let asked = Asked { key: &key, question: &question, default: &word, clauses: &[id] };
    d.ask_who(asked, all_of(vec![default])).into_iter().map(|h| h.who).collect()
}

pub fn agents_by(d: &Draft, pred: &Pred) -> Vec<Who> {
    pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps).filter_map(|np| d.who(np)).collect()
}

/// Whether whoever does it is only named by a property of the record.
fn by_a_property(d: &Draft, pred: &Pred, e: usize) -> bool {
    let by = pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
    let text = |np: &super::chunk::Np| {
        let named = d.entities[e].entity.fields.iter().find(|f| f.name == np.head);
        named.is_some_and(|f| matches!(f.ty, FieldType::Text { .. }))
    };
    by.into_iter().any(text)
}

/// A second role in the sentence: who decides below the limit.
fn other_actor(d: &Draft, si: usize, not: &[Who]) -> Option<Who> {
    d.sentences[si]
        .preds
        .iter()
        .flat_map(|p| p.subject.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)))
        .filter_map(|np| d.who(np))
        .find(|w| !not.contains(w) && *w != Who::Anyone)
}

pub fn merge_guard(d: &mut Draft, entity: &str, field: &str, whos: &[Who], id: ClauseId) {
    for f in &mut d.features {
        if let Feature::FieldGuard { entity: e, field: n, who, clauses } = f
            && e == entity
            && n == field
        {
            for w in whos {
                if !who.contains(w) {
                    who.push(w.clone());
                }
            }
            if !clauses.contains(&id) {
                clauses.push(id);
            }
            return;
        }
    }
    d.feature(Feature::FieldGuard {
        entity: entity.into(),
        field: field.into(),
        who: whos.to_vec(),
        clauses: vec![id],
    });
}

/// `A solved fault can be reopened by the teacher`, where the steps that the text lists lead to no such state: one more step, if
/// the sentence says where it begins; nobody's right, if not.
pub fn reached(d: &mut Draft) {
    for Moved { entity, field, from, to, who, clause } in d.moves.clone() {
        let name = d.entities[entity].entity.name.clone();
        let known = d.entities[entity].entity.fields.iter().find(|f| f.name == field).map(|f| f.ty.clone());
        let Some(FieldType::Choice { values }) = known else { continue };
        let from: Vec<String> = from.into_iter().filter(|v| values.contains(v)).collect();
        let steps = d.features.iter_mut().find_map(|f| match f {
            Feature::Workflow { entity: e, field: g, transitions, .. } if *e == name && *g == field => {
                Some(transitions)
            }
            _ => None,
        });
        let Some(steps) = steps.filter(|steps| !steps.is_empty()) else { continue };
        let out: Vec<String> = to.into_iter().filter(|v| !steps.iter().any(|step| step.to == *v)).collect();
        if out.is_empty() {
            continue;
        }
        if !from.is_empty() {
            steps.extend(out.into_iter().map(|to| Transition { from: from.clone(), to, who: who.clone() }));
            continue;
        }
        d.gap(clause, &out.join(", "), "the steps that another sentence lists do not lead there", false);
        let only = [field.clone()];
        d.entities[entity].entity.access.retain(|a| a.only_fields != only || a.clauses != [clause]);
    }
}

/// A guard that keeps nobody from anything goes: where nobody else may add or change the records, the rights say it all.
pub fn needless(d: &mut Draft) {
    let entities = &d.entities;
    let reaches = |e: &str, name: &String, who: &[Who]| {
        let Some(e) = entities.iter().find(|x| x.entity.name == e) else { return true };
        let writes = |a: &&Access| {
            let field = a.only_fields.is_empty() || a.only_fields.contains(name);
            a.ops.contains(&Op::Create) || a.ops.contains(&Op::Update) && field
        };
        e.entity.access.iter().filter(writes).any(|a| !who.contains(&a.who))
    };
    let told = |e: &str, id: &ClauseId| {
        let of = |x: &&super::draft::EntityDraft| x.entity.name == e;
        entities.iter().find(of).is_some_and(|x| x.entity.access.iter().any(|a| a.clauses.contains(id)))
    };
    d.features.retain(|f| match f {
        Feature::FieldGuard { entity, field, who, clauses } => {
            reaches(entity, field, who) || !clauses.iter().all(|id| told(entity, id))
        }
        _ => true,
    });
}

/// `mark tasks as done`, `change the status of an order`
pub fn marks_state(d: &Draft, pred: &Pred) -> bool {
    let object_state = pred.objects.iter().any(|np| matches!(np.head.as_str(), "status" | "state"))
        && !pred.objects.iter().any(|np| np.head == "status" && d.find("status").is_some());
    let as_state = matches!(pred.verb.base.as_str(), "mark" | "label" | "set" | "complete")
        && (pred.preps.iter().any(|pp| pp.prep == "as") || pred.verb.base == "complete");
    (object_state || as_state) && pred.verb.class == Class::Update || sets_to(pred)
}

/// `sets it to in progress`, `is set to done by the clerk`: a state, not a new record.
#[must_use]
pub fn sets_to(pred: &Pred) -> bool {
    let told = |prep: &str| pred.preps.iter().any(|pp| pp.prep == prep);
    matches!(pred.verb.base.as_str(), "set" | "move" | "put" | "switch" | "turn")
        && (!pred.objects.is_empty() || pred.verb.passive && !pred.subject.is_empty() && told("by"))
        && told("to")
}

/// `Only the caretaker changes this.` `mark a task as done`
pub fn guard(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let objects = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    let mut whos = if pred.verb.passive { agents_by(d, pred) } else { d.actors(pred) };
    let mut only = pred.only || super::only::alone(d, si, pred) || super::only::none_but(s, pred);
    if pred.verb.negated {
        let Some(but) = super::nobody::but_for(d, s, pred) else { return };
        (whos, only) = (but, true);
    }
    if whos.is_empty() && (somebody_unknown(d, pred) || super::parts::left_open(d, s, pred)) {
        return;
    }
    let Some(np) = objects.first() else { return };
    // `Only the assignee may …`: whom each record names, and no group of people
    let named = |x: &super::chunk::Np| {
        let e = d.entity_of(np).or(d.focus);
        e.is_some_and(|e| d.entities[e].entity.fields.iter().any(|f| f.name == x.head && f.name != "name"))
    };
    if !pred.verb.passive && pred.subject.iter().any(named) {
        let what = s.text.clone();
        return d.gap(s.id, &what, "the offline engine knows nobody by a property that is a text", true);
    }
    let state_word = matches!(np.head.as_str(), "status" | "state");
    let pronoun = matches!(np.pronoun.as_deref(), Some("this" | "that"))
        || np.pronoun.as_deref() == Some("it") && super::decisions::sets_to(pred);
    let Some(e) = d.entity_of(np).or(if state_word || pronoun { d.focus } else { None }) else { return };
    // `to mended by the cobbler and to picked up by the clerk`: who sets it to which is more than one rule
    if pred.verb.passive && pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "as" | "to")).count() > 1 {
        return;
    }
    if whos.is_empty() {
        whos = somebody(d, pred, e, s.id);
    }
    // a state the record is put into
    let to = pred.preps.iter().find(|pp| matches!(pp.prep.as_str(), "as" | "to"));
    let mut values: Vec<String> = Vec::new();
    if let Some(pp) = to {
        let stop = (pp.at + 1..pred.range.end)
            .find(|i| {
                s.aside[*i]
                    || matches!(s.words[*i].tag, Tag::Sub | Tag::Stop | Tag::Rel)
                    || s.words[*i].is("with")
                    || s.words[*i].is("only")
                    || pred.verb.passive && s.words[*i].is("by")
                    || s.words[*i].tag == Tag::Comma && s.words.get(*i + 1).is_some_and(|w| w.is("with"))
            })
            .unwrap_or(pred.range.end);
        values = field::choice_values(s, pp.at + 1..stop).into_iter().filter(|v| v.split(' ').count() <= 3).collect();
    }
    if pred.verb.base == "complete" {
        values = vec!["done".into()];
    }
    let field = if state_word || pronoun || !values.is_empty() {
        if d.status(e).is_none() && values.is_empty() && !state_word {
            return;
        }
        d.ensure_status(e, &values, Some("open"), s.id)
    } else {
        match d.field_of(e, np).filter(|_| nouns::property(&np.head).is_some()) {
            Some(f) => f,
            None => return,
        }
    };
    let entity = d.entities[e].entity.name.clone();
    let scope = if np.possessed() && d.has_users() { own_scope(d, e, &whos) } else { Scope::All };
    for who in &whos {
        // `Both the poster and the helper can …`: the one of theirs, the other of all
        let held = super::holders::scope(d, &super::scopes::as_if_alone(d, pred, who), e);
        let scope = held.unwrap_or_else(|| scope.clone());
        d.allow_fields(e, who.clone(), &[Op::Update], scope.clone(), std::slice::from_ref(&field), s.id);
    }
    if d.has_users() && (only || whos.iter().all(|w| *w != d.ordinary())) {
        merge_guard(d, &entity, &field, &whos, s.id);
    }
    let from = np.adjectives().map(str::to_owned).collect();
    let (set, who) = (values.clone(), whos.clone());
    d.moves.push(Moved { entity: e, field: field.clone(), from, to: set, who, clause: s.id });
    if only && !values.is_empty() && d.has_users() {
        let (field, values, who) = (field.clone(), values.clone(), whos.clone());
        d.reserved.push(Reserved { entity: e, field, values, who, clause: s.id });
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    for n in pred.subject.iter().chain(&objects) {
        d.mark_np(si, n);
        if s.words.get(n.range.start.wrapping_sub(1)).is_some_and(|w| w.is("only")) {
            d.mark(si, n.range.start - 1..n.range.start);
        }
    }
    if let Some(pp) = to.filter(|_| !values.is_empty()) {
        let named = values.join(" ");
        let upto = (pp.at + 1..pred.range.end)
            .take_while(|i| !s.words[*i].is("with") && !s.aside[*i])
            .filter(|i| named.contains(s.words[*i].lower()))
            .last()
            .map_or(pp.at + 1, |i| i + 1);
        d.mark(si, pp.at..upto);
    }
    super::only::mark_alone(d, si, pred);
    d.focus = Some(e);
    d.done[si].insert(pi);
}

/// Somebody's own: what names them, else what they added.
fn own_scope(d: &Draft, e: usize, whos: &[Who]) -> Scope {
    let roles: Vec<String> =
        whos.iter().filter_map(|w| if let Who::Role(r) = w { Some(r.clone()) } else { None }).collect();
    names(d, e, &roles).map_or(Scope::Own, |field| Scope::AssignedTo { field })
}

/// Cancelling keeps the record and changes its state.
pub fn cancel(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    if pred.verb.negated {
        return;
    }
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let Some(np) = objects.iter().find(|np| d.entity_of(np).is_some()) else { return };
    let Some(e) = d.entity_of(np) else { return };
    let mut whos = if pred.verb.passive { agents_by(d, pred) } else { d.actors(pred) };
    if whos.is_empty() && somebody_unknown(d, pred) {
        return;
    }
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    let field = d.ensure_status(e, &["cancelled".into()], Some("active"), s.id);
    let scope = if np.possessed() && np.det.as_deref().is_some_and(words::possessive) && d.has_users() {
        own_scope(d, e, &whos)
    } else {
        Scope::All
    };
    for who in whos {
        d.allow_fields(e, who, &[Op::Update], scope.clone(), std::slice::from_ref(&field), s.id);
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    for n in pred.subject.iter().chain([np]) {
        d.mark_np(si, n);
    }
    d.focus = Some(e);
    d.done[si].insert(pi);
}

//! The states of a record: which follows which, and in which of them it stays as it is.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::verbs::{self, Class};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Transition};

/// Reads the states of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    if !path(d, si) && !locked(d, si) {
        only_while(d, si);
    }
}

/// `An issue goes from open to in progress and from there to done.`
fn path(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some(pi) = s.preds.iter().position(|p| {
        matches!(p.verb.base.as_str(), "go" | "move" | "pass" | "change")
            && !p.verb.negated
            && !p.subordinate
            && p.preps.iter().any(|pp| pp.prep == "from")
    }) else {
        return false;
    };
    let pred = &s.preds[pi];
    let person = pred.subject.iter().any(|np| d.role(np).is_some());
    // `Staff change the status from new to done`
    let state = pred.objects.iter().find(|np| matches!(np.head.as_str(), "status" | "state"));
    let found = if person {
        state.and_then(|np| d.entity_of(np).or(d.focus))
    } else {
        pred.subject.iter().chain(&pred.objects).find_map(|np| d.entity_of(np))
    };
    let Some(e) = found else { return false };
    let Some(from) = (pred.verb.range.end..s.words.len()).find(|i| s.words[*i].is("from")) else { return false };
    let to = (from..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    let (states, moves) = steps(&s.words[from..to]);
    let plain = states.len() >= 2 && states.len() <= 8 && states.iter().all(|v| v.split(' ').count() <= 3);
    let known: Vec<String> = values(d, e);
    if !plain || !known.is_empty() && states.iter().any(|v| !known.contains(v)) {
        return false;
    }
    let field = d.ensure_status(e, &states, states.first().map(String::as_str), s.id);
    if let Some(f) = d.field_mut(e, &field) {
        f.default = states.first().cloned();
    }
    let transitions =
        moves.into_iter().map(|(old, new)| Transition { from: vec![old], to: new, who: Vec::new() }).collect();
    let entity = d.entities[e].entity.name.clone();
    let whos = if person { d.actors(pred) } else { Vec::new() };
    for who in &whos {
        d.allow_fields(e, who.clone(), &[Op::Update], Scope::All, std::slice::from_ref(&field), s.id);
    }
    if d.has_users() && !whos.is_empty() && whos.iter().all(|w| *w != d.ordinary()) {
        super::decisions::merge_guard(d, &entity, &field, &whos, s.id);
    }
    d.feature(Feature::Workflow { entity, field, initial: states[0].clone(), transitions, clauses: vec![s.id] });
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..to);
    d.done[si].insert(pi);
    true
}

/// `Paid invoices are locked.`, `A closed case is frozen.`: it stays as it is.
fn locked(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let [pred] = &s.preds[..] else { return false };
    let says = pred.verb.passive && matches!(pred.verb.base.as_str(), "lock" | "freeze") && pred.preps.is_empty();
    let ([np], true) = (&pred.subject[..], says && !pred.verb.negated && pred.verb.modal.is_none()) else {
        return false;
    };
    let Some(e) = d.find(&np.name()).or_else(|| d.find(&np.head)) else { return false };
    let known = values(d, e);
    let states: Vec<String> = np.adjectives().map(str::to_owned).collect();
    let Some(field) = d.status(e).filter(|_| !states.is_empty() && states.iter().all(|v| known.contains(v))) else {
        return false;
    };
    let (entity, id) = (d.entities[e].entity.name.clone(), s.id);
    for op in [Op::Update, Op::Delete] {
        let (entity, field, values) = (entity.clone(), field.clone(), states.clone());
        d.feature(Feature::Locked { entity, op, field, values, only: Vec::new(), clauses: vec![id] });
    }
    d.touch(e, id);
    d.mark(si, np.range.clone());
    d.mark_verb(si, pred);
    d.done[si].insert(0);
    true
}

/// The states in the order of the text, and the steps between them: `from open to paid, from paid to closed or back to open`.
fn steps(words: &[super::tag::Word]) -> (Vec<String>, Vec<(String, String)>) {
    let mut states: Vec<String> = Vec::new();
    let mut moves: Vec<(String, String)> = Vec::new();
    let (mut from, mut current): (Option<String>, Option<String>) = (None, None);
    let mut joint = "from";
    let mut word: Vec<&str> = Vec::new();
    for w in words.iter().map(Some).chain([None]) {
        let text = w.map_or("", super::tag::Word::lower);
        let between = w.is_none_or(|w| {
            matches!(
                w.lower(),
                "from" | "to" | "then" | "and" | "finally" | "there" | "later" | "or" | "next" | "via" | "back"
            ) || w.tag == Tag::Comma
        });
        if !between {
            word.push(text);
            continue;
        }
        if !word.is_empty() {
            let state = word.join(" ");
            word.clear();
            if !states.contains(&state) {
                states.push(state.clone());
            }
            let origin = match joint {
                "from" => None,
                "or" => from.clone(),
                _ => current.clone(),
            };
            if let Some(origin) = origin.filter(|o| *o != state) {
                from = Some(origin.clone());
                let step = (origin, state.clone());
                if !moves.contains(&step) {
                    moves.push(step);
                }
            }
            current = Some(state);
        }
        match text {
            "from" => joint = "from",
            // `and from there to done` goes on from where it was
            "there" => joint = "to",
            "or" => joint = "or",
            "to" | "then" | "finally" | "next" if joint != "or" => joint = "to",
            _ => {}
        }
    }
    (states, moves)
}

/// `Once approved, a request cannot be withdrawn`, `Residents cannot edit an application once submitted`: the state
/// without a verb.
fn reduced(d: &mut Draft, si: usize, e: usize, known: &[String], acts: &[&Pred]) -> bool {
    let s = &d.sentences[si];
    let lead = s.words.iter().position(|w| matches!(w.lower(), "once" | "when" | "after" | "while" | "if"));
    let Some((lead, state)) = lead.and_then(|l| s.words.get(l + 1).map(|w| (l, w.lower().to_owned()))) else {
        return false;
    };
    let ends = s.words.get(lead + 2).is_none_or(|w| matches!(w.tag, Tag::Comma | Tag::Stop));
    let bans = acts.iter().all(|p| p.verb.negated);
    let Some(field) = d.status(e).filter(|_| ends && bans && known.contains(&state)) else { return false };
    let entity = d.entities[e].entity.name.clone();
    for p in acts {
        let op = if p.verb.class == Class::Update { Op::Update } else { Op::Delete };
        d.feature(Feature::Locked {
            entity: entity.clone(),
            op,
            field: field.clone(),
            values: vec![state.clone()],
            only: Vec::new(),
            clauses: vec![s.id],
        });
    }
    d.touch(e, s.id);
    d.mark(si, lead..lead + 2);
    for (pi, p) in s.preds.iter().enumerate().filter(|(_, p)| acts.iter().any(|a| a.range == p.range)) {
        d.mark_verb(si, p);
        // `by the resident`: nobody may, so that one neither
        let by = p.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
        for np in p.subject.iter().chain(&p.objects).chain(by) {
            d.mark_np(si, np);
        }
        d.done[si].insert(pi);
    }
    true
}

/// The states of a record.
#[must_use]
pub fn values(d: &Draft, e: usize) -> Vec<String> {
    let Some(field) = d.status(e) else { return Vec::new() };
    match d.entities[e].entity.fields.iter().find(|f| f.name == field).map(|f| &f.ty) {
        Some(FieldType::Choice { values }) => values.clone(),
        _ => Vec::new(),
    }
}

/// The states that stand before a thing: `open` and `quoted` of `open and quoted repairs`.
#[must_use]
pub fn before(d: &Draft, np: &Np, e: usize) -> Vec<String> {
    let known = values(d, e);
    // `caught` of `caught swarms` is a noun to whoever does not know the verb
    np.mods.iter().map(|word| word.replace(' ', "_")).filter(|word| known.contains(word)).collect()
}

/// The state a clause such as `it is approved`, `it has been reviewed` names, and whether it is denied.
fn state_in(s: &Sentence, pred: &Pred, known: &[String]) -> Option<(String, bool)> {
    let words = &s.words[pred.range.clone()];
    let found = known
        .iter()
        .find(|v| {
            words.iter().any(|w| w.is(v))
                || v.contains(' ') && s.quote(pred.range.clone()).to_lowercase().contains(v.as_str())
        })
        .cloned()
        .or_else(|| pred.verb.passive.then(|| verbs::state_of(&pred.verb.base)).filter(|v| known.contains(v)))?;
    let negated = pred.verb.negated || words.iter().any(|w| w.is("not"));
    Some((found, negated))
}

/// `until the warden has approved it`: as `until it is approved`, where another sentence says that it is the warden who approves.
#[must_use]
pub fn has_done(all: &[Sentence], s: &Sentence, pred: &Pred) -> bool {
    let [who] = &pred.subject[..] else { return false };
    let perfect = s.words[pred.verb.range.clone()].iter().any(|w| w.is("has") || w.is("have"));
    let does = |p: &Pred| {
        let by = p.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
        let mut whos: Box<dyn Iterator<Item = &Np>> =
            if p.verb.passive { Box::new(by) } else { Box::new(p.subject.iter()) };
        p.verb.base == pred.verb.base && !p.verb.negated && whos.any(|np| np.name() == who.name())
    };
    let others = all.iter().filter(|x| x.id != s.id && !x.heading).flat_map(|x| &x.preds);
    perfect && !pred.verb.passive && !pred.objects.is_empty() && others.into_iter().any(does)
}

/// `can be changed only as long as it is submitted`, `edit my talk until it is approved`, `cannot be changed once it is paid`,
/// `a repair that is done cannot be changed any more`
fn only_while(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let acts: Vec<&Pred> =
        s.preds.iter().filter(|p| !p.subordinate && matches!(p.verb.class, Class::Update | Class::Delete)).collect();
    let Some(first) = acts.first() else { return };
    let targets: Vec<&Np> = acts.iter().flat_map(|p| if p.verb.passive { &p.subject } else { &p.objects }).collect();
    // `Once an invoice is paid it can no longer be changed`: named in the condition
    let ahead = s.preds.iter().filter(|p| p.range.start < first.range.start).flat_map(|p| &p.subject);
    let named = targets.iter().copied().chain(ahead).filter(|np| np.pronoun.is_none()).find_map(|np| d.entity_of(np));
    let Some(e) = named.or_else(|| targets.iter().find_map(|np| d.entity_of(np))) else { return };
    let known = values(d, e);
    if reduced(d, si, e, &known, &acts) {
        return;
    }
    let Some((k, when)) = s.preds.iter().enumerate().find(|(_, p)| {
        p.range.start != first.range.start
            && (p.subordinate || s.words[..p.range.start].iter().any(|w| w.is("until")))
            && state_in(s, p, &known).is_some()
    }) else {
        return;
    };
    let it = |np: &Np| np.pronoun.is_some() || d.entity_of(np) == Some(e);
    let about = when.subject.iter().all(it) || has_done(d.sentences, s, when) && when.objects.iter().all(it);
    let Some((state, denied)) = state_in(s, when, &known).filter(|_| about) else { return };
    // `an order that is paid`, and no other order
    let relative = when.verb.range.start.checked_sub(1).filter(|i| {
        s.words[*i].tag == Tag::Rel
            && matches!(s.words[*i].lower(), "that" | "which")
            && when.subject.iter().any(|np| np.range.end == *i && d.entity_of(np) == Some(e))
    });
    let lead = relative.or_else(|| {
        (0..when.verb.range.start)
            .rev()
            .find(|i| matches!(s.words[*i].lower(), "while" | "until" | "if" | "when" | "once" | "after" | "unless"))
    });
    let Some(lead) = lead else { return };
    // `marks it done when it is finished` tells what is done, and bans nothing
    let may = first.verb.modal.is_some() || s.words.iter().any(|w| w.is("only"));
    if !may && !first.verb.negated && s.words[lead].is("when") {
        return;
    }
    let rest = || known.iter().filter(|v| **v != state).cloned().collect::<Vec<_>>();
    let locked: Vec<String> = match (s.words[lead].lower(), first.verb.negated, denied) {
        ("while" | "if" | "when", false, false) => rest(),
        ("while" | "if" | "when", false, true) => vec![state.clone()],
        ("until", false, false) => {
            let at = known.iter().position(|v| *v == state).unwrap_or(0);
            known[at..].to_vec()
        }
        ("unless", false, false) | ("once" | "after" | "when" | "if" | "while" | "that" | "which", true, false) => {
            vec![state.clone()]
        }
        ("that" | "which", true, true) => rest(),
        _ => return,
    };
    let Some(field) = d.status(e).filter(|_| !locked.is_empty() && locked.len() < known.len()) else { return };
    let mut ops: Vec<Op> = Vec::new();
    for p in &acts {
        let op = if p.verb.class == Class::Update { Op::Update } else { Op::Delete };
        if !ops.contains(&op) {
            ops.push(op);
        }
    }
    let entity = d.entities[e].entity.name.clone();
    for op in ops {
        d.feature(Feature::Locked {
            entity: entity.clone(),
            op,
            field: field.clone(),
            values: locked.clone(),
            only: Vec::new(),
            clauses: vec![s.id],
        });
    }
    d.touch(e, s.id);
    d.mark(si, lead..when.range.end);
    if s.words.get(lead.wrapping_sub(1)).is_some_and(|w| w.is("only")) {
        d.mark(si, lead - 1..lead);
    }
    d.done[si].insert(k);
    if first.verb.negated {
        for (pi, p) in s.preds.iter().enumerate() {
            if acts.iter().any(|a| a.range == p.range) {
                d.mark_verb(si, p);
                // `by anyone`: nobody may, so that one neither
                let by = p.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps);
                for np in p.subject.iter().chain(&p.objects).chain(by) {
                    d.mark_np(si, np);
                }
                d.done[si].insert(pi);
            }
        }
    }
}

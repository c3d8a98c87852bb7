//! States that a text speaks of and lists nowhere: `An order that is delivered cannot be changed any more.`

use super::answers::{Asked, Holder, all_of};
use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{
    verbs::{self, Class, Form},
    words,
};
use super::sentence::Pred;
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, FieldType, Op, Scope, Who};

/// Gives what a sentence locks in some state that state, where nothing else does, and reads the lock again. Runs when
/// all other sentences have been read: the states of a record may be named behind what they lock.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    // `Members can change an entry until it is signed. The leader signs an entry.`: the state is told of later
    let later = |p: &Pred| {
        let done = p.verb.passive || super::lifecycle::has_done(d.sentences, s, p);
        p.subordinate && done && s.words[..p.verb.range.start].iter().any(|w| w.is("until") || w.is("unless"))
    };
    if s.preds.iter().enumerate().any(|(pi, p)| later(p) && !d.done[si].contains(&pi)) {
        super::lifecycle::read(d, si);
    }
    let bans = |p: &Pred| !p.subordinate && p.verb.negated && matches!(p.verb.class, Class::Update | Class::Delete);
    let Some(ban) = s.preds.iter().position(bans).filter(|pi| !d.done[si].contains(pi)) else { return };
    // `that has been ordered`: there are orders, and no state tells of them
    let ordered =
        s.preds[ban].verb.class == Class::Delete && s.preds.iter().any(|p| super::in_use::been_done(d, s, p).is_some());
    if ordered || for_good(d, si, ban) {
        return;
    }
    let said = clause(d, si, ban).or_else(|| adjective(d, si, ban)).or_else(|| on_loan(d, si, ban));
    let Some((e, state)) = said else { return };
    if super::in_use::had(d, si, &s.preds[ban], e, &state) {
        return;
    }
    if introduce(d, si, e, &state) {
        super::lifecycle::read(d, si);
    }
}

/// A state that nobody could set locks nothing: where nobody changes the records, whoever adds them sets it.
pub fn settle(d: &mut Draft) {
    let locks: Vec<(String, String, Vec<ClauseId>)> = d
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::Locked { entity, field, op: Op::Update, clauses, .. } => {
                Some((entity.clone(), field.clone(), clauses.clone()))
            }
            _ => None,
        })
        .collect();
    for (entity, field, clauses) in locks {
        let Some(e) = d.find(&entity) else { continue };
        let access = d.entities[e].entity.access.clone();
        if access.iter().any(|a| a.ops.contains(&Op::Update)) || !d.has_users() {
            continue;
        }
        let Some(who) = access.iter().find(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone()) else { continue };
        let label = super::readings::a(&d.entities[e].entity.label.to_lowercase());
        let default = d.word_for(&who);
        let (key, question) = (format!("decide:{entity}"), format!("Who changes the state of {label}?"));
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
        for Holder { who, .. } in d.ask_who(asked, all_of(vec![who])) {
            let sees = |a: &&crate::models::offline::spec::Access| a.who == who && a.ops.contains(&Op::Read);
            let scope = access.iter().find(sees).map_or(Scope::All, |a| a.scope.clone());
            for id in &clauses {
                d.allow_fields(e, who.clone(), &[Op::Update], scope.clone(), std::slice::from_ref(&field), *id);
            }
        }
    }
}

/// `Items are stored, returned or destroyed.`, and nothing says who sets it: whoever changes or adds them, or every record
/// stays what it was when it was made.
pub fn set_by_somebody(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let entity = &d.entities[e].entity;
        let name = entity.name.clone();
        let Some(field) = d.status(e) else { continue };
        let Some(state) = entity.fields.iter().find(|f| f.name == field && !f.read_only) else { continue };
        let kept = |f: &Feature| {
            matches!(f, Feature::Forbid { entity, op: Op::Update, .. } if *entity == name)
                || matches!(f, Feature::FieldGuard { entity, field: of, .. } if *entity == name && *of == field)
        };
        let sets =
            |a: &Access| a.ops.contains(&Op::Update) && (a.only_fields.is_empty() || a.only_fields.contains(&field));
        if entity.system || d.features.iter().any(kept) || entity.access.iter().any(sets) {
            continue;
        }
        let clauses = state.clauses.clone();
        let access = entity.access.clone();
        let with = |op: Op| {
            let rows = access.iter().filter(|a| a.ops.contains(&op));
            let whole = |who: &Who| (*who != Who::Anyone || !d.has_users()) && !super::parts::alone(d, e, who);
            super::rights::unique(rows.map(|a| a.who.clone()).filter(whole))
        };
        let held = || super::rights::unique(access.iter().map(|a| a.who.clone()).filter(|who| *who != Who::Anyone));
        let whos = [with(Op::Update), with(Op::Create), d.keepers(), held()].into_iter().find(|whos| !whos.is_empty());
        let Some(whos) = whos.filter(|_| !clauses.is_empty()) else { continue };
        let label = super::readings::a(&d.entities[e].entity.label.to_lowercase());
        let default = super::rights::words_for(d, &whos);
        let (key, question) = (format!("decide:{name}"), format!("Who changes the state of {label}?"));
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
        for Holder { who, .. } in d.ask_who(asked, all_of(whos)) {
            let reads = |a: &&Access| a.ops.contains(&Op::Read) && super::held::covers(&a.who, &who);
            let scopes: Vec<Scope> = access.iter().filter(reads).map(|a| a.scope.clone()).collect();
            let scope = if scopes.contains(&Scope::All) { None } else { scopes.first().cloned() };
            for id in &clauses {
                if scopes.is_empty() {
                    d.allow(e, who.clone(), &[Op::Read], Scope::All, *id);
                }
                let scope = scope.clone().unwrap_or(Scope::All);
                d.allow_fields(e, who.clone(), &[Op::Update], scope, std::slice::from_ref(&field), *id);
            }
        }
    }
}

/// `Grades cannot be changed after they were entered`: what is kept has been entered, and no state tells it from others.
fn for_good(d: &mut Draft, si: usize, ban: usize) -> bool {
    const KEPT: [&str; 9] = ["enter", "add", "create", "record", "save", "make", "log", "register", "store"];
    let s = &d.sentences[si];
    let pred = &s.preds[ban];
    let Some((e, state)) = clause(d, si, ban) else { return false };
    let when = s.preds.iter().find(|p| p.subordinate && p.verb.passive);
    let Some(when) = when.filter(|p| KEPT.contains(&p.verb.base.as_str())) else { return false };
    let listed = d.status(e).is_some_and(|_| super::lifecycle::values(d, e).contains(&state));
    let whole = |np: &Np| np.mods.is_empty() && np.of.is_none() && d.find(&np.head) == Some(e);
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let by = if pred.verb.passive { super::decisions::agents_by(d, pred) } else { d.actors(pred) };
    let others = s.preds.len() > 2 && s.preds.iter().any(|p| !p.subordinate && !p.verb.negated);
    if listed || others || !by.is_empty() || !phrases.iter().all(whole) {
        return false;
    }
    let (id, entity) = (s.id, d.entities[e].entity.name.clone());
    for (pi, p) in s.preds.iter().enumerate() {
        let op = match p.verb.class {
            Class::Update => Op::Update,
            Class::Delete => Op::Delete,
            _ => continue,
        };
        d.feature(Feature::Forbid { entity: entity.clone(), op, clauses: vec![id] });
        d.mark_verb(si, p);
        d.done[si].insert(pi);
    }
    d.touch(e, id);
    d.mark(si, when.range.clone());
    d.mark(si, 0..when.range.end.min(s.words.len()));
    true
}

/// `that is delivered`, `once it is finished`: a participle, and nothing that says more of it.
fn clause(d: &Draft, si: usize, ban: usize) -> Option<(usize, String)> {
    let s = &d.sentences[si];
    let pred = &s.preds[ban];
    let bare =
        |p: &Pred| p.subordinate && p.verb.passive && !p.verb.negated && p.objects.is_empty() && p.preps.is_empty();
    let [when] = s.preds.iter().filter(|p| bare(p)).collect::<Vec<_>>()[..] else { return None };
    let led = s.words[..when.verb.range.start].iter().rev().find(|w| matches!(w.tag, Tag::Sub | Tag::Rel))?;
    if !matches!(led.lower(), "once" | "when" | "if" | "while" | "after" | "that" | "which") {
        return None;
    }
    let named = |nps: &[Np]| nps.iter().filter(|np| np.pronoun.is_none()).find_map(|np| d.entity_of(np));
    let banned = named(if pred.verb.passive { &pred.subject } else { &pred.objects });
    let (spoken, e) = (named(&when.subject), banned.or_else(|| named(&when.subject))?);
    // `that are lent out`
    let out = |w: &super::tag::Word| w.is("out") && when.verb.class == Class::Transact;
    let participle = s.words[when.verb.range.clone()].iter().rev().find(|w| !out(w))?;
    let state = participle.lower().to_owned();
    let more = &s.words[when.verb.range.end..when.range.end];
    let said = more.iter().all(|w| matches!(w.tag, Tag::Stop | Tag::Comma) || out(w));
    (said && spoken.is_none_or(|x| x == e)).then_some((e, state))
}

/// `Books on loan`, `A book that is on loan`
fn on_loan(d: &Draft, si: usize, ban: usize) -> Option<(usize, String)> {
    let s = &d.sentences[si];
    s.find("on loan").filter(|said| said.end <= s.preds[ban].verb.range.start)?;
    let [np] = &s.preds[ban].subject[..] else { return None };
    let e = d.find(&np.name()).or_else(|| d.find(&np.head))?;
    super::in_use::lent(d, e).then(|| (e, "on loan".to_owned()))
}

/// `A returned loan`: the one participle before the noun.
fn adjective(d: &Draft, si: usize, ban: usize) -> Option<(usize, String)> {
    let s = &d.sentences[si];
    let pred = &s.preds[ban];
    let [np] = &pred.subject[..] else { return None };
    let e = d.find(&np.name()).or_else(|| d.find(&np.head))?;
    let said: Vec<&str> = np.adjectives().filter(|a| !words::light(a)).collect();
    let [word] = said[..] else { return None };
    let participle = verbs::verb(word).map_or_else(|| verbs::looks_past(word), |(_, form)| form == Form::Past);
    let plain = pred.verb.passive && pred.preps.is_empty() && s.preds.len() == 1;
    (plain && participle && !d.entities[e].entity.name.contains(word)).then(|| (e, word.to_owned()))
}

/// Adds the state to those of the record. Where the text says which there are, there is no other.
fn introduce(d: &mut Draft, si: usize, e: usize, state: &str) -> bool {
    let (id, entity) = (d.sentences[si].id, d.entities[e].entity.clone());
    if entity.fields.iter().any(|f| f.ty == FieldType::Boolean && f.name == super::field::identifier(state)) {
        return false;
    }
    let status = d.status(e).and_then(|name| entity.fields.iter().find(|f| f.name == name));
    if status.is_none() && entity.fields.iter().any(|f| matches!(f.name.as_str(), "status" | "state")) {
        return false;
    }
    if let Some(field) = status {
        let FieldType::Choice { values } = &field.ty else { return false };
        let moves = |f: &Feature| matches!(f, Feature::Workflow { entity: of, field: x, .. } if *of == entity.name && *x == field.name);
        let listing = |s: &&super::sentence::Sentence| {
            let named = values.iter().filter(|v| s.lower.split(|c: char| !c.is_alphanumeric()).any(|w| w == *v));
            field.clauses.contains(&s.id) && named.count() > 1
        };
        if values.iter().any(|v| v == state) || d.features.iter().any(moves) || d.sentences.iter().any(|s| listing(&s))
        {
            return false;
        }
    }
    d.ensure_status(e, &[state.to_owned()], Some("open"), id);
    d.touch(e, id);
    true
}

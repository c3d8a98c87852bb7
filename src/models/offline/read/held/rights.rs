//! Who may, nobody may, everybody may, all of them or one's own: held against all rights that there will be.

use super::super::chunk::Np;
use super::super::draft::{Draft, RoleDraft};
use super::super::lexicon::{
    nouns::Person,
    verbs::{Class, Form},
    words,
};
use super::super::sentence::{Pred, Sentence};
use super::super::tag::Tag;
use super::super::{access, decisions, only as exclusive, sign_in};
use super::Broken;
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Who};
use std::ops::Range;

/// What a predicate speaks of doing: an operation on the records of one kind, or on one property of them.
pub(super) struct Act {
    pub(super) e: usize,
    pub(super) op: Op,
    pub(super) field: Option<String>,
}

/// Who may do something, and with which of the records.
pub(super) type Holders = Vec<(Who, Scope)>;

/// The acts of a predicate, as far as its objects are named.
pub(super) fn acts(d: &Draft, pred: &Pred) -> Vec<Act> {
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let entity = |np: &&Np| if np.pronoun.is_none() { d.entity_of(np) } else { None };
    if pred.verb.class == Class::Decide || decisions::sets_to(pred) || pred.verb.base == "mark" {
        let state = |e| Some(Act { e, op: Op::Update, field: Some(d.status(e)?) });
        return objects.iter().filter_map(|np| entity(&np)).filter_map(state).collect();
    }
    if let Some(e) = access::record_entity(d, pred) {
        return vec![Act { e, op: Op::Create, field: None }];
    }
    let ops: &[Op] = match pred.verb.class {
        Class::Create if !(pred.verb.passive && pred.verb.base == "list") => &[Op::Create],
        Class::Create | Class::Read => &[Op::Read],
        Class::Update => &[Op::Update],
        Class::Delete => &[Op::Delete],
        Class::Manage => &[Op::Create, Op::Read, Op::Update, Op::Delete],
        _ => return Vec::new(),
    };
    let mut out = Vec::new();
    for np in objects {
        let Some(e) = entity(&np) else { continue };
        let names = [d.find(&np.name()), d.find(&np.head)].contains(&Some(e))
            || super::super::draft::SAME.iter().any(|group| group.contains(&np.head.as_str()))
            || d.entities[e].entity.name.ends_with(&format!("_{}", np.head));
        let field = if names { None } else { d.field_of(e, np) };
        // `the list of orders` is the orders, `the total of the orders` is not
        let list = ops == [Op::Read] && words::system_noun(&np.head);
        if names || list {
            out.extend(ops.iter().map(|op| Act { e, op: *op, field: None }));
        } else if field.is_some() && ops == [Op::Update] {
            out.push(Act { e, op: Op::Update, field });
        }
    }
    out
}

/// Whether who holds a right has it for these too.
pub(in super::super) fn covers(holder: &Who, who: &Who) -> bool {
    holder == who || *holder == Who::Anyone || *holder == Who::SignedIn && *who != Who::Anyone
}

/// Whether everybody with an account is among these.
fn all_accounts(d: &Draft, who: &Who) -> bool {
    match who {
        Who::Anyone | Who::SignedIn => true,
        Who::Role(name) => d.roles.iter().any(|r| r.open && r.name == *name),
    }
}

pub(super) fn holders(d: &Draft, act: &Act) -> Holders {
    let entity = &d.entities[act.e].entity;
    let of = |name: &String| *name == entity.name;
    let gone = |f: &Feature| matches!(f, Feature::Forbid { entity, op, .. } if of(entity) && *op == act.op);
    if d.features.iter().any(gone) {
        return Vec::new();
    }
    let lost = |id| d.gaps.iter().any(|g| g.clause == id && g.whole);
    let rows = entity.access.iter().filter(|a| a.ops.contains(&act.op) && !a.clauses.iter().all(|id| lost(*id)));
    let reaches = |only: &[String]| only.is_empty() || act.field.as_ref().is_some_and(|f| only.contains(f));
    let mut out: Holders = rows
        .filter(|a| act.op != Op::Update || reaches(&a.only_fields))
        .map(|a| (a.who.clone(), a.scope.clone()))
        .collect();
    for f in &d.features {
        let Feature::FieldGuard { entity, field, who, .. } = f else { continue };
        if of(entity) && act.field.as_ref() == Some(field) {
            let kept = |(holder, scope): &(Who, Scope)| {
                who.iter().filter(|w| covers(holder, w)).map(|w| (w.clone(), scope.clone())).collect::<Holders>()
            };
            out = out.iter().flat_map(kept).collect();
        }
    }
    out
}

/// `change faults`, `set the status of faults`
pub(super) fn told(d: &Draft, act: &Act) -> String {
    let many = d.entities[act.e].entity.label_plural.to_lowercase();
    match (act.op, &act.field) {
        (_, Some(field)) => format!("set the {} of {many}", field.replace('_', " ").trim_end_matches(" id")),
        (Op::Create, None) => format!("add {many}"),
        (Op::Read, None) => format!("see {many}"),
        (Op::Update, None) => format!("change {many}"),
        (Op::Delete, None) => format!("delete {many}"),
    }
}

fn whose(scope: &Scope) -> &'static str {
    match scope {
        Scope::All => "",
        Scope::Own => " of their own",
        _ => " of some kinds",
    }
}

pub(super) fn span(pred: &Pred) -> Range<usize> {
    pred.subject.first().map_or(pred.verb.range.start, |np| np.range.start.min(pred.verb.range.start))..pred.range.end
}

pub(super) fn main_preds(s: &Sentence) -> impl Iterator<Item = &Pred> {
    s.preds.iter().filter(|p| !p.subordinate)
}

/// The people that a phrase with `by` names.
fn agents(pred: &Pred) -> Vec<&Np> {
    pred.preps.iter().filter(|pp| pp.prep == "by").flat_map(|pp| &pp.nps).collect()
}

/// Those whose alone it is: `only the board`, `the board alone`, `by the board only`, `just the board`.
fn alone(d: &Draft, s: &Sentence, pred: &Pred) -> Vec<Who> {
    let is_only =
        |at: usize| s.words.get(at).is_some_and(|w| matches!(w.lower(), "only" | "just" | "solely" | "exclusively"));
    let nps: Vec<&Np> = if pred.verb.passive {
        let by = pred.preps.iter().find(|pp| pp.prep == "by");
        let end = |pp: &super::super::sentence::Pp| pp.nps.last().map_or(pp.at, |np| np.range.end);
        let only = by.is_some_and(|pp| pp.at > 0 && is_only(pp.at - 1) || is_only(end(pp)));
        if only { agents(pred) } else { Vec::new() }
    } else {
        let si = d.sentences.iter().position(|x| x.id == s.id).unwrap_or_default();
        let before = pred
            .subject
            .first()
            .is_some_and(|np| is_only(np.range.start) || np.range.start > 0 && is_only(np.range.start - 1));
        let only = pred.only || before || exclusive::alone(d, si, pred);
        if only { pred.subject.iter().collect() } else { Vec::new() }
    };
    let whos: Vec<Who> = nps.iter().filter_map(|np| d.who(np)).collect();
    if whos.len() == nps.len() && !whos.contains(&Who::Anyone) { whos } else { Vec::new() }
}

/// `Only the board may add duties.`: nobody else may, and the board may.
pub fn only(d: &Draft, s: &Sentence) -> Option<Broken> {
    for pred in main_preds(s).filter(|p| !p.verb.negated) {
        let whos = alone(d, s, pred);
        if whos.is_empty() || !d.has_users() {
            continue;
        }
        // `Only staff can confirm`, where there is nobody else: it is no restriction
        // nor are those who sign up apart from the others: the cook is a parent, too, where everybody is
        let others = d.roles.iter().any(|r| !r.open && r.kind == Person::Appointed);
        let told_apart = |r: &RoleDraft| r.kind == Person::Appointed || r.kind == Person::Ordinary && others;
        let open = |w: &&Who| matches!(w, Who::Role(name) if d.roles.iter().any(|r| r.open && told_apart(r) && r.name == *name));
        // `by one parent only`: how many of them; `only the parent who ordered it`: which of them
        let counted = agents(pred).iter().any(|np| np.number.is_some() || np.det.as_deref() == Some("one"));
        let made = pred.subject.iter().any(|np| s.words.get(np.range.end).is_some_and(|w| w.tag == Tag::Rel));
        if let Some(who) = whos.iter().find(open).filter(|_| !counted && !made)
            && acts(d, pred).iter().any(|act| act.op != Op::Read)
        {
            let built = format!("whoever signs up is {}", d.word_for(who));
            return Some(Broken::new(span(pred), built));
        }
        let everyone = whos.iter().any(|w| all_accounts(d, w));
        // `all` right before a noun is no determiner of the phrase
        let words = |np: &Np| s.words.get(np.range.start.saturating_sub(1)..=np.head_at);
        let all = |np: &Np| words(np).is_some_and(|words| words.iter().any(|w| w.is("all")));
        let every = pred.objects.iter().chain(&pred.subject).any(|np| every(np) || all(np));
        for act in acts(d, pred).into_iter().filter(|act| !super::states::stepped(d, s, pred, act, &whos)) {
            let held = holders(d, &act);
            // who sees all of them is alone in that, and others see their own
            let counts = |scope: &Scope| !(every && act.op == Op::Read) || *scope == Scope::All;
            let named = |w: &Who| whos.contains(w) || everyone && *w == Who::SignedIn;
            if let Some((who, scope)) = held.iter().find(|(w, scope)| !named(w) && counts(scope)) {
                let built = format!("{} can {}{} too", d.word_for(who), told(d, &act), whose(scope));
                return Some(Broken::new(span(pred), built));
            }
            if let Some(who) = whos.iter().find(|w| !held.iter().any(|(h, _)| covers(h, w))) {
                let built = format!("{} cannot {}", d.word_for(who), told(d, &act));
                return Some(Broken::new(span(pred), built));
            }
        }
    }
    None
}

/// `Only the person who wrote a note can change it.`, `Only the assignee may close a task`: one of them, and not everybody
/// who is called so.
pub fn maker(d: &Draft, s: &Sentence) -> Option<Broken> {
    const MADE: [&str; 13] = [
        "wrote",
        "created",
        "added",
        "made",
        "entered",
        "posted",
        "reported",
        "submitted",
        "recorded",
        "registered",
        "filed",
        "uploaded",
        "booked",
    ];
    for pred in main_preds(s).filter(|p| !p.verb.negated && !p.verb.passive) {
        let (whos, [np]) = (alone(d, s, pred), &pred.subject[..]) else { continue };
        let Some(who) = whos.first() else { continue };
        let made = s.words.get(np.range.end).is_some_and(|w| w.is("who"))
            && s.words.get(np.range.end + 1).is_some_and(|w| MADE.contains(&w.lower()));
        for act in acts(d, pred) {
            let names = |f: &&crate::models::offline::spec::Field| {
                f.name == np.head && matches!(f.ty, FieldType::Text { .. }) && np.det.as_deref() == Some("the")
            };
            let named = d.entities[act.e].entity.fields.iter().find(names);
            let all = holders(d, &act).iter().any(|(w, scope)| covers(w, who) && *scope == Scope::All);
            if (made || named.is_some()) && all {
                let which = named
                    .map_or_else(|| "whoever made them".to_owned(), |f| format!("whatever stands in “{}”", f.label));
                return Some(Broken::new(span(pred), format!("{} can {}, {which}", d.word_for(who), told(d, &act))));
            }
        }
    }
    None
}

/// Words that make a ban one of some time, some record or some number.
const SOMETIMES: [&str; 37] = [
    "if",
    "when",
    "while",
    "once",
    "until",
    "till",
    "after",
    "before",
    "unless",
    "twice",
    "more",
    "less",
    "longer",
    "than",
    "without",
    "within",
    "same",
    "other",
    "others",
    "another",
    "else",
    "except",
    "only",
    "again",
    "anymore",
    "already",
    "during",
    "between",
    "with",
    "on",
    "immediately",
    "yet",
    "later",
    "earlier",
    "overlap",
    "past",
    "late",
];

/// `Nobody may delete a payment.`, `Members cannot change tools.`: no right to it is left for those that are named.
pub fn ban(d: &Draft, s: &Sentence) -> Option<Broken> {
    if s.preds.iter().any(|p| p.subordinate) || s.words.iter().any(|w| SOMETIMES.contains(&w.lower())) || own(s) {
        return None;
    }
    // `A broken tool cannot be lent`, `nobody can book a full course`: refused at times, which is no right
    let refused = |f: &Feature| f.clauses().contains(&s.id) && !matches!(f, Feature::Forbid { .. });
    let [pred] = &s.preds[..] else { return None };
    if d.features.iter().any(refused) || pred.verb.passive && pred.verb.class == Class::Transact {
        return None;
    }
    let nobody = |np: &Np| np.pronoun.as_deref() == Some("nobody") || np.det.as_deref() == Some("no");
    let spared = super::super::nobody::left_out(d, s, pred).unwrap_or_default();
    let banned = pred.verb.negated || pred.subject.iter().any(nobody);
    let plain = |np: &Np| np.adjectives().all(words::light) && np.number.is_none() && np.of.is_none();
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    if !banned || !objects.iter().all(plain) || pred.preps.iter().any(|pp| pp.prep != "by") {
        return None;
    }
    let people: Vec<&Np> = if pred.verb.passive { agents(pred) } else { pred.subject.iter().collect() };
    let any = |np: &&&Np| matches!(np.pronoun.as_deref(), Some("anyone" | "anybody" | "nobody"));
    let people: Vec<&Np> = if people.iter().any(|np| any(&np)) { Vec::new() } else { people };
    let whos: Vec<Who> = people.iter().filter(|np| plain(np)).filter_map(|np| d.who(np)).collect();
    if whos.len() < people.len() {
        return None;
    }
    for act in acts(d, pred) {
        let mut held = holders(d, &act);
        held.retain(|(who, _)| !spared.contains(who));
        let hit = |(holder, _): &&(Who, Scope)| whos.is_empty() || whos.iter().any(|w| covers(holder, w));
        if let Some((who, scope)) = held.iter().find(hit) {
            let built = format!("{} can {}{}", d.word_for(who), told(d, &act), whose(scope));
            return Some(Broken::new(span(pred), built));
        }
    }
    None
}

fn own(s: &Sentence) -> bool {
    s.words.iter().any(|w| matches!(w.lower(), "own" | "oneself" | "himself" | "herself" | "themselves" | "yourself"))
}

/// `Nobody may approve his or her own request.`, `rate recipes, but not my own`: others' records, and never one's own.
pub fn never_own(d: &Draft, s: &Sentence) -> Option<Broken> {
    let not_own = [
        "not my own",
        "not their own",
        "not his own",
        "not her own",
        "not his or her own",
        "not one's own",
        "except their own",
        "except my own",
    ];
    let but = not_own.iter().any(|phrase| s.lower.contains(phrase));
    for pred in main_preds(s) {
        let nobody = pred.verb.negated || pred.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody"));
        let objects = &s.words[pred.verb.range.end..pred.range.end.min(s.words.len())];
        let said = nobody && !pred.verb.passive && objects.iter().any(|w| w.is("own"));
        if !but && !said
            || s.words.iter().any(|w| matches!(w.lower(), "only" | "if" | "while" | "until" | "after" | "once"))
        {
            continue;
        }
        for act in acts(d, pred) {
            let held = holders(d, &act);
            if !held.is_empty() && super::super::not_own::keeps(d, s, pred, &d.entities[act.e].entity.name, act.op) {
                continue;
            }
            let made = holders(d, &Act { e: act.e, op: Op::Create, field: None });
            // whoever holds one role may hold another beside it, and everybody holds the open one
            let makes = |who: &Who| made.iter().any(|(w, _)| covers(w, who) || all_accounts(d, w));
            if held.is_empty() && said {
                return Some(Broken::new(
                    span(pred),
                    format!("nobody at all can {}, not even those of others", told(d, &act)),
                ));
            }
            let about = act.op == Op::Create;
            if let Some((who, _)) = held.iter().find(|(who, scope)| about || *scope != Scope::All || makes(who)) {
                let built = format!("{} can {} also where it is their own", d.word_for(who), told(d, &act));
                return Some(Broken::new(span(pred), built));
            }
        }
    }
    None
}

/// `Anyone logged in can comment.`, `Everyone can see the shifts.`: all of them, and no stranger where accounts are spoken of.
pub fn everybody(d: &Draft, s: &Sentence) -> Option<Broken> {
    const WITH_ACCOUNT: [&str; 7] =
        ["logged in", "logged-in", "signed in", "signed-in", "with an account", "has an account", "is registered"];
    let everyone = |np: &Np| {
        matches!(np.pronoun.as_deref(), Some("everyone" | "everybody" | "anyone" | "anybody" | "whoever"))
            || ["everyone", "everybody", "anyone", "anybody", "signed-in-person"].contains(&np.head.as_str())
            || np.pronoun.as_deref() == Some("signed-in-person")
    };
    if !d.has_users() {
        return None;
    }
    let says = |list: &[&str]| list.iter().any(|phrase| s.lower.contains(phrase));
    let contrast = s.words.iter().any(|w| w.is("only")) && says(&WITH_ACCOUNT);
    let strangers = sign_in::anonymous(s).is_some() || contrast;
    let account = says(&WITH_ACCOUNT) && !strangers;
    for pred in main_preds(s).filter(|p| !p.verb.negated && !p.only) {
        let given = |prep: &str| matches!(prep, "by" | "to" | "for");
        let by = || pred.preps.iter().filter(|pp| given(&pp.prep)).flat_map(|pp| &pp.nps);
        let all = if pred.verb.passive { by().any(everyone) } else { pred.subject.iter().any(everyone) };
        if !all {
            continue;
        }
        for act in acts(d, pred) {
            let held = holders(d, &act);
            let whole = |scope: &Scope| act.op == Op::Create || matches!(scope, Scope::All | Scope::Where { .. });
            let has = |who: &Who| held.iter().any(|(h, scope)| covers(h, who) && whole(scope));
            let wide = held.iter().any(|(h, scope)| all_accounts(d, h) && whole(scope));
            if strangers && !has(&Who::Anyone) {
                let built = format!("nobody can {} without an account", told(d, &act));
                return Some(Broken::new(span(pred), built));
            }
            if account && held.iter().any(|(h, _)| *h == Who::Anyone) {
                let built = format!("people can {} without an account too", told(d, &act));
                return Some(Broken::new(span(pred), built));
            }
            let roles = d.roles.iter().filter(|r| r.kind != Person::Stranger).map(|r| Who::Role(r.name.clone()));
            if let Some(who) = roles.filter(|_| !wide).find(|who| !has(who)) {
                let built = format!("{} cannot {}", d.word_for(&who), told(d, &act));
                return Some(Broken::new(span(pred), built));
            }
        }
    }
    None
}

fn every(np: &Np) -> bool {
    matches!(np.det.as_deref(), Some("all" | "every" | "any" | "each"))
}

/// `The team lead sees all requests.`, `Members change only their own bookings.`
pub fn scope(d: &Draft, s: &Sentence) -> Option<Broken> {
    let only = s.words.iter().any(|w| w.is("only"));
    for pred in main_preds(s).filter(|p| !p.verb.negated && !p.verb.passive && !p.only) {
        let whos: Vec<Who> =
            pred.subject.iter().filter_map(|np| d.who(np)).filter(|w| matches!(w, Who::Role(_))).collect();
        let [np] = &pred.objects[..] else { continue };
        if whos.is_empty() || whos.len() < pred.subject.len() || np.of.is_some() || !np.adjectives().all(words::light) {
            continue;
        }
        let theirs = np.possessed() && np.owner.is_none() && np.det.as_deref() != Some("our");
        for act in acts(d, pred).iter().filter(|a| a.op != Op::Create && a.field.is_none()) {
            let held = holders(d, act);
            for who in &whos {
                let of: Vec<&Scope> = held.iter().filter(|(h, _)| covers(h, who)).map(|(_, scope)| scope).collect();
                let all = of.contains(&&Scope::All);
                let every = every(np) || s.words.get(np.range.start.wrapping_sub(1)).is_some_and(|w| w.is("all"));
                if every && !all && pred.preps.is_empty() {
                    let some = of.first().map_or(" none of", |scope| whose(scope));
                    let built = match of.first() {
                        Some(_) => format!("{} can {}{some} and no others", d.word_for(who), told(d, act)),
                        None => format!("{} cannot {}", d.word_for(who), told(d, act)),
                    };
                    return Some(Broken::new(span(pred), built));
                }
                if theirs && (only && all || of.is_empty()) {
                    let can = if all { "can" } else { "cannot" };
                    let built =
                        format!("{} {can} {}{}", d.word_for(who), told(d, act), if all { ", all of them" } else { "" });
                    return Some(Broken::new(span(pred), built));
                }
            }
        }
    }
    None
}

/// `…, volunteers see all loans.`, `The keeper deletes tools.`: whoever is said to do it may.
pub fn given(d: &Draft, s: &Sentence) -> Option<Broken> {
    // what it is good for is no right, and what is put into a cart is none of the products
    let says = |p: &&Pred| {
        let plain = !p.verb.negated && !p.verb.passive && !s.aside[p.verb.range.start];
        let gerund = matches!(s.words[p.verb.range.start].tag, Tag::Verb(Form::Ing));
        plain && !gerund && super::super::things::collecting(p).is_none() && !decisions::marks_state(d, p)
    };
    for pred in main_preds(s).filter(says) {
        let whos: Vec<Who> =
            pred.subject.iter().filter_map(|np| d.who(np)).filter(|w| matches!(w, Who::Role(_))).collect();
        let does = matches!(pred.verb.class, Class::Create | Class::Read | Class::Update | Class::Delete);
        if whos.is_empty() || whos.len() < pred.subject.len() || !does {
            continue;
        }
        let counted = |act: &Act| act.op == Op::Read && super::super::numbers_of::counts(d, s.id, act.e);
        for act in acts(d, pred).iter().filter(|act| act.field.is_none() && !counted(act)) {
            let held = holders(d, act);
            if let Some(who) = whos.iter().find(|w| !held.iter().any(|(h, _)| covers(h, w))) {
                return Some(Broken::new(span(pred), format!("{} cannot {}", d.word_for(who), told(d, act))));
            }
        }
    }
    None
}

//! What a sentence says beyond what was built for it, in words that other rules take for read. Each is named as a gap: a
//! clause is proven only where nothing of it was passed over.

use super::chunk::Np;
use super::draft::{Draft, SAME};
use super::gaps;
use super::lexicon::{self, verbs::Class};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldType, Op, Rule, Scope, Who};
use std::ops::Range;

const NO_ACCOUNT: [&str; 10] = [
    "without logging in",
    "without signing in",
    "without signing up",
    "without registering",
    "without registration",
    "without an account",
    "without any account",
    "without having an account",
    "without a login",
    "without login",
];

/// Who made something is whoever added it, whatever a text calls them.
const MAKERS: [&str; 8] = ["author", "creator", "owner", "writer", "poster", "submitter", "uploader", "originator"];

/// `An appointment can be cancelled` that takes it away, where another sentence says that cancelled ones stay.
fn cancelled(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let pred = s.preds.iter().find(|p| p.verb.base == "cancel" && !p.verb.negated)?;
    let phrases = if pred.verb.passive { &pred.subject } else { &pred.objects };
    let e = phrases.iter().find_map(|np| d.entity_of(np))?;
    let goes = d.entities[e].entity.access.iter().any(|a| a.ops.contains(&Op::Delete) && a.clauses.contains(&s.id))
        || features(d, s.id).any(|f| matches!(f, Feature::Closes { op: Op::Delete, .. }));
    let stays = |other: &Sentence| {
        let has = |words: &[&str]| other.words.iter().any(|w| words.iter().any(|x| w.is(x) || w.base == *x));
        other.id != s.id && has(&["cancelled", "canceled"]) && has(&["stay", "remain", "keep", "mark", "still", "show"])
    };
    (goes && d.sentences.iter().any(stays)).then(|| pred.verb.range.clone())
}

/// `Singers sign in, the leader sets up their accounts.` while anybody can sign up.
fn accounts_of_others(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let enters = |p: &Pred| matches!(p.verb.class, Class::LogIn | Class::SignUp);
    let accounts = |p: &Pred| p.objects.iter().any(|np| np.head == "account" && np.det.as_deref() == Some("their"));
    let theirs = s.preds.iter().find(|p| matches!(p.verb.class, Class::Create | Class::Manage) && accounts(p))?;
    let open = d.roles.iter().any(|r| r.open);
    (open && s.preds.iter().any(enters) && !theirs.verb.negated).then(|| theirs.range.clone())
}

/// `The head approves each trip before parents can see it.`: what is not possible before, while nothing keeps it back.
fn first(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let after = |p: &&Pred| {
        let led = s.words[..p.verb.range.start].iter().rposition(|w| w.is("before"));
        let near = led.is_some_and(|at| p.verb.range.start - at < 6);
        let may = p.verb.modal.as_deref().is_some_and(|m| matches!(m, "can" | "may"));
        may && !p.verb.negated && near && p.subordinate
    };
    let held = |f: &Feature| matches!(f, Feature::Closes { .. } | Feature::Locked { .. } | Feature::Unavailable { .. });
    let pred = s.preds.iter().find(after)?;
    (!features(d, s.id).any(held)).then(|| pred.range.clone())
}

/// `A carer enrols a child in a trip.` that became a property of the child, which is so in one trip only.
fn one_of_many(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let pred = s
        .preds
        .iter()
        .find(|p| p.verb.class == Class::Transact && !p.verb.negated && super::access::record_entity(d, p).is_none())?;
    // `books an appointment for a client`: each appointment is one client's
    if super::things::books_itself(pred) {
        return None;
    }
    let e = pred.objects.iter().find_map(|np| d.entity_of(np))?;
    let into = pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "in" | "for" | "on" | "to"));
    let other = into.flat_map(|pp| &pp.nps).find_map(|np| d.entity_of(np)).filter(|other| *other != e)?;
    let to = &d.entities[other].entity.name;
    let named = d.entities[e]
        .entity
        .fields
        .iter()
        .any(|f| matches!(&f.ty, FieldType::Reference { entity } if entity == to) && f.clauses.contains(&s.id));
    named.then(|| pred.range.clone())
}

/// `Both the poster and the helper can close it.` of which one is nobody that is known: the right is given to the other alone.
fn half_of_them(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let does = |p: &&Pred| {
        let changes =
            matches!(p.verb.class, Class::Create | Class::Read | Class::Update | Class::Delete | Class::Decide);
        changes && !p.verb.passive && !p.verb.negated && !p.subordinate && p.verb.modal.is_some()
    };
    let unknown = |np: &&Np| np.pronoun.is_none() && d.who(np).is_none() && d.entity_of(np).is_none();
    let found = s.preds.iter().filter(does).find_map(|p| {
        let known = p.subject.iter().any(|np| d.who(np).is_some());
        p.subject.iter().find(unknown).filter(|_| known)
    })?;
    Some(found.range.clone())
}

/// `Groups book a room for a day, from and to.`: two times of which nothing more is said.
fn from_nowhere(_: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let and = |i: usize| s.words[i].is("from") && s.words[i + 1].is("and") && s.words[i + 2].is("to");
    let ends = |i: usize| s.words.get(i).is_none_or(|w| matches!(w.tag, Tag::Stop | Tag::Comma));
    let bare = |i: &usize| and(*i) && ends(i + 3);
    (0..s.words.len().saturating_sub(2)).find(bare).map(|i| i..i + 3)
}

/// Names a gap for what was passed over.
pub fn find(d: &mut Draft) {
    for si in 0..d.sentences.len() {
        let s = &d.sentences[si];
        if d.gaps.iter().any(|g| g.clause == s.id && g.whole) {
            continue;
        }
        if about_passwords(d, s) {
            gaps::whole(d, s, lexicon::NOT_UNDERSTOOD);
            continue;
        }
        let found: Vec<Range<usize>> = [
            without_account,
            once,
            for_a_time,
            only_its_maker,
            held,
            lent,
            handed_out,
            every_one,
            registered,
            consequence,
            codes,
            cancelled,
            accounts_of_others,
            first,
            one_of_many,
            half_of_them,
            from_nowhere,
        ]
        .iter()
        .filter_map(|rule| rule(d, s))
        .collect();
        for range in found {
            let what = s.quote(range.start..range.end.min(s.words.len()));
            d.gap(s.id, &what, lexicon::NOT_UNDERSTOOD, false);
        }
    }
}

fn features<'d>(d: &'d Draft, id: ClauseId) -> impl Iterator<Item = &'d Feature> {
    d.features.iter().filter(move |f| f.clauses().contains(&id))
}

/// `Passwords must have a number in them.` that became a number of whatever was spoken of before.
fn about_passwords(d: &Draft, s: &Sentence) -> bool {
    let told = |p: &Pred| p.subject.iter().any(|np| matches!(np.head.as_str(), "password" | "passwords"));
    s.preds.first().is_some_and(told) && d.entities.iter().flat_map(|e| &e.entity.fields).any(|f| f.clauses == [s.id])
}

/// `Pupils submit a complaint without logging in.` while only those who are signed in may.
fn without_account(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    NO_ACCOUNT.iter().find(|phrase| s.lower.contains(**phrase))?;
    let at = s.words.iter().position(|w| w.is("without"))?;
    let open =
        d.entities.iter().flat_map(|e| &e.entity.access).any(|a| a.who == Who::Anyone && a.clauses.contains(&s.id));
    // `Nothing is visible without an account`
    let open = open || super::inside::nothing_shown(s);
    (d.has_users() && !open).then_some(at..at + 3)
}

/// `Members rate a game once each.` while nothing counts.
fn once(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let ends = |at: usize| {
        s.words.get(at).is_none_or(|w| {
            matches!(w.tag, Tag::Stop | Tag::Comma)
                || matches!(w.lower(), "each" | "per" | "only" | "for" | "in" | "every" | "and")
        })
    };
    let said = |at: &usize| s.words[*at].is("once") && ends(at + 1) && !(*at > 0 && s.words[at - 1].is("at"));
    let at = (0..s.words.len()).find(said)?;
    let counts = |f: &Feature| {
        matches!(
            f,
            Feature::UniqueTogether { .. } | Feature::Limit { .. } | Feature::LimitIn { .. } | Feature::Locked { .. }
        )
    };
    // `may not be used more than once`: of one record only
    let unique = d.entities.iter().flat_map(|e| &e.entity.fields).flat_map(|f| &f.rules);
    let mut unique = unique.filter(|r| matches!(r.rule, Rule::Unique { .. }));
    let of_one = unique.any(|r| r.clauses.contains(&s.id));
    (!of_one && !features(d, s.id).any(counts)).then_some(at..at + 1)
}

/// `New tools are marked as new for a week.` while nothing ends it.
fn for_a_time(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let unit = |at: usize| {
        s.words
            .get(at)
            .is_some_and(|w| matches!(w.base.as_str(), "minute" | "hour" | "day" | "week" | "month" | "year"))
    };
    let number = |at: usize| {
        s.words
            .get(at)
            .is_some_and(|w| w.token.value.is_some() || matches!(w.lower(), "a" | "an" | "one" | "some" | "several"))
    };
    let at = (0..s.words.len()).find(|at| s.words[*at].is("for") && number(at + 1) && unit(at + 2))?;
    let lasts = s.preds.iter().any(|p| {
        p.verb.range.end <= at
            && matches!(
                p.verb.base.as_str(),
                "mark"
                    | "flag"
                    | "label"
                    | "stay"
                    | "remain"
                    | "show"
                    | "list"
                    | "hide"
                    | "block"
                    | "keep"
                    | "lock"
                    | "be"
            )
    });
    let ends = features(d, s.id).any(|f| matches!(f, Feature::Closes { .. } | Feature::Totals { .. }));
    (lasts && !ends).then_some(at..at + 3)
}

/// `Only the author may change a recipe.` while every author may change every recipe.
fn only_its_maker(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let maker = |np: &Np| MAKERS.contains(&np.head.as_str()) && !np.plural;
    let changes =
        |p: &&Pred| p.only && matches!(p.verb.class, Class::Update | Class::Delete | Class::Decide | Class::Manage);
    let np = s.preds.iter().filter(changes).flat_map(|p| &p.subject).find(|np| maker(np))?;
    let own =
        d.entities.iter().flat_map(|e| &e.entity.access).any(|a| a.clauses.contains(&s.id) && a.scope != Scope::All);
    (!own).then(|| np.range.clone())
}

/// `Nobody can hold more than two keys.` where keys are lent, while what is counted is the keys somebody entered.
fn held(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let limited = features(d, s.id).find_map(|f| match f {
        Feature::Limit { entity, per: None, .. } => Some(entity),
        _ => None,
    })?;
    let lent = d.entities.iter().map(|e| &e.entity).any(|e| {
        let transaction = [SAME[1], SAME[2]].concat().contains(&e.name.as_str());
        let of = |ty: &FieldType| matches!(ty, FieldType::Reference { entity } if entity == limited);
        transaction && e.fields.iter().any(|f| of(&f.ty))
    });
    let holds =
        |p: &&Pred| matches!(p.verb.base.as_str(), "hold" | "keep" | "possess" | "borrow" | "take" | "rent" | "hire");
    let pred = s.preds.iter().rfind(holds).filter(|_| lent)?;
    Some(pred.range.clone())
}

/// `Nobody borrows two keys at once.` where somebody else lends them: what is counted is what that one has lent.
fn lent(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let own = |per: &Option<String>| per.as_ref().is_none_or(|per| per == "owner_id");
    let limited = features(d, s.id).find_map(|f| match f {
        Feature::Limit { entity, per, .. } | Feature::LimitIn { entity, per, .. } if own(per) => Some(entity),
        Feature::NoOverlap { entity, per: Some(per), .. } if per == "owner_id" => Some(entity),
        _ => None,
    })?;
    let gives = |p: &Pred| {
        let lends = matches!(p.verb.base.as_str(), "lend" | "loan") && !p.verb.negated && !p.subordinate;
        lends && super::access::record_entity(d, p).is_some_and(|e| d.entities[e].entity.name == *limited)
    };
    let takes = |p: &&Pred| {
        matches!(p.verb.base.as_str(), "borrow" | "have" | "hold" | "keep" | "take" | "get") && !p.subordinate
    };
    let others = d.sentences.iter().filter(|x| x.id != s.id).flat_map(|x| &x.preds).any(gives);
    s.preds.iter().find(takes).filter(|_| others).map(|p| p.range.clone())
}

/// `I see my registrations.` where what one registers is kept under another name, and nothing is kept of these.
fn registered(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    const ACTS: [&str; 3] = ["registration", "enrolment", "enrollment"];
    let np =
        s.preds.iter().flat_map(|p| p.subject.iter().chain(&p.objects)).find(|np| ACTS.contains(&np.head.as_str()))?;
    let e = d.find(&np.head).filter(|e| d.entities[*e].about.is_none() && d.entities[*e].bare)?;
    let elsewhere = |p: &Pred| {
        let acts =
            matches!(p.verb.base.as_str(), "register" | "enrol" | "enroll") && !p.verb.negated && !p.verb.passive;
        let whom = p.objects.iter().filter_map(|np| d.entity_of(np)).any(|x| x != e);
        acts && whom && p.preps.iter().any(|pp| pp.prep == "for")
    };
    d.sentences.iter().flat_map(|s| &s.preds).any(elsewhere).then(|| np.range.clone())
}

/// `close a room so that it cannot be booked` while nothing follows from it: what cannot be done then is no mere reason.
fn consequence(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let so = s.find("so that")?;
    let rest = &s.words[so.end..];
    let it = rest.first().is_some_and(|w| matches!(w.lower(), "it" | "they"));
    let stop = rest.iter().position(|w| w.is("cannot") || w.is("can't") || w.is("no") || w.tag == Tag::Not)?;
    let passive = rest[stop..].iter().any(|w| w.tag == Tag::Be);
    let refused = |f: &Feature| {
        matches!(
            f,
            Feature::Unavailable { .. } | Feature::Locked { .. } | Feature::Forbid { .. } | Feature::Closes { .. }
        )
    };
    (it && passive && stop < 3 && !features(d, s.id).any(refused)).then_some(so.start..s.words.len())
}

/// `a shelf (A1 to F9)`, `a row between A and K`: which there are between the two is known to nobody here, and no rule
/// keeps to it.
fn codes(_: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let is_code = |text: &str| {
        let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let capital = !letters.is_empty() && letters.bytes().all(|b| b.is_ascii_uppercase());
        capital && (letters.len() < text.len() || letters.len() == 1) && text.len() <= 6
    };
    let said = |at: usize| s.words.get(at).map_or("", |w| w.token.text.as_str());
    let joined = |at: usize| match said(at + 1) {
        "to" | "until" | "through" | "-" | "–" => true,
        "and" => at > 0 && s.words[at - 1].is("between"),
        _ => false,
    };
    let within = |text: &str| text.split_once(['-', '–']).is_some_and(|(from, to)| is_code(from) && is_code(to));
    (0..s.words.len()).find_map(|at| {
        let apart = is_code(said(at)) && joined(at) && is_code(said(at + 2));
        let digits = said(at).bytes().any(|b| b.is_ascii_digit());
        match (apart, within(said(at))) {
            (true, _) => Some(at..at + 3),
            // `UTF-8` is no range, `A1-F9` is one.
            (false, true) if digits => Some(at..at + 1),
            _ => None,
        }
    })
}

/// `A key that is out cannot be borrowed again.` while nothing says that it is out: lending it does not.
fn handed_out(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    const OUT: [&str; 11] =
        ["out", "borrowed", "lent", "taken", "booked", "reserved", "rented", "hired", "loaned", "away", "given"];
    let says_itself = |name: &str| {
        let mut fields = d.entities.iter().flat_map(|e| &e.entity.fields).filter(|f| f.name == name);
        fields.any(|f| f.clauses.iter().all(|id| *id == s.id))
    };
    let state = features(d, s.id).find_map(|f| match f {
        Feature::Unavailable { field, values, .. } => {
            let named =
                std::iter::once(field.as_str()).chain(values.iter().map(String::as_str)).find(|n| OUT.contains(n))?;
            says_itself(field).then(|| named.to_owned())
        }
        _ => None,
    })?;
    let at = s.words.iter().position(|w| w.is(&state))?;
    Some(at..at + 1)
}

/// `Every withdrawal is recorded.` where several people act and only an assumption says which of them may record one.
fn every_one(d: &Draft, s: &Sentence) -> Option<Range<usize>> {
    let recorded = |p: &&Pred| {
        p.verb.passive && !p.verb.negated && p.verb.class == Class::Create && !p.preps.iter().any(|pp| pp.prep == "by")
    };
    let every = |np: &&Np| matches!(np.det.as_deref(), Some("every" | "each"));
    let np = s.preds.iter().filter(recorded).flat_map(|p| &p.subject).find(every)?;
    let name = &d.entities[d.find(&np.name()).or_else(|| d.find(&np.head))?].entity.name;
    let key = format!("create:{name}");
    let assumed = d.questions.iter().any(|q| q.key == key) && !d.answers.contains_key(&key);
    (assumed && d.roles.len() > 1).then(|| np.range.clone())
}

//! How many, within what, of which, between which bounds: every word that narrows a limit must be in what is built, or the
//! limit is not built.

use super::super::chunk::{self, Np};
use super::super::draft::Draft;
use super::super::lexicon::{nouns, verbs::Class, words};
use super::super::sentence::Sentence;
use super::Broken;
use crate::models::offline::spec::{Feature, Field, FieldRule, FieldType, Op, Period, Rule, Who};
use std::ops::Range;

const UNITS: [&str; 4] = ["day", "week", "month", "year"];
const TOGETHER: [&str; 9] = [
    "at the same time",
    "at a time",
    "at one time",
    "at once",
    "simultaneously",
    "concurrently",
    "in parallel",
    "currently",
    "at any one time",
];

/// Takes back the limits and bounds of a sentence that are not what it says.
pub fn take_back(d: &mut Draft, s: &Sentence) -> Vec<Broken> {
    let mut found = Vec::new();
    for at in 0..d.features.len() {
        if d.features[at].clauses().contains(&s.id)
            && let Some(broken) = twice(&d.features[at])
                .or_else(|| limit(d, s, &d.features[at]))
                .or_else(|| overlap(d, s, &d.features[at]))
        {
            d.features[at].clauses_mut().retain(|id| *id != s.id);
            found.push(broken);
        }
    }
    d.features.retain(|f| !f.clauses().is_empty());
    for e in 0..d.entities.len() {
        for f in 0..d.entities[e].entity.fields.len() {
            let field = d.entities[e].entity.fields[f].clone();
            let of = |r: &&FieldRule| r.clauses.contains(&s.id);
            for rule in field.rules.iter().filter(of) {
                let others = &d.entities[e].entity.fields;
                let broken = itself(&field, rule).or_else(|| bound(s, &field, rule));
                let Some(broken) = broken.or_else(|| elsewhere(s, &field, rule, others)) else {
                    continue;
                };
                let rules = &mut d.entities[e].entity.fields[f].rules;
                rules.iter_mut().filter(|r| r.rule == rule.rule).for_each(|r| r.clauses.retain(|id| *id != s.id));
                rules.retain(|r| !r.clauses.is_empty());
                found.push(broken);
            }
        }
    }
    found
}

/// `per week`, `a month`, `each day`, `weekly`: the stretch of time that the number is of, and where it is said.
fn period(s: &Sentence) -> Option<(String, Range<usize>)> {
    let unit = |at: usize| {
        s.words
            .get(at)
            .filter(|w| UNITS.contains(&w.base.as_str()) && !w.lower().ends_with('s'))
            .map(|w| w.base.clone())
    };
    let opens =
        |at: usize| matches!(s.words[at].lower(), "per" | "each" | "every" | "a" | "an" | "same" | "one" | "any");
    (0..s.words.len()).find_map(|at| match s.words[at].lower() {
        "weekly" => Some(("week".to_owned(), at..at + 1)),
        "monthly" => Some(("month".to_owned(), at..at + 1)),
        "yearly" | "annually" => Some(("year".to_owned(), at..at + 1)),
        "daily" => Some(("day".to_owned(), at..at + 1)),
        _ if opens(at) => Some((unit(at + 1)?, at..at + 2)),
        _ => None,
    })
}

/// The phrase that is counted: right behind the number.
fn counted(s: &Sentence, max: u32) -> Option<Np> {
    let is = |at: &usize| s.words[*at].token.value == Some(f64::from(max));
    let at = (0..s.words.len()).find(is)?;
    chunk::noun_phrase(&s.words, at).filter(|np| !np.head.is_empty())
}

/// Whether what a limit counts by is this one: a record or the account of somebody.
fn counts_by(d: &Draft, entity: &str, per: Option<&str>, noun: &str) -> bool {
    let fields = d.find(entity).map(|e| d.entities[e].entity.fields.as_slice()).unwrap_or_default();
    let person = nouns::person(noun).is_some() || d.roles.iter().any(|r| r.name == noun);
    // of each account: that of whoever added it
    let Some(per) = per.filter(|per| *per != "owner_id") else { return person };
    per == noun
        || per.split('_').any(|word| word == noun)
        || fields.iter().filter(|f| f.name == per).any(|f| match &f.ty {
            FieldType::Reference { entity } => entity == noun || entity.ends_with(&format!("_{noun}")),
            FieldType::UserReference { .. } => person,
            _ => false,
        })
}

fn limit(d: &Draft, s: &Sentence, f: &Feature) -> Option<Broken> {
    let (entity, max, per, over, built) = match f {
        Feature::Limit { entity, max, per, over, .. } => (entity, *max, per.as_deref(), over.as_ref(), None),
        Feature::LimitIn { entity, max, per, period, .. } => (entity, *max, per.as_deref(), None, Some(period)),
        _ => return None,
    };
    let e = d.find(entity)?;
    let many = d.entities[e].entity.label_plural.to_lowercase();
    let not_built = |why: &str| format!("no number of {many} is limited; {why}");
    let np = counted(s, max);
    // within which time
    let dated = per.is_some_and(|name| d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty.is_day()));
    if let Some((unit, at)) = period(s) {
        let same = match built {
            Some(Period::Week) => unit == "week",
            Some(Period::Month) => unit == "month",
            Some(Period::Year) => unit == "year",
            Some(_) => false,
            None => dated && unit == "day",
        };
        if !same {
            return Some(Broken::new(at, not_built(&format!("a limit for each {unit} would hold for ever"))));
        }
    }
    // which of them
    let at_once = TOGETHER.iter().find(|phrase| s.lower.contains(**phrase) || s.find(phrase).is_some());
    if let Some(phrase) = at_once.filter(|_| over.is_none() && max > 1) {
        let at = s.find(phrase).unwrap_or(0..s.words.len());
        return Some(Broken::new(at, not_built("those that are over would count for ever")));
    }
    if let Some(np) = &np {
        let narrowed = np.adjectives().find(|a| !words::light(a) && !entity.split('_').any(|part| part == *a));
        if let Some(word) = narrowed.filter(|_| over.is_none()) {
            return Some(Broken::new(
                np.range.clone(),
                not_built(&format!("those that are not {word} would count too")),
            ));
        }
    }
    // of each of which
    let each = |at: usize| {
        let per = s.words[at].is("per")
            || s.words[at].is("for") && s.words.get(at + 1).is_some_and(|w| matches!(w.lower(), "each" | "every"));
        per.then(|| chunk::noun_phrase(&s.words, at + 1)).flatten()
    };
    let told = |np: &Np| d.entity_of(np).is_some() || d.role(np).is_some();
    if let Some(np) = (0..s.words.len()).filter_map(each).find(told) {
        let noun = nouns::singular(&np.head);
        if !counts_by(d, entity, per, &noun) {
            let built = not_built(&format!("it would be one for all, not one for each {noun}"));
            return Some(Broken::new(np.range, built));
        }
    }
    // by whom: what somebody else enters is not counted as theirs
    let adds = |who: &Who| {
        let adds = |a: &crate::models::offline::spec::Access| {
            a.ops.contains(&Op::Create) && (a.who == *who || matches!(a.who, Who::Anyone | Who::SignedIn))
        };
        d.entities[e].entity.access.iter().any(adds)
    };
    let subject = |p: &&crate::models::offline::read::sentence::Pred| !p.subordinate && p.subject.len() == 1;
    let np = s.preds.iter().filter(subject).map(|p| &p.subject[0]).find(|np| d.role(np).is_some())?;
    let who = d.who(np).filter(|who| matches!(who, Who::Role(_)))?;
    let forever = per.is_none() && !adds(&who);
    forever.then(|| {
        let built = not_built(&format!(
            "those that count would be the ones somebody enters, and {} enters none",
            d.word_for(&who)
        ));
        Broken::new(np.range.clone(), built)
    })
}

/// `Two requests of the same employee`, `on two overlapping shifts`: what may not overlap with what.
fn overlap(d: &Draft, s: &Sentence, f: &Feature) -> Option<Broken> {
    let Feature::NoOverlap { entity, per, .. } = f else { return None };
    let many = d.entities[d.find(entity)?].entity.label_plural.to_lowercase();
    let same =
        (0..s.words.len()).filter(|at| s.words[*at].is("same")).filter_map(|at| chunk::noun_phrase(&s.words, at));
    let known = |np: &Np| d.entity_of(np).is_some() || d.role(np).is_some();
    let np = same.filter(|np| np.pronoun.is_none()).find(known);
    if let Some(np) = np.filter(|np| !counts_by(d, entity, per.as_deref(), &nouns::singular(&np.head))) {
        return Some(Broken::new(np.range, format!("{many} may overlap, also those of the same {}", np.head)));
    }
    let person = |p: &&crate::models::offline::read::sentence::Pred| {
        p.verb.negated && !p.verb.passive && matches!(&p.subject[..], [np] if d.role(np).is_some())
    };
    let pred = s.preds.iter().find(person).filter(|_| per.is_none())?;
    Some(Broken::new(
        pred.subject[0].range.start..pred.range.end,
        format!("{many} may overlap, also those of one person"),
    ))
}

/// The numbers of a sentence, as written.
fn numbers(s: &Sentence) -> Vec<f64> {
    s.words.iter().filter_map(|w| w.token.value).collect()
}

/// A bound that is not the one the sentence says.
fn bound(s: &Sentence, field: &Field, rule: &FieldRule) -> Option<Broken> {
    let label = field.label.to_lowercase();
    let whole = 0..s.words.len();
    let no = |why: &str| Some(Broken::new(whole.clone(), format!("{label} has no such bound; {why}")));
    let says = |list: &[&str]| list.iter().any(|phrase| s.lower.contains(phrase));
    match &rule.rule {
        Rule::Min { value } | Rule::Max { value } => {
            // `Amounts above 200 need an approval`: they are allowed
            let asks = |p: &&crate::models::offline::read::sentence::Pred| {
                let needs =
                    matches!(p.verb.base.as_str(), "need" | "require" | "want" | "ask" | "get" | "count" | "receive");
                let decided = p.verb.class == Class::Decide && p.verb.passive && !p.verb.negated;
                (needs && !p.verb.passive || decided)
                    && s.words[..p.verb.range.start].iter().any(|w| w.token.value.is_some())
            };
            if let Some(p) = s.preds.iter().find(asks) {
                return Some(Broken::new(
                    0..p.verb.range.end,
                    format!("{label} may be any number, and nothing more is asked for of some"),
                ));
            }
            let below = matches!(rule.rule, Rule::Min { value } if value > -1.0);
            if below
                && says(&[
                    "may be negative",
                    "can be negative",
                    "may also be negative",
                    "can also be negative",
                    "negative or positive",
                    "positive or negative",
                ])
            {
                return no("it may be negative, zero and positive");
            }
            if *value != 0.0
                && says(&["not be zero", "not zero", "other than zero", "non-zero", "nonzero"])
                && !says(&["positive", "negative", "greater", "more than", "above", "at least", "below", "less"])
            {
                return no("it may be zero too");
            }
            None
        }
        Rule::MinLength { value } | Rule::MaxLength { value } => {
            let least = matches!(rule.rule, Rule::MinLength { .. });
            let lengths = |f: &FieldRule| match (&f.rule, least) {
                (Rule::MaxLength { value: v }, true) | (Rule::MinLength { value: v }, false) => v == value,
                _ => false,
            };
            let said = numbers(s);
            let range = says(&["between"]) || says(&["from "]) && says(&[" to "]);
            let larger = said.iter().any(|n| *n > f64::from(*value));
            let smaller = said.iter().any(|n| *n < f64::from(*value));
            let pinned = field.rules.iter().any(lengths) && range && (larger || smaller);
            let wrong = pinned && (!least && larger || least && !larger && smaller);
            if wrong { no(if least { "it may be shorter" } else { "it may be longer" }) } else { None }
        }
        Rule::Unique { per_owner: false } => {
            let at = s.words.iter().position(|w| w.is("unique"))?;
            let within = s
                .words
                .get(at + 1)
                .is_some_and(|w| matches!(w.lower(), "per" | "within" | "among" | "for" | "in" | "inside" | "across"));
            let np = chunk::noun_phrase(&s.words, at + 2).filter(|_| within)?;
            let all = np.head.is_empty()
                || matches!(np.head.as_str(), "system" | "application" | "app" | "whole" | "database");
            if all || every_one(&np) {
                None
            } else {
                Some(Broken::new(at..np.range.end, format!("two records may have the same {label}, also there")))
            }
        }
        Rule::After { or_equal, field: other } => {
            const AT_OR_AFTER: [&str; 14] = [
                "on or after",
                "at or after",
                "not be before",
                "not before",
                "not earlier",
                "not be earlier",
                "no earlier",
                "not lie before",
                "or later",
                "cannot be before",
                "can't be before",
                "never before",
                "or equal",
                "never be before",
            ];
            let other = other.replace('_', " ");
            if !*or_equal && says(&AT_OR_AFTER) {
                return no(&format!("it may be before the {other} too"));
            }
            None
        }
        _ => None,
    }
}

/// What is compared with itself always holds, or never does.
fn itself(field: &Field, rule: &FieldRule) -> Option<Broken> {
    let (Rule::After { field: other, .. }
    | Rule::Within { field: other, .. }
    | Rule::RequiredWhen { field: other, .. }) = &rule.rule
    else {
        return None;
    };
    let built = format!("{} is held against nothing", field.label.to_lowercase());
    (*other == field.name).then(|| Broken::new(0..usize::MAX, built))
}

/// What begins and ends with the same field, or counts one twice.
fn twice(f: &Feature) -> Option<Broken> {
    let same = match f {
        Feature::NoOverlap { start, end, .. } => start == end,
        Feature::UniqueTogether { fields, .. } => fields.iter().enumerate().any(|(i, f)| fields[..i].contains(f)),
        _ => false,
    };
    same.then(|| Broken::new(0..usize::MAX, "nothing is held against anything else"))
}

fn every_one(np: &Np) -> bool {
    matches!(np.det.as_deref(), Some("all" | "every" | "any"))
}

/// `The date of birth must be in the past.` on the joining date: another field is the one that is named.
fn elsewhere(s: &Sentence, field: &Field, rule: &FieldRule, others: &[Field]) -> Option<Broken> {
    let said = |word: &str| s.words.iter().any(|w| w.is(word) || w.base == word || w.base == nouns::singular(word));
    let parts = |f: &Field| -> Vec<String> {
        f.name.split('_').filter(|p| !matches!(*p, "id" | "of" | "the" | "in")).map(str::to_owned).collect()
    };
    let named = |f: &Field| parts(f).iter().all(|p| said(p));
    if named(field) || field.clauses.contains(&s.id) {
        return None;
    }
    let mine = parts(field);
    let same = |f: &Field| f.rules.iter().any(|r| r.clauses.contains(&s.id) && r.rule == rule.rule);
    let meant = |f: &&Field| f.name != field.name && named(f) && parts(f).iter().any(|p| mine.contains(p)) && !same(f);
    let meant = others.iter().find(meant)?;
    let built = format!("neither {} nor {} is held to it", meant.label.to_lowercase(), field.label.to_lowercase());
    Some(Broken::new(0..s.words.len(), built))
}

/// `A helper cannot register for the same shift twice.` while helpers register for none at all.
pub fn out_of_reach(d: &Draft, s: &Sentence) -> Option<Broken> {
    let id = s.id;
    for f in d.features.iter().filter(|f| f.clauses().contains(&id)) {
        let (Feature::UniqueTogether { entity, .. } | Feature::Limit { entity, .. } | Feature::LimitIn { entity, .. }) =
            f
        else {
            continue;
        };
        let access = &d.entities[d.find(entity)?].entity.access;
        // those without an account are nobody's to tell apart
        let of_each = match f {
            Feature::UniqueTogether { fields, .. } => fields.iter().any(|f| f == "owner_id"),
            Feature::Limit { per, .. } | Feature::LimitIn { per, .. } => per.as_deref().is_none_or(|p| p == "owner_id"),
            _ => false,
        };
        let strangers = |np: &Np| nouns::person(&np.head) == Some(nouns::Person::Stranger);
        let strangers = s.preds.iter().any(|p| p.subject.iter().any(strangers));
        if of_each && strangers && access.iter().any(|a| a.ops.contains(&Op::Create) && a.who == Who::Anyone) {
            let many = d.entities[d.find(entity)?].entity.label_plural.to_lowercase();
            let built = format!("who is not signed in adds any number of {many}");
            return Some(Broken::new(0..s.words.len(), built));
        }
        let adds = |who: &Who| {
            access
                .iter()
                .any(|a| a.ops.contains(&Op::Create) && (a.who == *who || matches!(a.who, Who::Anyone | Who::SignedIn)))
        };
        let open = access.iter().any(|a| {
            a.ops.contains(&Op::Create) && d.roles.iter().any(|r| r.open && a.who == Who::Role(r.name.clone()))
        });
        for pred in s.preds.iter().filter(|p| !p.subordinate && !p.verb.passive && p.verb.class == Class::Transact) {
            let whos = pred.subject.iter().filter(|np| d.role(np).is_some()).filter_map(|np| d.who(np));
            if let Some(who) = whos.filter(|_| !open).find(|who| matches!(who, Who::Role(_)) && !adds(who)) {
                let many = entity.replace('_', " ");
                return Some(Broken::new(
                    pred.subject[0].range.start..pred.verb.range.end,
                    format!("{} adds no {many} at all", d.word_for(&who)),
                ));
            }
        }
    }
    None
}

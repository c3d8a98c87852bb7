//! Rules on values and states: required, unique, limits, deciding, assigning, thresholds, overlaps.

use super::bounds::amount;
use super::chunk::Np;
use super::decisions::{cancel, decide, guard, marks_state};
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class};
use super::sentence::Sentence;
use crate::models::offline::spec::{Field, FieldRule, FieldType, Rule};

/// Whether a state ends the life of a record.
#[must_use]
pub fn is_final(state: &str) -> bool {
    matches!(
        state,
        "done"
            | "closed"
            | "resolved"
            | "rejected"
            | "cancelled"
            | "canceled"
            | "finished"
            | "completed"
            | "archived"
            | "declined"
            | "returned"
            | "delivered"
            | "paid"
            | "expired"
            | "fixed"
            | "denied"
    )
}

/// The path from a record of `e` to the account it is assigned to; where some are named, never to that of others: what is
/// assigned to a craftsman is not that of its customer.
#[must_use]
pub fn assignee(d: &Draft, e: usize, roles: &[String]) -> Option<String> {
    let meant = |name: &String| roles.is_empty() || roles.contains(name);
    for f in &d.entities[e].entity.fields {
        match &f.ty {
            FieldType::UserReference { role } if role.as_ref().is_none_or(meant) => return Some(f.name.clone()),
            FieldType::Reference { entity } => {
                let to = d.find(entity)?;
                if d.entities[to].person
                    && meant(entity)
                    && let Some(account) =
                        d.entities[to].entity.fields.iter().find(|f| matches!(f.ty, FieldType::UserReference { .. }))
                {
                    return Some(format!("{}.{}", f.name, account.name));
                }
            }
            _ => {}
        }
    }
    None
}

/// The path from a record of `e` to an account of one of `roles` that it names.
#[must_use]
pub fn names(d: &Draft, e: usize, roles: &[String]) -> Option<String> {
    d.entities[e].entity.fields.iter().find_map(|f| match &f.ty {
        FieldType::UserReference { role: Some(r) } if roles.contains(r) => Some(f.name.clone()),
        // of those who sign up by themselves any account may be named
        FieldType::UserReference { role: None } if roles.iter().any(|r| f.name == format!("{r}_id")) => {
            Some(f.name.clone())
        }
        FieldType::Reference { entity } if roles.contains(entity) => {
            let to = d.find(entity)?;
            let account =
                d.entities[to].entity.fields.iter().find(|f| matches!(f.ty, FieldType::UserReference { .. }))?;
            Some(format!("{}.{}", f.name, account.name))
        }
        _ => None,
    })
}

/// Reads the rules of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    super::waived::read(d, si);
    super::unique::together(d, si);
    super::not_own::read(d, si);
    super::capacity::read(d, si);
    value_rules(d, si);
    if d.done[si].is_empty() {
        super::bounds::bounded_property(d, si);
    }
    super::bounds::lasting(d, si);
    super::bounds::counted(d, si);
    super::unique::read(d, si);
    super::lent::read(d, si);
    super::durations::read(d, si);
    super::past::read(d, si);
    super::past::today_or_later(d, si);
    super::written::read(d, si);
    super::in_and_out::read(d, si);
    super::overlaps::read(d, si);
    super::compared::ends_after_it_begins(d, si);
    super::deadlines::read(d, si);
    super::availability::read(d, si);
    super::conditions::read(d, si);
    super::lifecycle::read(d, si);
    super::counts::read(d, si);
    if !d.done[si].is_empty() && d.done[si].len() == d.sentences[si].preds.len() {
        return;
    }
    super::limits::at_most(d, si);
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        match pred.verb.class {
            Class::Assign => super::assigned::read(d, si, pi, pred),
            // `Once an item is claimed, …` says when, not that it may be done
            Class::Decide if pred.subordinate && s.preds.iter().any(|p| !p.subordinate) => {}
            // `A claim that is paid is closed`: what one state means for another, and nobody who sets it
            Class::Decide if pred.verb.passive && pred.subject.iter().any(|np| limited(s, np, pred)) => {}
            // `Paid claims are locked.`: what follows from a state that is not known
            Class::Decide if pred.verb.passive && stays(pred) => {}
            Class::Decide => decide(d, si, pi, pred),
            Class::Update | Class::Create | Class::Other if pred.only || marks_state(d, pred) => guard(d, si, pi, pred),
            Class::Delete if pred.verb.base == "cancel" && keeps_cancelled(d, pred) => cancel(d, si, pi, pred),
            _ => {}
        }
    }
    super::closed_for::read(d, si);
}

/// Said of records in some state: they stay as they are.
fn stays(pred: &super::sentence::Pred) -> bool {
    let some = pred.subject.iter().any(|np| np.adjectives().any(|a| !super::lexicon::words::light(a)));
    let follows = matches!(pred.verb.base.as_str(), "lock" | "freeze" | "archive");
    some && follows && pred.verb.modal.is_none() && pred.preps.is_empty()
}

/// `a claim that is paid`: the phrase and what limits it stand before the verb.
fn limited(s: &Sentence, np: &Np, pred: &super::sentence::Pred) -> bool {
    np.range.end < pred.verb.range.start && s.words[np.range.end].tag == super::tag::Tag::Rel
}

/// Whether what is cancelled is kept with that state: the text names it. Otherwise it is gone, and its place is free.
pub(super) fn keeps_cancelled(d: &Draft, pred: &super::sentence::Pred) -> bool {
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    objects.iter().filter_map(|np| d.entity_of(np)).any(|e| {
        d.entities[e].entity.fields.iter().any(|f| match &f.ty {
            FieldType::Choice { values } => values.iter().any(|v| matches!(v.as_str(), "cancelled" | "canceled")),
            _ => false,
        })
    })
}

/// The field a subject phrase names, in the entity it names or in the one spoken of last.
pub fn subject_field(d: &Draft, np: &Np) -> Option<(usize, String)> {
    // a person or a thing is no value, even if a record refers to it
    let refers =
        |e: usize, name: &str| {
            d.entities[e].entity.fields.iter().any(|f| {
                f.name == name && matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. })
            })
        };
    // `the names of productions` are those of no other records
    let whose = np.of.as_deref().or(np.owner.as_deref()).filter(|of| of.pronoun.is_none() && !of.head.is_empty());
    if let Some(e) = whose.and_then(|of| d.find(&of.name()).or_else(|| d.find(&of.head)))
        && d.find(&np.name()).is_none()
        && !d.entities.iter().any(|x| x.entity.fields.iter().any(|f| f.name == whole(np)))
    {
        let field = d.field_of(e, np).or_else(|| called(d, e, np));
        return field.filter(|f| !refers(e, f)).map(|f| (e, f));
    }
    // `The licence number must not occur twice`, where a coach has one: whatever else there is of licences
    if !np.nouns.is_empty() && whose.is_none() && d.find(&np.name()).is_none() {
        let name = super::field::identifier(&np.name());
        let has = |e: &usize| d.entities[*e].entity.fields.iter().any(|f| f.name == name);
        let known = d.focus.into_iter().chain(0..d.entities.len()).find(has);
        if let Some(e) = known.filter(|e| !refers(*e, &name)) {
            return Some((e, name));
        }
    }
    let candidates = d.entity_of(np).into_iter().chain(d.focus).chain(0..d.entities.len());
    for e in candidates {
        if d.find(&np.name()) == Some(e) && nouns::property(&np.head).is_none() {
            continue;
        }
        // `A bid must be at least 1 euro` is about bids, not about the minimum bid of an item
        let another = |f: &str| d.find(&np.name()).is_some() && nouns::property(&np.head).is_none() && f != np.head;
        if let Some(f) = d.field_of(e, np).filter(|f| np.pronoun.is_some() || !refers(e, f) && !another(f)) {
            return Some((e, f));
        }
    }
    None
}

/// `production_name` of `the name of the production`
fn whole(np: &Np) -> String {
    let of = np.of.as_deref().or(np.owner.as_deref()).map(Np::name).unwrap_or_default();
    super::field::identifier(&format!("{of} {}", np.head))
}

/// `the names of productions`, which have a title: what they are called, where they have one property that says it.
fn called(d: &Draft, e: usize, np: &Np) -> Option<String> {
    const CALLED: [&str; 3] = ["name", "title", "designation"];
    if !np.mods.is_empty() || !CALLED.contains(&np.head.as_str()) {
        return None;
    }
    let names = d.entities[e].entity.fields.iter().filter(|f| CALLED.contains(&f.name.as_str()));
    match names.collect::<Vec<_>>()[..] {
        [f] => Some(f.name.clone()),
        _ => None,
    }
}

/// `An order number is unique`, `the code of a locker`: a property that nothing else names.
fn implied_field(d: &mut Draft, si: usize, np: &Np) -> Option<(usize, String)> {
    let s = &d.sentences[si];
    let whose = match (np.of.as_deref().or(np.owner.as_deref()), &np.nouns[..]) {
        (Some(of), []) => d.find(&of.name()).or_else(|| d.find(&of.head))?,
        (None, [kind]) => d.find(kind)?,
        _ => return None,
    };
    nouns::property(&np.head).filter(|_| d.find(&np.head).is_none())?;
    let draft = super::field::field(s, np.head_at..np.head_at + 1)?;
    Some((whose, d.add_field(whose, draft, s.id)))
}

/// `The phone number is required.` `An amount may not be negative.` `The name must be unique.`
fn value_rules(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let is_be = pred.verb.class == Class::Be
            || pred.verb.passive
                && matches!(pred.verb.base.as_str(), "require" | "enter" | "fill" | "provide" | "need")
            || matches!(pred.verb.base.as_str(), "exceed" | "lie")
            || taken_twice(s, pred)
            || pred.verb.negated && matches!(pred.verb.base.as_str(), "fall" | "drop" | "go" | "sink" | "rise")
            || measured_in_characters(s, pred);
        if !is_be || pred.subordinate || d.done[si].contains(&pi) {
            continue;
        }
        let tail = pred.verb.range.start..pred.range.end;
        let text = s.quote(tail.clone()).to_lowercase();
        let numbers: Vec<f64> = tail.clone().filter_map(|i| amount(s, i)).collect();
        for np in &pred.subject {
            let one = text.contains("unique") || taken_twice(s, pred);
            let implied = |d: &mut Draft| one.then(|| implied_field(d, si, np)).flatten();
            let Some((e, name)) = subject_field(d, np).or_else(|| implied(d)) else { continue };
            let mut rules: Vec<Rule> = Vec::new();
            let whole = d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty == FieldType::Integer);
            // `may be negative` is no bound
            let open = matches!(pred.verb.modal.as_deref(), Some("may" | "can" | "could" | "might"));
            let open = open && !pred.verb.negated && !s.words[tail.clone()].iter().any(|w| w.is("only"));
            let sided = ["positive", "negative", "zero"].iter().any(|w| text.contains(w));
            if sided {
                let more = super::bounds::bounds(&text, &numbers, pred.verb.negated, whole);
                if let Some(rule) = super::bounds::sign(&text, pred.verb.negated, open, whole)
                    && more.is_empty() == numbers.is_empty()
                {
                    // `greater than zero and at most 100`: the zero is one of the numbers
                    let beside = more.into_iter().filter(|r| *r != rule).collect::<Vec<_>>();
                    rules.extend([rule].into_iter().chain(beside));
                }
            } else if (text.contains("unique") || text.contains("only be used once")) && !pred.verb.negated
                || taken_twice(s, pred)
            {
                if let Some(per_owner) = whose(d, e, pred) {
                    rules.push(Rule::Unique { per_owner });
                }
            } else if (text.contains("required")
                || text.contains("mandatory")
                || text.contains("compulsory")
                || (text.contains("empty") || text.contains("optional")) && pred.verb.negated
                || text.contains("must be entered")
                || text.contains("must be filled")
                || text.contains("must be provided"))
                && !(pred.verb.negated && !text.contains("empty") && !text.contains("optional"))
            {
                rules.push(Rule::Required);
            } else if let (Some(rule), [_]) = (in_year(d, e, &name, &text, pred.verb.negated), &numbers[..]) {
                rules.push(rule(numbers[0]));
            } else if let Some(rule) = from_today(d, (e, &name), &text, pred.verb.negated).filter(|_| !open) {
                rules.push(rule);
            } else if (text.contains("character") || text.contains("letter")) && !numbers.is_empty() {
                if !super::bounds::spelled(&text) {
                    rules = super::bounds::lengths(&text, &numbers, pred.verb.negated);
                }
            } else if numbers.len() == 1
                && text.contains("day")
                && text.contains("after")
                && (text.contains("at most")
                    || text.contains("within")
                    || text.contains("more than") && pred.verb.negated)
                && let Some(other) = super::compared::other(d, si, e, &name, pred)
            {
                rules.push(Rule::Within { field: other, days: numbers[0] as u32, both: false });
            } else if open && super::bounds::compares(&text) {
                // `may be above 100`: nothing is refused for it
            } else if !numbers.is_empty() {
                rules = super::bounds::bounds(&text, &numbers, pred.verb.negated, whole);
            } else if ((text.contains("after") || text.contains("later than")) && !pred.verb.negated
                || (text.contains("before") || text.contains("earlier than")) && pred.verb.negated)
                && let Some(other) = super::compared::other(d, si, e, &name, pred)
            {
                let same = ["on or after", "at or after", "the same day or"].iter().any(|w| text.contains(w));
                rules.push(Rule::After { field: other, or_equal: pred.verb.negated || same });
            }
            if rules.is_empty() && is_valid(d, e, &name, &text) && !pred.verb.negated {
                if let Some(f) = d.field_mut(e, &name)
                    && !f.clauses.contains(&s.id)
                {
                    f.clauses.push(s.id);
                }
                d.touch(e, s.id);
                d.mark(si, pred.subject[0].range.start..pred.range.end);
                d.done[si].insert(pi);
                continue;
            }
            if rules.iter().any(|r| matches!(r, Rule::Min { .. } | Rule::Max { .. }))
                && let Some(f) = d.field_mut(e, &name)
            {
                super::field::measured(f);
            }
            let fits = d.entities[e].entity.fields.iter().find(|f| f.name == name).is_some_and(|f| {
                let numeric = matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. });
                let dated = f.ty.is_when();
                rules.iter().all(|r| match r {
                    Rule::Min { .. } | Rule::Max { .. } => numeric,
                    Rule::MinLength { .. } | Rule::MaxLength { .. } => !numeric && !dated,
                    Rule::After { .. } | Rule::Within { .. } | Rule::NotInPast | Rule::NotInFuture => dated,
                    _ => true,
                })
            });
            if rules.is_empty() || !fits {
                continue;
            }
            let rules_new: Vec<FieldRule> =
                rules.into_iter().map(|rule| FieldRule { rule, clauses: vec![s.id] }).collect();
            if let Some(f) = d.field_mut(e, &name) {
                for mut r in rules_new {
                    stricter(f, &mut r);
                    if let Rule::Within { field, .. } = &r.rule {
                        super::durations::not_before(f, field, s.id);
                    }
                    match f.rules.iter_mut().find(|x| x.rule == r.rule) {
                        Some(old) => old.clauses.push(s.id),
                        None => {
                            f.required |= r.rule == Rule::Required;
                            f.rules.push(r);
                        }
                    }
                }
            }
            d.touch(e, s.id);
            d.mark(si, np.range.start..pred.range.end);
            d.mark(si, pred.subject[0].range.start..pred.range.end);
            d.unmark(si, &nothing_else(s, pred));
            if taken_twice(s, pred) {
                // `more than once`
                d.mark(si, pred.verb.range.end..s.words.len());
            }
            d.done[si].insert(pi);
        }
    }
}

/// `must not be used twice`, `No number may be given more than once`: a value is that of one record.
fn taken_twice(s: &Sentence, pred: &super::sentence::Pred) -> bool {
    const TAKEN: [&str; 9] = ["use", "give", "assign", "take", "occur", "appear", "exist", "issue", "enter"];
    let never = pred.verb.negated || pred.subject.iter().any(|np| np.det.as_deref() == Some("no"));
    let twice = |at: usize| {
        let after = &s.words[at..s.words.len().min(at + 3)];
        match after {
            [first, ..] if first.is("twice") => Some(at + 1),
            [more, than, once] if more.is("more") && than.is("than") && once.is("once") => Some(at + 3),
            _ => None,
        }
    };
    // within a year, for one customer: another rule
    let alone = |end: usize| s.words.get(end).is_none_or(|w| w.tag == super::tag::Tag::Stop);
    never && TAKEN.contains(&pred.verb.base.as_str()) && twice(pred.verb.range.end).is_some_and(alone)
}

/// After a date is more than not before it, which is what lasting so many days says of the two.
fn stricter(f: &mut Field, rule: &mut FieldRule) {
    let Rule::After { field: other, or_equal: false } = &rule.rule else { return };
    let weaker = |r: &FieldRule| r.rule == Rule::After { field: other.clone(), or_equal: true };
    let said: Vec<_> = f.rules.iter().filter(|r| weaker(r)).flat_map(|r| r.clauses.clone()).collect();
    f.rules.retain(|r| !weaker(r));
    rule.clauses.extend(said);
}

/// Whether a value is to be unique among the records of each person, or among all; none where it is among others: within a
/// year, among those that are open.
fn whose(d: &mut Draft, e: usize, pred: &super::sentence::Pred) -> Option<bool> {
    let Some(pp) = Draft::pp(pred, &["per", "within", "among", "in", "for", "of"]) else { return Some(false) };
    let [np] = &pp.nps[..] else { return None };
    let all = np.adjectives().all(super::lexicon::words::light) && d.entity_of(np) == Some(e);
    if all && pp.prep != "per" {
        return Some(false);
    }
    let person = d.role(np).is_some() || nouns::person(&np.head).is_some();
    if pp.prep != "per" || !person || !d.has_users() {
        return None;
    }
    d.entities[e].entity.owned = true;
    Some(true)
}

/// `The year of birth is not before 1995`: on which side of a year the number lies.
fn in_year(d: &Draft, e: usize, name: &str, text: &str, negated: bool) -> Option<fn(f64) -> Rule> {
    let year = name.split('_').any(|part| part == "year")
        && d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty == FieldType::Integer);
    let says = |word: &str| year && negated && text.contains(word);
    match (says("before") || says("earlier than"), says("after") || says("later than")) {
        (true, false) => Some(|value| Rule::Min { value }),
        (false, true) => Some(|value| Rule::Max { value }),
        _ => None,
    }
}

/// `is never in the future`, `may not be later than today`: on which side of today a date lies.
fn from_today(d: &Draft, (e, name): (usize, &str), text: &str, negated: bool) -> Option<Rule> {
    let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
    let later = says(&["in the future", "later than today", "after today"]);
    let earlier = says(&["in the past", "earlier than today", "before today"]);
    // `before today` leaves today out, which no rule does
    let strict = says(&["today"]) && !negated;
    // `at least 3 days in the future` says more of it elsewhere
    let after =
        |unit: &str| [" in the future", " after today"].iter().any(|said| text.contains(&format!("{unit}{said}")));
    let counted = ["day", "days", "week", "weeks", "month", "months"].iter().any(|unit| after(unit));
    let moment = d.entities[e].entity.fields.iter().any(|f| f.name == name && f.ty == FieldType::DateTime);
    match (later, earlier) {
        (true, false) if negated => Some(Rule::NotInFuture),
        // `lies in the future`: a time of today may, today itself does not
        (true, false) if (moment || counted) && !strict => Some(Rule::NotInPast),
        (true, false) if counted => None,
        (true, false) => Some(Rule::FromDay { days: 1 }),
        (false, true) if !strict => Some(if negated { Rule::NotInPast } else { Rule::NotInFuture }),
        _ => None,
    }
}

/// `The title may have up to 80 characters.`
fn measured_in_characters(s: &Sentence, pred: &super::sentence::Pred) -> bool {
    let counts = s.words[pred.range.clone()].iter().any(|w| matches!(w.base.as_str(), "character" | "letter"));
    counts && (pred.verb.class == Class::Have || matches!(pred.verb.base.as_str(), "consist" | "contain"))
}

/// `The code consists of 8 letters.`: of nothing else, which no rule keeps; `at most 80 letters` are as many characters.
fn nothing_else(s: &Sentence, pred: &super::sentence::Pred) -> Vec<usize> {
    let words = pred.range.start..pred.range.end.min(s.words.len());
    let other = |w: &super::tag::Word| matches!(w.base.as_str(), "digit" | "number" | "character" | "most" | "least");
    let mixed = s.words[words.clone()].iter().any(other);
    let made_of = matches!(pred.verb.base.as_str(), "consist" | "contain") && !mixed;
    words.filter(|i| made_of && matches!(s.words[*i].base.as_str(), "letter" | "capital")).collect()
}

/// `The e-mail address must be valid.`: what the type of the property checks of itself.
fn is_valid(d: &Draft, e: usize, name: &str, text: &str) -> bool {
    let plain = text.trim_end_matches(['.', ' ']);
    let says =
        ["valid", "a valid one", "well-formed", "a valid email address", "a valid e-mail address", "a valid date"];
    says.iter().any(|w| plain.ends_with(w))
        && d.entities[e]
            .entity
            .fields
            .iter()
            .any(|f| f.name == name && matches!(f.ty, FieldType::Email | FieldType::Url | FieldType::Date))
}

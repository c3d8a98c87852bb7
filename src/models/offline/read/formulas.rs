//! Values that are computed: products, sums, averages, counts.

use super::chunk::{self, Item, Np};
use super::data::made;
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::sentence::Sentence;
use super::tag::Tag;
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{Feature, FieldType, Formula};

/// Values that are computed, before anything else is read of their sentences: first those of one record, then the sums of
/// such values, whichever the text says first.
pub fn ahead(d: &mut Draft, kind_of: &dyn Fn(ClauseId) -> Option<ClauseKind>) {
    for sums in [false, true] {
        d.focus = None;
        for si in 0..d.sentences.len() {
            let s = &d.sentences[si];
            let demands = kind_of(s.id) != Some(ClauseKind::Exclusion) && !s.preds.iter().any(|p| p.verb.negated);
            if demands && d.done[si].is_empty() && is_sum(s) == sums {
                arithmetic(d, si);
            }
            super::refocus(d, si);
        }
    }
}

/// `The total of an invoice is the sum of its items.`
pub fn is_sum(s: &Sentence) -> bool {
    equals(s).is_some_and(|(be, target)| {
        target.of.is_some()
            && s.items.iter().any(|i| match i {
                Item::Np(np) => np.range.start > be && np.of.is_some() && matches!(np.head.as_str(), "sum" | "total"),
                _ => false,
            })
    })
}

/// Reads `The total is quantity times price`, `the average rating of each talk`, `the number of copies of a book`.
pub fn read(d: &mut Draft, si: usize) {
    if !d.done[si].is_empty() || d.sentences[si].preds.iter().any(|p| p.verb.negated) {
        return;
    }
    if !arithmetic(d, si) {
        average(d, si);
        super::numbers_of::read(d, si);
    }
}

/// The phrase right before a word; `price per day` is a price.
fn before<'n>(s: &Sentence, rest: &'n [Np], at: usize) -> Option<&'n Np> {
    let per = |np: &&Np| np.range.start > 0 && s.words[np.range.start - 1].is("per");
    rest.iter().rev().filter(|np| np.range.start < at).find(|np| !per(np))
}

/// The field a phrase names, and whose it is.
pub fn operand(d: &Draft, s: &Sentence, e: usize, np: &Np) -> Option<String> {
    let each = super::field::per(s, np).map(|at| format!("{} per {}", np.head, s.words[at].lower()));
    let name = match each {
        Some(each) => d.field_named(e, &each)?,
        None => d.field_of(e, np)?,
    };
    // `the net price plus the tax`, where there is a tax rate: what is of a hundred is no amount
    let last = name.rsplit('_').next().unwrap_or(&name);
    let share = matches!(last, "rate" | "percent" | "percentage" | "share") && np.head != last;
    (numeric(d, e, &name) && !share).then_some(name)
}

fn numeric(d: &Draft, e: usize, name: &str) -> bool {
    d.entities[e]
        .entity
        .fields
        .iter()
        .any(|f| f.name == name && matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. }))
}

/// `The amount of an item is quantity times unit price.` `The total of an invoice is the sum of the amounts of its items.`
fn arithmetic(d: &mut Draft, si: usize) -> bool {
    let s = &d.sentences[si];
    let Some((be, target)) = equals(s) else { return false };
    if target.pronoun.is_some() {
        return false;
    }
    let rest: Vec<Np> = s
        .items
        .iter()
        .filter_map(|i| match i {
            Item::Np(np) if np.range.start > be => Some(np.clone()),
            _ => None,
        })
        .collect();
    let word = |list: &[&str]| (be..s.words.len()).find(|i| list.contains(&s.words[*i].lower()));
    let whose = target.of.as_deref().or(target.owner.as_deref()).and_then(|o| d.entity_of(o));
    let focus = d.focus;
    let candidates: Vec<usize> =
        whose.map_or_else(|| focus.into_iter().chain(0..d.entities.len()).collect(), |e| vec![e]);
    if let Some(done) = days_after(d, si, be, &target, &rest, &candidates) {
        return done;
    }
    if let Some(at) = word(&["times", "multiplied", "×"])
        && let (Some(a), Some(b)) = (before(s, &rest, at), rest.iter().find(|np| np.range.start > at))
    {
        if super::lengths::times(d, si, &candidates, &target, (a, b)) {
            return true;
        }
        for &e in &candidates {
            if let (Some(fa), Some(fb)) = (operand(d, s, e, a), operand(d, s, e, b)) {
                return set(d, si, e, &target, &[&fa, &fb], Formula::Product { a: fa.clone(), b: fb.clone() });
            }
        }
        let by = |d: &Draft, e: usize, np: &Np| operand(d, &d.sentences[si], e, np);
        return candidates.into_iter().any(|e| {
            [(a, b), (b, a)]
                .into_iter()
                .any(|(each, np)| by(d, e, np).is_some_and(|by| priced(d, si, e, &target, (each, by))))
        });
    }
    if word(&["sum", "total"]).is_some() {
        // of a property of the records below, or of several properties
        for parent in candidates {
            for child in 0..d.entities.len() {
                let Some(field) = d.reference(child, &d.entities[parent].entity.name.clone()) else { continue };
                let below = rest.iter().any(|np| spoken(d, np).contains(&child));
                let of = |np: &Np| spoken(d, np).first() == Some(&child);
                let measure = rest.iter().flat_map(unfold).find_map(|np| operand(d, s, child, &np));
                // `the sum of its lines`: what the lines come to
                let measure = measure.or_else(|| price(d, child).filter(|_| plain_sum(&rest, of)));
                let measure = measure.filter(|m| !super::sums::priced(d, child, m));
                if let (true, Some(measure)) = (below, measure) {
                    let entity = d.entities[child].entity.name.clone();
                    let formula = Formula::SumOf { entity, field, measure: measure.clone() };
                    return set_as(d, si, parent, &target, (child, &measure), formula);
                }
            }
        }
        return false;
    }
    for (sign, minus) in [("plus", false), ("minus", true)] {
        let Some(at) = word(&[sign]) else { continue };
        let (Some(a), Some(b)) =
            (rest.iter().rev().find(|np| np.range.start < at), rest.iter().find(|np| np.range.start > at))
        else {
            continue;
        };
        for e in candidates.clone() {
            if let (Some(fa), Some(fb)) = (operand(d, s, e, a), operand(d, s, e, b)) {
                let formula = if minus {
                    Formula::Difference { a: fa.clone(), b: fb.clone() }
                } else {
                    Formula::Sum { fields: vec![fa.clone(), fb.clone()] }
                };
                return set(d, si, e, &target, &[&fa, &fb], formula);
            }
        }
    }
    false
}

/// `The total of an order is the price of its product times the quantity`: a number of the record times one of another
/// that it names.
pub fn priced(d: &mut Draft, si: usize, e: usize, target: &Np, (each, by): (&Np, String)) -> bool {
    let s = &d.sentences[si];
    let said = each.of.as_deref().or(each.owner.as_deref()).and_then(|of| d.entity_of(of));
    let links = d.entities[e].entity.fields.iter().filter_map(|f| {
        let FieldType::Reference { entity } = &f.ty else { return None };
        let parent = d.find(entity).filter(|p| *p != e && said.is_none_or(|said| said == *p))?;
        Some((f.name.clone(), parent, operand(d, s, parent, each)?))
    });
    let (link, parent, of) = match &links.collect::<Vec<_>>()[..] {
        [one] => one.clone(),
        _ => return false,
    };
    let ty = d.entities[parent].entity.fields.iter().find(|f| f.name == of).map(|f| f.ty.clone());
    // what names nothing, or no number, comes to nothing
    for (e, name) in [(e, &link), (e, &by), (parent, &of)] {
        if let Some(f) = d.field_mut(e, name) {
            f.required = true;
        }
    }
    let formula = Formula::Priced { link, of, by };
    finish(d, si, e, target, ty.unwrap_or(FieldType::Decimal { money: true }), formula)
}

/// `The due date is 14 days after the loan date.`
fn days_after(d: &mut Draft, si: usize, be: usize, target: &Np, rest: &[Np], candidates: &[usize]) -> Option<bool> {
    let s = &d.sentences[si];
    let at = (be..s.words.len()).find(|i| {
        s.words[*i].is("after")
            && s.words[i - 1].base == "day"
            && s.words.get(i.wrapping_sub(2)).is_some_and(|w| w.token.value.is_some())
    })?;
    let days = s.words[at - 2].token.value? as u32;
    let dated = |e: usize, n: &str| d.entities[e].entity.fields.iter().any(|f| f.name == n && f.ty.is_day());
    let exact = s.words[be..at]
        .iter()
        .all(|w| !matches!(w.lower(), "least" | "most" | "within" | "than" | "maximum" | "later"));
    for e in candidates {
        let of =
            rest.iter().filter(|np| np.range.start > at).find_map(|np| d.field_of(*e, np)).filter(|n| dated(*e, n));
        let own = d.field_of(*e, target).filter(|n| dated(*e, n));
        if let (Some(of), Some(own), true) = (of, own, exact)
            && of != own
        {
            let formula = Formula::DaysAfter { of, days };
            return Some(finish(d, si, *e, target, FieldType::Date, formula));
        }
    }
    Some(false)
}

/// A phrase and what it is of: `the amounts of its items`.
pub fn unfold(np: &Np) -> Vec<Np> {
    let mut out = vec![np.clone()];
    let mut inner = np.of.as_deref();
    while let Some(of) = inner {
        out.push(of.clone());
        inner = of.of.as_deref();
    }
    out
}

fn spoken(d: &Draft, np: &Np) -> Vec<usize> {
    unfold(np).iter().filter_map(|n| d.find(&n.name()).or_else(|| d.find(&n.head))).collect()
}

/// `the sum of its lines`, of which nothing more is said.
fn plain_sum(rest: &[Np], of: impl Fn(&Np) -> bool) -> bool {
    let [np] = rest else { return false };
    matches!(np.head.as_str(), "sum" | "total") && np.nouns.is_empty() && np.of.as_deref().is_some_and(of)
}

/// What a record comes to: the one amount of money that is worked out, or its only number.
fn price(d: &Draft, e: usize) -> Option<String> {
    let entity = &d.entities[e].entity;
    let money =
        |name: &str| entity.fields.iter().any(|f| f.name == name && matches!(f.ty, FieldType::Decimal { money: true }));
    let worked_out = |x: &Feature| match x {
        Feature::Computed { entity: of, field, .. } if *of == entity.name && money(field) => Some(field.clone()),
        _ => None,
    };
    let computed: Vec<String> = d.features.iter().filter_map(worked_out).collect();
    let numbers: Vec<&str> = entity.fields.iter().map(|f| f.name.as_str()).filter(|n| numeric(d, e, n)).collect();
    match (&computed[..], &numbers[..]) {
        ([one], _) => Some(one.clone()),
        ([], [one]) if money(one) => Some((*one).to_owned()),
        _ => None,
    }
}

/// Where `is`, `equals`, `is computed as` ends, and what is.
fn equals(s: &Sentence) -> Option<(usize, Np)> {
    let first = s.preds.first()?;
    // `As a clerk I want the total of an order to be …`
    let wanted = s.preds.get(1).filter(|p| {
        first.verb.base == "want" && !first.verb.negated && p.verb.class == Class::Be && p.subject == first.objects
    });
    if let Some(pred) = wanted {
        let [target] = &pred.subject[..] else { return None };
        return Some((pred.verb.range.end.saturating_sub(1), target.clone()));
    }
    let Some(Item::Np(target)) = s.items.first() else { return None };
    let pred = Some(first).filter(|_| target.range.start <= 2)?;
    let computed = pred.verb.passive && matches!(pred.verb.base.as_str(), "calculate" | "compute" | "determine");
    (pred.verb.class == Class::Be || pred.verb.base == "equal" || computed)
        .then(|| (pred.verb.range.end.saturating_sub(1), target.clone()))
}

pub fn set(d: &mut Draft, si: usize, e: usize, target: &Np, operands: &[&str], formula: Formula) -> bool {
    let ty = operands
        .iter()
        .filter_map(|n| d.entities[e].entity.fields.iter().find(|f| f.name == **n).map(|f| f.ty.clone()))
        .max_by_key(|t| match t {
            FieldType::Decimal { money: true } => 2,
            FieldType::Decimal { .. } => 1,
            _ => 0,
        });
    finish(d, si, e, target, ty.unwrap_or(FieldType::Decimal { money: false }), formula)
}

fn set_as(d: &mut Draft, si: usize, e: usize, target: &Np, measure: (usize, &str), formula: Formula) -> bool {
    let ty = d.entities[measure.0].entity.fields.iter().find(|f| f.name == measure.1).map(|f| f.ty.clone());
    finish(d, si, e, target, ty.unwrap_or(FieldType::Decimal { money: false }), formula)
}

/// The fields of the same record that a formula works with.
fn of(formula: &Formula) -> Vec<&str> {
    match formula {
        Formula::Product { a, b } | Formula::Difference { a, b } => vec![a, b],
        Formula::Percent { of, .. } | Formula::DaysAfter { of, .. } => vec![of],
        Formula::Length { start, end, .. } => vec![start, end],
        Formula::Left { capacity, .. } => vec![capacity],
        Formula::Priced { by, .. } => vec![by],
        Formula::Sum { fields } => fields.iter().map(String::as_str).collect(),
        Formula::RunningNumber
        | Formula::Waits { .. }
        | Formula::CountOf { .. }
        | Formula::Held { .. }
        | Formula::SumOf { .. }
        | Formula::AverageOf { .. } => Vec::new(),
    }
}

fn finish(d: &mut Draft, si: usize, e: usize, target: &Np, ty: FieldType, formula: Formula) -> bool {
    let s = &d.sentences[si];
    let label =
        target.mods.iter().map(String::as_str).chain([s.words[target.head_at].lower()]).collect::<Vec<_>>().join(" ");
    // what is worked out is none of what it is worked out of
    let exact = super::field::identifier(&label);
    let known = d.field_of(e, target).filter(|name| !of(&formula).contains(&name.as_str()));
    let name = known.unwrap_or(exact);
    if of(&formula).contains(&name.as_str()) {
        return false;
    }
    if d.field_mut(e, &name).is_none() {
        let f = made(&name, &super::field::sentence_case(&label), ty, s.id);
        d.entities[e].entity.fields.push(f);
    }
    if let Some(f) = d.field_mut(e, &name) {
        f.read_only = true;
        f.required = false;
        f.rules.clear();
        if !f.clauses.contains(&s.id) {
            f.clauses.push(s.id);
        }
    }
    let entity = d.entities[e].entity.name.clone();
    d.feature(Feature::Computed { entity, field: name, formula, clauses: vec![s.id] });
    d.touch(e, s.id);
    d.focus = Some(e);
    d.mark(si, 0..s.words.len());
    for pi in 0..s.preds.len() {
        d.done[si].insert(pi);
    }
    true
}

/// `see the average rating of each talk`, `A sitter's profile shows the average of the ratings.`
fn average(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(at) = s.words.iter().position(|w| w.is("average")).filter(|i| !s.aside[*i]) else { return };
    let from = if at > 0 && matches!(s.words[at - 1].tag, Tag::Det | Tag::Poss) { at - 1 } else { at };
    let Some(np) = chunk::noun_phrase(&s.words, from) else { return };
    // `average rating of each talk`, `average of the ratings of a talk`
    let all = unfold(&np);
    let measured: Option<(usize, String)> = all.iter().find_map(|n| {
        (0..d.entities.len()).find_map(|e| {
            let name = d.field_named(e, &n.head).filter(|f| numeric(d, e, f))?;
            Some((e, name))
        })
    });
    let Some((child, measure)) = measured else { return };
    let parents: Vec<usize> = all
        .iter()
        .filter_map(|n| d.find(&n.head))
        .chain(s.preds.iter().flat_map(|p| &p.subject).filter_map(|n| d.entity_of(n)))
        .chain(shown_for(s, at).iter().filter_map(|n| d.find(&n.head)))
        .chain(beside(s, &np).iter().filter_map(|n| d.find(&n.head)))
        .filter(|p| *p != child)
        .collect();
    let Some((parent, field)) =
        parents.iter().find_map(|p| d.reference(child, &d.entities[*p].entity.name.clone()).map(|f| (*p, f)))
    else {
        return;
    };
    let name = format!("average_{measure}");
    if d.field_mut(parent, &name).is_none() {
        let mut f = made(
            &name,
            &super::field::sentence_case(&name.replace('_', " ")),
            FieldType::Decimal { money: false },
            s.id,
        );
        f.read_only = true;
        d.entities[parent].entity.fields.push(f);
    }
    let entity = d.entities[child].entity.name.clone();
    d.feature(Feature::Computed {
        entity: d.entities[parent].entity.name.clone(),
        field: name,
        formula: Formula::AverageOf { entity, field, measure },
        clauses: vec![s.id],
    });
    let mut whos: Vec<_> = Vec::new();
    for (pi, p) in s.preds.iter().enumerate() {
        if p.range.contains(&at) || p.subject.iter().any(|x| x.range.contains(&at)) {
            if p.verb.class == Class::Read && !p.verb.passive {
                whos = d.actors(p);
            }
            d.mark_verb(si, p);
            for n in &p.subject {
                d.mark_np(si, n);
            }
            d.done[si].insert(pi);
        }
    }
    for who in whos {
        d.searchers.push((parent, who, s.id));
    }
    for n in shown_for(s, at).into_iter().chain(beside(s, &np)) {
        if d.find(&n.head) == Some(parent) {
            d.mark_np(si, &n);
        }
    }
    d.touch(parent, s.id);
    d.focus = Some(parent);
    d.mark(si, np.range.clone());
}

/// `the courses and their average rating`: whose it is, named right before.
fn beside(s: &Sentence, average: &Np) -> Option<Np> {
    let theirs = matches!(average.det.as_deref(), Some("their" | "its"));
    let objects = s.preds.iter().filter(|p| p.verb.class == Class::Read).flat_map(|p| &p.objects);
    let and = |np: &&Np| np.range.end + 1 == average.range.start && s.words[np.range.end].is("and");
    objects.filter(and).find(|np| theirs && np.pronoun.is_none()).cloned()
}

/// `The average rating is shown for every course`: of what there is one number each, where that is behind the verb.
fn shown_for(s: &Sentence, at: usize) -> Vec<Np> {
    let shows = |p: &&super::sentence::Pred| {
        p.verb.class == Class::Read && p.verb.passive && p.subject.iter().any(|x| x.range.contains(&at))
    };
    let phrases = s.preds.iter().filter(shows).flat_map(|p| &p.preps);
    phrases
        .filter(|pp| matches!(pp.prep.as_str(), "for" | "per" | "of"))
        .flat_map(|pp| pp.nps.clone())
        .filter(|np| matches!(np.det.as_deref(), Some("each" | "every" | "a" | "an")))
        .collect()
}

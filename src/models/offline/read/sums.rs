//! What adds up: progress towards goals, totals over time.

use super::answers::Asked;
use super::data::made;
use super::draft::Draft;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Formula, Op, Period, Rule, Scope, Span, Who};

/// Numbers that add up: durations, distances, amounts; not ratings.
fn measures(d: &Draft, e: usize) -> Vec<String> {
    d.entities[e]
        .entity
        .fields
        .iter()
        .filter(|f| {
            matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. })
                && !f.rules.iter().any(|r| matches!(r.rule, Rule::Max { value } if value <= 10.0))
        })
        .filter(|f| {
            !["rating", "score", "year", "age", "difficulty", "price", "temperature"].iter().any(|w| f.name.contains(w))
                // `number` and `customer number` tell which, not how many
                && f.name != "number"
                && !f.name.ends_with("_number")
                && f.name != "count"
        })
        // what follows from other records is worked out of each, and kept by none
        .filter(|f| !priced(d, e, &f.name))
        .map(|f| f.name.clone())
        .collect()
}

/// Whether a number follows from that of another record.
pub fn priced(d: &Draft, e: usize, name: &str) -> bool {
    let entity = &d.entities[e].entity.name;
    d.features.iter().any(|f| {
        matches!(f, Feature::Computed { entity: of, field, formula: Formula::Priced { .. }, .. } if of == entity && field == name)
    })
}

/// The entity whose records add up over time.
fn summed(d: &Draft, not: Option<usize>) -> Option<usize> {
    (0..d.entities.len())
        .filter(|e| {
            Some(*e) != not && !super::features::is_goal(&d.entities[*e].entity.name) && !measures(d, *e).is_empty()
        })
        .max_by_key(|e| {
            (d.date_of(*e).is_some(), d.entities[*e].possessed, d.entities[*e].weight, std::cmp::Reverse(*e))
        })
}

/// What the progress of a goal is the sum of.
pub fn goal_progress(d: &mut Draft, goal: usize, id: ClauseId) {
    let Some(over) = summed(d, Some(goal)) else {
        d.gap(id, "progress", "nothing is recorded from which progress could be summed up", false);
        return;
    };
    let Some(date) = d.date_of(over) else { return };
    let all = measures(d, over);
    let clauses = d.home(goal);
    let goal_name = d.entities[goal].entity.name.clone();
    let over_name = d.entities[over].entity.name.clone();
    let label = goal_name.replace('_', " ");
    let key = format!("progress:{goal_name}");
    let question = format!("What does {} count, and over which time?", super::readings::a(&label));
    let default = format!(
        "the {} of {} within the current week, month or year",
        all.join(" or ").replace('_', " "),
        super::lexicon::nouns::plural(&over_name).replace('_', " ")
    );
    let mut lower = d.ask(&key, &question, &default, &clauses).to_lowercase();
    let alone: Vec<String> =
        all.iter().map(|m| default.replacen(&all.join(" or ").replace('_', " "), &m.replace('_', " "), 1)).collect();
    d.offer(&key, &default, alone.iter().map(String::as_str).filter(|one| *one != default));
    // of another sum, or of another time, nothing is known
    let known = |w: &str| {
        let w = w.trim_matches(|c: char| !c.is_alphanumeric());
        let small =
            ["", "a", "an", "all", "of", "in", "over", "this", "per", "time", "years", "weeks", "months", "and"];
        small.contains(&w) || default.split([' ', ',']).any(|d| d == w || format!("{d}s") == *w || format!("{w}s") == d)
    };
    if !lower.split_whitespace().all(known) {
        let words = std::mem::replace(&mut lower, default.clone());
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
        d.not_followed(asked, &words, "the offline engine adds up what is recorded, within a week, a month or a year");
    }
    let measures: Vec<String> = {
        let named: Vec<String> = all.iter().filter(|m| lower.contains(&m.replace('_', " "))).cloned().collect();
        if named.is_empty() { all } else { named }
    };
    let target = d.entities[goal]
        .entity
        .fields
        .iter()
        .find(|f| matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. }))
        .map(|f| f.name.clone());
    let target = target.unwrap_or_else(|| {
        let mut f = made("target", "Target", FieldType::Decimal { money: false }, id);
        f.required = true;
        f.clauses.clone_from(&clauses);
        f.rules.push(FieldRule { rule: Rule::Min { value: 0.01 }, clauses: clauses.clone() });
        d.entities[goal].entity.fields.push(f);
        "target".into()
    });
    let measure_field = (measures.len() > 1).then(|| {
        if d.field_named(goal, "measure").is_none() {
            let mut f = made("measure", "What counts", FieldType::Choice { values: measures.clone() }, id);
            f.required = true;
            f.clauses.clone_from(&clauses);
            d.entities[goal].entity.fields.push(f);
        }
        "measure".to_owned()
    });
    let dates: Vec<String> =
        d.entities[goal].entity.fields.iter().filter(|f| f.ty.is_day()).map(|f| f.name.clone()).collect();
    let period = if let [start, end, ..] = &dates[..] {
        Period::Between { start: start.clone(), end: end.clone() }
    } else {
        let spans: Vec<String> =
            ["week", "month", "year"].iter().filter(|w| lower.contains(**w)).map(|w| (*w).to_owned()).collect();
        match &spans[..] {
            [one] if one == "week" => Period::Week,
            [one] if one == "month" => Period::Month,
            [_] => Period::Year,
            [] => Period::AllTime,
            _ => {
                if d.field_named(goal, "period").is_none() {
                    let mut f = made("period", "Period", FieldType::Choice { values: spans }, id);
                    f.required = true;
                    f.clauses.clone_from(&clauses);
                    d.entities[goal].entity.fields.push(f);
                }
                Period::Field { field: "period".into() }
            }
        }
    };
    let measure = measures[0].clone();
    d.feature(Feature::Progress {
        goal: goal_name,
        target,
        over: over_name,
        measure,
        measure_field,
        date_field: date,
        period,
        clauses: vec![id],
    });
}

#[derive(Default)]
pub struct Groups {
    pub by: Option<String>,
    pub each: Option<Span>,
    pub used: Vec<usize>,
}

/// `per member and month`, `by category`, `for each year`: what the totals of `e` are split by.
pub fn groups(d: &Draft, si: usize, at: usize, e: usize) -> Groups {
    let s = &d.sentences[si];
    let mut out = Groups::default();
    let span = |word: &str| match word {
        "day" | "daily" => Some(Span::Day),
        "month" | "monthly" => Some(Span::Month),
        "year" | "yearly" | "annual" => Some(Span::Year),
        _ => None,
    };
    let dated = d.date_of(e).is_some();
    let mut split = false;
    for i in 0..s.words.len() {
        let w = &s.words[i];
        if s.aside[i] {
            continue;
        }
        // `the monthly totals`
        if i + 1 == at
            && dated
            && let Some(one) = span(w.lower()).filter(|_| w.lower().ends_with("ly") || w.is("annual"))
        {
            out.each = Some(one);
            out.used.push(i);
        }
        let led = matches!(w.lower(), "per" | "by" | "each" | "every") || split && w.is("and");
        // `of all routes of a member`: of each of them
        let of_one = w.is("of") && s.words.get(i + 1).is_some_and(|n| n.is("a") || n.is("an"));
        let Some(np) =
            super::chunk::noun_phrase(&s.words, i + 1).filter(|np| led || of_one && i > at && d.role(np).is_some())
        else {
            continue;
        };
        split = !w.is("and");
        let plain = np.mods.is_empty() && np.of.is_none();
        if let Some(one) = span(&np.head).filter(|_| plain && out.each.is_none()) {
            if dated {
                out.each = Some(one);
                out.used.extend(i..np.range.end);
            }
            continue;
        }
        if out.by.is_some() || np.pronoun.is_some() {
            continue;
        }
        let field = d
            .field_of(e, &np)
            .filter(|f| d.entity_of(&np) != Some(e) || d.find(&np.head).is_none() && !f.is_empty())
            .or_else(|| d.entity_of(&np).and_then(|t| d.reference(e, &d.entities[t].entity.name.clone())));
        let maker = d.who(&np).filter(|who| {
            let access = d.entities[e].entity.access.iter();
            let creates = |a: &crate::models::offline::spec::Access| {
                a.ops.contains(&Op::Create) && (a.who == *who || a.who == Who::SignedIn)
            };
            d.has_users() && *who != Who::Anyone && access.clone().any(creates)
        });
        out.by = field.or_else(|| maker.map(|_| "owner_id".to_owned()));
        if out.by.is_some() {
            out.used.extend(i..np.range.end);
        }
    }
    out
}

/// Who looks at the numbers of a sentence, and whether those are others than add the records.
pub fn overseers(d: &Draft, si: usize, e: usize) -> (Vec<Who>, bool) {
    let preds = d.sentences[si].preds.iter().filter(|p| !p.verb.passive);
    let readers: Vec<Who> = preds.flat_map(|p| d.actors(p)).collect();
    let access = d.entities[e].entity.access.iter();
    let makers: Vec<Who> = access.filter(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone()).collect();
    let others = !readers.is_empty() && readers.iter().all(|w| *w != d.ordinary() && !makers.contains(w));
    (readers, others)
}

/// `the total rent`, `the sum of all fees`: the property that is added up, if one is named.
fn totalled(s: &super::sentence::Sentence, at: usize) -> Option<String> {
    let from = (0..=at).rev().find(|i| s.words[*i].tag == super::tag::Tag::Det).filter(|i| at - i < 3).unwrap_or(at);
    let np = super::chunk::noun_phrase(&s.words, from)?;
    let head = match np.head.as_str() {
        "total" | "sum" => &np.of.as_deref()?.head,
        head => head,
    };
    let property = super::lexicon::nouns::property(head).is_some();
    (property && !matches!(head, "number" | "amount" | "count")).then(|| head.to_owned())
}

/// `The total distance of each member is shown`: to nobody in particular, of records that nobody keeps from others.
fn everybody(d: &mut Draft, si: usize, at: usize, e: usize) -> bool {
    let s = &d.sentences[si];
    let is_shown = |p: &super::sentence::Pred| {
        let plain = p.verb.passive && !p.verb.negated && !p.subordinate && p.preps.is_empty();
        plain && p.verb.class == super::lexicon::verbs::Class::Read && p.subject.iter().any(|np| np.range.contains(&at))
    };
    let open = s.preds.iter().any(is_shown) && d.entities[e].entity.private.is_empty() && d.has_users();
    if open {
        let many = d.entities[e].entity.label_plural.to_lowercase();
        let name = d.entities[e].entity.name.clone();
        let question = format!("Who sees the totals of {many}, and the {many} that they come from?");
        let (key, clauses) = (format!("see-totals:{name}"), [s.id]);
        d.ask_only(Asked { key: &key, question: &question, default: "everyone who is signed in", clauses: &clauses });
    }
    open
}

pub fn finish_totals(d: &mut Draft) {
    for (si, at, focus) in std::mem::take(&mut d.pending_totals) {
        let s = &d.sentences[si];
        let mentioned = s.items.iter().find_map(|item| match item {
            super::chunk::Item::Np(np) if np.pronoun.is_none() => d.entity_of(np),
            _ => None,
        });
        // `the total of all fees per member`: of what can be split by members
        let split = (0..d.entities.len()).find(|e| {
            let found = groups(d, si, at, *e);
            found.by.is_some() && !measures(d, *e).is_empty()
        });
        let mentioned = mentioned.filter(|m| split.is_none() || !measures(d, *m).is_empty()).or(split);
        // `the total weight` is of what has a weight
        let measured =
            (0..d.entities.len()).find(|e| measures(d, *e).iter().any(|m| s.words.iter().any(|w| w.base == *m)));
        let mentioned = mentioned.or(measured);
        let Some(e) = mentioned
            .or(focus.filter(|e| !measures(d, *e).is_empty() && d.date_of(*e).is_some()))
            .or_else(|| summed(d, None))
        else {
            continue;
        };
        let mut used_words: Vec<String> = Vec::new();
        let mut sums: Vec<String> = s
            .words
            .iter()
            .filter_map(|w| measures(d, e).into_iter().find(|m| *m == w.base || *m == w.lower()))
            .collect();
        if sums.is_empty()
            && let Some(word) = totalled(s, at)
        {
            // `the total rent` is that of the yearly rent, and no other number
            let named = d.field_named(e, &word).filter(|name| {
                let numeric = |f: &&crate::models::offline::spec::Field| {
                    f.name == *name && matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. })
                };
                d.entities[e].entity.fields.iter().any(|f| numeric(&f))
            });
            let Some(name) = named else { continue };
            used_words.push(word);
            sums.push(name);
        }
        if sums.is_empty() {
            sums = measures(d, e);
        }
        sums.dedup();
        let name = d.entities[e].entity.name.clone();
        let mut days = None;
        let mut used = vec![at];
        for i in 0..s.words.len() {
            let len = match s.words[i].base.as_str() {
                "day" => 1,
                "week" | "weekly" => 7,
                "month" | "monthly" => 30,
                "year" | "yearly" => 365,
                _ => continue,
            };
            let back = (1..4)
                .take_while(|k| i >= *k)
                .find(|k| matches!(s.words[i - k].lower(), "last" | "past" | "previous" | "this" | "current"));
            if let Some(k) = back {
                let n = s.words[i - k..i].iter().find_map(|w| w.token.value).unwrap_or(1.0);
                days = Some(len * n as u32);
                used.extend(i - k..i + 1);
            }
        }
        let groups = groups(d, si, at, e);
        used.extend(groups.used.iter().copied());
        let (group_by, each) = (groups.by, groups.each);
        used.extend((0..s.words.len()).filter(|i| {
            matches!(
                s.words[*i].base.as_str(),
                "dashboard"
                    | "total"
                    | "sum"
                    | "statistics"
                    | "summary"
                    | "spend"
                    | "show"
                    | "see"
                    | "view"
                    | "amount"
                    | "number"
            ) || sums.contains(&s.words[*i].base)
                || used_words.contains(&s.words[*i].base)
                || s.words[*i].base == name
                || d.entities[e].entity.plural == s.words[*i].lower()
        }));
        let dashboard = s.words.iter().any(|w| w.is("dashboard"));
        let path = if dashboard { "dashboard".to_owned() } else { format!("{name}_totals") };
        let label = if dashboard {
            "Dashboard".to_owned()
        } else {
            format!("Totals of {}", d.entities[e].entity.label_plural.to_lowercase())
        };
        if mentioned.is_none() && d.entities.len() > 1 {
            let default = format!(
                "the number of {} and their {}",
                d.entities[e].entity.label_plural.to_lowercase(),
                sums.join(" and ").replace('_', " ")
            );
            let (key, question) = (format!("totals:{path}"), "What do the totals count?");
            d.ask_only(Asked { key: &key, question, default: &default, clauses: &[s.id] });
        }
        let date = d.date_of(e).filter(|_| days.is_some() || each.is_some());
        // who looks at everybody's numbers must be able to see the records they come from
        let (readers, others) = overseers(d, si, e);
        let by_owner = group_by.as_deref() == Some("owner_id");
        let shown = by_owner && readers.is_empty() && everybody(d, si, at, e);
        let readers = if shown { vec![Who::SignedIn] } else { readers };
        if by_owner {
            d.entities[e].entity.owned = true;
        }
        for who in readers.iter().filter(|_| others || by_owner) {
            d.allow(e, who.clone(), &[Op::Read], Scope::All, s.id);
        }
        let everyone = d.has_users() && (others || by_owner && !readers.is_empty());
        if by_owner && !everyone {
            continue;
        }
        d.feature(Feature::Totals {
            name: path,
            label,
            entity: name,
            measures: sums,
            date_field: date,
            days,
            group_by,
            each,
            everyone,
            clauses: vec![s.id],
        });
        d.touch(e, s.id);
        d.mark_words(si, &used);
        let subjects: Vec<_> = s.preds.iter().flat_map(|p| p.subject.clone()).collect();
        for np in &subjects {
            d.mark_np(si, np);
        }
    }
}

//! What adds up: progress towards goals, totals over time.

use super::data::made;
use super::draft::Draft;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, FieldRule, FieldType, Period, Rule};

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
        .map(|f| f.name.clone())
        .collect()
}

fn date_field(d: &Draft, e: usize) -> Option<String> {
    d.entities[e]
        .entity
        .fields
        .iter()
        .find(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime))
        .map(|f| f.name.clone())
}

/// The entity whose records add up over time.
fn summed(d: &Draft, not: Option<usize>) -> Option<usize> {
    (0..d.entities.len())
        .filter(|e| {
            Some(*e) != not && !super::features::is_goal(&d.entities[*e].entity.name) && !measures(d, *e).is_empty()
        })
        .max_by_key(|e| {
            (date_field(d, *e).is_some(), d.entities[*e].possessed, d.entities[*e].weight, std::cmp::Reverse(*e))
        })
}

/// What the progress of a goal is the sum of.
pub fn goal_progress(d: &mut Draft, goal: usize, id: ClauseId) {
    let Some(over) = summed(d, Some(goal)) else {
        d.gap(id, "progress", "nothing is recorded from which progress could be summed up", false);
        return;
    };
    let Some(date) = date_field(d, over) else { return };
    let all = measures(d, over);
    let clauses = d.home(goal);
    let goal_name = d.entities[goal].entity.name.clone();
    let over_name = d.entities[over].entity.name.clone();
    let label = goal_name.replace('_', " ");
    let answer = d.ask(
        &format!("progress:{goal_name}"),
        &format!("What does {} count, and over which time?", super::readings::a(&label)),
        &format!(
            "the {} of {} within the current week, month or year",
            all.join(" or ").replace('_', " "),
            super::lexicon::nouns::plural(&over_name).replace('_', " ")
        ),
        &clauses,
    );
    let lower = answer.to_lowercase();
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
    let dates: Vec<String> = d.entities[goal]
        .entity
        .fields
        .iter()
        .filter(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime))
        .map(|f| f.name.clone())
        .collect();
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

pub fn finish_totals(d: &mut Draft) {
    for (si, at, focus) in std::mem::take(&mut d.pending_totals) {
        let s = &d.sentences[si];
        let mentioned = s.items.iter().find_map(|item| match item {
            super::chunk::Item::Np(np) if np.pronoun.is_none() => d.entity_of(np),
            _ => None,
        });
        // `the total weight` is of what has a weight
        let measured =
            (0..d.entities.len()).find(|e| measures(d, *e).iter().any(|m| s.words.iter().any(|w| w.base == *m)));
        let mentioned = mentioned.or(measured);
        let Some(e) = mentioned
            .or(focus.filter(|e| !measures(d, *e).is_empty() && date_field(d, *e).is_some()))
            .or_else(|| summed(d, None))
        else {
            continue;
        };
        let mut sums: Vec<String> = s
            .words
            .iter()
            .filter_map(|w| measures(d, e).into_iter().find(|m| *m == w.base || *m == w.lower()))
            .collect();
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
        let group = s
            .words
            .iter()
            .position(|w| w.is("per") || w.is("by"))
            .and_then(|p| super::chunk::noun_phrase(&s.words, p + 1).map(|np| (p, np)));
        let mut group_by = None;
        if let Some((p, np)) = group {
            group_by = d
                .field_of(e, &np)
                .or_else(|| d.entity_of(&np).and_then(|t| d.reference(e, &d.entities[t].entity.name.clone())));
            if group_by.is_some() {
                used.extend(p..np.range.end);
            }
        }
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
            d.ask(&format!("totals:{path}"), "What do the totals count?", &default, &[s.id]);
        }
        let date = date_field(d, e).filter(|_| days.is_some());
        d.feature(Feature::Totals {
            name: path,
            label,
            entity: name,
            measures: sums,
            date_field: date,
            days,
            group_by,
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

//! Features that are a named function of their own: guards, conflicts, formulas, dashboards.

use super::{
    access,
    computation::computation,
    entity::constant,
    writer::{Writer, number, prose, text, tuple},
};
use crate::models::offline::spec::{
    AppSpec, Clauses, Entity, Feature, Field, FieldType, Formula, Op, Over, Period, Rule, Until,
};

/// A docstring.
fn doc(value: &str) -> String {
    format!("\"\"\"{}\"\"\"", prose(value))
}

/// A call as the body's last line, broken up when it is long.
fn returns(name: &str, arguments: &[String]) -> Vec<String> {
    let short = format!("return {name}({})", arguments.join(", "));
    if short.chars().count() <= 106 {
        return vec![short];
    }
    let mut lines = vec![format!("return {name}(")];
    lines.extend(arguments.iter().map(|a| format!("    {a},")));
    lines.push(")".into());
    lines
}

fn ident(value: &str) -> String {
    value.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

pub(super) fn label(entity: &Entity, field: &str) -> String {
    entity.fields.iter().find(|f| f.name == field).map_or_else(|| field.replace('_', " "), |f| f.label.clone())
}

/// The functions of one entity.
pub fn declare(spec: &AppSpec, entity: &Entity, features: &[&Feature], out: &mut Writer) {
    if !entity.private.is_empty() {
        let body = vec![
            doc(&format!(
                "Nobody sees {} outside these limits; to others they do not exist.",
                entity.label_plural.to_lowercase()
            )),
            "return limits".into(),
        ];
        let name = format!("keep_{}_private", ident(&entity.plural));
        out.function(
            Some(&format!("{}.private", constant(&entity.name))),
            &name,
            "account, limits",
            &body,
            &entity.private,
        );
    }
    for feature in features {
        if guard(entity, feature, out) || conflict(spec, entity, feature, out) || formula(spec, entity, feature, out) {
            continue;
        }
        if let Feature::Performance { records, millis, clauses, .. } = feature {
            let body = vec![
                doc(&format!(
                    "One page out of {records} {} within {millis} ms: one query by index, never all of them.",
                    entity.label_plural.to_lowercase()
                )),
                "return query.at_most(100).fetch(newest_first, everything)".into(),
            ];
            let name = format!("read_{}_quickly", ident(&entity.plural));
            let decorator = format!("{}.listing", constant(&entity.name));
            out.function(Some(&decorator), &name, "query, newest_first, everything", &body, clauses);
        }
    }
}

fn guard(entity: &Entity, feature: &Feature, out: &mut Writer) -> bool {
    let Feature::Threshold { field, values, amount, limit, above, below, clauses, .. } = feature else { return false };
    let say = format!(
        "{} above {} is decided by one, otherwise by another: {}.",
        label(entity, amount),
        number(*limit),
        values.join(", ")
    );
    let arguments = [
        "change".into(),
        text(field),
        tuple(values),
        text(amount),
        number(*limit),
        access::who(above),
        access::who(below),
    ];
    let mut body = vec![doc(&say)];
    body.extend(returns("threshold", &arguments));
    let name = format!("decide_{}_by_{}", ident(&entity.name), ident(amount));
    out.function(Some(&format!("{}.guard", constant(&entity.name))), &name, "change", &body, clauses);
    true
}

/// The day that a time of day is on: the record's only date, which it must have.
pub fn day_of<'a>(entity: &'a Entity, time: &str) -> Option<&'a Field> {
    let on_clock = entity.fields.iter().any(|f| f.name == time && f.ty == FieldType::Time);
    let required = |f: &&Field| f.required || f.rules.iter().any(|r| r.rule == Rule::Required);
    let mut dates = entity.fields.iter().filter(|f| on_clock && f.ty == FieldType::Date);
    let only = dates.next().filter(required)?;
    dates.next().is_none().then_some(only)
}

fn conflict(spec: &AppSpec, entity: &Entity, feature: &Feature, out: &mut Writer) -> bool {
    let many = entity.label_plural.to_lowercase();
    let both = "\"create\", \"update\"";
    let at_most = |max: u32| match max {
        1 => format!("at most 1 {}", entity.label.to_lowercase()),
        _ => format!("at most {max} {many}"),
    };
    let optional = |value: &Option<String>| value.as_ref().map_or_else(|| "None".into(), |v| text(v));
    let (operations, name, say, call, arguments, clauses) = match feature {
        Feature::NoOverlap { start, end, per, over, clauses, .. } => {
            let say = match per.as_deref() {
                Some("owner_id") => format!("There are already {many} of the same person at that time."),
                Some(per) => {
                    format!("There are already {many} at that time for the same {}.", label(entity, per).to_lowercase())
                }
                None => format!("There are already {many} at that time."),
            };
            let mut same: Vec<String> = per.iter().cloned().collect();
            same.extend(day_of(entity, start).map(|f| f.name.clone()));
            let mut arguments = vec![text(start), text(end), tuple(&same), text(&say)];
            arguments.extend(entity.whole_days(start, end).then(|| "days=True".into()));
            arguments.extend(over.as_ref().map(|over| when_over(Some(entity), over)));
            (both, format!("no_overlapping_{}", ident(&entity.plural)), say, "overlap", arguments, clauses)
        }
        Feature::UniqueTogether { fields, over, clauses, .. } => {
            let labels: Vec<String> = fields.iter().map(|f| label(entity, f).to_lowercase()).collect();
            let say = format!("There is already one with the same {}.", labels.join(" and "));
            let mut arguments = vec![tuple(fields), text(&say)];
            arguments.extend(over.as_ref().map(|over| when_over(Some(entity), over)));
            (both, format!("no_second_{}", ident(&entity.name)), say, "taken", arguments, clauses)
        }
        Feature::Limit { max, per, over, clauses, .. } => {
            let once = if over.is_some() { " at a time" } else { "" };
            let say = match per {
                Some(per) => {
                    format!("There may be {} per {}{once}.", at_most(*max), label(entity, per).to_lowercase())
                }
                None => format!("There may be {}{once}.", at_most(*max)),
            };
            let mut arguments = vec![max.to_string(), optional(per), text(&say)];
            arguments.extend(over.as_ref().map(|over| when_over(Some(entity), over)));
            (both, format!("at_most_{max}_{}", ident(&entity.plural)), say, "too_many", arguments, clauses)
        }
        Feature::LimitIn { max, per, date_field, period, over, clauses, .. } => {
            let word = period_word(period);
            let say = match per {
                Some(per) => {
                    format!("There may be {} a {word} per {}.", at_most(*max), label(entity, per).to_lowercase())
                }
                None => format!("There may be {} a {word}.", at_most(*max)),
            };
            let mut arguments = vec![max.to_string(), optional(per), text(date_field), text(word), text(&say)];
            arguments.extend(over.as_ref().map(|over| when_over(Some(entity), over)));
            (both, format!("at_most_{max}_{}_a_{word}", ident(&entity.plural)), say, "too_many_in", arguments, clauses)
        }
        Feature::InUse { by, clauses, .. } => {
            let others = spec.entity(by);
            let who = others.map_or_else(|| by.replace('_', " "), |e| e.label_plural.to_lowercase());
            let say = format!("It cannot be deleted while there are {who} that refer to it.");
            let arguments = vec![text(by), text(&say)];
            (
                "\"delete\"",
                format!("keep_{}_of_{}", ident(&entity.plural), ident(by)),
                say,
                "in_use",
                arguments,
                clauses,
            )
        }
        Feature::Capacity { per, capacity, amount, over, clauses, .. } => {
            let parent = entity.fields.iter().find(|f| f.name == *per).and_then(|f| match &f.ty {
                FieldType::Reference { entity } => spec.entity(entity),
                _ => None,
            });
            let of = parent.map_or_else(|| label(entity, per), |p| p.label.clone());
            let say = format!("There is not enough room: {} has no more left.", of.to_lowercase());
            let mut arguments = vec![text(per), text(capacity), optional(amount), text(&say)];
            arguments.extend(over.as_ref().map(|over| when_over(Some(entity), over)));
            (both, format!("no_more_{}_than_fit", ident(&entity.plural)), say, "over_capacity", arguments, clauses)
        }
        Feature::Locked { op, field, values, only, clauses, .. } => {
            let verb = match op {
                Op::Delete => "deleted",
                Op::Update => "changed",
                Op::Create => "made",
                Op::Read => "read",
            };
            let stays = |name: &String| entity.fields.iter().any(|f| f.name == *name);
            let only: Vec<String> = only.iter().filter(|name| stays(name)).cloned().collect();
            let what = match &only[..] {
                [one] => label(entity, one),
                _ => "It".to_owned(),
            };
            let say = format!(
                "{what} cannot be {verb} while {} is {}.",
                label(entity, field).to_lowercase(),
                values.join(" or ").replace('_', " ")
            );
            let operations = if *op == Op::Delete { "\"delete\"" } else { "\"update\"" };
            let name =
                format!("{}_stay_{}", ident(&entity.plural), if *op == Op::Delete { "kept" } else { "as_they_are" });
            let mut arguments = vec![text(field), tuple(values), text(&say)];
            arguments.extend((!only.is_empty()).then(|| tuple(&only)));
            (operations, name, say, "locked", arguments, clauses)
        }
        Feature::Unavailable { per, field, values, clauses, .. } => {
            let parent = entity.fields.iter().find(|f| f.name == *per).and_then(|f| match &f.ty {
                FieldType::Reference { entity } => spec.entity(entity),
                _ => None,
            });
            let column = parent.and_then(|p| p.fields.iter().find(|f| f.name == *field));
            let (Some(parent), Some(column)) = (parent, column) else { return false };
            let yes_or_no = column.ty == FieldType::Boolean;
            let state = if yes_or_no { column.label.to_lowercase() } else { values.join(" or ").replace('_', " ") };
            let say = format!("This {} is {state}.", parent.label.to_lowercase());
            let listed = if yes_or_no { "(True,)".into() } else { tuple(values) };
            let name = format!("no_{}_of_{}_{}", ident(&entity.plural), ident(&state), ident(&parent.plural));
            (both, name, say.clone(), "unavailable", vec![text(per), text(field), listed, text(&say)], clauses)
        }
        Feature::Closes { op, sets, date, time, until, clauses, .. } => {
            closing(spec, entity, (*op, sets), (date, time.as_deref()), *until, clauses)
        }
        _ => return false,
    };
    let mut all = vec!["change".to_owned()];
    all.extend(arguments);
    let mut body = vec![doc(&say)];
    body.extend(returns(call, &all));
    let about = match feature {
        Feature::InUse { by, .. } => format!(", about={}", text(by)),
        _ => String::new(),
    };
    let decorator = format!("{}.conflict({operations}{about})", constant(&entity.name));
    out.function(Some(&decorator), &name, "change", &body, clauses);
    true
}

/// When a record no longer counts, as an argument.
pub(super) fn when_over(entity: Option<&Entity>, over: &Over) -> String {
    let field = entity.and_then(|e| e.fields.iter().find(|f| f.name == over.field));
    let yes_or_no = field.is_some_and(|f| f.ty == FieldType::Boolean);
    let values = if yes_or_no { "(True,)".to_owned() } else { tuple(&over.values) };
    format!("over=({}, {values})", text(&over.field))
}

type Check<'c> = (&'static str, String, String, &'static str, Vec<String>, &'c Clauses);

/// The check that something is not done too late.
fn closing<'c>(
    spec: &AppSpec,
    entity: &Entity,
    (op, sets): (Op, &Option<(String, String)>),
    (date, time): (&str, Option<&str>),
    until: Until,
    clauses: &'c Clauses,
) -> Check<'c> {
    let (operations, word, done) = match (op, sets) {
        (Op::Create, _) => ("\"create\"", "made", "make"),
        (Op::Delete, _) => ("\"delete\"", "deleted", "delete"),
        (_, Some((_, value))) => ("\"update\"", value.as_str(), value.as_str()),
        _ => ("\"update\"", "changed", "change"),
    };
    let (owner, field) = date.split_once('.').map_or((Some(entity), date), |(link, field)| {
        let target = entity.fields.iter().find(|f| f.name == link).and_then(|f| match &f.ty {
            FieldType::Reference { entity } => spec.entity(entity),
            _ => None,
        });
        (target, field)
    });
    let when = owner.map_or_else(|| field.replace('_', " "), |e| label(e, time.unwrap_or(field))).to_lowercase();
    let amount = |n: u32, unit: &str| format!("{n} {unit}{}", if n == 1 { "" } else { "s" });
    let (limit, argument) = match until {
        Until::Hours { before } => (format!("{} before", amount(before, "hour")), format!("hours={before}")),
        Until::Days { before: 0 } => ("the day of".to_owned(), "days=0".to_owned()),
        Until::Days { before } => {
            let side = if before > 0 { "before" } else { "after" };
            (format!("{} {side}", amount(before.unsigned_abs(), "day")), format!("days={before}"))
        }
    };
    let say = format!("This can only be {} until {limit} the {when}.", word.replace('_', " "));
    let mut arguments = vec![text(date), text(&say)];
    if let (Op::Update, Some((name, value))) = (op, sets) {
        arguments.push(format!("sets=({}, {})", text(name), text(value)));
    }
    arguments.push(argument);
    arguments.extend(time.map(|name| format!("time={}", text(name))));
    let name = format!("{}_{}_in_time", ident(done), ident(&entity.plural));
    (operations, name, say, "closed", arguments, clauses)
}

fn period_word(period: &Period) -> &'static str {
    match period {
        Period::Week => "week",
        Period::Year => "year",
        _ => "month",
    }
}

fn formula(spec: &AppSpec, entity: &Entity, feature: &Feature, out: &mut Writer) -> bool {
    match feature {
        Feature::Computed { field, formula, clauses, .. } => {
            let (call, arguments, live, say) = computation(spec, entity, formula);
            let mut body = vec![doc(&format!("{}: {say}.", label(entity, field)))];
            body.extend(returns(call, &arguments));
            let mut target = text(field);
            if !entity.fields.iter().any(|f| f.name == *field) {
                let kind = match formula {
                    Formula::DaysAfter { .. } => "Date",
                    Formula::RunningNumber | Formula::Left { .. } => "Integer",
                    Formula::Waits { .. } | Formula::Held { .. } => "Boolean",
                    _ => "Decimal",
                };
                target = format!("{kind}({}, {})", text(field), text(&label(entity, field)));
            }
            let live = if live { ", live=True" } else { "" };
            let decorator = format!("{}.computed({target}{live})", constant(&entity.name));
            out.function(
                Some(&decorator),
                &format!("{}_of_{}", ident(field), ident(&entity.name)),
                "db, record",
                &body,
                clauses,
            );
            true
        }
        Feature::Progress { over, measure, target, measure_field, date_field, period, clauses, .. } => {
            let table = spec.entity(over).map_or(over.as_str(), |e| e.plural.as_str());
            let measured = measure_field
                .as_ref()
                .map_or_else(|| text(measure), |field| format!("measured(record, {}, {})", text(field), text(measure)));
            let mut arguments =
                vec!["db".into(), "record".into(), text(table), measured, text(target), text(date_field)];
            match period {
                Period::Field { field } => arguments.push(format!("period=record.get({})", text(field))),
                Period::Week => arguments.push("period=\"week\"".into()),
                Period::Month => arguments.push("period=\"month\"".into()),
                Period::Year => arguments.push("period=\"year\"".into()),
                Period::Between { start, end } => {
                    arguments.push(format!("between=({}, {})", text(start), text(end)));
                }
                Period::AllTime => {}
            }
            let many = spec.entity(over).map_or(over.clone(), |e| e.label_plural.to_lowercase());
            let mut body = vec![doc(&format!("How much of the target the {many} of the period make up."))];
            body.extend(returns("progress", &arguments));
            let shown = |name: &str, label: &str, unit: &str| {
                if entity.fields.iter().any(|f| f.name == name) {
                    text(name)
                } else {
                    format!("Decimal({}, {}{unit})", text(name), text(label))
                }
            };
            let decorator = format!(
                "{}.computed({}, {}, live=True)",
                constant(&entity.name),
                shown("progress", "Progress", ""),
                shown("progress_percent", "Progress in percent", ", unit=\"%\""),
            );
            let name = format!("progress_of_{}", ident(&entity.plural));
            out.function(Some(&decorator), &name, "db, record", &body, clauses);
            true
        }
        _ => false,
    }
}

/// The dashboards of a module; their rows stand in `TOTALS`.
pub fn dashboards(spec: &AppSpec, features: &[&Feature], out: &mut Writer) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for feature in features {
        let Feature::Totals { name, label, entity, measures, date_field, days, group_by, each, everyone, clauses } =
            feature
        else {
            continue;
        };
        let many = spec.entity(entity).map_or_else(|| entity.clone(), |e| e.label_plural.to_lowercase());
        let mut arguments = vec!["request".into(), text(entity)];
        if !measures.is_empty() {
            arguments.push(format!("measures={}", tuple(measures)));
        }
        if let Some(date) = date_field.as_ref().filter(|_| days.is_some() || each.is_some()) {
            arguments.push(format!("date_field={}", text(date)));
        }
        if let Some(days) = days {
            arguments.push(format!("days={days}"));
        }
        if let Some(group) = group_by {
            arguments.push(format!("group_by={}", text(group)));
        }
        if let Some(span) = each {
            arguments.push(format!("each={}", text(span.word())));
        }
        if *everyone {
            arguments.push("everyone=True".into());
        }
        let when = days.map_or_else(String::new, |d| format!(" of the last {d} days"));
        let mut body = vec![doc(&format!("{label}: the {many}{when} in numbers."))];
        body.extend(returns("add_up", &arguments));
        let function = out.function(None, &format!("show_{}", ident(name)), "request", &body, clauses);
        let mut row = vec![text(name), text(label), text(entity), function];
        if let Some(group) = group_by {
            row.push(format!("by={}", text(group)));
        }
        if let Some(span) = each {
            row.push(format!("each={}", text(span.word())));
        }
        rows.push(row);
    }
    rows
}

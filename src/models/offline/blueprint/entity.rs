//! The declaration of one kind of record: a table row per field, rule, right and ability.

use super::{
    access,
    writer::{Writer, number, prose, text, tuple},
};
use crate::{
    domain::ClauseId,
    models::offline::spec::{AppSpec, Condition, Entity, Feature, Field, FieldType, Op, Rule, Scope},
};

/// The constant that holds the entity.
pub fn constant(entity: &str) -> String {
    let name: String =
        entity.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    if ["COLLECTIONS", "TOTALS", "ANYONE", "SIGNED_IN"].contains(&name.as_str())
        || !name.starts_with(|c: char| c.is_ascii_uppercase())
    {
        format!("THE_{name}")
    } else {
        name
    }
}

/// The parts of a feature that stand in the entity's tables.
#[derive(Debug)]
pub struct Ability {
    pub kind: &'static str,
    pub arguments: Vec<String>,
    pub clauses: Vec<ClauseId>,
}

pub fn declare(spec: &AppSpec, entity: &Entity, features: &[&Feature], out: &mut Writer) {
    let name = constant(&entity.name);
    out.blank(1);
    out.line(format!("# {}", prose(&entity.label_plural)));
    out.blank(1);
    let mut arguments = vec![text(&entity.name), text(&entity.plural), text(&entity.label), text(&entity.label_plural)];
    if entity.owned {
        arguments.push("owned=True".into());
    }
    if entity.system {
        arguments.push("system=True".into());
    }
    let possible = forbidden_only(entity, features);
    if !possible.is_empty() {
        arguments.push(format!("possible={}", tuple(&possible)));
    }
    call(out, &format!("{name} = Entity"), &arguments);
    let workflows: Vec<(&str, &[ClauseId])> = features.iter().filter_map(|f| workflow_field(f)).collect();
    table(out, &name, "fields", entity.fields.is_empty(), |out| {
        for field in &entity.fields {
            let moved = workflows.iter().any(|(name, _)| *name == field.name);
            let (kind, arguments) = declare_field(field, moved);
            out.row(kind, &arguments, &field.clauses);
        }
    });
    let rules: Vec<_> = entity.fields.iter().flat_map(|f| f.rules.iter().map(move |r| (f, r))).collect();
    let rules: Vec<_> = rules
        .into_iter()
        .filter(|(field, rule)| rule.rule != Rule::Required || !workflows.iter().any(|(name, _)| *name == field.name))
        .collect();
    if !rules.is_empty() {
        table(out, &name, "rules", false, |out| {
            for (field, rule) in &rules {
                let (kind, arguments) = declare_rule(field, &rule.rule);
                out.row(kind, &arguments, &rule.clauses);
            }
        });
    }
    let rights = access::disjoint(spec, entity);
    table(out, &name, "access", rights.is_empty(), |out| {
        for right in &rights {
            let words: Vec<&str> = right.ops.iter().map(|op| access::word(*op)).collect();
            let mut arguments = vec![access::who(&right.who), text(&words.join(" "))];
            if right.scope != Scope::All {
                arguments.push(declare_scope(&right.scope));
            }
            if !right.only_fields.is_empty() {
                arguments.push(format!("only={}", tuple(&right.only_fields)));
            }
            out.row("Allow", &arguments, &right.clauses);
        }
    });
    for (attribute, abilities) in [("lists", lists(features)), ("features", behaviours(entity, features))] {
        if !abilities.is_empty() {
            table(out, &name, attribute, false, |out| {
                for ability in &abilities {
                    out.row(ability.kind, &ability.arguments, &ability.clauses);
                }
            });
        }
    }
}

fn table(out: &mut Writer, name: &str, attribute: &str, empty: bool, rows: impl FnOnce(&mut Writer)) {
    out.blank(1);
    if empty {
        out.line(format!("{name}.{attribute} = []"));
        return;
    }
    out.line(format!("{name}.{attribute} = ["));
    rows(out);
    out.line("]");
}

/// A call on one line or, when too long, with one argument per line.
fn call(out: &mut Writer, head: &str, arguments: &[String]) {
    let short = format!("{head}({})", arguments.join(", "));
    if short.chars().count() <= 112 {
        out.line(short);
        return;
    }
    out.line(format!("{head}("));
    for argument in arguments {
        out.line(format!("    {argument},"));
    }
    out.line(")");
}

fn workflow_field(feature: &Feature) -> Option<(&str, &[ClauseId])> {
    if let Feature::Workflow { field, clauses, .. } = feature {
        Some((field.as_str(), clauses.as_slice()))
    } else {
        None
    }
}

/// Operations that only a `Forbid` mentions: without it they would exist.
fn forbidden_only(entity: &Entity, features: &[&Feature]) -> Vec<String> {
    let mut words: Vec<String> = features
        .iter()
        .filter_map(|f| if let Feature::Forbid { op, .. } = f { Some(*op) } else { None })
        .filter(|op| !entity.access.iter().any(|a| a.ops.contains(op)))
        .map(|op| access::word(op).to_owned())
        .collect();
    words.sort();
    words.dedup();
    words
}

/// The row of a field. `moved`: a workflow gives it its first value.
pub fn declare_field(field: &Field, moved: bool) -> (&'static str, Vec<String>) {
    let mut arguments = vec![text(&field.name), text(&field.label)];
    let kind = match &field.ty {
        FieldType::Text { multiline } => {
            if *multiline {
                arguments.push("multiline=True".into());
            }
            "Text"
        }
        FieldType::Integer => "Integer",
        FieldType::Decimal { money: true } => "Money",
        FieldType::Decimal { money: false } => "Decimal",
        FieldType::Boolean => "Boolean",
        FieldType::Date => "Date",
        FieldType::DateTime => "DateTime",
        FieldType::Time => "Time",
        FieldType::Email => "Email",
        FieldType::Url => "Url",
        FieldType::Phone => "Phone",
        FieldType::Choice { values } => {
            arguments.push(tuple(values));
            "Choice"
        }
        FieldType::Reference { entity } => {
            arguments.push(text(entity));
            "Reference"
        }
        FieldType::UserReference { role } => {
            if let Some(role) = role {
                arguments.push(format!("role={}", text(role)));
            }
            "Account"
        }
    };
    if field.required && !moved && !field.rules.iter().any(|r| r.rule == Rule::Required) {
        arguments.push("required=True".into());
    }
    if field.read_only {
        arguments.push("read_only=True".into());
    }
    if let Some(default) = field.default.as_ref().filter(|_| !moved) {
        arguments.push(format!("default={}", text(default)));
    }
    if let Some(unit) = &field.unit {
        arguments.push(format!("unit={}", text(unit)));
    }
    (kind, arguments)
}

pub fn declare_rule(field: &Field, rule: &Rule) -> (&'static str, Vec<String>) {
    let mut arguments = vec![text(&field.name)];
    let kind = match rule {
        Rule::Required => "Required",
        Rule::Min { value } => {
            arguments.push(number(*value));
            "Minimum"
        }
        Rule::Max { value } => {
            arguments.push(number(*value));
            "Maximum"
        }
        Rule::MinLength { value } => {
            arguments.push(value.to_string());
            "MinLength"
        }
        Rule::MaxLength { value } => {
            arguments.push(value.to_string());
            "MaxLength"
        }
        Rule::Unique { per_owner } => {
            if *per_owner {
                arguments.push("per_owner=True".into());
            }
            "Unique"
        }
        Rule::NotInPast => "NotInPast",
        Rule::NotInFuture => "NotInFuture",
        Rule::After { field, or_equal } => {
            arguments.push(text(field));
            if *or_equal {
                arguments.push("or_equal=True".into());
            }
            "After"
        }
        Rule::Immutable => "Immutable",
        Rule::Within { field, days, both } => {
            arguments.push(text(field));
            arguments.push(days.saturating_sub(u32::from(*both)).to_string());
            "Within"
        }
        Rule::RequiredWhen { field, values } => {
            arguments.push(text(field));
            arguments.extend(values.iter().map(|v| text(v)));
            "RequiredWhen"
        }
        Rule::MinAge { years } => {
            arguments.push(years.to_string());
            "MinimumAge"
        }
        Rule::FromDay { days } => {
            arguments.push(days.to_string());
            "Earliest"
        }
        Rule::UntilDay { days } => {
            arguments.push(days.to_string());
            "Latest"
        }
    };
    (kind, arguments)
}

fn declare_scope(scope: &Scope) -> String {
    match scope {
        Scope::All => "Everything()".into(),
        Scope::Own => "Own()".into(),
        Scope::AssignedTo { field } => format!("AssignedTo({})", text(field)),
        Scope::OwnParent { field } => format!("OwnParent({})", text(field)),
        Scope::Granted => "Granted()".into(),
        Scope::SameAs { profile, field } => format!("SameAs({}, profile={})", text(field), text(profile)),
        Scope::Where { field, values } => {
            let values: Vec<String> = values.iter().map(|v| text(v)).collect();
            format!("Where({}, {})", text(field), values.join(", "))
        }
    }
}

fn lists(features: &[&Feature]) -> Vec<Ability> {
    let ability = |kind, arguments, clauses: &Vec<ClauseId>| Ability { kind, arguments, clauses: clauses.clone() };
    features
        .iter()
        .filter_map(|feature| match feature {
            Feature::Search { fields, clauses, .. } => {
                Some(ability("Search", fields.iter().map(|f| text(f)).collect(), clauses))
            }
            Feature::Filter { field, clauses, .. } => Some(ability("Filter", vec![text(field)], clauses)),
            Feature::Sort { field, then, descending, default, clauses, .. } => {
                let mut arguments: Vec<String> = [field].into_iter().chain(then).map(|f| text(f)).collect();
                if *descending {
                    arguments.push("descending=True".into());
                }
                if *default {
                    arguments.push("default=True".into());
                }
                Some(ability("Sort", arguments, clauses))
            }
            Feature::Csv { only, clauses, .. } => Some(ability("Csv", only.iter().map(access::who).collect(), clauses)),
            Feature::Pagination { per_page, clauses, .. } => {
                Some(ability("Pagination", vec![(*per_page).max(1).to_string()], clauses))
            }
            Feature::View { name, label, conditions, clauses, .. } => {
                let mut arguments = vec![text(name), text(label)];
                arguments.extend(conditions.iter().map(condition));
                Some(ability("View", arguments, clauses))
            }
            Feature::Home { view, clauses, .. } => {
                Some(ability("Home", view.iter().map(|v| text(v)).collect(), clauses))
            }
            _ => None,
        })
        .collect()
}

/// The field by which records name a parent of this kind.
pub fn reference<'a>(entity: &'a Entity, parent: &str) -> Option<&'a str> {
    entity.fields.iter().find_map(|field| match &field.ty {
        FieldType::Reference { entity } if entity == parent && !field.read_only => Some(field.name.as_str()),
        _ => None,
    })
}

fn condition(condition: &Condition) -> String {
    let listed = |kind: &str, field: &str, values: &[String]| {
        let values: Vec<String> = values.iter().map(|v| text(v)).collect();
        format!("{kind}({}, {})", text(field), values.join(", "))
    };
    match condition {
        Condition::From { field, days } => format!("FromDay({}, {days})", text(field)),
        Condition::Before { field, days } => format!("BeforeDay({}, {days})", text(field)),
        Condition::In { field, values } => listed("OneOf", field, values),
        Condition::NotIn { field, values } => listed("NoneOf", field, values),
    }
}

/// What somebody is told who tries it with what is their own.
fn not_own(entity: &Entity, op: Op, sets: Option<&(String, Vec<String>)>, own: &[String]) -> String {
    let one = entity.label.to_lowercase();
    if let Some((link, _)) = own.iter().find_map(|path| path.split_once('.')) {
        let what =
            entity.fields.iter().find(|f| f.name == link).map_or_else(|| link.into(), |f| f.label.to_lowercase());
        return format!("This {what} is your own: you cannot add {} to it.", crate::models::offline::read::a(&one));
    }
    match (op, sets) {
        (_, Some((_, values))) => {
            format!("This {one} is your own: you cannot set it to {}.", values.join(" or ").replace('_', " "))
        }
        (Op::Delete, _) => format!("This {one} is your own: you cannot delete it."),
        _ => format!("This {one} is your own: you cannot change it."),
    }
}

fn behaviours(entity: &Entity, features: &[&Feature]) -> Vec<Ability> {
    let whos = |list: &[crate::models::offline::spec::Who]| list.iter().map(access::who).collect::<Vec<_>>();
    features
        .iter()
        .filter_map(|feature| match feature {
            Feature::Grant { role, clauses, .. } => {
                let arguments = role.iter().map(|r| text(r)).collect();
                Some(Ability { kind: "Grant", arguments, clauses: clauses.clone() })
            }
            Feature::Workflow { field, initial, transitions, clauses, .. } => {
                let mut arguments = vec![text(field), text(initial)];
                for step in transitions {
                    let old = if let [one] = step.from.as_slice() { text(one) } else { tuple(&step.from) };
                    let mut parts = vec![old, text(&step.to)];
                    parts.extend(whos(&step.who));
                    arguments.push(format!("Move({})", parts.join(", ")));
                }
                let required = entity.fields.iter().filter(|f| f.name == *field).flat_map(|f| &f.rules);
                let mut all = clauses.clone();
                all.extend(required.filter(|r| r.rule == Rule::Required).flat_map(|r| r.clauses.iter().cloned()));
                Some(Ability { kind: "Workflow", arguments, clauses: all })
            }
            Feature::FieldGuard { field, who, clauses, .. } => {
                let mut arguments = vec![text(field)];
                arguments.extend(whos(who));
                Some(Ability { kind: "OnlyBy", arguments, clauses: clauses.clone() })
            }
            Feature::ShownTo { field, who, clauses, .. } => {
                let mut arguments = vec![text(field)];
                arguments.extend(whos(who));
                Some(Ability { kind: "ShownTo", arguments, clauses: clauses.clone() })
            }
            Feature::NotOwn { op, sets, own, who, clauses, .. } => {
                let say = not_own(entity, *op, sets.as_ref(), own);
                let mut arguments = vec![text(access::word(*op)), text(&say)];
                arguments.extend(own.iter().map(|path| text(path)));
                arguments.extend(sets.iter().map(|(name, values)| format!("sets=({}, {})", text(name), tuple(values))));
                if !who.is_empty() {
                    let list = whos(who).into_iter().map(|w| w + ",").collect::<Vec<_>>().join(" ");
                    arguments.push(format!("who=({list})"));
                }
                Some(Ability { kind: "NotOwn", arguments, clauses: clauses.clone() })
            }
            Feature::History { readers, clauses, .. } => {
                Some(Ability { kind: "History", arguments: whos(readers), clauses: clauses.clone() })
            }
            Feature::Offer { parent, clauses, .. } => {
                let link = reference(entity, parent)?;
                Some(Ability { kind: "Offer", arguments: vec![text(link)], clauses: clauses.clone() })
            }
            Feature::Forbid { op, clauses, .. } => {
                Some(Ability { kind: "Forbid", arguments: vec![text(access::word(*op))], clauses: clauses.clone() })
            }
            _ => None,
        })
        .collect()
}

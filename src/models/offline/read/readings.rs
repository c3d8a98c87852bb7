//! Interpretations: each demand as a requirement, with criteria that a test can check.

use super::field::sentence_case;
use super::sentence::Sentence;
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{
    AppSpec, Entity, Feature, Field, FieldType, Formula, Op, Over, Reading, Rule, Scope, SecurityDemand, Until, Who,
};

/// One reading per demand that something fulfils, in the order of the text.
#[must_use]
pub fn readings(d_sentences: &[Sentence], spec: &AppSpec) -> Vec<Reading> {
    let mut out: Vec<Reading> = Vec::new();
    for s in d_sentences {
        if spec.gaps.iter().any(|g| g.clause == s.id && g.whole) {
            continue;
        }
        let Some(mark) = spec.marks.iter().find(|m| m.clause == s.id && m.kind.demands()) else { continue };
        let acceptance: Vec<String> = criteria(spec, s.id).iter().map(|text| articles(text)).collect();
        if acceptance.is_empty() {
            continue;
        }
        let statement = statement(s);
        let functional = !matches!(mark.kind, ClauseKind::Quality);
        match out.iter_mut().find(|r| r.acceptance == acceptance && r.functional == functional) {
            // It says what each of its clauses says, not what the first one does.
            Some(r) => {
                r.clauses.push(s.id);
                if !r.statement.contains(&statement) {
                    r.statement = format!("{} {statement}", r.statement);
                }
            }
            None => out.push(Reading { functional, statement, clauses: vec![s.id], acceptance }),
        }
    }
    out
}

/// The clause as one plain statement: a story without its reason, a sentence as it stands.
fn statement(s: &Sentence) -> String {
    let from = s.role.as_ref().map_or(0, |_| s.aside.iter().position(|a| !*a).unwrap_or(0));
    let to = (from..s.words.len()).find(|i| s.aside[*i]).unwrap_or(s.words.len());
    let body = s.written.clone().unwrap_or_else(|| s.quote(from..to));
    let body = body.trim_end_matches([',', '.', ' ', ';']);
    let text = match &s.role {
        Some(role) => {
            let mods: Vec<&str> = role.mods.iter().map(String::as_str).chain([role.head.as_str()]).collect();
            let who = mods.join(" ");
            let article = if who.starts_with(['a', 'e', 'i', 'o']) { "An" } else { "A" };
            let rest = [
                "I want to be able to ",
                "I want to ",
                "I would like to be able to ",
                "I would like to ",
                "I can ",
                "I need to be able to ",
                "I need to ",
                "I should be able to ",
                "I must be able to ",
            ]
            .iter()
            .find_map(|p| body.strip_prefix(p));
            match rest {
                Some(rest) => format!(
                    "{article} {who} can {}.",
                    rest.replace(" my ", " their ").replace(" I ", " they ").replace(" me ", " them ")
                ),
                None => format!("For {} {who}: {body}.", article.to_lowercase()),
            }
        }
        None => format!("{}.", sentence_case(body)),
    };
    crate::domain::Clean::new(&text).one_line(400)
}

/// The word with its article.
#[must_use]
pub fn a(word: &str) -> String {
    let vowel = word.starts_with(['a', 'e', 'i', 'o'])
        || word.starts_with('u') && !["user", "uni", "use", "uti"].iter().any(|p| word.starts_with(p))
        || word.starts_with("hour");
    format!("{} {word}", if vowel { "an" } else { "a" })
}

/// `the status of a entry` → `the status of an entry`; a value that is called `a` stays what it is.
fn articles(text: &str) -> String {
    const NO_NOUN: [&str; 8] = ["or", "and", "is", "in", "of", "are", "on", "at"];
    let words: Vec<&str> = text.split(' ').collect();
    let with_article = |(i, word): (usize, &&str)| match words.get(i + 1) {
        Some(next) if matches!(*word, "a" | "A") && a(next).starts_with("an ") && !NO_NOUN.contains(next) => {
            format!("{word}n")
        }
        _ => (*word).to_owned(),
    };
    words.iter().enumerate().map(with_article).collect::<Vec<_>>().join(" ")
}

/// The same at the start of a sentence.
fn a_up(word: &str) -> String {
    sentence_case(&a(word))
}

/// What is one too many.
fn beyond(max: u32, one: &str, many: &str) -> String {
    if max == 1 { format!("A second {one}") } else { format!("More than {max} {many}") }
}

fn who(w: &Who) -> String {
    match w {
        // several people in one word
        Who::Role(r) if matches!(r.as_str(), "staff" | "personnel") => format!("A member of the {r}"),
        Who::Anyone => "Anyone".into(),
        Who::SignedIn => "Anyone who is signed in".into(),
        Who::Role(r) => a_up(&r.replace('_', " ")),
    }
}

fn op(o: Op) -> &'static str {
    match o {
        Op::Create => "add",
        Op::Read => "see",
        Op::Update => "change",
        Op::Delete => "delete",
    }
}

fn scope(s: &Scope) -> String {
    match s {
        Scope::All => String::new(),
        Scope::Own => " of their own and no others".into(),
        Scope::AssignedTo { .. } => " assigned to them and no others".into(),
        Scope::OwnParent { .. } => " that belong to a record of their own".into(),
        Scope::Granted => " only once its owner has given them access".into(),
        Scope::SameAs { profile, .. } => format!(" of their own {} and no others", profile.replace('_', " ")),
        Scope::Where { field, values } => format!(" whose {} is {}", field.replace('_', " "), values.join(" or ")),
    }
}

fn type_words(f: &Field) -> String {
    let unit = f.unit.as_deref().map(|u| format!(" in {u}")).unwrap_or_default();
    let ty = match &f.ty {
        FieldType::Text { multiline: true } => "longer text".into(),
        FieldType::Text { .. } => "text".into(),
        FieldType::Integer => "whole number".into(),
        FieldType::Decimal { money: true } => "amount of money".into(),
        FieldType::Decimal { .. } => "number".into(),
        FieldType::Boolean => "yes or no".into(),
        FieldType::Date => "date".into(),
        FieldType::DateTime => "date and time".into(),
        FieldType::Time => "time".into(),
        FieldType::Email => "e-mail address".into(),
        FieldType::Url => "link".into(),
        FieldType::Phone => "phone number".into(),
        FieldType::Choice { values } => format!("one of {}", values.join(", ")),
        FieldType::Reference { entity } => format!("refers to {}", a(&entity.replace('_', " "))),
        FieldType::UserReference { role } => format!(
            "names an account{}",
            role.as_ref().map(|r| format!(" of a {}", r.replace('_', " "))).unwrap_or_default()
        ),
    };
    format!("{ty}{unit}")
}

fn rule(f: &Field, label: &str, r: &Rule) -> String {
    let name = if f.label.starts_with("How ") { f.name.replace('_', " ") } else { f.label.to_lowercase() };
    let one = a_up(label);
    match r {
        Rule::Required => format!("{one} without {name} is refused."),
        Rule::Min { value } => format!("{one} whose {name} is below {value} is refused."),
        Rule::Max { value } => format!("{one} whose {name} is above {value} is refused."),
        Rule::MinLength { value } => format!("{one} whose {name} has fewer than {value} characters is refused."),
        Rule::MaxLength { value } => format!("{one} whose {name} has more than {value} characters is refused."),
        Rule::Unique { .. } => format!("A second {label} with the same {name} is refused."),
        Rule::NotInPast => format!("{one} whose {name} lies in the past is refused."),
        Rule::NotInFuture => format!("{one} whose {name} lies in the future is refused."),
        Rule::After { field, or_equal } => {
            let before = if *or_equal { "before" } else { "not after" };
            format!("{one} whose {name} is {before} its {} is refused.", field.replace('_', " "))
        }
        Rule::Immutable => format!("The {name} of {} cannot be changed.", a(label)),
        Rule::Within { field, days, both: true } => {
            let first = field.replace('_', " ");
            format!("{one} that takes more than {days} days, its {first} and its {name} among them, is refused.")
        }
        Rule::Within { field, days, .. } => {
            format!("{one} whose {name} is more than {days} days after its {} is refused.", field.replace('_', " "))
        }
        Rule::RequiredWhen { field, values } => {
            format!("{one} whose {} is {} is refused without {name}.", field.replace('_', " "), values.join(" or "))
        }
        Rule::MinAge { years } => format!("{one} whose {name} is less than {years} years ago is refused."),
        Rule::FromDay { days: 1 } => format!("{one} whose {name} is not after today is refused."),
        Rule::FromDay { days } => format!("{one} whose {name} is less than {days} days from today is refused."),
        Rule::UntilDay { days } => format!("{one} whose {name} is more than {days} days from today is refused."),
    }
}

/// Criteria of everything that names the clause.
#[must_use]
pub fn criteria(spec: &AppSpec, id: ClauseId) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(u) = &spec.users {
        if u.sign_up.contains(&id) {
            let with = if u.sign_in_with == crate::models::offline::spec::SignInWith::Email {
                "an e-mail address"
            } else {
                "a user name"
            };
            out.push(format!("Signing up takes {with} and a password; a second account with the same one is refused."));
        }
        if u.log_in.contains(&id) {
            out.push("Logging in works with the right password and with no other.".into());
        }
        if u.change_password.contains(&id) {
            out.push("After changing the password only the new one logs in.".into());
        }
        if u.edit_profile.contains(&id) {
            out.push("People see and change the data of their own account and of no other.".into());
        }
        for f in u.profile.iter().filter(|f| f.clauses.contains(&id)) {
            out.push(format!("An account has: {} ({}).", f.label.to_lowercase(), type_words(f)));
        }
    }
    for e in &spec.entities {
        entity_criteria(e, id, &mut out);
    }
    for f in spec.features.iter().filter(|f| f.clauses().contains(&id)) {
        out.push(feature(spec, f));
    }
    out.dedup();
    out
}

fn entity_criteria(e: &Entity, id: ClauseId, out: &mut Vec<String>) {
    let label = e.label.to_lowercase();
    let plural = e.label_plural.to_lowercase();
    let fields: Vec<String> = e
        .fields
        .iter()
        .filter(|f| f.clauses.contains(&id))
        .map(|f| format!("{} ({})", f.label.to_lowercase(), type_words(f)))
        .collect();
    if !fields.is_empty() {
        out.push(format!("{} keeps {}; what is entered is read back unchanged.", a_up(&label), fields.join(", ")));
    }
    for f in &e.fields {
        for r in f.rules.iter().filter(|r| r.clauses.contains(&id)) {
            out.push(rule(f, &label, &r.rule));
        }
    }
    for a in e.access.iter().filter(|a| a.clauses.contains(&id)) {
        let ops = a.ops.iter().map(|o| op(*o)).collect::<Vec<_>>().join(", ");
        let what = if a.only_fields.is_empty() {
            plural.clone()
        } else {
            format!("the {} of {plural}", a.only_fields.join(", ").replace("_id", "").replace('_', " "))
        };
        out.push(format!("{} can {ops} {what}{}.", who(&a.who), scope(&a.scope)));
    }
    if e.private.contains(&id) {
        out.push(format!("Somebody else's {label} is not found, neither in lists nor by its address."));
    }
    if out.is_empty() && e.clauses.contains(&id) {
        out.push(format!("{} are kept.", e.label_plural));
    }
}

fn whos(list: &[Who]) -> String {
    list.iter().map(|w| who(w).to_lowercase()).collect::<Vec<_>>().join(" or ")
}

fn feature(spec: &AppSpec, f: &Feature) -> String {
    let plural = |e: &str| spec.entity(e).map_or_else(|| e.replace('_', " "), |e| e.label_plural.to_lowercase());
    let one = |e: &str| e.replace('_', " ");
    let field = |f: &str| f.trim_end_matches("_id").replace('_', " ");
    let ended = |over: &Over| if over.values == ["true"] { field(&over.field) } else { over.values.join(" or ") };
    match f {
        Feature::Search { entity, fields, .. } if fields.is_empty() => format!(
            "Searching {} for a word shows those that contain it and no others, whatever its case.",
            plural(entity)
        ),
        Feature::Search { entity, fields, .. } => format!(
            "Searching {} by {} shows those that match and no others.",
            plural(entity),
            fields.join(", ").replace('_', " ")
        ),
        Feature::Filter { entity, field: x, .. } => {
            format!("The list of {} can be narrowed by {}.", plural(entity), field(x))
        }
        Feature::Sort { entity, field: x, then, descending, .. } => format!(
            "The list of {} can be ordered by {}{}{}.",
            plural(entity),
            field(x),
            then.iter().map(|f| format!(" and {}", field(f.trim_start_matches('-')))).collect::<String>(),
            if *descending { ", highest first" } else { "" }
        ),
        Feature::Csv { entity, only, .. } => {
            let by = if only.is_empty() { String::new() } else { format!(" by {} only,", whos(only)) };
            format!("The list of {} can be downloaded as CSV{by} with one line for each.", plural(entity))
        }
        Feature::Pagination { entity, per_page, .. } => {
            format!("The list of {} comes in pages of {per_page}.", plural(entity))
        }
        Feature::Grant { entity, role, .. } => format!(
            "The owner of {} gives {} access and takes it back; without it they see nothing.",
            plural(entity),
            role.as_ref().map_or("another account".into(), |r| format!("a {}", r.replace('_', " ")))
        ),
        Feature::Workflow { entity, field: x, .. } => {
            format!("The {} of a {} moves only along the stated steps.", field(x), one(entity))
        }
        Feature::FieldGuard { entity, field: x, who, .. } => {
            format!("Only {} can set the {} of a {}.", whos(who), field(x), one(entity))
        }
        Feature::Threshold { entity, amount, limit, above, below, values, .. } => {
            format!(
                "A {} whose {} is above {limit} is {} by {}, any other by {}.",
                one(entity),
                field(amount),
                values.join(" or "),
                who(above).to_lowercase(),
                who(below).to_lowercase()
            )
        }
        Feature::History { entity, readers, .. } => format!(
            "Every change of a {} is recorded with who and when; {} can read it, nobody can change it.",
            one(entity),
            whos(readers)
        ),
        Feature::Totals { label, entity, measures, days, group_by, each, .. } => format!(
            "{label} shows the number of {}{}{}{}{}.",
            plural(entity),
            if measures.is_empty() {
                String::new()
            } else {
                format!(" and the sums of {}", measures.join(", ").replace('_', " "))
            },
            days.map(|n| format!(" of the last {n} days")).unwrap_or_default(),
            group_by.as_ref().map_or_else(String::new, |g| match g.as_str() {
                "owner_id" => " for each person".into(),
                g => format!(" for each {}", field(g)),
            }),
            each.map(|s| format!(" and {}", s.word())).unwrap_or_default()
        ),
        Feature::Progress { goal, over, .. } => {
            format!("Each {} shows how far the {} have come towards its target.", one(goal), plural(over))
        }
        Feature::NoOverlap { entity, per, over, .. } => format!(
            "A {} that overlaps another{} is refused{}.",
            one(entity),
            per.as_ref().map(|p| format!(" of the same {}", field(p))).unwrap_or_default(),
            over.as_ref().map(|over| format!("; what is {} takes no time", ended(over))).unwrap_or_default()
        ),
        Feature::UniqueTogether { entity, fields, .. } => format!(
            "A second {} with the same {} is refused.",
            one(entity),
            fields.iter().map(|f| field(f)).collect::<Vec<_>>().join(" and ")
        ),
        Feature::Limit { entity, max, per, over, .. } => format!(
            "{} per {} {} refused{}.",
            beyond(*max, &one(entity), &plural(entity)),
            per.as_ref().map_or("account".into(), |p| field(p)),
            if *max == 1 { "is" } else { "are" },
            over.as_ref().map_or_else(String::new, |over| format!("; those that are {} do not count", ended(over)))
        ),
        Feature::Capacity { entity, per, capacity, .. } => format!(
            "{} of a {} beyond its {} are refused.",
            sentence_case(&plural(entity)),
            field(per),
            field(capacity)
        ),
        Feature::Computed { entity, field: x, formula: Formula::RunningNumber, .. } => format!(
            "Every {} is given its {} when it is made, one after the other; nobody enters or changes it.",
            one(entity),
            field(x)
        ),
        Feature::Computed { entity, field: x, formula: Formula::Held { entity: held, .. }, .. } => {
            format!("A {} is {} while one of its {} is not over.", one(entity), field(x), plural(held))
        }
        Feature::Computed { entity, formula: Formula::Waits { per, capacity }, .. } => format!(
            "A {} beyond the {} of its {} is on the waiting list; when an earlier one is gone, the next one has room.",
            one(entity),
            capacity.replace('_', " "),
            per.trim_end_matches("_id").replace('_', " ")
        ),
        Feature::Computed { entity, field: x, formula: Formula::Left { capacity, entity: taken, .. }, .. } => format!(
            "The {} of {} is what the {} leave of its {}.",
            field(x),
            a(&one(entity)),
            plural(taken),
            field(capacity)
        ),
        Feature::Computed { entity, field: x, formula: Formula::Priced { link, of, by }, .. } => format!(
            "The {} of {} is its {} times the {} of its {}, as that is now.",
            field(x),
            a(&one(entity)),
            field(by),
            field(of),
            field(link)
        ),
        Feature::Computed { entity, field: x, formula: Formula::Length { start, end, whole, .. }, .. } => format!(
            "The {} of {} go from its {} to its {}{}.",
            field(x),
            a(&one(entity)),
            field(start),
            field(end),
            if *whole { ", which counts, too" } else { "" }
        ),
        Feature::Computed { entity, field: x, .. } => format!("The {} of a {} is computed.", field(x), one(entity)),
        Feature::Forbid { entity, op: o, .. } => format!("Nobody can {} {}.", op(*o), plural(entity)),
        Feature::Locked { entity, field: x, values, only, .. } if !only.is_empty() => {
            let what = only.iter().map(|f| field(f)).collect::<Vec<_>>().join(", ");
            format!("The {what} of a {} whose {} is {} cannot be changed.", one(entity), field(x), values.join(" or "))
        }
        Feature::Locked { entity, op: o, field: x, values, .. } => {
            format!("A {} whose {} is {} cannot be {}d.", one(entity), field(x), values.join(" or "), op(*o))
        }
        Feature::Unavailable { entity, per, field: x, values, .. } => {
            format!("A {} of a {} whose {} is {} is refused.", one(entity), field(per), field(x), values.join(" or "))
        }
        Feature::Closes { entity, op: o, sets, date, until, .. } => {
            let what = sets.as_ref().map_or_else(|| op(*o).to_owned(), |(_, value)| format!("set to {value}"));
            let limit = match until {
                Until::Hours { before } => format!("{before} hours before"),
                Until::Days { before } if *before < 0 => format!("{} days after", -before),
                Until::Days { before } => format!("{before} days before"),
            };
            format!("Nobody can {what} a {} later than {limit} {}.", one(entity), field(&date.replace("_id.", " ")))
        }
        Feature::NotOwn { entity, op: o, sets, own, who: bound, .. } => {
            let known = |w: &Who| if let Who::Role(r) = w { r.replace('_', " ") } else { "account".into() };
            let names = bound.iter().map(known).collect::<Vec<_>>().join(" or ");
            let whom = if bound.is_empty() { "Nobody".to_owned() } else { format!("No {names}") };
            let what = match (own.iter().find_map(|path| path.split_once('.')), sets) {
                (Some((link, _)), _) => format!("make {} for {}", a(&one(entity)), a(&field(link))),
                (None, Some((_, values))) => format!("set {} to {}", a(&one(entity)), values.join(" or ")),
                (None, None) => format!("{} {}", op(*o), a(&one(entity))),
            };
            format!("{whom} can {what} that is their own; others who may do it can.")
        }
        Feature::ShownTo { entity, field: x, who, .. } => {
            format!("The {} of a {} is shown to {} and to nobody else.", field(x), one(entity), whos(who))
        }
        Feature::View { entity, label, .. } => {
            format!("The list “{label}” shows the {} that belong there and no others.", plural(entity))
        }
        Feature::Offer { entity, parent, .. } => {
            format!("The page of a {} leads to the form for a {} that belongs to it.", one(parent), one(entity))
        }
        Feature::Home { entity, view: Some(view), .. } => format!(
            "The start page shows the list “{}” of {}, each with a link to its page.",
            sentence_case(&field(view)),
            plural(entity)
        ),
        Feature::Home { entity, .. } => {
            format!("The start page shows the newest {}, each with a link to its page.", plural(entity))
        }
        Feature::InUse { entity, by, .. } => {
            format!("A {} that {} refer to cannot be deleted.", one(entity), plural(by))
        }
        Feature::LimitIn { entity, max, per, period, .. } => format!(
            "{} per {} and {} {} refused.",
            beyond(*max, &one(entity), &plural(entity)),
            per.as_ref().map_or("account".into(), |p| field(p)),
            match period {
                crate::models::offline::spec::Period::Week => "week",
                crate::models::offline::spec::Period::Year => "year",
                _ => "month",
            },
            if *max == 1 { "is" } else { "are" },
        ),
        Feature::Mobile { .. } => "Every page fits the width of a phone.".into(),
        Feature::Performance { entity, records, millis, .. } => {
            format!("With {records} {} the list answers within {millis} ms.", plural(entity))
        }
        Feature::Security { what, .. } => match what {
            SecurityDemand::PasswordsHashed => "No password is stored in a readable form.".into(),
            SecurityDemand::MustSignIn => "Without logging in nothing can be seen or changed.".into(),
            SecurityDemand::OnlyAccount => {
                "Whoever signs up first has the only account; nobody else can sign up.".into()
            }
            SecurityDemand::PasswordLength { least } => {
                format!("A password of fewer than {least} characters is refused.")
            }
            SecurityDemand::SessionExpires => "A session ends by itself.".into(),
        },
        Feature::Blocking { by, of, state, .. } => {
            let by = if by.is_empty() { "the administrator".into() } else { by.join(" or ").replace('_', " ") };
            let whose = of.as_deref().map_or_else(String::new, |role| format!(" of a {}", role.replace('_', " ")));
            format!(
                "An account{whose} that {by} sets to {state} cannot log in until it is let in again; nobody else sets it."
            )
        }
        Feature::Exclusion { terms, .. } => {
            format!("Neither code, API nor pages have anything of: {}.", terms.join(", "))
        }
    }
}

//! What the text leaves open, filled in with defaults that a person sees as assumptions and can change.

use super::answers::{Asked, choices, demanded, listed};
use super::data::made;
use super::draft::Draft;
use super::exclusives::exclusives;
use super::rights::{rights, searchers, unnamed_readers};
use super::sums::finish_totals;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Field, FieldType, Rule};

/// Default properties by the kind of thing; the answer to a `fields:` question is written the same way.
fn usual_fields(name: &str, users: bool, person: bool) -> &'static str {
    let last = name.rsplit('_').next().unwrap_or(name);
    if person {
        return "name, email, phone number";
    }
    match last {
        "item" if name.ends_with("list_item") => "name, description (optional)",
        "entry" | "message" | "testimonial" | "greeting" | "suggestion" if !users => "author, message",
        "comment" | "message" | "reply" | "suggestion" | "feedback" | "remark" | "answer" | "response" => "text",
        "post" | "article" | "entry" | "note" | "notice" | "announcement" | "news" | "advertisement" | "story"
        | "page" | "tip" | "recipe" | "lesson" | "instruction" => "title, text",
        "order" | "purchase" | "request_for_quote" => "description",
        "review" => "rating from 1 to 5, text",
        "rating" | "vote" => "rating from 1 to 5",
        "event" | "meeting" | "appointment" | "session" | "concert" | "trip" | "match" | "workshop" | "party"
        | "class" | "course" | "tour" | "show" | "lecture" | "training" => {
            "title, date, location, description (optional)"
        }
        "booking" | "reservation" | "rental" | "loan" | "leave" | "absence" | "stay" => "start date, end date",
        "expense" | "income" | "transaction" | "payment" | "donation" | "purchase_record" | "invoice" | "bill"
        | "cost" | "tip_payment" => "amount in euros, date, description (optional)",
        "workout" | "run" | "ride" | "activity" | "practice" => "date, kind, duration in minutes, notes (optional)",
        "measurement" | "reading" | "weight" | "temperature" => "date, value in percent, notes (optional)",
        "product" | "item" | "dish" | "meal" | "article_for_sale" | "offer" | "drink" | "ticket_type" => {
            "name, price in euros, description (optional)"
        }
        "book" => "title, author",
        "song" | "track" | "album" => "title, artist",
        "movie" | "film" => "title, year",
        "task" | "todo" | "issue" | "bug" | "defect" | "request" | "complaint" | "ticket" | "problem" | "incident"
        | "quest" | "ticket_request" => "title, description (optional)",
        "contact" | "member" | "customer" | "guest" => "name, email (optional), phone number (optional)",
        "photo" | "picture" | "image" => "title, photo link",
        "video" | "bookmark" | "link" => "title, link",
        "score" | "result" => "name, score",
        "habit" => "name, frequency (daily, weekly)",
        "goal" | "target" => "title, deadline (optional)",
        "poll" | "question" | "survey" => "question text",
        "hour" | "time" | "time_entry" => "date, duration in minutes, description (optional)",
        _ => "name, description (optional)",
    }
}

/// Records of these are nothing but the fact that they are there: who, and for which other record.
fn relation_only(name: &str) -> bool {
    matches!(
        name,
        "favorite"
            | "bookmark"
            | "like"
            | "follow"
            | "membership"
            | "registration"
            | "enrolment"
            | "subscription"
            | "vote"
            | "reservation"
            | "purchase"
            | "order"
            | "sign_up"
            | "application"
            | "nomination"
            | "attendance"
    )
}

/// Fills in what is missing of every entity.
pub fn complete(d: &mut Draft) {
    person_accounts(d);
    for e in 0..d.entities.len() {
        fields(d, e);
        wording(d, e);
    }
    super::features::finish_progress(d);
    finish_totals(d);
    super::tallies::finish(d);
    statuses(d);
    required(d);
    edges(d);
    searchers(d);
    unnamed_readers(d);
    for e in 0..d.entities.len() {
        rights(d, e);
    }
    for e in 0..d.entities.len() {
        super::sight::see_what_one_takes(d, e);
    }
    exclusives(d);
    super::bans::settle(d);
    super::exclusion::unkept(d);
}

/// `a minimum of 5 cents` in one sentence and `above 5 cents` in another: whether the edge itself is allowed is a question,
/// and one bound answers both.
fn edges(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let entity = d.entities[e].entity.name.clone();
        for f in 0..d.entities[e].entity.fields.len() {
            let field = d.entities[e].entity.fields[f].clone();
            let step = if field.ty == FieldType::Integer { 1.0 } else { 0.01 };
            let near = |a: f64, b: f64| a != b && (a - b).abs() < step * 1.5;
            let pair = field.rules.iter().enumerate().find_map(|(i, one)| {
                let (j, other) =
                    field.rules.iter().enumerate().skip(i + 1).find(|(_, other)| match (&one.rule, &other.rule) {
                        (Rule::Min { value: a }, Rule::Min { value: b })
                        | (Rule::Max { value: a }, Rule::Max { value: b }) => near(*a, *b),
                        _ => false,
                    })?;
                Some((i, j, other.clauses.clone()))
            });
            let Some((i, j, more)) = pair else { continue };
            let (Rule::Min { value: a } | Rule::Max { value: a }, Rule::Min { value: b } | Rule::Max { value: b }) =
                (&field.rules[i].rule, &field.rules[j].rule)
            else {
                continue;
            };
            let lower = matches!(field.rules[i].rule, Rule::Min { .. });
            let (wide, narrow) = if lower == (a < b) { (*a, *b) } else { (*b, *a) };
            let clauses: Vec<ClauseId> = field.rules[i].clauses.iter().chain(&more).copied().collect();
            let question = format!(
                "One sentence lets the {} of {} be exactly {wide}, another does not: is it allowed?",
                field.label.to_lowercase(),
                super::readings::a(&entity.replace('_', " ")),
            );
            let key = format!("edge:{entity}.{}", field.name);
            let answer = d.ask(&key, &question, "yes", &clauses).to_lowercase();
            d.offer(&key, "yes", ["no"]);
            let no = matches!(answer.as_str(), "no" | "no, it is not" | "it is not allowed" | "not allowed");
            if !no && !matches!(answer.as_str(), "yes" | "yes, it is" | "it is allowed" | "allowed") {
                let asked = Asked { key: &key, question: &question, default: "yes", clauses: &clauses };
                d.not_followed(asked, &answer, "it is neither yes nor no");
            }
            let value = if no { narrow } else { wide };
            let rules = &mut d.entities[e].entity.fields[f].rules;
            rules[i].rule = if lower { Rule::Min { value } } else { Rule::Max { value } };
            rules[i].clauses = clauses;
            rules.remove(j);
        }
    }
}

/// A record of a person who also acts gets a link to the account.
pub fn person_accounts(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let name = d.entities[e].entity.name.clone();
        if !d.entities[e].person || !d.has_users() || !d.roles.iter().any(|r| r.name == name) {
            continue;
        }
        if d.entities[e].entity.fields.iter().any(|f| f.name == "account_id") {
            continue;
        }
        let clauses = d.home(e);
        let Some(first) = clauses.first().copied() else { continue };
        let open = d.roles.iter().any(|r| r.name == name && r.open);
        let mut f = made(
            "account_id",
            "Account",
            FieldType::UserReference { role: Some(name.clone()).filter(|_| !open) },
            first,
        );
        f.clauses = clauses.clone();
        d.entities[e].entity.fields.push(f);
        d.ask_only(Asked {
            key: &format!("account:{name}"),
            question: &format!("Does {} sign in?", super::readings::a(&name.replace('_', " "))),
            default: "yes, its record names the account",
            clauses: &clauses,
        });
    }
}

/// A comment, a rating is about something: what its sentence names besides.
pub fn about(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let name = d.entities[e].entity.name.clone();
        let kind = name.rsplit('_').next().unwrap_or("");
        let speaks = matches!(
            kind,
            "comment" | "review" | "rating" | "reply" | "remark" | "feedback" | "vote" | "like" | "answer"
        );
        if !speaks || d.entities[e].entity.fields.iter().any(|f| matches!(f.ty, FieldType::Reference { .. })) {
            continue;
        }
        let id = d.entities[e].home;
        let Some(s) = d.sentences.iter().find(|s| s.id == id) else { continue };
        let other = s.items.iter().find_map(|i| match i {
            super::chunk::Item::Np(np) => d.find(&np.head).filter(|x| *x != e && d.entities[*x].about.is_none()),
            _ => None,
        });
        if let Some(other) = other {
            d.add_reference(e, other, true, id);
            let label = d.entities[other].entity.label.to_lowercase();
            d.ask_only(Asked {
                key: &format!("about:{name}"),
                question: &format!("What is {} about?", super::readings::a(&name.replace('_', " "))),
                default: &super::readings::a(&label),
                clauses: &[id],
            });
        }
    }
}

fn own_fields(d: &Draft, e: usize) -> usize {
    d.entities[e]
        .entity
        .fields
        .iter()
        .filter(|f| {
            !matches!(f.ty, FieldType::Reference { .. } | FieldType::UserReference { .. })
                && f.name != "status"
                && !f.read_only
        })
        .count()
}

/// Whether what a record is about has its own time: who books a course is there when it is.
fn about_a_day(d: &Draft, e: usize) -> bool {
    let timed = |f: &Field| f.ty.is_when() || f.name.ends_with("weekday");
    d.entities[e].entity.fields.iter().any(|f| match &f.ty {
        FieldType::Reference { entity } => {
            d.find(entity).is_some_and(|p| d.entities[p].entity.fields.iter().any(timed))
        }
        _ => false,
    })
}

fn fields(d: &mut Draft, e: usize) {
    let name = d.entities[e].entity.name.clone();
    let refers = d.entities[e].entity.fields.iter().any(|f| matches!(f.ty, FieldType::Reference { .. }));
    if own_fields(d, e) > 0
        || refers && (relation_only(&name) || name.ends_with("_item") || name == "booking" && about_a_day(d, e))
        || d.pending_progress.iter().any(|(g, _)| *g == e)
    {
        return;
    }
    let clauses = d.home(e);
    let default = usual_fields(&name, d.has_users(), d.entities[e].person);
    let label = d.entities[e].entity.label.to_lowercase();
    let (key, question) = (format!("fields:{name}"), format!("What is kept of {}?", super::readings::a(&label)));
    let default = &d.in_force(&key, default);
    let answer = d.ask(&key, &question, default, &clauses);
    let id = clauses.first().copied().unwrap_or(ClauseId(1));
    let asked = Asked { key: &key, question: &question, default, clauses: &clauses };
    for draft in listed(d, asked, &answer, id) {
        let mut f = draft.field;
        f.required = draft.stated.unwrap_or(true);
        f.clauses.clone_from(&clauses);
        for r in &mut f.rules {
            r.clauses.clone_from(&clauses);
        }
        if !d.entities[e].entity.fields.iter().any(|x| x.name == f.name) {
            d.entities[e].entity.fields.push(f);
        }
    }
}

/// `a message with their name`: what is itself a text has words, although only what goes with them is named.
fn wording(d: &mut Draft, e: usize) {
    const LABELS: [&str; 14] = [
        "name",
        "title",
        "author",
        "subject",
        "label",
        "headline",
        "heading",
        "topic",
        "category",
        "kind",
        "type",
        "sender",
        "recipient",
        "place",
    ];
    let name = d.entities[e].entity.name.clone();
    let text = matches!(
        name.rsplit('_').next().unwrap_or(&name),
        "message"
            | "comment"
            | "review"
            | "note"
            | "question"
            | "answer"
            | "story"
            | "feedback"
            | "greeting"
            | "remark"
            | "reply"
            | "testimonial"
            | "announcement"
            | "suggestion"
    );
    let label = |f: &Field| LABELS.iter().any(|l| f.name == *l || f.name.ends_with(&format!("_{l}")));
    let worded = d.entities[e].entity.fields.iter().any(|f| matches!(f.ty, FieldType::Text { .. }) && !label(f));
    if !text || worded || own_fields(d, e) == 0 || d.entities[e].entity.fields.iter().any(|f| f.name == "text") {
        return;
    }
    let clauses = d.home(e);
    let question =
        format!("What does {} say, beside what is named of it?", super::readings::a(&name.replace('_', " ")));
    let key = format!("text:{name}");
    let answer = d.ask(&key, &question, "text", &clauses);
    d.offer(&key, "text", ["nothing"]);
    let id = clauses.first().copied().unwrap_or(ClauseId(1));
    if matches!(answer.trim().to_lowercase().as_str(), "no" | "none" | "nothing") {
        return;
    }
    let asked = Asked { key: &key, question: &question, default: "text", clauses: &clauses };
    for draft in listed(d, asked, &answer, id) {
        let mut f = draft.field;
        f.required = draft.stated.unwrap_or(true);
        f.clauses.clone_from(&clauses);
        if !d.entities[e].entity.fields.iter().any(|x| x.name == f.name) {
            d.entities[e].entity.fields.push(f);
        }
    }
}

/// A state field whose states nobody names.
fn statuses(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let name = d.entities[e].entity.name.clone();
        let empty: Vec<(String, Vec<ClauseId>)> = d.entities[e]
            .entity
            .fields
            .iter()
            .filter(|f| matches!(&f.ty, FieldType::Choice { values } if values.len() < 2))
            .map(|f| (f.name.clone(), f.clauses.clone()))
            .collect();
        for (f, clauses) in empty {
            let have = match d.field_mut(e, &f).map(|f| f.ty.clone()) {
                Some(FieldType::Choice { values }) => values,
                _ => Vec::new(),
            };
            let default = if have.is_empty() {
                "open, in progress, done".to_owned()
            } else {
                format!("{}, done", have.join(", "))
            };
            let label = f.replace('_', " ");
            let key = format!("values:{name}.{f}");
            let question = format!("Which values can the {label} of a {} have?", name.replace('_', " "));
            let answer = d.ask(&key, &question, &default, &clauses);
            let mut values = choices(&answer);
            if values.len() < 2 {
                let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
                d.not_followed(asked, &answer, "a choice needs two values, separated by commas");
                values = choices(&default);
            }
            if let Some(field) = d.field_mut(e, &f) {
                field.default = values.first().cloned();
                field.ty = FieldType::Choice { values };
            }
        }
    }
}

/// Which properties must be filled in, where the text does not say.
fn required(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let name = d.entities[e].entity.name.clone();
        let clauses = d.home(e);
        let asked = d.questions.iter().any(|q| q.key == format!("fields:{name}"));
        let stated: Vec<String> = d.entities[e]
            .entity
            .fields
            .iter()
            .filter(|f| f.rules.iter().any(|r| r.rule == Rule::Required))
            .map(|f| f.name.clone())
            .collect();
        if asked {
            continue;
        }
        let open: Vec<String> = d.entities[e]
            .entity
            .fields
            .iter()
            .filter(|f| !f.required && !f.read_only && matters(f) && f.default.is_none())
            .map(|f| f.name.clone())
            .collect();
        // the first property names the record; of the rest those that the text lists without a reservation
        let optional: Vec<String> = d.optional.iter().filter(|(x, _)| *x == e).map(|(_, n)| n.clone()).collect();
        let open: Vec<String> = open.into_iter().filter(|n| !optional.contains(n)).collect();
        // who says of one property that it may be missing says of the others that they may not
        let all = !optional.is_empty();
        let essential: Vec<String> = open
            .iter()
            .filter(|n| all || d.entities[e].entity.fields.iter().any(|f| f.name == **n && essential(f)))
            .cloned()
            .collect();
        let key = format!("required:{name}");
        let before = d.kept.get(&key).map(|said| d.fields_in(e, said).0).unwrap_or_default();
        let before: Vec<String> = before.into_iter().filter(|n| open.contains(n)).collect();
        let picked: Vec<String> = if !before.is_empty() {
            before
        } else if essential.is_empty() {
            // where something else tells one from another, what is said beside it may be missing
            let beside = d.entities[e].entity.fields.iter().any(|f| f.required);
            open.iter().take(1).filter(|name| !(beside && aside(name))).cloned().collect()
        } else {
            essential
        };
        let between = |n: &&String| d.entities[e].entity.fields.iter().any(|f| f.name == **n && bounded(f));
        let picked: Vec<String> = open.iter().filter(|n| picked.contains(n) || between(n)).cloned().collect();
        if picked.is_empty() {
            continue;
        }
        let default = picked.iter().chain(&stated).map(|n| n.replace('_', " ")).collect::<Vec<_>>().join(", ");
        let label = d.entities[e].entity.label.to_lowercase();
        let question = format!("Which properties of {} must be filled in?", super::readings::a(&label));
        let answer = d.ask(&key, &question, &default, &clauses);
        d.offer(&key, &default, ["all of them", "none of them"]);
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
        let lower = answer.to_lowercase();
        let all = matches!(lower.as_str(), "all" | "all of them" | "everything" | "every one" | "all properties");
        let none = matches!(lower.as_str(), "none" | "none of them" | "nothing" | "no" | "no property");
        let wanted = if all {
            open
        } else if none {
            Vec::new()
        } else {
            demanded(d, e, asked, &answer, &picked)
        };
        for f in &mut d.entities[e].entity.fields {
            if wanted.contains(&f.name) {
                f.required = true;
            }
        }
    }
}

fn matters(f: &Field) -> bool {
    !matches!(f.ty, FieldType::Boolean | FieldType::UserReference { .. } | FieldType::Reference { .. })
}

/// What is written beside the rest: a remark, notes.
fn aside(name: &str) -> bool {
    let last = name.rsplit('_').next().unwrap_or(name);
    matches!(last, "remark" | "remarks" | "note" | "notes" | "comment" | "comments")
}

fn essential(f: &Field) -> bool {
    let named = ["title", "name", "date", "amount", "subject", "message", "text", "author"].contains(&f.name.as_str());
    named || f.ty.is_day()
}

/// `a quantity between 1 and 10`: without one it would not lie between them.
fn bounded(f: &Field) -> bool {
    let told = |bound: fn(&Rule) -> bool| f.rules.iter().any(|r| bound(&r.rule) && r.clauses == f.clauses);
    let least = |rule: &Rule| matches!(rule, Rule::Min { value } if *value > 0.0);
    told(least) && told(|rule| matches!(rule, Rule::Max { .. }))
}

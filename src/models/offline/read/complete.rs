//! What the text leaves open, filled in with defaults that a person sees as assumptions and can change.

use super::data::made;
use super::draft::Draft;
use super::field;
use super::lexicon::nouns;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, Field, FieldRule, FieldType, Op, Period, Rule, Scope, Who};

/// Default properties by the kind of thing; the answer to a `fields:` question is written the same way.
fn usual_fields(name: &str, users: bool, person: bool) -> &'static str {
    let last = name.rsplit('_').next().unwrap_or(name);
    if person {
        return "name, email, phone number";
    }
    match last {
        "entry" | "message" | "testimonial" | "greeting" | "suggestion" if !users => "author, message",
        "comment" | "message" | "reply" | "suggestion" | "feedback" | "remark" | "answer" | "response" => "text",
        "post" | "article" | "entry" | "note" | "notice" | "announcement" | "news" | "advertisement" | "story"
        | "page" | "tip" | "recipe" | "lesson" | "instruction" => "title, text",
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
    }
    super::features::finish_progress(d);
    finish_totals(d);
    statuses(d);
    required(d);
    searchers(d);
    unnamed_readers(d);
    for e in 0..d.entities.len() {
        rights(d, e);
    }
    exclusives(d);
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
        d.ask(
            &format!("account:{name}"),
            &format!("Does {} sign in?", super::readings::a(&name.replace('_', " "))),
            "yes, its record names the account",
            &clauses,
        );
    }
}

/// A start time and an end time without a day mean a day and a time each.
pub fn spans(d: &mut Draft) {
    for e in 0..d.entities.len() {
        let Some((start, end)) = super::rules::span(d, e) else { continue };
        let times = [&start, &end]
            .iter()
            .all(|n| d.entities[e].entity.fields.iter().any(|f| f.name == **n && f.ty == FieldType::Time));
        let dated = d.entities[e].entity.fields.iter().any(|f| f.ty == FieldType::Date);
        if !times || dated {
            continue;
        }
        for name in [start, end] {
            if let Some(f) = d.field_mut(e, &name) {
                f.ty = FieldType::DateTime;
            }
        }
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
            d.ask(
                &format!("about:{name}"),
                &format!("What is {} about?", super::readings::a(&name.replace('_', " "))),
                &super::readings::a(&label),
                &[id],
            );
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

fn fields(d: &mut Draft, e: usize) {
    let name = d.entities[e].entity.name.clone();
    let refers = d.entities[e].entity.fields.iter().any(|f| matches!(f.ty, FieldType::Reference { .. }));
    if own_fields(d, e) > 0
        || refers && (relation_only(&name) || name.ends_with("_item"))
        || d.pending_progress.iter().any(|(g, _)| *g == e)
    {
        return;
    }
    let clauses = d.home(e);
    let default = usual_fields(&name, d.has_users(), d.entities[e].person);
    let label = d.entities[e].entity.label.to_lowercase();
    let answer = d.ask(
        &format!("fields:{name}"),
        &format!("What is kept of {}?", super::readings::a(&label)),
        default,
        &clauses,
    );
    let id = clauses.first().copied().unwrap_or(ClauseId(1));
    for draft in field::list(&answer, id) {
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
            let answer = d.ask(
                &format!("values:{name}.{f}"),
                &format!("Which values can the {label} of a {} have?", name.replace('_', " ")),
                &default,
                &clauses,
            );
            let values: Vec<String> =
                answer.split([',', ';']).map(|v| v.trim().to_lowercase()).filter(|v| !v.is_empty()).collect();
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
        let picked: Vec<String> = if essential.is_empty() { open.iter().take(1).cloned().collect() } else { essential };
        if picked.is_empty() {
            continue;
        }
        let default = picked.iter().chain(&stated).map(|n| n.replace('_', " ")).collect::<Vec<_>>().join(", ");
        let label = d.entities[e].entity.label.to_lowercase();
        let answer = d.ask(
            &format!("required:{name}"),
            &format!("Which properties of {} must be filled in?", super::readings::a(&label)),
            &default,
            &clauses,
        );
        let wanted: Vec<String> = answer.split([',', ';']).map(field::identifier).collect();
        for f in &mut d.entities[e].entity.fields {
            if open.contains(&f.name) && wanted.contains(&f.name) {
                f.required = true;
            }
        }
    }
}

fn matters(f: &Field) -> bool {
    !matches!(f.ty, FieldType::Boolean | FieldType::UserReference { .. } | FieldType::Reference { .. })
}

fn essential(f: &Field) -> bool {
    let named = ["title", "name", "date", "amount", "subject", "message", "text", "author"].contains(&f.name.as_str());
    named || matches!(f.ty, FieldType::Date | FieldType::DateTime)
}

fn searchers(d: &mut Draft) {
    for (e, who, id) in std::mem::take(&mut d.searchers) {
        let has = d.entities[e]
            .entity
            .access
            .iter()
            .any(|a| a.ops.contains(&Op::Read) && (a.who == who || a.who == Who::Anyone));
        if !has && d.entities[e].entity.private.is_empty() {
            let scope = if d.entities[e].entity.owned && d.entities[e].possessed && d.has_users() {
                Scope::Own
            } else {
                Scope::All
            };
            d.allow(e, who, &[Op::Read], scope, id);
        }
    }
}

/// Lists that somebody can see: whoever else may; with nobody named, the ordinary user.
fn unnamed_readers(d: &mut Draft) {
    for (e, id) in std::mem::take(&mut d.unnamed_readers) {
        if !d.entities[e].entity.access.iter().any(|a| a.ops.contains(&Op::Read)) {
            let who = d.ordinary();
            let scope = if personal(d, e) { Scope::Own } else { Scope::All };
            d.allow(e, who, &[Op::Read], scope, id);
        }
    }
}

/// Things that people keep for themselves, unless the text says otherwise.
fn personal(d: &Draft, e: usize) -> bool {
    let draft = &d.entities[e];
    if !d.has_users() {
        return false;
    }
    let last = draft.entity.name.rsplit('_').next().unwrap_or("");
    let noun = matches!(
        last,
        "goal"
            | "target"
            | "workout"
            | "expense"
            | "income"
            | "habit"
            | "task"
            | "todo"
            | "note"
            | "diary"
            | "budget"
            | "plan"
            | "reminder"
            | "favorite"
            | "bookmark"
            | "order"
            | "booking"
            | "reservation"
            | "loan"
            | "rental"
            | "purchase"
            | "subscription"
            | "wish"
            | "measurement"
            | "application"
            | "registration"
            | "enrolment"
            | "message"
            | "cart"
            | "journal"
            | "transaction"
    );
    let below = draft.entity.fields.iter().any(|f| match &f.ty {
        FieldType::Reference { entity } => d.find(entity).is_some_and(|p| {
            p != e
                && (!d.entities[p].entity.private.is_empty() || d.entities[p].possessed && d.entities[p].entity.owned)
        }),
        _ => false,
    });
    draft.entity.owned || draft.possessed || noun || below
}

fn has_op(d: &Draft, e: usize, op: Op) -> bool {
    d.entities[e].entity.access.iter().any(|a| a.ops.contains(&op) && (op != Op::Update || a.only_fields.is_empty()))
}

/// Somebody must be able to add, see and correct records; who, where the text does not say, is an assumption.
fn rights(d: &mut Draft, e: usize) {
    let name = d.entities[e].entity.name.clone();
    let label = d.entities[e].entity.label.to_lowercase();
    let plural = d.entities[e].entity.label_plural.to_lowercase();
    let clauses = d.home(e);
    let forbidden = |d: &Draft, op: Op| {
        d.features.iter().any(|f| matches!(f, Feature::Forbid { entity, op: o, .. } if *entity == name && *o == op))
    };
    if d.entities[e].possessed
        && d.has_users()
        && d.entities[e].entity.access.iter().any(|a| a.ops.contains(&Op::Create) && a.who != Who::Anyone)
    {
        d.entities[e].entity.owned = true;
    }
    let mut kept = false;
    if !has_op(d, e, Op::Create) && !forbidden(d, Op::Create) {
        // `my events`: whoever sees their own adds them
        let ordinary = d.ordinary();
        let owner = d.entities[e]
            .entity
            .access
            .iter()
            .find(|a| a.scope == Scope::Own && a.who != ordinary)
            .map(|a| a.who.clone());
        let keeper = owner.or_else(|| d.keepers().first().cloned()).unwrap_or(ordinary);
        let answer = d.ask(&format!("create:{name}"), &format!("Who adds {plural}?"), &d.word_for(&keeper), &clauses);
        for who in d.whos_in(&answer, keeper) {
            for id in &clauses {
                d.allow(e, who.clone(), &[Op::Create], Scope::All, *id);
            }
        }
        kept = true;
    }
    let creators: Vec<Who> =
        unique(d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone()));
    let owned = d.entities[e].entity.owned && d.has_users();
    if d.entities[e].entity.access.iter().any(|a| a.scope == Scope::Own) {
        d.entities[e].entity.owned = true;
    }
    // reading
    let readers: Vec<Who> =
        unique(d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Read)).map(|a| a.who.clone()));
    let blind: Vec<Who> = creators
        .iter()
        .filter(|w| {
            !readers.contains(w)
                && !readers.contains(&Who::Anyone)
                && !(readers.contains(&Who::SignedIn) && **w != Who::Anyone)
        })
        .cloned()
        .collect();
    if !blind.is_empty() {
        let own = (owned || personal(d, e) || !readers.is_empty())
            && d.has_users()
            && blind.iter().all(|w| *w != Who::Anyone)
            && !kept;
        let keeper = d.keepers();
        let default = if !own && personal(d, e) && !keeper.is_empty() {
            // what somebody without an account orders is not for everybody's eyes
            words_for(d, &keeper)
        } else if own {
            format!("{}, only those of their own", words_for(d, &blind))
        } else {
            public_default(d, e, &blind)
        };
        let answer = d.ask(&format!("see:{name}"), &format!("Who sees {plural}?"), &default, &clauses);
        let only_own = answer.to_lowercase().contains("own");
        let whos = if answer == default && own { blind.clone() } else { d.whos_in(&answer, blind[0].clone()) };
        if only_own {
            d.entities[e].entity.owned = true;
        }
        for who in &whos {
            let scope = if only_own && *who != Who::Anyone { Scope::Own } else { Scope::All };
            for id in &clauses {
                d.allow(e, who.clone(), &[Op::Read], scope.clone(), *id);
            }
        }
        parent_owner(d, e, &clauses);
    }
    // changing
    if !has_op(d, e, Op::Update)
        && !has_op(d, e, Op::Delete)
        && !forbidden(d, Op::Update)
        && !forbidden(d, Op::Delete)
        && !creators.is_empty()
    {
        let anonymous = creators.iter().all(|w| *w == Who::Anyone);
        let owned = d.entities[e].entity.owned && d.has_users();
        let handled = d.entities[e].entity.access.iter().any(|a| !a.only_fields.is_empty());
        let collection = anonymous
            && !d.has_users()
            && d.entities[e].bare
            && matches!(
                name.as_str(),
                "entry" | "message" | "comment" | "vote" | "testimonial" | "greeting" | "suggestion"
            );
        let strangers = d.has_users() && creators.contains(&Who::Anyone);
        let default = if strangers && !d.keepers().is_empty() && !personal(d, e) {
            words_for(d, &d.keepers())
        } else if collection || handled || strangers {
            "nobody".to_owned()
        } else if owned {
            "whoever added it".to_owned()
        } else {
            words_for(d, &creators)
        };
        let answer = d.ask(
            &format!("edit:{name}"),
            &format!("Who may change or delete {}?", super::readings::a(&label)),
            &default,
            &clauses,
        );
        let own = answer.contains("added it") || answer.contains("own");
        let whos = if own {
            creators.iter().filter(|w| **w != Who::Anyone).cloned().collect()
        } else {
            d.whos_in(&answer, creators[0].clone())
        };
        for who in whos {
            if own {
                d.entities[e].entity.owned = true;
            }
            let scope = if own { Scope::Own } else { Scope::All };
            for id in &clauses {
                d.allow(e, who.clone(), &[Op::Update, Op::Delete], scope.clone(), *id);
            }
        }
    }
    privacy(d, e);
}

fn public_default(d: &Draft, e: usize, blind: &[Who]) -> String {
    let visitors = d.roles.iter().any(|r| r.kind == nouns::Person::Stranger);
    let _ = e;
    if visitors {
        "anyone".into()
    } else if d.has_users() && blind.iter().all(|w| matches!(w, Who::Role(_))) {
        format!("everyone who is signed in ({})", words_for(d, &[d.ordinary()]))
            .split(" (")
            .next()
            .unwrap_or("")
            .to_owned()
    } else {
        words_for(d, blind)
    }
}

fn words_for(d: &Draft, whos: &[Who]) -> String {
    whos.iter().map(|w| d.word_for(w)).collect::<Vec<_>>().join(" and ")
}

fn unique(whos: impl Iterator<Item = Who>) -> Vec<Who> {
    let mut out = Vec::new();
    for w in whos {
        if !out.contains(&w) {
            out.push(w);
        }
    }
    out
}

/// What is attached to somebody's record is seen by that somebody.
fn parent_owner(d: &mut Draft, e: usize, clauses: &[ClauseId]) {
    if d.entities[e].about.is_some() {
        // who books something does not show it to whoever offers it, unless the text says so
        return;
    }
    let parents: Vec<(String, String)> = d.entities[e]
        .entity
        .fields
        .iter()
        .filter_map(|f| match &f.ty {
            FieldType::Reference { entity } => Some((f.name.clone(), entity.clone())),
            _ => None,
        })
        .collect();
    for (field, parent) in parents {
        let Some(p) = d.find(&parent) else { continue };
        if d.entities[p].entity.owned && d.has_users() {
            let who = d.ordinary();
            let all = d.entities[e]
                .entity
                .access
                .iter()
                .any(|a| a.ops.contains(&Op::Read) && a.scope == Scope::All && a.who == who);
            if !all {
                for id in clauses {
                    d.allow(e, who.clone(), &[Op::Read], Scope::OwnParent { field: field.clone() }, *id);
                }
            }
        }
    }
}

/// Where others must never see somebody's records, nobody reads all of them, unless the text says who may.
fn privacy(d: &mut Draft, e: usize) {
    let private = d.entities[e].entity.private.clone();
    if private.is_empty() {
        return;
    }
    let ordinary = d.ordinary();
    for a in &mut d.entities[e].entity.access {
        if a.scope == Scope::All
            && (a.who == ordinary || a.who == Who::SignedIn || a.who == Who::Anyone)
            && !a.ops.contains(&Op::Create)
        {
            a.scope = Scope::Own;
        }
    }
}

/// `only the board approves`, `a tenant cannot delete a defect`: others lose the right.
fn exclusives(d: &mut Draft) {
    for (e, ops, whos, id) in std::mem::take(&mut d.exclusives) {
        for a in &mut d.entities[e].entity.access {
            if !whos.contains(&a.who) {
                a.ops.retain(|op| !ops.contains(op));
            }
        }
        d.entities[e].entity.access.retain(|a| !a.ops.is_empty());
        d.touch(e, id);
    }
    for (e, whos, ops, id) in std::mem::take(&mut d.denials) {
        for a in &mut d.entities[e].entity.access {
            if whos.contains(&a.who) {
                a.ops.retain(|op| !ops.contains(op));
            }
        }
        d.entities[e].entity.access.retain(|a| !a.ops.is_empty());
        // when nobody is left the operation does not exist
        for op in ops {
            if !d.entities[e].entity.access.iter().any(|a| a.ops.contains(&op)) {
                let entity = d.entities[e].entity.name.clone();
                d.feature(Feature::Forbid { entity, op, clauses: vec![id] });
            } else {
                for a in d.entities[e].entity.access.iter_mut().filter(|a| a.ops.contains(&op)) {
                    if !a.clauses.contains(&id) {
                        a.clauses.push(id);
                    }
                }
            }
        }
        d.touch(e, id);
    }
}

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

fn finish_totals(d: &mut Draft) {
    for (si, at, focus) in std::mem::take(&mut d.pending_totals) {
        let s = &d.sentences[si];
        let mentioned = s.items.iter().find_map(|item| match item {
            super::chunk::Item::Np(np) if np.pronoun.is_none() => d.entity_of(np),
            _ => None,
        });
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

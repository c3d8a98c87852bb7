//! What goes beyond fields and plain access: searching, sorting, totals, progress, history, granting, qualities.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence};
use super::tag::Tag;
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Who};

/// Reads the features of a sentence, before its plain rights.
pub fn read(d: &mut Draft, si: usize, kind: ClauseKind) {
    if kind == ClauseKind::Quality {
        quality(d, si);
    }
    history(d, si);
    grant(d, si);
    progress(d, si);
    totals(d, si);
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            continue;
        }
        d.attend(si, pi);
        match pred.verb.class {
            Class::Search => search(d, si, pred),
            Class::Filter => filter(d, si, pred),
            Class::Sort => sort(d, si, pred),
            Class::Export => export(d, si, pred),
            Class::Read if by_which(pred) => search(d, si, pred),
            _ => {}
        }
    }
    order_phrase(d, si);
    nominal(d, si);
}

fn by_which(pred: &Pred) -> bool {
    matches!(pred.verb.base.as_str(), "find" | "look") && pred.preps.iter().any(|pp| pp.prep == "by")
}

/// The entity a predicate is about; the one spoken of last when it only says `results` or `list`.
fn entity(d: &Draft, pred: &Pred) -> Option<usize> {
    let all = if pred.verb.passive { &pred.subject } else { &pred.objects };
    all.iter()
        .find_map(|np| d.entity_of(np))
        .or_else(|| {
            pred.preps.iter().filter(|pp| pp.prep != "by").flat_map(|pp| &pp.nps).find_map(|np| d.entity_of(np))
        })
        .or_else(|| {
            d.focus
                .filter(|_| all.is_empty() || all.iter().any(|np| words::system_noun(&np.head) || np.pronoun.is_some()))
        })
}

fn reads(d: &mut Draft, si: usize, pred: &Pred, e: usize) {
    let id = d.sentences[si].id;
    let mut whos = d.actors(pred);
    if whos.is_empty() || pred.verb.passive {
        return d.touch(e, id);
    }
    for who in whos.drain(..) {
        // who may search may at least see what anyone in that role sees
        let has = d.entities[e].entity.access.iter().any(|a| a.who == who && a.ops.contains(&Op::Read));
        if !has {
            d.searchers.push((e, who, id));
        }
    }
    d.touch(e, id);
}

fn take(d: &mut Draft, si: usize, pred: &Pred) {
    d.mark_verb(si, pred);
    let objects = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    for np in objects.iter().chain(&pred.subject) {
        if d.entity_of(np).is_some() || words::system_noun(&np.head) || nouns::person(&np.head).is_some() {
            d.mark_np(si, np);
        }
    }
    for pp in &pred.preps {
        if pp.prep != "by"
            && pp.prep != "as"
            && pp.nps.iter().any(|np| d.entity_of(np).is_some() || words::system_noun(&np.head))
        {
            d.mark(si, pp.at..pp.at + 1);
            for np in &pp.nps {
                d.mark_np(si, np);
            }
        }
    }
}

/// The fields a `by …` phrase names; words that name none stay open.
fn by_fields(d: &mut Draft, si: usize, pred: &Pred, e: usize) -> (Vec<String>, bool) {
    let mut out = Vec::new();
    let mut by = false;
    let s = &d.sentences[si];
    for pp in pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "by" | "on" | "for" | "based on" | "from")) {
        if pp.prep != "by" && pp.nps.iter().any(|np| d.entity_of(np).is_some() && d.field_of(e, np).is_none()) {
            continue;
        }
        by |= pp.prep == "by";
        for np in &pp.nps {
            let found = d.field_of(e, np).or_else(|| {
                // an entity the record refers to
                d.entity_of(np).and_then(|t| d.reference(e, &d.entities[t].entity.name.clone()))
            });
            let found = found.or_else(|| add_named(d, si, e, np));
            if let Some(f) = found {
                d.mark_np(si, np);
                d.mark(si, np.range.start..np.head_at + 1);
                if !out.contains(&f) {
                    out.push(f);
                }
            }
        }
        if !out.is_empty() {
            d.mark(si, pp.at..pp.at + 1);
        }
    }
    let _ = s;
    (out, by)
}

/// `filter by price` of something whose price nobody mentioned before: the demand implies the field.
fn add_named(d: &mut Draft, si: usize, e: usize, np: &Np) -> Option<String> {
    if nouns::property(&np.head).is_none() || np.pronoun.is_some() {
        return None;
    }
    let s = &d.sentences[si];
    let draft = super::field::field(s, np.range.start..np.head_at + 1)?;
    Some(d.add_field(e, draft, s.id))
}

fn search(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = entity(d, pred) else { return };
    let id = d.sentences[si].id;
    let (fields, by) = by_fields(d, si, pred, e);
    let text: Vec<String> = fields
        .iter()
        .filter(|f| {
            d.entities[e].entity.fields.iter().any(|x| {
                x.name == **f
                    && matches!(x.ty, FieldType::Text { .. } | FieldType::Email | FieldType::Phone | FieldType::Url)
            })
        })
        .cloned()
        .collect();
    let name = d.entities[e].entity.name.clone();
    for f in fields.iter().filter(|f| !text.contains(f)) {
        d.feature(Feature::Filter { entity: name.clone(), field: f.clone(), clauses: vec![id] });
    }
    if !by || !text.is_empty() {
        d.feature(Feature::Search { entity: name, fields: text, clauses: vec![id] });
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

fn filter(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = entity(d, pred) else { return };
    let id = d.sentences[si].id;
    let (fields, _) = by_fields(d, si, pred, e);
    if fields.is_empty() {
        return;
    }
    let name = d.entities[e].entity.name.clone();
    for f in fields {
        d.feature(Feature::Filter { entity: name.clone(), field: f, clauses: vec![id] });
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

fn sort(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = entity(d, pred) else { return };
    let s = &d.sentences[si];
    let (fields, _) = by_fields(d, si, pred, e);
    if fields.is_empty() {
        return;
    }
    let name = d.entities[e].entity.name.clone();
    let descending = ["newest", "latest", "descending", "highest", "most recent"].iter().any(|w| s.lower.contains(w));
    let default =
        pred.verb.passive || pred.subject.iter().all(|np| nouns::person(&np.head).is_none() && np.pronoun.is_none());
    for (i, f) in fields.into_iter().enumerate() {
        d.feature(Feature::Sort {
            entity: name.clone(),
            field: f,
            descending,
            default: default && i == 0,
            clauses: vec![s.id],
        });
    }
    for w in [
        "newest first",
        "latest first",
        "descending",
        "ascending",
        "alphabetically",
        "in ascending order",
        "in descending order",
        "oldest first",
        "most recent first",
    ] {
        d.mark_phrase(si, w);
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

fn export(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(e) = entity(d, pred) else { return };
    let s = &d.sentences[si];
    let other = s
        .words
        .iter()
        .any(|w| matches!(w.lower(), "pdf" | "excel" | "xlsx" | "json" | "xml" | "word" | "png" | "image" | "ical"));
    let csv = s.words.iter().any(|w| w.is("csv"));
    if other && !csv {
        return;
    }
    let name = d.entities[e].entity.name.clone();
    d.feature(Feature::Csv { entity: name, clauses: vec![s.id] });
    if !csv {
        d.ask(
            &format!("export:{}", d.entities[e].entity.name),
            "In which format is the list exported?",
            "CSV",
            &[s.id],
        );
    }
    for p in ["as csv", "csv", "to csv", "csv file", "csv files", "spreadsheet"] {
        d.mark_phrase(si, p);
    }
    reads(d, si, pred, e);
    take(d, si, pred);
    d.focus = Some(e);
}

/// `the most urgent first`, `newest first`, `ordered by date`
fn order_phrase(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(first) = s.words.iter().position(|w| w.is("first")).filter(|i| *i > 0) else { return };
    let from = (0..first)
        .rev()
        .take_while(|i| {
            matches!(s.words[*i].tag, Tag::Det | Tag::Adj | Tag::Adv | Tag::Noun | Tag::Prep) && !s.words[*i].is("with")
                || s.words[*i].is("the")
        })
        .last()
        .unwrap_or(first);
    let text: Vec<&str> = s.words[from..first].iter().map(|w| w.lower()).collect();
    let Some(e) = s.preds.iter().find_map(|p| entity(d, p)).or(d.focus) else { return };
    let has = |w: &str| text.contains(&w);
    let fields = &d.entities[e].entity.fields;
    let date = fields.iter().find(|f| matches!(f.ty, FieldType::Date | FieldType::DateTime)).map(|f| f.name.clone());
    let ranked =
        |names: &[&str]| fields.iter().find(|f| names.iter().any(|n| f.name.contains(n))).map(|f| f.name.clone());
    let pick: Option<(String, bool)> = if has("urgent") {
        ranked(&["urgency", "priority", "severity"]).map(|f| (f, true))
    } else if has("important") {
        ranked(&["importance", "priority"]).map(|f| (f, true))
    } else if has("newest") || has("latest") || has("recent") || has("new") {
        date.map(|f| (f, true)).or(Some(("id".into(), true)))
    } else if has("oldest") || has("earliest") || has("next") || has("soonest") {
        date.map(|f| (f, false)).or(Some(("id".into(), false)))
    } else if has("cheapest") {
        ranked(&["price", "cost", "amount"]).map(|f| (f, false))
    } else if has("highest") || has("best") || has("largest") || has("most") || has("biggest") {
        text.iter()
            .rev()
            .find_map(|w| d.field_named(e, w))
            .or_else(|| ranked(&["rating", "score", "amount", "price"]))
            .map(|f| (f, true))
    } else {
        None
    };
    if let Some((field, descending)) = pick {
        d.feature(Feature::Sort {
            entity: d.entities[e].entity.name.clone(),
            field,
            descending,
            default: true,
            clauses: vec![s.id],
        });
        d.mark(si, from..first + 1);
    }
}

/// Features named by a noun: `with search and CSV export of books`, `provides search and filter functionalities`
fn nominal(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for i in 0..s.words.len() {
        if d.is_used(si, i) || s.aside[i] || s.words[i].tag != Tag::Noun {
            continue;
        }
        let word = s.words[i].base.clone();
        let is = |list: &[&str]| list.contains(&word.as_str()) || list.contains(&s.words[i].lower());
        if !is(&["search", "searching", "filter", "filtering", "csv", "sorting", "pagination"]) {
            continue;
        }
        let Some(e) = mentioned(d, si).or(d.focus).or_else(|| main_entity(d)) else { continue };
        let name = d.entities[e].entity.name.clone();
        if is(&["search", "searching"]) {
            if s.words.get(i + 1).is_some_and(|w| matches!(w.base.as_str(), "result" | "engine")) {
                // `search results`, `search engine`: the search itself
                d.mark(si, i..i + 2);
            }
            d.feature(Feature::Search { entity: name, fields: Vec::new(), clauses: vec![s.id] });
        } else if is(&["filter", "filtering"]) {
            let choice = d.entities[e]
                .entity
                .fields
                .iter()
                .find(|f| matches!(f.ty, FieldType::Choice { .. } | FieldType::Date | FieldType::Boolean))
                .or(d.entities[e].entity.fields.first())
                .map(|f| f.name.clone());
            let Some(field) = choice else { continue };
            d.feature(Feature::Filter { entity: name, field, clauses: vec![s.id] });
        } else if is(&["csv"]) {
            d.feature(Feature::Csv { entity: name, clauses: vec![s.id] });
        } else if is(&["pagination"]) {
            d.feature(Feature::Pagination { entity: name, per_page: 20, clauses: vec![s.id] });
        } else {
            continue;
        }
        d.touch(e, s.id);
        d.mark(si, i..i + 1);
    }
}

fn mentioned(d: &Draft, si: usize) -> Option<usize> {
    d.sentences[si].items.iter().find_map(|item| match item {
        super::chunk::Item::Np(np) if np.pronoun.is_none() => d.entity_of(np),
        _ => None,
    })
}

/// The entity the text speaks of most.
#[must_use]
pub fn main_entity(d: &Draft) -> Option<usize> {
    (0..d.entities.len()).max_by_key(|e| (d.entities[*e].weight, std::cmp::Reverse(*e)))
}

/// `Every change of a defect is recorded with who did it and when, and can be read by the board.`
fn history(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let l = &s.lower;
    let recorded = [
        "recorded",
        "logged",
        "tracked",
        "audit",
        "history of changes",
        "change history",
        "audit trail",
        "audit log",
        "keeps a record",
        "log of all changes",
        "is noted",
    ]
    .iter()
    .any(|w| l.contains(w));
    let change = ["change", "modification", "edit", "update", "audit"].iter().any(|w| l.contains(w));
    if !recorded || !change {
        return;
    }
    let target = s.items.iter().find_map(|item| match item {
        super::chunk::Item::Np(np) => np.of.as_deref().and_then(|of| d.entity_of(of)).or_else(|| d.entity_of(np)),
        _ => None,
    });
    let Some(e) = target.or(d.focus) else { return };
    let readers: Vec<Who> = s
        .preds
        .iter()
        .flat_map(|p| {
            if p.verb.passive {
                p.preps
                    .iter()
                    .filter(|pp| matches!(pp.prep.as_str(), "by" | "to" | "for"))
                    .flat_map(|pp| pp.nps.clone())
                    .collect::<Vec<_>>()
            } else {
                p.subject.clone()
            }
        })
        .filter(|np| np.pronoun.as_deref() != Some("who"))
        .filter_map(|np| d.role(&np).map(|r| d.who_of(r)))
        .collect();
    let entity = d.entities[e].entity.name.clone();
    let readers = if readers.is_empty() {
        let default = d.keepers().first().cloned().unwrap_or_else(|| d.ordinary());
        let answer = d.ask(
            &format!("history:{entity}"),
            &format!("Who may read the recorded changes of a {}?", entity.replace('_', " ")),
            &d.word_for(&default),
            &[s.id],
        );
        d.whos_in(&answer, default)
    } else {
        readers
    };
    d.feature(Feature::History { entity, readers, clauses: vec![s.id] });
    d.touch(e, s.id);
    d.mark(si, 0..s.words.len());
    for pi in 0..s.preds.len() {
        d.done[si].insert(pi);
    }
}

/// `A trainer can be given access to a user's workouts by that user.` `Users can share their lists with other users.`
fn grant(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        let gives = matches!(pred.verb.base.as_str(), "give" | "grant" | "allow");
        let access = s.words.iter().any(|w| w.is("access"));
        let (e, role) = if gives && access {
            let Some(e) = pred.preps.iter().flat_map(|pp| &pp.nps).chain(&pred.objects).find_map(|np| d.entity_of(np))
            else {
                continue;
            };
            let people: Vec<Np> = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
            let role = people.iter().find_map(|np| d.role(np)).filter(|r| !r.open).map(|r| r.name.clone());
            (e, role)
        } else if pred.verb.class == Class::Share && !pred.verb.passive {
            let Some(e) = pred.objects.iter().find_map(|np| d.entity_of(np)) else { continue };
            let Some(pp) = pred.preps.iter().find(|pp| pp.prep == "with") else { continue };
            let Some(np) = pp.nps.first().filter(|np| nouns::person(&np.head).is_some() || np.pronoun.is_some()) else {
                continue;
            };
            (e, d.role(np).filter(|r| !r.open).map(|r| r.name.clone()))
        } else {
            continue;
        };
        if !d.has_users() {
            continue;
        }
        let entity = d.entities[e].entity.name.clone();
        d.entities[e].entity.owned = true;
        d.feature(Feature::Grant { entity, role: role.clone(), clauses: vec![s.id] });
        let who = role.map_or_else(|| d.ordinary(), Who::Role);
        d.allow(e, who, &[Op::Read], Scope::Granted, s.id);
        d.touch(e, s.id);
        d.mark(si, pred.verb.range.start..pred.range.end);
        for np in &pred.subject {
            d.mark_np(si, np);
        }
        d.focus = Some(e);
        d.done[si].insert(pi);
    }
}

/// `sees the progress towards each goal`
fn progress(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(at) =
        s.words.iter().position(|w| w.is("progress")).filter(|i| !s.aside[*i] && (*i == 0 || !s.words[i - 1].is("in")))
    else {
        return;
    };
    let goal = s.items.iter().filter_map(|i| match i {
        super::chunk::Item::Np(np) => Some(np),
        _ => None,
    });
    let goal = goal
        .filter_map(|np| d.find(&np.head).or_else(|| np.of.as_deref().and_then(|o| d.find(&o.head))))
        .find(|e| is_goal(&d.entities[*e].entity.name));
    let Some(goal) = goal.or_else(|| (0..d.entities.len()).find(|e| is_goal(&d.entities[*e].entity.name))) else {
        return;
    };
    d.pending_progress.push((goal, s.id));
    d.touch(goal, s.id);
    let from = (0..at).rev().find(|i| matches!(s.words[*i].tag, Tag::Verb(_))).unwrap_or(at);
    let mut to = at + 1;
    while to < s.words.len() && !matches!(s.words[to].tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub) {
        to += 1;
    }
    d.mark(si, from..to);
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.range.contains(&at) {
            d.done[si].insert(pi);
            for np in &pred.subject {
                d.mark_np(si, np);
            }
        }
    }
    d.focus = Some(goal);
}

#[must_use]
pub fn is_goal(name: &str) -> bool {
    name.split('_').any(|w| matches!(w, "goal" | "target" | "objective" | "challenge" | "budget"))
}

/// Works out what the progress of a goal is the sum of, once all fields are known.
pub fn finish_progress(d: &mut Draft) {
    for (goal, id) in std::mem::take(&mut d.pending_progress) {
        super::complete::goal_progress(d, goal, id);
    }
}

/// `a dashboard with the totals of the last four weeks`, `the total amount per category`
fn totals(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let at = s.words.iter().position(|w| {
        matches!(w.lower(), "total" | "totals" | "sum" | "sums" | "statistics" | "summary")
            && !d_is_property(s, w.lower())
    });
    let Some(at) = at.filter(|i| !s.aside[*i]) else { return };
    if s.lower.contains("order summary")
        || s.words.get(at + 1).is_some_and(|w| w.is("price")) && s.lower.contains("deduct")
    {
        return;
    }
    d.pending_totals.push((si, at, d.focus));
    let _ = Np::name;
    for (pi, pred) in s.preds.iter().enumerate() {
        if pred.range.contains(&at) || pred.subject.iter().any(|np| np.range.contains(&at)) {
            d.done[si].insert(pi);
        }
    }
}

fn d_is_property(s: &Sentence, w: &str) -> bool {
    // `the total of an order` as a field of a list
    w == "total" && s.preds.iter().any(|p| p.verb.class == Class::Have)
}

/// Qualities the platform keeps and a test can show.
fn quality(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let l = s.lower.as_str();
    let id: ClauseId = s.id;
    let mobile =
        ["phone", "mobile", "smartphone", "small screen", "responsive", "tablet"].iter().any(|w| l.contains(w))
            && !l.contains("phone number")
            && !l.contains("native")
            && !l.contains("mobile app");
    if mobile {
        d.feature(Feature::Mobile { clauses: vec![id] });
        for (i, w) in s.words.iter().enumerate() {
            if matches!(
                w.base.as_str(),
                "phone"
                    | "mobile"
                    | "smartphone"
                    | "usable"
                    | "work"
                    | "works"
                    | "responsive"
                    | "tablet"
                    | "device"
                    | "desktop"
                    | "look"
                    | "display"
                    | "use"
                    | "screen"
                    | "well"
                    | "fit"
                    | "computer"
            ) || matches!(
                w.lower(),
                "usable" | "work" | "works" | "phones" | "mobile" | "responsive" | "use" | "used"
            ) {
                d.mark(si, i..i + 1);
            }
        }
    }
    let timed = s
        .words
        .iter()
        .position(|w| matches!(w.lower(), "ms" | "milliseconds" | "second" | "seconds"))
        .filter(|i| *i > 0 && s.words[i - 1].token.value.is_some());
    if let Some(t) = timed
        && (l.contains("within")
            || l.contains("under")
            || l.contains("less than")
            || l.contains("faster than")
            || l.contains("at most")
            || l.contains("no more than")
            || l.contains("response time")
            || l.contains("below")
            || l.contains("in "))
    {
        let n = s.words[t - 1].token.value.unwrap_or(1.0);
        let millis = if s.words[t].lower().starts_with("ms") || s.words[t].lower().starts_with("milli") {
            n
        } else {
            n * 1000.0
        };
        let Some(e) = mentioned(d, si).or(d.focus).or_else(|| main_entity(d)) else { return };
        let records = (0..s.words.len()).filter(|i| *i != t - 1).find_map(|i| {
            s.words[i].token.value.filter(|v| *v >= 10.0 && s.words.get(i + 1).is_some_and(|w| w.tag == Tag::Noun))
        });
        let own_machine = [
            "'s old",
            "'s pc",
            "our pc",
            "our server",
            "our machine",
            "our computer",
            "laptop",
            "raspberry",
            " old pc",
            "hardware",
            "'s computer",
            "'s server",
        ]
        .iter()
        .any(|w| l.contains(w));
        let concurrent = l.contains("concurrent") || l.contains("simultaneous") || l.contains("users");
        d.feature(Feature::Performance {
            entity: d.entities[e].entity.name.clone(),
            records: records.unwrap_or(1000.0) as u32,
            millis: millis as u32,
            own_machine,
            clauses: vec![id],
        });
        if records.is_none() {
            d.ask(
                &format!("load:{id}"),
                "How many records must be there when the response time is measured?",
                "1000",
                &[id],
            );
        }
        if !concurrent {
            d.mark(si, 0..s.words.len());
        }
    }
}

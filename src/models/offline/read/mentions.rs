//! First pass: who acts, and what records are kept of.

use super::chunk::Np;
use super::draft::{Draft, RoleDraft};
use super::field::identifier;
use super::lexicon::{
    nouns::{self, Person},
    verbs::Class,
    words,
};
use super::people::{add_role, agents, keeps_people, same_people};
use super::sentence::{Pred, Sentence};
use super::things::{self as names, measured, recorded, told_of};
pub use super::things::{collecting, thing};
use crate::domain::ClauseId;
use std::collections::{BTreeMap, BTreeSet};

/// More entities than this are no application that rules should build: the most demanded ones are kept.
pub const MOST_ENTITIES: usize = 14;

#[derive(Debug, Default)]
struct Seen {
    weight: u32,
    clauses: Vec<ClauseId>,
    possessed: bool,
    about: Option<String>,
    person: bool,
    recorded: bool,
    order: usize,
    /// Created, or said to have properties.
    strong: bool,
    /// The first clause that says so.
    home: Option<ClauseId>,
    /// `expense claim` where the text mostly says `claim`.
    full: Option<String>,
}

/// Finds roles and entities.
pub fn collect(d: &mut Draft) {
    let sentences = d.sentences;
    let mut things: BTreeMap<String, Seen> = BTreeMap::new();
    let mut roles: Vec<RoleDraft> = Vec::new();
    let mut order = 0;
    for s in sentences.iter().filter(|s| !s.heading) {
        if let Some(np) = &s.role {
            add_role(&mut roles, np, s.id, true);
        }
        for pred in &s.preds {
            agents(&mut roles, s, pred);
        }
    }
    // where the text speaks of requests, requesting something makes one
    let requests = sentences.iter().any(|s| {
        s.items.iter().any(|i| matches!(i, super::chunk::Item::Np(np) if np.head == "request" && np.nouns.is_empty()))
    });
    for s in sentences.iter().filter(|s| !s.heading && !super::exclusion::is_exclusion(s)) {
        for pred in s.preds.iter().filter(|p| !super::waived::of_a_listed(s, p, sentences)) {
            objects(&mut things, &roles, s, pred, &mut order, requests);
        }
        listed(&mut things, s, &mut order);
    }
    let asked: Vec<String> = things.keys().filter(|n| n.ends_with(" request")).cloned().collect();
    for name in asked {
        // somebody requests an appointment: its request is the appointment itself
        let front = name.trim_end_matches(" request").to_owned();
        if things.get(&front).is_some_and(|seen| seen.strong) {
            things.remove(&name);
        }
    }
    things.retain(|name, _| !super::no_kind::names(sentences, name));
    d.merged = merge(&mut things);
    same_record(&mut things);
    let mut accepted: Vec<(&String, &Seen)> = things
        .iter()
        .filter(|(_, seen)| {
            seen.weight >= 3 || seen.strong || seen.weight >= 2 && (seen.possessed || seen.clauses.len() > 1)
        })
        .collect();
    accepted.sort_by_key(|(_, seen)| seen.order);
    if accepted.len() > MOST_ENTITIES {
        let mut ranked = accepted.clone();
        ranked.sort_by_key(|(_, seen)| (std::cmp::Reverse(seen.weight), seen.order));
        ranked.truncate(MOST_ENTITIES);
        accepted.retain(|(name, _)| ranked.iter().any(|(n, _)| n == name));
    }
    // a role that is also a record: kept apart only when records of it are made
    for (name, seen) in accepted {
        let role = roles.iter().any(|r| r.name == identifier(name));
        if seen.person && role && roles.iter().any(|r| r.name == identifier(name) && matches!(r.kind, Person::User)) {
            continue;
        }
        let e = d.add_entity(name, seen.home.unwrap_or(seen.clauses[0]));
        let draft = &mut d.entities[e];
        draft.weight = seen.weight;
        draft.possessed = seen.possessed;
        draft.about.clone_from(&seen.about);
        draft.person = seen.person;
        draft.recorded = seen.recorded;
        if let Some(full) = &seen.full {
            // what people read calls it as the text does
            draft.entity.label = super::field::sentence_case(full);
            draft.entity.label_plural =
                super::field::sentence_case(&nouns::plural(&identifier(full)).replace('_', " "));
        }
    }
    d.roles = same_people(sentences, roles);
}

/// `The product needs to save this information: name, price`: the product has a name and a price.
#[must_use]
pub fn keeps_information(pred: &Pred) -> bool {
    matches!(pred.verb.class, Class::Create | Class::Have)
        && !pred.verb.passive
        && !pred.objects.is_empty()
        && pred.objects.iter().all(|np| {
            matches!(
                np.head.as_str(),
                "information" | "data" | "detail" | "column" | "attribute" | "property" | "field" | "info"
            )
        })
        && pred.preps.iter().any(|pp| pp.prep == ":")
        && pred.subject.iter().all(|np| np.pronoun.is_none() && !words::system_noun(&np.head))
}

fn objects(
    things: &mut BTreeMap<String, Seen>,
    roles: &[RoleDraft],
    s: &Sentence,
    pred: &Pred,
    order: &mut usize,
    requests: bool,
) {
    let class = pred.verb.class;
    // `For every inspection I note the date, …`
    if let Some(np) = for_every(s, pred) {
        if let Some((name, true)) = thing(&np) {
            note(things, &name, 3, &np, s.id, true, order);
        }
        return;
    }
    let weight = match class {
        Class::Create | Class::Manage | Class::Transact => 3,
        Class::Update | Class::Delete | Class::Decide | Class::Assign => 2,
        Class::Read | Class::Search | Class::Filter | Class::Sort | Class::Export | Class::Share => 1,
        Class::Have => 0,
        // `There are courts with a name and a surface`
        Class::Be if s.lower.starts_with("there ") && !pred.verb.negated => {
            let listed = pred.preps.iter().any(|pp| pp.prep == "with" && pp.nps.len() > 1);
            if let Some((np, name)) = pred.objects.first().and_then(|np| Some((np, thing(np)?.0))).filter(|_| listed) {
                note(things, &name, 3, np, s.id, true, order);
            }
            return;
        }
        _ if pred.verb.base == "belong" => return belongs(things, s, pred, order),
        _ if pred.verb.passive => 0,
        _ => return have_like(things, s, pred, order),
    };
    if let Some((name, what)) = collecting(pred) {
        for np in &what {
            if let Some((n, direct)) = thing(np) {
                note(things, &n, 1 + u32::from(direct), np, s.id, false, order);
            }
        }
        let first = what[0].clone();
        let entry = note(things, &name, 3, &first, s.id, true, order);
        entry.possessed = true;
        entry.about = thing(&first).map(|(n, _)| n);
        return;
    }
    let objects: Vec<&Np> =
        if pred.verb.passive { pred.subject.iter().collect() } else { pred.objects.iter().collect() };
    let system_subject = pred.subject.iter().all(|np| words::system_noun(&np.head) || np.pronoun.is_some());
    if keeps_information(pred) {
        for np in &pred.subject {
            let person = nouns::person(&np.head).is_some();
            if person || thing(np).is_some_and(|(_, direct)| direct) {
                let entry = note(things, &np.name(), 3, np, s.id, true, order);
                entry.person = person;
            }
        }
        return;
    }
    if matches!(class, Class::Create)
        && pred.preps.iter().any(|pp| {
            matches!(pp.prep.as_str(), "for" | "to")
                && pp.nps.iter().any(|np| matches!(np.det.as_deref(), Some("each" | "every")))
        })
        && pred.objects.len() > 1
    {
        // `add a timestamp, a message and a trace for each error`: properties of the error
        for np in
            pred.preps.iter().flat_map(|pp| &pp.nps).filter(|np| matches!(np.det.as_deref(), Some("each" | "every")))
        {
            if let Some((name, true)) = thing(np) {
                note(things, &name, 2, np, s.id, false, order);
            }
        }
        return;
    }
    if class == Class::Have {
        // the subject has properties: a thing, when it has several or typed ones
        let entry = super::kept_lists::kept(s).map(|list| list.each);
        for np in pred.subject.iter().filter(|np| entry.as_ref() != Some(*np)) {
            let lists = pred.objects.len() >= 2
                || pred.preps.iter().any(|pp| pp.prep == ":")
                || pred.objects.iter().any(|o| nouns::property(&o.head).is_some());
            if !lists {
                continue;
            }
            if let Some((name, true)) = thing(np) {
                note(things, &name, 3, np, s.id, true, order);
            } else if nouns::person(&np.head)
                .is_some_and(|p| !matches!(p, Person::User | Person::Stranger) || told_of(np, roles))
                && pred.verb.modal.is_none()
            {
                let name = np.name();
                let entry = note(things, &name, 3, np, s.id, true, order);
                entry.person = true;
            }
        }
        if system_subject {
            for np in &pred.objects {
                if let Some((name, direct)) = thing(np) {
                    note(things, &name, u32::from(direct) + u32::from(np.plural), np, s.id, false, order);
                }
            }
        }
        return;
    }
    for np in objects {
        // `edit their own address`: a property of whoever does it
        let own = np.possessed() && np.of.is_none() && np.owner.is_none() && np.det.as_deref() != Some("our");
        if class == Class::Update && own && nouns::property(&np.head).is_some() && !things.contains_key(&np.name()) {
            continue;
        }
        let person = nouns::person(&np.head);
        if let Some(kind) = person {
            // records of people: patients with a name and a birth date
            let listed = pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "with" | ":" | "including"));
            if keeps_people(pred)
                && (!matches!(kind, Person::User | Person::Stranger) || listed && told_of(np, roles))
                && (!np.possessed() || listed && class == Class::Create)
            {
                let name = np.name();
                let acting = roles.iter().any(|r| r.name == identifier(&name));
                if listed || !acting || matches!(class, Class::Manage | Class::Create) {
                    let entry = note(things, &name, weight, np, s.id, listed || class != Class::Update, order);
                    entry.person = true;
                }
            }
            continue;
        }
        let Some((name, direct)) = thing(np).or_else(|| recorded(pred, np)).or_else(|| measured(pred, np)) else {
            continue;
        };
        if requests && pred.verb.base == "request" && name != "request" {
            note(things, &name, 2, np, s.id, false, order);
            continue;
        }
        if class == Class::Transact && super::things::record_of(pred).is_none() && direct {
            note(things, &name, 3, np, s.id, true, order);
            continue;
        }
        let w = if direct { weight + u32::from(np.plural && weight == 1) } else { weight.min(1) };
        if class == Class::Transact {
            note(things, &name, if direct { 2 } else { 1 }, np, s.id, false, order);
            continue;
        }
        // a view of what is kept elsewhere
        if weight < 3 && names::view(np) {
            continue;
        }
        let strong = direct && matches!(class, Class::Create | Class::Manage);
        // `export their own recipes`: which go into the file
        let whose = Np { det: np.det.clone().filter(|_| class != Class::Export), ..np.clone() };
        let entry = note(things, &name, w, &whose, s.id, strong && !pred.verb.negated, order);
        const RECORDS: [&str; 8] = ["record", "log", "note", "enter", "register", "track", "report", "capture"];
        entry.recorded |= direct && RECORDS.contains(&pred.verb.base.as_str());
    }
    // the record of a transaction
    if (class == Class::Transact && !(pred.verb.passive && super::states::listed(s))
        || requests && pred.verb.base == "request")
        && let Some(record) = super::things::record_of(pred)
        && !(pred.verb.passive && pred.verb.negated)
    {
        let object =
            pred.objects.first().or(if pred.verb.passive { pred.subject.first() } else { None }).or_else(|| {
                pred.preps
                    .iter()
                    .find(|pp| {
                        // `join at most 3 walks`
                        let most = pp.prep == "at" && s.words.get(pp.at + 1).is_some_and(|w| w.is("most"));
                        most || matches!(pp.prep.as_str(), "on" | "for" | "in" | "to")
                    })
                    .and_then(|pp| pp.nps.first())
            });
        let about = object.and_then(|np| names::taken(pred, np));
        let same = about.as_deref().is_some_and(|a| a == record || a.ends_with(&format!(" {record}")));
        if !same && about.is_some() {
            *order += 1;
            let at = *order;
            let entry = things.entry(record.to_owned()).or_insert_with(|| Seen { order: at, ..Seen::default() });
            entry.weight += 3;
            entry.strong = true;
            entry.home = entry.home.or(Some(s.id));
            entry.possessed = true;
            entry.about = entry.about.take().or(about);
            if !entry.clauses.contains(&s.id) {
                entry.clauses.push(s.id);
            }
        }
    }
    // `search for events`, `comment on posts`, `list of …`
    for np in pred
        .preps
        .iter()
        .filter(|pp| matches!(pp.prep.as_str(), "for" | "about" | "on" | "through" | "to" | "of" | "in"))
        .flat_map(|pp| &pp.nps)
    {
        if let Some((name, true)) = thing(np)
            && things.contains_key(&name)
        {
            note(things, &name, 1, np, s.id, false, order);
        }
    }
}

/// What the properties are noted of, where the sentence begins with it.
fn for_every(s: &Sentence, pred: &Pred) -> Option<Np> {
    use super::chunk::Item;
    let several = pred.objects.len() > 1 && pred.objects.iter().any(|np| nouns::property(&np.head).is_some());
    let keeps = pred.verb.class == Class::Create || matches!(pred.verb.base.as_str(), "need" | "want" | "have");
    if !keeps || pred.verb.passive || !several {
        return None;
    }
    s.items.windows(2).find_map(|pair| match pair {
        [Item::Prep(p), Item::Np(np)]
            if *p < pred.verb.range.start
                && s.words[*p].is("for")
                && matches!(np.det.as_deref(), Some("each" | "every")) =>
        {
            Some(np.clone())
        }
        _ => None,
    })
}

/// `Each bug belongs to exactly one project`: both are things.
fn belongs(things: &mut BTreeMap<String, Seen>, s: &Sentence, pred: &Pred, order: &mut usize) {
    let to = pred.preps.iter().filter(|pp| pp.prep == "to").flat_map(|pp| &pp.nps);
    for np in pred.subject.iter().chain(to) {
        if nouns::property(&np.head).is_none()
            && let Some((name, true)) = thing(np)
        {
            note(things, &name, 2, np, s.id, false, order);
        }
    }
}

/// Sentences without a verb of a known kind: `Events have …` is handled above; here `each room: …`.
fn have_like(things: &mut BTreeMap<String, Seen>, s: &Sentence, pred: &Pred, order: &mut usize) {
    for np in pred.objects.iter() {
        if let Some((name, true)) = thing(np)
            && np.plural
            && pred.verb.class != Class::Unsupported
        {
            note(things, &name, 1, np, s.id, false, order);
        }
    }
}

/// `Room: number, floor, capacity` and `For each room …`.
fn listed(things: &mut BTreeMap<String, Seen>, s: &Sentence, order: &mut usize) {
    use super::chunk::Item;
    if let Some(list) = super::kept_lists::kept(s) {
        note(things, &list.name, 3, &list.each, s.id, true, order);
    }
    let first = s.items.first();
    if let (Some(Item::Np(np)), Some(next)) = (first, s.items.get(1))
        && s.preds.is_empty()
        && s.items.len() > 4
        && (matches!(next, Item::Colon(_)) && names::names_several(s) || s.item && lists_properties(s, next))
        && let Some((name, true)) = thing(np)
    {
        note(things, &name, 3, np, s.id, true, order);
    }
    for pair in s.items.windows(2) {
        if let (Item::Prep(p), Item::Np(np)) = (&pair[0], &pair[1])
            && s.words[*p].is("for")
            && matches!(np.det.as_deref(), Some("each" | "every"))
            && let Some((name, true)) = thing(np)
        {
            note(things, &name, 2, np, s.id, false, order);
        }
    }
}

/// `Rentals with a customer, a start date and a price`: what stands behind `with` are properties of what stands before it.
#[must_use]
pub fn lists_properties(s: &Sentence, item: &super::chunk::Item) -> bool {
    use super::chunk::Item;
    let Item::Prep(with) = item else { return false };
    let named = s.items.iter().filter(|i| match i {
        Item::Np(np) => np.range.start > *with && nouns::property(&np.head).is_some(),
        _ => false,
    });
    s.words[*with].is("with") && named.count() > 1
}

fn note<'t>(
    things: &'t mut BTreeMap<String, Seen>,
    name: &str,
    weight: u32,
    np: &Np,
    id: ClauseId,
    strong: bool,
    order: &mut usize,
) -> &'t mut Seen {
    *order += 1;
    let at = *order;
    let seen = things.entry(name.to_owned()).or_insert_with(|| Seen { order: at, ..Seen::default() });
    seen.weight += weight;
    seen.strong |= strong;
    seen.possessed |= np.det.as_deref().is_some_and(words::possessive) && np.det.as_deref() != Some("its");
    if strong && seen.home.is_none() {
        seen.home = Some(id);
    }
    if !seen.clauses.contains(&id) {
        seen.clauses.push(id);
    }
    seen
}

/// The order of tickets that are bought is their purchase, when nothing more is said of orders.
fn same_record(things: &mut BTreeMap<String, Seen>) {
    for group in super::draft::SAME {
        let Some(record) = group.iter().find(|w| things.get(**w).is_some_and(|seen| seen.about.is_some())) else {
            continue;
        };
        for other in group.iter().filter(|w| *w != record) {
            if things.get(*other).is_some_and(|seen| !seen.strong && seen.about.is_none()) {
                things.remove(*other);
            }
        }
    }
}

/// `ticket order` is the `order` of the other sentences, unless there are several kinds of it.
fn merge(things: &mut BTreeMap<String, Seen>) -> BTreeSet<String> {
    let mut merged = BTreeSet::new();
    let names: Vec<String> = things.keys().cloned().collect();
    for name in &names {
        let Some((front, head)) = name.rsplit_once(' ') else { continue };
        let rivals = names.iter().filter(|n| n.ends_with(&format!(" {head}"))).count();
        if rivals == 1
            && things.contains_key(head)
            && let Some(seen) = things.remove(name)
        {
            merged.extend(front.split(' ').map(str::to_owned));
            let target = things.entry(head.to_owned()).or_default();
            if target.clauses.is_empty() || seen.order <= target.order {
                target.full = Some(name.clone());
            }
            target.weight += seen.weight;
            target.strong |= seen.strong;
            target.home = target.home.or(seen.home);
            target.possessed |= seen.possessed;
            target.order = target.order.min(seen.order);
            target.clauses.extend(seen.clauses);
            target.clauses.sort_unstable();
            target.clauses.dedup();
        }
    }
    merged
}

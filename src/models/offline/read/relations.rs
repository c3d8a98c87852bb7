//! What a record refers to: the boat of a booking, the workout of a comment, the cart of an item.

use super::access::{mark_subject, record_entity};
use super::chunk::{Item, Np};
use super::draft::Draft;
use super::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use super::sentence::{Pred, Sentence};
use super::tag::{Tag, Word};
use crate::models::offline::spec::{FieldType, Op, Scope, Who};

/// `add tickets to the shopping cart`: a record of its own that says what lies in the cart.
pub fn collects(d: &mut Draft, si: usize, pi: usize, pred: &Pred) -> bool {
    let Some((holder, what)) = super::mentions::collecting(pred) else { return false };
    let Some(e) = d.find(&holder) else { return false };
    let s = &d.sentences[si];
    let targets: Vec<usize> = what.iter().filter_map(|np| d.entity_of(np)).filter(|t| *t != e).collect();
    let mut whos = d.actors(pred);
    if whos.is_empty() {
        whos.push(d.ordinary());
    }
    for t in targets {
        d.add_reference(e, t, true, s.id);
    }
    let ops: &[Op] = if pred.verb.class == Class::Delete { &[Op::Delete] } else { &[Op::Create] };
    for who in whos {
        let scope = if ops == [Op::Delete] && who != Who::Anyone { Scope::Own } else { Scope::All };
        d.allow(e, who, ops, scope, s.id);
    }
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    for np in what.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)) {
        d.mark_np(si, np);
        d.mark(si, np.head_at..np.head_at + 1);
        // `the shopping cart`: a cart like any other
        if np.nouns.iter().all(|n| n == "shopping") {
            d.mark(si, np.range.start..np.head_at + 1);
        }
    }
    d.focus = Some(e);
    d.done[si].insert(pi);
    true
}

/// `leave a shift again`, `withdraw from a course`: the record that says who takes part is gone.
pub fn leaves(d: &mut Draft, si: usize, pi: usize, pred: &Pred) -> bool {
    let s = &d.sentences[si];
    let from = pred.preps.iter().find(|pp| pp.prep == "from").filter(|_| pred.objects.is_empty());
    let what = match pred.verb.base.as_str() {
        // `leave a message` is about no record of who takes part
        "leave" if pred.objects.len() == 1 => pred.objects.first(),
        "withdraw" => from.and_then(|pp| pp.nps.first()),
        _ => None,
    };
    let Some(parent) = what.filter(|_| !pred.verb.negated && !pred.verb.passive).and_then(|np| d.entity_of(np)) else {
        return false;
    };
    // `enrol in a class and leave it`: what was spoken of last is that somebody takes part
    let itself = |e: usize| d.entities[e].about.as_deref().and_then(|a| taking_part(d, d.find(a)?)).filter(|r| *r == e);
    let Some(record) = taking_part(d, parent).or_else(|| itself(parent)) else { return false };
    let whos: Vec<Who> = d.actors(pred).into_iter().filter(|w| *w != Who::Anyone).collect();
    if whos.is_empty() {
        return false;
    }
    for who in whos {
        d.allow(record, who, &[Op::Delete], Scope::Own, s.id);
    }
    d.entities[record].entity.owned = true;
    d.touch(record, s.id);
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    if let Some(np) = what {
        d.mark_np(si, np);
        d.mark(si, np.range.clone());
    }
    if let Some(pp) = from {
        d.mark(si, pp.at..pp.at + 1);
    }
    if s.words[pred.range.clone()].iter().any(|w| w.is("again")) {
        d.mark_phrase(si, "again");
    }
    d.focus = Some(record);
    d.done[si].insert(pi);
    true
}

/// The records that say who takes part in something.
pub fn taking_part(d: &Draft, parent: usize) -> Option<usize> {
    let name = &d.entities[parent].entity.name;
    (0..d.entities.len()).find(|r| {
        let draft = &d.entities[*r];
        matches!(draft.entity.name.as_str(), "membership" | "registration" | "enrolment" | "sign_up")
            && draft.about.as_deref().is_some_and(|a| super::field::identifier(a) == *name)
    })
}

/// `find my favorited events`: the records that say so.
pub fn looks_at_relations(d: &mut Draft, si: usize, pi: usize, pred: &Pred) -> bool {
    if pred.verb.class != Class::Read || pred.verb.negated {
        return false;
    }
    let s = &d.sentences[si];
    let phrases: Vec<Np> =
        pred.objects.iter().flat_map(|np| [Some(np.clone()), np.of.as_deref().cloned()]).flatten().collect();
    for np in phrases {
        let record = np.adjectives().find_map(|a| verbs::verb(a).and_then(|(b, _)| verbs::record_of(b)));
        let clause = done_with(s, np.range.end);
        let record = record.or(clause.as_ref().map(|(record, _)| *record));
        let Some(e) = record.and_then(|r| d.find(r)) else { continue };
        if let Some((_, end)) = clause {
            d.mark(si, np.range.start..end);
            let behind = s.preds.iter().enumerate().filter(|(_, p)| (np.range.end..end).contains(&p.verb.range.start));
            d.done[si].extend(behind.map(|(k, _)| k));
        }
        let mut whos = d.actors(pred);
        if whos.is_empty() {
            whos.push(d.ordinary());
        }
        for who in whos {
            let scope = if who == Who::Anyone { Scope::All } else { Scope::Own };
            d.allow(e, who, &[Op::Read], scope, s.id);
        }
        d.touch(e, s.id);
        d.mark_verb(si, pred);
        mark_subject(d, si, pred);
        let about = d.entity_of(&np).is_some();
        for o in &pred.objects {
            if words::system_noun(&o.head) {
                d.mark(si, o.range.start..o.head_at + 1);
            }
        }
        let upto = if about { np.head_at + 1 } else { np.head_at };
        d.mark(si, np.range.start..upto);
        let known: Vec<&Np> = pred.objects.iter().filter(|o| d.entity_of(o).is_some()).collect();
        for o in known {
            d.mark_np(si, o);
        }
        mark_places(d, si, pred);
        d.focus = Some(e);
        d.done[si].insert(pi);
        return true;
    }
    false
}

/// `For each repair the mechanics note the parts`: each of what is made refers to the one it is made for.
pub fn led_by(d: &mut Draft, si: usize, pred: &Pred, targets: &[(usize, Option<Np>)]) {
    let s = &d.sentences[si];
    let leads = s.items.first().zip(s.items.get(1)).and_then(|pair| match pair {
        (Item::Prep(p), Item::Np(np)) if s.words[*p].is("for") => Some((*p, np.clone())),
        _ => None,
    });
    let Some((at, np)) = leads.filter(|_| pred.verb.class == Class::Create && !pred.verb.passive) else { return };
    let each = matches!(np.det.as_deref(), Some("each" | "every"));
    let Some(parent) = d.find(&np.name()).or_else(|| d.find(&np.head)).filter(|_| each) else { return };
    for (e, _) in targets {
        if *e != parent && d.reference(parent, &d.entities[*e].entity.name.clone()).is_none() {
            d.add_reference(*e, parent, true, s.id);
            d.mark(si, at..at + 1);
            d.mark(si, np.range.clone());
        }
    }
}

/// `the shifts they have joined`, `the books that I borrowed`: the record that doing it has made, and where the words end.
fn done_with(s: &Sentence, at: usize) -> Option<(&'static str, usize)> {
    let mut i = at + usize::from(s.words.get(at).is_some_and(|w| w.tag == Tag::Rel));
    if !s.words.get(i).is_some_and(|w| matches!(w.lower(), "i" | "they" | "we" | "he" | "she")) {
        return None;
    }
    i += 1;
    i += usize::from(s.words.get(i).is_some_and(|w| matches!(w.lower(), "have" | "has")));
    let (base, form) = verbs::verb(s.words.get(i)?.lower())?;
    let mut end = i + 1;
    let over = |w: &Word| matches!(w.tag, Tag::Stop | Tag::Comma);
    let record = if base == "sign" && s.words.get(end).is_some_and(|w| w.is("up")) {
        end += 1;
        end += usize::from(s.words.get(end).is_some_and(|w| w.is("for")));
        Some("registration")
    } else {
        verbs::record_of(base)
    };
    let past = form == verbs::Form::Past && s.words.get(end).is_none_or(over);
    record.filter(|_| past).map(|r| (r, end))
}

/// `a comment on a workout`, `a quote for a defect`: the new record refers to the other one.
pub fn parents(d: &mut Draft, si: usize, pred: &Pred, targets: &[(usize, Option<Np>)]) {
    let s = &d.sentences[si];
    // `buy a ticket as a guest`: the role once more
    for pp in pred.preps.iter().filter(|pp| pp.prep == "as") {
        if pp.nps.iter().all(|np| d.who(np).is_some_and(|w| d.actors(pred).contains(&w))) {
            d.mark(si, pp.range.clone());
        }
    }
    if !matches!(pred.verb.class, Class::Create | Class::Transact) {
        belongs(d, si, pred, targets);
        return mark_places(d, si, pred);
    }
    for pp in &pred.preps {
        if !matches!(pp.prep.as_str(), "on" | "for" | "to" | "about" | "in" | "of" | "under" | "within") {
            continue;
        }
        for np in &pp.nps {
            // a surface noun (`event page`) only says where one clicks
            let Some(parent) = d.entity_of(np) else { continue };
            d.mark(si, pp.at..pp.at + 1);
            d.mark_np(si, np);
            for (e, _) in targets {
                if *e != parent && d.reference(parent, &d.entities[*e].entity.name.clone()).is_none() {
                    d.add_reference(*e, parent, true, s.id);
                }
            }
            let adjectives: Vec<usize> =
                np.range.clone().filter(|i| *i < s.words.len() && s.words[*i].is("assigned")).collect();
            d.mark_words(si, &adjectives);
        }
    }
    // `records payments of members`
    let whose: Vec<(usize, usize)> = targets
        .iter()
        .filter_map(|(e, np)| {
            let of = np.as_ref()?.of.as_deref().filter(|of| !of.possessed() && of.pronoun.is_none())?;
            let parent = d.find(&of.name()).or_else(|| d.find(&of.head)).filter(|p| p != e)?;
            d.reference(parent, &d.entities[*e].entity.name).is_none().then_some((*e, parent))
        })
        .collect();
    for (e, parent) in whose {
        d.add_reference(e, parent, true, s.id);
    }
    let made: Vec<usize> = targets.iter().map(|(e, _)| *e).collect();
    on_a_day(d, si, pred, &made);
    // `in their flat`: a property of the person that the record shares
    for pp in pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "in" | "for" | "of")) {
        for np in &pp.nps {
            if d.entity_of(np).is_some()
                || !np.possessed()
                || np.owner.is_some()
                || nouns::property(&np.head).is_none()
                || !d.has_users()
            {
                continue;
            }
            let name = super::field::identifier(&np.name());
            let label = super::field::sentence_case(&np.name());
            let id = s.id;
            match d.users.profile.iter_mut().find(|f| f.name == name) {
                Some(f) => f.clauses.push(id),
                None => {
                    d.users.profile.push(super::data::made(&name, &label, FieldType::Text { multiline: false }, id))
                }
            }
            for (e, _) in targets {
                if d.field_named(*e, &name).is_none() {
                    let mut f = super::data::made(&name, &label, FieldType::Text { multiline: false }, id);
                    f.read_only = true;
                    d.entities[*e].entity.fields.push(f);
                }
            }
            d.mark(si, pp.at..pp.at + 1);
            d.mark_np(si, np);
            d.mark(si, np.range.clone());
        }
    }
    mark_places(d, si, pred);
}

/// `for a day`, `on a date`: its beginning and end say so, or a date of its own.
fn on_a_day(d: &mut Draft, si: usize, pred: &Pred, targets: &[usize]) {
    let s = &d.sentences[si];
    for pp in pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "for" | "on")) {
        let Some(np) = pp
            .nps
            .first()
            .filter(|np| matches!(np.head.as_str(), "day" | "date") && np.number.is_none() && np.of.is_none())
        else {
            continue;
        };
        for e in targets {
            let timed = d.entities[*e].entity.fields.iter().any(|f| f.ty.is_day());
            if !timed {
                let f = super::data::made("date", "Date", FieldType::Date, s.id);
                d.entities[*e].entity.fields.push(f);
            }
            d.mark(si, pp.at..np.range.end);
        }
    }
}

/// The days of transactions, once all properties are known: the rules count by them.
pub fn days(d: &mut Draft) {
    for si in 0..d.sentences.len() {
        let s = &d.sentences[si];
        for pred in s.preds.iter().filter(|p| !p.verb.negated && !p.subordinate) {
            if let Some(record) = record_entity(d, pred).or_else(|| super::requested::asked_for(d, pred)) {
                on_a_day(d, si, pred, &[record]);
            }
        }
    }
}

/// `the seats at the event`: seats belong to an event.
fn belongs(d: &mut Draft, si: usize, pred: &Pred, targets: &[(usize, Option<Np>)]) {
    let s = &d.sentences[si];
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (e, np) in targets {
        if let Some(np) = np
            && d.find(&np.head) == Some(*e)
            && np.plural
        {
            let near = np.of.as_deref().into_iter().chain(
                pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "of" | "at" | "for")).flat_map(|pp| &pp.nps),
            );
            pairs.extend(near.filter_map(|o| d.find(&o.head)).filter(|p| p != e).map(|p| (*e, p)));
        }
    }
    for (e, parent) in pairs {
        let (child, owner) = (d.entities[e].entity.name.clone(), d.entities[parent].entity.name.clone());
        if d.reference(parent, &child).is_none() && d.reference(e, &owner).is_none() {
            d.add_reference(e, parent, false, s.id);
        }
    }
}

/// `directly from the event page`, `in the system`: where one clicks, nothing to build beyond the pages.
pub fn mark_places(d: &mut Draft, si: usize, pred: &Pred) {
    for pp in pred.preps.iter().filter(|pp| {
        matches!(pp.prep.as_str(), "on" | "in" | "from" | "at" | "through" | "via" | "within" | "under" | "to" | "of")
    }) {
        for np in &pp.nps {
            let means = matches!(pp.prep.as_str(), "through" | "via");
            if words::system_noun(&np.head) || !means && d.entity_of(np).is_some() {
                // `buy tickets directly from the event page`: that page leads to it
                if super::pages::offered(d, si, pred, np) == Some(false) {
                    continue;
                }
                d.mark(si, pp.at..pp.at + 1);
                d.mark_np(si, np);
                let adjectives: Vec<usize> = np
                    .range
                    .clone()
                    .filter(|i| d.sentences[si].words.get(*i).is_some_and(|w| w.is("related") || w.is("designated")))
                    .collect();
                d.mark_words(si, &adjectives);
            }
        }
    }
}

/// The record of a transaction that a rule spoke of: `members can borrow at most 3 books` also lets them borrow.
pub fn mark_record(d: &mut Draft, si: usize, pred: &Pred, record: usize) {
    let s = &d.sentences[si];
    // `join at most 3 walks`
    let most = pred.preps.iter().filter(|pp| pp.prep == "at" && s.words.get(pp.at + 1).is_some_and(|w| w.is("most")));
    let objects = pred.objects.iter().chain(most.flat_map(|pp| &pp.nps));
    let targets: Vec<(usize, Np)> = objects.filter_map(|np| d.entity_of(np).map(|e| (e, np.clone()))).collect();
    transact(d, si, pred, record, &targets);
    let mut whos = d.actors(pred);
    // `A broken laptop cannot be lent`: whoever lends the others is said elsewhere
    if whos.is_empty() && !(pred.verb.passive && pred.verb.negated) {
        whos.push(d.ordinary());
    }
    for who in whos {
        d.allow(record, who, &[Op::Create], Scope::All, s.id);
    }
}

/// `Each bug belongs to exactly one project.`, `A song is part of a set list.`
pub fn belongs_to(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let part = pred.verb.class == Class::Be && pred.objects.iter().any(|np| np.head == "part");
    if !(pred.verb.base == "belong" || part) || pred.verb.negated {
        return;
    }
    let to: Vec<Np> = if part {
        pred.objects.iter().filter_map(|np| np.of.as_deref().cloned()).collect()
    } else {
        pred.preps.iter().filter(|pp| pp.prep == "to").flat_map(|pp| pp.nps.clone()).collect()
    };
    let Some(e) = pred.subject.first().and_then(|np| d.entity_of(np)) else { return };
    let mut found = false;
    for np in &to {
        let several = np.plural || np.det.as_deref() == Some("several");
        match d.entity_of(np).filter(|t| *t != e && d.reference(*t, &d.entities[e].entity.name).is_none() && !several) {
            Some(parent) => {
                let name = d.add_reference(e, parent, true, s.id);
                if let Some(f) = d.field_mut(e, &name) {
                    f.required = true;
                }
                d.mark_np(si, np);
                found = true;
            }
            // `belongs to a category`: a property
            None if d.entity_of(np).is_none() && nouns::property(&np.head).is_some() && !several => {
                let draft = super::field::field(s, np.range.clone());
                if let Some(draft) = draft {
                    let used = draft.used.clone();
                    d.add_field(e, draft, s.id);
                    d.mark_words(si, &used);
                    found = true;
                }
            }
            None => {}
        }
    }
    if found {
        d.touch(e, s.id);
        d.mark_verb(si, pred);
        for np in &pred.subject {
            d.mark_np(si, np);
        }
        d.done[si].insert(pi);
        d.focus = Some(e);
    }
}

/// What a transaction is about, known before the rules that speak of it: a booking refers to its boat.
pub fn relate(d: &mut Draft, si: usize, pred: &Pred) {
    let Some(record) = record_entity(d, pred) else { return };
    if pred.verb.negated || pred.subordinate {
        return;
    }
    let objects: Vec<Np> = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    let targets: Vec<(usize, Np)> = objects.into_iter().filter_map(|np| d.entity_of(&np).map(|e| (e, np))).collect();
    transact(d, si, pred, record, &targets);
    rated(d, si, pred, record);
}

/// `rate a recipe from 1 to 5 stars`
fn rated(d: &mut Draft, si: usize, pred: &Pred, record: usize) {
    use crate::models::offline::spec::{FieldRule, Rule};
    let scored = |pp: &super::sentence::Pp| pp.prep == "with" && pp.nps.iter().any(super::scored::score);
    if pred.verb.base != "rate" || pred.preps.iter().any(scored) {
        return;
    }
    let s = &d.sentences[si];
    let end = s.words[pred.range.clone()]
        .iter()
        .position(|w| matches!(w.lower(), "and" | ",") && w.tag == Tag::Conj)
        .map_or(pred.range.end, |p| pred.range.start + p);
    let numbers: Vec<usize> = (pred.range.start..end).filter(|i| s.words[*i].token.value.is_some()).collect();
    let [a, b] = numbers[..] else { return };
    let (low, high) = (s.words[a].token.value.unwrap_or(1.0), s.words[b].token.value.unwrap_or(5.0));
    if d.field_named(record, "rating").is_none() {
        let mut f = super::data::made("rating", "Rating", FieldType::Integer, s.id);
        f.required = true;
        for rule in [Rule::Min { value: low }, Rule::Max { value: high }] {
            f.rules.push(FieldRule { rule, clauses: vec![s.id] });
        }
        d.entities[record].entity.fields.push(f);
    }
    let star = s.words.get(b + 1).is_some_and(|w| matches!(w.base.as_str(), "star" | "point"));
    d.mark(si, a.saturating_sub(1)..b + 1 + usize::from(star));
}

pub fn transact(d: &mut Draft, si: usize, pred: &Pred, record: usize, targets: &[(usize, Np)]) {
    let id = d.sentences[si].id;
    d.touch(record, id);
    for pp in pred.preps.iter().filter(|pp| pp.prep == "as") {
        if pp.nps.iter().any(|np| matches!(np.head.as_str(), "favorite" | "bookmark")) {
            d.mark(si, pp.at..pp.range.end.min(pp.at + 3));
        }
    }
    // `buy multiple tickets`: how many; `borrow several books`: one after the other
    let many = matches!(pred.verb.base.as_str(), "buy" | "purchase" | "order")
        && pred.objects.iter().any(|np| {
            np.plural && np.det.as_deref().is_some_and(|x| matches!(x, "several" | "many"))
                || np.mods.iter().any(|m| m == "multiple")
        });
    if many && d.field_named(record, "quantity").is_none() {
        let mut f = super::data::made("quantity", "Quantity", FieldType::Integer, id);
        f.rules.push(crate::models::offline::spec::FieldRule {
            rule: crate::models::offline::spec::Rule::Min { value: 1.0 },
            clauses: vec![id],
        });
        d.entities[record].entity.fields.push(f);
    }
    for (t, _) in targets {
        if *t != record {
            d.add_reference(record, *t, true, id);
        }
    }
    if targets.is_empty()
        && let Some(about) = d.entities[record].about.clone()
        && let Some(t) = d.find(&about)
    {
        d.add_reference(record, t, true, id);
    }
    for np in pred.preps.iter().flat_map(|pp| &pp.nps) {
        if let Some(t) = d.entity_of(np).filter(|t| *t != record && !targets.iter().any(|(x, _)| x == t))
            && targets.is_empty()
        {
            d.add_reference(record, t, true, id);
        }
    }
}

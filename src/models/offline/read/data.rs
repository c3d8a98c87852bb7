//! Properties: what is kept of each thing, and the values it may take.

use super::chunk::{Item, Np};
use super::defaults::{default, unless_given};
use super::draft::Draft;
use super::field::{self, choice_values};
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence, split_list};
use super::states::{chosen_from, have_status, initial, kinds, one_of, states};
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Field, FieldRule, FieldType, Rule};

/// Prepositions that open a list of properties.
pub const WITH: [&str; 8] = ["with", ":", "including", "such as", "containing", "as", "by specifying", "like"];

/// Reads fields and states of a sentence.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let listed = one_of(d, si) || have_status(d, si) || chosen_from(d, si) || states(d, si) || kinds(d, si);
    if unless_given(d, si) || listed || initial(d, si) || default(d, si) {
        return;
    }
    super::states::behind_properties(d, si);
    super::in_charge::read(d, si);
    super::kept_lists::read(d, si);
    super::what_is::read(d, si);
    bare_list(d, si);
    for_each(d, si);
    for (pi, pred) in s.preds.iter().enumerate() {
        let told = super::waived::of_two(s, pred) || super::sign_in::shut_out(s, pred);
        if d.done[si].contains(&pi) || told {
            continue;
        }
        super::relations::relate(d, si, pred);
        super::relations::belongs_to(d, si, pi, pred);
        match pred.verb.class {
            _ if super::mentions::keeps_information(pred) => {
                let colon = pred.preps.iter().find(|pp| pp.prep == ":").map(|pp| pp.at);
                if let (Some(e), Some(at)) = (pred.subject.first().and_then(|np| d.find(&np.name())), colon) {
                    d.fields_from(si, e, at + 1..list_end(s, pred, at));
                    d.touch(e, s.id);
                    d.mark(si, pred.subject[0].range.start..at + 1);
                    d.done[si].insert(pi);
                    d.focus = Some(e);
                }
            }
            // `while it has bookings` only says when
            Class::Have if pred.subordinate && s.preds.iter().any(|p| !p.subordinate) => {}
            Class::Have if !pred.verb.negated => having(d, si, pi, pred),
            Class::Create | Class::Manage | Class::Update | Class::Transact | Class::Allow => with_list(d, si, pred),
            // `There are courts with a name and a surface`
            Class::Be if s.lower.starts_with("there ") && !pred.verb.negated => with_list(d, si, pred),
            // `browse products with a name, a price and a picture`
            Class::Read
                if pred.preps.iter().any(|pp| {
                    pp.prep == "with" && pp.nps.len() > 1 && pp.nps.iter().all(|np| nouns::property(&np.head).is_some())
                }) =>
            {
                with_list(d, si, pred);
            }
            _ => {}
        }
        super::brackets::brackets(d, si, pred);
        fill_in(d, si, pi, pred);
        properties(d, si, pi, pred);
    }
}

/// `Room: number, floor, capacity.`
fn bare_list(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let (Some(Item::Np(np)), Some(next)) = (s.items.first(), s.items.get(1)) else { return };
    let (Item::Colon(c) | Item::Prep(c)) = next else { return };
    if !matches!(next, Item::Colon(_)) && !(s.preds.is_empty() && super::mentions::lists_properties(s, next)) {
        return;
    }
    let Some(e) = d.entity_of(np) else { return };
    if !s.preds.iter().all(|p| p.subordinate) {
        return;
    }
    // `Cache: Redis, in memory`: what stands behind the colon must be mostly properties
    let parts = split_list(&s.words, c + 1..s.words.len());
    let typed = parts.iter().filter(|p| field::field(s, (*p).clone()).is_some_and(|f| f.typed)).count();
    // `Leftist tree: a kind of heap` says what a word means
    let defines = parts.len() == 1 && s.words.get(c + 1).is_some_and(|w| w.is("a") || w.is("an"));
    if typed * 2 < parts.len() || defines {
        return;
    }
    if !d.fields_from(si, e, c + 1..s.words.len()).is_empty() {
        let np = np.clone();
        d.mark_np(si, &np);
        d.focus = Some(e);
    }
}

/// `For each room the name, the floor and the capacity are recorded.`
fn for_each(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for pair in s.items.windows(2) {
        let (Item::Prep(p), Item::Np(np)) = (&pair[0], &pair[1]) else { continue };
        if !(s.words[*p].is("for") || s.words[*p].is("of"))
            || !matches!(np.det.as_deref(), Some("each" | "every" | "any" | "a" | "the"))
        {
            continue;
        }
        let Some(e) = d.entity_of(np) else { continue };
        let target = s.preds.iter().position(|pr| {
            (matches!(pr.verb.class, Class::Create | Class::Have | Class::Manage | Class::Read)
                || matches!(pr.verb.base.as_str(), "need" | "want"))
                && !pr.subordinate
        });
        let Some(pi) = target else { continue };
        let pred = &s.preds[pi];
        // `shows how many of each kiln are left`: nobody enters that
        let left = pred.subject.iter().chain(&pred.objects).any(|np| left_over(np) || added_up(np));
        if pred.verb.class == Class::Read && (left || s.find("how many").is_some()) {
            continue;
        }
        if !pred.verb.passive && !matches!(np.det.as_deref(), Some("each" | "every")) {
            continue;
        }
        let phrases: Vec<Np> = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
        let all_properties = !phrases.is_empty()
            && phrases.iter().all(|o| nouns::property(&o.head).is_some() || d.entity_of(o).is_none())
            && phrases.iter().any(|o| nouns::property(&o.head).is_some());
        if !all_properties || phrases.iter().any(|o| d.entity_of(o) == Some(e) && nouns::property(&o.head).is_none()) {
            continue;
        }
        let (Some(first), Some(last)) = (phrases.first(), phrases.last()) else { continue };
        let range = first.range.start..last.range.end.max(first.range.start);
        let range = if pred.verb.passive { range } else { range.start..pred.range.end };
        if !d.fields_from(si, e, range).is_empty() {
            d.touch(e, s.id);
            d.mark_np(si, np);
            d.mark_verb(si, pred);
            d.done[si].insert(pi);
            d.focus = Some(e);
        }
        return;
    }
}

/// `A contractor has a company name, a trade and a phone number.`
fn having(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let Some(np) = pred.subject.first() else { return };
    // `A therapist can have only one appointment per day and time`: how many there may be, and no property
    let whose = d.entity_of(np).map(|e| d.entities[e].entity.name.clone());
    let of_it = |o: &Np| d.entity_of(o).zip(whose.as_ref()).is_some_and(|(e, whose)| d.reference(e, whose).is_some());
    let inside = |o: &Np| pred.range.contains(&o.range.start) && o.number.is_some() && of_it(o);
    let counted = s.items.iter().any(|item| matches!(item, Item::Np(o) if inside(o)));
    if counted && s.words[pred.range.start..pred.range.end.min(s.words.len())].iter().any(|w| w.is("per")) {
        return;
    }
    // `As a designer, I want to have a style guide`: a wish for something, no property of designers
    let wishes = s.role.as_ref() == Some(np) || np.pronoun.as_deref() == Some("i");
    if wishes && !pred.objects.iter().all(|o| nouns::property(&o.head).is_some()) {
        return;
    }
    // `An entry has: a date, a text`
    let colon = s.words.get(pred.verb.range.end).is_some_and(|w| w.tag == super::tag::Tag::Colon);
    let range = pred.verb.range.end + usize::from(colon)..pred.range.end;
    // `The desk code consists of a letter and two digits`: what a property is made of is no property of the record
    let itself = |e: usize| np.pronoun.is_some() || d.find(&np.name()) == Some(e) || d.find(&np.head) == Some(e);
    if matches!(pred.verb.base.as_str(), "consist" | "contain" | "comprise")
        && nouns::property(&np.head).is_some()
        && !d.entity_of(np).is_some_and(itself)
    {
        return;
    }
    let entry = super::kept_lists::kept(s).filter(|list| list.each == *np).and_then(|list| d.find(&list.name));
    if let Some(e) = entry.or_else(|| d.entity_of(np)) {
        d.touch(e, s.id);
        let plural_entities: Vec<usize> = pred
            .objects
            .iter()
            .filter(|o| o.plural || o.number.is_some())
            .filter_map(|o| d.entity_of(o).filter(|x| *x != e && d.find(&o.head) == Some(*x)))
            .collect();
        let names = d.fields_from(si, e, range.clone());
        // `a project has several tasks`: the task belongs to the project
        for child in plural_entities.iter().copied() {
            d.add_reference(child, e, false, s.id);
            d.touch(child, s.id);
        }
        for o in &pred.objects {
            if d.entity_of(o).is_some_and(|x| plural_entities.contains(&x)) {
                d.mark_np(si, o);
                d.mark(si, o.range.clone());
            }
        }
        if !names.is_empty() || !plural_entities.is_empty() {
            let np = np.clone();
            d.mark_np(si, &np);
            d.mark_verb(si, pred);
            d.done[si].insert(pi);
            d.focus = Some(e);
            if np.adjectives().any(|a| !words::light(a)) {
                // `a rejected claim has a reason`: not every claim
                for name in &names {
                    d.optional.insert((e, name.clone()));
                }
            } else if matches!(pred.verb.modal.as_deref(), Some("may" | "can" | "could" | "might")) {
                // `and may have a monitor`
                d.optional.extend(names.into_iter().map(|name| (e, name)));
            } else if pred.verb.modal.as_deref() == Some("must") {
                for name in names {
                    if let Some(f) = d.field_mut(e, &name) {
                        f.rules.push(FieldRule { rule: Rule::Required, clauses: vec![s.id] });
                    }
                }
            }
        }
    } else if d.has_users() && d.role(np).is_some_and(|r| r.open) && pred.verb.modal.is_none() {
        for part in split_list(&s.words, range) {
            if let Some(draft) = field::field(s, part) {
                d.mark_words(si, &draft.used);
                let mut f = draft.field;
                f.required = false;
                if !d.users.profile.iter().any(|p| p.name == f.name)
                    && !matches!(f.name.as_str(), "email" | "email_address" | "password" | "account" | "login")
                {
                    d.users.profile.push(f);
                }
            }
        }
        let np = np.clone();
        d.mark_np(si, &np);
        d.mark_verb(si, pred);
        d.done[si].insert(pi);
    }
}

/// `report a defect with a title, …`, `record their workouts: the date, …`
fn with_list(d: &mut Draft, si: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let objects = if pred.verb.passive { &pred.subject } else { &pred.objects };
    // `provide the staff with a plan`: who gets it does not consist of it
    let hands_over = matches!(pred.verb.base.as_str(), "provide" | "supply" | "equip" | "furnish");
    if hands_over {
        return;
    }
    let entity = objects
        .iter()
        .rev()
        .find_map(|np| d.entity_of(np))
        .or_else(|| pred.verb.class.eq(&Class::Transact).then(|| super::access::record_entity(d, pred)).flatten());
    let record = super::access::record_entity(d, pred);
    let Some(e) = record.or(entity) else { return };
    if matches!(pred.verb.class, Class::Create | Class::Transact) {
        super::moments::from_to(d, si, pred, e);
    }
    for pp in &pred.preps {
        if !WITH.contains(&pp.prep.as_str())
            || pp.nps.is_empty()
            || pp.prep == "as" && pp.nps.len() < 2
            || pp.prep == "like" && pp.nps.len() < 2
            || super::bounds::selects(s, pred, pp)
        {
            continue;
        }
        // `tasks such as cleaning`: examples of records, not properties
        if matches!(pp.prep.as_str(), "such as" | "like")
            && !pp.nps.iter().any(|np| nouns::property(&np.head).is_some())
        {
            continue;
        }
        let end = list_end(s, pred, pp.at);
        let names = d.fields_from(si, e, pp.at + 1..end);
        if !names.is_empty() {
            d.mark(si, pp.at..pp.at + 1);
            d.touch(e, s.id);
        }
        // what comes with a later change is not there from the beginning
        if pred.verb.class == Class::Update {
            d.optional.extend(names.into_iter().map(|n| (e, n)));
        }
    }
}

/// Where a list of properties that begins at `at` ends: at the next predicate or stop.
fn list_end(s: &Sentence, pred: &Pred, at: usize) -> usize {
    let stop = (at + 1..s.words.len()).find(|i| s.words[*i].tag == Tag::Stop).unwrap_or(s.words.len());
    if s.words[at].tag == Tag::Colon {
        return stop;
    }
    let next = pred.preps.iter().map(|pp| pp.at).find(|x| *x > at && s.words[*x].is("with")).unwrap_or(stop);
    stop.min(pred.range.end).min(next)
}

/// `fill in my name and email when buying a ticket`: properties of the purchase.
fn fill_in(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let asks = matches!(pred.verb.base.as_str(), "fill" | "enter" | "provide" | "specify" | "give" | "state" | "input");
    let all = !pred.objects.is_empty() && pred.objects.iter().all(|np| nouns::property(&np.head).is_some());
    if !asks || !all || pred.verb.negated {
        return;
    }
    let later = s.preds.iter().enumerate().skip(pi + 1);
    let Some((k, e)) = later.filter_map(|(k, p)| super::access::record_entity(d, p).map(|e| (k, e))).next() else {
        return;
    };
    if d.fields_from(si, e, pred.verb.range.end..pred.range.end).is_empty() {
        return;
    }
    let when = &s.preds[k];
    d.touch(e, s.id);
    d.mark_verb(si, pred);
    d.mark_verb(si, when);
    let nps: Vec<Np> = when.objects.iter().chain(&pred.subject).cloned().collect();
    for np in nps {
        d.mark_np(si, &np);
    }
    for name in d.entities[e].entity.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>() {
        d.optional.insert((e, name));
    }
    // that nothing else is asked for is more than these properties say
    if s.words[..pred.range.end].iter().zip(&s.aside).any(|(w, a)| !a && w.is("only")) {
        d.gap(s.id, "only", super::lexicon::NOT_UNDERSTOOD, false);
    }
    d.done[si].insert(pi);
    d.focus = Some(e);
}

/// A property of a thing as an object: `a link to my website on the event page`, `the types of tickets (normal, gold)`.
fn properties(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    if pred.verb.negated
        || !matches!(pred.verb.class, Class::Create | Class::Read | Class::Update | Class::Have | Class::Manage)
    {
        return;
    }
    let objects = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    for np in objects {
        if np.pronoun.is_some()
            || nouns::property(&np.head).is_none()
            || d.find(&np.name()).is_some()
            || d.find(&np.head).is_some() && np.of.is_none()
        {
            continue;
        }
        let by_pp = || {
            pred.preps
                .iter()
                .filter(|pp| matches!(pp.prep.as_str(), "of" | "on" | "for" | "in" | "to" | "about"))
                .flat_map(|pp| &pp.nps)
                .find_map(|n| d.entity_of(n))
        };
        let same_role = || {
            let before = si.checked_sub(1).and_then(|b| d.sentences[b].role.as_ref()).map(|r| &r.head);
            before.is_some()
                && before == s.role.as_ref().map(|r| &r.head)
                && pred.verb.class == Class::Have
                && !pred.subordinate
        };
        // `my loans and their due dates`
        let theirs = || {
            let before = pred.objects.iter().take_while(|o| o.range != np.range).last()?;
            matches!(np.det.as_deref(), Some("their" | "its")).then(|| d.entity_of(before)).flatten()
        };
        let Some(e) = theirs().or_else(|| d.entity_of(&np)).or_else(by_pp).or_else(|| d.focus.filter(|_| same_role()))
        else {
            continue;
        };
        // `the total rent`, `the average price`: worked out from what is kept
        let counts = matches!(np.head.as_str(), "number" | "count" | "amount" | "total" | "sum")
            && np.of.as_deref().is_some_and(|o| o.plural && d.entity_of(o).is_some())
            && pred.verb.class == Class::Read;
        // `the number of free places`: what others leave, nothing that is entered
        let counts = counts || left_over(&np);
        if counts || added_up(&np) {
            continue;
        }
        if np.of.is_some()
            && np.nouns.is_empty()
            && let Some(have) = d.field_named(e, &np.head)
        {
            if let Some(f) = d.field_mut(e, &have)
                && !f.clauses.contains(&s.id)
            {
                f.clauses.push(s.id);
            }
            d.touch(e, s.id);
            continue;
        }
        let head_only = np.of.is_some() || np.owner.is_some();
        let range = if head_only { np.range.start..np.head_at + 1 } else { np.range.start..np.range.end };
        let range = if np.owner.is_some() { owner_end(&np)..np.head_at + 1 } else { range };
        let Some(mut draft) = field::field(s, range) else { continue };
        // `link to my website` is a website, `link to music platforms` too
        if np.head == "link"
            && np.nouns.is_empty()
            && let Some(target) = pred.preps.iter().find(|pp| pp.prep == "to").and_then(|pp| pp.nps.first())
        {
            let label = format!(
                "{} link",
                target
                    .mods
                    .iter()
                    .map(String::as_str)
                    .chain([target.head.as_str()])
                    .filter(|w| !words::possessive(w))
                    .collect::<Vec<_>>()
                    .join(" ")
            );
            draft.field.name = field::identifier(&label);
            draft.field.label = field::sentence_case(&label);
            let target = target.clone();
            d.mark(si, target.range.clone());
        }
        if let Some(paren) = np.paren.clone().or_else(|| np.of.as_ref().and_then(|o| o.paren.clone())) {
            let own = d.entities[e].entity.name.clone();
            let values: Vec<String> = choice_values(s, paren.clone())
                .into_iter()
                .map(|v| v.split(' ').filter(|w| nouns::singular(w) != own).collect::<Vec<_>>().join(" "))
                .filter(|v| !v.is_empty())
                .collect();
            if matches!(
                np.head.as_str(),
                "type" | "kind" | "category" | "status" | "level" | "genre" | "size" | "color"
            ) && values.len() >= 2
            {
                draft.field.ty = FieldType::Choice { values };
                // one record has one of the types
                draft.field.name = field::identifier(&np.head);
                draft.field.label = field::sentence_case(&np.head);
            }
            d.mark(si, paren.start.saturating_sub(1)..paren.end + 1);
        }
        if matches!(&draft.field.ty, FieldType::Choice { values } if values.is_empty()) && d.status(e).is_some() {
            d.mark_np(si, &np);
            d.touch(e, s.id);
            continue;
        }
        let used = draft.used.clone();
        d.add_field(e, draft, s.id);
        d.mark_words(si, &used);
        d.mark_np(si, &np);
        d.mark_verb(si, pred);
        d.touch(e, s.id);
        if matches!(pred.verb.class, Class::Have) {
            d.done[si].insert(pi);
            for pp in &pred.preps {
                for n in &pp.nps {
                    if d.entity_of(n) == Some(e) {
                        d.mark(si, n.range.clone());
                    }
                }
            }
            for subject in &pred.subject {
                d.mark_np(si, subject);
            }
        }
    }
}

/// `the number of free places`: what others leave of it.
fn left_over(np: &Np) -> bool {
    let left = |of: &Np| of.adjectives().any(|a| matches!(a, "free" | "left" | "remaining" | "available"));
    np.head == "number" && np.of.as_deref().is_some_and(left)
}

/// `the total number of hours`, `the average price`: worked out from what is kept.
fn added_up(np: &Np) -> bool {
    matches!(np.head.as_str(), "total" | "sum" | "average")
        || np.mods.iter().any(|m| matches!(m.as_str(), "total" | "average" | "overall"))
}

fn owner_end(np: &Np) -> usize {
    // the owner, its `'s`, then the thing
    np.owner.as_ref().map_or(np.range.start, |o| o.range.end + 1)
}

/// A field made by a rule, not read from a phrase.
#[must_use]
pub fn made(name: &str, label: &str, ty: FieldType, id: ClauseId) -> Field {
    Field {
        name: name.into(),
        label: label.into(),
        ty,
        required: false,
        read_only: false,
        default: None,
        unit: None,
        clauses: vec![id],
        rules: Vec::new(),
    }
}

//! Who may do what: every plain `X can create, see, edit, delete Y`.

use super::chunk::Np;
use super::draft::Draft;
use super::lexicon::{nouns, verbs::Class, words};
use super::relations::{collects, leaves, looks_at_relations, mark_places, parents, transact};
use super::scopes::{below, create_scope, scope, scope_of, somebody_elses};
use super::sentence::Pred;
use super::targets::{mark_plain, mark_target};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Op, Scope, Who};

/// The entity that records what a transaction verb does: booking for `book a room`.
#[must_use]
pub fn record_entity(d: &Draft, pred: &Pred) -> Option<usize> {
    if pred.verb.class != Class::Transact && pred.verb.base != "request" {
        return None;
    }
    d.find(super::things::record_of(pred)?)
}

/// Reads the rights a sentence gives.
pub fn read(d: &mut Draft, si: usize) {
    super::pages::at_home(d, si);
    super::inside::read(d, si);
    super::shown::visible(d, si);
    super::only::visible_to(d, si);
    super::public::read(d, si);
    for pred in &d.sentences[si].preds {
        super::product::audience(d, si, pred);
    }
    super::shown::read(d, si);
    super::only::hidden_from(d, si);
    super::only::privacy_wish(d, si);
    super::scopes::only_their_own(d, si);
    super::makers::read(d, si);
    super::secret::read(d, si);
    super::not_even::mark(d, si);
    super::kept_from::read(d, si);
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            // what came before is still spoken of
            continue;
        }
        // what stands in a relative or conditional clause limits the main demand; it gives no right of its own
        if pred.subordinate && s.preds.iter().any(|p| !p.subordinate) {
            if super::navigation::only_navigates(d, pred) {
                let range = pred.range.clone();
                d.mark(si, range.start.saturating_sub(2)..range.end);
            }
            continue;
        }
        // `can take it off the list without deleting it`
        if pred.verb.range.start.checked_sub(1).is_some_and(|before| s.words[before].is("without")) {
            continue;
        }
        if super::closed_for::says(s, pi) {
            continue;
        }
        // `the shifts they have joined`: what was done is no right to do it
        let perfect = !pred.verb.passive && s.words[pred.verb.range.clone()].iter().any(|w| w.base == "have");
        if perfect && pred.verb.base != "have" && pred.verb.modal.is_none() {
            continue;
        }
        d.attend(si, pi);
        if super::only::which_are(d, si, pi, pred)
            || collects(d, si, pi, pred)
            || leaves(d, si, pi, pred)
            || looks_at_relations(d, si, pi, pred)
        {
            continue;
        }
        predicate(d, si, pi, pred);
    }
    makers(d, si);
    super::nobody::short(d, si);
    super::nobody::else_than(d, si);
}

/// `only the trainer who created a class`: whose it is, where that is what a right came to.
fn makers(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for pred in s.preds.iter().filter(|p| p.subordinate && !p.verb.passive && p.preps.is_empty()) {
        let who = pred.verb.range.start.checked_sub(1).is_some_and(|i| s.words[i].is("who"));
        let [np] = &pred.objects[..] else { continue };
        let Some(e) = d.entity_of(np).filter(|_| who && pred.verb.class == Class::Create) else { continue };
        let own = |a: &crate::models::offline::spec::Access| a.scope == Scope::Own && a.clauses.contains(&s.id);
        if d.entities[e].entity.access.iter().any(own) {
            d.mark_verb(si, pred);
            d.mark_np(si, np);
        }
    }
}

fn predicate(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    // `make a user an owner` says what somebody becomes
    if pred.verb.base == "make"
        && pred.objects.len() > 1
        && pred.objects.iter().all(|o| nouns::person(&o.head).is_some())
    {
        return;
    }
    if super::decisions::sets_to(pred) || super::takers::read(d, si, pi, pred) {
        return;
    }
    // `marked as ordered`: a state that was not read is no right to everything else of the record
    if super::decisions::marks_state(d, pred) && pred.preps.iter().any(|pp| pp.prep == "as") {
        return;
    }
    let ops: &[Op] = match pred.verb.class {
        // `are listed as overdue`
        Class::Create if pred.verb.passive && pred.verb.base == "list" => &[Op::Read],
        Class::Create | Class::Transact => &[Op::Create],
        Class::Export if super::exports::own(pred) => {
            mark_subject(d, si, pred);
            d.mark_verb(si, pred);
            return;
        }
        Class::Read | Class::Search | Class::Export | Class::Filter | Class::Sort => &[Op::Read],
        Class::Update => &[Op::Update],
        Class::Delete => &[Op::Delete],
        Class::Manage => &[Op::Create, Op::Read, Op::Update, Op::Delete],
        Class::Allow => {
            mark_subject(d, si, pred);
            d.mark_verb(si, pred);
            return;
        }
        Class::Have
            if pred.subject.iter().all(|np| {
                words::system_noun(&np.head)
                    || nouns::person(&np.head).is_some()
                    || matches!(np.pronoun.as_deref(), Some("it" | "there"))
            }) =>
        {
            return presence(d, si, pi, pred);
        }
        Class::Be if s.lower.starts_with("there ") => return presence(d, si, pi, pred),
        _ => return,
    };
    let mut whos = if pred.verb.passive { agents(d, pred) } else { d.actors(pred) };
    let gerund = super::only::allowed_to(d, si, pi);
    if let Some(holders) = &gerund {
        whos.clone_from(holders);
    }
    if super::sign_in::anonymous(s).is_some()
        && pred.verb.class == Class::Read
        && !pred.verb.negated
        && !whos.is_empty()
    {
        whos = vec![Who::Anyone];
    }
    let objects: Vec<Np> = if pred.verb.passive { pred.subject.clone() } else { objects_of(d, si, pred) };
    let record = record_entity(d, pred);
    let mut targets: Vec<(usize, Np)> = Vec::new();
    for np in &objects {
        // `tasks they set themselves`: who set them is no more that is changed
        let told = |(e, of): &(usize, Np)| {
            super::makers::they_made(d, s, of, *e).is_some_and(|made| made.contains(&np.range.start))
        };
        if let Some(e) = d.entity_of(np).filter(|_| !targets.iter().any(told)) {
            targets.push((e, np.clone()));
        } else if let Some((e, _)) =
            super::parts::of_record(d, &objects, np).filter(|_| pred.verb.class == Class::Update)
        {
            targets.push((e, np.clone()));
        }
    }
    // `post news, and members comment on them`: no more news
    let nothing_of_its_own = pred.verb.class == Class::Transact && record.is_none();
    if nothing_of_its_own && !objects.is_empty() && objects.iter().all(|np| np.pronoun.is_some()) {
        return;
    }
    // `look through the list`: that of what was spoken of
    if targets.is_empty()
        && record.is_none()
        && pred.verb.class == Class::Read
        && let [np] = &objects[..]
        && matches!(np.head.as_str(), "list" | "overview" | "catalogue" | "catalog" | "collection")
        && np.of.is_none()
        && np.nouns.is_empty()
        && let Some(e) = d.focus
    {
        targets.push((e, np.clone()));
    }
    let of_property = |d: &mut Draft| {
        super::bans::of_property(d, si, pi, pred, &whos) || super::nobody::property_but(d, si, pi, pred)
    };
    if pred.verb.negated && (super::bans::of_some(d, s, pred) || of_property(d)) {
        return;
    }
    if super::nobody::property_alone(d, si, pi, pred, &whos) || super::only::everything(d, si, pi, pred, &whos, ops) {
        return;
    }
    if let Some(r) = record {
        transact(d, si, pred, r, &targets);
    } else if targets.is_empty() {
        return;
    }
    if super::nobody::nobody_but(d, si, pi, pred, &targets, ops) {
        return;
    }
    // `The system manages invoices`: it says that there are some, not who does it
    if !pred.verb.negated {
        super::product::audience(d, si, pred);
    }
    let impersonal = whos.is_empty() && !pred.verb.passive && !pred.subject.is_empty() && !pred.verb.negated;
    if impersonal {
        for (e, np) in &targets {
            d.touch(*e, s.id);
            mark_target(d, si, np);
            if ops == [Op::Read] {
                d.unnamed_readers.push((*e, s.id));
            }
            d.focus = Some(*e);
        }
        d.mark_verb(si, pred);
        mark_subject(d, si, pred);
        mark_places(d, si, pred);
        d.done[si].insert(pi);
        return;
    }
    // `must not be lent to two people at once`: the rules know such bans, or nobody does
    if pred.verb.negated && record.is_some() && whos.is_empty() {
        return;
    }
    // `a household receives one parcel`: it is handed something, not shown it
    let handed = matches!(pred.verb.base.as_str(), "receive" | "get" | "obtain")
        && objects.iter().all(|np| !words::system_noun(&np.head) && d.find(&np.head).is_some());
    if handed {
        return;
    }
    if pred.verb.negated
        && let Some(r) = record
    {
        // `owners cannot apply for their own requests` compares two people: no right says that
        if targets.iter().any(|(_, np)| np.possessed())
            || pred.preps.iter().flat_map(|pp| &pp.nps).any(|np| np.possessed())
        {
            return;
        }
        targets = vec![(r, pred.objects.first().cloned().unwrap_or_else(|| pred.subject[0].clone()))];
    }
    if pred.verb.negated {
        return super::bans::negated(d, si, pi, pred, &whos, &targets, ops);
    }
    if whos.is_empty() {
        if ops == [Op::Read] && pred.verb.passive {
            // somebody can see it: whoever else may, or the ordinary user
            for (e, np) in &targets {
                d.touch(*e, s.id);
                mark_target(d, si, np);
                d.unnamed_readers.push((*e, s.id));
                d.focus = Some(*e);
            }
            d.mark_verb(si, pred);
            mark_places(d, si, pred);
            d.done[si].insert(pi);
            return;
        }
        if pred.verb.passive && record.is_none() {
            return unnamed(d, si, pi, pred, &targets);
        }
        // `A bicycle can be rented for a day`: by those of whom the text has said so
        let makers = record.filter(|_| pred.verb.passive).map(|r| &d.entities[r].entity.access);
        let makers = makers.into_iter().flatten().filter(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone());
        whos.extend(super::rights::unique(makers));
        if whos.is_empty() {
            whos.push(d.ordinary());
        }
    }
    if pred.verb.passive {
        for pp in pred.preps.iter().filter(|pp| pp.prep == "by") {
            let known: Vec<&Np> = pp.nps.iter().filter(|np| d.role(np).is_some()).collect();
            for np in known {
                d.mark_np(si, np);
            }
        }
    }
    let spoken_of = d.focus;
    let list: Vec<(usize, Option<Np>)> = match record {
        Some(r) => vec![(r, None)],
        None => targets.iter().map(|(e, np)| (*e, Some(np.clone()))).collect(),
    };
    for (e, np) in &list {
        // `add a description of the event`: one property of a record that is there
        if let Some(np) = np
            && matches!(pred.verb.class, Class::Create | Class::Update)
            && d.find(&np.head) != Some(*e)
            && d.find(&np.name()) != Some(*e)
            && let whose = super::parts::of_record(d, &objects, np).filter(|(whole, _)| whole == e)
            && (nouns::property(&np.head).is_some() || whose.is_some())
            && let Some(field) = d.field_of(*e, np)
        {
            let scope = scope(d, si, pred, *e, whose.as_ref().map_or(np, |(_, of)| of), &[Op::Update]);
            for who in &whos {
                let scope = scope.clone();
                d.allow_fields(*e, who.clone(), &[Op::Update], scope, std::slice::from_ref(&field), s.id);
            }
            super::parts::mark_measure(d, si, np, &field);
            d.touch(*e, s.id);
            d.focus = Some(*e);
            continue;
        }
        if let Some(np) = np
            && ops != [Op::Create]
        {
            if let Some(parent) = below(d, pred, *e, np)
                && d.reference(parent, &d.entities[*e].entity.name.clone()).is_none()
            {
                d.add_reference(*e, parent, true, s.id);
            }
            if somebody_elses(d, *e, np) {
                let what = np.of.as_ref().map_or_else(String::new, |of| s.quote(of.range.clone()));
                d.gap(s.id, &what, "the text does not say how a record tells whose it is in this sense", true);
                continue;
            }
        }
        d.touch(*e, s.id);
        let scope = np.as_ref().map_or(Scope::All, |np| scope(d, si, pred, *e, np, ops));
        let made = np.as_ref().and_then(|np| super::scopes::they_made(d, s, pred, (*e, np)));
        if let Some(made) = made.filter(|_| scope == Scope::Own) {
            let inside = (0..s.preds.len()).filter(|k| made.contains(&s.preds[*k].verb.range.start));
            d.done[si].extend(inside);
            d.mark(si, made);
        }
        if matches!(scope, Scope::AssignedTo { .. }) {
            for whose in ["assigned to them", "assigned to him", "assigned to her", "assigned to me"] {
                d.mark_phrase(si, whose);
            }
        }
        let ops = refine(d, pred, *e, np.as_ref(), ops, s.id);
        for who in &whos {
            let scope = if ops == [Op::Create] {
                create_scope(d, si, pred, *e, who).unwrap_or(Scope::All)
            } else if let (true, Some(np)) = (whos.len() > 1, np) {
                scope_of(d, si, pred, who, (*e, np), &ops)
            } else {
                scope.clone()
            };
            d.allow(*e, who.clone(), &ops, scope, s.id);
        }
        if ops.contains(&Op::Create)
            && np.as_ref().is_none_or(|n| n.possessed() && n.det.as_deref() != Some("our"))
            && whos.iter().any(|w| *w != Who::Anyone)
        {
            d.entities[*e].entity.owned = true;
        }
        let alone = super::only::alone(d, si, pred) || gerund.is_some() && s.words.iter().any(|w| w.is("only"));
        let shown = matches!(pred.verb.class, Class::Read | Class::Export);
        if (pred.only || alone) && (!shown || alone && pred.verb.class == Class::Read) {
            d.exclusive(*e, &ops, &whos, s.id);
            super::only::mark_alone(d, si, pred);
        }
        if pred.verb.class == Class::Read && scope != Scope::All && s.words.iter().any(|w| w.is("only")) {
            d.limited.extend(whos.iter().map(|who| (*e, who.clone(), scope.clone())));
        }
        d.focus = Some(*e);
    }
    d.mark_verb(si, pred);
    mark_subject(d, si, pred);
    for (_, np) in &targets {
        if ops == [Op::Read] { mark_target(d, si, np) } else { mark_plain(d, si, np) }
    }
    if matches!(pred.verb.base.as_str(), "click" | "select" | "tap" | "land") && pred.verb.class == Class::Read {
        super::navigation::follow_link(d, si);
    }
    let now = std::mem::replace(&mut d.focus, spoken_of);
    super::relations::led_by(d, si, pred, &list);
    parents(d, si, pred, &list);
    d.focus = now;
    d.done[si].insert(pi);
}

/// What shows records: `a page with all loans`.
const PAGES: [&str; 5] = ["page", "list", "overview", "screen", "table"];

/// Objects, or the phrase a preposition joins to the verb: `search for events`, `read about the event`.
fn objects_of(d: &mut Draft, si: usize, pred: &Pred) -> Vec<Np> {
    let mut out: Vec<Np> = pred.objects.clone();
    let has_entity = out.iter().any(|np| d.entity_of(np).is_some());
    if !has_entity && pred.objects.iter().all(|np| words::system_noun(&np.head) || np.head.is_empty()) {
        for pp in &pred.preps {
            let shows = pp.prep == "with" && out.iter().all(|np| PAGES.contains(&np.head.as_str()));
            let joins =
                matches!(pp.prep.as_str(), "about" | "for" | "through" | "of" | "on" | "at" | "to" | "in" | "into");
            if (joins || shows) && pp.nps.iter().any(|np| d.entity_of(np).is_some()) {
                out.extend(pp.nps.iter().cloned());
                d.mark(si, pp.at..pp.at + 1);
                break;
            }
        }
    }
    out
}

pub fn mark_subject(d: &mut Draft, si: usize, pred: &Pred) {
    for np in &pred.subject {
        if np.range.end <= d.sentences[si].words.len() && d.sentences[si].role.as_ref() != Some(np) {
            d.mark_np(si, np);
        }
    }
}

/// `Donations are recorded with the date`: it is done, by whom is left open.
fn unnamed(d: &mut Draft, si: usize, pi: usize, pred: &Pred, targets: &[(usize, Np)]) {
    let s = &d.sentences[si];
    for (e, np) in targets {
        d.touch(*e, s.id);
        mark_plain(d, si, np);
        d.focus = Some(*e);
    }
    d.mark_verb(si, pred);
    let list: Vec<(usize, Option<Np>)> = targets.iter().map(|(e, np)| (*e, Some(np.clone()))).collect();
    let now = d.focus;
    parents(d, si, pred, &list);
    d.focus = now;
    d.done[si].insert(pi);
}

fn agents(d: &Draft, pred: &Pred) -> Vec<Who> {
    let mut out = Vec::new();
    for np in
        pred.preps.iter().filter(|pp| pp.prep == "by" || pp.prep == "to" || pp.prep == "for").flat_map(|pp| &pp.nps)
    {
        if let Some(who) = d.who(np)
            && !out.contains(&who)
        {
            out.push(who);
        }
    }
    out
}

/// A verb that names a property change: `mark a task as done` writes the status only.
fn refine(d: &mut Draft, pred: &Pred, e: usize, np: Option<&Np>, ops: &[Op], id: ClauseId) -> Vec<Op> {
    let _ = (d, e, np, id);
    if pred.verb.base == "track" { vec![Op::Create, Op::Read] } else { ops.to_vec() }
}

/// `There is a list of members`, `The system has a page with all events`
fn presence(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    if pred.verb.negated {
        return;
    }
    let mut found = false;
    for np in pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)) {
        let listed = words::system_noun(&np.head) || np.plural;
        if let Some(e) = d.entity_of(np).filter(|_| listed) {
            let mut whos = d.actors(pred);
            if whos.is_empty() {
                whos.push(d.ordinary());
            }
            for who in whos {
                d.allow(e, who, &[Op::Read], Scope::All, s.id);
            }
            d.touch(e, s.id);
            mark_target(d, si, np);
            d.focus = Some(e);
            found = true;
        }
    }
    if found {
        d.mark_verb(si, pred);
        mark_subject(d, si, pred);
        for np in &pred.objects {
            if words::system_noun(&np.head) {
                d.mark_np(si, np);
            }
        }
        d.done[si].insert(pi);
    }
}

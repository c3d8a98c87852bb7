//! Who may do what, where the text leaves it open.

use super::answers::{Asked, Holder, all_of};
use super::draft::Draft;
use super::lexicon::nouns;
use super::{exclusives, hidden, in_care, in_some_state, made_for, sight};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Access, Feature, FieldType, Op, Scope, Who};

pub fn searchers(d: &mut Draft) {
    for (e, who, id) in std::mem::take(&mut d.searchers) {
        let has = d.entities[e]
            .entity
            .access
            .iter()
            .any(|a| a.ops.contains(&Op::Read) && (a.who == who || a.who == Who::Anyone));
        if !has && d.entities[e].entity.private.is_empty() {
            let access = &d.entities[e].entity.access;
            let makes = |a: &Access| a.ops.contains(&Op::Create) && (a.who == who || !matches!(a.who, Who::Role(_)));
            let by_others = access.iter().any(|a| a.ops.contains(&Op::Create)) && !access.iter().any(makes);
            let own = d.entities[e].entity.owned && d.entities[e].possessed && !by_others;
            let scope = if own && d.has_users() { Scope::Own } else { Scope::All };
            d.allow(e, who, &[Op::Read], scope, id);
        }
    }
}

/// Lists that somebody can see: whoever else may; with nobody named, the ordinary user.
pub fn unnamed_readers(d: &mut Draft) {
    for (e, id) in std::mem::take(&mut d.unnamed_readers) {
        if !d.entities[e].entity.access.iter().any(|a| a.ops.contains(&Op::Read)) {
            let who = d.ordinary();
            // what whoever writes adds for the others is not the others' own
            let speaker = d.speaker.as_ref().map(|name| Who::Role(name.clone()));
            let makers = || d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create));
            // how a list comes says nothing of who sees it: that is asked as it is of any other
            if d.has_users() && makers().next().is_some() && super::order::only_orders(d, id) {
                continue;
            }
            let offered = makers().next().is_some() && makers().all(|a| Some(&a.who) == speaker.as_ref());
            let others = makers().any(|a| a.who != who);
            // addresses of people are not for everybody who signs up, unless the text says so
            let keepers: Vec<Who> = unique(makers().map(|a| a.who.clone()));
            let carers = in_care::carers(d, e, &keepers).filter(|_| who == Who::SignedIn && !keepers.is_empty());
            if let Some(carers) = carers.filter(|carers| !carers.contains(&who)) {
                let entity = &d.entities[e].entity;
                let key = format!("see:{}", entity.name);
                let question = format!("Who sees {}?", entity.label_plural.to_lowercase());
                let default = words_for(d, &carers);
                let asked = Asked { key: &key, question: &question, default: &default, clauses: &[id] };
                for Holder { who, .. } in d.ask_who(asked, all_of(carers)) {
                    d.allow(e, who, &[Op::Read], Scope::All, id);
                }
                continue;
            }
            let own = personal(d, e) && !offered;
            if !own || others {
                d.allow(e, who, &[Op::Read], if own { Scope::Own } else { Scope::All }, id);
                continue;
            }
            let entity = &d.entities[e].entity;
            let key = format!("see:{}", entity.name);
            let question = format!("Who sees {}?", entity.label_plural.to_lowercase());
            let default = format!("{}, only those of their own", d.word_for(&who));
            let asked = Asked { key: &key, question: &question, default: &default, clauses: &[id] };
            for Holder { who, own } in d.ask_who(asked, vec![Holder { who, own: true }]) {
                let own = own && who != Who::Anyone;
                d.entities[e].entity.owned |= own;
                d.allow(e, who, &[Op::Read], if own { Scope::Own } else { Scope::All }, id);
            }
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
    let shared = matches!(last, "rating" | "review" | "comment" | "like" | "vote" | "reply" | "bid" | "nomination");
    if shared {
        return below;
    }
    // what those who work there keep of others is for all of them
    let staff = !d.roles.is_empty()
        && d.roles.iter().all(|r| matches!(r.kind, nouns::Person::Appointed | nouns::Person::Stranger));
    draft.entity.owned || draft.possessed || noun && !staff || below
}

fn has_op(d: &Draft, e: usize, op: Op) -> bool {
    d.entities[e].entity.access.iter().any(|a| a.ops.contains(&op) && (op != Op::Update || a.only_fields.is_empty()))
}

/// Somebody must be able to add, see and correct records; who, where the text does not say, is an assumption.
pub fn rights(d: &mut Draft, e: usize) {
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
        let owner = d.entities[e].entity.access.iter().find(|a| a.scope == Scope::Own).map(|a| a.who.clone());
        let keeper = owner.or_else(|| maker_of_whole(d, e)).or_else(|| d.keepers().first().cloned());
        // `The zorb creates duties`: whoever that is, it is not whoever signs up
        let unknown = keeper.is_none() && d.has_users() && super::held::added_by_unknown(d, e);
        let first = clauses.first().filter(|_| unknown).map(|id| super::parts::administrator(d, *id));
        let keeper = keeper.or(first).unwrap_or_else(|| d.ordinary());
        let (key, question, default) = (format!("create:{name}"), format!("Who adds {plural}?"), d.word_for(&keeper));
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
        for Holder { who, .. } in d.ask_who(asked, all_of(vec![keeper])) {
            for id in &clauses {
                d.allow(e, who.clone(), &[Op::Create], Scope::All, *id);
            }
        }
        kept = true;
    }
    super::makers::settle(d, e);
    // whoever changes or sees their own must be able to have some
    let alone: Vec<(Who, Vec<ClauseId>)> = {
        let access = &d.entities[e].entity.access;
        let creates = |who: &Who| {
            access.iter().any(|a| {
                a.ops.contains(&Op::Create)
                    && (a.who == *who || a.who == Who::Anyone || a.who == Who::SignedIn && *who != Who::Anyone)
            })
        };
        access
            .iter()
            .filter(|a| a.scope == Scope::Own && a.ops.iter().any(|op| matches!(op, Op::Update | Op::Delete)))
            .filter(|a| !creates(&a.who))
            .map(|a| (a.who.clone(), a.clauses.clone()))
            .collect()
    };
    exclusives::whoever_added(d, e, &alone);
    if !forbidden(d, Op::Create) && !alone.is_empty() {
        let whos: Vec<Who> = unique(alone.iter().map(|(w, _)| w.clone()));
        let id = alone[0].1.clone();
        let default = words_for(d, &whos);
        let (key, question) = (format!("own:{name}"), format!("Who else adds {plural} of their own?"));
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &id };
        let named = d.ask_who(asked, all_of(whos.clone()));
        for h in named.iter().filter(|h| !whos.contains(&h.who)) {
            for id in &id {
                d.allow(e, h.who.clone(), &[Op::Create], Scope::All, *id);
            }
        }
        for (who, clauses) in alone.into_iter().filter(|(w, _)| named.iter().any(|h| h.who == *w)) {
            for id in clauses {
                d.allow(e, who.clone(), &[Op::Create], Scope::All, id);
            }
        }
    }
    let creators: Vec<Who> =
        unique(d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone()));
    if d.entities[e].entity.access.iter().any(|a| a.scope == Scope::Own) {
        d.entities[e].entity.owned = true;
    }
    // reading
    let readers: Vec<Who> =
        unique(d.entities[e].entity.access.iter().filter(|a| a.ops.contains(&Op::Read)).map(|a| a.who.clone()));
    let mut blind: Vec<Who> = creators
        .iter()
        .filter(|w| {
            !readers.contains(w)
                && !readers.contains(&Who::Anyone)
                && !(readers.contains(&Who::SignedIn) && **w != Who::Anyone)
        })
        .cloned()
        .collect();
    if !blind.is_empty() {
        // who keeps the records for others sees all of them
        // whoever owns a pet is no keeper of what they bring or book
        let theirs = d.entities[e].possessed || d.entities[e].entity.owned;
        let keeps = |who: &Who| {
            let others = |r: &super::draft::RoleDraft| !(theirs && r.name.ends_with("owner"));
            let appointed = |r: &&super::draft::RoleDraft| !r.open && r.kind == nouns::Person::Appointed && others(r);
            d.roles.iter().filter(appointed).any(|r| *who == Who::Role(r.name.clone()))
        };
        let for_others = !readers.is_empty() && blind.iter().all(keeps) && d.entities[e].entity.private.is_empty();
        // what somebody else books or borrows, somebody else must see
        let wanted = d.entities.iter().any(|x| x.about.as_deref() == Some(name.as_str()));
        let restricted = super::closed::unseen(d, e);
        let own = (personal(d, e) || !readers.is_empty() || restricted)
            && !for_others
            && !wanted
            && d.has_users()
            && blind.iter().all(|w| *w != Who::Anyone)
            && !kept;
        if own {
            // the default hides nothing from those who may change or delete any of them
            let overseers: Vec<Who> =
                blind.iter().filter(|who| keeps(who) && !changes_all(d, e, who).is_empty()).cloned().collect();
            for who in &overseers {
                for id in changes_all(d, e, who) {
                    d.allow(e, who.clone(), &[Op::Read], Scope::All, id);
                }
            }
            blind.retain(|who| !overseers.contains(who));
        }
        // `Only the owner sees the orders`: nobody else by default, but everybody their own
        let some = sight::only_some(d, e);
        blind.retain(|who| !some || *who != Who::Anyone);
        readers_by_default(d, e, &blind, (own || some, for_others && !some, wanted), &clauses);
    }
    // changing
    if !has_op(d, e, Op::Update)
        && !has_op(d, e, Op::Delete)
        && !forbidden(d, Op::Update)
        && !forbidden(d, Op::Delete)
        && !creators.is_empty()
    {
        let anonymous = creators.iter().all(|w| *w == Who::Anyone);
        // what people say or write is theirs
        let said = matches!(name.as_str(), "comment" | "review" | "reply" | "remark" | "message" | "rating");
        // whoever hands something in changes nobody else's, where many do
        let ordinary = |who: &Who| {
            let many = |r: &super::draft::RoleDraft| matches!(r.kind, nouns::Person::Ordinary | nouns::Person::User);
            d.roles.iter().any(|r| many(r) && *who == Who::Role(r.name.clone()))
        };
        let handed_in = !kept && creators.iter().all(ordinary);
        let owned = (d.entities[e].entity.owned
            || handed_in
            || super::closed::unchanged(d, e)
            || said && !creators.contains(&Who::Anyone))
            && d.has_users();
        // who checks a record in and out leaves it to whoever added it
        let way = |field: &String| super::in_and_out::FIELDS.contains(&field.as_str());
        // nor does who adds it by saying in which state it is, nor who alone sets a price
        let fields = &d.entities[e].entity.fields;
        let told = |field: &String| {
            let plain = |f: &crate::models::offline::spec::Field| {
                f.name == *field
                    && matches!(f.ty, FieldType::Text { .. } | FieldType::Integer | FieldType::Decimal { .. })
            };
            fields.iter().any(plain)
        };
        let handled = d.entities[e].entity.access.iter().any(|a| {
            let aside = a.only_fields.iter().all(way) || a.only_fields.iter().all(told);
            !aside && !(creators.len() == 1 && creators.contains(&a.who))
        });
        // who brings something back may do that, and nothing else with what was borrowed
        let handled = handled || creators.iter().all(|who| super::lent::brings_back(d, e, who));
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
        let otherwise = if default == "whoever added it" {
            let named = creators.iter().filter(|w| **w != Who::Anyone);
            named.map(|who| Holder { who: who.clone(), own: true }).collect()
        } else if default == "nobody" {
            Vec::new()
        } else if strangers {
            all_of(d.keepers())
        } else {
            all_of(creators)
        };
        // `A member may change the remark of his booking`: that, and the rest stays
        let parts: Vec<Who> = otherwise.iter().map(|h| h.who.clone()).collect();
        let parts = !parts.is_empty() && parts.iter().all(|who| super::parts::alone(d, e, who));
        let (key, does) = if parts { ("delete", "delete") } else { ("edit", "change or delete") };
        let (key, question) = (format!("{key}:{name}"), format!("Who may {does} {}?", super::readings::a(&label)));
        let asked = Asked { key: &key, question: &question, default: &default, clauses: &clauses };
        for Holder { who, own } in d.ask_who(asked, otherwise) {
            if own {
                d.entities[e].entity.owned = true;
            }
            let scope = if own { Scope::Own } else { Scope::All };
            let part = parts || super::parts::alone(d, e, &who);
            let ops: &[Op] = if part { &[Op::Delete] } else { &[Op::Update, Op::Delete] };
            for id in &clauses {
                d.allow(e, who.clone(), ops, scope.clone(), *id);
            }
        }
    }
    sight::privacy(d, e);
    sight::in_a_state(d, e);
    hidden::settle(d, e);
    sight::limits_of_sight(d, e);
    sight::see_what_one_changes(d, e);
    in_some_state::settle(d, e);
    made_for::settle(d, e);
}

/// Who sees the records of those who add some and of whom the text does not say what they see.
fn readers_by_default(
    d: &mut Draft,
    e: usize,
    blind: &[Who],
    (own, for_others, wanted): (bool, bool, bool),
    clauses: &[ClauseId],
) {
    if blind.is_empty() {
        return;
    }
    let name = d.entities[e].entity.name.clone();
    let plural = d.entities[e].entity.label_plural.to_lowercase();
    let keeper = d.keepers();
    let (default, otherwise) = if !own && !wanted && personal(d, e) && !keeper.is_empty() {
        // what somebody without an account orders is not for everybody's eyes
        (words_for(d, &keeper), all_of(keeper))
    } else if own {
        let default = format!("{}, only those of their own", words_for(d, blind));
        (default, blind.iter().map(|who| Holder { who: who.clone(), own: true }).collect())
    } else {
        let whos = if for_others { blind.to_vec() } else { public(d, e, blind) };
        (words_for(d, &whos), all_of(whos))
    };
    // whom the text names as readers, and whoever changes or deletes them, sees them as it is
    let sees = |a: &Access| a.ops.iter().any(|op| *op != Op::Create) && !blind.contains(&a.who);
    let others = d.entities[e].entity.access.iter().any(sees);
    let who = if others { "Who else sees" } else { "Who sees" };
    let (key, question) = (format!("see:{name}"), format!("{who} {plural}?"));
    let asked = Asked { key: &key, question: &question, default: &default, clauses };
    let holders = d.ask_who_of(asked, otherwise.clone(), blind);
    for Holder { who, own } in &holders {
        let own = *own && *who != Who::Anyone;
        if own {
            d.entities[e].entity.owned = true;
            if holders != otherwise {
                d.limited.push((e, who.clone(), Scope::Own));
            }
        }
        let scope = if own { Scope::Own } else { Scope::All };
        for id in clauses {
            d.allow(e, who.clone(), &[Op::Read], scope.clone(), *id);
        }
    }
    sight::parent_owner(d, e, clauses);
}

/// `Customers add orders. An order has lines.`: whoever adds the order adds its lines.
fn maker_of_whole(d: &Draft, e: usize) -> Option<Who> {
    let (home, name) = (d.entities[e].home, &d.entities[e].entity.name);
    let line = matches!(name.as_str(), "line" | "position")
        || ["_line", "_item", "_position"].iter().any(|w| name.ends_with(w));
    if !line {
        return None;
    }
    d.entities[e].entity.fields.iter().filter(|f| f.clauses.contains(&home)).find_map(|f| {
        let FieldType::Reference { entity } = &f.ty else { return None };
        let whole = d.find(entity).filter(|p| *p != e && !d.entities[*p].person)?;
        let part = d.entities[whole].entity.clauses.contains(&home) && d.entities[e].about.is_none();
        let made = d.entities[whole].entity.access.iter().find(|a| a.ops.contains(&Op::Create))?;
        (part && made.who != Who::Anyone).then(|| made.who.clone())
    })
}

/// The clauses that let somebody change or delete any record, whoever added it.
fn changes_all(d: &Draft, e: usize, who: &Who) -> Vec<ClauseId> {
    let changes = |a: &&Access| {
        a.who == *who
            && a.scope == Scope::All
            && a.only_fields.is_empty()
            && a.ops.iter().any(|op| matches!(op, Op::Update | Op::Delete))
    };
    d.entities[e].entity.access.iter().filter(changes).flat_map(|a| a.clauses.clone()).collect()
}

/// Who sees what is nobody's alone.
fn public(d: &Draft, e: usize, blind: &[Who]) -> Vec<Who> {
    if let Some(carers) = in_care::carers(d, e, blind) {
        return carers;
    }
    // `Outsiders see neither minutes nor comments`: whoever has an account may be one of them
    // and who rates a barrel must find it
    let needed = in_care::referring(d, e).next().is_some();
    let denied = !needed && d.denials.iter().any(|(of, _, ops, _)| *of == e && ops.contains(&Op::Read));
    let alone = d.users.alone.is_some() || super::closed::kept_back(d, e);
    if alone || denied && blind.iter().all(|w| matches!(w, Who::Role(_))) {
        return blind.to_vec();
    }
    let inside = d.inside.iter().any(|(x, _)| *x == e);
    if !inside && d.roles.iter().any(|r| r.kind == nouns::Person::Stranger) {
        vec![Who::Anyone]
    } else if d.has_users() && blind.iter().all(|w| matches!(w, Who::Role(_))) {
        vec![Who::SignedIn]
    } else {
        blind.to_vec()
    }
}

/// `the clerk and the auditor`
pub fn words_for(d: &Draft, whos: &[Who]) -> String {
    whos.iter().map(|w| d.word_for(w)).collect::<Vec<_>>().join(" and ")
}

/// Each of them once, in the order in which they come.
pub fn unique<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut out = Vec::new();
    for one in all {
        if !out.contains(&one) {
            out.push(one);
        }
    }
    out
}

//! Who sees who takes part: `Trainers see who has signed up for their courses`, `The driver of a ride sees who booked it`.

use super::access::{self, mark_subject};
use super::chunk::{Item, Np};
use super::draft::Draft;
use super::lexicon::verbs::Class;
use super::rules;
use super::sentence::{Pred, Sentence};
use crate::models::offline::spec::{Op, Scope, Who};

/// The one of several whom a sentence speaks of: `the driver of a ride`, `the driver` where each ride has its own.
fn one_of_many<'p>(d: &Draft, s: &Sentence, pred: &'p Pred) -> Option<&'p Np> {
    let [np] = &pred.subject[..] else { return None };
    if np.pronoun.is_some() || np.plural || !matches!(d.who(np), Some(Who::Role(_))) {
        return None;
    }
    let several = |item: &Item| match item {
        Item::Np(other) => {
            let each = matches!(other.det.as_deref(), Some("a" | "an" | "each" | "every"));
            other.head == np.head && (other.plural || each)
        }
        _ => false,
    };
    let others = d.sentences.iter().filter(|x| x.id != s.id).flat_map(|x| &x.items);
    (np.of.is_some() || others.into_iter().any(several)).then_some(np)
}

/// The records of what is somebody's own: of the rides they have added, of the lessons that name them. All of them where nobody
/// could tell; none where the phrase says whose they are and no record does.
fn of_their_own(d: &mut Draft, record: usize, np: &Np) -> Option<Scope> {
    let named = np.of.as_deref().map(|of| d.entity_of(of));
    let about = d.entities[record].about.clone().and_then(|about| d.find(&about));
    let Some(parent) = named.flatten().or(about).filter(|parent| *parent != record) else {
        return named.is_none().then_some(Scope::All);
    };
    if adds(d, np, parent) {
        return below(d, record, parent);
    }
    let role = d.role(np).map(|role| role.name.clone()).into_iter().collect::<Vec<_>>();
    let field = reference(d, record, parent)?;
    match rules::names(d, parent, &role) {
        Some(path) => Some(Scope::AssignedTo { field: format!("{field}.{path}") }),
        None => named.is_none().then_some(Scope::All),
    }
}

/// Whether the text says that they add such records.
fn adds(d: &Draft, np: &Np, parent: usize) -> bool {
    let name = |np: &Np| d.find(&np.name()).or_else(|| d.find(&np.head));
    let who = d.who(np);
    let says = |p: &Pred| {
        let makes = matches!(p.verb.class, Class::Create | Class::Manage) && !p.verb.negated && !p.verb.passive;
        makes && p.subject.iter().any(|np| d.who(np) == who) && p.objects.iter().any(|np| name(np) == Some(parent))
    };
    d.sentences.iter().flat_map(|s| &s.preds).any(says)
}

/// The property that says to what a record belongs.
pub fn reference(d: &mut Draft, record: usize, parent: usize) -> Option<String> {
    let name = d.entities[parent].entity.name.clone();
    let about = d.entities[record].about.as_deref().and_then(|about| d.find(about)) == Some(parent);
    if about && d.reference(record, &name).is_none() {
        let home = d.entities[record].home;
        d.add_reference(record, parent, true, home);
    }
    d.reference(record, &name)
}

fn below(d: &mut Draft, record: usize, parent: usize) -> Option<Scope> {
    let field = reference(d, record, parent)?;
    d.entities[parent].entity.owned = true;
    Some(Scope::OwnParent { field })
}

/// `Trainers see who has signed up for their courses.`: the records of those who did.
pub fn read(d: &mut Draft, si: usize, pi: usize, pred: &Pred) -> bool {
    let s = &d.sentences[si];
    if pred.verb.class != Class::Read || pred.verb.negated || !pred.objects.is_empty() {
        return false;
    }
    let asks = s.words.get(pred.verb.range.end).is_some_and(|w| w.is("who"));
    // `see who is enrolled`
    let Some(did) = s.preds.get(pi + 1).filter(|p| asks && (!p.verb.passive || p.verb.class == Class::Transact)) else {
        return false;
    };
    let Some(record) = access::record_entity(d, did) else { return false };
    let whos = d.actors(pred);
    if whos.is_empty() {
        return false;
    }
    let about: Vec<Np> = did.objects.iter().chain(did.preps.iter().flat_map(|pp| &pp.nps)).cloned().collect();
    let parent = about.iter().find_map(|np| d.entity_of(np).filter(|e| *e != record).map(|e| (np.clone(), e)));
    let theirs = parent.as_ref().filter(|(np, _)| np.possessed()).map(|(_, e)| *e);
    let scope = match (theirs, one_of_many(d, s, pred)) {
        (Some(parent), _) => below(d, record, parent).unwrap_or(Scope::All),
        (None, Some(np)) => match of_their_own(d, record, np) {
            Some(scope) => scope,
            None => return false,
        },
        (None, None) => Scope::All,
    };
    for who in whos {
        d.allow(record, who, &[Op::Read], scope.clone(), s.id);
    }
    // `For every class I see who …`
    let lead = s.words.first().is_some_and(|w| w.is("for")).then(|| super::chunk::noun_phrase(&s.words, 1)).flatten();
    let each = |np: &Np| {
        matches!(np.det.as_deref(), Some("each" | "every")) && np.adjectives().all(super::lexicon::words::light)
    };
    if let Some(np) = lead.filter(|np| each(np) && np.range.end <= pred.verb.range.start)
        && d.find(&np.head).is_some_and(|e| d.reference(record, &d.entities[e].entity.name).is_some())
    {
        d.mark(si, 0..np.range.end);
    }
    d.touch(record, s.id);
    d.mark_verb(si, pred);
    d.mark_verb(si, did);
    mark_subject(d, si, pred);
    for np in &about {
        d.mark_np(si, np);
    }
    d.done[si].insert(pi);
    d.done[si].insert(pi + 1);
    d.focus = Some(record);
    true
}

//! What a phrase asks for as a whole, beyond its single words: whose it is, which of several it is, that something shall
//! not be, that a picture is seen.

use super::meant::Meant;
use crate::models::offline::read::chunk::Np;
use crate::models::offline::read::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use crate::models::offline::read::nothing_shown;
use crate::models::offline::read::sentence::{Pred, Sentence};
use crate::models::offline::read::tag::{Tag, Word};
use crate::models::offline::spec::{Access, AppSpec, Entity, Feature, Field, FieldType, Op, Scope, Who};

/// The longest line that can be a label of a diagram or of a use case.
const MOST_WORDS_OF_A_LABEL: usize = 6;
/// Above this many clauses a text is a document, with labels and captions in it.
const MOST_CLAUSES_OF_A_NOTE: usize = 30;

/// The first phrase that nothing of the clause's elements is meant by.
#[must_use]
pub fn unmet(spec: &AppSpec, meant: Option<&Meant>, s: &Sentence) -> Option<String> {
    label(spec, s)
        .or_else(|| whose(spec, s))
        .or_else(|| of_that_record(spec, s))
        .or_else(|| surface(meant, s))
        .or_else(|| narrowed(spec, s))
        .or_else(|| of_a_record(spec, s))
        .or_else(|| not(spec, s))
        .or_else(|| picture(spec, s))
        .or_else(|| performed(spec, s))
}

/// The rights that a clause gives over an entity.
fn rights<'a>(spec: &'a AppSpec, s: &'a Sentence) -> impl Iterator<Item = (&'a Entity, &'a Access)> {
    spec.entities.iter().flat_map(|e| e.access.iter().map(move |a| (e, a))).filter(|(_, a)| a.clauses.contains(&s.id))
}

/// The entity that a noun names, by its last word.
fn named<'a>(spec: &'a AppSpec, w: &Word) -> Option<&'a Entity> {
    let names = |e: &&Entity| e.name.rsplit('_').next() == Some(w.base.as_str());
    spec.entities.iter().find(|e| w.tag == Tag::Noun && names(e))
}

/// Every phrase that the sentence's verbs govern.
fn phrases(s: &Sentence) -> impl Iterator<Item = &Np> {
    s.preds.iter().flat_map(|p| p.objects.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)))
}

/// `Add a new branch` on a line of its own in a long document: the name of a use case or a box of a diagram. Who does it
/// stands elsewhere.
fn label(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let short = s.words.len() <= MOST_WORDS_OF_A_LABEL && !s.text.ends_with(['.', '!', ';', ':']);
    let bare = s.preds.iter().all(|p| p.subject.is_empty() && p.verb.modal.is_none()) && !s.preds.is_empty();
    let document = spec.marks.len() > MOST_CLAUSES_OF_A_NOTE;
    (document && short && bare && !s.item && s.role.is_none()).then(|| s.text.clone())
}

/// `citations of my data`, `delete one of my notes`: whose it is must tell some records from others.
fn whose(spec: &AppSpec, s: &Sentence) -> Option<String> {
    const BELONGINGS: &str = "data work content information material file research collection stuff thing document";
    spec.users.as_ref().filter(|u| !u.edit_profile.contains(&s.id))?;
    // who changes what they added is what nobody said otherwise, and tells nothing of what a record is about
    let assumed = |e: &Entity, a: &Access| {
        let question = format!("edit:{}", e.name);
        !a.ops.contains(&Op::Read) && spec.assumptions.iter().any(|q| q.key == question && q.clauses.contains(&s.id))
    };
    let told = rights(spec, s).any(|(e, a)| a.scope != Scope::All && !assumed(e, a))
        || spec.features.iter().any(|f| f.clauses().contains(&s.id) && matches!(f, Feature::Grant { .. }));
    let at = (1..s.words.len()).find(|i| {
        let own = matches!(s.words[*i].lower(), "my" | "his" | "her" | "their") && !s.aside[*i];
        let noun = s.words[*i + 1..].iter().find(|w| w.tag != Tag::Adj);
        own && s.words[*i - 1].tag == Tag::Prep
            && noun.is_some_and(|w| BELONGINGS.split(' ').any(|b| b == w.base) && named(spec, w).is_none())
    });
    if let Some(at) = at.filter(|_| !told) {
        return Some(s.quote(at..at + 2));
    }
    let mine = |np: &&Np| np.det.as_deref().is_some_and(|d| matches!(d, "my" | "his" | "her" | "their"));
    let of_mine = |np: &Np| Some(np).filter(mine).or_else(|| np.of.as_deref().filter(mine)).cloned();
    // `the parcels of his team`: which parcels these are
    let reached = |p: &Pred, (what, np): (&Np, Np)| {
        let changes = matches!(p.verb.class, Class::Update | Class::Delete | Class::Read);
        let name = &named(spec, &s.words[np.head_at]).or_else(|| named(spec, &s.words[what.head_at]))?.name;
        let mut given = rights(spec, s).filter(|(e, a)| e.name == *name && !a.ops.contains(&Op::Create)).peekable();
        let all = given.peek().is_some() && given.all(|(_, a)| a.scope == Scope::All && a.only_fields.is_empty());
        (changes && all).then(|| s.quote(np.range.clone()))
    };
    s.preds
        .iter()
        .find_map(|p| p.objects.iter().filter_map(|np| Some((np, of_mine(np)?))).find_map(|found| reached(p, found)))
}

/// `The supervisor of an exam accepts the exam.`: whoever has to do with that record, while everybody of that name may.
fn of_that_record(spec: &AppSpec, s: &Sentence) -> Option<String> {
    spec.users.as_ref()?;
    let mut given = rights(spec, s).filter(|(_, a)| a.who != Who::Anyone).peekable();
    if given.peek().is_none() || given.any(|(_, a)| a.scope != Scope::All) {
        return None;
    }
    let agents = |p: &Pred| -> Vec<Np> {
        let by = p.preps.iter().filter(|pp| pp.prep == "by" && p.verb.passive).flat_map(|pp| &pp.nps);
        let subject = p.subject.iter().filter(|_| !p.verb.passive);
        subject.chain(by).cloned().collect()
    };
    let np = s.preds.iter().filter(|p| !p.subordinate).flat_map(agents).find(|np| {
        let of = np.of.as_deref().filter(|of| of.pronoun.is_none() && of.mods.is_empty());
        let which = |of: &Np| of.det.is_some() && named(spec, &s.words[of.head_at]).is_some();
        nouns::person(&np.head).is_some() && of.is_some_and(which)
    })?;
    Some(s.quote(np.range))
}

/// `create a travel book page`, `update the routing table`: a part of the surface is what it is shown on, unless somebody
/// makes or changes it.
fn surface(meant: Option<&Meant>, s: &Sentence) -> Option<String> {
    const PARTS: &str = "page screen form table section column row tab panel window field view";
    let makes = |p: &&Pred| match p.verb.base.as_str() {
        "create" | "add" | "make" | "write" | "design" | "insert" => true,
        _ => matches!(p.verb.class, Class::Update | Class::Delete),
    };
    let said = |np: &Np| meant.is_some_and(|m| m.words.contains(&np.head));
    let mut made = s.preds.iter().filter(makes).flat_map(|p| if p.verb.passive { &p.subject } else { &p.objects });
    let part = made.find(|np| {
        let account = np.nouns.iter().any(|n| matches!(n.as_str(), "profile" | "account"));
        PARTS.split(' ').any(|w| w == np.head) && !np.nouns.is_empty() && !said(np) && !account
    })?;
    Some(s.quote(part.range.clone()))
}

/// `a root department`: a noun before the record's name must be part of what is said of that record, not of another one.
fn narrowed(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let linked = |e: &Entity| e.clauses.contains(&s.id) || e.access.iter().any(|a| a.clauses.contains(&s.id));
    phrases(s).filter(|np| np.pronoun.is_none()).find_map(|np| {
        let full = |e: &&Entity| e.name == np.name().replace([' ', '-'], "_");
        if spec.entities.iter().any(|e| full(&e)) {
            return None;
        }
        let entity = spec.entities.iter().find(|e| e.name == np.head && linked(e))?;
        let modifier = np.nouns.iter().find(|m| {
            !words::light(m) && !words::system_noun(m) && nouns::person(m).is_none() && !told(spec, entity, m)
        })?;
        Some(format!("{modifier} {}", np.head))
    })
}

/// Whether a word is part of what a record keeps, belongs to, or is called.
fn told(spec: &AppSpec, entity: &Entity, word: &str) -> bool {
    let mut meant = Meant::default();
    let fields = |e: &Entity, m: &mut Meant| e.fields.iter().for_each(|f| m.field(f));
    meant.entity(entity);
    fields(entity, &mut meant);
    for other in &spec.entities {
        let refers = |f: &Field| matches!(&f.ty, FieldType::Reference { entity: to } if *to == entity.name);
        if other.fields.iter().any(refers) {
            meant.entity(other);
        }
    }
    let labels = meant.words.iter().chain(&meant.narrowing);
    labels.into_iter().any(|w| super::words::related(w, word))
        || entity.name.split('_').any(|part| verbs::record_of(word) == Some(part))
}

/// `a version of a record type`: what belongs to another record is no text that somebody enters.
fn of_a_record(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let texts: Vec<&Field> = spec
        .entities
        .iter()
        .flat_map(|e| &e.fields)
        .filter(|f| f.clauses.contains(&s.id) && matches!(f.ty, FieldType::Text { .. }))
        .collect();
    phrases(s).find_map(|np| {
        let of = np.of.as_deref().filter(|of| matches!(of.det.as_deref(), Some("a" | "an" | "the")))?;
        let mut parts = of.nouns.iter().chain([&of.head]);
        let record = parts.find_map(|part| spec.entities.iter().find(|e| e.name == *part))?;
        let text = texts.iter().any(|f| {
            let words: Vec<&str> = f.name.split('_').collect();
            words.contains(&np.head.as_str()) && words.contains(&record.name.as_str())
        });
        text.then(|| s.quote(np.range.clone()))
    })
}

/// `It does not cover the reading of them`: what shall not be needs an element that keeps it from being.
fn not(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let pred = s.preds.iter().find(|p| p.verb.negated && !p.subordinate && !s.aside[p.verb.range.start]);
    // `…, but not who made them`
    let except = s.find("but not").filter(|_| pred.is_none());
    let said = pred.map(|p| p.verb.range.start..p.range.end).or(except.map(|r| r.start..s.words.len()))?;
    let refuses = |f: &Feature| {
        !matches!(
            f,
            Feature::Search { .. }
                | Feature::Sort { .. }
                | Feature::Filter { .. }
                | Feature::Csv { .. }
                | Feature::Totals { .. }
                | Feature::Computed { .. }
                | Feature::Home { .. }
        )
    };
    let rules = spec.entities.iter().flat_map(|e| &e.fields).flat_map(|f| &f.rules);
    let kept = spec.features.iter().any(|f| f.clauses().contains(&s.id) && refuses(f))
        || rules.into_iter().any(|r| r.clauses.contains(&s.id))
        || spec.entities.iter().any(|e| e.private.contains(&s.id))
        || rights(spec, s).any(|(_, a)| a.scope != Scope::All)
        || pred.is_some_and(|p| left_to_others(spec, s, p) || left_to_some(spec, s, p) || kept_inside(spec, s, p))
        // `A photo is not needed`
        || spec.entities.iter().flat_map(|e| &e.fields).any(|f| f.clauses.contains(&s.id) && !f.required);
    (!kept).then(|| s.quote(said))
}

/// `Members must not change a rota`: others may, by a right that is linked to the clause, and members have no such right.
fn left_to_others(spec: &AppSpec, s: &Sentence, pred: &Pred) -> bool {
    let op = match pred.verb.class {
        Class::Update => Op::Update,
        Class::Delete => Op::Delete,
        _ => return false,
    };
    let banned = |who: &Who| match who {
        Who::Role(role) => pred.subject.iter().any(|np| np.name().replace([' ', '-'], "_") == *role),
        Who::Anyone | Who::SignedIn => true,
    };
    let mut given = rights(spec, s).filter(|(_, a)| a.ops.contains(&op)).peekable();
    given.peek().is_some()
        && pred.subject.iter().all(|np| np.pronoun.is_none())
        && given.all(|(e, _)| !e.access.iter().any(|a| a.ops.contains(&op) && banned(&a.who)))
}

/// `Nobody but the steward may delete a kiln`: nobody has that right but by the clause itself.
fn left_to_some(spec: &AppSpec, s: &Sentence, pred: &Pred) -> bool {
    // `…, nobody else does`: what the verb before says
    let before = s.preds.iter().take_while(|p| p.verb.range != pred.verb.range).last();
    let said = before.filter(|_| pred.verb.base == "do").unwrap_or(pred);
    let op = match said.verb.class {
        Class::Create | Class::Transact => Op::Create,
        Class::Read => Op::Read,
        Class::Update => Op::Update,
        Class::Delete => Op::Delete,
        _ => return false,
    };
    let mut given = rights(spec, s).filter(|(_, a)| a.ops.contains(&op)).peekable();
    pred.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody"))
        && given.peek().is_some()
        && given.all(|(e, _)| e.access.iter().filter(|a| a.ops.contains(&op)).all(|a| a.clauses.contains(&s.id)))
}

/// `Photos are not visible to visitors`: those who have an account see them, by a right that is linked to the clause, and
/// nobody without one does.
fn kept_inside(spec: &AppSpec, s: &Sentence, pred: &Pred) -> bool {
    let stranger = |np: &Np| nouns::person(&np.head) == Some(nouns::Person::Stranger);
    let people = || pred.subject.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps));
    let mut given = rights(spec, s).filter(|(_, a)| a.ops.contains(&Op::Read)).peekable();
    let open = |a: &Access| a.ops.contains(&Op::Read) && a.who == Who::Anyone;
    matches!(pred.verb.class, Class::Be | Class::Read)
        && (people().any(stranger) || nothing_shown(s))
        && given.peek().is_some()
        && given.all(|(e, _)| !e.access.iter().any(open))
}

/// `see thumbnails of paintings`, `with a photo`: an address is not the picture.
fn picture(spec: &AppSpec, s: &Sentence) -> Option<String> {
    const PICTURES: &str = "thumbnail photo picture image preview icon screenshot photograph";
    let linked = |w: &Word| matches!(w.base.as_str(), "link" | "url" | "address" | "hyperlink");
    if s.words.iter().any(linked) {
        return None;
    }
    let fields = spec.entities.iter().flat_map(|e| &e.fields).filter(|f| f.clauses.contains(&s.id));
    let shown = |f: &Field, w: &Word| f.ty == FieldType::Url && f.name.contains(w.base.as_str());
    let fields: Vec<&Field> = fields.collect();
    let seen = s.words.iter().enumerate().find(|(i, w)| {
        !s.aside[*i] && PICTURES.split(' ').any(|p| p == w.base) && fields.iter().any(|f| shown(f, w))
    })?;
    Some(seen.1.token.text.clone())
}

/// `apply a discount`: to what, or nothing is changed by it. `request an inspection`: what is asked for is yet to come; choosing one that is there is something else.
fn performed(spec: &AppSpec, s: &Sentence) -> Option<String> {
    const TO_COME: [&str; 8] = ["ection", "ation", "ition", "ment", "ing", "ance", "refund", "review"];
    let for_it = |p: &Pred| s.words[p.verb.range.clone()].iter().any(|w| w.is("for"));
    let applied = |p: &Pred| p.verb.base == "apply" && !p.verb.passive && !p.objects.is_empty() && p.preps.is_empty();
    let applies = |p: &&Pred| applied(p) && !for_it(p);
    if let Some(p) = s.preds.iter().find(applies).filter(|p| p.objects.iter().all(|np| np.head != "application")) {
        return Some(s.quote(p.verb.range.start..p.range.end));
    }
    let asks = s.preds.iter().find(|p| p.verb.base == "request" && !p.verb.passive)?;
    let request = spec.entities.iter().find(|e| e.name == "request")?;
    let refers = |name: &str| {
        request
            .fields
            .iter()
            .any(|f| matches!(&f.ty, FieldType::Reference { entity } if entity == name) && f.clauses.contains(&s.id))
    };
    let np = asks.objects.iter().find(|np| {
        TO_COME.iter().any(|e| np.head.ends_with(e))
            && spec.entities.iter().any(|e| e.name.ends_with(np.head.as_str()) && refers(&e.name))
    })?;
    Some(s.quote(asks.verb.range.start..np.range.end))
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{open, understood};
    use super::*;

    /// What is left open of the last sentence of a text.
    fn left(sentences: &[&str]) -> String {
        open(sentences).pop().unwrap_or_default()
    }

    #[test]
    fn whose_something_is_must_tell_some_records_from_others() {
        let text = |last| {
            ["Members must log in.", "As a member, I want to add glazes with a name.", "Members see all glazes.", last]
        };
        assert!(left(&text("As a member, I want to add citations of my data.")).contains("my"));
        let own = text("As a member, I want to delete one of my glazes.");
        assert_eq!(left(&own), "");
        let spec = understood(&own).0;
        let deletes = |a: &&Access| a.ops.contains(&Op::Delete);
        let rights: Vec<_> = spec.entities[0].access.iter().filter(deletes).collect();
        assert!(!rights.is_empty() && rights.iter().all(|a| a.scope == Scope::Own), "{rights:?}");
    }

    #[test]
    fn a_page_that_somebody_makes_is_not_what_is_shown_on_it() {
        let text = |last| ["Members log in.", "Members add diaries with a title.", last];
        assert!(left(&text("As a member, I want to create a diary page.")).contains("diary page"));
        assert!(left(&text("Members update diary tables.")).contains("diary tables"));
        assert_eq!(left(&text("As a member, I want to create a diary.")), "");
    }

    #[test]
    fn a_noun_that_narrows_one_record_down_is_not_said_by_another() {
        let text = |last| ["Managers add departments with a name.", "Managers see all departments.", last];
        let first = "Managers create a harbour fund and a harbour department.";
        assert!(left(&text(first)).contains("harbour department"), "{}", left(&text(first)));
        assert_eq!(left(&text("Managers create a harbour fund and a department.")), "");
    }

    #[test]
    fn what_belongs_to_another_record_is_no_text() {
        let text = |last| ["Members log in.", "Members add recipes with a name.", last];
        assert!(left(&text("Members add a batch with the version of a recipe.")).contains("version of a recipe"));
        assert_eq!(left(&text("Members add a batch with a version and a date.")), "");
    }

    #[test]
    fn what_shall_not_be_is_no_right() {
        let text = |last| ["Members log in.", "Members add trails with a name.", last];
        assert!(!left(&text("It does not include reading the trails.")).is_empty());
        assert_eq!(left(&text("Nobody can delete a trail.")), "");
    }

    #[test]
    fn what_is_seen_but_for_a_part_is_not_seen_wholly() {
        let text = |last| ["Members log in.", "Members add kilns with a name.", "Members book a kiln.", last];
        assert!(left(&text("Members see all bookings, but not who made them.")).contains("but not"));
        assert_eq!(left(&text("Members see all bookings.")), "");
    }

    #[test]
    fn the_address_of_a_picture_is_not_the_picture() {
        let text = |last| ["Members log in.", "Members add canvases with a title.", last];
        assert!(left(&text("Visitors can see thumbnails of the canvases.")).contains("thumbnails"));
        assert_eq!(left(&text("A canvas has a photo link.")), "");
    }

    #[test]
    fn the_name_of_a_use_case_is_no_demand_that_is_met() {
        let many: Vec<String> = (1..=30).map(|n| format!("Clerks can record parcels of shelf {n}.")).collect();
        let mut text: Vec<&str> = many.iter().map(String::as_str).collect();
        text.push("Add a new parcel");
        assert!(left(&text).contains("Add a new parcel"));
        text.pop();
        text.push("- Add a new parcel");
        assert_eq!(left(&text), "");
    }

    #[test]
    fn what_is_applied_is_applied_to_something() {
        let text = |last| ["Members log in.", "Members add bills with a number.", last];
        assert!(left(&text("Members can apply a surcharge.")).contains("apply"));
        assert_eq!(left(&text("Members can apply a surcharge to a bill.")), "");
    }

    #[test]
    fn asking_for_something_to_be_done_is_not_choosing_what_was_done() {
        let text = |last| {
            [
                "Surveyors create inspections with a title and a date.",
                "Owners see their requests.",
                "Surveyors add hoists with a name.",
                last,
            ]
        };
        assert!(left(&text("As an owner, I want to request an inspection.")).contains("inspection"));
        assert_eq!(left(&text("As an owner, I want to request a hoist.")), "");
    }

    #[test]
    fn what_one_person_may_do_is_no_right_of_another() {
        let text = |last| ["Clerks create maps with a name.", "Architects see the maps.", last];
        let first = "As an architect, I want to request older editions of the maps.";
        assert!(!left(&text(first)).is_empty());
    }

    #[test]
    fn how_easy_something_is_nobody_has_judged() {
        let text = |last| ["Growers log in.", last];
        assert!(left(&text("As a grower, I want to have an easy way to manage plants.")).contains("easy"));
        assert_eq!(left(&text("As a grower, I want to manage plants.")), "");
        assert_eq!(left(&text("As a grower, I want to delete inappropriate plants.")), "");
    }
}

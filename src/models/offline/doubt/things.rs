//! Records, properties and rights that grammar allows and nobody asked for: an "administration" with a text, a history of
//! whatever the sentence before spoke of, a state that nobody is said to set.

use crate::domain::ClauseId;
use crate::models::offline::read::lexicon::{
    nouns::{self, Person},
    verbs::{self, Class},
};
use crate::models::offline::read::sentence::Sentence;
use crate::models::offline::read::tag::{Tag, Word};
use crate::models::offline::spec::{AppSpec, Entity, Feature, Field, FieldType, Scope, Who};
use std::collections::{BTreeMap, BTreeSet};

/// What one does, how well, or a part of the surface or of a document: nothing that a record is kept of.
const NOTHING_KEPT: &str = "administration management performance efficiency effectiveness optimization optimisation \
    authentication authorization authorisation generation validation verification processing handling protection privacy \
    encryption deployment integration maintenance communication monitoring tracking reporting handling logging masking caching \
    documentation functionality mechanism architecture framework structure layout format syntax overhead algorithm \
    edge scenario textarea input output button widget dropdown checkbox popup dialog argument endpoint \
    protocol purpose scope means behaviour behavior pointer username \
    security safety usability reliability scalability availability compatibility flexibility consistency accuracy \
    github gitlab google facebook twitter youtube spotify slack";

/// Endings of nouns that mostly name no thing that can be counted.
const ABSTRACT: [&str; 9] = ["ation", "ition", "ization", "ment", "ance", "ence", "ity", "ness", "ism"];
/// Endings of adjectives that the word list does not know.
const ADJECTIVE: [&str; 8] = ["ical", "ive", "ous", "ful", "less", "ent", "ular", "ival"];

/// The same, also in the plural: what a search is given, what happens while the application is used.
const NEVER_KEPT: [&str; 8] =
    ["criterion", "attribute", "parameter", "username", "password", "download", "login", "click"];

/// What an application works out or shows: kept only where the text says who enters it.
const WORKED_OUT: [&str; 6] = ["report", "result", "statistic", "analysis", "summary", "evaluation"];

/// Things that nobody counts and many keep.
const UNCOUNTED: [&str; 4] = ["equipment", "correspondence", "inventory", "furniture"];

/// Entities that the text gives no sign of being things records are kept of.
#[must_use]
pub fn no_things(spec: &AppSpec, texts: &BTreeMap<ClauseId, String>) -> BTreeSet<String> {
    let sentences: Vec<Sentence> = texts.iter().map(|(id, text)| Sentence::new(*id, text, &[])).collect();
    let assumed = |e: &Entity| spec.assumptions.iter().any(|q| q.key == format!("create:{}", e.name));
    let nothing = |e: &&Entity| no_thing(e, &sentences) || WORKED_OUT.contains(&last(&e.name)) && assumed(e);
    spec.entities.iter().filter(nothing).map(|e| e.name.clone()).collect()
}

fn last(name: &str) -> &str {
    name.rsplit('_').next().unwrap_or_default()
}

fn no_thing(entity: &Entity, sentences: &[Sentence]) -> bool {
    let last = last(&entity.name);
    if entity.name.split('_').any(|part| part.len() == 1 && part.chars().all(char::is_alphabetic)) {
        // a word that a line end or a PDF has broken
        return true;
    }
    let plural = nouns::plural(last);
    if NOTHING_KEPT.split_whitespace().any(|w| w == last) {
        return plural == last || !sentences.iter().any(|s| s.words.iter().any(|w| w.is(&plural)));
    }
    if NEVER_KEPT.contains(&last) {
        return true;
    }
    // `an object belongs to`: a verb whose third person looks like a plural
    if verbs::class(last) == Class::Other && matches!(verbs::verb(last), Some((_, verbs::Form::Base))) {
        return !sentences.iter().any(|s| single(&s.words, last) || several(&s.words, &plural));
    }
    // `sign up for a course`: who does it makes a registration
    let made = |s: &Sentence| s.preds.iter().any(|p| verbs::record_of(&p.verb.base) == Some(last));
    if sentences.iter().any(made) {
        return false;
    }
    let doubtful = last.len() > 5
        && !UNCOUNTED.contains(&last)
        && verbs::class(last) != Class::Transact
        && (ABSTRACT.iter().any(|e| last.ends_with(e)) || ADJECTIVE.iter().any(|e| last.ends_with(e)));
    let many = |s: &Sentence| plural != last && s.words.iter().any(|w| w.is(&plural) && w.tag == Tag::Noun);
    doubtful && !sentences.iter().any(|s| many(s) || single(&s.words, last))
}

/// `their answers`, `the new answers of …`: no verb stands behind these words.
fn several(words: &[Word], plural: &str) -> bool {
    words.iter().enumerate().filter(|(_, w)| w.is(plural)).any(|(i, _)| {
        let before = words[..i].iter().rev().find(|w| w.tag != Tag::Adj);
        before.is_some_and(|w| matches!(w.tag, Tag::Det | Tag::Poss))
    })
}

/// `a donation`, `each new donation,`: somebody speaks of single ones.
fn single(words: &[Word], noun: &str) -> bool {
    words.iter().enumerate().filter(|(_, w)| w.is(noun)).any(|(i, _)| {
        let ends = words.get(i + 1).is_none_or(|n| !matches!(n.tag, Tag::Noun | Tag::Adj));
        let before = words[..i].iter().rev().take(3);
        let phrase = before.take_while(|b| matches!(b.tag, Tag::Det | Tag::Adj | Tag::Noun | Tag::Num));
        ends && phrase.last().is_some_and(|d| ["a", "an", "each", "every"].iter().any(|x| d.is(x)))
    })
}

/// What of a clause's elements is no thing, property or right that its sentence speaks of.
#[must_use]
pub fn unasked(spec: &AppSpec, no_things: &BTreeSet<String>, clause: ClauseId, text: &str) -> Option<String> {
    let s = Sentence::new(clause, text, &[]);
    let linked = |e: &Entity| {
        let refers = |f: &Field| matches!(&f.ty, FieldType::Reference { entity } if *entity == e.name);
        let named = spec.entities.iter().flat_map(|x| &x.fields).any(|f| f.clauses.contains(&clause) && refers(f));
        named
            || e.fields.iter().any(|f| f.clauses.contains(&clause))
            || e.access.iter().any(|a| a.clauses.contains(&clause))
            || e.clauses.contains(&clause)
    };
    let odd = spec.entities.iter().find(|e| no_things.contains(&e.name) && linked(e));
    if let Some(e) = odd {
        return Some(e.label.to_lowercase());
    }
    let property = spec.entities.iter().flat_map(|e| &e.fields).find(|f| f.clauses.contains(&clause) && no_property(f));
    if let Some(f) = property {
        return Some(f.label.to_lowercase());
    }
    listed(spec, &s)
        .or_else(|| unnamed(spec, &s))
        .or_else(|| of_another(spec, &s))
        .or_else(|| nobody_sets(spec, &s))
        .or_else(|| introduces(&s))
        .or_else(|| examined(spec, &s))
}

/// `provide docstrings`, `supports several orders`, `other aspects`: no property that somebody could enter.
fn no_property(field: &Field) -> bool {
    const VAGUE: &str =
        "aspect thing stuff attribute property characteristic element feature functionality specificity solution";
    // what a record refers to is called after a thing: `training_id`
    if matches!(field.ty, FieldType::Reference { .. } | FieldType::UserReference { .. }) {
        return false;
    }
    let words: Vec<&str> = field.name.split('_').collect();
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let acts = words.len() > 1
        && (first.len() > 5 && first.ends_with("ing") && nouns::property(last).is_none()
            || matches!(
                *first,
                "support" | "supports" | "provide" | "provides" | "ensure" | "ensuring" | "using" | "use"
            ));
    let broken = words.iter().any(|w| w.len() == 1 && w.chars().all(|c| c.is_alphabetic() && c != 'a'));
    let vague = VAGUE.split_whitespace().any(|v| v == nouns::singular(last));
    // what the text calls a status without saying which there are
    let assumed = matches!(&field.ty, FieldType::Choice { values } if *values == ["open", "in progress", "done"])
        && words.len() > 1;
    let quoted = matches!(&field.ty, FieldType::Choice { values } if values.iter().any(|v| v.contains(['\'', '"', '’', '‘']) || v.starts_with("support")));
    acts || quoted || broken || vague || assumed
}

/// `The dependencies include lxml, pytest and flask`: parts and examples, where no word names a property. `all data`: more
/// than one list can be.
fn listed(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let lists = s.preds.iter().any(|p| matches!(p.verb.base.as_str(), "include" | "contain" | "consist" | "comprise"));
    let known = |f: &&Field| f.name.split('_').any(|w| nouns::property(&nouns::singular(w)).is_some());
    let parts = spec.entities.iter().find_map(|e| {
        let fields: Vec<&Field> = e.fields.iter().filter(|f| f.clauses == [s.id]).collect();
        (lists && fields.len() > 1 && !fields.iter().any(known)).then(|| fields[0].label.to_lowercase())
    });
    let exports =
        spec.features.iter().filter(|f| matches!(f, Feature::Csv { .. }) && f.clauses().contains(&s.id)).count();
    let everything = s.find("all data").or_else(|| s.find("all the data")).or_else(|| s.find("all information"));
    let part = everything.filter(|_| exports > 0 && exports < spec.entities.len()).map(|r| s.quote(r));
    // `the number of books and users`
    let totals = spec.features.iter().any(|f| matches!(f, Feature::Totals { .. }) && f.clauses().contains(&s.id));
    let people = s.words.windows(2).find(|two| two[0].tag == Tag::Conj && nouns::person(&two[1].base).is_some());
    parts.or(part).or_else(|| people.filter(|_| totals).map(|two| two[1].token.text.clone()))
}

/// A history, a measurement or totals of records that the sentence does not name.
fn unnamed(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let names = |entity: &str| {
        let last = entity.rsplit('_').next().unwrap_or_default();
        s.words
            .iter()
            .any(|w| w.base == last || nouns::singular(w.lower()) == last || w.is("it") || w.is("them") || w.is("they"))
    };
    spec.features.iter().filter(|f| f.clauses().contains(&s.id)).find_map(|f| match f {
        Feature::History { entity, .. } if !names(entity) => Some(format!("changes of {}", entity.replace('_', " "))),
        Feature::Performance { entity, .. } if !names(entity) => Some("what is measured".to_owned()),
        Feature::Search { entity, .. } if !names(entity) && s.words.len() < 3 => Some(s.text.clone()),
        _ => None,
    })
}

/// `the instances of the medium`, where nothing of the clause ties the one to the other.
fn of_another(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let named = |w: &Word| {
        spec.entities.iter().find(|e| w.tag == Tag::Noun && e.name.rsplit('_').next() == Some(w.base.as_str()))
    };
    s.words.iter().enumerate().filter(|(i, w)| w.is("of") && !s.aside[*i]).find_map(|(i, _)| {
        let one = named(s.words.get(i.checked_sub(1)?)?)
            .filter(|_| s.words[i + 1..].first().is_some_and(|w| w.tag != Tag::Poss))?;
        let narrowed = one.access.iter().any(|a| a.clauses.contains(&s.id) && a.scope != Scope::All);
        let tied = |other: &Entity| {
            let refers = |f: &Field| matches!(&f.ty, FieldType::Reference { entity } if *entity == other.name);
            let says = |f: &Feature| match f {
                Feature::Filter { field, .. } => one.fields.iter().any(|x| x.name == *field && refers(x)),
                Feature::Search { .. } | Feature::History { .. } => false,
                _ => true,
            };
            one.fields.iter().any(|f| refers(f) && f.clauses.contains(&s.id))
                || spec.features.iter().any(|f| f.clauses().contains(&s.id) && says(f))
        };
        let other = |at: usize| named(&s.words[at]).filter(|o| o.name != one.name && !narrowed && !tied(o));
        heads(&s.words, i + 1).into_iter().find(|at| other(*at).is_some()).map(|at| s.quote(i - 1..at + 1))
    })
}

/// The last words of the phrases in a row: `of images and of documents`, `of a medium`, `of plans, notes and drawings`.
fn heads(words: &[Word], from: usize) -> Vec<usize> {
    let first = words[from..].iter().take_while(|w| matches!(w.tag, Tag::Det | Tag::Adj)).count() + from;
    let row = |w: &&Word| matches!(w.tag, Tag::Adj | Tag::Noun | Tag::Conj | Tag::Comma);
    let end = words[first..].iter().take_while(row).count() + first;
    (first..end).filter(|i| words[*i].tag == Tag::Noun && words.get(i + 1).is_none_or(|n| n.tag != Tag::Noun)).collect()
}

/// `The order is closed.`: who does it, or after what, is not said, so a right of somebody's is not what it asks for.
fn nobody_sets(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let right =
        spec.entities.iter().any(|e| e.access.iter().any(|a| !a.only_fields.is_empty() && a.clauses.contains(&s.id)));
    let sets = |p: &&crate::models::offline::read::sentence::Pred| {
        p.verb.passive
            && !p.subordinate
            && !p.verb.negated
            && verbs::class(&p.verb.base) == Class::Decide
            && !matches!(p.verb.modal.as_deref(), Some("can" | "may"))
            && !p.preps.iter().any(|pp| pp.prep == "by")
    };
    let pred = s.preds.iter().find(sets).filter(|_| right && s.preds.iter().all(|p| sets(&p)))?;
    Some(s.quote(pred.verb.range.clone()))
}

/// `must hold the following data:`: what it asks for stands elsewhere.
fn introduces(s: &Sentence) -> Option<String> {
    if let Some(example) = s.text.trim_end().strip_suffix("for example:") {
        return Some(s.text[example.len()..].trim().to_owned());
    }
    let at = s.words.iter().position(|w| w.is("following"))?;
    let after = s.words[at..].iter().position(|w| w.tag == Tag::Colon).map(|c| at + c);
    (after.is_none_or(|c| c + 1 >= s.words.len()) && s.words.len() - at < 8).then(|| s.quote(at..s.words.len()))
}

/// An official who reviews a plan gives no stars.
fn examined(spec: &AppSpec, s: &Sentence) -> Option<String> {
    let entity = spec
        .entities
        .iter()
        .find(|e| e.name == "review" && e.fields.iter().any(|f| f.name == "rating" && f.clauses.contains(&s.id)))?;
    let official = |who: &Who| matches!(who, Who::Role(role) if nouns::person(role.rsplit('_').next().unwrap_or_default()) == Some(Person::Appointed) || role.contains("staff"));
    let examines = entity.access.iter().any(|a| a.clauses.contains(&s.id) && official(&a.who));
    let word = s.words.iter().find(|w| w.base == "review")?;
    let rated = s.words.iter().any(|w| matches!(w.base.as_str(), "rating" | "rate" | "star" | "point"));
    (examines && !rated).then(|| word.token.text.clone())
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
    fn what_a_record_refers_to_is_a_thing_however_it_ends() {
        let kept = ["Organisers add evenings with a title and a date.", "Members can join an evening."];
        assert_eq!(left(&kept), "");
    }

    #[test]
    fn what_nobody_keeps_records_of_is_doubted_and_what_is_counted_is_not() {
        let kept = ["Donors log in.", "Donors can enter a donation with an amount and a date."];
        assert_eq!(left(&kept), "");
        let odd = ["Members can book boats.", "The boat administration contains a boat list for each member."];
        assert!(!left(&odd).is_empty());
        let adjective = ["Members can book boats.", "Members can see a particular view of the boats."];
        assert!(!left(&adjective).is_empty());
    }

    #[test]
    fn a_wish_to_have_something_is_no_property_of_who_wishes() {
        let text = ["Growers add plants with a name.", "As a grower, I want to have a seed exchange forum."];
        assert!(!left(&text).is_empty());
        let text = ["Growers add plants with a name.", "The system shall provide the growers with seed catalogues."];
        assert!(!left(&text).is_empty());
    }

    #[test]
    fn a_history_is_of_what_the_sentence_names() {
        let text = |last| ["Keepers log in.", "Keepers add animals with a name.", last];
        assert_eq!(left(&text("Every change of an animal is recorded with who made it and when.")), "");
        assert!(!left(&text("Every failed login is recorded in the audit log with who and when.")).is_empty());
    }

    #[test]
    fn records_of_something_else_are_only_those_where_one_is_tied_to_the_other() {
        let text = "Keepers see the diets of an animal.";
        let (spec, _) = understood(&[
            "Keepers log in.",
            "An animal has a name.",
            "A diet has a name and belongs to an animal.",
            text,
        ]);
        assert_eq!(unasked(&spec, &BTreeSet::new(), ClauseId(4), text), None);
        let untied = AppSpec { features: Vec::new(), ..spec };
        assert_eq!(unasked(&untied, &BTreeSet::new(), ClauseId(4), text).as_deref(), Some("diets of an animal"));
    }

    #[test]
    fn a_state_that_nobody_is_said_to_set_is_no_right_of_somebody() {
        let text = |last| ["Employees submit claims with an amount.", "Managers approve or reject claims.", last];
        assert!(left(&text("The claim is approved.")).contains("is approved"));
        assert_eq!(left(&text("A manager can approve a claim.")), "");
    }

    #[test]
    fn the_profile_of_others_is_not_ones_own() {
        let text = |last| ["Members log in.", "Members add kites with a name.", last];
        assert_eq!(left(&text("Members can edit their own profile.")), "");
        assert!(!left(&text("Members can see the profiles of other members.")).is_empty());
    }
}

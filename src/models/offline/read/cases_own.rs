//! What is whose: rights of whoever made a record, and of nobody else.

use super::tests::{field, may, read, read_candidly, role, whole};
use crate::models::offline::spec::{Feature, Op, Scope, Who};

const BOARD: &str = "A notice board for a house.\nTenants post notices with a title.\nTenants comment on notices.\n\
                     The caretaker can delete notices.\n";

/// Each sentence gives that operation on these records to whoever made them, and to these others.
fn only_to_makers(before: &str, entity: &str, op: Op, others: &[Who], sentences: &[&str]) {
    for sentence in sentences {
        let spec = read_candidly(&format!("{before}{sentence}"));
        let held = may(&spec, entity, op);
        let makers: Vec<Who> = held.iter().filter(|(_, scope)| *scope == Scope::Own).map(|(w, _)| w.clone()).collect();
        let all: Vec<Who> = held.iter().filter(|(_, scope)| *scope == Scope::All).map(|(w, _)| w.clone()).collect();
        assert!(!makers.is_empty() && all == others, "{sentence}: {held:?}");
        let clause = u32::try_from(before.lines().count()).unwrap() + 1;
        assert!(whole(&spec, clause), "{sentence}: {:?}", spec.gaps);
        let roles = spec.users.iter().flat_map(|u| &u.roles);
        let none = |name: &str| !["author", "writer", "creator", "person", "poster"].contains(&name);
        assert!(roles.into_iter().all(|r| none(&r.name)), "{sentence}");
    }
}

#[test]
fn the_author_of_a_record_is_whoever_made_it() {
    let sentences = [
        "A comment can be changed only by its author.",
        "Comments can be changed by their authors only.",
        "A comment may only be edited by its writer.",
        "Only its author may change a comment.",
        "Only the author may change a comment.",
        "Nobody but the author may change a comment.",
        "Nobody but its author may change a comment.",
        "Nobody can change a comment except its author.",
        "Comments may only be changed by the person who wrote them.",
        "A comment can only be changed by whoever wrote it.",
        "Only whoever wrote a comment can change it.",
        "Only the person who has written a comment may change it.",
        "The author of a comment can change it.",
        "Changing a comment is only possible for its author.",
    ];
    only_to_makers(BOARD, "comment", Op::Update, &[], &sentences);
}

#[test]
fn beside_whoever_made_it_others_may_do_it_too() {
    let sentences = [
        "A notice can only be deleted by its author or the caretaker.",
        "Only the author and the caretaker may delete a notice.",
        "A notice can be deleted by whoever posted it or by the caretaker.",
        "Notices may be deleted by the tenant who posted them or by the caretaker.",
    ];
    only_to_makers(BOARD, "notice", Op::Delete, &[role("caretaker")], &sentences);
}

#[test]
fn an_author_and_the_author_of_something_else_are_each_whoever_made_it() {
    let text = "A board.\nTenants post notices with a title.\nNobody but the author may delete a notice.\n\
                Tenants comment on notices.\nA comment can be changed only by its author.";
    let spec = read_candidly(text);
    assert_eq!(may(&spec, "comment", Op::Update), [(role("tenant"), Scope::Own)]);
    assert_eq!(may(&spec, "notice", Op::Delete), [(role("tenant"), Scope::Own)]);
    assert!(whole(&spec, 3) && whole(&spec, 5), "{:?}", spec.gaps);
}

#[test]
fn what_they_made_is_their_own_whatever_the_verb() {
    let tasks = "A homework site.\nTeachers set tasks with a title.\n";
    let sentences = [
        "A teacher may only change tasks they set themselves.",
        "Teachers can only change tasks which they have set.",
        "Teachers may change only the tasks that they have set themselves.",
        "A teacher may only change tasks he set himself.",
    ];
    only_to_makers(tasks, "task", Op::Update, &[], &sentences);
    let marks = "Teachers give marks with a value.\nPupils sign up.\n";
    only_to_makers(marks, "mark", Op::Update, &[], &["A teacher may only change marks they gave themselves."]);
    let plans = "A choir site.\nThe conductor plans rehearsals with a date.\nSingers sign up for rehearsals.\n";
    let planned = ["The conductor may change only rehearsals that he planned himself."];
    only_to_makers(plans, "rehearsal", Op::Update, &[], &planned);
}

#[test]
fn whoever_did_something_else_is_nobody_that_is_known() {
    let trips = "A club site.\nMembers record trips with a date.\n";
    let own = "Trips can only be deleted by whoever recorded them.";
    only_to_makers(trips, "trip", Op::Delete, &[], &[own]);
    for sentence in ["Trips can only be deleted by whoever won them.", "Trips can be deleted by whoever led them."] {
        let spec = read_candidly(&format!("{trips}{sentence}"));
        assert!(may(&spec, "trip", Op::Delete).is_empty(), "{sentence}: {:?}", may(&spec, "trip", Op::Delete));
        assert!(!whole(&spec, 3), "{sentence}");
    }
}

#[test]
fn authors_who_have_accounts_are_a_role() {
    let spec = read("Authors write articles with a title.\nReaders see articles.\nAn author may change articles.");
    assert!(field(&spec, "article", "title").is_some());
    assert!(may(&spec, "article", Op::Update).iter().any(|(who, _)| *who == role("author")));
}

#[test]
fn what_is_done_with_that_of_others_is_not_done_with_ones_own() {
    let topics = "A debating society.\nMembers suggest topics with a title.\nThe president closes topics.\n";
    for sentence in [
        "Members can vote for a topic but not for their own.",
        "Members can vote for topics, but not for their own ones.",
        "Members may vote for a topic, except for their own.",
        "Members can vote for topics other than their own.",
    ] {
        let spec = read_candidly(&format!("{topics}{sentence}"));
        let kept = |f: &Feature| matches!(f, Feature::NotOwn { entity, op: Op::Create, .. } if entity == "vote");
        let said = spec.features.iter().any(kept) && spec.entity("topic").unwrap().owned;
        assert!(said && whole(&spec, 4), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
    }
}

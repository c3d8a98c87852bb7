//! What is withheld from somebody beside what a sentence gives: it is given to nobody, whatever else is not understood.

use super::tests::{locked, may, read_candidly, role, whole};
use crate::models::offline::spec::{AppSpec, Op, Scope, Who};

const OFFICE: &str = "A ward office.\nResidents file requests with a title.\nOfficers read requests.\n\
                      The office head deletes requests.\n";

fn sees(spec: &AppSpec, entity: &str) -> Vec<(Who, Scope)> {
    let mut seen = may(spec, entity, Op::Read);
    seen.sort_by_key(|(who, _)| format!("{who:?}"));
    seen
}

#[test]
fn what_some_must_never_see_is_not_shown_to_them() {
    for sentence in [
        "Officers write remarks which residents must never see.",
        "Officers can add a remark to a request which residents must never see.",
        "Officers add remarks to a request that residents may not see.",
        "Officers add a remark to a request, which the resident can never read.",
        "Officers record remarks with a date which residents must not be able to see.",
        "Officers add remarks that visitors and residents cannot see.",
        "Officers keep a list of remarks that no resident may see.",
        "Officers add remarks which are not shown to residents.",
        "Officers add remarks that cannot be seen by residents.",
        "Officers add private remarks that residents do not see.",
        "Officers add remarks that are not visible to residents.",
        "Officers add remarks which are hidden from residents.",
        "Officers add remarks to a request.\nRemarks are hidden from residents.",
    ] {
        let spec = read_candidly(&format!("{OFFICE}{sentence}"));
        let seen = sees(&spec, "remark");
        assert!(!seen.is_empty() && seen.iter().all(|(who, _)| *who == role("officer")), "{sentence}: {seen:?}");
    }
}

#[test]
fn what_only_one_may_see_is_shown_to_that_one() {
    for (sentence, who) in [
        ("Officers add remarks to a request that only the office head can read.", "office_head"),
        ("The office head keeps remarks about requests that only she may read.", "office_head"),
        ("The office head writes remarks which only the office head sees.", "office_head"),
    ] {
        let spec = read_candidly(&format!("{OFFICE}{sentence}"));
        let seen = sees(&spec, "remark");
        let others = seen.iter().filter(|(w, scope)| *w != role(who) && *scope != Scope::Own);
        assert!(others.count() == 0 && seen.contains(&(role(who), Scope::All)), "{sentence}: {seen:?}");
    }
}

#[test]
fn what_is_kept_back_in_words_that_are_not_understood_is_seen_by_those_who_add_it() {
    for sentence in [
        "Officers add remarks with a title.\nOfficers add confidential remarks.",
        "Officers add an internal remark to a request.",
        "Officers write remarks on a request, to which residents have no access.",
        "Officers add remarks to requests, hidden from the eyes of residents.",
        "Officers post remarks visible to officers only.",
    ] {
        let spec = read_candidly(&format!("{OFFICE}{sentence}"));
        let seen = sees(&spec, "remark");
        assert!(!seen.is_empty() && seen.iter().all(|(who, _)| *who == role("officer")), "{sentence}: {seen:?}");
        assert!(!spec.gaps.is_empty(), "{sentence}");
    }
}

#[test]
fn what_nobody_else_sees_is_seen_by_whoever_wrote_it() {
    for sentence in [
        "Officers write remarks with a text that nobody else sees.",
        "Officers add remarks to a request which nobody else can read.",
    ] {
        let spec = read_candidly(&format!("{OFFICE}{sentence}"));
        assert_eq!(sees(&spec, "remark"), [(role("officer"), Scope::Own)], "{sentence}");
    }
}

#[test]
fn what_strangers_cannot_read_is_not_public() {
    let desk = "A library desk.\nVisitors ask questions with a text.\nLibrarians answer questions.\n\
                The head deletes questions.\n";
    for sentence in [
        "Librarians write remarks on a question which visitors cannot read.",
        "Librarians add remarks to questions that visitors must not see.",
        "The head keeps remarks about librarians that only she may read.",
        "The head adds remarks which are not shown to visitors.",
        "The head adds remarks which nobody else may read.",
    ] {
        let spec = read_candidly(&format!("{desk}{sentence}"));
        let seen = sees(&spec, "remark");
        assert!(!seen.is_empty() && seen.iter().all(|(who, _)| *who != Who::Anyone), "{sentence}: {seen:?}");
    }
}

#[test]
fn what_some_must_not_change_they_do_not_change() {
    for sentence in [
        "Officers add remarks to requests which residents cannot change.",
        "Officers add remarks that residents may not change or delete.",
        "Residents add remarks that they cannot change.",
    ] {
        let spec = read_candidly(&format!("{OFFICE}{sentence}"));
        let changed = may(&spec, "remark", Op::Update);
        assert!(changed.iter().all(|(who, _)| *who != role("resident")), "{sentence}: {changed:?}");
    }
}

#[test]
fn what_tells_some_from_others_is_no_ban_on_all() {
    for sentence in [
        "Officers add remarks which have not been read.",
        "Officers add remarks that cannot be printed.",
        "Officers add remarks with a text that has no more than 200 characters.",
    ] {
        let spec = read_candidly(&format!("{OFFICE}Officers add remarks with a title.\n{sentence}"));
        assert!(
            sees(&spec, "remark").contains(&(Who::SignedIn, Scope::All)),
            "{sentence}: {:?}",
            sees(&spec, "remark")
        );
        assert!(whole(&spec, 5), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_is_seen_but_for_a_part_that_is_not_understood_is_not_seen() {
    let hours = "A hospice.\nVolunteers record visits with a date, a duration and a remark.\nVolunteers see visits.\n\
                 The head deletes visits.\n";
    for sentence in [
        "The board sees all visits but not what was said.",
        "The board sees all visits but not the remark.",
        "The board can see visits, but not whom they helped.",
        "The board sees the visits of all volunteers but not where they were.",
    ] {
        let spec = read_candidly(&format!("{hours}{sentence}"));
        let seen = sees(&spec, "visit");
        assert!(seen.iter().all(|(who, _)| *who != role("board")), "{sentence}: {seen:?}");
        assert!(!whole(&spec, 5), "{sentence}");
    }
    let others = "Volunteers write letters with a text.\nThe board sees all visits but not the letters.";
    let spec = read_candidly(&format!("{hours}{others}"));
    assert!(sees(&spec, "visit").contains(&(role("board"), Scope::All)), "{:?}", sees(&spec, "visit"));
}

#[test]
fn what_one_alone_changes_in_some_state_others_do_not() {
    let club = "A kennel club.\nBreeders register litters with a name and a birthday.\nThe registrar approves litters.\n\
                Breeders can edit their litters.\n";
    for sentence in [
        "Approved litters may only be changed by the registrar.",
        "Approved litters are changed only by the registrar.",
        "A litter that is approved can only be changed by the registrar.",
        "Once approved, a litter can only be changed by the registrar.",
    ] {
        let spec = read_candidly(&format!("{club}{sentence}"));
        let own = may(&spec, "litter", Op::Update).contains(&(role("breeder"), Scope::Own));
        let kept = locked(&spec, 5).contains(&(Op::Update, vec!["approved".into()]));
        assert!(own && kept && !whole(&spec, 5), "{sentence}: {:?} {:?}", spec.features, spec.entities[0].access);
    }
    let looked =
        "Buyers, who have no account, can look at approved litters only.\nBreeders may edit a litter within 14 days.";
    let spec = read_candidly(&format!("{club}{looked}"));
    let changes = may(&spec, "litter", Op::Update);
    assert!(changes.iter().all(|(_, scope)| *scope == Scope::Own), "{changes:?}");
}

#[test]
fn what_one_alone_may_read_is_nobody_elses_wherever_that_is_said() {
    for kept in [
        "Notes about a leader that only the quartermaster may read are kept, with a text.",
        "Notes that only the quartermaster can see are kept with a text.",
    ] {
        let spec = read_candidly(&format!(
            "The quartermaster adds items with a name.\nLeaders sign up with their e-mail address.\nLeaders reserve an item for a day.\n{kept}"
        ));
        let seen = spec.entity("note").map(|_| may(&spec, "note", Op::Read)).unwrap_or_default();
        assert!(seen.iter().all(|(who, _)| *who == role("quartermaster")), "{kept}: {seen:?}");
    }
}

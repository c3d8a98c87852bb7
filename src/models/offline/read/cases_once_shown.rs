//! Records that others see in some states only.

use super::tests::{field, may, read, role};
use crate::models::offline::spec::{AppSpec, Feature, Op, Rule, Scope, Who};

fn reviews(decides: &str, gate: &str) -> AppSpec {
    read(&format!(
        "Anyone can write a review with a title and a text.\nVisitors can search the reviews.\n{decides}\n{gate}"
    ))
}

fn seen_in(spec: &AppSpec) -> Vec<(Who, Scope)> {
    may(spec, "review", Op::Read).into_iter().filter(|(who, _)| *who == Who::Anyone).collect()
}

fn only(states: &[&str]) -> Vec<(Who, Scope)> {
    let values = states.iter().map(|state| (*state).to_owned()).collect();
    vec![(Who::Anyone, Scope::Where { field: "status".into(), values })]
}

const DECIDES: &str = "A moderator approves or rejects a review.";

#[test]
fn what_appears_only_once_it_is_approved_is_seen_by_others_only_then() {
    for gate in [
        "A review is visible only after the moderator has approved it.",
        "It appears only after a moderator has approved it.",
        "Reviews appear only once they are approved.",
        "Reviews are published after approval by a moderator.",
        "Only approved reviews are shown.",
        "Nobody sees a review before it is approved.",
        "A review goes online when a moderator has approved it.",
        "A review is not shown until it has been approved.",
        "Until it is approved, a review is hidden.",
        "New reviews are invisible until a moderator approves them.",
        "Reviews that are not approved are not shown.",
        "A review is shown on the site only if it has been approved.",
    ] {
        let spec = reviews(DECIDES, gate);
        assert_eq!(seen_in(&spec), only(&["approved"]), "{gate}");
        assert!(may(&spec, "review", Op::Read).contains(&(role("moderator"), Scope::All)), "{gate}");
    }
    assert_eq!(seen_in(&reviews(DECIDES, "A review is hidden once it is rejected.")), only(&["pending", "approved"]));
}

#[test]
fn who_approves_is_told_where_it_is_said_what_for() {
    for gate in
        ["It appears only after a moderator has approved it.", "A review is hidden until a moderator has approved it."]
    {
        let spec = reviews("", gate);
        assert_eq!(seen_in(&spec), only(&["approved"]), "{gate}");
        assert!(may(&spec, "review", Op::Update).iter().any(|(who, _)| *who == role("moderator")), "{gate}");
    }
}

#[test]
fn what_is_shown_somewhere_or_sometimes_is_seen_elsewhere_as_before() {
    for other in [
        "Only approved reviews are shown on the front page.",
        "Approved reviews are shown.",
        "Reviews are shown once a week.",
        "The number of reviews is shown after the title.",
        "Reviews that are approved are shown.",
        "The title is shown until the review is approved.",
    ] {
        assert_eq!(seen_in(&reviews(DECIDES, other)), [(Who::Anyone, Scope::All)], "{other}");
    }
}

#[test]
fn a_state_says_nothing_of_what_is_written() {
    let spec = read(
        "Readers sign up.\nReaders comment on issues. An issue has a title.\n\
         Comments appear only after the editor has approved them.\nA comment has at most 300 characters.",
    );
    let text = field(&spec, "comment", "text").unwrap();
    assert!(text.rules.iter().any(|r| r.rule == Rule::MaxLength { value: 300 }));
}

#[test]
fn a_phone_number_is_no_number_of_something() {
    for number in ["number of helpers", "number of seats"] {
        let spec = read(&format!(
            "Helpers sign up and log in.\nThe committee creates shifts with a date and the {number}.\n\
             Phone numbers are visible to the committee only."
        ));
        let shown = |f: &Feature| matches!(f, Feature::ShownTo { .. });
        assert!(!spec.features.iter().any(shown), "{:?}", spec.features);
    }
}

#[test]
fn what_is_in_some_state_is_kept_from_others_and_the_rest_is_not() {
    for hides in
        ["Refused suggestions are not shown to other readers.", "Other readers do not see refused suggestions."]
    {
        let spec = read(&format!(
            "Readers log in and add suggestions with a title.\nReaders see all suggestions.\n\
             A suggestion is open, ordered or refused. Librarians set a suggestion to ordered or refused.\n{hides}"
        ));
        assert!(spec.entity("suggestion").unwrap().private.is_empty(), "{hides}");
        let sees = may(&spec, "suggestion", Op::Read);
        assert!(sees.contains(&(role("librarian"), Scope::All)), "{hides}: {sees:?}");
        let refused =
            |scope: &Scope| matches!(scope, Scope::Where { values, .. } if values.iter().any(|v| v == "refused"));
        assert!(!sees.iter().any(|(who, scope)| *who == role("reader") && refused(scope)), "{hides}: {sees:?}");
    }
}

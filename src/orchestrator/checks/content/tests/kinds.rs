//! The kinds that clauses are marked with, against their words.

use super::*;

/// The faults of kinds alone.
fn marked(clauses: &[(&str, ClauseKind)]) -> Vec<String> {
    let texts: Vec<&str> = clauses.iter().map(|(text, _)| *text).collect();
    let run = run_of(&texts);
    let mut reply = understanding(&run, Vec::new());
    for (mark, (_, kind)) in reply.clauses.iter_mut().zip(clauses) {
        mark.kind = *kind;
    }
    Original::of(&run).kinds(&reply)
}

#[test]
fn a_demand_that_is_marked_as_none_is_named() {
    for text in [
        "A berth must have a number.",
        "Nobody sees the berths of others.",
        "A skipper never pays twice.",
        "Only skippers close a berth.",
        "The sum is printed.",
        "Berths are sorted by number, the longest first.",
        "No network access.",
        "- no payment",
        "The tool prints the berths.",
        "The program refuses a second boat.",
        "It is a small tool. The tool keeps a list of boats.",
    ] {
        for kind in [ClauseKind::Context, ClauseKind::Goal] {
            let faults = marked(&[(text, kind)]);
            assert!(faults.len() == 1 && faults[0].starts_with("C-001 is marked "), "{text}: {faults:?}");
        }
        assert!(marked(&[(text, ClauseKind::Constraint)]).is_empty(), "{text}");
    }
    for text in [
        "## Must have",
        "Our skippers write on paper today.",
        "The harbour is small, so that members must wait.",
        "We can no longer go on like this.",
        "Boats are printed on a list in the hall today.",
        "The list that is printed each week hangs in the hall.",
        "No harbour has such a list.",
        "No longer a secret.",
        "The program helps skippers.",
        "A command line tool for skippers.",
        "The sizes are shown in the table below.",
        "It meets in the south.",
        "## Page views",
    ] {
        assert_eq!(marked(&[(text, ClauseKind::Context)]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn what_a_list_goes_on_with_is_said_by_its_items() {
    use ClauseKind::{Constraint, Context, Function};
    for (lead, kind) in [("Skippers must be able to:", Function), ("Skippers cannot:", Constraint)] {
        let listed = [(lead, Context), ("- close a berth", kind), ("2. leave the harbour", kind)];
        assert_eq!(marked(&listed), Vec::<String>::new(), "{lead}");
        assert_eq!(marked(&[(lead, Context), ("The harbour is small.", Context)]).len(), 1, "{lead}");
    }
    let run = run_of(&["Skippers cannot:", "- close a berth", "- leave the harbour"]);
    let original = Original::of(&run);
    assert!(original.is_led_by_a_negation(ClauseId(3)) && !original.is_led_by_a_negation(ClauseId(1)));
    let run = run_of(&["Skippers can:", "- close a berth"]);
    assert!(!Original::of(&run).is_led_by_a_negation(ClauseId(2)));
}

#[test]
fn a_limit_and_a_ban_are_no_exclusions() {
    for text in [
        "No more than 10 boats lie at a berth.",
        "A skipper must not close a berth.",
        "Skippers never share a boat.",
        "Nobody pays twice.",
        "Nobody sees others.",
        "Only skippers pay.",
    ] {
        let faults = marked(&[(text, ClauseKind::Exclusion)]);
        assert!(faults.len() == 1 && faults[0].contains("is a constraint"), "{text}: {faults:?}");
    }
    for text in [
        "No payment.",
        "It must not use the network.",
        "The program never writes to a file.",
        "No discounts over 10 percent.",
        "Visitors never pay.",
        "Skippers do not meet; nobody logs in.",
    ] {
        assert_eq!(marked(&[(text, ClauseKind::Exclusion)]), Vec::<String>::new(), "{text}");
    }
}

//! Words that look like another demand and are none, beside those that are one.

use super::*;

/// What is found in what one test is said to show of the clause.
fn shown(clause: &str, shows: &str) -> Vec<String> {
    let run = run_of(&[clause]);
    let link = TestLink { clause: "C-001".into(), test: "tests.T.test".into(), shows: shows.into(), measures: false };
    findings(&run, &Reply::Test(TestReply { links: vec![link], ..TestReply::default() }))
}

#[test]
fn a_case_that_is_refused_is_no_other_number() {
    let (all, least) = (
        "A sample with all four measurements can be released.",
        "A sample with at least four measurements can be released.",
    );
    for clause in [all, least] {
        for said in ["Three measurements are not enough.", "With three measurements the release is refused."] {
            assert_eq!(shown(clause, said), Vec::<String>::new(), "{clause} {said}");
        }
        let said = "A sample with four measurements can be released; three measurements are not enough.";
        assert_eq!(said_of_text(clause, said), Vec::<String>::new(), "{clause}");
        for said in [
            "A sample with three measurements can be released.",
            "A sample with three measurements is released, never deleted.",
        ] {
            assert_ne!(said_of_text(clause, said), Vec::<String>::new(), "{clause} {said}");
        }
    }
    for (clause, said) in [
        (all, "A sample with three measurements can be released."),
        (all, "It has three measurements and cannot be changed."),
        ("Nobody releases a sample without four measurements.", "Without three measurements nobody releases a sample."),
        ("A singer takes at most 3 folders.", "More than 5 folders are refused; a singer takes at most 5 folders."),
    ] {
        assert_ne!(shown(clause, said), Vec::<String>::new(), "{said}");
    }
}

#[test]
fn two_negations_that_undo_each_other_are_none() {
    let nobody = "Nobody uses the register without having signed in.";
    let everybody = "Everybody who uses the register has to sign in.";
    for (clause, statement) in [
        (nobody, everybody),
        (everybody, nobody),
        (nobody, "The register is used only by who has signed in."),
        (nobody, "Who has not signed in cannot use the register."),
        ("A technician signs in to use the register.", "No technician uses the register without having signed in."),
        ("The lamp needs a network to burn.", "The lamp does not burn without a network."),
        ("The lamp does not burn without a network.", "The lamp needs a network to burn."),
        ("A folder without copies cannot be borrowed.", "A folder without copies is not borrowed."),
    ] {
        assert_eq!(said_of_text(clause, statement), Vec::<String>::new(), "{clause} {statement}");
    }
    for (clause, statement) in [
        (nobody, "Anybody uses the register without having signed in."),
        ("Anybody uses the register without having signed in.", nobody),
        ("The lamp does not burn without a network.", "The lamp burns without a network."),
        ("The lamp burns without a network.", "The lamp does not burn without a network."),
        (nobody, "Technicians use the register."),
        ("A folder without copies cannot be borrowed.", "A folder without copies can be borrowed."),
    ] {
        assert_ne!(said_of_text(clause, statement), Vec::<String>::new(), "{clause} {statement}");
    }
}

#[test]
fn what_a_test_tries_and_works_out_is_no_other_number() {
    for (clause, shows) in [
        ("I have 1 to 200 balls.", "0 and 201 balls and what is no whole number are refused with the limits."),
        ("A ball is 20 to 2000 m long.", "19 and 2001 m and what is no whole number are refused, nothing is stored."),
        ("The rent is 35 cents per square metre.", "120, 200 and 320 square metres give 4200, 7000 and 11200 cents."),
    ] {
        assert_eq!(shown(clause, shows), Vec::<String>::new(), "{shows}");
    }
    for (clause, shows) in [
        ("The rent is 35 cents per square metre.", "The rent is 45 cents per square metre."),
        ("A member keeps a book for 14 days.", "A member keeps a book for 21 days."),
        ("A singer takes at most 3 folders.", "Of 9 folders a singer takes at most 5 folders."),
    ] {
        assert_ne!(shown(clause, shows), Vec::<String>::new(), "{shows}");
    }
}

#[test]
fn what_cannot_be_exceeded_is_told_by_a_bound() {
    let (both, bound) =
        ("More than is left cannot be taken.", "It takes that many metres, but never more than is left.");
    assert_eq!(said_of_text(both, bound), Vec::<String>::new());
    assert_ne!(said_of_text(both, "It takes that many metres, also more than is left."), Vec::<String>::new());
    let run = run_of(&["`yarn use 3 120` takes 120 m from yarn number 3.", both]);
    let statement =
        "`yarn use` with a yarn number and metres takes that many metres from that yarn, but never more than is left.";
    let reading = NewInterpretation {
        clauses: vec!["C-001".into(), "C-002".into()],
        ..reading("C-001", statement, &["From yarn number 3, `yarn use 3 120` takes 120 m."])
    };
    let found = drift(&Original::of(&run), &run, &Reply::Understand(understanding(&run, vec![reading])));
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_number_that_refers_back_may_be_told_by_the_names() {
    let clause = "Beside pH, which is low below 5.5, the others are nitrogen, phosphorus and potassium; for the three below 20 is low.";
    let named = "pH is low below 5.5; nitrogen, phosphorus and potassium are low below 20.";
    assert_eq!(said_of_text(clause, named), Vec::<String>::new());
    assert_eq!(said_of_text(named, clause), Vec::<String>::new());
    for (clause, statement) in [
        (clause, "pH is low below 5.5; nitrogen, phosphorus and potassium are low below 30."),
        (clause, "pH is low below 5.5; for the two, nitrogen and potassium, below 20 is low."),
        ("The three best songs are shown.", "The best songs are shown."),
        ("The three best songs are shown.", "The five best songs are shown."),
    ] {
        assert_ne!(said_of_text(clause, statement), Vec::<String>::new(), "{statement}");
    }
}

#[test]
fn where_an_excluded_thing_comes_from_is_no_thing() {
    let run = run_of(&["A height is between 1 and 9 metres.", "No packages from outside, and no network."]);
    let decided = |choice: &str| {
        let (title, clauses) = ("Checks".into(), vec!["C-001".into()]);
        let decision =
            NewDecision { title, choice: choice.into(), why: String::new(), clauses, by: "solution-architect".into() };
        let reply = Reply::Design(DesignReply { decisions: vec![decision], ..DesignReply::default() });
        conflicts(&Original::of(&run), &run, &reply)
    };
    assert_eq!(decided("A height outside 1 to 9 metres is refused."), Vec::<String>::new());
    assert!(decided("Heights come from packages on the network.").iter().any(|f| f.contains("which C-002 excludes")));
}

use super::*;
use crate::{
    domain::{
        reply::{
            BuildReply, Finding, MarkedClause, NewArtifact, NewAssumption, NewDecision, NewInterpretation, TestLink,
            UnderstandReply,
        },
        run::GateMode,
    },
    orchestrator::{
        input::Input,
        testing::{Sim, begin},
    },
};

mod kinds;
mod words;

/// A run that has just begun on these clauses.
fn run_of(texts: &[&str]) -> Run {
    let mut input = begin(GateMode::None);
    if let Input::Begin { clauses, .. } = &mut input {
        let template = clauses[0].clone();
        *clauses = (1..)
            .zip(texts)
            .map(|(n, text)| {
                let (id, text, span) = (ClauseId(n), (*text).to_owned(), None);
                crate::domain::clause::Clause { id, text, span, ..template.clone() }
            })
            .collect();
    }
    let mut run = Sim::start_with(input).run().clone();
    for clause in run.clauses.values_mut() {
        clause.kind = Some(if clause.text.starts_with("No ") { ClauseKind::Exclusion } else { ClauseKind::Function });
    }
    run
}

fn reading(clause: &str, statement: &str, acceptance: &[&str]) -> NewInterpretation {
    NewInterpretation {
        functional: true,
        statement: statement.into(),
        clauses: vec![clause.into()],
        acceptance: acceptance.iter().map(ToString::to_string).collect(),
    }
}

fn understanding(run: &Run, interpretations: Vec<NewInterpretation>) -> UnderstandReply {
    let mark = |c: &crate::domain::clause::Clause| MarkedClause {
        id: c.id.to_string(),
        kind: c.kind.unwrap_or(ClauseKind::Function),
        reason: String::new(),
    };
    UnderstandReply { clauses: run.clauses.values().map(mark).collect(), interpretations, ..UnderstandReply::default() }
}

const FERRY: [&str; 6] = [
    "A skipper can close a crossing at least 20 minutes before it leaves.",
    "A passenger must not change the timetable.",
    "Only the harbour office sees the cash report.",
    "A crossing takes at most 90 passengers.",
    "No newsletter.",
    "Every crossing has a vessel.",
];

/// What is said of the first interpretation alone.
fn said_of(clause: &str, statement: &str, acceptance: &[&str]) -> Vec<String> {
    let run = run_of(&FERRY);
    drift(
        &Original::of(&run),
        &run,
        &Reply::Understand(understanding(&run, vec![reading(clause, statement, acceptance)])),
    )
}

#[test]
fn what_turns_a_demand_into_another_is_named() {
    for (clause, statement, says) in [
        (
            "C-001",
            "A skipper can close a crossing at least 30 minutes before it leaves.",
            "it says 30 minutes where the clause says 20 minutes",
        ),
        ("C-001", "A skipper can close a crossing before it leaves.", "the 20 minutes of the clause is lost"),
        (
            "C-001",
            "A skipper can close a crossing at most 20 minutes before it leaves.",
            "at most 20 minutes where the clause says at least",
        ),
        (
            "C-001",
            "A passenger can close a crossing at least 20 minutes before it leaves.",
            "where in the clause the skipper does",
        ),
        ("C-001", "A skipper cannot close a crossing at least 20 minutes before it leaves.", "negates \"close\""),
        ("C-002", "A passenger can change the timetable.", "the \"not\" of the clause is lost"),
        ("C-003", "The harbour office sees the cash report.", "the \"only\" of the clause is lost"),
        ("C-004", "A crossing takes 90 passengers or more.", "at least 90 where the clause says at most"),
        ("C-004", "The system works as described.", "no word in common"),
        ("C-006", "Some crossings have a vessel.", "some crossing where the clause says all"),
    ] {
        let faults = said_of(clause, statement, &[]);
        assert!(faults.iter().any(|f| f.contains(clause) && f.contains(says)), "{statement}: {faults:?}");
    }
}

#[test]
fn what_says_the_same_in_other_words_passes() {
    for (clause, statement, acceptance) in [
        ("C-001", "Skippers may close crossings no later than 1,200 seconds before departure.", vec![]),
        (
            "C-001",
            FERRY[0],
            vec!["Closing it 19 minutes before is refused with a message.", "A passenger cannot close one."],
        ),
        ("C-002", "The timetable is read only for passengers.", vec!["A change by a passenger is refused."]),
        ("C-002", "No passenger may ever change the timetable.", vec![]),
        ("C-003", "The cash report is hidden from everyone but the harbour office.", vec![]),
        ("C-004", "A crossing takes no more than 90 passengers.", vec!["The 91st passenger is refused."]),
        ("C-006", "Each crossing names its vessel.", vec!["A crossing without a vessel is refused."]),
    ] {
        assert_eq!(said_of(clause, statement, &acceptance), Vec::<String>::new(), "{statement}");
    }
}

#[test]
fn two_people_who_changed_places_are_noticed() {
    let run = run_of(&["A teacher grades the essay of a student.", "A student asks a teacher."]);
    let swapped = reading("C-001", "A student grades the essay of a teacher.", &[]);
    let faults = drift(&Original::of(&run), &run, &Reply::Understand(understanding(&run, vec![swapped])));
    assert!(faults.iter().any(|f| f.contains("changed places")), "{faults:?}");
}

#[test]
fn an_artifact_that_only_lists_the_ids_proves_nothing() {
    let run = run_of(&FERRY);
    let all: Vec<String> = run.clauses.keys().map(ToString::to_string).collect();
    let artifact = |content: &str| DesignReply {
        artifacts: vec![NewArtifact {
            name: "api".into(),
            by: "api-designer".into(),
            content: content.into(),
            clauses: all.clone(),
        }],
        ..DesignReply::default()
    };
    let faults = drift(&Original::of(&run), &run, &Reply::Design(artifact("# API\n\nEverything as required.")));
    assert_eq!(faults.len(), 5, "the one word of the exclusion is too little to compare: {faults:?}");
    assert!(faults.iter().all(|f| f.contains("is only listed")), "{faults:?}");
    let real = "Crossings hold a vessel and passengers; the timetable and the report are read from /cash.";
    assert!(drift(&Original::of(&run), &run, &Reply::Design(artifact(real))).is_empty());
}

#[test]
fn tests_and_findings_are_about_their_clause() {
    let run = run_of(&FERRY);
    let link = |shows: &str, test: &str| {
        let link = TestLink { clause: "C-003".into(), test: test.into(), shows: shows.into(), measures: false };
        drift(&Original::of(&run), &run, &Reply::Test(TestReply { links: vec![link], ..TestReply::default() }))
    };
    assert_eq!(link("It works.", "tests.test_core.T.test_1").len(), 1);
    assert!(link("It works.", "tests.test_core.CashReport.test_1").is_empty());
    let finding = |verdict, argument: &str| {
        let finding = Finding { clause: "C-003".into(), verdict, argument: argument.into() };
        drift(
            &Original::of(&run),
            &run,
            &Reply::Verify(VerifyReply { findings: vec![finding], ..VerifyReply::default() }),
        )
    };
    assert_eq!(finding(Verdict::Met, "All good, approved.").len(), 1);
    assert!(finding(Verdict::Met, "\"Only the harbour office\": shown by E-301.").is_empty());
    assert!(finding(Verdict::Unmet, "Nothing is there.").is_empty());
}

#[test]
fn what_a_decision_quotes_of_the_output_demands_nothing() {
    let run = run_of(&[
        "`yarn find 400 60` answers which yarns are enough for 400 m.",
        "The total shows the length in kilometres.",
    ]);
    let decided = |choice: &str| {
        let decision = NewDecision {
            title: "Shape of answers".into(),
            choice: choice.into(),
            why: String::new(),
            clauses: vec!["C-001".into(), "C-002".into()],
            by: "solution-architect".into(),
        };
        findings(&run, &Reply::Design(DesignReply { decisions: vec![decision], ..DesignReply::default() }))
    };
    let told = |found: Vec<String>| found.into_iter().filter(|fault| fault.contains("contradicts")).count();
    assert_eq!(told(decided("Print the total as `Length: 2.0 km`.")), 0);
    assert_eq!(told(decided("Print what is enough for 300 m.")), 1);
    assert_eq!(told(decided("Print what is enough for `300` m.")), 1, "a value that is meant");
}

#[test]
fn decisions_do_not_contradict_their_clauses() {
    let run = run_of(&FERRY);
    let decided = |clause: &str, choice: &str| {
        let decision = NewDecision {
            title: "Crossings".into(),
            choice: choice.into(),
            why: String::new(),
            clauses: vec![clause.into()],
            by: "solution-architect".into(),
        };
        conflicts(
            &Original::of(&run),
            &run,
            &Reply::Design(DesignReply { decisions: vec![decision], ..DesignReply::default() }),
        )
    };
    for (clause, choice) in [
        ("C-004", "A crossing takes at most 120 passengers"),
        ("C-001", "A passenger can close a crossing"),
        ("C-006", "A newsletter tells of every crossing"),
    ] {
        assert_eq!(decided(clause, choice).len(), 1, "{choice}: {:?}", decided(clause, choice));
    }
    for (clause, choice) in [
        ("C-004", "Seats are counted in one statement, 90 at most, within 200 ms"),
        ("C-001", "Closing is a field of the crossing"),
        ("C-005", "There is no newsletter"),
        ("C-004", "The page of a crossing does not count passengers; 90 is kept in one table"),
    ] {
        assert_eq!(decided(clause, choice), Vec::<String>::new(), "{choice}");
    }
}

#[test]
fn scope_that_nobody_asked_for_is_unsourced() {
    let run = run_of(&FERRY);
    let of = |statement: &str, assumed: Option<&str>| {
        let mut reply = understanding(&run, vec![reading("C-006", statement, &[])]);
        reply.assumptions.extend(assumed.map(|default| NewAssumption {
            key: "x".into(),
            question: "What else?".into(),
            default: default.into(),
            clauses: vec!["C-006".into()],
            choices: Vec::new(),
        }));
        understanding::unsourced(&Original::of(&run), &reply)
    };
    let added = "Loyalty points are exported as invoices to the accounting department.";
    assert_eq!(of(added, None).len(), 1);
    assert!(of(added, Some("Loyalty points exported as invoices for accounting")).is_empty());
    assert!(of("A crossing is stored with its vessel and read back unchanged.", None).is_empty());
    assert!(of("No loyalty points, invoices or accounting exports.", None).is_empty());
}

/// A text of which one clause has other small words than its statement: long ones, of which a statement tells a part.
const LIBRARY: [&str; 6] = [
    "Singers and librarians log in with a password; a new account is a singer, and the first account of all is a librarian.",
    "A librarian records a folder with a title, a shelf and the number of copies, which is at least 1.",
    "A folder with copies on loan cannot be thrown away.",
    "The office must not send letters and must not keep birthdays.",
    "A singer borrows a folder until a rehearsal has begun, unless the conductor has reserved it.",
    "Singers see the folders of their voice.",
];

/// What is said of a clause of this text, in its own wording or another one.
fn read_as(number: u32, clause: &str, statements: &[&str], acceptance: &[&str]) -> Vec<String> {
    let mut texts = LIBRARY;
    texts[number as usize - 1] = clause;
    let run = run_of(&texts);
    let id = format!("C-00{number}");
    let readings = statements.iter().map(|s| reading(&id, s, acceptance)).collect();
    drift(&Original::of(&run), &run, &Reply::Understand(understanding(&run, readings)))
}

#[test]
fn a_small_word_counts_where_it_stands() {
    let accounts =
        ["Singers and librarians log in with a password.", "Every new account after the first one is a singer."];
    let folder =
        ["A librarian records a folder with a title and a shelf.", "The number of copies of a folder is at least 1."];
    let thrown = ["A librarian moves folders, but a folder with copies on loan cannot be thrown away."];
    let kept = ["The office sends no letters.", "The office keeps no birthdays."];
    let borrow = ["A singer borrows a folder until its rehearsal has begun, unless the conductor has reserved it."];
    let cases: [(u32, &[&str], &str, &str); 8] = [
        (1, &accounts, "is a singer", "is not a singer"),
        (2, &folder, "which is at least", "which is not at least"),
        (3, &thrown, "cannot", "can"),
        (4, &kept, "must not send", "must send"),
        (4, &kept, "must not keep", "must keep"),
        (5, &borrow, "A singer borrows", "A singer never borrows"),
        (5, &borrow, "A singer", "A conductor"),
        (2, &folder, "A librarian", "A singer"),
    ];
    for (number, said, from, to) in cases {
        let clause = LIBRARY[number as usize - 1];
        assert_eq!(read_as(number, clause, said, &[]), Vec::<String>::new(), "{clause}");
        let other = clause.replace(from, to);
        assert_ne!(other, clause);
        let faults = read_as(number, &other, said, &[]);
        assert!(faults.iter().any(|f| f.contains(&format!("C-00{number}"))), "{other}: {faults:?}");
    }
}

#[test]
fn a_refusal_among_the_criteria_does_not_hide_a_lost_negation() {
    let refused = ["Throwing away a folder with a copy on loan is refused."];
    let faults = read_as(3, LIBRARY[2], &["A folder with copies on loan can be thrown away."], &refused);
    assert!(faults.iter().any(|f| f.contains("C-003")), "{faults:?}");
}

#[test]
fn a_ban_and_a_bound_of_one_clause_may_be_told_in_two_statements() {
    let clause = "Nobody takes more folders than there are, and one singer takes at most three.";
    let bound = "One singer takes at most three folders.";
    for ban in ["A singer takes no more folders than there are.", "Taking a folder that is out is refused."] {
        assert_eq!(read_as(5, clause, &[ban, bound], &[]), Vec::<String>::new(), "{ban}");
    }
    let faults = read_as(5, clause, &["A singer takes more folders than there are.", bound], &[]);
    assert!(faults.iter().any(|f| f.contains("than there are.': it does not negate")), "{faults:?}");
}

#[test]
fn what_is_told_otherwise_is_no_lost_negation() {
    for statement in [
        "Throwing away a folder with copies on loan is refused.",
        "No folder that has copies on loan is ever thrown away.",
        "Only a folder without copies on loan is thrown away.",
        "A folder is thrown away when none of its copies is on loan.",
    ] {
        assert_eq!(read_as(3, LIBRARY[2], &[statement], &[]), Vec::<String>::new(), "{statement}");
    }
}

#[test]
fn a_condition_of_which_nothing_is_said_is_lost() {
    let faults =
        read_as(5, LIBRARY[4], &["A singer borrows a folder until a rehearsal has begun."], &["It is on loan then."]);
    assert!(faults.iter().any(|f| f.contains("unless … reserved")), "{faults:?}");
}

#[test]
fn money_in_its_smallest_unit_is_no_other_number() {
    let run = run_of(&["A crossing costs 4.50 per passenger."]);
    let decided = |choice: &str| {
        let decision = NewDecision {
            title: "Fares".into(),
            choice: choice.into(),
            why: String::new(),
            clauses: vec!["C-001".into()],
            by: "database-architect".into(),
        };
        conflicts(
            &Original::of(&run),
            &run,
            &Reply::Design(DesignReply { decisions: vec![decision], ..DesignReply::default() }),
        )
    };
    assert_eq!(decided("Fares are kept as whole cents: 450 per passenger"), Vec::<String>::new());
    assert_eq!(decided("Fares are kept as whole cents: 480 per passenger").len(), 1);
}

#[test]
fn a_condition_and_an_end_that_leaves_out_what_it_turns_round_may_be_told_the_other_way_about() {
    for (clause, statement) in [
        (
            "While a member has not paid the fee, the boats stay locked.",
            "The boats stay locked until a member has paid the fee.",
        ),
        (
            "Entries of the first day count for the week, entries of the day after the week do not.",
            "Entries of the first day that begins the week count for the week, and entries of the day after it do not.",
        ),
    ] {
        assert_eq!(read_as(5, clause, &[statement], &[]), Vec::<String>::new(), "{clause}");
    }
}

#[test]
fn the_clause_itself_says_nothing_else_than_the_clause() {
    let text = "4. The lamp cannot burn oil that is not there: a burn for which the oil does not reach is refused.";
    let said = "The lamp cannot burn oil that is not there: a burn for which the oil does not reach is refused";
    let run = run_of(&[text]);
    let of = |statement: &str| {
        let reading = reading("C-001", statement, &[]);
        drift(&Original::of(&run), &run, &Reply::Understand(understanding(&run, vec![reading])))
    };
    assert_eq!(of(said), Vec::<String>::new());
}

/// What is found of one clause and one statement of it.
fn said_of_text(clause: &str, statement: &str) -> Vec<String> {
    let run = run_of(&[clause]);
    let reading = reading("C-001", statement, &[]);
    drift(&Original::of(&run), &run, &Reply::Understand(understanding(&run, vec![reading])))
}

#[test]
fn nothing_ever_and_never_are_one_negation() {
    let (book, never) = ("In the book of the lamp nothing is ever changed.", "The book of the lamp never changes.");
    let not = "An entry in the book of the lamp is not changed.";
    for (clause, statement) in [
        (book, never),
        (never, book),
        (not, "Nothing is ever changed in an entry in the book of the lamp."),
        ("A skipper changes nothing in the book.", "A skipper does not change the book."),
        ("A skipper does not change the book.", "A skipper changes nothing in the book."),
    ] {
        assert_eq!(said_of_text(clause, statement), Vec::<String>::new(), "{clause}");
    }
    for (clause, statement) in [
        ("Nothing is deleted, and the book of the lamp changes.", never),
        ("The book of the lamp changes every day.", never),
        (never, "The book of the lamp changes."),
    ] {
        assert_ne!(said_of_text(clause, statement), Vec::<String>::new(), "{clause}");
    }
}

#[test]
fn an_amount_in_another_unit_is_no_other_amount() {
    for (clause, statement) in [
        ("A lamp holds at most 0.4 kg of oil.", "A lamp holds at most 400 g of oil."),
        ("A lamp holds at most 0.4 kg of oil.", "A lamp holds at most 400 g of oil; 1 kg of oil is 1000 g."),
        ("A lost key costs 0.10 for each day.", "A lost key costs 10 cents for each day."),
        ("A lost key costs 0.10 for each day.", "A lost key costs 10 for each day, counted in cents."),
        ("A shift lasts at least 2 hours.", "A shift lasts at least 120 minutes."),
    ] {
        assert_eq!(said_of_text(clause, statement), Vec::<String>::new(), "{statement}");
    }
    for (clause, statement) in [
        ("A lamp holds at most 0.4 kg of oil.", "A lamp holds at most 40 g of oil."),
        ("A lamp holds at most 0.4 kg of oil.", "A lamp holds at most 500 g of oil; 1 kg of oil is 1000 g."),
        ("A lost key costs 0.10 for each day.", "A lost key costs 12 cents for each day."),
        ("A lost key costs 0.10 for each day.", "A lost key costs 11 for each day, counted in cents."),
        ("A lamp holds oil.", "A lamp holds at most 500 g of oil."),
    ] {
        assert_ne!(said_of_text(clause, statement), Vec::<String>::new(), "{statement}");
    }
}

#[test]
fn words_that_have_nothing_to_do_with_an_exclusion_are_named() {
    let run = run_of(&["A berth has a number.", "No payment."]);
    let searched = |terms: &[&str]| {
        let terms = terms.iter().map(ToString::to_string).collect();
        let search = crate::domain::reply::NewSearch { clause: "C-002".into(), terms };
        drift(&Original::of(&run), &run, &Reply::Test(TestReply { searches: vec![search], ..TestReply::default() }))
    };
    assert_eq!(searched(&["checkout", "pay"]), Vec::<String>::new());
    let faults = searched(&["zebra", "lion"]);
    assert!(faults.len() == 1 && faults[0].contains("zebra, lion") && faults[0].contains("No payment."), "{faults:?}");
}

#[test]
fn what_a_repair_took_away_is_asked_about_once_and_then_in_doubt() {
    let mut sim = Sim::start(GateMode::None);
    sim.go();
    let mut step = sim.step("build:core").clone();
    let reply = |notes: &str| {
        let (took_away, notes) = (vec!["C-001: app/a.py main".to_owned()], notes.to_owned());
        Reply::Build(BuildReply { took_away, notes, ..BuildReply::default() })
    };
    let asked = check(sim.run(), &step, &reply(""));
    assert!(!asked.passed && asked.name.as_str() == "content", "{asked:?}");
    assert!(asked.summary.starts_with("the repair took away 1 link. "), "{asked:?}");
    assert!(asked.details[0].starts_with("C-001 has lost its link to app/a.py main: "), "{asked:?}");
    step.told = vec![repair::sense(&asked.details[0])];
    let held = check(sim.run(), &step, &reply("It starts the program, which no clause asks for."));
    assert!(held.is_doubt() && held.details[0].contains("which no clause asks for"), "{held:?}");
}

//! What of the code is shown to whom, and what holds of the product.

use super::*;

#[test]
fn who_tests_a_module_is_shown_what_its_code_declares_and_what_is_linked() {
    let mut world = world();
    world.run.plan = Some(Shared::from(Plan {
        variant: PlanVariant::Lean,
        modules: vec![Module {
            name: Clean::new("core"),
            purpose: Clean::default(),
            clauses: Vec::new(),
            depends_on: Vec::new(),
        }],
        steps: Vec::new(),
        team_notes: Clean::default(),
        communication_notes: Clean::default(),
        estimate: Estimate::default(),
        options: Vec::new(),
        per_step: Vec::new(),
    }));
    let code = "def one():\n    return 1\n\n\ndef two():\n    # a body that nobody links\n    return 2\n".to_owned();
    let mut file = world.run.files["app/core.py"].clone();
    file.sha256 = world.blobs.put(code.as_bytes()).unwrap();
    world.run.files.insert(file.path.clone(), file.clone());
    let range = CodeRange { clause: ClauseId(1), path: file.path, lines: (1, 2), sha256: file.sha256, step: None };
    world.run.code_links = Shared::from(vec![range]);
    let shown = |world: &World, step: &str| {
        let pack = world.pack(step);
        let file = pack.of_kind(PackKind::File).next().unwrap();
        (file.label.to_string(), file.text.clone())
    };
    let excerpt = "1 def one():\n2     return 1\n5 def two():\n…\n".to_owned();
    assert_eq!(shown(&world, "test:core"), ("excerpt".to_owned(), excerpt));
    let declared = "1 def one():\n…\n5 def two():\n…\n".to_owned();
    assert_eq!(shown(&world, "build:goals"), ("excerpt".to_owned(), declared), "who builds on it may read the rest");
    world.run.step_mut(&StepId::new("build:goals").unwrap()).unwrap().plan.module = Some("core".into());
    assert_eq!(shown(&world, "build:goals"), (String::new(), code.clone()), "of his own module he has it whole");
    world.run.settings.turns = 0;
    assert_eq!(shown(&world, "test:core"), (String::new(), code), "who cannot read is shown the whole");
}

#[test]
fn kind_and_stack_hold_once_the_manifest_says_them() {
    use crate::domain::condition::Condition::{self, *};
    let mut world = world();
    let holds = |world: &World, step: &str| world.pack(step).holds.unwrap();
    let all: Vec<Condition> = Condition::KINDS.into_iter().chain(Condition::STACKS).collect();
    assert!(all.iter().all(|one| holds(&world, "build:goals").contains(one)), "nothing is known");
    let text = "[app]\nname = \"a\"\nstack = \"rust-std\"\n[commands]\ntest = [\"cargo\", \"test\"]\nrun = []\n";
    let mut file = world.run.files["app/core.py"].clone();
    file.path = "g1.toml".to_owned();
    file.sha256 = world.blobs.put(text.as_bytes()).unwrap();
    world.run.files.insert(file.path.clone(), file);
    assert_eq!(holds(&world, "build:goals"), BTreeSet::from([Library, Rust, Tools, New]));
    assert!(all.iter().all(|one| holds(&world, "build:core").contains(one)), "what comes later is not known before");
    world.lacks = BTreeSet::from([Rust, Python]);
    assert_eq!(holds(&world, "build:goals"), BTreeSet::from([Library, Rust, Tools, Missing, New]));
    assert!(!holds(&world, "design").contains(&Missing), "nobody knows yet what is needed");
    world.lacks.clear();
    world.tools = [(Rust, Clean::from("Rust 1.95")), (Python, Clean::from("Python 3.11"))].into();
    assert_eq!(world.pack("build:goals").runs_on, Some(Clean::from("Rust 1.95")));
    assert_eq!(world.pack("build:core").runs_on, None, "of two that may be nobody knows which");
    // What was understood holds until a manifest says otherwise, and is open to who reads the requirement again.
    world.run.understood = Condition::of_product("program", "");
    let of = |kinds: &[Condition]| -> BTreeSet<Condition> {
        kinds.iter().copied().chain(Condition::STACKS).chain([New]).collect()
    };
    assert_eq!(holds(&world, "design"), of(&[Program]), "the stack is open");
    world.run.understood = Condition::of_product("program", "node");
    assert_eq!(holds(&world, "design"), BTreeSet::from([Program, Node, New]));
    assert_eq!(holds(&world, "understand"), of(&Condition::KINDS));
    assert_eq!(holds(&world, "build:goals"), BTreeSet::from([Library, Rust, Tools, New]));
    world.run.settings.turns = 0;
    world.run.clauses.get_mut(&ClauseId(2)).unwrap().kind = Some(ClauseKind::Exclusion);
    assert_eq!(holds(&world, "build:goals"), BTreeSet::from([Library, Rust, Exclusions, New]));
}

#[test]
fn the_verifier_is_told_what_each_test_is_said_to_show_and_sees_of_the_code_what_that_is_about() {
    use crate::domain::artifact::TestRef;
    let mut world = world();
    let code = "def one():\n    return 1\n\n\ndef two():\n    # a body that nobody links\n    return 2\n".to_owned();
    let mut file = world.run.files["app/core.py"].clone();
    file.sha256 = world.blobs.put(code.as_bytes()).unwrap();
    world.run.files.insert(file.path.clone(), file.clone());
    let seen = |world: &World, step: &str| {
        let pack = world.pack(step);
        let core = pack.of_kind(PackKind::File).find(|item| item.id == "app/core.py").map(|item| item.text.clone());
        (core.unwrap(), pack.of_kind(PackKind::Links).map(|item| item.text.clone()).collect::<String>())
    };
    assert_eq!(seen(&world, "verify"), (code.clone(), String::new()), "nothing is linked");
    let lines = |lines| CodeRange {
        clause: ClauseId(1),
        path: "app/core.py".into(),
        lines,
        sha256: Hash::of(b"x"),
        step: None,
    };
    world.run.code_links = Shared::from(vec![lines((2, 2)), lines((1, 2))]);
    let test = |clause, test: &str, shows: &str| TestRef {
        clause: ClauseId(clause),
        test: test.into(),
        path: "tests/test_core.py".into(),
        sha256: Hash::of(b"y"),
        measures: false,
        shows: shows.into(),
    };
    let tests = vec![
        test(1, "tests.test_core.One.test_a", "One is one."),
        test(1, "tests.test_core.One.test_b", "It stays one."),
        test(2, "tests.test_core.Two.test_c", ""),
    ];
    world.run.test_links = Shared::from(tests);
    let (core, links) = seen(&world, "verify");
    assert_eq!(core, "1 def one():\n2     return 1\n5 def two():\n…\n");
    assert_eq!(
        links,
        "C-001: app/core.py 1-2, 2\n- tests.test_core.One.test_a: One is one.\n- .test_b: It stays one.\n\
         C-002:\n- tests.test_core.Two.test_c\n"
    );
    assert_eq!(seen(&world, "test:core").1, "", "a tester makes them");
}

#[test]
fn who_builds_is_told_the_words_by_which_an_exclusion_is_searched_for() {
    use crate::domain::evidence::ExclusionSearch;
    let mut world = world();
    world.run.clauses.get_mut(&ClauseId(1)).unwrap().kind = Some(ClauseKind::Exclusion);
    let id = InterpretationId { kind: InterpretationKind::Functional, number: 1 };
    let reading = Interpretation {
        id,
        statement: "The product has no payment.".into(),
        clauses: vec![ClauseId(1)],
        acceptance: vec!["No payment and no checkout.".into()],
        by: PersonaId::new("business-analyst").unwrap(),
    };
    world.run.interpretations.insert(id, reading);
    for module in ["core", "goals"] {
        let step = world.run.step_mut(&StepId::new(format!("build:{module}")).unwrap()).unwrap();
        step.plan.module = Some(module.into());
    }
    let tester = StepId::new("test:core").unwrap();
    world.run.step_mut(&tester).unwrap().plan.module = Some("core".into());
    let read = ids(&world.pack("build:goals"), PackKind::Interpretation).len();
    assert_eq!(read, 1, "also who answers for nothing excluded");
    let id = EvidenceId(1);
    world.run.evidence.push(Evidence { step: Some(tester), ..evidence(id, EvidenceKind::Search) });
    world.run.searches.push(ExclusionSearch {
        clause: ClauseId(1),
        terms: vec!["payment".into(), "g1:packages".into(), "checkout".into()],
        hits: Vec::new(),
        searched: Vec::new(),
        evidence: id,
        given_up: false,
    });
    let told = |world: &World, step: &str| {
        let pack = world.pack(step);
        pack.of_kind(PackKind::Handoff).any(|item| item.text.contains("Nowhere, for C-001: checkout, payment."))
    };
    assert!(told(&world, "build:core"), "its own tests were made, and sent it back");
    assert!(!told(&world, "build:goals"), "what runs beside it must not matter");
    assert!(!told(&world, "verify") && !told(&world, "test:core"));
    world.run.searches[0].given_up = true;
    assert!(!told(&world, "build:core"), "other words were chosen");
}

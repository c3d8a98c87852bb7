use super::*;
use crate::{
    domain::{
        ClauseId, Clean, EvidenceId, Hash, InterpretationId, InterpretationKind, PersonaId, Shared,
        artifact::CodeRange,
        clause::{Clause, ClauseKind, Gap, Interpretation},
        evidence::{Evidence, EvidenceKind, SandboxLevel},
        pack::PackKind,
        plan::{Estimate, Module, Plan, PlanVariant},
        run::{Proposal, Run},
    },
    hub::fixture,
};

mod shown;

struct World {
    _dir: tempfile::TempDir,
    blobs: Blobs,
    run: Run,
    lacks: BTreeSet<crate::domain::condition::Condition>,
    tools: BTreeMap<crate::domain::condition::Condition, Clean>,
}

fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::at(dir.path());
    let run = fixture::run(&blobs);
    World { _dir: dir, blobs, run, lacks: BTreeSet::new(), tools: BTreeMap::new() }
}

/// Of a command that ended well and printed nothing of interest.
fn evidence(id: EvidenceId, kind: EvidenceKind) -> Evidence {
    Evidence {
        id,
        kind,
        argv: vec!["python3".into()],
        exit: Some(0),
        tests: Vec::new(),
        output_sha256: Hash::of(b"out"),
        tree: Hash::of(b"tree"),
        sandbox: SandboxLevel::L2,
        duration_ms: 1,
        at: jiff::Timestamp::UNIX_EPOCH,
        note: None,
        step: None,
    }
}

fn count(text: &str) -> u32 {
    text.split_whitespace().count() as u32
}

impl World {
    fn pack(&self, step: &str) -> ContextPack {
        self.page(step, 1, &BTreeSet::new(), 1).pack
    }

    fn page(&self, step: &str, page: u32, covered: &BTreeSet<ClauseId>, parts: u32) -> Packed {
        let hub = Hub::in_memory(&self.run, &self.blobs);
        let id = StepId::new(step).unwrap();
        let seat = Seat::shared(&self.run.step(&id).unwrap().plan);
        let (budget, lacks, tools) = (self.run.settings.pack_tokens, &self.lacks, &self.tools);
        let ask = Ask { seat: &seat, page, covered, parts, earlier: &[], budget, lacks, tools };
        build(&self.run, &id, &ask, &hub, &self.blobs, &count).unwrap()
    }

    /// All pages of a step.
    fn pages(&self, step: &str) -> Vec<Packed> {
        self.in_parts(step, 1)
    }

    /// The same on so many at least.
    fn in_parts(&self, step: &str, parts: u32) -> Vec<Packed> {
        let (mut pages, mut covered) = (Vec::new(), BTreeSet::new());
        loop {
            let page = self.page(step, pages.len() as u32 + 1, &covered, parts);
            covered.extend(&page.covers);
            let last = page.pack.page.is_last();
            pages.push(page);
            if last {
                return pages;
            }
        }
    }
}

fn ids(pack: &ContextPack, kind: PackKind) -> Vec<&str> {
    pack.of_kind(kind).map(|item| item.id.as_str()).collect()
}

#[test]
fn clauses_come_first_word_for_word() {
    let world = world();
    for step in ["understand", "plan", "design", "verify"] {
        let pack = world.pack(step);
        let texts: String = pack.of_kind(PackKind::Clause).map(|i| i.text.as_str()).collect();
        assert_eq!(texts, fixture::TEXT, "{step} sees the whole requirement");
        assert!(pack.items[..4].iter().all(|i| i.kind == PackKind::Clause));
        assert_eq!(pack.items[0].hash, Hash::of(pack.items[0].text.as_bytes()));
    }
}

#[test]
fn only_declared_upstream_files_are_shown() {
    let world = world();
    assert_eq!(ids(&world.pack("build:core"), PackKind::File), Vec::<&str>::new());
    assert_eq!(ids(&world.pack("build:goals"), PackKind::File), ["app/core.py"]);
    assert_eq!(ids(&world.pack("test:core"), PackKind::File), ["app/core.py"], "what ran beside it stays unseen");
    assert_eq!(ids(&world.pack("verify"), PackKind::File).len(), 3, "upstream is transitive");
}

#[test]
fn what_runs_beside_a_step_does_not_change_its_pack() {
    let mut world = world();
    let before = world.pack("test:core");
    world.run.files.remove("app/goals.py");
    world.run.seq += 40;
    world.run.step_mut(&StepId::new("build:goals").unwrap()).unwrap().state = crate::domain::run::StepState::Working;
    assert_eq!(world.pack("test:core"), before);
    assert_eq!(world.pack("test:core").id, before.id);
}

#[test]
fn the_identity_is_what_is_seen() {
    let mut world = world();
    let before = world.pack("build:core").id;
    world.run.step_mut(&StepId::new("build:core").unwrap()).unwrap().attempt = 2;
    assert_eq!(world.pack("build:core").id, before, "the same content is the same call");
    world.run.step_mut(&StepId::new("build:core").unwrap()).unwrap().feedback = vec![Clean::new("red")];
    let with_feedback = world.pack("build:core");
    assert_ne!(with_feedback.id, before);
    assert_eq!(ids(&with_feedback, PackKind::Feedback), ["feedback-1"]);
    world.run.clauses.get_mut(&ClauseId(1)).unwrap().text.push('!');
    assert_ne!(world.pack("build:core").id, with_feedback.id);
}

#[test]
fn the_budget_cuts_what_matters_least_and_never_the_steps_own_clauses() {
    let mut world = world();
    let full = world.pack("build:goals");
    assert!(full.cut.is_empty());
    let mut kept = full.items.len();
    for budget in (0..=full.tokens()).rev() {
        world.run.settings.pack_tokens = budget;
        let pack = world.pack("build:goals");
        let own: u32 = pack.items.iter().filter(|i| i.id == "C-002").map(|i| i.tokens).sum();
        assert!(own > 0, "C-002 is in at {budget}");
        assert!(pack.tokens() <= budget.max(own));
        assert_eq!(pack.items.len() + pack.cut.len(), full.items.len(), "nothing vanishes unnamed");
        assert!(pack.cut.iter().all(|c| !c.why.is_empty()));
        kept = pack.items.len();
    }
    assert_eq!(kept, 1, "with no budget at all the demand alone is left");
    world.run.settings.pack_tokens = full.tokens() - 1;
    assert_eq!(world.pack("build:goals").cut[0].id, "C-004");
    world.run.settings.pack_tokens = 0;
    let pages = world.pages("verify");
    let shown: Vec<Vec<&str>> = pages.iter().map(|p| ids(&p.pack, PackKind::Clause)).collect();
    assert_eq!(shown, [["C-001"], ["C-002"], ["C-003"]], "a page each, however small the room");
}

/// A requirement of `lengths` words a clause, so long that pages are needed.
fn long(lengths: &[usize], budget: u32) -> World {
    let mut world = world();
    let template = world.run.clauses[&ClauseId(1)].clone();
    world.run.clauses.clear();
    for (number, words) in (1..).zip(lengths) {
        let id = ClauseId(number);
        // Every fifth demands nothing.
        let kind = if number % 5 == 0 { ClauseKind::Context } else { ClauseKind::Function };
        let text = format!("{}.\n", vec!["word"; *words].join(" "));
        world.run.clauses.insert(id, Clause { id, text, kind: Some(kind), ..template.clone() });
    }
    world.run.settings.pack_tokens = budget;
    world
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]

    #[test]
    fn every_demand_is_on_some_page_and_there_are_no_more_pages_than_needed(
        lengths in proptest::collection::vec(1usize..60, 1..120),
        budget in 80u32..1200,
        step in proptest::sample::select(vec!["understand", "plan", "design", "verify"]),
    ) {
        let world = long(&lengths, budget);
        let pages = world.pages(step);
        let demanding: BTreeSet<String> =
            world.run.clauses.values().filter(|c| c.demands()).map(|c| c.id.to_string()).collect();
        let mut seen = BTreeSet::new();
        for (number, page) in (1..).zip(&pages) {
            let pack = &page.pack;
            proptest::prop_assert!(pack.tokens() <= budget, "{} > {budget}", pack.tokens());
            proptest::prop_assert_eq!(pack.page.number, number);
            proptest::prop_assert!(pack.page.of as usize >= pages.len(), "no more pages come than the first one said");
            // Who answers for what is said, or nothing else that demands is there.
            let told = pack.of_kind(PackKind::Handoff).count() == 1;
            let demands = |item: &&PackItem| demanding.contains(&item.id);
            let shown = pack.of_kind(PackKind::Clause).filter(demands).count();
            proptest::prop_assert!(told || pages.len() == 1 || shown == page.covers.len());
            seen.extend(page.covers.iter().map(ToString::to_string));
            let shown: BTreeSet<&str> = ids(pack, PackKind::Clause).into_iter().collect();
            proptest::prop_assert!(page.covers.iter().all(|id| shown.contains(id.to_string().as_str())));
            if pages.len() == 1 {
                seen.extend(shown.into_iter().map(str::to_owned));
            }
        }
        proptest::prop_assert!(demanding.is_subset(&seen));
        // No page is emptier than the largest clause.
        let tokens: u32 = world.run.clauses.values().filter(|c| c.demands()).map(|c| count(&c.text)).sum();
        let handoff = pages.iter().flat_map(|p| p.pack.of_kind(PackKind::Handoff)).map(|i| i.tokens).max().unwrap_or(0);
        let room = budget - handoff.min(budget / 4);
        let bound = tokens.div_ceil(room.saturating_sub(60).max(1)).max(1);
        proptest::prop_assert!(pages.len() as u32 <= bound, "{} pages, {tokens} tokens, room {room}", pages.len());
        // The same again, byte for byte.
        let again: Vec<Hash> = world.pages(step).into_iter().map(|p| p.pack.id).collect();
        proptest::prop_assert_eq!(again, pages.iter().map(|p| p.pack.id.clone()).collect::<Vec<_>>());
    }
}

#[test]
fn a_page_that_is_nearly_full_keeps_its_handoff_where_that_costs_no_page() {
    let lengths = [
        17, 23, 7, 6, 1, 34, 32, 22, 18, 1, 30, 59, 6, 34, 1, 32, 53, 2, 12, 1, 38, 44, 27, 23, 1, 55, 53, 34, 56, 1,
        48, 21, 29, 26, 1, 58, 26, 42,
    ];
    let tokens: u32 = (1..).zip(lengths).filter(|(n, _)| n % 5 != 0).map(|(_, words)| words as u32).sum();
    for budget in tokens..tokens + 80 {
        let pages = long(&lengths, budget).pages("design");
        assert_eq!(pages.len(), 1, "{budget}");
        let pack = &pages[0].pack;
        // "Answer for and teach back what demands something of C-001 to C-038."
        let told = budget - tokens >= 12;
        assert_eq!(pack.of_kind(PackKind::Handoff).count(), usize::from(told), "{budget}");
        assert!(pack.tokens() <= budget);
    }
    assert_eq!(long(&lengths, tokens - 1).pages("design").len(), 2);
}

#[test]
fn a_full_page_reaches_ahead_rather_than_costing_a_call() {
    // In order three pages, because the second clause does not fit beside the first.
    let world = long(&[60, 50, 40, 50], 100);
    let pages = world.pages("design");
    let covers: Vec<Vec<u32>> = pages.iter().map(|p| p.covers.iter().map(|id| id.0).collect()).collect();
    assert_eq!(covers, [[1, 3], [2, 4]]);
    for page in &pages {
        assert_eq!(page.pack.of_kind(PackKind::Handoff).count(), 0, "there is no room for one");
        assert_eq!(page.pack.of_kind(PackKind::Clause).count(), 2, "and nothing that one would have to explain");
    }
    // A page that says of itself "the clauses shown" shows no others.
    let world = long(&[60, 50, 40, 50], 125);
    let pages = world.pages("design");
    assert_eq!(pages[0].covers, [ClauseId(1), ClauseId(3)]);
    assert!(pages[0].pack.of_kind(PackKind::Handoff).next().unwrap().text.contains("the clauses shown only"));
    assert_eq!(ids(&pages[0].pack, PackKind::Clause), ["C-001", "C-003"]);
}

#[test]
fn a_page_without_room_for_its_handoff_shows_no_other_demands() {
    // The handoff takes more than the quarter that is kept for it, and the rest would fill up with single words.
    let pages = long(&[&[1; 25][..], &[57; 12]].concat(), 80).pages("verify");
    let bare = pages.iter().filter(|p| p.pack.of_kind(PackKind::Handoff).count() == 0);
    let shown: Vec<(usize, usize)> = bare
        .map(|p| {
            let demands = |item: &&PackItem| item.text.starts_with("word") && item.label.as_str() == "function";
            (p.covers.len(), p.pack.of_kind(PackKind::Clause).filter(demands).count())
        })
        .collect();
    assert!(!shown.is_empty());
    assert!(shown.iter().all(|(covered, shown)| covered == shown), "{shown:?}");
}

#[test]
fn a_page_that_was_right_is_the_same_call_again_when_another_is_repaired() {
    let mut world = long(&[30; 60], 400);
    let before = world.pages("design");
    assert!(before.len() > 3);
    let last = *before.last().unwrap().covers.last().unwrap();
    let words = format!("Check failed – drift: covered 47/48\n- {last} is dropped: it is in no decision");
    world.run.step_mut(&StepId::new("design").unwrap()).unwrap().feedback = vec![Clean::from(words)];
    let after = world.pages("design");
    let told: Vec<bool> = after.iter().map(|p| p.pack.of_kind(PackKind::Feedback).next().is_some()).collect();
    assert_eq!(told.iter().filter(|t| **t).count(), 1);
    for (a, b) in before.iter().zip(&after).filter(|(_, b)| b.pack.of_kind(PackKind::Feedback).next().is_none()) {
        assert_eq!(a.pack.id, b.pack.id);
    }
}

#[test]
fn retired_clauses_are_gone_and_gaps_are_told() {
    let mut world = world();
    world.run.clauses.get_mut(&ClauseId(3)).unwrap().retired = Some(crate::domain::clause::Retired::Removed);
    let gap = |what: &str| Gap { clause: ClauseId(1), what: what.into(), reason: "no".into(), whole: true, step: None };
    *world.run.gaps = vec![gap("a"), gap("b")];
    let pack = world.pack("verify");
    assert_eq!(ids(&pack, PackKind::Clause), ["C-001", "C-002", "C-004"]);
    assert_eq!(ids(&pack, PackKind::Gap), ["C-001", "C-001/2"]);
    let handoff = pack.of_kind(PackKind::Handoff).next().unwrap();
    assert!(handoff.text.contains("You answer for C-002."), "{}", handoff.text);
    assert!(handoff.text.contains("Gaps, not to be claimed: C-001."), "{}", handoff.text);
    world.run.gaps.pop();
    world.run.gaps[0].whole = false;
    let handed = |step: &str| world.pack(step).of_kind(PackKind::Handoff).next().unwrap().text.to_string();
    for (step, rest) in [("build:core", "build and link"), ("test:core", "test and link"), ("verify", "judge")] {
        let text = handed(step);
        assert!(text.contains(&format!("Gaps in part, {rest} the rest, not taught back: C-001.")), "{step}: {text}");
        assert!(!text.contains("not to be claimed"), "{step}: {text}");
    }
}

#[test]
fn what_a_developer_notes_reaches_the_next_developer_the_modules_tester_and_the_verifier() {
    let mut world = world();
    for (id, note) in [("build:core", "a reading of C-001"), ("build:goals", "half of C-002")] {
        let step = world.run.step_mut(&StepId::new(id).unwrap()).unwrap();
        step.plan.module = Some(id.trim_start_matches("build:").into());
        let (files, links, additions, gaps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        step.proposal = Some(Proposal::Build { files, links, additions, gaps, notes: note.into() });
    }
    world.run.step_mut(&StepId::new("test:core").unwrap()).unwrap().plan.module = Some("core".into());
    let noted = |step: &str| {
        let pack = world.pack(step);
        let text = &pack.of_kind(PackKind::Handoff).next().unwrap().text;
        (text.contains("Noted by build:core: a reading of C-001"), text.contains("Noted by build:goals: half of C-002"))
    };
    assert_eq!(
        (noted("build:goals"), noted("test:core"), noted("verify")),
        ((true, false), (true, false), (true, true))
    );
    let step = world.run.step_mut(&StepId::new("build:core").unwrap()).unwrap();
    let Some(Proposal::Build { notes, .. }) = &mut step.proposal else { panic!("{step:?}") };
    *notes = "A word. ".repeat(200).into();
    let text = world.pack("test:core").of_kind(PackKind::Handoff).next().unwrap().text.to_string();
    assert!(text.contains("(the first 900 of ") && text.contains("characters; people have the whole"), "{text}");
}

#[test]
fn who_builds_or_tests_a_module_reads_what_its_own_clauses_are_understood_to_demand() {
    let mut world = world();
    for number in 1..=3 {
        let id = InterpretationId { kind: InterpretationKind::Functional, number };
        let (statement, by) = (Clean::new("It is so."), PersonaId::new("business-analyst").unwrap());
        let clauses = vec![ClauseId(number)];
        world.run.interpretations.insert(id, Interpretation { id, statement, clauses, acceptance: Vec::new(), by });
    }
    assert_eq!(ids(&world.pack("build:goals"), PackKind::Interpretation), ["FR-002"]);
    assert_eq!(ids(&world.pack("test:core"), PackKind::Interpretation), ["FR-001"]);
    assert_eq!(ids(&world.pack("design"), PackKind::Interpretation).len(), 3);
    assert_eq!(ids(&world.pack("verify"), PackKind::Interpretation).len(), 3);
}

#[test]
fn smaller_parts_put_every_demand_before_their_reader_all_the_same() {
    let world = world();
    let demands = |parts| {
        let pages = world.in_parts("understand", parts);
        // What demands nothing explains the others, wherever there is room.
        let shown = |page: &Packed| ids(&page.pack, PackKind::Clause).iter().filter(|id| **id != "C-004").count();
        pages.iter().map(|page| (page.covers.len(), shown(page))).collect::<Vec<_>>()
    };
    assert_eq!(demands(1), [(0, 3)], "all at once");
    assert_eq!(demands(2), [(2, 2), (1, 1)]);
    assert_eq!(demands(3), [(1, 1); 3]);
    assert_eq!(demands(64), [(1, 1); 3], "no part without a demand");
}

#[test]
fn reads_narrow_what_is_given() {
    let mut world = world();
    world.run.step_mut(&StepId::new("verify").unwrap()).unwrap().plan.reads = vec![];
    let pack = world.pack("verify");
    let kinds: std::collections::BTreeSet<_> = pack.items.iter().map(|i| i.kind).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [PackKind::Clause, PackKind::Handoff]);
}

#[test]
fn of_the_starts_of_the_product_only_the_newest_is_told() {
    let mut world = world();
    let steps = ["build:core", "build:goals", "test:core"];
    let kinds = [EvidenceKind::Boot, EvidenceKind::Boot, EvidenceKind::Tests];
    for ((number, step), kind) in (1..).zip(steps).zip(kinds) {
        let id = EvidenceId(number);
        world.run.evidence.push(evidence(id, kind));
        world.run.step_mut(&StepId::new(step).unwrap()).unwrap().evidence.push(id);
    }
    assert_eq!(ids(&world.pack("verify"), PackKind::Evidence), ["E-002", "E-003"]);
}

#[test]
fn a_missing_blob_or_step_is_an_error_that_names_it() {
    let mut world = world();
    world.run.files.get_mut("app/core.py").unwrap().sha256 = Hash::of(b"never stored");
    let hub = Hub::in_memory(&world.run, &world.blobs);
    let build = |step: &str| {
        let seat = Seat::work(Vec::new());
        let (covered, lacks, tools) = (&BTreeSet::new(), &BTreeSet::new(), &BTreeMap::new());
        let ask = Ask { seat: &seat, page: 1, covered, parts: 1, earlier: &[], budget: 10_000, lacks, tools };
        super::build(&world.run, &StepId::new(step).unwrap(), &ask, &hub, &world.blobs, &count)
    };
    assert!(matches!(build("build:goals"), Err(HubError::BlobMissing { .. })));
    assert!(matches!(build("nowhere"), Err(HubError::NoStep(_))));
}

#[test]
fn who_can_read_files_is_shown_those_that_the_module_needs() {
    let mut world = world();
    let module = |name: &str, depends_on: &[&str]| Module {
        name: Clean::new(name),
        purpose: Clean::default(),
        clauses: Vec::new(),
        depends_on: depends_on.iter().map(|name| Clean::new(name)).collect(),
    };
    let modules =
        vec![module("core", &[]), module("goals", &["core"]), module("charts", &["goals"]), module("log", &[])];
    world.run.plan = Some(Shared::from(Plan {
        variant: PlanVariant::Lean,
        modules,
        steps: Vec::new(),
        team_notes: Clean::default(),
        communication_notes: Clean::default(),
        estimate: Estimate::default(),
        options: Vec::new(),
        per_step: Vec::new(),
    }));
    let before = ["build:core", "build:goals"];
    world.run.steps.push(fixture::step("build:charts", ReplyKind::Build, &[3], &before).into());
    world.run.steps.push(fixture::step("build:log", ReplyKind::Build, &[3], &before).into());
    world.run.steps.push(fixture::step("test:log", ReplyKind::Test, &[3], &["build:goals", "test:core"]).into());
    let seen = |world: &World, step: &str| {
        let pack = world.pack(step);
        let cut = pack.cut.iter().map(|cut| cut.id.clone()).collect::<Vec<_>>();
        (ids(&pack, PackKind::File).join(" "), cut.join(" "))
    };
    let both = |seen: &str, cut: &str| (seen.to_owned(), cut.to_owned());
    assert_eq!(seen(&world, "build:charts"), both("app/core.py app/goals.py", ""), "it depends on it");
    assert_eq!(seen(&world, "build:log"), both("app/core.py", "app/goals.py"));
    let shared = both("tests/test_core.py", "app/core.py app/goals.py");
    assert_eq!(seen(&world, "test:log"), shared, "who tests from the outside needs no code of others");
    assert_eq!(seen(&world, "verify"), both("app/core.py app/goals.py tests/test_core.py", ""));
    world.run.settings.turns = 0;
    assert_eq!(seen(&world, "build:log"), both("app/core.py app/goals.py", ""), "who cannot read is shown the whole");
}

#[test]
fn who_is_to_say_it_in_other_words_is_not_sent_the_code_and_the_tests_again() {
    let mut world = world();
    let reply = r#"{"files": [{"path": "tests/test_core.py", "content": "a long text"}], "notes": ""}"#;
    let reply = world.blobs.put(reply.as_bytes()).unwrap();
    let test = StepId::new("test:core").unwrap();
    let mut seen = |feedback: &[&str]| {
        let step = world.run.step_mut(&test).unwrap();
        (step.attempt, step.last_reply) = (2, Some(reply.clone()));
        step.feedback = feedback.iter().map(|words| Clean::new(words)).collect();
        let pack = world.pack("test:core");
        let last = pack.of_kind(PackKind::Feedback).last().unwrap().text.contains("a long text");
        (ids(&pack, PackKind::File).len(), last, pack.cut.len())
    };
    let words = "Check failed – content: 1 said otherwise\n- 'x' contradicts C-001";
    assert_eq!(seen(&[words]), (0, false, 1));
    assert_eq!(seen(&[words, "Check failed – tests: 1 problem"]), (1, true, 0));
    assert_eq!(seen(&[words, "Make it shorter."]), (1, true, 0), "a person may mean the files");
}

#[test]
fn tests_are_known_by_the_names_that_each_stack_gives_them() {
    for path in
        ["tests/support.py", "test/support.ts", "test/core.test.js", "src/a.test.ts", "app/tests/x.py", "test_a.py"]
    {
        assert!(super::sight::is_test(path), "{path}");
    }
    for path in ["src/latest/a.ts", "src/testing.rs", "contest/a.js", "app/attest.py"] {
        assert!(!super::sight::is_test(path), "{path}");
    }
}

//! A driver in memory: it carries out effects with made-up replies and results, and keeps the journal. Every input goes
//! through checks that must hold for any input whatever.

use super::{Checked, Effect, Executed, Input, Refusal, apply, calls, decide, history, parse, pending};
use crate::domain::{
    ClauseId, Clean, EvidenceId, GateId, Hash, StepId,
    artifact::{CodeRange, FileEntry, TestRef, tree_hash},
    clause::{Clause, ClauseKind, Origin, Requirement},
    command::Command,
    event::{EVENT_VERSION, Envelope, Event},
    evidence::{ControlRun, EvidenceKind, ExclusionSearch, SandboxLevel, TestOutcome, TestResult},
    pack::Page,
    plan::{PlanVariant, Task},
    reply::ReplyKind,
    run::{GateMode, Run, RunSettings, RunStatus, Step, StepState, Verb},
    usage::Usage,
};
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

/// What goes wrong in one attempt of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The reply is no JSON.
    Garbage,
    /// The last clause the step is responsible for is left out everywhere.
    Drop,
    /// The first of the step's tests fails (for a build: the application does not start).
    Fails,
    /// Neutralised code is not noticed by any test.
    Unnoticed,
    /// The call gives no reply.
    CallFails,
    /// An exclusion's search finds something.
    Hits,
    /// A teach-back before the work leaves an id out.
    Mute,
    /// The verifier finds that a draft does not meet a clause.
    Unmet,
}

thread_local! {
    /// The blobs, which outlive a process.
    static BLOBS: RefCell<BTreeMap<Hash, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// As the driver does before it tells of a reply.
pub fn store(text: &str) -> Hash {
    let hash = Hash::of(text.as_bytes());
    BLOBS.with_borrow_mut(|blobs| blobs.insert(hash.clone(), text.to_owned()));
    hash
}

fn blob(hash: &Hash) -> String {
    BLOBS.with_borrow(|blobs| blobs[hash].clone())
}

#[derive(Debug)]
pub struct Sim {
    pub run: Option<Run>,
    pub journal: Vec<Envelope>,
    /// By step and attempt; attempt 0 means every attempt.
    pub faults: BTreeMap<(String, u32), Fault>,
    /// The verifier's verdicts other than "met".
    pub verdicts: BTreeMap<String, &'static str>,
    /// Requests answered so far: the call cache.
    pub answered: BTreeSet<Hash>,
    /// Calls that were paid for.
    pub paid: u32,
    /// Clauses that fit into one prompt.
    pub page_size: usize,
}

pub fn at() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}

pub fn step(id: &str) -> StepId {
    StepId::new(id).unwrap()
}

pub fn settings(gates: GateMode) -> RunSettings {
    RunSettings {
        model: "offline".into(),
        gates,
        plan: PlanVariant::Lean,
        budget: None,
        caps: Default::default(),
        plan_only: false,
        relaxed: Vec::new(),
        pack_tokens: 24_000,
    }
}

pub const TEXT: [&str; 6] = [
    "A club diary.\n",
    "Members log in.\n",
    "Members write notes.\n",
    "A note has a title.\n",
    "No payments.\n",
    "It answers within a second.\n",
];

fn kind(text: &str) -> ClauseKind {
    match text {
        t if t.starts_with("No ") => ClauseKind::Exclusion,
        t if t.contains("within") => ClauseKind::Quality,
        t if t.starts_with("A club") => ClauseKind::Goal,
        t if t.contains("has a") => ClauseKind::Data,
        _ => ClauseKind::Function,
    }
}

pub fn begin(gates: GateMode) -> Input {
    let mut from = 0;
    let clauses = (1..)
        .zip(TEXT)
        .map(|(n, text)| {
            let span = (from, from + text.len() as u64);
            from = span.1;
            Clause {
                id: ClauseId(n),
                origin: Origin::Requirement,
                span: Some(span),
                text: text.into(),
                section: Vec::new(),
                kind: None,
                kind_reason: None,
                retired: None,
                supersedes: None,
            }
        })
        .collect();
    let text = TEXT.concat();
    Input::Begin {
        name: "diary".into(),
        requirement: Requirement { sha256: Hash::of(text.as_bytes()), bytes: text.len() as u64 },
        clauses,
        attachments: Vec::new(),
        settings: settings(gates),
        who: "tester".into(),
        instructions: None,
    }
}

impl Sim {
    pub fn start(gates: GateMode) -> Self {
        Self::start_with(begin(gates))
    }
    pub fn start_with(begin: Input) -> Self {
        let mut sim = Self::of(Vec::new());
        sim.feed(begin).unwrap();
        sim
    }
    /// Carried out as this variant, with so many clauses in a prompt.
    pub fn start_as(gates: GateMode, plan: PlanVariant, page_size: usize) -> Self {
        let mut input = begin(gates);
        if let Input::Begin { settings, .. } = &mut input {
            settings.plan = plan;
        }
        let mut sim = Self::start_with(input);
        sim.page_size = page_size;
        sim
    }
    /// Resumed from a journal.
    pub fn of(journal: Vec<Envelope>) -> Self {
        let run = history::replay(&journal);
        let answered = journal
            .iter()
            .filter_map(
                |e| if let Event::CallFinished { request, .. } = &e.event { Some(request.clone()) } else { None },
            )
            .collect();
        Self {
            run,
            journal,
            faults: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            answered,
            paid: 0,
            page_size: usize::MAX,
        }
    }
    pub fn with_fault(mut self, step: &str, attempt: u32, fault: Fault) -> Self {
        self.faults.insert((step.into(), attempt), fault);
        self
    }
    pub fn run(&self) -> &Run {
        self.run.as_ref().unwrap()
    }
    pub fn step(&self, id: &str) -> &Step {
        self.run().step(&step(id)).unwrap()
    }
    fn fault(&self, step: &Step) -> Option<Fault> {
        let id = step.plan.id.to_string();
        self.faults.get(&(id.clone(), step.attempt)).or_else(|| self.faults.get(&(id, 0))).copied()
    }

    /// Decide, journal, apply, and check what must always hold.
    pub fn feed(&mut self, input: Input) -> Result<Vec<Event>, Refusal> {
        let person = matches!(&input, Input::Command(Command::Decide { .. }));
        let before = self.run.clone();
        let events = decide(self.run.as_ref(), input, at())?;
        for event in &events {
            let env = Envelope { seq: self.journal.len() as u64 + 1, at: at(), v: EVENT_VERSION, event: event.clone() };
            self.invariants_of(event, person);
            apply(&mut self.run, &env);
            let text = serde_json::to_string(&env).unwrap();
            assert_eq!(serde_json::from_str::<Envelope>(&text).unwrap(), env, "an event survives the journal");
            let goes_back = matches!(env.event, Event::Rewound { .. });
            self.journal.push(env);
            if goes_back {
                self.run = history::replay(&self.journal);
            }
        }
        if events.is_empty() {
            assert_eq!(self.run, before);
        }
        self.invariants();
        Ok(events)
    }

    fn invariants_of(&self, event: &Event, person: bool) {
        match event {
            Event::GateDecided { gate, decided } => {
                let open = &self.run().gates[gate];
                assert!(open.is_open() && open.digest == decided.digest);
                assert!(person || decided.by_policy, "a gate is decided by a person, or by the recorded policy");
                if decided.by_policy {
                    assert_eq!(self.run().settings.gates, GateMode::None);
                    assert!(!open.is_red(), "no policy approves what is red");
                }
            }
            Event::GateOpened { gate, .. } => assert!(!self.run().gates.contains_key(gate), "gate ids are unique"),
            Event::StepStarted { step, attempt } => {
                assert_eq!(*attempt, self.run().step(step).unwrap().attempt + 1);
            }
            Event::StepCommitted { step, .. } => {
                let step = self.run().step(step).unwrap();
                assert!(step.proposal.is_some() && step.digest.is_some());
            }
            _ => {}
        }
    }

    fn invariants(&self) {
        let Some(run) = &self.run else { return };
        let ids: BTreeSet<EvidenceId> = run.evidence.iter().map(|e| e.id).collect();
        assert_eq!(ids.len(), run.evidence.len(), "evidence ids are unique");
        let steps: BTreeSet<&StepId> = run.steps.iter().map(|s| &s.plan.id).collect();
        assert_eq!(steps.len(), run.steps.len(), "step ids are unique");
        assert_eq!(run.seq, self.journal.len() as u64);
        let stopped = run.is_over() || matches!(run.status, RunStatus::Paused { .. });
        assert!(stopped || !pending(run).is_empty() || run.open_gates().next().is_some(), "stuck: {:?}", run.steps);
        let files_only = run.restoring.is_some() && pending(run) == [Effect::Restore];
        assert!(!stopped || files_only || pending(run).is_empty(), "a stopped run asks for nothing else");
        for gate in run.open_gates() {
            let step = run.step(&gate.step).unwrap();
            assert_eq!(step.state, crate::domain::run::StepState::AtGate, "{gate:?}");
        }
    }

    /// Carry out one effect, to its answer.
    pub fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Call { step, attempt } => self.call(step, *attempt),
            Effect::Check { step, attempt } => {
                let checked = self.check(&self.run().step(step).unwrap().clone());
                self.feed(Input::Checked { step: step.clone(), attempt: *attempt, checked }).unwrap();
            }
            Effect::Commit { step } => {
                let files = match &self.run().step(step).unwrap().proposal {
                    Some(
                        crate::domain::run::Proposal::Build { files, .. }
                        | crate::domain::run::Proposal::Test { files, .. },
                    ) => files.clone(),
                    _ => Vec::new(),
                };
                self.feed(Input::Committed { step: step.clone(), files }).unwrap();
            }
            Effect::Finish => {
                let tree = tree_hash(self.run().files.values());
                let booted = self.run().evidence.iter().any(|e| e.kind == EvidenceKind::Boot && e.exit == Some(0));
                self.feed(Input::Finished { tree, booted }).unwrap();
            }
            Effect::Restore => {
                self.feed(Input::Restored).unwrap();
            }
            Effect::Continue => {
                self.feed(Input::Continue).unwrap();
            }
        }
    }

    /// Back to before a step, as far as the journal; refused when it has not begun.
    pub fn rewind(&mut self, step: &StepId) -> Result<(), Refusal> {
        let to = history::before(&self.journal, step)?;
        self.feed(Input::Rewind { step: step.clone(), to, aside: false, who: "Anna".into() }).map(drop)
    }

    fn call(&mut self, id: &StepId, attempt: u32) {
        let step = self.run().step(id).unwrap().clone();
        let mut earlier: Vec<String> = step.calls.iter().filter_map(|c| c.reply.as_ref()).map(blob).collect();
        let call = earlier.len();
        if step.state == StepState::Checking {
            let text = earlier.pop().unwrap();
            let (reply, usage) = (store(&text), Usage::default());
            let (step, call, request) = (id.clone(), call - 1, reply.clone());
            let again =
                Input::CallDone { step, attempt, call, earlier, request, reply, text, usage, cached: true, by: None };
            self.feed(again).unwrap();
            return;
        }
        let pack = Hash::of(format!("{id} {attempt} {call}").as_bytes());
        if step.open_call().is_none() {
            let next = calls::next(self.run(), &step).unwrap();
            let left: Vec<ClauseId> = super::checks::responsible(self.run(), &step)
                .into_iter()
                .filter(|id| !next.covered.contains(id))
                .collect();
            let of = next.page + (left.len().div_ceil(self.page_size).max(1) as u32 - 1);
            let page = Page { number: next.page, of };
            let covers: Vec<ClauseId> = left.into_iter().take(self.page_size).filter(|_| page.is_part()).collect();
            let (step, seat, pack, blob) = (id.clone(), next.seat, pack.clone(), pack.clone());
            let packed =
                Input::Packed { step, attempt, call, seat, page, covers, pack, blob, tokens: 10, items: 1, cut: 0 };
            self.feed(packed).unwrap();
        }
        let request = pack;
        let usage = Usage { calls: 1, input_tokens: 1_000, cached_tokens: 0, output_tokens: 500, cost_micros: 2_000 };
        let cached = self.answered.contains(&request);
        if !cached {
            let starting = Input::CallStarting {
                step: id.clone(),
                attempt,
                call,
                request: request.clone(),
                model: "made-up".into(),
                worst_case: usage,
            };
            let events = self.feed(starting).unwrap();
            if !events.iter().any(|e| matches!(e, Event::CallIntended { .. })) {
                return;
            }
            self.paid += 1;
        }
        let step = self.run().step(id).unwrap().clone();
        let input = if self.fault(&step) == Some(Fault::CallFails) {
            Input::CallFailed {
                step: id.clone(),
                attempt,
                error: "the reply was cut".into(),
                pause: None,
                spent: Usage::default(),
            }
        } else {
            let text = self.reply(&step);
            self.answered.insert(request.clone());
            let reply = store(&text);
            let texts: Vec<String> = earlier.iter().cloned().chain([text.clone()]).collect();
            if let Some(merged) = calls::merged(self.run(), &step, &texts) {
                store(&merged);
            }
            let step = id.clone();
            Input::CallDone { step, attempt, call, earlier, request, reply, text, usage, cached, by: None }
        };
        self.feed(input).unwrap();
    }

    /// The clauses a made-up reply speaks of.
    fn clauses(&self, step: &Step) -> Vec<&Clause> {
        let run = self.run();
        let all = run.clauses.values();
        let mut list: Vec<&Clause> = match step.plan.produces {
            ReplyKind::Understand => all.filter(|c| c.retired.is_none()).collect(),
            ReplyKind::Build | ReplyKind::Test => {
                all.filter(|c| c.demands() && step.plan.clauses.contains(&c.id)).collect()
            }
            _ => all.filter(|c| c.demands()).collect(),
        };
        if let Some(call) = step.open_call().filter(|call| call.page.is_part()) {
            list.retain(|c| call.covers.contains(&c.id));
        }
        if self.fault(step) == Some(Fault::Drop) {
            // Of those whose absence is an error in every kind of reply.
            let last = list.iter().rposition(|c| matches!(kind(&c.text), ClauseKind::Function | ClauseKind::Data));
            if let Some(last) = last {
                list.remove(last);
            }
        }
        list
    }

    /// The reply to the call that is open, or to one for the whole step.
    pub fn reply(&self, step: &Step) -> String {
        let ids = |list: Vec<&Clause>| list.iter().map(|c| c.id.to_string()).collect::<Vec<_>>();
        match step.open_call().map(|call| call.seat.task) {
            Some(Task::TeachBack) => {
                let mut ids = ids(self.clauses(step));
                if self.fault(step) == Some(Fault::Mute) {
                    ids.pop();
                }
                return json!({"teach_back": {"clauses": ids, "decisions": []}}).to_string();
            }
            Some(Task::Review) => {
                let unmet = self.fault(step) == Some(Fault::Unmet);
                let finding = |(n, id): (usize, String)| {
                    let verdict = if unmet && n == 0 { "unmet" } else { "met" };
                    json!({"clause": id, "verdict": verdict, "argument": "as I read it"})
                };
                let demands = self.clauses(step).into_iter().filter(|c| kind(&c.text).demands()).collect();
                let findings: Vec<Value> = ids(demands).into_iter().enumerate().map(finding).collect();
                return json!({"teach_back": {"clauses": [], "decisions": []}, "findings": findings, "summary": ""})
                    .to_string();
            }
            Some(Task::Work) | None => {}
        }
        if self.fault(step) == Some(Fault::Garbage) {
            return "I would rather not.".into();
        }
        let clauses = self.clauses(step);
        let ids: Vec<String> = clauses.iter().map(|c| c.id.to_string()).collect();
        let mut value = match step.plan.produces {
            ReplyKind::Understand => understand(&clauses),
            ReplyKind::Plan => plan(&ids),
            ReplyKind::Design => json!({
                "decisions": [{"title": "Storage", "choice": "SQLite", "why": "small", "clauses": ids, "by": "database-architect"}],
                "assumptions": [],
                "artifacts": [{"name": "api", "by": "api-designer", "content": clauses.iter().map(|c| c.text.as_str()).collect::<String>(), "clauses": ids}],
            }),
            ReplyKind::Build => {
                let module = step.plan.module.clone().unwrap();
                let path = format!("app/{module}.py");
                let links: Vec<Value> = (1..)
                    .zip(clauses.iter().filter(|c| c.kind != Some(ClauseKind::Exclusion)))
                    .map(|(n, c)| json!({"clause": c.id.to_string(), "path": path, "symbol": null, "lines": [n, n]}))
                    .collect();
                json!({
                    "files": [{"path": path, "content": format!("# {module}\n# {}\n", step.feedback.len())}],
                    "links": links,
                    "additions": [{"what": "health check", "source": "baseline:healthz"}],
                    "notes": "done",
                })
            }
            ReplyKind::Test => {
                let module = step.plan.module.clone().unwrap();
                let (excluded, tested): (Vec<&&Clause>, Vec<&&Clause>) =
                    clauses.iter().partition(|c| c.kind == Some(ClauseKind::Exclusion));
                let links: Vec<Value> = tested
                    .iter()
                    .map(|c| {
                        json!({"clause": c.id.to_string(), "test": format!("tests.test_{module}.T.test_{}", c.id.0),
                        "shows": c.text.trim(), "measures": c.kind == Some(ClauseKind::Quality)})
                    })
                    .collect();
                let searches: Vec<Value> =
                    excluded.iter().map(|c| json!({"clause": c.id.to_string(), "terms": ["payment"]})).collect();
                json!({
                    "files": [{"path": format!("tests/test_{module}.py"), "content": "# tests\n"}],
                    "links": links, "searches": searches, "notes": "done",
                })
            }
            ReplyKind::Verify => {
                let findings: Vec<Value> = clauses
                    .iter()
                    .map(|c| {
                        let id = c.id.to_string();
                        let verdict = self.verdicts.get(&id).unwrap_or(&"met");
                        json!({"clause": id, "verdict": verdict, "argument": format!("as I read \"{}\"", c.text.trim())})
                    })
                    .collect();
                json!({"findings": findings, "summary": "looks right"})
            }
        };
        value["teach_back"] = json!({"clauses": ids, "decisions": []});
        value.to_string()
    }

    /// What a driver finds when it stores, resolves and executes a reply.
    fn check(&self, step: &Step) -> Checked {
        let run = self.run();
        let text = step.reply.as_ref().map_or_else(|| self.reply(step), blob);
        let fault = self.fault(step);
        let mut checked = Checked::default();
        // A red attempt is checked too when a person is asked about it; a reply that cannot be read brings nothing.
        let (Ok(reply), true) = (serde_json::from_str::<Value>(&text), parse(step.plan.produces, &text).is_ok()) else {
            return checked;
        };
        for file in reply["files"].as_array().into_iter().flatten() {
            let content = file["content"].as_str().unwrap();
            checked.files.push(FileEntry {
                path: file["path"].as_str().unwrap().into(),
                sha256: Hash::of(content.as_bytes()),
                bytes: content.len() as u64,
                lines: content.lines().count() as u32,
                executable: false,
                step: step.plan.id.clone(),
            });
        }
        let mut tree: BTreeMap<String, FileEntry> = run.files.clone();
        tree.extend(checked.files.iter().map(|f| (f.path.clone(), f.clone())));
        let tree = tree_hash(tree.values());
        let file = |path: &str| checked.files.iter().find(|f| f.path == path).map(|f| f.sha256.clone()).unwrap();
        let clause = |v: &Value| v["clause"].as_str().unwrap().parse::<ClauseId>().unwrap();
        let ok = |name: &str, passed| {
            super::checks::verdict(name, name.into(), if passed { vec![] } else { vec!["wrong".into()] })
        };
        match step.plan.produces {
            ReplyKind::Build => {
                checked.code_links = reply["links"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|l| {
                        let path = l["path"].as_str().unwrap();
                        let line = l["lines"][0].as_u64().unwrap() as u32;
                        CodeRange { clause: clause(l), path: path.into(), lines: (line, line), sha256: file(path) }
                    })
                    .collect();
                let up = fault != Some(Fault::Fails);
                checked.executed = vec![executed(EvidenceKind::Boot, &tree, i32::from(!up), Vec::new())];
                checked.checks = vec![ok("boot", up)];
            }
            ReplyKind::Test => {
                let path = reply["files"][0]["path"].as_str().unwrap();
                checked.test_links = reply["links"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|l| TestRef {
                        clause: clause(l),
                        test: l["test"].as_str().unwrap().into(),
                        path: path.into(),
                        sha256: file(path),
                        measures: l["measures"].as_bool().unwrap(),
                    })
                    .collect();
                let fails = fault == Some(Fault::Fails);
                let names: Vec<String> = checked.test_links.iter().map(|t| t.test.clone()).collect();
                checked.executed = vec![
                    executed(EvidenceKind::Tests, &tree, i32::from(fails), results(&names, fails)),
                    executed(EvidenceKind::Control, &tree, 0, Vec::new()),
                    executed(EvidenceKind::Search, &tree, 0, Vec::new()),
                ];
                for range in &run.code_links {
                    for test in checked.test_links.iter().filter(|t| t.clause == range.clause) {
                        let passed = fault == Some(Fault::Unnoticed);
                        checked.controls.push(ControlRun {
                            clause: range.clause,
                            path: range.path.clone(),
                            lines: range.lines,
                            file_sha256: range.sha256.clone(),
                            test: test.test.clone(),
                            test_sha256: test.sha256.clone(),
                            booted: true,
                            outcome: Some(if passed { TestOutcome::Passed } else { TestOutcome::Failed }),
                            evidence: EvidenceId(2),
                        });
                    }
                }
                checked.searches = reply["searches"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|s| search(clause(s), fault == Some(Fault::Hits), 3))
                    .collect();
                checked.checks = vec![ok("tests", !fails), ok("controls", fault != Some(Fault::Unnoticed))];
            }
            ReplyKind::Verify => {
                let fails = fault == Some(Fault::Fails);
                let names: Vec<String> = run.test_links.iter().map(|t| t.test.clone()).collect();
                checked.executed = vec![
                    executed(EvidenceKind::Boot, &tree, 0, Vec::new()),
                    executed(EvidenceKind::Tests, &tree, i32::from(fails), results(&names, fails)),
                    executed(EvidenceKind::Search, &tree, 0, Vec::new()),
                ];
                checked.checks = vec![ok("boot", true), ok("tests", !fails)];
                let mut excluded: Vec<&ExclusionSearch> = run.searches.iter().collect();
                excluded.sort_by_key(|s| s.clause);
                excluded.dedup_by_key(|s| s.clause);
                checked.searches = excluded.iter().map(|s| search(s.clause, fault == Some(Fault::Hits), 3)).collect();
            }
            _ => {}
        }
        checked
    }

    pub fn decide_gate(&mut self, gate: GateId, verb: Verb) -> Result<Vec<Event>, Refusal> {
        let digest = self.run().gates[&gate].digest.clone();
        self.feed(Input::Command(Command::Decide { gate, digest, verb, who: "Anna".into() }))
    }

    /// Carry out effects, the first one first, until there is none left.
    pub fn go(&mut self) -> &mut Self {
        for _ in 0..1_000 {
            let Some(effect) = pending(self.run()).first().cloned() else { return self };
            self.perform(&effect);
        }
        panic!("no end: {:?}", pending(self.run()));
    }

    /// To the end, every gate approved by a person, every pause resumed.
    pub fn finish(&mut self) -> &mut Self {
        for _ in 0..200 {
            self.go();
            if self.run().is_over() {
                return self;
            }
            if matches!(self.run().status, RunStatus::Paused { .. }) {
                self.feed(Input::Command(Command::Resume { who: "Anna".into() })).unwrap();
                continue;
            }
            let gate = self.run().open_gates().next().map(|g| g.id);
            if let Some(gate) = gate {
                self.decide_gate(gate, Verb::Approve).unwrap();
            }
        }
        panic!("no end: {:?}", self.run().status);
    }
}

fn executed(kind: EvidenceKind, tree: &Hash, exit: i32, tests: Vec<TestResult>) -> Executed {
    Executed {
        kind,
        argv: vec!["python3".into()],
        exit: Some(exit),
        tests,
        output_sha256: Hash::of(b"output"),
        tree: tree.clone(),
        sandbox: SandboxLevel::L2,
        duration_ms: 1,
        note: None,
    }
}

fn results(names: &[String], first_fails: bool) -> Vec<TestResult> {
    let outcome = |n| if first_fails && n == 0 { TestOutcome::Failed } else { TestOutcome::Passed };
    (0..)
        .zip(names)
        .map(|(n, name)| TestResult { name: name.clone(), outcome: outcome(n), detail: Clean::default() })
        .collect()
}

fn search(clause: ClauseId, hits: bool, evidence: u32) -> ExclusionSearch {
    ExclusionSearch {
        clause,
        terms: vec!["payment".into()],
        hits: if hits { vec!["app/notes.py:3".into()] } else { Vec::new() },
        searched: vec!["code".into()],
        evidence: EvidenceId(evidence),
    }
}

fn understand(clauses: &[&Clause]) -> Value {
    let marks: Vec<Value> = clauses
        .iter()
        .map(|c| json!({"id": c.id.to_string(), "kind": kind(&c.text), "reason": "as it says"}))
        .collect();
    let readings: Vec<Value> = clauses
        .iter()
        .filter(|c| kind(&c.text).demands())
        .map(|c| {
            json!({"functional": kind(&c.text) != ClauseKind::Quality, "statement": c.text.trim(),
            "clauses": [c.id.to_string()], "acceptance": ["it does"]})
        })
        .collect();
    json!({
        "title": "Diary",
        "clauses": marks,
        "interpretations": readings,
        "assumptions": [{"key": "fields:note", "question": "What has a note?", "default": "title and text", "clauses": ["C-003"]}],
        "gaps": [],
    })
}

pub fn plan(ids: &[String]) -> Value {
    let core: Vec<&String> = ids.iter().filter(|id| *id != "C-003" && *id != "C-004").collect();
    let notes: Vec<&String> = ids.iter().filter(|id| *id == "C-003" || *id == "C-004").collect();
    let step = |id: &str, produces: &str, persona: &str, module: Option<&str>, after: &[&str]| {
        json!({"id": id, "title": id, "produces": produces, "personas": [persona], "module": module, "after": after,
        "reads": ["clauses"]})
    };
    json!({
        "modules": [
            {"name": "core", "purpose": "the frame", "clauses": core, "depends_on": []},
            {"name": "notes", "purpose": "notes", "clauses": notes, "depends_on": ["core"]},
        ],
        "steps": [
            step("design", "design", "solution-architect", None, &["plan"]),
            step("build:core", "build", "developer", Some("core"), &["design"]),
            step("build:notes", "build", "developer", Some("notes"), &["build:core"]),
            step("test:core", "test", "tester", Some("core"), &["build:core"]),
            step("test:notes", "test", "tester", Some("notes"), &["build:notes", "test:core"]),
            step("verify", "verify", "verifier", None, &["test:core", "test:notes"]),
        ],
        "team_notes": "small team",
        "communication_notes": "everybody reads the clauses",
    })
}

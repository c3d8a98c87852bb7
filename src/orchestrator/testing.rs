//! A driver in memory: it carries out effects with made-up replies and results, and keeps the journal. Every input goes
//! through checks that must hold for any input whatever.

mod checks;
mod replies;

pub use replies::plan;

use super::{Decided, Effect, Input, Refusal, advance, apply, calls, history, pending, stand_in};
use crate::domain::{
    ClauseId, EvidenceId, GateId, Hash, Shared, StepId,
    artifact::{FileEntry, tree_hash},
    clause::{Clause, ClauseKind, Origin, Requirement},
    command::Command,
    event::{EVENT_VERSION, Envelope, Event},
    evidence::EvidenceKind,
    pack::Page,
    plan::PlanVariant,
    reply::{NewFile, ReplyKind},
    run::{GateMode, Run, RunSettings, RunStatus, Step, StepState, Verb},
    tool::{Turn, Used},
    usage::Usage,
};
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
    /// The same, and the tester's reply says that the code is wrong.
    Blames,
    /// The tester's reply says that the code is wrong, and no test of it fails.
    Objects,
    /// Nothing but a test could call what the build links.
    Unused,
    /// The tester's reply says that a link is wrong.
    Mislinked,
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
    /// A design names every clause and says nothing of it.
    Lists,
    /// The reply patches its file, whatever it was told.
    Patches,
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

/// The texts of the calls so far, as the driver gives them: a turn stands for what it wrote.
fn texts(step: &Step) -> Vec<String> {
    let text = |call: &crate::domain::run::Call| match &call.turn {
        None => call.reply.as_ref().map(blob),
        Some(turn) => {
            let file = |f: &FileEntry| NewFile { path: f.path.clone(), content: blob(&f.sha256) };
            Some(calls::draft(step.plan.produces, turn.draft.iter().map(file).collect()))
        }
    };
    step.calls.iter().filter_map(text).collect()
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
    /// How many turns with tools a call takes before it answers, by step and attempt; attempt 0 means every attempt.
    pub turns: BTreeMap<(String, u32), u32>,
}

pub fn at() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH
}

pub fn step(id: &str) -> StepId {
    StepId::new(id).unwrap()
}

pub fn settings(gates: GateMode) -> RunSettings {
    RunSettings { gates, ..RunSettings::unattended("offline", 24_000) }
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
        existing: None,
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
            turns: BTreeMap::new(),
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
        let Decided { events, run: after } = advance(self.run.as_ref(), input, at())?;
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
        if after.is_some() {
            assert_eq!(self.run, after, "the state after an input is its events, folded");
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
        let steps: BTreeSet<&StepId> = run.steps().map(|s| &s.plan.id).collect();
        assert_eq!(steps.len(), run.steps.len(), "step ids are unique");
        assert_eq!(run.seq, self.journal.len() as u64);
        let stopped = run.is_over() || matches!(run.status, RunStatus::Paused { .. });
        assert!(stopped || !pending(run).is_empty() || run.open_gates().next().is_some(), "stuck: {:?}", run.steps);
        let files_only = run.restoring.is_some() && pending(run) == [Effect::Restore];
        assert!(!stopped || files_only || pending(run).is_empty(), "a stopped run asks for nothing else");
        for gate in run.open_gates() {
            let step = run.step(&gate.step).unwrap();
            assert_eq!(step.state, StepState::AtGate, "{gate:?}");
        }
    }

    /// Every blob that the state names is named by a record, so that a fork takes it along.
    pub fn names_its_blobs(&self) {
        let named: BTreeSet<Hash> = self.journal.iter().flat_map(|env| env.event.blobs()).collect();
        // Control runs tell by its digest which file they were about, also of a draft that was never proposed.
        let run = self.run.as_ref().map(|run| Run { controls: Shared::default(), ..run.clone() });
        let state = serde_json::to_string(&run).unwrap();
        let words: BTreeSet<&str> = state.split(|c: char| !c.is_ascii_hexdigit()).filter(|w| w.len() == 64).collect();
        BLOBS.with_borrow(|blobs| {
            for (hash, text) in blobs.iter().filter(|(hash, _)| words.contains(hash.as_str())) {
                assert!(named.contains(hash), "no record names {hash}, which is {text:.200}");
            }
        });
    }

    /// Carry out one effect, to its answer.
    pub fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Call { step, attempt } => self.call(step, *attempt),
            Effect::Use { step, attempt } => {
                let used = self.used(&self.run().step(step).unwrap().clone());
                let call = self.run().step(step).unwrap().answered() - 1;
                self.feed(Input::Used {
                    step: step.clone(),
                    attempt: *attempt,
                    call,
                    uses: used.uses,
                    draft: used.draft,
                })
                .unwrap();
            }
            Effect::StandIn { step, attempt } => {
                let text = stand_in::text(self.run(), self.run().step(step).unwrap());
                store(&text);
                if let Ok(super::Reply::Design(reply)) = super::parse(ReplyKind::Design, &text) {
                    reply.artifacts.iter().for_each(|artifact| drop(store(&artifact.content)));
                }
                self.feed(Input::StoodIn { step: step.clone(), attempt: *attempt, text }).unwrap();
            }
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

    /// What a driver's tools give: the files that were asked to be written.
    pub fn used(&self, step: &Step) -> Turn {
        let call = step.calls.last().unwrap();
        let asked = super::checks::schema::turn(&blob(call.reply.as_ref().unwrap())).unwrap();
        let mut draft: BTreeMap<String, FileEntry> =
            step.draft().iter().map(|file| (file.path.clone(), file.clone())).collect();
        let mut uses = Vec::new();
        for one in asked.uses {
            let (path, text) = (one.path.unwrap(), one.text.unwrap());
            let sha256 = store(&text);
            let (bytes, lines) = (text.len() as u64, text.lines().count() as u32);
            let entry =
                FileEntry { path: path.clone(), sha256, bytes, lines, executable: false, step: step.plan.id.clone() };
            draft.insert(path.clone(), entry);
            let result = store(&format!("wrote {path}"));
            uses.push(Used { tool: one.tool.into(), argument: path.into(), ok: true, summary: "wrote".into(), result });
        }
        Turn { uses, draft: draft.into_values().collect() }
    }

    /// Back to before a step, as far as the journal; refused when it has not begun.
    pub fn rewind(&mut self, step: &StepId) -> Result<(), Refusal> {
        let to = history::before(&self.journal, step)?;
        self.feed(Input::Rewind { step: step.clone(), to, aside: false, who: "Anna".into() }).map(drop)
    }

    fn call(&mut self, id: &StepId, attempt: u32) {
        let step = self.run().step(id).unwrap().clone();
        let mut earlier = texts(&step);
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

    pub fn decide_gate(&mut self, gate: GateId, verb: Verb) -> Result<Vec<Event>, Refusal> {
        let digest = self.run().gates[&gate].digest.clone();
        self.feed(Input::Command(Command::Decide { gate, digest, verb, who: "Anna".into() }))
    }

    /// Carry out effects, the first one first, until there is none left.
    pub fn go(&mut self) -> &mut Self {
        for _ in 0..1_000 {
            let Some(effect) = pending(self.run()).first().cloned() else {
                self.names_its_blobs();
                return self;
            };
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

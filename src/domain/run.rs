//! The state of a run: the fold of its journal. Read by every front end; changed only by `orchestrator::apply`.

mod gate;
mod settings;

pub use super::call::Call;
use super::{
    AssumptionId, ClauseId, Clean, DecisionId, EvidenceId, GateId, Hash, InterpretationId, Shared, StepId,
    artifact::{Artifact, CodeRange, FileEntry, TestRef},
    attachment::Attachment,
    clause::{Assumption, Clause, ClauseKind, Decision, Gap, Interpretation, Requirement, Waiver},
    condition::Condition,
    evidence::{ControlRun, Coverage, Evidence, ExclusionSearch},
    existing::Existing,
    plan::{Estimate, Plan, StepPlan},
    reply::{Finding, ReplyKind},
    usage::Usage,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use gate::{Decided, Gate, GateReason, Verb};
pub use settings::{GateMode, RunSettings, TURNS, is_offline};

/// One named check of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `schema`, `teach-back`, `drift`, `unsourced`, `conflicts`, `content`, `plan`, `tests`, `controls`…
    pub name: Clean,
    pub passed: bool,
    /// One line for people: "covered 14/14, dropped 0, unsourced 0".
    pub summary: Clean,
    /// What failed, for the persona that must repair it.
    #[serde(default)]
    pub details: Vec<Clean>,
    /// Same failure, same signature: twice in a row stops the repair.
    #[serde(default)]
    pub signature: Option<Hash>,
}

impl Check {
    /// The name of the check that holds open doubts: the persona was told that it says something else than a clause, and
    /// says it again. A person and the verifier judge it.
    pub const DOUBTS: &str = "doubts";
    /// The name of the check that tells of linked code which only tests could call.
    pub const UNUSED: &str = "unused";
    /// The name of the check that a suite passes.
    pub const TESTS: &str = "tests";
    /// The name of the check that what passed before any change of existing software still does.
    pub const OLD_TESTS: &str = "old tests";
    /// The name of the check that tells of old tests whose file the run changed and which fail as they were.
    pub const OLD_CHANGED: &str = "old tests changed";
    /// The name of the check that tells of old tests which cannot be run.
    pub const OLD_IN_DOUBT: &str = "old tests in doubt";
    /// The name of the check that tells of code which can tell a test from a person.
    pub const AWARE: &str = "aware";
    /// The name of the check that tells of clauses for which a build of existing software changes nothing.
    pub const UNCHANGED: &str = "unchanged";
    /// The name of the check that tells of clauses whose code tests call and the started product does not.
    pub const INSIDE: &str = "inside";
    /// The name of the check that tells of clauses whose tests say nothing but what is not so.
    pub const DENIES: &str = "denies";
    /// The name of the check that tells of limits which tests do not try on both sides.
    pub const LIMITS: &str = "limits";
    /// The name of the check that tells of acts left to some people of which tests show no refusal.
    pub const REFUSALS: &str = "refusals";
    /// The name of the check that tells of acts whose effect tests do not look at.
    pub const EFFECTS: &str = "effects";
    /// The name of the check that tells of ways into the product that no test comes by.
    pub const WAYS: &str = "ways in";
    /// The name of the check that tells of linked code whose loss no test of its clause notices.
    pub const UNNOTICED: &str = "unnoticed";
    /// The name of the check that tells a person of files which tools execute outside of the sandbox. It never fails.
    pub const TOOLING: &str = "tooling";

    /// Tests failed, be they of now or of before the run.
    #[must_use]
    pub fn tests_fail(&self) -> bool {
        !self.passed && matches!(self.name.as_str(), Self::TESTS | Self::OLD_TESTS)
    }
    /// Found wanting, and still no fault that has to go.
    #[must_use]
    pub fn is_doubt(&self) -> bool {
        !self.passed && self.name.as_str() == Self::DOUBTS
    }

    /// No fault, and for a person to look at.
    #[must_use]
    pub fn is_caution(&self) -> bool {
        self.passed && self.name.as_str() == Self::TOOLING
    }
}

/// A validated result of a step with its ids assigned, waiting for its gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proposal {
    Understand {
        title: Clean,
        /// The kind of product and its stack, as far as they are said.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        product: BTreeSet<Condition>,
        kinds: Vec<(ClauseId, ClauseKind, Clean)>,
        interpretations: Vec<Interpretation>,
        assumptions: Vec<Assumption>,
        gaps: Vec<Gap>,
    },
    Plan {
        plan: Plan,
    },
    Design {
        decisions: Vec<Decision>,
        assumptions: Vec<Assumption>,
        artifacts: Vec<Artifact>,
    },
    Build {
        files: Vec<FileEntry>,
        links: Vec<CodeRange>,
        additions: Vec<(Clean, Clean)>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gaps: Vec<Gap>,
        notes: Clean,
    },
    Test {
        files: Vec<FileEntry>,
        links: Vec<TestRef>,
        /// What the code does wrong, as the tester sees it, each with its clause.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        faults: Vec<Clean>,
        notes: Clean,
    },
    Verify {
        findings: Vec<Finding>,
        summary: Clean,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Waits for the steps in `after`.
    Waiting,
    /// A persona works (the context is being packed or the call is under way).
    Working,
    /// Its reply is being checked, tests and control runs included.
    Checking,
    /// Its gate is open.
    AtGate,
    /// Approved; being written.
    Committing,
    Done,
    Failed,
    /// A step it depends on failed.
    Blocked,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub plan: StepPlan,
    pub state: StepState,
    pub attempt: u32,
    /// The newest pack of the current attempt and its blob.
    pub pack: Option<(Hash, Hash)>,
    /// The calls of the current attempt, as they were made: one in a lean plan on a text that fits.
    #[serde(default)]
    pub calls: Vec<Call>,
    /// Request hash of an intended call without a result: the one call that may be paid twice.
    pub in_flight: Option<Hash>,
    /// The blob of the reply of the current attempt: raw, or what several calls say together.
    pub reply: Option<Hash>,
    /// The reply of the attempt before, which this one repairs.
    #[serde(default)]
    pub last_reply: Option<Hash>,
    /// What its author was told of the words of its replies, so that what is said again is known from what is new.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Clean>,
    /// What its turns with tools had written: the attempt may have ended without a reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub last_draft: Vec<FileEntry>,
    /// The person whose words the reply is, when it is not a persona's.
    #[serde(default)]
    pub edited_by: Option<Clean>,
    /// Why the reply is G1's own, the plainest there is, when no persona gave one that could be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stood_in: Option<Clean>,
    /// Checks of the current attempt.
    pub checks: Vec<Check>,
    pub proposal: Option<Proposal>,
    pub digest: Option<Hash>,
    /// What a person asked to change, or what failed, for the next attempt.
    pub feedback: Vec<Clean>,
    /// Failed attempts since a person last looked, and the signature of the last failure.
    pub failures: u32,
    pub last_signature: Option<Hash>,
    /// How often the tests of its module sent it back.
    #[serde(default)]
    pub reworks: u32,
    pub usage: Usage,
    /// The most the call in flight can cost; part of the budget until its result is known.
    #[serde(default)]
    pub reserved: Usage,
    /// Evidence of the current attempt.
    #[serde(default)]
    pub evidence: Vec<EvidenceId>,
    pub started_at: Option<jiff::Timestamp>,
    pub ended_at: Option<jiff::Timestamp>,
    pub fail_reason: Option<Clean>,
    /// It was done before the requirement changed: what it made then and does not make now goes.
    #[serde(default)]
    pub renews: bool,
    /// It kept its result when the requirement changed. If its tests fail on the new whole it is done again after all.
    #[serde(default)]
    pub kept: bool,
}

/// Lines of feedback that begin so come from checks and are replaced by those of the next failure; a person's words stay.
pub const FAILED: &str = "Check failed – ";

/// Whether this feedback is about nothing but what a reply says in words: its files are right, as far as anybody knows.
#[must_use]
pub fn is_about_words(feedback: &[Clean]) -> bool {
    let content = |line: &Clean| line.strip_prefix(FAILED).is_some_and(|rest| rest.starts_with("content:"));
    !feedback.is_empty() && feedback.iter().all(content)
}

impl Step {
    /// A step nobody has started.
    #[must_use]
    pub fn new(plan: StepPlan) -> Self {
        Self {
            plan,
            state: StepState::Waiting,
            attempt: 0,
            pack: None,
            calls: Vec::new(),
            in_flight: None,
            reply: None,
            last_reply: None,
            last_draft: Vec::new(),
            told: Vec::new(),
            edited_by: None,
            stood_in: None,
            checks: Vec::new(),
            proposal: None,
            digest: None,
            feedback: Vec::new(),
            failures: 0,
            last_signature: None,
            reworks: 0,
            usage: Usage::default(),
            reserved: Usage::default(),
            evidence: Vec::new(),
            started_at: None,
            ended_at: None,
            fail_reason: None,
            renews: false,
            kept: false,
        }
    }
    /// What a persona holds to although it seems to say otherwise than a clause.
    #[must_use]
    pub fn doubts(&self) -> &[Clean] {
        self.checks.iter().find(|c| c.is_doubt()).map_or(&[], |c| c.details.as_slice())
    }
    /// No persona answered: a person wrote the reply, or G1 stood in. It is whole, and nobody is asked to repair it.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.edited_by.is_some() || self.stood_in.is_some()
    }
    /// How many calls of the current attempt have their reply.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.calls.iter().filter(|call| call.reply.is_some()).count()
    }
    /// The call whose pack is made and whose reply is not there yet.
    #[must_use]
    pub fn open_call(&self) -> Option<&Call> {
        self.calls.last().filter(|call| call.reply.is_none())
    }
    /// The newest call, when it asks for tools that were not used yet.
    #[must_use]
    pub fn open_turn(&self) -> Option<&Call> {
        self.calls.last().filter(|call| call.turn.as_ref().is_some_and(|turn| !turn.is_done()))
    }
    /// The turns with tools that the call at this place goes on from.
    #[must_use]
    pub fn turns_before(&self, call: usize) -> &[Call] {
        let made = &self.calls[..call.min(self.calls.len())];
        let answered = made.iter().rposition(|call| call.turn.is_none());
        &made[answered.map_or(0, |at| at + 1)..]
    }
    /// The files that the call at work has written so far: not a reply yet, nothing that is in force.
    #[must_use]
    pub fn draft(&self) -> &[FileEntry] {
        let turns = self.calls.iter().rev().filter_map(|call| call.turn.as_ref());
        turns.into_iter().find(|turn| turn.is_done()).map_or(&[], |turn| &turn.draft)
    }
    /// Nothing more will happen to it.
    #[must_use]
    pub fn settled(&self) -> bool {
        matches!(self.state, StepState::Done | StepState::Failed | StepState::Blocked)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseReason {
    Gate,
    Budget,
    Provider,
    Interrupted,
    /// Something of this machine failed: a full disk, no sandbox, no Python. The detail says what to do.
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every demanding clause proven or waived by a person.
    Proven,
    /// Finished honestly, something is not proven.
    Partial,
    /// Nothing that starts was built.
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    Running,
    /// Nothing is ready but an open gate.
    WaitingAtGate,
    Paused {
        reason: PauseReason,
        detail: Clean,
    },
    Completed {
        outcome: Outcome,
        stopped_at_plan: bool,
    },
}

/// A reply that a person may edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditPart {
    pub step: StepId,
    pub kind: ReplyKind,
    /// The blob of the reply.
    pub reply: Hash,
}

/// A settled line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatItem {
    pub seq: u64,
    pub at: jiff::Timestamp,
    pub step: Option<StepId>,
    /// A persona id, `you`, or `g1`.
    pub speaker: Clean,
    pub text: Clean,
}

/// The workspace is behind the state: after a rewind, or in a fresh fork.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Restoring {
    /// What G1 had written before, by path: it is replaced or taken away where it is still that.
    pub was: BTreeMap<String, FileEntry>,
    /// Where it is not, a person changed it: their file goes to `.g1/aside/`, or else stops the restoring.
    pub aside: bool,
}

/// The fold of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Sequence number of the last folded event.
    pub seq: u64,
    pub name: Clean,
    pub title: Clean,
    /// The kind of product and its stack, as they were understood; the manifest outranks it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub understood: BTreeSet<Condition>,
    pub requirement: Requirement,
    pub settings: RunSettings,
    pub instructions: Option<Hash>,
    #[serde(default)]
    pub attachments: Shared<Vec<Attachment>>,
    /// The software that was there before, if the run changes some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub existing: Option<Existing>,
    pub started_at: jiff::Timestamp,
    pub updated_at: jiff::Timestamp,
    pub status: RunStatus,
    pub clauses: Shared<BTreeMap<ClauseId, Clause>>,
    pub interpretations: Shared<BTreeMap<InterpretationId, Interpretation>>,
    pub decisions: Shared<BTreeMap<DecisionId, Decision>>,
    pub assumptions: Shared<BTreeMap<AssumptionId, Assumption>>,
    pub gaps: Shared<Vec<Gap>>,
    /// By name.
    pub artifacts: Shared<BTreeMap<String, Artifact>>,
    pub plan: Option<Shared<Plan>>,
    /// In plan order, `understand` and `plan` first.
    pub steps: Vec<Shared<Step>>,
    pub gates: Shared<BTreeMap<GateId, Gate>>,
    /// Tracked files in force, by path.
    pub files: Shared<BTreeMap<String, FileEntry>>,
    pub code_links: Shared<Vec<CodeRange>>,
    pub test_links: Shared<Vec<TestRef>>,
    pub additions: Shared<Vec<(Clean, Clean)>>,
    pub evidence: Shared<Vec<Evidence>>,
    pub controls: Shared<Vec<ControlRun>>,
    #[serde(default)]
    pub coverage: Shared<Vec<Coverage>>,
    pub searches: Shared<Vec<ExclusionSearch>>,
    pub findings: Shared<Vec<Finding>>,
    pub waivers: Shared<BTreeMap<ClauseId, Waiver>>,
    pub usage: Usage,
    /// How many calls another model answered than the one that was asked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_others: BTreeMap<Clean, u32>,
    pub chat: Shared<Vec<ChatItem>>,
    /// Set until the files are put back that a rewind or a fork asks for.
    #[serde(default)]
    pub restoring: Option<Restoring>,
}

impl Run {
    /// The step that made a search; `None` in journals of earlier versions.
    #[must_use]
    pub fn searched_by(&self, search: &ExclusionSearch) -> Option<&StepId> {
        self.evidence.iter().find(|e| e.id == search.evidence)?.step.as_ref()
    }

    /// What a step of the plan is expected to take, in the way that is chosen.
    #[must_use]
    pub fn expected(&self, step: &StepId) -> Option<Estimate> {
        let plan = self.plan.as_ref()?;
        plan.expected(plan.variant, step)
    }

    /// The steps in plan order.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = &Step> + ExactSizeIterator + Clone {
        self.steps.iter().map(|step| &**step)
    }

    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps().find(|s| &s.plan.id == id)
    }
    #[must_use]
    pub fn step_mut(&mut self, id: &StepId) -> Option<&mut Step> {
        self.steps.iter_mut().find(|s| &s.plan.id == id).map(|step| &mut **step)
    }
    /// Clauses in force that demand something, in document order.
    pub fn demanding(&self) -> impl Iterator<Item = &Clause> {
        self.clauses.values().filter(|c| c.demands())
    }
    /// The gaps that a step knows of: those of the understanding, and what the builds it is about could not do.
    pub fn gaps_for(&self, step: &Step) -> impl Iterator<Item = &Gap> {
        let (kind, module) = (step.plan.produces, step.plan.module.clone());
        let built = move |id| self.step(id).is_some_and(|build| build.plan.module == module);
        self.gaps.iter().filter(move |gap| match (&gap.step, kind) {
            (None, _) | (_, ReplyKind::Verify) => true,
            (Some(build), ReplyKind::Test) => built(build),
            _ => false,
        })
    }
    /// Gates nobody has decided, oldest first.
    pub fn open_gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.values().filter(|g| g.is_open())
    }
    /// What a person may put in their own words at a gate: step, kind and reply. The plan's gate is about the
    /// understanding too; money and the result of the whole are not written by anybody.
    #[must_use]
    pub fn editable(&self, gate: &Gate) -> Vec<EditPart> {
        let part =
            |s: &Step| Some(EditPart { step: s.plan.id.clone(), kind: s.plan.produces, reply: s.reply.clone()? });
        // What came in no agreed form cannot be shown in one.
        let formless = |s: &Step| matches!(gate.reason, GateReason::Red { .. }) && s.proposal.is_none();
        self.steps_at(gate).filter(|s| !formless(s)).filter_map(part).collect()
    }
    /// The steps whose replies a gate is about.
    pub(super) fn steps_at(&self, gate: &Gate) -> impl Iterator<Item = &Step> {
        self.steps().filter(move |s| match gate.reason {
            GateReason::Budget { .. } | GateReason::Result => false,
            GateReason::Plan => matches!(s.plan.produces, ReplyKind::Understand | ReplyKind::Plan),
            _ => s.plan.id == gate.step,
        })
    }
    /// The contents on which what the trace says rests: the requirement, the files, and what their runs printed.
    #[must_use]
    pub fn rests_on(&self) -> BTreeSet<&Hash> {
        let files = self.files.values().map(|file| &file.sha256);
        let printed = self.evidence.iter().map(|evidence| &evidence.output_sha256);
        files.chain(printed).chain([&self.requirement.sha256]).collect()
    }
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.status, RunStatus::Completed { .. })
    }
}

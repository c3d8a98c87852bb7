//! What goes into `decide` and what comes out of `pending`.

use crate::domain::{
    ClauseId, Clean, Hash, StepId,
    artifact::{CodeRange, FileEntry, TestRef},
    attachment::Attachment,
    clause::{Clause, Requirement},
    command::Command,
    evidence::{ControlRun, Coverage, EvidenceKind, ExclusionSearch, SandboxLevel, TestResult},
    existing::Existing,
    pack::Page,
    plan::Seat,
    run::{Check, PauseReason, RunSettings},
    tool::Used,
    usage::Usage,
};

/// Everything that can happen to a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Begin {
        name: Clean,
        requirement: Requirement,
        clauses: Vec<Clause>,
        attachments: Vec<Attachment>,
        existing: Option<Existing>,
        settings: RunSettings,
        who: Clean,
        instructions: Option<Hash>,
    },
    /// The context pack of the step's next call was built and stored. `call` counts the calls of the attempt from 0, here
    /// and below.
    Packed {
        step: StepId,
        attempt: u32,
        call: usize,
        seat: Seat,
        page: Page,
        /// The clauses this page puts before the persona; empty when all fit.
        covers: Vec<ClauseId>,
        pack: Hash,
        blob: Hash,
        tokens: u32,
        items: u32,
        cut: u32,
    },
    /// The request is ready to leave. Answered by `CallIntended`; by a budget gate or pause; or by nothing when the
    /// call is no longer wanted. Only after `CallIntended` may the request be sent.
    CallStarting {
        step: StepId,
        attempt: u32,
        call: usize,
        request: Hash,
        model: Clean,
        worst_case: Usage,
    },
    /// The reply is stored as blob `reply`; `text` is its content. What [`super::calls::merged`] makes of it and the
    /// replies before it is stored too.
    CallDone {
        step: StepId,
        attempt: u32,
        call: usize,
        /// The replies of the earlier calls of this attempt, in order.
        earlier: Vec<String>,
        request: Hash,
        reply: Hash,
        text: String,
        usage: Usage,
        cached: bool,
        /// Who answered in place of the model asked.
        by: Option<Clean>,
    },
    /// The tools that the reply of this call asked for were used.
    Used {
        step: StepId,
        attempt: u32,
        call: usize,
        uses: Vec<Used>,
        /// The files of the draft after it, stored as blobs.
        draft: Vec<FileEntry>,
    },
    /// `pause`: the provider or key is at fault and the run must stop; else another attempt may help.
    CallFailed {
        step: StepId,
        attempt: u32,
        error: Clean,
        pause: Option<PauseReason>,
        /// What it cost all the same.
        spent: Usage,
    },
    /// The call ended without a result: it was cancelled, or the process that made it ended. `spent`: what of it is paid
    /// for; where nobody knows, all that was reserved.
    CallLost {
        step: StepId,
        spent: Option<Usage>,
    },
    /// The model cannot work on this text at all. A run that was to stop at the plan has what can be had: the clauses.
    Refused {
        step: StepId,
        attempt: u32,
        error: Clean,
    },
    /// G1 stands in for the step with this reply; `attempt` is the one it makes.
    StoodIn {
        step: StepId,
        attempt: u32,
        text: String,
    },
    /// The checks that need I/O are done.
    Checked {
        step: StepId,
        attempt: u32,
        checked: Checked,
    },
    /// The proposal's files are in the workspace.
    Committed {
        step: StepId,
        files: Vec<FileEntry>,
    },
    /// TRACE.md and the last snapshot are written. `tree`: hash of the tracked files.
    Finished {
        tree: Hash,
        booted: bool,
    },
    /// A person goes back to before `step`, to the state of record `to` ([`super::history::before`]).
    Rewind {
        step: StepId,
        to: u64,
        aside: bool,
        who: Clean,
    },
    /// The workspace holds the files of the state again.
    Restored,
    Command(Command),
    /// Answer to [`Effect::Continue`].
    Continue,
    /// A signal or a vanished provider stopped the driver.
    Interrupted {
        reason: PauseReason,
        detail: Clean,
    },
}

/// One executed command, not yet numbered.
#[derive(Debug, Clone, PartialEq)]
pub struct Executed {
    pub kind: EvidenceKind,
    pub argv: Vec<String>,
    pub exit: Option<i32>,
    pub tests: Vec<TestResult>,
    pub output_sha256: Hash,
    pub tree: Hash,
    pub sandbox: SandboxLevel,
    pub duration_ms: u64,
    pub note: Option<Clean>,
}

/// What the driver found when it stored a reply's files, resolved its links and ran its code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Checked {
    /// Files of the reply, stored as blobs.
    pub files: Vec<FileEntry>,
    pub code_links: Vec<CodeRange>,
    pub test_links: Vec<TestRef>,
    /// In order; the `evidence` of control runs, coverage and searches are indices into this list (from 1) that
    /// `decide` replaces by the minted ids.
    pub executed: Vec<Executed>,
    pub controls: Vec<ControlRun>,
    pub coverage: Vec<Coverage>,
    pub searches: Vec<ExclusionSearch>,
    /// `paths`, `links`, `boot`, `tests`, `assertions`, `old tests`, `controls`, `searches`: each passed or not.
    pub checks: Vec<Check>,
}

/// What is still to be done. An effect is issued again after a restart until its result is an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Make the next call of the step: build its pack if there is none yet, then ask the model. Answers: `Packed`,
    /// `CallStarting`, `CallDone`/`CallFailed`. Where the last reply is not judged yet, it is delivered again.
    Call { step: StepId, attempt: u32 },
    /// Use the tools that the newest reply asks for, in the draft of the step. Answer: `Used`.
    Use { step: StepId, attempt: u32 },
    /// Put [`super::stand_in::text`] in the place of a reply that stays red, as this attempt. Answer: `StoodIn`.
    StandIn { step: StepId, attempt: u32 },
    /// Run the checks that need I/O. Answer: `Checked`.
    Check { step: StepId, attempt: u32 },
    /// Write the approved proposal into the workspace. Answer: `Committed`.
    Commit { step: StepId },
    /// Write TRACE.md, take the last snapshot. Answer: `Finished`.
    Finish,
    /// Put the workspace's files into the state of the run ([`Run::restoring`](crate::domain::run::Run)). Answer: `Restored`.
    Restore,
    /// The journal ends within a group of events (a crash between two appends): steps that are ready have not been
    /// started. Answer at once with `Input::Continue`.
    Continue,
}

/// An input that does not fit the state: a decision on another digest, a command on a finished run. For people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

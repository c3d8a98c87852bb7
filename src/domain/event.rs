//! Events: the journal's records and the truth of a run. `orchestrator::decide` makes them, `orchestrator::apply` folds them.

use super::{
    AssumptionId, ClauseId, Clean, EvidenceId, GateId, Hash, StepId,
    artifact::FileEntry,
    attachment::Attachment,
    clause::{Clause, Requirement, Retired, Waiver},
    evidence::{ControlRun, Coverage, Evidence, ExclusionSearch},
    existing::Existing,
    pack::Page,
    plan::{Phase, Seat},
    run::{Check, Decided, GateReason, Outcome, PauseReason, Proposal, RunSettings},
    tool::Used,
    usage::Usage,
};
use serde::{Deserialize, Serialize};

/// Version of the event vocabulary below; a reader refuses a newer one and upgrades an older one.
pub const EVENT_VERSION: u16 = 1;

/// One journal record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// From 1, without gaps.
    pub seq: u64,
    pub at: jiff::Timestamp,
    pub v: u16,
    #[serde(flatten)]
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    RunStarted {
        name: Clean,
        requirement: Requirement,
        settings: RunSettings,
        who: Clean,
        instructions: Option<Hash>,
    },
    /// A file that came with the requirement, right after `RunStarted`.
    Attached {
        attachment: Attachment,
    },
    /// The software that the run changes, as it was looked over; before the clauses.
    Surveyed {
        existing: Existing,
    },
    /// One per clause, in document order, before anything else happens.
    ClauseAdded {
        clause: Clause,
    },
    PhaseStarted {
        phase: Phase,
    },
    PhaseCompleted {
        phase: Phase,
    },
    /// Attempts count from 1; a person's "request changes" starts a new one as a failed check does.
    StepStarted {
        step: StepId,
        attempt: u32,
    },
    /// The pack is the blob `blob`.
    StepContext {
        step: StepId,
        attempt: u32,
        pack: Hash,
        blob: Hash,
        tokens: u32,
        items: u32,
        cut: u32,
        /// Who answers this call; `None` (events of earlier versions): everybody of the step.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seat: Option<Seat>,
        #[serde(default)]
        page: Page,
        /// The clauses that this page puts before the persona; empty when all are in one prompt.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        covers: Vec<ClauseId>,
    },
    /// Written and synced before a request leaves the machine.
    CallIntended {
        step: StepId,
        attempt: u32,
        request: Hash,
        model: Clean,
        worst_case: Usage,
    },
    /// Written and synced before the reply is used. The raw reply is the blob `reply`.
    CallFinished {
        step: StepId,
        attempt: u32,
        request: Hash,
        reply: Hash,
        usage: Usage,
        cached: bool,
        /// The model that answered in place of the one asked, because that one could not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Clean>,
        /// The blob of what several calls say together, with the last of them that works on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merged: Option<Hash>,
        /// It asks for tools and answers later.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        turn: bool,
    },
    /// The tools that the newest reply asked for were used: its author goes on with what they gave. `draft`: the files
    /// that its reply will bring, as they are now.
    ToolsUsed {
        step: StepId,
        attempt: u32,
        uses: Vec<Used>,
        draft: Vec<FileEntry>,
    },
    /// The reply of one of several calls is good as far as it goes: the step goes on with its next call.
    CallPassed {
        step: StepId,
        attempt: u32,
    },
    CallFailed {
        step: StepId,
        attempt: u32,
        error: Clean,
        retry: bool,
        /// What it cost all the same.
        #[serde(default)]
        spent: Usage,
    },
    /// What the persona said, settled (the streamed deltas are never journalled).
    Said {
        step: Option<StepId>,
        speaker: Clean,
        text: Clean,
    },
    CheckCompleted {
        step: StepId,
        attempt: u32,
        check: Check,
    },
    /// A reply that passed the checks that need no I/O, its ids assigned but files and links not yet resolved: what
    /// `Effect::Check` works on.
    StepDrafted {
        step: StepId,
        attempt: u32,
        draft: Proposal,
    },
    /// A validated result, not in force before its gate is passed.
    StepProposed {
        step: StepId,
        attempt: u32,
        proposal: Proposal,
        digest: Hash,
    },
    EvidenceRecorded {
        step: StepId,
        evidence: Evidence,
    },
    ControlsRecorded {
        step: StepId,
        controls: Vec<ControlRun>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        coverage: Vec<Coverage>,
    },
    SearchRecorded {
        step: StepId,
        search: ExclusionSearch,
    },
    GateOpened {
        gate: GateId,
        step: StepId,
        reason: GateReason,
        digest: Hash,
    },
    GateDecided {
        gate: GateId,
        decided: Decided,
    },
    /// A green result goes on without a gate, as the gate mode says.
    StepAccepted {
        step: StepId,
    },
    /// The proposal is in force: merged into the hub, its files written.
    StepCommitted {
        step: StepId,
        files: Vec<FileEntry>,
    },
    /// A person put a reply of their own in the place of a persona's: the next attempt of the step. It is the blob `reply`.
    StepEdited {
        step: StepId,
        attempt: u32,
        reply: Hash,
        who: Clean,
    },
    /// The reply of a step that the others wait for stays red for good, as `why` says: G1 stands in with the plainest one,
    /// as the next attempt. It is the blob `reply`.
    StoodIn {
        step: StepId,
        attempt: u32,
        reply: Hash,
        why: Clean,
    },
    /// Tests that the tester could not repair go back to the developer: the finished `step` is done once more with the
    /// failures that `by` found.
    StepReopened {
        step: StepId,
        by: StepId,
    },
    /// Red and not approved: its clauses become missing, what depends on it is blocked.
    StepFailed {
        step: StepId,
        reason: Clean,
    },
    StepBlocked {
        step: StepId,
        by: StepId,
    },
    AssumptionAnswered {
        assumption: AssumptionId,
        answer: Clean,
        who: Clean,
    },
    Waived {
        waiver: Waiver,
    },
    /// Written and synced before a server is asked for the vectors of a search; all that they can cost counts as spent.
    VectorsIntended {
        model: Clean,
        worst_case: Usage,
    },
    /// What they did cost, in place of what was reserved for them.
    VectorsMade {
        model: Clean,
        reserved: Usage,
        spent: Usage,
    },
    /// A person changed the requirement of a finished run.
    RequirementChanged {
        retired: Vec<(ClauseId, Retired)>,
        added: Vec<Clause>,
        who: Clean,
    },
    SettingsChanged {
        settings: RunSettings,
        who: Clean,
    },
    /// A person went back to before `step`: the state is that of record `to` again, but for what was spent and how the
    /// run asks. What came after stays in the journal. See `orchestrator::history`.
    Rewound {
        step: StepId,
        to: u64,
        /// Files that the person changed are moved out of the way, into `.g1/aside/`.
        aside: bool,
        who: Clean,
    },
    /// From here this journal goes its own way: the records before are those of the project `from`, up to before `step`.
    Forked {
        name: Clean,
        from: Clean,
        step: Option<StepId>,
        who: Clean,
    },
    /// The workspace holds the files of the state that a rewind or a fork began with.
    Restored,
    Paused {
        reason: PauseReason,
        detail: Clean,
    },
    Resumed {
        who: Clean,
    },
    RunCompleted {
        outcome: Outcome,
        tree: Hash,
        evidence: Option<EvidenceId>,
    },
}

impl Event {
    /// True when the journal must be synced to disk before anything acts on this event. What follows by itself from a
    /// record before it (a green result accepted by policy, its files written) is not: lost, it happens again, the same.
    #[must_use]
    pub fn is_barrier(&self) -> bool {
        match self {
            Self::GateDecided { decided, .. } => !decided.by_policy,
            Self::RunStarted { .. }
            | Self::CallIntended { .. }
            | Self::VectorsIntended { .. }
            | Self::CallFinished { .. }
            | Self::ToolsUsed { .. }
            | Self::StepProposed { .. }
            | Self::StepEdited { .. }
            | Self::StoodIn { .. }
            | Self::AssumptionAnswered { .. }
            | Self::Waived { .. }
            | Self::RequirementChanged { .. }
            | Self::Rewound { .. }
            | Self::Forked { .. }
            | Self::Restored
            | Self::RunCompleted { .. } => true,
            _ => false,
        }
    }

    /// The blobs that this record relies on: what a fork takes along and a verification reads. Every kind of event is named
    /// here, so that none can be forgotten.
    #[must_use]
    pub fn blobs(&self) -> Vec<Hash> {
        let of_files = |files: &[FileEntry]| files.iter().map(|file| file.sha256.clone()).collect::<Vec<_>>();
        match self {
            Self::RunStarted { requirement, instructions, .. } => {
                [Some(&requirement.sha256), instructions.as_ref()].into_iter().flatten().cloned().collect()
            }
            Self::Attached { attachment } => vec![attachment.sha256.clone()],
            Self::Surveyed { existing } => {
                let files = existing.files.values().map(|file| file.sha256.clone());
                files.chain([existing.outline.clone()]).collect()
            }
            Self::StepContext { blob, .. } => vec![blob.clone()],
            Self::CallFinished { reply, merged, .. } => {
                [Some(reply), merged.as_ref()].into_iter().flatten().cloned().collect()
            }
            Self::ToolsUsed { uses, draft, .. } => {
                uses.iter().map(|used| used.result.clone()).chain(of_files(draft)).collect()
            }
            Self::StepProposed { proposal, .. } => match proposal {
                Proposal::Design { artifacts, .. } => artifacts.iter().map(|a| a.hash.clone()).collect(),
                Proposal::Build { files, .. } | Proposal::Test { files, .. } => of_files(files),
                Proposal::Understand { .. } | Proposal::Plan { .. } | Proposal::Verify { .. } => Vec::new(),
            },
            Self::EvidenceRecorded { evidence, .. } => vec![evidence.output_sha256.clone()],
            Self::StepCommitted { files, .. } => of_files(files),
            Self::StepEdited { reply, .. } | Self::StoodIn { reply, .. } => vec![reply.clone()],
            // What these name are requests, trees and digests; a draft has no files yet.
            Self::ClauseAdded { .. }
            | Self::PhaseStarted { .. }
            | Self::PhaseCompleted { .. }
            | Self::StepStarted { .. }
            | Self::CallIntended { .. }
            | Self::CallPassed { .. }
            | Self::CallFailed { .. }
            | Self::Said { .. }
            | Self::CheckCompleted { .. }
            | Self::StepDrafted { .. }
            | Self::ControlsRecorded { .. }
            | Self::SearchRecorded { .. }
            | Self::GateOpened { .. }
            | Self::GateDecided { .. }
            | Self::StepAccepted { .. }
            | Self::StepReopened { .. }
            | Self::StepFailed { .. }
            | Self::StepBlocked { .. }
            | Self::AssumptionAnswered { .. }
            | Self::Waived { .. }
            | Self::RequirementChanged { .. }
            | Self::VectorsIntended { .. }
            | Self::VectorsMade { .. }
            | Self::SettingsChanged { .. }
            | Self::Rewound { .. }
            | Self::Forked { .. }
            | Self::Restored
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::RunCompleted { .. } => Vec::new(),
        }
    }
}

//! What a front end may ask of a live run, and what it is told. The same vocabulary serves the workbench in the same
//! process and other shells through `.g1/sock` (one JSON object a line).

use super::{
    AssumptionId, ClauseId, Clean, GateId, Hash, StepId,
    change::Change,
    event::Envelope,
    plan::PlanVariant,
    run::{GateMode, Run, Verb},
    usage::{Budget, Caps, Usage},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A person's wish. Only front ends create these; no model path can.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Refused unless `digest` is that of the proposal at the gate.
    Decide {
        gate: GateId,
        digest: Hash,
        verb: Verb,
        who: Clean,
    },
    /// A person's own version of what a step at this gate proposes, as a reply of its kind: judged like a persona's, then
    /// shown again.
    Edit {
        gate: GateId,
        digest: Hash,
        step: StepId,
        reply: String,
        who: Clean,
    },
    Pause {
        who: Clean,
    },
    Resume {
        who: Clean,
    },
    /// Words for the persona of a step, or for whoever works next; they reach the next attempt's pack.
    Say {
        step: Option<StepId>,
        text: Clean,
        who: Clean,
    },
    AnswerAssumption {
        assumption: AssumptionId,
        answer: Clean,
        who: Clean,
    },
    Waive {
        clause: ClauseId,
        why: Clean,
        who: Clean,
    },
    /// Another requirement than before, of a run that has ended: it goes on with what the change touches.
    Change {
        change: Change,
        who: Clean,
    },
    /// Back to before a step: hub, files and conversation as they were then. `aside`: files that the person changed are
    /// moved away, where they otherwise would be in the way.
    Rewind {
        step: StepId,
        aside: bool,
        who: Clean,
    },
    /// Another project in the folder `dir` that begins with the state before `step` (`None`: with the state now).
    Fork {
        step: Option<StepId>,
        dir: std::path::PathBuf,
        who: Clean,
    },
    /// Who answers from now on. The front end that has the project opens it again with that model.
    UseModel {
        model: String,
        who: Clean,
    },
    SetGates {
        gates: GateMode,
        who: Clean,
    },
    /// Another way of carrying the plan out, while the plan waits at its gate.
    SetPlan {
        plan: PlanVariant,
        who: Clean,
    },
    /// A new upper bound on what the run may spend; `None` lifts it.
    SetBudget {
        budget: Option<Budget>,
        who: Clean,
    },
    /// New upper bounds on what each phase and each step may spend.
    SetCaps {
        caps: Caps,
        who: Clean,
    },
    /// Vectors for a search are to be asked of a server: refused where the budget does not cover them.
    ReserveVectors {
        model: Clean,
        worst_case: Usage,
    },
    /// They were asked for: what that cost takes the place of what was reserved.
    SettleVectors {
        model: Clean,
        reserved: Usage,
        spent: Usage,
    },
    StartPreview {
        port: Option<u16>,
    },
    StopPreview,
    /// The screen of this number has the keyboard from now on; the others look on.
    TakeKeyboard {
        screen: u32,
    },
    /// Ask for a snapshot now (a second screen that just attached).
    Attach,
    /// The front end is closing; a run with work in flight goes on to the next gate only if `detach`.
    Quit {
        detach: bool,
    },
}

/// What a front end is told.
#[derive(Debug, Clone)]
pub enum Update {
    /// The state after one or more events; always the newest.
    Run(Arc<Run>),
    /// A journalled event, in order.
    Event(Arc<Envelope>),
    /// Streamed words of a persona at work; not journalled. Merged to at most 30 a second.
    Delta {
        step: StepId,
        text: Clean,
    },
    /// What is being done right now, such as "tests 9/14".
    Progress {
        step: Option<StepId>,
        text: Clean,
    },
    Preview {
        url: Option<String>,
        note: Clean,
    },
    /// The screen that has the keyboard; `None`: whoever asks first.
    Keyboard {
        screen: Option<u32>,
    },
    /// A command was refused or something failed; says what to do.
    Notice {
        error: bool,
        text: Clean,
    },
    /// The driver has ended; nothing more will come.
    Ended {
        exit: u8,
    },
}

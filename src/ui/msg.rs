//! What comes into `update` and what goes out of it.

use super::{key::Key, status::Changed, text::highlight::RoleLines, welcome::Looked};
use crate::domain::{
    ClauseId, Clean, GateId, Hash, StepId,
    attachment::Attachment,
    change::Change,
    command::{Command, Update},
    plan::PlanVariant,
    reply::ReplyKind,
    run::{Call, EditPart, GateMode, Run},
};
use std::sync::Arc;

#[derive(Debug, Clone)]
pub enum Msg {
    /// `burst`: it arrived in one read with other keys, as a paste without brackets does; such keys never decide.
    Key {
        key: Key,
        burst: bool,
    },
    Paste(String),
    Resize(u16, u16),
    Update(Update),
    /// Answer to [`Cmd::LoadBlob`].
    Blob {
        hash: Hash,
        bytes: Option<Arc<[u8]>>,
    },
    /// Answer to [`Cmd::Highlight`].
    Highlighted {
        hash: Hash,
        lines: RoleLines,
    },
    /// Answer to [`Cmd::LoadPrompt`].
    Prompt {
        pack: Hash,
        text: Result<Clean, Clean>,
    },
    /// Answer to [`Cmd::LookAtFiles`]: those that are otherwise now, or gone.
    FilesSeen(Changed),
    /// A frame has reached the terminal.
    Drawn(Shown),
    Mouse(Mouse),
    /// The time [`super::Model::deadline`] asked for has come.
    Tick,
    /// The editor closed with this text, or could not be used.
    Edited(Result<String, Clean>),
    /// Answer to [`Cmd::EditProposal`]: the text, and what of it is different; or why there is none.
    ProposalEdited {
        gate: GateId,
        digest: Hash,
        result: Result<(String, EditedPart), Clean>,
    },
    /// Answer to [`Cmd::Start`].
    Started(Result<(), Clean>),
    /// The welcome screen's slower facts have been found out.
    Looked(Looked),
    /// Answer to [`Cmd::ReadFile`].
    FileRead(Result<FileText, Clean>),
    /// Answer to [`Cmd::PlanChange`].
    ChangePlanned(Result<Change, Clean>),
    /// Answer to [`Cmd::Export`]: where it is.
    Exported(Result<Clean, Clean>),
    /// Answer to [`Cmd::Compare`]: the two side by side, as lines.
    Compared(Result<Clean, Clean>),
    /// Answer to [`Cmd::Attach`]: where the file lies and what it is.
    Attached(Result<(String, Attachment), Clean>),
    /// What became of [`Cmd::Copy`].
    Copied(Clean),
    /// The driver's channel closed.
    DriverGone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    ScrollUp,
    ScrollDown,
    Click,
}

/// The mouse, while it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub x: u16,
    pub y: u16,
}

/// What the last frame showed of a gate card: the proof that a person could read it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    pub card: Option<ShownCard>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCard {
    pub gate: GateId,
    pub digest: Hash,
    /// The card's own version: it changes with its lines.
    pub version: u64,
    /// Lines `first..last` of `total` were on screen, nothing above them.
    pub first: usize,
    pub last: usize,
    pub total: usize,
}

/// What a person wants to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartRequest {
    /// The requirement byte for byte.
    New {
        requirement: Vec<u8>,
        /// The document that it was read out of and files beside it, with where they lie.
        files: Vec<(String, Attachment)>,
        folder: String,
        /// Software that lies in the folder is what is changed.
        existing: bool,
        model: String,
        plan: PlanVariant,
        gates: GateMode,
    },
    Open {
        folder: String,
    },
}

/// What a person wants to be different in a finished run, in their words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    Add(String),
    Amend(ClauseId, String),
    Remove(Vec<ClauseId>),
}

/// The step that was edited with its reply, if any was; or where the text does not have the agreed form.
pub type EditedPart = Result<Option<(StepId, String)>, Clean>;

/// What of a gate's proposal a person wants to edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditWanted {
    pub gate: GateId,
    pub digest: Hash,
    pub parts: Vec<EditPart>,
    /// A text from before that was not in the agreed form.
    pub kept: Option<String>,
}

/// A file as a requirement's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    pub text: String,
    /// Where the file lies and what it is, when the text was read out of a document.
    pub original: Option<(String, Attachment)>,
}

impl From<&str> for FileText {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), original: None }
    }
}

/// What a prompt is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptWanted {
    /// The blob of the pack.
    pub pack: Hash,
    pub kind: ReplyKind,
    /// The name of the product, as the prompt has it.
    pub title: Clean,
    /// The turns with tools taken before this call, and how many might be taken.
    pub turns: Vec<Call>,
    pub offered: u32,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cmd {
    Send(Command),
    Start(StartRequest),
    LoadBlob(Hash),
    /// What the parts of a source text are; answered by [`Msg::Highlighted`].
    Highlight {
        hash: Hash,
        path: String,
        text: Arc<str>,
    },
    LoadPrompt(PromptWanted),
    /// Look whether the files that the run wrote are as it wrote them; answered by [`Msg::FilesSeen`].
    LookAtFiles(Arc<Run>),
    /// Cut the wish into clauses and ask whether the model can work on the new whole; changes nothing yet.
    PlanChange(Wish),
    /// To the clipboard of the person's terminal.
    Copy(String),
    /// The text to edit; answered by [`Msg::Edited`].
    Edit(String),
    /// What a gate proposes, to the editor.
    EditProposal(EditWanted),
    /// The whole run as one bundle, to this path or beside the project; answered by [`Msg::Exported`].
    Export(Option<String>),
    ReadFile(String),
    /// A file that goes with the requirement; answered by [`Msg::Attached`].
    Attach(String),
    /// This run beside that of another folder; answered by [`Msg::Compared`].
    Compare(String),
    /// The title of the terminal's window.
    Title(Clean),
    /// Somebody who is not looking should know: bell, OSC 9, the person's own command.
    Notify(Clean),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Forget what the terminal shows and draw all of it.
    Redraw,
    Suspend,
    /// Leave. The driver has been told when there is one.
    Quit,
}

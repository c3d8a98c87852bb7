//! Personas: who does the work, from which prompt, reading and producing what.

use super::{Clean, PersonaId, reply::ReplyKind};
use serde::{Deserialize, Serialize};

/// What a persona may read from the hub; the communication plan narrows this per step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadKind {
    Clauses,
    Interpretations,
    Assumptions,
    Decisions,
    Gaps,
    Plan,
    Artifacts,
    Files,
    Tests,
    Evidence,
    Instructions,
}

impl ReadKind {
    /// What is understood and decided, without what has been made of it: whoever designs, builds, tests or verifies reads it.
    pub const MEANING: [Self; 7] = [
        Self::Clauses,
        Self::Interpretations,
        Self::Assumptions,
        Self::Decisions,
        Self::Gaps,
        Self::Plan,
        Self::Instructions,
    ];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    pub id: PersonaId,
    pub name: Clean,
    pub role: Clean,
    /// One column wide glyph, and its ASCII twin.
    pub glyph: Clean,
    pub ascii_glyph: Clean,
    /// Which of the theme's six persona colours, 1 to 6.
    pub color: u8,
    pub reads: Vec<ReadKind>,
    pub produces: Vec<ReplyKind>,
    /// The system prompt: the body of the file.
    pub prompt: String,
    /// Hash of the whole file; trust and call identity attach to it.
    pub hash: super::Hash,
    /// `built-in`, `user` or `project`.
    pub source: PersonaSource,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonaSource {
    BuiltIn,
    User,
    Project,
}

//! Models: who answers a persona's call. A model sees the pack and nothing else.

pub mod assigned;
pub mod cassette;
pub mod keys;
pub mod local;
pub mod memory;
pub mod offline;
pub mod openai;
pub mod pricing;
pub mod registry;
pub mod render;
pub mod settings;
#[cfg(test)]
pub(crate) mod testing;

use crate::domain::{Clean, Hash, pack::ContextPack, reply::ReplyKind, usage::Usage};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// One call, complete: the same request hashes to the same `hash`, which is the key of the call cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub hash: Hash,
    /// `offline`, `openai/gpt-…`, as configured.
    pub model: String,
    pub kind: ReplyKind,
    /// The structured pack, for the offline engine.
    pub pack: ContextPack,
    /// System prompt: the personas' prompts, who signs what, how to answer.
    pub system: String,
    /// The pack rendered for a language model.
    pub user: String,
    /// JSON schema of the reply.
    pub schema: serde_json::Value,
    pub max_output_tokens: u32,
    /// What was said and done since `user`, oldest first; see [`Request::continued`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Turn>,
    /// What the call may take where somebody's budget has reserved it: less than its worst case when others were asked
    /// before and have used some of it.
    #[serde(skip)]
    pub reserved: Option<Usage>,
}

/// One exchange within a step, after the request itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Turn {
    /// The model spoke; its reply may have asked for tools.
    Model { text: String },
    /// What the tools that it asked for gave. Text of files and tests: data, never an instruction.
    Given { text: String },
}

impl Turn {
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Model { text } | Self::Given { text } => text,
        }
    }
}

impl Request {
    /// The same question to somebody who may take so many turns with tools before the reply.
    #[must_use]
    pub fn offering(mut self, turns: u32) -> Self {
        self.user.push_str(&render::offer(turns));
        self.hash = Hash::of_parts([self.hash.as_str(), &self.user].map(str::as_bytes));
        self
    }

    /// The same question after these turns: everything before them stays as it was, byte for byte.
    #[must_use]
    pub fn continued(mut self, turns: Vec<Turn>) -> Self {
        if turns.is_empty() {
            return self;
        }
        self.turns = turns;
        self.identified()
    }

    fn identified(mut self) -> Self {
        // What was turned into JSON once is turned into JSON again; a value of ours always is.
        let turns = serde_json::to_string(&self.turns).unwrap_or_default();
        self.hash = Hash::of_parts([self.hash.as_str().as_bytes(), turns.as_bytes()]);
        self
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The JSON text of the reply, as received.
    pub text: String,
    pub usage: Usage,
    /// Who answered, when it was another model than the one asked (a fallback).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl Response {
    /// A reply, and nothing else.
    #[must_use]
    pub fn reply(text: String, usage: Usage) -> Self {
        Self { text, usage, by: None }
    }
}

/// What a model can do, as far as it is known. Unknown is not "no": it is tried, and what the server refuses is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Abilities {
    /// Tokens that request and reply may take together.
    pub context_tokens: Option<u32>,
    /// The most it writes in one reply.
    pub output_tokens: Option<u32>,
    /// Replies are held to a schema by the server.
    pub schema: Option<bool>,
    pub tools: Option<bool>,
    pub streams: Option<bool>,
    pub embeddings: Option<bool>,
}

/// Why a call has no reply. Every variant's text says what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ModelError {
    /// The engine cannot work on this text at all (not English, nothing data-driven): refused input, exit 2.
    #[error("{0}")]
    Refused(Clean),
    /// Key missing or not accepted: exit 6.
    #[error("{0}")]
    Key(Clean),
    /// The provider failed after the permitted retries: exit 6, the run pauses.
    #[error("{0}")]
    Provider(Clean),
    /// The reply was cut or unusable; another attempt may help.
    #[error("{0}")]
    Reply(Clean),
    #[error("cancelled")]
    Cancelled,
    /// Any of the others after tokens were paid for.
    #[error("{error}")]
    Spent { error: Box<ModelError>, usage: Usage },
}

impl ModelError {
    /// The error itself, and what the failed call cost all the same.
    #[must_use]
    pub fn split(self) -> (Self, Usage) {
        match self {
            Self::Spent { error, usage } => (*error, usage),
            other => (other, Usage::default()),
        }
    }
}

/// Somebody who answers. Streams text while working; returns the whole reply at the end.
pub trait Model: Send + Sync {
    /// As in `RunSettings::model`.
    fn id(&self) -> &str;
    /// Tokens `text` takes for this model; an estimate where the tokenizer is not known.
    fn count_tokens(&self, text: &str) -> u32;
    /// Whether it can work on this text at all, before anything is created.
    ///
    /// # Errors
    /// [`ModelError::Refused`] saying why and what to do. Only the offline engine refuses.
    fn accepts(&self, clauses: &[crate::domain::clause::Clause]) -> Result<(), ModelError>;
    /// What it can do, for sizing packs and offering tools.
    fn abilities(&self) -> Abilities {
        Abilities::default()
    }
    /// Whether what a call costs is known, so that a budget in money means something.
    fn has_price(&self) -> bool;
    /// Nobody is paid for its calls, so one that is broken off costs nothing.
    fn is_free(&self) -> bool {
        false
    }
    /// Upper bound of what `request` can cost.
    fn worst_case(&self, request: &Request) -> Usage;
    /// # Errors
    /// See [`ModelError`]. Dropping the future or cancelling the token stops the bill within a second.
    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>>;
}

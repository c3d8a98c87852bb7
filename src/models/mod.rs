//! Models: who answers a persona's call. A model sees the pack and nothing else.

pub mod cassette;
pub mod offline;
pub mod openai;
pub mod pricing;
pub mod registry;
pub mod render;
pub mod settings;
#[cfg(test)]
mod testing;

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
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The JSON text of the reply, as received.
    pub text: String,
    pub usage: Usage,
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
    /// Whether what a call costs is known, so that a budget in money means something.
    fn has_price(&self) -> bool;
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

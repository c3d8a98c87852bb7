//! Settings of the model layer. They come from the user's configuration only: a project can never name a server, a
//! provider or where a key is found.

use super::{keys::Keys, memory::Memory, pricing::Price};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelSettings {
    pub timeouts: Timeouts,
    /// Further attempts after a failure that may pass (429, 5xx, no connection), before anything was streamed.
    pub retries: u32,
    /// The first wait between attempts; each further one doubles.
    pub backoff_ms: u64,
    /// The longest that servers are waited for because they ask for a pause (`Retry-After`) or turn calls away, all
    /// waits of ten minutes together; where that is not enough the call ends with that news.
    pub max_wait_ms: u64,
    /// A reply larger than this is refused.
    pub max_reply_bytes: usize,
    /// Providers of the user's own: the `NAME` of `-m NAME/MODEL`.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// Prices that extend or override the built-in list.
    pub prices: Vec<Price>,
    /// What was learnt about servers; set by the program, not by a configuration.
    #[serde(skip)]
    pub memory: Memory,
    /// Where keys are that the environment does not hold; set by the program too.
    #[serde(skip)]
    pub keys: Keys,
    /// Other models for some personas: id of the persona, model.
    pub personas: BTreeMap<String, String>,
    /// Tokens of request and reply together, where the window of the model is not known or another is wanted; packs are
    /// made to fit.
    pub context: Option<u32>,
    /// Whom to ask, in this order, when a model cannot answer.
    pub fallback: Vec<String>,
    /// Who makes the vectors of searches, as `NAME/MODEL`; none: the encoder in the binary.
    pub embeddings: Option<String>,
    /// Record every call onto this cassette.
    pub record: Option<PathBuf>,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            timeouts: Timeouts::default(),
            retries: 3,
            backoff_ms: 500,
            max_wait_ms: 60_000,
            max_reply_bytes: 4 * 1024 * 1024,
            providers: BTreeMap::new(),
            prices: Vec::new(),
            memory: Memory::default(),
            keys: Keys::default(),
            personas: BTreeMap::new(),
            context: None,
            fallback: Vec::new(),
            embeddings: None,
            record: None,
        }
    }
}

/// How long to wait for what. Any byte of a server's answer counts as life, an SSE comment too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    pub connect_ms: u64,
    /// From the request, or the last sign of life, to the first token.
    pub first_token_ms: u64,
    /// Between two signs of life once tokens flow.
    pub idle_ms: u64,
    /// To the first token from a server that has answered nothing yet, whatever other signs of life it gives; and all
    /// failed attempts of one call together, waits included.
    pub unproven_ms: u64,
    /// The whole call, waits and further attempts included.
    pub call_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_ms: 10_000, first_token_ms: 120_000, idle_ms: 60_000, unproven_ms: 150_000, call_ms: 600_000 }
    }
}

impl Timeouts {
    #[must_use]
    pub fn connect(&self) -> Duration {
        Duration::from_millis(self.connect_ms)
    }
    #[must_use]
    pub fn first_token(&self) -> Duration {
        Duration::from_millis(self.first_token_ms)
    }
    #[must_use]
    pub fn idle(&self) -> Duration {
        Duration::from_millis(self.idle_ms)
    }
    #[must_use]
    pub fn unproven(&self) -> Duration {
        Duration::from_millis(self.unproven_ms)
    }
    #[must_use]
    pub fn call(&self) -> Duration {
        Duration::from_millis(self.call_ms)
    }
}

/// An OpenAI-compatible server of the user's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    /// Up to and without `/chat/completions`: `https://llm.example.org/v1`.
    pub base_url: String,
    /// The environment variable that holds its key; none: no key is sent.
    #[serde(default)]
    pub key_env: Option<String>,
    /// The protocol it speaks.
    #[serde(default)]
    pub api: Api,
    /// Tokens that request and reply may take together, where the server does not say.
    #[serde(default)]
    pub context_tokens: Option<u32>,
    /// The strictest answer format to ask for first.
    #[serde(default)]
    pub structured: Structured,
    /// True when it wants `max_completion_tokens` instead of `max_tokens`.
    #[serde(default)]
    pub max_completion_tokens: bool,
}

/// Which of OpenAI's protocols.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Chat completions: what compatible servers speak.
    #[default]
    Chat,
    Responses,
}

/// How a server is asked for JSON. A server that refuses one way is asked the next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Structured {
    /// `json_schema` with length bounds, which local servers need in order to end.
    #[default]
    Bounded,
    /// `json_schema` in the subset of OpenAI's strict mode.
    Strict,
    /// The reply is the use of a tool that has the schema.
    Tool,
    /// `json_object`, with the schema in the prompt.
    Object,
    /// The schema in the prompt only.
    Prompt,
}

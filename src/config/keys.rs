//! Every key there is.

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Flag,
    /// A whole number, at least 0.
    Number,
    /// A whole number from the first to the second.
    Between(u32, u32),
    OneOf(&'static [&'static str]),
    Budget,
    /// A list, checked as a whole.
    List,
}

#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Dotted; `*` stands for a name of the user's choice.
    pub path: &'static str,
    pub kind: Kind,
    /// A project's file may set it.
    pub project: bool,
    pub about: &'static str,
}

const fn key(path: &'static str, kind: Kind, project: bool, about: &'static str) -> Key {
    Key { path, kind, project, about }
}

/// Said for one command, never in a file or by the environment: nobody accepts a danger once for all.
pub(super) const SANDBOX: &str = "sandbox";
pub const GATES: &[&str] = &["step", "phase", "plan", "risk", "none"];
pub const PLANS: &[&str] = &["lean", "standard", "thorough"];
pub const COLORS: &[&str] = &["auto", "always", "never"];
/// Milliseconds of a time-out: less than a server on the same machine needs to answer would end every call, and no time-out
/// at all would let a dead one hold a run for ever.
const TIME_OUT: Kind = Kind::Between(100, DAY);
const DAY: u32 = 24 * 60 * 60 * 1000;
const STRUCTURED: &[&str] = &["bounded", "strict", "tool", "object", "prompt"];
const APIS: &[&str] = &["chat", "responses"];

pub const KEYS: &[Key] = &[
    key("model", Kind::Text, false, "who answers: offline, openai/M, compat/M, ollama/M, NAME/M, cassette/FILE"),
    key("gates", Kind::OneOf(GATES), true, "when a person is asked"),
    key("plan", Kind::OneOf(PLANS), true, "how many personas and calls"),
    key("budget", Kind::Budget, true, "upper bound of a run: dollars (2.50), tokens (200ktok) or none"),
    key("budget_phase", Kind::Budget, true, "upper bound of each phase: dollars, tokens or none"),
    key("budget_step", Kind::Budget, true, "upper bound of each step: dollars, tokens or none"),
    key("pack_tokens", Kind::Number, true, "tokens a context pack may hold"),
    key("turns", Kind::Number, true, "how often developer and tester may use tools before each reply"),
    key("who", Kind::Text, false, "the name decisions are recorded under"),
    key("theme", Kind::Text, true, "colours of the workbench"),
    key("mouse", Kind::Flag, false, "begin with the mouse taken for scrolling and clicking"),
    key("notify", Kind::Text, false, "a command that is run with the words of a notification when a gate opens"),
    key("bell", Kind::Flag, false, "ring the terminal's bell when a gate opens and nobody is at the keys"),
    key("color", Kind::OneOf(COLORS), true, "colours in plain output"),
    key("plain", Kind::Flag, true, "lines instead of screens"),
    key(
        SANDBOX,
        Kind::OneOf(&["full", "weaker"]),
        false,
        "weaker: run what a model wrote although this machine confines it only in part (with -c alone, for one command)",
    ),
    key(
        "models.context",
        Kind::Between(1_000, u32::MAX),
        false,
        "tokens of request and reply together; packs are made to fit",
    ),
    key("models.retries", Kind::Between(0, 100), false, "further attempts after a failure that may pass"),
    key("models.backoff_ms", Kind::Between(0, DAY), false, "first wait between attempts"),
    key(
        "models.max_wait_ms",
        Kind::Between(0, DAY),
        false,
        "longest wait for a server that asks for pauses, all waits together",
    ),
    key("models.max_reply_bytes", Kind::Between(1_000, 1 << 30), false, "larger replies are refused"),
    key(
        "models.embeddings",
        Kind::Text,
        false,
        "who makes the vectors of searches, as NAME/MODEL; else the encoder in the binary",
    ),
    key("models.record", Kind::Text, false, "record every call onto this cassette"),
    key("models.timeouts.connect_ms", TIME_OUT, false, "to connect"),
    key("models.timeouts.first_token_ms", TIME_OUT, false, "to the first token"),
    key("models.timeouts.idle_ms", TIME_OUT, false, "between two signs of life"),
    key("models.timeouts.unproven_ms", TIME_OUT, false, "to the first token of a server that never answered"),
    key("models.timeouts.call_ms", TIME_OUT, false, "the whole call"),
    key("models.providers.*.base_url", Kind::Text, false, "an OpenAI-compatible server of your own"),
    key("models.providers.*.key_env", Kind::Text, false, "the environment variable with its key"),
    key(
        "models.providers.*.structured",
        Kind::OneOf(STRUCTURED),
        false,
        "the strictest answer format to ask for first",
    ),
    key("models.providers.*.api", Kind::OneOf(APIS), false, "the protocol it speaks"),
    key(
        "models.providers.*.context_tokens",
        Kind::Between(1_000, u32::MAX),
        false,
        "tokens of request and reply together",
    ),
    key("models.providers.*.max_completion_tokens", Kind::Flag, false, "it wants max_completion_tokens"),
    key("models.personas.*", Kind::Text, false, "the model of one persona, such as developer"),
    key("models.fallback", Kind::List, false, "models to ask, in this order, when one cannot answer"),
    key("models.prices", Kind::List, false, "prices that extend or override the built-in list"),
];

/// The key at a path.
pub(super) fn find(path: &[&str]) -> Option<&'static Key> {
    KEYS.iter().find(|key| {
        let parts: Vec<&str> = key.path.split('.').collect();
        parts.len() == path.len() && parts.iter().zip(path).all(|(part, at)| *part == "*" || part == at)
    })
}

/// The key a mistyped one most likely means.
pub(super) fn nearest(path: &str) -> Option<&'static str> {
    let close = |key: &&Key| distance(key.path, path);
    KEYS.iter().min_by_key(close).filter(|key| distance(key.path, path) <= 1 + path.len() / 4).map(|key| key.path)
}

/// Edits that turn one word into the other (insert, delete, replace).
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replace.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

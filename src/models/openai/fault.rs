//! What can go wrong with a call, with the HTTP status and the server's words kept, and what people are told.

use super::{
    super::ModelError,
    hide::{Secrets, hide},
};
use crate::domain::Clean;
use serde_json::Value;
use std::time::Duration;

/// Why an attempt has no reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// No connection at all.
    Connect(String),
    /// The connection broke. `text` bytes of the reply had arrived.
    Broken {
        detail: String,
        text: usize,
    },
    /// Nothing was heard for this long.
    Silence {
        limit: Duration,
        first: bool,
    },
    /// The server answered with an error status.
    Status {
        status: u16,
        body: String,
        retry_after: Option<Duration>,
    },
    /// The server reported an error in the middle of its stream.
    InStream {
        code: Option<u16>,
        body: String,
        text: usize,
    },
    /// The answer is not what this protocol answers (a proxy's page, another service).
    NotApi {
        status: u16,
        detail: String,
    },
    /// The stream ended without saying that the reply is complete.
    Unfinished {
        text: usize,
    },
    /// An event of the stream is not JSON, so a part of the reply is lost.
    Garbled(String),
    /// A limit ended the reply after so many tokens, the one it was given or one of the server's own.
    Cut {
        tokens: u64,
        allowed: u32,
    },
    /// The provider's filter stopped the reply, or the model declined.
    Declined(String),
    TooLarge {
        limit: usize,
    },
    /// It is left alone for a while, because it only failed lately.
    Resting {
        left: Duration,
        failures: u32,
        last: String,
    },
    /// A body that comes whole comes in drops.
    Drip {
        limit: Duration,
    },
    /// Words come slower than any model writes.
    Trickle {
        bytes: usize,
        over: Duration,
    },
    /// More tokens than were asked for.
    Endless {
        tokens: u32,
    },
    /// Words for so long, and never a beginning of the object that was asked for, from a server that never gave one.
    NoObject {
        over: Duration,
    },
    /// Answer after answer without the object that was asked for, from a server that never gave one.
    InVain {
        answers: u32,
    },
    /// The reply says the same over and over.
    Repeats,
    /// The server read only a part of the request and did not say so.
    Truncated {
        sent: u32,
        read: Option<u64>,
    },
    /// It wants a tool that nobody offered.
    UnknownTool(String),
    /// Those who were asked before have left too little of what was reserved for the call.
    NoRoom,
    /// The reply was still being written when the time of the call was over.
    TooLong {
        limit: Duration,
    },
    /// Hardly anything of a reply had come when the time of the call was over.
    TooSlow {
        limit: Duration,
    },
    Cancelled,
}

/// Whom the person reads about.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    pub id: &'a str,
    pub base_url: &'a str,
    pub key_env: Option<&'a str>,
    /// It was sent one.
    pub has_key: bool,
    pub secrets: &'a Secrets,
}

impl Fault {
    /// True when the same request may well pass a moment later, and nothing of the reply was streamed yet. Silence is
    /// not among them: the server may be at work on a call that is already paid for.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Connect(_) => true,
            Self::Broken { text, .. } | Self::Unfinished { text } => *text == 0,
            Self::Status { status, body, .. } => passing_status(*status) && !out_of_quota(body),
            Self::InStream { code, body, text } => {
                *text == 0 && code.is_some_and(passing_status) && !out_of_quota(body)
            }
            _ => false,
        }
    }

    /// The reply had begun and was lost on the way, which is nobody's answer: it is worth asking once more, though what
    /// had come is paid for.
    pub fn broke_off(&self) -> bool {
        match self {
            Self::Broken { text, .. } | Self::Unfinished { text } => *text > 0,
            Self::InStream { code, body, text } => *text > 0 && code.is_some_and(passing_status) && !out_of_quota(body),
            Self::Garbled(_) => true,
            _ => false,
        }
    }

    /// The server did its part: the model wrote, only not what can be used.
    pub fn is_answer(&self) -> bool {
        matches!(self, Self::Repeats | Self::TooLong { .. })
    }

    /// The server or the way to it is at fault, not this request: it counts towards leaving it alone.
    pub fn is_trouble(&self) -> bool {
        match self {
            fault if fault.is_answer() => false,
            Self::Status { status, .. } => *status == 429 || *status == 408 || *status >= 500,
            Self::Cancelled | Self::NoRoom | Self::Cut { .. } | Self::Truncated { .. } | Self::Resting { .. } => false,
            _ => true,
        }
    }

    /// What it was, in a few words.
    pub fn short(&self) -> String {
        match self {
            Self::Connect(_) => "no connection".to_owned(),
            Self::Broken { .. } => "the connection broke".to_owned(),
            Self::Silence { .. }
            | Self::Drip { .. }
            | Self::Trickle { .. }
            | Self::TooSlow { .. }
            | Self::TooLong { .. } => "too slow".to_owned(),
            Self::Status { status, .. } => format!("HTTP {status}"),
            Self::InStream { code, .. } => {
                code.map_or("an error in the stream".to_owned(), |code| format!("HTTP {code}"))
            }
            Self::NotApi { .. } => "no OpenAI-compatible answer".to_owned(),
            _ => "no usable reply".to_owned(),
        }
    }

    pub fn retry_after(&self) -> Option<Duration> {
        if let Self::Status { retry_after, .. } = self { *retry_after } else { None }
    }

    /// Without the key in what the server said, before anything of that is cut.
    pub fn hiding(self, secrets: &Secrets) -> Self {
        let hide = |text: String| hide(&text, secrets).into_owned();
        match self {
            Self::Connect(detail) => Self::Connect(hide(detail)),
            Self::Broken { detail, text } => Self::Broken { detail: hide(detail), text },
            Self::Status { status, body, retry_after } => Self::Status { status, body: hide(body), retry_after },
            Self::InStream { code, body, text } => Self::InStream { code, body: hide(body), text },
            Self::NotApi { status, detail } => Self::NotApi { status, detail: hide(detail) },
            Self::Garbled(detail) => Self::Garbled(hide(detail)),
            Self::Declined(detail) => Self::Declined(hide(detail)),
            Self::UnknownTool(name) => Self::UnknownTool(hide(name)),
            other => other,
        }
    }

    /// The error people see, after `attempts` attempts.
    pub fn into_error(self, whom: &Whom<'_>, attempts: u32) -> ModelError {
        let id = whom.id;
        let tries = if attempts > 1 { format!(" after {attempts} attempts") } else { String::new() };
        let provider = |text: String| ModelError::Provider(tell(whom, &text));
        let reply = |text: String| ModelError::Reply(tell(whom, &text));
        match self {
            Self::Cancelled => ModelError::Cancelled,
            Self::Connect(detail) if about_tls(&detail) => provider(format!(
                "{id}: no secure connection to {}{tries} ({detail}): {}; `g1 doctor` looks at the way there; then `g1 resume`.",
                whom.base_url,
                certificate_advice(&detail)
            )),
            Self::Connect(detail) => provider(format!(
                "{id}: no connection to {}{tries} ({detail}). Check the address, the network and HTTPS_PROXY, then `g1 resume`.",
                whom.base_url
            )),
            Self::Broken { detail, text: 0 } => provider(format!(
                "{id}: the connection broke before the reply{tries} ({detail}). `g1 resume` tries again."
            )),
            Self::Broken { detail, text } => provider(format!(
                "{id}: the connection broke after {text} bytes of the reply{tries} ({detail}). `g1 resume` tries again."
            )),
            Self::Silence { limit, first } => {
                let (what, key) =
                    if first { ("for the first token", "first_token_ms") } else { ("in mid-reply", "idle_ms") };
                provider(format!(
                    "{id}: no sign of life for {} s {what}. It is not asked again by itself, because the call may be paid for: \
                     `g1 resume` does. For a slow server raise models.timeouts.{key}.",
                    seconds(limit)
                ))
            }
            Self::Resting { left, failures, last } => provider(format!(
                "{id}: it failed {failures} times in a row ({last}) and is left alone for {} s. Look at the server (`g1 doctor`), \
                 choose another model with -m, or name others under models.fallback; then `g1 resume`.",
                left.as_secs().max(1)
            )),
            Self::NoRoom => provider(format!(
                "{id}: not asked, because too little is left of what was reserved for the call. `g1 resume` asks again; put it \
                 first (-m {id}) if the one before it goes on failing."
            )),
            Self::Drip { limit } => provider(format!(
                "{id}: next to nothing arrived in {} s of a reply that had begun. Look at the server, choose a faster model or \
                 raise models.timeouts.idle_ms, then `g1 resume`.",
                seconds(limit)
            )),
            Self::Trickle { bytes, over } => provider(format!(
                "{id}: {bytes} bytes arrived in {} s of a reply that had begun, slower than any model writes, so it was stopped. \
                 Look at the server, choose a faster model or raise models.timeouts.idle_ms, then `g1 resume`.",
                over.as_secs().max(1)
            )),
            Self::Endless { tokens } => reply(format!(
                "{id}: the reply is longer than the {tokens} tokens that were asked for and was stopped. Answer shorter."
            )),
            Self::NoObject { over } => provider(format!(
                "{id}: words for {} s that are not the JSON that was asked for. `g1 models test` shows what it can do; choose \
                 another model with -m, or for one that thinks aloud for long raise models.timeouts.unproven_ms, then `g1 resume`.",
                over.as_secs().max(1)
            )),
            Self::InVain { answers } => provider(format!(
                "{id}: {answers} answers, and never the JSON that was asked for. `g1 models test` shows what it can do; choose \
                 another model with -m, or raise the server's own limit where its replies are cut, then `g1 resume`."
            )),
            Self::Repeats => reply(format!(
                "{id}: the reply went on repeating itself and was stopped. Write the whole reply once; a stronger model helps."
            )),
            Self::Truncated { sent, read } => {
                let read = read.map_or_else(|| "only a part".to_owned(), |read| format!("{read}"));
                provider(format!(
                    "{id}: the server read {read} of about {sent} tokens and did not say so, so clauses are missing from what it \
                     saw. Give it a larger context (Ollama: num_ctx or OLLAMA_CONTEXT_LENGTH; llama.cpp: -c; LM Studio: context \
                     length), or lower pack_tokens, then `g1 resume`."
                ))
            }
            Self::UnknownTool(name) => reply(format!(
                "{id}: the model asked for a tool '{}' that it was not offered. Give the reply itself.",
                Clean::new(&name).one_line(60)
            )),
            Self::TooLong { limit } => reply(format!(
                "{id}: the reply was still being written after {} s and was stopped. Answer shorter; a faster model or a higher \
                 models.timeouts.call_ms helps.",
                seconds(limit)
            )),
            Self::TooSlow { limit } => provider(format!(
                "{id}: the call took longer than {} s. Choose a faster model or raise models.timeouts.call_ms, then `g1 resume`.",
                seconds(limit)
            )),
            Self::Status { status, body, retry_after } => status_error(whom, status, &body, retry_after, &tries),
            Self::InStream { code, body, text: _ } => match code {
                Some(status) => status_error(whom, status, &body, None, &tries),
                None => provider(format!("{id}: the server reported an error in mid-reply: {}", words(&body))),
            },
            Self::NotApi { status, detail } => provider(format!(
                "{id}: {} does not answer as an OpenAI-compatible server (HTTP {status}, {detail}). Check the base URL; it \
                 usually ends in /v1.",
                whom.base_url
            )),
            Self::Unfinished { text } => provider(format!(
                "{id}: the stream ended after {text} bytes without a finish_reason{tries}, so the reply may be incomplete. Look \
                 at the server or a proxy before it, then `g1 resume`."
            )),
            Self::Garbled(detail) => provider(format!(
                "{id}: a part of the reply arrived damaged and is lost{tries} ({detail}). Look at the server or a proxy before it, \
                 then `g1 resume`."
            )),
            Self::Cut { tokens, allowed } => reply(format!(
                "{id}: the reply was cut by a limit after {tokens} tokens ({allowed} were allowed). Answer shorter; if that \
                 cannot be, plan smaller modules or choose a model with longer answers."
            )),
            Self::Declined(detail) => reply(format!("{id}: the model declined to answer: {}", words(&detail))),
            Self::TooLarge { limit } => reply(format!(
                "{id}: the reply is larger than {limit} bytes and was stopped. Raise models.max_reply_bytes if that is right."
            )),
        }
    }
}

/// What to do where no secure connection is made.
pub(super) fn certificate_advice(detail: &str) -> &'static str {
    if detail.contains("CaUsedAsEndEntity") {
        "its certificate is that of an authority, which no server may show: make one with basicConstraints=CA:FALSE"
    } else {
        "SSL_CERT_FILE names further certificates to trust"
    }
}

/// A connection failed because of its encryption, most often a certificate that nobody here trusts.
pub fn about_tls(detail: &str) -> bool {
    let detail = detail.to_ascii_lowercase();
    ["certificate", "tls", "handshake", "issuer", "alert", "corrupt"].iter().any(|sign| detail.contains(sign))
}

fn status_error(whom: &Whom<'_>, status: u16, body: &str, wait: Option<Duration>, tries: &str) -> ModelError {
    let id = whom.id;
    let said = words(body);
    let text = match status {
        401 | 403 => {
            let advice = match (whom.key_env, whom.has_key) {
                (Some(env), true) => format!("Check the key in {env}, and that it may use this model"),
                (Some(env), false) => format!("It wants a key: set {env}"),
                (None, _) => "It wants a key: name the variable that holds it as key_env of this provider".to_owned(),
            };
            return ModelError::Key(tell(whom, &format!("{id}: not admitted (HTTP {status}): {said}. {advice}.")));
        }
        407 => format!(
            "{id}: the proxy wants a login (HTTP 407): {said}. Put it into HTTP_PROXY or HTTPS_PROXY as http://NAME:PASSWORD@HOST:PORT, \
             then `g1 resume`."
        ),
        402 => format!("{id}: the provider wants payment (HTTP 402): {said}. Check your account, then `g1 resume`."),
        404 => format!("{id}: not found (HTTP 404): {said}. Check the model's name (`g1 models`) and the base URL."),
        408 | 429 if out_of_quota(body) => {
            format!(
                "{id}: the quota is used up (HTTP {status}): {said}. Check your plan and billing, then `g1 resume`."
            )
        }
        429 => match wait.filter(|wait| !wait.is_zero()) {
            Some(wait) => format!(
                "{id}: too many requests (HTTP 429){tries}; the server asks for a pause of {}: {said}. `g1 resume` after that.",
                pause(wait)
            ),
            None => format!("{id}: too many requests (HTTP 429){tries}: {said}. Wait a little, then `g1 resume`."),
        },
        400 | 413 | 422 if over_context(body) => format!(
            "{id}: the request is too long for this model (HTTP {status}): {said}. Lower pack_tokens or choose a model with a \
             larger context."
        ),
        300..=399 => format!(
            "{id}: the server redirects elsewhere (HTTP {status}), which is not followed with a key. Correct the base URL {}.",
            whom.base_url
        ),
        500..=599 => {
            format!("{id}: the provider has a problem (HTTP {status}){tries}: {said}. `g1 resume` tries again.")
        }
        _ => format!(
            "{id}: the request was refused (HTTP {status}): {said}. `g1 models test {id}` shows what it takes; correct the model's \
             name or the server's settings, or choose another model with -m, then `g1 resume`."
        ),
    };
    ModelError::Provider(tell(whom, &text))
}

pub fn passing_status(status: u16) -> bool {
    matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504 | 520..=524 | 529)
}

fn out_of_quota(body: &str) -> bool {
    body.contains("insufficient_quota") || body.contains("billing_hard_limit")
}

/// The request with its answer does not fit the model's context.
pub fn over_context(body: &str) -> bool {
    let body = body.to_ascii_lowercase();
    ["context_length", "exceed_context", "context length", "context window", "maximum context", "prompt is too long"]
        .iter()
        .any(|sign| body.contains(sign))
}

/// The server's own words, from whichever shape of error it sent.
pub fn words(body: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let said = parsed.as_ref().and_then(|value| {
        let value = if let Value::Array(list) = value { list.first()? } else { value };
        let error = value.get("error").unwrap_or(value);
        error.as_str().or_else(|| ["message", "detail", "error"].iter().find_map(|key| error.get(key)?.as_str()))
    });
    let text = match said {
        Some(said) => said.to_owned(),
        None => strip_tags(body),
    };
    let line = Clean::from(text).one_line(300);
    if line.is_empty() { "no explanation".to_owned() } else { line.trim_end_matches('.').to_owned() }
}

/// An HTML page's text, roughly: enough to read "502 Bad Gateway".
fn strip_tags(body: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars().take(4000) {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// Text for people: sanitised, and without the key even if the server repeats it.
fn tell(whom: &Whom<'_>, text: &str) -> Clean {
    let text = Clean::new(text);
    Clean::new(&hide(&text, whom.secrets))
}

fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        duration.as_secs().to_string()
    } else {
        format!("{:.1}", duration.as_secs_f64())
    }
}

/// How long a server wants to be left alone, as a person waits.
fn pause(wait: Duration) -> String {
    const HOUR: u64 = 3600;
    match wait.as_secs() {
        0..120 => format!("{} s", seconds(wait)),
        secs @ 120..7200 => format!("{} minutes", secs.div_ceil(60)),
        secs if secs <= 48 * HOUR => format!("{} hours", secs.div_ceil(HOUR)),
        secs if secs <= 365 * 24 * HOUR => format!("{} days", secs.div_ceil(24 * HOUR)),
        _ => "more than a year".to_owned(),
    }
}

#[cfg(test)]
mod tests;

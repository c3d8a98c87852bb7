//! Any server that speaks the OpenAI chat protocol, through async-openai.
//!
//! The library makes the request and reads the events (its "bring your own types" stream, with types of ours that take
//! whatever compatible servers send); the transport below it is ours, and so are retries, time-outs and errors.

mod fault;
mod transport;
mod wire;

use super::{
    Model, ModelError, Request, Response,
    pricing::{Pricing, estimate_tokens},
    settings::{ModelSettings, ProviderSettings},
};
use crate::domain::{Clean, usage::Usage};
use async_openai::{Client, config::Config, error::OpenAIError};
use fault::{Fault, Whom};
use futures::{StreamExt, future::BoxFuture};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, Once, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
use transport::{Probe, Transport};
use wire::{Chunk, Shape};

/// Ways of asking tried on one call before the server's refusal is final.
const MAX_ADAPTATIONS: u32 = 8;

/// A provider's key: trimmed, printable, and never shown.
#[derive(Clone)]
pub struct Key(SecretString);

impl Key {
    /// # Errors
    /// What is wrong with it, without it.
    pub fn new(raw: &str) -> Result<Self, &'static str> {
        let key = raw.trim();
        if key.is_empty() {
            return Err("is empty");
        }
        if !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("holds a space, a line break or a character that no key has");
        }
        Ok(Self(SecretString::from(key)))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// One model of one server.
#[derive(Debug)]
pub struct OpenAi {
    id: String,
    model: String,
    settings: ModelSettings,
    pricing: Pricing,
    endpoint: Endpoint,
    key_env: Option<String>,
    http: reqwest::Client,
    shape: Mutex<Shape>,
}

/// Where calls go and what they carry; the library's own configuration would read keys from the environment unasked.
#[derive(Debug, Clone)]
struct Endpoint {
    base: String,
    key: SecretString,
    headers: HeaderMap,
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
    fn api_base(&self) -> &str {
        &self.base
    }
    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

impl OpenAi {
    /// `id` is the model as configured (`compat/llama`), `model` the name its server knows.
    ///
    /// # Errors
    /// The address is not usable, or no TLS can be set up.
    pub fn new(
        id: &str,
        model: &str,
        provider: &ProviderSettings,
        key: Option<Key>,
        settings: &ModelSettings,
    ) -> Result<Self, ModelError> {
        static TLS: Once = Once::new();
        // An earlier call of somebody else's is as good: all we need is that one provider is installed.
        TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
        let wrong = |what: String| ModelError::Provider(Clean::from(format!("{id}: {what}")));
        let base = provider.base_url.trim().trim_end_matches('/').to_owned();
        let url = reqwest::Url::parse(&base).map_err(|e| wrong(format!("the base URL is not a URL ({e})")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(wrong("the base URL must start with http:// or https://".to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong("the base URL must not hold a user name or password; name a key_env instead".to_owned()));
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(settings.timeouts.connect())
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("g1/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|e| wrong(format!("no HTTP client can be set up ({e})")))?;
        let mut headers = HeaderMap::new();
        let key = key.map_or_else(|| SecretString::from(""), |key| key.0);
        if !key.expose_secret().is_empty() {
            let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))
                .map_err(|_| wrong("the key cannot be sent as a header".to_owned()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(Self {
            id: id.to_owned(),
            model: model.to_owned(),
            settings: settings.clone(),
            pricing: Pricing::new(&settings.prices),
            endpoint: Endpoint { base, key, headers },
            key_env: provider.key_env.clone(),
            http,
            shape: Mutex::new(Shape::from(provider)),
        })
    }

    fn shape(&self) -> Shape {
        *self.shape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fail(&self, fault: Fault, attempts: u32) -> ModelError {
        let key = self.endpoint.key.expose_secret();
        let whom = Whom {
            id: &self.id,
            base_url: &self.endpoint.base,
            key_env: self.key_env.as_deref(),
            key: (!key.is_empty()).then_some(key),
        };
        fault.into_error(&whom, attempts)
    }

    /// Attempts until one succeeds or none may help.
    async fn converse(&self, request: &Request, deltas: &mpsc::Sender<Clean>) -> Result<Response, (Fault, u32)> {
        let mut attempts = 0;
        let mut adaptations = 0;
        loop {
            let shape = self.shape();
            attempts += 1;
            let fault = match self.attempt(request, &shape, deltas).await {
                Ok(response) => return Ok(response),
                Err(fault) => fault,
            };
            if let Fault::Status { status, body, .. } = &fault
                && adaptations < MAX_ADAPTATIONS
                && let Some(next) = shape.after_refusal(*status, body, request)
            {
                adaptations += 1;
                attempts -= 1;
                *self.shape.lock().unwrap_or_else(PoisonError::into_inner) = next;
                continue;
            }
            let longest = Duration::from_millis(self.settings.max_wait_ms);
            let asked = fault.retry_after();
            if !fault.may_pass() || attempts > self.settings.retries || asked.is_some_and(|wait| wait > longest) {
                return Err((fault, attempts));
            }
            tokio::time::sleep(asked.unwrap_or_else(|| self.backoff(attempts)).min(longest)).await;
        }
    }

    /// Doubles with every attempt; between half and all of it at random, so that many clients do not return at once.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.settings.backoff_ms.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        let random = RandomState::new().hash_one(attempt) % 1000;
        Duration::from_millis(full / 2 + full.saturating_mul(random) / 2000)
    }

    async fn attempt(&self, request: &Request, shape: &Shape, deltas: &mpsc::Sender<Clean>) -> Result<Response, Fault> {
        let probe = Arc::new(Probe::default());
        let transport = Transport {
            http: self.http.clone(),
            timeouts: self.settings.timeouts,
            // Each token of a reply travels in an event of its own, many times its size.
            max_body: self.settings.max_reply_bytes.saturating_mul(64).saturating_add(1 << 20),
            probe: probe.clone(),
        };
        let client = Client::build(self.http.clone(), self.endpoint.clone()).with_http_service(transport);
        let noted = |text: usize, error: Option<OpenAIError>| match (probe.take_fault(), error) {
            (Some(Fault::Broken { detail, .. }), _) => Fault::Broken { detail, text },
            (Some(fault), _) => fault,
            (None, Some(OpenAIError::JSONDeserialize(error, _))) => Fault::Garbled(error.to_string()),
            (None, Some(error)) => Fault::Broken { detail: Clean::from(error.to_string()).one_line(200), text },
            (None, None) => Fault::Unfinished { text },
        };
        let body = shape.body(&self.model, request);
        let chat = client.chat();
        let opened = chat.create_stream_byot::<Value, Chunk>(body).await;
        let mut stream = opened.map_err(|error| noted(0, Some(error)))?;
        let mut reader = Reader::new(deltas, self.settings.max_reply_bytes);
        while let Some(event) = stream.next().await {
            let chunk = event.map_err(|error| noted(reader.text.len(), Some(error)))?;
            if reader.take(chunk)? {
                probe.tokens_flow();
            }
        }
        if let Some(fault) = probe.take_fault() {
            return Err(fault);
        }
        let reader = reader.end();
        let limit = u64::from(shape.output_tokens(request));
        let counted = reader.usage;
        let (input, cached, output) = counted.unwrap_or_else(|| {
            let sent = self.count_tokens(&request.system) + self.count_tokens(&request.user);
            (u64::from(sent), 0, u64::from(self.count_tokens(&reader.text)))
        });
        let text = reader.finish(limit)?;
        let cost_micros = self.pricing.cost(&self.id, input, cached, output);
        let usage = Usage { calls: 1, input_tokens: input, cached_tokens: 0, output_tokens: output, cost_micros };
        Ok(Response::reply(wire::json_of(&text).to_owned(), usage))
    }
}

impl Model for OpenAi {
    fn id(&self) -> &str {
        &self.id
    }

    fn count_tokens(&self, text: &str) -> u32 {
        estimate_tokens(text)
    }

    fn accepts(&self, _: &[crate::domain::clause::Clause]) -> Result<(), ModelError> {
        Ok(())
    }
    fn has_price(&self) -> bool {
        self.pricing.of(&self.id).is_some()
    }
    fn worst_case(&self, request: &Request) -> Usage {
        // A server that is not held to a format is sent the schema as well.
        let bytes = request.system.len() + request.user.len() + request.schema.to_string().len();
        self.pricing.worst_case(&self.id, bytes, request.max_output_tokens)
    }

    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            let limit = self.settings.timeouts.call();
            let deadline = Instant::now() + limit;
            // Whichever ends first drops the others: a dropped exchange closes its connection at once.
            let result = tokio::select! {
                biased;
                () = cancel.cancelled() => Err((Fault::Cancelled, 1)),
                result = self.converse(request, &deltas) => result,
                () = tokio::time::sleep_until(deadline) => Err((Fault::TooLong { limit }, 1)),
            };
            result.map_err(|(fault, attempts)| self.fail(fault, attempts))
        })
    }
}

/// Puts the events of one stream together.
struct Reader<'a> {
    deltas: &'a mpsc::Sender<Clean>,
    max: usize,
    text: String,
    /// Streamed text that the screen has not been given yet: a slow screen must never hold up the call.
    pending: String,
    refusal: String,
    finish: Option<String>,
    usage: Option<(u64, u64, u64)>,
}

impl<'a> Reader<'a> {
    fn new(deltas: &'a mpsc::Sender<Clean>, max: usize) -> Self {
        let empty = String::new;
        Self { deltas, max, text: empty(), pending: empty(), refusal: empty(), finish: None, usage: None }
    }

    /// True when this event shows that tokens flow.
    fn take(&mut self, chunk: Chunk) -> Result<bool, Fault> {
        if !chunk.error.is_null() {
            let code = wire::error_code(&chunk.error);
            let body = serde_json::json!({ "error": chunk.error }).to_string();
            return Err(Fault::InStream { code, body, text: self.text.len() });
        }
        if let Some(usage) = wire::usage_of(&chunk.usage) {
            self.usage = Some(usage);
        }
        let Some(choice) = chunk.choices.first() else {
            return Ok(false);
        };
        if let Value::String(reason) = &choice.finish_reason {
            self.finish = Some(reason.clone());
        }
        self.refusal.push_str(&choice.refusal());
        let piece = choice.text();
        if piece.is_empty() {
            return Ok(choice.thinks());
        }
        if self.text.len() + piece.len() > self.max {
            return Err(Fault::TooLarge { limit: self.max });
        }
        self.text.push_str(&piece);
        self.pending.push_str(&piece);
        if let Ok(permit) = self.deltas.try_reserve() {
            permit.send(Clean::from(std::mem::take(&mut self.pending)));
        }
        Ok(true)
    }

    fn end(mut self) -> Self {
        if !self.pending.is_empty() {
            let rest = Clean::from(std::mem::take(&mut self.pending));
            drop(self.deltas.try_send(rest));
        }
        self
    }

    fn finish(self, limit: u64) -> Result<String, Fault> {
        if !self.refusal.is_empty() && self.text.is_empty() {
            return Err(Fault::Declined(self.refusal));
        }
        match self.finish.as_deref() {
            None => Err(Fault::Unfinished { text: self.text.len() }),
            Some("length" | "max_tokens" | "MAX_TOKENS") => Err(Fault::Cut { tokens: limit }),
            Some("content_filter" | "SAFETY") => {
                Err(Fault::Declined("its content filter stopped the reply".to_owned()))
            }
            Some(reason) if self.text.trim().is_empty() => {
                Err(Fault::Declined(format!("it ended ({reason}) without a word")))
            }
            Some(_) => Ok(self.text),
        }
    }
}

fn is_loopback(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

#[cfg(test)]
mod tests;

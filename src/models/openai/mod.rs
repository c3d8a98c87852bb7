//! Any server that speaks one of OpenAI's protocols, through async-openai.
//!
//! The library makes the request and reads the events (its "bring your own types" streams, with types of ours that take
//! whatever compatible servers send); the transport below it is ours, and so are retries, time-outs and errors.

mod bill;
mod breaker;
mod canary;
mod course;
mod embed;
mod endpoint;
mod fault;
mod hide;
mod hops;
mod json;
mod pace;
mod pause;
mod probe;
mod proxy;
mod reader;
mod reply;
mod room;
mod shape;
mod stale;
mod transport;
mod wire;

use super::{
    Abilities, Model, ModelError, Request, Response,
    memory::Known,
    pricing::{Pricing, estimate_tokens},
    settings::{Api, ModelSettings, ProviderSettings},
};
use crate::domain::{Clean, usage::Usage};
use async_openai::{Client, error::OpenAIError};
use bill::Bill;
pub use breaker::Breaker;
use course::Course;
use endpoint::Endpoint;
pub use endpoint::Key;
pub(super) use endpoint::{client, is_local};
use fault::{Fault, Whom};
use futures::{StreamExt, future::BoxFuture};
use hide::hide;
pub use hops::Hop;
use pace::Patience;
pub use probe::Tested;
use reader::{Ended, Limits, Reader};
use serde_json::Value;
use shape::Ask;
pub use shape::Shape;
use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;
pub(super) use transport::cause;
use transport::{Probe, Transport};
use wire::{Counted, Events};

/// Ways of asking tried on one call before the server's refusal is final.
const MAX_ADAPTATIONS: u32 = 8;
/// How long a server that has never given a whole reply may go on behind a first word that came as late as may be: all
/// that such a server does in one call ends within three minutes with the usual settings.
const SETTLING: Duration = Duration::from_secs(25);
/// How long a call whose time is over may take to come to its next word.
const GRACE: Duration = Duration::from_secs(2);

/// Where the randomness of waits comes from: a number from 0 to 1.
#[derive(Clone)]
pub struct Jitter(Arc<dyn Fn() -> f64 + Send + Sync>);

impl Jitter {
    #[must_use]
    pub fn new(source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }
}

impl Default for Jitter {
    fn default() -> Self {
        // Every `RandomState` has keys of its own.
        Self::new(|| (RandomState::new().hash_one(0_u8) % 1000) as f64 / 1000.0)
    }
}

impl fmt::Debug for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Jitter")
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
    breaker: Arc<Breaker>,
    jitter: Jitter,
    /// The provider's settings say how to ask first; what was learnt since counts more.
    known: Mutex<Known>,
    first_shape: Shape,
}

/// What a call has cost so far.
#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    calls: u32,
    counted: Counted,
    /// When the call has to be over.
    until: Option<Instant>,
    /// Time that went into attempts that failed, and into waits after them.
    failing: Duration,
}

impl Spent {
    fn add(&mut self, counted: Counted) {
        self.calls += 1;
        self.counted.input = self.counted.input.saturating_add(counted.input);
        self.counted.cached = self.counted.cached.saturating_add(counted.cached);
        self.counted.output = self.counted.output.saturating_add(counted.output);
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
        let wrong = |what: String| ModelError::Provider(Clean::from(format!("{id}: {what}")));
        let base = provider.base_url.trim().trim_end_matches('/').to_owned();
        let http = client(&base, settings).map_err(wrong)?;
        let endpoint = Endpoint::new(base.clone(), key).map_err(|what| wrong(what.to_owned()))?;
        let mut known = settings.memory.of(&base, model);
        if provider.context_tokens.is_some() {
            known.abilities.context_tokens = provider.context_tokens;
        }
        let pricing = Pricing::new(&settings.prices);
        if let Some(price) = pricing.of(id) {
            let abilities = &mut known.abilities;
            abilities.context_tokens = abilities.context_tokens.or(price.context);
            abilities.output_tokens = abilities.output_tokens.or(price.max_output);
        }
        Ok(Self {
            id: id.to_owned(),
            model: model.to_owned(),
            settings: settings.clone(),
            pricing,
            endpoint,
            key_env: provider.key_env.clone(),
            http,
            breaker: Arc::new(Breaker::default()),
            jitter: Jitter::default(),
            known: Mutex::new(known),
            first_shape: Shape::from(provider),
        })
    }

    /// With the state of its server shared by all models there.
    #[must_use]
    pub fn with_breaker(mut self, breaker: Arc<Breaker>) -> Self {
        self.breaker = breaker;
        self
    }
    /// With another source of randomness for its waits.
    #[must_use]
    pub fn with_jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// How long a call may take in all.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.settings.timeouts.call()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shape(&self) -> Shape {
        let known = self.known();
        known.shape.unwrap_or(self.first_shape).within(&known.abilities)
    }

    /// Remembers what was learnt, here and for later runs.
    fn learn(&self, change: impl Fn(&mut Known)) {
        let mut known = self.known();
        let before = known.clone();
        change(&mut known);
        if *known != before {
            self.settings.memory.learn(&self.endpoint.base, &self.model, change);
        }
    }

    fn fail(&self, fault: Fault, attempts: u32, spent: Spent) -> ModelError {
        let whom = Whom {
            id: &self.id,
            base_url: &self.endpoint.base,
            key_env: self.key_env.as_deref(),
            has_key: self.endpoint.key().is_some(),
            secrets: &self.endpoint.secrets,
        };
        let error = fault.hiding(whom.secrets).into_error(&whom, attempts);
        if spent.calls == 0 {
            return error;
        }
        ModelError::Spent { error: Box::new(error), usage: self.usage(spent) }
    }

    fn usage(&self, spent: Spent) -> Usage {
        let Counted { input, cached, output } = spent.counted;
        let cost_micros = self.pricing.cost(&self.id, input, cached, output);
        Usage { calls: spent.calls, input_tokens: input, cached_tokens: cached, output_tokens: output, cost_micros }
    }

    /// Attempts until one succeeds or none may help.
    async fn converse(
        &self,
        request: &Request,
        ask: Ask<'_>,
        output_tokens: u32,
        deltas: &mpsc::Sender<Clean>,
        spent: &mut Spent,
    ) -> Result<(Ended, Shape), (Fault, u32)> {
        let mut shape = self.shape();
        let mut output_tokens = output_tokens;
        let (mut attempts, mut adaptations, mut broke_off) = (0, 0, false);
        let most = self.settings.timeouts.unproven();
        let mut before: Option<Fault> = None;
        loop {
            attempts += 1;
            let (paid, began) = (spent.calls, Instant::now());
            let left = before.as_ref().map(|_| whole_ms(most.saturating_sub(spent.failing)));
            let ask = Ask { output_tokens: shape.output_tokens(output_tokens), ..ask };
            let fault = match (self.attempt(request, shape, ask, left, deltas, spent).await, before.take()) {
                (Ok(ended), _) => {
                    self.breaker.answered(Instant::now());
                    return Ok((ended, shape));
                }
                // Only the time that was left ended it: what went wrong before is the news.
                (Err(Fault::Silence { limit, first: true }), Some(before)) if Some(limit) == left => before,
                (Err(fault), _) => fault,
            };
            spent.failing += began.elapsed();
            if let Fault::Status { status, body, .. } = &fault
                && adaptations < MAX_ADAPTATIONS
                && spent.failing < most
                && let Some(next) = shape.after_refusal(*status, body, request, self.endpoint.names_version())
            {
                adaptations += 1;
                attempts -= 1;
                shape = next;
                before = Some(fault);
                continue;
            }
            if fault.is_answer() {
                self.breaker.answered(Instant::now());
            }
            let leave_alone = fault.is_trouble() && self.breaker.failed(&fault.short(), began, Instant::now());
            let again = fault.may_pass() || (fault.broke_off() && !std::mem::replace(&mut broke_off, true));
            let wait = fault.retry_after().unwrap_or_else(|| self.backoff(attempts));
            let in_time = spent.failing.saturating_add(wait) < most;
            if !again || leave_alone || !in_time || attempts > self.settings.retries {
                return Err((fault, attempts));
            }
            // Whatever it has cost was reserved for the call once: the next attempt has what is left of that.
            if spent.calls > paid {
                let sent = self.asked_tokens(request, ask);
                let Some(room) = self.room_within(request, *spent, sent, u64::from(output_tokens)) else {
                    return Err((fault, attempts));
                };
                output_tokens = room;
            }
            let longest = Duration::from_millis(self.settings.max_wait_ms);
            if !self.breaker.may_wait(wait, longest, Instant::now()) {
                return Err((fault, attempts));
            }
            tokio::time::sleep(wait).await;
            spent.failing += wait;
            before = Some(fault);
        }
    }

    /// Doubles with every attempt; between half and all of it at random, so that many clients do not return at once.
    fn backoff(&self, attempt: u32) -> Duration {
        let full = self.settings.backoff_ms.saturating_mul(1 << attempt.saturating_sub(1).min(10));
        Duration::from_millis(full).mul_f64(0.5 + 0.5 * (self.jitter.0)().clamp(0.0, 1.0))
    }

    async fn attempt(
        &self,
        request: &Request,
        shape: Shape,
        ask: Ask<'_>,
        left: Option<Duration>,
        deltas: &mpsc::Sender<Clean>,
        spent: &mut Spent,
    ) -> Result<Ended, Fault> {
        let idle = self.settings.timeouts.idle();
        let limits = Limits {
            bytes: self.settings.max_reply_bytes,
            tokens: ask.output_tokens,
            idle: if self.breaker.proven() {
                Patience::usual(idle)
            } else {
                let unproven = self.settings.timeouts.unproven().saturating_sub(spent.failing);
                Patience::until(idle, Instant::now() + unproven + SETTLING)
            },
            until: spent.until.map(|until| (until, self.settings.timeouts.call())),
        };
        let sent = self.asked_tokens(request, ask);
        // A reply that was cut goes on somewhere in the object.
        let course =
            if ask.cut.is_none() { Course::to(&request.schema).about(&request.user) } else { Course::default() };
        let reader = Reader::new(deltas, limits).hiding(&self.endpoint.telling).towards(course);
        let mut bill = Bill::new(reader, spent, sent, ask.output_tokens);
        let result = self.exchange(shape.body(&self.model, request, ask), shape, left, &mut bill).await;
        bill.settle(result)
    }

    /// One request and the events of its answer. Its first token must come within `left`, where less is left than usual.
    async fn exchange(
        &self,
        body: Value,
        shape: Shape,
        left: Option<Duration>,
        bill: &mut Bill<'_, '_>,
    ) -> Result<(), Fault> {
        let mut timeouts = self.settings.timeouts;
        let mut quiet = if self.breaker.proven() { timeouts.call() } else { timeouts.unproven() };
        if !shape.streams {
            // Nothing is heard before all of it is written.
            timeouts.first_token_ms = timeouts.first_token_ms.max(as_ms(quiet));
        }
        if let Some(left) = left.filter(|left| *left < timeouts.first_token()) {
            timeouts.first_token_ms = as_ms(left);
            quiet = quiet.min(left);
        }
        let probe = Arc::new(Probe::new(quiet, bill.answered()));
        let reader = &mut bill.reader;
        let transport = Transport {
            http: self.http.clone(),
            timeouts,
            patience: reader.patience(),
            // Each token of a reply travels in an event of its own, many times its size.
            max_body: self.settings.max_reply_bytes.saturating_mul(64).saturating_add(1 << 20),
            // The responses protocol says the whole reply once more in its last event.
            max_line: self.settings.max_reply_bytes.saturating_add(64 * 1024),
            probe: probe.clone(),
        };
        let client = Client::build(self.http.clone(), self.endpoint.with(shape)).with_http_service(transport);
        let noted = |text: usize, error: Option<OpenAIError>| match (probe.take_fault(), error) {
            (Some(Fault::Broken { detail, .. }), _) => Fault::Broken { detail, text },
            (Some(fault), _) => fault,
            (None, Some(OpenAIError::JSONDeserialize(error, _))) => Fault::Garbled(error.to_string()),
            (None, Some(error)) => {
                let said = hide(&error.to_string(), &self.endpoint.secrets).into_owned();
                Fault::Broken { detail: Clean::from(said).one_line(200), text }
            }
            (None, None) => Fault::Unfinished { text },
        };
        let opened = match shape.api {
            Api::Chat => client.chat().create_stream_byot::<Value, Events>(body).await,
            Api::Responses => client.responses().create_stream_byot::<Value, Events>(body).await,
        };
        let mut stream = opened.map_err(|error| noted(0, Some(error)))?;
        while let Some(event) = stream.next().await {
            let events = event.map_err(|error| noted(reader.received(), Some(error)))?;
            for chunk in &events.0 {
                if reader.take(chunk)? {
                    probe.token();
                }
            }
        }
        probe.take_fault().map_or(Ok(()), Err)
    }
}

fn as_ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn whole_ms(time: Duration) -> Duration {
    Duration::from_millis(as_ms(time))
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
    fn abilities(&self) -> Abilities {
        self.known().abilities.clone()
    }
    fn has_price(&self) -> bool {
        self.pricing.of(&self.id).is_some()
    }
    fn worst_case(&self, request: &Request) -> Usage {
        self.reserve(request)
    }

    fn call<'a>(
        &'a self,
        request: &'a Request,
        deltas: mpsc::Sender<Clean>,
        cancel: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        Box::pin(async move {
            let limit = self.settings.timeouts.call();
            let until = Instant::now() + limit;
            let mut spent = Spent { until: Some(until), ..Spent::default() };
            // Whichever ends first drops the others: a dropped exchange closes its connection at once.
            let result = tokio::select! {
                biased;
                () = cancel.cancelled() => Err((Fault::Cancelled, 1)),
                result = self.reply(request, &deltas, &mut spent) => result,
                // What is being written ends with its next word.
                () = tokio::time::sleep_until(until + GRACE.min(limit)) => {
                    let fault = Fault::TooSlow { limit };
                    self.breaker.failed(&fault.short(), until - limit, Instant::now());
                    Err((fault, 1))
                }
            };
            let response = result.map_err(|(fault, attempts)| self.fail(fault, attempts, spent))?;
            // What is kept of the reply (hub, recording) does not hold it.
            Ok(Response { text: hide(&response.text, &self.endpoint.telling).into_owned(), ..response })
        })
    }
}

#[cfg(test)]
mod tests;

//! The HTTP side of a call, as a service under async-openai's client.
//!
//! The library keeps neither the status of every error nor its headers, and hides the comments by which a server says
//! that it is still at work. Here everything passes, so here time is kept, sizes are limited and faults are noted.

use super::super::settings::Timeouts;
use super::{fault::Fault, pace::Patience, pause};
use async_openai::{error::OpenAIError, middleware::HttpRequestFactory};
use futures::future::BoxFuture;
use reqwest::{Body, Response, header};
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout, timeout_at},
};
use tokio_util::bytes::{Buf, Bytes};

/// As much of an error's body as is worth reading.
const MAX_ERROR_BODY: usize = 64 * 1024;
/// As long as its words are worth waiting for; the status is there already.
const ERROR_BODY_TIME: Duration = Duration::from_secs(10);

/// What one attempt's transport has seen; shared with the reader of the stream.
#[derive(Debug)]
pub struct Probe {
    fault: Mutex<Option<Fault>>,
    tokens_flow: AtomicBool,
    /// The server has begun an answer.
    answered: Arc<AtomicBool>,
    changed: Notify,
    /// When the last token came, at first when the request was made.
    token_at: Mutex<Instant>,
    /// The longest between two tokens, whatever other signs of life there are.
    quiet: Duration,
}

impl Probe {
    pub fn new(quiet: Duration, answered: Arc<AtomicBool>) -> Self {
        Self {
            fault: Mutex::default(),
            tokens_flow: AtomicBool::default(),
            answered,
            changed: Notify::default(),
            token_at: Mutex::new(Instant::now()),
            quiet,
        }
    }
    /// A token came: from now on the idle limit counts, not the one for the first token.
    pub fn token(&self) {
        *self.token_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        if !self.tokens_flow.swap(true, Ordering::Relaxed) {
            self.changed.notify_one();
        }
    }
    fn token_at(&self) -> Instant {
        *self.token_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn flows(&self) -> bool {
        self.tokens_flow.load(Ordering::Relaxed)
    }
    pub fn take_fault(&self) -> Option<Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
    fn note(&self, fault: Fault) -> io::Error {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
        io::Error::other("see the noted fault")
    }
}

#[derive(Debug, Clone)]
pub struct Transport {
    pub http: reqwest::Client,
    pub timeouts: Timeouts,
    pub patience: Patience,
    pub max_body: usize,
    /// The longest line of a stream: the library looks at an unfinished one anew with every byte that comes.
    pub max_line: usize,
    pub probe: Arc<Probe>,
}

impl tower::Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        let this = self.clone();
        Box::pin(async move {
            let request = factory.build().await?;
            match this.exchange(request).await {
                Ok(response) => Ok(response),
                Err(fault) => Err(OpenAIError::Boxed(Box::new(this.probe.note(fault)))),
            }
        })
    }
}

impl Transport {
    async fn exchange(&self, request: reqwest::Request) -> Result<Response, Fault> {
        let limit = self.timeouts.first_token();
        let response = match timeout(limit, self.http.execute(request)).await {
            Err(_) => return Err(Fault::Silence { limit, first: true }),
            Ok(Err(error)) if error.is_connect() => return Err(Fault::Connect(cause(error))),
            Ok(Err(error)) => return Err(Fault::Broken { detail: cause(error), text: 0 }),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        if !status.is_success() {
            let retry_after =
                response.headers().get(header::RETRY_AFTER).and_then(|v| pause::in_header(v.to_str().ok()?));
            let body = String::from_utf8_lossy(&self.error_body(response).await).into_owned();
            let retry_after = retry_after.or_else(|| pause::in_words(&body).filter(|_| status.as_u16() == 429));
            return Err(Fault::Status { status: status.as_u16(), body, retry_after });
        }
        self.probe.answered.store(true, Ordering::Relaxed);
        let not_api = |detail: String| Err(Fault::NotApi { status: status.as_u16(), detail });
        let packed = response.headers().get(header::CONTENT_ENCODING).filter(|packed| *packed != "identity");
        if let Some(packed) = packed {
            let how = String::from_utf8_lossy(packed.as_bytes());
            return not_api(format!("compressed ({how}), which nobody asked for"));
        }
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match kind.as_str() {
            "application/json" => self.whole_as_event(response).await,
            "" | "text/event-stream" | "application/octet-stream" | "text/plain" | "application/x-ndjson" => {
                Ok(self.watched(response))
            }
            other => not_api(format!("content type {other}")),
        }
    }

    /// The answer of a server that does not stream, as a stream of one event.
    async fn whole_as_event(&self, response: Response) -> Result<Response, Fault> {
        let status = response.status().as_u16();
        // It holds the reply once, in one piece: what bounds a line of a stream bounds it.
        let body = self.read(response, self.max_line).await?;
        let not_api = |detail: &str| Err(Fault::NotApi { status, detail: detail.to_owned() });
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&body) else {
            return not_api("a body that is not JSON");
        };
        if !value.is_object() {
            return not_api("a body that is no JSON object");
        }
        Ok(event_stream(Body::from(format!("data: {value}\n\ndata: [DONE]\n\n"))))
    }

    /// The same response, with its clock, its size and its end watched.
    fn watched(&self, response: Response) -> Response {
        let watch = Watch {
            response,
            transport: self.clone(),
            total: 0,
            head: Vec::new(),
            line: 0,
            left: Bytes::new(),
            begins_event: true,
        };
        let body = futures::stream::try_unfold(watch, |mut watch| async move {
            match watch.piece().await {
                Ok(piece) => Ok(piece.map(|piece| (piece, watch))),
                Err(fault) => Err(watch.transport.probe.note(fault)),
            }
        });
        event_stream(Body::wrap_stream(body))
    }

    /// The next bytes, or the silence in place of them. The reader of the stream may find the first token only when the
    /// wait for what comes after it has begun, so the limit is looked at again when that happens.
    async fn next(&self, response: &mut Response) -> Result<Result<Option<Bytes>, reqwest::Error>, Fault> {
        let since = Instant::now();
        let mut chunk = std::pin::pin!(response.chunk());
        loop {
            let first = !self.probe.flows();
            let limit = if first { self.timeouts.first_token() } else { self.patience.at(since) };
            let quiet_until = self.probe.token_at() + self.probe.quiet;
            if Instant::now() >= quiet_until {
                return Err(Fault::Silence { limit: self.probe.quiet, first });
            }
            tokio::select! {
                biased;
                got = &mut chunk => return Ok(got),
                () = self.probe.changed.notified() => {}
                () = sleep_until(quiet_until) => {}
                () = sleep_until(since + limit) => return Err(Fault::Silence { limit, first }),
            }
        }
    }

    /// A body that comes whole. Its head says that the reply is written, so it has no more time than a pause in a stream.
    async fn read(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Fault> {
        let mut body = Vec::new();
        let limit = self.timeouts.idle();
        let until = Instant::now() + limit;
        loop {
            match timeout_at(until, response.chunk()).await {
                Err(_) => return Err(Fault::Drip { limit }),
                Ok(Err(error)) => return Err(Fault::Broken { detail: cause(error), text: 0 }),
                Ok(Ok(None)) => return Ok(body),
                Ok(Ok(Some(bytes))) if body.len() + bytes.len() > most => return Err(Fault::TooLarge { limit: most }),
                Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            }
        }
    }

    /// What came of an error's words in time; its status counts whatever becomes of them.
    async fn error_body(&self, mut response: Response) -> Vec<u8> {
        let mut body = Vec::new();
        let until = Instant::now() + ERROR_BODY_TIME.min(self.timeouts.idle());
        while body.len() < MAX_ERROR_BODY
            && let Ok(Ok(Some(bytes))) = timeout_at(until, response.chunk()).await
        {
            body.extend_from_slice(&bytes);
        }
        body.truncate(MAX_ERROR_BODY);
        body
    }
}

/// A stream of events on its way to the library.
struct Watch {
    response: Response,
    transport: Transport,
    /// Bytes that came so far.
    total: usize,
    /// The first of them.
    head: Vec<u8>,
    /// Bytes since the last end of a line.
    line: usize,
    /// What came and was not handed on.
    left: Bytes,
    begins_event: bool,
}

impl Watch {
    /// The next piece for the library, `None` at the end of the stream.
    async fn piece(&mut self) -> Result<Option<Bytes>, Fault> {
        if self.left.is_empty() && !self.more().await? {
            return Ok(None);
        }
        let (piece, ended) = told(next_event(&mut self.left), self.begins_event);
        self.begins_event = ended;
        Ok(Some(piece))
    }

    /// Waits for more bytes; false at the end of the stream.
    async fn more(&mut self) -> Result<bool, Fault> {
        let (max_body, max_line) = (self.transport.max_body, self.transport.max_line);
        let got = self.transport.next(&mut self.response).await?;
        let Some(mut bytes) = got.map_err(|error| Fault::Broken { detail: cause(error), text: 0 })? else {
            let status = self.response.status().as_u16();
            return match begins_an_event(&self.head) {
                true => Ok(false),
                false => Err(Fault::NotApi { status, detail: "a stream of something else than events".to_owned() }),
            };
        };
        if self.total == 0 && bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.advance(3);
        }
        self.head.extend(bytes.iter().take(HEAD.saturating_sub(self.head.len())));
        self.total += bytes.len();
        self.line = bytes.iter().rev().position(|b| *b == b'\n').unwrap_or(self.line + bytes.len());
        if self.line > max_line {
            return Err(Fault::TooLarge { limit: max_line });
        }
        if self.total > max_body {
            return Err(Fault::TooLarge { limit: max_body });
        }
        self.left = bytes;
        Ok(true)
    }
}

/// Enough of a stream to tell its kind.
const HEAD: usize = 16;

/// Whether a stream that began so is one of events, as far as can be told: a field, a comment, or nothing.
fn begins_an_event(head: &[u8]) -> bool {
    let head = head.trim_ascii_start();
    let fields: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b":"];
    head.is_empty() || fields.iter().any(|field| head.starts_with(field) || field.starts_with(head))
}

/// Takes the first event from the front of `bytes`, or, where several JSON objects came in one piece, all of them as one
/// event with a list ([`super::wire::Events`]): what the library spends on an event is many times what a token is worth.
/// Where none ends it is all of `bytes`. The library copies whatever is behind an event with every event that it reads,
/// so it is given one at a time.
fn next_event(bytes: &mut Bytes) -> Bytes {
    let (mut objects, mut at) = (Vec::new(), 0);
    while let Some(object) = plain_object(&bytes[at..]) {
        objects.push(object);
        at += FIELD.len() + object.len() + END.len();
    }
    if objects.len() < 2 {
        let end = bytes.windows(END.len()).position(|end| end == END).map_or(bytes.len(), |at| at + END.len());
        return bytes.split_to(end);
    }
    let together = [FIELD, b"[", &objects.join(&b","[..]), b"]", END].concat();
    bytes.advance(at);
    Bytes::from(together)
}

/// A piece of the stream, `fresh` where an event begins with it, and whether one begins behind it. An event that holds
/// no JSON but a sign of life (`data: ping`, an empty one) becomes a comment: the library takes it for a broken reply.
fn told(piece: Bytes, fresh: bool) -> (Bytes, bool) {
    let whole = piece.ends_with(END);
    let is_aside = fresh && whole && piece.len() < 100 && is_sign_of_life(&piece);
    (if is_aside { Bytes::from_static(b":\n\n") } else { piece }, whole)
}

fn is_sign_of_life(event: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(event) else { return false };
    let (mut name, mut data) = ("", None);
    for line in text.lines() {
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        match field {
            "event" => name = value.trim(),
            "data" => data = Some(value.trim()),
            _ => {}
        }
    }
    let ping = matches!(name, "ping" | "heartbeat" | "keepalive" | "keep-alive");
    data.is_some_and(|data| ping || data.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-'))
}

const FIELD: &[u8] = b"data: ";
const END: &[u8] = b"\n\n";

/// The object of an event of one line that begins `bytes`; not if there is anything else in it.
fn plain_object(bytes: &[u8]) -> Option<&[u8]> {
    let line = &bytes[..bytes.iter().position(|byte| *byte == b'\n')?];
    let object = line.strip_prefix(FIELD).filter(|data| data.starts_with(b"{") && data.ends_with(b"}"))?;
    bytes[line.len()..].starts_with(END).then_some(object)
}

fn event_stream(body: Body) -> Response {
    let mut response = http::Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/event-stream"));
    Response::from(response)
}

/// The innermost reason, without the URL, which may carry credentials.
pub(in crate::models) fn cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut reason: &dyn std::error::Error = &error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str) -> Vec<String> {
        let mut bytes = Bytes::copy_from_slice(text.as_bytes());
        let mut events = Vec::new();
        while !bytes.is_empty() {
            events.push(String::from_utf8(next_event(&mut bytes).to_vec()).unwrap());
        }
        events
    }

    #[test]
    fn a_stream_of_something_else_is_told_from_one_that_says_nothing() {
        for head in ["", "\n\n", "data: {", "dat", ": ping", "event: x", "id:1", "retry: 10"] {
            assert!(begins_an_event(head.as_bytes()), "{head:?}");
        }
        for head in ["{\"model\":\"m\"", "[]", "<html>", "Not found"] {
            assert!(!begins_an_event(head.as_bytes()), "{head:?}");
        }
    }

    #[test]
    fn bytes_are_taken_event_by_event_and_none_is_lost() {
        assert_eq!(taken("data: 1\n\ndata: 2\n\ndat"), ["data: 1\n\n", "data: 2\n\n", "dat"]);
        assert_eq!(taken("\n\n\ndata: 1\r\n\r\n"), ["\n\n", "\ndata: 1\r\n\r\n"]);
        assert_eq!(taken(""), Vec::<String>::new());
    }

    #[test]
    fn objects_that_come_in_one_piece_are_one_event() {
        let rest = "data: [DONE]\n\n";
        assert_eq!(
            taken(&format!("data: {{\"a\":1}}\n\ndata: {{}}\n\n{rest}data: {{")),
            ["data: [{\"a\":1},{}]\n\n", rest, "data: {"]
        );
        // What has a name, a comment or a second line is left as it is.
        for odd in
            ["event: x\ndata: {}\n\n", ": at work\n\n", "data: {\ndata: }\n\n", "data: {}\nid: 1\n\n", "data:{}\n\n"]
        {
            assert_eq!(taken(&format!("{odd}data: {{}}\n\n{odd}")), [odd, "data: {}\n\n", odd]);
        }
    }

    #[test]
    fn a_sign_of_life_is_a_comment_and_everything_else_is_left() {
        let of = |text: &'static str, fresh| {
            let (piece, next) = told(Bytes::from_static(text.as_bytes()), fresh);
            (String::from_utf8(piece.to_vec()).unwrap(), next)
        };
        for aside in ["data: ping\n\n", "data:\n\n", "data\n\n", "event: ping\ndata: {}\n\n", "data: keep-alive\n\n"] {
            assert_eq!(of(aside, true), (":\n\n".to_owned(), true), "{aside}");
            assert_eq!(of(aside, false).0, aside, "in the middle of another");
        }
        for other in ["data: {}\n\n", "data: [DONE]\n\n", ": hi\n\n", "\n\n", "data: 7\n\n", "data: {\"a\n\n"] {
            assert_eq!(of(other, true), (other.to_owned(), true), "{other}");
        }
        assert_eq!(of("data: pi", true), ("data: pi".to_owned(), false));
    }
}

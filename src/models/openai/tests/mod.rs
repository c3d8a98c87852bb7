//! A server on loopback that misbehaves as told, and what the client makes of it.

mod faults;
mod ways;

use super::*;
use crate::models::settings::{Structured, Timeouts};
use crate::models::testing::{collect, collect_with, request_of};
use std::{collections::VecDeque, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// What the server does with one connection.
enum Act {
    /// Sends these pieces, each flushed, then closes.
    Send(Vec<Vec<u8>>),
    /// Sends this, then resets the connection.
    Reset(Vec<u8>),
    /// Sends this, then says nothing until the client goes away, which it reports.
    Hang(Vec<u8>, Option<oneshot::Sender<()>>),
    /// Answers so after this many milliseconds, however long the client waits.
    Late(u64, Vec<u8>),
    /// Sends this, then a space every few milliseconds until the client goes away.
    Drip(Vec<u8>),
    /// Sends the head, then a comment every few milliseconds, then the rest.
    Comments { times: u32, rest: Vec<u8> },
}

struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        tokio::spawn(async move {
            let mut acts = VecDeque::from(acts);
            while let Some(act) = acts.pop_front() {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read_request(&mut socket).await;
                log.lock().unwrap().push(request);
                tokio::spawn(perform(socket, act));
            }
        });
        Self { address, seen }
    }

    fn model(&self, settings: ModelSettings) -> OpenAi {
        self.model_with(settings, Structured::Bounded)
    }

    fn model_with(&self, settings: ModelSettings, structured: Structured) -> OpenAi {
        let provider = ProviderSettings {
            base_url: format!("http://{}/v1/", self.address),
            key_env: Some("MY_KEY".into()),
            structured,
            ..ProviderSettings::default()
        };
        OpenAi::new("compat/test-1", "test-1", &provider, Some(Key::new(KEY).unwrap()), &settings).unwrap()
    }

    fn bodies(&self) -> Vec<Value> {
        self.seen.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

const KEY: &str = "sk-test-0123456789";

async fn read_request(socket: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let n = socket.read(&mut buffer).await.unwrap();
        assert!(n > 0, "the client closed before its request was whole");
        bytes.extend_from_slice(&buffer[..n]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let lower = head.to_ascii_lowercase();
        let length: usize =
            lower.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |v| v.trim().parse().unwrap());
        if bytes.len() >= end + 4 + length {
            return (head, serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default());
        }
    }
}

async fn perform(mut socket: TcpStream, act: Act) {
    match act {
        Act::Send(pieces) => {
            for piece in pieces {
                // A client that has heard enough closes early; that is its right.
                if socket.write_all(&piece).await.is_err() || socket.flush().await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            drop(socket.shutdown().await);
        }
        Act::Reset(bytes) => {
            socket.write_all(&bytes).await.unwrap();
            socket.flush().await.unwrap();
            rustix::net::sockopt::set_socket_linger(&socket, Some(Duration::ZERO)).unwrap();
        }
        Act::Hang(bytes, gone) => {
            socket.write_all(&bytes).await.unwrap();
            let mut buffer = [0_u8; 64];
            while socket.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
            if let Some(gone) = gone {
                let _ = gone.send(());
            }
        }
        Act::Late(ms, bytes) => {
            // The pace of the server that the test is about, not a wait for anything.
            tokio::time::sleep(Duration::from_millis(ms)).await;
            drop(socket.write_all(&bytes).await);
        }
        Act::Drip(bytes) => {
            socket.write_all(&bytes).await.unwrap();
            while socket.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        Act::Comments { times, rest } => {
            socket.write_all(HEAD.as_bytes()).await.unwrap();
            for _ in 0..times {
                // The pace of the server that the test is about, not a wait for anything.
                tokio::time::sleep(Duration::from_millis(10)).await;
                if socket.write_all(b": still at work\n\n").await.is_err() {
                    return;
                }
            }
            socket.write_all(&rest).await.unwrap();
        }
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}
fn delta(text: &str) -> String {
    event(
        &serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}], "usage": null}),
    )
}
fn finish(reason: &str) -> String {
    event(&serde_json::json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}
fn usage() -> String {
    event(
        &serde_json::json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}}),
    )
}
const DONE: &str = "data: [DONE]\n\n";

fn good(text: &str) -> Act {
    Act::Send(vec![format!("{HEAD}{}{}{}{DONE}", delta(text), finish("stop"), usage()).into_bytes()])
}
fn answer(status: &str, headers: &str, kind: &str, body: &str) -> Act {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    Act::Send(vec![text.into_bytes()])
}
fn error(status: &str, body: &str) -> Act {
    answer(status, "", "application/json", body)
}

/// Nothing waits long, and nothing waits for a time-out unless a test makes it.
fn quick() -> ModelSettings {
    ModelSettings { backoff_ms: 1, ..ModelSettings::default() }
}

fn request() -> Request {
    request_of("compat/test-1", "build:core", 1, "work")
}

async fn failure(acts: Vec<Act>, settings: ModelSettings) -> (ModelError, usize) {
    let server = Server::start(acts).await;
    let (result, _) = collect(&server.model(settings), &request()).await;
    let seen = server.bodies().len();
    (result.expect_err("the call must fail").split().0, seen)
}

fn provider_text(error: ModelError) -> String {
    match error {
        ModelError::Provider(text) => text.to_string(),
        other => panic!("not a provider's fault: {other:?}"),
    }
}
fn reply_text(error: ModelError) -> String {
    match error {
        ModelError::Reply(text) => text.to_string(),
        other => panic!("not a reply's fault: {other:?}"),
    }
}

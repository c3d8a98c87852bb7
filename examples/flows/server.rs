//! A server that speaks the chat protocol without any delay, in a process of its own so that its time is not counted.

use crate::{parts, replies, stack::Stack};
use serde_json::{Value, json};
use std::{
    error::Error,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{self, Stdio},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
};

/// The argument by which this program knows that it is the server.
pub const WORD: &str = "serve";

/// What was asked of the server since it started.
#[derive(Debug, Clone)]
pub struct Count {
    pub calls: u64,
    /// Bodies of requests.
    pub bytes: u64,
    pub parts: parts::Parts,
}

/// The running server; ends with this value.
#[derive(Debug)]
pub struct Child {
    process: process::Child,
    address: String,
}

impl Child {
    /// Answers with software in this stack.
    pub fn start(stack: Stack) -> Result<Self, Box<dyn Error>> {
        let mut command = process::Command::new(std::env::current_exe()?);
        let mut process = command.args([WORD, stack.name()]).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let out = process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(out).read_line(&mut address)?;
        Ok(Self { process, address: address.trim().to_owned() })
    }

    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub fn count(&self) -> Result<Count, Box<dyn Error>> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.write_all(b"GET /count HTTP/1.1\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let body: Value = serde_json::from_str(answer.rsplit("\r\n\r\n").next().unwrap_or_default())?;
        let number = |name: &str| body[name].as_u64().ok_or("the server does not count");
        let parts = serde_json::from_value(body["parts"].clone())?;
        Ok(Count { calls: number("calls")?, bytes: number("bytes")?, parts })
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static PARTS: Mutex<parts::Parts> = Mutex::new(parts::Parts::new());

/// Serves until it is killed.
pub fn main(stack: Stack) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    for stream in listener.incoming() {
        let stream = stream?;
        // A client that went away is no failure of the server.
        thread::spawn(move || answer_all(stack, stream).ok());
    }
    Ok(())
}

/// Answers request after request on one connection.
fn answer_all(stack: Stack, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let (mut first, mut length) = (String::new(), 0);
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let mut line = String::new();
        while reader.read_line(&mut line)? > 2 {
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (kind, text) = if first.starts_with("POST") {
            CALLS.fetch_add(1, Relaxed);
            BYTES.fetch_add(length as u64, Relaxed);
            let request = serde_json::from_slice(&body)?;
            parts::add(&mut PARTS.lock().unwrap_or_else(PoisonError::into_inner), &request, length as u64);
            ("text/event-stream", stream_of(stack, &request))
        } else if first.starts_with("GET /count") {
            let parts = PARTS.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let count = json!({"calls": CALLS.load(Relaxed), "bytes": BYTES.load(Relaxed), "parts": parts});
            ("application/json", count.to_string())
        } else {
            ("application/json", json!({"data": [{"id": "scripted"}]}).to_string())
        };
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{text}", text.len())?;
        if first.starts_with("GET /count") {
            return Ok(());
        }
    }
}

/// The reply in pieces of about a token, as servers stream.
fn stream_of(stack: Stack, request: &Value) -> String {
    let text = replies::reply(stack, request).to_string();
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for piece in chars.chunks(4) {
        let piece: String = piece.iter().collect();
        out.push_str(&format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {"content": piece}}]})));
    }
    let asked: usize =
        request["messages"].as_array().into_iter().flatten().filter_map(|m| m["content"].as_str()).map(str::len).sum();
    out.push_str(&format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})));
    let usage = json!({"prompt_tokens": asked / 4, "completion_tokens": text.len() / 4, "total_tokens": (asked + text.len()) / 4});
    out.push_str(&format!("data: {}\n\ndata: [DONE]\n\n", json!({"choices": [], "usage": usage})));
    out
}

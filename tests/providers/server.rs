//! An OpenAI-compatible server on loopback that answers like a capable model, until it is told to misbehave.

use crate::quotes;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// One request, and what a capable model would answer.
pub struct Asked {
    pub body: Value,
    /// `plan_reply`, or `check` for the question whether a long request was read.
    pub name: String,
    /// Everything but the instructions.
    pub user: String,
    pub reply: String,
}

/// How it misbehaves: everything it sends in place of the answer.
pub type Fault = fn(&mut TcpStream, &Asked);
/// What it says.
pub type Answer = fn(&Asked) -> String;

pub struct Server {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    /// How many more times the plan is answered with the fault.
    faults: Arc<AtomicUsize>,
}

impl Server {
    /// It understands the requirement, and answers the first `times` requests for a plan with the fault.
    pub fn start(fault: Fault, times: usize) -> Self {
        Self::with(|asked| asked.reply.clone(), fault, times)
    }

    /// It says this, and nothing goes wrong on the way.
    pub fn saying(says: Answer) -> Self {
        Self::with(says, |_, _| {}, 0)
    }

    fn with(says: Answer, fault: Fault, times: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (asked, faults) = (Arc::<Mutex<Vec<String>>>::default(), Arc::new(AtomicUsize::new(times)));
        let (log, left) = (asked.clone(), faults.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, left) = (log.clone(), left.clone());
                thread::spawn(move || serve(stream, says, fault, &log, &left));
            }
        });
        Self { address, asked, faults }
    }

    /// From now on it answers.
    pub fn mend(&self) {
        self.faults.store(0, Ordering::SeqCst);
    }

    pub fn calls(&self) -> usize {
        self.asked.lock().expect("not poisoned").len()
    }

    pub fn count(&self, name: &str) -> usize {
        self.asked.lock().expect("not poisoned").iter().filter(|n| *n == name).count()
    }
}

fn serve(mut stream: TcpStream, says: Answer, fault: Fault, log: &Mutex<Vec<String>>, left: &AtomicUsize) {
    let body = match read(&mut stream) {
        Some(Some(body)) => body,
        // Without a body it is asked for its models.
        Some(None) => return send(&mut stream, &page("200 OK", "", "application/json", MODELS)),
        None => return,
    };
    let asked = understood(body);
    log.lock().expect("not poisoned").push(asked.name.clone());
    let spoilt = asked.name == "plan_reply"
        && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok();
    if spoilt {
        fault(&mut stream, &asked);
    } else {
        send(&mut stream, &answer(&asked, &says(&asked)));
    }
}

const MODELS: &str = r#"{"object":"list","data":[{"id":"m","object":"model"}]}"#;

/// The body of a request, if it has one; none when the client went away.
fn read(stream: &mut TcpStream) -> Option<Option<Value>> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut length, mut line) = (0, String::new());
    let mut asks = false;
    while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        asks |= line.starts_with("GET ");
        line.clear();
    }
    if asks {
        return Some(None);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok().map(Some)
}

fn understood(body: Value) -> Asked {
    let user = body["messages"][1]["content"].as_str().unwrap_or_default().to_owned();
    if let Some(rest) = user.strip_prefix("The first check word is ") {
        let word = |text: &str| text.split('.').next().unwrap_or_default().to_owned();
        let last = user.rsplit("The last check word is ").next().unwrap_or_default();
        let middle = user.split("The middle check word is ").nth(1).unwrap_or_default();
        let reply = format!("{} {} {}", word(rest), word(middle), word(last));
        return Asked { body, name: "check".to_owned(), user, reply };
    }
    // The name is where the schema is: in the format, in a tool, or nowhere when the schema lies in the prompt.
    let text = body.to_string();
    let names = ["understand_reply", "plan_reply", "design_reply", "build_reply", "test_reply", "verify_reply"];
    let name = names.into_iter().find(|name| text.contains(&format!("\"{name}\"")));
    let name = name.unwrap_or(if text.contains("team_notes") { "plan_reply" } else { "understand_reply" }).to_owned();
    let reply = quotes::reply(&name, &user).to_string();
    Asked { body, name, user, reply }
}

// A client that has heard enough closes early; that is its right.
pub fn send(stream: &mut TcpStream, text: &str) {
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

pub const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
pub const DONE: &str = "data: [DONE]\n\n";

pub fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}

pub fn delta(text: &str) -> String {
    event(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}], "usage": null}))
}

pub fn deltas(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(97).map(|piece| delta(&piece.iter().collect::<String>())).collect()
}

pub fn finish(reason: &str) -> String {
    event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

/// What a server counts that read all of it, at four bytes a token.
pub fn usage(asked: &Asked, text: &str) -> String {
    let messages = asked.body["messages"].as_array().into_iter().flatten();
    let read = messages.map(|m| m["content"].as_str().map_or(0, str::len)).sum::<usize>() / 4;
    event(&json!({"choices": [], "usage": {"prompt_tokens": read, "completion_tokens": text.len() / 4}}))
}

/// A right answer.
pub fn answer(asked: &Asked, text: &str) -> String {
    format!("{HEAD}{}{}{}{DONE}", deltas(text).concat(), finish("stop"), usage(asked, text))
}

/// An answer with an error status, or of another kind.
pub fn page(status: &str, headers: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

pub fn error(status: &str, headers: &str, message: &str) -> String {
    page(status, headers, "application/json", &json!({"error": {"message": message}}).to_string())
}

/// Closes the connection the hard way.
pub fn reset(stream: &TcpStream) {
    let _ = rustix::net::sockopt::set_socket_linger(stream, Some(std::time::Duration::ZERO));
}

/// Says nothing more, until the client has gone.
pub fn silence(stream: &mut TcpStream) {
    let mut buffer = [0_u8; 64];
    while stream.read(&mut buffer).is_ok_and(|n| n > 0) {}
}

//! A server on loopback that speaks the chat protocol and says what a test tells it to.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// The name of the reply asked for, the how manieth request for it this is, and the request.
pub type Says = fn(&str, usize, &Value) -> String;

/// The pack and the task, as text.
pub fn user(request: &Value) -> &str {
    request["messages"][1]["content"].as_str().unwrap_or_default()
}

/// Answers every request by the name of the schema it asks for; how often each was asked is counted.
pub struct Scripted {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Scripted {
    /// It says this to the request of a name that is asked the nth time.
    pub fn saying(says: Says) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        let address = listen(move |request| answer(request, &log, says));
        Self { address, asked }
    }

    pub fn count(&self, name: &str) -> usize {
        self.requests(name).len()
    }

    /// The requests for replies of a name, in order.
    pub fn requests(&self, name: &str) -> Vec<Value> {
        let asked = self.asked.lock().expect("not poisoned");
        asked.iter().filter(|(n, _)| *n == name).map(|(_, request)| request.clone()).collect()
    }
}

/// Answers every request on a port of its own by its JSON body, one at a time, with the whole of an HTTP response.
pub fn listen(mut answer: impl FnMut(&Value) -> String + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer(&request(&stream));
            // A client that was stopped has gone; the next one will ask again.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

fn request(stream: &TcpStream) -> Value {
    let mut reader = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the whole request");
    serde_json::from_slice(&body).expect("JSON")
}

fn answer(request: &Value, log: &Mutex<Vec<(String, Value)>>, says: Says) -> String {
    let name = request["response_format"]["json_schema"]["name"].as_str().unwrap_or_default().to_owned();
    let nth = {
        let mut log = log.lock().expect("not poisoned");
        log.push((name.clone(), request.clone()));
        log.iter().filter(|(n, _)| *n == name).count()
    };
    // The very first call meets a busy server.
    if name == "understand_reply" && nth == 1 {
        let body = r#"{"error":{"message":"busy"}}"#;
        format!(
            "HTTP/1.1 429 Busy\r\ncontent-type: application/json\r\nretry-after: 0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    } else {
        stream_of(&says(&name, nth, request), prompt_tokens(request))
    }
}

/// What a server counts that read all of it, at four bytes a token. One that counts far less than it was sent is asked
/// for check words, in a request without a schema, and nobody asks for that here.
fn prompt_tokens(request: &Value) -> usize {
    let messages = request["messages"].as_array().expect("messages");
    messages.iter().map(|m| m["content"].as_str().map_or(0, str::len)).sum::<usize>() / 4
}

fn stream_of(text: &str, prompt_tokens: usize) -> String {
    let mut out =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n: hello\n\n".to_owned();
    let chars: Vec<char> = text.chars().collect();
    for piece in chars.chunks(97) {
        let piece: String = piece.iter().collect();
        out.push_str(&format!("data: {}\n\n", json!({"choices": [{"delta": {"content": piece}}]})));
    }
    out.push_str(&format!("data: {}\n\n", json!({"choices": [{"delta": {}, "finish_reason": "stop"}]})));
    out.push_str(&format!(
        "data: {}\n\ndata: [DONE]\n\n",
        json!({"choices": [], "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": text.len() / 4}})
    ));
    out
}

//! The model path through the real binary: a server on loopback that speaks the chat protocol and gives scripted
//! replies. The application it "writes" lies in `tests/fixtures/quotes`.

use crate::{
    quotes::{self, WALL},
    support::{Bed, code, lines, text, workspace},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

const KEY: &str = "sk-e2e-4f1d8a7c";

/// Answers every request by the name of the schema it asks for; how often each was asked is counted.
struct Scripted {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serve(stream, &log);
            }
        });
        Self { address, asked }
    }

    fn count(&self, name: &str) -> usize {
        self.asked.lock().expect("not poisoned").iter().filter(|n| *n == name).count()
    }
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the whole request");
    let request: Value = serde_json::from_slice(&body).expect("JSON");
    let name = request["response_format"]["json_schema"]["name"].as_str().unwrap_or_default().to_owned();
    let nth = {
        let mut log = log.lock().expect("not poisoned");
        log.push(name.clone());
        log.iter().filter(|n| **n == name).count()
    };
    // The very first call meets a busy server.
    let answer = if name == "understand_reply" && nth == 1 {
        let body = r#"{"error":{"message":"busy"}}"#;
        format!(
            "HTTP/1.1 429 Busy\r\ncontent-type: application/json\r\nretry-after: 0\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    } else {
        let user = request["messages"][1]["content"].as_str().unwrap_or_default();
        stream_of(&reply(&name, nth, user).to_string(), prompt_tokens(&request))
    };
    // A client that was stopped has gone; the next one will ask again.
    let _ = stream.write_all(answer.as_bytes());
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

/// The second call (the first after the busy server) forgets a clause; the repair, told so, does not.
fn reply(name: &str, nth: usize, user: &str) -> Value {
    let mut reply = quotes::reply(name, user);
    match (name, nth) {
        ("understand_reply", 2) => {
            reply["clauses"].as_array_mut().expect("a list").pop();
        }
        ("understand_reply", _) => assert!(user.contains("<feedback") && user.contains("C-003 is dropped"), "{user}"),
        _ => {}
    }
    reply
}

/// Every file below a folder that holds the bytes.
fn holding(dir: &Path, needle: &[u8], found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("readable") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            holding(&entry.path(), needle, found);
        } else if kind.is_file() && fs::read(entry.path()).expect("readable").windows(needle.len()).any(|w| w == needle)
        {
            found.push(entry.path().display().to_string());
        }
    }
}

#[test]
fn a_language_model_builds_it_and_a_cassette_builds_it_again() {
    let server = Scripted::start();
    let bed = Bed::new();
    let cassette = bed.home.join("wall.jsonl");
    let record = format!("models.record={}", cassette.display());
    let run = bed
        .g1(&["run", WALL, "-m", "compat/scripted", "-y", "-c", &record])
        .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
        .env("OPENAI_API_KEY", format!("{KEY}\n"))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&run), 0, "{}{}", text(&run.stdout), text(&run.stderr));
    assert_eq!(server.count("understand_reply"), 3, "busy, a dropped clause, then right");
    assert_eq!(server.count("build_reply"), 1);

    let trace = bed.trace();
    assert_eq!(trace["outcome"], "proven");
    assert_eq!(trace["counts"]["proven"], 3);
    assert_eq!(trace["counts"]["unsourced"], 0);

    let mut found = Vec::new();
    holding(&bed.dir, KEY.as_bytes(), &mut found);
    holding(&bed.home, KEY.as_bytes(), &mut found);
    assert!(found.is_empty(), "the key lies in {found:?}");

    let again = Bed::new();
    let tape = cassette.display().to_string();
    let replay = again.output(&["replay", &tape, "--json"]);
    assert_eq!(code(&replay), 0, "{}", text(&replay.stderr));
    let said = lines(&replay.stdout).pop().expect("a last line");
    assert_eq!(said["outcome"], "proven");
    let calls = json!({"same": 7, "by_place": 0, "unanswered": 0, "unused": 0});
    assert_eq!((&said["replay"]["calls"], &said["replay"]["same_tree"]), (&calls, &json!(true)), "{said}");
    assert_eq!(workspace(&bed.dir), workspace(&again.dir));

    // Onto a recording nothing else is recorded.
    let other = Bed::new();
    let refused = other.output(&["run", "A list of birds.", "-y", "--plan-only", "-c", &record]);
    assert_eq!(code(&refused), 2, "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("a cassette holds one run") && !other.dir.exists());

    // Other words in the end line than those that come out: the files differ.
    let tampered = fs::read_to_string(&cassette).expect("text").replace("A quote has a text", "A quote has the text");
    fs::write(&cassette, tampered).expect("written");
    let planned = other.output(&["replay", &tape, "--plan-only"]);
    let told = text(&planned.stdout);
    assert!(told.contains("by their place") && told.contains("no files are compared"), "{told}");
}

#[test]
fn a_server_that_cannot_be_reached_pauses_the_run_with_exit_6_and_resume_goes_on() {
    let bed = Bed::new();
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let settings = ["-c", "models.backoff_ms=1"];
    let run = bed
        .g1(&["run", WALL, "-m", "compat/scripted", "-y"])
        .args(settings)
        .env("OPENAI_BASE_URL", format!("http://{closed}/v1"))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&run), 6, "{}{}", text(&run.stdout), text(&run.stderr));
    assert!(text(&run.stderr).contains(&closed.to_string()), "{}", text(&run.stderr));

    let server = Scripted::start();
    let resumed = bed
        .g1(&["resume"])
        .args(settings)
        .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&resumed), 0, "{}{}", text(&resumed.stdout), text(&resumed.stderr));
}

#[test]
fn a_key_that_was_not_set_is_exit_6_and_nothing_is_created() {
    let bed = Bed::new();
    let run = bed.output(&["run", WALL, "-m", "openai/any", "-y"]);
    assert_eq!(code(&run), 6);
    assert!(text(&run.stderr).contains("OPENAI_API_KEY"), "{}", text(&run.stderr));
    assert!(!bed.dir.join(".g1").exists());
}

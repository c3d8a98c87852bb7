//! Servers that may run on this machine: what `g1 models list`, `g1 doctor` and the start of a run say of them.

use crate::{
    server::{page, send},
    support::{Bed, GUEST_BOOK, code, text},
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener},
    process::Output,
    sync::{Arc, Mutex},
    thread,
};

/// Answers every request so; what it was sent, head by head.
fn answering(answer: String) -> (SocketAddr, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let (address, seen) = (listener.local_addr().expect("an address"), Arc::<Mutex<String>>::default());
    let log = seen.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|n| n > 2) {}
            log.lock().expect("not poisoned").push_str(&head.to_ascii_lowercase());
            send(&mut stream, &answer);
        }
    });
    (address, seen)
}

const LIST: &str = r#"{"object":"list","data":[{"id":"tiny:1b"},{"id":"other"}]}"#;

fn list(body: &str) -> String {
    page("200 OK", "", "application/json", body)
}

/// With Ollama at this address, and a key of somebody else's in the environment.
fn g1(bed: &Bed, host: &str, args: &[&str]) -> Output {
    bed.g1(args).env("OLLAMA_HOST", host).output().expect("g1 starts")
}

fn row(output: &Output, name: &str) -> Value {
    let lines = text(&output.stdout);
    let mut rows = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    rows.find(|row| row["name"] == name).expect("a row")
}

#[test]
fn the_list_says_which_server_answers_and_with_which_models() {
    let bed = Bed::new();
    let (address, seen) = answering(list(LIST));
    let own = format!("models.providers.mine.base_url=http://{address}/v1");
    let args = ["models", "list", "--json", "-c", &own, "-c", "models.providers.mine.key_env=OTHER_KEY"];
    let found = bed.g1(&args).env("OLLAMA_HOST", address.to_string()).env("OTHER_KEY", "k-0123456789").output();
    let found = found.expect("g1 starts");
    let ollama = row(&found, "ollama");
    assert_eq!((&ollama["answers"], &ollama["models"]), (&true.into(), &serde_json::json!(["tiny:1b", "other"])));
    assert_eq!(row(&found, "mine")["answers"], true);
    assert_eq!(row(&found, "openai")["answers"], Value::Null, "nobody out there is asked");
    let seen = seen.lock().expect("not poisoned").clone();
    assert!(seen.matches("get /v1/models").count() == 1 && !seen.contains("authorization"), "{seen}");
    let shown = text(&g1(&bed, &address.to_string(), &["models", "list"]).stdout);
    assert!(shown.contains("answers: tiny:1b, other"), "{shown}");
    let doctor = text(&g1(&bed, &address.to_string(), &["doctor"]).stdout);
    assert!(doctor.contains("ollama: answers: tiny:1b, other"), "{doctor}");
}

#[test]
fn what_is_no_such_server_is_not_taken_for_one() {
    let bed = Bed::new();
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
    let (wiki, _) = answering(page("200 OK", "", "text/html", "<html>My wiki</html>"));
    for (host, says) in [
        (closed.as_str(), "nobody answers"),
        (&wiki.to_string(), "no OpenAI-compatible server"),
        ("192.0.2.7", "not on this machine: not asked"),
    ] {
        let ollama = row(&g1(&bed, host, &["models", "list", "--json"]), "ollama");
        assert!(ollama["answers"] == false && ollama["found"].as_str().expect("words").contains(says), "{ollama}");
    }
    let wrong = g1(&bed, "host:99999", &["models", "list"]);
    assert!(code(&wrong) == 0 && text(&wrong.stdout).contains("names the port '99999'"), "{}", text(&wrong.stdout));
    let wrong = g1(&bed, "host:99999", &["run", GUEST_BOOK, "-y", "--plan-only", "-m", "ollama/m"]);
    assert!(code(&wrong) == 6 && text(&wrong.stderr).contains("ports are 1 to 65535"), "{}", text(&wrong.stderr));
}

#[test]
fn a_start_without_a_model_says_that_a_server_answers_and_stays_offline() {
    let (address, _) = answering(list(LIST));
    let said = |set: &dyn Fn(&mut std::process::Command), args: &[&str]| {
        let bed = Bed::new();
        let mut command = bed.g1(&[&["run", GUEST_BOOK, "-y", "--plan-only"], args].concat());
        command.env("OLLAMA_HOST", address.to_string());
        set(&mut command);
        let run = command.output().expect("g1 starts");
        assert_eq!(code(&run), 0, "{}", text(&run.stderr));
        text(&run.stderr).contains("-m ollama/tiny:1b uses it")
    };
    assert!(said(&|_| {}, &[]));
    assert!(!said(&|_| {}, &["-m", "offline"]), "a choice was made");
    let with_key = |command: &mut std::process::Command| {
        command.env("OPENAI_API_KEY", "k-0123456789");
    };
    assert!(!said(&with_key, &[]), "a key was set");
}

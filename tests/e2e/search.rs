//! `g1 hub search` with vectors from a server on loopback that speaks `/v1/embeddings`.

use crate::{
    scripted::listen,
    support::{Bed, code, text},
};
use serde_json::{Value, json};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const CLUB: &str =
    "A site for our rowing club. Members reserve a boat. The treasurer keeps the fees. Boats have a name.";

/// Two numbers a text: how much it is about boats, and how much about money, in whatever words.
fn vector(text: &str) -> [f32; 2] {
    let count = |words: &[&str]| words.iter().filter(|word| text.to_lowercase().contains(*word)).count() as f32;
    [0.01 + count(&["boat", "vessel", "hull"]), 0.01 + count(&["fee", "treasurer", "cash", "dues"])]
}

fn answer(request: &Value, refuse: bool) -> String {
    let texts = request["input"].as_array().expect("texts").iter().filter_map(Value::as_str);
    // In another order than asked, which the index is for.
    let mut data: Vec<Value> =
        texts.enumerate().map(|(n, text)| json!({"index": n, "embedding": vector(text)})).collect();
    data.reverse();
    let (status, reply) = if refuse { ("500 No", json!({"error": "down"})) } else { ("200 OK", json!({"data": data})) };
    let reply = reply.to_string();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{reply}",
        reply.len()
    )
}

fn serve(refuse: bool) -> String {
    format!("http://{}/v1", listen(move |request| answer(request, refuse)))
}

fn configure(bed: &Bed, base: &str) {
    let folder = bed.home.join("g1");
    fs::create_dir_all(&folder).expect("a folder");
    let config = format!("[models]\nembeddings = \"own/m\"\n[models.providers.own]\nbase_url = \"{base}\"\n");
    fs::write(folder.join("config.toml"), config).expect("written");
}

#[test]
fn the_server_of_the_users_choice_makes_the_vectors() {
    let bed = Bed::new();
    let planned = bed.with_input(&["run", "-", "-y", "--plan-only"], CLUB.as_bytes());
    assert_eq!(code(&planned), 0, "{}", text(&planned.stderr));
    configure(&bed, &serve(false));
    let search = |args: &[&str]| {
        let output = bed.output(&[&["hub", "search", "--json"], args].concat());
        (code(&output), text(&output.stdout), text(&output.stderr))
    };
    let (exit, found, said) = search(&["-k", "2", "--kind", "clause", "cash and dues"]);
    assert_eq!(exit, 0, "{said}");
    let hits: Vec<Value> = found.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(hits.len(), 2, "never fewer than k while there are as many: {found}");
    assert!(hits[0]["snippet"].as_str().is_some_and(|s| s.contains("treasurer")), "{found}");
    assert!(hits[0]["meaning"].as_f64().is_some_and(|cosine| cosine > 0.9), "{found}");

    let (exit, found, _) = search(&["--phase", "requirements", "boat"]);
    assert!(exit == 0 && found.contains("\"kind\":\"clause\""), "{found}");
    let (exit, found, _) = search(&["--phase", "testing", "boat"]);
    assert_eq!((exit, found.as_str()), (0, ""), "nothing of that phase is there yet");
    assert_eq!(search(&["--phase", "lunch", "boat"]).0, 2);

    configure(&bed, &serve(true));
    let (exit, _, said) = search(&["boat"]);
    assert_eq!(exit, 6, "{said}");
    assert!(said.contains("500") && said.contains("own/m"), "{said}");
}

/// They count like calls; where nothing is left the search goes by words, and nobody is asked.
#[test]
fn vectors_are_paid_from_the_budget_of_the_run() {
    let asked = Arc::<AtomicUsize>::default();
    let count = asked.clone();
    let base = format!(
        "http://{}/v1",
        listen(move |request| {
            count.fetch_add(1, Ordering::SeqCst);
            let mut reply = answer(request, false);
            if let Some((_, body)) = reply.split_once("\r\n\r\n") {
                let mut body: Value = serde_json::from_str(body).expect("JSON");
                body["usage"] = json!({"prompt_tokens": 4_000, "total_tokens": 4_000});
                let body = body.to_string();
                reply = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
            reply
        })
    );
    let bed = Bed::new();
    let planned = bed.with_input(&["run", "-", "-y", "--plan-only", "--budget", "10ktok"], CLUB.as_bytes());
    assert_eq!(code(&planned), 0, "{}", text(&planned.stderr));
    configure(&bed, &base);
    let usage = || {
        let status = bed.output(&["status", "--json"]);
        serde_json::from_slice::<Value>(&status.stdout).expect("JSON")["usage"].clone()
    };
    let search = || {
        let output = bed.output(&["hub", "search", "--json", "boat"]);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        (text(&output.stdout), text(&output.stderr))
    };
    let before = usage();
    let (found, _) = search();
    assert!(found.contains("\"meaning\":0") || found.contains("\"meaning\":1"), "{found}");
    let (calls, after) = (asked.load(Ordering::SeqCst) as u64, usage());
    let more = |key: &str| after[key].as_u64().expect("a number") - before[key].as_u64().expect("a number");
    assert_eq!((calls, more("calls"), more("input_tokens")), (3, 3, 12_000), "{before} {after}");
    let log = text(&bed.output(&["log"]).stdout);
    assert!(log.contains("own/m: 4000 tokens") && log.contains("tokens at most"), "{log}");
    assert_eq!(code(&bed.output(&["log", "--verify"])), 0);

    // The budget is used up.
    let (found, said) = search();
    assert!(said.contains("vectors of a server") && said.contains("by words"), "{said}");
    assert!(found.contains("\"meaning\":null") && found.contains("boat"), "{found}");
    assert_eq!((asked.load(Ordering::SeqCst), usage()), (3, after), "nobody was asked");
}

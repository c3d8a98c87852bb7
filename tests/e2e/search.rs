//! `g1 hub search` with vectors from a server on loopback that speaks `/v1/embeddings`.

use crate::{
    scripted::listen,
    support::{Bed, code, text},
};
use serde_json::{Value, json};
use std::fs;

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

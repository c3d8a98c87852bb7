//! `g1 models test` and `g1 doctor`: what a model can do, and which hop of the way to it fails.

use crate::{
    server::{Asked, Server},
    support::{Bed, code, text},
};
use serde_json::Value;
use std::{net::TcpListener, process::Output};

fn g1(bed: &Bed, base: &str, args: &[&str]) -> Output {
    bed.g1(args).env("OPENAI_BASE_URL", format!("http://{base}/v1")).output().expect("g1 starts")
}

/// Keeps to a schema, and answers everything else with words.
fn says(asked: &Asked) -> String {
    match (asked.name.as_str(), asked.body.get("response_format")) {
        ("check", _) => asked.reply.clone(),
        (_, Some(_)) => "{\"legs\": 8}".to_owned(),
        _ => "1 2 3 4 5 6 7 8 9 10 ".repeat(20),
    }
}

#[test]
fn a_model_is_asked_what_it_can_do() {
    let (server, bed) = (Server::saying(says), Bed::new());
    let base = server.address.to_string();
    let tested = g1(&bed, &base, &["models", "test", "compat/m", "--json"]);
    assert_eq!(code(&tested), 0, "{}{}", text(&tested.stdout), text(&tested.stderr));
    let found: Value = serde_json::from_slice(&tested.stdout).expect("JSON");
    let of = |key: &str| found[key].as_bool();
    assert_eq!(
        ["streams", "schema", "tools", "embeddings", "reads_long"].map(of),
        [Some(true), Some(true), Some(false), Some(false), Some(true)]
    );
    assert!(found["price"].is_null() && found["usage"]["calls"].as_u64() >= Some(4), "{found}");
    let words = g1(&bed, &base, &["models", "test", "compat/m"]);
    assert!(text(&words.stdout).contains("replies are held to it"), "{}", text(&words.stdout));
}

#[test]
fn the_doctor_names_the_hop_that_fails() {
    let bed = Bed::new();
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
    let row = |output: &Output, what: &str| {
        let rows: Vec<Value> =
            text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        rows.into_iter().find(|row| row["what"] == what).map(|row| row["ok"].clone())
    };
    let doctor = g1(&bed, &closed, &["doctor", "-m", "compat/m", "--json"]);
    assert_eq!(code(&doctor), 1);
    assert_eq!((row(&doctor, "dns"), row(&doctor, "tcp")), (Some(true.into()), Some(false.into())));
    let tested = g1(&bed, &closed, &["models", "test", "compat/m", "-c", "models.retries=0"]);
    assert!(code(&tested) == 6 && text(&tested.stderr).contains("g1 doctor"), "{}", text(&tested.stderr));
    let keyless = g1(&bed, &closed, &["doctor", "-m", "openai/m", "--json"]);
    assert_eq!(row(&keyless, "key"), Some(false.into()));
}

#[test]
fn the_doctor_looks_at_every_model_that_may_be_asked_and_at_each_server_once() {
    let (server, bed) = (Server::saying(says), Bed::new());
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").to_string();
    let base = server.address.to_string();
    let there = format!("models.providers.there.base_url=http://{base}/v1");
    let gone = format!("models.providers.gone.base_url=http://{closed}/v1");
    let settings = [
        there.as_str(),
        &gone,
        "models.personas.developer=there/m",
        "models.personas.tester=there/other",
        "models.fallback=[\"openai/m\"]",
        "models.embeddings=gone/e",
    ];
    let settings: Vec<&str> = settings.iter().flat_map(|setting| ["-c", *setting]).collect();
    let doctor = g1(&bed, &base, &[&["doctor", "-m", "there/m"], settings.as_slice()].concat());
    let said = text(&doctor.stdout);
    assert_eq!(code(&doctor), 1, "{said}");
    for way in ["the way to there/m, there/other:", "the way to openai/m:", "the way to gone/e:"] {
        assert_eq!(said.matches(way).count(), 1, "{way}: {said}");
    }
    assert!(said.contains("m is there") && said.contains("other is not among its 1 models"), "{said}");
    assert!(said.contains("OPENAI_API_KEY") && said.contains(&format!("{closed} does not take connections")), "{said}");
}

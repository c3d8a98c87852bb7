//! A key that is planted, runs that fail in every way in which a server may repeat it, and a search of everything that
//! they wrote and said. Half of them find the key in the environment, half in the encrypted file.

use crate::{
    quotes::WALL,
    server::{Answer, DONE, Fault, HEAD, Server, answer, delta, error, event, finish, page, reset, send},
    support::{Bed, code, text},
};
use serde_json::json;
use std::{
    fs,
    io::{Read, Write},
    path::Path,
    process::{Output, Stdio},
};

const KEY: &str = "sk-planted-5be1f7c09d2e";

/// As much of it as gives it away.
const MOST: &str = "sk-planted-5be";

fn told(what: &str) -> String {
    format!("{what} {KEY}: authorization: Bearer {KEY}")
}

const FAULTS: [Fault; 20] = [
    |s, _| send(s, &error("400 Bad Request", "", &told("bad"))),
    |s, _| send(s, &error("401 Unauthorized", "", &told("expired"))),
    |s, _| send(s, &error("402 Pay", "", &told("unpaid"))),
    |s, _| send(s, &error("403 Forbidden", "", &told(&"y".repeat(300 - KEY.len())))),
    |s, _| send(s, &error("404 Not Found", "", &told("no model for"))),
    |s, _| send(s, &error("413 Large", "", &told("too much for"))),
    |s, _| send(s, &error("422 Odd", "", &told("cannot process"))),
    |s, _| send(s, &error("429 Slow", "retry-after: 3600\r\n", &told("slow down"))),
    |s, _| send(s, &error("429 Slow", "", &told("slow down"))),
    |s, _| send(s, &error("500 Oops", "", &told("oops"))),
    |s, _| send(s, &page("502 Bad Gateway", "", "text/html", &format!("<html>{}</html>", told("gateway")))),
    |s, _| send(s, &page("503 Busy", "", "text/plain", &told("busy"))),
    |s, _| send(s, &page("200 OK", "", "text/html", &told("log in"))),
    |s, _| send(s, &page("200 OK", "", "application/json", &told("no json"))),
    |s, _| {
        send(
            s,
            &page("307 Away", &format!("location: http://127.0.0.1:9/?key={KEY}\r\n"), "text/plain", &told("moved")),
        )
    },
    |s, _| send(s, &format!("{HEAD}{}", event(&json!({"error": {"message": told("died"), "code": 500}})))),
    |s, a| send(s, &format!("{HEAD}{}{}", delta(&a.reply[..30]), event(&json!({"error": {"message": told("died")}})))),
    |s, _| {
        send(
            s,
            &format!(
                "{HEAD}{}{}{DONE}",
                event(&json!({"choices": [{"delta": {"refusal": told("no")}}]})),
                finish("stop")
            ),
        )
    },
    |s, a| send(s, &answer(a, &a.reply).replacen("data: {", &format!("data: {{{KEY}"), 1)),
    |s, _| reset(s),
];

/// Every file below a folder that holds the bytes.
fn holding(dir: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).expect("readable").flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("a type"));
        if kind.is_dir() {
            holding(&path, found);
        } else if kind.is_file() {
            let mut bytes = fs::read(&path).expect("readable");
            if path.extension().is_some_and(|end| end == "gz") {
                let mut inside = Vec::new();
                flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut inside).expect("an archive");
                bytes = inside;
            }
            if bytes.windows(MOST.len()).any(|window| window == MOST.as_bytes()) {
                found.push(path.display().to_string());
            }
        }
    }
}

fn keep(bed: &Bed) {
    let mut set = bed
        .g1(&["secrets", "set", "OPENAI_API_KEY"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("g1 starts");
    set.stdin.take().expect("piped").write_all(format!("{KEY}\n").as_bytes()).expect("it reads");
    let set = set.wait_with_output().expect("it ends");
    assert_eq!(code(&set), 0, "{}", text(&set.stderr));
    let list = bed.output(&["secrets", "list"]);
    assert!(text(&list.stdout).contains("OPENAI_API_KEY"), "{}", text(&list.stdout));
}

#[test]
fn a_key_that_a_reply_repeats_is_neither_kept_nor_recorded() {
    let plain: Answer = |asked| asked.reply.replace("People put", &format!("{KEY} People put"));
    let escaped: Answer = |asked| {
        let key: String = KEY.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        asked.reply.replace("People put", &format!("{key} People put"))
    };
    for says in [plain, escaped] {
        let (server, bed) = (Server::saying(says), Bed::new());
        let cassette = bed.home.join("tape.jsonl");
        let record = format!("models.record={}", cassette.display());
        let run = bed
            .g1(&["run", WALL, "-m", "compat/m", "-y", "--plan-only", "--json", "-c", &record])
            .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
            .env("OPENAI_API_KEY", KEY)
            .output()
            .expect("g1 starts");
        let said = text(&run.stdout) + &text(&run.stderr);
        assert_eq!(code(&run), 0, "{said}");
        assert!(said.contains("item.delta") && said.contains("[key] People put"), "{said}");
        assert!(!said.contains(MOST) && !said.contains("\\u0073"), "{said}");
        assert!(fs::read_to_string(&cassette).expect("a recording").contains("[key] People put"));
        let mut found = Vec::new();
        holding(bed.dir.parent().expect("a root"), &mut found);
        assert!(found.is_empty(), "the key lies in {found:?}");
    }
}

#[test]
fn the_key_is_nowhere_in_what_twenty_failing_runs_wrote() {
    for (n, fault) in FAULTS.into_iter().enumerate() {
        let (server, bed) = (Server::start(fault, usize::MAX), Bed::new());
        let by_file = n % 2 == 1;
        if by_file {
            keep(&bed);
        }
        let g1 = |args: &[&str]| -> Output {
            let mut command = bed.g1(args);
            command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address));
            if !by_file {
                command.env("OPENAI_API_KEY", KEY);
            }
            command.output().expect("g1 starts")
        };
        let cassette = format!("models.record={}", bed.home.join("tape.jsonl").display());
        let mut said = vec![g1(&[
            "run",
            WALL,
            "-m",
            "compat/m",
            "-y",
            "--plan-only",
            "--json",
            "-c",
            "models.backoff_ms=1",
            "-c",
            &cassette,
        ])];
        assert!([4, 6, 7].contains(&code(&said[0])), "{n}: {}{}", text(&said[0].stdout), text(&said[0].stderr));
        assert!(server.count("plan_reply") > 0, "{n}: the key was good for a call");
        let bundle = bed.home.join("bundle.tar.gz").display().to_string();
        for args in [["log", "--json"], ["trace", "--format=json"], ["status", "--json"], ["models", "--json"]] {
            said.push(g1(&args));
        }
        said.push(g1(&["export", &bundle]));
        let mut found = Vec::new();
        holding(bed.dir.parent().expect("a root"), &mut found);
        assert!(found.is_empty(), "{n}: the key lies in {found:?}");
        for output in &said {
            let all = text(&output.stdout) + &text(&output.stderr);
            assert!(!all.contains(MOST), "{n}: {all}");
        }
    }
}

#[test]
fn a_short_key_and_a_key_in_other_letters_are_hidden_too() {
    // What a gateway may log of a request: the header as base64, and the key in an address.
    const SHORT: &str = "k+7/9xQ2";
    let fault: Fault =
        |s, _| send(s, &error("400 Bad Request", "", "ayBrKzcvOXhRMg== at /?key=k%2B7%2f9xQ2, k+7/9xQ2"));
    let run = |server: &Server, bed: &Bed| {
        let mut g1 = bed.g1(&["run", WALL, "-m", "compat/m", "-y", "--plan-only", "--json"]);
        g1.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).env("OPENAI_API_KEY", SHORT);
        g1.output().expect("g1 starts")
    };
    let (server, bed) = (Server::start(fault, usize::MAX), Bed::new());
    let done = run(&server, &bed);
    let said = text(&done.stdout) + &text(&done.stderr) + &text(&bed.output(&["log", "--json"]).stdout);
    assert_eq!(code(&done), 6, "{said}");
    assert!(said.contains("[key]") && said.contains("key=[key], [key]"), "{said}");
    for part in ["rKzcvOXhR", "9xQ2", "%2f9"] {
        assert!(!said.contains(part), "{part}: {said}");
    }
    let says: Answer = |asked| asked.reply.replace("People put", "k+7/9xQ2 People put");
    let (server, bed) = (Server::saying(says), Bed::new());
    let done = run(&server, &bed);
    let said = text(&done.stdout) + &text(&done.stderr);
    assert!(code(&done) == 0 && said.contains("[key] People put") && !said.contains("9xQ2"), "{said}");
}

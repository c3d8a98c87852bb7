//! The model path through the real binary: a server on loopback that speaks the chat protocol and gives scripted
//! replies. The application it "writes" lies in `tests/fixtures/quotes`.

use crate::{
    quotes::{self, WALL},
    scripted::{self, Scripted},
    support::{Bed, code, lines, text, workspace},
};
use serde_json::{Value, json};
use std::{fs, net::TcpListener, path::Path};

const KEY: &str = "sk-e2e-4f1d8a7c";

/// The second call (the first after the busy server) forgets a clause; the repair, told so, sends that and what else stands.
fn reply(name: &str, nth: usize, request: &Value) -> String {
    let user = scripted::user(request);
    let mut reply = quotes::reply(name, user);
    match (name, nth) {
        ("understand_reply", 2) => {
            reply["clauses"].as_array_mut().expect("a list").pop();
        }
        ("understand_reply", 3) => {
            assert!(user.contains("<feedback") && user.contains("C-003 is dropped"), "{user}");
            assert!(request["response_format"].to_string().contains("\"stands\""));
            let missing = reply["clauses"][2].clone();
            let fields = ["teach_back", "title", "clauses", "interpretations", "assumptions", "gaps"];
            reply = json!({
                "stands": fields, "teach_back": {"clauses": [], "decisions": []}, "title": "", "clauses": [missing],
                "interpretations": [], "assumptions": [], "gaps": [],
            });
        }
        _ => {}
    }
    reply.to_string()
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
    let server = Scripted::saying(reply);
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

    let server = Scripted::saying(reply);
    let resumed = bed
        .g1(&["resume"])
        .args(settings)
        .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&resumed), 0, "{}{}", text(&resumed.stdout), text(&resumed.stderr));
}

#[test]
fn a_fallback_takes_no_more_of_a_budget_and_its_calls_are_its_own() {
    let server = Scripted::saying(reply);
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let gone = format!("models.providers.gone.base_url=http://{closed}/v1");
    let settings = ["models.backoff_ms=1", &gone, "models.fallback=[\"compat/scripted\"]"];
    let settings: Vec<&str> = settings.iter().flat_map(|setting| ["-c", *setting]).collect();
    let run = |fallback: bool, budget: &str| {
        let bed = Bed::new();
        let model = if fallback { "gone/m" } else { "compat/scripted" };
        let mut run = bed.g1(&["run", WALL, "-m", model, "-y", "--budget", budget]);
        run.args(if fallback { settings.as_slice() } else { &[] });
        let run = run.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).output().expect("g1 starts");
        (bed, run)
    };
    let needs = |fallback: bool| {
        let (_, run) = run(fallback, "10tok");
        let said = format!("{}{}", text(&run.stdout), text(&run.stderr));
        assert_eq!(code(&run), 5, "{said}");
        let (_, rest) = said.split_once("understand can take ").expect("what is needed");
        rest.split(' ').next().and_then(|number| number.parse::<u64>().ok()).expect("a number")
    };
    let (alone, with_another) = (needs(false), needs(true));
    assert!(with_another < alone * 3 / 2, "{with_another} and {alone}");

    let (bed, run) = run(true, "1000ktok");
    assert_eq!(code(&run), 0, "{}{}", text(&run.stdout), text(&run.stderr));
    let status = text(&bed.output(&["status"]).stdout);
    let (calls, rest) = status.split_once("gone/m: ").and_then(|(_, said)| said.split_once(" calls ")).expect("calls");
    assert!(rest.starts_with(&format!("({calls} answered by compat/scripted), ")), "{status}");
}

#[test]
fn a_key_that_was_not_set_is_exit_6_and_nothing_is_created() {
    let bed = Bed::new();
    let run = bed.output(&["run", WALL, "-m", "openai/any", "-y"]);
    assert_eq!(code(&run), 6);
    assert!(text(&run.stderr).contains("OPENAI_API_KEY"), "{}", text(&run.stderr));
    assert!(!bed.dir.join(".g1").exists());
}

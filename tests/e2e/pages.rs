//! A requirement that does not fit into one prompt is worked through page by page, and a page that is answered stays so.

use crate::support::{Bed, code, lines, text};
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
};

/// Prompts of 120 tokens for a text of 220: several pages for every seat.
const SMALL: &str = "pack_tokens=120";

fn register() -> String {
    let things = [("boat", "length"), ("berth", "depth"), ("sail", "weight"), ("buoy", "distance"), ("oar", "age")];
    let lines = things.map(|(one, number)| {
        format!(
            "- A member can add a {one} with a name and a {number} between 1 and 90.\n- The name of a {one} is \
             required.\n- The list of {one}s can be searched.\n"
        )
    });
    format!("A register for our sailing club.\n\n{}", lines.concat())
}

/// A bed with the text in a file, and the arguments that plan it.
fn bed() -> (Bed, Vec<String>) {
    let bed = Bed::new();
    let brief = bed.home.join("brief.txt");
    fs::write(&brief, register()).unwrap();
    let brief = brief.display().to_string();
    let args = ["run", "-f", &brief, "-y", "--plan-only", "--json", "-c", SMALL].map(str::to_owned);
    (bed, args.to_vec())
}

fn run(bed: &Bed, args: &[String]) -> std::process::Command {
    bed.g1(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What the journal has of a type of event.
fn events(bed: &Bed, kind: &str) -> Vec<Value> {
    let all = lines(&bed.output(&["log", "--json"]).stdout);
    all.into_iter().filter(|line| line["type"] == kind || line["event"]["type"] == kind).collect()
}

#[test]
fn every_page_is_a_call_and_shows_what_no_other_has_shown() {
    let (bed, args) = bed();
    let out = run(&bed, &args).output().unwrap();
    assert_eq!(code(&out), 0, "{}", text(&out.stderr));
    let lines = lines(&out.stdout);
    let demanding = bed.trace()["counts"]["demanding"].as_u64().unwrap() as usize;
    assert_eq!(demanding, 16);
    for step in ["understand", "plan"] {
        let pages: Vec<&Value> = lines.iter().filter(|l| l["type"] == "step.context" && l["step"] == step).collect();
        assert!(pages.len() >= 2, "{step}: {pages:?}");
        let mut shown = BTreeSet::new();
        for (number, page) in (1..).zip(&pages) {
            assert_eq!((&page["page"], &page["pages"]), (&number.into(), &pages.len().into()), "{step}");
            assert!(page["tokens"].as_u64().unwrap() <= 120, "{page}");
            let call = number.to_string();
            let pack = bed.output(&["context", step, "--call", &call, "--json"]);
            let pack: Value = serde_json::from_slice(&pack.stdout).unwrap();
            let clauses = pack["items"].as_array().unwrap().iter().filter(|i| i["kind"] == "clause");
            shown.extend(clauses.map(|i| i["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(shown.len(), demanding, "{step}: {shown:?}");
    }
    // All of them are named, and the newest is what one sees first.
    let said = text(&bed.output(&["context", "plan"]).stdout);
    for page in ["1 of 2", "2 of 2"] {
        assert!(said.contains(&format!("page {page}")), "{said}");
    }
    assert!(said.contains("--call 1"), "{said}");
    let wrong = bed.output(&["context", "plan", "--call", "9"]);
    assert_eq!(code(&wrong), 2);
    assert!(text(&wrong.stderr).contains("2 calls"), "{}", text(&wrong.stderr));
}

#[test]
fn killed_between_two_pages_it_repeats_none_that_was_answered() {
    let (whole, args) = bed();
    assert_eq!(code(&run(&whole, &args).output().unwrap()), 0);
    let wanted = events(&whole, "call_finished").len();
    assert!(wanted >= 4, "pages of two steps");
    for nth in 1..wanted {
        let (bed, args) = bed();
        let mut child = run(&bed, &args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stream = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let answered = stream.filter(|line| line.contains("\"type\":\"usage\"")).nth(nth - 1);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(answered.is_some(), "page {nth} was answered");
        let resumed = bed.output(&["resume"]);
        assert_eq!(code(&resumed), 0, "{nth}: {}", text(&resumed.stderr));
        // Whatever was in flight may have been asked twice, nothing was answered twice.
        let replies: Vec<Value> = events(&bed, "call_finished");
        assert_eq!(replies.len(), wanted, "after page {nth}");
        assert_eq!(bed.trace()["clauses"], whole.trace()["clauses"], "after page {nth}");
        assert_eq!(code(&bed.output(&["log", "--verify"])), 0);
    }
}

/// A base whose clauses do not fit into one prompt: the page that a clause stands on cannot always do what the page did
/// that understood it. That is said, and the rest is built.
#[test]
fn what_a_page_cannot_build_is_reported_and_the_rest_is_built() {
    const LOGBOOK: &str = "\
A logbook for a glider club.

- Pilots sign in with an e-mail address and a password.
- A password has at least 10 characters.
- An instructor can add a glider with a registration and a number of seats between 1 and 2.
- A pilot can add a flight with a glider, a date and a duration.
- Only an instructor can delete a glider.
- A pilot sees only their own flights.
- The list of gliders can be searched.
";
    let bed = Bed::new();
    let brief = bed.home.join("brief.txt");
    fs::write(&brief, LOGBOOK).unwrap();
    let out = bed.output(&["run", "-f", &brief.display().to_string(), "-y", "--json", "-c", "pack_tokens=60"]);
    assert_eq!(code(&out), 7, "{}{}", text(&out.stdout), text(&out.stderr));
    let trace = bed.trace();
    let clauses = trace["clauses"].as_array().unwrap();
    let built = clauses.iter().filter(|c| ["built", "tested", "proven"].iter().any(|status| c["status"] == *status));
    assert!(built.count() >= 5, "{trace}");
    // The base could not do all of it on its pages, and said so.
    let accepted = events(&bed, "step_proposed");
    let base = accepted.iter().rfind(|event| event["step"] == "build:core").unwrap();
    assert!(base["proposal"]["gaps"][0]["reason"].as_str().unwrap().contains("from one page"), "{base}");
}

//! `g1 rewind`, `g1 fork` and `g1 compare`.

use crate::support::{Bed, GUEST_BOOK, code, finished, text, workspace};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// The trace without what differs from one run to the next: when and how long.
fn timeless(mut trace: Value) -> Value {
    for evidence in trace["evidence"].as_array_mut().expect("evidence") {
        let fields = evidence.as_object_mut().expect("an object");
        fields.remove("at");
        fields.remove("output_sha256");
    }
    trace
}

fn log(bed: &Bed) -> Vec<String> {
    let output = bed.output(&["log", "--json"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout).lines().map(str::to_owned).collect()
}

fn whole(bed: &Bed) {
    let output = bed.output(&["log", "--verify"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
}

fn status(bed: &Bed) -> Value {
    serde_json::from_slice(&bed.output(&["status", "--json"]).stdout).expect("JSON")
}

fn git(dir: &Path, args: &[&str]) -> String {
    let output = Command::new("git").args(args).current_dir(dir).env("HOME", "/nonexistent").output().expect("git");
    assert!(output.status.success(), "git {args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn going_back_and_on_again_ends_as_if_one_had_not() {
    let (bed, end) = finished(GUEST_BOOK);
    let (files, trace, before) = (workspace(&bed.dir), timeless(bed.trace()), log(&bed));
    let calls = status(&bed)["usage"]["calls"].clone();

    for step in ["verify", "test:core", "design", "plan", "understand"] {
        let output = bed.output(&["rewind", step]);
        assert_eq!(code(&output), 0, "{step}: {}", text(&output.stderr));
        let there = workspace(&bed.dir);
        assert!(!there.contains_key("TRACE.md"), "{step}: the report tells of an end that is no more");
        assert_eq!(there.contains_key("app/server.py"), ["verify", "test:core"].contains(&step), "{:?}", there.keys());
        let paused = status(&bed);
        assert!(paused.to_string().contains("went back to before"), "{paused}");
        whole(&bed);

        let resumed = bed.output(&["resume"]);
        assert_eq!(code(&resumed), end, "{step}: {}", text(&resumed.stderr));
        assert_eq!(workspace(&bed.dir), files, "{step}");
        assert_eq!(timeless(bed.trace()), trace, "{step}");
        assert_eq!(status(&bed)["usage"]["calls"], calls, "{step}: what is known already is not asked again");
        whole(&bed);
    }
    let after = log(&bed);
    assert_eq!(after[..before.len()], before, "nothing is taken out of the journal");
    assert_eq!(after.iter().filter(|line| line.contains("\"type\":\"rewound\"")).count(), 5);
}

#[test]
fn a_rewind_that_was_killed_is_finished_by_the_next_start() {
    let (bed, end) = finished(GUEST_BOOK);
    let files = workspace(&bed.dir);
    let journal = bed.dir.join(".g1/journal");
    for step in ["build:core", "test:core", "verify"] {
        let length = || fs::metadata(&journal).expect("a journal").len();
        let before = length();
        let quiet = Stdio::null;
        let mut child = bed.g1(&["rewind", step]).stdout(quiet()).stderr(quiet()).spawn().expect("g1 starts");
        while length() == before && child.try_wait().expect("a child").is_none() {
            std::hint::spin_loop();
        }
        let _ = child.kill();
        child.wait().expect("it ended");
        assert!(length() > before, "{step}: it got as far as the journal");
        let resumed = bed.output(&["resume"]);
        assert_eq!(code(&resumed), end, "{step}: {}", text(&resumed.stderr));
        assert_eq!(workspace(&bed.dir), files, "{step}");
        whole(&bed);
    }
    // The same where nothing is left to chance: the files cannot be put back, and then they can.
    let blobs = bed.dir.join(".g1/blobs");
    let hash = bed.trace()["clauses"].to_string();
    let hash = hash.split("\"sha256\":\"").nth(1).expect("a linked file")[..64].to_owned();
    fs::rename(blobs.join(&hash), blobs.join("away")).expect("moved");
    let failed = bed.output(&["rewind", "verify"]);
    assert_eq!(code(&failed), 1, "{}", text(&failed.stderr));
    fs::rename(blobs.join("away"), blobs.join(&hash)).expect("moved");
    assert_eq!(code(&bed.output(&["resume"])), end);
    assert_eq!(workspace(&bed.dir), files);
    whole(&bed);
}

#[test]
fn what_a_person_changed_is_asked_for_and_a_repository_of_theirs_is_left_alone() {
    let bed = Bed::new();
    fs::create_dir_all(&bed.dir).expect("a folder");
    git(&bed.dir, &["init", "--quiet", "--initial-branch=main"]);
    fs::write(bed.dir.join("notes.txt"), "mine").expect("written");
    git(&bed.dir, &["add", "notes.txt"]);
    let commit = ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "--quiet", "-m", "mine"];
    git(&bed.dir, &commit);
    let output = bed.with_input(&["run", "-", "-y", "--existing"], GUEST_BOOK.as_bytes());
    let end = code(&output);
    assert!([0, 7].contains(&end), "{}", text(&output.stderr));
    fs::write(bed.dir.join("staged.txt"), "staged").expect("written");
    git(&bed.dir, &["add", "staged.txt"]);
    let repository = |bed: &Bed| [git(&bed.dir, &["log", "--format=%H"]), git(&bed.dir, &["ls-files", "--stage"])];
    let theirs = repository(&bed);
    let files = workspace(&bed.dir);

    let path = bed.dir.join("app/server.py");
    let mine = fs::read_to_string(&path).expect("readable") + "# mine\n";
    fs::write(&path, &mine).expect("written");
    let refused = bed.output(&["rewind", "build:core"]);
    assert_eq!(code(&refused), 2);
    assert!(text(&refused.stderr).contains("app/server.py"), "{}", text(&refused.stderr));
    assert_eq!(fs::read_to_string(&path).expect("readable"), mine);

    let output = bed.output(&["rewind", "build:core", "--aside"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(!path.exists());
    let kept = fs::read_dir(bed.dir.join(".g1/aside")).expect("a folder").next().expect("one").expect("readable");
    assert_eq!(fs::read_to_string(kept.path().join("app/server.py")).expect("kept"), mine);
    assert_eq!(code(&bed.output(&["resume"])), end);
    assert_eq!(workspace(&bed.dir), files);
    assert_eq!(repository(&bed), theirs, "neither a commit nor the index was touched");
    whole(&bed);

    for (step, why) in [("build:nowhere", "has not begun"), ("", "step")] {
        let refused = bed.output(&["rewind", step]);
        assert_eq!(code(&refused), 2, "{step}");
        assert!(text(&refused.stderr).contains(why), "{}", text(&refused.stderr));
    }
}

#[test]
fn a_fork_goes_its_own_way_and_the_two_are_compared() {
    let (bed, end) = finished(GUEST_BOOK);
    let (files, before) = (workspace(&bed.dir), log(&bed));
    let mut fork = Bed::new();
    fork.home.clone_from(&bed.home);
    let target = fork.dir.to_str().expect("UTF-8").to_owned();
    let output = bed.output(&["fork", "design", &target]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert_eq!(workspace(&fork.dir), BTreeMap::new());
    assert_eq!(code(&bed.output(&["fork", "design", &target])), 2, "it is not empty any more");
    assert_eq!(code(&fork.output(&["resume"])), end);
    assert_eq!(workspace(&fork.dir), files, "the same way leads to the same place");
    whole(&fork);

    let output = fork.output(&["add", "An entry has a colour.", "-y"]);
    assert!([0, 7].contains(&code(&output)), "{}", text(&output.stderr));
    let output = bed.output(&["compare", &target, "--json"]);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let shared = found["shared_records"].as_u64().expect("a number");
    assert!(shared > 10 && shared < before.len() as u64, "{shared}");
    let clauses = found["comparison"]["clauses"].as_array().expect("clauses");
    assert!(clauses.iter().any(|row| row["key"] == "An entry has a colour." && row["here"].is_null()), "{clauses:?}");
    assert!(found["comparison"]["files"].as_array().is_some_and(|rows| !rows.is_empty()), "{found}");
    let calls = |side: &str| found["comparison"][side]["usage"]["calls"].as_u64().expect("a number");
    assert!(calls("there") > calls("here"), "{found}");
    let page = text(&bed.output(&["compare", &target]).stdout);
    for part in ["proven", "calls, tokens, cost", "An entry has a colour.", "Files that differ"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!((workspace(&bed.dir), log(&bed)), (files, before), "the one that was forked is as it was");

    let now = Bed::new();
    let target = now.dir.to_str().expect("UTF-8").to_owned();
    assert_eq!(code(&fork.output(&["fork", "now", &target])), 0);
    assert_eq!(workspace(&now.dir), workspace(&fork.dir));
    assert_eq!(code(&now.output(&["resume"])), code(&fork.output(&["resume"])));
    assert_eq!(code(&now.output(&["verify"])), 0);
}

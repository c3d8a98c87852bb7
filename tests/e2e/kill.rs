use crate::{
    gates::open_gate,
    support::{Bed, GUEST_BOOK, TOOL_SHED, code, finished, text, workspace},
};
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

/// Starts a run and kills it hard when its stream shows the `nth` line of this type.
fn kill_at(bed: &Bed, args: &[&str], kind: &str, nth: usize) -> bool {
    let mut child = bed.g1(args).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("g1 starts");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    let wanted = format!("\"type\":\"{kind}\"");
    let mut seen = 0;
    let mut killed = false;
    for line in stdout.lines() {
        let Ok(line) = line else { break };
        if line.contains(&wanted) {
            seen += 1;
            if seen == nth {
                child.kill().expect("killed");
                killed = true;
                break;
            }
        }
    }
    child.wait().expect("it ended");
    killed
}

#[test]
fn a_killed_run_resumes_to_the_same_bytes_and_repeats_no_finished_call() {
    let (whole, end) = finished(GUEST_BOOK);
    let wanted = workspace(&whole.dir);
    let calls = whole.output(&["status", "--json"]);
    let calls: serde_json::Value = serde_json::from_slice(&calls.stdout).expect("JSON");

    for (kind, nth) in
        [("step.started", 1), ("usage", 2), ("check.completed", 9), ("evidence.recorded", 2), ("artifact.committed", 4)]
    {
        let bed = Bed::new();
        std::fs::create_dir_all(&bed.dir).expect("a folder");
        let brief = bed.home.join("brief.txt");
        std::fs::write(&brief, GUEST_BOOK).expect("written");
        let brief = brief.to_str().expect("UTF-8");
        assert!(kill_at(&bed, &["run", "-f", brief, "-y", "--json"], kind, nth), "{kind} {nth} came");
        // Once more while it resumes, wherever that is.
        let _ = kill_at(&bed, &["resume", "--json"], "usage", 1);
        let resumed = bed.output(&["resume"]);
        assert_eq!(code(&resumed), end, "{kind} {nth}: {}", text(&resumed.stderr));
        assert_eq!(workspace(&bed.dir), wanted, "{kind} {nth}");
        let status: serde_json::Value =
            serde_json::from_slice(&bed.output(&["status", "--json"]).stdout).expect("JSON");
        assert_eq!(
            status["usage"]["calls"], calls["usage"]["calls"],
            "{kind} {nth}: finished calls are not made again"
        );
        let log = bed.output(&["log", "--verify"]);
        assert_eq!(code(&log), 0, "{kind} {nth}: {}", text(&log.stderr));
    }
}

#[test]
fn a_damaged_store_is_rebuilt_and_nothing_is_missing() {
    let bed = Bed::new();
    let output = bed.with_input(&["run", "-", "--gates", "step"], TOOL_SHED.as_bytes());
    assert_eq!(code(&output), 3, "{}", text(&output.stderr));
    let store = bed.dir.join(".g1/hub");
    for damage in ["flip", "truncate", "delete"] {
        for entry in std::fs::read_dir(&store).into_iter().flatten().flatten() {
            let path = entry.path();
            if !path.is_file() {
                continue;
            }
            let mut bytes = std::fs::read(&path).expect("readable");
            match damage {
                "flip" => bytes.iter_mut().step_by(97).for_each(|b| *b ^= 0x55),
                _ => bytes.truncate(bytes.len() / 2),
            }
            std::fs::write(&path, bytes).expect("writable");
        }
        if damage == "delete" {
            std::fs::remove_dir_all(&store).expect("removed");
        }
        let search = bed.output(&["hub", "search", "condition"]);
        assert_eq!(code(&search), 0, "{damage}: {}", text(&search.stderr));
        assert!(text(&search.stdout).contains("C-"), "{damage}: {}", text(&search.stdout));
        // The next step needs the hub.
        let gate = open_gate(&bed);
        assert_eq!(code(&bed.output(&["gate", "approve", &gate])), 0, "{damage}: {gate}");
        let again = bed.output(&["resume"]);
        let said = text(&again.stderr);
        assert_eq!(code(&again), 3, "{damage}: {said}");
        let noticed = said.contains("store was rebuilt") || said.contains("store had lost");
        // Whether sled sees the damage depends on where it lies; a store that is not there is made without a word.
        assert!(!noticed || damage != "delete", "{damage}: {said}");
        assert_eq!(code(&bed.output(&["log", "--verify"])), 0, "{damage}");
    }
}

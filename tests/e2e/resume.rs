//! Going on differently: with other gates, with more money, with a folder that is somebody's.

use crate::support::{Bed, GUEST_BOOK, code, lines, text};
use std::{fs, process::Command};

#[test]
fn a_run_that_waits_goes_on_with_other_gates() {
    let bed = Bed::new();
    assert_eq!(code(&bed.with_input(&["run", "-"], GUEST_BOOK.as_bytes())), 3);
    let end = bed.output(&["resume", "-y"]);
    assert!([0, 7].contains(&code(&end)), "{}", text(&end.stderr));
}

#[test]
fn a_run_out_of_budget_goes_on_with_more() {
    let bed = Bed::new();
    let out = bed.with_input(&["run", "-", "-y", "--budget", "100tok"], GUEST_BOOK.as_bytes());
    assert_eq!(code(&out), 5, "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("--budget"), "it says how to go on: {}", text(&out.stdout));
    assert_eq!(code(&bed.output(&["resume"])), 5, "nothing has changed");
    let end = bed.output(&["resume", "--budget", "none"]);
    assert!([0, 7].contains(&code(&end)), "{}", text(&end.stderr));
}

#[test]
fn the_stream_of_a_run_that_does_not_begin_has_a_last_line_too() {
    let bed = Bed::new();
    for (args, input, exit) in [
        (
            vec!["run", "-", "--json", "-y"],
            "Ein G\u{e4}stebuch f\u{fc}r unsere Hochzeit, in das jeder schreiben darf.",
            2,
        ),
        (vec!["run", "-", "--json", "-y", "-m", "openai/gpt-4o"], GUEST_BOOK, 6),
        (vec!["resume", "--json"], "", 1),
    ] {
        let out = bed.with_input(&args, input.as_bytes());
        assert_eq!(code(&out), exit, "{args:?}: {}", text(&out.stderr));
        let last = lines(&out.stdout).pop().unwrap();
        assert_eq!(last["type"], "run.failed", "{args:?}");
        assert_eq!(last["exit"], exit);
        assert!(!bed.dir.exists(), "{args:?}: nothing was written");
    }
}

#[test]
fn files_of_the_person_are_neither_replaced_nor_committed() {
    let bed = Bed::new();
    fs::create_dir_all(&bed.dir).unwrap();
    fs::write(bed.dir.join("README.md"), "mine").unwrap();
    fs::write(bed.dir.join(".env"), "KEY=secret").unwrap();
    let out = bed.with_input(&["run", "-", "-y", "--existing"], GUEST_BOOK.as_bytes());
    assert_eq!(code(&out), 1, "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("README.md"), "{}", text(&out.stdout));
    assert_eq!(fs::read_to_string(bed.dir.join("README.md")).unwrap(), "mine");

    fs::rename(bed.dir.join("README.md"), bed.dir.join("NOTES.md")).unwrap();
    let end = bed.output(&["resume"]);
    assert!([0, 7].contains(&code(&end)), "{}", text(&end.stderr));
    assert_eq!(fs::read_to_string(bed.dir.join("NOTES.md")).unwrap(), "mine");
    let log = Command::new("git").arg("-C").arg(&bed.dir).args(["log", "--format=", "--name-only"]).output();
    if let Ok(log) = log {
        let names = text(&log.stdout);
        assert!(names.contains("g1.toml") && names.contains("TRACE.md"), "{names}");
        assert!(!names.contains(".env") && !names.contains("NOTES.md"), "{names}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let bed = Bed::new();
    fs::write(&bed.dir, "a file").unwrap();
    let out = bed.g1(&["run", "-y", "A guest book."]).output().unwrap();
    assert_ne!(code(&out), 0);
    assert!(text(&out.stderr).contains(&bed.dir.display().to_string()), "{}", text(&out.stderr));
}

//! What somebody does to a finished project behind G1's back: each is noticed and named, with the exit code of the README.

use crate::support::{TOOL_SHED, code, finished, text};
use std::{fs, path::Path};

/// The file as `change` leaves it while `look` looks, and then as it was.
fn with(path: &Path, change: impl Fn(&[u8]) -> Vec<u8>, look: impl Fn()) {
    let whole = fs::read(path).expect("readable");
    let changed = change(&whole);
    assert_ne!(changed, whole, "{} was not changed", path.display());
    fs::write(path, changed).expect("writable");
    look();
    fs::write(path, whole).expect("writable");
}

fn lines(whole: &[u8], change: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    let lines: Vec<String> = text(whole).lines().filter_map(change).collect();
    (lines.join("\n") + "\n").into_bytes()
}

/// Bytes in place of others of the same length.
fn replace(whole: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = whole.windows(from.len()).position(|w| w == from.as_bytes()).expect("it is there");
    [&whole[..at], to.as_bytes(), &whole[at + from.len()..]].concat()
}

#[test]
fn whatever_is_changed_behind_its_back_is_named() {
    let (bed, _) = finished(TOOL_SHED);
    let trace = bed.trace();
    let clauses = trace["clauses"].as_array().expect("clauses");
    let proven = |word: &str| {
        let clause = clauses.iter().find(|c| c["text"].as_str().is_some_and(|t| t.contains(word))).expect("the clause");
        assert_eq!(clause["status"], "proven", "{clause}");
        clause["id"].as_str().expect("an id").to_owned()
    };
    let (searched, limited) = (proven("searched"), proven("1950"));
    let verify = |id: &str| {
        let said = bed.output(&["verify"]);
        let named = text(&said.stdout);
        assert_eq!(code(&said), 4, "{named}");
        assert!(named.lines().any(|line| line.contains(id) && line.contains("FAILED")), "{id} in {named}");
        named
    };

    // The code of a clause.
    with(
        &bed.dir.join("app/modules/tools.py"),
        |w| lines(w, |l| (!l.contains("Search(")).then(|| l.to_owned())),
        || {
            verify(&searched);
        },
    );

    // Tests that assert nothing, that are skipped, that are gone.
    let suite = bed.dir.join("tests/test_tools.py");
    let test = "def test_year_is_at_most_2100(";
    let hollow = |line: &str| {
        let code = line.trim_start();
        let asserts = code.starts_with("self.assert") || code.starts_with("self.expect");
        Some(if asserts { format!("{}pass", &line[..line.len() - code.len()]) } else { line.to_owned() })
    };
    with(
        &suite,
        |w| lines(w, hollow),
        || {
            let named = verify(&searched);
            assert!(named.contains("no linked test fails any more"), "{named}");
        },
    );
    let skip = |line: &str| {
        let mark = if line.contains(test) { "    @unittest.skip(\"later\")\n" } else { "" };
        Some(format!("{mark}{line}"))
    };
    with(
        &suite,
        |w| lines(w, skip),
        || {
            verify(&limited);
        },
    );
    with(
        &suite,
        |w| lines(w, |l| Some(l.replace(test, "def no_longer_a_test("))),
        || {
            let named = verify(&limited);
            assert!(named.contains("at_most_2100"), "{named}");
        },
    );

    // The record of what happened.
    let whole = || code(&bed.output(&["log", "--verify"]));
    assert_eq!(whole(), 0);
    let damaged = |says: &str| {
        for command in [&["log", "--verify"][..], &["verify"]] {
            let said = bed.output(command);
            assert_eq!(code(&said), 1, "{command:?}: {}", text(&said.stdout));
            assert!(text(&said.stderr).contains(says), "{command:?}: {says} in {}", text(&said.stderr));
        }
    };
    let checkpoint = fs::read(bed.dir.join(".g1/checkpoint")).expect("a checkpoint");
    with(
        &bed.dir.join(".g1/journal"),
        |w| replace(w, "between 1950 and 2100", "between 1950 and 2999"),
        || {
            damaged("the journal is damaged at record");
            // Who opens it without the checkpoint reads the journal, and is told as well.
            fs::remove_file(bed.dir.join(".g1/checkpoint")).expect("removable");
            let opened = bed.output(&["status"]);
            assert_eq!(code(&opened), 1, "{}", text(&opened.stdout));
            assert!(text(&opened.stderr).contains("checksum"), "{}", text(&opened.stderr));
            fs::write(bed.dir.join(".g1/checkpoint"), &checkpoint).expect("writable");
        },
    );
    let blob = bed.dir.join(".g1/blobs").join(trace["requirement"]["sha256"].as_str().expect("a hash"));
    with(&blob, |w| replace(w, "2100", "2999"), || damaged("its content no longer has that hash"));
    let kept = fs::read(&blob).expect("readable");
    fs::remove_file(&blob).expect("removable");
    damaged("is missing");
    for command in ["status", "trace"] {
        let said = text(&bed.output(&[command]).stderr);
        assert!(said.contains("1 file of what this rests on is missing in "), "{command}: {said}");
    }
    fs::write(&blob, kept).expect("writable");
    assert_eq!(whole(), 0, "mended");
    assert_eq!(text(&bed.output(&["status"]).stderr), "");
}

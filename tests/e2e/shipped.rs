//! The recordings that are shipped (`examples/cassettes`), as far as their plans. To their ends:
//! `scripts/replay-cassettes`.

use crate::support::{Bed, code, lines, text};
use std::{fs, path::Path};

#[test]
fn every_shipped_recording_replays_by_itself() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/cassettes");
    let mut seen = 0;
    for entry in fs::read_dir(shipped).expect("readable") {
        let folder = entry.expect("an entry").path();
        let cassette = folder.join("cassette.jsonl");
        if !cassette.is_file() {
            continue;
        }
        seen += 1;
        let output = Bed::new().output(&["replay", &cassette.display().to_string(), "--plan-only", "--json"]);
        assert_eq!(code(&output), 0, "{}: {}", folder.display(), text(&output.stderr));
        let last = lines(&output.stdout).pop().expect("a last line");
        assert_eq!((last["type"].as_str(), last["stopped"].as_str()), (Some("run.completed"), Some("plan")));
        let calls = &last["replay"]["calls"];
        let answered = calls["same"].as_u64().expect("a count") + calls["by_place"].as_u64().expect("a count");
        assert!(last["replay"]["recorded"]["tree"].is_string(), "{}: it says how it ended", folder.display());
        assert!(answered >= 2 && calls["unanswered"] == 0, "{}: {calls}", folder.display());
    }
    assert_eq!(seen, 8);
}

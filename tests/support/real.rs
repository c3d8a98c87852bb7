//! A recorded run (`tests/fixtures/real`), folded up to the moments that screens show.

use g1::{
    domain::{Hash, event::Envelope, run::Run},
    orchestrator::apply,
};
use std::{collections::HashMap, fs, path::PathBuf};

/// The moments, by the number of the last event that had happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// The first gate: understanding and plan.
    Plan = 42,
    /// A module is being built while the tests of another are run.
    Working = 90,
    /// A developer's gate.
    Build = 82,
    /// A tester's gate, with control runs.
    Test = 127,
    /// The end.
    End = 176,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/real")
}

pub fn run(at: At) -> Run {
    let journal = fs::read_to_string(folder().join("journal.jsonl")).unwrap();
    let mut run = None;
    for line in journal.lines().take(at as usize) {
        let envelope: Envelope = serde_json::from_str(line).unwrap();
        apply(&mut run, &envelope);
    }
    run.unwrap()
}

pub fn blobs() -> HashMap<Hash, Vec<u8>> {
    let entries = fs::read_dir(folder().join("blobs")).unwrap();
    entries
        .map(|entry| {
            let bytes = fs::read(entry.unwrap().path()).unwrap();
            (Hash::of(&bytes), bytes)
        })
        .collect()
}

/// What `g1 verify` printed after a line of the built application was deleted.
pub fn verified() -> String {
    fs::read_to_string(folder().join("verify.txt")).unwrap()
}

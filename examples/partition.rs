//! Cuts every text under the folders given into clauses and checks the partition: `cargo run --release --example
//! partition -- DIR…`. Prints how many texts and clauses there were, and the longest time.

use g1::hub::clauses::{cut, decode};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    for dir in std::env::args().skip(1) {
        collect(Path::new(&dir), &mut files)?;
    }
    let (mut texts, mut clauses, mut refused, mut broken) = (0, 0, 0, 0);
    let mut slowest = (Duration::ZERO, PathBuf::new(), 0);
    for path in files {
        let bytes = fs::read(&path)?;
        let Ok(text) = decode(&bytes) else {
            refused += 1;
            continue;
        };
        let since = Instant::now();
        let found = cut(text);
        let took = since.elapsed();
        if took > slowest.0 {
            slowest = (took, path.clone(), text.split_whitespace().count());
        }
        let mut at = 0;
        for clause in &found {
            let (start, end) = clause.span.unwrap_or_default();
            let (from, to) = (usize::try_from(start)?, usize::try_from(end)?);
            if from != at || to <= from || text.get(from..to) != Some(clause.text.as_str()) {
                println!("{}: {} is no part at byte {at}", path.display(), clause.id);
                broken += 1;
            }
            at = to;
        }
        if at != text.len() {
            println!("{}: ends at byte {at} of {}", path.display(), text.len());
            broken += 1;
        }
        texts += 1;
        clauses += found.len();
    }
    let (took, path, words) = slowest;
    println!("{texts} texts, {clauses} clauses, {broken} broken, {refused} not UTF-8");
    println!("slowest: {took:?} for {} ({words} words)", path.display());
    if broken > 0 { Err("the partition is broken".into()) } else { Ok(()) }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else {
        files.push(path.to_owned());
    }
    files.sort();
    Ok(())
}

//! Prints what the offline engine understands of a requirement: `cargo run --example read -- FILE`.
//!
//! Useful before a run: it shows the entities, rights, rules, assumptions and gaps without building anything. With `-q`
//! only a line a text; with `-c` only the clauses it would claim to fulfil wholly, and by what, for a critical reading.
//! `-g` prints how the grammar takes each clause apart.

use g1::domain::ClauseId;
use g1::models::offline::{self, read, spec::AppSpec};
use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quiet = std::env::args().any(|a| a == "-q");
    let claims = std::env::args().any(|a| a == "-c");
    let grammar = std::env::args().any(|a| a == "-g");
    for path in std::env::args().skip(1).filter(|a| !a.starts_with('-')) {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let clauses = cut(&text);
        if grammar {
            println!("{}", read::outline::grammar(&clauses));
            continue;
        }
        let started = std::time::Instant::now();
        match read::analyse(&clauses, &BTreeMap::new()) {
            Ok(spec) if claims => claimed(&path, spec, &clauses),
            Ok(spec) => {
                if !quiet {
                    for (id, text, _) in &clauses {
                        println!("{id} {}", g1::domain::Clean::new(text).one_line(160));
                    }
                    println!("\n{}", read::outline::outline(&spec));
                }
                summary(&path, &spec, started.elapsed().as_millis());
            }
            Err(refusal) => println!("{path}: {refusal}"),
        }
    }
    Ok(())
}

/// Every demand that the engine says it understands wholly, with what it takes it to mean.
fn claimed(path: &str, spec: AppSpec, clauses: &[read::Input]) {
    let texts: BTreeMap<ClauseId, String> = clauses.iter().map(|(id, text, _)| (*id, text.clone())).collect();
    let read = spec.gaps.len();
    let spec = offline::candid(spec, &texts);
    for gap in &spec.gaps[read..] {
        let text = g1::domain::Clean::new(&texts[&gap.clause]).one_line(400);
        println!("{path} doubts {}: {text}\n    {}", gap.clause, gap.what);
    }
    let demands = spec.marks.iter().filter(|m| m.kind.demands());
    let whole = demands.filter(|m| !spec.gaps.iter().any(|g| g.clause == m.clause));
    for mark in whole {
        println!(
            "{path} {} {}: {}",
            mark.clause,
            mark.kind.word(),
            g1::domain::Clean::new(&texts[&mark.clause]).one_line(400)
        );
        let meant = spec.interpretations.iter().filter(|r| r.clauses.contains(&mark.clause));
        for criterion in meant.flat_map(|r| &r.acceptance) {
            println!("    {criterion}");
        }
    }
}

fn cut(text: &str) -> Vec<read::Input> {
    read::inputs(g1::hub::clauses::cut(text).into_iter().map(|c| (c.id, c.text)).collect())
}

fn summary(path: &str, spec: &AppSpec, millis: u128) {
    let demanding: Vec<ClauseId> = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause).collect();
    let whole = demanding.iter().filter(|c| spec.gaps.iter().any(|g| g.clause == **c && g.whole)).count();
    let any = demanding.iter().filter(|c| spec.gaps.iter().any(|g| g.clause == **c)).count();
    let part = any - whole;
    let entities: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
    println!(
        "{path}: {} clauses, {} demanding: {} full, {part} part, {whole} missing; {millis} ms; {} | {}",
        spec.marks.len(),
        demanding.len(),
        demanding.len() - whole - part,
        entities.join(" "),
        spec.users
            .as_ref()
            .map(|u| u.roles.iter().map(|r| r.name.as_str()).collect::<Vec<_>>().join(" "))
            .unwrap_or_default()
    );
}

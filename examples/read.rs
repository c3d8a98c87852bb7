//! Prints what the offline engine understands of a requirement: `cargo run --example read -- FILE`.
//!
//! Useful before a run: it shows the entities, rights, rules, assumptions and gaps without building anything.

use g1::domain::ClauseId;
use g1::models::offline::{read, spec::AppSpec};
use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let quiet = std::env::args().any(|a| a == "-q");
    for path in std::env::args().skip(1).filter(|a| a != "-q") {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        let clauses = cut(&text);
        let started = std::time::Instant::now();
        match read::analyse(&clauses, &BTreeMap::new()) {
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

fn cut(text: &str) -> Vec<read::Input> {
    read::inputs(g1::hub::clauses::cut(text).into_iter().map(|c| (c.id, c.text)).collect())
}

fn summary(path: &str, spec: &AppSpec, millis: u128) {
    let demanding: Vec<ClauseId> = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause).collect();
    let whole = demanding.iter().filter(|c| spec.gaps.iter().any(|g| g.clause == **c && g.whole)).count();
    let part = demanding.iter().filter(|c| spec.gaps.iter().any(|g| g.clause == **c && !g.whole)).count();
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

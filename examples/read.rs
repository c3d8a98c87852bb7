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
                    show(&spec, &clauses);
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

fn list(ids: &[ClauseId]) -> String {
    ids.iter().map(|c| c.0.to_string()).collect::<Vec<_>>().join(",")
}

fn show(spec: &AppSpec, clauses: &[read::Input]) {
    println!("# {}\n", spec.title);
    for ((id, text, _), mark) in clauses.iter().zip(&spec.marks) {
        let line = g1::domain::Clean::new(text).one_line(150);
        println!("{id} {:<10} {line}", mark.kind.word());
        for gap in spec.gaps.iter().filter(|g| g.clause == *id) {
            println!("      {} GAP: {} – {}", if gap.whole { "WHOLE" } else { "part " }, gap.what, gap.reason);
        }
    }
    if let Some(u) = &spec.users {
        println!(
            "\nUsers [{}] sign in with {:?}; sign up [{}], log in [{}], password [{}], profile [{}]",
            list(&u.clauses),
            u.sign_in_with,
            list(&u.sign_up),
            list(&u.log_in),
            list(&u.change_password),
            list(&u.edit_profile)
        );
        for f in &u.profile {
            println!("  profile {}: {:?} [{}]", f.name, f.ty, list(&f.clauses));
        }
        for r in &u.roles {
            println!("  role {}{} [{}]", r.name, if r.open { " (open)" } else { "" }, list(&r.clauses));
        }
    }
    for e in &spec.entities {
        println!(
            "\n{} /{}{}{} [{}]",
            e.name,
            e.plural,
            if e.owned { " owned" } else { "" },
            if e.private.is_empty() { "" } else { " private" },
            list(&e.clauses)
        );
        for f in &e.fields {
            let rules: Vec<String> = f.rules.iter().map(|r| format!("{:?}[{}]", r.rule, list(&r.clauses))).collect();
            println!(
                "  {}{}: {:?}{}{} \"{}\" [{}] {}",
                f.name,
                if f.required { "*" } else { "" },
                f.ty,
                f.unit.as_ref().map(|u| format!(" in {u}")).unwrap_or_default(),
                if f.read_only { " read-only" } else { "" },
                f.label,
                list(&f.clauses),
                rules.join(" ")
            );
        }
        for a in &e.access {
            println!(
                "  may {:?} {:?} {:?}{} [{}]",
                a.who,
                a.ops,
                a.scope,
                if a.only_fields.is_empty() { String::new() } else { format!(" only {:?}", a.only_fields) },
                list(&a.clauses)
            );
        }
    }
    println!();
    for f in &spec.features {
        println!("feature {f:?}");
    }
    for q in &spec.assumptions {
        println!("assume {} [{}]: {} → {}", q.key, list(&q.clauses), q.question, q.answer);
    }
    for (i, r) in spec.interpretations.iter().enumerate() {
        println!("{}R-{} [{}] {}", if r.functional { "F" } else { "NF" }, i + 1, list(&r.clauses), r.statement);
        for a in &r.acceptance {
            println!("      – {a}");
        }
    }
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

//! Writes what the offline engine builds and tests for a requirement, without a run: `cargo run --example generate -- FILE OUT`.
//!
//! FILE is a text, or a specification as JSON. OUT gets the whole tree and `links.json`, which `scripts/control-check` reads.

use g1::{
    domain::{
        clause::ClauseKind,
        reply::{CodeLink, NewSearch, TestLink},
    },
    hub::clauses,
    models::offline::{self, blueprint, read, spec::AppSpec, suite},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

#[derive(Debug, Default, Serialize)]
struct Links {
    code: Vec<CodeLink>,
    tests: Vec<TestLink>,
    searches: Vec<NewSearch>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("usage: generate FILE OUT".into());
    };
    let text = fs::read_to_string(&file)?;
    let spec: AppSpec = if file.ends_with(".json") {
        serde_json::from_str(&text)?
    } else {
        let clauses: Vec<read::Input> = clauses::cut(&text).into_iter().map(|c| (c.id, c.text, c.section)).collect();
        let texts = clauses.iter().map(|(id, text, _)| (*id, text.clone())).collect();
        let spec = read::analyse(&clauses, &BTreeMap::new()).map_err(|refusal| refusal.to_string())?;
        offline::candid(spec, &texts)
    };
    for gap in &spec.gaps {
        println!("{} gap: {}: {}", gap.clause, gap.what, gap.reason);
    }
    let mut links = Links::default();
    for module in blueprint::modules(&spec) {
        let built = blueprint::build(&spec, &module.name);
        let tested = suite::tests(&spec, &module.name);
        for file in built.files.iter().chain(&tested.files) {
            let path = Path::new(&out).join(&file.path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(path, &file.content)?;
        }
        let coded: BTreeSet<&str> = built.links.iter().map(|l| l.clause.as_str()).collect();
        let shown: BTreeSet<&str> = tested
            .links
            .iter()
            .map(|l| l.clause.as_str())
            .chain(tested.searches.iter().map(|s| s.clause.as_str()))
            .collect();
        for clause in &module.clauses {
            let id = clause.to_string();
            let gap = spec.gaps.iter().any(|g| g.clause == *clause);
            let kind = spec.marks.iter().find(|m| m.clause == *clause).map(|m| m.kind);
            let codeless = matches!(kind, Some(ClauseKind::Exclusion | ClauseKind::Quality));
            if !gap && kind != Some(ClauseKind::Quality) && !shown.contains(id.as_str()) {
                println!("{}: {id} has no test", module.name);
            }
            if !gap && !codeless && !coded.contains(id.as_str()) {
                println!("{}: {id} has no code", module.name);
            }
        }
        links.code.extend(built.links);
        links.tests.extend(tested.links);
        links.searches.extend(tested.searches);
    }
    fs::write(Path::new(&out).join("links.json"), serde_json::to_string_pretty(&links)?)?;
    Ok(())
}

//! Writes the application that the offline engine builds for a requirement, with its tests and links, without a run:
//! `cargo run --example application -- FILE DIR` (`DIR.links.json` gets the links).
//!
//! Useful while working on the blueprint: nothing is checked, nothing is proven.

use g1::models::offline::{blueprint, read, suite};
use std::{collections::BTreeMap, path::Path};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, folder] = arguments.as_slice() else { return Err("usage: application FILE DIR".into()) };
    let text = String::from_utf8(std::fs::read(file)?)?;
    let clauses = g1::hub::clauses::cut(&text).into_iter().map(|c| (c.id, c.text)).collect();
    let spec = read::analyse(&read::inputs(clauses), &BTreeMap::new())?;
    let (mut code, mut tests) = (Vec::new(), Vec::new());
    for module in blueprint::modules(&spec) {
        let built = blueprint::build(&spec, &module.name);
        let tested = suite::tests(&spec, &module.name);
        for file in built.files.iter().chain(&tested.files) {
            let path = Path::new(folder).join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new(folder)))?;
            std::fs::write(path, &file.content)?;
        }
        println!("{}: {} files, {} links", module.name, built.files.len() + tested.files.len(), built.links.len());
        code.extend(built.links);
        tests.extend(tested.links);
    }
    let links = serde_json::json!({"code": code, "tests": tests});
    std::fs::write(format!("{folder}.links.json"), serde_json::to_string_pretty(&links)?)?;
    Ok(())
}

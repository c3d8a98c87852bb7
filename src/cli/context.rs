//! `g1 context STEP`: what a persona saw.

use super::{
    out::{self, Done, Fail, columns},
    project::{self, Looked},
};
use crate::domain::{Clean, StepId, pack::ContextPack};
use std::{fmt::Write, path::Path};

pub fn run(folder: Option<&Path>, step: &str, as_json: bool) -> Done {
    let Looked { run, blobs, .. } = project::look(folder)?;
    let known = || run.steps.iter().map(|s| s.plan.id.to_string()).collect::<Vec<_>>().join(", ");
    let found = StepId::new(step).ok().and_then(|id| run.step(&id).cloned());
    let found = found.ok_or_else(|| Fail::usage(format!("there is no step '{step}'; this run has {}", known())))?;
    let (_, blob) = found
        .pack
        .ok_or_else(|| Fail::usage(format!("step {step} has not been given anything yet; it is its turn later")))?;
    let bytes = blobs.get(&blob).map_err(Fail::error)?;
    let pack: ContextPack = serde_json::from_slice(&bytes)
        .map_err(|_| Fail::error(format!("blob {blob} is no context pack of this version of g1")))?;
    if as_json {
        out::json(&pack)?;
    } else {
        out::show(&text(&pack))?;
    }
    Ok(0)
}

fn text(pack: &ContextPack) -> String {
    let mut text = String::new();
    let personas: Vec<&str> = pack.personas.iter().map(|p| p.as_str()).collect();
    let _ = writeln!(
        text,
        "{}, attempt {}, for {}: {} items, {} of {} tokens, pack {}\n",
        pack.step,
        pack.attempt,
        personas.join(", "),
        pack.items.len(),
        pack.tokens(),
        pack.budget_tokens,
        pack.id.short()
    );
    let word = |kind| serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let rows: Vec<Vec<String>> = pack
        .items
        .iter()
        .map(|item| {
            let score = item.score.map_or_else(|| "-".to_owned(), |s| format!("{s:.2}"));
            let id = Clean::new(&item.id).one_line(40);
            vec![
                word(item.kind),
                id,
                item.hash.short().to_owned(),
                score,
                item.tokens.to_string(),
                item.why.one_line(60),
            ]
        })
        .collect();
    let mut table = vec![["KIND", "ID", "HASH", "SCORE", "TOKENS", "WHY"].map(str::to_owned).to_vec()];
    table.extend(rows);
    text.push_str(&columns(&table));
    if !pack.cut.is_empty() {
        let rows: Vec<Vec<String>> = pack
            .cut
            .iter()
            .map(|c| vec![word(c.kind), Clean::new(&c.id).one_line(40), c.tokens.to_string(), c.why.one_line(90)])
            .collect();
        let _ = write!(text, "\nCut:\n{}", columns(&rows));
    }
    for item in &pack.items {
        let _ = write!(text, "\n--- {} {} ---\n{}\n", word(item.kind), item.id, item.text.trim_end());
    }
    text
}

//! `g1 hub search|show`: from memory, so that it works while the run lives.

use super::{
    args::HubAction,
    out::{self, Done, Fail, columns},
    project::{self, Looked},
};
use crate::{
    domain::{Clean, run::Run},
    hub::{Blobs, Filter, Hub},
};
use serde_json::{Value, json};
use std::path::Path;

pub fn run(folder: Option<&Path>, action: &HubAction, as_json: bool) -> Done {
    let Looked { run, blobs, .. } = project::look(folder)?;
    match action {
        HubAction::Search { query, k } => {
            let hits = Hub::in_memory(&run, &blobs).search(&query.join(" "), *k, &Filter::default());
            if as_json {
                for hit in &hits {
                    out::json(hit)?;
                }
            } else {
                let rows: Vec<Vec<String>> = hits
                    .iter()
                    .map(|h| {
                        vec![h.id.clone(), format!("{:.2}", h.score), h.title.one_line(40), h.snippet.one_line(100)]
                    })
                    .collect();
                out::show(&columns(&rows))?;
            }
            Ok(0)
        }
        HubAction::Show { id } => {
            let (value, text) = find(&run, &blobs, id)?;
            if as_json {
                out::json(&value)?;
            } else {
                out::show(&text.unwrap_or_else(|| serde_json::to_string_pretty(&value).unwrap_or_default()))?;
            }
            Ok(0)
        }
    }
}

/// A thing by the id people see, and its own text where it has one.
fn find(run: &Run, blobs: &Blobs, id: &str) -> Result<(Value, Option<String>), Fail> {
    if let Some(clause) = id.parse().ok().and_then(|id| run.clauses.get(&id)) {
        return Ok((json!(clause), Some(clause.text.clone())));
    }
    if let Some(item) = id.parse().ok().and_then(|id| run.interpretations.get(&id)) {
        return Ok((json!(item), None));
    }
    if let Some(item) = id.parse().ok().and_then(|id| run.decisions.get(&id)) {
        return Ok((json!(item), None));
    }
    if let Some(item) = id.parse().ok().and_then(|id| run.assumptions.get(&id)) {
        return Ok((json!(item), None));
    }
    if let Some(item) = id.parse().ok().and_then(|id| run.gates.get(&id)) {
        return Ok((json!(item), None));
    }
    if let Some(item) = id.parse().ok().and_then(|id| run.evidence.iter().find(|e| e.id == id)) {
        let output = blobs.get(&item.output_sha256).ok().map(|bytes| Clean::from_bytes(&bytes).to_string());
        let head = serde_json::to_string_pretty(item).unwrap_or_default();
        return Ok((json!(item), output.map(|output| format!("{head}\n\n{output}"))));
    }
    if let Some(item) = run.artifacts.get(id) {
        return Ok((json!(item), Some(content(blobs, &item.hash)?)));
    }
    if let Some(item) = run.files.get(id) {
        return Ok((json!(item), Some(content(blobs, &item.sha256)?)));
    }
    Err(Fail::usage(format!("the hub knows no '{id}'; `g1 hub search` finds ids by words")))
}

fn content(blobs: &Blobs, hash: &crate::domain::Hash) -> Result<String, Fail> {
    Ok(Clean::from_bytes(&blobs.get(hash).map_err(Fail::error)?).to_string())
}

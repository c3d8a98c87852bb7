//! `g1 hub search|show`: they work while the run lives, too.

use super::{
    args::HubAction,
    encoder::{self, Payer},
    out::{self, Done, Fail, columns},
    project::{self, Looked},
};
use crate::{
    config::Config,
    domain::{Clean, pack::PackKind, plan::Phase, run::Run},
    driver::purse::Purse,
    hub::{self, Blobs, Filter, Hit, Hub, Project},
    models::settings::ModelSettings,
};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

pub fn run(folder: Option<&Path>, action: &HubAction, config: &Config, as_json: bool) -> Done {
    let Looked { dir, run, blobs } = project::look(folder)?;
    match action {
        HubAction::Search { query, k, kind, phase } => {
            let filter = Filter {
                kinds: kind.iter().map(|k| kind_named(k)).collect::<Result<_, _>>()?,
                phases: phase.iter().map(|p| phase_named(p)).collect::<Result<_, _>>()?,
            };
            let query = query.join(" ");
            if query.trim().is_empty() {
                return Err(Fail::usage(
                    "the query is empty: say what to search for, as in `g1 hub search who may delete`",
                ));
            }
            let hits = search(&dir, &run, &blobs, &super::run::models(config), &query, *k, &filter)?;
            if as_json {
                for hit in &hits {
                    out::json(hit)?;
                }
            } else if hits.is_empty() {
                out::talk(&format!("Nothing in the hub fits \"{}\".", Clean::from(query).one_line(60)));
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

/// With the hub's store while nobody else writes to the project, so that vectors are made once; else from memory. What a
/// server is paid for vectors comes from the budget of the run.
fn search(
    dir: &Path,
    run: &Run,
    blobs: &Blobs,
    models: &ModelSettings,
    query: &str,
    k: usize,
    filter: &Filter,
) -> Result<Vec<Hit>, Fail> {
    let mut held = if hub::writer(dir).is_none() { Project::open(dir).ok() } else { None };
    let mut hub = match &held {
        Some(_) => Hub::open(dir, run, blobs),
        None => Hub::in_memory(run, blobs),
    };
    let purse = match models.embeddings {
        Some(_) => Some(Purse::of(dir, held.take()).map_err(Fail::error)?),
        None => None,
    };
    let purse: Payer = Arc::new(Mutex::new(purse));
    if let Some(encoder) = encoder::chosen(models, &purse)? {
        hub.understand(encoder);
    }
    let hits = hub.search(query, k, filter);
    // The project is let go of when it is over, whatever the encoder still holds.
    drop(purse.lock().unwrap_or_else(PoisonError::into_inner).take());
    Ok(hits)
}

fn kind_named(name: &str) -> Result<PackKind, Fail> {
    serde_json::from_value(json!(name)).map_err(|_| {
        Fail::usage(format!(
            "there is no kind '{name}': clause, interpretation, assumption, decision, attachment, artifact and file can be searched"
        ))
    })
}

fn phase_named(name: &str) -> Result<Phase, Fail> {
    let known = || Phase::ALL.map(|phase| phase.name().to_lowercase()).join(", ");
    let found = Phase::ALL.into_iter().find(|phase| phase.name().eq_ignore_ascii_case(name));
    found.ok_or_else(|| Fail::usage(format!("there is no phase '{name}'; there are {}", known())))
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
    if let Some(item) = run.attachments.iter().find(|file| file.name == id) {
        let line = item.line(&run.settings.model);
        let text = if item.text { content(blobs, &item.sha256)? } else { String::new() };
        let reader = item.reader.as_ref().map_or_else(String::new, |reader| format!("read by the {reader}\n"));
        return Ok((json!(item), Some(format!("{line}\nsha256 {}\n{reader}\n{text}", item.sha256))));
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

//! `g1 trace`

use super::{
    args::Format,
    out::{self, Done, Fail},
    project::{self, Looked},
};
use crate::{
    domain::{
        ClauseId, Hash,
        run::Run,
        trace::{self, Trace},
    },
    workspace::Workspace,
};
use std::{collections::BTreeMap, path::Path};

pub fn run(folder: Option<&Path>, clauses: &[String], format: Format, as_json: bool) -> Done {
    let looked = project::look(folder)?;
    looked.warn_of_losses();
    let Looked { dir, run, .. } = looked;
    let mut trace = now(&dir, &run);
    if !clauses.is_empty() {
        only(&mut trace, clauses)?;
    }
    match if as_json { Format::Json } else { format } {
        // Escaped by JSON; the clauses' text is exactly theirs.
        Format::Json => out::print(&trace.to_json())?,
        Format::Md if !clauses.is_empty() => out::show(&trace.to_sections(&run))?,
        Format::Md => out::show(&trace.to_markdown(if run.title.is_empty() { &run.name } else { &run.title }))?,
        // Escaped and sanitised where it is made.
        Format::Html => out::print(&trace.to_html(&run))?,
        Format::Csv => out::show(&trace.to_csv())?,
    }
    Ok(0)
}

/// Leaves the clauses that are asked for.
fn only(trace: &mut Trace, asked: &[String]) -> Result<(), Fail> {
    let asked = asked.iter().map(|id| id.parse()).collect::<Result<Vec<ClauseId>, _>>().map_err(Fail::usage)?;
    if let Some(unknown) = asked.iter().find(|id| trace.clauses.iter().all(|clause| clause.id != **id)) {
        let last = trace.clauses.iter().map(|clause| clause.id).max();
        let last = last.map_or_else(String::new, |last| format!("; the last is {last}"));
        return Err(Fail::usage(format!("there is no clause {unknown}{last}")));
    }
    trace.clauses.retain(|clause| asked.contains(&clause.id));
    trace.doubts.retain(|doubt| doubt.clauses.iter().any(|id| asked.contains(id)));
    Ok(())
}

/// Against the files as they are now: a change since the proof shows.
pub fn now(dir: &Path, run: &Run) -> Trace {
    trace::trace_of(run, &files(dir, run))
}

/// The files that the run wrote, as they are now.
pub fn files(dir: &Path, run: &Run) -> BTreeMap<String, Hash> {
    match Workspace::of_project(dir, run.existing.is_some()) {
        Ok(workspace) => {
            run.files.keys().filter_map(|path| Some((path.clone(), Hash::of(&workspace.read(path).ok()?)))).collect()
        }
        Err(_) => BTreeMap::new(),
    }
}

//! `g1 trace`

use super::{
    args::Format,
    out::{self, Done},
    project::{self, Looked},
};
use crate::{
    domain::{
        Hash,
        run::Run,
        trace::{self, Trace},
    },
    workspace::Workspace,
};
use std::{collections::BTreeMap, path::Path};

pub fn run(folder: Option<&Path>, format: Format, as_json: bool) -> Done {
    let Looked { dir, run, .. } = project::look(folder)?;
    let trace = now(&dir, &run);
    match if as_json { Format::Json } else { format } {
        // Escaped by JSON; the clauses' text is exactly theirs.
        Format::Json => out::print(&trace.to_json())?,
        Format::Md => out::show(&trace.to_markdown(if run.title.is_empty() { &run.name } else { &run.title }))?,
        // Escaped and sanitised where it is made.
        Format::Html => out::print(&trace.to_html(&run))?,
        Format::Csv => out::show(&trace.to_csv())?,
    }
    Ok(0)
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

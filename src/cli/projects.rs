//! `g1 projects`: the folders this machine remembers heads of.

use super::{
    out::{self, Done, columns},
    status::status_words,
};
use crate::{config::dirs, driver::client, hub::heads};
use serde_json::json;

pub fn run(as_json: bool) -> Done {
    let mut rows = Vec::new();
    for remembered in heads::all(&dirs::state()) {
        let (title, status) = match client::look(&remembered.dir) {
            Ok(run) => (run.title.one_line(40), status_words(&run)),
            Err(e) => (String::new(), e.to_string()),
        };
        if as_json {
            out::json(&json!({"dir": remembered.dir, "title": title, "status": status, "seq": remembered.seq}))?;
        }
        rows.push(vec![remembered.dir.display().to_string(), title, status]);
    }
    if !as_json {
        let text = if rows.is_empty() {
            "No projects yet: g1 run, or g1 for the workbench.\n".to_owned()
        } else {
            columns(&rows)
        };
        out::show(&text)?;
    }
    Ok(0)
}

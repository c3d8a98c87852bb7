//! `g1 personas`

use super::out::{self, Done, Fail, columns, talk};
use crate::{config::dirs, hub::project::FOLDER, personas::Library};
use serde_json::json;
use std::path::Path;

pub fn run(folder: Option<&Path>, id: Option<&str>, as_json: bool) -> Done {
    let dir = folder.unwrap_or(Path::new("."));
    let (library, warnings) =
        Library::load(Some(&dir.join(FOLDER).join("personas")), Some(&dirs::config().join("personas")));
    warnings.iter().for_each(|warning| talk(warning));
    if let Some(id) = id {
        let persona = id.parse().ok().and_then(|id| library.get(&id));
        let persona =
            persona.ok_or_else(|| Fail::usage(format!("there is no persona '{id}'; `g1 personas` lists them")))?;
        if as_json {
            out::json(persona)?;
        } else {
            out::show(&format!(
                "{} ({}, {:?})\n{}\n\n{}",
                persona.name, persona.id, persona.source, persona.role, persona.prompt
            ))?;
        }
        return Ok(0);
    }
    if as_json {
        for p in library.iter() {
            out::json(
                &json!({"id": p.id, "name": p.name, "role": p.role, "source": p.source, "produces": p.produces}),
            )?;
        }
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = library
        .iter()
        .map(|p| {
            vec![p.id.to_string(), p.name.to_string(), format!("{:?}", p.source).to_lowercase(), p.role.one_line(80)]
        })
        .collect();
    out::show(&columns(&rows))?;
    Ok(0)
}

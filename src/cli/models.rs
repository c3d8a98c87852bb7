//! `g1 models`

use super::out::{self, Done, columns};
use crate::{config::Config, models::registry};
use serde_json::json;

pub fn run(config: &Config, as_json: bool) -> Done {
    let known = registry::known(&config.models);
    if as_json {
        out::json(&json!({"chosen": config.model}))?;
        for k in &known {
            out::json(
                &json!({"name": k.name, "base_url": k.base_url, "key_env": k.key_env, "key_found": k.key_found, "note": k.note}),
            )?;
        }
        return Ok(0);
    }
    let mut rows = vec![["NAME", "KEY", "SERVER", ""].map(str::to_owned).to_vec()];
    for k in known {
        let key = match (&k.key_env, k.key_found) {
            (None, _) => "none needed".to_owned(),
            (Some(name), true) => format!("{name} is set"),
            (Some(name), false) => format!("{name} is not set"),
        };
        rows.push(vec![k.name, key, k.base_url, k.note.to_owned()]);
    }
    out::show(&format!(
        "Chosen: {}. A key that is found is used only when its provider is chosen (-m PROVIDER/MODEL).\n\n{}",
        config.model,
        columns(&rows)
    ))?;
    Ok(0)
}

//! `g1 config [KEY]`

use super::out::{self, Done, Fail, columns};
use crate::config::{KEYS, Loaded, dirs};
use serde_json::json;

pub fn run(loaded: &Loaded, key: Option<&str>, as_json: bool) -> Done {
    if let Some(key) = key {
        let known = KEYS.iter().any(|k| k.path == key) || loaded.set.contains_key(key);
        if !known {
            return Err(Fail::usage(format!("there is no setting '{key}'; `g1 config` lists the keys")));
        }
        let (value, origin) = match loaded.set.get(key) {
            Some((value, origin)) => (value.clone(), origin.to_string()),
            None => (in_force(loaded, key), "default".to_owned()),
        };
        if as_json {
            out::json(&json!({"key": key, "value": value, "origin": origin}))?;
        } else {
            out::show(&format!("{value}  ({origin})"))?;
        }
        return Ok(0);
    }
    let mut rows = Vec::new();
    for k in KEYS {
        let (value, origin) = match loaded.set.get(k.path) {
            Some((value, origin)) => (value.trim().to_owned(), origin.to_string()),
            None => (in_force(loaded, k.path), "default".to_owned()),
        };
        rows.push(vec![k.path.to_owned(), value, origin, k.about.to_owned()]);
    }
    for (name, (value, origin)) in loaded.set.iter().filter(|(name, _)| !KEYS.iter().any(|k| k.path == *name)) {
        rows.push(vec![name.clone(), value.clone(), origin.to_string(), String::new()]);
    }
    if as_json {
        for row in &rows {
            out::json(&json!({"key": row[0], "value": row[1], "origin": row[2]}))?;
        }
    } else {
        let file = dirs::config().join("config.toml");
        out::show(&format!("{}\nYour file: {}", columns(&rows), file.display()))?;
    }
    Ok(0)
}

/// What holds although nobody set it; `-` where that is nothing.
fn in_force(loaded: &Loaded, key: &str) -> String {
    loaded.config.value(key).unwrap_or_else(|| "-".to_owned())
}

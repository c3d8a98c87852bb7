//! `g1 themes`, and the person's themes and keys for the workbench.

use super::out::{self, Done, Fail, columns};
use crate::{
    config::dirs,
    domain::Clean,
    ui::{
        keymap::Keymap,
        theme::{self, Depth, Sources, Theme},
    },
};
use serde_json::json;
use std::{fs, io::ErrorKind, path::Path};

/// A theme or key map larger than this is no theme or key map.
const MOST: u64 = 256 << 10;

pub fn run(name: Option<&str>, in_force: Option<&str>, as_json: bool) -> Done {
    let (own, warnings) = sources();
    warnings.iter().for_each(|w| out::talk(w));
    if let Some(name) = name {
        Theme::load(name, &own, Depth::Rgb).map_err(|e| Fail::usage(e.to_string()))?;
        let text = theme::source(name, &own).unwrap_or_default();
        out::print(text)?;
        return Ok(0);
    }
    let mut rows = vec![["NAME", "FROM", "ABOUT"].map(str::to_owned).to_vec()];
    for name in theme::names(&own) {
        let from = if own.contains_key(&name) { "yours" } else { "built in" };
        let about = match Theme::load(&name, &own, Depth::Rgb) {
            Ok(_) => theme::about(&name, &own),
            Err(wrong) => wrong.to_string(),
        };
        let used = in_force.unwrap_or("default") == name;
        if as_json {
            out::json(&json!({"name": name, "from": from, "about": about, "in_force": used}))?;
        } else {
            let mark = if used { format!("{name} *") } else { name };
            rows.push(vec![mark, from.to_owned(), Clean::new(&about).one_line(100)]);
        }
    }
    if !as_json {
        let folder = dirs::config();
        let text = format!(
            "{}\n* in force. Keep another one with theme = \"NAME\" in {}; your own go to {}/NAME.toml and may begin with inherits = \"default\". `g1 themes default` prints one to start from.\n",
            columns(&rows),
            folder.join("config.toml").display(),
            folder.join("themes").display()
        );
        out::show(&text)?;
    }
    Ok(0)
}

/// The person's themes by name, and which files could not be read.
pub fn sources() -> (Sources, Vec<Clean>) {
    let (mut own, mut warnings) = (Sources::new(), Vec::new());
    let Ok(entries) = fs::read_dir(dirs::config().join("themes")) else { return (own, warnings) };
    for path in entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")) {
        let Some(name) = path.file_stem().and_then(|n| n.to_str()) else { continue };
        match read(&path) {
            Ok(Some(text)) => {
                own.insert(name.to_owned(), text);
            }
            Ok(None) => {}
            Err(what) => warnings.push(what),
        }
    }
    (own, warnings)
}

/// The keys in force, and what is wrong with the person's `keymap.toml`.
pub fn keymap() -> (Keymap, Vec<Clean>) {
    let path = dirs::config().join("keymap.toml");
    match read(&path) {
        Ok(None) => (Keymap::default(), Vec::new()),
        Err(what) => (Keymap::default(), vec![what]),
        Ok(Some(text)) => {
            let (map, wrong) = Keymap::with_file(&text);
            let place = |(line, what): (usize, String)| Clean::from(format!("{}:{line}: {what}", path.display()));
            (map, wrong.into_iter().map(place).collect())
        }
    }
}

fn read(path: &Path) -> Result<Option<String>, Clean> {
    let fail = |what: String| Clean::from(format!("{}: {what}", path.display()));
    match fs::metadata(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fail(e.to_string())),
        Ok(meta) if meta.len() > MOST => return Err(fail("is larger than 256 kB".into())),
        Ok(_) => {}
    }
    fs::read_to_string(path).map(Some).map_err(|e| fail(e.to_string()))
}

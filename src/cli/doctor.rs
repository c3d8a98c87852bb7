//! `g1 doctor`

use super::out::{self, Done, Fail, columns};
use crate::{
    config::{Config, dirs},
    domain::Clean,
    evidence::{self, Stack},
    files, hub,
    models::{ModelError, local, openai::OpenAi, registry},
    ui::welcome::Need,
};
use serde_json::json;
use std::{
    fs,
    io::IsTerminal,
    path::Path,
    process::{Command, Stdio},
};

struct Finding {
    what: &'static str,
    /// `None`: nice to have.
    ok: Option<bool>,
    text: String,
}

pub fn run(folder: Option<&Path>, config: &Config, as_json: bool) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Fail::error)?;
    let mut found = vec![
        Finding {
            what: "g1",
            ok: Some(true),
            text: format!("{} on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS),
        },
        runtime.block_on(python()),
        runtime.block_on(node()),
        runtime.block_on(rust()),
        sandbox(),
        git(),
        terminal(),
        writable("configuration", &dirs::config()),
        writable("state", &dirs::state()),
    ];
    if let Some(project) = project(folder.unwrap_or(Path::new("."))) {
        found.push(project);
    }
    found.extend(std::env::var_os("SSL_CERT_FILE").and_then(|file| certificates(Path::new(&file))));
    found.extend(runtime.block_on(servers(config)));
    found.extend(runtime.block_on(ways(config)));
    let healthy = found.iter().all(|f| f.ok != Some(false));
    if as_json {
        for f in &found {
            out::json(&json!({"what": f.what, "ok": f.ok, "text": f.text}))?;
        }
    } else {
        let word = |ok| match ok {
            Some(true) => "ok",
            Some(false) => "MISSING",
            None => "note",
        };
        let rows: Vec<Vec<String>> =
            found.iter().map(|f| vec![word(f.ok).to_owned(), f.what.to_owned(), f.text.clone()]).collect();
        out::show(&columns(&rows))?;
    }
    Ok(u8::from(!healthy))
}

/// What is wrong with the file of further certificates; what makes connections leaves one out that it cannot use.
fn certificates(file: &Path) -> Option<Finding> {
    const MOST: u64 = 64 << 20;
    let why = match files::read(file, MOST) {
        Ok(bytes) if bytes.windows(27).any(|part| part == b"-----BEGIN CERTIFICATE-----") => return None,
        Ok(_) => "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)".to_owned(),
        Err(error) => format!("cannot be read: {error}"),
    };
    let text = format!("SSL_CERT_FILE names {}, which {why}; nothing of it is trusted", file.display());
    Some(Finding { what: "certificates", ok: Some(false), text })
}

/// Model servers that may run on this machine.
async fn servers(config: &Config) -> Vec<Finding> {
    let found = local::look(&config.models).await;
    let said = |(name, found): (&String, &local::Found)| Finding {
        what: "server",
        ok: found.models().map(|_| true),
        text: format!("{name}: {}", found.words()),
    };
    found.iter().map(said).collect()
}

/// The hops to the servers of every model that may be asked, up to the first that fails. The offline engine and cassettes
/// need none.
async fn ways(config: &Config) -> Vec<Finding> {
    let settings = super::run::models(config);
    let mut found = Vec::new();
    // One way for each server, whoever is asked there.
    let mut places: Vec<(OpenAi, Vec<String>)> = Vec::new();
    for spec in registry::assigned(&config.model, &settings) {
        match registry::at_server(&spec, &settings) {
            Err(error) => {
                found.push(the_way(&[&spec]));
                let what = if matches!(error, ModelError::Key(_)) { "key" } else { "address" };
                found.push(Finding { what, ok: Some(false), text: error.to_string() });
            }
            Ok(model) => match places.iter_mut().find(|(there, _)| there.is_beside(&model)) {
                Some((_, specs)) => specs.push(spec),
                None => places.push((model, vec![spec])),
            },
        }
    }
    for (model, specs) in places {
        found.push(the_way(&specs.iter().map(String::as_str).collect::<Vec<_>>()));
        let names: Vec<&str> = specs.iter().filter_map(|spec| Some(spec.split_once('/')?.1)).collect();
        let hops = model.hops(&names).await;
        found.extend(hops.into_iter().map(|hop| Finding { what: hop.name, ok: hop.ok, text: hop.text.to_string() }));
    }
    found
}

fn the_way(specs: &[&str]) -> Finding {
    Finding { what: "model", ok: None, text: format!("the way to {}:", specs.join(", ")) }
}

/// The same in the words of the welcome screen.
pub async fn needs() -> Vec<Need> {
    let found = [python().await, sandbox(), git()];
    found
        .into_iter()
        .map(|f| {
            // The version or level is the first word or two of what was found.
            let name = match (f.ok == Some(true), f.what) {
                (true, "python") => format!("python {}", f.text.split(',').next().unwrap_or_default()),
                (true, "sandbox") => format!("sandbox {}", level_in(&f.text)),
                (true, _) => f.text.replace(" version", ""),
                (false, what) => format!("{what}: {}", f.text),
            };
            let optional = f.what == "git";
            let name = if optional { format!("{name} (optional)") } else { name };
            Need { name: Clean::new(&name), ok: f.ok == Some(true), optional }
        })
        .collect()
}

/// `level L2; of a program's own: network.` is `L2`.
fn level_in(text: &str) -> &str {
    text.split(['.', ';', ' ']).nth(1).unwrap_or_default()
}

async fn python() -> Finding {
    match evidence::Python::find().await {
        Ok(python) => Finding {
            what: "python",
            ok: Some(true),
            text: format!("{}.{}, {}", python.version.0, python.version.1, python.executable.display()),
        },
        Err(why) => missing("python", Some(false), Stack::Python, &why),
    }
}

async fn node() -> Finding {
    match evidence::Node::find().await {
        Ok(node) => {
            let types = if node.strips_types() {
                "JavaScript and TypeScript"
            } else {
                "JavaScript; TypeScript with G1's own removal of types (outside of G1 it wants Node 22.18)"
            };
            let (major, minor) = node.version;
            let text = format!("{major}.{minor}, {}: {types}", node.executable.display());
            Finding { what: "node", ok: Some(true), text }
        }
        Err(why) => missing("node", None, Stack::Node, &why),
    }
}

async fn rust() -> Finding {
    match evidence::Cargo::find().await {
        Ok(cargo) => {
            let (major, minor) = cargo.version;
            let text =
                format!("cargo {major}.{minor}, {}: without packages from elsewhere", cargo.executable.display());
            Finding { what: "rust", ok: Some(true), text }
        }
        Err(why) => missing("rust", None, Stack::Rust, &why),
    }
}

/// Only Python is needed: it is what the offline engine writes.
fn missing(what: &'static str, ok: Option<bool>, stack: Stack, why: &str) -> Finding {
    Finding { what, ok, text: stack.lack(why) }
}

fn sandbox() -> Finding {
    let sandbox = evidence::Sandbox::probe();
    let own: Vec<&str> = [
        (sandbox.has_own_network(), "network"),
        (sandbox.has_own_processes(), "process numbers"),
        (sandbox.has_cgroup(), "control group"),
    ]
    .into_iter()
    .filter_map(|(granted, what)| granted.then_some(what))
    .collect();
    let own = (!own.is_empty()).then(|| format!("of a program's own: {}", own.join(", ")));
    let level = [format!("level {:?}", sandbox.level)];
    let said: Vec<String> = level.into_iter().chain(own).chain(sandbox.notes.iter().cloned()).collect();
    let text = format!("{}.", said.join("; "));
    if sandbox.require().is_ok() && !sandbox.is_full() {
        let text = format!("{text} What a model wrote is not run here, unless -c sandbox=weaker is added.");
        return Finding { what: "sandbox", ok: None, text };
    }
    Finding { what: "sandbox", ok: Some(sandbox.require().is_ok()), text }
}

fn git() -> Finding {
    let mut git = Command::new("git");
    git.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).env_clear();
    git.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    let version = git.output();
    match version.ok().filter(|o| o.status.success()) {
        Some(output) => {
            Finding { what: "git", ok: Some(true), text: String::from_utf8_lossy(&output.stdout).trim().to_owned() }
        }
        None => {
            Finding { what: "git", ok: None, text: "not found; only the history of the workspace needs it".to_owned() }
        }
    }
}

fn terminal() -> Finding {
    let term = std::env::var("TERM").unwrap_or_default();
    let tty = std::io::stdout().is_terminal();
    let text = match (tty, term.as_str()) {
        (true, "" | "dumb") => "TERM is not set to a full-screen terminal: --plain works everywhere".to_owned(),
        (true, term) => format!("TERM={term}"),
        (false, _) => "stdout is no terminal: commands and --plain work, the workbench does not".to_owned(),
    };
    Finding { what: "terminal", ok: None, text }
}

fn writable(what: &'static str, dir: &Path) -> Finding {
    let test = fs::create_dir_all(dir).and_then(|()| tempfile::tempfile_in(dir));
    match test {
        Ok(_) => Finding { what, ok: Some(true), text: dir.display().to_string() },
        Err(e) => Finding { what, ok: Some(false), text: format!("cannot write to {}: {e}", dir.display()) },
    }
}

fn project(dir: &Path) -> Option<Finding> {
    if !dir.join(hub::project::FOLDER).exists() {
        return None;
    }
    Some(match hub::read(dir) {
        Ok(opened) => {
            let seq = opened.tail.last().map(|e| e.seq).or(opened.checkpoint.map(|c| c.0)).unwrap_or(0);
            let writer = hub::writer(dir).map_or_else(String::new, |pid| format!(", open in g1 {pid}"));
            Finding {
                what: "project",
                ok: Some(true),
                text: format!("{seq} records{writer}; `g1 log --verify` reads all"),
            }
        }
        Err(e) => Finding { what: "project", ok: Some(false), text: e.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::level_in;

    #[test]
    fn the_level_stands_alone_whatever_is_said_behind_it() {
        for text in ["level L2.", "level L2; of a program's own: network.", "level L2; no control group: a note."] {
            assert_eq!(level_in(text), "L2");
        }
    }
}

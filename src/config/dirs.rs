//! Where G1 keeps what belongs to the user, not to a project. `G1_HOME` overrides both.

use std::{env, path::PathBuf};

fn absolute(name: &str) -> Option<PathBuf> {
    // The XDG specification: relative paths are to be ignored.
    env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute())
}

fn home() -> PathBuf {
    absolute("HOME").unwrap_or_else(|| PathBuf::from("/"))
}

fn g1_home() -> Option<PathBuf> {
    let home = env::var_os("G1_HOME").filter(|v| !v.is_empty())?;
    Some(std::path::absolute(&home).unwrap_or_else(|_| home.into()))
}

/// `config.toml`, `keymap.toml`, `personas/`, `themes/`.
#[must_use]
pub fn config() -> PathBuf {
    g1_home().unwrap_or_else(|| absolute("XDG_CONFIG_HOME").unwrap_or_else(|| home().join(".config")).join("g1"))
}

/// Logs, recent projects, head hashes.
#[must_use]
pub fn state() -> PathBuf {
    match g1_home() {
        Some(home) => home.join("state"),
        None => absolute("XDG_STATE_HOME").unwrap_or_else(|| home().join(".local/state")).join("g1"),
    }
}

//! Settings: where they live and which one wins (flag > environment > project > user > default).
//!
//! A project's `.g1/config.toml` comes with the project, perhaps from a stranger: it can never choose a model, a server,
//! a provider or where a key is found, nor have its person asked less often or spend more than they set.

pub mod dirs;
mod keys;
mod layers;
#[cfg(test)]
mod tests;

use crate::{
    domain::{
        Clean,
        evidence::Confinement,
        plan::PlanVariant,
        run::{GateMode, TURNS},
        usage::Budget,
    },
    models::settings::ModelSettings,
};
pub use keys::{KEYS, Key, distance};
pub use layers::{Origin, Sources};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf};

/// Tokens a context pack may hold unless told otherwise: leaves room for the reply in a 128k window.
const PACK_TOKENS: u32 = 100_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// All settings, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// `offline`, `openai/M`, `compat/M`, `ollama/M`, `NAME/M`, `cassette/FILE`.
    pub model: String,
    pub gates: GateMode,
    pub plan: PlanVariant,
    #[serde(deserialize_with = "budget_field", serialize_with = "budget_text")]
    pub budget: Option<Budget>,
    #[serde(deserialize_with = "budget_field", serialize_with = "budget_text")]
    pub budget_phase: Option<Budget>,
    #[serde(deserialize_with = "budget_field", serialize_with = "budget_text")]
    pub budget_step: Option<Budget>,
    pub pack_tokens: u32,
    /// How often in an attempt developer and tester may use tools before they answer; 0: never.
    pub turns: u32,
    /// The name that decisions are recorded under; else the login name.
    pub who: Option<String>,
    pub theme: Option<String>,
    pub color: Color,
    pub mouse: bool,
    /// A command that is run with the words of a notification.
    pub notify: Option<String>,
    pub bell: bool,
    /// Lines instead of screens.
    pub plain: bool,
    /// What must be confined before programs run that G1 did not write itself.
    pub sandbox: Confinement,
    pub models: ModelSettings,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: "offline".to_owned(),
            gates: GateMode::Step,
            plan: PlanVariant::Lean,
            budget: None,
            budget_phase: None,
            budget_step: None,
            pack_tokens: PACK_TOKENS,
            turns: TURNS,
            who: None,
            theme: None,
            color: Color::Auto,
            mouse: false,
            notify: None,
            bell: true,
            plain: false,
            sandbox: Confinement::Full,
            models: ModelSettings::default(),
        }
    }
}

impl Config {
    /// The value in force of the setting at a dotted path, as it would be written in a file; none where nothing is set
    /// and nothing is assumed.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<String> {
        let whole = serde_json::to_value(self).ok()?;
        let at = path.split('.').try_fold(&whole, |value, part| value.get(part))?;
        let empty = at.as_array().is_some_and(Vec::is_empty) || at.as_object().is_some_and(serde_json::Map::is_empty);
        (!at.is_null() && !empty).then(|| at.to_string())
    }
}

/// What the sources said.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    pub config: Config,
    /// Every key that was set, with its value as TOML and who set it.
    pub set: BTreeMap<String, (String, Origin)>,
    /// Keys that were ignored, and why.
    pub warnings: Vec<Clean>,
}

/// A configuration that cannot be used; says where and what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {what}", .file.display())]
    Unreadable { file: PathBuf, what: String },
    #[error("{}:{line}: {what}", .file.display())]
    File { file: PathBuf, line: usize, what: String },
    #[error("{origin}: {what}")]
    Other { origin: String, what: String },
}

/// Reads and merges everything.
///
/// # Errors
/// A file cannot be read or parsed, or a value does not fit its key.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let merged = layers::merge(sources)?;
    let set = merged.values.iter().map(|(key, (value, origin))| (key.clone(), (value.to_string(), *origin))).collect();
    let config = Config::deserialize(layers::table(merged.values))
        .map_err(|e| ConfigError::Other { origin: "configuration".to_owned(), what: e.message().to_owned() })?;
    Ok(Loaded { config, set, warnings: merged.warnings })
}

fn budget_field<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Option<Budget>, D::Error> {
    let text = String::deserialize(d)?;
    if text == "none" {
        return Ok(None);
    }
    budget(&text).map(Some).map_err(serde::de::Error::custom)
}

#[expect(clippy::ref_option, reason = "the form serde asks for")]
fn budget_text<S: serde::Serializer>(budget: &Option<Budget>, to: S) -> Result<S::Ok, S::Error> {
    match budget {
        None => to.serialize_str("none"),
        Some(Budget::Tokens(n)) => to.collect_str(&format_args!("{n}tok")),
        Some(Budget::CostMicros(n)) => to.collect_str(&format_args!("{}.{:06}", n / 1_000_000, n % 1_000_000)),
    }
}

/// `2.50` (US dollars) or `200ktok`, `1.5mtok`, `50000tok`.
///
/// # Errors
/// It is neither; the text says what is expected.
pub fn budget(text: &str) -> Result<Budget, String> {
    let bad = || format!("'{text}' is no budget: write dollars such as 2.50, or tokens such as 200ktok");
    let lower = text.trim().trim_start_matches('$').to_ascii_lowercase();
    let (number, scale, tokens) = match lower.strip_suffix("tok") {
        Some(rest) => match (rest.strip_suffix('k'), rest.strip_suffix('m')) {
            (Some(number), _) => (number, 1e3, true),
            (_, Some(number)) => (number, 1e6, true),
            _ => (rest, 1.0, true),
        },
        None => (lower.as_str(), 1e6, false),
    };
    let plain = number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let number: f64 = number.trim().parse().ok().filter(|_| plain).ok_or_else(bad)?;
    let amount = (number * scale).round();
    if !(0.0..=1e15).contains(&amount) {
        return Err(bad());
    }
    let amount = amount as u64;
    Ok(if tokens { Budget::Tokens(amount) } else { Budget::CostMicros(amount) })
}

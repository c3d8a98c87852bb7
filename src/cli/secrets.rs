//! `g1 secrets`, and the keys that other commands find there.

use super::{
    args::{self, Secrets},
    out::{self, Done, Fail, columns, talk},
};
use crate::{
    config::dirs,
    models::{
        keys::{KeySource, Keys},
        registry,
        settings::ModelSettings,
    },
    secrets::{Lock, SecretError, Vault, With, has_keyring},
    term::secret::ask,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::{
    io::{self, IsTerminal, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// No key is longer; what is piped in by mistake is.
const LONGEST: u64 = 64 * 1024;

fn file() -> PathBuf {
    dirs::config().join("secrets.json")
}

fn fail(error: SecretError) -> Fail {
    let code = if matches!(error, SecretError::Name(_)) { 2 } else { 1 };
    Fail { code, text: error.to_string() }
}

pub fn run(action: &Secrets, settings: &ModelSettings, as_json: bool) -> Done {
    let _held = match action {
        Secrets::List => None,
        Secrets::Set { .. } | Secrets::Remove { .. } | Secrets::Rotate { .. } => {
            Some(Vault::hold(&file()).map_err(fail)?)
        }
    };
    let vault = Vault::open(&file()).map_err(fail)?;
    match action {
        Secrets::List => list(vault.as_ref(), settings, as_json),
        Secrets::Set { name, lock } => {
            let mut vault = match vault {
                Some(mut vault) => {
                    if !fits(lock, vault.lock()) {
                        return Err(Fail::usage(format!(
                            "the secrets are locked by {} already, and one lock holds for all: g1 secrets rotate changes it",
                            vault.locked_by()
                        )));
                    }
                    unlock(&mut vault)?;
                    vault
                }
                None => with_lock(lock, |with| Vault::create(&file(), with))?,
            };
            let value = value(name)?;
            vault.set(name, &value).map_err(fail)?;
            talk(&format!("{name} is kept in {}, locked by {}.", file().display(), vault.locked_by()));
            Ok(0)
        }
        Secrets::Remove { name } => {
            let removed = vault.map_or(Ok(false), |mut vault| vault.remove(name)).map_err(fail)?;
            if !removed {
                return Err(Fail::usage(format!("there is no key {name}: `g1 secrets list` shows those there are")));
            }
            talk(&format!(
                "{name} is gone from {}. Revoke it at its provider if somebody else may have it.",
                file().display()
            ));
            Ok(0)
        }
        Secrets::Rotate { lock } => {
            let Some(mut vault) = vault else {
                return Err(Fail::usage("there are no secrets yet: g1 secrets set NAME"));
            };
            unlock(&mut vault)?;
            with_lock(lock, |with| vault.rotate(with))?;
            talk(&format!("Everything is encrypted anew, locked by {}.", vault.locked_by()));
            Ok(0)
        }
    }
}

/// Whether the flags, if there are any, name the lock that is there.
fn fits(asked: &args::Lock, there: &Lock) -> bool {
    let said = asked.keyring || asked.passphrase || asked.key_file.is_some();
    !said
        || match there {
            Lock::Keyring { .. } => asked.keyring,
            Lock::Passphrase { .. } => asked.passphrase,
            Lock::KeyFile { path, .. } => asked.key_file.as_ref().is_some_and(|file| {
                file.as_ref().is_none_or(|file| std::path::absolute(file).is_ok_and(|file| file == *path))
            }),
        }
}

fn list(vault: Option<&Vault>, settings: &ModelSettings, as_json: bool) -> Done {
    let mut rows: Vec<(String, &str)> = Vec::new();
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    for name in registry::known(settings).into_iter().filter_map(|known| known.key_env) {
        if set(&name) && !rows.iter().any(|(other, _)| *other == name) {
            rows.push((name, "environment"));
        }
    }
    for name in vault.iter().flat_map(|vault| vault.names()) {
        match rows.iter_mut().find(|(other, _)| other == name) {
            Some(row) => row.1 = "environment, before the file",
            None => rows.push((name.to_owned(), "file")),
        }
    }
    if as_json {
        for (name, from) in &rows {
            out::json(&json!({"name": name, "from": from}))?;
        }
        return Ok(0);
    }
    let lines: Vec<Vec<String>> = rows.into_iter().map(|(name, from)| vec![name, from.to_owned()]).collect();
    let place = vault.map_or_else(
        || "There is no file of secrets: g1 secrets set NAME makes one.".to_owned(),
        |vault| format!("{}, locked by {}.", file().display(), vault.locked_by()),
    );
    out::show(&format!("{}{place}\n", if lines.is_empty() { String::new() } else { columns(&lines) + "\n" }))?;
    Ok(0)
}

/// The value of a key: what is piped in, or typed without being shown. Never an argument: those are seen by everybody.
fn value(name: &str) -> Result<SecretString, Fail> {
    let stdin = io::stdin();
    let given = if stdin.is_terminal() {
        ask(&format!("{name}: ")).map_err(Fail::error)?
    } else {
        let mut text = Zeroizing::new(String::new());
        stdin.lock().take(LONGEST).read_to_string(&mut text).map_err(Fail::error)?;
        Some(text.trim()).filter(|text| !text.is_empty()).map(SecretString::from)
    };
    let value = given.ok_or_else(|| Fail::usage(format!("nothing was given for {name}: pipe it in, or type it")))?;
    // As a provider would get it, so that a slip is told now.
    crate::models::openai::Key::new(value.expose_secret())
        .map_err(|what| Fail::usage(format!("the value for {name} {what}")))?;
    Ok(value)
}

/// As the flags say; else by the keyring where there is one, by a passphrase where somebody can type one, and by a key file
/// where nobody can.
fn with_lock<T>(lock: &args::Lock, make: impl FnOnce(With<'_>) -> Result<T, SecretError>) -> Result<T, Fail> {
    let unsaid = !lock.passphrase && lock.key_file.is_none();
    if lock.keyring || (unsaid && has_keyring()) {
        return make(With::Keyring).map_err(fail);
    }
    let by_file = lock.key_file.is_some() || (!lock.passphrase && !io::stdin().is_terminal());
    if by_file {
        let given = lock.key_file.clone().flatten();
        let path = given.unwrap_or_else(|| dirs::state().join("secrets.key"));
        return make(With::KeyFile(&path)).map_err(fail);
    }
    let first = ask("New passphrase: ")
        .map_err(no_terminal)?
        .ok_or_else(|| Fail::usage("an empty passphrase locks nothing"))?;
    let again = ask("Once more: ").map_err(no_terminal)?;
    if again.is_none_or(|again| again.expose_secret() != first.expose_secret()) {
        return Err(Fail::usage("the two differ; nothing was changed"));
    }
    make(With::Passphrase(&first)).map_err(fail)
}

fn no_terminal(error: io::Error) -> Fail {
    Fail::usage(format!("a passphrase is typed at a terminal, and there is none ({error}); --key-file needs nobody"))
}

fn unlock(vault: &mut Vault) -> Result<(), Fail> {
    if !vault.wants_passphrase() {
        return vault.unlock(None).map_err(fail);
    }
    let passphrase = ask("Passphrase of the secrets: ").map_err(no_terminal)?;
    vault.unlock(passphrase.as_ref()).map_err(fail)
}

/// The keys of the user's file, opened when the first one is wanted.
struct FromFile {
    path: PathBuf,
    /// Nobody can be asked while a screen is up.
    may_ask: bool,
    vault: Mutex<Option<Vault>>,
}

impl FromFile {
    fn look(&self) -> Result<std::sync::MutexGuard<'_, Option<Vault>>, SecretError> {
        let mut vault = self.vault.lock().unwrap_or_else(PoisonError::into_inner);
        if vault.is_none() {
            *vault = Vault::open(&self.path)?;
        }
        Ok(vault)
    }
}

impl KeySource for FromFile {
    fn has(&self, name: &str) -> bool {
        self.look().is_ok_and(|vault| vault.iter().flat_map(Vault::names).any(|other| other == name))
    }

    fn get(&self, name: &str) -> Result<Option<SecretString>, String> {
        let mut vault = self.look().map_err(|error| error.to_string())?;
        let Some(vault) = vault.as_mut().filter(|vault| vault.names().any(|other| other == name)) else {
            return Ok(None);
        };
        if vault.wants_passphrase() {
            let locked = || {
                format!(
                    "{} is locked by a passphrase and nobody can be asked for it here: set {name}, or `g1 secrets rotate --key-file`",
                    self.path.display()
                )
            };
            if !self.may_ask {
                return Err(locked());
            }
            let passphrase = ask("Passphrase of the secrets: ").map_err(|_| locked())?;
            vault.unlock(passphrase.as_ref()).map_err(|error| error.to_string())?;
        }
        vault.unlock(None).and_then(|()| vault.get(name)).map_err(|error| error.to_string())
    }
}

/// The keys in the user's file. With `now` a person is asked for the passphrase at once if the models of these settings
/// need a key from it, and never later: a screen will be up.
pub fn keys(now: bool, model: &str, settings: &ModelSettings) -> Keys {
    keys_at(&file(), now, model, settings)
}

fn keys_at(path: &Path, now: bool, model: &str, settings: &ModelSettings) -> Keys {
    let source = FromFile { path: path.to_owned(), may_ask: io::stdin().is_terminal(), vault: Mutex::default() };
    if now {
        for spec in [model].into_iter().chain(settings.personas.values().chain(&settings.fallback).map(String::as_str))
        {
            let wanted = registry::key_name(spec, settings)
                .filter(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()));
            if let Some(Err(why)) = wanted.map(|name| source.get(&name)) {
                talk(&why);
                break;
            }
        }
    }
    Keys::from(Arc::new(FromFile { may_ask: source.may_ask && !now, ..source }))
}

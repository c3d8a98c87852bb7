//! From what the user wrote after `-m` to a model.

use super::offline::Offline;
use super::{
    Model, ModelError,
    assigned::{Assigned, Fallback},
    cassette::{Cassette, Recorder},
    openai::{Breaker, Key, OpenAi},
    settings::{Api, ModelSettings, ProviderSettings, Structured},
};
use crate::domain::Clean;
use secrecy::ExposeSecret;
use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv6Addr},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// A provider G1 knows by name, for listings. Keys are named, never read, here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub name: String,
    pub base_url: String,
    pub key_env: Option<String>,
    /// The key's variable is set; G1 uses it only when this provider is chosen.
    pub key_found: bool,
    /// From the user's own configuration.
    pub own: bool,
    /// Why it cannot be chosen as the environment is.
    pub wrong: Option<String>,
    pub note: &'static str,
}

/// The model that `spec` names: `offline`, `openai/M`, `anthropic/M`, `gemini/M`, `openrouter/M`, `ollama/M`,
/// `compat/M`, `NAME/M` with a provider of the user's configuration, or `cassette/FILE`.
///
/// A key is read from the environment here and only for the provider named: one that merely lies there is not used.
///
/// # Errors
/// The spec names nothing known, a key is missing or malformed, a file cannot be read.
pub fn open(spec: &str, settings: &ModelSettings) -> Result<Arc<dyn Model>, ModelError> {
    open_with(spec, settings, &|name| std::env::var(name).ok())
}

/// The models of a run whose own is `spec`: that one, those that the user gave to personas, each with the user's fallbacks
/// behind it. The offline engine and cassettes answer for everybody: whoever chose one of them pays nothing.
///
/// # Errors
/// As [`open`], for each of them.
pub fn assign(spec: &str, settings: &ModelSettings) -> Result<Assigned, ModelError> {
    assign_with(spec, settings, &|name| std::env::var(name).ok())
}

fn assign_with(
    spec: &str,
    settings: &ModelSettings,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Assigned, ModelError> {
    if is_free(spec.trim()) {
        return Ok(Assigned::one(open_with(spec, settings, env)?));
    }
    let servers = Servers::default();
    let with_fallback = |spec: &str| {
        let others = settings.fallback.iter().filter(|other| other.as_str() != spec);
        let others = others.map(|other| bare(other, settings, &servers, env)).collect::<Result<Vec<_>, _>>()?;
        recorded(Fallback::chain(bare(spec, settings, &servers, env)?, others), settings)
    };
    let own = settings.personas.iter().map(|(persona, spec)| Ok((persona.clone(), with_fallback(spec)?)));
    Ok(Assigned::new(with_fallback(spec)?, own.collect::<Result<_, ModelError>>()?))
}

/// [`open`] with the environment given.
///
/// # Errors
/// As [`open`].
pub fn open_with(
    spec: &str,
    settings: &ModelSettings,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Model>, ModelError> {
    recorded(bare(spec, settings, &Servers::default(), env)?, settings)
}

/// The models of a run that a cassette answers.
///
/// # Errors
/// It is to be recorded, and cannot be.
pub fn replayed(cassette: Arc<Cassette>, settings: &ModelSettings) -> Result<Assigned, ModelError> {
    recorded(cassette, settings).map(Assigned::one)
}

fn recorded(model: Arc<dyn Model>, settings: &ModelSettings) -> Result<Arc<dyn Model>, ModelError> {
    match &settings.record {
        Some(path) => Ok(Arc::new(Recorder::new(model, path)?)),
        None => Ok(model),
    }
}

/// The state of each server, shared by all models there: trouble of one is trouble of all.
#[derive(Debug, Default)]
struct Servers(Mutex<BTreeMap<String, Arc<Breaker>>>);

impl Servers {
    fn breaker(&self, base_url: &str) -> Arc<Breaker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(base_url.to_owned()).or_default().clone()
    }
}

fn bare(
    spec: &str,
    settings: &ModelSettings,
    servers: &Servers,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Arc<dyn Model>, ModelError> {
    let spec = spec.trim();
    Ok(match spec.split_once('/') {
        None if crate::domain::run::is_offline(spec) => Arc::new(Offline::new()),
        Some(("cassette", file)) if !file.is_empty() => Arc::new(Cassette::open(Path::new(file))?),
        _ => {
            let (model, breaker) = server(spec, settings, env)?;
            Arc::new(model.with_breaker(servers.breaker(&breaker)))
        }
    })
}

/// A model at a server, as such: for what only servers do (vectors, tests, the way there). `ollama/M`, `openai/M`, `NAME/M`.
///
/// # Errors
/// As [`open`].
pub fn at_server(spec: &str, settings: &ModelSettings) -> Result<OpenAi, ModelError> {
    server(spec.trim(), settings, &|name| std::env::var(name).ok()).map(|(model, _)| model)
}

/// Every model at a server that a run with this one may ask, each once: its own, those of personas, fallbacks, and who makes
/// the vectors of searches.
#[must_use]
pub fn assigned(spec: &str, settings: &ModelSettings) -> Vec<String> {
    let mut all = Vec::new();
    if !is_free(spec.trim()) {
        let others = settings.personas.values().chain(&settings.fallback);
        all.extend(std::iter::once(spec).chain(others.map(String::as_str)));
    }
    all.extend(settings.embeddings.as_deref());
    let mut seen = std::collections::BTreeSet::new();
    all.into_iter().map(str::trim).filter(|spec| !is_free(spec) && seen.insert(*spec)).map(str::to_owned).collect()
}

/// It answers for everybody, and nobody is paid.
fn is_free(spec: &str) -> bool {
    crate::domain::run::is_offline(spec) || spec.starts_with("cassette/")
}

/// A model at a server, and the server's address.
fn server(
    spec: &str,
    settings: &ModelSettings,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(OpenAi, String), ModelError> {
    let named = spec.split_once('/').filter(|(_, model)| !model.trim().is_empty());
    let (name, model) = named.ok_or_else(|| unknown(spec, settings))?;
    let (provider, needs_key) = provider(name, settings, env)
        .ok_or_else(|| unknown(spec, settings))?
        .map_err(|what| ModelError::Provider(Clean::from(format!("{spec}: {what}"))))?;
    let key = key(spec, &provider, needs_key, settings, env)?;
    let model = OpenAi::new(spec, model.trim(), &provider, key, settings)?;
    Ok((model, provider.base_url))
}

/// The variable that holds the key of the model that `spec` names, if it has one.
#[must_use]
pub fn key_name(spec: &str, settings: &ModelSettings) -> Option<String> {
    let (name, _) = spec.trim().split_once('/')?;
    provider(name, settings, &|name| std::env::var(name).ok())?.ok()?.0.key_env
}

/// Every provider that can be chosen, built in and configured.
#[must_use]
pub fn known(settings: &ModelSettings) -> Vec<Known> {
    known_with(settings, &|name| std::env::var(name).ok())
}

fn known_with(settings: &ModelSettings, env: &dyn Fn(&str) -> Option<String>) -> Vec<Known> {
    let entry = |name: &str, provider: ProviderSettings, note| Known {
        name: name.to_owned(),
        own: settings.providers.contains_key(name),
        key_found: provider
            .key_env
            .as_deref()
            .is_some_and(|key| env(key).is_some_and(|key| !key.trim().is_empty()) || settings.keys.has(key)),
        base_url: without_login(&provider.base_url),
        key_env: provider.key_env,
        wrong: None,
        note,
    };
    let built_in = |name: &str, note| match built_in(name, env)? {
        Ok((provider, _)) => Some(entry(name, provider, note)),
        Err(what) => Some(Known { wrong: Some(what), ..entry(name, ProviderSettings::default(), note) }),
    };
    let mut all: Vec<Known> = BUILT_IN
        .iter()
        .filter(|(name, _)| !settings.providers.contains_key(*name))
        .filter_map(|(name, note)| built_in(name, note))
        .collect();
    all.extend(settings.providers.iter().map(|(name, p)| entry(name, p.clone(), "configured by you")));
    all
}

const BUILT_IN: [(&str, &str); 10] = [
    ("openai", "OpenAI"),
    ("openai-responses", "OpenAI, through its responses protocol"),
    ("anthropic", "Anthropic, through its OpenAI-compatible interface"),
    ("gemini", "Google Gemini, through its OpenAI-compatible interface"),
    ("openrouter", "OpenRouter"),
    ("ollama", "Ollama on this machine, or at OLLAMA_HOST"),
    ("lmstudio", "LM Studio on this machine"),
    ("llamacpp", "llama.cpp's server on this machine"),
    ("vllm", "vLLM on this machine"),
    ("compat", "the OpenAI-compatible server at OPENAI_BASE_URL"),
];

/// An address without the user name and password that may stand in it, and without what may be a key behind `?` or `#`:
/// nobody is to read them off a list. Such an address is refused when it is used.
fn without_login(address: &str) -> String {
    let open = address.find("://").map_or(0, |at| at + 3);
    let bare = reqwest::Url::parse(address).is_ok();
    if let Some(at) = address[open..].find(['?', '#']).filter(|_| bare) {
        return format!("{}{}…", without_login(&address[..open + at]), &address[open + at..=open + at]);
    }
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    let host_ends = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    // What is no address may hold a password with any character in it.
    let anywhere = || rest.rfind('@').filter(|_| reqwest::Url::parse(address).is_err());
    match rest[..host_ends].rfind('@').or_else(anywhere) {
        Some(at) if scheme.is_empty() => rest[at + 1..].to_owned(),
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

type Found = Result<(ProviderSettings, bool), String>;

/// The provider's settings and whether it is of no use without a key. The user's own come first.
fn provider(name: &str, settings: &ModelSettings, env: &dyn Fn(&str) -> Option<String>) -> Option<Found> {
    match settings.providers.get(name) {
        Some(own) => Some(Ok((own.clone(), own.key_env.is_some()))),
        None => built_in(name, env),
    }
}

fn built_in(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Option<Found> {
    let of = |base_url: &str, key_env: &str, structured| ProviderSettings {
        base_url: base_url.to_owned(),
        key_env: Some(key_env.to_owned()),
        structured,
        ..ProviderSettings::default()
    };
    let local = |base_url: &str| ProviderSettings { base_url: base_url.to_owned(), ..ProviderSettings::default() };
    let set = |name: &str| env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let found = match name {
        "openai" => {
            let provider = of("https://api.openai.com/v1", "OPENAI_API_KEY", Structured::Strict);
            (ProviderSettings { max_completion_tokens: true, ..provider }, true)
        }
        "openai-responses" => {
            let provider = of("https://api.openai.com/v1", "OPENAI_API_KEY", Structured::Strict);
            (ProviderSettings { api: Api::Responses, ..provider }, true)
        }
        // Its compatible interface ignores response formats, so the schema is that of a tool.
        "anthropic" => (of("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY", Structured::Tool), true),
        "gemini" => {
            let base = "https://generativelanguage.googleapis.com/v1beta/openai";
            (of(base, "GEMINI_API_KEY", Structured::Strict), true)
        }
        "openrouter" => (of("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", Structured::Strict), true),
        "ollama" => match ollama_base(set("OLLAMA_HOST").as_deref()) {
            Ok(base) => (local(&base), false),
            Err(what) => return Some(Err(what)),
        },
        "lmstudio" => (local("http://127.0.0.1:1234/v1"), false),
        "llamacpp" => (local("http://127.0.0.1:8080/v1"), false),
        "vllm" => (local("http://127.0.0.1:8000/v1"), false),
        "compat" => match set("OPENAI_BASE_URL") {
            Some(base) => (of(&base, "OPENAI_API_KEY", Structured::Bounded), false),
            None => {
                let what = "set OPENAI_BASE_URL to the server's address, such as http://127.0.0.1:8080/v1";
                return Some(Err(what.to_owned()));
            }
        },
        _ => return None,
    };
    Some(Ok(found))
}

/// `OLLAMA_HOST` is written as a host, host and port, or URL. A server told to listen everywhere is reached here. Ollama's
/// own client takes a port that is none for the usual one; whoever wrote it meant another, so here it is refused.
///
/// # Errors
/// The port is none.
fn ollama_base(host: Option<&str>) -> Result<String, String> {
    const PORT: u16 = 11_434;
    let given = host.unwrap_or("127.0.0.1").trim_end_matches('/');
    let (scheme, rest) = given.split_once("://").unwrap_or(("http", given));
    let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = match place.parse::<Ipv6Addr>() {
        Ok(_) => (place, None),
        // What comes after the brackets of an address of version 6 is its port.
        Err(_) => match place.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let host = match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) if ip.is_unspecified() => "127.0.0.1".to_owned(),
        Ok(IpAddr::V6(ip)) if ip.is_unspecified() => "[::1]".to_owned(),
        Ok(IpAddr::V6(ip)) => format!("[{ip}]"),
        _ if bare.is_empty() => "127.0.0.1".to_owned(),
        _ => host.to_owned(),
    };
    let port = match port.filter(|port| !port.is_empty()).map(|port| (port, port.parse::<u16>())) {
        Some((_, Ok(port))) if port > 0 => format!(":{port}"),
        Some((port, _)) => {
            let port = Clean::new(port).one_line(20);
            return Err(format!("OLLAMA_HOST names the port '{port}': ports are 1 to 65535, as in 127.0.0.1:{PORT}"));
        }
        None if given.contains("://") => String::new(),
        None => format!(":{PORT}"),
    };
    let path = path.strip_suffix("v1").unwrap_or(path).trim_end_matches('/');
    let path = if path.is_empty() { String::new() } else { format!("/{path}") };
    Ok(format!("{scheme}://{host}{port}{path}/v1"))
}

fn key(
    spec: &str,
    provider: &ProviderSettings,
    needed: bool,
    settings: &ModelSettings,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Key>, ModelError> {
    let Some(name) = &provider.key_env else {
        return Ok(None);
    };
    let wrong = |what: String| ModelError::Key(Clean::from(format!("{spec}: {what}")));
    let read = |raw: &str| Key::new(raw).map_err(|what| wrong(format!("the key in {name} {what}. Set it again.")));
    if let Some(raw) = env(name).filter(|raw| !raw.trim().is_empty()) {
        return read(&raw).map(Some);
    }
    match settings.keys.get(name).map_err(wrong)? {
        Some(key) => read(key.expose_secret()).map(Some),
        None if needed => Err(ModelError::Key(Clean::from(format!(
            "{spec} needs a key: set {name}, keep it with `g1 secrets set {name}`, or choose another model (`-m offline` needs none)."
        )))),
        None => Ok(None),
    }
}

fn unknown(spec: &str, settings: &ModelSettings) -> ModelError {
    let mut names: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    names.extend(settings.providers.keys().map(String::as_str));
    ModelError::Provider(Clean::from(format!(
        "no model is called '{}'. Write `offline`, `cassette/FILE` or PROVIDER/MODEL with one of: {}.",
        Clean::new(spec).one_line(80),
        names.join(", ")
    )))
}

#[cfg(test)]
mod tests;

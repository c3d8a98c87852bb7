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
        None if spec == "offline" => Arc::new(Offline::new()),
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
    spec == "offline" || spec.starts_with("cassette/")
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
mod tests {
    use super::*;

    fn opened(spec: &str, env: &[(&str, &str)]) -> Result<Arc<dyn Model>, ModelError> {
        let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut settings = ModelSettings::default();
        settings.providers.insert(
            "mine".into(),
            ProviderSettings {
                base_url: "https://llm.example.org/v1".into(),
                key_env: Some("MY_KEY".into()),
                structured: Structured::Object,
                ..ProviderSettings::default()
            },
        );
        open_with(spec, &settings, &|name| env.get(name).cloned())
    }

    fn refusal(spec: &str, env: &[(&str, &str)]) -> (bool, String) {
        match opened(spec, env) {
            Ok(model) => panic!("{spec} opened {}", model.id()),
            Err(ModelError::Key(text)) => (true, text.to_string()),
            Err(error) => (false, error.to_string()),
        }
    }

    #[test]
    fn each_provider_opens_with_its_own_key_only() {
        for (spec, key) in [
            ("openai/gpt-x", Some("OPENAI_API_KEY")),
            ("anthropic/claude", Some("ANTHROPIC_API_KEY")),
            ("gemini/g", Some("GEMINI_API_KEY")),
            ("openrouter/a/b", Some("OPENROUTER_API_KEY")),
            ("mine/m", Some("MY_KEY")),
            ("ollama/llama:8b", None),
        ] {
            match key {
                Some(name) => {
                    assert_eq!(opened(spec, &[(name, "k-1\n")]).unwrap().id(), spec);
                    let (is_key, text) = refusal(spec, &[("OTHER_KEY", "x")]);
                    assert!(is_key && text.contains(name), "{text}");
                }
                None => assert_eq!(opened(spec, &[]).unwrap().id(), spec),
            }
        }
    }

    #[test]
    fn personas_have_models_of_their_own_and_fallbacks_unless_nothing_is_to_be_paid() {
        let env = |name: &str| (name == "MY_KEY").then(|| "k".to_owned());
        let mut settings = ModelSettings {
            personas: BTreeMap::from([("developer".to_owned(), "ollama/big".to_owned())]),
            fallback: vec!["ollama/small".to_owned()],
            ..ModelSettings::default()
        };
        let developer = [crate::domain::PersonaId::new("developer").unwrap()];
        let models = assign_with("ollama/m", &settings, &env).unwrap();
        assert_eq!((models.main().id(), models.of(&developer).id()), ("ollama/m", "ollama/big"));
        let models = assign_with("offline", &settings, &env).unwrap();
        assert_eq!(models.of(&developer).id(), "offline");
        settings.fallback.push("openai/needs-a-key".to_owned());
        assert!(assign_with("ollama/m", &settings, &env).is_err(), "told before the run, not when it is needed");
    }

    #[test]
    fn every_model_that_may_be_asked_is_named_once() {
        let settings = ModelSettings {
            personas: BTreeMap::from([("developer".into(), "ollama/big".into()), ("tester".into(), "ollama/m".into())]),
            fallback: vec!["offline".into(), "openai/m".into()],
            embeddings: Some("ollama/e".into()),
            ..ModelSettings::default()
        };
        assert_eq!(assigned("ollama/m", &settings), ["ollama/m", "ollama/big", "openai/m", "ollama/e"]);
        assert_eq!(assigned("offline", &settings), ["ollama/e"], "it answers for all of them");
    }

    #[test]
    fn the_offline_engine_needs_nothing() {
        assert_eq!(opened(" offline ", &[]).unwrap().id(), "offline");
        assert!(refusal("offline/x", &[]).1.contains("`offline`"));
    }

    #[test]
    fn what_cannot_be_opened_says_what_to_write() {
        assert!(refusal("gpt-4o", &[]).1.contains("PROVIDER/MODEL"));
        assert!(refusal("openai/", &[("OPENAI_API_KEY", "k")]).1.contains("PROVIDER/MODEL"));
        assert!(refusal("compat/m", &[]).1.contains("OPENAI_BASE_URL"));
        assert!(refusal("compat/m", &[("OPENAI_BASE_URL", "ftp://x")]).1.contains("http://"));
        assert!(refusal("compat/m", &[("OPENAI_BASE_URL", "http://u:pw@x/v1")]).1.contains("key_env"));
        assert!(refusal("compat/m", &[("OPENAI_BASE_URL", "http://x/v1?key=s3cret")]).1.contains("key_env"));
        assert!(refusal("cassette/nowhere.jsonl", &[]).1.contains("nowhere.jsonl"));
        let (is_key, text) = refusal("openai/m", &[("OPENAI_API_KEY", "sk-a\nb")]);
        assert!(is_key && !text.contains("sk-a"), "{text}");
    }

    #[test]
    fn a_host_of_ollama_is_read_as_its_own_client_reads_it() {
        for (host, base) in [
            (None, "http://127.0.0.1:11434/v1"),
            (Some("0.0.0.0"), "http://127.0.0.1:11434/v1"),
            (Some("box:9999"), "http://box:9999/v1"),
            (Some("https://o.example.org/"), "https://o.example.org/v1"),
            (Some("https://o.example.org/ollama/v1"), "https://o.example.org/ollama/v1"),
            (Some("http://box:80"), "http://box:80/v1"),
            (Some("::1"), "http://[::1]:11434/v1"),
            (Some("[::1]:99"), "http://[::1]:99/v1"),
            (Some("[fe80::2]"), "http://[fe80::2]:11434/v1"),
            (Some("::"), "http://[::1]:11434/v1"),
            (Some("0.0.0.0:11434"), "http://127.0.0.1:11434/v1"),
            (Some("box:"), "http://box:11434/v1"),
            (Some("0.0.0.0:99"), "http://127.0.0.1:99/v1"),
            (Some(":99"), "http://127.0.0.1:99/v1"),
        ] {
            assert_eq!(ollama_base(host).as_deref(), Ok(base));
        }
    }

    #[test]
    fn a_port_of_ollama_that_is_none_is_named() {
        for (host, port) in [
            ("host:99999", "99999"),
            ("0.0.0.0:99999", "99999"),
            ("[::1]:0", "0"),
            ("http://box:http", "http"),
            ("box:80:90a", "90a"),
        ] {
            let (is_key, text) = refusal("ollama/m", &[("OLLAMA_HOST", host)]);
            assert!(!is_key && text.contains(&format!("OLLAMA_HOST names the port '{port}'")), "{text}");
            let list = known_with(&ModelSettings::default(), &|name| (name == "OLLAMA_HOST").then(|| host.into()));
            let ollama = list.iter().find(|known| known.name == "ollama").unwrap();
            assert!(ollama.wrong.as_deref().is_some_and(|what| what.contains(port)), "{ollama:?}");
        }
    }

    #[test]
    fn the_list_shows_no_password_that_stands_in_an_address() {
        for (address, shown) in [
            ("https://ann:s3cret@llm.example.org/v1", "https://llm.example.org/v1"),
            ("http://ann:s3/c@ret@box:80", "http://box:80"),
            ("ann:s3cret@box/v1", "box/v1"),
            ("https://llm.example.org/v1", "https://llm.example.org/v1"),
            ("https://llm.example.org/@me/v1", "https://llm.example.org/@me/v1"),
            ("https://ann:s3cret@llm.example.org/v1?key=s3cret", "https://llm.example.org/v1?…"),
            ("https://llm.example.org#s3cret", "https://llm.example.org#…"),
        ] {
            let list =
                known_with(&ModelSettings::default(), &|name| (name == "OPENAI_BASE_URL").then(|| address.into()));
            let compat = list.iter().find(|known| known.name == "compat").unwrap();
            assert_eq!(compat.base_url, shown);
        }
    }

    #[test]
    fn the_list_names_keys_that_lie_about_without_showing_them() {
        let list = known_with(&ModelSettings::default(), &|name| (name == "OPENAI_API_KEY").then(|| "sk-1".to_owned()));
        assert!(list.iter().any(|k| k.name == "openai" && k.key_found));
        assert!(list.iter().any(|k| k.name == "gemini" && !k.key_found));
        assert!(!format!("{list:?}").contains("sk-1"));
    }
}

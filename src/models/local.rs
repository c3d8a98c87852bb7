//! Which of the servers that may run on this machine answers, and with which models. Only this machine is asked, nobody is
//! sent a key, and what answers otherwise than an OpenAI-compatible server is not taken for one.

use super::{
    openai::{cause, client, is_local},
    registry,
    settings::ModelSettings,
};
use crate::domain::{Clean, counted};
use futures::future::join_all;
use serde_json::Value;
use std::{collections::BTreeMap, io, time::Duration};

/// As long as all of them together have to answer: a list of models lies ready, and people wait for this.
const LIMIT: Duration = Duration::from_millis(300);
/// As much of an answer is read; a list of some thousand models is shorter.
const MOST: usize = 16 << 20;
/// As many models are named where all of them are said in one line.
const NAMED: usize = 4;

/// What lies at a provider's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// An OpenAI-compatible server that has these models.
    Server(Vec<Clean>),
    /// Nobody takes connections there.
    Nobody,
    /// Something that is no such server, and how that shows.
    Other(Clean),
    /// It is not on this machine, so it is not asked before it is chosen.
    Elsewhere,
}

impl Found {
    /// The models of a server that answers.
    #[must_use]
    pub fn models(&self) -> Option<&[Clean]> {
        if let Self::Server(models) = self { Some(models) } else { None }
    }

    /// In a line.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Server(models) if models.is_empty() => "answers, and has no model yet".to_owned(),
            Self::Server(models) => format!("answers: {}", some(models)),
            Self::Nobody => "nobody answers".to_owned(),
            Self::Other(what) => format!("no OpenAI-compatible server ({what})"),
            Self::Elsewhere => "not on this machine: not asked".to_owned(),
        }
    }
}

/// The first of the models, and how many more there are.
#[must_use]
pub fn some(models: &[Clean]) -> String {
    let named: Vec<&str> = models.iter().take(NAMED).map(Clean::as_str).collect();
    match models.len().checked_sub(NAMED).filter(|more| *more > 0) {
        Some(more) => format!("{} and {more} more", named.join(", ")),
        None => named.join(", "),
    }
}

/// What lies at each provider that needs no key, or whose address is one of this machine; by its name.
pub async fn look(settings: &ModelSettings) -> BTreeMap<String, Found> {
    let known = registry::known(settings).into_iter().filter(|known| known.wrong.is_none());
    let places: Vec<(String, String, bool)> = known
        .map(|known| (known.name, is_local(&known.base_url), known.key_env.is_none(), known.base_url))
        .filter(|(_, local, keyless, _)| *local || *keyless)
        .map(|(name, local, _, base)| (name, base, local))
        .collect();
    // Several may have one address, and whoever is there is asked once.
    let addresses: BTreeMap<&str, bool> = places.iter().map(|(_, base, local)| (base.as_str(), *local)).collect();
    let asked = addresses.into_iter().map(|(base, local)| async move {
        let found = if local { at(base, settings).await } else { Found::Elsewhere };
        (base, found)
    });
    let found: BTreeMap<&str, Found> = join_all(asked).await.into_iter().collect();
    places.iter().map(|(name, base, _)| (name.clone(), found[base.as_str()].clone())).collect()
}

async fn at(base: &str, settings: &ModelSettings) -> Found {
    let late = || Found::Other(Clean::from(format!("no answer within {} ms", LIMIT.as_millis())));
    tokio::time::timeout(LIMIT, ask(base, settings)).await.unwrap_or_else(|_| late())
}

async fn ask(base: &str, settings: &ModelSettings) -> Found {
    let base = base.trim().trim_end_matches('/');
    let other = |what: String| Found::Other(Clean::new(&Clean::new(&what).one_line(80)));
    let http = match client(base, settings) {
        Ok(http) => http,
        Err(what) => return other(what),
    };
    let mut paths = vec![format!("{base}/models")];
    if !base.contains("/v1") {
        paths.push(format!("{base}/v1/models"));
    }
    let mut found = Found::Nobody;
    for path in paths {
        found = match http.get(path).send().await {
            Ok(response) if response.status().is_success() => match list(response).await {
                Ok(models) => return Found::Server(models),
                Err(why) => other(why.to_owned()),
            },
            Ok(response) => other(format!("HTTP {}", response.status().as_u16())),
            Err(error) if refuses(&error) => return Found::Nobody,
            Err(error) => return other(cause(error)),
        };
    }
    found
}

/// Nobody listens there.
fn refuses(error: &reqwest::Error) -> bool {
    let mut reason: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = reason {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::ConnectionRefused) {
            return true;
        }
        reason = error.source();
    }
    false
}

async fn list(mut response: reqwest::Response) -> Result<Vec<Clean>, &'static str> {
    let mut body = Vec::new();
    while let Some(bytes) = response.chunk().await.map_err(|_| "its list of models broke off")? {
        body.extend_from_slice(&bytes);
        if body.len() > MOST {
            return Err("its list of models is larger than 16 MB");
        }
    }
    models_in(&body).ok_or("it has no list of models")
}

/// The list as the protocol has it: anything else is the answer of something else. A server without models may have nothing
/// (`null`) in the place of the list.
fn models_in(body: &[u8]) -> Option<Vec<Clean>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let is_list = value.get("object").is_some_and(|object| object == "list");
    let id = |model: &Value| Some(Clean::new(&Clean::new(model.get("id")?.as_str()?).one_line(80)));
    match value.get("data")? {
        Value::Null if is_list => Some(Vec::new()),
        Value::Array(models) if is_list || !models.is_empty() => models.iter().map(id).collect(),
        _ => None,
    }
}

/// What is said at the start of a run to somebody who has neither chosen a model nor set a key, where a server answers.
pub async fn hint(settings: &ModelSettings) -> Option<Clean> {
    if registry::known(settings).iter().any(|known| known.key_found) {
        return None;
    }
    let found = look(settings).await;
    let (name, models) = found.iter().find_map(|(name, found)| {
        let models = found.models().filter(|models| !models.is_empty())?;
        Some((name, models))
    })?;
    let first = models.first()?;
    Some(Clean::from(format!(
        "a model server answers on this machine ({name} with {}): -m {name}/{first} uses it, without it the run is offline",
        counted(models.len(), "model")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::settings::ProviderSettings;
    use std::sync::{Arc, Mutex};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// A server that answers every request so, and what it was sent.
    async fn answering(text: &str) -> (String, Arc<Mutex<Vec<String>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (base, text) = (format!("http://{}/v1", listener.local_addr().unwrap()), text.to_owned());
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let log = seen.clone();
        tokio::spawn(async move {
            let mut held = Vec::new();
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut buffer = vec![0_u8; 8192];
                let n = socket.read(&mut buffer).await.unwrap();
                log.lock().unwrap().push(String::from_utf8_lossy(&buffer[..n]).into_owned());
                socket.write_all(text.as_bytes()).await.unwrap();
                if text.is_empty() {
                    held.push(socket);
                }
            }
        });
        (base, seen)
    }

    fn page(status: &str, kind: &str, body: &str) -> String {
        let length = body.len();
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        )
    }

    fn provider(base_url: &str) -> ModelSettings {
        let own = ProviderSettings {
            base_url: base_url.to_owned(),
            key_env: Some("PATH".to_owned()),
            ..ProviderSettings::default()
        };
        let mut settings = ModelSettings::default();
        settings.providers.insert("mine".to_owned(), own);
        settings
    }

    #[tokio::test]
    async fn a_server_that_answers_is_found_with_its_models_and_is_sent_no_key() {
        let body = r#"{"object":"list","data":[{"id":"llama3.2:1b"},{"id":"b\u001b[31m"}]}"#;
        let (base, seen) = answering(&page("200 OK", "application/json", body)).await;
        let found = look(&provider(&base)).await["mine"].clone();
        assert_eq!(found.words(), "answers: llama3.2:1b, b␛[31m");
        let seen = seen.lock().unwrap().join("").to_ascii_lowercase();
        assert!(seen.starts_with("get /v1/models ") && !seen.contains("authorization"), "{seen}");
    }

    #[tokio::test]
    async fn what_is_no_such_server_is_not_taken_for_one() {
        for (text, says) in [
            (page("200 OK", "text/html", "<html>My wiki</html>"), "no list of models"),
            (page("200 OK", "application/json", r#"{"data":[]}"#), "no list of models"),
            (page("200 OK", "application/json", r#"{"object":"list","data":[{"title":"x"}]}"#), "no list of models"),
            (page("404 Not Found", "text/html", ""), "HTTP 404"),
            (page("302 Found", "text/html", ""), "HTTP 302"),
            ("SSH-2.0-OpenSSH_9.9\r\n".to_owned(), "no OpenAI-compatible server"),
            (String::new(), "no answer within 300 ms"),
        ] {
            let (base, _) = answering(&text).await;
            let found = look(&provider(&base)).await["mine"].clone();
            assert!(found.models().is_none() && found.words().contains(says), "{found:?} for {text}");
        }
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(look(&provider(&format!("http://{closed}"))).await["mine"], Found::Nobody);
    }

    #[tokio::test]
    async fn only_this_machine_is_asked() {
        let settings = provider("http://192.0.2.7:11434/v1");
        assert!(!look(&settings).await.contains_key("mine"), "it needs a key, and is elsewhere");
        let mut settings = settings;
        settings.providers.get_mut("mine").unwrap().key_env = None;
        assert_eq!(look(&settings).await["mine"], Found::Elsewhere);
    }

    #[test]
    fn a_list_without_models_is_one() {
        assert_eq!(models_in(br#"{"object":"list","data":null}"#), Some(Vec::new()));
        assert_eq!(models_in(br#"{"object":"list","data":[]}"#), Some(Vec::new()));
        assert_eq!(models_in(br#"{"data":null}"#), None);
    }
}

//! Where calls go, what they carry, and over which HTTP client.

use super::super::settings::ModelSettings;
use super::{
    hide::Secrets,
    proxy::{Proxy, proxy_of},
    shape::Shape,
};
use async_openai::config::Config;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, sync::Once};

/// A provider's key: trimmed, printable, and never shown.
#[derive(Clone)]
pub struct Key(SecretString);

impl Key {
    /// # Errors
    /// What is wrong with it, without it.
    pub fn new(raw: &str) -> Result<Self, &'static str> {
        let key = raw.trim();
        if key.is_empty() {
            return Err("is empty");
        }
        if !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("holds a space, a line break or a character that no key has");
        }
        Ok(Self(SecretString::from(key)))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// Where calls go and what they carry; the library's own configuration would read keys from the environment unasked.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    pub base: String,
    pub key: SecretString,
    pub headers: HeaderMap,
    /// What errors must not show: the key, however short, and a login of the proxy.
    pub secrets: Secrets,
    /// Of these what can be told from a word: what local servers are given for a key often is one, and replies are full of
    /// words.
    pub telling: Secrets,
}

/// Shorter secrets are hidden in errors only.
const SHORTEST: usize = 8;

impl Endpoint {
    /// # Errors
    /// The key cannot be sent.
    pub fn new(base: String, key: Option<Key>) -> Result<Self, &'static str> {
        let key = key.map_or_else(|| SecretString::from(""), |key| key.0);
        let mut headers = HeaderMap::new();
        if !key.expose_secret().is_empty() {
            let mut value = HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))
                .map_err(|_| "the key cannot be sent as a header")?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let login = login(&base);
        let all = || login.iter().map(String::as_str).chain([key.expose_secret()]);
        let (secrets, telling) = (Secrets::of(all(), 1), Secrets::of(all(), SHORTEST));
        Ok(Self { base, key, headers, secrets, telling })
    }
    /// The key itself, for keeping it out of texts.
    pub fn key(&self) -> Option<&str> {
        Some(self.key.expose_secret()).filter(|key| !key.is_empty())
    }
    pub fn names_version(&self) -> bool {
        self.base.contains("/v1")
    }
    /// As this shape has it.
    pub fn with(&self, shape: Shape) -> Self {
        let base = if shape.v1 { format!("{}/v1", self.base) } else { self.base.clone() };
        Self { base, ..self.clone() }
    }
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
    fn api_base(&self) -> &str {
        &self.base
    }
    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// The login of the proxy on the way to this address: its password, and both as they are sent.
fn login(base: &str) -> Vec<String> {
    let proxy = reqwest::Url::parse(base).ok().and_then(|url| proxy_of(&url, &|name| std::env::var(name).ok()).ok()?);
    let login = proxy.as_ref().and_then(Proxy::login);
    login.map_or_else(Vec::new, |(name, password)| vec![format!("{name}:{password}"), password])
}

/// The HTTP client of everything that asks the server at `base`.
///
/// # Errors
/// What is wrong with the address, in words.
pub(in crate::models) fn client(base: &str, settings: &ModelSettings) -> Result<reqwest::Client, String> {
    static TLS: Once = Once::new();
    // An earlier call of somebody else's is as good: all we need is that one provider is installed.
    TLS.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let url = reqwest::Url::parse(base).map_err(|e| format!("the base URL is not a URL ({e})"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("the base URL must start with http:// or https://".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the base URL must not hold a user name or password; name a key_env instead".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(
            "the base URL must not hold a query: it ends before ? and #, and a key goes into a key_env".to_owned()
        );
    }
    let mut builder = reqwest::Client::builder()
        .connect_timeout(settings.timeouts.connect())
        .redirect(reqwest::redirect::Policy::none())
        // The one that is named below is taken, and no other.
        .no_proxy()
        .user_agent(concat!("g1/", env!("CARGO_PKG_VERSION")));
    match proxy_of(&url, &|name| std::env::var(name).ok())? {
        Some(proxy) => {
            let wrong = |_| format!("{} is no address of a proxy", proxy.variable);
            builder = builder.proxy(reqwest::Proxy::all(proxy.url.clone()).map_err(wrong)?);
        }
        // Nobody's certificate will be looked at: redirects are not followed. Reading the system's takes milliseconds.
        None if url.scheme() == "http" => builder = builder.tls_certs_only([]),
        None => {}
    }
    builder.build().map_err(|e| format!("no HTTP client can be set up ({e})"))
}

/// Whether the address is one of this machine.
pub(in crate::models) fn is_local(base: &str) -> bool {
    reqwest::Url::parse(base.trim()).is_ok_and(|url| is_loopback(&url))
}

pub(super) fn is_loopback(url: &reqwest::Url) -> bool {
    url.host_str().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    })
}

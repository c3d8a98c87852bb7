//! The way to a server, hop by hop, so that whoever cannot reach it knows which one fails (`g1 doctor`).

use super::{OpenAi, endpoint::is_loopback, transport::cause};
use crate::domain::Clean;
use reqwest::Url;
use std::net::IpAddr;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// One stretch of the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    pub name: &'static str,
    /// `None`: worth knowing, and no failure.
    pub ok: Option<bool>,
    pub text: Clean,
}

fn hop(name: &'static str, ok: impl Into<Option<bool>>, text: impl Into<String>) -> Hop {
    Hop { name, ok: ok.into(), text: Clean::from(text.into()) }
}

/// Whether an address is one of a network such as `10.0.0.0/8`.
fn in_network(ip: IpAddr, network: &str) -> bool {
    let Some((base, length)) = network.split_once('/') else { return false };
    let Ok(length) = length.parse::<u32>() else { return false };
    let same = |differ: u128, bits: u32| length <= bits && differ.checked_shr(bits - length).unwrap_or(0) == 0;
    match (ip, base.parse::<IpAddr>()) {
        (IpAddr::V4(ip), Ok(IpAddr::V4(base))) => same((u32::from(ip) ^ u32::from(base)).into(), 32),
        (IpAddr::V6(ip), Ok(IpAddr::V6(base))) => same(u128::from(ip) ^ u128::from(base), 128),
        _ => false,
    }
}

/// The proxy that the environment names for this address, and the variable that names it.
fn proxy_of(url: &Url, env: &dyn Fn(&str) -> Option<String>) -> Option<(String, String)> {
    let host = url.host_str()?.trim_matches(['[', ']']).to_ascii_lowercase();
    let set = |name: &str| {
        [name.to_owned(), name.to_ascii_lowercase()]
            .into_iter()
            .find_map(|name| Some((env(&name).filter(|v| !v.trim().is_empty())?, name)))
    };
    let address = host.parse::<IpAddr>().ok();
    let exempt = set("NO_PROXY").is_some_and(|(list, _)| {
        list.split(',').map(|one| one.trim().trim_start_matches('.').to_ascii_lowercase()).any(|one| match address {
            Some(ip) => one == "*" || host == one || in_network(ip, &one),
            None => one == "*" || (!one.is_empty() && (host == one || host.ends_with(&format!(".{one}")))),
        })
    });
    if is_loopback(url) || exempt {
        return None;
    }
    let own = if url.scheme() == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    set(own).or_else(|| set("ALL_PROXY"))
}

impl OpenAi {
    /// Every hop up to the first that fails.
    pub async fn hops(&self) -> Vec<Hop> {
        self.hops_with(&|name| std::env::var(name).ok()).await
    }

    async fn hops_with(&self, env: &dyn Fn(&str) -> Option<String>) -> Vec<Hop> {
        let mut hops = Vec::new();
        let Ok(url) = Url::parse(&self.endpoint.base) else {
            return vec![hop("address", false, format!("{} is no URL", self.endpoint.base))];
        };
        let proxy = proxy_of(&url, env);
        let (host, port) = match &proxy {
            None => (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or(443)),
            Some((value, variable)) => {
                let with_scheme = if value.contains("://") { value.clone() } else { format!("http://{value}") };
                let Some(at) = Url::parse(&with_scheme).ok().filter(|at| at.host_str().is_some()) else {
                    hops.push(hop("proxy", false, format!("{variable} is no address: set it to http://HOST:PORT")));
                    return hops;
                };
                let (host, port) =
                    (at.host_str().unwrap_or_default().to_owned(), at.port_or_known_default().unwrap_or(80));
                hops.push(hop(
                    "proxy",
                    None,
                    format!("{variable} leads through {host}:{port}; NO_PROXY exempts hosts from it"),
                ));
                (host, port)
            }
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        let limit = self.settings.timeouts.connect();
        let addresses: Vec<_> = match timeout(limit, lookup_host((host.as_str(), port))).await {
            Ok(Ok(found)) => found.collect(),
            Ok(Err(error)) => {
                let text = format!("{host} has no address ({error}): check its name, the network and /etc/resolv.conf");
                hops.push(hop("dns", false, text));
                return hops;
            }
            Err(_) => {
                hops.push(hop("dns", false, format!("nobody answers what {host} is within {} s", limit.as_secs())));
                return hops;
            }
        };
        let named: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).take(3).collect();
        hops.push(hop("dns", true, format!("{host} is {}", named.join(", "))));
        let mut refused = "no address".to_owned();
        let mut open = false;
        for address in &addresses {
            match timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(_)) => {
                    open = true;
                    break;
                }
                Ok(Err(error)) => refused = error.to_string(),
                Err(_) => refused = format!("no answer within {} s", limit.as_secs()),
            }
        }
        if !open {
            let text = format!(
                "{host}:{port} does not take connections ({refused}): is the server up, and does a firewall let you through?"
            );
            hops.push(hop("tcp", false, text));
            return hops;
        }
        hops.push(hop("tcp", true, format!("{host}:{port} takes connections")));
        self.over_http(&url, proxy.is_some(), &mut hops).await;
        hops
    }

    /// TLS, the protocol, the key and the model, with one request that costs nothing.
    async fn over_http(&self, url: &Url, proxied: bool, hops: &mut Vec<Hop>) {
        let secure = url.scheme() == "https";
        let base = self.endpoint.with(self.shape()).base;
        let sent = self.http.get(format!("{base}/models")).headers(self.endpoint.headers.clone());
        let response = match sent.timeout(self.settings.timeouts.first_token()).send().await {
            Ok(response) => response,
            Err(error) => {
                let connecting = error.is_connect();
                let why = cause(error);
                let lower = why.to_ascii_lowercase();
                let says = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
                hops.push(if proxied && says(&["tunnel", "proxy", "407"]) {
                    hop("proxy", false, format!("the proxy does not let you through ({why})"))
                } else if secure
                    && connecting
                    && says(&["certificate", "tls", "handshake", "issuer", "alert", "corrupt"])
                {
                    hop(
                        "tls",
                        false,
                        format!("no secure connection ({why}): SSL_CERT_FILE names further certificates to trust"),
                    )
                } else {
                    hop("http", false, format!("no answer ({why})"))
                });
                return;
            }
        };
        if secure {
            hops.push(hop("tls", true, "the certificate is trusted"));
        }
        let status = response.status().as_u16();
        let key = self.key_env.as_deref().unwrap_or("key_env of the provider");
        match status {
            401 | 403 => {
                hops.push(hop("http", true, format!("it answers (HTTP {status})")));
                hops.push(hop("key", false, format!("not admitted (HTTP {status}): check {key}")));
                return;
            }
            300..=399 => {
                hops.push(hop(
                    "http",
                    false,
                    format!("it redirects elsewhere (HTTP {status}): correct the base URL {base}"),
                ));
                return;
            }
            500.. => {
                hops.push(hop("http", false, format!("the server has a problem (HTTP {status})")));
                return;
            }
            _ => hops.push(hop("http", true, format!("it answers (HTTP {status})"))),
        }
        match self.models_in(response).await {
            Err(_) => {
                hops.push(hop("model", None, "it has no list of models here: `g1 models test` asks the model itself"))
            }
            Ok(models) if models.iter().any(|(id, _)| *id == self.model) => {
                hops.push(hop("model", true, format!("{} is there", self.model)));
            }
            Ok(models) => {
                let some: Vec<&str> = models.iter().map(|(id, _)| id.as_str()).take(5).collect();
                let text = format!(
                    "{} is not among its {} models ({}…): `g1 models test` asks it all the same",
                    self.model,
                    models.len(),
                    some.join(", ")
                );
                hops.push(hop("model", None, text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::settings::{ModelSettings, ProviderSettings};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// A model at a server that gives these answers, one a request; connections without a request take none.
    async fn model(answers: Vec<(&'static str, &'static str)>) -> OpenAi {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut answers = answers.into_iter();
            let mut buffer = vec![0_u8; 8192];
            while answers.len() > 0 {
                let (mut socket, _) = listener.accept().await.unwrap();
                if socket.read(&mut buffer).await.is_ok_and(|n| n > 0) {
                    let (status, body) = answers.next().unwrap();
                    let length = body.len();
                    let text =
                        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
                    socket.write_all(text.as_bytes()).await.unwrap();
                }
            }
        });
        let provider = ProviderSettings { base_url, ..ProviderSettings::default() };
        OpenAi::new("compat/test-1", "test-1", &provider, None, &ModelSettings::default()).unwrap()
    }

    fn names(hops: &[Hop]) -> Vec<(&'static str, Option<bool>)> {
        hops.iter().map(|hop| (hop.name, hop.ok)).collect()
    }

    #[test]
    fn the_proxy_of_an_address_is_the_one_the_client_takes() {
        let env = |name: &str| match name {
            "HTTPS_PROXY" => Some("http://gate:3128".to_owned()),
            "no_proxy" => Some("intern.example, .lab.example, 10.1.0.0/16, 192.0.2.7, fd00::/8".to_owned()),
            _ => None,
        };
        let of = |url: &str| proxy_of(&Url::parse(url).unwrap(), &env).map(|(value, _)| value);
        assert_eq!(of("https://api.example.com/v1").as_deref(), Some("http://gate:3128"));
        assert_eq!(of("http://api.example.com/v1"), None);
        assert_eq!(of("https://llm.lab.example/v1"), None);
        assert_eq!(of("https://intern.example/v1"), None);
        assert_eq!(of("https://127.0.0.1/v1"), None);
        for direct in ["https://10.1.200.3/v1", "https://192.0.2.7/v1", "https://[fd12::1]/v1"] {
            assert_eq!(of(direct), None, "{direct}");
        }
        for proxied in ["https://10.2.0.3/v1", "https://192.0.2.70/v1", "https://[fe12::1]/v1"] {
            assert!(of(proxied).is_some(), "{proxied}");
        }
    }

    #[tokio::test]
    async fn the_hop_that_fails_is_named() {
        let none = |_: &str| None;
        let (ok, down) = (Some(true), Some(false));
        let way = [("dns", ok), ("tcp", ok), ("http", ok)];
        let list = ("200 OK", r#"{"data":[{"id":"test-1"},{"id":"b"}]}"#);
        let server =
            model(vec![list, ("401 No", "{}"), ("200 OK", r#"{"data":[{"id":"b"}]}"#), ("503 Busy", "{}")]).await;
        assert_eq!(names(&server.hops_with(&none).await), [way.as_slice(), &[("model", ok)]].concat());
        assert_eq!(names(&server.hops_with(&none).await), [way.as_slice(), &[("key", down)]].concat());
        assert_eq!(names(&server.hops_with(&none).await), [way.as_slice(), &[("model", None)]].concat());
        assert_eq!(names(&server.hops_with(&none).await), [("dns", ok), ("tcp", ok), ("http", down)]);
        let gone = model(vec![]).await;
        tokio::task::yield_now().await;
        assert_eq!(names(&gone.hops_with(&none).await), [("dns", ok), ("tcp", down)]);
    }
}

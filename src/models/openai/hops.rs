//! The way to a server, hop by hop, so that whoever cannot reach it knows which one fails (`g1 doctor`).

use super::{
    OpenAi,
    fault::{about_tls, certificate_advice},
    probe::LISTED,
    proxy::{Proxy, proxy_of},
    transport::cause,
};
use crate::domain::Clean;
use reqwest::Url;
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

impl OpenAi {
    /// Both are asked at the same place with the same key.
    #[must_use]
    pub fn is_beside(&self, other: &Self) -> bool {
        self.endpoint.base == other.endpoint.base && self.key_env == other.key_env
    }

    /// Every hop up to the first that fails; at its end whether these models are there.
    pub async fn hops(&self, models: &[&str]) -> Vec<Hop> {
        self.hops_with(models, &|name| std::env::var(name).ok()).await
    }

    async fn hops_with(&self, wanted: &[&str], env: &dyn Fn(&str) -> Option<String>) -> Vec<Hop> {
        let mut hops = Vec::new();
        let Ok(url) = Url::parse(&self.endpoint.base) else {
            return vec![hop("address", false, format!("{} is no URL", self.endpoint.base))];
        };
        let proxy = match proxy_of(&url, env) {
            Ok(proxy) => proxy,
            Err(what) => return vec![hop("proxy", false, what)],
        };
        let (host, port) = match &proxy {
            None => {
                let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                (host, url.port_or_known_default().unwrap_or(443))
            }
            Some(proxy) => {
                let (host, port) = proxy.place();
                let text = format!(
                    "{} leads through {host}:{port}; NO_PROXY exempts hosts and networks from it",
                    proxy.variable
                );
                hops.push(hop("proxy", None, text));
                (host, port)
            }
        };
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
        self.over_http(&url, proxy.as_ref(), wanted, &mut hops).await;
        hops
    }

    /// TLS, the protocol, the key and the model, with one request that costs nothing.
    async fn over_http(&self, url: &Url, proxy: Option<&Proxy>, wanted: &[&str], hops: &mut Vec<Hop>) {
        let secure = url.scheme() == "https";
        let base = self.endpoint.with(self.shape()).base;
        let sent = self.http.get(format!("{base}/models")).headers(self.endpoint.headers.clone());
        let response = match sent.timeout(self.settings.timeouts.first_token().min(LISTED)).send().await {
            Ok(response) => response,
            Err(error) => {
                let connecting = error.is_connect();
                let why = cause(error);
                let lower = why.to_ascii_lowercase();
                let says = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
                hops.push(
                    if let Some(proxy) = proxy
                        && says(&["tunnel", "proxy", "socks"])
                    {
                        hop("proxy", false, format!("the proxy in {} does not let you through ({why})", proxy.variable))
                    } else if secure && connecting && about_tls(&why) {
                        hop("tls", false, format!("no secure connection ({why}): {}", certificate_advice(&why)))
                    } else {
                        hop("http", false, format!("no answer ({why})"))
                    },
                );
                return;
            }
        };
        if secure {
            hops.push(hop("tls", true, "the certificate is trusted"));
        }
        let status = response.status().as_u16();
        let key = self.key_env.as_deref().unwrap_or("key_env of the provider");
        match status {
            407 => {
                let login = "it wants a login: put it into the variable, as in http://NAME:PASSWORD@HOST:PORT";
                hops.push(hop("proxy", false, format!("the proxy does not let you through (HTTP 407): {login}")));
                return;
            }
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
            404 => {
                let what =
                    format!("nothing is at {base}/models (HTTP 404): is the base URL right? `g1 models test` asks");
                hops.push(hop("http", None, what));
                return;
            }
            _ => hops.push(hop("http", true, format!("it answers (HTTP {status})"))),
        }
        let models = match self.models_in(response).await {
            Ok(models) => models,
            Err(why) => {
                let text = format!("its list of models cannot be read ({why}): `g1 models test` asks the model itself");
                hops.push(hop("model", None, text));
                return;
            }
        };
        for wanted in wanted {
            hops.push(if models.iter().any(|(id, _)| id == wanted) {
                hop("model", true, format!("{wanted} is there"))
            } else {
                let some: Vec<&str> = models.iter().map(|(id, _)| id.as_str()).take(5).collect();
                let text = format!(
                    "{wanted} is not among its {} models ({}…): `g1 models test` asks it all the same",
                    models.len(),
                    some.join(", ")
                );
                hop("model", None, text)
            });
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

    #[tokio::test]
    async fn the_hop_that_fails_is_named() {
        let none = |_: &str| None;
        let (ok, down) = (Some(true), Some(false));
        let way = [("dns", ok), ("tcp", ok), ("http", ok)];
        let list = ("200 OK", r#"{"data":[{"id":"test-1"},{"id":"b"}]}"#);
        let server =
            model(vec![list, ("401 No", "{}"), ("200 OK", r#"{"data":[{"id":"b"}]}"#), ("503 Busy", "{}")]).await;
        assert_eq!(names(&server.hops_with(&["test-1"], &none).await), [way.as_slice(), &[("model", ok)]].concat());
        assert_eq!(names(&server.hops_with(&["test-1"], &none).await), [way.as_slice(), &[("key", down)]].concat());
        assert_eq!(names(&server.hops_with(&["test-1"], &none).await), [way.as_slice(), &[("model", None)]].concat());
        assert_eq!(names(&server.hops_with(&["test-1"], &none).await), [("dns", ok), ("tcp", ok), ("http", down)]);
        let server = model(vec![list]).await;
        let both = names(&server.hops_with(&["c", "b"], &none).await);
        assert_eq!(both, [way.as_slice(), &[("model", None), ("model", ok)]].concat());
        let gone = model(vec![]).await;
        tokio::task::yield_now().await;
        assert_eq!(names(&gone.hops_with(&["test-1"], &none).await), [("dns", ok), ("tcp", down)]);
    }
}

//! Through which proxy an address is asked. The client and `g1 doctor` go by this one answer: what the environment means is
//! decided here and not by the HTTP library, which passes over a proxy that it cannot read, and calls go past it.

use super::endpoint::is_loopback;
use ipnet::IpNet;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use std::net::IpAddr;

/// What a proxy may be.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// A proxy, and the variable that names it.
#[derive(Clone, PartialEq, Eq)]
// Its address may hold a password, so there is no Debug.
#[allow(missing_debug_implementations)]
pub struct Proxy {
    pub url: Url,
    pub variable: String,
}

impl Proxy {
    /// Host and port, without a login.
    pub fn place(&self) -> (String, u16) {
        let usual = if self.url.scheme().starts_with("socks") { 1080 } else { 80 };
        let host = self.url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        (host, self.url.port_or_known_default().unwrap_or(usual))
    }

    /// The login that its address holds, as it is sent.
    pub fn login(&self) -> Option<(String, String)> {
        Some((plain(self.url.username()), plain(self.url.password()?)))
    }
}

/// A text of an address without its escapes.
fn plain(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// What `NO_PROXY` exempts by one of its entries: a host, with or without a port and with everything below it, an
/// address, or a network such as `10.0.0.0/8`.
fn exempts(entry: &str, host: &str, port: Option<u16>) -> bool {
    let entry = entry.trim().to_ascii_lowercase();
    let (name, only) = match entry.rsplit_once(':') {
        // More colons are an IPv6 address.
        Some((name, digits)) if !name.contains(':') || name.ends_with(']') => (name, digits.parse::<u16>().ok()),
        _ => (entry.as_str(), None),
    };
    let name = name.trim_matches(['[', ']']);
    let name = name.strip_prefix("*.").unwrap_or(name).trim_start_matches('.');
    let named = match host.parse::<IpAddr>() {
        Ok(ip) => host == name || name.parse::<IpNet>().is_ok_and(|network| network.contains(&ip)),
        Err(_) => !name.is_empty() && (host == name || host.ends_with(&format!(".{name}"))),
    };
    entry == "*" || named && only.is_none_or(|only| Some(only) == port)
}

/// The proxy that the environment names for this address: none for this machine, and for what `NO_PROXY` exempts.
///
/// # Errors
/// It names one that cannot be used; in words, without what may be a password.
pub fn proxy_of(url: &Url, env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Proxy>, String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    let set = |name: &str| {
        [name.to_owned(), name.to_ascii_lowercase()]
            .into_iter()
            .find_map(|name| Some((env(&name).filter(|v| !v.trim().is_empty())?, name)))
    };
    let port = url.port_or_known_default();
    let exempt =
        set("NO_PROXY").is_some_and(|(list, _)| list.split([',', ' ']).any(|entry| exempts(entry, &host, port)));
    if is_loopback(url) || exempt {
        return Ok(None);
    }
    let own = if url.scheme() == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let Some((value, variable)) = set(own).or_else(|| set("ALL_PROXY")) else { return Ok(None) };
    let value = value.trim();
    let with_scheme = if value.contains("://") { value.to_owned() } else { format!("http://{value}") };
    let wrong = |what: &str| format!("{variable} {what}: write it as http://HOST:PORT, https://… or socks5h://…");
    let url = Url::parse(&with_scheme).map_err(|_| wrong("is no address of a proxy"))?;
    if !SCHEMES.contains(&url.scheme()) {
        return Err(wrong(&format!("names a kind of proxy that is not supported ({})", url.scheme())));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(wrong("names no host"));
    }
    Ok(Some(Proxy { url, variable }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str, set: &[(&str, &str)]) -> Result<Option<String>, String> {
        let env = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let proxy = proxy_of(&Url::parse(url).unwrap(), &env)?;
        Ok(proxy.map(|proxy| {
            let (host, port) = proxy.place();
            format!("{} {host}:{port}", proxy.variable)
        }))
    }

    #[test]
    fn the_environment_names_the_proxy_of_an_address() {
        let set = [
            ("HTTPS_PROXY", "http://gate:3128"),
            ("no_proxy", "intern.example, .lab.example, 10.1.0.0/16, 192.0.2.7, fd00::/8"),
        ];
        let of = |url: &str| of(url, &set).unwrap();
        assert_eq!(of("https://api.example.com/v1").as_deref(), Some("HTTPS_PROXY gate:3128"));
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

    #[test]
    fn a_port_narrows_what_is_exempt_and_a_star_does_not() {
        let of = |url: &str, list: &str| {
            of(url, &[("HTTP_PROXY", "http://gate:3128"), ("NO_PROXY", list)]).unwrap().is_none()
        };
        assert!(of("http://llm.lab.example:8080/v1", "llm.lab.example:8080"));
        assert!(of("http://llm.lab.example:8080/v1", "other.example lab.example:8080"));
        assert!(!of("http://llm.lab.example:8081/v1", "llm.lab.example:8080"));
        assert!(of("http://llm.lab.example/v1", "llm.lab.example:80"), "the usual one");
        assert!(of("http://llm.lab.example/v1", "*.lab.example"));
        assert!(!of("http://grablab.example/v1", "*.lab.example, :80, *."));
        assert!(of("http://[fd12::1]:9000/v1", "[fd12::1]:9000"));
        assert!(of("http://[fd12::1]:9000/v1", "fd12::1"));
        assert!(!of("http://[fd12::1]:9000/v1", "[fd12::1]:9001"));
        assert!(of("http://llm.example/v1", "*"));
    }

    #[test]
    fn a_login_is_read_as_it_is_sent() {
        let env = |name: &str| (name == "ALL_PROXY").then(|| "http://a%40b:s3%2Fcret%zz@gate".to_owned());
        let proxy = proxy_of(&Url::parse("http://llm.example/v1").unwrap(), &env).unwrap().unwrap();
        assert_eq!(proxy.login(), Some(("a@b".to_owned(), "s3/cret%zz".to_owned())));
    }

    #[test]
    fn a_proxy_is_read_as_it_is_written_and_one_that_cannot_be_used_is_named() {
        let of = |value: &str| of("http://llm.example/v1", &[("HTTP_PROXY", ""), ("ALL_PROXY", value)]);
        for (value, place) in [
            ("gate:3128", "gate:3128"),
            ("gate", "gate:80"),
            ("https://gate", "gate:443"),
            (" socks5h://ann:s3cret@gate ", "gate:1080"),
            ("socks5://[::2]:99", "::2:99"),
        ] {
            assert_eq!(of(value), Ok(Some(format!("ALL_PROXY {place}"))), "{value}");
        }
        for (value, says) in [
            ("ftp://ann:s3cret@gate", "not supported (ftp)"),
            ("http://ann:s3cret@gate:99999", "no address"),
            ("http://", "no address"),
        ] {
            let said = of(value).unwrap_err();
            assert!(said.contains("ALL_PROXY") && said.contains(says) && !said.contains("s3cret"), "{said}");
        }
    }
}

//! What connects to other machines and is seen without a syntax tree: Rust by the names of its types and crates, pages by
//! the places they load from.

use super::Text;
use crate::domain::Clean;

/// Clients of Rust: of its standard library, and the usual ones from outside.
const RUST: [&str; 7] =
    ["TcpStream::connect", "UdpSocket::", "reqwest::", "ureq::", "hyper::client", "isahc::", "lettre::"];

/// How a page begins to load something, in small letters and without quotation marks.
const LOADS: [&str; 5] = ["src=", "url(", "@import ", "action=", "poster="];

/// What of all that connects sends mail.
const MAIL: [&str; 6] = ["smtplib", "aiosmtplib", "nodemailer", "lettre::", "sendmail", "mailx"];

pub(super) fn sends_mail(name: &str) -> bool {
    MAIL.contains(&name)
}

/// Places with what stands there, and that alone.
pub(super) fn in_words(texts: &[Text]) -> Vec<(Clean, String)> {
    let lines = |text: &Text| -> Vec<(Clean, String)> {
        let is_rust = text.place.ends_with(".rs");
        let told = |(number, line): (usize, &str)| {
            let what = if is_rust { RUST.into_iter().find(|name| line.contains(name)) } else { None };
            let what = what.or_else(|| loads(line))?;
            Some((Clean::from(format!("{}:{} ({what})", text.place, number + 1)), what.to_owned()))
        };
        text.text.lines().enumerate().filter_map(told).collect()
    };
    texts.iter().flat_map(lines).collect()
}

/// What a page loads from another machine; a link that a person may follow loads nothing.
fn loads(line: &str) -> Option<&'static str> {
    let line = line.to_lowercase().replace(['"', '\''], "");
    let other = |rest: &str| ["http://", "https://", "//"].iter().any(|begin| rest.trim_start().starts_with(begin));
    let from = |begin: &str| line.match_indices(begin).any(|(at, _)| other(&line[at + begin.len()..]));
    let linked = line.find("<link").is_some_and(|at| {
        let tag = line[at..].split('>').next().unwrap_or_default();
        tag.find("href=").is_some_and(|href| other(&tag[href + "href=".len()..]))
    });
    LOADS.into_iter().find(|begin| from(begin)).or_else(|| linked.then_some("<link"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_loads_from_elsewhere_is_told_from_links() {
        for line in [
            r#"<script src="https://cdn.example/a.js"></script>"#,
            "<img src='//example.org/a.png'>",
            r#"body { background: url("http://example.org/a.png") }"#,
            r#"<link rel="stylesheet" href="https://fonts.example/a.css">"#,
            r#"PAGE = '<form action="http://example.org/take">'"#,
        ] {
            assert!(loads(line).is_some(), "{line}");
        }
        for line in [
            r#"<a href="https://example.org">more</a>"#,
            r#"<script src="/static/a.js"></script>"#,
            r#"<link rel="icon" href="/a.svg"> <a href="https://example.org">"#,
            "url(data:image/svg+xml;base64,AA)",
            r#"xmlns="http://www.w3.org/2000/svg""#,
        ] {
            assert_eq!(loads(line), None, "{line}");
        }
    }

    #[test]
    fn rust_is_seen_by_the_names_of_what_connects() {
        let of = |place: &str, text: &str| in_words(&[Text { place: place.into(), text: text.into() }]);
        let found = of("src/a.rs", "\nlet s = TcpStream::connect(at)?;");
        assert_eq!(found, [(Clean::new("src/a.rs:2 (TcpStream::connect)"), "TcpStream::connect".to_owned())]);
        assert_eq!(of("src/a.rs", "let l = TcpListener::bind(at)?;"), []);
    }
}

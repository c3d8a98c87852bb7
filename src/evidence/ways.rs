//! The ways into a served product that its source names, such as `/photos/:id/delete`, and whether its tests come by them.

use std::collections::BTreeSet;

/// Folders of the machine, below which there is no address of the product, and what its start is seen by.
const OTHERS: [&str; 14] =
    ["bin", "dev", "etc", "home", "mnt", "opt", "proc", "root", "sys", "tmp", "usr", "var", "health", "healthz"];
/// What may stand before an address in one text with it.
const METHODS: [&str; 5] = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];

/// An address in a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// From 1.
    pub line: usize,
    /// As it is written there, a pattern without the marks of its ends and slashes.
    pub path: String,
}

/// The parts of addresses that a text of tests has: of `/api/photos/1?of=ann`, `api`, `photos` and `1`.
#[must_use]
pub fn known(tests: &str) -> BTreeSet<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    tests.split('/').skip(1).map(|rest| rest.split(|c| !part(c)).next().unwrap_or_default()).collect()
}

/// The addresses of a source that have a part which tests do not know, each once, however its values are written and where its
/// end stands alone, too. What stands for a value of its own, such as `:id`, is no such part, and neither is a file.
#[must_use]
pub fn unknown(source: &str, known: &BTreeSet<&str>) -> Vec<Way> {
    let mut ways: Vec<Way> = vec![];
    // Rust keeps the tests of a part beside it.
    let product = source.split("#[cfg(test)]").next().unwrap_or_default();
    for (line, text) in (1..).zip(product.lines()) {
        for path in addresses(text) {
            let parts = parts(&path);
            let is_known = parts.iter().all(|part| known.contains(part));
            if !is_known && !OTHERS.contains(&parts[0]) && ways.iter().all(|way| shape(&way.path) != shape(&path)) {
                ways.push(Way { line, path });
            }
        }
    }
    let shapes: Vec<Vec<String>> = ways.iter().map(|way| shape(&way.path)).collect();
    let is_end = |way: &Way| {
        let own = shape(&way.path);
        own.len() == 1 && shapes.iter().any(|other| other.len() > 1 && other.last() == own.last())
    };
    ways.retain(|way| !is_end(way));
    ways
}

/// An address with one sign for every value in it: `/plots/%d/delete` is `/plots/:id/delete`.
fn shape(address: &str) -> Vec<String> {
    let names = parts(address);
    let segments = address.split(['?', '#']).next().unwrap_or_default().split('/').skip(1);
    segments.map(|part| if names.contains(&part) { part } else { ":" }.to_owned()).collect()
}

/// The texts in quotes, and the patterns between slashes, that are an address.
fn addresses(line: &str) -> impl Iterator<Item = String> {
    let quoted = ['"', '\'', '`'].into_iter().flat_map(|quote| {
        // Which quote opens and which closes does not matter: what lies between two texts is no address.
        line.split(quote).skip(1)
    });
    let patterns = line.split("/^").skip(1).filter(|rest| rest.starts_with("\\/")).map(pattern);
    quoted.chain(patterns).map(bare).filter(|text| is_address(text))
}

/// A pattern of JavaScript up to its own end.
fn pattern(rest: &str) -> &str {
    let mut escaped = false;
    let end = rest.find(|c| {
        let ends = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    &rest[..end.unwrap_or(rest.len())]
}

/// An address without its method and without what makes it a pattern.
fn bare(text: &str) -> String {
    let text = METHODS.iter().find_map(|method| text.strip_prefix(method)).unwrap_or(text);
    text.trim_start_matches('^').trim_end_matches('$').replace("\\/", "/")
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix('/');
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        && text.chars().all(|c| !c.is_whitespace() && !matches!(c, ',' | ';'))
        && !parts(text).is_empty()
        && !is_file(text)
}

fn is_file(address: &str) -> bool {
    let ending = address.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
    ending.is_some_and(|ending| !ending.is_empty() && ending.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Its parts that are names and stand for nothing else.
fn parts(address: &str) -> Vec<&str> {
    let named = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
    };
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.split('/').filter(named).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unasked(source: &str, tests: &str) -> Vec<String> {
        unknown(source, &known(tests)).into_iter().map(|way| format!("{} {}", way.line, way.path)).collect()
    }

    #[test]
    fn a_way_in_that_no_test_comes_by_is_named_however_it_is_written() {
        let tests = "fetch(`${base}/api/photos/${id}`); post(\"/in\", form)";
        let cases = [
            ("@app.route(\"/photos/<int:id>/delete\", methods=[\"POST\"])", "/photos/<int:id>/delete"),
            ("app.post('/add', guarded, add);", "/add"),
            ("  [\"POST\", /^\\/photos\\/(\\d+)\\/delete$/, back(deletePhoto)],", "/photos/(\\d+)/delete"),
            (".route(\"/photos/{id}/hide\", post(hide))", "/photos/{id}/hide"),
            ("if re.fullmatch(r\"^/photos/(\\d+)/hide$\", path):", "/photos/(\\d+)/hide"),
            ("return `<form method=\"post\" action=\"/log-out\">`;", "/log-out"),
            ("const ROUTES = { 'POST /hide': hide };", "/hide"),
        ];
        for (source, way) in cases {
            assert_eq!(unasked(source, tests), [format!("1 {way}")], "{source}");
        }
        assert_eq!(unasked("get(\"/add\")\n\npost(\"/add\")", tests), ["1 /add"], "once");
        let one = "form(\"/plots/%d/delete\" % id)\naction = own + \"/delete\"\nroute(\"/plots/{id}/delete\", delete)";
        assert_eq!(unasked(one, tests), ["1 /plots/%d/delete"], "one way in");
    }

    #[test]
    fn nothing_else_is_a_way_in() {
        let tests = "ask('GET', '/api/photos')";
        for source in [
            "app.get(\"/photos\", list); app.get('/api/photos/:id', one)",
            "\"/style.css\": style, \"/\": page, '/static/app.js'",
            "text.replace(/\"/g,\"&quot;\").replace(/</g, '&lt;')",
            "open(f\"/proc/{pid}/stat\"); path = '/tmp/x'; get('/healthz')",
            "a = 'one/two' + \"and/or\" + '/ or' + \"</h1>\"",
            "\"content-type\": \"text/html\", x = a / b / c",
            "get('/photos?of=ann&from=2')",
            "#[cfg(test)]\nmod tests { ask(\"/hidden\") }",
        ] {
            assert!(unasked(source, tests).is_empty(), "{source}: {:?}", unasked(source, tests));
        }
    }
}

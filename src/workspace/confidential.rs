//! Which files hold keys and passwords, as far as their names and contents tell.
//!
//! Such a file is left out of what models are sent, so one that is taken for it by mistake is missing there: source code,
//! markup and styles only count by a private key in them. Nothing here is a guarantee: a password in the midst of prose, or
//! in code, is not known.

use super::survey::language;
use crate::domain::words;

/// Code, markup, styles and templates, besides what [`language`] knows.
const SOURCE: &str = "html htm xhtml css scss sass less svg j2 jinja jinja2 ejs erb hbs mustache twig tmpl tpl liquid pug haml astro \
    graphql proto tf gradle kts groovy zig nim clj cljs erl ml mli fs fsx vb r jl m mm d f90 pas lisp el scm rkt pyi pyx zsh fish bat ps1";
const PROSE: &str = "md markdown rst adoc";
/// Endings of a name, also before a further one (`terraform.tfstate.backup`).
const ENDINGS: &str = "p12 pfx jks keystore key kdbx ppk tfstate tfvars htpasswd";
/// Beginnings of a name that say all.
const NAMES: &str = "id_rsa id_dsa id_ecdsa id_ed25519 netrc _netrc htpasswd pypirc kubeconfig";
/// Endings of a key whose value is to be kept, letters and digits only.
const KEYS: &str = "password passwd passphrase secret secretkey accesskey apikey privatekey accesstoken authtoken";
/// What is written where a value is only described.
const DESCRIBED: &str = "string text true false null none nil undefined required optional hidden";
/// Folders and files of words in a person's language: a password is a label there.
const TRANSLATIONS: &str = "locale locales i18n l10n lang langs translation translations messages";

fn is_in(word: &str, words: &str) -> bool {
    words.split_whitespace().any(|one| one == word)
}

/// Whether a file is one that holds keys and passwords, as far as can be told: no model is to be sent it.
#[must_use]
pub fn is_secret(path: &str, bytes: &[u8]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    if holds_private_key(bytes) {
        return true;
    }
    if language(path).is_some() || is_in(&extension, SOURCE) {
        return false;
    }
    let prose = is_in(&extension, PROSE);
    let text = String::from_utf8_lossy(bytes);
    is_named_so(path, prose) || text.lines().any(|line| holds_access_key(line) || (!prose && holds_value(path, line)))
}

/// A private key as text (RFC 7468), wherever it begins: tools write attributes and blank lines before it.
fn holds_private_key(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).any(|line| {
        line.strip_prefix(b"-----BEGIN ")
            .is_some_and(|label| label.ends_with(b"PRIVATE KEY-----") || label.ends_with(b"PRIVATE KEY BLOCK-----"))
    })
}

/// By a word anywhere in its folders and name, or by how the name begins or ends.
fn is_named_so(path: &str, prose: bool) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let parts: Vec<&str> = name.split('.').collect();
    let (first, endings) = parts.split_first().unwrap_or((&"", &[]));
    if endings.iter().any(|part| is_in(part, "example sample template dist")) {
        return false;
    }
    let telling = |word: &String| {
        ["credential", "password", "passwd", "passphrase", "pgpass", "npmrc"].iter().any(|part| word.contains(part))
            || ["secret", "secrets", "token", "tokens"].iter().any(|end| word.ends_with(end))
    };
    let environment = !prose && words(&name).iter().any(|word| matches!(word.as_str(), "env" | "envrc"));
    words(path).iter().any(telling)
        || environment
        || endings.iter().any(|part| is_in(part, ENDINGS))
        || is_in(first, NAMES)
        || ["service-account", "service_account"].iter().any(|start| name.starts_with(start))
}

/// The id of an access key of AWS; those of its documentation end in `EXAMPLE`.
fn holds_access_key(line: &str) -> bool {
    line.match_indices("AKIA").any(|(at, _)| {
        let inside = line[..at].ends_with(|before: char| before.is_ascii_alphanumeric());
        let id: &str = line[at..].split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit()).next().unwrap_or("");
        !inside && id.len() == 20 && !id.ends_with("EXAMPLE")
    })
}

/// A line of data that gives a key of [`KEYS`] a value, or holds a private key beside other text.
fn holds_value(path: &str, line: &str) -> bool {
    let begun = line.find("-----BEGIN ").map(|at| &line[at..]);
    if begun.is_some_and(|rest| rest.contains("PRIVATE KEY")) {
        return true;
    }
    let element = line.split("<password>").nth(1).is_some_and(|rest| is_value(rest.split('<').next().unwrap_or(rest)));
    let pairs = || line.split([',', ';', '{', '&', '?']).any(holds_pair);
    (element || pairs()) && !words(path).iter().any(|word| is_in(word, TRANSLATIONS))
}

/// `password = …`, `"password": …`, `…:_authToken=…`
fn holds_pair(text: &str) -> bool {
    let mut from = 0;
    for (at, separator) in text.match_indices(['=', ':']) {
        let key: String = text[from..at].chars().filter(char::is_ascii_alphanumeric).collect();
        let key = key.to_ascii_lowercase();
        from = at + separator.len();
        if KEYS.split_whitespace().any(|end| key.ends_with(end)) && is_value(&text[from..]) {
            return true;
        }
    }
    false
}

/// One word that is no reference (`${DB_PASSWORD}`, `<%= … %>`), no description (`string`) and not the key again.
fn is_value(text: &str) -> bool {
    let bare = [" #", "\t#"].iter().fold(text, |text, mark| text.split(mark).next().unwrap_or(text));
    let bare = bare.trim().trim_matches(['"', '\'', '}', ']', ')']);
    let low = bare.to_ascii_lowercase();
    !bare.is_empty()
        && !bare.contains(char::is_whitespace)
        && !bare.starts_with(['$', '{', '[', '<', '%', '(', '*', '!', '&', '|', '>'])
        && !is_in(&low, DESCRIBED)
        && !is_in(&low, KEYS)
        && !["your", "change", "xxx", "..."].iter().any(|start| low.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_keys_are_known_by_their_name() {
        for path in [
            "conf/secrets.YAML",
            "secrets.properties",
            "config/prod.env",
            "terraform.tfvars",
            "terraform.tfstate.backup",
            "netrc",
            "tls.key",
            "c.p12",
            "aws-credentials.json",
            "npmrc",
            "password.txt",
            "dbPasswords.csv",
            "etc/passwd",
            "pgpass",
            "env",
            "env.local",
            "staging.env.old",
            "secrets.dev.yaml",
            "secrets/db.txt",
            "deploy/my-secrets/db/main.cfg",
            "api_token",
            "clientSecret.json",
            "ops/passwords.md",
            "id_rsa.bak",
        ] {
            assert!(is_secret(path, b""), "{path}");
        }
    }

    #[test]
    fn source_code_and_what_only_sounds_alike_stays() {
        for path in [
            "password.py",
            "secrets.rs",
            "tokens.ts",
            "src/secrets.rs",
            "src/credentials/mod.py",
            "secrets/package.json",
            "templates/password_reset.html",
            "styles/tokens.css",
            "icons/secret.svg",
            "env.d.ts",
            "env.zig",
            "typed/secrets.pyi",
            "secrets.example.yaml",
            "env.sample",
            "messages.properties",
            "secretary.json",
            "tokenizer.json",
            "environment.yml",
            "docs/env.md",
            "keys.json",
        ] {
            assert!(!is_secret(path, b""), "{path}");
        }
    }

    #[test]
    fn private_keys_are_known_in_every_file_and_beside_other_text_in_data() {
        let key = b"-----BEGIN RSA PRIVATE KEY-----\nx\n";
        let bagged = b"Bag Attributes\n    friendlyName: x\n\n-----BEGIN PRIVATE KEY-----\r\nx\n";
        let ring = b"\n-----BEGIN PGP PRIVATE KEY BLOCK-----\nx\n";
        let inner = b"{\"key\": \"-----BEGIN PRIVATE KEY-----\\nx\"}";
        for (path, bytes) in [
            ("a/tls.pem", &key[..]),
            ("export.txt", bagged),
            ("ring.asc", ring),
            ("keys.py", key),
            ("account.json", inner),
        ] {
            assert!(is_secret(path, bytes), "{path}");
        }
        for (path, bytes) in [
            ("a/ca.pem", &b"-----BEGIN CERTIFICATE-----"[..]),
            ("ring.asc", b"-----BEGIN PGP PUBLIC KEY BLOCK-----"),
            ("docs/keys.md", b"a line that says -----BEGIN PRIVATE KEY-----"),
            ("keys.py", b"HEAD = '-----BEGIN PRIVATE KEY-----'"),
        ] {
            assert!(!is_secret(path, bytes), "{path}");
        }
    }

    #[test]
    fn passwords_are_known_in_the_lines_of_data() {
        for (path, text) in [
            ("app.ini", "[db]\nuser = app\npassword = plum7tree\n"),
            ("app.toml", "db_password = \"plum7tree\"  # of the test machine\n"),
            ("app.yml", "db:\n  password: plum7tree\n"),
            ("app.json", "{\"user\": \"a\", \"password\": \"plum7tree\"}"),
            ("app.properties", "spring.datasource.password=plum7tree\n"),
            ("run", "export DB_PASSWORD='plum7tree'\n"),
            ("settings.xml", "<server><password>plum7tree</password></server>"),
            ("yarnrc", "//registry.example.org/:_authToken=npm_plum7tree\n"),
            ("key.json", "{\"private_key\": \"MIIplum7tree\"}"),
            ("notes.txt", "the key is AKIAPLUMTREE12345678\n"),
            ("docs/deploy.md", "use AKIAPLUMTREE12345678 there\n"),
        ] {
            assert!(is_secret(path, text.as_bytes()), "{path}: {text}");
        }
        for (path, text) in [
            ("login.py", "password = 'plum7tree'\n"),
            ("login.js", "const key = 'AKIAPLUMTREE12345678'\n"),
            ("docs/use.md", "password = plum7tree\n"),
            ("app.yml", "password: ${DB_PASSWORD}\nother_password:\nsecret: <%= ENV['S'] %>\n"),
            ("app.ini", "password = \nmin_password_length = 8\n"),
            ("openapi.json", "{\"password\": {\"type\": \"string\"}, \"required\": [\"password\"]}"),
            ("openapi.yaml", "password: string\n"),
            ("form.json", "{\"password\": \"Your password\", \"secret\": null}"),
            ("locales/de.json", "{\"password\": \"Passwort\"}"),
            ("messages.properties", "password=Parole\n"),
            ("npm.txt", "_authToken=${NPM_TOKEN}\n"),
            ("notes.txt", "such as AKIAIOSFODNN7EXAMPLE\n"),
            ("pom.txt", "<password>${db.password}</password>"),
        ] {
            assert!(!is_secret(path, text.as_bytes()), "{path}: {text}");
        }
    }
}

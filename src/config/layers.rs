//! The sources, one over the other.

use super::{
    ConfigError, budget,
    keys::{GATES, Kind, SANDBOX, find, nearest},
};
use crate::{
    domain::{Clean, run::TURNS, usage::Budget},
    files,
};
use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
};
use toml::{
    Spanned, Table, Value,
    de::{DeTable, DeValue},
};

const ONCE: &str = "'sandbox' is said for one command only: -c sandbox=weaker";

/// Who set a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    User,
    Project,
    Environment,
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user",
            Self::Project => "project",
            Self::Environment => "environment",
            Self::Flag => "flag",
        })
    }
}

/// Where settings come from. Files that do not exist say nothing.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub user: Option<PathBuf>,
    pub project: Option<PathBuf>,
    /// Settings of the environment, as `key`, `value`.
    pub environment: Vec<(String, String)>,
    /// `key=value` of `-c`, and what other flags mean.
    pub flags: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Merged {
    pub values: BTreeMap<String, (Value, Origin)>,
    pub warnings: Vec<Clean>,
}

pub(super) fn merge(sources: &Sources) -> Result<Merged, ConfigError> {
    let mut merged = Merged::default();
    for (file, origin) in [(&sources.user, Origin::User), (&sources.project, Origin::Project)] {
        if let Some(file) = file {
            read(file, origin, &mut merged)?;
        }
    }
    for (key, value) in &sources.environment {
        set(key, value, Origin::Environment, &mut merged)?;
    }
    for flag in &sources.flags {
        let other = |what: &str| ConfigError::Other { origin: format!("-c {flag}"), what: what.to_owned() };
        let (key, value) = flag.split_once('=').ok_or_else(|| other("write it as key=value"))?;
        set(key.trim(), value.trim(), Origin::Flag, &mut merged)?;
    }
    Ok(merged)
}

/// Settings are text of a modest size.
const LARGEST: u64 = 1 << 20;

fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

fn read(file: &Path, origin: Origin, merged: &mut Merged) -> Result<(), ConfigError> {
    let text = match files::read(file, LARGEST).and_then(utf8) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => {
            let what = match e.kind() {
                io::ErrorKind::IsADirectory => {
                    "it is a folder: move it away; settings are a file of that name".to_owned()
                }
                io::ErrorKind::InvalidData => "it is not UTF-8 text: save it as UTF-8".to_owned(),
                _ => format!("it cannot be read: {e}"),
            };
            return Err(ConfigError::Unreadable { file: file.to_owned(), what });
        }
    };
    let at = |offset: usize| text.get(..offset.min(text.len())).map_or(1, |before| before.matches('\n').count() + 1);
    let fail = |offset: usize, what: String| ConfigError::File { file: file.to_owned(), line: at(offset), what };
    let table =
        DeTable::parse(&text).map_err(|e| fail(e.span().map_or(0, |span| span.start), e.message().to_owned()))?;
    let mut leaves = Vec::new();
    flatten(table.get_ref(), &mut Vec::new(), &mut leaves);
    for (path, value) in leaves {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let name = path.join(".");
        let line = at(value.span().start);
        let place = format!("{}:{line}", file.display());
        let Some(key) = find(&parts) else {
            let hint = nearest(&name)
                .map_or_else(|| "`g1 config` lists the keys".to_owned(), |near| format!("did you mean '{near}'?"));
            merged.warnings.push(Clean::new(&format!("{place}: there is no setting '{name}', it is ignored; {hint}")));
            continue;
        };
        if key.path == SANDBOX {
            merged.warnings.push(Clean::new(&format!("{place}: {ONCE}, it is ignored")));
            continue;
        }
        if origin == Origin::Project && !key.project {
            merged.warnings.push(Clean::new(&format!(
                "{place}: a project cannot set '{name}', it is ignored; set it in your own config.toml"
            )));
            continue;
        }
        let offset = value.span().start;
        let value = plain(value.get_ref());
        check(key.kind, &value).map_err(|what| fail(offset, format!("{name}: {what}")))?;
        if origin == Origin::Project && loosens(key.path, &value, merged.values.get(&name).map(|(value, _)| value)) {
            merged.warnings.push(Clean::new(&format!(
                "{place}: a project can only have you asked more often and spend less than you set or would be set, so '{name}' is \
                 ignored; set it in your own config.toml, or with -c for one command"
            )));
            continue;
        }
        merged.values.insert(name, (value, origin));
    }
    Ok(())
}

/// Whether a project's value would have its person asked less often, or spend more, than their own does, or than the default
/// where they set none.
fn loosens(key: &str, value: &Value, own: Option<&Value>) -> bool {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match key {
        "gates" => {
            let place = |word: String| GATES.iter().position(|mode| **mode == word);
            value.as_str().and_then(|word| place(word.to_owned())) > own.and_then(text).map_or(Some(0), place)
        }
        "turns" => value.as_integer() > own.map_or(Some(i64::from(TURNS)), Value::as_integer),
        "budget" | "budget_phase" | "budget_step" => {
            let amount = |value: &Value| text(value).filter(|text| text != "none").and_then(|text| budget(&text).ok());
            match (amount(value), own.and_then(amount)) {
                (_, None) => false,
                (Some(Budget::Tokens(new)), Some(Budget::Tokens(own)))
                | (Some(Budget::CostMicros(new)), Some(Budget::CostMicros(own))) => new > own,
                // Without a bound, or with one that cannot be compared.
                (_, Some(_)) => true,
            }
        }
        _ => false,
    }
}

type Leaf<'a, 'de> = (Vec<String>, &'a Spanned<DeValue<'de>>);

fn flatten<'a, 'de>(table: &'a DeTable<'de>, path: &mut Vec<String>, leaves: &mut Vec<Leaf<'a, 'de>>) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(inner, path, leaves),
            _ => leaves.push((path.clone(), value)),
        }
        path.pop();
    }
}

fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or_else(|_| Value::String(number.to_string()), Value::Float)
        }
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => Value::Array(items.iter().map(|item| plain(item.get_ref())).collect()),
        DeValue::Table(table) => {
            Value::Table(table.iter().map(|(k, v)| (k.get_ref().to_string(), plain(v.get_ref()))).collect())
        }
    }
}

fn set(name: &str, text: &str, origin: Origin, merged: &mut Merged) -> Result<(), ConfigError> {
    let other = |what: String| ConfigError::Other { origin: format!("{origin} {name}={text}"), what };
    let parts: Vec<&str> = name.split('.').collect();
    let key = find(&parts).ok_or_else(|| {
        other(match nearest(name) {
            Some(near) => format!("there is no setting '{name}', did you mean '{near}'?"),
            None => format!("there is no setting '{name}'; `g1 config` lists the keys"),
        })
    })?;
    if key.path == SANDBOX && origin != Origin::Flag {
        return Err(other(ONCE.to_owned()));
    }
    // As TOML where the key wants more than words: `-c plain=true`, `-c model=offline`.
    let value = match key.kind {
        Kind::Text | Kind::OneOf(_) | Kind::Budget => Value::String(text.trim_matches('"').to_owned()),
        _ => toml::from_str::<Table>(&format!("v = {text}"))
            .ok()
            .and_then(|mut t| t.remove("v"))
            .unwrap_or_else(|| Value::String(text.to_owned())),
    };
    check(key.kind, &value).map_err(other)?;
    merged.values.insert(name.to_owned(), (value, origin));
    Ok(())
}

fn check(kind: Kind, value: &Value) -> Result<(), String> {
    let good = match (kind, value) {
        (Kind::Text, Value::String(_)) | (Kind::Flag, Value::Boolean(_)) | (Kind::List, Value::Array(_)) => true,
        (Kind::Number, Value::Integer(n)) => (0..=i64::from(u32::MAX)).contains(n),
        (Kind::Between(least, most), Value::Integer(n)) => (i64::from(least)..=i64::from(most)).contains(n),
        (Kind::OneOf(words), Value::String(word)) => words.contains(&word.as_str()),
        (Kind::Budget, Value::String(text)) if text != "none" => return budget(text).map(drop),
        (Kind::Budget, Value::String(_)) => true,
        _ => false,
    };
    let wanted = match kind {
        Kind::Text => "text in quotes".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Number => "a whole number, 0 or more".to_owned(),
        Kind::Between(least, most) => format!("a whole number from {least} to {most}"),
        Kind::OneOf(words) => format!("one of {}", words.join(", ")),
        Kind::Budget => "a budget in quotes such as \"2.50\" or \"200ktok\"".to_owned(),
        Kind::List => "a list".to_owned(),
    };
    if good { Ok(()) } else { Err(format!("{} does not fit, it takes {wanted}", value.to_string().trim())) }
}

/// The values as one nested table.
pub(super) fn table(values: BTreeMap<String, (Value, Origin)>) -> Value {
    let mut root = Table::new();
    for (name, (value, _)) in values {
        let mut at = &mut root;
        let mut parts: Vec<&str> = name.split('.').collect();
        let last = parts.pop().unwrap_or_default();
        for part in parts {
            let entry = at.entry(part).or_insert_with(|| Value::Table(Table::new()));
            match entry {
                Value::Table(inner) => at = inner,
                // No key is both a value and a table: see `KEYS`.
                _ => return Value::Table(root),
            }
        }
        at.insert(last.to_owned(), value);
    }
    Value::Table(root)
}

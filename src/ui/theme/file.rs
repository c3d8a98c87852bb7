//! Themes as files: roles with values, names for colours, and what a theme takes over from another.

use super::{Depth, Syntax, Theme, color};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Table;

/// Themes in the binary, the default first.
pub const BUILT_IN: [(&str, &str); 8] = [
    ("default", include_str!("../../../themes/default.toml")),
    ("light", include_str!("../../../themes/light.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../../themes/colour-blind.toml")),
    ("mono", include_str!("../../../themes/mono.toml")),
    ("catppuccin", include_str!("../../../themes/catppuccin.toml")),
    ("gruvbox", include_str!("../../../themes/gruvbox.toml")),
    ("paper", include_str!("../../../themes/paper.toml")),
];

/// Themes of the person, by name.
pub type Sources = BTreeMap<String, String>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("there is no theme '{name}'; there are {known}")]
    Unknown { name: String, known: String },
    #[error("theme '{name}', line {line}: {what}")]
    Toml { name: String, line: usize, what: String },
    #[error("theme '{name}': {what}")]
    Wrong { name: String, what: String },
}

/// The names of all themes, the built-in ones first.
#[must_use]
pub fn names(own: &Sources) -> Vec<String> {
    let mut names: Vec<String> = BUILT_IN.iter().map(|(n, _)| (*n).to_owned()).collect();
    names.extend(own.keys().filter(|n| !BUILT_IN.iter().any(|(b, _)| b == n)).cloned());
    names
}

/// The one-line description of a theme: its `about`.
#[must_use]
pub fn about(name: &str, own: &Sources) -> String {
    let about = source(name, own)
        .and_then(|s| s.parse::<Table>().ok())
        .and_then(|t| Some(t.get("about")?.as_str()?.to_owned()));
    let parent = || source(name, own)?.parse::<Table>().ok()?.get("inherits")?.as_str().map(|p| format!("after {p}"));
    about.or_else(parent).unwrap_or_default()
}

/// The text of a theme: the person's before the built-in one.
#[must_use]
pub fn source<'a>(name: &str, own: &'a Sources) -> Option<&'a str> {
    let built_in = || BUILT_IN.iter().find(|(n, _)| *n == name).map(|(_, s)| *s);
    own.get(name).map(String::as_str).or_else(built_in)
}

/// The theme `name` as a terminal of this depth shows it.
///
/// # Errors
/// There is no such theme, or it (or one it inherits from) is wrong: the message says where.
pub fn load(name: &str, own: &Sources, depth: Depth) -> Result<Theme, ThemeError> {
    let merged = merge(name, own, 0)?;
    let wrong = |what: String| ThemeError::Wrong { name: name.to_owned(), what };
    let file = File::deserialize(merged).map_err(|e| wrong(e.message().to_owned()))?;
    let reader = Reader { names: &file.colors, depth };
    let mut roles = BTreeMap::new();
    for (role, value) in &file.roles {
        if !ROLES.contains(&role.as_str()) {
            return Err(wrong(format!("there is no role '{role}'; {}", near(role))));
        }
        roles.insert(role.as_str(), reader.style(value).map_err(|what| wrong(format!("{role}: {what}")))?);
    }
    let role = |name: &str| roles.get(name).copied().ok_or_else(|| wrong(format!("the role '{name}' is missing")));
    let mut persona = [Style::new(); 6];
    if file.persona.len() != persona.len() {
        return Err(wrong(format!("persona wants 6 values, it has {}", file.persona.len())));
    }
    for (slot, value) in persona.iter_mut().zip(&file.persona) {
        *slot = reader.style(value).map_err(|what| wrong(format!("persona: {what}")))?;
    }
    let matched = role("match")?;
    Ok(Theme {
        name: name.to_owned(),
        screen: role("screen")?,
        text: role("text")?,
        dim: role("dim")?,
        title: role("title")?,
        accent: role("accent")?,
        id: role("id")?,
        code: role("code")?,
        ok: role("ok")?,
        warn: role("warn")?,
        error: role("error")?,
        border: role("border")?,
        border_focus: role("border_focus")?,
        selection: role("selection")?,
        matched,
        you: role("you")?,
        key: role("key")?,
        gate: role("gate")?,
        add: role("add")?,
        del: role("del")?,
        hunk: role("hunk")?,
        syntax: Syntax {
            keyword: role("code.keyword")?,
            string: role("code.string")?,
            comment: role("code.comment")?,
            kind: role("code.type")?,
            number: role("code.number")?,
            function: role("code.function")?,
        },
        persona,
    })
}

const ROLES: [&str; 26] = [
    "screen",
    "text",
    "dim",
    "title",
    "accent",
    "id",
    "code",
    "ok",
    "warn",
    "error",
    "border",
    "border_focus",
    "selection",
    "match",
    "you",
    "key",
    "gate",
    "add",
    "del",
    "hunk",
    "code.keyword",
    "code.string",
    "code.comment",
    "code.type",
    "code.number",
    "code.function",
];

fn near(word: &str) -> String {
    let alike = |role: &str| similar::TextDiff::from_chars(role, word).ratio();
    match ROLES.iter().max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|r| alike(r) > 0.7) {
        Some(role) => format!("did you mean '{role}'?"),
        None => format!("there are {}, and persona", ROLES.join(", ")),
    }
}

/// A theme over the ones it inherits from.
fn merge(name: &str, own: &Sources, deep: usize) -> Result<Table, ThemeError> {
    let known = || names(own).join(", ");
    let text = source(name, own).ok_or_else(|| ThemeError::Unknown { name: name.to_owned(), known: known() })?;
    let table: Table = text.parse().map_err(|e: toml::de::Error| {
        let at = e.span().map_or(0, |s| s.start).min(text.len());
        let line = text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
        ThemeError::Toml { name: name.to_owned(), line, what: e.message().to_owned() }
    })?;
    let Some(parent) = table.get("inherits") else { return Ok(table) };
    let wrong = |what: String| ThemeError::Wrong { name: name.to_owned(), what };
    let parent = parent.as_str().ok_or_else(|| wrong("inherits wants the name of a theme in quotes".into()))?;
    if deep > 7 {
        return Err(wrong("it inherits in a circle".into()));
    }
    // A theme of the person's may refine the built-in one of its own name.
    let mut base = if parent == name && own.contains_key(name) {
        merge(parent, &Sources::new(), deep + 1)?
    } else {
        merge(parent, own, deep + 1)?
    };
    lay_over(&mut base, table);
    base.remove("inherits");
    Ok(base)
}

fn lay_over(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            // The value of a role is taken whole: half of another theme's colour is nobody's wish.
            (Some(toml::Value::Table(old)), toml::Value::Table(new)) if key == "roles" || key == "colors" => {
                old.extend(new);
            }
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[allow(dead_code, reason = "accepted, used by `about`")]
    #[serde(default)]
    about: String,
    #[serde(default)]
    colors: BTreeMap<String, String>,
    roles: BTreeMap<String, Value>,
    persona: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Number(u8),
    Name(String),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    fg: Option<String>,
    bg: Option<String>,
    /// The foreground where there are only sixteen colours; no background is painted there.
    ansi: Option<String>,
    #[serde(default)]
    mods: Vec<String>,
}

struct Reader<'a> {
    names: &'a BTreeMap<String, String>,
    depth: Depth,
}

impl Reader<'_> {
    fn color(&self, name: &str) -> Result<Color, String> {
        let name = self.names.get(name).map_or(name, String::as_str);
        let color = color::parse(name).ok_or_else(|| {
            format!("'{name}' is not a colour; write for example cyan, bright-black, default, \"#7aa2f7\" or 208")
        })?;
        Ok(color::reduce(color, self.depth))
    }

    fn style(&self, value: &Value) -> Result<Style, String> {
        let number;
        let (fg, bg, ansi, mods): (Option<&str>, Option<&str>, Option<&str>, &[String]) = match value {
            Value::Number(n) => {
                number = n.to_string();
                (Some(&number), None, None, &[])
            }
            Value::Name(fg) => (Some(fg), None, None, &[]),
            Value::Full(full) => (full.fg.as_deref(), full.bg.as_deref(), full.ansi.as_deref(), &full.mods),
        };
        let mut style = Style::new();
        let few = self.depth <= Depth::Ansi16;
        // Checked in every depth, so that a theme that is wrong is wrong everywhere.
        let (fg, bg, ansi) = (
            fg.map(|c| self.color(c)).transpose()?,
            bg.map(|c| self.color(c)).transpose()?,
            ansi.map(|c| self.color(c)).transpose()?,
        );
        let named = |c: Color| !matches!(c, Color::Rgb(..) | Color::Indexed(_));
        match (fg, bg) {
            _ if self.depth == Depth::None => {}
            (fg, Some(bg)) if few && fg.is_some_and(named) && named(bg) && fg != Some(bg) && ansi.is_none() => {
                style.fg = fg;
                style.bg = Some(bg);
            }
            (fg, bg) => {
                style.fg = if few { ansi.or(fg) } else { fg };
                style.bg = if few { None } else { bg };
            }
        }
        for name in mods {
            style = style.add_modifier(match name.as_str() {
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "underline" => Modifier::UNDERLINED,
                "reverse" => Modifier::REVERSED,
                _ => return Err(format!("'{name}' is not one of bold, dim, italic, underline, reverse")),
            });
        }
        Ok(style)
    }
}

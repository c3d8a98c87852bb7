//! Semantic roles. A theme says how a role looks; no other code names a colour.

mod glyphs;

pub use glyphs::Glyphs;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    pub unicode: bool,
    /// False with `NO_COLOR`: roles keep their modifiers and lose their colours.
    pub color: bool,
    pub ssh: bool,
}

impl Default for Caps {
    fn default() -> Self {
        Self { unicode: true, color: true, ssh: false }
    }
}

#[derive(Debug, Clone)]
pub struct Theme {
    pub name: String,
    pub text: Style,
    pub dim: Style,
    pub title: Style,
    pub accent: Style,
    pub id: Style,
    pub code: Style,
    pub ok: Style,
    pub warn: Style,
    pub error: Style,
    pub border: Style,
    pub border_focus: Style,
    pub selection: Style,
    pub matched: Style,
    pub you: Style,
    pub key: Style,
    pub gate: Style,
    pub add: Style,
    pub del: Style,
    pub hunk: Style,
    pub persona: [Style; 6],
}

/// Everything that decides how things look.
#[derive(Debug, Clone)]
pub struct Look {
    pub theme: Theme,
    pub glyphs: Glyphs,
}

impl Default for Look {
    fn default() -> Self {
        Self::new("default", Caps::default())
    }
}

impl Look {
    /// The built-in theme `name`, or the default when there is none of that name.
    #[must_use]
    pub fn new(name: &str, caps: Caps) -> Self {
        let source = BUILT_IN.iter().find(|(n, _)| *n == name).map_or(BUILT_IN[0].1, |(_, s)| *s);
        let theme = Theme::parse(source, caps.color).unwrap_or_else(|_| Theme::bare());
        Self { theme, glyphs: if caps.unicode { Glyphs::UNICODE } else { Glyphs::ASCII } }
    }
    /// The style of a persona, the same for the same id everywhere.
    #[must_use]
    pub fn persona(&self, id: &str) -> Style {
        if id == "you" {
            return self.theme.you;
        }
        let slot = id.bytes().fold(7_usize, |h, b| h.wrapping_mul(31).wrapping_add(usize::from(b)));
        self.theme.persona[slot % 6].add_modifier(Modifier::BOLD)
    }
}

/// Themes in the binary, the default first.
pub const BUILT_IN: [(&str, &str); 2] = [
    ("default", include_str!("../../../themes/default.toml")),
    ("high-contrast", include_str!("../../../themes/high-contrast.toml")),
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("the theme is not valid TOML for roles: {0}")]
    Toml(String),
    #[error("'{0}' is not a colour; write for example cyan, bright-black or default")]
    Color(String),
    #[error("'{0}' is not a modifier; write bold, dim, italic, underline or reverse")]
    Modifier(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    roles: Roles,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Roles {
    text: Value,
    dim: Value,
    title: Value,
    accent: Value,
    id: Value,
    code: Value,
    ok: Value,
    warn: Value,
    error: Value,
    border: Value,
    border_focus: Value,
    selection: Value,
    #[serde(rename = "match")]
    matched: Value,
    you: Value,
    key: Value,
    gate: Value,
    add: Value,
    del: Value,
    hunk: Value,
    persona: [Value; 6],
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Name(String),
    Full(Full),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    fg: Option<String>,
    bg: Option<String>,
    #[serde(default)]
    mods: Vec<String>,
}

impl Theme {
    /// # Errors
    /// The text is not a theme: the message names the role, colour or modifier.
    pub fn parse(source: &str, color: bool) -> Result<Self, ThemeError> {
        let file: File = toml::from_str(source).map_err(|e| ThemeError::Toml(e.to_string()))?;
        let r = &file.roles;
        let s = |v: &Value| v.style(color);
        let mut persona = [Style::new(); 6];
        for (slot, value) in persona.iter_mut().zip(&r.persona) {
            *slot = s(value)?;
        }
        Ok(Self {
            name: file.name.clone(),
            text: s(&r.text)?,
            dim: s(&r.dim)?,
            title: s(&r.title)?,
            accent: s(&r.accent)?,
            id: s(&r.id)?,
            code: s(&r.code)?,
            ok: s(&r.ok)?,
            warn: s(&r.warn)?,
            error: s(&r.error)?,
            border: s(&r.border)?,
            border_focus: s(&r.border_focus)?,
            selection: s(&r.selection)?,
            // Without colours a match must still stand out from its line.
            matched: if color { s(&r.matched)? } else { s(&r.matched)?.add_modifier(Modifier::UNDERLINED) },
            you: s(&r.you)?,
            key: s(&r.key)?,
            gate: s(&r.gate)?,
            add: s(&r.add)?,
            del: s(&r.del)?,
            hunk: s(&r.hunk)?,
            persona,
        })
    }

    /// No colour and no modifier but the ones needed to see focus and selection.
    #[must_use]
    pub fn bare() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let reverse = plain.add_modifier(Modifier::REVERSED);
        Self {
            name: "bare".into(),
            text: plain,
            dim: plain,
            title: bold,
            accent: plain,
            id: plain,
            code: plain,
            ok: plain,
            warn: bold,
            error: bold,
            border: plain,
            border_focus: bold,
            selection: reverse,
            matched: reverse,
            you: bold,
            key: bold,
            gate: bold,
            add: plain,
            del: plain,
            hunk: plain,
            persona: [plain; 6],
        }
    }
}

impl Value {
    fn style(&self, color: bool) -> Result<Style, ThemeError> {
        let mut style = Style::new();
        let (fg, bg, mods): (Option<&String>, Option<&String>, &[String]) = match self {
            Self::Name(fg) => (Some(fg), None, &[]),
            Self::Full(full) => (full.fg.as_ref(), full.bg.as_ref(), &full.mods),
        };
        if let Some(fg) = fg {
            let fg = named(fg)?;
            style = if color { style.fg(fg) } else { style };
        }
        if let Some(bg) = bg {
            let bg = named(bg)?;
            style = if color { style.bg(bg) } else { style };
        }
        for name in mods {
            style = style.add_modifier(match name.as_str() {
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "underline" => Modifier::UNDERLINED,
                "reverse" => Modifier::REVERSED,
                _ => return Err(ThemeError::Modifier(name.clone())),
            });
        }
        Ok(style)
    }
}

fn named(name: &str) -> Result<Color, ThemeError> {
    Ok(match name {
        "default" => Color::Reset,
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return Err(ThemeError::Color(name.chars().take(40).collect())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_themes_parse() {
        for (name, source) in BUILT_IN {
            assert_eq!(Theme::parse(source, true).unwrap().name, name);
        }
    }

    #[test]
    fn without_colour_no_role_has_one_and_roles_stay_distinct() {
        let theme = Look::new("default", Caps { color: false, ..Caps::default() }).theme;
        for style in [theme.dim, theme.ok, theme.error, theme.matched, theme.selection, theme.persona[0]] {
            assert_eq!((style.fg, style.bg), (None, None));
        }
        assert_ne!(theme.selection, theme.text);
        assert_ne!(theme.title, theme.text);
    }

    #[test]
    fn a_wrong_colour_is_named() {
        let source = BUILT_IN[0].1.replace("\"green\"", "\"greem\"");
        assert_eq!(Theme::parse(&source, true).unwrap_err(), ThemeError::Color("greem".into()));
    }
}

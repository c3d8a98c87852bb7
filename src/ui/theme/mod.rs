//! Semantic roles. A theme says how a role looks; no other code names a colour.

mod color;
mod file;
mod glyphs;

pub use color::Depth;
pub use file::{Sources, ThemeError, about, names, source};
pub use glyphs::Glyphs;

use super::text::highlight::Role;
use ratatui::style::{Modifier, Style};

/// What the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    pub unicode: bool,
    pub depth: Depth,
    pub ssh: bool,
}

impl Default for Caps {
    fn default() -> Self {
        Self { unicode: true, depth: Depth::Ansi16, ssh: false }
    }
}

/// How source code looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    pub keyword: Style,
    pub string: Style,
    pub comment: Style,
    /// Types.
    pub kind: Style,
    pub number: Style,
    pub function: Style,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    pub name: String,
    /// Painted under everything; most themes leave the terminal's own colours.
    pub screen: Style,
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
    pub syntax: Syntax,
    pub persona: [Style; 6],
}

impl Syntax {
    #[must_use]
    pub fn of(&self, role: Role) -> Style {
        match role {
            Role::Keyword => self.keyword,
            Role::String => self.string,
            Role::Comment => self.comment,
            Role::Type => self.kind,
            Role::Number => self.number,
            Role::Function => self.function,
        }
    }
}

impl Theme {
    /// The theme `name` as a terminal of this depth shows it. Without colours every theme is `mono`: others say with
    /// colour what it says with bold, underline and reverse.
    ///
    /// # Errors
    /// There is no such theme, or it is wrong: the message says where and what.
    pub fn load(name: &str, own: &Sources, depth: Depth) -> Result<Self, ThemeError> {
        let theme = file::load(name, own, depth)?;
        if depth == Depth::None && name != "mono" {
            let mono = file::load("mono", &Sources::new(), depth)?;
            return Ok(Self { name: theme.name, ..mono });
        }
        Ok(theme)
    }
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
    #[expect(clippy::expect_used, reason = "the built-in themes are in the binary, and a test loads them all")]
    pub fn new(name: &str, caps: Caps) -> Self {
        let own = Sources::new();
        let theme = Theme::load(name, &own, caps.depth).or_else(|_| Theme::load("default", &own, caps.depth));
        Self::of(theme.expect("the built-in default theme loads"), caps)
    }
    #[must_use]
    pub fn of(theme: Theme, caps: Caps) -> Self {
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

#[cfg(test)]
mod tests {
    use super::{file::BUILT_IN, *};
    use ratatui::style::Color;

    const DEPTHS: [Depth; 4] = [Depth::None, Depth::Ansi16, Depth::Ansi256, Depth::Rgb];

    fn load(name: &str, depth: Depth) -> Theme {
        Theme::load(name, &Sources::new(), depth).unwrap()
    }

    fn roles(t: &Theme) -> Vec<(&'static str, Style)> {
        let s = t.syntax;
        let mut roles = vec![
            ("text", t.text),
            ("dim", t.dim),
            ("title", t.title),
            ("accent", t.accent),
            ("id", t.id),
            ("code", t.code),
            ("ok", t.ok),
            ("warn", t.warn),
            ("error", t.error),
            ("border_focus", t.border_focus),
            ("selection", t.selection),
            ("match", t.matched),
            ("you", t.you),
            ("key", t.key),
            ("gate", t.gate),
            ("add", t.add),
            ("del", t.del),
            ("hunk", t.hunk),
            ("code.keyword", s.keyword),
            ("code.string", s.string),
            ("code.comment", s.comment),
            ("code.type", s.kind),
            ("code.number", s.number),
            ("code.function", s.function),
        ];
        roles.extend(t.persona.iter().map(|p| ("persona", *p)));
        roles
    }

    #[test]
    fn every_theme_loads_in_every_depth_and_says_what_it_is() {
        for (name, _) in BUILT_IN {
            for depth in DEPTHS {
                assert_eq!(load(name, depth).name, name);
            }
            assert!(!about(name, &Sources::new()).is_empty(), "{name}");
        }
    }

    #[test]
    fn no_role_has_more_colours_than_the_terminal() {
        for (name, _) in BUILT_IN {
            for depth in DEPTHS {
                let theme = load(name, depth);
                for (role, style) in
                    roles(&theme).into_iter().chain([("screen", theme.screen), ("border", theme.border)])
                {
                    for color in [style.fg, style.bg].into_iter().flatten() {
                        let fits = match color {
                            Color::Reset => true,
                            Color::Rgb(..) => depth == Depth::Rgb,
                            Color::Indexed(_) => depth >= Depth::Ansi256,
                            _ => depth >= Depth::Ansi16,
                        };
                        assert!(fits && depth != Depth::None, "{name} {depth:?} {role} {color:?}");
                    }
                    assert!(style.bg.is_none() || style.fg != style.bg, "{name} {depth:?} {role} cannot be read");
                }
            }
        }
    }

    /// Themes that paint their own background, and the one that names its colours.
    const RGB: [&str; 4] = ["colour-blind", "catppuccin", "gruvbox", "paper"];

    #[test]
    fn themes_with_colours_of_their_own_can_be_read() {
        for name in RGB {
            let theme = load(name, Depth::Rgb);
            let screen = theme.screen.bg.expect("paints its background");
            for (role, style) in roles(&theme) {
                let back = style.bg.unwrap_or(screen);
                let front = style.fg.or(theme.screen.fg).unwrap();
                let (front, back) =
                    if style.add_modifier.contains(Modifier::REVERSED) { (back, front) } else { (front, back) };
                let contrast = color::tests::contrast(front, back).unwrap();
                assert!(contrast >= 4.5, "{name} {role}: {contrast:.2}");
                // A selected row keeps the colours of what stands in it.
                if let Some(selected) = theme.selection.bg
                    && role == "selection"
                {
                    assert!(color::tests::contrast(theme.selection.fg.unwrap(), selected).unwrap() >= 4.5, "{name}");
                }
            }
            let border = color::tests::contrast(theme.border.fg.unwrap(), screen).unwrap();
            assert!(border >= 1.5, "{name} border: {border:.2}");
        }
    }

    #[test]
    fn good_doubtful_and_bad_stay_apart_for_eyes_without_red_or_green() {
        let theme = load("colour-blind", Depth::Rgb);
        let pairs = [
            ("ok warn", theme.ok, theme.warn),
            ("ok error", theme.ok, theme.error),
            ("warn error", theme.warn, theme.error),
            ("add del", theme.add, theme.del),
        ];
        for deutan in [true, false] {
            for (what, a, b) in pairs {
                let seen = |s: Style| color::tests::seen(s.fg.unwrap(), deutan);
                let apart = color::tests::distance(seen(a), seen(b));
                assert!(apart >= 15.0, "{what} (deutan {deutan}): {apart:.1}");
            }
        }
    }

    #[test]
    fn without_colour_what_must_differ_differs_by_modifiers() {
        for name in ["mono", "default", "catppuccin"] {
            let t = load(name, Depth::None);
            for (role, style) in roles(&t) {
                assert_eq!((style.fg, style.bg), (None, None), "{role}");
            }
            let differ = [
                ("selection from text", t.selection, t.text),
                ("selection from a match", t.selection, t.matched),
                ("a match from text", t.matched, t.text),
                ("title", t.title, t.text),
                ("ok from error", t.ok, t.error),
                ("ok from warn", t.ok, t.warn),
                ("warn from error", t.warn, t.error),
                ("added from removed", t.add, t.del),
                ("a gate", t.gate, t.text),
                ("a key", t.key, t.text),
                ("you", t.you, t.text),
                ("focus", t.border_focus, t.border),
                ("dim", t.dim, t.text),
            ];
            for (what, a, b) in differ {
                assert_ne!(a, b, "{what}");
            }
        }
    }

    fn own(text: &str) -> Sources {
        [("mine".to_owned(), text.to_owned())].into()
    }

    #[test]
    fn a_theme_of_ones_own_takes_over_from_another() {
        let own = own("inherits = \"gruvbox\"\n[colors]\npink = \"#ff79c6\"\n[roles]\naccent = \"pink\"\n");
        let mine = Theme::load("mine", &own, Depth::Rgb).unwrap();
        assert_eq!(mine.accent.fg, Some(Color::Rgb(0xff, 0x79, 0xc6)));
        assert_eq!(
            Theme { accent: load("gruvbox", Depth::Rgb).accent, name: "gruvbox".into(), ..mine },
            load("gruvbox", Depth::Rgb)
        );
        let refined: Sources =
            [("default".to_owned(), "inherits = \"default\"\n[roles]\nok = \"blue\"\n".to_owned())].into();
        assert_eq!(Theme::load("default", &refined, Depth::Ansi16).unwrap().ok.fg, Some(Color::Blue));
        assert!(names(&own).contains(&"mine".to_owned()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |text: &str| Theme::load("mine", &own(text), Depth::Rgb).unwrap_err().to_string();
        assert!(wrong("inherits = \"defualt\"").contains("no theme 'defualt'"));
        assert!(wrong("inherits = \"mine\"").contains("no theme 'mine'"));
        assert!(wrong("inherits = \"default\"\n[roles]\nacent = \"red\"").contains("did you mean 'accent'?"));
        assert!(wrong("inherits = \"default\"\n[roles]\nok = \"greem\"").contains("'greem' is not a colour"));
        assert!(wrong("inherits = \"default\"\n[roles]\nok = { mods = [\"fat\"] }").contains("'fat' is not one of"));
        assert!(wrong("inherits = \"default\"\n\n[roles\n").contains("line 3"));
        let circle: Sources = [("a".into(), "inherits = \"b\"".into()), ("b".into(), "inherits = \"a\"".into())].into();
        assert!(Theme::load("a", &circle, Depth::Rgb).unwrap_err().to_string().contains("circle"));
    }
}

//! What this terminal can do, from the environment.

use crate::ui::{Caps, theme::Depth};

/// How the person wants colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// Reads an environment variable; tests pass their own.
pub type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The process environment.
#[must_use]
pub fn process_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[must_use]
pub fn detect(env: Env<'_>, color: ColorChoice) -> Caps {
    let set = |name: &str| env(name).filter(|v| !v.is_empty());
    // The effective locale is the first of these that is set; none at all is the C locale.
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|n| set(n)).unwrap_or_default().to_lowercase();
    let color = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => {
            set("NO_COLOR").is_none() && !matches!(set("TERM").as_deref(), Some("dumb" | "vt100" | "vt220"))
        }
    };
    Caps {
        unicode: locale.contains("utf-8") || locale.contains("utf8"),
        depth: if color { depth(&set) } else { Depth::None },
        ssh: set("SSH_CONNECTION").is_some() || set("SSH_TTY").is_some(),
    }
}

/// As many colours as the terminal says it has; sixteen when it does not say.
fn depth(set: &dyn Fn(&str) -> Option<String>) -> Depth {
    let term = set("TERM").unwrap_or_default();
    match set("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Depth::Rgb,
        _ if term.ends_with("-direct") => Depth::Rgb,
        _ if term.contains("256color") => Depth::Ansi256,
        _ => Depth::Ansi16,
    }
}

/// True when a full screen makes sense: a terminal on both sides that can move its cursor.
#[must_use]
pub fn full_screen(env: Env<'_>) -> bool {
    use std::io::IsTerminal;
    let term = env("TERM").unwrap_or_default();
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal() && !matches!(term.as_str(), "" | "dumb")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(vars: &[(&str, &str)], color: ColorChoice) -> Caps {
        let vars: Vec<(String, String)> = vars.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        detect(&move |name| vars.iter().find(|(k, _)| k == name).map(|(_, v)| v.clone()), color)
    }

    #[test]
    fn the_first_locale_variable_that_is_set_decides() {
        assert!(with(&[("LANG", "de_DE.UTF-8")], ColorChoice::Auto).unicode);
        assert!(!with(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")], ColorChoice::Auto).unicode);
        assert!(with(&[("LC_ALL", ""), ("LANG", "C.utf8")], ColorChoice::Auto).unicode);
        assert!(!with(&[], ColorChoice::Auto).unicode);
    }

    #[test]
    fn no_color_is_honoured_unless_overruled() {
        assert_eq!(with(&[("NO_COLOR", "1")], ColorChoice::Auto).depth, Depth::None);
        assert_eq!(with(&[("NO_COLOR", "")], ColorChoice::Auto).depth, Depth::Ansi16);
        assert_eq!(with(&[("NO_COLOR", "1")], ColorChoice::Always).depth, Depth::Ansi16);
        assert_eq!(with(&[], ColorChoice::Never).depth, Depth::None);
        assert_eq!(with(&[("TERM", "tmux-256color")], ColorChoice::Auto).depth, Depth::Ansi256);
        assert_eq!(with(&[("TERM", "xterm"), ("COLORTERM", "truecolor")], ColorChoice::Auto).depth, Depth::Rgb);
        assert!(with(&[("SSH_TTY", "/dev/pts/1")], ColorChoice::Auto).ssh);
    }
}

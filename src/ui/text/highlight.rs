//! What the parts of a source line are: keywords, strings, comments… as roles, so that a theme can colour them without
//! the text being read again. Compiling a grammar takes tens of milliseconds: call [`lines`] off the thread that draws.

use crate::{domain::Hash, ui::Cmd};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    ops::Range,
    path::Path,
    sync::{Arc, OnceLock},
};
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// Larger texts stay plain: nobody reads them coloured, and they would take seconds.
const BYTES: usize = 512 << 10;
const LINES: usize = 10_000;
const LINE: usize = 5_000;
/// Files whose roles are remembered.
const KEPT: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Keyword,
    String,
    Comment,
    Type,
    Number,
    Function,
}

/// Parts of one line that have a role, in order, as byte ranges; what is between them is plain.
pub type Roles = Vec<(Range<usize>, Role)>;

/// The roles of every line of a text.
pub type RoleLines = Arc<[Roles]>;

/// What a role is called in grammars; the innermost scope that is named decides.
const SCOPES: [(&str, Role); 16] = [
    ("comment", Role::Comment),
    ("string", Role::String),
    ("constant.numeric", Role::Number),
    ("constant.language", Role::Number),
    ("constant.character", Role::String),
    ("entity.name.function", Role::Function),
    ("support.function", Role::Function),
    ("variable.function", Role::Function),
    ("entity.name.tag", Role::Keyword),
    ("entity.name", Role::Type),
    ("entity.other.attribute-name", Role::Type),
    ("support.type", Role::Type),
    ("support.class", Role::Type),
    ("storage", Role::Keyword),
    ("keyword.operator.arithmetic", Role::Keyword),
    ("keyword", Role::Keyword),
];

struct Grammars {
    set: SyntaxSet,
    roles: Vec<(Scope, Role)>,
}

fn grammars() -> &'static Grammars {
    static GRAMMARS: OnceLock<Grammars> = OnceLock::new();
    GRAMMARS.get_or_init(|| Grammars {
        set: SyntaxSet::load_defaults_newlines(),
        roles: SCOPES.iter().filter_map(|(name, role)| Some((Scope::new(name).ok()?, *role))).collect(),
    })
}

impl Grammars {
    fn syntax(&self, path: &str) -> Option<&SyntaxReference> {
        let path = Path::new(path);
        let name = path.file_name()?.to_str()?;
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or(name);
        self.set.find_syntax_by_extension(ending).or_else(|| self.set.find_syntax_by_extension(name))
    }
    fn role(&self, stack: &ScopeStack) -> Option<Role> {
        let named = |scope: &Scope| self.roles.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|r| r.1);
        // Marks around a comment or a string (`#`, `"`) belong to it.
        stack.scopes.iter().rev().find_map(named)
    }
}

/// The roles of a text, line by line; empty when its kind has no grammar or it is too large.
#[must_use]
pub fn lines(path: &str, text: &str) -> RoleLines {
    let none = || Arc::from(Vec::new());
    if text.len() > BYTES || text.lines().count() > LINES {
        return none();
    }
    let grammars = grammars();
    let Some(syntax) = grammars.syntax(path) else { return none() };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut all = Vec::new();
    for line in text.split_inclusive('\n') {
        let mut roles = Roles::new();
        if line.len() <= LINE {
            let Ok(parsed) = state.parse_line(line, &grammars.set) else { return none() };
            let end = line.trim_end_matches(['\n', '\r']).len();
            let mut from = 0;
            for (at, change) in parsed {
                put(&mut roles, from..at.min(end), grammars.role(&stack));
                from = at;
                if stack.apply(&change).is_err() {
                    return none();
                }
            }
            put(&mut roles, from..end, grammars.role(&stack));
        }
        all.push(roles);
    }
    all.into()
}

fn put(roles: &mut Roles, range: Range<usize>, role: Option<Role>) {
    let (Some(role), false) = (role, range.is_empty()) else { return };
    match roles.last_mut() {
        Some((last, same)) if last.end == range.start && *same == role => last.end = range.end,
        _ => roles.push((range, role)),
    }
}

/// Roles that were found out, by content; asked for once.
#[derive(Debug, Default)]
pub struct Highlights {
    known: HashMap<Hash, RoleLines>,
    asked: BTreeSet<Hash>,
    order: VecDeque<Hash>,
}

impl Highlights {
    /// Asks for the roles of a text once.
    pub fn want(&mut self, hash: &Hash, path: &str, text: &Arc<str>, cmds: &mut Vec<Cmd>) {
        if !self.known.contains_key(hash) && self.asked.insert(hash.clone()) {
            cmds.push(Cmd::Highlight { hash: hash.clone(), path: path.to_owned(), text: text.clone() });
        }
    }
    /// `None` until they are known; until then the text is plain.
    #[must_use]
    pub fn get(&self, hash: &Hash) -> Option<&RoleLines> {
        self.known.get(hash)
    }
    pub fn arrived(&mut self, hash: Hash, lines: RoleLines) {
        self.asked.remove(&hash);
        if self.known.insert(hash.clone(), lines).is_none() {
            self.order.push_back(hash);
        }
        if self.order.len() > KEPT
            && let Some(old) = self.order.pop_front()
        {
            self.known.remove(&old);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(path: &str, text: &str) -> Vec<Vec<(String, Role)>> {
        let found = lines(path, text);
        text.lines()
            .zip(found.iter())
            .map(|(line, roles)| roles.iter().map(|(range, role)| (line[range.clone()].to_owned(), *role)).collect())
            .collect()
    }

    #[test]
    fn python_has_its_roles() {
        let found = named("app/core.py", "import os\n# what\ndef run(n):\n    return 'é' + str(12)\n");
        let has = |line: usize, text: &str, role| found[line].iter().any(|(t, r)| t == text && *r == role);
        assert!(has(0, "import", Role::Keyword), "{found:?}");
        assert!(has(1, "# what", Role::Comment), "{found:?}");
        assert!(has(2, "run", Role::Function), "{found:?}");
        assert!(has(3, "'é'", Role::String) && has(3, "12", Role::Number), "{found:?}");
    }

    #[test]
    fn what_has_no_grammar_or_is_too_large_stays_plain() {
        assert!(lines("notes.unknown", "import os\n").is_empty());
        assert!(lines("a.py", &"x = 1\n".repeat(LINES + 1)).is_empty());
        let long = format!("{}\nimport os\n", "x".repeat(LINE + 1));
        let found = lines("a.py", &long);
        assert!(found[0].is_empty() && !found[1].is_empty());
    }

    #[test]
    fn they_are_asked_for_once_and_forgotten_in_order() {
        let (mut highlights, mut cmds) = (Highlights::default(), Vec::new());
        let text: Arc<str> = "x".into();
        for _ in 0..2 {
            highlights.want(&Hash::of(b"a"), "a.py", &text, &mut cmds);
        }
        assert_eq!(cmds.len(), 1);
        for n in 0..=KEPT {
            highlights.arrived(Hash::of(n.to_string().as_bytes()), Arc::from(Vec::new()));
        }
        assert!(highlights.get(&Hash::of(b"0")).is_none() && highlights.get(&Hash::of(b"1")).is_some());
    }

    proptest! {
        // Grammars are slow without optimisation.
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn ranges_fit_any_text(text in "[a-z\"'#(){}:=é \n]{0,120}", ending in "(py|html|css|js|sql|md|json)") {
            let found = lines(&format!("x.{ending}"), &text);
            for (line, roles) in text.split('\n').zip(found.iter()) {
                let mut from = 0;
                for (range, _) in roles {
                    prop_assert!(from <= range.start && range.end <= line.len());
                    prop_assert!(line.get(range.clone()).is_some());
                    from = range.end;
                }
            }
        }
    }
}

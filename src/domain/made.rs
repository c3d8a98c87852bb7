//! What an exclusion may say of how the product is made. No search for words shows that, so a tester asks G1 to look:
//! `g1:packages`, `g1:python`.

use super::condition::Condition;

/// What G1 looks at by itself among the words that are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Packages from outside: in manifests, and where code imports them.
    Packages,
    /// Any other stack than this.
    Stack(Condition),
}

/// What such a term begins with.
const ASKS: &str = "g1:";

impl Made {
    /// `None` for a word like any other; the text of what is not known otherwise.
    #[must_use]
    pub fn of(term: &str) -> Option<Result<Self, String>> {
        let what = term.trim().strip_prefix(ASKS)?;
        let stack = Condition::of_word(what).filter(|one| Condition::STACKS.contains(one) && *one != Condition::Other);
        Some(match (what, stack) {
            ("packages", _) => Ok(Self::Packages),
            (_, Some(stack)) => Ok(Self::Stack(stack)),
            _ => Err(format!(
                "{term} is nothing that G1 looks for: there are g1:packages, g1:python, g1:node, g1:typescript, g1:rust"
            )),
        })
    }

    /// Whether a clause with these words can mean it: their beginnings, for they have endings.
    #[must_use]
    pub fn is_of(self, words: &[String]) -> bool {
        let meant: &[&str] = match self {
            Self::Packages => {
                &["packag", "librar", "depend", "modul", "framework", "crate", "third", "standard", "pip", "npm"]
            }
            Self::Stack(Condition::Python) => &["python"],
            Self::Stack(Condition::Rust) => &["rust"],
            Self::Stack(_) => &["node", "javascript", "typescript"],
        };
        words.iter().any(|word| meant.iter().any(|start| word.starts_with(start)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_g1_looks_at_by_itself_is_told_from_words() {
        assert_eq!(Made::of("packages"), None);
        assert_eq!(Made::of("g1:packages"), Some(Ok(Made::Packages)));
        assert_eq!(Made::of(" g1:rust"), Some(Ok(Made::Stack(Condition::Rust))));
        for wrong in ["g1:other", "g1:web", "g1:", "g1:go"] {
            assert!(Made::of(wrong).unwrap().unwrap_err().contains("g1:packages"), "{wrong}");
        }
        let words = |text: &str| crate::domain::words(text);
        let clause = words("It is written in Python and needs nothing but its standard library.");
        assert!(Made::Packages.is_of(&clause) && Made::Stack(Condition::Python).is_of(&clause));
        assert!(!Made::Stack(Condition::Rust).is_of(&clause) && !Made::Packages.is_of(&words("No payment.")));
    }
}

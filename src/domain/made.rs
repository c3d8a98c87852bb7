//! What an exclusion may say of how the product is made. No search for words shows that, so a tester asks G1 to look:
//! `g1:packages`, `g1:network`, `g1:python`.

use super::condition::Condition;

/// What G1 looks at by itself among the words that are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// Packages from outside: in manifests, and where code imports them.
    Packages,
    /// Connections to other machines: in code, and in what pages load.
    Network,
    /// What sends mail.
    Mail,
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
            ("network", _) => Ok(Self::Network),
            ("mail", _) => Ok(Self::Mail),
            (_, Some(stack)) => Ok(Self::Stack(stack)),
            _ => Err(format!(
                "{term} is nothing that G1 looks for: there are g1:packages, g1:network, g1:mail, g1:python, g1:node, \
                 g1:typescript, g1:rust"
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
            Self::Network => {
                &["network", "internet", "online", "offline", "connect", "remote", "external", "web", "cloud"]
            }
            Self::Mail => &["mail", "email", "smtp", "newsletter"],
            Self::Stack(Condition::Python) => &["python"],
            Self::Stack(Condition::Rust) => &["rust"],
            Self::Stack(_) => &["node", "javascript", "typescript"],
        };
        words.iter().any(|word| meant.iter().any(|start| word.starts_with(start)))
    }

    /// What an exclusion with these words has G1 look at, whatever else is searched for: nobody who uses the network
    /// writes that word into code. Not a `social network`, no `e-mail address`, and no thing whose name is also a word of
    /// its own.
    #[must_use]
    pub fn meant(words: &[String]) -> Option<Self> {
        let is = |at: usize, list: &str| words.get(at).is_some_and(|word| list.split(' ').any(|one| one == word));
        let network = |at: usize| is(at, "network internet") && at.checked_sub(1).is_none_or(|at| is(at, LEADS));
        let mail = |at: usize| is(at, "mail mails email emails") && !is(at + 1, "address addresses");
        let any = |found: &dyn Fn(usize) -> bool| (0..words.len()).any(found);
        any(&network).then_some(Self::Network).or_else(|| any(&mail).then_some(Self::Mail))
    }

    /// As a tester writes it.
    #[must_use]
    pub fn term(self) -> String {
        let what = match self {
            Self::Packages => "packages",
            Self::Network => "network",
            Self::Mail => "mail",
            Self::Stack(stack) => stack.word(),
        };
        format!("{ASKS}{what}")
    }
}

/// Words before `network` where it is the one that machines are connected by.
const LEADS: &str = "no without any the a or nor and not need needs use uses using via over to on of from";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_g1_looks_at_by_itself_is_told_from_words() {
        assert_eq!(Made::of("packages"), None);
        assert_eq!(Made::of("g1:packages"), Some(Ok(Made::Packages)));
        assert_eq!(Made::of(&Made::Network.term()), Some(Ok(Made::Network)));
        assert_eq!(Made::of(" g1:rust"), Some(Ok(Made::Stack(Condition::Rust))));
        for wrong in ["g1:other", "g1:web", "g1:", "g1:go"] {
            assert!(Made::of(wrong).unwrap().unwrap_err().contains("g1:packages"), "{wrong}");
        }
        let words = |text: &str| crate::domain::words(text);
        let clause = words("It is written in Python and needs nothing but its standard library.");
        assert!(Made::Packages.is_of(&clause) && Made::Stack(Condition::Python).is_of(&clause));
        for network in ["No network access.", "It never uses the Internet.", "Works without any network."] {
            assert_eq!(Made::meant(&words(network)), Some(Made::Network), "{network}");
            assert!(Made::Network.is_of(&words(network)));
        }
        for mail in ["No e-mail.", "It sends no emails to anybody."] {
            assert_eq!(Made::meant(&words(mail)), Some(Made::Mail), "{mail}");
        }
        for other in ["No social network.", "No payment.", "No e-mail addresses.", "Neither libraries nor packages."] {
            assert_eq!(Made::meant(&words(other)), None, "{other}");
        }
        assert!(!Made::Stack(Condition::Rust).is_of(&clause) && !Made::Packages.is_of(&words("No payment.")));
    }
}

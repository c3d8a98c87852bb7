//! Where the keys of providers are kept beside the environment. The program says so; no configuration can.

use secrecy::SecretString;
use std::{fmt, sync::Arc};

/// Keys by the name of the variable that they stand for.
pub trait KeySource: Send + Sync {
    /// Whether there is one, found out without opening anything.
    fn has(&self, name: &str) -> bool;
    /// # Errors
    /// There is one, and why it cannot be had, with what to do.
    fn get(&self, name: &str) -> Result<Option<SecretString>, String>;
}

/// A source of keys, or none.
#[derive(Clone, Default)]
pub struct Keys(Option<Arc<dyn KeySource>>);

impl Keys {
    #[must_use]
    pub fn from(source: Arc<dyn KeySource>) -> Self {
        Self(Some(source))
    }
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.as_ref().is_some_and(|source| source.has(name))
    }
    /// # Errors
    /// As [`KeySource::get`].
    pub fn get(&self, name: &str) -> Result<Option<SecretString>, String> {
        self.0.as_ref().map_or(Ok(None), |source| source.get(name))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Keys(…)" } else { "Keys(none)" })
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

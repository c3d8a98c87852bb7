//! The machine's Node.js.

use super::{ask, is_too_wide};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A Node.js and where it lives.
#[derive(Debug, Clone)]
pub struct Node {
    pub executable: PathBuf,
    pub version: (u32, u32),
    /// The program, and what was installed beside it.
    pub read: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    version: String,
}

impl Node {
    /// `node:test` reports as G1 reads it from here on.
    const OLDEST: (u32, u32) = (20, 10);

    /// Asks `node` of the PATH.
    ///
    /// # Errors
    /// There is none, it does not answer, or it is too old; in words for people.
    pub async fn find() -> Result<Self, String> {
        let question = "console.log(JSON.stringify({executable: process.execPath, version: process.versions.node}))";
        let said = ask(Path::new("node"), &["-e", question]).await?;
        let answer: Answer = serde_json::from_str(&said).map_err(|error| error.to_string())?;
        let mut numbers = answer.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version < Self::OLDEST {
            return Err(format!("node is {}", answer.version));
        }
        // In a folder of its own (nvm, volta, asdf) its libraries lie beside it; in /usr everything is readable anyway.
        let prefix = answer.executable.parent().and_then(Path::parent).map(Path::to_owned);
        let beside = prefix.filter(|prefix| prefix.join("lib").is_dir() && !is_too_wide(prefix));
        let read = std::iter::once(answer.executable.clone()).chain(beside).collect();
        Ok(Self { executable: answer.executable, version, read })
    }

    /// True when it takes the types off TypeScript by itself; for an older one G1 does it.
    #[must_use]
    pub fn strips_types(&self) -> bool {
        self.version >= (22, 18) && self.version.0 != 23 || self.version >= (23, 6)
    }
}

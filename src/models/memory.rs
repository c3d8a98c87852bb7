//! What was learnt about servers and their models, kept from run to run: how they want to be asked, what they can do.

use super::{Abilities, openai::Shape};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// What is known about one model of one server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Known {
    pub shape: Option<Shape>,
    pub abilities: Abilities,
    /// Request tokens that it was seen to read whole.
    pub read_whole: u32,
    /// Request tokens up to which it could not tell whether it reads them whole.
    pub asked_in_vain: u32,
    /// It says how many tokens it read, and has said so of a long request.
    pub counts: bool,
    /// When it was last looked at on purpose (`g1 models test`).
    pub tested_at: Option<jiff::Timestamp>,
}

/// A file in the user's state folder; without a path nothing is remembered. A damaged file is an empty one: all that is
/// lost is learnt again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memory(Option<PathBuf>);

type Entries = BTreeMap<String, Known>;

impl Memory {
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(Some(path))
    }

    /// Names neither key nor credentials: base URLs hold none.
    fn name(base_url: &str, model: &str) -> String {
        format!("{} {model}", base_url.trim_end_matches('/'))
    }

    fn read(path: &Path) -> Entries {
        fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    #[must_use]
    pub fn of(&self, base_url: &str, model: &str) -> Known {
        let entries = self.0.as_deref().map(Self::read).unwrap_or_default();
        entries.get(&Self::name(base_url, model)).cloned().unwrap_or_default()
    }

    /// Changes what is known. A file that cannot be written is told in the log only: nothing depends on it.
    pub fn learn(&self, base_url: &str, model: &str, change: impl FnOnce(&mut Known)) {
        let Some(path) = &self.0 else { return };
        // Of two that learn at the same time neither forgets what the other has learnt.
        let _lock =
            lock(path).inspect_err(|error| tracing::info!(%error, "others may learn about models at the same time"));
        let mut entries = Self::read(path);
        let known = entries.entry(Self::name(base_url, model)).or_default();
        let before = known.clone();
        change(known);
        if *known != before
            && let Err(error) = write(path, &entries)
        {
            tracing::info!(%error, "what was learnt about models is not kept");
        }
    }
}

/// Held by who reads and writes the file, until it is dropped.
fn lock(path: &Path) -> io::Result<File> {
    fs::create_dir_all(folder(path))?;
    let file = File::options().create(true).truncate(false).write(true).open(path.with_extension("lock"))?;
    file.lock()?;
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn write(path: &Path, entries: &Entries) -> io::Result<()> {
    let folder = folder(path);
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer_pretty(&mut file, entries)?;
    file.flush()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_learnt_is_there_the_next_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state/models.json");
        let memory = Memory::at(path.clone());
        assert_eq!(memory.of("http://x/v1", "m"), Known::default());
        memory.learn("http://x/v1/", "m", |known| known.abilities.context_tokens = Some(4096));
        memory.learn("http://x/v1", "other", |known| known.read_whole = 9);
        assert_eq!(Memory::at(path.clone()).of("http://x/v1", "m").abilities.context_tokens, Some(4096));
        fs::write(&path, "{ damaged").unwrap();
        assert_eq!(memory.of("http://x/v1", "m"), Known::default());
        memory.learn("http://x/v1", "m", |known| known.read_whole = 7);
        assert_eq!(memory.of("http://x/v1", "m").read_whole, 7);
        Memory::default().learn("http://x/v1", "m", |known| known.read_whole = 1);
    }

    #[test]
    fn what_many_learn_at_the_same_time_is_all_kept() {
        let dir = tempfile::tempdir().unwrap();
        let memory = Memory::at(dir.path().join("models.json"));
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let memory = &memory;
                scope.spawn(move || {
                    for n in 0..10 {
                        memory.learn("http://x/v1", &format!("{thread} {n}"), |known| known.read_whole = 1);
                    }
                });
            }
        });
        for name in (0..8).flat_map(|thread| (0..10).map(move |n| format!("{thread} {n}"))) {
            assert_eq!(memory.of("http://x/v1", &name).read_whole, 1, "{name}");
        }
    }
}

//! Personas: Markdown files with TOML front matter; the body is the system prompt.
//!
//! Fifteen are built in. A file of the same name in the user's `personas/` overrides one, a file in the project's
//! overrides both; any other name adds a persona. A file that cannot be used is skipped and named with its line, so
//! that one typing error never stops a run. Sections of a prompt may be limited to what is built (`sections`).

mod file;
mod narrowed;
mod schema;
mod sections;

pub use file::FileError;
pub use narrowed::{Shown, narrowed};
pub use schema::{repairing, schema, teach_back_schema, without_bounds};
pub use sections::{applying, sections};

use crate::{
    domain::{
        Clean, PersonaId,
        persona::{Persona, PersonaSource},
    },
    files,
};
use include_dir::{Dir, include_dir};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, OnceLock},
};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/personas");

/// Larger than any sensible prompt; keeps a mistaken file out of every request.
const MAX_FILE_BYTES: u64 = 128 * 1024;

/// The personas at hand, by id.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// The built-in ones are shared by all runs of a process.
    personas: BTreeMap<PersonaId, Arc<Persona>>,
}

impl Library {
    /// The built-in personas, overridden by the files of `user_dir` and then of `project_dir` (folders that directly
    /// hold `*.md`). The second value names every file that was skipped, with its line and what to change.
    #[must_use]
    pub fn load(project_dir: Option<&Path>, user_dir: Option<&Path>) -> (Self, Vec<Clean>) {
        static READ: OnceLock<(Library, Vec<Clean>)> = OnceLock::new();
        let (mut library, mut warnings) = READ.get_or_init(Self::built_in).clone();
        for (dir, source) in [(user_dir, PersonaSource::User), (project_dir, PersonaSource::Project)] {
            if let Some(dir) = dir {
                library.read_dir(dir, source, &mut warnings);
            }
        }
        (library, warnings)
    }

    fn built_in() -> (Self, Vec<Clean>) {
        let mut library = Self::default();
        let mut warnings = Vec::new();
        for file in BUILT_IN.files() {
            let stem = file.path().file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            let parsed = file::parse(&stem, file.contents(), PersonaSource::BuiltIn);
            library.insert(file.path(), parsed, &mut warnings);
        }
        (library, warnings)
    }

    #[must_use]
    pub fn get(&self, id: &PersonaId) -> Option<&Persona> {
        self.personas.get(id).map(Arc::as_ref)
    }

    /// All personas, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Persona> {
        self.personas.values().map(Arc::as_ref)
    }

    /// The personas of a step, in the order the plan names them; the error lists the ids nobody has a file for.
    ///
    /// # Errors
    /// The unknown ids.
    pub fn seat(&self, ids: &[PersonaId]) -> Result<Vec<&Persona>, Vec<PersonaId>> {
        let missing: Vec<PersonaId> = ids.iter().filter(|id| !self.personas.contains_key(id)).cloned().collect();
        if missing.is_empty() { Ok(ids.iter().filter_map(|id| self.get(id)).collect()) } else { Err(missing) }
    }

    fn read_dir(&mut self, dir: &Path, source: PersonaSource, warnings: &mut Vec<Clean>) {
        let entries = match fs::read_dir(dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
            Err(error) => {
                warnings.push(Clean::from(format!("{}: cannot read this folder of personas: {error}", dir.display())));
                return;
            }
        };
        let mut paths: Vec<_> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
        paths.retain(|p| p.extension().is_some_and(|e| e == "md"));
        paths.sort();
        for path in paths {
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            let parsed = read_capped(&path).and_then(|bytes| file::parse(&stem, &bytes, source));
            self.insert(&path, parsed, warnings);
        }
    }

    fn insert(&mut self, path: &Path, parsed: Result<Persona, FileError>, warnings: &mut Vec<Clean>) {
        match parsed {
            Ok(persona) => {
                self.personas.insert(persona.id.clone(), Arc::new(persona));
            }
            Err(error) => warnings.push(Clean::from(format!(
                "{}:{}: this persona is skipped: {}",
                path.display(),
                error.line,
                error.what
            ))),
        }
    }
}

fn read_capped(path: &Path) -> Result<Vec<u8>, FileError> {
    let whole = |what: String| FileError { line: 1, what };
    files::read(path, MAX_FILE_BYTES).map_err(|e| whole(format!("cannot read it: {e}")))
}

#[cfg(test)]
mod tests;

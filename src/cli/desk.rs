//! The project on disk as the screens ask for it.

use super::{back, change, export, out::Fail, project, trace};
use crate::{
    config::{Config, dirs},
    domain::{
        Clean, Hash, StepId,
        change::Change,
        pack::ContextPack,
        run::{EditPart, Run},
    },
    driver,
    hub::{Blobs, project as files},
    models::{registry, render, settings::ModelSettings},
    orchestrator::{self, editing},
    personas::Library,
    term::Project,
    ui::{PromptWanted, Wish, status::Changed},
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Draft and positions, in the project's own folder.
const SCREEN: &str = "screen.json";

pub struct Desk {
    dir: PathBuf,
    blobs: Blobs,
    models: ModelSettings,
}

impl Desk {
    pub fn at(dir: &Path, config: &Config) -> Self {
        Self { dir: dir.to_owned(), blobs: files::blobs_of(dir), models: config.models.clone() }
    }
}

/// The replies that a person may edit, as what they are.
///
/// # Errors
/// A blob is missing or not what it was when it was checked.
pub fn parts(blobs: &Blobs, parts: &[EditPart]) -> Result<Vec<editing::Part>, String> {
    let read = |part: &EditPart| {
        let bytes = blobs.get(&part.reply).map_err(|e| e.to_string())?;
        let reply = orchestrator::parse(part.kind, &String::from_utf8_lossy(&bytes))?;
        Ok((part.step.clone(), part.kind, reply))
    };
    parts.iter().map(read).collect()
}

impl Project for Desk {
    fn blob(&self, hash: &Hash) -> Option<Vec<u8>> {
        self.blobs.get(hash).ok()
    }

    /// Made by the same code that sends prompts, from the stored pack and the persona files.
    fn prompt(&self, wanted: &PromptWanted) -> Result<String, String> {
        let bytes = self.blobs.get(&wanted.pack).map_err(|e| e.to_string())?;
        let pack: ContextPack = serde_json::from_slice(&bytes)
            .map_err(|_| "The pack cannot be read: it was written by another version of G1.".to_owned())?;
        let own = self.dir.join(files::FOLDER).join("personas");
        let (library, _) = Library::load(Some(&own), Some(&dirs::config().join("personas")));
        let personas = library.seat(&pack.personas).map_err(|ids| {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            format!("There is no persona file for {}", ids.join(", "))
        })?;
        let system = render::system(&pack, wanted.kind, &personas);
        let user = render::user(&pack, &wanted.title);
        let mut prompt = format!("=== system ===\n{system}\n\n=== user ===\n{user}");
        if driver::transcript::may_use_tools(wanted.kind, &pack) {
            prompt.push_str(&render::offer(wanted.offered));
            let said = driver::transcript::of(&wanted.turns, wanted.offered, &self.blobs).map_err(|e| e.to_string())?;
            for (reply, gave) in said {
                prompt.push_str(&format!("\n=== assistant ===\n{reply}\n\n=== user ===\n{gave}"));
            }
        }
        Ok(prompt)
    }

    fn changed(&self, run: &Run) -> Changed {
        let now = trace::files(&self.dir, run);
        let written = run.files.values().map(|file| (file, now.get(&file.path)));
        let other = written.filter(|(file, now)| *now != Some(&file.sha256));
        other.map(|(file, now)| (file.path.clone(), now.cloned())).collect()
    }

    fn change(&self, wish: &Wish) -> Result<Change, Clean> {
        let run = driver::client::look(&self.dir).map_err(|e| Clean::new(&project::fail(&e).text))?;
        let model = registry::open(&run.settings.model, &self.models).map_err(|e| Clean::new(&e.to_string()))?;
        change::wished(&run, wish, model.as_ref())
    }

    fn export(&self, to: Option<&str>) -> Result<Clean, Clean> {
        let said = |fail: Fail| Clean::new(&fail.text);
        let looked = project::look(Some(&self.dir)).map_err(said)?;
        let (to, count) = export::write(&looked, to.map(Path::new)).map_err(said)?;
        Ok(Clean::from(format!("{count} files in {}: open trace.html first.", to.display())))
    }

    fn compare(&self, other: &str) -> Result<Clean, Clean> {
        let other = match other.strip_prefix("~/") {
            Some(rest) => std::env::home_dir().map_or_else(|| other.into(), |home| home.join(rest)),
            None => PathBuf::from(other),
        };
        back::compared(&self.dir, &other).map(Clean::from).map_err(|fail| Clean::new(&fail.text))
    }

    fn remembered(&self) -> Option<String> {
        fs::read_to_string(self.dir.join(files::FOLDER).join(SCREEN)).ok()
    }

    fn remember(&self, screens: &str) {
        // A draft that cannot be kept must not keep anybody from leaving.
        if let Err(error) = fs::write(self.dir.join(files::FOLDER).join(SCREEN), screens) {
            tracing::info!(%error, "what was written on the screen is not kept");
        }
    }

    fn to_edit(&self, wanted: &[EditPart]) -> Result<String, Clean> {
        parts(&self.blobs, wanted).and_then(|parts| editing::document(&parts)).map_err(Clean::from)
    }

    fn edited(&self, wanted: &[EditPart], text: &str) -> Result<Option<(StepId, String)>, Clean> {
        parts(&self.blobs, wanted).and_then(|parts| editing::changed(&parts, text)).map_err(Clean::from)
    }
}

//! From a requirement or a project directory to a running engine.

use super::{engine, existing, handle::Handle, replay, services::Services, socket, window};
use crate::{
    domain::{
        Clean, Hash, PersonaId,
        attachment::Attachment,
        clause::Requirement,
        event::{Envelope, Event},
        evidence::Confinement,
        run::Run,
        run::RunSettings,
        usage::Budget,
    },
    evidence::Runner,
    hub::{self, Hub, HubError, Opened, Project, clauses, store::Place},
    models::{Model, ModelError, assigned::Assigned, cassette, registry, settings::ModelSettings},
    orchestrator::{self, Input, Refusal, history},
    personas::Library,
    workspace::{Workspace, git},
};
use std::{
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::{
    sync::{OnceCell, Semaphore},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// Bytes of `AGENTS.md` that are read at most.
const MOST_INSTRUCTIONS: u64 = 256 * 1024;

/// What the configuration says about models and personas, and where the hub's store runs.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    pub models: ModelSettings,
    /// `$XDG_CONFIG_HOME/g1/personas`
    pub user_personas: Option<PathBuf>,
    pub store: Place,
    pub confinement: Confinement,
}

/// A new run.
#[derive(Debug, Clone)]
pub struct Start {
    /// The workspace; absent, empty, or (with `existing`) anything without a `.g1`.
    pub dir: PathBuf,
    pub requirement: Vec<u8>,
    /// Files that come with it, and their contents.
    pub attachments: Vec<(Attachment, Vec<u8>)>,
    /// Software that lies in `dir` is what is changed.
    pub existing: bool,
    pub settings: RunSettings,
    pub setup: Setup,
}

/// Why a run cannot start or go on. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Refused input: exit 2.
    #[error("{0}")]
    Refused(Clean),
    /// No usable model or key: exit 6.
    #[error("{0}")]
    Model(Clean),
    #[error(transparent)]
    Hub(#[from] HubError),
    #[error("cannot work in {}: {source}; give another folder with -C", dir.display())]
    Folder { dir: PathBuf, source: std::io::Error },
}

impl OpenError {
    /// Exit code of design 5.1.
    #[must_use]
    pub fn exit(&self) -> u8 {
        match self {
            Self::Refused(_) | Self::Hub(HubError::Exists(_)) => 2,
            Self::Model(_) => 6,
            Self::Hub(_) | Self::Folder { .. } => 1,
        }
    }
}

impl From<ModelError> for OpenError {
    fn from(error: ModelError) -> Self {
        let text = Clean::from(error.to_string());
        match error {
            ModelError::Refused(_) => Self::Refused(text),
            _ => Self::Model(text),
        }
    }
}

impl From<Refusal> for OpenError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Clean::from(refusal.0))
    }
}

/// A project that is open for writing, not yet at work.
pub struct Prepared {
    project: Project,
    pub run: Run,
    /// The events a new run begins with, already journalled; empty for a reopened one.
    pub first: Vec<Envelope>,
    services: Arc<Services>,
    /// What a person should know: a recovered journal, a persona file that was passed over.
    pub notes: Vec<Clean>,
}

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("run", &self.run.name).finish_non_exhaustive()
    }
}

/// The name decisions are recorded under.
#[must_use]
pub fn who() -> Clean {
    let name = ["USER", "LOGNAME"].iter().find_map(|key| std::env::var(key).ok()).filter(|name| !name.is_empty());
    Clean::new(name.as_deref().unwrap_or("you"))
}

/// State of a journal that was read: the checkpoint and what came after it. The whole journal is folded instead where a
/// rewind came after the checkpoint, or another version of G1 took it and it cannot be read.
///
/// # Errors
/// The journal is damaged.
pub fn fold(dir: &Path, opened: &Opened) -> Result<Option<Run>, HubError> {
    let rewound = opened.tail.iter().any(|env| matches!(env.event, Event::Rewound { .. }));
    let mut run = match &opened.checkpoint {
        None => return Ok(history::replay(&opened.tail)),
        Some(_) if rewound => return refold(dir),
        Some((_, fold)) => match serde_json::from_slice::<Run>(fold) {
            Ok(read) => Some(read),
            Err(error) => {
                tracing::info!(%error, "the checkpoint cannot be read, the journal is folded whole");
                return refold(dir);
            }
        },
    };
    for envelope in &opened.tail {
        orchestrator::apply(&mut run, envelope);
    }
    Ok(run)
}

/// The state after everything that is in the journal now.
///
/// # Errors
/// The journal is damaged.
pub(super) fn refold(dir: &Path) -> Result<Option<Run>, HubError> {
    whole(dir).map(|records| history::replay(&records))
}

/// Every record of the journal.
///
/// # Errors
/// The journal is damaged.
pub(super) fn whole(dir: &Path) -> Result<Vec<Envelope>, HubError> {
    Ok(hub::journal::scan(&dir.join(hub::project::FOLDER).join("journal"), None)?.envelopes)
}

/// Stores the requirement in a new project. Nothing is written when the text or the model is refused.
///
/// # Errors
/// See [`OpenError`].
pub async fn create(start: Start) -> Result<Prepared, OpenError> {
    let models = registry::assign(&start.settings.model, &start.setup.models)?;
    begin(start, None, models, OnceCell::new())
}

/// The same with somebody in particular answering, whatever the settings name, and somebody in particular running what
/// was generated.
///
/// # Errors
/// See [`OpenError`].
pub async fn create_with(
    start: Start,
    model: Arc<dyn Model>,
    runner: Result<Runner, Clean>,
) -> Result<Prepared, OpenError> {
    begin(start, None, Assigned::one(model), OnceCell::new_with(Some(runner)))
}

/// What a recording says was `found` is not looked for.
pub(super) fn begin(
    mut start: Start,
    found: Option<existing::Found>,
    models: Assigned,
    runner: OnceCell<Result<Runner, Clean>>,
) -> Result<Prepared, OpenError> {
    let text = clauses::decode(&start.requirement).map_err(|e| OpenError::Refused(Clean::from(e.to_string())))?;
    let cut = clauses::cut(text);
    if cut.is_empty() {
        return Err(OpenError::Refused(Clean::from("the requirement is empty: say what should be built")));
    }
    let offline = crate::domain::run::is_offline(models.main().id());
    let found = match found {
        None if start.existing => existing::survey(&start.dir, text, offline)?,
        found => found,
    };
    if !start.settings.plan_only {
        models.main().accepts(&cut)?;
    }
    let bounds = [start.settings.budget, start.settings.caps.phase, start.settings.caps.step];
    if bounds.iter().any(|bound| matches!(bound, Some(Budget::CostMicros(_))))
        && let Err(unknown) = models.priced()
    {
        return Err(OpenError::Refused(Clean::from(format!(
            "nobody knows what {unknown} costs, so a budget in dollars cannot be kept: give one in tokens (--budget 200ktok), or \
             its price in prices.toml of your configuration folder"
        ))));
    }
    let (library, _) = Library::load(None, start.setup.user_personas.as_deref());
    let wished = start.settings.pack_tokens;
    start.settings.pack_tokens = window::pack_tokens(wished, start.setup.models.context, &models, &library)
        .map_err(|e| OpenError::Refused(Clean::from(e)))?;
    start.setup.models.record.as_deref().map_or(Ok(()), cassette::free).map_err(OpenError::Refused)?;
    std::fs::create_dir_all(&start.dir).map_err(|source| OpenError::Folder { dir: start.dir.clone(), source })?;
    let instructions = instructions(&start.dir)?;
    let input = Input::Begin {
        name: Clean::from(directory_name(&start.dir)),
        requirement: Requirement { sha256: Hash::of(&start.requirement), bytes: start.requirement.len() as u64 },
        clauses: cut,
        attachments: start.attachments.iter().map(|(file, _)| file.clone()).collect(),
        existing: found.as_ref().map(|found| found.existing.clone()),
        settings: start.settings.clone(),
        who: who(),
        instructions: instructions.as_deref().map(Hash::of),
    };
    let at = jiff::Timestamp::now();
    let first = orchestrator::decide(None, input, at)?;
    let mut contents = vec![start.requirement.as_slice()];
    contents.extend(instructions.as_deref());
    contents.extend(start.attachments.iter().map(|(_, bytes)| bytes.as_slice()));
    contents.extend(found.iter().flat_map(|found| &found.contents).map(Vec::as_slice));
    let (project, envelopes) = Project::create(&start.dir, &contents, &first, at)?;
    let run = history::replay(&envelopes).ok_or_else(|| OpenError::Refused(Clean::from("the run did not begin")))?;
    let said = |file: &Attachment| Clean::from(format!("with the requirement: {}", file.line(&run.settings.model)));
    let mut notes: Vec<Clean> = run.attachments.iter().map(said).collect();
    notes.extend(found.iter().map(|found| found.note.clone()));
    if let Some(path) = &start.setup.models.record
        && let Err(error) = cassette::begin(path, &replay::given(&start, instructions.as_deref(), found.as_ref()))
    {
        notes.push(Clean::from(format!("this run cannot be replayed from {}: {error}", path.display())));
    }
    let mut prepared = prepare(project, run, models, runner, &start.setup, &start.dir, notes)?;
    prepared.first = envelopes;
    Ok(prepared)
}

/// Opens the project in `dir` for writing, with the model it was started with unless `model` names another.
///
/// # Errors
/// See [`OpenError`]; [`HubError::Locked`] when another `g1` holds it.
pub async fn reopen(dir: &Path, model: Option<&str>, setup: &Setup) -> Result<Prepared, OpenError> {
    let (project, opened) = Project::open(dir)?;
    let run = fold(dir, &opened)?.ok_or_else(|| OpenError::Refused(Clean::from("the journal holds no run")))?;
    let models = registry::assign(model.unwrap_or(&run.settings.model), &setup.models)?;
    prepare(project, run, models, OnceCell::new(), setup, dir, opened.recovery.into_iter().collect())
}

/// The project's own instructions for whoever works in it, as it is now.
fn instructions(dir: &Path) -> Result<Option<Vec<u8>>, OpenError> {
    let path = dir.join("AGENTS.md");
    // A pipe of that name would never end.
    if !path.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
        return Ok(None);
    }
    let unreadable = |why: String| OpenError::Refused(Clean::from(format!("{}: {why}", path.display())));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(&path).map_err(|error| unreadable(error.to_string()))?;
    file.take(MOST_INSTRUCTIONS + 1).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > MOST_INSTRUCTIONS {
        return Err(unreadable(format!("is larger than {MOST_INSTRUCTIONS} bytes, too much to give to every persona")));
    }
    Ok(Some(bytes))
}

fn prepare(
    project: Project,
    run: Run,
    models: Assigned,
    runner: OnceCell<Result<Runner, Clean>>,
    setup: &Setup,
    dir: &Path,
    mut notes: Vec<Clean>,
) -> Result<Prepared, OpenError> {
    let own_personas = dir.join(hub::project::FOLDER).join("personas");
    let (library, warnings) = Library::load(Some(&own_personas), setup.user_personas.as_deref());
    notes.extend(warnings);
    notes.extend(unheard(&setup.models, &models, &library));
    let blobs = project.blobs().clone();
    // Here rather than once at the beginning: a run that was killed in between gets its place and repository too.
    if let Some(there) = &run.existing {
        existing::stand(dir, &run, there, &blobs)?;
    } else if let Err(error) = git::init(dir) {
        tracing::info!(%error, "no repository of its own");
    }
    let existing = run.existing.is_some();
    // What the offline engine writes is G1's own.
    let ours = !existing && models.all().all(|model| crate::domain::run::is_offline(model.id()));
    let confinement = if ours { Confinement::Weaker } else { setup.confinement };
    let hub = Hub::closed(dir, &blobs, setup.store.clone());
    let services = Services {
        dir: dir.to_owned(),
        blobs,
        hub: Mutex::new(hub),
        models,
        library: Arc::new(library),
        runner,
        confinement,
        workspace: Workspace::of_project(dir, existing).map_err(|e| OpenError::Refused(Clean::from(e.to_string())))?,
        writing: Mutex::new(()),
        record: setup.models.record.clone(),
        check_slot: Arc::new(Semaphore::new(1)),
    };
    Ok(Prepared { project, run, first: Vec::new(), services: Arc::new(services), notes })
}

/// What was set for single personas and has no effect here, in a line each.
fn unheard(settings: &ModelSettings, models: &Assigned, library: &Library) -> Vec<Clean> {
    let known = |name: &str| PersonaId::new(name).is_ok_and(|id| library.get(&id).is_some());
    let (known, unknown): (Vec<&str>, Vec<&str>) = settings.personas.keys().map(String::as_str).partition(|p| known(p));
    let dropped: Vec<&str> = known.into_iter().filter(|persona| !models.has_own(persona)).collect();
    let mut notes = Vec::new();
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        notes.push(Clean::from(format!("models.personas: there is no persona {names}; `g1 personas` lists them")));
    }
    if !dropped.is_empty() {
        let (main, names) = (models.main().id(), dropped.join(", "));
        notes.push(Clean::from(format!(
            "models.personas: {main} answers for every persona, so the model set for {names} is not asked; `-m` chooses \
             another for the run"
        )));
    }
    notes
}

impl Prepared {
    /// Starts work: the engine, and the socket for other shells. Without a socket the run works all the same.
    pub fn launch(self) -> (Handle, JoinHandle<Result<(), HubError>>) {
        let dir = self.services.dir.clone();
        let path = dir.clone();
        let broken = move |source| HubError::Io { what: "the run ended unexpectedly in", path, source };
        let (handle, engine) = engine::spawn(self.project, self.run, self.services);
        let cancel = CancellationToken::new();
        if let Err(error) = socket::serve(&dir, handle.clone(), cancel.clone()) {
            tracing::warn!(%error, "other shells cannot reach this run");
        }
        let join = tokio::spawn(async move {
            let result = engine.await.unwrap_or_else(|error| Err(broken(std::io::Error::other(error))));
            cancel.cancel();
            result
        });
        (handle, join)
    }
    #[must_use]
    pub fn services(&self) -> &Arc<Services> {
        &self.services
    }
}

/// The last component of the directory, for titles only.
pub(super) fn directory_name(dir: &Path) -> String {
    let whole = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    whole.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy().into_owned())
}

/// A directory name for a requirement: its first words, `a-z0-9-`, at most 40 characters.
#[must_use]
pub fn slug(requirement: &str) -> String {
    // The last is what an apostrophe leaves of a possessive.
    const SKIP: [&str; 15] =
        ["a", "an", "the", "build", "make", "create", "develop", "write", "for", "our", "my", "of", "with", "and", "s"];
    let mut slug = String::new();
    for word in requirement.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_ascii_lowercase();
        if SKIP.contains(&word.as_str()) || slug.len() + word.len() > 40 {
            if slug.is_empty() {
                continue;
            }
            if !SKIP.contains(&word.as_str()) {
                break;
            }
            continue;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word);
        if slug.matches('-').count() >= 2 {
            break;
        }
    }
    if slug.is_empty() { "project".into() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_set_for_a_persona_that_will_not_be_asked_is_named() {
        let (library, _) = Library::load(None, None);
        let set = |names: &[&str]| {
            let personas = names.iter().map(|name| ((*name).to_owned(), "ollama/m".to_owned())).collect();
            ModelSettings { personas, ..ModelSettings::default() }
        };
        let said = |settings: &ModelSettings, main: &str| {
            unheard(settings, &registry::assign(main, settings).unwrap(), &library)
        };
        let settings = set(&["developer"]);
        assert!(said(&settings, "ollama/n").is_empty() && said(&set(&[]), "offline").is_empty());
        let offline = said(&settings, "offline");
        assert!(offline.len() == 1 && offline[0].contains("offline answers for every persona"), "{offline:?}");
        assert!(offline[0].contains("developer"), "{offline:?}");
        let misspelt = said(&set(&["devloper"]), "offline");
        assert!(misspelt.len() == 1 && misspelt[0].contains("no persona devloper"), "{misspelt:?}");
    }

    #[test]
    fn a_slug_is_short_and_says_what_it_is() {
        assert_eq!(slug("Build a fitness tracking website with user authentication."), "fitness-tracking-website");
        assert_eq!(slug("A guest book for our wedding."), "guest-book-wedding");
        assert_eq!(slug("A rowing club's boat book."), "rowing-club-boat");
        assert_eq!(slug("日本語"), "project");
        assert_eq!(slug(&"x".repeat(80)), "project");
        assert!(slug("../../etc/passwd").chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    }
}

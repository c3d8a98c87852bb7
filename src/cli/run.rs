//! `g1 run` and `g1 resume`: to the end, without a screen.

use super::{
    args, input,
    out::{Done, Fail},
};
use crate::{
    config::Config,
    domain::{Clean, run::RunSettings, usage::Caps},
    driver::{self, OpenError, headless},
    hub::{clauses, project, store::Place},
    models::{local, memory::Memory, settings::ModelSettings},
};
use std::{path::Path, time::Duration};

/// What both need.
pub struct Headless<'a> {
    pub folder: Option<&'a Path>,
    pub config: &'a Config,
    /// `-m` was given: `resume` changes the model then only.
    pub model_given: bool,
    /// A model was chosen, by whatever says so.
    pub model_chosen: bool,
    /// `-y` or `--gates` was given: `resume` changes how the run asks then only.
    pub gates_given: bool,
    /// `--budget` was given: `resume` changes what the run may spend then only.
    pub budget_given: bool,
    /// `-c budget_phase=…` or `-c budget_step=…` was given, likewise.
    pub caps_given: bool,
    pub plan_only: bool,
    pub json: bool,
}

#[must_use]
pub fn settings(config: &Config, plan_only: bool) -> RunSettings {
    RunSettings {
        model: config.model.clone(),
        gates: config.gates,
        plan: config.plan,
        budget: config.budget,
        caps: caps(config),
        plan_only,
        relaxed: Vec::new(),
        pack_tokens: config.pack_tokens,
        turns: config.turns,
        searches_go_back: true,
        unused_goes_back: true,
        untested_goes_back: true,
    }
}

fn caps(config: &Config) -> Caps {
    Caps { phase: config.budget_phase, step: config.budget_step }
}

/// The model settings in force, with what was learnt about servers.
pub fn models(config: &Config) -> ModelSettings {
    let memory = Memory::at(crate::config::dirs::state().join("models.json"));
    ModelSettings { memory, ..config.models.clone() }
}

pub fn setup(config: &Config) -> driver::Setup {
    driver::Setup {
        confinement: config.sandbox,
        models: models(config),
        user_personas: Some(crate::config::dirs::config().join("personas")),
        store: Place::Here,
    }
}

pub fn fail(error: &OpenError) -> Fail {
    Fail { code: error.exit(), text: error.to_string() }
}

/// The runtime for what is live.
///
/// # Errors
/// The machine has no threads left.
pub fn runtime() -> Result<tokio::runtime::Runtime, Fail> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Fail::error)
}

/// How long work that nobody waits for any more may take to end, such as the reading of a long text.
const LAST_WORK: Duration = Duration::from_secs(5);

/// Runs a session to its end.
///
/// # Errors
/// As [`runtime`].
pub fn block_on<T>(session: impl Future<Output = T>) -> Result<T, Fail> {
    let runtime = runtime()?;
    let done = runtime.block_on(session);
    runtime.shutdown_timeout(LAST_WORK);
    Ok(done)
}

pub fn run(run: &args::Run, how: &Headless<'_>) -> Done {
    let settings = settings(how.config, how.plan_only);
    let input::Given { text: requirement, attachments } = input::requirement(run)?;
    let text = clauses::decode(&requirement).map_err(Fail::usage)?;
    let dir = input::folder(how.folder, run.existing, text)?;
    let start =
        driver::Start { dir, requirement, attachments, existing: run.existing, settings, setup: setup(how.config) };
    let options =
        headless::Options { json: how.json, allow_partial: run.allow_partial, ..headless::Options::default() };
    block_on(async {
        let (prepared, hint) = tokio::join!(driver::create(start), hint(how));
        let mut prepared = prepared.map_err(|e| fail(&e))?;
        prepared.notes.extend(hint);
        Ok(headless::drive(prepared, options).await)
    })?
}

/// What is said of a server on this machine to who has chosen no model.
pub async fn hint(how: &Headless<'_>) -> Option<Clean> {
    if how.model_chosen { None } else { local::hint(&how.config.models).await }
}

/// A project that came from elsewhere does not choose who is paid: its journal may name a model whose key lies here.
///
/// # Errors
/// The run was begun with a model that costs or leaves the machine, not by this user, and none was named now: exit 2.
pub fn may_ask_its_model(dir: &Path, config: &Config, model_given: bool) -> Result<(), Fail> {
    // Asked first: it reads one record where the run is a fold of all.
    if model_given || project::is_remembered(dir) {
        return Ok(());
    }
    // What cannot be read is complained about by whoever opens it.
    let Ok(run) = driver::client::look(dir) else { return Ok(()) };
    let model = run.settings.model;
    if model == config.model || crate::domain::run::is_offline(&model) || model.starts_with("cassette/") {
        return Ok(());
    }
    let model = Clean::new(&model);
    Err(Fail::usage(format!("this run was begun elsewhere with the model {model}; to use it here say so: -m {model}")))
}

pub fn resume(resume: &args::Resume, how: &Headless<'_>) -> Done {
    let dir = how.folder.unwrap_or(Path::new("."));
    if how.plan_only {
        return Err(Fail::usage("--plan-only is for `g1 run`: a run that has begun is not turned into a plan"));
    }
    may_ask_its_model(dir, how.config, how.model_given)?;
    let model = how.model_given.then_some(how.config.model.as_str());
    let options = headless::Options {
        json: how.json,
        allow_partial: resume.allow_partial,
        resume: true,
        gates: how.gates_given.then_some(how.config.gates),
        budget: how.budget_given.then_some(how.config.budget),
        caps: how.caps_given.then(|| caps(how.config)),
        ..headless::Options::default()
    };
    block_on(async {
        let prepared = driver::reopen(dir, model, &setup(how.config)).await.map_err(|e| fail(&e))?;
        Ok(headless::drive(prepared, options).await)
    })?
}

//! `g1 [DIR]`: the workbench on a project, or the welcome screen.

use super::{
    command::Who,
    doctor, input,
    link::{Engines, Link, setup_of},
    no_command,
    out::{self, Done, Fail},
    run::{self, Headless},
    themes,
};
use crate::{
    config::{Color, Config, dirs},
    domain::{Clean, Hash, attachment::Attachment},
    driver,
    hub::{self, clauses, heads, project},
    models::{local, registry},
    plain::{self, Plain},
    term::{self, ColorChoice, Start, Workbench},
    ui::{Looked, Setup, StartRequest, WelcomeInfo, welcome},
    workspace,
};
use futures::{FutureExt, future::BoxFuture};
use std::{
    fs,
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

pub fn open(dir: Option<&Path>, how: &Headless<'_>, who: &Who) -> Done {
    let dir = dir.or(how.folder).unwrap_or(Path::new(".")).to_owned();
    if let Some(said) = no_command(dir.as_os_str()) {
        return Err(Fail::usage(said));
    }
    // A terminal that cannot move its cursor gets the same workbench line by line; no terminal at all must ask for it.
    let plain = how.config.plain || (!term::full_screen(&term::process_env) && std::io::stdin().is_terminal());
    if !plain && !term::full_screen(&term::process_env) {
        return Err(Fail::usage(
            "the workbench needs a terminal of its own; without one: g1 run \"what to build\", then g1 gate and g1 resume, or g1 --plain",
        ));
    }
    let config = Arc::new(how.config.clone());
    let settings = run::settings(&config, how.plan_only);
    let engines = Engines::default();
    run::block_on(async {
        let there = dir.join(project::FOLDER).is_dir();
        let handle = match there {
            true => {
                let model = how.model_given.then_some(config.model.as_str());
                Some(Link::new(&dir, &config, &engines).open(model).await?)
            }
            false => None,
        };
        let (themes, mut warnings) = themes::sources();
        let (keymap, wrong) = themes::keymap();
        warnings.extend(wrong);
        let setup = Setup {
            themes,
            keymap,
            warnings,
            mouse: config.mouse,
            notify: config.notify.clone(),
            bell: config.bell,
            caps: term::detect(&term::process_env, color(config.color)),
            theme: config.theme.clone().unwrap_or_else(|| "default".to_owned()),
            who: who.name(),
            host: host(),
            folder: Clean::new(&dir.display().to_string()),
            screen: std::process::id(),
        };
        let welcome = if there { WelcomeInfo::default() } else { info(&dir, &config) };
        let later = (!there).then(|| look_around(Arc::clone(&config)));
        let start = start(Arc::clone(&config), settings, Arc::clone(&engines));
        let outcome = if plain {
            let (input, output) = (tokio::io::BufReader::new(tokio::io::stdin()), std::io::stdout());
            let (model, info) = (config.model.clone(), welcome);
            let scripted = !std::io::stdin().is_terminal();
            drop(later);
            if !there && let Some(hint) = run::hint(how).await {
                out::talk(&hint);
            }
            let lines = Plain { setup, handle, start, model, info, input, output, scripted };
            plain::run(lines).await.map_err(Fail::error)?
        } else {
            term::run_workbench(Workbench { setup, handle, welcome, later, start }).await.map_err(Fail::error)?
        };
        let running = std::mem::take(&mut *engines.lock().unwrap_or_else(PoisonError::into_inner));
        for engine in running {
            if let Ok(Err(error)) = engine.await {
                return Err(Fail::error(error));
            }
        }
        Ok(outcome.exit)
    })?
}

fn color(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}

fn host() -> Clean {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok().or_else(|| std::env::var("HOSTNAME").ok());
    Clean::new(name.as_deref().map_or("host", str::trim))
}

/// What the welcome screen starts.
fn start(config: Arc<Config>, settings: crate::domain::run::RunSettings, engines: Engines) -> Start {
    Arc::new(move |request| {
        let (config, mut settings, engines) = (Arc::clone(&config), settings.clone(), Arc::clone(&engines));
        async move {
            let said = |fail: Fail| Clean::new(&fail.text);
            match request {
                StartRequest::Open { folder } => {
                    Link::new(Path::new(&folder), &config, &engines).open(None).await.map_err(said)
                }
                StartRequest::New { requirement, files, folder, existing, model, plan, gates } => {
                    let text = clauses::decode(&requirement).map_err(|e| Clean::new(&e.to_string()))?;
                    let asked = Some(folder.trim()).filter(|f| !f.is_empty()).map(PathBuf::from);
                    let dir = input::folder(asked.as_deref(), existing, text).map_err(said)?;
                    (settings.model, settings.plan, settings.gates) = (model, plan, gates);
                    input::attachable(files.iter().map(|(_, file)| file)).map_err(said)?;
                    let attachments =
                        files.into_iter().map(|(path, file)| kept(&path, file)).collect::<Result<_, _>>()?;
                    let setup = setup_of(&config);
                    let begin = driver::Start { dir: dir.clone(), requirement, attachments, existing, settings, setup };
                    let prepared = driver::create(begin).await.map_err(|e| Clean::new(&e.to_string()))?;
                    Link::new(&dir, &config, &engines).launch(prepared).await.map_err(said)
                }
            }
        }
        .boxed()
    })
}

/// A file that comes with the requirement, if it still is what it was.
fn kept(path: &str, file: Attachment) -> Result<(Attachment, Vec<u8>), Clean> {
    let bytes = fs::read(path).map_err(|e| Clean::from(format!("{path}: {e}")))?;
    if Hash::of(&bytes) != file.sha256 {
        return Err(Clean::from(format!("{path} has changed since it was read: name it again, with @ or /attach")));
    }
    Ok((file, bytes))
}

/// What takes longer to find out than a first frame may take: what this machine lacks, which model servers run here, and
/// how projects stand.
fn look_around(config: Arc<Config>) -> BoxFuture<'static, Looked> {
    async move {
        let recent = tokio::task::spawn_blocking(recent);
        let (needs, found) = tokio::join!(doctor::needs(), local::look(&config.models));
        let models = found.iter().filter_map(|(name, found)| choice(name, found.models()?)).collect();
        Looked { needs, recent: recent.await.unwrap_or_default(), models }
    }
    .boxed()
}

/// A server on this machine that answers, as a choice. One without models is none.
fn choice(name: &str, models: &[Clean]) -> Option<welcome::ModelChoice> {
    let names = local::some(models);
    let (spec, note) = match models {
        [] => return None,
        [only] => (format!("{name}/{only}"), "answers on this machine: not used unless you choose it".to_owned()),
        _ => (format!("{name}/"), format!("answers on this machine: {names}")),
    };
    Some(welcome::ModelChoice { spec, note: Clean::from(note), usable: true, names: Clean::from(names) })
}

fn recent() -> Vec<welcome::Recent> {
    let here = std::env::current_dir().unwrap_or_default();
    // As a person would write it.
    let near = |dir: &Path| match dir.strip_prefix(&here) {
        Ok(inside) if !inside.as_os_str().is_empty() => format!("./{}", inside.display()),
        _ => dir.display().to_string(),
    };
    heads::all(&dirs::state())
        .into_iter()
        .filter(|r| r.dir.join(project::FOLDER).is_dir())
        .map(|r| {
            let note =
                driver::client::look(&r.dir).map_or_else(|_| String::new(), |run| super::status::status_words(&run));
            welcome::Recent { folder: near(&r.dir), note: Clean::new(&note) }
        })
        .collect()
}

/// What the welcome screen shows of this machine at once.
fn info(dir: &Path, config: &Config) -> WelcomeInfo {
    let mut models = vec![welcome::ModelChoice {
        spec: "offline".to_owned(),
        note: Clean::new("built in: no key, no network, no cost"),
        usable: true,
        names: Clean::default(),
    }];
    if !crate::domain::run::is_offline(&config.model) {
        models.push(welcome::ModelChoice {
            spec: config.model.clone(),
            note: Clean::new("chosen by flag or configuration"),
            usable: registry::open(&config.model, &config.models).is_ok(),
            names: Clean::default(),
        });
    }
    models.extend(registry::known(&config.models).into_iter().filter_map(|known| {
        let note = match (&known.key_env, known.key_found) {
            // The same key as its sister's; -m takes it.
            _ if known.name == "openai-responses" || known.wrong.is_some() => return None,
            (Some(name), true) => format!("key found in {name}: not used unless you choose it"),
            (None, _) if known.own => format!("{}: not used unless you choose it", known.base_url),
            _ if known.name == "ollama" && std::env::var_os("OLLAMA_HOST").is_some() => {
                format!("{}: not used unless you choose it", known.base_url)
            }
            _ => return None,
        };
        let (spec, names) = (format!("{}/", known.name), Clean::default());
        Some(welcome::ModelChoice { spec, note: Clean::new(&note), usable: true, names })
    }));
    let empty =
        fs::read_dir(dir).map_or(true, |e| e.flatten().all(|e| hub::project::is_own(&e.file_name().to_string_lossy())));
    // At its top only: the first frame does not wait for a walk through everything.
    let mut names = fs::read_dir(dir).into_iter().flatten().flatten();
    let software = names.any(|e| {
        let name = e.file_name();
        name == ".git" || workspace::survey::language(&name.to_string_lossy()).is_some()
    });
    WelcomeInfo {
        model: usize::from(!crate::domain::run::is_offline(&config.model)),
        models,
        here: dir.display().to_string(),
        folder: if empty { dir.display().to_string() } else { String::new() },
        folder_note: Clean::new(if empty {
            "empty: the project goes here"
        } else if software {
            "a new folder named after the requirement; /existing changes the software here"
        } else {
            "a new folder named after the requirement"
        }),
        plan: config.plan,
        gates: config.gates,
        ..WelcomeInfo::default()
    }
}

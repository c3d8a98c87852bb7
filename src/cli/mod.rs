//! The command line: arguments in, exit code out. One file per command; the reading ones need neither lock nor store and
//! work while a run lives.

mod args;
mod back;
mod change;
mod command;
mod config;
mod context;
mod desk;
mod doctor;
mod encoder;
mod export;
mod gate;
mod hub;
mod input;
mod link;
mod live;
mod log;
mod logs;
mod models;
mod out;
mod personas;
mod project;
mod projects;
mod replay;
mod run;
mod secrets;
mod status;
mod themes;
mod trace;
mod workbench;

use crate::{
    config::{self as settings, Loaded, Sources, dirs},
    hub::project::FOLDER,
    models::{pricing, registry},
    term,
};
use args::{AssumptionAction, Cli, Color, Command, Gates, Global, Plan};
use clap::{CommandFactory, Parser, error::ErrorKind};
use command::Who;
use out::{Done, Fail, talk};
use std::{
    env,
    ffi::{OsStr, OsString},
    path::Path,
    process::ExitCode,
};

/// Runs what `args` (the program's name first) ask for.
#[must_use]
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(e) => {
            // Where the first word is none it is taken for a folder, and what follows it is what is refused.
            if let (ErrorKind::UnknownArgument, Some(said)) = (e.kind(), args.get(1).and_then(|word| no_command(word)))
            {
                talk(&said);
                return ExitCode::from(2);
            }
            // Help and version go to stdout with 0, everything else to stderr with 2. A closed pipe is no error.
            let _ = e.print();
            let fine = matches!(e.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return ExitCode::from(if fine { 0 } else { 2 });
        }
    };
    if matches!(cli.command, None | Some(Command::Run(_) | Command::Resume(_) | Command::Replay(_))) {
        logs::start();
    }
    match dispatch(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(Fail { code, text }) => {
            // A stream of JSON lines ends with a line of its own, whatever happened.
            if cli.global.json && matches!(cli.command, Some(Command::Run(_) | Command::Resume(_) | Command::Replay(_)))
            {
                let line = crate::driver::jsonl::refused(&text, code);
                let _ = out::print(&format!("{line}\n"));
            }
            talk(&text);
            ExitCode::from(code)
        }
    }
}

fn dispatch(cli: &Cli) -> Done {
    let global = &cli.global;
    let folder = global.folder.as_deref();
    let json = global.json;
    if let (Some(dir), Some(_)) = (&cli.dir, &cli.command) {
        return Err(Fail::usage(format!("'{}' is in the wrong place: the folder goes with -C DIR", dir.display())));
    }
    if let Some(file) = cli.dir.as_deref().or(folder).filter(|dir| is_file(dir)) {
        let file = file.display();
        return Err(Fail::usage(format!("{file} is a file, no folder; a requirement in a file: g1 run -f FILE")));
    }
    let mut loaded = load(global, cli.dir.as_deref().or(folder))?;
    loaded.warnings.iter().for_each(|warning| talk(warning));
    let models = &loaded.config.models;
    term::keep_private(registry::known(models).into_iter().filter_map(|known| known.key_env).collect());
    loaded.config.models.keys = secrets::keys(cli.command.is_none(), &loaded.config.model, models);
    // Those of config.toml were there first, and come first.
    loaded.config.models.prices.extend(pricing::read(&dirs::config().join("prices.toml")).map_err(Fail::usage)?);
    let config = &loaded.config;
    let who = Who(config.who.clone());
    let how = run::Headless {
        folder,
        config,
        model_given: global.model.is_some(),
        model_chosen: loaded.set.contains_key("model"),
        gates_given: global.yes || global.gates.is_some(),
        budget_given: global.budget.is_some(),
        caps_given: ["budget_phase", "budget_step"]
            .iter()
            .any(|key| loaded.set.get(*key).is_some_and(|(_, origin)| *origin == settings::Origin::Flag)),
        plan_only: global.plan_only,
        json,
    };
    let Some(command) = &cli.command else {
        return workbench::open(cli.dir.as_deref(), &how, &who);
    };
    match command {
        Command::Run(run) => run::run(run, &how),
        Command::Resume(resume) => run::resume(resume, &how),
        Command::Replay(replay) => replay::run(replay, &how),
        Command::Gate { action } => gate::run(folder, action.as_ref().unwrap_or(&args::Gate::List), &who, json),
        Command::Pause => command::pause(folder, &who, json),
        Command::Status => status::run(folder, json),
        Command::Log { verify } => log::run(folder, *verify, json),
        Command::Trace { clauses, format } => trace::run(folder, clauses, *format, json),
        Command::Export { to } => export::run(folder, to.as_deref(), json),
        Command::Context { step, call } => context::run(folder, step, *call, json),
        Command::Hub { action } => hub::run(folder, action, config, json),
        Command::Add(text) => change::add(text, &how, who.name()),
        Command::Amend(amend) => change::amend(amend, &how, who.name()),
        Command::Remove { clauses } => change::remove(clauses, &how, who.name()),
        Command::Rewind(rewind) => back::rewind(folder, rewind, &who, json),
        Command::Fork(fork) => back::fork(folder, fork, &who, json),
        Command::Compare(compare) => back::compare(folder, compare, json),
        Command::Waive { clause, why } => command::waive(folder, clause, why, &who, json),
        Command::Assumptions { action } => match action {
            None | Some(AssumptionAction::List) => command::assumptions(folder, json),
            Some(AssumptionAction::Answer { id, answer }) => command::answer(folder, id, answer, &who, json),
        },
        Command::Verify { strict } => live::verify(folder, config.sandbox, *strict, json),
        Command::Preview { port } => live::preview(folder, config.sandbox, *port, json),
        Command::Personas { id } => personas::run(folder, id.as_deref(), json),
        Command::Themes { name } => themes::run(name.as_deref(), config.theme.as_deref(), json),
        Command::Models { action } => models::run(action.as_ref().unwrap_or(&args::Models::List), config, json),
        Command::Secrets { action } => {
            secrets::run(action.as_ref().unwrap_or(&args::Secrets::List), &config.models, json)
        }
        Command::Config { key } => self::config::run(&loaded, key.as_deref(), json),
        Command::Projects => projects::run(json),
        Command::Doctor => doctor::run(folder, config, json),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "g1", &mut script);
            out::print(&String::from_utf8_lossy(&script))?;
            Ok(0)
        }
    }
}

/// True for what is there and no folder, and for what would lie in such a thing.
fn is_file(dir: &Path) -> bool {
    match dir.metadata() {
        Ok(meta) => !meta.is_dir(),
        Err(error) => error.kind() == std::io::ErrorKind::NotADirectory,
    }
}

/// The settings in force, with what the flags say on top.
fn load(global: &Global, dir: Option<&Path>) -> Result<Loaded, Fail> {
    let dir = dir.unwrap_or(Path::new("."));
    let mut flags = global.config.clone();
    let mut say = |key: &str, value: &str| flags.push(format!("{key}={value}"));
    if let Some(model) = &global.model {
        say("model", model);
    }
    match global.gates {
        _ if global.yes => say("gates", "none"),
        Some(gates) => say(
            "gates",
            match gates {
                Gates::Step => "step",
                Gates::Phase => "phase",
                Gates::Plan => "plan",
                Gates::Risk => "risk",
                Gates::None => "none",
            },
        ),
        None => {}
    }
    match global.plan {
        Some(Plan::Lean) => say("plan", "lean"),
        Some(Plan::Standard) => say("plan", "standard"),
        Some(Plan::Thorough) => say("plan", "thorough"),
        None => {}
    }
    if let Some(budget) = &global.budget {
        say("budget", budget);
    }
    match global.color {
        Some(Color::Auto) => say("color", "auto"),
        Some(Color::Always) => say("color", "always"),
        Some(Color::Never) => say("color", "never"),
        None => {}
    }
    if global.plain {
        say("plain", "true");
    }
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let mut environment = Vec::new();
    environment.extend(set("G1_MODEL").map(|model| ("model".to_owned(), model)));
    environment.extend(set("NO_COLOR").map(|_| ("color".to_owned(), "never".to_owned())));
    settings::load(&Sources {
        user: Some(dirs::config().join("config.toml")),
        project: Some(dir.join(FOLDER).join("config.toml")),
        environment,
        flags,
    })
    .map_err(Fail::usage)
}

/// What is said of a word that is nearly a command, and no folder.
fn no_command(word: &OsStr) -> Option<String> {
    let word = word.to_str().filter(|word| !word.contains(['/', '.']) && !Path::new(word).exists())?;
    let command = nearest_command(word)?;
    (command != word).then(|| {
        format!(
            "there is no command '{word}', did you mean `g1 {command}`? For a new folder of that name: `g1 ./{word}`"
        )
    })
}

/// The command that a mistyped word most likely means.
fn nearest_command(word: &str) -> Option<String> {
    let names = Cli::command().get_subcommands().map(|c| c.get_name().to_owned()).collect::<Vec<_>>();
    let best = names.into_iter().min_by_key(|name| settings::distance(name, word))?;
    (settings::distance(&best, word) <= 2).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn words_that_are_nearly_commands_are_recognised() {
        assert_eq!(nearest_command("staus").as_deref(), Some("status"));
        assert_eq!(nearest_command("my-project"), None);
        let said = no_command(OsStr::new("l1")).unwrap_or_default();
        assert!(said.contains("did you mean `g1 log`?") && said.ends_with("`g1 ./l1`"), "{said}");
    }

    #[test]
    fn flags_go_before_and_after_the_command() {
        for args in [["g1", "-C", "x", "status", "--json"], ["g1", "status", "--json", "-C", "x"]] {
            let cli = Cli::try_parse_from(args).unwrap();
            assert!(cli.global.json && cli.global.folder.as_deref() == Some(Path::new("x")));
            assert!(matches!(cli.command, Some(Command::Status)));
        }
        let cli = Cli::try_parse_from(["g1", "some/dir"]).unwrap();
        assert_eq!((cli.dir.as_deref(), cli.command.is_none()), (Some(Path::new("some/dir")), true));
        assert!(Cli::try_parse_from(["g1", "run", "-y", "--gates", "step", "x"]).is_err());
    }
}

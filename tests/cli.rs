//! The command line through the binary: exit codes and messages.

use g1::{
    domain::{
        AssumptionId, ClauseId, Clean, Hash, PersonaId, StepId,
        clause::{Assumption, Requirement},
        event::Event,
        plan::Seat,
        run::{GateMode, Proposal, RunSettings},
    },
    hub::{Hub, Project, clauses, pack},
    orchestrator,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

const TEXT: &str = "Members log \u{1b}[2Jworkouts. Members set goals.";

struct World {
    dir: TempDir,
}

impl World {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }
    fn path(&self) -> &Path {
        self.dir.path()
    }
    fn g1(&self, args: &[&str]) -> Output {
        self.g1_with(args, b"")
    }
    fn g1_with(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_g1"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().contains("_API_KEY") || name.to_string_lossy().starts_with("G1_") {
                command.env_remove(name);
            }
        }
        // The keyring of whoever runs the tests is none of their business.
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        let mut child = command
            .args(args)
            .current_dir(self.path())
            .env("G1_HOME", self.path().join("home"))
            .env("USER", "ann")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // The command may have ended without reading it.
        let _ = pipe.write_all(stdin);
        drop(pipe);
        child.wait_with_output().unwrap()
    }
    /// A project in `p` with a started run, an assumption and the pack of its first step.
    fn project(&self) -> Project {
        self.project_with("offline")
    }
    fn project_with(&self, model: &str) -> Project {
        let settings = RunSettings { gates: GateMode::Step, ..RunSettings::unattended(model, 10_000) };
        let requirement = Requirement { sha256: Hash::of(TEXT.as_bytes()), bytes: TEXT.len() as u64 };
        let input = orchestrator::Input::Begin {
            name: Clean::new("p"),
            requirement,
            clauses: clauses::cut(TEXT),
            existing: None,
            attachments: Vec::new(),
            settings,
            who: Clean::new("ann"),
            instructions: None,
        };
        let at = jiff::Timestamp::UNIX_EPOCH;
        let first = orchestrator::decide(None, input, at).unwrap();
        let dir = self.path().join("p");
        let (mut project, envelopes) = Project::create_with(&dir, &[TEXT.as_bytes()], &first, at, None).unwrap();
        let mut run = None;
        envelopes.iter().for_each(|e| orchestrator::apply(&mut run, e));
        let run = run.unwrap();
        let step = StepId::new("understand").unwrap();
        let hub = Hub::in_memory(&run, project.blobs());
        let pack = {
            let seat = Seat::shared(&run.step(&step).unwrap().plan);
            let ask = pack::Ask {
                seat: &seat,
                page: 1,
                covered: &BTreeSet::new(),
                parts: 1,
                earlier: &[],
                budget: 10_000,
                lacks: &BTreeSet::new(),
                tools: &BTreeMap::new(),
            };
            pack::build(&run, &step, &ask, &hub, project.blobs(), &|t| t.len() as u32 / 4).unwrap().pack
        };
        let blob = project.blobs().put(&serde_json::to_vec(&pack).unwrap()).unwrap();
        let (tokens, items) = (pack.tokens(), pack.items.len() as u32);
        let packed = Event::StepContext {
            step: step.clone(),
            attempt: 1,
            pack: pack.id,
            blob,
            tokens,
            items,
            cut: 0,
            seat: None,
            page: Default::default(),
            covers: vec![],
        };
        let assumption = Assumption {
            id: AssumptionId(1),
            question: Clean::new("When does the week start?"),
            answer: Clean::new("Monday"),
            clauses: vec![ClauseId(1)],
            key: Clean::new("week"),
            by: PersonaId::new("business-analyst").unwrap(),
            answered_by: None,
            choices: vec![],
        };
        let proposal = Proposal::Understand {
            title: Clean::new("Fitness"),
            product: Default::default(),
            kinds: vec![],
            interpretations: vec![],
            assumptions: vec![assumption],
            gaps: vec![],
        };
        let digest = Hash::of(b"digest");
        let events = vec![
            packed,
            Event::StepProposed { step: step.clone(), attempt: 1, proposal, digest },
            Event::StepAccepted { step: step.clone() },
            Event::StepCommitted { step, files: vec![] },
        ];
        project.append(events, at).unwrap();
        project
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}
fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output, code: i32, words: &str) {
    assert_eq!(output.status.code(), Some(code), "{}{}", out(output), err(output));
    assert!(err(output).contains(words), "{words:?} not in {}", err(output));
    assert_eq!(out(output), "", "stdout carries results only");
}

#[track_caller]
fn fine(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}{}", out(output), err(output));
    out(output)
}

#[test]
fn help_teaches_and_names_the_exit_codes() {
    let world = World::new();
    let help = fine(&world.g1(&["--help"]));
    for word in ["Exit codes", "waiting at a gate", "run", "trace", "doctor"] {
        assert!(help.contains(word), "{word}");
    }
    assert!(fine(&world.g1(&["help", "run"])).contains("g1 run -y"));
    assert!(fine(&world.g1(&["gate", "--help"])).contains("g1 gate approve G-01"));
    assert!(fine(&world.g1(&["--version"])).starts_with("g1 "));
}

/// What `g1 completions` prints is loaded by the shell it is for, as far as that shell is here.
#[test]
fn completions_load_in_their_shells() {
    let world = World::new();
    for (shell, args) in [
        ("bash", &["--norc", "-c", "source ./completions && complete -p g1"][..]),
        ("zsh", &["-f", "-c", "autoload -U compinit && compinit -D && source ./completions"][..]),
        ("fish", &["--no-config", "-c", "source ./completions; and complete -C 'g1 gat'"][..]),
    ] {
        let script = fine(&world.g1(&["completions", shell]));
        assert!(script.contains("g1") && script.contains("gate"), "{shell}");
        fs::write(world.path().join("completions"), script).unwrap();
        let Ok(loaded) = Command::new(shell).args(args).current_dir(world.path()).output() else { continue };
        assert!(loaded.status.success() && loaded.stderr.is_empty(), "{shell}: {loaded:?}");
    }
}

#[test]
fn wrong_usage_is_exit_2() {
    let world = World::new();
    refused(&world.g1(&["run", "--gates", "sometimes", "x"]), 2, "--gates");
    refused(&world.g1(&["staus"]), 2, "g1 status");
    refused(&world.g1(&["amned", "C-001", "Other words."]), 2, "did you mean `g1 amend`?");
    refused(&world.g1(&["run", "-c", "gaets=none", "x"]), 2, "did you mean 'gates'");
    refused(&world.g1(&["run", "--budget", "lots", "x"]), 2, "200ktok");
    refused(&world.g1(&["run", "--plan", "fastest", "x"]), 2, "lean");
    refused(&world.g1(&["some-folder"]), 2, "terminal");
}

#[test]
fn input_that_cannot_be_used_is_refused_and_nothing_is_written() {
    let world = World::new();
    refused(&world.g1(&["run", "-y"]), 2, "say what to build");
    fs::write(world.path().join("brief.md"), "A guest book.").unwrap();
    refused(&world.g1(&["run", "-y", "brief.md"]), 2, "-f brief.md");
    fs::remove_file(world.path().join("brief.md")).unwrap();
    refused(&world.g1_with(&["run", "-y", "-"], b" \n\t"), 2, "empty");
    refused(&world.g1_with(&["run", "-y", "-"], b"Build \xff it"), 2, "offset 6");
    refused(&world.g1(&["run", "-y", "-f", "nowhere.txt"]), 2, "nowhere.txt");
    refused(&world.g1_with(&["run", "-y", "-"], &vec![b'a'; 1_000_001]), 2, "1 MB");
    let entries: Vec<_> = fs::read_dir(world.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(entries.iter().all(|name| name == "home"), "{entries:?}");
}

#[test]
fn a_folder_that_is_taken_is_refused() {
    let world = World::new();
    drop(world.project());
    refused(&world.g1(&["run", "-y", "-C", "p", "A guest book."]), 2, "g1 resume");
    let said = err(&world.g1(&["run", "-y", "-C", "p", "A guest book."]));
    for word in ["resume", "add", "amend", "fork"] {
        assert!(said.contains(word), "{word}");
    }
    fs::create_dir(world.path().join("full")).unwrap();
    fs::write(world.path().join("full/thesis.doc"), "x").unwrap();
    refused(&world.g1(&["run", "-y", "-C", "full", "A guest book."]), 2, "--existing");
    refused(&world.g1(&["run", "-y", "-C", "full/thesis.doc", "A guest book."]), 2, "thesis.doc");
    assert_eq!(fs::read_dir(world.path().join("full")).unwrap().count(), 1);
}

#[test]
fn without_a_project_readers_say_so() {
    let world = World::new();
    for command in [&["status"][..], &["log"], &["trace"], &["log", "--verify"], &["hub", "search", "x"], &["resume"]] {
        refused(&world.g1(command), 1, "g1 run");
    }
}

#[test]
fn readers_work_while_a_writer_holds_the_project() {
    let world = World::new();
    let project = world.project();
    let status = fine(&world.g1(&["status", "-C", "p"]));
    assert!(status.contains(&format!("g1 {}", std::process::id())), "{status}");
    let machine: serde_json::Value = serde_json::from_str(&fine(&world.g1(&["status", "-C", "p", "--json"]))).unwrap();
    assert_eq!(machine["steps"][0]["id"], "understand");

    let log = fine(&world.g1(&["log", "-C", "p"]));
    assert!(log.contains("clause_added") && !log.contains('\u{1b}'), "{log}");
    let lines = fine(&world.g1(&["log", "-C", "p", "--json"]));
    let seqs: Vec<u64> =
        lines.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap()["seq"].as_u64().unwrap()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());

    let trace: serde_json::Value =
        serde_json::from_str(&fine(&world.g1(&["trace", "-C", "p", "--format", "json"]))).unwrap();
    let text: String = trace["clauses"].as_array().unwrap().iter().map(|c| c["text"].as_str().unwrap()).collect();
    assert_eq!(text, TEXT);
    assert!(!fine(&world.g1(&["trace", "-C", "p"])).contains('\u{1b}'));
    assert!(fine(&world.g1(&["trace", "-C", "p", "--format", "csv"])).contains("C-001"));
    let one = fine(&world.g1(&["trace", "C-002", "-C", "p"]));
    assert!(one.starts_with("## C-002") && one.contains("set goals") && !one.contains("C-001"), "{one}");
    let one = fine(&world.g1(&["trace", "C-002", "-C", "p", "--format", "json"]));
    let one: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!((one["clauses"].as_array().unwrap().len(), &one["counts"]), (1, &trace["counts"]));
    refused(&world.g1(&["trace", "C-099", "-C", "p"]), 2, "there is no clause C-099; the last is C-0");
    refused(&world.g1(&["trace", "one", "-C", "p"]), 2, "C-");

    let context = fine(&world.g1(&["context", "understand", "-C", "p"]));
    assert!(context.contains("C-001") && context.contains("Members log") && !context.contains('\u{1b}'));
    let pack: serde_json::Value =
        serde_json::from_str(&fine(&world.g1(&["context", "understand", "-C", "p", "--json"]))).unwrap();
    assert_eq!(pack["items"][0]["text"].as_str().unwrap(), clauses::cut(TEXT)[0].text);
    refused(&world.g1(&["context", "nowhere", "-C", "p"]), 2, "understand");

    assert!(fine(&world.g1(&["hub", "search", "goals", "-C", "p"])).contains("C-002"));
    assert!(fine(&world.g1(&["hub", "show", "C-002", "-C", "p"])).contains("set goals"));
    let nothing = world.g1(&["hub", "search", "zzzzqq", "-C", "p"]);
    assert!(fine(&nothing).is_empty() && err(&nothing).contains("Nothing in the hub fits"), "{}", err(&nothing));
    refused(&world.g1(&["hub", "search", " ", "-C", "p"]), 2, "the query is empty");
    refused(&world.g1(&["hub", "show", "C-999", "-C", "p"]), 2, "C-999");
    assert!(fine(&world.g1(&["assumptions", "-C", "p"])).contains("When does the week start?"));
    assert!(fine(&world.g1(&["log", "--verify", "-C", "p"])).starts_with("whole"));
    drop(project);
}

#[test]
fn damage_is_exit_1_and_named() {
    let world = World::new();
    drop(world.project());
    let journal = world.path().join("p/.g1/journal");
    let whole = fs::read(&journal).unwrap();
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    fs::write(&journal, &bytes).unwrap();
    let verdict = world.g1(&["log", "--verify", "-C", "p"]);
    assert_eq!(verdict.status.code(), Some(1));
    assert!(err(&verdict).contains("record 1"), "{}", err(&verdict));
    refused(&world.g1(&["status", "-C", "p"]), 1, "log --verify");
    refused(&world.g1(&["resume", "-C", "p"]), 1, "damaged");
    assert_eq!(fs::read(&journal).unwrap(), bytes, "nothing was changed");

    fs::write(&journal, &whole).unwrap();
    let blob = world.path().join("p/.g1/blobs").join(Hash::of(TEXT.as_bytes()).as_str());
    fs::write(blob, "another text").unwrap();
    let verdict = world.g1(&["log", "--verify", "-C", "p"]);
    assert_eq!(verdict.status.code(), Some(1));
    assert!(err(&verdict).contains("damaged"));
}

#[test]
fn decisions_from_another_shell_are_recorded() {
    let world = World::new();
    drop(world.project());
    refused(&world.g1(&["gate", "approve", "G-77", "-C", "p"]), 2, "G-77");
    refused(&world.g1(&["waive", "C-077", "--why", "x", "-C", "p"]), 2, "C-077");
    refused(&world.g1(&["waive", "C-001", "--why", " ", "-C", "p"]), 2, "--why");
    refused(&world.g1(&["assumptions", "answer", "A-009", "x", "-C", "p"]), 2, "A-009");
    fine(&world.g1(&["assumptions", "answer", "A-001", "Sunday", "-C", "p"]));
    let list = fine(&world.g1(&["assumptions", "-C", "p"]));
    assert!(list.contains("Sunday") && list.contains("answered by ann"), "{list}");
    assert!(fine(&world.g1(&["gate", "-C", "p"])).contains("No gate is open"));
}

#[test]
fn a_project_from_elsewhere_chooses_no_model() {
    let world = World::new();
    drop(world.project_with("openai/gpt-x"));
    refused(&world.g1(&["resume", "-C", "p"]), 2, "-m openai/gpt-x");
    // Named by the user it is asked, and here its key is missing.
    refused(&world.g1(&["resume", "-C", "p", "-m", "openai/gpt-x"]), 6, "OPENAI_API_KEY");
}

#[test]
fn settings_come_from_flag_environment_project_and_user() {
    let world = World::new();
    drop(world.project());
    fs::create_dir_all(world.path().join("home")).unwrap();
    let user = world.path().join("home/config.toml");
    fs::write(&user, "gates = \"phase\"\n").unwrap();
    fs::write(world.path().join("p/.g1/config.toml"), "gates = \"plan\"\nmodel = \"openai/x\"\n").unwrap();
    assert!(fine(&world.g1(&["config", "gates"])).contains("phase"));
    let shown = world.g1(&["config", "-C", "p"]);
    assert!(fine(&shown).contains("plan"));
    assert!(err(&shown).contains("a project cannot set 'model'"));
    assert!(fine(&world.g1(&["config", "gates", "-C", "p", "-c", "gates=none"])).contains("flag"));
    let whole = fine(&world.g1(&["config"]));
    let line = |key: &str| whole.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("pack_tokens ").contains(" 100000 "), "a default is shown with its value: {whole}");
    assert!(line("budget ").contains("\"none\"") && line("models.timeouts.call_ms ").contains(" 600000 "), "{whole}");
    refused(&world.g1(&["config", "gats"]), 2, "gats");
    fs::write(&user, "a = 1\ngates = [\n").unwrap();
    refused(&world.g1(&["config"]), 2, "config.toml:");
    fs::write(&user, "\n\npack_tokens = \"many\"\n").unwrap();
    refused(&world.g1(&["status", "-C", "p"]), 2, "config.toml:3");
}

#[test]
fn listings_say_what_there_is() {
    let world = World::new();
    let personas = fine(&world.g1(&["personas"]));
    assert!(personas.contains("requirement-concierge") && personas.contains("verifier"));
    assert!(fine(&world.g1(&["personas", "tester"])).len() > 500);
    refused(&world.g1(&["personas", "nobody"]), 2, "nobody");
    assert!(fine(&world.g1(&["models"])).contains("OPENAI_API_KEY is not set"));
    assert!(fine(&world.g1(&["projects"])).contains("No projects yet"));
    let doctor = world.g1(&["doctor"]);
    assert!(out(&doctor).contains("sandbox") && out(&doctor).contains("python"));
}

#[test]
fn further_certificates_that_cannot_be_used_are_named() {
    let world = World::new();
    let doctor = |file: &Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_g1"));
        command.arg("doctor").env("G1_HOME", world.path().join("home")).env("SSL_CERT_FILE", file);
        out(&command.output().unwrap())
    };
    let file = world.path().join("ca.pem");
    assert!(doctor(&file).contains("which cannot be read"));
    fs::write(&file, "no certificate\n").unwrap();
    assert!(doctor(&file).contains("which holds no certificate"));
    fs::write(&file, "-----BEGIN CERTIFICATE-----\n").unwrap();
    assert!(!doctor(&file).contains("SSL_CERT_FILE"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    drop(world.project());
    let mut child = Command::new(env!("CARGO_BIN_EXE_g1"))
        .args(["completions", "zsh"])
        .env("G1_HOME", world.path().join("home"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(err(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

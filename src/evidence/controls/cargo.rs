//! Control runs of what is compiled: one build with a switch for each range, each run with one of them off. What cannot
//! be switched at run time, such as a row of a constant table, is built without its lines.

use super::{
    Case, EvidenceError, Measured, Outcome, Place, Problem, Without, Work,
    alone::{Alone, Group},
    coverage::{Plan, told},
    measured_of, outcomes,
};
use crate::{
    domain::Clean,
    evidence::{
        Kind, Stack, Tree, TreeFile,
        cargo::target,
        genuine,
        report::Report,
        sandbox::{Ended, Finished, Spec},
        scratch::Scratch,
        syntax::{self, Place as Told, Question, Wanted},
    },
};
use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// The variable that says which switch is off.
const OFF: &str = "G1_OFF";
/// How often a build is tried without the switches that the compiler refuses.
const ROUNDS: usize = 6;

/// What one build made.
#[derive(Debug, Default)]
struct Built {
    /// The product's programs by name.
    programs: BTreeMap<String, PathBuf>,
    /// Test binaries by the root file of their crate.
    tests: BTreeMap<String, PathBuf>,
}

/// A line of `--message-format=json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    executable: Option<PathBuf>,
    #[serde(default)]
    target: Option<Target>,
    #[serde(default)]
    profile: Option<Profile>,
    #[serde(default)]
    message: Option<Diagnostic>,
}
#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}
#[derive(Deserialize)]
struct Profile {
    test: bool,
}
#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    #[serde(default)]
    rendered: Option<String>,
    #[serde(default)]
    spans: Vec<DiagnosticSpan>,
}
#[derive(Deserialize)]
struct DiagnosticSpan {
    file_name: String,
    line_start: u32,
}

/// What the compiler refused: where, and in its words.
#[derive(Debug, Default)]
struct Refused {
    places: Vec<(String, u32)>,
    said: String,
}

/// The marks that the build with the switches holds, too.
struct Marks {
    plan: Plan,
    place: Told,
    /// By path: the lines that have one.
    lines: BTreeMap<String, Vec<u32>>,
    /// Why the build has none.
    given_up: Option<String>,
}

impl Marks {
    fn new(cases: &[&Case], desk: &Scratch) -> Self {
        let place = told(desk, "");
        Self { plan: Plan::of(cases, &place), place, lines: BTreeMap::new(), given_up: None }
    }

    fn of(&self, path: &str) -> Option<Wanted> {
        self.given_up.is_none().then(|| self.plan.file(path, &self.place))
    }

    /// Files of tests say which test begins.
    fn is_for(&self, path: &str) -> bool {
        self.given_up.is_none() && path.starts_with("tests/")
    }

    fn are_set(&self) -> bool {
        self.given_up.is_none() && self.lines.values().any(|lines| !lines.is_empty())
    }
}

/// A number for a switch by which what runs cannot tell whether one is off.
fn unused(switches: &BTreeMap<u32, &Case>) -> u32 {
    std::iter::repeat_with(genuine::nine_digits).find(|number| !switches.contains_key(number)).unwrap_or_default()
}

impl Work<'_> {
    pub(super) async fn compiled(
        &self,
        ready: Vec<(&Case, Without)>,
        problems: &mut Vec<Problem>,
    ) -> Result<(BTreeMap<Place, Outcome>, Measured, Alone), EvidenceError> {
        let linked = measured_of(&ready);
        let cases: Vec<&Case> = ready.iter().map(|(case, _)| *case).collect();
        let mut switches: BTreeMap<u32, &Case> = BTreeMap::new();
        let mut edits = vec![];
        for (case, way) in ready {
            match way {
                Without::Switch => {
                    switches.insert(unused(&switches), case);
                }
                Without::Text(text) => edits.push((case, text)),
            }
        }
        let none = unused(&switches);
        let mut outcomes = BTreeMap::new();
        let desk = Scratch::empty(self.runner.owner(Stack::Rust))?;
        let mut marks = Marks::new(&linked, &desk);
        let built = self.switched(&mut switches, &mut marks, problems).await?;
        let measured = self.measured_build(built.as_ref(), &desk, &linked, &marks).await?;
        if let Some((scratch, built)) = &built {
            // Only a trial knows beforehand which tests are worth running.
            let unknown = Measured::default();
            let reach = if self.until.is_some() { &measured } else { &unknown };
            let runs: Vec<BoxFuture<'_, _>> = switches
                .into_iter()
                .map(|(number, case)| {
                    async move { (case.place(), self.off(scratch, built, number, (case, reach)).await) }.boxed()
                })
                .collect();
            outcomes.extend(self.several(runs, self.progress.as_ref()).await?);
        }
        if !edits.is_empty() {
            let scratch = Scratch::of(&self.prepared, self.runner.owner(Stack::Rust))?;
            outcomes.extend(self.rebuilt(&scratch, edits).await?);
        }
        let alone = self.alone_compiled(built, &self.groups(&cases, &outcomes), none).await?;
        Ok((outcomes, measured, alone))
    }

    /// In the build with the switches, all of them on, or in one without any where there is none.
    async fn alone_compiled(
        &self,
        built: Option<(Scratch, Built)>,
        groups: &[Group],
        none: u32,
    ) -> Result<Alone, EvidenceError> {
        let (scratch, built) = match built {
            _ if groups.is_empty() => return Ok(Alone::default()),
            Some(built) => built,
            None => {
                let scratch = Scratch::of(&self.prepared, self.runner.owner(Stack::Rust))?;
                let Ok(built) = self.build(&scratch).await? else { return Ok(Alone::default()) };
                (scratch, built)
            }
        };
        self.alone_in(&scratch, &built, groups, none).await
    }

    /// Runs each group of tests with no range switched off; the variable is there as in a control run, with the number of no
    /// switch.
    async fn alone_in(
        &self,
        scratch: &Scratch,
        built: &Built,
        groups: &[Group],
        none: u32,
    ) -> Result<Alone, EvidenceError> {
        let none = [(OFF.to_owned(), none.to_string())];
        let mut alone = Alone::default();
        for group in groups {
            let desk = Scratch::empty(scratch.owner())?;
            let outcome = self.try_out(scratch, &desk, built, &none, group).await?;
            alone.0.insert(group.clone(), outcome.tests);
        }
        Ok(alone)
    }

    /// The build with all switches that the compiler accepts.
    async fn switched(
        &self,
        switches: &mut BTreeMap<u32, &Case>,
        marks: &mut Marks,
        problems: &mut Vec<Problem>,
    ) -> Result<Option<(Scratch, Built)>, EvidenceError> {
        for _ in 0..ROUNDS {
            let tree = self.instrumented(switches, marks).await?;
            if switches.is_empty() && !marks.are_set() {
                return Ok(None);
            }
            let scratch = Scratch::of(&tree, self.runner.owner(Stack::Rust))?;
            let refused = match self.build(&scratch).await? {
                Ok(built) => return Ok(Some((scratch, built))),
                Err(refused) => refused,
            };
            if marks.are_set() {
                // Whatever it is that the compiler refuses, the control runs come first.
                marks.given_up = Some(refused.said.lines().next().unwrap_or_default().to_owned());
                continue;
            }
            let inside = |case: &Case| {
                let lines = case.lines.0..=case.lines.1;
                refused.places.iter().any(|(path, line)| *path == case.path && lines.contains(line))
            };
            let (bad, good): (BTreeMap<u32, &Case>, _) =
                std::mem::take(switches).into_iter().partition(|(_, c)| inside(c));
            *switches = good;
            let why = refused.said.lines().next().unwrap_or_default().to_owned();
            let all = bad.is_empty();
            let given_up = if all { std::mem::take(switches) } else { bad };
            problems.extend(given_up.values().map(|case| {
                let (first, last) = case.lines;
                let why = format!("{} lines {first}-{last} cannot be switched off: {why}", case.path);
                (case.place(), Clean::from(why))
            }));
            if switches.is_empty() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    async fn instrumented(&self, switches: &BTreeMap<u32, &Case>, marks: &mut Marks) -> Result<Tree, EvidenceError> {
        let sources: Vec<&TreeFile> = self
            .prepared
            .files()
            .filter(|file| file.path.ends_with(".rs"))
            .filter(|file| file.path.starts_with("src/") || file.path.contains("/src/") || marks.is_for(&file.path))
            .collect();
        let questions: Vec<Question> = sources
            .iter()
            .map(|file| Question::Switches {
                path: file.path.clone(),
                ranges: switches
                    .iter()
                    .filter(|(_, case)| case.path == file.path)
                    .map(|(number, case)| (*number, case.lines))
                    .collect(),
                marks: marks.of(&file.path),
            })
            .collect();
        let answers = syntax::ask(self.runner, &self.prepared, &questions, self.cancel).await?;
        marks.lines =
            sources.iter().zip(&answers).map(|(file, answer)| (file.path.clone(), answer.marked.clone())).collect();
        let changed = sources.iter().zip(answers).filter_map(|(file, answer)| {
            Some(TreeFile {
                path: file.path.clone(),
                bytes: answer.text?.into_bytes().into(),
                executable: file.executable,
            })
        });
        Ok(self.prepared.with(changed))
    }

    /// Measures alone, in a build without switches.
    pub(super) async fn measured_compiled(&self, cases: &[&Case]) -> Result<Measured, EvidenceError> {
        let desk = Scratch::empty(self.runner.owner(Stack::Rust))?;
        let mut marks = Marks::new(cases, &desk);
        let built = self.switched(&mut BTreeMap::new(), &mut marks, &mut vec![]).await?;
        self.measured_build(built.as_ref(), &desk, cases, &marks).await
    }

    /// One run of all linked tests with every switch on, to see which marks they come by.
    async fn measured_build(
        &self,
        built: Option<&(Scratch, Built)>,
        desk: &Scratch,
        cases: &[&Case],
        marks: &Marks,
    ) -> Result<Measured, EvidenceError> {
        if let Some(why) = &marks.given_up {
            return Ok(Measured::not(why.clone()));
        }
        let Some((scratch, built)) = built.filter(|_| marks.are_set()) else {
            return Ok(marks.plan.lines(cases, &marks.lines));
        };
        let mut output = vec![];
        for (root, tests) in by_root(marks.plan.tests()) {
            output.extend(self.test_binary(scratch, desk, built, &[], root, &tests).await?.output.bytes);
        }
        let report: Report = self.runner.report(self.tree, Stack::Rust, &output, self.cancel).await?;
        Ok(marks.plan.read(cases, &marks.lines, (desk, self.tree), &report))
    }

    /// Compiles the product and its tests.
    async fn build(&self, scratch: &Scratch) -> Result<Result<Built, Refused>, EvidenceError> {
        let mut built = Built::default();
        for command in [vec!["build"], vec!["test", "--no-run"]] {
            let mut argv = vec!["cargo".to_owned()];
            argv.extend(command.iter().map(|word| (*word).to_owned()));
            argv.extend(["--offline", "--quiet", "--message-format=json"].map(str::to_owned));
            let mut spec = self.runner.spec(scratch, Stack::Rust, &argv, None)?;
            // Switches leave code behind that is never reached; that is no fault of the product.
            spec.env.push(("RUSTFLAGS".to_owned(), "--cap-lints=allow".to_owned()));
            let finished = self.runner.sandbox().run(&spec, self.cancel).await?;
            let mut refused = Refused::default();
            for line in String::from_utf8_lossy(&finished.output.bytes).lines() {
                let Ok(message) = serde_json::from_str::<Message>(line) else { continue };
                match message.reason.as_str() {
                    "compiler-message" => {
                        let Some(one) = message.message.filter(|message| message.level == "error") else { continue };
                        refused.places.extend(one.spans.iter().map(|span| (span.file_name.clone(), span.line_start)));
                        if refused.said.is_empty() {
                            refused.said = one.rendered.unwrap_or_default();
                        }
                    }
                    "compiler-artifact" => built.add(message, scratch),
                    _ => {}
                }
            }
            if finished.ended != Ended::Exited || finished.exit != Some(0) {
                if refused.said.is_empty() {
                    refused.said = crate::evidence::runner::last_line(&finished);
                }
                return Ok(Err(refused));
            }
        }
        Ok(Ok(built))
    }

    /// One control run: the product with this switch off, then the linked tests.
    async fn off(
        &self,
        scratch: &Scratch,
        built: &Built,
        number: u32,
        (case, reach): (&Case, &Measured),
    ) -> Result<Outcome, EvidenceError> {
        let desk = Scratch::empty(scratch.owner())?;
        let off = [(OFF.to_owned(), number.to_string())];
        self.try_out(scratch, &desk, built, &off, &reach.narrowed(case)).await
    }

    /// Starts the product and runs these tests, with variables set.
    async fn try_out(
        &self,
        scratch: &Scratch,
        desk: &Scratch,
        built: &Built,
        variables: &[(String, String)],
        tests: &BTreeSet<String>,
    ) -> Result<Outcome, EvidenceError> {
        let kind = Kind::of(self.manifest);
        if kind != Kind::Library {
            let start = |port: Option<u16>| {
                let program = built.program(&self.manifest.run);
                let args = self.manifest.run.iter().skip_while(|argument| *argument != "--").skip(1);
                let help = (kind == Kind::Program).then(|| "--help".to_owned());
                let port_text = port.map(|port| port.to_string()).unwrap_or_default();
                let args = args.map(|argument| argument.replace("{port}", &port_text)).chain(help);
                let argv: Vec<String> = std::iter::once(program).chain(args).collect();
                self.direct(scratch, desk, argv, variables, port)
            };
            if let Some(finished) = self.runner.start_as(&start, kind, desk, self.cancel).await?.ended().await? {
                return Ok(Outcome { booted: false, tests: BTreeMap::new(), output: finished.output.bytes });
            }
        }
        let names: Vec<String> = tests.iter().cloned().collect();
        let mut output = vec![];
        for (root, tests) in by_root(&names) {
            let finished = self.test_binary(scratch, desk, built, variables, root, &tests).await?;
            output.extend(finished.output.bytes);
        }
        let report: Report = self.runner.report(self.tree, Stack::Rust, &output, self.cancel).await?;
        Ok(Outcome { booted: true, tests: outcomes(&report, &names), output })
    }

    async fn test_binary(
        &self,
        scratch: &Scratch,
        desk: &Scratch,
        built: &Built,
        variables: &[(String, String)],
        root: &str,
        tests: &[&str],
    ) -> Result<Finished, EvidenceError> {
        let Some(binary) = built.tests.get(root) else {
            // Cut short: what is not there has no result.
            return Ok(Finished::nothing());
        };
        let mut argv = vec![binary.to_string_lossy().into_owned(), "--exact".to_owned()];
        argv.extend(tests.iter().map(|test| (*test).to_owned()));
        let mut lease = crate::evidence::ports::Lease::any()?;
        let port = lease.hand_over();
        let spec = self.direct(scratch, desk, argv, variables, Some(port))?;
        let mut finished = self.runner.sandbox().run(&spec, self.cancel).await?;
        // Cargo would say which binary this is.
        let head = format!("     Running {root} (test binary)\n");
        let said = crate::evidence::runner::settled(&finished.output.bytes, scratch, port);
        finished.output.bytes = [head.into_bytes(), said].concat();
        Ok(finished)
    }

    /// A compiled program run as cargo would run it, in a place of its own.
    fn direct(
        &self,
        scratch: &Scratch,
        desk: &Scratch,
        argv: Vec<String>,
        variables: &[(String, String)],
        port: Option<u16>,
    ) -> Result<Spec, EvidenceError> {
        let cargo = ["cargo".to_owned()];
        let mut spec = self.runner.spec(desk, Stack::Rust, &cargo, port)?;
        spec.argv = argv;
        spec.cwd = scratch.tree();
        spec.read.extend([scratch.tree(), scratch.tmp().join("target")]);
        spec.env.push(("CARGO_MANIFEST_DIR".to_owned(), scratch.tree().to_string_lossy().into_owned()));
        spec.env.extend(variables.iter().cloned());
        Ok(spec)
    }

    /// One after the other in one copy, so that each compiles only what changed.
    async fn rebuilt(
        &self,
        scratch: &Scratch,
        edits: Vec<(&Case, String)>,
    ) -> Result<BTreeMap<Place, Outcome>, EvidenceError> {
        let mut outcomes = BTreeMap::new();
        for (case, text) in edits {
            if !self.is_in_time() {
                break;
            }
            let Some(original) = self.prepared.get(&case.path) else { continue };
            let changed = TreeFile { bytes: text.into_bytes().into(), ..original.clone() };
            scratch.replace(&changed)?;
            let outcome = match self.build(scratch).await? {
                Ok(built) => {
                    let desk = Scratch::empty(scratch.owner())?;
                    self.try_out(scratch, &desk, &built, &[], &case.tests).await?
                }
                Err(refused) => Outcome { booted: false, tests: BTreeMap::new(), output: refused.said.into_bytes() },
            };
            scratch.replace(original)?;
            outcomes.insert((case.path.clone(), case.lines), outcome);
        }
        Ok(outcomes)
    }
}

/// The tests of each binary, as the binary itself calls them.
fn by_root(names: &[String]) -> BTreeMap<&str, Vec<&str>> {
    let mut roots: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let unique: BTreeSet<&String> = names.iter().collect();
    for name in unique {
        if let Some((root, test)) = name.split_once("::") {
            roots.entry(root).or_default().push(test);
        }
    }
    roots.retain(|root, _| !target(root).is_empty());
    roots
}

impl Built {
    fn add(&mut self, message: Message, scratch: &Scratch) {
        let (Some(executable), Some(target)) = (message.executable, message.target) else { return };
        let is_test = message.profile.is_some_and(|profile| profile.test);
        if is_test {
            let tree = scratch.tree();
            let root = target.src_path.strip_prefix(&tree).unwrap_or(&target.src_path);
            self.tests.insert(root.to_string_lossy().into_owned(), executable);
        } else if target.kind.iter().any(|kind| kind == "bin") {
            self.programs.insert(target.name, executable);
        }
    }

    /// The program that `cargo run` of the manifest would run.
    fn program(&self, run: &[String]) -> String {
        let named = run.iter().position(|argument| argument == "--bin").and_then(|at| run.get(at + 1));
        let program = named.and_then(|name| self.programs.get(name)).or_else(|| self.programs.values().next());
        program.map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

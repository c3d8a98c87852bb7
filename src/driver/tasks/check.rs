//! The checks that need I/O: files become blobs, links become line ranges, code and tests run in the sandbox.

pub(super) use super::bench_error::BenchError;
use super::{
    Port, Services, TaskError, carry,
    changes::{self, Changes},
    prove,
    suite::{own_tests, tail},
};
use crate::{
    domain::{
        Clean, Hash, StepId,
        artifact::{CodeRange, FileEntry, TestRef},
        counted,
        evidence::{ControlRun, Coverage, EvidenceKind, ExclusionSearch},
        reply::{BuildReply, NewFile, NewSearch, TestReply},
        run::{Check, Run, Step},
    },
    evidence::{EvidenceError, Kind, Manifest, Recorded, Runner, Stack, Tree, TreeFile, cargo, genuine, links},
    orchestrator::{self, Checked, Input, Reply},
    workspace::{paths, tooling},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio_util::sync::CancellationToken;

/// Warnings of the compiler that are told.
pub(super) const WARNED: usize = 4;

/// What a check works on and what it has found so far.
pub(super) struct Bench<'a> {
    pub run: &'a Run,
    pub step: &'a Step,
    pub services: &'a Services,
    pub runner: &'a Runner,
    pub port: &'a Port,
    pub cancel: CancellationToken,
    pub tree: Tree,
    pub checked: Checked,
}

pub async fn check(
    step_id: &StepId,
    attempt: u32,
    run: Arc<Run>,
    services: &Services,
    port: &Port,
    cancel: CancellationToken,
) -> Result<(), TaskError> {
    let Some(step) = run.step(step_id) else { return Ok(()) };
    let Some(reply) = &step.reply else { return Ok(()) };
    let text = super::text(reply, services)?;
    let runner = services.runner().await.map_err(TaskError::Failed)?;
    let tree = upstream(&run, step, services)?;
    let mut bench = Bench { run: &run, step, services, runner, port, cancel, tree, checked: Checked::default() };
    let reply =
        orchestrator::parse(step.plan.produces, &text).map_err(|error| TaskError::Failed(Clean::from(error)))?;
    let done = match reply {
        // It passed the schema check before: it fails here only if the blob is not what was journalled.
        Reply::Build(mut reply) => {
            changes::keep_line_ends(&bench.tree, &mut reply.files);
            bench.build(&reply).await
        }
        Reply::Test(mut reply) => {
            changes::keep_line_ends(&bench.tree, &mut reply.files);
            bench.test(&reply).await
        }
        Reply::Verify(_) => bench.whole().await,
        Reply::Understand(_) | Reply::Plan(_) | Reply::Design(_) => Ok(()),
    };
    match done {
        // What the reply brought cannot be worked on: that is for its author to repair, not for the machine.
        Err(BenchError::Reply(problem)) => bench.report("execution", vec![problem], String::new()),
        Err(BenchError::Task(error)) => return Err(error),
        Ok(()) => {}
    }
    let checked = bench.checked;
    port.ask(Input::Checked { step: step_id.clone(), attempt, checked }).await?;
    Ok(())
}

/// The files of the steps this one comes after, and no others: what a parallel step wrote must not matter.
pub(super) fn upstream(run: &Run, step: &Step, services: &Services) -> Result<Tree, TaskError> {
    let closure = ancestors(run, step);
    tree_of(run.files_after(|step| closure.contains(step)), services)
}

/// These files with what the hub holds of them.
pub(super) fn tree_of<'a>(
    files: impl IntoIterator<Item = &'a FileEntry>,
    services: &Services,
) -> Result<Tree, TaskError> {
    files
        .into_iter()
        .map(|file| {
            let bytes = services.blobs.get(&file.sha256)?;
            let mut entry = TreeFile::new(file.path.clone(), bytes);
            entry.executable = file.executable;
            Ok(entry)
        })
        .collect::<Result<Vec<_>, TaskError>>()
        .map(Tree::new)
}

/// The steps that this one comes after, directly or not.
pub(super) fn ancestors<'a>(run: &'a Run, step: &'a Step) -> BTreeSet<&'a StepId> {
    let mut closure: BTreeSet<&StepId> = BTreeSet::new();
    let mut open: Vec<&StepId> = step.plan.after.iter().collect();
    while let Some(id) = open.pop() {
        if closure.insert(id) {
            open.extend(run.step(id).into_iter().flat_map(|s| &s.plan.after));
        }
    }
    closure
}

impl Bench<'_> {
    async fn build(&mut self, reply: &BuildReply) -> Result<(), BenchError> {
        if !self.store_files(&reply.files)? {
            return Ok(());
        }
        let links = if self.is_executable() {
            links::resolve(self.runner, &self.tree, &reply.links, &self.cancel).await?
        } else {
            links::as_given(&self.tree, &reply.links)
        };
        self.report("links", links.problems, format!("{} resolved to lines", counted(links.found.len(), "link")));
        self.checked.code_links = links.found;
        let carried = carry::links(self.run, &self.step.plan.id, &self.tree, &reply.files, &self.services.blobs)?;
        // A range that both declare stays with the one that declared it first.
        self.checked.code_links.retain(|link| !carried.iter().any(|other| carry::same_lines(link, other)));
        self.checked.code_links.extend(carried);
        self.unchanged()?;
        let Some((manifest, stack)) = self.runnable().await? else { return Ok(()) };
        self.boot(&manifest).await?;
        self.aware(stack, &reply.files).await?;
        self.unused(&manifest, stack).await
    }

    async fn test(&mut self, reply: &TestReply) -> Result<(), BenchError> {
        if !self.store_files(&reply.files)? {
            return Ok(());
        }
        let Some((manifest, stack)) = self.runnable().await? else { return Ok(()) };
        let links = links::tests(self.runner, &self.tree, stack, &reply.links, &self.cancel).await?;
        self.report("assertions", links.problems, format!("{} linked tests assert", links.found.len()));
        self.checked.test_links = links.found;
        self.denying(&links.denying);
        self.untried(&manifest, stack)?;
        self.aware(stack, &reply.files).await?;
        let only = own_tests(reply.files.iter().map(|file| file.path.as_str()), stack);
        let before = self.before(&manifest, stack).await?;
        self.port.progress(&self.step.plan.id, "tests running").await;
        let recorded = self
            .runner
            .tests(&self.tree, &manifest, (!only.is_empty()).then_some(only.as_slice()), &self.cancel)
            .await?;
        let green = self.judge_tests(&recorded, before.as_ref());
        self.record(recorded)?;
        if !green {
            return Ok(());
        }
        if let Some(before) = &before {
            self.old_tests(before).await?;
        }
        let ranges = self.own_ranges();
        self.controls(&manifest, &ranges).await?;
        self.search(&manifest, &reply.searches).await
    }

    /// The whole application on the final tree: the suite, a start, and whatever no control run has shown yet.
    async fn whole(&mut self) -> Result<(), BenchError> {
        if self.tree.is_empty() {
            return Ok(());
        }
        let Some((manifest, stack)) = self.runnable().await? else { return Ok(()) };
        self.boot(&manifest).await?;
        self.unused(&manifest, stack).await?;
        let before = self.before(&manifest, stack).await?;
        if let Some(before) = &before {
            self.old_tests(before).await?;
        }
        self.port.progress(&self.step.plan.id, "the whole suite runs").await;
        let recorded = self.runner.tests(&self.tree, &manifest, None, &self.cancel).await?;
        let green = self.judge_tests(&recorded, before.as_ref());
        self.record(recorded)?;
        let left = prove::unproven(self.run);
        self.controls(&manifest, &left).await?;
        if green {
            self.reach(&manifest).await?;
        }
        // What each module's tester searched for was searched before later modules were there.
        let searches = prove::searches(self.run);
        self.search(&manifest, &searches).await
    }

    /// Puts the reply's files into the blob store and over the tree. False when a path is refused.
    fn store_files(&mut self, files: &[NewFile]) -> Result<bool, BenchError> {
        let mut problems: Vec<Clean> = files
            .iter()
            .filter_map(|file| paths::check(&file.path).err().map(|error| Clean::from(error.to_string())))
            .collect();
        let there: Vec<&str> = self.tree.files().map(|file| file.path.as_str()).collect();
        problems.extend(paths::clashes(files.iter().map(|file| file.path.as_str()), &there).map(Clean::from));
        let refused = !problems.is_empty();
        self.report("paths", problems, counted(files.len(), "file"));
        if refused {
            return Ok(false);
        }
        if let Some(Changes { problems, summary }) = self.changes(files)? {
            let refused = !problems.is_empty();
            self.report("changes", problems, summary);
            if refused {
                return Ok(false);
            }
        }
        let cautions: Vec<String> = files.iter().filter_map(|file| self.caution(file)).collect();
        let before = |path: &str| self.tree.get(path).map(|file| &file.bytes[..]);
        let told = files.iter().filter_map(|f| genuine::newly_replaces_runner(&f.path, before(&f.path), &f.content));
        let stand_ins: Vec<Clean> = told.map(Clean::from).collect();
        if !stand_ins.is_empty() {
            self.report("test runner", stand_ins, String::new());
            return Ok(false);
        }
        if !cautions.is_empty() {
            self.report(Check::TOOLING, Vec::new(), format!("outside of the sandbox: {}", cautions.join("; ")));
        }
        self.services.blobs.put_all(files.iter().map(|file| file.content.as_bytes()))?;
        for file in files {
            let bytes = file.content.as_bytes();
            self.checked.files.push(FileEntry {
                path: file.path.clone(),
                sha256: Hash::of(bytes),
                bytes: bytes.len() as u64,
                lines: u32::try_from(file.content.lines().count()).unwrap_or(u32::MAX),
                executable: self.tree.is_executable(&file.path),
                step: self.step.plan.id.clone(),
            });
        }
        self.tree = self.tree.rewritten(files.iter().map(|f| (f.path.clone(), f.content.as_bytes())));
        Ok(true)
    }

    /// What a new or changed file has a person's tools do; what it brought before is not told again.
    fn caution(&self, file: &NewFile) -> Option<String> {
        let before = self.tree.get(&file.path).filter(|before| before.bytes[..] == *file.content.as_bytes());
        if before.is_some() { None } else { tooling::caution(&file.path, &file.content) }
    }

    /// False for software in a stack that no version of Python, Node or Rust runs.
    fn is_executable(&self) -> bool {
        let manifest = self.tree.get(Manifest::PATH).map(|file| Manifest::parse(&String::from_utf8_lossy(&file.bytes)));
        !matches!(manifest, Some(Ok(manifest)) if Stack::of(&manifest.stack).is_none())
    }

    fn manifest(&mut self) -> Option<Manifest> {
        let parsed = match self.tree.get(Manifest::PATH) {
            None => Err("there is no g1.toml: the first build must bring it".to_owned()),
            Some(file) => Manifest::parse(&String::from_utf8_lossy(&file.bytes)).map_err(|e| e.to_string()),
        };
        match parsed {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                self.report("manifest", vec![Clean::from(error)], String::new());
                None
            }
        }
    }

    /// The manifest, if what it describes can be executed here. What cannot is told and goes on unexecuted, so its clauses
    /// end `built` at best; what its author can put right is a problem of the reply.
    async fn runnable(&mut self) -> Result<Option<(Manifest, Stack)>, BenchError> {
        let Some(manifest) = self.manifest() else { return Ok(None) };
        match self.runner.ready(&manifest).await {
            Ok(stack) if stack.is_own_runner(&manifest.test) => return Ok(Some((manifest, stack))),
            Ok(_) => {
                let only = "tests are run with `python3 -m unittest`, `node --test` or `cargo test`, by no other runner or reporter";
                let refused = EvidenceError::Unsupported(manifest.test.join(" "), only);
                self.report("manifest", vec![Clean::from(refused.to_string())], String::new());
            }
            Err(EvidenceError::NoTool { why, stack }) => {
                let told =
                    format!("not run: {} is needed and not here ({why}); install {}", stack.tool(), stack.wanted());
                self.report("execution", Vec::new(), told);
            }
            Err(EvidenceError::Unsupported(..)) if Stack::of(&manifest.stack).is_none() => {
                let told = format!("not run: this version runs Python, Node and Rust, not {}", manifest.stack);
                self.report("execution", Vec::new(), told);
            }
            Err(error @ EvidenceError::Unsupported(..)) => {
                self.report("manifest", vec![Clean::from(error.to_string())], String::new());
            }
            Err(other) => return Err(other.into()),
        }
        Ok(None)
    }

    async fn boot(&mut self, manifest: &Manifest) -> Result<(), BenchError> {
        self.port.progress(&self.step.plan.id, "starting the application").await;
        let recorded = self.runner.boot(&self.tree, manifest, &self.cancel).await?;
        let up = recorded.executed.exit == Some(0);
        let problems = if up { Vec::new() } else { vec![tail(&recorded)] };
        let linked = |path: &str| self.checked.code_links.iter().any(|link| link.path == path);
        let mut good = Kind::of(manifest).started().to_owned();
        let warned = cargo::warnings(&String::from_utf8_lossy(&recorded.output), linked);
        for line in warned.iter().take(WARNED) {
            good.push_str("; the compiler warns: ");
            good.push_str(line);
        }
        self.report("boot", problems, good);
        self.record(recorded)
    }

    /// Control runs for `ranges`, each with every known test of its clause.
    async fn controls(&mut self, manifest: &Manifest, ranges: &[CodeRange]) -> Result<(), BenchError> {
        let tests = self.tests_by_clause();
        let targets = prove::targets(ranges, &tests);
        if targets.is_empty() {
            return Ok(());
        }
        let (step, port) = (self.step.plan.id.clone(), self.port.clone());
        let progress = Arc::new(move |done: usize, of: usize| {
            port.progress_now(&step, format!("control runs {done}/{of}"));
        });
        let controlled = self.runner.controls(&self.tree, manifest, &targets, Some(progress), &self.cancel).await?;
        let offset = self.checked.executed.len();
        let unrun = prove::unrun(&controlled.coverage, ranges);
        let in_part = prove::run_in_part(&controlled.coverage);
        let inside = prove::inside(&controlled.coverage);
        self.tell(Check::INSIDE, inside);
        self.keep(controlled.recorded, controlled.coverage)?;
        let controls = controlled.runs;
        let proven = controls.iter().filter(|c| c.proves()).count();
        let caught: BTreeSet<_> =
            controls.iter().filter(|c| c.proves()).map(|c| (c.clause, c.path.as_str(), c.lines)).collect();
        let dead: BTreeSet<_> =
            controls.iter().filter(|c| !c.booted).map(|c| (c.clause, c.path.as_str(), c.lines)).collect();
        let (mut open, mut unnoticed) = (vec![], vec![]);
        for range in ranges {
            let place = (range.clause, range.path.as_str(), range.lines);
            let (clause, path, (first, last)) = place;
            if caught.contains(&place) {
                continue;
            }
            if dead.contains(&place) {
                open.push(Clean::from(format!(
                    "{clause}: without {path}:{first}-{last} the application does not start, so no test can show anything of \
                     it: what starts and answers all the same has to be linked"
                )));
                continue;
            }
            let breaking = prove::breaking(&controls, range);
            let said = Clean::from(format!(
                "{clause}: {path}:{first}-{last} can be taken away and no linked test fails by an assertion{breaking}"
            ));
            open.push(said.clone());
            unnoticed.push(said);
        }
        self.tell(Check::UNNOTICED, unnoticed);
        let mut open: Vec<Clean> = controlled.problems.into_iter().chain(open).chain(unrun).collect();
        // It makes nothing red, but who writes tests again anyway is told.
        if !open.is_empty() {
            open.extend(in_part);
        }
        let good =
            format!("{} of {} links caught, {proven} control runs fail as they must", caught.len(), ranges.len());
        self.report("controls", open, good);
        self.checked.controls.extend(controls.into_iter().map(|mut control: ControlRun| {
            control.evidence.0 += u32::try_from(offset).unwrap_or(0);
            control
        }));
        Ok(())
    }

    /// Which lines the tests of all modules together reach, where that is not known yet.
    async fn reach(&mut self, manifest: &Manifest) -> Result<(), BenchError> {
        let targets = prove::unmeasured(self.run, &self.checked.coverage);
        if targets.is_empty() {
            return Ok(());
        }
        self.port.progress(&self.step.plan.id, "seeing which lines the tests reach").await;
        let controlled = self.runner.coverage(&self.tree, manifest, &targets, &self.cancel).await?;
        self.keep(controlled.recorded, controlled.coverage)
    }

    /// Records what was run, and what came out about lines.
    fn keep(&mut self, recorded: Vec<Recorded>, coverage: Vec<Coverage>) -> Result<(), BenchError> {
        let offset = u32::try_from(self.checked.executed.len()).unwrap_or(0);
        for one in recorded {
            self.record(one)?;
        }
        self.checked.coverage.extend(coverage.into_iter().map(|mut one| {
            one.evidence.0 += offset;
            one
        }));
        Ok(())
    }

    async fn search(&mut self, manifest: &Manifest, searches: &[NewSearch]) -> Result<(), BenchError> {
        if searches.is_empty() {
            return Ok(());
        }
        let searches = prove::with_own(self.run, searches);
        let searched = self.runner.search(&self.tree, manifest, &searches, &self.cancel).await?;
        let searches = searched.searches;
        self.record(searched.recorded)?;
        let at = u32::try_from(self.checked.executed.len()).unwrap_or(u32::MAX);
        let found = searches.iter().filter(|s| !s.hits.is_empty()).map(|s| {
            Clean::from(format!(
                "{}: found {}",
                s.clause,
                s.hits.iter().take(3).map(|h| h.as_str()).collect::<Vec<_>>().join(", ")
            ))
        });
        let problems = searched.problems.into_iter().chain(found).collect();
        self.report("searches", problems, format!("{} searched for", counted(searches.len(), "exclusion")));
        self.checked.searches.extend(searches.into_iter().map(|mut search: ExclusionSearch| {
            search.evidence.0 = at;
            search
        }));
        Ok(())
    }

    /// Ranges this step has to show: those in files that its own module's build wrote, for clauses it tests.
    fn own_ranges(&self) -> Vec<CodeRange> {
        let tested: BTreeSet<_> = self.checked.test_links.iter().map(|t| t.clause).collect();
        prove::of_module(self.run, self.step).filter(|r| tested.contains(&r.clause)).cloned().collect()
    }

    /// The tests to show a range with, by clause: this reply's, or those of approved steps when it brings none.
    fn tests_by_clause(&self) -> BTreeMap<crate::domain::ClauseId, Vec<TestRef>> {
        let mut tests: BTreeMap<_, Vec<TestRef>> = BTreeMap::new();
        let mine = &self.checked.test_links;
        let all = if mine.is_empty() { &self.run.test_links } else { mine };
        for test in all {
            tests.entry(test.clause).or_default().push(test.clone());
        }
        tests
    }

    pub(super) fn record(&mut self, recorded: Recorded) -> Result<(), BenchError> {
        debug_assert!(matches!(
            recorded.executed.kind,
            EvidenceKind::Tests | EvidenceKind::Boot | EvidenceKind::Search | EvidenceKind::Control
        ));
        self.services.blobs.put(&recorded.output)?;
        self.checked.executed.push(recorded.executed);
        Ok(())
    }

    /// A check that is there only where it finds something.
    pub(super) fn tell(&mut self, name: &str, found: Vec<Clean>) {
        if !found.is_empty() {
            self.report(name, found, String::new());
        }
    }

    pub(super) fn report(&mut self, name: &str, problems: Vec<Clean>, good: String) {
        let passed = problems.is_empty();
        let summary = if passed { good } else { counted(problems.len(), "problem") };
        let signature = (!passed).then(|| Hash::of_parts(problems.iter().map(|p| p.as_bytes())));
        self.checked.checks.push(Check {
            name: Clean::new(name),
            passed,
            summary: Clean::from(summary),
            details: problems,
            signature,
        });
    }
}

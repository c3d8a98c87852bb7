//! `run` `control`: linked lines are taken away one range at a time, to see which tests notice before the control runs that
//! count. Bounded in number and time, and what was not tried is named.

use super::{Gave, Runs, TaskError, not_run};
use crate::{
    domain::{
        ClauseId, Clean,
        evidence::TestOutcome,
        reply::{CodeLink, ReplyKind},
    },
    driver::tasks::{check::own_tests, prove},
    evidence::{
        EvidenceError, Manifest, Runner, Stack, Tree,
        controls::{Effect, Trial},
        links,
    },
    orchestrator::{self, Reply},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};

/// Ranges that one use tries.
const MOST: usize = 16;
/// How long after its beginning a range is still begun.
const LONGEST: Duration = Duration::from_secs(240);
/// The clause of lines that are named without one.
const NOBODY: &str = "C-000";
/// Tests named for a range.
const NAMED: usize = 6;

/// What is to be taken away, as it was asked for.
pub(super) struct Wish<'a> {
    /// Ids of clauses and names of symbols.
    pub words: &'a str,
    /// A file of code, whose ranges are meant, or of tests, which alone are run.
    pub path: &'a str,
    pub lines: Option<(u32, u32)>,
}

/// Path and lines, with the clauses that link them.
type Places = BTreeMap<(String, (u32, u32)), BTreeSet<ClauseId>>;

/// The tests of a trial.
struct Suite {
    passing: Vec<String>,
    failing: Vec<String>,
}

impl Runs<'_> {
    pub(super) async fn trial(
        &self,
        tree: &Tree,
        mine: &[&str],
        manifest: &Manifest,
        wish: Wish<'_>,
    ) -> Result<Gave, TaskError> {
        let runner = self.services.runner().await.map_err(TaskError::Failed)?;
        let declared = if self.step.plan.produces == ReplyKind::Build { self.declared()? } else { Vec::new() };
        self.tried(runner, tree, mine, manifest, (wish, declared)).await.or_else(not_run)
    }

    async fn tried(
        &self,
        runner: &Runner,
        tree: &Tree,
        mine: &[&str],
        manifest: &Manifest,
        (wish, declared): (Wish<'_>, Vec<CodeLink>),
    ) -> Result<Gave, EvidenceError> {
        let stack = runner.ready(manifest).await?;
        let places = match self.places(runner, tree, stack, (&wish, &declared)).await? {
            Ok(places) => places,
            Err(why) => return Ok(Gave::failed(why)),
        };
        self.port.progress(&self.step.plan.id, "tests running").await;
        let own = if stack.is_test_file(wish.path) { vec![wish.path] } else { mine.to_vec() };
        let only = own_tests(own.into_iter(), stack);
        let suite =
            Suite::of(runner.tests(tree, manifest, (!only.is_empty()).then_some(&only[..]), &self.cancel).await?);
        if suite.passing.is_empty() {
            let why = "no test passes while nothing is taken away, so none can notice anything: run `test` first";
            return Ok(Gave::failed(why.to_owned()));
        }
        let all: Vec<_> = places.keys().cloned().collect();
        let (chosen, more) = all.split_at(all.len().min(MOST));
        let trial = Trial { places: chosen, tests: &suite.passing, until: Instant::now() + LONGEST };
        let (step, port) = (self.step.plan.id.clone(), self.port.clone());
        let progress = Arc::new(move |done: usize, of: usize| {
            port.progress_now(&step, format!("trial control runs {done}/{of}"));
        });
        let effects = runner.trial(tree, manifest, trial, Some(progress), &self.cancel).await?;
        Ok(told(&places, chosen, &effects, more, &suite))
    }

    /// The ranges that are meant, or why there are none.
    async fn places(
        &self,
        runner: &Runner,
        tree: &Tree,
        stack: Stack,
        (wish, declared): (&Wish<'_>, &[CodeLink]),
    ) -> Result<Result<Places, String>, EvidenceError> {
        let Asked { clauses: wanted, code, links: asked } = Asked::of(wish, stack);
        if !asked.is_empty() {
            if code.is_empty() {
                return Ok(Err("`path` says in which file of code the symbol or the lines are".to_owned()));
            }
            let found = links::resolve(runner, tree, &asked, &self.cancel).await?;
            if let Some(problem) = found.problems.first() {
                return Ok(Err(problem
                    .strip_prefix(NOBODY)
                    .map_or(problem.as_str(), |rest| rest.trim_start_matches(": "))
                    .to_owned()));
            }
            return Ok(Ok(found.found.into_iter().map(|range| ((range.path, range.lines), BTreeSet::new())).collect()));
        }
        let mut ranges = match self.step.plan.produces {
            ReplyKind::Build => links::resolve(runner, tree, declared, &self.cancel).await?.found,
            _ => prove::of_module(self.run, self.step).cloned().collect(),
        };
        ranges.retain(|range| {
            (wanted.is_empty() || wanted.contains(&range.clause))
                && (code.is_empty() || range.path == code)
                && tree.sha256(&range.path) == Some(&range.sha256)
        });
        let mut places = Places::new();
        for range in ranges {
            places.entry((range.path, range.lines)).or_default().insert(range.clause);
        }
        if places.is_empty() {
            let why = "no linked lines are known for this: give `path` and, in `text` after `control`, a symbol of it, \
                       or `lines`";
            return Ok(Err(why.to_owned()));
        }
        Ok(Ok(places))
    }

    /// The links of the reply that a developer repairs.
    fn declared(&self) -> Result<Vec<CodeLink>, TaskError> {
        let Some(last) = &self.step.last_reply else { return Ok(Vec::new()) };
        let text = String::from_utf8_lossy(&self.services.blobs.get(last)?).into_owned();
        match orchestrator::parse(ReplyKind::Build, &text) {
            Ok(Reply::Build(reply)) => Ok(reply.links),
            _ => Ok(Vec::new()),
        }
    }
}

/// A wish taken apart.
struct Asked<'a> {
    clauses: BTreeSet<ClauseId>,
    /// The file of code; empty for all.
    code: &'a str,
    /// What is named by symbol or by lines.
    links: Vec<CodeLink>,
}

impl<'a> Asked<'a> {
    fn of(wish: &Wish<'a>, stack: Stack) -> Self {
        let words = wish.words.split([' ', ',']).filter(|word| !word.is_empty());
        let (clauses, symbols): (Vec<_>, Vec<_>) = words.partition(|word| word.parse::<ClauseId>().is_ok());
        let code = if stack.is_test_file(wish.path) { "" } else { wish.path };
        let link = |symbol: Option<&str>, lines| CodeLink {
            clause: NOBODY.to_owned(),
            path: code.to_owned(),
            symbol: symbol.map(str::to_owned),
            lines,
        };
        let mut links: Vec<CodeLink> = symbols.iter().map(|symbol| link(Some(symbol), None)).collect();
        links.extend(wish.lines.map(|lines| link(None, Some(lines))));
        Self { clauses: clauses.iter().filter_map(|clause| clause.parse().ok()).collect(), code, links }
    }
}

impl Suite {
    fn of(recorded: crate::evidence::Recorded) -> Self {
        let (passing, failing): (Vec<_>, Vec<_>) =
            recorded.executed.tests.into_iter().partition(|test| test.outcome == TestOutcome::Passed);
        let names = |tests: Vec<crate::domain::evidence::TestResult>| -> Vec<String> {
            tests.into_iter().map(|test| test.name.to_string()).collect()
        };
        Self { passing: names(passing), failing: names(failing) }
    }
}

/// The sum first, then range by range, then what was not tried and what was not used.
fn told(
    places: &Places,
    chosen: &[(String, (u32, u32))],
    effects: &[Effect],
    more: &[(String, (u32, u32))],
    suite: &Suite,
) -> Gave {
    let noticed = effects.iter().filter(|effect| matches!(effect, Effect::Noticed(_))).count();
    let late = effects.iter().filter(|effect| **effect == Effect::NotTried).count();
    let tried = chosen.len() - late;
    let mut text = format!("{noticed} of {tried} ranges noticed by an assertion, each taken away alone");
    if late + more.len() > 0 {
        let _ = write!(text, "; {} not tried", late + more.len());
    }
    let _ = writeln!(
        text,
        "\nA trial with the {} tests that pass; the control runs that count use only the tests linked to the clause.",
        suite.passing.len()
    );
    let place = |place: &(String, (u32, u32))| {
        let clauses: Vec<String> = places.get(place).into_iter().flatten().map(ToString::to_string).collect();
        let gap = if clauses.is_empty() { "" } else { " " };
        format!("{}{gap}{}:{}-{}", clauses.join(" "), place.0, place.1.0, place.1.1)
    };
    for (one, effect) in chosen.iter().zip(effects) {
        let _ = writeln!(text, "{}: {}", place(one), words(effect));
    }
    for one in more {
        let _ = writeln!(text, "{}: not tried, one use tries {MOST} ranges", place(one));
    }
    if !suite.failing.is_empty() {
        let _ = writeln!(text, "Not used, because they fail with the code as it is: {}", some(&suite.failing));
    }
    // What was not tried is no failure: the first line says how many there are.
    Gave::of(tried > 0 && noticed == tried, text)
}

fn words(effect: &Effect) -> String {
    match effect {
        Effect::Noticed(by) => format!("noticed by {}", some(by)),
        Effect::Broken(by) => format!("NOT shown: not by an assertion, but otherwise end {}", some(by)),
        Effect::Unnoticed => "NOT noticed: it starts, and every test still passes".to_owned(),
        Effect::NotStarted => "NOT shown: the application does not start without it".to_owned(),
        Effect::Unclear => "NOT shown: the tests were cut short or gave no result".to_owned(),
        Effect::Impossible(why) => format!("NOT shown: {}", Clean::new(why).one_line(300)),
        Effect::NotTried => format!("not tried, the {} seconds of a trial were over", LONGEST.as_secs()),
    }
}

fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_says_what_was_noticed_by_whom_and_what_was_not_tried() {
        let place = |line: u32| ("app/a.py".to_owned(), (line, line));
        let places: Places = (1..=5).map(|n| (place(n), BTreeSet::from([ClauseId(n)]))).collect();
        let chosen: Vec<_> = (1..=4).map(place).collect();
        let many: Vec<String> = (0..9).map(|n| format!("t.T.test_{n}")).collect();
        let effects =
            [Effect::Noticed(many.clone()), Effect::Unnoticed, Effect::Broken(many[..1].to_vec()), Effect::NotTried];
        let suite = Suite { passing: many, failing: vec!["t.T.test_red".to_owned()] };
        let gave = told(&places, &chosen, &effects, &[place(5)], &suite);
        assert!(!gave.ok, "something was not noticed");
        let lines: Vec<&str> = gave.text.lines().collect();
        assert_eq!(lines[0], "1 of 3 ranges noticed by an assertion, each taken away alone; 2 not tried");
        assert!(lines[1].contains("9 tests that pass"));
        assert!(
            lines[2].starts_with("C-001 app/a.py:1-1: noticed by t.T.test_0, ") && lines[2].ends_with("and 3 more")
        );
        assert!(lines[3].starts_with("C-002 app/a.py:2-2: NOT noticed"), "{}", lines[3]);
        assert!(lines[4].contains("not by an assertion") && lines[5].contains("240 seconds"), "{}", gave.text);
        assert!(lines[6].starts_with("C-005 app/a.py:5-5: not tried") && lines[7].contains("test_red"));
        let all = told(&places, &[], &[], &[], &suite);
        assert!(!all.ok, "nothing tried is nothing shown");
        let one: Places = [(place(1), BTreeSet::new())].into();
        let noticed = [Effect::Noticed(vec!["t".into()])];
        assert!(told(&one, &[place(1)], &noticed, &[], &suite).ok);
        assert!(told(&places, &[place(1)], &noticed, &[place(2)], &suite).ok, "more than a use tries is no failure");
    }
}

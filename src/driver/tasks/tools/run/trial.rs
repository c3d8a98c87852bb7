//! `run` `control`: linked lines are taken away one range at a time, to see which tests notice before the control runs that
//! count. Bounded in number and time, and what was not tried is named.

use super::{Gave, Runs, TaskError, not_run};
use crate::{
    domain::{
        ClauseId, Clean, Hash,
        evidence::TestOutcome,
        reply::{CodeLink, ReplyKind},
        trace::lines_in_words,
    },
    driver::tasks::{prove, suite::own_tests},
    evidence::{
        EvidenceError, Manifest, Runner, Stack, Tree,
        controls::{Effect, Trial, Tried},
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
const MOST: usize = 64;
/// How long after its beginning a range is still begun.
const LONGEST: Duration = Duration::from_secs(240);
/// Tests named for a range.
const NAMED: usize = 3;

/// What is to be taken away, as it was asked for.
pub(super) struct Wish<'a> {
    /// Ids of clauses, symbols, and `path:symbol` or `path:first-last`.
    pub words: &'a str,
    /// A file of code, whose ranges are meant, or of tests, which alone are run.
    pub path: &'a str,
    pub lines: Option<(u32, u32)>,
}

type Place = (String, (u32, u32));
/// With the clauses that link them or the symbols by which they were asked for.
type Places = BTreeMap<Place, BTreeSet<String>>;

/// What is tried, and in words what of that which was asked for is not there.
#[derive(Default)]
struct Meant {
    places: Places,
    unknown: Vec<String>,
}

/// The tests of a trial.
struct Suite {
    passing: Vec<String>,
    failing: Vec<String>,
}

/// What the uses before this one of the same turn tried, with the same files and tests: it is not tried again.
pub(super) struct Known {
    tree: Hash,
    only: Vec<String>,
    suite: Suite,
    tried: BTreeMap<Place, Tried>,
}

impl Known {
    fn is_of(&self, tree: &Hash, only: &[String]) -> bool {
        self.tree == *tree && self.only == only
    }

    /// Those of which nothing is known yet.
    fn left(&self, places: &[Place]) -> Vec<Place> {
        let is_known = |place: &&Place| self.tried.get(*place).is_some_and(|tried| tried.effect != Effect::NotTried);
        places.iter().filter(|place| !is_known(place)).cloned().collect()
    }

    fn of(&self, places: &[Place]) -> Vec<Tried> {
        let none = || Tried { effect: Effect::NotTried, unreached: vec![], idle: false };
        places.iter().map(|place| self.tried.get(place).cloned().unwrap_or_else(none)).collect()
    }
}

impl Runs<'_> {
    pub(super) async fn trial(
        &mut self,
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
        &mut self,
        runner: &Runner,
        tree: &Tree,
        mine: &[&str],
        manifest: &Manifest,
        (wish, declared): (Wish<'_>, Vec<CodeLink>),
    ) -> Result<Gave, EvidenceError> {
        let stack = runner.ready(manifest).await?;
        let begun = Instant::now();
        let meant = self.meant(runner, tree, stack, (&wish, &declared)).await?;
        if meant.places.is_empty() {
            return Ok(Gave::failed(meant.unknown.join("\n")));
        }
        self.port.progress(&self.step.plan.id, "tests running").await;
        let own = if stack.is_test_file(wish.path) { vec![wish.path] } else { mine.to_vec() };
        let only = own_tests(own.into_iter(), stack);
        let hash = tree.hash();
        let mut known = match self.known.take().filter(|known| known.is_of(&hash, &only)) {
            Some(known) => known,
            None => {
                let some = (!only.is_empty()).then_some(&only[..]);
                let suite = Suite::of(runner.tests(tree, manifest, some, &self.cancel).await?);
                Known { tree: hash, only, suite, tried: BTreeMap::new() }
            }
        };
        if known.suite.passing.is_empty() {
            let why = "no test passes while nothing is taken away, so none can notice anything: run `test` first";
            return Ok(Gave::failed(why.to_owned()));
        }
        let all: Vec<_> = meant.places.keys().cloned().collect();
        let (chosen, more) = all.split_at(all.len().min(MOST));
        let left = known.left(chosen);
        let trial = Trial {
            places: &left,
            tests: &known.suite.passing,
            until: Instant::now() + LONGEST,
            reach: begun.elapsed() < LONGEST / 4,
        };
        let (step, port) = (self.step.plan.id.clone(), self.port.clone());
        let progress = Arc::new(move |done: usize, of: usize| {
            port.progress_now(&step, format!("trial control runs {done}/{of}"));
        });
        if !left.is_empty() {
            let tried = runner.trial(tree, manifest, trial, Some(progress), &self.cancel).await?;
            known.tried.extend(left.into_iter().zip(tried));
        }
        let mut gave = told(&meant, chosen, &known.of(chosen), more, &known.suite);
        gave.text.push_str(&slow(begun.elapsed(), LONGEST));
        self.known = Some(known);
        Ok(gave)
    }

    /// The ranges that are meant; when there are none, why.
    async fn meant(
        &self,
        runner: &Runner,
        tree: &Tree,
        stack: Stack,
        (wish, declared): (&Wish<'_>, &[CodeLink]),
    ) -> Result<Meant, EvidenceError> {
        let Asked { clauses: wanted, code, links: asked } = Asked::of(wish, stack);
        let mut meant = Meant::default();
        if !asked.is_empty() {
            let found = links::resolve(runner, tree, &asked, &self.cancel).await?;
            for range in found.found {
                let names = meant.places.entry((range.path, range.lines)).or_default();
                names.extend(asked.get(range.clause.0 as usize).and_then(|link| link.symbol.clone()));
            }
            meant.unknown.extend(found.problems.iter().map(|problem| told_of(&asked, problem)));
            if wanted.is_empty() {
                return Ok(meant);
            }
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
        for range in ranges {
            meant.places.entry((range.path, range.lines)).or_default().insert(range.clause.to_string());
        }
        if meant.places.is_empty() && meant.unknown.is_empty() {
            let why = "no linked lines are known for this: name them after `control` as `path:symbol` or \
                       `path:first-last`";
            meant.unknown.push(why.to_owned());
        }
        Ok(meant)
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
    /// What is named by symbol or by lines. The clause of each is its number here, by which the answer is known.
    links: Vec<CodeLink>,
}

impl<'a> Asked<'a> {
    fn of(wish: &Wish<'a>, stack: Stack) -> Self {
        let code = if stack.is_test_file(wish.path) { "" } else { wish.path };
        let (mut clauses, mut links) = (BTreeSet::new(), Vec::new());
        let mut link = |path: &str, symbol: Option<&str>, lines| {
            let clause = ClauseId(u32::try_from(links.len()).unwrap_or(u32::MAX)).to_string();
            links.push(CodeLink { clause, path: path.to_owned(), symbol: symbol.map(str::to_owned), lines });
        };
        for word in words_of(wish.words) {
            if let Ok(clause) = word.parse() {
                clauses.insert(clause);
                continue;
            }
            let (path, name) = placed(word).unwrap_or((code, word));
            match range(name) {
                Some(lines) => link(path, None, Some(lines)),
                None => link(path, Some(name), None),
            }
        }
        if let Some(lines) = wish.lines {
            link(code, None, Some(lines));
        }
        Self { clauses, code, links }
    }
}

/// Words between blanks and commas; what stands in brackets belongs to its word (`RULES[title required]`).
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    let apart = move |c: char| {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (c.is_whitespace() || c == ',')
    };
    text.split(apart).filter(|word| !word.is_empty())
}

/// `app/a.py:check_owner` as file and symbol; a name of its own may have colons too (`Loans::create`).
fn placed(word: &str) -> Option<(&str, &str)> {
    let (path, name) = word.split_once(':')?;
    let is_path = !path.is_empty() && !path.contains('[');
    (is_path && !name.is_empty() && !name.starts_with(':')).then_some((path, name))
}

/// `12-20`, `12`.
fn range(name: &str) -> Option<(u32, u32)> {
    let (first, last) = name.split_once('-').unwrap_or((name, name));
    Some((first.parse().ok()?, last.parse().ok()?))
}

/// Why one of what was asked for is not there.
fn told_of(asked: &[CodeLink], problem: &str) -> String {
    let (number, why) = problem.split_once(": ").unwrap_or(("", problem));
    let link = number.parse().ok().and_then(|ClauseId(number)| asked.get(number as usize));
    match link {
        Some(link) if link.path.is_empty() => {
            let name = link.symbol.as_deref().unwrap_or("these lines");
            format!("{name}: not tried, in which file? Say `path:{name}`")
        }
        Some(CodeLink { symbol: Some(symbol), .. }) => format!("{symbol}: not tried, {why}"),
        _ => why.to_owned(),
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
fn told(meant: &Meant, chosen: &[Place], tried: &[Tried], more: &[Place], suite: &Suite) -> Gave {
    let noticed = tried.iter().filter(|one| !one.idle && matches!(one.effect, Effect::Noticed(_))).count();
    let late = tried.iter().filter(|one| one.effect == Effect::NotTried).count();
    let all = chosen.len() - late;
    let mut text = format!("{noticed} of {all} ranges noticed by an assertion, each taken away alone");
    if late + more.len() > 0 {
        let _ = write!(text, "; {} not tried", late + more.len());
    }
    let _ = writeln!(
        text,
        "\nA trial with the {} tests that pass, of each range those that reach it; the control runs that count use only the tests \
         linked to the clause.",
        suite.passing.len()
    );
    let place = |place: &Place| {
        let names: Vec<&str> = meant.places.get(place).into_iter().flatten().map(String::as_str).collect();
        let gap = if names.is_empty() { "" } else { " " };
        format!("{}{gap}{}:{}-{}", names.join(" "), place.0, place.1.0, place.1.1)
    };
    for (one, tried) in chosen.iter().zip(tried) {
        let _ = writeln!(text, "{}: {}", place(one), words(tried));
    }
    if !more.is_empty() {
        let more: Vec<String> = more.iter().map(place).collect();
        let _ = writeln!(text, "not tried, one use tries {MOST} ranges: {}", more.join(", "));
    }
    for one in &meant.unknown {
        let _ = writeln!(text, "{one}");
    }
    if !suite.failing.is_empty() {
        let _ = writeln!(text, "Not used, because they fail with the code as it is: {}", some(&suite.failing));
    }
    // What was not tried is no failure: the first line says how many there are.
    Gave::of(all > 0 && noticed == all && meant.unknown.is_empty(), text)
}

/// What took more than a minute says so, in whole minutes: what differs from run to run makes every later request another.
pub(super) fn slow(took: Duration, most: Duration) -> String {
    match took.as_secs() / 60 {
        0 => String::new(),
        minutes => format!("It took more than {minutes} of the {} minutes that it may take.\n", most.as_secs() / 60),
    }
}

fn words(tried: &Tried) -> String {
    let what = effect(tried);
    match tried.unreached.as_slice() {
        [] => what,
        _ if tried.idle => format!("{what}; no test reaches any line of it"),
        lines => format!("{what}; no test reaches {}", lines_in_words(lines)),
    }
}

fn effect(tried: &Tried) -> String {
    match &tried.effect {
        Effect::Noticed(by) if tried.idle => format!("NOT shown: {} only read its text", some(by)),
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
        let places: Places = (1..=5).map(|n| (place(n), BTreeSet::from([ClauseId(n).to_string()]))).collect();
        let mut meant = Meant { places, unknown: Vec::new() };
        let chosen: Vec<_> = (1..=4).map(place).collect();
        let many: Vec<String> = (0..9).map(|n| format!("t.T.test_{n}")).collect();
        let one = |effect| Tried { effect, unreached: Vec::new(), idle: false };
        let effects = [
            one(Effect::Noticed(many.clone())),
            one(Effect::Unnoticed),
            one(Effect::Broken(many[..1].to_vec())),
            one(Effect::NotTried),
        ];
        let suite = Suite { passing: many, failing: vec!["t.T.test_red".to_owned()] };
        let gave = told(&meant, &chosen, &effects, &[place(5)], &suite);
        assert!(!gave.ok, "something was not noticed");
        let lines: Vec<&str> = gave.text.lines().collect();
        assert_eq!(lines[0], "1 of 3 ranges noticed by an assertion, each taken away alone; 2 not tried");
        assert!(lines[1].contains("9 tests that pass"));
        assert!(
            lines[2].starts_with("C-001 app/a.py:1-1: noticed by t.T.test_0, ") && lines[2].ends_with("and 6 more")
        );
        assert!(lines[3].starts_with("C-002 app/a.py:2-2: NOT noticed"), "{}", lines[3]);
        assert!(lines[4].contains("not by an assertion") && lines[5].contains("240 seconds"), "{}", gave.text);
        assert!(
            lines[6].starts_with("not tried, one use tries")
                && lines[6].ends_with(": C-005 app/a.py:5-5")
                && lines[7].contains("test_red")
        );
        let all = told(&meant, &[], &[], &[], &suite);
        assert!(!all.ok, "nothing tried is nothing shown");
        let alone = Meant { places: [(place(1), BTreeSet::new())].into(), unknown: Vec::new() };
        let noticed = [one(Effect::Noticed(vec!["t".into()]))];
        assert!(told(&alone, &[place(1)], &noticed, &[], &suite).ok);
        assert!(told(&meant, &[place(1)], &noticed, &[place(2)], &suite).ok, "more than a use tries is no failure");
        meant.unknown.push("nosuch: not tried, app/a.py has no nosuch".to_owned());
        let part = told(&meant, &[place(1)], &noticed, &[], &suite);
        assert!(!part.ok && part.text.contains("C-001 app/a.py:1-1: noticed by t\nnosuch: not tried"), "{}", part.text);
    }

    #[test]
    fn lines_that_no_test_reaches_are_named_and_a_test_that_only_read_them_shows_nothing() {
        let place = ("app/a.py".to_owned(), (4, 9));
        let meant =
            Meant { places: [(place.clone(), BTreeSet::from(["C-001".to_owned()]))].into(), unknown: Vec::new() };
        let suite = Suite { passing: vec!["t".to_owned()], failing: Vec::new() };
        let said = |effect, unreached: &[u32], idle| {
            let gave = told(
                &meant,
                std::slice::from_ref(&place),
                &[Tried { effect, unreached: unreached.to_vec(), idle }],
                &[],
                &suite,
            );
            (gave.ok, gave.text)
        };
        let noticed = || Effect::Noticed(vec!["t".to_owned()]);
        let (ok, text) = said(noticed(), &[6, 7, 9], false);
        assert!(ok && text.contains("C-001 app/a.py:4-9: noticed by t; no test reaches lines 6–7, 9\n"), "{text}");
        let (ok, text) = said(noticed(), &[5, 6], true);
        assert!(!ok && text.starts_with("0 of 1 ranges") && text.contains("NOT shown: t only read its text"), "{text}");
        let (ok, text) = said(Effect::Unnoticed, &[5, 6], true);
        assert!(!ok && text.contains("every test still passes; no test reaches any line of it"), "{text}");
    }

    #[test]
    fn what_was_tried_with_the_same_files_and_tests_is_not_tried_again() {
        let place = |line: u32| ("app/a.py".to_owned(), (line, line));
        let one = |effect| Tried { effect, unreached: Vec::new(), idle: false };
        let known = Known {
            tree: Hash::of(b"a"),
            only: vec!["tests/test_a.py".to_owned()],
            suite: Suite { passing: vec!["t".to_owned()], failing: Vec::new() },
            tried: [(place(1), one(Effect::Unnoticed)), (place(2), one(Effect::NotTried))].into(),
        };
        let all = [place(1), place(2), place(3)];
        assert_eq!(known.left(&all), all[1..], "for what there was no time it is tried again");
        assert_eq!(known.of(&all)[0], one(Effect::Unnoticed));
        assert!(known.is_of(&Hash::of(b"a"), &known.only) && !known.is_of(&Hash::of(b"b"), &known.only));
        assert!(!known.is_of(&Hash::of(b"a"), &[]), "other tests are another trial");
    }

    #[test]
    fn several_symbols_of_several_files_are_asked_for_in_one_use() {
        let asked = |words: &str, path: &str, lines| {
            let asked = Asked::of(&Wish { words, path, lines }, Stack::Python);
            let links = asked.links.iter().map(|link| {
                let name = link.symbol.clone().unwrap_or_else(|| format!("{:?}", link.lines.unwrap()));
                format!("{} {} {name}", link.clause, link.path)
            });
            (asked.clauses.iter().map(ToString::to_string).collect::<Vec<_>>(), links.collect::<Vec<_>>())
        };
        let (clauses, links) =
            asked(" C-004, check_owner app/b.py:RULES[title required],app/b.py:3-9 a.B.c", "app/a.py", None);
        assert_eq!(clauses, ["C-004"]);
        let expected = [
            "C-000 app/a.py check_owner",
            "C-001 app/b.py RULES[title required]",
            "C-002 app/b.py (3, 9)",
            "C-003 app/a.py a.B.c",
        ];
        assert_eq!(links, expected);
        assert_eq!(
            asked("src/a.rs:Loans::create Loans::end", "src/b.rs", None).1,
            ["C-000 src/a.rs Loans::create", "C-001 src/b.rs Loans::end",]
        );
        assert_eq!(asked("", "app/a.py", Some((1, 2))).1, ["C-000 app/a.py (1, 2)"]);
        let links =
            Asked::of(&Wish { words: "owner app/b.py:nosuch", path: "tests/test_a.py", lines: None }, Stack::Python)
                .links;
        assert_eq!(told_of(&links, "C-000: no file"), "owner: not tried, in which file? Say `path:owner`");
        assert_eq!(told_of(&links, "C-001: app/b.py has no nosuch"), "nosuch: not tried, app/b.py has no nosuch");
    }

    #[test]
    fn a_file_may_be_named_without_folder_and_ending() {
        assert_eq!(placed("tidelog:main"), Some(("tidelog", "main")));
        assert_eq!(placed("app/a.py:3-9"), Some(("app/a.py", "3-9")));
        for other in ["main", "Loans::create", "RULES[a:b]", "tidelog:", ":main"] {
            assert_eq!(placed(other), None, "{other}");
        }
    }

    #[test]
    fn what_takes_minutes_says_so() {
        assert_eq!(slow(Duration::from_secs(59), LONGEST), "");
        let text = slow(Duration::from_secs(190), LONGEST);
        assert_eq!(text, "It took more than 3 of the 4 minutes that it may take.\n");
    }
}

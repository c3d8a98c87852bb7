//! The building block of `g1 verify`: does what was recorded still hold for the files as they are now?
//!
//! Never by hash alone: the suite and the control runs are made again. A linked range in a changed file is found again by
//! its name or by what it says, so a comment, or a function above it, does no harm; a range that is gone, a test that no
//! longer passes, or one that no longer fails without its range, is named with its clause.

use super::{
    EvidenceError, Manifest, Recorded, Runner, Tree,
    controls::{Case, Measured, Place, Progress, Proofs, Without},
    syntax::{self, Question},
};
use crate::domain::{
    ClauseId, Clean, Hash,
    artifact::CodeRange,
    clause::ClauseKind,
    evidence::TestOutcome,
    reply::NewSearch,
    run::Run,
    trace::{self, Status},
};
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// What the run recorded about one clause, and whether it is still so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub clause: ClauseId,
    pub claimed: Status,
    /// Why it is not so any more; `None` when it was reproduced.
    pub failed: Option<Clean>,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// One for each clause that was `tested` or `proven`, in their order.
    pub claims: Vec<Claim>,
    pub recorded: Vec<Recorded>,
    /// Where the linked tests of a proven clause reach other lines now than was recorded: no failure, but worth a look.
    pub reach: Vec<Clean>,
}

impl Verified {
    pub fn failed(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| claim.failed.is_some())
    }
}

/// A linked range of proven clauses, and the tests that failed without it.
struct Range<'a> {
    range: &'a CodeRange,
    tests: BTreeSet<String>,
    /// All linked tests of its clause.
    linked: BTreeSet<String>,
}

/// Where a range is now, and how it is taken away; or why there is no such thing.
type Found = Result<((u32, u32), Without), String>;

/// Makes the recorded proofs of `run` again on `tree`, the files as they are now. `content` finds a recorded file by
/// its hash. Commands come from the manifest that was recorded, not from the one in the tree.
///
/// # Errors
/// Nothing could be run at all.
pub async fn verify(
    runner: &Runner,
    run: &Run,
    tree: &Tree,
    content: &(dyn Fn(&Hash) -> Option<Vec<u8>> + Sync),
    progress: Option<Progress>,
    cancel: &CancellationToken,
) -> Result<Verified, EvidenceError> {
    let mut claims: Vec<Claim> = trace::trace(run)
        .clauses
        .into_iter()
        .filter_map(|clause| Some((clause.id, clause.status?)))
        .filter(|(_, status)| matches!(status, Status::Tested | Status::Proven))
        .map(|(clause, claimed)| Claim { clause, claimed, failed: None })
        .collect();
    if claims.is_empty() {
        return Ok(Verified { claims, recorded: vec![], reach: vec![] });
    }
    let manifest = match recorded_manifest(run, content) {
        Ok(manifest) => manifest,
        Err(why) => {
            claims.iter_mut().for_each(|claim| claim.failed = Some(Clean::from(why.clone())));
            return Ok(Verified { claims, recorded: vec![], reach: vec![] });
        }
    };
    let suite = runner.tests(tree, &manifest, None, cancel).await?;
    let passes = |test: &str| {
        suite.executed.tests.iter().any(|result| result.name == test && result.outcome == TestOutcome::Passed)
    };
    let ranges = ranges(run, &claims);
    let (found, controls) = control(runner, tree, &manifest, &ranges, content, progress, cancel).await?;
    let (searched, hits) = exclusions(runner, run, tree, &manifest, &claims, cancel).await?;
    for claim in &mut claims {
        let exclusion = run.clauses.get(&claim.clause).is_some_and(|c| c.kind == Some(ClauseKind::Exclusion));
        let failed = if exclusion {
            hits.get(&claim.clause).cloned().unwrap_or_else(|| Some("its search could not be repeated".to_owned()))
        } else {
            failing_test(run, claim.clause, &passes).or_else(|| {
                (claim.claimed == Status::Proven).then(|| unproven(claim.clause, &ranges, &found, &controls)).flatten()
            })
        };
        claim.failed = failed.map(Clean::from);
    }
    let reach = changed_reach(run, tree, content, &ranges, &found, &controls.measured);
    let recorded = [Some(suite), controls.recorded, searched].into_iter().flatten().collect();
    Ok(Verified { claims, recorded, reach })
}

fn recorded_manifest(run: &Run, content: &(dyn Fn(&Hash) -> Option<Vec<u8>> + Sync)) -> Result<Manifest, String> {
    let entry = run.files.get(Manifest::PATH).ok_or("g1.toml was never written")?;
    let bytes = content(&entry.sha256).ok_or("the recorded g1.toml is lost")?;
    Manifest::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| error.to_string())
}

/// The linked ranges of proven clauses with the tests whose failure proved them.
fn ranges<'a>(run: &'a Run, claims: &[Claim]) -> Vec<Range<'a>> {
    let proven = |clause: ClauseId| claims.iter().any(|c| c.clause == clause && c.claimed == Status::Proven);
    let mut links: Vec<&CodeRange> = run.code_links.iter().filter(|link| proven(link.clause)).collect();
    links.sort();
    links.dedup();
    let linked = |clause, test: &str| run.test_links.iter().any(|link| link.clause == clause && link.test == test);
    links
        .into_iter()
        .map(|range| {
            let proving = run.controls.iter().filter(|control| {
                control.proves()
                    && control.clause == range.clause
                    && control.path == range.path
                    && control.lines == range.lines
                    && control.file_sha256 == range.sha256
                    && linked(range.clause, &control.test)
            });
            let of_clause = run.test_links.iter().filter(|link| link.clause == range.clause);
            Range {
                range,
                tests: proving.map(|control| control.test.clone()).collect(),
                linked: of_clause.map(|link| link.test.clone()).collect(),
            }
        })
        .collect()
}

#[derive(Default)]
struct Controls {
    recorded: Option<Recorded>,
    proofs: Proofs,
    measured: Measured,
}

async fn control(
    runner: &Runner,
    tree: &Tree,
    manifest: &Manifest,
    ranges: &[Range<'_>],
    content: &(dyn Fn(&Hash) -> Option<Vec<u8>> + Sync),
    progress: Option<Progress>,
    cancel: &CancellationToken,
) -> Result<(Vec<Found>, Controls), EvidenceError> {
    let questions: Vec<Question> = ranges.iter().map(|range| question(range.range, tree, content)).collect();
    let answers = syntax::ask(runner, tree, &questions, cancel).await?;
    let found: Vec<Found> = ranges
        .iter()
        .zip(answers)
        .map(|(range, answer)| {
            let lines = answer.lines.unwrap_or(range.range.lines);
            Without::of(answer).map(|without| (lines, without))
        })
        .collect();
    let mut cases: BTreeMap<Place, (Case, Without)> = BTreeMap::new();
    for (range, found) in ranges.iter().zip(&found) {
        if let Ok((lines, without)) = found {
            let (path, lines) = (range.range.path.clone(), *lines);
            let (case, _) = cases.entry((path.clone(), lines)).or_insert_with(|| {
                (Case { path, lines, tests: BTreeSet::new(), measured: BTreeSet::new() }, without.clone())
            });
            case.tests.extend(range.tests.iter().cloned());
            case.measured.extend(range.linked.iter().cloned());
        }
    }
    let cases: Vec<(Case, Without)> = cases.into_values().collect();
    if cases.is_empty() {
        return Ok((found, Controls::default()));
    }
    let (recorded, proofs, measured) = runner.control_again(tree, manifest, cases, progress, cancel).await?;
    Ok((found, Controls { recorded: Some(recorded), proofs, measured }))
}

/// The same lines while the file is the same; else where they are now.
fn question(range: &CodeRange, tree: &Tree, content: &(dyn Fn(&Hash) -> Option<Vec<u8>> + Sync)) -> Question {
    let same = tree.sha256(&range.path) == Some(&range.sha256);
    let old = if same { None } else { content(&range.sha256).and_then(|bytes| String::from_utf8(bytes).ok()) };
    match old {
        Some(old) => Question::Locate { path: range.path.clone(), old, lines: range.lines },
        None => Question::Neutralise { path: range.path.clone(), lines: range.lines },
    }
}

/// What the tests of a range reached by the record and do not reach now, or the other way round. Lines are told by what they
/// say, for a changed file has them elsewhere.
fn changed_reach(
    run: &Run,
    tree: &Tree,
    content: &(dyn Fn(&Hash) -> Option<Vec<u8>> + Sync),
    ranges: &[Range<'_>],
    found: &[Found],
    measured: &Measured,
) -> Vec<Clean> {
    let trace = trace::trace(run);
    let mut changed = vec![];
    for (range, found) in ranges.iter().zip(found) {
        let CodeRange { clause, path, lines, sha256, .. } = range.range;
        let Ok((lines_now, _)) = found else { continue };
        let files = trace.clauses.iter().filter(|one| one.id == *clause).flat_map(|one| &one.files);
        let Some(before) =
            files.filter(|file| file.path == *path && file.lines == *lines).find_map(|f| f.unreached.as_deref())
        else {
            continue;
        };
        let place = (path.clone(), *lines_now);
        let Some(now) = measured.unreached(&place, range.linked.iter().map(String::as_str)) else { continue };
        let same = tree.sha256(path) == Some(sha256);
        let said = |bytes: Option<Vec<u8>>, numbers: &[u32]| -> Vec<String> {
            let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
            let lines: Vec<&str> = text.lines().collect();
            numbers.iter().filter_map(|n| Some(lines.get(*n as usize - 1)?.trim().to_owned())).collect()
        };
        let differs = match same {
            true => before != now,
            false => said(content(sha256), before) != said(tree.get(path).map(|file| file.bytes.to_vec()), &now),
        };
        if differs {
            let words = |lines: &[u32]| if lines.is_empty() { "none".to_owned() } else { trace::lines_in_words(lines) };
            let (first, last) = lines_now;
            changed.push(Clean::from(format!(
                "{clause}: lines of {path}:{first}-{last} that no linked test reaches: {} now, {} by the record",
                words(&now),
                words(before)
            )));
        }
    }
    changed
}

fn failing_test(run: &Run, clause: ClauseId, passes: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut tests = run.test_links.iter().filter(|link| link.clause == clause);
    tests.find(|link| !passes(&link.test)).map(|link| format!("{} does not pass any more", link.test))
}

fn unproven(clause: ClauseId, ranges: &[Range<'_>], found: &[Found], controls: &Controls) -> Option<String> {
    ranges.iter().zip(found).filter(|(range, _)| range.range.clause == clause).find_map(|(range, found)| {
        let path = &range.range.path;
        let (lines, _) = match found {
            Ok(found) => found,
            Err(problem) => return Some(problem.clone()),
        };
        let (first, last) = lines;
        match controls.proofs.get(&(path.clone(), *lines)) {
            Some((true, tests)) => {
                let caught = range.tests.iter().any(|test| tests.get(test) == Some(&TestOutcome::Failed));
                (!caught).then(|| format!("without {path}:{first}-{last} no linked test fails any more"))
            }
            Some((false, _)) => Some(format!("without {path}:{first}-{last} the application does not start any more")),
            None => Some(format!("{path}:{first}-{last} could not be neutralised")),
        }
    })
}

/// By clause: `None` when the exclusion is kept, else the first hit.
type Kept = BTreeMap<ClauseId, Option<String>>;

/// Repeats the recorded searches.
async fn exclusions(
    runner: &Runner,
    run: &Run,
    tree: &Tree,
    manifest: &Manifest,
    claims: &[Claim],
    cancel: &CancellationToken,
) -> Result<(Option<Recorded>, Kept), EvidenceError> {
    let mut newest: BTreeMap<ClauseId, Vec<String>> = BTreeMap::new();
    for search in run.searches.iter().filter(|search| claims.iter().any(|claim| claim.clause == search.clause)) {
        newest.insert(search.clause, search.terms.clone());
    }
    let searches: Vec<NewSearch> =
        newest.into_iter().map(|(clause, terms)| NewSearch { clause: clause.to_string(), terms }).collect();
    if searches.is_empty() {
        return Ok((None, BTreeMap::new()));
    }
    let searched = runner.search(tree, manifest, &searches, cancel).await?;
    let kept = searched
        .searches
        .into_iter()
        .map(|search| (search.clause, search.hits.first().map(|hit| format!("what is excluded was found: {hit}"))))
        .collect();
    Ok((Some(searched.recorded), kept))
}

//! The transition manager's handoff: a deterministic text, made from the run alone.

use crate::domain::{
    ClauseId, StepId,
    made::Made,
    pack::{NOTED, Page},
    reply::ReplyKind,
    run::{Proposal, Run, Step, StepState},
    trace::doubts,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// Ids that follow each other as ranges: `C-001 to C-004, C-007`.
fn ids(clauses: impl Iterator<Item = ClauseId>) -> String {
    let mut ranges: Vec<(ClauseId, ClauseId)> = Vec::new();
    for id in clauses {
        match ranges.last_mut() {
            Some((_, last)) if last.0 + 1 == id.0 => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    let words: Vec<String> = ranges
        .into_iter()
        .map(|(from, to)| match to.0 - from.0 {
            0 => from.to_string(),
            1 => format!("{from}, {to}"),
            _ => format!("{from} to {to}"),
        })
        .collect();
    words.join(", ")
}

/// The ranges that the developers before this step linked to the tester's clauses: each must be missed by a test when it
/// is gone. What a parallel step linked meanwhile must not matter.
fn linked(text: &mut String, run: &Run, own: &BTreeSet<ClauseId>, upstream: &BTreeSet<StepId>) {
    for id in own {
        let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let known = |path: &str| run.files.get(path).is_some_and(|file| upstream.contains(&file.step));
        let mut links: Vec<_> = run.code_links.iter().filter(|l| l.clause == *id && known(&l.path)).collect();
        links.sort();
        for link in links {
            let (first, last) = link.lines;
            let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
            files.entry(link.path.as_str()).or_default().push(lines);
        }
        let places: Vec<String> = files.iter().map(|(path, lines)| format!("{path} {}", lines.join(", "))).collect();
        if !places.is_empty() {
            let _ = writeln!(text, "Lines linked to {id}: {}.", places.join("; "));
        }
    }
}

/// What the personas before the verifier hold to although it seems to say something else than a clause.
fn in_doubt(text: &mut String, run: &Run, step: &Step, own: &BTreeSet<ClauseId>, upstream: &BTreeSet<StepId>) {
    if step.plan.produces != ReplyKind::Verify {
        return;
    }
    for step in run.steps().filter(|s| upstream.contains(&s.plan.id)) {
        let mine = |doubt: &str| {
            let named = doubts::named(doubt);
            named.is_empty() || named.iter().any(|id| own.contains(id))
        };
        for doubt in step.doubts().iter().filter(|doubt| mine(doubt)) {
            let _ = writeln!(text, "In doubt since {}: {doubt}. Judge it by the clause.", step.plan.id);
        }
    }
}

/// What those before this step say that a reader must know: to the tester of a module its developer's words, to a developer
/// those of the developers before, to the verifier everybody's.
fn noted(text: &mut String, run: &Run, step: &Step, upstream: &BTreeSet<StepId>) {
    for before in run.steps().filter(|s| upstream.contains(&s.plan.id) && s.state == StepState::Done) {
        let notes = match &before.proposal {
            Some(Proposal::Build { notes, .. } | Proposal::Test { notes, .. }) if !notes.trim().is_empty() => notes,
            _ => continue,
        };
        let heard = match step.plan.produces {
            ReplyKind::Verify => true,
            ReplyKind::Test => before.plan.module == step.plan.module,
            ReplyKind::Build => before.plan.produces == ReplyKind::Build,
            _ => false,
        };
        if heard {
            let all = notes.one_line(usize::MAX).chars().count();
            let cut = match all > NOTED {
                true => {
                    format!(" (the first {NOTED} of {all} characters; people have the whole in the conversation)")
                }
                false => String::new(),
            };
            let _ = writeln!(text, "Noted by {}: {}{cut}", before.plan.id, notes.one_line(NOTED));
        }
    }
}

/// The words by which testers search for what is excluded, so that a developer uses none of them by chance: those of the
/// steps before this one, and of the tests of its own module, which sent it back.
fn searched(text: &mut String, run: &Run, step: &Step, upstream: &BTreeSet<StepId>) {
    if step.plan.produces != ReplyKind::Build {
        return;
    }
    let tests_it = |id: &StepId| {
        let tester = run.step(id).filter(|tester| tester.plan.produces == ReplyKind::Test);
        tester.is_some_and(|tester| upstream.contains(id) || tester.plan.module == step.plan.module)
    };
    let mut words: BTreeMap<ClauseId, BTreeSet<&str>> = BTreeMap::new();
    for search in run.searches.iter().filter(|s| !s.given_up && run.searched_by(s).is_some_and(tests_it)) {
        let terms = search.terms.iter().map(String::as_str).filter(|term| Made::of(term).is_none());
        words.entry(search.clause).or_default().extend(terms);
    }
    for (clause, words) in words.into_iter().filter(|(_, words)| !words.is_empty()) {
        let words: Vec<&str> = words.into_iter().collect();
        let _ = writeln!(text, "Nowhere, for {clause}: {}.", words.join(", "));
    }
}

/// What cannot be done of this step's clauses: of those that are gaps in part, the other part is worked on all the same, but
/// nobody has to honour them as a whole.
fn cannot(text: &mut String, run: &Run, step: &Step, own: &BTreeSet<ClauseId>) {
    let of = |whole: bool| -> BTreeSet<ClauseId> {
        run.gaps_for(step).filter(|gap| gap.whole == whole && own.contains(&gap.clause)).map(|gap| gap.clause).collect()
    };
    let whole = of(true);
    let part: BTreeSet<ClauseId> = of(false).difference(&whole).copied().collect();
    if !whole.is_empty() {
        let _ = writeln!(text, "Gaps, not to be claimed: {}.", ids(whole.into_iter()));
    }
    if !part.is_empty() {
        let how = match step.plan.produces {
            ReplyKind::Build => "build and link the rest",
            ReplyKind::Test => "test and link the rest",
            ReplyKind::Verify => "judge the rest",
            _ => "claim the rest only",
        };
        let _ = writeln!(text, "Gaps in part, {how}, not taught back: {}.", ids(part.into_iter()));
    }
}

pub(super) fn text(run: &Run, step: &Step, own: &BTreeSet<ClauseId>, upstream: &BTreeSet<StepId>) -> String {
    let mut text = String::new();
    let lost: Vec<String> = run
        .steps
        .iter()
        .filter(|s| upstream.contains(&s.plan.id) && matches!(s.state, StepState::Failed | StepState::Blocked))
        .map(|s| s.plan.id.to_string())
        .collect();
    if !lost.is_empty() {
        let _ = writeln!(text, "Not available, because it failed: {}. Do not rely on it.", lost.join(", "));
    }
    let gaps: BTreeSet<ClauseId> = run.gaps_for(step).map(|g| g.clause).collect();
    let owed = |id: &ClauseId| {
        let demands = run.clauses.get(id).is_some_and(|c| c.kind.is_none_or(|k| k.demands()));
        demands && !run.waivers.contains_key(id) && !gaps.contains(id)
    };
    if step.plan.produces == ReplyKind::Understand {
        let _ = writeln!(text, "Mark every clause: {}.", ids(own.iter().copied()));
    } else {
        let _ = writeln!(text, "You answer for {}.", ids(own.iter().copied().filter(owed)));
    }
    if step.plan.produces == ReplyKind::Test {
        linked(&mut text, run, own, upstream);
    }
    in_doubt(&mut text, run, step, own, upstream);
    noted(&mut text, run, step, upstream);
    searched(&mut text, run, step, upstream);
    cannot(&mut text, run, step, own);
    let waived: Vec<ClauseId> = run.waivers.keys().copied().filter(|id| own.contains(id)).collect();
    if !waived.is_empty() {
        let _ = writeln!(text, "Waived by a person: {}. Leave them out.", ids(waived.into_iter()));
    }
    text.truncate(text.trim_end().len());
    text
}

/// The same for one page of several, or for a single one that is nearly full: as short as it can be, for the room belongs
/// to the clauses. Without a range the page answers for all that it shows.
pub(super) fn part(step: &Step, range: Option<(ClauseId, ClauseId)>, page: Page, duties: &str) -> String {
    let range = range.map_or_else(|| "the clauses shown".to_owned(), |(first, last)| format!("{first} to {last}"));
    let mark = step.plan.produces == ReplyKind::Understand;
    let what = if mark { "Mark and teach back" } else { "Answer for and teach back what demands something of" };
    let text = match page.is_part() {
        true => format!("Page {} of {}. {what} {range} only; other pages have the rest.\n", page.number, page.of),
        false => format!("{what} {range}.\n"),
    };
    (text + duties).trim_end().to_owned()
}

/// Of a handoff what no other part of a prompt says: lines that a test has to reach, doubts, gaps, waivers. Mostly empty.
pub(super) fn duties(run: &Run, step: &Step, own: &BTreeSet<ClauseId>, upstream: &BTreeSet<StepId>) -> String {
    let mut text = String::new();
    if step.plan.produces == ReplyKind::Test {
        linked(&mut text, run, own, upstream);
    }
    in_doubt(&mut text, run, step, own, upstream);
    cannot(&mut text, run, step, own);
    let waived: Vec<ClauseId> = run.waivers.keys().copied().filter(|id| own.contains(id)).collect();
    if !waived.is_empty() {
        let _ = writeln!(text, "Waived: {}.", ids(waived.into_iter()));
    }
    text.truncate(text.trim_end().len());
    text
}

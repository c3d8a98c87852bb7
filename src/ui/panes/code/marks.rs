//! Which lines stand for which clauses: the marks in the gutter, and the way from a line to a clause and back.

use crate::domain::{
    ClauseId,
    run::{Proposal, Run},
};
use std::collections::BTreeMap;

/// A linked range of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub clause: ClauseId,
    pub path: String,
    /// First and last line, from 1.
    pub lines: (usize, usize),
}

/// The links in force and those that open proposals make.
pub fn links(run: &Run) -> impl Iterator<Item = Link> {
    let proposed = run.steps().filter(|s| !s.settled()).filter_map(|s| match &s.proposal {
        Some(Proposal::Build { links, .. }) => Some(links.as_slice()),
        _ => None,
    });
    std::iter::once(run.code_links.as_slice()).chain(proposed).flatten().map(|l| Link {
        clause: l.clause,
        path: l.path.clone(),
        lines: (l.lines.0 as usize, l.lines.1 as usize),
    })
}

/// Where a clause is implemented, in the order of files and lines, each place once.
#[must_use]
pub fn places(run: &Run, clause: ClauseId) -> Vec<Link> {
    let mut places: Vec<Link> = links(run).filter(|l| l.clause == clause).collect();
    places.sort_by(|a, b| (&a.path, a.lines).cmp(&(&b.path, b.lines)));
    places.dedup();
    places
}

/// The clauses a line stands for, the one with the smallest range first.
#[must_use]
pub fn clauses_at(run: &Run, path: &str, line: usize) -> Vec<ClauseId> {
    let mut hits: Vec<(usize, ClauseId)> = links(run)
        .filter(|l| l.path == path && (l.lines.0..=l.lines.1).contains(&line))
        .map(|l| (l.lines.1 - l.lines.0, l.clause))
        .collect();
    hits.sort();
    let mut out: Vec<ClauseId> = Vec::new();
    for (_, clause) in hits {
        if !out.contains(&clause) {
            out.push(clause);
        }
    }
    out
}

/// What the gutter says on a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A range begins: its clause, and how many more begin here.
    Begins(ClauseId, usize),
    Inside,
}

/// The marks of a file by line.
#[must_use]
pub fn gutter(run: &Run, path: &str) -> BTreeMap<usize, Mark> {
    let mut begins: BTreeMap<usize, Vec<ClauseId>> = BTreeMap::new();
    let mut out = BTreeMap::new();
    for link in links(run).filter(|l| l.path == path) {
        for line in link.lines.0..=link.lines.1.min(link.lines.0 + 5_000) {
            out.entry(line).or_insert(Mark::Inside);
        }
        let here = begins.entry(link.lines.0).or_default();
        if !here.contains(&link.clause) {
            here.push(link.clause);
        }
    }
    for (line, mut clauses) in begins {
        clauses.sort();
        out.insert(line, Mark::Begins(clauses[0], clauses.len() - 1));
    }
    out
}

//! The trace as JSON (the contract), Markdown (`TRACE.md`) and CSV.

use super::{ClauseTrace, LinkedFile, Trace, lines_in_words};
use crate::domain::{
    ClauseId, Clean,
    clause::Retired,
    run::{Outcome, Run},
};
use std::fmt::{Display, Write};

/// What every report begins with.
pub const REPORT_TITLE: &str = "# Trace: ";

impl Trace {
    /// `g1 trace --format json`: one object, indented, with a final newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Plain data with string keys: serialising it cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// `TRACE.md`. It is a workspace file, so it has nothing that differs between two equal runs: no time, no port, and no
    /// evidence, which names both.
    #[must_use]
    pub fn to_report(&self, title: &Clean) -> String {
        let mut md = self.markdown(title, false);
        md.push_str("\nThe commands that G1 ran, with times and outputs: `g1 trace`, `g1 trace --format json`.\n");
        md
    }

    /// `g1 trace --format md`: the report and the evidence behind it.
    #[must_use]
    pub fn to_markdown(&self, title: &Clean) -> String {
        self.markdown(title, true)
    }

    /// The clauses alone, each with the words of what was understood, decided and assumed of it.
    #[must_use]
    pub fn to_sections(&self, run: &Run) -> String {
        let mut md = String::new();
        for clause in &self.clauses {
            section(&mut md, clause, true);
            let mut said = |id: &dyn Display, text: &str| {
                let _ = writeln!(md, "- {id}: {}", inline(&Clean::new(text)));
            };
            for found in clause.interpretations.iter().filter_map(|id| run.interpretations.get(id)) {
                said(&found.id, &found.statement);
                found
                    .acceptance
                    .iter()
                    .for_each(|criterion| said(&format_args!("{}, accepted when", found.id), criterion));
            }
            for found in clause.decisions.iter().filter_map(|id| run.decisions.get(id)) {
                said(&found.id, &format!("{}: {}", found.title, found.choice));
            }
            for found in clause.assumptions.iter().filter_map(|id| run.assumptions.get(id)) {
                said(&found.id, &format!("{} {}", found.question, found.answer));
            }
        }
        self.in_doubt(&mut md);
        md.trim_start().to_owned()
    }

    fn markdown(&self, title: &Clean, evidence: bool) -> String {
        let mut md = format!("{REPORT_TITLE}{}\n\n", inline(title));
        let c = &self.counts;
        let _ = writeln!(
            md,
            "Requirement `{}`, {} bytes. {}\n",
            self.requirement.sha256,
            self.requirement.bytes,
            sentence(self)
        );
        md.push_str("| demanding | proven | tested | built | designed | missing | waived | unsourced | assumed |\n");
        md.push_str("|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        let numbers =
            [c.demanding, c.proven, c.tested, c.built, c.designed, c.missing, c.waived, c.unsourced, c.assumed];
        let _ = writeln!(md, "| {} |\n", numbers.map(|n| n.to_string()).join(" | "));
        md.push_str(WORDS);
        self.stood_in(&mut md);
        self.in_doubt(&mut md);
        for clause in &self.clauses {
            section(&mut md, clause, evidence);
        }
        if evidence && !self.evidence.is_empty() {
            md.push_str("\n## Evidence\n\n| id | command | exit | passed | failed | skipped | sandbox |\n");
            md.push_str("|---|---|--:|--:|--:|--:|---|\n");
            for e in &self.evidence {
                let exit = e.exit.map_or_else(|| "killed".to_owned(), |code| code.to_string());
                let argv = inline(&Clean::from(e.argv.join(" ")));
                let _ = writeln!(
                    md,
                    "| {} | {argv} | {exit} | {} | {} | {} | {:?} |",
                    e.id, e.passed, e.failed, e.skipped, e.sandbox
                );
            }
        }
        md
    }

    fn stood_in(&self, md: &mut String) {
        if self.stand_ins.is_empty() {
            return;
        }
        let _ = writeln!(md, "\n## Stood in by G1\n\n{STAND_INS}\n");
        for one in &self.stand_ins {
            let _ = writeln!(md, "- {}", inline(&Clean::from(one.line())));
        }
    }

    fn in_doubt(&self, md: &mut String) {
        if self.doubts.is_empty() {
            return;
        }
        let _ = writeln!(md, "\n## Open doubts\n\n{DOUBTS}\n");
        for doubt in &self.doubts {
            let _ = writeln!(
                md,
                "- {}: {}",
                doubt.origin(&format!("`{}`", doubt.step)),
                inline(&Clean::new(&doubt.finding))
            );
            for line in doubt.said() {
                let _ = writeln!(md, "  - {}", inline(&Clean::from(line)));
            }
        }
    }

    /// What is in doubt of a clause, for a cell.
    fn doubts_of(&self, id: ClauseId) -> String {
        let own = self.doubts.iter().filter(|d| d.clauses.contains(&id));
        own.map(|d| format!("{}: {}; {}", d.step, d.finding, d.said().join("; "))).collect::<Vec<_>>().join(" | ")
    }

    /// One line for each clause, after a header line.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut csv = String::from(
            "id,origin,start,end,kind,status,stale,retired,reason,text,interpretations,decisions,assumptions,files,tests,doubts,unreached\r\n",
        );
        for c in &self.clauses {
            let files: Vec<String> = c.files.iter().map(place).collect();
            let unreached: Vec<String> = c
                .files
                .iter()
                .filter_map(|file| Some((file, file.unreached.as_deref().filter(|lines| !lines.is_empty())?)))
                .map(|(file, lines)| format!("{} {}", place(file), lines_in_words(lines)))
                .collect();
            let tests: Vec<&str> = c.tests.iter().map(|t| t.name.as_str()).collect();
            let cells = [
                c.id.to_string(),
                word(&c.origin),
                c.span.map_or_else(String::new, |s| s.0.to_string()),
                c.span.map_or_else(String::new, |s| s.1.to_string()),
                c.kind.map_or("", |k| k.word()).to_owned(),
                c.status.map_or("", super::Status::word).to_owned(),
                c.stale.to_string(),
                c.retired.as_ref().map_or_else(String::new, word),
                c.reason.clone().unwrap_or_default(),
                Clean::new(&c.text).to_string(),
                list(&c.interpretations),
                list(&c.decisions),
                list(&c.assumptions),
                files.join(" "),
                tests.join(" "),
                Clean::from(self.doubts_of(c.id)).to_string(),
                unreached.join("; "),
            ];
            let _ = write!(csv, "{}\r\n", cells.map(|cell| quoted(&cell)).join(","));
        }
        csv
    }
}

const WORDS: &str = "\
`proven`: G1 ran a linked test that passes, and that fails when any one of the linked places is taken away alone; an \
exclusion: a search of the finished application found nothing. `tested`: a linked test passes. `built`: code is linked. \
`designed`: a decision or a design names it. `missing`: nothing of it is there. `waived`: a person decided to live without it.\n\n\
Behind a place stands which of its lines the linked tests of the clause reach, where that was measured; it changes no status.\n";

/// What the list of the steps is for which G1 stands in.
pub(super) const STAND_INS: &str = "Of these steps no persona gave a reply that could be used. G1 put the plainest one in \
its place, so that the rest could go on.";

/// What the list of open doubts is.
pub(super) const DOUBTS: &str = "By their words these say something else than the original, or they took a link away. Their \
authors were told so once, and hold to them.";

pub(super) fn sentence(trace: &Trace) -> String {
    let c = &trace.counts;
    let sentence = match trace.outcome {
        Outcome::Proven => format!("All {} demanding clauses are proven or waived.", c.demanding),
        Outcome::Partial => format!("{} of {} demanding clauses are proven.", c.proven, c.demanding),
        Outcome::Failed => "Nothing that starts was built.".to_owned(),
    };
    if trace.red.is_empty() {
        return sentence;
    }
    format!("{sentence} The whole suite is not green: {}.", trace.red.join("; "))
}

fn section(md: &mut String, clause: &ClauseTrace, evidence: bool) {
    let kind = clause.kind.map_or("not marked", |k| k.word());
    let status = clause.status.map_or("demands nothing", super::Status::word);
    let _ = write!(md, "\n## {} · {kind} · {status}", clause.id);
    if clause.stale {
        md.push_str(" · stale");
    }
    match clause.retired {
        Some(Retired::Superseded) => md.push_str(" · superseded"),
        Some(Retired::Removed) => md.push_str(" · removed"),
        None => {}
    }
    md.push_str("\n\n");
    for line in Clean::new(clause.text.trim()).lines() {
        let _ = writeln!(md, "> {}", inline(&Clean::new(line)));
    }
    md.push('\n');
    if let Some(reason) = &clause.reason {
        let _ = writeln!(md, "- Why: {}", inline(&Clean::new(reason)));
    }
    let mut named = Vec::new();
    for (what, ids) in [
        ("understood as", list(&clause.interpretations)),
        ("decided in", list(&clause.decisions)),
        ("assuming", list(&clause.assumptions)),
    ] {
        if !ids.is_empty() {
            named.push(format!("{what} {ids}"));
        }
    }
    if !named.is_empty() {
        let _ = writeln!(md, "- {}", named.join("; "));
    }
    for file in &clause.files {
        let reach = file.reach().map_or_else(String::new, |reach| format!("; {reach}"));
        let _ = writeln!(md, "- Code: `{}` lines {}–{}{reach}", code(&file.path), file.lines.0, file.lines.1);
    }
    for test in &clause.tests {
        let passed = if test.passed { "passed" } else { "did not pass" };
        let control = if test.control_failed { ", fails without the code" } else { "" };
        let record = test.evidence.filter(|_| evidence).map_or_else(String::new, |e| format!(" ({e})"));
        let _ = writeln!(md, "- Test: `{}` {passed}{control}{record}", code(&test.name));
    }
    if !clause.searched.is_empty() {
        let terms: Vec<String> = clause.searched.iter().map(|term| format!("`{}`", code(term))).collect();
        let _ = writeln!(md, "- Searched for: {}", terms.join(", "));
    }
}

fn place(file: &LinkedFile) -> String {
    format!("{}:{}-{}", file.path, file.lines.0, file.lines.1)
}

fn list(ids: &[impl Display]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// The word that JSON has for it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Text that Markdown shows as it is: on one line, nothing in it taken as markup.
fn inline(text: &Clean) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.one_line(2_000).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn code(text: &str) -> String {
    Clean::new(text).one_line(300).replace('`', "'")
}

/// A cell that a spreadsheet shows as text, never runs as a formula.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !cell.contains(['"', ',', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

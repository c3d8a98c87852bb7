//! What a gate card says: the step's result against what was approved before, its checks, evidence, assumptions, cost.

mod plan;

pub use plan::{Understanding, left_out, questions, understanding};

use crate::{
    domain::{
        Clean,
        artifact::FileEntry,
        clause::Assumption,
        condition::Condition,
        counted,
        evidence::{ControlRun, EvidenceKind, TestOutcome},
        run::{Gate, GateMode, GateReason, Proposal, Run, Step, StepState},
        stand_in,
        usage::Budget,
    },
    ui::{
        Model,
        panes::{chat, timeline},
        report,
        text::{markdown, wrap_spans},
    },
};
use ratatui::{style::Style, text::Line};
use std::collections::{BTreeMap, BTreeSet};

struct Page<'a> {
    model: &'a Model,
    columns: usize,
    out: Vec<Line<'static>>,
}

impl Page<'_> {
    /// A labelled row; the label column is nine wide.
    fn row(&mut self, label: &str, pieces: Vec<(String, Style)>) {
        let label_width = if self.columns >= 60 { 10 } else { label.len() + 1 };
        let mut all = vec![(format!("{label:<label_width$}"), self.model.look.theme.dim)];
        all.extend(pieces.into_iter().map(|(t, s)| (t.replace('\n', " "), s)));
        self.out.extend(wrap_spans(&all, self.columns, label_width.min(10)));
    }
    /// A row over the whole width; continuation lines start at `indent`.
    fn full(&mut self, pieces: Vec<(String, Style)>, indent: usize) {
        let pieces: Vec<_> = pieces.into_iter().map(|(t, s)| (t.replace('\n', " "), s)).collect();
        self.out.extend(wrap_spans(&pieces, self.columns, indent));
    }
    fn text(&mut self, label: &str, text: &str) {
        let pieces = markdown::inline(text, &self.model.look);
        self.row(label, pieces);
    }
    fn styled(&mut self, label: &str, text: String, style: Style) {
        self.row(label, vec![(text, style)]);
    }
    fn blank(&mut self) {
        self.out.push(Line::default());
    }
}

#[must_use]
pub fn lines(model: &Model, run: &Run, gate: &Gate, columns: usize, question: usize) -> Vec<Line<'static>> {
    let mut page = Page { model, columns, out: Vec::new() };
    let t = &model.look.theme;
    match &gate.reason {
        GateReason::Red { why } => page.styled("red", why.to_string(), t.error),
        GateReason::Budget { why, .. } => page.styled("budget", why.to_string(), t.warn),
        _ => {}
    }
    match gate.reason {
        GateReason::Plan => plan::gate(&mut page, run, question),
        GateReason::Result => {
            page.out.extend(report::lines(model, run, columns));
            doubts(&mut page, run, |_| true);
            cost(&mut page, run, None);
        }
        _ => {
            if let Some(step) = run.step(&gate.step) {
                step_gate(&mut page, run, step);
            }
        }
    }
    page.out
}

/// What personas hold to although it seems to say something else than a clause: for the person to judge.
fn doubts(page: &mut Page<'_>, run: &Run, of: impl Fn(&Step) -> bool) {
    let (g, t) = (page.model.look.glyphs, page.model.look.theme.clone());
    let open: Vec<(&Step, &Clean)> =
        run.steps().filter(|s| of(s)).flat_map(|s| s.doubts().iter().map(move |doubt| (s, doubt))).collect();
    if open.is_empty() {
        return;
    }
    page.blank();
    page.full(vec![("In doubt, by their words; the persona holds to it:".to_owned(), t.warn)], 2);
    for (step, doubt) in open {
        page.full(vec![(format!("{} {} ", g.tested, step.plan.id), t.id), (doubt.to_string(), t.text)], 8);
    }
}

/// The gate modes as a person chooses them, in the order `m` turns through.
pub const MODES: [(GateMode, &str); 4] = [
    (GateMode::Step, "every step"),
    (GateMode::Phase, "phase ends"),
    (GateMode::Plan, "the end only"),
    (GateMode::Risk, "only if red"),
];

/// When a person is asked, in their words.
#[must_use]
pub fn mode_name(mode: GateMode) -> &'static str {
    MODES.iter().find(|(m, _)| *m == mode).map_or("never", |(_, name)| name)
}

fn ask_me(model: &Model, mode: GateMode) -> Vec<(String, Style)> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    MODES
        .iter()
        .map(|(m, name)| {
            let (mark, style) = if *m == mode { (g.radio_on, t.title) } else { (g.radio_off, t.dim) };
            (format!("{mark} {name}   "), style)
        })
        .collect()
}

fn ids<T: ToString>(ids: impl IntoIterator<Item = T>) -> String {
    ids.into_iter().map(|i| i.to_string()).collect::<Vec<_>>().join(" ")
}

fn step_gate(page: &mut Page<'_>, run: &Run, step: &Step) {
    page.text("does", &step.plan.title);
    if let Some(who) = &step.edited_by {
        let warn = page.model.look.theme.warn;
        page.styled("edited", format!("by {who}, in the place of what the persona answered"), warn);
    }
    if let Some(why) = &step.stood_in {
        let warn = page.model.look.theme.warn;
        page.styled("stood in", format!("by G1, for no reply could be used: {why}"), warn);
    }
    came_back(page, step);
    before_in_phase(page, run, step);
    proposed(page, run, step);
    check_rows(page, step);
    evidence_rows(page, run, step);
    questions_of(page, run, step);
    cost(page, run, Some(step));
}

/// Why tests have sent the step back, which its own checks do not say: they were made before anything was tested.
fn came_back(page: &mut Page<'_>, step: &Step) {
    const SHOWN: usize = 6;
    if step.reworks == 0 {
        return;
    }
    let t = page.model.look.theme.clone();
    let lines: Vec<&str> = step.feedback.iter().flat_map(|told| told.lines()).collect();
    for (n, line) in lines.iter().take(SHOWN).enumerate() {
        page.styled(if n == 0 { "came back" } else { "" }, (*line).to_owned(), if n == 0 { t.warn } else { t.text });
    }
    if lines.len() > SHOWN {
        page.styled("", format!("and {} more lines", lines.len() - SHOWN), t.dim);
    }
    if unchanged(step) {
        page.styled("", "This reply is the one that came back, unchanged.".to_owned(), t.error);
    }
}

/// Whether the reply says the same as the one of the attempt before.
fn unchanged(step: &Step) -> bool {
    step.reply.is_some() && step.reply == step.last_reply
}

/// Who decides about the end of a phase decides about all of it: the steps of it that were taken over without asking.
fn before_in_phase(page: &mut Page<'_>, run: &Run, step: &Step) {
    let ends = run.open_gates().any(|gate| gate.step == step.plan.id && gate.reason == GateReason::PhaseEnd);
    let before = run.steps().filter(|s| s.plan.phase == step.plan.phase && s.state == StepState::Done);
    for (n, one) in before.filter(|_| ends).enumerate() {
        let files = run.files.values().filter(|file| file.step == one.plan.id).count();
        let brought = if files > 0 { format!(", {}", counted(files, "file")) } else { String::new() };
        page.text(if n == 0 { "before" } else { "" }, &format!("{} {}{brought}", one.plan.id, one.plan.title));
    }
}

/// What would be taken over.
fn proposed(page: &mut Page<'_>, run: &Run, step: &Step) {
    let warn = page.model.look.theme.warn;
    match &step.proposal {
        None => {
            page.styled("proposes", "nothing that could be used".into(), warn);
            if run.may_stand_in(step) {
                page.text("accepted", &format!("G1 stands in: {}", stand_in::about(step)));
            }
        }
        Some(Proposal::Understand { product, interpretations, assumptions, gaps, .. }) => {
            if let Some(kind) = Condition::in_words(product) {
                page.text("product", &kind);
            }
            page.text(
                "proposes",
                &format!(
                    "{} interpretations, {} assumptions, {} gaps",
                    interpretations.len(),
                    assumptions.len(),
                    gaps.len()
                ),
            );
            for i in interpretations {
                page.text("", &format!("{} {}  {}", i.id, i.statement, ids(&i.clauses)));
            }
        }
        Some(Proposal::Plan { .. }) => {
            plan::rows(page, run);
            plan::steps(page, run);
        }
        Some(Proposal::Design { decisions, assumptions, artifacts }) => {
            let names: Vec<&str> = artifacts.iter().map(|a| a.name.as_str()).collect();
            page.text(
                "proposes",
                &format!("{} decisions, {} documents: {}", decisions.len(), artifacts.len(), names.join(", ")),
            );
            for d in decisions {
                page.text("", &format!("{} {}: {}  {}", d.id, d.title, d.choice, ids(&d.clauses)));
            }
            for a in assumptions {
                page.text("assumes", &format!("{} {} → {}", a.id, a.question, a.answer));
            }
        }
        Some(Proposal::Build { files, links, additions, gaps, notes }) => {
            files_rows(page, run, files);
            let covered = links.iter().map(|l| l.clause).collect::<BTreeSet<_>>();
            page.text(
                "covers",
                &format!("{} of {} clauses of this step: {}", covered.len(), step.plan.clauses.len(), ids(&covered)),
            );
            for (i, (what, source)) in additions.iter().enumerate() {
                page.text(if i == 0 { "adds" } else { "" }, &format!("{what} ({source})"));
            }
            for (i, gap) in gaps.iter().enumerate() {
                let words = format!("{} {}: {}", gap.clause, gap.what, gap.reason);
                page.styled(if i == 0 { "cannot" } else { "" }, words, warn);
            }
            note(page, notes);
        }
        Some(Proposal::Test { files, links, faults, notes }) => {
            files_rows(page, run, files);
            let covered = links.iter().map(|l| l.clause).collect::<BTreeSet<_>>();
            page.text("covers", &format!("{} tests for {} clauses: {}", links.len(), covered.len(), ids(&covered)));
            for (i, fault) in faults.iter().enumerate() {
                page.text(if i == 0 { "faults" } else { "" }, fault);
            }
            note(page, notes);
        }
        Some(Proposal::Verify { findings, summary }) => {
            note(page, summary);
            for f in findings.iter().filter(|f| f.verdict != crate::domain::reply::Verdict::Met) {
                page.text("", &format!("{} {:?}: {}", f.clause, f.verdict, Clean::new(&f.argument)));
            }
        }
    }
}

fn check_rows(page: &mut Page<'_>, step: &Step) {
    let dim = page.model.look.theme.dim;
    let checks = chat::checks(step, page.columns.saturating_sub(8), &page.model.look, true);
    for (i, line) in checks.into_iter().enumerate() {
        let mut spans = vec![ratatui::text::Span::styled(if i == 0 { "checks  " } else { "        " }, dim)];
        spans.extend(line.spans);
        page.out.push(Line::from(spans));
    }
}

/// What was run for this step, and how many of its linked ranges a test misses when they are taken away.
fn evidence_rows(page: &mut Page<'_>, run: &Run, step: &Step) {
    let (text, error, sep) = (page.model.look.theme.text, page.model.look.theme.error, page.model.look.glyphs.sep);
    let evidence: Vec<_> = run.evidence.iter().filter(|e| step.evidence.contains(&e.id)).collect();
    for (n, e) in evidence.iter().enumerate() {
        let passed = e.count(TestOutcome::Passed);
        let failed = e.count(TestOutcome::Failed) + e.count(TestOutcome::Error);
        let kind = format!("{:?}", e.kind).to_lowercase();
        let exit = e.exit.map_or_else(|| "killed".into(), |c| format!("exit {c}"));
        let note = e.note.as_ref().map_or_else(String::new, |n| format!(" {sep} {n}"));
        let style = if e.exit == Some(0) || e.kind == EvidenceKind::Control { text } else { error };
        page.styled(
            if n == 0 { "evidence" } else { "" },
            match e.kind {
                EvidenceKind::Boot | EvidenceKind::Search => {
                    format!("{} {kind}: {exit}, sandbox {:?}{note}", e.id, e.sandbox)
                }
                _ => {
                    format!("{} {kind}: {passed} passed, {failed} failed, {exit}, sandbox {:?}{note}", e.id, e.sandbox)
                }
            },
            style,
        );
    }
    let numbers: BTreeSet<_> = evidence.iter().map(|e| e.id).collect();
    control_rows(page, &run.controls.iter().filter(|c| numbers.contains(&c.evidence)).collect::<Vec<_>>());
}

fn control_rows(page: &mut Page<'_>, controls: &[&ControlRun]) {
    if controls.is_empty() {
        return;
    }
    let warn = page.model.look.theme.warn;
    // A range is caught when any of its tests fails without it.
    let mut ranges: BTreeMap<(&str, (u32, u32)), bool> = BTreeMap::new();
    for c in controls {
        *ranges.entry((c.path.as_str(), c.lines)).or_default() |= c.proves();
    }
    let caught = ranges.values().filter(|c| **c).count();
    page.text(
        "controls",
        &format!("{caught} of {} places: a test fails by an assertion when the code is taken away", ranges.len()),
    );
    for ((path, lines), _) in ranges.iter().filter(|(_, c)| !**c).take(5) {
        page.styled("", format!("{path}:{}-{} can be taken away unnoticed", lines.0, lines.1), warn);
    }
}

/// The open questions that the clauses of this step depend on.
fn questions_of(page: &mut Page<'_>, run: &Run, step: &Step) {
    let dim = page.model.look.theme.dim;
    let open: Vec<_> = run
        .assumptions
        .values()
        .filter(|a| a.answered_by.is_none() && a.clauses.iter().any(|c| step.plan.clauses.contains(c)))
        .collect();
    for (i, a) in open.iter().take(4).enumerate() {
        page.text(
            if i == 0 { "assumes" } else { "" },
            &format!("{} {} {} {}", a.id, a.question, page.model.look.glyphs.arrow, a.answer),
        );
    }
    if open.len() > 4 {
        page.styled("", format!("and {} more, in the Hub", open.len() - 4), dim);
    }
}

fn note(page: &mut Page<'_>, text: &Clean) {
    if !text.trim().is_empty() {
        page.text("says", &text.one_line(600));
    }
}

fn files_rows(page: &mut Page<'_>, run: &Run, files: &[FileEntry]) {
    let t = page.model.look.theme.clone();
    let lines: u32 = files.iter().map(|f| f.lines).sum();
    page.text(
        "proposes",
        &format!("{}, {lines} lines, against the last approval:", crate::domain::counted(files.len(), "file")),
    );
    const MOST: usize = 10;
    for file in files.iter().take(MOST) {
        let (mark, word, style) = match run.files.get(&file.path) {
            None => ("+", "new", t.add),
            Some(old) if old.sha256 == file.sha256 => (" ", "unchanged", t.dim),
            Some(_) => ("~", "changed", t.warn),
        };
        let width = page.columns.saturating_sub(36).clamp(12, 44);
        let path = crate::ui::text::pad(&file.path, width, page.model.look.glyphs.ellipsis);
        page.row("", vec![(format!("{mark} {path} "), style), (format!("{:>5} lines  {word}", file.lines), t.dim)]);
    }
    if files.len() > MOST {
        page.styled("", format!("and {} more: d shows all of it", files.len() - MOST), t.dim);
    }
}

fn cost(page: &mut Page<'_>, run: &Run, step: Option<&Step>) {
    let sep = page.model.look.glyphs.sep;
    let mut parts = Vec::new();
    if let Some(step) = step {
        let expected = run
            .expected(&step.plan.id)
            .map_or_else(String::new, |e| format!(" (≈ {} expected)", timeline::tokens(e.tokens)));
        let spent = timeline::tokens(step.usage.tokens());
        parts.push(format!("this step {spent}{expected}, {}", timeline::money(&step.usage)));
    }
    parts.push(format!("so far {}, {}", timeline::tokens(run.usage.tokens()), timeline::money(&run.usage)));
    if let Some(plan) = &run.plan {
        let calls = (plan.estimate.calls + plan.estimate.turns).saturating_sub(run.usage.calls);
        let tokens = plan.estimate.tokens.saturating_sub(run.usage.tokens());
        let money = plan.estimate.cost_micros.saturating_sub(run.usage.cost_micros);
        // More was spent than the plan expected: how many tokens are left of it says nothing.
        match tokens {
            _ if calls == 0 => {}
            0 => parts.push(format!("still about {}", crate::domain::counted(calls as usize, "call"))),
            _ => parts.push(format!(
                "still about {}, {}, {}",
                crate::domain::counted(calls as usize, "call"),
                timeline::tokens(tokens),
                timeline::dollars(money)
            )),
        }
    }
    match run.settings.budget {
        Some(Budget::CostMicros(max)) => {
            parts.push(format!("budget left {}", timeline::dollars(max.saturating_sub(run.usage.cost_micros))));
        }
        Some(Budget::Tokens(max)) => {
            parts.push(format!("budget left {}", timeline::tokens(max.saturating_sub(run.usage.tokens()))));
        }
        None => {}
    }
    page.text("cost", &parts.join(&format!(" {sep} ")));
}

/// Proposals without files, as lines that are added.
#[must_use]
pub fn plain_diff(run: &Run, proposal: Option<&Proposal>) -> Vec<String> {
    let mut out = Vec::new();
    let mut change = |id: String, old: Option<String>, new: String| match old {
        Some(old) if old == new => {}
        Some(old) => {
            out.push(format!("-{id} {old}"));
            out.push(format!("+{id} {new}"));
        }
        None => out.push(format!("+{id} {new}")),
    };
    match proposal {
        Some(Proposal::Understand { interpretations, assumptions, gaps, .. }) => {
            for i in interpretations {
                let old = run.interpretations.get(&i.id).map(|o| o.statement.one_line(400));
                change(i.id.to_string(), old, i.statement.one_line(400));
            }
            for a in assumptions {
                let line = |a: &Assumption| format!("{} -> {}", a.question.one_line(200), a.answer.one_line(200));
                change(a.id.to_string(), run.assumptions.get(&a.id).map(line), line(a));
            }
            for g in gaps {
                change(
                    g.clause.to_string(),
                    None,
                    format!("cannot: {} ({})", g.what.one_line(200), g.reason.one_line(200)),
                );
            }
        }
        Some(Proposal::Design { decisions, .. }) => {
            for d in decisions {
                let line = |d: &crate::domain::clause::Decision| {
                    format!("{}: {}", d.title.one_line(200), d.choice.one_line(300))
                };
                change(d.id.to_string(), run.decisions.get(&d.id).map(line), line(d));
            }
        }
        Some(Proposal::Plan { plan }) => {
            for s in &plan.steps {
                change(s.id.to_string(), None, s.title.one_line(200));
            }
        }
        Some(Proposal::Verify { findings, .. }) => {
            for f in findings {
                change(f.clause.clone(), None, format!("{:?}: {}", f.verdict, Clean::new(&f.argument).one_line(300)));
            }
        }
        Some(Proposal::Build { .. } | Proposal::Test { .. }) | None => {}
    }
    out
}

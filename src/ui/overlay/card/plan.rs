//! The first gate: understanding and plan.

use super::Page;
use crate::{
    domain::{
        AssumptionId, ClauseId,
        clause::{Assumption, ClauseKind, Gap, Interpretation},
        condition::Condition,
        plan::{Estimate, Plan, PlanVariant},
        reply::ReplyKind,
        run::{Proposal, Run},
        stand_in,
    },
    ui::{Action, keymap::Context, panes::timeline},
};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds, interpretations, assumptions and gaps as they are in force or proposed at this gate.
#[derive(Debug)]
pub struct Understanding<'a> {
    pub kinds: BTreeMap<ClauseId, ClauseKind>,
    pub interpretations: Vec<&'a Interpretation>,
    assumptions: Vec<&'a Assumption>,
    pub gaps: Vec<&'a Gap>,
    product: &'a BTreeSet<Condition>,
}

#[must_use]
pub fn understanding(run: &Run) -> Understanding<'_> {
    let mut kinds: BTreeMap<_, _> = run.clauses.values().filter_map(|c| Some((c.id, c.kind?))).collect();
    let mut interpretations: BTreeMap<_, &Interpretation> =
        run.interpretations.iter().map(|(id, i)| (*id, i)).collect();
    let mut assumptions: BTreeMap<_, &Assumption> = run.assumptions.iter().map(|(id, a)| (*id, a)).collect();
    let mut gaps: Vec<&Gap> = run.gaps.iter().collect();
    let mut product = &run.understood;
    for step in &run.steps {
        if let Some(Proposal::Understand {
            product: p, kinds: k, interpretations: i, assumptions: a, gaps: g, ..
        }) = &step.proposal
        {
            product = p;
            kinds.extend(k.iter().map(|(id, kind, _)| (*id, *kind)));
            for x in i {
                interpretations.entry(x.id).or_insert(x);
            }
            for x in a {
                assumptions.entry(x.id).or_insert(x);
            }
            for x in g {
                if !gaps.iter().any(|y| y.clause == x.clause && y.what == x.what) {
                    gaps.push(x);
                }
            }
        }
    }
    let interpretations = interpretations.into_values().collect();
    let assumptions = assumptions.into_values().collect();
    Understanding { kinds, interpretations, assumptions, gaps, product }
}

/// The questions of the first gate, in the order the card shows them.
#[must_use]
pub fn questions(run: &Run) -> Vec<&Assumption> {
    understanding(run).assumptions
}

/// What of a person's answer is not followed, and why.
#[must_use]
pub fn left_out(run: &Run, id: AssumptionId) -> Option<String> {
    let u = understanding(run);
    let asked = u.assumptions.iter().find(|a| a.id == id)?;
    let (words, gap) = u.gaps.iter().find_map(|gap| Some((asked.left_out(gap)?, gap)))?;
    Some(format!("{id}: {words} is not followed: {}", gap.reason))
}

/// What was understood, what was assumed and cannot be done, and the plan.
pub(super) fn gate(page: &mut Page<'_>, run: &Run, question: usize) {
    let (g, t) = (page.model.look.glyphs, page.model.look.theme.clone());
    let u = understanding(run);
    let demand = u.kinds.values().filter(|k| k.demands()).count();
    let exclusions = u.kinds.values().filter(|k| **k == ClauseKind::Exclusion).count();
    let quiet = u.kinds.len() - demand;
    let not = match exclusions {
        0 => String::new(),
        1 => " (1 says what you do not want)".into(),
        n => format!(" ({n} say what you do not want)"),
    };
    let one = |n: usize, s: &str, p: &str| if n == 1 { format!("{n} {s}") } else { format!("{n} {p}") };
    page.full(
        vec![
            (format!("I read {}: ", one(run.clauses.len(), "clause", "clauses")), t.title),
            (
                format!(
                    "{}{not}{}.",
                    one(demand, "demands something", "demand something"),
                    if quiet == 0 {
                        String::new()
                    } else {
                        format!(", {}", one(quiet, "is goal or context", "are goal or context"))
                    }
                ),
                t.text,
            ),
        ],
        2,
    );
    if let Some(kind) = Condition::in_words(u.product) {
        page.full(vec![("It is to be: ".into(), t.title), (format!("{kind}."), t.text)], 2);
    }
    if !u.assumptions.is_empty() {
        page.blank();
        let n = u.assumptions.len();
        page.full(vec![(format!("{}, answered for now:", one(n, "question", "questions")), t.title)], 2);
        for (i, a) in u.assumptions.iter().enumerate() {
            let mark = if i == question { g.fold_closed } else { " " };
            let (word, style) = if a.answered_by.is_some() { (" (yours)", t.ok) } else { ("", t.accent) };
            let pieces = vec![
                (format!("{mark} "), t.key),
                (format!("{} ", a.id), t.id),
                (format!("{} ", a.question), t.text),
                (format!("{} ", g.arrow), t.dim),
                (format!("{}{word}", a.answer), style),
            ];
            page.full(pieces, 8);
            for (words, gap) in u.gaps.iter().filter_map(|gap| Some((a.left_out(gap)?, gap))) {
                let words = format!("        {} {words} is not followed: {}", g.missing, gap.reason);
                page.full(vec![(words, t.warn)], 10);
            }
        }
    }
    // What of an answer is not followed stands with the question.
    let told = |gap: &Gap| u.assumptions.iter().any(|a| a.left_out(gap).is_some());
    let rest: Vec<&Gap> = u.gaps.iter().copied().filter(|gap| !told(gap)).collect();
    if !rest.is_empty() {
        page.blank();
        let offline = if run.settings.is_offline() { "Offline".into() } else { format!("With {}", run.settings.model) };
        page.full(vec![(format!("{offline} I cannot do:"), t.warn)], 2);
        gaps(page, &rest);
    }
    for step in run.steps().filter(|s| matches!(s.plan.produces, ReplyKind::Understand | ReplyKind::Plan)) {
        if step.stood_in.is_some() {
            let words = format!("{} is nobody's. G1 stands in: {}", step.plan.id, stand_in::about(step));
            page.styled("stood in", words, t.warn);
        }
    }
    for need in page.model.welcome.info.needs.iter().filter(|need| !need.ok && !need.optional) {
        page.styled("Missing", need.name.to_string(), t.warn);
    }
    super::doubts(page, run, |step| matches!(step.plan.produces, ReplyKind::Understand | ReplyKind::Plan));
    page.blank();
    rows(page, run);
    page.row("Ask me", super::ask_me(page.model, run.settings.gates));
    steps(page, run);
}

fn plan_at_gate(run: &Run) -> Option<&Plan> {
    run.steps().find_map(|s| match &s.proposal {
        Some(Proposal::Plan { plan }) => Some(plan),
        _ => None,
    })
}

/// The plan, and the way in which it is carried out: at its gate that is still the person's to choose.
fn in_force(run: &Run) -> Option<(&Plan, PlanVariant)> {
    let proposed = plan_at_gate(run).map(|plan| (plan, run.settings.plan));
    proposed.or_else(|| run.plan.as_deref().map(|plan| (plan, plan.variant)))
}

fn takes(e: &Estimate) -> String {
    format!(
        "{:>3} {}{} ≈ {} ≈ {} ≈ {}",
        e.calls,
        if e.calls == 1 { "call " } else { "calls" },
        e.besides(),
        timeline::tokens(e.tokens),
        timeline::dollars(e.cost_micros),
        timeline::about(e.seconds)
    )
}

/// What each step is expected to take in the chosen way.
pub(super) fn steps(page: &mut Page<'_>, run: &Run) {
    let t = page.model.look.theme.clone();
    let Some((plan, chosen)) = in_force(run) else { return };
    let expected: Vec<_> =
        plan.steps.iter().filter_map(|step| Some((&step.id, plan.expected(chosen, &step.id)?))).collect();
    let width = expected.iter().map(|(id, _)| id.as_str().len()).max().unwrap_or_default().min(24);
    for (i, (id, e)) in expected.iter().enumerate() {
        let title = if i == 0 { "Each step" } else { "" };
        page.row(title, vec![(format!("{:<width$} ", id.as_str()), t.id), (takes(e), t.text)]);
    }
}

/// What cannot be done. A reason that several have stands once, above them.
fn gaps(page: &mut Page<'_>, gaps: &[&Gap]) {
    let (g, t) = (page.model.look.glyphs, page.model.look.theme.clone());
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for gap in gaps {
        if !done.insert(gap.reason.as_str()) {
            continue;
        }
        let same: Vec<&&Gap> = gaps.iter().filter(|other| other.reason == gap.reason).collect();
        let shared = same.len() > 1;
        if shared {
            page.full(vec![(format!("{}:", gap.reason), t.dim)], 2);
        }
        for gap in same {
            let end = if gap.whole { "it will be reported missing" } else { "the rest of it will be built" };
            let why = if shared { end.to_owned() } else { format!("{}: {end}", gap.reason) };
            let pieces = vec![
                (format!("{} {} ", if gap.whole { g.missing } else { g.tested }, gap.clause), t.id),
                (format!("\"{}\"  ", gap.what), t.text),
                (why, t.dim),
            ];
            page.full(pieces, 8);
        }
    }
}

/// The ways to carry the plan out, and its modules.
pub(super) fn rows(page: &mut Page<'_>, run: &Run) {
    let t = page.model.look.theme.clone();
    let Some((plan, chosen)) = in_force(run) else { return };
    let proposed = plan_at_gate(run).is_some();
    let options = match plan.options.as_slice() {
        [] => &[(plan.variant, plan.estimate)],
        options => options,
    };
    let count = crate::domain::counted(plan.steps.len(), "step");
    match page.model.key(Context::Gate, Action::NextPlan) {
        key if proposed && options.len() > 1 && !key.is_empty() => {
            page.row(
                "Plan",
                vec![(format!("{count}. How thoroughly? "), t.text), (key, t.key), (" changes it".into(), t.dim)],
            );
        }
        _ => page.styled("Plan", count, t.text),
    }
    let g = page.model.look.glyphs;
    for (variant, e) in options {
        let on = *variant == chosen;
        let (mark, style) = if on { (g.radio_on, t.title) } else { (g.radio_off, t.text) };
        let takes = takes(e);
        page.row(
            "",
            vec![
                (format!("{mark} {:<9}", variant.word()), style),
                (takes, if on { t.text } else { t.dim }),
                (format!("  {}", variant.about()), t.dim),
            ],
        );
    }
    for module in &plan.modules {
        page.row(
            "",
            vec![
                (format!("{} ", module.name), t.code),
                (module.purpose.to_string(), t.text),
                (
                    match module.clauses.len() {
                        0 => String::new(),
                        1 => "  1 clause".into(),
                        n => format!("  {n} clauses"),
                    },
                    t.dim,
                ),
            ],
        );
    }
}

//! A run without a driver: replies are given to the orchestrator, and what its checks say is kept.

use g1::{
    domain::{
        Clean, Hash, StepId,
        clause::Clause,
        event::Event,
        pack::{ContextPack, Page},
        plan::Seat,
        reply::ReplyKind,
        run::{Check, Run},
        usage::Usage,
    },
    models::offline::{replies, spec::AppSpec},
    orchestrator::{self, Effect, Input, checks},
};
use serde::Serialize;
use std::error::Error;
use texts::feed;

#[path = "../support/texts.rs"]
pub mod texts;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Understand,
    Plan,
    Design,
    Build,
    Test,
    Verify,
}

/// What checks said, and at which step.
pub type Faults = Vec<(Step, String)>;

/// A run at three moments.
pub struct Desk {
    /// Nothing is understood yet.
    pub fresh: Run,
    /// Understood and planned.
    designing: Option<Run>,
    /// Designed, too.
    designed: Option<Run>,
}

impl Desk {
    /// Through understanding, plan and design of a text with the engine's replies; every failed check, also of what it
    /// would build, test and find.
    pub fn through(text: &str, cut: &[Clause], spec: &AppSpec) -> Result<(Self, Faults), Box<dyn Error>> {
        let fresh = begun(text, cut)?;
        let mut run = Some(fresh.clone());
        let mut desk = Self { fresh, designing: None, designed: None };
        let mut faults = Faults::new();
        let planned = answer(&mut run, Step::Understand, &replies::understand::reply(spec), &mut faults)?
            && answer(&mut run, Step::Plan, &replies::plan::reply(spec, Vec::new()), &mut faults)?;
        if !planned {
            return Ok((desk, faults));
        }
        desk.designing.clone_from(&run);
        if !answer(&mut run, Step::Design, &replies::design::reply(spec, Vec::new()), &mut faults)? {
            return Ok((desk, faults));
        }
        desk.designed.clone_from(&run);
        for step in run.iter().flat_map(|r| &r.steps) {
            let module = step.plan.module.as_deref().unwrap_or_default();
            let (at, found) = match step.plan.produces {
                ReplyKind::Build => (Step::Build, desk.said(step, &replies::build::reply(spec, module, Vec::new()))),
                ReplyKind::Test => (Step::Test, desk.said(step, &replies::test::reply(spec, &[], module, Vec::new()))),
                ReplyKind::Verify => {
                    let Some(run) = &desk.designed else { continue };
                    let reply = replies::verify::reply(spec, &pack(run, &step.plan.id), Vec::new());
                    (Step::Verify, desk.said(step, &reply))
                }
                _ => continue,
            };
            faults.extend(found.into_iter().map(|f| (at, f)));
        }
        Ok((desk, faults))
    }

    fn said(&self, step: &g1::domain::run::Step, reply: &impl Serialize) -> Vec<String> {
        self.designed.as_ref().map(|run| failing(run, step.plan.id.as_str(), reply)).unwrap_or_default()
    }

    /// What fails in the design that the engine would make of a specification.
    pub fn designs(&self, spec: &AppSpec) -> Vec<String> {
        let reply = replies::design::reply(spec, Vec::new());
        self.designing.as_ref().map(|run| failing(run, "design", &reply)).unwrap_or_default()
    }

    /// What fails in the tests that the engine would write for a specification.
    pub fn tests(&self, spec: &AppSpec) -> Vec<String> {
        let steps = self.designed.iter().flat_map(|run| &run.steps).filter(|s| s.plan.produces == ReplyKind::Test);
        steps
            .flat_map(|step| {
                let module = step.plan.module.as_deref().unwrap_or_default();
                self.said(step, &replies::test::reply(spec, &[], module, Vec::new()))
            })
            .collect()
    }
}

/// A run of this text at its beginning, with room for all of it in one prompt.
pub fn begun(text: &str, cut: &[Clause]) -> Result<Run, Box<dyn Error>> {
    texts::begun("mutations", text, cut, 10_000_000)
}

/// What the checks of a step say against a reply.
pub fn failing(run: &Run, step: &str, reply: &impl Serialize) -> Vec<String> {
    let Some(step) = StepId::new(step).ok().and_then(|id| run.step(&id).cloned()) else { return Vec::new() };
    let text = serde_json::to_string(reply).unwrap_or_default();
    match orchestrator::parse(step.plan.produces, &text) {
        Ok(reply) => checks::all(run, &step, &reply).iter().flat_map(said).collect(),
        Err(error) => vec![error],
    }
}

fn said(check: &Check) -> Vec<String> {
    if check.passed {
        return Vec::new();
    }
    check.details.iter().map(|d| format!("{}: {d}", check.name)).collect()
}

/// The next call is answered with `reply`; its failed checks are kept, and a green result is taken over.
fn answer(
    run: &mut Option<Run>,
    of: Step,
    reply: &impl Serialize,
    faults: &mut Faults,
) -> Result<bool, Box<dyn Error>> {
    let effects = orchestrator::pending(run.as_ref().ok_or("no run")?);
    let Some(Effect::Call { step, attempt }) = effects.first().cloned() else { return Ok(false) };
    let seat = run.as_ref().and_then(|r| r.step(&step)).map(|s| Seat::shared(&s.plan)).ok_or("no seat")?;
    let text = serde_json::to_string(reply)?;
    let (hash, usage) = (Hash::of(text.as_bytes()), Usage::default());
    let packed = Input::Packed {
        step: step.clone(),
        attempt,
        call: 0,
        seat,
        page: Page::default(),
        covers: Vec::new(),
        pack: hash.clone(),
        blob: hash.clone(),
        tokens: 0,
        items: 0,
        cut: 0,
    };
    feed(run, packed)?;
    let (request, model) = (hash.clone(), Clean::new("offline"));
    feed(run, Input::CallStarting { step: step.clone(), attempt, call: 0, request, model, worst_case: usage })?;
    let done = Input::CallDone {
        step: step.clone(),
        attempt,
        call: 0,
        earlier: Vec::new(),
        request: hash.clone(),
        reply: hash,
        text,
        usage,
        cached: false,
        by: None,
    };
    for event in feed(run, done)? {
        if let Event::CheckCompleted { check, .. } = event {
            faults.extend(said(&check).into_iter().map(|f| (of, f)));
        }
    }
    let green = orchestrator::pending(run.as_ref().ok_or("no run")?).contains(&Effect::Commit { step: step.clone() });
    if green {
        feed(run, Input::Committed { step, files: Vec::new() })?;
    }
    Ok(green)
}

/// The clauses alone: no evidence, so nothing is held proven.
fn pack(run: &Run, step: &StepId) -> ContextPack {
    use g1::domain::pack::{PackItem, PackKind};
    let items = run.clauses.values().map(|clause| PackItem {
        kind: PackKind::Clause,
        id: clause.id.to_string(),
        label: Clean::new(clause.kind.map_or("", |k| k.word())),
        text: clause.text.clone(),
        hash: Hash::of(clause.text.as_bytes()),
        score: None,
        tokens: 0,
        why: Clean::default(),
    });
    ContextPack {
        id: Hash::of(b""),
        step: step.clone(),
        attempt: 1,
        personas: Vec::new(),
        module: None,
        budget_tokens: u32::MAX,
        seat: None,
        page: Page::default(),
        beside: Vec::new(),
        runs_on: None,
        holds: None,
        items: items.collect(),
        cut: Vec::new(),
    }
}

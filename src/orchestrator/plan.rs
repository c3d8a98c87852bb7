//! The plan the meta-personas propose: validated as a typed graph, completed with what each step is responsible for, and
//! estimated.

mod estimate;

use super::{PLAN, UNDERSTAND, checks, checks::verdict};
use crate::domain::{
    ClauseId, Clean, PersonaId, StepId,
    plan::{Estimate, Module, Phase, Plan, PlanVariant, StepPlan},
    reply::{NewModule, NewStep, PlanReply, ReplyKind},
    run::{Check, Run},
};
use std::collections::{BTreeMap, BTreeSet};

/// The personas a plan may seat (`personas/`, a file each).
pub const PERSONAS: [&str; 15] = [
    "requirement-concierge",
    "business-analyst",
    "solution-architect",
    "technical-architect",
    "api-designer",
    "database-architect",
    "developer",
    "tester",
    "qa-specialist",
    "workflow-designer",
    "team-architect",
    "communication-architect",
    "knowledge-hub",
    "verifier",
    "transition-manager",
];

/// More steps than this is no plan for one application, whoever proposes it.
const MAX_STEPS: usize = 200;

/// The `plan` check.
#[must_use]
pub fn check(run: &Run, reply: &PlanReply) -> Check {
    let mut faults = Vec::new();
    modules(reply, &mut faults);
    steps(reply, &mut faults);
    graph(reply, &mut faults);
    coverage(run, reply, &mut faults);
    faults.sort();
    faults.dedup();
    let summary = format!("{} modules, {} steps, {} faults", reply.modules.len(), reply.steps.len(), faults.len());
    verdict("plan", summary, faults)
}

fn modules(reply: &PlanReply, faults: &mut Vec<String>) {
    if reply.modules.is_empty() {
        faults.push("the plan has no module".to_owned());
    }
    let mut earlier = BTreeSet::new();
    for module in &reply.modules {
        let name = &module.name;
        let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 40 || !name.chars().all(ok) {
            faults.push(format!("'{name}' is no module name (a-z 0-9 _)"));
        }
        for other in &module.depends_on {
            if !earlier.contains(other) {
                faults.push(format!("module {name} depends on {other}, which does not come before it"));
            }
        }
        if !earlier.insert(name.clone()) {
            faults.push(format!("two modules are named {name}"));
        }
    }
}

fn steps(reply: &PlanReply, faults: &mut Vec<String>) {
    if reply.steps.len() > MAX_STEPS {
        faults.push(format!("{} steps; {MAX_STEPS} are the most", reply.steps.len()));
    }
    let mut ids = BTreeSet::from([UNDERSTAND, PLAN]);
    for step in &reply.steps {
        let id = step.id.as_str();
        if StepId::new(id).is_err() {
            faults.push(format!("'{id}' is no step id (a-z 0-9 - _ :)"));
        }
        if !ids.insert(id) {
            faults.push(format!("two steps are named {id}"));
        }
        if step.personas.is_empty() {
            faults.push(format!("nobody works on {id}"));
        }
        for persona in step.personas.iter().filter(|p| !PERSONAS.contains(&p.as_str())) {
            faults.push(format!("{id} seats '{persona}', whom nobody knows"));
        }
        let module = step.module.as_ref().and_then(|name| reply.modules.iter().find(|m| &m.name == name));
        match step.produces {
            ReplyKind::Understand | ReplyKind::Plan => {
                faults.push(format!("{id}: understanding and planning are already done"));
            }
            ReplyKind::Build | ReplyKind::Test if module.is_none() => {
                faults.push(format!("{id} names no module of the plan"))
            }
            _ => {}
        }
    }
    for (kind, word) in [(ReplyKind::Design, "design"), (ReplyKind::Verify, "verify")] {
        let count = reply.steps.iter().filter(|s| s.produces == kind).count();
        if count != 1 {
            faults.push(format!("{count} {word} steps; a plan has exactly one"));
        }
    }
    for module in &reply.modules {
        for (kind, word) in [(ReplyKind::Build, "built"), (ReplyKind::Test, "tested")] {
            let count = of_module(reply, module, kind).count();
            if count != 1 {
                faults.push(format!("module {} is {word} by {count} steps instead of one", module.name));
            }
        }
    }
}

fn of_module<'a>(reply: &'a PlanReply, module: &'a NewModule, kind: ReplyKind) -> impl Iterator<Item = &'a NewStep> {
    reply.steps.iter().filter(move |s| s.produces == kind && s.module.as_deref() == Some(module.name.as_str()))
}

/// Who comes after whom: known steps, no cycle, and the order that the kinds of work demand.
fn graph(reply: &PlanReply, faults: &mut Vec<String>) {
    let ids: BTreeSet<&str> = reply.steps.iter().map(|s| s.id.as_str()).chain([UNDERSTAND, PLAN]).collect();
    for step in &reply.steps {
        for after in step.after.iter().filter(|a| !ids.contains(a.as_str())) {
            faults.push(format!("{} comes after {after}, which is not in the plan", step.id));
        }
    }
    let before = upstream(reply);
    for step in &reply.steps {
        let mine = &before[step.id.as_str()];
        if mine.contains(step.id.as_str()) {
            faults.push(format!("{} waits for itself (a cycle)", step.id));
            continue;
        }
        for later in
            reply.steps.iter().filter(|s| mine.contains(s.id.as_str()) && phase(s.produces) > phase(step.produces))
        {
            faults.push(format!("{} comes after {}, which belongs to a later phase", step.id, later.id));
        }
        let mut must = |other: &NewStep, why: &str| {
            if !mine.contains(other.id.as_str()) {
                faults.push(format!("{} must come after {}: {why}", step.id, other.id));
            }
        };
        let of = |kind| reply.steps.iter().filter(move |s| s.produces == kind);
        match step.produces {
            ReplyKind::Build => {
                of(ReplyKind::Design).for_each(|s| must(s, "it builds what is designed there"));
                let module = reply.modules.iter().find(|m| Some(&m.name) == step.module.as_ref());
                for name in module.iter().flat_map(|m| &m.depends_on) {
                    of(ReplyKind::Build)
                        .filter(|s| s.module.as_ref() == Some(name))
                        .for_each(|s| must(s, "its module depends on that one"));
                }
            }
            ReplyKind::Test => of(ReplyKind::Build)
                .filter(|s| s.module == step.module)
                .for_each(|s| must(s, "it tests what is built there")),
            ReplyKind::Verify => of(ReplyKind::Test).for_each(|s| must(s, "it judges the whole")),
            _ => {}
        }
    }
}

/// All steps that come before each step, directly or not; a step in a cycle contains itself.
fn upstream(reply: &PlanReply) -> BTreeMap<&str, BTreeSet<&str>> {
    let direct: BTreeMap<&str, Vec<&str>> =
        reply.steps.iter().map(|s| (s.id.as_str(), s.after.iter().map(String::as_str).collect())).collect();
    direct
        .keys()
        .map(|id| {
            let mut seen = BTreeSet::new();
            let mut open: Vec<&str> = direct[id].clone();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(direct.get(next).into_iter().flatten());
                }
            }
            (*id, seen)
        })
        .collect()
}

/// Every demanding clause that is not wholly a gap reaches a builder and a tester: it belongs to a module.
fn coverage(run: &Run, reply: &PlanReply, faults: &mut Vec<String>) {
    let (assigned, unknown) = checks::known(run, reply.modules.iter().flat_map(|m| &m.clauses));
    faults.extend(unknown.iter().map(|id| format!("'{id}' is not a clause of this requirement")));
    for clause in owed(run).filter(|clause| !assigned.contains(clause)) {
        faults.push(format!("{clause} reaches no builder and no tester: it belongs to no module"));
    }
}

/// The clauses that have to belong to a module: all that demand something, but for those that are waived or cannot be met
/// at all. What can be met in part is built as far as it goes.
pub fn owed(run: &Run) -> impl Iterator<Item = ClauseId> {
    let whole: BTreeSet<ClauseId> = run.gaps.iter().filter(|g| g.whole && g.step.is_none()).map(|g| g.clause).collect();
    let demanding = run.demanding().map(|clause| clause.id);
    demanding.filter(move |clause| !whole.contains(clause) && !run.waivers.contains_key(clause))
}

/// Whether the steps of a plan can all be reached: a person may accept a plan that covers too little, but not one whose
/// steps wait for each other.
#[must_use]
pub fn runnable(plan: &Plan) -> bool {
    let mut left: Vec<&StepPlan> = plan.steps.iter().collect();
    loop {
        let waits = |s: &StepPlan| {
            left.iter().any(|other| s.after.contains(&other.id) || other.phase < s.phase && other.id != s.id)
        };
        let next: Vec<&StepPlan> = left.iter().copied().filter(|s| waits(s)).collect();
        if next.len() == left.len() {
            return left.is_empty() && plan.steps.iter().all(|s| !s.personas.is_empty());
        }
        left = next;
    }
}

/// Lets the steps of a kind come one after another, in the plan's order as far as what they wait for allows. Where software
/// was there before, modules share files: of two who change the same one at the same time, the second would undo the first.
fn in_a_row(steps: &mut [StepPlan], kind: ReplyKind) {
    let mut left: Vec<usize> = (0..steps.len()).filter(|at| steps[*at].produces == kind).collect();
    let mut last: Option<usize> = None;
    while !left.is_empty() {
        let waits = |at: &usize| {
            let before = all_before(steps, *at);
            left.iter().any(|other| other != at && before.contains(&steps[*other].id))
        };
        // In a circle, which the check of the plan has named, there is no first.
        let next = left.iter().position(|at| !waits(at)).unwrap_or(0);
        let next = left.remove(next);
        if let Some(last) = last.replace(next)
            && !all_before(steps, next).contains(&steps[last].id)
        {
            let id = steps[last].id.clone();
            steps[next].after.push(id);
        }
    }
}

/// The steps that come before one, directly or not.
fn all_before(steps: &[StepPlan], at: usize) -> BTreeSet<StepId> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<StepId> = steps[at].after.clone();
    while let Some(next) = open.pop() {
        if seen.insert(next.clone()) {
            open.extend(steps.iter().filter(|step| step.id == next).flat_map(|step| step.after.iter().cloned()));
        }
    }
    seen
}

/// The plan that a valid reply describes. What is not valid in it is left out: the check has named it.
#[must_use]
pub fn make(run: &Run, reply: &PlanReply) -> Plan {
    let ids = |texts: &[String]| -> Vec<ClauseId> { checks::known(run, texts).0.into_iter().collect() };
    let modules: Vec<Module> = reply
        .modules
        .iter()
        .map(|m| Module {
            name: Clean::new(&m.name),
            purpose: Clean::new(&m.purpose),
            clauses: ids(&m.clauses),
            depends_on: m.depends_on.iter().map(|d| Clean::new(d)).collect(),
        })
        .collect();
    let demanding: Vec<ClauseId> = run.demanding().map(|c| c.id).collect();
    let known: BTreeSet<&str> = reply.steps.iter().map(|s| s.id.as_str()).chain([UNDERSTAND, PLAN]).collect();
    let mut taken = BTreeSet::from([super::step_id(UNDERSTAND), super::step_id(PLAN)]);
    let mut steps = Vec::new();
    for step in &reply.steps {
        let Some(id) = StepId::new(step.id.as_str()).ok().filter(|id| taken.insert(id.clone())) else { continue };
        let module = step.module.as_ref().and_then(|name| modules.iter().find(|m| m.name.as_str() == name));
        // A step that names no predecessor still comes after the plan, so that nothing starts before it is approved.
        let mut after: Vec<StepId> = step
            .after
            .iter()
            .filter(|a| known.contains(a.as_str()))
            .filter_map(|a| StepId::new(a.as_str()).ok())
            .collect();
        if after.is_empty() {
            after.push(super::step_id(PLAN));
        }
        steps.push(StepPlan {
            id,
            phase: phase(step.produces),
            title: Clean::from(Clean::new(&step.title).one_line(80)),
            personas: step
                .personas
                .iter()
                .filter(|p| PERSONAS.contains(&p.as_str()))
                .filter_map(|p| PersonaId::new(p.as_str()).ok())
                .collect(),
            produces: step.produces,
            module: module.map(|m| m.name.clone()),
            clauses: module.map_or_else(|| demanding.clone(), |m| m.clauses.clone()),
            after,
            reads: step.reads.clone(),
        });
    }
    if run.existing.is_some() {
        for kind in [ReplyKind::Build, ReplyKind::Test] {
            in_a_row(&mut steps, kind);
        }
    }
    let options: Vec<(PlanVariant, Estimate)> =
        PlanVariant::ALL.iter().map(|variant| (*variant, estimate::whole(run, &steps, *variant))).collect();
    let per_step = PlanVariant::ALL.iter().map(|variant| (*variant, estimate::each(run, &steps, *variant))).collect();
    let chosen = options.iter().find(|(variant, _)| *variant == run.settings.plan);
    Plan {
        variant: run.settings.plan,
        modules,
        steps,
        team_notes: Clean::new(&reply.team_notes),
        communication_notes: Clean::new(&reply.communication_notes),
        estimate: chosen.map(|(_, estimate)| *estimate).unwrap_or_default(),
        options,
        per_step,
    }
}

fn phase(kind: ReplyKind) -> Phase {
    match kind {
        ReplyKind::Understand => Phase::Requirements,
        ReplyKind::Plan => Phase::Planning,
        ReplyKind::Design => Phase::Architecture,
        ReplyKind::Build => Phase::Development,
        ReplyKind::Test => Phase::Testing,
        ReplyKind::Verify => Phase::Output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(id: &str, produces: ReplyKind, after: &[&str]) -> StepPlan {
        StepPlan {
            id: StepId::new(id).unwrap(),
            phase: phase(produces),
            title: Clean::from(id.to_owned()),
            personas: Vec::new(),
            produces,
            module: None,
            clauses: Vec::new(),
            after: after.iter().map(|id| StepId::new(*id).unwrap()).collect(),
            reads: Vec::new(),
        }
    }

    #[test]
    fn builds_come_one_after_another_as_far_as_their_order_allows() {
        use ReplyKind::{Build, Test};
        let mut steps = vec![
            step("build:c", Build, &["build:b"]),
            step("build:a", Build, &["plan"]),
            step("build:b", Build, &["plan"]),
            step("test:a", Test, &["build:a"]),
            step("build:d", Build, &["test:a"]),
        ];
        in_a_row(&mut steps, Build);
        let of = |id: &str| {
            let at = steps.iter().position(|step| step.id.as_str() == id).unwrap();
            all_before(&steps, at).iter().filter(|id| id.as_str().starts_with("build:")).count()
        };
        assert_eq!((of("build:a"), of("build:b"), of("build:c"), of("build:d")), (0, 1, 2, 3), "{steps:#?}");
        let circle = |steps: &mut Vec<StepPlan>| in_a_row(steps, Build);
        circle(&mut vec![step("build:a", Build, &["build:b"]), step("build:b", Build, &["build:a"])]);
    }
}

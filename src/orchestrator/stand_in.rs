//! Standing in: where a reply that the others wait for stays red for good, G1 puts the plainest one in its place, so that
//! what comes after fails or succeeds in its own right. It says what the requirement says and nothing else, is judged by
//! the same checks, and is shown as what it is: nobody's understanding, plan or design.

use super::{Reply, calls, checks, persona_id};
use crate::domain::{
    ClauseId, Clean, PersonaId,
    clause::{Clause, ClauseKind},
    persona::ReadKind,
    reply::{
        DesignReply, MarkedClause, NewArtifact, NewDecision, NewInterpretation, NewModule, NewStep, PlanReply,
        ReplyKind, TeachBack, UnderstandReply,
    },
    run::{Gate, GateMode, GateReason, Run, Step, StepState, Verb},
};

/// The only module of the plainest plan.
const MODULE: &str = "core";

/// Who signs what nobody else answers for.
#[must_use]
pub fn author() -> PersonaId {
    persona_id(super::apply::G1)
}

/// Why the step waits for G1 to stand in; `None` when it does not: a person is asked first, and code and tests are
/// nobody's to make up.
#[must_use]
pub fn due<'a>(run: &'a Run, step: &Step) -> Option<&'a Clean> {
    if step.state != StepState::AtGate || !run.may_stand_in(step) {
        return None;
    }
    let gate = run.gates.values().rev().find(|gate| gate.step == step.plan.id)?;
    let GateReason::Red { why } = &gate.reason else { return None };
    let nobody_is_asked = gate.is_open() && run.settings.gates == GateMode::None;
    (nobody_is_asked || is_approved(gate)).then_some(why)
}

fn is_approved(gate: &Gate) -> bool {
    let approves = |verb: &Verb| matches!(verb, Verb::Approve | Verb::ApprovePhase);
    gate.decided.as_ref().is_some_and(|decided| approves(&decided.verb))
}

/// The plainest reply of the step, in the form in which replies are stored.
#[must_use]
pub fn text(run: &Run, step: &Step) -> String {
    calls::text(&match step.plan.produces {
        ReplyKind::Plan => Reply::Plan(plan(run, step)),
        ReplyKind::Design => Reply::Design(design(run, step)),
        // Of what is built and tested there is none: `Run::may_stand_in` says so.
        ReplyKind::Understand | ReplyKind::Build | ReplyKind::Test | ReplyKind::Verify => {
            Reply::Understand(understanding(run, step))
        }
    })
}

fn in_force(run: &Run) -> impl Iterator<Item = &Clause> {
    run.clauses.values().filter(|clause| clause.retired.is_none())
}

fn texts<'a>(ids: impl IntoIterator<Item = &'a ClauseId>) -> Vec<String> {
    ids.into_iter().map(ToString::to_string).collect()
}

fn taught(run: &Run, step: &Step) -> TeachBack {
    let decisions = run.decisions.keys().map(ToString::to_string).collect();
    TeachBack { clauses: texts(&checks::responsible(run, step)), decisions }
}

/// Nobody has said what kind a clause is: it counts as a demand, so that nothing is lost.
fn understanding(run: &Run, step: &Step) -> UnderstandReply {
    let clauses: Vec<&Clause> = in_force(run).collect();
    let words = |clause: &Clause| clause.text.trim().to_owned();
    UnderstandReply {
        teach_back: taught(run, step),
        title: clauses.first().map(|clause| clause.line(60)).unwrap_or_default(),
        product: String::new(),
        stack: String::new(),
        clauses: clauses
            .iter()
            .map(|clause| MarkedClause {
                id: clause.id.to_string(),
                kind: ClauseKind::Function,
                reason: "nobody has read it yet, so it counts as a demand".to_owned(),
            })
            .collect(),
        interpretations: clauses
            .iter()
            .map(|clause| NewInterpretation {
                functional: true,
                statement: words(clause),
                clauses: vec![clause.id.to_string()],
                acceptance: Vec::new(),
            })
            .collect(),
        assumptions: Vec::new(),
        gaps: Vec::new(),
    }
}

fn plan(run: &Run, step: &Step) -> PlanReply {
    let new = |id: &str, title: &str, produces, personas: &[&str], after: &str, more: &[ReadKind]| NewStep {
        id: id.to_owned(),
        title: title.to_owned(),
        produces,
        personas: texts_of(personas),
        module: matches!(produces, ReplyKind::Build | ReplyKind::Test).then(|| MODULE.to_owned()),
        after: vec![after.to_owned()],
        reads: ReadKind::MEANING.iter().chain(more).copied().collect(),
    };
    let architects = ["solution-architect", "technical-architect", "api-designer", "database-architect"];
    let (made, seen) =
        ([ReadKind::Artifacts, ReadKind::Files], [ReadKind::Artifacts, ReadKind::Files, ReadKind::Tests]);
    let judged = [ReadKind::Files, ReadKind::Tests, ReadKind::Evidence];
    let (build, test) = (format!("build:{MODULE}"), format!("test:{MODULE}"));
    PlanReply {
        teach_back: taught(run, step),
        modules: vec![NewModule {
            name: MODULE.to_owned(),
            purpose: "Everything that the requirement demands".to_owned(),
            clauses: super::plan::owed(run).map(|clause| clause.to_string()).collect(),
            depends_on: Vec::new(),
        }],
        steps: vec![
            new("design", "Design the product", ReplyKind::Design, &architects, "plan", &[]),
            new(&build, "Build it", ReplyKind::Build, &["developer"], "design", &made),
            new(&test, "Test it", ReplyKind::Test, &["tester"], &build, &seen),
            new("verify", "Verify it", ReplyKind::Verify, &["verifier", "qa-specialist"], &test, &judged),
        ],
        team_notes: "One developer and one tester: nobody has divided the work.".to_owned(),
        communication_notes: "Everybody reads everything.".to_owned(),
    }
}

fn texts_of(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn design(run: &Run, step: &Step) -> DesignReply {
    let owed = checks::responsible(run, step);
    let by = author().to_string();
    let lines: Vec<String> = owed.iter().filter_map(|id| run.clauses.get(id)).map(line).collect();
    let (stack, technical) = stack(run);
    DesignReply {
        teach_back: taught(run, step),
        decisions: vec![NewDecision {
            title: "Stack".to_owned(),
            choice: stack.to_owned(),
            why: "Nobody has designed anything: this is what needs the fewest decisions.".to_owned(),
            clauses: texts(&owed),
            by: by.clone(),
        }],
        assumptions: Vec::new(),
        artifacts: vec![
            NewArtifact {
                name: "solution".to_owned(),
                by: by.clone(),
                content: format!(
                    "# What is to be built\n\nWhat the clauses say, in their words:\n\n{}",
                    lines.concat()
                ),
                clauses: texts(&owed),
            },
            NewArtifact { name: "technical".to_owned(), by, content: technical, clauses: Vec::new() },
        ],
    }
}

fn line(clause: &Clause) -> String {
    format!("- {}: {}\n", clause.id, Clean::new(&clause.text).one_line(usize::MAX))
}

/// The stack that is there, else the one that a bare machine runs, as the technical design says it.
fn stack(run: &Run) -> (&'static str, String) {
    if run.existing.is_some() {
        let text = "# How it is made\n\nAs the product is made already: same language, same layout, same commands.\n";
        return ("the one that is there", text.to_owned());
    }
    let text = "# How it is made\n\n\
        A web application in Python with its standard library alone. `app/__main__.py` is started with \
        `python3 -m app --port N` and serves on 127.0.0.1; tests lie in `tests/`. Running data lies in the directory \
        named by `APP_DATA_DIR`, never in the workspace.\n\n\
        ## Manifest `g1.toml`\n\n\
        ```toml\n\
        [app]\n\
        name = \"product\"\n\
        stack = \"python-stdlib\"\n\n\
        [commands]\n\
        setup = []\n\
        test = [\"python3\", \"-m\", \"unittest\", \"-v\"]\n\
        run = [\"python3\", \"-m\", \"app\", \"--port\", \"{port}\"]\n\
        ```\n";
    ("python-stdlib", text.to_owned())
}

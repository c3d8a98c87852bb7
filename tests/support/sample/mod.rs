//! A scripted run for screens: the fitness tracker at chosen moments, with texts, files, checks, gates and evidence.

mod parts;

use g1::domain::{
    AssumptionId, ClauseId, Clean, DecisionId, EvidenceId, GateId, Hash, InterpretationId, InterpretationKind,
    PersonaId, StepId,
    artifact::{Artifact, CodeRange, FileEntry, TestRef},
    clause::{Assumption, Clause, ClauseKind, Decision, Gap, Interpretation, Requirement},
    evidence::{ControlRun, Evidence, EvidenceKind, SandboxLevel, TestOutcome, TestResult},
    pack::{ContextPack, CutItem, PackItem, PackKind},
    persona::ReadKind,
    plan::{Estimate, Module, Phase, Plan, PlanVariant, StepPlan},
    reply::ReplyKind,
    run::{
        ChatItem, Check, Decided, Gate, GateMode, GateReason, Outcome, Proposal, Run, RunSettings, RunStatus, Step,
        StepState, Verb,
    },
    usage::{Budget, Usage},
};
use jiff::{SignedDuration, Timestamp};
use parts::{base, check, complete, finish, gate, plan, say, step_plan};
use std::collections::{BTreeMap, HashMap};

/// The moments a screen can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    PlanGate,
    Building,
    BuildGate,
    Red,
    Done,
}

pub const TEXT: &str = "Build a fitness tracking website with user authentication. People sign up with an email address and a password and record their workouts: the date, the kind of exercise, the duration in minutes, the distance in kilometres if there is one, and how hard it felt from 1 to 10. A user sets goals, for example running 100 km in a month, and sees the progress towards each goal. Users must never see each other's workouts. A trainer can be given access to a user's workouts by that user and can leave comments on them. There is a dashboard with the totals of the last four weeks. Connect to Garmin watches. The page must be usable on a phone. We want people to move more.";

pub fn start() -> Timestamp {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

pub fn at(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}

#[derive(Debug, Default)]
pub struct Sample {
    pub blobs: HashMap<Hash, Vec<u8>>,
}

fn persona(id: &str) -> PersonaId {
    PersonaId::new(id).unwrap()
}
fn step_id(id: &str) -> StepId {
    StepId::new(id).unwrap()
}

pub const WORKOUTS_PY: &str = "\"\"\"Workouts: what a user records, and who may see it.\"\"\"

from app.database import db
from app.http import json_error, route
from app.schema import WORKOUT, validate


def create_workout(user, form):
    errors = validate(form, WORKOUT)
    if errors:
        return json_error(422, errors)
    workout = db.insert(\"workouts\", owner_id=user.id, **form)
    return workout.as_json(), 201


def only_mine(user, workout):
    if workout.owner_id != user.id and not granted(user, workout.owner_id):
        return json_error(404, \"There is no such workout.\")
    return None


route(\"POST\", \"/api/workouts\", create_workout)
";

pub const TEST_PY: &str = "import unittest

from tests.support import Client


class Create(unittest.TestCase):
    def test_requires_login(self):
        Client().expect(401, \"POST\", \"/api/workouts\", {})
";

impl Sample {
    fn blob(&mut self, text: &str) -> Hash {
        let hash = Hash::of(text.as_bytes());
        self.blobs.insert(hash.clone(), text.as_bytes().to_vec());
        hash
    }

    fn file(&mut self, path: &str, text: &str, step: &str) -> FileEntry {
        FileEntry {
            path: path.into(),
            sha256: self.blob(text),
            bytes: text.len() as u64,
            lines: text.lines().count() as u32,
            executable: false,
            step: step_id(step),
        }
    }

    pub fn run(&mut self, moment: Moment) -> Run {
        let mut run = base();
        let clauses: Vec<ClauseId> = run.clauses.keys().copied().collect();
        let done = moment != Moment::PlanGate;
        say(
            &mut run,
            1,
            Some("understand"),
            "requirement-concierge",
            "I read **10 clauses**. C-008 needs an outside service; I cannot offer that offline and say so now.",
        );
        say(
            &mut run,
            2,
            Some("understand"),
            "business-analyst",
            "C-002 and C-003 become FR-001 to FR-004. Three questions stay open; I answered them for now:\n- A-001 the distance is optional\n- A-002 weeks start on Monday",
        );
        say(
            &mut run,
            3,
            Some("plan"),
            "workflow-designer",
            "Three modules: `core`, `workouts`, `goals`. Ten calls; building and testing run side by side.",
        );
        let plan = plan(&clauses);
        for p in [
            ("understand", "requirement-concierge", Phase::Requirements),
            ("plan", "workflow-designer", Phase::Planning),
        ] {
            let mut step = Step::new(step_plan(
                p.0,
                p.2,
                &[p.1, if p.0 == "plan" { "team-architect" } else { "business-analyst" }],
                &clauses,
                &[],
            ));
            (step.state, step.attempt) = (StepState::Done, 1);
            (step.started_at, step.ended_at) = (Some(at(0)), Some(at(3)));
            step.usage =
                Usage { calls: 1, input_tokens: 2_400, cached_tokens: 0, output_tokens: 1_700, cost_micros: 0 };
            step.checks = vec![check("schema", "", true), check("teach-back", "10 clauses", true)];
            run.steps.push(step.into());
        }
        run.steps[1].proposal = Some(Proposal::Plan { plan: plan.clone() });
        gate(&mut run, 1, "plan", GateReason::Plan, 4, done.then_some(9));
        if !done {
            run.steps[1].state = StepState::AtGate;
            run.status = RunStatus::WaitingAtGate;
            finish(&mut run, 4);
            return run;
        }
        for planned in &plan.steps {
            run.steps.push(Step::new(planned.clone()).into());
        }
        run.plan = Some(plan.into());
        self.design(&mut run);
        let core = [
            ("g1.toml", "[app]\nname = \"fitness\"\n"),
            ("app/__init__.py", ""),
            ("app/http.py", "def route(method, path, handler):\n    return handler\n"),
            ("README.md", "# Fitness tracker\n"),
        ];
        for (path, text) in core {
            let file = self.file(path, text, "build:core");
            run.files.insert(path.into(), file);
        }
        complete(&mut run, "build:core", 20, 34);
        say(
            &mut run,
            34,
            Some("build:core"),
            "developer",
            "The core serves pages and the API, keeps accounts with scrypt, and boots in 0.2 s. It covers C-001 and C-002.",
        );
        say(&mut run, 36, None, "you", "Please keep the forms short, our people are in a hurry.");
        let pack = self.pack();
        let workouts = self.file("app/modules/workouts.py", WORKOUTS_PY, "build:workouts");
        let tests = self.file("tests/test_workouts.py", TEST_PY, "test:workouts");
        let n = run.steps().position(|s| s.plan.id.as_str() == "build:workouts").unwrap();
        let step = &mut run.steps[n];
        step.attempt = 1;
        step.pack = Some((pack.clone(), pack));
        step.started_at = Some(at(34));
        step.usage =
            Usage { calls: 1, input_tokens: 4_100, cached_tokens: 0, output_tokens: 1_900, cost_micros: 21_000 };
        let links = vec![
            CodeRange {
                clause: ClauseId(2),
                path: workouts.path.clone(),
                lines: (8, 13),
                sha256: workouts.sha256.clone(),
                step: None,
            },
            CodeRange {
                clause: ClauseId(4),
                path: workouts.path.clone(),
                lines: (16, 19),
                sha256: workouts.sha256.clone(),
                step: None,
            },
        ];
        match moment {
            Moment::Building => {
                step.state = StepState::Working;
                let goals = run.steps.iter_mut().find(|s| s.plan.id.as_str() == "test:core").unwrap();
                (goals.state, goals.attempt, goals.started_at) = (StepState::Checking, 1, Some(at(36)));
                goals.checks = vec![check("schema", "", true), check("drift", "0 dropped, 0 unsourced", true)];
                run.status = RunStatus::Running;
                finish(&mut run, 41);
            }
            Moment::BuildGate | Moment::Red => {
                step.state = StepState::AtGate;
                step.ended_at = Some(at(47));
                step.digest = Some(Hash::of(b"build:workouts"));
                step.checks = vec![
                    check("schema", "", true),
                    check("teach-back", "6 clauses, 4 decisions honoured", true),
                    check("drift", "covered 6/6, dropped 0", true),
                    check("unsourced", "0", true),
                    check("boot", "answers /healthz in 0.2 s", moment == Moment::BuildGate),
                ];
                step.proposal = Some(Proposal::Build {
                    files: vec![workouts.clone()],
                    links,
                    additions: vec![("an index on the owner".into(), "baseline:indexes".into())],
                    gaps: vec![],
                    notes: "A workout belongs to its owner; a trainer reads through a grant, never by role.".into(),
                });
                let reason = if moment == Moment::Red {
                    run.steps[n].checks[4].details =
                        vec!["ImportError: cannot import name 'granted' from 'app.grants'".into()];
                    GateReason::Red { why: "the application does not start: the same failure twice".into() }
                } else {
                    GateReason::Step
                };
                say(
                    &mut run,
                    46,
                    Some("build:workouts"),
                    "developer",
                    "I build the workouts module from D-001 and D-002 and cover C-002, C-004 and C-006.",
                );
                gate(&mut run, 3, "build:workouts", reason, 47, None);
                run.status = RunStatus::WaitingAtGate;
                finish(&mut run, 47);
            }
            Moment::Done | Moment::PlanGate => self.done(&mut run, &workouts, &tests, links),
        }
        run
    }

    fn design(&mut self, run: &mut Run) {
        complete(run, "design", 9, 20);
        say(
            run,
            19,
            Some("design"),
            "solution-architect",
            "Server-rendered pages and a JSON API in one process; SQLite with WAL. D-002 keeps trainers out unless a grant says otherwise.",
        );
        for (i, (title, choice, clause)) in [
            ("Pages and API in one process", "Server-rendered pages, a JSON API beside them", 1),
            ("Trainers read through a grant", "A grant row per user and trainer, never a role check alone", 5),
        ]
        .iter()
        .enumerate()
        {
            let id = DecisionId(i as u32 + 1);
            run.decisions.insert(
                id,
                Decision {
                    id,
                    title: (*title).into(),
                    choice: (*choice).into(),
                    why: "the requirement names it".into(),
                    clauses: vec![ClauseId(*clause)],
                    by: persona("solution-architect"),
                },
            );
        }
        let text = "# API\n\n`POST /api/workouts` creates a workout of the signed-in user.\n";
        let hash = self.blob(text);
        run.artifacts.insert(
            "api".into(),
            Artifact {
                name: "api".into(),
                hash,
                bytes: text.len() as u64,
                by: persona("api-designer"),
                step: step_id("design"),
                clauses: vec![ClauseId(2)],
            },
        );
        gate(run, 2, "design", GateReason::Step, 20, Some(24));
    }

    fn done(&mut self, run: &mut Run, workouts: &FileEntry, tests: &FileEntry, links: Vec<CodeRange>) {
        let ids: Vec<String> = run.steps().skip(3).map(|s| s.plan.id.to_string()).collect();
        for (i, id) in ids.iter().enumerate() {
            complete(run, id, 34 + i as i64 * 4, 40 + i as i64 * 4);
        }
        for f in [workouts, tests] {
            run.files.insert(f.path.clone(), f.clone());
        }
        *run.code_links = links;
        run.code_links.push(CodeRange {
            clause: ClauseId(3),
            path: workouts.path.clone(),
            lines: (22, 22),
            sha256: workouts.sha256.clone(),
            step: None,
        });
        for clause in [2, 3, 4] {
            run.test_links.push(TestRef {
                clause: ClauseId(clause),
                test: "tests.test_workouts.Create.test_requires_login".into(),
                path: tests.path.clone(),
                sha256: tests.sha256.clone(),
                measures: false,
                shows: Default::default(),
            });
        }
        run.evidence.push(Evidence {
            id: EvidenceId(1),
            kind: EvidenceKind::Tests,
            argv: ["python3", "-m", "unittest", "-v"].map(String::from).to_vec(),
            exit: Some(0),
            tests: vec![TestResult {
                name: "tests.test_workouts.Create.test_requires_login".into(),
                outcome: TestOutcome::Passed,
                detail: Clean::default(),
            }],
            output_sha256: Hash::of(b"out"),
            tree: Hash::of(b"tree"),
            sandbox: SandboxLevel::L2,
            duration_ms: 900,
            at: at(60),
            note: None,
            step: None,
        });
        for link in run.code_links.iter().take(2).cloned().collect::<Vec<_>>() {
            run.controls.push(ControlRun {
                clause: link.clause,
                path: link.path,
                lines: link.lines,
                file_sha256: link.sha256,
                test: "tests.test_workouts.Create.test_requires_login".into(),
                test_sha256: tests.sha256.clone(),
                booted: true,
                outcome: Some(TestOutcome::Failed),
                evidence: EvidenceId(1),
            });
        }
        run.status = RunStatus::Completed { outcome: Outcome::Partial, stopped_at_plan: false };
        finish(run, 81);
    }

    fn pack(&mut self) -> Hash {
        let item = |kind, id: &str, text: &str, score, tokens, why: &str| PackItem {
            kind,
            id: id.into(),
            label: Clean::default(),
            text: text.into(),
            hash: Hash::of(text.as_bytes()),
            score,
            tokens,
            why: why.into(),
        };
        let pack = ContextPack {
            id: Hash::of(b"pack"),
            step: step_id("build:workouts"),
            attempt: 1,
            personas: vec![persona("developer")],
            module: Some("workouts".into()),
            budget_tokens: 8_000,
            seat: None,
            page: Default::default(),
            beside: Vec::new(),
            runs_on: None,
            holds: None,
            items: vec![
                item(
                    PackKind::Clause,
                    "C-002",
                    "People sign up with an email address and a password and record their workouts.",
                    None,
                    61,
                    "verbatim, a clause of this step",
                ),
                item(
                    PackKind::Clause,
                    "C-004",
                    "Users must never see each other's workouts.",
                    None,
                    12,
                    "verbatim, a clause of this step",
                ),
                item(
                    PackKind::Decision,
                    "D-002",
                    "{\"title\":\"Trainers read through a grant\"}",
                    None,
                    48,
                    "the plan: developer reads decisions",
                ),
                item(PackKind::Artifact, "api", "# API", Some(0.81), 1_904, "retrieved for \"workout create\""),
            ],
            cut: vec![CutItem {
                kind: PackKind::Artifact,
                id: "technical".into(),
                tokens: 2_210,
                hash: Hash::of(b"t"),
                why: "over budget; lowest score of the artifacts".into(),
            }],
        };
        self.blob(&serde_json::to_string(&pack).unwrap())
    }
}

//! The parts a sample run is put together from.

use super::*;
use g1::domain::Shared;

pub(super) fn base() -> Run {
    let kinds = [
        ClauseKind::Function,
        ClauseKind::Data,
        ClauseKind::Function,
        ClauseKind::Constraint,
        ClauseKind::Function,
        ClauseKind::Function,
        ClauseKind::Function,
        ClauseKind::Quality,
        ClauseKind::Goal,
    ];
    let mut clauses: BTreeMap<ClauseId, Clause> = g1::hub::clauses::cut(TEXT).into_iter().map(|c| (c.id, c)).collect();
    for (clause, kind) in clauses.values_mut().zip(kinds) {
        clause.kind = Some(kind);
        clause.kind_reason = Some("it says what people can do".into());
    }
    let mut interpretations = BTreeMap::new();
    for (n, (text, clause)) in [
        ("A user signs up and records workouts with five fields", 2),
        ("A goal has a target, a period and a progress", 3),
        ("A workout is seen by its owner and by trainers the owner chose", 4),
    ]
    .iter()
    .enumerate()
    {
        let id = InterpretationId { kind: InterpretationKind::Functional, number: n as u32 + 1 };
        interpretations.insert(
            id,
            Interpretation {
                id,
                statement: (*text).into(),
                clauses: vec![ClauseId(*clause)],
                acceptance: vec!["POST /api/workouts answers 201 and the record".into()],
                by: persona("business-analyst"),
            },
        );
    }
    let mut assumptions = BTreeMap::new();
    for (n, (q, a)) in [
        ("Is the distance optional?", "yes"),
        ("On which day does a week start?", "Monday"),
        ("Can an account be deleted?", "by its owner"),
    ]
    .iter()
    .enumerate()
    {
        let id = AssumptionId(n as u32 + 1);
        assumptions.insert(
            id,
            Assumption {
                id,
                question: (*q).into(),
                answer: (*a).into(),
                clauses: vec![ClauseId(2)],
                key: format!("q{n}").into(),
                by: persona("business-analyst"),
                answered_by: None,
                choices: vec![],
            },
        );
    }
    Run {
        seq: 1,
        name: "fitness".into(),
        title: "Fitness tracker".into(),
        understood: Default::default(),
        requirement: Requirement { sha256: Hash::of(TEXT.as_bytes()), bytes: TEXT.len() as u64 },
        settings: RunSettings {
            gates: GateMode::Step,
            budget: Some(Budget::CostMicros(2_500_000)),
            ..RunSettings::unattended("offline", 8_000)
        },
        instructions: None,
        existing: None,
        attachments: Shared::default(),
        started_at: start(),
        updated_at: start(),
        status: RunStatus::Running,
        clauses: clauses.into(),
        interpretations: interpretations.into(),
        decisions: Shared::default(),
        assumptions: assumptions.into(),
        gaps: vec![Gap {
            clause: ClauseId(7),
            what: "Connect to Garmin watches".into(),
            reason: "offline there is no integration with outside services".into(),
            whole: true,
            step: None,
        }]
        .into(),
        artifacts: Shared::default(),
        plan: None,
        steps: vec![],
        gates: Shared::default(),
        files: Shared::default(),
        code_links: Shared::default(),
        test_links: Shared::default(),
        additions: Shared::default(),
        evidence: Shared::default(),
        controls: Shared::default(),
        coverage: Shared::default(),
        searches: Shared::default(),
        findings: Shared::default(),
        waivers: Shared::default(),
        usage: Usage::default(),
        chat: Shared::default(),
        by_others: BTreeMap::new(),
        restoring: None,
    }
}

pub(super) fn step_plan(id: &str, phase: Phase, personas: &[&str], clauses: &[ClauseId], after: &[&str]) -> StepPlan {
    StepPlan {
        id: step_id(id),
        phase,
        title: match id.split_once(':') {
            Some(("build", m)) => format!("Build the module {m}"),
            Some((_, m)) => format!("Test the module {m}"),
            None => format!("{} the whole", id),
        }
        .into(),
        personas: personas.iter().map(|p| persona(p)).collect(),
        produces: ReplyKind::Build,
        module: id.split_once(':').map(|(_, m)| m.into()),
        clauses: clauses.to_vec(),
        after: after.iter().map(|a| step_id(a)).collect(),
        reads: vec![ReadKind::Clauses],
    }
}

pub(super) fn plan(clauses: &[ClauseId]) -> Plan {
    let module = |name: &str, purpose: &str, clauses: &[u32], after: &[&str]| Module {
        name: name.into(),
        purpose: purpose.into(),
        clauses: clauses.iter().map(|c| ClauseId(*c)).collect(),
        depends_on: after.iter().map(|a| (*a).into()).collect(),
    };
    let mut steps = vec![step_plan(
        "design",
        Phase::Architecture,
        &["solution-architect", "technical-architect", "api-designer", "database-architect"],
        clauses,
        &["plan"],
    )];
    for m in ["core", "workouts", "goals"] {
        steps.push(step_plan(
            &format!("build:{m}"),
            Phase::Development,
            &["developer"],
            &[ClauseId(2), ClauseId(4), ClauseId(5)],
            &["design"],
        ));
    }
    for m in ["core", "workouts", "goals"] {
        steps.push(step_plan(&format!("test:{m}"), Phase::Testing, &["tester"], &[ClauseId(2), ClauseId(4)], &[]));
    }
    steps.push(step_plan("verify", Phase::Output, &["verifier", "qa-specialist"], clauses, &[]));
    let each = |step: &StepPlan| {
        let tokens = 1_000 * (4 + step.clauses.len() as u64);
        (step.id.clone(), Estimate { calls: 1, tokens, seconds: 2, ..Estimate::default() })
    };
    let per_step = vec![(PlanVariant::Lean, steps.iter().map(each).collect())];
    Plan {
        variant: PlanVariant::Lean,
        modules: vec![
            module("core", "accounts, pages, database", &[1, 2], &[]),
            module("workouts", "recording and sharing workouts", &[2, 4, 5], &["core"]),
            module("goals", "goals and their progress", &[3, 6], &["core"]),
        ],
        steps,
        team_notes: Clean::default(),
        communication_notes: Clean::default(),
        estimate: Estimate { calls: 10, tokens: 60_000, cost_micros: 0, seconds: 20, pages: 0, turns: 0 },
        options: Vec::new(),
        per_step,
    }
}

pub(super) fn check(name: &str, summary: &str, passed: bool) -> Check {
    Check { name: name.into(), passed, summary: summary.into(), details: vec![], signature: None }
}

pub(super) fn say(run: &mut Run, second: i64, step: Option<&str>, who: &str, text: &str) {
    let seq = run.chat.len() as u64 + 10;
    run.chat.push(ChatItem { seq, at: at(second), step: step.map(step_id), speaker: who.into(), text: text.into() });
}

pub(super) fn gate(run: &mut Run, n: u32, step: &str, reason: GateReason, second: i64, decided: Option<i64>) {
    let digest = Hash::of(step.as_bytes());
    let decided = decided.map(|s| Decided {
        verb: Verb::Approve,
        who: "sam".into(),
        by_policy: false,
        at: at(s),
        digest: digest.clone(),
    });
    run.gates.insert(
        GateId(n),
        Gate { id: GateId(n), step: step_id(step), reason, digest, opened_at: at(second), decided, withdrawn: None },
    );
}

pub(super) fn complete(run: &mut Run, id: &str, from: i64, to: i64) {
    let step = run.step_mut(&step_id(id)).unwrap();
    (step.state, step.attempt) = (StepState::Done, 1);
    (step.started_at, step.ended_at) = (Some(at(from)), Some(at(to)));
    step.usage = Usage { calls: 1, input_tokens: 3_100, cached_tokens: 0, output_tokens: 1_250, cost_micros: 0 };
    step.checks = vec![check("schema", "", true), check("drift", "0 dropped, 0 unsourced", true)];
}

pub(super) fn finish(run: &mut Run, second: i64) {
    run.updated_at = at(second);
    run.seq = second as u64 + 100;
    run.usage = Usage::default();
    for i in 0..run.steps.len() {
        let usage = run.steps[i].usage;
        run.usage += usage;
    }
}

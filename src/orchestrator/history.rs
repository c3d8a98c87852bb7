//! Going back in the journal. Nothing is taken out of it: a [`Event::Rewound`] names the record whose state holds again,
//! so the state is a fold of the whole journal and not of one event after another.

use super::{Refusal, apply};
use crate::domain::{
    Clean, StepId,
    event::{Envelope, Event},
    run::{PauseReason, Restoring, Run, RunSettings, RunStatus},
};
use std::collections::{BTreeMap, BTreeSet};

/// The state after a whole journal.
#[must_use]
pub fn replay(history: &[Envelope]) -> Option<Run> {
    let target = |env: &Envelope| if let Event::Rewound { to, .. } = env.event { Some(to) } else { None };
    let targets: BTreeSet<u64> = history.iter().filter_map(target).collect();
    let mut kept: BTreeMap<u64, Run> = BTreeMap::new();
    let mut run = None;
    for env in history {
        apply(&mut run, env);
        if let Event::Rewound { step, to, aside, who } = &env.event
            && let (Some(now), Some(then)) = (&run, kept.get(to))
        {
            run = Some(back(now, then, step, *aside, who, env));
        }
        if targets.contains(&env.seq)
            && let Some(run) = &run
        {
            kept.insert(env.seq, run.clone());
        }
    }
    run
}

/// `then` again, with what a person does not take back by going back: what was spent, and how the run asks.
fn back(now: &Run, then: &Run, step: &StepId, aside: bool, who: &Clean, env: &Envelope) -> Run {
    let mut run = Run {
        seq: env.seq,
        updated_at: env.at,
        usage: now.usage,
        by_others: now.by_others.clone(),
        settings: RunSettings { relaxed: then.settings.relaxed.clone(), ..now.settings.clone() },
        ..then.clone()
    };
    apply::nothing_under_way(&mut run);
    let mut was = now.restoring.as_ref().map(|unfinished| unfinished.was.clone()).unwrap_or_default();
    was.extend(now.files.iter().map(|(path, file)| (path.clone(), file.clone())));
    run.restoring = Some(Restoring { was, aside });
    let text = Clean::from(format!("{who} went back to before {step}. What came after it is in the log."));
    apply::say(&mut run, env, None, Clean::new(apply::G1), text);
    let detail = Clean::from(format!("{who} went back to before {step}"));
    run.status = RunStatus::Paused { reason: PauseReason::Interrupted, detail };
    run
}

/// The records that made the state, without those that a rewind left behind.
fn in_force(history: &[Envelope]) -> Vec<&Envelope> {
    let mut records: Vec<&Envelope> = Vec::new();
    for env in history {
        match env.event {
            Event::Rewound { to, .. } => records.retain(|record| record.seq <= to),
            _ => records.push(env),
        }
    }
    records
}

/// The record after which `step` was begun: first of all, or where a change of the requirement made it again, first
/// after the last such change.
///
/// # Errors
/// There is no such step, or it has not begun.
pub fn before(history: &[Envelope], step: &StepId) -> Result<u64, Refusal> {
    let records = in_force(history);
    let changes = |env: &&&Envelope| matches!(env.event, Event::RequirementChanged { .. });
    let begins = |env: &Envelope| matches!(&env.event, Event::StepStarted { step: begun, .. } if begun == step);
    let last = records.iter().rposition(|env| begins(env));
    let Some(last) = last else {
        let begun: BTreeSet<&str> = records
            .iter()
            .filter_map(|env| if let Event::StepStarted { step, .. } = &env.event { Some(step.as_str()) } else { None })
            .collect();
        let begun: Vec<&str> = begun.into_iter().collect();
        return Err(Refusal(format!(
            "{step} has not begun, so there is nothing before it; begun: {}",
            begun.join(", ")
        )));
    };
    let change = records[..last].iter().rfind(changes).map_or(0, |env| env.seq);
    let first = records.iter().find(|env| env.seq > change && begins(env)).map_or(0, |env| env.seq);
    Ok(first.saturating_sub(1))
}

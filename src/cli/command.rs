//! Commands of a person: to the live run through its socket, or by taking the lock when nobody works on the project.

use super::{
    out::{self, Done, Fail, talk},
    project::{self, Looked},
};
use crate::{
    domain::{AssumptionId, ClauseId, Clean, command::Command},
    driver::{
        self,
        client::{self, By},
    },
};
use serde_json::json;
use std::path::Path;

/// The name a decision is recorded under.
#[derive(Debug, Clone, Default)]
pub struct Who(pub Option<String>);

impl Who {
    pub fn name(&self) -> Clean {
        self.0.as_deref().map_or_else(driver::who, Clean::new)
    }
}

/// Sends a command and says who carried it out.
///
/// # Errors
/// It is refused (exit 2), or the project cannot be used (exit 1).
pub fn send(dir: &Path, command: Command, done: &str, as_json: bool) -> Done {
    let by = send_quietly(dir, command)?;
    let live = by == By::LiveRun;
    if as_json {
        out::json(&json!({"done": done, "by": if live { "live_run" } else { "here" }}))?;
    } else {
        out::show(done)?;
        if !live {
            talk("nobody works on this project: go on with `g1 resume`");
        }
    }
    Ok(0)
}

/// Sends a command about which the caller says what there is to say.
///
/// # Errors
/// See [`send`].
pub fn send_quietly(dir: &Path, command: Command) -> Result<By, Fail> {
    client::send(dir, command).map_err(|e| project::fail(&e))
}

pub fn pause(folder: Option<&Path>, who: &Who, as_json: bool) -> Done {
    let Looked { dir, .. } = project::look(folder)?;
    send(&dir, Command::Pause { who: who.name() }, "paused", as_json)
}

pub fn waive(folder: Option<&Path>, clause: &str, why: &str, who: &Who, as_json: bool) -> Done {
    let Looked { dir, run, .. } = project::look(folder)?;
    let id: ClauseId = clause.parse().map_err(Fail::usage)?;
    let clause =
        run.clauses.get(&id).ok_or_else(|| Fail::usage(format!("there is no clause {id}; `g1 trace` lists them")))?;
    if why.trim().is_empty() {
        return Err(Fail::usage("say why the product may do without it: --why REASON"));
    }
    let done = format!("{id} waived: {}", clause.line(80));
    send(&dir, Command::Waive { clause: id, why: why.into(), who: who.name() }, &done, as_json)
}

pub fn answer(folder: Option<&Path>, id: &str, answer: &str, who: &Who, as_json: bool) -> Done {
    let Looked { dir, run, .. } = project::look(folder)?;
    let id: AssumptionId = id.parse().map_err(Fail::usage)?;
    if !run.assumptions.contains_key(&id) {
        return Err(Fail::usage(format!("there is no assumption {id}; `g1 assumptions` lists them")));
    }
    if answer.trim().is_empty() {
        return Err(Fail::usage("the answer is empty"));
    }
    let wish = Command::AnswerAssumption { assumption: id, answer: answer.into(), who: who.name() };
    send(&dir, wish, &format!("{id} answered; what depended on it is done again"), as_json)
}

pub fn assumptions(folder: Option<&Path>, as_json: bool) -> Done {
    let Looked { run, .. } = project::look(folder)?;
    if as_json {
        for item in run.assumptions.values() {
            out::json(item)?;
        }
        return Ok(0);
    }
    let mut text = String::new();
    for item in run.assumptions.values() {
        let clauses: Vec<String> = item.clauses.iter().map(ToString::to_string).collect();
        let by = item.answered_by.as_ref().map_or("default".to_owned(), |who| format!("answered by {who}"));
        text.push_str(&format!(
            "{} ({}; {by})\n  {}\n  -> {}\n",
            item.id,
            clauses.join(", "),
            item.question,
            item.answer
        ));
        // An answer that is not followed is named among the gaps of its clauses.
        for gap in run.gaps.iter().filter(|gap| item.clauses.contains(&gap.clause)) {
            if let Some(words) = item.left_out(gap) {
                text.push_str(&format!("  not followed: {words}: {}\n", gap.reason));
            }
        }
        match item.choices.as_slice() {
            [] => {}
            [_] => text.push_str("  nothing else can be built\n"),
            choices => {
                let others = choices.iter().filter(|choice| **choice != item.answer);
                let others: Vec<&str> = others.map(|choice| choice.as_str()).collect();
                text.push_str(&format!("  or {}\n", others.join(" | ")));
            }
        }
    }
    if text.is_empty() {
        text.push_str("Nothing was left open.\n");
    }
    out::show(&text)?;
    Ok(0)
}

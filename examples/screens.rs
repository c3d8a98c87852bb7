//! Look at the workbench without a run: `cargo run --example screens -- building` (or `plan`, `gate`, `red`, `done`,
//! `welcome`). A decision at a gate goes on to the next moment. `svg` prints the picture of the README instead.

#[path = "../tests/support/mod.rs"]
mod support;

use g1::{
    domain::{
        StepId,
        command::{Command, Update},
    },
    term::{self, Handle, Workbench},
    ui::{ModelChoice, Need, Recent, Setup, WelcomeInfo},
};
use std::sync::Arc;
use support::{
    sample::{Moment, Sample},
    shelf::Shelf,
};
use tokio::sync::mpsc;

const ORDER: [Moment; 4] = [Moment::PlanGate, Moment::Building, Moment::BuildGate, Moment::Done];

fn driver(first: Moment) -> Handle {
    let (commands, mut orders) = mpsc::channel(16);
    let (tx, updates) = mpsc::channel(64);
    let mut sample = Sample::default();
    // The sample's times, moved so that what works now has just begun.
    let shift = jiff::Timestamp::now().duration_since(support::sample::at(45));
    let runs: Vec<_> = ORDER
        .iter()
        .chain([&Moment::Red])
        .map(|m| {
            let mut run = sample.run(*m);
            run.started_at += shift;
            for item in &mut run.chat {
                item.at += shift;
            }
            for gate in run.gates.values_mut() {
                if let Some(decided) = &mut gate.decided {
                    decided.at += shift;
                }
            }
            run.updated_at += shift;
            for step in &mut run.steps {
                step.started_at = step.started_at.map(|t| t + shift);
                step.ended_at = step.ended_at.map(|t| t + shift);
            }
            (*m, Arc::new(run))
        })
        .collect();
    let blobs = sample.blobs;
    tokio::spawn(async move {
        let show =
            |m: Moment| Update::Run(runs.iter().find(|(x, _)| *x == m).expect("a sample of every moment").1.clone());
        let mut at = ORDER.iter().position(|m| *m == first).unwrap_or(2);
        let _ = tx.send(show(first)).await;
        let mut told = false;
        loop {
            let wait = if ORDER[at] == Moment::Building { 6_000 } else { 3_600_000 };
            let id = StepId::new("build:workouts").expect("a valid id");
            if ORDER[at] == Moment::Building && !std::mem::replace(&mut told, true) {
                let words = "I build the `workouts` module from D-001 and D-002.\n\nA workout belongs to its owner, so every query filters by **owner**; C-004 is a guard of its own:\n- `only_mine` answers 404 for somebody else's record\n- a grant opens it for a trainer\n";
                for piece in words.split_inclusive(' ') {
                    let _ = tx.send(Update::Delta { step: id.clone(), text: piece.into() }).await;
                }
                let test = StepId::new("test:core").expect("a valid id");
                let _ = tx.send(Update::Progress { step: Some(test), text: "tests 9/14".into() }).await;
            }
            let order = tokio::time::timeout(std::time::Duration::from_millis(wait), orders.recv()).await;
            match order {
                Ok(None) => return,
                Ok(Some(Command::Quit { .. })) => {
                    let _ = tx.send(Update::Ended { exit: 0 }).await;
                    return;
                }
                Ok(Some(Command::StartPreview { .. })) => {
                    let _ =
                        tx.send(Update::Preview { url: Some("http://127.0.0.1:8123".into()), note: "".into() }).await;
                }
                Ok(Some(Command::Decide { .. })) | Err(_) => {
                    at = (at + 1).min(ORDER.len() - 1);
                    let _ = tx.send(show(ORDER[at])).await;
                }
                Ok(Some(_)) => continue,
            }
        }
    });
    Handle { commands, updates, project: Arc::new(Shelf(blobs)), folder: "./fitness-tracking".into() }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    if std::env::args().nth(1).as_deref() == Some("svg") {
        use std::io::Write;
        std::io::stdout().write_all(support::picture::picture().as_bytes())?;
        return Ok(());
    }
    let moment = match std::env::args().nth(1).as_deref() {
        Some("plan") => Some(Moment::PlanGate),
        Some("building") => Some(Moment::Building),
        Some("gate") => Some(Moment::BuildGate),
        Some("red") => Some(Moment::Red),
        Some("done") => Some(Moment::Done),
        _ => None,
    };
    let setup = Setup {
        caps: term::detect(&term::process_env, term::ColorChoice::Auto),
        theme: std::env::args().nth(2).unwrap_or_else(|| "default".into()),
        who: "sam".into(),
        host: "devbox".into(),
        folder: ".".into(),
        ..Setup::default()
    };
    let choice =
        |spec: &str, note: &str, usable| ModelChoice { spec: spec.into(), note: note.into(), usable, names: "".into() };
    let welcome = WelcomeInfo {
        models: vec![
            choice(
                "offline",
                "rule-based, no AI: data-driven web apps from English text. Nothing leaves this machine.",
                true,
            ),
            choice("openai/…", "key found in OPENAI_API_KEY: not used unless you choose it", true),
        ],
        model: 0,
        needs: ["python3 3.11", "git (optional)", "sandbox L2"]
            .map(|n| Need { name: n.into(), ok: true, optional: false })
            .to_vec(),
        folder: "./fitness-tracking".into(),
        folder_note: "new".into(),
        recent: vec![
            Recent { folder: "./voucher-desk".into(), note: "waiting at gate 3".into() },
            Recent { folder: "./guestbook".into(), note: "done, 6 of 6 proven".into() },
        ],
        ..WelcomeInfo::default()
    };
    let start: term::Start = Arc::new(|_| Box::pin(async { Ok(driver(Moment::PlanGate)) }));
    let bench = Workbench { setup, handle: moment.map(driver), welcome, later: None, start };
    let outcome = term::run_workbench(bench).await?;
    std::process::exit(outcome.exit.into());
}

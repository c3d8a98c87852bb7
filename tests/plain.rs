//! The line-oriented front end on a recorded run: every gate can be answered by typed words, and nothing else is printed
//! than lines.
#![allow(clippy::unwrap_used)]

mod support;

use g1::{
    domain::{
        command::{Command, Update},
        run::Verb,
    },
    plain::{self, Plain},
    term::{Handle, Start},
    ui::{Setup, WelcomeInfo},
};
use std::{
    io::Write,
    sync::{Arc, Mutex},
};
use support::{
    real::{self, At},
    shelf::Shelf,
};
use tokio::sync::mpsc;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What was commanded and printed when these lines were typed at the recorded run's moment.
async fn typed(at: At, lines: &str) -> (Vec<Command>, String) {
    let (commands, mut orders) = mpsc::channel(8);
    let (tx, updates) = mpsc::channel(8);
    let handle = Handle { commands, updates, project: Arc::new(Shelf(real::blobs())), folder: "x".into() };
    let start: Start = Arc::new(|_| Box::pin(async { Err("nothing is started here".into()) }));
    let out = Sink::default();
    let lines = format!("{lines}\n/quit\n");
    let plain = Plain {
        setup: Setup { who: "sam".into(), ..Setup::default() },
        handle: Some(handle),
        start,
        model: "offline".into(),
        info: WelcomeInfo::default(),
        input: lines.as_bytes(),
        output: out.clone(),
        scripted: true,
    };
    let driver = async {
        let mut seen = Vec::new();
        while let Some(order) = orders.recv().await {
            match order {
                Command::Attach => tx.send(Update::Run(Arc::new(real::run(at)))).await.unwrap(),
                Command::Quit { .. } => {
                    tx.send(Update::Ended { exit: 3 }).await.unwrap();
                    break;
                }
                // A decision ends it: what comes of it is another test's matter.
                decided @ Command::Decide { .. } => {
                    seen.push(decided);
                    tx.send(Update::Ended { exit: 3 }).await.unwrap();
                    break;
                }
                other => seen.push(other),
            }
        }
        seen
    };
    let (outcome, seen) = tokio::join!(plain::run(plain), driver);
    assert_eq!(outcome.unwrap().exit, 3);
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains('\x1b'), "{text}");
    (seen, text)
}

fn verbs(commands: &[Command]) -> Vec<Verb> {
    let verb = |c: &Command| match c {
        Command::Decide { verb, who, .. } => {
            assert_eq!(who.as_str(), "sam");
            Some(verb.clone())
        }
        _ => None,
    };
    commands.iter().filter_map(verb).collect()
}

#[tokio::test]
async fn every_gate_is_shown_and_every_verb_is_understood() {
    for at in [At::Plan, At::Build, At::Test] {
        let (seen, text) = typed(at, "approve").await;
        assert_eq!(verbs(&seen), [Verb::Approve], "{at:?}");
        assert!(text.contains("--- Gate G-0") && text.contains("type approve"), "{text}");
        let (seen, _) = typed(at, "changes shorter names").await;
        assert_eq!(verbs(&seen), [Verb::Changes { text: "shorter names".into() }]);
        let (seen, text) = typed(at, "reject\nreject").await;
        assert_eq!(verbs(&seen), [Verb::Reject], "{text}");
        let (seen, text) = typed(at, "reject\nlater").await;
        assert!(verbs(&seen).is_empty(), "one word does not undo anything");
        assert!(text.contains("Type reject once more"), "{text}");
    }
    let (seen, _) = typed(At::Build, "rest").await;
    assert_eq!(verbs(&seen), [Verb::ApprovePhase]);
}

#[tokio::test]
async fn what_a_person_needs_to_decide_can_be_read() {
    let (_, text) = typed(At::Build, "diff\ncontext").await;
    assert!(text.contains("+++ b/app/accounts.py"), "the diff: {text}");
    assert!(text.contains("pinned") && text.contains("tokens"), "what the persona saw: {text}");
    let (_, text) = typed(At::End, "/trace").await;
    assert!(text.contains("5 of 7 proven") && text.contains("fails without the code"), "{text}");
    let (seen, _) = typed(At::Plan, "/assume A-001 a book or a chapter\n/ask risk").await;
    assert!(matches!(&seen[..], [Command::AnswerAssumption { .. }, Command::SetGates { .. }]), "{seen:?}");
}

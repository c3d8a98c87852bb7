//! The line-oriented front end on a recorded run: every gate can be answered by typed words, and nothing else is printed
//! than lines.
#![allow(clippy::unwrap_used)]

mod support;

use g1::{
    domain::{
        command::{Command, Update},
        plan::PlanVariant,
        run::{GateMode, Verb},
    },
    plain::{self, Plain},
    term::{Handle, Start},
    ui::{Setup, StartRequest, WelcomeInfo},
};
use std::{
    collections::HashMap,
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
    let (seen, text) = typed(At::Plan, "changes").await;
    assert!(verbs(&seen).is_empty() && text.contains("cannot use remarks. What helps: answer a question"), "{text}");
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

#[tokio::test]
async fn the_requirement_is_taken_as_written_and_the_end_is_the_drivers() {
    let (commands, mut orders) = mpsc::channel(8);
    let (tx, updates) = mpsc::channel(8);
    let project = Arc::new(Shelf(HashMap::new()));
    let ours = Handle { commands, updates, project, folder: "x".into() };
    let got = Arc::new(Mutex::new(None));
    let (slot, given) = (got.clone(), Arc::new(Mutex::new(Some(ours))));
    let start: Start = Arc::new(move |request| {
        *slot.lock().unwrap() = Some(request);
        let handle = given.lock().unwrap().take();
        Box::pin(async move { handle.ok_or_else(|| "started twice".into()) })
    });
    let out = Sink::default();
    let plain = Plain {
        setup: Setup::default(),
        handle: None,
        start,
        model: "offline".into(),
        info: WelcomeInfo { folder: "./x".into(), ..WelcomeInfo::default() },
        input: &b"Build a guest book.\n- a name\n.\nhello there\n/quit\n"[..],
        output: out.clone(),
        scripted: false,
    };
    let driver = async {
        let mut seen = Vec::new();
        while let Some(order) = orders.recv().await {
            let last = matches!(order, Command::Quit { .. });
            seen.push(order);
            if last {
                tx.send(Update::Ended { exit: 3 }).await.unwrap();
                return seen;
            }
        }
        seen
    };
    let (outcome, seen) = tokio::join!(plain::run(plain), driver);
    assert_eq!(outcome.unwrap().exit, 3);
    assert_eq!(
        *got.lock().unwrap(),
        Some(StartRequest::New {
            requirement: b"Build a guest book.\n- a name\n".to_vec(),
            files: Vec::new(),
            folder: "./x".into(),
            existing: false,
            model: "offline".into(),
            plan: PlanVariant::Lean,
            gates: GateMode::Step,
        })
    );
    assert!(seen.iter().any(|c| matches!(c, Command::Say { text, .. } if text.as_str() == "hello there")), "{seen:?}");
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains('\x1b'));
}

/// Whoever looks on decides nothing until they take the keyboard.
#[tokio::test]
async fn a_reader_of_lines_that_only_looks_on_decides_nothing_until_it_takes_over() {
    let (commands, mut orders) = mpsc::channel(8);
    let (tx, updates) = mpsc::channel(8);
    let project = Arc::new(Shelf(real::blobs()));
    let out = Sink::default();
    let plain = Plain {
        setup: Setup { who: "sam".into(), screen: 7, ..Setup::default() },
        handle: Some(Handle { commands, updates, project, folder: "x".into() }),
        start: Arc::new(|_| Box::pin(async { Err("nothing is started here".into()) })),
        model: "offline".into(),
        info: WelcomeInfo::default(),
        input: &b"approve\n/pause\nhello\n/take\napprove\n"[..],
        output: out.clone(),
        scripted: true,
    };
    let driver = async {
        let mut seen = Vec::new();
        while let Some(order) = orders.recv().await {
            match &order {
                Command::Attach => {
                    tx.send(Update::Keyboard { screen: Some(1) }).await.unwrap();
                    tx.send(Update::Run(Arc::new(real::run(At::Plan)))).await.unwrap();
                }
                Command::TakeKeyboard { screen } => {
                    tx.send(Update::Keyboard { screen: Some(*screen) }).await.unwrap();
                }
                // What comes of a decision is another test's matter.
                Command::Decide { .. } | Command::Quit { .. } => {
                    tx.send(Update::Ended { exit: 3 }).await.unwrap();
                    seen.push(order);
                    break;
                }
                _ => {}
            }
            seen.push(order);
        }
        seen
    };
    let (_, seen) = tokio::join!(plain::run(plain), driver);
    let text = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
    assert!(
        matches!(&seen[..], [Command::Attach, Command::TakeKeyboard { screen: 7 }, Command::Decide { .. }, ..]),
        "{seen:?} {text}"
    );
    assert_eq!(text.matches("Read-only: another screen").count(), 4, "said first, then at each try: {text}");
}

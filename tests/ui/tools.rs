//! Tools that a persona uses before it replies, on the screens.

use crate::{bench::Bench, support::real::At};
use g1::{
    domain::{
        Hash,
        artifact::FileEntry,
        command::Update,
        event::{Envelope, Event},
        pack::Page,
        plan::Seat,
        reply::ReplyKind,
        run::StepState,
        tool::Used,
        usage::Usage,
    },
    orchestrator::apply,
    ui::{Cmd, Msg, panes::code::Change},
};
use std::sync::Arc;

#[test]
fn what_tools_were_used_for_is_told_shown_and_opened() {
    let mut bench = Bench::real(At::Working, 120, 40);
    let mut run = (**bench.model.run.as_ref().unwrap()).clone();
    let (written, said) = (Hash::of(b"def f():\n    return 1\n"), Hash::of(b"1 of 2 passed\nFailed t.b\n"));
    // Whatever stands in it.
    let pack = run.steps().find(|s| s.plan.id.as_str() == "build:core").and_then(|s| s.pack.clone()).unwrap();
    let step =
        run.steps.iter_mut().find(|s| s.state == StepState::Working && s.plan.produces == ReplyKind::Build).unwrap();
    let (id, attempt, seat) = (step.plan.id.clone(), step.attempt, Seat::shared(&step.plan));
    let used = |tool: &str, argument: &str, ok, summary: &str, result: &Hash| Used {
        tool: tool.into(),
        argument: argument.into(),
        ok,
        summary: summary.into(),
        result: result.clone(),
    };
    let file = FileEntry {
        path: "app/drafted.py".into(),
        sha256: written.clone(),
        bytes: 22,
        lines: 2,
        executable: false,
        step: id.clone(),
    };
    let context = Event::StepContext {
        step: id.clone(),
        attempt,
        pack: pack.0,
        blob: pack.1,
        tokens: 1,
        items: 1,
        cut: 0,
        seat: Some(seat),
        page: Page::default(),
        covers: vec![],
    };
    let events = [
        context.clone(),
        Event::CallFinished {
            step: id.clone(),
            attempt,
            request: said.clone(),
            reply: said.clone(),
            usage: Usage::default(),
            cached: false,
            by: None,
            merged: None,
            turn: true,
        },
        Event::ToolsUsed {
            step: id.clone(),
            attempt,
            uses: vec![
                used("write", "app/drafted.py", true, "app/drafted.py is new: 2 lines", &written),
                used("run", "test", false, "1 of 2 passed", &said),
            ],
            draft: vec![file],
        },
        context,
    ];
    for event in events {
        let env = Envelope { seq: run.seq + 1, at: run.updated_at, v: 1, event };
        let mut folded = Some(run);
        apply(&mut folded, &env);
        run = folded.unwrap();
    }
    bench.send(Msg::Update(Update::Run(Arc::new(run))));
    bench.key("2");
    let text = bench.text();
    assert!(text.contains("write app/drafted.py: app/drafted.py is new: 2 lines"), "{text}");
    assert!(text.contains("run test failed: 1 of 2 passed"), "{text}");
    let drafted = bench.model.code.files.iter().find(|f| f.path == "app/drafted.py");
    assert_eq!(drafted.map(|f| f.change), Some(Change::New), "a draft is code that can be looked at");

    bench.key("i");
    bench.typed(&format!("/context {id}"));
    bench.key("enter");
    let text = bench.text();
    assert!(text.contains("2 calls") && text.contains("run test failed: 1 of 2 passed"), "{text}");
    for key in ["j", "j", "enter"] {
        bench.key(key);
    }
    bench.send(Msg::Blob { hash: said, bytes: Some(Arc::from(&b"1 of 2 passed\nFailed t.b\n"[..])) });
    assert!(bench.text().contains("Failed t.b"), "the whole result: {}", bench.text());
    bench.key("esc");
    bench.key("p");
    let Some(Cmd::LoadPrompt(wanted)) = bench.sent.last() else { panic!("{:?}", bench.sent) };
    assert_eq!((wanted.turns.len(), wanted.offered), (1, 8), "the newest call goes on from that turn");
}

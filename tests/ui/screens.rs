//! Whole screens at the sizes that matter.

use crate::{
    bench::{Bench, styles_of, text_of},
    support::{
        real::At,
        sample::{Moment, Sample},
    },
};
use g1::domain::{command::Update, reply::ReplyKind, run::Check};
use g1::ui::{Caps, ModelChoice, Msg, Need, Recent, Welcome, WelcomeInfo, theme::Depth};
use ratatui::style::Color;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 50)];

fn snap(name: &str, bench: &mut Bench) {
    let (w, h) = bench.model.size;
    insta::assert_snapshot!(format!("{name}_{w}x{h}"), bench.text());
}

fn info() -> WelcomeInfo {
    let choice =
        |spec: &str, note: &str| ModelChoice { spec: spec.into(), note: note.into(), usable: true, names: "".into() };
    WelcomeInfo {
        models: vec![
            choice(
                "offline",
                "rule-based, no AI: data-driven web apps from English text. Nothing leaves this machine.",
            ),
            choice("openai/", "key found in OPENAI_API_KEY: not used unless you choose it"),
        ],
        model: 0,
        needs: vec![
            Need { name: "python3 3.11".into(), ok: true, optional: false },
            Need { name: "git (optional)".into(), ok: false, optional: true },
            Need { name: "sandbox L2".into(), ok: true, optional: false },
        ],
        folder: "./fitness-tracking".into(),
        folder_note: "new".into(),
        recent: vec![Recent { folder: "./voucher-desk".into(), note: "waiting at gate 3".into() }],
        requirement: String::new(),
        ..WelcomeInfo::default()
    }
}

#[test]
fn welcome() {
    for (w, h) in SIZES {
        let mut bench = Bench::welcome(w, h);
        bench.model.welcome = Welcome::new(info());
        snap("welcome", &mut bench);
    }
    let mut bench = Bench::welcome(80, 24);
    bench.model.welcome = Welcome::new(info());
    bench.key("tab");
    bench.key("down");
    bench.typed("gpt-5-mini");
    snap("welcome_model", &mut bench);
    let mut bench = Bench::welcome(80, 24);
    bench.model.welcome = Welcome::new(info());
    bench.typed("/example");
    bench.key("enter");
    snap("welcome_example", &mut bench);
}

/// The screens of a recorded run, at the moments people look at most.
fn scene(name: &str, w: u16, h: u16, caps: Caps) -> Bench {
    let at = match name {
        "plan" => At::Plan,
        "working" => At::Working,
        "gate" => At::Test,
        "end" | "hub" | "timeline" | "tests" => At::End,
        _ => At::Build,
    };
    let mut bench = Bench::real_with(at, w, h, caps);
    match name {
        "working" => {
            let id = |id: &str| g1::domain::StepId::new(id).unwrap();
            let words = "I build `books` from D-003 and D-006:\n- a pupil sees only their **own** books\n- C-005 opens them to a teacher\n";
            bench.send(Msg::Update(Update::Delta { step: id("build:books"), text: words.into() }));
            let doing = Update::Progress { step: Some(id("test:core")), text: "controls 9/30".into() };
            bench.send(Msg::Update(doing));
            bench.wait(1_000);
        }
        "plan" | "gate" => {
            bench.draw();
            bench.wait(2_500);
            bench.draw();
            bench.wait(400);
        }
        "context" => {
            bench.wait(2_500);
            bench.key("v");
            bench.key("j");
        }
        "hub" | "timeline" | "tests" => {
            bench.key(match name {
                "hub" => "1",
                "timeline" => "3",
                _ => "4",
            });
            if name == "tests" {
                bench.key("t");
            }
            bench.wait(8_000);
        }
        "code" => {
            bench.key("esc");
            bench.key("4");
            bench.model.code.show("app/accounts.py", 168, 12);
            bench.wait(8_000);
        }
        _ => bench.wait(0),
    }
    bench
}

const SCENES: [&str; 9] = ["plan", "working", "gate", "context", "code", "end", "hub", "timeline", "tests"];

/// Each screen in one file: as text, as text without UTF-8, and the styles of its cells in sixteen colours and in none.
#[test]
fn a_real_run_at_every_size_in_every_kind_of_terminal() {
    for name in SCENES {
        for (w, h) in SIZES {
            let [unicode, ascii] = [true, false].map(|unicode| {
                [Depth::Ansi16, Depth::None].map(|depth| {
                    let buf = scene(name, w, h, Caps { depth, unicode, ..Caps::default() }).draw();
                    (text_of(&buf), styles_of(&buf))
                })
            });
            let [(text, colour), (mono_text, mono)] = unicode;
            let [(ascii, ascii_colour), (mono_ascii, ascii_mono)] = ascii;
            assert_eq!((&text, &ascii), (&mono_text, &mono_ascii), "what stands there does not depend on colour");
            assert!(ascii.is_ascii(), "{ascii}");
            assert!(ascii_colour.contains("Cyan") || ascii_colour.contains("Dark"), "{ascii_colour}");
            assert!(!(mono.clone() + &ascii_mono).contains("Cyan"), "{mono}");
            let picture = format!(
                "{text}\n======== without UTF-8\n{ascii}\n======== styles in sixteen colours\n{colour}\n======== styles \
                 without colours\n{mono}"
            );
            insta::assert_snapshot!(format!("{name}_{w}x{h}"), picture);
        }
    }
}

#[test]
fn a_red_gate() {
    for (w, h) in SIZES {
        let mut bench = Bench::at(Moment::Red, w, h);
        bench.draw();
        bench.wait(400);
        snap("gate_red", &mut bench);
    }
}

#[test]
fn panes_in_turn() {
    for (w, h) in [(80, 24), (120, 40)] {
        let mut bench = Bench::real(At::End, w, h);
        bench.key("4");
        bench.wait(8_000);
        snap("files", &mut bench);
    }
    let mut bench = Bench::real(At::End, 80, 24);
    bench.key("1");
    bench.key("space");
    snap("which_key", &mut bench);
    bench.key("esc");
    bench.key("i");
    bench.typed("/c");
    snap("suggestions", &mut bench);
}

#[test]
fn texts_on_top() {
    let mut bench = Bench::at(Moment::BuildGate, 80, 24);
    bench.draw();
    bench.key("d");
    snap("gate_diff", &mut bench);
    bench.key("esc");
    bench.key("v");
    snap("gate_context", &mut bench);
    bench.key("esc");
    bench.draw();
    bench.wait(400);
    bench.key("x");
    snap("gate_reject", &mut bench);
    bench.key("esc");
    bench.key("esc");
    bench.key("?");
    snap("help", &mut bench);
    bench.key("esc");
    bench.key(":");
    snap("palette", &mut bench);
}

/// What a persona holds to against its clause is for the person to judge.
#[test]
fn a_doubt_stands_on_the_card() {
    let mut run = Sample::default().run(Moment::PlanGate);
    let detail = "C-004 is not what is said of it: the 3 of the clause is lost";
    let details = vec![detail.into()];
    let doubts = Check { name: Check::DOUBTS.into(), passed: false, summary: "1".into(), details, signature: None };
    run.steps[0].plan.produces = ReplyKind::Understand;
    run.steps[0].checks.push(doubts);
    let mut bench = Bench::welcome(120, 90);
    bench.send(Msg::Update(Update::Run(std::sync::Arc::new(run))));
    bench.key("1");
    bench.key("g");
    let text = bench.text();
    assert!(text.contains("In doubt") && text.contains(detail), "{text}");
}

/// Bytes beyond ASCII may be shown as other things by terminals without UTF-8, so there must be none.
#[test]
fn without_utf8_every_cell_is_ascii() {
    let caps = Caps { unicode: false, ..Caps::default() };
    for moment in [Moment::PlanGate, Moment::Building, Moment::BuildGate, Moment::Done] {
        for (w, h) in SIZES {
            let mut bench = Bench::at_with(moment, w, h, caps);
            let text = bench.text();
            assert!(text.is_ascii(), "{text}");
        }
    }
}

#[test]
fn without_colour_no_cell_has_one_and_focus_still_shows() {
    let caps = Caps { depth: Depth::None, ..Caps::default() };
    let mut bench = Bench::at_with(Moment::Building, 120, 40, caps);
    let unfocused = bench.draw();
    bench.key("1");
    let focused = bench.draw();
    for cell in unfocused.content.iter().chain(&focused.content) {
        assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
    }
    assert_ne!(text_of(&unfocused), text_of(&focused), "focus must show by glyphs alone");
}

/// A warm cache and a cold one give the same picture.
#[test]
fn the_cache_may_be_dropped() {
    let mut bench = Bench::at(Moment::Done, 120, 40);
    let warm = {
        bench.draw();
        bench.draw()
    };
    let mut cold = ratatui::buffer::Buffer::empty(*warm.area());
    g1::ui::view(&bench.model, &mut g1::ui::Cache::default(), &mut cold);
    assert_eq!(warm, cold);
}

#[test]
fn small_sizes_never_panic() {
    for moment in [Moment::PlanGate, Moment::BuildGate, Moment::Done] {
        let mut bench = Bench::at(moment, 80, 24);
        bench.draw();
        for w in (0..60).chain([99, 100, 159, 160, 300]) {
            for h in (0..14).chain([24, 60]) {
                bench.send(g1::ui::Msg::Resize(w, h));
                bench.draw();
            }
        }
    }
}

//! Any keys, pastes, resizes and news: no panic, and no decision on what was not read.

use crate::{
    bench::{Bench, text_of},
    support::sample::Moment,
};
use g1::{
    domain::{GateId, Hash, command::Command},
    ui::{Code, Key, Mouse, MouseKind, Msg, overlay::Overlay, text::wrap::plain},
};
use jiff::Timestamp;
use proptest::{prelude::*, test_runner::TestRunner};
use ratatui::buffer::Buffer;
use std::{cell::Cell, collections::BTreeMap};

#[derive(Debug, Clone)]
enum Act {
    Key(Key, bool),
    Paste(String),
    Resize(u16, u16),
    Wait(i64),
    Draw,
    Show(Moment),
    Line(&'static str),
    Mouse(MouseKind, u16, u16),
}

fn acts() -> impl Strategy<Value = Act> {
    let chars = prop::sample::select("yYfFdvxamjkgGnNitzohlcwp=[]/?:1234 \\".chars().collect::<Vec<_>>());
    let codes = prop::sample::select(vec![
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::BackTab,
        Code::Backspace,
        Code::Up,
        Code::Down,
        Code::Left,
        Code::Right,
        Code::PageUp,
        Code::PageDown,
        Code::Home,
        Code::End,
    ]);
    let ctrl = prop::sample::select("acdegjkpruwyzl_".chars().collect::<Vec<_>>());
    let lines = prop::sample::select(vec![
        "/approve",
        "/changes no",
        "/gate",
        "/help",
        "/trace",
        "/context",
        "/report",
        "/mouse",
        "/theme",
        "/hub club",
        "@developer shorter",
        "/quit",
    ]);
    prop_oneof![
        8 => chars.prop_map(|c| Act::Key(Key::char(c), false)),
        1 => Just(Act::Key(Key::char('y'), true)),
        4 => codes.prop_map(|c| Act::Key(Key::plain(c), false)),
        2 => ctrl.prop_map(|c| Act::Key(Key::ctrl(c), false)),
        1 => "[yaxf\n]{1,6}".prop_map(Act::Paste),
        1 => (0_u16..220, 0_u16..60).prop_map(|(w, h)| Act::Resize(w, h)),
        3 => prop::sample::select(vec![0, 100, 250, 350, 2_500]).prop_map(Act::Wait),
        5 => Just(Act::Draw),
        1 => prop::sample::select(vec![Moment::PlanGate, Moment::Building, Moment::BuildGate, Moment::Red, Moment::Done]).prop_map(Act::Show),
        1 => lines.prop_map(Act::Line),
        1 => (prop::sample::select(vec![MouseKind::Click, MouseKind::ScrollUp, MouseKind::ScrollDown]), 0_u16..220, 0_u16..60)
            .prop_map(|(kind, x, y)| Act::Mouse(kind, x, y)),
    ]
}

/// What a person does with a gate: opens it, pages through all of it, looks at it for a moment and approves.
fn reads() -> Vec<Act> {
    let mut acts = vec![Act::Line("/gate")];
    for _ in 0..20 {
        acts.extend([Act::Draw, Act::Key(Key::char(' '), false)]);
    }
    acts.extend([Act::Draw, Act::Wait(350), Act::Draw, Act::Key(Key::char('y'), false)]);
    acts
}

/// Single acts in any order. Keys at random almost never page through a whole card and then approve it, so that comes
/// among them as one.
fn series() -> impl Strategy<Value = Vec<Act>> {
    let one = prop_oneof![40 => acts().prop_map(|act| vec![act]), 1 => Just(reads())];
    prop::collection::vec(one, 120..=120).prop_map(|acts| acts.concat())
}

/// What a person can have read, kept apart from the model and taken from the picture: per gate content, the lines that
/// stood on the screen, and since when all have with the card in front.
#[derive(Default)]
struct Reader {
    seen: BTreeMap<(GateId, Hash, u64), Vec<bool>>,
    since: BTreeMap<(GateId, Hash), Timestamp>,
    read: Vec<(GateId, Hash)>,
}

impl Reader {
    fn drawn(&mut self, bench: &Bench, picture: &Buffer) {
        let now = bench.now;
        let (Some(card), Some(Overlay::Gate(front))) = (&bench.shown.card, bench.model.overlays.last()) else {
            self.since.clear();
            return;
        };
        assert_eq!((card.gate, &card.digest, card.total), (front.gate, &front.digest, front.lines.len()));
        let rows: Vec<String> = text_of(picture).lines().map(str::to_owned).collect();
        let key = (card.gate, card.digest.clone());
        let seen = self.seen.entry((card.gate, card.digest.clone(), card.version)).or_default();
        seen.resize(card.total, false);
        for (line, seen) in front.lines.iter().zip(&mut *seen).take(card.last).skip(card.first) {
            let words = plain(line);
            *seen |= rows.iter().any(|row| row.contains(words.trim()));
        }
        if seen.iter().all(|s| *s) {
            self.since.entry(key).or_insert(now);
        } else {
            self.since.remove(&key);
        }
    }
    fn note(&mut self, now: Timestamp) {
        for (key, since) in &self.since {
            if now.duration_since(*since).as_millis() >= 300 {
                self.read.push(key.clone());
            }
        }
    }
}

/// 84 runs of 120 acts or more: ten thousand keys, pastes, clicks and resizes.
#[test]
fn nothing_panics_and_nothing_unread_is_decided() {
    let moments = prop::sample::select(vec![Moment::PlanGate, Moment::Building, Moment::BuildGate, Moment::Red]);
    let sizes = prop::sample::select(vec![(40_u16, 12_u16), (80, 24), (120, 40), (200, 50)]);
    let runs = (moments, sizes, series());
    let decided = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig { cases: 84, ..ProptestConfig::default() });
    let result = runner.run(&runs, |(start, size, acts)| {
        let mut bench = Bench::at(start, size.0, size.1);
        let mut reader = Reader::default();
        for act in acts {
            match act {
                Act::Key(key, burst) => bench.send(Msg::Key { key, burst }),
                Act::Paste(text) => bench.send(Msg::Paste(text)),
                Act::Resize(w, h) => bench.send(Msg::Resize(w, h)),
                Act::Wait(ms) => bench.wait(ms),
                Act::Draw => {
                    let picture = bench.draw();
                    reader.drawn(&bench, &picture);
                }
                Act::Show(moment) => bench.show(moment),
                Act::Line(line) => {
                    bench.typed(line);
                    bench.key("enter");
                }
                Act::Mouse(kind, x, y) => bench.send(Msg::Mouse(Mouse { kind, x, y })),
            }
            reader.note(bench.now);
            for command in bench.commands() {
                // Asking for something else takes nothing over.
                if let Command::Decide { gate, digest, verb, .. } = command
                    && !matches!(verb, g1::domain::run::Verb::Changes { .. } | g1::domain::run::Verb::Fault { .. })
                {
                    prop_assert!(reader.read.contains(&(gate, digest)), "{gate} was decided unread");
                    decided.set(decided.get() + 1);
                }
            }
        }
        Ok(())
    });
    assert!(result.is_ok(), "{}", result.unwrap_err());
    assert!(decided.get() > 0, "some of them do decide, or this shows nothing");
}

proptest! {
    #[test]
    fn the_welcome_screen_takes_anything(acts in prop::collection::vec(acts(), 0..80)) {
        let mut bench = Bench::welcome(80, 24);
        for act in acts {
            match act {
                Act::Key(key, burst) => bench.send(Msg::Key { key, burst }),
                Act::Paste(text) => bench.send(Msg::Paste(text)),
                Act::Resize(w, h) => bench.send(Msg::Resize(w, h)),
                Act::Wait(ms) => bench.wait(ms),
                Act::Draw | Act::Show(_) | Act::Mouse(..) => { bench.draw(); }
                Act::Line(line) => { bench.typed(line); bench.key("enter"); }
            }
            bench.draw();
        }
    }
}

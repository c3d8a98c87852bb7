//! What frames cost on the wire: bytes and writes of the real encoder, without a terminal.

use crate::{
    bench::Bench,
    support::{real::At, sample::Moment},
};
use g1::{
    domain::{StepId, command::Update, run::StepState},
    term::Screen,
    ui::Msg,
};
use std::io::{self, Write};

/// Counts what would go to the terminal.
#[derive(Default)]
struct Wire {
    bytes: usize,
    writes: usize,
}

impl Write for Wire {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.bytes += buf.len();
        self.writes += 1;
        Ok(buf.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const WORDS: &str = "the quick team reads each clause of the requirement and writes down what it understood about guests \
                     messages names and the wedding so that nothing is lost between one step and the next";

/// Steps at work in the sample, and what a frame of a run of theirs costs: 2,000 tokens in sentences and paragraphs, a
/// hundred a second, eleven frames a second.
fn stream(width: u16, height: u16, lanes: usize) -> f64 {
    let mut bench = Bench::at(Moment::Building, width, height);
    let run = bench.model.run.clone().unwrap();
    let at_work = |s: &&g1::domain::run::Step| matches!(s.state, StepState::Working | StepState::Checking);
    let steps: Vec<StepId> = run.steps().filter(at_work).map(|s| s.plan.id.clone()).take(lanes).collect();
    assert_eq!(steps.len(), lanes, "the sample has so many steps at work");
    let (mut screen, mut wire) = (Screen::new(true), Wire::default());
    screen.draw(&bench.model, &mut wire).unwrap();
    let words: Vec<&str> = WORDS.split(' ').collect();
    let first = wire.bytes;
    let mut tokens = 0;
    for frame in 0..220 {
        for _ in 0..9 {
            let end = if tokens % 60 == 59 { "\n\n" } else { " " };
            let text = format!("{}{end}", words[tokens % words.len()]).into();
            bench.send(Msg::Update(Update::Delta { step: steps[tokens % lanes].clone(), text }));
            tokens += 1;
        }
        bench.now += jiff::SignedDuration::from_millis(90);
        if frame % 11 == 0 {
            bench.send(Msg::Tick);
        }
        let before = wire.writes;
        screen.draw(&bench.model, &mut wire).unwrap();
        assert!(wire.writes - before <= 1, "a frame is one write");
    }
    (wire.bytes - first) as f64 / tokens as f64
}

/// The words themselves are six bytes a token.
#[test]
fn a_streamed_token_costs_few_bytes() {
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let bytes = stream(width, height, 1);
        assert!(bytes <= 15.0, "{bytes:.1} bytes a token at {width}x{height}");
    }
}

#[test]
fn two_voices_at_once_do_not_move_each_other() {
    let bytes = stream(120, 40, 2);
    assert!(bytes <= 20.0, "{bytes:.1} bytes a token");
}

#[test]
fn a_second_that_passes_costs_tens_of_bytes_and_nothing_costs_nothing() {
    let mut bench = Bench::real(At::Working, 120, 40);
    let (mut screen, mut wire) = (Screen::new(true), Wire::default());
    screen.draw(&bench.model, &mut wire).unwrap();
    let whole = wire.bytes;
    assert!(whole < 12_000, "{whole} bytes for a whole screen");
    screen.draw(&bench.model, &mut wire).unwrap();
    assert_eq!(wire.bytes, whole, "nothing changed");
    for _ in 0..10 {
        bench.wait(1_000);
        screen.draw(&bench.model, &mut wire).unwrap();
    }
    let second = (wire.bytes - whole) / 10;
    assert!(second <= 150, "{second} bytes for a second of work");
}

//! Frames, wrapping, highlighting. `cargo bench --bench screens`.

use divan::{Bencher, black_box};
use g1::{
    domain::{Clean, StepId, command::Update, run::ChatItem},
    term::Screen,
    ui::{
        Look, Model, Msg, Setup,
        text::{highlight, markdown, stream},
        update,
    },
};
use std::sync::Arc;

#[path = "../tests/support/mod.rs"]
mod support;
use support::sample::{Moment, Sample, WORKOUTS_PY, at};

const WORDS: &str = "The analyst reads C-004 and writes down **what it demands**: a `workout` belongs to one person, and \
                     nobody else may see it. ";

fn main() {
    divan::main();
}

/// The workbench at 200x50 on a run with so many messages.
fn workbench(messages: u64) -> Model {
    let mut run = Sample::default().run(Moment::Building);
    for seq in 0..messages {
        let text = Clean::new(&WORDS.repeat(3));
        run.chat.push(ChatItem { seq: 10_000 + seq, at: at(0), step: None, speaker: Clean::new("developer"), text });
    }
    let mut model = Model::new(Setup::default(), (200, 50), at(60));
    update(&mut model, Msg::Update(Update::Run(Arc::new(run))), at(60));
    model
}

/// A frame in which nothing has changed: building it and finding that out.
#[divan::bench(args = [100, 10_000])]
fn frame_unchanged(bencher: Bencher<'_, '_>, messages: u64) {
    let (model, mut screen, mut out) = (workbench(messages), Screen::new(true), Vec::new());
    screen.draw(&model, &mut out).expect("drawn");
    bencher.bench_local(|| {
        out.clear();
        screen.draw(&model, &mut out).expect("drawn");
        assert!(out.is_empty());
    });
}

/// The whole screen anew.
#[divan::bench]
fn frame_whole(bencher: Bencher<'_, '_>) {
    let (model, mut screen, mut out) = (workbench(10_000), Screen::new(true), Vec::new());
    bencher.bench_local(|| {
        out.clear();
        screen.forget();
        screen.draw(&model, &mut out).expect("drawn");
    });
}

/// A key: the update, and the frame that shows it.
#[divan::bench]
fn key_to_frame(bencher: Bencher<'_, '_>) {
    let (mut model, mut screen, mut out) = (workbench(10_000), Screen::new(true), Vec::new());
    let keys = ["a", "Backspace"].map(|k| k.parse().expect("a key"));
    let mut n = 0;
    bencher.bench_local(|| {
        out.clear();
        update(&mut model, Msg::Key { key: keys[n % 2], burst: false }, at(60));
        n += 1;
        screen.draw(&model, &mut out).expect("drawn");
    });
}

/// One more token of a stream that has 2,000 already, and the frame that shows it.
#[divan::bench]
fn token_to_frame(bencher: Bencher<'_, '_>) {
    let (mut model, mut screen, mut out) = (workbench(0), Screen::new(true), Vec::new());
    let run = model.run.clone().expect("a run");
    let at_work = |s: &&g1::domain::run::Step| matches!(s.state, g1::domain::run::StepState::Working);
    let step: StepId = run.steps().find(at_work).expect("a step at work").plan.id.clone();
    let delta = |text: &str| Msg::Update(Update::Delta { step: step.clone(), text: Clean::new(text) });
    update(&mut model, delta(&WORDS.repeat(100)), at(60));
    bencher.bench_local(|| {
        out.clear();
        update(&mut model, delta("token "), at(60));
        screen.draw(&model, &mut out).expect("drawn");
    });
}

/// Markdown of a message to lines of 80 columns; throughput.
#[divan::bench]
fn wrap_message(bencher: Bencher<'_, '_>) {
    let (text, look) = (WORDS.repeat(20), Look::default());
    bencher.counter(divan::counter::BytesCount::of_str(&text)).bench(|| markdown::lines(black_box(&text), 80, &look));
}

/// The tail of a long stream.
#[divan::bench]
fn stream_tail(bencher: Bencher<'_, '_>) {
    let (mut words, mut layout, look) = (stream::Stream::default(), stream::Layout::default(), Look::default());
    words.push(&Clean::new(&format!("{WORDS}\n").repeat(200)));
    bencher.bench_local(|| layout.last(black_box(&words), 80, &look, 50));
}

/// A Python file of ordinary length; throughput once the grammar is compiled.
#[divan::bench]
fn highlight_python(bencher: Bencher<'_, '_>) {
    let text = WORKOUTS_PY.repeat(5);
    let _ = highlight::lines("warm.py", &text);
    bencher
        .counter(divan::counter::BytesCount::of_str(&text))
        .bench(|| highlight::lines(black_box("app/workouts.py"), black_box(&text)));
}

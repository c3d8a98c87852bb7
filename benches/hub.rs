//! The journal's appends, and cutting a long requirement. `cargo bench --bench hub`.

use divan::{Bencher, black_box};
use g1::{
    domain::{
        Clean,
        event::{EVENT_VERSION, Envelope, Event},
    },
    hub::{
        clauses::cut,
        index::{VectorIndex, flat::Flat, graph::Adaptive},
        journal::Journal,
    },
};

fn main() {
    divan::main();
}

fn said(seq: u64) -> Envelope {
    let text = Clean::new(&"some words of a persona at work ".repeat(8));
    Envelope {
        seq,
        at: jiff::Timestamp::UNIX_EPOCH,
        v: EVENT_VERSION,
        event: Event::Said { step: None, speaker: Clean::new("developer"), text },
    }
}

/// One record, with or without the sync that makes it a barrier.
#[divan::bench(args = [false, true])]
fn journal_append(bencher: Bencher<'_, '_>, barrier: bool) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::create(&dir.path().join("journal")).expect("a new journal");
    bencher.bench_local(|| {
        let next = said(journal.head().seq + 1);
        journal.append(&[next], barrier).expect("appended");
    });
}

/// Words of plain text with headings, items and wrapped sentences; 17,000 words have to take less than 100 ms.
#[divan::bench(args = [1_000, 17_000, 170_000])]
fn cut_words(bencher: Bencher<'_, '_>, words: usize) {
    let page = "1.2 Orders\n\nThe clerk enters an order with a date, a customer and at least one\nitem (e.g. 1.5 kg of \
                flour). The total is shown at once.\n\n- an order can be changed\n- an order can be cancelled until it \
                is\n  sent\n\nAs a clerk, I want to find orders so that I can answer the phone.\n\n";
    let text = page.repeat(words / page.split_whitespace().count() + 1);
    bencher.bench(|| cut(black_box(&text)));
}

const DIMENSIONS: usize = 384;

fn vectors(n: usize) -> Vec<Vec<f32>> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / 8_388_608.0) - 1.0
    };
    (0..n).map(|_| (0..DIMENSIONS).map(|_| next()).collect()).collect()
}

fn search(bencher: Bencher<'_, '_>, mut index: impl VectorIndex + Sync, n: usize) {
    let data = vectors(n);
    for (number, vector) in data.iter().enumerate() {
        index.put(&number.to_string(), vector).expect("a good vector");
    }
    bencher.bench(|| index.nearest(black_box(&data[n / 2]), 10, &|_| true));
}

/// Where the exact scan and the graph cross is where `graph::SWITCH` belongs.
#[divan::bench(args = [1_000, 5_000, 10_000])]
fn nearest_by_scan(bencher: Bencher<'_, '_>, n: usize) {
    search(bencher, Flat::new(DIMENSIONS), n);
}

#[divan::bench(args = [1_000, 5_000], sample_count = 20)]
fn nearest_by_graph(bencher: Bencher<'_, '_>, n: usize) {
    search(bencher, Adaptive::with_switch(DIMENSIONS, 1), n);
}

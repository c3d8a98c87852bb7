//! How well the hub finds clauses: `cargo run --release --example retrieval [--graph] [GOLD.json]`.
//!
//! Prints recall@1, recall@5 and MRR by words, by meaning and by both, over the paraphrased questions in
//! `tests/fixtures/retrieval` (their pool: the clauses of all texts they are about), and over the test titles of an
//! E2EDev-shaped file (`[{"requirements": [{"text", "tests": ["… Scenario: title …"]}]}]`) when one is given. Then it
//! chooses the weight of the words and the share from which on they count on every second question and prints what they, and those in use, do on the others. With
//! `--graph` the graph against the exact scan instead.

use g1::hub::{
    clauses::cut,
    encoder::{self, Encode},
    index::{
        Retrieval, VectorIndex,
        flat::Flat,
        graph::Adaptive,
        retrieval::{fused, weighed},
    },
};
use serde_json::Value;
use std::{collections::BTreeSet, error::Error, fs, path::Path, time::Instant};

/// Texts, and questions with the number of the text that answers each.
struct Set {
    name: &'static str,
    texts: Vec<String>,
    questions: Vec<(String, usize)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().any(|argument| argument == "--graph") {
        println!(
            "| vectors | build s | MB over the scan's | recall@10 | exact µs/query | graph µs/query |\n|---|---|---|---|---|---|"
        );
        return [1_000, 4_000, 10_000, 30_000].into_iter().try_for_each(graph);
    }
    let mut sets =
        vec![paraphrases("paraphrases", "paraphrases.json")?, paraphrases("held-out paraphrases", "held_out.json")?];
    if let Some(path) = std::env::args().nth(1) {
        sets.push(titles(&path)?);
    }
    let encoder = encoder::builtin();
    println!("| set | texts | questions | by | recall@1 | recall@5 | MRR |\n|---|---|---|---|---|---|---|");
    let scored: Vec<Scored> = sets.iter().filter_map(|set| measure(set, encoder)).collect();
    choose(&scored);
    Ok(())
}

/// A text's number, its share of a question's words, and its cosine.
type Score = (usize, f32, f32);

/// Of each question the number of its answer, and how every text does.
struct Scored {
    name: &'static str,
    questions: Vec<(usize, Vec<Score>)>,
}

impl Scored {
    /// The mean reciprocal rank over every second question, from `first` on.
    fn reciprocal(&self, first: usize, score: impl Fn(f32, f32) -> f32) -> f64 {
        let half: Vec<_> = self.questions.iter().skip(first).step_by(2).collect();
        let of = |answer: usize, texts: &[Score]| {
            let scored = |(number, words, meaning): &Score| (score(*words, *meaning), *number);
            let own = texts.iter().find(|text| text.0 == answer).map(scored);
            own.map_or(0.0, |own| {
                let better = |other: (f32, usize)| other.0 > own.0 || other.0 == own.0 && other.1 < own.1;
                1.0 / (1 + texts.iter().filter(|text| better(scored(text))).count()) as f64
            })
        };
        half.iter().map(|(answer, texts)| of(*answer, texts)).sum::<f64>() / half.len().max(1) as f64
    }
}

/// On the first half of each set (held-out sets aside): of the weights and shares at which no set is worse than its better
/// half alone, those with the greatest sum of MRR, the smaller share and weight on a tie. Printed with what they do on the
/// other half, and at how many of all pairs that keep the rule on the first halves it holds on the others, too.
fn choose(sets: &[Scored]) {
    let by = |weight: f32, most: f32| move |words: f32, meaning: f32| weighed(meaning, words, weight, most);
    let better = |set: &Scored, first: usize| {
        set.reciprocal(first, |words, _| words).max(set.reciprocal(first, |_, meaning| meaning))
    };
    let open: Vec<&Scored> = sets.iter().filter(|set| !set.name.starts_with("held-out")).collect();
    let mut best: Option<(f64, f32, f32)> = None;
    let (mut kept, mut held) = (0, 0);
    for most in [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7] {
        for weight in [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 1.0] {
            let holds = |set: &Scored, first: usize| set.reciprocal(first, by(weight, most)) >= better(set, first);
            if !open.iter().all(|set| holds(set, 0)) {
                continue;
            }
            kept += 1;
            let elsewhere = sets.iter().all(|set| (0..2).all(|first| holds(set, first)));
            held += usize::from(elsewhere);
            let sum: f64 = open.iter().map(|set| set.reciprocal(0, by(weight, most))).sum();
            if best.is_none_or(|(top, ..)| sum > top + 1e-9) {
                best = Some((sum, weight, most));
            }
        }
    }
    let Some((_, weight, most)) = best else {
        println!("\nNo weight leaves every set as good as its better half.");
        return;
    };
    println!(
        "\nchosen: weight {weight}, from a share of {most} on; {held} of {kept} that keep the rule there keep it everywhere\n"
    );
    println!("| set, MRR of | words | meaning | chosen | in use |\n|---|---|---|---|---|");
    for set in sets {
        for (half, first) in [("chosen on", 0), ("other half", 1)] {
            let mrr = [
                set.reciprocal(first, |words, _| words),
                set.reciprocal(first, |_, meaning| meaning),
                set.reciprocal(first, by(weight, most)),
                set.reciprocal(first, |words, meaning| fused(meaning, words)),
            ];
            let half = if set.name.starts_with("held-out") { ["one half", "other half"][first] } else { half };
            println!("| {}, {half} | {} |", set.name, mrr.map(|m| format!("{m:.3}")).join(" | "));
        }
    }
}

/// The pool: the clauses of all texts that the questions of this file are about.
fn paraphrases(name: &'static str, questions: &str) -> Result<Set, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let asked: Vec<Value> = serde_json::from_slice(&fs::read(folder.join("retrieval").join(questions))?)?;
    let files: BTreeSet<&str> = asked.iter().filter_map(|q| q["file"].as_str()).collect();
    let mut texts: Vec<(&str, String)> = Vec::new();
    for file in files {
        let text = fs::read_to_string(folder.join("requirements").join(file))?.replace('¶', "");
        texts.extend(cut(&text).into_iter().map(|clause| (file, flat(&clause.text))));
    }
    let mut questions = Vec::new();
    for question in &asked {
        let part = |name: &str| question[name].as_str().unwrap_or_default();
        let at = texts.iter().position(|(file, text)| *file == part("file") && text.contains(part("clause")));
        questions.push((part("ask").to_owned(), at.ok_or_else(|| format!("no clause has '{}'", part("clause")))?));
    }
    Ok(Set { name, texts: texts.into_iter().map(|(_, text)| text).collect(), questions })
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn titles(path: &str) -> Result<Set, Box<dyn Error>> {
    let projects: Vec<Value> = serde_json::from_slice(&fs::read(path)?)?;
    let (mut texts, mut questions) = (Vec::new(), Vec::new());
    let requirements = projects.iter().filter_map(|p| p["requirements"].as_array()).flatten();
    for requirement in requirements {
        let tests = requirement["tests"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for test in tests {
            let line = test.lines().find_map(|l| l.trim().strip_prefix("Scenario")).and_then(|l| l.split_once(':'));
            let Some((_, title)) = line else { continue };
            let title = title.trim().split_once(']').map_or(title, |(_, rest)| rest);
            questions.push((title.trim().to_owned(), texts.len()));
        }
        texts.push(requirement["text"].as_str().unwrap_or_default().to_owned());
    }
    Ok(Set { name: "test titles", texts, questions })
}

/// The rows of one set; with an encoder also all scores.
fn measure(set: &Set, encoder: Option<&dyn Encode>) -> Option<Scored> {
    let mut index = Retrieval::default();
    for (number, text) in set.texts.iter().enumerate() {
        index.add(&number.to_string(), text);
    }
    let asked: Vec<&str> = set.questions.iter().map(|(question, _)| question.as_str()).collect();
    row(set, "words", |question| rank(&index, &set.questions[question].0, None));
    let encoder = encoder?;
    let texts: Vec<&str> = set.texts.iter().map(String::as_str).collect();
    let started = Instant::now();
    let vectors = encoder.encode(&texts);
    eprintln!("{}: {:.1} ms a text", encoder.version(), started.elapsed().as_secs_f64() * 1e3 / texts.len() as f64);
    index.set_vectors(encoder.dimension(), vectors.iter().map(Vec::as_slice));
    let queries = encoder.encode(&asked);
    row(set, "meaning", |question| rank(&index, "", Some(&queries[question])));
    row(set, "both", |question| rank(&index, &set.questions[question].0, Some(&queries[question])));
    let scores = |(question, vector): (&(String, usize), &Vec<f32>)| {
        let found = index.search(&question.0, Some(vector), index.len(), &|_| true);
        (question.1, found.iter().map(|f| (f.number, f.words, f.meaning.unwrap_or(0.0))).collect())
    };
    Some(Scored { name: set.name, questions: set.questions.iter().zip(&queries).map(scores).collect() })
}

fn rank(index: &Retrieval, query: &str, vector: Option<&[f32]>) -> Vec<usize> {
    index.search(query, vector, index.len(), &|_| true).iter().map(|found| found.number).collect()
}

fn row(set: &Set, by: &str, ranked: impl Fn(usize) -> Vec<usize>) {
    let (mut first, mut fifth, mut reciprocal) = (0.0, 0.0, 0.0);
    for (question, (_, answer)) in set.questions.iter().enumerate() {
        let Some(place) = ranked(question).iter().position(|number| number == answer) else { continue };
        first += f64::from(u8::from(place == 0));
        fifth += f64::from(u8::from(place < 5));
        reciprocal += 1.0 / (place + 1) as f64;
    }
    let n = set.questions.len() as f64;
    println!(
        "| {} | {} | {n} | {by} | {:.3} | {:.3} | {:.3} |",
        set.name,
        set.texts.len(),
        first / n,
        fifth / n,
        reciprocal / n
    );
}

/// What this process holds in memory, in MB; only Linux says.
fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// Points around 500 centres in 384 dimensions; deterministic.
fn graph(n: usize) -> Result<(), Box<dyn Error>> {
    const DIMENSIONS: usize = 384;
    let mut state = 7_u64;
    let mut number = || {
        let mut sum = 0.0;
        for _ in 0..6 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += ((state >> 40) as f32 / 8_388_608.0) - 1.0;
        }
        sum / std::f32::consts::SQRT_2
    };
    let centres: Vec<Vec<f32>> = (0..500).map(|_| (0..DIMENSIONS).map(|_| number()).collect()).collect();
    let mut point = |at: usize| -> Vec<f32> { centres[at % 500].iter().map(|x| x + 0.7 * number()).collect() };
    let data: Vec<Vec<f32>> = (0..n).map(|i| point(i * 7919)).collect();
    let queries: Vec<Vec<f32>> = (0..200).map(|i| point(i * 31 + 3)).collect();
    let (mut scan, mut graph) = (Flat::new(DIMENSIONS), Adaptive::with_switch(DIMENSIONS, 1));
    let before = resident();
    for (i, vector) in data.iter().enumerate() {
        scan.put(&format!("{i:05}"), vector)?;
    }
    let between = resident();
    let started = Instant::now();
    for (i, vector) in data.iter().enumerate() {
        graph.put(&format!("{i:05}"), vector)?;
    }
    let build = started.elapsed().as_secs_f64();
    let memory = match (before, between, resident()) {
        (Some(before), Some(between), Some(after)) => format!("{:.0}", (after - between) - (between - before)),
        _ => "–".to_owned(),
    };
    let ask = |index: &dyn VectorIndex| -> Result<_, Box<dyn Error>> {
        let started = Instant::now();
        let mut found: Vec<BTreeSet<String>> = Vec::new();
        for query in &queries {
            found.push(index.nearest(query, 10, &|_| true)?.into_iter().map(|(id, _)| id).collect());
        }
        Ok((found, started.elapsed().as_micros() / queries.len() as u128))
    };
    let ((exact, scanned), (near, walked)) = (ask(&scan)?, ask(&graph)?);
    let same: usize = exact.iter().zip(&near).map(|(exact, near)| exact.intersection(near).count()).sum();
    println!(
        "| {n} | {build:.1} | {memory} | {:.4} | {scanned} | {walked} |",
        same as f64 / (queries.len() * 10) as f64
    );
    Ok(())
}

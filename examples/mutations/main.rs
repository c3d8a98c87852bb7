//! Do the checks notice? `cargo run --example mutations -- [--each N] [--seed N] [-v] FILE|FOLDER…`
//! Are they silent when nothing is wrong? `cargo run --example mutations -- --recorded REQUIREMENT CASSETTE`
//!
//! Takes requirements, changes one clause at a time (negate, change a number, swap a role, drop it; seeded), and gives the
//! changed text to a faithful reader: the offline engine. What it answers is then held against the original by the checks
//! of a run, as if a model had misread it. Prints the recall of the checks for each kind of change and where they noticed,
//! and the false alarms on texts that were not changed. No model takes part; the same files and seed give the same table.

mod desk;
mod mutate;
mod recorded;

use desk::{Desk, Step, failing};
use g1::{
    domain::{ClauseId, reply::UnderstandReply},
    hub::clauses,
    models::offline::{self, read, replies, spec::AppSpec},
};
use mutate::{Kind, Luck};
use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

type Inputs = Vec<(ClauseId, String)>;

/// How often the changes of one kind were made, and noticed.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    made: usize,
    /// Of these the reader understood something else than before; the others it overlooked, and nothing can be noticed.
    read: usize,
    /// By column.
    noticed: [usize; 4],
}

/// Who answers from the changed text, while all before read the original.
const COLUMNS: [&str; 4] =
    ["understood in its words", "understood in other words", "only designed from it", "only tested from it"];

struct Options {
    each: usize,
    seed: u64,
    verbose: bool,
    files: Vec<PathBuf>,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options { each: 2, seed: 1, verbose: false, files: Vec::new() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--each" => options.each = arguments.next().ok_or("--each N")?.parse()?,
            "--seed" => options.seed = arguments.next().ok_or("--seed N")?.parse()?,
            "-v" => options.verbose = true,
            path => desk::texts::find(Path::new(path), &mut options.files)?,
        }
    }
    options.files.sort();
    if options.files.is_empty() {
        return Err("usage: mutations [--each N] [--seed N] [-v] FILE|FOLDER…".into());
    }
    Ok(options)
}

fn read(clauses: &Inputs) -> Option<AppSpec> {
    let texts = clauses.iter().cloned().collect();
    let spec = read::analyse(&read::inputs(clauses.clone()), &BTreeMap::new()).ok()?;
    Some(offline::candid(spec, &texts))
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, requirement, cassette] = arguments.as_slice()
        && first == "--recorded"
    {
        let (replies, findings) = recorded::report(Path::new(requirement), Path::new(cassette))?;
        println!("{replies} replies, {findings} findings");
        return Ok(());
    }
    let options = options()?;
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    let (mut texts, mut refused, mut demands, mut own_alarms) = (0, 0, 0, 0);
    let mut alarms: BTreeMap<Step, usize> = BTreeMap::new();
    for file in &options.files {
        let bytes = fs::read(file)?;
        let Ok(text) = clauses::decode(&bytes) else { continue };
        let cut = clauses::cut(text);
        let inputs: Inputs = cut.iter().map(|c| (c.id, c.text.clone())).collect();
        let Some(spec) = read(&inputs) else {
            refused += 1;
            continue;
        };
        texts += 1;
        demands += spec.marks.iter().filter(|m| m.kind.demands()).count();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let (desk, faults) = Desk::through(text, &cut, &spec)?;
        for (step, fault) in &faults {
            *alarms.entry(*step).or_default() += 1;
            println!("false alarm in {name}, {step:?}: {fault}");
        }
        let own = failing(&desk.fresh, "understand", &own_words(&replies::understand::reply(&spec)));
        for fault in &own {
            own_alarms += 1;
            println!("alarm in words of its own in {name}: {fault}");
        }
        let before = [
            failing(&desk.fresh, "understand", &replies::understand::reply(&spec)),
            own,
            desk.designs(&spec),
            desk.tests(&spec),
        ];
        let original = replies::understand::reply(&spec);
        let mut luck = Luck::new(options.seed, text);
        for kind in Kind::ALL {
            let places = mutate::places(kind, &inputs, &spec, &mut luck);
            for (id, changed, note) in places.into_iter().take(options.each) {
                let Some(other) = read(&changed) else { continue };
                let tally = tallies.entry(kind).or_default();
                tally.made += 1;
                let reply = replies::understand::reply(&other);
                if interpretations(&reply, id) == interpretations(&original, id) {
                    continue;
                }
                tally.read += 1;
                let found = [
                    failing(&desk.fresh, "understand", &reply),
                    failing(&desk.fresh, "understand", &own_words(&reply)),
                    desk.designs(&other),
                    desk.tests(&other),
                ];
                if options.verbose {
                    println!("{name} {kind:?} {note}");
                }
                for (at, (found, before)) in found.iter().zip(&before).enumerate() {
                    // Noticed is what is said of this clause and was not said of the unchanged text.
                    let fault = found.iter().find(|f| !before.contains(f) && f.contains(&id.to_string()));
                    tally.noticed[at] += usize::from(fault.is_some());
                    if let (true, Some(fault)) = (options.verbose, fault) {
                        println!("    {}: {fault}", COLUMNS[at]);
                    }
                }
            }
        }
    }
    let share = |n: usize, of: usize| if of == 0 { "–".to_owned() } else { format!("{:.2}", n as f64 / of as f64) };
    println!("\n| change | made | misread | {} |\n|---|---|---|---|---|---|---|", COLUMNS.join(" | "));
    for (kind, t) in &tallies {
        let cells: Vec<String> = t.noticed.iter().map(|n| share(*n, t.read)).collect();
        println!("| {} | {} | {} | {} |", kind.words(), t.made, t.read, cells.join(" | "));
    }
    let count = |step| alarms.get(&step).copied().unwrap_or(0);
    println!(
        "\n{texts} texts unchanged ({demands} demands; {refused} more that the engine refuses): false alarms {} when understood, {} when planned, {} when designed, {} when built, {} when tested, {} when verified; {own_alarms} when understood in other words.",
        count(Step::Understand),
        count(Step::Plan),
        count(Step::Design),
        count(Step::Build),
        count(Step::Test),
        count(Step::Verify)
    );
    Ok(())
}

/// What a reply says of a clause.
fn interpretations(reply: &UnderstandReply, id: ClauseId) -> Vec<(&str, &[String])> {
    let id = id.to_string();
    let named = reply.interpretations.iter().filter(|i| i.clauses.contains(&id));
    named.map(|i| (i.statement.as_str(), i.acceptance.as_slice())).collect()
}

/// The reply of a reader who does not repeat the words of the text: only the engine's criteria, the first of them as the
/// statement. Where it has none, its words are the only ones there are.
fn own_words(reply: &UnderstandReply) -> UnderstandReply {
    let mut reply = reply.clone();
    for i in reply.interpretations.iter_mut().filter(|i| !i.acceptance.is_empty()) {
        i.statement = i.acceptance.remove(0);
    }
    reply
}

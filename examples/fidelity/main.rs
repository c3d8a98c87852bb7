//! How much of a requirement reaches the personas: `cargo run --release --example fidelity -- CORPUS_DIR [--svg FILE]`.
//!
//! Deterministic, no model. Cuts every `.txt` and `.md` below CORPUS_DIR into clauses, marks their kinds with the offline
//! engine's rules, and builds the packs of a lean plan with the code that builds them in a run: the hub. Against it: a chain
//! that forwards the whole original, a chain of lossy summaries, the head of the text, and the hub's own retrieval without
//! pages. Prints the tables of `docs/fidelity.md` with what they do not show.

mod against;
mod links;
mod plot;
mod text;

use std::{collections::BTreeMap, error::Error, path::Path};
use text::Text;

pub const BUDGETS: [u32; 4] = [1_000, 2_000, 4_000, 8_000];
/// A text with fewer demands says nothing about what gets lost.
const LEAST: usize = 5;

/// What one way of handing a text on does at one budget.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// Share of the demands in one prompt, word for word: mean over prompts, then texts.
    pub one: f64,
    /// Share in all prompts of a persona together: the least of the personas, mean over texts.
    pub persona: f64,
    pub texts: usize,
}

const CAVEATS: &str = "\
What these tables do not show:
- The decay of the summarising chain is *assumed*: each hop carries 70 % or 90 % of what it received, chosen by an extractive
  summariser, so hop 5 is close to carry^4 of hop 1. It is a model of a chain, not a measurement of chains of language models.
- On medium texts everything fits into 4k: a chain that merely forwards the original loses nothing there and equals the hub.
  The hub is ahead on long documents and small budgets only (and in verification, which is not measured here).
- That the hub's pages hold everything is nearly by construction: what is measured is that the construction holds on real
  documents, and what it costs in calls. One single page holds no more than any other prompt of its size.
- The summariser spends its room on sentences that demand nothing, too; the hub's pages give it to demands first. Part of the
  difference at hop 1 is this, not the shape of the chain.
- A demand counts as there when its words are in the prompt. Whether a model heeds them is another question; published figures
  say that disobeying the task and missing verification outweigh lost context.
- What demands something is decided by the offline engine's rules, not by people, and the same for all columns.
- Tokens are four characters each, as the offline engine counts.";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(corpus) = arguments.next() else {
        return Err("usage: cargo run --release --example fidelity -- CORPUS_DIR [--svg FILE]".into());
    };
    let svg = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--svg"), Some(file)) => Some(file),
        (None, _) => None,
        _ => return Err("after CORPUS_DIR only --svg FILE is understood".into()),
    };
    let texts = text::all(Path::new(&corpus))?;
    if texts.is_empty() {
        return Err(format!("{corpus} holds no .txt or .md file").into());
    }
    let altered = texts.iter().filter(|t| !t.intact).count();
    println!("{} texts; clauses joined again differ from the file in {altered} of them.\n", texts.len());
    let mut kinds: BTreeMap<&str, Vec<&Text>> = BTreeMap::new();
    for text in texts.iter().filter(|t| t.demanding().count() >= LEAST) {
        kinds.entry(text.kind.as_str()).or_default().push(text);
    }
    let mut curves = BTreeMap::new();
    println!(
        "| budget, kind | texts | all demands fit | (a) forwards the original | (b) lossy, hop 1 | hop 5, carry .7 | hop 5, carry .9 | (c) head | (d) hub without pages: one prompt | all personas | hub: one page | **hub: each persona** |\n|---|---|---|---|---|---|---|---|---|---|---|---|"
    );
    for budget in BUDGETS {
        for (kind, texts) in &kinds {
            let row = against::row(texts, budget)?;
            println!("{}", row.line(budget, kind, texts.len()));
            curves.insert((kind.to_string(), budget), row);
        }
    }
    println!("\n{CAVEATS}\n");
    println!(
        "Pages: calls of each persona until every demand has been before it, against ⌈tokens of the demands ÷ budget⌉.\n"
    );
    println!(
        "| budget | texts | personas × texts | demands unseen | texts that need pages | calls | lower bound | ratio | texts over 10 % | worst |\n|---|---|---|---|---|---|---|---|---|---|"
    );
    let all: Vec<&Text> = texts.iter().filter(|t| t.demanding().next().is_some()).collect();
    for budget in BUDGETS {
        println!("{}", against::pages(&all, budget)?);
    }
    println!(
        "\nLinks of the offline engine's replies (precision: of the links, those whose target exists and shares a word with the clause).\n"
    );
    println!(
        "| kind | texts read | demands | designed | precision | in code | precision | tested | precision |\n|---|---|---|---|---|---|---|---|---|"
    );
    for (kind, texts) in &kinds {
        println!("{}", links::row(kind, texts));
    }
    println!(
        "\nLinks are written by id when a step is made, never from likeness of texts, so there is no linker to score on traceability\ngold. An id that is named is not a demand that is met: only control runs show that, and they need a run (`g1 run`)."
    );
    if let Some(file) = svg {
        std::fs::write(&file, plot::svg(&curves))?;
        println!("\n{file} written.");
    }
    Ok(())
}

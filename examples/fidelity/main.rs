//! How much of a requirement reaches the personas: `cargo run --release --example fidelity -- CORPUS_DIR [--svg FILE]`.
//! `--pages` prints the calls that pages take and nothing else.
//!
//! Deterministic, no model. Cuts every `.txt` and `.md` below CORPUS_DIR into clauses, marks their kinds with the offline
//! engine's rules, and builds the packs of a lean plan with the code that builds them in a run: the hub. Against it: a chain
//! that forwards the whole original, a chain of lossy summaries, the head of the text, and the hub's own retrieval without
//! pages. Prints the tables of `docs/fidelity.md` with what they do not show.

mod against;
mod links;
mod pages;
mod plot;
mod text;

use std::{collections::BTreeMap, error::Error, path::Path};
use text::Text;

pub const BUDGETS: [u32; 4] = [1_000, 2_000, 4_000, 8_000];
/// Of the pages, which are cheap to count.
const PAGE_BUDGETS: [u32; 5] = [1_000, 2_000, 4_000, 8_000, 32_000];
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
        return Err("usage: cargo run --release --example fidelity -- CORPUS_DIR [--pages | --svg FILE]".into());
    };
    let (only_pages, svg) = match (arguments.next().as_deref(), arguments.next()) {
        (Some("--svg"), Some(file)) => (false, Some(file)),
        (Some("--pages"), None) => (true, None),
        (None, _) => (false, None),
        _ => return Err("after CORPUS_DIR only --pages or --svg FILE is understood".into()),
    };
    let texts = text::all(Path::new(&corpus))?;
    if texts.is_empty() {
        return Err(format!("{corpus} holds no .txt or .md file").into());
    }
    let altered = texts.iter().filter(|t| !t.intact).count();
    println!("{} texts; clauses joined again differ from the file in {altered} of them.\n", texts.len());
    if only_pages {
        return pages(&texts);
    }
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
    pages(&texts)?;
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

/// How many calls it takes until every demand has been before every persona.
fn pages(texts: &[Text]) -> Result<(), Box<dyn Error>> {
    println!(
        "Pages: calls of each step of a lean plan until every demand has been before its personas, against ⌈tokens of the\ndemands ÷ budget⌉, and ÷ what is left of the budget beside a page's own handoff (the room).\n"
    );
    println!(
        "| budget | texts | steps × texts | demands unseen | texts that need pages | calls | ⌈tokens ÷ budget⌉ | ratio | ⌈tokens ÷ room⌉ | steps over 10 % |\n|---|---|---|---|---|---|---|---|---|---|"
    );
    let all: Vec<&Text> = texts.iter().filter(|t| t.demanding().next().is_some()).collect();
    let mut over = Vec::new();
    for budget in PAGE_BUDGETS {
        let row = pages::row(&all, budget)?;
        println!("{}", row.line(budget));
        over.extend(row.over);
    }
    for line in over {
        println!("- {line}");
    }
    Ok(())
}

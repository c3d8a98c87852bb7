//! `g1 context STEP`: what a persona saw.

use super::{
    out::{self, Done, Fail, columns},
    project::{self, Looked},
};
use crate::domain::{
    Clean, Hash, StepId,
    pack::ContextPack,
    run::{Call, Step},
};
use std::{fmt::Write, path::Path};

pub fn run(folder: Option<&Path>, step: &str, call: Option<usize>, as_json: bool) -> Done {
    let Looked { run, blobs, .. } = project::look(folder)?;
    let known = || run.steps().map(|s| s.plan.id.to_string()).collect::<Vec<_>>().join(", ");
    let found = StepId::new(step).ok().and_then(|id| run.step(&id).cloned());
    let found = found.ok_or_else(|| Fail::usage(format!("there is no step '{step}'; this run has {}", known())))?;
    let blob = chosen(&found, call)?;
    let bytes = blobs.get(&blob).map_err(Fail::error)?;
    let pack: ContextPack = serde_json::from_slice(&bytes)
        .map_err(|_| Fail::error(format!("blob {blob} is no context pack of this version of g1")))?;
    if as_json {
        out::json(&pack)?;
    } else {
        out::show(&format!("{}{}", calls(&found, &blob), text(&pack)))?;
    }
    Ok(0)
}

/// The pack of the call that was asked for, or of the newest.
fn chosen(step: &Step, call: Option<usize>) -> Result<Hash, Fail> {
    let id = &step.plan.id;
    let given = match call {
        None => step.pack.as_ref().map(|(_, blob)| blob),
        Some(number) => {
            let known = step.calls.len();
            let call = number.checked_sub(1).and_then(|at| step.calls.get(at));
            let none = || Fail::usage(format!("{id} has {known} calls in this attempt; there is no call {number}"));
            call.ok_or_else(none)?.pack.as_ref()
        }
    };
    let none = || Fail::usage(format!("step {id} has not been given anything yet; it is its turn later"));
    given.cloned().ok_or_else(none)
}

/// The calls of the step, when there are several: which one is shown, and how to see another.
fn calls(step: &Step, shown: &Hash) -> String {
    if step.calls.len() < 2 {
        return String::new();
    }
    let rows: Vec<Vec<String>> = (1..)
        .zip(&step.calls)
        .map(|(number, call)| {
            let mark = if call.pack.as_ref() == Some(shown) { ">" } else { "" };
            let about = match call.covers.as_slice() {
                [] => String::new(),
                [one] => one.to_string(),
                [first, .., last] => format!("{} clauses, {first} to {last}", call.covers.len()),
            };
            let reply = if call.reply.is_some() { "answered" } else { "not answered" };
            vec![mark.to_owned(), number.to_string(), call.title(), about, reply.to_owned()]
        })
        .collect();
    let n = step.calls.len();
    let used = |(number, call): (usize, &Call)| {
        let uses = call.turn.iter().flat_map(|turn| &turn.uses);
        uses.map(|used| format!("  call {number}: {}\n", Clean::from(used.line()).one_line(160))).collect::<String>()
    };
    let used: String = (1..).zip(&step.calls).map(used).collect();
    let used = if used.is_empty() { used } else { format!("Tools:\n{used}") };
    format!("{n} calls; --call 1 to --call {n} show each:\n{}{used}\n", columns(&rows))
}

fn text(pack: &ContextPack) -> String {
    let mut text = String::new();
    let personas: Vec<&str> = pack.personas.iter().map(|p| p.as_str()).collect();
    let _ = writeln!(
        text,
        "{}, attempt {}, for {}: {} items, {} of {} tokens, pack {}\n",
        pack.step,
        pack.attempt,
        personas.join(", "),
        pack.items.len(),
        pack.tokens(),
        pack.budget_tokens,
        pack.id.short()
    );
    let word = |kind| serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let rows: Vec<Vec<String>> = pack
        .items
        .iter()
        .map(|item| {
            let score = item.score.map_or_else(|| "-".to_owned(), |s| format!("{s:.2}"));
            let id = Clean::new(&item.id).one_line(40);
            vec![
                word(item.kind),
                id,
                item.hash.short().to_owned(),
                score,
                item.tokens.to_string(),
                item.why.one_line(60),
            ]
        })
        .collect();
    let mut table = vec![["KIND", "ID", "HASH", "SCORE", "TOKENS", "WHY"].map(str::to_owned).to_vec()];
    table.extend(rows);
    text.push_str(&columns(&table));
    if !pack.cut.is_empty() {
        let rows: Vec<Vec<String>> = pack
            .cut
            .iter()
            .map(|c| vec![word(c.kind), Clean::new(&c.id).one_line(40), c.tokens.to_string(), c.why.one_line(90)])
            .collect();
        let _ = write!(text, "\nCut:\n{}", columns(&rows));
    }
    for item in &pack.items {
        let _ = write!(text, "\n--- {} {} ---\n{}\n", word(item.kind), item.id, item.shown().trim_end());
    }
    text
}

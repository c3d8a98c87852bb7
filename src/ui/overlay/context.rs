//! The context inspector: exactly what a persona was given for a step, item by item, and what was cut.

use crate::{
    domain::{StepId, pack::ContextPack, run::Run},
    ui::{
        Model,
        text::{self, wrap_spans},
    },
};
use ratatui::text::{Line, Span};

#[must_use]
pub fn lines(model: &Model, run: &Run, step: &StepId, columns: usize) -> Vec<Line<'static>> {
    let (g, t) = (&model.look.glyphs, &model.look.theme);
    let note = |text: &str| vec![Line::styled(text.to_owned(), t.dim)];
    let Some(step) = run.step(step) else { return note("There is no such step.") };
    let Some((_, blob)) = &step.pack else { return note("This step has not been given anything yet.") };
    let Some(text) = model.blobs.get(blob) else { return note("loading") };
    let Some(text) = text else { return note("The pack is not among the project's blobs: g1 log --verify says more.") };
    let Ok(pack) = serde_json::from_str::<ContextPack>(text) else {
        return note("The pack cannot be read: it was written by another version of G1.");
    };
    let personas: Vec<String> = pack.personas.iter().map(ToString::to_string).collect();
    let mut out = wrap_spans(
        &[
            (format!("{} of {} tokens   ", grouped(pack.tokens()), grouped(pack.budget_tokens)), t.title),
            (format!("attempt {}   {}   pack {}", pack.attempt, personas.join(", "), pack.id.short()), t.dim),
        ],
        columns,
        2,
    );
    let wide = columns >= 90;
    let hash_head = if wide { "hash      " } else { "" };
    let head = format!("{:<15}{:<16}{:>7} {:>7}  {hash_head}why", "kind", "id", "score", "tokens");
    out.push(Line::styled(text::cut(&head, columns, g.ellipsis), t.title));
    let row = |kind: &str, id: &str, score: &str, tokens: u32, hash: &str, why: &str, style| {
        let left = format!("{:<15}{:<16}", text::pad(kind, 14, g.ellipsis), text::pad(id, 15, g.ellipsis));
        let hash = if wide { format!("{hash:<9} ") } else { String::new() };
        let mid = format!("{score:>7} {tokens:>7}  {hash}");
        let room = columns.saturating_sub(text::width(&left) + text::width(&mid));
        Line::from(vec![
            Span::styled(left, style),
            Span::styled(mid, t.dim),
            Span::styled(text::cut(&why.replace('\n', " "), room, g.ellipsis), t.text),
        ])
    };
    for item in &pack.items {
        let score = item.score.map_or_else(|| "pinned".to_owned(), |s| format!("{s:.2}"));
        let kind = format!("{:?}", item.kind).to_lowercase();
        out.push(row(&kind, &item.id, &score, item.tokens, item.hash.short(), &item.why, t.id));
    }
    if pack.cut.is_empty() {
        out.push(Line::styled("nothing was cut", t.dim));
    } else {
        let lost: u32 = pack.cut.iter().map(|c| c.tokens).sum();
        out.push(Line::styled(
            format!(
                "cut: {}, {} tokens",
                if pack.cut.len() == 1 { "1 item".into() } else { format!("{} items", pack.cut.len()) },
                grouped(lost)
            ),
            t.warn,
        ));
        for cut in &pack.cut {
            let kind = format!("cut {:?}", cut.kind).to_lowercase();
            out.push(row(&kind, &cut.id, "", cut.tokens, cut.hash.short(), &cut.why, t.warn));
        }
    }
    out.push(Line::default());
    out.push(Line::styled("The items, as the persona read them", t.title));
    for item in &pack.items {
        out.push(Line::styled(format!("{} {} {}", g.fold_open, item.id, item.label), t.id));
        let clean = crate::domain::Clean::new(item.text.trim_end());
        out.extend(text::wrap_plain(&clean, columns, t.text));
    }
    out
}

/// `6,212`
fn grouped(n: u32) -> String {
    if n < 1_000 { n.to_string() } else { format!("{},{:03}", grouped(n / 1_000), n % 1_000) }
}

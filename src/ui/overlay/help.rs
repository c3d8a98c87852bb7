//! Help, made from the live key map and the slash commands.

use crate::ui::{Model, keymap::Context, text::wrap_spans, update::slash};
use ratatui::text::Line;

#[must_use]
pub fn lines(model: &Model, columns: usize) -> Vec<Line<'static>> {
    let t = &model.look.theme;
    let mut out = Vec::new();
    // Where the person came from first. Texts are made while they count as not lying on top yet.
    let mut contexts = Context::ALL.to_vec();
    let here = model.context();
    contexts.sort_by_key(|c| *c != here);
    for context in contexts {
        let bindings = model.keymap.of(context);
        if bindings.is_empty() {
            continue;
        }
        let now = if context == here { " (where you are)" } else { "" };
        out.push(Line::styled(format!("{}{now}", context.title()), t.title));
        for (action, keys) in bindings {
            let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
            let pieces = vec![
                (format!("  {:<20} ", keys.join("  ")), t.key),
                (format!("{}  ", action.doc()), t.text),
                (action.id().to_owned(), t.dim),
            ];
            out.extend(wrap_spans(&pieces, columns, 23));
        }
        out.push(Line::default());
    }
    out.push(Line::styled("Slash commands, typed on the input line", t.title));
    for command in slash::COMMANDS {
        let pieces = vec![(format!("  {:<20} ", command.usage), t.key), (command.doc.to_owned(), t.text)];
        out.extend(wrap_spans(&pieces, columns, 23));
    }
    out.push(Line::default());
    let words = "The words at the ends of the lines are the names of the actions for keymap.toml. Everything else you type goes to the personas. Status is always a mark and a word: proven means that \
                 G1 ran a test that fails when the linked code is taken away.";
    out.extend(wrap_spans(&[(words.to_owned(), t.dim)], columns, 0));
    out
}

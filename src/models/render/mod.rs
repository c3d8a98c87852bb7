//! From a context pack to the request a model gets: pure, and the same for the same pack.
//!
//! What rarely changes comes first (the rules, then the personas' prompts, then the clauses), so that providers that
//! cache a prefix charge the shared part once.

use crate::domain::{
    ClauseId, Clean, Hash, baseline,
    condition::Condition,
    pack::{ContextPack, PackItem, PackKind},
    persona::Persona,
    plan::Task,
    reply::ReplyKind,
};
use crate::models::{Model, Request};
use crate::personas;
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

mod task;
mod tools;

pub use tools::{given, offer, turns};

/// The rules that every call starts with.
const PREAMBLE: &str = include_str!("preamble.md");
/// What holds besides where the product was there before.
const EXISTING: &str = include_str!("existing.md");

/// The request for one attempt at one step. `personas` are those that share the call, the leading one first; `title` is
/// the name of the product.
#[must_use]
pub fn request(pack: ContextPack, kind: ReplyKind, personas: &[&Persona], model: &dyn Model, title: &str) -> Request {
    // What is asked in a review is findings, whatever is reviewed.
    let kind = if pack.task() == Task::Review { ReplyKind::Verify } else { kind };
    let system = system(&pack, kind, personas);
    let user = user(&pack, title);
    let clauses = pack.of_kind(PackKind::Clause).count();
    let (schema, max_output_tokens) = match pack.task() {
        Task::TeachBack => (personas::teach_back_schema(), max_output_tokens(ReplyKind::Plan, clauses)),
        Task::Work | Task::Review => {
            let schema = personas::schema(kind);
            (if pack.repairs() { personas::repairing(schema) } else { schema }, max_output_tokens(kind, clauses))
        }
    };
    // The pack's own identity is part of it, because the offline engine reads the pack and not the text.
    let hash = Hash::of_parts([
        b"g1-request-1".as_slice(),
        model.id().as_bytes(),
        word(kind).as_bytes(),
        pack.id.as_str().as_bytes(),
        system.as_bytes(),
        user.as_bytes(),
        schema.to_string().as_bytes(),
        &max_output_tokens.to_be_bytes(),
    ]);
    Request {
        hash,
        model: model.id().to_owned(),
        kind,
        pack,
        system,
        user,
        schema,
        max_output_tokens,
        turns: Vec::new(),
        reserved: None,
    }
}

/// Room for the largest honest reply of each kind to so many clauses; whole files need most.
#[must_use]
pub fn max_output_tokens(kind: ReplyKind, clauses: usize) -> u32 {
    // A base, what each clause adds, and the most that models in use can write.
    let (base, each, most) = match kind {
        ReplyKind::Understand => (8_000, 200, 64_000),
        ReplyKind::Plan => (8_000, 20, 24_000),
        ReplyKind::Design => (16_000, 100, 32_000),
        ReplyKind::Build | ReplyKind::Test => (32_000, 0, 32_000),
        ReplyKind::Verify => (8_000, 150, 48_000),
    };
    u32::try_from(clauses).unwrap_or(u32::MAX).saturating_mul(each).saturating_add(base).min(most)
}

/// The system prompt: the rules, what is asked of whom, then each persona's prompt under its name. Kinds of blocks are
/// explained where there are any.
#[must_use]
pub fn system(pack: &ContextPack, kind: ReplyKind, seated: &[&Persona]) -> String {
    // Before anything is packed all of it counts, for it may have to fit.
    let applies = |said: &str| match said {
        "asks" => matches!(kind, ReplyKind::Understand | ReplyKind::Design),
        "notes" => !matches!(kind, ReplyKind::Understand | ReplyKind::Design),
        "adds" => matches!(kind, ReplyKind::Design | ReplyKind::Build),
        block => pack.items.is_empty() || pack.items.iter().any(|item| tag(item.kind) == block),
    };
    let mut text = personas::sections(PREAMBLE, applies).replace("{baseline}", &baseline(kind, pack.holds.as_ref()));
    text.push_str(&task::who(pack, kind, seated));
    if pack.of_kind(PackKind::Existing).next().is_some() {
        let applies = |said: &str| match said {
            "understands" => kind == ReplyKind::Understand,
            "plans" => matches!(kind, ReplyKind::Plan | ReplyKind::Design),
            "builds" => matches!(kind, ReplyKind::Design | ReplyKind::Build),
            _ => matches!(kind, ReplyKind::Build | ReplyKind::Test),
        };
        text.push_str(&personas::sections(EXISTING, applies));
    }
    for persona in seated {
        let prompt = personas::applying(persona.prompt.trim(), pack.holds.as_ref());
        let _ = write!(text, "\n\n# {} (`{}`)\n{prompt}", persona.name, persona.id);
    }
    text.push('\n');
    text
}

/// The platform baseline of such a product in one line: what its entries are where it is designed, else what they are
/// called.
fn baseline(kind: ReplyKind, holds: Option<&BTreeSet<Condition>>) -> String {
    let open = BTreeSet::new();
    let of = |accounts: bool| {
        let entries = baseline::of(holds.unwrap_or(&open)).filter(|entry| entry.accounts == accounts);
        let told = entries.map(|entry| match kind {
            ReplyKind::Design => format!("`{}` ({})", entry.name, entry.what),
            _ => format!("`{}`", entry.name),
        });
        told.collect::<Vec<_>>().join(", ")
    };
    let (every, accounts) = (of(false), of(true));
    if accounts.is_empty() { every } else { format!("{every}; only where accounts are implied {accounts}") }
}

/// The user message: the pack as data blocks, stable kinds first, then the task.
#[must_use]
pub fn user(pack: &ContextPack, title: &str) -> String {
    let clauses: BTreeMap<ClauseId, &str> =
        pack.of_kind(PackKind::Clause).filter_map(|item| Some((item.id.parse().ok()?, item.text.as_str()))).collect();
    let shown = |item| PackItem::shown_beside(item, |id| clauses.get(&id).copied());
    let mut items: Vec<(&PackItem, Cow<'_, str>)> = pack.items.iter().map(|item| (item, shown(item))).collect();
    items.sort_by_key(|(item, _)| rank(item.kind));
    let fence = fence(&items);
    let mut text = String::new();
    for (item, shown) in &items {
        block(&mut text, item, shown, &fence);
    }
    left_out(&mut text, pack);
    text.push_str("\n## Your task\n");
    if !title.is_empty() {
        // Designs and manifest say it to those who come after them.
        let open = pack.module.is_none() && pack.of_kind(PackKind::Artifact).next().is_none();
        let kind = pack.holds.as_ref().filter(|_| open).and_then(Condition::in_words);
        let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
        let _ = writeln!(text, "Product: {}{kind}", attribute(title));
    }
    if let Some(tool) = &pack.runs_on {
        let _ = writeln!(text, "{tool} runs it here: use nothing newer.");
    }
    let _ = write!(text, "Step: `{}`", pack.step);
    if pack.page.is_part() {
        let _ = write!(text, ", page {} of {}", pack.page.number, pack.page.of);
    }
    // A page that was right is asked for again in the same words, so that it costs nothing.
    if pack.attempt > 1 && pack.of_kind(PackKind::Feedback).next().is_some() {
        let how = match pack.repairs() {
            true => {
                "name in `stands` the fields that you do not give in full. Of such a field give only entries that are new or \
                 other than in your last reply, or none; the rest stays. An entry takes the place of all that have its id, key, \
                 name, title or path (of interpretations: its `clauses`; of links, gaps, searches and findings: its clause). To \
                 take entries out, give the field in full and do not name it"
            }
            false => "reply in full",
        };
        let _ = write!(
            text,
            ", attempt {}: remove every cause that the feedback names, change nothing else; {how}",
            pack.attempt
        );
    }
    text.push('\n');
    text
}

/// Tokens of an item in a prompt: its text and the tags around it. The offline engine reads the text alone.
#[must_use]
pub fn item_tokens(model: &dyn Model, text: &str) -> u32 {
    const TAGS: u32 = 12;
    model.count_tokens(text).saturating_add(if crate::domain::run::is_offline(model.id()) { 0 } else { TAGS })
}

/// What exists and is not shown, each by name as long as there are few of a kind: the list must not take the room that
/// the items had not.
fn left_out(text: &mut String, pack: &ContextPack) {
    const NAMED: usize = 12;
    if pack.cut.is_empty() {
        return;
    }
    text.push_str("\n## Left out (they exist; do not guess their content)\n");
    let mut reasons: Vec<(PackKind, &Clean, Vec<String>)> = Vec::new();
    for cut in &pack.cut {
        match reasons.iter_mut().find(|(kind, why, _)| (*kind, *why) == (cut.kind, &cut.why)) {
            Some((_, _, ids)) => ids.push(attribute(&cut.id)),
            None => reasons.push((cut.kind, &cut.why, vec![attribute(&cut.id)])),
        }
    }
    for same in reasons.chunk_by(|(a, ..), (b, ..)| a == b) {
        let (kind, all) = (tag(same[0].0), same.iter().map(|(.., ids)| ids.len()).sum::<usize>());
        if all <= NAMED {
            for (_, why, ids) in same {
                let _ = writeln!(text, "- {kind} {}: {}", ids.join(", "), why.one_line(200));
            }
        } else {
            let named: Vec<&str> = same.iter().flat_map(|(.., ids)| ids).take(NAMED).map(String::as_str).collect();
            let _ = writeln!(text, "- {all} of {kind}: {}, …", named.join(", "));
        }
    }
}

fn word(kind: ReplyKind) -> &'static str {
    match kind {
        ReplyKind::Understand => "understand",
        ReplyKind::Plan => "plan",
        ReplyKind::Design => "design",
        ReplyKind::Build => "build",
        ReplyKind::Test => "test",
        ReplyKind::Verify => "verify",
    }
}

fn rank(kind: PackKind) -> u8 {
    match kind {
        PackKind::Instructions => 0,
        PackKind::Clause => 1,
        PackKind::Gap => 2,
        PackKind::Assumption => 3,
        PackKind::Interpretation => 4,
        PackKind::Decision => 5,
        PackKind::Attachment => 6,
        PackKind::Existing => 7,
        PackKind::Artifact => 8,
        PackKind::File => 9,
        PackKind::Plan => 10,
        PackKind::Links => 11,
        PackKind::Evidence => 12,
        PackKind::Draft => 13,
        PackKind::Handoff => 14,
        PackKind::Feedback => 15,
    }
}

fn tag(kind: PackKind) -> &'static str {
    match kind {
        PackKind::Clause => "clause",
        PackKind::Interpretation => "interpretation",
        PackKind::Assumption => "assumption",
        PackKind::Decision => "decision",
        PackKind::Gap => "gap",
        PackKind::Plan => "plan",
        PackKind::Artifact => "artifact",
        PackKind::File => "file",
        PackKind::Evidence => "evidence",
        PackKind::Attachment => "attachment",
        PackKind::Instructions => "instructions",
        PackKind::Handoff => "handoff",
        PackKind::Feedback => "feedback",
        PackKind::Draft => "draft",
        PackKind::Existing => "existing",
        PackKind::Links => "links",
    }
}

/// An ending for tag names that makes it impossible for an item's text to close its own block: empty for nearly every
/// pack, which keeps the prefix cacheable, else digits that occur nowhere in the pack.
fn fence(items: &[(&PackItem, Cow<'_, str>)]) -> String {
    // There are thousands of clauses and a dozen tags.
    let tags: BTreeSet<&str> = items.iter().map(|(item, _)| tag(item.kind)).collect();
    let closes = |fence: &str| {
        let ends: Vec<String> = tags.iter().map(|tag| format!("</{tag}{fence}")).collect();
        items.iter().any(|(_, text)| {
            // Most texts have no tag at all.
            text.contains("</") && {
                let text = text.to_ascii_lowercase();
                ends.iter().any(|end| text.contains(end))
            }
        })
    };
    let mut fence = String::new();
    let mut number = 0_u32;
    while closes(&fence) {
        number += 1;
        fence = format!("-{number}");
    }
    fence
}

fn block(text: &mut String, item: &PackItem, shown: &str, fence: &str) {
    let name = tag(item.kind);
    let _ = write!(text, "<{name}{fence}");
    if item.id != name {
        let _ = write!(text, " id={}", value(&item.id));
    }
    if !item.label.is_empty() && item.label.as_str() != item.id && item.label.as_str() != name {
        let key = if item.kind == PackKind::Clause { "kind" } else { "label" };
        let _ = write!(text, " {key}={}", value(&item.label));
    }
    text.push('>');
    // What is short and of which there is much stands beside its tags, without the blank lines around it in a document.
    let short = matches!(item.kind, PackKind::Clause | PackKind::Interpretation | PackKind::Assumption)
        || matches!(item.kind, PackKind::Decision | PackKind::Gap | PackKind::Plan);
    if short {
        text.push_str(shown.trim_matches(['\r', '\n', '\u{FEFF}']));
    } else {
        let gap = if shown.is_empty() || shown.ends_with('\n') { "" } else { "\n" };
        let _ = write!(text, "\n{shown}{gap}");
    }
    let _ = writeln!(text, "</{name}{fence}>");
}

/// The value of an attribute; what is one plain word needs no quotation marks.
fn value(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    if !text.is_empty() && text.chars().all(plain) { text.to_owned() } else { format!("\"{}\"", attribute(text)) }
}

/// Text that cannot leave an attribute or a line.
fn attribute(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => '\'',
            '<' => '(',
            '>' => ')',
            '`' => '\'',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests;

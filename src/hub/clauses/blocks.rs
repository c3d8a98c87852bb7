//! Blocks: stretches of lines that belong together, and the headings above them.

use super::lines::{Line, Shape, split};
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub start: usize,
    /// Up to the next block: blank lines after it included.
    pub end: usize,
    /// Running text, to be cut into sentences.
    pub prose: bool,
    /// Headings above it, outermost first; its own text is not among them when it is a heading.
    pub section: Vec<String>,
}

/// A block while it is being built: the lines `[from, to)`.
#[derive(Debug, Clone, Copy)]
struct Draft {
    from: usize,
    to: usize,
    /// Shape of its first line.
    shape: Shape,
    heading: Option<u8>,
    fenced: bool,
}

// Ranks of headings that carry no level of their own; Markdown's are 1 to 6, numbered ones 10 + depth.
const NUMBERED: u8 = 10;
const CAPITALS: u8 = 30;
const BOLD: u8 = 40;
const TITLE_LINE: u8 = 45;
const LABEL: u8 = 50;

pub(super) fn find(text: &str) -> Vec<Block> {
    let mut lines = split(text);
    mark_repeated(&mut lines);
    mark_tab_rows(&mut lines);
    let mut drafts = draft(&lines);
    mark_headings(&lines, &mut drafts);

    let mut path: Vec<(u8, String)> = Vec::new();
    let mut blocks = Vec::with_capacity(drafts.len());
    for (n, draft) in drafts.iter().enumerate() {
        // Blank lines before the first block are its own.
        let start = if n == 0 { 0 } else { lines[draft.from].start };
        let end = drafts.get(n + 1).map_or(text.len(), |next| lines[next.from].start);
        if let Some(level) = draft.heading {
            path.retain(|(above, _)| *above < level);
        }
        let section = path.iter().map(|(_, title)| title.clone()).collect();
        let prose = !draft.fenced
            && draft.heading.is_none()
            && !matches!(draft.shape, Shape::Row | Shape::Furniture | Shape::Underline(_));
        blocks.push(Block { start, end, prose, section });
        if let Some(level) = draft.heading {
            path.push((level, title(&text[start..end])));
        }
    }
    if blocks.is_empty() {
        blocks.push(Block { start: 0, end: text.len(), prose: false, section: Vec::new() });
    }
    blocks
}

fn title(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = flat.trim_matches(|c: char| matches!(c, '#' | '*' | '=' | '_' | '\u{feff}') || c.is_whitespace());
    bare.trim_end_matches([':', '-', ' ']).chars().take(120).collect()
}

/// Lines that stand three times or more in the same words (numbers apart) between pages are furniture.
fn mark_repeated(lines: &mut [Line<'_>]) {
    let key = |line: &Line<'_>| -> Option<String> {
        let fits = line.shape == Shape::Text && (16..=160).contains(&line.text.len()) && !ends_sentence(line.text);
        fits.then(|| line.text.chars().filter(|c| !c.is_ascii_digit()).collect())
    };
    if !lines.iter().any(|line| line.page || line.shape == Shape::Furniture) {
        return;
    }
    let mut seen: HashMap<String, u32> = HashMap::new();
    for line in lines.iter() {
        if let Some(key) = key(line) {
            *seen.entry(key).or_default() += 1;
        }
    }
    // Only beside other furniture: a repeated line in the middle of a page is text.
    for i in 0..lines.len() {
        let beside = [i.checked_sub(1), Some(i + 1)].into_iter().flatten();
        let beside = beside.filter_map(|n| lines.get(n)).any(|l| l.shape == Shape::Furniture);
        if (beside || lines[i].page) && key(&lines[i]).is_some_and(|k| seen.get(&k).is_some_and(|n| *n >= 3)) {
            lines[i].shape = Shape::Furniture;
        }
    }
}

/// Two or more lines in a row with the same number of tabs inside are rows of a table.
fn mark_tab_rows(lines: &mut [Line<'_>]) {
    let tabs = |line: &Line<'_>| match line.shape {
        Shape::Text => line.text.bytes().filter(|b| *b == b'\t').count(),
        _ => 0,
    };
    let counts: Vec<usize> = lines.iter().map(tabs).collect();
    for (i, line) in lines.iter_mut().enumerate() {
        let same = |n: Option<usize>| n.and_then(|n| counts.get(n)) == Some(&counts[i]);
        if counts[i] > 0 && (same(i.checked_sub(1)) || same(Some(i + 1))) {
            line.shape = Shape::Row;
        }
    }
}

fn draft(lines: &[Line<'_>]) -> Vec<Draft> {
    let listing = listing_paragraphs(lines);
    let mut drafts: Vec<Draft> = Vec::new();
    let mut fence = false;
    let mut blank_before = true;
    // A page break inside a sentence: the last line of text before the furniture.
    let mut broken: Option<usize> = None;
    for (i, line) in lines.iter().enumerate() {
        if fence {
            if let Some(last) = drafts.last_mut() {
                last.to = i + 1;
            }
            fence = line.shape != Shape::Fence;
            blank_before = false;
            continue;
        }
        let new = |shape| Draft { from: i, to: i + 1, shape, heading: None, fenced: shape == Shape::Fence };
        match line.shape {
            Shape::Blank => {
                blank_before = true;
                continue;
            }
            Shape::Fence => {
                fence = true;
                drafts.push(new(line.shape));
            }
            Shape::Underline(_) if !blank_before && drafts.last().is_some_and(|d| d.to == i && d.to - d.from == 1) => {
                if let (Some(last), Shape::Underline(level)) = (drafts.last_mut(), line.shape) {
                    last.to = i + 1;
                    last.heading = Some(level);
                }
            }
            Shape::Heading(level) => drafts.push(Draft { heading: Some(level), ..new(line.shape) }),
            Shape::Furniture => {
                if drafts.last().is_some_and(|d| d.shape != Shape::Furniture) {
                    broken = drafts.last().map(|d| d.to - 1);
                }
                drafts.push(new(line.shape));
            }
            Shape::Text => {
                let continues = match drafts.last() {
                    None => false,
                    Some(last) if last.shape == Shape::Furniture => false,
                    Some(last) if last.heading.is_some() || last.fenced || last.shape == Shape::Row => false,
                    Some(last) => {
                        let before = &lines[last.to - 1];
                        !blank_before && !breaks(lines, last, before, line, listing[i])
                    }
                };
                let resumed =
                    broken.filter(|_| drafts.last().is_some_and(|d| d.shape == Shape::Furniture)).filter(|before| {
                        !ends_sentence(lines[*before].text)
                            && starts_lower(line.text)
                            && !ends_label(lines[*before].text)
                    });
                if let Some(before) = resumed {
                    while drafts.last().is_some_and(|d| d.from > before) {
                        drafts.pop();
                    }
                    if let Some(last) = drafts.last_mut() {
                        last.to = i + 1;
                    }
                    broken = None;
                } else if continues {
                    if let Some(last) = drafts.last_mut() {
                        last.to = i + 1;
                    }
                } else {
                    drafts.push(new(line.shape));
                }
            }
            // A wrapped line may happen to begin with a number or a dash: "in version\n2. The …" is rare, an item is not.
            shape => drafts.push(new(shape)),
        }
        blank_before = false;
    }
    drafts
}

/// Whether `line`, directly under `before`, begins something new.
fn breaks(lines: &[Line<'_>], block: &Draft, before: &Line<'_>, line: &Line<'_>, listing: Listing) -> bool {
    // A marker that stands alone ("1.") waits for its text.
    if !before.text.chars().any(char::is_alphabetic) && block.to - block.from == 1 {
        return false;
    }
    let short_label = ends_label(line.text) && is_title(line.text) && line.text.split_whitespace().count() <= 6;
    if short_label && !ends_open(before.text) || listing == Listing::Labelled {
        return true;
    }
    if starts_lower(line.text) || !line.text.starts_with(|c: char| c.is_alphanumeric() || "\"“'‘([*_".contains(c)) {
        return false;
    }
    if ends_sentence(before.text) || ends_open(before.text) {
        return false;
    }
    if ends_label(before.text) || listing == Listing::Titles {
        return true;
    }
    // A numbered heading with its text directly below: "1.2 Scope\nThe system is …".
    if let Shape::Numbered(depth, _) = block.shape
        && block.to - block.from == 1
        && before.text.split_whitespace().count() <= 9
        && (depth > 1 || line.text.chars().count() > 50)
    {
        return true;
    }
    // A title with a marker: "iv. Annual Report\nThe system shall …".
    if matches!(block.shape, Shape::Numbered(..) | Shape::Lettered)
        && block.to - block.from == 1
        && is_name(before.text)
        && ends_sentence(line.text)
    {
        return true;
    }
    // Longer than any wrapped line: here a line is a paragraph.
    if before.text.len() > 130 {
        return true;
    }
    // The next word would have fitted: the line was ended, not wrapped. The slack is for ragged wrapping.
    let chars = |l: &Line<'_>| l.text.chars().count();
    let width = lines[block.from..block.to].iter().chain([line]).map(chars).max().unwrap_or(0);
    let word = line.text.split_whitespace().next().map_or(0, |w| w.chars().count());
    width >= 60 && chars(before) + word + 20 < width
}

/// Whether a line of a paragraph (lines up to a blank one) is an item of a list without bullets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listing {
    No,
    /// Every line begins like a sentence or title, and none but the last needs the next one.
    Titles,
    /// Short unpunctuated lines below a label ("Nice to have:"), in small letters too.
    Labelled,
}

fn listing_paragraphs(lines: &[Line<'_>]) -> Vec<Listing> {
    let mut listing = vec![Listing::No; lines.len()];
    let mut from = 0;
    for i in 0..=lines.len() {
        if lines.get(i).is_some_and(|l| l.shape == Shape::Text) {
            continue;
        }
        let paragraph = &lines[from..i];
        let all = paragraph.iter().all(|l| !starts_lower(l.text) && l.text.starts_with(char::is_alphanumeric));
        let wrapped = paragraph.iter().rev().skip(1).any(|l| ends_open(l.text) || l.text.chars().count() > 66);
        // Long lines without a full stop before a last one with it: one sentence with capitals in it.
        let one = paragraph.last().is_some_and(|l| ends_sentence(l.text))
            && paragraph.iter().rev().skip(1).any(|l| !ends_sentence(l.text) && l.text.chars().count() > 40);
        if paragraph.len() > 1 && all && !wrapped && !one {
            listing[from..i].fill(Listing::Titles);
        }
        if let Some(label) = paragraph.iter().position(|l| ends_label(l.text)) {
            let items = &paragraph[label + 1..];
            let bare = |l: &Line<'_>| {
                let open = ends_open(l.text) || starts_open(l.text) || l.text.ends_with(['.', ',', ';']);
                !open && l.text.chars().count() <= 50
            };
            if items.len() > 1 && items.iter().all(bare) {
                listing[from + label + 1..i].fill(Listing::Labelled);
            }
        }
        from = i + 1;
    }
    listing
}

/// Up to five words behind a marker, each with a capital.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().skip(1).collect();
    (1..=5).contains(&words.len()) && words.iter().all(|w| w.starts_with(char::is_uppercase))
}

fn starts_lower(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
}

fn ends_sentence(text: &str) -> bool {
    let bare = text.trim_end_matches(|c: char| "\"”'’)]*_».".contains(c) && c != '.');
    bare.ends_with(['.', '!', '?', '。', '！', '？'])
}

fn ends_label(text: &str) -> bool {
    text.trim_end_matches(['*', '_']).ends_with(':')
}

/// Ends in a word or mark that a sentence cannot end with.
fn ends_open(text: &str) -> bool {
    const OPEN: [&str; 34] = [
        "a", "an", "the", "of", "to", "and", "or", "for", "in", "on", "at", "with", "by", "from", "is", "are", "be",
        "that", "which", "if", "when", "as", "can", "must", "shall", "should", "will", "may", "his", "their", "its",
        "than", "into", "not",
    ];
    if text.ends_with([',', '-', '(', '/', '&', '–']) {
        return true;
    }
    let word = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    OPEN.iter().any(|open| word.eq_ignore_ascii_case(open))
}

/// Starts with a word that goes on with a sentence.
fn starts_open(text: &str) -> bool {
    const OPEN: [&str; 12] = ["and", "or", "of", "to", "in", "by", "with", "for", "if", "when", "which", "that"];
    let word = text.split(char::is_whitespace).next().unwrap_or_default();
    OPEN.contains(&word)
}

fn mark_headings(lines: &[Line<'_>], drafts: &mut [Draft]) {
    let flat: Vec<(usize, usize, bool)> = drafts
        .iter()
        .map(|d| {
            let text = &lines[d.from..d.to];
            let words = text.iter().map(|l| l.text.split_whitespace().count()).sum();
            let chars = text.iter().map(|l| l.text.len()).sum();
            (words, chars, ends_sentence(lines[d.to - 1].text) || ends_open(lines[d.to - 1].text))
        })
        .collect();
    let number = |d: Option<&Draft>| match d.map(|d| d.shape) {
        Some(Shape::Numbered(1, n)) => Some(n),
        _ => None,
    };
    let alone = |i: usize, drafts: &[Draft]| {
        let before = drafts[i].from.checked_sub(1).is_none_or(|n| lines[n].shape == Shape::Blank);
        let after = lines.get(drafts[i].to).is_none_or(|l| l.shape == Shape::Blank);
        (before, after)
    };
    for i in 0..drafts.len() {
        if drafts[i].heading.is_some() || drafts[i].fenced {
            continue;
        }
        let (words, chars, closed) = flat[i];
        let first = lines[drafts[i].from].text;
        let short = (1..=12).contains(&words) && chars <= 90 && !closed;
        let (before, after) = alone(i, drafts);
        let next = drafts.get(i + 1);
        drafts[i].heading = match drafts[i].shape {
            Shape::Numbered(depth, _) if depth > 1 && short && is_title(first) => Some(NUMBERED + depth),
            Shape::Numbered(1, n) if short && before && is_title(first) && next.is_some() => {
                let previous = i.checked_sub(1).and_then(|p| number(drafts.get(p)));
                let neighbour = previous.is_some_and(|p| p + 1 == n) || number(next).is_some_and(|f| f == n + 1);
                (!neighbour).then_some(NUMBERED + 1)
            }
            Shape::Text if short && drafts[i].to - drafts[i].from == 1 && is_label(first) => {
                next.is_some().then_some(if is_bold(first) { BOLD } else { LABEL })
            }
            Shape::Text if short && drafts[i].to - drafts[i].from == 1 && next.is_some() => {
                let capitals =
                    chars > 3 && first.chars().any(char::is_alphabetic) && !first.chars().any(char::is_lowercase);
                if is_bold(first) {
                    Some(BOLD)
                } else if capitals && before {
                    Some(CAPITALS)
                } else if i == 0 && after && words <= 8 && is_title(first) {
                    Some(0)
                } else {
                    let fellow = |n: Option<usize>| {
                        n.and_then(|n| Some((drafts.get(n)?, flat.get(n)?)))
                            .is_some_and(|(d, f)| d.shape == Shape::Text && f.0 <= 12 && !f.2)
                    };
                    let lone = !fellow(i.checked_sub(1)) && !fellow(Some(i + 1));
                    (before && after && words <= 6 && is_title(first) && !has_verb(first) && lone).then_some(TITLE_LINE)
                }
            }
            _ => None,
        };
    }
}

fn is_title(text: &str) -> bool {
    text.chars().find(|c| c.is_alphabetic()).is_some_and(char::is_uppercase)
}

fn is_bold(text: &str) -> bool {
    text.len() > 4 && text.starts_with("**") && text.trim_end_matches(':').ends_with("**")
}

/// `Security:`, `Functional requirements:`, not `The user can:`.
fn is_label(text: &str) -> bool {
    ends_label(text) && text.split_whitespace().count() <= 4 && is_title(text) && !has_verb(text)
}

fn has_verb(text: &str) -> bool {
    const VERBS: [&str; 16] = [
        "can", "could", "must", "shall", "should", "will", "would", "may", "is", "are", "has", "have", "want", "wants",
        "need", "needs",
    ];
    // "Must have:", "Nice to have:" are labels.
    let bare = text.trim_end_matches([':', '*']);
    if ["have", "haves", "wanted", "want"].iter().any(|end| bare.ends_with(end)) {
        return bare.split_whitespace().count() > 3;
    }
    text.split(|c: char| !c.is_alphabetic()).any(|word| VERBS.iter().any(|v| word.eq_ignore_ascii_case(v)))
}

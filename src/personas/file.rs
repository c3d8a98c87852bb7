//! One persona file: TOML between two `+++` lines, then the prompt.

use crate::domain::{
    Clean, Hash, PersonaId,
    persona::{Persona, PersonaSource, ReadKind},
    reply::ReplyKind,
};
use serde::Deserialize;
use unicode_width::UnicodeWidthStr;

/// Why a persona file cannot be used, and on which line (from 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct FileError {
    pub line: usize,
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    name: String,
    role: String,
    glyph: String,
    ascii_glyph: String,
    color: u8,
    #[serde(default)]
    reads: Vec<ReadKind>,
    #[serde(default)]
    produces: Vec<ReplyKind>,
}

/// Parses the file whose name without `.md` is `stem`.
pub fn parse(stem: &str, bytes: &[u8], source: PersonaSource) -> Result<Persona, FileError> {
    let text = std::str::from_utf8(bytes).map_err(|error| FileError {
        line: line_at(bytes, error.valid_up_to()),
        what: "it is not UTF-8 here; save the file as UTF-8".to_owned(),
    })?;
    let id = PersonaId::new(stem).map_err(|error| at(1, format!("the file name: {error}")))?;
    let (front, body, body_line) = split(text)?;
    let front: FrontMatter = toml::from_str(front).map_err(|error| {
        // The TOML starts on line 2 of the file.
        let line = error.span().map_or(1, |span| line_at(front.as_bytes(), span.start)) + 1;
        at(line, format!("the front matter: {}", error.message()))
    })?;
    if !(1..=6).contains(&front.color) {
        return Err(at(1, format!("color = {} must be 1 to 6, one of the theme's persona colours", front.color)));
    }
    for (key, glyph, ascii) in [("glyph", &front.glyph, false), ("ascii_glyph", &front.ascii_glyph, true)] {
        if glyph.width() != 1 || glyph.chars().any(char::is_control) || (ascii && !glyph.is_ascii()) {
            let kind = if ascii { "ASCII character" } else { "character one column wide" };
            return Err(at(1, format!("{key} = \"{glyph}\" must be one {kind}")));
        }
    }
    if body.trim().is_empty() {
        return Err(at(body_line, "the prompt below the second +++ is empty".to_owned()));
    }
    super::sections::check(body, body_line)?;
    Ok(Persona {
        id,
        name: Clean::from(front.name),
        role: Clean::from(front.role),
        glyph: Clean::from(front.glyph),
        ascii_glyph: Clean::from(front.ascii_glyph),
        color: front.color,
        reads: front.reads,
        produces: front.produces,
        prompt: body.trim().to_owned(),
        hash: Hash::of(bytes),
        source,
    })
}

fn at(line: usize, what: String) -> FileError {
    FileError { line, what }
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes.iter().take(offset).filter(|b| **b == b'\n').count()
}

/// Front matter, body, and the line on which the body starts.
fn split(text: &str) -> Result<(&str, &str, usize), FileError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != "+++" {
        return Err(at(1, "the first line must be +++, with the front matter below it".to_owned()));
    }
    let mut end = first.len();
    for (index, line) in lines.enumerate() {
        if line.trim_end() == "+++" {
            return Ok((&text[first.len()..end], &text[end + line.len()..], index + 3));
        }
        end += line.len();
    }
    Err(at(1, "the front matter has no closing +++ line".to_owned()))
}

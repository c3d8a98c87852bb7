//! Requirements out of documents: `.docx`, `.pdf` and `.html` as text, with headings, lists and tables in Markdown, and
//! a list of what could not be read. `.md` and `.txt` are taken byte for byte.
//!
//! A document comes from anywhere. It is read by a process of its own (`g1 __import`) that may use so much memory and so
//! much time: a parser that panics, loops or overflows its stack costs a message.

mod docx;
mod html;
mod outline;
mod pdf;
#[cfg(test)]
mod tests;

use crate::domain::{
    Clean, Hash,
    attachment::{Attachment, Role},
};
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsStr,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// No document is larger.
pub const LARGEST: u64 = 32 << 20;
/// Text that a document may hold, unpacked; more than any requirement may have.
const MOST_TEXT: usize = 4 << 20;
/// What a part of a packed document may become.
const MOST_UNPACKED: u64 = 64 << 20;
const TIME: Duration = Duration::from_secs(30);
const MEMORY: u64 = 2 << 30;
const SUBCOMMAND: &str = "__import";

/// What a file is, by its content first and its name second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Text,
    Html,
    Docx,
    Pdf,
}

impl Kind {
    #[must_use]
    pub fn of(name: &Path, bytes: &[u8]) -> Self {
        let extension = name.extension().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
        if bytes.starts_with(b"PK\x03\x04") && extension != "zip" {
            return Self::Docx;
        }
        // Some writers put bytes before the header; readers look for it in the first kilobyte.
        if bytes[..bytes.len().min(1024)].windows(5).any(|w| w == b"%PDF-") {
            return Self::Pdf;
        }
        match extension.as_str() {
            "html" | "htm" | "xhtml" => Self::Html,
            "docx" => Self::Docx,
            "pdf" => Self::Pdf,
            _ => Self::Text,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Pdf => "pdf",
        }
    }

    /// What reads it, with its version: the same file can become another text with another one.
    #[must_use]
    pub fn reader(self) -> Option<String> {
        let with = match self {
            Self::Text => return None,
            Self::Html => "html5ever 0.40",
            Self::Docx => "zip 9, quick-xml 0.42",
            Self::Pdf => "pdf-extract 0.12",
        };
        Some(format!("{} reader of g1 {} ({with})", self.word(), env!("CARGO_PKG_VERSION")))
    }
}

/// A document as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub text: String,
    /// What is in the document and not in the text: images, footnotes, pages without text.
    pub unread: Vec<Clean>,
}

/// Why a document cannot be read, in words for the person who gave it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{0}")]
pub struct ImportError(pub Clean);

impl ImportError {
    fn new(why: impl std::fmt::Display) -> Self {
        Self(Clean::from(why.to_string()))
    }
}

/// A file as a requirement's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Byte for byte where the file is text.
    pub text: Vec<u8>,
    /// The file itself, where it is not.
    pub original: Option<Attachment>,
}

/// Reads a file of any kind that is understood.
///
/// # Errors
/// See [`read`].
pub fn document(name: &Path, bytes: &[u8]) -> Result<Document, ImportError> {
    let kind = Kind::of(name, bytes);
    if kind == Kind::Text {
        return Ok(Document { text: bytes.to_vec(), original: None });
    }
    let imported = read(kind, bytes)?;
    let reader = kind.reader().map(Clean::from);
    let original = Attachment { role: Role::Original, reader, unread: imported.unread, ..beside(name, bytes) };
    Ok(Document { text: imported.text.into_bytes(), original: Some(original) })
}

/// A file that lies beside the requirement.
#[must_use]
pub fn beside(name: &Path, bytes: &[u8]) -> Attachment {
    let shown = name.file_name().unwrap_or(name.as_os_str()).to_string_lossy();
    Attachment {
        name: Clean::new(&shown).one_line(120),
        sha256: Hash::of(bytes),
        bytes: bytes.len() as u64,
        role: Role::Beside,
        text: std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0')),
        reader: None,
        unread: Vec::new(),
    }
}

/// The text of a document, read in a process of its own.
///
/// # Errors
/// It is damaged, encrypted, holds no text, or takes too much.
pub fn read(kind: Kind, bytes: &[u8]) -> Result<Imported, ImportError> {
    let exe = std::env::current_exe().map_err(ImportError::new)?;
    // Through `/proc/self/exe` it is the same program even when its file was replaced meanwhile.
    let exe = if cfg!(target_os = "linux") { Path::new("/proc/self/exe").to_owned() } else { exe };
    read_with(&exe, kind, bytes)
}

fn read_with(exe: &Path, kind: Kind, bytes: &[u8]) -> Result<Imported, ImportError> {
    let fail = |why: std::io::Error| ImportError::new(format!("its reader cannot be started: {why}"));
    let mut child = Command::new(exe)
        .args([SUBCOMMAND, kind.word()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(fail)?;
    let (mut input, mut output) = (child.stdin.take(), child.stdout.take());
    let answer = std::thread::scope(|scope| {
        // It may refuse before it has read everything.
        scope.spawn(move || input.take().map(|mut pipe| pipe.write_all(bytes)));
        let reading = scope.spawn(move || {
            let mut answer = Vec::new();
            output.take().map(|pipe| pipe.take(4 * MOST_TEXT as u64).read_to_end(&mut answer));
            answer
        });
        let since = Instant::now();
        while !reading.is_finished() {
            if since.elapsed() > TIME {
                // It may have ended this moment.
                let _ = child.kill();
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        reading.join().unwrap_or_default()
    });
    let ended = child.wait().map_err(fail)?;
    match serde_json::from_slice::<Result<Imported, ImportError>>(&answer) {
        Ok(read) if ended.success() => read,
        _ => Err(ImportError::new(
            "it cannot be read: the document is damaged, or takes more than 30 seconds or 2 GB; save it again with \
             another program, or give its text",
        )),
    }
}

/// Takes over when this process was started to read a document; otherwise it returns at once. Call it first in `main`.
pub fn main_if_child() {
    let mut args = std::env::args_os().skip(1);
    if args.next().as_deref() != Some(OsStr::new(SUBCOMMAND)) {
        return;
    }
    let limit = rustix::process::Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) };
    // Where there is no such limit, the time still is one.
    let _ = rustix::process::setrlimit(rustix::process::Resource::As, limit);
    let asked = args.next();
    let kinds = [Kind::Html, Kind::Docx, Kind::Pdf];
    let kind = kinds.into_iter().find(|kind| asked.as_deref() == Some(OsStr::new(kind.word())));
    let mut bytes = Vec::new();
    let read = std::io::stdin().take(LARGEST).read_to_end(&mut bytes);
    let Some(kind) = kind.filter(|_| read.is_ok()) else { std::process::exit(2) };
    let answer = serde_json::to_vec(&extract(kind, &bytes)).unwrap_or_default();
    let written = std::io::stdout().write_all(&answer);
    std::process::exit(i32::from(written.is_err()));
}

/// The text of a document, in this process.
fn extract(kind: Kind, bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut imported = match kind {
        Kind::Text => Imported { text: String::from_utf8_lossy(bytes).into_owned(), unread: Vec::new() },
        Kind::Html => html::read(bytes),
        Kind::Docx => docx::read(bytes)?,
        Kind::Pdf => pdf::read(bytes)?,
    };
    if imported.text.len() > MOST_TEXT {
        return Err(ImportError::new(format!("it holds more than {} MB of text: split it", MOST_TEXT >> 20)));
    }
    if imported.text.trim().is_empty() {
        let seen: Vec<&str> = imported.unread.iter().map(Clean::as_str).collect();
        let seen = if seen.is_empty() { String::new() } else { format!(" ({})", seen.join("; ")) };
        return Err(ImportError::new(format!("it holds no text that can be read{seen}")));
    }
    // NUL and its kind come out of broken font tables; they are no text.
    imported.text.retain(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\r' | '\u{c}'));
    Ok(imported)
}

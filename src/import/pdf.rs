//! PDF: the text of each page, as its lines stand.

use super::{ImportError, Imported, outline::not_read};
use crate::domain::Clean;

pub(super) fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let pages = pdf_extract::extract_text_from_mem_by_pages(bytes).map_err(|error| {
        let why = error.to_string();
        if why.to_ascii_lowercase().contains("encrypt") || why.to_ascii_lowercase().contains("password") {
            return ImportError::new("it is encrypted: save it without a password first");
        }
        ImportError::new(format!("it cannot be read as a PDF: {why}"))
    })?;
    let mut text = String::new();
    let mut empty = Vec::new();
    for (number, page) in (1..).zip(&pages) {
        if page.trim().is_empty() {
            empty.push(number.to_string());
            continue;
        }
        let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
        let lines = lines.join("\n");
        let lines = lines.trim_matches('\n');
        if !text.is_empty() {
            // Where a page ends the clauses are cut by, and running heads told by.
            text.push_str("\u{c}\n");
        }
        text.push_str(lines);
        text.push('\n');
    }
    let images = images(bytes);
    let blank: Option<Clean> = match empty.len() {
        0 => None,
        1 => Some(format!("page {} has no text that can be read (an image?)", empty[0]).into()),
        _ => Some(format!("pages {} have no text that can be read (images?)", empty.join(", ")).into()),
    };
    let unread = [blank, not_read(images, "image", "images")];
    Ok(Imported { text, unread: unread.into_iter().flatten().collect() })
}

/// How many pictures are in it.
fn images(bytes: &[u8]) -> usize {
    let Ok(document) = pdf_extract::Document::load_mem(bytes) else { return 0 };
    let is_image = |object: &&pdf_extract::Object| {
        let kind = object.as_stream().and_then(|stream| stream.dict.get(b"Subtype")).and_then(|kind| kind.as_name());
        kind.is_ok_and(|kind| kind == b"Image")
    };
    document.objects.values().filter(is_image).count()
}

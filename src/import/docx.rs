//! Word documents: the paragraphs, headings, lists and tables of `word/document.xml`.

use super::{
    ImportError, Imported, MOST_UNPACKED,
    outline::{Outline, Part, not_read},
};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};
use zip::ZipArchive;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))
        .map_err(|error| ImportError::new(format!("it is no Word document: {error}")))?;
    let Some(document) = part(&mut archive, "word/document.xml")? else {
        return Err(ImportError::new(
            "it is no Word document (there is no word/document.xml in it); save it as .docx, or give its text",
        ));
    };
    let mut walk = Walk {
        styles: part(&mut archive, "word/styles.xml")?.map(|xml| styles(&xml)).unwrap_or_default(),
        lists: part(&mut archive, "word/numbering.xml")?.map(|xml| Lists::of(&xml)).unwrap_or_default(),
        ..Walk::default()
    };
    walk.document(&document)?;
    let headers = (0..archive.len())
        .filter_map(|n| archive.name_for_index(n)?.ok())
        .filter(|name| name.starts_with("word/header") || name.starts_with("word/footer"))
        .count();
    let unread = [
        not_read(walk.images, "image", "images"),
        not_read(walk.notes, "footnote or endnote", "footnotes and endnotes"),
        not_read(walk.comments, "comment", "comments"),
        not_read(walk.deleted, "deleted passage", "deleted passages"),
        not_read(walk.embedded, "embedded object", "embedded objects"),
        not_read(headers, "page header or footer", "page headers and footers"),
    ];
    Ok(Imported { text: walk.outline.finish(), unread: unread.into_iter().flatten().collect() })
}

/// A file of the archive; `None`: there is none of that name.
fn part(archive: &mut Archive<'_>, name: &str) -> Result<Option<String>, ImportError> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(ImportError::new(format!("{name} in it cannot be opened: {error}"))),
    };
    let mut bytes = Vec::new();
    let read = file.take(MOST_UNPACKED + 1).read_to_end(&mut bytes);
    read.map_err(|error| ImportError::new(format!("{name} in it is damaged: {error}")))?;
    if bytes.len() as u64 > MOST_UNPACKED {
        return Err(ImportError::new(format!("{name} in it is larger than {} MB", MOST_UNPACKED >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|_| ImportError::new(format!("{name} in it is not UTF-8")))?;
    Ok(Some(text))
}

/// The attribute of that name, without its namespace.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

/// Calls `on` with the local name of every tag, and whether it opens.
fn tags(xml: &str, mut on: impl FnMut(&str, &BytesStart<'_>, bool)) {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => on(tag.local_name().as_ref(), &tag, true),
            Ok(Event::End(tag)) => {
                let name = tag.local_name().as_ref().to_owned();
                on(&name, &BytesStart::new(name.as_str()), false);
            }
            // What cannot be read of styles and lists costs a heading, not the document.
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Style id → level of the heading it makes. Ids are in the language of the program that wrote them, names are not.
fn styles(xml: &str) -> BTreeMap<String, u8> {
    let mut levels = BTreeMap::new();
    let mut style = String::new();
    tags(xml, |name, tag, opens| match name {
        "style" if opens => style = attribute(tag, "styleId").unwrap_or_default(),
        "name" => {
            let called = attribute(tag, "val").unwrap_or_default().to_ascii_lowercase();
            let level = match called.strip_prefix("heading ") {
                Some(number) => number.parse().ok(),
                None => (called == "title").then_some(1),
            };
            levels.extend(level.map(|level| (style.clone(), level)));
        }
        "outlineLvl" => {
            let level = attribute(tag, "val").and_then(|v| v.parse::<u8>().ok()).filter(|level| *level < 9);
            levels.extend(level.map(|level| (style.clone(), level + 1)));
        }
        _ => {}
    });
    levels
}

/// Which lists are numbered.
#[derive(Debug, Default)]
struct Lists {
    /// By abstract number and level.
    bullets: BTreeMap<(String, String), bool>,
    /// Number → abstract number.
    of: BTreeMap<String, String>,
    /// The last number given, by number and level.
    last: BTreeMap<(String, u8), u32>,
}

impl Lists {
    fn of(xml: &str) -> Self {
        let mut lists = Self::default();
        let (mut abstract_number, mut level, mut number) = (String::new(), String::new(), String::new());
        tags(xml, |name, tag, opens| match name {
            "abstractNum" if opens => abstract_number = attribute(tag, "abstractNumId").unwrap_or_default(),
            "lvl" if opens => level = attribute(tag, "ilvl").unwrap_or_default(),
            "numFmt" if opens => {
                let bullet = attribute(tag, "val").is_some_and(|format| format == "bullet" || format == "none");
                lists.bullets.insert((abstract_number.clone(), level.clone()), bullet);
            }
            "num" if opens => number = attribute(tag, "numId").unwrap_or_default(),
            "abstractNumId" => {
                lists.of.insert(number.clone(), attribute(tag, "val").unwrap_or_default());
            }
            _ => {}
        });
        lists
    }

    fn item(&mut self, number: &str, level: u8) -> Part {
        let key = (self.of.get(number).cloned().unwrap_or_default(), level.to_string());
        if self.bullets.get(&key).copied().unwrap_or(true) {
            return Part::Item(level, None);
        }
        // A deeper list begins anew under each item.
        self.last.retain(|(of, depth), _| of != number || *depth <= level);
        let last = self.last.entry((number.to_owned(), level)).or_default();
        *last += 1;
        Part::Item(level, Some(*last))
    }
}

#[derive(Default)]
struct Walk {
    styles: BTreeMap<String, u8>,
    lists: Lists,
    outline: Outline,
    /// Inside `w:t`.
    in_text: bool,
    /// Depth of what is written twice, for older programs.
    fallback: usize,
    heading: Option<u8>,
    list: (Option<String>, u8),
    images: usize,
    notes: usize,
    comments: usize,
    deleted: usize,
    embedded: usize,
}

impl Walk {
    fn document(&mut self, xml: &str) -> Result<(), ImportError> {
        let mut reader = Reader::from_str(xml);
        loop {
            let at = reader.buffer_position();
            let event = reader.read_event();
            match event
                .map_err(|error| ImportError::new(format!("word/document.xml is damaged near byte {at}: {error}")))?
            {
                Event::Start(tag) => self.open(&tag, false),
                Event::Empty(tag) => self.open(&tag, true),
                Event::End(tag) => self.close(tag.local_name().as_ref()),
                Event::Text(text) if self.in_text => self.outline.text(&text.xml10_content()),
                Event::GeneralRef(entity) if self.in_text => {
                    let known = match &*entity {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => entity.resolve_char_ref().ok().flatten(),
                    };
                    if let Some(c) = known {
                        self.outline.text(c.encode_utf8(&mut [0; 4]));
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) {
        let name = tag.local_name();
        let name = name.as_ref();
        if name == "Fallback" {
            self.fallback += usize::from(!empty);
        }
        if self.fallback > 0 {
            return;
        }
        match name {
            "p" if !empty => {
                self.outline.flush();
                (self.heading, self.list) = (None, (None, 0));
            }
            "pStyle" => {
                let style = attribute(tag, "val").unwrap_or_default();
                self.heading = self.heading.or_else(|| self.styles.get(&style).copied());
            }
            "outlineLvl" => {
                let level = attribute(tag, "val").and_then(|v| v.parse::<u8>().ok());
                self.heading = level.filter(|level| *level < 9).map(|level| level + 1).or(self.heading);
            }
            "ilvl" => self.list.1 = attribute(tag, "val").and_then(|v| v.parse().ok()).unwrap_or(0),
            // Number 0 takes a paragraph out of the list that its style puts it in.
            "numId" => self.list.0 = attribute(tag, "val").filter(|number| number != "0"),
            "t" => self.in_text = !empty,
            "tab" => self.outline.text(" "),
            "br" | "cr" => self.outline.line_break(),
            "noBreakHyphen" => self.outline.text("-"),
            "tbl" if !empty => self.outline.begin_table(),
            "drawing" | "pict" => self.images += 1,
            "object" => self.embedded += 1,
            "footnoteReference" | "endnoteReference" => self.notes += 1,
            "commentReference" => self.comments += 1,
            "del" if !empty => self.deleted += 1,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if name == "Fallback" {
            self.fallback = self.fallback.saturating_sub(1);
        }
        if self.fallback > 0 {
            return;
        }
        match name {
            // A paragraph's own properties stand before its text.
            "pPr" => {
                let part = match (self.heading, self.list.0.take()) {
                    (Some(level), _) => Part::Heading(level),
                    (None, Some(number)) => self.lists.item(&number, self.list.1),
                    (None, None) => Part::Paragraph,
                };
                self.outline.begin(part);
            }
            "t" => self.in_text = false,
            "p" => self.outline.flush(),
            "tc" => self.outline.end_cell(),
            "tr" => self.outline.end_row(),
            "tbl" => self.outline.end_table(),
            _ => {}
        }
    }
}

//! HTML, from its tokens: blocks begin and end where their tags do, whether the document is well formed or not.

use super::{
    Imported,
    outline::{Outline, Part, not_read},
};
use html5ever::{
    tendril::StrTendril,
    tokenizer::{
        BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts, states::RawKind,
    },
};
use std::cell::RefCell;

#[derive(Default)]
struct Sink(RefCell<Walk>);

#[derive(Default)]
struct Walk {
    outline: Outline,
    /// Lists around this place; the number of the next item in an ordered one.
    lists: Vec<Option<u32>>,
    /// Inside elements whose text is not for people.
    hidden: usize,
    in_cell: bool,
    images: usize,
    embedded: usize,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut walk = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) if walk.hidden == 0 => walk.outline.text(&text),
            Token::TagToken(tag) => return walk.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Walk {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let opens = tag.kind == TagKind::StartTag;
        match &*tag.name {
            "script" | "style" | "noframes" | "iframe" | "title" | "textarea" if opens => {
                self.embedded += usize::from(&*tag.name == "iframe");
                self.hidden += 1;
                return TokenSinkResult::RawData(match &*tag.name {
                    "script" => RawKind::ScriptData,
                    "title" | "textarea" => RawKind::Rcdata,
                    _ => RawKind::Rawtext,
                });
            }
            "script" | "style" | "noframes" | "iframe" | "title" | "textarea" => {
                self.hidden = self.hidden.saturating_sub(1);
            }
            _ => {}
        }
        match &*tag.name {
            "head" | "template" | "svg" | "noscript" => {
                if &*tag.name == "svg" && opens {
                    self.images += 1;
                }
                // Left open, `head` ends where the body begins.
                self.hidden = if opens && !tag.self_closing { self.hidden + 1 } else { self.hidden.saturating_sub(1) };
            }
            "body" => self.hidden = 0,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = tag.name.as_bytes()[1] - b'0';
                self.outline.begin(if opens { Part::Heading(level) } else { Part::Paragraph });
            }
            "ul" | "ol" => {
                self.outline.flush();
                if opens {
                    self.lists.push((&*tag.name == "ol").then_some(1));
                } else {
                    self.lists.pop();
                }
            }
            "li" => {
                self.outline.flush();
                if opens {
                    let depth = u8::try_from(self.lists.len().saturating_sub(1)).unwrap_or(u8::MAX);
                    let number = self.lists.last_mut().and_then(|next| {
                        let number = *next;
                        *next = next.map(|n| n + 1);
                        number
                    });
                    self.outline.begin(Part::Item(depth, number));
                }
            }
            "table" if opens => {
                self.outline.begin_table();
                self.in_cell = false;
            }
            "table" => self.outline.end_table(),
            "tr" if self.outline.in_table() => {
                self.outline.end_row();
                self.in_cell = false;
            }
            "td" | "th" if self.outline.in_table() => {
                // A cell that is left open ends where the next one begins.
                let was_open = std::mem::replace(&mut self.in_cell, opens);
                if was_open {
                    self.outline.end_cell();
                }
            }
            "br" => self.outline.line_break(),
            "pre" => {
                self.outline.begin(Part::Paragraph);
                self.outline.verbatim = opens;
            }
            "img" | "picture" | "canvas" if opens => self.images += usize::from(&*tag.name != "picture"),
            "video" | "audio" | "object" | "embed" if opens => self.embedded += 1,
            "p" | "div" | "section" | "article" | "header" | "footer" | "main" | "aside" | "nav" | "blockquote"
            | "td" | "th" | "tr" | "dl" | "dt" | "dd" | "figure" | "figcaption" | "form" | "fieldset" | "hr"
            | "address" | "details" | "summary" => self.outline.flush(),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

pub(super) fn read(bytes: &[u8]) -> Imported {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(&*String::from_utf8_lossy(bytes)));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    // It stops before its end only for a script that is to be run, which this sink never asks for.
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    let walk = tokenizer.sink.0.into_inner();
    let unread =
        [not_read(walk.images, "image", "images"), not_read(walk.embedded, "embedded object", "embedded objects")];
    Imported { text: walk.outline.finish(), unread: unread.into_iter().flatten().collect() }
}

//! Bytes from the terminal to keys and pastes.
//!
//! Our own parser, because what must never reach the key map (late replies to queries, focus and mouse reports) is
//! swallowed here, a paste of any size costs linear time, and nothing keeps reading a terminal that has gone away.

use crate::ui::{Code, Key, Mouse, MouseKind};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    Key(Key),
    Paste(String),
    Mouse(Mouse),
}

#[derive(Debug, Default)]
pub struct Parser {
    buf: Vec<u8>,
    /// Inside a bracketed paste: where to go on looking for its end.
    paste: Option<usize>,
}

const PASTE_END: &[u8] = b"\x1b[201~";
/// A reply longer than this is not one: its start is dropped.
const REPLY: usize = 4096;
/// Pastes are cut here; a requirement may have a megabyte.
const PASTE: usize = 8 << 20;

enum Step {
    /// An event (or nothing to report) and the bytes it took.
    Took(Option<Event>, usize),
    PasteStarts(usize),
    Incomplete,
}

impl Parser {
    /// Events completed by these bytes.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.buf.extend_from_slice(bytes);
        self.drain(false)
    }
    /// True when a lone Esc (or half a sequence) waits for what follows.
    #[must_use]
    pub fn pending(&self) -> bool {
        self.paste.is_none() && !self.buf.is_empty()
    }
    /// True inside a paste whose end has not come.
    #[must_use]
    pub fn pasting(&self) -> bool {
        self.paste.is_some()
    }
    /// The end of a paste never came (its terminal died, a program printed its beginning): what there is is the paste,
    /// and keys are keys again.
    pub fn end_paste(&mut self) -> Vec<Event> {
        if self.paste.take().is_none() {
            return Vec::new();
        }
        let text = String::from_utf8_lossy(&std::mem::take(&mut self.buf)).into_owned();
        if text.is_empty() { Vec::new() } else { vec![Event::Paste(text)] }
    }
    /// Nothing followed in time: a lone Esc is the key, half a sequence is dropped.
    pub fn flush(&mut self) -> Vec<Event> {
        self.drain(true)
    }

    fn drain(&mut self, last: bool) -> Vec<Event> {
        let mut out = Vec::new();
        let mut at = 0;
        loop {
            if let Some(from) = self.paste {
                let found = find(&self.buf[from..], PASTE_END).map(|i| from + i);
                match found {
                    Some(end) => {
                        out.push(Event::Paste(String::from_utf8_lossy(&self.buf[at..end]).into_owned()));
                        at = end + PASTE_END.len();
                        self.paste = None;
                        continue;
                    }
                    None => {
                        self.buf.drain(..at);
                        if self.buf.len() > PASTE {
                            out.push(Event::Paste(String::from_utf8_lossy(&self.buf).into_owned()));
                            self.buf.clear();
                        }
                        self.paste = Some(self.buf.len().saturating_sub(PASTE_END.len()));
                        return out;
                    }
                }
            }
            if at >= self.buf.len() {
                self.buf.clear();
                return out;
            }
            match parse(&self.buf[at..], last) {
                Step::Took(event, n) => {
                    out.extend(event);
                    at += n.max(1);
                }
                Step::PasteStarts(n) => {
                    at += n;
                    self.paste = Some(at);
                }
                Step::Incomplete => {
                    self.buf.drain(..at);
                    if self.buf.len() > REPLY {
                        self.buf.clear();
                    }
                    return out;
                }
            }
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn key(code: Code) -> Option<Event> {
    Some(Event::Key(Key::plain(code)))
}

fn parse(b: &[u8], last: bool) -> Step {
    match b[0] {
        0x1b => escape(b, last),
        b'\r' => Step::Took(key(Code::Enter), 1),
        b'\t' => Step::Took(key(Code::Tab), 1),
        0x7f | 0x08 => Step::Took(key(Code::Backspace), 1),
        c @ 0x01..=0x1a => Step::Took(Some(Event::Key(Key::ctrl(char::from(c - 1 + b'a')))), 1),
        0x1f => Step::Took(Some(Event::Key(Key::ctrl('_'))), 1),
        0x00 | 0x1c..=0x1e => Step::Took(None, 1),
        c if c < 0x80 => Step::Took(key(Code::Char(char::from(c))), 1),
        c => {
            let n = match c {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => return Step::Took(None, 1),
            };
            if b.len() < n {
                return if last { Step::Took(None, b.len()) } else { Step::Incomplete };
            }
            match std::str::from_utf8(&b[..n]) {
                Ok(s) => Step::Took(s.chars().next().and_then(|c| key(Code::Char(c))), n),
                Err(_) => Step::Took(None, 1),
            }
        }
    }
}

fn escape(b: &[u8], last: bool) -> Step {
    let Some(second) = b.get(1) else {
        return if last { Step::Took(key(Code::Esc), 1) } else { Step::Incomplete };
    };
    match second {
        b'[' => csi(b, last),
        b'O' => match b.get(2) {
            Some(c) => Step::Took(cursor_key(*c).map(|code| Event::Key(Key::plain(code))), 3),
            None if last => Step::Took(Some(Event::Key(Key::alt(Code::Char('O')))), 2),
            None => Step::Incomplete,
        },
        // Strings (OSC, DCS, APC, PM) are replies to questions; none of them is for people.
        b']' | b'P' | b'_' | b'^' => {
            let end = b.iter().skip(2).position(|c| *c == 0x07).map(|i| i + 3);
            let st = find(&b[2..], b"\x1b\\").map(|i| i + 4);
            match (end, st) {
                (Some(a), Some(z)) => Step::Took(None, a.min(z)),
                (Some(n), None) | (None, Some(n)) => Step::Took(None, n),
                (None, None) if last => Step::Took(None, b.len()),
                (None, None) => Step::Incomplete,
            }
        }
        0x1b => Step::Took(key(Code::Esc), 1),
        _ => match parse(&b[1..], last) {
            Step::Took(Some(Event::Key(k)), n) => Step::Took(Some(Event::Key(Key { alt: true, ..k })), n + 1),
            Step::Took(event, n) => Step::Took(event, n + 1),
            other => other,
        },
    }
}

/// `0;3;4` and whether it was pressed: the first button and the wheel, the rest is nobody's. Places count from 0.
fn mouse(body: &[u8], pressed: bool) -> Option<Mouse> {
    let text = std::str::from_utf8(body).ok()?;
    let mut numbers = text.split(';').map(|n| n.parse::<u16>().ok());
    let (button, x, y) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let kind = match button {
        0 if pressed => MouseKind::Click,
        64 => MouseKind::ScrollUp,
        65 => MouseKind::ScrollDown,
        _ => return None,
    };
    Some(Mouse { kind, x: x.checked_sub(1)?, y: y.checked_sub(1)? })
}

fn cursor_key(c: u8) -> Option<Code> {
    Some(match c {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'P' => Code::F(1),
        b'Q' => Code::F(2),
        b'R' => Code::F(3),
        b'S' => Code::F(4),
        b'M' => Code::Enter,
        _ => return None,
    })
}

fn csi(b: &[u8], last: bool) -> Step {
    let Some(end) = b.iter().skip(2).position(|c| (0x40..=0x7e).contains(c)).map(|i| i + 2) else {
        return if last { Step::Took(None, b.len()) } else { Step::Incomplete };
    };
    let body = &b[2..end];
    let taken = end + 1;
    if body.first() == Some(&b'<') && matches!(b[end], b'M' | b'm') {
        return Step::Took(mouse(&body[1..], b[end] == b'M').map(Event::Mouse), taken);
    }
    // X10 mouse reports carry three more bytes.
    if b[end] == b'M' && body.is_empty() {
        return if b.len() >= taken + 3 || last {
            Step::Took(None, (taken + 3).min(b.len()))
        } else {
            Step::Incomplete
        };
    }
    // Private parameters (`?`, `<`, `>`) belong to replies and reports.
    if body.first().is_some_and(|c| matches!(c, b'?' | b'<' | b'>' | b'=')) {
        return Step::Took(None, taken);
    }
    // A keyboard that a program before left reporting releases: the key was taken when it was pressed.
    if body.split(|c| *c == b';').nth(1).is_some_and(|mods| mods.ends_with(b":3")) {
        return Step::Took(None, taken);
    }
    let params: Vec<u32> = String::from_utf8_lossy(body)
        .split(';')
        .map(|p| p.split(':').next().unwrap_or("").parse().unwrap_or(0))
        .collect();
    let first = params.first().copied().unwrap_or(0);
    let mods = params.get(1).copied().unwrap_or(1).saturating_sub(1);
    let with = |code: Code| Some(Event::Key(Key { code, ctrl: mods & 4 != 0, alt: mods & 2 != 0 }));
    let event = match b[end] {
        b'Z' => key(Code::BackTab),
        // `CSI row ; column R` is a cursor report, not F3.
        b'R' if first != 1 => None,
        c @ (b'A' | b'B' | b'C' | b'D' | b'H' | b'F' | b'P' | b'Q' | b'R' | b'S') => cursor_key(c).and_then(with),
        b'~' => match first {
            200 => return Step::PasteStarts(taken),
            1 | 7 => with(Code::Home),
            4 | 8 => with(Code::End),
            3 => with(Code::Delete),
            5 => with(Code::PageUp),
            6 => with(Code::PageDown),
            n @ 11..=15 => with(Code::F(u8::try_from(n - 10).unwrap_or(1))),
            n @ 17..=21 => with(Code::F(u8::try_from(n - 11).unwrap_or(6))),
            n @ 23..=24 => with(Code::F(u8::try_from(n - 12).unwrap_or(11))),
            _ => None,
        },
        b'u' => match (first, char::from_u32(first)) {
            (13, _) => with(Code::Enter),
            (27, _) => with(Code::Esc),
            (9, _) if mods & 1 != 0 => key(Code::BackTab),
            (9, _) => with(Code::Tab),
            (127, _) => with(Code::Backspace),
            (_, Some(c)) if !c.is_control() && first < 0xE000 => with(Code::Char(c)),
            _ => None,
        },
        _ => None,
    };
    Step::Took(event, taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(bytes: &[u8]) -> Vec<String> {
        let mut parser = Parser::default();
        let mut events = parser.feed(bytes);
        events.extend(parser.flush());
        events
            .into_iter()
            .map(|e| match e {
                Event::Key(k) => k.to_string(),
                Event::Paste(t) => format!("paste:{t}"),
                Event::Mouse(m) => format!("{m:?}"),
            })
            .collect()
    }

    #[test]
    fn keys_are_read() {
        assert_eq!(keys(b"a\r\n\t\x7f\x03"), ["a", "Enter", "Ctrl-J", "Tab", "Backspace", "Ctrl-C"]);
        assert_eq!(keys("é日".as_bytes()), ["é", "日"]);
        assert_eq!(
            keys(b"\x1b[A\x1bOB\x1b[1;5C\x1b[Z\x1b[5~\x1b[3~"),
            ["Up", "Down", "Ctrl-Right", "Shift-Tab", "PgUp", "Delete"]
        );
        assert_eq!(keys(b"\x1b\r\x1bf\x1b\x7f\x1b"), ["Alt-Enter", "Alt-f", "Alt-Backspace", "Esc"]);
        assert_eq!(keys(b"\x1f\x1b[13;3u"), ["Ctrl-_", "Alt-Enter"]);
    }

    #[test]
    fn replies_and_reports_never_become_keys() {
        assert!(keys(b"\x1b[?62;22c\x1b[24;80R\x1b[?2026;2$y\x1b]11;rgb:0000/0000/0000\x07\x1bP1$r0m\x1b\\\x1b[I\x1b[O\x1b[<35;3;4M\x1b[<0;3;4m\x1b[M !!").is_empty());
        // Releases, and modifiers alone, of a keyboard in kitty's mode.
        assert!(keys(b"\x1b[97;1:3u\x1b[57441;2u\x1b[1;1:3A").is_empty());
        assert_eq!(keys(b"\x1b[97;1:1u\x1b[97;1:2u"), ["a", "a"]);
    }

    #[test]
    fn a_paste_is_one_event_however_it_is_split() {
        let bytes = b"x\x1b[200~line\ny\x1b[31m\x1b[201~z";
        for cut in 0..bytes.len() {
            let mut parser = Parser::default();
            let mut events = parser.feed(&bytes[..cut]);
            events.extend(parser.feed(&bytes[cut..]));
            assert_eq!(
                events,
                [Event::Key(Key::char('x')), Event::Paste("line\ny\x1b[31m".into()), Event::Key(Key::char('z'))],
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn a_paste_without_an_end_is_ended() {
        let mut parser = Parser::default();
        assert!(parser.feed(b"\x1b[200~half").is_empty());
        assert!(parser.pasting());
        assert_eq!(parser.end_paste(), [Event::Paste("half".into())]);
        assert!(!parser.pasting() && parser.end_paste().is_empty());
        assert_eq!(parser.feed(b"\x03"), [Event::Key(Key::ctrl('c'))]);
    }

    #[test]
    fn an_escape_waits_for_what_follows() {
        let mut parser = Parser::default();
        assert!(parser.feed(b"\x1b").is_empty());
        assert!(parser.pending());
        assert_eq!(parser.feed(b"[B"), [Event::Key(Key::plain(Code::Down))]);
        assert!(!parser.pending());
    }

    #[test]
    fn the_wheel_and_the_first_button_are_the_mouse() {
        let at = |kind| Event::Mouse(Mouse { kind, x: 2, y: 3 });
        let seen = Parser::default().feed(b"\x1b[<0;3;4M\x1b[<64;3;4M\x1b[<65;3;4Mx");
        let x = Event::Key(Key::char('x'));
        assert_eq!(seen, [at(MouseKind::Click), at(MouseKind::ScrollUp), at(MouseKind::ScrollDown), x]);
        assert!(Parser::default().feed(b"\x1b[<0;0;4M\x1b[<;;M\x1b[<0;99999999;1M").is_empty());
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let mut parser = Parser::default();
            parser.feed(&bytes);
            parser.flush();
        }
        #[test]
        fn typed_text_arrives_whole(text in "[a-zé日 ]{0,40}", cut in 0_usize..80) {
            let bytes = text.as_bytes();
            let cut = cut.min(bytes.len());
            let mut parser = Parser::default();
            let mut events = parser.feed(&bytes[..cut]);
            events.extend(parser.feed(&bytes[cut..]));
            let got: String = events.iter().filter_map(|e| match e { Event::Key(k) => k.typed(), _ => None }).collect();
            prop_assert_eq!(got, text);
        }
    }
}

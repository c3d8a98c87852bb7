//! What goes over the wire: checklist items 1, 9 to 13 and 16 to 18.

use crate::{Home, has};
use std::time::Duration;

fn count(raw: &[u8], part: &[u8]) -> usize {
    raw.windows(part.len()).filter(|w| *w == part).count()
}

/// The parameters of every SGR sequence.
fn styles(raw: &[u8]) -> Vec<Vec<u32>> {
    let text = String::from_utf8_lossy(raw);
    let bodies = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';'))?;
        rest[end..].starts_with('m').then(|| rest[..end].to_owned())
    });
    bodies.map(|body| body.split(';').filter_map(|n| n.parse().ok()).collect()).collect()
}

#[test]
fn item_01_every_frame_is_one_synchronized_update() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (100, 30));
    g1.wait_for("What should be built?");
    g1.send_slowly(&[("A guest", "A guest"), (" book", "A guest book")]);
    g1.send("\x03");
    g1.wait_for("Cleared");
    g1.send("\x03");
    let (_, raw) = g1.end();
    let text = String::from_utf8_lossy(&raw);
    let (begin, end) = ("\x1b[?2026h", "\x1b[?2026l");
    let mut frames = 0;
    let mut pieces = text.split(begin);
    pieces.next();
    let pieces: Vec<&str> = pieces.collect();
    for (i, piece) in pieces.iter().enumerate() {
        let (_, after) = piece.split_once(end).expect("every update is ended before the next begins");
        frames += 1;
        // Between two frames only the window's title may be set.
        let mut rest = after.replace("\x1b[22;2t", "");
        while let Some((before, title)) = rest.split_once("\x1b]2;") {
            rest = format!("{before}{}", title.split_once('\x07').expect("an ended title").1);
        }
        assert!(i + 1 == pieces.len() || rest.is_empty(), "outside of an update: {rest:?}");
    }
    assert!(frames >= 3, "{frames} frames");
}

/// Outside of tmux a copy is one OSC 52 that writes; the clipboard is never read, and what was sent is said, not that it
/// arrived.
#[test]
fn item_09_a_copy_is_sent_to_the_terminal_and_never_read_back() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (100, 30));
    g1.wait_for("G-01");
    g1.press_until(|_| "\x1b", "the panes", |s| !s.contains("Esc later") && s.contains("i write"));
    g1.send("1");
    g1.press_until(|_| "y", "what was copied", |s| s.contains("sent to the terminal's clipboard (OSC 52)"));
    g1.signal(rustix::process::Signal::TERM);
    let (_, raw) = g1.end();
    assert!(has(&raw, b"\x1b]52;c;") && !has(&raw, b"\x1b]52;c;?"));
}

/// It neither asks for other keyboards nor needs them, and what such keyboards report does not become text.
#[test]
fn item_10_the_keyboard_is_left_alone_and_its_reports_are_no_text() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("ab");
    g1.wait_for("ab");
    // The release of a key, a plain letter as a code, a modifier alone.
    g1.send("\x1b[97;1:3u\x1b[57441;2u\x1b[27;5;9~");
    g1.send("c");
    g1.wait_for("abc");
    g1.signal(rustix::process::Signal::TERM);
    let (_, raw) = g1.end();
    for request in [&b"\x1b[>1u"[..], b"\x1b[?u", b"\x1b[>4;", b"\x1b[=1;1u"] {
        assert!(!has(&raw, request), "{}", String::from_utf8_lossy(request));
    }
}

/// Nothing is asked; answers that a program before it had asked for come when they come, and are not typed.
#[test]
fn item_11_it_asks_nothing_and_late_replies_are_swallowed() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    let replies = "\x1b[?62;22c\x1b]11;rgb:0000/0000/0000\x07\x1b[?2026;2$y\x1b[12;40R\x1bP>|term 1.0\x1b\\\x1b[?0u";
    // Before the first frame, while it starts, and in the middle of typing.
    g1.send(replies);
    g1.wait_for("What should be built?");
    g1.send_late(&[replies], Duration::from_millis(300)).join().unwrap();
    g1.send_slowly(&[("no", "no"), ("te", "note")]);
    // In pieces, as a slow line delivers them.
    for piece in ["\x1b[?62", ";22c", "\x1b]11;rgb:00", "00/0000/0000\x07"] {
        g1.send(piece);
    }
    g1.send("!");
    let screen = g1.wait_for("note!");
    for part in ["62", "rgb", "2026", "term"] {
        assert!(!screen.contains(part), "{part} in {screen}");
    }
    g1.signal(rustix::process::Signal::TERM);
    let (_, raw) = g1.end();
    for question in [&b"\x1b[6n"[..], b"\x1b[c", b"\x1b[>c", b"\x1b[?u", b"$p", b"\x1b]11;?", b"\x1b[>q"] {
        assert!(!has(&raw, question), "{}", String::from_utf8_lossy(question));
    }
}

/// A theme with colours of its own, on terminals of every depth: never more than the terminal said it has.
#[test]
fn item_12_colours_are_those_the_terminal_has() {
    let rgb = |raw: &[u8]| styles(raw).iter().any(|s| s.windows(2).any(|w| w == [38, 2] || w == [48, 2]));
    let indexed = |raw: &[u8]| styles(raw).iter().any(|s| s.windows(2).any(|w| w == [38, 5] || w == [48, 5]));
    let colour = |raw: &[u8]| styles(raw).iter().flatten().any(|n| matches!(n, 30..=37 | 90..=97));
    let cases = [
        ("xterm", "truecolor", true, false),
        ("xterm-direct", "", true, false),
        ("xterm-256color", "", false, true),
        ("tmux-256color", "", false, true),
        ("xterm", "", false, false),
    ];
    for (term, colorterm, has_rgb, has_indexed) in cases {
        let env = [("TERM", term), ("COLORTERM", colorterm)];
        let home = Home::new();
        let mut g1 = home.g1(&["-c", "theme=catppuccin"], &env, (80, 24));
        g1.wait_for("What should be built?");
        g1.signal(rustix::process::Signal::TERM);
        let (_, raw) = g1.end();
        assert_eq!((rgb(&raw), indexed(&raw)), (has_rgb, has_indexed), "{env:?}");
        assert!(has_rgb || has_indexed || colour(&raw), "{env:?} has colours at all");
    }
}

#[test]
fn item_13_no_color_means_no_colour_unless_it_is_asked_for() {
    let coloured = |args: &[&str]| {
        let home = Home::new();
        let mut g1 = home.g1(args, &[("NO_COLOR", "1")], (80, 24));
        g1.wait_for("What should be built?");
        g1.send("\x03");
        let (_, raw) = g1.end();
        let mut all = styles(&raw).into_iter().flatten();
        all.any(|n| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107))
    };
    assert!(!coloured(&[]));
    assert!(coloured(&["--color", "always"]));
}

#[test]
fn item_16_without_a_utf8_locale_only_ascii_is_sent() {
    let home = Home::new();
    let dir = home.project();
    for locale in [("LANG", "C"), ("LC_ALL", "POSIX")] {
        let mut g1 = home.g1(&[dir], &[locale], (120, 40));
        g1.wait_for("G-01");
        g1.send("\x1b");
        for key in ["1", "2", "3", "4", "?"] {
            g1.send(key);
        }
        g1.signal(rustix::process::Signal::TERM);
        let (_, raw) = g1.end();
        let odd: Vec<u8> = raw.iter().copied().filter(|b| *b >= 0x80).collect();
        assert!(odd.is_empty(), "{}", String::from_utf8_lossy(&odd));
    }
}

/// Selecting with the mouse stays the terminal's, until somebody asks; given back on every way out.
#[test]
fn item_17_the_mouse_is_taken_only_when_asked_and_given_back() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    assert!(!has(&g1.raw(), b"\x1b[?1000h"));
    g1.send("\x1bOQ");
    g1.until("the mouse is taken", || has(&g1.raw(), b"\x1b[?1000h\x1b[?1006h"));
    g1.send("\x1b[<64;10;10M\x1b[<0;10;10M\x1b[<0;10;10m");
    g1.send("z");
    let screen = g1.wait_for("z");
    assert!(!screen.contains("10;10"), "reports of the mouse are no text");
    g1.signal(rustix::process::Signal::TERM);
    let (_, raw) = g1.end();
    assert!(count(&raw, b"\x1b[?1000l") >= 1 && count(&raw, b"\x1b[?1006l") >= 1);
    for more in [&b"\x1b[?1002h"[..], b"\x1b[?1003h", b"\x1b[?1015h"] {
        assert!(!has(&raw, more), "no report of every movement");
    }
}

/// A key costs tens of bytes, a pane hundreds, a whole screen of 80x24 a few thousand; silence costs nothing.
#[test]
fn item_18_few_bytes_for_each_thing_and_none_for_nothing() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (80, 24));
    g1.wait_for("G-01");
    g1.press_until(|_| "\x1b", "the panes", |s| !s.contains("Esc later") && s.contains("i write"));
    // Bytes so far, once nothing has come for a moment.
    let settled = |what: &str| {
        let last = std::cell::Cell::new(0);
        g1.until(what, || {
            std::thread::sleep(Duration::from_millis(150));
            last.replace(g1.raw().len()) == g1.raw().len()
        });
        last.get()
    };
    let start = settled("silence");
    g1.send("i");
    g1.wait("the input", |s| s.contains("Enter"));
    let typed = settled("silence");
    g1.send_slowly(&[("q", "q"), ("z", "qz"), ("k", "qzk"), ("v", "qzkv"), ("x", "qzkvx")]);
    let after = settled("silence");
    assert!(after - typed <= 5 * 64, "{} bytes for five keys", after - typed);
    let redraw = after;
    g1.send("\x0c");
    g1.until("it draws anew", || g1.raw().len() > redraw + 500);
    let whole = settled("silence") - redraw;
    assert!(whole <= 5_000, "{whole} bytes for the whole screen");
    assert!(typed - start <= 1_500, "{} bytes for a change of focus", typed - start);
    // An open workbench on which nothing happens.
    let quiet = g1.raw().len();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(g1.raw().len(), quiet, "silence");
    g1.signal(rustix::process::Signal::TERM);
    g1.end();
}

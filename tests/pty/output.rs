//! What goes over the wire: checklist items 1, 8, 10, 11, 13, 16, 17, 18.

use crate::{Home, RESTORED, has};

fn count(raw: &[u8], part: &[u8]) -> usize {
    raw.windows(part.len()).filter(|w| *w == part).count()
}

/// Item 1.
#[test]
fn every_frame_is_one_synchronized_update() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (100, 30));
    g1.wait_for("What should be built?");
    g1.send_slowly(&[("A guest", "A guest"), (" book", "A guest book")]);
    g1.send("\x03");
    g1.wait_for("Cleared");
    g1.send("\x03");
    let (_, raw) = g1.end();
    let (begin, end) = (b"\x1b[?2026h".as_slice(), b"\x1b[?2026l".as_slice());
    let mut open = false;
    let mut frames = 0;
    for at in 0..raw.len() {
        if raw[at..].starts_with(begin) {
            assert!(!open, "no update inside another");
            open = true;
            frames += 1;
        } else if raw[at..].starts_with(end) {
            open = false;
        } else if !open && frames > 0 && raw[at].is_ascii_alphabetic() && raw[at..].starts_with(b"guest") {
            panic!("text outside of an update");
        }
    }
    assert!(frames >= 3 && !open, "{frames} frames");
}

/// Items 10, 11 and 17, and that nothing is asked while it runs (19).
#[test]
fn it_asks_the_terminal_nothing_and_leaves_mouse_and_keyboard_alone() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("x");
    g1.wait_for("x");
    g1.send("\x03");
    g1.wait_for("Cleared");
    g1.send("\x03");
    let (_, raw) = g1.end();
    for question in [&b"\x1b[6n"[..], b"\x1b[c", b"\x1b[?u", b"\x1b[>1u", b"$p", b"\x1b[?1000h", b"\x1b[?1003h"] {
        assert!(!has(&raw, question), "{}", String::from_utf8_lossy(question));
    }
}

/// Item 8.
#[test]
fn the_alternate_screen_is_left_once_and_at_the_end() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    assert!(g1.alternate());
    g1.send("\x03");
    let (_, raw) = g1.end();
    assert_eq!((count(&raw, b"\x1b[?1049h"), count(&raw, RESTORED)), (1, 1));
    assert!(!g1.alternate());
}

/// Item 16.
#[test]
fn without_a_utf8_locale_only_ascii_is_sent() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[("LANG", "C")], (120, 40));
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

/// Item 18: a key costs tens of bytes, and nothing at all is sent when nothing happens.
#[test]
fn a_key_is_few_bytes_and_silence_is_none() {
    let home = Home::new();
    let g1 = home.g1(&[], &[], (120, 40));
    g1.wait_for("What should be built?");
    g1.send("q");
    g1.wait_for("q");
    let before = g1.raw().len();
    g1.send_slowly(&[("z", "qz"), ("k", "qzk"), ("v", "qzkv"), ("x", "qzkvx")]);
    let bytes = g1.raw().len() - before;
    assert!(bytes <= 4 * 64, "{bytes} bytes for four keys");
}

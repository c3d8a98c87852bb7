//! What is typed and pasted: checklist items 2, 15, 19, 20.

use crate::{Home, has};

/// Item 2: without brackets a line break with more behind it is no Enter.
#[test]
fn a_paste_without_brackets_starts_nothing() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("A guest book.\rWith names.");
    let screen = g1.wait_for("With names.");
    assert!(screen.contains("What should be built?") && screen.contains("A guest book."));
    g1.signal(rustix::process::Signal::TERM);
    assert_eq!(g1.end().0.exit_code(), 143);
}

/// Item 2: a megabyte is one draft.
#[test]
fn a_megabyte_is_pasted_whole() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    let line = "A guest leaves a message in the book.\n";
    let text = line.repeat((1 << 20) / line.len());
    g1.send(&format!("\x1b[200~{text}The very last line.\x1b[201~"));
    g1.wait_for("The very last line.");
    g1.signal(rustix::process::Signal::TERM);
    g1.end();
}

/// Item 15: what terminals measure differently moves no border.
#[test]
fn wide_and_odd_characters_move_nothing() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (60, 24));
    let plain = g1.wait_for("What should be built?");
    let last_row = |screen: &str| screen.lines().last().unwrap_or_default().to_owned();
    let hints = last_row(&plain);
    g1.send("\x1b[200~日本語 e\u{301} 👩\u{200d}👩\u{200d}👧 🇩🇪 ✌\u{fe0f} ｶﾞ end\x1b[201~");
    let screen = g1.wait_for("end");
    assert!(screen.contains("日本語"));
    assert_eq!(last_row(&screen).len(), hints.len());
    g1.signal(rustix::process::Signal::TERM);
    g1.end();
}

/// Item 19: keys that arrive byte by byte are the keys that were pressed.
#[test]
fn text_over_a_slow_line_arrives_intact() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send_slowly(&[("n", "n"), ("o", "no"), ("t", "not"), ("e", "note")]);
    // A cursor key in pieces, and a character of three bytes in pieces, are what they are together.
    for byte in "\x1b[D\x1b[D日".bytes() {
        let one = [byte];
        match std::str::from_utf8(&one) {
            Ok(ascii) => g1.send(ascii),
            Err(_) => g1.send_bytes(&one),
        }
    }
    g1.wait_for("no日te");
    g1.signal(rustix::process::Signal::TERM);
    g1.end();
}

/// Item 20: escapes in a text are shown, not obeyed.
#[test]
fn escapes_in_a_text_do_nothing_to_the_terminal() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x1b[200~a\x1b]0;owned\x07b\x1b]52;c;aGk=\x07c\x1b[2Jd\u{9b}31me\x1bP+q\x1b\\f the end\x1b[201~");
    g1.wait_for("the end");
    g1.signal(rustix::process::Signal::TERM);
    let (_, raw) = g1.end();
    for sequence in [&b"\x1b]0;owned"[..], b"\x1b]52", b"\x1bP", b"\xc2\x9b"] {
        assert!(!has(&raw, sequence), "{}", String::from_utf8_lossy(sequence));
    }
}

/// Items 3: a storm of sizes ends on the picture of the last one.
#[test]
fn a_storm_of_sizes_ends_on_the_last() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    let mut state = 7_u32;
    for _ in 0..200 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (w, h) = ((state >> 8) % 300 + 1, (state >> 20) % 100 + 1);
        g1.resize(u16::try_from(w).unwrap(), u16::try_from(h).unwrap());
    }
    g1.resize(80, 24);
    g1.send("\x0c");
    let after = g1.wait("the welcome screen", |s| s.contains("What should be built?") && s.lines().count() <= 24);
    let fresh = home.g1(&[], &[], (80, 24)).wait_for("What should be built?");
    assert_eq!(after.lines().next(), fresh.lines().next());
    g1.signal(rustix::process::Signal::TERM);
    g1.end();
}

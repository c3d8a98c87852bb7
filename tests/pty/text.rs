//! What is typed, pasted and shown: checklist items 2, 3, 15, 19 and 20.

use crate::{Home, has};
use rustix::process::Signal;
use std::time::Duration;

#[test]
fn item_02_a_paste_is_one_draft_and_starts_nothing() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x1b[200~A guest book.\r\nWith names.\r\x1b[201~");
    let screen = g1.wait_for("With names.");
    assert!(screen.contains("What should be built?") && screen.contains("A guest book."));
    g1.send("\x03");
    g1.wait_for("Cleared");
    g1.send("\x03");
    assert_eq!(g1.end().0.exit_code(), 0);
}

/// Without brackets a line break with more behind it is no Enter.
#[test]
fn item_02_a_paste_without_brackets_starts_nothing() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("A guest book.\rWith names.");
    let screen = g1.wait_for("With names.");
    assert!(screen.contains("What should be built?") && screen.contains("A guest book."));
    g1.signal(Signal::TERM);
    assert_eq!(g1.end().0.exit_code(), 143);
}

#[test]
fn item_02_a_megabyte_is_pasted_whole() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    let line = "A guest leaves a message in the book.\n";
    let text = line.repeat((1 << 20) / line.len());
    g1.send(&format!("\x1b[200~{text}The very last line.\x1b[201~"));
    g1.wait_for("The very last line.");
    g1.signal(Signal::TERM);
    g1.end();
}

/// A pasted `y` at a gate, bracketed or in one write with other keys, decides nothing.
#[test]
fn item_02_no_paste_decides_a_gate() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (200, 50));
    g1.wait_for("Gate G-01");
    g1.send("\x1b[200~y\r\x1b[201~");
    g1.send("yyy\r");
    g1.send("\x1b[200~a\x1b[201~");
    g1.send("\x0c");
    g1.wait_for("G-01");
    g1.signal(Signal::TERM);
    g1.end();
    let gates = home.command(&["-C", dir, "status"]).output().unwrap();
    let said = String::from_utf8_lossy(&gates.stdout);
    assert!(said.contains("waiting for a decision") && said.contains("gate show ID"), "{said}");
}

/// Two hundred sizes in a moment: the picture of the last one, and not a frame for each.
#[test]
fn item_03_a_storm_of_sizes_ends_on_the_last() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    let before = g1.frames();
    let mut state = 7_u32;
    for _ in 0..200 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (w, h) = ((state >> 8) % 300 + 1, (state >> 20) % 100 + 1);
        g1.resize(u16::try_from(w).unwrap(), u16::try_from(h).unwrap());
    }
    g1.resize(80, 24);
    let storm = g1.frames() - before;
    // A fresh start draws first and looks at the machine meanwhile: what it found belongs to its picture, which is
    // whole with the keys of the last row.
    let whole = |s: &str| s.contains("Needs ") && s.trim_end().ends_with("? help");
    let fresh = home.g1(&[], &[], (80, 24)).wait("a fresh start that has looked", whole);
    g1.send("\x0c");
    // A blank that was painted and one that never was look the same.
    let rows = |s: &str| s.trim_end().lines().map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
    g1.wait("the picture of a fresh start", |s| rows(s) == rows(&fresh));
    assert!(storm <= 60, "{storm} frames for 200 sizes");
    g1.signal(Signal::TERM);
    g1.end();
}

#[test]
fn item_03_small_sizes_get_a_card() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.resize(30, 8);
    g1.wait_for("needs 40x10");
    for (w, h) in [(1, 1), (200, 50), (41, 11), (300, 100), (120, 40)] {
        g1.resize(w, h);
    }
    g1.wait_for("What should be built?");
    g1.send("\x03");
    assert_eq!(g1.end().0.exit_code(), 0);
}

/// What terminals measure differently.
const ODD: [&str; 18] = [
    "日",
    "本",
    "ｶﾞ",
    "한",
    "e\u{301}",
    "n\u{303}\u{323}",
    "👩\u{200d}👩\u{200d}👧",
    "🇩🇪",
    "✌\u{fe0f}",
    "☎\u{fe0e}",
    "👍🏽",
    "क्षि",
    "ก็",
    "ﷺ",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}",
    "①",
    "Ω",
    "…",
];

/// Two hundred graphemes that terminals measure differently: the frame stays where it is, and after each of them the
/// place of what follows is said, so that a terminal that measures differently shifts nothing.
#[test]
fn item_15_odd_graphemes_move_no_border() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (120, 40));
    g1.wait_for("G-01");
    g1.press_until(|_| "\x1b", "the panes", |s| !s.contains("Esc later") && s.contains("i write"));
    let start = g1.raw().len();
    g1.send("i");
    let text: String = (0..200).map(|i| format!("{} ", ODD[i % ODD.len()])).collect();
    g1.send(&format!("\x1b[200~{text}the end\x1b[201~\r"));
    // It is said in the chat, inside a frame.
    let screen = g1.wait("what was said, framed", |s| s.lines().any(|l| l.contains("the end") && l.ends_with('│')));
    assert!(screen.contains("日"));
    // The borders of the two panes stand in the same columns of every row.
    let framed: Vec<Vec<u16>> = g1.columns_of("│║").into_iter().filter(|row| row.contains(&119)).collect();
    assert!(framed.len() > 20 && framed.iter().all(|row| *row == framed[0]), "{framed:?}");
    g1.signal(Signal::TERM);
    let (_, raw) = g1.end();
    let text = String::from_utf8_lossy(&raw[start..]).into_owned();
    for odd in ["日", "本", "한"] {
        for (at, _) in text.match_indices(odd) {
            let rest = &text[at + odd.len()..];
            let says = rest.strip_prefix("\x1b[").and_then(|r| r.split(|c: char| c.is_ascii_alphabetic()).next());
            let place = says.is_some_and(|s| s.bytes().all(|b| b.is_ascii_digit() || b == b';' || b == b'?'));
            assert!(place, "after {odd} comes {:?}", rest.chars().take(12).collect::<String>());
        }
    }
}

/// Keys that arrive byte by byte are the keys that were pressed.
#[test]
fn item_19_text_in_pieces_arrives_intact() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send_slowly(&[("n", "n"), ("o", "no"), ("t", "not"), ("e", "note")]);
    // A cursor key in pieces, and a character of three bytes in pieces, are what they are together.
    for byte in "\x1b[D\x1b[D日".bytes() {
        g1.send_bytes(&[byte]);
    }
    g1.wait_for("no日te");
    g1.signal(Signal::TERM);
    g1.end();
}

/// Three hundred milliseconds and five kilobytes a second: what is typed blindly arrives in order, pictures that nobody
/// could see any more are not sent, and nothing is asked.
#[test]
fn item_19_a_long_and_narrow_line() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (80, 24));
    g1.wait_for("G-01");
    g1.press_until(|_| "\x1b", "the panes", |s| !s.contains("Esc later") && s.contains("i write"));
    g1.slow(5_000);
    let start = g1.raw().len();
    // Through all panes and back before the first picture of them has come.
    let late = Duration::from_millis(300);
    let keys = ["1", "2", "3", "4", "1", "2", "3", "4", "2", "i"];
    g1.send_late(&keys, late).join().unwrap();
    let words = "what is typed before anything is seen";
    let letters: Vec<String> = words.chars().map(String::from).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    g1.send_late(&letters, late).join().unwrap();
    g1.wait_for(words);
    let sent = g1.raw().len() - start;
    assert!(sent < 40_000, "{sent} bytes: a frame for every key of a line that cannot take them");
    g1.signal(Signal::TERM);
    let (_, raw) = g1.end();
    assert!(!has(&raw, b"\x1b[6n"));
}

/// Escapes in a text are shown, not obeyed.
#[test]
fn item_20_escapes_in_a_text_do_nothing_to_the_terminal() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x1b[200~a\x1b]0;owned\x07b\x1b]52;c;aGk=\x07c\x1b[2Jd\u{9b}31me\x1bP+q\x1b\\f the end\x1b[201~");
    g1.wait_for("the end");
    g1.signal(Signal::TERM);
    let (_, raw) = g1.end();
    for sequence in [&b"\x1b]0;owned"[..], b"\x1b]52", b"\x1bP", b"\xc2\x9b"] {
        assert!(!has(&raw, sequence), "{}", String::from_utf8_lossy(sequence));
    }
}

/// The same in a requirement, in a folder's name, in the title of the window and in the last words on the shell's screen.
#[test]
fn item_20_escapes_in_a_project_reach_no_terminal() {
    let home = Home::new();
    let text = "A guest book\u{1b}]52;c;aGk=\u{7} for our wedding. Guests leave a name\u{1b}[2J and a \u{202e}message\u{9b}31m.";
    let file = home.dir().join("text.md");
    std::fs::write(&file, text).unwrap();
    let dir = "bo\u{1b}]0;owned\u{7}ok";
    let run = home.command(&["run", "-C", dir, "--gates", "step", "-f", "text.md"]).output().unwrap();
    assert_eq!(run.status.code(), Some(3), "{}", String::from_utf8_lossy(&run.stderr));
    let mut g1 = home.g1(&[dir], &[], (200, 50));
    g1.wait_for("G-01");
    g1.press_until(|_| "\x1b", "the panes", |s| !s.contains("Esc later") && s.contains("i write"));
    for key in ["1", "2", "3", "4"] {
        g1.send(key);
    }
    g1.send("i/quit\r");
    let (_, raw) = g1.end();
    let said = [raw.as_slice(), &run.stdout, &run.stderr].concat();
    for sequence in [&b"\x1b]52"[..], b"\x1b]0;owned", b"\xc2\x9b", "\u{202e}".as_bytes()] {
        assert!(!has(&said, sequence), "{}", String::from_utf8_lossy(sequence));
    }
}

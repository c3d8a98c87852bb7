//! Ways in and out: panics, hang-ups, signals, suspension, the editor, no terminal at all. Checklist items 4 to 8 and 14.

use crate::{Home, RESTORED, has};
use rustix::process::Signal;
use std::time::{Duration, Instant};

/// What a shell needs back: cooked mode, its own screen, the cursor, pastes and mouse as they were, no frame left open.
fn assert_restored(g1: &crate::Pty, raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    let last = |what: &str| text.rfind(what).unwrap_or_else(|| panic!("{what:?} was never sent"));
    assert!(g1.is_cooked(), "the shell's settings");
    assert!(!g1.alternate(), "the shell's screen");
    assert!(last("\x1b[?2004l") > last("\x1b[?2004h"), "pastes");
    assert!(last("\x1b[?25h") > text.rfind("\x1b[?25l").unwrap_or(0), "the cursor");
    assert!(last("\x1b[?2026l") > text.rfind("\x1b[?2026h").unwrap_or(0), "an open frame");
    assert!(text.rfind("\x1b[?1000l") >= text.rfind("\x1b[?1000h"), "the mouse");
}

/// Panics in drawing, in the update and in a task. They are made by a variable that only test builds know.
#[cfg(debug_assertions)]
#[test]
fn item_04_a_panic_gives_the_terminal_back_and_says_so() {
    for place in ["draw", "update"] {
        let home = Home::new();
        let mut g1 = home.g1(&[], &[("G1_TEST_PANIC", place)], (80, 24));
        if place == "update" {
            g1.wait_for("What should be built?");
            g1.send("x");
        }
        let (status, raw) = g1.end();
        assert_eq!(status.exit_code(), 101);
        assert_restored(&g1, &raw);
        let after = String::from_utf8_lossy(&raw);
        let after = &after[after.rfind("\x1b[?1049l").unwrap()..];
        assert!(
            after.contains(&format!("a panic on purpose: {place}")),
            "the words are on the shell's screen: {after}"
        );
    }
    let home = Home::new();
    let mut g1 = home.g1(&[], &[("G1_TEST_PANIC", "task")], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("A guest book. Guests leave a name.");
    g1.wait_for("leave a name.");
    g1.send("\r");
    // The screen goes on, says what happened, and is not written over.
    let screen = g1.wait_for("met a bug of G1");
    assert!(screen.contains("leave a name.") && !screen.contains("on purpose"), "{screen}");
    g1.send("\x03");
    g1.wait_for("Cleared");
    g1.send("\x03");
    let (status, raw) = g1.end();
    assert_eq!(status.exit_code(), 0);
    assert_restored(&g1, &raw);
}

#[test]
fn item_05_a_hangup_at_a_gate_ends_it_and_loses_nothing() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (80, 24));
    g1.wait_for("G-01");
    let start = Instant::now();
    g1.signal(Signal::HUP);
    // The code of a run that waits at a gate.
    assert_eq!(g1.end().0.exit_code(), 3);
    assert!(start.elapsed() < Duration::from_secs(20), "gone, not waiting for anything");
    let verify = home.command(&["-C", dir, "log", "--verify"]).output().unwrap();
    assert_eq!(verify.status.code(), Some(0));
}

/// The terminal goes away under it, with the signal and without: it neither stays nor spins.
#[test]
fn item_05_a_terminal_that_is_torn_away_ends_it() {
    for ignore in [false, true] {
        let home = Home::new();
        let dir = home.project();
        let g1 = env!("CARGO_BIN_EXE_g1");
        let command = if ignore { format!("trap '' HUP; exec '{g1}' {dir}") } else { format!("exec '{g1}' {dir}") };
        let mut g1 = home.run("sh", &["-c", &command], &[], (80, 24));
        g1.wait_for("G-01");
        let start = Instant::now();
        g1.tear_away();
        g1.end_without_terminal();
        assert!(start.elapsed() < Duration::from_secs(20), "signal ignored: {ignore}");
        let verify = home.command(&["-C", dir, "log", "--verify"]).output().unwrap();
        assert_eq!(verify.status.code(), Some(0));
    }
}

#[test]
fn item_06_signals_end_it_with_their_codes() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::QUIT, 143), (Signal::HUP, 129)] {
        let home = Home::new();
        let mut g1 = home.g1(&[], &[], (80, 24));
        g1.wait_for("What should be built?");
        g1.signal(signal);
        let (status, raw) = g1.end();
        assert_eq!(status.exit_code(), code);
        assert!(has(&raw, RESTORED));
        assert_restored(&g1, &raw);
    }
}

#[test]
fn item_06_a_terminated_run_is_closed_in_order() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (80, 24));
    g1.wait_for("G-01");
    g1.signal(Signal::TERM);
    let (status, raw) = g1.end();
    assert_eq!(status.exit_code(), 143);
    assert_restored(&g1, &raw);
    let status = home.command(&["-C", dir, "status"]).output().unwrap();
    assert!(String::from_utf8_lossy(&status.stdout).contains("waiting for a decision"));
}

/// By the key and by the signal; brought back, the screen is what it was.
#[test]
fn item_07_suspended_and_brought_back() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("A guest book");
    // What this machine lacks is looked up after the first picture.
    let before = g1.wait("all of it", |s| s.contains("A guest book") && s.contains("sandbox"));
    for by_key in [true, false] {
        if by_key {
            g1.send("\x1a");
        } else {
            g1.signal(Signal::TSTP);
        }
        g1.until("it stops", || g1.state() == 'T');
        g1.until("the shell has the terminal", || g1.is_cooked() && !g1.alternate());
        g1.signal(Signal::CONT);
        g1.until("it has the terminal", || !g1.is_cooked());
        g1.wait("the same screen", |s| s.lines().map(str::trim_end).eq(before.lines().map(str::trim_end)));
        assert!(g1.alternate());
    }
    // Brought back without having been stopped by itself.
    g1.signal(Signal::STOP);
    g1.until("it stops", || g1.state() == 'T');
    let frames = g1.frames();
    g1.signal(Signal::CONT);
    g1.until("it draws anew", || g1.frames() > frames);
    g1.wait_for("A guest book");
    g1.signal(Signal::TERM);
    assert_eq!(g1.end().0.exit_code(), 143);
}

/// The editor has the terminal meanwhile, and keys typed in it are its own.
#[test]
fn item_07_the_editor_borrows_the_terminal() {
    let home = Home::new();
    let editor = "sh -c 'read line; printf \"Edited: %s.\" \"$line\" > \"$1\"' sh";
    let mut g1 = home.g1(&[], &[("EDITOR", editor)], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x07");
    g1.until("the editor has the terminal", || g1.is_cooked() && !g1.alternate());
    g1.send("a line for the editor\r");
    g1.wait_for("Edited: a line for the editor.");
    assert!(g1.alternate() && !g1.is_cooked());
    g1.signal(Signal::TERM);
    g1.end();
}

#[test]
fn item_08_the_alternate_screen_is_left_once_and_what_matters_is_said_after_it() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (80, 24));
    g1.wait_for("G-01");
    assert!(g1.alternate());
    g1.signal(Signal::TERM);
    let (_, raw) = g1.end();
    let count = |part: &[u8]| raw.windows(part.len()).filter(|w| *w == part).count();
    assert_eq!((count(b"\x1b[?1049h"), count(RESTORED)), (1, 1));
    assert!(!g1.alternate());
    let text = String::from_utf8_lossy(&raw);
    let (_, after) = text.split_once("\x1b[?1049l").unwrap();
    assert!(after.contains("g1") && !after.contains('\x1b'), "a line in plain words: {after:?}");
}

/// No terminal at all is said in one line, without an escape.
#[test]
fn item_14_without_a_terminal_it_says_what_to_do() {
    let home = Home::new();
    let output = home.command(&[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--plain") && !said.contains('\u{1b}'), "{said}");
    assert!(output.stdout.is_empty());
    // With --plain the same command works on pipes, and not one escape reaches them.
    let plain = home.command(&["--plain"]).output().unwrap();
    assert!(!plain.stdout.contains(&0x1b) && !plain.stderr.contains(&0x1b));
    assert!(String::from_utf8_lossy(&plain.stdout).contains("What should be built?"));
}

#[test]
fn item_14_a_terminal_that_cannot_move_its_cursor_gets_lines() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[("TERM", "dumb")], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("/quit\r");
    let (status, raw) = g1.end();
    assert_eq!(status.exit_code(), 0);
    assert!(!raw.contains(&0x1b), "{}", String::from_utf8_lossy(&raw));
}

//! Signals, suspension, the editor, second screens: checklist items 5, 7 and 14.

use crate::Home;
use rustix::process::Signal;

/// Item 7.
#[test]
fn suspended_and_brought_back() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("A guest book");
    g1.wait_for("A guest book");
    for _ in 0..2 {
        g1.send("\x1a");
        g1.until("it stops", || g1.state() == 'T');
        g1.until("the shell has the terminal", || g1.is_cooked() && !g1.alternate());
        g1.signal(Signal::CONT);
        g1.until("it has the terminal", || !g1.is_cooked());
        g1.wait_for("A guest book");
        assert!(g1.alternate());
    }
    g1.signal(Signal::TERM);
    assert_eq!(g1.end().0.exit_code(), 143);
}

/// Item 7: the editor has the terminal meanwhile, and keys typed in it are its own.
#[test]
fn the_editor_borrows_the_terminal() {
    let home = Home::new();
    let editor = "sh -c 'printf \"Edited here.\" > \"$1\"' sh";
    let mut g1 = home.g1(&[], &[("EDITOR", editor)], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x07");
    g1.wait_for("Edited here.");
    assert!(g1.alternate() && !g1.is_cooked());
    g1.signal(Signal::TERM);
    g1.end();
}

/// Item 5: a terminal that goes away ends it soon when nothing runs.
#[test]
fn a_hangup_at_a_gate_ends_it_and_loses_nothing() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (80, 24));
    g1.wait_for("G-01");
    let start = std::time::Instant::now();
    g1.signal(Signal::HUP);
    g1.end();
    assert!(start.elapsed().as_secs() < 20, "gone, not waiting for anything");
    let verify = home.command(&["-C", dir, "log", "--verify"]).output().unwrap();
    assert_eq!(verify.status.code(), Some(0));
}

/// Item 14: no terminal at all is said in one line, without an escape.
#[test]
fn without_a_terminal_it_says_what_to_do() {
    let home = Home::new();
    let output = home.command(&[]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("--plain") && !said.contains('\u{1b}'), "{said}");
    assert!(output.stdout.is_empty());
}

//! Two screens, or a shell and a screen, on one run.

use crate::Home;

/// A gate is approved from another shell while the workbench is open: it shows, and the run goes on.
#[test]
fn a_gate_is_approved_from_a_second_shell() {
    let home = Home::new();
    let dir = home.project();
    let mut g1 = home.g1(&[dir], &[], (120, 40));
    g1.wait_for("G-01");
    let approve = home.command(&["-C", dir, "gate", "approve", "G-01"]).output().unwrap();
    assert_eq!(approve.status.code(), Some(0), "{}", String::from_utf8_lossy(&approve.stderr));
    g1.wait_for("G-02");
    g1.signal(rustix::process::Signal::TERM);
    assert_eq!(g1.end().0.exit_code(), 143);
}

/// A second screen shows the run of the first, and leaves it alone when it leaves.
#[test]
fn a_second_screen_watches_and_leaves() {
    let home = Home::new();
    let dir = home.project();
    let mut first = home.g1(&[dir], &[], (120, 40));
    first.wait_for("G-01");
    let mut second = home.g1(&[dir], &[], (80, 24));
    second.wait_for("G-01");
    second.signal(rustix::process::Signal::TERM);
    second.end();
    let approve = home.command(&["-C", dir, "gate", "approve", "G-01"]).output().unwrap();
    assert_eq!(approve.status.code(), Some(0));
    first.wait_for("G-02");
    first.signal(rustix::process::Signal::TERM);
    first.end();
}

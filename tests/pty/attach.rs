//! A run outlives its terminal, and whoever looks on takes it over.

use crate::Home;
use rustix::process::Signal;

const TEXT: &str = "A tool lending list. A member can add a tool with a name and a condition (good, worn). The name is \
                    required. No payment.";

/// The first screen leaves; the second has the project then, and its keys decide.
#[test]
fn the_second_screen_takes_over_when_the_first_leaves() {
    let home = Home::new();
    let dir = home.project();
    let mut first = home.g1(&[dir], &[], (120, 40));
    first.wait_for("G-01");
    let mut second = home.g1(&[dir], &[], (120, 40));
    second.wait_for("G-01");
    // The card has the keys; a paste goes to the input all the same.
    second.send("\x1b[200~half a thought\x1b[201~");
    second.wait_for("half a thought");
    first.signal(Signal::TERM);
    first.end();
    second.wait_for("this one has it now");
    let approve = home.command(&["-C", dir, "gate", "approve", "G-01"]).output().unwrap();
    assert_eq!(approve.status.code(), Some(0), "{}", String::from_utf8_lossy(&approve.stderr));
    second.wait_for("G-02");
    // The connection is lost; the words that were being written are there again.
    second.signal(Signal::HUP);
    second.end();
    let mut again = home.g1(&[dir], &[], (80, 24));
    again.wait_for("half a thought");
    again.signal(Signal::TERM);
    again.end();
}

/// A run that is at work when its terminal goes away works on to its end, and a new screen shows it on the way.
#[test]
fn a_run_at_work_goes_on_without_a_terminal() {
    let home = Home::new();
    let mut g1 = home.g1(&["-y", "shed"], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send(TEXT);
    g1.wait_for("No payment.");
    g1.send("\r");
    g1.wait_for("working");
    g1.signal(Signal::HUP);
    let mut again = home.g1(&["shed"], &[], (80, 24));
    again.wait_for("done, all proven");
    g1.end();
    again.send("/quit\r");
    assert_eq!(again.end().0.exit_code(), 0);
}

/// A second screen looks on until T; then the first one does, and gets the keyboard back when the second leaves.
#[test]
fn only_one_screen_has_the_keyboard() {
    let home = Home::new();
    let dir = home.project();
    let mut first = home.g1(&[dir], &[], (120, 40));
    first.wait_for("G-01");
    let mut second = home.g1(&[dir], &[], (120, 40));
    second.wait_for("read-only: another screen has the keyboard; T takes over");
    second.press_until(|_| "T", "the keyboard", |s| s.contains("has the keyboard now"));
    first.wait_for("T takes over");
    // The plan is turned here, and the other screen sees it.
    second.press_until(|_| "p", "the plan", |s| s.contains("● standard"));
    first.wait_for("● standard");
    second.press_until(
        |s| if s.contains("read on with") { " " } else { "y" },
        "the decision",
        |s| !s.contains("Gate G-01"),
    );
    first.wait_for("G-02");
    second.signal(Signal::TERM);
    second.end();
    first.wait_for("has the keyboard now");
    first.signal(Signal::TERM);
    first.end();
}

/// A run that is taken back from a third shell goes back on the screen that has it and on the one that watches.
#[test]
fn a_rewind_from_another_shell_shows_on_every_screen() {
    let home = Home::new();
    let dir = home.project();
    let mut first = home.g1(&[dir], &[], (120, 40));
    first.wait_for("G-01");
    let mut second = home.g1(&[dir], &[], (120, 40));
    second.wait_for("G-01");
    let shell = |args: &[&str]| {
        let output = home.command(&[&["-C", dir], args].concat()).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    };
    shell(&["gate", "approve", "G-01"]);
    first.wait_for("G-02");
    second.wait_for("G-02");
    shell(&["rewind", "plan"]);
    let back = |screen: &str| screen.contains("went back to before plan") && !screen.contains("G-02");
    first.wait("the run before the plan", back);
    second.wait("the run before the plan", back);
    let status = shell(&["status", "--json"]);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
    let plan = status["steps"].as_array().unwrap().iter().find(|step| step["id"] == "plan").unwrap();
    assert_eq!(plan["state"], "waiting", "{status}");
    // Whoever takes it over has the same.
    first.signal(Signal::TERM);
    first.end();
    second.wait_for("this one has it now");
    second.wait("the run before the plan", back);
    second.signal(Signal::TERM);
    second.end();
    shell(&["log", "--verify"]);
}

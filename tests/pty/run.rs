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

const TOOLS: &str = "A tool lending list. A member can add a tool with a name and a condition (good, worn). The name is \
                     required. No payment.";

/// The main job by keys alone at the design size: type, read every card to its end, approve, leave, come back.
#[test]
fn a_requirement_is_typed_every_gate_is_approved_and_all_is_there_again() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send(TOOLS);
    g1.wait_for("No payment.");
    g1.send("\r");
    let mut gates = 0;
    loop {
        let card = format!("Gate G-{:02}", gates + 1);
        let ready = format!("G-{:02} ready", gates + 1);
        let over = |screen: &str| screen.contains("g1 preview") || screen.contains("/preview");
        let screen = g1.wait("a gate or the end", |s| s.contains(&card) || s.contains(&ready) || over(s));
        if over(&screen) && !screen.contains(&ready) {
            break;
        }
        // A card that only announces itself, because a key was just pressed, opens on an empty line.
        g1.press_until(|_| "\r", &card, |s| s.contains(&card));
        // Reading on to its end, and deciding once all of it has been there for a moment.
        let read_on = |screen: &str| if screen.contains("read on with") { " " } else { "y" };
        g1.press_until(read_on, "the decision", |s| !s.contains(&card));
        gates += 1;
        assert!(gates < 12, "a small plan has fewer gates");
    }
    assert_eq!(gates, 7, "plan, design, two builds, two tests, the result");
    g1.send("/quit\r");
    assert_eq!(g1.end().0.exit_code(), 0);

    let project = std::fs::read_dir(home.dir()).unwrap().flatten().find(|e| e.path().join(".g1").exists()).unwrap();
    let project = project.file_name().into_string().unwrap();
    let trace = home.command(&["-C", &project, "trace", "--format", "json"]).output().unwrap();
    let trace: serde_json::Value = serde_json::from_slice(&trace.stdout).unwrap();
    assert_eq!(trace["outcome"], "proven", "{trace}");

    let mut again = home.g1(&[&project], &[], (200, 50));
    again.wait("the finished run", |s| ["4 proven", "C-004", "No payment.", "tools.py"].iter().all(|w| s.contains(w)));
    again.send("/quit\r");
    assert_eq!(again.end().0.exit_code(), 0);
}

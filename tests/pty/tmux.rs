//! In a real tmux: detaching, the clipboard, a terminal that is torn away. Without tmux these say so and pass.

use crate::Home;
use std::{
    process::{Command, Output},
    time::{Duration, Instant},
};

struct Tmux {
    socket: String,
}

impl Tmux {
    fn start(home: &Home, name: &str, command: &str) -> Option<Self> {
        let tmux = Self { socket: format!("g1-test-{name}-{}", std::process::id()) };
        let env = format!("env G1_HOME={} LANG=C.UTF-8", home.dir().join("g1-home").display());
        let command = format!("cd {} && {env} {command}", home.dir().display());
        let args = ["-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", &command];
        match Command::new("tmux").args(["-u", "-L", &tmux.socket]).args(args).output() {
            Ok(output) if output.status.success() => Some(tmux),
            _ => {
                eprintln!("skipped: no tmux that works here");
                None
            }
        }
    }
    fn run(&self, args: &[&str]) -> Output {
        Command::new("tmux").args(["-u", "-L", &self.socket]).args(args).output().unwrap()
    }
    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.run(&["capture-pane", "-p"]).stdout).into_owned()
    }
    fn wait_for(&self, text: &str) {
        until(text, || self.screen().contains(text));
    }
    fn pid(&self) -> String {
        let out = self.run(&["list-panes", "-F", "#{pane_pid}"]).stdout;
        String::from_utf8_lossy(&out).trim().to_owned()
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

fn until(what: &str, fits: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !fits() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

const G1: &str = env!("CARGO_BIN_EXE_g1");

/// Items 1, 3 and 8 in tmux: sizes change, and the screen before is there again at the end.
#[test]
fn tmux_resizes_and_gets_its_screen_back() {
    let home = Home::new();
    let Some(tmux) = Tmux::start(&home, "size", &format!("sh -c 'echo before; {G1}; echo after; cat'")) else { return };
    tmux.wait_for("What should be built?");
    tmux.run(&["resize-window", "-x", "60", "-y", "20"]);
    tmux.run(&["resize-window", "-x", "120", "-y", "40"]);
    tmux.run(&["send-keys", "-l", "A guest book"]);
    tmux.wait_for("A guest book");
    tmux.run(&["send-keys", "C-c"]);
    tmux.wait_for("Cleared");
    tmux.run(&["send-keys", "C-c"]);
    until("the screen before, and what came after", || {
        let screen = tmux.screen();
        let lines: Vec<&str> = screen.lines().map(str::trim).collect();
        lines.contains(&"before") && lines.contains(&"after") && !screen.contains("What should be built?")
    });
}

/// Item 9: what is copied is in tmux's buffer.
#[test]
fn tmux_gets_what_is_copied() {
    let home = Home::new();
    let dir = home.project();
    let Some(tmux) = Tmux::start(&home, "copy", &format!("{G1} {dir}")) else { return };
    tmux.wait_for("G-01");
    // The card goes, then the panes have the keys; each Esc on its own, or what follows would be an Alt key.
    tmux.run(&["send-keys", "Escape"]);
    until("the card is put off", || !tmux.screen().contains("Esc later"));
    until("something was copied", || {
        tmux.run(&["send-keys", "Escape"]);
        std::thread::sleep(Duration::from_millis(200));
        tmux.run(&["send-keys", "1"]);
        tmux.run(&["send-keys", "y"]);
        tmux.run(&["show-buffer"]).status.success()
    });
}

/// Item 5: the terminal is torn away from a program that ignores the hang-up; it is gone all the same.
#[test]
fn a_torn_away_terminal_ends_it_even_when_hangups_are_ignored() {
    let home = Home::new();
    let Some(tmux) = Tmux::start(&home, "torn", &format!("sh -c 'trap \"\" HUP; exec {G1}'")) else { return };
    tmux.wait_for("What should be built?");
    let pid = tmux.pid();
    tmux.run(&["kill-server"]);
    let start = Instant::now();
    until("it is gone", || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.is_empty() || stat.contains(") Z")
    });
    assert!(start.elapsed() < Duration::from_secs(20));
}

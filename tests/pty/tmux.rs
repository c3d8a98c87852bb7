//! In a real tmux: sizes, detaching and attaching, the clipboard through to the terminal around it, a terminal that is
//! torn away. Without tmux these say so and pass.

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
    /// A client in a terminal of its own, whose clipboard tmux may write.
    fn attach(&self, home: &Home, size: (u16, u16)) -> crate::Pty {
        self.run(&["set-option", "-s", "set-clipboard", "external"]);
        home.run("tmux", &["-u", "-L", &self.socket, "attach"], &[], size)
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

/// Sizes change, and the screen before is there again at the end.
#[test]
fn item_08_tmux_resizes_and_gets_its_screen_back() {
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

/// What is copied is in tmux's buffer, and in the clipboard of the terminal around tmux.
#[test]
fn item_09_tmux_and_the_terminal_around_it_get_what_is_copied() {
    let home = Home::new();
    let dir = home.project();
    let Some(tmux) = Tmux::start(&home, "copy", &format!("{G1} {dir}")) else { return };
    tmux.wait_for("G-01");
    let mut outside = tmux.attach(&home, (100, 31));
    outside.wait_for("G-01");
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
    outside.until("the terminal around tmux has it", || crate::has(&outside.raw(), b"\x1b]52;"));
    tmux.run(&["detach-client"]);
    outside.end();
}

/// Detached and attached again, from a terminal of another size: the same screen, whole, and it takes keys.
#[test]
fn item_07_tmux_is_detached_and_attached_again() {
    let home = Home::new();
    let Some(tmux) = Tmux::start(&home, "again", G1) else { return };
    tmux.wait_for("What should be built?");
    for (size, words) in [((100, 31), "A guest"), ((70, 21), " book"), ((140, 41), " for us")] {
        let mut outside = tmux.attach(&home, size);
        outside.wait_for("What should be built?");
        outside.send(words);
        outside.wait_for(words.trim());
        tmux.run(&["detach-client"]);
        outside.end();
    }
    tmux.wait_for("A guest book for us");
    // With nobody attached it lies there and sends nothing.
    tmux.run(&["send-keys", "C-c"]);
    tmux.wait_for("Cleared");
    tmux.run(&["send-keys", "C-c"]);
}

/// The terminal is torn away from a program that ignores the hang-up; it is gone all the same.
#[test]
fn item_05_tmux_dies_under_a_program_that_ignores_hangups() {
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

//! The workbench as people meet it: the real program in a real (pseudo-)terminal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::new_without_default)]

#[path = "../support/pty/mod.rs"]
mod pty;

mod connections;
mod output;
mod run;
mod text;
#[cfg(target_os = "linux")]
mod tmux;

use pty::Pty;
use std::path::Path;

pub const RESTORED: &[u8] = b"\x1b[?1049l";

#[derive(Debug)]
pub struct Home(tempfile::TempDir);

impl Home {
    /// Runs `g1` without a terminal.
    pub fn command(&self, args: &[&str]) -> std::process::Command {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_g1"));
        command.args(args).current_dir(self.dir()).env_clear().stdin(std::process::Stdio::null());
        command.env("PATH", std::env::var("PATH").unwrap_or_default()).env("HOME", self.dir());
        command.env("G1_HOME", self.dir().join("g1-home")).env("LANG", "C.UTF-8").env("USER", "tester");
        command
    }
    /// A project that waits at its first gate.
    pub fn project(&self) -> &'static str {
        let text = "A guest book for our wedding. Guests leave a name and a message.";
        let output = self.command(&["run", "-C", "book", "--gates", "step", text]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        "book"
    }
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    pub fn dir(&self) -> &Path {
        self.0.path()
    }
    pub fn g1(&self, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Pty {
        let home = self.dir().join("g1-home");
        let mut all = vec![("G1_HOME", home.to_str().unwrap())];
        all.extend(env);
        Pty::start(env!("CARGO_BIN_EXE_g1"), args, self.dir(), &all, size)
    }
}

pub fn has(raw: &[u8], part: &[u8]) -> bool {
    raw.windows(part.len()).any(|w| w == part)
}

#[test]
fn it_starts_takes_text_and_gives_the_terminal_back() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("Build a guest book");
    g1.wait_for("Build a guest book");
    assert!(!g1.is_cooked());
    g1.send("\x03");
    g1.wait("an empty draft", |s| !s.contains("Build a guest book"));
    g1.send("/quit\r");
    let (status, raw) = g1.end();
    assert_eq!(status.exit_code(), 0);
    assert!(g1.is_cooked(), "the shell gets its terminal back");
    assert!(has(&raw, b"\x1b[?2004h") && has(&raw, b"\x1b[?2004l") && has(&raw, RESTORED));
    let opened = raw.windows(8).filter(|w| *w == b"\x1b[?2026h").count();
    let closed = raw.windows(8).filter(|w| *w == b"\x1b[?2026l").count();
    assert!(opened > 0 && closed >= opened, "{opened} frames begun, {closed} ended");
}

#[test]
fn a_paste_is_one_draft_and_starts_nothing() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x1b[200~A guest book.\rWith names.\r\x1b[201~");
    let screen = g1.wait_for("With names.");
    assert!(screen.contains("What should be built?"));
    // A reply to a question nobody asked is not typed text.
    g1.send("\x1b[?62;22c\x1b]11;rgb:0000/0000/0000\x07");
    g1.send("!");
    let screen = g1.wait_for("!");
    assert!(!screen.contains("62;22") && !screen.contains("rgb"));
    g1.send("\x03");
    g1.wait_for("Cleared");
    g1.send("\x03");
    assert_eq!(g1.end().0.exit_code(), 0);
}

#[test]
fn sizes_change_and_small_ones_get_a_card() {
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

#[test]
fn no_color_means_no_colour() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[("NO_COLOR", "1")], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("\x03");
    let (_, raw) = g1.end();
    let text = String::from_utf8_lossy(&raw);
    for (i, _) in text.match_indices("\x1b[") {
        let body: String = text[i + 2..].chars().take_while(|c| c.is_ascii_digit() || *c == ';').collect();
        if text[i + 2 + body.len()..].starts_with('m') {
            for n in body.split(';').filter_map(|n| n.parse::<u32>().ok()) {
                assert!(!matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107), "colour in \\e[{body}m");
            }
        }
    }
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_gets_lines() {
    let home = Home::new();
    let mut g1 = home.g1(&[], &[("TERM", "dumb")], (80, 24));
    g1.wait_for("What should be built?");
    g1.send("/quit\r");
    let (status, raw) = g1.end();
    assert_eq!(status.exit_code(), 0);
    assert!(!raw.contains(&0x1b), "{}", String::from_utf8_lossy(&raw));
}

#[test]
fn terminate_and_hangup_end_it() {
    use rustix::process::Signal;
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::QUIT, 143)] {
        let home = Home::new();
        let mut g1 = home.g1(&[], &[], (80, 24));
        g1.wait_for("What should be built?");
        g1.signal(signal);
        let (status, raw) = g1.end();
        assert_eq!(status.exit_code(), code);
        assert!(has(&raw, RESTORED));
    }
    let home = Home::new();
    let mut g1 = home.g1(&[], &[], (80, 24));
    g1.wait_for("What should be built?");
    g1.signal(rustix::process::Signal::HUP);
    assert_eq!(g1.end().0.exit_code(), 129);
}

//! The workbench as people meet it: the real program in a real (pseudo-)terminal.
//!
//! Every item of the checklist for SSH and multiplexers has tests of its name, `item_01_…` to `item_20_…`:
//!  1 synchronized updates, 2 pastes, 3 resize storms, 4 panics, 5 hang-ups, 6 signals, 7 suspension and the editor,
//!  8 the alternate screen, 9 the clipboard, 10 the keyboard, 11 replies nobody waits for, 12 depths of colour,
//! 13 NO_COLOR, 14 no terminal, 15 widths, 16 no UTF-8, 17 the mouse, 18 bytes, 19 long and slow lines, 20 escapes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::new_without_default)]

#[path = "../support/pty/mod.rs"]
mod pty;

mod attach;
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
        self.run(env!("CARGO_BIN_EXE_g1"), args, env, size)
    }
    /// Runs something that runs `g1`.
    pub fn run(&self, program: &str, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Pty {
        let home = self.dir().join("g1-home");
        let mut all = vec![("G1_HOME", home.to_str().unwrap())];
        all.extend(env);
        Pty::start(program, args, self.dir(), &all, size)
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
}

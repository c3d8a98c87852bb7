//! A real program in a pseudo-terminal: its screen, every byte it wrote, its end. Nothing here sleeps to synchronise;
//! everything waits for a condition, up to a deadline.
#![allow(dead_code, clippy::unwrap_used, missing_debug_implementations)]

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

fn cells(n: u16) -> std::num::NonZero<u16> {
    std::num::NonZero::new(n).unwrap()
}

/// Long enough for a busy machine; a test that waits for it has failed.
pub const DEADLINE: Duration = Duration::from_secs(60);

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    closed: bool,
    /// The reader stops, so that the terminal can be torn away.
    leaving: bool,
    /// Bytes a second the line takes to the terminal.
    rate: Option<u32>,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

pub struct Pty {
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Arc<Mutex<Box<dyn Write + Send>>>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Shared,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Pty {
    /// Starts `program` with exactly these variables (and `PATH`).
    pub fn start(program: &str, args: &[&str], dir: &std::path::Path, env: &[(&str, &str)], size: (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows: size.1, cols: size.0, ..PtySize::default() }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(dir);
        command.env_clear();
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("HOME", dir.to_str().unwrap())] {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen: Shared = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(cells(size.1), cells(size.0), 0),
                raw: vec![],
                closed: false,
                leaving: false,
                rate: None,
            }),
            Condvar::new(),
        ));
        let writer = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (shared, answers) = (seen.clone(), writer.clone());
        let reader = std::thread::spawn(move || {
            let mut buf = [0_u8; 8192];
            loop {
                let (lock, changed) = &*shared;
                let rate = lock.lock().unwrap().rate;
                let most = rate.map_or(buf.len(), |_| 256);
                let n = reader.read(&mut buf[..most]).unwrap_or(0);
                if let Some(rate) = rate {
                    std::thread::sleep(Duration::from_secs_f64(n as f64 / f64::from(rate)));
                }
                let mut seen = lock.lock().unwrap();
                if n == 0 {
                    seen.closed = true;
                    changed.notify_all();
                    return;
                }
                seen.parser.process(&buf[..n]);
                seen.raw.extend_from_slice(&buf[..n]);
                if seen.leaving {
                    return;
                }
                let cursor = seen.parser.screen().cursor_position();
                changed.notify_all();
                drop(seen);
                // What a terminal answers when it is asked.
                let mut reply = Vec::new();
                for (question, answer) in [
                    (&b"\x1b[6n"[..], format!("\x1b[{};{}R", cursor.0 + 1, cursor.1 + 1)),
                    (b"\x1b[c", "\x1b[?62;22c".to_owned()),
                    (b"\x1b[?u", "\x1b[?0u".to_owned()),
                ] {
                    if buf[..n].windows(question.len()).any(|w| w == question) {
                        reply.extend_from_slice(answer.as_bytes());
                    }
                }
                if !reply.is_empty() {
                    let _ = answers.lock().unwrap().write_all(&reply);
                }
            }
        });
        Self { master: Some(pair.master), writer: Some(writer), child, seen, reader: Some(reader) }
    }

    pub fn send(&self, text: &str) {
        self.send_bytes(text.as_bytes());
    }

    pub fn send_bytes(&self, bytes: &[u8]) {
        let mut writer = self.writer.as_ref().unwrap().lock().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until the screen's text fits; panics with the screen when it never does.
    pub fn wait(&self, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let (lock, changed) = &*self.seen;
        let end = Instant::now() + DEADLINE;
        let mut seen = lock.lock().unwrap();
        loop {
            let text = seen.parser.screen().contents();
            if fits(&text) {
                return text;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !seen.closed, "never saw {what}; the screen was:\n{text}");
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Presses the key that `key` gives for the screen until it fits, again only when half a second has changed nothing that matters: what a person
    /// does with a card that wants to be looked at first.
    pub fn press_until(&self, key: impl Fn(&str) -> &'static str, what: &str, fits: impl Fn(&str) -> bool) -> String {
        let (lock, changed) = &*self.seen;
        let end = Instant::now() + DEADLINE;
        loop {
            let again = Instant::now() + Duration::from_millis(500);
            let mut seen = lock.lock().unwrap();
            let text = loop {
                let text = seen.parser.screen().contents();
                if fits(&text) {
                    return text;
                }
                assert!(Instant::now() < end && !seen.closed, "never saw {what}; the screen was:\n{text}");
                let left = again.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break text;
                }
                seen = changed.wait_timeout(seen, left).unwrap().0;
            };
            drop(seen);
            self.send(key(&text));
        }
    }

    /// In which columns of each row one of these marks stands, as the terminal counts.
    pub fn columns_of(&self, marks: &str) -> Vec<Vec<u16>> {
        let seen = self.seen.0.lock().unwrap();
        let (rows, columns) = seen.parser.screen().size();
        let is_mark = |row: u16, column: u16| {
            let cell = seen.parser.screen().cell(row, column);
            cell.is_some_and(|c| c.has_contents() && marks.contains(c.contents()))
        };
        let row = |row: u16| (0..columns.into()).filter(|column| is_mark(row, *column)).collect();
        (0..rows.into()).map(row).collect()
    }

    pub fn wait_for(&self, text: &str) -> String {
        self.wait(text, |screen| screen.contains(text))
    }

    /// Sends these pieces one read of the program at a time, as a slow line delivers them: the next goes only when the
    /// screen has settled on what the one before made of it.
    pub fn send_slowly(&self, pieces: &[(&str, &str)]) {
        for (piece, shown) in pieces {
            self.send(piece);
            self.wait_for(shown);
        }
    }

    /// Process id of the program.
    pub fn pid(&self) -> i32 {
        self.child.process_id().unwrap().try_into().unwrap()
    }

    /// Waits for a condition of the outside world that nobody announces.
    pub fn until(&self, what: &str, fits: impl Fn() -> bool) {
        let end = Instant::now() + DEADLINE;
        while !fits() {
            assert!(Instant::now() < end, "never: {what}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// `T` when it is stopped, `S` when it sleeps.
    pub fn state(&self) -> char {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid())).unwrap_or_default();
        stat.rsplit(')').next().and_then(|s| s.trim().chars().next()).unwrap_or('?')
    }

    /// True while the program uses the alternate screen.
    pub fn alternate(&self) -> bool {
        self.seen.0.lock().unwrap().parser.screen().alternate_screen()
    }

    /// The program's end, and everything it wrote.
    pub fn end(&mut self) -> (ExitStatus, Vec<u8>) {
        let (lock, changed) = &*self.seen;
        let until = Instant::now() + DEADLINE;
        let mut seen = lock.lock().unwrap();
        while !seen.closed {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "it never ended; the screen was:\n{}", seen.parser.screen().contents());
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
        let raw = seen.raw.clone();
        drop(seen);
        (self.child.wait().unwrap(), raw)
    }

    /// From now on the line to the terminal takes so many bytes a second, and the program waits when it is full.
    pub fn slow(&self, rate: u32) {
        self.seen.0.lock().unwrap().rate = Some(rate);
    }

    /// Sends bytes that arrive later than they were sent, as over a long line; in their order.
    pub fn send_late(&self, pieces: &[&str], late: Duration) -> std::thread::JoinHandle<()> {
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|p| p.as_bytes().to_vec()).collect();
        let writer = self.writer.clone().unwrap();
        std::thread::spawn(move || {
            std::thread::sleep(late);
            for piece in pieces {
                let mut writer = writer.lock().unwrap();
                writer.write_all(&piece).unwrap();
                writer.flush().unwrap();
            }
        })
    }

    /// Tears the terminal away: the last descriptor of its other side is closed.
    pub fn tear_away(&mut self) {
        self.seen.0.lock().unwrap().leaving = true;
        // Whatever it answers to this wakes the reader, which then lets go.
        self.send("\x0c");
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        self.writer = None;
        self.master = None;
    }

    /// Waits for the program's end without its terminal.
    pub fn end_without_terminal(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Frames so far.
    pub fn frames(&self) -> usize {
        self.raw().windows(8).filter(|w| *w == b"\x1b[?2026h").count()
    }

    pub fn raw(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().raw.clone()
    }

    pub fn resize(&self, width: u16, height: u16) {
        self.seen.0.lock().unwrap().parser.screen_mut().set_size(cells(height), cells(width));
        let size = PtySize { rows: height, cols: width, ..PtySize::default() };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.child.process_id().unwrap().try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Settings of the terminal that a shell relies on.
    pub fn is_cooked(&self) -> bool {
        const ICANON: u64 = 2;
        let flags = self.master.as_ref().unwrap().get_termios().unwrap().local_flags;
        u64::from(flags.bits()) & ICANON != 0
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

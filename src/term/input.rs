//! Keys from the terminal without polling: the task sleeps until the kernel has bytes.

use super::parser::{Event, Parser};
use crate::ui::Code;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::{
    io::{self, Stdin},
    time::Duration,
};
use tokio::io::{Interest, unix::AsyncFd};

/// How long a lone Esc waits for the rest of a sequence.
const ESC_WAIT: Duration = Duration::from_millis(40);

/// A paste that pauses for longer than this has lost its end.
const PASTE_WAIT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Input {
    fd: AsyncFd<Stdin>,
    parser: Parser,
}

/// A key with what came along in the same read; see `ui::Msg::Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    Key {
        key: crate::ui::Key,
        burst: bool,
    },
    Paste(String),
    Mouse(crate::ui::Mouse),
    /// The terminal is gone.
    Hangup,
}

impl Input {
    /// # Errors
    /// Standard input cannot be waited for (it is a file, not a terminal).
    pub fn new() -> io::Result<Self> {
        // The safe constructor is deprecated for descriptors that may be closed while registered; standard input stays
        // open as long as the process lives, and its replacement needs `unsafe`.
        #[allow(deprecated)]
        let fd = AsyncFd::with_interest(io::stdin(), Interest::READABLE)?;
        Ok(Self { fd, parser: Parser::default() })
    }

    /// Waits for the next keys. Cancel-safe: bytes are taken only when they are returned.
    pub async fn next(&mut self) -> Vec<Incoming> {
        loop {
            let ready = if self.parser.pasting() {
                tokio::select! {
                    ready = self.fd.readable() => ready,
                    () = tokio::time::sleep(PASTE_WAIT) => match mark(self.parser.end_paste()) {
                        events if events.is_empty() => continue,
                        events => return events,
                    },
                }
            } else if self.parser.pending() {
                tokio::select! {
                    ready = self.fd.readable() => ready,
                    () = tokio::time::sleep(ESC_WAIT) => return mark(self.parser.flush()),
                }
            } else {
                self.fd.readable().await
            };
            let Ok(mut ready) = ready else { return vec![Incoming::Hangup] };
            if !has_bytes() {
                ready.clear_ready();
                continue;
            }
            let mut buf = [0_u8; 16 * 1024];
            match rustix::io::read(rustix::stdio::stdin(), &mut buf) {
                Ok(0) => return vec![Incoming::Hangup],
                Ok(n) => {
                    if !has_bytes() {
                        ready.clear_ready();
                    }
                    let events = self.parser.feed(&buf[..n]);
                    if !events.is_empty() {
                        return mark(events);
                    }
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                Err(_) => return vec![Incoming::Hangup],
            }
        }
    }
}

/// True when a read would not block; the descriptor stays blocking because the shell shares it.
fn has_bytes() -> bool {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut fds, Some(&now)), Ok(n) if n > 0)
}

/// A key among others in one read is part of a burst. Enter at its end is a real one: scripts and fast typists send
/// text and Enter together, only a paste goes on after it.
fn mark(events: Vec<Event>) -> Vec<Incoming> {
    let n = events.len();
    events
        .into_iter()
        .enumerate()
        .map(|(i, event)| match event {
            Event::Key(key) => {
                let burst = if key.code == Code::Enter { i + 1 < n } else { n > 1 };
                Incoming::Key { key, burst }
            }
            Event::Paste(text) => Incoming::Paste(text),
            Event::Mouse(mouse) => Incoming::Mouse(mouse),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::Key;

    #[test]
    fn enter_ends_a_burst_and_is_not_part_of_it() {
        let keys = |s: &str| mark(Parser::default().feed(s.as_bytes()));
        let bursts =
            |s: &str| -> Vec<bool> { keys(s).iter().map(|k| matches!(k, Incoming::Key { burst: true, .. })).collect() };
        assert_eq!(bursts("y"), [false]);
        assert_eq!(bursts("yes\r"), [true, true, true, false]);
        assert_eq!(bursts("a\rb"), [true, true, true]);
        assert_eq!(keys("\r"), [Incoming::Key { key: Key::plain(Code::Enter), burst: false }]);
    }
}

//! Entering and giving back the terminal. Giving back is one function for every way out: the end, an error, a panic, a
//! signal, a suspension, the editor.

use std::{
    io::{self, Write},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

/// True while the terminal is ours.
static ENTERED: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Alternate screen, bracketed paste, cursor hidden until a frame shows it.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[2J";
/// The end of a half-drawn frame, then everything back as it was; harmless when nothing was set.
const RESTORE: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[23;2t\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// Gives the terminal back when dropped.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, alternate screen, bracketed paste, and a panic hook that gives it back.
    ///
    /// # Errors
    /// The terminal refused raw mode or could not be written.
    pub fn enter() -> io::Result<Self> {
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |info| {
                // A panic of another thread is caught where it matters; the screen goes on.
                if std::thread::current().name() == Some("main") {
                    restore();
                }
                previous(info);
            }));
        });
        take()?;
        Ok(Self(()))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Takes the terminal (again).
///
/// # Errors
/// The terminal refused raw mode or could not be written.
pub fn take() -> io::Result<()> {
    if !ENTERED.swap(true, Ordering::SeqCst) {
        if let Err(error) = crossterm::terminal::enable_raw_mode() {
            ENTERED.store(false, Ordering::SeqCst);
            return Err(error);
        }
        let mut out = io::stdout().lock();
        out.write_all(ENTER)?;
        out.flush()?;
    }
    Ok(())
}

/// A panic on purpose at the place that `G1_TEST_PANIC` names, for the tests of the way out; not in release builds.
pub fn panic_if_asked(place: &str) {
    #[cfg(debug_assertions)]
    assert!(std::env::var("G1_TEST_PANIC").as_deref() != Ok(place), "a panic on purpose: {place}");
    #[cfg(not(debug_assertions))]
    let _ = place;
}

/// Columns and rows of the terminal; asked before every frame, so it costs one call of the kernel and opens nothing.
///
/// # Errors
/// Standard output is no terminal (any more).
pub fn size() -> io::Result<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout())?;
    Ok((size.ws_col, size.ws_row))
}

/// Gives the terminal back; a second call does nothing. Failures are ignored: a terminal that is gone needs nothing.
pub fn restore() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        // Written directly: a panic may hold the lock of standard output.
        let mut rest = RESTORE;
        while !rest.is_empty() {
            match rustix::io::write(rustix::stdio::stdout(), rest) {
                Ok(n) if n > 0 => rest = &rest[n..],
                _ => break,
            }
        }
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

//! A line that nobody sees: passphrases and keys, read from the terminal itself, whatever stdin and stdout are.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
};
use zeroize::Zeroizing;

/// Gives the terminal its echo back, however the reading ends.
struct Quiet<'a>(&'a File, Termios);

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.0, OptionalActions::Flush, &self.1);
    }
}

/// Asks on the controlling terminal and reads a line without showing it; `None` when it is empty.
///
/// # Errors
/// There is no terminal, or it went away.
pub fn ask(prompt: &str) -> io::Result<Option<SecretString>> {
    let mut tty = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    let mut line = Zeroizing::new(String::new());
    {
        let before = tcgetattr(&tty)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        let handle = tty.try_clone()?;
        let _echo = Quiet(&handle, before);
        tcsetattr(&handle, OptionalActions::Flush, &quiet)?;
        tty.write_all(prompt.as_bytes())?;
        tty.flush()?;
        BufReader::new(&tty).read_line(&mut line)?;
    }
    tty.write_all(b"\n")?;
    let text = line.trim_end_matches(['\r', '\n']);
    Ok((!text.is_empty()).then(|| SecretString::from(text)))
}

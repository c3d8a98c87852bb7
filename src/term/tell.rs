//! What is said to the terminal beside the screen: the window's title, notifications, whose the mouse is.

use crate::domain::Clean;
use std::process::Stdio;

/// Buttons and wheel (1000) in a form without limits (1006); never every movement.
pub const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
pub const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// The title there was is kept by the terminal; giving the terminal back takes it from there.
pub const KEEP_TITLE: &[u8] = b"\x1b[22;2t";

/// Text that can end no sequence and begin none.
fn plain(text: &Clean, unicode: bool) -> String {
    text.chars().filter(|c| !c.is_control()).map(|c| if unicode || c.is_ascii() { c } else { '?' }).take(200).collect()
}

/// The title of the window.
#[must_use]
pub fn title(text: &Clean, unicode: bool) -> Vec<u8> {
    format!("\x1b]2;{}\x07", plain(text, unicode)).into_bytes()
}

/// A notification of the desktop the terminal runs on (OSC 9), and the bell.
#[must_use]
pub fn notification(text: &Clean, unicode: bool, bell: bool) -> Vec<u8> {
    let ring = if bell { "\x07" } else { "" };
    format!("\x1b]9;{}\x07{ring}", plain(text, unicode)).into_bytes()
}

/// Runs the person's own command with the words as its last argument; nobody waits for it and nothing of it is shown.
pub fn command(command: &str, text: &Clean) {
    let child = super::jobs::program("sh")
        .args(["-c", &format!("{command} \"$1\""), "sh", &plain(text, true)])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match child {
        Ok(mut child) => drop(tokio::spawn(async move { child.wait().await })),
        Err(error) => tracing::warn!(%error, "the notify command could not be started"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_gets_out_of_its_sequence() {
        let bad = Clean::from("a\u{7}b\u{1b}]52;c;x\u{9c}é");
        for bytes in [title(&bad, true), notification(&bad, true, false)] {
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(text.matches('\u{1b}').count(), 1, "{text:?}");
            assert_eq!(text.matches('\u{7}').count(), 1, "{text:?}");
            assert!(text.ends_with('\u{7}'));
        }
        assert!(title(&bad, false).is_ascii());
        assert!(notification(&"x".into(), true, true).ends_with(b"\x07\x07"));
    }
}

//! What the screens hand to the outside: the clipboard, the editor, files, suspension.

use crate::{
    domain::{Clean, attachment::Attachment},
    import,
    ui::FileText,
};
use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

/// Terminals drop or cut longer sequences.
const CLIPBOARD: usize = 74_000;

/// Variables that hold keys: programs that are started for a person do not inherit them.
static PRIVATE: OnceLock<Vec<String>> = OnceLock::new();

/// Names the variables that no program inherits which is started from here on.
pub fn keep_private(names: Vec<String>) {
    // Said once, before anything is started.
    let _ = PRIVATE.set(names);
}

/// A program of the person's, without their keys.
pub(super) fn program(name: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(name);
    for variable in PRIVATE.get().into_iter().flatten() {
        command.env_remove(variable);
    }
    command
}

/// Sends text to the clipboard of the person's terminal: through tmux when inside it, else by OSC 52. Whether the
/// terminal took it cannot be known, so the message does not claim it.
pub async fn copy(text: &str, out: &mut impl Write) -> Clean {
    let mut end = text.len().min(CLIPBOARD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = if end < text.len() { ", cut to what terminals take" } else { "" };
    let text = &text[..end];
    let size = if end < 1000 { format!("{end} bytes") } else { format!("{:.1} kB", end as f64 / 1e3) };
    if std::env::var_os("TMUX").is_some() && tmux(text).await.is_ok() {
        return format!("{size} given to tmux and the terminal's clipboard{cut}.").into();
    }
    let sequence = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text);
    match crossterm::execute!(out, sequence) {
        Ok(()) => format!("{size} sent to the terminal's clipboard (OSC 52){cut}.").into(),
        Err(error) => format!("The clipboard could not be reached: {error}").into(),
    }
}

async fn tmux(text: &str) -> io::Result<()> {
    use tokio::io::AsyncWriteExt;
    let mut child = program("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).await?;
    }
    let done = child.wait().await?;
    if done.success() { Ok(()) } else { Err(io::Error::other("tmux refused")) }
}

/// Lets the person write `text` in their editor, as a file with this suffix; gives the text back.
pub async fn edit(text: String, suffix: &str) -> Result<String, Clean> {
    let editor = ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|n| std::env::var(n).ok().filter(|v| !v.trim().is_empty()))
        .unwrap_or_else(|| "vi".into());
    let fail = |what: &str, error: &dyn std::fmt::Display| Clean::from(format!("{what}: {error}. Set $EDITOR."));
    let mut file = tempfile::Builder::new()
        .prefix("g1-")
        .suffix(suffix)
        .tempfile()
        .map_err(|e| fail("No file for the editor could be made", &e))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.flush())
        .map_err(|e| fail("The text could not be written", &e))?;
    // Through the shell, as git does: $EDITOR may carry arguments.
    let status = program("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(file.path())
        .status()
        .await
        .map_err(|e| fail("The editor could not be started", &e))?;
    if !status.success() {
        return Err(
            format!("'{}' ended with {status}; the text is as it was.", Clean::new(&editor).one_line(60)).into()
        );
    }
    let bytes = std::fs::read(file.path()).map_err(|e| fail("The text could not be read back", &e))?;
    String::from_utf8(bytes).map_err(|_| "The editor left text that is not UTF-8; the draft is as it was.".into())
}

/// Where the file lies, and its content.
fn contents(path: &str) -> Result<(PathBuf, Vec<u8>), Clean> {
    let expanded = match path.strip_prefix("~/") {
        Some(rest) => std::env::home_dir().map_or_else(|| path.into(), |home| home.join(rest)),
        None => Path::new(path).to_path_buf(),
    };
    let fail = |why: String| Clean::from(format!("{path}: {why}"));
    let meta = std::fs::metadata(&expanded).map_err(|e| fail(e.to_string()))?;
    if !meta.is_file() {
        return Err(fail("is not a file".into()));
    }
    if meta.len() > import::LARGEST {
        return Err(fail(format!("has {} MB; a document may have {}", meta.len() >> 20, import::LARGEST >> 20)));
    }
    let bytes = std::fs::read(&expanded).map_err(|e| fail(e.to_string()))?;
    Ok((expanded, bytes))
}

/// A file that lies beside the requirement.
pub fn attach(path: &str) -> Result<(String, Attachment), Clean> {
    let (expanded, bytes) = contents(path)?;
    Ok((expanded.display().to_string(), import::beside(&expanded, &bytes)))
}

/// A requirement from a file, whole.
pub fn read_file(path: &str) -> Result<FileText, Clean> {
    let (expanded, bytes) = contents(path)?;
    let fail = |why: String| Clean::from(format!("{path}: {why}"));
    let document = import::document(&expanded, &bytes).map_err(|e| fail(e.to_string()))?;
    let unfit = |e: std::string::FromUtf8Error| fail(format!("is not UTF-8 (byte {})", e.utf8_error().valid_up_to()));
    let text = String::from_utf8(document.text).map_err(unfit)?;
    Ok(FileText { text, original: document.original.map(|file| (expanded.display().to_string(), file)) })
}

/// Stops the whole foreground group, as Ctrl-Z does everywhere; returns when the shell brings it back.
pub fn suspend() {
    // SIGSTOP: a self-sent SIGTSTP is dropped in an orphaned process group.
    let _ = rustix::process::kill_current_process_group(rustix::process::Signal::STOP);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_program_inherits_a_key() {
        keep_private(vec!["A_KEY_OF_MINE".to_owned()]);
        let command = program("true");
        assert!(command.as_std().get_envs().any(|(name, value)| name == "A_KEY_OF_MINE" && value.is_none()));
    }
}

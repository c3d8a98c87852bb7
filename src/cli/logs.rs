//! What only the machinery cares about goes into a file of the user's, never onto a screen.

use crate::config::dirs;
use std::{
    fs::{self, File, OpenOptions},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    sync::Mutex,
};
use tracing_subscriber::EnvFilter;

/// The log that is kept beside the present one begins anew above this many bytes.
const LARGE: u64 = 1 << 20;

/// Starts the log and has panics of worker threads written into it: those are caught where they matter, and words on
/// standard error would tear the screen. Without a writable folder there is no log, which stops nothing.
pub fn start() {
    let Some(file) = open(&dirs::state().join("logs")) else { return };
    let log = tracing_subscriber::fmt()
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        // The library logs the bodies of answers, in which servers repeat keys.
        .with_env_filter(EnvFilter::new("info,async_openai=off"))
        .finish();
    if tracing::subscriber::set_global_default(log).is_err() {
        return;
    }
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let trace = std::backtrace::Backtrace::force_capture();
        tracing::error!("{info}\n{trace}");
        if std::thread::current().name() == Some("main") {
            before(info);
        }
    }));
}

fn open(folder: &Path) -> Option<File> {
    fs::create_dir_all(folder).ok()?;
    let path = folder.join("g1.log");
    if fs::metadata(&path).is_ok_and(|meta| meta.len() > LARGE) {
        fs::rename(&path, folder.join("g1.log.1")).ok()?;
    }
    OpenOptions::new().create(true).append(true).mode(0o600).open(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_log_is_put_aside_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("g1.log");
        fs::write(&path, vec![b'x'; LARGE as usize + 1]).unwrap();
        assert_eq!(open(dir.path()).unwrap().metadata().unwrap().len(), 0);
        assert_eq!(fs::metadata(dir.path().join("g1.log.1")).unwrap().len(), LARGE + 1);
        assert!(open(dir.path()).is_some() && open(&path).is_none());
    }
}

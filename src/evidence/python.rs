//! The Python installation: found by asking `python3` once, so that the sandbox can open exactly what it needs to read.

use super::EvidenceError;
use serde::Deserialize;
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::process::Command;

/// A Python interpreter, resolved through shims, and what must be readable for it to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Python {
    /// The real interpreter, absolute.
    pub executable: PathBuf,
    pub version: (u32, u32),
    /// Interpreter, standard library, site-packages: files and directories.
    pub read: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    version: (u32, u32),
    paths: Vec<PathBuf>,
}

/// `-I`: neither the user's site directory nor the environment may add places to read.
const QUESTION: &str = r"
import json, os, sys, sysconfig
exe = sys.executable
paths = [exe, os.path.realpath(exe)]
for name in ('stdlib', 'platstdlib', 'purelib', 'platlib'):
    paths.append(sysconfig.get_path(name))
paths += [p for p in sys.path if p]
paths.append(sysconfig.get_config_var('LIBDIR'))
for prefix in (sys.prefix, os.path.dirname(os.path.dirname(exe))):
    paths.append(os.path.join(prefix, 'pyvenv.cfg'))
print(json.dumps({'executable': exe, 'version': sys.version_info[:2],
    'paths': sorted({os.path.realpath(p) for p in paths if p and os.path.exists(p)} | {exe})}))
";

impl Python {
    /// Asks `python3` of the PATH.
    ///
    /// # Errors
    /// There is none, it does not answer, or it is older than 3.9.
    pub async fn find() -> Result<Self, EvidenceError> {
        Self::ask(Path::new("python3")).await
    }

    /// # Errors
    /// As [`Python::find`].
    pub async fn ask(program: &Path) -> Result<Self, EvidenceError> {
        let no = EvidenceError::NoPython;
        let mut command = Command::new(program);
        command.args(["-I", "-c", QUESTION]).current_dir("/").stdin(Stdio::null()).kill_on_drop(true).env_clear();
        // Shims of version managers find their root through these.
        for (name, value) in std::env::vars_os() {
            let known = ["PATH", "HOME", "PYENV_ROOT", "PYENV_VERSION", "ASDF_DIR", "ASDF_DATA_DIR", "VIRTUAL_ENV"];
            if known.iter().any(|k| name == *k) {
                command.env(name, value);
            }
        }
        let output = tokio::time::timeout(Duration::from_secs(30), command.output())
            .await
            .map_err(|_| no("python3 did not answer within 30 s".to_owned()))?
            .map_err(|error| no(error.to_string()))?;
        if !output.status.success() {
            return Err(no(format!("python3 ended with {}", output.status)));
        }
        let answer: Answer = serde_json::from_slice(&output.stdout).map_err(|error| no(error.to_string()))?;
        if answer.version < (3, 9) {
            return Err(no(format!("python3 is {}.{}", answer.version.0, answer.version.1)));
        }
        let home = std::env::var_os("HOME").map(PathBuf::from);
        let read = answer.paths.into_iter().filter(|path| !is_too_wide(path, home.as_deref())).collect();
        Ok(Self { executable: answer.executable, version: answer.version, read })
    }
}

impl Python {
    /// True when a user without any rights could run it: nothing of it lies in a private home.
    #[must_use]
    pub fn is_readable_by_all(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
        self.read
            .iter()
            .all(|path| mode(path) & 0o004 != 0 && path.ancestors().skip(1).all(|dir| mode(dir) & 0o001 != 0))
    }
}

/// A library directory that is the root, the home or above it would open everything.
fn is_too_wide(path: &Path, home: Option<&Path>) -> bool {
    path.parent().is_none() || home.is_some_and(|home| home.starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_is_never_opened_as_a_whole() {
        let home = Some(Path::new("/home/ada"));
        for wide in ["/", "/home", "/home/ada"] {
            assert!(is_too_wide(Path::new(wide), home), "{wide}");
        }
        assert!(!is_too_wide(Path::new("/home/ada/.pyenv/versions/3.12.1/lib"), home));
        assert!(!is_too_wide(Path::new("/usr/lib/python3.11"), home));
    }

    #[tokio::test]
    async fn the_real_interpreter_is_found_behind_shims() {
        let python = Python::find().await.unwrap();
        assert!(python.executable.is_absolute());
        assert!(python.version >= (3, 9));
        assert!(python.read.iter().any(|path| path.join("unittest").is_dir()), "{python:?}");
    }

    #[tokio::test]
    async fn something_else_is_not_python() {
        assert!(matches!(Python::ask(Path::new("/bin/true")).await, Err(EvidenceError::NoPython(_))));
        assert!(matches!(Python::ask(Path::new("/nonexistent")).await, Err(EvidenceError::NoPython(_))));
    }
}

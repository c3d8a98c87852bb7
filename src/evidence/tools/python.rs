//! The Python installation: found by asking `python3` once, so that the sandbox can open exactly what it needs to read.

use super::{ask, is_too_wide};
use serde::Deserialize;
use std::path::{Path, PathBuf};

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

/// `-I`: neither the user's site directory nor the environment may add places to read, nor may a `.pth` file in
/// site-packages, as an editable install of another project is.
const QUESTION: &str = r"
import json, os, sys, sysconfig
exe = sys.executable
paths = [exe, os.path.realpath(exe)]
for name in ('stdlib', 'platstdlib', 'purelib', 'platlib'):
    paths.append(sysconfig.get_path(name))
inside = [os.path.join(os.path.realpath(p), '') for p in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)]
paths += [p for p in sys.path if p and os.path.realpath(p).startswith(tuple(inside))]
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
    /// There is none, it does not answer, or it is older than 3.9; in words for people.
    pub async fn find() -> Result<Self, String> {
        Self::ask(Path::new("python3")).await
    }

    /// # Errors
    /// As [`Python::find`].
    pub async fn ask(program: &Path) -> Result<Self, String> {
        let said = ask(program, &["-I", "-c", QUESTION]).await?;
        let answer: Answer = serde_json::from_str(&said).map_err(|error| error.to_string())?;
        if answer.version < (3, 9) {
            return Err(format!("python3 is {}.{}", answer.version.0, answer.version.1));
        }
        let read = answer.paths.into_iter().filter(|path| !is_too_wide(path)).collect();
        Ok(Self { executable: answer.executable, version: answer.version, read })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_real_interpreter_is_found_behind_shims() {
        let python = Python::find().await.unwrap();
        assert!(python.executable.is_absolute());
        assert!(python.version >= (3, 9));
        assert!(python.read.iter().any(|path| path.join("unittest").is_dir()), "{python:?}");
    }

    #[tokio::test]
    async fn something_else_is_not_python() {
        assert!(Python::ask(Path::new("/bin/true")).await.is_err());
        assert!(Python::ask(Path::new("/nonexistent")).await.is_err());
    }
}

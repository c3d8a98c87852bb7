//! The tool chains of this machine that run what was generated, each looked for when it is first needed.

mod cargo;
mod node;
mod python;

pub use cargo::Cargo;
pub use node::Node;
pub use python::Python;

use super::{EvidenceError, Stack};
use crate::domain::{Clean, condition::Condition};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{process::Command, sync::OnceCell};

/// The stacks whose tools are nowhere on the PATH, in words for a person. Nothing is started: some tools write into the home
/// of who asks them for their version, and none may be needed.
#[must_use]
pub fn not_on_path() -> Vec<String> {
    absent().map(|stack| stack.missing("it is not on the PATH")).collect()
}

/// The same, as prompts are told it.
#[must_use]
pub fn lacking() -> BTreeSet<Condition> {
    absent().flat_map(|stack| stack.conditions()).copied().collect()
}

fn absent() -> impl Iterator<Item = Stack> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = move |stack: &Stack| std::env::split_paths(&path).any(|dir| dir.join(stack.tool()).is_file());
    Stack::ALL.into_iter().filter(move |stack| !there(stack))
}

/// Shared by all clones.
#[derive(Debug, Clone)]
pub struct Tools(Arc<Cells>);

#[derive(Debug, Default)]
struct Cells {
    python: OnceCell<Python>,
    node: OnceCell<Node>,
    cargo: OnceCell<Cargo>,
}

impl Default for Tools {
    /// Those of the PATH, which all runs of this process share. What was not found is looked for again when it is needed again.
    fn default() -> Self {
        static ON_PATH: LazyLock<Tools> = LazyLock::new(|| Tools(Arc::default()));
        ON_PATH.clone()
    }
}

impl From<Python> for Tools {
    /// With this Python; the others are looked for.
    fn from(python: Python) -> Self {
        Self(Arc::new(Cells { python: OnceCell::new_with(Some(python)), ..Cells::default() }))
    }
}

impl Tools {
    /// # Errors
    /// The tool of this stack is missing or too old.
    pub async fn find(&self, stack: Stack) -> Result<(), EvidenceError> {
        match stack {
            Stack::Python => self.0.python.get_or_try_init(Python::find).await.map(drop),
            Stack::Node => self.0.node.get_or_try_init(Node::find).await.map(drop),
            Stack::Rust => self.0.cargo.get_or_try_init(Cargo::find).await.map(drop),
        }
        .map_err(|why| EvidenceError::NoTool { stack, why })
    }

    /// What runs programs of a stack on this machine, such as `Node.js 20.20`; nothing where there is none.
    pub async fn version(&self, stack: Stack) -> Option<String> {
        self.find(stack).await.ok()?;
        let (name, (major, minor)) = match stack {
            Stack::Python => ("Python", self.python()?.version),
            Stack::Node => ("Node.js", self.node()?.version),
            Stack::Rust => ("Rust", self.cargo()?.version),
        };
        Some(format!("{name} {major}.{minor}"))
    }

    pub(super) fn python(&self) -> Option<&Python> {
        self.0.python.get()
    }
    pub(super) fn node(&self) -> Option<&Node> {
        self.0.node.get()
    }
    pub(super) fn cargo(&self) -> Option<&Cargo> {
        self.0.cargo.get()
    }

    /// What the programs of a stack may read.
    pub(super) fn read(&self, stack: Stack) -> Vec<PathBuf> {
        match stack {
            Stack::Python => self.python().map(|python| python.read.clone()),
            Stack::Node => self.node().map(|node| node.read.clone()),
            Stack::Rust => self.cargo().map(|cargo| cargo.read.clone()),
        }
        .unwrap_or_default()
    }

    /// The one program that a manifest of this stack may name, as a path.
    pub(super) fn program(&self, stack: Stack, name: &str) -> Option<&Path> {
        match (stack, name) {
            (Stack::Python, "python3" | "python") => Some(&self.python()?.executable),
            (Stack::Node, "node") => Some(&self.node()?.executable),
            (Stack::Rust, "cargo") => Some(&self.cargo()?.executable),
            _ => None,
        }
    }

    /// True when a user without any rights could run it: nothing of it lies in a private home.
    pub(super) fn is_readable_by_all(&self, stack: Stack) -> bool {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.permissions().mode());
        self.read(stack)
            .iter()
            .all(|path| mode(path) & 0o004 != 0 && path.ancestors().skip(1).all(|dir| mode(dir) & 0o001 != 0))
    }
}

/// Asks a program of the PATH something, outside of any project: what it prints.
async fn ask(program: &Path, args: &[&str]) -> Result<String, String> {
    let name = program.display();
    let mut command = Command::new(program);
    command.args(args).current_dir("/").stdin(Stdio::null()).kill_on_drop(true).env_clear();
    // Shims of version managers find their root through these.
    const KNOWN: [&str; 12] = [
        "PATH",
        "HOME",
        "PYENV_ROOT",
        "PYENV_VERSION",
        "ASDF_DIR",
        "ASDF_DATA_DIR",
        "VIRTUAL_ENV",
        "NVM_DIR",
        "VOLTA_HOME",
        "RUSTUP_HOME",
        "CARGO_HOME",
        "RUSTUP_TOOLCHAIN",
    ];
    command.envs(std::env::vars_os().filter(|(name, _)| KNOWN.iter().any(|known| name == *known)));
    let output = tokio::time::timeout(Duration::from_secs(30), command.output())
        .await
        .map_err(|_| format!("{name} did not answer within 30 s"))?
        .map_err(|error| format!("{name}: {error}"))?;
    if !output.status.success() {
        let said = Clean::from_bytes(&output.stderr);
        let said = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let gap = if said.is_empty() { "" } else { ": " };
        return Err(format!("{name} ended with {}{gap}{}", output.status, Clean::new(said).one_line(200)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A library directory that is the root, the home or above it would open everything.
fn is_too_wide(path: &Path) -> bool {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    is_above(path, home.as_deref())
}

fn is_above(path: &Path, home: Option<&Path>) -> bool {
    path.parent().is_none() || home.is_some_and(|home| home.starts_with(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tool_that_fails_is_quoted() {
        let failed =
            ask(Path::new("sh"), &["-c", "echo >&2; echo no toolchain is chosen >&2; echo frames >&2; exit 3"]);
        assert_eq!(failed.await.unwrap_err(), "sh ended with exit status: 3: no toolchain is chosen");
        assert_eq!(ask(Path::new("sh"), &["-c", "exit 4"]).await.unwrap_err(), "sh ended with exit status: 4");
    }

    #[test]
    fn the_home_is_never_opened_as_a_whole() {
        let home = Some(Path::new("/home/ada"));
        for wide in ["/", "/home", "/home/ada"] {
            assert!(is_above(Path::new(wide), home), "{wide}");
        }
        assert!(!is_above(Path::new("/home/ada/.pyenv/versions/3.12.1/lib"), home));
        assert!(!is_above(Path::new("/usr/lib/python3.11"), home));
    }
}

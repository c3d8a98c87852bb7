//! The machine's Rust tool chain, behind rustup's shims or without them.

use super::{ask, is_too_wide};
use std::path::{Path, PathBuf};

/// A cargo, its compiler and its linker.
#[derive(Debug, Clone)]
pub struct Cargo {
    pub executable: PathBuf,
    pub rustc: PathBuf,
    pub version: (u32, u32),
    /// The tool chain's folder.
    pub read: Vec<PathBuf>,
}

impl Cargo {
    /// Asks `rustc` of the PATH for its own place.
    ///
    /// # Errors
    /// There is no compiler, no cargo beside it, or nothing to link with; in words for people.
    pub async fn find() -> Result<Self, String> {
        let said = ask(Path::new("rustc"), &["--print", "sysroot"]).await?;
        let root = PathBuf::from(said.trim());
        let (executable, rustc) = (root.join("bin/cargo"), root.join("bin/rustc"));
        if !executable.is_file() || !rustc.is_file() {
            return Err(format!("there is no cargo in {}", root.display()));
        }
        if is_too_wide(&root) {
            return Err(format!("the tool chain's folder is {}", root.display()));
        }
        let linker = std::env::var_os("PATH").is_some_and(|path| {
            std::env::split_paths(&path).any(|dir| dir.starts_with("/usr") && dir.join("cc").exists())
        });
        if !linker && !Path::new("/usr/bin/cc").exists() {
            return Err("there is no linker: install a C compiler (cc)".to_owned());
        }
        let said = ask(&executable, &["--version"]).await?;
        let mut numbers = said.split(' ').nth(1).unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0));
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        Ok(Self { executable, rustc, version, read: vec![root] })
    }
}

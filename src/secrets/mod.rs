//! Keys of providers in an encrypted file of the user's: AES-256-GCM under a key that comes from a passphrase
//! (Argon2id), from a key file or from the keyring of the operating system. The names of keys are readable, so that they
//! can be listed; their values are not, and each is sealed together with its name and the way the file is locked, so that
//! none can be put in the place of another.

mod keyring;
mod seal;

use crate::domain::Clean;
use rustix::fs::{Mode, OFlags};
use seal::Master;
pub use seal::{Lock, Sealed};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

const VERSION: u32 = 1;
/// Sealed under no name: tells a wrong passphrase from a damaged file.
const CHECK: &str = "";

/// Why the file is of no use. Says what to do, and never holds a value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("{0} may be read by others than you: chmod 600 it, and take new keys if others use this machine")]
    Open(String),
    #[error("{0} belongs to somebody else, or is no plain file")]
    Foreign(String),
    #[error("{path}: {error}")]
    Io { path: String, error: io::Error },
    #[error("{0} is damaged or of a newer G1: restore it, or remove it and set the keys again")]
    Damaged(String),
    #[error("the passphrase is wrong")]
    Passphrase,
    #[error("the key file {0} does not fit: it is not the one that the secrets were locked with")]
    KeyFile(String),
    #[error(
        "{0} was not made by G1, so nothing is put in its place: give the path of a new file with --key-file, and remove the old \
         one yourself where it was for this alone"
    )]
    NotOurs(String),
    #[error("the key file {0} is not there: put it back (or mount where it lies), then try again")]
    NoKeyFile(String),
    #[error(
        "the keyring of this machine cannot be used: {0}. `--key-file` and `--passphrase` do without it; what it locks \
         already is moved away from it by `g1 secrets rotate` where it is unlocked, or else set in the environment"
    )]
    Keyring(String),
    #[error(
        "the keyring does not hold the key of {0} (entry 'g1', account {1}): restore it there, or remove the file and set \
         the keys again"
    )]
    NotInKeyring(String, String),
    #[error("the secrets are locked")]
    Locked,
    #[error("'{0}' is no name of a key: write it as the variable it stands for, such as OPENAI_API_KEY")]
    Name(String),
    #[error("encryption failed")]
    Seal,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    lock: Lock,
    check: Sealed,
    #[serde(default)]
    keys: BTreeMap<String, Sealed>,
}

/// The file, and the way into it once it is unlocked.
#[derive(Debug)]
pub struct Vault {
    path: PathBuf,
    file: File,
    master: Option<Master>,
}

/// How a file is to be locked.
#[derive(Debug, Clone, Copy)]
pub enum With<'a> {
    Passphrase(&'a SecretString),
    /// Made there, readable by nobody else, when there is none.
    KeyFile(&'a Path),
    /// A fresh key in the keyring of the operating system.
    Keyring,
}

/// Whether the operating system has a keyring that answers here. Waits some seconds for one that is slow.
#[must_use]
pub fn has_keyring() -> bool {
    keyring::answers()
}

impl Vault {
    /// Keeps other processes from changing the file at `path` until the answer is dropped; waits for one that does.
    ///
    /// # Errors
    /// The folder can neither be made nor locked.
    pub fn hold(path: &Path) -> Result<fs::File, SecretError> {
        let fail = io_error(path);
        let folder = folder_of(path);
        fs::create_dir_all(folder).map_err(&fail)?;
        // The folder, because the file is replaced by each change.
        let folder = fs::File::open(folder).map_err(&fail)?;
        folder.lock().map_err(&fail)?;
        Ok(folder)
    }

    /// The file at `path`, still locked; `None` when there is none.
    ///
    /// # Errors
    /// Others may read it, or it is no such file.
    pub fn open(path: &Path) -> Result<Option<Self>, SecretError> {
        let Some(bytes) = read_private(path)? else { return Ok(None) };
        let damaged = || SecretError::Damaged(path.display().to_string());
        let file: File = serde_json::from_slice(&bytes).map_err(|_| damaged())?;
        if file.version != VERSION || !file.lock.is_sane() {
            return Err(damaged());
        }
        Ok(Some(Self { path: path.to_owned(), file, master: None }))
    }

    /// A new file without keys, unlocked. It is on disk after the first change.
    ///
    /// # Errors
    /// The key file cannot be made or read, or the keyring does not take a key.
    pub fn create(path: &Path, with: With<'_>) -> Result<Self, SecretError> {
        let (lock, master) = locked(with)?;
        Self::under(path, lock, master)
    }

    fn under(path: &Path, lock: Lock, master: Master) -> Result<Self, SecretError> {
        let check = master.seal(&lock, CHECK, VERSION.to_string().as_bytes())?;
        let file = File { version: VERSION, lock, check, keys: BTreeMap::new() };
        Ok(Self { path: path.to_owned(), file, master: Some(master) })
    }

    /// Whether a person must be asked before it can be used.
    #[must_use]
    pub fn wants_passphrase(&self) -> bool {
        self.master.is_none() && matches!(self.file.lock, Lock::Passphrase { .. })
    }

    /// Opens it with its key file, or with this passphrase.
    ///
    /// # Errors
    /// The passphrase or the key file is not the right one, or the keyring does not answer or has no key for it.
    pub fn unlock(&mut self, passphrase: Option<&SecretString>) -> Result<(), SecretError> {
        if self.master.is_some() {
            return Ok(());
        }
        let (master, wrong) = match &self.file.lock {
            Lock::Passphrase { .. } => {
                let passphrase = passphrase.ok_or(SecretError::Locked)?;
                (Master::from_passphrase(&self.file.lock, passphrase)?, SecretError::Passphrase)
            }
            Lock::KeyFile { path, .. } => {
                let fits = |bytes: &[u8]| {
                    let master = Master::from_bytes(&self.file.lock, bytes);
                    master.open(&self.file.lock, CHECK, &self.file.check).is_some().then_some(master)
                };
                let bytes = read_private(path)?;
                let wrong = match bytes {
                    Some(_) => SecretError::KeyFile(path.display().to_string()),
                    None => SecretError::NoKeyFile(path.display().to_string()),
                };
                let master = match bytes.and_then(|bytes| fits(&bytes)) {
                    Some(master) => master,
                    // A rotation was cut short after the keys were sealed anew.
                    None => {
                        let next = read_private(&next_to(path))?.and_then(|bytes| fits(&bytes));
                        let Some(master) = next else { return Err(wrong) };
                        take_over(path)?;
                        master
                    }
                };
                (master, wrong)
            }
            Lock::Keyring { account, .. } => {
                let wrong = || SecretError::NotInKeyring(self.path.display().to_string(), account.clone());
                let bytes = keyring::get(account)?.ok_or_else(wrong)?;
                (Master::from_bytes(&self.file.lock, &bytes), wrong())
            }
        };
        if master.open(&self.file.lock, CHECK, &self.file.check).is_none() {
            return Err(wrong);
        }
        self.master = Some(master);
        Ok(())
    }

    /// The names of the keys in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.file.keys.keys().map(String::as_str)
    }

    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.file.lock
    }

    /// How it is locked, in words.
    #[must_use]
    pub fn locked_by(&self) -> Clean {
        match &self.file.lock {
            Lock::Passphrase { .. } => Clean::new("a passphrase"),
            Lock::KeyFile { path, .. } => Clean::from(format!("the key file {}", path.display())),
            Lock::Keyring { .. } => Clean::new("the keyring of this machine"),
        }
    }

    /// # Errors
    /// It is locked, or the entry was tampered with.
    pub fn get(&self, name: &str) -> Result<Option<SecretString>, SecretError> {
        let Some(sealed) = self.file.keys.get(name) else { return Ok(None) };
        let master = self.master.as_ref().ok_or(SecretError::Locked)?;
        let damaged = || SecretError::Damaged(self.path.display().to_string());
        let bytes = master.open(&self.file.lock, name, sealed).ok_or_else(damaged)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| damaged())?;
        Ok(Some(SecretString::from(text)))
    }

    /// # Errors
    /// The name is no name, the file is locked or cannot be written.
    pub fn set(&mut self, name: &str, value: &SecretString) -> Result<(), SecretError> {
        let mut chars = name.chars();
        let begins = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        if !begins || name.len() > 100 || !chars.all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(SecretError::Name(Clean::new(name).one_line(60)));
        }
        let master = self.master.as_ref().ok_or(SecretError::Locked)?;
        let sealed = master.seal(&self.file.lock, name, value.expose_secret().as_bytes())?;
        self.file.keys.insert(name.to_owned(), sealed);
        self.save()
    }

    /// False when there was no such key. Needs no passphrase: who may write the file may remove it as well.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn remove(&mut self, name: &str) -> Result<bool, SecretError> {
        if self.file.keys.remove(name).is_none() {
            return Ok(false);
        }
        self.save()?;
        Ok(true)
    }

    /// Everything under a new lock: new salt, new nonces, a new key; also where the key file stays the one it is, which
    /// gets other content, so that a copy of the old one opens nothing any more.
    ///
    /// # Errors
    /// It is locked, or cannot be written.
    pub fn rotate(&mut self, with: With<'_>) -> Result<(), SecretError> {
        let names: Vec<String> = self.file.keys.keys().cloned().collect();
        let again = match (with, &self.file.lock) {
            (With::KeyFile(path), Lock::KeyFile { path: now, .. }) if absolute(path) == *now => Some(now.clone()),
            _ => None,
        };
        let mut next = match &again {
            Some(path) => {
                // It may be the only copy of something else, such as a person's key for SSH.
                if read_private(path)?.is_some_and(|bytes| !seal::is_random_text(&bytes)) {
                    return Err(SecretError::NotOurs(path.display().to_string()));
                }
                let fresh = seal::random_text();
                write_private(&next_to(path), fresh.as_bytes())?;
                let lock = Lock::by_key_file(path.clone());
                let master = Master::from_bytes(&lock, fresh.as_bytes());
                Self::under(&self.path, lock, master)?
            }
            None => Self::create(&self.path, with)?,
        };
        let master = next.master.as_ref().ok_or(SecretError::Locked)?;
        for name in names {
            let Some(value) = self.get(&name)? else { continue };
            let sealed = master.seal(&next.file.lock, &name, value.expose_secret().as_bytes())?;
            next.file.keys.insert(name, sealed);
        }
        // In this order either the old key file or the new one beside it fits, wherever it is cut short.
        next.save()?;
        if let Some(path) = again {
            take_over(&path)?;
        }
        if let Lock::Keyring { account, .. } = &std::mem::replace(self, next).file.lock {
            // It opens nothing any more, so a keyring that will not forget it now keeps no secret.
            let _ = keyring::forget(account);
        }
        Ok(())
    }

    fn save(&self) -> Result<(), SecretError> {
        let text = serde_json::to_vec_pretty(&self.file).map_err(|_| SecretError::Seal)?;
        write_private(&self.path, &text)
    }
}

/// A fresh lock, and the key that opens it.
fn locked(with: With<'_>) -> Result<(Lock, Master), SecretError> {
    match with {
        With::Passphrase(passphrase) => {
            let lock = Lock::by_passphrase();
            let master = Master::from_passphrase(&lock, passphrase)?;
            Ok((lock, master))
        }
        With::KeyFile(path) => {
            let bytes = match read_private(path)? {
                Some(bytes) => bytes,
                None => {
                    let fresh = seal::random_text();
                    write_private(path, fresh.as_bytes())?;
                    zeroize::Zeroizing::new(fresh.as_bytes().to_vec())
                }
            };
            let lock = Lock::by_key_file(absolute(path));
            let master = Master::from_bytes(&lock, &bytes);
            Ok((lock, master))
        }
        With::Keyring => {
            let lock = Lock::by_keyring();
            let bytes = zeroize::Zeroizing::new(seal::random_text().as_bytes().to_vec());
            let master = Master::from_bytes(&lock, &bytes);
            if let Lock::Keyring { account, .. } = &lock {
                keyring::put(account, bytes)?;
            }
            Ok((lock, master))
        }
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a new key file lies until the keys are sealed under it.
fn next_to(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}

/// Puts the new key file in the place of the old one.
fn take_over(path: &Path) -> Result<(), SecretError> {
    fs::rename(next_to(path), path).map_err(io_error(path))
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> SecretError + '_ {
    |error| SecretError::Io { path: path.display().to_string(), error }
}

/// A file that only its owner can read, and that is ours.
fn read_private(path: &Path) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, SecretError> {
    let fail = io_error(path);
    let fd = match rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    ) {
        Ok(fd) => fd,
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        Err(rustix::io::Errno::LOOP) => return Err(SecretError::Foreign(path.display().to_string())),
        Err(error) => return Err(fail(error.into())),
    };
    let mut file = fs::File::from(fd);
    let meta = file.metadata().map_err(&fail)?;
    if !meta.is_file() || meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(SecretError::Foreign(path.display().to_string()));
    }
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(SecretError::Open(path.display().to_string()));
    }
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    Read::by_ref(&mut file).take(4 << 20).read_to_end(&mut bytes).map_err(&fail)?;
    Ok(Some(bytes))
}

/// Whole or not at all, readable by nobody else at any moment.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), SecretError> {
    let fail = io_error(path);
    let folder = folder_of(path);
    fs::create_dir_all(folder).map_err(&fail)?;
    let mut file =
        tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o600)).tempfile_in(folder).map_err(&fail)?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(&fail)?;
    file.persist(path).map_err(|error| fail(error.error))?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(&fail)
}

#[cfg(test)]
mod tests;

//! The cryptography: AES-256-GCM with a fresh random nonce for every value, under a key from
//! Argon2id, a key file or the keyring.

use super::SecretError;
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, OsRng, Payload, rand_core::RngCore},
};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, path::PathBuf};
use zeroize::Zeroizing;

/// Argon2id: 64 MiB, three passes, as RFC 9106 has it for machines without memory to spare.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
/// What a file may ask for: more would only stop the machine.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// How a file is locked. Part of what every value is sealed with, so that it cannot be weakened unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Lock {
    /// Argon2id.
    Passphrase {
        salt: String,
        memory_kib: u32,
        passes: u32,
    },
    KeyFile {
        path: PathBuf,
        salt: String,
    },
    /// The keyring of the operating system holds the key, under this account.
    Keyring {
        account: String,
        salt: String,
    },
}

impl Lock {
    pub(super) fn by_passphrase() -> Self {
        Self::Passphrase { salt: hex(&random::<16>()), memory_kib: MEMORY_KIB, passes: PASSES }
    }
    pub(super) fn by_key_file(path: PathBuf) -> Self {
        Self::KeyFile { path, salt: hex(&random::<16>()) }
    }
    /// Under an account that no other file has had.
    pub(super) fn by_keyring() -> Self {
        Self::Keyring { account: format!("secrets-{}", hex(&random::<8>())), salt: hex(&random::<16>()) }
    }
    pub(super) fn is_sane(&self) -> bool {
        match self {
            Self::Passphrase { salt, memory_kib, passes } => {
                unhex(salt).is_some_and(|salt| salt.len() >= 16)
                    && (8..=MOST_MEMORY_KIB).contains(memory_kib)
                    && (1..=MOST_PASSES).contains(passes)
            }
            Self::KeyFile { salt, .. } | Self::Keyring { salt, .. } => unhex(salt).is_some(),
        }
    }
    /// What binds a value to its name and to this lock.
    fn bound_to(&self, name: &str) -> Vec<u8> {
        let lock = match self {
            Self::Passphrase { salt, memory_kib, passes } => format!("argon2id {salt} {memory_kib} {passes}"),
            // The file may be moved; what it holds may not change.
            Self::KeyFile { salt, .. } => format!("key-file {salt}"),
            Self::Keyring { salt, .. } => format!("keyring {salt}"),
        };
        format!("g1 secrets 1\0{lock}\0{name}").into_bytes()
    }
}

/// One value, encrypted, as hexadecimal text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    nonce: String,
    text: String,
}

/// The key of a file, wiped when it is no longer needed.
pub struct Master(Zeroizing<[u8; 32]>);

impl fmt::Debug for Master {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Master(…)")
    }
}

impl Master {
    pub(super) fn from_passphrase(lock: &Lock, passphrase: &SecretString) -> Result<Self, SecretError> {
        let Lock::Passphrase { salt, memory_kib, passes } = lock else { return Err(SecretError::Locked) };
        let salt = unhex(salt).ok_or(SecretError::Seal)?;
        let params = Params::new(*memory_kib, *passes, 1, Some(32)).map_err(|_| SecretError::Seal)?;
        let mut key = Zeroizing::new([0_u8; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose_secret().as_bytes(), &salt, key.as_mut())
            .map_err(|_| SecretError::Seal)?;
        Ok(Self(key))
    }

    /// From what a key file or the keyring holds, which is random: no stretching makes it better.
    pub(super) fn from_bytes(lock: &Lock, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(lock.bound_to("key"));
        hash.update(bytes.trim_ascii());
        Self(Zeroizing::new(hash.finalize().into()))
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.0).into())
    }

    pub(super) fn seal(&self, lock: &Lock, name: &str, value: &[u8]) -> Result<Sealed, SecretError> {
        let nonce = random::<12>();
        let payload = Payload { msg: value, aad: &lock.bound_to(name) };
        let text = self.cipher().encrypt(Nonce::from_slice(&nonce), payload).map_err(|_| SecretError::Seal)?;
        Ok(Sealed { nonce: hex(&nonce), text: hex(&text) })
    }

    /// `None`: another key, another name, another lock, or damage.
    pub(super) fn open(&self, lock: &Lock, name: &str, sealed: &Sealed) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, text) = (unhex(&sealed.nonce)?, unhex(&sealed.text)?);
        if nonce.len() != 12 {
            return None;
        }
        let payload = Payload { msg: &text, aad: &lock.bound_to(name) };
        self.cipher().decrypt(Nonce::from_slice(&nonce), payload).ok().map(Zeroizing::new)
    }
}

/// 256 random bits as text, for a key file or the keyring.
pub(super) fn random_text() -> Zeroizing<String> {
    Zeroizing::new(format!("{}\n", hex(Zeroizing::new(random::<32>()).as_ref())))
}

/// Whether it looks like such a text.
pub(super) fn is_random_text(bytes: &[u8]) -> bool {
    let digits = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit)
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    OsRng.fill_bytes(&mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

//! The keyring of the operating system, where there is one: the Secret Service of a desktop (GNOME Keyring, KWallet,
//! KeePassXC) or the Keychain of macOS. It holds only the key that the file of secrets is locked with, so that names are
//! known and the file is checked without asking it.

use super::SecretError;
use std::{sync::mpsc, thread, time::Duration};
use zeroize::Zeroizing;

/// A keyring may have its owner unlock it in a window of its own.
const ANSWER: Duration = Duration::from_secs(120);
/// How long to look whether there is one.
const GREETING: Duration = Duration::from_secs(3);

/// Whether one answers.
pub(super) fn answers() -> bool {
    asked(GREETING, |_| Ok(())).is_ok()
}

/// What it holds for `account`.
pub(super) fn get(account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, SecretError> {
    let account = account.to_owned();
    asked(ANSWER, move |keyring| keyring.get(&account))
}

/// Keeps `secret` for `account`, in the place of what was there.
pub(super) fn put(account: &str, secret: Zeroizing<Vec<u8>>) -> Result<(), SecretError> {
    let account = account.to_owned();
    asked(ANSWER, move |keyring| keyring.put(&account, &secret))
}

/// Forgets what it holds for `account`, if anything.
pub(super) fn forget(account: &str) -> Result<(), SecretError> {
    let account = account.to_owned();
    asked(ANSWER, move |keyring| keyring.forget(&account))
}

/// Asks on a thread of its own: the library waits without an end, and must not be called where futures are polled.
fn asked<T: Send + 'static>(
    within: Duration,
    question: impl FnOnce(&system::Keyring) -> Result<T, String> + Send + 'static,
) -> Result<T, SecretError> {
    let (tell, told) = mpsc::channel();
    let asking = thread::Builder::new().name("keyring".into()).spawn(move || {
        // Nobody listens any more if it took too long.
        let _ = tell.send(system::Keyring::open().and_then(|keyring| question(&keyring)));
    });
    asking.map_err(|error| SecretError::Keyring(error.to_string()))?;
    match told.recv_timeout(within) {
        Ok(answer) => answer.map_err(SecretError::Keyring),
        Err(_) => Err(SecretError::Keyring(format!("it did not answer within {} s", within.as_secs()))),
    }
}

#[cfg(all(feature = "keyring", any(target_os = "linux", target_os = "macos")))]
mod system {
    use keyring_core::{CredentialStore, Entry, Error};
    use std::sync::Arc;
    use zeroize::Zeroizing;

    const SERVICE: &str = "g1";

    pub(super) struct Keyring(Arc<CredentialStore>);

    impl Keyring {
        pub(super) fn open() -> Result<Self, String> {
            #[cfg(target_os = "linux")]
            let store = {
                // Without a session there is no desktop, and no keyring that anybody unlocked.
                if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none_or(|address| address.is_empty()) {
                    return Err("there is no desktop session here".to_owned());
                }
                zbus_secret_service_keyring_store::Store::new()
            };
            #[cfg(target_os = "macos")]
            let store = apple_native_keyring_store::keychain::Store::new();
            Ok(Self(store.map_err(words)?))
        }

        fn entry(&self, account: &str) -> Result<Entry, String> {
            self.0.build(SERVICE, account, None).map_err(words)
        }

        pub(super) fn get(&self, account: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            match self.entry(account)?.get_secret() {
                Ok(secret) => Ok(Some(Zeroizing::new(secret))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(words(error)),
            }
        }

        pub(super) fn put(&self, account: &str, secret: &[u8]) -> Result<(), String> {
            self.entry(account)?.set_secret(secret).map_err(words)
        }

        pub(super) fn forget(&self, account: &str) -> Result<(), String> {
            match self.entry(account)?.delete_credential() {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(words(error)),
            }
        }
    }

    /// The library's words may quote what it read ("bad encoding …"); only those of these kinds are passed on.
    fn words(error: Error) -> String {
        match error {
            Error::PlatformFailure(error) | Error::NoStorageAccess(error) => error.to_string(),
            Error::Ambiguous(_) => "it holds more than one entry of that name".to_owned(),
            _ => "it refused".to_owned(),
        }
    }
}

#[cfg(not(all(feature = "keyring", any(target_os = "linux", target_os = "macos"))))]
mod system {
    use zeroize::Zeroizing;

    /// There is none: cannot be made.
    pub(super) enum Keyring {}

    impl Keyring {
        pub(super) fn open() -> Result<Self, String> {
            Err("this build of G1 knows no keyring".to_owned())
        }
        pub(super) fn get(&self, _: &str) -> Result<Option<Zeroizing<Vec<u8>>>, String> {
            match *self {}
        }
        pub(super) fn put(&self, _: &str, _: &[u8]) -> Result<(), String> {
            match *self {}
        }
        pub(super) fn forget(&self, _: &str) -> Result<(), String> {
            match *self {}
        }
    }
}

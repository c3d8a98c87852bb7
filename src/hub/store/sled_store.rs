//! sled 0.34.7 behind the trait. On damaged files it may panic, lose keys in silence or refuse to open (all measured), so
//! every call is fenced, every value checksummed, and a folder that does not open is deleted and started again.

use super::{
    Pairs, Store, StoreError, Tree,
    checked::{seal, unseal},
};
use std::{
    cell::Cell,
    fs, io,
    panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind},
    path::Path,
    sync::Once,
    time::{Duration, Instant},
};

/// How long to wait for another process to close the store.
const CLOSING: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub struct SledStore {
    /// `None` only while it is being dropped.
    inner: Option<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: sled::Db,
    trees: Vec<sled::Tree>,
}

thread_local! {
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// True for a panic inside the store, which is caught and answered by a rebuild. A panic hook that gives the terminal
/// back, or prints, leaves such a panic alone.
#[must_use]
pub fn is_fenced(panic: &PanicHookInfo<'_>) -> bool {
    FENCED.with(Cell::get)
        || panic.location().is_some_and(|l| l.file().contains("sled-0.34") || l.file().contains("pagecache"))
}

/// Keeps fenced panics out of stderr.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_fenced(info) {
                before(info);
            }
        }));
    });
}

/// Runs what sled might panic in.
fn fenced<T>(f: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, StoreError> {
    let before = FENCED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(f));
    FENCED.set(before);
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(StoreError::Engine(e.to_string())),
        Err(_) => Err(StoreError::Engine("it panicked".to_owned())),
    }
}

/// sled says it in words only.
fn is_in_use(why: &StoreError) -> bool {
    matches!(why, StoreError::Engine(text) if text.contains("could not acquire lock"))
}

impl Drop for SledStore {
    fn drop(&mut self) {
        // Closing flushes, and flushing a damaged store may panic.
        let inner = self.inner.take();
        let _ = fenced(|| {
            drop(inner);
            Ok(())
        });
    }
}

impl SledStore {
    /// Opens the folder, creating it when it is missing.
    ///
    /// # Errors
    /// It does not open: damaged, in use, or the disk is full.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        quiet();
        fenced(|| {
            let db = sled::Config::new()
                .path(dir)
                // Nothing in here is worth a wake-up every half second: it can be rebuilt.
                .flush_every_ms(None)
                .cache_capacity(16 << 20)
                // A buffer of this size is held as long as the store is open, and its file is never smaller.
                .segment_size(128 << 10)
                .open()?;
            let trees = Tree::ALL.iter().map(|t| db.open_tree(t.name())).collect::<Result<_, _>>()?;
            Ok(Self { inner: Some(Inner { db, trees }) })
        })
    }

    /// Opens; what does not open is deleted (it can be rebuilt) and opened anew. The second value says why, if so.
    ///
    /// # Errors
    /// A new one does not open either.
    pub fn open_or_recreate(dir: &Path) -> Result<(Self, Option<StoreError>), StoreError> {
        let since = Instant::now();
        let mut opened = Self::open(dir);
        // The one who had it may still be closing it; what somebody else uses is never deleted.
        while opened.as_ref().is_err_and(is_in_use) && since.elapsed() < CLOSING {
            std::thread::sleep(Duration::from_millis(10));
            opened = Self::open(dir);
        }
        match opened {
            Ok(store) => Ok((store, None)),
            Err(why) if is_in_use(&why) => Err(why),
            Err(why) => {
                match fs::remove_dir_all(dir) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => {
                        // A file where the folder should be.
                        fs::remove_file(dir).map_err(|_| StoreError::Engine(e.to_string()))?;
                    }
                    _ => {}
                }
                Ok((Self::open(dir)?, Some(why)))
            }
        }
    }

    fn inner(&self) -> Result<&Inner, StoreError> {
        self.inner.as_ref().ok_or_else(|| StoreError::Engine("it is closed".to_owned()))
    }

    fn tree(&self, tree: Tree) -> Result<&sled::Tree, StoreError> {
        let tree = self.inner()?.trees.get(tree as usize);
        tree.ok_or_else(|| StoreError::Engine("it lacks a tree".to_owned()))
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let tree_of = self.tree(tree)?;
        let sealed = fenced(|| tree_of.get(key))?;
        sealed.map(|sealed| unseal(tree, key, &sealed)).transpose()
    }
    fn put(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let tree_of = self.tree(tree)?;
        fenced(|| tree_of.insert(key, seal(tree, key, value))).map(drop)
    }
    fn remove(&self, tree: Tree, key: &[u8]) -> Result<(), StoreError> {
        let tree_of = self.tree(tree)?;
        fenced(|| tree_of.remove(key)).map(drop)
    }
    fn all(&self, tree: Tree) -> Result<Pairs, StoreError> {
        let tree_of = self.tree(tree)?;
        let sealed = fenced(|| tree_of.iter().collect::<Result<Vec<_>, _>>())?;
        sealed.into_iter().map(|(key, value)| Ok((key.to_vec(), unseal(tree, &key, &value)?))).collect()
    }
    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        let tree_of = self.tree(tree)?;
        fenced(|| tree_of.clear())
    }
    fn flush(&self) -> Result<(), StoreError> {
        let inner = self.inner()?;
        fenced(|| inner.db.flush()).map(drop)
    }
}

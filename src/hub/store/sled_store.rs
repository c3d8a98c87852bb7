//! sled 0.34.7 behind the trait. On damaged files it may panic, lose keys in silence or refuse to open (all measured), so
//! every call is fenced, every value checksummed, and a folder that does not open is deleted and started again.

use super::{
    Pairs, Store, StoreError, Tree,
    checked::{seal, unseal},
};
use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

#[derive(Debug)]
pub struct SledStore {
    db: sled::Db,
    trees: Vec<sled::Tree>,
}

/// Runs what sled might panic in.
fn fenced<T>(f: impl FnOnce() -> Result<T, sled::Error>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(StoreError::Engine(e.to_string())),
        Err(_) => Err(StoreError::Engine("it panicked".to_owned())),
    }
}

impl SledStore {
    /// Opens the folder, creating it when it is missing.
    ///
    /// # Errors
    /// It does not open: damaged, in use, or the disk is full.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        fenced(|| {
            let db = sled::Config::new()
                .path(dir)
                // Nothing in here is worth a wake-up every half second: it can be rebuilt.
                .flush_every_ms(None)
                .cache_capacity(16 << 20)
                .open()?;
            let trees = Tree::ALL.iter().map(|t| db.open_tree(t.name())).collect::<Result<_, _>>()?;
            Ok(Self { db, trees })
        })
    }

    /// Opens; what does not open is deleted (it can be rebuilt) and opened anew. The second value says why, if so.
    ///
    /// # Errors
    /// A new one does not open either.
    pub fn open_or_recreate(dir: &Path) -> Result<(Self, Option<StoreError>), StoreError> {
        match Self::open(dir) {
            Ok(store) => Ok((store, None)),
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

    fn tree(&self, tree: Tree) -> &sled::Tree {
        // `trees` is made from `Tree::ALL`, which lists the enum in order.
        &self.trees[tree as usize]
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let sealed = fenced(|| self.tree(tree).get(key))?;
        sealed.map(|sealed| unseal(tree, key, &sealed)).transpose()
    }
    fn put(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        fenced(|| self.tree(tree).insert(key, seal(tree, key, value))).map(drop)
    }
    fn remove(&self, tree: Tree, key: &[u8]) -> Result<(), StoreError> {
        fenced(|| self.tree(tree).remove(key)).map(drop)
    }
    fn all(&self, tree: Tree) -> Result<Pairs, StoreError> {
        let sealed = fenced(|| self.tree(tree).iter().collect::<Result<Vec<_>, _>>())?;
        sealed.into_iter().map(|(key, value)| Ok((key.to_vec(), unseal(tree, &key, &value)?))).collect()
    }
    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        fenced(|| self.tree(tree).clear())
    }
    fn flush(&self) -> Result<(), StoreError> {
        fenced(|| self.db.flush()).map(drop)
    }
}

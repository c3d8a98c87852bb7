//! The store without a disk: for readers, for tests, and when the disk cannot hold one.

use super::{Pairs, Store, StoreError, Tree};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

type Map = BTreeMap<(Tree, Vec<u8>), Vec<u8>>;

#[derive(Debug, Default)]
pub struct MemoryStore {
    map: Mutex<Map>,
}

impl MemoryStore {
    fn map(&self) -> MutexGuard<'_, Map> {
        // Each change is a single call on the map, so a panic elsewhere cannot have left it half done.
        self.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.map().get(&(tree, key.to_vec())).cloned())
    }
    fn put(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.map().insert((tree, key.to_vec()), value.to_vec());
        Ok(())
    }
    fn remove(&self, tree: Tree, key: &[u8]) -> Result<(), StoreError> {
        self.map().remove(&(tree, key.to_vec()));
        Ok(())
    }
    fn all(&self, tree: Tree) -> Result<Pairs, StoreError> {
        Ok(self.map().iter().filter(|((t, _), _)| *t == tree).map(|((_, k), v)| (k.clone(), v.clone())).collect())
    }
    fn clear(&self, tree: Tree) -> Result<(), StoreError> {
        self.map().retain(|(t, _), _| *t != tree);
        Ok(())
    }
    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

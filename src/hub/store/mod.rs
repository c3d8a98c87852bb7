//! The hub's store: look-ups, metadata, the call cache. Derived from journal and blobs, never the truth, and so never
//! flushed on the critical path: whatever it lacks is put back unasked.

mod checked;
mod frames;
pub mod helper;
mod memory;
mod sled_store;
#[cfg(test)]
mod tests;

pub use helper::HelperStore;
pub use memory::MemoryStore;
pub use sled_store::{SledStore, is_fenced};

/// Where the store's engine runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Place {
    /// In this process: for what ends by itself.
    #[default]
    Here,
    /// In a helper process started from this binary, which has [`helper::main_if_child`]: for what stays open.
    Helper(std::path::PathBuf),
}

/// Opens the store in `dir`, creating it when it is missing; the second value says why it was started again, if it was.
///
/// # Errors
/// No store can be opened there.
pub fn open(place: &Place, dir: &std::path::Path) -> Result<(Box<dyn Store>, Option<StoreError>), StoreError> {
    Ok(match place {
        Place::Here => {
            let (store, rebuilt) = SledStore::open_or_recreate(dir)?;
            (Box::new(store), rebuilt)
        }
        Place::Helper(exe) => {
            let (store, rebuilt) = HelperStore::open(exe, dir)?;
            (Box::new(store), rebuilt)
        }
    })
}

/// A named part of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tree {
    /// Documents by `kind/id`.
    Documents,
    /// Replies by request hash.
    Calls,
    /// Vectors by content hash.
    Vectors,
    /// Versions and sequence numbers.
    Meta,
}

impl Tree {
    pub const ALL: [Self; 4] = [Self::Documents, Self::Calls, Self::Vectors, Self::Meta];
    fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Calls => "calls",
            Self::Vectors => "vectors",
            Self::Meta => "meta",
        }
    }
}

/// Why the store cannot be used as it is. Either way it is rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A value is not what was written.
    #[error("a value in {0} is damaged")]
    Damaged(&'static str),
    /// The engine failed, or panicked.
    #[error("the store failed: {0}")]
    Engine(String),
}

/// Keys and values of a tree.
pub type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A small ordered key-value store. Values are checksummed: what comes back is what was put, or an error.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// # Errors
    /// See [`StoreError`]; the same for every method.
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
    /// # Errors
    /// See [`StoreError`].
    fn put(&self, tree: Tree, key: &[u8], value: &[u8]) -> Result<(), StoreError>;
    /// # Errors
    /// See [`StoreError`].
    fn remove(&self, tree: Tree, key: &[u8]) -> Result<(), StoreError>;
    /// Everything in a tree, by key.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn all(&self, tree: Tree) -> Result<Pairs, StoreError>;
    /// # Errors
    /// See [`StoreError`].
    fn clear(&self, tree: Tree) -> Result<(), StoreError>;
    /// Makes it durable. Costly; called on closing only.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn flush(&self) -> Result<(), StoreError>;

    /// The sequence number of the last journal record whose effect is in here.
    ///
    /// # Errors
    /// See [`StoreError`].
    fn applied(&self) -> Result<u64, StoreError> {
        let value = self.get(Tree::Meta, b"applied")?;
        Ok(value.and_then(|v| v.try_into().ok()).map_or(0, u64::from_be_bytes))
    }
    /// # Errors
    /// See [`StoreError`].
    fn set_applied(&self, seq: u64) -> Result<(), StoreError> {
        self.put(Tree::Meta, b"applied", &seq.to_be_bytes())
    }
}

//! Content-addressed bytes: `.g1/blobs/<sha256>`.

use super::HubError;
use crate::domain::Hash;
use std::{
    collections::BTreeMap,
    fs, io,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::NamedTempFile;

/// A handle to a project's blobs; cheap to clone, usable from any thread.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: Arc<Path>,
}

impl Blobs {
    /// The blobs under `dir`, which exists.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self { dir: Arc::from(dir) }
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        self.dir.join(hash.as_str())
    }

    /// Stores `bytes` so that they survive a crash before this returns: whoever names the hash in a record may rely on
    /// it. Storing the same content again costs one read, and replaces a damaged copy.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put(&self, bytes: &[u8]) -> Result<Hash, HubError> {
        self.put_all([bytes])?;
        Ok(Hash::of(bytes))
    }

    /// The same for several that one record names: the disk is waited for once they are all written, and their names are
    /// made durable together.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn put_all<'a>(&self, contents: impl IntoIterator<Item = &'a [u8]>) -> Result<(), HubError> {
        let mut staged: BTreeMap<PathBuf, NamedTempFile> = BTreeMap::new();
        for bytes in contents {
            let path = self.path(&Hash::of(bytes));
            if staged.contains_key(&path) || fs::read(&path).is_ok_and(|there| there == bytes) {
                continue;
            }
            let file = stage(&self.dir, bytes).map_err(HubError::io("cannot write", &path))?;
            staged.insert(path, file);
        }
        if staged.is_empty() {
            return Ok(());
        }
        for (path, file) in &staged {
            file.as_file().sync_data().map_err(HubError::io("cannot write", path))?;
        }
        for (path, file) in staged {
            file.persist(&path).map_err(|e| HubError::io("cannot write", &path)(e.error))?;
        }
        sync_dir(&self.dir).map_err(HubError::io("cannot write", &*self.dir))
    }

    /// The content with that hash, verified.
    ///
    /// # Errors
    /// It is missing, or no longer what it was.
    pub fn get(&self, hash: &Hash) -> Result<Vec<u8>, HubError> {
        let path = self.path(hash);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(HubError::BlobMissing { hash: hash.clone() });
            }
            Err(e) => return Err(HubError::io("cannot read", path)(e)),
        };
        if Hash::of(&bytes) != *hash {
            return Err(HubError::BlobDamaged { hash: hash.clone() });
        }
        Ok(bytes)
    }

    /// Every blob there is, in no particular order; names that are not hashes are left over temporary files.
    pub(super) fn all(&self) -> Result<Vec<Hash>, HubError> {
        let entries = fs::read_dir(&self.dir).map_err(HubError::io("cannot list", &*self.dir))?;
        let names = entries.filter_map(|e| e.ok()?.file_name().into_string().ok());
        Ok(names.filter_map(|name| Hash::parse(&name)).collect())
    }
}

/// Writes a file so that a reader sees the old content or the new one, never a part. `durable`: also after a power cut.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8], durable: bool) -> Result<(), HubError> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let file = stage(dir, bytes)?;
        if durable {
            file.as_file().sync_data()?;
        }
        file.persist(path).map_err(|e| e.error)?;
        if durable { sync_dir(dir) } else { Ok(()) }
    };
    write().map_err(HubError::io("cannot write", path))
}

/// A temporary file with that content; it goes away unless it gets a name.
fn stage(dir: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".tmp-").tempfile_in(dir)?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Makes names in a directory durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    fs::File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_back_and_checked() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(dir.path());
        let hash = blobs.put(b"hello").unwrap();
        assert_eq!(blobs.get(&hash).unwrap(), b"hello");
        assert_eq!(blobs.put(b"hello").unwrap(), hash);
        assert_eq!(blobs.all().unwrap(), vec![hash.clone()]);

        fs::write(dir.path().join(hash.as_str()), b"hellO").unwrap();
        assert!(matches!(blobs.get(&hash), Err(HubError::BlobDamaged { .. })));
        assert_eq!(blobs.put(b"hello").unwrap(), hash, "storing again heals it");
        assert_eq!(blobs.get(&hash).unwrap(), b"hello");

        fs::remove_file(dir.path().join(hash.as_str())).unwrap();
        assert!(matches!(blobs.get(&hash), Err(HubError::BlobMissing { .. })));
    }

    #[test]
    fn no_temporary_file_stays_behind() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(dir.path());
        for i in 0..20u8 {
            blobs.put(&[i]).unwrap();
        }
        let many: Vec<[u8; 1]> = (10..30u8).chain(25..30).map(|i| [i]).collect();
        blobs.put_all(many.iter().map(|bytes| &bytes[..])).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 30);
        assert_eq!(blobs.get(&Hash::of(&[29])).unwrap(), [29]);
    }
}

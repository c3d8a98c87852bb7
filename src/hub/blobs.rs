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
use tempfile::{NamedTempFile, TempPath};

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
    pub fn put_all(&self, contents: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<(), HubError> {
        self.try_put_all(contents.into_iter().map(Ok))
    }

    /// The same for contents that are had one after another, which may fail; then none of them is stored.
    ///
    /// # Errors
    /// The disk refuses, or the first error of `contents`.
    pub(super) fn try_put_all(
        &self,
        contents: impl IntoIterator<Item = Result<impl AsRef<[u8]>, HubError>>,
    ) -> Result<(), HubError> {
        let failed = || HubError::io("cannot write", &*self.dir);
        let mut staged: BTreeMap<PathBuf, TempPath> = BTreeMap::new();
        let mut waiting = Waiting::default();
        for bytes in contents {
            let bytes = bytes?;
            let bytes = bytes.as_ref();
            let path = self.path(&Hash::of(bytes));
            if staged.contains_key(&path) || fs::read(&path).is_ok_and(|there| there == bytes) {
                continue;
            }
            let (file, name) = stage(&self.dir, bytes).map_err(HubError::io("cannot write", &path))?.into_parts();
            waiting.push(file).map_err(failed())?;
            staged.insert(path, name);
        }
        if staged.is_empty() {
            return Ok(());
        }
        waiting.settle(&self.dir).map_err(failed())?;
        for (path, name) in staged {
            name.persist(&path).map_err(|e| HubError::io("cannot write", &path)(e.error))?;
        }
        sync_dir(&self.dir).map_err(failed())
    }

    /// True where there is something of that name, whatever it holds.
    #[must_use]
    pub fn holds(&self, hash: &Hash) -> bool {
        self.path(hash).is_file()
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

/// Files that are written and not yet durable. A few are waited for one by one. Of many, each would cost a barrier of the
/// disk and a descriptor until then: there the whole file system is waited for, once.
#[derive(Default)]
struct Waiting {
    few: Vec<fs::File>,
    many: bool,
}

impl Waiting {
    /// From so many on they are many.
    const MANY: usize = 64;

    fn push(&mut self, file: fs::File) -> io::Result<()> {
        self.few.push(file);
        if self.few.len() < Self::MANY {
            return Ok(());
        }
        self.many = true;
        // Elsewhere nothing waits for a whole file system and says that it failed.
        if !cfg!(target_os = "linux") {
            self.each()?;
        }
        self.few.clear();
        Ok(())
    }

    fn each(&self) -> io::Result<()> {
        self.few.iter().try_for_each(fs::File::sync_data)
    }

    /// All of them, which lie in `dir`, are durable.
    fn settle(self, dir: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if self.many {
            return Ok(rustix::fs::syncfs(fs::File::open(dir)?)?);
        }
        let _ = dir;
        self.each()
    }
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

    #[test]
    fn many_are_stored_together_and_a_failure_among_them_stores_none() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(dir.path());
        let many: Vec<String> = (0..3 * Waiting::MANY + 5).map(|n| format!("content {n}")).collect();
        let missing = Hash::of(b"nowhere");
        let broken = many.iter().map(|text| Ok(text.clone().into_bytes())).chain([blobs.get(&missing)]);
        assert!(matches!(blobs.try_put_all(broken), Err(HubError::BlobMissing { .. })));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);

        blobs.put_all(&many).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), many.len());
        for text in &many {
            assert_eq!(blobs.get(&Hash::of(text.as_bytes())).unwrap(), text.as_bytes());
        }
    }
}

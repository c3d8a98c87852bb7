//! Objects of a repository, each a file of its own as git writes them: `objects/ab/cdef…`, compressed.

use flate2::{Compression, bufread::ZlibDecoder, write::ZlibEncoder};
use gix_index::hash::{Kind as Hashes, ObjectId};
use gix_object::Kind;
use rustix::{
    fs::{AtFlags, Mode, OFlags, mkdirat, openat, renameat, statat, unlinkat},
    io::Errno,
};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::fd::OwnedFd,
    sync::atomic::{AtomicU64, Ordering},
};

pub(super) const SHA1: Hashes = Hashes::Sha1;
/// What the smallest file takes on a disk. An object that fits is not made smaller: a compressor clears a third of a
/// megabyte of tables before it looks at the first byte. git compresses everything when it packs.
const BLOCK: usize = 4096;

#[derive(Debug)]
pub(super) struct Objects {
    folder: OwnedFd,
    /// Made when it is first needed.
    compressor: Option<ZlibEncoder<Vec<u8>>>,
}

impl Objects {
    /// Those in the folder `repository`.
    pub fn of(repository: &OwnedFd) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = openat(repository, "objects", flags, Mode::empty())?;
        Ok(Self { folder, compressor: None })
    }

    /// Writes an object that is not there yet. It gets its name when it is complete; what a power cut left of an earlier
    /// one, a name without content, is replaced.
    pub fn put(&mut self, kind: Kind, content: &[u8]) -> io::Result<ObjectId> {
        let id = gix_object::compute_hash(SHA1, kind, content).map_err(|error| io::Error::other(error.to_string()))?;
        let name = name_of(&id);
        if statat(&self.folder, &name, AtFlags::empty()).is_ok_and(|stat| stat.st_size > 0) {
            return Ok(id);
        }
        let bytes = self.packed(kind, content)?;
        let (mut file, temporary) = self.stage()?;
        let done = file.write_all(&bytes).and_then(|()| self.publish(&temporary, &name));
        if done.is_err() {
            let _ = unlinkat(&self.folder, &temporary, AtFlags::empty());
        }
        done.map(|()| id)
    }

    /// A new file, of a name that `git gc` clears away if nobody else does.
    fn stage(&self) -> io::Result<(File, String)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let name = format!("tmp_obj_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(&self.folder, &name, flags, Mode::from_raw_mode(0o444)) {
                // Left by another process that had this number.
                Err(Errno::EXIST) => {}
                other => return Ok((File::from(other?), name)),
            }
        }
    }

    fn publish(&self, temporary: &str, name: &str) -> io::Result<()> {
        let rename = || renameat(&self.folder, temporary, &self.folder, name);
        let renamed = match rename() {
            Err(Errno::NOENT) => {
                match mkdirat(&self.folder, &name[..2], Mode::from_raw_mode(0o777)) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
                rename()
            }
            other => other,
        };
        Ok(renamed?)
    }

    /// The bytes of an object's file.
    fn packed(&mut self, kind: Kind, content: &[u8]) -> io::Result<Vec<u8>> {
        let header = gix_object::encode::loose_header(kind, content.len() as u64);
        if let Some(stored) = stored(&header, content) {
            return Ok(stored);
        }
        let fresh = || ZlibEncoder::new(Vec::new(), Compression::fast());
        let compressor = self.compressor.get_or_insert_with(fresh);
        compressor.write_all(&header)?;
        compressor.write_all(content)?;
        compressor.reset(Vec::new())
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: &ObjectId) -> io::Result<ObjectId> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let mut bytes = Vec::new();
        File::from(openat(&self.folder, name_of(commit), flags, Mode::empty())?).read_to_end(&mut bytes)?;
        let mut begins = Vec::new();
        ZlibDecoder::new(&bytes[..]).take(128).read_to_end(&mut begins)?;
        let tree = || {
            let content = begins.strip_prefix(b"commit ")?.splitn(2, |byte| *byte == 0).nth(1)?;
            ObjectId::from_hex(content.strip_prefix(b"tree ")?.get(..40)?).ok()
        };
        tree().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("{commit} is no commit")))
    }
}

fn name_of(id: &ObjectId) -> String {
    let mut name = id.to_hex().to_string();
    name.insert(2, '/');
    name
}

/// A zlib stream of one stored block, if it fits into a [`BLOCK`]: the format's way to leave bytes as they are.
fn stored(header: &[u8], content: &[u8]) -> Option<Vec<u8>> {
    const AROUND: usize = 2 + 5 + 4;
    let len = header.len() + content.len();
    let length = u16::try_from(len).ok().filter(|_| len + AROUND <= BLOCK)?;
    let mut bytes = Vec::with_capacity(len + AROUND);
    // Deflate with a window of 32 KiB, made fast; then: the last block, stored.
    bytes.extend_from_slice(&[0x78, 0x01, 0x01]);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&(!length).to_le_bytes());
    bytes.extend_from_slice(header);
    bytes.extend_from_slice(content);
    // Adler-32; so few bytes cannot overflow before the remainder is taken.
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in header.iter().chain(content) {
        a += u32::from(*byte);
        b += a;
    }
    bytes.extend_from_slice(&(((b % 65521) << 16) | (a % 65521)).to_be_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_object_of_any_size_is_read_back_by_zlib() {
        for size in [0, 1, 100, BLOCK - 30, BLOCK - 19, BLOCK - 18, BLOCK, BLOCK + 1, 3 * BLOCK] {
            for byte in [0, b'a', 255] {
                let dir = tempfile::tempdir().unwrap();
                fs::create_dir(dir.path().join("objects")).unwrap();
                let mut objects = Objects::of(&File::open(dir.path()).unwrap().into()).unwrap();
                for more in 0..2 {
                    let content = vec![byte; size + more];
                    let id = objects.put(Kind::Blob, &content).unwrap();
                    let file = fs::read(dir.path().join("objects").join(name_of(&id))).unwrap();
                    assert!(file.len() <= BLOCK, "{size} bytes take {}", file.len());
                    let mut back = Vec::new();
                    ZlibDecoder::new(&file[..]).read_to_end(&mut back).unwrap();
                    assert_eq!(back, [format!("blob {}\0", size + more).as_bytes(), &content].concat());
                }
            }
        }
    }

    #[test]
    fn a_name_without_content_is_written_again_and_nothing_else_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("objects");
        fs::create_dir(&folder).unwrap();
        let mut objects = Objects::of(&File::open(dir.path()).unwrap().into()).unwrap();
        let id = objects.put(Kind::Blob, b"text").unwrap();
        let file = folder.join(name_of(&id));
        let whole = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        fs::write(&file, "").unwrap();
        objects.put(Kind::Blob, b"text").unwrap();
        assert_eq!(fs::read(&file).unwrap(), whole);
        // What has no place leaves no temporary file either.
        fs::remove_dir_all(folder.join(&name_of(&id)[..2])).unwrap();
        fs::write(folder.join(&name_of(&id)[..2]), "in the way").unwrap();
        assert!(objects.put(Kind::Blob, b"text").is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}

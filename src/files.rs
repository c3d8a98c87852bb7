//! Reading files that may come from a stranger.

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

/// The whole of a plain file that is not larger than `most` bytes. A link to a device has no end, and a pipe is waited for:
/// neither is read.
///
/// # Errors
/// It is not there, not readable, no plain file, or larger; the words of the last two say so.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut options = fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a pipe would wait for somebody who writes to it.
        options.custom_flags(i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default());
    }
    let file = options.open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !meta.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        let most = if most < 1 << 20 { format!("{most} bytes") } else { format!("{} MB", most >> 20) };
        return Err(io::Error::other(format!("it is larger than {most}")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        fs::write(at("plain"), "12345").unwrap();
        assert_eq!(read(&at("plain"), 5).unwrap(), b"12345");
        let told = |name: &str| read(&at(name), 4).unwrap_err().to_string();
        assert_eq!(told("plain"), "it is larger than 4 bytes");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("/dev/zero", at("zeroes")).unwrap();
            assert_eq!(told("zeroes"), "it is no plain file");
            rustix::fs::mknodat(
                rustix::fs::CWD,
                at("pipe"),
                rustix::fs::FileType::Fifo,
                rustix::fs::Mode::from_raw_mode(0o600),
                0,
            )
            .unwrap();
            assert_eq!(told("pipe"), "it is no plain file");
        }
        assert_eq!(read(dir.path(), 4).unwrap_err().kind(), io::ErrorKind::IsADirectory);
        assert_eq!(read(&at("none"), 4).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

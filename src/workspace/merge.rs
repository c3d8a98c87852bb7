//! What a person and a step have both changed since the same version of a file.

use super::git;
use std::{fs, io, process::Stdio};

/// `theirs` with what is different between `base` and `mine`. None where both changed the same lines, where it is no text,
/// or where there is no git.
///
/// # Errors
/// The temporary files cannot be written, or git does not start.
pub fn merged(mine: &[u8], base: &[u8], theirs: &[u8]) -> io::Result<Option<Vec<u8>>> {
    if !git::is_there() {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let names = ["mine", "base", "theirs"];
    for (name, bytes) in names.iter().zip([mine, base, theirs]) {
        fs::write(folder.path().join(name), bytes)?;
    }
    let mut command = git::git(folder.path());
    let output = command.args(["merge-file", "-p", "--quiet"]).args(names).stdout(Stdio::piped()).output()?;
    Ok(output.status.success().then_some(output.stdout))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_of_other_lines_are_both_kept_and_of_the_same_ones_neither_is_chosen() {
        let base = b"a\nb\nc\nd\ne\n";
        let merged = |mine: &str, theirs: &str| {
            let merged = merged(mine.as_bytes(), base, theirs.as_bytes()).unwrap();
            merged.map(|bytes| String::from_utf8(bytes).unwrap())
        };
        let both = "A\nb\nc\nd\nE\n";
        assert_eq!(merged("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n").as_deref(), Some(both));
        assert_eq!(merged(both, "a\nb\nc\nd\nE\n").as_deref(), Some(both), "done again it is the same");
        assert_eq!(merged("A\nb\nc\nd\ne\n", "x\nb\nc\nd\ne\n"), None);
    }

    #[test]
    fn what_is_no_text_is_not_merged() {
        assert_eq!(merged(b"\0mine", b"\0", b"\0theirs").unwrap(), None);
    }
}

//! What `g1 run` is given: the requirement, and the folder it may use.

use super::{args, out::Fail};
use crate::{
    domain::{attachment::Attachment, clause::LARGEST_REQUIREMENT},
    driver,
    hub::{clauses, project},
    import,
};
use std::{
    collections::BTreeSet,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The largest sum of files that come with a requirement.
const LARGEST_ATTACHED: u64 = 64 << 20;

/// A file that comes with a requirement, and its content.
pub type Attached = (Attachment, Vec<u8>);

/// A requirement's text, and the files that came with it.
pub struct Given {
    pub text: Vec<u8>,
    pub attachments: Vec<Attached>,
}

/// The requirement: byte for byte, or as it was read out of a document.
///
/// # Errors
/// Nothing is given, it cannot be read, is empty, too large or not UTF-8: exit 2.
pub fn requirement(run: &args::Run) -> Result<Given, Fail> {
    if let (Some(words), None) = (run.requirement.as_deref(), run.file.as_deref())
        && !words.contains(char::is_whitespace)
        && Path::new(words).is_file()
    {
        return Err(Fail::usage(format!(
            "{words} is a file, and these would be the words of the requirement: -f {words}"
        )));
    }
    if run.requirement.is_none() && run.file.is_none() {
        return Err(Fail::usage(
            "say what to build: g1 run \"A guest book for our wedding.\", -f FILE, or - for stdin",
        ));
    }
    let (text, original) = given(run.requirement.as_deref(), run.file.as_deref(), "the requirement")?;
    let mut attachments: Vec<Attached> = original.into_iter().collect();
    for path in &run.attach {
        let bytes = contents(path, import::LARGEST)?;
        attachments.push((import::beside(path, &bytes), bytes));
    }
    attachable(attachments.iter().map(|(file, _)| file))?;
    Ok(Given { text: text.into_bytes(), attachments })
}

/// The files can come with one requirement.
///
/// # Errors
/// Two have the same name, or they are too large together: exit 2.
pub fn attachable<'a>(files: impl Iterator<Item = &'a Attachment> + Clone) -> Result<(), Fail> {
    let names: BTreeSet<&str> = files.clone().map(|file| file.name.as_str()).collect();
    if names.len() < files.clone().count() {
        return Err(Fail::usage("two files of the same name are attached: rename one, it is how the hub knows them"));
    }
    if files.map(|file| file.bytes).sum::<u64>() > LARGEST_ATTACHED {
        return Err(Fail::usage("the attached files have more than 64 MB together: attach fewer or smaller ones"));
    }
    Ok(())
}

/// The whole of a file that is not larger than `most`.
fn contents(path: &Path, most: u64) -> Result<Vec<u8>, Fail> {
    let fail = |why: String| Fail::usage(format!("cannot read {}: {why}", path.display()));
    let file = fs::File::open(path).map_err(|e| fail(e.to_string()))?;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|e| fail(e.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(fail(format!("it is larger than {} MB", most >> 20)));
    }
    Ok(bytes)
}

/// A text that is given in words, from a file, or with `-` from stdin: byte for byte; and the document that it was read
/// out of.
///
/// # Errors
/// Nothing is given, it cannot be read, is empty, too large or not UTF-8: exit 2.
pub fn given(text: Option<&str>, file: Option<&Path>, what: &str) -> Result<(String, Option<Attached>), Fail> {
    let mut original = None;
    let bytes = match (text, file) {
        (_, Some(file)) => {
            let bytes = contents(file, import::LARGEST)?;
            let refused = |why| Fail::usage(format!("{}: {why}", file.display()));
            let document = import::document(file, &bytes).map_err(refused)?;
            original = document.original.map(|original| (original, bytes));
            take(document.text.as_slice(), &file.display().to_string())?
        }
        (Some("-"), None) => take(io::stdin().lock(), "stdin")?,
        (Some(text), None) => take(text.as_bytes(), what)?,
        (None, None) => return Err(Fail::usage(format!("say {what}: in words, with -f FILE, or - for stdin"))),
    };
    clauses::decode(&bytes).map_err(Fail::usage)?;
    let text = String::from_utf8(bytes).map_err(Fail::usage)?;
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
        return Err(Fail::usage(format!("{what} is empty")));
    }
    Ok((text, original))
}

fn take(from: impl Read, name: &str) -> Result<Vec<u8>, Fail> {
    let mut bytes = Vec::new();
    from.take(LARGEST_REQUIREMENT + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| Fail::usage(format!("cannot read {name}: {e}")))?;
    if bytes.len() as u64 > LARGEST_REQUIREMENT {
        return Err(Fail::usage(format!(
            "{name} is larger than 1 MB ({LARGEST_REQUIREMENT} bytes), the most this version reads as one requirement: split it"
        )));
    }
    Ok(bytes)
}

/// The folder for a new run: `-C DIR`, or a new `./<name>`.
///
/// # Errors
/// There is a project already, or the folder holds other things: exit 2.
pub fn folder(asked: Option<&Path>, existing: bool, requirement: &str) -> Result<PathBuf, Fail> {
    let here = Path::new(".");
    let dir = match asked {
        Some(dir) => dir.to_owned(),
        None if existing || is_project(here) => here.to_owned(),
        None => return fresh(&driver::slug(requirement)),
    };
    if is_project(&dir) && !project::holds_run(&dir) {
        return Err(Fail::usage(format!(
            "{} holds no run, but a folder {} that no run of G1 made, or that has lost its journal: move that folder away",
            dir.display(),
            project::FOLDER
        )));
    }
    if is_project(&dir) {
        return Err(Fail::usage(format!(
            "{0} holds a run already: `g1 {0}` opens it, `g1 resume -C {0}` goes on without a screen; when it has ended, change it with `g1 add`, `g1 amend` or \
             `g1 remove`; go back with `g1 rewind`, go another way with `g1 fork`; or give another folder with -C",
            dir.display()
        )));
    }
    match fs::read_dir(&dir) {
        Ok(entries) => {
            let others = entries.flatten().any(|e| !project::is_own(&e.file_name().to_string_lossy()));
            if others && !existing {
                return Err(Fail::usage(format!(
                    "{} holds other things; give an empty folder with -C, or --existing to work in this one",
                    dir.display()
                )));
            }
        }
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(Fail::usage(format!("cannot use {} as the folder: {e}", dir.display()))),
    }
    Ok(dir)
}

fn is_project(dir: &Path) -> bool {
    dir.join(project::FOLDER).symlink_metadata().is_ok()
}

/// The first of `name`, `name-2`, `name-3`… that does not exist.
fn fresh(name: &str) -> Result<PathBuf, Fail> {
    let names = std::iter::once(name.to_owned()).chain((2..1000).map(|n| format!("{name}-{n}")));
    let mut free = names.map(|n| Path::new(".").join(n)).filter(|dir| dir.symlink_metadata().is_err());
    free.next().ok_or_else(|| Fail::usage(format!("./{name} and 998 more of its name exist; give a folder with -C")))
}

//! `g1 export`: a finished or unfinished run as one bundle that needs nothing of G1 to be read. It is made from what the
//! project records; settings, keys and the hub's store are no part of it.

use super::{
    out::{self, Done, Fail},
    project::{self, Looked},
    trace,
};
use crate::{
    domain::{
        Hash,
        evidence::Evidence,
        run::{Run, Verb},
    },
    hub::{self, Blobs, project::FOLDER},
    workspace::Workspace,
};
use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Contents by their place in the bundle, and whether they can be run.
type Files = BTreeMap<String, (Vec<u8>, bool)>;

pub fn run(folder: Option<&Path>, to: Option<&Path>, as_json: bool) -> Done {
    let looked = project::look(folder)?;
    let (to, count) = write(&looked, to)?;
    if as_json {
        out::json(&json!({"path": to.display().to_string(), "files": count}))?;
    } else {
        out::show(&format!("{count} files in {}: open trace.html first", to.display()))?;
    }
    Ok(0)
}

/// Writes the bundle to `to`, or beside the project under its name; a `.tar`, `.tar.gz` or `.tgz` becomes one file.
///
/// # Errors
/// There is something already, or it cannot be written.
pub fn write(looked: &Looked, to: Option<&Path>) -> Result<(PathBuf, usize), Fail> {
    let whole = std::path::absolute(&looked.dir).map_err(Fail::error)?;
    let name = whole.file_name().map_or_else(|| "project".into(), |n| n.to_string_lossy().into_owned());
    let to = to.map_or_else(|| whole.with_file_name(format!("{name}-export.tar.gz")), Path::to_owned);
    if to.symlink_metadata().is_ok() {
        let taken = format!("{} is there already: give another name, g1 export NAME.tar.gz", to.display());
        return Err(Fail::usage(taken));
    }
    // Inside the project it would be a file of the application. Of its path only the folders that are there can be resolved.
    let here = |p: &Path| if p.as_os_str().is_empty() { PathBuf::from(".") } else { p.to_owned() };
    let into = to.ancestors().skip(1).find_map(|p| here(p).canonicalize().ok());
    if into.zip(whole.canonicalize().ok()).is_some_and(|(into, project)| into.starts_with(project)) {
        return Err(Fail::usage(format!("{} is in the project: give a place outside of it", to.display())));
    }
    let files = bundle(looked)?;
    let file_name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let failed = |error: io::Error| Fail::error(format!("cannot write {}: {error}", to.display()));
    let root = file_name.split(".t").next().unwrap_or("export").to_owned();
    if file_name.ends_with(".tar.gz") || file_name.ends_with(".tgz") {
        let file = fs::File::create_new(&to).map_err(failed)?;
        let mut out = GzEncoder::new(file, Compression::default());
        archive(&files, &root, &mut out).and_then(|()| out.finish()?.sync_all()).map_err(failed)?;
    } else if file_name.ends_with(".tar") {
        let mut out = fs::File::create_new(&to).map_err(failed)?;
        archive(&files, &root, &mut out).and_then(|()| out.sync_all()).map_err(failed)?;
    } else if file_name.ends_with(".zip") {
        return Err(Fail::usage("a bundle is a folder, a .tar or a .tar.gz"));
    } else {
        folder(&files, &to).map_err(failed)?;
    }
    Ok((to, files.len()))
}

/// The same bytes whenever and wherever it is made.
fn archive(files: &Files, root: &str, out: impl Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(out);
    for (path, (bytes, executable)) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(if *executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        archive.append_data(&mut header, format!("{root}/{path}"), bytes.as_slice())?;
    }
    archive.into_inner()?.flush()
}

fn folder(files: &Files, to: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    for (path, (bytes, executable)) in files {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap_or(to))?;
        fs::write(&path, bytes)?;
        if *executable {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

fn bundle(looked: &Looked) -> Result<Files, Fail> {
    let Looked { dir, run, blobs } = looked;
    let mut files = Files::new();
    let mut add = |path: &str, bytes: Vec<u8>| drop(files.insert(path.to_owned(), (bytes, false)));
    let trace = trace::now(dir, run);
    let title = if run.title.is_empty() { &run.name } else { &run.title };
    add("trace.html", trace.to_html(run).into_bytes());
    add("trace.md", trace.to_markdown(title).into_bytes());
    add("trace.json", trace.to_json().into_bytes());
    add("requirement.txt", blob(blobs, &run.requirement.sha256)?);
    add("decisions.md", decisions(run).into_bytes());
    add("conversation.md", conversation(run).into_bytes());
    add("hub/clauses.json", pretty(&run.clauses.values().collect::<Vec<_>>()));
    add("hub/interpretations.json", pretty(&run.interpretations.values().collect::<Vec<_>>()));
    add("hub/decisions.json", pretty(&run.decisions.values().collect::<Vec<_>>()));
    add("hub/assumptions.json", pretty(&run.assumptions.values().collect::<Vec<_>>()));
    add("hub/gaps.json", pretty(&run.gaps));
    if let Some(plan) = &run.plan {
        add("hub/plan.json", pretty(plan));
    }
    for (name, artifact) in &run.artifacts {
        // A persona's name for it, from outside: it is no path.
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).collect();
        add(&format!("documents/{name}.md"), blob(blobs, &artifact.hash)?);
    }
    for evidence in &run.evidence {
        add(&format!("evidence/{}.json", evidence.id), pretty::<Evidence>(evidence));
        add(&format!("evidence/{}.txt", evidence.id), blob(blobs, &evidence.output_sha256)?);
    }
    add("evidence/controls.json", pretty(&run.controls));
    let journal = hub::journal::scan(&dir.join(FOLDER).join("journal"), None).map_err(Fail::error)?;
    let lines: Vec<u8> = journal.envelopes.iter().flat_map(line).collect();
    add("journal.jsonl", lines);
    if let Ok(workspace) = Workspace::of_project(dir, run.existing.is_some()) {
        for (path, file) in &run.files {
            if let Ok(bytes) = workspace.read(path) {
                files.insert(format!("application/{path}"), (bytes, file.executable));
            }
        }
    }
    let sums: String = files.iter().map(|(path, (bytes, _))| format!("{}  {path}\n", Hash::of(bytes))).collect();
    files.insert("SHA256SUMS".to_owned(), (sums.into_bytes(), false));
    Ok(files)
}

fn blob(blobs: &Blobs, hash: &Hash) -> Result<Vec<u8>, Fail> {
    blobs.get(hash).map_err(|e| Fail::error(format!("{e}; `g1 log --verify` says what else is damaged")))
}

fn pretty<T: serde::Serialize + ?Sized>(value: &T) -> Vec<u8> {
    // Plain data with string keys: serialising to memory cannot fail.
    let mut text = serde_json::to_vec_pretty(value).unwrap_or_default();
    text.push(b'\n');
    text
}

fn line<T: serde::Serialize>(value: &T) -> Vec<u8> {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.push(b'\n');
    text
}

/// Who decided what, when, on which content.
fn decisions(run: &Run) -> String {
    let mut text = String::from("# Decisions\n\n## At gates\n\n");
    for gate in run.gates.values() {
        let _ = match (&gate.decided, &gate.withdrawn) {
            (Some(d), _) => {
                let verb = match &d.verb {
                    Verb::Approve => "approved".to_owned(),
                    Verb::ApprovePhase => "approved with the rest of the phase".to_owned(),
                    Verb::Changes { text } => format!("sent back: {}", text.one_line(400)),
                    Verb::Fault { text } => format!("sent to the developer: {}", text.one_line(400)),
                    Verb::Reject => "rejected".to_owned(),
                };
                writeln!(text, "- {} {}: {verb}, {} at {} ({})", gate.id, gate.step, d.who, d.at, d.digest.short())
            }
            (None, Some(why)) => writeln!(text, "- {} {}: withdrawn, {why}", gate.id, gate.step),
            (None, None) => writeln!(text, "- {} {}: open", gate.id, gate.step),
        };
    }
    text.push_str("\n## Of the personas\n\n");
    for item in run.decisions.values() {
        let clauses: Vec<String> = item.clauses.iter().map(ToString::to_string).collect();
        let (title, choice, why) = (&item.title, &item.choice, &item.why);
        let _ = writeln!(text, "- {} {title}: {choice} ({why}; {}; {})", item.id, item.by, clauses.join(" "));
    }
    text.push_str("\n## Assumptions\n\n");
    for item in run.assumptions.values() {
        let by = item.answered_by.as_ref().map_or("the default", |who| who.as_str());
        let _ = writeln!(text, "- {} {} {} ({by})", item.id, item.question, item.answer);
    }
    text.push_str("\n## Waivers\n\n");
    for item in run.waivers.values() {
        let _ = writeln!(text, "- {} {}: {} at {}", item.clause, item.who, item.why, item.at);
    }
    text
}

fn conversation(run: &Run) -> String {
    let mut text = String::from("# Conversation\n");
    for item in &run.chat {
        let step = item.step.as_ref().map_or_else(String::new, |s| format!(" ({s})"));
        let _ = write!(text, "\n## {}{step}, {}\n\n{}\n", item.speaker, item.at, item.text);
    }
    text
}

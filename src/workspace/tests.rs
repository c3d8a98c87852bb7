use super::*;
use crate::domain::StepId;
use proptest::prelude::*;
use std::{fs, os::unix::fs::PermissionsExt};

fn file(path: &str, text: &str) -> (FileEntry, Vec<u8>) {
    let bytes = text.as_bytes().to_vec();
    let entry = FileEntry {
        path: path.to_owned(),
        sha256: Hash::of(&bytes),
        bytes: bytes.len() as u64,
        lines: count_lines(&bytes),
        executable: false,
        step: StepId::new("build:core").unwrap(),
    };
    (entry, bytes)
}

/// Every path below `root` with what it is; two equal answers mean that nothing changed.
fn everything(root: &Path) -> Vec<(PathBuf, Option<Vec<u8>>)> {
    let mut found = vec![];
    let mut queue = vec![root.to_owned()];
    while let Some(dir) = queue.pop() {
        for entry in fs::read_dir(dir).unwrap().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                queue.push(entry.path());
            }
            found.push((entry.path(), kind.is_file().then(|| fs::read(entry.path()).unwrap())));
        }
    }
    found.sort();
    found
}

/// Whatever is there may be replaced.
fn anything(_: &str, _: &[u8]) -> bool {
    true
}

#[test]
fn what_somebody_else_wrote_is_not_replaced_and_nothing_else_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(dir.path()).unwrap();
    std::fs::write(dir.path().join("README.md"), "by hand").unwrap();
    let ours = |path: &str, there: &[u8]| path == "app.py" && there == b"1";
    workspace.write(&[file("app.py", "1")], &ours).unwrap();
    workspace.write(&[file("app.py", "2")], &ours).unwrap();
    let both = [file("app.py", "3"), file("README.md", "generated")];
    let error = workspace.write(&both, &|path, there| path == "app.py" && there == b"2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "README.md: it was written or changed by somebody else; move it away, then try again"
    );
    assert_eq!(std::fs::read(dir.path().join("README.md")).unwrap(), b"by hand");
    assert_eq!(std::fs::read(dir.path().join("app.py")).unwrap(), b"2");
    assert!(workspace.write(&[file("README.md", "by hand")], &ours).is_ok(), "what is there already is no loss");
}

#[test]
fn what_cannot_be_looked_at_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(dir.path()).unwrap();
    let large = fs::File::create(dir.path().join("data.csv")).unwrap();
    large.set_len(LARGEST + 1).unwrap();
    let error = workspace.write(&[file("app.py", "1"), file("data.csv", "a,b")], &|_, _| false).unwrap_err();
    assert_eq!(error.to_string(), "data.csv: it is larger than 16 MiB; move it away, then try again");
    assert_eq!(fs::metadata(dir.path().join("data.csv")).unwrap().len(), LARGEST + 1);
    assert!(!dir.path().join("app.py").exists());
}

#[test]
fn files_are_written_read_and_written_again() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(dir.path()).unwrap();
    let mut files = vec![file("app/modules/a.py", "1\n"), file("README.md", "# x")];
    files[0].0.executable = true;
    workspace.write(&files, &anything).unwrap();
    workspace.write(&files, &anything).unwrap();
    assert_eq!(workspace.read("app/modules/a.py").unwrap(), b"1\n");
    let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("app/modules/a.py") & 0o111, 0o111);
    assert_eq!(mode("README.md") & 0o111, 0);
    assert_eq!(everything(dir.path()).len(), 4, "no temporary file is left");
    let entries: Vec<FileEntry> = files.into_iter().map(|(entry, _)| entry).collect();
    assert_eq!(workspace.tree(&entries).unwrap().hash(), crate::domain::artifact::tree_hash(&entries));
}

const HOSTILE: &[&str] = &[
    "",
    ".",
    "..",
    "/",
    "/etc/passwd",
    "//etc/passwd",
    "../x",
    "a/../x",
    "a/../../x",
    "a/..",
    "./a",
    "a/.",
    "a//b",
    "a/",
    "~/x",
    "~root/x",
    ".git",
    ".git/hooks/pre-commit",
    ".GIT/config",
    ".Git/x",
    "a/.git/config",
    ".git.",
    ".git ",
    ".git::$INDEX_ALLOCATION/x",
    "git~1/config",
    "GIT~1",
    ".g1",
    ".G1/journal",
    "a/.g1/x",
    "g1~1/x",
    ".g1./x",
    ".bashrc",
    ".envrc",
    ".vscode/tasks.json",
    ".github/workflows/x.yml",
    ".cargo/config.toml",
    ".ssh/authorized_keys",
    ".profile",
    ".env",
    ".npmrc",
    ".pre-commit-config.yaml",
    "AGENTS.md",
    "agents.MD",
    "docs/CLAUDE.md",
    "a\\..\\b",
    "C:\\x",
    "C:x",
    "a\0b",
    "a\nb",
    "a\tb",
    "a\rb",
    "a\u{1b}[2Jb",
    "a\u{7f}",
    "a\u{202e}yp.b",
    "a\u{2066}b",
    "a\u{200b}b",
    "a\u{200d}b",
    "\u{feff}a",
    ".g\u{200c}it/config",
    "a\u{e0041}b",
    "\u{ff0e}\u{ff0e}/x",
    "a\u{2215}b",
    "a\u{2044}b",
    "\u{2024}\u{2024}/x",
    "a\u{ad}b",
    "a\u{fe0f}",
    "a ",
    " a",
    "a.",
    "a/b. /c",
    "a*b",
    "a?b",
    "a|b",
    "a<b",
    "a>b",
    "a\"b",
    "a\u{fffd}b",
    "..%2f\u{2215}x",
    "\u{3164}",
];

#[test]
fn hostile_paths_change_nothing_anywhere() {
    let outer = tempfile::tempdir().unwrap();
    fs::create_dir_all(outer.path().join("project/.git/hooks")).unwrap();
    fs::create_dir_all(outer.path().join("project/.g1")).unwrap();
    fs::write(outer.path().join("x"), "outside").unwrap();
    let workspace = Workspace::open(&outer.path().join("project")).unwrap();
    let before = everything(outer.path());
    let long = ["a".repeat(256), format!("{}/b", "é".repeat(128)), "a/".repeat(600) + "b"];
    for path in HOSTILE.iter().copied().chain(long.iter().map(String::as_str)) {
        let good_and_bad = [file("fine.py", "1"), file(path, "bad")];
        assert!(workspace.write(&good_and_bad, &anything).is_err(), "{path:?} was written");
        assert!(workspace.read(path).is_err(), "{path:?} was read");
        assert_eq!(everything(outer.path()), before, "{path:?} left something");
    }
}

#[test]
fn ordinary_paths_are_fine() {
    for path in [
        "g1.toml",
        "app/__init__.py",
        ".gitignore",
        "docs/Überblick.md",
        "a-b_c d.txt",
        "tests/données.csv",
        "git/x",
        "a..b",
    ] {
        paths::check(path).unwrap();
    }
}

#[test]
fn links_and_special_files_are_never_followed_or_replaced() {
    let outer = tempfile::tempdir().unwrap();
    let (inside, outside) = (outer.path().join("project"), outer.path().join("outside"));
    fs::create_dir_all(&inside).unwrap();
    fs::create_dir_all(&outside).unwrap();
    fs::write(outside.join("victim.py"), "keep").unwrap();
    std::os::unix::fs::symlink(&outside, inside.join("linked")).unwrap();
    std::os::unix::fs::symlink(outside.join("victim.py"), inside.join("link.py")).unwrap();
    std::os::unix::fs::symlink(outside.join("new.py"), inside.join("dangling.py")).unwrap();
    fs::create_dir(inside.join("folder.py")).unwrap();
    fs::write(inside.join("plain"), "").unwrap();
    fs::hard_link(outside.join("victim.py"), inside.join("hard.py")).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, inside.join("fifo.py"), FileType::Fifo, Mode::from_raw_mode(0o644), 0)
        .unwrap();
    let workspace = Workspace::open(&inside).unwrap();
    let before = everything(outer.path());
    for path in ["linked/victim.py", "linked/new.py", "link.py", "dangling.py", "folder.py", "plain/x.py", "fifo.py"] {
        assert!(workspace.write(&[file("fine.py", "1"), file(path, "bad")], &anything).is_err(), "{path}");
        assert!(workspace.read(path).is_err(), "{path}");
        assert_eq!(everything(outer.path()), before, "{path}");
    }
    // A hard link is replaced by the rename; the other name keeps its bytes.
    workspace.write(&[file("hard.py", "new")], &anything).unwrap();
    assert_eq!(fs::read(outside.join("victim.py")).unwrap(), b"keep");
    assert_eq!(workspace.read("hard.py").unwrap(), b"new");
}

#[test]
fn bytes_other_than_the_approved_are_not_written() {
    let dir = tempfile::tempdir().unwrap();
    let (entry, _) = file("a.py", "approved");
    let swapped = Workspace::open(dir.path()).unwrap().write(&[(entry, b"swapped".to_vec())], &anything);
    assert!(matches!(swapped, Err(WorkspaceError::Content { .. })));
    assert!(everything(dir.path()).is_empty());
}

#[test]
fn the_current_tree_has_changes_and_additions_and_lacks_what_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(dir.path()).unwrap();
    let files = [file("app/a.py", "1"), file("app/b.py", "2"), file("app/c.py", "3")];
    workspace.write(&files, &anything).unwrap();
    let tracked: BTreeMap<String, FileEntry> =
        files.into_iter().map(|(entry, _)| (entry.path.clone(), entry)).collect();
    fs::write(dir.path().join("app/a.py"), "1 # changed").unwrap();
    fs::remove_file(dir.path().join("app/b.py")).unwrap();
    fs::write(dir.path().join("app/own.py"), "4").unwrap();
    fs::write(dir.path().join("elsewhere.bin"), "5").unwrap();
    let tree = workspace.current(&tracked).unwrap();
    let paths: Vec<&str> = tree.files().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["app/a.py", "app/c.py", "app/own.py"]);
}

#[test]
fn lines_are_counted_as_editors_do() {
    for (text, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("\n\n", 2)] {
        assert_eq!(count_lines(text.as_bytes()), lines, "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_path_escapes(path in "(\\.\\.?|/|a|\\.git|\\.G1| |\\\\|\\PC){1,6}") {
        let outer = tempfile::tempdir().unwrap();
        let inside = outer.path().join("project");
        fs::create_dir(&inside).unwrap();
        let workspace = Workspace::open(&inside).unwrap();
        let _ = workspace.write(&[file(&path, "x")], &anything);
        let stray: Vec<_> = everything(outer.path()).into_iter().filter(|(found, _)| !found.starts_with(&inside)).collect();
        prop_assert!(stray.is_empty(), "{stray:?}");
        prop_assert!(!inside.join(".git").exists() && !inside.join(".g1").exists());
    }
}

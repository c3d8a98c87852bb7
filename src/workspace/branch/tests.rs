//! In repositories as people have them.

use super::*;

fn repository_in(dir: &Path) {
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join("a.txt"), "a\n").unwrap();
    run(git(dir).args(["init", "--quiet", "--initial-branch=main"])).unwrap();
    run(git(dir).args(["add", "."])).unwrap();
    run(git(dir).args(["commit", "--quiet", "-m", "a"])).unwrap();
}

const SMALL: Limits = Limits { of_one: 100, files: 100, together: 10_000 };

#[test]
fn a_worktree_is_ours_where_git_keeps_it_for_the_same_repository() {
    let dir = tempfile::tempdir().unwrap();
    let (main, linked) = (dir.path().join("main"), dir.path().join("linked"));
    repository_in(&main);
    run(git(&main).args(["worktree", "add", "--quiet", "-b", "topic"]).arg(&linked)).unwrap();
    // Some tools keep what git knows elsewhere, and link it.
    let kept = dir.path().join("kept");
    repository_in(&kept);
    fs::rename(kept.join(".git"), dir.path().join("store")).unwrap();
    std::os::unix::fs::symlink(dir.path().join("store"), kept.join(".git")).unwrap();
    for (project, name) in [(&main, "g1/one"), (&linked, "g1/two"), (&kept, "g1/three")] {
        let place = crate::workspace::beside(project);
        fs::create_dir(project.join(".g1")).unwrap();
        worktree(project, &place, name, "HEAD").unwrap();
        assert!(is_ours(&place), "{name}");
        // Its link alone leads git there, and it is no worktree for all that.
        let copy = crate::workspace::beside(&dir.path().join("other"));
        fs::create_dir_all(&copy).unwrap();
        fs::copy(place.join(".git"), copy.join(".git")).unwrap();
        assert!(!is_ours(&copy), "{name}");
    }
    // A person's own worktree is not.
    assert!(!is_ours(&linked));
}

#[test]
fn a_worktree_is_found_again_when_the_repository_was_moved_or_the_mark_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    let (before, after) = (dir.path().join("before"), dir.path().join("after"));
    repository_in(&before);
    fs::create_dir(before.join(".g1")).unwrap();
    worktree(&before, &crate::workspace::beside(&before), "g1/one", "HEAD").unwrap();
    fs::rename(&before, &after).unwrap();
    let place = crate::workspace::beside(&after);
    assert!(!is_ours(&place));
    adopt(&after, &place, "g1/one").unwrap();
    assert!(is_ours(&place));
    fs::remove_file(own_folder(&place).unwrap().join(MARK)).unwrap();
    assert!(!is_ours(&place));
    assert!(adopt(&after, &place, "g1/two").is_err() && !is_ours(&place), "another branch is checked out");
    adopt(&after, &place, "g1/one").unwrap();
    assert!(is_ours(&place));
    fs::remove_dir_all(&place).unwrap();
    fs::create_dir(&place).unwrap();
    assert!(adopt(&after, &place, "g1/one").is_err());
}

#[test]
fn in_a_copy_of_a_repository_only_its_own_worktree_is_led_there() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    let (first, copy, theirs) = (dir.join("first"), dir.join("copy"), dir.join("theirs"));
    repository_in(&first);
    run(git(&first).args(["worktree", "add", "--quiet", "-b", "feature"]).arg(&theirs)).unwrap();
    fs::create_dir(first.join(".g1")).unwrap();
    worktree(&first, &crate::workspace::beside(&first), "g1/one", "HEAD").unwrap();
    let copied = || {
        let _ = fs::remove_dir_all(&copy);
        assert!(Command::new("cp").arg("-a").args([&first, &copy]).status().unwrap().success());
        crate::workspace::beside(&copy)
    };
    let links = [theirs.join(".git"), crate::workspace::beside(&first).join(".git")];
    let before = links.clone().map(|link| fs::read_to_string(link).unwrap());
    let kept = || assert_eq!(links.clone().map(|link| fs::read_to_string(link).unwrap()), before);

    let place = copied();
    adopt(&copy, &place, "g1/one").unwrap();
    assert!(is_ours(&place) && is_ours(&crate::workspace::beside(&first)));
    assert!(own_folder(&place).unwrap().starts_with(&copy));
    kept();
    // One that is made anew there.
    let place = copied();
    fs::remove_dir_all(&place).unwrap();
    worktree(&copy, &place, "g1/one", "HEAD").unwrap();
    assert!(is_ours(&place));
    kept();
    // A link to what is another's, and alive, takes nothing away from it.
    let place = crate::workspace::beside(&copy.join("inner"));
    fs::create_dir_all(&place).unwrap();
    fs::copy(&links[1], place.join(".git")).unwrap();
    assert!(adopt(&first, &place, "g1/one").is_err());
    kept();
    assert!(is_ours(&crate::workspace::beside(&first)));
}

/// A repository with a text file whose filter is `x`, and the file that a program of its configuration would make.
fn filtered(dir: &Path) -> (PathBuf, PathBuf) {
    let root = dir.join("root");
    repository_in(&root);
    fs::write(root.join(".gitattributes"), "*.txt filter=x filter=a=b\n").unwrap();
    run(git(&root).args(["add", ".gitattributes"])).unwrap();
    run(git(&root).args(["commit", "--quiet", "-m", "attributes"])).unwrap();
    fs::write(root.join("b.txt"), "b\n").unwrap();
    fs::create_dir(root.join(".g1")).unwrap();
    (root.canonicalize().unwrap(), dir.join("ran"))
}

fn configure(root: &Path, file: &str, text: &str) {
    let path = root.join(".git").join(file);
    let before = fs::read_to_string(&path).unwrap_or_default();
    fs::write(path, before + text).unwrap();
}

/// All that G1 does in a person's repository.
fn everything(root: &Path) {
    let _ = uncommitted(root);
    let commit = head(root).unwrap().unwrap();
    let _ = files(root, &commit, &SMALL, &|_| true);
    let place = crate::workspace::beside(root);
    if worktree(root, &place, "g1/one", &commit).is_ok() {
        fs::write(place.join("a.txt"), "changed\n").unwrap();
        assert!(crate::workspace::git::commit(&place, "A step", ["a.txt"]).unwrap());
    }
}

#[test]
fn no_program_that_the_configuration_names_runs() {
    let programs = |ran: &Path| {
        let mut text = String::new();
        for name in ["x", "a=b"] {
            text += &format!("[filter \"{name}\"]\n\trequired = true\n");
            for way in ["clean", "smudge", "process"] {
                text += &format!("\t{way} = \"touch {} && cat\"\n", ran.display());
            }
        }
        text
    };
    // At once, or only where the branch or the worktree of G1 is looked at.
    for condition in [None, Some("onbranch:g1/**"), Some("gitdir:**/worktrees/**")] {
        let dir = tempfile::tempdir().unwrap();
        let (root, ran) = filtered(dir.path());
        match condition {
            None => configure(&root, "config", &programs(&ran)),
            Some(condition) => {
                configure(&root, "more", &programs(&ran));
                let more = root.join(".git/more");
                configure(&root, "config", &format!("[includeIf \"{condition}\"]\n\tpath = {}\n", more.display()));
            }
        }
        assert_eq!(uncommitted(&root).unwrap().len(), 1);
        everything(&root);
        assert_eq!(fs::read_to_string(crate::workspace::beside(&root).join("a.txt")).unwrap(), "changed\n");
        assert!(!ran.exists(), "a filter ran: {condition:?}");
    }
}

#[test]
fn what_a_repository_lacks_is_fetched_from_nowhere() {
    let dir = tempfile::tempdir().unwrap();
    for (name, remote) in [
        ("ext", "url = \"ext::sh -c touch% RAN\"\n[protocol \"ext\"]\n\tallow = always\n"),
        ("file", "url = ROOT\n\tuploadpack = \"touch RAN; false\"\n[protocol \"file\"]\n\tallow = always\n"),
    ] {
        let (root, ran) = filtered(&dir.path().join(name));
        let blob = String::from_utf8(told(&root, ["rev-parse", "HEAD:a.txt"]).unwrap()).unwrap();
        let (folder, object) = blob.trim().split_at(2);
        fs::remove_file(root.join(".git/objects").join(folder).join(object)).unwrap();
        let remote = remote.replace("RAN", &ran.display().to_string()).replace("ROOT", &root.display().to_string());
        let format = "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = origin\n";
        configure(&root, "config", &format!("{format}[remote \"origin\"]\n\tpromisor = true\n\t{remote}"));
        everything(&root);
        assert!(!ran.exists(), "{name}");
        let refused = files(&root, "HEAD", &SMALL, &|_| true).unwrap_err().to_string();
        assert!(refused.contains("lacks the content of a.txt"), "{refused}");
    }
}

#[test]
fn a_worktree_holds_what_is_committed_byte_for_byte() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    repository_in(&root);
    fs::create_dir_all(root.join("deep/er")).unwrap();
    fs::write(root.join(".gitattributes"), "* text=auto eol=crlf ident\n").unwrap();
    fs::write(root.join("deep/er/run me.sh"), "#!/bin/sh\n# $Id$\n").unwrap();
    fs::set_permissions(root.join("deep/er/run me.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(root.join("empty"), "").unwrap();
    fs::write(root.join("large.bin"), vec![0; 5 << 20]).unwrap();
    std::os::unix::fs::symlink("../a.txt", root.join("deep/link")).unwrap();
    run(git(&root).args(["add", "."])).unwrap();
    let head = String::from_utf8(told(&root, ["rev-parse", "HEAD"]).unwrap()).unwrap();
    let submodule = format!("160000,{},module", head.trim());
    run(git(&root).args(["update-index", "--add", "--cacheinfo", &submodule])).unwrap();
    run(git(&root).args(["commit", "--quiet", "-m", "more"])).unwrap();
    fs::create_dir(root.join(".g1")).unwrap();
    let (root, place) = (root.canonicalize().unwrap(), crate::workspace::beside(&root));
    worktree(&root, &place, "g1/one", "HEAD").unwrap();

    assert_eq!(fs::read_to_string(place.join("deep/er/run me.sh")).unwrap(), "#!/bin/sh\n# $Id$\n");
    let mode = |path: &str| fs::metadata(place.join(path)).unwrap().permissions().mode() & 0o100;
    assert_eq!((mode("deep/er/run me.sh"), mode("a.txt")), (0o100, 0));
    assert_eq!(fs::read_link(place.join("deep/link")).unwrap(), Path::new("../a.txt"));
    assert_eq!(fs::metadata(place.join("empty")).unwrap().len(), 0);
    assert_eq!(fs::metadata(place.join("large.bin")).unwrap().len(), 5 << 20);
    assert!(place.join("module").is_dir());
    assert_eq!(submodules(&place).unwrap(), ["module"]);
    assert!(uncommitted(&place).unwrap().is_empty());
    fs::write(place.join("new"), "").unwrap();
    fs::write(place.join("a.txt"), "b\n").unwrap();
    let lack = |as_made: &dyn Fn(&str) -> bool| lacking(&place, "g1/one", ["a.txt", "empty", "new"], as_made).unwrap();
    assert_eq!(lack(&|_| true), ["a.txt", "new"]);
    assert_eq!(lack(&|path| path != "a.txt"), ["new"], "a person goes on with it");
    fs::remove_file(place.join("new")).unwrap();
    fs::write(place.join("a.txt"), "a\n").unwrap();
    // A run that was killed before all of it was there goes on, and what a person has taken away stays away.
    fs::remove_file(own_folder(&place).unwrap().join(MARK)).unwrap();
    fs::remove_file(place.join("empty")).unwrap();
    adopt(&root, &place, "g1/one").unwrap();
    assert!(place.join("empty").exists());
    fs::remove_file(place.join("empty")).unwrap();
    adopt(&root, &place, "g1/one").unwrap();
    assert!(!place.join("empty").exists());
}

#[test]
fn work_beside_a_sparse_checkout_is_committed_whole_and_leaves_it_sparse() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    repository_in(&root);
    fs::create_dir(root.join("docs")).unwrap();
    fs::create_dir(root.join("src")).unwrap();
    fs::write(root.join("docs/a.md"), "a\n").unwrap();
    fs::write(root.join("src/old.py"), "old\n").unwrap();
    run(git(&root).args(["add", "."])).unwrap();
    run(git(&root).args(["commit", "--quiet", "-m", "more"])).unwrap();
    let own = || {
        // As a person has it, without the settings of G1.
        let mut git = Command::new("git");
        git.current_dir(&root).env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", "/nonexistent");
        git
    };
    assert!(own().args(["sparse-checkout", "set", "docs"]).status().unwrap().success());
    assert!(!root.join("src").exists());
    let at = root.canonicalize().unwrap();
    assert!(uncommitted(&at).unwrap().is_empty());
    fs::create_dir(root.join(".g1")).unwrap();
    let place = crate::workspace::beside(&at);
    worktree(&at, &place, "g1/one", &head(&at).unwrap().unwrap()).unwrap();
    assert!(place.join("src/old.py").exists());
    fs::write(place.join("src/new.py"), "new\n").unwrap();
    assert!(crate::workspace::git::commit(&place, "A step", ["src/new.py", "src/old.py"]).unwrap());
    let told = told(&at, ["diff", "--name-status", "main", "g1/one"]).unwrap();
    assert_eq!(String::from_utf8(told).unwrap(), "A\tsrc/new.py\n");
    assert!(!root.join("src").exists());
    assert!(own().args(["status", "--porcelain"]).output().unwrap().stdout.starts_with(b"?? .g1"));
}

#[test]
fn references_in_tables_are_read_and_a_bare_repository_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let (root, bare) = (dir.path().join("root"), dir.path().join("bare"));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&bare).unwrap();
    run(git(&bare).args(["init", "--quiet", "--bare"])).unwrap();
    assert!(is_bare(&bare) && !is_bare(dir.path()));
    if run(git(&root).args(["init", "--quiet", "--ref-format=reftable", "--initial-branch=main"])).is_err() {
        // A git older than 2.45 has no such tables.
        return;
    }
    repository_in(&root);
    assert!(!is_bare(&root));
    fs::create_dir(root.join(".g1")).unwrap();
    let (root, place) = (root.canonicalize().unwrap(), crate::workspace::beside(&root));
    worktree(&root, &place, "g1/one", "HEAD").unwrap();
    assert!(is_ours(&place) && place.join("a.txt").exists());
}

#[test]
fn a_branch_gets_a_name_that_it_can_have() {
    let dir = tempfile::tempdir().unwrap();
    repository_in(dir.path());
    let branch = |name: &str| run(git(dir.path()).args(["branch", name])).unwrap();
    assert_eq!(free(dir.path(), "g1/shelf"), "g1/shelf");
    branch("g1/shelf");
    assert_eq!(free(dir.path(), "g1/shelf"), "g1/shelf-2");
    branch("g1/shelf-2/more");
    assert_eq!(free(dir.path(), "g1/shelf"), "g1/shelf-3");
    run(git(dir.path()).args(["branch", "-D", "g1/shelf", "g1/shelf-2/more"])).unwrap();
    branch("g1");
    assert_eq!(free(dir.path(), "g1/shelf"), "g1-shelf");
}

/// All of it would be in memory: what is too much is told before it is read.
#[test]
fn software_that_is_too_large_is_refused_before_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        fs::write(dir.path().join(format!("{name}.py")), "x = 1\n".repeat(10)).unwrap();
    }
    let told = |limits: Limits| crate::workspace::survey::files(dir.path(), &limits).unwrap_err().to_string();
    assert!(told(Limits { files: 2, ..SMALL }).contains("holds 3 files"));
    assert!(told(Limits { together: 100, ..SMALL }).contains("0 MB together"));
    assert_eq!(crate::workspace::survey::files(dir.path(), &SMALL).unwrap().len(), 3);
    assert!(SMALL.check(101, 0).is_err() && SMALL.check(100, 10_000).is_ok() && SMALL.check(1, 10_001).is_err());
}

//! A language model changes software that is there already: on a branch of its own, and nothing of the person's is
//! touched. What the model says is scripted.

use crate::{
    scripted::{self, Scripted},
    support::{Bed, code, lines, text},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

pub const WISH: &str = "A shelf tells how many pages its books have together.\n";

const STORE: &str = r#""""Books on a shelf, kept in memory."""


class Shelf:
    def __init__(self):
        self.books = []

    def add(self, title, pages):
        if not title:
            raise ValueError("a book needs a title")
        self.books.append({"title": title, "pages": pages})
        return len(self.books)

    def titles(self):
        return [book["title"] for book in self.books]


def describe(book):
    return "%s (%d pages)" % (book["title"], book["pages"])
"#;

pub const OLD_TESTS: &str = r#"import unittest

from shelf.store import Shelf, describe


class Store(unittest.TestCase):
    def test_titles(self):
        shelf = Shelf()
        shelf.add("Moss", 120)
        self.assertEqual(shelf.titles(), ["Moss"])

    def test_describe(self):
        self.assertEqual(describe({"title": "Moss", "pages": 120}), "Moss (120 pages)")
"#;

const METHOD: &str = r#"
    def pages_together(self):
        return sum(book["pages"] for book in self.books)
"#;

pub const NEW_TESTS: &str = r#"import unittest

from shelf.store import Shelf


class Pages(unittest.TestCase):
    def test_pages_together(self):
        shelf = Shelf()
        shelf.add("Moss", 120)
        shelf.add("Fern", 33)
        self.assertEqual(shelf.pages_together(), 153)
"#;

const MANIFEST: &str = r#"[app]
name = "shelf"
stack = "python-stdlib"
[commands]
setup = []
test = ["python3", "-m", "unittest", "-v"]
run = []
"#;

/// The module with the method at the end of the class, and every other line as it was.
pub fn changed() -> String {
    STORE.replace("\n\n\ndef describe", &format!("\n{METHOD}\n\ndef describe"))
}

pub fn reply(name: &str, nth: usize, request: &Value) -> String {
    let user = scripted::user(request);
    let listed = "shelf/store.py · 19 lines · Python · class Shelf, def __init__, def add, def titles, def describe";
    assert!(user.contains("<existing>") && user.contains(listed), "{name}: {user}");
    // Who tests it is shown what the changed file declares, and the lines that were linked.
    let shown = if name == "test_reply" { "<file id=shelf/store.py label=excerpt>" } else { "raise ValueError" };
    assert!(user.contains(shown), "{name}: {user}");
    let all = json!(["C-001"]);
    let decisions = if user.contains("<decision id=D-001") { json!(["D-001"]) } else { json!([]) };
    let mut body = match name {
        "understand_reply" => json!({
            "title": "Shelf",
            "clauses": [{"id": "C-001", "kind": "function", "reason": "as it says"}],
            "interpretations": [{"functional": true, "statement": "A shelf tells how many pages its books have together.", "clauses": all, "acceptance": ["It is so."]}],
            "assumptions": [],
            "gaps": [],
        }),
        "plan_reply" => {
            let reads =
                json!(["clauses", "interpretations", "decisions", "plan", "artifacts", "files", "tests", "evidence"]);
            let step = |id: &str, produces: &str, personas: &[&str], module: Option<&str>, after: &[&str]| json!({"id": id, "title": id, "produces": produces, "personas": personas, "module": module, "after": after, "reads": reads});
            json!({
                "modules": [{"name": "pages", "purpose": "Counting", "clauses": all, "depends_on": []}],
                "steps": [
                    step("design", "design", &["solution-architect", "technical-architect", "api-designer", "database-architect"], None, &[]),
                    step("build:pages", "build", &["developer"], Some("pages"), &["design"]),
                    step("test:pages", "test", &["tester"], Some("pages"), &["build:pages"]),
                    step("verify", "verify", &["verifier", "qa-specialist"], None, &["test:pages"]),
                ],
                "team_notes": "",
                "communication_notes": "",
            })
        }
        "design_reply" => json!({
            "decisions": [{"title": "Place", "choice": "a method of Shelf", "why": "The books are there.", "clauses": all, "by": "technical-architect"}],
            "assumptions": [],
            "artifacts": [{"name": "solution", "by": "solution-architect", "content": "Shelf.pages_together() adds up the pages.", "clauses": all}],
        }),
        "build_reply" => {
            let link =
                json!({"clause": "C-001", "path": "shelf/store.py", "symbol": "Shelf.pages_together", "lines": null});
            // At first it forgets what else is in the file, and writes where nothing is kept.
            let file = |path: &str, content: &str| json!({"path": path, "content": content});
            let files = match nth {
                1 => {
                    let short = format!("class Shelf:\n{METHOD}");
                    let refused = ["out/notes.py", "latest", "vendor/led/small.py"].map(|path| file(path, MANIFEST));
                    json!([&[file("shelf/store.py", &short)], refused.as_slice()].concat())
                }
                _ => {
                    let told = [
                        "lines are gone or changed",
                        "ignore rules",
                        "latest is there, or lies below",
                        "vendor/led/small.py is there, or lies below",
                    ];
                    assert!(told.iter().all(|told| user.contains(told)) || nth > 2, "{user}");
                    let needs = file("requirements.txt", "left-pad==1.3\n");
                    json!([file("shelf/store.py", &changed()), file("g1.toml", MANIFEST), needs])
                }
            };
            json!({
                "files": files,
                "links": [link],
                "additions": [],
                "notes": "",
            })
        }
        "test_reply" => json!({
            "files": [{"path": "tests/test_pages.py", "content": NEW_TESTS}],
            "links": [{"clause": "C-001", "test": "tests.test_pages.Pages.test_pages_together", "shows": "The pages add up.", "measures": false}],
            "searches": [],
            "notes": "",
        }),
        "verify_reply" => {
            // The tests that were there ran before anything was changed, and again with the change.
            let told =
                ["the software as it was, before any change", "what passed before any change still does (2 tests)"];
            assert!(told.iter().all(|told| user.contains(told)), "{user}");
            assert!(user.contains("tests.test_store.Store.test_describe"), "{user}");
            json!({
            "findings": [{"clause": "C-001", "verdict": "met", "argument": "“how many pages its books have together”: it adds them up."}],
            "summary": "It counts pages.",
            })
        }
        other => panic!("nobody asks for {other:?}"),
    };
    body["teach_back"] = json!({"clauses": all, "decisions": decisions});
    body.to_string()
}

fn git(dir: &Path, args: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=x", "-c", "user.email=x@y"]).args(args).current_dir(dir).env("HOME", "/nonexistent");
    // Looking must not write the index that is compared.
    let output = git.env("GIT_OPTIONAL_LOCKS", "0").output().expect("git");
    assert!(output.status.success(), "git {args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

pub fn software(dir: &Path) {
    for (path, content) in [
        (".gitignore", "__pycache__/\nout/\n"),
        ("README.md", "# Shelf\n"),
        (".gitattributes", "* text=auto eol=crlf\n"),
        ("shelf/__init__.py", ""),
        ("shelf/store.py", STORE),
        ("tests/__init__.py", ""),
        ("tests/test_store.py", OLD_TESTS),
        ("out/built.py", "ignored = True\n"),
    ] {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    std::os::unix::fs::symlink("shelf/store.py", dir.join("latest")).expect("linked");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(dir.join("shelf/store.py"), executable).expect("executable");
}

/// Everything in the person's folder but what G1 keeps, and of git's own what is theirs.
fn theirs(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = crate::support::workspace(dir);
    for own in [".git/index", ".git/HEAD", ".git/config", ".git/refs/heads/main"] {
        if let Ok(bytes) = fs::read(dir.join(own)) {
            files.insert(own.to_owned(), bytes);
        }
    }
    files
}

#[test]
fn a_feature_is_added_on_a_branch_and_the_persons_work_is_not_touched() {
    let (server, mut bed) = (Scripted::saying(reply), Bed::new());
    software(&bed.dir);
    git(&bed.dir, &["init", "--quiet", "--initial-branch=main"]);
    git(&bed.dir, &["add", "."]);
    git(&bed.dir, &["commit", "--quiet", "-m", "shelf"]);
    let module = format!("160000,{},vendor/led", git(&bed.dir, &["rev-parse", "HEAD"]).trim());
    git(&bed.dir, &["update-index", "--add", "--cacheinfo", &module]);
    git(&bed.dir, &["commit", "--quiet", "-m", "a module"]);
    fs::create_dir_all(bed.dir.join("vendor/led")).expect("a folder");
    // Nothing can lie below a branch of this name.
    git(&bed.dir, &["branch", "g1"]);
    fs::write(bed.dir.join("shelf/store.py"), STORE.replace("Books on", "My books on")).expect("written");
    fs::write(bed.dir.join("staged.py"), "staged = 1\n").expect("written");
    git(&bed.dir, &["add", "staged.py"]);
    fs::write(bed.dir.join("loose.py"), "loose = 1\n").expect("written");
    let (before, status) = (theirs(&bed.dir), git(&bed.dir, &["status", "--porcelain"]));

    let refused = bed.output(&["run", WISH, "-y", "--existing"]);
    assert_eq!(code(&refused), 2, "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("the offline engine cannot change code"), "{}", text(&refused.stderr));
    assert!(!bed.dir.join(".g1").exists());

    let tape = bed.home.join("shelf.jsonl").display().to_string();
    let record = format!("models.record={tape}");
    let run = bed
        .g1(&["run", WISH, "-m", "compat/scripted", "-y", "--existing", "--json", "-c", &record])
        .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&run), 0, "{}{}", text(&run.stdout), text(&run.stderr));
    assert!(text(&run.stderr).contains("3 paths with work that is not committed"), "{}", text(&run.stderr));
    assert_eq!(theirs(&bed.dir), before, "files, index and HEAD of the person");
    assert_eq!(git(&bed.dir, &["status", "--porcelain"]), status);

    let branch = git(&bed.dir, &["for-each-ref", "--format=%(refname:short)", "refs/heads/g1-*"]).trim().to_owned();
    assert!(text(&run.stderr).contains(&branch) && branch.starts_with("g1-shelf"), "{branch}");
    let summary = git(&bed.dir, &["diff", "--summary", "main", &branch]);
    assert!(!summary.contains("mode change"), "{summary}");
    let numbers = git(&bed.dir, &["diff", "--numstat", "main", &branch]);
    let rows: Vec<&str> = numbers.lines().collect();
    assert_eq!(
        rows,
        ["7\t0\tg1.toml", "1\t0\trequirements.txt", "3\t0\tshelf/store.py", "11\t0\ttests/test_pages.py"],
        "{numbers}"
    );
    let log = git(&bed.dir, &["log", "--format=%an %s", &format!("main..{branch}")]);
    assert_eq!(log.lines().filter(|line| line.starts_with("G1 ")).count(), 2, "a commit a step: {log}");

    let trace = bed.trace();
    assert_eq!((&trace["outcome"], &trace["clauses"][0]["status"]), (&json!("proven"), &json!("proven")));
    let whole = trace["evidence"].as_array().expect("a list").iter().any(|e| e["passed"] == 3 && e["failed"] == 0);
    assert!(whole, "the old tests ran with the new one: {}", trace["evidence"]);
    let told = lines(&run.stdout).into_iter().filter(|l| l["check"]["name"] == "changes");
    let told: Vec<String> = told.map(|l| l["check"]["summary"].as_str().unwrap_or_default().to_owned()).collect();
    assert!(told.iter().any(|t| t.contains("1 existing file changed: shelf/store.py +3 −0")), "{told:?}");

    let tooling = lines(&run.stdout).into_iter().find(|l| l["check"]["name"] == "tooling");
    let tooling = tooling.map(|l| l["check"]["summary"].as_str().unwrap_or_default().to_owned());
    assert_eq!(tooling.as_deref(), Some("outside of the sandbox: requirements.txt brings left-pad==1.3"));

    // The recording holds what was there: it needs neither the folder nor git's history to be built again.
    let again = Bed::new();
    let replay = again.output(&["replay", &tape, "--json", "-C", &again.dir.display().to_string()]);
    assert_eq!(code(&replay), 0, "{}{}", text(&replay.stdout), text(&replay.stderr));
    let said = lines(&replay.stdout).pop().expect("a last line");
    assert_eq!(
        (&said["replay"]["same_tree"], &said["replay"]["calls"]["unanswered"]),
        (&json!(true), &json!(0)),
        "{said}"
    );
    let place = again.dir.join(".g1/worktree");
    assert_eq!(fs::read_to_string(place.join("shelf/store.py")).expect("there"), changed());
    assert!(
        !place.join("loose.py").exists() && !place.join("staged.py").exists(),
        "what was not committed is not in it"
    );

    // What is done later knows where the work is.
    let verified = bed.output(&["verify"]);
    assert_eq!(code(&verified), 0, "{}{}", text(&verified.stdout), text(&verified.stderr));
    assert_eq!(theirs(&bed.dir), before);

    // Where git could not commit the run says so, also by its exit code, until it can.
    let last = git(&bed.dir, &["rev-parse", &branch]);
    git(&bed.dir, &["update-ref", &format!("refs/heads/{branch}"), "main"]);
    let lock = bed.dir.join(".git/worktrees/worktree/index.lock");
    fs::write(&lock, "").expect("written");
    let resumed = |args: &[&str]| {
        bed.g1(args).env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).output().expect("g1 starts")
    };
    let resume = |exit: i32, says: &str, never: &str| {
        let resumed = resumed(&["resume"]);
        let said = format!("{}{}", text(&resumed.stdout), text(&resumed.stderr));
        assert!(code(&resumed) == exit && said.contains(says) && !said.contains(never), "{}: {said}", code(&resumed));
    };
    resume(1, &format!("Not committed: the branch {branch} lacks 4 files"), "takes them over");
    let stream = resumed(&["resume", "--json"]);
    let stream = lines(&stream.stdout).pop().expect("a last line");
    assert_eq!((&stream["exit"], stream["uncommitted"].as_array().map(Vec::len)), (&json!(1), Some(4)), "{stream}");
    fs::remove_file(&lock).expect("removed");
    resume(0, "takes them over", "Not committed");
    assert_eq!(git(&bed.dir, &["diff", last.trim(), &branch]), "");

    // The place beside is made again, at the head of the branch.
    fs::remove_dir_all(bed.dir.join(".g1/worktree")).expect("removed");
    let lost = bed.output(&["verify"]);
    let said = text(&lost.stderr);
    assert!(code(&lost) == 1 && said.contains("is gone: `g1 resume` makes it anew"), "{said}");
    resume(0, "takes them over", "Not committed");
    assert_eq!(fs::read_to_string(bed.dir.join(".g1/worktree/shelf/store.py")).expect("there"), changed());
    assert_eq!(git(&bed.dir, &["diff", last.trim(), &branch]), "");
    assert_eq!(git(&bed.dir.join(".g1/worktree"), &["status", "--porcelain"]), "");

    // Without the place beside there is none to go back in, and a fork has none of its own: both are made again.
    git(&bed.dir, &["worktree", "remove", "--force", ".g1/worktree"]);
    let lost = bed.output(&["verify"]);
    assert_eq!(code(&lost), 1, "{}", text(&lost.stderr));
    let fork = bed.home.join("fork");
    for args in [&["fork", "build:pages", fork.to_str().expect("text")][..], &["rewind", "build:pages"]] {
        let done = bed.output(args);
        assert_eq!(code(&done), 0, "{args:?} {}{}", text(&done.stdout), text(&done.stderr));
        assert_eq!(theirs(&bed.dir), before, "{args:?}");
    }
    for dir in [&bed.dir, &fork] {
        let place = dir.join(".g1/worktree");
        assert_eq!(fs::read_to_string(place.join("shelf/store.py")).expect("there"), STORE);
        assert!(!place.join("tests/test_pages.py").exists() && !place.join("g1.toml").exists());
    }
    bed.dir = fork;
    let resumed = bed
        .g1(&["resume", "-y"])
        .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&resumed), 0, "{}{}", text(&resumed.stdout), text(&resumed.stderr));
    assert_eq!(fs::read_to_string(bed.dir.join(".g1/worktree/shelf/store.py")).expect("there"), changed());
    let said = text(&resumed.stdout);
    assert!(said.contains("a copy with a history of its own") && !said.contains("git merge"), "{said}");
}

#[test]
fn without_git_the_work_is_done_in_a_copy() {
    let (server, bed) = (Scripted::saying(reply), Bed::new());
    software(&bed.dir);
    let before = theirs(&bed.dir);
    let run = bed
        .g1(&["run", WISH, "-m", "compat/scripted", "-y", "--existing", "--plan-only"])
        .env("OPENAI_BASE_URL", format!("http://{}/v1", server.address))
        .output()
        .expect("g1 starts");
    assert_eq!(code(&run), 0, "{}{}", text(&run.stdout), text(&run.stderr));
    assert!(text(&run.stderr).contains("a copy with a history of its own"), "{}", text(&run.stderr));
    assert_eq!(theirs(&bed.dir), before);
    let copy = bed.dir.join(".g1/worktree");
    assert_eq!(fs::read_to_string(copy.join("shelf/store.py")).expect("copied"), STORE);
    assert!(!copy.join("out").exists(), "what is ignored is not taken along");
    assert_eq!(git(&copy, &["status", "--porcelain"]), "");
}

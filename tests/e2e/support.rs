//! A temporary home and folder, and the binary run in them.

use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::{Mutex, OnceLock},
};

/// A text of its own, small enough to build in seconds, with something to prove, something to refuse and something open.
pub const TOOL_SHED: &str = "\
A tool lending list for our allotment club.

- A member can add a tool with a name, a condition (good, worn, broken) and the year it was bought.
- The name is required.
- The year must be between 1950 and 2100.
- The list of tools can be searched.
- No payment.
";

/// The least that is a whole application: for what is run many times over, wherever the depth of a text does not matter.
pub const GUEST_BOOK: &str = "A guest book for our wedding.";

/// A project that was built to its end, and the exit code of that. Each text is built once for all tests; everybody gets a
/// copy of their own.
pub fn finished(text: &'static str) -> (Bed, i32) {
    static BUILT: Mutex<BTreeMap<&str, &OnceLock<(Bed, i32)>>> = Mutex::new(BTreeMap::new());
    let once: &'static OnceLock<(Bed, i32)> =
        BUILT.lock().expect("nobody panics in here").entry(text).or_insert_with(|| Box::leak(Box::default()));
    let (built, end) = once.get_or_init(|| {
        let bed = Bed::new();
        let output = bed.with_input(&["run", "-", "-y"], text.as_bytes());
        assert!([0, 7].contains(&code(&output)), "{}", self::text(&output.stderr));
        (bed, code(&output))
    });
    let bed = Bed::new();
    copy(&built.home, &bed.home);
    copy(&built.dir, &bed.dir);
    (bed, *end)
}

/// Files and folders; sockets of a process that has ended are left out.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("an entry");
        let (kind, to) = (entry.file_type().expect("a type"), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), to).expect("copied");
        }
    }
}

pub struct Bed {
    _root: tempfile::TempDir,
    pub home: PathBuf,
    pub dir: PathBuf,
}

impl Bed {
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        let home = root.path().join("home");
        fs::create_dir_all(&home).expect("a home");
        let dir = root.path().join("project");
        Self { _root: root, home, dir }
    }

    /// The binary, isolated from the user's configuration, keys and terminal.
    pub fn g1(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_g1"));
        command.arg("-C").arg(&self.dir).args(args);
        command.env_clear();
        for key in ["PATH", "TMPDIR"] {
            if let Some(value) = std::env::var_os(key) {
                command.env(key, value);
            }
        }
        command
            .env("HOME", &self.home)
            .env("G1_HOME", self.home.join("g1"))
            .env("USER", "tester")
            .env("LANG", "C.UTF-8");
        command.stdin(Stdio::null());
        command
    }

    pub fn output(&self, args: &[&str]) -> Output {
        self.g1(args).output().expect("g1 starts")
    }

    pub fn with_input(&self, args: &[&str], input: &[u8]) -> Output {
        let mut child = self
            .g1(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("g1 starts");
        // It may refuse before it has read everything.
        let _ = child.stdin.take().expect("piped").write_all(input);
        child.wait_with_output().expect("g1 ends")
    }

    pub fn trace(&self) -> Value {
        let output = self.output(&["trace", "--format", "json"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the trace is JSON")
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

/// The JSON lines of a stream.
pub fn lines(stdout: &[u8]) -> Vec<Value> {
    text(stdout).lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// Path → content of everything a person gets: neither `.g1` nor `.git`.
pub fn workspace(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(dir: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(dir).expect("readable") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            if prefix.is_empty() && (name.starts_with(".g1") || name == ".git") {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.file_type().expect("a type").is_dir() {
                walk(&entry.path(), &format!("{path}/"), into);
            } else {
                into.insert(path, fs::read(entry.path()).expect("readable"));
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(dir, "", &mut files);
    files
}

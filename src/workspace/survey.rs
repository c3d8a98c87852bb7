//! What lies in a folder: which files are software, what they hold, and which paths its ignore rules keep out.

use super::{
    branch::{Committed, Limits},
    paths,
};
use crate::domain::outline::declared;
use ignore::{
    WalkBuilder,
    gitignore::{Gitignore, GitignoreBuilder},
};
use std::{fmt::Write, fs, os::unix::fs::PermissionsExt, path::Path};

/// An outline names so many of a file.
const MOST_NAMED: usize = 24;

/// The programming language of a file, by its name; none for texts, data and pictures.
#[must_use]
pub fn language(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = match name {
        "package.json" => "Node manifest",
        "Cargo.toml" => "Rust manifest",
        "pyproject.toml" | "setup.py" | "setup.cfg" => "Python manifest",
        "go.mod" => "Go manifest",
        "pom.xml" | "build.gradle" => "Java manifest",
        "Makefile" | "CMakeLists.txt" => "build file",
        _ => match name.rsplit_once('.')?.1 {
            "py" => "Python",
            "js" | "mjs" | "cjs" | "jsx" => "JavaScript",
            "ts" | "mts" | "cts" | "tsx" => "TypeScript",
            "rs" => "Rust",
            "go" => "Go",
            "java" => "Java",
            "kt" => "Kotlin",
            "c" | "h" => "C",
            "cc" | "cpp" | "hpp" => "C++",
            "cs" => "C#",
            "rb" => "Ruby",
            "php" => "PHP",
            "swift" => "Swift",
            "scala" => "Scala",
            "sh" | "bash" => "shell",
            "sql" => "SQL",
            "vue" => "Vue",
            "svelte" => "Svelte",
            "ex" | "exs" => "Elixir",
            "hs" => "Haskell",
            "lua" => "Lua",
            "pl" => "Perl",
            "dart" => "Dart",
            _ => return None,
        },
    };
    Some(known)
}

/// Paths of the files in a folder that no ignore rule keeps out; hidden ones are never among them.
fn paths_in(dir: &Path) -> impl Iterator<Item = String> + '_ {
    let mut walk = WalkBuilder::new(dir);
    walk.parents(false).git_global(false).git_exclude(false).require_git(false).follow_links(false);
    walk.sort_by_file_name(std::ffi::OsStr::cmp);
    let plain = |entry: &ignore::DirEntry| entry.file_type().is_some_and(|kind| kind.is_file());
    walk.build().flatten().filter(plain).filter_map(move |entry| {
        let path = entry.path().strip_prefix(dir).ok()?.to_str()?.to_owned();
        paths::check(&path).is_ok().then_some(path)
    })
}

/// Whether somebody's software lies in the folder.
#[must_use]
pub fn holds_software(dir: &Path) -> bool {
    paths_in(dir).any(|path| language(&path).is_some())
}

/// The files of a folder that is no repository, but for the larger ones.
///
/// # Errors
/// A file cannot be read, or there is more than the limits allow.
pub fn files(dir: &Path, limits: &Limits) -> std::io::Result<Vec<Committed>> {
    let (mut found, mut together) = (Vec::new(), 0);
    let rules = dir.join(".gitignore");
    let own = rules.symlink_metadata().is_ok_and(|meta| meta.is_file()).then(|| ".gitignore".to_owned());
    for path in own.into_iter().chain(paths_in(dir)) {
        let from = dir.join(&path);
        let meta = fs::symlink_metadata(&from)?;
        if meta.len() <= limits.of_one {
            together += meta.len();
            limits.check(found.len() + 1, together).map_err(std::io::Error::other)?;
            let executable = meta.permissions().mode() & 0o111 != 0;
            found.push(Committed { path, executable, bytes: fs::read(&from)? });
        }
    }
    Ok(found)
}

/// A file in a line: its path, size, language, and what it declares.
#[must_use]
pub fn outline(path: &str, bytes: &[u8]) -> String {
    let Ok(text) = std::str::from_utf8(bytes) else { return format!("{path} · {} bytes, no text\n", bytes.len()) };
    let mut line = format!("{path} · {} lines", text.lines().count());
    if let Some(language) = language(path) {
        let _ = write!(line, " · {language}");
        let names: Vec<String> = text.lines().filter_map(declared).take(MOST_NAMED).collect();
        if !names.is_empty() {
            let _ = write!(line, " · {}", names.join(", "));
        }
    }
    line.push('\n');
    line
}

/// The ignore rules of a project.
#[derive(Debug, Default)]
pub struct Ignored(Vec<(String, Gitignore)>);

impl Ignored {
    /// `rules` are the texts of its `.gitignore` files, each with its path.
    #[must_use]
    pub fn of<'a>(rules: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let one = |(path, text): (&str, &str)| {
            let folder = path.strip_suffix(".gitignore")?.to_owned();
            let mut builder = GitignoreBuilder::new("");
            for line in text.lines() {
                // A rule that nobody can read keeps nothing out.
                let _ = builder.add_line(None, line);
            }
            Some((folder, builder.build().ok()?))
        };
        Self(rules.into_iter().filter_map(one).collect())
    }

    /// A file of this path would be ignored.
    #[must_use]
    pub fn keeps_out(&self, path: &str) -> bool {
        let out = |(folder, rules): &(String, Gitignore)| {
            let inner = path.strip_prefix(folder.as_str());
            inner.is_some_and(|inner| rules.matched_path_or_any_parents(inner, false).is_ignore())
        };
        self.0.iter().any(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outline_names_what_a_file_declares() {
        let text = "import os\n\nclass Store:\n    def add(self, item):\n        def inner(): pass\n\nasync def main():\n    pass\n";
        assert_eq!(
            outline("app/store.py", text.as_bytes()),
            "app/store.py · 8 lines · Python · class Store, def add, def main\n"
        );
        let text = "export const total = 1;\nconst helper = (a) => a;\nlet x = 2;\nexport default function run() {}\n";
        assert_eq!(
            outline("a.mjs", text.as_bytes()),
            "a.mjs · 4 lines · JavaScript · const total, const helper, function run\n"
        );
        let text = "exports.take = (name) => {\n  exports.load(name)\n}\nmodule.exports.give = function () {}\n";
        assert_eq!(
            outline("a.cjs", text.as_bytes()),
            "a.cjs · 4 lines · JavaScript · exports.take, module.exports.give\n"
        );
        assert_eq!(outline("logo.png", &[0xff, 0]), "logo.png · 2 bytes, no text\n");
    }

    #[test]
    fn ignore_rules_hold_below_their_folder() {
        let rules = Ignored::of([(".gitignore", "dist/\n*.log\n!keep.log\n"), ("web/.gitignore", "/cache\n")]);
        for (path, out) in [
            ("dist/app.js", true),
            ("web/dist/x", true),
            ("a.log", true),
            ("keep.log", false),
            ("web/cache/x", true),
            ("cache/x", false),
            ("src/a.js", false),
        ] {
            assert_eq!(rules.keeps_out(path), out, "{path}");
        }
    }

    #[test]
    fn what_is_ignored_or_hidden_is_not_found() {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in [
            (".gitignore", "build/\n"),
            ("build/out.js", "x"),
            (".env", "KEY=1"),
            ("src/a.js", "1"),
            ("notes.txt", "2"),
            (".g1/journal", "3"),
        ] {
            fs::create_dir_all(dir.path().join(path).parent().unwrap()).unwrap();
            fs::write(dir.path().join(path), text).unwrap();
        }
        let found: Vec<String> = files(dir.path(), &Limits { of_one: 100, files: 100, together: 10_000 })
            .unwrap()
            .into_iter()
            .map(|file| file.path)
            .collect();
        assert_eq!(found, [".gitignore", "notes.txt", "src/a.js"]);
        assert!(holds_software(dir.path()));
        fs::remove_file(dir.path().join("src/a.js")).unwrap();
        assert!(!holds_software(dir.path()));
    }
}

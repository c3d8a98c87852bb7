//! The dependency rule and the size rule of `docs/architecture.md`, enforced.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What each layer may use of the crate, itself aside. A layer that is not named may use everything.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("files", &[]),
    ("orchestrator", &["domain"]),
    ("ui", &["domain"]),
    ("hub", &["domain", "config"]),
    ("personas", &["domain", "files"]),
    ("models", &["domain", "files", "personas"]),
    ("evidence", &["domain", "orchestrator"]),
    ("workspace", &["domain", "evidence"]),
    ("import", &["domain"]),
    ("secrets", &["domain"]),
    ("term", &["domain", "import", "ui"]),
];

/// Crates that only some layers know.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sled", &["hub"]),
    ("hnsw_rs", &["hub"]),
    ("ndarray", &["hub"]),
    ("zip", &["import"]),
    ("quick_xml", &["import"]),
    ("html5ever", &["import"]),
    ("pdf_extract", &["import"]),
    ("async_openai", &["models"]),
    ("aes_gcm", &["secrets"]),
    ("argon2", &["secrets"]),
    ("ratatui", &["term", "ui"]),
    ("crossterm", &["term", "ui"]),
    ("landlock", &["evidence"]),
    ("seccompiler", &["evidence"]),
    ("ignore", &["workspace"]),
    ("gix_index", &["workspace"]),
    ("gix_object", &["workspace"]),
    ("oxc_parser", &["evidence"]),
    ("syn", &["evidence"]),
];

/// Layers that must stay pure: no clock, no files, no environment, no tasks.
const PURE: &[&str] = &["domain", "orchestrator", "ui"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env::",
    "std::net",
    "std::process",
    "tokio::",
    "Timestamp::now",
    "Instant::now",
    "SystemTime::now",
];

fn sources(under: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).expect("a readable source tree") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(path);
        }
    }
}

/// Every source file with its layer (`hub` for `src/hub/…` and `src/hub.rs`) and its code without comments and tests.
fn layers() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files
        .into_iter()
        .map(|path| {
            let inner = path.strip_prefix(&src).expect("below src");
            let first = inner.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("UTF-8 source");
            (first.trim_end_matches(".rs").to_owned(), path.clone(), code(&text))
        })
        .collect()
}

/// Comments and the tests at the end of the file (`#[cfg(test)] mod … {`) are left out.
fn code(text: &str) -> String {
    if text.lines().any(|line| line == "#![cfg(test)]") {
        return String::new();
    }
    let begins = |at: usize| {
        let after = text[at..].lines().skip(1).find(|line| !line.trim_start().starts_with("#["));
        after.is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    let end = text.match_indices("#[cfg(test)]").map(|(at, _)| at).find(|at| begins(*at)).unwrap_or(text.len());
    let text = &text[..end];
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// `name` used as a path (`name::`), not as part of a longer word.
fn uses(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::"))
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
}

fn crate_modules(code: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            let mut at_start = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => at_start = true,
                    c if depth == 0 && (c.is_alphanumeric() || c == '_') && at_start => word.push(c),
                    _ => {
                        if at_start && !word.is_empty() {
                            modules.push(std::mem::take(&mut word));
                            at_start = false;
                        }
                    }
                }
            }
            if !word.is_empty() {
                modules.push(word);
            }
        } else {
            modules.push(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    modules
}

#[test]
fn layers_use_only_what_lies_below_them() {
    let mut broken = Vec::new();
    for (layer, path, code) in layers() {
        if let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) {
            for module in crate_modules(&code) {
                if module != layer && !allowed.contains(&module.as_str()) {
                    broken.push(format!("{}: {layer} must not use {module}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_engine_room_keeps_its_crates_to_itself() {
    let mut broken = Vec::new();
    for (layer, path, code) in layers() {
        for (name, layers) in ONLY_IN {
            if uses(&code, name) && !layers.contains(&layer.as_str()) {
                broken.push(format!("{}: {name} belongs to {layers:?}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_state_machines_are_pure() {
    let mut broken = Vec::new();
    for (layer, path, code) in layers() {
        if PURE.contains(&layer.as_str()) {
            for word in IMPURE.iter().filter(|word| code.contains(**word)) {
                broken.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_file_can_be_held_in_the_head() {
    let long: Vec<String> = layers()
        .iter()
        .filter_map(|(_, path, _)| {
            let lines = fs::read_to_string(path).expect("readable").lines().count();
            (lines > 800).then(|| format!("{}: {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "split by concern: {}", long.join("\n"));
}

#[test]
fn only_the_tests_at_the_end_of_a_file_are_left_out() {
    let text = "use a::A;\n#[cfg(test)]\nmod tests;\nuse b::B; // c::C\n// d::D\n#[cfg(test)]\n#[allow(x)]\nmod more {\nuse e::E;\n}\n";
    let code = code(text);
    assert!(uses(&code, "a") && uses(&code, "b"), "{code}");
    assert!(!uses(&code, "d") && !uses(&code, "e"), "{code}");
}

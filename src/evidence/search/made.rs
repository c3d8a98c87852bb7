//! How a product is made, as G1 sees by itself: the stack of its manifest, and every package from outside that a manifest
//! names or the code imports, and what connects to other machines. Tests are no part of the product, its manifests are.

use super::{
    super::{
        EvidenceError, Manifest, Runner, Tree,
        syntax::{self, Language, Question},
    },
    Text, network,
};
use crate::domain::{Clean, condition::Condition, made::Made};
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

/// What was seen.
pub(super) struct Seen {
    stack: String,
    /// Places with what stands there: `app/shop.py:3 (requests)`.
    packages: Vec<Clean>,
    /// The same, and the names alone: `app/shop.py:3 (urllib.request)`.
    network: Vec<(Clean, String)>,
}

impl Seen {
    /// What speaks against it.
    pub(super) fn against(&self, made: Made) -> Vec<Clean> {
        match made {
            Made::Packages => self.packages.clone(),
            Made::Network => self.network.iter().map(|(place, _)| place.clone()).collect(),
            Made::Mail => {
                let sends = self.network.iter().filter(|(_, name)| network::sends_mail(name));
                sends.map(|(place, _)| place.clone()).collect()
            }
            Made::Stack(wanted) if Condition::of_stack(&self.stack) == wanted => vec![],
            Made::Stack(_) => vec![Clean::from(format!("{}: the stack is {}", Manifest::PATH, self.stack))],
        }
    }
}

impl Runner {
    /// Looks at the manifests of the tree and at what its code imports.
    pub(super) async fn made(
        &self,
        tree: &Tree,
        manifest: &Manifest,
        texts: &[Text],
        cancel: &CancellationToken,
    ) -> Result<Seen, EvidenceError> {
        let mut packages = vec![];
        for file in tree.files() {
            let text = String::from_utf8_lossy(&file.bytes);
            let named = named(&file.path, &text).unwrap_or_else(|| vec!["it cannot be read".to_owned()]);
            packages.extend(named.into_iter().map(|name| Clean::from(format!("{} ({name})", file.path))));
        }
        let code: Vec<&str> =
            tree.files().map(|file| file.path.as_str()).filter(|path| super::is_code(tree, path)).collect();
        let imports =
            |path: &&&str| matches!(Language::in_tree(tree, path), Some(Language::Python | Language::JavaScript));
        let code: Vec<&str> = code.iter().filter(imports).copied().collect();
        let questions: Vec<Question> = code.iter().map(|path| Question::Imports { path: (*path).to_owned() }).collect();
        let answers = syntax::ask(self, tree, &questions, cancel).await?;
        let mut network = network::in_words(texts);
        let place = |path: &str, line: u32, name: &str| Clean::from(format!("{path}:{line} ({name})"));
        for (path, answer) in code.iter().zip(answers) {
            if let Some(problem) = answer.problem {
                packages.push(Clean::from(problem));
            }
            packages.extend(answer.imports.iter().map(|(line, name)| place(path, *line, name)));
            network.extend(answer.connects.into_iter().map(|(line, name)| (place(path, line, &name), name)));
        }
        Ok(Seen { stack: manifest.stack.clone(), packages, network })
    }
}

/// The packages from outside that a manifest names; nothing for any other file, `None` for one that cannot be read.
fn named(path: &str, text: &str) -> Option<Vec<String>> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match name {
        "package.json" => {
            let file: serde_json::Value = serde_json::from_str(text).ok()?;
            let lists = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
            lists.iter().filter_map(|list| file.get(list)?.as_object()).flat_map(|list| list.keys().cloned()).collect()
        }
        "Cargo.toml" => {
            let mut found = BTreeSet::new();
            crates(&toml::from_str(text).ok()?, &mut found);
            found.into_iter().collect()
        }
        "pyproject.toml" => {
            let file: toml::Table = toml::from_str(text).ok()?;
            let project = file.get("project");
            let plain = project.and_then(|project| project.get("dependencies")?.as_array());
            let poetry = file.get("tool").and_then(|tool| tool.get("poetry")?.get("dependencies")?.as_table());
            let plain = plain.into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned));
            plain
                .chain(poetry.into_iter().flat_map(|list| list.keys()).filter(|key| *key != "python").cloned())
                .collect()
        }
        _ if name.starts_with("requirements") && name.ends_with(".txt") => {
            let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
            lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
        _ => vec![],
    })
}

/// The dependencies of a Cargo manifest, at any depth; what lies in the project itself is none.
fn crates(table: &toml::Table, found: &mut BTreeSet<String>) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else { continue };
        if !key.ends_with("dependencies") {
            crates(inner, found);
            continue;
        }
        let own = |one: &toml::Value| one.get("path").is_some() && one.get("git").is_none();
        found.extend(inner.iter().filter(|(_, one)| !own(one)).map(|(name, _)| name.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_name_packages_from_outside() {
        let of = |path: &str, text: &str| named(path, text).unwrap();
        assert_eq!(of("package.json", r#"{"type": "module", "dependencies": {}}"#), [""; 0]);
        assert_eq!(
            of("a/package.json", r#"{"devDependencies": {"jest": "1"}, "dependencies": {"x": "2"}}"#),
            ["x", "jest"]
        );
        assert_eq!(of("Cargo.toml", "[package]\nname = \"a\"\n[dependencies]\nb = { path = \"b\" }\n"), [""; 0]);
        let cargo =
            "[dependencies]\nserde = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\nlibc = { version = \"1\" }\n";
        assert_eq!(of("Cargo.toml", cargo), ["libc", "serde"]);
        assert_eq!(of("pyproject.toml", "[project]\nname = \"a\"\ndependencies = []\n"), [""; 0]);
        assert_eq!(of("pyproject.toml", "[project]\ndependencies = [\"flask>=3\"]\n"), ["flask>=3"]);
        assert_eq!(of("requirements-dev.txt", "# none\n\nflask # web\n"), ["flask"]);
        assert_eq!(of("app/a.py", "import flask"), [""; 0]);
        assert_eq!(named("package.json", "{"), None);
    }
}

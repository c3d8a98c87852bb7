//! Files that a person's tools execute or fetch something for, once they work in the folder: outside of any sandbox, and
//! so named at the gate.

use serde_json::Value;

/// Run by build tools, test runners, installers or pipelines without being named on their command line.
const EXECUTED: [&str; 36] = [
    "makefile",
    "gnumakefile",
    "justfile",
    "rakefile",
    "gemfile",
    "cmakelists.txt",
    "meson.build",
    "build.rs",
    "build.zig",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "settings.gradle.kts",
    "pom.xml",
    "setup.py",
    "conftest.py",
    "noxfile.py",
    "tox.ini",
    "setup.cfg",
    "pytest.ini",
    "sitecustomize.py",
    "usercustomize.py",
    "gruntfile.js",
    "gulpfile.js",
    "jenkinsfile",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    "appveyor.yml",
    "cloudbuild.yaml",
    "dockerfile",
    "containerfile",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yaml",
    "vagrantfile",
    "procfile",
];

/// The ends of the names of configurations that are programs: `vite.config.ts`.
const PROGRAMS: [&str; 6] = ["js", "cjs", "mjs", "ts", "cts", "mts"];

/// Scripts that a package manager runs unasked.
const UNASKED: [&str; 7] =
    ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/// Tables of a manifest that name other packages.
const NEEDED: [&str; 7] = [
    "dependencies",
    "devDependencies",
    "dev-dependencies",
    "build-dependencies",
    "optionalDependencies",
    "require",
    "require-dev",
];

/// What a file has a person's tools do, in words; `None` for one that they only read.
#[must_use]
pub fn caution(path: &str, content: &str) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let configures = || name.split_once(".config.").is_some_and(|(_, end)| PROGRAMS.contains(&end));
    let executed = [".mk", ".pth"].iter().any(|end| name.ends_with(end));
    if EXECUTED.contains(&name.as_str()) || executed || configures() {
        return Some(format!("{path} is executed by tools"));
    }
    let asks = match name.as_str() {
        "package.json" | "composer.json" => manifest(&serde_json::from_str(content).unwrap_or_default()),
        "cargo.toml" | "pyproject.toml" | "pipfile" => manifest(&toml::from_str::<Value>(content).unwrap_or_default()),
        "go.mod" => required(content),
        _ if name.starts_with("requirements") && name.ends_with(".txt") => {
            let needed = content.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            Vec::from_iter(needed.map(str::to_owned))
        }
        _ => Vec::new(),
    };
    (!asks.is_empty()).then(|| format!("{path} brings {}", asks.join(", ")))
}

/// The packages that a manifest needs, and what runs when it is built or installed.
fn manifest(whole: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let each =
        |value: &'_ Value| value.as_object().into_iter().flatten().map(|(_, part)| part.clone()).collect::<Vec<_>>();
    let poetry = &whole["tool"]["poetry"];
    let mut parts = vec![whole.clone(), whole["project"].clone(), whole["workspace"].clone(), poetry.clone()];
    // For one platform, or for one kind of work.
    parts.extend(each(&whole["target"]).into_iter().chain(each(&poetry["group"])));
    for part in &parts {
        NEEDED.iter().for_each(|table| packages(&part[*table], &mut found));
    }
    for group in each(&whole["project"]["optional-dependencies"]).iter().chain(&each(&whole["dependency-groups"])) {
        packages(group, &mut found);
    }
    packages(&whole["build-system"]["requires"], &mut found);
    // Poetry's own word for the language.
    found.retain(|package| package != "python");
    for script in UNASKED {
        if let Some(command) = whole["scripts"][script].as_str() {
            found.push(format!("{script}: {command}"));
        }
    }
    if let Some(script) = whole["package"]["build"].as_str() {
        found.push(format!("the build script {script}"));
    }
    if let Some(backend) = whole["build-system"]["build-backend"].as_str() {
        found.push(format!("the build backend {backend}"));
    }
    found
}

fn packages(table: &Value, found: &mut Vec<String>) {
    match table {
        Value::Object(packages) => found.extend(packages.keys().cloned()),
        Value::Array(packages) => found.extend(packages.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    }
}

/// `require example.com/a v1`, or one a line in brackets behind it.
fn required(content: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in content.lines().map(str::trim) {
        match line.strip_prefix("require").map(str::trim) {
            Some("(") => inside = true,
            Some(one) => found.extend(one.split_whitespace().next().map(str::to_owned)),
            None if line == ")" => inside = false,
            None if inside && !line.starts_with("//") => {
                found.extend(line.split_whitespace().next().map(str::to_owned))
            }
            None => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_execute_is_named_wherever_it_lies() {
        for path in [
            "Makefile",
            "crates/a/build.rs",
            "tests/conftest.py",
            "deploy/Dockerfile",
            "web/vite.config.ts",
            "a.mk",
            "playwright.config.mjs",
            "lib/x.pth",
        ] {
            assert_eq!(caution(path, "").unwrap(), format!("{path} is executed by tools"));
        }
        for path in ["app/core.py", "src/main.rs", "docs/makefile.md", "src/build.rs.txt", "app/static/next.js"] {
            assert_eq!(caution(path, "import os"), None, "{path}");
        }
    }

    #[test]
    fn what_a_manifest_brings_is_named_and_one_that_brings_nothing_is_not() {
        let node =
            r#"{"scripts": {"test": "node --test", "postinstall": "node x.js"}, "dependencies": {"left-pad": "1"}}"#;
        assert_eq!(caution("package.json", node).unwrap(), "package.json brings left-pad, postinstall: node x.js");
        assert_eq!(caution("package.json", r#"{"type": "module", "scripts": {"test": "node --test"}}"#), None);
        let cargo = "[package]\nname = 'x'\nbuild = 'make.rs'\n[dependencies]\nserde = '1'\n";
        assert_eq!(caution("Cargo.toml", cargo).unwrap(), "Cargo.toml brings serde, the build script make.rs");
        assert_eq!(caution("Cargo.toml", "[package]\nname = 'x'\n"), None);
        let python = "[project]\ndependencies = ['flask>=3']\n[build-system]\nbuild-backend = 'hatchling.build'\n";
        assert_eq!(
            caution("pyproject.toml", python).unwrap(),
            "pyproject.toml brings flask>=3, the build backend hatchling.build"
        );
        assert_eq!(
            caution("requirements-dev.txt", "# none\n\nrequests==2\n").unwrap(),
            "requirements-dev.txt brings requests==2"
        );
        assert_eq!(caution("package.json", "no json"), None);
        for (path, text, brings) in [
            ("Cargo.toml", "[target.'cfg(unix)'.dependencies]\nlibc = '1'\n", "libc"),
            ("pyproject.toml", "[project.optional-dependencies]\nweb = ['flask']\n", "flask"),
            ("pyproject.toml", "[dependency-groups]\ndev = ['ruff', {include-group = 'x'}]\n", "ruff"),
            ("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.11'\nrich = '1'\n", "rich"),
            ("pyproject.toml", "[tool.poetry.group.dev.dependencies]\nblack = '1'\n", "black"),
            ("pyproject.toml", "[build-system]\nrequires = ['hatchling']\n", "hatchling"),
            (
                "go.mod",
                "module x\nrequire a.example/b v1\nrequire (\n\tc.example/d v2\n)\n",
                "a.example/b, c.example/d",
            ),
            ("composer.json", r#"{"require": {"monolog/monolog": "1"}}"#, "monolog/monolog"),
        ] {
            assert_eq!(caution(path, text).unwrap(), format!("{path} brings {brings}"));
        }
    }
}

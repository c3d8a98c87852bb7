use super::{build, modules, samples};
use crate::{
    domain::reply::{CodeLink, NewFile},
    models::offline::spec::AppSpec,
};
use std::{collections::BTreeSet, path::Path, process::Command};

/// Every file of the application with all links.
fn everything(spec: &AppSpec) -> (Vec<NewFile>, Vec<CodeLink>) {
    let mut files = Vec::new();
    let mut links = Vec::new();
    for module in modules(spec) {
        let built = build(spec, &module.name);
        files.extend(built.files);
        links.extend(built.links);
    }
    (files, links)
}

fn write(files: &[NewFile], folder: &Path) {
    for file in files {
        let path = folder.join(&file.path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, &file.content).expect("written");
    }
}

fn compile(folder: &Path) -> String {
    let script = "import sys, pathlib\nfor p in sorted(pathlib.Path(sys.argv[1]).rglob('*.py')):\n    \
                  compile(p.read_text(encoding='utf-8'), str(p), 'exec')\n";
    let run = Command::new("python3").args(["-c", script]).arg(folder).output().expect("python3 runs");
    String::from_utf8_lossy(&run.stderr).into_owned()
}

#[test]
fn samples_compile_and_each_file_belongs_to_one_module() {
    // G1_SAMPLES keeps the applications for looking at them.
    let kept = std::env::var_os("G1_SAMPLES").map(std::path::PathBuf::from);
    let folder = tempfile::tempdir().expect("a folder");
    let base = kept.as_deref().unwrap_or_else(|| folder.path());
    for (name, spec) in samples::all() {
        let (files, links) = everything(&spec);
        let paths: BTreeSet<&str> = files.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths.len(), files.len(), "{name}: a file is written twice");
        write(&files, &base.join(name));
        if kept.is_some() {
            let mut tests = Vec::new();
            for module in modules(&spec) {
                let tested = crate::models::offline::suite::tests(&spec, &module.name);
                write(&tested.files, &base.join(name));
                tests.extend(tested.links);
            }
            let both = serde_json::json!({"code": links, "tests": tests});
            let text = serde_json::to_string_pretty(&both).expect("links");
            std::fs::write(base.join(format!("{name}.links.json")), text).expect("written");
        }
    }
    assert_eq!(compile(base), "");
}

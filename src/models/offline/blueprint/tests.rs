use super::{build, modules, samples};
use crate::{
    domain::reply::{CodeLink, NewFile},
    models::offline::spec::{AppSpec, Feature},
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

#[test]
fn the_same_specification_gives_the_same_bytes() {
    for (_, spec) in samples::all() {
        assert_eq!(everything(&spec), everything(&spec));
    }
}

#[test]
fn at_most_one_is_said_of_one() {
    let mut limits = 0;
    for (_, mut spec) in samples::all() {
        for feature in &mut spec.features {
            if let Feature::Limit { max, .. } | Feature::LimitIn { max, .. } = feature {
                *max = 1;
                limits += 1;
            }
        }
        let many: Vec<String> = spec.entities.iter().map(|e| e.label_plural.to_lowercase()).collect();
        for file in everything(&spec).0 {
            let wrong = many.iter().find(|many| file.content.contains(&format!("There may be at most 1 {many}")));
            assert_eq!(wrong, None, "{}", file.path);
        }
    }
    assert!(limits > 0);
}

/// The lines of a linked range: those named, or those of the top-level function.
fn linked<'a>(files: &'a [NewFile], link: &CodeLink) -> Vec<&'a str> {
    let file = files.iter().find(|f| f.path == link.path).unwrap_or_else(|| panic!("{} is not written", link.path));
    let lines: Vec<&str> = file.content.lines().collect();
    match (&link.symbol, link.lines) {
        (Some(symbol), None) => {
            let head = format!("def {symbol}(");
            let found: Vec<usize> = (0..lines.len()).filter(|i| lines[*i].starts_with(&head)).collect();
            assert_eq!(found.len(), 1, "{symbol} of {} is not one function", link.path);
            vec![lines[found[0]]]
        }
        (None, Some((first, last))) => {
            assert!(first >= 1 && first <= last && last as usize <= lines.len(), "{link:?}");
            lines[first as usize - 1..last as usize].to_vec()
        }
        _ => panic!("{link:?} names neither or both"),
    }
}

/// A linked range of a table is exactly one row: it opens and closes what it opens, and ends the row.
fn assert_exact(name: &str, files: &[NewFile], links: &[CodeLink]) {
    for link in links {
        let lines = linked(files, link);
        if link.symbol.is_some() {
            continue;
        }
        let text = lines.join("\n");
        assert!(lines[0].starts_with("    ") && !lines[0].starts_with("     "), "{name}: {text} begins no row");
        assert!(text.ends_with(','), "{name}: {text} ends no row");
        let inner = lines.iter().skip(1).take(lines.len().saturating_sub(2));
        assert!(inner.clone().all(|l| l.starts_with("        ")), "{name}: {text} is more than one row");
    }
}

#[test]
fn links_are_exactly_a_row_or_a_function() {
    for (name, spec) in samples::all() {
        let (files, links) = everything(&spec);
        assert!(!links.is_empty());
        assert_exact(name, &files, &links);
    }
}

#[test]
fn every_clause_of_an_element_is_linked_by_its_module() {
    for (name, spec) in samples::all() {
        let silent: BTreeSet<_> = spec
            .features
            .iter()
            .filter(|f| matches!(f, crate::models::offline::spec::Feature::Exclusion { .. }))
            .flat_map(|f| f.clauses().iter().copied())
            .collect();
        for module in modules(&spec) {
            let built = build(&spec, &module.name);
            let linked: BTreeSet<String> = built.links.iter().map(|l| l.clause.clone()).collect();
            for clause in module.clauses.iter().filter(|c| !silent.contains(c)) {
                assert!(linked.contains(&clause.to_string()), "{name}: {clause} has no code in {}", module.name);
            }
        }
    }
}

#[test]
fn an_element_without_its_clause_is_not_there() {
    let mut spec = samples::maintenance();
    spec.features.retain(|f| f.clauses() != samples::c(12).as_slice());
    let (files, _) = everything(&spec);
    assert!(!files.iter().any(|f| f.path.ends_with("history.py")), "nothing is recorded when nobody asks for it");
    let (all, _) = everything(&samples::maintenance());
    assert!(all.iter().any(|f| f.path.ends_with("history.py")));
}

#[test]
fn without_accounts_there_is_no_trace_of_them() {
    let (files, _) = everything(&samples::guest_book());
    assert!(!files.iter().any(|f| f.path.contains("account") || f.path.contains("people")));
}

#[test]
fn nothing_of_this_machine_is_in_a_file() {
    for (_, spec) in samples::all() {
        for file in everything(&spec).0 {
            for word in ["/tmp/", "/home/", "/root/", "g1-"] {
                assert!(!file.content.contains(word), "{word} in {}", file.path);
            }
        }
    }
}

mod random {
    use super::*;
    use crate::models::offline::{
        blueprint::samples::{allow, c, entity, field},
        spec::{Feature, FieldRule, FieldType, Op, Rule, Scope, SignInWith, Users, Who},
    };
    use proptest::prelude::*;

    fn ty() -> impl Strategy<Value = FieldType> {
        prop_oneof![
            any::<bool>().prop_map(|multiline| FieldType::Text { multiline }),
            Just(FieldType::Integer),
            any::<bool>().prop_map(|money| FieldType::Decimal { money }),
            Just(FieldType::Boolean),
            Just(FieldType::Date),
            Just(FieldType::DateTime),
            Just(FieldType::Time),
            Just(FieldType::Email),
            Just(FieldType::Url),
            Just(FieldType::Phone),
            proptest::collection::vec("[^\\p{C}]{1,12}", 1..4).prop_map(|values| FieldType::Choice { values }),
            (0..4usize).prop_map(|n| FieldType::Reference { entity: format!("thing_{n}") }),
            Just(FieldType::UserReference { role: None }),
        ]
    }

    fn rule() -> impl Strategy<Value = Rule> {
        prop_oneof![
            Just(Rule::Required),
            (-1e6..1e6).prop_map(|value| Rule::Min { value }),
            (-10..10i32).prop_map(|value| Rule::Max { value: f64::from(value) }),
            (0..50u32).prop_map(|value| Rule::MaxLength { value }),
            any::<bool>().prop_map(|per_owner| Rule::Unique { per_owner }),
            Just(Rule::NotInPast),
            Just(Rule::After { field: "field_0".into(), or_equal: true }),
            Just(Rule::Immutable),
        ]
    }

    fn scope() -> impl Strategy<Value = Scope> {
        prop_oneof![
            Just(Scope::All),
            Just(Scope::Own),
            Just(Scope::Granted),
            Just(Scope::AssignedTo { field: "field_1.field_0".into() }),
            Just(Scope::OwnParent { field: "field_0".into() }),
            Just(Scope::SameAs { profile: "flat".into(), field: "field_0".into() }),
        ]
    }

    fn feature(entity: String) -> impl Strategy<Value = Feature> {
        let name = move || entity.clone();
        let (a, b, d, e, g) = (name(), name(), name(), name(), name());
        prop_oneof![
            any::<bool>().prop_map(move |all| Feature::Search {
                entity: a.clone(),
                fields: if all { vec![] } else { vec!["field_0".into()] },
                clauses: c(3)
            }),
            any::<(bool, bool)>().prop_map(move |(descending, default)| Feature::Sort {
                entity: b.clone(),
                field: "field_0".into(),
                then: vec![],
                descending,
                default,
                clauses: c(4)
            }),
            Just(Feature::Csv { entity: d, only: Vec::new(), clauses: c(5) }),
            Just(Feature::History { entity: e.clone(), readers: vec![Who::SignedIn], clauses: c(6) }),
            Just(Feature::Forbid { entity: e, op: Op::Delete, clauses: c(7) }),
            (1..9u32).prop_map(move |max| Feature::Limit {
                entity: g.clone(),
                max,
                per: None,
                over: None,
                clauses: c(8)
            }),
        ]
    }

    fn spec() -> impl Strategy<Value = AppSpec> {
        let fields = proptest::collection::vec((ty(), proptest::collection::vec(rule(), 0..3), "\\PC{1,20}"), 0..5);
        let one = (fields, scope(), any::<(bool, bool, bool)>(), "\\PC{0,20}");
        let features = (0..4usize).prop_flat_map(|n| feature(format!("thing_{n}")));
        (proptest::collection::vec(one, 1..9), proptest::collection::vec(features, 0..8), any::<bool>(), "\\PC{0,40}")
            .prop_map(|(things, features, users, title)| {
                let entities = things.into_iter().enumerate().map(|(index, (fields, scope, flags, label))| {
                    let fields = fields.into_iter().enumerate().map(|(place, (ty, rules, label))| {
                        let mut made = field(&format!("field_{place}"), ty, 2);
                        made.label = label;
                        made.required = flags.2;
                        made.rules = rules.into_iter().map(|rule| FieldRule { rule, clauses: c(2) }).collect();
                        made
                    });
                    let access = vec![allow(Who::SignedIn, &[Op::Create, Op::Read], scope, 1)];
                    let name = format!("thing_{index}");
                    let mut made = entity(&name, &format!("{name}s"), fields.collect(), access, 1);
                    made.label = label;
                    (made.owned, made.system) = (flags.0, flags.1);
                    made
                });
                let entities: Vec<_> = entities.collect();
                let known = |f: &Feature| entities.iter().any(|e| f.entity() == Some(&e.name));
                let features = features.into_iter().filter(known).collect();
                let users = users.then(|| Users {
                    clauses: c(1),
                    sign_in_with: SignInWith::Email,
                    sign_up: c(1),
                    log_in: c(1),
                    change_password: vec![],
                    edit_profile: vec![],
                    profile: vec![field("flat", FieldType::Text { multiline: false }, 1)],
                    roles: vec![],
                });
                AppSpec { title, users, entities, features, ..AppSpec::default() }
            })
    }

    /// Python starts once for a whole batch, so the batch is one case.
    #[test]
    fn whatever_is_specified_compiles_imports_and_is_linked_exactly() {
        use proptest::{strategy::ValueTree, test_runner::TestRunner};
        let mut runner = TestRunner::deterministic();
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..12 {
            let spec = spec().new_tree(&mut runner).expect("a specification").current();
            let (files, links) = everything(&spec);
            let found = modules(&spec);
            assert!(found.len() <= 7 && found[0].name == "core", "{found:?}");
            for module in &found {
                assert!(module.depends_on.iter().all(|d| found.iter().any(|m| m.name == *d && *d != module.name)));
            }
            assert_exact(&number.to_string(), &files, &links);
            write(&files, &folder.path().join(number.to_string()));
        }
        assert_eq!(compile(folder.path()), "");
        let script = "import os, subprocess, sys\nfor name in sorted(os.listdir(sys.argv[1])):\n    \
                      code = 'import tempfile\\nfrom app.server import Application\\nfrom app import openapi\\n\
                      with tempfile.TemporaryDirectory() as d: openapi.describe(Application(d))'\n    \
                      run = subprocess.run([sys.executable, '-B', '-c', code], cwd=os.path.join(sys.argv[1], name))\n    \
                      run.returncode and sys.exit(name)\n";
        let run = Command::new("python3").args(["-c", script]).arg(folder.path()).output().expect("python3 runs");
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
}

#[test]
fn a_module_of_a_long_name_is_called_by_its_first_words() {
    let (_, mut spec) = samples::all().into_iter().next().expect("a sample");
    for entity in &mut spec.entities {
        entity.plural = format!("logbook_functional_requirement_specifications_of_{}", entity.plural);
    }
    let names: Vec<String> = modules(&spec).into_iter().map(|m| m.name).collect();
    assert!(names.iter().all(|name| name.len() <= 40), "{names:?}");
    assert!(names.iter().any(|name| name == "logbook_functional_requirement"), "{names:?}");
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn what_works_out_a_price_is_imported() {
    use crate::{domain::ClauseId, models::offline::read};
    let said = [
        "A product has a name and a price.",
        "Anyone adds orders with a product, a quantity and a day.",
        "The total of an order is the price of the product times the quantity.",
    ];
    let clauses = (1..).map(ClauseId).zip(said.map(str::to_owned)).collect();
    let spec = read::analyse(&read::inputs(clauses), &std::collections::BTreeMap::new()).expect("it is read");
    let (files, _) = everything(&spec);
    let module = files.iter().find(|f| f.content.contains("return priced(")).expect("the total is worked out");
    assert!(module.content.contains("from app.features.formulas import priced"), "{}", module.content);
}

/// `There are no marks` is shown by a search of the whole application: a name in what all of them share would refute it.
#[test]
fn what_is_shared_has_no_words_that_texts_exclude() {
    const EXCLUDED: [&str; 8] = ["mark", "marks", "badge", "badges", "point", "points", "calendar", "marked"];
    for (name, spec) in samples::all() {
        let own = serde_json::to_string(&spec).unwrap().to_lowercase();
        let free: Vec<&&str> = EXCLUDED.iter().filter(|word| !own.contains(**word)).collect();
        for file in everything(&spec).0 {
            let lower = file.content.to_lowercase();
            let words: BTreeSet<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
            let found: Vec<&&&str> = free.iter().filter(|word| words.contains(**word)).collect();
            assert!(found.is_empty(), "{name}: {} has {found:?}", file.path);
        }
    }
}

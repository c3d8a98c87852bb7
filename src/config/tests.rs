use super::*;
use crate::config::keys::distance;
use std::fs;

fn sources(user: &str, project: &str) -> (tempfile::TempDir, Sources) {
    let dir = tempfile::tempdir().unwrap();
    let (u, p) = (dir.path().join("user.toml"), dir.path().join("project.toml"));
    fs::write(&u, user).unwrap();
    fs::write(&p, project).unwrap();
    (dir, Sources { user: Some(u), project: Some(p), ..Sources::default() })
}

#[test]
fn nothing_said_means_the_defaults() {
    let loaded = load(&Sources { user: Some("/nowhere/config.toml".into()), ..Sources::default() }).unwrap();
    assert_eq!(loaded.config, Config::default());
    assert!(loaded.set.is_empty() && loaded.warnings.is_empty());
}

#[test]
fn the_nearer_source_wins() {
    let (_dir, mut sources) = sources("gates = \"plan\"\npack_tokens = 1\nmodel = \"ollama/a\"", "gates = \"phase\"");
    assert_eq!(load(&sources).unwrap().config.gates, GateMode::Phase);
    sources.environment = vec![("model".into(), "openai/b".into())];
    let loaded = load(&sources).unwrap();
    assert_eq!((loaded.config.model.as_str(), loaded.config.pack_tokens), ("openai/b", 1));
    sources.flags = vec!["gates=none".into(), "model=compat/c".into(), "plain=true".into(), "budget=200ktok".into()];
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.gates, GateMode::None);
    assert_eq!(loaded.config.budget, Some(Budget::Tokens(200_000)));
    assert!(loaded.config.plain);
    assert_eq!(loaded.set["model"].1, Origin::Flag);
    assert_eq!(loaded.set["pack_tokens"].1, Origin::User);
}

#[test]
fn a_project_asks_more_often_and_spends_less_but_never_the_other_way() {
    let user = "gates = \"phase\"\nbudget = \"25ktok\"\nturns = 6\n";
    let (_dir, stricter) = sources(user, "gates = \"step\"\nbudget = \"9ktok\"\nbudget_step = \"1ktok\"\nturns = 2\n");
    let loaded = load(&stricter).unwrap();
    assert_eq!((loaded.config.gates, loaded.config.turns), (GateMode::Step, 2));
    assert_eq!(loaded.config.budget, Some(Budget::Tokens(9_000)));
    assert_eq!(loaded.config.budget_step, Some(Budget::Tokens(1_000)));
    assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);

    for looser in ["gates = \"none\"", "budget = \"26ktok\"", "budget = \"none\"", "budget = \"0.01\"", "turns = 500"] {
        let (_dir, sources) = sources(user, looser);
        let loaded = load(&sources).unwrap();
        assert_eq!((loaded.config.gates, loaded.config.turns), (GateMode::Phase, 6), "{looser}");
        assert_eq!(loaded.config.budget, Some(Budget::Tokens(25_000)), "{looser}");
        assert!(
            matches!(loaded.warnings.as_slice(), [one] if one.contains("project.toml:1: a project can only")),
            "{looser}"
        );
    }
    // Where the person set nothing, the defaults are theirs.
    let (_dir, sources) = sources("", "gates = \"phase\"\nturns = 500\nbudget = \"1.00\"\n");
    let loaded = load(&sources).unwrap();
    assert_eq!((loaded.config.gates, loaded.config.turns), (GateMode::Step, TURNS));
    assert_eq!(loaded.config.budget, Some(Budget::CostMicros(1_000_000)));
}

#[test]
fn a_project_can_set_no_model_server_or_key() {
    let project = "model = \"openai/x\"\nwho = \"boss\"\n[models.providers.evil]\nbase_url = \"http://evil\"\nkey_env = \"OPENAI_API_KEY\"\n[models.timeouts]\ncall_ms = 1\n";
    let (_dir, sources) = sources("", project);
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config, Config::default());
    assert_eq!(loaded.warnings.len(), 5);
    assert!(loaded.warnings.iter().all(|w| w.contains("a project cannot set")));
}

#[test]
fn the_user_can_name_providers() {
    let user = "[models.providers.lab]\nbase_url = \"http://lab/v1\"\nkey_env = \"LAB_KEY\"\nstructured = \"object\"\n[models.timeouts]\nidle_ms = 5000\n";
    let (_dir, sources) = sources(user, "");
    let models = load(&sources).unwrap().config.models;
    assert_eq!(models.providers["lab"].base_url, "http://lab/v1");
    assert_eq!((models.timeouts.idle_ms, models.timeouts.connect_ms), (5000, 10_000));
}

#[test]
fn times_that_no_server_could_keep_are_refused_with_the_range() {
    for (setting, range) in [
        ("models.timeouts.first_token_ms=0", "from 100 to 86400000"),
        ("models.timeouts.idle_ms=99", "from 100 to 86400000"),
        ("models.timeouts.call_ms=4000000000", "from 100 to 86400000"),
        ("models.max_reply_bytes=0", "from 1000 to 1073741824"),
        ("models.retries=4000000000", "from 0 to 100"),
        ("models.context=1", "from 1000 to 4294967295"),
    ] {
        let said = load(&Sources { flags: vec![setting.into()], ..Sources::default() }).unwrap_err().to_string();
        let name = setting.split('=').next().unwrap();
        assert!(said.contains(name) && said.contains(range), "{said}");
    }
    let (_dir, sources) = sources("[models.timeouts]\nunproven_ms = 0\n", "");
    let said = load(&sources).unwrap_err().to_string();
    assert!(said.contains("user.toml:2") && said.contains("from 100 to 86400000"), "{said}");
    let flags = vec!["models.timeouts.first_token_ms=1200000".into(), "models.retries=0".into()];
    assert!(load(&Sources { flags, ..Sources::default() }).is_ok());
}

#[test]
fn an_unknown_key_is_a_warning_with_the_nearest_one() {
    let (_dir, sources) = sources("\n\ngate = \"none\"\nzzzzzz = 1\n", "");
    let loaded = load(&sources).unwrap();
    assert!(loaded.warnings[0].contains(":3: there is no setting 'gate'"));
    assert!(loaded.warnings[0].contains("did you mean 'gates'?"));
    assert!(!loaded.warnings[1].contains("did you mean"));
    assert_eq!(distance("gates", "gate"), 1);
    assert_eq!(distance("", "abc"), 3);
}

#[test]
fn what_is_wrong_is_named_with_file_and_line() {
    for (text, line, what) in [
        ("gates = \"none\"\nmodel = = 1\n", 2, ""),
        ("\ngates = \"sometimes\"\n", 2, "one of step, phase, plan, risk, none"),
        ("pack_tokens = -4\n", 1, "a whole number"),
        ("plain = \"yes\"\n", 1, "true or false"),
        ("\n\nbudget = \"a lot\"\n", 3, "200ktok"),
    ] {
        let (_dir, sources) = sources(text, "");
        match load(&sources) {
            Err(ConfigError::File { line: at, what: said, .. }) => {
                assert_eq!(at, line, "{text}");
                assert!(said.contains(what), "{said}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    for flag in ["gates", "gaets=none", "gates=never", "pack_tokens=x"] {
        let sources = Sources { flags: vec![flag.into()], ..Sources::default() };
        assert!(load(&sources).is_err(), "{flag}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_without_a_line() {
    let (dir, bytes) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
    fs::write(bytes.path(), b"model = \"\xff\"\n").unwrap();
    for (path, advice) in [(dir.path(), "it is a folder"), (bytes.path(), "save it as UTF-8")] {
        let error = load(&Sources { user: Some(path.to_owned()), ..Sources::default() }).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{}: ", path.display())) && error.contains(advice), "{error}");
    }
}

#[test]
fn budgets_are_dollars_or_tokens() {
    assert_eq!(budget("2.50"), Ok(Budget::CostMicros(2_500_000)));
    assert_eq!(budget("$0"), Ok(Budget::CostMicros(0)));
    assert_eq!(budget("200ktok"), Ok(Budget::Tokens(200_000)));
    assert_eq!(budget("1.5Mtok"), Ok(Budget::Tokens(1_500_000)));
    assert_eq!(budget("7tok"), Ok(Budget::Tokens(7)));
    for bad in ["", "tok", "-1", "1e5", "two", "nan", "5 dollars"] {
        assert!(budget(bad).is_err(), "{bad}");
    }
}

/// A project comes perhaps from a stranger: its settings may be a link to something without an end.
#[cfg(unix)]
#[test]
fn settings_that_are_no_plain_file_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    let error = load(&Sources { project: Some(file.clone()), ..Sources::default() }).unwrap_err().to_string();
    assert!(error.contains("it is no plain file"), "{error}");
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "#".repeat(2 << 20)).unwrap();
    let error = load(&Sources { project: Some(file), ..Sources::default() }).unwrap_err().to_string();
    assert!(error.contains("larger than"), "{error}");
}

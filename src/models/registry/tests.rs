use super::*;

fn opened(spec: &str, env: &[(&str, &str)]) -> Result<Arc<dyn Model>, ModelError> {
    let env: BTreeMap<String, String> = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let mut settings = ModelSettings::default();
    settings.providers.insert(
        "mine".into(),
        ProviderSettings {
            base_url: "https://llm.example.org/v1".into(),
            key_env: Some("MY_KEY".into()),
            structured: Structured::Object,
            ..ProviderSettings::default()
        },
    );
    open_with(spec, &settings, &|name| env.get(name).cloned())
}

fn refusal(spec: &str, env: &[(&str, &str)]) -> (bool, String) {
    match opened(spec, env) {
        Ok(model) => panic!("{spec} opened {}", model.id()),
        Err(ModelError::Key(text)) => (true, text.to_string()),
        Err(error) => (false, error.to_string()),
    }
}

#[test]
fn each_provider_opens_with_its_own_key_only() {
    for (spec, key) in [
        ("openai/gpt-x", Some("OPENAI_API_KEY")),
        ("anthropic/claude", Some("ANTHROPIC_API_KEY")),
        ("gemini/g", Some("GEMINI_API_KEY")),
        ("openrouter/a/b", Some("OPENROUTER_API_KEY")),
        ("mine/m", Some("MY_KEY")),
        ("ollama/llama:8b", None),
    ] {
        match key {
            Some(name) => {
                assert_eq!(opened(spec, &[(name, "k-1\n")]).unwrap().id(), spec);
                let (is_key, text) = refusal(spec, &[("OTHER_KEY", "x")]);
                assert!(is_key && text.contains(name), "{text}");
            }
            None => assert_eq!(opened(spec, &[]).unwrap().id(), spec),
        }
    }
}

#[test]
fn personas_have_models_of_their_own_and_fallbacks_unless_nothing_is_to_be_paid() {
    let env = |name: &str| (name == "MY_KEY").then(|| "k".to_owned());
    let mut settings = ModelSettings {
        personas: BTreeMap::from([("developer".to_owned(), "ollama/big".to_owned())]),
        fallback: vec!["ollama/small".to_owned()],
        ..ModelSettings::default()
    };
    let developer = [crate::domain::PersonaId::new("developer").unwrap()];
    let models = assign_with("ollama/m", &settings, &env).unwrap();
    assert_eq!((models.main().id(), models.of(&developer).id()), ("ollama/m", "ollama/big"));
    let models = assign_with("offline", &settings, &env).unwrap();
    assert_eq!(models.of(&developer).id(), "offline");
    settings.fallback.push("openai/needs-a-key".to_owned());
    assert!(assign_with("ollama/m", &settings, &env).is_err(), "told before the run, not when it is needed");
}

#[test]
fn every_model_that_may_be_asked_is_named_once() {
    let settings = ModelSettings {
        personas: BTreeMap::from([("developer".into(), "ollama/big".into()), ("tester".into(), "ollama/m".into())]),
        fallback: vec!["offline".into(), "openai/m".into()],
        embeddings: Some("ollama/e".into()),
        ..ModelSettings::default()
    };
    assert_eq!(assigned("ollama/m", &settings), ["ollama/m", "ollama/big", "openai/m", "ollama/e"]);
    assert_eq!(assigned("offline", &settings), ["ollama/e"], "it answers for all of them");
}

#[test]
fn the_offline_engine_needs_nothing() {
    assert_eq!(opened(" offline ", &[]).unwrap().id(), "offline");
    assert!(refusal("offline/x", &[]).1.contains("`offline`"));
}

#[test]
fn what_cannot_be_opened_says_what_to_write() {
    assert!(refusal("gpt-4o", &[]).1.contains("PROVIDER/MODEL"));
    assert!(refusal("openai/", &[("OPENAI_API_KEY", "k")]).1.contains("PROVIDER/MODEL"));
    assert!(refusal("compat/m", &[]).1.contains("OPENAI_BASE_URL"));
    assert!(refusal("compat/m", &[("OPENAI_BASE_URL", "ftp://x")]).1.contains("http://"));
    assert!(refusal("compat/m", &[("OPENAI_BASE_URL", "http://u:pw@x/v1")]).1.contains("key_env"));
    assert!(refusal("compat/m", &[("OPENAI_BASE_URL", "http://x/v1?key=s3cret")]).1.contains("key_env"));
    assert!(refusal("cassette/nowhere.jsonl", &[]).1.contains("nowhere.jsonl"));
    let (is_key, text) = refusal("openai/m", &[("OPENAI_API_KEY", "sk-a\nb")]);
    assert!(is_key && !text.contains("sk-a"), "{text}");
}

#[test]
fn a_host_of_ollama_is_read_as_its_own_client_reads_it() {
    for (host, base) in [
        (None, "http://127.0.0.1:11434/v1"),
        (Some("0.0.0.0"), "http://127.0.0.1:11434/v1"),
        (Some("box:9999"), "http://box:9999/v1"),
        (Some("https://o.example.org/"), "https://o.example.org/v1"),
        (Some("https://o.example.org/ollama/v1"), "https://o.example.org/ollama/v1"),
        (Some("http://box:80"), "http://box:80/v1"),
        (Some("::1"), "http://[::1]:11434/v1"),
        (Some("[::1]:99"), "http://[::1]:99/v1"),
        (Some("[fe80::2]"), "http://[fe80::2]:11434/v1"),
        (Some("::"), "http://[::1]:11434/v1"),
        (Some("0.0.0.0:11434"), "http://127.0.0.1:11434/v1"),
        (Some("box:"), "http://box:11434/v1"),
        (Some("0.0.0.0:99"), "http://127.0.0.1:99/v1"),
        (Some(":99"), "http://127.0.0.1:99/v1"),
    ] {
        assert_eq!(ollama_base(host).as_deref(), Ok(base));
    }
}

#[test]
fn a_port_of_ollama_that_is_none_is_named() {
    for (host, port) in [
        ("host:99999", "99999"),
        ("0.0.0.0:99999", "99999"),
        ("[::1]:0", "0"),
        ("http://box:http", "http"),
        ("box:80:90a", "90a"),
    ] {
        let (is_key, text) = refusal("ollama/m", &[("OLLAMA_HOST", host)]);
        assert!(!is_key && text.contains(&format!("OLLAMA_HOST names the port '{port}'")), "{text}");
        let list = known_with(&ModelSettings::default(), &|name| (name == "OLLAMA_HOST").then(|| host.into()));
        let ollama = list.iter().find(|known| known.name == "ollama").unwrap();
        assert!(ollama.wrong.as_deref().is_some_and(|what| what.contains(port)), "{ollama:?}");
    }
}

#[test]
fn the_list_shows_no_password_that_stands_in_an_address() {
    for (address, shown) in [
        ("https://ann:s3cret@llm.example.org/v1", "https://llm.example.org/v1"),
        ("http://ann:s3/c@ret@box:80", "http://box:80"),
        ("ann:s3cret@box/v1", "box/v1"),
        ("https://llm.example.org/v1", "https://llm.example.org/v1"),
        ("https://llm.example.org/@me/v1", "https://llm.example.org/@me/v1"),
        ("https://ann:s3cret@llm.example.org/v1?key=s3cret", "https://llm.example.org/v1?…"),
        ("https://llm.example.org#s3cret", "https://llm.example.org#…"),
    ] {
        let list = known_with(&ModelSettings::default(), &|name| (name == "OPENAI_BASE_URL").then(|| address.into()));
        let compat = list.iter().find(|known| known.name == "compat").unwrap();
        assert_eq!(compat.base_url, shown);
    }
}

#[test]
fn the_list_names_keys_that_lie_about_without_showing_them() {
    let list = known_with(&ModelSettings::default(), &|name| (name == "OPENAI_API_KEY").then(|| "sk-1".to_owned()));
    assert!(list.iter().any(|k| k.name == "openai" && k.key_found));
    assert!(list.iter().any(|k| k.name == "gemini" && !k.key_found));
    assert!(!format!("{list:?}").contains("sk-1"));
}

use super::*;

#[test]
fn a_pause_is_told_as_a_person_waits_and_none_is_not_told() {
    let told = |wait: Option<Duration>| {
        let fault = Fault::Status { status: 429, body: "slow down".into(), retry_after: wait };
        let secrets = secrets();
        fault.into_error(&whom(&secrets), 3).to_string()
    };
    for (wait, expected) in [
        (Duration::from_millis(1500), "a pause of 1.5 s:"),
        (Duration::from_secs(61), "a pause of 61 s:"),
        (Duration::from_secs(601), "a pause of 11 minutes:"),
        (Duration::from_secs(20 * 3600), "a pause of 20 hours:"),
        (Duration::from_secs(10 * 24 * 3600), "a pause of 10 days:"),
        (Duration::MAX, "a pause of more than a year:"),
    ] {
        let text = told(Some(wait));
        assert!(text.contains(expected), "{text}");
    }
    for wait in [None, Some(Duration::ZERO)] {
        let text = told(wait);
        assert!(text.contains("after 3 attempts: slow down. Wait a little") && !text.contains("pause"), "{text}");
    }
}

fn secrets() -> Secrets {
    Secrets::of(["sk-secret-1"], 1)
}

fn whom(secrets: &Secrets) -> Whom<'_> {
    Whom { id: "openai/m", base_url: "https://x/v1", key_env: Some("OPENAI_API_KEY"), has_key: true, secrets }
}

#[test]
fn every_shape_of_error_body_gives_its_words() {
    for (body, expected) in [
        (r#"{"error":{"message":"No such model.","code":404}}"#, "No such model"),
        (r#"{"error":"plain"}"#, "plain"),
        (r#"[{"error":{"message":"in a list"}}]"#, "in a list"),
        (r#"{"detail":"fast"}"#, "fast"),
        ("<html><h1>502 Bad Gateway</h1></html>", "502 Bad Gateway"),
        ("", "no explanation"),
    ] {
        assert_eq!(words(body), expected, "{body}");
    }
}

#[test]
fn a_key_that_the_server_repeats_is_not_shown() {
    let fault = Fault::Status {
        status: 401,
        body: r#"{"error":{"message":"Incorrect API key provided: sk-secret-1"}}"#.into(),
        retry_after: None,
    };
    let ModelError::Key(text) = fault.into_error(&whom(&secrets()), 1) else { panic!("not a key error") };
    assert!(text.contains("[key]") && !text.contains("sk-secret") && text.contains("OPENAI_API_KEY"), "{text}");
    assert!(text.contains("401"));
}

#[test]
fn nothing_of_a_key_stays_where_a_long_text_is_cut() {
    let body = format!(r#"{{"error":{{"message":"{}sk-secret-1 is no good"}}}}"#, "y".repeat(290));
    let fault = Fault::Status { status: 400, body, retry_after: None };
    let secrets = secrets();
    let whom = whom(&secrets);
    let text = fault.hiding(whom.secrets).into_error(&whom, 1).to_string();
    assert!(text.contains("yy[key]") && !text.contains("sk-"), "{text}");
}

#[test]
fn only_what_may_pass_is_tried_again() {
    let status = |status, body: &str| Fault::Status { status, body: body.into(), retry_after: None };
    assert!(status(429, "").may_pass() && status(503, "<html>").may_pass() && status(529, "").may_pass());
    assert!(!status(429, r#"{"error":{"code":"insufficient_quota"}}"#).may_pass());
    assert!(!status(400, "").may_pass() && !status(401, "").may_pass() && !status(501, "").may_pass());
    assert!(Fault::Broken { detail: String::new(), text: 0 }.may_pass());
    assert!(!Fault::Broken { detail: String::new(), text: 1 }.may_pass());
    assert!(!Fault::Silence { limit: Duration::from_secs(1), first: true }.may_pass());
}

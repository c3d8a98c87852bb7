use super::super::testing::{collect, request_of};
use super::*;

struct Echo;
impl Model for Echo {
    fn id(&self) -> &str {
        "openai/secret-free"
    }
    fn count_tokens(&self, text: &str) -> u32 {
        estimate_tokens(text)
    }
    fn accepts(&self, _: &[crate::domain::clause::Clause]) -> Result<(), ModelError> {
        Ok(())
    }
    fn has_price(&self) -> bool {
        true
    }
    fn worst_case(&self, _: &Request) -> Usage {
        Usage::default()
    }
    fn call<'a>(
        &'a self,
        request: &'a Request,
        _: mpsc::Sender<Clean>,
        _: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        let text = format!("{{\"to\":\"{}#{} ä\"}}", request.pack.step, request.pack.attempt).repeat(60);
        let usage = Usage { calls: 1, input_tokens: 7, cached_tokens: 0, output_tokens: 3, cost_micros: 11 };
        Box::pin(async move { Ok(Response::reply(text, usage)) })
    }
}

/// Records the calls (step, attempt, extra text) and opens the cassette.
async fn recorded(calls: &[(&str, u32, &str)]) -> (tempfile::TempDir, Cassette) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.jsonl");
    let recorder = Recorder::new(Arc::new(Echo), &path).unwrap();
    assert_eq!(recorder.id(), "openai/secret-free");
    for (step, attempt, text) in calls {
        collect(&recorder, &request_of("openai/secret-free", step, *attempt, text)).await.0.unwrap();
    }
    let cassette = Cassette::open(&path).unwrap();
    (dir, cassette)
}

#[tokio::test]
async fn what_was_recorded_is_replayed_whole_under_another_model_name() {
    let (_dir, cassette) = recorded(&[("build:a", 1, "x"), ("build:b", 1, "x")]).await;
    let (response, streamed) = collect(&cassette, &request_of(cassette.id(), "build:b", 1, "x")).await;
    let response = response.unwrap();
    assert!(response.text.starts_with("{\"to\":\"build:b#1 ä\"}"));
    assert_eq!(streamed, response.text);
    assert_eq!(response.usage.cost_micros, 11);
    // The same question again has the same answer.
    assert_eq!(collect(&cassette, &request_of("any", "build:b", 1, "x")).await.0.unwrap(), response);
}

#[tokio::test]
async fn a_changed_prompt_is_answered_by_the_place_in_the_run() {
    let (_dir, cassette) = recorded(&[("build:a", 1, "x"), ("build:a", 2, "x"), ("test:a", 1, "x")]).await;
    for (step, attempt, expected) in
        [("build:a", 2, "build:a#2"), ("test:a", 1, "test:a#1"), ("build:a", 3, "build:a#1")]
    {
        let text = collect(&cassette, &request_of("m", step, attempt, "another")).await.0.unwrap().text;
        assert!(text.contains(expected), "{step} {attempt}: {text}");
    }
    let error = collect(&cassette, &request_of("m", "build:a", 4, "another")).await.0.unwrap_err().to_string();
    assert!(error.contains("build:a") && error.contains("attempt 4"), "{error}");
}

#[tokio::test]
async fn a_damaged_or_foreign_cassette_names_its_line() {
    let (dir, _) = recorded(&[("build:a", 1, "x")]).await;
    let path = dir.path().join("run.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}{{\"half\":")).unwrap();
    assert!(Cassette::open(&path).unwrap_err().to_string().contains("line 2"));
    fs::write(&path, text.replace("\"version\":1", "\"version\":99")).unwrap();
    assert!(Cassette::open(&path).unwrap_err().to_string().contains("version 99"));
    fs::write(&path, "\n").unwrap();
    assert!(Cassette::open(&path).unwrap_err().to_string().contains("no calls"));
    fs::File::create(&path).unwrap().set_len(300 << 20).unwrap();
    assert!(Cassette::open(&path).unwrap_err().to_string().contains("larger than 256 MB"));
}

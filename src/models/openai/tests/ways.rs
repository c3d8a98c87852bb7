//! The ways of asking, and how they are found.

use super::*;

#[tokio::test]
async fn the_request_carries_what_compatible_servers_need() {
    let server = Server::start(vec![good("{}")]).await;
    collect(&server.model(quick()), &request()).await.0.unwrap();
    let (head, body) = server.seen.lock().unwrap()[0].clone();
    assert!(head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{head}");
    assert!(head.to_ascii_lowercase().contains(&format!("authorization: bearer {KEY}")), "{head}");
    assert_eq!(body["model"], "test-1");
    assert_eq!(body["stream"], true);
    assert_eq!(body["stream_options"]["include_usage"], true);
    assert_eq!(body["max_tokens"], 16_000);
    assert_eq!(body["messages"][0]["role"], "system");
    assert_eq!(body["response_format"]["json_schema"]["strict"], true);
    assert_eq!(
        body["response_format"]["json_schema"]["schema"],
        crate::personas::schema(crate::domain::reply::ReplyKind::Build)
    );
}

#[tokio::test]
async fn a_reply_cut_by_the_servers_own_limit_goes_on_where_it_ends() {
    let part = |text: &str, reason: &str| {
        Act::Send(vec![format!("{HEAD}{}{}{}{DONE}", delta(text), finish(reason), usage()).into_bytes()])
    };
    let server = Server::start(vec![
        part("{\"files\": [\"one file\", \"two", "length"),
        part("\"one file\", \"two files\", \"thr", "length"),
        part("ee\"]}", "stop"),
    ])
    .await;
    let (response, streamed) = collect(&server.model(quick()), &request()).await;
    let response = response.unwrap();
    assert_eq!(response.text, "{\"files\": [\"one file\", \"two files\", \"three\"]}");
    assert_eq!((response.usage.calls, response.usage.output_tokens), (3, 150), "every part is paid for");
    assert!(streamed.ends_with("ee\"]}"));
    let bodies = server.bodies();
    assert!(bodies[1].get("response_format").is_none(), "a rest fits no schema");
    assert_eq!(bodies[1]["messages"][2]["content"], "{\"files\": [\"one file\", \"two");
    assert!(bodies[1]["max_tokens"].as_u64() < bodies[0]["max_tokens"].as_u64());
}

#[tokio::test]
async fn a_schema_takes_the_shape_of_a_tool_where_the_server_prefers_it() {
    let call = |name: &str, arguments: &str| {
        let call = event(
            &serde_json::json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": name, "arguments": arguments}}]}}]}),
        );
        Act::Send(vec![format!("{HEAD}{call}{}{DONE}", finish("tool_calls")).into_bytes()])
    };
    let server = Server::start(vec![call("build_reply", "{\"a\":1,}"), call("rm_rf", "{}")]).await;
    let model = server.model_with(quick(), Structured::Tool);
    assert_eq!(collect(&model, &request()).await.0.unwrap().text, "{\"a\":1}");
    let body = &server.bodies()[0];
    assert_eq!(body["tools"][0]["function"]["name"], "build_reply");
    assert_eq!(body["tool_choice"]["function"]["name"], "build_reply");
    assert!(body.get("response_format").is_none());
    let fault = collect(&model, &request()).await.0.unwrap_err();
    assert!(reply_text(fault.split().0).contains("rm_rf"));
}

#[tokio::test]
async fn the_responses_protocol_is_spoken_and_left_where_nobody_speaks_it() {
    let named = |kind: &str, n: u32, more: Value| {
        let mut value = serde_json::json!({"type": kind, "sequence_number": n});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("event: {kind}\n{}", event(&value))
    };
    let text = |n, text: &str| named("response.output_text.delta", n, serde_json::json!({"delta": text}));
    let end = named(
        "response.completed",
        4,
        serde_json::json!({"response": {"status": "completed", "usage": {"input_tokens": 50, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 40}}}}),
    );
    // The second event comes twice.
    let stream = format!(
        "{HEAD}{}{}{}{}{end}",
        named("response.created", 1, serde_json::json!({})),
        text(2, "{\"a\""),
        text(2, "{\"a\""),
        text(3, ":1}")
    );
    let lost = format!("{HEAD}{}{}", text(2, "{\"a\""), text(4, ":1}"));
    let server = Server::start(vec![
        Act::Send(vec![stream.into_bytes()]),
        Act::Send(vec![lost.clone().into_bytes()]),
        Act::Send(vec![lost.into_bytes()]),
        error("404 Not Found", r#"{"error":{"message":"no such route"}}"#),
        good("{\"b\":2}"),
    ])
    .await;
    let provider = ProviderSettings {
        base_url: format!("http://{}/v1", server.address),
        api: Api::Responses,
        ..ProviderSettings::default()
    };
    let model = OpenAi::new("compat/x", "x", &provider, None, &quick()).unwrap();
    let response = collect(&model, &request()).await.0.unwrap();
    assert_eq!(
        (response.text.as_str(), response.usage.input_tokens, response.usage.cached_tokens),
        ("{\"a\":1}", 50, 40)
    );
    let text = provider_text(collect(&model, &request()).await.0.unwrap_err().split().0);
    assert!(text.contains("event 3") && text.contains("2 attempts"), "{text}");
    assert_eq!(collect(&model, &request()).await.0.unwrap().text, "{\"b\":2}");
    let seen = server.seen.lock().unwrap();
    assert!(seen[0].0.starts_with("POST /v1/responses ") && seen[4].0.starts_with("POST /v1/chat/completions "));
    assert_eq!(seen[0].1["store"], false);
    assert_eq!(seen[0].1["text"]["format"]["name"], "build_reply");
}

#[tokio::test]
async fn a_missing_v1_is_found_and_remembered() {
    let dir = tempfile::tempdir().unwrap();
    let memory = crate::models::memory::Memory::at(dir.path().join("models.json"));
    let settings = ModelSettings { memory, ..quick() };
    let server = Server::start(vec![error("404 Not Found", "{}"), good("{}"), good("{}")]).await;
    let provider = ProviderSettings { base_url: format!("http://{}", server.address), ..ProviderSettings::default() };
    for _ in 0..2 {
        let model = OpenAi::new("compat/x", "x", &provider, None, &settings).unwrap();
        collect(&model, &request()).await.0.unwrap();
    }
    let paths: Vec<String> =
        server.seen.lock().unwrap().iter().map(|(head, _)| head.lines().next().unwrap().to_owned()).collect();
    assert_eq!(
        paths,
        ["/chat/completions", "/v1/chat/completions", "/v1/chat/completions"].map(|p| format!("POST {p} HTTP/1.1"))
    );
}

#[tokio::test]
async fn a_request_that_was_silently_cut_is_found_out_and_a_whole_one_is_not_blamed() {
    let request =
        Request { user: "The quick brown fox writes its own words, one after the other. ".repeat(300), ..request() };
    let counted =
        |n: u32| event(&serde_json::json!({"choices": [], "usage": {"prompt_tokens": n, "completion_tokens": 5}}));
    let reply = |text: &str, n| {
        Act::Send(vec![format!("{HEAD}{}{}{}{DONE}", delta(text), finish("stop"), counted(n)).into_bytes()])
    };
    // It says what the end of the text says, and not what its beginning says; then both; then something else.
    // Of its middle it has to have counted less, too.
    for (said, count, truncated) in [
        ([false, true, true], 2048, true),
        ([false, false, true], 5000, true),
        ([true, false, true], 2048, true),
        ([true, false, true], 5000, false),
        ([true, true, true], 2048, false),
        ([false, false, false], 2048, false),
    ] {
        let words = super::canary::words(request.hash.as_str());
        let answer =
            words.into_iter().zip(said).filter(|(_, say)| *say).map(|(w, _)| w).collect::<Vec<_>>().join(" and ");
        let answer = if answer.is_empty() { "I like foxes".to_owned() } else { answer };
        let server = Server::start(vec![reply("{}", 2048), reply(&answer, count)]).await;
        let (result, _) = collect(&server.model(quick()), &request).await;
        if truncated {
            let (error, usage) = result.unwrap_err().split();
            let text = provider_text(error);
            assert!(text.contains("2048 of about") && text.contains("num_ctx"), "{text}");
            assert_eq!(usage.calls, 2, "both are paid for");
        } else {
            assert_eq!(result.unwrap().text, "{}");
        }
    }
    // A server that counted all of it is not asked.
    let server = Server::start(vec![reply("{}", 5000)]).await;
    assert_eq!(collect(&server.model(quick()), &request).await.0.unwrap().usage.calls, 1);
}

#[tokio::test]
async fn a_server_that_knows_no_schema_is_asked_another_way_and_remembered() {
    let no = |what: &str| error("400 Bad Request", &format!(r#"{{"error":{{"message":"{what}"}}}}"#));
    let server = Server::start(vec![
        no("Unknown keyword maxLength in json_schema"),
        no("response_format json_schema is not supported"),
        no("tools are not supported"),
        no("response_format.type must be text"),
        good("```json\n{\"a\":1}\n```"),
        good("{}"),
    ])
    .await;
    let model = server.model(quick());
    assert_eq!(collect(&model, &request()).await.0.unwrap().text, "{\"a\":1}");
    collect(&model, &request()).await.0.unwrap();
    let bodies = server.bodies();
    assert_eq!(bodies.len(), 6);
    assert!(bodies[0]["response_format"].to_string().contains("maxLength"));
    assert!(!bodies[1]["response_format"].to_string().contains("maxLength"));
    assert_eq!(bodies[2]["tools"][0]["function"]["name"], "build_reply");
    assert_eq!(bodies[3]["response_format"]["type"], "json_object");
    assert!(bodies[3]["messages"][0]["content"].as_str().unwrap().contains("\"teach_back\""));
    assert!(bodies[4].get("response_format").is_none() && bodies[5].get("response_format").is_none());
}

#[tokio::test]
async fn a_run_begins_with_what_a_test_found() {
    let dir = tempfile::tempdir().unwrap();
    let settings =
        || ModelSettings { memory: crate::models::memory::Memory::at(dir.path().join("models.json")), ..quick() };
    let called = |name: &str| {
        let call = serde_json::json!({"index": 0, "id": "c", "function": {"name": name, "arguments": "{\"a\":1}"}});
        let piece = event(&serde_json::json!({"choices": [{"delta": {"tool_calls": [call]}}]}));
        Act::Send(vec![format!("{HEAD}{piece}{}{}{DONE}", finish("tool_calls"), usage()).into_bytes()])
    };
    let asks = |body: &Value| (body.get("response_format").is_some(), body.get("tools").is_some());
    // It counts, talks about spiders, uses a tool, has no vectors and no list, and knows no check words.
    let tested = |tool: Act, legs: &str, then: Vec<Act>| {
        let none = || error("404 Not Found", "{}");
        let test = [good("1 2 3"), good(legs), tool, none(), none(), good("What words?")];
        Server::start(test.into_iter().chain(then).collect())
    };
    let server = tested(called("look_up"), "Eight.", vec![called("build_reply")]).await;
    let model = server.model(settings());
    let found = model.test().await.unwrap().abilities;
    assert_eq!((found.schema, found.tools), (Some(false), Some(true)));
    collect(&model, &request()).await.0.unwrap();
    assert_eq!(asks(server.bodies().last().unwrap()), (false, true), "a tool takes the place of the schema");
    let known = settings().memory.of(&format!("http://{}/v1", server.address), "test-1");
    assert_eq!(known.abilities, found);

    // No tools either: the prompt, and what is said in words is asked for once more.
    let asked = vec![good("Sure! I think it is nice."), good("{\"a\":1}")];
    let server = tested(good("No tool."), "Eight.", asked).await;
    let model = server.model(settings());
    model.test().await.unwrap();
    assert_eq!(collect(&model, &request()).await.0.unwrap().text, "{\"a\":1}");
    let bodies = server.bodies();
    let [.., first, second] = bodies.as_slice() else { panic!() };
    assert!(first["response_format"]["type"] == "json_object" && first.get("tools").is_none(), "{first}");
    assert!(second.get("tools").is_none() && second["messages"].to_string().contains("I think it is nice"), "{second}");

    // A server that has learnt it is asked for the schema again.
    let server = tested(called("look_up"), "{\"legs\":8}", vec![good("{}")]).await;
    let model = server.model(settings());
    model
        .learn(|known| known.shape = Some(Shape { structured: Structured::Prompt, tools: false, ..model.first_shape }));
    model.test().await.unwrap();
    collect(&model, &request()).await.0.unwrap();
    assert_eq!(asks(server.bodies().last().unwrap()), (true, false));
}

#[tokio::test]
async fn a_server_that_ignores_the_schema_is_asked_for_a_tool_at_once() {
    let server = Server::start(vec![good("I suggest three modules."), good("{\"a\":1}"), good("{}")]).await;
    let model = server.model(quick());
    let response = collect(&model, &request()).await.0.unwrap();
    assert_eq!((response.text.as_str(), response.usage.calls), ("{\"a\":1}", 2));
    collect(&model, &request()).await.0.unwrap();
    let bodies = server.bodies();
    assert!(bodies[0].get("response_format").is_some() && bodies[0].get("tools").is_none());
    assert!(bodies[1..].iter().all(|body| body.get("response_format").is_none() && body.get("tools").is_some()));
}

#[tokio::test]
async fn limits_and_options_that_a_server_refuses_are_adapted() {
    let no = |what: &str| error("400 Bad Request", &format!(r#"{{"error":{{"message":"{what}"}}}}"#));
    let server = Server::start(vec![
        no("Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
        no("max_completion_tokens is too large: 16000. This model supports at most 8192 completion tokens."),
        no("unknown field stream_options"),
        no("This model's maximum context length is 8192 tokens"),
        good("{}"),
    ])
    .await;
    collect(&server.model(quick()), &request()).await.0.unwrap();
    let last = server.bodies().pop().unwrap();
    assert_eq!(last["max_completion_tokens"], 4096);
    assert!(last.get("max_tokens").is_none() && last.get("stream_options").is_none());
}

#[tokio::test]
async fn a_server_that_cannot_stream_is_asked_for_whole_replies_and_waited_for() {
    let whole = r#"{"choices":[{"message":{"content":"{\"a\":1}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}"#;
    let answer = || error("200 OK", whole);
    let refused = error("400 Bad Request", r#"{"error":{"message":"Streaming is not supported by this model"}}"#);
    let dir = tempfile::tempdir().unwrap();
    let memory = crate::models::memory::Memory::at(dir.path().join("models.json"));
    let settings = ModelSettings { memory: memory.clone(), ..quick() };
    let server = Server::start(vec![refused, answer()]).await;
    assert_eq!(collect(&server.model(settings.clone()), &request()).await.0.unwrap().text, "{\"a\":1}");
    let bodies = server.bodies();
    assert_eq!((&bodies[0]["stream"], &bodies[1]["stream"]), (&true.into(), &false.into()));
    assert!(bodies[1].get("stream_options").is_none());
    let model = server.model(settings);
    assert!(!model.shape().streams, "remembered");
    // As a test finds it; and longer in coming than the first word of a stream may be.
    let late = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n{whole}");
    let timeouts = Timeouts { first_token_ms: 20, ..Timeouts::default() };
    let server = Server::start(vec![Act::Late(80, late.into())]).await;
    memory.learn(&format!("http://{}/v1", server.address), "test-1", |known| known.abilities.streams = Some(false));
    let settings = ModelSettings { memory, timeouts, ..quick() };
    assert_eq!(collect(&server.model(settings), &request()).await.0.unwrap().text, "{\"a\":1}");
    assert_eq!(server.bodies()[0]["stream"], false);
}

#[tokio::test]
async fn a_refusal_about_something_else_is_final() {
    let body = r#"{"error":{"message":"messages: at least one is required"}}"#;
    let (fault, seen) = failure(vec![error("400 Bad Request", body), good("{}")], quick()).await;
    assert_eq!(seen, 1);
    assert!(provider_text(fault).contains("at least one is required"));
}

/// A server that answers, counts nothing, and answers the check as told; the requests that it saw.
async fn checked(requests: &[Request], acts: Vec<Act>) -> (Vec<Result<Response, ModelError>>, Vec<Value>) {
    let server = Server::start(acts).await;
    let model = server.model(quick());
    let mut results = Vec::new();
    for request in requests {
        results.push(collect(&model, request).await.0);
    }
    (results, server.bodies())
}

fn uncounted(text: &str) -> Act {
    Act::Send(vec![format!("{HEAD}{}{}{DONE}", delta(text), finish("stop")).into_bytes()])
}

fn long(sentences: usize) -> Request {
    Request { user: "Every word of this is read by somebody. ".repeat(sentences), ..request() }
}

#[tokio::test]
async fn a_server_that_does_not_count_pays_for_few_checks() {
    // Each request is a little longer than the last one, as those of a run are.
    let requests: Vec<Request> = (0..6).map(|n| long(400 + 10 * n)).collect();
    let words = super::canary::words(requests[0].hash.as_str());
    for said in [words.join(" "), "I see.".to_owned()] {
        let mut acts: Vec<Act> = (0..6).map(|_| uncounted("{}")).collect();
        acts.insert(1, uncounted(&said));
        let (results, bodies) = checked(&requests, acts).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(bodies.len(), 7, "one check for all of them");
    }
}

#[tokio::test]
async fn a_check_is_reserved_and_counted_even_when_it_fails() {
    let request = Request { system: "You work with care. ".repeat(300), ..long(400) };
    let broken = Act::Send(vec![format!("{HEAD}{}", delta("Let me see: ")).into_bytes()]);
    let server = Server::start(vec![uncounted("{}"), broken, uncounted("{}")]).await;
    let model = server.model(quick());
    let reserved = model.worst_case(&request);
    let usage = collect(&model, &request).await.0.unwrap().usage;
    assert_eq!(usage.calls, 2, "{usage:?}");
    let once = u64::from(model.sent_tokens(&request));
    assert!(usage.input_tokens >= 2 * once && usage.tokens() <= reserved.tokens(), "{usage:?} of {reserved:?}");
    assert_eq!(collect(&model, &request).await.0.unwrap().usage.calls, 1, "not checked again");
    assert!(model.worst_case(&request).tokens() < reserved.tokens());
}

#[tokio::test]
async fn a_check_of_a_request_with_turns_holds_the_turns() {
    let given = |text: &str| crate::models::Turn::Given { text: text.repeat(200) };
    let request = long(200).continued(vec![given("A line of a file that was read. "), given("Another line of it. ")]);
    let [first, middle, last] = super::canary::words(request.hash.as_str());
    // It drops the beginning of what is long, and says so.
    let server = Server::start(vec![uncounted("{}"), uncounted(&last)]).await;
    let model = server.model(quick());
    let reserved = model.worst_case(&request);
    let (error, usage) = collect(&model, &request).await.0.unwrap_err().split();
    assert!(provider_text(error).contains("num_ctx"));
    assert!(usage.tokens() <= reserved.tokens(), "{usage:?} of {reserved:?}");
    let check = server.bodies()[1].to_string();
    assert!(
        check.contains(&first) && check.contains(&middle) && check.contains("A line of a file that was read."),
        "{check:.300}"
    );
    assert!(check.find("Every word of this").is_some_and(|at| at < check.find("Another line of it.").unwrap()));
}

//! What goes wrong, and how it ends.

use super::*;

#[tokio::test]
async fn a_stream_cut_at_every_byte_is_put_together() {
    let reply = "{\"notes\":\"naïve – 日本 🎉\"}";
    let thinking = event(&serde_json::json!({"choices": [{"delta": {"content": null, "reasoning_content": "hmm"}}]}));
    let stream: String = [
        HEAD.to_owned(),
        ": hello\n\n".to_owned(),
        event(
            &serde_json::json!({"choices": [{"delta": {"role": "assistant", "content": ""}}], "service_tier": "odd"}),
        ),
        thinking,
        delta(&reply[..12]),
        delta(&reply[12..]),
        finish("stop"),
        usage(),
        DONE.to_owned(),
    ]
    .concat();
    let server = Server::start(vec![Act::Send(stream.bytes().map(|b| vec![b]).collect())]).await;
    let (response, streamed) = collect(&server.model(quick()), &request()).await;
    let response = response.unwrap();
    assert_eq!(response.text, reply);
    assert_eq!(streamed, reply);
    let usage = response.usage;
    assert_eq!((usage.calls, usage.input_tokens, usage.output_tokens), (1, 1000, 50));
}

#[tokio::test]
async fn usage_that_is_null_or_absent_is_estimated() {
    let text = format!("{HEAD}{}{}{DONE}", delta("{\"a\": \"some words in here\"}"), finish("stop"));
    let server = Server::start(vec![Act::Send(vec![text.into_bytes()])]).await;
    let usage = collect(&server.model(quick()), &request()).await.0.unwrap().usage;
    assert!(usage.input_tokens > 3 && usage.output_tokens > 3, "{usage:?}");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_understood() {
    let body = r#"{"choices":[{"message":{"role":"assistant","content":"{\"a\":1}"},"finish_reason":"stop"}],"usage":{"prompt_tokens":4,"completion_tokens":2}}"#;
    let server = Server::start(vec![error("200 OK", body)]).await;
    let response = collect(&server.model(quick()), &request()).await.0.unwrap();
    assert_eq!((response.text.as_str(), response.usage.input_tokens), ("{\"a\":1}", 4));
}

#[tokio::test]
async fn passing_faults_are_tried_again_and_then_forgotten() {
    let limited =
        answer("429 Too Many Requests", "retry-after: 0.01\r\n", "application/json", r#"{"error":{"code":429}}"#);
    let html = answer("502 Bad Gateway", "", "text/html", "<html>502</html>");
    let server = Server::start(vec![limited, html, error("500 Oops", "{}"), good("{\"ok\":1}")]).await;
    let response = collect(&server.model(quick()), &request()).await.0.unwrap();
    assert_eq!(response.text, "{\"ok\":1}");
    assert_eq!(server.bodies().len(), 4);
}

#[tokio::test]
async fn attempts_are_bounded_and_the_status_is_told() {
    let acts = (0..9).map(|_| error("503 Busy", r#"{"error":"overloaded"}"#)).collect();
    let (fault, seen) = failure(acts, quick()).await;
    let text = provider_text(fault);
    assert_eq!(seen, 4);
    assert!(text.contains("503") && text.contains("overloaded") && text.contains("4 attempts"), "{text}");
}

#[tokio::test]
async fn a_pause_longer_than_the_limit_is_told_and_not_slept() {
    let act = answer("429 Slow down", "retry-after: 3600\r\n", "application/json", r#"{"error":{"message":"later"}}"#);
    let (fault, seen) = failure(vec![act], quick()).await;
    let text = provider_text(fault);
    assert_eq!(seen, 1);
    assert!(text.contains("60 minutes") && text.contains("later"), "{text}");
}

#[tokio::test]
async fn a_used_up_quota_is_not_tried_again() {
    let body = r#"{"error":{"message":"You exceeded your quota","code":"insufficient_quota"}}"#;
    let (fault, seen) = failure(vec![error("429 Too Many Requests", body), good("{}")], quick()).await;
    assert_eq!(seen, 1);
    assert!(provider_text(fault).contains("billing"));
}

#[tokio::test]
async fn a_refused_key_is_told_without_the_key() {
    let body = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}"}}}}"#);
    let (fault, seen) = failure(vec![error("401 Unauthorized", &body), good("{}")], quick()).await;
    assert_eq!(seen, 1);
    let ModelError::Key(text) = fault else { panic!("{fault:?}") };
    assert!(text.contains("401") && text.contains("MY_KEY") && !text.contains(KEY), "{text}");
}

#[tokio::test]
async fn a_key_is_shown_nowhere() {
    let server = Server::start(vec![]).await;
    let model = server.model(quick());
    assert!(!format!("{model:?}").contains(KEY));
    assert!(
        Key::new(" \n").is_err() && Key::new("a b").is_err() && Key::new("a\nb").is_err() && Key::new("k\n").is_ok()
    );
}

#[tokio::test]
async fn errors_that_are_not_json_keep_status_and_words() {
    let page = answer("400 Bad Request", "", "text/html", "<html><title>Blocked by\u{1b}[31m proxy</title></html>");
    let text = provider_text(failure(vec![page], quick()).await.0);
    assert!(text.contains("400") && text.contains("Blocked by") && !text.contains('\u{1b}'), "{text}");
    let page = answer("200 OK", "", "text/html", "<html>Welcome</html>");
    let text = provider_text(failure(vec![page], quick()).await.0);
    assert!(text.contains("text/html") && text.contains("base URL"), "{text}");
    let moved = answer("308 Permanent Redirect", "location: http://127.0.0.1:1/\r\n", "text/plain", "");
    assert!(provider_text(failure(vec![moved], quick()).await.0).contains("308"));
    let missing = error("404 Not Found", r#"{"error":{"message":"model test-1 does not exist"}}"#);
    let text = provider_text(failure(vec![missing], quick()).await.0);
    assert!(text.contains("404") && text.contains("does not exist"), "{text}");
}

#[tokio::test]
async fn an_end_without_finish_reason_is_no_reply() {
    for tail in [DONE, "", "data: {\"choices\":[{\"del"] {
        let text = format!("{HEAD}{}{tail}", delta("{\"a\":1}"));
        let acts = (0..2).map(|_| Act::Send(vec![text.clone().into_bytes()])).collect();
        assert!(provider_text(failure(acts, quick()).await.0).contains("finish_reason"));
    }
}

#[tokio::test]
async fn a_reply_cut_by_its_limit_says_so() {
    // What is reserved for so short a request leaves no room to send 8,000 tokens back.
    let counted = event(&serde_json::json!({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 8000}}));
    let text = format!("{HEAD}{}{}{counted}{DONE}", delta("{\"a\":"), finish("length"));
    let acts = (0..3).map(|_| Act::Send(vec![text.clone().into_bytes()])).collect();
    let (fault, seen) = failure(acts, quick()).await;
    let text = reply_text(fault);
    assert!(text.contains("8000 tokens") && seen == 1, "{seen} {text}");
}

#[tokio::test]
async fn a_server_whose_every_reply_is_cut_is_asked_so_often_and_no_more() {
    let cut = |n| {
        Act::Send(vec![format!("{HEAD}{}{}{DONE}", delta(&format!("{{\"a{n}\":[\"b{n}")), finish("length")).into()])
    };
    let server = Server::start((0..90).map(cut).collect()).await;
    let model = server.model(quick());
    for _ in 0..7 {
        let text = reply_text(collect(&model, &request()).await.0.unwrap_err().split().0);
        assert!(text.contains("(16000 were allowed)"), "{text}");
    }
    let text = provider_text(collect(&model, &request()).await.0.unwrap_err().split().0);
    let seen = server.bodies().len();
    assert!(text.contains("40 answers, and never the JSON") && seen == 40, "{seen} {text}");
}

#[tokio::test]
async fn an_object_with_nothing_of_what_was_asked_for_proves_nothing() {
    let server = Server::start(vec![good("{}"), good("{\"weather\": 1}"), good("{\"files\": []}")]).await;
    let model = server.model(quick());
    for proven in [false, false, true] {
        assert!(collect(&model, &request()).await.0.is_ok());
        assert_eq!(model.breaker.proven(), proven);
    }
}

#[tokio::test]
async fn whatever_comes_of_an_answer_its_request_is_paid_for() {
    let begun = |kind: &str, body: Vec<u8>| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
        vec![head.into_bytes(), body]
    };
    let line = [b"data: {\"choices\":[{\"delta\":{\"content\":\"".to_vec(), vec![b'x'; 200_000]].concat();
    let overloaded = event(&serde_json::json!({"error": {"message": "Overloaded", "code": 529}}));
    for (act, calls) in [
        (Act::Send(begun("application/json", vec![b' '; 200_000])), 1),
        (Act::Send(begun("text/event-stream", line)), 1),
        (Act::Send(begun("application/pdf", b"%PDF".to_vec())), 1),
        (Act::Reset(HEAD.as_bytes().to_vec()), 1),
        (Act::Send(begun("text/event-stream", overloaded.into_bytes())), 0),
        (Act::Reset(Vec::new()), 0),
        (error("500 Oops", "{}"), 0),
    ] {
        let settings = ModelSettings { max_reply_bytes: 20_000, retries: 0, ..quick() };
        let server = Server::start(vec![act]).await;
        let (error, spent) = collect(&server.model(settings), &request()).await.0.unwrap_err().split();
        assert!(spent.calls == calls && (spent.input_tokens > 3) == (calls > 0), "{spent:?} {error}");
    }
}

#[tokio::test]
async fn a_reply_that_repeats_itself_is_stopped() {
    let text = format!("{HEAD}{}", delta(&"1.0.0-2.0.0-".repeat(500)));
    assert!(
        reply_text(failure(vec![Act::Hang(text.into_bytes(), None)], quick()).await.0).contains("repeating itself")
    );
}

#[tokio::test]
async fn a_server_whose_model_repeats_itself_is_not_left_alone_for_it() {
    let text = format!("{HEAD}{}", delta(&"1.0.0-2.0.0-".repeat(500)));
    let server = Server::start((0..10).map(|_| Act::Hang(text.clone().into_bytes(), None)).collect()).await;
    let model = server.model(quick());
    for _ in 0..10 {
        let error = collect(&model, &request()).await.0.unwrap_err();
        assert!(reply_text(error.split().0).contains("repeating itself"));
    }
}

#[tokio::test]
async fn a_server_that_only_fails_is_left_alone() {
    let acts = (0..20).map(|_| error("500 Oops", "{}")).collect();
    let server = Server::start(acts).await;
    let model = server.model(quick());
    for _ in 0..3 {
        collect(&model, &request()).await.0.unwrap_err();
    }
    let text = provider_text(collect(&model, &request()).await.0.unwrap_err());
    assert!(text.contains("8 times in a row (HTTP 500)") && text.contains("models.fallback"), "{text}");
    assert_eq!(server.bodies().len(), 8);
}

#[tokio::test]
async fn waits_that_a_server_asks_for_add_up_to_a_bound() {
    let slow =
        || answer("429 Slow down", "retry-after: 0.02\r\n", "application/json", r#"{"error":{"message":"later"}}"#);
    let settings = ModelSettings { max_wait_ms: 50, ..quick() };
    let (fault, seen) = failure((0..9).map(|_| slow()).collect(), settings).await;
    assert_eq!(seen, 3, "two waits of 20 ms fit in 50");
    assert!(provider_text(fault).contains("429"));
}

#[tokio::test]
async fn failed_attempts_of_a_call_have_a_bound_together_and_the_status_stays() {
    let late = "HTTP/1.1 500 Oops\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlate";
    let timeouts = Timeouts { unproven_ms: 200, ..Timeouts::default() };
    let settings = ModelSettings { timeouts, retries: 7, ..quick() };
    let acts = (0..9).map(|_| Act::Late(80, late.into())).collect();
    let (fault, seen) = failure(acts, settings).await;
    let text = provider_text(fault);
    assert!((1..=3).contains(&seen), "the third has 40 ms left: {seen}");
    assert!(text.contains("HTTP 500") && text.contains("late"), "{text}");
}

#[tokio::test]
async fn bodies_that_drip_have_an_end_and_their_status_is_told() {
    let head =
        |status: &str| format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n");
    let settings = || ModelSettings { retries: 0, ..tiny(60_000, 40) };
    let (fault, _) = failure(vec![Act::Drip((head("500 Oops") + "in pieces").into())], settings()).await;
    let text = provider_text(fault);
    assert!(text.contains("HTTP 500") && text.contains("in pieces"), "{text}");
    let (fault, seen) = failure(vec![Act::Drip(head("200 OK").into()), good("{}")], settings()).await;
    assert!(provider_text(fault).contains("idle_ms") && seen == 1);
}

#[tokio::test]
async fn waits_double_between_half_and_whole() {
    let server = Server::start(vec![]).await;
    let model = server.model(ModelSettings::default()).with_jitter(Jitter::new(|| 0.0));
    assert_eq!([1, 2, 3].map(|n| model.backoff(n).as_millis()), [250, 500, 1000]);
    let model = model.with_jitter(Jitter::new(|| 1.0));
    assert_eq!([1, 2, 3].map(|n| model.backoff(n).as_millis()), [500, 1000, 2000]);
}

#[tokio::test]
async fn comments_alone_keep_an_unknown_server_alive_for_a_while_only() {
    let timeouts = Timeouts { unproven_ms: 60, ..Timeouts::default() };
    let settings = ModelSettings { timeouts, ..quick() };
    let (fault, _) = failure(vec![Act::Comments { times: 10_000, rest: Vec::new() }], settings).await;
    assert!(provider_text(fault).contains("first token"));
}

#[tokio::test]
async fn a_reset_is_tried_again_before_the_first_word_and_once_after_it() {
    let before = Act::Reset(HEAD.as_bytes().to_vec());
    let server = Server::start(vec![before, good("{}")]).await;
    assert_eq!(collect(&server.model(quick()), &request()).await.0.unwrap().text, "{}");
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let piece = delta("{\"half\":");
    let after = || Act::Send(vec![format!("{chunked}{:x}\r\n{piece}\r\n", piece.len()).into_bytes()]);
    let server = Server::start(vec![after(), good("{}")]).await;
    let response = collect(&server.model(quick()), &request()).await.0.unwrap();
    assert_eq!((response.text.as_str(), response.usage.calls), ("{}", 2), "what had come is paid for");
    let (fault, seen) = failure(vec![after(), after(), good("{}")], quick()).await;
    assert_eq!(seen, 2);
    assert!(provider_text(fault).contains("broke after 8 bytes"));
}

#[tokio::test]
async fn no_connection_is_tried_again_and_names_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let provider = ProviderSettings {
        base_url: format!("http://{address}/v1"),
        key_env: None,
        structured: Structured::Bounded,
        ..ProviderSettings::default()
    };
    let model = OpenAi::new("compat/x", "x", &provider, None, &quick()).unwrap();
    let text = provider_text(collect(&model, &request()).await.0.unwrap_err());
    assert!(text.contains(&address.to_string()) && text.contains("4 attempts"), "{text}");
}

fn tiny(first_token_ms: u64, idle_ms: u64) -> ModelSettings {
    let timeouts = Timeouts { first_token_ms, idle_ms, ..Timeouts::default() };
    ModelSettings { timeouts, ..quick() }
}

#[tokio::test]
async fn silence_ends_the_call_and_is_never_tried_again() {
    for (sent, word) in [
        (String::new(), "first token"),
        (HEAD.to_owned(), "first token"),
        (format!("{HEAD}{}", delta("{")), "mid-reply"),
    ] {
        let (first, idle) = if word == "mid-reply" { (60_000, 30) } else { (30, 60_000) };
        let (fault, seen) = failure(vec![Act::Hang(sent.into_bytes(), None), good("{}")], tiny(first, idle)).await;
        assert_eq!(seen, 1);
        let text = provider_text(fault);
        assert!(text.contains(word) && text.contains("g1 resume"), "{text}");
    }
}

#[tokio::test]
async fn comments_count_as_life() {
    let rest = format!("{}{}{DONE}", delta("{}"), finish("stop")).into_bytes();
    let server = Server::start(vec![Act::Comments { times: 120, rest }]).await;
    // The comments take longer than the limit for the first token, each of them far less.
    let response = collect(&server.model(tiny(800, 800)), &request()).await.0.unwrap();
    assert_eq!(response.text, "{}");
}

#[tokio::test]
async fn the_whole_call_has_a_limit() {
    let timeouts = Timeouts { call_ms: 50, ..Timeouts::default() };
    let rest = Vec::new();
    let settings = ModelSettings { timeouts, ..quick() };
    let server = Server::start(vec![Act::Comments { times: 1000, rest }]).await;
    let (error, spent) = collect(&server.model(settings), &request()).await.0.unwrap_err().split();
    assert!(provider_text(error).contains("call_ms"));
    assert!(spent.calls == 1 && spent.input_tokens > 3, "what was sent is paid for: {spent:?}");
}

#[tokio::test]
async fn a_server_that_ignores_its_limit_is_stopped_within_what_was_reserved() {
    let request = Request { max_output_tokens: 2_000, ..request() };
    let pieces = std::iter::once(HEAD.as_bytes().to_vec())
        .chain((0..3_000).map(|n| delta(&format!("line {n} is {}, ", n * n * 7)).into_bytes()))
        .collect();
    let server = Server::start(vec![Act::Send(pieces)]).await;
    let model = server.model(quick());
    let reserved = model.worst_case(&request);
    let (error, spent) = collect(&model, &request).await.0.unwrap_err().split();
    let text = reply_text(error);
    assert!(text.contains("longer than the 2000 tokens"), "{text}");
    assert!(spent.output_tokens >= 2_000 && spent.tokens() <= reserved.tokens(), "{spent:?} of {reserved:?}");
}

#[tokio::test]
async fn a_model_that_is_asked_after_others_keeps_within_what_they_left() {
    let left = |tokens| Some(crate::domain::usage::Usage { input_tokens: tokens, ..Default::default() });
    let server = Server::start(vec![good("{}")]).await;
    let model = server.model(quick());
    let sent = u64::from(model.sent_tokens(&request()));
    let less = Request { reserved: left(sent + 3_000), ..request() };
    collect(&model, &less).await.0.unwrap();
    let allowed = server.bodies()[0]["max_tokens"].as_u64().unwrap();
    assert!((2_000..=3_000).contains(&allowed), "{allowed}");
    let nothing = Request { reserved: left(sent), ..request() };
    let text = provider_text(collect(&model, &nothing).await.0.unwrap_err());
    assert!(text.contains("too little is left"), "{text}");
    assert_eq!(server.bodies().len(), 1, "it is not asked");
}

#[tokio::test]
async fn what_broken_attempts_cost_is_no_room_for_further_ones() {
    let thought = (0..9_000).map(|n| format!("{n} is {}, ", n * 7)).collect::<String>();
    let thought = event(&serde_json::json!({"choices": [{"delta": {"reasoning_content": &thought[..60_000]}}]}));
    let server =
        Server::start((0..4).map(|_| Act::Send(vec![format!("{HEAD}{thought}").into_bytes()])).collect()).await;
    let model = server.model(quick());
    let reserved = model.worst_case(&request());
    let (error, spent) = collect(&model, &request()).await.0.unwrap_err().split();
    assert!(provider_text(error).contains("finish_reason"));
    assert!(spent.tokens() <= reserved.tokens() && spent.calls == 1, "{spent:?} of {reserved:?}");
    assert_eq!(server.bodies().len(), 1);
}

#[tokio::test]
async fn cancelling_closes_the_connection() {
    let (gone, closed) = oneshot::channel();
    let server = Server::start(vec![Act::Hang(format!("{HEAD}{}", delta("{\"a\"")).into_bytes(), Some(gone))]).await;
    let model = server.model(quick());
    let request = request();
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = mpsc::channel(4);
    let call = model.call(&request, sender, cancel.clone());
    let stop = async {
        assert_eq!(receiver.recv().await.unwrap().as_str(), "{\"a\"");
        cancel.cancel();
        tokio::time::timeout(Duration::from_secs(1), closed).await.expect("closed within a second").unwrap();
    };
    let (result, ()) = tokio::join!(call, stop);
    let (error, spent) = result.unwrap_err().split();
    assert!(matches!(error, ModelError::Cancelled));
    assert!(
        spent.calls == 1 && spent.input_tokens > 3 && spent.output_tokens > 0,
        "what was sent is paid for: {spent:?}"
    );
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    assert!(matches!(collect_with(&model, &request, cancelled).await.0, Err(ModelError::Cancelled)));
}

#[tokio::test]
async fn a_damaged_event_loses_the_reply() {
    let text =
        format!("{HEAD}{}data: {{\"choices\": [oops\n\n{}{}{DONE}", delta("{\"a\":"), delta("1}"), finish("stop"));
    let acts = (0..2).map(|_| Act::Send(vec![text.clone().into_bytes()])).collect();
    let text = provider_text(failure(acts, quick()).await.0);
    assert!(text.contains("damaged"), "{text}");
}

#[tokio::test]
async fn an_error_inside_the_stream_is_read() {
    let overload = event(&serde_json::json!({"error": {"message": "Overloaded", "code": 529}}));
    let text = format!("{HEAD}{overload}");
    let server = Server::start(vec![Act::Send(vec![text.clone().into_bytes()]), good("{}")]).await;
    assert_eq!(collect(&server.model(quick()), &request()).await.0.unwrap().text, "{}");
    let text = format!("{HEAD}{}{overload}", delta("{"));
    let acts = (0..2).map(|_| Act::Send(vec![text.clone().into_bytes()])).collect();
    let (fault, seen) = failure(acts, quick()).await;
    assert_eq!(seen, 2);
    assert!(provider_text(fault).contains("Overloaded"));
}

#[tokio::test]
async fn a_model_that_declines_is_quoted() {
    let refusal = event(&serde_json::json!({"choices": [{"delta": {"refusal": "I can't."}}]}));
    let text = format!("{HEAD}{refusal}{}{DONE}", finish("stop"));
    assert!(reply_text(failure(vec![Act::Send(vec![text.into_bytes()])], quick()).await.0).contains("I can't"));
    let text = format!("{HEAD}{}{DONE}", finish("content_filter"));
    assert!(reply_text(failure(vec![Act::Send(vec![text.into_bytes()])], quick()).await.0).contains("filter"));
}

#[tokio::test]
async fn a_refusal_and_mere_thought_are_billed() {
    let refusal = event(&serde_json::json!({"choices": [{"delta": {"refusal": "I can't do that for you."}}]}));
    let thought =
        event(&serde_json::json!({"choices": [{"delta": {"reasoning_content": "I had better say nothing of it."}}]}));
    for said in [&refusal, &thought] {
        for (counted, tokens) in [(usage(), Some((1000, 50))), (String::new(), None)] {
            let text = format!("{HEAD}{said}{}{counted}{DONE}", finish("stop"));
            let server = Server::start(vec![Act::Send(vec![text.into_bytes()])]).await;
            let error = collect(&server.model(quick()), &request()).await.0.unwrap_err();
            let (error, spent) = error.split();
            assert!(matches!(error, ModelError::Reply(_)), "{error}");
            assert_eq!(spent.calls, 1, "{said}");
            match tokens {
                Some(tokens) => assert_eq!((spent.input_tokens, spent.output_tokens), tokens),
                None => assert!(spent.input_tokens > 3 && spent.output_tokens > 3, "{spent:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_whole_answer_is_bounded_like_a_reply() {
    let answer = |words: usize| {
        let said: Vec<String> = (0..words).map(|n| (n * 7_919).to_string()).collect();
        let content = format!("{{\\\"a\\\":\\\"{}\\\"}}", said.join(" "));
        error("200 OK", &format!(r#"{{"choices":[{{"message":{{"content":"{content}"}},"finish_reason":"stop"}}]}}"#))
    };
    let settings = ModelSettings { max_reply_bytes: 20_000, ..quick() };
    let server = Server::start(vec![answer(2_000)]).await;
    assert!(collect(&server.model(settings.clone()), &request()).await.0.is_ok());
    // Not all of it is read: what is around a reply has some room.
    let text = reply_text(failure(vec![answer(50_000)], settings).await.0);
    assert!(text.contains("larger than 85536 bytes"), "{text}");
}

#[tokio::test]
async fn a_reply_without_end_is_stopped() {
    let pieces = std::iter::once(HEAD.as_bytes().to_vec())
        .chain((0..2000).map(|n| delta(&format!("line {n}, ").repeat(9)).into_bytes()))
        .collect();
    let settings = ModelSettings { max_reply_bytes: 20_000, ..quick() };
    assert!(reply_text(failure(vec![Act::Send(pieces)], settings).await.0).contains("20000 bytes"));
}

#[tokio::test]
async fn a_screen_that_does_not_read_holds_nothing_up() {
    let pieces = (0..50).map(|n| delta(&format!("\"{n}\","))).collect::<String>();
    let text = format!("{HEAD}{}{pieces}{}{}{DONE}", delta("["), delta("0]"), finish("stop"));
    let server = Server::start(vec![Act::Send(vec![text.into_bytes()])]).await;
    let (sender, _receiver) = mpsc::channel(1);
    let response = server.model(quick()).call(&request(), sender, CancellationToken::new()).await.unwrap();
    assert!(response.text.ends_with("\"49\",0]"));
}

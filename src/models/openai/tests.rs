use super::super::testing::{collect, collect_with, request_of};
use super::*;
use crate::models::settings::{Structured, Timeouts};
use std::{collections::VecDeque, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

/// What the server does with one connection.
enum Act {
    /// Sends these pieces, each flushed, then closes.
    Send(Vec<Vec<u8>>),
    /// Sends this, then resets the connection.
    Reset(Vec<u8>),
    /// Sends this, then says nothing until the client goes away, which it reports.
    Hang(Vec<u8>, Option<oneshot::Sender<()>>),
    /// Sends the head, then a comment every few milliseconds, then the rest.
    Comments { times: u32, rest: Vec<u8> },
}

struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Server {
    async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = seen.clone();
        tokio::spawn(async move {
            let mut acts = VecDeque::from(acts);
            while let Some(act) = acts.pop_front() {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = read_request(&mut socket).await;
                log.lock().unwrap().push(request);
                tokio::spawn(perform(socket, act));
            }
        });
        Self { address, seen }
    }

    fn model(&self, settings: ModelSettings) -> OpenAi {
        self.model_with(settings, Structured::Bounded)
    }

    fn model_with(&self, settings: ModelSettings, structured: Structured) -> OpenAi {
        let provider = ProviderSettings {
            base_url: format!("http://{}/v1/", self.address),
            key_env: Some("MY_KEY".into()),
            structured,
            max_completion_tokens: false,
        };
        OpenAi::new("compat/test-1", "test-1", &provider, Some(Key::new(KEY).unwrap()), &settings).unwrap()
    }

    fn bodies(&self) -> Vec<Value> {
        self.seen.lock().unwrap().iter().map(|(_, body)| body.clone()).collect()
    }
}

const KEY: &str = "sk-test-0123456789";

async fn read_request(socket: &mut TcpStream) -> (String, Value) {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let n = socket.read(&mut buffer).await.unwrap();
        assert!(n > 0, "the client closed before its request was whole");
        bytes.extend_from_slice(&buffer[..n]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let lower = head.to_ascii_lowercase();
        let length: usize =
            lower.lines().find_map(|l| l.strip_prefix("content-length: ")).map_or(0, |v| v.trim().parse().unwrap());
        if bytes.len() >= end + 4 + length {
            return (head, serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default());
        }
    }
}

async fn perform(mut socket: TcpStream, act: Act) {
    match act {
        Act::Send(pieces) => {
            for piece in pieces {
                // A client that has heard enough closes early; that is its right.
                if socket.write_all(&piece).await.is_err() || socket.flush().await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
            drop(socket.shutdown().await);
        }
        Act::Reset(bytes) => {
            socket.write_all(&bytes).await.unwrap();
            socket.flush().await.unwrap();
            rustix::net::sockopt::set_socket_linger(&socket, Some(Duration::ZERO)).unwrap();
        }
        Act::Hang(bytes, gone) => {
            socket.write_all(&bytes).await.unwrap();
            let mut buffer = [0_u8; 64];
            while socket.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
            if let Some(gone) = gone {
                let _ = gone.send(());
            }
        }
        Act::Comments { times, rest } => {
            socket.write_all(HEAD.as_bytes()).await.unwrap();
            for _ in 0..times {
                // The pace of the server that the test is about, not a wait for anything.
                tokio::time::sleep(Duration::from_millis(10)).await;
                if socket.write_all(b": still at work\n\n").await.is_err() {
                    return;
                }
            }
            socket.write_all(&rest).await.unwrap();
        }
    }
}

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

fn event(value: &Value) -> String {
    format!("data: {value}\n\n")
}
fn delta(text: &str) -> String {
    event(
        &serde_json::json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}], "usage": null}),
    )
}
fn finish(reason: &str) -> String {
    event(&serde_json::json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}
fn usage() -> String {
    event(
        &serde_json::json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 50, "total_tokens": 1050}}),
    )
}
const DONE: &str = "data: [DONE]\n\n";

fn good(text: &str) -> Act {
    Act::Send(vec![format!("{HEAD}{}{}{}{DONE}", delta(text), finish("stop"), usage()).into_bytes()])
}
fn answer(status: &str, headers: &str, kind: &str, body: &str) -> Act {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    Act::Send(vec![text.into_bytes()])
}
fn error(status: &str, body: &str) -> Act {
    answer(status, "", "application/json", body)
}

/// Nothing waits long, and nothing waits for a time-out unless a test makes it.
fn quick() -> ModelSettings {
    ModelSettings { backoff_ms: 1, ..ModelSettings::default() }
}

fn request() -> Request {
    request_of("compat/test-1", "build:core", 1, "work")
}

async fn failure(acts: Vec<Act>, settings: ModelSettings) -> (ModelError, usize) {
    let server = Server::start(acts).await;
    let (result, _) = collect(&server.model(settings), &request()).await;
    let seen = server.bodies().len();
    (result.expect_err("the call must fail"), seen)
}

fn provider_text(error: ModelError) -> String {
    match error {
        ModelError::Provider(text) => text.to_string(),
        other => panic!("not a provider's fault: {other:?}"),
    }
}
fn reply_text(error: ModelError) -> String {
    match error {
        ModelError::Reply(text) => text.to_string(),
        other => panic!("not a reply's fault: {other:?}"),
    }
}

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
    assert!(text.contains("3600 s") && text.contains("later"), "{text}");
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
        let fault = failure(vec![Act::Send(vec![text.into_bytes()])], quick()).await.0;
        assert!(reply_text(fault).contains("finish_reason"));
    }
}

#[tokio::test]
async fn a_reply_cut_by_its_limit_says_so() {
    let text = format!("{HEAD}{}{}{DONE}", delta("{\"a\":"), finish("length"));
    let text = reply_text(failure(vec![Act::Send(vec![text.into_bytes()])], quick()).await.0);
    assert!(text.contains("16000 tokens"), "{text}");
}

#[tokio::test]
async fn a_reset_before_the_first_word_is_tried_again_and_later_is_not() {
    let before = Act::Reset(HEAD.as_bytes().to_vec());
    let server = Server::start(vec![before, good("{}")]).await;
    assert_eq!(collect(&server.model(quick()), &request()).await.0.unwrap().text, "{}");
    let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let piece = delta("{\"half\":");
    let after = Act::Send(vec![format!("{chunked}{:x}\r\n{piece}\r\n", piece.len()).into_bytes()]);
    let (fault, seen) = failure(vec![after, good("{}")], quick()).await;
    assert_eq!(seen, 1);
    assert!(reply_text(fault).contains("broke after 8 bytes"));
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
        max_completion_tokens: false,
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
    let text = provider_text(failure(vec![Act::Comments { times: 1000, rest }], settings).await.0);
    assert!(text.contains("call_ms"), "{text}");
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
    assert!(matches!(result, Err(ModelError::Cancelled)));
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    assert!(matches!(collect_with(&model, &request, cancelled).await.0, Err(ModelError::Cancelled)));
}

#[tokio::test]
async fn a_damaged_event_loses_the_reply() {
    let text =
        format!("{HEAD}{}data: {{\"choices\": [oops\n\n{}{}{DONE}", delta("{\"a\":"), delta("1}"), finish("stop"));
    let text = reply_text(failure(vec![Act::Send(vec![text.into_bytes()])], quick()).await.0);
    assert!(text.contains("damaged"), "{text}");
}

#[tokio::test]
async fn an_error_inside_the_stream_is_read() {
    let overload = event(&serde_json::json!({"error": {"message": "Overloaded", "code": 529}}));
    let text = format!("{HEAD}{overload}");
    let server = Server::start(vec![Act::Send(vec![text.clone().into_bytes()]), good("{}")]).await;
    assert_eq!(collect(&server.model(quick()), &request()).await.0.unwrap().text, "{}");
    let text = format!("{HEAD}{}{overload}", delta("{"));
    let (fault, seen) = failure(vec![Act::Send(vec![text.into_bytes()]), good("{}")], quick()).await;
    assert_eq!(seen, 1);
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
async fn a_reply_without_end_is_stopped() {
    let pieces = std::iter::once(HEAD.as_bytes().to_vec())
        .chain((0..200).map(|_| delta(&"x".repeat(1000)).into_bytes()))
        .collect();
    let settings = ModelSettings { max_reply_bytes: 20_000, ..quick() };
    assert!(reply_text(failure(vec![Act::Send(pieces)], settings).await.0).contains("20000 bytes"));
}

#[tokio::test]
async fn a_server_that_knows_no_schema_is_asked_another_way_and_remembered() {
    let no = |what: &str| error("400 Bad Request", &format!(r#"{{"error":{{"message":"{what}"}}}}"#));
    let server = Server::start(vec![
        no("Unknown keyword maxLength in json_schema"),
        no("response_format json_schema is not supported"),
        no("response_format.type must be text"),
        good("```json\n{\"a\":1}\n```"),
        good("{}"),
    ])
    .await;
    let model = server.model(quick());
    assert_eq!(collect(&model, &request()).await.0.unwrap().text, "{\"a\":1}");
    collect(&model, &request()).await.0.unwrap();
    let bodies = server.bodies();
    assert_eq!(bodies.len(), 5);
    assert!(bodies[0]["response_format"].to_string().contains("maxLength"));
    assert!(!bodies[1]["response_format"].to_string().contains("maxLength"));
    assert_eq!(bodies[2]["response_format"]["type"], "json_object");
    assert!(bodies[2]["messages"][0]["content"].as_str().unwrap().contains("\"teach_back\""));
    assert!(bodies[3].get("response_format").is_none() && bodies[4].get("response_format").is_none());
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
async fn a_refusal_about_something_else_is_final() {
    let body = r#"{"error":{"message":"messages: at least one is required"}}"#;
    let (fault, seen) = failure(vec![error("400 Bad Request", body), good("{}")], quick()).await;
    assert_eq!(seen, 1);
    assert!(provider_text(fault).contains("at least one is required"));
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

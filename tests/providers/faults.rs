//! One test a fault. It befalls the plan, so that there is something before it to lose.

use crate::{
    quotes::WALL,
    server::{
        Asked, DONE, Fault, HEAD, Server, answer, delta, deltas, error, event, finish, page, reset, send, silence,
        usage,
    },
    support::{Bed, code, text},
};
use serde_json::json;
use std::{
    net::TcpStream,
    process::Output,
    time::{Duration, Instant},
};

/// How a run with the fault ends.
enum Ends {
    /// As if nothing had been.
    Right,
    /// Exit 6 with these words; when the server is well again `g1 resume` ends it.
    Paused(&'static [&'static str]),
    /// The step is red after its repairs, and the run says so with these words.
    Red(&'static [&'static str]),
}

/// Every request gets the fault.
const ALWAYS: usize = usize::MAX;
/// As much as an endpoint that only misbehaves may cost.
const MOST_CALLS: usize = 60;
/// For a run that waits for nothing, on a machine with other work.
const MOST_TIME: Duration = Duration::from_secs(60);

fn g1(bed: &Bed, server: &Server, args: &[&str], settings: &[&str]) -> Output {
    let mut command = bed.g1(args);
    command.args(["-c", "models.backoff_ms=1"]);
    for setting in settings {
        command.args(["-c", setting]);
    }
    command.env("OPENAI_BASE_URL", format!("http://{}/v1", server.address)).env("OPENAI_API_KEY", "sk-providers-1");
    command.output().expect("g1 starts")
}

fn check(fault: Fault, times: usize, settings: &[&str], ends: &Ends) {
    let (server, bed) = (Server::start(fault, times), Bed::new());
    let began = Instant::now();
    let run = g1(&bed, &server, &["run", WALL, "-m", "compat/m", "-y", "--plan-only"], settings);
    let told = format!("{}{}", text(&run.stdout), text(&run.stderr));
    assert!(began.elapsed() < MOST_TIME && server.calls() <= MOST_CALLS, "{} calls: {told}", server.calls());
    let says = |words: &[&str]| words.iter().for_each(|word| assert!(told.contains(word), "no {word:?} in: {told}"));
    match ends {
        Ends::Right => assert_eq!(code(&run), 0, "{told}"),
        Ends::Paused(words) => {
            assert_eq!(code(&run), 6, "{told}");
            says(words);
            server.mend();
            let resumed = g1(&bed, &server, &["resume"], settings);
            assert_eq!(code(&resumed), 0, "{}{}", text(&resumed.stdout), text(&resumed.stderr));
        }
        Ends::Red(words) => {
            assert!([4, 7].contains(&code(&run)), "{} {told}", code(&run));
            says(words);
        }
    }
    assert_eq!(server.count("understand_reply"), 1, "what was answered is not asked again");
    let log = bed.output(&["log", "--verify"]);
    assert_eq!(code(&log), 0, "{}{}", text(&log.stdout), text(&log.stderr));
}

macro_rules! faults {
    ($($name:ident: $times:expr, $settings:expr, $fault:expr => $ends:expr;)*) => {
        $(#[test] fn $name() { check($fault, $times, &$settings, &$ends); })*
    };
}
use Ends::{Paused, Red, Right};

const IMPATIENT: [&str; 3] =
    ["models.timeouts.first_token_ms=1500", "models.timeouts.idle_ms=1500", "models.timeouts.unproven_ms=6000"];

faults! {
    // Status codes.
    rate_limit_with_retry_after: 2, [], |s, _| send(s, &error("429 Slow", "retry-after: 0.01\r\n", "slow down")) => Right;
    rate_limit_without_retry_after: 2, [], |s, _| send(s, &error("429 Slow", "", "slow down")) => Right;
    rate_limit_that_stays: ALWAYS, [], |s, _| send(s, &error("429 Slow", "", "slow down")) => Paused(&["429", "slow down", "g1 resume"]);
    rate_limit_for_an_hour: ALWAYS, [], |s, _| send(s, &error("429 Slow", "retry-after: 3600\r\n", "later")) => Paused(&["429", "a pause of 60 minutes", "g1 resume"]);
    rate_limit_told_in_words: 2, [], |s, _| send(s, &page("429 Slow", "", "application/json", r#"{"error":{"message":"Please try again in 10ms."}}"#)) => Right;
    rate_limit_of_an_hour_in_words: ALWAYS, [], |s, _| send(s, &page("429 Slow", "", "application/json", r#"{"error":{"details":[{"retryDelay": "3600s"}]}}"#)) => Paused(&["429", "a pause of 60 minutes", "g1 resume"]);
    quota_used_up: ALWAYS, [], |s, _| send(s, &page("429 Quota", "", "application/json", r#"{"error":{"message":"Quota","code":"insufficient_quota"}}"#)) => Paused(&["quota", "billing"]);
    internal_error_once: 1, [], |s, _| send(s, &error("500 Oops", "", "oops")) => Right;
    internal_error_that_stays: ALWAYS, [], |s, _| send(s, &error("500 Oops", "", "oops")) => Paused(&["500", "oops", "g1 resume"]);
    overloaded: ALWAYS, [], |s, _| send(s, &error("529 Busy", "", "overloaded")) => Paused(&["529", "overloaded"]);
    html_error_page: ALWAYS, [], |s, _| send(s, &page("502 Bad Gateway", "", "text/html", "<html><h1>Bad gateway</h1></html>")) => Paused(&["502", "Bad gateway"]);
    html_page_with_status_200: ALWAYS, [], |s, _| send(s, &page("200 OK", "", "text/html", "<html>Log in</html>")) => Paused(&["text/html", "base URL"]);
    expired_key: ALWAYS, [], |s, _| send(s, &error("401 Unauthorized", "", "key sk-providers-1 has expired")) => Paused(&["401", "OPENAI_API_KEY", "[key]"]);
    redirect: ALWAYS, [], |s, _| send(s, &page("307 Elsewhere", "location: http://127.0.0.1:9/v1\r\n", "text/plain", "")) => Paused(&["307", "base URL"]);
    context_overflow: ALWAYS, [], |s, _| send(s, &error("400 Bad Request", "", "This model's maximum context length is 512 tokens")) => Paused(&["too long", "pack_tokens"]);
    // Connections.
    reset_before_the_answer: 1, [], |s, _| reset(s) => Right;
    reset_that_stays: ALWAYS, [], |s, _| reset(s) => Paused(&["connection broke", "g1 resume"]);
    closed_without_a_word: ALWAYS, [], |_, _| {} => Paused(&["connection broke", "g1 resume"]);
    reset_in_mid_stream_once: 1, [], |s, a| { send(s, &format!("{HEAD}{}", delta(&a.reply[..40]))); reset(s) } => Right;
    reset_in_mid_stream_that_stays: ALWAYS, [], |s, a| { send(s, &format!("{HEAD}{}", delta(&a.reply[..40]))); reset(s) } => Paused(&["g1 resume"]);
    slow_first_token: ALWAYS, IMPATIENT, slow => Right;
    silence_before_the_first_token: ALWAYS, IMPATIENT, |s, _| silence(s) => Paused(&["1.5 s", "first token", "g1 resume"]);
    silence_in_mid_stream: ALWAYS, IMPATIENT, |s, a| { send(s, &format!("{HEAD}{}", delta(&a.reply[..40]))); silence(s) } => Paused(&["mid-reply", "g1 resume"]);
    a_drip: ALWAYS, IMPATIENT, |s, a| drip(s, a, delta) => Paused(&["slower than any model", "idle_ms", "g1 resume"]);
    a_drip_of_thoughts: ALWAYS, IMPATIENT, |s, a| drip(s, a, thought) => Paused(&["slower than any model", "g1 resume"]);
    // Streams.
    characters_in_halves: ALWAYS, [], halves => Right;
    half_a_character_at_the_end: ALWAYS, [], half => Paused(&["g1 resume"]);
    no_done: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply).replace(DONE, "")) => Right;
    no_done_and_no_finish_once: 1, [], |s, a| send(s, &format!("{HEAD}{}", deltas(&a.reply).concat())) => Right;
    no_done_and_no_finish: ALWAYS, [], |s, a| send(s, &format!("{HEAD}{}", deltas(&a.reply).concat())) => Paused(&["finish_reason", "g1 resume"]);
    duplicate_chunks: ALWAYS, [], |s, a| send(s, &format!("{HEAD}{}{}{DONE}", deltas(&a.reply).iter().map(|d| d.repeat(2)).collect::<String>(), finish("stop"))) => Red(&["agreed form"]);
    chunks_out_of_order: ALWAYS, [], |s, a| send(s, &format!("{HEAD}{}{}{DONE}", deltas(&a.reply).iter().rev().cloned().collect::<String>(), finish("stop"))) => Red(&["agreed form"]);
    an_event_that_is_no_json: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply).replacen("\n\n", "\n\ndata: {oops\n\n", 3)) => Paused(&["damaged", "g1 resume"]);
    endless_stream: ALWAYS, ["models.max_reply_bytes=200000"], endless => Red(&["stopped"]);
    endless_repetition: ALWAYS, [], repetition => Red(&["repeating itself"]);
    a_line_without_end: ALWAYS, ["models.max_reply_bytes=20000"], line_without_end => Red(&["models.max_reply_bytes"]);
    error_in_mid_stream: ALWAYS, [], |s, a| send(s, &format!("{HEAD}{}{}", delta(&a.reply[..40]), event(&json!({"error": {"message": "worker died", "code": 500}})))) => Paused(&["worker died"]);
    wrong_content_type: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply).replace("text/event-stream", "application/pdf")) => Paused(&["application/pdf", "base URL"]);
    events_as_plain_text: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply).replace("text/event-stream", "text/plain")) => Right;
    no_stream: ALWAYS, [], |s, a| send(s, &page("200 OK", "", "application/json", &json!({"choices": [{"message": {"content": a.reply}, "finish_reason": "stop"}]}).to_string())) => Right;
    // Replies.
    reply_that_is_no_json: ALWAYS, [], |s, a| send(s, &answer(a, "I would suggest three modules.")) => Red(&["JSON"]);
    reply_truncated: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply[..a.reply.len() / 2])) => Red(&["JSON"]);
    schema_violation_once: 1, [], |s, a| send(s, &answer(a, r#"{"modules": "three"}"#)) => Right;
    schema_violation: ALWAYS, [], |s, a| send(s, &answer(a, r#"{"modules": "three"}"#)) => Red(&["schema"]);
    empty_reply_once: 1, [], |s, a| send(s, &answer(a, "")) => Right;
    empty_reply: ALWAYS, [], |s, a| send(s, &answer(a, "")) => Red(&[]);
    empty_choices: ALWAYS, [], |s, _| send(s, &format!("{HEAD}{}{DONE}", event(&json!({"choices": []})))) => Paused(&["g1 resume"]);
    refusal: ALWAYS, [], |s, _| send(s, &format!("{HEAD}{}{}{DONE}", event(&json!({"choices": [{"delta": {"refusal": "I must not."}}]})), finish("stop"))) => Red(&["I must not"]);
    content_filter: ALWAYS, [], |s, _| send(s, &format!("{HEAD}{}{DONE}", finish("content_filter"))) => Red(&["filter"]);
    tool_call_with_bad_arguments: ALWAYS, [], |s, _| send(s, &tool("plan_reply", "{\"modules\": [")) => Red(&[]);
    tool_call_of_an_unknown_tool: ALWAYS, [], |s, _| send(s, &tool("rm_rf", "{}")) => Red(&["rm_rf", "not offered"]);
    length_once: 1, [], |s, a| send(s, &cut(a)) => Right;
    length_always: ALWAYS, [], |s, a| send(s, &cut(a)) => Red(&["limit"]);
    // Oddities that are none of our business.
    usage_null: ALWAYS, [], |s, a| send(s, &format!("{HEAD}{}{}{DONE}", deltas(&a.reply).concat(), finish("stop"))) => Right;
    usage_beyond_belief: ALWAYS, [], |s, a| send(s, &format!("{HEAD}{}{}{}{DONE}", deltas(&a.reply).concat(), finish("stop"), event(&json!({"usage": {"prompt_tokens": -1, "completion_tokens": 1e300}})))) => Right;
    extra_fields: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply).replace("{\"choices\"", "{\"id\":7,\"model\":\"another\",\"x\":{\"y\":[null]},\"choices\"")) => Right;
    reasoning_content: ALWAYS, [], |s, a| send(s, &answer(a, &a.reply).replacen("data:", &format!("{}data:", event(&json!({"choices": [{"delta": {"content": null, "reasoning_content": "hm"}}]}))), 1)) => Right;
    thoughts_and_a_fence: ALWAYS, [], |s, a| send(s, &answer(a, &format!("<think>{{hm}}</think>Here it is:\n```json\n{}\n```", a.reply))) => Right;
}

fn slow(stream: &mut TcpStream, asked: &Asked) {
    // Slower than half the limit, with nothing in between.
    std::thread::sleep(Duration::from_millis(800));
    send(stream, &answer(asked, &asked.reply));
}

/// Less than two bytes a second, and life in each of them.
fn drip(stream: &mut TcpStream, asked: &Asked, piece: fn(&str) -> String) {
    send(stream, HEAD);
    for c in asked.reply.chars().take(20) {
        send(stream, &piece(&c.to_string()));
        std::thread::sleep(Duration::from_millis(600));
    }
}

fn thought(text: &str) -> String {
    event(&json!({"choices": [{"delta": {"content": null, "reasoning_content": text}}]}))
}

/// Every byte for itself, so that each character beyond ASCII comes in parts.
fn halves(stream: &mut TcpStream, asked: &Asked) {
    let mut reply: serde_json::Value = serde_json::from_str(&asked.reply).expect("JSON");
    reply["team_notes"] = json!("Grüße, 日本 🎉");
    let _ = stream.set_nodelay(true);
    for byte in answer(asked, &reply.to_string()).bytes() {
        use std::io::Write;
        if stream.write_all(&[byte]).is_err() {
            return;
        }
    }
}

fn half(stream: &mut TcpStream, _: &Asked) {
    use std::io::Write;
    let text = format!("{HEAD}{}data: {{\"choices\":[{{\"delta\":{{\"content\":\"é", delta("{"));
    let _ = stream.write_all(&text.as_bytes()[..text.len() - 1]);
}

fn endless(stream: &mut TcpStream, _: &Asked) {
    use std::io::Write;
    let _ = stream.write_all(HEAD.as_bytes());
    for n in 0_u64.. {
        if stream.write_all(delta(&format!("and {n} is {} ", n * n)).as_bytes()).is_err() {
            return;
        }
    }
}

fn repetition(stream: &mut TcpStream, _: &Asked) {
    use std::io::Write;
    let _ = stream.write_all(HEAD.as_bytes());
    while stream.write_all(delta("the same again ").as_bytes()).is_ok() {}
}

fn line_without_end(stream: &mut TcpStream, _: &Asked) {
    use std::io::Write;
    let _ = stream.write_all(format!("{HEAD}data: {{\"choices\":[{{\"delta\":{{\"content\":\"").as_bytes());
    while stream.write_all(&[b'x'; 8192]).is_ok() {}
}

fn tool(name: &str, arguments: &str) -> String {
    let call = json!({"index": 0, "id": "c1", "function": {"name": name, "arguments": arguments}});
    format!("{HEAD}{}{}{DONE}", event(&json!({"choices": [{"delta": {"tool_calls": [call]}}]})), finish("tool_calls"))
}

/// The first half, ended by a limit; the server goes on when it is asked to.
fn cut(asked: &Asked) -> String {
    let half = &asked.reply[..asked.reply.len() / 2];
    format!("{HEAD}{}{}{}{DONE}", deltas(half).concat(), finish("length"), usage(asked, half))
}

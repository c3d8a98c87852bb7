//! Puts the events of one stream together, of either protocol, and stops a stream that leads nowhere.

use super::{
    course::Course,
    fault::Fault,
    hide::{Secrets, hide, hide_part},
    pace::{Pace, Patience, works},
    stale,
    wire::{self, Choice, Chunk, Counted, arguments_of, text_of},
};
use crate::domain::Clean;
use serde_json::Value;
use std::time::Duration;
use tokio::{sync::mpsc, time::Instant};

/// The use of a tool, as it comes: the reply itself where a tool gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolCall {
    /// The server's name for it: pieces of one call carry the same.
    pub id: String,
    pub name: String,
    /// As written by the model: perhaps no JSON.
    pub arguments: String,
}

/// What bounds a reply.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub bytes: usize,
    pub tokens: u32,
    /// Words must keep coming within this time.
    pub idle: Patience,
    /// When the whole call has to be over, and how long it may take.
    pub until: Option<(Instant, Duration)>,
}

/// A reply with more bytes than this for each token that it may have is longer than it may be: text has 4.5 bytes a token,
/// code and JSON have fewer. The rest is the margin of a count that is none.
const BYTES_PER_TOKEN: usize = 5;
/// Words that come faster than this are handed on together: no screen is drawn as often.
const TOGETHER: Duration = Duration::from_millis(25);

/// A stream that has ended.
#[derive(Debug, Default)]
pub struct Ended {
    pub text: String,
    pub calls: Vec<ToolCall>,
    pub counted: Option<Counted>,
    /// The token limit ended it.
    pub cut: bool,
}

impl Ended {
    /// What a limit has cut: the arguments of the last call, or the text.
    pub fn part(&mut self) -> &mut String {
        match self.calls.last_mut() {
            Some(call) => &mut call.arguments,
            None => &mut self.text,
        }
    }
}

pub struct Reader<'a> {
    deltas: &'a mpsc::Sender<Clean>,
    /// What the screen is never given.
    secrets: Option<&'a Secrets>,
    limits: Limits,
    course: Course,
    text: String,
    thoughts: usize,
    calls: Vec<ToolCall>,
    /// Streamed text that the screen has not been given yet: a slow screen must never hold up the call.
    pending: String,
    /// When the screen was last given some.
    handed_on: Option<Instant>,
    refusal: String,
    finish: Option<String>,
    counted: Option<Counted>,
    sequence: Option<u64>,
    pace: Pace,
    looked_at: usize,
    /// When the first word came.
    began: Option<Instant>,
}

impl<'a> Reader<'a> {
    pub fn new(deltas: &'a mpsc::Sender<Clean>, limits: Limits) -> Self {
        Self {
            deltas,
            secrets: None,
            limits,
            course: Course::default(),
            text: String::new(),
            thoughts: 0,
            calls: Vec::new(),
            pending: String::new(),
            handed_on: None,
            refusal: String::new(),
            finish: None,
            counted: None,
            sequence: None,
            pace: Pace::default(),
            looked_at: 0,
            began: None,
        }
    }

    /// How long words may stay away.
    pub fn patience(&self) -> Patience {
        self.limits.idle
    }

    /// Keeps these from the screen, in whatever pieces they come.
    pub fn hiding(mut self, secrets: &'a Secrets) -> Self {
        self.secrets = Some(secrets);
        self
    }

    /// Knows what was asked for.
    pub fn towards(mut self, course: Course) -> Self {
        self.course = course;
        self
    }

    /// Bytes of the reply so far.
    pub fn received(&self) -> usize {
        self.text.len() + self.calls.iter().map(|call| call.arguments.len()).sum::<usize>()
    }

    /// Bytes that the model has written so far, also those that are no part of a reply: they are billed as well.
    pub fn written(&self) -> usize {
        self.received() + self.thoughts + self.refusal.len()
    }

    /// What the server has counted so far.
    pub fn counted(&self) -> Option<Counted> {
        self.counted
    }

    /// True when this event shows that tokens flow.
    pub fn take(&mut self, chunk: &Chunk) -> Result<bool, Fault> {
        let before = self.written();
        match chunk.kind.as_str() {
            Some(kind) if kind.starts_with("response.") || kind == "error" => self.event(kind, chunk)?,
            _ if chunk.output.is_array() => self.whole(chunk)?,
            _ => self.chat(chunk)?,
        }
        let now = self.written();
        if now == before {
            return Ok(false);
        }
        self.bound(now)?;
        Ok(true)
    }

    fn chat(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        self.error(&chunk.error)?;
        self.count(&chunk.usage);
        // One answer was asked for; of several the first is read.
        let first = |choice: &&Choice| choice.index.as_u64().unwrap_or(0) == 0;
        let Some(choice) = chunk.choices.iter().find(first) else { return Ok(()) };
        if let Value::String(reason) = &*choice.finish_reason {
            self.finish = Some(reason.clone());
        }
        self.refusal.push_str(&choice.refusal());
        self.thoughts += choice.thoughts();
        self.call_pieces(choice);
        self.say(&choice.text());
        Ok(())
    }

    /// Counts grow while a reply is written: the most is what it took.
    fn count(&mut self, usage: &Value) {
        if let Some(counted) = wire::usage_of(usage) {
            let before = self.counted.unwrap_or_default();
            self.counted = Some(Counted {
                input: counted.input.max(before.input),
                cached: counted.cached.max(before.cached),
                output: counted.output.max(before.output),
            });
        }
    }

    fn call_pieces(&mut self, choice: &Choice) {
        for piece in choice.calls() {
            let id = text_of(&piece.id);
            let at = match piece.index {
                Some(index) => index,
                None if !id.is_empty() => self.calls.iter().position(|call| call.id == id).unwrap_or(self.calls.len()),
                None => self.calls.len().saturating_sub(usize::from(text_of(&piece.function.name).is_empty())),
            };
            // Nobody uses a hundred tools at once; an index out of nowhere takes no memory.
            if at >= 100 {
                continue;
            }
            while self.calls.len() <= at {
                let id = format!("call-{}", self.calls.len() + 1);
                self.calls.push(ToolCall { id, name: String::new(), arguments: String::new() });
            }
            let call = &mut self.calls[at];
            if !id.is_empty() {
                call.id = id;
            }
            if call.name.is_empty() {
                call.name = text_of(&piece.function.name);
            }
            call.arguments.push_str(&arguments_of(&piece.function.arguments));
        }
    }

    /// An event of the responses protocol.
    fn event(&mut self, kind: &str, chunk: &Chunk) -> Result<(), Fault> {
        if let Some(number) = chunk.sequence_number.as_u64() {
            match self.sequence {
                Some(last) if number <= last => return Ok(()),
                Some(last) if number > last + 1 => {
                    return Err(Fault::Garbled(format!("event {} of the stream is missing", last + 1)));
                }
                _ => self.sequence = Some(number),
            }
        }
        match kind {
            "response.output_text.delta" => self.say(&text_of(&chunk.delta)),
            "response.refusal.delta" => self.refusal.push_str(&text_of(&chunk.delta)),
            kind if kind.starts_with("response.reasoning") && kind.ends_with(".delta") => {
                self.thoughts += text_of(&chunk.delta).len();
            }
            // Arguments come whole with the item; their deltas are a sign of life.
            "response.function_call_arguments.delta" => self.thoughts += text_of(&chunk.delta).len(),
            "response.output_item.done" => self.item(&chunk.item),
            "response.completed" | "response.incomplete" | "response.failed" => self.end_of(&chunk.response)?,
            "error" => {
                let error = serde_json::json!({"code": *chunk.code, "message": *chunk.message});
                self.error(if chunk.error.is_null() { &error } else { &chunk.error })?;
            }
            _ => {}
        }
        Ok(())
    }

    fn item(&mut self, item: &Value) {
        if item.get("type").and_then(Value::as_str) == Some("function_call") {
            let text = |key: &str| item.get(key).map(text_of).unwrap_or_default();
            let arguments = item.get("arguments").map(arguments_of).unwrap_or_default();
            self.calls.push(ToolCall { id: text("call_id"), name: text("name"), arguments });
        }
    }

    /// The responses protocol without a stream.
    fn whole(&mut self, chunk: &Chunk) -> Result<(), Fault> {
        for item in chunk.output.as_array().into_iter().flatten() {
            self.item(item);
            self.say(&item.get("content").map(text_of).unwrap_or_default());
        }
        let response = serde_json::json!({"status": *chunk.status, "usage": *chunk.usage, "error": *chunk.error, "incomplete_details": *chunk.incomplete_details});
        self.end_of(&response)
    }

    fn end_of(&mut self, response: &Value) -> Result<(), Fault> {
        if let Some(usage) = response.get("usage") {
            self.count(usage);
        }
        if let Some(error) = response.get("error") {
            self.error(error)?;
        }
        let reason = response.pointer("/incomplete_details/reason").and_then(Value::as_str);
        let status = response.get("status").and_then(Value::as_str);
        self.finish = match (status, reason) {
            (_, Some("max_output_tokens")) => Some("length".to_owned()),
            (_, Some(reason)) => Some(reason.to_owned()),
            (Some("completed") | None, None) => Some("stop".to_owned()),
            (Some(_), None) => None,
        };
        Ok(())
    }

    fn error(&self, error: &Value) -> Result<(), Fault> {
        if error.is_null() {
            return Ok(());
        }
        let body = serde_json::json!({ "error": error }).to_string();
        Err(Fault::InStream { code: wire::error_code(error), body, text: self.received() })
    }

    fn say(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        self.text.push_str(piece);
        self.pending.push_str(piece);
        let now = Instant::now();
        if self.handed_on.is_some_and(|last| now - last < TOGETHER) {
            return;
        }
        let (shown, held) = match self.secrets {
            Some(secrets) => hide_part(&self.pending, secrets),
            None => (self.pending.clone(), ""),
        };
        if !shown.is_empty()
            && let Ok(permit) = self.deltas.try_reserve()
        {
            permit.send(Clean::from(shown));
            self.pending = held.to_owned();
            self.handed_on = Some(now);
        }
    }

    /// Stops what is too large, says nothing new, or comes too slowly to ever end.
    fn bound(&mut self, bytes: usize) -> Result<(), Fault> {
        if bytes > self.limits.bytes {
            return Err(Fault::TooLarge { limit: self.limits.bytes });
        }
        let most = (self.limits.tokens as usize).saturating_mul(BYTES_PER_TOKEN);
        if bytes > most {
            return Err(Fault::Endless { tokens: self.limits.tokens });
        }
        let said = self.said();
        if said.len() >= self.looked_at + stale::EVERY {
            if stale::repeats(said.as_bytes()) {
                return Err(Fault::Repeats);
            }
            self.looked_at = said.len();
        }
        let now = Instant::now();
        let began = *self.began.get_or_insert(now);
        if let Some((until, limit)) = self.limits.until
            && now >= until
        {
            return Err(if works(bytes, (now - began).max(Duration::from_secs(1))) {
                Fault::TooLong { limit }
            } else {
                Fault::TooSlow { limit }
            });
        }
        if self.limits.idle.is_over(now) && self.course.is_lost(self.said()) {
            return Err(Fault::NoObject { over: now - began });
        }
        self.pace.keep(bytes, now, self.limits.idle.at(now))
    }

    /// What was said so far of the reply itself.
    fn said(&self) -> &str {
        self.calls.last().map_or(&self.text, |call| &call.arguments)
    }

    pub fn end(&mut self) -> Result<Ended, Fault> {
        if !self.pending.is_empty() {
            let shown = self.secrets.map_or(self.pending.as_str().into(), |secrets| hide(&self.pending, secrets));
            drop(self.deltas.try_send(Clean::new(&shown)));
        }
        let nothing = self.text.trim().is_empty() && self.calls.is_empty();
        if !self.refusal.is_empty() && nothing {
            return Err(Fault::Declined(std::mem::take(&mut self.refusal)));
        }
        let cut = match self.finish.as_deref() {
            None => return Err(Fault::Unfinished { text: self.received() }),
            Some("length" | "max_tokens" | "MAX_TOKENS") => true,
            Some("content_filter" | "SAFETY") => {
                return Err(Fault::Declined("its content filter stopped the reply".to_owned()));
            }
            Some(reason) if nothing => return Err(Fault::Declined(format!("it ended ({reason}) without a word"))),
            Some(_) => false,
        };
        let calls = std::mem::take(&mut self.calls).into_iter().filter(|call| !call.name.is_empty()).collect();
        Ok(Ended { text: std::mem::take(&mut self.text), calls, counted: self.counted, cut })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn when_the_time_is_over_a_model_at_work_wrote_too_much_and_another_is_too_slow() {
        let (sender, _receiver) = mpsc::channel(4);
        let limit = Duration::from_secs(600);
        let ends = |text: &str| {
            let limits = Limits {
                bytes: 10_000,
                tokens: 1000,
                idle: Patience::usual(Duration::from_secs(60)),
                until: Some((Instant::now(), limit)),
            };
            let piece = serde_json::json!({"choices": [{"delta": {"content": text}}]});
            Reader::new(&sender, limits).take(&serde_json::from_value(piece).unwrap())
        };
        assert!(matches!(ends("{\"title\": \"a reply"), Err(Fault::TooLong { .. })));
        assert!(matches!(ends("{"), Err(Fault::TooSlow { .. })));
    }

    #[test]
    fn a_server_that_never_gave_an_object_has_until_its_time_is_over_to_begin_one() {
        let (sender, _receiver) = mpsc::channel(4);
        let minute = Duration::from_secs(60);
        let ends = |text: &str, idle| {
            let limits = Limits { bytes: 10_000, tokens: 1000, idle, until: None };
            let piece = serde_json::json!({"choices": [{"delta": {"content": text}}]});
            Reader::new(&sender, limits).take(&serde_json::from_value(piece).unwrap())
        };
        let over = Patience::until(minute, Instant::now());
        for text in ["I am thinking", "<think> long", "a {b, \"c\"} and {} and {\"d\", e"] {
            assert!(matches!(ends(text, over), Err(Fault::NoObject { .. })), "{text}");
            assert!(ends(text, Patience::until(minute, Instant::now() + minute)).is_ok(), "in time");
            assert!(ends(text, Patience::usual(minute)).is_ok(), "from a server that is known");
        }
        assert!(ends("Here it is: {\n \"title\" : \"a", over).is_ok());
        let thinks = |idle| {
            let limits = Limits { bytes: 10_000, tokens: 1000, idle, until: None };
            let piece = serde_json::json!({"choices": [{"delta": {"reasoning_content": "well"}}]});
            Reader::new(&sender, limits).take(&serde_json::from_value(piece).unwrap())
        };
        assert!(thinks(Patience::usual(minute)).is_ok());
        assert!(matches!(thinks(over), Err(Fault::NoObject { .. })), "thoughts alone are none either");
    }

    #[test]
    fn an_object_of_something_else_is_as_good_as_none_also_in_the_use_of_a_tool() {
        let (sender, _receiver) = mpsc::channel(4);
        let limits =
            Limits { bytes: 10_000, tokens: 1000, idle: Patience::until(Duration::ZERO, Instant::now()), until: None };
        let ends = |delta: Value| {
            let course = Course::to(&serde_json::json!({"properties": {"title": {}}}));
            let piece = serde_json::json!({"choices": [{"delta": delta}]});
            Reader::new(&sender, limits).towards(course).take(&serde_json::from_value(piece).unwrap())
        };
        let tool = |arguments: &str| serde_json::json!({"tool_calls": [{"index": 0, "function": {"name": "give", "arguments": arguments}}]});
        let (ours, theirs) = ("{\"title\": \"a", "{\"weather\": \"a");
        assert!(ends(serde_json::json!({"content": ours})).is_ok() && ends(tool(ours)).is_ok());
        assert!(matches!(ends(serde_json::json!({"content": theirs})), Err(Fault::NoObject { .. })));
        assert!(matches!(ends(tool(theirs)), Err(Fault::NoObject { .. })));
    }

    #[test]
    fn words_that_come_at_once_are_handed_on_together_and_none_is_lost() {
        let (sender, mut receiver) = mpsc::channel(64);
        let limits =
            Limits { bytes: 10_000, tokens: 1000, idle: Patience::usual(Duration::from_secs(60)), until: None };
        let mut reader = Reader::new(&sender, limits);
        let (just_now, long_ago) = (Instant::now() + Duration::from_secs(3600), Instant::now() - TOGETHER);
        for (word, handed_on) in [("a ", None), ("b ", Some(just_now)), ("c ", Some(long_ago)), ("d", Some(just_now))] {
            reader.handed_on = handed_on;
            reader.say(word);
        }
        reader.finish = Some("stop".to_owned());
        reader.end().unwrap();
        let got: Vec<String> = std::iter::from_fn(|| receiver.try_recv().ok()).map(|words| words.to_string()).collect();
        assert_eq!(got, ["a ", "b c ", "d"]);
    }

    proptest! {
        #[test]
        fn calls_come_together_from_any_pieces(cuts in proptest::collection::vec(1usize..9, 1..6)) {
            let (sender, _receiver) = mpsc::channel(4);
            let limits = Limits { bytes: 10_000, tokens: 1000, idle: Patience::usual(Duration::from_secs(60)), until: None };
            let mut reader = Reader::new(&sender, limits);
            let arguments = "{\"path\": \"src/größe.rs\"}";
            let chars: Vec<char> = arguments.chars().collect();
            let (mut at, mut first, mut cuts) = (0, true, cuts.into_iter().cycle());
            while at < chars.len() {
                let to = (at + cuts.next().unwrap()).min(chars.len());
                let part: String = chars[at..to].iter().collect();
                let name = if first { serde_json::json!("read_file") } else { Value::Null };
                let piece = serde_json::json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": if first { "c1" } else { "" }, "function": {"name": name, "arguments": part}}]}}]});
                reader.take(&serde_json::from_value(piece).unwrap()).unwrap();
                (at, first) = (to, false);
            }
            reader.take(&serde_json::from_value(serde_json::json!({"choices": [{"finish_reason": "tool_calls"}]})).unwrap()).unwrap();
            let ended = reader.end().unwrap();
            prop_assert_eq!(ended.calls, vec![ToolCall { id: "c1".into(), name: "read_file".into(), arguments: arguments.into() }]);
        }
    }
}

//! How a server is asked: exactly the fields a compatible server needs, in the strictest way that it has not refused.

use super::super::{
    Abilities, Request, Turn,
    settings::{Api, ProviderSettings, Structured},
};
use super::fault::over_context;
use crate::{
    domain::{pack::PackKind, plan::Task, reply::ReplyKind},
    personas,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How this server wants to be asked; starts from what is known about it and adapts to what it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub api: Api,
    pub structured: Structured,
    /// A tool may give the reply.
    pub tools: bool,
    pub max_completion_tokens: bool,
    pub include_usage: bool,
    /// The most output tokens it accepts, once it has said so.
    pub token_limit: Option<u32>,
    /// `/v1` belongs after the base URL though nobody wrote it there.
    pub v1: bool,
    /// Replies may come word by word.
    #[serde(default = "yes")]
    pub streams: bool,
}

fn yes() -> bool {
    true
}

impl From<&ProviderSettings> for Shape {
    fn from(provider: &ProviderSettings) -> Self {
        Self {
            api: provider.api,
            structured: provider.structured,
            tools: true,
            max_completion_tokens: provider.max_completion_tokens,
            include_usage: true,
            token_limit: None,
            v1: false,
            streams: true,
        }
    }
}

/// Below this an answer is of no use, and halving it further only hides that the context is too small.
pub const LEAST_OUTPUT: u32 = 2_000;

/// What a call adds to its request: room for the answer, and a reply that was cut and is to go on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ask<'a> {
    pub output_tokens: u32,
    pub cut: Option<&'a str>,
    /// What was said where the reply should have been.
    pub aside: Option<&'a str>,
}

impl Shape {
    /// Room for an answer, as far as the server allows it.
    pub fn output_tokens(&self, wanted: u32) -> u32 {
        self.token_limit.map_or(wanted, |limit| limit.min(wanted))
    }

    pub fn body(&self, model: &str, request: &Request, ask: Ask<'_>) -> Value {
        match self.api {
            Api::Chat => self.chat(model, request, ask),
            Api::Responses => self.responses(model, request, ask),
        }
    }

    fn chat(&self, model: &str, request: &Request, ask: Ask<'_>) -> Value {
        let mut messages = vec![json!({"role": "system", "content": self.system(request)})];
        messages.push(json!({"role": "user", "content": request.user}));
        messages.extend(request.turns.iter().map(message));
        if let Some(cut) = ask.cut {
            messages.push(json!({"role": "assistant", "content": cut}));
            messages.push(json!({"role": "user", "content": GO_ON}));
        }
        if let Some(aside) = ask.aside {
            messages.push(json!({"role": "assistant", "content": aside}));
            messages.push(json!({"role": "user", "content": NO_JSON}));
        }
        let mut body = json!({"model": model, "messages": messages, "stream": self.streams});
        let tokens = if self.max_completion_tokens { "max_completion_tokens" } else { "max_tokens" };
        body[tokens] = json!(ask.output_tokens);
        if self.counts() {
            body["stream_options"] = json!({"include_usage": true});
        }
        if ask.cut.is_some() {
            return body;
        }
        if self.by_tool() {
            let parameters = personas::without_bounds(&request.schema);
            body["tools"] = json!([{"type": "function", "function": {"name": name(request), "description": GIVES, "parameters": parameters}}]);
            body["tool_choice"] = json!({"type": "function", "function": {"name": name(request)}});
        } else if let Some(schema) = self.schema(request) {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": {"name": name(request), "strict": true, "schema": schema},
            });
        } else if self.structured == Structured::Object {
            body["response_format"] = json!({"type": "json_object"});
        }
        body
    }

    fn responses(&self, model: &str, request: &Request, ask: Ask<'_>) -> Value {
        let mut input = vec![json!({"role": "user", "content": request.user})];
        input.extend(request.turns.iter().map(message));
        if let Some(cut) = ask.cut {
            input.push(json!({"role": "assistant", "content": cut}));
            input.push(json!({"role": "user", "content": GO_ON}));
        }
        if let Some(aside) = ask.aside {
            input.push(json!({"role": "assistant", "content": aside}));
            input.push(json!({"role": "user", "content": NO_JSON}));
        }
        let mut body = json!({
            "model": model,
            "instructions": self.system(request),
            "input": input,
            "max_output_tokens": ask.output_tokens,
            // G1 keeps what was said itself.
            "store": false,
            "stream": self.streams,
        });
        if ask.cut.is_some() {
            return body;
        }
        if self.by_tool() {
            let parameters = personas::without_bounds(&request.schema);
            body["tools"] = json!([{"type": "function", "name": name(request), "description": GIVES, "parameters": parameters, "strict": false}]);
        } else if let Some(schema) = self.schema(request) {
            body["text"] =
                json!({"format": {"type": "json_schema", "name": name(request), "strict": true, "schema": schema}});
        } else if self.structured == Structured::Object {
            body["text"] = json!({"format": {"type": "json_object"}});
        }
        body
    }

    fn system(&self, request: &Request) -> String {
        let mut system = request.system.clone();
        if self.by_tool() {
            system.push_str(&format!(
                "\n# How to reply\nYou reply by calling `{}` once, when the work is done. Its arguments are the reply.\n",
                name(request)
            ));
        } else if self.structured >= Structured::Object {
            system.push_str("\n# Reply schema\nAnswer with one JSON object that is valid for this JSON schema:\n");
            system.push_str(&personas::without_bounds(&request.schema).to_string());
            system.push('\n');
        }
        system
    }

    /// Where nothing stricter is left to hold the reply to its schema, it is given by a tool.
    fn by_tool(&self) -> bool {
        self.tools && self.structured == Structured::Tool
    }

    fn schema(&self, request: &Request) -> Option<Value> {
        match self.structured {
            Structured::Bounded => Some(narrowed(request)),
            Structured::Strict => Some(personas::without_bounds(&request.schema)),
            Structured::Tool | Structured::Object | Structured::Prompt => None,
        }
    }

    /// A stream has to be asked for its count of tokens; a whole answer has it.
    pub fn counts(&self) -> bool {
        self.include_usage && self.streams
    }

    /// As far as it is known to do what it is asked for.
    pub fn within(mut self, able: &Abilities) -> Self {
        self.tools &= able.tools != Some(false);
        self.streams &= able.streams != Some(false);
        if able.schema == Some(false) && self.structured < Structured::Tool {
            self.structured = Structured::Tool;
        }
        if self.structured == Structured::Tool && !self.tools {
            self.structured = Structured::Object;
        }
        self
    }

    /// The next way of asking a server that takes a schema and does not hold the reply to it.
    pub fn without_schema(&self) -> Option<Self> {
        let next = self.looser()?;
        if next.structured == Structured::Strict { next.looser() } else { Some(next) }
    }

    /// The next looser way of holding a reply to its schema.
    pub fn looser(&self) -> Option<Self> {
        let next = match self.structured {
            Structured::Bounded => Structured::Strict,
            Structured::Strict if self.tools => Structured::Tool,
            Structured::Strict | Structured::Tool => Structured::Object,
            Structured::Object => Structured::Prompt,
            Structured::Prompt => return None,
        };
        Some(Self { structured: next, ..*self })
    }

    /// The next way to ask after the server has refused this one with these words; `None` when its refusal is not
    /// about a way of asking, or no other way is left. `names_version`: the base URL has a `/v1` of its own.
    pub fn after_refusal(&self, status: u16, words: &str, request: &Request, names_version: bool) -> Option<Self> {
        if !matches!(status, 400 | 404 | 405 | 415 | 422 | 501) {
            return None;
        }
        let words = words.to_ascii_lowercase();
        let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
        let now = self.output_tokens(request.max_output_tokens);
        if matches!(status, 404 | 405) && !self.v1 && !names_version && !says(&["model"]) {
            return Some(Self { v1: true, ..*self });
        }
        if matches!(status, 404 | 405 | 501) && self.api == Api::Responses && !says(&["model"]) {
            return Some(Self { api: Api::Chat, v1: false, ..*self });
        }
        if over_context(&words) {
            return (now / 2 >= LEAST_OUTPUT).then_some(Self { token_limit: Some(now / 2), ..*self });
        }
        if self.include_usage && says(&["stream_options", "include_usage"]) {
            return Some(Self { include_usage: false, ..*self });
        }
        if self.streams && says(&["stream"]) {
            return Some(Self { streams: false, ..*self });
        }
        if says(&["max_tokens", "max_completion_tokens", "max tokens", "completion tokens", "output tokens"]) {
            let limit = numbers(&words).filter(|n| (LEAST_OUTPUT..now).contains(n)).max();
            return match limit {
                Some(limit) => Some(Self { token_limit: Some(limit), ..*self }),
                None if !self.max_completion_tokens && says(&["max_completion_tokens"]) => {
                    Some(Self { max_completion_tokens: true, ..*self })
                }
                None if self.max_completion_tokens && says(&["max_completion_tokens"]) => {
                    Some(Self { max_completion_tokens: false, ..*self })
                }
                None => None,
            };
        }
        if self.by_tool() && says(&["tool", "function"]) {
            return Some(Self { tools: false, structured: Structured::Object, ..*self });
        }
        if says(&[
            "response_format",
            "json_schema",
            "json_object",
            "json mode",
            "schema",
            "structured",
            "grammar",
            "text.format",
        ]) {
            return self.looser();
        }
        None
    }
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::Model { text } => json!({"role": "assistant", "content": text}),
        Turn::Given { text } => json!({"role": "user", "content": text}),
    }
}

/// The schema of the reply; after a refusal narrowed to the clauses that the prompt shows. Models that need no such help are
/// sent no more than the plain one.
fn narrowed(request: &Request) -> Value {
    if request.pack.of_kind(PackKind::Feedback).next().is_none() {
        return request.schema.clone();
    }
    let ids = |kind| request.pack.of_kind(kind).map(|item| item.id.as_str()).collect::<Vec<&str>>();
    let (clauses, decisions) = (ids(PackKind::Clause), ids(PackKind::Decision));
    personas::narrowed(&request.schema, personas::Shown { clauses: &clauses, decisions: &decisions })
}

/// A question without schema and tools.
pub fn plain(shape: Shape, model: &str, system: &str, user: &str, ask: Ask<'_>) -> Value {
    if shape.api == Api::Responses {
        return json!({"model": model, "instructions": system, "input": user, "max_output_tokens": ask.output_tokens, "store": false, "stream": shape.streams});
    }
    let tokens = if shape.max_completion_tokens { "max_completion_tokens" } else { "max_tokens" };
    let mut body = json!({"model": model, "messages": [{"role": "system", "content": system}, {"role": "user", "content": user}], "stream": shape.streams});
    body[tokens] = json!(ask.output_tokens);
    body
}

/// What the tool is for that gives the reply.
const GIVES: &str = "Gives the reply, complete and final.";

const GO_ON: &str = "Your reply was cut by a limit. Go on exactly where it ends, beginning with the very next character. \
                     Repeat nothing, explain nothing, add no fence.";

const NO_JSON: &str = "That is no reply: it holds no JSON object that can be read. Give the reply itself now, as one JSON object in the \
                       form that was asked for, and nothing else.";

fn numbers(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok())
}

/// The name of a reply, for schemas and for the tool that gives it.
pub fn name(request: &Request) -> &'static str {
    if request.pack.task() == Task::TeachBack {
        return "teach_back_reply";
    }
    match request.kind {
        ReplyKind::Understand => "understand_reply",
        ReplyKind::Plan => "plan_reply",
        ReplyKind::Design => "design_reply",
        ReplyKind::Build => "build_reply",
        ReplyKind::Test => "test_reply",
        ReplyKind::Verify => "verify_reply",
    }
}

//! What goes over the wire. Sending: exactly the fields a compatible server needs. Receiving: every field optional and
//! every unknown one ignored, because "compatible" servers differ in all of them.

use super::super::{
    Request,
    settings::{ProviderSettings, Structured},
};
use super::fault::over_context;
use crate::domain::reply::ReplyKind;
use crate::personas;
use serde::Deserialize;
use serde_json::{Value, json};

/// How this server wants to be asked; starts from what is known about it and adapts to what it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub structured: Structured,
    pub max_completion_tokens: bool,
    pub include_usage: bool,
    /// The most output tokens it accepts, once it has said so.
    pub token_limit: Option<u32>,
}

impl From<&ProviderSettings> for Shape {
    fn from(provider: &ProviderSettings) -> Self {
        Self {
            structured: provider.structured,
            max_completion_tokens: provider.max_completion_tokens,
            include_usage: true,
            token_limit: None,
        }
    }
}

/// Below this an answer is of no use, and halving it further only hides that the context is too small.
const LEAST_OUTPUT: u32 = 2_000;

impl Shape {
    pub fn output_tokens(&self, request: &Request) -> u32 {
        self.token_limit.map_or(request.max_output_tokens, |limit| limit.min(request.max_output_tokens))
    }

    pub fn body(&self, model: &str, request: &Request) -> Value {
        let mut system = request.system.clone();
        if self.structured >= Structured::Object {
            system.push_str("\n# Reply schema\nAnswer with one JSON object that is valid for this JSON schema:\n");
            system.push_str(&personas::without_bounds(&request.schema).to_string());
            system.push('\n');
        }
        let mut body = json!({
            "model": model,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": request.user},
            ],
            "stream": true,
        });
        let tokens = if self.max_completion_tokens { "max_completion_tokens" } else { "max_tokens" };
        body[tokens] = json!(self.output_tokens(request));
        if self.include_usage {
            body["stream_options"] = json!({"include_usage": true});
        }
        let schema = match self.structured {
            Structured::Bounded => Some(request.schema.clone()),
            Structured::Strict => Some(personas::without_bounds(&request.schema)),
            Structured::Object | Structured::Prompt => None,
        };
        if let Some(schema) = schema {
            body["response_format"] = json!({
                "type": "json_schema",
                "json_schema": {"name": name(request.kind), "strict": true, "schema": schema},
            });
        } else if self.structured == Structured::Object {
            body["response_format"] = json!({"type": "json_object"});
        }
        body
    }

    /// The next way to ask after the server has refused this one with these words; `None` when its refusal is not
    /// about a way of asking, or no other way is left.
    pub fn after_refusal(&self, status: u16, words: &str, request: &Request) -> Option<Self> {
        if !matches!(status, 400 | 404 | 415 | 422 | 501) {
            return None;
        }
        let words = words.to_ascii_lowercase();
        let says = |signs: &[&str]| signs.iter().any(|sign| words.contains(sign));
        let now = self.output_tokens(request);
        if over_context(&words) {
            return (now / 2 >= LEAST_OUTPUT).then_some(Self { token_limit: Some(now / 2), ..*self });
        }
        if self.include_usage && says(&["stream_options", "include_usage"]) {
            return Some(Self { include_usage: false, ..*self });
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
        if says(&["response_format", "json_schema", "json_object", "json mode", "schema", "structured", "grammar"]) {
            let next = match self.structured {
                Structured::Bounded => Structured::Strict,
                Structured::Strict => Structured::Object,
                Structured::Object => Structured::Prompt,
                Structured::Prompt => return None,
            };
            return Some(Self { structured: next, ..*self });
        }
        None
    }
}

fn numbers(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok())
}

fn name(kind: ReplyKind) -> &'static str {
    match kind {
        ReplyKind::Understand => "understand_reply",
        ReplyKind::Plan => "plan_reply",
        ReplyKind::Design => "design_reply",
        ReplyKind::Build => "build_reply",
        ReplyKind::Test => "test_reply",
        ReplyKind::Verify => "verify_reply",
    }
}

/// One event of the stream, or the whole answer of a server that does not stream.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chunk {
    #[serde(deserialize_with = "lenient")]
    pub choices: Vec<Choice>,
    pub usage: Value,
    pub error: Value,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    pub delta: Option<Piece>,
    pub message: Option<Piece>,
    pub finish_reason: Value,
}

/// All that is read of a delta or message. `content` is a string, or with some servers a list of text parts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Piece {
    pub content: Value,
    pub reasoning_content: Value,
    pub reasoning: Value,
    pub refusal: Value,
}

/// `null` in place of a list is an empty list.
fn lenient<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(d)?.unwrap_or_default())
}

impl Choice {
    pub fn text(&self) -> String {
        [&self.delta, &self.message].into_iter().flatten().map(|piece| text_of(&piece.content)).collect()
    }
    pub fn thinks(&self) -> bool {
        let pieces = [&self.delta, &self.message];
        pieces
            .into_iter()
            .flatten()
            .any(|p| [&p.reasoning_content, &p.reasoning].iter().any(|v| !text_of(v).is_empty()))
    }
    pub fn refusal(&self) -> String {
        [&self.delta, &self.message].into_iter().flatten().map(|piece| text_of(&piece.refusal)).collect()
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// Input, cached input and output tokens, if the server counted them.
pub fn usage_of(usage: &Value) -> Option<(u64, u64, u64)> {
    // No call has a trillion tokens; a server that says so is not believed further.
    const MOST: u64 = 1_000_000_000_000;
    let number = |value: &Value| {
        let count = value.as_u64().or_else(|| value.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64));
        count.map(|n| n.min(MOST))
    };
    let input = number(usage.get("prompt_tokens").or_else(|| usage.get("input_tokens"))?)?;
    let output = number(usage.get("completion_tokens").or_else(|| usage.get("output_tokens"))?)?;
    let cached = usage.pointer("/prompt_tokens_details/cached_tokens").and_then(number).unwrap_or(0);
    Some((input, cached, output))
}

/// The status that an error event of a stream carries.
pub fn error_code(error: &Value) -> Option<u16> {
    let number = |v: &Value| v.as_u64().or_else(|| v.as_str()?.parse().ok()).and_then(|n| u16::try_from(n).ok());
    ["code", "status", "status_code"].iter().find_map(|key| number(error.get(key)?)).filter(|n| (400..600).contains(n))
}

/// The JSON object of a reply. Models that are not held to a format wrap it in a fence, in thoughts or in words.
pub fn json_of(text: &str) -> &str {
    let whole = text.trim().trim_start_matches('\u{FEFF}');
    let is_object = |candidate: &str| {
        candidate.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(candidate).is_ok()
    };
    if is_object(whole) {
        return whole;
    }
    let after_thoughts = whole.rsplit_once("</think>").map_or(whole, |(_, rest)| rest);
    let (Some(start), Some(end)) = (after_thoughts.find('{'), after_thoughts.rfind('}')) else {
        return whole;
    };
    match after_thoughts.get(start..=end) {
        Some(candidate) if is_object(candidate) => candidate,
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_object_is_found_in_whatever_the_model_wrapped_it() {
        for text in
            ["{\"a\":1}", " \u{FEFF}{\"a\":1}\n", "```json\n{\"a\":1}\n```", "<think>{x}</think>Here: {\"a\":1} Done."]
        {
            assert_eq!(json_of(text), "{\"a\":1}", "{text}");
        }
        assert_eq!(json_of(" not {json} "), "not {json}");
    }

    #[test]
    fn any_chunk_of_a_compatible_server_is_read() {
        let read = |text: &str| serde_json::from_str::<Chunk>(text).unwrap();
        assert!(read(r#"{"choices":null,"usage":null}"#).choices.is_empty());
        assert_eq!(read(r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"eos"}]}"#).choices[0].text(), "a");
        assert_eq!(read(r#"{"choices":[{"delta":{"content":[{"type":"text","text":"b"}]}}]}"#).choices[0].text(), "b");
        assert!(read(r#"{"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}"#).choices[0].thinks());
        assert_eq!(usage_of(&read(r#"{"usage":{"prompt_tokens":5,"completion_tokens":2.0}}"#).usage), Some((5, 0, 2)));
        assert_eq!(error_code(&json!({"code": "429"})), Some(429));
    }

    proptest! {
        #[test]
        fn an_object_survives_any_wrapping(before in "[a-z \n`]{0,20}", after in "[a-z \n`.]{0,20}", key in "[a-z\"\\\\}{]{0,8}") {
            let object = json!({ key: [1, null] }).to_string();
            let wrapped = format!("{before}{object}{after}");
            prop_assert_eq!(json_of(&wrapped), object);
        }
    }
}

//! What comes over the wire: every field optional and every unknown one ignored, because "compatible" servers differ in
//! all of them.

use serde::{
    Deserialize, Deserializer,
    de::{
        IgnoredAny, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;
use std::{fmt, marker::PhantomData, ops::Deref};

/// What came as one event: a chunk, or the list of them that the transport makes of those which came in one piece.
#[derive(Debug)]
pub struct Events(pub Vec<Chunk>);

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct OneOrMore;
        impl<'de> Visitor<'de> for OneOrMore {
            type Value = Events;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an event")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Events, A::Error> {
                Chunk::deserialize(MapAccessDeserializer::new(map)).map(|chunk| Events(vec![chunk]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Events, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(Events)
            }
        }
        d.deserialize_any(OneOrMore)
    }
}

/// One event of a stream of either protocol, or the whole answer of a server that does not stream. There is one for each
/// token, and the library keeps them all until they are looked at: what few events have takes no room in the others.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Chunk {
    #[serde(deserialize_with = "lenient")]
    pub choices: Vec<Choice>,
    pub usage: Rare,
    pub error: Rare,
    /// The rest is of the responses protocol.
    #[serde(rename = "type")]
    pub kind: Rare,
    pub sequence_number: Rare,
    pub delta: Rare,
    pub item: Rare,
    pub response: Rare,
    pub output: Rare,
    pub status: Rare,
    pub code: Rare,
    pub message: Rare,
    pub incomplete_details: Rare,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    pub delta: Option<Piece>,
    pub message: Option<Piece>,
    pub finish_reason: Rare,
    pub index: Rare,
}

/// All that is read of a delta or message. `content` is a string, or with some servers a list of text parts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Piece {
    #[serde(deserialize_with = "text")]
    pub content: String,
    #[serde(deserialize_with = "text")]
    pub reasoning_content: String,
    #[serde(deserialize_with = "text")]
    pub reasoning: String,
    #[serde(deserialize_with = "text")]
    pub refusal: String,
    #[serde(deserialize_with = "lenient")]
    pub tool_calls: Vec<CallPiece>,
}

/// A part of a call of a tool. Parts of one call have its index; some servers send whole calls without one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CallPiece {
    #[serde(deserialize_with = "number")]
    pub index: Option<usize>,
    pub id: Value,
    #[serde(deserialize_with = "nullable")]
    pub function: Function,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Function {
    pub name: Value,
    pub arguments: Value,
}

/// A value that is mostly not there, and is null then.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Rare(Option<Box<Value>>);

impl Deref for Rare {
    type Target = Value;
    fn deref(&self) -> &Value {
        self.0.as_deref().unwrap_or(&Value::Null)
    }
}

/// Text, a list of parts that have some, or something else, which is no text.
fn text<'de, D: Deserializer<'de>>(d: D) -> Result<String, D::Error> {
    struct Text;
    impl<'de> Visitor<'de> for Text {
        type Value = String;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("text")
        }
        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
        fn visit_string<E>(self, text: String) -> Result<String, E> {
            Ok(text)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<String, A::Error> {
            let mut all = Vec::new();
            while let Some(part) = parts.next_element()? {
                all.push(part);
            }
            Ok(text_of(&Value::Array(all)))
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(String::new())
        }
        fn visit_unit<E>(self) -> Result<String, E> {
            Ok(String::new())
        }
        fn visit_bool<E>(self, _: bool) -> Result<String, E> {
            Ok(String::new())
        }
        fn visit_i64<E>(self, _: i64) -> Result<String, E> {
            Ok(String::new())
        }
        fn visit_u64<E>(self, _: u64) -> Result<String, E> {
            Ok(String::new())
        }
        fn visit_f64<E>(self, _: f64) -> Result<String, E> {
            Ok(String::new())
        }
    }
    d.deserialize_any(Text)
}

/// `null` or an object in place of a list is an empty list.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    struct List<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Vec<T>, A::Error> {
            let mut all = Vec::new();
            while let Some(part) = parts.next_element()? {
                all.push(part);
            }
            Ok(all)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Vec::new())
        }
        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }
    }
    d.deserialize_any(List(PhantomData))
}

/// A number, one in quotes too; anything else is none.
fn number<'de, D: Deserializer<'de>>(d: D) -> Result<Option<usize>, D::Error> {
    let value = Value::deserialize(d)?;
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    Ok(number.and_then(|number| usize::try_from(number).ok()))
}

/// `null` in place of an object is an empty one.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

impl Choice {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        [&self.delta, &self.message].into_iter().flatten()
    }
    pub fn text(&self) -> String {
        self.pieces().map(|piece| piece.content.as_str()).collect()
    }
    /// What the model thought aloud; of no use, but a sign of life and part of the bill.
    pub fn thoughts(&self) -> usize {
        self.pieces().map(|piece| piece.reasoning_content.len() + piece.reasoning.len()).sum()
    }
    pub fn refusal(&self) -> String {
        self.pieces().map(|piece| piece.refusal.as_str()).collect()
    }
    pub fn calls(&self) -> impl Iterator<Item = &CallPiece> {
        self.pieces().flat_map(|piece| &piece.tool_calls)
    }
}

pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// Arguments are JSON in a string; some servers send the JSON itself.
pub fn arguments_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Input, cached input and output tokens, as counted by the server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    pub input: u64,
    pub cached: u64,
    pub output: u64,
}

/// What the server counted, if it did.
pub fn usage_of(usage: &Value) -> Option<Counted> {
    // No call has a trillion tokens; a server that says so is not believed further.
    const MOST: u64 = 1_000_000_000_000;
    let number = |value: &Value| {
        let count = value.as_u64().or_else(|| value.as_f64().filter(|f| *f >= 0.0).map(|f| f as u64));
        count.map(|n| n.min(MOST))
    };
    let input = number(usage.get("prompt_tokens").or_else(|| usage.get("input_tokens"))?)?;
    let output = number(usage.get("completion_tokens").or_else(|| usage.get("output_tokens"))?)?;
    let cached =
        ["/prompt_tokens_details/cached_tokens", "/input_tokens_details/cached_tokens", "/prompt_cache_hit_tokens"]
            .iter()
            .find_map(|path| usage.pointer(path).and_then(number))
            .unwrap_or(0);
    Some(Counted { input, cached: cached.min(input), output })
}

/// The status that an error event of a stream carries.
pub fn error_code(error: &Value) -> Option<u16> {
    let number = |v: &Value| v.as_u64().or_else(|| v.as_str()?.parse().ok()).and_then(|n| u16::try_from(n).ok());
    let given = ["code", "status", "status_code"].iter().find_map(|key| number(error.get(key)?));
    let by_name = || match error.get("code")?.as_str()? {
        "rate_limit_exceeded" => Some(429),
        "server_error" => Some(500),
        _ => None,
    };
    given.or_else(by_name).filter(|n| (400..600).contains(n))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn any_chunk_of_a_compatible_server_is_read() {
        let read = |text: &str| serde_json::from_str::<Chunk>(text).unwrap();
        assert!(read(r#"{"choices":null,"usage":null}"#).choices.is_empty());
        assert_eq!(read(r#"{"choices":[{"delta":{"content":"a"},"finish_reason":"eos"}]}"#).choices[0].text(), "a");
        assert_eq!(read(r#"{"choices":[{"delta":{"content":[{"type":"text","text":"b"}]}}]}"#).choices[0].text(), "b");
        assert_eq!(
            read(r#"{"choices":[{"delta":{"content":null,"reasoning_content":"hm"}}]}"#).choices[0].thoughts(),
            2
        );
        let whole = read(r#"{"choices":[{"message":{"tool_calls":[{"function":{"name":"x","arguments":{"a":1}}}]}}]}"#);
        assert_eq!(arguments_of(&whole.choices[0].calls().next().unwrap().function.arguments), "{\"a\":1}");
        let odd = r#"{"choices":[{"delta":{"content":"a","tool_calls":{}}},
            {"delta":{"tool_calls":[{"index":"1","function":null},{"index":-1},{"index":2}]}}]}"#;
        let odd = read(odd);
        assert_eq!((odd.choices[0].text(), odd.choices[0].calls().count()), ("a".to_owned(), 0));
        assert_eq!(odd.choices[1].calls().map(|call| call.index).collect::<Vec<_>>(), [Some(1), None, Some(2)]);
        assert_eq!(error_code(&json!({"code": "429"})), Some(429));
        assert_eq!(error_code(&json!({"code": "server_error"})), Some(500));
        assert_eq!(error_code(&json!({"code": "invalid_prompt"})), None);
    }

    #[test]
    fn events_are_read_alone_and_in_a_list() {
        let read = |text: &str| serde_json::from_str::<Events>(text).map(|events| events.0.len());
        assert_eq!(read(r#"{"choices":[]}"#).unwrap(), 1);
        assert_eq!(read(r#"[{"choices":[]},{"error":null},{}]"#).unwrap(), 3);
        assert!(read("7").is_err() && read(r#"[{"choices":[]},7]"#).is_err());
    }

    #[test]
    fn what_is_no_text_is_none_and_the_text_beside_it_is_kept() {
        for odd in ["7", "-7", "0.5", "true", r#"{"a":[1,{"b":null}]}"#, "null", r#"[1,{"text":2},"x"]"#] {
            let text = format!(r#"{{"choices":[{{"delta":{{"refusal":{odd},"content":"a"}}}}]}}"#);
            let read: Chunk = serde_json::from_str(&text).unwrap();
            assert_eq!((read.choices[0].refusal(), read.choices[0].text()), (String::new(), "a".to_owned()), "{odd}");
        }
        assert!(size_of::<Chunk>() < 200 && size_of::<Choice>() < 400, "there is one for each token");
    }

    #[test]
    fn what_was_cached_is_read_in_every_dialect() {
        let read = |usage: Value| usage_of(&usage).unwrap();
        let counted = |input, cached, output| Counted { input, cached, output };
        assert_eq!(read(json!({"prompt_tokens": 5, "completion_tokens": 2.0})), counted(5, 0, 2));
        let chat = json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}});
        assert_eq!(read(chat), counted(9, 4, 1));
        let responses = json!({"input_tokens": 9, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 4}});
        assert_eq!(read(responses), counted(9, 4, 1));
        let other = json!({"prompt_tokens": 9, "completion_tokens": 1, "prompt_cache_hit_tokens": 30});
        assert_eq!(read(other), counted(9, 9, 1), "no more than there was");
        assert_eq!(usage_of(&Value::Null), None);
    }
}

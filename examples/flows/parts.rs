//! What the bytes of requests are: instructions by their heading, the schema, the pack by its blocks.

use serde_json::Value;
use std::collections::BTreeMap;

/// Bytes by what they are.
pub type Parts = BTreeMap<String, u64>;

/// Adds the parts of one request, which was sent in so many bytes.
pub fn add(parts: &mut Parts, request: &Value, sent: u64) {
    let mut told = 0;
    let mut count = |part: String, bytes: u64| {
        told += bytes;
        *parts.entry(part).or_default() += bytes;
    };
    count("schema".into(), request["response_format"].to_string().len() as u64);
    let text = |at: usize| request["messages"][at]["content"].as_str().unwrap_or_default();
    let mut heading = "the beginning".to_owned();
    for line in text(0).split_inclusive('\n') {
        if let Some(title) = line.strip_prefix("# ") {
            title.trim_end().clone_into(&mut heading);
        }
        count(format!("instructions: {heading}"), escaped(line));
    }
    let mut open = String::new();
    for line in text(1).split_inclusive('\n') {
        if open.is_empty()
            && let Some(tag) = line.strip_prefix('<')
        {
            tag.split([' ', '>']).next().unwrap_or_default().clone_into(&mut open);
        }
        let part = if open.is_empty() { "task".to_owned() } else { format!("pack: {open}") };
        count(part, escaped(line));
        if line.trim_end().ends_with(&format!("</{open}>")) {
            open.clear();
        }
    }
    let rest = sent.saturating_sub(told);
    *parts.entry("the rest of the request".into()).or_default() += rest;
}

/// As JSON holds it, without the quotation marks around it.
fn escaped(text: &str) -> u64 {
    Value::from(text).to_string().len() as u64 - 2
}

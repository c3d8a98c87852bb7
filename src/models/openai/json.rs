//! The JSON object in what a model wrote. Models that no server holds to a format wrap it in a fence, in thoughts or in
//! words, and make the small mistakes of people who write JSON by hand. Those are mended; nothing that is missing is
//! ever added.

use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The object of a reply; the text as it is when there is none.
pub fn object_of(text: &str) -> Cow<'_, str> {
    find(text).unwrap_or(Cow::Borrowed(text))
}

/// The object of a reply, if there is one.
pub fn find(text: &str) -> Option<Cow<'_, str>> {
    let whole = text.trim().trim_start_matches('\u{FEFF}');
    if is_object(whole) {
        return Some(Cow::Borrowed(whole));
    }
    let after_thoughts = whole.rsplit_once("</think>").map_or(whole, |(_, rest)| rest);
    let (start, end) = (after_thoughts.find('{')?, after_thoughts.rfind('}')?);
    let candidate = after_thoughts.get(start..=end)?;
    if is_object(candidate) {
        return Some(Cow::Borrowed(candidate));
    }
    // The object ends before the last brace when words with braces follow it.
    let first = serde_json::Deserializer::from_str(candidate).into_iter::<IgnoredAny>().next();
    if let Some(Ok(_)) = first {
        let mut stream = serde_json::Deserializer::from_str(candidate).into_iter::<IgnoredAny>();
        stream.next();
        return candidate.get(..stream.byte_offset()).map(Cow::Borrowed);
    }
    let mended = mend(candidate);
    is_object(&mended).then_some(Cow::Owned(mended))
}

/// Where an object begins, whole or not: a brace and a first key.
pub fn begin(text: &str) -> Option<usize> {
    let begins = |at: usize| {
        let inside = text[at + 1..].trim_start();
        let Some(quote) = inside.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return false };
        let mut parts = inside[1..].splitn(2, quote);
        let key = parts.next().unwrap_or_default();
        let behind = parts.next().unwrap_or_default().trim_start();
        !key.is_empty() && key.len() <= 80 && !key.contains('\n') && behind.starts_with(':')
    };
    text.match_indices('{').map(|(at, _)| at).find(|at| begins(*at))
}

pub fn is_object(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// Line breaks and tabs inside strings are escaped, commas before a closing bracket and comments dropped, Python's words
/// for true, false and null replaced.
fn mend(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut in_string = false;
    while let Some(c) = rest.next() {
        if in_string {
            match c {
                '\\' => {
                    out.push(c);
                    out.extend(rest.next());
                }
                '"' => {
                    in_string = false;
                    out.push(c);
                }
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c => out.push(c),
            }
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '/' if rest.peek() == Some(&'/') => while rest.next_if(|c| *c != '\n').is_some() {},
            ']' | '}' => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(c);
            }
            c if c.is_ascii_alphabetic() => {
                let mut word = String::from(c);
                while let Some(more) = rest.next_if(char::is_ascii_alphabetic) {
                    word.push(more);
                }
                out.push_str(match word.as_str() {
                    "True" => "true",
                    "False" => "false",
                    "None" | "undefined" => "null",
                    other => other,
                });
            }
            c => out.push(c),
        }
    }
    out
}

/// A reply that was cut, and how the model went on: what it repeated at the seam counts once.
pub fn join(cut: &str, more: &str) -> String {
    // Some begin anew instead.
    if let Some(whole) = find(more)
        && whole.len() > cut.len() / 2
    {
        return whole.into_owned();
    }
    let more = more.strip_prefix("```json\n").or_else(|| more.strip_prefix("```\n")).unwrap_or(more);
    let longest = cut.len().min(more.len()).min(2_000);
    let repeated = (12..=longest)
        .rev()
        .find(|n| more.is_char_boundary(*n) && cut.is_char_boundary(cut.len() - n) && cut.ends_with(&more[..*n]));
    format!("{cut}{}", &more[repeated.unwrap_or(0)..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn the_object_is_found_in_whatever_the_model_wrapped_it() {
        for text in [
            "{\"a\":1}",
            " \u{FEFF}{\"a\":1}\n",
            "```json\n{\"a\":1}\n```",
            "<think>{x}</think>Here: {\"a\":1} Done.",
            "{\"a\":1} and {braces}",
        ] {
            assert_eq!(object_of(text), "{\"a\":1}", "{text}");
        }
        assert_eq!(object_of(" not {json} "), " not {json} ");
    }

    #[test]
    fn small_mistakes_are_mended_and_nothing_is_added() {
        let value = |text: &str| serde_json::from_str::<Value>(&object_of(text)).unwrap();
        assert_eq!(value("{\"a\": [1, 2,], \"b\": \"x,]\",}"), json!({"a": [1, 2], "b": "x,]"}));
        assert_eq!(value("{\"code\": \"one\n\ttwo\"}"), json!({"code": "one\n\ttwo"}));
        assert_eq!(value("{\"a\": True, // yes\n \"b\": None}"), json!({"a": true, "b": null}));
        assert_eq!(find("{\"a\": [1, 2"), None, "what was cut stays cut");
        assert_eq!(find("{\"a\": \"half"), None);
    }

    #[test]
    fn a_reply_that_was_cut_goes_on() {
        assert_eq!(join("{\"text\": \"a long way to", " go\"}"), "{\"text\": \"a long way to go\"}");
        assert_eq!(join("{\"text\": \"a long way to", "a long way to go\"}"), "{\"text\": \"a long way to go\"}");
        assert_eq!(join("{\"a\": [1, 2", "{\"a\": [1, 2, 3]}"), "{\"a\": [1, 2, 3]}");
    }

    proptest! {
        #[test]
        fn an_object_survives_any_wrapping(before in "[a-z \n`]{0,20}", after in "[a-z \n`.]{0,20}", key in "[a-z\"\\\\}{]{0,8}") {
            let object = json!({ key: [1, null] }).to_string();
            let wrapped = format!("{before}{object}{after}");
            prop_assert_eq!(object_of(&wrapped), object);
        }

        #[test]
        fn mending_leaves_right_json_as_it_is_in_meaning(text in "\\PC{0,40}", n in any::<i32>()) {
            let value = json!({"text": text, "list": [n, true, null]});
            let mended: Value = serde_json::from_str(&mend(&value.to_string())).unwrap();
            prop_assert_eq!(mended, value);
        }

        #[test]
        fn a_cut_anywhere_is_joined(text in "[a-z {}\":,]{1,80}", at in 0usize..80) {
            let whole = json!({"text": text}).to_string();
            let at = at.min(whole.len());
            // Shorter than what is taken for a repetition.
            prop_assume!(whole.len() - at < 12 || !whole[..at].ends_with(&whole[at..][..12]));
            let joined = join(&whole[..at], &whole[at..]);
            prop_assert!(joined == whole || find(&whole[at..]).is_some());
        }
    }
}

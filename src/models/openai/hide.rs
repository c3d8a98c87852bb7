//! A server that knows the key may repeat it: in an error, or in a reply, there also in the escapes of JSON. What is shown,
//! streamed or kept has a word in its place.

use std::borrow::Cow;

const IN_ITS_PLACE: &str = "[key]";
/// The beginning of a key at the end of a text that was cut is hidden as well, if it is at least so long.
const TELLING: usize = 8;
/// More backslashes than this are no escape of anything.
const MOST_SLASHES: usize = 8;

/// What the beginning of a text is, compared with the key.
enum Seen {
    Other,
    /// The key, this many bytes long.
    Key(usize),
    /// The text ends before it can be told; so many characters of the key are there.
    Begun(usize),
}

/// The text without the key, and without the beginning of one at its end.
pub fn hide<'a>(text: &'a str, key: Option<&str>) -> Cow<'a, str> {
    let Some(key) = key.filter(|key| !key.is_empty()) else { return Cow::Borrowed(text) };
    let (mut shown, held) = split(text, key.as_bytes());
    match held {
        Some((_, known)) if known >= TELLING => shown.push_str(IN_ITS_PLACE),
        Some((from, _)) => shown.push_str(&text[from..]),
        None if shown == text => return Cow::Borrowed(text),
        None => {}
    }
    Cow::Owned(shown)
}

/// Of a text that goes on: what can be shown without the key, and what may be the beginning of it.
pub fn hide_part<'a>(text: &'a str, key: Option<&str>) -> (String, &'a str) {
    let Some(key) = key.filter(|key| !key.is_empty()) else { return (text.to_owned(), "") };
    let (shown, held) = split(text, key.as_bytes());
    (shown, held.map_or("", |(from, _)| &text[from..]))
}

fn split(text: &str, key: &[u8]) -> (String, Option<(usize, usize)>) {
    let (mut shown, mut taken, mut at) = (String::new(), 0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() {
        // Nothing else begins a key, escaped or not.
        if bytes[at] != key[0] && bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match compare(&bytes[at..], key) {
            Seen::Other => at += 1,
            Seen::Key(length) => {
                shown.push_str(&text[taken..at]);
                shown.push_str(IN_ITS_PLACE);
                at += length;
                taken = at;
            }
            Seen::Begun(known) => {
                shown.push_str(&text[taken..at]);
                return (shown, Some((at, known)));
            }
        }
    }
    shown.push_str(&text[taken..]);
    (shown, None)
}

fn compare(text: &[u8], key: &[u8]) -> Seen {
    if text.starts_with(key) {
        return Seen::Key(key.len());
    }
    let mut at = 0;
    for (known, wanted) in key.iter().enumerate() {
        match character(&text[at..]) {
            None => return Seen::Begun(known),
            Some((found, length)) if found == *wanted => at += length,
            Some(_) => return Seen::Other,
        }
    }
    Seen::Key(at)
}

/// The character at the beginning, as JSON reads it, and how many bytes it takes; none where the text ends within it.
fn character(text: &[u8]) -> Option<(u8, usize)> {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').take(MOST_SLASHES + 1).count();
    if slashes == 0 || slashes > MOST_SLASHES {
        return Some((*text.first()?, 1));
    }
    match *text.get(slashes)? {
        b'u' => {
            let digits = text.get(slashes + 1..slashes + 5)?;
            let code = std::str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
            Some((code.unwrap_or_default(), slashes + 5))
        }
        escaped => Some((escaped, slashes + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "sk-te/st-0123456789";

    fn escaped(key: &str) -> String {
        key.chars().map(|c| format!("\\u{:04x}", c as u32)).collect()
    }

    #[test]
    fn a_key_is_hidden_however_it_is_written() {
        let slash = KEY.replace('/', "\\/");
        for written in [KEY.to_owned(), slash, escaped(KEY), escaped(KEY).to_uppercase().replace("\\U", "\\u")] {
            let text = format!("grüße\\n{written}\\u00e4 and {written}.");
            assert_eq!(hide(&text, Some(KEY)), "grüße\\n[key]\\u00e4 and [key].", "{written}");
        }
        for other in ["", "sk-te", "no key \\", "\\u12", "sk-test-0123456789"] {
            assert_eq!(hide(other, Some(KEY)), other);
        }
        assert_eq!(hide(&KEY[..18], Some(KEY)), "[key]", "nearly all of it");
        assert_eq!(hide("a key", None), "a key");
    }

    proptest! {
        #[test]
        fn no_border_between_pieces_lets_it_through(before in "[a-z\\\\ü]{0,9}", cuts in prop::collection::vec(1_usize..9, 1..9), plain in any::<bool>()) {
            let written = if plain { KEY.to_owned() } else { escaped(KEY) };
            let text: Vec<char> = format!("{before} {written} after").chars().collect();
            let (mut shown, mut held, mut at) = (String::new(), String::new(), 0);
            for cut in cuts.iter().cycle() {
                if at >= text.len() {
                    break;
                }
                let to = (at + cut).min(text.len());
                held.extend(&text[at..to]);
                at = to;
                let (part, rest) = hide_part(&held, Some(KEY));
                shown.push_str(&part);
                held = rest.to_owned();
            }
            shown.push_str(&hide(&held, Some(KEY)));
            prop_assert_eq!(shown, format!("{before} [key] after"));
        }
    }
}

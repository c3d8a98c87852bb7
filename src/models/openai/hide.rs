//! A server that knows the key may repeat it: in an error, or in a reply, there also in the escapes of JSON, of addresses
//! (`%2F`), a page (`&#45;`) or as base64. What is shown, streamed or kept has a word in its place.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use std::{borrow::Cow, fmt, sync::Arc};
use zeroize::Zeroizing;

const IN_ITS_PLACE: &str = "[key]";
/// The beginning of a key at the end of a text that was cut is hidden as well, if it is at least so long.
const TELLING: usize = 8;
/// More backslashes than this are no escape of anything.
const MOST_SLASHES: usize = 8;
/// Bytes of `&#x000002d;`, and more than anybody writes.
const LONGEST_REFERENCE: usize = 12;

/// What must not be shown, in each way of writing it that is no escape of its characters.
#[derive(Clone, Default)]
pub struct Secrets(Arc<[Zeroizing<Vec<u8>>]>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl Secrets {
    /// These and their base64; not those that are shorter than this, which are words as well.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>, shortest: usize) -> Self {
        let mut all = Vec::new();
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty() && secret.len() >= shortest) {
            all.push(Zeroizing::new(secret.as_bytes().to_vec()));
            if secret.len() >= TELLING {
                all.extend(base64(secret.as_bytes()));
            }
        }
        // The longest first: what a shorter one leaves of it would tell.
        all.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        all.dedup();
        Self(all.into())
    }

    fn may_begin(&self, byte: u8) -> bool {
        matches!(byte, b'\\' | b'%' | b'&') || self.0.iter().any(|secret| secret[0] == byte)
    }

    fn compare(&self, text: &[u8]) -> Seen {
        let mut seen = Seen::Other;
        for secret in self.0.iter() {
            match (compare(text, secret), &seen) {
                (key @ Seen::Key(_), _) => return key,
                (Seen::Begun(known), Seen::Begun(before)) if known <= *before => {}
                (begun @ Seen::Begun(_), _) => seen = begun,
                (Seen::Other, _) => {}
            }
        }
        seen
    }
}

/// The ways in which base64 may hold these bytes, in both alphabets: alone, and behind one or two bytes more (`name:key`),
/// there without the characters that others have a part in.
fn base64(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut all = Vec::new();
    for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        let encoded = |bytes: &[u8]| alphabet.encode(bytes).into_bytes();
        let whole = encoded(secret);
        let mut padded = whole.clone();
        padded.resize(whole.len().next_multiple_of(4), b'=');
        all.extend([padded, whole]);
        for before in 0..3_usize {
            let with = encoded(&[&vec![0; before][..], secret].concat());
            let (begin, end) = ((before * 8).div_ceil(6), (before + secret.len()) * 8 / 6);
            all.push(with[begin..end].to_vec());
        }
    }
    all.into_iter().map(Zeroizing::new).collect()
}

/// What the beginning of a text is, compared with a key.
enum Seen {
    Other,
    /// The key, this many bytes long.
    Key(usize),
    /// The text ends before it can be told; so many characters of the key are there.
    Begun(usize),
}

/// The text without the keys, and without the beginning of one at its end.
pub fn hide<'a>(text: &'a str, secrets: &Secrets) -> Cow<'a, str> {
    let (mut shown, held) = split(text, secrets);
    match held {
        Some((_, known)) if known >= TELLING => shown.push_str(IN_ITS_PLACE),
        Some((from, _)) => shown.push_str(&text[from..]),
        None if shown == text => return Cow::Borrowed(text),
        None => {}
    }
    Cow::Owned(shown)
}

/// Of a text that goes on: what can be shown without the keys, and what may be the beginning of one.
pub fn hide_part<'a>(text: &'a str, secrets: &Secrets) -> (String, &'a str) {
    let (shown, held) = split(text, secrets);
    (shown, held.map_or("", |(from, _)| &text[from..]))
}

fn split(text: &str, secrets: &Secrets) -> (String, Option<(usize, usize)>) {
    let (mut shown, mut taken, mut at) = (String::new(), 0, 0);
    let bytes = text.as_bytes();
    while at < bytes.len() && !secrets.0.is_empty() {
        // Nothing else begins a key, escaped or not.
        if !secrets.may_begin(bytes[at]) {
            at += 1;
            continue;
        }
        match secrets.compare(&bytes[at..]) {
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

/// The character at the beginning, as JSON, an address or a page has it, and how many bytes it takes; none where the text ends
/// within it.
fn character(text: &[u8]) -> Option<(u8, usize)> {
    if text.first() == Some(&b'%') {
        let digits = text.get(1..3)?;
        let code = std::str::from_utf8(digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok());
        return Some(code.map_or((b'%', 1), |code| (code, 3)));
    }
    if text.first() == Some(&b'&') {
        if *text.get(1)? != b'#' {
            return Some((b'&', 1));
        }
        let Some(end) = text.iter().take(LONGEST_REFERENCE).position(|byte| *byte == b';') else {
            return (text.len() >= LONGEST_REFERENCE).then_some((b'&', 1));
        };
        let number = std::str::from_utf8(&text[2..end]).ok().and_then(|digits| {
            let hexadecimal = digits.strip_prefix(['x', 'X']).map(|digits| u8::from_str_radix(digits, 16));
            hexadecimal.unwrap_or_else(|| digits.parse()).ok()
        });
        return Some(number.map_or((b'&', 1), |code| (code, end + 1)));
    }
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

    fn secrets() -> Secrets {
        Secrets::of([KEY], 8)
    }

    #[test]
    fn a_key_is_hidden_however_it_is_written() {
        let slash = KEY.replace('/', "\\/");
        let address = KEY.replace('/', "%2F");
        let percent: String = KEY.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let page = KEY.replace('-', "&#45;").replace('/', "&#x2F;");
        let capitals = escaped(KEY).to_uppercase().replace("\\U", "\\u");
        for written in [KEY.to_owned(), slash, address, percent, page, escaped(KEY), capitals] {
            let text = format!("grüße\\n{written}\\u00e4 and {written}.");
            assert_eq!(hide(&text, &secrets()), "grüße\\n[key]\\u00e4 and [key].", "{written}");
        }
        for other in [
            "",
            "sk-te",
            "no key \\",
            "\\u12",
            "sk-test-0123456789",
            "100 %",
            "%zz",
            "%2",
            "a & b",
            "&#",
            "&#45",
            "&#zz;",
        ] {
            assert_eq!(hide(other, &secrets()), other);
        }
        assert_eq!(hide(&KEY[..18], &secrets()), "[key]", "nearly all of it");
        assert_eq!(hide("a key", &Secrets::default()), "a key");
    }

    /// Bytes of one and two more before and after it, so that it lies in every place that base64 has for it.
    #[test]
    fn a_key_is_hidden_in_base64() {
        for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            for (before, after) in [("", ""), ("u", ""), ("me", "."), ("ann:", ".."), ("Bearer ", "")] {
                let text = alphabet.encode(format!("{before}{KEY}{after}"));
                let shown = hide(&text, &secrets()).into_owned();
                assert!(
                    shown.contains("[key]") && shown.len() <= 5 + 4 * (before.len() + after.len() + 2) / 3,
                    "{shown}"
                );
            }
        }
        let whole = STANDARD_NO_PAD.encode(b"sk-0123456") + "==";
        assert_eq!(hide(&format!("({whole})"), &Secrets::of(["sk-0123456"], 8)), "([key])", "with what fills it up");
    }

    #[test]
    fn words_are_left_and_every_one_of_several_keys_is_hidden() {
        assert_eq!(hide("ollama is ollama", &Secrets::of(["ollama"], 8)), "ollama is ollama");
        assert_eq!(hide("not ollama", &Secrets::of(["ollama"], 0)), "not [key]");
        let two = Secrets::of(["sk-01234567", "sk-01234567-longer"], 8);
        assert_eq!(hide("sk-01234567-longer sk-01234567 sk-0", &two), "[key] [key] sk-0");
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
                let (part, rest) = hide_part(&held, &secrets());
                shown.push_str(&part);
                held = rest.to_owned();
            }
            shown.push_str(&hide(&held, &secrets()));
            prop_assert_eq!(shown, format!("{before} [key] after"));
        }
    }
}

//! Where sentences end inside a block of running text.

/// After these a full stop never ends a sentence.
const NEVER: [&str; 22] = [
    "e.g", "i.e", "eg", "ie", "cf", "viz", "vs", "mr", "mrs", "ms", "dr", "prof", "st", "approx", "resp", "incl",
    "excl", "ca", "esp", "aka", "a.k.a", "w.r.t",
];
/// After these it does not when a number follows.
const BEFORE_NUMBER: [&str; 18] = [
    "max", "min", "no", "nr", "nos", "fig", "figs", "sec", "sect", "ch", "chap", "p", "pp", "art", "vol", "para",
    "ver", "eq",
];
/// After these only when what follows begins as a sentence does.
const MAYBE: [&str; 50] = [
    "etc", "inc", "ltd", "co", "corp", "dept", "tel", "ext", "max", "min", "avg", "temp", "p.m", "a.m", "am", "pm",
    "jr", "sr", "al", "km", "cm", "mm", "kg", "lb", "lbs", "oz", "ft", "hr", "hrs", "sec", "mins", "jan", "feb", "mar",
    "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
];
/// Words that begin sentences of requirements, for the cases where a capital alone does not tell.
const STARTERS: [&str; 44] = [
    "the", "a", "an", "it", "its", "this", "that", "these", "those", "they", "there", "if", "when", "while", "in",
    "on", "at", "for", "from", "to", "as", "and", "but", "or", "so", "each", "every", "all", "any", "only", "no",
    "not", "users", "user", "we", "i", "you", "he", "she", "then", "after", "before", "also", "please",
];

const CLOSERS: &str = "\"”'’)]}»*_`";
const OPENERS: &str = "\"“'‘([{«*_`";

/// Appends the offsets at which a new sentence begins; never 0, never the length.
pub(super) fn ends(text: &str, starts: &mut Vec<usize>) {
    let mut sentence = 0;
    let mut letters = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        letters |= c.is_alphabetic();
        let wide = matches!(c, '。' | '！' | '？');
        if !wide && !matches!(c, '.' | '!' | '?' | '…') {
            continue;
        }
        // The whole run: "?!", "...", and what closes after it.
        let mut end = at + c.len_utf8();
        let mut run = 1;
        while let Some((i, next)) = chars.peek().copied() {
            if matches!(next, '.' | '!' | '?' | '…') {
                run += 1;
            } else {
                break;
            }
            end = i + next.len_utf8();
            chars.next();
        }
        let mark_end = end;
        while let Some((i, next)) = chars.peek().copied() {
            if !CLOSERS.contains(next) {
                break;
            }
            end = i + next.len_utf8();
            chars.next();
        }
        let rest = &text[end..];
        let after = rest.trim_start();
        if after.is_empty() {
            break;
        }
        let spaced = after.len() < rest.len();
        if !letters || (sentence == 0 && is_marker(&text[..at])) {
            continue;
        }
        let decided = if wide {
            true
        } else if !spaced {
            c == '.' && run == 1 && end == mark_end && missing_space(&text[sentence..at], rest)
        } else if c == '.' && run == 1 {
            full_stop(&text[sentence..at], after, end > mark_end)
        } else if c == '…' || run > 2 || end > mark_end {
            // "Saved!" is shown; and so on ... in the list
            !begins_lower(after)
        } else {
            true
        };
        if decided {
            let next = end + (rest.len() - after.len());
            starts.push(next);
            sentence = next;
            letters = false;
            // White space up to the next sentence needs no look.
            while chars.peek().is_some_and(|(i, _)| *i < next) {
                chars.next();
            }
        }
    }
}

/// The number of an item, before its stop: `a`, `iv`, `• b`.
fn is_marker(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| !c.is_whitespace() && c.is_alphanumeric());
    let first = letters.next();
    let rest: Vec<char> = letters.take(4).collect();
    let roman = |c: char| matches!(c, 'i' | 'v' | 'x');
    match first {
        Some(c) if rest.is_empty() => c.is_ascii_lowercase(),
        Some(c) => roman(c) && rest.len() <= 3 && rest.iter().copied().all(roman),
        None => true,
    }
}

fn first_word(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| OPENERS.contains(c));
    text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

fn begins_lower(text: &str) -> bool {
    text.trim_start_matches(|c: char| OPENERS.contains(c)).starts_with(char::is_lowercase)
}

fn is_starter(word: &str) -> bool {
    STARTERS.iter().any(|s| word.eq_ignore_ascii_case(s))
}

fn is_one_of(list: &[&str], word: &str) -> bool {
    list.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// `before` is the sentence so far without its stop, `after` what follows the space. `closed`: a quote or bracket closes
/// behind the stop.
fn full_stop(before: &str, after: &str, closed: bool) -> bool {
    let word_start = before.rfind(|c: char| c.is_whitespace() || "([{\"“'‘/,;".contains(c));
    let word = &before[word_start.map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8))..];
    let next = first_word(after);
    let lower = begins_lower(after);
    if is_one_of(&NEVER, word) {
        // "Dr." at the very end of a closing bracket: "(or e.g.) The".
        return closed && !lower;
    }
    if is_one_of(&BEFORE_NUMBER, word) && after.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    if is_one_of(&MAYBE, word) {
        return !lower && next.starts_with(char::is_uppercase);
    }
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        // An initial: "J. Smith"; but "Plan B. The".
        (Some(c), None) if c.is_uppercase() => return is_starter(next) || !next.starts_with(char::is_uppercase),
        _ => {}
    }
    // "U.S. Army", "the U.S. The".
    if word.contains('.') && word.split('.').all(|part| part.chars().count() == 1) {
        return is_starter(next) && !lower;
    }
    // "(see above.) and": the sentence around the bracket goes on.
    !(closed && lower)
}

/// "created.The user": a full stop without its space, but not "System.Out" or "readme.Md".
fn missing_space(before: &str, rest: &str) -> bool {
    let lower_before = before.chars().rev().take(2).filter(|c| c.is_lowercase()).count() == 2;
    let word = first_word(rest);
    let separate = rest.strip_prefix(word).is_some_and(|r| r.starts_with(char::is_whitespace));
    lower_before && rest.starts_with(char::is_uppercase) && separate && is_starter(word)
}

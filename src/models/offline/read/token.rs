//! Words of a clause: the text without its list marker, cut into tokens that remember where they came from.

/// What a token is before anything is known about grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Word,
    Number,
    Punct,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub text: String,
    /// Lower case, typographic apostrophes made plain, `e-mail` written `email`.
    pub lower: String,
    pub kind: Kind,
    /// The value of a number, with `10,000` and `ten` understood.
    pub value: Option<f64>,
    /// Whether a blank (or the start) comes before it.
    pub spaced: bool,
}

impl Token {
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.lower == word
    }
    #[must_use]
    pub fn capitalised(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }
}

/// The text of a clause without heading marks, list markers and numbering in front, on one line.
#[must_use]
pub fn plain(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let flat = flat.replace("**", "").replace("__", "").replace('`', "");
    let mut rest = flat.trim_start_matches(['\u{feff}', '\u{200b}']).trim();
    rest = rest.trim_start_matches('#').trim_start();
    loop {
        let before = rest;
        for bullet in ["- ", "* ", "+ ", "• ", "– ", "o ", "· ", "▪ ", "[ ] ", "[x] ", "\u{f0b7} "] {
            if let Some(tail) = rest.strip_prefix(bullet) {
                rest = tail.trim_start();
            }
        }
        rest = strip_number(rest);
        if rest == before {
            return row(rest).unwrap_or_else(|| rest.to_owned());
        }
    }
}

/// `| R7 | Should | Members see their plots |` → its sentence; of what somebody will not have, that it is not wanted.
fn row(text: &str) -> Option<String> {
    const RANKS: &str = "must should could would won't wont high medium low mandatory optional essential desirable";
    let inside = text.strip_prefix('|')?.strip_suffix('|')?;
    let cells: Vec<String> = inside.split('|').map(|c| c.trim().to_lowercase()).collect();
    let rank = |c: &str| {
        let first = c.split([' ', '-']).next().unwrap_or_default().replace('’', "'");
        c.split(' ').count() <= 2 && RANKS.split(' ').any(|r| r == first)
    };
    let code = |c: &str| !c.contains(' ') && (c.is_empty() || c.bytes().any(|b| b.is_ascii_digit()));
    let mut said = inside.split('|').map(str::trim).zip(&cells).filter(|(_, c)| !rank(c) && !code(c));
    let (sentence, _) = said.next().filter(|(_, c)| c.split(' ').count() > 1)?;
    let refused = cells.iter().any(|c| rank(c) && c.starts_with("won"));
    let wanted = if refused { format!("Not wanted: {sentence}") } else { sentence.to_owned() };
    said.next().is_none().then_some(wanted)
}

/// Whether a number, a letter or a roman numeral stands before the text.
#[must_use]
pub fn is_numbered(text: &str) -> bool {
    let line = text.trim();
    strip_number(line) != line
}

/// `1.`, `2.3.1`, `a)`, `(iv)`, `FR-12:`, `REQ 3:`, `R1.` in front of a text that goes on after it.
fn strip_number(text: &str) -> &str {
    let Some((first, tail)) = text.split_once(' ') else { return text };
    let tail = tail.trim_start();
    if tail.is_empty() {
        return text;
    }
    let core = first.trim_start_matches('(').trim_end_matches([')', '.', ':', '-']);
    let closed = core.len() < first.len();
    let dotted = core.contains('.') && core.split('.').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit()));
    let digits = !core.is_empty() && core.len() <= 3 && core.bytes().all(|b| b.is_ascii_digit());
    let letter = core.len() == 1 && core.bytes().all(|b| b.is_ascii_alphabetic());
    let of = |digits: &[u8]| core.bytes().all(|b| digits.contains(&b));
    let roman = !core.is_empty() && core.len() <= 5 && (of(b"ivx") || of(b"IVX"));
    let tagged = core.bytes().any(|b| b.is_ascii_digit())
        && core.bytes().next().is_some_and(|b| b.is_ascii_uppercase())
        && core.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-_.".contains(&b));
    if dotted || (closed && (digits || letter || roman || tagged)) { tail } else { text }
}

const SMALL: [(&str, f64); 21] = [
    ("zero", 0.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("hundred", 100.0),
    ("thousand", 1000.0),
];

fn value(word: &str) -> Option<f64> {
    if let Some((_, v)) = SMALL.iter().find(|(w, _)| *w == word) {
        return Some(*v);
    }
    if !word.bytes().next().is_some_and(|b| b.is_ascii_digit()) {
        return None;
    }
    let grouped = word.contains(',') && word.split(',').skip(1).all(|p| p.len() == 3);
    let plain = if grouped { word.replace(',', "") } else { word.replace(',', ".") };
    plain.parse().ok()
}

/// Nobody writes such a sentence, and what holds its words against each other takes the square of them.
const MOST_WORDS: usize = 300;

#[must_use]
pub fn is_too_long(text: &str) -> bool {
    text.split_whitespace().nth(MOST_WORDS).is_some()
}

/// The [`tokens`] of a sentence, and of one that is too long the first of them.
#[must_use]
pub fn readable(text: &str) -> Vec<Token> {
    if is_too_long(text) {
        let first: Vec<&str> = text.split_whitespace().take(MOST_WORDS).collect();
        return tokens(&first.join(" "));
    }
    tokens(text)
}

/// Cuts `text` into words, numbers and punctuation. `user's` becomes `user` + `'s`; `€500` and `3%` become two tokens.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().map(|c| if matches!(c, '’' | '‘' | '`') { '\'' } else { c }).collect();
    let mut out: Vec<Token> = Vec::new();
    let mut i = 0;
    let mut spaced = true;
    while i < chars.len() {
        let c = chars[i];
        if c.is_whitespace() {
            spaced = true;
            i += 1;
            continue;
        }
        let start = i;
        if c.is_ascii_digit() {
            while i < chars.len()
                && (chars[i].is_ascii_digit()
                    || (matches!(chars[i], '.' | ',') && chars.get(i + 1).is_some_and(char::is_ascii_digit)))
            {
                i += 1;
            }
            // `1st`, `5k`, `2FA` stay words; `300ms` and `10km` are a number and its unit.
            let unit: String = chars[i..].iter().take_while(|c| c.is_alphanumeric()).collect();
            let is_unit = ["ms", "s", "km", "m", "kg", "g", "cm", "mm", "min", "h", "mb", "gb", "kb", "px"]
                .contains(&unit.to_lowercase().as_str());
            if !unit.is_empty() && !is_unit {
                i += unit.chars().count();
            }
        } else if c.is_alphanumeric() {
            i += 1;
            while i < chars.len() {
                let joined = matches!(chars[i], '-' | '\'' | '_' | '\u{2010}' | '\u{2011}')
                    && chars.get(i + 1).is_some_and(|n| n.is_alphanumeric());
                let dotted = chars[i] == '.' && i - start == 1 && chars.get(i + 1).is_some_and(|n| n.is_alphabetic());
                if chars[i].is_alphanumeric() || joined || dotted {
                    i += 1;
                } else {
                    break;
                }
            }
        } else {
            i += 1;
        }
        // `A+`, `0-`, `C++`
        let short = i - start <= 2 && chars[start..i].iter().all(|c| c.is_alphanumeric());
        let signs = chars[i..].iter().take_while(|c| matches!(c, '+' | '-')).count();
        if short
            && (1..=2).contains(&signs)
            && chars.get(i + signs).is_none_or(|c| matches!(c, ',' | ')' | '.' | ';') || c.is_whitespace())
        {
            i += signs;
        }
        let raw: String = chars[start..i].iter().collect();
        // `e.g.` and `i.e.` keep their last dot
        if matches!(raw.to_lowercase().as_str(), "e.g" | "i.e") && chars.get(i) == Some(&'.') {
            i += 1;
        }
        // `(max. 100 characters)`; `30 min.` is a time
        let short_for = match raw.to_lowercase().as_str() {
            "max" => Some("maximum"),
            "min" if !out.last().is_some_and(|t| t.kind == Kind::Number) => Some("minimum"),
            _ => None,
        };
        let measures = chars[i..].iter().find(|c| !c.is_whitespace() && **c != '.').is_some_and(char::is_ascii_digit);
        if let Some(long) = short_for.filter(|_| measures) {
            i += usize::from(chars.get(i) == Some(&'.'));
            push(&mut out, long, spaced);
        } else {
            push(&mut out, &raw, spaced);
        }
        spaced = false;
    }
    joined(out)
}

/// Several words that say what one word says: the grammar knows the one.
const TOGETHER: [(&[&str], &str); 23] = [
    (&["user", "name"], "username"),
    (&["by", "entering"], "with"),
    (&["by", "giving"], "with"),
    (&["by", "providing"], "with"),
    (&["by", "specifying"], "with"),
    (&["no", "one", "else"], "nobody"),
    (&["nobody", "else"], "nobody"),
    (&["one", "or", "more"], "several"),
    (&["one", "or", "several"], "several"),
    (&["zero", "or", "more"], "several"),
    (&["any", "number", "of"], "several"),
    (&["exactly", "one"], "one"),
    (&["no", "longer"], "not"),
    (&["any", "more"], "anymore"),
    (&["any", "longer"], "anymore"),
    (&["as", "well", "as"], "and"),
    (&["as", "soon", "as"], "when"),
    (&["as", "long", "as"], "while"),
    (&["no", "one"], "nobody"),
    (&["at", "any", "time"], "anytime"),
    (&["at", "once"], "immediately"),
    (&["in", "addition", "to"], "besides"),
    (&["nothing", "but"], "only"),
];

fn joined(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut i = 0;
    while i < tokens.len() {
        let hit = TOGETHER.iter().find(|(words, _)| {
            words.iter().enumerate().all(|(k, w)| tokens.get(i + k).is_some_and(|t| t.is(w)))
                // `no longer than 20 characters` is a measure
                && !tokens.get(i + words.len()).is_some_and(|t| t.is("than"))
        });
        match hit {
            Some((words, one)) => {
                let text = tokens[i..i + words.len()].iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
                let value = (*one == "one").then_some(1.0);
                out.push(Token { text, lower: (*one).into(), kind: Kind::Word, value, spaced: tokens[i].spaced });
                i += words.len();
            }
            None => {
                out.push(tokens[i].clone());
                i += 1;
            }
        }
    }
    out
}

/// `they've`, `couldn't`, `who's`: two words written as one.
fn contraction<'t>(raw: &'t str, lower: &str) -> Option<(&'t str, &'static str)> {
    const ENDINGS: [(&str, &str); 6] =
        [("'ve", "have"), ("'re", "are"), ("'ll", "will"), ("'d", "would"), ("'m", "am"), ("n't", "not")];
    if matches!(lower, "can't" | "won't" | "let's") {
        return (lower == "won't").then_some(("will", "not"));
    }
    if let Some(stem) = raw.strip_suffix("'s") {
        return matches!(
            stem.to_lowercase().as_str(),
            "it" | "that" | "there" | "what" | "here" | "who" | "where" | "he" | "she"
        )
        .then_some((stem, "is"));
    }
    ENDINGS
        .iter()
        .find_map(|(ending, word)| raw.strip_suffix(ending).filter(|stem| !stem.is_empty()).map(|stem| (stem, *word)))
}

fn push(out: &mut Vec<Token>, raw: &str, spaced: bool) {
    let lower = raw.to_lowercase();
    for ending in ["'s", "'S"] {
        if let Some(stem) = raw.strip_suffix(ending)
            && !["it", "that", "there", "let", "what", "here", "who", "where", "he", "she"]
                .contains(&stem.to_lowercase().as_str())
        {
            push(out, stem, spaced);
            out.push(Token { text: "'s".into(), lower: "'s".into(), kind: Kind::Punct, value: None, spaced: false });
            return;
        }
    }
    if let Some((subject, verb)) = contraction(raw, &lower) {
        push(out, subject, spaced);
        push(out, verb, true);
        return;
    }
    let lower = match lower.as_str() {
        "e-mail" | "mail" => "email".into(),
        "e-mails" | "mails" => "emails".into(),
        "can't" | "cannot" => "cannot".into(),
        "web-site" => "website".into(),
        "log-in" => "login".into(),
        "sign-up" => "signup".into(),
        "sign-in" => "signin".into(),
        "e.g" => "e.g.".into(),
        "i.e" => "i.e.".into(),
        "colour" => "color".into(),
        "favourite" => "favorite".into(),
        "favourites" => "favorites".into(),
        "eur" => "euros".into(),
        _ => lower.replace(['\u{2010}', '\u{2011}'], "-"),
    };
    let first = raw.chars().next().unwrap_or(' ');
    let value = value(&lower);
    let kind = if first.is_ascii_digit() && value.is_some() {
        Kind::Number
    } else if first.is_alphanumeric() {
        Kind::Word
    } else {
        Kind::Punct
    };
    out.push(Token { text: raw.to_owned(), lower, kind, value, spaced });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lower(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| t.lower).collect()
    }

    #[test]
    fn list_markers_and_heading_marks_go() {
        assert_eq!(plain("# Maintenance  requests\n"), "Maintenance requests");
        assert_eq!(plain("  10. It shall answer\n within 300 ms."), "It shall answer within 300 ms.");
        assert_eq!(plain("- (a) Users log in"), "Users log in");
        assert_eq!(plain("FR-12: Users log in"), "Users log in");
        assert_eq!(plain("2.3.1 Users log in"), "Users log in");
        assert_eq!(plain("A user can log in."), "A user can log in.");
        assert_eq!(plain("| K3 | Must | Potters book a kiln |"), "Potters book a kiln");
        assert_eq!(plain("| K4 | Won’t have | Sale of clay |"), "Not wanted: Sale of clay");
        assert_eq!(plain("| Kiln | Potter |"), "| Kiln | Potter |");
        for marker in ["iv.", "(iv)", "B)", "a.", "IX.", "(c)", "viii)"] {
            assert_eq!(plain(&format!("{marker} Kiln Booking")), "Kiln Booking", "{marker}");
        }
        assert!(is_numbered("iv. Kiln Booking") && is_numbered(" 2.1 Kilns") && !is_numbered("- Kilns"));
    }

    #[test]
    fn tokens_split_possessives_numbers_and_signs() {
        assert_eq!(
            lower("a user’s e-mail (€500, 3%)"),
            ["a", "user", "'s", "email", "(", "€", "500", ",", "3", "%", ")"]
        );
        assert_eq!(lower("within 300ms"), ["within", "300", "ms"]);
        assert_eq!(lower("e.g., recommended"), ["e.g.", ",", "recommended"]);
        assert_eq!(
            lower("who's in, they've left, it'd"),
            ["who", "is", "in", ",", "they", "have", "left", ",", "it", "would"]
        );
        assert_eq!(
            lower("he couldn't and won't; she can't"),
            ["he", "could", "not", "and", "will", "not", ";", "she", "cannot"]
        );
        assert_eq!(tokens("10,000 defects")[0].value, Some(10_000.0));
        assert_eq!(tokens("four weeks")[0].value, Some(4.0));
    }
}

//! English text as words, cut so that two wordings of one demand can be compared: stems, sentences, what stands under a
//! negation. Closed lists of function words only; nothing of any subject is known here.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::LazyLock,
};

/// A list that every word of every text is looked up in.
pub type List = LazyLock<HashSet<&'static str>>;

pub fn set(list: &'static str) -> HashSet<&'static str> {
    list.split_ascii_whitespace().collect()
}

/// Words that carry no meaning of their own.
static EMPTY: List = LazyLock::new(|| {
    set("a an the and or but if then than so as at by for from in into of off on onto out over to up with within \
about after again also any are be been being before both can could did do does doing done down during each either every few \
had has have having he her hers him his how i it its itself just may me might mine more most much must my our ours own per \
shall she should since some such that their theirs them themselves there these they this those through under until upon us \
very was we were what when where which while who whom whose will would yes you your yours not no nor never only all via etc \
able want wants wish need needs like let lets get gets got make makes made use uses used using well one ones other others \
another same way thing things ever anyone everyone someone somebody anybody everybody nobody none without cannot is am")
});

/// Words that turn what follows them round.
const NEGATORS: &str = "not never no cannot none nobody nor neither without non";

/// Words by which a text may say what shall not be without a negator: a limit, a refusal, an absence.
static LIMITING: List = LazyLock::new(|| {
    set("only except unless exclusively solely own other others else rather instead until before refuse refused \
refuses refusal reject rejected rejects rejection deny denied denies prevent prevented prevents prevention forbid forbidden \
forbids prohibit prohibited prohibits block blocked blocks hide hidden hides exclude excluded excludes exclusion excluding avoid \
avoids avoided absent absence missing lack lacks lacking fail fails failed failure error errors invalid unable impossible \
restrict restricted restricts restricting limited limits limit private illegal inaccessible disallow disallowed disallows disabled disappear disappears omit \
omitted omits empty nothing zero free cancel stop stops ban banned off away remain remains unchanged keep keeps kept optional \
themselves himself herself itself alone nowhere hardly barely but separate independent remove removed conflict 401 403 404 405 409 422 400")
});

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub lower: String,
    /// Without the ending of a plural.
    pub stem: String,
    pub sentence: usize,
    /// Commas, brackets and dashes cut a sentence into segments.
    pub segment: usize,
    /// Stands in the reach of a negator.
    pub negated: bool,
    /// Says what something is for (`so that …`), which demands nothing.
    pub purpose: bool,
}

impl Word {
    #[must_use]
    pub fn is_content(&self) -> bool {
        !self.purpose
            && self.lower.chars().count() >= 3
            && self.lower.starts_with(char::is_alphabetic)
            && !EMPTY.contains(self.lower.as_str())
    }
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.lower.starts_with(|c: char| c.is_ascii_digit())
    }
    /// The beginning of the word, so that endings do not matter.
    #[must_use]
    pub fn root(&self) -> String {
        root(&self.lower)
    }
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.lower == word
    }
}

/// A text as its words.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pub words: Vec<Word>,
}

impl Text {
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut words = split(&without_marks(text));
        negate(&mut words);
        let mut purpose = None;
        for at in 0..words.len() {
            let opens = words[at].is("so") && words.get(at + 1).is_some_and(|w| w.is("that") || w.is("i"))
                || words[at].is("because");
            if opens {
                purpose = Some(words[at].sentence);
            }
            words[at].purpose = purpose == Some(words[at].sentence);
        }
        Self { words }
    }

    pub fn content(&self) -> impl Iterator<Item = &Word> {
        self.words.iter().filter(|w| w.is_content())
    }

    /// The roots of the words that mean something.
    #[must_use]
    pub fn roots(&self) -> BTreeSet<String> {
        self.content().map(Word::root).collect()
    }

    #[must_use]
    pub fn negates(&self) -> bool {
        (0..self.words.len()).any(|at| !self.words[at].purpose && negator(&self.words, at))
    }

    /// Whether it says in any way that something is limited, refused or absent.
    #[must_use]
    pub fn limits(&self) -> bool {
        self.negates() || self.words.iter().any(|w| !w.purpose && is_limiting(w))
    }

    /// Whether it turns something round, so that what it says may be said the other way about: by a negator, an `only`, a
    /// refusal.
    #[must_use]
    pub fn turns(&self) -> bool {
        self.negates() || self.words.iter().any(|w| !w.purpose && is_turning(w))
    }

    /// The same of one sentence.
    #[must_use]
    pub fn sentence_turns(&self, sentence: usize) -> bool {
        let inside = |at: usize| self.words[at].sentence == sentence;
        (0..self.words.len()).any(|at| inside(at) && (negator(&self.words, at) || is_turning(&self.words[at])))
    }
}

/// Limiting words that leave a sentence as it stands.
const SOFT: &str = "before until own other others else instead rather free keep keeps kept optional themselves himself herself \
itself alone separate independent away off remain remains unchanged limit limits limited stop empty zero nothing cancel remove removed";

#[must_use]
pub fn is_turning(word: &Word) -> bool {
    is_limiting(word) && !listed(SOFT, &word.lower)
}

#[must_use]
pub fn is_limiting(word: &Word) -> bool {
    // `unavailable`, `non-members`, and not `under`, `unit`, `unique`
    let un = word.lower.starts_with("un") && !["und", "uni", "unt", "unl"].iter().any(|p| word.lower.starts_with(p));
    let denying = (un || word.lower.starts_with("non")) && word.lower.len() > 6;
    denying || LIMITING.contains(word.lower.as_str())
}

#[must_use]
pub fn listed(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|w| w == word)
}

/// Whether the word there turns round what follows: not in `not only`, `no more than`, `or not`, `No. 5`.
#[must_use]
pub fn negator(words: &[Word], at: usize) -> bool {
    let word = &words[at];
    let next = words.get(at + 1);
    if word.lower.ends_with("n't") {
        return true;
    }
    if !listed(NEGATORS, &word.lower) {
        return false;
    }
    let compares = |w: &Word| listed(COMPARES, &w.lower) || listed("only least", &w.lower);
    let before = |word: &str| at > 0 && words[at - 1].is(word);
    match word.lower.as_str() {
        "not" | "no" => !next.is_some_and(|n| compares(n) || n.is_number()) && !before("or") && !before("if"),
        _ => true,
    }
}

/// The `without` that undoes a negation before it: `nobody signs without a key`, which demands a key.
#[must_use]
pub fn undone_by(words: &[Word], at: usize) -> Option<usize> {
    if words[at].is("without") || !negator(words, at) {
        return None;
    }
    let rest = words[at + 1..].iter().take_while(|w| w.sentence == words[at].sentence);
    let next = rest.enumerate().find(|(n, w)| w.is("without") || negator(words, at + 1 + n))?;
    // `Nobody pays, and without a key nobody enters`
    let (without, own) = (at + 1 + next.0, words[at].segment);
    (next.1.is("without") && next.1.segment == own && !words[at..without].iter().any(|w| listed("and but", &w.lower)))
        .then_some(without)
}

pub const COMPARES: &str = "more less later earlier longer fewer greater larger shorter";

/// The `more` of `no more than`: it bounds what follows, and turns nothing round.
#[must_use]
pub fn bounds(words: &[Word], at: usize) -> bool {
    at > 0 && listed("no not", &words[at - 1].lower) && listed(COMPARES, &words[at].lower)
}

/// How many words of meaning a negator reaches.
const REACH: usize = 4;

fn negate(words: &mut [Word]) {
    for at in 0..words.len() {
        let nothing = words[at].is("nothing");
        if !nothing && !negator(words, at) {
            continue;
        }
        let (sentence, segment) = (words[at].sentence, words[at].segment);
        // `It changes nothing`
        if nothing && at > 0 && words[at - 1].segment == segment && words[at - 1].is_content() {
            words[at - 1].negated = true;
        }
        let mut reached = 0;
        for word in &mut words[at + 1..] {
            // `Nothing that was once written in the book is ever changed`
            if word.is("ever") {
                reached = reached.min(REACH - 1);
            }
            if (word.sentence, word.segment) != (sentence, segment) || word.is("but") {
                break;
            }
            if reached == REACH {
                continue;
            }
            if word.is_content() {
                word.negated = true;
                reached += 1;
            }
        }
    }
}

/// Without the marks that stand for characters nobody sees: `<U+0083>`.
fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<U+") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find('>').filter(|end| *end < 10).map_or(&rest[at + 3..], |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    out
}

fn split(text: &str) -> Vec<Word> {
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<Word> = Vec::new();
    let (mut sentence, mut segment) = (0, 0);
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        if c.is_alphanumeric() {
            let from = at;
            while at < chars.len() && within(&chars, at) {
                at += 1;
            }
            let lower: String = chars[from..at].iter().collect::<String>().to_lowercase().replace('’', "'");
            let stem = stem(&lower);
            words.push(Word { lower, stem, sentence, segment, negated: false, purpose: false });
            continue;
        }
        match c {
            // `e.g. 5`: no end of a sentence
            '.' if words.last().is_some_and(|w| w.lower.len() == 1) && at > 0 && chars[at - 1].is_alphabetic() => {}
            '.' | '!' | '?' | ';' => (sentence, segment) = (sentence + 1, segment + 1),
            '\n' if blank_or_item(&chars, at + 1) => (sentence, segment) = (sentence + 1, segment + 1),
            ',' | ':' | '(' | ')' | '–' | '—' => segment += 1,
            '%' | '€' | '$' | '£' => {
                let lower = c.to_string();
                words.push(Word { stem: lower.clone(), lower, sentence, segment, negated: false, purpose: false });
            }
            _ => {}
        }
        at += 1;
    }
    words
}

/// Whether the character belongs to the word that has begun.
fn within(chars: &[char], at: usize) -> bool {
    let (before, after) = (chars[at.saturating_sub(1)], chars.get(at + 1));
    match chars[at] {
        c if c.is_alphanumeric() => true,
        '\'' | '’' => after.is_some_and(|c| c.is_alphabetic()),
        '.' | ',' | ':' => before.is_ascii_digit() && after.is_some_and(char::is_ascii_digit),
        // Parts of an id: `C-004`, of a day: `2024-05-01`
        '-' => after.is_some_and(char::is_ascii_digit) && before.is_ascii_alphanumeric(),
        _ => false,
    }
}

/// A line break ends a sentence where the next line is empty or an item of a list.
fn blank_or_item(chars: &[char], from: usize) -> bool {
    let next = chars[from.min(chars.len())..].iter().find(|c| **c == '\n' || !c.is_whitespace());
    next.is_none_or(|c| matches!(c, '\n' | '-' | '*' | '•' | '#'))
}

/// A word without the ending of a plural or a genitive.
#[must_use]
pub fn stem(word: &str) -> String {
    let word = word.strip_suffix("'s").or_else(|| word.strip_suffix('\'')).unwrap_or(word);
    if let Some(root) = word.strip_suffix("ies").filter(|r| r.len() > 2) {
        return format!("{root}y");
    }
    for ending in ["sses", "xes", "ches", "shes"] {
        if word.ends_with(ending) {
            return word[..word.len() - 2].to_owned();
        }
    }
    match word.strip_suffix('s') {
        Some(root) if root.len() > 2 && !root.ends_with(['s', 'u', 'i']) => root.to_owned(),
        _ => word.to_owned(),
    }
}

/// Forms of verbs that have no ending to take away.
static IRREGULAR: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let verbs = [
        ("began begun", "begin"),
        ("bought", "buy"),
        ("brought", "bring"),
        ("built", "build"),
        ("came", "come"),
        ("chose chosen", "choose"),
        ("found", "find"),
        ("gave given", "give"),
        ("held", "hold"),
        ("kept", "keep"),
        ("left", "leave"),
        ("lent", "lend"),
        ("lost", "lose"),
        ("paid", "pay"),
        ("saw seen", "see"),
        ("sent", "send"),
        ("shown", "show"),
        ("sold", "sell"),
        ("taken took", "take"),
        ("told", "tell"),
        ("withdrew withdrawn", "withdraw"),
        ("written wrote", "write"),
    ];
    let forms = verbs.into_iter().flat_map(|(forms, verb)| forms.split(' ').map(move |form| (form, verb)));
    forms.collect()
});

/// The beginning of a word without the endings of verbs: at most five letters.
#[must_use]
pub fn root(word: &str) -> String {
    let regular = IRREGULAR.get(word).copied().unwrap_or(word);
    let stem = stem(regular);
    let bare = ["ing", "ed"].iter().find_map(|e| stem.strip_suffix(e)).filter(|r| r.len() > 2).unwrap_or(&stem);
    let mut letters: Vec<char> = bare.chars().collect();
    if let [.., a, b] = letters.as_slice()
        && a == b
        && bare.len() < stem.len()
        && !matches!(a, 'l' | 's' | 'd')
    {
        letters.pop();
    }
    if letters.len() > 3 && letters.last() == Some(&'e') {
        letters.pop();
    }
    letters.into_iter().take(5).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_with_their_numbers_ids_and_short_forms() {
        let lower = |text: &str| Text::new(text).words.into_iter().map(|w| w.lower).collect::<Vec<_>>();
        assert_eq!(lower("It mustn’t take 1,000.5 s (C-004)."), ["it", "mustn't", "take", "1,000.5", "s", "c-004"]);
        assert_eq!(lower("read-only, 20% off"), ["read", "only", "20", "%", "off"]);
        assert!(lower("").is_empty() && lower("—…").is_empty());
    }

    #[test]
    fn a_negation_reaches_to_the_end_of_its_segment() {
        let negated = |text: &str| {
            let words = Text::new(text).words;
            words.into_iter().filter(|w| w.negated).map(|w| w.lower).collect::<Vec<_>>()
        };
        assert_eq!(negated("Guests must not delete entries, members delete them."), ["delete", "entries"]);
        assert_eq!(negated("No payment."), ["payment"]);
        assert!(negated("Not only members, no more than 5 guests, no later than noon.").is_empty());
        assert!(negated("Reset No. 5 whether it ran or not.").is_empty());
        assert_eq!(negated("Nothing is ever changed, and it deletes nothing."), ["changed", "deletes"]);
        let far = "No entry that a keeper wrote in the book of a year is ever changed by others.";
        assert_eq!(negated(far), ["entry", "keeper", "wrote", "book", "changed"]);
    }

    #[test]
    fn endings_do_not_matter() {
        for (a, b) in [
            ("logged", "logs"),
            ("entries", "entry"),
            ("boxes", "box"),
            ("storing", "stored"),
            ("add", "added"),
            ("kept", "keeps"),
        ] {
            assert_eq!(root(a), root(b), "{a} {b}");
        }
        assert_ne!(stem("trainer"), stem("trainee"));
    }
}

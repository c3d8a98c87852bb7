//! Numbers of a text, each with what it counts and which way it bounds.

use super::compare::Wording;
use super::words::{Text, Word, is_turning, listed, negator};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    AtLeast,
    AtMost,
    Exactly,
}

impl Bound {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AtLeast => "at least",
            Self::AtMost => "at most",
            Self::Exactly => "exactly",
        }
    }
    fn other(self) -> Self {
        match self {
            Self::AtLeast => Self::AtMost,
            Self::AtMost => Self::AtLeast,
            Self::Exactly => Self::Exactly,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// In seconds, bytes or as it stands.
    pub value: f64,
    /// The number as it stands, whatever its unit.
    pub written: f64,
    /// `time`, `size`, `percent`, `money`, or the word it counts.
    pub of: Option<String>,
    /// The unit is one of the known ones.
    pub measured: bool,
    pub bound: Option<Bound>,
    pub sentence: usize,
    /// Its last word in the text.
    pub at: usize,
    /// It stands for what was named before: `the other three`.
    pub back: bool,
    /// As it was written.
    pub words: String,
}

impl Amount {
    /// The same number, whatever the unit it is written in.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        if self.measured && other.measured {
            return self.of == other.of && close(self.value, other.value);
        }
        // `50 cents` may be told as `50`, where that counts nothing else.
        let bare = |a: &Self| !a.measured && a.of.is_none();
        close(self.value, other.value) || (bare(self) || bare(other)) && close(self.written, other.written)
    }
    /// The other one, counted in a smaller unit that the text names apart from it: `whole cents: 450` for 4.50.
    #[must_use]
    pub fn counts(&self, other: &Self, text: &Text) -> bool {
        let is = |of: &str| !other.measured || other.of.as_deref() == Some(of);
        let parts = text.words.iter().filter_map(|w| PARTS.iter().find(|(word, _)| w.stem == *word).map(|(_, f)| *f));
        let units = text.words.iter().filter_map(|w| unit(&w.stem)).filter(|(of, factor)| is(of) && *factor < 1.0);
        !self.measured && units.map(|(_, factor)| factor).chain(parts).any(|f| close(self.written * f, other.value))
    }
    /// How many of one unit make another one that the sentence names: `1 kg is 1,000 g`. It bounds nothing.
    #[must_use]
    pub fn is_factor(&self, text: &Text) -> bool {
        let named: Vec<_> =
            text.words.iter().filter(|w| w.sentence == self.sentence).filter_map(|w| unit(&w.stem)).collect();
        let makes = |(of, factor): &(&str, f64), (other, larger): &(&str, f64)| {
            of == other && factor < larger && close(self.written * factor, *larger)
        };
        let own = (self.of.as_deref().unwrap_or_default(), self.value / self.written);
        // Money is written in its larger unit without a word for it.
        let all = || named.iter().chain(&[("money", 1.0)]);
        match self.measured {
            _ if self.bound.is_some() => false,
            true if close(self.written, 1.0) => amounts(text).iter().any(|a| {
                a.sentence == self.sentence && a.of == self.of && a.written > 1.0 && close(a.value, self.value)
            }),
            true => all().any(|larger| makes(&own, larger)),
            false => named.iter().any(|one| all().any(|larger| makes(one, larger))),
        }
    }
    /// A number of the same thing, as far as words tell; where neither says of what, a bound in its place.
    #[must_use]
    pub fn comparable(&self, other: &Self) -> bool {
        self.of == other.of && (self.of.is_some() || self.bound.is_some() && self.bound == other.bound)
    }
    /// A case that is refused where the other one demands: `three are not enough` for `all four`. What turns it round stands by
    /// it, and nothing turns the other one round.
    #[must_use]
    pub fn is_refused_for(&self, other: &Self, here: &Text, there: &Text) -> bool {
        let near = |word: &Word| word.segment == here.words[self.at].segment && !listed("and but or", &word.lower);
        let turns = |at: &usize| negator(&here.words, *at) || is_turning(&here.words[*at]);
        let before = (0..self.at).rev().take_while(|at| near(&here.words[*at]));
        let mut around = before.chain((self.at + 1..here.words.len()).take_while(|at| near(&here.words[*at])));
        self.bound.is_none() && around.any(|at| turns(&at)) && !there.sentence_turns(other.sentence)
    }
    /// `more than 3` is `at least 4`.
    #[must_use]
    pub fn borders(&self, other: &Self) -> bool {
        !self.measured && !other.measured && (self.value - other.value).abs() <= 1.0
    }
}

/// What a test is said to show has numbers of its own: an amount among others of its sentence is part of a worked example
/// (`120 square metres give 4200 cents`), and one beside the clause's, in a sentence that refuses, is the first that is not
/// allowed (`0 and 201 are refused`). Nothing of it bounds anything.
#[must_use]
pub fn is_example(clause: &Wording, said: &Amount, shows: &Wording) -> bool {
    let beside = |other: &&Amount| other.sentence == said.sentence && !other.equals(said);
    let refuses = || shows.text.words.iter().any(|w| w.sentence == said.sentence && listed(REFUSES, &w.lower));
    let next = || clause.amounts.iter().any(|a| a.of == said.of && (a.written - said.written).abs() <= 1.0);
    said.bound.is_none() && (shows.amounts.iter().filter(beside).count() > 0 || next() && refuses())
}

const REFUSES: &str = "refused refuses refuse rejected rejects reject denied declined";

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6 * a.abs().max(1.0)
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

const UNITS: &[(&str, &str, f64)] = &[
    ("ms millisecond", "time", 0.001),
    ("s sec second", "time", 1.0),
    ("min minute", "time", 60.0),
    ("h hr hour", "time", 3_600.0),
    ("day", "time", 86_400.0),
    ("week", "time", 604_800.0),
    ("month", "time", 2_592_000.0),
    ("year", "time", 31_536_000.0),
    ("kb kilobyte", "size", 1e3),
    ("mb megabyte", "size", 1e6),
    ("gb gigabyte", "size", 1e9),
    ("mg milligram milligramme", "weight", 1e-6),
    ("g gram gramme", "weight", 0.001),
    ("kg kilo kilogram kilogramme", "weight", 1.0),
    ("t tonne", "weight", 1_000.0),
    ("mm millimetre millimeter", "length", 0.001),
    ("cm centimetre centimeter", "length", 0.01),
    ("m metre meter", "length", 1.0),
    ("km kilometre kilometer", "length", 1_000.0),
    ("ml millilitre milliliter", "volume", 0.001),
    ("cl centilitre centiliter", "volume", 0.01),
    ("dl decilitre deciliter", "volume", 0.1),
    ("l litre liter", "volume", 1.0),
    ("% percent", "percent", 1.0),
    ("€ euro eur $ dollar usd £ pound gbp", "money", 1.0),
    ("cent ct penny pence", "money", 0.01),
];

/// Parts in which something is counted, whatever it is.
const PARTS: &[(&str, f64)] = &[("tenth", 0.1), ("hundredth", 0.01), ("thousandth", 0.001)];

const NUMBERS: &[(&str, f64)] = &[
    ("two", 2.0),
    ("twice", 2.0),
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
    ("dozen", 12.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("fifty", 50.0),
    ("sixty", 60.0),
    ("ninety", 90.0),
    ("hundred", 100.0),
    ("thousand", 1_000.0),
];

fn unit(word: &str) -> Option<(&'static str, f64)> {
    UNITS.iter().find(|(words, ..)| listed(words, word)).map(|(_, of, factor)| (*of, *factor))
}

/// The number a word writes, with the unit that is stuck to it: `5mb`, `1,000`, `twelve`.
fn number(word: &Word) -> Option<(f64, Option<&str>)> {
    let text = word.lower.as_str();
    if let Some((_, value)) = NUMBERS.iter().find(|(name, _)| *name == text) {
        return Some((*value, None));
    }
    if !word.is_number() || text.contains('-') {
        return None;
    }
    let end = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(end);
    let suffix = match suffix {
        "" => None,
        "k" => return digits.parse().ok().map(|v: f64| (v * 1_000.0, None)),
        s if unit(s).is_some() => Some(s),
        // `1st`, `2fa`, `4x`: names, not amounts
        _ => return None,
    };
    if digits.contains(':') {
        let (hours, minutes) = digits.split_once(':')?;
        return Some((hours.parse::<f64>().ok()? + minutes.parse::<f64>().ok()? / 100.0, None));
    }
    // The number of a section is no amount.
    if digits.matches('.').count() > 1 {
        return None;
    }
    let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
    let grouped = whole.split(',').skip(1).all(|group| group.len() == 3);
    let plain = if grouped { digits.replace(',', "") } else { digits.replace(',', ".") };
    plain.parse().ok().map(|value| (value, suffix))
}

/// The amounts of a text; the number that begins a line or names something (`Section 3`) is none.
#[must_use]
pub fn amounts(text: &Text) -> Vec<Amount> {
    let words = &text.words;
    let mut out: Vec<Amount> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some((mut value, stuck)) = number(&words[at]) else {
            at += 1;
            continue;
        };
        let first = at;
        // `five hundred`
        while let Some((factor, None)) = words.get(at + 1).and_then(number)
            && words[at + 1].lower.starts_with(char::is_alphabetic)
        {
            value = if factor >= 100.0 { value * factor } else { value + factor };
            at += 1;
        }
        let here = (words[first].sentence, words[first].segment);
        let following = words.get(at + 1).filter(|w| w.sentence == here.0);
        let before = first.checked_sub(1).map(|i| &words[i]).filter(|w| w.sentence == here.0);
        let begins = before.is_none() && words[first].is_number();
        let names = before.is_some_and(|w| {
            listed(
                "section chapter figure table appendix step phase version page level no item requirement rule story",
                &w.lower,
            )
        });
        let known = stuck
            .and_then(unit)
            .or_else(|| following.and_then(|w| unit(&w.stem)))
            .or_else(|| before.filter(|w| listed("€ $ £", &w.lower)).and_then(|w| unit(&w.lower)));
        let noun = words[at + 1..].iter().take(3).take_while(|w| w.sentence == here.0).find(|w| w.is_content());
        if !(names || begins && known.is_none() && following.is_none_or(|w| !w.is_content())) {
            let mut written: Vec<&str> = words[first..=at].iter().map(|w| w.lower.as_str()).collect();
            written.extend(following.filter(|w| unit(&w.stem).is_some()).map(|w| w.lower.as_str()));
            out.push(Amount {
                written: value,
                value: value * known.map_or(1.0, |(_, factor)| factor),
                of: known.map(|(of, _)| of.to_owned()).or_else(|| noun.map(|w| w.stem.clone())),
                measured: known.is_some(),
                bound: bound(words, first, at),
                sentence: here.0,
                at,
                back: known.is_none() && stuck.is_none() && refers_back(words, first, at),
                words: written.join(" "),
            });
        }
        at += 1;
    }
    out
}

/// `For the other three below 20 …`: a number behind `the`, of nothing that is named behind it.
fn refers_back(words: &[Word], first: usize, last: usize) -> bool {
    let known =
        words[..first].iter().rev().find(|w| !w.is("other")).is_some_and(|w| listed("the these those", &w.lower));
    let next = words.get(last + 1).filter(|w| (w.sentence, w.segment) == (words[last].sentence, words[last].segment));
    known
        && next
            .is_none_or(|w| !w.is_content() && !w.is_number() || listed("above below beyond against besides", &w.lower))
}

const BEFORE: &[(&str, Bound)] = &[
    ("at least", Bound::AtLeast),
    ("minimum of", Bound::AtLeast),
    ("minimum", Bound::AtLeast),
    ("min", Bound::AtLeast),
    ("not less than", Bound::AtLeast),
    ("no less than", Bound::AtLeast),
    ("no fewer than", Bound::AtLeast),
    ("not fewer than", Bound::AtLeast),
    ("at most", Bound::AtMost),
    ("maximum of", Bound::AtMost),
    ("maximum", Bound::AtMost),
    ("max", Bound::AtMost),
    ("no more than", Bound::AtMost),
    ("not more than", Bound::AtMost),
    ("no longer than", Bound::AtMost),
    ("not longer than", Bound::AtMost),
    ("up to", Bound::AtMost),
    ("within", Bound::AtMost),
    ("exactly", Bound::Exactly),
    ("precisely", Bound::Exactly),
    ("more than", Bound::AtLeast),
    ("greater than", Bound::AtLeast),
    ("longer than", Bound::AtLeast),
    ("larger than", Bound::AtLeast),
    ("older than", Bound::AtLeast),
    ("over", Bound::AtLeast),
    ("above", Bound::AtLeast),
    ("exceed", Bound::AtLeast),
    ("exceeds", Bound::AtLeast),
    ("exceeding", Bound::AtLeast),
    ("less than", Bound::AtMost),
    ("fewer than", Bound::AtMost),
    ("shorter than", Bound::AtMost),
    ("under", Bound::AtMost),
    ("below", Bound::AtMost),
];

const AFTER: &[(&str, Bound)] = &[
    ("or more", Bound::AtLeast),
    ("or above", Bound::AtLeast),
    ("or older", Bound::AtLeast),
    ("or longer", Bound::AtLeast),
    ("or less", Bound::AtMost),
    ("or fewer", Bound::AtMost),
    ("or below", Bound::AtMost),
    ("at least", Bound::AtLeast),
    ("at most", Bound::AtMost),
    ("minimum", Bound::AtLeast),
    ("maximum", Bound::AtMost),
];

/// Which way the number at `first..=last` bounds, by the words around it in its segment.
fn bound(words: &[Word], first: usize, last: usize) -> Option<Bound> {
    let here = words[first].segment;
    let ends = |phrase: &str, to: usize| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        to >= parts.len()
            && words[to - parts.len()..to].iter().zip(parts).all(|(w, part)| w.segment == here && w.lower == part)
    };
    // A currency may stand between: `at least € 5`, `more than the 5`
    for to in (first.saturating_sub(1)..=first).rev() {
        let skipped = words[to..first].iter().all(|w| listed("€ $ £ the a an of", &w.lower));
        if !skipped {
            continue;
        }
        if let Some((phrase, found)) = BEFORE.iter().find(|(phrase, _)| ends(phrase, to)) {
            let start = to - phrase.split(' ').count();
            let turned = (start.saturating_sub(2)..start).any(|at| words[at].segment == here && negator(words, at));
            return Some(if turned { found.other() } else { *found });
        }
    }
    if ends("between", first) {
        return Some(Bound::AtLeast);
    }
    if first >= 3
        && words[first - 1].is("and")
        && (first.saturating_sub(5)..first - 1).any(|at| words[at].is("between"))
    {
        return Some(Bound::AtMost);
    }
    let begins = |phrase: &str, from: usize| {
        let mut parts = phrase.split(' ').enumerate();
        parts.all(|(n, part)| words.get(from + n).is_some_and(|w| w.segment == here && w.lower == part))
    };
    AFTER.iter().find(|(phrase, _)| (last + 1..=last + 3).any(|from| begins(phrase, from))).map(|(_, bound)| *bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Amount> {
        amounts(&Text::new(text))
    }

    #[test]
    fn numbers_are_read_with_units_and_bounds() {
        use Bound::{AtLeast, AtMost, Exactly};
        let bounds = |text: &str| of(text).into_iter().map(|a| (a.value, a.bound)).collect::<Vec<_>>();
        assert_eq!(bounds("at least 8 characters"), [(8.0, Some(AtLeast))]);
        assert_eq!(bounds("A title must not exceed 40 letters."), [(40.0, Some(AtMost))]);
        assert_eq!(bounds("no more than five hundred"), [(500.0, Some(AtMost))]);
        assert_eq!(bounds("between 1 and 9 seats"), [(1.0, Some(AtLeast)), (9.0, Some(AtMost))]);
        assert_eq!(bounds("exactly 4 digits, 10 words or more"), [(4.0, Some(Exactly)), (10.0, Some(AtLeast))]);
        assert_eq!(bounds("more than € 1,250.50"), [(1250.5, Some(AtLeast))]);
        assert!(of("an hour")[..].is_empty() && of("one of them").is_empty());
    }

    #[test]
    fn the_same_number_in_another_unit_is_the_same() {
        assert!(of("within 2 minutes")[0].equals(&of("in 120 seconds")[0]));
        assert!(!of("2 minutes")[0].equals(&of("2 hours")[0]));
        assert!(of("5MB")[0].equals(&of("5 megabytes")[0]));
        assert!(of("1,000 rows")[0].equals(&of("1000 rows")[0]));
        assert!(!of("8 characters")[0].equals(&of("9 characters")[0]));
        assert!(of("0.4 kg")[0].equals(&of("400 g")[0]) && of("2 litres")[0].equals(&of("2000 ml")[0]));
        assert!(of("costs 10 cents")[0].equals(&of("costs 0.10 for each item")[0]));
        assert!(of("costs 10 cents")[0].equals(&of("a cost of 10")[0]));
        assert!(!of("0.4 kg")[0].equals(&of("40 g")[0]) && !of("4 kg")[0].equals(&of("4 km")[0]));
        assert!(!of("10 cents")[0].equals(&of("10 euros")[0]) && !of("10 cents")[0].equals(&of("10 items")[0]));
    }

    #[test]
    fn how_many_of_a_unit_make_another_is_known_by_both() {
        let factors = |text: &str| {
            let text = Text::new(text);
            let all = amounts(&text).into_iter().filter(|a| a.is_factor(&text));
            all.map(|a| a.words).collect::<Vec<_>>()
        };
        assert_eq!(factors("Oil is kept in whole grams, 1 kg is 1,000 g."), ["1 kg", "1,000 g"]);
        assert_eq!(factors("Litres are kept as millilitres (times 1000)."), ["1000"]);
        assert_eq!(factors("Prices are kept in cents, multiplied by 100."), ["100"]);
        assert_eq!(factors("A shift is counted in minutes, 60 minutes to the hour."), ["60 minutes"]);
        for none in ["At most 1,000 g of a kg.", "A kg of 900 g.", "Grams of oil: 1000 for a lamp.", "100 prices."] {
            assert_eq!(factors(none), Vec::<String>::new(), "{none}");
        }
    }

    #[test]
    fn a_number_that_stands_for_what_was_named_before_is_known() {
        let back = |text: &str| of(text).iter().map(|a| a.back).collect::<Vec<_>>();
        assert_eq!(back("for the other three below 20 is low"), [true, false]);
        assert_eq!(back("Each of the three has a name."), [true]);
        for none in ["The three best songs.", "three of them", "within the 20 minutes", "the 3 books", "at most three"]
        {
            assert_eq!(back(none), [false], "{none}");
        }
    }

    #[test]
    fn what_only_numbers_something_is_no_amount() {
        assert!(of("3. The list").is_empty() && of("Section 3 says C-004, 2FA and 1.2.3").is_empty());
    }
}

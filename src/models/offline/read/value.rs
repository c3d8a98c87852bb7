//! The type of a property, its unit, and what a bracket behind it says.

use super::chunk::Np;
use super::lexicon::nouns;
use super::sentence::{Sentence, split_list};
use super::tag::{Tag, Word};
use crate::models::offline::spec::{FieldType, Rule};
use std::ops::Range;

/// Several under one word: `the number of the audience` says how many there are.
const MANY: [&str; 9] = ["audience", "crew", "crowd", "family", "group", "household", "party", "staff", "team"];

/// The type that the words of a phrase give a property, and whether they do.
#[must_use]
pub fn base_type(s: &Sentence, np: &Np) -> (FieldType, bool) {
    let all: Vec<&str> = np.mods.iter().map(String::as_str).chain([np.head.as_str()]).collect();
    let has = |w: &str| all.contains(&w);
    let surface = s.words[np.head_at].lower();
    if has("email") {
        return (FieldType::Email, true);
    }
    if has("link") || has("url") {
        return (FieldType::Url, true);
    }
    if (has("phone") || has("telephone") || has("mobile")) && !has("name") {
        return (FieldType::Phone, true);
    }
    // what is counted is several or without end; `the number of the vehicle` is a name made of digits, and of letters
    let counted = |of: &Np| of.plural || of.det.is_none() || MANY.contains(&of.head.as_str());
    let identifies = np.of.as_deref().map_or(!np.nouns.is_empty(), |of| !of.head.is_empty() && !counted(of));
    if np.head == "number" && !np.plural && identifies {
        return (FieldType::Text { multiline: false }, true);
    }
    if np.head == "date" && has("time") || np.head == "time" && has("date") {
        return (FieldType::DateTime, true);
    }
    if np.head == "amount" && np.of.as_ref().is_some_and(|of| !matches!(of.head.as_str(), "money" | "euro" | "payment"))
    {
        return (FieldType::Decimal { money: false }, true);
    }
    if np.head == "rating" || np.head == "star" {
        return (FieldType::Integer, true);
    }
    if let Some(ty) = nouns::property(surface).filter(|_| np.plural).or_else(|| nouns::property(&np.head)) {
        // `last name` is a text, `is active` a yes or no
        return (ty, true);
    }
    // `kilometres`, `litres`: how many of them
    if np.plural && np.mods.is_empty() && np.of.is_none() && quantity(surface) {
        return (FieldType::Decimal { money: false }, true);
    }
    if np.plural && np.number.is_none() {
        return (FieldType::Text { multiline: true }, false);
    }
    (FieldType::Text { multiline: false }, false)
}

/// The plural of a unit that measures: kilometres, kilograms, litres. Pieces are counted, and money has types of its own.
fn quantity(plural: &str) -> bool {
    let measures = ["km", "miles", "m", "ha", "t", "mm", "cm", "kg", "g", "l", "ml", "kWh"];
    nouns::singular(plural) != plural && unit_of(plural).is_some_and(|unit| measures.contains(&unit.as_str()))
}

/// The unit people read for a noun that names one.
#[must_use]
pub fn unit_of(noun: &str) -> Option<String> {
    Some(
        match noun {
            "minute" | "minutes" | "min" => "minutes",
            "hour" | "hours" | "h" => "hours",
            "second" | "seconds" => "seconds",
            "day" | "days" => "days",
            "week" | "weeks" => "weeks",
            "month" | "months" => "months",
            "year" | "years" => "years",
            "kilometre" | "kilometer" | "km" | "kilometres" | "kilometers" => "km",
            "mile" | "miles" => "miles",
            "metre" | "meter" | "m" | "metres" | "meters" => "m",
            "hectare" | "ha" => "ha",
            "tonne" | "tonnes" | "ton" => "t",
            "millimetre" | "millimeter" | "mm" => "mm",
            "kwh" => "kWh",
            "centimetre" | "centimeter" | "cm" => "cm",
            "kilogram" | "kilogramme" | "kg" | "kilo" | "kilograms" => "kg",
            "gram" | "gramme" | "g" | "grams" => "g",
            "litre" | "liter" | "l" | "litres" => "l",
            "millilitre" | "ml" => "ml",
            "euro" | "euros" | "€" | "eur" => "€",
            "dollar" | "dollars" | "$" | "usd" => "$",
            "pound" | "pounds" | "£" | "gbp" => "£",
            "chf" | "franc" | "francs" => "CHF",
            "percent" | "%" => "%",
            "calorie" | "calories" | "kcal" => "kcal",
            "piece" | "pieces" => "pieces",
            _ => return None,
        }
        .to_owned(),
    )
}

/// The unit of two words: `square metres`, `cubic metres`, `degrees Celsius`.
#[must_use]
pub fn raised(first: &str, second: &str) -> Option<&'static str> {
    match (first, unit_of(second).as_deref(), second) {
        ("square", Some("m"), _) => Some("m²"),
        ("square", Some("km"), _) => Some("km²"),
        ("cubic", Some("m"), _) => Some("m³"),
        ("degree" | "degrees", _, "celsius") => Some("°C"),
        _ => None,
    }
}

/// What a bracket behind a property says.
pub enum Bracket {
    Choice(Vec<String>),
    Optional(bool),
    /// Of a number, or of how long a text is.
    Bounds(Vec<Rule>),
    Unit(String),
    Boolean,
    Date,
    Other,
}

/// `(80 characters)` is what fits; all else is said in so many words.
fn lengths(text: &str, numbers: &[f64]) -> Vec<Rule> {
    let rules = super::bounds::lengths(text, numbers, false);
    match rules[..] {
        [Rule::MinLength { .. }, ref most @ Rule::MaxLength { .. }] if numbers.len() == 1 => vec![most.clone()],
        _ => rules,
    }
}

/// Where the bracket stands that says more about a property: behind it, behind what there is a number of, behind its unit.
#[must_use]
pub fn bracket_behind(s: &Sentence, np: &Np, end: usize) -> Option<Range<usize>> {
    let counted = np.of.as_deref().filter(|of| of.det.is_none()).and_then(|of| of.paren.clone());
    np.paren.clone().or(counted).or_else(|| {
        let open = (np.range.end..end).find(|i| s.words[*i].tag == Tag::Open)?;
        let close = (open..end).find(|i| s.words[*i].tag == Tag::Close)?;
        matches!(bracket(s, open + 1..close, &np.head), Bracket::Bounds(_)).then_some(open + 1..close)
    })
}

/// Whether a bare number bounds how long a value is: nobody numbers titles and notes.
fn wordy(head: &str, ty: &FieldType) -> bool {
    let titles = matches!(head, "name" | "title" | "subject" | "headline" | "caption" | "nickname");
    let text = matches!(nouns::property(head), Some(FieldType::Text { multiline: true }));
    matches!(ty, FieldType::Text { .. }) && (titles || text)
}

/// The type of a property with such bounds, and the bounds: of its length, or of the number that it is.
#[must_use]
pub fn within(head: &str, ty: FieldType, rules: Vec<Rule>) -> (FieldType, Vec<Rule>) {
    let numbers = |r: &Rule| matches!(r, Rule::Min { .. } | Rule::Max { .. });
    let whole = |r: &Rule| match r {
        Rule::Min { value } | Rule::Max { value } => value.fract() == 0.0,
        _ => true,
    };
    if wordy(head, &ty) || !rules.iter().any(numbers) {
        return (ty, rules.into_iter().map(length).collect());
    }
    let ty = match ty {
        FieldType::Decimal { .. } => ty,
        _ if rules.iter().all(whole) => FieldType::Integer,
        _ => FieldType::Decimal { money: false },
    };
    (ty, rules)
}

fn length(rule: Rule) -> Rule {
    match rule {
        Rule::Min { value } => Rule::MinLength { value: value as u32 },
        Rule::Max { value } => Rule::MaxLength { value: value as u32 },
        other => other,
    }
}

/// Reads the bracket behind a property named `head`.
#[must_use]
pub fn bracket(s: &Sentence, range: Range<usize>, head: &str) -> Bracket {
    let words = &s.words[range.clone()];
    let Some(first) = words.first() else { return Bracket::Other };
    let text = s.quote(range.clone()).to_lowercase();
    if text.contains("optional") || text.starts_with("if ") {
        return Bracket::Optional(false);
    }
    if text.contains("required") || text.contains("mandatory") {
        return Bracket::Optional(true);
    }
    if matches!(text.as_str(), "yes/no" | "yes or no" | "true/false" | "yes / no") {
        return Bracket::Boolean;
    }
    if text.contains("yyyy") || text.contains("dd/mm") {
        return Bracket::Date;
    }
    let numbers: Vec<f64> = words.iter().filter_map(|w| w.token.value).collect();
    if let [a, b] = numbers[..]
        && words.iter().all(|w| {
            w.token.value.is_some()
                || !w.token.lower.chars().any(char::is_alphabetic)
                || w.is("to")
                || w.is("from")
                || w.is("between")
                || w.is("and")
                || w.is("stars")
                || w.is("points")
        })
    {
        // `(435, 385)` is a place, and no range
        let range = vec![Rule::Min { value: a }, Rule::Max { value: b }];
        return if a <= b { Bracket::Bounds(range) } else { Bracket::Other };
    }
    if !numbers.is_empty() && text.contains("character") {
        return Bracket::Bounds(lengths(&text, &numbers));
    }
    if let [n] = numbers[..]
        && words.len() <= 6
    {
        let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
        if says(&["at least", "minimum", "min ", "min.", "≥", ">="]) {
            return Bracket::Bounds(vec![Rule::Min { value: n }]);
        }
        if says(&["at most", "maximum", "max ", "max.", "up to", "no more than", "≤", "<="]) {
            return Bracket::Bounds(vec![Rule::Max { value: n }]);
        }
    }
    let bare = if first.is("in") { words.get(1) } else { Some(first) };
    if words.len() <= 2
        && let Some(u) = bare.and_then(|w| unit_of(&w.base).or_else(|| unit_of(w.lower())))
    {
        return Bracket::Unit(u);
    }
    let examples = first.is("e.g.")
        || first.is("i.e.")
        || first.is("for")
        || first.is("such")
        || first.is("like")
        || text.ends_with("etc")
        || text.ends_with("etc.");
    if examples
        && !matches!(
            head,
            "type"
                | "kind"
                | "status"
                | "state"
                | "category"
                | "priority"
                | "urgency"
                | "level"
                | "role"
                | "genre"
                | "severity"
        )
    {
        return Bracket::Other;
    }
    let mut values = choice_values(s, range);
    // `0, 7 or 19 percent`
    let number = |v: &str| v.parse::<f64>().is_ok();
    if let Some((last, rest)) = values.split_last_mut()
        && let Some((n, unit)) = last.clone().split_once(' ')
        && number(n)
        && unit_of(unit).is_some()
        && rest.iter().all(|v| number(v))
    {
        n.clone_into(last);
    }
    if values.len() >= 2 { Bracket::Choice(values) } else { Bracket::Other }
}

/// The values of an enumeration: `low, normal or emergency`. Empty when the elements are no values.
#[must_use]
pub fn choice_values(s: &Sentence, range: Range<usize>) -> Vec<String> {
    let mut values = Vec::new();
    for part in split_list(&s.words, range) {
        // `zone A`: a letter that nothing follows is no article
        let alone = part.len() == 1;
        let kept: Vec<&Word> = s.words[part.clone()]
            .iter()
            .filter(|w| {
                !w.is("e.g.")
                    && !w.is("i.e.")
                    && !w.is("etc")
                    && (alone || !matches!(w.lower(), "a" | "an" | "the"))
                    && w.tag != Tag::Other
                    && !w.is("either")
                    && !w.is("like")
                    && !w.is("such")
                    && !w.is("as")
            })
            .collect();
        // `handed out and later as returned`: when, and no part of the value
        let when = |w: &&Word| matches!(w.lower(), "later" | "then" | "finally" | "afterwards" | "eventually");
        let bare: Vec<&Word> = kept.iter().copied().filter(|w| !when(w)).collect();
        let kept = if bare.is_empty() { kept } else { bare };
        if kept.is_empty() {
            continue;
        }
        if kept.len() > 4 {
            return Vec::new();
        }
        let value = kept.iter().map(|w| w.token.lower.as_str()).collect::<Vec<_>>().join(" ");
        let value = value.replace(" - ", "-");
        if value.len() <= 40 && !values.contains(&value) {
            values.push(value);
        }
    }
    if values.len() > 12 { Vec::new() } else { values }
}

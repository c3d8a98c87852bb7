//! The type of a property, its unit, and what a bracket behind it says.

use super::chunk::Np;
use super::lexicon::nouns;
use super::sentence::{Sentence, split_list};
use super::tag::{Tag, Word};
use crate::models::offline::spec::FieldType;
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
    Range(f64, f64),
    Unit(String),
    Length(u32),
    AtLeast(f64),
    AtMost(f64),
    Boolean,
    Date,
    Other,
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
        return Bracket::Range(a, b);
    }
    if let [n] = numbers[..]
        && text.contains("character")
    {
        return Bracket::Length(n as u32);
    }
    if let [n] = numbers[..]
        && words.len() <= 6
    {
        let says = |list: &[&str]| list.iter().any(|w| text.contains(w));
        if says(&["at least", "minimum", "min ", "min.", "≥", ">="]) {
            return Bracket::AtLeast(n);
        }
        if says(&["at most", "maximum", "max ", "max.", "up to", "no more than", "≤", "<="]) {
            return Bracket::AtMost(n);
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

//! A phrase that names a property → a typed field: `the distance in kilometres if there is one`, `an urgency (low,
//! normal, emergency)`, `how hard it felt from 1 to 10`.

use super::chunk::{self, Np};
use super::lexicon::{nouns, words};
use super::sentence::{Sentence, split_list};
use super::tag::{Tag, Word};
use crate::domain::ClauseId;
use crate::models::offline::spec::{Field, FieldRule, FieldType, Rule};
use std::ops::Range;

/// A field as one phrase states it.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDraft {
    pub field: Field,
    /// The head noun, for deciding whether it names another entity.
    pub head: String,
    /// Stated to be optional or required.
    pub stated: Option<bool>,
    /// The type follows from the words, not from a lack of better knowledge.
    pub typed: bool,
    /// The words understood.
    pub used: Vec<usize>,
}

/// `Company name` → `company_name`; always a legal identifier.
#[must_use]
pub fn identifier(label: &str) -> String {
    let mut out = String::new();
    for c in label.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'ä' => out.push_str("ae"),
            'ö' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'é' | 'è' | 'ê' => out.push('e'),
            '\'' => {}
            _ if !out.ends_with('_') && !out.is_empty() => out.push('_'),
            _ => {}
        }
    }
    let out = out.trim_matches('_').chars().take(40).collect::<String>();
    let out = out.trim_matches('_').to_owned();
    // words that Python or the platform keeps for itself
    const RESERVED: [&str; 46] = [
        "class",
        "from",
        "import",
        "def",
        "return",
        "pass",
        "for",
        "while",
        "if",
        "else",
        "in",
        "is",
        "not",
        "and",
        "or",
        "lambda",
        "global",
        "with",
        "as",
        "try",
        "except",
        "raise",
        "id",
        "owner_id",
        "order",
        "group",
        "table",
        "index",
        "select",
        "where",
        "values",
        "limit",
        "set",
        "to",
        "default",
        "check",
        "references",
        "true",
        "false",
        "none",
        "async",
        "await",
        "del",
        "yield",
        "transaction",
        "page",
    ];
    if out.is_empty() {
        return "value".into();
    }
    if RESERVED.contains(&out.as_str())
        && !matches!(out.as_str(), "order" | "group" | "page" | "transaction" | "class" | "table" | "set" | "check")
    {
        return format!("{out}_value");
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) { format!("n_{out}") } else { out }
}

/// First letter upper case.
#[must_use]
pub fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Reads `range` of a sentence as one property. `None` when it names none.
#[must_use]
pub fn field(s: &Sentence, range: Range<usize>) -> Option<FieldDraft> {
    let words = &s.words;
    let mut start = range.start;
    while start < range.end
        && matches!(words[start].tag, Tag::Adv | Tag::Other | Tag::Conj | Tag::Verb(_))
        && !words[start].is("how")
    {
        start += 1;
    }
    let mut stated = None;
    let mut used: Vec<usize> = (range.start..start).collect();
    for i in range.clone() {
        if words[i].is("optional") || words[i].is("optionally") || words[i].is("optionally,") {
            stated = Some(false);
            used.push(i);
        }
        if words[i].is("required") || words[i].is("mandatory") || words[i].is("obligatory") {
            stated = Some(true);
            used.push(i);
        }
    }
    let sub = chunk::chunk(&words[start..range.end]);
    let np = match sub.first()? {
        chunk::Item::Np(np) => shift(np, start),
        _ => return None,
    };
    // `a list of ingredients`: the ingredients
    let np = match np.of.as_deref() {
        Some(of) if matches!(np.head.as_str(), "list" | "set") && !of.head.is_empty() => {
            Np { range: np.range.clone(), ..of.clone() }
        }
        _ => np,
    };
    if np.head.is_empty() || words::light(&np.head) && nouns::property(&np.head).is_none() {
        return None;
    }
    let (name, label) = naming(s, &np);
    used.extend(np.range.start..np.paren.as_ref().map_or(np.range.end, |p| p.start));
    let (mut ty, mut typed) = base_type(s, &np);
    let mut unit = None;
    let mut rules = Vec::new();
    let mut id_rule = |rule| rules.push(FieldRule { rule, clauses: vec![s.id] });
    // the bracket
    if let Some(paren) = np.paren.clone() {
        match bracket(s, paren.clone(), &np.head) {
            Bracket::Choice(values) => {
                ty = FieldType::Choice { values };
                typed = true;
            }
            Bracket::Optional(v) => stated = Some(v),
            Bracket::Range(a, b) => {
                ty = FieldType::Integer;
                id_rule(Rule::Min { value: a });
                id_rule(Rule::Max { value: b });
                typed = true;
            }
            Bracket::Unit(u) => unit = Some(u),
            Bracket::Boolean => ty = FieldType::Boolean,
            Bracket::Date => ty = FieldType::Date,
            Bracket::Length(n) => id_rule(Rule::MaxLength { value: n }),
            Bracket::Other => {}
        }
        used.extend(paren.start.saturating_sub(1)..(paren.end + 1).min(words.len()));
    }
    // what follows the phrase
    let mut i = np.range.end;
    while i < range.end {
        let w = words[i].lower();
        let n = |k: usize| words.get(i + k).filter(|_| i + k < range.end);
        if (w == "in" || w == "as" || w == "of") && n(1).is_some_and(|x| unit_of(&x.base).is_some()) {
            unit = unit_of(&words[i + 1].base);
            used.extend([i, i + 1]);
            i += 2;
        } else if matches!(w, "from" | "between" | "of" | "on")
            && n(1).is_some_and(|x| x.token.value.is_some())
            && n(3).is_some_and(|x| x.token.value.is_some())
        {
            ty = FieldType::Integer;
            typed = true;
            id_rule(Rule::Min { value: words[i + 1].token.value.unwrap_or(0.0) });
            id_rule(Rule::Max { value: words[i + 3].token.value.unwrap_or(0.0) });
            used.extend(i..i + 4);
            i += 4;
        } else if w == "if"
            && n(1).is_some_and(|x| {
                x.is("any")
                    || x.is("there")
                    || x.is("available")
                    || x.is("known")
                    || x.is("applicable")
                    || x.is("needed")
                    || x.is("it")
            })
        {
            stated = Some(false);
            used.extend(i..range.end);
            i = range.end;
        } else if w == "up" && n(1).is_some_and(|x| x.is("to")) && n(3).is_some_and(|x| x.base == "character") {
            if let Some(v) = n(2).and_then(|x| x.token.value) {
                id_rule(Rule::MaxLength { value: v as u32 });
            }
            used.extend(i..i + 4);
            i += 4;
        } else {
            i += 1;
        }
    }
    if let Some(u) = &unit {
        match u.as_str() {
            "€" | "$" | "£" | "CHF" => ty = FieldType::Decimal { money: true },
            "minutes" | "hours" | "seconds" | "days" | "weeks" | "months" | "years"
                if matches!(ty, FieldType::Text { .. } | FieldType::Time) =>
            {
                ty = FieldType::Integer
            }
            "%" | "km" | "miles" | "m" | "kg" | "g" | "cm" | "l" | "ml" => ty = FieldType::Decimal { money: false },
            _ => {}
        }
        typed = true;
    }
    Some(FieldDraft {
        field: Field {
            name,
            label,
            ty,
            required: stated.unwrap_or(false),
            read_only: false,
            default: None,
            unit,
            clauses: vec![s.id],
            rules,
        },
        head: np.head.clone(),
        stated,
        typed,
        used,
    })
}

/// Moves a phrase read from a slice to its place in the sentence.
#[must_use]
pub fn shift(np: &Np, by: usize) -> Np {
    let mut np = np.clone();
    np.range = np.range.start + by..np.range.end + by;
    np.head_at += by;
    np.paren = np.paren.map(|p| p.start + by..p.end + by);
    np.of = np.of.map(|o| Box::new(shift(&o, by)));
    np.owner = np.owner.map(|o| Box::new(shift(&o, by)));
    np
}

fn naming(s: &Sentence, np: &Np) -> (String, String) {
    if s.words[np.range.start].is("how") {
        let label = sentence_case(&s.quote(np.range.start..np.range.end));
        let mut name = np.mods.clone();
        name.insert(0, np.head.clone());
        let name = if np.head == "number" && !np.mods.is_empty() {
            format!("number of {}", nouns::plural(&np.mods[0]))
        } else {
            name.join(" ")
        };
        return (identifier(&name), label);
    }
    let mut parts: Vec<String> = np.mods.iter().filter(|m| !words_dropped(m)).cloned().collect();
    // a plural head stays plural: `number of servings`, `ingredients`
    parts.push(s.words[np.head_at].lower().to_owned());
    let mut label = parts.join(" ");
    if let Some(of) = &np.of
        && !of.head.is_empty()
        && (np.mods.is_empty() || nouns::property(&np.head).is_some())
        && matches!(
            np.head.as_str(),
            "kind"
                | "type"
                | "date"
                | "number"
                | "name"
                | "time"
                | "place"
                | "year"
                | "country"
                | "amount"
                | "level"
                | "reason"
                | "method"
                | "unit"
                | "day"
                | "sort"
                | "category"
                | "state"
        )
        && of.det.is_none()
    {
        label = format!(
            "{label} of {}",
            s.words[of.range.start..of.head_at + 1].iter().map(|w| w.lower()).collect::<Vec<_>>().join(" ")
        );
    }
    (identifier(&label), sentence_case(&label))
}

fn words_dropped(m: &str) -> bool {
    matches!(
        m,
        "own"
            | "optional"
            | "required"
            | "mandatory"
            | "new"
            | "short"
            | "brief"
            | "long"
            | "certain"
            | "given"
            | "specific"
            | "different"
            | "several"
            | "detailed"
            | "valid"
            | "possible"
            | "relevant"
            | "corresponding"
            | "basic"
            | "unique"
            | "other"
            | "simple"
            | "exact"
            | "such"
            | "free"
    )
}

fn base_type(s: &Sentence, np: &Np) -> (FieldType, bool) {
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
    // a number that is counted is `the number of …`; the others are names made of digits
    if np.head == "number" && np.of.is_none() && !np.plural && !np.nouns.is_empty() {
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
    if np.plural && np.number.is_none() {
        return (FieldType::Text { multiline: true }, false);
    }
    (FieldType::Text { multiline: false }, false)
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

enum Bracket {
    Choice(Vec<String>),
    Optional(bool),
    Range(f64, f64),
    Unit(String),
    Length(u32),
    Boolean,
    Date,
    Other,
}

fn bracket(s: &Sentence, range: Range<usize>, head: &str) -> Bracket {
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
    let values = choice_values(s, range);
    if values.len() >= 2 { Bracket::Choice(values) } else { Bracket::Other }
}

/// The values of an enumeration: `low, normal or emergency`. Empty when the elements are no values.
#[must_use]
pub fn choice_values(s: &Sentence, range: Range<usize>) -> Vec<String> {
    let mut values = Vec::new();
    for part in split_list(&s.words, range) {
        let kept: Vec<&Word> = s.words[part.clone()]
            .iter()
            .filter(|w| {
                !w.is("e.g.")
                    && !w.is("i.e.")
                    && !w.is("etc")
                    && !matches!(w.lower(), "a" | "an" | "the")
                    && w.tag != Tag::Other
                    && !w.is("either")
                    && !w.is("like")
                    && !w.is("such")
                    && !w.is("as")
            })
            .collect();
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

/// Reads a written list of fields: an answer such as `author, message, rating from 1 to 5`.
#[must_use]
pub fn list(text: &str, id: ClauseId) -> Vec<FieldDraft> {
    let s = Sentence::new(id, text, &[]);
    split_list(&s.words, 0..s.words.len()).into_iter().filter_map(|r| field(&s, r)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Field {
        let mut found = list(text, ClauseId(1));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        found.remove(0).field
    }

    #[test]
    fn phrases_become_typed_fields() {
        let f = one("the distance in kilometres if there is one");
        assert_eq!(
            (f.name.as_str(), &f.ty, f.required, f.unit.as_deref()),
            ("distance", &FieldType::Decimal { money: false }, false, Some("km"))
        );
        let f = one("how hard it felt from 1 to 10");
        assert_eq!(
            (f.name.as_str(), f.label.as_str(), &f.ty, f.rules.len()),
            ("difficulty", "How hard it felt", &FieldType::Integer, 2)
        );
        let f = one("an urgency (low, normal, emergency)");
        assert_eq!(f.ty, FieldType::Choice { values: vec!["low".into(), "normal".into(), "emergency".into()] });
        assert_eq!(one("an amount in euros").ty, FieldType::Decimal { money: true });
        assert_eq!(one("a photo link").ty, FieldType::Url);
        assert_eq!(one("date of birth").name, "date_of_birth");
        assert_eq!(one("the kind of exercise").label, "Kind of exercise");
        assert_eq!(one("a rating (1-5)").rules.len(), 2);
        assert_eq!(one("an optional phone number").ty, FieldType::Phone);
        assert_eq!(one("invoice number").ty, FieldType::Text { multiline: false });
    }

    #[test]
    fn identifiers_are_legal_everywhere() {
        for (label, id) in [
            ("Prénom", "prenom"),
            ("2nd line", "n_2nd_line"),
            ("from", "from_value"),
            ("—", "value"),
            ("Kind of exercise", "kind_of_exercise"),
        ] {
            assert_eq!(identifier(label), id);
        }
    }
}

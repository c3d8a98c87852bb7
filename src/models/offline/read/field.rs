//! A phrase that names a property → a typed field: `the distance in kilometres if there is one`, `an urgency (low,
//! normal, emergency)`, `how hard it felt from 1 to 10`.

use super::chunk::{self, Np};
use super::lexicon::{nouns, words};
pub use super::naming::{identifier, sentence_case};
use super::sentence::{Sentence, split_list};
use super::tag::Tag;
use super::value::raised;
use super::value::{Bracket, base_type, bracket, bracket_behind, within};
pub use super::value::{choice_values, unit_of};
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
    /// `the name of the builder`: whose it is, with name and label where that is the record itself.
    pub plain: Option<(String, String, String)>,
}

/// `a minimum and a maximum number of participants`: what the two are bounds of is said once.
fn bound_of_next(s: &Sentence, range: Range<usize>) -> Option<FieldDraft> {
    let bound = |i: &usize| matches!(s.words[*i].lower(), "minimum" | "maximum");
    let small = |i: &usize| matches!(s.words[*i].tag, Tag::Det | Tag::Conj | Tag::Comma);
    let mut said = range.clone().filter(|i| !small(i));
    let at = said.next().filter(bound).filter(|_| said.next().is_none())?;
    let other = (at + 1..s.words.len()).find(|i| !small(i)).filter(bound)?;
    let joined = s.words[at + 1..other].iter().any(|w| w.tag == Tag::Conj);
    if !joined || s.words[other].lower() == s.words[at].lower() {
        return None;
    }
    let end = (other + 1..s.words.len()).find(|i| matches!(s.words[*i].tag, Tag::Comma | Tag::Conj | Tag::Stop));
    let mut draft = field(s, other..end.unwrap_or(s.words.len()))?;
    let numeric = matches!(draft.field.ty, FieldType::Integer | FieldType::Decimal { .. });
    let (from, to) = (s.words[other].lower(), s.words[at].lower());
    draft.field.name = draft.field.name.replacen(from, to, 1);
    draft.field.label = sentence_case(&draft.field.label.to_lowercase().replacen(from, to, 1));
    draft.used = range.collect();
    (numeric && draft.field.name.contains(to)).then_some(draft)
}

/// Reads `range` of a sentence as one property. `None` when it names none.
#[must_use]
pub fn field(s: &Sentence, range: Range<usize>) -> Option<FieldDraft> {
    let words = &s.words;
    let mut start = range.start;
    while start < range.end
        && matches!(words[start].tag, Tag::Adv | Tag::Other | Tag::Conj | Tag::Verb(_))
        && !matches!(words[start].lower(), "how" | "where" | "when")
    {
        start += 1;
    }
    if super::denied::none(words, start) {
        return None;
    }
    // `how much`: of money, when it stands alone
    if range.end - start == 2 && words[start].is("how") && words[start + 1].is("much") {
        let ty = FieldType::Decimal { money: true };
        let field = super::data::made("amount", "Amount", ty, s.id);
        return Some(FieldDraft {
            field,
            head: String::new(),
            stated: None,
            typed: true,
            used: range.collect(),
            plain: None,
        });
    }
    if let Some(draft) = bound_of_next(s, range.clone()).or_else(|| super::ranged::field(s, &range)) {
        return Some(draft);
    }
    if start < range.end
        && let Some(draft) = question(s, range.clone(), start)
    {
        return Some(draft);
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
    let unique = range.clone().find(|i| words[*i].is("unique"));
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
    if np.head.is_empty() || words::light(&np.head) && nouns::property(&np.head).is_none() && !named(&np) {
        return None;
    }
    // `at most 12 places`: a number of them, within that bound
    let counted = leading(words, &range).zip(np.number).filter(|_| np.of.is_none());
    let whole = nouns::property(words[np.head_at].lower()).or_else(|| nouns::property(&np.head));
    if counted.is_some() && whole != Some(FieldType::Integer) && nouns::person(&np.head).is_none() {
        return None;
    }
    let (mut name, mut label) = super::naming::naming(s, &np);
    let mut plain = None;
    let of = np.of.as_deref().filter(|of| of.det.is_some());
    if let Some(of) = of.or(np.owner.as_deref()).filter(|of| of.pronoun.is_none() && !of.head.is_empty()) {
        // somebody else's name is a property of its own
        let whose = of.name();
        plain = Some((whose.clone(), name, label.clone()));
        name = identifier(&format!("{whose} {label}"));
        label = sentence_case(&format!("{whose} {}", label.to_lowercase()));
    }
    used.extend(np.range.start..np.paren.as_ref().map_or(np.range.end, |p| p.start));
    // `a price per night`: another one than the price
    if let Some(unit) = per(s, &np).filter(|at| *at < range.end) {
        let more = words[unit].lower();
        label = format!("{label} per {more}");
        name = identifier(&format!("{name} per {more}"));
        used.extend(unit - 1..=unit);
    }
    let (mut ty, mut typed) = base_type(s, &np);
    // `size`, `T-shirt size`: as often M as 42, unless numbers are said; a group has so many in it
    let worn = |m: &String| {
        m.ends_with("shirt")
            || matches!(
                m.as_str(),
                "shoe" | "boot" | "dress" | "clothing" | "clothes" | "jacket" | "glove" | "hat" | "helmet" | "trouser"
            )
    };
    let size = np.head == "size" && (np.mods.is_empty() || np.mods.iter().any(worn));
    if size {
        ty = FieldType::Text { multiline: false };
    }
    // `a number in stock`: how many there are
    let end = np.range.end;
    let many = matches!(np.head.as_str(), "number" | "quantity" | "amount" | "count");
    if many && end + 1 < range.end && words[end].is("in") && words[end + 1].is("stock") {
        label = format!("{label} in stock");
        name = identifier(&format!("{name} in stock"));
        (ty, typed) = (FieldType::Integer, true);
        used.extend([end, end + 1]);
    }
    let mut unit = None;
    let mut rules = Vec::new();
    let mut id_rule = |rule| rules.push(FieldRule { rule, clauses: vec![s.id] });
    if let Some(at) = unique {
        id_rule(Rule::Unique { per_owner: false });
        used.push(at);
    }
    if let Some((upper, value)) = counted {
        id_rule(if upper { Rule::Max { value } } else { Rule::Min { value } });
        (ty, typed) = (FieldType::Integer, true);
    }
    // the bracket
    let bracketed = bracket_behind(s, &np, range.end);
    if let Some(paren) = bracketed.clone() {
        match bracket(s, paren.clone(), &np.head) {
            Bracket::Choice(values) => {
                // `20, 40 or 60 minutes`
                let numbers = values.iter().all(|v| v.parse::<f64>().is_ok());
                unit = words[paren.clone()].last().and_then(|w| unit_of(w.lower())).filter(|_| numbers);
                ty = FieldType::Choice { values };
                typed = true;
            }
            Bracket::Optional(v) => stated = Some(v),
            Bracket::Bounds(bounds) => {
                let (within, bounds) = within(&np.head, ty, bounds);
                bounds.into_iter().for_each(&mut id_rule);
                (ty, typed) = (within, true);
            }
            Bracket::Unit(u) => unit = Some(u),
            Bracket::Boolean => ty = FieldType::Boolean,
            Bracket::Date => ty = FieldType::Date,
            // `bank account (IBAN number)`: said more exactly, for whoever fills it in
            Bracket::Other if paren.len() <= 3 => label = format!("{label} ({})", s.quote(paren.clone())),
            Bracket::Other => {}
        }
        used.extend(paren.start.saturating_sub(1)..(paren.end + 1).min(words.len()));
    }
    // `the year it was bought`: which year
    if s.words[np.range.start].is("how") {
        // already said in its own words
    } else if (np.head_at + 1..np.range.end).any(|i| matches!(words[i].lower(), "it" | "they" | "he" | "she")) {
        label = sentence_case(s.quote(np.head_at..np.range.end).trim_end_matches(['.', ';']));
    }
    // what follows the phrase
    let mut i = super::ranged::behind(words, &np);
    while i < range.end {
        if let Some(paren) = bracketed.as_ref().filter(|paren| paren.contains(&i)) {
            i = paren.end;
            continue;
        }
        let w = words[i].lower();
        let n = |k: usize| words.get(i + k).filter(|_| i + k < range.end);
        if let Some(u) = n(2).and_then(|x| raised(n(1)?.lower(), &x.base)).filter(|_| w == "in") {
            unit = Some(u.to_owned());
            used.extend(i..i + 3);
            i += 3;
        } else if w == "in" && n(1).is_some_and(|x| x.is("degrees")) {
            // one who has a degree has no unit
            unit = Some("°".to_owned());
            used.extend([i, i + 1]);
            i += 2;
        } else if (w == "in" || w == "as" || w == "of") && n(1).is_some_and(|x| unit_of(&x.base).is_some()) {
            unit = unit_of(&words[i + 1].base);
            used.extend([i, i + 1]);
            i += 2;
        } else if matches!(w, "from" | "between" | "of" | "on")
            && n(1).is_some_and(|x| x.token.value.is_some())
            && n(3).is_some_and(|x| x.token.value.is_some())
        {
            let (least, most) = (words[i + 1].token.value.unwrap_or(0.0), words[i + 3].token.value.unwrap_or(0.0));
            // `between 0.5 and 12`: parts of one can be entered
            let whole = least.fract() == 0.0 && most.fract() == 0.0;
            ty = if whole { FieldType::Integer } else { FieldType::Decimal { money: false } };
            typed = true;
            id_rule(Rule::Min { value: least });
            id_rule(Rule::Max { value: most });
            // `between 5 and 250 euros`
            let measured = n(4).and_then(|x| unit_of(&x.base));
            let end = i + 4 + usize::from(measured.is_some());
            unit = unit.or(measured);
            used.extend(i..end);
            i = end;
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
        } else if let Some((phrase, upper)) = bound(words, i, range.end)
            && let Some(value) = n(phrase).and_then(|x| x.token.value)
        {
            let characters = n(phrase + 1).is_some_and(|x| x.base == "character" || x.base == "letter");
            id_rule(match (characters, upper) {
                (true, true) => Rule::MaxLength { value: value as u32 },
                (true, false) => Rule::MinLength { value: value as u32 },
                (false, true) => Rule::Max { value },
                (false, false) => Rule::Min { value },
            });
            let more = usize::from(characters || n(phrase + 1).is_some_and(|x| unit_of(&x.base).is_some()));
            if more == 1 && !characters && unit.is_none() {
                unit = unit_of(&words[i + phrase + 1].base);
            }
            used.extend(i..i + phrase + 1 + more);
            i += phrase + 1 + more;
        } else {
            i += 1;
        }
    }
    if let Some(u) = unit.as_ref().filter(|_| !matches!(ty, FieldType::Choice { .. })) {
        match u.as_str() {
            "€" | "$" | "£" | "CHF" => ty = FieldType::Decimal { money: true },
            "minutes" | "hours" | "seconds" | "days" | "weeks" | "months" | "years"
                if matches!(ty, FieldType::Text { .. } | FieldType::Time) =>
            {
                ty = FieldType::Integer
            }
            "%" | "km" | "miles" | "m" | "kg" | "g" | "t" | "cm" | "mm" | "l" | "ml" | "ha" | "m²" | "km²" | "m³"
            | "km/h" | "°C" | "kWh" => ty = FieldType::Decimal { money: false },
            _ => {}
        }
        typed = true;
    }
    let bounded = |r: &FieldRule| matches!(r.rule, Rule::Min { .. } | Rule::Max { .. });
    if size && matches!(ty, FieldType::Text { .. }) && rules.iter().any(bounded) {
        ty = FieldType::Integer;
    }
    // `for a day and an hour`: which hour of the day is a number, and 9 comes before 10
    if name == "hour" && matches!(ty, FieldType::Text { .. }) {
        ty = FieldType::Integer;
    }
    Some(FieldDraft {
        field: Field {
            name,
            label,
            ty,
            // without the number there is no bound
            required: stated.unwrap_or(counted.is_some()),
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
        plain,
    })
}

/// `The size is at most 50`: a size that is held against numbers is one.
pub fn measured(f: &mut Field) {
    let size = f.name == "size" || f.name.ends_with("_size");
    if size && f.rules.is_empty() && matches!(f.ty, FieldType::Text { multiline: false }) {
        f.ty = FieldType::Integer;
    }
}

/// Where the `night` of `a price per night` stands.
#[must_use]
pub fn per(s: &Sentence, np: &Np) -> Option<usize> {
    let at = np.range.end + 1;
    let unit = s.words.get(at).filter(|w| w.tag == Tag::Noun && !nouns::person(&w.base).is_some())?;
    (s.words[at - 1].is("per") && nouns::property(&np.head).is_some() && !unit.is("cent")).then_some(at)
}

/// `a site`, `a table`: with an article of its own a word that is part of a screen elsewhere is a property.
fn named(np: &Np) -> bool {
    const BOTH: [&str; 12] = [
        "site",
        "section",
        "area",
        "table",
        "platform",
        "system",
        "software",
        "application",
        "page",
        "function",
        "option",
        "form",
    ];
    matches!(np.det.as_deref(), Some("a" | "an" | "one")) && !np.plural && BOTH.contains(&np.head.as_str())
}

/// Whether the bound that a phrase begins with is an upper one: `at most 12 places`.
#[must_use]
pub fn leading(words: &[super::tag::Word], range: &Range<usize>) -> Option<bool> {
    let from = range.clone().find(|i| !matches!(words[*i].tag, Tag::Conj | Tag::Comma))?;
    let (len, upper) = bound(words, from, range.end)?;
    words.get(from + len).filter(|w| w.token.value.is_some() && from + len < range.end).map(|_| upper)
}

/// `at most`, `up to`, `at least` …: how many words, and whether it is an upper bound.
fn bound(words: &[super::tag::Word], at: usize, end: usize) -> Option<(usize, bool)> {
    const BOUNDS: [(&[&str], bool); 12] = [
        (&["at", "most"], true),
        (&["up", "to"], true),
        (&["no", "more", "than"], true),
        (&["not", "more", "than"], true),
        (&["a", "maximum", "of"], true),
        (&["maximum"], true),
        (&["at", "least"], false),
        (&["minimum"], false),
        (&["a", "minimum", "of"], false),
        (&["no", "less", "than"], false),
        (&["not", "less", "than"], false),
        (&["no", "fewer", "than"], false),
    ];
    BOUNDS
        .iter()
        .find(|(phrase, _)| phrase.iter().enumerate().all(|(k, w)| at + k < end && words[at + k].is(w)))
        .map(|(phrase, upper)| (phrase.len(), *upper))
}

/// `whether it is available`, `where it was found`, `when it was found`: properties said as questions.
fn question(s: &Sentence, range: Range<usize>, start: usize) -> Option<FieldDraft> {
    let asks = s.words[start].lower();
    let ty = match asks {
        "whether" => FieldType::Boolean,
        "when" => FieldType::Date,
        "where" | "what" | "who" => FieldType::Text { multiline: false },
        _ => return None,
    };
    // `(who, when)`
    if start + 1 >= range.end {
        let (name, label) = match asks {
            "when" => ("date", "Date"),
            "where" => ("place", "Place"),
            "who" => ("who", "Who"),
            _ => return None,
        };
        let field = super::data::made(name, label, ty, s.id);
        return Some(FieldDraft {
            field,
            head: String::new(),
            stated: None,
            typed: true,
            used: range.collect(),
            plain: None,
        });
    }
    let kept: Vec<&str> = s.words[start + 1..range.end]
        .iter()
        .filter(|w| !matches!(w.tag, Tag::Det | Tag::Be | Tag::Adv | Tag::Pron | Tag::Poss | Tag::Stop | Tag::Modal))
        .map(|w| w.lower())
        .collect();
    let name = match asks {
        "whether" if !kept.is_empty() => kept.join(" "),
        "what" => s.quote(start..range.end),
        _ if !kept.is_empty() => format!("{asks} {}", kept.join(" ")),
        _ => return None,
    };
    let label = if asks == "whether" && kept.len() == 1 { name.clone() } else { s.quote(start..range.end) };
    let label = label.trim_end_matches(['.', ';']).to_owned();
    let field = Field {
        name: identifier(&name),
        label: sentence_case(&label),
        ty,
        required: false,
        read_only: false,
        default: None,
        unit: None,
        clauses: vec![s.id],
        rules: Vec::new(),
    };
    Some(FieldDraft { field, head: String::new(), stated: None, typed: true, used: range.collect(), plain: None })
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

/// Reads a written list of fields: an answer such as `author, message, rating from 1 to 5`; and its words that name none.
#[must_use]
pub fn list(text: &str, id: ClauseId) -> (Vec<FieldDraft>, Vec<String>) {
    let s = Sentence::new(id, text, &[]);
    let (mut found, mut unread) = (Vec::new(), Vec::new());
    for range in split_list(&s.words, 0..s.words.len()) {
        match field(&s, range.clone()) {
            Some(draft) => found.push(draft),
            None => unread.push(s.quote(range)),
        }
    }
    (found, unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Field {
        let (mut found, unread) = list(text, ClauseId(1));
        assert_eq!(unread, Vec::<String>::new());
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
}

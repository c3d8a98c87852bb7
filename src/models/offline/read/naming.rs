//! What a property is called: on screens, and in the database.

use super::chunk::Np;
use super::lexicon::nouns;
use super::sentence::Sentence;

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

pub fn naming(s: &Sentence, np: &Np) -> (String, String) {
    if s.words[np.range.start].is("how") {
        let label = sentence_case(&s.quote(np.range.start..np.range.end));
        let mut name = np.mods.clone();
        name.insert(0, np.head.clone());
        let name = if np.head == "number" && !np.mods.is_empty() {
            format!("number of {}", nouns::plural(&np.mods[0]))
        } else {
            name.join(" ")
        };
        // `how many loans it has`, `how many loans there are`: said of whatever it is kept with
        let bare = s.words[np.range.clone()].iter().any(|w| matches!(w.lower(), "it" | "they" | "there"));
        let label = if bare && np.head == "number" { sentence_case(&name) } else { label };
        return (identifier(&name), label);
    }
    let mut parts: Vec<String> = np.mods.iter().filter(|m| !words_dropped(m)).cloned().collect();
    // a plural head stays plural: `number of servings`, `ingredients`
    parts.push(s.words[np.head_at].lower().to_owned());
    let mut label = parts.join(" ");
    if let Some(of) = &np.of
        && !of.head.is_empty()
        && (np.mods.is_empty() || nouns::property(&np.head).is_some())
        && (measure(&np.head)
            || matches!(
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
            ))
        && of.det.is_none()
    {
        label = format!(
            "{label} of {}",
            s.words[of.range.start..of.head_at + 1].iter().map(|w| w.lower()).collect::<Vec<_>>().join(" ")
        );
    }
    (identifier(&label), sentence_case(&label))
}

/// `litres of glaze`: of what they are is part of the name.
fn measure(noun: &str) -> bool {
    matches!(
        super::value::unit_of(noun).as_deref(),
        Some("l" | "ml" | "kg" | "g" | "t" | "m" | "cm" | "mm" | "km" | "ha")
    )
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

#[cfg(test)]
mod tests {
    use super::*;

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

//! Parts of a sentence that are no demand of their own: roles of stories, reasons, reservations, and clauses that only
//! qualify the property before them.

use super::chunk::{self, Np};
use super::lexicon::{
    nouns,
    verbs::{self, Class, Form},
};
use super::tag::{Tag, Word};

/// `if there is one`, `if any`: says a property is optional, and must not break up the list it stands in.
pub fn hedge(words: &mut [Word]) {
    for i in 0..words.len() {
        if !words[i].is("if") {
            continue;
        }
        let next = |k: usize| words.get(i + k).map_or("", |w| w.lower());
        let len = match (next(1), next(2), next(3)) {
            ("there", "is" | "are", _) => 4,
            (
                "any" | "available" | "known" | "applicable" | "needed" | "necessary" | "given" | "present" | "desired"
                | "possible",
                ..,
            ) => 2,
            ("it" | "they", "exists" | "exist", _) => 3,
            _ => 0,
        };
        let end = (i + len).min(words.len());
        for w in &mut words[i..end] {
            w.tag = Tag::Other;
        }
    }
}

/// `As a (single-time) visitor, I …` → the role and the index of `I`.
pub fn story_role(words: &[Word]) -> Option<(Np, usize)> {
    let first = words.first()?;
    if !first.is("as") || !words.get(1)?.tag_is_det() {
        return None;
    }
    let i = words.iter().take(40).position(|w| w.is("i") || w.is("we") || w.tag == Tag::Comma && !inside(words, w))?;
    let mut end = i;
    if words[i].tag == Tag::Comma {
        end = i + 1;
    }
    let role_words: Vec<Word> = {
        let mut depth = 0;
        words[1..i]
            .iter()
            .filter(|w| {
                match w.tag {
                    Tag::Open => depth += 1,
                    Tag::Close => {
                        depth -= 1;
                        return false;
                    }
                    _ => {}
                }
                depth == 0
            })
            .cloned()
            .map(|mut w| {
                // `As a Data Publishing User`: whatever a word could be, here it is part of a name
                if !matches!(w.tag, Tag::Det | Tag::Prep | Tag::Conj | Tag::Adj) {
                    w.tag = Tag::Noun;
                    w.base = super::lexicon::nouns::singular(w.lower());
                }
                w
            })
            .collect()
    };
    let np = chunk::noun_phrase(&role_words, 0)?;
    Some((np, end))
}

fn inside(words: &[Word], target: &Word) -> bool {
    let mut depth = 0i32;
    for w in words {
        match w.tag {
            Tag::Open => depth += 1,
            Tag::Close => depth -= 1,
            _ => {}
        }
        if std::ptr::eq(w, target) {
            return depth > 0;
        }
    }
    false
}

/// `Kilns: each kiln has a name and a size`: a label that the sentence behind it says again. Where its colon stands.
pub fn label(words: &[Word]) -> Option<usize> {
    let colon = words.iter().take(4).position(|w| w.tag == Tag::Colon).filter(|c| *c > 0)?;
    let behind = &words[colon + 1..];
    let sentence = behind.iter().skip(1).any(|w| matches!(w.tag, Tag::Modal | Tag::Be | Tag::Verb(_)));
    let again = |w: &Word| w.tag == Tag::Noun && behind.iter().any(|b| b.base == w.base && b.tag == Tag::Noun);
    (sentence && words[..colon].iter().all(again)).then_some(colon)
}

/// `A member can borrow one or more boats (borrow boat).`: a bracket that only gives what is said a name.
pub fn names(words: &[Word]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for open in (1..words.len()).filter(|i| words[*i].tag == Tag::Open) {
        let Some(close) = (open..words.len()).find(|i| words[*i].tag == Tag::Close) else { continue };
        let inside = &words[open + 1..close];
        let acts = inside.first().is_some_and(|w| verbs::verb(w.lower()).is_some_and(|(_, form)| form == Form::Base));
        let said = |w: &Word| words[..open].iter().any(|o| nouns::singular(o.lower()) == nouns::singular(w.lower()));
        let all = |class| class == Class::Manage;
        let repeats = inside.iter().enumerate().all(|(k, w)| said(w) || k == 0 && all(verbs::class(w.lower())));
        if acts && (2..=4).contains(&inside.len()) && repeats {
            out.push((open, close + 1));
        }
    }
    out
}

/// Parts that only say why: `so that …`, `in order to …`, `because …`.
pub fn reasons(words: &[Word], from: usize) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut i = from;
    while i < words.len() {
        let next = words.get(i + 1);
        let so = words[i].is("so")
            && next.is_some_and(|n| {
                n.is("that") || n.is("i") || n.is("we") || n.is("they") || n.is("users") || n.is("the") || n.is("it")
            });
        let order =
            words[i].is("in") && next.is_some_and(|n| n.is("order")) && words.get(i + 2).is_some_and(|n| n.is("to"));
        let because = words[i].is("because") && i > from;
        if so || order || because {
            out.push((i, words.len()));
            break;
        }
        i += 1;
    }
    out
}

/// `keeps the pieces we sing: title, composer`, `note the parts they used, with a price`: what people do with the things
/// that are recorded says nothing of the record.
pub fn described(words: &[Word]) -> Vec<(usize, usize)> {
    let kept = words
        .iter()
        .position(|w| matches!(w.tag, Tag::Verb(_)))
        .filter(|v| matches!(verbs::class(&words[*v].base), Class::Create | Class::Manage));
    let Some(kept) = kept else { return Vec::new() };
    let people = |w: &Word| matches!(w.lower(), "we" | "they" | "i" | "he" | "she");
    let asks = |w: &Word| matches!(w.lower(), "how" | "what" | "which" | "when" | "where" | "whether");
    let spot = (kept + 2..words.len().saturating_sub(2)).find(|i| {
        words[i - 1].tag == Tag::Noun
            && people(&words[*i])
            && !words[kept..*i].iter().any(asks)
            && !words[*i + 1..*i + 2].iter().any(|w| matches!(w.tag, Tag::Modal | Tag::Be))
    });
    let Some(at) = spot else { return Vec::new() };
    let ends = |w: &Word| w.tag == Tag::Colon || w.is("with") || w.tag == Tag::Comma;
    let long = if words[at + 1].is("have") { 3 } else { 2 };
    let listed = words.get(at + long).is_some_and(ends)
        && words[at + long..].iter().any(|w| w.is("with") || w.tag == Tag::Colon);
    if listed { vec![(at, at + long)] } else { Vec::new() }
}

/// `after the manager has answered`, `until the course begins`: what follows is a clause, not a point in time.
pub fn times(words: &mut [Word]) {
    for i in 0..words.len() {
        if words[i].tag != Tag::Prep || !matches!(words[i].lower(), "after" | "before" | "until" | "since") {
            continue;
        }
        // `until it begins`
        let [pronoun, verb] = [i + 1, i + 2].map(|k| words.get(k).map_or(String::new(), |w| w.lower().to_owned()));
        let begins = matches!(pronoun.as_str(), "it" | "they" | "he" | "she")
            && matches!(verb.as_str(), "begins" | "starts" | "ends" | "begin" | "start" | "end");
        if begins {
            let form = if verb.ends_with('s') { Form::Third } else { Form::Base };
            words[i].tag = Tag::Sub;
            words[i + 2].base = verb.trim_end_matches('s').to_owned();
            words[i + 2].tag = Tag::Verb(form);
            continue;
        }
        let phrase = words[i + 1..]
            .iter()
            .take_while(|w| matches!(w.tag, Tag::Det | Tag::Poss | Tag::Adj | Tag::Noun | Tag::Pron | Tag::Apos))
            .count();
        let verb = words.get(i + 1 + phrase);
        if phrase > 0 && verb.is_some_and(|w| matches!(w.tag, Tag::Verb(_) | Tag::Be | Tag::Modal)) {
            words[i].tag = Tag::Sub;
        }
    }
}

/// Qualities of a property that a list states behind it: `a number, which must be unique, a title`, `a rating that lies
/// between 1 and 5`, `a status, which can be open, paid or closed`, `a type: normal or large`. Their words join the phrase
/// they qualify, so that the list goes on behind them; the values stand as in brackets.
pub fn qualify(words: &mut [Word]) {
    signed_in(words);
    bounds(words);
    for i in 1..words.len() {
        if matches!(words[i].tag, Tag::Rel) && (words[i].is("which") || words[i].is("that")) {
            relative(words, i);
        } else if words[i].tag == Tag::Colon {
            values_after(words, i);
        }
    }
}

/// `No more than 12 members may …`: the bound belongs to the number, the phrase begins with it.
fn bounds(words: &mut [Word]) {
    for i in 0..words.len() {
        let opens = i == 0 || matches!(words[i - 1].tag, Tag::Stop | Tag::Conj | Tag::Comma) || words[i - 1].is("with");
        let rest: Vec<&str> = words[i..].iter().take(3).map(Word::lower).collect();
        let len = match rest[..] {
            ["no" | "not", "more" | "less" | "fewer", "than"] => 3,
            ["at", "most" | "least", _] | ["up", "to", _] => 2,
            _ => continue,
        };
        // `a remark of up to 400 characters`
        if rest.starts_with(&["up", "to"]) && words.get(i + 2).is_some_and(|w| w.tag == Tag::Num) {
            words[i].tag = Tag::Prep;
        }
        if opens && words.get(i + len).is_some_and(|w| w.tag == Tag::Num) {
            for w in &mut words[i..i + len] {
                w.tag = Tag::Other;
            }
        }
    }
}

/// `everybody who is logged in`: not the public.
fn signed_in(words: &mut [Word]) {
    for i in 0..words.len() {
        if !matches!(words[i].lower(), "everyone" | "everybody" | "anyone" | "anybody" | "whoever") {
            continue;
        }
        let rest: Vec<&str> = words[i + 1..].iter().take(5).map(Word::lower).collect();
        let len = match rest[..] {
            ["who", "is", "logged" | "signed", "in", ..] => 4,
            ["who", "is", "registered" | "authenticated" | "signed-in" | "logged-in", ..] => 3,
            ["who", "has", "an", "account", ..] => 4,
            ["who", "has", "registered", ..] => 3,
            ["with", "an", "account", ..] => 3,
            ["with", "a", "log-in" | "login" | "password", ..] => 3,
            ["logged" | "signed", "in", ..] => 2,
            ["having", "an", "account", ..] => 3,
            ["registered" | "authenticated" | "signed-in" | "logged-in", ..] => 1,
            _ => continue,
        };
        words[i].token.lower = "signed-in-person".into();
        for w in &mut words[i + 1..i + 1 + len] {
            w.tag = Tag::Other;
        }
    }
}

fn relative(words: &mut [Word], at: usize) {
    let mut i = at + 1;
    while words.get(i).is_some_and(|w| matches!(w.tag, Tag::Modal | Tag::Be | Tag::Adv)) {
        i += 1;
    }
    if i == at + 1 && !words.get(i).is_some_and(|w| w.is("lies")) {
        return;
    }
    let Some(next) = words.get(i) else { return };
    let quality = matches!(next.lower(), "unique" | "required" | "optional" | "mandatory" | "lies" | "lie" | "between");
    let comma = at.checked_sub(1).filter(|c| words[*c].tag == Tag::Comma);
    if quality {
        let end = if next.is("between") { i } else { i + 1 };
        for w in &mut words[comma.unwrap_or(at)..end] {
            w.tag = Tag::Other;
        }
        return;
    }
    // `which can be requested, confirmed or played`
    let mut from = if next.is("either") || next.is("one") { i + 1 } else { i };
    // `which is one of reported, accepted, done`: those words need no `or`
    let one_of = next.is("one") && words.get(from).is_some_and(|w| w.is("of"));
    if one_of {
        let opens = |w: &Word| matches!(w.lower(), "of" | "the" | "following" | ":");
        from += words[from..].iter().take_while(|w| opens(w)).count();
    }
    let end = words[from..].iter().position(|w| w.tag == Tag::Stop).map_or(words.len(), |p| from + p);
    // `which is either adult or family`: values, even where they name people
    let people = next.is("either") && words[from..end].iter().any(|w| w.is("or")) && several(&words[from..end], true);
    if listed(&words[from..end]) || people || one_of && several(&words[from..end], false) {
        let open = comma.unwrap_or(at);
        for w in &mut words[open..from] {
            w.tag = Tag::Other;
        }
        words[open].tag = Tag::Open;
        if let Some(stop) = words.get_mut(end) {
            stop.tag = Tag::Close;
        }
    }
}

/// `a space has a number and a type: normal, disabled, electric`
fn values_after(words: &mut [Word], colon: usize) {
    let kind = &words[colon - 1];
    let choice = matches!(
        kind.base.as_str(),
        "type"
            | "kind"
            | "status"
            | "state"
            | "category"
            | "level"
            | "priority"
            | "urgency"
            | "severity"
            | "size"
            | "species"
    );
    // `has a voice: soprano, alto or bass`; `enters a contact: phone or e-mail` names properties
    let end = words[colon + 1..].iter().position(|w| w.tag == Tag::Stop).map_or(words.len(), |p| colon + 1 + p);
    let phrase = words[..colon].iter().rposition(|w| w.tag != Tag::Noun);
    let one = phrase.is_some_and(|at| at + 1 < colon && matches!(words[at].lower(), "a" | "an" | "the" | "one"));
    let properties = words[colon + 1..end].iter().any(|w| nouns::property(&w.base).is_some());
    let singular = nouns::singular(kind.lower()) == kind.lower();
    let choice = choice || one && singular && !properties && listed(&words[colon + 1..end]);
    // in a list of properties, not `Status: open, closed`
    let inside = words[..colon - 1].iter().any(|w| matches!(w.tag, Tag::Verb(_) | Tag::Prep));
    if choice && inside && !words[..colon].iter().any(|w| w.tag == Tag::Colon) && several(&words[colon + 1..end], false)
    {
        words[colon].tag = Tag::Open;
        if let Some(stop) = words.get_mut(end) {
            stop.tag = Tag::Close;
        }
    }
}

/// Whether the words are an enumeration with `or` of short values.
fn listed(words: &[Word]) -> bool {
    words.iter().any(|w| w.is("or")) && several(words, false)
}

fn several(words: &[Word], people: bool) -> bool {
    let parts: Vec<&[Word]> =
        words.split(|w| matches!(w.tag, Tag::Comma | Tag::Conj)).filter(|p| !p.is_empty()).collect();
    parts.len() >= 2
        && parts.iter().all(|p| {
            p.len() <= 3
                && !p.iter().any(|w| matches!(w.tag, Tag::Det | Tag::Poss | Tag::Modal | Tag::Be | Tag::Pron))
                && (people || !p.last().is_some_and(|w| nouns::person(&w.base).is_some()))
        })
}

impl Word {
    fn tag_is_det(&self) -> bool {
        self.tag == Tag::Det
    }
}

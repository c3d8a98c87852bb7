//! Word classes by lexicon and context. Business English is regular enough for rules: a word after a determiner is no
//! verb, a word after `can` is one.

use super::lexicon::{
    nouns,
    verbs::{self, Class, Form},
    words,
};
use super::token::{Kind, Token};
use super::verb_or_noun::{self, governs, opens_object};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Det,
    Poss,
    Pron,
    Prep,
    Conj,
    /// `if`, `when`, `because`, `so that`.
    Sub,
    /// `which`, `who`, `that` after a noun.
    Rel,
    Modal,
    Be,
    Not,
    /// `to` before an infinitive.
    To,
    Verb(Form),
    Adj,
    Adv,
    Noun,
    Num,
    /// `'s`
    Apos,
    Comma,
    Colon,
    Open,
    Close,
    /// End of a sentence or `;`.
    Stop,
    Other,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    pub token: Token,
    pub tag: Tag,
    /// Base form of a verb, singular of a noun, otherwise the lower-case word.
    pub base: String,
}

impl Word {
    #[must_use]
    pub fn is(&self, word: &str) -> bool {
        self.token.is(word)
    }
    #[must_use]
    pub fn lower(&self) -> &str {
        &self.token.lower
    }
}

#[derive(Default)]
pub struct State {
    /// A finite verb has been seen in this clause of the sentence.
    pub finite: bool,
    /// The last verb, for coordination: `create, edit and delete`.
    pub last: Option<(Form, Class, usize)>,
    /// Inside `who …` right behind the subject: whether that is plural.
    pub relative: Option<bool>,
}

/// Tags every token.
#[must_use]
pub fn tag(tokens: Vec<Token>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(tokens.len());
    let mut state = State::default();
    for i in 0..tokens.len() {
        let (tag, base) = classify(&tokens, i, &out, &state);
        match tag {
            Tag::Verb(form) => {
                state.finite = true;
                state.last = Some((form, verbs::class(&base), i));
            }
            Tag::Modal | Tag::Be => state.finite = true,
            Tag::Rel => {
                let plural = out.last().filter(|_| !state.finite).map(|w| w.base != w.token.lower);
                state = State { relative: plural, ..State::default() };
            }
            Tag::Stop | Tag::Sub => state = State::default(),
            // `Whoever has lost something files a claim`
            Tag::Pron if tokens[i].is("whoever") => state.relative = Some(false),
            Tag::Colon => state.finite = false,
            _ => {}
        }
        out.push(Word { token: tokens[i].clone(), tag, base });
    }
    out
}

fn classify(tokens: &[Token], i: usize, done: &[Word], state: &State) -> (Tag, String) {
    let token = &tokens[i];
    let w = token.lower.as_str();
    let own = || w.to_owned();
    if token.kind == Kind::Punct {
        let tag = match w {
            "," => Tag::Comma,
            ":" => Tag::Colon,
            "(" | "[" | "{" => Tag::Open,
            ")" | "]" | "}" => Tag::Close,
            "'s" => Tag::Apos,
            "." | ";" | "!" | "?" | "–" | "—" => Tag::Stop,
            "&" | "/" | "+" => Tag::Conj,
            "-" if token.spaced => Tag::Stop,
            "'" if done.last().is_some_and(|d| d.tag == Tag::Noun) && !token.spaced => Tag::Apos,
            _ => Tag::Other,
        };
        return (tag, own());
    }
    if token.kind == Kind::Number || token.value.is_some() && w != "one" {
        return (Tag::Num, own());
    }
    let next = tokens.get(i + 1);
    let prev = done.iter().rev().find(|d| d.tag != Tag::Adv && !(d.tag == Tag::Other && d.token.kind == Kind::Punct));
    let prev_tag = prev.map(|p| p.tag);
    if let Some(tag) = closed(w, next, prev) {
        let base = if tag == Tag::Be { "be".into() } else { own() };
        return (tag, base);
    }
    if words::adjective(w)
        && matches!(prev_tag, Some(Tag::Det | Tag::Poss | Tag::Adj | Tag::Num | Tag::Be | Tag::Prep | Tag::Verb(_)))
        && !nouns::property(w).is_some_and(|_| {
            next.is_none_or(|n| {
                n.kind == Kind::Punct || words::preposition(&n.lower) || words::be(&n.lower) || words::modal(&n.lower)
            })
        })
    {
        return (Tag::Adj, own());
    }
    // `Colleagues who drive to work offer rides`: the second verb is that of the main clause
    if let (Some(plural), true, Some((base, form))) = (state.relative, state.finite, verbs::verb(w))
        && (prev_tag == Some(Tag::Noun)
            || matches!(prev_tag, Some(Tag::Verb(_))) && i >= 2 && done.get(i - 2).is_some_and(|w| w.tag == Tag::To)
            || prev_tag == Some(Tag::Pron) && !prev.is_some_and(|p| p.is("whoever")))
        && (form == Form::Base && plural || form == Form::Third && !plural)
        && next.is_some_and(|n| opens_object(n) || governs(base, &n.lower))
    {
        return (Tag::Verb(form), base.to_owned());
    }
    if i == 0 && names_a_command(tokens) {
        return (Tag::Noun, own());
    }
    // `readers younger than 16`
    if prev_tag == Some(Tag::Noun) && w.ends_with("er") && w != "rather" && next.is_some_and(|n| n.is("than")) {
        return (Tag::Adj, own());
    }
    if let Some((base, form)) = verbs::verb(w) {
        let looks_name = token.capitalised() && i > 0 && token.text.len() > 1 && !tokens[i - 1].is(".");
        // backlogs write `I want to Submit Application`: after `to` a capital is no name
        let named = looks_name && !matches!(prev_tag, Some(Tag::To | Tag::Modal | Tag::Conj | Tag::Comma));
        if !named && let Some(tag) = verb_or_noun::as_verb(base, form, tokens, i, prev, done, state) {
            let base = match tag {
                Tag::Verb(_) => base.to_owned(),
                _ => own(),
            };
            return (tag, base);
        }
        return (Tag::Noun, nouns::singular(w));
    }
    if verbs::looks_past(w) && nouns::person(w).is_none() {
        return match prev_tag {
            Some(Tag::Be) => (Tag::Verb(Form::Past), own()),
            _ => (Tag::Adj, own()),
        };
    }
    // `an away team`
    if w == "away" && prev_tag == Some(Tag::Det) && next.is_some_and(|n| n.kind == Kind::Word) {
        return (Tag::Adj, own());
    }
    if words::adverb(w)
        || w.len() > 4 && w.ends_with("ly") && !["family", "supply", "reply", "assembly", "july"].contains(&w)
    {
        return (Tag::Adv, own());
    }
    if is_adjective(w) && (words::adjective(w) || qualifies(prev_tag, next)) {
        return (Tag::Adj, own());
    }
    // `CAS`, `GPS`: letters that stand for words have no plural s
    let letters = (2..=4).contains(&token.text.len()) && token.text.bytes().all(|b| b.is_ascii_uppercase());
    (Tag::Noun, if letters { own() } else { nouns::singular(w) })
}

/// `add records an expense`, `list shows all expenses`: the first word names what does it.
fn names_a_command(tokens: &[Token]) -> bool {
    let form = |i: usize| tokens.get(i).and_then(|t: &Token| verbs::verb(&t.lower)).map(|(_, form)| form);
    let object =
        tokens.get(2).is_some_and(|t| matches!(t.lower.as_str(), "a" | "an" | "the" | "all" | "every" | "each"));
    form(0) == Some(Form::Base) && form(1) == Some(Form::Third) && object
}

/// What ends like an adjective qualifies something; `a chemical has a name` ends a subject with it, so it is a thing.
fn qualifies(prev: Option<Tag>, next: Option<&Token>) -> bool {
    if !matches!(prev, Some(Tag::Det | Tag::Num)) {
        return true;
    }
    next.is_some_and(|n| {
        n.kind != Kind::Punct
            && !words::preposition(&n.lower)
            && !words::be(&n.lower)
            && !words::modal(&n.lower)
            && !words::conjunction(&n.lower)
            && !matches!(verbs::verb(&n.lower), Some((_, Form::Third)))
    })
}

fn is_adjective(w: &str) -> bool {
    if words::adjective(w) {
        return true;
    }
    if nouns::property(w).is_some() || nouns::person(w).is_some() || w.len() < 6 {
        return false;
    }
    ["able", "ible", "ful", "ous", "less", "ical", "ish"].iter().any(|e| w.ends_with(e))
        && !["table", "vegetable"].contains(&w)
}

fn closed(w: &str, next: Option<&Token>, prev: Option<&Word>) -> Option<Tag> {
    let next_verb = next.and_then(|n| verbs::verb(&n.lower));
    let prev_tag = prev.map(|p| p.tag);
    Some(match w {
        "not" | "never" | "n't" => Tag::Not,
        "to" => {
            // `apply to open vacancies`
            let governed = prev.is_some_and(|p| matches!(p.base.as_str(), "apply" | "belong" | "refer" | "subscribe"));
            if governed && next.is_some_and(|n| words::adjective(&n.lower)) {
                return Some(Tag::Prep);
            }
            let base = next
                .is_some_and(|n| n.is("be") || n.is("only") || n.is("not") || n.is("quickly") || n.is("easily"))
                || next_verb.is_some_and(|(_, f)| f == Form::Base);
            if base { Tag::To } else { Tag::Prep }
        }
        "that" => match prev_tag {
            Some(Tag::Noun | Tag::Close | Tag::Pron) => Tag::Rel,
            Some(Tag::Verb(_) | Tag::Sub) | None => Tag::Sub,
            _ => Tag::Det,
        },
        "like" if !matches!(prev_tag, Some(Tag::Modal | Tag::To | Tag::Conj)) && !prev.is_some_and(|p| p.is("i")) => {
            Tag::Prep
        }
        "like" => return None,
        "no" => Tag::Det,
        "one" => match next {
            Some(n) if n.kind == Kind::Word && !words::preposition(&n.lower) && !words::conjunction(&n.lower) => {
                Tag::Num
            }
            _ => Tag::Pron,
        },
        "including" => Tag::Prep,
        "so" => Tag::Sub,
        // `quantity times unit price`
        "times"
            if prev_tag == Some(Tag::Noun)
                && next.is_some_and(|n| {
                    n.kind != Kind::Punct
                        && !words::preposition(&n.lower)
                        && !words::be(&n.lower)
                        && !words::modal(&n.lower)
                        && !words::conjunction(&n.lower)
                        && next_verb.is_none()
                }) =>
        {
            Tag::Other
        }
        "past" if next.is_some_and(|n| words::possessive(&n.lower) || words::determiner(&n.lower)) => Tag::Prep,
        "once" if next.is_some_and(|n| words::preposition(&n.lower)) => Tag::Adv,
        // `only once and may withdraw`: how often
        "once" if next.is_some_and(|n| words::conjunction(&n.lower)) => Tag::Adv,
        // `unless these have been claimed`
        "these" | "those" if next.is_some_and(|n| words::be(&n.lower) || n.is("have") || n.is("had")) => Tag::Pron,
        "will" if matches!(prev_tag, Some(Tag::Det | Tag::Poss)) => return None,
        // `last year two stalls were lost`; loans last
        "last"
            if !matches!(
                prev_tag,
                Some(Tag::Noun | Tag::Pron | Tag::Modal | Tag::To | Tag::Not | Tag::Close | Tag::Rel)
            ) =>
        {
            Tag::Adj
        }
        "do" | "does" | "did" => {
            let helps = next.is_some_and(|n| n.is("not")) || next_verb.is_some();
            // `only the steward does`: it stands for the verb before it
            let alone = next.is_none_or(|n| n.kind == Kind::Punct) && w != "did";
            let short = alone && matches!(prev_tag, Some(Tag::Noun | Tag::Pron));
            if helps || short { Tag::Modal } else { return None }
        }
        // `a class, first day and last day`
        "first"
            if matches!(prev_tag, Some(Tag::Comma | Tag::Conj | Tag::Colon))
                && next.is_some_and(|n| matches!(n.lower.as_str(), "day" | "name" | "date" | "line")) =>
        {
            Tag::Adj
        }
        "own" if matches!(prev_tag, Some(Tag::Poss | Tag::Apos)) => Tag::Adj,
        "other" | "others" if prev_tag == Some(Tag::Det) => return if w == "other" { Some(Tag::Pron) } else { None },
        w if words::modal(w) => Tag::Modal,
        w if words::be(w) => Tag::Be,
        w if words::possessive(w) => Tag::Poss,
        "which" | "who" | "whose" | "whom" => Tag::Rel,
        w if words::subordinator(w) => Tag::Sub,
        w if words::determiner(w) => Tag::Det,
        w if words::pronoun(w) => Tag::Pron,
        w if words::conjunction(w) => Tag::Conj,
        "out" | "up" | "off" | "down" if matches!(prev_tag, Some(Tag::Verb(_))) => Tag::Adv,
        "before" | "after" | "until" | "since" if next_verb.is_none_or(|(_, f)| f == Form::Ing) => Tag::Prep,
        w if words::preposition(w) => Tag::Prep,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::offline::read::token::tokens;

    fn verbs_in(text: &str) -> Vec<String> {
        tag(tokens(text)).into_iter().filter(|w| matches!(w.tag, Tag::Verb(_))).map(|w| w.base).collect()
    }

    #[test]
    fn words_are_verbs_where_they_stand_as_verbs() {
        assert_eq!(verbs_in("A tenant can report a defect with a title and a comment."), ["report"]);
        assert_eq!(verbs_in("The tenant reports defects and the caretaker sees all reports."), ["report", "see"]);
        assert_eq!(verbs_in("A user sets goals."), ["set"]);
        assert_eq!(
            verbs_in("As an admin, I want to create, edit and delete users."),
            ["want", "create", "edit", "delete"]
        );
        assert_eq!(verbs_in("Users can view orders, comments and reports."), ["view"]);
        assert_eq!(
            verbs_in("An app that helps users log their workouts, set goals, and track their progress."),
            ["help", "log", "set", "track"]
        );
        assert_eq!(verbs_in("Every change of a defect is recorded with who did it."), ["record", "do"]);
        assert_eq!(verbs_in("The list of defects can be searched and exported as CSV."), ["search", "export"]);
        assert_eq!(verbs_in("A guest book for our wedding."), Vec::<String>::new());
        assert_eq!(
            verbs_in("People sign up with an email address and record their workouts: the date."),
            ["sign", "record"]
        );
    }
}

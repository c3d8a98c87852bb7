//! Whether a word that can be a verb is one where it stands: `can report a defect`, `all reports`.

use super::lexicon::{
    nouns,
    verbs::{self, Class, Form},
    words,
};
use super::tag::{State, Tag, Word};
use super::token::{Kind, Token};

/// What a word that can be a verb is here; `None`: it is a noun.
pub fn as_verb(
    base: &str,
    form: Form,
    tokens: &[Token],
    i: usize,
    prev: Option<&Word>,
    prev_words: &[Word],
    state: &State,
) -> Option<Tag> {
    let verb = Some(Tag::Verb(form));
    let next = tokens.get(i + 1);
    let opens = next.is_some_and(opens_object);
    let ends = next.is_none_or(|n| n.kind == Kind::Punct && n.lower != "(" || words::conjunction(&n.lower));
    let prev_tag = prev.map(|p| p.tag);
    let fixed_verb = nouns::property(&tokens[i].lower).is_none()
        && matches!(
            base,
            "allow"
                | "have"
                | "be"
                | "see"
                | "enable"
                | "choose"
                | "receive"
                | "contain"
                | "become"
                | "want"
                | "add"
                | "delete"
        );
    // `must not be empty and has …`
    if base == "have" && form == Form::Third {
        return verb;
    }
    // `the fence need not be filled in`
    if base == "need" && form == Form::Base && next.is_some_and(|n| n.is("not")) {
        return verb;
    }
    // `look at everything but change nothing`
    let all = next.is_some_and(|n| matches!(n.lower.as_str(), "nothing" | "anything" | "everything"));
    if all && form == Form::Base && prev_tag == Some(Tag::Conj) {
        return verb;
    }
    // `Readers without an account see only the articles`
    let shown = fixed_verb || verbs::class(base) == Class::Read || next.is_some_and(determines);
    if form == Form::Base && opens && shown && !state.finite && some_people(prev_words) {
        return verb;
    }
    match form {
        Form::Past => match prev_tag {
            Some(Tag::Be) => verb,
            // `are never shown`
            Some(Tag::Not)
                if prev_words.iter().rev().find(|w| w.tag != Tag::Not).is_some_and(|w| w.tag == Tag::Be)
                    && !matches!(base, "allow" | "permit" | "require" | "need" | "want" | "include") =>
            {
                verb
            }
            Some(Tag::Verb(_)) if prev.is_some_and(|p| p.base == "have") => verb,
            Some(Tag::Modal | Tag::To) => Some(Tag::Verb(Form::Base)),
            Some(Tag::Pron | Tag::Rel) => verb,
            Some(Tag::Noun | Tag::Close)
                if !state.finite && !next.is_some_and(|n| n.is("by") || words::preposition(&n.lower)) =>
            {
                verb
            }
            Some(Tag::Noun) if next.is_some_and(|n| n.is("by")) => verb,
            // `see all lessons, sorted alphabetically by title`: in which order the list comes
            Some(Tag::Noun | Tag::Comma) if arranges(base) && by_follows(tokens, i) => verb,
            Some(Tag::Conj | Tag::Comma) if state.last.is_some_and(|(f, ..)| f == Form::Past) && !opens => verb,
            _ => Some(Tag::Adj),
        },
        Form::Ing => match prev_tag {
            // `by tracking number`: the name of a property
            Some(Tag::Prep)
                if next.is_some_and(|n| {
                    matches!(
                        n.lower.as_str(),
                        "number" | "date" | "time" | "address" | "type" | "name" | "code" | "status"
                    )
                }) =>
            {
                None
            }
            // `the date of joining`: the day of an act
            Some(Tag::Prep) if !opens && prev.is_some_and(|p| p.is("of")) && names_a_day(prev_words) => None,
            // `create training sessions`: a kind of sessions
            Some(Tag::Verb(_)) if makes(state) && next.is_some_and(plain_word) => None,
            // `set the status to waiting or accepted`: a state
            Some(Tag::Prep) if prev.is_some_and(|p| p.is("to")) && ends => None,
            Some(Tag::Be | Tag::Prep | Tag::Sub) => verb,
            Some(Tag::Verb(_)) if opens => verb,
            Some(Tag::Det | Tag::Adj | Tag::Poss | Tag::Num | Tag::Apos) => None,
            None | Some(Tag::Colon | Tag::Stop) if opens => verb,
            Some(Tag::Conj | Tag::Comma) if opens && state.last.is_some_and(|(f, ..)| f == Form::Ing) => verb,
            Some(Tag::Noun | Tag::Comma)
                if next.is_some_and(|n| words::determiner(&n.lower) || words::possessive(&n.lower)) =>
            {
                verb
            }
            _ => None,
        },
        Form::Base | Form::Third => match prev_tag {
            Some(Tag::Modal | Tag::To) => Some(Tag::Verb(Form::Base)),
            Some(Tag::Not) => verb,
            Some(Tag::Det | Tag::Poss | Tag::Adj | Tag::Num | Tag::Apos | Tag::Prep) => {
                // `each can …` has its own tag; `for example` and `in progress` are nouns
                None
            }
            None | Some(Tag::Stop | Tag::Colon | Tag::Open) if named_after(base, tokens, i) => None,
            None | Some(Tag::Stop) if form == Form::Base && compound(tokens, i) => None,
            None | Some(Tag::Stop | Tag::Colon | Tag::Open) => {
                (form == Form::Base && (opens || fixed_verb || ends && i == 0)).then_some(Tag::Verb(form))
            }
            Some(Tag::Noun | Tag::Pron | Tag::Close | Tag::Rel) => {
                let subject = prev?;
                // `see which loans are overdue`
                if subject.is("which") && next.is_some_and(|n| words::be(&n.lower) || words::modal(&n.lower)) {
                    return None;
                }
                let plural = subject.tag == Tag::Noun && subject.base != subject.token.lower
                    || matches!(
                        subject.lower(),
                        "i" | "you"
                            | "we"
                            | "they"
                            | "these"
                            | "those"
                            | "who"
                            | "which"
                            | "that"
                            | "people"
                            | "staff"
                            | "everyone"
                    );
                let agrees = if form == Form::Base {
                    plural || coordinated(prev_words)
                } else {
                    !plural || subject.is("everyone") || subject.tag == Tag::Rel || opens && list_of(prev_words)
                };
                let helper = state.last.is_some_and(|(_, c, at)| c == Class::Allow && at + 2 == i);
                if helper
                    && form == Form::Base
                    && matches!(subject.lower(), "us" | "me" | "them" | "him" | "her" | "you")
                {
                    return verb;
                }
                let helped = state.last.is_some_and(|(_, c, at)| c == Class::Allow && i - at < 8);
                // `…, and the owner of the tool accepts or rejects it`
                let decides = ends && verbs::class(base) == Class::Decide;
                let fresh =
                    (form == Form::Third || coordinated(prev_words)) && (opens || decides) && clause_start(prev_words)
                        || form == Form::Base && plural && fixed_verb && opens && bare_start(prev_words);
                // `…, and nobody pays`
                let anyone = subject.is("nobody") || subject.is("everybody") || subject.is("everyone");
                let joined = prev_words.iter().rev().nth(1).is_some_and(|w| matches!(w.tag, Tag::Conj | Tag::Comma));
                let fresh = fresh || anyone && form == Form::Third && joined;
                let free = !state.finite || fresh || subject.tag == Tag::Rel || helped && form == Form::Base;
                let free = free
                    || subject.tag == Tag::Pron
                        && form == Form::Base
                        && !matches!(subject.lower(), "it" | "one" | "them" | "me" | "us");
                (agrees
                    && free
                    && (opens
                        || fresh
                        || fixed_verb
                        || subject.tag != Tag::Noun
                        || !state.finite && next.is_some() && (form == Form::Third || plural || !ends)))
                    .then_some(Tag::Verb(form))
            }
            Some(Tag::Conj | Tag::Comma) => {
                let (last_form, class, at) = state.last?;
                // `I run a farm and want to record eggs`
                if matches!(base, "want" | "need" | "wish" | "like") && next.is_some_and(|n| n.is("to")) {
                    return verb;
                }
                if next.is_some_and(|n| governs(base, &n.lower)) && (last_form == form || class == Class::Allow) {
                    return verb;
                }
                // `set goals, and track progress`
                let oxford = i >= 2 && tokens[i - 2].is(",") && prev_tag == Some(Tag::Conj);
                let adjacent = i - at <= 2 || i - at == 3 && tokens[i - 1].kind == Kind::Word;
                // `can block spaces and sees all reservations`
                let again = form == Form::Third && last_form == Form::Base && class != Class::Allow;
                let same = last_form == form
                    || again && next.is_some_and(|n| words::determiner(&n.lower))
                    || form == Form::Base && class == Class::Allow;
                let determined = next.is_some_and(determines);
                (same
                    && (determined
                        || fixed_verb && opens
                        || adjacent && (ends || opens)
                        || opens && (plural_next(next) || oxford && nouns::property(&tokens[i].lower).is_none())))
                .then_some(Tag::Verb(form))
            }
            Some(Tag::Verb(_)) if state.last.is_some_and(|(_, c, _)| c == Class::Allow) => verb,
            // `can be read`, `is set`
            Some(Tag::Be) if matches!(base, "read" | "set" | "put" | "let") => Some(Tag::Verb(Form::Past)),
            Some(Tag::Verb(_) | Tag::Be) => None,
            _ => None,
        },
    }
}

/// Verbs whose participle says in which order a list comes.
fn arranges(base: &str) -> bool {
    matches!(base, "sort" | "order" | "list" | "arrange")
}

/// `sorted by`, `sorted alphabetically by`
fn by_follows(tokens: &[Token], i: usize) -> bool {
    let at = tokens
        .get(i + 1)
        .map_or(i + 1, |next| i + 1 + usize::from(words::adverb(&next.lower) || next.lower.ends_with("ly")));
    tokens.get(at).is_some_and(|t| t.is("by"))
}

/// `Stage managers sign in`, `Shift leaders can …`: what people are called after, where the verb is theirs.
fn named_after(base: &str, tokens: &[Token], i: usize) -> bool {
    const BIDS: [&str; 10] = ["let", "make", "have", "help", "see", "ask", "show", "tell", "remind", "watch"];
    let [Some(people), Some(acts)] = [tokens.get(i + 1), tokens.get(i + 2)] else { return false };
    let one = nouns::singular(&people.lower);
    let several = one != people.lower && nouns::person(&one).is_some();
    let verb = words::modal(&acts.lower)
        || acts.is("have")
        || words::be(&acts.lower)
        || verbs::verb(&acts.lower).is_some_and(|(_, form)| form == Form::Base)
            && tokens.get(i + 3).is_some_and(|n| opens_object(n) || words::preposition(&n.lower));
    several && verb && verbs::class(base) != Class::Allow && !BIDS.contains(&base)
}

/// `Plot numbers are unique`, `Email addresses must not be used twice`: the two words are the subject of what follows them.
fn compound(tokens: &[Token], i: usize) -> bool {
    let [Some(noun), Some(acts)] = [tokens.get(i + 1), tokens.get(i + 2)] else { return false };
    let property = nouns::property(&nouns::singular(&noun.lower)).is_some();
    let finite = words::be(&acts.lower) || words::modal(&acts.lower);
    // `Books are …`, and no `Show what is due`
    let negated = tokens.get(i + 3).is_some_and(|n| n.is("not"));
    property && finite && !(acts.is("be") && !negated)
}

/// `date of`, `hour of`, `reason for`: what such a phrase goes on with is an act by its name.
fn names_a_day(words: &[Word]) -> bool {
    let named = words.len().checked_sub(2).map(|at| &words[at]);
    named.is_some_and(|w| matches!(w.base.as_str(), "date" | "day" | "time" | "hour" | "month" | "year" | "place"))
}

/// Right behind a verb that takes records and no further verb.
fn makes(state: &State) -> bool {
    state.last.is_some_and(|(_, class, _)| {
        matches!(class, Class::Create | Class::Read | Class::Update | Class::Delete | Class::Manage)
    })
}

fn plain_word(t: &Token) -> bool {
    let w = t.lower.as_str();
    let other = words::determiner(w) || words::possessive(w) || words::pronoun(w) || words::preposition(w);
    t.kind == Kind::Word && t.value.is_none() && !other && nouns::singular(w) != w
}

/// Verbs that take their object by a particular word: before it they are no nouns.
pub fn governs(base: &str, next: &str) -> bool {
    matches!(
        (base, next),
        ("belong" | "refer" | "lead" | "reply" | "respond" | "subscribe", "to")
            | ("sign", "up" | "in" | "out")
            | ("log", "in" | "out")
            | ("look" | "search" | "apply" | "register" | "ask", "for")
            | ("comment" | "depend" | "vote" | "bid" | "decide", "on")
            | ("consist", "of")
            | ("take", "part")
            | ("fill", "in" | "out")
            | ("check", "in" | "out")
            | ("pick", "up")
            | ("hand", "over" | "out" | "in")
    )
}

/// Whether the noun phrase that ends `words` began right after `and`, a comma or a stop: the subject of a new clause.
fn clause_start(words: &[Word]) -> bool {
    let determined = words.iter().rposition(|w| !matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Num | Tag::Adv));
    match determined {
        // `the owner of the tool`
        Some(at) if at > 1 && matches!(words[at].tag, Tag::Det | Tag::Poss) && words[at - 1].is("of") => {
            clause_start(&words[..at - 1])
        }
        // `…, and only the clerk sets it`
        Some(at) if at > 1 && matches!(words[at].tag, Tag::Det | Tag::Poss) && words[at - 1].is("only") => {
            matches!(words[at - 2].tag, Tag::Conj | Tag::Comma | Tag::Stop | Tag::Colon)
        }
        Some(at) if matches!(words[at].tag, Tag::Det | Tag::Poss) => {
            at > 0 && matches!(words[at - 1].tag, Tag::Conj | Tag::Comma | Tag::Stop | Tag::Colon)
        }
        _ => false,
    }
}

/// `…, volunteers`, `… and volunteers`: one plural noun right behind a comma, or several people behind `and`.
fn bare_start(words: &[Word]) -> bool {
    let people = |w: &Word| nouns::person(&w.base).is_some();
    match words {
        [.., before, noun] if matches!(noun.tag, Tag::Noun | Tag::Adj) => {
            before.tag == Tag::Comma || before.is("and") && people(noun)
        }
        _ => false,
    }
}

/// `Readers without an account`, `Members with a key`: several people at the start of a clause, and which of them.
fn some_people(words: &[Word]) -> bool {
    let named = |w: &Word| matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Det | Tag::Poss);
    let Some(at) = words.iter().rposition(|w| !named(w)).filter(|at| *at > 0 && at + 1 < words.len()) else {
        return false;
    };
    let which = matches!(words[at].lower(), "with" | "without" | "from" | "in" | "at");
    let who = &words[at - 1];
    let start = words[..at - 1].iter().rposition(|w| !named(w));
    which
        && who.tag == Tag::Noun
        && who.base != who.token.lower
        && nouns::person(&who.base).is_some()
        && start.is_none_or(|i| matches!(words[i].tag, Tag::Comma | Tag::Conj | Tag::Stop))
}

/// Whether a token begins a noun phrase by itself.
fn determines(t: &Token) -> bool {
    words::determiner(&t.lower) || words::possessive(&t.lower) || words::pronoun(&t.lower) || t.value.is_some()
}

/// `The list of members shows …`: the verb agrees with the list.
fn list_of(words: &[Word]) -> bool {
    let Some(of) = words.iter().rposition(|w| w.is("of")).filter(|of| *of > 0) else { return false };
    let head = &words[of - 1];
    words[of + 1..].iter().all(|w| matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Det | Tag::Poss))
        && head.tag == Tag::Noun
        && head.base == head.token.lower
        && matches!(head.lower(), "list" | "page" | "overview" | "table" | "view" | "number" | "report" | "history")
}

/// `the caretaker and the board`: two singular phrases make a plural subject.
fn coordinated(words: &[Word]) -> bool {
    let start =
        words.iter().rposition(|w| !matches!(w.tag, Tag::Noun | Tag::Adj | Tag::Num | Tag::Adv | Tag::Det | Tag::Poss));
    start.is_some_and(|at| words[at].is("and") && at > 0 && words[at - 1].tag == Tag::Noun)
}

fn plural_next(next: Option<&Token>) -> bool {
    next.is_some_and(|n| nouns::singular(&n.lower) != n.lower)
}

/// Whether a token can begin the object of a verb.
pub fn opens_object(t: &Token) -> bool {
    let w = t.lower.as_str();
    if t.kind == Kind::Punct {
        return matches!(w, "“" | "\"" | "‘");
    }
    words::determiner(w)
        || words::possessive(w)
        || words::pronoun(w)
        || t.value.is_some()
        || w == "up"
        || w == "whether"
        || w == "how"
        || matches!(w, "where" | "when" | "what" | "who" | "which")
        || !(words::preposition(w)
            || words::conjunction(w)
            || words::modal(w)
            || words::be(w)
            || words::subordinator(w))
            && !matches!(
                w,
                "not" | "to" | "management" | "tracking" | "system" | "application" | "app" | "tracker" | "manager"
            )
}

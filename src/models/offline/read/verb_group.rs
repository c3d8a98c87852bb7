//! Verb groups: a verb with its auxiliaries and the particle that changes it.

use super::chunk::Vg;
use super::lexicon::{verbs, verbs::Class};
use super::tag::{Tag, Word};

/// The verb group that begins at `start`: `can not be edited`, `would like to be able to see`.
#[must_use]
pub fn verb_group(words: &[Word], start: usize) -> Option<Vg> {
    let mut i = start;
    let mut modal: Option<String> = None;
    let mut negated = false;
    let mut be = false;
    let mut infinitive = false;
    let mut any_to = false;
    let mut finite = false;
    let mut verb: Option<(usize, verbs::Form)> = None;
    while let Some(w) = words.get(i) {
        match w.tag {
            // `a tool that is borrowed cannot be …`: the verb of the main clause
            Tag::Modal if verb.is_some() => break,
            Tag::Modal => {
                negated |= w.is("cannot");
                modal = Some(w.lower().to_owned());
                finite = true;
                be = false;
            }
            Tag::Not => negated = true,
            // `need not be unique`
            Tag::Verb(_)
                if w.base == "need"
                    && verb.is_none()
                    && words.get(i + 1).is_some_and(|n| n.tag == Tag::Not)
                    && words.get(i + 2).is_some_and(|n| matches!(n.tag, Tag::Be | Tag::Verb(_))) =>
            {
                modal = Some("need".to_owned());
                finite = true;
            }
            Tag::Adv if i > start || words.get(i + 1).is_some_and(|n| matches!(n.tag, Tag::Verb(_))) => {
                negated |= w.is("never");
            }
            Tag::To => {
                if i == start {
                    infinitive = true;
                }
                any_to = true;
                be = false;
                if let Some((v, _)) = verb
                    && !chains(&words[v].base)
                {
                    break;
                }
            }
            Tag::Be => {
                // `has been collected`: what was done to it, and nothing that it has
                let perfect = w.is("been") && !any_to && verb.is_some_and(|(v, _)| words[v].base == "have");
                if perfect {
                    verb = None;
                }
                if verb.is_some() && !any_to {
                    break;
                }
                // `has to be between 1 and 5`
                if verb.is_some_and(|(v, _)| matches!(words[v].base.as_str(), "have" | "need")) {
                    verb = None;
                    modal.get_or_insert_with(|| "must".into());
                }
                be = true;
                finite |= i == start || modal.is_some();
            }
            Tag::Adj if be && w.is("able") || w.is("allowed") && be || w.is("possible") && be => {
                modal.get_or_insert_with(|| "can".into());
                if !words.get(i + 1).is_some_and(|n| n.tag == Tag::To) {
                    break;
                }
            }
            Tag::Verb(_)
                if be
                    && (w.is("allowed") || w.is("permitted") || w.is("able"))
                    && words.get(i + 1).is_some_and(|n| n.tag == Tag::To) =>
            {
                modal.get_or_insert_with(|| "can".into());
            }
            Tag::Verb(form) => {
                if let Some((v, _)) = verb {
                    let auxiliary = words[v].base == "have" && form == verbs::Form::Past;
                    if !(auxiliary || any_to && chains(&words[v].base)) {
                        break;
                    }
                    if matches!(
                        words[v].base.as_str(),
                        "want" | "wish" | "like" | "need" | "have" | "expect" | "require"
                    ) && any_to
                    {
                        // `would like to see`
                        modal = modal.filter(|m| m != "would");
                        modal.get_or_insert_with(|| "want".into());
                    }
                }
                // `…, and visitors never pay`
                let never = words[start..i].iter().all(|w| w.is("never")) && i > start;
                finite |= never && matches!(form, verbs::Form::Base | verbs::Form::Third);
                finite |= i == start && matches!(form, verbs::Form::Base | verbs::Form::Third | verbs::Form::Past);
                verb = Some((i, form));
                any_to = false;
            }
            _ => break,
        }
        i += 1;
    }
    // trailing adverbs or `to` belong to what comes next
    while i > start && matches!(words[i - 1].tag, Tag::Adv | Tag::To) && verb.is_none_or(|(v, _)| i - 1 > v) {
        i -= 1;
    }
    if i == start {
        return None;
    }
    match verb {
        Some((v, form)) => {
            let mut base = words[v].base.clone();
            let mut end = i.max(v + 1);
            let mut class = verbs::class(&base);
            // `mark talks as favourites`
            let favors = matches!(base.as_str(), "mark" | "save" | "flag" | "tag")
                && words[end..].windows(3).take(6).any(|w| {
                    w[0].is("as")
                        && (matches!(w[1].base.as_str(), "favorite" | "bookmark")
                            || matches!(w[2].base.as_str(), "favorite" | "bookmark"))
                });
            if favors {
                base = "favorite".into();
                class = Class::Transact;
            }
            // `would like its members to book`
            if base == "like" && modal.as_deref() == Some("would") {
                class = Class::Want;
            }
            // particles: sign up, log in, log out, check out, set up, fill in
            if let Some(p) = words.get(end) {
                let particle = match (base.as_str(), p.lower()) {
                    ("sign", "up") => Some(("signup", Class::SignUp)),
                    ("sign" | "log", "in" | "on" | "into") => Some(("login", Class::LogIn)),
                    ("sign" | "log", "out" | "off") => Some(("logout", Class::LogOut)),
                    ("fill", "out" | "in") => Some(("fill", Class::Create)),
                    ("set", "up") => Some(("set", Class::Create)),
                    // `check out` by itself: somebody leaves
                    ("check", "out") if words.get(end + 1).is_some_and(|w| !ends(w)) && !comes_back(words) => {
                        Some(("borrow", Class::Transact))
                    }
                    ("check", "in") => Some((CHECK_IN, Class::Other)),
                    ("check", "out") => Some((CHECK_OUT, Class::Other)),
                    ("look", "up" | "for") => Some(("look", Class::Read)),
                    ("search", "for") => Some(("search", Class::Search)),
                    ("look", "at" | "through" | "over") | ("go", "through" | "over") => Some(("look", Class::Read)),
                    ("hand" | "turn", "in") | ("send", "in") => Some(("submit", Class::Create)),
                    ("put", "in" | "up") | ("post", "up") => Some(("enter", Class::Create)),
                    ("write" | "note" | "jot", "down") => Some(("note", Class::Create)),
                    ("turn", "down") => Some(("reject", Class::Decide)),
                    ("call", "off") => Some(("cancel", Class::Delete)),
                    ("keep", "track") => {
                        if words.get(end + 1).is_some_and(|o| o.is("of")) {
                            end += 1;
                        }
                        Some(("track", Class::Create))
                    }
                    ("apply" | "vote" | "bid", "for" | "on") | ("apply", "to") => {
                        Some((verbs::verb(&base).map_or("apply", |(b, _)| b), Class::Transact))
                    }
                    ("comment" | "reply", "on" | "to") => {
                        Some((verbs::verb(&base).map_or("comment", |(b, _)| b), Class::Transact))
                    }
                    ("register" | "enrol" | "enroll" | "sign", "for") => Some(("register", Class::Transact)),
                    ("subscribe", "to") => Some(("subscribe", Class::Transact)),
                    ("consist", "of") => Some(("consist", Class::Have)),
                    ("leave", "out") => Some(("omit", Class::Other)),
                    ("narrow", "down") => Some(("filter", Class::Filter)),
                    ("look", "after") => Some(("maintain", Class::Manage)),
                    ("take", "care") if words.get(end + 1).is_some_and(|w| w.is("of")) => {
                        end += 1;
                        Some(("maintain", Class::Manage))
                    }
                    _ => None,
                };
                if let Some((b, c)) = particle {
                    base = b.to_owned();
                    class = c;
                    end += 1;
                    let adverb = usize::from(words.get(end).is_some_and(|w| matches!(w.lower(), "twice" | "once")));
                    if b == "signup" && words.get(end + adverb).is_some_and(|w| w.is("for")) {
                        end += adverb;
                        base = "register".into();
                        class = Class::Transact;
                        end += 1;
                    }
                }
            }
            if base == "check"
                && let Some(way) = apart(words, end)
            {
                (base, class) = match way {
                    "in" => (CHECK_IN.into(), Class::Other),
                    _ if comes_back(words) => (CHECK_OUT.into(), Class::Other),
                    _ => ("borrow".into(), Class::Transact),
                };
            }
            // `leave a comment`; who leaves a club adds none
            if base == "leave" && class == Class::Create && !utterance(&words[end..]) {
                class = Class::Other;
            }
            // `apply a discount`: nothing is applied for
            let phrase = words[end..].iter().find(|w| !matches!(w.tag, Tag::Det | Tag::Poss | Tag::Adj));
            let phrase = phrase.is_some_and(|w| w.tag == Tag::Noun);
            if base == "apply" && end == v + 1 && phrase {
                class = Class::Create;
            }
            // `can be read`: the participle looks like the base form
            let passive = be && matches!(form, verbs::Form::Past | verbs::Form::Base);
            Some(Vg { range: start..end, base, class, modal, negated, passive, infinitive, finite })
        }
        None if be => Some(Vg {
            range: start..i,
            base: "be".into(),
            class: Class::Be,
            modal,
            negated,
            passive: false,
            infinitive,
            finite: true,
        }),
        None if modal.is_some() => Some(Vg {
            range: start..i,
            base: "do".into(),
            class: Class::Other,
            modal,
            negated,
            passive: false,
            infinitive,
            finite: true,
        }),
        None => None,
    }
}

/// `check in`, also where its object stands between the two words.
pub const CHECK_IN: &str = "check in";
/// The other way, where the same sentence says both; else what is checked out is borrowed.
pub const CHECK_OUT: &str = "check out";

/// `check a dog in`: the particle behind the object.
fn apart(words: &[Word], from: usize) -> Option<&'static str> {
    let object = match words.get(from)?.tag {
        Tag::Pron => from + 1,
        _ => super::chunk::noun_phrase(words, from)?.range.end,
    };
    let way = ["in", "out"].into_iter().find(|way| words.get(object).is_some_and(|w| w.is(way)))?;
    words.get(object + 1).is_none_or(ends).then_some(way)
}

/// Whether the sentence speaks of checking in: then checking out is its other half.
fn comes_back(words: &[Word]) -> bool {
    (0..words.len()).any(|i| {
        words[i].base == "check" && (words.get(i + 1).is_some_and(|w| w.is("in")) || apart(words, i + 1) == Some("in"))
    })
}

/// Whether no object follows.
fn ends(word: &Word) -> bool {
    matches!(word.tag, Tag::Stop | Tag::Comma | Tag::Conj | Tag::Sub | Tag::Prep | Tag::Adv)
}

/// Whether the phrase names what somebody says or writes, or who they are.
fn utterance(words: &[Word]) -> bool {
    const SAID: &str = "comment note message review feedback rating reply tip entry remark greeting testimonial star score \
        opinion suggestion question answer wish thought detail information number name address report post vote";
    let phrase = words.iter().take_while(|w| matches!(w.tag, Tag::Det | Tag::Poss | Tag::Adj | Tag::Noun | Tag::Num));
    phrase.filter(|w| w.tag == Tag::Noun).last().is_some_and(|w| SAID.split_whitespace().any(|s| s == w.base))
}

/// Verbs that take another verb and add no action of their own.
fn chains(base: &str) -> bool {
    matches!(
        base,
        "want" | "wish" | "like" | "need" | "have" | "expect" | "love" | "be" | "choose" | "require" | "prefer"
    )
}

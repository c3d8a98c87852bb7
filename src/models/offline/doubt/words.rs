//! Every word of a demand that carries meaning must be said by an element that is linked to its clause.

use super::meant::Meant;
use crate::domain::{ClauseId, Clean};
use crate::models::offline::read::HOUSES;
use crate::models::offline::read::chunk::noun_phrase;
use crate::models::offline::read::gaps::example;
use crate::models::offline::read::lexicon::{
    nouns,
    verbs::{self, Class},
    words,
};
use crate::models::offline::read::sentence::{Pred, Sentence};
use crate::models::offline::read::tag::{Tag, Word};
use crate::models::offline::read::{is_asked_for, nothing_shown, unit_of};
use std::collections::BTreeSet;

/// Words that carry meaning of their own although a demand often goes without: not to be passed over before a noun that
/// they narrow down.
const NARROWING: &str = "user users people person data information system record central set lot full entire complete page website site application app platform form";

/// Adjectives that ask for nothing.
const EMPTY: &str = "short brief long designated detailed proper exact concrete actual particular specified said mentioned aforementioned";

/// Adjectives that only a person can say are met.
const JUDGED: &str = "easy simple quick fast friendly intuitive user-friendly easy-to-use modern efficient convenient";

/// The words that nothing stands for, in the order of the text.
#[must_use]
pub fn unaccounted(meant: Option<&Meant>, clause: ClauseId, text: &str, opening: bool) -> Option<String> {
    let none = Meant::default();
    let meant = meant.unwrap_or(&none);
    let s = Sentence::new(clause, text, &[]);
    let named = if opening { product(&s) } else { 0 };
    let machine = if meant.own_machine { s.words.iter().rposition(|w| w.is("on")) } else { None };
    let left: Vec<usize> = (named..machine.unwrap_or(s.words.len()))
        .filter(|i| !navigates(&s, *i) && !housed(&s, *i) && !outside(&s, *i))
        .filter(|i| !least_of_all(&s, *i))
        .filter(|i| !s.aside[*i] && !example(&s, *i) && !accounted(&s, *i, meant))
        .collect();
    let quoted: Vec<String> = left.iter().map(|i| s.words[*i].token.text.clone()).collect();
    (!left.is_empty()).then(|| Clean::new(&quoted.join(", ")).one_line(160))
}

/// How many words of the opening sentence only name what is to be built: `Build a fitness tracking website with …`.
fn product(s: &Sentence) -> usize {
    if s.role.is_some() {
        return 0;
    }
    let ends = |w: &Word| {
        matches!(w.tag, Tag::Rel | Tag::Sub | Tag::Colon | Tag::Stop)
            || w.is("with")
            || w.is("that")
            || w.is("where")
            || w.is("to")
    };
    let to = s.words.iter().position(ends).unwrap_or(s.words.len());
    let verb = s.words[..to].iter().position(|w| matches!(w.tag, Tag::Verb(_) | Tag::Modal | Tag::Be));
    match verb {
        None => to,
        Some(0) => to,
        Some(at) if matches!(s.words[at].base.as_str(), "want" | "need" | "be" | "is") => to,
        // `A vet's practice keeps records of …`: whose application it is
        Some(at)
            if s.words[at - 1].tag == Tag::Noun && nouns::person(&s.words[at - 1].base).is_none() && keeps(s, at) =>
        {
            at
        }
        Some(_) => 0,
    }
}

/// `The club keeps a price list: …`: whose application it is, wherever that is said.
fn housed(s: &Sentence, at: usize) -> bool {
    s.preds.iter().any(|p| {
        let house = p.subject.iter().any(|np| {
            let the =
                matches!(np.det.as_deref(), Some("the" | "our")) && np.of.is_none() && np.adjectives().count() == 0;
            the && np.range.contains(&at) && HOUSES.contains(&np.head.as_str())
        });
        house && matches!(p.verb.base.as_str(), "keep" | "have" | "record" | "store") && !p.verb.negated
    })
}

/// `Photos are not visible to visitors`, `Visitors see nothing`: from whom it is kept, which no right of theirs says.
fn outside(s: &Sentence, at: usize) -> bool {
    let stranger = nouns::person(&s.words[at].base) == Some(nouns::Person::Stranger);
    let kept = |p: &Pred| {
        let np = p.subject.iter().chain(p.preps.iter().flat_map(|pp| &pp.nps)).any(|np| np.head_at == at);
        np && p.verb.negated && matches!(p.verb.class, Class::Be | Class::Read)
    };
    nothing_shown(s) || stranger && s.preds.iter().any(kept)
}

/// `…, not even by the head nurse`: whom a ban on everybody keeps from it, too.
fn least_of_all(s: &Sentence, at: usize) -> bool {
    let Some(even) = s.words.iter().position(|w| w.is("even")) else { return false };
    let banned = s.words[..even].iter().any(|w| w.is("nobody") || w.is("not") || w.is("never") || w.is("cannot"));
    let from = even + 1 + usize::from(s.words.get(even + 1).is_some_and(|w| w.is("by")));
    let whom = noun_phrase(&s.words, from).filter(|np| nouns::person(&np.head).is_some());
    banned && whom.is_some_and(|np| (even..np.range.end).contains(&at))
}

/// What an application does for those who have it made; who adds something acts by themselves.
fn keeps(s: &Sentence, at: usize) -> bool {
    const KEEPS: &str =
        "keep have record track store manage show list run collect hold help let allow offer provide need want use";
    KEEPS.split(' ').any(|verb| verb == s.words[at].base)
}

/// `once I select the event`: how one gets there, which every list offers.
fn navigates(s: &Sentence, at: usize) -> bool {
    s.preds.iter().any(|p| {
        p.subordinate
            && matches!(p.verb.base.as_str(), "select" | "click" | "open" | "choose" | "tap")
            && (p.verb.range.start..p.range.end).contains(&at)
    })
}

fn accounted(s: &Sentence, at: usize, meant: &Meant) -> bool {
    let word = &s.words[at];
    match word.tag {
        // `write down`, `bring in`: the verb with it is what is meant
        Tag::Adv if particle(s, at) => true,
        // `read by clerks alone`, where the clerks are held to it
        Tag::Adv if word.is("alone") && at > 0 => {
            let who = &s.words[at - 1];
            meant.people.iter().any(|w| related(w, who.lower()) || related(w, &who.base))
        }
        Tag::Noun | Tag::Adj | Tag::Adv => said(s, at, meant) || narrows(s, at, meant) || harmless(s, at),
        // `I want to help create …`: with whom, and what the share in it is, nothing says
        Tag::Verb(_) if word.base == "help" && s.role.is_some() => false,
        Tag::Verb(_) => said(s, at, meant) || done(s, at, meant) || harmless(s, at),
        Tag::Num => {
            word.token.value.is_none_or(|v| {
                v == 1.0 || meant.numbers.iter().any(|n| (n - v).abs() < 0.011 || (n * 100.0 - v).abs() < 0.011)
            }) || said(s, at, meant)
        }
        _ => true,
    }
}

fn particle(s: &Sentence, at: usize) -> bool {
    matches!(s.words[at].lower(), "up" | "down" | "out" | "off") && s.preds.iter().any(|p| p.verb.range.contains(&at))
}

/// `ticket orders`: the orders refer to tickets.
fn narrows(s: &Sentence, at: usize, meant: &Meant) -> bool {
    meant.narrowing.contains(&s.words[at].base) && s.words.get(at + 1).is_some_and(|n| n.tag == Tag::Noun)
}

/// A verb for what the elements do, or for what its subject may do.
fn done(s: &Sentence, at: usize, meant: &Meant) -> bool {
    let word = &s.words[at];
    let class = verbs::class(&word.base);
    matches!(class, Class::Be | Class::Allow | Class::Want)
        || meant.acts.contains(&word.base)
        || meant.verbs.contains(&class)
        || may(s, at, class, meant)
        || meant.words.contains("author") && made_by_them(s, at)
}

/// `who gave it`, `that he planned himself`: whatever the verb, who made a record is its author.
fn made_by_them(s: &Sentence, at: usize) -> bool {
    let is =
        |at: Option<usize>, list: &[&str]| at.and_then(|at| s.words.get(at)).is_some_and(|w| list.contains(&w.lower()));
    const THEY: [&str; 9] = ["who", "whoever", "they", "he", "she", "i", "has", "have", "had"];
    const WHAT: [&str; 8] = ["it", "them", "themselves", "himself", "herself", "myself", ".", ","];
    // `who applied for them`
    let what = at + 1 + usize::from(is(Some(at + 1), &["for"]));
    let ends = s.words.get(at + 1).is_none_or(|w| w.tag == Tag::Stop) || is(Some(what), &WHAT);
    ends && is(at.checked_sub(1), &THEY)
}

/// `As an architect, I want to request plans`: that a clerk may add plans is not it.
fn may(s: &Sentence, at: usize, class: Class, meant: &Meant) -> bool {
    // `doctors can read patients but not delete them`: a ban leaves it to others
    let acts = |p: &&Pred| p.verb.range.contains(&at) && !p.verb.passive && !p.verb.negated;
    let subject = s.preds.iter().find(acts).map(|p| &p.subject);
    let is = |holder: &BTreeSet<String>| {
        subject.is_some_and(|nps| nps.iter().any(|np| holder.iter().any(|word| related(word, &np.head))))
    };
    let known = meant.rights.keys().any(is);
    meant.rights.iter().any(|(holder, classes)| classes.contains(&class) && (!known || is(holder)))
}

/// Words that say nothing more than that the rest is there.
fn harmless(s: &Sentence, at: usize) -> bool {
    const SURFACE: &str =
        "programme program webpage homepage screen dashboard search catalog catalogue directory register index";
    let word = &s.words[at];
    // `an easy way to add plants`: how easy it is, nobody has judged
    if word.tag == Tag::Adj && JUDGED.split(' ').any(|w| w == word.lower()) {
        return false;
    }
    if word.tag == Tag::Adj && words::judged(word.lower()) {
        return true;
    }
    if EMPTY.split_whitespace().any(|w| w == word.lower()) || word.lower().len() == 1 {
        return true;
    }
    // `the features of the medium`: properties that one would have to know
    if word.base == "feature" && s.words.get(at + 1).is_some_and(|n| n.is("of")) {
        return false;
    }
    let light = |w: &str| words::light(w) || SURFACE.split_whitespace().any(|n| n == w);
    if !light(word.lower()) && !light(&word.base) {
        return false;
    }
    let narrowing = |w: &str| NARROWING.split_whitespace().any(|n| n == w);
    !(narrowing(word.lower()) || narrowing(&word.base)) || !in_name(s, at)
}

/// `user groups`, `data package`, `full access`: the word is part of what something is called.
fn in_name(s: &Sentence, at: usize) -> bool {
    let next = s.words.get(at + 1);
    next.is_some_and(|n| n.tag == Tag::Noun && nouns::person(&n.base).is_none() && !words::light(n.lower()))
}

/// Whether an element says the word, or another form of it.
fn said(s: &Sentence, at: usize, meant: &Meant) -> bool {
    let word = &s.words[at];
    let lower = word.lower();
    if !in_name(s, at) && meant.people.iter().any(|w| related(w, lower) || related(w, &word.base)) {
        return true;
    }
    // `each request`, where what is asked for is kept by its own name
    if word.base == "request" && meant.words.iter().any(|w| is_asked_for(w)) {
        return true;
    }
    // whoever can do it `without an account`, whatever the text calls them
    let anyone = meant.people.contains("anybody") && s.find("without an account").is_some();
    if (meant.no_accounts || anyone) && !in_name(s, at) && nouns::person(&word.base).is_some() {
        return true;
    }
    unit_of(&word.base).is_some_and(|unit| meant.words.contains(&unit.to_lowercase()))
        || meant.words.iter().any(|w| related(w, lower) || related(w, &word.base))
        || verbs::record_of(&word.base).is_some_and(|r| meant.words.contains(r))
}

/// Two forms of one word: `book` and `booking`, `approve` and `approval`.
pub fn related(a: &str, b: &str) -> bool {
    const ENDINGS: &str =
        "s es ed d ing ion tion ation ition ment al er or e ies y ied r rs ers ors ance ence ly ions ations ments n en";
    if a == b || nouns::singular(a) == nouns::singular(b) {
        return true;
    }
    if let (Some((x, _)), Some((y, _))) = (verbs::verb(a), verbs::verb(b))
        && x == y
    {
        return true;
    }
    // `sell` and `resell`
    if [(a, b), (b, a)].iter().any(|(x, y)| x.len() > 5 && x.strip_prefix("re").is_some_and(|x| related(x, y))) {
        return true;
    }
    let shared = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
    let ends =
        |w: &str| w.is_char_boundary(shared) && (w.len() == shared || ENDINGS.split(' ').any(|e| e == &w[shared..]));
    shared >= 4 && ends(a) && ends(b)
}

#[cfg(test)]
pub mod tests {
    use crate::domain::ClauseId;
    use crate::models::offline::spec::AppSpec;
    use crate::models::offline::{candid, read};
    use std::collections::BTreeMap;

    /// The specification of a text, and the text by clause.
    pub fn understood(sentences: &[&str]) -> (AppSpec, BTreeMap<ClauseId, String>) {
        let inputs: Vec<(ClauseId, String)> =
            sentences.iter().zip(1..).map(|(s, n)| (ClauseId(n), (*s).to_owned())).collect();
        let texts = inputs.iter().cloned().collect();
        (read::analyse(&read::inputs(inputs), &BTreeMap::new()).unwrap(), texts)
    }

    /// What is left open of each sentence of a text.
    pub fn open(sentences: &[&str]) -> Vec<String> {
        let (spec, texts) = understood(sentences);
        let spec = candid(spec, &texts);
        texts
            .keys()
            .map(|clause| {
                let gaps = spec.gaps.iter().filter(|g| g.clause == *clause);
                gaps.map(|g| g.what.clone()).collect::<Vec<_>>().join(" / ")
            })
            .collect()
    }

    #[test]
    fn a_word_that_narrows_down_what_is_asked_for_is_not_passed_over() {
        let left = open(&[
            "Curators can add exhibits with a title and a year.",
            "Visitors can see the exhibits.",
            "A curator can see a list of the exhibits of the annexe.",
        ]);
        assert_eq!(left[..2], ["", ""]);
        assert!(left[2].contains("annexe"), "{left:?}");
        let left =
            open(&["As a gardener, I want to add user groups.", "As a gardener, I want to add plants with a name."]);
        assert!(left[0].contains("user"), "{left:?}");
        assert_eq!(left[1], "");
    }

    #[test]
    fn a_share_in_what_others_do_is_not_doing_it() {
        let left = open(&["As an editor, I want to help create leaflets.", "As an editor, I want to create posters."]);
        assert!(left[0].contains("help"), "{left:?}");
        assert_eq!(left[1], "");
    }

    #[test]
    fn who_a_demand_is_about_must_be_who_may_do_it() {
        let left = open(&[
            "Members can borrow kayaks.",
            "A kayak has a name and a colour.",
            "The warden adds kayaks.",
            "The government can see the kayaks.",
        ]);
        assert!(left[3].contains("government"), "{left:?}");
    }

    #[test]
    fn other_forms_of_a_word_and_units_written_out_are_the_same_word() {
        let left = open(&[
            "Members can book a sauna.",
            "A sauna has a name and a temperature.",
            "Members see their bookings.",
            "Members record their hikes: the date and the length in kilometres.",
        ]);
        assert_eq!(left, ["", "", "", ""]);
    }

    #[test]
    fn a_filter_is_called_a_filter() {
        let left = open(&[
            "Members can offer kayaks with a title and a category (river, sea).",
            "Members can search kayaks by title and filter by category.",
        ]);
        assert_eq!(left, ["", ""]);
    }
}

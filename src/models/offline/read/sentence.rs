//! A clause as grammar: who does what to what, with what, and which of its words only give a reason.

use super::asides;
use super::chunk::{self, Item, Np, Vg};
use super::coordination::{self, boundary_before, ends_a_list, joins, leads_to_verb, share, shared};
use super::lexicon::{
    verbs::{Class, Form},
    words,
};
use super::tag::{self, Tag, Word};
use super::taken_as;
use super::token;
use crate::domain::ClauseId;
use std::ops::Range;

/// `verb` with its subject, objects and prepositional phrases.
#[derive(Debug, Clone, PartialEq)]
pub struct Pred {
    pub subject: Vec<Np>,
    pub verb: Vg,
    pub objects: Vec<Np>,
    pub preps: Vec<Pp>,
    /// From the verb to before the next predicate.
    pub range: Range<usize>,
    /// Stands in an `if`/`when`/`which` clause.
    pub subordinate: bool,
    /// `only` before the subject.
    pub only: bool,
}

/// A preposition with the noun phrases it governs; a colon and `such as` count as prepositions.
#[derive(Debug, Clone, PartialEq)]
pub struct Pp {
    pub prep: String,
    pub at: usize,
    pub nps: Vec<Np>,
    /// To before the next phrase of the predicate.
    pub range: Range<usize>,
}

#[derive(Debug, Clone)]
pub struct Sentence {
    pub id: ClauseId,
    /// On one line, without list markers.
    pub text: String,
    pub lower: String,
    pub section: Vec<String>,
    pub words: Vec<Word>,
    pub items: Vec<Item>,
    pub preds: Vec<Pred>,
    /// `As a tenant, …`
    pub role: Option<Np>,
    /// Words that give reasons (`so that …`) or introduce (`As a tenant,`).
    pub aside: Vec<bool>,
    pub heading: bool,
    /// Stands on a line of its own.
    pub title: bool,
    /// An empty line follows.
    pub apart: bool,
    /// An item of a list.
    pub item: bool,
    /// A number, a letter or a roman numeral stands before it.
    pub numbered: bool,
    /// How many of the words are those of the lead of its list: `Editors can:` above the item.
    pub lead: usize,
    /// How it was written, where it is read in other words.
    pub written: Option<String>,
}

impl Sentence {
    #[must_use]
    pub fn new(id: ClauseId, raw: &str, section: &[String]) -> Self {
        let text = super::greeting::behind(&token::plain(raw)).to_owned();
        let trimmed = raw.trim_start();
        let mut words =
            tag::tag(super::scored::plain(super::wording::plain(super::openly::plain(token::readable(&text)))));
        asides::hedge(&mut words);
        asides::qualify(&mut words);
        asides::times(&mut words);
        let mut aside = vec![false; words.len()];
        let mut start = 0;
        let mut role = None;
        if let Some((np, after)) = asides::story_role(&words) {
            aside[..after].fill(true);
            role = Some(np);
            start = after;
        }
        for (from, to) in asides::reasons(&words, start) {
            aside[from..to].fill(true);
        }
        if let Some(colon) = asides::label(&words).filter(|_| raw.contains("**")) {
            aside[..=colon].fill(true);
        }
        for (from, to) in asides::described(&words) {
            aside[from..to].fill(true);
        }
        for (from, to) in asides::names(&words) {
            aside[from..to].fill(true);
        }
        let items: Vec<Item> =
            chunk::chunk(&words).into_iter().filter(|i| !aside.get(i.start()).copied().unwrap_or(false)).collect();
        let mut preds = predicates(&words, &items, role.as_ref());
        coordination::same_people(&mut preds);
        preds.iter_mut().for_each(super::requested::sent);
        let heading = trimmed.starts_with('#') || super::headings::is_bold(raw);
        let tail = &raw[raw.trim_end().len()..];
        let (title, apart) = (tail.contains('\n'), tail.matches('\n').count() > 1);
        let item = trimmed.starts_with(['-', '*', '+', '•', '–', '·', '▪', '|', '\u{f0b7}'])
            || trimmed.starts_with(|c: char| c.is_ascii_digit() || c == '(');
        let lower = text.to_lowercase();
        Self {
            id,
            lower,
            text,
            section: section.to_vec(),
            words,
            items,
            preds,
            role,
            aside,
            heading,
            title,
            apart,
            item,
            numbered: token::is_numbered(raw),
            lead: 0,
            written: None,
        }
    }

    /// Reads it in these words from now on. What is quoted of it stays as it was written.
    pub fn read_as(&mut self, said: &str) {
        let Self { words, lower, items, preds, aside, .. } = Self::new(self.id, said, &self.section);
        (self.words, self.lower, self.items, self.preds, self.aside) = (words, lower, items, preds, aside);
    }

    /// The words that demand, in lower case: without reasons and `As a …`.
    #[must_use]
    pub fn quote_demand(&self) -> String {
        self.words.iter().zip(&self.aside).filter(|(_, a)| !**a).map(|(w, _)| w.lower()).collect::<Vec<_>>().join(" ")
    }
    /// Where the words of `phrase` stand in a row.
    #[must_use]
    pub fn find(&self, phrase: &str) -> Option<Range<usize>> {
        let wanted: Vec<&str> = phrase.split(' ').collect();
        (0..self.words.len().saturating_sub(wanted.len() - 1))
            .find(|i| wanted.iter().enumerate().all(|(k, w)| self.words[i + k].is(w)))
            .map(|i| i..i + wanted.len())
    }
    /// The words of a range as written.
    #[must_use]
    pub fn quote(&self, range: Range<usize>) -> String {
        let mut out = String::new();
        for w in &self.words[range.start.min(self.words.len())..range.end.min(self.words.len())] {
            if w.token.spaced && !out.is_empty() {
                out.push(' ');
            }
            out.push_str(&w.token.text);
        }
        out
    }
}

struct Builder<'a> {
    words: &'a [Word],
    preds: Vec<Pred>,
    subject: Vec<Np>,
    role: Option<&'a Np>,
    subordinate: bool,
    only: bool,
    joined: bool,
    /// In `who …` right behind the subject: the next verb without `and` is that of the main clause.
    relative: bool,
    antecedent: Vec<Np>,
}

fn predicates(words: &[Word], items: &[Item], role: Option<&Np>) -> Vec<Pred> {
    let mut b = Builder {
        words,
        preds: Vec::new(),
        subject: Vec::new(),
        role,
        subordinate: false,
        only: false,
        joined: false,
        relative: false,
        antecedent: Vec::new(),
    };
    let mut open: Option<Pred> = None;
    let mut k = 0;
    while k < items.len() {
        match &items[k] {
            // `bookings they have made`: `that` is left out
            Item::Np(np) if open.as_ref().is_some_and(|p| !p.subordinate) && coordination::contact(words, items, k) => {
                if let Some(pred) = open.take() {
                    b.close(pred, np.range.start);
                }
                b.subject = vec![np.clone()];
                b.subordinate = true;
            }
            Item::Np(np) => {
                let subject_ahead = leads_to_verb(items, k)
                    && !(open.is_some() && ends_a_list(items, k))
                    && (open.is_none()
                        || boundary_before(items, k)
                        // `Once an item is claimed it is hidden`
                        || open.as_ref().is_some_and(|p| (p.verb.passive || !p.objects.is_empty()) && p.subordinate));
                let helped = open.as_ref().is_some_and(|p| p.verb.class == Class::Allow && p.preps.is_empty());
                match open.as_mut() {
                    Some(pred) if !subject_ahead || helped && !boundary_before(items, k) => match pred.preps.last_mut()
                    {
                        Some(pp) if pp.nps.is_empty() || joins(items, k) => {
                            pp.nps.push(shared(pp.nps.last(), np));
                            pp.range.end = np.range.end;
                        }
                        _ => pred.objects.push(shared(pred.objects.last(), np)),
                    },
                    _ => {
                        if let Some(pred) = open.take() {
                            b.close(pred, np.range.start);
                            b.subordinate = false;
                        }
                        if !b.joined {
                            b.subject.clear();
                        }
                        let before = np.range.start.checked_sub(1).map(|i| &words[i]);
                        b.only = before.is_some_and(|w| w.is("only")) || words[np.range.start].is("only");
                        b.subject.push(np.clone());
                    }
                }
                b.joined = false;
            }
            Item::Vg(vg) => {
                // `an app that helps users log …`: what it helps with is no main clause
                // `bicycles that need repair are marked`: what is said of those goes on
                let helps = vg.modal.is_none() && words[vg.range.start].tag != Tag::Be;
                if helps && open.as_ref().is_some_and(|p| p.verb.class == Class::Allow) {
                    b.relative = false;
                }
                let inside = b.relative && open.as_ref().is_some_and(|p| p.subordinate);
                if let Some(pred) = open.take() {
                    b.close(pred, vg.range.start);
                }
                if inside && vg.finite && k > 0 && !matches!(items[k - 1], Item::Conj(_)) {
                    b.subordinate = false;
                    b.relative = false;
                    b.subject = std::mem::take(&mut b.antecedent);
                }
                open = Some(b.open(vg));
            }
            Item::Prep(i) => {
                let prep = if words[*i].is("as") && k > 0 && words[i.saturating_sub(1)].is("such") {
                    "such as".to_owned()
                } else {
                    words[*i].lower().to_owned()
                };
                match open.as_mut() {
                    Some(pred) => pred.preps.push(Pp { prep, at: *i, nps: Vec::new(), range: *i..*i + 1 }),
                    None => {
                        // `For each room, …`, `In the list …`: a phrase before the verb
                        let np = match items.get(k + 1) {
                            Some(Item::Np(np)) => Some(np.clone()),
                            _ => None,
                        };
                        if let Some(np) = np
                            && (b.subject.is_empty() || !leads_to_verb(items, k + 1))
                        {
                            k += 1;
                            let _ = np;
                        } else if !b.subject.is_empty() && matches!(items.get(k + 1), Some(Item::Np(_))) {
                            k += 1;
                        }
                    }
                }
            }
            Item::Colon(i) => {
                if let Some(pred) = open.as_mut() {
                    pred.preps.push(Pp { prep: ":".into(), at: *i, nps: Vec::new(), range: *i..*i + 1 });
                }
            }
            // `…, but the place is not shown`: no further element of a list
            Item::Conj(i) if words[*i].is("but") && open.is_some() && !coordination::second_bound(words, *i) => {
                if let Some(pred) = open.take() {
                    b.close(pred, *i);
                    b.subordinate = false;
                }
            }
            // `Once approved, a request …`: the comma ends what has no verb of its own
            Item::Comma(_) if open.is_none() && b.subordinate && !b.relative && b.subject.is_empty() => {
                b.subordinate = false;
            }
            Item::Comma(_) | Item::Conj(_) => b.joined = open.is_none() && !b.subject.is_empty(),
            Item::Sub(i) => {
                // `I want that …`, `it ensures that …`: what follows is the demand
                // `…, while staff see all of them`: a demand beside the first, no condition of it
                let contrast = matches!(words[*i].lower(), "while" | "whereas")
                    && i.checked_sub(1).is_some_and(|before| words[before].tag == Tag::Comma)
                    && open.as_ref().is_some_and(|p| !p.subordinate)
                    && matches!(items.get(k + 1), Some(Item::Np(np)) if np.pronoun.is_none());
                let demanded = contrast
                    || words[*i].is("that")
                        && open.as_ref().is_some_and(|p| {
                            matches!(
                                p.verb.base.as_str(),
                                "want" | "wish" | "ensure" | "require" | "expect" | "like" | "need"
                            ) && !p.verb.negated
                        });
                if let Some(pred) = open.take() {
                    b.close(pred, *i);
                }
                b.subordinate = !demanded;
                b.subject.clear();
            }
            Item::Rel(i) => {
                b.relative = open.is_none() && !b.subject.is_empty();
                b.antecedent = b.subject.clone();
                if let Some(pred) = open.take() {
                    let antecedent = pred.preps.last().and_then(|p| p.nps.last()).or(pred.objects.last()).cloned();
                    b.close(pred, *i);
                    b.subject = antecedent.into_iter().collect();
                }
                b.subordinate = true;
            }
            Item::Stop(i) => {
                if let Some(pred) = open.take() {
                    b.close(pred, *i);
                }
                b.subordinate = false;
                b.relative = false;
                b.subject.clear();
            }
            _ => {}
        }
        k += 1;
    }
    if let Some(pred) = open.take() {
        b.close(pred, words.len());
    }
    share(words, &mut b.preds);
    b.preds
}

impl Builder<'_> {
    fn open(&mut self, vg: &Vg) -> Pred {
        let last = self.preds.last();
        let mut subject = std::mem::take(&mut self.subject);
        let mut only = std::mem::take(&mut self.only);
        let mut verb = vg.clone();
        if subject.is_empty()
            && let Some(last) = last
        {
            // `wants customers to order`: what they do is what is wanted
            let wanted = last.verb.class == Class::Want && vg.infinitive;
            if (last.verb.class == Class::Allow || wanted) && !last.objects.is_empty() && !last.verb.passive {
                subject = last.objects.clone();
                if verb.modal.is_none() {
                    verb.modal = Some("can".into());
                }
            } else if !(last.subordinate && !self.subordinate) || self.preds.len() == 1 {
                subject = last.subject.clone();
                only = last.only;
                if verb.modal.is_none() {
                    verb.modal.clone_from(&last.verb.modal);
                }
                // `cannot be edited or deleted`, `is checked in and checked out`: the particle is part of the verb
                let participle = self.words[verb.range.start].tag == Tag::Verb(Form::Past);
                let particle = |i: usize| matches!(self.words[i].tag, Tag::Prep | Tag::Adv);
                let bare = (verb.range.start + 1..verb.range.end).all(particle);
                if last.verb.passive && (!verb.finite || participle) && bare {
                    verb.passive = true;
                }
                if last.verb.negated && self.words[verb.range.start - 1].tag == Tag::Conj {
                    verb.negated = true;
                }
            } else if let Some(main) = self.preds.iter().rev().find(|p| !p.subordinate) {
                subject = main.subject.clone();
            }
        }
        if let Some(role) = self.role {
            for np in &mut subject {
                if matches!(np.pronoun.as_deref(), Some("i" | "we" | "me" | "us")) {
                    *np = role.clone();
                }
            }
            if subject.is_empty() && self.preds.is_empty() {
                subject.push(role.clone());
            }
        }
        // `Nobody may …`, `No member may …`, `Neither guides nor visitors may …`
        let none = |np: &Np| matches!(np.det.as_deref(), Some("no" | "neither"));
        if subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody") || none(np)) {
            verb.negated = !vg.negated;
        }
        Pred {
            subject,
            range: vg.range.clone(),
            verb,
            objects: Vec::new(),
            preps: Vec::new(),
            subordinate: self.subordinate,
            only,
        }
    }
    fn close(&mut self, mut pred: Pred, at: usize) {
        pred.range.end = at;
        taken_as::lists(&mut pred);
        let ends: Vec<usize> = pred.preps.iter().skip(1).map(|p| p.at).chain([at]).collect();
        for (pp, end) in pred.preps.iter_mut().zip(ends) {
            pp.range.end = end;
        }
        taken_as::asks_for(&mut pred);
        taken_as::ordered_by(&mut pred);
        taken_as::grants(&mut pred);
        taken_as::signs(&mut pred);
        // the subject lives on for `and …`; a new one replaces it
        self.preds.push(pred);
        self.subject.clear();
    }
}

/// Cuts a range of words at commas, `and`, `or` and `;` outside brackets.
#[must_use]
pub fn split_list(words: &[Word], range: Range<usize>) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut depth = 0;
    let mut start = range.start;
    for i in range.clone() {
        match words[i].tag {
            Tag::Open => depth += 1,
            Tag::Close => depth -= 1,
            Tag::Comma | Tag::Stop | Tag::Conj if depth == 0 => {
                // `between 1 and 10` is one element
                let number = |w: Option<&Word>| w.is_some_and(|w| w.tag == Tag::Num);
                if words[i].is("and") && number(words.get(i.wrapping_sub(1))) && number(words.get(i + 1)) {
                    continue;
                }
                if i > start {
                    out.push(start..i);
                }
                start = i + 1;
            }
            _ => {}
        }
    }
    if range.end > start {
        out.push(start..range.end);
    }
    out
}

/// Whether a word carries content: what a demand must not lose.
#[must_use]
pub fn content(word: &Word) -> bool {
    matches!(word.tag, Tag::Noun | Tag::Verb(_) | Tag::Adj | Tag::Adv | Tag::Num)
        && !words::light(word.lower())
        && !words::light(&word.base)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let s = Sentence::new(ClauseId(1), text, &[]);
        let names = |nps: &[Np]| {
            nps.iter().map(|n| n.pronoun.clone().unwrap_or_else(|| n.name())).collect::<Vec<_>>().join("+")
        };
        s.preds
            .iter()
            .map(|p| {
                let preps: Vec<String> = p.preps.iter().map(|pp| format!("{} {}", pp.prep, names(&pp.nps))).collect();
                format!("{}|{}|{}|{}", names(&p.subject), p.verb.base, names(&p.objects), preps.join("; "))
            })
            .collect()
    }

    #[test]
    fn predicates_know_their_subjects_and_objects() {
        assert_eq!(
            read("A tenant can report a defect in their flat with a title, a description and an urgency (low, high)."),
            ["tenant|report|defect|in flat; with title+description+urgency"]
        );
        assert_eq!(
            read("The caretaker sees all open defects, the most urgent first, and can assign each to a contractor.")[1],
            "caretaker|assign|each|to contractor"
        );
        assert_eq!(
            read("As a user, I want to see and edit my preferences so that my information does not become outdated."),
            ["user|see|preference|", "user|edit|preference|"]
        );
        assert_eq!(
            read("A tenant sees only the defects of their own flat, the caretaker and the board see all of them."),
            ["tenant|see|defect|", "caretaker+board|see|all|"]
        );
        assert_eq!(
            read("An app that helps users log their workouts, set goals, and track progress."),
            ["app|help|user|", "user|log|workout|", "user|set|goal|", "user|track|progress|"]
        );
    }
}

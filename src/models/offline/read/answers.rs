//! What a person answers to an open question. An answer that is not understood to its last word is not followed: the default
//! stays in force, and a gap says which words that is about.

use super::draft::{Draft, RoleDraft};
use super::field::{self, identifier};
use super::lexicon::nouns::{self, Person};
use crate::domain::{ClauseId, clause::in_answer_to};
use crate::models::offline::spec::{Field, FieldType, Who};

/// A question that is answered by people.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'q> {
    pub key: &'q str,
    pub question: &'q str,
    pub default: &'q str,
    pub clauses: &'q [ClauseId],
}

/// Somebody an answer gives a right.
#[derive(Debug, Clone, PartialEq)]
pub struct Holder {
    pub who: Who,
    /// Only for the records that they added.
    pub own: bool,
}

const LEAD: &str = " the a an all every any each only just our of both also even including else these those my this ";
const GENERIC: &str =
    " everyone everybody anyone anybody people person user member holder individual whoever they them ";
const ACCOUNT: &str = " account login log-in signed-in logged-in signed logged registered authenticated sign log signing \
    logging register registering ";
const AROUND: &str =
    " who that which is are be has have having with in on up can holder been a an valid but if own their ";
const SEES: &str = " see sees view views may can should it them all of everything record records ";
const OWN: &str = " own its whoever who that those the ones of only their his her they them it added created made entered \
    wrote placed person people themselves records record just ";
const PUBLIC: &str = " public world outsider general internet ";

fn among(list: &str, word: &str) -> bool {
    list.contains(&format!(" {word} "))
}

/// The phrases of an answer that lists something: `the baker, the staff and everyone who is signed in`.
#[must_use]
pub fn phrases(answer: &str) -> Vec<String> {
    let parts = answer.split([',', ';', '/', '&', '+', '\n', '(', ')']);
    let joined = |part: &str| {
        let (mut out, mut now) = (Vec::new(), Vec::new());
        for word in part.split_whitespace() {
            if matches!(word.to_lowercase().as_str(), "and" | "or" | "plus") {
                out.push(std::mem::take(&mut now).join(" "));
            } else {
                now.push(word);
            }
        }
        out.push(now.join(" "));
        out
    };
    let tidy = |p: String| p.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    parts.flat_map(joined).map(tidy).filter(|p| !p.is_empty()).collect()
}

/// Whether a phrase of an answer is cut off from what stands before it, and no last one of a longer list.
fn named_apart(answer: &str, phrase: &str) -> bool {
    let Some(at) = answer.find(phrase) else { return false };
    let before = answer[..at].trim_end();
    let before = before.strip_suffix("and").or_else(|| before.strip_suffix("but")).unwrap_or(before).trim_end();
    before.ends_with([',', ';']) && phrases(before).len() == 1 || before.ends_with(';')
}

impl Draft<'_> {
    /// Who an answer names, or its words that name nobody the text knows. `default`: who may without an answer.
    fn holders_in(&self, answer: &str, default: &[Holder], key: &str) -> Result<Vec<Holder>, String> {
        let mut out: Vec<(Holder, bool)> = Vec::new();
        // `sees all registrations`, where that is what the question is about
        let about = key.split_once(':').map_or("", |(_, name)| name);
        let thing = |w: &str| !about.is_empty() && about.split('_').any(|part| part == w || part == nouns::singular(w));
        let (mut unread, mut nobody) = (Vec::new(), false);
        for phrase in phrases(answer) {
            let lower = phrase.to_lowercase().replace('’', "'");
            if matches!(lower.as_str(), "nobody" | "no one" | "none" | "no" | "nobody else" | "no one else") {
                nobody = true;
                continue;
            }
            let exceptions = ["nobody but ", "nobody except ", "no one but ", "no one except "];
            let lower = exceptions.iter().find_map(|e| lower.strip_prefix(e)).unwrap_or(&lower);
            let words: Vec<&str> = lower.split_whitespace().collect();
            if let Some(who) = self.person_in(&words, default) {
                out.push((Holder { who, own: false }, false));
                continue;
            }
            // `with an account` after `anyone`
            let qualifies = |w: &&str| among(LEAD, w) || among(GENERIC, w) || among(ACCOUNT, w) || among(AROUND, w);
            if self.has_users() && words.iter().all(qualifies) && words.iter().any(|w| among(ACCOUNT, w)) {
                for (h, _) in out.iter_mut().filter(|(h, _)| h.who == Who::Anyone) {
                    h.who = Who::SignedIn;
                }
                if out.is_empty() {
                    out.push((Holder { who: Who::SignedIn, own: false }, false));
                }
                continue;
            }
            // `customers see only their own`, `the staff all`
            let owned = words.contains(&"own") || words.iter().any(|w| matches!(*w, "added" | "created" | "made"));
            let said = |w: &&str| among(SEES, w) || owned && among(OWN, w) || thing(w);
            let from = words.iter().rposition(|w| !said(w)).map_or(0, |i| i + 1);
            let named = self.person_in(&words[..from], default);
            let whole = words[from..].iter().any(|w| matches!(*w, "all" | "everything" | "them" | "it"));
            match named {
                Some(who) => out.push((Holder { who, own: owned }, whole && !owned)),
                None if from == 0 && owned && out.is_empty() => {
                    let theirs = default.iter().filter(|h| h.who != Who::Anyone);
                    out.extend(theirs.map(|h| (Holder { who: h.who.clone(), own: true }, false)));
                }
                None if from == 0 && owned => {}
                None => {
                    unread.push(phrase);
                    continue;
                }
            }
            // `the board, and the family only their own` says nothing of the board
            let apart = named_apart(answer, &phrase);
            if owned && !(from > 0 && apart) {
                for (h, _) in out.iter_mut().filter(|(_, whole)| !whole) {
                    h.own = true;
                }
            }
        }
        if !unread.is_empty() {
            return Err(unread.join(", "));
        }
        if out.is_empty() && !nobody {
            return Err(answer.to_owned());
        }
        let anyone = out.iter().any(|(h, _)| h.who == Who::Anyone);
        let mut holders: Vec<Holder> = Vec::new();
        // whoever has an account is somebody, too
        for (h, _) in out.into_iter().filter(|(h, _)| !anyone || h.who != Who::SignedIn) {
            if !holders.iter().any(|x| x.who == h.who) {
                holders.push(h);
            }
        }
        Ok(holders)
    }

    /// Who a phrase means of which every word is understood.
    fn person_in(&self, words: &[&str], default: &[Holder]) -> Option<Who> {
        let lead = words.iter().take_while(|w| among(LEAD, w)).count();
        let rest: Vec<String> = words[lead..].iter().map(|w| nouns::singular(w)).collect();
        let last = rest.last()?;
        if let Some(who) = self.role_called(&words[lead..]).or_else(|| {
            // `signed-in customers`
            let named: Vec<&str> = words[lead..].iter().copied().filter(|w| !among(ACCOUNT, w)).collect();
            let lead = matches!(words[lead], "signed-in" | "logged-in" | "registered" | "authenticated");
            self.role_called(&named).filter(|_| lead)
        }) {
            return Some(who);
        }
        if rest.iter().all(|w| among(PUBLIC, w) || among(GENERIC, w) || among(LEAD, w))
            && rest.iter().any(|w| among(PUBLIC, w))
            || rest.len() == 1 && !among(GENERIC, last) && nouns::person(last) == Some(Person::Stranger)
        {
            return Some(Who::Anyone);
        }
        let generic = rest.iter().position(|w| among(GENERIC, w));
        let account = rest.iter().any(|w| among(ACCOUNT, w)) || words.iter().any(|w| among(ACCOUNT, w));
        let plain = |w: &str| among(LEAD, w) || among(GENERIC, w) || among(ACCOUNT, w) || among(AROUND, w);
        let read = |w: &&str| plain(w) || plain(&nouns::singular(w));
        let without = words.iter().position(|w| matches!(*w, "without" | "no"));
        if let Some(at) = without.filter(|at| account && generic.is_none_or(|g| g + lead < *at)) {
            // `everyone, also without an account`
            return words.iter().enumerate().all(|(i, w)| i == at || read(w)).then_some(Who::Anyone);
        }
        if !words.iter().all(read) {
            return None;
        }
        if account {
            return generic.filter(|_| self.has_users()).map(|_| Who::SignedIn);
        }
        let bare = rest.iter().all(|w| among(GENERIC, w) || among(LEAD, w));
        match rest.get(generic.filter(|_| bare)?)?.as_str() {
            "anyone" | "anybody" | "whoever" => Some(Who::Anyone),
            "they" | "them" => None,
            _ if !self.has_users() || default.iter().any(|h| h.who == Who::Anyone) => Some(Who::Anyone),
            _ => Some(Who::SignedIn),
        }
    }

    /// The role of exactly this name, in the singular or the plural, or the only one whose name ends in this word.
    fn role_called(&self, words: &[&str]) -> Option<Who> {
        // the text's `sales staff` is the role `sale_staff`
        let plain = |name: &str| name.split('_').map(nouns::singular).collect::<Vec<_>>().join("_");
        let name = plain(&identifier(&words.join(" ")));
        if name.is_empty() {
            return None;
        }
        let same = |r: &&RoleDraft| plain(&r.name) == name || r.name == "administrator" && name == "admin";
        let mut ends = self.roles.iter().filter(|r| plain(&r.name).ends_with(&format!("_{name}")));
        let only = || ends.next().filter(|_| ends.next().is_none());
        self.roles.iter().find(same).or_else(only).map(|r| self.who_of(r))
    }

    /// What is asked, with the default that was in force before as its default.
    #[must_use]
    pub fn in_force(&self, key: &str, default: &str) -> String {
        self.kept.get(key).map_or_else(|| default.to_owned(), Clone::clone)
    }

    /// Who may, by a person's answer or by default. `otherwise`: whom the default means.
    pub fn ask_who(&mut self, asked: Asked, otherwise: Vec<Holder>) -> Vec<Holder> {
        self.ask_who_of(asked, otherwise, &[])
    }

    /// As [`Self::ask_who`]; the default that was in force before stays if it leaves none of `all` out.
    pub fn ask_who_of(&mut self, asked: Asked, otherwise: Vec<Holder>, all: &[Who]) -> Vec<Holder> {
        let kept = self.kept;
        let before =
            kept.get(asked.key).and_then(|said| Some((said, self.holders_in(said, &otherwise, asked.key).ok()?)));
        let covers = |holders: &[Holder]| {
            let has = |who: &Who| holders.iter().any(|h| matches!(h.who, Who::Anyone | Who::SignedIn) || h.who == *who);
            all.iter().all(has)
        };
        match before {
            Some((said, holders)) if covers(&holders) => self.who_answers(Asked { default: said, ..asked }, holders),
            _ => self.who_answers(asked, otherwise),
        }
    }

    fn who_answers(&mut self, asked: Asked, otherwise: Vec<Holder>) -> Vec<Holder> {
        let answer = self.ask(asked.key, asked.question, asked.default, asked.clauses);
        // what the text keeps from others is offered to nobody
        let (verb, about) = asked.key.split_once(':').unwrap_or((asked.key, ""));
        let kept = self.find(about).is_some_and(|e| !self.entities[e].entity.private.is_empty());
        if verb != "see" || !kept {
            let others = self.others(asked, verb, &otherwise);
            self.offer(asked.key, asked.default, others.iter().map(String::as_str));
        }
        if answer.eq_ignore_ascii_case(asked.default) {
            return otherwise;
        }
        match self.holders_in(&answer, &otherwise, asked.key) {
            Ok(holders) => holders,
            Err(words) => {
                let why = if self.has_users() {
                    "the text knows no such people who sign in"
                } else {
                    "nobody signs in, so nobody can be told from others"
                };
                self.not_followed(asked, &words, why);
                otherwise
            }
        }
    }

    /// Whom else an answer may name so that all of it is followed: everybody, those of a role, whoever added it, nobody.
    fn others(&self, asked: Asked, verb: &str, default: &[Holder]) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        if self.has_users() {
            said.push(self.word_for(&Who::SignedIn));
            said.extend(self.roles.iter().map(|role| self.word_for(&self.who_of(role))));
        }
        said.push(if self.has_users() { "everyone, also without an account" } else { "anyone" }.to_owned());
        if matches!(verb, "edit" | "change" | "delete") {
            if asked.default != "nobody" {
                said.push("whoever added it".to_owned());
            }
            said.push("nobody".to_owned());
        }
        let mut known = vec![default.to_vec()];
        said.retain(|answer| match self.holders_in(answer, default, asked.key) {
            Ok(holders) if !known.contains(&holders) => {
                known.push(holders);
                true
            }
            _ => false,
        });
        said
    }

    /// A question that the engine can build but one answer to: any other is said not to be followed.
    pub fn ask_only(&mut self, asked: Asked) {
        let answer = self.ask(asked.key, asked.question, asked.default, asked.clauses).to_lowercase();
        self.offer(asked.key, asked.default, []);
        let default = asked.default.to_lowercase();
        let short = default.split(',').next().unwrap_or("");
        if answer != default && answer != short {
            self.not_followed(asked, &answer, "the offline engine can build this in no other way");
        }
    }

    /// The properties of `e` that an answer names, and its words that name none.
    #[must_use]
    pub fn fields_in(&self, e: usize, answer: &str) -> (Vec<String>, Vec<String>) {
        let entity = &self.entities[e].entity;
        let (mut named, mut unread) = (Vec::new(), Vec::new());
        for phrase in phrases(answer) {
            let words: Vec<String> = phrase.to_lowercase().replace('’', "'").split_whitespace().map(bare).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).filter(|w| !among(LEAD, w)).collect();
            // `the name of the customer`
            let turned: Vec<&str> = match words.iter().position(|w| *w == "of") {
                Some(at) => words[at + 1..].iter().chain(&words[..at]).copied().collect(),
                None => words.clone(),
            };
            // `the order's number` where the order has a number
            let own: Vec<&str> = turned.iter().copied().filter(|w| !entity.name.split('_').any(|p| p == *w)).collect();
            let called = |words: &[&str]| {
                let name = identifier(&words.join(" "));
                let same = |f: &&Field| {
                    let plain = f.name.strip_suffix("_id").unwrap_or(&f.name);
                    !name.is_empty() && (f.name == name || plain == name || identifier(&f.label) == name)
                };
                let part = |f: &&Field| words.iter().all(|w| f.name.split('_').any(|p| p == *w)) && !words.is_empty();
                let mut parts = entity.fields.iter().filter(part);
                let only = parts.next().filter(|_| parts.next().is_none());
                entity.fields.iter().find(same).or(only).map(|f| f.name.clone())
            };
            match called(&turned).or_else(|| called(&own)) {
                Some(name) if named.contains(&name) => {}
                Some(name) => named.push(name),
                None => unread.push(phrase),
            }
        }
        (named, unread)
    }

    /// The question of which a person's answer cannot be followed keeps its default, and a gap says so.
    pub fn not_followed(&mut self, asked: Asked, words: &str, why: &str) {
        if let Some(q) = self.questions.iter_mut().find(|q| q.key == asked.key) {
            asked.default.clone_into(&mut q.answer);
        }
        self.partly_followed(asked, words, &format!("{why}; in force stays: {}", asked.default));
    }

    /// Some of an answer is followed: a gap names the rest.
    pub fn partly_followed(&mut self, asked: Asked, words: &str, why: &str) {
        let Some(id) = asked.clauses.first() else { return };
        let words = crate::domain::Clean::new(words).one_line(120);
        self.gap(*id, &format!("“{words}”{}", in_answer_to(asked.question)), why, false);
    }
}

/// `customer's` as `customer`.
fn bare(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.strip_suffix("'s").unwrap_or(word).to_owned()
}

/// Everybody of a list, with any of the records.
#[must_use]
pub fn all_of(whos: Vec<Who>) -> Vec<Holder> {
    whos.into_iter().map(|who| Holder { who, own: false }).collect()
}

/// The properties that an answer lists, or the default's where it lists none; a gap names what of it is no property.
pub fn listed(d: &mut Draft, asked: Asked, answer: &str, id: ClauseId) -> Vec<field::FieldDraft> {
    let (found, unread) = field::list(answer, id);
    if found.is_empty() {
        d.not_followed(asked, answer, "it names no property of which the offline engine could keep a value");
        return field::list(asked.default, id).0;
    }
    for words in unread {
        d.partly_followed(asked, &words, "the offline engine finds no property in these words");
    }
    found
}

/// The values that an answer lists.
#[must_use]
pub fn choices(answer: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in phrases(answer).iter().map(|v| v.to_lowercase()) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// The properties that an answer demands; a gap names those that cannot be. `default`: those demanded without an answer.
pub fn demanded(d: &mut Draft, e: usize, asked: Asked, answer: &str, default: &[String]) -> Vec<String> {
    if answer == asked.default {
        return default.to_vec();
    }
    let (named, unread) = d.fields_in(e, answer);
    if named.is_empty() {
        d.not_followed(asked, &unread.join(", "), "nothing of that name is kept here");
        return default.to_vec();
    }
    for words in unread {
        d.partly_followed(asked, &words, "nothing of that name is kept here");
    }
    let mut wanted = Vec::new();
    for name in named {
        let Some(f) = d.field_mut(e, &name).map(|f| f.clone()) else { continue };
        // what has a value from the start is never missing
        let filled = f.required || f.default.is_some();
        let why = if d.optional.contains(&(e, name.clone())) {
            "the text says that it may be missing"
        } else if f.read_only {
            "nobody enters it"
        } else if matches!(f.ty, FieldType::Boolean | FieldType::UserReference { .. }) {
            "the offline engine demands no tick and no person"
        } else {
            wanted.push(name);
            continue;
        };
        let label = f.label.clone();
        if !filled {
            d.partly_followed(asked, &label, why);
        }
    }
    wanted
}

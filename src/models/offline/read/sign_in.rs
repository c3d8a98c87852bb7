//! Whether the application knows who somebody is: which clauses ask for accounts, and who needs none.

use super::answers::Asked;
use super::chunk::Np;
use super::draft::{Draft, RoleDraft};
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::{Pred, Sentence};
use crate::domain::ClauseId;

/// Notes which clauses ask for accounts at all. Runs before rights are read, because without accounts anyone may do anything.
pub fn detect(d: &mut Draft, all: &[Sentence]) {
    let mut implied: Vec<ClauseId> = Vec::new();
    strangers(d);
    // what shall not be asks for nobody's account
    for s in d.sentences.iter().filter(|s| !super::exclusion::is_exclusion(s)) {
        if explicit(s) || super::inside::nothing_shown(s) {
            implied.push(s.id);
        }
    }
    if implied.is_empty() {
        implied = by_rights(d);
    }
    if implied.is_empty() && writer(all).is_some() {
        implied = by_writer(d);
    }
    if implied.is_empty() {
        implied = for_one_kind(d);
    }
    d.users.implied = implied;
    if d.has_users() {
        speaker(d, all);
        // who is to be alone with it grants that to others
        if d.users.alone.is_none() {
            open_role(d);
        }
    }
}

/// `The doctor keeps patients.`: where nobody else is named and nobody logs in, whoever is at the computer is the doctor, unless
/// a person says otherwise. Gives what asks for accounts then.
fn for_one_kind(d: &mut Draft) -> Vec<ClauseId> {
    let [role] = &d.roles[..] else { return Vec::new() };
    if role.kind != nouns::Person::Appointed {
        return Vec::new();
    }
    let (name, clauses) = (role.name.replace('_', " "), role.clauses.clone());
    let question = format!("Only the {name} is named, and nobody logs in: who may use it?");
    let (open, closed) = ("whoever is at the computer that it runs on", format!("only the {name}, who logs in"));
    let answer = d.ask("accounts", &question, open, &clauses);
    d.offer("accounts", open, [closed.as_str()]);
    if answer.eq_ignore_ascii_case(open) {
        return Vec::new();
    }
    if !answer.eq_ignore_ascii_case(&closed) {
        let asked = Asked { key: "accounts", question: &question, default: open, clauses: &clauses };
        d.not_followed(asked, &answer, "it is neither of the two that can be built");
        return Vec::new();
    }
    d.users.alone = d.roles.first().map(|role| role.name.clone());
    clauses
}

/// `I'm the caretaker of four houses.`, `I run a kennel.`: who writes, as far as the text says so.
fn writer(all: &[Sentence]) -> Option<String> {
    let runs = |base: &str| matches!(base, "run" | "own" | "have" | "lead" | "manage");
    let i = |np: &Np| np.pronoun.as_deref() == Some("i");
    all.iter().flat_map(|s| s.preds.iter().map(move |p| (s, p))).find_map(|(s, p)| {
        let plain = p.subject.iter().any(i) && p.verb.modal.is_none() && !p.verb.negated && s.role.is_none();
        let np = p.objects.first().filter(|np| plain && !np.plural && np.pronoun.is_none())?;
        let article = matches!(np.det.as_deref(), Some("a" | "an" | "the" | "our"));
        if p.verb.class == Class::Be {
            return (article && nouns::person(&np.head).is_some()).then(|| np.name());
        }
        let place = matches!(np.det.as_deref(), Some("a" | "an" | "our")) && nouns::property(&np.head).is_none();
        (runs(&p.verb.base) && place && nouns::person(&np.head).is_none()).then(|| "owner".to_owned())
    })
}

/// What whoever writes does, where others do something too.
fn by_writer(d: &Draft) -> Vec<ClauseId> {
    let acts = |p: &Pred| {
        let does = matches!(
            p.verb.class,
            Class::Create
                | Class::Read
                | Class::Update
                | Class::Delete
                | Class::Manage
                | Class::Decide
                | Class::Assign
                | Class::Export
                | Class::Search
        );
        does && p.subject.iter().any(says_i)
    };
    let others = d.roles.iter().any(|r| !matches!(r.kind, nouns::Person::Stranger | nouns::Person::User));
    let clauses = d.sentences.iter().filter(|s| s.role.is_none() && s.preds.iter().any(acts)).map(|s| s.id);
    if others { clauses.collect() } else { Vec::new() }
}

/// Who says `I` where others have rights of their own: whoever the text says that is, else the owner of the whole.
fn speaker(d: &mut Draft, all: &[Sentence]) {
    let helpers = d.roles.iter().any(|r| r.kind != nouns::Person::Stranger && r.kind != nouns::Person::User);
    let own = |s: &Sentence| {
        s.role.is_none() && s.preds.iter().any(|p| p.subject.iter().any(|np| np.pronoun.as_deref() == Some("i")))
    };
    let stories = d.sentences.iter().any(|s| s.role.is_some());
    let clauses: Vec<ClauseId> = d.sentences.iter().filter(|s| own(s)).map(|s| s.id).collect();
    let helped = d.sentences.iter().any(|s| {
        s.preds
            .iter()
            .any(|p| p.subject.iter().any(|np| np.det.as_deref() == Some("my") && nouns::person(&np.head).is_some()))
    });
    let writer = writer(all);
    let alone = d.sentences.iter().flat_map(|s| &s.preds).any(|p| p.only && p.subject.iter().any(says_i));
    let known = writer.is_some() || alone || (helped || others_enter(d)) && clauses.len() > 1;
    if stories || clauses.is_empty() || !helpers || !known {
        return;
    }
    let name = super::field::identifier(&writer.unwrap_or_else(|| "owner".into()));
    match d.roles.iter_mut().find(|r| r.name == name) {
        // the owner of something else
        Some(_) if name == "owner" => return,
        Some(role) => {
            role.clauses.extend(clauses);
            role.clauses.sort_unstable();
            role.clauses.dedup();
        }
        None => d.roles.push(RoleDraft { name: name.clone(), kind: nouns::Person::Appointed, clauses, open: false }),
    }
    d.speaker = Some(name);
}

/// `Pupils sign up with …`: the accounts are those of others, so that whoever says `I` is none of them.
fn others_enter(d: &Draft) -> bool {
    let enters = |p: &Pred| matches!(p.verb.class, Class::SignUp | Class::LogIn) && !p.verb.negated && !p.subordinate;
    let acts = || d.sentences.iter().flat_map(|s| &s.preds).filter(|p| enters(p)).flat_map(|p| &p.subject);
    let user = |np: &Np| d.role(np).is_some_and(|r| r.kind == nouns::Person::User);
    acts().any(|np| d.role(np).is_some()) && !acts().any(|np| says_i(np) || user(np))
}

fn says_i(np: &Np) -> bool {
    np.pronoun.as_deref() == Some("i")
}

/// `Guests should not have an account`, `Pupils have no access to the software`, `Pupils cannot log in`: who is to have
/// none.
pub fn shut_out(s: &Sentence, pred: &Pred) -> bool {
    let account = |np: &Np| matches!(np.head.as_str(), "account" | "login" | "access");
    let none = pred.verb.negated || pred.objects.iter().any(|np| np.det.as_deref() == Some("no"));
    none && match pred.verb.class {
        Class::Have => pred.objects.iter().any(account),
        _ if matches!(pred.verb.base.as_str(), "get" | "receive" | "obtain") => pred.objects.iter().any(account),
        // `Blocked members cannot log in`: some of those who have an account; `do not have to log in`: they may
        Class::LogIn | Class::SignUp => {
            let may = s.words[pred.verb.range.clone()].iter().any(|w| w.tag == super::tag::Tag::To);
            let all = |np: &Np| np.pronoun.is_none() && np.adjectives().all(words::light);
            // `Members who are banned cannot log in`
            let next = |np: &Np| np.range.end == pred.verb.range.start;
            let bare = pred.objects.is_empty() && pred.preps.is_empty() && !pred.subordinate;
            let bare = bare && pred.subject.last().is_some_and(next);
            !may && bare && !pred.subject.is_empty() && pred.subject.iter().all(all)
        }
        _ => false,
    }
}

/// `sign in with a name and a password`: the name that somebody goes by, where no address is asked for.
#[must_use]
pub fn with_name(pred: &Pred) -> Option<&Np> {
    let enters = matches!(pred.verb.class, Class::LogIn | Class::SignUp) || registers(pred);
    let given = || {
        let led = |pp: &&super::sentence::Pp| matches!(pp.prep.as_str(), "with" | "by" | "under");
        pred.preps.iter().filter(led).flat_map(|pp| &pp.nps)
    };
    let name = |np: &&Np| matches!(np.head.as_str(), "name" | "nickname") && np.of.is_none() && np.nouns.is_empty();
    let secret = given().any(|np| np.head == "password");
    given().find(name).filter(|np| enters && secret && np.adjectives().all(|a| words::light(a) || a == "own"))
}

/// `log in with their e-mail address`
pub fn with_email(s: &Sentence) -> bool {
    let enters = |p: &Pred| matches!(p.verb.class, Class::LogIn | Class::SignUp) || registers(p);
    s.preds.iter().any(enters) && s.words.iter().any(|w| matches!(w.base.as_str(), "email" | "e-mail"))
}

/// `I am the only user.`, `Only I use it.`: where it says so.
#[must_use]
pub fn only_user(s: &Sentence) -> Option<std::ops::Range<usize>> {
    s.preds.iter().filter(|p| !p.subordinate && !p.verb.negated && p.subject.iter().any(says_i)).find_map(|p| {
        let user = |np: &Np| matches!(np.head.as_str(), "user" | "person" | "one") && !np.plural;
        let words = &s.words[p.verb.range.end..p.range.end.min(s.words.len())];
        let only = words.iter().any(|w| w.is("only") || w.is("sole"));
        let is = p.verb.class == Class::Be && only && matches!(&p.objects[..], [np] if user(np)) && p.preps.is_empty();
        let it = |np: &Np| np.pronoun.is_some() || words::system_noun(&np.head) && np.nouns.is_empty();
        let uses = p.only && p.verb.base == "use" && !p.objects.is_empty() && p.objects.iter().all(it);
        let from = p.subject.first().map_or(p.verb.range.start, |np| np.range.start);
        let from = if uses && from > 0 && s.words[from - 1].is("only") { from - 1 } else { from };
        let end = s.words[p.verb.range.end..]
            .iter()
            .position(|w| matches!(w.tag, super::tag::Tag::Stop | super::tag::Tag::Comma | super::tag::Tag::Conj));
        let end = end.map_or(s.words.len(), |at| p.verb.range.end + at);
        // `the only user who pays`: some of them
        let whole = end <= p.range.end + 1 && !s.words[from..end].iter().any(|w| w.tag == super::tag::Tag::Rel);
        ((is || uses) && whole).then_some(from..end)
    })
}

fn explicit(s: &Sentence) -> bool {
    let said = s.quote_demand();
    let auth = s.words.iter().zip(&s.aside).filter(|(_, aside)| !**aside).map(|(w, _)| w).any(|w| {
        matches!(
            w.lower(),
            "login"
                | "signin"
                | "signup"
                | "authentication"
                | "password"
                | "passwords"
                | "authenticated"
                | "authenticate"
                | "authorization"
                | "username"
                | "logged"
                | "signed-in-person"
        )
    });
    let registers = s.preds.iter().any(registers)
        || ["who is registered", "who are registered", "registered members"].iter().any(|w| said.contains(w));
    let verbs = registers
        || s.preds
            .iter()
            .any(|p| matches!(p.verb.class, Class::SignUp | Class::LogIn | Class::LogOut) && !p.verb.negated);
    let accounts = [
        "user account",
        "own account",
        "an account",
        "user registration",
        "registered user",
        "my profile",
        "own profile",
        "user profile",
        "my account",
        "create profile",
        "accounts",
    ];
    let account = accounts.iter().any(|a| said.contains(a))
        && !s.preds.iter().any(|p| shut_out(s, p))
        && !s.lower.contains("without an account")
        && !s.lower.contains("bank account");
    (auth || verbs || account || only_user(s).is_some()) && !s.lower.contains("no login") && anonymous(s).is_none()
}

/// `without logging in`, `without having an account`: where the phrase stands.
#[must_use]
pub fn anonymous(s: &Sentence) -> Option<std::ops::Range<usize>> {
    let at = s.words.iter().position(|w| w.is("without")).filter(|i| !s.aside[*i])?;
    let end = (at + 1..s.words.len().min(at + 6)).find(|i| {
        matches!(
            s.words[*i].lower(),
            "account"
                | "accounts"
                | "login"
                | "signin"
                | "registration"
                | "registering"
                | "password"
                | "authentication"
        ) || s.words[*i].is("in") && matches!(s.words[*i - 1].lower(), "logging" | "signing")
            || s.words[*i].is("up") && s.words[*i - 1].is("signing")
    })?;
    let between = &s.words[at + 1..end];
    between
        .iter()
        .all(|w| {
            matches!(
                w.lower(),
                "a" | "an"
                    | "any"
                    | "having"
                    | "needing"
                    | "creating"
                    | "user"
                    | "to"
                    | "log"
                    | "logging"
                    | "signing"
                    | "own"
            )
        })
        .then_some(at..end + 1)
}

/// Those who need no account are no holders of one.
fn strangers(d: &mut Draft) {
    let mut names: Vec<String> = Vec::new();
    for s in d.sentences.iter().filter(|s| anonymous(s).is_some()) {
        let subjects =
            s.preds.iter().filter(|p| !p.subordinate && !p.verb.negated).flat_map(|p| &p.subject).chain(&s.role);
        names.extend(subjects.filter_map(|np| d.role(np).map(|r| r.name.clone())));
    }
    // who is to have no access is nobody to the application, not even a visitor
    let out = |s: &Sentence| s.preds.iter().any(|p| shut_out(s, p));
    let sentences = d.sentences;
    d.roles.retain(|r| !r.clauses.iter().all(|id| sentences.iter().any(|s| s.id == *id && out(s))));
    // who is nobody to it and does something all the same does it without an account
    for np in sentences.iter().flat_map(|s| s.preds.iter().filter(move |p| shut_out(s, p))).flat_map(|p| &p.subject) {
        if let Some(r) = d.roles.iter_mut().find(|r| r.name == super::field::identifier(&np.name())) {
            r.kind = nouns::Person::Stranger;
        }
    }
    // who sees only what is their own must be known
    for r in d.roles.iter_mut().filter(|r| r.kind == nouns::Person::Stranger) {
        let own = |s: &Sentence| super::scopes::without_verb(s).is_some_and(|(np, _)| np.head == r.name);
        if sentences.iter().any(own) {
            r.kind = nouns::Person::Ordinary;
        }
    }
    for r in &mut d.roles {
        let elsewhere = d.sentences.iter().any(|s| anonymous(s).is_none() && r.clauses.contains(&s.id));
        if names.contains(&r.name) && !elsewhere {
            r.kind = nouns::Person::Stranger;
        }
    }
}

/// `register with my name and address`: an account of one's own, not a record of something else.
pub fn registers(pred: &Pred) -> bool {
    pred.verb.base == "register"
        && !pred.verb.passive
        && !pred.verb.negated
        && pred.objects.is_empty()
        && !pred.preps.iter().any(|pp| matches!(pp.prep.as_str(), "for" | "in" | "to"))
}

/// Somebody, whoever it is, does something beside being signed in.
fn anybody_does(p: &Pred) -> bool {
    let all = |np: &Np| matches!(np.pronoun.as_deref(), Some("everyone" | "everybody" | "anyone" | "anybody"));
    let does = matches!(p.verb.class, Class::Create | Class::Transact | Class::Read | Class::Search);
    does && !p.verb.negated && !p.subordinate && !p.only && p.subject.iter().any(all)
}

/// Rights that differ between people, or records that are somebody's own, need accounts.
fn by_rights(d: &Draft) -> Vec<ClauseId> {
    let kinds: Vec<_> = d.roles.iter().filter(|r| r.kind != nouns::Person::Stranger).collect();
    let mut out = Vec::new();
    if kinds.len() >= 2 || kinds.len() == 1 && d.roles.len() > 1 {
        for r in kinds.iter() {
            out.extend(r.clauses.iter().copied());
        }
    }
    // `Anybody can request a room. The caretaker approves requests.`: not everybody is the caretaker
    if let [r] = &kinds[..]
        && r.kind == nouns::Person::Appointed
        && d.sentences.iter().flat_map(|s| &s.preds).any(anybody_does)
    {
        out.extend(r.clauses.iter().copied());
    }
    for s in d.sentences.iter().filter(|s| !super::exclusion::is_exclusion(s)) {
        if super::not_own::says(s) || super::makers::says(d, s) || super::scopes::says_they_made(d, s) {
            out.push(s.id);
        }
        for p in &s.preds {
            let person =
                p.subject.iter().any(|np| nouns::person(&np.head).is_some_and(|k| k != nouns::Person::Stranger));
            let own = |np: &Np| {
                np.det.as_deref().is_some_and(words::possessive)
                    && np.det.as_deref() != Some("our")
                    && d.entity_of(np).is_some()
            };
            let owned = person && p.objects.iter().any(own);
            // `my own requests` where several people act
            let mine = p.subject.iter().any(|np| matches!(np.pronoun.as_deref(), Some("i" | "we")))
                && p.objects.iter().any(|np| np.mods.iter().any(|m| m == "own") && d.entity_of(np).is_some());
            // `Nobody else should see my meals`, `Only I can see my hives`
            let guarded = p.verb.class == Class::Read
                && p.objects.iter().any(own)
                && (p.verb.negated && p.subject.iter().any(|np| np.pronoun.as_deref() == Some("nobody"))
                    || p.only && p.subject.iter().any(|np| np.pronoun.as_deref() == Some("i")));
            // `Only I can delete repairs`, where others do something too
            let alone = p.only && p.subject.iter().any(says_i) && !kinds.is_empty();
            if mine || guarded || alone {
                out.push(s.id);
            }
            // `My friend can read everything but must not change anything`
            let refused = person
                && p.verb.negated
                && p.verb.modal.is_some()
                && matches!(p.verb.class, Class::Update | Class::Delete | Class::Create | Class::Manage | Class::Read);
            if refused {
                out.push(s.id);
            }
            let only = p.only
                && p.subject.iter().any(|np| nouns::person(&np.head).is_some_and(|k| k != nouns::Person::Stranger));
            if owned || only {
                out.push(s.id);
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Which role anybody who signs up holds.
fn open_role(d: &mut Draft) {
    use nouns::Person;
    let user = d.roles.iter().position(|r| r.kind == Person::User && r.name == "user");
    let ordinary = d.roles.iter().position(|r| r.kind == Person::Ordinary);
    let accounts: Vec<usize> = (0..d.roles.len()).filter(|i| d.roles[*i].kind != Person::Stranger).collect();
    // `Everyone writes messages, the editor deletes them`: not everyone is an editor
    let everyone = |p: &Pred| {
        p.subject.iter().any(|np| {
            matches!(np.pronoun.as_deref(), Some("everyone" | "everybody" | "anyone" | "anybody"))
                || nouns::person(&np.head) == Some(Person::Stranger)
        })
    };
    let told_apart = |i: &usize| {
        d.roles[*i].kind == Person::Appointed
            && d.sentences.iter().flat_map(|s| &s.preds).any(|p| everyone(p) && p.verb.class != Class::LogIn)
    };
    // `The couple enters guests`: one of them, or two, and not whoever signs up
    let the_one = |i: &usize| {
        let acts = |p: &&Pred| !p.verb.passive && !p.verb.negated && p.verb.class != Class::LogIn;
        let named = |np: &&Np| d.role(np).is_some_and(|r| r.name == d.roles[*i].name);
        let subjects = d.sentences.iter().flat_map(|s| &s.preds).filter(acts).flat_map(|p| &p.subject);
        let mut acting = subjects.filter(named).peekable();
        acting.peek().is_some() && acting.all(|np| !np.plural && np.det.as_deref() == Some("the"))
    };
    let alone = accounts.first().copied().filter(|i| accounts.len() == 1 && !told_apart(i) && !the_one(i));
    // who says `my friend may read` lets nobody else in, but those of whom the text says that they sign up
    let signs_up = |i: &usize| {
        let enters = |p: &&Pred| (p.verb.class == Class::SignUp || registers(p)) && !p.verb.negated && !p.subordinate;
        let named = |np: &Np| d.role(np).is_some_and(|r| r.name == d.roles[*i].name);
        d.sentences.iter().flat_map(|s| &s.preds).filter(enters).any(|p| p.subject.iter().any(named))
    };
    let entering = accounts.iter().copied().find(signs_up);
    // `Trainers sign up with their e-mail address.`: whatever the word is for elsewhere
    let open = if d.speaker.is_none() { user.or(ordinary).or(entering).or(alone) } else { entering };
    if let Some(i) = open {
        d.roles[i].open = true;
    }
}

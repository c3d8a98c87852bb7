//! Signing up, logging in, passwords, profiles.

use super::draft::Draft;
use super::field;
use super::lexicon::{nouns, verbs::Class, words};
use super::sentence::Pred;
use super::sign_in;
use super::tag::Tag;
use crate::domain::ClauseId;
use crate::models::offline::spec::{Feature, Field, FieldType, SecurityDemand};

/// Reads what a sentence says about accounts.
pub fn read(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    if !d.has_users() {
        return;
    }
    only_user(d, si);
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi) {
            continue;
        }
        match pred.verb.class {
            // `Nobody signs up twice`: for what there is to sign up for
            Class::SignUp if pred.verb.negated && super::unique::signs_up(d).is_some() => {}
            Class::SignUp => sign_up(d, si, pi, pred),
            _ if sign_in::registers(pred) => sign_up(d, si, pi, pred),
            Class::LogIn | Class::LogOut
                if pred.verb.range.start > 0 && s.words[pred.verb.range.start - 1].is("without") =>
            {
                // `without logging in`: whoever it is about needs no account
                d.mark(si, pred.verb.range.start - 1..pred.verb.range.end);
                d.done[si].insert(pi);
            }
            Class::LogIn | Class::LogOut if sign_in::shut_out(s, pred) => {}
            Class::LogIn | Class::LogOut => {
                push(&mut d.users.log_in, s.id);
                take(d, si, pi, pred);
                if s.lower.contains("must log in")
                    || s.lower.contains("must sign in")
                    || s.lower.contains("have to log in")
                {
                    d.feature(Feature::Security { what: SecurityDemand::MustSignIn, clauses: vec![s.id] });
                }
            }
            Class::Update | Class::Manage if own_data(d, pred) => change_own(d, si, pi, pred),
            _ if about_account(pred) && !sign_in::shut_out(s, pred) => account_verb(d, si, pi, pred),
            _ => {}
        }
    }
    if s.preds.iter().any(|p| sign_in::shut_out(s, p)) {
        return;
    }
    let without = sign_in::anonymous(s);
    if let Some(range) = without.clone() {
        d.mark(si, range);
    }
    // `with user authentication`, `login`, `user accounts`
    for i in 0..s.words.len() {
        if s.aside[i] || without.as_ref().is_some_and(|r| r.contains(&i)) {
            continue;
        }
        let w = &s.words[i];
        let here = match w.lower() {
            "authentication" | "login" | "signin" | "authenticated" | "authenticate" | "credentials" | "username"
            | "authorization" => true,
            // `Entries are logged with user and time`
            "logged" => s.words.get(i + 1).is_some_and(|n| matches!(n.lower(), "in" | "on" | "into")),
            "logged-in" | "registered" | "signed-in-person" => true,
            "accounts" | "account" => s
                .words
                .get(i.wrapping_sub(1))
                .is_some_and(|p| matches!(p.base.as_str(), "user" | "personal" | "own" | "an" | "customer" | "member")),
            "registration" | "signup" => {
                s.words.get(i.wrapping_sub(1)).is_none_or(|p| p.base == "user" || p.tag != Tag::Noun)
            }
            _ => false,
        };
        if here {
            let list = if matches!(w.lower(), "registration" | "signup" | "accounts" | "account") {
                &mut d.users.sign_up
            } else {
                &mut d.users.log_in
            };
            push(list, s.id);
            let from = if i > 0 && matches!(s.words[i - 1].base.as_str(), "user" | "personal" | "own" | "secure") {
                i - 1
            } else {
                i
            };
            d.mark(si, from..i + 1);
        }
    }
    if s.words.iter().any(|w| matches!(w.lower(), "hashed" | "hash" | "salted")) && s.lower.contains("password") {
        d.feature(Feature::Security { what: SecurityDemand::PasswordsHashed, clauses: vec![s.id] });
        for (i, w) in s.words.iter().enumerate() {
            if matches!(w.base.as_str(), "password" | "hashed" | "hash" | "salted" | "store" | "stored" | "save") {
                d.mark(si, i..i + 1);
            }
        }
    }
    password_length(d, si);
    profile_facts(d, si);
}

/// `I am the only user.`: one account, and nobody else who signs up.
fn only_user(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    let Some(range) = sign_in::only_user(s) else { return };
    let others = d.roles.iter().find(|r| r.kind != nouns::Person::Stranger && r.name != "user");
    if let Some(other) = others {
        let why = format!("others do something, too: {}", other.name.replace('_', " "));
        return d.gap(s.id, &s.quote(range), &why, false);
    }
    d.feature(Feature::Security { what: SecurityDemand::OnlyAccount, clauses: vec![s.id] });
    let said = s.preds.iter().enumerate().filter(|(_, p)| range.contains(&p.verb.range.start));
    d.done[si].extend(said.map(|(pi, _)| pi));
    d.mark(si, range);
}

/// `Passwords must be at least 10 characters long.`
fn password_length(d: &mut Draft, si: usize) {
    const LONGEST_DEMAND: f64 = 20.0;
    let s = &d.sentences[si];
    let Some(pred) = s.preds.first().filter(|p| !p.verb.negated) else { return };
    let [np] = &pred.subject[..] else { return };
    let least = s.find("at least").or_else(|| s.find("a minimum of"));
    let value = least.as_ref().and_then(|r| s.words.get(r.end)?.token.value);
    let characters = least.as_ref().and_then(|r| s.words.get(r.end + 1)).is_some_and(|w| w.base == "character");
    let says = np.head == "password" && matches!(pred.verb.class, Class::Be | Class::Have) && d.has_users();
    let (Some(least), Some(value), true) = (least, value.filter(|v| (1.0..=LONGEST_DEMAND).contains(v)), says) else {
        return;
    };
    if !characters || value.fract() != 0.0 {
        return;
    }
    let what = SecurityDemand::PasswordLength { least: value as u32 };
    d.feature(Feature::Security { what, clauses: vec![s.id] });
    d.mark(si, np.range.clone());
    d.mark_verb(si, pred);
    d.mark(si, least.start..least.end + 2);
    for i in least.end..s.words.len() {
        if s.words[i].is("long") {
            d.mark(si, i..i + 1);
        }
    }
    d.done[si].insert(0);
}

fn push(list: &mut Vec<ClauseId>, id: ClauseId) {
    if !list.contains(&id) {
        list.push(id);
    }
}

fn take(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    d.mark_verb(si, pred);
    for np in &pred.subject {
        d.mark_np(si, np);
    }
    for np in pred.objects.iter().chain(pred.preps.iter().flat_map(|pp| &pp.nps)) {
        if words::system_noun(&np.head) || matches!(np.head.as_str(), "email" | "password" | "address" | "username") {
            d.mark_np(si, np);
        }
    }
    let named = |word: &str| d.sentences[si].words.iter().any(|w| w.base == word);
    if named("username") && !named("email") {
        d.users.by_name = true;
    }
    if let Some(np) = sign_in::with_name(pred).filter(|_| !d.sentences.iter().any(sign_in::with_email)) {
        d.users.by_name = true;
        d.mark(si, np.range.clone());
    }
    d.done[si].insert(pi);
}

fn sign_up(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    push(&mut d.users.sign_up, s.id);
    take(d, si, pi, pred);
    if let Some(pp) = Draft::pp(pred, &["with", "using", "by", ":"]) {
        let range = pp.at + 1..pp.range.end;
        for part in super::sentence::split_list(&s.words, range) {
            let Some(draft) = field::field(s, part) else { continue };
            match draft.field.name.as_str() {
                n if n.contains("email") => {}
                n if n.contains("password") => {}
                n if n.contains("user_name") || n.contains("username") => d.users.by_name = true,
                // the name that [`take`] has read as the one to sign in with
                "name" if d.users.by_name => {}
                _ => add_profile(d, draft.field.clone(), s.id),
            }
            d.mark_words(si, &draft.used);
        }
    }
}

fn add_profile(d: &mut Draft, mut field: Field, id: ClauseId) {
    if matches!(
        field.name.as_str(),
        "email" | "email_address" | "password" | "account" | "profile" | "username" | "user_name"
    ) {
        return;
    }
    match d.users.profile.iter_mut().find(|f| f.name == field.name) {
        Some(f) => push(&mut f.clauses, id),
        None => {
            field.required = false;
            field.clauses = vec![id];
            d.users.profile.push(field);
        }
    }
}

const ACCOUNT_WORDS: [&str; 5] = ["password", "account", "profile", "username", "credential"];

fn about_account(pred: &Pred) -> bool {
    let object = if pred.verb.passive { &pred.subject } else { &pred.objects };
    object.iter().any(|np| {
        ACCOUNT_WORDS.contains(&np.head.as_str()) && !np.nouns.iter().any(|m| m == "bank")
            || matches!(np.head.as_str(), "information" | "detail" | "data" | "info")
                && (np
                    .mods
                    .iter()
                    .any(|m| matches!(m.as_str(), "personal" | "account" | "profile" | "contact" | "own"))
                    && !np.mods.iter().any(|m| m == "payment"))
    })
}

/// `edit their own phone number and address`: properties of whoever does it, and of no record.
fn own_data(d: &Draft, pred: &Pred) -> bool {
    let kept = |np: &super::chunk::Np| {
        let plain = nouns::property(&np.head).is_some() && d.entity_of(np).is_none() && np.of.is_none();
        let account = ACCOUNT_WORDS.contains(&np.head.as_str()) || matches!(np.head.as_str(), "status" | "state");
        plain && np.owner.is_none() && !account
    };
    let own = pred.objects.first().is_some_and(|np| np.possessed() && np.mods.iter().any(|m| m == "own"));
    let people = !pred.subject.is_empty() && pred.subject.iter().all(|np| d.role(np).is_some_and(|r| r.open));
    own && people && !pred.verb.negated && !pred.verb.passive && pred.preps.is_empty() && pred.objects.iter().all(kept)
}

fn change_own(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    push(&mut d.users.edit_profile, s.id);
    for np in &pred.objects {
        if let Some(draft) = field::field(s, np.range.clone()) {
            add_profile(d, draft.field, s.id);
        }
        d.mark_np(si, np);
        d.mark(si, np.range.clone());
    }
    for np in &pred.subject {
        d.mark_np(si, np);
    }
    d.mark_verb(si, pred);
    d.done[si].insert(pi);
}

/// Change my password; create an account; see and edit my personal data (name, address).
fn account_verb(d: &mut Draft, si: usize, pi: usize, pred: &Pred) {
    let s = &d.sentences[si];
    let objects = if pred.verb.passive { pred.subject.clone() } else { pred.objects.clone() };
    for np in &objects {
        if np.head == "password" {
            if matches!(pred.verb.base.as_str(), "change" | "update" | "edit" | "modify" | "set") {
                push(&mut d.users.change_password, s.id);
                take(d, si, pi, pred);
            }
            continue;
        }
        if np.head == "account" || np.head == "profile" {
            match pred.verb.class {
                Class::Create => {
                    push(&mut d.users.sign_up, s.id);
                    take(d, si, pi, pred);
                }
                Class::Update | Class::Read | Class::Manage if np.possessed() || np.nouns.is_empty() => {
                    push(&mut d.users.edit_profile, s.id);
                    take(d, si, pi, pred);
                    d.mark_np(si, np);
                }
                _ => continue,
            }
        } else if matches!(pred.verb.class, Class::Create | Class::Update | Class::Read | Class::Manage) {
            push(&mut d.users.edit_profile, s.id);
            take(d, si, pi, pred);
            d.mark_np(si, np);
            mark_all(d, si, np);
        } else {
            continue;
        }
        if let Some(paren) = np.paren.clone() {
            for part in super::sentence::split_list(&s.words, paren.clone()) {
                if let Some(draft) = field::field(s, part.clone()) {
                    d.mark_words(si, &draft.used);
                    add_profile(d, draft.field, s.id);
                }
                d.mark(si, part);
            }
        }
        for pp in
            pred.preps.iter().filter(|pp| matches!(pp.prep.as_str(), "with" | ":" | "including" | "such as" | "like"))
        {
            for part in super::sentence::split_list(&s.words, pp.at + 1..pp.range.end) {
                if let Some(draft) = field::field(s, part) {
                    d.mark_words(si, &draft.used);
                    add_profile(d, draft.field, s.id);
                }
            }
        }
    }
    for np in &pred.subject {
        d.mark_np(si, np);
    }
}

fn mark_all(d: &mut Draft, si: usize, np: &super::chunk::Np) {
    let end = np.paren.as_ref().map_or(np.range.end, |p| p.start);
    d.mark(si, np.range.start..end);
}

/// `save my bank account (IBAN number) in my user profile`, `edit my preferences`: properties of the account itself.
fn profile_facts(d: &mut Draft, si: usize) {
    let s = &d.sentences[si];
    for (pi, pred) in s.preds.iter().enumerate() {
        if d.done[si].contains(&pi)
            || !matches!(pred.verb.class, Class::Create | Class::Update | Class::Read | Class::Manage)
            || pred.verb.passive
        {
            continue;
        }
        let stranger = pred.subject.iter().all(|np| d.who(np) == Some(crate::models::offline::spec::Who::Anyone));
        if stranger {
            continue;
        }
        let into_profile = pred.verb.class != Class::Read
            && pred.preps.iter().any(|pp| {
                matches!(pp.prep.as_str(), "in" | "to" | "on" | "under")
                    && pp.nps.iter().any(|np| np.head == "profile" || np.head == "account" && np.possessed())
            });
        let mine: Vec<_> = pred
            .objects
            .iter()
            .filter(|np| np.det.as_deref().is_some_and(|p| matches!(p, "my" | "their" | "his" | "own")))
            // `the parts and their price`
            .filter(|np| np.det.as_deref() != Some("their") || pred.objects.first() == Some(*np))
            .cloned()
            .collect();
        let mut found = false;
        for np in if into_profile { pred.objects.clone() } else { mine } {
            let property = nouns::property(&np.head).is_some()
                && np.nouns.is_empty()
                && (into_profile || pred.verb.class != Class::Read)
                || matches!(np.head.as_str(), "preference" | "setting" | "interest" | "bank" | "account");
            if !property || d.entity_of(&np).is_some() || np.head == "account" && !np.nouns.iter().any(|m| m == "bank")
            {
                continue;
            }
            let end = np.range.end;
            let Some(mut draft) = field::field(s, np.range.start..end) else { continue };
            draft.used.extend(np.range.clone());
            if matches!(np.head.as_str(), "preference" | "interest" | "setting") {
                draft.field.ty = FieldType::Text { multiline: true };
            }
            d.mark_words(si, &draft.used);
            add_profile(d, draft.field, s.id);
            found = true;
        }
        if found {
            push(&mut d.users.edit_profile, s.id);
            d.mark_verb(si, pred);
            for np in pred
                .subject
                .iter()
                .chain(pred.preps.iter().flat_map(|pp| &pp.nps))
                .filter(|np| np.head == "profile" || nouns::person(&np.head).is_some())
            {
                let np = np.clone();
                d.mark_np(si, &np);
                mark_all(d, si, &np);
            }
            d.done[si].insert(pi);
        }
    }
}

//! Who a phrase speaks of, as a holder of rights.

use super::chunk::Np;
use super::draft::{Draft, RoleDraft};
use super::field::identifier;
use super::lexicon::nouns::{self, Person};
use super::sentence::Pred;
use crate::models::offline::spec::Who;

impl Draft<'_> {
    #[must_use]
    pub fn role(&self, np: &Np) -> Option<&RoleDraft> {
        if np.head.is_empty() {
            return None;
        }
        let name = identifier(&np.name());
        self.roles
            .iter()
            .find(|r| r.name == name)
            .or_else(|| self.roles.iter().find(|r| r.name == identifier(&np.head)))
            .or_else(|| self.roles.iter().find(|r| r.name.ends_with(&format!("_{}", identifier(&np.head)))))
    }
    /// Who a phrase speaks of, as far as rights go.
    #[must_use]
    pub fn who(&self, np: &Np) -> Option<Who> {
        if self.holder.as_ref().is_some_and(|(name, _)| *name == np.head && np.nouns.is_empty()) {
            return Some(self.ordinary());
        }
        if let Some(role) = self.role(np) {
            return Some(self.who_of(role));
        }
        match np.pronoun.as_deref() {
            // `everybody` of those who have accounts, unless the text knows visitors too
            Some("everyone" | "everybody")
                if self.has_users() && !self.roles.iter().any(|r| r.kind == Person::Stranger) =>
            {
                return Some(Who::SignedIn);
            }
            Some("everyone" | "everybody" | "anyone" | "anybody") => return Some(Who::Anyone),
            Some("whoever") => return Some(Who::Anyone),
            Some("signed-in-person") => return Some(if self.has_users() { Who::SignedIn } else { Who::Anyone }),
            Some("i") if self.speaker.is_some() => return self.speaker.clone().map(Who::Role),
            Some("i" | "we" | "us" | "they" | "you" | "he" | "she") => return Some(self.ordinary()),
            _ => {}
        }
        match nouns::person(&np.head)? {
            Person::Stranger => Some(Who::Anyone),
            _ => Some(self.ordinary()),
        }
    }
    #[must_use]
    pub fn who_of(&self, role: &RoleDraft) -> Who {
        if role.kind == Person::Stranger || !self.has_users() { Who::Anyone } else { Who::Role(role.name.clone()) }
    }
    /// The ordinary user.
    #[must_use]
    pub fn ordinary(&self) -> Who {
        if !self.has_users() {
            return Who::Anyone;
        }
        if let Some(name) = &self.users.alone {
            return Who::Role(name.clone());
        }
        self.roles.iter().find(|r| r.open).map_or(Who::SignedIn, |r| Who::Role(r.name.clone()))
    }
    #[must_use]
    pub fn has_users(&self) -> bool {
        !self.users.implied.is_empty()
    }
    /// The subjects of a predicate as holders of rights.
    #[must_use]
    pub fn actors(&self, pred: &Pred) -> Vec<Who> {
        let mut out: Vec<Who> = Vec::new();
        for np in &pred.subject {
            if let Some(who) = self.who(np)
                && !out.contains(&who)
            {
                out.push(who);
            }
        }
        out
    }
    /// Roles that run the place: those who keep what nobody else is said to keep.
    #[must_use]
    pub fn keepers(&self) -> Vec<Who> {
        const RUNNING: [&str; 22] = [
            "administrator",
            "admin",
            "manager",
            "organizer",
            "organiser",
            "owner",
            "staff",
            "librarian",
            "company",
            "caretaker",
            "operator",
            "editor",
            "secretary",
            "curator",
            "moderator",
            "clerk",
            "officer",
            "coordinator",
            "employee",
            "host",
            "vendor",
            "board",
        ];
        if !self.has_users() {
            return Vec::new();
        }
        let appointed = || self.roles.iter().filter(|r| !r.open && r.kind == Person::Appointed);
        let best = RUNNING.iter().find_map(|w| {
            self.roles.iter().find(|r| !r.open && r.kind != Person::Stranger && r.name.split('_').any(|p| p == *w))
        });
        best.or_else(|| appointed().next()).map(|r| vec![Who::Role(r.name.clone())]).unwrap_or_default()
    }
    /// A person's word for who.
    #[must_use]
    pub fn word_for(&self, who: &Who) -> String {
        match who {
            Who::Anyone => "anyone".into(),
            Who::SignedIn => "everyone who is signed in".into(),
            Who::Role(r) => format!("the {}", r.replace('_', " ")),
        }
    }
}

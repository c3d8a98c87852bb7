//! The application that a text describes: the typed middle between reading English and writing code.
//!
//! Every element names the clauses it comes from. An element none of whose clauses is in the pack does not exist.
//! Names are `snake_case` ASCII identifiers, singular for entities; labels are what people read.

mod features;

pub use features::{Condition, Feature, Formula, Over, Period, SecurityDemand, Span, Transition, Unit, Until};

use crate::domain::{ClauseId, clause::ClauseKind};
use serde::{Deserialize, Serialize};

pub type Clauses = Vec<ClauseId>;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AppSpec {
    /// "Fitness tracker"
    pub title: String,
    /// `None`: nobody signs in (a guest book); then every access is by `Who::Anyone`.
    pub users: Option<Users>,
    /// Referenced entities come before those that refer to them.
    pub entities: Vec<Entity>,
    /// What goes beyond fields and plain access, each proven on its own.
    pub features: Vec<Feature>,
    pub marks: Vec<Mark>,
    pub interpretations: Vec<Reading>,
    pub assumptions: Vec<Question>,
    pub gaps: Vec<SpecGap>,
}

/// The kind of one clause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub clause: ClauseId,
    pub kind: ClauseKind,
    pub reason: String,
}
/// An interpretation: what clauses are understood to demand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub functional: bool,
    pub statement: String,
    pub clauses: Clauses,
    pub acceptance: Vec<String>,
}
/// What the text leaves open, with the default or the person's answer in force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Stable, such as `fields:entry` or `week-start`; an answer to it is found by this key.
    pub key: String,
    pub question: String,
    pub answer: String,
    pub clauses: Clauses,
    /// Answers that are followed, the default first; one alone: nothing else is; none: any words may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}
/// What the engine cannot do. `whole` false: part of the clause is built, so it can end `built` at best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpecGap {
    pub clause: ClauseId,
    pub what: String,
    pub reason: String,
    pub whole: bool,
}

/// Accounts. The first account holds every role and can grant roles; later accounts hold the `open` ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Users {
    /// Clauses that imply accounts at all.
    pub clauses: Clauses,
    pub sign_in_with: SignInWith,
    pub sign_up: Clauses,
    pub log_in: Clauses,
    /// Clauses asking that people can change their password.
    pub change_password: Clauses,
    /// Clauses asking that people can see and edit their own account data.
    pub edit_profile: Clauses,
    /// Further data of an account (name, address, flat…), each with its clauses.
    pub profile: Vec<Field>,
    pub roles: Vec<Role>,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInWith {
    Email,
    UserName,
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Role {
    /// `trainer`
    pub name: String,
    pub label: String,
    /// Anyone who signs up holds it (the ordinary user); the others are granted.
    pub open: bool,
    pub clauses: Clauses,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// `workout`
    pub name: String,
    /// `workouts`: the API collection and the page path
    pub plural: String,
    pub label: String,
    pub label_plural: String,
    pub clauses: Clauses,
    /// Without `id` and `owner_id`, which the platform adds.
    pub fields: Vec<Field>,
    /// Records belong to the account that made them (`owner_id`, read-only).
    pub owned: bool,
    /// Clauses that demand that others never see a person's records (the privacy constraint, proven by its own guard).
    pub private: Clauses,
    /// Who may do what. Nobody else may.
    pub access: Vec<Access>,
    /// Only the system writes these: GET only.
    pub system: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub label: String,
    pub ty: FieldType,
    pub required: bool,
    /// The server sets it.
    pub read_only: bool,
    pub default: Option<String>,
    /// Unit for people: "minutes", "km", "€".
    pub unit: Option<String>,
    pub clauses: Clauses,
    pub rules: Vec<FieldRule>,
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum FieldType {
    Text {
        multiline: bool,
    },
    Integer,
    /// Two decimals when `money`.
    Decimal {
        money: bool,
    },
    Boolean,
    /// ISO 8601 `2026-01-31`
    Date,
    /// ISO 8601 `2026-01-31T10:00`
    DateTime,
    /// `10:00`
    Time,
    Email,
    Url,
    Phone,
    /// In the order of the text (urgency: low, normal, emergency: the last is the highest).
    Choice {
        values: Vec<String>,
    },
    /// `<name>` of the field ends in `_id`.
    Reference {
        entity: String,
    },
    /// Reference to an account; `role` limits to holders.
    UserReference {
        role: Option<String>,
    },
}
impl FieldType {
    /// A day, with a time or without.
    pub fn is_day(&self) -> bool {
        matches!(self, Self::Date | Self::DateTime)
    }
    /// A day, or a time of one.
    pub fn is_when(&self) -> bool {
        self.is_day() || *self == Self::Time
    }
}
/// A demand on a field's value, proven on its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldRule {
    pub rule: Rule,
    pub clauses: Clauses,
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "rule")]
pub enum Rule {
    Required,
    Min {
        value: f64,
    },
    Max {
        value: f64,
    },
    MinLength {
        value: u32,
    },
    MaxLength {
        value: u32,
    },
    /// 409 on a second record with the same value (within the same owner if `per_owner`).
    Unique {
        per_owner: bool,
    },
    NotInPast,
    NotInFuture,
    /// Must be after (or at) another date field of the same record.
    After {
        field: String,
        or_equal: bool,
    },
    /// May not be changed once set.
    Immutable,
    /// At most so many days after another date field of the same record; `both`: that one's day is the first of them.
    Within {
        field: String,
        days: u32,
        #[serde(default)]
        both: bool,
    },
    /// Must be given while a choice field of the same record has one of these values (a rejection needs a reason).
    RequiredWhen {
        field: String,
        values: Vec<String>,
    },
    /// A date at least so many years ago (nobody under 16).
    MinAge {
        years: u32,
    },
    /// A date so many days from today, or later.
    FromDay {
        days: u32,
    },
    /// A date so many days from today, or earlier.
    UntilDay {
        days: u32,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Access {
    pub who: Who,
    pub ops: Vec<Op>,
    pub scope: Scope,
    /// Only these fields may be written by this access (assigning, changing a status); empty: all writable ones.
    #[serde(default)]
    pub only_fields: Vec<String>,
    pub clauses: Clauses,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Also without an account.
    Anyone,
    /// Anyone with an account.
    SignedIn,
    Role(String),
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Op {
    Create,
    Read,
    Update,
    Delete,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scope")]
pub enum Scope {
    All,
    /// `owner_id` is the account.
    Own,
    /// The record whose `user_id`-like field (a `UserReference`) is the account (assigned to me). `field` may be a dotted
    /// path over references, the last step a `UserReference`: `defect_id.contractor_id.account_id` on a quote.
    AssignedTo {
        field: String,
    },
    /// The owner of the parent record (by reference field, or a dotted path of them) is the account.
    OwnParent {
        field: String,
    },
    /// The owner granted this account access (`Feature::Grant`). On a child of the granted entity (a comment on a
    /// workout) the owner of the record it refers to granted it.
    Granted,
    /// A profile field of the account equals a field of the record (tenants of the same flat). When that field of the
    /// record is `read_only`, the server copies it from the creator's profile.
    SameAs {
        profile: String,
        field: String,
    },
    /// Records whose choice field has one of these values (published, open…).
    Where {
        field: String,
        values: Vec<String>,
    },
}

impl Entity {
    /// Whether what begins and ends with these fields has the whole of its last day, as from a first day to a last one.
    /// Who departs, or brings something back, leaves that day to the next.
    #[must_use]
    pub fn whole_days(&self, start: &str, end: &str) -> bool {
        const LEAVES: [&str; 6] = ["departure", "check", "return", "due", "pick", "back"];
        let date = |name: &str| self.fields.iter().any(|f| f.name == name && f.ty == FieldType::Date);
        date(start) && date(end) && !end.split('_').any(|word| LEAVES.contains(&word))
    }
}

impl AppSpec {
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|e| e.name == name)
    }
}

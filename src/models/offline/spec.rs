//! The application that a text describes: the typed middle between reading English and writing code.
//!
//! Every element names the clauses it comes from. An element none of whose clauses is in the pack does not exist.
//! Names are `snake_case` ASCII identifiers, singular for entities; labels are what people read.

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
    /// At most so many days after another date field of the same record.
    Within {
        field: String,
        days: u32,
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

/// Beyond fields and access. `clauses` of each are what it fulfils.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "feature")]
pub enum Feature {
    /// `GET /api/<plural>?q=`: case-insensitive, over the text fields named (all text fields when empty).
    Search { entity: String, fields: Vec<String>, clauses: Clauses },
    /// `?<field>=value`, for numbers and dates also `?<field>_min=` and `?<field>_max=`.
    Filter { entity: String, field: String, clauses: Clauses },
    /// The order of the list when nothing else is asked for; also `?sort=<field>` and `?sort=-<field>`.
    Sort { entity: String, field: String, descending: bool, default: bool, clauses: Clauses },
    /// `GET /api/<plural>.csv` and a link on the page.
    Csv { entity: String, clauses: Clauses },
    /// `GET /api/<plural>?page=&per_page=` asked for by the text (pages always paginate).
    Pagination { entity: String, per_page: u32, clauses: Clauses },
    /// The owner of `entity` records gives another account (holding `role`, if any) read access to them, and takes it
    /// back: collection `<entity>_grants` with `user_id`.
    Grant { entity: String, role: Option<String>, clauses: Clauses },
    /// `field` (a `Choice`) moves only along `transitions`; an empty list means any move. 409 otherwise.
    Workflow { entity: String, field: String, initial: String, transitions: Vec<Transition>, clauses: Clauses },
    /// Only `who` may set `field`; 403 for others who may otherwise write the record.
    FieldGuard { entity: String, field: String, who: Vec<Who>, clauses: Clauses },
    /// Deciding (setting `field` to one of `values`) is for `above` when `amount` > `limit`, else for `below`.
    Threshold {
        entity: String,
        field: String,
        values: Vec<String>,
        amount: String,
        limit: f64,
        above: Who,
        below: Who,
        clauses: Clauses,
    },
    /// Every create, update and delete of `entity` is recorded with who and when: collection `<entity>_changes`, GET only,
    /// for `readers`.
    History { entity: String, readers: Vec<Who>, clauses: Clauses },
    /// `GET /api/<name>` and a page: counts of records and sums of `measures`, over the last `days` (by `date_field`),
    /// of the account's own records when the entity is owned, optionally per value of `group_by`.
    Totals {
        name: String,
        label: String,
        entity: String,
        measures: Vec<String>,
        date_field: Option<String>,
        days: Option<u32>,
        /// A field, or `owner_id`: the account that added the record.
        group_by: Option<String>,
        /// Also per day, month or year of `date_field`.
        #[serde(default)]
        each: Option<Span>,
        /// Of everybody's records, for those who may see them.
        #[serde(default)]
        everyone: bool,
        clauses: Clauses,
    },
    /// Each `goal` record shows `progress` (read-only): the sum of `measure` of the account's `over` records whose
    /// `date_field` lies in the goal's period, and `progress_percent` of its `target` field.
    Progress {
        goal: String,
        target: String,
        over: String,
        measure: String,
        /// Choice field on the goal naming which measure counts, if the text allows several.
        measure_field: Option<String>,
        date_field: String,
        period: Period,
        clauses: Clauses,
    },
    /// Two records with the same `per` value may not overlap in `[start, end)`: 409.
    NoOverlap { entity: String, start: String, end: String, per: Option<String>, clauses: Clauses },
    /// The same combination of fields only once: 409.
    UniqueTogether { entity: String, fields: Vec<String>, clauses: Clauses },
    /// At most `max` records per account or per referenced record (`per` field): 409.
    Limit { entity: String, max: u32, per: Option<String>, clauses: Clauses },
    /// The sum of `amount` (or the count) of `entity` records per `per` (a reference) may not exceed the referenced
    /// record's `capacity` field: 409.
    Capacity { entity: String, per: String, capacity: String, amount: Option<String>, clauses: Clauses },
    /// `field` is computed and read-only.
    Computed { entity: String, field: String, formula: Formula, clauses: Clauses },
    /// The operation does not exist: absent from the description, 405.
    Forbid { entity: String, op: Op, clauses: Clauses },
    /// `op` is refused with 409 while `field` has one of `values` (a closed case cannot be edited).
    Locked { entity: String, op: Op, field: String, values: Vec<String>, clauses: Clauses },
    /// A list of its own, `?view=<name>` and a page: the records that meet every condition (overdue, upcoming, open).
    View { entity: String, name: String, label: String, conditions: Vec<Condition>, clauses: Clauses },
    /// The page of a `parent` record offers to make an `entity` record that refers to it.
    Offer { entity: String, parent: String, clauses: Clauses },
    /// The start page shows the newest records, each leading to its own page.
    Home { entity: String, clauses: Clauses },
    /// A record that `by` records refer to cannot be deleted: 409.
    InUse { entity: String, by: String, clauses: Clauses },
    /// At most `max` records per account (or per value of `per`) whose `date_field` lies in the same period
    /// (`Week`, `Month` or `Year`): 409.
    LimitIn { entity: String, max: u32, per: Option<String>, date_field: String, period: Period, clauses: Clauses },
    /// Pages usable on a phone: viewport, no fixed widths. `tested` at best.
    Mobile { clauses: Clauses },
    /// The list of `entity` answers within `millis` with `records` records. `own_machine`: the text ties it to a machine
    /// that is not here: `tested` at best.
    Performance { entity: String, records: u32, millis: u32, own_machine: bool, clauses: Clauses },
    /// Passwords are stored hashed; sessions end; and so on: a security demand the platform keeps and a test can show.
    Security { what: SecurityDemand, clauses: Clauses },
    /// A thing that shall not be part of the product; `terms` are searched for in code, API description and pages.
    Exclusion { terms: Vec<String>, clauses: Clauses },
}
/// A stretch of the calendar that numbers are added up in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    Day,
    Month,
    Year,
}
impl Span {
    /// How much of an ISO date names it.
    #[must_use]
    pub const fn length(self) -> usize {
        match self {
            Self::Day => 10,
            Self::Month => 7,
            Self::Year => 4,
        }
    }
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}
/// What a record of a view meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Condition {
    /// A date field lies so many days from today or later (0: upcoming).
    From { field: String, days: i32 },
    /// A date field lies before the day so many days from today (0: overdue).
    Before { field: String, days: i32 },
    /// A choice or yes/no field has one of these values.
    In { field: String, values: Vec<String> },
    /// It has none of them.
    NotIn { field: String, values: Vec<String> },
}
impl Condition {
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::From { field, .. }
            | Self::Before { field, .. }
            | Self::In { field, .. }
            | Self::NotIn { field, .. } => field,
        }
    }
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    pub from: Vec<String>,
    pub to: String,
    pub who: Vec<Who>,
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "period")]
pub enum Period {
    /// The goal has a choice field with values among `week`, `month`, `year`.
    Field {
        field: String,
    },
    Week,
    Month,
    Year,
    /// Between two date fields of the goal.
    Between {
        start: String,
        end: String,
    },
    AllTime,
}
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "formula")]
pub enum Formula {
    /// `percent` % of another numeric field.
    Percent {
        of: String,
        percent: f64,
    },
    Product {
        a: String,
        b: String,
    },
    Sum {
        fields: Vec<String>,
    },
    Difference {
        a: String,
        b: String,
    },
    /// The date so many days after another date field.
    DaysAfter {
        of: String,
        days: u32,
    },
    /// Number of records of `entity` whose reference `field` is this record.
    CountOf {
        entity: String,
        field: String,
    },
    SumOf {
        entity: String,
        field: String,
        measure: String,
    },
    AverageOf {
        entity: String,
        field: String,
        measure: String,
    },
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityDemand {
    PasswordsHashed,
    MustSignIn,
    SessionExpires,
}

impl Feature {
    #[must_use]
    pub fn clauses(&self) -> &[ClauseId] {
        match self {
            Self::Search { clauses, .. }
            | Self::Filter { clauses, .. }
            | Self::Sort { clauses, .. }
            | Self::Csv { clauses, .. }
            | Self::Pagination { clauses, .. }
            | Self::Grant { clauses, .. }
            | Self::Workflow { clauses, .. }
            | Self::FieldGuard { clauses, .. }
            | Self::Threshold { clauses, .. }
            | Self::History { clauses, .. }
            | Self::Totals { clauses, .. }
            | Self::Progress { clauses, .. }
            | Self::NoOverlap { clauses, .. }
            | Self::UniqueTogether { clauses, .. }
            | Self::Limit { clauses, .. }
            | Self::Capacity { clauses, .. }
            | Self::Computed { clauses, .. }
            | Self::Forbid { clauses, .. }
            | Self::Locked { clauses, .. }
            | Self::View { clauses, .. }
            | Self::Offer { clauses, .. }
            | Self::Home { clauses, .. }
            | Self::InUse { clauses, .. }
            | Self::LimitIn { clauses, .. }
            | Self::Mobile { clauses }
            | Self::Performance { clauses, .. }
            | Self::Security { clauses, .. }
            | Self::Exclusion { clauses, .. } => clauses,
        }
    }
    pub fn clauses_mut(&mut self) -> &mut Clauses {
        match self {
            Self::Search { clauses, .. }
            | Self::Filter { clauses, .. }
            | Self::Sort { clauses, .. }
            | Self::Csv { clauses, .. }
            | Self::Pagination { clauses, .. }
            | Self::Grant { clauses, .. }
            | Self::Workflow { clauses, .. }
            | Self::FieldGuard { clauses, .. }
            | Self::Threshold { clauses, .. }
            | Self::History { clauses, .. }
            | Self::Totals { clauses, .. }
            | Self::Progress { clauses, .. }
            | Self::NoOverlap { clauses, .. }
            | Self::UniqueTogether { clauses, .. }
            | Self::Limit { clauses, .. }
            | Self::Capacity { clauses, .. }
            | Self::Computed { clauses, .. }
            | Self::Forbid { clauses, .. }
            | Self::Locked { clauses, .. }
            | Self::View { clauses, .. }
            | Self::Offer { clauses, .. }
            | Self::Home { clauses, .. }
            | Self::InUse { clauses, .. }
            | Self::LimitIn { clauses, .. }
            | Self::Mobile { clauses }
            | Self::Performance { clauses, .. }
            | Self::Security { clauses, .. }
            | Self::Exclusion { clauses, .. } => clauses,
        }
    }
    /// The entity it belongs to, if it belongs to one.
    #[must_use]
    pub fn entity(&self) -> Option<&str> {
        match self {
            Self::Search { entity, .. }
            | Self::Filter { entity, .. }
            | Self::Sort { entity, .. }
            | Self::Csv { entity, .. }
            | Self::Pagination { entity, .. }
            | Self::Grant { entity, .. }
            | Self::Workflow { entity, .. }
            | Self::FieldGuard { entity, .. }
            | Self::Threshold { entity, .. }
            | Self::History { entity, .. }
            | Self::Totals { entity, .. }
            | Self::NoOverlap { entity, .. }
            | Self::UniqueTogether { entity, .. }
            | Self::Limit { entity, .. }
            | Self::Capacity { entity, .. }
            | Self::Computed { entity, .. }
            | Self::Forbid { entity, .. }
            | Self::Locked { entity, .. }
            | Self::View { entity, .. }
            | Self::Offer { entity, .. }
            | Self::Home { entity, .. }
            | Self::InUse { entity, .. }
            | Self::LimitIn { entity, .. }
            | Self::Performance { entity, .. } => Some(entity),
            Self::Progress { goal, .. } => Some(goal),
            Self::Mobile { .. } | Self::Security { .. } | Self::Exclusion { .. } => None,
        }
    }
}

impl AppSpec {
    #[must_use]
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|e| e.name == name)
    }
}

//! What an application can do beyond storing records under plain rights.

use super::{Clauses, Op, Who};
use crate::domain::ClauseId;
use serde::{Deserialize, Serialize};

/// Beyond fields and access. `clauses` of each are what it fulfils.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "feature")]
pub enum Feature {
    /// `GET /api/<plural>?q=`: case-insensitive, over the text fields named (all text fields when empty).
    Search { entity: String, fields: Vec<String>, clauses: Clauses },
    /// `?<field>=value`, for numbers and dates also `?<field>_min=` and `?<field>_max=`.
    Filter { entity: String, field: String, clauses: Clauses },
    /// The order of the list when nothing else is asked for; also `?sort=<field>` and `?sort=-<field>`.
    /// `then`: what orders those that have the same value, downwards where it begins with `-`.
    Sort {
        entity: String,
        field: String,
        #[serde(default)]
        then: Vec<String>,
        descending: bool,
        default: bool,
        clauses: Clauses,
    },
    /// `GET /api/<plural>.csv` and a link on the page.
    Csv {
        entity: String,
        /// Of those who see the list only these have it as a file; empty: all of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        only: Vec<Who>,
        clauses: Clauses,
    },
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
    /// Two records with the same `per` value may not overlap in `[start, end)`: 409. What is `over` keeps no time taken.
    NoOverlap {
        entity: String,
        start: String,
        end: String,
        per: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
        clauses: Clauses,
    },
    /// The same combination of fields only once: 409. What is `over` does not count.
    UniqueTogether {
        entity: String,
        fields: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
        clauses: Clauses,
    },
    /// At most `max` records per account or per referenced record (`per` field): 409. What is `over` does not count.
    Limit {
        entity: String,
        max: u32,
        per: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
        clauses: Clauses,
    },
    /// The sum of `amount` (or the count) of `entity` records per `per` (a reference) may not exceed the referenced
    /// record's `capacity` field: 409. What is `over` takes no room.
    Capacity {
        entity: String,
        per: String,
        capacity: String,
        amount: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
        clauses: Clauses,
    },
    /// `field` is computed and read-only.
    Computed { entity: String, field: String, formula: Formula, clauses: Clauses },
    /// The operation does not exist: absent from the description, 405.
    Forbid { entity: String, op: Op, clauses: Clauses },
    /// `op` is refused with 409 while `field` has one of `values` (a closed case cannot be edited). With `only` an update is
    /// refused if it changes one of these properties.
    Locked {
        entity: String,
        op: Op,
        field: String,
        values: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        only: Vec<String>,
        clauses: Clauses,
    },
    /// No `entity` record is made for (or moved to) a record named by the reference `per` while `field` of that one has
    /// one of `values` (a retired desk cannot be booked): 409.
    Unavailable { entity: String, per: String, field: String, values: Vec<String>, clauses: Clauses },
    /// `op` (an update only if it is `sets`: a field and its new value) is refused with 409 when `date`, a field of the
    /// record or `reference.field` of one it names, is too near (cancelled until 24 hours before it starts).
    /// With `time` the moment is that date at the time in a field beside it.
    Closes {
        entity: String,
        op: Op,
        sets: Option<(String, String)>,
        date: String,
        #[serde(default)]
        time: Option<String>,
        until: Until,
        clauses: Clauses,
    },
    /// Nobody (or none of `who`, when there are any) does `op` to what is their own: 403. An update counts only if it gives
    /// the field of `sets` one of those values, where there is one. `own` leads to whose it is: `owner_id`, a field that
    /// names an account, or over a reference to another record (`recipe_id.owner_id`: no rating of one's own recipe).
    NotOwn {
        entity: String,
        op: Op,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sets: Option<(String, Vec<String>)>,
        own: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        who: Vec<Who>,
        clauses: Clauses,
    },
    /// Of those who see the record only `who` see `field`: to others it is not there.
    ShownTo { entity: String, field: String, who: Vec<Who>, clauses: Clauses },
    /// A list of its own, `?view=<name>` and a page: the records that meet every condition (overdue, upcoming, open).
    View { entity: String, name: String, label: String, conditions: Vec<Condition>, clauses: Clauses },
    /// The page of a `parent` record offers to make an `entity` record that refers to it.
    Offer { entity: String, parent: String, clauses: Clauses },
    /// The start page shows the newest records, or those of a view with the soonest first, each leading to its own page.
    Home {
        entity: String,
        #[serde(default)]
        view: Option<String>,
        clauses: Clauses,
    },
    /// A record that `by` records refer to cannot be deleted: 409.
    InUse { entity: String, by: String, clauses: Clauses },
    /// At most `max` records per account (or per value of `per`) whose `date_field` lies in the same period
    /// (`Week`, `Month` or `Year`): 409. What is `over` does not count.
    LimitIn {
        entity: String,
        max: u32,
        per: Option<String>,
        date_field: String,
        period: Period,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
        clauses: Clauses,
    },
    /// Pages usable on a phone: viewport, no fixed widths. `tested` at best.
    Mobile { clauses: Clauses },
    /// The list of `entity` answers within `millis` with `records` records. `own_machine`: the text ties it to a machine
    /// that is not here: `tested` at best.
    Performance { entity: String, records: u32, millis: u32, own_machine: bool, clauses: Clauses },
    /// Passwords are stored hashed; sessions end; and so on: a security demand the platform keeps and a test can show.
    Security { what: SecurityDemand, clauses: Clauses },
    /// Holders of one of the roles `by` (nobody but the administrator when empty) shut accounts with the role `of` (any when
    /// none) out and let them in again. `state` is the word for an account that cannot log in: blocked, suspended.
    Blocking { by: Vec<String>, of: Option<String>, state: String, clauses: Clauses },
    /// A thing that shall not be part of the product; `terms` are searched for in code, API description and pages.
    Exclusion { terms: Vec<String>, clauses: Clauses },
}
/// When a record is over although it is there: its field has one of these values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    pub field: String,
    pub values: Vec<String>,
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
/// What a length of time is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Days,
    Nights,
    Hours,
}
impl Unit {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Nights => "nights",
            Self::Hours => "hours",
        }
    }
}
/// Until when something can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "until")]
pub enum Until {
    /// That many hours before the moment.
    Hours { before: u32 },
    /// The end of the day that lies so many days before the date (negative: after it).
    Days { before: i32 },
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
    /// The number `by` of this record times the number `of` of the one that the reference `link` names.
    Priced {
        link: String,
        of: String,
        by: String,
    },
    /// How long it is from the field `start` to the field `end`. Days have the whole of the last one where `whole`.
    Length {
        start: String,
        end: String,
        unit: Unit,
        #[serde(default)]
        whole: bool,
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
    /// A number of its own, given to each record when it is made: one after the other, none twice.
    RunningNumber,
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
    /// Whether the record came when those before it had taken all the room: the number `capacity` of what the reference
    /// `per` names. When one of them goes, the next has room.
    Waits {
        per: String,
        capacity: String,
    },
    /// Whether somebody has it: a record of `entity` whose reference `field` is this record is there and not over.
    Held {
        entity: String,
        field: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
    },
    /// What is left of the number `capacity` of this record: without the sum of `amount` (or the count) of the `entity`
    /// records whose reference `field` is this record and that are not `over`.
    Left {
        capacity: String,
        entity: String,
        field: String,
        amount: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        over: Option<Over>,
    },
}
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityDemand {
    PasswordsHashed,
    MustSignIn,
    SessionExpires,
    /// Whoever signs up first is the only one who does.
    OnlyAccount,
    /// A password has at least so many characters.
    PasswordLength {
        least: u32,
    },
}

/// The clauses of a feature, whichever it is; shared or mutable as the feature is.
macro_rules! clauses_of {
    ($feature:expr) => {
        match $feature {
            Feature::Search { clauses, .. }
            | Feature::Filter { clauses, .. }
            | Feature::Sort { clauses, .. }
            | Feature::Csv { clauses, .. }
            | Feature::Pagination { clauses, .. }
            | Feature::Grant { clauses, .. }
            | Feature::Workflow { clauses, .. }
            | Feature::FieldGuard { clauses, .. }
            | Feature::Threshold { clauses, .. }
            | Feature::History { clauses, .. }
            | Feature::Totals { clauses, .. }
            | Feature::Progress { clauses, .. }
            | Feature::NoOverlap { clauses, .. }
            | Feature::UniqueTogether { clauses, .. }
            | Feature::Limit { clauses, .. }
            | Feature::Capacity { clauses, .. }
            | Feature::Computed { clauses, .. }
            | Feature::Forbid { clauses, .. }
            | Feature::Locked { clauses, .. }
            | Feature::Unavailable { clauses, .. }
            | Feature::Closes { clauses, .. }
            | Feature::NotOwn { clauses, .. }
            | Feature::ShownTo { clauses, .. }
            | Feature::View { clauses, .. }
            | Feature::Offer { clauses, .. }
            | Feature::Home { clauses, .. }
            | Feature::InUse { clauses, .. }
            | Feature::LimitIn { clauses, .. }
            | Feature::Mobile { clauses }
            | Feature::Performance { clauses, .. }
            | Feature::Security { clauses, .. }
            | Feature::Blocking { clauses, .. }
            | Feature::Exclusion { clauses, .. } => clauses,
        }
    };
}

impl Feature {
    #[must_use]
    pub fn clauses(&self) -> &[ClauseId] {
        clauses_of!(self)
    }
    pub fn clauses_mut(&mut self) -> &mut Clauses {
        clauses_of!(self)
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
            | Self::Unavailable { entity, .. }
            | Self::Closes { entity, .. }
            | Self::NotOwn { entity, .. }
            | Self::ShownTo { entity, .. }
            | Self::View { entity, .. }
            | Self::Offer { entity, .. }
            | Self::Home { entity, .. }
            | Self::InUse { entity, .. }
            | Self::LimitIn { entity, .. }
            | Self::Performance { entity, .. } => Some(entity),
            Self::Progress { goal, .. } => Some(goal),
            Self::Mobile { .. } | Self::Security { .. } | Self::Blocking { .. } | Self::Exclusion { .. } => None,
        }
    }
}

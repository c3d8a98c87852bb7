//! From an [`AppSpec`](super::spec::AppSpec) to a real multi-user web application in Python's standard library.
//!
//! What `spec.rs` and design 5.4 leave open is decided here; the test suite relies on it.
//!
//! # Requests and answers
//! - Lists answer a JSON **array**; `X-Total-Count` holds the number of matches. Without `page`/`per_page` at most 1000
//!   records, by ascending `id` unless a default `Sort` is declared. `?page=` from 1, `?per_page=` 1..=1000 (default 1000;
//!   with `Feature::Pagination` its `per_page`). `?q=` search, `?<field>=`, `?<field>_min=`, `?<field>_max=` (inclusive)
//!   filters, `?sort=<field>` / `?sort=-<field>`: only where the feature is declared. Undeclared parameters are ignored,
//!   except that an undeclared `sort` field is 422. A `Choice` sorts by the order of its values.
//! - `POST` 201 with the record and `Location`; `PUT` 200 with the record, changing only the fields sent (`null` clears an
//!   optional field); `DELETE` 204. Fields without a value are **absent** from answers, never `null`. Unknown and read-only
//!   fields in a body are ignored.
//! - Errors: `{"error": "…"}`; invalid fields 422 `{"error": "…", "fields": {"name": "message"}}`; malformed JSON or a body
//!   that is no object 400; a body over 1 MiB 413. 401 before 403 before 422 before 404 before 409.
//!   `PUT`/`DELETE` of a record that is visible but not writable is 403, of an invisible or unknown one 404 (422 first if
//!   the body is invalid).
//! - A reference in a body must name a record that the account can see, or that one of its own rights to write leads through
//!   (`AssignedTo`, `OwnParent`, `Granted`), else 422 on that field. (When the account holds no read access at all to that
//!   kind of record, existence is enough.)
//! - Deleting a record that others refer to: an optional reference is cleared; a required one is deleted along when the
//!   parent entity is `owned`, else 409.
//! - Wrong method: 405 with `Allow`, in the API also when no access right and no `Forbid` mentions the operation. With a
//!   `Forbid` neutralised, the operation exists but nobody holds it unless an access right says so: 401/403.
//! - A handler whose function was neutralised answers 501.
//!
//! # Accounts (only when `spec.users` is there)
//! - `POST /api/users` (`signUp`; 201, the account, without a log-in) with `email` or `user_name`, `password` (8..=200 characters)
//!   and the profile fields; a taken name is 409. `POST /api/sessions` (`logIn`; 200 `{"token": "…"}`; 401 when wrong).
//!   `DELETE /api/sessions` (`logOut`, 204). `GET/PUT /api/me` (`getAccount`, `updateAccount`: own profile; in answers `id`,
//!   `email`/`user_name`, `name`, `roles`, `administrator`, profile fields). `PUT /api/me/password` (`changePassword`, 204; body
//!   `old_password`, `new_password`; 403 when the old one is wrong).
//! - `GET /api/users`, `GET /api/users/{id}`: the administrator (first account) sees everybody with all data; others see
//!   themselves whole and, where a reference or grant lets them pick people, those (`id`, `name`, `roles`).
//!   `PUT /api/users/{id}` (`updateUser`, administrator only, else 403): `roles` (array of role names, the complete granted set;
//!   open roles stay) and profile fields. The administrator always holds every role. The collection is `accounts` when an
//!   entity's plural is `users`.
//! - A profile field used by `Scope::SameAs` can be given at sign-up and afterwards only be changed by the administrator.
//! - The bearer token is for `/api`, the cookie `session` for pages. `APP_SESSION_SECONDS` (default 1209600) is how long a
//!   log-in lasts; `0` ends it at once.
//!
//! # Access
//! - An operation nobody holds is 403 (401 without an account). Read scope limits lists and makes the rest 404.
//!   `entity.private` puts the scopes behind a guard of its own, `keep_<plural>_private`: neutralised, everybody who holds
//!   *some* read right sees every record.
//! - `Own` on create is always met (the record gets the account as `owner_id`); `AssignedTo`/`SameAs` on create fill an
//!   omitted field and refuse another value with 403; `OwnParent`, `Granted` need a parent of the kind; `Where` needs the value.
//!   `AssignedTo { field }` may name a field of a referenced parent when the entity has no such field itself.
//!   `Granted` holds for entities with a `Grant` and for entities that refer to one.
//! - A change of a field outside `only_fields` is 403; sending the value it already has is no change.
//! - A read-only `UserReference` is set to the acting account at creation, a read-only `Date`/`DateTime` to today/now
//!   (at every change if the name starts with `updated`, `changed` or `modified`). Defaults `today` and `now` are understood.
//!
//! # Features
//! - Grants: `POST/GET /api/<entity>_grants`, `GET/DELETE …/{id}`; `{id, owner_id, user_id}`; twice the same is 409, an
//!   account without the role 422. Both sides see a grant; only its giver makes and deletes it.
//! - History: `GET /api/<entity>_changes`, `…/{id}`; `{id, <entity>_id, action: created|updated|deleted, user_id, user_name,
//!   at, changes: {field: {"from": …, "to": …}}}`, newest first.
//! - Totals: `GET /api/<name>` → `{"count": n, "<measure>": sum, "from": date, "to": date, "groups": [{"value": v, "count": n,
//!   "<measure>": sum}]}` (`from`/`to` with `days`: the last `days` days up to and including today;
//!   `groups` with `group_by`). Page `/<name>`.
//! - Progress: `progress` and `progress_percent` on the goal; no value when neutralised. `Week` starts on Monday.
//! - Workflow: the field is not part of the creation schema; a record starts with `initial`; sending another value on
//!   creation, or a move that is not listed, is 409; a listed move by others than `who` is 403.
//! - `FieldGuard`, `Threshold`, `NotOwn`: 403. `NoOverlap`, `UniqueTogether`, `Limit`, `Capacity`, `Locked`, `Unavailable`, `Closes`,
//!   `Unique`: 409. The clock of the application is that of the machine plus `app.values.AHEAD`, which only tests move.
//! - `NotOwn`: the pages offer neither the operation, nor the value, nor the record to whom it is not for.
//! - `ShownTo`: to everybody else the field is not there, in answers, pages, files, histories, sums, filters, orders and searches.
//! - CSV: `GET /api/<plural>.csv`, header row of field names, same filters and visibility as the list, all pages;
//!   text starting with `= + - @` gets a leading apostrophe against formula injection.
//! - DateTimes without a zone are local time; every form is read back as it was sent.
//! - Performance: the list of that entity has 100 records a page unless `per_page` asks for more.
//! - Features that say the same (two searches, two sorts by one field) are merged; the row left is linked to all their clauses.
//!
//! # Pages
//! `/` (dashboard or overview), `/<plural>`, `/<plural>/new`, `/<plural>/{id}`, `/<plural>/{id}/edit`, forms post to
//! `/<plural>`, `/<plural>/{id}`, `/<plural>/{id}/delete` with `csrf`; `/<plural>.csv`; `/sign-up`, `/log-in`, `/log-out`, `/account`,
//! `/users`, `/<totals name>`. A page that needs an account redirects to `/log-in?next=…`.
//!
//! # In-process use (tests)
//! `from app.server import make_server; server = make_server(0, data_dir=path)` (default: `APP_DATA_DIR` at the call), then `server.serve_forever()` in a
//! thread, `server.server_address`, `server.shutdown()`, `server.server_close()`. Many servers may live in one process, each
//! with its own data directory. `python3 -m app --port N` (`APP_DATA_DIR`) is the same from outside.
//!
//! # Links
//! One row of a table literal or one function per demand: entity → its row in `COLLECTIONS`; field, field rule, access right →
//! its row; `private` → `keep_<plural>_private`; search, filter, sort, CSV, pagination, grant, workflow, field guard, history,
//! forbid, not one's own → its row; threshold, totals, progress, overlap, unique together, limit, capacity, computed, locked, performance →
//! a named function. Access rows are made disjoint first: what a wider right already gives is linked to the wider row.
//! Accounts: `Users::clauses` → `current_account`, sign up → `sign_up`, log in → `log_in`, change password →
//! `change_password`, edit profile → `update_own_account`, profile field and role → its row in `app/people.py`; mobile → `viewport`;
//! hashed → `hash_password`, must sign in → `require_account`, session expires → `session_is_over`, blocking → its row,
//! `keep_out` and `put_blocked`. Exclusions have no code.

mod access;
mod baseline;
mod computation;
mod core;
mod entity;
pub(super) mod functions;
mod grouping;
pub(super) mod merge;
mod readme;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod writer;

pub use grouping::modules;

use super::spec::{AppSpec, Clauses, Feature};
use crate::domain::reply::{Addition, CodeLink, NewFile};
use writer::Writer;

/// A part of the application that is built and tested on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleSpec {
    /// A valid identifier: `core`, `workouts`…
    pub name: String,
    pub purpose: String,
    /// Names of its entities, in declaration order.
    pub entities: Vec<String>,
    /// Indexes into `AppSpec::features`.
    pub features: Vec<usize>,
    pub clauses: Clauses,
    /// Modules that must be built before.
    pub depends_on: Vec<String>,
}

/// What building one module yields: the content of a build reply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    pub files: Vec<NewFile>,
    pub links: Vec<CodeLink>,
    pub additions: Vec<Addition>,
}

/// What `app/model.py` offers to the generated files, in the order in which they are imported.
const MODEL_NAMES: &[&str] = &[
    "ANYONE",
    "SIGNED_IN",
    "Account",
    "After",
    "Allow",
    "AssignedTo",
    "BeforeDay",
    "Boolean",
    "Choice",
    "Date",
    "DateTime",
    "Decimal",
    "Earliest",
    "Email",
    "Entity",
    "Everything",
    "Filter",
    "Forbid",
    "FromDay",
    "Granted",
    "Home",
    "Immutable",
    "Integer",
    "Latest",
    "MaxLength",
    "Maximum",
    "MinLength",
    "Minimum",
    "MinimumAge",
    "Money",
    "NoneOf",
    "NotInFuture",
    "NotInPast",
    "Offer",
    "OneOf",
    "OnlyBy",
    "Own",
    "OwnParent",
    "Pagination",
    "Phone",
    "Reference",
    "Required",
    "RequiredWhen",
    "SameAs",
    "Search",
    "ShownTo",
    "Sort",
    "Text",
    "Time",
    "Unique",
    "Url",
    "View",
    "Where",
    "Within",
];
/// The same for the files of `app/features`.
const FEATURE_NAMES: &[(&str, &[&str])] = &[
    (
        "app.features.checks",
        &[
            "closed",
            "in_use",
            "locked",
            "over_capacity",
            "overlap",
            "taken",
            "threshold",
            "too_many",
            "too_many_in",
            "unavailable",
        ],
    ),
    (
        "app.features.formulas",
        &[
            "average_of",
            "count_of",
            "days_after",
            "days_of",
            "difference_of",
            "held_by",
            "hours_of",
            "left_of",
            "percent_of",
            "priced",
            "product_of",
            "running_number",
            "sum_of",
            "sum_of_fields",
            "waits",
        ],
    ),
    ("app.features.grants", &["Grant"]),
    ("app.features.history", &["History"]),
    ("app.features.own", &["NotOwn"]),
    ("app.features.progress", &["measured", "progress"]),
    ("app.features.spreadsheet", &["Csv"]),
    ("app.features.totals", &["Totals", "add_up"]),
    ("app.features.workflow", &["Move", "Workflow"]),
];

/// The files of one module with what they fulfil; nothing for a module that does not exist.
#[must_use]
pub fn build(spec: &AppSpec, module: &str) -> Built {
    let Some(found) = modules(spec).into_iter().find(|m| m.name == module) else { return Built::default() };
    let (files, links) = if found.name == "core" {
        let (mut files, mut links) = core::build(spec);
        // Features of entities that do not exist have no module of their own.
        let (extra, more) = module_file(spec, &found, "app/modules/overview.py");
        if found.features.iter().any(|f| matches!(spec.features[*f], Feature::Totals { .. })) {
            files.push(extra);
            links.extend(more);
        }
        (files, links)
    } else {
        let (file, links) = module_file(spec, &found, &format!("app/modules/{}.py", found.name));
        (vec![file], links)
    };
    Built { files, links, additions: baseline::additions(spec, &found) }
}

fn module_file(spec: &AppSpec, module: &ModuleSpec, path: &str) -> (NewFile, Vec<CodeLink>) {
    let mut out = Writer::new(path);
    let all: Vec<&Feature> = module.features.iter().filter_map(|i| spec.features.get(*i)).collect();
    let entities: Vec<_> = spec.entities.iter().filter(|e| module.entities.contains(&e.name)).collect();
    for entity in &entities {
        let own: Vec<&Feature> = all.iter().copied().filter(|f| f.entity() == Some(&entity.name)).collect();
        let own = merge::merge(&own);
        let own: Vec<&Feature> = own.iter().collect();
        entity::declare(spec, entity, &own, &mut out);
        functions::declare(spec, entity, &own, &mut out);
        out.blank(1);
    }
    let totals: Vec<&Feature> = all.iter().copied().filter(|f| matches!(f, Feature::Totals { .. })).collect();
    let totals = merge::merge(&totals);
    let dashboards = functions::dashboards(spec, &totals.iter().collect::<Vec<_>>(), &mut out);
    out.blank(1);
    out.line("COLLECTIONS = [");
    for entity in &entities {
        out.name_row(&entity::constant(&entity.name), &entity.clauses);
    }
    out.line("]");
    if !dashboards.is_empty() {
        out.blank(1);
        out.line("TOTALS = [");
        for row in &dashboards {
            out.row("Totals", row, &[]);
        }
        out.line("]");
    }
    let mut head = vec![format!("\"\"\"{}.\"\"\"", writer::prose(&module.purpose)), String::new()];
    let mut wanted: Vec<(&str, &[&str])> = FEATURE_NAMES.to_vec();
    wanted.push(("app.model", MODEL_NAMES));
    head.extend(writer::imports(&out, &wanted));
    let (content, links) = out.finish(&head);
    (NewFile { path: path.into(), content }, links)
}

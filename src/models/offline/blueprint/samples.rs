//! Applications described by hand, for tests.

use crate::{
    domain::ClauseId,
    models::offline::spec::{
        Access, AppSpec, Entity, Feature, Field, FieldRule, FieldType, Formula, Op, Period, Role, Rule, Scope,
        SecurityDemand, SignInWith, Span, Transition, Users, Who,
    },
};

pub fn c(number: u32) -> Vec<ClauseId> {
    vec![ClauseId(number)]
}
pub fn field(name: &str, ty: FieldType, clause: u32) -> Field {
    let label = name.trim_end_matches("_id").replace('_', " ");
    let label = label[..1].to_uppercase() + &label[1..];
    Field {
        name: name.into(),
        label,
        ty,
        required: false,
        read_only: false,
        default: None,
        unit: None,
        clauses: c(clause),
        rules: Vec::new(),
    }
}
pub fn text(name: &str, clause: u32) -> Field {
    field(name, FieldType::Text { multiline: false }, clause)
}
pub fn needed(mut field: Field) -> Field {
    field.required = true;
    field
}
pub fn ruled(mut field: Field, rule: Rule, clause: u32) -> Field {
    field.rules.push(FieldRule { rule, clauses: c(clause) });
    field
}
pub fn choice(name: &str, values: &[&str], clause: u32) -> Field {
    field(name, FieldType::Choice { values: values.iter().map(|v| (*v).into()).collect() }, clause)
}
pub fn refers(entity: &str, clause: u32) -> Field {
    needed(field(&format!("{entity}_id"), FieldType::Reference { entity: entity.into() }, clause))
}
pub fn entity(name: &str, plural: &str, fields: Vec<Field>, access: Vec<Access>, clause: u32) -> Entity {
    let title = |s: &str| s[..1].to_uppercase() + &s[1..].replace('_', " ");
    Entity {
        name: name.into(),
        plural: plural.into(),
        label: title(name),
        label_plural: title(plural),
        clauses: c(clause),
        fields,
        owned: false,
        private: Vec::new(),
        access,
        system: false,
    }
}
pub const ALL: [Op; 4] = [Op::Create, Op::Read, Op::Update, Op::Delete];
pub fn allow(who: Who, ops: &[Op], scope: Scope, clause: u32) -> Access {
    Access { who, ops: ops.to_vec(), scope, only_fields: Vec::new(), clauses: c(clause) }
}
pub fn role(name: &str) -> Who {
    Who::Role(name.into())
}
fn roles(list: &[(&str, bool, u32)]) -> Vec<Role> {
    list.iter()
        .map(|(name, open, clause)| Role {
            name: (*name).into(),
            label: name[..1].to_uppercase() + &name[1..],
            open: *open,
            clauses: c(*clause),
        })
        .collect()
}
fn users(with: SignInWith, roles: Vec<Role>) -> Users {
    Users {
        clauses: c(1),
        sign_in_with: with,
        sign_up: c(1),
        log_in: c(2),
        change_password: c(3),
        edit_profile: c(4),
        profile: Vec::new(),
        roles,
    }
}
fn s(value: &str) -> String {
    value.into()
}

pub fn guest_book() -> AppSpec {
    let fields = vec![
        needed(text("author", 1)),
        ruled(needed(field("message", FieldType::Text { multiline: true }, 1)), Rule::MaxLength { value: 2000 }, 1),
        Field { read_only: true, ..field("written_at", FieldType::DateTime, 1) },
    ];
    let access = vec![allow(Who::Anyone, &[Op::Create, Op::Read], Scope::All, 1)];
    AppSpec {
        title: s("Wedding guest book"),
        entities: vec![entity("entry", "entries", fields, access, 1)],
        features: vec![
            Feature::Sort {
                entity: s("entry"),
                field: s("written_at"),
                then: vec![],
                descending: true,
                default: true,
                clauses: c(1),
            },
            Feature::Forbid { entity: s("entry"), op: Op::Delete, clauses: c(2) },
            Feature::Exclusion { terms: vec![s("payment")], clauses: c(3) },
        ],
        ..AppSpec::default()
    }
}

pub fn fitness() -> AppSpec {
    let measure = |name: &str, unit: &str, ty, clause| Field { unit: Some(s(unit)), ..field(name, ty, clause) };
    let decimal = FieldType::Decimal { money: false };
    let mut workout = entity(
        "workout",
        "workouts",
        vec![
            ruled(needed(field("date", FieldType::Date, 5)), Rule::NotInFuture, 6),
            needed(text("exercise", 5)),
            ruled(needed(measure("duration", "minutes", FieldType::Integer, 5)), Rule::Min { value: 1.0 }, 6),
            ruled(measure("distance", "km", decimal.clone(), 5), Rule::Min { value: 0.0 }, 6),
            ruled(
                ruled(field("effort", FieldType::Integer, 5), Rule::Min { value: 1.0 }, 7),
                Rule::Max { value: 10.0 },
                7,
            ),
        ],
        vec![allow(Who::SignedIn, &ALL, Scope::Own, 5), allow(role("trainer"), &[Op::Read], Scope::Granted, 10)],
        5,
    );
    workout.owned = true;
    workout.private = c(9);
    let mut goal = entity(
        "goal",
        "goals",
        vec![
            needed(text("title", 8)),
            ruled(needed(field("target", decimal, 8)), Rule::Min { value: 1.0 }, 8),
            Field { default: Some(s("distance")), ..choice("measure", &["distance", "duration"], 8) },
            Field { default: Some(s("month")), ..choice("period", &["week", "month", "year"], 8) },
        ],
        vec![allow(Who::SignedIn, &ALL, Scope::Own, 8)],
        8,
    );
    goal.owned = true;
    let mut comment = entity(
        "comment",
        "comments",
        vec![refers("workout", 11), needed(field("text", FieldType::Text { multiline: true }, 11))],
        vec![
            allow(role("trainer"), &[Op::Create, Op::Read], Scope::Granted, 11),
            allow(Who::SignedIn, &[Op::Read], Scope::OwnParent { field: s("workout_id") }, 11),
        ],
        11,
    );
    comment.owned = true;
    AppSpec {
        title: s("Fitness tracker"),
        users: Some(users(SignInWith::Email, roles(&[("trainer", false, 10)]))),
        entities: vec![workout, goal, comment],
        features: vec![
            Feature::Grant { entity: s("workout"), role: Some(s("trainer")), clauses: c(10) },
            Feature::Progress {
                goal: s("goal"),
                target: s("target"),
                over: s("workout"),
                measure: s("distance"),
                measure_field: Some(s("measure")),
                date_field: s("date"),
                period: Period::Field { field: s("period") },
                clauses: c(8),
            },
            Feature::Totals {
                name: s("dashboard"),
                label: s("Dashboard"),
                entity: s("workout"),
                measures: vec![s("duration"), s("distance")],
                date_field: Some(s("date")),
                days: Some(28),
                group_by: Some(s("exercise")),
                each: Some(Span::Month),
                everyone: false,
                clauses: c(12),
            },
            Feature::Sort {
                entity: s("workout"),
                field: s("date"),
                then: vec![],
                descending: true,
                default: true,
                clauses: c(13),
            },
            Feature::Csv { entity: s("workout"), only: Vec::new(), clauses: c(14) },
            Feature::Search { entity: s("workout"), fields: vec![s("exercise")], clauses: c(15) },
            Feature::Mobile { clauses: c(16) },
            Feature::Security { what: SecurityDemand::PasswordsHashed, clauses: c(17) },
            Feature::Security { what: SecurityDemand::MustSignIn, clauses: c(18) },
            Feature::Security { what: SecurityDemand::SessionExpires, clauses: c(19) },
        ],
        ..AppSpec::default()
    }
}

pub fn maintenance() -> AppSpec {
    let flat = |clause| needed(text("flat", clause));
    let mut defect = entity(
        "defect",
        "defects",
        vec![
            needed(text("title", 5)),
            field("description", FieldType::Text { multiline: true }, 5),
            field("photo", FieldType::Url, 5),
            needed(choice("urgency", &["low", "normal", "emergency"], 5)),
            Field { read_only: true, ..text("flat", 11) },
            needed(choice("status", &["reported", "assigned", "in_progress", "done", "rejected"], 10)),
            field("contractor_id", FieldType::Reference { entity: s("contractor") }, 6),
        ],
        vec![
            allow(role("tenant"), &[Op::Create, Op::Read], Scope::SameAs { profile: s("flat"), field: s("flat") }, 11),
            allow(role("caretaker"), &[Op::Read], Scope::All, 11),
            Access {
                only_fields: vec![s("status"), s("contractor_id")],
                ..allow(role("caretaker"), &[Op::Update], Scope::All, 6)
            },
            allow(role("board"), &[Op::Read], Scope::All, 11),
            allow(role("contractor"), &[Op::Read], Scope::AssignedTo { field: s("contractor_id.account_id") }, 8),
        ],
        5,
    );
    defect.owned = true;
    defect.private = c(11);
    let contractor = entity(
        "contractor",
        "contractors",
        vec![
            needed(text("company_name", 7)),
            text("trade", 7),
            ruled(field("phone_number", FieldType::Phone, 7), Rule::Required, 7),
            field("account_id", FieldType::UserReference { role: Some(s("contractor")) }, 7),
        ],
        vec![allow(role("caretaker"), &ALL, Scope::All, 7), allow(Who::SignedIn, &[Op::Read], Scope::All, 7)],
        7,
    );
    let mut quote = entity(
        "quote",
        "quotes",
        vec![
            refers("defect", 8),
            ruled(needed(field("amount", FieldType::Decimal { money: true }, 8)), Rule::Min { value: 0.0 }, 8),
            Field { unit: None, ..field("estimated_date", FieldType::Date, 8) },
            choice("status", &["open", "approved", "rejected"], 9),
        ],
        vec![
            allow(
                role("contractor"),
                &[Op::Create, Op::Read],
                Scope::AssignedTo { field: s("defect_id.contractor_id.account_id") },
                8,
            ),
            allow(role("caretaker"), &[Op::Read], Scope::All, 9),
            Access { only_fields: vec![s("status")], ..allow(role("caretaker"), &[Op::Update], Scope::All, 9) },
            allow(role("board"), &[Op::Read], Scope::All, 9),
            Access { only_fields: vec![s("status")], ..allow(role("board"), &[Op::Update], Scope::All, 9) },
        ],
        8,
    );
    quote.owned = true;
    let mut people = users(
        SignInWith::UserName,
        roles(&[("tenant", true, 5), ("caretaker", false, 6), ("contractor", false, 7), ("board", false, 9)]),
    );
    people.profile = vec![flat(11)];
    let step = |from: &[&str], to: &str| Transition {
        from: from.iter().map(|f| s(f)).collect(),
        to: s(to),
        who: vec![role("caretaker")],
    };
    AppSpec {
        title: s("Maintenance requests"),
        users: Some(people),
        entities: vec![contractor, defect, quote],
        features: vec![
            Feature::Workflow {
                entity: s("defect"),
                field: s("status"),
                initial: s("reported"),
                transitions: vec![
                    step(&["reported"], "assigned"),
                    step(&["assigned"], "in_progress"),
                    step(&["in_progress"], "done"),
                    step(&["reported", "assigned"], "rejected"),
                ],
                clauses: c(10),
            },
            Feature::FieldGuard {
                entity: s("defect"),
                field: s("status"),
                who: vec![role("caretaker")],
                clauses: c(10),
            },
            Feature::Workflow {
                entity: s("quote"),
                field: s("status"),
                initial: s("open"),
                transitions: Vec::new(),
                clauses: c(9),
            },
            Feature::Threshold {
                entity: s("quote"),
                field: s("status"),
                values: vec![s("approved"), s("rejected")],
                amount: s("amount"),
                limit: 500.0,
                above: role("board"),
                below: role("caretaker"),
                clauses: c(9),
            },
            Feature::Sort {
                entity: s("defect"),
                field: s("urgency"),
                then: vec![],
                descending: true,
                default: true,
                clauses: c(6),
            },
            Feature::Filter { entity: s("defect"), field: s("status"), clauses: c(6) },
            Feature::History { entity: s("defect"), readers: vec![role("board")], clauses: c(12) },
            Feature::Search { entity: s("defect"), fields: Vec::new(), clauses: c(13) },
            Feature::Csv { entity: s("defect"), only: Vec::new(), clauses: c(13) },
            Feature::Performance {
                entity: s("defect"),
                records: 10_000,
                millis: 300,
                own_machine: true,
                clauses: c(14),
            },
            Feature::Forbid { entity: s("defect"), op: Op::Delete, clauses: c(15) },
            Feature::Locked {
                entity: s("defect"),
                op: Op::Update,
                field: s("status"),
                values: vec![s("rejected")],
                only: Vec::new(),
                clauses: c(16),
            },
            Feature::Exclusion { terms: vec![s("smtp"), s("payment")], clauses: c(17) },
        ],
        ..AppSpec::default()
    }
}

pub fn rooms() -> AppSpec {
    let everyone = |clause| allow(Who::SignedIn, &ALL, Scope::All, clause);
    let room = entity(
        "room",
        "rooms",
        vec![
            ruled(needed(text("name", 5)), Rule::Unique { per_owner: false }, 5),
            ruled(needed(field("seats", FieldType::Integer, 5)), Rule::Min { value: 1.0 }, 5),
            field("price", FieldType::Decimal { money: true }, 5),
            field("has_projector", FieldType::Boolean, 5),
            field("opens_at", FieldType::Time, 5),
        ],
        vec![everyone(5)],
        5,
    );
    let mut booking = entity(
        "booking",
        "bookings",
        vec![
            refers("room", 6),
            ruled(needed(field("start", FieldType::DateTime, 6)), Rule::NotInPast, 6),
            ruled(needed(field("end", FieldType::DateTime, 6)), Rule::After { field: s("start"), or_equal: false }, 6),
            needed(field("people", FieldType::Integer, 6)),
            ruled(text("code", 6), Rule::Immutable, 6),
            ruled(text("contact", 6), Rule::MinLength { value: 3 }, 6),
            Field { read_only: true, ..field("fee", FieldType::Decimal { money: true }, 7) },
        ],
        vec![everyone(6)],
        6,
    );
    booking.owned = true;
    let mut seat = entity(
        "seat",
        "seats",
        vec![refers("room", 9), needed(field("number", FieldType::Integer, 9)), field("mail", FieldType::Email, 9)],
        vec![everyone(9)],
        9,
    );
    seat.label_plural = s("Seats");
    let on = |e: &str| s(e);
    AppSpec {
        title: s("Room booking"),
        users: Some(users(SignInWith::UserName, Vec::new())),
        entities: vec![room, booking, seat],
        features: vec![
            Feature::NoOverlap {
                entity: on("booking"),
                start: s("start"),
                end: s("end"),
                per: Some(s("room_id")),
                over: None,
                clauses: c(8),
            },
            Feature::Computed {
                entity: on("booking"),
                field: s("fee"),
                formula: Formula::Percent { of: s("people"), percent: 3.0 },
                clauses: c(7),
            },
            Feature::Computed {
                entity: on("room"),
                field: s("bookings_count"),
                formula: Formula::CountOf { entity: s("booking"), field: s("room_id") },
                clauses: c(7),
            },
            Feature::UniqueTogether {
                entity: on("seat"),
                fields: vec![s("room_id"), s("number")],
                over: None,
                clauses: c(9),
            },
            Feature::Limit { entity: on("booking"), max: 3, per: None, over: None, clauses: c(10) },
            Feature::Capacity {
                entity: on("booking"),
                per: s("room_id"),
                capacity: s("seats"),
                amount: Some(s("people")),
                over: None,
                clauses: c(11),
            },
            Feature::Pagination { entity: on("seat"), per_page: 5, clauses: c(12) },
            Feature::Filter { entity: on("room"), field: s("price"), clauses: c(13) },
            Feature::Totals {
                name: s("overview"),
                label: s("Overview"),
                entity: s("booking"),
                measures: vec![s("people")],
                date_field: Some(s("start")),
                days: Some(7),
                group_by: None,
                each: None,
                everyone: false,
                clauses: c(14),
            },
        ],
        ..AppSpec::default()
    }
}

pub fn all() -> Vec<(&'static str, AppSpec)> {
    vec![("guest_book", guest_book()), ("fitness", fitness()), ("maintenance", maintenance()), ("rooms", rooms())]
}

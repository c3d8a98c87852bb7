//! What a sentence says of one thing and must not be built, or proven, on another.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Who};

fn limits(spec: &AppSpec) -> Vec<&Feature> {
    spec.features.iter().filter(|f| matches!(f, Feature::Limit { .. } | Feature::LimitIn { .. })).collect()
}

fn rules(spec: &AppSpec, entity: &str, name: &str) -> Vec<Rule> {
    field(spec, entity, name).map(|f| f.rules.iter().map(|r| r.rule.clone()).collect()).unwrap_or_default()
}

fn terms(spec: &AppSpec, clause: u32) -> Vec<String> {
    let of = |f: &Feature| match f {
        Feature::Exclusion { terms, clauses } if clauses.contains(&ClauseId(clause)) => Some(terms.clone()),
        _ => None,
    };
    spec.features.iter().filter_map(of).flatten().collect()
}

#[test]
fn the_day_of_an_act_is_a_property_and_no_act() {
    let spec = read(
        "The clerk keeps members with a name and the date of joining.\nA kiln has a label and a day.\n\
         The date of joining is never in the future.",
    );
    let names: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(names, ["member", "kiln"]);
    assert!(rules(&spec, "member", "date_of_joining").contains(&Rule::NotInFuture), "{:?}", spec.entities);
    assert!(!rules(&spec, "kiln", "day").contains(&Rule::NotInFuture));
}

#[test]
fn a_number_of_characters_limits_no_records() {
    for text in [
        "Members log in and write notes.\nA person on the board has a note of at most 300 characters.",
        "Members log in and join courses.\nA reason for joining a course has at most 200 letters.",
    ] {
        let spec = read(text);
        assert!(limits(&spec).is_empty(), "{text}: {:?}", spec.features);
    }
    let spec = read("A dog has a name and a remark of up to 400 characters.");
    assert!(rules(&spec, "dog", "remark").contains(&Rule::MaxLength { value: 400 }), "{:?}", spec.gaps);
    assert!(whole(&spec, 1), "{:?}", spec.gaps);
}

#[test]
fn a_condition_bounds_no_value() {
    for text in [
        "A medicine has a name and a quantity.\nMedicines whose quantity is below 10 appear in red.",
        "An owner approves repairs with a title and a price.\nIf the price is more than 200 euros, the owner must sign the repair.",
    ] {
        let spec = read(text);
        let bounded = spec.entities.iter().flat_map(|e| &e.fields).any(|f| !f.rules.is_empty());
        assert!(!bounded && !whole(&spec, 2), "{text}: {:?}", spec.entities);
    }
}

#[test]
fn what_is_withdrawn_where_withdrawals_are_kept_is_not_deleted() {
    let spec = read(
        "A medicine has a name and an expiry date.\nEvery withdrawal is recorded with the nurse and the quantity.\n\
         Expired medicines cannot be withdrawn.",
    );
    let deletes =
        |f: &Feature| matches!(f, Feature::Locked { op: Op::Delete, .. } | Feature::Forbid { op: Op::Delete, .. });
    assert!(!spec.features.iter().any(deletes), "{:?}", spec.features);
    assert!(!whole(&spec, 3));
}

#[test]
fn what_cannot_be_lent_lets_nobody_lend() {
    let spec = read(
        "Pupils log in and see laptops.\nA laptop has a number and a state: available, lent or broken.\n\
         Teachers lend a laptop to a pupil.\nA broken laptop cannot be lent.",
    );
    let loan = spec.entity("loan").unwrap();
    let creates: Vec<_> = loan.access.iter().filter(|a| a.ops.contains(&Op::Create)).map(|a| &a.who).collect();
    assert_eq!(creates, [&crate::models::offline::spec::Who::Role("teacher".into())]);
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn an_exclusion_is_searched_for_by_what_would_show_it() {
    let notes = "A note has a title.";
    for (text, term) in [
        ("We do not want invoices, and no text messages are sent.", "sms"),
        ("The application does not charge money and does not print labels.", "payment"),
        ("No e-mail is sent and visitors never pay.", "payment"),
        ("No e-mail is sent and visitors never pay.", "smtplib"),
        ("The club does not publish photos.", "photo"),
    ] {
        let found = terms(&read(&format!("{notes}\n{text}")), 2);
        assert!(found.iter().any(|t| t == term), "{text}: {found:?}");
        assert!(!found.iter().any(|t| t.contains("message send") || t == "charge money"), "{text}: {found:?}");
    }
    let spec = read(&format!("{notes}\nThe club does not publish photos."));
    assert!(spec.entity("photo").is_none());
}

#[test]
fn one_at_a_time_is_no_time() {
    let spec = read("Anyone can add a book with a title.\nA book can be reserved by only one person at a time.");
    let timed = |f: &crate::models::offline::spec::Field| matches!(f.ty, FieldType::Time | FieldType::DateTime);
    assert!(!spec.entities.iter().flat_map(|e| &e.fields).any(timed), "{:?}", spec.entities);
}

#[test]
fn what_follows_from_how_things_are_is_no_background() {
    for text in [
        "A loan has a title.\nFor each loan we store who made it, when, and when it is due back.",
        "An order has a title.\nOn Sundays we are closed, so no orders can be collected on that day.",
    ] {
        let spec = read(text);
        let mark = spec.marks.iter().find(|m| m.clause == ClauseId(2)).unwrap();
        assert_ne!(mark.kind, ClauseKind::Context, "{text}");
    }
    let spec = read("A loan has a title.\nWe are closed on Sundays.");
    assert_eq!(spec.marks[1].kind, ClauseKind::Context);
}

#[test]
fn what_is_hidden_of_people_is_none_of_what_they_book() {
    let dogs = "A dog has a name and a breed.\nWalkers log in and book a dog.\nStaff add dogs.";
    let hidden = |text: &str| {
        let spec = read(&format!("{dogs}\n{text}"));
        spec.features.iter().any(|f| matches!(f, Feature::ShownTo { entity, .. } if entity == "dog"))
    };
    assert!(!hidden("Visitors never see the walkers' names."));
    assert!(!hidden("We sell no dogs and visitors never see the walkers' names."));
    assert!(hidden("Only staff see the breed of a dog."));
}

#[test]
fn a_ban_for_some_records_is_none_for_all() {
    let spec = read("The leader adds and changes rehearsals with a date.\nA rehearsal in the past cannot be changed.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{:?}", spec.features);
    assert!(!whole(&spec, 2));
}

#[test]
fn what_is_done_without_an_act_gives_no_right_to_it() {
    let spec = read("The baker adds breads with a name.\nThe baker can take a bread off the list without deleting it.");
    let deletes =
        |a: &crate::models::offline::spec::Access| a.ops.contains(&Op::Delete) && a.clauses.contains(&ClauseId(2));
    assert!(!spec.entities.iter().flat_map(|e| &e.access).any(deletes), "{:?}", spec.entities);
}

#[test]
fn every_change_is_that_of_each_kind_of_record() {
    let spec = read(
        "A coordinator creates shifts with a task.\nA coordinator adds rooms with a label.\nEvery change is logged with who did it and when.",
    );
    let logged: Vec<&str> = spec
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::History { entity, .. } => Some(entity.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(logged, ["shift", "room"]);
}

#[test]
fn what_somebody_may_have_of_what_others_add_is_not_counted_where_it_is_added() {
    let spec = read(
        "A tool has a name.\nMembers borrow tools.\nOnly the warden adds tools.\nA member may have at most three tools.",
    );
    let of_tools = |f: &&&Feature| matches!(f, Feature::Limit { entity, .. } if entity == "tool");
    assert_eq!(limits(&spec).iter().filter(of_tools).count(), 0, "{:?}", spec.features);
}

#[test]
fn what_is_not_added_for_some_days_can_be_added_for_others() {
    let rehearsals = "The conductor logs in and enters rehearsals with a date and a place.\nSingers log in.";
    for text in
        ["Rehearsals cannot be entered for a day in the past.", "The conductor cannot enter rehearsals in the past."]
    {
        let spec = read(&format!("{rehearsals}\n{text}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{text}: {:?}", spec.features);
        assert!(rules(&spec, "rehearsal", "date").contains(&Rule::NotInPast), "{text}: {:?}", spec.entities);
        assert!(whole(&spec, 3), "{text}: {:?}", spec.gaps);
    }
    for text in ["Rehearsals cannot be entered during the holidays.", "Rehearsals cannot be changed on the day."] {
        let spec = read(&format!("{rehearsals}\n{text}"));
        let bans = |f: &Feature| matches!(f, Feature::Forbid { .. } | Feature::Locked { .. });
        assert!(!spec.features.iter().any(bans) && !whole(&spec, 3), "{text}: {:?}", spec.features);
        assert!(rules(&spec, "rehearsal", "date").is_empty(), "{text}");
    }
}

#[test]
fn who_cannot_have_some_things_can_have_others() {
    let spec = read(
        "Hosts log in and add rooms with a title.\nGuests can rate a room with 1 to 5 stars.\nGuests cannot rate a room they have not booked.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{:?}", spec.features);
    let rates = |a: &crate::models::offline::spec::Access| a.ops.contains(&Op::Create);
    assert!(spec.entity("rating").unwrap().access.iter().any(rates) && !whole(&spec, 3));
}

#[test]
fn what_is_done_when_something_happens_locks_nothing() {
    let spec = read(
        "A repair has a description and a status: waiting, in work, done.\nHelpers log in and see repairs.\n\
         A helper takes a repair and marks it done when it is finished.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Locked { .. })), "{:?}", spec.features);
    let spec = read(
        "A repair has a description and a status: waiting, in work, done.\nHelpers log in and add repairs.\n\
         Helpers can only change a repair when it is waiting.",
    );
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Locked { .. })), "{:?}", spec.gaps);
}

#[test]
fn a_number_of_one_thing_is_none_of_another() {
    let rooms = "A host logs in and adds rooms with a title, a price per night and a number of beds.";
    let spec = read(&format!("{rooms}\nThe total price of a room is the price per night times the number of nights."));
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Computed { .. })), "{:?}", spec.features);
    assert!(!whole(&spec, 2));
    let spec = read(&format!("{rooms}\nThe number of nights is at most 10."));
    assert!(rules(&spec, "room", "number_of_beds").is_empty());
    let spec = read(&format!("{rooms}\nThe number of beds is at most 10."));
    assert!(rules(&spec, "room", "number_of_beds").contains(&Rule::Max { value: 10.0 }));
}

#[test]
fn what_is_added_up_is_what_is_named() {
    let plots =
        "The secretary logs in and adds plots with a number, an area in square metres and a yearly rent in euros.";
    let measures = |text: &str| {
        let spec = read(&format!("{plots}\n{text}"));
        let of = |f: &Feature| match f {
            Feature::Totals { measures, .. } => Some(measures.clone()),
            _ => None,
        };
        spec.features.iter().find_map(of)
    };
    for text in ["The total rent of all plots is shown on the start page.", "The secretary sees the sum of all rents."]
    {
        assert_eq!(measures(text), Some(vec!["yearly_rent".to_owned()]), "{text}");
    }
    assert_eq!(measures("The secretary sees the total area of all plots."), Some(vec!["area".to_owned()]));
    assert_eq!(measures("The secretary sees the total price of all plots."), None);
}

#[test]
fn nobody_signs_up_twice_for_what_there_is_to_sign_up_for() {
    let shifts = "A shift has a task.\nVolunteers log in and sign up for shifts.";
    for text in ["Nobody signs up twice.", "Nobody can sign up more than once.", "No volunteer may sign up twice."] {
        let spec = read(&format!("{shifts}\n{text}"));
        let once =
            |f: &Feature| matches!(f, Feature::UniqueTogether { fields, .. } if *fields == ["shift_id", "owner_id"]);
        assert!(spec.features.iter().any(once) && whole(&spec, 3), "{text}: {:?} {:?}", spec.features, spec.gaps);
        assert!(!spec.users.as_ref().unwrap().sign_up.contains(&ClauseId(3)), "{text}");
    }
}

#[test]
fn who_changes_nothing_has_no_right_to_it() {
    let spec = read(
        "Members log in.\nA plot has a number.\nThe secretary adds, changes and deletes plots.\nMembers may look at everything but change nothing.",
    );
    let changes = |a: &crate::models::offline::spec::Access| {
        a.who == crate::models::offline::spec::Who::Role("member".into()) && a.ops.contains(&Op::Update)
    };
    assert!(!spec.entity("plot").unwrap().access.iter().any(changes) && whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn a_house_a_subject_and_what_one_does_ask_for_nothing() {
    let spec = read(
        "Subject: allotments\nOur allotment society has 80 plots.\nWe fix bicycles on Saturdays.\nA plot has a number.",
    );
    assert!(spec.marks[..3].iter().all(|m| m.kind == ClauseKind::Context), "{:?}", spec.marks);
    let spec = read("A plot has a number.\nA letter has: subject, date.\nOur members have a name and a phone number.");
    assert!(spec.marks.iter().all(|m| m.kind != ClauseKind::Context), "{:?}", spec.marks);
}

#[test]
fn the_arrival_is_that_of_what_lasts_from_one_day_to_another() {
    let rooms = "Hosts log in and add rooms with a title.\nAs a guest I want to book a room from one day to another.";
    let spec = read(&format!("{rooms}\nThe departure must be after the arrival.\nBookings are listed by arrival."));
    let after = Rule::After { field: "start_date".into(), or_equal: false };
    assert!(rules(&spec, "booking", "end_date").contains(&after), "{:?}", spec.entities);
    assert!(whole(&spec, 3) && whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn an_amount_of_a_unit_is_no_money() {
    let spec = read("A product has a name, a unit and an amount.\nA bill has a name and an amount.");
    assert_eq!(field(&spec, "product", "amount").unwrap().ty, FieldType::Decimal { money: false });
    assert_eq!(field(&spec, "bill", "amount").unwrap().ty, FieldType::Decimal { money: true });
}

#[test]
fn what_is_registered_under_another_name_is_no_registration() {
    let spec = read(
        "As a parent I can register my child for a course with the child's name.\nAs a clerk I can create courses with a title.\n\
         As a parent I can see only my own registrations.",
    );
    assert!(!whole(&spec, 3), "{:?}", spec.entities);
}

#[test]
fn what_cannot_be_done_then_is_no_mere_reason() {
    let rooms = "Caretakers log in and add rooms with a name.\nTeachers reserve rooms.";
    let spec = read(&format!("{rooms}\nAs a caretaker, I want to close a room so that it cannot be reserved."));
    assert!(!whole(&spec, 3), "{:?}", spec.features);
    let spec = read(&format!("{rooms}\nAs a caretaker, I want to close a room so that everybody knows."));
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn a_bound_is_kept_of_a_number_or_a_text_and_named_of_anything_else() {
    let spec = read(
        "The keeper adds loans with a number.\nA loan has a due date at most 30 days after it was made.\n\
         A trip has a boat, a crew of up to six members and a length of at most 80 km.",
    );
    for fields in spec.entities.iter().map(|e| &e.fields) {
        for f in fields {
            let bounded = f.rules.iter().any(|r| matches!(r.rule, Rule::Min { .. } | Rule::Max { .. }));
            let numeric = matches!(f.ty, FieldType::Integer | FieldType::Decimal { .. });
            assert!(!bounded || numeric, "{}: {:?}", f.name, f.rules);
        }
    }
    assert!(!whole(&spec, 2) && !whole(&spec, 3));
    let length = field(&spec, "trip", "length").unwrap();
    assert!(length.rules.iter().any(|r| r.rule == Rule::Max { value: 80.0 }));
}

#[test]
fn what_changes_or_closes_by_itself_is_nobody() {
    for sentence in
        ["The ladder changes every week.", "The rooster closes on Friday.", "After the game the ladder changes."]
    {
        let spec = read(&format!("Players sign up.\nA ladder has a name. A rooster has a name.\n{sentence}"));
        let roles: Vec<&str> = spec.users.iter().flat_map(|u| &u.roles).map(|r| r.name.as_str()).collect();
        assert!(!roles.contains(&"ladder") && !roles.contains(&"rooster"), "{sentence}: {roles:?}");
    }
}

#[test]
fn an_address_is_seen_by_some_only_however_it_is_called() {
    for only in [
        "E-mail addresses are seen by the organisers only.",
        "The e-mail address is seen only by organisers.",
        "The email is visible to the organisers only.",
    ] {
        let spec = read(&format!(
            "Visitors can register an item without an account: name, e-mail and what is wrong.\n\
             Organisers log in and change items.\n{only}"
        ));
        let kept = spec.features.iter().any(|f| match f {
            Feature::ShownTo { field, who, .. } => field == "email" && *who == [Who::Role("organiser".into())],
            _ => false,
        });
        assert!(kept, "{only}: {:?}", spec.features);
    }
}

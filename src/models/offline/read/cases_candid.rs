//! Wordings that are understood to the last word, doubts included, and others close to them that are not.

use super::tests::{field, may, read_candidly as read, role, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Formula, Op, Rule, Scope, Who};

fn entities(spec: &AppSpec) -> Vec<&str> {
    spec.entities.iter().map(|e| e.name.as_str()).collect()
}

const GEAR: &str = "Members request items. An item has a name and a shelf.\n\
    A request has an item, a day and a remark.\n";
const PHOTOS: &str = "Members sign in with a password.\nMembers add photos with a title and a day.\n";
const LOOMS: &str = "A loom has a name.\nMembers reserve a loom for a day.\nOnly the leader adds and removes looms.\n";

#[test]
fn a_request_is_granted_or_refused() {
    for sentence in ["The steward grants or refuses a request.", "A request is granted or refused by the steward."] {
        let spec = read(&format!("{GEAR}{sentence}"));
        let FieldType::Choice { values } = field(&spec, "request", "status").map(|f| f.ty.clone()).unwrap() else {
            panic!("no states")
        };
        assert_eq!(values, ["open", "granted", "refused"], "{sentence}");
        assert!(whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // access is given to people, and no record is decided on
    let spec = read(&format!("{GEAR}The steward grants access to members."));
    assert!(!whole(&spec, 4) && field(&spec, "request", "status").is_none());
}

#[test]
fn what_is_ordered_by_a_property_is_bought_by_nobody() {
    for (sentence, entity, by) in [
        ("Requests are ordered by day.", "request", "day"),
        ("Requests are arranged by day.", "request", "day"),
        ("Requests are listed by day.", "request", "day"),
        ("Items are ordered by shelf.", "item", "shelf"),
        ("The steward sees the requests listed by day.", "request", "day"),
        ("Members list the items by shelf.", "item", "shelf"),
        ("The steward lists requests by day.", "request", "day"),
    ] {
        let spec = read(&format!("{GEAR}{sentence}"));
        let sorted = |f: &Feature| matches!(f, Feature::Sort { entity: e, field, descending: false, default: true, .. } if e == entity && field == by);
        assert!(spec.features.iter().any(sorted) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
        assert_eq!(entities(&spec), ["item", "request"], "{sentence}");
        assert!(!may(&spec, "request", Op::Create).iter().any(|(who, _)| *who == role("steward")), "{sentence}");
    }
    let spec = read(&format!("{GEAR}Cakes are ordered by phone."));
    assert!(!whole(&spec, 4));
}

#[test]
fn what_is_theirs_is_what_they_make() {
    for (sentence, ops) in [
        ("Members can change their own.", vec![Op::Update]),
        ("Members can change or delete their own.", vec![Op::Update, Op::Delete]),
    ] {
        let spec = read(&format!("{GEAR}{sentence}"));
        for op in ops {
            assert_eq!(may(&spec, "request", op), [(role("member"), Scope::Own)], "{sentence}");
        }
        assert!(whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // the looms were spoken of last, and what members make are reservations
    let spec = read(&format!("{LOOMS}Members can change their own."));
    assert_eq!(may(&spec, "reservation", Op::Update), [(role("member"), Scope::Own)]);
    assert_eq!(may(&spec, "loom", Op::Update).iter().filter(|(who, _)| *who == role("member")).count(), 0);
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
    let spec = read(&format!(
        "{GEAR}The steward grants or refuses a request.\nMembers can change their own until it is granted."
    ));
    let locked = |f: &Feature| {
        matches!(f, Feature::Locked { entity, op: Op::Update, values, .. }
            if entity == "request" && values.contains(&"granted".to_owned()))
    };
    assert!(spec.features.iter().any(locked) && whole(&spec, 5), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn nothing_at_all_is_shown_to_strangers() {
    for sentence in [
        "Visitors see nothing.",
        "Visitors without an account see nothing.",
        "Guests cannot see anything.",
        "Nothing is visible without an account.",
        "Nothing can be seen without an account.",
        "Nothing is visible to visitors.",
        "Without signing in, nobody sees anything.",
        "Nobody can see anything without an account.",
    ] {
        let spec = read(&format!("{PHOTOS}Members add notes with a text.\n{sentence}"));
        for entity in ["photo", "note"] {
            let readers = may(&spec, entity, Op::Read);
            assert!(!readers.is_empty() && readers.iter().all(|(who, _)| *who != Who::Anyone), "{sentence}");
            let rights = spec.entity(entity).unwrap().access.iter();
            let said = |a: &crate::models::offline::spec::Access| a.clauses.contains(&ClauseId(4));
            assert!(rights.filter(|a| a.ops == [Op::Read]).all(said), "{sentence}");
        }
        assert!(whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // it asks for accounts by itself, and is no claim where another sentence says otherwise
    let spec = read("Members add photos with a title.\nNothing is visible without an account.");
    assert!(spec.users.is_some() && whole(&spec, 2), "{:?}", spec.gaps);
    let spec = read(&format!("{PHOTOS}Visitors can see the photos.\nVisitors without an account see nothing."));
    assert!(!whole(&spec, 4));
    let spec = read(&format!("{PHOTOS}Visitors see nothing of the photos."));
    assert!(!whole(&spec, 3));
    for sentence in ["Photos are not visible to visitors.", "Visitors must not see the photos."] {
        let spec = read(&format!("{PHOTOS}{sentence}"));
        assert!(whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
        let spec = read(&format!("{PHOTOS}Visitors can see the photos.\n{sentence}"));
        assert!(!whole(&spec, 4), "{sentence}");
    }
}

#[test]
fn several_people_and_which_of_them_have_one_verb() {
    let spec = read(&format!("{PHOTOS}Visitors without an account see the photos."));
    assert!(may(&spec, "photo", Op::Read).contains(&(Who::Anyone, Scope::All)) && whole(&spec, 3), "{:?}", spec.gaps);
    for joint in [", and", " and", ","] {
        let spec = read(&format!("{PHOTOS}Members see their own photos{joint} volunteers see all photos."));
        let readers = may(&spec, "photo", Op::Read);
        assert!(readers.contains(&(role("member"), Scope::Own)), "{joint}: {readers:?}");
        assert!(readers.contains(&(role("volunteer"), Scope::All)), "{joint}: {readers:?}");
        assert!(whole(&spec, 3), "{joint}: {:?}", spec.gaps);
    }
}

#[test]
fn nothing_is_reserved_for_a_day_that_is_over() {
    for sentence in [
        "A reservation cannot be in the past.",
        "Reservations must not lie in the past.",
        "Reservations in the past are not possible, and a loom cannot be reserved twice on the same day.",
    ] {
        let spec = read(&format!("{LOOMS}{sentence}"));
        let rules = field(&spec, "reservation", "date").map(|f| f.rules.clone()).unwrap_or_default();
        let past =
            |r: &crate::models::offline::spec::FieldRule| r.rule == Rule::NotInPast && r.clauses.contains(&ClauseId(4));
        assert!(rules.iter().any(past) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
        let once = |f: &Feature| matches!(f, Feature::UniqueTogether { clauses, .. } if clauses.contains(&ClauseId(4)));
        assert_eq!(spec.features.iter().any(once), sentence.contains("twice"), "{sentence}");
    }
    for sentence in [
        "A reservation in the past cannot be changed.",
        "A loom cannot be reserved twice on the same day and not in the past.",
    ] {
        let spec = read(&format!("{LOOMS}{sentence}"));
        let rules = field(&spec, "reservation", "date").map(|f| f.rules.clone()).unwrap_or_default();
        assert!(!rules.iter().any(|r| r.rule == Rule::NotInPast) && !whole(&spec, 4), "{sentence}");
    }
}

#[test]
fn what_some_may_read_and_not_delete_is_deleted_by_others() {
    let patients = "Patients have a name and a birth date.\nReceptionists manage patients.\n";
    for sentence in [
        "Doctors can read patients but not delete them.",
        "Doctors can see patients, but cannot delete them.",
        "Doctors can see patients but not change or delete them.",
    ] {
        let spec = read(&format!("{patients}{sentence}"));
        assert_eq!(may(&spec, "patient", Op::Delete), [(role("receptionist"), Scope::All)], "{sentence}");
        assert!(may(&spec, "patient", Op::Read).contains(&(role("doctor"), Scope::All)), "{sentence}");
        assert!(whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_a_society_lends_out_is_background_where_members_request_it() {
    use crate::domain::clause::ClauseKind;
    let opening = "An allotment society lends out gear to its members.\n";
    let spec = read(&format!("{opening}{GEAR}The steward approves or refuses a request."));
    assert_eq!(spec.marks[0].kind, ClauseKind::Context);
    assert_eq!(entities(&spec), ["item", "request"]);
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
    // where something comes back, or nobody says how it is asked for, loans are kept
    for more in ["An item is overdue after 14 days.", "Members bring the items back.", "The steward sees all loans."] {
        let spec = read(&format!("{opening}{GEAR}{more}"));
        assert!(spec.marks[0].kind.demands(), "{more}");
    }
    let spec = read(&format!("{opening}The steward adds items with a name."));
    assert!(spec.marks[0].kind.demands());
    let spec = read(&format!("{GEAR}{opening}"));
    assert!(spec.marks[3].kind.demands());
}

#[test]
fn a_page_for_what_others_speak_of_is_wanted_and_nothing_more() {
    use crate::domain::clause::ClauseKind;
    for (wish, rest) in [
        ("The guild wants a page for its looms.", LOOMS),
        ("The village wants a web page for its baking contest.", "Bakers register an entry with a name.\n"),
    ] {
        let spec = read(&format!("{wish}\n{rest}"));
        assert_eq!(spec.marks[0].kind, ClauseKind::Goal, "{wish}");
        assert!(spec.gaps.is_empty(), "{wish}: {:?}", spec.gaps);
    }
    // what nothing else speaks of is asked for here
    let spec = read("The guild wants a page for its tools.\nMembers reserve a loom for a day.");
    assert!(spec.marks[0].kind.demands());
    let spec = read(&format!("The guild wants a page for its looms, sorted by name.\n{LOOMS}"));
    assert!(spec.marks[0].kind.demands());
}

#[test]
fn how_many_there_are_of_each_is_worked_out() {
    for sentence in [
        "The leader sees how many reservations each loom has.",
        "The leader sees the number of reservations of each loom.",
        "The leader sees for each loom how many reservations it has.",
        "Each loom shows how many reservations it has.",
        "Everyone sees how many reservations there are for each loom.",
    ] {
        let spec = read(&format!("{LOOMS}{sentence}"));
        let counts = |f: &Feature| {
            matches!(f, Feature::Computed { entity, field, formula: Formula::CountOf { entity: of, .. }, .. }
                if entity == "loom" && field == "number_of_reservations" && of == "reservation")
        };
        assert!(spec.features.iter().any(counts) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
        let label = field(&spec, "loom", "number_of_reservations").map(|f| f.label.clone());
        assert_eq!(label.as_deref(), Some("Number of reservations"), "{sentence}");
    }
    for sentence in [
        // the others see the looms, and so the number
        "Only the leader sees how many reservations each loom has.",
        "Only the leader sees the number of reservations of each loom.",
        "The leader sees how many reservations each loom has per month.",
    ] {
        let spec = read(&format!("{LOOMS}{sentence}"));
        assert!(!whole(&spec, 4), "{sentence}");
    }
}

#[test]
fn so_many_of_something_within_two_bounds_is_their_number() {
    for sentence in [
        "An order has a customer name, between 1 and 500 pots and a delivery day.",
        "An order has a customer name, 1 to 500 pots and a delivery day.",
        "Potters add orders with a customer name, 1 to 500 pots and a delivery day.",
    ] {
        let spec = read(&format!("{sentence}\nPotters see all orders."));
        let pots = field(&spec, "order", "number_of_pots").unwrap();
        let rules: Vec<&Rule> = pots.rules.iter().map(|r| &r.rule).collect();
        assert_eq!(rules, [&Rule::Min { value: 1.0 }, &Rule::Max { value: 500.0 }], "{sentence}");
        assert!(pots.ty == FieldType::Integer && pots.required && spec.gaps.is_empty(), "{sentence}: {:?}", spec.gaps);
        assert_eq!(entities(&spec), ["order"], "{sentence}");
    }
    // records that are kept for themselves are not counted by hand
    let spec = read("Potters add pots with a name.\nAn order has a customer name and 1 to 500 pots.");
    assert!(field(&spec, "order", "number_of_pots").is_none() && !whole(&spec, 2));
}

#[test]
fn what_stands_in_a_list_is_read_with_its_lead() {
    for lead in [
        "An order has:",
        "Each order has the following fields:",
        "An order record contains:",
        "Potters add orders with:",
    ] {
        let list =
            "- a customer name\n- between 1 and 500 pots\n- colour: red, blue or green\n- Delivery day, optional;\n";
        let spec = read(&format!("# Pots\n\n{lead}\n\n{list}\nPotters see all orders.\n"));
        let fields: Vec<&str> = spec.entity("order").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(fields, ["customer_name", "number_of_pots", "color", "delivery_day"], "{lead}");
        let FieldType::Choice { values } = &field(&spec, "order", "color").unwrap().ty else { panic!("{lead}") };
        assert_eq!(values.join("|"), "red|blue|green");
        assert!(spec.gaps.is_empty() && spec.marks[1].kind == crate::domain::clause::ClauseKind::Context, "{lead}");
    }
}

#[test]
fn whoever_heads_a_list_does_what_it_says() {
    let photos = "Members sign in. A photo has a title and a day. Members add photos. Editors delete photos.\n\n";
    for lead in ["Editors can:", "Editors must be able to:", "Editors:", "## Editors", "**Editors**"] {
        let spec = read(&format!("{photos}{lead}\n\n- change photos\n- add notes with a text\n"));
        for (entity, op) in [("photo", Op::Update), ("note", Op::Create)] {
            let whos: Vec<Who> = may(&spec, entity, op).into_iter().map(|(who, _)| who).collect();
            assert_eq!(whos, [role("editor")], "{lead}");
        }
        assert!(spec.gaps.is_empty(), "{lead}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{photos}Members cannot:\n- delete photos\n"));
    assert_eq!(may(&spec, "photo", Op::Delete), [(role("editor"), Scope::All)]);
    // whoever acts elsewhere is somebody, in no list of people or not
    let masters =
        "Masters grant or refuse a request.\n\nMasters:\n- can see all requests\n- give marks from 1 to 6 to an item\n";
    let spec = read(&format!("{GEAR}{masters}"));
    let whos = |entity, op| may(&spec, entity, op).into_iter().map(|(who, _)| who).collect::<Vec<Who>>();
    assert!(whos("request", Op::Read).contains(&role("master")), "{:?}", whos("request", Op::Read));
    assert!(!may(&spec, "request", Op::Read).contains(&(role("member"), Scope::All)));
    assert_eq!(whos("rating", Op::Create), [role("master")]);
    // who is named in the item does it
    let spec = read(&format!("{photos}## Members\n\n- Editors can change photos.\n"));
    assert_eq!(may(&spec, "photo", Op::Update), [(role("editor"), Scope::All)]);
}

#[test]
fn who_gives_points_to_something_rates_it() {
    let entries = "Bakers register an entry with a name and a day.\n";
    for (sentence, name, most) in [
        ("Judges give points from 0 to 10 to an entry.", "points", 10.0),
        ("Judges give an entry points from 0 to 10.", "points", 10.0),
        ("Judges give each entry 0 to 10 points.", "points", 10.0),
        ("Judges rate an entry with points from 0 to 10.", "points", 10.0),
        ("Each judge gives each entry a score between 0 and 6.", "score", 6.0),
        ("Judges award a mark from 0 to 6 to an entry.", "mark", 6.0),
    ] {
        let spec = read(&format!("{entries}{sentence}\nEveryone sees the entries and their average {name}."));
        let given = &spec.entity("rating").unwrap().fields;
        let names: Vec<&str> = given.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["entry_id", name], "{sentence}");
        let rules: Vec<&Rule> = given[1].rules.iter().map(|r| &r.rule).collect();
        assert_eq!(rules, [&Rule::Min { value: 0.0 }, &Rule::Max { value: most }], "{sentence}");
        let averages = |f: &Feature| {
            matches!(f, Feature::Computed { entity, formula: Formula::AverageOf { measure, .. }, .. }
                if entity == "entry" && measure == name)
        };
        assert!(spec.features.iter().any(averages), "{sentence}");
        assert!(
            may(&spec, "rating", Op::Create) == [(role("judge"), Scope::All)] && spec.gaps.is_empty(),
            "{sentence}: {:?}",
            spec.gaps
        );
    }
    let spec = read(&format!("{entries}The leader gives money from 5 to 10 euros to a baker."));
    assert!(spec.entity("rating").is_none() && !whole(&spec, 2));
    let spec =
        read(&format!("{entries}Judges rate an entry from 0 to 10.\nAn entry cannot be deleted once it has ratings."));
    let used = |f: &Feature| matches!(f, Feature::InUse { entity, by, .. } if entity == "entry" && by == "rating");
    assert!(spec.features.iter().any(used) && whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn what_is_listed_by_day_is_listed_by_its_date() {
    let spec = read(&format!("{LOOMS}Reservations are listed by day."));
    let sorted = |f: &Feature| matches!(f, Feature::Sort { entity, field, default: true, .. } if entity == "reservation" && field == "date");
    assert!(spec.features.iter().any(sorted) && whole(&spec, 4), "{:?}", spec.gaps);
    assert!(field(&spec, "reservation", "day").is_none());
    // of two days it is not known which
    let spec = read("Members lend a key with a first date and a last date.\nKeys are listed by day.");
    assert!(!whole(&spec, 2));
    let spec = read(&format!("{LOOMS}Reservations are sorted by day of payment."));
    assert!(!whole(&spec, 4));
}

#[test]
fn what_only_one_sees_is_shown_to_nobody_by_default() {
    let spec = read(
        "The owner adds screenings with a title and a date. Visitors can see the screenings without an account.\n\
         Visitors can order 1 to 6 tickets for a screening, with their name and e-mail address.\n\
         Only the owner sees the orders.\nAn order can be cancelled by the owner.",
    );
    assert_eq!(may(&spec, "order", Op::Read), [(role("owner"), Scope::All)]);
    assert!(may(&spec, "order", Op::Create).contains(&(Who::Anyone, Scope::All)) && whole(&spec, 4), "{:?}", spec.gaps);
    // whoever adds one with an account sees it still
    let spec = read("Members sign in. Members add notes with a text. Only the leader sees the notes.");
    assert_eq!(may(&spec, "note", Op::Read), [(role("leader"), Scope::All), (role("member"), Scope::Own)]);
}

#[test]
fn what_is_optional_may_have_a_length_beside() {
    for sentence in [
        "The remark on a request is optional and has at most 100 characters.",
        "The remark of a request is optional and at most 100 characters long.",
        "The remark is optional and at most 100 characters long.",
    ] {
        let spec = read(&format!("{GEAR}{sentence}"));
        let remark = field(&spec, "request", "remark").unwrap();
        let rules: Vec<&Rule> = remark.rules.iter().map(|r| &r.rule).collect();
        assert_eq!(rules, [&Rule::MaxLength { value: 100 }], "{sentence}");
        assert!(!remark.required && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{GEAR}The remark is required and at least 10 characters long."));
    let remark = field(&spec, "request", "remark").unwrap();
    assert!(remark.required && remark.rules.iter().any(|r| r.rule == Rule::MinLength { value: 10 }) && whole(&spec, 4));
}

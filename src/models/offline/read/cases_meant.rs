//! Rights, bans and bounds that are said of some people or records, and not of all: kept to, or named as a gap.

use super::tests::{cut, field, may, read_candidly as read, role, whole};
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Who};
use std::collections::{BTreeMap, BTreeSet};

const LAMPS: &str = "Staff can add a lamp with a name and a price.\n";
const SLOTS: &str = "Parents can book a slot.\nA slot has a date and a time.\nTeachers add slots.\n";
const GRADES: &str =
    "Teachers can add a grade with a pupil, a subject and a mark from 1 to 6.\nPupils see only their own grades.\n";

#[test]
fn who_exports_a_list_alone_is_not_who_sees_it_alone() {
    for sentence in ["Only managers can export the lamps as CSV.", "Lamps can be exported as CSV by managers only."] {
        let spec = read(&format!("{LAMPS}{sentence}\nStaff can see lamps."));
        let csv = |f: &Feature| matches!(f, Feature::Csv { entity, only, .. } if entity == "lamp" && *only == [role("manager")]);
        assert!(spec.features.iter().any(csv), "{sentence}: {:?}", spec.features);
        let readers = may(&spec, "lamp", Op::Read);
        assert!(
            [role("staff"), role("manager")].iter().all(|who| readers.contains(&(who.clone(), Scope::All))),
            "{sentence}"
        );
        assert!(whole(&spec, 2) && whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
    let spec =
        read(&format!("{LAMPS}The list of lamps can be exported as CSV.\nOnly managers can export the lamps as CSV."));
    let alone = |f: &&Feature| matches!(f, Feature::Csv { only, .. } if *only == [role("manager")]);
    assert_eq!(spec.features.iter().filter(alone).count(), 2);
    let spec = read(&format!("{LAMPS}Staff can export the lamps as CSV.\nOnly managers can export the lamps as CSV."));
    assert!(!whole(&spec, 3) && !spec.features.iter().any(|f| alone(&f)));
    // without that word it is a right like others, and whose they are is no word on who
    for sentence in ["Managers can export the lamps as CSV.", "Staff can only export their own lamps as CSV."] {
        let spec = read(&format!("{LAMPS}{sentence}\nManagers see lamps."));
        let only = spec.features.iter().find_map(|f| match f {
            Feature::Csv { only, .. } => Some(only.clone()),
            _ => None,
        });
        assert_eq!(only, Some(Vec::new()), "{sentence}");
    }
}

#[test]
fn whoever_has_to_do_with_a_record_is_not_everybody_of_that_name() {
    let officers = "Officers can add an exam with a title and a date.\n";
    for sentence in [
        "The supervisor of an exam accepts or declines the exam.",
        "An exam is accepted or declined by the supervisor of the exam.",
        "The supervisor of an exam can see the exam.",
    ] {
        let spec = read(&format!("{officers}{sentence}"));
        assert!(!whole(&spec, 2), "{sentence}");
    }
    for sentence in ["The supervisor accepts or declines an exam.", "The head sees exams."] {
        let spec = read(&format!("{officers}{sentence}"));
        assert!(whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    let clerks = "A clerk can register a parcel with a weight and a destination.\n";
    let spec = read(&format!("{clerks}A team leader can see the parcels of his team."));
    assert!(!whole(&spec, 2));
    let spec = read(&format!("{clerks}A team leader can see the parcels."));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_somebody_alone_can_book_is_booked_once() {
    for (sentence, max) in [
        ("A slot can be booked by one parent only.", 1),
        ("A slot can be booked by only one parent.", 1),
        ("Each slot can be booked by at most two parents.", 2),
    ] {
        let spec = read(&format!("{SLOTS}{sentence}"));
        let limited = |f: &Feature| {
            matches!(f, Feature::Limit { entity, max: m, per: Some(per), over: None, .. }
                if entity == "booking" && *m == max && per == "slot_id")
        };
        assert!(spec.features.iter().any(limited) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // what is taken for a time is free again, and within a time is another limit
    for sentence in ["A slot can be booked by one parent per day only.", "A slot can be booked by one parent."] {
        let spec = read(&format!("{SLOTS}{sentence}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })), "{sentence}");
    }
    let dated = "Parents can book a slot for a date.\nA slot has a name.\nTeachers add slots.\n";
    let spec = read(&format!("{dated}A slot can be booked by one parent only."));
    assert!(!whole(&spec, 4));
}

#[test]
fn what_was_entered_is_in_no_state_of_its_own() {
    for sentence in
        ["Grades cannot be changed after they were entered.", "Grades cannot be changed once they are entered."]
    {
        let spec = read(&format!("{GRADES}{sentence}"));
        let never = |f: &Feature| matches!(f, Feature::Forbid { entity, op: Op::Update, .. } if entity == "grade");
        assert!(spec.features.iter().any(never) && whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
        assert!(field(&spec, "grade", "status").is_none(), "{sentence}");
    }
    // a state that somebody gives it is one
    let spec = read(&format!("{GRADES}The head confirms grades.\nGrades cannot be changed once they are confirmed."));
    assert!(matches!(field(&spec, "grade", "status").map(|f| &f.ty), Some(FieldType::Choice { .. })));
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn what_records_are_kept_of_is_told_by_what_is_kept_of_each() {
    for (text, entity, fields) in [
        (
            "Members can add a game with a home team, an away team and a date.",
            "game",
            vec!["home_team", "away_team", "date"],
        ),
        ("Farmers can add a field with a name and an area in hectares.", "field", vec!["name", "area"]),
        ("Staff can add an offer with a title and an end date.", "offer", vec!["title", "end_date"]),
        ("A person has a first name, a last name and a town.", "person", vec!["first_name", "last_name", "town"]),
        ("A guest has a name and a nationality.", "guest", vec!["name", "nationality"]),
        ("Staff can add a guest with a name and an arrival date.", "guest", vec!["name", "arrival_date"]),
        ("Porters add visitors with a name and a company.", "visitor", vec!["name", "company"]),
    ] {
        let spec = read(text);
        let named: Vec<&str> = spec.entity(entity).unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(named, fields, "{text}");
        assert!(whole(&spec, 1), "{text}: {:?}", spec.gaps);
    }
    // who does something is no record, and a game one plays keeps none
    let spec = read("Guests can write an entry with a text.\nStaff can add a guest with a name and an arrival date.");
    assert!(spec.entity("guest").is_none() && !whole(&spec, 2));
    for text in ["A memory game where players turn cards.", "Build a puzzle game with levels."] {
        assert!(super::analyse(&cut(text), &BTreeMap::new()).is_err(), "{text}");
    }
}

#[test]
fn who_has_no_account_is_named_in_words() {
    let spec = read(
        "A booking has a guest, a room and an arrival date.\nReceptionists add bookings.\nGuests cannot see bookings.",
    );
    assert!(matches!(field(&spec, "booking", "guest").map(|f| &f.ty), Some(FieldType::Text { .. })));
    let spec = read("A lesson has a pupil and a date.\nTeachers add lessons.\nPupils see only their own lessons.");
    assert!(matches!(field(&spec, "lesson", "pupil_id").map(|f| &f.ty), Some(FieldType::UserReference { .. })));
}

#[test]
fn what_somebody_has_done_tells_which_records_are_meant() {
    let bookings = "Members can add a booking with a room and a date.\nThe warden sees all bookings.\n";
    for sentence in [
        "Members can cancel bookings they have made.",
        "Members can cancel the bookings that they made.",
        "Members can only cancel the bookings they added.",
    ] {
        let spec = read(&format!("{bookings}{sentence}"));
        assert_eq!(may(&spec, "booking", Op::Delete), [(role("member"), Scope::Own)], "{sentence}");
        assert!(whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
    // what no record tells is a gap, and no right to do that
    let spec = read(
        "Volunteers can add a book with a title.\nReaders can rate a book they have borrowed.\nReaders can see books they bought.",
    );
    assert!(!whole(&spec, 2) && !whole(&spec, 3), "{:?}", spec.gaps);
    assert!(spec.entity("loan").is_none() && spec.entity("purchase").is_none());
}

#[test]
fn whoever_does_what_only_people_do_is_somebody() {
    let spec = read(
        "The sacristan can add a service with a title, a date and a time.\nLectors can put themselves down for a service.\nThe priest can delete a service.",
    );
    assert_eq!(may(&spec, "service", Op::Create), [(role("sacristan"), Scope::All)]);
    assert_eq!(may(&spec, "service", Op::Delete), [(role("priest"), Scope::All)]);
    let spec = read(
        "A job has a date and a description.\nCraftsmen see only the jobs assigned to them.\nThe master assigns jobs to craftsmen.",
    );
    let hands_out =
        |a: &crate::models::offline::spec::Access| a.who == role("master") && a.only_fields == ["craftsman_id"];
    assert!(spec.entity("job").unwrap().access.iter().any(hands_out) && whole(&spec, 3), "{:?}", spec.gaps);
    // what is assigned to them is theirs
    let spec = read(
        "A job has a date and a state (planned, running, finished).\nThe master adds jobs and assigns jobs to craftsmen.\nCraftsmen can set their jobs to running or finished.",
    );
    let theirs = |a: &crate::models::offline::spec::Access| {
        a.who == role("craftsman") && a.scope == Scope::AssignedTo { field: "craftsman_id".into() }
    };
    let sets = |a: &&crate::models::offline::spec::Access| a.only_fields == ["state"];
    let rows = || spec.entity("job").unwrap().access.iter().filter(sets).filter(|a| a.who == role("craftsman"));
    assert!(rows().next().is_some() && rows().all(theirs), "{:?}", spec.entity("job").unwrap().access);
    // who alone may do something is told from everybody else
    for sentence in
        ["Anybody can request a room with a name and a date.", "Anyone can request a room with a name and a date."]
    {
        let spec = read(&format!("{sentence}\nThe caretaker approves or refuses the request."));
        let sets = |a: &crate::models::offline::spec::Access| a.only_fields == ["status"] && a.who == role("caretaker");
        assert!(spec.entity("request").unwrap().access.iter().any(sets), "{sentence}");
        assert_eq!(may(&spec, "request", Op::Create), [(Who::Anyone, Scope::All)], "{sentence}");
        assert!(may(&spec, "request", Op::Read).iter().all(|(who, _)| *who != Who::Anyone), "{sentence}");
    }
}

#[test]
fn what_is_signed_is_in_a_state_whichever_sentence_says_so_first() {
    let entries = "Members can add an entry with a text and a date.\n";
    for (act, state) in [("signs", "signed"), ("approves", "approved")] {
        for text in [
            format!("{entries}Members can change an entry until it is {state}.\nThe leader {act} an entry."),
            format!("{entries}The leader {act} an entry.\nMembers can change an entry until it is {state}."),
        ] {
            let spec = read(&text);
            let locked = |f: &Feature| matches!(f, Feature::Locked { entity, op: Op::Update, values, .. } if entity == "entry" && *values == [state]);
            assert!(spec.features.iter().any(locked), "{text}: {:?}", spec.gaps);
            assert!(whole(&spec, 2) && whole(&spec, 3), "{text}: {:?}", spec.gaps);
        }
    }
    // who signs a list is in no state of it, and no record is
    let spec = read(&format!("{entries}Visitors sign the guest book."));
    assert!(field(&spec, "entry", "status").is_none());
}

#[test]
fn what_a_list_says_of_each_record_are_its_properties() {
    for lead in ["For each note we record:", "We record for every note:"] {
        let spec = read(&format!("Members add notes.\n\n{lead}\n\n- the book\n- the page\n- a text\n"));
        let fields: Vec<&str> = spec.entity("note").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(fields, ["book", "page", "text"], "{lead}");
        assert_eq!(spec.entities.len(), 1, "{lead}");
        assert!((3..6).all(|clause| whole(&spec, clause)), "{lead}: {:?}", spec.gaps);
    }
    let spec = read("A reading has a date and a temperature in degrees.");
    assert_eq!(field(&spec, "reading", "temperature").and_then(|f| f.unit.as_deref()), Some("°"));
    assert!(whole(&spec, 1), "{:?}", spec.gaps);
}

#[test]
fn whoever_acts_on_records_sees_them_beside_those_who_are_asked_about() {
    let spec = read("Members can claim an item.\nAn item has a name and a shelf.\nThe staff add items.");
    let asked = spec.assumptions.iter().find(|q| q.key == "see:item").map(|q| q.question.as_str());
    assert_eq!(asked, Some("Who else sees items?"));
    let spec = read("An item has a name and a shelf.\nThe staff add items.\nMembers can add a note with a text.");
    let asked = spec.assumptions.iter().find(|q| q.key == "see:item").map(|q| q.question.as_str());
    assert_eq!(asked, Some("Who sees items?"));
    let told = "Members can add an entry with a text.\nThe leader approves an entry.";
    let said = read(told).interpretations.iter().flat_map(|r| r.acceptance.clone()).collect::<Vec<_>>();
    assert!(said.contains(&"Only a leader can set the status of an entry.".to_owned()), "{said:?}");
}

#[test]
fn a_state_that_others_give_is_not_kept_from_them() {
    let clerks = "Clerks can add an applicant with a name and a status (new, invited, hired or rejected).\n";
    let spec = read(&format!("{clerks}Only the manager may set an applicant to hired."));
    let guarded = spec.features.iter().find_map(|f| match f {
        Feature::FieldGuard { field, who, .. } if field == "status" => Some(who.clone()),
        _ => None,
    });
    assert!(guarded.is_none_or(|who| who.contains(&role("clerk"))));
    assert!(whole(&spec, 1) && !whole(&spec, 2), "{:?}", spec.gaps);
    // where nobody says it when a record is added, it is the manager's alone
    let plain = "Clerks can add an applicant with a name.\nApplicants are new, invited, hired or rejected.\n";
    let spec = read(&format!("{plain}Only the manager may set an applicant to hired."));
    let alone = |f: &Feature| matches!(f, Feature::FieldGuard { who, .. } if *who == [role("manager")]);
    assert!(spec.features.iter().any(alone) && whole(&spec, 3), "{:?}", spec.gaps);
    let spec =
        read("Members can post an offer with a title and a price.\nOffers are sorted by price, the cheapest first.");
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_cannot_be_changed_of_some_time_is_changed_of_another() {
    let trips = "Drivers can enter a trip with a date and kilometres.\nDrivers can correct their trips.\n";
    for sentence in ["Trips of last year cannot be changed.", "Trips of the past must not be deleted."] {
        let spec = read(&format!("{trips}{sentence}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{sentence}");
        assert!(!whole(&spec, 3) && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{trips}Trips cannot be deleted."));
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Forbid { op: Op::Delete, .. })) && whole(&spec, 3));
}

#[test]
fn men_of_a_calling_are_people() {
    let spec = read(
        "A job has a date, a description and a state (planned, running, finished).\nThe master adds jobs and assigns jobs to craftsmen.\nCraftsmen see only the jobs assigned to them.\nFiremen can see all jobs.",
    );
    let roles: Vec<&str> = spec.users.iter().flat_map(|u| &u.roles).map(|r| r.name.as_str()).collect();
    assert!(["craftsman", "fireman", "master"].iter().all(|name| roles.contains(name)), "{roles:?}");
    assert!(!may(&spec, "job", Op::Read).iter().any(|(who, _)| *who == Who::Anyone));
    assert_eq!(super::nouns::singular("specimen"), "specimen");
}

#[test]
fn what_is_assigned_to_some_is_not_that_of_others() {
    let jobs = "A customer has a name, an address and a phone number.\nA job has a customer, a date and a description.\n\
                The master adds jobs.\nCustomers see only their own jobs.\n";
    for text in [
        format!("{jobs}The master assigns each job to a craftsman.\nCraftsmen see only the jobs assigned to them."),
        format!("{jobs}Craftsmen see only the jobs assigned to them.\nThe master assigns each job to a craftsman."),
    ] {
        let spec = read(&text);
        let readers = may(&spec, "job", Op::Read);
        let own = (role("craftsman"), Scope::AssignedTo { field: "craftsman_id".into() });
        assert!(readers.contains(&own), "{text}: {readers:?}");
    }
    let spec = read(&format!("{jobs}Craftsmen see only the jobs assigned to them."));
    let others = |(who, scope): &(Who, Scope)| {
        *who == role("craftsman") && matches!(scope, Scope::AssignedTo { field } if field.contains("customer"))
    };
    assert!(!may(&spec, "job", Op::Read).iter().any(others) && !whole(&spec, 5), "{:?}", spec.gaps);
}

#[test]
fn what_is_unique_together_is_said_in_those_words() {
    for sentence in [
        "The combination of row and number must be unique.",
        "Row and number together must be unique.",
        "The pair of row and number is unique.",
    ] {
        let spec = read(&format!("A seat has a row and a number.\n{sentence}"));
        let both = |f: &Feature| matches!(f, Feature::UniqueTogether { fields, .. } if *fields == ["row", "number"]);
        assert!(spec.features.iter().any(both) && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    // a property that there is none of makes no combination
    let spec = read("A seat has a row and a number.\nThe combination of row and floor must be unique.");
    assert!(!whole(&spec, 2) && !spec.features.iter().any(|f| matches!(f, Feature::UniqueTogether { .. })));
}

#[test]
fn what_is_booked_for_a_day_and_a_slot_keeps_both_and_is_booked_once_for_both() {
    let lathes = "The steward adds lathes with a name.\n";
    for (sentence, once) in [
        (
            "Members book a lathe for a day and a slot (morning or evening).",
            "A lathe can be booked only once per day and slot.",
        ),
        (
            "Members book a lathe for a date and a slot (morning or evening).",
            "A lathe can be booked only once per date and slot.",
        ),
    ] {
        let spec = read(&format!("{lathes}{sentence}\n{once}"));
        let values = FieldType::Choice { values: vec!["morning".into(), "evening".into()] };
        assert_eq!(field(&spec, "booking", "slot").map(|f| f.ty.clone()), Some(values), "{sentence}");
        assert_eq!(field(&spec, "booking", "date").map(|f| f.ty.clone()), Some(FieldType::Date), "{sentence}");
        let all = BTreeSet::from(["lathe_id", "date", "slot"].map(str::to_owned));
        let of_all = |f: &Feature| matches!(f, Feature::UniqueTogether { fields, .. } if BTreeSet::from_iter(fields.clone()) == all);
        assert!(spec.features.iter().any(of_all), "{once}: {:?}", spec.features);
        assert!(whole(&spec, 2) && whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{lathes}Members book a lathe for a date and a time."));
    assert_eq!(field(&spec, "booking", "date_and_time").map(|f| f.ty.clone()), Some(FieldType::DateTime));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
    // who or what else it is for is no property
    let spec = read(&format!("{lathes}Members book a lathe for a day and a friend."));
    assert!(!whole(&spec, 2), "{:?}", spec.entities);
}

#[test]
fn whoever_alone_sees_the_records_of_others_takes_nobodys_own_away() {
    for sentence in [
        "Nobody sees the bookings of others except the steward.",
        "Nobody except the steward sees the bookings of others.",
        "Nobody but the steward can see other members' bookings.",
    ] {
        let spec = read(&format!("The steward adds lathes with a name.\nMembers book a lathe for a day.\n{sentence}"));
        let mut readers = may(&spec, "booking", Op::Read);
        readers.sort_by_key(|(who, _)| format!("{who:?}"));
        assert_eq!(readers, [(role("member"), Scope::Own), (role("steward"), Scope::All)], "{sentence}");
        assert!(whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
}

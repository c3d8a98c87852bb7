//! How a list comes, who is one and who is everybody, and whose records are not everybody's.

use super::tests::{may, read_candidly, role, whole};
use crate::models::offline::spec::{AppSpec, Op, Scope, Who};

const ALL: [&str; 4] = [
    "Tenants can be searched by name.",
    "Tenants are sorted by name.",
    "Tenants are shown by room.",
    "Tenants can be filtered by room.",
];

fn readers(spec: &AppSpec, entity: &str) -> Vec<Who> {
    let reads = may(spec, entity, Op::Read).into_iter().filter(|(_, scope)| *scope == Scope::All);
    let mut whos: Vec<Who> = reads.map(|(who, _)| who).collect();
    whos.sort_by_key(|who| format!("{who:?}"));
    whos.dedup();
    whos
}

#[test]
fn how_a_list_comes_gives_nobody_the_right_to_see_it() {
    for order in ALL {
        let spec = read_candidly(&format!(
            "The landlord adds tenants with a name and a room. {order} The caretaker adds repairs with a text."
        ));
        assert_eq!(readers(&spec, "tenant"), [role("landlord")], "{order}");
        let asked = spec.assumptions.iter().any(|q| q.key == "see:tenant");
        assert!(asked, "{order}: {:?}", spec.assumptions);
    }
}

#[test]
fn who_enters_what_names_people_must_find_them() {
    let spec = read_candidly(
        "The receptionist adds guests with a name and a phone number. The waiter adds orders with a guest and a dish.",
    );
    assert_eq!(readers(&spec, "guest"), [role("receptionist"), role("waiter")]);
    // Those who work there are no secret, and what is no person neither.
    let spec = read_candidly(
        "The manager adds trainers with a name. The manager adds rooms with a name. The cleaner adds reports with a text.",
    );
    assert_eq!(readers(&spec, "trainer"), [Who::SignedIn]);
    assert_eq!(readers(&spec, "room"), [Who::SignedIn]);
}

#[test]
fn the_one_who_is_named_is_not_whoever_signs_up() {
    let open = |text: &str, name: &str| {
        let spec = read_candidly(text);
        let users = spec.users.expect("there are accounts");
        users.roles.iter().find(|r| r.name == name).map(|r| r.open)
    };
    let list = "People log in. The couple enters guests with a name and a table.";
    assert_eq!(open(list, "couple"), Some(false));
    assert_eq!(
        open("People log in. The couple can only see guests. The couple adds guests with a name.", "couple"),
        Some(false)
    );
    assert_eq!(
        open("Members log in. Members add boats with a name. The member can delete a boat.", "member"),
        Some(true)
    );
    assert_eq!(open("Parents log in. Parents order meals with a date.", "parent"), Some(true));
    let trainers = "The manager adds rooms with a name.\nTrainers sign up with their e-mail address.\nTrainers book a room for a day.";
    assert_eq!((open(trainers, "trainer"), open(trainers, "manager")), (Some(true), Some(false)));
    let spec = read_candidly(list);
    assert_eq!(may(&spec, "guest", Op::Create), [(role("couple"), Scope::All)]);
}

#[test]
fn what_is_booked_for_somebody_is_one_record_of_theirs() {
    for booked in
        ["books an appointment for a client", "reserves visits for a client", "books consultations for clients"]
    {
        let spec = read_candidly(&format!(
            "The receptionist adds clients with a name.\nThe receptionist {booked} with a date."
        ));
        assert!(whole(&spec, 2), "{booked}: {:?}", spec.gaps);
    }
    let spec = read_candidly(
        "Carers add children with a name.\nThe head adds trips with a date.\nA carer enrols a child in a trip.",
    );
    assert!(!whole(&spec, 3), "a child goes on more than one trip");
}

#[test]
fn a_thing_that_is_counted_is_no_number_of_itself() {
    let spec = read_candidly(
        "The librarian keeps scores with a title.\nSingers borrow a score for a day; a singer borrows at most one score per day.",
    );
    let fields: Vec<&str> = spec.entity("score").expect("it is built").fields.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(fields, ["title"]);
}

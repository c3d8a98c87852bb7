//! Who is named gets what is said, and nobody gets what a sentence keeps back: in the words of clubs, shops and surgeries.

use super::tests::{field, may, read_candidly, role, whole};
use crate::models::offline::spec::{AppSpec, Feature, Op, Scope, Who};

fn holds(spec: &AppSpec, entity: &str, op: Op, who: &Who) -> bool {
    may(spec, entity, op).iter().any(|(holder, _)| holder == who)
}

fn forbidden(spec: &AppSpec, op: Op) -> bool {
    spec.features.iter().any(|f| matches!(f, Feature::Forbid { op: o, .. } if *o == op))
}

/// Who may set the state of records, and of which.
fn sets(spec: &AppSpec, entity: &str) -> Vec<(Who, Scope)> {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    let state = |field: &String| field == "status";
    access.into_iter().filter(|a| a.only_fields.iter().any(state)).map(|a| (a.who, a.scope)).collect()
}

#[test]
fn who_needs_no_account_sees_it_without_one() {
    let garden = "A garden club.\nThe warden adds plots with a number.\nMembers reserve plots.\n";
    for sentence in [
        "Visitors need no account to see the plots.",
        "Visitors do not need an account to see the plots.",
        "Visitors don't have to log in to see the plots.",
        "Nobody needs an account to see the plots.",
        "No registration is needed to see the plots.",
        "Neighbours need no account to see the plots.",
    ] {
        let spec = read_candidly(&format!("{garden}{sentence}"));
        assert!(holds(&spec, "plot", Op::Read, &Who::Anyone), "{sentence}: {:?}", may(&spec, "plot", Op::Read));
        assert!(!forbidden(&spec, Op::Read) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_is_public_is_seen_without_an_account() {
    let club = "A debating club.\nMembers suggest topics with a title.\nThe president deletes topics.\n";
    for sentence in [
        "All topics are public.",
        "The list of topics is public.",
        "Topics are publicly visible.",
        "The topics are visible to everyone.",
        "Topics are visible to the public.",
    ] {
        let spec = read_candidly(&format!("{club}{sentence}"));
        assert!(holds(&spec, "topic", Op::Read, &Who::Anyone) && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    for sentence in
        ["Topics are not public.", "Topics are public until they are closed.", "Only closed topics are public."]
    {
        let spec = read_candidly(&format!("{club}{sentence}"));
        assert!(!may(&spec, "topic", Op::Read).contains(&(Who::Anyone, Scope::All)), "{sentence}");
    }
}

#[test]
fn who_is_left_out_of_a_ban_is_somebody_of_their_own() {
    let house = "A house site.\nTenants report defects with a title.\n";
    for (sentence, op, holders) in [
        ("Nobody else can see the defects, except the headmaster.", Op::Read, &["headmaster"][..]),
        ("Nobody may delete a defect except the caretaker.", Op::Delete, &["caretaker"]),
        (
            "The janitor can delete defects, nobody else can, except the caretaker.",
            Op::Delete,
            &["caretaker", "janitor"],
        ),
        (
            "The janitor can delete defects; nobody else can, except the caretaker.",
            Op::Delete,
            &["caretaker", "janitor"],
        ),
    ] {
        let spec = read_candidly(&format!("{house}{sentence}"));
        let all = may(&spec, "defect", op);
        let mut named: Vec<Who> = all.iter().filter(|(_, s)| *s == Scope::All).map(|(who, _)| who.clone()).collect();
        named.sort_by_key(|who| format!("{who:?}"));
        assert_eq!(named, holders.iter().map(|name| role(name)).collect::<Vec<_>>(), "{sentence}: {all:?}");
    }
}

#[test]
fn both_of_those_named_may() {
    let help = "A neighbourhood site.\nMembers post requests with a title.\nHelpers sign up for requests.\n";
    for sentence in [
        "Both the poster and the helper can mark a request as done.",
        "The poster and the helper can mark a request as done.",
        "The poster or the helper can close a request.",
        "A request can be closed by the poster or the helper.",
    ] {
        let spec = read_candidly(&format!("{help}{sentence}"));
        let held = sets(&spec, "request");
        assert!(held.contains(&(role("member"), Scope::Own)), "{sentence}: {held:?}");
        assert!(held.contains(&(role("helper"), Scope::All)), "{sentence}: {held:?}");
        assert!(!holds(&spec, "request", Op::Create, &role("helper")), "{sentence}");
    }
    let spec = read_candidly(&format!("{help}Both the helper and the zorgle can close a request."));
    assert!(!whole(&spec, 4), "half of them is nobody that is known");
}

#[test]
fn what_is_closed_for_something_is_had_no_more() {
    let school = "A course site.\nTeachers add courses with a title.\nParticipants register for courses.\n\
                  Only teachers can change courses.\n";
    for sentence in [
        "The organiser can close a course for registration.",
        "The organiser closes a course for new registrations.",
        "A course can be closed for registration by the organiser.",
    ] {
        let spec = read_candidly(&format!("{school}{sentence}"));
        let held = sets(&spec, "course");
        assert!(held.contains(&(role("organiser"), Scope::All)), "{sentence}: {held:?}");
        let closed = |f: &Feature| matches!(f, Feature::Unavailable { entity, values, .. } if entity == "registration" && values == &["closed"]);
        assert!(spec.features.iter().any(closed) && whole(&spec, 5), "{sentence}: {:?}", spec.gaps);
    }
    let kitchen = "An office.\nEmployees suggest snacks with a name.\nEmployees can vote for snacks.\n\
                   The manager can close a snack for voting.";
    let spec = read_candidly(kitchen);
    assert_eq!(may(&spec, "vote", Op::Create), [(role("employee"), Scope::All)]);
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn who_takes_part_is_seen_by_the_one_it_is_offered_by() {
    let lifts = "A lift-sharing page.\nDrivers offer rides with a destination.\nPassengers book a place in a ride.\n";
    for sentence in [
        "The driver sees who booked a ride.",
        "The driver of a ride sees who booked it.",
        "The driver can see who has booked the ride.",
        "Drivers see who has booked their rides.",
    ] {
        let spec = read_candidly(&format!("{lifts}{sentence}"));
        let seen = may(&spec, "booking", Op::Read);
        let below = seen.iter().any(|(who, scope)| *who == role("driver") && matches!(scope, Scope::OwnParent { .. }));
        assert!(below && !seen.contains(&(role("driver"), Scope::All)), "{sentence}: {seen:?}");
    }
    // whoever is alone in that sees them all
    let spec = read_candidly(
        "A school.\nThe office adds trips with a date.\nPupils book a trip.\nThe office sees who has booked.",
    );
    assert!(may(&spec, "booking", Op::Read).contains(&(role("office"), Scope::All)));
}

#[test]
fn what_somebody_asks_for_is_the_request() {
    for sentence in [
        "The receptionist confirms or rejects each request.",
        "The receptionist confirms the requests.",
        "Requests are confirmed by the receptionist.",
    ] {
        let spec =
            read_candidly(&format!("A surgery.\nPatients request appointments with a date and a reason.\n{sentence}"));
        let names: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["appointment"], "{sentence}");
        assert!(sets(&spec, "appointment").contains(&(role("receptionist"), Scope::All)), "{sentence}");
        assert!(whole(&spec, 2) && whole(&spec, 3), "{sentence}: {:?}", spec.gaps);
    }
    // tools are there before anybody asks for one
    let spec = read_candidly(
        "A club.\nThe steward adds tools with a name.\nMembers request tools.\nThe steward approves requests.",
    );
    assert!(spec.entity("request").is_some() && spec.entity("tool").is_some());
}

#[test]
fn what_others_set_is_not_asked_of_who_adds_it() {
    let spec = read_candidly(
        "A practice.\nPatients request appointments with a day and a time.\nReceptionists assign appointments to a therapist.\n\
         A therapist cannot have two appointments at the same time.",
    );
    assert!(!field(&spec, "appointment", "therapist_id").unwrap().required);
    assert!(holds(&spec, "appointment", Op::Create, &role("patient")));
}

#[test]
fn whoever_decides_must_be_known() {
    let chess = "A chess club.\nMembers enter games with an opponent and a date.\nThe trainer sees all games.\n";
    for sentence in ["A game must be confirmed by the opponent.", "Games are confirmed by the opponent."] {
        let spec = read_candidly(&format!("{chess}{sentence}"));
        assert!(sets(&spec, "game").is_empty() && !whole(&spec, 4), "{sentence}: {:?}", sets(&spec, "game"));
    }
}

#[test]
fn what_people_have_to_do_with_is_not_all_there_is() {
    let chess = "A chess club.\nMembers enter games with a date.\nThe trainer sees all games.\n";
    for sentence in ["Members see the games they played.", "Members can only see the games in which they won."] {
        let spec = read_candidly(&format!("{chess}{sentence}"));
        let seen = may(&spec, "game", Op::Read);
        assert!(!seen.contains(&(role("member"), Scope::All)) && !whole(&spec, 4), "{sentence}: {seen:?}");
    }
    let reports = "A school.\nParents enter reports with a date.\nThe head sees all reports.\n";
    let spec = read_candidly(&format!("{reports}Parents can withdraw a report on the same day."));
    assert_eq!(may(&spec, "report", Op::Delete), [(role("parent"), Scope::Own)]);
    assert!(!whole(&spec, 4));
}

#[test]
fn all_that_is_done_with_ones_own_is_said_of_both() {
    let hall = "A parish hall.\nThe sexton adds rooms with a name.\nGroups book a room.\n";
    let spec = read_candidly(&format!("{hall}The sexton can see and delete all bookings, a group only its own."));
    for op in [Op::Read, Op::Delete] {
        let held = may(&spec, "booking", op);
        assert!(
            held.contains(&(role("group"), Scope::Own)) && held.contains(&(role("sexton"), Scope::All)),
            "{held:?}"
        );
    }
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn when_something_is_is_no_state_of_it() {
    let studio = "A pottery studio.\nThe manager adds kilns with a name.\nMembers reserve a kiln for a day and a slot (morning or evening).\n";
    for sentence in [
        "A reservation is for today or later.",
        "A reservation is today or later.",
        "A reservation is for a day or a week.",
    ] {
        let spec = read_candidly(&format!("{studio}{sentence}"));
        let fields = &spec.entity("reservation").unwrap().fields;
        assert!(fields.iter().all(|f| f.name != "status"), "{sentence}: {fields:?}");
    }
}

#[test]
fn records_in_some_state_are_kept_from_others() {
    let shop = "A bookshop.\nThe owner adds books with a title.\nA book is for sale, reserved or sold.\nCustomers see the books.\n\
                Customers sign up.\n";
    for sentence in [
        "Sold books are not listed.",
        "Sold books are not shown.",
        "Sold books are hidden from customers.",
        "Sold books are not shown to customers.",
    ] {
        let spec = read_candidly(&format!("{shop}{sentence}"));
        let seen = may(&spec, "book", Op::Read);
        let values = vec!["for sale".to_owned(), "reserved".to_owned()];
        let some = Scope::Where { field: "status".to_owned(), values };
        assert!(seen.contains(&(role("customer"), some)), "{sentence}: {seen:?}");
        assert!(seen.contains(&(role("owner"), Scope::All)), "{sentence}: {seen:?}");
        assert!(whole(&spec, 3) && whole(&spec, 6), "{sentence}: {:?}", spec.gaps);
    }
    let flowers =
        "A florist.\nThe owner adds bouquets with a name.\nCustomers order bouquets.\nVisitors see bouquets.\n";
    for sentence in ["The owner can hide a bouquet.", "The owner hides bouquets so that customers no longer see them."]
    {
        let spec = read_candidly(&format!("{flowers}{sentence}"));
        let seen = may(&spec, "bouquet", Op::Read);
        let open = |(who, scope): &(Who, Scope)| {
            *who == Who::Anyone && matches!(scope, Scope::Where { values, .. } if values == &["open"])
        };
        assert!(seen.iter().any(open) && seen.contains(&(role("owner"), Scope::All)), "{sentence}: {seen:?}");
    }
}

#[test]
fn what_somebody_thinks_of_something_is_said_once() {
    let office = "An office.\nEmployees post suggestions with a title.\nThe chair deletes suggestions.\n";
    for (sentence, record) in [
        ("Employees can like a suggestion once.", "like"),
        ("Each employee can vote for a suggestion once.", "vote"),
        ("An employee may rate a suggestion once.", "rating"),
    ] {
        let spec = read_candidly(&format!("{office}{sentence}"));
        let once = |f: &Feature| matches!(f, Feature::UniqueTogether { entity, fields, .. } if entity == record && fields.len() == 2);
        assert!(spec.features.iter().any(once), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
    }
}

#[test]
fn what_most_of_something_else_is_of_is_no_order_by_a_price() {
    let text = "An office.\nEmployees suggest snacks with a name and a price.\nEmployees can vote for snacks.\n\
                The snack with the most votes is at the top.";
    let spec = read_candidly(text);
    assert!(
        !spec.features.iter().any(|f| matches!(f, Feature::Sort { .. })) && !whole(&spec, 4),
        "{:?}",
        spec.features
    );
}

#[test]
fn a_list_of_what_is_lent_is_no_list_of_who_keeps_it() {
    for house in ["village hall", "parish", "school library"] {
        let spec = read_candidly(&format!(
            "Our {house} keeps a list of what is lent out.\nMembers borrow chairs.\nThe caretaker adds chairs with a name."
        ));
        let names: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["chair", "loan"], "{house}");
    }
}

#[test]
fn amounts_have_bounds_of_money() {
    for said in ["a deposit of 0 to 200 euros", "a deposit between 0 and 200 euros", "a deposit from 0 to 200 euros"] {
        let spec =
            read_candidly(&format!("A hire firm.\nStaff add skips with a name and {said}.\nCustomers rent skips."));
        let deposit = field(&spec, "skip", "deposit").unwrap();
        assert_eq!(deposit.unit.as_deref(), Some("€"), "{said}");
        assert!(deposit.rules.len() == 2 && whole(&spec, 2), "{said}: {:?} {:?}", deposit.rules, spec.gaps);
    }
}

#[test]
fn what_goes_from_hand_to_hand_is_kept() {
    let spec = read_candidly("The village library lends jigsaw puzzles.\nThe librarian adds puzzles with a title.");
    assert!(spec.entities.iter().any(|e| e.name.ends_with("puzzle")));
}

#[test]
fn a_single_word_in_a_list_of_what_is_not_wanted_is_an_exclusion() {
    let spec = read_candidly("# A shop\n\nCustomers order cakes.\n\n## Not wanted\n\n- Payments\n- Newsletters\n");
    let excluded = spec.features.iter().filter(|f| matches!(f, Feature::Exclusion { .. })).count();
    assert_eq!(excluded, 2, "{:?}", spec.marks);
}

#[test]
fn whoever_is_younger_is_no_role() {
    let spec = read_candidly(
        "A fire brigade.\nThe captain creates drills with a topic.\nFirefighters younger than 18 cannot sign up for drills.",
    );
    let roles: Vec<&str> = spec.users.iter().flat_map(|u| &u.roles).map(|r| r.name.as_str()).collect();
    assert!(roles.contains(&"firefighter") && roles.iter().all(|r| !r.contains("younger")), "{roles:?}");
    assert!(!whole(&spec, 3));
}

#[test]
fn a_property_that_some_alone_change_is_set_by_who_adds_it_and_changed_by_them() {
    let shop = "A shop.\nAssistants enter articles with a name and a price.\nCustomers order articles.\n";
    for sentence in [
        "Only the manager can change the price.",
        "Only the manager can change a price.",
        "Only the manager may change prices.",
        "Nobody but the manager can change the price.",
    ] {
        let spec = read_candidly(&format!("{shop}{sentence}"));
        let access = &spec.entity("article").unwrap().access;
        let changes = |who: &str, field: &str| {
            let may = |a: &&crate::models::offline::spec::Access| a.who == role(who) && a.ops.contains(&Op::Update);
            let reaches = |only: &[String]| only.is_empty() || only.iter().any(|f| f == field);
            access.iter().filter(may).any(|a| reaches(&a.only_fields))
        };
        assert!(!changes("assistant", "price"), "{sentence}: {access:?}");
        if whole(&spec, 4) {
            assert!(changes("manager", "price") && changes("assistant", "name"), "{sentence}: {access:?}");
        }
        assert!(holds(&spec, "article", Op::Create, &role("assistant")), "{sentence}");
    }
    assert!(whole(&read_candidly(&format!("{shop}Only the manager can change a price.")), 4));
}

#[test]
fn two_lists_under_one_verb_have_an_order_each() {
    let library =
        "A toy library.\nThe librarian adds puzzles with a title.\nMembers reserve a puzzle with a pick-up date.\n";
    for sentence in [
        "The puzzles are sorted by title, the reservations by pick-up date.",
        "Puzzles are listed by title and reservations by pick-up date.",
        "The puzzles are sorted by title and the reservations by pick-up date.",
    ] {
        let spec = read_candidly(&format!("{library}{sentence}"));
        let sorted = |e: &str, by: &str| {
            let of = |f: &Feature| matches!(f, Feature::Sort { entity, field, .. } if entity == e && field == by);
            spec.features.iter().any(of)
        };
        assert!(sorted("puzzle", "title") && sorted("reservation", "pick_up_date"), "{sentence}: {:?}", spec.features);
        assert!(field(&spec, "puzzle", "date").is_none(), "{sentence}");
    }
}

#[test]
fn whoever_made_it_may_beside_whoever_else_is_named() {
    let school = "A school.\nInstructors add boats with a name.\nStudents reserve a boat for a date.\n";
    for sentence in [
        "The student who made a reservation or an instructor can cancel it.",
        "The student who made the reservation and the instructors can cancel it.",
        "An instructor or the student who made a reservation can cancel it.",
        "A reservation can be cancelled by the student who made it or by an instructor.",
    ] {
        let spec = read_candidly(&format!("{school}{sentence}"));
        let held = may(&spec, "reservation", Op::Delete);
        assert!(held.contains(&(role("student"), Scope::Own)), "{sentence}: {held:?}");
        assert!(held.contains(&(role("instructor"), Scope::All)) && held.len() == 2, "{sentence}: {held:?}");
        assert!(whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn who_suggests_what_others_add_adds_none() {
    let choir = "A choir.\nThe librarian enters scores with a title.\nSingers borrow scores.\n";
    for sentence in ["Singers can suggest new scores.", "Singers propose scores.", "A singer may recommend a score."] {
        let spec = read_candidly(&format!("{choir}{sentence}"));
        assert_eq!(may(&spec, "score", Op::Create), [(role("librarian"), Scope::All)], "{sentence}");
        assert!(!whole(&spec, 4), "{sentence}");
    }
    let spec = read_candidly("A club.\nMembers suggest topics with a title.\nThe president closes topics.");
    assert!(holds(&spec, "topic", Op::Create, &role("member")));
}

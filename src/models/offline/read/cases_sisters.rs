//! Sentences that people say beside those that the other cases have: bans on what is never built, limits on values, lists
//! of what is in some state, what was, and names of products.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Condition, Feature, Rule};

fn kind(spec: &AppSpec, clause: u32) -> Option<ClauseKind> {
    spec.marks.iter().find(|m| m.clause == ClauseId(clause)).map(|m| m.kind)
}
fn rules(spec: &AppSpec, entity: &str, name: &str) -> Vec<Rule> {
    field(spec, entity, name).map(|f| f.rules.iter().map(|r| r.rule.clone()).collect()).unwrap_or_default()
}

#[test]
fn a_ban_on_what_is_never_built_is_an_exclusion_that_is_searched_for() {
    for sentence in ["No e-mail is sent.", "Nobody gets a mail.", "Villagers never pay.", "Nobody needs an account."] {
        let spec = read(&format!("A board for a village. Villagers post notes with a title. {sentence}"));
        assert_eq!(kind(&spec, 3), Some(ClauseKind::Exclusion), "{sentence}");
        assert!(spec.gaps.is_empty() && spec.users.is_none(), "{sentence} {:?}", spec.gaps);
    }
}

#[test]
fn a_date_lies_on_one_side_of_today() {
    for (sentence, rule) in [
        ("The day is never in the future.", Rule::NotInFuture),
        ("The day must not lie in the past.", Rule::NotInPast),
        ("The day may not be later than today.", Rule::NotInFuture),
        ("The day is not before today.", Rule::NotInPast),
        ("No day lies in the future.", Rule::NotInFuture),
    ] {
        let spec = read(&format!("Gardeners record visits with a day and a note. {sentence}"));
        assert_eq!(rules(&spec, "visit", "day"), [rule], "{sentence} {:?}", spec.gaps);
        assert!(whole(&spec, 2), "{sentence}");
    }
    // no rule leaves today out
    let spec = read("Gardeners record visits with a day and a note. The day must be before today.");
    assert_eq!(rules(&spec, "visit", "day"), []);
}

#[test]
fn how_long_something_lasts_is_a_limit_on_its_end() {
    for sentence in [
        "A loan lasts at most 14 days.",
        "A loan is at most 14 days long.",
        "Loans never last longer than two weeks.",
        "A ladder may be borrowed for at most 14 days.",
        "Nobody may keep a ladder longer than 14 days.",
    ] {
        let spec = read(&format!(
            "Neighbours add ladders with a name. Neighbours borrow ladders from a start date to an end date. {sentence}"
        ));
        let within = Rule::Within { field: "start_date".into(), days: 14, both: true };
        let after = Rule::After { field: "start_date".into(), or_equal: true };
        assert_eq!(rules(&spec, "loan", "end_date"), [within, after], "{sentence} {:?}", spec.gaps);
        assert!(whole(&spec, 3), "{sentence} {:?}", spec.gaps);
    }
}

#[test]
fn how_many_something_is_for_bounds_the_number_that_it_keeps() {
    let text =
        |sentence| format!("A kayak has a name. Guests book kayaks with a date and a number of people. {sentence}");
    for (sentence, expected) in [
        ("A booking is for at least 2 people.", vec![Rule::Min { value: 2.0 }]),
        ("A booking is for 2 to 8 people.", vec![Rule::Min { value: 2.0 }, Rule::Max { value: 8.0 }]),
        ("Bookings are for at most 8 people.", vec![Rule::Max { value: 8.0 }]),
        ("A booking has at least 2 people.", vec![Rule::Min { value: 2.0 }]),
        ("Nobody can book for more than 8 people.", vec![Rule::Max { value: 8.0 }]),
    ] {
        let spec = read(&text(sentence));
        assert_eq!(rules(&spec, "booking", "number_of_people"), expected, "{sentence} {:?}", spec.gaps);
        assert!(whole(&spec, 3), "{sentence} {:?}", spec.gaps);
    }
}

#[test]
fn one_at_a_time_is_a_limit_of_the_thing_or_of_the_person() {
    let per = |sentence: &str| {
        let spec = read(&format!(
            "Neighbours log in. Neighbours add ladders with a name. Neighbours borrow ladders from a start date to an end date. {sentence}"
        ));
        let found = spec.features.iter().find_map(|f| match f {
            Feature::NoOverlap { per, .. } => per.clone(),
            _ => None,
        });
        found.filter(|_| whole(&spec, 4)).unwrap_or_default()
    };
    for sentence in [
        "A ladder can only be lent once at a time.",
        "No ladder is lent twice at the same time.",
        "A ladder that is out cannot be borrowed.",
    ] {
        assert_eq!(per(sentence), "ladder_id", "{sentence}");
    }
    for sentence in [
        "Nobody borrows two ladders at once.",
        "Nobody may borrow two ladders at the same time.",
        "A neighbour can borrow only one ladder at a time.",
    ] {
        assert_eq!(per(sentence), "owner_id", "{sentence}");
    }
    // nobody can be told from others
    let spec = read("Neighbours borrow ladders from a start date to an end date. Nobody borrows two ladders at once.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::NoOverlap { .. })));
    assert!(spec.gaps.iter().any(|g| g.reason.contains("accounts")), "{:?}", spec.gaps);
}

fn shown(text: &str, clause: u32) -> Vec<Vec<Condition>> {
    let spec = read(text);
    let views = spec.features.iter().filter_map(|f| match f {
        Feature::View { conditions, clauses, .. } if clauses.contains(&ClauseId(clause)) => Some(conditions.clone()),
        _ => None,
    });
    if whole(&spec, clause) { views.collect() } else { Vec::new() }
}

#[test]
fn what_is_in_a_state_is_a_list_of_its_own() {
    let is = |value: &str| Condition::In { field: "status".into(), values: vec![value.into()] };
    for (sentence, condition) in [
        ("Everyone sees which ladders are out.", is("out")),
        ("Members see which ladders are in.", is("in")),
        ("Members see the ladders that are broken.", is("broken")),
        ("The list shows which ladders are broken.", is("broken")),
        (
            "Members see which ladders are not broken.",
            Condition::NotIn { field: "status".into(), values: vec!["broken".into()] },
        ),
    ] {
        let text = format!("Members add ladders with a name and a status (in, out, broken). {sentence}");
        assert_eq!(shown(&text, 2), [vec![condition]], "{sentence}");
    }
    let home = "Each flatmate has a name and a status (home, away). The board shows who is home.";
    assert_eq!(shown(home, 2), [vec![is("home")]]);
    // which those are nothing says
    let spec = read("Members add ladders with a name. The start page shows the ladders that are out.");
    assert!(!whole(&spec, 2), "{:?}", spec.features);
}

#[test]
fn what_was_is_over_and_what_is_said_of_it_now_is_asked_for() {
    let of = |sentence: &str| {
        let spec = read(&format!("A board for a street market. Traders add stalls with a name. {sentence}"));
        kind(&spec, 3).is_some_and(ClauseKind::demands)
    };
    for told in [
        "Last year two stalls were lost.",
        "Two stalls were lost last year.",
        "Some stalls got lost.",
        "Last summer we lost a stall.",
        "The list was eaten by the dog.",
        "Yesterday three stalls were booked twice.",
    ] {
        assert!(!of(told), "{told}");
    }
    for asked in [
        "Each change must be recorded, and last year's too.",
        "The stalls of last year must be kept.",
        "Stalls that were lost are shown.",
        "It was agreed that traders can delete stalls.",
        "A stall that was paid for cannot be deleted.",
    ] {
        assert!(of(asked), "{asked}");
    }
}

#[test]
fn an_application_is_named_after_what_it_is_and_not_after_what_it_has() {
    for (text, title) in [
        ("A shop for plants with user login. Plants have a name and a price.", "Shop for plants"),
        ("Build a website for our choir with a members area. Members add songs with a title.", "Website for our choir"),
        (
            "We need a tool for lending bikes with a booking system. Members add bikes with a name.",
            "Tool for lending bikes",
        ),
        (
            "Our library needs an app for reservations with user registration. Readers reserve books.",
            "App for reservations",
        ),
        ("It is a tracker for running with user profiles. Runners record runs with a date.", "Tracker for running"),
        ("A blog with comments. Authors write posts with a title.", "Blog"),
        ("A guest book with admin login. Guests leave a message and a name.", "Guest book"),
        (
            "A marketplace for handmade soap, with user login. Sellers add soaps with a name.",
            "Marketplace for handmade soap",
        ),
        ("Please write a program that keeps track of my wines with a search. Wines have a name.", "Wines"),
        ("Users log in with an email and a password. A user adds notes with a text.", "Notes"),
    ] {
        assert_eq!(read(text).title, title, "{text}");
    }
}

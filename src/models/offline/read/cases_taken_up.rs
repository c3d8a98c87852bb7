//! Who takes part in what others add, or asks for it, adds no more of it.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Who};

fn adds(spec: &AppSpec, entity: &str) -> Vec<Who> {
    let access = spec.entity(entity).unwrap().access.iter().filter(|a| a.ops.contains(&Op::Create));
    access.map(|a| a.who.clone()).collect()
}

fn role(name: &str) -> Who {
    Who::Role(name.into())
}

#[test]
fn who_enters_a_race_adds_a_registration_for_it() {
    for event in ["race", "contest", "tournament"] {
        for verb in ["add", "create"] {
            let spec = read(&format!(
                "Runners sign up and log in.\nThe organiser can {verb} a {event} with a name and an entry fee.\n\
                 Runners can enter a {event} with a start number."
            ));
            assert_eq!(adds(&spec, event), [role("organiser")], "{event}");
            assert_eq!(adds(&spec, "registration"), [role("runner")], "{event}");
            assert!(
                field(&spec, "registration", "start_number").is_some() && field(&spec, event, "start_number").is_none()
            );
        }
    }
    // what is entered into a list is added
    let spec = read(
        "Runners sign up and log in.\nThe organiser can add a boat with a name.\nRunners can enter a boat with a date.",
    );
    assert!(adds(&spec, "boat").contains(&role("runner")));
    let spec = read("Runners sign up and log in.\nRunners can enter a race with a date and a place.");
    assert_eq!(adds(&spec, "race"), [role("runner")]);
}

#[test]
fn who_asks_for_what_others_add_makes_a_request() {
    for (adding, asking) in [
        ("The keeper can add a tool with a name.", "Members can request tools."),
        ("The keeper can add a tool with a name.", "Members can request a tool with a reason."),
        ("The keeper can add a tool with a name.", "Members can ask for tools."),
        ("The keeper offers tools with a name.", "A member can ask for a tool."),
    ] {
        let spec = read(&format!("Members sign up and log in.\n{adding}\n{asking}"));
        assert_eq!(adds(&spec, "tool"), [role("keeper")], "{asking}");
        assert_eq!(adds(&spec, "request"), [role("member")], "{asking}");
        assert!(field(&spec, "request", "tool_id").is_some(), "{asking}");
    }
    // what is there because somebody asks for it
    let spec = read(
        "Patients sign up and log in.\nThe doctor can add an appointment with a date.\nPatients can request an appointment.",
    );
    assert!(spec.entity("request").is_none());
}

#[test]
fn so_many_of_what_others_add_are_so_many_that_one_takes() {
    for (text, record, max) in [
        ("Leaders can add a walk with a title.\nMembers can join at most 3 walks.", "membership", 3),
        ("The keeper can add a tool with a name.\nMembers can borrow at most 2 tools.", "loan", 2),
        ("Members can add a tool with a name.\nMembers can lend at most 2 tools.", "loan", 2),
        ("The keeper can add a room with a name.\nA member can reserve at most 4 rooms.", "reservation", 4),
    ] {
        let spec = read(&format!("Members sign up and log in.\n{text}"));
        let limits: Vec<(&str, u32)> = spec
            .features
            .iter()
            .filter_map(|f| match f {
                Feature::Limit { entity, max, .. } => Some((entity.as_str(), *max)),
                _ => None,
            })
            .collect();
        assert_eq!(limits, [(record, max)], "{text}");
        assert!(whole(&spec, 3), "{text}: {:?}", spec.gaps);
    }
}

#[test]
fn a_room_is_asked_for_on_a_day_from_one_time_to_another() {
    for asks in ["ask for", "request", "sign up and ask for"] {
        let spec = read(&format!(
            "A village hall lends out its rooms.\nA room has a name and a price per hour.\n\
             Residents {asks} a room on a day, from one time to another.\nThe caretaker adds rooms and changes their prices.\n\
             A request is new, accepted or refused; only the caretaker accepts or refuses it.\n\
             Two accepted requests for the same room must not overlap."
        ));
        assert!(spec.entity("loan").is_none(), "the hall is only told of");
        assert_eq!(adds(&spec, "room"), [role("caretaker")], "{asks}");
        assert_eq!(adds(&spec, "request"), [role("resident")], "{asks}");
        for name in ["room_id", "date", "start_time", "end_time"] {
            assert!(field(&spec, "request", name).is_some(), "{asks}: {name}");
        }
        let apart = |f: &Feature| match f {
            Feature::NoOverlap { entity, start, per, over: Some(over), .. } => {
                let others = over.field == "status" && over.values == ["new", "refused"];
                entity == "request" && start == "start_time" && per.as_deref() == Some("room_id") && others
            }
            _ => false,
        };
        assert!(spec.features.iter().any(apart), "{asks}: {:?}", spec.features);
        let ends = field(&spec, "request", "end_time").unwrap();
        let after = Rule::After { field: "start_time".into(), or_equal: false };
        assert!(ends.rules.iter().any(|r| r.rule == after), "what ends before it begins lies beside everything");
        assert!(spec.users.as_ref().unwrap().profile.is_empty(), "whose prices these are stands before them");
        let changes = |a: &&crate::models::offline::spec::Access| a.ops.contains(&Op::Update);
        let access = &spec.entity("room").unwrap().access;
        assert!(
            access.iter().filter(changes).all(|a| a.who == role("caretaker") && a.only_fields == ["price_per_hour"])
        );
    }
}

#[test]
fn what_is_theirs_is_of_the_things_named_before_or_of_the_people() {
    let profile = |text: &str| read(text).users.map(|u| u.profile.iter().map(|f| f.name.clone()).collect::<Vec<_>>());
    let things =
        "Members sign up.\nA tool has a name, a price and a place.\nThe keeper adds tools and edits their places.";
    assert_eq!(profile(things), Some(vec![]));
    let made = "Members sign up.\nA tool has a name and a price.\nThe keeper enters tools and edits their prices.";
    assert_eq!(profile(made), Some(vec![]));
    let people = "Members sign up.\nA tool has a name and a price.\nMembers see tools and change their address.";
    assert_eq!(profile(people), Some(vec!["address".to_owned()]));
}

#[test]
fn what_readers_suggest_is_a_suggestion_where_it_is_spoken_of() {
    for suggests in
        ["suggest a book with title, author and reason", "can suggest books with a title, an author and a reason"]
    {
        let spec = read(&format!(
            "Readers log in and {suggests}.\nA suggestion is open, ordered or refused.\n\
             Librarians set a suggestion to ordered or refused."
        ));
        assert_eq!(adds(&spec, "suggestion"), [role("reader")], "{suggests}");
        assert!(field(&spec, "suggestion", "author").is_some() && spec.entity("book").is_none(), "{suggests}");
        assert!(whole(&spec, 2) && whole(&spec, 3), "{suggests}: {:?}", spec.gaps);
    }
    let spec = read("Citizens sign up and suggest corrections with a text. The clerk accepts or rejects a suggestion.");
    assert!(field(&spec, "correction", "text").is_some());
    // the program suggests something
    let spec = read("Readers add books with a title.\nThe system suggests books.");
    assert!(!whole(&spec, 2));
}

#[test]
fn slots_of_one_weekday_do_not_overlap() {
    let spec = read(
        "A club has a name.\nThe caretaker enters training slots: weekday, start time, end time and the club.\n\
         Slots of the same weekday must not overlap.",
    );
    assert_eq!(field(&spec, "training_slot", "start_time").unwrap().ty, FieldType::Time);
    let apart = |f: &Feature| matches!(f, Feature::NoOverlap { per: Some(per), .. } if per == "weekday");
    assert!(spec.features.iter().any(apart), "{:?}", spec.features);
}

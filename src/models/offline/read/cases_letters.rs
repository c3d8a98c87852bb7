//! Wordings of the letters that clubs and small businesses write.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Scope, Who};

fn kind(spec: &AppSpec, clause: u32) -> Option<ClauseKind> {
    spec.marks.iter().find(|m| m.clause == ClauseId(clause)).map(|m| m.kind)
}
fn may(spec: &AppSpec, entity: &str, op: Op) -> Vec<Who> {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    access.into_iter().filter(|a| a.ops.contains(&op)).map(|a| a.who).collect()
}

#[test]
fn a_greeting_stands_in_no_demands_way() {
    for hail in ["Hello, o", "Dear team, o", "Good evening! O", "Hi there – o"] {
        let spec = read(&format!("{hail}ur theatre needs a list of props.\nA prop has a name.\nActors add props."));
        assert!(whole(&spec, 1), "{hail}: {:?}", spec.gaps);
        assert_eq!(spec.title, "List of props", "{hail}");
    }
    let spec = read("Dear colleagues,\nOur theatre needs a list of props.\nA prop has a name.");
    assert_eq!((kind(&spec, 1), spec.title.as_str()), (Some(ClauseKind::Context), "List of props"));
}

#[test]
fn people_are_called_after_what_could_be_done() {
    let spec = read(
        "Stage managers sign in with a name and a password.\nStage managers add props with a name.\nActors see the props.",
    );
    assert!((1..=3).all(|c| whole(&spec, c)), "{:?}", spec.gaps);
    assert_eq!(may(&spec, "prop", Op::Create), [Who::Role("stage_manager".into())]);
}

#[test]
fn days_on_which_something_is_not_are_a_rule_and_no_thing_to_search_for() {
    let spec = read("Clerks add appointments with a date and a time.\nNo appointments on Sundays.");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })) && !whole(&spec, 2));
}

#[test]
fn the_second_of_one_kind_is_another_one() {
    let spec = read(
        "Umpires log in.\nPlayers log in.\nUmpires enter games with the white player, the black player and a day.",
    );
    for name in ["player_id", "black_player_id"] {
        let ty = field(&spec, "game", name).map(|f| f.ty.clone());
        assert_eq!(ty, Some(FieldType::UserReference { role: Some("player".into()) }), "{name}");
    }
    let spec = read("A station has a name.\nAnyone adds trips with a first station, a last station and a day.");
    let label = |name: &str| field(&spec, "trip", name).map(|f| f.label.clone());
    assert!(
        label("station_id").is_some() && label("last_station_id").as_deref() == Some("Last station"),
        "{:?}",
        spec.entity("trip")
    );
}

#[test]
fn who_writes_is_none_of_those_who_sign_up() {
    let spec = read(
        "I teach dance.\nPupils sign up with an e-mail address and a password.\nI add courses with a title and a day.\nPupils book courses.\nI can delete courses.",
    );
    assert_eq!(may(&spec, "course", Op::Create), [Who::Role("owner".into())], "{:?}", spec.entity("course"));
    assert_eq!(may(&spec, "booking", Op::Create), [Who::Role("pupil".into())]);
}

#[test]
fn what_lasts_is_not_shown_apart_by_its_start() {
    let head = "Clerks log in.\nVets log in.\nClerks make visits with a vet, a date, a start time";
    let spec = read(&format!("{head} and a length in minutes.\nA vet cannot have two visits at the same time."));
    assert!(!whole(&spec, 4));
    let spec = read(&format!("{head}.\nA vet cannot have two visits at the same time."));
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn so_many_places_are_kept_to() {
    let head = "Pupils log in.\nTeachers log in.\nTeachers add courses with a title and a day.\nPupils book courses.";
    for (text, more) in [
        ("A course has at most 12 places; when it is full nobody can join.", ""),
        ("Every course has room for up to 12 pupils.", "Once a course is full, nobody else can book it."),
        ("Each course has no more than 12 seats.", "Teachers see how many places are left in each course."),
    ] {
        let spec = read(&format!("{head}\n{text}\n{more}"));
        let places = field(&spec, "course", "number_of_places").unwrap();
        assert_eq!(places.label, "Number of places");
        let kept = |f: &Feature| matches!(f, Feature::Capacity { entity, capacity, .. } if entity == "booking" && capacity == "number_of_places");
        assert!(spec.features.iter().any(kept), "{text}: {:?}", spec.features);
        assert!(whole(&spec, 5) && whole(&spec, 6), "{text}: {:?}", spec.gaps);
        // the course has its day, and who books it is there then
        assert!(field(&spec, "booking", "start_date").is_none(), "{:?}", spec.entity("booking"));
    }
    for text in [
        "A course has at most 12 places per day.",
        "A course has at most 12 chairs.",
        "A full course has at most 12 places.",
    ] {
        let spec = read(&format!("{head}\n{text}"));
        assert!(field(&spec, "course", "number_of_places").is_none(), "{text}");
    }
}

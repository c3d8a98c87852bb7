//! What people say by the way: an order behind a comma, what they do anyway, who else is meant.

use super::tests::{field, may, read_candidly as read, role, whole};
use crate::domain::clause::ClauseKind;
use crate::models::offline::spec::{Feature, Op, Rule, Scope};

const LESSONS: &str = "Staff add lessons with a title and a date.\n";

#[test]
fn the_order_of_a_list_is_said_behind_a_comma_too() {
    for (sentence, by, down) in [
        ("Skaters see all lessons, sorted by date.", "date", false),
        ("Skaters can see all lessons, ordered by title.", "title", false),
        ("The list shows all lessons, listed by date.", "date", false),
        ("Skaters see the lessons, sorted alphabetically by title.", "title", false),
        ("Skaters see the lessons, sorted by date, newest first.", "date", true),
    ] {
        let spec = read(&format!("{LESSONS}{sentence}"));
        let sorts = |f: &Feature| matches!(f, Feature::Sort { field, descending, default: true, .. } if field == by && *descending == down);
        assert!(spec.features.iter().any(sorts) && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    // a list comes in one order by itself
    let spec =
        read(&format!("{LESSONS}Skaters see all lessons, sorted by date.\nWardens see all lessons, sorted by title."));
    let ordered = |f: &&Feature| matches!(f, Feature::Sort { default: true, .. });
    assert_eq!(spec.features.iter().filter(ordered).count(), 1);
    assert!(whole(&spec, 2) && !whole(&spec, 3));
    // nothing is sorted by who adds it
    let spec = read(&format!("{LESSONS}Skaters see all lessons, added by staff."));
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Sort { .. })));
}

#[test]
fn what_an_organisation_does_anyway_is_no_record_of_it() {
    let hives = "A hive has a name and a location.\nKeepers can add a hive.\nWardens can see all hives.\n";
    for sentence in [
        "Our club keeps bees.",
        "The park rents out boards and runs lessons.",
        "Our village lends tools to families.",
        "The museum collects old clocks.",
        "The farm sells eggs and keeps sheep.",
        "Bellhaven Sailing Club rents out dinghies to guests.",
        "The theatre group stages plays and rents costumes.",
        "Our club owns six boats.",
        "The parish owns a hall and two meeting rooms.",
        "The film club shows films in the town hall.",
        "Our society shares a holiday house.",
        "Our makerspace lends time on its lathes.",
        "The library of our village lends books.",
    ] {
        let spec = read(&format!("{sentence}\n{hives}"));
        let kept: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(kept, ["hive"], "{sentence}");
        assert_eq!(spec.marks[0].kind, ClauseKind::Context, "{sentence}");
    }
    // what is said of each, what is spoken of again and what the application does is asked for
    for (sentence, entity) in [
        ("Our club keeps bees with a colour and an age.", "bee"),
        ("Our club lends hives to beginners.", "loan"),
        ("The application keeps notes.", "note"),
        ("The diary keeps notes.", "note"),
        ("Our members log visits.", "visit"),
    ] {
        let spec = read(&format!("{sentence}\n{hives}"));
        assert!(spec.entity(entity).is_some(), "{sentence}");
    }
    let spec = read("Our club keeps bees.\nKeepers see all bees.");
    assert!(spec.entity("bee").is_some());
}

#[test]
fn an_application_is_named_after_whose_it_is_or_what_it_is_for() {
    let lessons = "Staff can add a lesson with a title and a date.\nStaff can add an item with a name.\n\
                   Skaters can file a report with a text.\nSkaters see their own reports.\nStaff see all reports.\n";
    for (first, title) in [
        ("The skate park rents out boards.", "Skate park"),
        ("Bellhaven Sailing Club rents out dinghies to guests.", "Bellhaven sailing club"),
        ("The skate park needs software for its lessons.", "Skate park"),
        ("Our park rents out boards.", "Lessons"),
        ("", "Lessons"),
    ] {
        assert_eq!(read(&format!("{first}\n{lessons}")).title, title, "{first}");
    }
    assert_eq!(read("Members can file a report with a text.").title, "Reports");
}

#[test]
fn who_else_sees_records_is_asked_where_the_text_names_some() {
    let asked = |text: &str| {
        let spec = read(text);
        spec.assumptions.iter().find(|q| q.key == "see:hive").map(|q| q.question.clone())
    };
    let hives = "A hive has a name.\nThe warden adds hives.\n";
    for sentence in ["Keepers can see all hives.", "Keepers can search hives.", "Keepers can delete hives."] {
        assert_eq!(asked(&format!("{hives}{sentence}")).as_deref(), Some("Who else sees hives?"), "{sentence}");
    }
    assert_eq!(asked(hives).as_deref(), Some("Who sees hives?"));
    assert_eq!(asked(&format!("{hives}The warden sees all hives.")), None);
}

#[test]
fn who_exports_their_own_sees_what_the_text_says() {
    let recipes = "Cooks can add a recipe with a title and a text.\n";
    let own = "Cooks can export their own recipes as CSV.\n";
    let narrowed = |text: &str| may(&read(text), "recipe", Op::Read).contains(&(role("cook"), Scope::Own));
    let spec = read(&format!("{recipes}{own}Cooks see all recipes."));
    assert_eq!(may(&spec, "recipe", Op::Read), [(role("cook"), Scope::All)]);
    assert!(!whole(&spec, 2) && whole(&spec, 3), "the file holds more than their own: {:?}", spec.gaps);
    assert!(!narrowed(&format!("{recipes}{own}")));
    let spec = read(&format!("{recipes}{own}Cooks see only their own recipes."));
    assert!(narrowed(&format!("{recipes}{own}Cooks see only their own recipes.")) && whole(&spec, 2));
}

#[test]
fn a_list_behind_has_and_a_colon_keeps_its_first_property() {
    for lead in ["A board has:", "Each board has:"] {
        let spec = read(&format!("{lead} a name, a size and a colour.\nStaff can add a board."));
        let fields: Vec<&str> = spec.entity("board").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(fields, ["name", "size", "color"], "{lead}");
        assert!(whole(&spec, 1), "{lead}: {:?}", spec.gaps);
    }
}

#[test]
fn until_somebody_has_done_it_is_until_it_is_done() {
    let offers = "Members can add an offer with a plant and a text.\n";
    for (act, until) in [
        ("The warden approves offers.", "Members can change an offer until the warden has approved it."),
        ("The warden approves or rejects offers.", "Members can change an offer until the warden has approved it."),
    ] {
        for text in [format!("{offers}{act}\n{until}"), format!("{offers}{until}\n{act}")] {
            let spec = read(&text);
            let locked = |f: &Feature| matches!(f, Feature::Locked { op: Op::Update, values, .. } if values.contains(&"approved".to_owned()));
            assert!(spec.features.iter().any(locked), "{text}: {:?}", spec.gaps);
            assert!(whole(&spec, 2) && whole(&spec, 3), "{text}: {:?}", spec.gaps);
        }
    }
    // who approves is somebody else
    let spec = read(&format!(
        "{offers}The warden approves offers.\nMembers can change an offer until the keeper has approved it."
    ));
    assert!(!whole(&spec, 3));
}

#[test]
fn one_too_many_is_a_second_one() {
    let spec = read("Staff add slots with a date.\nParents can book a slot.\nParents can have at most 1 booking.");
    let said: Vec<String> = spec.interpretations.iter().flat_map(|r| r.acceptance.clone()).collect();
    for line in ["A second booking per account is refused.", "A member of the staff can add slots."] {
        assert!(said.contains(&line.to_owned()), "{line}: {said:?}");
    }
}

#[test]
fn what_ends_does_not_end_before_it_begins() {
    let courses = "Staff can add a course with a title, a start date and an end date.\n";
    for (sentence, or_equal) in [
        ("A course cannot end before it starts.", true),
        ("The course must not end before it begins.", true),
        ("Courses must end after they start.", false),
    ] {
        let spec = read(&format!("{courses}{sentence}"));
        let rules = &field(&spec, "course", "end_date").unwrap().rules;
        let after = Rule::After { field: "start_date".into(), or_equal };
        assert!(rules.iter().any(|r| r.rule == after) && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{courses}A course cannot start after it ends."));
    assert!(!whole(&spec, 2));
}

#[test]
fn when_something_is_approved_is_no_word_on_who_approves() {
    let told = "Keepers can add a check with a date and a note.\n";
    let (approves, seen) = ("The warden approves checks.", "Others see checks only when they are approved.");
    for text in [format!("{told}{approves}\n{seen}"), format!("{told}{seen}\n{approves}")] {
        let spec = read(&text);
        let set: Vec<_> = spec.entity("check").unwrap().access.iter().filter(|a| a.only_fields == ["status"]).collect();
        assert!(set.iter().all(|a| a.who == role("warden")) && !set.is_empty(), "{text}: {set:?}");
        assert!(!spec.assumptions.iter().any(|q| q.key == "decide:check"), "{text}");
    }
}

#[test]
fn an_application_is_wished_for_by_those_who_write_too() {
    let spec = read("We would like a small application for our hives.\nA hive has a name.\nKeepers can add a hive.");
    assert!(whole(&spec, 1), "{:?}", spec.gaps);
}

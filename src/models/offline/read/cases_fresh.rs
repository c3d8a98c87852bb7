//! Wordings of fresh texts: plain people's wishes and analysts' lists, one short text for each.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Condition, Feature, FieldType, Op, Rule, Scope, Span, Who};

fn kind(spec: &AppSpec, clause: u32) -> Option<ClauseKind> {
    spec.marks.iter().find(|m| m.clause == ClauseId(clause)).map(|m| m.kind)
}
fn ty(spec: &AppSpec, entity: &str, field: &str) -> Option<FieldType> {
    spec.entity(entity)?.fields.iter().find(|f| f.name == field).map(|f| f.ty.clone())
}
fn rules(spec: &AppSpec, entity: &str, field: &str) -> Vec<Rule> {
    let fields = spec.entity(entity).map(|e| e.fields.clone()).unwrap_or_default();
    fields.into_iter().filter(|f| f.name == field).flat_map(|f| f.rules).map(|r| r.rule).collect()
}
fn values(spec: &AppSpec, entity: &str, field: &str) -> String {
    match ty(spec, entity, field) {
        Some(FieldType::Choice { values }) => values.join("|"),
        other => format!("{other:?}"),
    }
}
fn default(spec: &AppSpec, entity: &str, field: &str) -> Option<String> {
    spec.entity(entity)?.fields.iter().find(|f| f.name == field)?.default.clone()
}

#[test]
fn bold_lines_head_what_follows_and_lists_of_people_demand_nothing() {
    let spec = read(
        "# Boat hire\n\n## Actors\n\n- Harbour staff\n- Customers\n\n**Must have**\n\n* Boats with a name, a length in metres and a daily rate\n\
         * Staff can add boats\n\n**Won't have**\n\n* Online payment\n",
    );
    assert_eq!(kind(&spec, 3), Some(ClauseKind::Context));
    assert_eq!(kind(&spec, 5), Some(ClauseKind::Context));
    assert_eq!(spec.marks.last().map(|m| m.kind), Some(ClauseKind::Exclusion));
    let boat = spec.entity("boat").map(|b| b.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>());
    assert_eq!(boat, Some(vec!["name", "length", "daily_rate"]));
}

#[test]
fn the_first_line_without_a_verb_is_the_title() {
    let spec = read(
        "Moorings of a small harbour\n\n1. Skippers add boats with a name.\n2. The harbour master sees all boats.\n",
    );
    assert_eq!(kind(&spec, 1), Some(ClauseKind::Context));
    // the only line is no title but the idea itself
    let spec = read("A log of boats with a name and a length");
    assert_eq!(kind(&spec, 1), Some(ClauseKind::Function));
}

#[test]
fn the_first_sentence_may_say_who_wants_what() {
    for (wish, title) in [
        ("A wine merchant wants a cellar book.", "Cellar book"),
        ("Our rowing club is looking for a damage log.", "Damage log"),
        ("We need an inventory for our lab.", "Inventory for our lab"),
    ] {
        let spec = read(&format!("{wish}\nStaff record bottles with a name and a price."));
        assert!(whole(&spec, 1), "{wish} {:?}", spec.gaps);
        assert_eq!(spec.title, title);
    }
    // Here the book is one of the records.
    let spec = read("A reader wants a book.\nA book has a title.\nStaff add books.");
    assert_ne!(spec.title, "Book");
}

#[test]
fn values_and_defaults_are_read_however_they_are_listed() {
    let spec = read(
        "Each boat has one of the following states: afloat, ashore, sold.\nA boat has a name and a size, which is either large or family.\n\
         The default size is large.\nNew boats are ashore.\nOwners add boats.",
    );
    assert_eq!(values(&spec, "boat", "status"), "afloat|ashore|sold");
    assert_eq!(default(&spec, "boat", "status").as_deref(), Some("ashore"));
    assert_eq!(values(&spec, "boat", "size"), "large|family");
    assert_eq!(default(&spec, "boat", "size").as_deref(), Some("large"));
    assert!((1..=4).all(|c| whole(&spec, c)), "{:?}", spec.gaps);
}

#[test]
fn values_behind_one_of_need_no_or_and_spare_parts_are_things() {
    let spec = read(
        "A member reports a repair with a title and a status, which is one of reported, accepted, done.\n\
         Mechanics record parts with a name and a price.\nMembers can search parts by name.",
    );
    assert_eq!(values(&spec, "repair", "status"), "reported|accepted|done");
    assert!(spec.entity("part").is_some_and(|part| part.fields.len() == 2), "{:?}", spec.entities);
    assert!((1..=3).all(|c| whole(&spec, c)), "{:?}", spec.gaps);
}

#[test]
fn states_lock_records_and_ask_for_reasons() {
    let spec = read(
        "Skippers file requests with a text.\nThe harbour master approves or rejects each request.\n\
         When a request is rejected, the harbour master must state a reason.\nOnce approved, a request can no longer be edited by the skipper.",
    );
    let decided = Rule::RequiredWhen { field: "status".into(), values: vec!["rejected".into()] };
    assert_eq!(rules(&spec, "request", "reason"), [decided]);
    let locked = |f: &Feature| matches!(f, Feature::Locked { values, op: Op::Update, .. } if *values == ["approved"]);
    assert!(spec.features.iter().any(locked), "{:?}", spec.features);
    assert!(whole(&spec, 3) && whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn a_condition_gives_nobody_a_right() {
    let spec = read(
        "Finders enter items with a name.\nOwners can claim an item.\nOnce an item is claimed it does not show up in the list any more.\n\
         A manager sees all items.",
    );
    let guards: Vec<&Vec<Who>> = spec
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::FieldGuard { who, .. } => Some(who),
            _ => None,
        })
        .collect();
    assert_eq!(guards, [&vec![Who::Role("owner".into())]]);
    assert!(!whole(&spec, 3), "the list that changes is not read");
}

#[test]
fn lengths_and_validity_are_rules_of_the_property() {
    let spec = read(
        "Skippers register crews with a name, a code and an e-mail address.\nThe name may have up to 40 characters.\n\
         The code must have exactly six characters.\nThe e-mail address must be valid.",
    );
    assert_eq!(rules(&spec, "crew", "name"), [Rule::MaxLength { value: 40 }]);
    assert_eq!(rules(&spec, "crew", "code"), [Rule::MinLength { value: 6 }, Rule::MaxLength { value: 6 }]);
    assert!((2..=4).all(|c| whole(&spec, c)), "{:?}", spec.gaps);
}

#[test]
fn totals_are_split_by_people_and_by_the_calendar() {
    let spec = read(
        "A skipper enters trips with a distance in km and a date.\nThe treasurer sees the total distance per skipper and per month.\nSkippers log in.",
    );
    let totals = spec.features.iter().find_map(|f| match f {
        Feature::Totals { measures, group_by, each, everyone, .. } => {
            Some((measures.join(" "), group_by.clone(), *each, *everyone))
        }
        _ => None,
    });
    assert_eq!(totals, Some(("distance".into(), Some("owner_id".into()), Some(Span::Month), true)));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
    // of what no record keeps there is no total
    let spec = read(
        "A skipper enters trips with a distance in km.\nThe treasurer sees the total value of the fleet.\nSkippers log in.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Totals { .. })) && !whole(&spec, 2));
}

#[test]
fn one_at_a_time_is_one_for_each() {
    let spec = read(
        "Members reserve boats.\nA boat has a name.\nOnce a boat is reserved nobody else can reserve it.\nThe harbour master adds boats.",
    );
    let one = |f: &Feature| matches!(f, Feature::Limit { max: 1, per: Some(per), .. } if per == "boat_id");
    assert!(spec.features.iter().any(one), "{:?}", spec.features);
}

#[test]
fn what_overlaps_has_a_beginning_an_end_and_a_place() {
    let spec = read(
        "It should let us book the boats in our club.\nBoats have a name.\nTwo bookings for the same boat can't overlap.",
    );
    let kept = spec.features.iter().find_map(|f| match f {
        Feature::NoOverlap { start, end, per, .. } => Some((start.as_str(), end.as_str(), per.as_deref())),
        _ => None,
    });
    assert_eq!(kept, Some(("start", "end", Some("boat_id"))));
    // which boat is meant nothing tells: no rule for all of them at once
    let spec = read(
        "Members make bookings with a start time and an end time.\nTwo bookings for the same jetty can't overlap.",
    );
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::NoOverlap { .. })) && !whole(&spec, 2));
}

#[test]
fn whoever_shall_not_see_records_does_not() {
    let spec = read(
        "Doctors write notes with a text.\nReceptionists and doctors log in.\nEverybody who is signed in sees notes.\n\
         Notes must not be visible to the receptionist.",
    );
    let note = spec.entity("note").map(|n| n.access.clone()).unwrap_or_default();
    assert!(note.iter().all(|a| a.who != Who::Role("receptionist".into()) || !a.ops.contains(&Op::Read)));
    let spec =
        read("For each meal I need the date, the name of the dish and the calories.\nNobody else should see my meals.");
    let meal = spec.entity("meal").cloned();
    assert!(meal.as_ref().is_some_and(|m| m.owned && !m.private.is_empty()), "{meal:?}");
    assert!(meal.is_some_and(|m| m.access.iter().filter(|a| a.ops.contains(&Op::Read)).all(|a| a.scope == Scope::Own)));
}

#[test]
fn adjectives_behind_which_pick_out_a_list() {
    let spec = read(
        "As a member, I want to borrow books.\nAs a member, I want to see my loans and their due dates.\n\
         As a librarian, I want to see which loans are overdue so that I can remind people.",
    );
    let overdue = Condition::Before { field: "due_dates".into(), days: 0 };
    let due = |f: &Feature| matches!(f, Feature::View { conditions, .. } if conditions.iter().any(|c| matches!(c, Condition::Before { days: 0, .. })));
    assert!(spec.features.iter().any(due), "{overdue:?} {:?} {:?}", spec.features, spec.entity("loan"));
}

#[test]
fn a_date_of_something_is_no_other_date() {
    let spec = read(
        "Parents register children with a name and a date of birth.\nThe list of children is sorted by date of registration.",
    );
    let by = spec.features.iter().find_map(|f| match f {
        Feature::Sort { field, .. } => Some(field.as_str()),
        _ => None,
    });
    assert_eq!(by, Some("id"), "in the order in which they were entered");
}

#[test]
fn people_move_records_along_a_path() {
    let spec = read(
        "Residents file reports with a text.\nStaff change the status of a report from new to in progress and from in progress to resolved.",
    );
    let path = spec.features.iter().find_map(|f| match f {
        Feature::Workflow { initial, transitions, .. } => Some((initial.as_str(), transitions.len())),
        _ => None,
    });
    assert_eq!(path, Some(("new", 2)));
    assert!(
        spec.features
            .iter()
            .any(|f| matches!(f, Feature::FieldGuard { who, .. } if *who == [Who::Role("staff".into())]))
    );
}

#[test]
fn what_is_a_text_by_its_noun_has_words_of_its_own() {
    for (text, entity) in [
        ("A page for our reunion. Visitors leave a message with their name.", "message"),
        ("Users post a comment with their name.", "comment"),
        ("Members add notes with a title and a date.", "note"),
    ] {
        let spec = read(text);
        let words = field(&spec, entity, "text").unwrap_or_else(|| panic!("{text}: {:?}", spec.entities));
        let home = &spec.entity(entity).unwrap().clauses;
        assert!(words.required && words.clauses.iter().all(|c| home.contains(c)), "{text}: {words:?}");
        assert_eq!(words.ty, FieldType::Text { multiline: true });
    }
    let spec = read("Guests leave a message with a name and a greeting.");
    assert!(field(&spec, "message", "text").is_none(), "what the text names as its words is enough");
}

#[test]
fn calories_are_a_number_and_a_training_plan_learns_nothing() {
    let spec = read("Swimmers record swims with a date, a distance in km, calories and a comment.");
    let calories = field(&spec, "swim", "calories").unwrap();
    assert_eq!(calories.ty, FieldType::Integer);
    let spec = read("Coaches add drills with a name. Coaches create training plans with a title and a start date.");
    assert!(spec.gaps.iter().all(|g| !g.reason.contains("predictions")), "{:?}", spec.gaps);
}

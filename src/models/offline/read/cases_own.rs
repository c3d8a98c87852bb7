//! What is whose: rights of whoever made a record, and of nobody else.

use super::tests::{field, locked, may, read, read_candidly, role, whole};
use crate::models::offline::spec::{Feature, FieldType, Op, Scope, Who};

const BOARD: &str = "A notice board for a house.\nTenants post notices with a title.\nTenants comment on notices.\n\
                     The caretaker can delete notices.\n";

/// Each sentence gives that operation on these records to whoever made them, and to these others.
fn only_to_makers(before: &str, entity: &str, op: Op, others: &[Who], sentences: &[&str]) {
    for sentence in sentences {
        let spec = read_candidly(&format!("{before}{sentence}"));
        let held = may(&spec, entity, op);
        let makers: Vec<Who> = held.iter().filter(|(_, scope)| *scope == Scope::Own).map(|(w, _)| w.clone()).collect();
        let all: Vec<Who> = held.iter().filter(|(_, scope)| *scope == Scope::All).map(|(w, _)| w.clone()).collect();
        assert!(!makers.is_empty() && all == others, "{sentence}: {held:?}");
        let clause = u32::try_from(before.lines().count()).unwrap() + 1;
        assert!(whole(&spec, clause), "{sentence}: {:?}", spec.gaps);
        let roles = spec.users.iter().flat_map(|u| &u.roles);
        let none = |name: &str| !["author", "writer", "creator", "person", "poster"].contains(&name);
        assert!(roles.into_iter().all(|r| none(&r.name)), "{sentence}");
    }
}

#[test]
fn the_author_of_a_record_is_whoever_made_it() {
    let sentences = [
        "A comment can be changed only by its author.",
        "Comments can be changed by their authors only.",
        "A comment may only be edited by its writer.",
        "Only its author may change a comment.",
        "Only the author may change a comment.",
        "Nobody but the author may change a comment.",
        "Nobody but its author may change a comment.",
        "Nobody can change a comment except its author.",
        "Comments may only be changed by the person who wrote them.",
        "A comment can only be changed by whoever wrote it.",
        "Only whoever wrote a comment can change it.",
        "Only the person who has written a comment may change it.",
        "The author of a comment can change it.",
        "Changing a comment is only possible for its author.",
    ];
    only_to_makers(BOARD, "comment", Op::Update, &[], &sentences);
}

#[test]
fn beside_whoever_made_it_others_may_do_it_too() {
    let sentences = [
        "A notice can only be deleted by its author or the caretaker.",
        "Only the author and the caretaker may delete a notice.",
        "A notice can be deleted by whoever posted it or by the caretaker.",
        "Notices may be deleted by the tenant who posted them or by the caretaker.",
    ];
    only_to_makers(BOARD, "notice", Op::Delete, &[role("caretaker")], &sentences);
}

#[test]
fn an_author_and_the_author_of_something_else_are_each_whoever_made_it() {
    let text = "A board.\nTenants post notices with a title.\nNobody but the author may delete a notice.\n\
                Tenants comment on notices.\nA comment can be changed only by its author.";
    let spec = read_candidly(text);
    assert_eq!(may(&spec, "comment", Op::Update), [(role("tenant"), Scope::Own)]);
    assert_eq!(may(&spec, "notice", Op::Delete), [(role("tenant"), Scope::Own)]);
    assert!(whole(&spec, 3) && whole(&spec, 5), "{:?}", spec.gaps);
}

#[test]
fn what_they_made_is_their_own_whatever_the_verb() {
    let tasks = "A homework site.\nTeachers set tasks with a title.\n";
    let sentences = [
        "A teacher may only change tasks they set themselves.",
        "Teachers can only change tasks which they have set.",
        "Teachers may change only the tasks that they have set themselves.",
        "A teacher may only change tasks he set himself.",
    ];
    only_to_makers(tasks, "task", Op::Update, &[], &sentences);
    let marks = "Teachers give marks with a value.\nPupils sign up.\n";
    only_to_makers(marks, "mark", Op::Update, &[], &["A teacher may only change marks they gave themselves."]);
    let plans = "A choir site.\nThe conductor plans rehearsals with a date.\nSingers sign up for rehearsals.\n";
    let planned = ["The conductor may change only rehearsals that he planned himself."];
    only_to_makers(plans, "rehearsal", Op::Update, &[], &planned);
}

#[test]
fn whoever_did_something_else_is_nobody_that_is_known() {
    let trips = "A club site.\nMembers record trips with a date.\n";
    let own = "Trips can only be deleted by whoever recorded them.";
    only_to_makers(trips, "trip", Op::Delete, &[], &[own]);
    for sentence in ["Trips can only be deleted by whoever won them.", "Trips can be deleted by whoever led them."] {
        let spec = read_candidly(&format!("{trips}{sentence}"));
        assert!(may(&spec, "trip", Op::Delete).is_empty(), "{sentence}: {:?}", may(&spec, "trip", Op::Delete));
        assert!(!whole(&spec, 3), "{sentence}");
    }
}

#[test]
fn authors_who_have_accounts_are_a_role() {
    let spec = read("Authors write articles with a title.\nReaders see articles.\nAn author may change articles.");
    assert!(field(&spec, "article", "title").is_some());
    assert!(may(&spec, "article", Op::Update).iter().any(|(who, _)| *who == role("author")));
}

#[test]
fn what_is_done_with_that_of_others_is_not_done_with_ones_own() {
    let topics = "A debating society.\nMembers suggest topics with a title.\nThe president closes topics.\n";
    for sentence in [
        "Members can vote for a topic but not for their own.",
        "Members can vote for topics, but not for their own ones.",
        "Members may vote for a topic, except for their own.",
        "Members can vote for topics other than their own.",
    ] {
        let spec = read_candidly(&format!("{topics}{sentence}"));
        let kept = |f: &Feature| matches!(f, Feature::NotOwn { entity, op: Op::Create, .. } if entity == "vote");
        let said = spec.features.iter().any(kept) && spec.entity("topic").unwrap().owned;
        assert!(said && whole(&spec, 4), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
    }
}

#[test]
fn nobody_at_all_is_nobody_even_of_those_named() {
    let ward = "A hospital ward.\nNurses write notes with a text.\nThe head nurse reads notes.\n";
    for sentence in [
        "Notes cannot be deleted, not even by the head nurse.",
        "Nobody may delete a note, not even the head nurse.",
        "Not even the head nurse can delete a note.",
        "Notes must never be deleted, even by the head nurse.",
    ] {
        let spec = read_candidly(&format!("{ward}{sentence}"));
        assert!(may(&spec, "note", Op::Delete).is_empty(), "{sentence}: {:?}", may(&spec, "note", Op::Delete));
        assert!(whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_is_secret_is_seen_by_nobody_else() {
    let motions = "An association.\nThe board adds motions with a title.\nMembers vote on motions.\n";
    for sentence in [
        "Votes are secret.",
        "Votes are secret: nobody, not even the board, can see who voted how.",
        "Nobody can see who voted.",
        "Nobody sees who voted how.",
    ] {
        let spec = read_candidly(&format!("{motions}{sentence}"));
        let seen = may(&spec, "vote", Op::Read);
        assert!(seen.iter().all(|(_, scope)| *scope == Scope::Own), "{sentence}: {seen:?}");
    }
}

#[test]
fn an_author_changes_it_unless_it_is_in_a_state_that_is_told_of_later() {
    let spec = read_candidly(
        "A society.\nMembers suggest topics with a title.\nTopics can be edited by their author unless they are closed.\n\
         The president closes topics.",
    );
    assert_eq!(may(&spec, "topic", Op::Update), [(role("member"), Scope::Own)]);
    assert_eq!(locked(&spec, 3), [(Op::Update, vec!["closed".to_owned()])]);
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn what_has_been_ordered_is_what_orders_refer_to() {
    let shop = "A shop.\nCustomers order cakes.\nOnly the baker can add cakes with a name.\n";
    for sentence in [
        "A cake that has been ordered cannot be deleted.",
        "Cakes which have been ordered cannot be deleted.",
        "A cake cannot be deleted after it has been ordered.",
        "A cake that was ordered cannot be deleted.",
    ] {
        let spec = read_candidly(&format!("{shop}{sentence}"));
        let used = |f: &Feature| matches!(f, Feature::InUse { entity, by, .. } if entity == "cake" && by == "order");
        assert!(spec.features.iter().any(used), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
        assert!(field(&spec, "cake", "status").is_none() && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn who_has_no_account_is_no_property_and_no_role() {
    let ward = "A hospital ward.\nNurses write notes about patients with a text.\n\
                Only the head nurse can add patients with a name and a room.\n";
    for sentence in [
        "Patients have no access.",
        "Patients do not get an account.",
        "Patients have no account.",
        "Patients get no login.",
        "Patients do not have access to the system.",
    ] {
        let spec = read_candidly(&format!("{ward}{sentence}"));
        assert!(!whole(&spec, 4), "{sentence}");
        let names: Vec<&str> = spec.entity("patient").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["name", "room"], "{sentence}");
        assert!(spec.users.iter().flat_map(|u| &u.roles).all(|r| r.name != "patient"), "{sentence}");
        let seen: Vec<Who> = may(&spec, "patient", Op::Read).into_iter().map(|(who, _)| who).collect();
        assert_eq!(seen, [role("head_nurse"), role("nurse")], "{sentence}");
    }
}

#[test]
fn strangers_who_see_only_a_part_do_not_see_all_of_it() {
    let songs = "A choir site.\nSingers add songs with a title and a composer.\nEvery singer sees all songs.\n";
    for sentence in ["Guests see only the titles of songs.", "Guests can only see the title of a song."] {
        let spec = read_candidly(&format!("{songs}{sentence}"));
        assert!(may(&spec, "song", Op::Read).iter().all(|(who, _)| *who != Who::Anyone), "{sentence}");
        assert!(!whole(&spec, 4), "{sentence}");
    }
}

#[test]
fn what_lies_between_two_bounds_is_there() {
    let spec = read("Customers place orders.\nAn order has a quantity between 1 and 10, a remark and a pick-up date.");
    assert!(field(&spec, "order", "quantity").unwrap().required && !field(&spec, "order", "remark").unwrap().required);
}

#[test]
fn what_is_restricted_in_words_that_are_not_understood_is_opened_to_nobody() {
    let club = "A club site.\nMembers record trips with a date and a distance.\nThe leader can delete trips.\n";
    for (sentence, op) in [
        ("Members can change trips unless the weather was bad.", Op::Update),
        ("Members may change all trips except those abroad.", Op::Update),
        ("Members can delete trips except during the regatta.", Op::Delete),
        ("Members can see trips only if they paddled along.", Op::Read),
    ] {
        let spec = read_candidly(&format!("{club}{sentence}"));
        let open: Vec<_> = may(&spec, "trip", op).into_iter().filter(|(who, _)| *who != role("leader")).collect();
        assert!(open.iter().all(|(_, scope)| *scope == Scope::Own), "{sentence}: {open:?}");
        assert!(!whole(&spec, 4), "{sentence}");
    }
    // who is named alone keeps it, whatever else is not understood
    let spec = read_candidly(&format!("{club}Only the leader may change trips on rainy days."));
    assert!(may(&spec, "trip", Op::Update).iter().all(|(who, _)| *who == role("leader")), "{:?}", spec.gaps);
}

#[test]
fn visitors_who_see_nothing_change_nothing_of_who_sees_patients() {
    let spec = read(
        "A ward.\nNurses write notes about patients with a text.\nThe head nurse adds patients with a name.\n\
         Patients have no access.\nVisitors may not see anything.",
    );
    let seen: Vec<Who> = may(&spec, "patient", Op::Read).into_iter().map(|(who, _)| who).collect();
    assert!(!seen.contains(&Who::SignedIn) && seen.contains(&role("nurse")), "{seen:?}");
}

#[test]
fn whoever_recorded_something_is_no_record_of_its_changes() {
    let trips =
        "A trip log.\nMembers record trips with a title and a date.\nMembers read trips.\nThe chair deletes trips.\n";
    for sentence in [
        "Only members who recorded a trip may change it.",
        "A trip may be changed only by the member who recorded it.",
        "A trip can be changed by whoever has recorded it.",
        "Members can change trips they recorded.",
    ] {
        let spec = read_candidly(&format!("{trips}{sentence}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::History { .. })), "{sentence}: {:?}", spec.features);
        let changes = may(&spec, "trip", Op::Update);
        assert!(
            !changes.is_empty() && changes.iter().all(|(_, scope)| *scope == Scope::Own),
            "{sentence}: {changes:?}"
        );
    }
    let audited = read_candidly(&format!("{trips}It is recorded who changed a trip and when."));
    assert!(audited.features.iter().any(|f| matches!(f, Feature::History { .. })), "{:?}", audited.features);
}

#[test]
fn how_long_a_record_may_be_changed_opens_it_to_nobody_else_where_that_is_not_understood() {
    let trips =
        "A trip log.\nMembers record trips with a title and a date.\nMembers read trips.\nThe chair deletes trips.\n";
    for sentence in [
        "A trip can be changed within 3 days by the member who recorded it.",
        "A trip may be changed for a week by the member who recorded it.",
    ] {
        let spec = read_candidly(&format!("{trips}{sentence}"));
        let changes = may(&spec, "trip", Op::Update);
        assert!(changes.iter().all(|(_, scope)| *scope == Scope::Own), "{sentence}: {changes:?}");
        assert!(!whole(&spec, 5), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn the_day_a_record_was_made_is_no_record_of_its_changes() {
    let absences =
        "A school.\nTeachers record absences with a date.\nThe head can see everything but cannot change anything.\n";
    for sentence in [
        "A teacher can change an absence only on the day it was recorded.",
        "Absences can only be changed on the day on which they were recorded.",
    ] {
        let spec = read_candidly(&format!("{absences}{sentence}"));
        let history = |f: &Feature| matches!(f, Feature::History { .. });
        assert!(!spec.features.iter().any(history) && !whole(&spec, 4), "{sentence}: {:?}", spec.features);
        // which day that is nobody looks at: no teacher changes what another one has recorded
        let changes = may(&spec, "absence", Op::Update);
        assert!(changes.iter().all(|(_, scope)| *scope == Scope::Own), "{sentence}: {changes:?}");
    }
}

#[test]
fn what_somebody_else_adds_for_people_is_theirs_by_name() {
    for (adds, sees, entity, role) in [
        (
            "The clerk adds invoices with a number and an amount.",
            "Customers see only their own invoices.",
            "invoice",
            "customer",
        ),
        (
            "A child has a name. Teachers add children.",
            "Parents sign in and see only their own children.",
            "child",
            "parent",
        ),
        ("The vet adds reports with a date.", "Patients can see their own reports.", "report", "patient"),
    ] {
        let spec = read(&format!("{adds}\n{sees}"));
        let field = format!("{role}_id");
        let named = super::tests::field(&spec, entity, &field);
        assert!(named.is_some_and(|f| f.required && matches!(f.ty, FieldType::UserReference { .. })), "{sees}");
        let access = &spec.entity(entity).unwrap().access;
        let theirs: Vec<&Scope> = access.iter().filter(|a| a.who == Who::Role(role.into())).map(|a| &a.scope).collect();
        assert!(
            !theirs.is_empty() && theirs.iter().all(|s| **s == Scope::AssignedTo { field: field.clone() }),
            "{sees}"
        );
    }
    // who adds some has those
    for text in [
        "Customers add orders with a number. Customers see only their own orders.",
        "The clerk adds orders with a number. Customers add orders. Customers see only their own orders.",
        "Users add notes. Members see their own notes.",
    ] {
        let spec = read(text);
        let refers = |e: &crate::models::offline::spec::Entity| {
            e.fields.iter().any(|f| matches!(f.ty, FieldType::UserReference { .. }))
        };
        assert!(!spec.entities.iter().any(refers), "{text}");
    }
}

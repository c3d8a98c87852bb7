//! Wordings of the letters that clubs and small businesses write.

use super::tests::{field, locked, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Formula, Op, Scope, Who};

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
    // and who signs up is one of those, without being made one
    let roles = spec.users.map(|u| u.roles).unwrap_or_default();
    let open: Vec<&str> = roles.iter().filter(|r| r.open).map(|r| r.name.as_str()).collect();
    assert!(open == ["pupil"] && roles.len() == 2, "{roles:?}");
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

#[test]
fn what_is_none_of_the_values_is_a_value() {
    let spec = read("Anyone adds items with a name and a category.\nThe category is one of tins, fresh, dry or other.");
    let values = ["tins", "fresh", "dry", "other"].map(str::to_owned).to_vec();
    assert_eq!(field(&spec, "item", "category").map(|f| f.ty.clone()), Some(FieldType::Choice { values }));
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_is_damaged_is_not_used() {
    let head = "Members log in.\nA boat has a name and a condition: sound or damaged.\nMembers enter outings with a boat and a date.";
    for text in ["A boat that is damaged cannot be rowed.", "A damaged boat must not be used."] {
        let spec = read(&format!("{head}\n{text}"));
        let kept = |f: &Feature| matches!(f, Feature::Unavailable { entity, per, .. } if entity == "outing" && per == "boat_id");
        assert!(spec.features.iter().any(kept) && whole(&spec, 4), "{text}: {:?}", spec.gaps);
        assert!(
            spec.assumptions.iter().any(|q| q.key == "use:boat" && q.answer == "an outing"),
            "{:?}",
            spec.assumptions
        );
    }
    // of two kinds of records either may be meant
    let spec =
        read(&format!("{head}\nMembers add races with a boat and a day.\nA boat that is damaged cannot be rowed."));
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Unavailable { .. })) && !whole(&spec, 5));
}

#[test]
fn totals_of_each_are_shown_to_all_where_nobody_is_named() {
    let head = "Members log in.\nMembers enter outings with a date and a distance in kilometres.";
    let spec = read(&format!("{head}\nThe total distance of each member is shown."));
    let shown = |f: &Feature| matches!(f, Feature::Totals { measures, group_by: Some(by), everyone: true, .. } if *measures == ["distance"] && by == "owner_id");
    assert!(spec.features.iter().any(shown) && whole(&spec, 3), "{:?} {:?}", spec.features, spec.gaps);
    assert!(spec.assumptions.iter().any(|q| q.key == "see-totals:outing"));
    let spec =
        read(&format!("{head}\nMembers never see each other's outings.\nThe total distance of each member is shown."));
    assert!(!spec.features.iter().any(shown) && !whole(&spec, 4));
}

#[test]
fn two_at_once_are_two_that_are_not_back() {
    let spec = read(
        "Neighbours sign in.\nA tool has a name.\nNeighbours borrow tools for at most 7 days.\nA tool cannot be borrowed again until it is back.\nNobody borrows two tools at once.",
    );
    let one = |f: &Feature| matches!(f, Feature::Limit { per: None, max: 1, over: Some(over), clauses, .. } if over.field == "returned" && *clauses == [ClauseId(5)]);
    assert!(spec.features.iter().any(one) && whole(&spec, 5), "{:?}", spec.features);
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::NoOverlap { .. })));
}

#[test]
fn what_whoever_writes_offers_is_seen_by_the_others() {
    let spec = read(
        "I teach dance and need something for my classes.\nPupils sign up with an e-mail address and a password.\nI add classes with a title.\nClasses are listed by title.\nI can delete classes.\nPupils enrol in classes.",
    );
    let classes = spec.entity("class").unwrap();
    let seen = classes
        .access
        .iter()
        .any(|a| a.ops.contains(&Op::Read) && a.scope == Scope::All && a.who != Who::Role("owner".into()));
    assert!(seen, "{:?}", classes.access);
}

#[test]
fn a_total_is_a_price_of_something_else_times_a_number() {
    let head = "Staff log in.\nA product has a name and a price in euros.\nStaff enter orders with a customer name, a product, a quantity and a day.";
    for text in [
        "The total of an order is the price of the product times the quantity.",
        "The total of an order is the quantity times the price of its product.",
        "The total of an order is quantity times price.",
    ] {
        let spec = read(&format!("{head}\n{text}"));
        let formula = Formula::Priced { link: "product_id".into(), of: "price".into(), by: "quantity".into() };
        let total = |f: &Feature| matches!(f, Feature::Computed { entity, field, formula: x, .. } if entity == "order" && field == "total" && *x == formula);
        assert!(spec.features.iter().any(total) && whole(&spec, 4), "{text}: {:?} {:?}", spec.features, spec.gaps);
        assert!(["product_id", "quantity"].iter().all(|f| field(&spec, "order", f).is_some_and(|f| f.required)));
        assert!(
            field(&spec, "order", "total").is_some_and(|f| f.read_only && f.ty == FieldType::Decimal { money: true })
        );
    }
    // which of two prices is meant nobody knows
    let spec = read(&format!(
        "A box has a name and a price.\n{head} An order also has a box.\nThe total of an order is quantity times price."
    ));
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Computed { .. })), "{:?}", spec.features);
}

#[test]
fn who_adds_something_and_sets_its_state_may_put_it_right() {
    let spec = read("Members log in.\nMembers add boats with a name.\nMembers can mark a boat as damaged.");
    assert!(
        spec.assumptions.iter().any(|q| q.key == "edit:boat" && q.answer == "whoever added it"),
        "{:?}",
        spec.assumptions
    );
    // what others decide of it is theirs, and the rest stays as it was handed in
    let spec = read("Members log in.\nMembers hand in claims with a title.\nThe treasurer approves claims.");
    assert!(!may(&spec, "claim", Op::Update).contains(&Who::Role("member".into())), "{:?}", spec.entity("claim"));
}

#[test]
fn by_whoever_entered_it_is_of_ones_own() {
    let spec = read(
        "Members log in.\nMembers enter games with a day and a result.\nA game can be corrected by the member who entered it.",
    );
    let access = &spec.entity("game").unwrap().access;
    let updates: Vec<&Scope> = access.iter().filter(|a| a.ops.contains(&Op::Update)).map(|a| &a.scope).collect();
    assert_eq!(updates, [&Scope::Own]);
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn what_some_need_is_no_subject_of_what_follows() {
    let spec = read(
        "Clerks log in.\nClerks record rentals with a name, a bicycle and a day.\nBicycles have a number.\nBicycles that need repair are marked as such and cannot be rented out.",
    );
    assert!(spec.entity("repair").is_none() && field(&spec, "rental", "repair_id").is_none() && !whole(&spec, 4));
}

#[test]
fn how_many_kinds_of_people_there_are_heads_a_list_of_them() {
    let spec = read(
        "There are three kinds of users: clerks, vets and managers.\nClerks log in.\nClerks add visits with a day.\nVets see the visits.",
    );
    assert_eq!(kind(&spec, 1), Some(ClauseKind::Context));
    let spec = read("There are three kinds of visits: short, long and double.\nClerks add visits with a day.");
    assert_ne!(kind(&spec, 1), Some(ClauseKind::Context));
}

#[test]
fn what_follows_from_a_state_is_not_claimed() {
    let spec = read(
        "Staff log in.\nStaff enter orders with a name and a day.\nAn order is new, baked or collected.\nCollected orders are archived and can no longer be changed.",
    );
    let status = field(&spec, "order", "status").map(|f| f.ty.clone());
    assert_eq!(status, Some(FieldType::Choice { values: ["new", "baked", "collected"].map(str::to_owned).to_vec() }));
    assert!(!whole(&spec, 4) && locked(&spec, 4)[0] == (Op::Update, vec!["collected".to_owned()]), "{:?}", spec.gaps);
}

#[test]
fn what_can_be_rented_is_rented_by_those_who_do() {
    let spec = read(
        "Clerks log in.\nManagers log in.\nClerks add bicycles with a number.\nClerks record rentals with a name, a bicycle and a day.\nA bicycle can be rented for a day.\nManagers see the rentals.",
    );
    assert_eq!(may(&spec, "rental", Op::Create), [Who::Role("clerk".into())], "{:?}", spec.entity("rental"));
}

#[test]
fn who_takes_part_leaves_and_is_seen_by_whoever_offers_it() {
    let head = "Pupils log in.\nTeachers log in.\nTeachers add classes with a title.";
    for see in ["Teachers see who is enrolled in each class.", "For every class, teachers see who is enrolled."] {
        let spec = read(&format!("{head}\nPupils enrol in a class and can leave it again.\n{see}"));
        let access = &spec.entity("enrolment").unwrap().access;
        assert!(access.iter().any(|a| a.ops.contains(&Op::Delete) && a.scope == Scope::Own), "{access:?}");
        assert!(
            access
                .iter()
                .any(|a| a.who == Who::Role("teacher".into()) && a.ops.contains(&Op::Read) && a.scope == Scope::All),
            "{see}: {access:?}"
        );
        assert!((4..=5).all(|c| whole(&spec, c)), "{see}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{head}\nPupils enrol in a class.\nPupils leave a message with a text."));
    assert!(spec.entity("message").is_some(), "{:?}", spec.gaps);
}

#[test]
fn who_would_like_something_wants_it() {
    for wish in [
        "The rowing club would like a logbook for its boats.",
        "Our chess club would like a small website for its tournaments.",
        "Dear team, our rowing club wants a logbook.",
    ] {
        let spec = read(&format!(
            "Hello!\n{wish}\nMembers log in.\nMembers add boats with a name.\nMembers add tournaments with a day."
        ));
        assert!(whole(&spec, 2), "{wish}: {:?}", spec.gaps);
    }
    let spec = read("We run a pottery studio and need a booking page.\nAnyone adds pots with a name.");
    assert_eq!(kind(&spec, 1), Some(ClauseKind::Goal));
}

#[test]
fn who_books_something_sees_what_there_is() {
    let head = "Customers sign up.\nOwners log in.\nOwners add courses with a title and a day.";
    let seen = |spec: &AppSpec| {
        may(spec, "course", Op::Read).iter().any(|w| *w == Who::Role("customer".into()) || *w == Who::SignedIn)
    };
    let spec = read(&format!(
        "{head}\nOwners see how many customers each course has.\nOwners see all courses.\nCustomers book courses."
    ));
    assert!(seen(&spec), "{:?}", spec.entity("course"));
    assert!(spec.assumptions.iter().any(|q| q.key == "choose:booking"), "{:?}", spec.assumptions);
    let spec = read(&format!("{head}\nOnly owners can see courses.\nCustomers book courses."));
    assert!(!seen(&spec), "{:?}", spec.entity("course"));
}

#[test]
fn what_is_cancelled_and_stays_is_not_taken_away() {
    let head = "Patients sign up with a name and a password.\nPatients book appointments with a date and a time.\n\
        An appointment can be cancelled up to one day before.";
    assert!(whole(&read(head), 3));
    // of what is read of a text at all
    let spec = read(&format!("{head}\nCancelled appointments stay in the list and are marked as cancelled."));
    assert!(!whole(&spec, 3), "{:?}", spec.gaps);
    // a state that they keep
    let spec = read(
        "Patients sign up with a name and a password.\nPatients book appointments with a date and a time.\n\
         An appointment has a status: booked or cancelled.\nPatients can cancel their appointments.\n\
         Cancelled appointments stay in the list and are marked as cancelled.",
    );
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

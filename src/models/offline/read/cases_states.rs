//! What holds of a record in a state that the text lists nowhere, and values that follow from other records.

use super::tests::{field, locked, may, read, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{
    Access, AppSpec, Condition, Feature, FieldType, Formula, Op, Rule, Scope, Span, Until, Who,
};

fn computed(spec: &AppSpec, of: &str) -> Option<(String, Formula)> {
    spec.features.iter().find_map(|f| match f {
        Feature::Computed { entity, field, formula, .. } if entity == of => Some((field.clone(), formula.clone())),
        _ => None,
    })
}

#[test]
fn what_is_locked_in_a_state_has_that_state() {
    for (said, op, state) in [
        ("A hike that is finished cannot be changed any more.", Op::Update, "finished"),
        ("A hike cannot be deleted once it is published.", Op::Delete, "published"),
        ("Once a hike is settled, it cannot be edited.", Op::Update, "settled"),
        ("A settled hike can no longer be changed.", Op::Update, "settled"),
    ] {
        let spec = read(&format!("Guides add hikes with a name and a date.\n{said}"));
        let ops = if op == Op::Update { vec![op, Op::Delete] } else { vec![op] };
        let stays: Vec<_> = ops.into_iter().map(|op| (op, vec![state.to_owned()])).collect();
        assert_eq!(locked(&spec, 2), stays, "{said}");
        let values = vec!["open".to_owned(), state.to_owned()];
        assert_eq!(field(&spec, "hike", "status").map(|f| &f.ty), Some(&FieldType::Choice { values }), "{said}");
        assert!(whole(&spec, 2), "{said} {:?}", spec.gaps);
    }
}

#[test]
fn a_state_is_added_to_those_of_decisions_and_never_to_a_list_of_states() {
    let spec = read(
        "Tenants file claims with a title.\nThe office accepts or declines a claim.\nA claim that is settled cannot be changed.",
    );
    assert_eq!(locked(&spec, 3), [(Op::Update, vec!["settled".to_owned()])]);
    let listed = read(
        "Tenants file claims with a title.\nA claim is open, accepted or closed.\nA claim that is settled cannot be changed.",
    );
    assert!(locked(&listed, 3).is_empty() && !whole(&listed, 3), "{:?}", listed.features);
    // more than a state is said, or no state at all
    for said in ["A hike that is guided by a member cannot be changed.", "An old hike cannot be changed."] {
        let spec = read(&format!("Guides add hikes with a name and a date.\n{said}"));
        assert!(locked(&spec, 2).is_empty() && !whole(&spec, 2), "{said} {:?}", spec.features);
    }
}

#[test]
fn a_decision_asks_for_a_reason_however_it_is_said() {
    for said in [
        "The warden approves or rejects a permit; a rejection needs a reason.",
        "The warden approves or rejects a permit and must give a reason when rejecting it.",
        "The warden approves or rejects a permit. When he rejects it, he must give a reason.",
    ] {
        let spec = read(&format!("Anglers request permits with a lake.\n{said}"));
        let reason = field(&spec, "permit", "reason").cloned();
        let rule = Rule::RequiredWhen { field: "status".into(), values: vec!["rejected".into()] };
        assert!(reason.is_some_and(|f| f.rules.iter().any(|r| r.rule == rule)), "{said}");
        let warden = Who::Role("warden".into());
        let decides = |a: &&crate::models::offline::spec::Access| a.who == warden && a.ops == [Op::Update];
        let access = spec.entity("permit").and_then(|e| e.access.iter().find(decides)).cloned();
        assert!(access.is_some_and(|a| a.only_fields == ["status", "reason"]), "{said}");
        assert!(spec.gaps.is_empty(), "{said} {:?}", spec.gaps);
    }
    let other = read(
        "Anglers request permits with a lake.\nThe warden approves or rejects a permit.\nA cancellation needs a reason.",
    );
    assert!(!whole(&other, 3) && field(&other, "permit", "reason").is_none());
}

#[test]
fn a_total_is_the_sum_of_what_the_records_below_come_to() {
    let lines = "Clerks add bills with a number.\nA position belongs to a bill and has a quantity and a unit price.\n";
    let sum = |measure: &str| Formula::SumOf {
        entity: "position".into(),
        field: "bill_id".into(),
        measure: measure.to_owned(),
    };
    for said in [
        "As a clerk I want the total of a bill to be the sum of its positions.",
        "The total of a bill is the sum of its positions.",
        "The total of a bill is the sum of the amounts of its positions.",
    ] {
        // the text may say how much a position comes to before or behind it
        let amount = "The amount of a position is its quantity times its unit price.";
        for (text, clause) in [(format!("{lines}{said}\n{amount}"), 3), (format!("{lines}{amount}\n{said}"), 4)] {
            let spec = read(&text);
            assert_eq!(computed(&spec, "bill"), Some(("total".into(), sum("amount"))), "{text}");
            assert!(whole(&spec, clause), "{text} {:?}", spec.gaps);
        }
    }
    // of a quantity and a price nobody knows which adds up
    let spec = read(&format!("{lines}The total of a bill is the sum of its positions."));
    assert!(computed(&spec, "bill").is_none() && !whole(&spec, 3));
    let spec = read(
        "Dentists add visits with a date.\nA visit has several treatments, and a treatment has a name and a price.\n\
         The cost of a visit is the total of its treatments.",
    );
    assert!(
        matches!(computed(&spec, "visit"), Some((name, Formula::SumOf { measure, .. })) if name == "cost" && measure == "price")
    );
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn a_number_that_must_be_unique_is_kept() {
    let spec = read("Clerks add parcels with a weight.\nA parcel number is unique.");
    let number = field(&spec, "parcel", "number").cloned();
    assert!(number.is_some_and(|f| f.rules.iter().any(|r| r.rule == Rule::Unique { per_owner: false })));
    assert!(whole(&spec, 2));
}

#[test]
fn several_things_that_somebody_looks_after_are_no_right_to_all_of_them() {
    let spec = read(
        "Gardeners and visitors must log in.\nA gardener looks after one or more beds.\nA bed has a name.\nVisitors see the beds.",
    );
    assert!(!whole(&spec, 2), "{:?}", spec.entity("bed"));
}

#[test]
fn a_list_is_in_the_order_that_is_said_with_its_direction() {
    for (said, descending) in [("the earliest first", false), ("the newest first", true)] {
        let spec = read(&format!("Guides add hikes with a name and a date.\nHikes are listed by date, {said}."));
        let sorts = |f: &Feature| matches!(f, Feature::Sort { field, descending: d, .. } if field == "date" && *d == descending);
        assert!(spec.features.iter().any(sorts) && whole(&spec, 2), "{said} {:?} {:?}", spec.features, spec.gaps);
    }
}

fn blocking(spec: &AppSpec) -> Vec<(Vec<String>, Option<String>, String)> {
    let of = |f: &Feature| match f {
        Feature::Blocking { by, of, state, .. } => Some((by.clone(), of.clone(), state.clone())),
        _ => None,
    };
    spec.features.iter().filter_map(of).collect()
}

#[test]
fn accounts_are_shut_out_by_those_who_may_however_it_is_said() {
    let people = "Members sign up with a name.\nMembers add recipes with a title.\n";
    for (said, by, of, state) in [
        ("An admin can block a member; blocked members cannot log in.", "admin", None, "blocked"),
        ("A warden can suspend members. A suspended member can no longer log in.", "warden", None, "suspended"),
        ("Members who are banned cannot sign in. Members can be banned by a warden.", "warden", None, "banned"),
        ("As a warden I want to lock accounts so that locked people cannot log in.", "warden", None, "locked"),
        (
            "Wardens can deactivate and reactivate clerks. Deactivated clerks cannot log in.\nClerks delete recipes.",
            "warden",
            Some("clerk"),
            "deactivated",
        ),
    ] {
        let spec = read(&format!("{people}{said}"));
        let wanted = (vec![by.to_owned()], of.map(str::to_owned), state.to_owned());
        assert_eq!(blocking(&spec), [wanted], "{said}");
        assert!(spec.gaps.is_empty(), "{said} {:?}", spec.gaps);
    }
    // nobody is said to do it: the person is asked
    let spec = read(&format!("{people}An admin deletes recipes.\nBlocked members cannot log in."));
    assert_eq!(blocking(&spec), [(vec!["admin".to_owned()], None, "blocked".to_owned())]);
    assert!(spec.assumptions.iter().any(|q| q.key == "block:account"));
}

#[test]
fn blocking_alone_for_everybody_or_for_a_time_is_not_claimed() {
    let people = "Members sign up with a name.\nMembers add recipes with a title.\n";
    for said in ["An admin can block a member.", "Members can block members; blocked members cannot log in."] {
        let spec = read(&format!("{people}{said}"));
        assert!(!whole(&spec, 3), "{said} {:?}", spec.features);
    }
    let spec = read(&format!("{people}An admin can block a member for 7 days; blocked members cannot log in."));
    assert!(!whole(&spec, 3), "{:?}", spec.features);
    // who cannot log in by another condition
    let spec = read(&format!("{people}An admin can block a member.\nMembers without recipes cannot log in."));
    assert!(blocking(&spec).is_empty() && !whole(&spec, 4), "{:?}", spec.features);
}

#[test]
fn a_deadline_counts_from_the_time_beside_the_date() {
    let spec = read(
        "Guides add tours with a title, a date, a start time and an end time.\nMembers book tours.\n\
         Members can cancel a booking until 24 hours before the tour starts.\n\
         Guides can delete tours until 2 days before they start.",
    );
    let closes: Vec<_> = spec
        .features
        .iter()
        .filter_map(|f| match f {
            Feature::Closes { entity, date, time, until, .. } => {
                Some((entity.as_str(), date.as_str(), time.as_deref(), *until))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        closes,
        [
            ("booking", "tour_id.date", Some("start_time"), Until::Hours { before: 24 }),
            ("tour", "date", None, Until::Days { before: 2 })
        ]
    );
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
    assert!(field(&spec, "tour", "start_time").is_some_and(|f| f.required));
    // who leaves takes no tour away
    let spec = read(
        "Guides add tours with a title, a date and a start time.\nMembers join tours.\n\
         Members can leave a tour until 12 hours before it starts.",
    );
    let leaves = |f: &Feature| matches!(f, Feature::Closes { entity, op: Op::Delete, date, .. } if entity == "membership" && date == "tour_id.date");
    assert!(spec.features.iter().any(leaves) && spec.gaps.is_empty(), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn what_is_in_the_same_place_does_not_overlap_there() {
    let spec = read(
        "Teachers add lessons with a title, a date, a start time and an end time.\n\
         Two lessons in the same studio must not overlap.\nTeachers can filter lessons by studio.",
    );
    let apart = |f: &Feature| matches!(f, Feature::NoOverlap { per: Some(per), .. } if per == "studio");
    assert!(spec.features.iter().any(apart), "{:?}", spec.features);
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
    let filter = read("Teachers add lessons with a title.\nTeachers can filter lessons by studio.");
    assert!(field(&filter, "lesson", "studio").is_some() && filter.gaps.is_empty(), "{:?}", filter.gaps);
}

#[test]
fn who_sees_only_what_is_their_own_has_an_account() {
    for told in [
        "; a guest sees only their own",
        ", a guest can only see their own",
        ", and a guest sees only their own ones",
        "; guests may see just their own",
    ] {
        let spec = read(&format!("Guests book cabins.\nStaff can see all bookings{told}.\nA cabin has a number."));
        let reads = |a: &&Access| a.ops.contains(&Op::Read) && a.who != Who::Role("staff".into());
        let scopes: Vec<&Scope> =
            spec.entity("booking").unwrap().access.iter().filter(reads).map(|a| &a.scope).collect();
        assert!(whole(&spec, 2) && scopes == [&Scope::Own], "{told}: {:?}", spec.gaps);
    }
    let spec = read("Guests book cabins.\nStaff can see all bookings, guests only their own.\nA cabin has a number.");
    let access = spec.entity("booking").map(|e| e.access.clone()).unwrap_or_default();
    let reads = |who: &str, scope: &Scope| {
        access.iter().any(|a| a.who == Who::Role(who.into()) && a.ops.contains(&Op::Read) && a.scope == *scope)
    };
    assert!(reads("staff", &Scope::All) && reads("guest", &Scope::Own), "{access:?}");
    assert!(!reads("guest", &Scope::All) && spec.gaps.is_empty(), "{:?}", spec.gaps);
}

const PLUNGE: &str = "Coaches add dives with a title, a date and a number of places.\nMembers book a place on a dive.\n\
     Members can cancel their own bookings.\n";

fn waits(spec: &AppSpec) -> Option<Formula> {
    computed(spec, "booking").map(|(_, formula)| formula)
}

#[test]
fn who_comes_when_all_is_taken_waits_and_moves_up() {
    let formula = || Formula::Waits { per: "dive_id".into(), capacity: "number_of_places".into() };
    for said in [
        "When a dive is full, further members are put on the waiting list.\nWhen somebody cancels, the first one on the waiting list gets the place.",
        "If the dive is full, a member is added to the waiting list.\nWhen a place becomes free, the first person on the waiting list moves up automatically.",
        "Members are placed on the waiting list once a dive is full; the next one moves up when a place becomes available.",
    ] {
        let spec = read(&format!("{PLUNGE}{said}"));
        assert_eq!(waits(&spec), Some(formula()), "{said}");
        assert!(spec.gaps.is_empty() && spec.entity("place").is_none(), "{said} {:?}", spec.gaps);
    }
}

#[test]
fn what_a_waiting_list_does_not_do_by_itself_is_not_claimed() {
    let gap = |said: &str| {
        let spec = read(&format!("{PLUNGE}{said}"));
        (waits(&spec).is_some(), !whole(&spec, 4))
    };
    assert_eq!(gap("Coaches put members on the waiting list when a dive is full."), (false, true));
    assert_eq!(gap("When a dive is full, members are put on the waiting list for 3 days."), (true, true));
    assert_eq!(gap("When a dive is full, members are put on the waiting list and get an email."), (true, true));
    // no number says when it is full
    let spec = read(
        "Coaches add dives with a title.\nMembers book dives.\nWhen a dive is full, members are put on the waiting list.",
    );
    assert!(waits(&spec).is_none() && !whole(&spec, 3));
    // places that are kept are booked themselves
    let spec = read("Ushers add seats with a row.\nGuests book a seat for a film.\nA film has a title.");
    assert!(spec.entity("seat").is_some(), "{:?}", spec.entities);
}

const HUTS: &str = "Hikers must log in.\nHikers add huts with a name.\nHikers book a night for a hut.\n";

#[test]
fn who_books_a_day_for_something_books_it_for_a_day() {
    let text = HUTS.replace("a night for", "a day for");
    let spec = read(&format!(
        "{text}A hut can be booked only once per day.\nEach day has room for at most 9 huts.\nBookings can be cancelled until the day before."
    ));
    assert!(field(&spec, "booking", "date").is_some() && field(&spec, "booking", "hut_id").is_some());
    let once = |f: &Feature| matches!(f, Feature::UniqueTogether { entity, .. } if entity == "booking");
    let room = |f: &Feature| matches!(f, Feature::Limit { entity, max: 9, per: Some(per), .. } if entity == "booking" && per == "date");
    assert!(spec.features.iter().any(once) && spec.features.iter().any(room), "{:?}", spec.features);
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
    // of something that is counted by no day there is no room to speak of
    let spec = read("Hikers add huts with a name.\nEach day has room for at most 9 huts.");
    assert!(!whole(&spec, 2), "{:?}", spec.features);
}

#[test]
fn whoever_is_called_a_man_or_a_woman_of_something_is_somebody() {
    let spec = read(
        "Members sign up with a name.\nMembers report damages with a title.\nThe boatwoman marks a damage as repaired.",
    );
    let who = Who::Role("boatwoman".into());
    let decides = spec.entity("damage").is_some_and(|e| e.access.iter().any(|a| a.who == who && a.ops == [Op::Update]));
    assert!(decides && whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn records_are_counted_by_the_calendar_for_who_looks_after_them() {
    let spec = read(
        "Hikers sign up with a name.\nHikers add trips with a title and a date.\nThe manager sees the number of trips per month.",
    );
    let counted = |f: &Feature| matches!(f, Feature::Totals { entity, each: Some(Span::Month), date_field: Some(date), group_by: None, everyone: true, .. } if entity == "trip" && date == "date");
    assert!(spec.features.iter().any(counted) && whole(&spec, 3), "{:?} {:?}", spec.features, spec.gaps);
    let undated = read(
        "Hikers sign up with a name.\nHikers add trips with a title.\nThe manager sees the number of trips per month.",
    );
    assert!(!whole(&undated, 3), "{:?}", undated.features);
}

#[test]
fn a_list_of_the_next_days_is_a_list_of_its_own() {
    let spec = read(
        "Guides add tours with a title and a date.\nMembers log in.\nThe start page shows the tours of the next 7 days.\n\
         Members see the tours that take place within the next two weeks.",
    );
    let soon = |days: i32| {
        [Condition::From { field: "date".into(), days: 0 }, Condition::Before { field: "date".into(), days: days + 1 }]
    };
    for days in [7, 14] {
        let view = |f: &Feature| matches!(f, Feature::View { conditions, .. } if conditions[..] == soon(days)[..]);
        assert!(spec.features.iter().any(view), "{days} {:?}", spec.features);
    }
    let home = |f: &Feature| matches!(f, Feature::Home { view: Some(view), .. } if view == "next_7_days");
    assert!(spec.features.iter().any(home) && spec.gaps.is_empty(), "{:?}", spec.gaps);
    // of two dates nobody knows which, unless the sentence says it
    let loans = "Members add loans with a note, a start date and a return date.\nMembers log in.\n";
    let spec = read(&format!("{loans}Members see the loans of the next 7 days."));
    assert!(!whole(&spec, 3), "{:?}", spec.features);
    let spec = read(&format!("{loans}Members see the loans that must be returned within the next 7 days."));
    let due = |f: &Feature| matches!(f, Feature::View { conditions, .. } if conditions.iter().all(|c| c.field() == "return_date"));
    assert!(spec.features.iter().any(due) && whole(&spec, 3), "{:?} {:?}", spec.features, spec.gaps);
}

#[test]
fn nothing_is_booked_once_it_has_begun_and_makers_are_who_made_it() {
    let text = "Guides add tours with a title, a date and a start time.\nMembers book tours.\n";
    let spec = read(&format!("{text}A tour cannot be booked once it has started."));
    let closes = |f: &Feature| matches!(f, Feature::Closes { entity, op: Op::Create, time: Some(time), until: Until::Hours { before: 0 }, .. } if entity == "booking" && time == "start_time");
    assert!(spec.features.iter().any(closes) && whole(&spec, 3), "{:?} {:?}", spec.features, spec.gaps);
    for said in ["Past tours cannot be booked.", "Tours in the past cannot be booked."] {
        let spec = read(&format!("{text}{said}"));
        let closes = |f: &Feature| matches!(f, Feature::Closes { entity, op: Op::Create, date, until: Until::Days { before: 0 }, .. } if entity == "booking" && date == "tour_id.date");
        assert!(spec.features.iter().any(closes) && whole(&spec, 3), "{said} {:?} {:?}", spec.features, spec.gaps);
    }
    let spec = read(&format!("{text}Only the guide who created a tour can change or delete it."));
    let own = spec.entity("tour").is_some_and(|t| {
        t.access
            .iter()
            .filter(|a| a.ops.iter().any(|op| matches!(op, Op::Update | Op::Delete)))
            .all(|a| a.scope == Scope::Own)
    });
    assert!(own && whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn a_rating_has_the_bounds_that_are_said() {
    for (said, most) in [("a rating from 1 to 5", 5.0), ("a rating from 1 to 10", 10.0)] {
        let spec = read(&format!(
            "Guides add tours with a title.\nMembers log in.\nMembers can leave a comment and {said} on a tour."
        ));
        let rules: Vec<Rule> =
            field(&spec, "rating", "rating").iter().flat_map(|f| f.rules.iter().map(|r| r.rule.clone())).collect();
        assert!(rules.contains(&Rule::Min { value: 1.0 }) && rules.contains(&Rule::Max { value: most }), "{rules:?}");
        assert!(whole(&spec, 3), "{:?}", spec.gaps);
    }
}

#[test]
fn a_state_that_locks_can_be_set_by_somebody() {
    let spec = read(
        "Clients register with a name. Groomers are added by the shop manager.\n\
         An appointment has a client, a groomer, a day, a start time and an end time.\n\
         Clients can cancel an appointment until 12 hours before it begins.\n\
         Once an appointment is billed, it cannot be changed.\nA client sees only his own appointments.\n\
         The shop manager adds appointments.",
    );
    let manager = Who::Role("shop_manager".into());
    let sets = spec.entity("appointment").is_some_and(|a| {
        a.access.iter().any(|a| a.who == manager && a.ops == [Op::Update] && a.only_fields == ["status"])
    });
    assert!(sets && spec.gaps.is_empty(), "{:?} {:?}", spec.entity("appointment"), spec.gaps);
    assert!(spec.assumptions.iter().any(|q| q.key == "decide:appointment"));
}

#[test]
fn the_size_of_what_one_wears_is_no_number() {
    let spec = read("Helpers add vests with a name, a T-shirt size, a shoe size and a size.");
    let ty = |name: &str| field(&spec, "vest", name).map(|f| f.ty.clone());
    assert_eq!(ty("t_shirt_size"), Some(FieldType::Text { multiline: false }));
    assert_eq!(ty("shoe_size"), Some(FieldType::Text { multiline: false }));
    assert_eq!(ty("size"), Some(FieldType::Text { multiline: false }));
    // a number where numbers are said
    for text in
        ["A flat has a name and a size from 20 to 200.", "A flat has a name and a size.\nThe size is at most 200."]
    {
        assert_eq!(field(&read(text), "flat", "size").map(|f| f.ty.clone()), Some(FieldType::Integer), "{text}");
    }
}

#[test]
fn a_right_over_what_is_in_some_state_is_none_over_the_others() {
    let before = "Citizens file petitions with a title.\nA petition is open, checked or closed.\nClerks set the status of petitions.\n";
    let some = |values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        Scope::Where { field: "status".into(), values }
    };
    for (said, op, state) in [
        ("Checked petitions can be read by everybody.", Op::Read, "checked"),
        ("Closed petitions may be deleted by the clerk.", Op::Delete, "closed"),
        ("The clerk can delete closed petitions.", Op::Delete, "closed"),
        ("Clerks may change checked petitions.", Op::Update, "checked"),
    ] {
        let spec = read(&format!("{before}{said}"));
        let of_it: Vec<Scope> = spec
            .entity("petition")
            .into_iter()
            .flat_map(|e| &e.access)
            .filter(|a| a.clauses == [ClauseId(4)] && a.ops == [op] && a.only_fields.is_empty())
            .map(|a| a.scope.clone())
            .collect();
        assert_eq!(of_it, [some(&[state])], "{said} {:?}", spec.entity("petition").map(|e| &e.access));
        assert!(whole(&spec, 4), "{said} {:?}", spec.gaps);
    }
    // No state of theirs: nothing is made of it, and who changes them sees them all the same.
    let spec = read(&format!("{before}Printed petitions can be read by everybody."));
    let read = may(&spec, "petition", Op::Read);
    assert_eq!(read, [(Who::Role("clerk".into()), Scope::All)]);
    assert!(!whole(&spec, 4));
}

#[test]
fn who_may_do_it_to_their_own_in_some_state_may_not_in_another() {
    let before = "Residents request permits with a street.\nA permit is requested, granted or refused.\nThe clerk sets the status of permits.\n";
    for said in [
        "Refused permits can be deleted by the resident who requested them.",
        "Residents can delete their own refused permits.",
    ] {
        let spec = read(&format!("{before}{said}"));
        let others = vec!["requested".to_owned(), "granted".to_owned()];
        assert_eq!(locked(&spec, 4), [(Op::Delete, others)], "{said} {:?}", spec.features);
        assert!(may(&spec, "permit", Op::Delete).iter().all(|(_, scope)| *scope == Scope::Own), "{said}");
    }
}

#[test]
fn a_right_in_some_state_never_reaches_what_others_added() {
    let spec = read(
        "Residents request permits with a street.\nA permit is requested, granted or refused.\n\
         The clerk sets the status of permits.\nOnly granted permits may be extended by residents.",
    );
    let resident = Who::Role("resident".into());
    let all = may(&spec, "permit", Op::Update).into_iter().filter(|(who, _)| *who == resident);
    assert!(all.clone().all(|(_, scope)| scope == Scope::Own), "{:?}", all.collect::<Vec<_>>());
    // a state that no word list knows as one
    let spec = read(
        "Anybody can report a swarm with a place.\nA swarm is reported, claimed or caught.\n\
         The coordinator sets the status of swarms.\nThe warden may delete caught swarms.",
    );
    let caught = Scope::Where { field: "status".into(), values: vec!["caught".into()] };
    assert_eq!(may(&spec, "swarm", Op::Delete), [(Who::Role("warden".into()), caught)], "{:?}", spec.gaps);
}

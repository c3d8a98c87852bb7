//! Rights that a sentence gives in passing, limits to some people, and what the default gives to whom.

use super::cases_held::{may, role, told};
use super::tests::{read, whole};
use crate::models::offline::spec::{AppSpec, Feature, Op, Scope, Who};

fn all(spec: &AppSpec, entity: &str, op: Op, name: &str) -> bool {
    may(spec, entity, op, None).contains(&(role(name), Scope::All))
}

fn own(spec: &AppSpec, entity: &str, op: Op, name: &str) -> bool {
    let held = may(spec, entity, op, None);
    held.contains(&(role(name), Scope::Own)) && !held.contains(&(role(name), Scope::All))
}

#[test]
fn who_only_sees_their_own_is_followed_by_who_sees_all() {
    for (said, who, other) in [
        ("Members only see their own loans, volunteers see all loans.", "member", "volunteer"),
        ("Members only see their own loans and the warden sees all loans.", "member", "warden"),
        ("Drivers only see their own loans; the dispatcher sees all loans.", "driver", "dispatcher"),
        ("Members only see their own entries, the cook sees all entries.", "member", "cook"),
    ] {
        let spec = read(&format!("A loan has a tool and a start date.\n{who}s can add a loan.\n{said}"));
        assert!(
            own(&spec, "loan", Op::Read, who) && all(&spec, "loan", Op::Read, other),
            "{said}: {:?}",
            spec.entities
        );
        assert!(whole(&spec, 3), "{said}: {:?}", spec.gaps);
    }
    // nothing narrows the right of those who alone have it
    let spec = read("A note has a title.\nMembers add notes.\nThe admin only can delete notes.");
    assert_eq!(may(&spec, "note", Op::Delete, None), [(role("admin"), Scope::All)]);
}

#[test]
fn whoever_is_said_to_do_something_may_or_it_is_a_gap() {
    let ways = ["sees TOOLS", "adds TOOLS", "changes TOOLS", "deletes TOOLS"];
    for (way, op) in ways.iter().zip([Op::Read, Op::Create, Op::Update, Op::Delete]) {
        for rest in ["", ", and members see their own TOOLS", "; members see TOOLS", ", nobody else does"] {
            for ban in ["", "Only the clerk sees TOOLS.", "TOOLS cannot be changed.", "Nobody deletes TOOLS."] {
                let said = format!("The warden {way}{rest}.").replace("TOOLS", "tools");
                let ban = ban.replace("TOOLS", "tools").replace("tools cannot", "Tools cannot");
                let text = format!("Members can add a tool with a name.\n{said}\n{ban}");
                let spec = read(text.trim());
                let held = may(&spec, "tool", op, None);
                let has =
                    held.iter().any(|(who, _)| *who == role("warden") || matches!(who, Who::SignedIn | Who::Anyone));
                assert!(has || !whole(&spec, 2), "{text}\n{held:?}");
            }
        }
    }
}

#[test]
fn a_state_is_set_by_somebody() {
    for said in [
        "Items are stored, returned, donated or destroyed.",
        "An item is stored, lent or lost.",
        "Items are waiting, reserved or returned.",
    ] {
        let spec = read(&format!(
            "Clerks register items with a description and a category.\n{said}\nOnly the manager can delete an item."
        ));
        let names: Vec<&str> = spec.entities.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["item"], "{said}");
        assert_eq!(may(&spec, "item", Op::Update, Some("status")), [(role("clerk"), Scope::All)], "{said}");
        assert!(may(&spec, "item", Op::Update, None).is_empty(), "{said}");
        assert!(spec.assumptions.iter().any(|q| q.key == "decide:item"), "{said}: {:?}", spec.assumptions);
    }
    // where nobody may change them, nobody does
    let spec = read("Clerks register items with a title.\nItems are stored or destroyed.\nItems cannot be changed.");
    assert!(may(&spec, "item", Op::Update, Some("status")).is_empty());
}

#[test]
fn what_is_lent_by_somebody_is_still_kept_as_a_loan() {
    let spec = read("A tool has a name. Staff add tools.\nTools are lent to members.");
    assert!(spec.entity("tool").is_some());
    let spec = read("Members donate books. A book has a title.");
    assert!(spec.entity("donation").is_some(), "{:?}", spec.entities);
}

#[test]
fn what_is_locked_goes_on_to_the_states_that_are_listed_behind() {
    let text = |states: &str, locked: &str| {
        format!(
            "Members can add an order with a product and a quantity.\nOrders are {states}.\n\
             Only a buyer can close an order.\nA {locked} order cannot be changed any more."
        )
    };
    let locks = |spec: &AppSpec| -> Vec<Vec<String>> {
        let only = |f: &Feature| match f {
            Feature::Locked { op: Op::Update, only, .. } => Some(only.clone()),
            _ => None,
        };
        spec.features.iter().filter_map(only).collect()
    };
    let spec = read(&text("open, closed or delivered", "closed"));
    assert_eq!(locks(&spec), [["product", "quantity"]]);
    assert!(!whole(&spec, 4), "that it can be set back is told");
    // the last state, and what happens instead of it, is no further state
    let none: [Vec<String>; 1] = [Vec::new()];
    assert_eq!(locks(&read(&text("open, ordered or closed", "closed"))), none);
    assert_eq!(locks(&read(&text("open, closed or rejected", "closed"))), none);
    assert_eq!(locks(&read(&text("open, cancelled or closed", "cancelled"))), none);
}

#[test]
fn what_people_count_of_their_own_leaves_out_that_of_others() {
    for (said, alone) in [
        ("Members see how many contacts they have made in each mode.", true),
        ("Each member sees the number of their own contacts per mode.", true),
        ("Members see how many contacts there are in each mode.", false),
        ("The secretary sees the number of contacts per mode.", false),
    ] {
        let spec = read(&format!(
            "Members log in.\nMembers can add a contact with a call sign and a mode (SSB, CW).\nMembers see all contacts.\n{said}"
        ));
        let shown = spec.features.iter().find_map(|f| match f {
            Feature::Totals { everyone, .. } => Some(*everyone),
            _ => None,
        });
        assert!(shown == Some(!alone) || alone && shown.is_none() && !whole(&spec, 4), "{said}: {:?}", spec.features);
        assert!(!alone || spec.entity("contact").unwrap().owned, "{said}");
    }
    let said = "Riders see the number of their own tours per region.";
    let spec = read(&format!("A tour has a date and a region (north, south).\nAnybody can add a tour.\n{said}"));
    assert!(!whole(&spec, 3) && !spec.features.iter().any(|f| matches!(f, Feature::Totals { .. })), "nobody signs in");
}

#[test]
fn how_many_one_joins_limits_nothing_that_one_adds() {
    for (said, thing, record) in [
        ("Members can join at most 3 walks.", "walk", "membership"),
        ("A member can join at most 3 walks.", "walk", "membership"),
        ("Members can borrow at most 3 tools.", "tool", "loan"),
        ("Members can reserve up to 3 boats.", "boat", "reservation"),
    ] {
        let spec = read(&format!(
            "Members can add a {thing} with a title and a colour.\n{said}\nLeaders can delete {thing}s."
        ));
        let limited: Vec<&str> = spec
            .features
            .iter()
            .filter_map(|f| match f {
                Feature::Limit { entity, .. } => Some(entity.as_str()),
                _ => None,
            })
            .collect();
        assert!(!limited.contains(&thing), "{said}: {:?}", spec.features);
        assert!(limited == [record] || !whole(&spec, 2), "{said}: {:?}", spec.gaps);
        if let Some(made) = spec.entity(record) {
            assert!(made.fields.iter().any(|f| f.name == format!("{thing}_id")), "{said}: {:?}", made.fields);
        }
    }
}

#[test]
fn each_of_several_people_has_their_own_reach() {
    for said in [
        "Only the owner of a bike or a mechanic may change it.",
        "The owner of a bike and the mechanic can change it.",
        "A bike can be changed by the owner of the bike or by a mechanic.",
    ] {
        let spec = read(&format!("Members can add a bike with a colour.\nMechanics see all bikes.\n{said}"));
        assert!(own(&spec, "bike", Op::Update, "member"), "{said}: {:?}", spec.entities);
        assert!(all(&spec, "bike", Op::Update, "mechanic"), "{said}: {:?}", spec.entities);
    }
}

#[test]
fn whoever_added_it_may_change_it_where_the_text_gives_that_to_others_alone() {
    for (said, op) in [
        ("Only the leader who added a walk may change it.", Op::Update),
        ("Only the leader who created a walk may delete it.", Op::Delete),
    ] {
        let spec = read(&format!("Walkers can add a walk with a title and a date.\nLeaders see all walks.\n{said}"));
        assert!(own(&spec, "walk", op, "walker"), "{said}: {:?}", spec.entities);
        assert!(!whole(&spec, 3) && told(&spec, 3).contains("whoever added one"), "{said}: {:?}", spec.gaps);
    }
    let spec = read("Leaders can add a walk with a title.\nOnly the leader who added a walk may change it.");
    assert!(own(&spec, "walk", Op::Update, "leader") && whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn who_publishes_what_others_write_decides_on_it() {
    for (write, publish) in [
        ("Customers can write a review with a text.", "A moderator publishes reviews."),
        ("Customers can add a review with a text.", "The moderator can publish reviews."),
        ("Customers can submit a review with a text.", "Reviews are published by a moderator."),
    ] {
        let spec = read(&format!("{write}\n{publish}\nVisitors see published reviews only."));
        assert_eq!(may(&spec, "review", Op::Update, Some("status")), [(role("moderator"), Scope::All)], "{publish}");
        assert!(!all(&spec, "review", Op::Create, "moderator"), "{publish}");
        let public = |(who, scope): &(Who, Scope)| {
            *who == Who::Anyone && matches!(scope, Scope::Where { values, .. } if *values == ["published"])
        };
        assert!(may(&spec, "review", Op::Read, None).iter().any(public), "{publish}: {:?}", spec.entities);
        assert!((1..=3).all(|id| whole(&spec, id)), "{publish}: {:?}", spec.gaps);
    }
    // who alone publishes something makes it
    let spec = read("Editors log in.\nEditors can publish articles with a title.\nMembers see all articles.");
    assert!(all(&spec, "article", Op::Create, "editor"), "{:?}", spec.entities);
}

#[test]
fn what_some_people_may_not_do_in_some_state_keeps_nobody_else_from_it() {
    for said in [
        "Approved trips can no longer be changed or deleted by the driver.",
        "Approved trips cannot be changed by drivers.",
        "Drivers cannot delete approved trips.",
    ] {
        let spec = read(&format!(
            "Drivers can add a trip with a start and a destination.\nThe manager approves trips.\n{said}\n\
             The manager can correct and delete trips."
        ));
        assert!(all(&spec, "trip", Op::Update, "manager") && all(&spec, "trip", Op::Delete, "manager"), "{said}");
        let locks = |f: &Feature| matches!(f, Feature::Locked { .. } | Feature::Forbid { .. });
        assert!(!spec.features.iter().any(locks) && !whole(&spec, 3), "{said}: {:?}", spec.features);
    }
}

#[test]
fn who_decides_on_what_others_may_not_change_any_more_still_does() {
    for said in
        ["Approved expenses cannot be changed by the employee any more.", "Employees cannot change approved expenses."]
    {
        let spec =
            read(&format!("Employees can add an expense with an amount.\nThe treasurer approves expenses.\n{said}"));
        let only = spec.features.iter().find_map(|f| match f {
            Feature::Locked { op: Op::Update, only, .. } => Some(only.clone()),
            _ => None,
        });
        assert_eq!(only, Some(vec!["amount".to_owned()]), "{said}: {:?}", spec.features);
        assert!(whole(&spec, 3), "{said}: {:?}", spec.gaps);
    }
}

#[test]
fn what_one_group_may_not_do_others_do() {
    for (said, op, who) in [
        ("Doctors can read doses but change nothing.", Op::Update, "nurse"),
        ("Doctors can read doses but not change them.", Op::Update, "nurse"),
        ("Nurses cannot delete doses.", Op::Delete, "manager"),
        ("Nurses must not delete doses.", Op::Delete, "manager"),
    ] {
        let spec = read(&format!(
            "A nurse can add a dose with a vaccine and a date.\n{said}\nThe manager sees all doses.\nDoctors see all doses."
        ));
        assert!(all(&spec, "dose", op, who), "{said}: {:?}", spec.entities);
        let denied = if op == Op::Update { "doctor" } else { "nurse" };
        assert!(!may(&spec, "dose", op, None).iter().any(|(w, _)| *w == role(denied)), "{said}");
    }
    // where there is nobody else, nobody does
    let spec = read("Members log in.\nMembers can add a vote with a title.\nMembers cannot delete votes.");
    assert!(may(&spec, "vote", Op::Delete, None).is_empty(), "{:?}", spec.entities);
}

#[test]
fn who_alone_sets_a_property_takes_nothing_else_from_whoever_adds_the_records() {
    for (said, property) in [
        ("Only the boss may change the price of a machine.", "price"),
        ("Only the boss may change the deposit of a machine.", "deposit"),
    ] {
        let spec = read(&format!(
            "Counter staff can add a machine with a model, a price and a deposit.\n{said}\nThe boss sees all machines."
        ));
        assert!(all(&spec, "machine", Op::Update, "counter_staff"), "{said}: {:?}", spec.entities);
        let sets = may(&spec, "machine", Op::Update, Some(property));
        assert!(sets.iter().all(|(who, _)| *who == role("boss")) && !sets.is_empty(), "{said}: {sets:?}");
    }
}

#[test]
fn what_anybody_may_hand_in_is_changed_by_whoever_did() {
    for (said, who, thing) in [
        ("Students can hand in a report with a title.", "student", "report"),
        ("Tenants can report a fault with a title.", "tenant", "fault"),
        ("Customers can submit an idea with a title.", "customer", "idea"),
    ] {
        let spec = read(&format!("People sign up and log in.\n{said}"));
        assert!(
            own(&spec, thing, Op::Update, who) && own(&spec, thing, Op::Delete, who),
            "{said}: {:?}",
            spec.entities
        );
    }
    // those who are appointed keep the records together, and what the text gives stays
    let spec = read("The clerk can add a fault with a title.\nMembers see all faults.");
    assert!(all(&spec, "fault", Op::Update, "clerk"), "{:?}", spec.entities);
    let spec = read("Members log in.\nMembers can add, change and delete plants with a name.");
    assert!(all(&spec, "plant", Op::Update, "member"), "{:?}", spec.entities);
}

#[test]
fn who_manages_something_is_known_or_it_is_a_gap() {
    let spec = read("Members log in.\nMembers can add a machine with a name.\nThe boss manages machines.");
    assert!(all(&spec, "machine", Op::Delete, "boss"), "{:?}", spec.entities);
    let spec = read("Members log in.\nMembers can add a machine with a name.\nThe zorb manages machines.");
    assert!(!whole(&spec, 3), "{:?}", spec.entities);
}

#[test]
fn what_may_be_done_by_nobody_is_forbidden_to_all() {
    for said in
        ["No fault may be deleted by anyone.", "Faults must not be deleted by anybody.", "Nobody may delete a fault."]
    {
        let spec = read(&format!("Teachers can add a fault with a title.\nJanitors can change faults.\n{said}"));
        let forbidden = |f: &Feature| matches!(f, Feature::Forbid { entity, op: Op::Delete, .. } if entity == "fault");
        assert!(spec.features.iter().any(forbidden) && whole(&spec, 3), "{said}: {:?}", spec.features);
    }
}

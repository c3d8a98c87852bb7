//! What an application does by itself: numbers it gives, lists on the start page, lengths and amounts it holds to.

use super::tests::{read, whole};
use crate::models::offline::spec::{AppSpec, Condition, Feature, FieldType, Formula, Op, Scope, SecurityDemand, Who};

/// The entity and the field of each number that the application gives.
fn numbered(spec: &AppSpec) -> Vec<(String, String)> {
    let given = |f: &Feature| match f {
        Feature::Computed { entity, field, formula: Formula::RunningNumber, .. } => {
            Some((entity.clone(), field.clone()))
        }
        _ => None,
    };
    spec.features.iter().filter_map(given).collect()
}

#[test]
fn whoever_is_the_only_user_has_the_only_account() {
    let only = |f: &Feature| matches!(f, Feature::Security { what: SecurityDemand::OnlyAccount, .. });
    for said in [
        "I am the only user; I log in with a password.",
        "I'm the only user.",
        "I am the only person.",
        "Only I use it.",
    ] {
        let spec = read(&format!("I add bills with a customer name and an amount.\n{said}\nI can delete bills."));
        assert!(spec.features.iter().any(only) && whole(&spec, 2), "{said}: {:?}", spec.gaps);
        let all = &spec.entity("bill").unwrap().access;
        assert!(!all.is_empty() && all.iter().all(|a| a.who != Who::Anyone), "{said}: {all:?}");
    }
    for text in [
        "Clerks add bills with an amount.\nI am the only user; I log in with a password.",
        "Clerks add bills with an amount.\nI am the only user who deletes bills.",
        "Members log in. Members add bills with an amount.",
    ] {
        assert!(!read(text).features.iter().any(only), "{text}");
    }
}

#[test]
fn a_number_can_be_given_by_the_application() {
    for (last, field) in [
        ("Every repair gets a running number automatically.", "number"),
        ("Each repair gets a repair number automatically which nobody can change.", "number"),
        ("Repairs are numbered automatically.", "number"),
        ("The number of a repair is assigned automatically.", "number"),
        ("Repairs have a consecutive number.", "number"),
    ] {
        let spec = read(&format!("Mechanics must log in.\nMechanics add repairs with a title.\n{last}\n"));
        let given = numbered(&spec);
        assert_eq!(given.len(), 1, "{last} {:?}", spec.features);
        let entity = spec.entity("repair").unwrap();
        let kept: Vec<_> = entity.fields.iter().filter(|f| f.name.contains("number")).collect();
        assert_eq!(kept.len(), 1, "{last} {kept:?}");
        assert!(kept[0].read_only && kept[0].ty == FieldType::Integer && given[0].1 == kept[0].name, "{last} {kept:?}");
        assert!(kept[0].name.ends_with(field), "{last} {kept:?}");
    }
    for last in ["The number of parts of a repair is shown automatically.", "Repairs have a number."] {
        let spec = read(&format!("Mechanics must log in.\nMechanics add repairs with a title.\n{last}\n"));
        assert!(numbered(&spec).is_empty(), "{last} {:?}", spec.features);
    }
}

#[test]
fn the_start_page_shows_the_records_that_are_meant() {
    let text = |last: &str| {
        read(&format!(
            "Coaches must log in.\nCoaches add lessons with a title and a date.\nA loan has a title, a start date and a due date.\n{last}\n"
        ))
    };
    let shown = |spec: &AppSpec| {
        let home = spec.features.iter().find_map(|f| match f {
            Feature::Home { entity, view, .. } => Some((entity.clone(), view.clone())),
            _ => None,
        })?;
        let conditions = spec.features.iter().find_map(|f| match f {
            Feature::View { entity, name, conditions, .. } if *entity == home.0 && Some(name) == home.1.as_ref() => {
                Some(conditions.clone())
            }
            _ => None,
        });
        Some((home.0, conditions))
    };
    let from = |days| Condition::From { field: "date".into(), days };
    let before = |field: &str, days| Condition::Before { field: field.into(), days };
    let of = |entity: &str, conditions: &[Condition]| Some((entity.to_owned(), Some(conditions.to_vec())));
    let today = [from(0), before("date", 1)];
    assert_eq!(shown(&text("The home page shows today's lessons.")), of("lesson", &today));
    assert_eq!(shown(&text("The start page shows upcoming lessons.")), of("lesson", &[from(0)]));
    assert_eq!(shown(&text("Overdue loans are shown on the home page.")), of("loan", &[before("due_date", 0)]));
    assert_eq!(shown(&text("The home page shows lessons.")), Some(("lesson".into(), None)));
    // which of two dates is meant nobody knows
    assert_eq!(shown(&text("The home page shows today's loans.")), None);
    // nor is the list of the start page in another order than its own
    let spec = text("The home page shows lessons sorted by title.");
    assert!(!spec.gaps.is_empty(), "{:?}", spec.features);
}

#[test]
fn a_password_has_the_length_that_is_asked_for() {
    let least = |last: &str| {
        let spec = read(&format!("Coaches must log in.\nCoaches add lessons with a title.\n{last}\n"));
        spec.features.iter().find_map(|f| match f {
            Feature::Security { what: SecurityDemand::PasswordLength { least }, .. } => Some(*least),
            _ => None,
        })
    };
    assert_eq!(least("Passwords must be at least 10 characters long."), Some(10));
    assert_eq!(least("A password has at least 8 characters."), Some(8));
    assert_eq!(least("A title has at least 8 characters."), None);
    assert_eq!(least("A password has at least 2 digits."), None);
}

#[test]
fn no_more_is_taken_than_is_in_stock() {
    for last in [
        "The quantity of a sale may not be more than what is in stock.",
        "The quantity of a sale must not exceed the number in stock.",
        "A sale may not be for more than what is in stock.",
    ] {
        let spec = read(&format!(
            "Clerks must log in.\nClerks add products with a name and a number in stock.\nClerks add sales with a product and a quantity.\n{last}\n"
        ));
        let held = spec.features.iter().any(|f| {
            matches!(f, Feature::Capacity { entity, per, capacity, amount, .. }
                if entity == "sale" && per == "product_id" && capacity.contains("stock") && amount.as_deref() == Some("quantity"))
        });
        assert!(held, "{last} {:?}", spec.features);
    }
}

#[test]
fn records_are_counted_by_their_state() {
    for last in [
        "The start page shows the number of quotes per status.",
        "The overview shows how many quotes there are in each status.",
        "The manager sees how many quotes there are in each status.",
    ] {
        let spec = read(&format!(
            "Sellers and the manager must log in.\nSellers add quotes with a title.\nA quote is drafted, sent or accepted.\n{last}\n"
        ));
        let by = spec.features.iter().find_map(|f| match f {
            Feature::Totals { entity, group_by, measures, .. } if measures.is_empty() && entity == "quote" => {
                group_by.clone()
            }
            _ => None,
        });
        assert_eq!(by.as_deref(), Some("status"), "{last} {:?}", spec.features);
    }
    let spec = read(
        "Sellers must log in.\nSellers add quotes with a title.\nThe start page shows the number of quotes per planet.\n",
    );
    assert!(!spec.gaps.is_empty(), "{:?}", spec.features);
}

#[test]
fn whoever_adds_the_order_adds_its_lines() {
    let spec = read(
        "Customers and the owner must log in.\nThe owner adds products with a name.\nCustomers add orders.\nAn order has a note and one or more lines, and each line has a product and a quantity.\n",
    );
    let line = spec.entity("line").unwrap();
    let adds: Vec<_> = line.access.iter().filter(|a| a.ops.contains(&Op::Create)).map(|a| a.who.clone()).collect();
    assert_eq!(adds, [Who::Role("customer".into())], "{line:?}");
}

#[test]
fn who_changed_something_and_when_is_a_history() {
    let history = |last: &str| {
        let spec = read(&format!("Vets must log in.\nVets add treatments with a date.\n{last}\n"));
        spec.features.iter().any(|f| matches!(f, Feature::History { entity, .. } if entity == "treatment"))
    };
    assert!(history("The system records who changed a treatment and when."));
    assert!(!history("The system records who changed a treatment and why."));
    assert!(history("Every change of a treatment is logged."));
    assert!(history("Every change of a treatment is logged in a journal."));
    assert!(!history("Vets who are logged in can change a treatment."));
    assert!(!history("Only the auditor can change a treatment."));
}

#[test]
fn what_is_assigned_to_somebody_is_theirs() {
    let spec = read(
        "Vets and clerks must log in.\nClerks add treatments with a date and a vet.\nVets see the treatments assigned to them.\n",
    );
    let treatment = spec.entity("treatment").unwrap();
    let seen = treatment.access.iter().find(|a| a.who == Who::Role("vet".into()) && a.ops.contains(&Op::Read));
    assert!(matches!(seen.map(|a| &a.scope), Some(Scope::AssignedTo { .. })), "{treatment:?}");
    assert!(spec.gaps.is_empty(), "{:?}", spec.gaps);
}

#[test]
fn every_list_can_be_exported() {
    let files = |last: &str| {
        let spec =
            read(&format!("Vets must log in.\nVets add treatments with a date.\nVets add pets with a name.\n{last}\n"));
        spec.features.iter().filter(|f| matches!(f, Feature::Csv { .. })).count()
    };
    assert_eq!(files("All data can be exported as CSV."), 2);
    assert_eq!(files("Vets can export every list."), 2);
    assert_eq!(files("Vets can export the list of pets."), 1);
    assert_eq!(files("All data can be exported as PDF."), 0);
}

#[test]
fn what_is_left_is_what_others_leave() {
    let left = |last: &str, more: &str| {
        let spec = read(&format!(
            "Clerks must log in.\nClerks add products with a name and a number in stock.\nClerks add sales with a product and a quantity.\n{more}{last}\n"
        ));
        let left = spec.features.iter().any(|f| {
            matches!(f, Feature::Computed { entity, formula: Formula::Left { amount: Some(amount), .. }, .. }
                if entity == "product" && amount == "quantity")
        });
        (left, spec.gaps.is_empty())
    };
    assert_eq!(left("The system shows how many of each product are left.", ""), (true, true));
    assert_eq!(left("Clerks see how many pieces of each product are still available.", ""), (true, true));
    // of two that could take some nobody knows which is meant
    let more = "Clerks add gifts with a product and a quantity.\n";
    assert!(!left("The system shows how many of each product are left.", more).0);
}

#[test]
fn a_minimum_and_a_maximum_of_the_same_are_both_numbers() {
    let spec = read("Coaches log in and add courses with a title, a minimum and a maximum number of participants.");
    let numbers = |name: &str| {
        let fields = &spec.entity("course").unwrap().fields;
        fields.iter().any(|f| f.name == name && f.ty == FieldType::Integer)
    };
    assert!(
        numbers("minimum_number_of_participants") && numbers("maximum_number_of_participants"),
        "{:?}",
        spec.entities
    );
}

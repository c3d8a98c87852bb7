//! Sentences that once were taken for more, or for something else, than they say.

use super::tests::read;
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{Access, AppSpec, Feature, FieldType, Op, Scope, Who};

/// The specification of clauses as they are cut.
fn cut(clauses: &[&str]) -> AppSpec {
    let clauses = clauses.iter().zip(1..).map(|(text, n)| (ClauseId(n), (*text).to_owned())).collect();
    super::analyse(&super::inputs(clauses), &std::collections::BTreeMap::new()).unwrap()
}
fn kinds(spec: &AppSpec) -> Vec<ClauseKind> {
    spec.marks.iter().map(|m| m.kind).collect()
}
fn scopes(spec: &AppSpec, entity: &str, op: Op) -> Vec<Scope> {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    access.into_iter().filter(|a| a.ops.contains(&op)).map(|a| a.scope).collect()
}

#[test]
fn a_marked_title_above_a_sentence_is_a_heading() {
    use ClauseKind::{Context, Function};
    let spec = cut(&[
        "iv. Kiln Booking\n",
        "A potter can book a kiln with a date.\n\n",
        "B) Claim Entry\n",
        "A potter can see kilns.\n",
    ]);
    assert_eq!(kinds(&spec), [Context, Function, Context, Function]);
    // a list of what to do has items of its own kind
    let spec = cut(&["i. Book Kilns\n", "ii. Book Wheels\n", "iii. Book Shelves\n"]);
    assert!(!kinds(&spec).contains(&Context), "{:?}", kinds(&spec));
}

#[test]
fn what_scenarios_are_about_is_a_heading() {
    let spec = read(
        "Feature: Kiln hire\n\nPotters can book a kiln with a date.\n\nScenario: A potter books a kiln\nThen the potter sees the kiln\n",
    );
    assert_eq!(spec.marks[0].kind, ClauseKind::Context);
    let spec = read("Feature: Search of kilns by name\nPotters can add kilns with a name.\n");
    assert_ne!(spec.marks[0].kind, ClauseKind::Context);
}

#[test]
fn rows_of_a_table_are_demands_and_refusals() {
    let spec = cut(&[
        "| ID | Priority | What |\n|----|----|----|\n",
        "| K1 | Must | A kiln has a name and a size |\n",
        "| K2 | Won't | Sale of clay |\n",
    ]);
    assert_eq!(kinds(&spec), [ClauseKind::Context, ClauseKind::Data, ClauseKind::Exclusion]);
    assert_eq!(spec.entity("kiln").map(|e| e.fields.len()), Some(2));
}

#[test]
fn a_label_that_the_sentence_says_again_is_no_demand_of_its_own() {
    let spec = read("- **Kilns**: each kiln has a name and a size\n- **Shelves**: each kiln has a colour\n");
    assert!(!spec.gaps.iter().any(|g| g.clause == ClauseId(1)), "{:?}", spec.gaps);
    assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(2)));
}

#[test]
fn no_double_bookings_is_a_rule_and_nothing_left_out() {
    let spec = cut(&["Members book a kiln from a start date to an end date.", "No double bookings."]);
    assert!(spec.marks[1].kind.demands() && spec.marks[1].kind != ClauseKind::Exclusion);
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })), "{:?}", spec.features);
}

#[test]
fn who_is_only_meant_under_a_condition_loses_no_right_altogether() {
    let spec =
        read("Members must log in.\nMembers book a kiln with a date.\nA member who owes a fee cannot book a kiln.\n");
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{:?}", spec.features);
    assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(3)));
}

#[test]
fn what_is_applied_is_not_applied_for() {
    let spec =
        read("Members must log in.\nMembers add bills with a number.\nMembers can apply a surcharge to a bill.\n");
    assert!(spec.entity("application").is_none() && spec.entity("surcharge").is_some());
    let spec = read("Members must log in.\nStaff add courses with a name.\nMembers can apply for a course.\n");
    assert!(spec.entity("application").is_some());
}

#[test]
fn one_of_mine_is_mine() {
    let spec = read(
        "Members must log in.\nMembers add kilns with a name.\nMembers can see all kilns.\nMembers can change one of their kilns.\n",
    );
    assert_eq!(scopes(&spec, "kiln", Op::Update), [Scope::Own]);
}

#[test]
fn what_others_borrow_others_see() {
    let spec = read(
        "As a neighbour, I want to offer a ladder with a name so that others can borrow it.\nAs a neighbour, I want to borrow a ladder from a start date to an end date.\n",
    );
    assert_eq!(scopes(&spec, "ladder", Op::Read), [Scope::All]);
}

#[test]
fn what_everybody_may_set_is_guarded_from_nobody() {
    let spec = read("Staff must log in.\nStaff can record items with a colour.\nVisitors can claim an item.\n");
    let guarded =
        spec.features.iter().any(|f| matches!(f, Feature::FieldGuard { who, .. } if who.contains(&Who::Anyone)));
    assert!(!guarded, "{:?}", spec.features);
}

#[test]
fn several_of_what_is_bought_is_a_number_and_of_what_is_borrowed_one_after_the_other() {
    let text = |what| format!("Members must log in.\nStaff add kits with a name.\nMembers can {what}.\n");
    let fields = |text: &str, entity: &str| {
        read(text)
            .entity(entity)
            .map(|e| e.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    assert!(fields(&text("buy several kits"), "purchase").contains(&"quantity".to_owned()));
    assert!(!fields(&text("borrow several kits"), "loan").contains(&"quantity".to_owned()));
}

#[test]
fn who_leaves_a_group_adds_none() {
    let spec = read("Members must log in.\nStaff add crews with a name.\nMembers can leave a crew.\n");
    let adds = |who: &str| {
        spec.entity("crew")
            .is_some_and(|e| e.access.iter().any(|a| a.ops.contains(&Op::Create) && a.who == Who::Role(who.into())))
    };
    assert!(adds("staff") && !adds("member"));
    assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(3)));
}

#[test]
fn the_price_of_the_parts_is_no_data_of_the_account() {
    let spec = read(
        "Mechanics must log in.\nMechanics add repairs with a title.\nFor each repair the mechanic notes the parts and their price.\n",
    );
    assert!(spec.users.is_some_and(|u| u.profile.is_empty()));
}

#[test]
fn a_record_with_properties_of_its_own_is_none_of_another_kind() {
    let spec = read(
        "The archivist must log in.\nThe archivist can create a record with a signature, a title and a period.\nA reader can request a record.\nThe archivist can see requests.\n",
    );
    let fields = |name: &str| spec.entity(name).map(|e| e.fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>());
    assert_eq!(fields("record").map(|f| f.len()), Some(3), "{:?}", fields("request"));
}

#[test]
fn a_decision_opens_no_more_records_than_one_sees() {
    let spec = cut(&[
        "The system has two roles: driver and dispatcher.",
        "Dispatchers create tours with a date.",
        "Dispatchers assign tours to drivers.",
        "Drivers see only their own tours.",
        "Drivers confirm a tour.",
    ]);
    let driver =
        |a: &&crate::models::offline::spec::Access| a.who == Who::Role("driver".into()) && a.ops.contains(&Op::Read);
    let scopes: Vec<_> = spec
        .entity("tour")
        .map(|e| e.access.iter().filter(driver).map(|a| a.scope.clone()).collect())
        .unwrap_or_default();
    assert!(!scopes.is_empty() && !scopes.contains(&Scope::All), "{scopes:?}");
}

/// The rights of a role over a kind of record.
fn given(spec: &AppSpec, entity: &str, role: &str) -> Vec<Access> {
    let access = spec.entity(entity).map(|e| e.access.clone()).unwrap_or_default();
    access.into_iter().filter(|a| a.who == Who::Role(role.into())).collect()
}

#[test]
fn what_a_number_stands_before_is_counted_and_not_what_has_the_limit() {
    let text = |last: &str| {
        read(&format!(
            "Members must log in.\nA kiln has a name.\nA booking has a kiln, a date and a note.\nMembers book kilns.\n{last}\n"
        ))
    };
    let per = |f: &Feature| match f {
        Feature::LimitIn { per, max: 3, .. } => Some(per.clone()),
        _ => None,
    };
    for last in ["Nobody may book more than 3 kilns per week.", "A member may not book more than 3 kilns per week."] {
        let spec = text(last);
        assert_eq!(spec.features.iter().filter_map(per).collect::<Vec<_>>(), [None], "{last} {:?}", spec.features);
    }
    let once = text("A member can book only one kiln per day.");
    let keys = once.features.iter().find_map(|f| match f {
        Feature::UniqueTogether { fields, .. } => Some(fields.clone()),
        _ => None,
    });
    assert_eq!(keys.map(|k| k.contains(&"kiln_id".to_owned())), Some(false), "{:?}", once.features);
}

#[test]
fn who_may_delete_messages_may_delete_those_of_others() {
    for text in [
        "Everyone must log in.\nEveryone can write messages with a text.\nEveryone sees only their own messages.\nThe editor shall be able to delete messages.\n",
        "The system has editors and members who log in.\nThe editor shall be able to create messages with a title.\nThe editor shall be able to delete messages.\n",
    ] {
        let rights = given(&read(text), "message", "editor");
        let reaches = |op: Op| rights.iter().any(|a| a.ops.contains(&op) && a.scope == Scope::All);
        assert!(reaches(Op::Delete) && reaches(Op::Read), "{rights:?}");
    }
}

#[test]
fn searching_opens_no_more_records_than_one_sees() {
    let spec = read(
        "Sellers must log in.\nA quote has a title and a date.\nSellers see only their own quotes.\nThe manager sees all quotes.\nSellers can search quotes by title.\n",
    );
    let seen: Vec<Scope> =
        given(&spec, "quote", "seller").into_iter().filter(|a| a.ops.contains(&Op::Read)).map(|a| a.scope).collect();
    assert!(!seen.is_empty() && seen.iter().all(|s| *s == Scope::Own), "{seen:?}");
}

#[test]
fn who_gets_nothing_makes_no_record_of_it() {
    let spec = read(
        "Helpers must log in.\nHouseholds log in.\nA household has a name.\nA helper records a parcel with the household and the date.\nBlocked households do not get parcels.\n",
    );
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Unavailable { .. })), "{:?}", spec.features);
    let adds = |a: &Access| a.ops.contains(&Op::Create);
    assert!(!given(&spec, "parcel", "household").iter().any(adds), "{:?}", spec.entity("parcel"));
}

#[test]
fn numbers_are_no_states() {
    let spec = read(
        "Staff must log in.\nStaff add lessons with a title and a duration in minutes.\nThe duration is 30, 45 or 60 minutes.\n",
    );
    let choice = |f: &crate::models::offline::spec::Field| matches!(f.ty, FieldType::Choice { .. });
    assert!(!spec.entities.iter().flat_map(|e| &e.fields).any(choice));
    assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(3)), "{:?}", spec.gaps);
}

#[test]
fn a_clause_behind_a_list_has_a_subject_of_its_own() {
    let spec = read(
        "The admin and members must log in.\nThe admin can post notices with a title and a text, and members can comment on them.\n",
    );
    let fields: Vec<String> =
        spec.entity("notice").map(|e| e.fields.iter().map(|f| f.name.clone()).collect()).unwrap_or_default();
    assert_eq!(fields, ["title", "text"]);
    assert!(!given(&spec, "notice", "member").iter().any(|a| a.ops.contains(&Op::Create)), "{:?}", spec.entities);
}

#[test]
fn that_there_are_such_records_is_not_what_becomes_of_them() {
    for sentence in ["Members who have left are kept but not shown.", "Members that moved away are hidden."] {
        let spec = read(&format!("The secretary can add a member with a name.\n{sentence}"));
        assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(2) && g.whole), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn a_gap_says_how_many_and_how_often() {
    let spec = read("The clerk can add a desk with a number.\nEmployees can book one desk per day.");
    let gap = spec.gaps.iter().find(|g| g.clause == ClauseId(2));
    assert!(gap.is_none_or(|g| g.what.contains("one desk per day")), "{gap:?}");
}

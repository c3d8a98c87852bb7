//! What is applied for, who sets the state that it is in, and who is meant by the one that a sentence names.

use super::tests::{field, locked, may, read, read_candidly, role, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Scope, Until, Who};
use crate::models::offline::{blueprint, suite};

fn names(spec: &AppSpec, entity: &str) -> Vec<String> {
    spec.entity(entity).map(|e| e.fields.iter().map(|f| f.name.clone()).collect()).unwrap_or_default()
}

fn guards(spec: &AppSpec, of: &str) -> Vec<Who> {
    let guard = |f: &Feature| match f {
        Feature::FieldGuard { entity, field, who, .. } if entity == of && field == "status" => Some(who.clone()),
        _ => None,
    };
    spec.features.iter().find_map(guard).unwrap_or_default()
}

fn closes(spec: &AppSpec) -> Vec<(String, Op, Until)> {
    let of = |f: &Feature| match f {
        Feature::Closes { entity, op, until, .. } => Some((entity.clone(), *op, *until)),
        _ => None,
    };
    spec.features.iter().filter_map(of).collect()
}

#[test]
fn what_is_applied_for_with_its_properties_is_what_is_kept() {
    for (said, kind, properties) in [
        (
            "Residents apply for a permit with a plate, a street and a start date.",
            "permit",
            ["plate", "street", "start_date"],
        ),
        (
            "A resident can apply for an allotment with a name, a phone number and a reason.",
            "allotment",
            ["name", "phone_number", "reason"],
        ),
        (
            "Residents may apply for a grant with a title, an amount and a purpose.",
            "grant",
            ["title", "amount", "purpose"],
        ),
    ] {
        let text = format!("{said}\nA {kind} is requested, granted or refused.\nThe clerk grants or refuses {kind}s.");
        let spec = read_candidly(&text);
        assert!(spec.entity("application").is_none(), "{said}");
        let kept = names(&spec, kind);
        assert!(properties.iter().all(|p| kept.iter().any(|k| k == p)), "{said} {kept:?}");
        assert_eq!(may(&spec, kind, Op::Create), [(role("resident"), Scope::All)], "{said}");
        assert_eq!(may(&spec, kind, Op::Read), [(role("clerk"), Scope::All), (role("resident"), Scope::Own)], "{said}");
        assert_eq!(guards(&spec, kind), [role("clerk")], "{said}");
        assert!(whole(&spec, 1) && whole(&spec, 3), "{said} {:?}", spec.gaps);
    }
    // the text speaks of applications, or somebody adds what is applied for
    for (said, more) in [
        ("Residents apply for a job with a name and a letter.", "The manager adds jobs with a title and a salary."),
        ("Residents apply for a permit with a street and a start date.", "The clerk sees all applications."),
    ] {
        let spec = read(&format!("{said}\n{more}"));
        assert!(spec.entity("application").is_some(), "{said} {more}");
    }
}

#[test]
fn a_property_that_is_told_of_and_corrected_is_no_kind_of_its_own() {
    for said in [
        "The clerk may correct the licence plate.",
        "The licence plate may be changed by the clerk.",
        "The clerk can update the licence plate.",
    ] {
        let spec = read(&format!(
            "Residents request a permit with a licence plate, a street and a start date.\nThe clerk sees all permits.\n{said}"
        ));
        assert!(spec.entity("licence_plate").is_none(), "{said}");
        assert!(names(&spec, "permit").contains(&"licence_plate".to_owned()), "{said}");
        let anybody = may(&spec, "permit", Op::Update);
        assert!(!anybody.iter().any(|(who, _)| *who != role("resident")), "{said} {anybody:?}");
    }
    // there are several of them, somebody adds them, or they have properties
    for said in [
        "The clerk adds a licence plate with a number and a country.\nThe clerk may correct the licence plate.",
        "A licence plate has a number and a date.\nThe clerk may correct the licence plate.",
    ] {
        let spec =
            read(&format!("Residents request a permit with a licence plate, a street and a start date.\n{said}"));
        assert!(spec.entity("licence_plate").is_some(), "{said}");
    }
}

#[test]
fn who_made_it_may_be_who_applied_for_it() {
    let spec = read_candidly(
        "Residents apply for a permit with a plate and a street.\nA permit is requested, granted or refused.\n\
         The clerk grants or refuses permits.\nRefused permits can be deleted by the resident who applied for them.",
    );
    assert_eq!(may(&spec, "permit", Op::Delete), [(role("resident"), Scope::Own)]);
    assert_eq!(locked(&spec, 4), [(Op::Delete, vec!["requested".to_owned(), "granted".to_owned()])]);
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn nobody_begins_a_record_in_a_state_that_others_set() {
    let listed = "Citizens file complaints with a subject.\nA complaint is open, in progress or closed.\n";
    for said in [
        "Clerks set the status of complaints.",
        "The clerk sets the status of a complaint.",
        "The status of complaints is set by clerks.",
        "Clerks can change the status of complaints.",
    ] {
        let spec = read_candidly(&format!("{listed}{said}"));
        assert_eq!(guards(&spec, "complaint"), [role("clerk")], "{said}");
        assert!(whole(&spec, 3), "{said} {:?}", spec.gaps);
    }
    // who adds it sets it, too
    let spec = read(&format!("{listed}Citizens set the status of complaints."));
    assert!(guards(&spec, "complaint").is_empty());
}

#[test]
fn states_may_stand_behind_the_properties() {
    for said in [
        "A petition has a title and a text, and is open, checked or closed.",
        "A petition has a title, a text and is either open, checked or closed.",
        "Each petition has a title and a text and is open, checked or closed.",
    ] {
        let spec = read_candidly(&format!("Citizens write petitions.\n{said}\nClerks set the status of petitions."));
        let values = ["open", "checked", "closed"].map(str::to_owned).to_vec();
        assert_eq!(field(&spec, "petition", "status").map(|f| &f.ty), Some(&FieldType::Choice { values }), "{said}");
        assert!(["title", "text"].iter().all(|n| field(&spec, "petition", n).is_some()), "{said}");
        assert!(whole(&spec, 2), "{said} {:?}", spec.gaps);
    }
}

#[test]
fn by_somebody_alone_keeps_it_from_the_others() {
    for said in ["Petitions are read by clerks alone.", "Petitions can be seen by the clerk alone."] {
        let spec = read_candidly(&format!("Citizens write petitions with a title.\nClerks delete petitions.\n{said}"));
        assert_eq!(may(&spec, "petition", Op::Read), [(role("clerk"), Scope::All)], "{said}");
        assert!(whole(&spec, 3), "{said} {:?}", spec.gaps);
    }
}

#[test]
fn a_role_with_a_hyphen_is_one_word_everywhere() {
    for name in ["bee-keeper", "co-ordinator", "sub-editor", "vice-chair"] {
        let spec = read_candidly(&format!(
            "The {name} adds hives with a name and a place.\nOnly the {name} may delete hives.\nMembers see all hives.\nMembers add notes with a text.\nNotes are deleted by the {name} alone."
        ));
        let holder = role(&name.replace('-', "_"));
        assert_eq!(may(&spec, "hive", Op::Create), [(holder.clone(), Scope::All)], "{name}");
        assert_eq!(may(&spec, "note", Op::Delete), [(holder, Scope::All)], "{name}");
        assert!(spec.gaps.is_empty(), "{name} {:?}", spec.gaps);
    }
}

#[test]
fn only_those_who_sign_up_are_not_told_apart_from_the_others() {
    let text = "The cook enters meals with a date and a name.\nParents order a meal.\n";
    for said in ["Only parents order meals.", "Only parents may order a meal."] {
        let spec = read(&format!("{text}{said}"));
        assert!(!whole(&spec, 3), "{said}");
    }
    // a cook is no parent, and the parents are granted theirs
    let spec = read(&format!("{text}Only the cook may delete meals."));
    assert!(whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn who_adds_records_by_any_word_is_somebody() {
    for said in [
        "The chief creates duties: date, start time and end time.",
        "The bosun adds duties with a date and a start time.",
        "The reeve enters duties with a date and a title.",
    ] {
        let who = said.split(' ').nth(1).unwrap();
        let spec = read(&format!("{said}\nFirefighters sign up for duties."));
        assert_eq!(may(&spec, "duty", Op::Create), [(role(who), Scope::All)], "{said}");
        assert!(may(&spec, "duty", Op::Update).iter().all(|(w, _)| *w == role(who)), "{said}");
        assert!(whole(&spec, 1), "{said} {:?}", spec.gaps);
    }
    // no program and no house is anybody
    for said in ["The system creates duties with a date.", "The club adds duties with a date and a title."] {
        let spec = read(&format!("{said}\nFirefighters sign up for duties."));
        assert!(
            !may(&spec, "duty", Op::Create).iter().any(|(w, _)| *w == role("system") || *w == role("club")),
            "{said}"
        );
    }
    // whoever the word is for: none of those who sign up
    let spec = read("The zorb creates duties.\nA duty has a date.\nFirefighters sign up for duties.");
    assert!(may(&spec, "duty", Op::Create).iter().all(|(w, _)| *w != role("firefighter")), "{:?}", spec.entity("duty"));
}

#[test]
fn until_when_one_may_withdraw_says_nothing_of_signing_up() {
    for said in [
        "A firefighter can sign up for a duty and may withdraw until the day before the duty.",
        "A firefighter can sign up for a duty only once and may withdraw until the day before the duty.",
    ] {
        let spec = read(&format!("The chief adds duties with a date and a title.\n{said}"));
        let until = Until::Days { before: 1 };
        assert_eq!(closes(&spec), [("registration".to_owned(), Op::Delete, until)], "{said}");
        assert_eq!(may(&spec, "registration", Op::Delete), [(role("firefighter"), Scope::Own)], "{said}");
    }
    // one limit for both
    let spec = read(
        "The chief adds duties with a date and a title.\nFirefighters can sign up for a duty until the day before the duty.",
    );
    assert_eq!(closes(&spec), [("registration".to_owned(), Op::Create, Until::Days { before: 1 })]);
}

#[test]
fn an_exception_is_kept_or_the_right_is_not_given() {
    let text = "Teachers enter items with a description.\nAn item is waiting, claimed or given away.\n";
    for said in [
        "Teachers may delete items they have entered themselves, unless these have been claimed.",
        "Teachers may delete items they have entered, unless they are claimed.",
        "Teachers may delete their own items unless these are claimed.",
    ] {
        let spec = read(&format!("{text}{said}"));
        assert_eq!(may(&spec, "item", Op::Delete), [(role("teacher"), Scope::Own)], "{said}");
        assert_eq!(locked(&spec, 3), [(Op::Delete, vec!["claimed".to_owned()])], "{said}");
    }
    for said in [
        "Teachers may delete their own items unless the head objects.",
        "Teachers may delete items they have entered, unless somebody has asked for them.",
    ] {
        let spec = read(&format!("{text}{said}"));
        assert!(may(&spec, "item", Op::Delete).is_empty(), "{said} {:?}", spec.entity("item"));
        assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(3)), "{said}");
    }
}

#[test]
fn bringing_something_back_is_no_right_to_change_the_rest() {
    for said in ["The member who borrowed it can return it.", "A member can return a loan."] {
        let spec = read(&format!(
            "The boatman adds kayaks with a name.\nMembers can borrow a kayak from a date until a date.\n{said}"
        ));
        let rest: Vec<_> = may(&spec, "loan", Op::Update);
        assert!(rest.is_empty(), "{said} {rest:?}");
    }
}

/// The test of a right to what is locked as it begins first brings it where the right is.
#[test]
fn what_may_be_deleted_in_some_state_is_brought_there_before_it_is_tried() {
    let spec = read(
        "Residents apply for a permit with a plate and a street.\nA permit is requested, granted or refused.\n\
         The clerk grants or refuses permits.\nRefused permits can be deleted by the resident who applied for them.",
    );
    let files = blueprint::modules(&spec).into_iter().flat_map(|module| suite::tests(&spec, &module.name).files);
    let text: String = files.map(|file| file.content).collect();
    let test = text.split("def ").find(|test| test.starts_with("test_resident_can_delete_own")).unwrap();
    assert!(test.contains("refused"), "{test}");
}

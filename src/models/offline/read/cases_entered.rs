//! What is entered for something, what comes with a record, what nobody keeps, and what is out.

use super::tests::{field, may, read_candidly, role, whole};
use crate::models::offline::spec::{Feature, FieldType, Op, Rule, Scope, Who};

const LOG: &str = "A reading log for a class.\n\
                   The teacher adds books with a title, an author and a number of pages.\n";

#[test]
fn what_is_entered_for_a_thing_is_an_entry_of_it() {
    for (sentence, measure, day) in [
        ("Pupils enter for a book how many pages they have read and on which day.", "number_of_pages_read", "day"),
        ("Pupils enter for each book the pages read and the date.", "number_of_pages_read", "date"),
        ("For each book pupils enter the number of pages read and the day.", "number_of_pages_read", "day"),
        ("For a book, a pupil logs how many pages were read and when.", "number_of_pages_read", "date"),
        ("Pupils can record for every book how many minutes they read and the day.", "number_of_minutes_read", "day"),
    ] {
        let text = format!(
            "{LOG}{sentence}\nThe teacher may delete any entry.\nPupils can neither change nor delete an entry."
        );
        let spec = read_candidly(&text);
        assert!(field(&spec, "entry", "book_id").is_some_and(|f| f.required), "{sentence}: {:?}", spec.entities);
        assert_eq!(field(&spec, "entry", measure).map(|f| f.ty.clone()), Some(FieldType::Integer), "{sentence}");
        assert_eq!(field(&spec, "entry", day).map(|f| f.ty.clone()), Some(FieldType::Date), "{sentence}");
        assert_eq!(may(&spec, "entry", Op::Create), [(role("pupil"), Scope::All)], "{sentence}");
        assert_eq!(may(&spec, "entry", Op::Delete), [(role("teacher"), Scope::All)], "{sentence}");
        let changed = may(&spec, "entry", Op::Update);
        assert!(changed.iter().all(|(who, _)| *who != role("pupil")), "{sentence}: {changed:?}");
        assert_eq!(may(&spec, "book", Op::Create), [(role("teacher"), Scope::All)], "{sentence}");
        assert!((3..=5).all(|clause| whole(&spec, clause)), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn a_bound_of_what_is_entered_is_none_of_the_thing() {
    let spec = read_candidly(&format!(
        "{LOG}Pupils enter for a book how many pages they have read and on which day.\n\
         The number of pages read is between 1 and 200.\nAn entry cannot be dated in the future."
    ));
    let rules = |entity: &str, name: &str| -> Vec<Rule> {
        field(&spec, entity, name).into_iter().flat_map(|f| f.rules.iter().map(|r| r.rule.clone())).collect()
    };
    assert!(rules("book", "number_of_pages").is_empty(), "{:?}", spec.entities);
    assert!(rules("entry", "number_of_pages_read").contains(&Rule::Max { value: 200.0 }), "{:?}", spec.entities);
    assert!(rules("entry", "day").contains(&Rule::NotInFuture), "{:?}", spec.entities);
}

#[test]
fn what_is_entered_in_words_that_are_not_understood_makes_no_more_of_the_things() {
    for sentence in [
        "Pupils enter for a book how much they liked it and how many pages they have read.",
        "Parents enter for each book how they liked it.",
    ] {
        let spec = read_candidly(&format!("{LOG}{sentence}\nThe teacher may delete any entry."));
        assert_eq!(may(&spec, "book", Op::Create), [(role("teacher"), Scope::All)], "{sentence}");
        assert!(!whole(&spec, 3) && !whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // whoever adds the books says more of them
    let spec = read_candidly(&format!("{LOG}The teacher enters for each book the year and the language."));
    assert!(field(&spec, "book", "year").is_some() && spec.entity("entry").is_none(), "{:?}", spec.entities);
}

#[test]
fn what_others_have_done_is_not_opened_where_that_is_not_understood() {
    let spec = read_candidly(&format!(
        "{LOG}Pupils enter for a book how many pages they have read and on which day.\n\
         A pupil cannot see what other pupils have read."
    ));
    assert!(may(&spec, "entry", Op::Read).iter().all(|(_, scope)| *scope == Scope::Own), "{:?}", spec.entities);
    assert!(!whole(&spec, 4));
}

#[test]
fn a_remark_of_some_length_is_a_property_of_what_they_make() {
    let shop = "A cake shop.\nThe baker adds cakes with a name.\nCustomers order cakes.\n";
    for sentence in [
        "Customers can add a remark of at most 80 letters.",
        "A customer can add a remark of up to 80 characters to the order.",
        "Customers may write a remark of no more than 80 characters.",
    ] {
        let spec = read_candidly(&format!("{shop}{sentence}"));
        let remark = field(&spec, "order", "remark").unwrap();
        assert!(!remark.required && remark.rules.iter().any(|r| r.rule == Rule::MaxLength { value: 80 }), "{sentence}");
        assert!(spec.entity("remark").is_none(), "{sentence}");
    }
    let spec = read_candidly(&format!(
        "{shop}Customers can add a comment of at most 80 letters to a cake.\nComments are public."
    ));
    assert!(spec.entity("comment").is_some(), "{:?}", spec.entities);
}

#[test]
fn what_is_not_kept_is_no_record() {
    for sentence in ["No diagnoses are stored.", "No grades are kept.", "- No invoices are saved."] {
        let spec = read_candidly(&format!("{LOG}Pupils see books.\n{sentence}"));
        assert_eq!(spec.entities.len(), 1, "{sentence}: {:?}", spec.entities);
        assert!(spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })), "{sentence}");
    }
    let spec = read_candidly("A museum.\nGuides add tours with a date.\nNo tours are kept for more than a year.");
    assert!(spec.entity("tour").is_some() && !whole(&spec, 3), "{:?}", spec.gaps);
}

#[test]
fn whose_software_it_is_demands_nothing() {
    for title in ["The parish library.", "Parish library.", "Our rowing club", "The school library."] {
        let spec = read_candidly(&format!("{title}\nMembers add books with a title."));
        assert!(whole(&spec, 1), "{title}: {:?}", spec.gaps);
    }
    let spec = read_candidly("Anonymous voting for our club.\nMembers add motions with a title.");
    assert!(!whole(&spec, 1));
}

#[test]
fn the_one_of_many_who_added_something_takes_it_back() {
    let pool = "A car pool.\nDrivers offer rides with a date and a number of seats.\nRiders book rides.\n";
    for sentence in
        ["The driver can cancel a ride.", "The driver may delete the ride.", "The driver can delete a ride."]
    {
        let spec = read_candidly(&format!("{pool}{sentence}"));
        assert_eq!(may(&spec, "ride", Op::Delete), [(role("driver"), Scope::Own)], "{sentence}");
    }
    for sentence in
        ["The driver can delete any ride.", "Drivers can delete all rides.", "The manager can delete a ride."]
    {
        let spec = read_candidly(&format!("{pool}{sentence}"));
        assert!(may(&spec, "ride", Op::Delete).iter().all(|(_, scope)| *scope == Scope::All), "{sentence}");
    }
    // where there is one of them, it is every record
    let spec = read_candidly(
        "A library.\nThe librarian adds books with a title.\nThe librarian can delete a book.\nReaders see books.",
    );
    assert_eq!(may(&spec, "book", Op::Delete), [(role("librarian"), Scope::All)]);
}

const LIBRARY: &str = "A school library.\nThe librarian adds books with a title.\nPupils borrow books.\n";

#[test]
fn what_is_lent_is_what_a_loan_refers_to() {
    for sentence in [
        "Books that are lent may not be deleted.",
        "Books that are lent out cannot be deleted.",
        "A borrowed book cannot be deleted.",
        "A book that is on loan cannot be deleted.",
        "Books on loan cannot be deleted.",
    ] {
        let spec = read_candidly(&format!("{LIBRARY}{sentence}"));
        let used = |f: &Feature| matches!(f, Feature::InUse { entity, by, .. } if entity == "book" && by == "loan");
        assert!(spec.features.iter().any(used), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
        assert!(field(&spec, "book", "status").is_none() && whole(&spec, 4), "{sentence}: {:?}", spec.gaps);
    }
    // a state that the text lists is one
    let spec = read_candidly(&format!("{LIBRARY}Books are new, borrowed or lost.\nA borrowed book cannot be deleted."));
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Locked { .. })), "{:?}", spec.features);
    let spec = read_candidly(&format!("{LIBRARY}A book that is borrowed must not be changed."));
    assert!(field(&spec, "book", "status").is_none() && !whole(&spec, 4), "{:?}", spec.gaps);
}

#[test]
fn what_is_lent_again_is_free_when_the_days_are_over() {
    for sentence in ["A book that is lent cannot be lent again.", "A book which is lent must not be lent again."] {
        let spec = read_candidly(&format!("{LIBRARY}{sentence}"));
        let apart = |f: &Feature| matches!(f, Feature::NoOverlap { entity, per: Some(per), .. } if entity == "loan" && per == "book_id");
        assert!(spec.features.iter().any(apart) && whole(&spec, 4), "{sentence}: {:?} {:?}", spec.features, spec.gaps);
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Limit { .. })), "{sentence}");
    }
}

#[test]
fn the_future_begins_tomorrow() {
    let loans = "A school library.\nThe librarian adds books with a title.\nPupils borrow books with a return date.\n";
    for sentence in [
        "The return date lies in the future.",
        "The return date must be in the future.",
        "The return date is after today.",
    ] {
        let spec = read_candidly(&format!("{loans}{sentence}"));
        let date = field(&spec, "loan", "return_date").unwrap();
        assert!(
            date.rules.iter().any(|r| r.rule == Rule::FromDay { days: 1 }) && whole(&spec, 4),
            "{sentence}: {date:?} {:?}",
            spec.gaps
        );
    }
}

#[test]
fn a_list_is_not_sorted_by_what_nobody_keeps() {
    let ideas = "A box of ideas.\nPupils post ideas with a title.\nPupils vote for ideas.\n";
    for sentence in [
        "Ideas are sorted by number of votes.",
        "Ideas are sorted by the number of votes, most first.",
        "Ideas are sorted by date.",
    ] {
        let spec = read_candidly(&format!("{ideas}{sentence}"));
        let names: Vec<&str> = spec.entity("idea").unwrap().fields.iter().map(|f| f.name.as_str()).collect();
        assert_eq!(names, ["title"], "{sentence}");
        assert!(!whole(&spec, 4), "{sentence}");
    }
}

#[test]
fn what_others_have_is_hidden_from_everybody_else() {
    let club = "A pet club.\nOwners register pets with a name.\nOwners add claims with a text.\n";
    for sentence in [
        "Claims of others are hidden from owners.",
        "Other people's claims are hidden from owners.",
        "The claims of others are not visible to owners.",
        "The claims of other owners are invisible to owners.",
    ] {
        let spec = read_candidly(&format!("{club}{sentence}"));
        let seen = may(&spec, "claim", Op::Read);
        assert_eq!(seen, [(role("owner"), Scope::Own)], "{sentence}: {:?}", spec.gaps);
        assert!(seen.iter().all(|(who, _)| *who != Who::Anyone), "{sentence}");
    }
}

#[test]
fn who_does_not_do_it_does_not_get_it() {
    let tasting = "A wine tasting.\nThe host adds wines with a name.\n";
    for (made, denied, entity) in [
        ("Tasters rate wines.", "The host sees all ratings but does not rate.", "rating"),
        ("Tasters comment on wines.", "The host sees all comments but does not comment.", "comment"),
        ("Tasters add notes with a wine and a text.", "The host sees all notes but cannot add any.", "note"),
    ] {
        let spec = read_candidly(&format!("{tasting}{made}\n{denied}"));
        assert_eq!(may(&spec, entity, Op::Create), [(role("taster"), Scope::All)], "{denied}");
        assert!(may(&spec, entity, Op::Read).contains(&(role("host"), Scope::All)), "{denied}");
    }
    for sentence in
        ["Pupils can neither change nor delete notes.", "Notes may neither be changed nor deleted by pupils."]
    {
        let spec =
            read_candidly(&format!("{LOG}Pupils add notes with a text.\nThe teacher sees all notes.\n{sentence}"));
        let held: Vec<_> = [Op::Update, Op::Delete].into_iter().flat_map(|op| may(&spec, "note", op)).collect();
        assert!(held.iter().all(|(who, _)| *who != role("pupil")), "{sentence}: {held:?}");
    }
}

#[test]
fn who_names_another_record_sees_which_there_are() {
    let clinic = "A clinic.\nThe receptionist adds patients with a name and a date of birth.\nDoctors see patients.\n";
    for sentence in [
        "Nurses record vaccinations of a patient with the vaccine and the date.",
        "Nurses add vaccinations with a patient, a vaccine and a date.",
    ] {
        let spec = read_candidly(&format!("{clinic}{sentence}"));
        assert!(
            may(&spec, "patient", Op::Read).contains(&(role("nurse"), Scope::All)),
            "{sentence}: {:?}",
            spec.entities
        );
        for kept in
            ["Nurses do not see patients.", "Only doctors see patients.", "Nobody but doctors may see patients."]
        {
            let spec = read_candidly(&format!("{clinic}{sentence}\n{kept}"));
            let seen = may(&spec, "patient", Op::Read);
            assert!(seen.iter().all(|(who, _)| *who != role("nurse")), "{sentence} {kept}: {seen:?}");
        }
    }
}

#[test]
fn what_an_age_is_for_bounds_nothing() {
    let spec = read_candidly(
        "A toy library.\nThe librarian adds toys with a name and an age from which it is suitable (1 to 8).\nParents see toys.",
    );
    let age = field(&spec, "toy", "age").unwrap();
    assert!(age.rules.iter().any(|r| r.rule == Rule::Max { value: 8.0 }) && whole(&spec, 2), "{age:?} {:?}", spec.gaps);
}

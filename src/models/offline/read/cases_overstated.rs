//! Sentences of which a part was taken for read although nothing was built for it.

use super::tests::{field, read, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{Access, Op, Scope, Who};

/// The gaps of the last clause.
fn left(text: &str) -> Vec<String> {
    let spec = read(text);
    let last = ClauseId(u32::try_from(text.lines().count()).unwrap());
    spec.gaps.iter().filter(|g| g.clause == last).map(|g| g.what.clone()).collect()
}

#[test]
fn what_is_done_without_an_account_is_open_to_everybody_or_a_gap() {
    for text in [
        "Teachers log in and see all complaints.\nPupils submit a complaint with a title without logging in.",
        "Teachers log in and see all complaints.\nPupils submit a complaint with a title and a text without an account.",
        "Editors log in and delete tips.\nAnyone can post a tip with a text without an account.",
    ] {
        let spec = read(text);
        let is_open =
            |a: &Access| a.who == Who::Anyone && a.ops.contains(&Op::Create) && a.clauses.contains(&ClauseId(2));
        let open = spec.entities.iter().flat_map(|e| &e.access).any(is_open);
        assert!(open || !whole(&spec, 2), "{text}: {:?}", spec.entities);
    }
}

#[test]
fn every_one_is_recorded_by_whoever_does_it_or_a_gap() {
    let shelf = "A medicine has a name.\nNurses see medicines.\nManagers add medicines.";
    assert_eq!(left(&format!("{shelf}\nEvery withdrawal is recorded.")), ["Every withdrawal"]);
    for text in [
        "Every withdrawal is recorded by a nurse.\nEvery withdrawal is recorded.",
        "Nurses record withdrawals.\nEvery withdrawal is recorded with a quantity.",
    ] {
        assert_eq!(left(&format!("{shelf}\n{text}")), [""; 0], "{text}");
    }
    // one person alone leaves nobody out
    assert_eq!(left("A treasurer adds members with a name.\nEvery donation is recorded with an amount."), [""; 0]);
}

#[test]
fn how_often_is_counted_or_a_gap() {
    let games = "Members sign up and log in.\nA game has a title.";
    assert_eq!(left(&format!("{games}\nMembers rate games from 1 to 5 stars, once each.")), ["once"]);
    let spec =
        read(&format!("{games}\nMembers write reviews of games with a text.\nA member reviews a game at most once."));
    assert!(whole(&spec, 4), "{:?}", spec.gaps);
    // a conjunction counts nothing
    let late = left(&format!("{games}\nA game cannot be deleted once it has reviews."));
    assert!(!late.contains(&"once".to_owned()), "{late:?}");
}

#[test]
fn what_lasts_for_a_time_ends_or_is_a_gap() {
    let tools = "Members sign up and add tools with a name and a state (good, worn).";
    let found = left(&format!("{tools}\nNew tools are marked as new for a week."));
    assert!(found.iter().any(|what| what.contains("for a week")), "{found:?}");
}

#[test]
fn only_its_author_is_whoever_added_it() {
    let spec = read("A recipe has a title.\nOnly the author may change a recipe.");
    let changes = spec.entity("recipe").unwrap().access.iter().filter(|a| a.ops.contains(&Op::Update));
    assert!(changes.clone().count() > 0 && changes.clone().all(|a| a.scope == Scope::Own), "{:?}", spec.entities);
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
    let spec = read("Members add tools with a name.\nOnly the owner of a tool can delete it.");
    assert!(whole(&spec, 2), "{:?}", spec.gaps);
}

#[test]
fn what_somebody_holds_and_what_is_out_is_lent() {
    let keys = "A caretaker adds keys with a label.\nMembers borrow a key.";
    let found = left(&format!("{keys}\nNobody can hold more than two keys."));
    assert!(found.iter().any(|what| what.contains("hold")), "{found:?}");
    let found = left(&format!("{keys}\nA key that is out cannot be borrowed again."));
    assert!(found.iter().any(|what| what.contains("out")), "{found:?}");
}

#[test]
fn a_range_of_codes_is_a_gap() {
    for (text, gap) in [
        ("Every prop has a name and a shelf (A1 to F9).", "A1 to F9"),
        ("A seat has a name and a row (between A and K).", "A and K"),
        ("A seat has a name and a row from A to K.", "A to K"),
        ("A prop has a name and a shelf A1–D40.", "A1–D40"),
    ] {
        let left = left(text);
        assert!(left.iter().any(|what| what.contains(gap)), "{text}: {left:?}");
    }
    for text in ["A member has a name and a plan A or B.", "A prop has a name and a number between 1 and 9."] {
        let left = left(text);
        assert!(left.iter().all(|what| !what.contains(" and ") && !what.contains(" to ")), "{text}: {left:?}");
    }
}

#[test]
fn a_password_is_no_property_of_a_record() {
    let spec = read("Members sign up and write reviews of books with a text.\nPasswords must have a number in them.");
    assert!(field(&spec, "review", "number").is_none(), "{:?}", spec.entity("review"));
    assert!(spec.gaps.iter().any(|g| g.clause == ClauseId(2) && g.whole), "{:?}", spec.gaps);
}

#[test]
fn no_more_than_so_many_is_a_limit() {
    let spec = read(
        "Coordinators add shifts with a date.\nVolunteers sign up for shifts.\nNo more than 10 volunteers per shift.",
    );
    let kind = spec.marks.iter().find(|m| m.clause == ClauseId(3)).unwrap().kind;
    assert_eq!(kind, ClauseKind::Constraint);
    let spec = read("Coordinators add shifts with a date.\nA shift with no places left accepts no more volunteers.");
    assert!(spec.marks[1].kind.demands(), "{:?}", spec.marks);
}

#[test]
fn the_only_role_is_not_everybodys_where_others_act_without_it() {
    for others in ["Guests write an entry with a name.", "Anyone can write an entry with a name."] {
        let spec = read(&format!("{others}\nOnly an admin deletes entries."));
        let roles = &spec.users.as_ref().unwrap().roles;
        assert!(roles.iter().all(|r| !r.open), "{others} {roles:?}");
    }
}

#[test]
fn accounts_that_others_set_up_and_what_waits_for_an_approval_are_not_claimed() {
    let spec = read(
        "Choristers sign in with e-mail and password, the tour leader sets up their accounts.\n\
         The tour leader adds tours with a title.\nChoristers see the tours.",
    );
    assert!(!whole(&spec, 1) && whole(&spec, 2), "{:?}", spec.gaps);
    let spec = read(
        "Teachers log in.\nTeachers create trips with a title.\nThe head approves each trip before carers can see it.\n\
         Carers sign up and add their children with a name.\nA carer enrols a child in a trip.",
    );
    assert!(!whole(&spec, 3) && !whole(&spec, 5) && whole(&spec, 2), "{:?}", spec.gaps);
}

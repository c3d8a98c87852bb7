//! What a person's answers to open questions do, and that what they do not do is said.

use super::tests::{cut, read};
use super::{analyse, analyse_again};
use crate::models::offline::spec::{AppSpec, Feature, Op, Scope, Who};
use std::collections::BTreeMap;

const SHOP: &str = "The baker and the customers log in.\nCustomers add orders with a customer name, a phone number and \
    a note.\nThe baker adds cakes with a name and a price in euros.";

fn answered(text: &str, key: &str, answer: &str) -> AppSpec {
    let clauses = cut(text);
    let asked = analyse(&clauses, &BTreeMap::new()).unwrap();
    let keys: Vec<&str> = asked.assumptions.iter().map(|q| q.key.as_str()).collect();
    assert!(keys.contains(&key), "{key} is not asked: {keys:?}");
    analyse(&clauses, &BTreeMap::from([(key.to_owned(), answer.to_owned())])).unwrap()
}

fn holders(spec: &AppSpec, entity: &str, op: Op) -> Vec<(Who, Scope)> {
    let access = spec.entity(entity).unwrap().access.iter().filter(|a| a.ops.contains(&op));
    access.map(|a| (a.who.clone(), a.scope.clone())).collect()
}

/// What gaps say of an answer.
fn said(spec: &AppSpec) -> Vec<&str> {
    spec.gaps.iter().filter(|g| g.what.contains("in the answer to")).map(|g| g.what.as_str()).collect()
}

fn role(name: &str) -> Who {
    Who::Role(name.into())
}

#[test]
fn everybody_who_is_signed_in_needs_an_account() {
    for answer in [
        "everybody who is signed in",
        "Everyone who's logged in",
        "everyone who is logged in",
        "anyone who is signed in",
        "anybody with an account",
        "anyone who has an account",
        "all users",
        "every user",
        "all members",
        "registered users",
        "all registered users only",
        "logged-in people",
        "signed in users",
        "everybody",
        "everyone can see them",
        "anyone, but only with an account",
        "everyone who has signed up",
        "people who can log in",
        "account holders",
    ] {
        let spec = answered(SHOP, "see:cake", answer);
        assert_eq!(holders(&spec, "cake", Op::Read), [(Who::SignedIn, Scope::All)], "{answer}: {:?}", said(&spec));
        assert!(said(&spec).is_empty() || answer.contains("who's"), "{answer}: {:?}", said(&spec));
    }
    for answer in
        ["anyone", "the public", "everyone, also without an account", "anybody without an account", "visitors"]
    {
        let spec = answered(SHOP, "see:cake", answer);
        assert_eq!(holders(&spec, "cake", Op::Read), [(Who::Anyone, Scope::All)], "{answer}: {:?}", said(&spec));
    }
}

#[test]
fn whoever_the_text_does_not_know_gets_no_right_and_the_default_stays() {
    let before = holders(&read(SHOP), "order", Op::Update);
    for answer in [
        "the sales staff",
        "customers who paid",
        "the baker and the sales staff",
        "everyone except the customers",
        "not everyone who is signed in",
        "the master baker",
        "anyone in the shop",
        "the baker on Mondays",
        "employees",
        "users without debts",
        "hm",
    ] {
        let spec = answered(SHOP, "edit:order", answer);
        assert_eq!(holders(&spec, "order", Op::Update), before, "{answer}");
        let [what] = said(&spec)[..] else { panic!("{answer}: {:?}", spec.gaps) };
        assert!(what.contains("Who may change or delete an order?"), "{what}");
        let gap = spec.gaps.iter().find(|g| g.what == what).unwrap();
        let kept = spec.assumptions.iter().find(|q| q.key == "edit:order").unwrap();
        assert!(gap.reason.contains(&kept.answer) && kept.answer != answer, "{}", gap.reason);
    }
    let open = "People add notes with a title and a text.";
    let spec = answered(open, "edit:note", "the staff");
    assert!(said(&spec)[0].contains("the staff"), "{:?}", spec.gaps);
}

#[test]
fn whoever_the_text_knows_is_who_the_answer_says() {
    let all = |who: Who| vec![(who, Scope::All)];
    for (answer, expected) in [
        ("only the baker", all(role("baker"))),
        ("bakers", all(role("baker"))),
        ("nobody but the baker", all(role("baker"))),
        // customers see their own orders only, and nobody changes what they do not see
        ("the customers and the baker", vec![(role("customer"), Scope::Own), (role("baker"), Scope::All)]),
        ("nobody", Vec::new()),
        ("whoever added it", vec![(role("customer"), Scope::Own)]),
        ("customers their own, the baker all", vec![(role("customer"), Scope::Own), (role("baker"), Scope::All)]),
    ] {
        let spec = answered(SHOP, "edit:order", answer);
        let mut found = holders(&spec, "order", Op::Delete);
        found.sort_by_key(|(who, _)| *who == role("baker"));
        assert_eq!(found, expected, "{answer}: {:?}", spec.gaps);
        assert!(said(&spec).is_empty(), "{answer}: {:?}", said(&spec));
    }
}

#[test]
fn a_role_is_known_by_the_words_of_the_text() {
    let text = format!("{SHOP}\nThe sales staff log in and see all orders.");
    let spec = answered(&text, "edit:order", "the sales staff");
    let mut found = holders(&spec, "order", Op::Delete);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(matches!(found.remove(0).0, Who::Role(name) if name.ends_with("_staff")), "{:?}", spec.gaps);
    assert!(said(&spec).is_empty(), "{:?}", spec.gaps);
}

#[test]
fn properties_that_an_answer_names_must_be_filled_in_and_no_others() {
    let key = "required:order";
    for answer in [
        "customer name and phone number",
        "the customer's name, the phone number",
        "the name of the customer and the phone",
        "Phone number & customer name",
    ] {
        let spec = answered(SHOP, key, answer);
        let fields = &spec.entity("order").unwrap().fields;
        let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
        assert_eq!(required, ["customer_name", "phone_number"], "{answer}");
        assert!(said(&spec).is_empty(), "{answer}: {:?}", said(&spec));
    }
    let default = read(SHOP);
    let spec = answered(SHOP, key, "the shoe size and the banana");
    assert_eq!(spec.entity("order").unwrap().fields, default.entity("order").unwrap().fields);
    assert!(said(&spec)[0].contains("shoe size") && said(&spec)[0].contains("banana"), "{:?}", said(&spec));
    let partly = answered(SHOP, key, "the note and the banana");
    assert!(partly.entity("order").unwrap().fields.iter().all(|f| f.required == (f.name == "note")));
    assert!(said(&partly)[0].contains("banana") && !said(&partly)[0].contains("note"), "{:?}", said(&partly));
}

#[test]
fn an_answer_that_cannot_be_built_is_said_not_to_be_followed() {
    let fair = "A guest book for the village fair.";
    let spec = answered(fair, "fields:entry", "...");
    assert!(!said(&spec).is_empty(), "{:?}", spec.gaps);
    let export = format!("{SHOP}\nThe baker can export the list of cakes.");
    let spec = answered(&export, "export:cake", "as PDF");
    assert!(said(&spec)[0].contains("pdf"), "{:?}", spec.gaps);
    assert!(said(&answered(&export, "export:cake", "CSV")).is_empty());
}

#[test]
fn what_was_in_force_stays_when_something_is_added() {
    let text = "Mechanics log in and add repair orders with a customer name and a phone number.\n\
        The newest orders come first.";
    let before = read(text);
    let kept = before.assumptions.iter().map(|q| (q.key.clone(), q.answer.clone())).collect();
    let more = format!("{text}\nA repair order has a due date.\nThe owner logs in and sees all repair orders.");
    let after = analyse_again(&cut(&more), &BTreeMap::new(), &kept).unwrap();
    for q in &before.assumptions {
        let now = after.assumptions.iter().find(|x| x.key == q.key).map(|x| &x.answer);
        assert_eq!(now, Some(&q.answer), "{}", q.question);
    }
    let required = |spec: &AppSpec| -> Vec<String> {
        spec.entities[0].fields.iter().filter(|f| f.required).map(|f| f.name.clone()).collect()
    };
    assert_eq!(required(&after), required(&before));
    // what no longer fits goes without a word: nobody was asked
    let gone = BTreeMap::from([(format!("required:{}", before.entities[0].name), "shoe size".to_owned())]);
    let anew = analyse_again(&cut(text), &BTreeMap::new(), &gone).unwrap();
    assert_eq!(anew, before);
}

#[test]
fn newest_first_is_the_order_in_which_records_were_made() {
    for (fields, expected) in [
        ("a customer name and a due date", "id"),
        ("a customer name and a pick-up date", "id"),
        ("a customer name, a due date and a date", "date"),
        ("a customer name, a delivery date and an order date", "date"),
    ] {
        let spec = read(&format!("The clerk logs in and adds orders with {fields}.\nThe newest orders come first."));
        let sorted = spec.features.iter().find_map(|f| match f {
            Feature::Sort { field, descending: true, .. } => Some(field.as_str()),
            _ => None,
        });
        assert_eq!(sorted, Some(expected), "{fields}");
    }
}

#[test]
fn who_works_there_sees_what_colleagues_entered_and_what_is_somebodys_own_is_asked() {
    let shop = "We are a bicycle repair shop and write a repair order with a customer name and a bike.\n\
        Each repair order has a status: accepted, in work or ready.\nA mechanic can set the status of a repair order.\n\
        The list of orders can be filtered by status.\nMechanics log in.";
    let spec = read(shop);
    let entity = &spec.entities[0].name;
    for op in [Op::Read, Op::Update] {
        let found = holders(&spec, entity, op);
        let all = (role("mechanic"), Scope::All);
        assert!(found.contains(&all) && found.iter().all(|h| *h == all), "{:?}", spec.entities[0].access);
    }
    let own = "Customers log in and add orders with a name.\nThe list of orders can be filtered by name.";
    assert_eq!(holders(&read(own), "order", Op::Read), [(role("customer"), Scope::Own)]);
    let all = answered(own, "see:order", "the customers");
    assert_eq!(holders(&all, "order", Op::Read), [(role("customer"), Scope::All)]);
}

#[test]
fn an_answer_that_limits_the_one_limits_no_other() {
    const CLUB: &str = "Families sign up with a name.\nThe board adds duties with a date.\nFamilies book duties.\n\
        Only the board can delete bookings.";
    for answer in
        ["the board, and the family only those of their own", "The board sees all bookings, a family sees its own"]
    {
        let spec = answered(CLUB, "see:booking", answer);
        let sees = holders(&spec, "booking", Op::Read);
        assert!(sees.contains(&(role("board"), Scope::All)), "{answer}: {sees:?} {:?}", said(&spec));
        assert!(sees.contains(&(role("family"), Scope::Own)), "{answer}: {sees:?}");
        assert_eq!(holders(&spec, "booking", Op::Delete), [(role("board"), Scope::All)], "{answer}");
        assert!(said(&spec).is_empty(), "{answer}: {:?}", said(&spec));
    }
    let spec = answered(CLUB, "see:booking", "the board and the family, only their own");
    assert!(holders(&spec, "booking", Op::Read).iter().all(|(_, scope)| *scope == Scope::Own));
}

/// Whatever is offered as an answer is followed, and is what is in force then.
#[test]
fn every_answer_that_is_offered_is_followed_to_its_last_word() {
    let fitness = "People sign up with an email address and a password and record their workouts: the date, the kind of \
        exercise, the duration in minutes and the distance in kilometres. A user sets goals, for example running 100 km in a \
        month, and sees the progress towards each goal. A trainer can be given access to a user's workouts by that user and \
        can leave comments on them. Closed comments are archived.";
    let open = "People add notes with a title and a text. The list of notes can be exported.";
    let mut offered = 0;
    for text in [SHOP, fitness, open] {
        let clauses = cut(text);
        for q in analyse(&clauses, &BTreeMap::new()).unwrap().assumptions {
            assert!(q.choices.is_empty() || q.choices[0] == q.answer, "the default comes first: {q:?}");
            for choice in &q.choices {
                let spec = analyse(&clauses, &BTreeMap::from([(q.key.clone(), choice.clone())])).unwrap();
                assert!(said(&spec).is_empty(), "{choice}: {:?}", said(&spec));
                let now = spec.assumptions.iter().find(|x| x.key == q.key);
                assert_eq!(now.map(|x| &x.answer), Some(choice), "{}", q.question);
                offered += 1;
            }
        }
    }
    assert!(offered > 20, "{offered}");
    let spec = read(SHOP);
    let edit = spec.assumptions.iter().find(|q| q.key == "edit:order").unwrap();
    for answer in ["everyone who is signed in", "the baker", "nobody"] {
        assert!(edit.choices.iter().any(|c| c == answer), "{answer}: {:?}", edit.choices);
    }
}

#[test]
fn what_the_text_keeps_from_others_is_not_offered_to_them() {
    let text = "People sign up and record their workouts with a date. Users must never see each other's workouts.";
    let asked = read(text).assumptions.into_iter().find(|q| q.key == "see:workout");
    assert!(asked.is_none_or(|q| q.choices.is_empty()), "everybody would see them");
}

#[test]
fn where_one_kind_of_person_is_named_alone_they_may_be_told_from_others() {
    let text = "A register of dogs. The town clerk registers dogs with a name and a breed.";
    let open = analyse(&cut(text), &BTreeMap::new()).unwrap();
    assert!(open.users.is_none(), "{:?}", open.users);
    let closed = answered(text, "accounts", "Only the town clerk, who logs in");
    assert!(closed.users.as_ref().unwrap().roles.iter().all(|role| !role.open), "{:?}", closed.users);
    for op in [Op::Create, Op::Read, Op::Delete] {
        assert_eq!(holders(&closed, "dog", op), [(role("town_clerk"), Scope::All)], "{op:?}");
    }
    let neither = answered(text, "accounts", "my brother");
    assert!(neither.users.is_none() && said(&neither).len() == 1, "{:?}", said(&neither));
    // Who else is named, or anybody at all, is no question of one kind of person.
    for text in ["Visitors add entries with a text.", "Anybody adds dogs with a name. The clerk deletes dogs."] {
        let spec = analyse(&cut(text), &BTreeMap::new()).unwrap();
        assert!(spec.assumptions.iter().all(|q| q.key != "accounts"), "{text}: {:?}", spec.assumptions);
    }
}

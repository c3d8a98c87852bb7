//! What is built is held against the words of its sentence: it says the same, or the clause is a gap that says what is built.

use super::tests::{field, read, whole};
use crate::domain::ClauseId;
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Scope, Who};

/// What the gaps of a clause say.
pub(super) fn told(spec: &AppSpec, clause: u32) -> String {
    let of = spec.gaps.iter().filter(|g| g.clause == ClauseId(clause));
    of.map(|g| format!("{}: {}", g.what, g.reason)).collect::<Vec<_>>().join("; ")
}

/// Who may do something with the records of an entity, or with one property of them.
pub(super) fn may(spec: &AppSpec, entity: &str, op: Op, property: Option<&str>) -> Vec<(Who, Scope)> {
    let Some(e) = spec.entity(entity) else { return Vec::new() };
    let gone = |f: &Feature| matches!(f, Feature::Forbid { entity: x, op: o, .. } if x == entity && *o == op);
    if spec.features.iter().any(gone) {
        return Vec::new();
    }
    let guards = spec.features.iter().find_map(|f| match f {
        Feature::FieldGuard { entity: x, field, who, .. } if x == entity && Some(field.as_str()) == property => {
            Some(who)
        }
        _ => None,
    });
    let reaches = |only: &[String]| only.is_empty() || property.is_some_and(|p| only.iter().any(|f| f == p));
    let rows = e.access.iter().filter(|a| a.ops.contains(&op) && (op != Op::Update || reaches(&a.only_fields)));
    rows.filter(|a| guards.is_none_or(|who| who.contains(&a.who))).map(|a| (a.who.clone(), a.scope.clone())).collect()
}

pub(super) fn role(name: &str) -> Who {
    Who::Role(name.into())
}

/// The limits of a number of records.
fn limits(spec: &AppSpec) -> Vec<&Feature> {
    spec.features.iter().filter(|f| matches!(f, Feature::Limit { .. } | Feature::LimitIn { .. })).collect()
}

const PEOPLE: &str = "Members sign up and log in.\n";

#[test]
fn what_one_group_may_is_its_own_or_a_gap() {
    for (noun, verb, op) in [
        ("tools", "add", Op::Create),
        ("tools", "change", Op::Update),
        ("rooms", "delete", Op::Delete),
        ("notes", "see", Op::Read),
    ] {
        for (who, roles) in [("the warden", vec!["warden"]), ("the auditor and the warden", vec!["auditor", "warden"])]
        {
            for other in ["Members see TOOLS.", "A clerk adds, changes and deletes TOOLS.", "Members add TOOLS.", ""] {
                let other = other.replace("TOOLS", noun);
                let text = format!(
                    "{PEOPLE}A {} has a name.\n{other}\nOnly {who} can {verb} {noun}.",
                    &noun[..noun.len() - 1]
                );
                let spec = read(&text.replace("\n\n", "\n"));
                let clause = if other.is_empty() { 3 } else { 4 };
                let found = may(&spec, &noun[..noun.len() - 1], op, None);
                let others = found.iter().any(|(w, _)| !roles.iter().any(|r| *w == role(r)));
                let missing = roles.iter().any(|r| !found.iter().any(|(w, _)| *w == role(r)));
                assert!(!whole(&spec, clause) || !others && !missing, "{text}\n{found:?}");
            }
        }
    }
}

#[test]
fn a_state_that_one_group_sets_is_set_by_no_other_or_it_is_a_gap() {
    let spec = read(
        "Teachers report faults.\nA fault has a title and a room.\n\
         Faults go from reported to in progress to solved.\nTeachers can edit their faults.\n\
         Only janitors can set a fault to in progress or solved.",
    );
    let found = may(&spec, "fault", Op::Update, Some("status"));
    let alone = !found.is_empty() && found.iter().all(|(who, _)| *who == role("janitor"));
    assert!(!whole(&spec, 5) || alone, "{found:?}");
}

#[test]
fn all_records_that_two_see_alone() {
    let spec = read(
        "The cashier records payments with a date, a purpose and an amount.\n\
         Only the auditor and the chairwoman can see all payments.",
    );
    let found = may(&spec, "payment", Op::Read, None);
    let all: Vec<&Who> = found.iter().filter(|(_, scope)| *scope == Scope::All).map(|(who, _)| who).collect();
    let right = all.len() == 2 && all.contains(&&role("auditor")) && all.contains(&&role("chairwoman"));
    assert!(!whole(&spec, 2) || right, "{found:?}");
}

#[test]
fn the_one_whose_name_a_record_has_is_not_everybody_of_a_role() {
    let spec = read(
        "Members log in.\nA task has a title, an assignee and a state: open, in progress, done.\n\
         Members add tasks.\nOnly the assignee may set a task to done.",
    );
    let text = field(&spec, "task", "assignee").is_some_and(|f| matches!(f.ty, FieldType::Text { .. }));
    assert!(!text || !whole(&spec, 4), "{:?}", spec.entity("task"));
}

/// The operation, the values, whose it is, and whom it binds.
type Kept = (Op, Vec<String>, Vec<String>, Vec<Who>);

/// What nobody does with their own by a clause.
fn kept(spec: &AppSpec, clause: u32) -> Option<Kept> {
    spec.features.iter().find_map(|f| match f {
        Feature::NotOwn { op, sets, own, who, clauses, .. } if clauses.contains(&ClauseId(clause)) => {
            let values = sets.as_ref().map(|(_, values)| values.clone()).unwrap_or_default();
            Some((*op, values, own.clone(), who.clone()))
        }
        _ => None,
    })
}

#[test]
fn what_nobody_does_with_their_own_is_kept_from_whose_it_is() {
    let leave = "Employees enter leave requests with a first day and a last day.\nA new request is pending.\n\
                 The team lead approves or rejects requests.\nThe team lead deletes requests.\n\
                 The team lead enters leave requests.\n";
    let approved = || vec!["approved".to_owned()];
    let by_owner = || vec!["owner_id".to_owned()];
    for (text, op, values, who) in [
        ("Nobody may approve his or her own request.", Op::Update, approved(), vec![]),
        ("Nobody can approve their own requests.", Op::Update, approved(), vec![]),
        ("A team lead cannot approve their own.", Op::Update, approved(), vec![role("team_lead")]),
        ("A team lead may not approve requests that he or she made.", Op::Update, approved(), vec![role("team_lead")]),
        ("Requests must not be approved by the person who submitted them.", Op::Update, approved(), vec![]),
        ("No team lead may delete his own request.", Op::Delete, vec![], vec![role("team_lead")]),
    ] {
        let spec = read(&format!("{leave}{text}"));
        assert_eq!(kept(&spec, 6), Some((op, values, by_owner(), who)), "{text}");
        assert!(whole(&spec, 6) && spec.entity("request").unwrap().owned, "{text}: {}", told(&spec, 6));
    }
    for text in [
        "As a cook I want to add a recipe with a title.\nAs a cook I want to see all recipes.\n\
         As a cook I want to rate other people's recipes with 1 to 5 stars, but not my own.",
        "Users sign up and add recipes with a title.\nEveryone sees all recipes.\n\
         Users rate other people's recipes, but not their own.",
        "Users sign up and add recipes with a title.\nUsers rate recipes. Everyone sees all recipes.\n\
         Users can only rate recipes that are not their own.",
        "Users sign up and add recipes with a title.\nUsers rate recipes. Everyone sees all recipes.\n\
         Nobody can rate their own recipe.",
    ] {
        let spec = read(text);
        let clause = u32::try_from(spec.marks.len()).unwrap();
        let rated = Some((Op::Create, vec![], vec!["recipe_id.owner_id".to_owned()], vec![]));
        assert_eq!(kept(&spec, clause), rated, "{text}: {}", told(&spec, clause));
        assert!(whole(&spec, clause) && spec.entity("recipe").unwrap().owned, "{text}: {}", told(&spec, clause));
    }
}

#[test]
fn what_nobody_does_is_one_ban_for_those_who_are_named_too() {
    for bans in [
        "A manager cannot approve their own claims.\nNobody may approve his or her own claim.",
        "Nobody may approve his or her own claim.\nA manager cannot approve their own claims.",
    ] {
        let spec = read(&format!(
            "Members sign up. Members add claims with an amount.\nThe manager approves or rejects claims.\n{bans}",
        ));
        let all: Vec<&Feature> = spec.features.iter().filter(|f| matches!(f, Feature::NotOwn { .. })).collect();
        assert!(matches!(all[..], [Feature::NotOwn { who, .. }] if who.is_empty()), "{bans}: {all:?}");
        let clauses = all[0].clauses();
        assert!(
            clauses.contains(&ClauseId(4)) && clauses.contains(&ClauseId(5)) && spec.gaps.is_empty(),
            "{:?}",
            spec.gaps
        );
    }
}

#[test]
fn what_nobody_could_do_at_all_is_a_gap() {
    for text in [
        "Employees enter leave requests with a first day.\nNobody may delete his or her own request.",
        "Members sign up.\nMembers add notes with a text.\nMembers see and change only their own notes.\n\
         Nobody may change his or her own note.",
        "Members sign up. Members add claims with an amount.\nThe manager approves or rejects claims.\n\
         Claims must not be approved by the person who paid for them.",
        "Members sign up. Members add claims with an amount.\nThe manager approves or rejects claims.\n\
         Nobody may approve his or her own claim unless it is small.",
        "Visitors enter claims with an amount.\nThe manager approves or rejects claims.\nNobody may approve their own claim.",
    ] {
        let spec = read(text);
        let clause = u32::try_from(spec.marks.len()).unwrap();
        assert_eq!(kept(&spec, clause), None, "{text}");
        assert!(!whole(&spec, clause), "{text}");
    }
}

#[test]
fn nobody_may_do_to_ones_own_what_one_may_do_to_others() {
    let leave = "Employees enter leave requests with a first day and a last day.\nA new request is pending.\n\
                 The team lead approves or rejects requests.\n";
    for text in [
        "Nobody may approve his or her own request.",
        "Nobody can delete his or her own request.",
        "Nobody may change his or her own request.",
        "A team lead must not approve his or her own request.",
    ] {
        let spec = read(&format!("{leave}{text}"));
        assert!(!whole(&spec, 4) || kept(&spec, 4).is_some(), "{text}: {:?}", spec.entity("leave_request"));
    }
}

#[test]
fn what_nobody_may_is_left_to_nobody() {
    for ban in ["Nobody may delete notes.", "Notes can never be deleted.", "No note may be deleted by anyone."] {
        for other in ["A clerk adds and deletes notes.", "A clerk manages notes.", "A clerk adds notes."] {
            let spec = read(&format!("A note has a title and a text.\n{other}\n{ban}"));
            let left = may(&spec, "note", Op::Delete, None);
            assert!(!whole(&spec, 3) || left.is_empty(), "{other} {ban}: {left:?}");
        }
    }
    for other in ["Everyone can change tools.", "Wardens change tools.", "Members and wardens change tools."] {
        let spec = read(&format!("{PEOPLE}A tool has a name.\n{other}\nMembers cannot change tools."));
        let left = may(&spec, "tool", Op::Update, None);
        let free = |w: &Who| matches!(w, Who::Anyone | Who::SignedIn) || *w == role("member");
        assert!(!whole(&spec, 4) || !left.iter().any(|(w, _)| free(w)), "{other}: {left:?}");
    }
}

#[test]
fn everybody_is_everybody_and_nobody_more() {
    let spec = read(
        "Teachers report faults with a title.\nJanitors see faults.\nAnyone logged in can comment on a fault.\n\
         A comment has a text.",
    );
    let found = may(&spec, "comment", Op::Create, None);
    assert!(!whole(&spec, 3) || !found.iter().any(|(w, _)| *w == Who::Anyone), "{found:?}");
    let spec = read(
        "A shift has a title and a date.\nHelpers can register for shifts.\nThe organiser can create shifts.\n\
         Everyone can see the shifts, but only people with an account can register.",
    );
    let seen = may(&spec, "shift", Op::Read, None).iter().any(|(w, _)| *w == Who::Anyone);
    let open = may(&spec, "registration", Op::Create, None).iter().all(|(w, _)| *w != Who::Anyone);
    assert!(!whole(&spec, 4) || seen && open, "{:?}", spec.entities);
}

#[test]
fn a_limit_of_which_a_part_is_lost_is_not_built() {
    let rooms = "A room has a name.\nMembers book a room for a date.\n";
    for (text, for_ever) in [
        ("A member can make at most 2 bookings per month.", true),
        ("A member may have at most three confirmed bookings.", true),
        ("A member may have at most three bookings at the same time.", true),
        ("A member may have no more than 4 bookings.", false),
    ] {
        let spec = read(&format!("{rooms}{text}"));
        let plain = limits(&spec).iter().any(|f| matches!(f, Feature::Limit { over: None, .. }));
        assert!(!(for_ever && plain), "{text}: {:?}", limits(&spec));
        assert!(!limits(&spec).is_empty() || !whole(&spec, 3), "{text}");
    }
    let spec = read(
        "A key has a number and a door.\nThe manager adds keys.\nThe caretaker hands out keys to tenants.\n\
         A tenant may hold no more than 5 keys.",
    );
    let of_keys = limits(&spec).iter().any(|f| f.entity() == Some("key"));
    assert!(!of_keys && !whole(&spec, 4), "{:?}", limits(&spec));
}

#[test]
fn a_bound_is_the_one_that_is_said_or_none() {
    let spec = read(
        "Cashiers record payments with a date and an amount.\n\
         Amounts above 200 euros need the approval of a second person.\nThe amount may be negative or positive, but not zero.",
    );
    let amount = field(&spec, "payment", "amount").unwrap();
    let wrong = |r: &Rule| matches!(r, Rule::Min { value } if *value >= 0.0);
    assert!(!amount.rules.iter().any(|r| wrong(&r.rule)), "{:?}", amount.rules);
    assert!(!whole(&spec, 2) && !whole(&spec, 3), "{amount:?} {:?}", spec.gaps);
    for (least, most) in [(3, 100), (5, 80), (1, 12)] {
        let text =
            format!("Members add notes with a title.\nThe title must be between {least} and {most} characters long.");
        let spec = read(&text);
        let rules: Vec<Rule> = field(&spec, "note", "title").unwrap().rules.iter().map(|r| r.rule.clone()).collect();
        let value = |r: &Rule| match r {
            Rule::MinLength { value } => *value != least,
            Rule::MaxLength { value } => *value != most,
            _ => false,
        };
        assert!(!rules.iter().any(value), "{text} {rules:?}");
        let both =
            rules.contains(&Rule::MinLength { value: least }) && rules.contains(&Rule::MaxLength { value: most });
        assert!(both || !whole(&spec, 2), "{text}");
    }
    let spec =
        read("As a cook I want to add a recipe with a title.\nThe title is required and must be unique per cook.");
    let global = |r: &Rule| matches!(r, Rule::Unique { per_owner: false });
    assert!(!field(&spec, "recipe", "title").unwrap().rules.iter().any(|r| global(&r.rule)));
    let spec =
        read("Clerks add courses with a start date and an end date.\nThe end date must be on or after the start date.");
    let strict = |r: &Rule| matches!(r, Rule::After { or_equal: false, .. });
    assert!(!field(&spec, "course", "end_date").unwrap().rules.iter().any(|r| strict(&r.rule)));
}

#[test]
fn a_rule_sits_on_the_property_that_its_sentence_names() {
    let spec = read(
        "The secretary adds members with a name, a date of birth and a joining date.\nThe date of birth must be in the past.",
    );
    let joining = field(&spec, "member", "joining_date").unwrap();
    assert!(!joining.rules.iter().any(|r| r.clauses.contains(&ClauseId(2))), "{:?}", joining.rules);
    let birth = field(&spec, "member", "date_of_birth").is_some_and(|f| !f.rules.is_empty());
    assert!(birth || !whole(&spec, 2));
}

#[test]
fn the_states_of_a_list_are_all_there_are() {
    let spec = read(
        "Players enter expenses with a date and an amount.\nAn expense is open, approved or paid.\n\
         Hidden expenses are not shown to players.",
    );
    let choices = spec.entity("expense").unwrap().fields.iter().find_map(|f| match &f.ty {
        FieldType::Choice { values } => Some(values.clone()),
        _ => None,
    });
    assert!(!whole(&spec, 2) || choices.as_ref().is_some_and(|c| c.len() == 3), "{choices:?}");
}

#[test]
fn what_is_locked_or_gone_is_what_the_sentence_says() {
    let spec = read(
        "Clerks add, change and delete orders with a date and a status: new, packed, shipped.\n\
         Once shipped, an order cannot be changed.",
    );
    let still = spec.features.iter().any(|f| matches!(f, Feature::Locked { op: Op::Update, .. }))
        && !spec.features.iter().any(|f| matches!(f, Feature::Locked { op: Op::Delete, .. }))
        && !may(&spec, "order", Op::Delete, None).is_empty();
    assert!(!still || !whole(&spec, 2), "{:?}", spec.features);
    let spec = read(
        "I want to keep my invoices. \nAn invoice has a number, a client and a status (open, paid).\n\
         The invoice number must be unique and cannot be changed later.",
    );
    let nothing = |f: &Feature| matches!(f, Feature::Forbid { op: Op::Update, .. });
    assert!(!spec.features.iter().any(nothing) || !whole(&spec, 3), "{:?}", spec.features);
    let spec = read(
        "The librarian adds books with a title and a status (free, reserved).\nEmployees borrow books.\n\
         Reserved books cannot be extended.",
    );
    let locked = |f: &Feature| matches!(f, Feature::Locked { entity, .. } if entity == "book");
    assert!(!spec.features.iter().any(locked) || !whole(&spec, 3), "{:?}", spec.features);
}

#[test]
fn what_is_not_to_be_for_some_people_is_no_search_for_words() {
    let spec = read(
        "The office lends instruments to pupils.\nAn instrument has a name.\nLoans can be exported as CSV by the office.\n\
         There is no export of any kind for pupils.",
    );
    assert!(!whole(&spec, 4), "{:?}", spec.features);
}

#[test]
fn honest_sentences_stay_whole() {
    for (text, clause) in [
        (
            "Beekeepers sign up with a name.\nA beekeeper adds hives with a name.\n\
             A beekeeper records inspections of a hive with a date and a note.\nOnly the inspector can see all inspections.",
            4,
        ),
        ("Members sign up and see rooms.\nA room has a name.\nOnly the caretaker may add, change or remove rooms.", 3),
        (
            "Employees enter requests with a title.\nThe team lead sees all requests.\nEmployees see only their own requests.",
            2,
        ),
        (
            "Employees enter requests with a title.\nThe team lead sees all requests.\nEmployees see only their own requests.",
            3,
        ),
        ("A fault has a title.\nTeachers report faults.\nNo fault may be deleted by anyone.", 3),
        (
            "Members sign up and log in.\nA room has a name.\nMembers book a room for a date.\nA member may have no more than 4 bookings.",
            4,
        ),
        ("Members add notes with a title.\nThe title must be between 3 and 60 characters long.", 2),
        ("A task has a title.\nMembers add tasks.\nA task is open, started or done.", 3),
    ] {
        let spec = read(text);
        assert!(whole(&spec, clause), "{text}\n{}", told(&spec, clause));
    }
}

#[test]
fn who_sees_only_some_does_not_see_all() {
    for (text, entity, who, clause) in [
        (
            "Citizens can submit reports with a street. A department head can see only the reports of his own department.",
            "report",
            "department_head",
            2,
        ),
        (
            "Doctors add appointments with a date. A nurse can see the appointments of today only.",
            "appointment",
            "nurse",
            2,
        ),
    ] {
        let spec = read(text);
        let seen = may(&spec, entity, Op::Read, None);
        let all = seen.iter().any(|(holder, scope)| *holder == role(who) && *scope == Scope::All);
        assert!(!all || !told(&spec, clause).is_empty(), "{text}: {seen:?} {}", told(&spec, clause));
    }
    for (text, entity, who, state) in [
        (
            "Case workers can add applications with a purpose. A board member can approve an application. The treasurer may see \
             approved applications only.",
            "application",
            "treasurer",
            "approved",
        ),
        (
            "Employees can add an expense with an amount. Managers may see only submitted expenses. An expense is draft, \
             submitted or paid.",
            "expense",
            "manager",
            "submitted",
        ),
    ] {
        let spec = read(text);
        let field = "status".to_owned();
        let scope = Scope::Where { field, values: vec![state.to_owned()] };
        let seen = may(&spec, entity, Op::Read, None);
        let theirs: Vec<&Scope> = seen.iter().filter(|(w, _)| *w == role(who)).map(|(_, scope)| scope).collect();
        assert_eq!(theirs, [&scope], "{text}");
    }
}

#[test]
fn a_purpose_that_keeps_people_from_something_is_a_demand() {
    let spec = read(
        "As a member I want to add a topic with a headline. As a member I want to vote for a topic. As a chairperson I want to \
         close a topic, so that nobody can vote any more.",
    );
    assert!(told(&spec, 3).contains("nothing keeps anybody from it"), "{}", told(&spec, 3));
}

#[test]
fn a_share_is_no_amount_that_could_be_added() {
    let spec = read("A product has a name, a net price and a tax rate. The gross price is the net price plus the tax.");
    assert!(!whole(&spec, 2) && !spec.features.iter().any(|f| matches!(f, Feature::Computed { .. })));
}

#[test]
fn who_enters_something_is_known_or_it_is_told() {
    let spec = read("The office enters children with a first name and a group. Parents can report a child as ill.");
    let held = may(&spec, "child", Op::Create, None).contains(&(role("office"), Scope::All));
    assert!(held || told(&spec, 1).contains("is not known"), "{}", told(&spec, 1));
}

#[test]
fn what_is_for_staff_alone_is_not_for_whoever_signs_up() {
    let spec =
        read("Associations can request reservations for a room. Only staff can confirm or decline a reservation.");
    let open = spec.users.iter().flat_map(|u| &u.roles).any(|r| r.name == "staff" && r.open);
    assert!(!open || told(&spec, 2).contains("whoever signs up"), "{}", told(&spec, 2));
}

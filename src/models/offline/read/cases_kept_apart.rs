//! One property is not the whole record, one state is not every state, and what is not understood opens neither.

use super::tests::{field, may, read_candidly, role, whole};
use crate::models::offline::spec::{AppSpec, Feature, FieldType, Op, Rule, Scope, Who};

const SHOES: &str = "A shoe repair shop.\nThe clerk enters shoes with a name.\n\
                     Customers hand in jobs with a remark and a number of pairs.\nA job is new, mended or picked up.\n";

/// Who may change which single properties, and of which records.
fn parts(spec: &AppSpec, entity: &str) -> Vec<(Who, Scope, Vec<String>)> {
    let access = &spec.entity(entity).unwrap().access;
    let rows = access.iter().filter(|a| a.ops.contains(&Op::Update) && !a.only_fields.is_empty());
    rows.map(|a| (a.who.clone(), a.scope.clone(), a.only_fields.clone())).collect()
}

/// Who alone sets a property.
fn guarded<'s>(spec: &'s AppSpec, entity: &str, name: &str) -> Option<&'s [Who]> {
    spec.features.iter().find_map(|f| match f {
        Feature::FieldGuard { entity: e, field, who, .. } if e == entity && field == name => Some(who.as_slice()),
        _ => None,
    })
}

#[test]
fn who_may_change_one_property_changes_nothing_else() {
    for sentence in [
        "A customer may change the remark of his job.",
        "A customer may change the remark of his job until it is mended.",
        "A customer can only change the remark of his job.",
        "A customer may change his job's remark.",
        "Customers can correct the remark of their own jobs.",
        "Customers may edit the remarks of their jobs.",
        "The remark of a job may be changed by the customer who handed it in.",
        "Customers may correct the remark of a job they handed in.",
    ] {
        let spec = read_candidly(&format!("{SHOES}{sentence}"));
        assert_eq!(may(&spec, "job", Op::Update), [], "{sentence}");
        let only = [(role("customer"), Scope::Own, vec!["remark".to_owned()])];
        let given: Vec<_> = parts(&spec, "job").into_iter().filter(|(.., fields)| fields[..] != ["status"]).collect();
        assert_eq!(given, only, "{sentence}");
    }
    let spec = read_candidly(&format!("{SHOES}A customer may change the remark of his job until it is mended."));
    assert!(whole(&spec, 5), "{:?}", spec.gaps);
    // nobody says what becomes of the rest, and of whose
    let spec = read_candidly(&format!("{SHOES}A customer may change the remark of a job."));
    assert_eq!(may(&spec, "job", Op::Update), []);
    // nor does it say that the others, who enter shoes, change no shoes
    assert_eq!(may(&spec, "shoe", Op::Update), [(role("clerk"), Scope::All)]);
}

#[test]
fn several_properties_are_those_and_no_others() {
    for sentence in [
        "Customers may change the remark and the number of pairs of their jobs.",
        "A customer may change the number of pairs and the remark of his job.",
    ] {
        let spec = read_candidly(&format!("{SHOES}{sentence}"));
        assert_eq!(may(&spec, "job", Op::Update), [], "{sentence}");
        let mut fields: Vec<String> = parts(&spec, "job").into_iter().flat_map(|(.., fields)| fields).collect();
        fields.sort();
        fields.retain(|name| name != "status");
        assert_eq!(fields, ["number_of_pairs", "remark"], "{sentence}");
        assert!(parts(&spec, "job").iter().all(|(_, scope, f)| *scope == Scope::Own || f[..] == ["status"]));
        assert!(whole(&spec, 5), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn who_alone_sets_a_price_changes_the_rest_as_before() {
    let spec = read_candidly(
        "A nursery.\nThe gardener adds plants with a name and a price.\nThe assistant waters plants.\n\
         Only the gardener may change the price of a plant.",
    );
    assert!(may(&spec, "plant", Op::Update).iter().any(|(who, _)| *who == role("gardener")));
}

#[test]
fn each_state_is_set_by_those_of_whom_the_text_says_so() {
    for sentence in [
        "Only the cobbler sets a job to mended, and only the clerk sets it to picked up.",
        "Only the cobbler sets a job to mended and only the clerk sets it to picked up.",
        "Only the cobbler may set a job to mended; only the clerk may set a job to picked up.",
        "Only cobblers can mark a job as mended, only clerks can mark it as picked up.",
        "Only the cobbler sets a job to mended.\nOnly the clerk sets it to picked up.",
        "The cobbler alone sets jobs to mended.\nThe clerk alone sets jobs to picked up.",
    ] {
        let spec = read_candidly(&format!("{SHOES}{sentence}"));
        let sets = |state: &str| {
            let steps = spec.features.iter().find_map(|f| match f {
                Feature::Workflow { entity, transitions, .. } if entity == "job" => Some(transitions),
                _ => None,
            });
            let steps = steps.unwrap_or_else(|| panic!("{sentence}: no steps"));
            steps.iter().filter(|t| t.to == state).flat_map(|t| t.who.clone()).collect::<Vec<_>>()
        };
        assert_eq!(sets("mended"), [role("cobbler")], "{sentence}");
        assert_eq!(sets("picked up"), [role("clerk")], "{sentence}");
        assert_eq!(guarded(&spec, "job", "status"), Some(&[role("cobbler"), role("clerk")][..]), "{sentence}");
        assert!(whole(&spec, 5) && whole(&spec, 6), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn a_state_that_only_some_set_in_words_that_are_not_understood_is_set_by_nobody_else() {
    for sentence in [
        "A job is set to mended only by the cobbler and to picked up only by the clerk.",
        "No one but the cobbler, with the clerk's consent, sets a job to mended.",
        "Exclusively upon approval by the clerk are jobs set to mended.",
        "Setting jobs to mended is something only the cobbler does.",
    ] {
        let spec = read_candidly(&format!("{SHOES}{sentence}"));
        let who = guarded(&spec, "job", "status").unwrap_or_else(|| panic!("{sentence}: {:?}", spec.features));
        assert!(!who.is_empty() && !who.contains(&role("customer")), "{sentence}: {who:?}");
        assert!(!whole(&spec, 5), "{sentence}");
        assert!(may(&spec, "job", Op::Create).iter().all(|(who, _)| *who == role("customer")), "{sentence}");
    }
    // whom nobody knows
    let spec = read_candidly(&format!("{SHOES}Only on rainy days are jobs set to mended."));
    let who = guarded(&spec, "job", "status").unwrap_or_default();
    assert_eq!(who, [role("administrator")], "{:?}", spec.gaps);
    assert!(!whole(&spec, 5));
}

#[test]
fn who_makes_a_record_does_not_set_the_state_that_others_set() {
    let canteen = "A school canteen.\nThe cook plans meals with a name and a day.\nParents order meals.\n\
                   Paid orders cannot be deleted.\n";
    for sentence in ["The bursar can mark an order as paid.", "The registrar may set an order to paid."] {
        let spec = read_candidly(&format!("{canteen}{sentence}"));
        let setters: Vec<Who> = parts(&spec, "order").into_iter().map(|(who, ..)| who).collect();
        assert!(setters.len() == 1 && setters != [role("parent")] && whole(&spec, 5), "{sentence}: {setters:?}");
    }
    for sentence in [
        "Orders are marked as paid at the till.",
        "Someone from the bursary marks an order as paid after the transfer.",
        "The till marks orders as paid.",
    ] {
        let spec = read_candidly(&format!("{canteen}{sentence}"));
        let kept = guarded(&spec, "order", "status").is_some_and(|who| !who.contains(&role("parent")));
        let whole = may(&spec, "order", Op::Update).iter().any(|(who, _)| *who == role("parent"));
        let part = parts(&spec, "order").iter().any(|(who, ..)| *who == role("parent"));
        assert!(kept || !whole && !part, "{sentence}: {:?}", spec.features);
    }
}

#[test]
fn a_property_that_is_named_is_unique_whatever_there_is_of_its_first_word() {
    let club = "A diving club.\nThe warden keeps a list of permits.\n\
                A diver has a name, a permit number and a level (A, B or C).\nThe warden adds divers.\n";
    for sentence in [
        "The permit number must not occur twice.",
        "Permit numbers are unique.",
        "A permit number may not be used more than once.",
        "The permit number is unique.",
    ] {
        let spec = read_candidly(&format!("{club}{sentence}"));
        let unique = |name: &str, property: &str| {
            let rules = field(&spec, name, property).map(|f| f.rules.clone()).unwrap_or_default();
            rules.iter().any(|r| matches!(r.rule, Rule::Unique { .. }))
        };
        assert!(unique("diver", "permit_number") && !unique("permit", "number"), "{sentence}: {:?}", spec.entities);
    }
}

#[test]
fn only_one_of_them_is_not_one_for_each_of_them() {
    let vans = "A van rental.\nThe clerk adds vans with a name.\nCustomers reserve a van for a day.\n";
    for sentence in [
        "A van is reserved by only one customer per day.",
        "A van can be reserved by at most one customer per day.",
        "A van may be reserved by one customer only per day.",
        "Only one customer can reserve a van per day.",
    ] {
        let spec = read_candidly(&format!("{vans}{sentence}"));
        for f in &spec.features {
            let Feature::UniqueTogether { fields, .. } = f else { continue };
            assert_eq!(fields[..], ["van_id", "date"], "{sentence}");
        }
        let kept = spec.features.iter().any(|f| matches!(f, Feature::UniqueTogether { .. }));
        assert!(kept || !whole(&spec, 4), "{sentence}: {:?}", spec.features);
    }
    let spec = read_candidly(&format!("{vans}A van is reserved by only one customer per day."));
    assert!(spec.features.iter().any(|f| matches!(f, Feature::UniqueTogether { .. })), "{:?}", spec.gaps);
}

#[test]
fn who_sees_neither_sees_none_of_them() {
    let archive = "A village archive.\nThe archivist adds records with a title.\nMembers write comments with a text.\n\
                   Members read the records.\n";
    for sentence in [
        "Lodgers see neither records nor comments.",
        "Lodgers can see neither the records nor the comments.",
        "A lodger may read neither records nor comments.",
    ] {
        let spec = read_candidly(&format!("{archive}{sentence}"));
        for kind in ["record", "comment"] {
            let seen = may(&spec, kind, Op::Read);
            let open = |who: &Who| matches!(who, Who::Anyone | Who::SignedIn) || *who == role("lodger");
            assert!(seen.iter().all(|(who, _)| !open(who)), "{sentence}: {kind} {seen:?}");
        }
    }
}

#[test]
fn what_is_kept_from_those_who_work_there_is_not_given_to_whoever_signs_up() {
    let park = "A nature park.\nRangers enter trails with a name.\nHikers may look at trails.\n\
                Hikers suggest changes with a text.\n";
    for sentence in [
        "Rangers may not delete trails; only the head of the park does that.",
        "Rangers cannot delete trails.",
        "Trails must not be deleted by rangers.",
    ] {
        let spec = read_candidly(&format!("{park}{sentence}"));
        let deletes = may(&spec, "trail", Op::Delete);
        assert!(
            deletes.iter().all(|(who, _)| *who != role("hiker") && *who != Who::SignedIn),
            "{sentence}: {deletes:?}"
        );
    }
}

#[test]
fn the_hour_of_a_day_is_a_number() {
    let club = "A squash club.\nThe host adds halls with a number.\n";
    for sentence in
        ["Members book a hall for a day and an hour.", "Members book halls.\nA booking has a day and an hour."]
    {
        let spec = read_candidly(&format!("{club}{sentence}"));
        let hour = field(&spec, "booking", "hour").map(|f| f.ty.clone());
        assert_eq!(hour, Some(FieldType::Integer), "{sentence}");
    }
}

//! What a sentence leaves open is not turned into its contrary.

use super::tests::{field, read, whole};
use crate::models::offline::spec::{AppSpec, Feature, Field, Op, Rule, Who};

fn kept<'s>(spec: &'s AppSpec, name: &str) -> &'s Field {
    field(spec, "plot", name).unwrap_or_else(|| panic!("no {name}: {:?}", spec.entity("plot")))
}

fn has(f: &Field, is: fn(&Rule) -> bool) -> bool {
    f.rules.iter().any(|r| is(&r.rule))
}

const PLOTS: &str = "Members can add a plot with a number, a fence, a first day and a size.\n";

#[test]
fn what_may_be_missing_is_not_asked_for() {
    for sentence in [
        "The fence is optional.",
        "The fence is not mandatory.",
        "The fence is not required.",
        "A fence is not necessary.",
        "The fence is not needed.",
        "The fence need not be filled in.",
        "The fence does not have to be given.",
        "The fence doesn't need to be entered.",
        "The fence is not necessarily required.",
        "The fence may be left empty.",
        "The fence can be empty.",
        "The number is mandatory, the fence is not.",
        "The fence is optional, the number is mandatory.",
    ] {
        let spec = read(&format!("{PLOTS}{sentence}"));
        let fence = kept(&spec, "fence");
        assert!(!fence.required && !has(fence, |r| *r == Rule::Required), "{sentence}: {fence:?}");
        assert!(whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
        let excluded = spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. }));
        assert!(!excluded, "{sentence}");
        if sentence.contains("number") {
            assert!(kept(&spec, "number").required, "{sentence}");
        }
    }
    for day in ["optional", "not mandatory", "not required"] {
        let spec = read(&format!("{PLOTS}The first day is {day}."));
        assert!(!kept(&spec, "first_day").required && whole(&spec, 2), "{day}");
    }
}

#[test]
fn what_must_be_there_still_is() {
    for sentence in [
        "The fence is mandatory.",
        "The fence is required.",
        "The fence is not optional.",
        "The fence must be filled in.",
        "The fence must not be empty.",
    ] {
        let spec = read(&format!("{PLOTS}{sentence}"));
        assert!(kept(&spec, "fence").required && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    // what nothing has is no property that may be missing
    let spec = read(&format!("{PLOTS}Payments are not required."));
    assert!(spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })));
}

#[test]
fn what_may_come_twice_is_not_unique() {
    for sentence in [
        "The number does not have to be unique.",
        "The number doesn't need to be unique.",
        "Numbers need not be unique.",
        "Numbers are not unique.",
        "The number is not necessarily unique.",
        "Two plots may have the same number.",
        "Several plots can share a number.",
        "Different plots can have the same number.",
    ] {
        let spec = read(&format!("{PLOTS}{sentence}"));
        assert!(!has(kept(&spec, "number"), |r| matches!(r, Rule::Unique { .. })), "{sentence}");
        assert!(field(&spec, "plot", "same_number").is_none(), "{sentence}");
        let together = spec.features.iter().any(|f| matches!(f, Feature::UniqueTogether { .. }));
        assert!(!together, "{sentence}");
    }
    for sentence in ["The number must be unique.", "Two plots must not have the same number."] {
        let spec = read(&format!("{PLOTS}{sentence}"));
        assert!(has(kept(&spec, "number"), |r| matches!(r, Rule::Unique { .. })) && whole(&spec, 2), "{sentence}");
        // one sentence takes back what the other leaves open
        let spec = read(&format!("{PLOTS}{sentence}\nTwo plots may have the same number."));
        assert!(!whole(&spec, 3), "{sentence}");
    }
}

#[test]
fn where_a_date_may_lie_forbids_nothing() {
    for sentence in [
        "The first day may be in the past.",
        "The first day can be in the past.",
        "The first day may be in the future.",
        "The first day may also be in the future.",
    ] {
        let spec = read(&format!("{PLOTS}{sentence}"));
        let day = kept(&spec, "first_day");
        assert!(!has(day, |r| matches!(r, Rule::NotInPast | Rule::NotInFuture)), "{sentence}: {day:?}");
        assert!(whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    let spec = read(&format!("{PLOTS}The first day may not be in the past."));
    assert!(has(kept(&spec, "first_day"), |r| *r == Rule::NotInPast) && whole(&spec, 2));
    let spec = read(&format!("{PLOTS}The first day must be in the past."));
    assert!(has(kept(&spec, "first_day"), |r| *r == Rule::NotInFuture) && whole(&spec, 2));
}

#[test]
fn a_bound_that_there_is_not_is_none() {
    for sentence in ["There is no minimum size.", "There is no upper limit for the size.", "The size may be above 100."]
    {
        let spec = read(&format!("{PLOTS}{sentence}"));
        assert!(!has(kept(&spec, "size"), |r| matches!(r, Rule::Min { .. } | Rule::Max { .. })), "{sentence}");
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })), "{sentence}");
    }
    let spec = read(&format!("{PLOTS}The size may be up to 100."));
    assert!(has(kept(&spec, "size"), |r| *r == Rule::Max { value: 100.0 }) && whole(&spec, 2));
}

#[test]
fn what_nobody_is_obliged_to_is_no_ban() {
    for sentence in ["Members need not add a plot.", "Members do not have to delete plots."] {
        let spec = read(&format!("{PLOTS}Members can delete plots.\n{sentence}"));
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{sentence}");
        for op in [Op::Create, Op::Delete] {
            assert!(spec.entity("plot").unwrap().access.iter().any(|a| a.ops.contains(&op)), "{sentence}");
        }
    }
}

#[test]
fn what_is_kept_from_strangers_is_seen_by_those_with_an_account() {
    for sentence in [
        "Plots are not visible to visitors.",
        "Visitors must not see plots.",
        "Plots cannot be seen by visitors.",
        "Guests may not see the plots.",
    ] {
        let spec = read(&format!("Members sign up and log in.\n{PLOTS}{sentence}"));
        let readers = spec.entity("plot").unwrap().access.iter().filter(|a| a.ops.contains(&Op::Read));
        let readers: Vec<&Who> = readers.map(|a| &a.who).collect();
        assert!(!readers.is_empty() && !readers.contains(&&Who::Anyone), "{sentence}: {readers:?}");
        assert!(!spec.features.iter().any(|f| matches!(f, Feature::Forbid { .. })), "{sentence}");
    }
    let spec = read(&format!("{PLOTS}Visitors can see plots.\nPlots are not visible to visitors."));
    assert!(!whole(&spec, 3));
}

//! `No … without …`, `No two …`, `No negative …`: rules for what a text keeps, and nothing that a search could show.

use super::tests::{field, locked, may, read_candidly, whole};
use crate::domain::{ClauseId, clause::ClauseKind};
use crate::models::offline::spec::{AppSpec, Feature, Op, Rule};

const YARD: &str = "A boat yard.\nThe harbour master adds berths with a number and a length.\n\
                    Owners record repairs with a part, a price, a remark and a date.\n\
                    The harbour master adds bills for a berth with an amount.\nA bill is open or paid.\n";

fn no_exclusion(spec: &AppSpec, sentence: &str) {
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Exclusion { .. })), "{sentence}: {:?}", spec.features);
    let excluded = |m: &crate::models::offline::spec::Mark| m.kind == ClauseKind::Exclusion;
    assert!(!spec.marks.iter().any(excluded), "{sentence}");
}

fn ruled(spec: &AppSpec, entity: &str, name: &str, is: fn(&Rule) -> bool) -> bool {
    field(spec, entity, name).is_some_and(|f| f.rules.iter().any(|r| is(&r.rule) && r.clauses.contains(&ClauseId(6))))
}

#[test]
fn what_none_may_be_without_is_required() {
    for (sentence, entity, name) in [
        ("No repair without a part.", "repair", "part"),
        ("No repairs without a remark.", "repair", "remark"),
        ("There must be no repair without a price.", "repair", "price"),
        ("No bill without a berth.", "bill", "berth_id"),
        ("There may be no berth without a length!", "berth", "length"),
    ] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        no_exclusion(&spec, sentence);
        assert!(ruled(&spec, entity, name, |r| *r == Rule::Required), "{sentence}: {:?}", spec.entities);
        assert!(whole(&spec, 6), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_no_two_have_is_of_one_only() {
    for sentence in ["No two berths with the same number.", "There must be no two berths with the same number."] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        no_exclusion(&spec, sentence);
        assert!(ruled(&spec, "berth", "number", |r| matches!(r, Rule::Unique { .. })), "{sentence}");
        assert!(whole(&spec, 6), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_none_may_be_is_refused() {
    for (sentence, entity, name, is) in [
        ("No repairs in the future.", "repair", "date", (|r| *r == Rule::NotInFuture) as fn(&Rule) -> bool),
        ("No negative amounts.", "bill", "amount", |r| matches!(r, Rule::Min { .. })),
        ("No negative price.", "repair", "price", |r| matches!(r, Rule::Min { .. })),
        ("No empty remarks.", "repair", "remark", |r| *r == Rule::Required),
    ] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        no_exclusion(&spec, sentence);
        assert!(ruled(&spec, entity, name, is), "{sentence}: {:?}", spec.entities);
        assert!(whole(&spec, 6), "{sentence}: {:?}", spec.gaps);
    }
}

#[test]
fn what_nobody_may_do_to_some_is_locked() {
    for sentence in ["No changes to paid bills.", "No editing of paid bills.", "No change to a paid bill."] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        no_exclusion(&spec, sentence);
        assert!(locked(&spec, 6).contains(&(Op::Update, vec!["paid".into()])), "{sentence}: {:?}", spec.features);
    }
    for sentence in ["No deleting of berths.", "No deletion of berths."] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        no_exclusion(&spec, sentence);
        assert!(may(&spec, "berth", Op::Delete).is_empty(), "{sentence}");
    }
}

#[test]
fn what_is_kept_is_never_proven_by_its_absence() {
    for sentence in [
        "No berth may have more repairs than metres are needed.",
        "No repair of a berth that is empty.",
        "No bills above the price.",
        "No late repairs.",
        "No repair without the carpenter.",
        "No two berths with the same number, no repair without a part.",
        "No cookies and no repair without a part.",
        "No editing after the regatta.",
        "There must be no bill for which nobody pays.",
        "No remark with swear words.",
    ] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        no_exclusion(&spec, sentence);
        assert!(!whole(&spec, 6), "{sentence}: {:?}", spec.features);
    }
}

#[test]
fn what_is_not_there_elsewhere_stays_excluded() {
    for sentence in [
        "No payment.",
        "No chat.",
        "No advertising and no newsletter.",
        "No mobile app is needed.",
        "No payment without a bank.",
        "No map of the yard.",
        "There must be no advertising.",
        "No e-mails about repairs.",
        "No cookies, no tracking.",
        "No notifications to owners.",
    ] {
        let spec = read_candidly(&format!("{YARD}{sentence}"));
        let mark = spec.marks.iter().find(|m| m.clause == ClauseId(6)).unwrap();
        assert_eq!(mark.kind, ClauseKind::Exclusion, "{sentence}");
    }
}

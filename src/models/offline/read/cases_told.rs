//! What people say by the way: an order behind a comma, what they do anyway, who else is meant.

use super::tests::{read_candidly as read, whole};
use crate::models::offline::spec::Feature;

const LESSONS: &str = "Staff add lessons with a title and a date.\n";

#[test]
fn the_order_of_a_list_is_said_behind_a_comma_too() {
    for (sentence, by, down) in [
        ("Skaters see all lessons, sorted by date.", "date", false),
        ("Skaters can see all lessons, ordered by title.", "title", false),
        ("The list shows all lessons, listed by date.", "date", false),
        ("Skaters see the lessons, sorted alphabetically by title.", "title", false),
        ("Skaters see the lessons, sorted by date, newest first.", "date", true),
    ] {
        let spec = read(&format!("{LESSONS}{sentence}"));
        let sorts = |f: &Feature| matches!(f, Feature::Sort { field, descending, default: true, .. } if field == by && *descending == down);
        assert!(spec.features.iter().any(sorts) && whole(&spec, 2), "{sentence}: {:?}", spec.gaps);
    }
    // a list comes in one order by itself
    let spec =
        read(&format!("{LESSONS}Skaters see all lessons, sorted by date.\nWardens see all lessons, sorted by title."));
    let ordered = |f: &&Feature| matches!(f, Feature::Sort { default: true, .. });
    assert_eq!(spec.features.iter().filter(ordered).count(), 1);
    assert!(whole(&spec, 2) && !whole(&spec, 3));
    // nothing is sorted by who adds it
    let spec = read(&format!("{LESSONS}Skaters see all lessons, added by staff."));
    assert!(!spec.features.iter().any(|f| matches!(f, Feature::Sort { .. })));
}

//! What a clause leaves to some people only, and whether its tests show each part of it refused to others.

use crate::domain::words;

/// What is done to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Add,
    Change,
    Delete,
}

/// Words of a clause for each act.
const VERBS: [(Act, &[&str]); 3] = [
    (Act::Add, &["add", "adds", "added", "create", "creates", "created"]),
    (Act::Change, &["change", "changes", "changed", "edit", "edits", "edited", "update", "updates", "updated"]),
    (Act::Delete, &["delete", "deletes", "deleted", "remove", "removes", "removed"]),
];
/// What a verb of a right stands behind: others tell what somebody did (`the person who added it`).
const MODALS: [&str; 7] = ["can", "cannot", "may", "must", "could", "might", "to"];
/// What stands between verbs of one right.
const JOINING: [&str; 8] = ["and", "or", "be", "only", "not", "also", "either", "neither"];
/// What leaves a right to some.
const RESTRICTING: [&str; 8] = ["only", "nobody", "except", "cannot", "not", "own", "nor", "alone"];
/// How tests do it, by method, path or name.
const DONE: [(Act, &[&str]); 3] = [
    (Act::Add, &["post", "add", "create", "new"]),
    (Act::Change, &["put", "patch", "change", "edit", "update"]),
    (Act::Delete, &["delete", "remove"]),
];
/// How tests say that it is refused.
const REFUSED: [&str; 14] = [
    "401", "403", "404", "405", "302", "303", "refus", "forbid", "denied", "unauthor", "cannot", "may_not", "may not",
    "stranger",
];
/// How many lines after the act its refusal is asserted at most.
const NEAR: usize = 8;

impl Act {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Add => "adding",
            Self::Change => "changing",
            Self::Delete => "deleting",
        }
    }
}

/// The acts that a clause leaves to some people only, each once: `Only the owner can change or delete it`.
#[must_use]
pub fn of(clause: &str) -> Vec<Act> {
    let words = words(clause);
    let mut acts = vec![];
    if !words.iter().any(|word| RESTRICTING.contains(&word.as_str())) {
        return acts;
    }
    let mut right = false;
    for word in &words {
        let act = VERBS.iter().find(|(_, verbs)| verbs.contains(&word.as_str())).map(|(act, _)| *act);
        match act.filter(|_| right) {
            Some(act) if !acts.contains(&act) => acts.push(act),
            Some(_) => {}
            None => right = MODALS.contains(&word.as_str()) || right && JOINING.contains(&word.as_str()),
        }
    }
    acts
}

/// Whether a text of tests does this and says soon after that it is refused.
#[must_use]
pub fn is_tried(act: Act, tests: &str) -> bool {
    let ways = DONE.iter().filter(|(done, _)| *done == act).flat_map(|(_, ways)| *ways);
    let ways: Vec<&str> = ways.copied().collect();
    let lines: Vec<String> = tests.lines().map(str::to_lowercase).collect();
    let does = |line: &String| {
        let mut words = line.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| ways.contains(&word))
    };
    let refused = |line: &String| REFUSED.iter().any(|refused| line.contains(refused));
    (0..lines.len()).any(|at| does(&lines[at]) && lines[at..].iter().take(NEAR).any(refused))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_that_are_left_to_some_are_named() {
        use Act::{Add, Change, Delete};
        let cases: [(&str, &[Act]); 9] = [
            ("Only the person who added a tool can change or delete it.", &[Change, Delete]),
            ("Only people who are signed in can add a tool.", &[Add]),
            ("Members can add, change and delete their own entries.", &[Add, Change, Delete]),
            ("A rating can only be changed or removed by whoever gave it.", &[Change, Delete]),
            ("Nobody may delete an invoice that was created by the shop.", &[Delete]),
            ("A visitor cannot edit.", &[Change]),
            ("Members can add, change and delete entries.", &[]),
            ("Only changes of this year are shown.", &[]),
            ("Entries that were deleted are not listed.", &[]),
        ];
        for (clause, acts) in cases {
            assert_eq!(of(clause), acts, "{clause}");
        }
    }

    #[test]
    fn a_refusal_is_tried_where_the_act_and_its_refusal_stand_together() {
        let tests = "status = call('PUT', '/tools/1', body, owner)\nself.assertEqual(200, status)\n\n\n\n\n\n\n\n\
                     status = call('DELETE', '/tools/1', None, other)\nself.assertEqual(403, status)\n";
        assert!(is_tried(Act::Delete, tests));
        assert!(!is_tried(Act::Change, tests), "that is allowed");
        assert!(is_tried(Act::Change, "test('a stranger cannot edit it', async () => {"));
        assert!(is_tried(Act::Change, "for method in ('PUT', 'DELETE'):\n    self.refused(method, '/tools/1')"));
        assert!(!is_tried(Act::Delete, "self.assertNotEqual(500, call('DELETE', '/tools/1')[0])"));
        assert!(!is_tried(Act::Add, "address = renewed(403)"));
    }
}

//! What a clause lets people do to a thing, and whether its tests show that it is done, and refused to whom it is not left.

use crate::domain::words;

/// What is done to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Add,
    Change,
    Delete,
}

/// Words of a clause for each act, as they stand behind `can` or `can be`.
const VERBS: [(Act, &[&str]); 3] = [
    (Act::Add, &["add", "added", "create", "created"]),
    (Act::Change, &["change", "changed", "edit", "edited", "update", "updated"]),
    (Act::Delete, &["delete", "deleted", "remove", "removed"]),
];
/// What a verb of a right stands behind: others tell what somebody did (`the person who added it`).
const MODALS: [&str; 7] = ["can", "cannot", "may", "must", "could", "might", "to"];
/// What else it stands behind then, but for another verb.
const JOINING: [&str; 8] = ["and", "or", "be", "only", "not", "also", "either", "neither"];
/// Where a right ends, and what is told of the thing or of somebody begins.
const TELLING: [&str; 12] =
    ["who", "whoever", "that", "which", "whose", "when", "where", "while", "if", "unless", "after", "before"];
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
/// How tests say that something is not there any more.
const GONE: [&str; 16] = [
    "404", "410", "notin", "not in", "not_in", "not.", "notmatch", "(!", " !", "length", "len(", "count", "[]", "none",
    "empty", "gone",
];
/// How many lines from the act what belongs to it stands at most, such as what is asserted of it.
pub(super) const NEAR: usize = 8;

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
pub fn restricted(clause: &str) -> Vec<Act> {
    let is_restricting = |word: &String| RESTRICTING.contains(&word.as_str());
    if words(clause).iter().any(is_restricting) { given(clause) } else { vec![] }
}

/// The acts that a clause says somebody can or cannot do, each once.
#[must_use]
pub fn given(clause: &str) -> Vec<Act> {
    let mut acts = vec![];
    let (mut right, mut leads) = (false, false);
    for word in &words(clause) {
        let is = |of: &[&str]| of.contains(&word.as_str());
        let act = VERBS.iter().find(|(_, verbs)| is(verbs)).map(|(act, _)| *act).filter(|_| right && leads);
        acts.extend(act.filter(|act| !acts.contains(act)));
        right = (right || is(&MODALS)) && !is(&TELLING);
        leads = act.is_some() || is(&MODALS) || is(&JOINING);
    }
    acts
}

/// Whether a text of tests does this and says soon after that it is refused.
#[must_use]
pub fn is_refused(act: Act, tests: &str) -> bool {
    is_followed(act, tests, 0, |line| REFUSED.iter().any(|refused| line.contains(refused)))
}

/// Whether a text of tests deletes something and looks soon after whether it is gone: that the deletion was answered does
/// not say so.
#[must_use]
pub fn is_gone(tests: &str) -> bool {
    is_followed(Act::Delete, tests, 1, |line| GONE.iter().any(|gone| line.contains(gone)))
}

/// Whether a line of tests does this.
pub(super) fn is_done_in(act: Act, line: &str) -> bool {
    let ways = DONE.iter().filter(|(done, _)| *done == act).flat_map(|(_, ways)| *ways);
    let ways: Vec<&str> = ways.copied().collect();
    line.to_lowercase().split(|c: char| !c.is_ascii_alphanumeric()).any(|word| ways.contains(&word))
}

/// Whether the act is done in a line and what is looked for stands in one of the next, the line itself left out by `from` 1.
fn is_followed(act: Act, tests: &str, from: usize, said: impl Fn(&String) -> bool) -> bool {
    let lines: Vec<String> = tests.lines().map(str::to_lowercase).collect();
    let does = |at: &usize| is_done_in(act, &lines[*at]);
    (0..lines.len()).filter(does).any(|at| lines[at..].iter().take(NEAR).skip(from).any(&said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_that_are_left_to_some_are_named() {
        use Act::{Add, Change, Delete};
        let cases: [(&str, &[Act]); 11] = [
            ("Only the person who added a tool can change or delete it.", &[Change, Delete]),
            ("Only the person who added a photo can delete it or change its caption.", &[Delete, Change]),
            ("Only the chair may see reports that members add and change.", &[]),
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
            assert_eq!(restricted(clause), acts, "{clause}");
        }
    }

    #[test]
    fn a_refusal_is_tried_where_the_act_and_its_refusal_stand_together() {
        let tests = "status = call('PUT', '/tools/1', body, owner)\nself.assertEqual(200, status)\n\n\n\n\n\n\n\n\
                     status = call('DELETE', '/tools/1', None, other)\nself.assertEqual(403, status)\n";
        assert!(is_refused(Act::Delete, tests));
        assert!(!is_refused(Act::Change, tests), "that is allowed");
        assert!(is_refused(Act::Change, "test('a stranger cannot edit it', async () => {"));
        assert!(is_refused(Act::Change, "for method in ('PUT', 'DELETE'):\n    self.refused(method, '/tools/1')"));
        assert!(!is_refused(Act::Delete, "self.assertNotEqual(500, call('DELETE', '/tools/1')[0])"));
        assert!(!is_refused(Act::Add, "address = renewed(403)"));
    }

    #[test]
    fn what_is_deleted_is_looked_for() {
        for tests in [
            "expect(204, await request('DELETE', path));\nassert.ok(!(await list()).some((one) => one.id === id));",
            "self.delete(path)\nself.assertNotIn('Heron', self.titles())",
            "self.call('DELETE', path, 204)\nself.assertEqual(404, self.call('GET', path)[0])",
            "remove(&app, 1);\nassert_eq!(list(&app).len(), 1);",
        ] {
            assert!(is_gone(tests), "{tests}");
        }
        let answered = "expect(204, await request('DELETE', path, null, ann));\nassert.ok(expect(200, await request('GET', '/')));";
        assert!(!is_gone(answered), "the answer alone");
        assert!(!is_gone("const removed = titles.length;\nassert.equal(titles.length, 3);"), "nothing is done");
    }
}

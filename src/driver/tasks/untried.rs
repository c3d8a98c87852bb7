//! What the texts of tests do not try: limits, acts, and ways into the product. Names, verbs and figures alone say it, so it
//! refuses nothing.

use super::{check::Bench, prove};
use crate::{
    domain::{
        Clean,
        artifact::FileEntry,
        clause::{Clause, ClauseKind},
        run::Check,
        words,
    },
    evidence::{
        Manifest, Stack, TreeFile,
        acts::{self, Act},
        limits, sign_in,
        uses::is_test,
        ways,
    },
    hub::HubError,
};
use std::collections::{BTreeMap, BTreeSet};

/// So many ways in are named; who makes a test for these finds the others.
const NAMED: usize = 12;

/// What the tests of one clause leave out.
#[derive(Default)]
struct Untried {
    limits: Vec<Clean>,
    refusals: Vec<Clean>,
    effects: Vec<Clean>,
}

impl Bench<'_> {
    /// Tells of the limits of these clauses of which the files of their tests do not have both sides, and, of what is
    /// served, of the acts left to some people of which they show no refusal, of what is deleted and not looked for, of
    /// secrets of which no wrong one is tried, and of ways in that no test comes by. The offline engine's tests are made from what it read, not from figures and verbs.
    pub(super) fn untried(&mut self, manifest: &Manifest, stack: Stack) -> Result<(), HubError> {
        if self.run.settings.is_offline() {
            return Ok(());
        }
        let mut untried = Untried::default();
        for (clause, links) in self.tested_here() {
            let bounded = |c: &&Clause| !matches!(c.kind, Some(ClauseKind::Quality | ClauseKind::Exclusion));
            let Some(clause) = self.run.clauses.get(&clause).filter(bounded) else { continue };
            let paths: BTreeSet<&str> = links.iter().map(|link| link.path.as_str()).collect();
            let tests: String = paths.into_iter().filter_map(|path| self.text(path)).collect();
            untried.limits(clause, &tests);
            if manifest.serves() {
                untried.refusals(clause, &tests);
            }
            if manifest.serves() && self.run.settings.untested_goes_back {
                let others = self.run.clauses.values().filter(|other| other.retired.is_none());
                untried.effects(clause, others, &tests);
                untried.secrets(clause, &tests);
            }
        }
        self.tell(Check::LIMITS, untried.limits);
        self.tell(Check::REFUSALS, untried.refusals);
        self.tell(Check::EFFECTS, untried.effects);
        if manifest.serves() && self.run.settings.untested_goes_back {
            let ways = self.ways(stack)?;
            self.tell(Check::WAYS, ways);
        }
        Ok(())
    }

    fn text(&self, path: &str) -> Option<String> {
        self.tree.get(path).map(text)
    }

    /// The ways in that this module's build brought and that no test of the tree comes by.
    fn ways(&self, stack: Stack) -> Result<Vec<Clean>, HubError> {
        let tests: String = self.tree.files().filter(|file| is_test(stack, &file.path)).map(text).collect();
        let known = ways::known(&tests);
        let is_own =
            |file: &&FileEntry| prove::is_of_module(self.run, self.step, &file.step) && !is_test(stack, &file.path);
        let mut said: BTreeMap<String, Clean> = BTreeMap::new();
        for file in self.run.files.values().filter(is_own).filter(|file| is_source(&file.path)) {
            let old = match self.run.existing.as_ref().and_then(|existing| existing.files.get(&file.path)) {
                Some(old) => ways::unknown(&String::from_utf8_lossy(&self.services.blobs.get(&old.sha256)?), &known),
                None => vec![],
            };
            for way in ways::unknown(&self.text(&file.path).unwrap_or_default(), &known) {
                if old.iter().all(|old| old.path != way.path) {
                    let told = Clean::from(format!("{}:{}: no test comes by {}", file.path, way.line, way.path));
                    said.entry(way.path).or_insert(told);
                }
            }
        }
        Ok(said.into_values().take(NAMED).collect())
    }
}

impl Untried {
    fn limits(&mut self, clause: &Clause, tests: &str) {
        let missed = limits::of(&clause.text).into_iter().filter(|limit| !limits::is_tried(*limit, tests));
        self.limits.extend(
            missed
                .map(|limit| Clean::from(format!("{}: no test has both {limit} and the value next to it", clause.id))),
        );
    }

    fn refusals(&mut self, clause: &Clause, tests: &str) {
        let acts = acts::restricted(&clause.text).into_iter().filter(|act| !acts::is_refused(*act, tests));
        self.refusals.extend(
            acts.map(|act| Clean::from(format!("{}: no test shows that {} is refused", clause.id, act.word()))),
        );
    }

    fn secrets(&mut self, clause: &Clause, tests: &str) {
        if sign_in::takes_secret(&clause.text) && !sign_in::is_wrong_tried(tests) {
            let told = format!("{}: no test shows that a wrong secret, and not only none, lets nobody in", clause.id);
            self.refusals.push(Clean::from(told));
        }
    }

    /// What is answered and not looked at afterwards, and limits of what `clauses` let people change that hold, as far as the
    /// tests show, only while it is added.
    fn effects<'c>(&mut self, clause: &Clause, mut clauses: impl Iterator<Item = &'c Clause>, tests: &str) {
        let (id, text) = (clause.id, &clause.text);
        if acts::given(text).contains(&Act::Delete) && !acts::is_gone(tests) {
            self.effects.push(Clean::from(format!("{id}: no test looks whether what was deleted is gone")));
        }
        if clauses.any(|other| is_changed_by(text, &other.text)) {
            let tried = limits::of(text).into_iter().filter(|limit| limits::is_tried(*limit, tests));
            let only_new = tried.filter(|limit| !limits::is_tried_by(Act::Change, *limit, tests));
            self.effects.extend(
                only_new.map(|limit| Clean::from(format!("{id}: no test tries {limit} where such a thing is changed"))),
            );
        }
    }
}

fn text(file: &TreeFile) -> String {
    String::from_utf8_lossy(&file.bytes).into_owned()
}

/// What a program or a page is written in.
fn is_source(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "py" | "js" | "mjs" | "cjs" | "ts" | "mts" | "rs" | "html" | "jinja" | "j2")
}

/// Whether the one clause lets people add what the other lets them change.
fn is_changed_by(adds: &str, changes: &str) -> bool {
    let names = |text: &str| -> BTreeSet<String> {
        let words = words(text).into_iter().map(|word| word.trim_end_matches('s').to_owned());
        words.filter(|word| word.len() > 3 && !COMMON.contains(&word.as_str())).collect()
    };
    let both = acts::given(adds).contains(&Act::Add) && acts::given(changes).contains(&Act::Change);
    both && !names(adds).is_disjoint(&names(changes))
}

/// Words of any right, which name no thing; without an `s` at their end.
const COMMON: [&str; 20] = [
    "only", "people", "person", "user", "member", "visitor", "signed", "change", "delete", "remove", "edit", "update",
    "added", "with", "their", "that", "they", "them", "most", "least",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_changed_where_a_clause_lets_people_change_it() {
        let adds = "Only people who are signed in can add a photo with a caption of at most 40 characters.";
        for changes in [
            "Only the person who added a photo can delete it or change its caption.",
            "Members can change captions.",
            "Members can add and change photos of at most 40 kB.",
        ] {
            assert!(is_changed_by(adds, changes), "{changes}");
        }
        for other in ["Only the person who added a photo can delete it.", "People can change their passwords.", adds] {
            assert!(!is_changed_by(adds, other), "{other}");
        }
        assert!(!is_changed_by("A photo has at most 40 kB.", "Members can change photos."), "nothing is added by it");
    }
}

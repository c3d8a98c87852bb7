//! What an understanding says of the clauses: their numbers, small words, actors, and what it adds.

use super::{
    Original, actors,
    align::{self, Sentence},
    compare::{self, Wording},
    list, short,
    words::{Text, root},
    words_of,
};
use crate::domain::{
    ClauseId,
    clause::ClauseKind,
    reply::{NewInterpretation, UnderstandReply},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// What is said of one clause, as sentences.
#[derive(Default)]
struct Told {
    statements: Vec<Sentence>,
    /// Criteria and assumptions.
    beside: Vec<Sentence>,
}

impl Original {
    pub(super) fn understood(&self, reply: &UnderstandReply) -> Vec<String> {
        let demanding: BTreeSet<ClauseId> =
            reply.clauses.iter().filter(|m| m.kind.demands()).filter_map(|m| m.id.parse().ok()).collect();
        let gaps = |whole: bool| -> BTreeSet<ClauseId> {
            reply.gaps.iter().filter(|g| !whole || g.whole).filter_map(|g| g.clause.parse().ok()).collect()
        };
        // What was said to be left out is not lost.
        let (whole, admitted) = (gaps(true), gaps(false));
        let mut said: BTreeMap<ClauseId, String> = BTreeMap::new();
        let mut faults = Vec::new();
        let assumed: Vec<String> = reply.assumptions.iter().map(|a| format!("{}. {}", a.question, a.default)).collect();
        // A long text has thousands of both: what is said of a clause is looked up.
        let mut of: BTreeMap<ClauseId, Vec<&NewInterpretation>> = BTreeMap::new();
        for i in &reply.interpretations {
            for id in self.named(&i.clauses) {
                of.entry(id).or_default().push(i);
                let all = said.entry(id).or_default();
                for text in std::iter::once(&i.statement).chain(&i.acceptance) {
                    all.push_str(text);
                    all.push_str(".\n");
                }
            }
        }
        let interpreted: BTreeSet<ClauseId> = said.keys().copied().collect();
        let told = self.told(reply);
        for (id, text) in reply
            .assumptions
            .iter()
            .zip(&assumed)
            .flat_map(|(a, text)| self.named(&a.clauses).map(move |id| (id, text.as_str())))
            .chain(reply.gaps.iter().filter_map(|g| Some((g.clause.parse().ok()?, g.what.as_str()))))
        {
            let all = said.entry(id).or_default();
            all.push_str(text);
            all.push_str(".\n");
        }
        for id in demanding.intersection(&interpreted).filter(|id| !whole.contains(id)) {
            let Some((clause, _)) = self.clauses.get(id) else { continue };
            let wording = Wording::new(&said[id]);
            let said = wording.text.roots();
            if self.is_strange(*id, |root| said.contains(root)) {
                faults.push(format!("what is said of {id} has no word in common with it: say what the clause says"));
                continue;
            }
            let mut found: Vec<String> = compare::absent_actor(clause, &wording, &self.people).into_iter().collect();
            if !admitted.contains(id) {
                found.extend(compare::lost_numbers(clause, &wording));
                found.extend(compare::lost_limit(clause, &wording));
                found.extend(compare::lost_condition(clause, &wording));
            }
            let mine = of[id].iter().copied();
            let own = clause.text.roots();
            let nearest = mine.clone().max_by_key(|i| Text::new(&i.statement).roots().intersection(&own).count());
            let mut faults_of = |found: Vec<String>, said: Option<&NewInterpretation>| {
                let said = said.map(|i| format!(", '{}'", short(&i.statement))).unwrap_or_default();
                faults.extend(found.iter().map(|fault| format!("{id} is not what is said of it{said}: {fault}")));
            };
            faults_of(found, nearest);
            let repeated = of[id].iter().any(|i| is_repeated(&clause.text, &Text::new(&i.statement)));
            if let Some(told) = told.get(id).filter(|_| !admitted.contains(id) && !repeated)
                && let Some(fault) = self.turned(*id, &told.statements, &told.beside)
            {
                let mut mine = mine;
                let alone = |i: &&NewInterpretation| {
                    self.turned(*id, &Sentence::all(&Text::new(&i.statement)), &told.beside).is_some()
                };
                faults_of(vec![fault], mine.find(alone).or(nearest));
            }
        }
        let known: Vec<_> = assumed.iter().flat_map(|text| Wording::new(text).amounts).collect();
        let beside: Vec<Sentence> = assumed.iter().flat_map(|text| Sentence::all(&Text::new(text))).collect();
        // An item of a list of what is not wanted need not say so itself.
        let out: BTreeSet<ClauseId> = reply
            .clauses
            .iter()
            .filter(|m| m.kind == ClauseKind::Exclusion)
            .filter_map(|m| m.id.parse().ok())
            .filter(|id| self.clauses.get(id).is_some_and(|(clause, _)| !actors::obliges(&clause.text)))
            .collect();
        for i in &reply.interpretations {
            let ids: Vec<ClauseId> = self.named(&i.clauses).filter(|id| !whole.contains(id)).collect();
            let Some(clauses) = self.together(&ids) else { continue };
            let statement = Wording::new(&i.statement);
            if is_repeated(&clauses.text, &statement.text) {
                continue;
            }
            let all = Wording::new(&format!("{}.\n{}", i.statement, i.acceptance.join(".\n")));
            // One of several statements may leave out what another says; what all of them lose was looked for above.
            let alone = ids.iter().all(|id| of[id].len() == 1);
            let statements = Sentence::all(&statement.text);
            let original: Vec<Sentence> = ids.iter().flat_map(|id| self.sentences(*id)).collect();
            let led = ids.iter().any(|id| self.is_led_by_a_negation(*id));
            let added = align::lost_negation(&statements, &original, &beside)
                .filter(|_| !led && !ids.iter().any(|id| out.contains(id)))
                .map(|word| format!("it negates \"{word}\", which the clause does not"))
                .or_else(|| {
                    let limit = align::lost_limit(&statements, &original, &beside, true)?;
                    Some(format!("it says \"{limit}\", which the clause does not"))
                });
            let turned = (alone && !led).then(|| {
                let negated = compare::turned_negation(&clauses, &statement).into_iter();
                negated.chain(compare::turned_limit(&clauses, &statement))
            });
            let found = compare::new_numbers(&clauses, &known, &statement)
                .into_iter()
                .chain(compare::turned_bounds(&clauses, &all))
                .chain(turned.into_iter().flatten())
                .chain(added)
                .chain(compare::other_actor(&clauses, &statement, &self.people))
                .chain(compare::other_extent(&clauses, &statement));
            faults.extend(
                found.map(|fault| format!("{} is not what '{}' says: {fault}", list(&ids), short(&i.statement))),
            );
        }
        faults
    }

    fn sentences(&self, id: ClauseId) -> Vec<Sentence> {
        self.clauses.get(&id).map(|(clause, _)| Sentence::all(&clause.text)).unwrap_or_default()
    }

    /// The statements on each clause, and what else is said of it.
    fn told(&self, reply: &UnderstandReply) -> BTreeMap<ClauseId, Told> {
        let mut told: BTreeMap<ClauseId, Told> = BTreeMap::new();
        let sentences = |text: &str| Sentence::all(&Text::new(text));
        for i in &reply.interpretations {
            for id in self.named(&i.clauses) {
                let of = told.entry(id).or_default();
                of.statements.extend(sentences(&i.statement));
                of.beside.extend(i.acceptance.iter().flat_map(|text| sentences(text)));
            }
        }
        for a in &reply.assumptions {
            for id in self.named(&a.clauses) {
                told.entry(id).or_default().beside.extend(sentences(&a.default));
            }
        }
        told
    }

    /// A small word or a person of the clause that its statements tell otherwise at the same place.
    fn turned(&self, id: ClauseId, said: &[Sentence], beside: &[Sentence]) -> Option<String> {
        let clause = self.sentences(id);
        if let Some(word) = align::lost_negation(&clause, said, beside) {
            return Some(format!("it does not negate \"{word}\", which the clause does"));
        }
        if let Some(limit) = align::lost_limit(&clause, said, beside, false) {
            return Some(format!("the \"{limit}\" of the clause is lost"));
        }
        align::recast(&clause, said, &self.people)
    }
}

/// Word for word what the clause says, but for the number of its item: nothing can be turned or added by that.
fn is_repeated(clause: &Text, said: &Text) -> bool {
    let words = |text: &Text| -> Vec<String> {
        text.words.iter().skip_while(|word| word.is_number()).map(|word| word.lower.clone()).collect()
    };
    !said.words.is_empty() && words(clause) == words(said)
}

/// Words of software in general: a criterion may use them though no clause does.
const GENERAL: &str = "list page form field record entry button message error show shown display view see open enter entered save \
saved store stored keep kept read back create created add added change changed edit update delete deleted remove removed search \
find found filter sort order ordered select choose choice value text number date time name title valid invalid required empty \
refuse refused reject rejected accept accepted allow allowed deny denied respond response answer request status code api http json \
web website application app system software browser user users person people visitor account sign signed log logged login logout \
password email address data database item items unchanged result results return returned contain contains include included \
default current new old first last highest lowest existing available together exactly least most number given longer shorter \
above below limit starts ends begin end detail details property properties state action test check checked correct behaviour \
behavior detect visible content fill filled write written somebody whoever anyone unknown match matches matching word words \
phone mobile device screen width wide fit responsive letter letters character characters digit digits whole part total sum count counted exist exists nothing never always";

static GENERAL_ROOTS: LazyLock<BTreeSet<String>> = LazyLock::new(|| GENERAL.split_whitespace().map(root).collect());

/// Statements and criteria most of whose words stand in no clause, no heading and no assumption: scope that nobody asked for.
pub(super) fn unsourced(original: &Original, reply: &UnderstandReply) -> Vec<String> {
    let mut known = GENERAL_ROOTS.clone();
    for (clause, headings) in original.clauses.values() {
        known.extend(clause.text.roots());
        known.extend(headings.iter().cloned());
    }
    for a in &reply.assumptions {
        known.extend(words_of(&format!("{} {}", a.question, a.default)));
    }
    let strange = |text: &str| {
        let text = Text::new(text);
        let roots = text.roots();
        // What shall not be is no scope.
        if text.negates() {
            return false;
        }
        let new = roots.iter().filter(|r| !known.contains(*r)).count();
        new >= 3 && 2 * new >= roots.len()
    };
    // Criteria and qualities say in other words what can be observed.
    let said = reply.interpretations.iter().filter(|i| i.functional && strange(&i.statement));
    said.map(|i| {
        let ids: Vec<ClauseId> = original.named(&i.clauses).collect();
        let statement = short(&i.statement);
        format!("'{statement}', said of {}, is about something that no clause and no assumption speaks of", list(&ids))
    })
    .collect()
}

//! Two wordings of one demand side by side. A `not`, an `only` or a person counts where it stands: before the same word, among
//! the same neighbours. So a long clause that is told in several statements can be compared as well as a short one, and what a
//! statement says besides does not matter. Told nowhere near is told in other words, which says nothing.

use super::{
    actors::{MODALS, People, anybody},
    compare::SMALL,
    words::{COMPARES, Text, Word, bounds, is_limiting, is_turning, listed, negator, undone_by},
};
use std::collections::BTreeSet;

/// How many words of meaning around a place are its neighbours.
const REACH: usize = 4;
/// A longer sentence is no sentence; laying it beside others would take too long.
const MOST: usize = 200;
/// What a condition begins with.
const OPENS: &str = "if when whenever while where unless until once whether";
/// The share of them that another wording has near the same word when it tells of the same place.
const SHARED: f64 = 0.6;
/// From this share on it tells of the place in nearly the very words, which leave no room for saying the same another way.
const VERY_NEAR: f64 = 0.75;

/// A sentence as its words of meaning and numbers, with the small words before each.
#[derive(Debug, Clone)]
pub struct Sentence {
    units: Vec<Unit>,
    /// How often it is turned round before each unit, and after the last.
    negations: Vec<usize>,
    /// The gaps of a negation and of the `without` that undoes it: `nobody signs without a key`.
    undone: Vec<(usize, usize)>,
    /// The negation that is still to be undone: the word that does it, and its gap.
    open: Option<(usize, usize)>,
    /// The gaps before which a condition turns something round: `if it is not paid` may be told as `until it is paid`.
    conditional: BTreeSet<usize>,
    /// The same for `only`, `except`, `unless`.
    limits: Vec<Option<String>>,
    /// Words that may turn it round or limit it otherwise, each with the unit it stands at.
    limiting: Vec<(usize, Word)>,
    /// The units before which `and must not …` begins another predicate.
    begins: BTreeSet<usize>,
    /// `Neither … nor …`, `nothing of …`, and a `no` or `nobody` that begins it: turns all of it round.
    sweeping: bool,
    /// `More than is left`: something is compared, and whether a negation stands right before it (`never more than`).
    compares: Option<bool>,
}

#[derive(Debug, Clone)]
struct Unit {
    root: String,
    stem: String,
    lower: String,
    segment: usize,
    /// `The product`, `the system`: everybody has another name for it.
    general: bool,
}

/// What another wording does at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum There {
    /// It says the same, or turns round something near it in its own way.
    Kept,
    /// Without it, in nearly the very words.
    Dropped,
    /// Without it.
    Lost,
    /// It speaks of something else.
    Elsewhere,
}

impl Sentence {
    /// The sentences of a text that say anything.
    #[must_use]
    pub fn all(text: &Text) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut open = None;
        for (at, word) in text.words.iter().enumerate().filter(|(_, word)| !word.purpose) {
            if open != Some(word.sentence) {
                open = Some(word.sentence);
                all.push(Self {
                    units: Vec::new(),
                    negations: vec![0],
                    undone: Vec::new(),
                    open: None,
                    conditional: BTreeSet::new(),
                    limits: vec![None],
                    limiting: Vec::new(),
                    begins: BTreeSet::new(),
                    sweeping: false,
                    compares: None,
                });
            }
            let Some(sentence) = all.last_mut() else { continue };
            sentence.take(&text.words, at);
        }
        all.retain(|sentence| (2..=MOST).contains(&sentence.units.len()));
        all
    }

    fn take(&mut self, words: &[Word], at: usize) {
        let (word, gap) = (&words[at], self.units.len());
        let before = |list: &str| at > 0 && listed(list, &words[at - 1].lower);
        if before("and or but") && (negator(words, at) || listed(MODALS, &word.lower)) {
            self.begins.insert(gap);
        }
        self.sweeping |= listed("neither none nothing", &word.lower) || gap == 0 && listed("no nobody", &word.lower);
        if listed(COMPARES, &word.lower) {
            let bound = before("no not never");
            self.compares = Some(bound || self.compares == Some(true));
        }
        if negator(words, at) {
            self.negations[gap] += 1;
            match self.open {
                Some((without, first)) if without == at => self.undone.push((first, gap)),
                _ => self.open = undone_by(words, at).map(|without| (without, gap)).or(self.open),
            }
            let own = words[..at].iter().rev().take_while(|w| (w.sentence, w.segment) == (word.sentence, word.segment));
            if own.into_iter().any(|w| listed(OPENS, &w.lower)) {
                self.conditional.insert(gap);
            }
        } else if listed(SMALL, &word.lower) {
            // `Not only` limits nothing.
            self.limits[gap] = Some(word.lower.clone()).filter(|_| !before("not"));
        } else {
            // `But` limits in `nobody but the owner`, and joins elsewhere.
            let joins = word.is("but") && !before("nobody none nothing no anyone anybody everyone everybody all");
            if is_limiting(word) && !joins || bounds(words, at) {
                self.limiting.push((gap, word.clone()));
            }
            if word.is_content() || word.is_number() {
                self.units.push(Unit {
                    root: if word.is_number() { word.lower.clone() } else { word.root() },
                    stem: word.stem.clone(),
                    lower: word.lower.clone(),
                    segment: word.segment,
                    general: anybody(&word.lower),
                });
                self.negations.push(0);
                self.limits.push(None);
            }
        }
    }

    /// `not never` says nothing.
    fn negates(&self, gap: usize) -> bool {
        self.negations.get(gap).is_some_and(|n| n % 2 == 1)
    }

    /// Whether what is turned round there can be held against another wording: not a condition, and not the end of a sentence
    /// that leaves out what it turns round (`the others do not`). Of two that undo each other neither demands anything alone.
    fn demands_not(&self, gap: usize) -> bool {
        let undone = self.undone.iter().any(|(first, second)| gap == *first || gap == *second);
        self.negates(gap) && gap < self.units.len() && !self.conditional.contains(&gap) && !undone
    }

    /// The unit that small words in a gap belong to.
    fn governed(&self, gap: usize) -> usize {
        gap.min(self.units.len().saturating_sub(1))
    }

    fn around(&self, unit: usize, reach: usize) -> impl Iterator<Item = (usize, &Unit)> {
        let from = unit.saturating_sub(reach);
        self.units.iter().enumerate().skip(from).take(unit + reach + 1 - from)
    }

    /// The words around a unit by which its place is known: those of its segment, or of more where that has hardly any, and
    /// none of the next predicate.
    fn neighbours(&self, unit: usize) -> BTreeSet<&str> {
        let own = |u: &&Unit| u.segment == self.units[unit].segment;
        let narrow = self.units.iter().filter(own).count() > 2;
        let near = self.around(unit, REACH).filter(|(at, u)| *at != unit && !u.general && (!narrow || own(u)));
        near.filter(|(at, _)| !self.apart(*at, unit)).map(|(_, u)| u.root.as_str()).collect()
    }

    /// Whether another predicate begins between two units.
    fn apart(&self, one: usize, other: usize) -> bool {
        self.begins.range(one.min(other) + 1..one.max(other) + 1).next().is_some()
    }

    /// The unit of this sentence that tells of the same place as a unit of another one, and the share of its neighbours that
    /// are there, too. Of several the one that they are nearest to.
    fn place_of(&self, other: &Self, unit: usize) -> Option<(usize, f64)> {
        let root = &other.units.get(unit)?.root;
        let wanted = other.neighbours(unit);
        let distance = |at: usize, root: &str| {
            self.around(at, REACH + 2).filter(|(_, u)| u.root == root).map(|(n, _)| n.abs_diff(at)).min()
        };
        let same = (0..self.units.len()).filter(|at| self.units[*at].root == *root);
        let counted = same.map(|at| {
            let there: Vec<usize> = wanted.iter().filter_map(|root| distance(at, root)).collect();
            (at, there.len(), there.iter().sum::<usize>())
        });
        let (place, shared, _) = counted.max_by_key(|(_, n, far)| (*n, std::cmp::Reverse(*far)))?;
        // Two words alone are a place only where there are no more.
        let enough = shared > 1 || shared == 1 && wanted.len() == 1;
        enough.then(|| (place, shared as f64 / wanted.len() as f64))
    }

    /// Whether it turns round or limits, in a way that the other one does not, what stands near a unit.
    fn turns_otherwise(&self, other: &Self, unit: usize) -> bool {
        let there = |word: &Word| other.limiting.iter().any(|(_, w)| w.root() == word.root());
        let near = |at: usize| at.abs_diff(unit) <= REACH + 2 && !self.apart(at, unit);
        self.limiting.iter().any(|(at, word)| (is_turning(word) || near(*at)) && !there(word))
    }

    /// Whether a small word stands within two words of meaning of a unit and in its predicate: `must not send mail` is `sends
    /// no mail`. One that the other wording has before the same word belongs to that one.
    fn turns_near(&self, other: &Self, gap: usize, unit: usize) -> bool {
        let taken = |at: usize| {
            let same = |g: usize| other.units[other.governed(g)].root == self.units[self.governed(at)].root;
            (0..other.negations.len()).any(|g| g != gap && other.negates(g) && same(g))
        };
        let near = unit.saturating_sub(2)..=(unit + 2).min(self.units.len());
        near.into_iter()
            .any(|at| !self.apart(at, unit) && (self.negates(at) && !taken(at) || self.limits[at].is_some()))
    }

    /// `More than is left cannot be taken` is `takes it, but never more than is left`.
    fn bounds_alike(&self, said: &Self) -> bool {
        let negates = |one: &Self| (0..one.negations.len()).any(|gap| one.negates(gap));
        match (self.compares, said.compares) {
            (Some(_), Some(true)) => true,
            (Some(true), Some(false)) => negates(said),
            _ => false,
        }
    }

    fn negation_in(&self, said: &Self, gap: usize) -> There {
        let unit = self.governed(gap);
        let place = said.place_of(self, unit).filter(|place| !self.tells_beside(said, unit, *place));
        There::of(place, |place| {
            let other_way = said.turns_otherwise(self, place) || self.turns_otherwise(said, unit);
            let anywhere = self.sweeping && gap == 0 && (0..said.negations.len()).any(|gap| said.negates(gap));
            said.sweeping || anywhere || other_way || self.bounds_alike(said) || said.turns_near(self, gap, place)
        })
    }

    /// Of two negations that undo each other the other sentence has one alone: `anybody signs without a key`.
    fn halved_in(&self, said: &Self, (first, second): (usize, usize)) -> There {
        let place = |gap| said.place_of(self, self.governed(gap)).filter(|(_, share)| *share >= SHARED);
        let (Some(one), Some(other)) = (place(first), place(second)) else { return There::Elsewhere };
        let even = said.negations.iter().sum::<usize>() % 2 == 0;
        let limits = said.limits.iter().any(Option::is_some);
        There::of(Some(one), |place| {
            even || limits || said.turns_otherwise(self, place) || said.turns_otherwise(self, other.0)
        })
    }

    /// Whether what the other sentence tells at a place is what this one says of the same word elsewhere, without a negation:
    /// `and one takes at most three` tells nothing of `nobody takes more than there are`.
    fn tells_beside(&self, said: &Self, unit: usize, (place, share): (usize, f64)) -> bool {
        let same = |at: &usize| *at != unit && self.units[*at].root == self.units[unit].root && !self.negates(*at);
        let nearer = |at| said.place_of(self, at).is_some_and(|(there, shared)| there == place && shared >= share);
        (0..self.units.len()).filter(same).any(nearer)
    }

    fn limit_in(&self, said: &Self, gap: usize) -> There {
        There::of(said.place_of(self, self.governed(gap)), |place| {
            let turns = (0..said.negations.len()).any(|gap| said.negates(gap) || said.limits[gap].is_some());
            turns || said.turns_otherwise(self, place)
        })
    }
}

impl There {
    fn of(place: Option<(usize, f64)>, kept: impl Fn(usize) -> bool) -> Self {
        match place {
            Some((place, share)) if share >= SHARED => match kept(place) {
                true => Self::Kept,
                false if share < VERY_NEAR => Self::Lost,
                false => Self::Dropped,
            },
            _ => Self::Elsewhere,
        }
    }
}

/// Dropped or lost in one wording that tells of the place, and kept in none. What is said beside that can keep it only where the
/// wording was not nearly the very words.
fn is_lost<'a>(told: &'a [Sentence], beside: &'a [Sentence], at: impl Fn(&'a Sentence) -> There) -> bool {
    let kept = |all: &'a [Sentence]| all.iter().any(|s| at(s) == There::Kept);
    !kept(told)
        && (told.iter().any(|s| at(s) == There::Dropped) || told.iter().any(|s| at(s) == There::Lost) && !kept(beside))
}

/// What `one` turns round and `other` tells without; `beside` is what else is said of it, which may keep it.
#[must_use]
pub fn lost_negation(one: &[Sentence], other: &[Sentence], beside: &[Sentence]) -> Option<String> {
    one.iter().find_map(|sentence| {
        let mut gaps = (0..sentence.negations.len()).filter(|gap| sentence.demands_not(*gap));
        let lost = gaps.find(|gap| is_lost(other, beside, |said| sentence.negation_in(said, *gap)));
        let halved =
            || sentence.undone.iter().find(|pair| is_lost(other, beside, |said| sentence.halved_in(said, **pair)));
        let lost = lost.or_else(|| halved().map(|(first, _)| *first))?;
        Some(sentence.units[sentence.governed(lost)].lower.clone())
    })
}

/// The `only` of `one` without which `other` tells the same. One that is `added` counts in nearly the very words alone: it may
/// be another way to say who acts.
#[must_use]
pub fn lost_limit(one: &[Sentence], other: &[Sentence], beside: &[Sentence], added: bool) -> Option<String> {
    one.iter().find_map(|sentence| {
        let at = |said: &Sentence, gap| match sentence.limit_in(said, gap) {
            There::Lost if added => There::Elsewhere,
            there => there,
        };
        let mut gaps = (0..sentence.limits.len()).filter(|gap| sentence.limits[*gap].is_some());
        let lost = gaps.find(|gap| is_lost(other, beside, |said| at(said, *gap)))?;
        sentence.limits[lost].clone()
    })
}

/// Somebody else stands in the place of somebody, between the same words; in words.
#[must_use]
pub fn recast(clause: &[Sentence], said: &[Sentence], people: &People) -> Option<String> {
    let mentions = |all: &[Sentence], who: &str| all.iter().flat_map(|s| &s.units).any(|u| u.stem == who);
    clause.iter().find_map(|sentence| {
        let swaps: Vec<Vec<(usize, String)>> = said.iter().map(|s| sentence.swapped(s, people)).collect();
        let stem = |at: &usize| sentence.units[*at].stem.as_str();
        let new = |at: &usize, who: &str| !mentions(clause, who) || !mentions(said, stem(at));
        // Both are there, in each other's place.
        let crossed = |all: &[(usize, String)], at: &usize, who: &str| {
            all.iter().any(|(other, instead)| stem(other) == who && instead.as_str() == stem(at))
        };
        let (all, (at, instead)) = swaps
            .iter()
            .find_map(|all| Some((all, all.iter().find(|(at, who)| new(at, who) || crossed(all, at, who))?)))?;
        // Another statement may tell it of the one who is meant.
        let kept = said.iter().any(|s| sentence.keeps(s, *at, people));
        let (who, swapped) = (stem(at), crossed(all, at, instead));
        (!kept).then(|| match swapped {
            true => format!("{who} and {instead} have changed places"),
            false => format!("it says {instead} where the clause says {who}"),
        })
    })
}

impl Sentence {
    /// The places at which the other sentence has another person, with that person.
    fn swapped(&self, said: &Self, people: &People) -> Vec<(usize, String)> {
        let pairs = self.aligned(said, people);
        let is_person = |u: &Unit| people.has(&u.stem) && !anybody(&u.stem);
        let ends = |list: &[(usize, usize)]| -> Vec<(usize, usize, usize, usize)> {
            let starts = std::iter::once((0, 0)).chain(list.iter().map(|(a, b)| (a + 1, b + 1)));
            let stops = list.iter().copied().chain([(self.units.len(), said.units.len())]);
            starts.zip(stops).map(|((a, b), (to_a, to_b))| (a, to_a, b, to_b)).collect()
        };
        let mut found = Vec::new();
        for (a, to_a, b, to_b) in ends(&pairs) {
            let one: Vec<usize> = (a..to_a).filter(|at| is_person(&self.units[*at])).collect();
            let two: Vec<&Unit> = said.units[b..to_b].iter().filter(|u| is_person(u)).collect();
            if let ([at], [who]) = (one.as_slice(), two.as_slice())
                && self.units[*at].stem != who.stem
                && self.is_told_around(*at, &pairs)
            {
                found.push((*at, who.stem.clone()));
            }
        }
        found
    }

    /// The other sentence has the same person among the same words.
    fn keeps(&self, said: &Self, at: usize, people: &People) -> bool {
        let pairs = self.aligned(said, people);
        pairs.iter().any(|(a, _)| *a == at) && self.is_told_around(at, &pairs)
    }

    fn is_told_around(&self, unit: usize, pairs: &[(usize, usize)]) -> bool {
        let near: Vec<usize> = self.around(unit, REACH).map(|(at, _)| at).filter(|at| *at != unit).collect();
        let told = near.iter().filter(|at| pairs.iter().any(|(a, _)| a == *at)).count();
        told >= 2 && told as f64 >= SHARED * near.len() as f64
    }

    /// The longest sequence of words that both have in the same order, as places in both.
    fn aligned(&self, said: &Self, people: &People) -> Vec<(usize, usize)> {
        let (n, m) = (self.units.len(), said.units.len());
        // `trainer` and `trainee` have one root.
        let person = |a: &Unit, b: &Unit| people.has(&a.stem) || people.has(&b.stem);
        let same = |a: usize, b: usize| {
            let (a, b) = (&self.units[a], &said.units[b]);
            a.root == b.root && (a.stem == b.stem || !person(a, b))
        };
        let mut longest = vec![vec![0_usize; m + 1]; n + 1];
        for a in (0..n).rev() {
            for b in (0..m).rev() {
                longest[a][b] = match same(a, b) {
                    true => longest[a + 1][b + 1] + 1,
                    false => longest[a + 1][b].max(longest[a][b + 1]),
                };
            }
        }
        let (mut a, mut b, mut pairs) = (0, 0, Vec::new());
        while a < n && b < m {
            if same(a, b) {
                pairs.push((a, b));
                (a, b) = (a + 1, b + 1);
            } else if longest[a + 1][b] >= longest[a][b + 1] {
                a += 1;
            } else {
                b += 1;
            }
        }
        pairs
    }
}

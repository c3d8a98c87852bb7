//! Words and meaning together.
//!
//! The two scores do not add up as they are, and ranks lose what they say: where a question shares only common words with
//! every document, the best by words is still rank 1. Measured (docs/fidelity.md): the cosine, plus a little for the
//! *share* of the query's words, by their rarity, that a document has, as far as it goes beyond most of them. A smaller share
//! says nothing at all, so a question in other words is answered by its meaning alone.

use super::{Lexical, VectorIndex, graph::Adaptive};
use std::collections::BTreeSet;

/// What a document gets for having all the words of the query.
const WORDS: f32 = 0.25;
/// A share of the words up to this one counts for nothing.
const MOST: f32 = 0.7;

/// The score of a document by its cosine and its share of the query's words.
#[must_use]
pub fn fused(meaning: f32, words: f32) -> f32 {
    weighed(meaning, words, WORDS, MOST)
}

/// The same with another weight of all the words, and another share from which on they count.
#[must_use]
pub fn weighed(meaning: f32, words: f32, weight: f32, most: f32) -> f32 {
    meaning + weight * (words - most).max(0.0) / (1.0 - most)
}

/// How many of the best by each half are looked at, at least.
const DEPTH: usize = 50;

/// Texts to be found, numbered in the order they were added.
#[derive(Debug, Default)]
pub struct Retrieval {
    ids: Vec<String>,
    lexical: Lexical,
    vectors: Option<Adaptive>,
}

/// What was found, and why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    pub number: usize,
    pub score: f32,
    /// The share of the query's words that the document has, by their rarity; more than 1 when it has them often.
    pub words: f32,
    /// Cosine similarity; `None` when the search is by words only.
    pub meaning: Option<f32>,
}

fn place(number: usize) -> String {
    format!("{number:08}")
}

impl Retrieval {
    /// Adds a text; vectors that were set do not cover it.
    pub fn add(&mut self, id: &str, text: &str) {
        self.lexical.add(text);
        self.ids.push(id.to_owned());
        self.vectors = None;
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }
    #[must_use]
    pub fn id(&self, number: usize) -> Option<&str> {
        self.ids.get(number).map(String::as_str)
    }
    #[must_use]
    pub fn has_vectors(&self) -> bool {
        self.vectors.is_some()
    }

    /// The vectors of all texts, in their order. One that is refused leaves its text to be found by words.
    pub fn set_vectors<'a>(&mut self, dimension: usize, vectors: impl IntoIterator<Item = &'a [f32]>) {
        let mut index = Adaptive::new(dimension);
        for (number, vector) in vectors.into_iter().enumerate().take(self.ids.len()) {
            let _ = index.put(&place(number), vector);
        }
        self.vectors = Some(index);
    }

    /// The best `k` texts that `keep` lets through: never fewer while there are as many. `vector` is the query's; without
    /// it, or before the texts have theirs, the search is by words.
    #[must_use]
    pub fn search(&self, query: &str, vector: Option<&[f32]>, k: usize, keep: &dyn Fn(usize) -> bool) -> Vec<Found> {
        let all = || (0..self.ids.len()).filter(|number| keep(*number));
        let ideal = self.lexical.ideal(query).max(f32::MIN_POSITIVE);
        let mut shares = vec![0.0; self.ids.len()];
        let mut candidates = BTreeSet::new();
        for (number, score) in self.lexical.search(query, usize::MAX, |number| keep(number as usize)) {
            shares[number as usize] = score / ideal;
            if candidates.len() < k.max(DEPTH) {
                candidates.insert(number as usize);
            }
        }
        let both = self.vectors.as_ref().zip(vector);
        if let Some((index, vector)) = both {
            let wanted = |id: &str| id.parse().is_ok_and(keep);
            for (id, _) in index.nearest(vector, k.max(DEPTH), &wanted).unwrap_or_default() {
                candidates.extend(id.parse::<usize>());
            }
        }
        let missing = k.saturating_sub(candidates.len());
        let others: Vec<usize> = all().filter(|number| !candidates.contains(number)).take(missing).collect();
        candidates.extend(others);
        let mut found: Vec<Found> = candidates
            .into_iter()
            .map(|number| {
                let words = shares.get(number).copied().unwrap_or(0.0);
                let meaning = both.and_then(|(index, vector)| index.similarity(&place(number), vector));
                let score = match (both, meaning) {
                    (Some(_), cosine) => fused(cosine.unwrap_or(0.0), words),
                    (None, _) => words,
                };
                Found { number, score, words, meaning }
            })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.number.cmp(&b.number)));
        found.truncate(k);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> Retrieval {
        let mut index = Retrieval::default();
        for (id, text) in [("a", "A member books a court."), ("b", "Rackets are lent."), ("c", "A court has a name.")] {
            index.add(id, text);
        }
        index
    }

    fn ids(index: &Retrieval, found: &[Found]) -> String {
        found.iter().filter_map(|f| index.id(f.number)).collect()
    }

    #[test]
    fn words_alone_are_enough_and_k_is_kept() {
        let index = index();
        assert_eq!(ids(&index, &index.search("member court", None, 9, &|_| true)), "acb");
        assert_eq!(ids(&index, &index.search("zebra", None, 2, &|_| true)), "ab", "nothing fits, but two are there");
        assert_eq!(ids(&index, &index.search("court", None, 9, &|n| n > 0)), "cb");
        assert_eq!(index.search("court", None, 0, &|_| true), []);
        assert_eq!(Retrieval::default().search("court", None, 3, &|_| true), []);
    }

    #[test]
    fn meaning_decides_unless_nearly_all_words_are_there() {
        let mut index = index();
        let vectors: [[f32; 2]; 3] = [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]];
        index.set_vectors(2, vectors.iter().map(|v| &v[..]));
        let by = |query: &str, vector: [f32; 2]| ids(&index, &index.search(query, Some(&vector), 3, &|_| true));
        assert_eq!(by("what about a name", [1.0, 0.0]), "abc", "one common word moves nothing");
        assert_eq!(fused(0.4, 0.5), 0.4, "nor does half of the words, however near another text is");
        assert_eq!(by("rackets are lent", [0.9, 0.4]), "bac");
        let first = index.search("rackets are lent", Some(&[1.0, 0.0]), 3, &|_| true)[0];
        assert_eq!(ids(&index, &[first]), "b", "the very words win against a nearer text");
        assert!(first.words > 0.9 && first.meaning.is_some());
        index.add("d", "new");
        assert!(!index.has_vectors());
    }

    proptest::proptest! {
        #[test]
        fn never_fewer_than_k(n in 0usize..12, k in 0usize..15, query in "[a-e ]{0,8}", with in proptest::bool::ANY) {
            let mut index = Retrieval::default();
            for number in 0..n {
                index.add(&number.to_string(), ["a b", "c", "a d e", ""][number % 4]);
            }
            if with {
                // Every third text has no vector.
                let vectors: Vec<[f32; 2]> = (0..n).map(|i| if i % 3 == 2 { [0.0, 0.0] } else { [1.0, i as f32] }).collect();
                index.set_vectors(2, vectors.iter().map(|v| &v[..]));
            }
            let vector = with.then_some(&[0.5f32, 0.5][..]);
            let found = index.search(&query, vector, k, &|_| true);
            proptest::prop_assert_eq!(found.len(), k.min(n));
            proptest::prop_assert!(found.windows(2).all(|w| w[0].score >= w[1].score));
        }
    }
}

//! BM25 over words. Deterministic: equal scores are ordered by document number.

use std::collections::{BTreeMap, HashMap};

const K1: f32 = 1.2;
const B: f32 = 0.75;

/// An inverted index over documents numbered in the order they were added.
#[derive(Debug, Default, Clone)]
pub struct Lexical {
    postings: HashMap<String, Vec<(u32, u32)>>,
    lengths: Vec<u32>,
    total: u64,
}

impl Lexical {
    /// Adds a document and returns its number.
    pub fn add(&mut self, text: &str) -> u32 {
        let number = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        let mut counts: HashMap<String, u32> = HashMap::new();
        let mut length = 0;
        for word in words(text) {
            *counts.entry(word).or_default() += 1;
            length += 1;
        }
        for (word, count) in counts {
            self.postings.entry(word).or_default().push((number, count));
        }
        self.lengths.push(length);
        self.total += u64::from(length);
        number
    }

    /// How rare a word is among the documents.
    fn rarity(&self, word: &str) -> f32 {
        let containing = self.postings.get(word).map_or(0, Vec::len) as f32;
        (1.0 + (self.lengths.len() as f32 - containing + 0.5) / (containing + 0.5)).ln()
    }

    /// About the score of a document that has every word of the query once. The words that no document has count too: a
    /// score far below this one was reached with the common words of the query only.
    #[must_use]
    pub fn ideal(&self, query: &str) -> f32 {
        distinct(query).iter().map(|word| self.rarity(word)).sum()
    }

    /// Documents that share a word with the query and that `keep` lets through, best first, at most `k`.
    #[must_use]
    pub fn search(&self, query: &str, k: usize, keep: impl Fn(u32) -> bool) -> Vec<(u32, f32)> {
        let documents = self.lengths.len() as f32;
        let average = (self.total as f32 / documents.max(1.0)).max(1.0);
        let mut scores: BTreeMap<u32, f32> = BTreeMap::new();
        for term in &distinct(query) {
            let Some(postings) = self.postings.get(term) else { continue };
            let rarity = self.rarity(term);
            for (document, count) in postings.iter().filter(|(document, _)| keep(*document)) {
                let count = *count as f32;
                let length = self.lengths.get(*document as usize).copied().unwrap_or(0) as f32;
                let weight = count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / average));
                *scores.entry(*document).or_default() += rarity * weight;
            }
        }
        let mut ranked: Vec<(u32, f32)> = scores.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked.truncate(k);
        ranked
    }
}

fn distinct(query: &str) -> Vec<String> {
    let mut terms: Vec<String> = words(query).collect();
    terms.sort();
    terms.dedup();
    terms
}

/// The words of a text as the index knows them: lower case, identifiers taken apart (`createWorkout`, `user_id`), a plural
/// reduced to its singular in the crudest way that helps.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).flat_map(parts).filter(|w| !w.is_empty()).map(|word| {
        let word = word.to_lowercase();
        match word.strip_suffix("ies") {
            Some(stem) if stem.len() > 2 => format!("{stem}y"),
            _ => match word.strip_suffix('s') {
                Some(stem) if stem.len() >= 2 && !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
                _ => word,
            },
        }
    })
}

/// `createWorkout` → `create`, `Workout`. `HTTPServer` stays whole.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let mut cuts = vec![0];
    let mut lower = false;
    for (at, c) in word.char_indices() {
        if lower && c.is_uppercase() {
            cuts.push(at);
        }
        lower = c.is_lowercase();
    }
    cuts.push(word.len());
    let pairs: Vec<(usize, usize)> = cuts.windows(2).map(|w| (w[0], w[1])).collect();
    pairs.into_iter().map(move |(from, to)| &word[from..to])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shares_rare_words_comes_first() {
        let mut index = Lexical::default();
        index.add("Users can log their workouts and see all workouts.");
        index.add("Users can set a goal for their weight.");
        index.add("Users see a chart.");
        let found = index.search("the workout of users", 10, |_| true);
        assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), [0, 2, 1]);
        assert_eq!(index.search("workout", 10, |d| d != 0), []);
        assert_eq!(index.search("nothing like it", 10, |_| true), []);
        assert_eq!(Lexical::default().search("x", 3, |_| true), []);
    }

    #[test]
    fn words_are_folded() {
        assert_eq!(
            words("createWorkout user_ids, Entries & status buses").collect::<Vec<_>>(),
            ["create", "workout", "user", "id", "entry", "status", "buse"]
        );
    }
}

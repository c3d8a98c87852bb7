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
        let mut length = 0;
        each_word(text, |word| {
            length += 1;
            match self.postings.get_mut(word) {
                Some(postings) => match postings.last_mut() {
                    Some((document, count)) if *document == number => *count += 1,
                    _ => postings.push((number, 1)),
                },
                None => {
                    self.postings.insert(word.to_owned(), vec![(number, 1)]);
                }
            }
        });
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
    let mut terms = words(query);
    terms.sort();
    terms.dedup();
    terms
}

/// The words of a text as the index knows them: lower case, identifiers taken apart (`createWorkout`, `user_id`), a plural
/// reduced to its singular in the crudest way that helps.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    each_word(text, |word| all.push(word.to_owned()));
    all
}

/// The same, one after another: whole files are indexed for each call, so no word takes room of its own.
fn each_word(text: &str, mut take: impl FnMut(&str)) {
    let mut folded = String::new();
    for run in text.split(|c: char| !c.is_alphanumeric()) {
        let mut rest = run;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(end_of_part(rest));
            rest = after;
            fold(part, &mut folded);
            if !folded.is_empty() {
                take(&folded);
            }
        }
    }
}

/// Where the first part of an identifier ends: `createWorkout` → `create`, `Workout`. `HTTPServer` stays whole.
fn end_of_part(word: &str) -> usize {
    let mut lower = false;
    for (at, c) in word.char_indices() {
        if lower && c.is_uppercase() {
            return at;
        }
        lower = c.is_lowercase();
    }
    word.len()
}

/// Puts a word in lower case and in the singular.
fn fold(word: &str, folded: &mut String) {
    folded.clear();
    if word.is_ascii() {
        folded.push_str(word);
        folded.make_ascii_lowercase();
    } else {
        // By the word, not by the letter: a sigma at its end is another one.
        folded.push_str(&word.to_lowercase());
    }
    if let Some(stem) = folded.strip_suffix("ies").map(str::len).filter(|stem| *stem > 2) {
        folded.truncate(stem);
        folded.push('y');
    } else if folded.strip_suffix('s').is_some_and(|stem| stem.len() >= 2 && !stem.ends_with(['s', 'u', 'i'])) {
        folded.pop();
    }
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
            words("createWorkout user_ids, Entries & status buses"),
            ["create", "workout", "user", "id", "entry", "status", "buse"]
        );
    }
}

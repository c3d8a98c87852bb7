//! Searching the hub.

use super::{Hub, Indexed, documents, store_key};
use crate::{
    domain::{Clean, Hash, pack::PackKind, plan::Phase},
    hub::{
        encoder::Encode,
        index::{Retrieval, lexical::words},
        store::Tree,
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    pub kind: PackKind,
    pub id: String,
    pub title: Clean,
    pub score: f32,
    /// The share of the query's words that it has, by their rarity.
    pub words: f32,
    /// How near it is in meaning, -1 to 1; `None` when the search is by words only.
    pub meaning: Option<f32>,
    pub snippet: Clean,
}

/// Which documents a search looks at.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Empty: all kinds.
    pub kinds: Vec<PackKind>,
    /// Empty: all phases.
    pub phases: Vec<Phase>,
}

/// Nearness in meaning that texts which have nothing to do with each other reach: who shares no word with what was asked for
/// has to be nearer.
const UNRELATED: f32 = 0.2;

/// A vector in the store: its numbers, little endian.
fn numbers(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

impl Hub {
    /// Gives every document its vector, so that searches go by meaning too. Known ones come from the store, the others
    /// take some ten milliseconds each: not for a thread that draws a screen.
    pub fn understand(&mut self, encoder: &'static dyn Encode) {
        let texts: Vec<(Hash, String)> = self
            .documents
            .values()
            .map(|document| {
                let text = match document.kind {
                    PackKind::Artifact | PackKind::File => format!("{} {}", document.title, document.text),
                    _ => document.text.clone(),
                };
                (Hash::of_parts([encoder.version().as_bytes(), text.as_bytes()]), text)
            })
            .collect();
        let known = self.store.all(Tree::Vectors).unwrap_or_default();
        let mut vectors: BTreeMap<Vec<u8>, Vec<f32>> = known.into_iter().map(|(k, v)| (k, numbers(&v))).collect();
        let wanted: BTreeSet<&[u8]> = texts.iter().map(|(hash, _)| hash.as_str().as_bytes()).collect();
        let gone: Vec<Vec<u8>> = vectors.keys().filter(|key| !wanted.contains(key.as_slice())).cloned().collect();
        for key in gone {
            self.tell(|store| store.remove(Tree::Vectors, &key));
            vectors.remove(&key);
        }
        let right = |v: &Vec<f32>| v.len() == encoder.dimension();
        let new: BTreeMap<&Hash, &str> = texts
            .iter()
            .filter(|(hash, _)| !vectors.get(hash.as_str().as_bytes()).is_some_and(right))
            .map(|(hash, text)| (hash, text.as_str()))
            .collect();
        let made = encoder.encode(&new.values().copied().collect::<Vec<_>>());
        for (hash, vector) in new.keys().zip(made) {
            let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
            self.tell(|store| store.put(Tree::Vectors, hash.as_str().as_bytes(), &bytes));
            vectors.insert(hash.as_str().as_bytes().to_vec(), vector);
        }
        let found = texts.iter().map(|(hash, _)| vectors.get(hash.as_str().as_bytes()).map_or(&[][..], Vec::as_slice));
        self.indexed();
        if let Some(indexed) = self.indexed.get_mut() {
            indexed.index.set_vectors(encoder.dimension(), found);
        }
        self.encoder = Some(encoder);
    }

    /// The `k` documents that fit `query` best, by their words, and by meaning after [`Hub::understand`].
    #[must_use]
    pub fn search(&self, query: &str, k: usize, filter: &Filter) -> Vec<Hit> {
        let Indexed { index, order } = self.indexed();
        let keep = |number: usize| {
            let document = order.get(number).and_then(|key| self.documents.get(key));
            document.is_some_and(|document| {
                let kind = filter.kinds.is_empty() || filter.kinds.contains(&document.kind);
                let phase = filter.phases.is_empty() || document.phase.is_some_and(|p| filter.phases.contains(&p));
                kind && phase
            })
        };
        let encoder = self.encoder.filter(|_| index.has_vectors());
        let vector = encoder.and_then(|encoder| encoder.encode(&[query]).pop());
        let asked: BTreeSet<String> = words(query).into_iter().collect();
        let found = index.search(query, vector.as_deref(), k, &keep);
        let related =
            found.into_iter().filter(|found| found.words > 0.0 || found.meaning.is_none_or(|near| near > UNRELATED));
        let hits = related.filter_map(|found| {
            let document = self.documents.get(order.get(found.number)?)?;
            Some(Hit {
                kind: document.kind,
                id: document.id.clone(),
                title: document.title.clone(),
                score: found.score,
                words: found.words,
                meaning: found.meaning,
                snippet: snippet(&document.text, &asked),
            })
        });
        hits.collect()
    }

    /// The index over the documents as they are now. A run asks for it when a person searches, not with every step.
    fn indexed(&self) -> &Indexed {
        self.indexed.get_or_init(|| {
            let mut index = Retrieval::default();
            for (key, document) in &self.documents {
                let id = String::from_utf8(store_key(key)).unwrap_or_else(|_| documents::kind_word(key.0).to_owned());
                index.add(&id, &format!("{} {} {}", document.id, document.title, document.text));
            }
            Indexed { index, order: self.documents.keys().cloned().collect() }
        })
    }
}

/// The line with the most of the words that were asked for.
fn snippet(text: &str, asked: &BTreeSet<String>) -> Clean {
    let score = |line: &str| words(line).iter().filter(|w| asked.contains(*w)).count();
    let mut best = ("", 0);
    for line in text.lines() {
        let found = score(line);
        if found > best.1 || best.0.is_empty() {
            best = (line, found);
        }
    }
    Clean::new(&Clean::new(best.0).one_line(160))
}

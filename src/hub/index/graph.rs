//! hnsw_rs above the size from which it pays, an exact scan below it.
//!
//! What the crate does not do is done here (each was measured): it has no delete and no update, so nodes of removed
//! documents are dead and the graph is rebuilt when a fifth is; a clique of identical vectors hides everything else, so
//! there is one node for each distinct vector; it panics on a wrong dimension or a vector that is not of length 1, so
//! nothing unchecked reaches it; its filtered search is slower than a scan, so filters that keep little are scanned;
//! only serial insertion is deterministic, so insertion is serial. Hits are re-ranked exactly.

use super::{
    flat::Flat,
    vector::{Refused, VectorIndex, dot, normalised, rank},
};
use crate::domain::Hash;
use hnsw_rs::prelude::{DistDot, Hnsw};
use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Below about this many documents the exact scan was the faster one when measured (384 dimensions, one core; at 10,000
/// twice as fast, at 30,000 half as fast; docs/fidelity.md).
pub const SWITCH: usize = 20_000;
const CONNECTIONS: usize = 16;
const LAYERS: usize = 16;
const EFFORT_BUILD: usize = 100;
const EFFORT_SEARCH: usize = 96;

/// A distinct vector in the graph and the documents that have it.
#[derive(Debug)]
struct Node {
    vector: Vec<f32>,
    documents: BTreeSet<String>,
}

struct Graph {
    hnsw: Hnsw<'static, f32, DistDot>,
    nodes: Vec<Node>,
    by_content: HashMap<Hash, usize>,
    /// Nodes without documents.
    dead: usize,
}

/// The index a caller uses: exact while small, a graph when large.
pub struct Adaptive {
    flat: Flat,
    graph: Option<Graph>,
    switch: usize,
    dimension: usize,
}

impl fmt::Debug for Adaptive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nodes = self.graph.as_ref().map(|g| g.nodes.len());
        f.debug_struct("Adaptive").field("documents", &self.flat.len()).field("graph_nodes", &nodes).finish()
    }
}

fn content(vector: &[f32]) -> Hash {
    let bytes: Vec<u8> = vector.iter().flat_map(|x| x.to_le_bytes()).collect();
    Hash::of(&bytes)
}

impl Graph {
    fn build(flat: &Flat) -> Self {
        let hnsw = Hnsw::new(CONNECTIONS, flat.len().max(16), LAYERS, EFFORT_BUILD, DistDot {});
        let mut graph = Self { hnsw, nodes: Vec::new(), by_content: HashMap::new(), dead: 0 };
        // In the order of ids, so that a rebuilt graph is a function of the documents and not of their history.
        let mut rows: Vec<_> = flat.rows().collect();
        rows.sort_by_key(|(id, _)| *id);
        for (id, vector) in rows {
            graph.insert(id, vector);
        }
        graph
    }

    fn insert(&mut self, id: &str, vector: &[f32]) {
        let Self { nodes, by_content, hnsw, dead } = self;
        let at = *by_content.entry(content(vector)).or_insert_with(|| {
            hnsw.insert((vector, nodes.len()));
            nodes.push(Node { vector: vector.to_vec(), documents: BTreeSet::new() });
            *dead += 1;
            nodes.len() - 1
        });
        if let Some(node) = nodes.get_mut(at) {
            if node.documents.is_empty() {
                *dead -= 1;
            }
            node.documents.insert(id.to_owned());
        }
    }

    fn remove(&mut self, id: &str, vector: &[f32]) {
        let Some(node) = self.by_content.get(&content(vector)).and_then(|at| self.nodes.get_mut(*at)) else { return };
        if node.documents.remove(id) && node.documents.is_empty() {
            self.dead += 1;
        }
    }

    fn worn(&self) -> bool {
        self.dead * 5 > self.nodes.len()
    }
}

impl Adaptive {
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        Self::with_switch(dimension, SWITCH)
    }
    /// `switch`: the number of documents from which the graph is used.
    #[must_use]
    pub fn with_switch(dimension: usize, switch: usize) -> Self {
        Self { flat: Flat::new(dimension), graph: None, switch, dimension }
    }

    /// The cosine similarity of a document to a query, as [`VectorIndex::nearest`] would give it.
    #[must_use]
    pub fn similarity(&self, id: &str, query: &[f32]) -> Option<f32> {
        let query = normalised(query, self.dimension).ok()?;
        self.flat.get(id).map(|vector| dot(&query, vector).clamp(-1.0, 1.0))
    }

    fn tend(&mut self) {
        let large = self.flat.len() >= self.switch;
        match &self.graph {
            Some(graph) if large && graph.worn() => self.graph = Some(Graph::build(&self.flat)),
            Some(_) if !large => self.graph = None,
            None if large => self.graph = Some(Graph::build(&self.flat)),
            _ => {}
        }
    }
}

impl VectorIndex for Adaptive {
    fn put(&mut self, id: &str, vector: &[f32]) -> Result<(), Refused> {
        let vector = normalised(vector, self.dimension)?;
        let old = self.flat.get(id).map(<[f32]>::to_vec);
        self.flat.put(id, &vector)?;
        if let Some(graph) = &mut self.graph {
            if let Some(old) = old {
                graph.remove(id, &old);
            }
            graph.insert(id, self.flat.get(id).unwrap_or(&vector));
        }
        self.tend();
        Ok(())
    }

    fn remove(&mut self, id: &str) -> bool {
        let Some(old) = self.flat.get(id).map(<[f32]>::to_vec) else { return false };
        if let Some(graph) = &mut self.graph {
            graph.remove(id, &old);
        }
        self.flat.remove(id);
        self.tend();
        true
    }

    fn nearest(&self, query: &[f32], k: usize, keep: &dyn Fn(&str) -> bool) -> Result<Vec<(String, f32)>, Refused> {
        let query = normalised(query, self.dimension)?;
        let Some(graph) = &self.graph else { return self.flat.nearest(&query, k, keep) };
        if k == 0 {
            return Ok(Vec::new());
        }
        // Asked for more than needed, because of dead nodes and of what the filter takes away.
        let wanted = (k * 4).max(EFFORT_SEARCH).min(graph.nodes.len());
        let hits = catch_unwind(AssertUnwindSafe(|| graph.hnsw.search(&query, wanted, wanted))).unwrap_or_default();
        let mut found: Vec<(String, f32)> = Vec::new();
        for hit in hits {
            let Some(node) = graph.nodes.get(hit.d_id) else { continue };
            let score = dot(&query, &node.vector).clamp(-1.0, 1.0);
            found.extend(node.documents.iter().filter(|id| keep(id)).map(|id| (id.clone(), score)));
        }
        // A filter that keeps little, or a graph with unreachable parts: the scan is exact and cheaper than trying harder.
        if found.len() < k.min(self.flat.len()) {
            return self.flat.nearest(&query, k, keep);
        }
        Ok(rank(found, k))
    }

    fn len(&self) -> usize {
        self.flat.len()
    }
}

#[cfg(test)]
mod tests;

//! The exact scan: no build, free deletes and filters, and the fastest below a few thousand vectors.

use super::vector::{Refused, VectorIndex, dot, normalised, rank};
use std::collections::HashMap;

#[derive(Debug)]
pub struct Flat {
    dimension: usize,
    /// One block, `dimension` numbers a document.
    block: Vec<f32>,
    ids: Vec<String>,
    at: HashMap<String, usize>,
}

impl Flat {
    #[must_use]
    pub fn new(dimension: usize) -> Self {
        Self { dimension, block: Vec::new(), ids: Vec::new(), at: HashMap::new() }
    }

    fn vector(&self, row: usize) -> &[f32] {
        self.block.get(row * self.dimension..(row + 1) * self.dimension).unwrap_or_default()
    }
    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &[f32])> {
        self.ids.iter().enumerate().map(|(row, id)| (id.as_str(), self.vector(row)))
    }
    pub(super) fn get(&self, id: &str) -> Option<&[f32]> {
        self.at.get(id).map(|row| self.vector(*row))
    }
}

impl VectorIndex for Flat {
    fn put(&mut self, id: &str, vector: &[f32]) -> Result<(), Refused> {
        let vector = normalised(vector, self.dimension)?;
        if let Some(row) = self.at.get(id) {
            let from = row * self.dimension;
            self.block[from..from + self.dimension].copy_from_slice(&vector);
        } else {
            self.at.insert(id.to_owned(), self.ids.len());
            self.ids.push(id.to_owned());
            self.block.extend_from_slice(&vector);
        }
        Ok(())
    }

    fn remove(&mut self, id: &str) -> bool {
        let Some(row) = self.at.remove(id) else { return false };
        let last = self.ids.len() - 1;
        let (from, to) = (last * self.dimension, row * self.dimension);
        self.block.copy_within(from..from + self.dimension, to);
        self.block.truncate(from);
        self.ids.swap_remove(row);
        if let Some(moved) = self.ids.get(row) {
            self.at.insert(moved.clone(), row);
        }
        true
    }

    fn nearest(&self, query: &[f32], k: usize, keep: &dyn Fn(&str) -> bool) -> Result<Vec<(String, f32)>, Refused> {
        let query = normalised(query, self.dimension)?;
        let kept = self.ids.iter().enumerate().filter(|(_, id)| keep(id));
        let mut best: Vec<(usize, f32)> =
            kept.map(|(row, _)| (row, dot(&query, self.vector(row)).clamp(-1.0, 1.0))).collect();
        if k > 0 && best.len() > k {
            best.select_nth_unstable_by(k - 1, |a, b| {
                b.1.total_cmp(&a.1).then_with(|| self.ids[a.0].cmp(&self.ids[b.0]))
            });
        }
        best.truncate(k);
        Ok(rank(best.into_iter().map(|(row, score)| (self.ids[row].clone(), score)).collect(), k))
    }

    fn len(&self) -> usize {
        self.ids.len()
    }
}

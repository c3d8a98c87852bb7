//! What every vector index promises, and the gate that keeps vectors out that would break one.

/// Why a vector is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("the vector has {got} dimensions, the index {expected}")]
    Dimension { expected: usize, got: usize },
    #[error("the vector has a component that is not a number")]
    NotFinite,
    #[error("the vector is zero and points nowhere")]
    Zero,
}

/// A nearest-neighbour index by cosine similarity over documents with ids.
pub trait VectorIndex: Send + std::fmt::Debug {
    /// Puts a document in, or replaces its vector.
    ///
    /// # Errors
    /// The vector is refused; the index is unchanged.
    fn put(&mut self, id: &str, vector: &[f32]) -> Result<(), Refused>;
    /// Takes a document out; `false` when it was not in.
    fn remove(&mut self, id: &str) -> bool;
    /// The most similar documents that `keep` lets through, best first, equal ones by id, with their cosine similarity.
    ///
    /// # Errors
    /// The query is refused.
    fn nearest(&self, query: &[f32], k: usize, keep: &dyn Fn(&str) -> bool) -> Result<Vec<(String, f32)>, Refused>;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Checked and scaled to length 1.
pub(super) fn normalised(vector: &[f32], dimension: usize) -> Result<Vec<f32>, Refused> {
    if vector.len() != dimension {
        return Err(Refused::Dimension { expected: dimension, got: vector.len() });
    }
    if !vector.iter().all(|x| x.is_finite()) {
        return Err(Refused::NotFinite);
    }
    // In f64, so that neither huge nor tiny components overflow.
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length == 0.0 {
        return Err(Refused::Zero);
    }
    Ok(vector.iter().map(|x| (f64::from(*x) / length) as f32).collect())
}

/// Dot product in 16 lanes, which the compiler turns into vector instructions.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 16];
    let (a_chunks, b_chunks) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..16 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

pub(super) fn rank(mut found: Vec<(String, f32)>, k: usize) -> Vec<(String, f32)> {
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    found.truncate(k);
    found
}

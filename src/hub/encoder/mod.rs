//! Texts as vectors: what says the same lies near, whatever its words.

#[cfg(feature = "encoder")]
mod minilm;

/// Something that turns texts into vectors of one length.
pub trait Encode: Sync + std::fmt::Debug {
    /// Vectors of different versions are never compared.
    fn version(&self) -> &str;
    /// Numbers in a vector.
    fn dimension(&self) -> usize;
    /// One vector a text, in order, each of length 1.
    fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>>;
}

/// The encoder in this binary, `None` when it was built without one. The first call reads its weights: not for a thread
/// that draws a screen.
#[must_use]
pub fn builtin() -> Option<&'static dyn Encode> {
    #[cfg(feature = "encoder")]
    {
        minilm::shared().map(|encoder| encoder as &dyn Encode)
    }
    #[cfg(not(feature = "encoder"))]
    {
        None
    }
}

//! The encoder in the binary: all-MiniLM-L6-v2 with its weights, reduced to eight and four bits, in the binary. English; what
//! it is given in another language it reads badly. Loaded when it is first asked, about 50 MB.
//!
//! The vectors of one machine are the same every time, but another processor may round otherwise. So they answer searches
//! and never decide what goes into a context pack.

mod forward;
mod tokens;
mod weights;

use super::Encode;
use forward::Model;
use std::{
    num::NonZero,
    sync::{LazyLock, Mutex},
    thread,
};
use tokens::Tokens;

const VERSION: &str = "all-MiniLM-L6-v2 q8 2";

static WEIGHTS: &[u8] = include_bytes!("../../../../assets/encoder/minilm-l6-v2.bin");
static VOCABULARY: &str = include_str!("../../../../assets/encoder/vocab.txt");

#[derive(Debug)]
pub(super) struct MiniLm {
    tokens: Tokens,
    model: Model,
}

static SHARED: LazyLock<Option<MiniLm>> = LazyLock::new(|| {
    let model = Model::read(WEIGHTS)?;
    Some(MiniLm { tokens: Tokens::new(VOCABULARY), model })
});

/// The encoder of this process; `None` when the weights are not those that this version knows.
pub(super) fn shared() -> Option<&'static MiniLm> {
    SHARED.as_ref()
}

impl MiniLm {
    /// Of a long text the beginning counts, about a hundred words.
    fn one(&self, text: &str) -> Vec<f32> {
        self.model.encode(&self.tokens.ids(text))
    }
}

impl Encode for MiniLm {
    fn version(&self) -> &str {
        VERSION
    }
    fn dimension(&self) -> usize {
        weights::HIDDEN
    }

    /// On all cores.
    fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(texts.len()).max(1);
        let next = Mutex::new(0..texts.len());
        let done = Mutex::new(vec![Vec::new(); texts.len()]);
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    while let Some(at) = next.lock().ok().and_then(|mut range| range.next()) {
                        let vector = self.one(texts[at]);
                        if let Ok(mut done) = done.lock() {
                            done[at] = vector;
                        }
                    }
                });
            }
        });
        done.into_inner().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;

//! The file of weights: what `scripts/encoder-weights.py` writes.

use ndarray::{Array1, Array2};

pub(super) const HIDDEN: usize = 384;
pub(super) const INNER: usize = 1536;
pub(super) const LAYERS: usize = 6;
pub(super) const POSITIONS: usize = 256;
const WORDS: usize = 30_522;
const MAGIC: &[u8] = b"G1ENC\0\0\x02";
/// Numbers that share a scale, and the bytes they take with it at four and at eight bits each.
const GROUP: usize = 32;
const GROUP_BYTES: usize = 2 + GROUP / 2;
const WIDE_BYTES: usize = 2 + GROUP;

/// Rows of four-bit numbers as they lie in the file; read a row at a time.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: &'static [u8],
}

impl Packed {
    /// Adds row `at` to `to`. A row that is not there adds nothing.
    pub fn add_row(&self, at: usize, to: &mut [f32]) {
        let size = HIDDEN / GROUP * GROUP_BYTES;
        let Some(row) = self.bytes.get(at * size..(at + 1) * size) else { return };
        for (group, to) in row.chunks_exact(GROUP_BYTES).zip(to.chunks_exact_mut(GROUP)) {
            for (i, byte) in group[2..].iter().enumerate() {
                to[i] += scale(group) * (f32::from(byte & 15) - 8.0);
                to[i + GROUP / 2] += scale(group) * (f32::from(byte >> 4) - 8.0);
            }
        }
    }
}

/// A bfloat16 is the upper half of a float.
fn scale(group: &[u8]) -> f32 {
    f32::from_bits(u32::from(u16::from_le_bytes([group[0], group[1]])) << 16)
}

/// A matrix with a bias: `x · wᵀ + b`.
#[derive(Debug)]
pub(super) struct Dense {
    pub weight: Array2<f32>,
    pub bias: Array1<f32>,
}

#[derive(Debug)]
pub(super) struct Norm {
    pub scale: Array1<f32>,
    pub shift: Array1<f32>,
}

#[derive(Debug)]
pub(super) struct Layer {
    pub query: Dense,
    pub key: Dense,
    pub value: Dense,
    pub mixed: Dense,
    pub mixed_norm: Norm,
    pub inner: Dense,
    pub outer: Dense,
    pub outer_norm: Norm,
}

#[derive(Debug)]
pub(super) struct Weights {
    pub words: Packed,
    pub places: Packed,
    pub norm: Norm,
    pub layers: Vec<Layer>,
}

struct Reader {
    rest: &'static [u8],
}

impl Reader {
    fn take(&mut self, bytes: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }
    fn packed(&mut self, rows: usize) -> Option<Packed> {
        Some(Packed { bytes: self.take(rows * HIDDEN / GROUP * GROUP_BYTES)? })
    }
    fn vector(&mut self, length: usize) -> Option<Array1<f32>> {
        let bytes = self.take(length * 4)?;
        Some(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }
    fn norm(&mut self) -> Option<Norm> {
        Some(Norm { scale: self.vector(HIDDEN)?, shift: self.vector(HIDDEN)? })
    }
    fn dense(&mut self, rows: usize, columns: usize) -> Option<Dense> {
        let packed = self.take(rows * columns / GROUP * WIDE_BYTES)?;
        let number = |group, byte: &u8| scale(group) * f32::from(i8::from_le_bytes([*byte]));
        let groups = packed.chunks_exact(WIDE_BYTES);
        let numbers = groups.flat_map(|group| group[2..].iter().map(move |byte| number(group, byte))).collect();
        Some(Dense { weight: Array2::from_shape_vec((rows, columns), numbers).ok()?, bias: self.vector(rows)? })
    }
    fn layer(&mut self) -> Option<Layer> {
        Some(Layer {
            query: self.dense(HIDDEN, HIDDEN)?,
            key: self.dense(HIDDEN, HIDDEN)?,
            value: self.dense(HIDDEN, HIDDEN)?,
            mixed: self.dense(HIDDEN, HIDDEN)?,
            mixed_norm: self.norm()?,
            inner: self.dense(INNER, HIDDEN)?,
            outer: self.dense(HIDDEN, INNER)?,
            outer_norm: self.norm()?,
        })
    }
}

impl Weights {
    /// `None`: these are not the weights this version knows.
    pub fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut reader = Reader { rest: bytes.strip_prefix(MAGIC)? };
        let (words, places, norm) = (reader.packed(WORDS)?, reader.packed(POSITIONS)?, reader.norm()?);
        let layers = (0..LAYERS).map(|_| reader.layer()).collect::<Option<_>>()?;
        reader.rest.is_empty().then_some(Self { words, places, norm, layers })
    }
}

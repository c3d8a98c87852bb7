//! From word pieces to a vector: the forward pass of a small BERT, the mean of its last states.

use super::weights::{Dense, HIDDEN, Layer, Norm, Weights};
use ndarray::{Array2, Axis, s};

const HEADS: usize = 12;
const HEAD: usize = HIDDEN / HEADS;

#[derive(Debug)]
pub(super) struct Model {
    weights: Weights,
}

impl Model {
    pub fn read(bytes: &'static [u8]) -> Option<Self> {
        Some(Self { weights: Weights::read(bytes)? })
    }

    pub fn encode(&self, ids: &[u32]) -> Vec<f32> {
        let weights = &self.weights;
        let mut states = Array2::zeros((ids.len(), HIDDEN));
        for (place, (id, mut row)) in ids.iter().zip(states.rows_mut()).enumerate() {
            if let Some(row) = row.as_slice_mut() {
                weights.words.add_row(*id as usize, row);
                weights.places.add_row(place, row);
            }
        }
        norm(&mut states, &weights.norm);
        for layer in &weights.layers {
            states = step(layer, &states);
        }
        let mean = states.mean_axis(Axis(0)).unwrap_or_default();
        let length = mean.dot(&mean).sqrt().max(f32::MIN_POSITIVE);
        mean.iter().map(|x| x / length).collect()
    }
}

fn step(layer: &Layer, states: &Array2<f32>) -> Array2<f32> {
    let mut mixed = dense(&layer.mixed, &attention(layer, states));
    mixed += states;
    norm(&mut mixed, &layer.mixed_norm);
    let mut inner = dense(&layer.inner, &mixed);
    inner.mapv_inplace(gelu);
    let mut outer = dense(&layer.outer, &inner);
    outer += &mixed;
    norm(&mut outer, &layer.outer_norm);
    outer
}

fn attention(layer: &Layer, states: &Array2<f32>) -> Array2<f32> {
    let (query, key, value) = (dense(&layer.query, states), dense(&layer.key, states), dense(&layer.value, states));
    let mut mixed = Array2::zeros(states.raw_dim());
    let scale = 1.0 / (HEAD as f32).sqrt();
    for head in 0..HEADS {
        let part = s![.., head * HEAD..(head + 1) * HEAD];
        let mut scores = query.slice(part).dot(&key.slice(part).t());
        for mut row in scores.rows_mut() {
            let top = row.fold(f32::NEG_INFINITY, |a, b| a.max(*b));
            row.mapv_inplace(|x| ((x - top) * scale).exp());
            let sum = row.sum();
            row /= sum;
        }
        mixed.slice_mut(part).assign(&scores.dot(&value.slice(part)));
    }
    mixed
}

fn dense(dense: &Dense, x: &Array2<f32>) -> Array2<f32> {
    let mut y = x.dot(&dense.weight.t());
    y += &dense.bias;
    y
}

fn norm(states: &mut Array2<f32>, norm: &Norm) {
    for mut row in states.rows_mut() {
        let mean = row.mean().unwrap_or(0.0);
        row -= mean;
        let variance = row.dot(&row) / HIDDEN as f32;
        row /= (variance + 1e-12).sqrt();
        row *= &norm.scale;
        row += &norm.shift;
    }
}

/// With the error function of Abramowitz and Stegun 7.1.26, exact to 1.5e-7.
fn gelu(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let poly = ((((1.061_405_4 * t - 1.453_152_1) * t) + 1.421_413_8) * t - 0.284_496_72) * t + 0.254_829_6;
    let erf = (1.0 - poly * t * (-z * z).exp()).copysign(x);
    0.5 * x * (1.0 + erf)
}

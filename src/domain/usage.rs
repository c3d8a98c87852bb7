//! What model calls cost.

use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// Tokens and money of one or more calls. Cost is in millionths of a US dollar, so that sums are exact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub calls: u32,
    pub input_tokens: u64,
    /// Those of the input that the provider had kept from an earlier call and charges less for, where it says so.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cached_tokens: u64,
    pub output_tokens: u64,
    pub cost_micros: u64,
}

// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Usage {
    #[must_use]
    pub fn tokens(&self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
    /// Without what was counted before.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_sub(other.calls),
            input_tokens: self.input_tokens.saturating_sub(other.input_tokens),
            cached_tokens: self.cached_tokens.saturating_sub(other.cached_tokens),
            output_tokens: self.output_tokens.saturating_sub(other.output_tokens),
            cost_micros: self.cost_micros.saturating_sub(other.cost_micros),
        }
    }
    /// The more of both, count by count.
    #[must_use]
    pub fn or_more(self, other: Self) -> Self {
        Self {
            calls: self.calls.max(other.calls),
            input_tokens: self.input_tokens.max(other.input_tokens),
            cached_tokens: self.cached_tokens.max(other.cached_tokens),
            output_tokens: self.output_tokens.max(other.output_tokens),
            cost_micros: self.cost_micros.max(other.cost_micros),
        }
    }
    /// What a bound of this size leaves when so much is spent: tokens bound input and output together.
    #[must_use]
    pub fn room_after(self, spent: Self) -> Self {
        Self {
            input_tokens: self.tokens().saturating_sub(spent.tokens()),
            cost_micros: self.cost_micros.saturating_sub(spent.cost_micros),
            ..Self::default()
        }
    }
    /// US dollars, for display.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        self.cost_micros as f64 / 1e6
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        // Servers count; a sum that overflows must neither wrap past a budget nor stop the program.
        self.calls = self.calls.saturating_add(other.calls);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost_micros = self.cost_micros.saturating_add(other.cost_micros);
    }
}

/// Tokens that `text` takes, estimated: a tokenizer of the size in use takes about four characters of prose, and
/// fewer of code, numbers and other scripts, whose characters have more bytes.
#[must_use]
pub fn estimate_tokens(text: &str) -> u32 {
    let by_bytes = text.len().div_ceil(4);
    let marks = text.bytes().filter(u8::is_ascii_punctuation).count();
    u32::try_from(by_bytes + marks / 4).unwrap_or(u32::MAX)
}

/// An upper bound on what a run may spend: `2.50` (US dollars) or `200ktok`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Budget {
    CostMicros(u64),
    Tokens(u64),
}

/// Upper bounds on a part of a run, whatever the whole may spend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Caps {
    /// On each phase.
    pub phase: Option<Budget>,
    /// On each step.
    pub step: Option<Budget>,
}

impl Caps {
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// What a bound is on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    Run,
    Phase,
    Step,
}

impl Budget {
    /// Allows more of the same than `other`; money and tokens do not compare.
    #[must_use]
    pub fn exceeds(self, other: Self) -> bool {
        match (self, other) {
            (Self::CostMicros(a), Self::CostMicros(b)) | (Self::Tokens(a), Self::Tokens(b)) => a > b,
            _ => false,
        }
    }
}

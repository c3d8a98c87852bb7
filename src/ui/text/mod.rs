//! Text to lines: widths, wrapping, a small Markdown for what personas say, unified diffs.

pub mod diff;
pub mod highlight;
pub mod markdown;
pub mod stream;
pub mod wrap;

pub use wrap::{cut, is_simple, pad, width, wrap_plain, wrap_spans};

//! Small pieces the panes share.

pub mod draw;
pub mod input;
pub mod list;

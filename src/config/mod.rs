//! Settings: where they live and which one wins (flag > environment > project > user > default).

pub mod dirs;

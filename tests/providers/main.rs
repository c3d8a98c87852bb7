//! Servers that misbehave, each in one way, under whole runs of the real binary: the run ends right or pauses with words
//! that say what to do, what was paid for stays known, and neither calls nor time run away.

mod asked;
mod faults;
mod lost;
mod obedient;
mod planted;
mod proxies;
#[path = "../support/quotes.rs"]
mod quotes;
mod server;
#[path = "../e2e/support.rs"]
#[allow(dead_code, reason = "the end-to-end suite uses more of it")]
mod support;
mod there;

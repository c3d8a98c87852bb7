//! The main job through the real binary, without a screen: requirement in, tested application and trace out.

mod back;
mod bad_input;
mod change;
mod existing;
mod export;
mod gates;
mod import;
mod kill;
mod model;
mod old_tests;
mod pages;
mod plans;
#[path = "../support/quotes.rs"]
mod quotes;
mod resume;
mod run;
mod scripted;
mod search;
mod shipped;
mod support;
mod tamper;
mod tools;
mod unused;
mod verify;

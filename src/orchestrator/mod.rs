//! The run as a pure state machine: [`decide`] turns an input into events, [`apply`] folds one event, [`pending`] says
//! what is still to be done. Resume is: fold the journal, then carry out `pending`.

pub mod input;

pub use input::{Checked, Effect, Executed, Input, Refusal};

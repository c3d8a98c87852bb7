//! A project that has nothing but contents.

use g1::{
    domain::{
        Clean, Hash, StepId,
        change::Change,
        run::{EditPart, Run},
    },
    term::Project,
    ui::{PromptWanted, Wish, status::Changed},
};
use std::collections::HashMap;

pub struct Shelf(pub HashMap<Hash, Vec<u8>>);

impl Project for Shelf {
    fn blob(&self, hash: &Hash) -> Option<Vec<u8>> {
        self.0.get(hash).cloned()
    }
    fn prompt(&self, _: &PromptWanted) -> Result<String, String> {
        Err("the sample has no prompts".into())
    }
    fn changed(&self, _: &Run) -> Changed {
        Changed::new()
    }
    fn change(&self, _: &Wish) -> Result<Change, Clean> {
        Err("the sample does not change".into())
    }
    fn export(&self, _: Option<&str>) -> Result<Clean, Clean> {
        Err("nothing is exported here".into())
    }
    fn compare(&self, _: &str) -> Result<Clean, Clean> {
        Err("there is no other run".into())
    }
    fn remembered(&self) -> Option<String> {
        None
    }
    fn remember(&self, _: &str) {}
    fn to_edit(&self, _: &[EditPart]) -> Result<String, Clean> {
        Err("the sample has no replies".into())
    }
    fn edited(&self, _: &[EditPart], _: &str) -> Result<Option<(StepId, String)>, Clean> {
        Err("the sample has no replies".into())
    }
}

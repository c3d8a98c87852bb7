//! What is paid outside of the steps of a run counts in its budget all the same: the vectors of a search are reserved before
//! they are asked for, and settled after.

use super::client::{self, ClientError};
use crate::{
    domain::{Clean, command::Command, run::Run, usage::Budget, usage::Usage},
    hub::{Opened, Project},
    orchestrator::{self, Input},
};
use std::path::{Path, PathBuf};

/// The budget of the run in a folder.
#[derive(Debug)]
pub struct Purse {
    dir: PathBuf,
    /// The project, where this process holds it; else whoever does is asked.
    held: Option<(Project, Option<Run>)>,
    in_dollars: bool,
}

impl Purse {
    /// Of the project that is held here, or of the one that somebody else has open.
    ///
    /// # Errors
    /// There is no run, or its journal is damaged.
    pub fn of(dir: &Path, held: Option<(Project, Opened)>) -> Result<Self, ClientError> {
        let (held, run) = match held {
            Some((project, opened)) => {
                let run = super::open::fold(dir, &opened)?;
                (Some((project, run.clone())), run)
            }
            None => (None, Some(client::look(dir)?)),
        };
        let in_dollars = run.is_some_and(|run| matches!(run.settings.budget, Some(Budget::CostMicros(_))));
        Ok(Self { dir: dir.to_owned(), held, in_dollars })
    }

    /// Takes out the most that can be spent.
    ///
    /// # Errors
    /// The budget does not cover it, or it cannot be written down; in words.
    pub fn reserve(&mut self, model: &str, worst_case: Usage, has_price: bool) -> Result<(), Clean> {
        if self.in_dollars && !has_price {
            return Err(Clean::from(format!(
                "the budget is in dollars and nobody has said what {model} costs: add it to prices.toml"
            )));
        }
        self.carry_out(Command::ReserveVectors { model: Clean::new(model), worst_case })
    }

    /// Puts back what of it was not spent.
    ///
    /// # Errors
    /// It cannot be written down: all of it counts as spent.
    pub fn settle(&mut self, model: &str, reserved: Usage, spent: Usage) -> Result<(), Clean> {
        self.carry_out(Command::SettleVectors { model: Clean::new(model), reserved, spent })
    }

    fn carry_out(&mut self, command: Command) -> Result<(), Clean> {
        let said = |error: &dyn std::fmt::Display| Clean::from(error.to_string());
        let Some((project, run)) = &mut self.held else {
            return client::send(&self.dir, command).map(drop).map_err(|error| said(&error));
        };
        let at = jiff::Timestamp::now();
        let events =
            orchestrator::decide(run.as_ref(), Input::Command(command), at).map_err(|refusal| said(&refusal.0))?;
        for envelope in project.append(events, at).map_err(|error| said(&error))? {
            orchestrator::apply(run, &envelope);
        }
        project.sync().map_err(|error| said(&error))
    }
}

//! Linked code that only tests could call. Who builds last what could call it is asked, or the run as a whole is looked at;
//! what becomes of it is for the orchestrator to say, for it is found by names alone.

use super::{
    TaskError,
    check::{Bench, BenchError, ancestors},
};
use crate::{
    domain::{
        Clean, StepId,
        artifact::CodeRange,
        reply::ReplyKind,
        run::{Check, Run, Step},
    },
    evidence::{EvidenceError, Kind, Manifest, Stack, uses},
};

impl Bench<'_> {
    pub(super) async fn unused(&mut self, manifest: &Manifest, stack: Stack) -> Result<(), BenchError> {
        // What a library offers is for others to call.
        if Kind::of(manifest) == Kind::Library {
            return Ok(());
        }
        let ranges = self.settled();
        let found = match uses::unused(self.runner, &self.tree, stack, &ranges, &self.cancel).await {
            Ok(found) => found,
            Err(EvidenceError::Cancelled) => return Err(BenchError::Task(TaskError::Cancelled)),
            // It is no proof of anything, so nothing is lost without it.
            Err(_) => return Ok(()),
        };
        let said = found.iter().map(|one| {
            Clean::from(format!(
                "{}: nothing in the product has the name of `{}` in {}: only a test could call it",
                one.clause, one.function, one.path
            ))
        });
        self.tell(Check::UNUSED, said.collect());
        Ok(())
    }

    /// The linked ranges about which all that could call them is there with this step, and with none before it.
    fn settled(&self) -> Vec<CodeRange> {
        let (run, own) = (self.run, &self.step.plan.id);
        let here = |link: &&CodeRange| self.tree.sha256(&link.path) == Some(&link.sha256);
        let settles = |of: &StepId| match self.step.plan.produces {
            ReplyKind::Build => settles(run, self.step, of),
            _ => !builds(run).any(|build| settles(run, build, of)),
        };
        let others = run.code_links.iter().filter(|link| run.step_of(link).is_some_and(|of| of != own && settles(of)));
        let mine = self.checked.code_links.iter().filter(|link| settles(link.step.as_ref().unwrap_or(own)));
        let mut all: Vec<CodeRange> = Vec::new();
        for link in mine.chain(others).filter(here) {
            if !all
                .iter()
                .any(|known| (known.clause, &known.path, known.lines) == (link.clause, &link.path, link.lines))
            {
                all.push(link.clone());
            }
        }
        all
    }
}

fn builds(run: &Run) -> impl Iterator<Item = &Step> {
    run.steps().filter(|step| step.plan.produces == ReplyKind::Build)
}

/// Whether `at` is the build that all builds which come after `of` are, or come before.
fn settles(run: &Run, at: &Step, of: &StepId) -> bool {
    let before = ancestors(run, at);
    let is_here = |id: &StepId| *id == at.plan.id || before.contains(id);
    is_here(of) && builds(run).all(|build| is_here(&build.plan.id) || !ancestors(run, build).contains(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::run::GateMode,
        orchestrator::testing::{Sim, step},
    };

    #[test]
    fn a_link_is_looked_at_where_everything_that_could_call_it_is_there() {
        let mut sim = Sim::start(GateMode::None);
        sim.go();
        let mut run = sim.run().clone();
        let who = |run: &Run, of: &str| -> Vec<String> {
            let all = builds(run).filter(|at| settles(run, at, &step(of)));
            all.map(|at| at.plan.id.to_string()).collect()
        };
        // Notes comes after core.
        assert_eq!(who(&run, "build:core"), ["build:notes"]);
        assert_eq!(who(&run, "build:notes"), ["build:notes"]);
        // With two that come after it and not after each other, only the whole says what calls core.
        let mut pages = run.step(&step("build:notes")).unwrap().clone();
        pages.plan.id = step("build:pages");
        run.steps.push(pages.into());
        assert_eq!(who(&run, "build:core"), Vec::<String>::new());
        assert_eq!(who(&run, "build:pages"), ["build:pages"]);
    }
}

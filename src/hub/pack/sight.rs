//! Which files those are shown who build or test one module and can look at the rest with their tools.

use super::{Ask, excerpt, holding, judged};
use crate::domain::{
    Clean,
    artifact::{FileEntry, MANIFEST},
    existing::STEP,
    reply::ReplyKind,
    run::{Run, Step},
};
use std::collections::{BTreeMap, BTreeSet};

/// A file of tests or what they share, as the stacks name them.
pub(super) fn is_test(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    folders.split('/').any(|folder| folder == "tests" || folder == "test")
        || name.starts_with("test_")
        || name.contains(".test.")
}

pub(super) struct Sight<'a> {
    run: &'a Run,
    step: &'a Step,
    /// The first module, the step's own, and those that it depends on; `None` where everything is shown.
    used: Option<BTreeSet<&'a Clean>>,
}

impl<'a> Sight<'a> {
    pub fn of(run: &'a Run, step: &'a Step, ask: &Ask<'_>) -> Self {
        let reads = holding::has_tools(run, step, ask);
        let used = run.plan.as_ref().zip(step.plan.module.as_ref()).filter(|_| reads).map(|(plan, module)| {
            let mut used: BTreeSet<&Clean> =
                plan.modules.first().map(|first| &first.name).into_iter().chain([module]).collect();
            // A module depends on earlier ones only.
            for other in plan.modules.iter().rev() {
                if used.contains(&other.name) {
                    used.extend(&other.depends_on);
                }
            }
            used
        });
        Self { run, step, used }
    }

    /// A developer is shown the code that he builds on; a tester, who tests from the outside, the module under test and the
    /// support that all tests share.
    pub fn shows(&self, file: &FileEntry) -> bool {
        let author = self.run.step(&file.step);
        let (Some(used), Some(module)) = (&self.used, author.and_then(|step| step.plan.module.as_ref())) else {
            return true;
        };
        let own = self.step.plan.module.as_ref() == Some(module) || file.path == MANIFEST;
        own || match self.step.plan.produces {
            ReplyKind::Test => self.is_support(file, module),
            _ => used.contains(module),
        }
    }

    /// What is shown of a file of the code in place of the whole, which `read` shows. Nothing where it is shown whole: to a
    /// developer the files of his own module are.
    pub fn excerpt(&self, file: &FileEntry, text: &str) -> Option<String> {
        let whole = self.used.is_none() || is_test(&file.path) || file.path == MANIFEST;
        if whole || file.step.as_str() == STEP {
            return None;
        }
        match self.step.plan.produces {
            ReplyKind::Test => {
                let links = self.run.code_links.iter().filter(|link| link.path == file.path);
                excerpt::of(text, &links.map(|link| link.lines).collect::<Vec<_>>())
            }
            ReplyKind::Build => {
                let author = self.run.step(&file.step).and_then(|step| step.plan.module.as_ref());
                if author == self.step.plan.module.as_ref() { None } else { excerpt::interface(text) }
            }
            _ => None,
        }
    }

    /// What the verifier is shown of files of the code in place of the whole, by path: nothing where no code is linked.
    pub fn judged(&self, files: &[(&FileEntry, String)]) -> BTreeMap<String, String> {
        if self.step.plan.produces != ReplyKind::Verify || self.run.code_links.is_empty() {
            return BTreeMap::new();
        }
        let in_part = |file: &FileEntry| !is_test(&file.path) && file.path != MANIFEST && file.step.as_str() != STEP;
        let code =
            files.iter().filter(|(file, _)| in_part(file)).map(|(file, text)| (file.path.as_str(), text.as_str()));
        judged::excerpts(&code.collect::<Vec<_>>(), &self.run.code_links)
    }

    fn is_support(&self, file: &FileEntry, module: &Clean) -> bool {
        let first = self.run.plan.as_ref().and_then(|plan| plan.modules.first());
        is_test(&file.path) && first.is_some_and(|first| first.name == *module)
    }
}

//! Links of other steps into files that a step rewrites: they are theirs, whoever wrote the file last.

use crate::{
    domain::{StepId, artifact::CodeRange, reply::NewFile, run::Run},
    evidence::{Tree, TreeFile, links},
    hub::{Blobs, HubError},
};
use std::collections::BTreeSet;

/// Those of them that find their lines again in the files of `after` that `step` writes.
pub(super) fn links(
    run: &Run,
    step: &StepId,
    after: &Tree,
    rewritten: &[NewFile],
    blobs: &Blobs,
) -> Result<Vec<CodeRange>, HubError> {
    let rewritten: BTreeSet<&str> = rewritten.iter().map(|file| file.path.as_str()).collect();
    let others = run.code_links.iter().filter(|link| rewritten.contains(link.path.as_str()));
    let others = others.filter_map(|link| {
        let of = run.step_of(link).filter(|of| *of != step)?;
        Some(CodeRange { step: Some(of.clone()), ..link.clone() })
    });
    let others: Vec<CodeRange> = others.collect();
    // They are lines of the file in force. This step may have rewritten that already, in an attempt that was approved.
    let paths: BTreeSet<&str> = others.iter().map(|link| link.path.as_str()).collect();
    let before = paths.into_iter().filter_map(|path| run.files.get(path));
    let before = before.map(|file| Ok(TreeFile::new(file.path.clone(), blobs.get(&file.sha256)?)));
    Ok(links::carried(&Tree::new(before.collect::<Result<Vec<_>, HubError>>()?), after, &others))
}

/// Whether both say the same of the same lines.
pub(super) fn same_lines(one: &CodeRange, other: &CodeRange) -> bool {
    (one.clause, &one.path, one.lines) == (other.clause, &other.path, other.lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{ClauseId, artifact::FileEntry, run::GateMode},
        orchestrator::testing::{Sim, step},
    };

    #[test]
    fn links_of_others_are_carried_again_through_a_file_that_this_step_has_rewritten_before() {
        let dir = tempfile::tempdir().unwrap();
        let blobs = Blobs::at(dir.path());
        let mut run = Sim::start(GateMode::None).run().clone();
        let path = "app/rows.py";
        let text = "shelf = []\nrows = {}\n";
        let sha256 = blobs.put(text.as_bytes()).unwrap();
        // Written by core, then rewritten by notes, whose result is in force.
        run.files.insert(
            path.into(),
            FileEntry {
                path: path.into(),
                sha256: sha256.clone(),
                bytes: text.len() as u64,
                lines: 2,
                executable: false,
                step: step("build:notes"),
            },
        );
        let link = |clause, line, of| CodeRange {
            clause: ClauseId(clause),
            path: path.into(),
            lines: (line, line),
            sha256: sha256.clone(),
            step: Some(step(of)),
        };
        *run.code_links = vec![link(2, 1, "build:core"), link(3, 2, "build:notes")];
        let again = [NewFile { path: path.into(), content: "import re\nshelf = []\nrows = []\n".into() }];
        let after = Tree::new(vec![TreeFile::new(path.to_owned(), again[0].content.as_bytes().to_vec())]);
        let carried = |of: &str| {
            let found = links(&run, &step(of), &after, &again, &blobs).unwrap();
            found.into_iter().map(|l| (l.clause.0, l.lines, l.step.unwrap().to_string())).collect::<Vec<_>>()
        };
        assert_eq!(carried("build:notes"), [(2, (2, 2), "build:core".to_owned())]);
        assert_eq!(carried("build:core"), [], "the line that notes links is gone");
        // Written by an earlier version, which did not say whose it is: of the one that wrote the file.
        run.code_links[1].step = None;
        assert_eq!(links(&run, &step("build:notes"), &after, &again, &blobs).unwrap().len(), 1);
    }
}

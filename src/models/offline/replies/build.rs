//! `build:<module>`: the files of one module, which lines fulfil which clauses, and what comes from the baseline.

use crate::{
    domain::{
        ClauseId, DecisionId,
        clause::ClauseKind,
        reply::{BuildReply, NewGap},
    },
    models::offline::{blueprint, spec::AppSpec},
};
use std::collections::BTreeSet;

/// The reply for one module; `decisions` are those of the pack.
#[must_use]
pub fn reply(spec: &AppSpec, module: &str, decisions: Vec<DecisionId>) -> BuildReply {
    let mut built = blueprint::build(spec, module);
    // What shall not be there has no code; a clause may still be among those that made something else plain.
    let excluded: BTreeSet<String> =
        spec.marks.iter().filter(|m| m.kind == ClauseKind::Exclusion).map(|m| m.clause.to_string()).collect();
    built.links.retain(|link| !excluded.contains(&link.clause));
    let demanding = spec.marks.iter().filter(|m| m.kind.demands()).map(|m| m.clause);
    let linked: BTreeSet<&str> = built.links.iter().map(|l| l.clause.as_str()).collect();
    let notes = if built.files.is_empty() {
        format!("The clauses in the pack ask for nothing that belongs into {module}.")
    } else {
        format!(
            "{} files; {} links from {} clauses to a row or function each, so that every demand can be taken away alone.",
            built.files.len(),
            built.links.len(),
            linked.len()
        )
    };
    BuildReply {
        uses: Vec::new(),
        teach_back: super::teach_back(demanding, decisions),
        files: built.files,
        links: built.links,
        additions: built.additions,
        gaps: Vec::new(),
        notes,
        took_away: Vec::new(),
    }
}

/// The reply of who sees a part of the text only, `own` being the clauses of the module that are on this page. A module
/// is made as a whole, so a page after the first leaves it as that one made it; what the page cannot do with its clauses,
/// alone as they stand there, is said.
pub fn in_part(reply: &mut BuildReply, own: &BTreeSet<ClauseId>, excluded: &BTreeSet<ClauseId>, first: bool) {
    if !first {
        reply.files.clear();
        reply.links.clear();
        reply.additions.clear();
        reply.notes = "What the first page made of this module stays as it is.".to_owned();
    }
    let linked: BTreeSet<ClauseId> = reply.links.iter().filter_map(|l| l.clause.parse().ok()).collect();
    let open = own.iter().filter(|id| !linked.contains(id) && !excluded.contains(id));
    reply.gaps = open
        .map(|id| NewGap {
            clause: id.to_string(),
            what: "all of it".into(),
            reason: "the offline engine makes a module from one page of a text that does not fit into one prompt, and \
                     this clause asks for nothing that it understands there; a larger pack_tokens or a model (-m) may"
                .into(),
            whole: true,
        })
        .collect();
}

/// The module under the name that the plan gave it.
pub fn rename(reply: &mut BuildReply, found: &str, asked: &str) {
    if found == asked {
        return;
    }
    let (from, to) = (format!("app/modules/{found}.py"), format!("app/modules/{asked}.py"));
    let paths = reply.files.iter_mut().map(|f| &mut f.path).chain(reply.links.iter_mut().map(|l| &mut l.path));
    paths.filter(|path| **path == from).for_each(|path| path.clone_from(&to));
}

/// What a person reads while it works.
#[must_use]
pub fn narration(reply: &BuildReply) -> Vec<String> {
    let mut lines: Vec<String> =
        reply.files.iter().map(|f| format!("{} ({} lines)\n", f.path, f.content.lines().count())).collect();
    lines.push(format!("{}\n", reply.notes));
    lines
}

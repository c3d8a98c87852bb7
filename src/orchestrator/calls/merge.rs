//! What several calls say together. The order of the calls decides, never the order in which replies arrive, and nothing
//! that two of them say differently is chosen between silently: both stay, and the checks name the conflict.

use super::super::checks::schema::{self, Reply};
use crate::domain::{
    ClauseId,
    reply::{
        BuildReply, CodeLink, DesignReply, Finding, MarkedClause, NewArtifact, NewFile, NewModule, NewStep, PlanReply,
        ReplyKind, TeachBack, TestReply, UnderstandReply, Verdict, VerifyReply,
    },
    run::Call,
};

/// The replies of the calls that work on a step, as one reply.
///
/// # Errors
/// One of them has not the agreed form; the words are for the persona.
pub fn merge(kind: ReplyKind, calls: &[(&Call, &str)]) -> Result<Reply, String> {
    // What somebody said in an earlier round he has said again, or better.
    let outdated = |call: &Call| {
        calls.iter().any(|(c, _)| c.seat.personas == call.seat.personas && c.seat.round > call.seat.round)
    };
    let mut parsed = Vec::new();
    for (call, text) in calls.iter().filter(|(call, _)| !outdated(call)) {
        parsed.push((*call, schema::parse(kind, text)?));
    }
    let parsed = with_drafts(parsed);
    let mut parts = parsed.into_iter();
    let Some((first, mut whole)) = parts.next() else { return Err("nobody has answered".to_owned()) };
    if let Reply::Understand(reply) = &mut whole {
        own_marks(first, reply, &[]);
    }
    let mut lead = vec![first];
    for (call, part) in parts {
        // Pages of one seat stand beside each other; another seat adds its own section.
        let page = lead.last().is_some_and(|before| before.seat == call.seat);
        match (&mut whole, part) {
            (Reply::Understand(a), Reply::Understand(b)) => understand(a, b, call),
            (Reply::Plan(a), Reply::Plan(b)) => plan(a, b),
            (Reply::Design(a), Reply::Design(b)) => design(a, b, page),
            (Reply::Build(a), Reply::Build(b)) => build(a, b),
            (Reply::Test(a), Reply::Test(b)) => test(a, b, call.seat.blind),
            (Reply::Verify(a), Reply::Verify(b)) => verify(a, b),
            _ => {}
        }
        lead.push(call);
    }
    Ok(whole)
}

/// Each answer with the files that its author wrote before it and does not take out with it; where it has a file of its own,
/// that one counts.
fn with_drafts(calls: Vec<(&Call, Reply)>) -> Vec<(&Call, Reply)> {
    let mut answers = Vec::new();
    let mut draft = Vec::new();
    for (call, mut reply) in calls {
        if let Reply::Build(BuildReply { files, uses, .. }) | Reply::Test(TestReply { files, uses, .. }) = &mut reply {
            // What else stands here was asked for when no turn was left.
            let uses = std::mem::take(uses);
            if call.turn.is_some() {
                draft = std::mem::take(files);
                continue;
            }
            draft.retain(|file| !uses.iter().any(|one| one.removes() == Some(&*file.path)));
            if !draft.is_empty() {
                let own = std::mem::replace(files, std::mem::take(&mut draft));
                replace(files, own);
            }
        }
        answers.push((call, reply));
    }
    answers
}

/// A merged reply in the form in which replies are stored.
#[must_use]
pub fn text(reply: &Reply) -> String {
    let text = match reply {
        Reply::Understand(r) => serde_json::to_string(r),
        Reply::Plan(r) => serde_json::to_string(r),
        Reply::Design(r) => serde_json::to_string(r),
        Reply::Build(r) => serde_json::to_string(r),
        Reply::Test(r) => serde_json::to_string(r),
        Reply::Verify(r) => serde_json::to_string(r),
    };
    // Plain data with string keys: serialising to memory cannot fail.
    text.unwrap_or_default()
}

/// What is not there yet, in order, each once.
fn add<T: PartialEq>(into: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !into.contains(&one) {
            into.push(one);
        }
    }
}

fn join(into: &mut String, more: &str) {
    let more = more.trim();
    if more.is_empty() || into.contains(more) {
        return;
    }
    if !into.is_empty() {
        into.push_str("\n\n");
    }
    into.push_str(more);
}

fn taught(into: &mut TeachBack, more: TeachBack) {
    add(&mut into.clauses, more.clauses);
    add(&mut into.decisions, more.decisions);
}

/// Of the marks of a page those count that are about its own clauses, and those about clauses that nobody has marked: a
/// page also shows neighbours, which their own pages see better.
fn own_marks(call: &Call, reply: &mut UnderstandReply, known: &[MarkedClause]) {
    if !call.covers.is_empty() {
        let own = |mark: &MarkedClause| mark.id.parse::<ClauseId>().is_ok_and(|id| call.covers.contains(&id));
        // An id that no clause has is kept, so that the check names it.
        reply.clauses.retain(|mark| own(mark) || mark.id.parse::<ClauseId>().is_err());
    }
    reply.clauses.retain(|mark| !known.contains(mark));
}

fn understand(whole: &mut UnderstandReply, mut part: UnderstandReply, call: &Call) {
    taught(&mut whole.teach_back, part.teach_back.clone());
    if whole.title.trim().is_empty() {
        whole.title.clone_from(&part.title);
    }
    // Who leads says it; the schema makes everybody name one.
    for (known, said) in [(&mut whole.product, part.product.clone()), (&mut whole.stack, part.stack.clone())] {
        if known.is_empty() {
            *known = said;
        }
    }
    own_marks(call, &mut part, &whole.clauses);
    whole.clauses.extend(part.clauses);
    add(&mut whole.interpretations, part.interpretations);
    for assumption in part.assumptions {
        match whole.assumptions.iter_mut().find(|a| a.key == assumption.key && a.default == assumption.default) {
            Some(same) => add(&mut same.clauses, assumption.clauses),
            None => whole.assumptions.push(assumption),
        }
    }
    add(&mut whole.gaps, part.gaps);
}

fn plan(whole: &mut PlanReply, part: PlanReply) {
    taught(&mut whole.teach_back, part.teach_back);
    for module in part.modules {
        match whole.modules.iter_mut().find(|m| m.name == module.name) {
            Some(same) => {
                add(&mut same.clauses, module.clauses);
                add(&mut same.depends_on, module.depends_on);
            }
            None => whole.modules.push(module),
        }
    }
    for step in part.steps {
        match whole.steps.iter_mut().find(|s| s.id == step.id) {
            Some(same) => complete(same, step),
            None => whole.steps.push(step),
        }
    }
    join(&mut whole.team_notes, &part.team_notes);
    join(&mut whole.communication_notes, &part.communication_notes);
    in_order(whole);
}

/// The Team Structure Architect adds who, the Communication Architect what they read; a page adds predecessors.
fn complete(step: &mut NewStep, more: NewStep) {
    add(&mut step.after, more.after);
    if !more.personas.is_empty() {
        step.personas = more.personas;
    }
    if !more.reads.is_empty() {
        step.reads = more.reads;
    }
    if step.title.trim().is_empty() {
        step.title = more.title;
    }
}

/// Modules of different pages in an order in which each comes after those it depends on, and the steps as a plan lists
/// them: by kind, then by module. Where two pages make modules rest on each other, the one of the earlier page is built
/// first, and the notes say so.
fn in_order(plan: &mut PlanReply) {
    let mut left = std::mem::take(&mut plan.modules);
    while !left.is_empty() {
        let waits = |m: &NewModule| left.iter().any(|o| o.name != m.name && m.depends_on.contains(&o.name));
        let at = left.iter().position(|m| !waits(m));
        let mut module = left.remove(at.unwrap_or(0));
        for later in left.iter().filter(|_| at.is_none()) {
            if module.depends_on.contains(&later.name) {
                let told = format!("{} was also planned to rest on {}, which rests on it.", module.name, later.name);
                join(&mut plan.communication_notes, &told);
                module.depends_on.retain(|name| *name != later.name);
                let (build, of) = (Some(module.name.as_str()), format!("build:{}", later.name));
                for step in
                    plan.steps.iter_mut().filter(|s| s.produces == ReplyKind::Build && s.module.as_deref() == build)
                {
                    step.after.retain(|id| *id != of);
                }
            }
        }
        plan.modules.push(module);
    }
    let place = |step: &NewStep| plan.modules.iter().position(|m| Some(&m.name) == step.module.as_ref());
    plan.steps.sort_by_key(|step| (step.produces, place(step)));
}

fn design(whole: &mut DesignReply, part: DesignReply, page: bool) {
    taught(&mut whole.teach_back, part.teach_back);
    for decision in part.decisions {
        match whole.decisions.iter_mut().find(|d| d.title == decision.title && d.choice == decision.choice) {
            Some(same) => add(&mut same.clauses, decision.clauses),
            None => whole.decisions.push(decision),
        }
    }
    for assumption in part.assumptions {
        match whole.assumptions.iter_mut().find(|a| a.key == assumption.key && a.default == assumption.default) {
            Some(same) => add(&mut same.clauses, assumption.clauses),
            None => whole.assumptions.push(assumption),
        }
    }
    for artifact in part.artifacts {
        let same = |a: &&mut NewArtifact| a.name == artifact.name && a.by == artifact.by;
        match whole.artifacts.iter_mut().find(same).filter(|_| page) {
            // The same document, written page by page.
            Some(same) => {
                join(&mut same.content, &artifact.content);
                add(&mut same.clauses, artifact.clauses);
            }
            None => add(&mut whole.artifacts, vec![artifact]),
        }
    }
}

/// A file that a later call writes again replaces the earlier one: its author had it before him.
fn replace(files: &mut Vec<NewFile>, later: Vec<NewFile>) -> Vec<String> {
    let mut replaced = Vec::new();
    for file in later {
        match files.iter_mut().find(|f| f.path == file.path) {
            Some(same) if same.content == file.content => {}
            Some(same) => {
                replaced.push(file.path.clone());
                *same = file;
            }
            None => files.push(file),
        }
    }
    replaced
}

fn build(whole: &mut BuildReply, part: BuildReply) {
    taught(&mut whole.teach_back, part.teach_back);
    let replaced = replace(&mut whole.files, part.files);
    // Lines of a file that is another one now are no longer those that were meant; names of functions still are.
    let lost = |link: &CodeLink| link.symbol.is_none() && replaced.contains(&link.path);
    whole.links.retain(|link| !lost(link));
    add(&mut whole.links, part.links);
    add(&mut whole.additions, part.additions);
    add(&mut whole.gaps, part.gaps);
    add(&mut whole.took_away, part.took_away);
    join(&mut whole.notes, &part.notes);
}

fn test(whole: &mut TestReply, part: TestReply, blind: bool) {
    taught(&mut whole.teach_back, part.teach_back);
    if blind {
        // He has not seen the other's files: two of one name are a conflict for the checks, unless they are the same.
        add(&mut whole.files, part.files);
    } else {
        replace(&mut whole.files, part.files);
    }
    add(&mut whole.links, part.links);
    add(&mut whole.searches, part.searches);
    add(&mut whole.faults, part.faults);
    add(&mut whole.took_away, part.took_away);
    join(&mut whole.notes, &part.notes);
}

/// Of two verdicts on a clause the worse one stands, with both arguments.
fn verify(whole: &mut VerifyReply, part: VerifyReply) {
    taught(&mut whole.teach_back, part.teach_back);
    for finding in part.findings {
        match whole.findings.iter_mut().find(|f| f.clause == finding.clause) {
            Some(same) => worse(same, finding),
            None => whole.findings.push(finding),
        }
    }
    join(&mut whole.summary, &part.summary);
}

fn worse(known: &mut Finding, other: Finding) {
    let rank = |verdict: Verdict| match verdict {
        Verdict::Met => 0,
        Verdict::Partly => 1,
        Verdict::Unmet => 2,
    };
    if rank(other.verdict) > rank(known.verdict) {
        known.verdict = other.verdict;
    }
    if known.argument != other.argument {
        join(&mut known.argument, &other.argument);
    }
}

//! Turns with tools: what a developer or tester asks for is done in the draft of the step, which exists only as blobs and
//! in memory, and what it runs runs in the sandbox. The workspace is not touched.

mod desk;
mod run;

use super::{Port, Services, TaskError, call::replies, check::upstream};
use crate::{
    domain::{
        Clean, Hash, StepId,
        artifact::FileEntry,
        reply::{NewFile, NewUse, TurnReply},
        run::{Call, Run, Step},
        tool::{Tool, Turn, Used},
    },
    driver::transcript,
    models::{Model, Request, render},
    orchestrator::{self, Input, Reply, calls, checks::schema},
};
use desk::{Desk, Gave};
use run::Runs;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A turn does not do more than this; the rest of what it asks for is refused.
const MOST_USES: usize = 24;

pub async fn use_tools(
    step_id: &StepId,
    attempt: u32,
    run: Arc<Run>,
    services: &Services,
    port: &Port,
    cancel: CancellationToken,
) -> Result<(), TaskError> {
    let Some(step) = run.step(step_id) else { return Ok(()) };
    let Some(Call { reply: Some(reply), .. }) = step.open_turn() else { return Ok(()) };
    let text = super::text(reply, services)?;
    // It was read as one before it was journalled: it is none only if the blob is not what it was.
    let asked =
        schema::turn(&text).ok_or_else(|| TaskError::Failed(Clean::from(format!("blob {reply} is no turn"))))?;
    let call = step.answered() - 1;
    let mut desk = Desk::new(upstream(&run, step, services)?, base(step, call, services)?);
    let mut runs = Runs::new(&run, step, services, port, cancel);
    let (mut uses, mut results) = (Vec::new(), Vec::new());
    let (wishes, more) = at_most(wishes(asked));
    for one in wishes {
        let argument = Clean::from(Clean::new(&argument(&one)).one_line(120));
        port.progress(step_id, format!("{} {argument}", Clean::new(&one.tool).one_line(20))).await;
        let gave = carry_out(&one, &mut desk, &mut runs).await?;
        uses.push(used(&one.tool, argument, &gave));
        results.push(gave.text);
    }
    // However many they are, they are one line in the record and in what the next request holds.
    if more > 0 {
        let gave = Gave::failed(format!("not done: a turn does at most {MOST_USES} things"));
        uses.push(used("and", Clean::from(format!("{more} more")), &gave));
        results.push(gave.text);
    }
    let results = results.iter().map(String::as_bytes);
    services.blobs.put_all(results.chain(desk.draft().map(|(_, bytes)| &bytes[..])))?;
    let mut draft = Vec::new();
    let tree = desk.tree();
    for (path, bytes) in desk.draft() {
        draft.push(FileEntry {
            path: path.clone(),
            sha256: Hash::of(bytes),
            bytes: bytes.len() as u64,
            lines: u32::try_from(String::from_utf8_lossy(bytes).lines().count()).unwrap_or(u32::MAX),
            executable: tree.is_executable(path),
            step: step_id.clone(),
        });
    }
    port.ask(Input::Used { step: step_id.clone(), attempt, call, uses, draft }).await?;
    Ok(())
}

fn used(tool: &str, argument: Clean, gave: &Gave) -> Used {
    let first = gave.text.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
    Used {
        tool: Clean::from(Clean::new(tool).one_line(20)),
        argument,
        ok: gave.ok,
        summary: Clean::from(Clean::new(first).one_line(160)),
        result: Hash::of(gave.text.as_bytes()),
    }
}

/// What is done of it, and how many are left.
fn at_most(mut wishes: Vec<NewUse>) -> (Vec<NewUse>, usize) {
    let more = wishes.len().saturating_sub(MOST_USES);
    wishes.truncate(MOST_USES);
    (wishes, more)
}

/// What a turn asks for, in order: files that stand beside its uses are written first.
fn wishes(asked: TurnReply) -> Vec<NewUse> {
    let write = |file: NewFile| NewUse {
        tool: Tool::Write.word().to_owned(),
        path: Some(file.path),
        text: Some(file.content),
        ..NewUse::default()
    };
    asked.files.into_iter().map(write).chain(asked.uses).collect()
}

fn argument(one: &NewUse) -> String {
    let (path, text) = (one.path.as_deref().unwrap_or_default(), one.text.as_deref().unwrap_or_default());
    let lines = one.lines.map(|(from, to)| format!(":{from}-{to}")).unwrap_or_default();
    match Tool::of(&one.tool) {
        Some(Tool::Read) => format!("{path}{lines}"),
        Some(Tool::Search) if path.is_empty() => format!("“{text}”"),
        Some(Tool::Search) => format!("“{text}” in {path}"),
        Some(Tool::Write | Tool::Patch | Tool::Remove) => path.to_owned(),
        Some(Tool::Run) => format!("{} {path}{lines}", if text.trim().is_empty() { "test" } else { text }),
        Some(Tool::Report) => format!("{text}{lines}"),
        None => String::new(),
    }
}

async fn carry_out(one: &NewUse, desk: &mut Desk, runs: &mut Runs<'_>) -> Result<Gave, TaskError> {
    if let Some(why) = &one.wrong {
        return Ok(Gave::failed(format!("this use cannot be read: {why}")));
    }
    let (path, text) = (one.path.as_deref().unwrap_or_default(), one.text.as_deref().unwrap_or_default());
    Ok(match Tool::of(&one.tool) {
        Some(Tool::Read) => desk.read(path, one.lines),
        Some(Tool::Search) => desk.search(text, path),
        Some(Tool::Write) => desk.write(path, text),
        Some(Tool::Patch) => desk.patch(path, one.old.as_deref().unwrap_or_default(), text),
        Some(Tool::Remove) => desk.remove(path),
        Some(Tool::Run) => runs.run(desk, text, path, one.lines).await?,
        Some(Tool::Report) => runs.report(text, one.lines)?,
        None => {
            let known: Vec<&str> = Tool::ALL.iter().map(|tool| tool.word()).collect();
            Gave::failed({
                let tool = Clean::new(&one.tool).one_line(20);
                format!("there is no tool {tool:?}: use one of {}", known.join(", "))
            })
        }
    })
}

/// The files that the draft of this call begins with: those of its turn before, else what was replied in this attempt and
/// its author may see, else what the attempt before this one replied and this one repairs.
fn base(step: &Step, call: usize, services: &Services) -> Result<Vec<NewFile>, TaskError> {
    if let Some(Call { turn: Some(before), .. }) = call.checked_sub(1).and_then(|at| step.calls.get(at)) {
        return files(&before.draft, services);
    }
    let blind = step.calls.get(call).is_some_and(|call| call.seat.blind);
    let texts = replies(step, call, services)?;
    let heard = step.calls.iter().zip(&texts).filter(|(call, _)| !blind || call.seat.blind);
    let mut found: Vec<NewFile> = Vec::new();
    let mut add = |text: &str| {
        for file in files_of(step, text) {
            found.retain(|known| known.path != file.path);
            found.push(file);
        }
    };
    heard.for_each(|(_, text)| add(text));
    if !found.is_empty() || blind {
        return Ok(found);
    }
    // Only what is to be repaired, as in the pack. It may be gone: forks of earlier versions do not have it.
    if step.feedback.is_empty() {
        return Ok(found);
    }
    if let Some(Ok(last)) = step.last_reply.as_ref().map(|last| super::text(last, services)) {
        found = files_of(step, &last);
    }
    // It may have ended with words that nobody can read; what was written before them is there.
    if found.is_empty() { files(&step.last_draft, services) } else { Ok(found) }
}

fn files_of(step: &Step, text: &str) -> Vec<NewFile> {
    match orchestrator::parse(step.plan.produces, text) {
        Ok(Reply::Build(reply)) => reply.files,
        Ok(Reply::Test(reply)) => reply.files,
        _ => Vec::new(),
    }
}

fn files(draft: &[FileEntry], services: &Services) -> Result<Vec<NewFile>, TaskError> {
    let file =
        |entry: &FileEntry| Ok(NewFile { path: entry.path.clone(), content: super::text(&entry.sha256, services)? });
    draft.iter().map(file).collect()
}

/// The reply that was given with the turn just done, where that only changed files and all of it came off: nobody is asked
/// again for what he has said.
pub(super) fn answered(step: &Step, services: &Services) -> Result<Option<String>, TaskError> {
    let last = step.answered().checked_sub(1).and_then(|at| step.calls.get(at));
    let Some(Call { turn: Some(turn), reply: Some(reply), .. }) = last else { return Ok(None) };
    if !turn.is_done() || turn.uses.iter().any(|used| !used.ok) {
        return Ok(None);
    }
    Ok(schema::answer(&super::text(reply, services)?))
}

/// What a turn stands for among the replies of its step.
pub(super) fn as_reply(step: &Step, turn: &Turn, services: &Services) -> Result<String, TaskError> {
    Ok(calls::draft(step.plan.produces, files(&turn.draft, services)?))
}

/// The request as it goes on after the turns just taken: everything that was sent before stays as it was.
pub(super) fn continued(
    request: Request,
    run: &Run,
    step: &Step,
    model: &dyn Model,
    services: &Services,
) -> Result<Request, TaskError> {
    if !transcript::may_use_tools(step.plan.produces, &request.pack) {
        return Ok(request);
    }
    let turns = step.turns_before(step.answered());
    let offered = calls::turns_offered(run, step);
    let request = request.offering(offered);
    let said = transcript::of(turns, offered, &services.blobs)?;
    let turns = render::turns(&request, said, model);
    Ok(request.continued(turns))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_does_so_much_and_no_more() {
        let wishes = |n| at_most(vec![NewUse::default(); n]);
        assert_eq!((wishes(3).0.len(), wishes(3).1), (3, 0));
        assert_eq!((wishes(5_000).0.len(), wishes(5_000).1), (MOST_USES, 5_000 - MOST_USES));
    }
}

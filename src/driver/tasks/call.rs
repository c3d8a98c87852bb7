//! One persona call: context pack, cache, intent, model, reply.

use super::{Port, Services, TaskError, tools};
use crate::{
    domain::{
        Clean, Hash, StepId,
        command::{Command, Update},
        condition::Condition,
        event::Event,
        pack::ContextPack,
        plan::{Seat, Task},
        reply::ReplyKind,
        run::{Call, PauseReason, Run, Step, StepState},
        usage::Usage,
    },
    evidence::{self, Stack, Tools},
    hub::{
        self, HubError,
        blobs::Blobs,
        pack::{Ask, Earlier, Packed},
    },
    models::{Model, ModelError, Request, render},
    orchestrator::{self, Input, Reply, calls::Next},
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::sync::CancellationToken;

/// Streamed words are merged for this long before they are shown.
const MERGE: Duration = Duration::from_millis(50);
/// Room for the words of that time, from a model that needs no time.
const WORDS: usize = 8_192;

pub async fn call(
    step_id: &StepId,
    attempt: u32,
    run: Arc<Run>,
    services: &Arc<Services>,
    port: &Port,
    cancel: CancellationToken,
) -> Result<(), TaskError> {
    let Some(step) = run.step(step_id) else { return Ok(()) };
    if step.state == StepState::Checking {
        return again(step, attempt, services, port).await;
    }
    ready(&run, services, port).await?;
    let call = step.answered();
    let earlier = replies(step, call, services)?;
    let (pack, this) = pack(step.clone(), attempt, &run, services, &earlier, port.clone()).await?;
    let mut request = request(step, pack, &run, services)?;

    let known = match tools::answered(step, services)? {
        Some(text) => Some(repaired(step, &request.pack, &text, services).unwrap_or(text)),
        None => {
            let cached = services.hub().cached_reply(&request.hash);
            cached
                .and_then(|blob| services.blobs.get(&blob).ok())
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        }
    };
    if let Some(text) = known {
        let blob = store(&run, step, &this, &earlier, &text, services)?;
        let (step, request, usage) = (step_id.clone(), request.hash, Usage::default());
        let done =
            Input::CallDone { step, attempt, call, earlier, request, reply: blob, text, usage, cached: true, by: None };
        port.ask(done).await?;
        return Ok(());
    }

    let model = services.models.of(&request.pack.personas).as_ref();
    let worst_case = model.worst_case(&request);
    if run.settings.budget.is_some() || !run.settings.caps.is_none() {
        request.reserved = Some(worst_case);
    }
    let starting = Input::CallStarting {
        step: step_id.clone(),
        attempt,
        call,
        request: request.hash.clone(),
        model: Clean::new(model.id()),
        worst_case,
    };
    let events = port.ask(starting).await?;
    if !events.iter().any(|event| matches!(event, Event::CallIntended { .. })) {
        return Ok(());
    }

    let (result, spent) = match stream(step_id, &request, model, port, cancel).await {
        Ok(response) => (Ok(response), Usage::default()),
        Err(error) => {
            let (error, spent) = error.split();
            (Err(error), spent)
        }
    };
    match result {
        Ok(mut response) => {
            if let Some(whole) = repaired(step, &request.pack, &response.text, services) {
                response.text = whole;
            }
            let reply = store(&run, step, &this, &earlier, &response.text, services)?;
            services.hub().remember_reply(&request.hash, &reply, response.usage);
            let done = Input::CallDone {
                step: step_id.clone(),
                attempt,
                call,
                earlier,
                request: request.hash,
                reply,
                text: response.text,
                usage: response.usage,
                cached: false,
                by: response.by.as_deref().map(Clean::new),
            };
            port.ask(done).await?;
            Ok(())
        }
        Err(ModelError::Cancelled) => {
            if !model.is_free() {
                port.ask(Input::CallLost { step: step_id.clone(), spent: Some(spent) }).await?;
            }
            Err(TaskError::Cancelled)
        }
        Err(ModelError::Refused(error)) => {
            port.ask(Input::Refused { step: step_id.clone(), attempt, error }).await?;
            Ok(())
        }
        Err(error) => {
            let pause = match &error {
                ModelError::Reply(_) | ModelError::Cancelled => None,
                ModelError::Key(_) | ModelError::Provider(_) | ModelError::Refused(_) | ModelError::Spent { .. } => {
                    Some(PauseReason::Provider)
                }
            };
            let error = Clean::from(error.to_string());
            port.ask(Input::CallFailed { step: step_id.clone(), attempt, error, pause, spent }).await?;
            Ok(())
        }
    }
}

/// Opens the hub if nobody has needed it before.
async fn ready(run: &Arc<Run>, services: &Arc<Services>, port: &Port) -> Result<(), TaskError> {
    let (run, services) = (run.clone(), services.clone());
    let note = tokio::task::spawn_blocking(move || services.hub().ready(&run))
        .await
        .map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?;
    if let Some(text) = note {
        port.show(Update::Notice { error: false, text }).await;
    }
    Ok(())
}

/// The newest reply was not judged before the last process ended: it is delivered again.
async fn again(step: &Step, attempt: u32, services: &Services, port: &Port) -> Result<(), TaskError> {
    let mut earlier = replies(step, step.answered(), services)?;
    let (Some(text), Some(reply)) = (earlier.pop(), step.calls.last().and_then(|call| call.reply.clone())) else {
        return Ok(());
    };
    let done = Input::CallDone {
        step: step.plan.id.clone(),
        attempt,
        call: earlier.len(),
        earlier,
        request: reply.clone(),
        reply,
        text,
        usage: Usage::default(),
        cached: true,
        by: None,
    };
    port.ask(done).await?;
    Ok(())
}

/// The texts of the first `count` replies of this attempt; a turn with tools stands for what it wrote.
pub(super) fn replies(step: &Step, count: usize, services: &Services) -> Result<Vec<String>, TaskError> {
    let text = |(at, call): (usize, &Call)| match (&call.turn, &call.reply) {
        (Some(turn), _) if orchestrator::calls::counts(step, at) => Some(tools::as_reply(step, turn, services)),
        // The turn after it says it all.
        (Some(_), _) => Some(Ok(String::new())),
        (None, blob) => blob.as_ref().map(|blob| Ok(super::text(blob, services)?)),
    };
    step.calls.iter().take(count).enumerate().filter_map(text).collect()
}

/// The whole of a reply that leaves out what stands of the one it repairs. A last reply that is gone is no reason to fail.
fn repaired(step: &Step, pack: &ContextPack, text: &str, services: &Services) -> Option<String> {
    let last = step.last_reply.as_ref().filter(|_| pack.repairs())?;
    let last = super::text(last, services).ok()?;
    let drafted = step.calls.iter().filter_map(|call| call.turn.as_ref()).any(|turn| !turn.draft.is_empty());
    orchestrator::calls::whole(&last, text, drafted, &step.feedback)
}

/// The reply, what several calls say together, and the contents of design artifacts become blobs before the record that
/// names them. Returns that of the reply.
fn store(
    run: &Run,
    step: &Step,
    this: &Call,
    earlier: &[String],
    text: &str,
    services: &Services,
) -> Result<Hash, TaskError> {
    let mut answered = step.clone();
    answered.calls.truncate(earlier.len());
    answered.calls.push(this.clone());
    let texts: Vec<String> = earlier.iter().cloned().chain([text.to_owned()]).collect();
    let merged = orchestrator::calls::merged(run, &answered, &texts);
    let artifacts = artifacts(step, merged.as_deref().unwrap_or(text));
    let all = [text].into_iter().chain(merged.as_deref()).chain(artifacts.iter().map(String::as_str));
    services.blobs.put_all(all.map(str::as_bytes))?;
    Ok(Hash::of(text.as_bytes()))
}

/// The contents of the artifacts that a design brings.
fn artifacts(step: &Step, text: &str) -> Vec<String> {
    if step.plan.produces == ReplyKind::Design
        && let Ok(Reply::Design(reply)) = orchestrator::parse(step.plan.produces, text)
    {
        return reply.artifacts.into_iter().map(|artifact| artifact.content).collect();
    }
    Vec::new()
}

/// What a person wrote is stored before the record that names it.
pub(in crate::driver) fn store_edit(run: Option<&Run>, command: &Command, blobs: &Blobs) -> Result<(), HubError> {
    let Command::Edit { step, reply, .. } = command else { return Ok(()) };
    match run.and_then(|run| run.step(step)) {
        Some(step) => store_whole(step, reply, blobs),
        None => Ok(()),
    }
}

/// A reply that stands for all calls of its step, with the contents of its artifacts.
fn store_whole(step: &Step, reply: &str, blobs: &Blobs) -> Result<(), HubError> {
    let artifacts = artifacts(step, reply);
    blobs.put_all([reply].into_iter().chain(artifacts.iter().map(String::as_str)).map(str::as_bytes))
}

/// The plainest reply of a step that has none: stored, then told.
pub async fn stand_in(id: &StepId, attempt: u32, run: &Run, services: &Services, port: &Port) -> Result<(), TaskError> {
    let Some(step) = run.step(id) else { return Ok(()) };
    let text = orchestrator::stand_in::text(run, step);
    store_whole(step, &text, &services.blobs)?;
    port.ask(Input::StoodIn { step: id.clone(), attempt, text }).await?;
    Ok(())
}

/// What each call may see of those before it. Two designers who work at the same time do not read each other, and who
/// tests without having seen the code has not seen the other's tests either.
fn heard(run: &Run, step: &Step, next: &Next, earlier: &[String]) -> Vec<Earlier> {
    const BESIDE: [&str; 2] = ["api-designer", "database-architect"];
    if next.seat.task == Task::Review {
        let draft = orchestrator::calls::reply(run, step, earlier).and_then(Result::ok);
        let text = draft.map(|reply| orchestrator::calls::text(&reply));
        return text.into_iter().map(|text| Earlier { by: String::new(), page: false, text }).collect();
    }
    let beside = |seat: &Seat| {
        let one = |seat: &Seat| seat.personas.len() == 1 && BESIDE.contains(&seat.personas[0].as_str());
        one(seat) && one(&next.seat) && seat.personas != next.seat.personas && seat.round == next.seat.round
    };
    let hears =
        |call: &Call| call.seat.task == Task::Work && !beside(&call.seat) && (!next.seat.blind || call.seat.blind);
    let all = step.calls.iter().zip(earlier).enumerate();
    let all = all.filter(|(at, (call, _))| {
        hears(call) && next.seat.task == Task::Work && orchestrator::calls::counts(step, *at)
    });
    all.map(|(_, (call, text))| {
        let who: Vec<&str> = call.seat.personas.iter().map(|p| p.as_str()).collect();
        Earlier { by: who.join("+"), page: call.seat == next.seat, text: text.clone() }
    })
    .collect()
}

/// The pack of the next call: the stored one after a restart, else a new one.
async fn pack(
    step: Step,
    attempt: u32,
    run: &Arc<Run>,
    services: &Arc<Services>,
    earlier: &[String],
    port: Port,
) -> Result<(ContextPack, Call), TaskError> {
    if let Some(call) = step.open_call()
        && let Some(blob) = &call.pack
    {
        return Ok((stored(blob, services)?, call.clone()));
    }
    let Some(next) = orchestrator::calls::next(run, &step) else {
        return Err(TaskError::Failed(Clean::from(format!("{} has no call left to make", step.plan.id))));
    };
    if next.turns > 0
        && let Some(before) = step.calls.last()
        && let Some(blob) = before.pack.clone()
    {
        let again = Call { reply: None, turn: None, ..before.clone() };
        let pack: ContextPack = stored(&blob, services)?;
        port.ask(packed(&step, attempt, &again, &pack, blob)).await?;
        return Ok((pack, again));
    }
    let heard = heard(run, &step, &next, earlier);
    let seat = next.seat.clone();
    let tools = tools_here(&step, run, services.models.of(&seat.personas).as_ref()).await;
    let Packed { pack, covers } = {
        let (run, services, id, step) = (run.clone(), services.clone(), step.plan.id.clone(), step.clone());
        let build = move || {
            let model = services.models.of(&next.seat.personas);
            let count = |text: &str| render::item_tokens(model.as_ref(), text);
            let covered = next.covered.iter().copied().collect();
            let budget = run.settings.pack_tokens;
            let parts = orchestrator::repair::parts(&step);
            let (seat, earlier, lacks, tools) = (&next.seat, &heard[..], &evidence::lacking(), &tools);
            let ask = Ask { seat, page: next.page, covered: &covered, parts, earlier, budget, lacks, tools };
            let hub = services.hub();
            hub::pack::build(&run, &id, &ask, &hub, &services.blobs, &count)
        };
        tokio::task::spawn_blocking(build)
            .await
            .map_err(|error| TaskError::Failed(Clean::from(error.to_string())))??
    };
    let bytes = serde_json::to_vec(&pack).map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?;
    let blob = services.blobs.put(&bytes)?;
    let call = Call { seat, page: pack.page, covers, pack: Some(blob.clone()), reply: None, turn: None };
    port.ask(packed(&step, attempt, &call, &pack, blob)).await?;
    Ok((pack, call))
}

/// What runs programs on this machine, by stack: for who designs and writes them, that nothing newer is needed. The offline
/// engine knows it, and Rust's tools are asked only where the product is in Rust, for they may go and install themselves.
async fn tools_here(step: &Step, run: &Run, model: &dyn Model) -> BTreeMap<Condition, Clean> {
    let mut here = BTreeMap::new();
    if crate::domain::run::is_offline(model.id())
        || !matches!(step.plan.produces, ReplyKind::Design | ReplyKind::Build | ReplyKind::Test)
    {
        return here;
    }
    let tools = Tools::default();
    for stack in Stack::ALL {
        let asked = stack != Stack::Rust || run.understood.contains(&Condition::Rust);
        if asked && let Some(version) = tools.version(stack).await {
            here.extend(stack.conditions().iter().map(|condition| (*condition, Clean::from(version.clone()))));
        }
    }
    here
}

fn stored(blob: &Hash, services: &Services) -> Result<ContextPack, TaskError> {
    let bytes = services.blobs.get(blob)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| TaskError::Failed(Clean::from(format!("stored context pack {blob}: {error}"))))
}

fn packed(step: &Step, attempt: u32, call: &Call, pack: &ContextPack, blob: Hash) -> Input {
    Input::Packed {
        step: step.plan.id.clone(),
        attempt,
        call: step.answered(),
        seat: call.seat.clone(),
        page: pack.page,
        covers: call.covers.clone(),
        pack: pack.id.clone(),
        blob,
        tokens: pack.tokens(),
        items: u32::try_from(pack.items.len()).unwrap_or(u32::MAX),
        cut: u32::try_from(pack.cut.len()).unwrap_or(u32::MAX),
    }
}

fn request(step: &Step, pack: ContextPack, run: &Run, services: &Services) -> Result<Request, TaskError> {
    let seated = pack.personas.clone();
    let personas: Vec<_> = seated.iter().filter_map(|id| services.library.get(id)).collect();
    if personas.len() != seated.len() {
        let missing: Vec<_> =
            seated.iter().filter(|id| services.library.get(id).is_none()).map(ToString::to_string).collect();
        return Err(TaskError::Failed(Clean::from(format!(
            "step {} needs persona {}, which is not there: see `g1 personas`",
            step.plan.id,
            missing.join(", ")
        ))));
    }
    let model = services.models.of(&seated).as_ref();
    let request = render::request(pack, step.plan.produces, &personas, model, run.product(step));
    tools::continued(request, run, step, model, services)
}

/// Calls the model and passes its words on, merged, as they come.
async fn stream(
    step: &StepId,
    request: &Request,
    model: &dyn Model,
    port: &Port,
    cancel: CancellationToken,
) -> Result<crate::models::Response, ModelError> {
    let (deltas, mut words) = mpsc::channel::<Clean>(WORDS);
    let call = model.call(request, deltas, cancel.clone());
    tokio::pin!(call);
    // Between the first word and the moment it is shown nothing wakes up for the words in between.
    let mut first: Option<(Clean, Instant)> = None;
    let result = loop {
        let due = first.as_ref().map_or_else(Instant::now, |(_, at)| *at);
        tokio::select! {
            result = &mut call => break result,
            // It may read for minutes and hear nothing meanwhile; others say what they have cost.
            () = cancel.cancelled(), if model.is_free() => break Err(ModelError::Cancelled),
            Some(word) = words.recv(), if first.is_none() => first = Some((word, Instant::now() + MERGE)),
            () = tokio::time::sleep_until(due), if first.is_some() => {
                let word = first.take().map(|(word, _)| word);
                show(step, word, &mut words, port).await;
            }
        }
    };
    show(step, first.map(|(word, _)| word), &mut words, port).await;
    result
}

/// Shows what has come so far.
async fn show(step: &StepId, first: Option<Clean>, words: &mut mpsc::Receiver<Clean>, port: &Port) {
    let mut text = first.map(|word| word.to_string()).unwrap_or_default();
    while let Ok(more) = words.try_recv() {
        text.push_str(&more);
    }
    if !text.is_empty() {
        port.show(Update::Delta { step: step.clone(), text: Clean::from(text) }).await;
    }
}

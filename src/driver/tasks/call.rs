//! One persona call: context pack, cache, intent, model, reply.

use super::{Port, Services, TaskError};
use crate::{
    domain::{
        Clean, Hash, StepId,
        command::{Command, Update},
        event::Event,
        pack::ContextPack,
        reply::ReplyKind,
        run::{PauseReason, Run, Step, StepState},
        usage::Usage,
    },
    hub::{self, HubError, blobs::Blobs},
    models::{Model, ModelError, Request, render},
    orchestrator::{self, Input, Reply},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Streamed words are merged for this long before they are shown.
const MERGE: Duration = Duration::from_millis(33);

pub async fn call(
    step_id: &StepId,
    attempt: u32,
    run: Arc<Run>,
    services: &Arc<Services>,
    port: &Port,
    cancel: CancellationToken,
) -> Result<(), TaskError> {
    let Some(step) = run.step(step_id) else { return Ok(()) };
    if let (Some(_), Some(reply), StepState::Checking) = (&step.edited_by, &step.reply, step.state) {
        // A person's own words are never asked for again: the journal ended before they were judged.
        let text = String::from_utf8_lossy(&services.blobs.get(reply)?).into_owned();
        let (step, request, reply) = (step_id.clone(), Hash::of(text.as_bytes()), reply.clone());
        let usage = Usage::default();
        port.ask(Input::CallDone { step, attempt, request, reply, text, usage, cached: true, by: None }).await?;
        return Ok(());
    }
    ready(&run, services, port).await?;
    let pack = pack(step.clone(), attempt, &run, services, port.clone()).await?;
    let request = request(step, pack, &run, services)?;

    let cached = services.hub().cached_reply(&request.hash);
    if let Some(blob) = cached
        && let Ok(bytes) = services.blobs.get(&blob)
    {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        store_artifacts(step, &text, &services.blobs)?;
        let usage = Usage::default();
        let (step, request) = (step_id.clone(), request.hash);
        port.ask(Input::CallDone { step, attempt, request, reply: blob, text, usage, cached: true, by: None }).await?;
        return Ok(());
    }

    let model = services.model_of(step);
    let starting = Input::CallStarting {
        step: step_id.clone(),
        attempt,
        request: request.hash.clone(),
        model: Clean::new(model.id()),
        worst_case: model.worst_case(&request),
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
        Ok(response) => {
            let reply = services.blobs.put(response.text.as_bytes())?;
            store_artifacts(step, &response.text, &services.blobs)?;
            services.hub().remember_reply(&request.hash, &reply, response.usage);
            let done = Input::CallDone {
                step: step_id.clone(),
                attempt,
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
        Err(ModelError::Cancelled) => Err(TaskError::Cancelled),
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

/// The contents of design artifacts become blobs before the record that names them.
pub(in crate::driver) fn store_artifacts(step: &Step, text: &str, blobs: &Blobs) -> Result<(), HubError> {
    if step.plan.produces != ReplyKind::Design {
        return Ok(());
    }
    if let Ok(Reply::Design(reply)) = orchestrator::parse(step.plan.produces, text) {
        for artifact in &reply.artifacts {
            blobs.put(artifact.content.as_bytes())?;
        }
    }
    Ok(())
}

/// What a person wrote is stored before the record that names it.
pub(in crate::driver) fn store_edit(run: Option<&Run>, command: &Command, blobs: &Blobs) -> Result<(), HubError> {
    let Command::Edit { step, reply, .. } = command else { return Ok(()) };
    blobs.put(reply.as_bytes())?;
    match run.and_then(|run| run.step(step)) {
        Some(step) => store_artifacts(step, reply, blobs),
        None => Ok(()),
    }
}

/// The pack of this attempt: the stored one after a restart, else a new one.
async fn pack(
    step: Step,
    attempt: u32,
    run: &Arc<Run>,
    services: &Arc<Services>,
    port: Port,
) -> Result<ContextPack, TaskError> {
    if let Some((_, blob)) = &step.pack {
        let bytes = services.blobs.get(blob)?;
        return serde_json::from_slice(&bytes)
            .map_err(|error| TaskError::Failed(Clean::from(format!("stored context pack {blob}: {error}"))));
    }
    let pack = {
        let (run, services, step) = (run.clone(), services.clone(), step.clone());
        let build = move || {
            let count = |text: &str| services.model_of(&step).count_tokens(text);
            let hub = services.hub();
            hub::pack::build(&run, &step.plan.id, &hub, &services.blobs, &count)
        };
        tokio::task::spawn_blocking(build)
            .await
            .map_err(|error| TaskError::Failed(Clean::from(error.to_string())))??
    };
    let bytes = serde_json::to_vec(&pack).map_err(|error| TaskError::Failed(Clean::from(error.to_string())))?;
    let blob = services.blobs.put(&bytes)?;
    let packed = Input::Packed {
        step: step.plan.id.clone(),
        attempt,
        pack: pack.id.clone(),
        blob,
        tokens: pack.tokens(),
        items: u32::try_from(pack.items.len()).unwrap_or(u32::MAX),
        cut: u32::try_from(pack.cut.len()).unwrap_or(u32::MAX),
    };
    port.ask(packed).await?;
    Ok(pack)
}

fn request(step: &Step, pack: ContextPack, run: &Run, services: &Services) -> Result<Request, TaskError> {
    let personas: Vec<_> = step.plan.personas.iter().filter_map(|id| services.library.get(id)).collect();
    if personas.len() != step.plan.personas.len() {
        let missing: Vec<_> = step
            .plan
            .personas
            .iter()
            .filter(|id| services.library.get(id).is_none())
            .map(ToString::to_string)
            .collect();
        return Err(TaskError::Failed(Clean::from(format!(
            "step {} needs persona {}, which is not there: see `g1 personas`",
            step.plan.id,
            missing.join(", ")
        ))));
    }
    Ok(render::request(pack, step.plan.produces, &personas, services.model_of(step), &run.title))
}

/// Calls the model and passes its words on, merged, as they come.
async fn stream(
    step: &StepId,
    request: &Request,
    model: &dyn Model,
    port: &Port,
    cancel: CancellationToken,
) -> Result<crate::models::Response, ModelError> {
    let (deltas, mut words) = mpsc::channel::<Clean>(256);
    let show = async {
        while let Some(first) = words.recv().await {
            let mut text = first.to_string();
            let flush = tokio::time::sleep(MERGE);
            tokio::pin!(flush);
            loop {
                tokio::select! {
                    more = words.recv() => match more {
                        Some(more) => text.push_str(&more),
                        None => break,
                    },
                    () = &mut flush => break,
                }
            }
            port.show(Update::Delta { step: step.clone(), text: Clean::from(text) }).await;
        }
    };
    let (result, ()) = tokio::join!(model.call(request, deltas, cancel), show);
    result
}

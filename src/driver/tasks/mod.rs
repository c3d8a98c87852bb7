//! What carries out an effect. Each task answers with inputs and may be started again after a crash: it repeats nothing
//! whose result is journalled and is harmless to repeat otherwise.

mod aware;
mod bench_error;
mod call;
mod carry;
mod changes;
mod check;
mod commit;
mod kept;
mod old_tests;
mod prove;
pub mod restore;
mod suite;
mod tools;
mod unchanged;
mod untried;
mod unused;

pub(super) use call::store_edit;

use super::{handle::Port, services::Services};
use crate::{
    domain::{Clean, Hash, run::Run},
    hub::HubError,
    orchestrator::{Effect, Input, Refusal},
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Why a task ended without its result.
#[derive(Debug)]
pub enum TaskError {
    Cancelled,
    /// The run moved on; the result would fit no more.
    Stale(Refusal),
    /// Something outside failed (disk, sandbox, a damaged blob). Says what to do.
    Failed(Clean),
}

impl From<Refusal> for TaskError {
    fn from(refusal: Refusal) -> Self {
        Self::Stale(refusal)
    }
}
impl From<HubError> for TaskError {
    fn from(error: HubError) -> Self {
        Self::Failed(Clean::from(error.to_string()))
    }
}

/// A stored text, such as a reply.
fn text(blob: &Hash, services: &Services) -> Result<String, HubError> {
    Ok(String::from_utf8_lossy(&services.blobs.get(blob)?).into_owned())
}

/// Carries out one effect.
pub async fn carry_out(
    effect: Effect,
    run: Arc<Run>,
    services: Arc<Services>,
    port: Port,
    cancel: CancellationToken,
) -> Result<(), TaskError> {
    match effect {
        Effect::Call { step, attempt } => call::call(&step, attempt, run, &services, &port, cancel).await,
        Effect::Use { step, attempt } => tools::use_tools(&step, attempt, run, &services, &port, cancel).await,
        Effect::StandIn { step, attempt } => call::stand_in(&step, attempt, &run, &services, &port).await,
        Effect::Check { step, attempt } => {
            let slot = tokio::select! {
                slot = services.check_slot.clone().acquire_owned() => slot,
                () = cancel.cancelled() => return Err(TaskError::Cancelled),
            };
            // The semaphore is never closed; losing it would only mean more checks at once.
            let _slot = slot.ok();
            check::check(&step, attempt, run, &services, &port, cancel).await
        }
        Effect::Commit { step } => commit::commit(&step, run, services, &port).await,
        Effect::Finish => commit::finish(run, services, &port).await,
        Effect::Restore => restore::restore(run, services, &port).await,
        Effect::Continue => {
            port.ask(Input::Continue).await?;
            Ok(())
        }
    }
}

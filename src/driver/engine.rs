//! The loop of the one writer.

mod commands;

use super::{
    handle::{Answer, Handle, Message, Port},
    preview::Preview,
    services::Services,
    subscribers::Subscribers,
    tasks::{self, TaskError},
};
use crate::{
    domain::{
        Clean, StepId,
        command::{Command, Update},
        event::{Envelope, Event},
        run::{PauseReason, Run, RunStatus},
        trace,
    },
    hub::{HubError, Project},
    orchestrator::{self, Decided, Effect, Input, Refusal},
};
use futures::FutureExt;
use std::{collections::BTreeSet, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Events that are not barriers are synced together after this long.
const GROUP_COMMIT: Duration = Duration::from_millis(200);
/// A checkpoint is written after this many events, so that a long project opens at once.
const CHECKPOINT_EVERY: u64 = 256;

/// The loop's own state.
pub struct Engine {
    project: Project,
    /// Shared with whoever was told of it: a change makes a copy only while somebody still looks at the state before.
    run: Option<Arc<Run>>,
    services: Arc<Services>,
    subscribers: Subscribers,
    in_flight: BTreeSet<Effect>,
    /// Effects that failed by themselves (disk, sandbox): not started again until a person resumes.
    stuck: BTreeSet<Effect>,
    cancel: CancellationToken,
    tracker: TaskTracker,
    port: Port,
    unsynced_since: Option<Instant>,
    since_checkpoint: u64,
    preview: Option<Preview>,
    /// Counts starts and stops of the preview, so that word from an earlier one is not taken for the present one's.
    preview_generation: u64,
    leaving: Option<bool>,
    /// The screen whose keys count; the others look on.
    keyboard: Option<u32>,
}

/// Starts the engine on an opened project. The join handle ends with the reason it could not go on, if any.
pub fn spawn(
    project: Project,
    run: Run,
    services: Arc<Services>,
) -> (Handle, tokio::task::JoinHandle<Result<(), HubError>>) {
    let (messages, inbox) = mpsc::channel(256);
    let (commands, wishes) = mpsc::channel(64);
    let engine = Engine {
        project,
        run: Some(Arc::new(run)),
        services,
        subscribers: Subscribers::default(),
        in_flight: BTreeSet::new(),
        stuck: BTreeSet::new(),
        cancel: CancellationToken::new(),
        tracker: TaskTracker::new(),
        port: Port(messages.clone()),
        unsynced_since: None,
        since_checkpoint: 0,
        preview: None,
        preview_generation: 0,
        leaving: None,
        keyboard: None,
    };
    let join = tokio::spawn(engine.run(inbox, wishes));
    (Handle { messages, commands }, join)
}

impl Engine {
    async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Message>,
        mut wishes: mpsc::Receiver<(Command, Option<Answer>)>,
    ) -> Result<(), HubError> {
        self.count_lost_calls().await?;
        self.start_pending();
        loop {
            let sync_at = self.unsynced_since.map(|since| since + GROUP_COMMIT);
            tokio::select! {
                biased;
                Some(message) = inbox.recv() => self.on_message(message).await?,
                wish = wishes.recv() => match wish {
                    Some((command, answer)) => self.on_command(command, answer).await?,
                    None => self.leaving = Some(false),
                },
                () = sleep_until(sync_at), if sync_at.is_some() => self.sync()?,
            }
            match self.leaving {
                Some(true) if self.in_flight.is_empty() => break,
                Some(false) => break,
                _ => {}
            }
        }
        self.close(&mut inbox).await
    }

    async fn on_message(&mut self, message: Message) -> Result<(), HubError> {
        match message {
            Message::Input { input, answer } => self.decide(*input, answer).await,
            Message::Show(update) => {
                if self.subscribers.behind() {
                    self.snapshot().await;
                }
                self.subscribers.send(update).await;
                Ok(())
            }
            Message::TaskEnded { effect, result } => {
                self.in_flight.remove(&effect);
                if let Err(error) = result {
                    self.on_task_error(effect, error).await?;
                }
                self.start_pending();
                Ok(())
            }
            Message::Subscribe { lossless, answer } => {
                let updates = self.subscribers.add(lossless);
                if answer.send(updates).is_ok() {
                    self.snapshot().await;
                    self.tell_keyboard().await;
                }
                Ok(())
            }
            Message::Left { screen } => {
                self.leave_keyboard(Some(screen)).await;
                Ok(())
            }
            Message::PreviewStarted { generation, result } => {
                // One that was stopped or replaced while it started ends as it is dropped.
                if generation == self.preview_generation {
                    self.preview_started(result).await;
                }
                Ok(())
            }
            Message::PreviewEnded { generation, note } => {
                if generation == self.preview_generation {
                    self.preview = None;
                    self.subscribers.send(Update::Preview { url: None, note }).await;
                }
                Ok(())
            }
        }
    }

    /// A task that could not do its work is no event of the run: the run pauses and says why.
    async fn on_task_error(&mut self, effect: Effect, error: TaskError) -> Result<(), HubError> {
        match error {
            TaskError::Cancelled => Ok(()),
            TaskError::Stale(why) => {
                tracing::debug!(%why, ?effect, "the result fits no more");
                Ok(())
            }
            TaskError::Failed(text) => {
                if let Effect::Call { step, .. } = &effect {
                    self.lost(step.clone()).await?;
                }
                self.stuck.insert(effect);
                self.subscribers.send(Update::Notice { error: true, text: text.clone() }).await;
                self.decide(Input::Interrupted { reason: PauseReason::Failed, detail: text }, None).await
            }
        }
    }

    /// Calls that were under way when the last process ended: nobody knows how far they came.
    async fn count_lost_calls(&mut self) -> Result<(), HubError> {
        let run = self.run.clone();
        for step in run.iter().flat_map(|run| run.steps()).filter(|step| step.in_flight.is_some()) {
            self.lost(step.plan.id.clone()).await?;
        }
        Ok(())
    }

    /// A call that ended without telling what it cost counts as all that was reserved for it.
    async fn lost(&mut self, step: StepId) -> Result<(), HubError> {
        if self.services.models.main().is_free() {
            return Ok(());
        }
        self.decide(Input::CallLost { step, spent: None }, None).await
    }

    /// In a task of its own: an application may take seconds to start, and gates do not wait for that.
    async fn start_preview(&mut self, port: Option<u16>) {
        self.end_preview().await;
        let Some(run) = self.run.clone() else { return };
        let (services, engine, generation) = (self.services.clone(), self.port.clone(), self.preview_generation);
        tokio::spawn(async move {
            let result = Preview::start(&services, &run, port, engine.clone(), generation).await;
            // A closing engine drops it, which ends it.
            let _ = engine.0.send(Message::PreviewStarted { generation, result }).await;
        });
    }

    async fn end_preview(&mut self) {
        self.preview_generation += 1;
        if let Some(preview) = self.preview.take() {
            preview.stop().await;
        }
    }

    async fn preview_started(&mut self, result: Result<Preview, Clean>) {
        let update = match result {
            Ok(preview) => {
                let update = Update::Preview { url: Some(preview.url().to_owned()), note: preview.note() };
                self.preview = Some(preview);
                update
            }
            Err(text) => Update::Notice { error: true, text },
        };
        self.subscribers.send(update).await;
    }

    /// Decides, journals, folds, tells, and starts what is pending then.
    async fn decide(&mut self, input: Input, answer: Option<Answer>) -> Result<(), HubError> {
        let at = jiff::Timestamp::now();
        let pausing = matches!(input, Input::Interrupted { .. } | Input::Command(Command::Pause { .. }));
        match orchestrator::advance(self.run.as_deref(), input, at) {
            Err(refusal) => self.refuse(refusal, answer).await,
            Ok(Decided { events, run }) => {
                self.commit(&events, run, at).await?;
                if let Some(answer) = answer {
                    let _ = answer.send(Ok(events));
                }
                if pausing && self.is_paused() {
                    self.stop_tasks();
                }
                self.start_pending();
                Ok(())
            }
        }
    }

    /// Journals `events`, and goes on from the state after them, which `decided` holds unless they go back.
    async fn commit(&mut self, events: &[Event], decided: Option<Run>, at: jiff::Timestamp) -> Result<(), HubError> {
        if events.is_empty() {
            return Ok(());
        }
        let barrier = events.iter().any(Event::is_barrier);
        let envelopes: Vec<Envelope> = self.project.append(events.to_vec(), at)?;
        if barrier {
            self.unsynced_since = None;
        } else {
            self.unsynced_since.get_or_insert_with(Instant::now);
        }
        let completed = events.iter().any(|event| matches!(event, Event::RunCompleted { .. }));
        let goes_back = events.iter().any(|event| matches!(event, Event::Rewound { .. }));
        let run = if goes_back { super::open::refold(&self.services.dir)? } else { decided };
        self.since_checkpoint += envelopes.len() as u64;
        for envelope in envelopes {
            self.subscribers.send(Update::Event(Arc::new(envelope))).await;
        }
        self.run = run.map(Arc::new);
        if let Some(run) = &self.run
            && events.iter().any(changes_hub)
        {
            self.services.hub().refresh(run, &self.services.blobs);
        }
        if let Some(run) = self.run.as_ref().filter(|_| completed) {
            super::replay::ended(run, &self.services);
        }
        self.snapshot().await;
        if self.since_checkpoint >= CHECKPOINT_EVERY {
            self.checkpoint()?;
        }
        Ok(())
    }

    fn is_paused(&self) -> bool {
        self.run.as_ref().is_some_and(|run| matches!(run.status, RunStatus::Paused { .. }))
    }

    async fn snapshot(&mut self) {
        if let Some(run) = &self.run {
            let update = Update::Run(run.clone());
            self.subscribers.send(update).await;
        }
    }

    fn start_pending(&mut self) {
        let Some(run) = &self.run else { return };
        if self.leaving == Some(false) || self.cancel.is_cancelled() {
            return;
        }
        let wanted: Vec<Effect> = orchestrator::pending(run)
            .into_iter()
            .filter(|effect| !self.in_flight.contains(effect) && !self.stuck.contains(effect))
            .collect();
        if wanted.is_empty() {
            return;
        }
        let snapshot = run.clone();
        for effect in wanted {
            self.in_flight.insert(effect.clone());
            let (services, port, run) = (self.services.clone(), self.port.clone(), snapshot.clone());
            let cancel = self.cancel.child_token();
            self.tracker.spawn(async move {
                let task = tasks::carry_out(effect.clone(), run, services, port.clone(), cancel);
                // A panic is a bug, but a run that waits for a dead task for ever would be a second one.
                let result = AssertUnwindSafe(task).catch_unwind().await.unwrap_or_else(|_| Err(panicked(&effect)));
                let _ = port.0.send(Message::TaskEnded { effect, result }).await;
            });
        }
    }

    /// Cancels what is under way; when it has ended, `pending` names it again.
    fn stop_tasks(&mut self) {
        self.cancel.cancel();
        self.cancel = CancellationToken::new();
    }

    fn sync(&mut self) -> Result<(), HubError> {
        self.unsynced_since = None;
        self.project.sync()
    }

    fn checkpoint(&mut self) -> Result<(), HubError> {
        self.since_checkpoint = 0;
        self.sync()?;
        let Some(run) = &self.run else { return Ok(()) };
        match serde_json::to_vec(run) {
            Ok(fold) => self.project.write_checkpoint(run.seq, &fold),
            // The journal alone opens the project just as well, only slower.
            Err(error) => {
                tracing::warn!(%error, "no checkpoint");
                Ok(())
            }
        }
    }

    /// Stops the tasks, records an interruption if work was under way, syncs, writes the checkpoint.
    async fn close(mut self, inbox: &mut mpsc::Receiver<Message>) -> Result<(), HubError> {
        let working = !self.in_flight.is_empty();
        self.cancel.cancel();
        self.tracker.close();
        loop {
            tokio::select! {
                biased;
                message = inbox.recv() => match message {
                    // What a call under way has cost is known now and never again.
                    Some(Message::Input { input, answer }) if matches!(*input, Input::CallLost { .. }) => {
                        self.decide(*input, answer).await?;
                    }
                    // What is refused here is asked again after the next start: nothing of it was journalled.
                    Some(Message::Input { answer: Some(answer), .. }) => {
                        let _ = answer.send(Err(Refusal("the run is closing".into())));
                    }
                    Some(_) => {}
                    None => break,
                },
                () = self.tracker.wait() => break,
            }
        }
        self.end_preview().await;
        let running = self.run.as_ref().is_some_and(|run| run.status == RunStatus::Running);
        if working && running {
            let input = Input::Interrupted {
                reason: PauseReason::Interrupted,
                detail: Clean::from("closed while work was under way; resume goes on from here"),
            };
            self.leaving = Some(false);
            self.decide(input, None).await?;
        }
        self.sync()?;
        self.checkpoint()?;
        if let Some(run) = &self.run {
            self.services.hub().settle(run.seq);
        }
        let exit = self.run.as_deref().map_or(1, trace::exit_code);
        self.subscribers.send(Update::Ended { exit }).await;
        Ok(())
    }
}

/// Events after which what personas can find in the hub is different.
fn changes_hub(event: &Event) -> bool {
    matches!(
        event,
        Event::RunStarted { .. }
            | Event::ClauseAdded { .. }
            | Event::StepCommitted { .. }
            | Event::AssumptionAnswered { .. }
            | Event::Rewound { .. }
    )
}

fn panicked(effect: &Effect) -> TaskError {
    let what = match effect {
        Effect::Call { step, .. } => format!("the call of {step}"),
        Effect::Use { step, .. } => format!("using tools for {step}"),
        Effect::StandIn { step, .. } => format!("standing in for {step}"),
        Effect::Check { step, .. } => format!("the check of {step}"),
        Effect::Commit { step } => format!("writing the files of {step}"),
        Effect::Finish => "writing the report".to_owned(),
        Effect::Restore => "putting the files back".to_owned(),
        Effect::Continue => "going on".to_owned(),
    };
    TaskError::Failed(Clean::from(format!(
        "{what} met a bug of G1; nothing is lost. `g1 resume` tries again; the log says more (`g1 doctor` shows where), please report it"
    )))
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

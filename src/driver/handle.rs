//! How the loop is reached: by tasks through [`Port`], by front ends through [`Handle`].

use super::{preview::Preview, tasks::TaskError};
use crate::{
    domain::{
        Clean, StepId,
        command::{Command, Update},
        event::Event,
    },
    orchestrator::{Effect, Input, Refusal},
};
use tokio::sync::{mpsc, oneshot};

pub(super) type Answer = oneshot::Sender<Result<Vec<Event>, Refusal>>;

/// What reaches the loop.
pub(super) enum Message {
    Input {
        input: Box<Input>,
        answer: Option<Answer>,
    },
    Show(Update),
    TaskEnded {
        effect: Effect,
        result: Result<(), TaskError>,
    },
    Subscribe {
        lossless: bool,
        answer: oneshot::Sender<mpsc::Receiver<Update>>,
    },
    PreviewStarted {
        generation: u64,
        result: Result<Preview, Clean>,
    },
    PreviewEnded {
        generation: u64,
        note: Clean,
    },
    /// The connection of this screen is closed.
    Left {
        screen: u32,
    },
}

/// How a task reaches the loop.
#[derive(Clone)]
pub struct Port(pub(super) mpsc::Sender<Message>);

impl Port {
    /// Has `input` decided and journalled; the events are in force when this returns.
    ///
    /// # Errors
    /// The input does not fit the state any more, or the engine is closing.
    pub async fn ask(&self, input: Input) -> Result<Vec<Event>, Refusal> {
        let (answer, events) = oneshot::channel();
        let closing = || Refusal("the run is closing".into());
        self.0.send(Message::Input { input: Box::new(input), answer: Some(answer) }).await.map_err(|_| closing())?;
        events.await.map_err(|_| closing())?
    }
    pub async fn show(&self, update: Update) {
        // A closing engine shows nothing any more; there is nobody left to tell.
        let _ = self.0.send(Message::Show(update)).await;
    }
    pub async fn progress(&self, step: &StepId, text: impl Into<Clean>) {
        self.show(Update::Progress { step: Some(step.clone()), text: text.into() }).await;
    }
    /// The same from code that cannot wait; dropped when the engine is busy.
    pub fn progress_now(&self, step: &StepId, text: impl Into<Clean>) {
        let update = Update::Progress { step: Some(step.clone()), text: text.into() };
        // Only a number on a screen: the next one follows.
        let _ = self.0.try_send(Message::Show(update));
    }
    pub(super) async fn preview_ended(&self, generation: u64, note: Clean) {
        let _ = self.0.send(Message::PreviewEnded { generation, note }).await;
    }
}

/// A front end's hold on a live run. Dropping it does not end the run; [`Command::Quit`] does.
#[derive(Clone)]
pub struct Handle {
    pub(super) messages: mpsc::Sender<Message>,
    pub(super) commands: mpsc::Sender<(Command, Option<Answer>)>,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Handle")
    }
}

impl Handle {
    /// Listens from now on, starting with a snapshot. `lossless` makes the run wait for a slow listener.
    pub async fn subscribe(&self, lossless: bool) -> Option<mpsc::Receiver<Update>> {
        let (answer, updates) = oneshot::channel();
        self.messages.send(Message::Subscribe { lossless, answer }).await.ok()?;
        updates.await.ok()
    }
    /// Carries out a command; the answer says why it was refused, if it was.
    ///
    /// # Errors
    /// The command does not fit the run's state, or the run has ended.
    pub async fn command(&self, command: Command) -> Result<(), Refusal> {
        let (answer, events) = oneshot::channel();
        let ended = || Refusal("the run has ended".into());
        self.commands.send((command, Some(answer))).await.map_err(|_| ended())?;
        events.await.map_err(|_| ended())?.map(|_| ())
    }
    /// A screen is no longer there.
    pub async fn left(&self, screen: u32) {
        let _ = self.messages.send(Message::Left { screen }).await;
    }
    /// A sender for front ends that learn of refusals through [`Update::Notice`].
    #[must_use]
    pub fn sender(&self) -> mpsc::Sender<Command> {
        let (sender, mut wishes) = mpsc::channel::<Command>(64);
        let commands = self.commands.clone();
        tokio::spawn(async move {
            while let Some(command) = wishes.recv().await {
                if commands.send((command, None)).await.is_err() {
                    break;
                }
            }
        });
        sender
    }
}

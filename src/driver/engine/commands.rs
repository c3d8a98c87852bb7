//! What the loop does with commands: those that change the run it decides, the others it carries out itself.

use super::Engine;
use crate::{
    domain::{
        Clean, StepId,
        command::{Command, Update},
    },
    driver::{back, handle::Answer, tasks},
    hub::HubError,
    orchestrator::{Input, Refusal},
};
use std::path::PathBuf;

impl Engine {
    pub(super) async fn on_command(&mut self, command: Command, answer: Option<Answer>) -> Result<(), HubError> {
        let done = |answer: Option<Answer>| {
            if let Some(answer) = answer {
                let _ = answer.send(Ok(Vec::new()));
            }
        };
        match command {
            Command::Quit { detach } => {
                self.leaving = Some(detach);
                if detach {
                    // The run goes on without this process's own screen.
                    self.leave_keyboard(self.keyboard).await;
                }
                done(answer);
                Ok(())
            }
            Command::TakeKeyboard { screen } => {
                self.keyboard = Some(screen);
                self.tell_keyboard().await;
                done(answer);
                Ok(())
            }
            Command::Attach => {
                self.snapshot().await;
                done(answer);
                Ok(())
            }
            Command::StartPreview { port } => {
                self.start_preview(port).await;
                done(answer);
                Ok(())
            }
            Command::StopPreview => {
                self.end_preview().await;
                self.subscribers.send(Update::Preview { url: None, note: Clean::from("preview stopped") }).await;
                done(answer);
                Ok(())
            }
            Command::Rewind { step, aside, who } => self.rewind(step, aside, who, answer).await,
            Command::Fork { step, dir, who } => {
                self.fork(step, dir, who, answer);
                Ok(())
            }
            command => {
                tasks::store_edit(self.run.as_deref(), &command, self.project.blobs())?;
                if matches!(command, Command::Resume { .. }) {
                    self.stuck.clear();
                }
                self.decide(Input::Command(command), answer).await
            }
        }
    }

    pub(super) async fn tell_keyboard(&mut self) {
        self.subscribers.send(Update::Keyboard { screen: self.keyboard }).await;
    }

    /// A screen has gone; if it had the keyboard, the first of the others that asks gets it.
    pub(super) async fn leave_keyboard(&mut self, screen: Option<u32>) {
        if screen.is_some() && self.keyboard == screen {
            self.keyboard = None;
            self.tell_keyboard().await;
        }
    }

    /// A result of work that is under way would be about a state that no longer holds, so there must be none.
    async fn rewind(&mut self, step: StepId, aside: bool, who: Clean, answer: Option<Answer>) -> Result<(), HubError> {
        let Some(run) = &self.run else { return Ok(()) };
        let planned = if self.in_flight.is_empty() {
            back::plan(&self.services.dir, run, step, aside, who).map_err(|error| Refusal(error.to_string()))
        } else {
            Err(Refusal("work is under way: pause the run, then go back".to_owned()))
        };
        match planned {
            Ok(input) => {
                self.stuck.clear();
                self.decide(input, answer).await
            }
            Err(refusal) => self.refuse(refusal, answer).await,
        }
    }

    /// In a task of its own: it copies files, and the run need not wait for that.
    fn fork(&mut self, step: Option<StepId>, target: PathBuf, who: Clean, answer: Option<Answer>) {
        let (dir, port) = (self.services.dir.clone(), self.port.clone());
        tokio::spawn(async move {
            let shown = target.display().to_string();
            let forked = tokio::task::spawn_blocking(move || back::fork(&dir, step, &target, who).map(drop)).await;
            let forked = forked.map_err(|e| e.to_string()).and_then(|r| r.map_err(|e| e.to_string()));
            let (error, text) = match &forked {
                Ok(()) => (false, format!("Forked into {shown}: g1 {shown} opens it.")),
                Err(why) => (true, format!("Not forked: {why}")),
            };
            match answer {
                Some(answer) => drop(answer.send(forked.map(|()| Vec::new()).map_err(Refusal))),
                None => port.show(Update::Notice { error, text: Clean::from(text) }).await,
            }
        });
    }

    pub(super) async fn refuse(&mut self, refusal: Refusal, answer: Option<Answer>) -> Result<(), HubError> {
        match answer {
            Some(answer) => drop(answer.send(Err(refusal))),
            None => {
                let text = Clean::new(&refusal.0);
                self.subscribers.send(Update::Notice { error: true, text }).await;
            }
        }
        Ok(())
    }
}

//! What `update` asked for is carried out: nothing here waits for a disk, a server or an editor; what they come to
//! arrives as another message.

use super::{App, End, Inner};
use crate::{
    domain::{Clean, command::Update},
    term::{jobs, lifecycle, project::Project, tell},
    ui::{Cmd, EditWanted, Msg},
};
use std::io;
use tokio::sync::mpsc;

impl App {
    pub(super) async fn execute(&mut self, cmd: Cmd) {
        match cmd {
            Cmd::Send(command) => {
                // A driver that does not take commands must not freeze the screens.
                if let Some(handle) = &self.handle
                    && let Err(mpsc::error::TrySendError::Full(_)) = handle.commands.try_send(command)
                {
                    self.model.say(true, "The driver is busy and did not take that; try again.");
                }
            }
            Cmd::Start(request) => {
                let (start, tx) = (self.start.clone(), self.tx.clone());
                let started = tokio::spawn(async move {
                    lifecycle::panic_if_asked("task");
                    start(request).await
                });
                tokio::spawn(async move {
                    let bug = || Err("Starting met a bug of G1; the log says more (`g1 doctor` shows where).".into());
                    let _ = tx.send(Inner::Started(started.await.unwrap_or_else(|_| bug()))).await;
                });
            }
            Cmd::LoadBlob(hash) => self.ask(move |project| {
                let bytes = project.blob(&hash).map(Into::into);
                Msg::Blob { hash, bytes }
            }),
            Cmd::LoadPrompt(wanted) => self.ask(move |project| {
                let text = project.prompt(&wanted).map(Clean::from).map_err(Clean::from);
                Msg::Prompt { pack: wanted.pack, text }
            }),
            Cmd::LookAtFiles(run) => self.ask(move |project| Msg::FilesSeen(project.changed(&run))),
            Cmd::PlanChange(wish) => self.ask(move |project| Msg::ChangePlanned(project.change(&wish))),
            Cmd::Export(to) => self.ask(move |project| Msg::Exported(project.export(to.as_deref()))),
            Cmd::Compare(other) => self.ask(move |project| Msg::Compared(project.compare(&other))),
            Cmd::ReadFile(path) => self.work(move || Msg::FileRead(jobs::read_file(&path))),
            Cmd::Attach(path) => self.work(move || Msg::Attached(jobs::attach(&path))),
            Cmd::Highlight { hash, path, text } => self.highlighter.ask(hash, path, text),
            Cmd::Copy(text) => {
                let said = jobs::copy(&text, &mut io::stdout()).await;
                self.model.say(false, said);
            }
            Cmd::Edit(text) => {
                self.away = true;
                lifecycle::restore();
                let tx = self.tx.clone();
                tokio::spawn(async move {
                    let edited = jobs::edit(text, ".md").await;
                    let _ = tx.send(Inner::Edited(Msg::Edited(edited))).await;
                });
            }
            Cmd::EditProposal(wanted) => self.edit_proposal(wanted),
            Cmd::Title(text) => {
                if !std::mem::replace(&mut self.titled, true) {
                    self.tell(tell::KEEP_TITLE);
                }
                self.tell(&tell::title(&text, self.model.setup.caps.unicode));
            }
            Cmd::Notify(text) => {
                let setup = &self.model.setup;
                if let Some(command) = &setup.notify {
                    tell::command(command, &text);
                }
                self.tell(&tell::notification(&text, setup.caps.unicode, setup.bell));
            }
            Cmd::Mouse(on) => self.tell(if on { tell::MOUSE_ON } else { tell::MOUSE_OFF }),
            Cmd::Redraw => self.screen.forget(),
            Cmd::Suspend => self.suspend(),
            Cmd::Quit => self.end = Some(End::Quit),
        }
        self.model.dirty = true;
    }

    /// What may block is done on a thread of its own.
    fn work(&self, job: impl FnOnce() -> Msg + Send + 'static) {
        let tx = self.tx.clone();
        tokio::spawn(async move {
            match tokio::task::spawn_blocking(job).await {
                Ok(msg) => drop(tx.send(Inner::Msg(msg)).await),
                Err(error) => {
                    tracing::error!(%error, "a job of the screens failed");
                    let text = "That met a bug of G1; the log says more (`g1 doctor` shows where).".into();
                    drop(tx.send(Inner::Msg(Msg::Update(Update::Notice { error: true, text }))).await);
                }
            }
        });
    }

    /// The same with the project, if there is one.
    fn ask(&self, job: impl FnOnce(&dyn Project) -> Msg + Send + 'static) {
        let Some(handle) = &self.handle else { return };
        let project = handle.project.clone();
        self.work(move || job(project.as_ref()));
    }

    /// What a gate proposes goes to the editor as a text and comes back as a reply.
    fn edit_proposal(&mut self, wanted: EditWanted) {
        let Some(handle) = &self.handle else { return };
        let (project, tx) = (handle.project.clone(), self.tx.clone());
        self.away = true;
        lifecycle::restore();
        tokio::spawn(async move {
            let EditWanted { gate, digest, parts, kept } = wanted;
            let text = match kept {
                Some(text) => Ok(text),
                None => project.to_edit(&parts),
            };
            let result = match text {
                Ok(text) => jobs::edit(text, ".toml").await.map(|text| {
                    let changed = project.edited(&parts, &text);
                    (text, changed)
                }),
                Err(why) => Err(why),
            };
            let _ = tx.send(Inner::Edited(Msg::ProposalEdited { gate, digest, result })).await;
        });
    }
}

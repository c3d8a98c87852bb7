//! What lies between a workbench and the run it shows: the engine in this process, or another g1 that has the project
//! open. It can change under the screens: when the other g1 goes (it was quit, or had lost its terminal and has come to a
//! gate) this one takes the project over, so that nobody sits before a screen that nothing hears; and a run is opened
//! again when another model shall answer.

use super::{desk::Desk, out::Fail, run};
use crate::{
    config::Config,
    domain::{
        Clean,
        command::{Command, Update},
    },
    driver::{self, Prepared},
    hub::{self, HubError, store::Place},
    models::registry,
    term::Handle,
};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, task::JoinHandle};

/// Engines that were started; the process ends after they have closed their project.
pub type Engines = Arc<Mutex<Vec<JoinHandle<Result<(), HubError>>>>>;

type Line = (mpsc::Sender<Command>, mpsc::Receiver<Update>);

/// How often, and how many times, a project that is being closed is asked for.
const CLOSING: Duration = Duration::from_millis(100);
const PATIENCE: u32 = 100;

/// How projects are opened from a screen that may stay for days: the store's engine must not keep it awake.
pub fn setup_of(config: &Config) -> driver::Setup {
    // Through `/proc/self/exe` it is the same program even when its file was replaced meanwhile.
    let own = if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() };
    let store = own.map_or(Place::Here, Place::Helper);
    driver::Setup { store, ..run::setup(config) }
}

#[derive(Clone)]
pub struct Link {
    dir: PathBuf,
    config: Arc<Config>,
    engines: Engines,
}

impl Link {
    pub fn new(dir: &Path, config: &Arc<Config>, engines: &Engines) -> Self {
        Self { dir: dir.to_owned(), config: Arc::clone(config), engines: Arc::clone(engines) }
    }

    /// A second screen on a live run, or the run itself when nobody has it open.
    pub async fn open(self, model: Option<&str>) -> Result<Handle, Fail> {
        if driver::is_live(&self.dir).await
            && let Ok(line) = driver::attach(&self.dir).await
        {
            return Ok(self.handle(line, false));
        }
        let line = self.own(model).await?;
        Ok(self.handle(line, true))
    }

    /// A run that has just been made.
    pub async fn launch(self, prepared: Prepared) -> Result<Handle, Fail> {
        let line = self.start(prepared).await?;
        Ok(self.handle(line, true))
    }

    async fn own(&self, model: Option<&str>) -> Result<Line, Fail> {
        run::may_ask_its_model(&self.dir, &self.config, model.is_some())?;
        let prepared = driver::reopen(&self.dir, model, &setup_of(&self.config)).await.map_err(|e| run::fail(&e))?;
        self.start(prepared).await
    }

    async fn start(&self, prepared: Prepared) -> Result<Line, Fail> {
        let (handle, engine) = prepared.launch();
        self.engines.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        let updates = handle.subscribe(false).await;
        let updates = updates.ok_or_else(|| Fail::error("the run ended while it was opened"))?;
        Ok((handle.sender(), updates))
    }

    fn handle(self, line: Line, mine: bool) -> Handle {
        let (commands, wishes) = mpsc::channel(64);
        let (screen, updates) = mpsc::channel(256);
        let project = Arc::new(Desk::at(&self.dir, &self.config));
        let folder = Clean::new(&self.dir.display().to_string());
        tokio::spawn(self.serve(line, mine, wishes, screen));
        Handle { commands, updates, project, folder }
    }

    async fn serve(
        self,
        mut line: Line,
        mut mine: bool,
        mut wishes: mpsc::Receiver<Command>,
        screen: mpsc::Sender<Update>,
    ) {
        let say = async |error: bool, text: &str| {
            let _ = screen.send(Update::Notice { error, text: Clean::new(text) }).await;
        };
        loop {
            tokio::select! {
                wish = wishes.recv() => match wish {
                    // Whoever only looks on leaves alone.
                    Some(Command::Quit { .. }) if !mine => {
                        let _ = screen.send(Update::Ended { exit: 0 }).await;
                        return;
                    }
                    Some(Command::UseModel { .. }) if !mine => {
                        say(true, "Another g1 has this project open: change the model there.").await;
                    }
                    Some(Command::UseModel { model, who }) => match self.change_model(&mut line, &model).await {
                        // A name that means nothing, or a key that is missing: nothing was closed.
                        Ok(Some(why)) => say(true, &why).await,
                        Ok(None) => {
                            for command in [Command::UseModel { model, who: who.clone() }, Command::Resume { who }] {
                                let _ = line.0.send(command).await;
                            }
                        }
                        Err(fail) => {
                            say(true, &fail.text).await;
                            // The one from before goes on being there.
                            match self.own(None).await {
                                Ok(before) => line = before,
                                Err(fail) => return drop(screen.send(Update::Ended { exit: fail.code }).await),
                            }
                        }
                    },
                    Some(wish) => drop(line.0.send(wish).await),
                    None => return,
                },
                news = line.1.recv() => match news {
                    None | Some(Update::Ended { .. }) if !mine => match self.take_over().await {
                        Ok((next, owned)) => {
                            (line, mine) = (next, owned);
                            // Reached once more, the other may still be leaving: then this comes round again.
                            if owned {
                                say(false, "The g1 that had this project open has left; this one has it now.").await;
                            }
                        }
                        Err(fail) => {
                            say(true, &fail.text).await;
                            return drop(screen.send(Update::Ended { exit: fail.code }).await);
                        }
                    },
                    Some(news) => {
                        let last = matches!(news, Update::Ended { .. });
                        if screen.send(news).await.is_err() || last {
                            return;
                        }
                    }
                    None => return,
                },
            }
        }
    }

    /// Closes the run and opens it with another model; or says why that one cannot be used.
    async fn change_model(&self, line: &mut Line, model: &str) -> Result<Option<String>, Fail> {
        if let Err(why) = registry::open(model, &self.config.models) {
            return Ok(Some(why.to_string()));
        }
        let _ = line.0.send(Command::Quit { detach: false }).await;
        while let Some(news) = line.1.recv().await {
            if matches!(news, Update::Ended { .. }) {
                break;
            }
        }
        let mut tries = 0;
        *line = loop {
            match self.own(Some(model)).await {
                Ok(next) => break next,
                // The lock goes with the engine, a moment after its last word.
                Err(_) if tries < PATIENCE && hub::writer(&self.dir).is_some() => tries += 1,
                Err(fail) => return Err(fail),
            }
            tokio::time::sleep(CLOSING).await;
        };
        Ok(None)
    }

    /// The project itself, or, when another screen was quicker, that one's run; with whether it is this process's own.
    async fn take_over(&self) -> Result<(Line, bool), Fail> {
        let mut tries = 0;
        loop {
            match self.own(None).await {
                Ok(line) => return Ok((line, true)),
                // What is not a matter of time is not waited for.
                Err(fail) if tries >= PATIENCE || (tries > 0 && hub::writer(&self.dir).is_none()) => return Err(fail),
                Err(_) => tries += 1,
            }
            tokio::time::sleep(CLOSING).await;
            if hub::writer(&self.dir).is_some()
                && let Ok(line) = driver::attach(&self.dir).await
            {
                return Ok((line, false));
            }
        }
    }
}

//! The event loop: signals, keys, news from the driver, deadlines and frames. Nothing wakes it when nothing happens.

mod execute;
mod signals;

use self::signals::{Caught, Signals};
use super::{
    frames::Screen,
    highlighter::Highlighter,
    input::{Incoming, Input},
    jobs,
    lifecycle::{self, Guard},
    project::Project,
    tell,
};
use crate::{
    domain::{
        Clean,
        command::{Command, Update},
    },
    ui::{Looked, Model, Msg, Setup, StartRequest, Welcome, WelcomeInfo, model, report, saved, update},
};
use futures::future::BoxFuture;
use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};

/// Channels to and from the driver, and the project it works on.
pub struct Handle {
    pub commands: mpsc::Sender<Command>,
    pub updates: mpsc::Receiver<Update>,
    pub project: Arc<dyn Project>,
    /// The project folder as people write it.
    pub folder: Clean,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Handle").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Makes (or opens) a project and its driver; the error is shown on the welcome screen.
pub type Start = Arc<dyn Fn(StartRequest) -> BoxFuture<'static, Result<Handle, Clean>> + Send + Sync>;

/// Everything the workbench needs.
pub struct Workbench {
    pub setup: Setup,
    /// `None`: begin with the welcome screen.
    pub handle: Option<Handle>,
    pub welcome: WelcomeInfo,
    /// What the welcome screen learns after its first frame.
    pub later: Option<BoxFuture<'static, Looked>>,
    pub start: Start,
}

impl std::fmt::Debug for Workbench {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workbench").field("setup", &self.setup).finish_non_exhaustive()
    }
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The driver's exit code; 130 after SIGINT, 143 after SIGTERM, 129 when the terminal went away and nothing ran.
    pub exit: u8,
}

#[derive(Debug, thiserror::Error)]
pub enum TermError {
    #[error("the terminal cannot be used for a full screen ({0}); --plain needs nothing of it")]
    Terminal(#[from] io::Error),
}

/// Frames caused by anything but a key come at most this often: words at eleven frames a second read smoothly, and
/// what a frame costs beside its words stays small, on a slow line too.
const FRAME: Duration = Duration::from_millis(90);
/// How long a first frame waits for the state of the run.
const FIRST: Duration = Duration::from_millis(100);
/// How long the driver may take to close the project when the process is told to end.
const CLOSE: Duration = Duration::from_secs(5);
/// Without work in flight, a process without a terminal is gone after this.
const GONE: Duration = Duration::from_millis(1_500);

pub(super) enum Inner {
    Msg(Msg),
    Started(Result<Handle, Clean>),
    /// The editor has closed.
    Edited(Msg),
}

/// Why the loop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Quit,
    Signal(u8),
    /// The terminal is gone; the driver was told to go on alone.
    Detached,
}

/// Wall time that never goes back, from a monotonic clock.
struct Clock {
    wall: jiff::Timestamp,
    start: Instant,
}

impl Clock {
    fn now(&self) -> jiff::Timestamp {
        let gone = jiff::SignedDuration::try_from(self.start.elapsed()).unwrap_or_default();
        self.wall.checked_add(gone).unwrap_or(self.wall)
    }
    fn instant(&self, at: jiff::Timestamp) -> Instant {
        let ahead = at.duration_since(self.wall);
        self.start + Duration::try_from(ahead).unwrap_or_default()
    }
}

struct App {
    model: Model,
    screen: Screen,
    clock: Clock,
    highlighter: Highlighter,
    handle: Option<Handle>,
    start: Start,
    tx: mpsc::Sender<Inner>,
    /// The editor has the terminal: no keys are read, no frames drawn.
    away: bool,
    /// The window has had a title from here.
    titled: bool,
    end: Option<End>,
    drawn_at: Option<Instant>,
    /// The next frame does not wait for the frame rate: a key was pressed.
    urgent: bool,
}

/// Runs the workbench until the person leaves or a signal ends it. The terminal is given back on every way out.
///
/// # Errors
/// The terminal cannot be taken or written.
pub async fn run_workbench(bench: Workbench) -> Result<Outcome, TermError> {
    let mut signals = Signals::new()?;
    let mut input = Input::new()?;
    let size = lifecycle::size()?;
    let guard = Guard::enter()?;
    let clock = Clock { wall: jiff::Timestamp::now(), start: Instant::now() };
    let mut model = Model::new(bench.setup, size, clock.now());
    model.welcome = Welcome::new(bench.welcome);
    if let Some(handle) = &bench.handle {
        model.screen = model::Screen::Work;
        model.setup.folder = handle.folder.clone();
    }
    let (tx, mut rx) = mpsc::channel(64);
    let color = model.setup.caps.depth != crate::ui::theme::Depth::None;
    let highlighter = Highlighter::new(tx.clone());
    let mut app = App {
        highlighter,
        model,
        screen: Screen::new(color),
        clock,
        handle: bench.handle,
        start: bench.start,
        tx,
        away: false,
        titled: false,
        end: None,
        drawn_at: None,
        urgent: true,
    };
    app.recall();
    if let Some(handle) = &mut app.handle
        && let Ok(Some(state)) = tokio::time::timeout(FIRST, handle.updates.recv()).await
    {
        // A first frame with something on it.
        app.news(Some(state)).await;
    }
    let mut later = bench.later;
    let end = loop {
        app.draw()?;
        if let Some(later) = later.take() {
            let tx = app.tx.clone();
            tokio::spawn(async move { tx.send(Inner::Msg(Msg::Looked(later.await))).await });
        }
        if let Some(end) = app.end {
            break end;
        }
        let wake = app.wake();
        tokio::select! {
            biased;
            caught = signals.next() => app.signal(caught).await,
            incoming = input.next(), if !app.away => app.keys(incoming).await,
            Some(inner) = rx.recv() => app.inner(inner).await,
            news = next_update(&mut app.handle) => app.news(news).await,
            () = sleep_until(wake) => app.dispatch(Msg::Tick).await,
        }
    };
    drop(guard);
    finish(app, end).await
}

async fn next_update(handle: &mut Option<Handle>) -> Option<Update> {
    match handle {
        Some(handle) => handle.updates.recv().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// After the terminal is given back: the last words, and what the driver still has to do.
async fn finish(mut app: App, end: End) -> Result<Outcome, TermError> {
    // The place of whoever only looked on is not the one to come back to.
    if let (Some(handle), Some(screens)) = (&app.handle, saved::of(&app.model).filter(|_| !app.model.watching)) {
        handle.project.remember(&screens);
    }
    if let (End::Signal(_), Some(handle)) = (end, &app.handle) {
        let _ = handle.commands.send(Command::Quit { detach: false }).await;
    }
    let wait = match end {
        End::Quit => Duration::ZERO,
        End::Signal(_) => CLOSE,
        End::Detached if app.model.is_working() => Duration::from_secs(60 * 60 * 24),
        End::Detached => GONE,
    };
    let until = Instant::now() + wait;
    while app.model.ended.is_none() && app.handle.is_some() {
        match tokio::time::timeout_at(until, next_update(&mut app.handle)).await {
            Ok(Some(Update::Ended { exit })) => app.model.ended = Some(exit),
            Ok(Some(_)) => {}
            Ok(None) | Err(_) => break,
        }
    }
    let exit = match end {
        End::Signal(code) => code,
        End::Quit => app.model.ended.unwrap_or(0),
        End::Detached => app.model.ended.unwrap_or(129),
    };
    if end != End::Detached {
        let mut out = io::stdout().lock();
        for line in report::farewell(&app.model) {
            // The terminal may be gone by now; there is nobody left to tell.
            let _ = writeln!(out, "{line}");
        }
        let _ = out.flush();
    }
    Ok(Outcome { exit })
}

impl App {
    async fn dispatch(&mut self, msg: Msg) {
        if matches!(msg, Msg::Key { .. }) {
            lifecycle::panic_if_asked("update");
        }
        let now = self.clock.now();
        for cmd in update(&mut self.model, msg, now) {
            self.execute(cmd).await;
        }
    }

    /// What was on the screens when they were left here last.
    fn recall(&mut self) {
        self.model.recalled = self.handle.as_ref().and_then(|h| h.project.remembered()).and_then(|s| saved::read(&s));
    }

    /// Bytes beside the frames. A terminal that does not take them shows so with the next frame.
    fn tell(&self, bytes: &[u8]) {
        if !self.away {
            let mut out = io::stdout().lock();
            let _ = out.write_all(bytes).and_then(|()| out.flush());
        }
    }

    fn suspend(&mut self) {
        if self.away {
            return;
        }
        lifecycle::restore();
        jobs::suspend();
        self.come_back();
    }

    /// The terminal is ours again; what it shows is not known.
    fn come_back(&mut self) {
        self.away = false;
        if lifecycle::take().is_err() {
            self.end = Some(End::Detached);
        }
        if self.model.mouse {
            self.tell(tell::MOUSE_ON);
        }
        self.screen.forget();
        self.urgent = true;
        self.model.dirty = true;
    }

    async fn signal(&mut self, caught: Caught) {
        match caught {
            // The editor shares the terminal's interrupt key; it is meant for the editor then.
            Caught::Interrupt if self.away => {}
            Caught::Interrupt => self.end = Some(End::Signal(130)),
            Caught::Terminate => self.end = Some(End::Signal(143)),
            Caught::Hangup => self.detach().await,
            Caught::Stop => self.suspend(),
            Caught::Continue if !self.away => self.come_back(),
            Caught::Continue => {}
            Caught::Resize => self.resize().await,
        }
    }

    async fn detach(&mut self) {
        if let Some(handle) = &self.handle {
            let _ = handle.commands.try_send(Command::Quit { detach: true });
        }
        self.end = Some(End::Detached);
    }

    async fn resize(&mut self) {
        if let Ok((width, height)) = lifecycle::size()
            && (width, height) != self.model.size
        {
            self.dispatch(Msg::Resize(width, height)).await;
        }
    }

    async fn keys(&mut self, incoming: Vec<Incoming>) {
        self.urgent = true;
        for event in incoming {
            match event {
                Incoming::Key { key, burst } => self.dispatch(Msg::Key { key, burst }).await,
                Incoming::Paste(text) => self.dispatch(Msg::Paste(text)).await,
                Incoming::Mouse(mouse) => self.dispatch(Msg::Mouse(mouse)).await,
                Incoming::Hangup => self.detach().await,
            }
        }
    }

    async fn inner(&mut self, inner: Inner) {
        match inner {
            Inner::Msg(msg) => self.dispatch(msg).await,
            Inner::Started(Ok(handle)) => {
                self.model.setup.folder = handle.folder.clone();
                self.handle = Some(handle);
                self.recall();
                self.dispatch(Msg::Started(Ok(()))).await;
            }
            Inner::Started(Err(why)) => self.dispatch(Msg::Started(Err(why))).await,
            Inner::Edited(msg) => {
                self.come_back();
                self.resize().await;
                self.dispatch(msg).await;
            }
        }
    }

    /// News from the driver; of several states that waited only the newest is shown.
    async fn news(&mut self, first: Option<Update>) {
        let Some(first) = first else {
            self.handle = None;
            self.dispatch(Msg::DriverGone).await;
            return;
        };
        let mut batch = vec![first];
        while batch.len() < 256
            && let Some(handle) = &mut self.handle
            && let Ok(more) = handle.updates.try_recv()
        {
            batch.push(more);
        }
        let newest = batch.iter().rposition(|u| matches!(u, Update::Run(_)));
        for (i, change) in batch.into_iter().enumerate() {
            if !matches!(change, Update::Run(_)) || Some(i) == newest {
                self.dispatch(Msg::Update(change)).await;
            }
        }
    }

    /// When to wake up without an event: a deadline of the model, or a frame held back by the frame rate.
    fn wake(&self) -> Option<Instant> {
        let deadline = self.model.deadline().map(|at| self.clock.instant(at));
        let held = match (self.model.dirty && !self.away, self.drawn_at) {
            (true, Some(at)) => Some(at + FRAME),
            (true, None) => Some(Instant::now()),
            (false, _) => None,
        };
        match (deadline, held) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    fn draw(&mut self) -> io::Result<()> {
        if !self.model.dirty || self.away || self.end == Some(End::Detached) {
            return Ok(());
        }
        if !self.urgent && self.drawn_at.is_some_and(|at| at.elapsed() < FRAME) {
            return Ok(());
        }
        // The size at the time of drawing counts: events may be late.
        if let Ok(size) = lifecycle::size()
            && size != self.model.size
            && size.0 > 0
        {
            let now = self.clock.now();
            let _ = update(&mut self.model, Msg::Resize(size.0, size.1), now);
        }
        self.model.dirty = false;
        lifecycle::panic_if_asked("draw");
        let shown = match self.screen.draw(&self.model, &mut io::stdout().lock()) {
            Ok(shown) => shown,
            Err(_) => {
                // A terminal that cannot be written is gone.
                self.end = Some(End::Detached);
                if let Some(handle) = &self.handle {
                    let _ = handle.commands.try_send(Command::Quit { detach: true });
                }
                return Ok(());
            }
        };
        self.urgent = false;
        self.drawn_at = Some(Instant::now());
        let now = self.clock.now();
        let _ = update(&mut self.model, Msg::Drawn(shown), now);
        Ok(())
    }
}

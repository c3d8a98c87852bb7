//! The whole state of the screens. No clock, environment, file or channel in here.

use super::{
    Caps, Look,
    key::Key,
    keymap::{Context, Keymap},
    msg::Cmd,
    overlay::Overlay,
    panes::{Pane, chat::ChatState, code::CodeState, hub::HubState, timeline::TimelineState},
    saved::Saved,
    status::{Changed, Statuses},
    text::{highlight::Highlights, stream::Stream},
    theme::{Sources, Theme},
    welcome::Welcome,
    widgets::input::Draft,
};
use crate::domain::{AssumptionId, Clean, GateId, Hash, StepId, command::Command, run::Gate, run::Run};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Input,
    Panes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    Welcome,
    Work,
}

/// A line for the person, shown above the input until something newer or a key replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub error: bool,
    pub text: Clean,
    /// When it goes by itself; errors stay until a key.
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PreviewState {
    pub url: Option<String>,
    pub note: Clean,
}

/// How the workbench is set up; everything the screens know from outside.
#[derive(Debug, Clone)]
pub struct Setup {
    pub caps: Caps,
    pub theme: String,
    /// Themes of the person, by name.
    pub themes: Sources,
    pub keymap: Keymap,
    /// What was wrong with the person's theme or key map; the defaults are in force instead.
    pub warnings: Vec<Clean>,
    /// Begin with the mouse taken.
    pub mouse: bool,
    /// The person's own command for notifications.
    pub notify: Option<String>,
    /// Ring the terminal's bell with a notification.
    pub bell: bool,
    /// Who decides here: recorded with every decision.
    pub who: Clean,
    /// This machine, for the `ssh -L` line.
    pub host: Clean,
    /// The project folder as people write it.
    pub folder: Clean,
    /// The number of this screen among those of the run.
    pub screen: u32,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            caps: Caps::default(),
            theme: "default".into(),
            themes: Sources::default(),
            keymap: Keymap::default(),
            warnings: Vec::new(),
            mouse: false,
            notify: None,
            bell: true,
            who: "you".into(),
            host: "host".into(),
            folder: ".".into(),
            screen: 1,
        }
    }
}

#[derive(Debug)]
pub struct Model {
    pub setup: Setup,
    pub look: Look,
    pub keymap: Keymap,
    /// Keys pressed that begin longer ones.
    pub pending: Vec<Key>,
    pub size: (u16, u16),
    pub now: Timestamp,
    pub screen: Screen,
    pub welcome: Welcome,
    pub run: Option<Arc<Run>>,
    pub statuses: Statuses,
    /// Files of the run that are no longer as it wrote them.
    pub changed: Changed,
    pub focus: Focus,
    pub pane: Pane,
    /// The pane beside the chat on a middle-sized screen.
    pub side: Pane,
    pub zoom: bool,
    pub draft: Draft,
    pub hub: HubState,
    pub chat: ChatState,
    pub timeline: TimelineState,
    pub code: CodeState,
    pub overlays: Vec<Overlay>,
    pub gates: GateDesk,
    pub streams: BTreeMap<StepId, Stream>,
    pub progress: BTreeMap<Option<StepId>, Clean>,
    /// When each step at work was last heard of.
    pub heard: BTreeMap<StepId, Timestamp>,
    /// Prompts as they were sent, by the blob of their pack; asked for by the inspector.
    pub prompts: BTreeMap<Hash, Result<Clean, Clean>>,
    /// The mouse is ours.
    pub mouse: bool,
    /// The window title that was set last.
    pub titled: String,
    /// How often the look has changed: lines painted before are no longer right.
    pub styled: u64,
    pub notice: Option<Notice>,
    /// From the last time the screens were here, until the run is on them.
    pub recalled: Option<Saved>,
    pub preview: PreviewState,
    /// Another screen has the keyboard.
    pub watching: bool,
    pub blobs: Blobs,
    pub highlights: Highlights,
    pub last_key: Option<Timestamp>,
    /// When the driver was asked to end; a second quit does not wait for it.
    pub quitting: Option<Timestamp>,
    pub ended: Option<u8>,
    /// Something changed that a frame should show.
    pub dirty: bool,
}

/// What was done about the gates here.
#[derive(Debug, Clone, Default)]
pub struct GateDesk {
    /// Closed with Esc: stays announced, is not opened again by itself.
    pub put_off: BTreeSet<(GateId, Hash)>,
    /// Decided here; the run has not said so yet.
    pub sent: BTreeSet<(GateId, Hash)>,
    /// What a person noted on lines of a diff, for the words that ask for changes.
    pub remarks: BTreeMap<(GateId, Hash), Vec<String>>,
    /// Texts of edited proposals that could not be taken: `e` opens them again.
    pub edits: BTreeMap<(GateId, Hash), String>,
    /// Announced to somebody who may not be looking; the end of the run too.
    pub announced: BTreeSet<(GateId, Hash)>,
    pub end_announced: bool,
    /// Wholly on screen and focused for long enough: may be decided, also by words.
    pub read: BTreeSet<(GateId, Hash)>,
    /// The question that was answered last: the next card begins there.
    pub answered: Option<AssumptionId>,
}

/// Milliseconds a gate card must have been wholly seen and focused before a key decides.
pub const GATE_GUARD: SignedDuration = SignedDuration::from_millis(300);
/// Seconds without a key before a card opens by itself.
pub const QUIET: SignedDuration = SignedDuration::from_secs(2);
/// Somebody who pressed no key for so long may be looking elsewhere.
pub const AWAY: SignedDuration = SignedDuration::from_secs(5);
/// How long a notice stays.
pub const NOTICE: SignedDuration = SignedDuration::from_secs(6);
/// How long a quit waits for the driver.
pub const QUIT_WAIT: SignedDuration = SignedDuration::from_secs(5);

impl Model {
    #[must_use]
    pub fn new(setup: Setup, size: (u16, u16), now: Timestamp) -> Self {
        let (look, wrong) = match Theme::load(&setup.theme, &setup.themes, setup.caps.depth) {
            Ok(theme) => (Look::of(theme, setup.caps), None),
            Err(wrong) => (Look::new("default", setup.caps), Some(Clean::from(wrong.to_string()))),
        };
        let warnings: Vec<String> = setup.warnings.iter().chain(&wrong).map(ToString::to_string).collect();
        let notice = (!warnings.is_empty()).then(|| Notice {
            error: true,
            text: format!("{}. The defaults are used.", warnings.join("; ")).into(),
            until: None,
        });
        Self {
            look,
            keymap: setup.keymap.clone(),
            setup,
            pending: Vec::new(),
            size,
            now,
            screen: Screen::Welcome,
            welcome: Welcome::default(),
            run: None,
            statuses: Statuses::default(),
            changed: Changed::new(),
            focus: Focus::Input,
            pane: Pane::Chat,
            side: Pane::Hub,
            zoom: false,
            draft: Draft::default(),
            hub: HubState::default(),
            chat: ChatState::default(),
            timeline: TimelineState::default(),
            code: CodeState::default(),
            overlays: Vec::new(),
            gates: GateDesk::default(),
            streams: BTreeMap::new(),
            progress: BTreeMap::new(),
            heard: BTreeMap::new(),
            prompts: BTreeMap::new(),
            mouse: false,
            titled: String::new(),
            styled: 0,
            notice,
            recalled: None,
            preview: PreviewState::default(),
            watching: false,
            blobs: Blobs::default(),
            highlights: Highlights::default(),
            last_key: None,
            quitting: None,
            ended: None,
            dirty: true,
        }
    }

    /// Where the next key goes.
    #[must_use]
    pub fn context(&self) -> Context {
        match self.overlays.last() {
            Some(Overlay::Gate(_)) => Context::Gate,
            Some(Overlay::Pager(_)) => Context::Pager,
            Some(Overlay::Prompt(_)) => Context::Prompt,
            Some(Overlay::Palette(_)) => Context::Palette,
            Some(Overlay::Confirm(_)) => Context::Confirm,
            None if self.screen == Screen::Welcome => Context::Welcome,
            None if self.focus == Focus::Panes => Context::Panes,
            None if self.draft.is_empty() => Context::EmptyInput,
            None => Context::Input,
        }
    }

    /// The gate that waits for a person here, oldest first.
    #[must_use]
    pub fn waiting_gate(&self) -> Option<&Gate> {
        let run = self.run.as_deref()?;
        run.open_gates().find(|g| !self.gates.sent.contains(&(g.id, g.digest.clone())))
    }

    /// When `Msg::Tick` is wanted next; `None` when nothing on the screen changes by itself.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut want = |at: Timestamp| next = Some(next.map_or(at, |n| n.min(at)));
        if let Some(Overlay::Gate(card)) = self.overlays.last()
            && let Some(since) = card.complete_since
            && since + GATE_GUARD > self.now
        {
            want(since + GATE_GUARD);
        }
        if let Some(at) = super::update::gate::opens_at(self)
            && at > self.now
        {
            want(at);
        }
        if self.is_working() {
            // Elapsed times are shown in whole seconds.
            want(Timestamp::from_second(self.now.as_second() + 1).unwrap_or(self.now));
        }
        if let Some(at) = self.notice.as_ref().and_then(|n| n.until) {
            want(at.max(self.now));
        }
        if let Some(at) = self.quitting {
            want(at + QUIT_WAIT);
        }
        next
    }

    /// True while something runs whose elapsed time is on screen.
    #[must_use]
    pub fn is_working(&self) -> bool {
        use crate::domain::run::{RunStatus, StepState};
        self.run.as_deref().is_some_and(|run| {
            matches!(run.status, RunStatus::Running)
                && run
                    .steps
                    .iter()
                    .any(|s| matches!(s.state, StepState::Working | StepState::Checking | StepState::Committing))
        })
    }

    pub fn say(&mut self, error: bool, text: impl Into<Clean>) {
        let until = (!error).then(|| self.now + NOTICE);
        self.notice = Some(Notice { error, text: text.into(), until });
        self.dirty = true;
    }

    /// The key people press for an action now, as text.
    #[must_use]
    pub fn key(&self, context: Context, action: super::Action) -> String {
        self.keymap.key_for(context, action).map_or_else(String::new, ToString::to_string)
    }

    /// Asks for a blob's text once; `None` until it has come.
    pub fn want_blob(&mut self, hash: &Hash, cmds: &mut Vec<Cmd>) {
        if self.blobs.request(hash) {
            cmds.push(Cmd::LoadBlob(hash.clone()));
        }
    }

    #[must_use]
    pub fn decide(gate: &Gate, verb: crate::domain::run::Verb, who: &Clean) -> Cmd {
        Cmd::Send(Command::Decide { gate: gate.id, digest: gate.digest.clone(), verb, who: who.clone() })
    }
}

/// Texts of blobs, the newest few megabytes of them.
#[derive(Debug, Default)]
pub struct Blobs {
    texts: BTreeMap<Hash, Option<Arc<str>>>,
    asked: BTreeSet<Hash>,
    order: VecDeque<Hash>,
    bytes: usize,
}

const BLOB_BYTES: usize = 8 << 20;

impl Blobs {
    /// True when it must be loaded.
    fn request(&mut self, hash: &Hash) -> bool {
        !self.texts.contains_key(hash) && self.asked.insert(hash.clone())
    }
    pub fn arrived(&mut self, hash: Hash, bytes: Option<&[u8]>) {
        self.asked.remove(&hash);
        let text = bytes.map(|b| Arc::<str>::from(Clean::from_bytes(b).as_str()));
        self.bytes += text.as_ref().map_or(0, |t| t.len());
        if self.texts.insert(hash.clone(), text).is_none() {
            self.order.push_back(hash);
        }
        while self.bytes > BLOB_BYTES && self.order.len() > 1 {
            if let Some(old) = self.order.pop_front()
                && let Some(Some(text)) = self.texts.remove(&old)
            {
                self.bytes = self.bytes.saturating_sub(text.len());
            }
        }
    }
    /// `None`: not here (yet). `Some(None)`: it does not exist.
    #[must_use]
    pub fn get(&self, hash: &Hash) -> Option<Option<&Arc<str>>> {
        self.texts.get(hash).map(Option::as_ref)
    }
    #[must_use]
    pub fn text(&self, hash: &Hash) -> Option<&Arc<str>> {
        self.get(hash).flatten()
    }
}

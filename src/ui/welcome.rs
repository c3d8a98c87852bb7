//! The welcome screen: what should be built, where, with which model.

use super::widgets::input::Draft;
use crate::domain::{Clean, attachment::Attachment, plan::PlanVariant, run::GateMode};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChoice {
    /// `offline`, `openai/gpt-…`: what `--model` takes; `openai/` alone: which of its models is still to be said.
    pub spec: String,
    pub note: Clean,
    /// False: shown, but cannot be chosen (no key, no server).
    pub usable: bool,
    /// What its server says it has, in a line, where which of its models is still to be said.
    pub names: Clean,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub name: Clean,
    pub ok: bool,
    pub optional: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub folder: String,
    pub note: Clean,
}

/// What takes longer to find out than the first frame may wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    pub needs: Vec<Need>,
    pub recent: Vec<Recent>,
    /// Models of servers on this machine.
    pub models: Vec<ModelChoice>,
}

/// What the rim found out before the first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WelcomeInfo {
    pub models: Vec<ModelChoice>,
    /// Index of the model chosen by flag or configuration.
    pub model: usize,
    pub needs: Vec<Need>,
    /// Where the project goes; empty: a new folder named after the requirement.
    pub folder: String,
    /// The folder that G1 was started for: what is there is changed where that is wished.
    pub here: String,
    pub folder_note: Clean,
    pub recent: Vec<Recent>,
    /// A requirement to start from, such as a file named on the command line.
    pub requirement: String,
    pub plan: PlanVariant,
    pub gates: GateMode,
}

impl Default for WelcomeInfo {
    fn default() -> Self {
        Self {
            models: Vec::new(),
            model: 0,
            needs: Vec::new(),
            here: String::new(),
            folder: String::new(),
            folder_note: Clean::default(),
            recent: Vec::new(),
            requirement: String::new(),
            plan: PlanVariant::Lean,
            gates: GateMode::Step,
        }
    }
}

/// A text as it came, while what is shown is still what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    shown: String,
    bytes: String,
}

/// When people may be asked.
pub const ASKS: [(GateMode, &str); 4] = [
    (GateMode::Step, "after every step"),
    (GateMode::Phase, "phase ends"),
    (GateMode::Plan, "plan and result"),
    (GateMode::Risk, "only if red"),
];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field {
    #[default]
    Requirement,
    Model,
    Ask,
    Folder,
    Recent,
}

#[derive(Debug, Clone, Default)]
pub struct Welcome {
    pub info: WelcomeInfo,
    pub draft: Draft,
    pub original: Option<Original>,
    /// The document that the text was read out of, and where it lies.
    pub document: Option<(String, Attachment)>,
    /// Files that go with it.
    pub beside: Vec<(String, Attachment)>,
    /// What the model is called at the provider that is chosen.
    pub name: Draft,
    pub folder: Draft,
    pub field: Field,
    pub recent: usize,
    /// The software in the folder is to be changed, in place of something new.
    pub existing: bool,
    /// The start was asked for; keys wait for the answer.
    pub starting: bool,
}

/// The text `/example` fills in: every sentence of it can be proven offline.
pub const EXAMPLE: &str = "Build a reading club site with user accounts. Members sign up with an email address and a \
password. A member can add a book with a title, an author and a number of pages. The title is required. Every member \
can comment on a book. Books can be searched by title. A member can delete only their own books. There is no chat.";

impl Welcome {
    #[must_use]
    pub fn new(info: WelcomeInfo) -> Self {
        let mut welcome = Self::default();
        welcome.draft.set(&info.requirement);
        welcome.folder.set(&info.folder);
        welcome.info = info;
        welcome
    }
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::Requirement];
        if self.info.models.len() > 1 {
            fields.push(Field::Model);
        }
        fields.extend([Field::Ask, Field::Folder]);
        if !self.info.recent.is_empty() {
            fields.push(Field::Recent);
        }
        fields
    }
    pub fn step_field(&mut self, forward: bool) {
        let fields = self.fields();
        let at = fields.iter().position(|f| *f == self.field).unwrap_or(0);
        let next = if forward { at + 1 } else { at + fields.len() - 1 };
        self.field = fields[next % fields.len()];
    }
    /// Moves among models or recent projects; false when the field has no choices.
    pub fn choose(&mut self, forward: bool) -> bool {
        let turn = |at: usize, len: usize| if forward { (at + 1) % len } else { (at + len - 1) % len };
        match self.field {
            Field::Model if !self.info.models.is_empty() => {
                let len = self.info.models.len();
                for _ in 0..len {
                    self.info.model = turn(self.info.model, len);
                    if self.info.models[self.info.model].usable {
                        break;
                    }
                }
                true
            }
            Field::Ask => {
                let at = ASKS.iter().position(|(g, _)| *g == self.info.gates).unwrap_or(0);
                self.info.gates = ASKS[turn(at, ASKS.len())].0;
                true
            }
            Field::Recent if !self.info.recent.is_empty() => {
                self.recent = turn(self.recent, self.info.recent.len());
                true
            }
            _ => false,
        }
    }
    /// Servers were found. What is chosen stays chosen, a name that is being typed stays too, and what is there already is
    /// not there twice.
    pub fn found(&mut self, models: Vec<ModelChoice>) {
        for model in models {
            let provider = model.spec.split_inclusive('/').next().unwrap_or_default();
            match self.info.models.iter().position(|known| known.spec == model.spec || known.spec == provider) {
                None => self.info.models.push(model),
                Some(at) if !self.info.models[at].spec.ends_with('/') => {}
                Some(at) if at == self.info.model && !self.name.is_empty() => self.info.models[at].names = model.names,
                Some(at) => self.info.models[at] = model,
            }
        }
    }
    /// Takes a text over whole: line ends, BOM and all stay what they are as long as nothing is changed here.
    pub fn take_over(&mut self, text: &str) {
        self.draft.set(&Clean::new(&text.replace("\r\n", "\n")));
        self.document = None;
        self.original = Some(Original { shown: self.draft.text(), bytes: text.to_owned() });
        self.field = Field::Requirement;
    }
    /// The requirement byte for byte: as it came, or as it was written here.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let text = self.draft.text();
        match &self.original {
            Some(original) if original.shown == text => original.bytes.clone().into_bytes(),
            _ => text.into_bytes(),
        }
    }
    /// What of the text cannot be seen here but is kept.
    #[must_use]
    pub fn kept(&self) -> Option<String> {
        let original = self.original.as_ref().filter(|o| o.bytes != o.shown && o.shown == self.draft.text())?;
        let mut kept = Vec::new();
        if original.bytes.starts_with('\u{feff}') {
            kept.push("BOM");
        }
        if original.bytes.contains("\r\n") {
            kept.push("CRLF");
        }
        let what = if kept.is_empty() { "kept byte for byte".into() } else { format!("{} kept", kept.join(" and ")) };
        Some(what)
    }
    /// A provider is chosen, and which of its models is the person's to say.
    #[must_use]
    pub fn asks_name(&self) -> bool {
        self.info.models.get(self.info.model).is_some_and(|m| m.spec.ends_with('/'))
    }
    /// What `--model` would be; without a name behind a provider it is not a model yet.
    #[must_use]
    pub fn model(&self) -> String {
        let spec = self.info.models.get(self.info.model).map_or_else(|| "offline".into(), |m| m.spec.clone());
        if self.asks_name() { spec + self.name.text().trim() } else { spec }
    }
    /// The text of the requirement, and the file that its last line names with `/attach`.
    #[must_use]
    pub fn attach_line(&self) -> Option<(String, String)> {
        let text = self.draft.text();
        let (before, last) = text.rsplit_once('\n').unwrap_or(("", &text));
        let path = last.trim().strip_prefix("/attach ")?.trim();
        (!path.is_empty()).then(|| (before.to_owned(), path.to_owned()))
    }
}

//! Files that came with the requirement, stored as they are.

use super::{Clean, Hash};
use serde::{Deserialize, Serialize};

/// What a file is to the requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The requirement's text was read out of it.
    Original,
    /// It lies beside the requirement: a sketch, a table, an interface's description.
    Beside,
}

/// A file that came with the requirement; its content is the blob `sha256`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its file name, unique among the attachments of a run.
    pub name: String,
    pub sha256: Hash,
    pub bytes: u64,
    pub role: Role,
    /// It is UTF-8 text.
    pub text: bool,
    /// What read the requirement's text out of it, with its version.
    #[serde(default)]
    pub reader: Option<Clean>,
    /// What that could not read of it.
    #[serde(default)]
    pub unread: Vec<Clean>,
}

impl Attachment {
    /// Why no persona is given it; `None`: those who read the requirement are given its text.
    #[must_use]
    pub fn not_read(&self, model: &str) -> Option<&'static str> {
        match self.role {
            Role::Original => Some("kept as it came; its text is the requirement"),
            Role::Beside if !self.text => Some("not read: it is not text, and no model is shown anything else"),
            Role::Beside if super::run::is_offline(model) => {
                Some("not read: the offline engine reads the requirement only")
            }
            Role::Beside => None,
        }
    }

    /// `sketch.png  12345 bytes  not read: …`
    #[must_use]
    pub fn line(&self, model: &str) -> String {
        let read = self.not_read(model).unwrap_or("given to the personas that read the requirement");
        let mut line = format!("{}, {} bytes: {read}", Clean::new(&self.name).one_line(80), self.bytes);
        for unread in &self.unread {
            line.push_str("; ");
            line.push_str(unread);
        }
        line
    }
}

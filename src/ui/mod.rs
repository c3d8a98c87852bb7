//! The screens, pure: `update` turns messages into a new model and commands, `view` paints the model. Neither knows a
//! clock, a file, a channel or a terminal; `term` and `plain` are the rims that do.

pub mod action;
pub mod key;
pub mod keymap;
pub mod model;
pub mod msg;
pub mod overlay;
pub mod panes;
pub mod report;
pub mod saved;
pub mod status;
pub mod text;
pub mod theme;
pub mod update;
pub mod view;
pub mod welcome;
pub mod widgets;

pub use action::Action;
pub use key::{Code, Key};
pub use model::{Model, Setup};
pub use msg::{Cmd, EditWanted, FileText, Mouse, MouseKind, Msg, PromptWanted, Shown, StartRequest, Wish};
pub use theme::{Caps, Look};
pub use update::update;
pub use view::{Cache, view};
pub use welcome::{Looked, ModelChoice, Need, Recent, Welcome, WelcomeInfo};

//! The only code that touches the terminal: taking and giving it back, keys, signals, frames, clipboard, editor. The
//! screens themselves are pure and live in `ui`.

mod app;
mod caps;
mod encode;
mod frames;
mod highlighter;
mod input;
mod jobs;
pub mod lifecycle;
mod parser;
mod project;
pub mod secret;
mod tell;

pub use app::{Handle, Outcome, Start, TermError, Workbench, run_workbench};
pub use caps::{ColorChoice, Env, detect, full_screen, process_env};
pub use frames::Screen;
pub use jobs::keep_private;
pub use parser::{Event, Parser};
pub use project::Project;

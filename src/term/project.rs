//! What the screens ask of the project on disk. All of it may block; the rim calls it on a thread of its own.

use crate::{
    domain::{
        Clean, Hash, StepId,
        change::Change,
        run::{EditPart, Run},
    },
    ui::{PromptWanted, Wish, status::Changed},
};

pub trait Project: Send + Sync {
    /// A blob, verified; `None` when there is none.
    fn blob(&self, hash: &Hash) -> Option<Vec<u8>>;

    /// The prompt of a step, made again from its stored pack.
    ///
    /// # Errors
    /// Why it cannot be.
    fn prompt(&self, wanted: &PromptWanted) -> Result<String, String>;

    /// Those files of the run that are not as it wrote them, or gone.
    fn changed(&self, run: &Run) -> Changed;

    /// A wish about a finished run as clauses, when its model can work on the new whole.
    ///
    /// # Errors
    /// Why not.
    fn change(&self, wish: &Wish) -> Result<Change, Clean>;

    /// The whole run as one bundle, to this path or beside the project; says where it is.
    ///
    /// # Errors
    /// Why it cannot be written there.
    fn export(&self, to: Option<&str>) -> Result<Clean, Clean>;

    /// This run and that of another folder side by side, as lines.
    ///
    /// # Errors
    /// There is no run to compare with.
    fn compare(&self, other: &str) -> Result<Clean, Clean>;

    /// What the screens were like when they were left here, if they were.
    fn remembered(&self) -> Option<String>;

    /// Keeps what the screens are like, for the next time.
    fn remember(&self, screens: &str);

    /// What a gate proposes as a text to edit.
    ///
    /// # Errors
    /// Why it cannot be.
    fn to_edit(&self, parts: &[EditPart]) -> Result<String, Clean>;

    /// The step whose reply the edited text says otherwise, and the reply; `None` when nothing was changed.
    ///
    /// # Errors
    /// Where the text does not have the agreed form.
    fn edited(&self, parts: &[EditPart], text: &str) -> Result<Option<(StepId, String)>, Clean>;
}

//! Frames: painted into a buffer, compared with what the terminal shows, written in one piece inside a synchronized
//! update. A frame without a difference writes nothing.

use crate::ui::{Cache, Model, Shown, view};
use crossterm::{
    cursor::{Hide, MoveTo, Show},
    queue,
    terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate},
};
use ratatui::{
    backend::{Backend, CrosstermBackend},
    buffer::Buffer,
    layout::{Position, Rect},
};
use std::io::{self, Write};

#[derive(Debug, Default)]
pub struct Screen {
    /// What the terminal shows; `None` when that is not known.
    shown: Option<Buffer>,
    cursor: Option<Position>,
    cache: Cache,
}

impl Screen {
    /// What is on the terminal is not known any more: the next frame draws everything.
    pub fn forget(&mut self) {
        self.shown = None;
    }

    /// Paints the model and writes what changed.
    ///
    /// # Errors
    /// The terminal could not be written.
    pub fn draw(&mut self, model: &Model, out: &mut impl Write) -> io::Result<Shown> {
        let area = Rect::new(0, 0, model.size.0, model.size.1);
        let mut next = Buffer::empty(area);
        let frame = view(model, &mut self.cache, &mut next);
        let fresh = self.shown.as_ref().is_none_or(|b| *b.area() != area);
        let before = if fresh { Buffer::empty(area) } else { self.shown.take().unwrap_or_default() };
        let changes = before.diff(&next);
        if fresh || !changes.is_empty() || frame.cursor != self.cursor {
            let mut bytes = Vec::with_capacity(4096);
            queue!(bytes, BeginSynchronizedUpdate)?;
            if fresh || !changes.is_empty() {
                queue!(bytes, Hide)?;
            }
            if fresh {
                queue!(bytes, Clear(ClearType::All))?;
            }
            if !changes.is_empty() {
                CrosstermBackend::new(&mut bytes).draw(changes.into_iter())?;
            }
            match frame.cursor {
                Some(p) => queue!(bytes, MoveTo(p.x, p.y), Show)?,
                None => queue!(bytes, Hide)?,
            }
            queue!(bytes, EndSynchronizedUpdate)?;
            out.write_all(&bytes)?;
            out.flush()?;
        }
        self.shown = Some(next);
        self.cursor = frame.cursor;
        Ok(frame.shown)
    }
}

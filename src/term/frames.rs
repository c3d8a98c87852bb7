//! Frames: painted into a buffer, compared with what the terminal shows, written in one piece inside a synchronized
//! update. A frame without a difference writes nothing.

use super::encode::Encoder;
use crate::ui::{Cache, Model, Shown, view};
use ratatui::{buffer::Buffer, layout::Rect};
use std::io::{self, Write};

#[derive(Debug)]
pub struct Screen {
    /// What the terminal shows; `None` when that is not known.
    shown: Option<Buffer>,
    /// The buffer before that, painted again.
    spare: Buffer,
    encoder: Encoder,
    cache: Cache,
}

impl Screen {
    /// Colours are written only with `color`.
    #[must_use]
    pub fn new(color: bool) -> Self {
        Self { shown: None, spare: Buffer::default(), encoder: Encoder::new(color), cache: Cache::default() }
    }

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
        let mut next = std::mem::take(&mut self.spare);
        next.resize(area);
        next.reset();
        let frame = view(model, &mut self.cache, &mut next);
        let before = self.shown.take().filter(|b| *b.area() == area);
        let bytes = self.encoder.frame(before.as_ref(), &next, frame.cursor);
        if !bytes.is_empty() {
            out.write_all(&bytes)?;
            out.flush()?;
        }
        self.spare = before.unwrap_or_default();
        self.shown = Some(next);
        Ok(frame.shown)
    }
}

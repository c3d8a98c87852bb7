//! Where things are, from the size alone (design 5.5). `update` uses the same answer, so pages and clicks agree with the picture.

use crate::domain::plan::Phase;
use crate::ui::{Model, model::Screen, overlay::Overlay, panes::Pane};
use ratatui::layout::Rect;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Smaller than 40×10: a card, while the run goes on.
    Card,
    /// 40–99 columns: one pane with tabs.
    One,
    /// 100–159: the chat and one side pane.
    Two,
    /// 160 and more: all four panes.
    Four,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub class: Class,
    pub header: Rect,
    /// Tabs and the one-line timeline.
    pub tabs: Option<Rect>,
    /// The timeline strip of the two-pane screen.
    pub strip: Option<Rect>,
    /// Panes with the area of their frame (or of their content, without a frame).
    pub panes: Vec<(Pane, Rect)>,
    pub framed: bool,
    /// The rule above the input: gate announcements and notices.
    pub rule: Rect,
    pub input: Rect,
    pub hints: Rect,
    /// Everything between header and rule, for what lies on top of the panes.
    pub body: Rect,
}

/// Rows the input may grow to.
const INPUT_ROWS: usize = 6;

#[must_use]
pub fn class(size: (u16, u16)) -> Class {
    match size {
        (w, h) if w < 40 || h < 10 => Class::Card,
        (w, _) if w < 100 => Class::One,
        (w, _) if w < 160 => Class::Two,
        // Four panes need height as well: a wide, low screen is better served by two.
        (_, h) if h < 24 => Class::Two,
        _ => Class::Four,
    }
}

#[must_use]
pub fn layout(model: &Model) -> Layout {
    let (w, h) = model.size;
    let class = class(model.size);
    let row = |y: u16, height: u16| Rect { x: 0, y: y.min(h), width: w, height: height.min(h.saturating_sub(y)) };
    let draft = match model.overlays.last() {
        Some(Overlay::Prompt(p)) => &p.draft,
        _ => &model.draft,
    };
    let most = INPUT_ROWS.min(usize::from(h / 4)).max(1);
    let input_rows = u16::try_from(draft.rows(input_columns(model), most)).unwrap_or(1);
    let hints_y = h.saturating_sub(1);
    let input_y = hints_y.saturating_sub(input_rows);
    let rule_y = input_y.saturating_sub(1);
    let top = 1;
    let body = row(top, rule_y.saturating_sub(top));
    let mut out = Layout {
        class,
        header: row(0, 1),
        tabs: None,
        strip: None,
        panes: Vec::new(),
        framed: true,
        rule: row(rule_y, 1),
        input: row(input_y, input_rows),
        hints: row(hints_y, 1),
        body,
    };
    if model.screen == Screen::Welcome || class == Class::Card {
        return out;
    }
    match class {
        Class::Card => {}
        Class::One => {
            out.framed = false;
            out.tabs = Some(row(top, 1));
            out.panes.push((model.pane, row(top + 1, rule_y.saturating_sub(top + 1))));
        }
        _ if model.zoom => out.panes.push((model.pane, body)),
        Class::Two => {
            let strip_rows = if h >= 30 { 2 } else { 1 };
            let main = Rect { height: body.height.saturating_sub(strip_rows), ..body };
            out.strip = Some(Rect { y: main.y + main.height, height: strip_rows.min(body.height), ..body });
            let left = Rect { width: main.width * 11 / 20, ..main };
            let right = Rect { x: left.width, width: main.width - left.width, ..main };
            out.panes.push((Pane::Chat, left));
            out.panes.push((model.side, right));
        }
        Class::Four => {
            // As high as the fullest phase, so that a small plan leaves its rows to the other panes.
            let fullest = model.run.as_deref().map_or(0, |run| {
                let per = |p| run.steps().filter(|s| s.plan.phase == p).count();
                Phase::ALL.into_iter().map(per).max().unwrap_or(0)
            });
            let timeline = u16::try_from(fullest + 3).unwrap_or(10).clamp(5, if h >= 40 { 10 } else { 7 });
            let main = Rect { height: body.height.saturating_sub(timeline), ..body };
            let hub = Rect { width: (w * 27 / 100).min(64), ..main };
            let code = Rect { width: w * 35 / 100, x: w - w * 35 / 100, ..main };
            let chat = Rect { x: hub.width, width: w - hub.width - code.width, ..main };
            out.panes.push((Pane::Hub, hub));
            out.panes.push((Pane::Chat, chat));
            out.panes.push((Pane::Code, code));
            out.panes.push((Pane::Timeline, Rect { y: main.y + main.height, height: timeline, ..body }));
        }
    }
    out
}

/// Columns for typed text: the prompt mark or the question stands before it.
#[must_use]
pub fn input_columns(model: &Model) -> usize {
    usize::from(model.size.0).saturating_sub(prompt_columns(model) + 1).max(1)
}

#[must_use]
pub fn prompt_columns(model: &Model) -> usize {
    match model.overlays.last() {
        Some(Overlay::Prompt(p)) => (p.label.chars().count() + 3).min(usize::from(model.size.0) / 3),
        _ => 2,
    }
}

impl Layout {
    /// The inside of a pane, when it is on screen.
    #[must_use]
    pub fn inner(&self, pane: Pane) -> Option<Rect> {
        let (_, area) = self.panes.iter().find(|(p, _)| *p == pane)?;
        Some(if self.framed { inside(*area) } else { *area })
    }
}

/// What a frame leaves inside.
#[must_use]
pub fn inside(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

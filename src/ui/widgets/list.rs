//! Position in a list of rows: what is selected, what is on screen, what was searched for.

use crate::ui::action::Action;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListState {
    pub selected: usize,
    pub top: usize,
    pub search: Option<Search>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    pub query: String,
    /// Matching rows, ascending.
    pub matches: Vec<usize>,
}

impl Search {
    /// Smart case: a query in lower case matches any case.
    #[must_use]
    pub fn new(query: &str, rows: impl Iterator<Item = String>) -> Self {
        let exact = query.chars().any(char::is_uppercase);
        let hit = |row: &str| if exact { row.contains(query) } else { row.to_lowercase().contains(query) };
        let matches = if query.is_empty() {
            Vec::new()
        } else {
            rows.enumerate().filter(|(_, row)| hit(row)).map(|(i, _)| i).collect()
        };
        Self { query: query.to_owned(), matches }
    }
    /// `3/17` for the row, `0/17` when it is not a match.
    #[must_use]
    pub fn count(&self, row: usize) -> String {
        let at = self.matches.binary_search(&row).map_or(0, |i| i + 1);
        format!("{at}/{}", self.matches.len())
    }
    #[must_use]
    pub fn next(&self, row: usize, forward: bool) -> Option<usize> {
        let m = &self.matches;
        if forward {
            m.iter().copied().find(|i| *i > row).or_else(|| m.first().copied())
        } else {
            m.iter().rev().copied().find(|i| *i < row).or_else(|| m.last().copied())
        }
    }
}

impl ListState {
    /// Keeps the position inside a list of `len` rows with `height` of them on screen.
    pub fn clamp(&mut self, len: usize, height: usize) {
        self.selected = self.selected.min(len.saturating_sub(1));
        self.show(self.selected, len, height);
    }
    /// Scrolls as little as possible so that `row` is on screen.
    pub fn show(&mut self, row: usize, len: usize, height: usize) {
        let height = height.max(1);
        if row < self.top {
            self.top = row;
        }
        if row >= self.top + height {
            self.top = row + 1 - height;
        }
        self.top = self.top.min(len.saturating_sub(height));
    }
    /// Moves the selection; false when the action is not a movement.
    pub fn act(&mut self, action: Action, len: usize, height: usize) -> bool {
        let last = len.saturating_sub(1);
        let height = height.max(1);
        self.selected = match action {
            Action::Down => self.selected.saturating_add(1),
            Action::Up => self.selected.saturating_sub(1),
            Action::HalfDown => self.selected.saturating_add(height.div_ceil(2)),
            Action::HalfUp => self.selected.saturating_sub(height.div_ceil(2)),
            Action::PageDown => self.selected.saturating_add(height),
            Action::PageUp => self.selected.saturating_sub(height),
            Action::Top => 0,
            Action::Bottom => last,
            Action::SearchNext | Action::SearchPrev => {
                let forward = action == Action::SearchNext;
                self.search.as_ref().and_then(|s| s.next(self.selected, forward)).unwrap_or(self.selected)
            }
            _ => return false,
        }
        .min(last);
        self.clamp(len, height);
        true
    }
    /// Moves what is on screen (a text without a selection); false when the action is not a movement.
    pub fn scroll(&mut self, action: Action, len: usize, height: usize) -> bool {
        let bottom = len.saturating_sub(height.max(1));
        let height = height.max(1);
        self.top = match action {
            Action::Down => self.top + 1,
            Action::Up => self.top.saturating_sub(1),
            Action::HalfDown => self.top + height.div_ceil(2),
            Action::HalfUp => self.top.saturating_sub(height.div_ceil(2)),
            Action::PageDown => self.top + height.saturating_sub(1).max(1),
            Action::PageUp => self.top.saturating_sub(height.saturating_sub(1).max(1)),
            Action::Top => 0,
            Action::Bottom => bottom,
            Action::SearchNext | Action::SearchPrev => {
                let forward = action == Action::SearchNext;
                let next = self.search.as_ref().and_then(|s| s.next(self.selected, forward));
                self.selected = next.unwrap_or(self.selected);
                next.map_or(self.top, |row| row.saturating_sub(height / 3))
            }
            _ => return false,
        }
        .min(bottom);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_selection_stays_on_screen() {
        let mut list = ListState::default();
        for _ in 0..7 {
            list.act(Action::Down, 20, 5);
        }
        assert_eq!((list.selected, list.top), (7, 3));
        list.act(Action::Top, 20, 5);
        assert_eq!((list.selected, list.top), (0, 0));
        list.act(Action::Bottom, 20, 5);
        assert_eq!((list.selected, list.top), (19, 15));
        list.clamp(3, 5);
        assert_eq!((list.selected, list.top), (2, 0));
    }

    #[test]
    fn searching_wraps_and_counts() {
        let rows = ["Alpha", "beta", "alpha"];
        let search = Search::new("alpha", rows.iter().map(|s| (*s).to_owned()));
        assert_eq!(search.matches, [0, 2]);
        assert_eq!(search.next(0, true), Some(2));
        assert_eq!(search.next(2, true), Some(0));
        assert_eq!(search.next(0, false), Some(2));
        assert_eq!(search.count(2), "2/2");
        assert_eq!(Search::new("Alpha", rows.iter().map(|s| (*s).to_owned())).matches, [0]);
    }
}

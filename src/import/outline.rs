//! A document on its way to Markdown: paragraphs, headings, items and rows, one after another.

/// What the text that is being collected is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Part {
    #[default]
    Paragraph,
    Heading(u8),
    /// Depth from 0, and its number in an ordered list.
    Item(u8, Option<u32>),
}

/// A row of a table while it is collected.
#[derive(Debug, Default)]
struct Table {
    row: Vec<String>,
    rows: usize,
}

#[derive(Debug, Default)]
pub(super) struct Outline {
    out: String,
    part: Part,
    text: String,
    /// Tables inside tables.
    tables: Vec<Table>,
    after_item: bool,
    /// Line breaks and blanks are kept as they stand.
    pub verbatim: bool,
}

impl Outline {
    /// What is collected from now on; what was before is complete.
    pub fn begin(&mut self, part: Part) {
        self.flush();
        self.part = part;
    }

    pub fn text(&mut self, text: &str) {
        if self.verbatim {
            self.text.push_str(text);
            return;
        }
        for c in text.chars() {
            // White space is one blank, whatever it was.
            if !c.is_whitespace() {
                self.text.push(c);
            } else if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
                self.text.push(' ');
            }
        }
    }

    pub fn line_break(&mut self) {
        let kept = self.text.trim_end_matches(' ').len();
        self.text.truncate(kept);
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    pub fn begin_table(&mut self) {
        self.flush();
        self.tables.push(Table::default());
    }

    /// The text so far is a cell.
    pub fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.text);
        if let Some(table) = self.tables.last_mut() {
            // A bar would be the edge of a cell.
            table.row.push(cell.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|"));
        }
        self.part = Part::Paragraph;
    }

    pub fn end_row(&mut self) {
        // A cell that was never closed.
        if !self.text.trim().is_empty() {
            self.end_cell();
        }
        let Some(table) = self.tables.last_mut() else { return };
        let row = std::mem::take(&mut table.row);
        if row.iter().all(String::is_empty) {
            return;
        }
        let first = table.rows == 0;
        table.rows += 1;
        if first {
            self.gap();
        }
        self.out.push_str(&format!("| {} |\n", row.join(" | ")));
        if first {
            self.out.push_str(&format!("|{}\n", "---|".repeat(row.len())));
        }
    }

    pub fn end_table(&mut self) {
        self.end_row();
        self.tables.pop();
        self.after_item = false;
    }

    #[must_use]
    pub fn in_table(&self) -> bool {
        !self.tables.is_empty()
    }

    /// Writes what was collected. In a cell it stays in the cell.
    pub fn flush(&mut self) {
        if self.in_table() {
            if !self.text.is_empty() {
                self.text.push(' ');
            }
            return;
        }
        let part = std::mem::take(&mut self.part);
        let text = std::mem::take(&mut self.text);
        let text = if self.verbatim { text.trim_end() } else { text.trim() };
        if text.is_empty() {
            // An item whose text comes in a paragraph of its own.
            if matches!(part, Part::Item(..)) {
                self.part = part;
            }
            return;
        }
        match part {
            Part::Paragraph => {
                self.gap();
                self.out.push_str(text);
            }
            Part::Heading(level) => {
                self.gap();
                let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
                self.out.push_str(&format!("{} {flat}", "#".repeat(usize::from(level.clamp(1, 6)))));
            }
            Part::Item(depth, number) => {
                if !self.after_item {
                    self.gap();
                }
                let indent = "  ".repeat(usize::from(depth.min(8)));
                let mark = number.map_or_else(|| "-".to_owned(), |n| format!("{n}."));
                self.out.push_str(&format!("{indent}{mark} {}", text.replace('\n', &format!("\n{indent}  "))));
            }
        }
        self.out.push('\n');
        self.after_item = matches!(part, Part::Item(..));
    }

    /// A blank line before what comes.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.after_item = false;
    }

    #[must_use]
    pub fn finish(mut self) -> String {
        while self.in_table() {
            self.end_table();
        }
        self.flush();
        self.out
    }
}

/// `3 images are not read`
pub(super) fn not_read(count: usize, one: &str, many: &str) -> Option<crate::domain::Clean> {
    match count {
        0 => None,
        1 => Some(format!("1 {one} is not read").into()),
        n => Some(format!("{n} {many} are not read").into()),
    }
}

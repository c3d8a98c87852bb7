//! The Code: the files of the workspace and of the open gate's proposal, their source with clause marks, the diff
//! against the last approved version, and the results of the tests that G1 ran.

pub mod marks;
pub mod tree;
mod view;

pub use view::{diff_line, view};

use crate::{
    domain::{
        ClauseId, Hash,
        artifact::FileEntry,
        evidence::{EvidenceKind, TestOutcome},
        run::{Proposal, Run},
    },
    ui::{
        Action, Cmd, Model,
        text::diff,
        widgets::list::{ListState, Search},
    },
};
use ratatui::layout::Rect;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tree::{Node, TreeRow};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Same,
    New,
    Changed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    pub path: String,
    pub entry: FileEntry,
    pub change: Change,
    /// The approved version a proposal replaces.
    pub old: Option<Hash>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Source,
    Diff,
    Tests,
}

/// The approved version, if there is one, and the shown one.
pub type Versions = (Option<Hash>, Hash);

#[derive(Debug, Clone, Default)]
pub struct CodeState {
    pub files: Vec<FileRow>,
    pub rows: Vec<TreeRow>,
    /// Folders that are closed.
    pub closed: BTreeSet<String>,
    /// The file whose text is shown.
    pub path: String,
    /// Position among the rows.
    pub list: ListState,
    pub mode: Mode,
    /// The keys go to the text, not to the file list.
    pub in_text: bool,
    pub text: ListState,
    /// The diff of these two versions.
    pub diff: Option<(Versions, Arc<[String]>)>,
}

/// Files in force, overlaid by what steps at work have written so far, and what steps at a gate or under check propose.
#[must_use]
pub fn files(run: &Run) -> Vec<FileRow> {
    let mut rows: BTreeMap<&str, FileRow> = run
        .files
        .values()
        .map(|f| (f.path.as_str(), FileRow { path: f.path.clone(), entry: f.clone(), change: Change::Same, old: None }))
        .collect();
    for step in run.steps().filter(|s| !s.settled()) {
        let files = match &step.proposal {
            Some(Proposal::Build { files, .. } | Proposal::Test { files, .. }) if !files.is_empty() => files,
            _ => step.draft(),
        };
        for f in files {
            let old = run.files.get(&f.path);
            if old.is_some_and(|o| o.sha256 == f.sha256) {
                continue;
            }
            let change = if old.is_some() { Change::Changed } else { Change::New };
            let old = old.map(|o| o.sha256.clone());
            rows.insert(&f.path, FileRow { path: f.path.clone(), entry: f.clone(), change, old });
        }
    }
    rows.into_values().collect()
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRow {
    pub name: String,
    pub outcome: TestOutcome,
    /// What the test said, when it did not pass.
    pub detail: String,
    pub clauses: Vec<ClauseId>,
}

/// Results of the newest run of each test, failures first.
#[must_use]
pub fn tests(run: &Run) -> Vec<TestRow> {
    let mut newest: BTreeMap<&str, (TestOutcome, String)> = BTreeMap::new();
    let runs = run.evidence.iter().filter(|e| e.kind == EvidenceKind::Tests);
    for test in runs.flat_map(|e| &e.tests) {
        newest.insert(&test.name, (test.outcome, test.detail.to_string()));
    }
    let mut clauses: BTreeMap<&str, BTreeSet<ClauseId>> = BTreeMap::new();
    for link in &run.test_links {
        clauses.entry(&link.test).or_default().insert(link.clause);
    }
    let row = |(name, (outcome, detail)): (&str, (TestOutcome, String))| TestRow {
        name: name.to_owned(),
        outcome,
        detail,
        clauses: clauses.get(name).map_or_else(Vec::new, |c| c.iter().copied().collect()),
    };
    let mut rows: Vec<TestRow> = newest.into_iter().map(row).collect();
    rows.sort_by_key(|t| t.outcome == TestOutcome::Passed);
    rows
}

impl CodeState {
    pub fn refresh(&mut self, run: &Run) {
        self.files = files(run);
        if !self.files.iter().any(|f| f.path == self.path) {
            // What says most about the requirement: the file with the most links, else the first of the application.
            let mut linked: BTreeMap<String, usize> = BTreeMap::new();
            marks::links(run).for_each(|l| *linked.entry(l.path).or_default() += 1);
            let most = self.files.iter().filter(|f| linked.contains_key(&f.path)).max_by_key(|f| linked[&f.path]);
            let app = self.files.iter().find(|f| f.path.starts_with("app/") && f.entry.lines > 0);
            self.path = most.or(app).or(self.files.first()).map_or_else(String::new, |f| f.path.clone());
        }
        self.rebuild();
    }
    /// Makes the rows anew; the selection stays on what it was on.
    fn rebuild(&mut self) {
        let folder = match self.rows.get(self.list.selected).map(|r| &r.node) {
            Some(Node::Folder { path, .. }) => Some(path.clone()),
            _ => None,
        };
        self.rows = tree::rows(&self.files, &self.closed);
        let kept = folder.and_then(|kept| {
            self.rows.iter().position(|r| matches!(&r.node, Node::Folder { path, .. } if *path == kept))
        });
        if let Some(at) = kept.or_else(|| self.row_of(&self.path)) {
            self.list.selected = at;
        }
        self.list.clamp(self.rows.len(), 8);
    }
    fn row_of(&self, path: &str) -> Option<usize> {
        self.rows.iter().position(|r| matches!(r.node, Node::File(i) if self.files[i].path == path))
    }
    #[must_use]
    pub fn current(&self) -> Option<&FileRow> {
        self.files.iter().find(|f| f.path == self.path)
    }
    /// Shows a file at a line (from 1), opening the folders it lies in.
    pub fn show(&mut self, path: &str, line: usize, height: usize) -> bool {
        if !self.files.iter().any(|f| f.path == path) {
            return false;
        }
        self.closed.retain(|folder| !path.starts_with(folder.as_str()));
        self.select(path);
        self.rows = tree::rows(&self.files, &self.closed);
        if let Some(at) = self.row_of(path) {
            self.list.selected = at;
        }
        self.mode = Mode::Source;
        self.in_text = true;
        self.text.selected = line.saturating_sub(1);
        self.text.top = line.saturating_sub(1 + height / 3);
        true
    }
    fn select(&mut self, path: &str) {
        if self.path != path {
            path.clone_into(&mut self.path);
            self.text = ListState::default();
        }
    }
    /// Opens or closes the selected folder; false when no folder is selected.
    fn fold(&mut self, open: Option<bool>) -> bool {
        let Some(Node::Folder { path, open: is, .. }) = self.rows.get(self.list.selected).map(|r| r.node.clone())
        else {
            return false;
        };
        if open.unwrap_or(!is) {
            self.closed.remove(&path);
        } else {
            self.closed.insert(path);
        }
        self.rebuild();
        true
    }
    /// Selects a row; a folder opens or closes.
    pub fn click(&mut self, row: usize) {
        if row >= self.rows.len() {
            return;
        }
        self.list.selected = row;
        match self.rows[row].node.clone() {
            Node::File(i) => {
                let path = self.files[i].path.clone();
                self.select(&path);
            }
            Node::Folder { .. } => {
                self.fold(None);
            }
        }
    }
    /// The folder a row lies in.
    fn parent(&self) -> Option<usize> {
        let depth = self.rows.get(self.list.selected)?.depth;
        (0..self.list.selected).rev().find(|i| self.rows[*i].depth < depth)
    }
}

/// Asks for what the pane shows and makes the diff when both versions are here.
pub fn sync(model: &mut Model, cmds: &mut Vec<Cmd>) {
    let Some(file) = model.code.current().cloned() else { return };
    model.want_blob(&file.entry.sha256, cmds);
    if let (Mode::Source, Some(text)) = (model.code.mode, model.blobs.text(&file.entry.sha256).cloned()) {
        model.highlights.want(&file.entry.sha256, &file.path, &text, cmds);
    }
    if model.code.mode != Mode::Diff {
        return;
    }
    if let Some(old) = &file.old {
        model.want_blob(old, cmds);
    }
    let key = (file.old.clone(), file.entry.sha256.clone());
    if model.code.diff.as_ref().is_some_and(|(k, _)| *k == key) {
        return;
    }
    let Some(new) = model.blobs.text(&file.entry.sha256) else { return };
    let lines = if file.change == Change::Same {
        Vec::new()
    } else {
        match &file.old {
            None => diff::unified(&file.path, None, new),
            Some(old) => match model.blobs.text(old) {
                Some(old) => diff::unified(&file.path, Some(old), new),
                None => return,
            },
        }
    };
    model.code.diff = Some((key, lines.into()));
}

/// The tree above or beside the text.
#[must_use]
pub fn split(inner: Rect, rows: usize) -> (Rect, Rect) {
    if inner.width >= 70 {
        let width = (inner.width * 3 / 10).clamp(20, 34);
        let list = Rect { width, ..inner };
        (list, Rect { x: inner.x + width + 1, width: inner.width - width - 1, ..inner })
    } else {
        let most = (inner.height / 3).max(1);
        let height = u16::try_from(rows.max(1)).unwrap_or(most).min(most);
        let list = Rect { height, ..inner };
        let rest = inner.height.saturating_sub(height + 1);
        (list, Rect { y: (inner.y + height + 1).min(inner.y + inner.height), height: rest, ..inner })
    }
}

/// Number of rows of the text part.
fn text_len(model: &Model, run: &Run) -> usize {
    match model.code.mode {
        Mode::Tests => tests(run).len(),
        Mode::Diff => model.code.diff.as_ref().map_or(0, |(_, l)| l.len()),
        Mode::Source => {
            model.code.current().and_then(|f| model.blobs.text(&f.entry.sha256)).map_or(0, |t| t.lines().count())
        }
    }
}

/// The rows of the text part as plain text: searched and copied.
#[must_use]
pub fn text_rows(model: &Model, run: &Run) -> Vec<String> {
    match model.code.mode {
        Mode::Tests => tests(run).into_iter().map(|t| t.name).collect(),
        Mode::Diff => model.code.diff.as_ref().map_or_else(Vec::new, |(_, l)| l.to_vec()),
        Mode::Source => model
            .code
            .current()
            .and_then(|f| model.blobs.text(&f.entry.sha256))
            .map_or_else(Vec::new, |t| t.lines().map(str::to_owned).collect()),
    }
}

pub fn act(model: &mut Model, run: &Run, action: Action, inner: Rect) -> bool {
    let (list, text) = split(inner, model.code.rows.len());
    let body = usize::from(text.height.saturating_sub(1));
    let code = &mut model.code;
    match action {
        Action::ToggleDiff => {
            code.mode = if code.mode == Mode::Diff { Mode::Source } else { Mode::Diff };
            code.text = ListState::default();
        }
        Action::ShowTests => {
            code.mode = if code.mode == Mode::Tests { Mode::Source } else { Mode::Tests };
            code.text = ListState::default();
        }
        Action::NextStep | Action::PrevStep => {
            let at = code.files.iter().position(|f| f.path == code.path).unwrap_or(0);
            let next = if action == Action::NextStep { at + 1 } else { at.wrapping_sub(1) };
            if let Some(path) = code.files.get(next).map(|f| f.path.clone()) {
                let in_text = code.in_text;
                code.show(&path, 1, body);
                code.in_text = in_text;
                code.list.clamp(code.rows.len(), usize::from(list.height));
            }
        }
        Action::Open if !code.in_text && code.fold(Some(true)) => {}
        Action::Open => code.in_text = true,
        Action::Fold if !code.in_text => {
            code.fold(None);
        }
        Action::Back if code.in_text => code.in_text = false,
        Action::Back => {
            if !matches!(code.rows.get(code.list.selected), Some(TreeRow { node: Node::Folder { open: true, .. }, .. }))
                && let Some(parent) = code.parent()
            {
                code.list.selected = parent;
            } else {
                code.fold(Some(false));
            }
            code.list.clamp(code.rows.len(), usize::from(list.height));
        }
        _ if code.in_text || code.mode == Mode::Tests => {
            let len = text_len(model, run);
            return model.code.text.act(action, len, body);
        }
        Action::SearchNext | Action::SearchPrev => {
            let len = text_len(model, run);
            model.code.text.act(action, len, body);
            model.code.in_text = true;
        }
        _ => {
            if !code.list.act(action, code.rows.len(), usize::from(list.height)) {
                return false;
            }
            if let Some(Node::File(i)) = code.rows.get(code.list.selected).map(|r| r.node.clone()) {
                let path = code.files[i].path.clone();
                code.select(&path);
            }
        }
    }
    true
}

pub fn search(model: &mut Model, run: &Run, query: &str) {
    model.code.text.search = Some(Search::new(query, text_rows(model, run).into_iter()));
}

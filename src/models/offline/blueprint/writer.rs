//! Python text, line by line, remembering which lines fulfil which clauses.

use crate::domain::{ClauseId, reply::CodeLink};
use std::{collections::BTreeSet, fmt::Write as _};

/// The longest line that is written in one piece.
const WIDTH: usize = 112;

/// A string literal in Python. Text stays readable: only what would break the literal is escaped.
pub fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A number literal; whole numbers without a fraction.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value}") }
}

/// A tuple literal of strings.
pub fn tuple(values: &[String]) -> String {
    match values {
        [] => "()".into(),
        [one] => format!("({},)", text(one)),
        many => format!("({})", many.iter().map(|v| text(v)).collect::<Vec<_>>().join(", ")),
    }
}

/// One line of prose for a docstring or comment.
pub fn prose(value: &str) -> String {
    let line: String = value
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control() && !('\u{2028}'..='\u{202e}').contains(c) && !('\u{2066}'..='\u{2069}').contains(c))
        .collect();
    let line = line.replace('\\', "/").replace('"', "'");
    let mut short: String = line.chars().take(200).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// A file in the making.
#[derive(Debug, Default)]
pub struct Writer {
    path: String,
    lines: Vec<String>,
    links: Vec<CodeLink>,
    names: BTreeSet<String>,
}

impl Writer {
    pub fn new(path: &str) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
    pub fn line(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }
    pub fn blank(&mut self, count: usize) {
        for _ in 0..count {
            self.lines.push(String::new());
        }
    }
    /// A row of a table: `Kind(arguments),`, on as many lines as it needs, linked to the clauses.
    pub fn row(&mut self, kind: &str, arguments: &[String], clauses: &[ClauseId]) {
        let first = self.lines.len() + 1;
        let short = format!("    {kind}({}),", arguments.join(", "));
        if short.chars().count() <= WIDTH {
            self.line(short);
        } else {
            self.line(format!("    {kind}("));
            for argument in arguments {
                self.line(format!("        {argument},"));
            }
            self.line("    ),");
        }
        self.link_lines(first, clauses);
    }
    /// A row that is only a name.
    pub fn name_row(&mut self, name: &str, clauses: &[ClauseId]) {
        self.line(format!("    {name},"));
        let last = self.lines.len();
        self.link_lines(last, clauses);
    }
    fn link_lines(&mut self, first: usize, clauses: &[ClauseId]) {
        let range = (u32::try_from(first).unwrap_or(u32::MAX), u32::try_from(self.lines.len()).unwrap_or(u32::MAX));
        for clause in clauses.iter().collect::<BTreeSet<_>>() {
            self.links.push(CodeLink {
                clause: clause.to_string(),
                path: self.path.clone(),
                symbol: None,
                lines: Some(range),
            });
        }
    }
    /// A function linked to the clauses, under a name that no other function of the file has.
    pub fn function(
        &mut self,
        decorator: Option<&str>,
        name: &str,
        parameters: &str,
        body: &[String],
        clauses: &[ClauseId],
    ) -> String {
        let mut unique = name.to_owned();
        let mut count = 1;
        while !self.names.insert(unique.clone()) {
            count += 1;
            unique = format!("{name}_{count}");
        }
        self.blank(2);
        if let Some(decorator) = decorator {
            self.line(format!("@{decorator}"));
        }
        self.line(format!("def {unique}({parameters}):"));
        for line in body {
            self.line(format!("    {line}"));
        }
        for clause in clauses.iter().collect::<BTreeSet<_>>() {
            self.links.push(CodeLink {
                clause: clause.to_string(),
                path: self.path.clone(),
                symbol: Some(unique.clone()),
                lines: None,
            });
        }
        unique
    }
    /// Whether the text written so far uses this name.
    pub fn uses(&self, name: &str) -> bool {
        self.lines.iter().filter(|l| l.contains(name)).map(|l| code(l)).any(|line| {
            line.match_indices(name).any(|(at, _)| {
                let before = line[..at].chars().next_back();
                let after = line[at + name.len()..].chars().next();
                let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
                !before.is_some_and(|c| part(c) || c == '"') && !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
            })
        })
    }
    /// Put lines in front; the links move with what they point at.
    pub fn finish(self, head: &[String]) -> (String, Vec<CodeLink>) {
        let shift = u32::try_from(head.len()).unwrap_or(u32::MAX);
        let mut links = self.links;
        for link in &mut links {
            link.lines = link.lines.map(|(first, last)| (first + shift, last + shift));
        }
        let mut all: Vec<&str> = head.iter().map(String::as_str).collect();
        all.extend(self.lines.iter().map(String::as_str));
        (all.join("\n") + "\n", links)
    }
}

/// `import` lines for the names that are used: `from module import a, b`.
pub fn imports(writer: &Writer, modules: &[(&str, &[&str])]) -> Vec<String> {
    let mut out = Vec::new();
    for (module, names) in modules {
        let used: Vec<&str> = names.iter().copied().filter(|name| writer.uses(name)).collect();
        if used.is_empty() {
            continue;
        }
        let line = format!("from {module} import {}", used.join(", "));
        if line.len() <= WIDTH {
            out.push(line);
        } else {
            out.push(format!("from {module} import ("));
            out.extend(used.iter().map(|name| format!("    {name},")));
            out.push(")".into());
        }
    }
    out
}

/// A line without comment and without what stands in quotes: words of people are no names.
fn code(line: &str) -> String {
    let mut out = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in line.chars() {
        if c == '"' && !escaped {
            quoted = !quoted;
            out.push(c);
        } else if !quoted {
            if c == '#' {
                break;
            }
            out.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    out
}

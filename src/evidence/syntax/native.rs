//! The tool for JavaScript, TypeScript and Rust. It is part of this binary, and runs like the one for Python in a
//! confined process of its own: a parser that is given nonsense may exhaust its stack.

use super::{
    Answer, Language, Question,
    javascript::{self, erased},
    outline::{Kind, Outline, Unit},
    rust, uses,
};
use std::{collections::BTreeMap, fs, path::Path};

/// Room for deeply nested source; a process that needs more ends, and its question with it.
const STACK: usize = 256 << 20;

/// Answers the questions of the file `request` into the file `response`, about the tree in the working directory.
/// Returns the exit status.
pub fn main(request: &str, response: &str) -> i32 {
    let (request, response) = (request.to_owned(), response.to_owned());
    let work = move || {
        let questions: Vec<Question> = serde_json::from_slice(&fs::read(request).ok()?).ok()?;
        let mut desk = Desk::default();
        let answers: Vec<Answer> = questions
            .iter()
            .map(|question| {
                desk.answer(question).unwrap_or_else(|problem| Answer { problem: Some(problem), ..Answer::default() })
            })
            .collect();
        fs::write(response, serde_json::to_vec(&answers).ok()?).ok()
    };
    let done = std::thread::Builder::new().stack_size(STACK).spawn(work).map(std::thread::JoinHandle::join);
    i32::from(!matches!(done, Ok(Ok(Some(())))))
}

#[derive(Default)]
struct Desk {
    outlines: BTreeMap<String, Result<Outline, String>>,
    javascript: Option<javascript::Suite>,
    rust: Option<rust::Suite>,
}

impl Desk {
    fn answer(&mut self, question: &Question) -> Result<Answer, String> {
        match question {
            Question::Resolve { path, symbol, lines } => self.resolve(path, symbol.as_deref(), *lines),
            Question::Neutralise { path, lines: (first, last) } => {
                let outline = self.outline(path)?;
                without(outline, &outline.at(*first, *last)?)
            }
            Question::Locate { path, old, lines: (first, last) } => {
                let old = read(path, old)?;
                let new = self.outline(path)?;
                let unit = old.at(*first, *last)?;
                without(new, &old.located(&unit, new)?)
            }
            Question::Strip { path } => {
                Ok(Answer { text: Some(self.outline(path)?.without_comments()), ..Answer::default() })
            }
            Question::Function { path, lines: (first, last) } => {
                let outline = self.outline(path)?;
                let Some((name, function)) = uses::reached(outline, *first, *last)? else {
                    return Ok(Answer::default());
                };
                Ok(Answer { name: Some(name), lines: Some(outline.lines(function.span)), ..Answer::default() })
            }
            Question::Uses { path } => {
                let outline = self.outline(path)?;
                let text = uses::used(outline);
                Ok(Answer { reflects: uses::reflects(&text), text: Some(text), ..Answer::default() })
            }
            Question::Imports { path } => {
                let package = content("package.json").ok();
                let package = package.and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
                let own = package.as_ref().and_then(|file| file.get("name")?.as_str());
                let text = content(path)?;
                let connects = javascript::connects(path, &text)?;
                Ok(Answer { imports: javascript::foreign(path, &text, own)?, connects, ..Answer::default() })
            }
            Question::Test { test, language } => {
                let (path, name, asserted) = match language {
                    Language::Rust => self.rust().check(test)?,
                    Language::JavaScript => self.javascript().check(test)?,
                    Language::Python => return Err(format!("{test} is not looked for in Python here")),
                };
                let denies = asserted.only_denies();
                Ok(Answer { path: Some(path), name: Some(name), denies, ..Answer::default() })
            }
            Question::Erase { path, text } => {
                let text = match text {
                    Some(text) => text.clone(),
                    None => content(path)?,
                };
                Ok(Answer { text: Some(erased(path, &text)?), ..Answer::default() })
            }
            Question::Switches { path, ranges, marks } => {
                let marks = marks.as_ref().map(|wanted| (wanted, self.rust().names(path)));
                let made = rust::instrumented(path, &content(path)?, ranges, marks.as_ref())?;
                let rust::Instrumented { text, switched, marked } = made;
                Ok(Answer { text: Some(text), switched, marked, ..Answer::default() })
            }
            Question::Mark { path, wanted } => {
                let (text, marked) = javascript::marked(path, &content(path)?, wanted)?;
                Ok(Answer { text: Some(text), marked, ..Answer::default() })
            }
            Question::Places { path } => {
                let places = self.rust().places(path);
                Ok(Answer { regions: places.regions, asserts: places.asserts, ..Answer::default() })
            }
        }
    }

    fn outline(&mut self, path: &str) -> Result<&Outline, String> {
        if !self.outlines.contains_key(path) {
            let outline = content(path).and_then(|text| read(path, &text));
            self.outlines.insert(path.to_owned(), outline);
        }
        match self.outlines.get(path) {
            Some(Ok(outline)) => Ok(outline),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err(format!("{path} does not exist")),
        }
    }

    fn resolve(&mut self, path: &str, symbol: Option<&str>, lines: Option<(u32, u32)>) -> Result<Answer, String> {
        let outline = self.outline(path)?;
        let unit = match (symbol, lines) {
            (Some(symbol), _) => outline.symbol(symbol)?,
            (None, Some((first, last))) => outline.at(first, last)?,
            (None, None) => return Err(format!("{path}: the link has neither a symbol nor lines")),
        };
        let (first, last) = outline.lines(unit.span());
        let again = outline.at(first, last)?;
        if again.span() != unit.span() {
            let what = symbol.unwrap_or("this");
            return Err(format!("{path} lines {first}-{last} hold more than {what}; give it lines of its own"));
        }
        without(outline, &unit)?;
        Ok(Answer { lines: Some((first, last)), ..Answer::default() })
    }

    fn javascript(&mut self) -> &javascript::Suite {
        self.javascript.get_or_insert_with(|| javascript::Suite::read(&files(), |path| content(path).ok()))
    }

    fn rust(&mut self) -> &rust::Suite {
        self.rust.get_or_insert_with(|| rust::Suite::read(&files(), |path| content(path).ok()))
    }
}

/// The file without the unit, or the news that it is switched off at run time.
fn without(outline: &Outline, unit: &Unit<'_>) -> Result<Answer, String> {
    let lines = Some(outline.lines(unit.span()));
    if unit.items.iter().all(|item| item.switch.is_some()) {
        return Ok(Answer { lines, switch: true, ..Answer::default() });
    }
    debug_assert!(unit.items.iter().all(|item| item.kind != Kind::Scope));
    Ok(Answer { lines, text: Some(outline.without(unit)?), ..Answer::default() })
}

fn read(path: &str, text: &str) -> Result<Outline, String> {
    let known = |other: &str| if other == path { Some(text.to_owned()) } else { content(other).ok() };
    match Language::of_file(path, known) {
        Some(Language::JavaScript) => javascript::outline(path, text),
        Some(Language::Rust) => rust::outline(path, text),
        Some(Language::Python) | None => {
            Err(format!("{path} is neither Python, nor JavaScript, nor Rust; nothing else can be neutralised"))
        }
    }
}

fn content(path: &str) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|_| format!("{path} does not exist"))?;
    String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8"))
}

/// Every source file below the working directory, but not what was installed.
fn files() -> Vec<String> {
    let mut found = vec![];
    let mut open = vec![Path::new(".").to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let skipped = ["node_modules", "target", "vendor", ".git"].iter().any(|skipped| name == *skipped);
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !skipped => open.push(entry.path()),
                Ok(kind) if kind.is_file() => {
                    found.extend(entry.path().strip_prefix(".").ok().map(|path| path.to_string_lossy().into_owned()));
                }
                _ => {}
            }
        }
    }
    found.sort();
    found
}

//! What a source file is made of, in the same words for every language: functions, scopes, statements and rows of tables,
//! each with its bytes and with the edits that make it ineffective alone. Pure.

use super::rows;

/// Bytes to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

impl Edit {
    pub fn new(start: usize, end: usize, text: impl Into<String>) -> Self {
        Self { start, end, text: text.into() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Function,
    /// A class, module or implementation: never a unit of its own.
    Scope,
    Statement,
    /// An element of an array, a property of an object, an argument of a call, an arm of a match.
    Row,
}

/// One thing in a file, and what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub kind: Kind,
    /// What a symbol calls it: the name of a function or table, the key of a row.
    pub name: Option<String>,
    /// What else tells it from its neighbours: a registration's function and leading constants.
    pub key: Option<String>,
    /// What a row says, in order: its constants and plain names, by which it is told from others of the same name.
    pub words: Vec<String>,
    pub span: (usize, usize),
    /// Where it begins without its attributes: who means a function may leave them out.
    pub head: usize,
    /// How it is taken away alone, or why it cannot be.
    pub without: Result<Vec<Edit>, String>,
    /// How it is made to go away at run time, `{n}` being its number; for languages that are compiled.
    pub switch: Option<Vec<Edit>>,
    pub children: Vec<Item>,
}

/// A parsed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    pub path: String,
    pub text: String,
    pub items: Vec<Item>,
    /// In order.
    pub comments: Vec<(usize, usize)>,
}

/// Names that are told of a file or of what is in it.
const NAMED: usize = 16;

/// The items that lines or a symbol mean, and the named things around them.
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    pub items: Vec<&'a Item>,
    pub scope: Vec<&'a Item>,
}

impl Unit<'_> {
    pub fn span(&self) -> (usize, usize) {
        let first = self.items.first().map_or(0, |item| item.span.0);
        (first, self.items.iter().map(|item| item.span.1).max().unwrap_or(first))
    }
}

impl Outline {
    fn line_of(&self, at: usize) -> u32 {
        let before = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        u32::try_from(before.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX - 1) + 1
    }

    pub fn lines(&self, span: (usize, usize)) -> (u32, u32) {
        (self.line_of(span.0), self.line_of(span.1.saturating_sub(1).max(span.0)))
    }

    /// The file without its comments, line by line.
    pub fn without_comments(&self) -> String {
        blanked(&self.text, self.comments.iter().copied())
    }

    /// What an item says, whatever its layout.
    fn said(&self, item: &Item) -> String {
        let (start, end) = item.span;
        let mut said = String::new();
        let mut at = start;
        for (from, to) in self.comments.iter().filter(|(from, _)| (start..end).contains(from)) {
            said.push_str(self.text.get(at..*from).unwrap_or_default());
            at = (*to).min(end);
        }
        said.push_str(self.text.get(at..end).unwrap_or_default());
        said.retain(|c| !c.is_whitespace() && c != ',' && c != ';');
        said
    }

    fn trimmed(&self, first: u32, last: u32) -> Result<(u32, u32), String> {
        let bare = self.without_comments();
        let lines: Vec<&str> = bare.split('\n').collect();
        let idle = |line: u32| lines.get(line as usize - 1).is_none_or(|text| text.trim().is_empty());
        if first < 1 || last < first || last as usize > lines.len() {
            return Err(format!("{} has no lines {first}-{last}", self.path));
        }
        let (mut from, mut to) = (first, last);
        while from <= to && idle(from) {
            from += 1;
        }
        while to >= from && to > 0 && idle(to) {
            to -= 1;
        }
        if from > to { Err(format!("{} lines {first}-{last} hold no code", self.path)) } else { Ok((from, to)) }
    }

    /// The unit that the lines are exactly.
    pub fn at(&self, first: u32, last: u32) -> Result<Unit<'_>, String> {
        let (first, last) = self.trimmed(first, last)?;
        let mut scope: Vec<&Item> = vec![];
        let mut level = &self.items;
        loop {
            let lines = |item: &&Item| {
                let (mut from, to) = self.lines(item.span);
                let head = self.line_of(item.head);
                if (from..=head).contains(&first) {
                    from = first;
                }
                (from, to)
            };
            let touched: Vec<&Item> =
                level.iter().filter(|item| lines(item).0 <= last && lines(item).1 >= first).collect();
            let whole =
                touched.iter().filter(|item| lines(item).0 >= first && lines(item).1 <= last).count() == touched.len();
            match touched.as_slice() {
                [] => return Err(self.cut(first, last)),
                _ if whole => return self.judged(Unit { items: touched, scope }, first, last),
                [one] => {
                    scope.push(one);
                    level = &one.children;
                }
                _ => return Err(self.cut(first, last)),
            }
        }
    }

    fn cut(&self, first: u32, last: u32) -> String {
        format!(
            "{} lines {first}-{last} are neither one function, nor one route, nor rows of one table; name a symbol",
            self.path
        )
    }

    /// At most one function, route or table.
    fn judged<'a>(&self, unit: Unit<'a>, first: u32, last: u32) -> Result<Unit<'a>, String> {
        if let [one] = unit.items.as_slice()
            && one.kind == Kind::Scope
        {
            let what = one.name.as_deref().unwrap_or("this");
            return Err(format!("{}: {what} is more than one function; link what is in it", self.path));
        }
        let inside = unit.scope.iter().any(|item| item.kind == Kind::Function);
        let rows = unit.items.iter().all(|item| item.kind == Kind::Row);
        let statements = unit.items.iter().all(|item| item.kind == Kind::Statement);
        if unit.items.len() > 1 && !rows && !(inside && statements) {
            return Err(format!(
                "{} lines {first}-{last} are more than one function, route or table; link them one by one",
                self.path
            ));
        }
        Ok(unit)
    }

    /// `Class.method`, `FUNCTION`, `TABLE`, `TABLE.row` or one of [`rows::find`] as `TABLE[row]`.
    pub fn symbol(&self, symbol: &str) -> Result<Unit<'_>, String> {
        let (name, key) = match symbol.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((name, key)) => (name, Some(key.trim_matches(['\'', '"', '`', ' ']))),
            None => (symbol, None),
        };
        let mut scope: Vec<&Item> = vec![];
        let mut level = &self.items;
        let mut parts: Vec<&str> = name.split('.').flat_map(|part| part.split("::")).collect();
        let whole = name.to_owned();
        if !named(level, &whole).is_empty() {
            parts = vec![&whole];
        }
        for (position, part) in parts.iter().enumerate() {
            let mut found = named(level, part);
            if position == 0 && found.is_empty() {
                found = exported(level, part);
            }
            let last = position + 1 == parts.len() && key.is_none();
            if found.is_empty() {
                return Err(format!("{} has no {}{}", self.path, parts[..=position].join("."), there(level)));
            }
            if last && found.len() > 1 {
                return Err(format!("{} defines {name} {} times; name its lines", self.path, found.len()));
            }
            // Rust implements a type in several places: what is looked for in it may be in any of them.
            let holds = |item: &Item| match (parts.get(position + 1), key) {
                (Some(next), _) => !named(&item.children, next).is_empty(),
                (None, Some(key)) => rows::find(&item.children, name, key).is_ok(),
                (None, None) => false,
            };
            let chosen = found.iter().find(|(_, item)| holds(item)).or(found.last());
            let Some((trail, item)) = chosen else { continue };
            scope.extend(trail);
            if last {
                let unit = Unit { items: vec![item], scope };
                let (first, last) = self.lines(unit.span());
                return self.judged(unit, first, last);
            }
            scope.push(item);
            level = &item.children;
        }
        let key = key.unwrap_or_default();
        let (trail, row) = rows::find(level, name, key).map_err(|why| format!("{}: {why}", self.path))?;
        scope.extend(trail);
        Ok(Unit { items: vec![row], scope })
    }

    /// The file with the unit alone made ineffective.
    pub fn without(&self, unit: &Unit<'_>) -> Result<String, String> {
        let mut edits = vec![];
        for item in &unit.items {
            edits.extend(item.without.clone().map_err(|why| self.cannot(unit, &why))?);
        }
        let text = edited(&self.text, edits);
        if text == self.text {
            return Err(self.cannot(unit, "they do nothing"));
        }
        Ok(text)
    }

    fn cannot(&self, unit: &Unit<'_>, why: &str) -> String {
        let (first, last) = self.lines(unit.span());
        format!("{} lines {first}-{last} cannot be taken away alone: {why}", self.path)
    }

    /// The unit of this file in another version of it: by name, by what it says, or by what registers it.
    pub fn located<'a>(&self, unit: &Unit<'_>, new: &'a Outline) -> Result<Unit<'a>, String> {
        let gone = || {
            let (first, last) = self.lines(unit.span());
            format!("{} does not have what lines {first}-{last} said any more", new.path)
        };
        let names: Vec<&str> = unit.scope.iter().filter_map(|item| item.name.as_deref()).collect();
        let mut places: Vec<(Vec<&Item>, &[Item])> = vec![];
        homes(&new.items, &names, &[], &mut places);
        let [first, ..] = unit.items.as_slice() else { return Err(gone()) };
        if first.kind == Kind::Function
            && let Some(name) = &first.name
        {
            let found = places.iter().find_map(|(scope, level)| {
                let (trail, item) = named(level, name).into_iter().find(|(_, item)| item.kind == Kind::Function)?;
                Some(Unit { items: vec![item], scope: scope.iter().copied().chain(trail).collect() })
            });
            return found.ok_or_else(|| format!("{} has no {name} any more", new.path));
        }
        let wanted: Vec<String> = unit.items.iter().map(|item| self.said(item)).collect();
        let same: [&Same<'_>; 3] = [
            &|_, new_item| wanted.contains(&new.said(new_item)),
            &|old, new_item| old.name.is_some() && old.name == new_item.name,
            &|old, new_item| old.key.is_some() && old.key == new_item.key,
        ];
        for same in same {
            for (scope, level) in &places {
                let mut found = vec![];
                windows(level, unit, same, scope, &mut found);
                if let Some(unit) = found.into_iter().next() {
                    return Ok(unit);
                }
            }
        }
        Err(gone())
    }
}

/// Whether an item of an old file and one of a new file are the same.
type Same<'s> = dyn Fn(&Item, &Item) -> bool + 's;

/// Neighbours of one level that are, one by one, the same as the items of the unit.
fn windows<'a>(level: &'a [Item], unit: &Unit<'_>, same: &Same<'_>, scope: &[&'a Item], found: &mut Vec<Unit<'a>>) {
    let size = unit.items.len();
    for window in level.windows(size) {
        let fits = unit.items.iter().zip(window).all(|(old, new)| old.kind == new.kind && same(old, new));
        if fits {
            found.push(Unit { items: window.iter().collect(), scope: scope.to_vec() });
        }
    }
    for item in level {
        let mut inner = scope.to_vec();
        inner.push(item);
        windows(&item.children, unit, same, &inner, found);
    }
}

/// Every place that lies in things of these names, outermost first.
fn homes<'a>(level: &'a [Item], names: &[&str], scope: &[&'a Item], places: &mut Vec<(Vec<&'a Item>, &'a [Item])>) {
    let Some((head, rest)) = names.split_first() else {
        places.push((scope.to_vec(), level));
        return;
    };
    for (trail, item) in named(level, head) {
        let inner: Vec<&Item> = scope.iter().copied().chain(trail).chain([item]).collect();
        homes(&item.children, rest, &inner, places);
    }
}

/// Things of a name in a level, or deeper where nothing named lies between; each with what lies between.
fn named<'a>(level: &'a [Item], name: &str) -> Vec<(Vec<&'a Item>, &'a Item)> {
    let here: Vec<_> =
        level.iter().filter(|item| item.name.as_deref() == Some(name)).map(|item| (vec![], item)).collect();
    if !here.is_empty() {
        return here;
    }
    let unnamed = level.iter().filter(|item| item.name.is_none() || item.kind != Kind::Function);
    unnamed
        .filter(|item| !(item.kind == Kind::Scope && item.name.is_some()))
        .flat_map(|item| {
            named(&item.children, name).into_iter().map(move |(mut trail, found)| {
                trail.insert(0, item);
                (trail, found)
            })
        })
        .collect()
}

/// The same of a name that a CommonJS module gives away where it says what that is: `exports.take = () => {…}`.
fn exported<'a>(level: &'a [Item], name: &str) -> Vec<(Vec<&'a Item>, &'a Item)> {
    ["exports", "module.exports"].iter().flat_map(|above| named(level, &format!("{above}.{name}"))).collect()
}

/// Which names there are instead, for whoever has named none of them.
fn there(level: &[Item]) -> String {
    let names: Vec<&str> = level.iter().filter_map(|item| item.name.as_deref()).take(NAMED).collect();
    if names.is_empty() { String::new() } else { format!("; it has {}", names.join(", ")) }
}

/// The text without these stretches, line by line.
pub fn blanked(text: &str, spans: impl Iterator<Item = (usize, usize)>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for (start, end) in spans {
        for byte in bytes.get_mut(start..end).into_iter().flatten().filter(|b| !matches!(b, b'\n' | b'\r')) {
            *byte = b' ';
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// The text with all edits made. Of edits that overlap the outermost is made.
pub fn edited(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.start, std::cmp::Reverse(edit.end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        if edit.start < at {
            continue;
        }
        out.push_str(text.get(at..edit.start).unwrap_or_default());
        out.push_str(&edit.text);
        at = edit.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// A row's bytes with the comma that separates it, so that what is left is a list again. `end` is where the list ends.
pub fn row(text: &str, comments: &[(usize, usize)], span: (usize, usize), end: usize) -> Edit {
    let mut at = span.1;
    while at < end {
        if let Some((_, to)) = comments.iter().find(|(from, _)| *from == at) {
            at = *to;
            continue;
        }
        match text.as_bytes().get(at) {
            Some(b',') => return Edit::new(span.0, at + 1, ""),
            Some(byte) if byte.is_ascii_whitespace() => at += 1,
            _ => break,
        }
    }
    Edit::new(span.0, span.1, "")
}

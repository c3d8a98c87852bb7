//! By what name a linked function is reached in JavaScript, TypeScript and Rust, and which names a file uses. Pure.

use super::{
    Language,
    outline::{Item, Kind, Outline, blanked},
};

/// Functions that others call without anybody in the product naming them.
const IMPLICIT: [&str; 9] =
    ["main", "default", "constructor", "toString", "toJSON", "valueOf", "then", "handleEvent", "next"];
/// Attributes of Rust that leave a function to be reached by its name; any other one may register it.
const HARMLESS: [&str; 7] = ["inline", "must_use", "doc", "allow", "expect", "cold", "track_caller"];

/// The outermost function that the lines are or lie in, where it is reached by its name alone: not one that is handed over
/// where it is written, stands in a table, or keeps to an interface. With what a symbol calls it.
pub(super) fn reached(outline: &Outline, first: u32, last: u32) -> Result<Option<(String, &Item)>, String> {
    let unit = outline.at(first, last)?;
    let [item, ..] = unit.items.as_slice() else { return Ok(None) };
    let mut scope: Vec<&str> = vec![];
    for item in unit.scope.iter().chain([item]) {
        scope.extend(item.name.as_deref());
        let Some(text) = outline.text.get(item.span.0..item.span.1) else { return Ok(None) };
        match item.kind {
            Kind::Scope if is_bound(text) => return Ok(None),
            Kind::Scope => {}
            Kind::Function => {
                let name = item.name.as_deref().unwrap_or_default();
                // `window.onload = …` is reached by whoever has the object.
                let free = !name.is_empty() && !name.contains('.') && !IMPLICIT.contains(&name);
                let free = free && attributes(text).all(|name| HARMLESS.contains(&name));
                return Ok(free.then(|| (scope.join("."), *item)));
            }
            Kind::Statement | Kind::Row => return Ok(None),
        }
    }
    Ok(None)
}

/// Whether a class or an implementation keeps to something that may call what is in it.
fn is_bound(text: &str) -> bool {
    let head = text.split('{').next().unwrap_or_default();
    let mut words = head.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| matches!(word, "for" | "trait" | "extends" | "implements")) || head.starts_with('@')
}

/// What stands in `#[…]` before a function of Rust.
fn attributes(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let inner = rest.trim_start().strip_prefix("#[")?;
        rest = inner.split_once(']').map_or("", |(_, rest)| rest);
        inner.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    })
}

/// The file without comments, modules of tests, and lists of what it exports.
pub(super) fn used(outline: &Outline) -> String {
    let idle = |item: &&Item| {
        let text = outline.text.get(item.span.0..item.span.1).unwrap_or_default();
        match Language::of(&outline.path) {
            Some(Language::Rust) => text.starts_with("#[cfg(test)]"),
            // JavaScript, also without an ending: nothing else is outlined here.
            _ => only_exports(text, item.name.as_deref()),
        }
    };
    let idle = outline.items.iter().filter(idle).map(|item| item.span);
    blanked(&outline.text, outline.comments.iter().copied().chain(idle))
}

/// `export { total };`, `module.exports = { total };`, `exports.total = total;`: under no other name.
fn only_exports(text: &str, name: Option<&str>) -> bool {
    let list = match name {
        None => text.strip_prefix("export").map(str::trim_start).filter(|list| list.starts_with('{')),
        Some(name) if name == "module.exports" || name.starts_with("exports.") => {
            let value = text.split_once('=').map(|(_, value)| value.trim());
            let same = name.strip_prefix("exports.");
            value.filter(|value| value.starts_with('{') || same == Some(value.trim_end_matches(';')))
        }
        Some(_) => None,
    };
    let plain = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_$,{};".contains(c);
    list.is_some_and(|list| {
        list.chars().all(plain) && !list.split_whitespace().any(|word| word == "as" || word == "from")
    })
}

/// Whether it hands on all that a module has: `Object.values(rules)` of `import * as rules`.
pub(super) fn reflects(text: &str) -> bool {
    let names = |start: &str| -> Vec<String> {
        let after = text.split(start).skip(1);
        after
            .map(|rest| rest.trim_start().chars().take_while(|c| c.is_alphanumeric() || "_$".contains(*c)).collect())
            .filter(|name: &String| !name.is_empty())
            .collect()
    };
    let of_object = |name: &String| {
        ["values", "entries", "keys"].iter().any(|what| text.contains(&format!("Object.{what}({name})")))
            || text.contains(&format!("{name}["))
    };
    names("import * as ").iter().any(of_object)
        || text.contains("(require(")
        || text.lines().filter(|line| line.contains("require(")).any(|line| {
            let name = line.split('=').next().unwrap_or_default().split_whitespace().last().unwrap_or_default();
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || "_$".contains(c))
                && of_object(&name.to_owned())
        })
}

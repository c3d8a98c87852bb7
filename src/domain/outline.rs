//! What source code declares, found line by line: enough to say what a file holds, in any of the usual languages.

/// Declarations that an outline names, as they begin a line.
const DECLARES: [&str; 13] = [
    "def ",
    "class ",
    "function ",
    "fn ",
    "struct ",
    "enum ",
    "trait ",
    "impl ",
    "interface ",
    "func ",
    "module ",
    "namespace ",
    "type ",
];
/// What may stand before them.
const BEFORE: [&str; 10] = [
    "export ",
    "default ",
    "pub ",
    "pub(crate) ",
    "pub(super) ",
    "async ",
    "public ",
    "static ",
    "abstract ",
    "final ",
];
/// What a line declares, in a few words.
#[must_use]
pub fn declared(line: &str) -> Option<String> {
    let mut rest = line.trim_start();
    if line.len() - rest.len() > 4 {
        return None;
    }
    while let Some(bare) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = bare;
    }
    let named = DECLARES.iter().any(|word| rest.starts_with(word))
        || rest.starts_with("const ") && (rest.contains("=>") || line.starts_with("export"))
        || ["exports.", "module.exports."].iter().any(|given| rest.starts_with(given)) && rest.contains(" = ");
    let name = rest.split(['(', '{', ':', '=', ';', '<']).next().unwrap_or_default().trim();
    (named && name.len() < 80).then(|| name.to_owned())
}

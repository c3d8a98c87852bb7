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
        || rest.starts_with("const ") && (rest.contains("=>") || line.starts_with("export"));
    let name = rest.split(['(', '{', ':', '=', ';', '<']).next().unwrap_or_default().trim();
    (named && name.len() < 80).then(|| name.to_owned())
}

/// The lines of a file that declare something, whole, so that it can be used without having been seen.
#[must_use]
pub fn interface(text: &str) -> String {
    let lines = text.lines().filter(|line| declared(line).is_some());
    lines.map(|line| format!("{}\n", line.trim_end().trim_end_matches('{').trim_end())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_the_declarations_of_a_file() {
        let text =
            "import os\n\nclass Shelf(Base):\n    limit = 3\n    def add(self, book: str) -> int:\n        return 1\n";
        assert_eq!(interface(text), "class Shelf(Base):\n    def add(self, book: str) -> int:\n");
        assert_eq!(interface("pub fn add(a: u8) -> u8 {\n    a\n}\n"), "pub fn add(a: u8) -> u8\n");
        assert_eq!(interface("x = 1\n"), "");
    }
}

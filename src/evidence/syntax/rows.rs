//! Which row of a table a symbol means: `TABLE[row]`. Pure.

use super::outline::{Item, Kind};

/// What lies around a thing, outermost first, and the thing.
type Found<'a> = (Vec<&'a Item>, &'a Item);

/// The row that `key` means in what is called `name`: by its name; where several share that, by more of what they say
/// (`title required`); where they say the same, by its place (`#2`). The outermost that fits counts.
pub(super) fn find<'a>(level: &'a [Item], name: &str, key: &str) -> Result<Found<'a>, String> {
    let place: Option<usize> = key.strip_prefix('#').and_then(|place| place.parse().ok());
    let key = spaced(key);
    let mut open: Vec<Found<'a>> = level.iter().map(|item| (vec![], item)).collect();
    let mut several: Vec<(usize, Found<'a>)> = vec![];
    while !open.is_empty() && several.is_empty() {
        let is_table = open.iter().any(|(_, item)| item.kind == Kind::Row && !wraps(item));
        if let (true, Some(place)) = (is_table, place) {
            let row = place.checked_sub(1).and_then(|at| open.get(at)).cloned();
            return row.ok_or_else(|| format!("{name} has no row {place}; they count from 1"));
        }
        let by_name = |item: &Item| item.name.as_deref().is_some_and(|name| spaced(name) == key);
        let by_words = |item: &Item| item.kind == Kind::Row && spaced(&item.words.join(" ")) == key;
        let begins = |item: &Item| {
            (1..=item.words.len()).any(|many| spaced(&item.words[..many].join(" ")) == key) && item.kind == Kind::Row
        };
        // the first words of a long text, such as a statement of SQL
        let first_words = |item: &Item| {
            let said = spaced(&item.words.join(" "));
            item.kind == Kind::Row
                && !key.is_empty()
                && said.strip_prefix(&key).is_some_and(|rest| rest.starts_with(' '))
        };
        let rules: [&dyn Fn(&Item) -> bool; 4] = [&by_name, &by_words, &begins, &first_words];
        for rule in rules {
            let fits: Vec<(usize, &Found<'a>)> = open.iter().enumerate().filter(|(_, (_, item))| rule(item)).collect();
            match fits.as_slice() {
                [] => {}
                [(_, one)] => return Ok((*one).clone()),
                many => several = many.iter().map(|(at, found)| (*at + 1, (*found).clone())).collect(),
            }
        }
        open = open.iter().filter(|(_, item)| is_open(item)).flat_map(below).collect();
    }
    let names = told_apart(name, &several);
    let names = if names.is_empty() { names } else { format!(": {names}") };
    Err(format!("{name} has no single row {key:?}{names}"))
}

/// True where what lies in it belongs to what is around it.
fn is_open(item: &Item) -> bool {
    (item.name.is_none() || item.kind != Kind::Function) && !(item.kind == Kind::Scope && item.name.is_some())
}

fn below<'a>((trail, item): &Found<'a>) -> Vec<Found<'a>> {
    let trail: Vec<&Item> = trail.iter().copied().chain([*item]).collect();
    item.children.iter().map(|child| (trail.clone(), child)).collect()
}

/// True for the list that `new Map(…)` is given: no row, but what holds the rows.
fn wraps(item: &Item) -> bool {
    item.name.is_none() && item.words.is_empty() && item.children.iter().any(|child| child.kind == Kind::Row)
}

/// Names that mean one of these rows alone.
fn told_apart(name: &str, rows: &[(usize, Found<'_>)]) -> String {
    const MOST: usize = 6;
    let alone = |(place, (_, row)): &(usize, Found<'_>)| {
        let shared = |many: usize| {
            rows.iter().filter(|(_, (_, other))| other.words.get(..many) == row.words.get(..many)).count() > 1
        };
        match (1..=row.words.len()).find(|many| !shared(*many)) {
            Some(many) => format!("{name}[{}]", spaced(&row.words[..many].join(" "))),
            None => format!("{name}[#{place}]"),
        }
    };
    rows.iter().take(MOST).map(alone).collect::<Vec<_>>().join(", ")
}

/// Without quotes and commas, one blank between words: however somebody writes what a row says.
fn spaced(text: &str) -> String {
    let plain = text.replace(['\'', '"', '`', ','], " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

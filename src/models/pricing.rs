//! What tokens cost: list prices as data, extended or overridden by the user's configuration.

use crate::domain::usage::Usage;
pub use crate::domain::usage::estimate_tokens;
use serde::{Deserialize, Serialize};
use std::path::Path;

const BUILT_IN: &str = include_str!("../../assets/prices.toml");

/// The price of the models whose id starts with `model` (`openai/gpt-4o`); the longest match counts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub model: String,
    /// US dollars per million input tokens.
    pub input: f64,
    /// US dollars per million output tokens.
    pub output: f64,
    /// US dollars per million input tokens that the provider had cached; without it they cost as much as others.
    #[serde(default)]
    pub cached: Option<f64>,
    /// Tokens that request and reply may take together.
    #[serde(default)]
    pub context: Option<u32>,
    /// The most tokens of one reply.
    #[serde(default)]
    pub max_output: Option<u32>,
    /// Where the price was read, and when.
    #[serde(default)]
    pub source: Option<String>,
    #[serde(default)]
    pub date: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    price: Vec<Price>,
}

/// The prices in a file of the user's, in the form of the built-in list. No file: none.
///
/// # Errors
/// It cannot be read, or is no such list; says where.
pub fn read(path: &Path) -> Result<Vec<Price>, String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{}: {error}", path.display())),
    };
    let table: Table = toml::from_str(&text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| text.get(..span.start).map_or(1, |before| before.matches('\n').count() + 1));
        format!("{}:{line}: {}", path.display(), error.message())
    })?;
    let odd = |price: &&Price| {
        ![Some(price.input), Some(price.output), price.cached].iter().flatten().all(|p| (0.0..=1e6).contains(p))
    };
    match table.price.iter().find(odd) {
        Some(price) => Err(format!("{}: a price of {} is none", path.display(), price.model)),
        None => Ok(table.price),
    }
}

/// The price list in force: the user's entries before the built-in ones.
#[derive(Debug, Clone)]
pub struct Pricing {
    prices: Vec<Price>,
}

impl Pricing {
    #[must_use]
    pub fn new(own: &[Price]) -> Self {
        // A test parses the built-in list, so it is never empty in a build that passed.
        let built_in = toml::from_str::<Table>(BUILT_IN).map(|t| t.price).unwrap_or_default();
        Self { prices: own.iter().cloned().chain(built_in).collect() }
    }

    /// The price of a model as configured (`openai/gpt-4o-mini`), `None` if nobody has said.
    #[must_use]
    pub fn of(&self, model: &str) -> Option<&Price> {
        let model = model.strip_prefix("openrouter/").unwrap_or(model);
        // On equal length the earlier entry wins, which is the user's.
        // `gpt-5` is the price of `gpt-5-2025-08-07`, and not that of `gpt-5.5`.
        let ends = |rest: &str| !rest.starts_with(|c: char| c == '.' || c.is_ascii_alphanumeric());
        let fits = self
            .prices
            .iter()
            .filter(|p| model.strip_prefix(&p.model).is_some_and(|rest| p.model.ends_with('/') || ends(rest)));
        fits.fold(None, |best: Option<&Price>, p| match best {
            Some(b) if b.model.len() >= p.model.len() => Some(b),
            _ => Some(p),
        })
    }

    /// Cost in millionths of a dollar, rounded up; 0 where no price is known.
    #[must_use]
    pub fn cost(&self, model: &str, input: u64, cached: u64, output: u64) -> u64 {
        let Some(price) = self.of(model) else {
            return 0;
        };
        let cached = cached.min(input);
        let dollars_per_million = (input - cached) as f64 * price.input
            + cached as f64 * price.cached.unwrap_or(price.input)
            + output as f64 * price.output;
        dollars_per_million.max(0.0).ceil() as u64
    }

    /// The most that one call with this much text and room for an answer can cost.
    #[must_use]
    pub fn worst_case(&self, model: &str, input_bytes: usize, max_output_tokens: u32) -> Usage {
        // Tokenizers take at least two bytes per token on prose, code and JSON.
        let input = input_bytes.div_ceil(2) as u64;
        let output = u64::from(max_output_tokens);
        Usage {
            calls: 1,
            input_tokens: input,
            cached_tokens: 0,
            output_tokens: output,
            cost_micros: self.cost(model, input, 0, output),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn own(model: &str, input: f64) -> Price {
        Price { model: model.into(), input, output: 10.0, cached: Some(0.5), ..Price::default() }
    }

    #[test]
    fn the_built_in_list_parses_and_output_costs_no_less_than_input() {
        let list = Pricing::new(&[]);
        assert!(list.prices.len() > 5);
        assert!(list.prices.iter().all(|p| p.source.is_some() && p.date.is_some()));
        assert!(list.prices.iter().all(|p| p.output >= p.input && p.cached.is_none_or(|c| c <= p.input)));
    }

    #[test]
    fn the_longest_match_counts_and_the_users_entry_wins() {
        let list = Pricing::new(&[own("x/", 1.0), own("x/big", 5.0), own("ollama/", 7.0)]);
        assert_eq!(list.of("x/big-1").unwrap().input, 5.0);
        assert_eq!(list.of("openrouter/x/small").unwrap().input, 1.0);
        assert_eq!(list.of("ollama/llama").unwrap().input, 7.0);
        assert!(list.of("unknown/m").is_none() && list.of("x/bigger").is_some_and(|p| p.input == 1.0));
        assert!(list.of("openai/gpt-5.9").is_none(), "a newer model is not the older one");
        assert_eq!(list.of("openai/gpt-5-2025-08-07").unwrap().input, 1.25);
        assert_eq!(Pricing::new(&[]).cost("ollama/llama", 1000, 0, 1000), 0);
    }

    #[test]
    fn a_file_of_the_users_extends_the_list_and_its_mistakes_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("prices.toml");
        assert_eq!(read(&path), Ok(Vec::new()));
        std::fs::write(&path, "[[price]]\nmodel = \"lab/m\"\ninput = 1.0\noutput = 2.0\n").unwrap();
        assert_eq!(Pricing::new(&read(&path).unwrap()).cost("lab/m-1", 1_000_000, 0, 0), 1_000_000);
        std::fs::write(&path, "[[price]]\nmodel = \"lab/m\"\n\ninput = \"cheap\"\noutput = 2.0\n").unwrap();
        assert!(read(&path).unwrap_err().contains("prices.toml:4"));
        std::fs::write(&path, "[[price]]\nmodel = \"lab/m\"\ninput = -1.0\noutput = 2.0\n").unwrap();
        assert!(read(&path).unwrap_err().contains("lab/m"));
    }

    #[test]
    fn cost_is_dollars_per_million_in_millionths() {
        let list = Pricing::new(&[own("x/", 2.0)]);
        assert_eq!(list.cost("x/m", 1_000_000, 0, 0), 2_000_000);
        assert_eq!(list.cost("x/m", 1_000_000, 1_000_000, 100), 501_000);
        assert_eq!(list.cost("nobody/m", 1_000_000, 0, 9), 0);
    }

    proptest! {
        #[test]
        fn the_worst_case_bounds_the_estimate(text in "(?s).{0,400}") {
            let list = Pricing::new(&[own("x/", 2.0)]);
            let worst = list.worst_case("x/m", text.len(), 100);
            let tokens = u64::from(estimate_tokens(&text));
            prop_assert!(tokens <= worst.input_tokens.max(1));
            prop_assert!(list.cost("x/m", tokens, 0, 100) <= worst.cost_micros.max(1002));
        }
    }
}

//! What makes the vectors of a search: the encoder in the binary, or the server that the user's configuration names.

use super::{
    out::{Fail, talk},
    run::runtime,
};
use crate::{
    domain::Clean,
    driver::purse::Purse,
    hub::encoder::{Encode, builtin},
    models::{Model, openai::OpenAi, registry, settings::ModelSettings},
};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::runtime::Runtime;

/// The budget that vectors are paid from, as long as it is there.
pub type Payer = Arc<Mutex<Option<Purse>>>;

/// `None`: the search is by words. What a server makes is paid from this purse.
///
/// # Errors
/// The server that is named cannot be used: exit 6.
pub fn chosen(settings: &ModelSettings, purse: &Payer) -> Result<Option<&'static dyn Encode>, Fail> {
    let Some(spec) = &settings.embeddings else { return Ok(builtin()) };
    let refused = |text: String| Fail { code: 6, text };
    let model = registry::at_server(spec, settings).map_err(|error| refused(error.to_string()))?;
    if model.abilities().embeddings == Some(false) {
        talk(&format!(
            "{spec} makes no vectors, as `g1 models test {spec}` found: the encoder in the binary takes its place"
        ));
        return Ok(builtin());
    }
    let mut server = Server { model, runtime: runtime()?, purse: purse.clone(), version: String::new(), dimension: 0 };
    match server.paid(&["dimension"]) {
        Ok(probe) => server.dimension = probe.first().map_or(0, Vec::len),
        Err(Why::Budget(why)) => {
            talk(&format!("{why}; the search goes by words"));
            return Ok(None);
        }
        Err(Why::Server(why)) => return Err(refused(why.to_string())),
    }
    server.version = format!("{spec} of {}", server.dimension);
    // One a process, used to its end.
    Ok(Some(Box::leak(Box::new(server))))
}

struct Server {
    model: OpenAi,
    runtime: Runtime,
    purse: Payer,
    version: String,
    dimension: usize,
}

/// Why there are no vectors.
enum Why {
    Budget(Clean),
    Server(Clean),
}

impl Server {
    /// The most that they can cost is reserved before they are asked for, and what they did cost is settled after.
    fn paid(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Why> {
        let mut purse = self.purse.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(purse) = purse.as_mut() else { return Err(Why::Budget(Clean::new("the search is over"))) };
        let reserved = self.model.embedding_costs(texts);
        purse.reserve(self.model.id(), reserved, self.model.has_price()).map_err(Why::Budget)?;
        let embedded = self.runtime.block_on(self.model.embed(texts));
        if let Err(why) = purse.settle(self.model.id(), reserved, embedded.spent) {
            talk(&format!("{why}; all that was reserved for the vectors counts as spent"));
        }
        embedded.vectors.map_err(|error| Why::Server(Clean::from(error.to_string())))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.version)
    }
}

impl Encode for Server {
    fn version(&self) -> &str {
        &self.version
    }
    fn dimension(&self) -> usize {
        self.dimension
    }
    fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        if texts.is_empty() {
            return Vec::new();
        }
        self.paid(texts).unwrap_or_else(|why| {
            let (Why::Budget(why) | Why::Server(why)) = why;
            talk(&format!("{why}; the search goes by words"));
            Vec::new()
        })
    }
}

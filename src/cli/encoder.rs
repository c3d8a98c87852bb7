//! What makes the vectors of a search: the encoder in the binary, or the server that the user's configuration names.

use super::{
    out::{Fail, talk},
    run::runtime,
};
use crate::{
    hub::encoder::{Encode, builtin},
    models::{openai::OpenAi, registry, settings::ModelSettings},
};
use std::fmt;
use tokio::runtime::Runtime;

/// `None`: the search is by words.
///
/// # Errors
/// The server that is named cannot be used: exit 6.
pub fn chosen(settings: &ModelSettings) -> Result<Option<&'static dyn Encode>, Fail> {
    let Some(spec) = &settings.embeddings else { return Ok(builtin()) };
    let refused = |error: crate::models::ModelError| Fail { code: 6, text: error.to_string() };
    let model = registry::at_server(spec, settings).map_err(refused)?;
    let runtime = runtime()?;
    let probe = runtime.block_on(model.embed(&["dimension"])).map_err(refused)?;
    let dimension = probe.first().map_or(0, Vec::len);
    let version = format!("{spec} of {dimension}");
    // One a process, used to its end.
    Ok(Some(Box::leak(Box::new(Server { model, runtime, version, dimension }))))
}

struct Server {
    model: OpenAi,
    runtime: Runtime,
    version: String,
    dimension: usize,
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
        let made = self.runtime.block_on(self.model.embed(texts));
        made.unwrap_or_else(|error| {
            talk(&format!("{error}; the search goes by words"));
            Vec::new()
        })
    }
}

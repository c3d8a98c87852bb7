//! `/v1/embeddings`: texts as vectors, made by a server of the user's choice.

use super::{OpenAi, hide::hide};
use crate::domain::{Clean, usage::Usage};
use crate::models::{ModelError, pricing::estimate_tokens};
use serde::Deserialize;
use serde_json::json;

/// As many texts go into one request.
const BATCH: usize = 64;
/// As much of a text is sent; servers refuse longer ones, and what a text is about is said before.
const MOST_CHARS: usize = 6_000;
/// As much of an error's text is shown.
const SHOWN: usize = 200;

#[derive(Deserialize)]
struct Reply {
    data: Vec<Embedding>,
    #[serde(default)]
    usage: serde_json::Value,
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

/// What came of asking for vectors.
#[derive(Debug)]
pub struct Embedded {
    /// One a text, in order, each of length 1; or why there are none.
    pub vectors: Result<Vec<Vec<f32>>, ModelError>,
    /// What was spent, also where there are none.
    pub spent: Usage,
    /// The server has answered that it makes none, and not only failed to.
    pub never: bool,
}

impl OpenAi {
    /// The most that the vectors of these texts can cost.
    #[must_use]
    pub fn embedding_costs(&self, texts: &[&str]) -> Usage {
        let mut all = Usage::default();
        for batch in texts.chunks(BATCH) {
            let bytes = batch.iter().map(|text| cut(text).len()).sum();
            all += self.pricing.worst_case(&self.id, bytes, 0);
        }
        all
    }

    /// Asks for the vectors of these texts.
    pub async fn embed(&self, texts: &[&str]) -> Embedded {
        let mut embedded = Embedded { vectors: Ok(Vec::new()), spent: Usage::default(), never: false };
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            match self.embed_batch(batch, &mut embedded).await {
                Ok(made) => vectors.extend(made),
                Err(error) => return Embedded { vectors: Err(error), ..embedded },
            }
        }
        Embedded { vectors: Ok(vectors), ..embedded }
    }

    async fn embed_batch(&self, texts: &[&str], so_far: &mut Embedded) -> Result<Vec<Vec<f32>>, ModelError> {
        let Embedded { spent, never, .. } = so_far;
        let fail = |what: String| ModelError::Provider(Clean::from(format!("{}: {what}", self.id)));
        let input: Vec<String> = texts.iter().map(|text| cut(text)).collect();
        // What it counted, or where it did not, an estimate.
        let charged = |counted: Option<u64>| {
            let estimate = || input.iter().map(|text| u64::from(estimate_tokens(text))).sum();
            let input_tokens = counted.unwrap_or_else(estimate);
            let cost_micros = self.pricing.cost(&self.id, input_tokens, 0, 0);
            Usage { calls: 1, input_tokens, cost_micros, ..Usage::default() }
        };
        let sent = self
            .http
            .post(format!("{}/embeddings", self.endpoint.base))
            .headers(self.endpoint.headers.clone())
            .timeout(self.settings.timeouts.first_token())
            .json(&json!({"model": self.model, "input": input, "encoding_format": "float"}))
            .send();
        // Without the address: it may hold what is nobody's business.
        let mut response = match sent.await {
            Ok(response) => response,
            Err(error) => {
                // Who took it and does not answer may be at work on it.
                if !error.is_connect() {
                    *spent += charged(None);
                }
                return Err(fail(format!("no embeddings: {}", error.without_url())));
            }
        };
        let status = response.status();
        let paid = if status.is_success() { charged(None) } else { Usage::default() };
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(bytes)) => body.extend_from_slice(&bytes),
                Err(error) => {
                    *spent += paid;
                    return Err(fail(error.without_url().to_string()));
                }
            }
            if body.len() > self.settings.max_reply_bytes.saturating_mul(4) {
                *spent += paid;
                return Err(fail("the answer with the embeddings is too large".to_owned()));
            }
        }
        if !status.is_success() {
            *never = matches!(status.as_u16(), 400 | 404 | 405 | 415 | 422 | 501);
            let said = Clean::new(&hide(&Clean::from_bytes(&body), &self.endpoint.secrets)).one_line(SHOWN);
            return Err(fail(format!("no embeddings: the server answers {status} {said}")));
        }
        let reply = serde_json::from_slice::<Reply>(&body);
        let counted = reply.as_ref().ok().and_then(|reply| reply.usage.get("prompt_tokens")?.as_u64());
        *spent += charged(counted);
        *never = reply.is_err();
        let reply = reply.map_err(|error| fail(format!("what the server answers are no embeddings ({error})")))?;
        let mut vectors = vec![Vec::new(); texts.len()];
        for item in reply.data {
            if let Some(place) = vectors.get_mut(item.index) {
                *place = item.embedding;
            }
        }
        let dimension = vectors.first().map_or(0, Vec::len);
        if dimension == 0 || vectors.iter().any(|vector| vector.len() != dimension) {
            return Err(fail("the server did not answer with one vector for each text".to_owned()));
        }
        vectors.iter_mut().for_each(|vector| normalise(vector));
        Ok(vectors)
    }
}

/// What of a text is sent. An empty one is refused by some.
fn cut(text: &str) -> String {
    let cut: String = text.chars().take(MOST_CHARS).collect();
    if cut.trim().is_empty() { "-".to_owned() } else { cut }
}

/// To length 1. One that cannot be is left to be refused by the index, which finds its text by words.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length.is_normal() {
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    }
}

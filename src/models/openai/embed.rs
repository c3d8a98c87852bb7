//! `/v1/embeddings`: texts as vectors, made by a server of the user's choice.

use super::{OpenAi, hide::hide};
use crate::domain::Clean;
use crate::models::ModelError;
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
}

#[derive(Deserialize)]
struct Embedding {
    index: usize,
    embedding: Vec<f32>,
}

impl OpenAi {
    /// One vector a text, in order, each of length 1.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or answers with something else.
    pub async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            vectors.extend(self.embed_batch(batch).await?);
        }
        Ok(vectors)
    }

    async fn embed_batch(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let fail = |what: String| ModelError::Provider(Clean::from(format!("{}: {what}", self.id)));
        // An empty text is refused by some.
        let cut = |text: &&str| text.chars().take(MOST_CHARS).collect::<String>();
        let input: Vec<String> =
            texts.iter().map(cut).map(|t| if t.trim().is_empty() { "-".into() } else { t }).collect();
        let sent = self
            .http
            .post(format!("{}/embeddings", self.endpoint.base))
            .headers(self.endpoint.headers.clone())
            .timeout(self.settings.timeouts.first_token())
            .json(&json!({"model": self.model, "input": input, "encoding_format": "float"}))
            .send();
        // Without the address: it may hold what is nobody's business.
        let mut response = sent.await.map_err(|error| fail(format!("no embeddings: {}", error.without_url())))?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| fail(error.without_url().to_string()))? {
            body.extend_from_slice(&bytes);
            if body.len() > self.settings.max_reply_bytes.saturating_mul(4) {
                return Err(fail("the answer with the embeddings is too large".to_owned()));
            }
        }
        if !status.is_success() {
            let said = Clean::new(&hide(&Clean::from_bytes(&body), &self.endpoint.secrets)).one_line(SHOWN);
            return Err(fail(format!("no embeddings: the server answers {status} {said}")));
        }
        let reply: Reply = serde_json::from_slice(&body)
            .map_err(|error| fail(format!("what the server answers are no embeddings ({error})")))?;
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

/// To length 1. One that cannot be is left to be refused by the index, which finds its text by words.
fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    if length.is_normal() {
        vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    }
}

//! What a model can do, found out by asking it on purpose (`g1 models test`), and remembered.

use super::{
    Bill, Fault, Limits, OpenAi, Reader, Spent,
    canary::Told,
    pace::Patience,
    reader::Ended,
    shape::{self, Ask, Shape},
};
use crate::{
    domain::usage::Usage,
    models::{Abilities, Model, ModelError, pricing::Price, settings::Api},
};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc;

/// Room for the answers to the questions here.
const OUTPUT: u32 = 400;
/// A text of about this many tokens must be read whole. More than the window that small servers have when nobody set it.
const BALLAST: usize = 6_000;

/// How long a list of models may take to its end: servers that have one have it at hand.
pub(super) const LISTED: Duration = Duration::from_secs(20);

/// What a test found.
#[derive(Debug, Clone)]
pub struct Tested {
    pub abilities: Abilities,
    /// A text of some thousand tokens was read from beginning to end; none: it could not tell.
    pub reads_long: Option<bool>,
    pub price: Option<Price>,
    pub usage: Usage,
}

/// What an answer shows. One that was cut or did not come shows nothing: runs go by this, so "no" must be one.
fn found(answer: &Result<(Ended, usize), Fault>, shows: impl Fn(&Ended) -> bool) -> Option<bool> {
    match answer {
        Ok((ended, _)) if shows(ended) => Some(true),
        Ok((ended, _)) => (!ended.cut).then_some(false),
        Err(Fault::Status { status: 400 | 404 | 405 | 415 | 422 | 501, .. } | Fault::Declined(_)) => Some(false),
        Err(_) => None,
    }
}

impl OpenAi {
    /// Asks a handful of small questions.
    ///
    /// # Errors
    /// It does not even answer the first one.
    pub async fn test(&self) -> Result<Tested, ModelError> {
        let mut spent = Spent::default();
        // What it could not do the last time, it may have learnt.
        let mut shape = Shape { streams: true, ..self.shape() };
        let counting = "Write the numbers from 1 to 20, separated by spaces, and nothing else.";
        let pieces = loop {
            match self.question(shape, counting, &mut spent, |_| {}).await {
                Ok((_, pieces)) => break pieces,
                Err(Fault::Status { status: 404 | 405, .. }) if !shape.v1 && !self.endpoint.names_version() => {
                    shape.v1 = true;
                }
                Err(Fault::Status { status: 400, body, .. })
                    if !shape.max_completion_tokens && body.contains("max_completion_tokens") =>
                {
                    shape.max_completion_tokens = true;
                }
                Err(Fault::Status { status: 400 | 422 | 501, body, .. })
                    if shape.streams && body.to_ascii_lowercase().contains("stream") =>
                {
                    shape.streams = false;
                }
                Err(fault) => return Err(self.fail(fault, 1, spent)),
            }
        };
        let mut abilities = self.abilities();
        shape.streams &= pieces > 1;
        abilities.streams = Some(shape.streams);
        abilities.schema = self.holds_schema(shape, &mut spent).await;
        abilities.tools = self.uses_tools(shape, &mut spent).await;
        let embedded = self.embed(&["one text", "another"]).await;
        abilities.embeddings = match embedded.vectors {
            Ok(_) => Some(true),
            Err(_) => embedded.never.then_some(false),
        };
        let listed = self.listed(shape).await.unwrap_or_default();
        let window = listed.into_iter().find(|(id, _)| *id == self.model).and_then(|(_, window)| window);
        abilities.context_tokens = window.or(abilities.context_tokens);
        let ballast = "Every word of this is read by somebody. ".repeat(BALLAST / 10);
        let reads_long = match self.reads("", &ballast, &self.id, &mut spent).await {
            Told::Whole => Some(true),
            Told::Part => Some(false),
            Told::Nothing | Told::Failed => None,
        };
        self.learn(|known| {
            known.abilities = abilities.clone();
            let mut now = known.shape.unwrap_or(self.first_shape);
            // What an earlier test or run found it unable to do, it may have learnt.
            if abilities.schema == Some(true) {
                now.structured = now.structured.min(self.first_shape.structured);
            }
            now.tools |= abilities.tools == Some(true);
            (now.v1, now.max_completion_tokens, now.streams) = (shape.v1, shape.max_completion_tokens, shape.streams);
            known.shape = Some(now);
            known.tested_at = Some(jiff::Timestamp::now());
        });
        let mut usage = self.usage(spent);
        usage += embedded.spent;
        Ok(Tested { abilities, reads_long, price: self.pricing.of(&self.id).cloned(), usage })
    }

    /// One question; its answer, and in how many pieces it came.
    async fn question(
        &self,
        shape: Shape,
        words: &str,
        spent: &mut Spent,
        with: impl FnOnce(&mut Value),
    ) -> Result<(Ended, usize), Fault> {
        let system = "You answer exactly what is asked.";
        let mut body = shape::plain(shape, &self.model, system, words, Ask { output_tokens: OUTPUT, ..Ask::default() });
        with(&mut body);
        let (deltas, mut pieces) = mpsc::channel(4 * OUTPUT as usize);
        let limits = Limits {
            bytes: 64 * 1024,
            tokens: 10 * OUTPUT,
            idle: Patience::usual(self.settings.timeouts.idle()),
            until: None,
        };
        let sent = u64::from(self.count_tokens(words)) + 8;
        let mut bill = Bill::new(Reader::new(&deltas, limits), spent, sent, OUTPUT);
        let result = self.exchange(body, shape, None, &mut bill).await;
        let ended = bill.settle(result)?;
        let mut count = 0;
        while pieces.try_recv().is_ok() {
            count += 1;
        }
        Ok((ended, count))
    }

    /// The question does not speak of JSON: only a server that holds replies to the schema answers with it.
    async fn holds_schema(&self, shape: Shape, spent: &mut Spent) -> Option<bool> {
        let schema = json!({"type": "object", "properties": {"legs": {"type": "integer"}}, "required": ["legs"], "additionalProperties": false});
        let format = |body: &mut Value| match shape.api {
            Api::Chat => {
                body["response_format"] =
                    json!({"type": "json_schema", "json_schema": {"name": "legs", "strict": true, "schema": schema}});
            }
            Api::Responses => {
                body["text"] =
                    json!({"format": {"type": "json_schema", "name": "legs", "strict": true, "schema": schema}});
            }
        };
        let answer = self.question(shape, "How many legs has a spider?", spent, format).await;
        found(&answer, |ended| {
            serde_json::from_str::<Value>(ended.text.trim()).is_ok_and(|reply| reply["legs"].is_i64())
        })
    }

    async fn uses_tools(&self, shape: Shape, spent: &mut Spent) -> Option<bool> {
        let parameters = json!({"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]});
        let about = "Gives the meaning of a word.";
        let offer = |body: &mut Value| {
            body["tools"] = match shape.api {
                Api::Chat => {
                    json!([{"type": "function", "function": {"name": "look_up", "description": about, "parameters": parameters}}])
                }
                Api::Responses => {
                    json!([{"type": "function", "name": "look_up", "description": about, "parameters": parameters, "strict": false}])
                }
            };
        };
        let words = "Use the tool look_up to look up the word 'otter'.";
        let answer = self.question(shape, words, spent, offer).await;
        found(&answer, |ended| ended.calls.iter().any(|call| call.name == "look_up"))
    }

    /// The models that the server says it has, with the tokens of their windows where it says that too.
    ///
    /// # Errors
    /// It has no such list, in words.
    pub(super) async fn listed(&self, shape: Shape) -> Result<Vec<(String, Option<u32>)>, String> {
        let sent = self
            .http
            .get(format!("{}/models", self.endpoint.with(shape).base))
            .headers(self.endpoint.headers.clone())
            .timeout(self.settings.timeouts.first_token().min(LISTED))
            .send();
        self.models_in(sent.await.map_err(|error| error.without_url().to_string())?).await
    }

    /// As [`Self::listed`], from its answer.
    pub(super) async fn models_in(
        &self,
        mut response: reqwest::Response,
    ) -> Result<Vec<(String, Option<u32>)>, String> {
        if !response.status().is_success() {
            return Err(format!("HTTP {}", response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(bytes) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
            body.extend_from_slice(&bytes);
            if body.len() > self.settings.max_reply_bytes {
                return Err("an answer without end".to_owned());
            }
        }
        let value: Value = serde_json::from_slice(&body).map_err(|_| "no JSON".to_owned())?;
        let list = value.get("data").or_else(|| value.get("models")).unwrap_or(&value);
        let one = |model: &Value| {
            let id = model.get("id").or_else(|| model.get("name"))?.as_str()?.trim_start_matches("models/").to_owned();
            let windows = [
                "context_length",
                "max_model_len",
                "context_window",
                "max_context_length",
                "loaded_context_length",
                "inputTokenLimit",
            ];
            let window = windows.iter().find_map(|key| model.get(key)?.as_u64()).and_then(|n| u32::try_from(n).ok());
            Some((id, window))
        };
        list.as_array().map(|models| models.iter().filter_map(one).collect()).ok_or_else(|| "no list".to_owned())
    }
}

//! Shared by the tests of this layer.

use super::{Model, ModelError, Request, Response};
use crate::domain::{
    Clean, Hash, PersonaId, StepId,
    clause::Clause,
    pack::{ContextPack, Page},
    reply::ReplyKind,
    usage::Usage,
};
use futures::future::BoxFuture;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub fn request_of(model: &str, step: &str, attempt: u32, text: &str) -> Request {
    let pack = ContextPack {
        id: Hash::of(text.as_bytes()),
        step: StepId::new(step).unwrap(),
        attempt,
        personas: vec![PersonaId::new("developer").unwrap()],
        module: None,
        budget_tokens: 100,
        seat: None,
        page: Page::default(),
        beside: vec![],
        runs_on: None,
        holds: None,
        items: vec![],
        cut: vec![],
    };
    Request {
        hash: Hash::of(format!("{model}{step}{attempt}{text}").as_bytes()),
        model: model.to_owned(),
        kind: ReplyKind::Build,
        pack,
        system: "You work.".to_owned(),
        user: format!("{step} {attempt} {text}"),
        schema: crate::personas::schema(ReplyKind::Build),
        max_output_tokens: 16_000,
        turns: Vec::new(),
        reserved: None,
    }
}

/// The result of a call and everything it streamed.
pub async fn collect(model: &dyn Model, request: &Request) -> (Result<Response, ModelError>, String) {
    collect_with(model, request, CancellationToken::new()).await
}

pub async fn collect_with(
    model: &dyn Model,
    request: &Request,
    cancel: CancellationToken,
) -> (Result<Response, ModelError>, String) {
    let (sender, mut receiver) = mpsc::channel::<Clean>(4);
    let listen = async move {
        let mut text = String::new();
        while let Some(piece) = receiver.recv().await {
            text.push_str(&piece);
        }
        text
    };
    tokio::join!(model.call(request, sender, cancel), listen)
}

/// A model that always says the same.
pub struct Says {
    id: &'static str,
    what: Result<String, ModelError>,
}

impl Says {
    pub fn text(id: &'static str, text: &str) -> Arc<dyn Model> {
        Arc::new(Self { id, what: Ok(text.to_owned()) })
    }
    pub fn error(id: &'static str, error: ModelError) -> Arc<dyn Model> {
        Arc::new(Self { id, what: Err(error) })
    }
}

impl Model for Says {
    fn id(&self) -> &str {
        self.id
    }
    fn count_tokens(&self, text: &str) -> u32 {
        super::pricing::estimate_tokens(text)
    }
    fn accepts(&self, _: &[Clause]) -> Result<(), ModelError> {
        Ok(())
    }
    fn has_price(&self) -> bool {
        true
    }
    fn worst_case(&self, _: &Request) -> Usage {
        Usage { calls: 1, ..Usage::default() }
    }
    fn call<'a>(
        &'a self,
        _: &'a Request,
        _: mpsc::Sender<Clean>,
        _: CancellationToken,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        let what = self.what.clone();
        Box::pin(async move { what.map(|text| Response::reply(text, Usage::default())) })
    }
}

//! Shared by the tests of this layer.

use super::{Model, ModelError, Request, Response};
use crate::domain::{Clean, Hash, PersonaId, StepId, pack::ContextPack, reply::ReplyKind};
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

//! How much of a model's window is left for a context pack.

use crate::{
    domain::{
        Hash, PersonaId, StepId,
        pack::{ContextPack, Page},
        reply::ReplyKind,
    },
    models::{Model, assigned::Assigned, render},
    personas::{self, Library},
};

/// A pack with less room than this says too little at a time to be of use.
const LEAST: u32 = 500;

/// The tokens a pack may hold: as wished, and no more than fits into the smallest window beside G1's own instructions and
/// a third kept for the reply. `window` is what the configuration says; else it is what is known of the models.
///
/// # Errors
/// The window is too small for anything; the words say how large it has to be.
pub fn pack_tokens(wished: u32, window: Option<u32>, models: &Assigned, library: &Library) -> Result<u32, String> {
    let room = |model: &dyn Model| {
        let Some(window) = window.or(model.abilities().context_tokens) else { return Ok(wished) };
        // The offline engine reads the pack itself: no prompt, and no limit to what it writes.
        let (frame, reply) = if model.id() == "offline" { (0, 0) } else { (frame(model, library), window / 3) };
        let left = window.saturating_sub(frame).saturating_sub(reply);
        if left < LEAST {
            let least = (frame + LEAST) / 2 * 3;
            return Err(format!(
                "a window of {window} tokens is too small for {}: G1's own instructions take {frame}, and a third is kept \
                 for the reply; about {least} are the least (models.context, or another model)",
                model.id()
            ));
        }
        Ok(left)
    };
    models.all().try_fold(wished, |least, model| Ok(least.min(room(model.as_ref())?)))
}

/// Tokens of the longest instructions with their schema: those of the personas that share a call in a lean plan.
fn frame(model: &dyn Model, library: &Library) -> u32 {
    const SHARED: [(ReplyKind, &[&str]); 6] = [
        (ReplyKind::Understand, &["requirement-concierge", "business-analyst"]),
        (ReplyKind::Plan, &["workflow-designer", "team-architect", "communication-architect"]),
        (ReplyKind::Design, &["solution-architect", "technical-architect", "api-designer", "database-architect"]),
        (ReplyKind::Build, &["developer"]),
        (ReplyKind::Test, &["tester"]),
        (ReplyKind::Verify, &["verifier", "qa-specialist"]),
    ];
    let tokens = |(kind, ids): &(ReplyKind, &[&str])| {
        let seated: Vec<_> =
            ids.iter().filter_map(|id| PersonaId::new(*id).ok()).filter_map(|id| library.get(&id)).collect();
        let system = render::system(&empty()?, *kind, &seated);
        Some(model.count_tokens(&system) + model.count_tokens(&personas::schema(*kind).to_string()))
    };
    SHARED.iter().filter_map(tokens).max().unwrap_or(0)
}

fn empty() -> Option<ContextPack> {
    Some(ContextPack {
        id: Hash::of(b""),
        step: StepId::new("understand").ok()?,
        attempt: 1,
        personas: Vec::new(),
        module: None,
        budget_tokens: 0,
        seat: None,
        page: Page::default(),
        beside: Vec::new(),
        items: Vec::new(),
        cut: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::offline::Offline;
    use std::sync::Arc;

    #[test]
    fn a_pack_is_no_larger_than_the_window_and_a_window_too_small_is_named() {
        let models = Assigned::one(Arc::new(Offline::new()));
        let (library, _) = Library::load(None, None);
        assert_eq!(pack_tokens(100_000, None, &models, &library), Ok(100_000));
        assert_eq!(pack_tokens(100_000, Some(2_000), &models, &library), Ok(2_000));
        assert_eq!(pack_tokens(1_000, Some(2_000), &models, &library), Ok(1_000));
        let error = pack_tokens(100_000, Some(100), &models, &library).unwrap_err();
        assert!(error.contains("100 tokens is too small for offline"), "{error}");
        assert!(frame(&Offline::new(), &library) > 1_000, "the personas' prompts count");
    }
}

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
/// a third kept for the reply (a quarter, where a third would leave no pack). `window` is what the configuration says;
/// else it is what is known of the models.
///
/// # Errors
/// The window is too small for anything; the words say how large it has to be.
pub fn pack_tokens(wished: u32, window: Option<u32>, models: &Assigned, library: &Library) -> Result<u32, String> {
    let room = |model: &dyn Model| {
        let Some(window) = window.or(model.abilities().context_tokens) else { return Ok(wished) };
        // The offline engine reads the pack itself: no prompt, and no limit to what it writes.
        if crate::domain::run::is_offline(model.id()) {
            return beside(window, 0, 0).ok_or_else(|| {
                format!("a window of {window} tokens is too small; {LEAST} are the least (models.context)")
            });
        }
        let frame = frame(model, library);
        beside(window, frame, window / 3).or_else(|| beside(window, frame, window / 4)).ok_or_else(|| {
            let least = (frame + LEAST).div_ceil(3) * 4;
            format!(
                "a window of {window} tokens is too small for {}: G1's own instructions take {frame}, and a quarter is kept \
                 for the reply; about {least} are the least (models.context, or another model)",
                model.id()
            )
        })
    };
    models.all().try_fold(wished, |least, model| Ok(least.min(room(model.as_ref())?)))
}

/// What instructions and reply leave of a window, if that is enough for a pack.
fn beside(window: u32, frame: u32, reply: u32) -> Option<u32> {
    Some(window.saturating_sub(frame).saturating_sub(reply)).filter(|left| *left >= LEAST)
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
        holds: None,
        runs_on: None,
        items: Vec::new(),
        cut: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{offline::Offline, testing::Says};
    use std::sync::Arc;

    #[test]
    fn a_pack_is_no_larger_than_the_window_and_a_window_too_small_is_named() {
        let models = Assigned::one(Arc::new(Offline::new()));
        let (library, _) = Library::load(None, None);
        assert_eq!(pack_tokens(100_000, None, &models, &library), Ok(100_000));
        assert_eq!(pack_tokens(100_000, Some(2_000), &models, &library), Ok(2_000));
        assert_eq!(pack_tokens(1_000, Some(2_000), &models, &library), Ok(1_000));
        let error = pack_tokens(100_000, Some(100), &models, &library).unwrap_err();
        assert!(error.contains("100 tokens is too small; 500 are the least"), "{error}");
        assert!(frame(&Offline::new(), &library) > 1_000, "the personas' prompts count");
    }

    /// The smallest models in use have 8,192 tokens. Who makes the instructions longer than this allows finds out here.
    #[test]
    fn a_window_of_8k_holds_the_instructions_a_reply_and_a_pack() {
        let models = Assigned::one(Says::text("compat/small", "{}"));
        let (library, _) = Library::load(None, None);
        let room = pack_tokens(100_000, Some(8_192), &models, &library).unwrap();
        assert!((LEAST..8_192 / 3).contains(&room), "{room}");
        let error = pack_tokens(100_000, Some(4_096), &models, &library).unwrap_err();
        assert!(error.contains("4096 tokens is too small for compat/small"), "{error}");
    }
}

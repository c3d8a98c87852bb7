//! What was said in turns with tools, from the blobs: the words that a model is sent after its pack, and that the context
//! inspector shows.

use crate::{
    domain::{Hash, pack::ContextPack, plan::Seat, reply::ReplyKind, run::Call},
    hub::{Blobs, HubError},
    models::render,
};

/// Whether who gets this pack may use tools; without a seat the whole step shares one.
#[must_use]
pub fn may_use_tools(kind: ReplyKind, pack: &ContextPack) -> bool {
    let shared = Seat::work(Vec::new());
    pack.seat.as_ref().unwrap_or(&shared).may_use_tools(kind)
}

/// The words of each turn, and what the tools gave. `offered`: how many turns there were to be before the first.
///
/// # Errors
/// A blob is missing or damaged.
pub fn of(turns: &[Call], offered: u32, blobs: &Blobs) -> Result<Vec<(String, String)>, HubError> {
    let mut left = offered;
    let mut said = Vec::new();
    let text = |hash: &Hash| Ok::<_, HubError>(String::from_utf8_lossy(&blobs.get(hash)?).into_owned());
    for call in turns {
        let (Some(reply), Some(turn)) = (&call.reply, &call.turn) else { continue };
        left = left.saturating_sub(1);
        let results = turn.uses.iter().map(|used| Ok((used, text(&used.result)?)));
        let results = results.collect::<Result<Vec<_>, HubError>>()?;
        said.push((text(reply)?, render::given(&results, &turn.draft, left)));
    }
    Ok(said)
}

//! From what a server says, over one exchange or several, to the reply of a call.

use super::{Fault, OpenAi, Request, Response, Shape, Spent, json, reader::Ended, shape, shape::Ask};
use crate::domain::Clean;
use serde::de::IgnoredAny;
use std::collections::HashMap;
use tokio::{sync::mpsc, time::Instant};

/// How often a reply that a limit cut is asked to go on.
const MAX_CONTINUATIONS: u32 = 4;
/// Characters of what was said in place of a reply that are sent back.
const MOST_ASIDE: usize = 2_000;

impl OpenAi {
    /// The reply of a call, whole, with what it cost.
    pub(super) async fn reply(
        &self,
        request: &Request,
        deltas: &mpsc::Sender<Clean>,
        spent: &mut Spent,
    ) -> Result<Response, (Fault, u32)> {
        self.breaker.admit(Instant::now()).map_err(|fault| (fault, 1))?;
        let began = Instant::now();
        let wanted = self.room(request).ok_or((Fault::NoRoom, 1))?;
        let mut noted = 0;
        let mut useless = |spent: &Spent| {
            let answers = spent.calls.saturating_sub(std::mem::replace(&mut noted, spent.calls));
            self.breaker.useless(began, Instant::now(), answers).map_err(|fault| (fault, 1))
        };
        let cut = |spent: &Spent| (Fault::Cut { tokens: spent.counted.output.max(1), allowed: wanted }, 1);
        let (mut ended, mut shape) = self.converse(request, Ask::default(), wanted, deltas, spent).await?;
        let mut left = MAX_CONTINUATIONS;
        while ended.cut {
            let room = self.room_to_go_on(request, &ended, *spent, wanted);
            let (Some(room), Some(more)) = (room, left.checked_sub(1)) else {
                return Err(useless(spent).err().unwrap_or_else(|| cut(spent)));
            };
            left = more;
            let begun = std::mem::take(ended.part());
            let ask = Ask { cut: Some(&begun), ..Ask::default() };
            let (next, _) = match self.converse(request, ask, room, deltas, spent).await {
                // It has nothing more to say, and what it said is no whole reply.
                Err((Fault::Declined(_), _)) => return Err(useless(spent).err().unwrap_or_else(|| cut(spent))),
                next => next?,
            };
            *ended.part() = json::join(&begun, &next.text);
            ended.cut = next.cut && json::find(ended.part()).is_none();
        }
        self.read_whole(request, &ended, spent).await.map_err(|fault| (fault, 1))?;
        if !has_object(&ended) {
            useless(spent)?;
            // A server that ignores the schema is asked in another way, now and the next time.
            if self.known().abilities.schema != Some(true)
                && let Some(next) = shape.without_schema()
            {
                shape = next;
                self.learn(|known| known.shape = Some(next));
            }
            (ended, shape) = self.said_again(request, ended, shape, wanted, deltas, spent).await;
            if ended.cut && !has_object(&ended) {
                return Err(useless(spent).err().unwrap_or_else(|| cut(spent)));
            }
        }
        if holds_some(request, &ended) {
            self.breaker.useful();
        } else {
            useless(spent)?;
        }
        if has_object(&ended) {
            self.learn(|known| known.shape = Some(shape));
        }
        let text = meaning(request, ended).map_err(|fault| (fault, 1))?;
        Ok(Response::reply(text, self.usage(*spent)))
    }

    /// The reply of a model that said something else in its place: it is asked for it once, if that fits into what was
    /// reserved.
    async fn said_again(
        &self,
        request: &Request,
        mut ended: Ended,
        shape: Shape,
        wanted: u32,
        deltas: &mpsc::Sender<Clean>,
        spent: &mut Spent,
    ) -> (Ended, Shape) {
        let aside: String = ended.part().chars().take(MOST_ASIDE).collect();
        let ask = Ask { aside: Some(&aside), ..Ask::default() };
        let Some(room) = self.room_within(request, *spent, self.asked_tokens(request, ask), u64::from(wanted)) else {
            return (ended, shape);
        };
        // Where it says nothing more, what it said is judged.
        self.converse(request, ask, room, deltas, spent).await.unwrap_or((ended, shape))
    }
}

/// What was said holds a JSON object, in words or in the arguments of a tool.
fn has_object(ended: &Ended) -> bool {
    said(ended).any(|text| json::find(text).is_some())
}

/// It holds one with something of what was asked for: an empty one, or one of something else, is as good as none.
fn holds_some(request: &Request, ended: &Ended) -> bool {
    let asked = |key: &String| request.schema["properties"].get(key).is_some();
    said(ended).filter_map(|text| json::find(text)).any(|object| {
        let object: Result<HashMap<String, IgnoredAny>, _> = serde_json::from_str(&object);
        object.is_ok_and(|object| object.keys().any(asked))
    })
}

fn said(ended: &Ended) -> impl Iterator<Item = &String> {
    ended.calls.iter().map(|call| &call.arguments).chain([&ended.text])
}

/// The reply: what it was said in, or the arguments of the tool that gives it.
fn meaning(request: &Request, ended: Ended) -> Result<String, Fault> {
    let Ended { text, calls, .. } = ended;
    let reply = calls.iter().rev().find(|call| call.name == shape::name(request));
    match (reply, calls.first()) {
        (Some(reply), _) => Ok(json::object_of(&reply.arguments).into_owned()),
        (None, Some(call)) if text.trim().is_empty() => Err(Fault::UnknownTool(call.name.clone())),
        (None, _) => Ok(json::object_of(&text).into_owned()),
    }
}

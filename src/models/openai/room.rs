//! How much a call may take: what is reserved for it before it is made, and what is left of that while it goes on.

use super::{
    OpenAi, Request, Spent, canary,
    reader::Ended,
    shape::{Ask, LEAST_OUTPUT},
};
use crate::{domain::usage::Usage, models::Model};

impl OpenAi {
    /// Tokens that a request takes, estimated.
    pub(super) fn sent_tokens(&self, request: &Request) -> u32 {
        let mut sent = self.count_tokens(&request.system).saturating_add(self.count_tokens(&request.user));
        for turn in &request.turns {
            sent = sent.saturating_add(self.count_tokens(turn.text()));
        }
        sent
    }

    /// Tokens that a request takes with what is to be gone on from, estimated.
    pub(super) fn asked_tokens(&self, request: &Request, ask: Ask<'_>) -> u64 {
        let said = [ask.cut, ask.aside].into_iter().flatten();
        u64::from(self.sent_tokens(request)) + said.map(|text| u64::from(self.count_tokens(text))).sum::<u64>()
    }

    /// The most that the call can cost, whatever happens in it.
    pub(super) fn reserve(&self, request: &Request) -> Usage {
        // A server that is not held to a format is sent the schema as well.
        let mut bytes = request.system.len() + request.user.len() + request.schema.to_string().len();
        for turn in &request.turns {
            bytes += turn.text().len();
        }
        let mut worst = self.pricing.worst_case(&self.id, bytes, request.max_output_tokens);
        if self.may_check(self.sent_tokens(request)) {
            let bytes = request.system.len() + canary::said(request).len() + canary::WORDS;
            worst += self.pricing.worst_case(&self.id, bytes, canary::OUTPUT);
        }
        worst
    }

    /// Room for the answer: what the step wants, what the model writes at most, what its context leaves; `None` where those
    /// who were asked before have left too little of what was reserved.
    pub(super) fn room(&self, request: &Request) -> Option<u32> {
        let abilities = self.known().abilities.clone();
        let mut room = request.max_output_tokens.min(abilities.output_tokens.unwrap_or(u32::MAX));
        if let Some(context) = abilities.context_tokens {
            let left = context.saturating_sub(self.sent_tokens(request).saturating_add(256));
            room = room.min(left.max(LEAST_OUTPUT));
        }
        let own = self.reserve(request);
        let is_less = |left: Usage| left.tokens() < own.tokens() || left.cost_micros < own.cost_micros;
        if request.reserved.is_some_and(is_less) {
            return self.room_within(request, Spent::default(), self.sent_tokens(request).into(), room.into());
        }
        Some(room)
    }

    /// Room for the rest of a reply that was cut, within what was reserved for the whole call; `None` when there is too
    /// little of it.
    pub(super) fn room_to_go_on(&self, request: &Request, ended: &Ended, spent: Spent, wanted: u32) -> Option<u32> {
        let counted = ended.counted.unwrap_or_default();
        // What the server cuts without being asked to is its own limit; what the step allows is never exceeded.
        let room = u64::from(request.max_output_tokens).checked_sub(spent.counted.output)?.min(u64::from(wanted));
        self.room_within(request, spent, counted.input + counted.output + 100, room)
    }

    /// Whether a further exchange of this size is within what was reserved for the whole call.
    pub(super) fn fits(&self, request: &Request, spent: Spent, input: u64, output: u64) -> bool {
        let reserved = request.reserved.unwrap_or_else(|| self.reserve(request));
        let input = spent.counted.input.saturating_add(input);
        let output = spent.counted.output.saturating_add(output);
        input.saturating_add(output) <= reserved.tokens()
            && self.pricing.cost(&self.id, input, 0, output) <= reserved.cost_micros
    }

    /// Room for another answer to `input` tokens, within what was reserved for the whole call.
    pub(super) fn room_within(&self, request: &Request, spent: Spent, input: u64, mut room: u64) -> Option<u32> {
        while room >= u64::from(LEAST_OUTPUT) && !self.fits(request, spent, input, room) {
            room -= 500;
        }
        (room >= u64::from(LEAST_OUTPUT)).then(|| u32::try_from(room).unwrap_or(u32::MAX))
    }
}

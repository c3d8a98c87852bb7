//! What an attempt costs, however it ends: a server bills what it was sent and what it wrote, whether anybody heard the end.

use super::{
    Spent,
    fault::Fault,
    reader::{Ended, Reader},
    wire::Counted,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// An attempt under way. Dropped before it has ended (a person cancels, the time of the call is over), it leaves what it
/// may have cost.
pub(super) struct Bill<'a, 'b> {
    pub reader: Reader<'a>,
    spent: &'b mut Spent,
    /// Tokens of its request, estimated.
    sent: u64,
    /// Tokens that the server was allowed to write.
    allowed: u32,
    open: bool,
    answered: Arc<AtomicBool>,
}

impl<'a, 'b> Bill<'a, 'b> {
    pub fn new(reader: Reader<'a>, spent: &'b mut Spent, sent: u64, allowed: u32) -> Self {
        Self { reader, spent, sent, allowed, open: true, answered: Arc::default() }
    }

    /// Set when the server takes the request and begins an answer.
    pub fn answered(&self) -> Arc<AtomicBool> {
        self.answered.clone()
    }

    /// It is billed although nobody counted it: something was written, a server is silent that may be at work, or an answer
    /// was begun, whatever came of it. An error in place of a reply is none, also behind a status that says otherwise.
    fn is_paid(&self, fault: &Fault) -> bool {
        match fault {
            _ if self.reader.written() > 0 => true,
            Fault::Silence { .. } => true,
            Fault::InStream { .. } => false,
            _ => self.answered.load(Ordering::Relaxed),
        }
    }

    fn estimate(&self) -> Counted {
        Counted { input: self.sent, cached: 0, output: tokens_of(self.reader.written(), self.allowed) }
    }

    /// What the server counted, where that can be: neither many times less than what was sent and written, nor many times
    /// more than that and what may be written. A budget would else never be used up, or be used up at once.
    fn believed(&self, counted: Counted) -> Counted {
        let estimate = self.estimate();
        let few = |tokens: u64| tokens.div_ceil(8);
        let many = |tokens: u64| tokens.saturating_mul(8).saturating_add(10_000);
        let input =
            if (few(self.sent)..=many(self.sent)).contains(&counted.input) { counted.input } else { estimate.input };
        let most = many(u64::from(self.allowed).max(estimate.output));
        let output =
            if (few(estimate.output)..=most).contains(&counted.output) { counted.output } else { estimate.output };
        Counted { input, cached: counted.cached.min(input), output }
    }

    /// It has ended so. What was written is billed, a refusal and mere thought as well, and what was sent to a server that
    /// then said nothing of use; where nobody counted it is estimated.
    pub fn settle(mut self, result: Result<(), Fault>) -> Result<Ended, Fault> {
        self.open = false;
        let (estimate, counted) = (self.estimate(), self.reader.counted().map(|counted| self.believed(counted)));
        match result.and_then(|()| self.reader.end()) {
            Ok(mut ended) => {
                let counted = counted.unwrap_or(estimate);
                self.spent.add(counted);
                if ended.cut {
                    ended.counted = Some(counted);
                }
                Ok(ended)
            }
            Err(fault) => {
                if let Some(counted) = counted.or_else(|| self.is_paid(&fault).then_some(estimate)) {
                    self.spent.add(counted);
                }
                Err(fault)
            }
        }
    }
}

impl Drop for Bill<'_, '_> {
    fn drop(&mut self) {
        if self.open {
            let estimate = self.estimate();
            self.spent.add(estimate);
        }
    }
}

/// Tokens of a reply of so many bytes, more rather than fewer; a server that keeps to what it is allowed writes no more
/// than that.
fn tokens_of(bytes: usize, allowed: u32) -> u64 {
    let (bytes, allowed) = (bytes as u64, u64::from(allowed));
    if bytes / 3 <= allowed { bytes / 3 } else { allowed.max(bytes / 4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_cannot_be_is_an_estimate() {
        let (deltas, _nobody) = tokio::sync::mpsc::channel(1);
        let idle = super::super::Patience::usual(std::time::Duration::from_secs(60));
        let limits = super::super::Limits { bytes: 10_000, tokens: 500, idle, until: None };
        let said = |input: u64, output: u64| {
            let mut spent = Spent::default();
            let mut bill = Bill::new(Reader::new(&deltas, limits), &mut spent, 3_000, 500);
            for event in [
                serde_json::json!({"choices": [{"delta": {"content": "x".repeat(300)}, "finish_reason": "stop"}]}),
                serde_json::json!({"usage": {"prompt_tokens": input, "completion_tokens": output}}),
            ] {
                bill.reader.take(&serde_json::from_value(event).unwrap()).unwrap();
            }
            bill.settle(Ok(())).unwrap();
            (spent.counted.input, spent.counted.output)
        };
        assert_eq!(said(2_500, 80), (2_500, 80));
        assert_eq!(said(4_100, 900), (4_100, 900), "it thought, and counts otherwise");
        assert_eq!(said(0, 0), (3_000, 100));
        assert_eq!(said(1, 1), (3_000, 100));
        assert_eq!(said(400, 20), (400, 20), "with another tokenizer");
        assert_eq!(said(1_000_000_000_000, u64::MAX), (3_000, 100));
    }

    #[test]
    fn a_reply_within_what_is_allowed_counts_for_no_more_than_that() {
        assert_eq!([0, 2_999, 3_600, 4_400].map(|bytes| tokens_of(bytes, 1_000)), [0, 999, 1_000, 1_100]);
    }
}

//! Whether words come as fast as any model writes: a server that lets them drip would hold a call to the end of its time.

use super::fault::Fault;
use std::time::Duration;
use tokio::time::Instant;

/// A model that writes at least so many bytes a second is at work; what writes less is a drip, not a reply. The slowest in
/// use, a small one on a busy processor, makes one or two tokens a second, which are four to eight bytes.
const WORKING: u64 = 2;

/// How long words may stay away once a reply has begun. A server that has never given a whole reply has until a moment of
/// the call for all that it does: the later its first word, the sooner the next ones must come.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    usual: Duration,
    until: Option<Instant>,
}

impl Patience {
    /// What a model at work always has between two words.
    const LEAST: Duration = Duration::from_secs(20);

    pub fn usual(usual: Duration) -> Self {
        Self { usual, until: None }
    }

    pub fn until(usual: Duration, until: Instant) -> Self {
        Self { usual, until: Some(until) }
    }

    /// True when an unknown server has had its time.
    pub fn is_over(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now >= until)
    }

    /// For a pause that begins now.
    pub fn at(&self, now: Instant) -> Duration {
        let left = self.until.map_or(self.usual, |until| until.saturating_duration_since(now));
        self.usual.min(left.max(Self::LEAST))
    }
}

/// So much in so long is the work of a model.
pub fn works(bytes: usize, time: Duration) -> bool {
    bytes as u128 * 1000 >= u128::from(WORKING) * time.as_millis()
}

/// What came in the stretch that is under way, and in the one before it: a slow one may follow a good one.
#[derive(Debug, Default)]
pub struct Pace(Option<[(Instant, usize); 2]>);

impl Pace {
    /// So much has come by now. It is looked at when a stretch as long as `stretch` is over.
    pub fn keep(&mut self, bytes: usize, now: Instant, stretch: Duration) -> Result<(), Fault> {
        let [(before, had), (since, _)] = *self.0.get_or_insert([(now, bytes); 2]);
        if now - since >= stretch {
            if !works(bytes - had, now - before) {
                return Err(Fault::Trickle { bytes: bytes - had, over: now - before });
            }
            self.0 = self.0.map(|[_, last]| [last, (now, bytes)]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After how many seconds it is stopped, if within ten minutes: one byte, then so many at once, then `bytes` every
    /// `apart` seconds.
    fn stopped(bytes: usize, apart: u64, burst: usize) -> Option<u64> {
        let (mut pace, began, stretch) = (Pace::default(), Instant::now(), Duration::from_secs(60));
        pace.keep(1, began, stretch).unwrap();
        let mut had = 1 + burst;
        pace.keep(had, began, stretch).unwrap();
        for after in (apart..=600).step_by(usize::try_from(apart).unwrap()) {
            had += bytes;
            match pace.keep(had, began + Duration::from_secs(after), stretch) {
                Ok(()) => {}
                Err(Fault::Trickle { .. }) => return Some(after),
                Err(other) => panic!("{other:?}"),
            }
        }
        None
    }

    #[test]
    fn what_comes_slower_than_any_model_writes_is_stopped_within_three_minutes() {
        assert_eq!(stopped(1, 1, 0), Some(60), "a byte a second");
        assert_eq!(stopped(2, 59, 0), Some(118), "a word a minute");
        assert_eq!(stopped(1, 1, 5_000), Some(180), "after a good beginning");
    }

    #[test]
    fn the_later_the_first_word_of_an_unknown_server_the_sooner_the_next() {
        let (now, minute) = (Instant::now(), Duration::from_secs(60));
        let after =
            |seconds| Patience::until(minute, now + Duration::from_secs(175)).at(now + Duration::from_secs(seconds));
        assert_eq!([0, 115, 150, 170, 500].map(|seconds| after(seconds).as_secs()), [60, 60, 25, 20, 20]);
        assert_eq!(Patience::usual(minute).at(now), minute);
        let short = Duration::from_millis(40);
        assert_eq!(Patience::until(short, now).at(now), short, "never longer than what is set");
    }

    #[test]
    fn the_slowest_model_is_left_at_work() {
        assert_eq!(stopped(4, 1, 0), None, "a token a second");
        assert_eq!(stopped(60, 30, 0), None, "held up half of the time");
    }
}

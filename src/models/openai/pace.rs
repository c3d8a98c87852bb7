//! Whether words come as fast as any model writes: a server that lets them drip would hold a call to the end of its time.

use super::fault::Fault;
use std::time::Duration;
use tokio::time::Instant;

/// A model that writes at least so many bytes a second is at work; what writes less is a drip, not a reply. The slowest in
/// use, a small one on a busy processor, makes one or two tokens a second, which are four to eight bytes.
const WORKING: u64 = 2;

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
    fn the_slowest_model_is_left_at_work() {
        assert_eq!(stopped(4, 1, 0), None, "a token a second");
        assert_eq!(stopped(60, 30, 0), None, "held up half of the time");
    }
}

//! Trouble with an endpoint, over all calls to it: when it only misbehaves it is not asked any more for a while, so that
//! neither time nor money runs out on it.

use super::fault::Fault;
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// Failures in a row after which it is not asked again.
const MOST_FAILURES: u32 = 8;
/// How long it has gone wrong, from the beginning of the first of several failures, after which it is not asked again.
const MOST_TROUBLE: Duration = Duration::from_secs(150);
/// So many failures within ten minutes, twice as many as answers, after which it is not asked again either.
const MOST_OFTEN: usize = 30;
/// How long its replies have been of no use, where none ever was, after which the call ends.
const MOST_USELESS: Duration = Duration::from_secs(110);
/// So many answers of no use, where none ever was, after which the call ends too, however fast they come: those of a call
/// or two that are under way may come on top, and a run is to make no more than 60.
const MOST_IN_VAIN: u32 = 40;
/// How long a wait counts against further ones: as long as a call may take.
const REMEMBERED: Duration = Duration::from_secs(600);
/// How long it is left alone before one call may try it.
const COOL_DOWN: Duration = Duration::from_secs(30);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    since: Option<Instant>,
    open_until: Option<Instant>,
    last: String,
    lasting: Lasting,
}

/// What an answer in between does not take back.
#[derive(Debug, Default)]
struct Lasting {
    /// It has given what was asked for.
    proven: bool,
    /// Waits because it asked for pauses or turned calls away: when each ends, and what it added to those before it.
    waits: VecDeque<(Instant, Duration)>,
    /// Requests of the last ten minutes that failed, and that were answered.
    failed: VecDeque<Instant>,
    answered: VecDeque<Instant>,
    /// Since when whole replies were of no use, and how many answers they took.
    useless: Option<(Instant, u32)>,
}

/// One for every address; clones of a model share it.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

impl Breaker {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it may be asked now. After the cool-down one call may; if that fails as well it is closed again.
    pub fn admit(&self, now: Instant) -> Result<(), Fault> {
        let mut state = self.state();
        match state.open_until {
            Some(until) if now < until => {
                Err(Fault::Resting { left: until - now, failures: state.failures, last: state.last.clone() })
            }
            Some(_) => {
                state.open_until = Some(now + COOL_DOWN);
                state.since = Some(now);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// It gave a whole reply: the trouble before it is over.
    pub fn answered(&self, now: Instant) {
        let mut state = self.state();
        *state = State { lasting: std::mem::take(&mut state.lasting), ..State::default() };
        state.lasting.answered.push_back(now);
    }

    /// A reply held what was asked for.
    pub fn useful(&self) {
        let mut state = self.state();
        state.lasting.proven = true;
        state.lasting.useless = None;
    }

    /// A reply to what began at `began` held nothing of what was asked for, after so many `answers`. One that never gave it
    /// is asked neither for long nor often.
    pub fn useless(&self, began: Instant, now: Instant, answers: u32) -> Result<(), Fault> {
        let mut state = self.state();
        if state.lasting.proven {
            return Ok(());
        }
        let (since, before) = state.lasting.useless.unwrap_or((began, 0));
        let (over, all) = (now - since, before.saturating_add(answers));
        state.lasting.useless = Some((since, all));
        match all {
            _ if before > 0 && over >= MOST_USELESS => Err(Fault::NoObject { over }),
            MOST_IN_VAIN.. => Err(Fault::InVain { answers: all }),
            _ => Ok(()),
        }
    }

    /// It has given what was asked for to this program.
    pub fn proven(&self) -> bool {
        self.state().lasting.proven
    }

    /// Notes a failure of what was begun at `began`; true when it should be left alone now.
    pub fn failed(&self, what: &str, began: Instant, now: Instant) -> bool {
        let mut state = self.state();
        state.failures += 1;
        state.last = what.to_owned();
        let since = *state.since.get_or_insert(began);
        // One that took long may be bad luck, where others were of use.
        let long = now - since >= MOST_TROUBLE && (state.failures > 1 || !state.lasting.proven);
        let lasting = &mut state.lasting;
        for times in [&mut lasting.failed, &mut lasting.answered] {
            times.retain(|time| *time + REMEMBERED > now);
        }
        lasting.failed.push_back(now);
        let often = lasting.failed.len() >= MOST_OFTEN && lasting.failed.len() >= 2 * lasting.answered.len();
        if state.failures >= MOST_FAILURES || long || often {
            state.open_until = Some(now + COOL_DOWN);
        }
        state.open_until.is_some()
    }

    /// Whether `wait` more may be waited for it; if so it counts as waited. `most` bounds all waits of the last ten minutes
    /// together. Calls that wait at the same time wait once.
    pub fn may_wait(&self, wait: Duration, most: Duration, now: Instant) -> bool {
        let mut state = self.state();
        state.lasting.waits.retain(|(until, _)| *until + REMEMBERED > now);
        let under_way = state.lasting.waits.back().map_or(now, |(until, _)| now.max(*until));
        // A server may ask for a pause that no clock can tell.
        let Some(until) = now.checked_add(wait) else { return false };
        let adds = until.saturating_duration_since(under_way);
        if wait > most || state.lasting.waits.iter().map(|(_, added)| *added).sum::<Duration>() + adds > most {
            return false;
        }
        if !adds.is_zero() {
            state.lasting.waits.push_back((until, adds));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_in_a_row_open_it_and_an_answer_closes_it() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 1..MOST_FAILURES {
            assert!(!breaker.failed("HTTP 500", now, now));
        }
        breaker.answered(now);
        assert!(!breaker.failed("HTTP 500", now, now) && breaker.admit(now).is_ok());
        for _ in 1..MOST_FAILURES {
            breaker.failed("HTTP 502", now, now);
        }
        let Err(Fault::Resting { last, .. }) = breaker.admit(now) else { panic!("still asked") };
        assert_eq!(last, "HTTP 502");
        let now = now + COOL_DOWN;
        assert!(breaker.admit(now).is_ok(), "one call may try");
        assert!(breaker.admit(now).is_err(), "and only one");
        breaker.answered(now);
        assert!(breaker.admit(now).is_ok() && breaker.admit(now).is_ok());
    }

    #[test]
    fn long_trouble_opens_it_after_few_failures_too() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let later = |n| now + MOST_TROUBLE * n / 2;
        assert!(!breaker.failed("silence", now, later(1)));
        assert!(breaker.failed("silence", later(1), later(2)), "it counts from the beginning of the first");
        breaker.answered(now);
        breaker.useful();
        assert!(!breaker.failed("silence", now, later(3)), "one alone may be bad luck");
        assert!(Breaker::default().failed("too slow", now, later(3)), "of a server that never gave anything");
    }

    #[test]
    fn replies_of_no_use_are_borne_for_a_while_and_prove_nothing() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let later = |n| now + MOST_USELESS * n / 2;
        breaker.answered(now);
        assert!(breaker.useless(now, later(3), 1).is_ok() && !breaker.proven(), "one alone may be slow");
        assert!(breaker.useless(later(3), later(4), 1).is_err(), "it counts from the beginning of the first");
        breaker.useful();
        assert!(breaker.proven() && breaker.useless(later(4), later(9), 1).is_ok(), "a model may forget itself");
    }

    #[test]
    fn replies_of_no_use_are_borne_so_often_however_fast_they_are() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let borne = (1..30).find(|_| breaker.useless(now, now, 5) == Err(Fault::InVain { answers: MOST_IN_VAIN }));
        assert_eq!(borne, Some(MOST_IN_VAIN / 5));
        breaker.useful();
        assert_eq!((1..30).find(|_| breaker.useless(now, now, 5).is_err()), None, "it has shown that it can");
    }

    #[test]
    fn failures_between_answers_add_up() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let tried = |breaker: &Breaker, fails: u32| {
            let opened = (0..fails).any(|_| breaker.failed("HTTP 500", now, now));
            breaker.answered(now);
            opened
        };
        assert_eq!((1..20).find(|_| tried(&breaker, 3)), Some(10), "three of four fail");
        let breaker = Breaker::default();
        assert_eq!((1..50).find(|_| tried(&breaker, 1)), None, "every second one does");
    }

    #[test]
    fn waits_add_up_to_a_bound_whatever_is_answered_in_between() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        let minute = Duration::from_secs(60);
        let second = |n| Duration::from_secs(n);
        assert!(breaker.may_wait(second(40), minute, now));
        breaker.answered(now);
        let now = now + second(40);
        assert!(!breaker.may_wait(second(21), minute, now));
        assert!(breaker.may_wait(second(20), minute, now));
        assert!(breaker.may_wait(second(15), minute, now), "another call waits at the same time");
        let now = now + second(20);
        assert!(!breaker.may_wait(second(1), minute, now) && !breaker.may_wait(Duration::MAX, minute, now));
        assert!(breaker.may_wait(minute, minute, now + REMEMBERED), "it is long ago");
    }
}

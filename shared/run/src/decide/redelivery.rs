//! When a message is redelivered to its function: how long it stays hidden after a failure, and while it is processed.
//!
//! SQS moves a message to the dead-letter queue after `maxReceiveCount` receives, however quickly they happen. So a
//! message waits longer after each failure. An hour of failures then uses a small part of the receives that the
//! template allows, and a message that failed only briefly is delivered again within seconds.
//!
//! Counts come from SQS (`ApproximateReceiveCount`, from 1), delays are in seconds.

/// The first delay after a lost race. It doubles each time, like the other delays.
const RACE_FIRST_S: i64 = 2;
/// The longest delay: what it waits for takes seconds, or minutes while a deployment is in progress.
const RACE_MOST_S: i64 = 60;
/// SQS hides a message for 12 hours at most, from its receipt on
/// (<https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html>).
const HIDDEN_MOST_S: i64 = 43_200;

/// A message in progress is hidden for this long at a time, so that it is redelivered soon if its function is killed.
const HELD_S: i64 = 150;
/// The message of a killed function is redelivered at most this long after the function's deadline.
const HELD_AFTER_S: i64 = 30;

/// Why a message comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A service failed, or the function did.
    Failed,
    /// Somebody else changed what the step had read.
    LostRace,
    /// What the message is about is due later.
    NotDue,
}

/// How long failed messages wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delays {
    /// After the first failure.
    pub first_s: i64,
    /// At most.
    pub most_s: i64,
}

impl Delays {
    /// Returns the seconds until a message that was received `times` times is redelivered: doubled with each receive,
    /// up to the maximum, and at least `earliest_s`.
    pub fn after(self, why: Why, times: u32, earliest_s: i64) -> i64 {
        let (first, most) = match why {
            Why::Failed => (self.first_s, self.most_s),
            Why::LostRace => (RACE_FIRST_S.min(self.first_s), RACE_MOST_S.min(self.most_s)),
            Why::NotDue => (0, 0),
        };
        let doublings = times.saturating_sub(1).min(20);
        (first << doublings).min(most).max(earliest_s).clamp(0, HIDDEN_MOST_S)
    }

    /// Returns how often a message is received within `seconds` if each attempt fails at once: the most receives that
    /// an outage of that length can use.
    pub fn receives_within(self, seconds: i64) -> u32 {
        let (mut receives, mut at) = (1, 0);
        loop {
            at += self.after(Why::Failed, receives, 0).max(1);
            if at > seconds {
                return receives;
            }
            receives += 1;
        }
    }

    /// Returns the seconds until a message that always fails at once was received `receives` times.
    pub fn seconds_for(self, receives: u32) -> i64 {
        (1..=receives).map(|times| self.after(Why::Failed, times, 0)).sum()
    }
}

/// Returns the seconds for which a message in progress is hidden, if its function has `left_s` seconds until its
/// deadline.
pub fn held_for(left_s: i64) -> i64 {
    (left_s + HELD_AFTER_S).clamp(HELD_AFTER_S, HELD_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELAYS: Delays = Delays { first_s: 10, most_s: 300 };

    #[test]
    fn a_failed_message_waits_twice_as_long_each_time_up_to_the_most() {
        let delays: Vec<i64> = (1..=8).map(|times| DELAYS.after(Why::Failed, times, 0)).collect();
        assert_eq!(delays, [10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(DELAYS.after(Why::Failed, u32::MAX, 0), 300);
        // SQS counts from 1. A missing count is read as 0.
        assert_eq!(DELAYS.after(Why::Failed, 0, 0), 10);
    }

    #[test]
    fn a_lost_race_is_repeated_within_seconds() {
        let delays: Vec<i64> = (1..=7).map(|times| DELAYS.after(Why::LostRace, times, 0)).collect();
        assert_eq!(delays, [2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_message_never_comes_back_before_its_claim_is_over_nor_later_than_sqs_hides_it() {
        assert_eq!(DELAYS.after(Why::Failed, 1, 58), 58);
        assert_eq!(DELAYS.after(Why::Failed, 1, -5), 10);
        assert_eq!(DELAYS.after(Why::LostRace, 1, 1_000_000), 43_200);
        assert_eq!(DELAYS.after(Why::NotDue, 9, 290), 290);
    }

    #[test]
    fn an_hour_of_trouble_takes_few_receives() {
        assert_eq!(DELAYS.receives_within(3_600), 16);
        assert_eq!(DELAYS.receives_within(0), 1);
        assert_eq!(DELAYS.seconds_for(5), 310);
        // The same hour in a test, sixty times as fast. The count is nearly the same, because SQS supports whole
        // seconds only.
        assert_eq!(Delays { first_s: 1, most_s: 5 }.receives_within(60), 14);
    }

    #[test]
    fn a_message_in_work_comes_back_soon_after_its_function_is_gone() {
        assert_eq!(held_for(900), 150);
        assert_eq!(held_for(59), 89);
        assert_eq!(held_for(-5), 30);
    }
}

//! Budgets: what a launch reserves, and when a reservation is released.
//!
//! A launch claims the run, and writes with the claim what it is about to reserve. Then it reserves, and only then it creates
//! the job. So an interrupted launch leaves a run that says what may be reserved for it. Reservations are released before the
//! write after which the run has no job for certain, because a release can be repeated.

use crate::State;
use crate::budget::{Budget, Reserved};

/// What a claim writes, and what must be released before it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reservation {
    /// What is about to be reserved.
    pub reserve: Vec<Reserved>,
    /// What an earlier launch reserved, which created no job.
    pub release: Vec<Reserved>,
}

/// Returns what a launch reserves for a run with these reservations of an earlier launch (`before`). `doubt`: the earlier
/// launch may have created a job, so its reservations stay. `ticket`: the name of this claim.
pub fn reservation(before: &[Reserved], doubt: bool, budgets: &[Budget], ticket: &str) -> Reservation {
    let of = |budget: &Budget| Reserved { item: budget.item.clone(), ticket: ticket.to_owned(), amount: budget.amount };
    if !doubt {
        return Reservation { reserve: budgets.iter().map(of).collect(), release: before.to_vec() };
    }
    // After midnight there are other budgets. The launch counts under both, never under neither.
    let is_new = |budget: &&Budget| before.iter().all(|one| one.item != budget.item);
    let new = budgets.iter().filter(is_new).map(of);
    Reservation { reserve: before.iter().cloned().chain(new).collect(), release: Vec::new() }
}

/// What a budget's item contains, as far as one reservation depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It has the reservation already.
    Before,
    /// There was room for it.
    Now,
    /// This much is left, which isn't enough.
    Full(u64),
}

/// Decides a reservation by the item's sum, as the ledger's condition does.
pub fn take(has_ticket: bool, sum: u64, amount: u64, max: u64) -> Taken {
    let left = max.saturating_sub(sum);
    match (has_ticket, amount <= left) {
        (true, _) => Taken::Before,
        (false, true) => Taken::Now,
        (false, false) => Taken::Full(left),
    }
}

/// What record does with a run's reservations before it writes a new state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// They stay: the run is billed, or may be.
    Keep,
    /// They are canceled: Bedrock doesn't bill a failed job. Nothing is left in the sum, but the reservation still exists,
    /// so that a launch in progress, which is about to make it, makes no other.
    Cancel,
    /// They are made again, whatever is left: the run ended as one without a job, and turns out to have one.
    Restore,
}

/// Decides it by the change of state. A stopped job is billed for what it trained, so its reservations stay. So do those of a
/// run that is queued or being launched: the launch that created its job reserved, and what was read of the run may be old.
pub fn settle(was: State, is: State) -> Settle {
    match (was, is) {
        (_, State::Failed) => Settle::Cancel,
        (State::Failed | State::Refused, State::Running | State::Succeeded | State::Stopped) => Settle::Restore,
        _ => Settle::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reserved(ticket: &str) -> Reserved {
        Reserved { item: "budget#2026-12".to_owned(), ticket: ticket.to_owned(), amount: 7 }
    }

    #[test]
    fn keeps_the_reservation_of_a_launch_in_doubt() {
        let before = [reserved("a@1")];
        let kept = reservation(&before, true, &[], "a@3");
        assert_eq!((kept.reserve, kept.release), (before.to_vec(), vec![]));
        let new = reservation(&before, false, &[], "a@3");
        assert_eq!((new.reserve, new.release), (vec![], before.to_vec()));
    }

    #[test]
    fn counts_a_repeated_reservation_once() {
        assert_eq!(take(true, 10, 7, 10), Taken::Before);
        assert_eq!(take(false, 3, 7, 10), Taken::Now);
        assert_eq!(take(false, 4, 7, 10), Taken::Full(6));
        assert_eq!(take(false, 40, 7, 10), Taken::Full(0), "the budget was lowered");
        assert_eq!(take(false, u64::MAX, u64::MAX, u64::MAX), Taken::Full(0));
    }

    #[test]
    fn only_a_failed_run_gives_its_reservation_back() {
        for was in State::ALL {
            for is in State::ALL {
                assert_eq!(settle(was, is) == Settle::Cancel, is == State::Failed, "{was:?} {is:?}");
            }
            let counts = settle(was, State::Succeeded) == Settle::Restore;
            assert_eq!(counts, matches!(was, State::Failed | State::Refused), "{was:?}");
        }
    }
}

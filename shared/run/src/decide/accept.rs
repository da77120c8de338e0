//! validate: the run of a validated dataset, and the run that it supersedes. Times can be of any ordered type.

use crate::State;
use crate::state::{Input, next};

/// A validated version of a dataset.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<T> {
    /// Findings block the launch.
    pub rejected: bool,
    /// It requires approval.
    pub held: bool,
    /// A newer version of the dataset was accepted already.
    pub superseded: bool,
    /// When its newest file was complete, as far as this event shows.
    pub uploaded_at: T,
    /// S3's time of its newest file, which is the same for every event about these files.
    pub listed: T,
}

/// What happens to the existing run of the same content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// The run starts again, in this state.
    StartsAgain(State),
    /// A redelivery of the upload that the run came from: its state is published again.
    Same,
    /// A later upload of the same content: the answer is the existing run.
    Again,
}

/// Whether a newer version of the dataset, with other content, was accepted already.
pub fn is_older<N: PartialEq, T: PartialOrd>(
    run: N,
    since: T,
    latest: Option<N>,
    latest_uploaded_at: Option<T>,
) -> bool {
    latest.is_some_and(|latest| latest != run) && latest_uploaded_at.is_some_and(|at| at > since)
}

/// Returns the first state of content that has no run yet.
pub fn begins<T>(candidate: &Candidate<T>) -> State {
    match (candidate.rejected, candidate.superseded, candidate.held) {
        (true, ..) => State::Rejected,
        (_, true, _) => State::Superseded,
        (_, _, true) => State::Held,
        _ => State::Queued,
    }
}

/// Returns what happens to the run that the content has already, which has been in `state` since `since`.
pub fn meets<T: PartialOrd>(state: State, since: T, candidate: &Candidate<T>) -> Meets {
    let begins = begins(candidate);
    let newer = candidate.uploaded_at > since;
    if !candidate.rejected
        && next(state, Input::Accepted { held: candidate.held }).is_ok()
        && begins != state
        && (newer || state == State::Rejected)
    {
        return Meets::StartsAgain(begins);
    }
    // The events of one dataset's files have different times. Only a later version is a new upload.
    if candidate.listed > since { Meets::Again } else { Meets::Same }
}

/// How long an update of a dataset waits before it is launched, if the stack doesn't set it.
pub const SETTLE_S: i64 = 300;
/// The highest value that a stack can set. The event that announces the run waits in its queue for that time, and
/// `BacklogAlarm` goes off after 15 minutes.
pub const SETTLE_MOST_S: i64 = 600;

/// Whether an accepted version waits before it is launched: it updates a dataset that had an accepted version before,
/// and the recipe isn't the last file that was uploaded. Files that are uploaded in the meantime then belong to the
/// same update, so a mixture of old and new files is never trained. The recipe commits an update.
pub fn settles<N: PartialEq>(run: N, latest: Option<N>, recipe_is_last: bool) -> bool {
    latest.is_some_and(|latest| latest != run) && !recipe_is_last
}

/// Whether uploading the same content again ends the time that its run waits for more files.
pub fn commits(state: State, settles: bool, recipe_is_last: bool) -> bool {
    state == State::Queued && settles && recipe_is_last
}

/// Whether a run takes guards, `notify` and other settings from a recipe that was uploaded again with the same content: it wasn't
/// launched yet, and has no job that isn't known yet (`unconfirmed`).
pub fn takes_new_settings(state: State, unconfirmed: bool) -> bool {
    matches!(state, State::Held | State::Queued) && !unconfirmed
}

/// Whether the version whose run was superseded at `since` was uploaded later than that, according to its event, so
/// that it must be validated again. An earlier event about another of its files may have had an earlier time.
pub fn was_unknown<T: PartialOrd>(state: State, since: T, uploaded: T) -> bool {
    state == State::Superseded && uploaded > since
}

/// Returns the state that the dataset's previous run changes to when this one, accepted at `since`, supersedes it.
/// `None`: it doesn't change. A run that may have a job (`unconfirmed`) is left to the next launch, which looks up the
/// job first.
pub fn supersedes<T: PartialOrd>(older: (State, T), unconfirmed: bool, newer: (State, T)) -> Option<State> {
    if unconfirmed || matches!(newer.0, State::Superseded | State::Rejected) || older.1 > newer.1 {
        return None;
    }
    next(older.0, Input::Superseded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(uploaded_at: u32) -> Candidate<u32> {
        Candidate { rejected: false, held: false, superseded: false, uploaded_at, listed: uploaded_at }
    }

    #[test]
    fn a_content_begins_once_and_starts_again_where_the_table_says() {
        assert_eq!(begins(&candidate(1)), State::Queued);
        assert_eq!(begins(&Candidate { held: true, ..candidate(1) }), State::Held);
        assert_eq!(begins(&Candidate { superseded: true, held: true, ..candidate(1) }), State::Superseded);
        assert_eq!(begins(&Candidate { rejected: true, superseded: true, ..candidate(1) }), State::Rejected);
        for state in State::ALL {
            let starts = matches!(state, State::Superseded | State::Rejected | State::Held);
            let met = meets(state, 1, &candidate(2));
            assert_eq!(met, if starts { Meets::StartsAgain(State::Queued) } else { Meets::Again }, "{state:?}");
            let same = meets(state, 2, &candidate(2));
            let starts_again = state == State::Rejected;
            assert_eq!(same, if starts_again { Meets::StartsAgain(State::Queued) } else { Meets::Same }, "{state:?}");
        }
        assert_eq!(meets(State::Held, 1, &Candidate { held: true, ..candidate(2) }), Meets::Again);
        assert_eq!(meets(State::Superseded, 1, &Candidate { superseded: true, ..candidate(2) }), Meets::Again);
    }

    #[test]
    fn another_event_about_the_same_versions_is_no_other_upload() {
        let later = Candidate { uploaded_at: 3, ..candidate(2) };
        for state in [State::Queued, State::Running, State::Succeeded, State::Failed] {
            assert_eq!(meets(state, 2, &later), Meets::Same, "{state:?}");
        }
        assert_eq!(meets(State::Rejected, 2, &Candidate { rejected: true, ..later }), Meets::Same);
        // It was considered older than it is.
        assert_eq!(meets(State::Superseded, 2, &later), Meets::StartsAgain(State::Queued));
    }

    #[test]
    fn supersedes_waiting_runs_by_newer_ones_only() {
        assert_eq!(supersedes((State::Queued, 1), false, (State::Queued, 2)), Some(State::Superseded));
        assert_eq!(supersedes((State::Held, 1), false, (State::Held, 2)), Some(State::Superseded));
        assert_eq!(supersedes((State::Launching, 1), false, (State::Queued, 2)), None);
        assert_eq!(supersedes((State::Queued, 3), false, (State::Queued, 2)), None);
        assert_eq!(supersedes((State::Queued, 1), false, (State::Superseded, 2)), None);
        assert_eq!(supersedes((State::Queued, 1), true, (State::Queued, 2)), None);
        assert!(is_older("a", 1, Some("b"), Some(2)) && !is_older("a", 2, Some("b"), Some(2)));
    }

    #[test]
    fn only_an_update_whose_recipe_is_not_the_last_file_waits() {
        for recipe_is_last in [false, true] {
            assert!(!settles("a", None, recipe_is_last), "a first version");
            assert!(!settles("a", Some("a"), recipe_is_last), "the same content");
            assert_eq!(settles("a", Some("b"), recipe_is_last), !recipe_is_last);
        }
        for state in State::ALL {
            assert_eq!(commits(state, true, true), state == State::Queued);
            assert!(!commits(state, false, true) && !commits(state, true, false));
        }
    }

    #[test]
    fn validates_a_version_that_seemed_older_again() {
        assert!(was_unknown(State::Superseded, 1, 2) && !was_unknown(State::Superseded, 2, 2));
        assert!(!was_unknown(State::Queued, 1, 2) && !was_unknown(State::Rejected, 1, 2));
    }
}

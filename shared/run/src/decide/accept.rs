//! validate: what a judged set becomes, and who gives way to it. Times are anything that is ordered as they are.

use crate::State;
use crate::state::{Input, next};

/// A set as it was judged.
#[derive(Debug, Clone, Copy)]
pub struct Judged<T> {
    /// Findings block it.
    pub rejected: bool,
    /// It waits for approval: `launch: manual`.
    pub held: bool,
    /// A newer set of its dataset was accepted already.
    pub overtaken: bool,
    /// When its newest file was complete, as far as the event at hand tells.
    pub since: T,
    /// When S3 says that its newest file was uploaded: the same for every event about these versions.
    pub listed: T,
}

/// What a judged set means for the run that its content has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// The run starts again, in this state.
    StartsAgain(State),
    /// The very drop that the run came from: its state is said again.
    Same,
    /// The same content, dropped later: answered with the run.
    Again,
}

/// Whether a newer set than this, another content, was accepted already.
pub fn is_older<N: PartialEq, T: PartialOrd>(run: N, since: T, latest: Option<N>, latest_at: Option<T>) -> bool {
    latest.is_some_and(|latest| latest != run) && latest_at.is_some_and(|at| at > since)
}

/// The state in which a content begins that has no run.
pub fn begins<T>(judged: &Judged<T>) -> State {
    match (judged.rejected, judged.overtaken, judged.held) {
        (true, ..) => State::Rejected,
        (_, true, _) => State::Superseded,
        (_, _, true) => State::Held,
        _ => State::Queued,
    }
}

/// What becomes of the run that the content has already, which is in `state` since `since`.
pub fn meets<T: PartialOrd>(state: State, since: T, judged: &Judged<T>) -> Meets {
    let begins = begins(judged);
    let newer = judged.since > since;
    if !judged.rejected
        && next(state, Input::Accepted { held: judged.held }).is_ok()
        && begins != state
        && (newer || state == State::Rejected)
    {
        return Meets::StartsAgain(begins);
    }
    // The events of one set's files tell different times: only later versions are another upload.
    if judged.listed > since { Meets::Again } else { Meets::Same }
}

/// An update of a dataset waits this long before it is launched, where the stack doesn't say.
pub const SETTLE_S: i64 = 300;
/// A stack can't say more: the event that announces the run waits in its queue meanwhile, and `BacklogAlarm` goes off after
/// 15 minutes.
pub const SETTLE_MOST_S: i64 = 600;

/// Whether a set that was accepted waits before it is launched: it updates a dataset that had an accepted set before, and
/// its recipe isn't what was uploaded last. Files that are still to come then make one set with what is there, and what is
/// there alone, half new and half old, is never trained. The recipe commits an update.
pub fn settles<N: PartialEq>(run: N, latest: Option<N>, recipe_is_last: bool) -> bool {
    latest.is_some_and(|latest| latest != run) && !recipe_is_last
}

/// Whether the same content, uploaded again, ends the time that its run waits for files.
pub fn commits(state: State, settles: bool, recipe_is_last: bool) -> bool {
    state == State::Queued && settles && recipe_is_last
}

/// Whether the set whose run was superseded at `since` was uploaded later than that, as its event says, so that it is judged
/// once more: a repeated event of one of its other files may have come first, and knew less.
pub fn was_unknown<T: PartialOrd>(state: State, since: T, uploaded: T) -> bool {
    state == State::Superseded && uploaded > since
}

/// Where the dataset's run before goes when this one, accepted at `since`, takes its place; `None`: it stays. One that
/// may have a job (`unsure`) is left to the next launch, which looks for the job first.
pub fn gives_way<T: PartialOrd>(older: (State, T), unsure: bool, newer: (State, T)) -> Option<State> {
    if unsure || matches!(newer.0, State::Superseded | State::Rejected) || older.1 > newer.1 {
        return None;
    }
    next(older.0, Input::Overtaken).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(since: u32) -> Judged<u32> {
        Judged { rejected: false, held: false, overtaken: false, since, listed: since }
    }

    #[test]
    fn a_content_begins_once_and_starts_again_where_the_table_says() {
        assert_eq!(begins(&judged(1)), State::Queued);
        assert_eq!(begins(&Judged { held: true, ..judged(1) }), State::Held);
        assert_eq!(begins(&Judged { overtaken: true, held: true, ..judged(1) }), State::Superseded);
        assert_eq!(begins(&Judged { rejected: true, overtaken: true, ..judged(1) }), State::Rejected);
        for state in State::ALL {
            let starts = matches!(state, State::Superseded | State::Rejected | State::Held);
            let met = meets(state, 1, &judged(2));
            assert_eq!(met, if starts { Meets::StartsAgain(State::Queued) } else { Meets::Again }, "{state:?}");
            let same = meets(state, 2, &judged(2));
            let judged_anew = state == State::Rejected;
            assert_eq!(same, if judged_anew { Meets::StartsAgain(State::Queued) } else { Meets::Same }, "{state:?}");
        }
        assert_eq!(meets(State::Held, 1, &Judged { held: true, ..judged(2) }), Meets::Again);
        assert_eq!(meets(State::Superseded, 1, &Judged { overtaken: true, ..judged(2) }), Meets::Again);
    }

    #[test]
    fn another_event_about_the_same_versions_is_no_other_upload() {
        let later = Judged { since: 3, ..judged(2) };
        for state in [State::Queued, State::Running, State::Succeeded, State::Failed] {
            assert_eq!(meets(state, 2, &later), Meets::Same, "{state:?}");
        }
        assert_eq!(meets(State::Rejected, 2, &Judged { rejected: true, ..later }), Meets::Same);
        // It was taken for older than it is.
        assert_eq!(meets(State::Superseded, 2, &later), Meets::StartsAgain(State::Queued));
    }

    #[test]
    fn only_what_waits_gives_way_and_only_to_something_newer() {
        assert_eq!(gives_way((State::Queued, 1), false, (State::Queued, 2)), Some(State::Superseded));
        assert_eq!(gives_way((State::Held, 1), false, (State::Held, 2)), Some(State::Superseded));
        assert_eq!(gives_way((State::Launching, 1), false, (State::Queued, 2)), None);
        assert_eq!(gives_way((State::Queued, 3), false, (State::Queued, 2)), None);
        assert_eq!(gives_way((State::Queued, 1), false, (State::Superseded, 2)), None);
        assert_eq!(gives_way((State::Queued, 1), true, (State::Queued, 2)), None);
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
    fn a_set_that_was_taken_for_older_than_it_is_is_judged_again() {
        assert!(was_unknown(State::Superseded, 1, 2) && !was_unknown(State::Superseded, 2, 2));
        assert!(!was_unknown(State::Queued, 1, 2) && !was_unknown(State::Rejected, 1, 2));
    }
}

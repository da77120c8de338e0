//! The invariants of every state, and the end of each state if only the sweep runs from then on.

use tunedrop_run::State;
use tunedrop_run::state::JobStatus;

use crate::moves::Breach;
use crate::setting::Setting;
use crate::world::{Item, Lease, World, again, what};

/// What Bedrock has for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// Anything.
    Any,
    /// No job.
    Nothing,
    /// A job that is in progress, or is complete.
    Job,
    /// A job that is stopping, or was stopped.
    Stopped,
    /// A job that it has forgotten.
    Forgotten,
}

/// The expected end of a state if only the sweep and the functions that it wakes run, and every message is lost.
pub(crate) const ENDS: [(State, At, State); 18] = [
    (State::Rejected, At::Any, State::Rejected),
    (State::Held, At::Any, State::Held),
    (State::Queued, At::Nothing, State::Succeeded),
    (State::Queued, At::Job, State::Succeeded),
    (State::Queued, At::Stopped, State::Stopped),
    (State::Queued, At::Forgotten, State::Succeeded),
    (State::Launching, At::Nothing, State::Succeeded),
    (State::Launching, At::Job, State::Succeeded),
    (State::Launching, At::Stopped, State::Stopped),
    (State::Launching, At::Forgotten, State::Succeeded),
    (State::Running, At::Job, State::Succeeded),
    (State::Running, At::Stopped, State::Stopped),
    (State::Running, At::Forgotten, State::Failed),
    (State::Succeeded, At::Any, State::Succeeded),
    (State::Failed, At::Any, State::Failed),
    (State::Stopped, At::Any, State::Stopped),
    (State::Superseded, At::Any, State::Superseded),
    (State::Refused, At::Any, State::Refused),
];

/// The expected ends of a run. `None` if the table has no row, which is a broken invariant itself. A job that should be
/// stopped may complete first.
pub(crate) fn right_ends(world: &World, run: usize) -> Vec<State> {
    let end = right_end(world, run);
    let stop_requested = world.items[run].is_some_and(|item| item.stop_requested && !item.state.is_end());
    let first =
        end.filter(|end| *end != State::Succeeded || !stop_requested || world.jobs[run].iter().any(Option::is_some));
    first.into_iter().chain(stop_requested.then_some(State::Stopped)).collect()
}

fn right_end(world: &World, run: usize) -> Option<State> {
    let item = world.items[run]?;
    let newer = |run_of: Option<u8>, at: Option<u8>| {
        run_of.is_some_and(|newer| newer as usize != run) && at.is_some_and(|at| at >= item.uploaded_at)
    };
    let (validated, validated_uploaded_at) =
        world.entry.validated_fingerprint.filter(|_| item.settles != Lease::None).unzip();
    let superseded =
        newer(world.entry.latest_run, world.entry.latest_uploaded_at) || newer(validated, validated_uploaded_at);
    let job = world.jobs[run].iter().flatten().next_back();
    let at = match job {
        None => At::Nothing,
        Some(job) if job.gone => At::Forgotten,
        Some(job) if matches!(job.status, JobStatus::Stopping | JobStatus::Stopped) => At::Stopped,
        Some(_) => At::Job,
    };
    let waits = item.state == State::Held || (item.state == State::Queued && at == At::Nothing);
    if superseded && waits {
        return Some(State::Superseded);
    }
    // As if the run were running.
    let state = if item.looks_up_job && matches!(at, At::Job | At::Stopped) { State::Running } else { item.state };
    ENDS.iter().find(|(from, has, _)| *from == state && (*has == at || *has == At::Any)).map(|row| row.2)
}

/// The invariant that a state breaks, if any. Those of a single write are checked where it is made.
pub(crate) fn broken(world: &World) -> Option<Breach> {
    (0..world.items.len()).find_map(|run| {
        let item = world.items[run].filter(|item| !item.looks_up_job)?;
        let jobs = || world.jobs[run].iter().flatten().filter(|job| !job.gone);
        if item.state.is_end() && jobs().any(|job| !job.status.is_end()) {
            return Some("an ended run has no job in progress");
        }
        let ended = match item.state {
            State::Succeeded => Some(JobStatus::Completed),
            State::Stopped => Some(JobStatus::Stopped),
            State::Rejected | State::Held | State::Superseded | State::Refused => None,
            _ => return None,
        };
        jobs().any(|job| Some(job.status) != ended).then_some("a run's end is its job's end")
    })
}

/// Whether people were notified of a run that has ended, and the run has left the sweep's view.
pub(crate) fn is_notified(setting: &Setting, world: &World, run: usize, item: &Item) -> bool {
    let what = what(item.state);
    let notified = |channel| world.sent(channel, run as u8, what) > 0 && item.is_notified(what, channel);
    (0..setting.scenario.channels).all(notified) && !(item.state.is_end() && item.open && !item.looks_up_job)
}

/// Whether people who uploaded a run's content again got this answer, or a newer one, on every channel.
pub(crate) fn is_answered(setting: &Setting, world: &World, run: u8, time: u8) -> bool {
    (0..setting.scenario.channels).all(|channel| world.sent[channel as usize][run as usize] >> (2 * again(time)) != 0)
}

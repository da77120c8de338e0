//! What must hold in every state, and where each state ends if nothing but the sweep happens any more.

use tunedrop_run::State;
use tunedrop_run::state::JobStatus;

use crate::moves::Breach;
use crate::setting::Setting;
use crate::world::{Item, Lease, World, again, what};

/// What Bedrock has of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// No matter what.
    Any,
    /// No job.
    Nothing,
    /// A job that goes on, or is complete.
    Job,
    /// A job that stops, or has stopped.
    Stopped,
    /// A job that it has forgotten.
    Forgotten,
}

/// The right end of a state: by the sweep and the functions that it wakes alone, with every message lost.
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

/// The right ends of a run; none where the table has no row, which is a broken invariant itself. A job that is to be
/// stopped may be complete first.
pub(crate) fn right_ends(world: &World, run: usize) -> Vec<State> {
    let end = right_end(world, run);
    let wish = world.items[run].is_some_and(|item| item.wish && !item.state.is_end());
    let first = end.filter(|end| *end != State::Succeeded || !wish || world.jobs[run].iter().any(Option::is_some));
    first.into_iter().chain(wish.then_some(State::Stopped)).collect()
}

fn right_end(world: &World, run: usize) -> Option<State> {
    let item = world.items[run]?;
    let newer = |run_of: Option<u8>, at: Option<u8>| {
        run_of.is_some_and(|newer| newer as usize != run) && at.is_some_and(|at| at >= item.since)
    };
    let (judged, judged_at) = world.head.judged.filter(|_| item.settles != Lease::None).unzip();
    let overtaken = newer(world.head.latest, world.head.latest_at) || newer(judged, judged_at);
    let job = world.jobs[run].iter().flatten().next_back();
    let at = match job {
        None => At::Nothing,
        Some(job) if job.gone => At::Forgotten,
        Some(job) if matches!(job.status, JobStatus::Stopping | JobStatus::Stopped) => At::Stopped,
        Some(_) => At::Job,
    };
    let waits = item.state == State::Held || (item.state == State::Queued && at == At::Nothing);
    if overtaken && waits {
        return Some(State::Superseded);
    }
    // As if it were running.
    let state = if item.forgotten && matches!(at, At::Job | At::Stopped) { State::Running } else { item.state };
    ENDS.iter().find(|(from, has, _)| *from == state && (*has == at || *has == At::Any)).map(|row| row.2)
}

/// The invariant that a state breaks, if any; those of a single write are seen where it is made.
pub(crate) fn broken(world: &World) -> Option<Breach> {
    (0..world.items.len()).find_map(|run| {
        let item = world.items[run].filter(|item| !item.forgotten)?;
        let jobs = || world.jobs[run].iter().flatten().filter(|job| !job.gone);
        if item.state.is_end() && jobs().any(|job| !job.status.is_end()) {
            return Some("a run that is over has no job that goes on");
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

/// Whether a run that has come to its end was told of, and has left the sweep's view.
pub(crate) fn is_told(setting: &Setting, world: &World, run: usize, item: &Item) -> bool {
    let what = what(item.state);
    let heard = |way| world.heard(way, run as u8, what) > 0 && item.is_told(what, way);
    (0..setting.scenario.ways).all(heard) && !(item.state.is_end() && item.open && !item.forgotten)
}

/// Whether people who dropped a run's content again were answered on every way, at least with a newer answer.
pub(crate) fn is_answered(setting: &Setting, world: &World, run: u8, time: u8) -> bool {
    (0..setting.scenario.ways).all(|way| world.heard[way as usize][run as usize] >> (2 * again(time)) != 0)
}

//! Saying what state a run is in; said again after a repeat, for those who listen tolerate that.

use tunedrop_aws::{Bus, Failure, JobView};
use tunedrop_report::redact;
use tunedrop_run::decide::sweep::is_idle;
use tunedrop_run::decide::unheard;
use tunedrop_run::event::Event;
use tunedrop_run::state::JobStatus;
use tunedrop_run::{Run, State, Timestamp};

/// RFC 3339 with milliseconds, so that text order is time order.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// The time now, as the ledger keeps it.
pub(crate) fn now() -> String {
    rfc3339(Timestamp::now())
}

/// Unix seconds now, as leases and claims have it.
pub(crate) fn now_s() -> i64 {
    Timestamp::now().as_second()
}

/// Seconds since `time` (RFC 3339); 0 where it can't be read.
pub(crate) fn age_s(time: &str) -> i64 {
    time.parse::<Timestamp>().map_or(0, |then| now_s() - then.as_second())
}

/// Whether a running run's job stands still, and that isn't noted yet.
pub(crate) fn idles(run: &Run, job: &JobView) -> bool {
    let phases = job.phases.iter().map(|(_, status, _, changed)| (status.as_str(), changed.as_deref().map(age_s)));
    run.state == State::Running
        && run.held_by.is_none()
        && JobStatus::parse(&job.status) == Some(JobStatus::InProgress)
        && is_idle(phases, age_s(&run.changed_at))
}

/// Puts the event that follows from the run's present state, unless people were told of that state already, or it is a
/// state that another function announces; the sweep announces each again that is lost.
pub(crate) async fn announce(bus: &Bus, stack: &str, run: &Run) -> Result<(), Failure> {
    let unheard = unheard(run.state, run.told.contains_key(run.state.as_str()));
    let event = Event::state(run, redact).filter(|event| unheard == Some(event.kind()) && bus.puts(event.kind()));
    let Some(event) = event else {
        return Ok(());
    };
    tracing::info!(run.state = run.state.as_str(), "announced");
    bus.put(stack, &event).await
}

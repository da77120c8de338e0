//! Publishes the state of a run. Subscribers must tolerate duplicates, so publishing again after a retry is fine.

use tunedrop_aws::{Bus, Failure, JobView};
use tunedrop_report::redact;
use tunedrop_run::decide::sweep::is_idle;
use tunedrop_run::decide::unpublished;
use tunedrop_run::event::Event;
use tunedrop_run::state::JobStatus;
use tunedrop_run::{Run, State, Timestamp};

/// RFC 3339 with milliseconds, so that text order is time order.
pub(crate) fn rfc3339(time: Timestamp) -> String {
    format!("{time:.3}")
}

/// Returns the current time in the ledger's format.
pub(crate) fn now() -> String {
    rfc3339(Timestamp::now())
}

/// Returns the current Unix time in seconds, for leases and claims.
pub(crate) fn now_s() -> i64 {
    Timestamp::now().as_second()
}

/// Seconds since `time` (RFC 3339); 0 if it can't be read.
pub(crate) fn age_s(time: &str) -> i64 {
    time.parse::<Timestamp>().map_or(0, |then| now_s() - then.as_second())
}

/// Whether the job of a running run is idle, and that isn't in the ledger yet.
pub(crate) fn is_job_idle(run: &Run, job: &JobView) -> bool {
    let phases = job.phases.iter().map(|(_, status, _, changed)| (status.as_str(), changed.as_deref().map(age_s)));
    run.state == State::Running
        && run.blocked_by.is_none()
        && JobStatus::parse(&job.status) == Some(JobStatus::InProgress)
        && is_idle(phases, age_s(&run.changed_at))
}

/// Puts the event about the run's state on the bus, unless people were notified of it already, or another function publishes
/// that state. The sweep publishes lost ones again.
pub(crate) async fn publish_state(bus: &Bus, stack: &str, run: &Run) -> Result<(), Failure> {
    let unpublished = unpublished(run.state, run.notified.contains_key(run.state.as_str()));
    let event = Event::state(run, redact).filter(|event| unpublished == Some(event.kind()) && bus.puts(event.kind()));
    let Some(event) = event else {
        return Ok(());
    };
    tracing::info!(run.state = run.state.as_str(), "published that run {} is {}", run.run_id, run.state.as_str());
    bus.put(stack, &event).await
}

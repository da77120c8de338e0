//! What all jobs can bill together, counted at the moment of each creation: the other opinion on a stack's budgets.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::job::Status;
use super::request::CreateRequest;
use super::state::{Simulator, SimulatorState};
use super::storage;

/// How often, and after which pause, a file is looked for.
const ATTEMPTS: usize = 40;
const PAUSE: Duration = Duration::from_millis(250);

/// A job's creation.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Launch {
    /// The job's name.
    job: String,
    /// The day (UTC), `YYYY-MM-DD`.
    day: String,
    /// The most tokens that it can bill: one for each byte of its training file, in every epoch. Absent if its file can't be
    /// found, or if its request has no epochs.
    tokens: Option<u64>,
    /// The tokens of all jobs that were created on this day (UTC), this one included. A job that has failed isn't billed.
    sum: u64,
}

/// Returns the most tokens that a job can bill.
pub(super) async fn tokens(simulator: &Simulator, request: &CreateRequest) -> Option<u64> {
    if !simulator.faults().count_tokens {
        return None;
    }
    let epochs: u64 = request.hyper_parameters.as_ref()?.get("epochCount")?.parse().ok()?;
    let role = request.role_arn.as_deref().unwrap_or_default();
    let s3 = storage::open(simulator, role, &simulator.arn("model-customization-job/*")).await.ok()?;
    // A test may be restarting S3.
    for _ in 0..ATTEMPTS {
        if let Some(bytes) = storage::size(&s3, request.training_uri()?).await {
            return Some(bytes * epochs);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}

/// Counts a job that was just created.
pub(super) fn record(state: &mut SimulatorState, name: &str, tokens: Option<u64>) {
    let day = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let is_billed = |one: &&Launch| {
        let failed = state.job(&one.job).is_some_and(|job| job.status == Status::Failed);
        one.day == day && !failed
    };
    let before: u64 = state.launches.iter().filter(is_billed).filter_map(|one| one.tokens).sum();
    let launch = Launch { job: name.to_owned(), tokens, sum: before + tokens.unwrap_or_default(), day };
    state.launches.push(launch);
}

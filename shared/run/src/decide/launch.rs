//! launch: which runs are launched, and what Bedrock's answer changes in them.

use super::Write;
use super::accept::SETTLE_MOST_S;
use super::sweep::JOB_GONE_AFTER_S;
use crate::state::{Input, next};
use crate::{Blocker, DatasetEntry, Run, State, Timestamp};

/// Seconds of a lease. A function runs for at most sixty seconds, so the holder of an older lease has ended.
pub const LEASE_SECONDS: i64 = 300;

/// Seconds within which Bedrock should show a new job by its name. AWS documents no figure. If it isn't known whether a job
/// was created, the lease is this long, so that the next launch sees the job.
pub const SHOWN_AFTER_SECONDS: i64 = 60;

/// Seconds within which Bedrock shows a job whose creation wasn't answered. A run ends only after that and a lookup, because
/// a job that nobody knows would continue and be billed. AWS documents no figure.
pub const UNCONFIRMED_SECONDS: i64 = JOB_GONE_AFTER_S;

/// The result of CreateModelCustomizationJob. The text is Bedrock's message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateOutcome {
    /// The job was created: its ARN.
    Created(String),
    /// A quota is exhausted: retry when a job slot is free.
    QuotaExceeded(String),
    /// The stack may not create jobs now: retry later.
    AccessDenied(String),
    /// The job's or the model's name is in use, perhaps by this run: look up the job.
    NameInUse(String),
    /// Rejected permanently, unless the run has a job: look it up.
    Rejected(String),
}

/// Returns what an error of CreateModelCustomizationJob means. `None` if the call may have created the job despite the
/// error.
///
/// A name in use is a ValidationException (Airflow's operator matches its message, and its test has the code:
/// <https://github.com/apache/airflow/blob/main/providers/amazon/src/airflow/providers/amazon/aws/operators/bedrock.py>;
/// the same for import jobs: <https://github.com/aws/sagemaker-python-sdk/pull/6076>), or a ConflictException, as the
/// API reference suggests. A denial isn't caused by the run: a budget's action, an organization or an administrator denies
/// launches, and may allow them again. The same applies to a role that can't be assumed yet, which Terraform's provider
/// retries:
/// <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/bedrock/custom_model.go>
pub fn create_error(code: Option<&str>, words: String) -> Option<CreateOutcome> {
    let lower = words.to_lowercase();
    Some(match code? {
        "ServiceQuotaExceededException" => CreateOutcome::QuotaExceeded(words),
        "ConflictException" | "ResourceInUseException" => CreateOutcome::NameInUse(words),
        "ValidationException" if says_name_in_use(&lower) => CreateOutcome::NameInUse(words),
        "ValidationException" if lower.contains("could not assume") => CreateOutcome::AccessDenied(words),
        "AccessDeniedException" => CreateOutcome::AccessDenied(words),
        "ValidationException" | "ResourceNotFoundException" | "TooManyTagsException" => CreateOutcome::Rejected(words),
        _ => return None,
    })
}

/// Whether the message says that the name of the job or of the custom model is in use. A false match costs two leases.
fn says_name_in_use(lower: &str) -> bool {
    let used = ["in use", "already exist", "already been used", "already used", "already taken", "not unique"];
    lower.contains("name") && used.iter().any(|words| lower.contains(words))
}

/// What a launch does with the run that it claimed, after Bedrock's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LaunchDecision {
    /// The run is Running: write this, and publish the state.
    Running(Write),
    /// A quota or a permission blocks the run: write this.
    Requeue(Write),
    /// It isn't known yet whether the run has a job: write this. The next launch after the lease looks again.
    Unconfirmed(Write),
    /// Refuse the run for this reason, and look up its job for a while, because Bedrock may show it later.
    Refuse(String),
}

/// Whether the run is due for a launch: it is Queued, or the launch that claimed it was interrupted. `rests_until`: see
/// [`Run::rests_until`].
pub fn is_due(state: State, rests_until: Option<i64>, now: i64) -> bool {
    matches!(state, State::Queued | State::Launching) && rests_until.unwrap_or_default() <= now
}

/// When launch should receive the event about a run again, in Unix seconds; `None` if the run may be launched now. The delay
/// is at most that of a run, because anybody could have written the event's time.
pub fn comes_back(launch_after: Option<&str>, now: i64) -> Option<i64> {
    let after = launch_after?.parse::<Timestamp>().ok()?.as_second() + 1;
    (after > now).then_some(after.min(now + SETTLE_MOST_S))
}

/// Whether the job was created for the run: its token is the run's id, and its ARN is of this account. The name proves
/// nothing, because everyone who may create jobs can choose it. A job without a token isn't ours.
pub fn is_ours(run_id: &str, account: &str, arn: &str, token: Option<&str>) -> bool {
    // arn:partition:service:region:account:resource
    token == Some(run_id) && arn.split(':').nth(4) == Some(account)
}

/// Whether a newer version of the dataset was accepted in the meantime; or validated at all, if the run waited for files. A run
/// that is being launched isn't superseded.
pub fn is_superseded(run: &Run, entry: &DatasetEntry) -> bool {
    let this = (run.state, run.run_id.as_str(), run.uploaded_at.as_str());
    superseded(this, (entry.latest_run.as_deref(), entry.latest_uploaded_at.as_deref()))
        || (run.settles_until().is_some() && superseded(this, validated(entry)))
}

/// What was validated last, for [`superseded`]. An incomplete dataset has no run, so it differs from any run.
fn validated(entry: &DatasetEntry) -> (Option<&str>, Option<&str>) {
    (Some(entry.validated_run.as_deref().unwrap_or_default()), entry.validated_uploaded_at.as_deref())
}

/// Like [`is_superseded`], for any types of names and times: state, name and time of the run; name and time of the newest.
pub fn superseded<N: PartialEq, T: PartialOrd>(run: (State, N, T), newest: (Option<N>, Option<T>)) -> bool {
    let (state, name, since) = run;
    matches!(state, State::Queued | State::Held)
        && newest.0.is_some_and(|latest| latest != name)
        && newest.1.is_some_and(|latest_uploaded_at| latest_uploaded_at >= since)
}

/// Until when Bedrock may still show a job of an earlier launch, given that it showed none when it was asked at `asked`.
pub fn doubt(unconfirmed_until: Option<i64>, asked: i64) -> Option<i64> {
    unconfirmed_until.filter(|until| *until > asked)
}

/// The claim before the call that costs money. It removes why a queued run was blocked, but keeps what an interrupted or
/// unconfirmed launch found out. After it, the run may have a job.
pub fn claim(was: State, blocked_reason: Option<String>, now: i64) -> Result<Write, &'static str> {
    let state = next(was, Input::Claimed)?;
    let blocked_reason = blocked_reason.filter(|_| was == State::Launching);
    let (lease_until, unconfirmed_until) = (Some(now + LEASE_SECONDS), Some(now + UNCONFIRMED_SECONDS));
    Ok(Write { state, lease_until, blocked_reason, blocked_by: None, job_arn: None, unconfirmed_until })
}

/// The run stays queued, because a limit on launches per day is reached. Applies only to queued runs.
pub fn over_limit(state: State, reason: String, unconfirmed_until: Option<i64>) -> Result<Write, &'static str> {
    match state {
        State::Queued => Ok(waits(state, Some((reason, Blocker::DailyLimit)), unconfirmed_until)),
        _ => Err("only a queued run waits for the next day"),
    }
}

/// Bedrock has the job: the one that was just created, or one that was found under the run's name.
pub fn runs(state: State, arn: String) -> Result<Write, &'static str> {
    let state = next(state, Input::Launched)?;
    Ok(Write { job_arn: Some(arn), ..waits(state, None, None) })
}

/// There was no answer, or it isn't clear from it whether a job was created.
pub fn unconfirmed(state: State, blocked_reason: Option<String>, now: i64) -> Write {
    put_off(state, blocked_reason, now + UNCONFIRMED_SECONDS, now)
}

/// The run can't end, because it may have a job until `unconfirmed_until`. It is checked again after a short lease.
pub fn put_off(state: State, blocked_reason: Option<String>, unconfirmed_until: i64, now: i64) -> Write {
    let lease_until = (state == State::Launching).then_some(now + SHOWN_AFTER_SECONDS);
    Write {
        state,
        lease_until,
        blocked_reason,
        blocked_by: None,
        job_arn: None,
        unconfirmed_until: Some(unconfirmed_until),
    }
}

/// The run returns to the queue; `doubt` is that of an earlier launch.
pub fn requeue(
    state: State,
    blocked_reason: Option<(String, Blocker)>,
    doubt: Option<i64>,
) -> Result<Write, &'static str> {
    Ok(waits(next(state, Input::Requeued)?, blocked_reason, doubt))
}

/// What a launch writes into a run without a job at Bedrock, if it creates none because launches are paused or no slot is
/// free. It ends the lease of an earlier launch; `None` if there is nothing to write.
pub fn settles(state: State, blocked_reason: Option<String>, doubt: Option<i64>, now: i64) -> Option<Write> {
    match (state, doubt) {
        (State::Launching, Some(until)) => Some(put_off(state, blocked_reason, until, now)),
        (State::Launching, None) => requeue(state, None, None).ok(),
        _ => None,
    }
}

/// A queued run is blocked by its own quota, because another run of its base model was given a slot in the meantime.
pub fn held_by_own_quota(
    state: State,
    blocked_reason: Option<String>,
    doubt: Option<i64>,
) -> Result<Write, &'static str> {
    match (state, blocked_reason) {
        (State::Queued, Some(words)) => Ok(waits(state, Some((words, Blocker::Quota)), doubt)),
        _ => Err("only a queued run waits for a quota"),
    }
}

fn waits(state: State, blocked_reason: Option<(String, Blocker)>, unconfirmed_until: Option<i64>) -> Write {
    let (blocked_reason, blocked_by) = blocked_reason.unzip();
    Write { state, lease_until: None, blocked_reason, blocked_by, job_arn: None, unconfirmed_until }
}

/// Decides on a claimed run after Bedrock's answer. `found`: the ARN of the job under the run's name, and whether it [`is_ours`].
/// It is looked up if the name is in use or the launch was rejected, because a rejection may mean a name in use in other words.
/// `before`: the [`doubt`] before the claim. `slots`: false if there is no unfinished job whose end would free a slot. An error
/// means that the claim is no longer valid.
pub fn decide_launch(
    state: State,
    blocked_reason: Option<&str>,
    before: Option<i64>,
    started: CreateOutcome,
    found: Option<(String, bool)>,
    slots: bool,
    now: i64,
) -> Result<LaunchDecision, &'static str> {
    Ok(match (started, found) {
        (CreateOutcome::Created(arn), _) => LaunchDecision::Running(runs(state, arn)?),
        (CreateOutcome::NameInUse(_) | CreateOutcome::Rejected(_), Some((arn, true))) => {
            LaunchDecision::Running(runs(state, arn)?)
        }
        // If this call created no job, an earlier one may still have.
        (CreateOutcome::QuotaExceeded(words), _) => {
            let hold = if slots { Blocker::Slot } else { Blocker::Quota };
            LaunchDecision::Requeue(requeue(state, Some((words, hold)), before)?)
        }
        (CreateOutcome::AccessDenied(words), _) => {
            LaunchDecision::Requeue(requeue(state, Some((words, Blocker::Permission)), before)?)
        }
        // Bedrock may not show the job yet, so only the same answer a lease later counts.
        (CreateOutcome::NameInUse(words), None) if blocked_reason.is_none() => {
            LaunchDecision::Unconfirmed(unconfirmed(state, Some(words), now))
        }
        (CreateOutcome::NameInUse(words) | CreateOutcome::Rejected(words), _) => match before {
            Some(until) => LaunchDecision::Unconfirmed(put_off(state, blocked_reason.map(str::to_owned), until, now)),
            None => LaunchDecision::Refuse(words),
        },
    })
}

/// The run is refused; the reason is a separate attribute.
pub fn refuse(state: State) -> Result<Write, &'static str> {
    Ok(waits(next(state, Input::Refused)?, None, None))
}

#[cfg(test)]
mod tests;

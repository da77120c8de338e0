//! launch: which runs it takes, and what Bedrock's answer makes of them.

use super::Write;
use super::accept::SETTLE_MOST_S;
use super::sweep::FORGOTTEN_AFTER_S;
use crate::state::{Input, next};
use crate::{DatasetHead, Hold, Run, State, Timestamp};

/// A function lives sixty seconds, so whoever still holds a lease after this is gone.
pub const LEASE_SECONDS: i64 = 300;

/// How long a job may have been created before Bedrock shows it by its name. AWS states nothing; the lease that is left
/// when it isn't known whether a job was created is this long, so that nobody decides without having seen it.
pub const SHOWN_AFTER_SECONDS: i64 = 60;

/// How long Bedrock may take to show a job whose creation wasn't answered. A run isn't ended before that, and before a
/// lookup after it: an end must not leave a job behind that goes on and is billed. AWS states no figure.
pub const UNSURE_SECONDS: i64 = FORGOTTEN_AFTER_S;

/// How Bedrock answered a launch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// The job's ARN.
    Job(String),
    /// A quota is full: try again when a slot is free. Bedrock's words.
    NoSlot(String),
    /// The stack may not create jobs now: try again when it may. Bedrock's words.
    Denied(String),
    /// The job's or the model's name is taken, perhaps by this very run: look it up. Bedrock's words.
    Taken(String),
    /// Refused for good, unless the run has a job: look it up. Bedrock's words.
    Refused(String),
}

/// What an error of CreateModelCustomizationJob means; `None` where it may have created the job all the same.
///
/// A name in use is a ValidationException (Airflow's operator goes by its words, and its test has the code:
/// <https://github.com/apache/airflow/blob/main/providers/amazon/src/airflow/providers/amazon/aws/operators/bedrock.py>;
/// the same for import jobs: <https://github.com/aws/sagemaker-python-sdk/pull/6076>), or a ConflictException, as the
/// API reference suggests. A denial is nothing of the run's: a budget's action, an organization or an administrator
/// denies launches, and allows them again. So is a role that can't be assumed yet, which Terraform's provider retries:
/// <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/bedrock/custom_model.go>
pub fn refused(code: Option<&str>, words: String) -> Option<Started> {
    let lower = words.to_lowercase();
    Some(match code? {
        "ServiceQuotaExceededException" => Started::NoSlot(words),
        "ConflictException" | "ResourceInUseException" => Started::Taken(words),
        "ValidationException" if says_taken(&lower) => Started::Taken(words),
        "ValidationException" if lower.contains("could not assume") => Started::Denied(words),
        "AccessDeniedException" => Started::Denied(words),
        "ValidationException" | "ResourceNotFoundException" | "TooManyTagsException" => Started::Refused(words),
        _ => return None,
    })
}

/// Whether Bedrock says that a name is in use: of the job, or of the custom model. Taken too often, it costs two leases.
fn says_taken(lower: &str) -> bool {
    let used = ["in use", "already exist", "already been used", "already used", "already taken", "not unique"];
    lower.contains("name") && used.iter().any(|words| lower.contains(words))
}

/// What a launch does with the run that it claimed, now that Bedrock has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Write this, and say that the run is running.
    Runs(Write),
    /// Write this: a quota or a permission keeps the run.
    GivesBack(Write),
    /// Write this: whether the run has a job isn't known yet, and the next launch after the lease looks again.
    Waits(Write),
    /// Refuse the run, for this reason, and look for its job for a while: Bedrock may mean a job that it doesn't show yet.
    Refuses(String),
}

/// Whether a launch has to do with the run: it waits for a slot, or the launch that claimed it was cut off. `rests_until`:
/// the run's [own](Run::rests_until), in Unix seconds.
pub fn is_due(state: State, rests_until: Option<i64>, now: i64) -> bool {
    matches!(state, State::Queued | State::Launching) && rests_until.unwrap_or_default() <= now
}

/// When the event that announces a run comes back to launch, in Unix seconds; `None` where its run may be launched now. An
/// event is a hint: it waits no longer than a run can.
pub fn comes_back(launch_after: Option<&str>, now: i64) -> Option<i64> {
    let after = launch_after?.parse::<Timestamp>().ok()?.as_second() + 1;
    (after > now).then_some(after.min(now + SETTLE_MOST_S))
}

/// Whether Bedrock's job was created for the run: its token is the run's id, and its ARN is of this account. A name
/// proves nothing, since everybody who may create jobs can choose it; a job that shows no token isn't ours.
pub fn is_ours(run_id: &str, account: &str, arn: &str, token: Option<&str>) -> bool {
    // arn:partition:service:region:account:resource
    token == Some(run_id) && arn.split(':').nth(4) == Some(account)
}

/// Whether a newer set of the same dataset was accepted meanwhile; or judged at all, where the run waited for files. A run
/// that is being launched is not taken back.
pub fn is_overtaken(run: &Run, head: &DatasetHead) -> bool {
    let this = (run.state, run.run_id.as_str(), run.since.as_str());
    overtaken(this, (head.latest.as_deref(), head.latest_at.as_deref()))
        || (run.settles_until().is_some() && overtaken(this, judged(head)))
}

/// What was judged last, as [`overtaken`] takes it: an incomplete set has no run, and is not this one.
fn judged(head: &DatasetHead) -> (Option<&str>, Option<&str>) {
    (Some(head.judged_run.as_deref().unwrap_or_default()), head.judged_at.as_deref())
}

/// As [`is_overtaken`], over any kind of names and times: state, name and time of the run; name and time of the newest.
pub fn overtaken<N: PartialEq, T: PartialOrd>(run: (State, N, T), newest: (Option<N>, Option<T>)) -> bool {
    let (state, name, since) = run;
    matches!(state, State::Queued | State::Held)
        && newest.0.is_some_and(|latest| latest != name)
        && newest.1.is_some_and(|latest_at| latest_at >= since)
}

/// What is still in doubt of an earlier launch, now that Bedrock was asked at `asked` and showed no job of the run: until
/// when it may show one.
pub fn doubt(unsure_until: Option<i64>, asked: i64) -> Option<i64> {
    unsure_until.filter(|until| *until > asked)
}

/// The claim that comes before the call that costs money. Why the run was still waiting is forgotten; what an interrupted
/// or unsure launch found out is not. From here on the run may have a job.
pub fn claim(was: State, waiting: Option<String>, now: i64) -> Result<Write, &'static str> {
    let state = next(was, Input::Claimed)?;
    let waiting = waiting.filter(|_| was == State::Launching);
    let (lease_until, unsure_until) = (Some(now + LEASE_SECONDS), Some(now + UNSURE_SECONDS));
    Ok(Write { state, lease_until, waiting, held_by: None, job_arn: None, unsure_until })
}

/// The run stays queued, since a limit on launches a day is reached. Only a queued run does.
pub fn over_limit(state: State, reason: String, unsure_until: Option<i64>) -> Result<Write, &'static str> {
    match state {
        State::Queued => Ok(waits(state, Some((reason, Hold::Day)), unsure_until)),
        _ => Err("only a queued run waits for the next day"),
    }
}

/// Bedrock has the job: the one that was just created, or one that was found under the run's name.
pub fn runs(state: State, arn: String) -> Result<Write, &'static str> {
    let state = next(state, Input::Launched)?;
    Ok(Write { job_arn: Some(arn), ..waits(state, None, None) })
}

/// No answer, or one that leaves open whether a job was created.
pub fn unsure(state: State, waiting: Option<String>, now: i64) -> Write {
    put_off(state, waiting, now + UNSURE_SECONDS, now)
}

/// The run can't be ended, since it may have a job until `unsure_until`; looked at again after a short lease.
pub fn put_off(state: State, waiting: Option<String>, unsure_until: i64, now: i64) -> Write {
    let lease_until = (state == State::Launching).then_some(now + SHOWN_AFTER_SECONDS);
    Write { state, lease_until, waiting, held_by: None, job_arn: None, unsure_until: Some(unsure_until) }
}

/// The run waits again; `doubt` is what is left of an earlier launch's.
pub fn gives_back(state: State, waiting: Option<(String, Hold)>, doubt: Option<i64>) -> Result<Write, &'static str> {
    Ok(waits(next(state, Input::GivenBack)?, waiting, doubt))
}

/// What a launch writes that creates nothing, since launches are paused or no slot is free, into a run of which Bedrock
/// shows no job; `None`: nothing. The lease of an earlier launch must not stay behind.
pub fn settles(state: State, waiting: Option<String>, doubt: Option<i64>, now: i64) -> Option<Write> {
    match (state, doubt) {
        (State::Launching, Some(until)) => Some(put_off(state, waiting, until, now)),
        (State::Launching, None) => gives_back(state, None, None).ok(),
        _ => None,
    }
}

/// A queued run waits for something else than was thought, as others of its base model have got a slot meanwhile.
pub fn held_by_own_quota(state: State, waiting: Option<String>, doubt: Option<i64>) -> Result<Write, &'static str> {
    match (state, waiting) {
        (State::Queued, Some(words)) => Ok(waits(state, Some((words, Hold::Quota)), doubt)),
        _ => Err("only a queued run waits for a quota"),
    }
}

fn waits(state: State, waiting: Option<(String, Hold)>, unsure_until: Option<i64>) -> Write {
    let (waiting, held_by) = waiting.unzip();
    Write { state, lease_until: None, waiting, held_by, job_arn: None, unsure_until }
}

/// What Bedrock's answer makes of a claimed run. `found` is the ARN under the run's name and whether it [`is_ours`];
/// it is looked up where the name is taken, and where the launch is refused, for that may be said of a taken name in
/// other words. `before` is the [`doubt`] that there was before the claim; `slots` is false where no unfinished job is
/// there to free a slot. An error says that the claim doesn't stand.
pub fn answered(
    state: State,
    waiting: Option<&str>,
    before: Option<i64>,
    started: Started,
    found: Option<(String, bool)>,
    slots: bool,
    now: i64,
) -> Result<Answer, &'static str> {
    Ok(match (started, found) {
        (Started::Job(arn), _) => Answer::Runs(runs(state, arn)?),
        (Started::Taken(_) | Started::Refused(_), Some((arn, true))) => Answer::Runs(runs(state, arn)?),
        // That this call made no job says nothing of an earlier one.
        (Started::NoSlot(words), _) => {
            let hold = if slots { Hold::Slot } else { Hold::Quota };
            Answer::GivesBack(gives_back(state, Some((words, hold)), before)?)
        }
        (Started::Denied(words), _) => Answer::GivesBack(gives_back(state, Some((words, Hold::Permission)), before)?),
        // Bedrock may not show the job yet: only the same answer once more, a lease later, is believed.
        (Started::Taken(words), None) if waiting.is_none() => Answer::Waits(unsure(state, Some(words), now)),
        (Started::Taken(words) | Started::Refused(words), _) => match before {
            Some(until) => Answer::Waits(put_off(state, waiting.map(str::to_owned), until, now)),
            None => Answer::Refuses(words),
        },
    })
}

/// The run is refused; the reason is kept beside.
pub fn refuse(state: State) -> Result<Write, &'static str> {
    Ok(waits(next(state, Input::Refused)?, None, None))
}

#[cfg(test)]
mod tests;

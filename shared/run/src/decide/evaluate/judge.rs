//! The judge: evaluation jobs that score the answers, one for each side.
//!
//! The state Scoring is written before a job is created, and the jobs' names follow from the evaluation. So whatever an
//! interruption leaves at Bedrock is found: by a repeated creation, or by the names, if the evaluation has ended meanwhile.

use super::{moved, revised};
use crate::Timestamp;
use crate::evaluation::{
    EVALUATION_MAX_S, EvaluationEntry, EvaluationInput, EvaluationState, JudgeAnswer, JudgeState, next,
};

/// Seconds after the request at which an evaluation is decided without its judge, so that an hour is left to decide.
pub const JUDGE_MAX_S: i64 = EVALUATION_MAX_S - 3_600;
/// Seconds after the end of an evaluation in which a function that began before may still create a job. A function runs for 900
/// seconds at most (`Timeout` of EvaluateFunction in `template.yaml`).
const CREATES_S: i64 = 1_200;
/// How often creating a job may fail for a reason that may pass, before the evaluation is decided without the judge. With the
/// pause, that is after more than an hour.
const FAILURES_MAX: u32 = 20;
/// Seconds of the pause after such a failure: as long as between two sweeps, whose events continue the evaluation.
const PAUSE_S: i64 = 240;

/// Seconds of Scoring for which a job that Bedrock accepted may be unknown to it: creations are tried for 80 minutes at most, and
/// Get may lag behind them for a quarter of an hour, as for deployments.
const UNSEEN_S: i64 = 7_200;

/// What to do about the judge's jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JudgeStep {
    /// Claim the evaluation, and create the jobs of these sides, by their indexes.
    Create(Vec<usize>),
    /// Jobs are in progress.
    Wait,
    /// Every job is complete: claim the evaluation, and decide.
    Decide,
    /// Claim the evaluation, and decide without the judge, for this reason in Bedrock's words or ours.
    Without(String),
}

/// What to do about the jobs of an evaluation that is Scoring. `jobs`: that of each side, in their order, if the ledger has it.
/// `age`: seconds since the request.
pub fn judge(was: &EvaluationEntry, jobs: &[Option<JudgeState>], age: i64) -> JudgeStep {
    let ended = jobs.iter().flatten().find_map(|job| match job {
        JudgeState::Ended(words) => Some(words.clone()),
        JudgeState::InProgress | JudgeState::Completed | JudgeState::Unknown => None,
    });
    if let Some(words) = ended {
        return JudgeStep::Without(words);
    }
    let missing: Vec<usize> = (0..was.sides.len()).filter(|side| jobs.get(*side).is_none_or(Option::is_none)).collect();
    let is_over = missing.is_empty() && jobs.iter().all(|job| *job == Some(JudgeState::Completed));
    match is_over {
        true => JudgeStep::Decide,
        false if age >= JUDGE_MAX_S => {
            JudgeStep::Without("its evaluation jobs weren't over within 23 hours".to_owned())
        }
        false if missing.is_empty() => JudgeStep::Wait,
        false => JudgeStep::Create(missing),
    }
}

/// How far an accepted job is. One that Bedrock doesn't know is in progress for a while, and has ended after that. `age`: seconds
/// since the evaluation is Scoring.
pub fn seen(job: JudgeState, age: i64) -> JudgeState {
    match job {
        JudgeState::Unknown if age < UNSEEN_S => JudgeState::InProgress,
        JudgeState::Unknown => JudgeState::Ended("Bedrock doesn't know the evaluation job any more".to_owned()),
        known => known,
    }
}

/// The claimed evaluation whose answers are all there, and are to be scored. It has no claim any more.
pub fn scoring(claimed: &EvaluationEntry, now: &str) -> Result<EvaluationEntry, &'static str> {
    let state = next(claimed.state, EvaluationInput::JudgeStarted)?;
    let answered = claimed.chunks.unwrap_or(claimed.answered);
    Ok(EvaluationEntry { answered, failures: 0, ..moved(claimed, state, now) })
}

/// What follows from Bedrock's answer to a creation.
#[derive(Debug, Clone, PartialEq)]
pub enum JudgeCreated {
    /// Write this: the job is known. The claim stays.
    Known(Box<EvaluationEntry>),
    /// Write this: the job is created after a pause. There is no claim any more.
    Later(Box<EvaluationEntry>),
    /// Decide without the judge, for this reason in Bedrock's words.
    Without(String),
}

/// What follows from Bedrock's answer to the creation of a side's job. `now_s`: Unix seconds.
pub fn judge_created(claimed: &EvaluationEntry, side: usize, answer: JudgeAnswer, now_s: i64) -> JudgeCreated {
    match answer {
        JudgeAnswer::Refused(words) => JudgeCreated::Without(words),
        JudgeAnswer::Accepted(arn) => {
            let mut next = EvaluationEntry { lease_until: claimed.lease_until, failures: 0, ..revised(claimed) };
            let name = next.sides.get(side).map(|side| side.name.clone()).unwrap_or_default();
            next.judge_jobs.insert(name, arn);
            JudgeCreated::Known(Box::new(next))
        }
        JudgeAnswer::Later(words) if claimed.failures + 1 >= FAILURES_MAX => JudgeCreated::Without(words),
        JudgeAnswer::Later(_) => JudgeCreated::Later(Box::new(EvaluationEntry {
            failures: claimed.failures + 1,
            lease_until: Some(now_s + PAUSE_S),
            ..revised(claimed)
        })),
    }
}

/// The ended evaluation with a note that its jobs may have to be stopped, if it had a judge at work.
pub(super) fn with_stop(was: &EvaluationEntry, mut ended: EvaluationEntry, now: &str) -> EvaluationEntry {
    if was.state == EvaluationState::Scoring {
        ended.judge_stops.insert(was.judge_prefix(), now.to_owned());
    }
    ended
}

/// The evaluation without those notes of which nothing is left to do; `None` if there are no such notes, or if a function may
/// be at work on the evaluation. `stopped`: the beginnings of names of which Bedrock has no job in progress. `now` is RFC 3339.
pub fn without_stops(was: &EvaluationEntry, stopped: &[String], now: &str) -> Option<EvaluationEntry> {
    let seconds = |time: &str| time.parse::<Timestamp>().map_or(0, Timestamp::as_second);
    let now_s = seconds(now);
    let is_over = |prefix: &String, since: &str| stopped.contains(prefix) && now_s - seconds(since) >= CREATES_S;
    let mut next = revised(was);
    next.judge_stops.retain(|prefix, since| !is_over(prefix, since));
    let is_claimed = was.lease_until.is_some_and(|until| until > now_s);
    (next.judge_stops.len() < was.judge_stops.len() && !is_claimed).then_some(next)
}

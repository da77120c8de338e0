//! The judge: creates its evaluation jobs, one for each side, looks at them, reads their scores, and stops them.

use tracing::{info, warn};
use tunedrop_aws::JudgeJob;
use tunedrop_evaluation::{JudgeDataset, Judged, judge_metric_name};
use tunedrop_report::redact;
use tunedrop_run::decide::evaluate::{
    JudgeCreated, JudgeStep, claim, failed, judge, judge_created, progressed, scoring, seen, still_claimed,
    without_stops,
};
use tunedrop_run::evaluation::{JudgeAnswer, JudgeModel, JudgeState};
use tunedrop_run::event::Event;
use tunedrop_run::{EvaluationEntry, Judge};

use super::Evaluate;
use super::answer::{Answered, FINISH_S};
use super::files::each_line;
use super::finish::{AllAnswers, Collected, Judging, silent};
use super::parts::JSON_LINES;
use super::sample::Stored;
use crate::batch::StepError;
use crate::publish::{age_s, now, now_s};

/// The most objects in a job's output: one file with rows, and some that Bedrock may add.
const OUTPUT_MAX: usize = 1_000;
/// The end of the key of a file with rows (user guide, `model-evaluation-report-s3`).
const ROWS: &str = "_output.jsonl";

impl Evaluate {
    /// Ends the asking of an evaluation with a judge: all answers are there. The temporary deployments aren't needed any more.
    pub(super) async fn begin_scoring(
        &self,
        claimed: &EvaluationEntry,
        sample: &Stored,
    ) -> Result<Answered, StepError> {
        // No judge is paid for an evaluation that fails anyway.
        if let Some(reason) = silent(claimed, &self.answers(claimed, sample).await?) {
            return ended(claimed, &reason);
        }
        let next = scoring(claimed, &now()).map_err(|reason| StepError::NotYet(reason.to_owned()))?;
        self.write(Some(claimed), &next).await?;
        for name in next.sides.iter().filter(|side| side.temporary).filter_map(|side| side.deployment.clone()) {
            self.bus.put(&self.stack, &Event::DeploymentDue(name)).await?;
        }
        Ok(Answered::Written)
    }

    /// Does what is due for the judge's jobs, and decides when they are over.
    pub(super) async fn judge(&self, was: &EvaluationEntry, deadline: i64) -> Result<Answered, StepError> {
        let mut jobs = Vec::new();
        for side in &was.sides {
            jobs.push(match was.judge_jobs.get(&side.name) {
                Some(arn) => Some(seen(self.judge_jobs.state(arn).await?, age_s(&was.changed_at))),
                None => None,
            });
        }
        for (side, job) in was.sides.iter().zip(&jobs) {
            if let Some(JudgeState::Ended(words)) = job {
                warn!(bedrock.words = redact(words), "the judge's job for the answers of {} ended", side.name);
            }
        }
        let step = judge(was, &jobs, age_s(&was.requested_at));
        if step == JudgeStep::Wait {
            return Ok(Answered::Waits);
        }
        if deadline - now_s() < FINISH_S {
            return Ok(Answered::Later);
        }
        let mut claimed = claim(was, deadline);
        self.write(Some(was), &claimed).await?;
        let done = self.score(&mut claimed, step).await;
        if let Err(fault) = &done {
            self.release(&mut claimed, fault).await;
        }
        done
    }

    async fn score(&self, claimed: &mut EvaluationEntry, step: JudgeStep) -> Result<Answered, StepError> {
        let Some(sample) = self.stored_sample(claimed).await? else {
            return ended(claimed, "the evaluation's sample doesn't exist any more");
        };
        let judging = match step {
            JudgeStep::Wait => return Ok(Answered::Waits),
            JudgeStep::Decide => Judging::Done,
            JudgeStep::Without(words) => Judging::Without(words),
            JudgeStep::Create(sides) => {
                let all = self.answers(claimed, &sample).await?;
                match self.create_jobs(claimed, &sides, &sample, &all).await? {
                    Created::All => {
                        let next = progressed(claimed, claimed.answered);
                        self.write(Some(claimed), &next).await?;
                        // A new event looks at the jobs: this one was received while models were asked.
                        return Ok(Answered::Later);
                    }
                    Created::Later(until) => {
                        let fault = StepError::NotYet("the judge's jobs can't be created yet".to_owned());
                        return Ok(Answered::Failed(StepError::Claimed { fault: Box::new(fault), until }));
                    }
                    Created::Without(words) => Judging::Without(words),
                }
            }
        };
        match self.finish(claimed, &sample, &judging).await? {
            Ok(next) => Ok(Answered::Ended(Box::new(claimed.clone()), Box::new(next))),
            Err(reason) => ended(claimed, &reason),
        }
    }

    /// Creates the jobs of these sides. What an interrupted call created is found by its name.
    async fn create_jobs(
        &self,
        claimed: &mut EvaluationEntry,
        sides: &[usize],
        sample: &Stored,
        all: &AllAnswers,
    ) -> Result<Created, StepError> {
        for side in sides {
            let (Some(judge), Some(collected)) = (claimed.plan.judge.clone(), all.sides.get(*side)) else {
                return Ok(Created::Without("the evaluation has no judge".to_owned()));
            };
            let Some(model) = self.judge_id(&judge) else {
                return Ok(Created::Without(format!("{} isn't available as a judge in {}", judge.model, self.region)));
            };
            let Some(label) = claimed.sides.get(*side).map(|side| side.name.clone()) else { continue };
            let input = claimed.judge_input_key(&label);
            let dataset = dataset(sample, collected, &label);
            self.objects.write(&input, dataset.json_lines().as_bytes().to_vec(), JSON_LINES).await?;
            // Somebody may have stopped the evaluation: the judge costs money.
            let now_there = self.ledger.evaluation(&claimed.run_id).await?;
            if !now_there.is_some_and(|now_there| still_claimed(claimed, &now_there)) {
                return Err(StepError::NotYet("the evaluation was changed while its judge was prepared".to_owned()));
            }
            let job = JudgeJob {
                name: claimed.judge_job_name(*side),
                role: self.judge_role.clone(),
                judge: model,
                metrics: judge.metrics.iter().copied().map(judge_metric_name).collect(),
                dataset: self.objects.address(&input),
                output: self.objects.address(&claimed.judge_output_prefix(&label)),
                label,
                tags: vec![("tunedrop:stack".to_owned(), self.stack.clone())],
            };
            let answer = self.judge_jobs.create(&job).await?;
            if let JudgeAnswer::Later(words) | JudgeAnswer::Refused(words) = &answer {
                warn!(bedrock.words = redact(words), "Bedrock didn't accept the judge's job for {}", job.label);
            }
            match judge_created(claimed, *side, answer, now_s()) {
                JudgeCreated::Known(next) => {
                    self.write(Some(claimed), &next).await?;
                    info!("the judge scores the answers of {}", job.label);
                    *claimed = *next;
                }
                JudgeCreated::Later(next) => {
                    self.write(Some(claimed), &next).await?;
                    return Ok(Created::Later(next.lease_until.unwrap_or_default()));
                }
                JudgeCreated::Without(words) => return Ok(Created::Without(words)),
            }
        }
        Ok(Created::All)
    }

    /// The id to ask the judge by in this Region; `None` if it isn't available here.
    fn judge_id(&self, judge: &Judge) -> Option<String> {
        JudgeModel::find(&judge.model)?.id_in(Some(&self.region))
    }

    /// The judge's scores of a side's answers, from the output of its job.
    pub(super) async fn judged(
        &self,
        was: &EvaluationEntry,
        side: usize,
        sample: &Stored,
        collected: &Collected,
    ) -> Result<Judged, StepError> {
        let (Some(judge), Some(label)) = (&was.plan.judge, was.sides.get(side).map(|side| side.name.as_str())) else {
            return Ok(Judged::new());
        };
        let (dataset, mut scores) = (dataset(sample, collected, label), Judged::new());
        let folder = format!("{}{}/", was.judge_output_prefix(label), was.judge_job_name(side));
        for key in self.objects.keys(&folder, OUTPUT_MAX).await?.into_iter().filter(|key| key.ends_with(ROWS)) {
            let row = |row: &[u8]| dataset.read_row(row, &judge.metrics, &mut scores);
            if let Err(reason) = each_line(&self.objects, &self.objects.address(&key), row).await? {
                return Err(StepError::NotYet(reason));
            }
        }
        Ok(scores)
    }

    /// Stops the jobs of evaluations that have ended, and forgets them when no function can create one any more.
    pub(super) async fn stop_judges(&self, was: &EvaluationEntry) -> Result<(), StepError> {
        let mut stopped = Vec::new();
        for prefix in was.judge_stops.keys() {
            if self.judge_jobs.stop_all(prefix).await? {
                stopped.push(prefix.clone());
            } else {
                info!("stopped the judge's jobs {prefix}*");
            }
        }
        match without_stops(was, &stopped, &now()) {
            Some(next) => self.write(Some(was), &next).await,
            None => Ok(()),
        }
    }
}

/// How far the creation of the jobs is.
enum Created {
    All,
    /// Until these Unix seconds, nothing is tried.
    Later(i64),
    /// Never, in Bedrock's words or ours.
    Without(String),
}

/// What the judge is asked about a side's answers.
fn dataset(sample: &Stored, collected: &Collected, label: &str) -> JudgeDataset {
    let mut dataset = JudgeDataset::default();
    for record in &sample.records {
        if let Some(answer) = collected.answers.get(&record.key) {
            dataset.add(record.key, &record.prompt, &record.reference, &answer.text, label);
        }
    }
    dataset
}

/// The claimed evaluation that can't be completed.
pub(super) fn ended(claimed: &EvaluationEntry, reason: &str) -> Result<Answered, StepError> {
    match failed(claimed, reason, &now()) {
        Ok(next) => Ok(Answered::Ended(Box::new(claimed.clone()), Box::new(next))),
        Err(reason) => Err(StepError::NotYet(reason.to_owned())),
    }
}

//! Approve, stop and retry: what people ask for, through the same queue as the rest.

use tracing::{info, warn};
use tunedrop_aws::{Change, HeadIs};
use tunedrop_run::decide::command::{Stop, may_retry, stop};
use tunedrop_run::event::{Detail, Kind};
use tunedrop_run::metric::moved;
use tunedrop_run::state::{Input, next};
use tunedrop_run::{DatasetHead, Run, State, Timestamp};

use super::Launch;
use crate::announce::{announce, now};
use crate::batch::StepError;
use crate::count::count_run;

impl Launch {
    pub(super) async fn command(&self, kind: Kind, detail: Detail) -> Result<(), StepError> {
        let Some(run_id) = detail.run_id else {
            warn!("poison: the command names no run");
            return Ok(());
        };
        let Some(run) = self.ledger.run(&run_id).await? else {
            warn!("ignored: this stack has no such run");
            return Ok(());
        };
        let by = detail.by.unwrap_or_else(|| "unknown".to_owned());
        match kind {
            Kind::ApproveRun => {
                let change = Change::default().set("approved_by", Some(by)).set("queued_at", Some(now()));
                self.carry_out(&run, Input::Approved, change).await
            }
            Kind::StopRun => self.stop(&run, by).await,
            _ => self.retry(run, by).await,
        }
    }

    async fn stop(&self, run: &Run, by: String) -> Result<(), StepError> {
        match stop(run.state, run.job_arn.as_deref()) {
            Stop::AtBedrock(arn) => {
                info!(job.arn = arn, stopped_by = by, "stopping the job");
                Ok(self.jobs.stop(arn).await?)
            }
            Stop::Later => {
                Err(StepError::NotYet("the run is just being launched; it is stopped once its job is known".to_owned()))
            }
            Stop::Here(_) => {
                let reason = format!("stopped by {by} before it was launched");
                let change = Change::default().set("stopped_by", Some(by)).set("reason", Some(reason));
                self.carry_out(run, Input::StopAsked, change).await
            }
            Stop::Ignored(reason) => {
                info!(reason, "ignored");
                Ok(())
            }
        }
    }

    /// Somebody else may have moved the run since it was read: then the command is decided anew, not lost.
    async fn carry_out(&self, run: &Run, input: Input, change: Change) -> Result<(), StepError> {
        if self.advance(run, input, change).await?.is_none() && next(run.state, input).is_ok() {
            return Err(StepError::NotYet("the run changed while the command was carried out".to_owned()));
        }
        Ok(())
    }

    /// The next attempt of the same content. The command delivered twice finds the attempt there already.
    async fn retry(&self, run: Run, by: String) -> Result<(), StepError> {
        if !may_retry(run.state) {
            info!(
                run.state = run.state.as_str(),
                "ignored: only a run that has ended can be retried, and rejected data must be mended first"
            );
            return Ok(());
        }
        let Some(again) = next_attempt(&run, by, now(), self.launch.retried()) else {
            warn!("ignored: the run has no plan, or no attempt is left");
            return Ok(());
        };
        let again = match self.ledger.create(&again).await? {
            None => {
                count_run(&self.stack, &again, &moved(None, &again, Timestamp::now()));
                again
            }
            Some(there) => there,
        };
        let head = DatasetHead {
            dataset: again.dataset.clone(),
            latest: Some(again.run_id.clone()),
            latest_at: Some(again.since.clone()),
            ..DatasetHead::default()
        };
        self.ledger.update_head(&again.dataset, HeadIs::NotNewerThan(&again.since), &head).await?;
        info!(run.attempt = again.attempt, "retried");
        Ok(announce(&self.bus, &self.stack, &again).await?)
    }
}

/// The same content under the next attempt's id.
fn next_attempt(run: &Run, by: String, now: String, state: State) -> Option<Run> {
    let attempt = run.attempt + 1;
    let base = run.run_id.strip_suffix(&format!("-{}", run.attempt)).filter(|_| run.attempt > 1).unwrap_or(&run.run_id);
    let run_id = format!("{base}-{attempt}");
    let mut plan = run.plan.clone().filter(|_| attempt <= 99)?;
    let name = plan
        .model_name
        .strip_suffix(&format!("-{}", run.attempt))
        .filter(|_| run.attempt > 1)
        .unwrap_or(&plan.model_name);
    plan.model_name = format!("{name}-{attempt}");
    plan.output = plan.output.replace(&format!("/output/{}/", run.run_id), &format!("/output/{run_id}/"));
    Some(Run {
        run_id,
        revision: 1,
        attempt,
        state,
        since: now.clone(),
        changed_at: now.clone(),
        queued_at: (state == State::Queued).then_some(now),
        plan: Some(plan),
        previous: Some(run.run_id.clone()),
        retried_by: Some(by),
        redropped_at: None,
        lease_until: None,
        waiting: None,
        job_arn: None,
        model_arn: None,
        reason: None,
        training_loss: None,
        validation_loss: None,
        approved_by: None,
        stopped_by: None,
        told: Default::default(),
        open: Some("open".to_owned()),
        ..run.clone()
    })
}

//! Commands (approve, stop and retry), which come through the same queue as everything else.

use tracing::{info, warn};
use tunedrop_aws::Change;
use tunedrop_run::decide::command::{Approve, Stop, approve, may_retry, stop, stopped_before};
use tunedrop_run::decide::launch as decide;
use tunedrop_run::event::RunCommand;
use tunedrop_run::metric::moved;
use tunedrop_run::state::{Input, next};
use tunedrop_run::{Run, RunId, State, Timestamp};

use super::Launch;
use crate::batch::StepError;
use crate::count::count_run;
use crate::publish::{now, now_s, publish_state};

impl Launch {
    /// The run that may be due now.
    pub(super) async fn command(
        &self,
        command: RunCommand,
        run_id: &RunId,
        by: Option<String>,
    ) -> Result<Option<RunId>, StepError> {
        let Some(run) = self.ledger.run(run_id).await? else {
            warn!("ignored the command: this stack has no run {run_id}");
            return Ok(None);
        };
        let by = by.unwrap_or_else(|| "unknown".to_owned());
        match command {
            RunCommand::Approve => self.approve(&run, by).await.map(|()| Some(run.run_id)),
            RunCommand::Stop => self.stop(&run, by).await.map(|()| Some(run.run_id)),
            RunCommand::Retry => self.retry(run, by).await,
        }
    }

    async fn approve(&self, run: &Run, by: String) -> Result<(), StepError> {
        let change = Change::default().set("approved_by", Some(by)).set("queued_at", Some(now()));
        match approve(run.state, run.settles_until().is_some()) {
            Approve::Moves(_) => self.carry_out(run, Input::Approved, change).await,
            Approve::AtOnce => {
                let change = change.set("launch_after", None::<String>);
                match self.ledger.advance(run, run.state, &now(), change).await? {
                    Some(_) => Ok(()),
                    None => Err(StepError::NotYet("the run changed while the command was carried out".to_owned())),
                }
            }
            Approve::Ignored(reason) => {
                info!(reason, "ignored the command for run {}", run.run_id);
                Ok(())
            }
        }
    }

    async fn stop(&self, run: &Run, by: String) -> Result<(), StepError> {
        match stop(run.state, run.job_arn.as_deref(), run.is_unconfirmed() || run.job_lookup_since.is_some()) {
            Stop::AtBedrock(_) => {
                self.note_stop(run, &by).await?;
                self.stop_if_asked(&Run { stopped_by: Some(by), ..run.clone() }).await
            }
            Stop::Noted => {
                info!(stopped_by = by, "run {} may have a job; it is stopped when that is known", run.run_id);
                self.note_stop(run, &by).await
            }
            Stop::Here(_) => {
                let reason = stopped_before(&by);
                let change = Change::default().set("stopped_by", Some(by)).set("reason", Some(reason));
                self.carry_out(run, Input::StopAsked, change).await
            }
            Stop::Ignored(reason) => {
                info!(reason, "ignored the command for run {}", run.run_id);
                Ok(())
            }
        }
    }

    async fn note_stop(&self, run: &Run, by: &str) -> Result<(), StepError> {
        match self.ledger.note_stop(run, by).await? {
            true => Ok(()),
            false => Err(StepError::NotYet("the run changed while the command was carried out".to_owned())),
        }
    }

    /// Asks Bedrock to stop the job of a running run if people requested that. The sweep triggers this again until the
    /// job ends.
    pub(super) async fn stop_if_asked(&self, run: &Run) -> Result<(), StepError> {
        if let (Some(by), Some(arn)) = (&run.stopped_by, &run.job_arn) {
            info!(job.arn = arn, stopped_by = by, "stopping the job of run {}", run.run_id);
            self.jobs.stop(arn).await?;
        }
        Ok(())
    }

    /// Stops a run that waits, and for which Bedrock shows no job: now, or once it is certain that it has no job.
    pub(super) async fn stop_waiting(&self, run: Run, by: String, doubt: Option<i64>) -> Result<(), StepError> {
        if let Some(until) = doubt {
            return self.put_off(&run, until).await;
        }
        self.release(&run).await?;
        let run = match run.state {
            State::Launching => self.write(&run, decide::requeue(run.state, None, None)).await?,
            _ => Some(run),
        };
        let Some(run) = run else { return Ok(()) };
        let change =
            Change::default().set("reason", Some(stopped_before(&by))).number("unconfirmed_until", None::<i64>);
        self.advance(&run, Input::StopAsked, change).await.map(|_| ())
    }

    /// The run may have a job until then, so it doesn't end yet. A later launch checks again.
    pub(super) async fn put_off(&self, run: &Run, until: i64) -> Result<(), StepError> {
        info!(
            run.unconfirmed_until = until,
            "run {} may have a job that Bedrock doesn't show yet; it can't end before that is known", run.run_id
        );
        if run.state == State::Launching {
            let write = decide::put_off(run.state, run.blocked_reason.clone(), until, now_s());
            self.write(run, Ok(write)).await?;
        }
        Ok(())
    }

    /// Another function may have changed the run since it was read. Then the command is decided again, so that it isn't
    /// lost.
    async fn carry_out(&self, run: &Run, input: Input, change: Change) -> Result<(), StepError> {
        if self.advance(run, input, change).await?.is_none() && next(run.state, input).is_ok() {
            return Err(StepError::NotYet("the run changed while the command was carried out".to_owned()));
        }
        Ok(())
    }

    /// Creates the next attempt of the same content. A command that is delivered twice finds that the attempt exists.
    async fn retry(&self, run: Run, by: String) -> Result<Option<RunId>, StepError> {
        if run.erased_at.is_some() {
            warn!("ignored the retry of run {}: its data were erased", run.run_id);
            return Ok(None);
        }
        if !may_retry(run.state) {
            info!(
                run.state = run.state.as_str(),
                "ignored the retry of run {}: only a run that has ended can be retried, and rejected data must be fixed first",
                run.run_id
            );
            return Ok(None);
        }
        let Some(again) = next_attempt(&run, by, now(), self.launch.retried()) else {
            warn!("ignored the retry of run {}: it has no plan, or no attempt is left", run.run_id);
            return Ok(None);
        };
        let again = match self.ledger.create(&again).await? {
            None => {
                count_run(&self.stack, &again, &moved(None, &again, Timestamp::now()));
                again
            }
            Some(there) => there,
        };
        self.ledger.point_to_run(&again.dataset, &again.run_id, &again.uploaded_at).await?;
        info!(run.attempt = again.attempt, "run {} retries {}", again.run_id, run.run_id);
        publish_state(&self.bus, &self.stack, &again).await?;
        Ok(Some(again.run_id))
    }
}

/// Returns the same content with the next attempt's id.
fn next_attempt(run: &Run, by: String, now: String, state: State) -> Option<Run> {
    let run_id = run.run_id.next()?;
    let mut plan = run.plan.clone()?;
    // A model's name ends like its run's id.
    let name = plan.model_name.strip_suffix(run.run_id.suffix()).unwrap_or(&plan.model_name);
    plan.model_name = format!("{name}{}", run_id.suffix());
    plan.output = plan.output.replace(&format!("/output/{}/", run.run_id), &format!("/output/{run_id}/"));
    Some(Run {
        attempt: run_id.attempt(),
        run_id,
        revision: 1,
        state,
        uploaded_at: now.clone(),
        changed_at: now.clone(),
        queued_at: (state == State::Queued).then_some(now),
        launch_after: None,
        plan: Some(plan),
        previous: Some(run.run_id.clone()),
        retried_by: Some(by),
        reuploaded_at: None,
        lease_until: None,
        unconfirmed_until: None,
        reserved: Vec::new(),
        job_lookup_since: None,
        blocked_reason: None,
        blocked_by: None,
        lifecycle_warning: None,
        job_arn: None,
        model_arn: None,
        reason: None,
        training_loss: None,
        validation_loss: None,
        approved_by: None,
        stopped_by: None,
        notified: Default::default(),
        open: Some("open".to_owned()),
        ..run.clone()
    })
}

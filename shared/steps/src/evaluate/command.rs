//! What asks for an evaluation: the recipe of a succeeded run, and commands.

use tracing::{info, warn};
use tunedrop_run::decide::evaluate::{EvaluationRequest, request, stop, with_recipe_waiting, without_recipe};
use tunedrop_run::event::{EvaluationCommand, EvaluationSettings};
use tunedrop_run::{EvaluationEntry, Run, RunId};

use super::Evaluate;
use crate::batch::StepError;
use crate::publish::now;

/// Who sent a command that doesn't say it. Without a name, the command would count as the recipe's request.
const SOMEBODY: &str = "somebody";

impl Evaluate {
    /// Requests the evaluation that the run's recipe asks for. Returns the run, if there is an evaluation to continue.
    pub(super) async fn run_succeeded(&self, run_id: RunId) -> Result<Option<RunId>, StepError> {
        let Some(run) = self.run(&run_id).await? else {
            return Ok(None);
        };
        if run.plan.as_ref().is_none_or(|plan| plan.evaluate.is_none()) {
            return Ok(None);
        }
        let was = self.ledger.evaluation(&run_id).await?;
        match was.as_ref().and_then(with_recipe_waiting) {
            Some(next) => {
                info!("the recipe's evaluation of run {run_id} begins when the present one has ended");
                self.write(was.as_ref(), &next).await?;
            }
            None => self.request(&run, &EvaluationSettings::default(), None, run_id.as_str()).await?,
        }
        Ok(Some(run_id))
    }

    /// Requests the evaluation that the run's recipe asked for while the one that has ended was in progress.
    pub(super) async fn recipe_is_next(&self, was: &EvaluationEntry) -> Result<(), StepError> {
        let settings = EvaluationSettings::default();
        let next = match self.run(&was.run_id).await? {
            Some(run) => {
                let asked =
                    EvaluationRequest { run: &run, settings: &settings, by: None, bucket: self.objects.bucket() };
                request(Some(was), &asked, &now()).map(|next| next.after_command(&was.run_id))
            }
            None => Err("this stack has no such run".to_owned()),
        };
        let next = next.unwrap_or_else(|reason| {
            warn!(reason, "the recipe's evaluation of run {} can't begin", was.run_id);
            without_recipe(was)
        });
        self.write(Some(was), &next).await
    }

    /// Writes what a command asks for. Returns the run, if there is an evaluation to continue.
    pub(super) async fn command(
        &self,
        command: EvaluationCommand,
        by: Option<String>,
        id: &str,
    ) -> Result<Option<RunId>, StepError> {
        let by = by.as_deref().unwrap_or(SOMEBODY);
        let Some(run) = self.run(command.run_id()).await? else {
            return Ok(None);
        };
        match command {
            EvaluationCommand::Evaluate { settings, .. } => self.request(&run, &settings, Some(by), id).await?,
            EvaluationCommand::Stop { run_id } => {
                let was = self.ledger.evaluation(&run_id).await?;
                match stop(was.as_ref(), by, &now()) {
                    Ok(next) => self.carry_out(was.as_ref(), next, id).await?,
                    Err(reason) => info!(reason, "ignored the command to stop the evaluation of run {run_id}"),
                }
            }
        }
        Ok(Some(run.run_id))
    }

    async fn run(&self, run_id: &RunId) -> Result<Option<Run>, StepError> {
        let run = self.ledger.run(run_id).await?;
        if run.is_none() {
            warn!("ignored the event: this stack has no run {run_id}");
        }
        Ok(run)
    }

    async fn request(
        &self,
        run: &Run,
        settings: &EvaluationSettings,
        by: Option<&str>,
        id: &str,
    ) -> Result<(), StepError> {
        let was = self.ledger.evaluation(&run.run_id).await?;
        let asked = EvaluationRequest { run, settings, by, bucket: self.objects.bucket() };
        match request(was.as_ref(), &asked, &now()) {
            Ok(next) => self.carry_out(was.as_ref(), next, id).await,
            Err(reason) => {
                info!(reason, "ignored the request to evaluate run {}", run.run_id);
                Ok(())
            }
        }
    }

    /// Writes what is asked, unless that was carried out before: an event may be delivered again after the evaluation has
    /// ended or was stopped.
    async fn carry_out(&self, was: Option<&EvaluationEntry>, next: EvaluationEntry, id: &str) -> Result<(), StepError> {
        if was.is_some_and(|was| was.has_carried_out(id)) {
            info!("ignored a request for the evaluation of run {} that was carried out before", next.run_id);
            return Ok(());
        }
        let next = if id.is_empty() { next } else { next.after_command(id) };
        self.write(was, &next).await
    }
}

//! evaluate: asks models the records of a held-out file, and decides whether a run's model is better.
//!
//! The ledger has how far an evaluation is, and the bucket the answers, in chunks that are written once. So an interruption
//! asks at most one chunk again. Deployments that are needed only for the evaluation are requested in the
//! ledger; deploy creates and deletes them.

mod answer;
mod command;
mod files;
mod finish;
mod judge;
mod parts;
mod prepare;
mod sample;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, EvaluationJobs, Inference, Ledger, Objects};
use tunedrop_report::redact;
use tunedrop_run::decide::deploy::request_temporary;
use tunedrop_run::decide::evaluate::{self as decide, EvaluateStep};
use tunedrop_run::decide::notify::Channel;
use tunedrop_run::evaluation::temporary_deployment;
use tunedrop_run::event::{Event, Hint, RunKind, senders};
use tunedrop_run::metric::{LogFields, Metric};
use tunedrop_run::{Deployment, EvaluationEntry, RunId, StackGuards};

use crate::batch::{StepError, own_hint};
use crate::count::count;
use crate::launch::refuse::guards;
use crate::publish::{age_s, now, now_s};
use crate::settings;
use answer::Answered;

/// Writes and calls in a row before the event returns to its queue.
const STEPS_MAX: usize = 16;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Evaluate {
    objects: Objects,
    ledger: Ledger,
    bus: Bus,
    inference: Inference,
    judge_jobs: EvaluationJobs,
    /// The ARN of the role that Bedrock assumes for the judge's jobs.
    judge_role: String,
    stack: String,
    account: String,
    region: String,
    guards: StackGuards,
    show_excerpts: bool,
}

impl Evaluate {
    /// Create one per process.
    pub async fn from_env() -> Result<Evaluate, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        Ok(Evaluate {
            objects: Objects::new(&config, settings::required("TUNEDROP_BUCKET")?),
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::EVALUATE),
            inference: Inference::new(&config).patient(),
            judge_jobs: EvaluationJobs::new(&config),
            judge_role: settings::required("TUNEDROP_JUDGE_ROLE_ARN")?,
            stack: settings::required("TUNEDROP_STACK")?,
            account: settings::required("TUNEDROP_ACCOUNT")?,
            region: settings::required("AWS_REGION")?,
            guards: guards()?,
            // Excerpts are off unless the value is exactly `true`.
            show_excerpts: settings::optional("TUNEDROP_SHOW_EXCERPTS").is_some_and(|shown| shown == "true"),
        })
    }

    /// Handles a succeeded run, a command, or an event about an evaluation that isn't finished. `deadline`: the end of the
    /// function, in Unix seconds.
    pub async fn step(&self, event: EventBridgeEvent<Value>, deadline: i64) -> Result<(), StepError> {
        let Some(hint) = own_hint(&event, &self.stack)? else {
            return Ok(());
        };
        let run_id = match hint {
            Hint::Run(RunKind::Succeeded, run_id) => self.run_succeeded(run_id).await?,
            Hint::EvaluationCommand { command, by } => self.command(command, by, &event.id.unwrap_or_default()).await?,
            Hint::EvaluationDue(run_id) => Some(run_id),
            _ => {
                warn!(event.detail_type = event.detail_type, "ignored an event that isn't about an evaluation");
                None
            }
        };
        match run_id {
            Some(run_id) => {
                let span = info_span!("evaluate", run_id = run_id.as_str(), dataset = run_id.dataset());
                self.follow(&run_id, deadline).instrument(span).await
            }
            None => Ok(()),
        }
    }

    /// Does what is due for the evaluation, until something else has to happen first, or nothing is left to do.
    async fn follow(&self, run_id: &RunId, deadline: i64) -> Result<(), StepError> {
        let (mut published, mut stopped) = (None, false);
        for _ in 0..STEPS_MAX {
            let Some(was) = self.ledger.evaluation(run_id).await? else {
                info!("ignored the event: run {run_id} was never evaluated");
                return Ok(());
            };
            if !was.judge_stops.is_empty() && !stopped {
                stopped = true;
                self.stop_judges(&was).await?;
                continue;
            }
            let deployments = self.deployments(&was).await?;
            let next = match decide::decide(&was, &deployments, age_s(&was.requested_at), &now()) {
                EvaluateStep::Done if published == was.outcome_at => return Ok(()),
                EvaluateStep::Done => return self.publish(&was).await,
                EvaluateStep::Recipe => {
                    self.recipe_is_next(&was).await?;
                    continue;
                }
                EvaluateStep::Wait => return waits(&was),
                EvaluateStep::Deploy(served) => match self.deploy(&was, &served).await? {
                    None => continue,
                    Some(failed) => failed,
                },
                EvaluateStep::Prepare => self.prepare(&was).await?,
                EvaluateStep::Write(next) => *next,
                step @ (EvaluateStep::Answer | EvaluateStep::Judge) => match self.work_on(&was, &step, deadline).await?
                {
                    Answered::Written => continue,
                    Answered::Waits => return waits(&was),
                    Answered::Later => {
                        return Ok(self.bus.put(&self.stack, &Event::EvaluationDue(run_id.clone())).await?);
                    }
                    Answered::Failed(fault) => return Err(fault),
                    Answered::Ended(claimed, next) => {
                        self.write(Some(&claimed), &next).await?;
                        published = next.outcome_at;
                        continue;
                    }
                },
            };
            self.write(Some(&was), &next).await?;
            published = next.outcome_at;
        }
        Err(StepError::NotYet(format!("the evaluation of run {run_id} changed repeatedly")))
    }

    async fn work_on(&self, was: &EvaluationEntry, step: &EvaluateStep, deadline: i64) -> Result<Answered, StepError> {
        match step {
            EvaluateStep::Judge => self.judge(was, deadline).await,
            _ => self.answer(was, deadline).await,
        }
    }

    /// The deployment of each side, as the ledger has it.
    async fn deployments(&self, was: &EvaluationEntry) -> Result<Vec<Option<Deployment>>, StepError> {
        let mut deployments = Vec::new();
        for side in &was.sides {
            deployments.push(match &side.deployment {
                Some(name) if !was.state.is_end() => self.ledger.deployment(name).await?,
                _ => None,
            });
        }
        Ok(deployments)
    }

    /// Requests the temporary deployment of this run's model, and has deploy create it. Returns the failed evaluation if it
    /// can't be requested.
    async fn deploy(&self, was: &EvaluationEntry, run_id: &RunId) -> Result<Option<EvaluationEntry>, StepError> {
        let name = temporary_deployment(&was.run_id, run_id);
        let deployment = self.ledger.deployment(&name).await?;
        let requested = match self.ledger.run(run_id).await? {
            None => Err(format!("run {run_id} isn't in the ledger any more")),
            Some(run) => request_temporary(deployment.as_ref(), &run, &was.run_id, &self.stack, &self.account, &now()),
        };
        match requested {
            Ok(Some(next)) if !self.ledger.write_deployment(deployment.as_ref(), &next).await? => {
                return Err(StepError::NotYet(format!("deployment {name} was changed by another call")));
            }
            Ok(Some(_)) => info!("requested the temporary deployment {name} for run {run_id}"),
            Ok(None) => info!("the temporary deployment {name} was requested in the meantime"),
            Err(reason) => return Ok(decide::failed(was, &reason, &now()).ok()),
        }
        self.bus.put(&self.stack, &Event::DeploymentDue(name)).await?;
        Ok(None)
    }

    /// Has deploy look at the temporary deployment that the evaluation has.
    async fn look_at_deployment(&self, was: &EvaluationEntry) -> Result<(), StepError> {
        match was.turn().and_then(|at| was.sides.get(at)?.deployment.clone()) {
            Some(name) => Ok(self.bus.put(&self.stack, &Event::DeploymentDue(name)).await?),
            None => Ok(()),
        }
    }

    async fn write(&self, was: Option<&EvaluationEntry>, next: &EvaluationEntry) -> Result<(), StepError> {
        if !self.ledger.write_evaluation(was, next).await? {
            return Err(StepError::NotYet(format!(
                "the evaluation of run {} was changed by another call",
                next.run_id
            )));
        }
        if was.is_none_or(|was| was.state != next.state) {
            let state = next.state.as_str();
            info!(evaluation.state = state, number = next.number, "the evaluation of run {} is {state}", next.run_id);
            if next.state.is_end() {
                let fields = LogFields { run_id: Some(&next.run_id), dataset: Some(&next.dataset) };
                count(&self.stack, fields, &[Metric::Evaluations.of(state, 1.0)]);
                self.publish(next).await?;
            }
        }
        Ok(())
    }

    /// Puts the event about the end on the bus, unless people were notified of it already, and has deploy delete the
    /// temporary deployment. The sweep repeats both.
    async fn publish(&self, ended: &EvaluationEntry) -> Result<(), StepError> {
        if ended.outcome_key().is_none_or(|key| key.is_notified(&ended.notified, Channel::Topic)) {
            return Ok(());
        }
        self.look_at_deployment(ended).await?;
        match Event::evaluation(ended, redact) {
            Some(event) => Ok(self.bus.put(&self.stack, &event).await?),
            None => Ok(()),
        }
    }
}

/// Deployments are created, or the judge is at work: the event returns in some seconds, or after a quarter of an hour the sweep takes over. If another
/// function asks the models, that one has the evaluation continued.
fn waits(was: &EvaluationEntry) -> Result<(), StepError> {
    match decide::looks_again_after(was.state, age_s(&was.changed_at)) {
        Some(seconds) => Err(StepError::NotBefore(now_s() + seconds)),
        None => {
            info!(evaluation.state = was.state.as_str(), "the evaluation continues later");
            Ok(())
        }
    }
}

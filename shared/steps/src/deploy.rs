//! deploy: creates, updates and deletes deployments of custom models, on demand or on provisioned throughput.
//!
//! The ledger has the requested state, and Bedrock the actual one. An event only names a deployment; a command changes the
//! request. A temporary deployment is deleted when its evaluation doesn't need it any more. While Bedrock works, the event
//! stays in the queue, for a quarter of an hour at most. After that the sweep has the deployment looked at.

mod command;

use aws_lambda_events::eventbridge::EventBridgeEvent;
use serde_json::Value;
use tracing::{Instrument, info, info_span, warn};
use tunedrop_aws::{Bus, DeployAnswer, Deployments, Ledger};
use tunedrop_report::redact;
use tunedrop_run::decide::deploy::{self as decide, DeployStep, Request};
use tunedrop_run::decide::evaluate::unneeded;
use tunedrop_run::decide::notify::Channel;
use tunedrop_run::event::{EvaluationKind, Event, Hint, RunKind, senders};
use tunedrop_run::metric::{LogFields, Metric};
use tunedrop_run::{DeployWhen, Deployment, RunId};

use crate::batch::{StepError, own_hint};
use crate::count::count;
use crate::publish::{age_s, now, now_s};
use crate::settings;
use command::Sent;

/// Writes and calls in a row before the event returns to its queue.
const STEPS_MAX: usize = 12;

/// The step's adapters and settings.
#[derive(Debug)]
pub struct Deploy {
    ledger: Ledger,
    bus: Bus,
    deployments: Deployments,
    stack: String,
    account: String,
    /// The stack's `MaxModelUnits`.
    units_max: u32,
}

impl Deploy {
    /// Create one per process.
    pub async fn from_env() -> Result<Deploy, lambda_runtime::Error> {
        let config = tunedrop_aws::config().await;
        let stack = settings::required("TUNEDROP_STACK")?;
        Ok(Deploy {
            ledger: Ledger::new(&config, settings::required("TUNEDROP_TABLE")?),
            bus: Bus::new(&config, settings::required("TUNEDROP_BUS")?, senders::DEPLOY),
            deployments: Deployments::new(&config, stack.clone()),
            account: settings::required("TUNEDROP_ACCOUNT")?,
            units_max: settings::number("TUNEDROP_MAX_MODEL_UNITS")?.unwrap_or(0),
            stack,
        })
    }

    /// Handles a succeeded or an evaluated run, a command, or the sweep's event about a deployment. `deadline`: the end of the function, in
    /// Unix seconds.
    pub async fn step(&self, event: EventBridgeEvent<Value>, deadline: i64) -> Result<(), StepError> {
        let Some(hint) = own_hint(&event, &self.stack)? else {
            return Ok(());
        };
        let name = match hint {
            Hint::Run(RunKind::Succeeded, run_id) => self.deploys(&run_id, DeployWhen::Succeeded).await?,
            Hint::Evaluation { kind: EvaluationKind::Evaluated, run_id, .. } => self.run_evaluated(&run_id).await?,
            Hint::DeploymentCommand { command, by } => {
                let sent = Sent {
                    id: event.id.clone().unwrap_or_default(),
                    at: event.time.map_or_else(now, |time| time.to_rfc3339()),
                    by,
                };
                self.command(command, &sent).await?
            }
            Hint::DeploymentDue(name) => Some(name),
            _ => {
                warn!(event.detail_type = event.detail_type, "ignored an event that isn't about a deployment");
                None
            }
        };
        match name {
            Some(name) => self.follow(&name, deadline).instrument(info_span!("deploy", deployment = name)).await,
            None => Ok(()),
        }
    }

    /// Requests the deployment of a run that its recipe's evaluation has kept, also if somebody has requested another
    /// evaluation since. Returns its name.
    async fn run_evaluated(&self, run_id: &RunId) -> Result<Option<String>, StepError> {
        match self.ledger.evaluation(run_id).await? {
            Some(found) if found.kept_for_recipe => self.deploys(run_id, DeployWhen::Kept).await,
            _ => Ok(None),
        }
    }

    /// Requests the deployment that the run's recipe asks for at this time. Returns its name.
    async fn deploys(&self, run_id: &RunId, when: DeployWhen) -> Result<Option<String>, StepError> {
        let Some(run) = self.ledger.run(run_id).await? else {
            warn!("ignored the event: this stack has no run {run_id}");
            return Ok(None);
        };
        let plan = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref());
        let Some(plan) = plan.filter(|plan| plan.when == when) else {
            return Ok(None);
        };
        let name = plan.name.as_deref().unwrap_or(&run.dataset);
        // A late event must not replace the model of a newer run.
        let was = self.ledger.deployment(name).await?;
        if let Some(was) = &was
            && let Some(other) = self.ledger.run(&was.run_id).await?
            && other.uploaded_at > run.uploaded_at
        {
            info!("run {run_id} is older than run {}, and isn't deployed", other.run_id);
            return Ok(Some(was.name.clone()));
        }
        // The event may be delivered again, after a rollback or a deletion.
        if was.as_ref().is_some_and(|was| was.knows(run_id)) {
            return Ok(Some(name.to_owned()));
        }
        let request = Request {
            name,
            run: &run,
            expires_after_s: plan.expires_after_s,
            capacity: Some(plan.capacity),
            units_max: Some(self.units_max),
            by: None,
        };
        match decide::request(was.as_ref(), &request, &self.stack, &self.account, &now()) {
            Ok(next) => self.write(was.as_ref(), &next.after_command(run_id)).await?,
            Err(reason) => warn!(reason, "run {run_id} isn't deployed as {name}"),
        }
        Ok(Some(name.to_owned()))
    }

    /// Does what is due for the deployment, until Bedrock works or nothing is left to do.
    async fn follow(&self, name: &str, deadline: i64) -> Result<(), StepError> {
        let mut published = None;
        for _ in 0..STEPS_MAX {
            let Some(was) = self.ledger.deployment(name).await? else {
                info!("ignored the event: this stack has no deployment {name}");
                return Ok(());
            };
            if let Some(evaluation) = &was.evaluation {
                let evaluation = self.ledger.evaluation(evaluation).await?;
                if let Some(next) = unneeded(&was, evaluation.as_ref(), &now()) {
                    self.write(Some(&was), &next).await?;
                    continue;
                }
            }
            let seen = self.deployments.get(&was).await?;
            let step = decide::decide(&was, seen.as_ref(), age_s(&was.changed_at), &now());
            match step {
                DeployStep::Done if published == was.outcome_at => return Ok(()),
                DeployStep::Done => return self.publish(&was).await,
                DeployStep::Wait => return waits(&was),
                DeployStep::Write(next) => {
                    self.write(Some(&was), &next).await?;
                    published = next.outcome_at.filter(|at| was.outcome_at.as_ref() != Some(at));
                }
                call => {
                    let claimed = decide::claim(&was, deadline);
                    self.write(Some(&was), &claimed).await?;
                    let next = self.call(&claimed, &call).await?;
                    let is_new = next.state != claimed.state;
                    self.write(Some(&claimed), &next).await?;
                    // Bedrock is making the change, or can't yet.
                    if !is_new {
                        return waits(&next);
                    }
                }
            }
        }
        Err(StepError::NotYet(format!("deployment {name} changed repeatedly")))
    }

    /// Makes a call that changes the deployment, which this function has claimed. Returns what to write.
    async fn call(&self, claimed: &Deployment, call: &DeployStep) -> Result<Deployment, StepError> {
        let answer = match call {
            DeployStep::Create => match decide::not_allowed(claimed, self.units_max) {
                Some(refused) => refused,
                None => self.deployments.create(claimed).await?,
            },
            DeployStep::Update => self.deployments.update(claimed).await?,
            DeployStep::Delete(arn) => self.deployments.delete(claimed, arn).await?,
            DeployStep::Write(_) | DeployStep::Wait | DeployStep::Done => return Ok(claimed.clone()),
        };
        if let DeployAnswer::Later(words) | DeployAnswer::Refused(words) = &answer {
            warn!(bedrock.words = redact(words), "Bedrock doesn't change deployment {}", claimed.name);
        }
        Ok(decide::answered(claimed, call, answer, &now()))
    }

    async fn write(&self, was: Option<&Deployment>, next: &Deployment) -> Result<(), StepError> {
        if !self.ledger.write_deployment(was, next).await? {
            return Err(StepError::NotYet(format!("deployment {} was changed by another call", next.name)));
        }
        if was.is_none_or(|was| was.state != next.state) {
            let state = next.state.as_str();
            info!(deployment.state = state, run_id = next.run_id.as_str(), "deployment {} is {state}", next.name);
        }
        if was.is_some_and(|was| was.outcome_at != next.outcome_at)
            && let Some(outcome) = next.outcome
        {
            let fields = LogFields { run_id: Some(&next.run_id), dataset: Some(&next.dataset) };
            count(&self.stack, fields, &[Metric::Deployments.of(outcome.as_str(), 1.0)]);
            self.publish(next).await?;
        }
        Ok(())
    }

    /// Puts the event about the last outcome on the bus, unless people were notified of it already. The sweep publishes lost
    /// ones again.
    async fn publish(&self, deployment: &Deployment) -> Result<(), StepError> {
        let notified = deployment.outcome_key().is_none_or(|key| key.is_notified(&deployment.notified, Channel::Topic));
        match Event::deployment(deployment, redact).filter(|_| !notified) {
            Some(event) => Ok(self.bus.put(&self.stack, &event).await?),
            None => Ok(()),
        }
    }
}

/// Bedrock is working: the event returns in some seconds, or after a quarter of an hour the sweep takes over.
fn waits(deployment: &Deployment) -> Result<(), StepError> {
    match decide::looks_again_after(age_s(&deployment.changed_at)) {
        Some(seconds) => Err(StepError::NotBefore(now_s() + seconds)),
        None => Ok(()),
    }
}

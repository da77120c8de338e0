//! The commands about deployments: deploy a run, roll back, delete.

use tracing::{info, warn};
use tunedrop_run::decide::deploy::{self as decide, Request};
use tunedrop_run::deployment::requested_name_fault;
use tunedrop_run::event::DeploymentCommand;
use tunedrop_run::{Capacity, Deployment, RunId};

use super::Deploy;
use crate::batch::StepError;
use crate::publish::now;

/// How a command was sent.
#[derive(Debug)]
pub(super) struct Sent {
    /// The event's id, which a redelivery has too.
    pub(super) id: String,
    /// RFC 3339: when.
    pub(super) at: String,
    /// Who sent it, as the sender claims.
    pub(super) by: Option<String>,
}

impl Deploy {
    /// Writes what a command asks for. Returns the deployment's name, if there is a deployment to look at.
    pub(super) async fn command(&self, command: DeploymentCommand, sent: &Sent) -> Result<Option<String>, StepError> {
        if let Some(fault) = command.name().and_then(requested_name_fault) {
            info!(reason = fault, "ignored the command {}", command.kind().as_str());
            return Ok(None);
        }
        match command {
            DeploymentCommand::Deploy { run_id, name, expires_after_s, capacity } => {
                self.deploy(&run_id, name, (expires_after_s, capacity), sent).await
            }
            DeploymentCommand::RollBack { name } => self.roll_back(name, sent).await,
            DeploymentCommand::Delete { name } => self.delete(name, sent).await,
        }
    }

    async fn deploy(
        &self,
        run_id: &RunId,
        name: Option<String>,
        (expires_after_s, capacity): (Option<i64>, Option<Capacity>),
        sent: &Sent,
    ) -> Result<Option<String>, StepError> {
        let Some(run) = self.ledger.run(run_id).await? else {
            warn!("ignored the command: this stack has no run {run_id}");
            return Ok(None);
        };
        let plan = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref());
        let name = name.or_else(|| plan?.name.clone()).unwrap_or_else(|| run.dataset.clone());
        let was = self.ledger.deployment(&name).await?;
        // A run that is served already can be served for longer.
        let serves = |was: &&Deployment| {
            let is_same = capacity.is_none_or(|capacity| capacity == was.capacity);
            let is_allowed = was.capacity.forbidden(Some(self.units_max)).is_none();
            was.serving.as_ref() == Some(run_id) && was.dataset == run.dataset && is_same && is_allowed
        };
        if let Some((was, seconds)) = was.as_ref().filter(serves).zip(expires_after_s)
            && let Ok(next) = decide::extend(was, seconds, &sent.at)
        {
            self.carry_out(Some(was), next, sent).await?;
            return Ok(Some(name));
        }
        let expires_after_s = expires_after_s.or_else(|| plan?.expires_after_s);
        let (by, units_max) = (sent.by.as_deref(), Some(self.units_max));
        let request = Request { name: &name, run: &run, expires_after_s, capacity, units_max, by };
        match decide::request(was.as_ref(), &request, &self.stack, &self.account, &now()) {
            Ok(next) => self.carry_out(was.as_ref(), next, sent).await?,
            Err(reason) => info!(reason, "ignored the command to deploy run {run_id} as {name}"),
        }
        Ok(Some(name))
    }

    async fn roll_back(&self, name: String, sent: &Sent) -> Result<Option<String>, StepError> {
        let was = self.ledger.deployment(&name).await?;
        let back = match decide::rollback(was.as_ref()) {
            Ok(run_id) => self.ledger.run(run_id).await?,
            Err(reason) => {
                info!(reason, "ignored the rollback of deployment {name}");
                return Ok(None);
            }
        };
        let Some(run) = back else {
            warn!("ignored the rollback of deployment {name}: its previous run isn't in the ledger");
            return Ok(None);
        };
        let expires_after_s = was.as_ref().and_then(|was| was.expires_after_s);
        let (by, units_max) = (sent.by.as_deref(), Some(self.units_max));
        let request = Request { name: &name, run: &run, expires_after_s, capacity: None, units_max, by };
        match decide::request(was.as_ref(), &request, &self.stack, &self.account, &now()) {
            Ok(next) => self.carry_out(was.as_ref(), next, sent).await?,
            Err(reason) => info!(reason, "ignored the rollback of deployment {name}"),
        }
        Ok(Some(name))
    }

    async fn delete(&self, name: String, sent: &Sent) -> Result<Option<String>, StepError> {
        let was = self.ledger.deployment(&name).await?;
        let reason = format!("{} asked for it", sent.by.as_deref().unwrap_or("somebody"));
        match decide::delete(was.as_ref(), sent.by.as_deref(), &reason, &now()) {
            Ok(next) => self.carry_out(was.as_ref(), next, sent).await?,
            Err(reason) => info!(reason, "ignored the deletion of deployment {name}"),
        }
        Ok(Some(name))
    }

    /// Writes what the command changes, unless it was carried out before: a second rollback would undo the first.
    async fn carry_out(&self, was: Option<&Deployment>, next: Deployment, sent: &Sent) -> Result<(), StepError> {
        if was.is_some_and(|was| was.has_carried_out(&sent.id)) {
            info!("ignored a command for deployment {} that was carried out before", next.name);
            return Ok(());
        }
        let next = if sent.id.is_empty() { next } else { next.after_command(&sent.id) };
        self.write(was, &next).await
    }
}

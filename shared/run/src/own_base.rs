//! Base models that a recipe names by a run or a deployment of its stack: `run:<run-id>` and `deployed:<name>`.
//!
//! Only the stack's ledger knows which custom model that is: [`of_run`] and [`of_deployment`] decide by its items.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::deployment::deployment_name_fault;
use crate::identity::dataset_fault;
use crate::{Deployment, DeploymentState, Run, RunId, State};

/// What stands before a run's id.
const RUN: &str = "run:";
/// What stands before a deployment's name.
const DEPLOYED: &str = "deployed:";

/// The run or deployment whose custom model a recipe continues from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OwnBase {
    /// The model that this run made.
    Run(RunId),
    /// The model that the deployment of this name serves.
    Deployed(String),
}

/// The custom model that a run of the stack made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnModel {
    /// The run.
    pub run_id: RunId,
    /// The ARN of its custom model.
    pub model_arn: String,
}

/// Why a recipe can't continue from what it names, for a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnBaseFault {
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

/// What the ledger says about a recipe's [`OwnBase`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OwnLookup {
    /// There is no ledger here, so only the form is checked.
    #[default]
    AtUpload,
    /// It is this model.
    Found(OwnModel),
    /// It can't be used.
    Fault(OwnBaseFault),
}

impl OwnBase {
    /// Reads a recipe's `base_model`. `None` if it names neither a run nor a deployment; a fault if its form is wrong.
    pub fn parse(written: &str) -> Option<Result<OwnBase, OwnBaseFault>> {
        if let Some(id) = written.strip_prefix(RUN) {
            return Some(id.parse().map(OwnBase::Run).map_err(|_| not_a_run(id)));
        }
        if let Some(name) = written.strip_prefix(DEPLOYED) {
            let fault = deployment_name_fault(name).map(|message| OwnBaseFault {
                message: format!("`{DEPLOYED}`: {message}"),
                help: format!("write it as {DEPLOYED}support-bot; `tunedrop deployments` lists the names"),
            });
            return Some(fault.map_or_else(|| Ok(OwnBase::Deployed(name.to_owned())), Err));
        }
        let (word, rest) = written.split_once(':')?;
        let meant = match word.to_ascii_lowercase().as_str() {
            "run" | "runs" => RUN,
            "deployed" | "deploy" | "deployment" => DEPLOYED,
            _ => return None,
        };
        let example = if meant == RUN { "<run-id>" } else { "<name>" };
        let is_name = rest.parse::<RunId>().is_ok() || dataset_fault(rest).is_none();
        Some(Err(OwnBaseFault {
            message: format!("expected `{RUN}<run-id>` or `{DEPLOYED}<name>`"),
            help: format!("write it as {meant}{}", if is_name { rest } else { example }),
        }))
    }
}

impl fmt::Display for OwnBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OwnBase::Run(run_id) => write!(f, "{RUN}{run_id}"),
            OwnBase::Deployed(name) => write!(f, "{DEPLOYED}{name}"),
        }
    }
}

fn not_a_run(id: &str) -> OwnBaseFault {
    let whose = match dataset_fault(id) {
        // People write the dataset's name.
        None => format!("; `tunedrop show {id}` shows the newest run of a dataset {id}"),
        Some(_) => "; `tunedrop runs` lists the ids".to_owned(),
    };
    OwnBaseFault {
        message: format!("expected a run's id after `{RUN}`"),
        help: format!("write it as {RUN}support-bot-0123456789ab{whose}"),
    }
}

/// The model that a run made. `run` is its item in the ledger; `latest` is the newest accepted run of the dataset that the
/// id names, for a suggestion.
pub fn of_run(run_id: &RunId, run: Option<&Run>, latest: Option<&RunId>) -> Result<OwnModel, OwnBaseFault> {
    let fault = |message, help| Err(OwnBaseFault { message, help });
    let Some(run) = run else {
        let elsewhere = "name a model of another stack by its ARN";
        let help = match latest {
            Some(latest) => format!("did you mean `{RUN}{latest}`, the newest run of this dataset? Or {elsewhere}"),
            None => format!("use an id that `tunedrop runs` lists, or {elsewhere}"),
        };
        return fault(format!("this stack has no run {run_id}"), help);
    };
    let state = run.state.as_str();
    match (run.state, &run.model_arn) {
        (State::Succeeded, Some(arn)) => Ok(OwnModel { run_id: run_id.clone(), model_arn: arn.clone() }),
        (State::Succeeded, None) => fault(
            format!("run {run_id} succeeded, but Bedrock hasn't named its custom model"),
            "name another run that succeeded, or the model's ARN".to_owned(),
        ),
        (State::Held | State::Queued | State::Launching | State::Running, _) => fault(
            format!("run {run_id} is {state}: it has no custom model yet"),
            "upload the recipe again when the run has succeeded, or name a run that has".to_owned(),
        ),
        (State::Rejected | State::Failed | State::Stopped | State::Superseded | State::Refused, _) => fault(
            format!("run {run_id} is {state}: it made no custom model"),
            "name a run that succeeded; `tunedrop runs --state succeeded` lists them".to_owned(),
        ),
    }
}

/// The model that a deployment serves. `deployment` is its item in the ledger.
pub fn of_deployment(name: &str, deployment: Option<&Deployment>) -> Result<OwnModel, OwnBaseFault> {
    let fault = |message, help| Err(OwnBaseFault { message, help });
    let Some(deployment) = deployment else {
        return fault(
            format!("this stack has no deployment `{name}`"),
            format!("use a name that `tunedrop deployments` lists, or a run: `{RUN}<run-id>`"),
        );
    };
    let served = deployment.serving.clone().zip(deployment.serving_model_arn.clone());
    if let Some((run_id, model_arn)) = served.filter(|_| deployment.state.answers()) {
        return Ok(OwnModel { run_id, model_arn });
    }
    let run_id = &deployment.run_id;
    let help = match deployment.state {
        DeploymentState::Deleting | DeploymentState::Deleted => {
            format!("deploy a run under this name first, or write `{RUN}{run_id}`, the run that it last had")
        }
        DeploymentState::Failed => format!("deploy a run under this name first, or write `{RUN}{run_id}`"),
        _ => format!("upload the recipe again when the deployment is Active, or write `{RUN}{run_id}`"),
    };
    fault(format!("the deployment `{name}` is {}: it serves no model", deployment.state.as_str()), help)
}

#[cfg(test)]
mod tests;

//! The options of the commands about deployments.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use tunedrop_run::deployment::{EXPIRES_AFTER_MAX_S, EXPIRES_AFTER_MIN_S, MODEL_UNITS_MAX};
use tunedrop_run::{Capacity, duration_s};

use crate::stack::StackArgs;

/// Deploy a run's custom model, so that it answers
///
/// A deployment has a name in the stack, and an ARN that callers use as the model id. If the deployment exists, it serves
/// the run's model from then on: the ARN stays the same, and calls are answered during the change. By default, the model is
/// served on demand, and Bedrock bills the tokens. With --type provisioned, it is served on provisioned throughput: Bedrock
/// bills each model unit by the hour until the deployment expires or is deleted, so --expires is required. tunedrop never
/// buys a commitment. The stack's parameter MaxModelUnits must allow it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop deploy support-bot --wait               the dataset's newest run
  tunedrop deploy support-bot-3fa9 --expires 72h   deleted after three days
  tunedrop deploy support-bot --name beta          under another name
  tunedrop deploy support-bot --type provisioned --expires 8h

Exit codes:
  0: sent, or deployed already; with --wait, the model answers
  1: the run can't be deployed, or the deployment doesn't end later by it;
     with --wait, the deployment failed
  2: a usage error, no such run, or a failed service
  130: Ctrl-C. What was sent continues")]
pub(crate) struct DeployArgs {
    /// A run's id or the beginning of one, a dataset for its newest run, or a
    /// custom model's ARN
    pub(super) run: String,
    /// The deployment's name [default: the recipe's, or the dataset's]
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Delete it after this time: hours or days, such as 72h or 3d [default:
    /// the recipe's, or never]. If it serves the run already: moves its end to
    /// this time from now, but never to an earlier one
    #[arg(long, value_name = "TIME", value_parser = expires)]
    pub(super) expires: Option<i64>,
    /// How Bedrock serves the model [default: as it does already, or as the
    /// recipe says, or on-demand]. An existing deployment can't be changed to
    /// another type
    #[arg(long = "type", value_name = "TYPE", value_enum)]
    pub(super) kind: Option<DeploymentType>,
    /// With --type provisioned: model units, each billed by the hour
    /// [default: 1]
    #[arg(long, value_name = "N", requires = "kind", value_parser = clap::value_parser!(u32).range(1..=i64::from(MODEL_UNITS_MAX)))]
    pub(super) model_units: Option<u32>,
    /// Wait until the model answers, or the deployment failed
    #[arg(long)]
    pub(super) wait: bool,
    #[command(flatten)]
    pub(super) stack: StackArgs,
}

/// How Bedrock serves a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DeploymentType {
    /// The tokens of requests and answers are billed
    OnDemand,
    /// Each model unit is billed by the hour
    Provisioned,
}

impl DeployArgs {
    /// The capacity that the options name; or why they contradict each other.
    pub(super) fn capacity(&self) -> Result<Option<Capacity>> {
        match (self.kind, self.model_units) {
            (None, _) => Ok(None),
            (Some(DeploymentType::OnDemand), None) => Ok(Some(Capacity::OnDemand)),
            (Some(DeploymentType::OnDemand), Some(_)) => bail!("--model-units is allowed only with --type provisioned"),
            (Some(DeploymentType::Provisioned), units) => {
                Ok(Some(Capacity::Provisioned { model_units: units.unwrap_or(1) }))
            }
        }
    }
}

/// Serve the model that a deployment served before
///
/// The ARN stays the same, and calls are answered during the change. A second rollback returns to the newer model. During
/// an update, the model that still answers stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop rollback support-bot
  tunedrop rollback support-bot --wait

Exit codes:
  0: sent; with --wait, the previous model answers
  1: there is no previous model; with --wait, the update failed
  2: a usage error, no such deployment, or a failed service
  130: Ctrl-C. What was sent continues")]
pub(crate) struct RollbackArgs {
    /// The deployment's name
    pub(super) name: String,
    /// Wait until the previous model answers
    #[arg(long)]
    pub(super) wait: bool,
    #[command(flatten)]
    pub(super) stack: StackArgs,
}

/// Delete a deployment
///
/// Its ARN stops answering, and a new deployment of the same name gets another ARN. The custom model stays.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop undeploy support-bot
  tunedrop undeploy support-bot --yes --wait

Exit codes:
  0: sent; with --wait, deleted
  1: you declined, or it is deleted already
  2: a usage error, no such deployment, or a failed service
  130: Ctrl-C. What was sent continues")]
pub(crate) struct UndeployArgs {
    /// The deployment's name
    pub(super) name: String,
    /// Don't ask for confirmation
    #[arg(long, short)]
    pub(super) yes: bool,
    /// Wait until it is deleted
    #[arg(long)]
    pub(super) wait: bool,
    #[command(flatten)]
    pub(super) stack: StackArgs,
}

fn expires(text: &str) -> std::result::Result<i64, String> {
    match duration_s(text) {
        Some(seconds) if (EXPIRES_AFTER_MIN_S..=EXPIRES_AFTER_MAX_S).contains(&seconds) => Ok(seconds),
        Some(_) => Err("expected a time from 1h to 365d".to_owned()),
        None => Err("expected a number and h or d, such as 72h or 3d".to_owned()),
    }
}

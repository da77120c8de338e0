//! Asks Bedrock what exists of the models and deployments that the ledger names.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use tunedrop_aws::Inventory;
use tunedrop_run::erasure::{AtBedrock, Hindrance};
use tunedrop_run::{Deployment, Run, is_held};

use crate::format::visible;
use crate::stack::{Stack, explain};

/// What Bedrock has.
#[derive(Default)]
pub(super) struct Existing {
    /// The ARNs of the models.
    pub(super) models: BTreeSet<String>,
    /// The ARNs of models that are gone, which nobody confirms.
    pub(super) unconfirmed: BTreeSet<String>,
    /// What must end first.
    pub(super) hindrances: Vec<Hindrance>,
}

/// Lists the models of the runs, and reads their tags. A model that isn't listed must be confirmed by its job, or by the person
/// who runs the command (`models_gone`): an endpoint of another Region or account lists nothing either.
pub(super) async fn ask(
    stack: &Stack,
    runs: &[Run],
    deployments: &[Deployment],
    models_gone: bool,
) -> Result<Existing> {
    if runs.iter().all(|run| run.model_arn.is_none()) {
        return Ok(Existing::default());
    }
    let bedrock = Inventory::new(&stack.configs.bedrock);
    let listed = bedrock.models(|_| ()).await.map_err(explain)?.into_iter().map(|one| one.arn).collect();
    let mut serving = bedrock.deployments().await.map_err(explain)?;
    serving.extend(bedrock.throughputs().await.map_err(explain)?);
    let found = AtBedrock::of(runs, &listed, &serving, deployments);
    let mut existing = Existing { hindrances: found.hindrances, ..Existing::default() };
    let unknown = unknown(stack, &found.absent).await?;
    if let [first, rest @ ..] = unknown.as_slice()
        && !models_gone
    {
        let more = if rest.is_empty() { String::new() } else { format!(", nor those of {} more", rest.len()) };
        bail!(
            "Bedrock knows neither the custom model of run {} nor its job{more}. Probably another endpoint, Region or account answered, so nothing can be said about the models, and nothing was deleted. If they were deleted, pass --models-gone",
            visible(&first.run_id)
        );
    }
    existing.unconfirmed = unknown.iter().filter_map(|run| run.model_arn.clone()).collect();
    existing.models = found.models.into_iter().collect();
    let arns: Vec<String> = existing.models.iter().cloned().collect();
    let tags = bedrock.tags(&arns, |_| ()).await.map_err(explain)?;
    for (arn, tags) in arns.into_iter().zip(tags) {
        let tags: BTreeMap<String, String> = tags.unwrap_or_default();
        if is_held(tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))) {
            existing.hindrances.push(Hindrance::Held { what: arn });
        }
    }
    Ok(existing)
}

/// The runs whose jobs Bedrock doesn't know.
async fn unknown<'r>(stack: &Stack, absent: &[&'r Run]) -> Result<Vec<&'r Run>> {
    let jobs = stack.jobs();
    let mut unknown = Vec::new();
    for run in absent {
        let job = match &run.job_arn {
            Some(arn) => jobs.get(arn).await.map_err(explain)?,
            None => None,
        };
        if job.is_none() {
            unknown.push(*run);
        }
    }
    Ok(unknown)
}

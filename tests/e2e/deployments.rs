//! Deployments: from a run to a model in use, its replacement, its rollback, and its deletion.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::CustomModelDeploymentStatus;
use tunedrop_run::event::{DeploymentCommand, Event};
use tunedrop_run::{Deployment, DeploymentState, Run, State, Timestamp};

use crate::data::nova;
use crate::harness::Harness;

const RECIPE: &str = "base_model: nova-lite\ndeploy: { expires_after: 72h }\n";

/// Uploads a version of the dataset, and waits for its run, which is another than `before`.
pub(crate) async fn train(
    w: &Harness,
    dataset: &str,
    version: &str,
    recipe: &str,
    before: Option<&Run>,
) -> Result<Run> {
    w.upload(&w.main, dataset, "train.jsonl", nova(20, &format!("{dataset} {version}"))).await?;
    w.next_second().await;
    w.upload(&w.main, dataset, "job.yaml", recipe).await?;
    w.until(&format!("the {version} run of {dataset}"), async || {
        let entry = w.main.ledger.dataset(dataset).await.ok()??;
        let run = w.main.ledger.run(&entry.latest_run?).await.ok()??;
        let is_new = before.is_none_or(|before| before.run_id != run.run_id);
        (run.state == State::Succeeded && is_new).then_some(run)
    })
    .await
}

/// The deployment, once it is in this state and serves this run.
pub(crate) async fn deployed(w: &Harness, name: &str, state: DeploymentState, run: Option<&Run>) -> Result<Deployment> {
    let what = format!("deployment {name} to be {} with {:?}", state.as_str(), run.map(|run| run.run_id.as_str()));
    w.until(&what, async || {
        let deployment = w.main.ledger.deployment(name).await.ok()??;
        let serves = run.is_none_or(|run| deployment.serving.as_ref() == Some(&run.run_id));
        (deployment.state == state && serves).then_some(deployment)
    })
    .await
}

async fn command(w: &Harness, command: DeploymentCommand) -> Result<()> {
    let event = Event::DeploymentCommand { command, by: Some("ada".to_owned()) };
    Ok(w.main.bus.put(&w.main.deployed.name, &event).await?)
}

/// The model that Bedrock's deployment serves, and its state.
async fn at_bedrock(w: &Harness, arn: &str) -> Result<Option<(String, CustomModelDeploymentStatus)>> {
    match w.bedrock.get_custom_model_deployment().custom_model_deployment_identifier(arn).send().await {
        Ok(shown) => Ok(Some((shown.model_arn, shown.status))),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn deploys_updates_rolls_back_and_deletes(w: &Harness) -> Result<()> {
    let name = "deployed-bot";
    let first = train(w, name, "first", RECIPE, None).await?;
    let created = deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    let arn = created.arn.clone().context("an ARN")?;
    ensure!(at_bedrock(w, &arn).await?.map(|(model, _)| Some(model)) == Some(first.model_arn.clone()), "{created:?}");
    ensure!(created.ends_at.is_some(), "the recipe says when it expires: {created:?}");
    w.wait_for_messages(&w.main, name, &arn, 1).await?;

    let second = train(w, name, "second", RECIPE, Some(&first)).await?;
    let updated = deployed(w, name, DeploymentState::Active, Some(&second)).await?;
    ensure!(updated.arn.as_ref() == Some(&arn), "callers keep the ARN: {updated:?}");
    ensure!(updated.previous.as_ref() == Some(&first.run_id), "{updated:?}");
    ensure!(at_bedrock(w, &arn).await?.map(|(model, _)| Some(model)) == Some(second.model_arn.clone()), "{updated:?}");

    command(w, DeploymentCommand::RollBack { name: name.to_owned() }).await?;
    let back = deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    ensure!(back.previous.as_ref() == Some(&second.run_id), "a rollback can be rolled back: {back:?}");
    ensure!(at_bedrock(w, &arn).await?.map(|(model, _)| Some(model)) == Some(first.model_arn.clone()), "{back:?}");
    let told = w.wait_for_messages(&w.main, name, &arn, 3).await?;
    ensure!(told.len() == 3, "one message for each change: {told:#?}");

    command(w, DeploymentCommand::Delete { name: name.to_owned() }).await?;
    deployed(w, name, DeploymentState::Deleted, None).await?;
    ensure!(at_bedrock(w, &arn).await?.is_none(), "it is gone");
    w.wait_for_messages(&w.main, name, "deleted", 1).await?;
    // Nothing brings it back: neither a sweep nor the run's event, delivered again.
    let succeeded = Event::state(&second, str::to_owned).context("an event")?;
    w.main.bus.put(&w.main.deployed.name, &succeeded).await?;
    w.sweep(&w.main).await?;
    w.settled().await;
    deployed(w, name, DeploymentState::Deleted, None).await?;
    Ok(())
}

pub(crate) async fn deployment_deleted_in_the_console_is_noticed(w: &Harness) -> Result<()> {
    let name = "console-deleted";
    let run = train(w, name, "only", "base_model: nova-lite\ndeploy: {}\n", None).await?;
    let arn = deployed(w, name, DeploymentState::Active, Some(&run)).await?.arn.context("an ARN")?;
    w.bedrock.delete_custom_model_deployment().custom_model_deployment_identifier(&arn).send().await?;
    w.until("the deployment to be gone", async || at_bedrock(w, &arn).await.ok()?.is_none().then_some(())).await?;
    w.sweep(&w.main).await?;
    let gone = deployed(w, name, DeploymentState::Deleted, None).await?;
    ensure!(gone.reason.as_deref() == Some("it was deleted outside tunedrop"), "{gone:?}");
    w.wait_for_messages(&w.main, name, "outside tunedrop", 1).await?;
    // It is created again only on command.
    let deploy = DeploymentCommand::Deploy {
        run_id: run.run_id.clone(),
        name: None,
        expires_after_s: Some(3600),
        capacity: None,
    };
    command(w, deploy).await?;
    let again = deployed(w, name, DeploymentState::Active, Some(&run)).await?;
    ensure!(again.arn.is_some_and(|new| new != arn), "it is another deployment");

    // It expires: a notice, then its deletion.
    let soon = Timestamp::now() + std::time::Duration::from_secs(600);
    w.set_text(&w.main, &Deployment::key(name), "ends_at", &format!("{soon:.3}")).await?;
    w.sweep(&w.main).await?;
    w.wait_for_messages(&w.main, name, "expires", 1).await?;
    let past = Timestamp::now() - std::time::Duration::from_secs(1);
    w.set_text(&w.main, &Deployment::key(name), "ends_at", &format!("{past:.3}")).await?;
    w.sweep(&w.main).await?;
    let ended = deployed(w, name, DeploymentState::Deleted, None).await?;
    ensure!(ended.reason.as_deref() == Some("it expired"), "{ended:?}");
    w.wait_for_messages(&w.main, name, "expired", 1).await?;
    Ok(())
}

//! Deployments on provisioned throughput: by a recipe, by a command, and in a stack that doesn't allow them.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::operation::get_provisioned_model_throughput::GetProvisionedModelThroughputOutput;
use aws_sdk_bedrock::types::ProvisionedModelStatus;
use tunedrop_local::bedrock::{DeploymentFault, ThroughputFaults};
use tunedrop_run::event::{DeploymentCommand, Event};
use tunedrop_run::{Capacity, Deployment, DeploymentState, Timestamp};

use crate::data::nova;
use crate::deployment_commands::{ends, has};
use crate::deployments::{deployed, train};
use crate::harness::Harness;
use crate::session::Shell;

const RECIPE: &str = "base_model: nova-lite\ndeploy: { type: provisioned, model_units: 2, expires_after: 8h }\n";

/// The most model units of a deployment in the main stack.
pub(crate) const MAX_MODEL_UNITS: &str = "2";

/// The failure message of the throughput of the dataset `unbuyable`.
const UNBUYABLE: &str = "No capacity for the model";

/// The names of deployments decide their faults.
pub(crate) fn faults() -> ThroughputFaults {
    let fail = DeploymentFault { deployment: "unbuyable-".to_owned(), fail: UNBUYABLE.to_owned() };
    ThroughputFaults { fail: vec![fail], ms: 300, ..ThroughputFaults::default() }
}

async fn at_bedrock(w: &Harness, arn: &str) -> Result<Option<GetProvisionedModelThroughputOutput>> {
    match w.bedrock.get_provisioned_model_throughput().provisioned_model_id(arn).send().await {
        Ok(shown) => Ok(Some(shown)),
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception()) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn command(w: &Harness, command: DeploymentCommand) -> Result<()> {
    let event = Event::DeploymentCommand { command, by: Some("ada".to_owned()) };
    Ok(w.main.bus.put(&w.main.deployed.name, &event).await?)
}

pub(crate) async fn is_bought_updated_rolled_back_and_expires(w: &Harness) -> Result<()> {
    let name = "provisioned-bot";
    let first = train(w, name, "first", RECIPE, None).await?;
    let created = deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    let arn = created.arn.clone().context("an ARN")?;
    let shown = at_bedrock(w, &arn).await?.context("it is at Bedrock")?;
    ensure!(arn.contains(":provisioned-model/") && shown.status == ProvisionedModelStatus::InService, "{shown:?}");
    ensure!(shown.model_units == 2 && shown.commitment_duration.is_none(), "{shown:?}");
    ensure!(Some(&shown.model_arn) == first.model_arn.as_ref() && created.ends_at.is_some(), "{created:?}");
    let told = w.wait_for_messages(&w.main, name, &arn, 1).await?;
    ensure!(told[0].body.contains("by the hour until the deployment is deleted, 2 model units"), "{}", told[0].body);

    let second = train(w, name, "second", RECIPE, Some(&first)).await?;
    let updated = deployed(w, name, DeploymentState::Active, Some(&second)).await?;
    ensure!(updated.arn.as_ref() == Some(&arn), "callers keep the ARN: {updated:?}");
    let shown = at_bedrock(w, &arn).await?.context("it is at Bedrock")?;
    ensure!(Some(&shown.model_arn) == second.model_arn.as_ref(), "{shown:?}");

    command(w, DeploymentCommand::RollBack { name: name.to_owned() }).await?;
    let back = deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    ensure!(back.previous.as_ref() == Some(&second.run_id) && back.ends_at.is_some(), "{back:?}");
    let shown = at_bedrock(w, &arn).await?.context("it is at Bedrock")?;
    ensure!(Some(&shown.model_arn) == first.model_arn.as_ref(), "{shown:?}");

    // Another capacity needs another deployment, so a recipe that asks for it is rejected before training.
    let jobs = w.jobs(name).await?.len();
    w.upload(&w.main, name, "job.yaml", "base_model: nova-lite\nattempt: 2\ndeploy: {}\n").await?;
    let report = w.report(&w.main, name, "Rejected").await?;
    let kept = report["findings"]["kept"].to_string();
    ensure!(kept.contains("can't be changed to on demand") && kept.contains("tunedrop undeploy"), "{kept}");
    ensure!(w.jobs(name).await?.len() == jobs, "a job was created");

    let past = Timestamp::now() - std::time::Duration::from_secs(1);
    w.set_text(&w.main, &Deployment::key(name), "ends_at", &format!("{past:.3}")).await?;
    w.sweep(&w.main).await?;
    let gone = deployed(w, name, DeploymentState::Deleted, None).await?;
    ensure!(gone.reason.as_deref() == Some("it expired"), "{gone:?}");
    ensure!(at_bedrock(w, &arn).await?.is_none(), "it is billed on");
    Ok(())
}

/// `MaxModelUnits` is 0 by default.
pub(crate) async fn is_refused_before_training_unless_the_stack_allows_it(w: &Harness) -> Result<()> {
    let name = "forbidden-throughput";
    w.upload(&w.guarded, name, "train.jsonl", nova(20, name)).await?;
    w.upload(&w.guarded, name, "job.yaml", RECIPE).await?;
    let report = w.report(&w.guarded, name, "Rejected").await?;
    let kept = report["findings"]["kept"].as_array().cloned().unwrap_or_default();
    let found = kept.iter().find(|finding| finding["pointer"] == "/deploy/type").context("a finding")?;
    ensure!(found["message"].as_str().is_some_and(|text| text.contains("MaxModelUnits is 0")), "{found}");
    ensure!(w.jobs(name).await?.is_empty(), "a job was created");
    Ok(())
}

pub(crate) async fn commands_deploy_ask_evaluate_and_delete_it(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "bought")?;
    let run = train(w, "bought", "only", "base_model: nova-lite\n", None).await?.run_id;
    let many = ends(&mut shell, &format!("deploy {run} --local --type provisioned --model-units 3 --expires 8h"), 1)?;
    has(&many, &["Nothing was sent: this stack allows at most 2 model units"])?;
    let endless = ends(&mut shell, &format!("deploy {run} --local --type provisioned"), 1)?;
    has(&endless, &["Nothing was sent: provisioned throughput is billed by the hour"])?;
    ends(&mut shell, &format!("deploy {run} --local --type on-demand --model-units 1"), 2)?;
    let bought = ends(&mut shell, &format!("deploy {run} --local --type provisioned --expires 8h --wait"), 0)?;
    let planned = [
        "on 1 model unit of provisioned throughput, under a new ARN. It is deleted 8 hours after that",
        "each model unit is billed by the hour, called or not",
        ":provisioned-model/",
        "Billed   by the hour, 1 model unit",
    ];
    has(&bought, &planned)?;
    has(&ends(&mut shell, "deployments --local", 0)?, &["Billed        by the hour, 1 model unit"])?;
    let other = ends(&mut shell, &format!("deploy {run} --local --type on-demand"), 1)?;
    has(&other, &["can't be changed to on demand; delete it first with `tunedrop undeploy bought`"])?;
    has(&ends(&mut shell, "try bought Hello --local --max-tokens 5", 0)?, &[" out; "])?;
    let longer = ends(&mut shell, &format!("deploy {run} --local --expires 3d"), 0)?;
    has(&longer, &["It is deleted 3 days from now"])?;

    // The evaluation asks the model where it is served.
    shell.write("held-out.jsonl", &nova(10, "bought held-out"))?;
    ends(&mut shell, &format!("evaluate {run} --local --yes --data held-out.jsonl --against base"), 0)?;
    let evaluation = w
        .until("the evaluation to end", async || {
            w.main.ledger.evaluation(&run).await.ok()?.filter(|evaluation| evaluation.state.is_end())
        })
        .await?;
    let own = evaluation.sides.first().context("a side")?;
    ensure!(evaluation.state.is_decided(), "{:?}: {:?}", evaluation.state, evaluation.reason);
    ensure!(own.model_id.as_deref().is_some_and(|id| id.contains(":provisioned-model/")) && !own.temporary, "{own:?}");

    has(&ends(&mut shell, "undeploy bought --local --yes --wait", 0)?, &["bought Deleted"])?;
    let gone = deployed(w, "bought", DeploymentState::Deleted, None).await?;
    ensure!(gone.capacity == Capacity::Provisioned { model_units: 1 }, "{gone:?}");
    // The name is free, so the next deployment may be of another type.
    has(&ends(&mut shell, &format!("deploy {run} --local --wait"), 0)?, &[":custom-model-deployment/"])?;
    Ok(())
}

pub(crate) async fn failed_purchase_is_reported_and_not_billed(w: &Harness) -> Result<()> {
    let name = "unbuyable";
    let run = train(w, name, "only", RECIPE, None).await?;
    let failed = deployed(w, name, DeploymentState::Failed, None).await?;
    ensure!(failed.reason.as_deref() == Some(UNBUYABLE) && failed.run_id == run.run_id, "{failed:?}");
    w.wait_for_messages(&w.main, name, "couldn't be created", 1).await?;
    w.until("nothing to be left at Bedrock", async || {
        at_bedrock(w, &failed.bedrock_name).await.ok()?.is_none().then_some(())
    })
    .await?;
    Ok(())
}

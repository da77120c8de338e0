//! The commands about deployments, and what other commands show about them.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_local::bedrock::{DeploymentFault, DeploymentFaults};
use tunedrop_run::DeploymentState;

use crate::data::nova;
use crate::harness::Harness;
use crate::session::Shell;

/// The failure message of the deployments of the dataset `undeployable`.
const UNDEPLOYABLE: &str = "Internal failure while the model was loaded";

/// How often `doctor` may come after a sweep.
const ATTEMPTS: usize = 5;

/// The names of deployments decide their faults.
pub(crate) fn faults() -> DeploymentFaults {
    let fault = |name: &str, fail: &str| DeploymentFault { deployment: name.to_owned(), fail: fail.to_owned() };
    DeploymentFaults {
        fail: vec![fault("undeployable-", UNDEPLOYABLE)],
        fail_updates: vec![fault("unchangeable-", "")],
        ms: 300,
        in_progress: 1000,
        total: 1000,
        ..DeploymentFaults::default()
    }
}

/// Submits a dataset and follows it to the end. Returns the output, and the run's id.
fn trained(shell: &mut Shell, dataset: &str, seed: &str, recipe: &str) -> Result<(String, String)> {
    shell.write(&format!("{dataset}/train.jsonl"), &nova(20, seed))?;
    shell.write(&format!("{dataset}/job.yaml"), &format!("base_model: nova-lite\n{recipe}"))?;
    let (printed, _) = shell.run(&format!("submit {dataset} --local --yes --follow"))?;
    let run = printed.lines().find(|line| line.starts_with(&format!("{dataset}-"))).context("the run's id")?;
    let run = run.split(' ').next().unwrap_or_default().to_owned();
    Ok((printed, run))
}

/// Runs a command that must end with this code. Returns its output.
pub(crate) fn ends(shell: &mut Shell, words: &str, code: i32) -> Result<String> {
    let (printed, ended) = shell.run(words)?;
    ensure!(ended == Some(code), "tunedrop {words} ended with {ended:?}: {printed}");
    Ok(printed)
}

/// Looks for each text.
pub(crate) fn has(printed: &str, texts: &[&str]) -> Result<()> {
    for text in texts {
        ensure!(printed.contains(text), "no {text:?} in: {printed}");
    }
    Ok(())
}

/// The recipe deploys the first model, a command the second, behind the same ARN. A rollback returns to the first.
pub(crate) async fn model_is_deployed_replaced_rolled_back_and_deleted(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "served")?;
    let (printed, first) = trained(&mut shell, "served", "first", "deploy: {}\n")?;
    has(
        &printed,
        &["The recipe deploys it as served", "served Active", "aws bedrock-runtime converse --region us-east-1"],
    )?;
    let listed: Value = serde_json::from_str(&ends(&mut shell, "deployments --local --json", 0)?)?;
    let listed = listed["deployments"].as_array().context("a list")?;
    let one = listed.iter().find(|one| one["name"] == "served").context("the deployment")?;
    ensure!(one["state"] == "Active" && one["serving"] == first.as_str(), "{one}");
    let arn = one["arn"].as_str().context("an ARN")?.to_owned();
    has(&printed, &[&arn])?;
    has(&ends(&mut shell, "runs --local --dataset served", 0)?, &["DEPLOYED AS", "  served\n"])?;
    has(
        &ends(&mut shell, "show served --local", 0)?,
        &["Deployment      served serves it", "tunedrop undeploy served"],
    )?;
    let kept = ends(&mut shell, "rm served --local --yes", 1)?;
    has(&kept, &["deployment served serves it", "`tunedrop undeploy served --local`"])?;

    // Of each model, the answer and what it used.
    let asked = ends(&mut shell, "try served Hello --local --max-tokens 5 --against base", 0)?;
    has(&asked, &[&format!("served (run {first})"), "base (amazon.nova-lite-v1:0)", "maximum of tokens"])?;
    ensure!(asked.matches(" in all").count() == 2 && asked.matches(" out; ").count() == 2, "{asked}");

    w.next_second().await;
    let (printed, second) = trained(&mut shell, "served", "second", "deploy: { when: approved }\n")?;
    has(&printed, &[&format!("Deploy it as served with `tunedrop deploy {second} --local`")])?;
    let unserved = ends(&mut shell, &format!("try {second} Hello --local"), 2)?;
    has(&unserved, &[&format!("`tunedrop deploy {second} --local --wait`")])?;
    let deployed = ends(&mut shell, &format!("deploy {second} --local --wait --expires 3d"), 0)?;
    let replaced = format!("served will serve run {second}, in place of {first}. The ARN stays the same");
    has(&deployed, &[&replaced, "It is deleted 3 days after that", "served Updating", "served Active", &arn])?;
    has(&ends(&mut shell, &format!("deploy {second} --local"), 0)?, &[&arn])?;
    has(
        &ends(&mut shell, &format!("rm {first} --local --yes"), 1)?,
        &["served served it before, and can return to it"],
    )?;
    let listed = ends(&mut shell, "deployments --local", 0)?;
    has(&listed, &[&format!("Serves        {second}"), &format!("Previous      {first}"), "Expires       2", &arn])?;

    has(&ends(&mut shell, "rollback served --local --wait", 0)?, &[&format!("serves run {first}"), &arn])?;
    has(&ends(&mut shell, "undeploy served --local", 2)?, &["pass --yes"])?;
    let deployment = w.main.ledger.deployment("served").await?.context("the deployment")?;
    ensure!(deployment.state == DeploymentState::Active, "nobody said yes: {deployment:?}");
    has(&ends(&mut shell, "undeploy served --local --yes --wait", 0)?, &["served Deleted"])?;
    ensure!(!ends(&mut shell, "deployments --local", 0)?.contains(&arn), "deleted ones aren't listed");
    has(&ends(&mut shell, "deployments --local --all", 0)?, &["served is Deleted", "ada asked for it"])?;
    has(
        &ends(&mut shell, "undeploy served --local --yes", 1)?,
        &["Nothing was sent: there is no deployment to delete"],
    )?;
    has(&ends(&mut shell, "rollback served --local", 1)?, &["Nothing was sent: the deployment isn't active"])?;
    has(&ends(&mut shell, &format!("rm {first} --local --yes"), 0)?, &["Deleted arn:"])?;
    Ok(())
}

/// Bedrock's reason is shown, and the exit code says that it failed.
pub(crate) async fn failed_deployments_are_reported(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "undeployable")?;
    let (printed, run) = trained(&mut shell, "undeployable", "undeployable", "deploy: {}\n")?;
    has(&printed, &["undeployable Failed", UNDEPLOYABLE])?;
    has(&ends(&mut shell, &format!("watch {run} --local"), 1)?, &[UNDEPLOYABLE])?;
    has(&ends(&mut shell, "deployments --local", 0)?, &["undeployable is Failed", UNDEPLOYABLE])?;
    has(&ends(&mut shell, "deploy undeployable --local --wait", 1)?, &["undeployable Failed", UNDEPLOYABLE])?;

    // An update fails, and the first model continues to answer.
    let (_, first) = trained(&mut shell, "unchangeable", "first", "deploy: {}\n")?;
    w.next_second().await;
    let (printed, _) = trained(&mut shell, "unchangeable", "second", "deploy: {}\n")?;
    has(&printed, &[&format!("unchangeable continues to serve run {first}")])?;
    let other = ends(&mut shell, "deploy undeployable --name unchangeable --local", 1)?;
    has(&other, &["Nothing was sent: the name belongs to the dataset unchangeable"])?;
    has(&ends(&mut shell, "undeploy nothing --local --yes", 2)?, &["stack main has no deployment nothing"])?;
    has(&ends(&mut shell, "rollback unchangeable --local", 1)?, &["the deployment served no other run before"])?;
    Ok(())
}

/// Somebody deletes a deployment outside tunedrop: `doctor` finds it, and the sweep corrects the ledger.
pub(crate) async fn doctor_finds_a_deployment_that_bedrock_lost(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "lost-served")?;
    let (_, run) = trained(&mut shell, "outlived", "outlived", "deploy: {}\n")?;
    let what = "outlived is Active in the ledger, and Bedrock has no such deployment";
    let mut is_found = false;
    // The sweep of another scenario may correct the ledger before doctor looks.
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            ends(&mut shell, &format!("deploy {run} --local --wait"), 0)?;
        }
        let deployment = w.main.ledger.deployment("outlived").await?.context("the deployment")?;
        let id = deployment.identifier();
        w.bedrock.delete_custom_model_deployment().custom_model_deployment_identifier(id).send().await?;
        is_found = w
            .until("doctor to find it, or the sweep", async || {
                let printed = shell.command("doctor --local").ok()?.output().ok()?.stdout;
                let now = w.main.ledger.deployment("outlived").await.ok()??;
                let is_found = String::from_utf8_lossy(&printed).contains(what);
                (is_found || now.state == DeploymentState::Deleted).then_some(is_found)
            })
            .await?;
        if is_found {
            break;
        }
    }
    ensure!(is_found, "doctor never found it");
    w.sweep(&w.main).await?;
    w.until("the ledger to be corrected", async || {
        let now = w.main.ledger.deployment("outlived").await.ok()??;
        (now.state == DeploymentState::Deleted).then_some(())
    })
    .await?;
    has(&ends(&mut shell, "deployments --local --all", 0)?, &["it was deleted outside tunedrop"])?;
    has(&ends(&mut shell, &format!("deploy {run} --local --wait"), 0)?, &["outlived Active"])?;
    Ok(())
}

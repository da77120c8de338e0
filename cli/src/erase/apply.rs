//! Deletes what a plan lists, in an order that an interruption can't harm: first nothing can start again, then what serves
//! goes, then models, then objects. Each step finds what an earlier attempt has done.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tunedrop_aws::{Remains, Version};
use tunedrop_run::erasure::{Certificate, OUT_OF_REACH};
use tunedrop_run::event::{DeploymentCommand, Event};
use tunedrop_run::{Run, Timestamp};

use super::plan::Plan;
use crate::deploy::{Wanted, follow};
use crate::format::{counted, visible};
use crate::print;
use crate::stack::{Stack, explain};
use crate::watch::bar;

pub(super) async fn apply(stack: &Stack, plan: Plan, certificate: Option<&Path>) -> Result<ExitCode> {
    let file = certificate.map_or_else(|| default_file(&plan.dataset), Path::to_owned);
    if file.exists() {
        bail!("{} exists already; choose another file with --certificate", file.display());
    }
    let by = std::env::var("USER").ok().filter(|user| !user.is_empty());
    erase_texts(stack, &plan).await?;
    for one in &plan.deployments {
        let command = DeploymentCommand::Delete { name: one.name.clone() };
        stack.bus()?.put(&stack.name, &Event::DeploymentCommand { command, by: by.clone() }).await.map_err(explain)?;
        if follow(stack, &one.name, &Wanted::Gone).await? != ExitCode::SUCCESS {
            bail!("deployment {} was not deleted; run the command again when that is solved", visible(&one.name));
        }
        let ledger = stack.ledger()?;
        if let Some(now) = ledger.deployment(&one.name).await.map_err(explain)? {
            ledger.erase_deployment(&now).await.map_err(explain)?;
        }
    }
    let jobs = stack.jobs();
    for arn in &plan.models {
        jobs.delete_model(arn).await.map_err(explain)?;
        print(&format!("Deleted {}\n", visible(arn)))?;
    }
    let versions: Vec<Version> = plan.versions.into_iter().flat_map(|(_, versions)| versions).collect();
    delete(stack, &versions).await?;
    // Something may have been written since the plan was made.
    let left = Plan::of(stack, &plan.dataset).await;
    let left = left.map(|left| (left.size().0, left.models.len(), left.deployments.len()));
    let verified = match &left {
        Ok((versions, models, deployments)) => versions + models + deployments == 0,
        // Nothing is left, not even a run.
        Err(_) => plan.runs.is_empty(),
    };
    let certificate = Certificate {
        version: 1,
        document: "certificate of erasure, by tunedrop erase",
        stack: stack.name.clone(),
        bucket: stack.output("BucketName")?.to_owned(),
        dataset: plan.dataset.clone(),
        erased_at: now(),
        by,
        runs: plan.runs.iter().map(|run| run.run_id.clone()).collect(),
        models: plan.models,
        deployments: plan.deployments.into_iter().map(|one| one.name).collect(),
        versions: versions.into_iter().map(|one| (one.key, one.id)).collect(),
        verified,
        out_of_reach: OUT_OF_REACH.to_vec(),
    };
    let text = format!("{}\n", serde_json::to_string_pretty(&certificate)?);
    std::fs::write(&file, text).with_context(|| format!("the certificate {} can't be written", file.display()))?;
    let count = counted(certificate.versions.len() as u64, "version");
    print(&format!("Deleted {count}. The certificate is {}\n", visible(&file.display().to_string())))?;
    if !verified {
        print("Something is left, or was written meanwhile. Run the command again.\n")?;
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

/// Removes texts from the ledger, and notes that the runs were erased: from then on, none of them can be retried.
async fn erase_texts(stack: &Stack, plan: &Plan) -> Result<()> {
    let ledger = stack.ledger()?;
    for run in &plan.runs {
        erase_run(stack, run).await?;
    }
    for one in &plan.evaluations {
        if !ledger.erase_evaluation(one).await.map_err(explain)? {
            bail!("the evaluation of run {} changed meanwhile; run the command again", visible(&one.run_id));
        }
    }
    Ok(())
}

async fn erase_run(stack: &Stack, run: &Run) -> Result<()> {
    match stack.ledger()?.erase_run(run, &now()).await.map_err(explain)? {
        true => Ok(()),
        false => bail!("run {} changed meanwhile; run the command again", visible(&run.run_id)),
    }
}

async fn delete(stack: &Stack, versions: &[Version]) -> Result<()> {
    let (bar, total) = (bar(), versions.len());
    let remains = Remains::new(&stack.configs.all);
    let seen = |done| bar.set_message(format!("Deleting versions: {done} of {total}"));
    let deleted = remains.delete(stack.output("BucketName")?, versions, seen).await;
    bar.finish_and_clear();
    deleted.map_err(explain)
}

fn default_file(dataset: &str) -> PathBuf {
    let time: String = now().chars().filter(char::is_ascii_digit).take(14).collect();
    PathBuf::from(format!("erasure-{dataset}-{time}.json"))
}

fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

//! Deletes what a plan lists, in an order that an interruption can't harm: first nothing can start again, then what serves
//! goes, then models, then objects. Each step finds what an earlier attempt has done.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tunedrop_aws::{Remains, Version};
use tunedrop_run::Timestamp;
use tunedrop_run::erasure::{Certificate, Subject};
use tunedrop_run::event::{DeploymentCommand, Event};

use super::plan::Plan;
use super::{EraseArgs, What};
use crate::deploy::{Wanted, follow};
use crate::format::{counted, visible};
use crate::print;
use crate::stack::{Stack, explain};
use crate::watch::bar;

pub(super) async fn apply(stack: &Stack, what: &What, mut plan: Plan, args: &EraseArgs) -> Result<ExitCode> {
    let file = free_file(args.certificate.as_deref(), &plan.subject)?;
    let by = std::env::var("USER").ok().filter(|user| !user.is_empty());
    let attempt = plan.attempt(by.clone(), now());
    // Before anything is deleted: an interrupted attempt counts in the certificate, too.
    let erasure = plan.progress.begin(stack, &plan.subject, attempt).await?;
    erase_texts(stack, &plan, &erasure).await?;
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
    for arn in &plan.existing.models {
        jobs.delete_model(arn).await.map_err(explain)?;
        print(&format!("Deleted {}\n", visible(arn)))?;
    }
    delete(stack, &plan).await?;
    // Something may have been written since the plan was made.
    let left = Plan::of(stack, what, args.models_gone).await?.left();
    let home = (stack.name.as_str(), stack.output("BucketName")?);
    let certificate = Certificate::of(home, &plan.subject, &plan.progress.attempts, &left, &now());
    if certificate.verified {
        plan.progress.complete(stack, &erasure, &certificate).await?;
    }
    write(&file, &certificate)?;
    let count = counted(certificate.versions.len() as u64, "version");
    print(&format!("Deleted {count}. The certificate is {}\n", visible(&file.display().to_string())))?;
    if !certificate.verified {
        print("Something is left, or was written meanwhile. Run the command again.\n")?;
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the certificate of an earlier erasure again.
pub(super) fn repeat(stack: &Stack, plan: &Plan, file: Option<&Path>) -> Result<ExitCode> {
    let file = free_file(file, &plan.subject)?;
    let certificate = plan.progress.last.as_ref().context("no certificate")?;
    write(&file, certificate)?;
    let (at, file) = (visible(&certificate.erased_at), visible(&file.display().to_string()));
    print(&format!(
        "Nothing is left in stack {}: it was erased at {at}. The certificate is {file}\n",
        visible(&stack.name)
    ))?;
    Ok(ExitCode::SUCCESS)
}

/// Removes texts from the ledger, and notes that the runs were erased: from then on, none of them can be retried.
async fn erase_texts(stack: &Stack, plan: &Plan, erasure: &str) -> Result<()> {
    let ledger = stack.ledger()?;
    for run in &plan.scope.runs {
        if !ledger.erase_run(run, erasure, &now()).await.map_err(explain)? {
            bail!("run {} changed meanwhile; run the command again", visible(&run.run_id));
        }
    }
    for one in &plan.evaluations {
        if !ledger.erase_evaluation(one).await.map_err(explain)? {
            bail!("the evaluation of run {} changed meanwhile; run the command again", visible(&one.run_id));
        }
    }
    if let Subject::Dataset(dataset) = &plan.subject {
        ledger.erase_dataset(dataset).await.map_err(explain)?;
    }
    Ok(())
}

async fn delete(stack: &Stack, plan: &Plan) -> Result<()> {
    let (remains, bucket) = (Remains::new(&stack.configs.all), stack.output("BucketName")?);
    for key in &plan.scope.hide {
        remains.hide(bucket, key).await.map_err(explain)?;
    }
    let versions: Vec<Version> = plan.versions().cloned().collect();
    let (bar, total) = (bar(), versions.len());
    let seen = |done| bar.set_message(format!("Deleting versions: {done} of {total}"));
    let deleted = remains.delete(bucket, &versions, seen).await;
    bar.finish_and_clear();
    deleted.map_err(explain)
}

fn write(file: &Path, certificate: &Certificate) -> Result<()> {
    let text = format!("{}\n", serde_json::to_string_pretty(certificate)?);
    std::fs::write(file, text).with_context(|| format!("the certificate {} can't be written", file.display()))
}

/// The file for the certificate, which must not exist.
fn free_file(given: Option<&Path>, subject: &Subject) -> Result<PathBuf> {
    let file = given.map_or_else(|| default_file(subject), Path::to_owned);
    if file.exists() {
        bail!("{} exists already; choose another file with --certificate", file.display());
    }
    Ok(file)
}

fn default_file(subject: &Subject) -> PathBuf {
    let time: String = now().chars().filter(char::is_ascii_digit).take(14).collect();
    let name = match subject {
        Subject::Dataset(dataset) => dataset.clone(),
        Subject::Records(fingerprint) => format!("records-{fingerprint}"),
    };
    PathBuf::from(format!("erasure-{name}-{time}.json"))
}

fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

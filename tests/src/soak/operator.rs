//! What users do: they upload files, upload some again, and send commands when a run is in the right state.

use std::collections::HashSet;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::task::JoinSet;
use tunedrop_run::decide::notify::Channel;
use tunedrop_run::event::{DeploymentCommand, Event, RunCommand};
use tunedrop_run::{Deployment, DeploymentState};

use super::datasets::{Dataset, DatasetKind};
use super::stack::SoakStack;

/// Uploads at once.
const ABREAST: usize = 8;

/// Uploads these datasets, several at a time, and the files of each in order.
pub(super) async fn upload_all(soak: &SoakStack, datasets: &[Dataset]) -> Result<()> {
    let mut uploads = JoinSet::new();
    for dataset in datasets {
        if uploads.len() >= ABREAST {
            uploads.join_next().await.context("an upload is running")???;
        }
        let (s3, bucket, dataset) = (soak.s3.clone(), soak.bucket.clone(), dataset.clone());
        uploads.spawn(async move {
            for (file, text) in &dataset.files {
                upload(&s3, &bucket, &dataset.name, file, text).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(uploaded) = uploads.join_next().await {
        uploaded??;
    }
    Ok(())
}

async fn upload(s3: &aws_sdk_s3::Client, bucket: &str, dataset: &str, file: &str, text: &str) -> Result<()> {
    let put = s3.put_object().bucket(bucket).key(format!("datasets/{dataset}/{file}"));
    put.body(text.as_bytes().to_vec().into()).send().await.with_context(|| format!("upload of {dataset}/{file}"))?;
    Ok(())
}

/// What was done so far.
#[derive(Debug, Default)]
pub(super) struct Operator {
    done: HashSet<(String, &'static str)>,
}

/// A run in the ledger.
struct RunState<'i> {
    id: &'i str,
    state: &'i str,
}

impl Operator {
    /// Does what is due. Returns whether anything was.
    pub(super) async fn act(&mut self, soak: &SoakStack, datasets: &[Dataset], items: &[Value]) -> Result<bool> {
        let before = self.done.len();
        for dataset in datasets {
            let runs = runs_of(items, &dataset.name);
            let one = |state: &str| runs.iter().find(|run| run.state == state).map(|run| run.id);
            match dataset.kind {
                DatasetKind::Approved => self.command(soak, dataset, RunCommand::Approve, one("Held")).await?,
                DatasetKind::Dismissed => self.command(soak, dataset, RunCommand::Stop, one("Held")).await?,
                DatasetKind::Stopped => self.command(soak, dataset, RunCommand::Stop, one("Running")).await?,
                DatasetKind::Again if one("Succeeded").is_some() => {
                    let (file, text) = &dataset.files[usize::from(dataset.files[0].0 == "job.yaml")];
                    self.upload(soak, dataset, file, text).await?;
                }
                DatasetKind::Replaced if one("Superseded").is_some() => {
                    self.command(soak, dataset, RunCommand::Approve, one("Held")).await?;
                }
                DatasetKind::Replaced if one("Held").is_some() => {
                    self.upload(soak, dataset, "train.jsonl", &dataset.newer().unwrap_or_default()).await?;
                }
                DatasetKind::RolledBack if one("Succeeded").is_some() => self.serve(soak, dataset).await?,
                _ => {}
            }
        }
        Ok(self.done.len() > before)
    }

    /// Replaces a deployed model by that of a newer version, then returns to it, and deletes the deployment: each when people
    /// know of the step before.
    async fn serve(&mut self, soak: &SoakStack, dataset: &Dataset) -> Result<()> {
        let Some(found) = soak.ledger.deployment(&dataset.name).await?.filter(is_settled) else { return Ok(()) };
        let was_done = |what| self.done.contains(&(dataset.name.clone(), what));
        let name = dataset.name.clone();
        let (what, command) = match (found.request, was_done("roll back"), was_done("undeploy")) {
            (1, ..) => {
                let newer = dataset.newer().unwrap_or_default();
                return self.upload(soak, dataset, "train.jsonl", &newer).await;
            }
            (2, false, _) => ("roll back", DeploymentCommand::RollBack { name }),
            (3, _, false) => ("undeploy", DeploymentCommand::Delete { name }),
            _ => return Ok(()),
        };
        let event = Event::DeploymentCommand { command, by: Some("ada".to_owned()) };
        soak.bus.put(soak.name, &event).await?;
        self.done.insert((dataset.name.clone(), what));
        Ok(())
    }

    async fn command(
        &mut self,
        soak: &SoakStack,
        dataset: &Dataset,
        command: RunCommand,
        run: Option<&str>,
    ) -> Result<()> {
        let Some(run) = run.filter(|_| !self.done.contains(&(dataset.name.clone(), "command"))) else {
            return Ok(());
        };
        let event = Event::Command { command, run_id: run.parse()?, by: Some("ada".to_owned()) };
        soak.bus.put(soak.name, &event).await?;
        self.done.insert((dataset.name.clone(), "command"));
        Ok(())
    }

    async fn upload(&mut self, soak: &SoakStack, dataset: &Dataset, file: &str, text: &str) -> Result<()> {
        if self.done.insert((dataset.name.clone(), "upload")) {
            upload(&soak.s3, &soak.bucket, &dataset.name, file, text).await?;
        }
        Ok(())
    }

    /// Whether everything was done, and nothing in the ledger is open.
    pub(super) fn is_done(&self, datasets: &[Dataset], items: &[Value]) -> bool {
        self.left(datasets, items).is_empty()
    }

    /// Describes what isn't done yet.
    pub(super) fn left(&self, datasets: &[Dataset], items: &[Value]) -> String {
        let mut left: Vec<String> = items.iter().filter(|item| item["open"].is_object()).map(named).collect();
        for dataset in datasets {
            let needs: &[&str] = match dataset.kind {
                DatasetKind::Approved | DatasetKind::Dismissed | DatasetKind::Stopped => &["command"],
                DatasetKind::Again => &["upload"],
                DatasetKind::Replaced => &["upload", "command"],
                DatasetKind::RolledBack => &["upload", "roll back", "undeploy"],
                _ => &[],
            };
            let undone = needs.iter().any(|what| !self.done.contains(&(dataset.name.clone(), *what)));
            if undone || runs_of(items, &dataset.name).len() != dataset.states().len() {
                left.push(dataset.name.clone());
            }
        }
        left.join(", ")
    }
}

/// Whether the requested model answers, and people were notified of that.
fn is_settled(deployment: &Deployment) -> bool {
    let serves = deployment.state == DeploymentState::Active && deployment.serving.as_ref() == Some(&deployment.run_id);
    serves && deployment.outcome_key().is_some_and(|key| key.is_notified(&deployment.notified, Channel::Topic))
}

fn named(item: &Value) -> String {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default();
    format!("{} {} {}", text("pk"), text("state"), text("changed_at"))
}

fn runs_of<'i>(items: &'i [Value], dataset: &str) -> Vec<RunState<'i>> {
    let text = |item: &'i Value, name: &str| item[name]["S"].as_str().unwrap_or_default();
    items
        .iter()
        .filter(|item| text(item, "kind") == "run" && text(item, "dataset") == dataset)
        .map(|item| RunState { id: text(item, "run_id"), state: text(item, "state") })
        .collect()
}

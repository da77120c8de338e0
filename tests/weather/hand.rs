//! What people do: they drop files, drop some again, and send commands when a run has come so far.

use std::collections::HashSet;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::task::JoinSet;
use tunedrop_run::event::{Event, RunCommand};
use tunedrop_tests::data::nova;

use crate::fleet::{Dataset, Fleet, Kind};
use crate::site::Site;

/// Uploads at once.
const ABREAST: usize = 8;

/// Drops these datasets, several at a time, and each one's files in order.
pub(crate) async fn drop_all(site: &Site, datasets: &[Dataset]) -> Result<()> {
    let mut dropping = JoinSet::new();
    for dataset in datasets {
        if dropping.len() >= ABREAST {
            dropping.join_next().await.context("one is being dropped")???;
        }
        let (s3, bucket, dataset) = (site.s3.clone(), site.bucket.clone(), dataset.clone());
        dropping.spawn(async move {
            for (file, text) in &dataset.files {
                upload(&s3, &bucket, &dataset.name, file, text).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(dropped) = dropping.join_next().await {
        dropped??;
    }
    Ok(())
}

async fn upload(s3: &aws_sdk_s3::Client, bucket: &str, dataset: &str, file: &str, text: &str) -> Result<()> {
    let put = s3.put_object().bucket(bucket).key(format!("datasets/{dataset}/{file}"));
    put.body(text.as_bytes().to_vec().into()).send().await.with_context(|| format!("upload of {dataset}/{file}"))?;
    Ok(())
}

/// What was done already.
#[derive(Debug, Default)]
pub(crate) struct Hand {
    done: HashSet<(String, &'static str)>,
}

/// A run as the ledger has it.
struct Stand<'i> {
    id: &'i str,
    state: &'i str,
}

impl Hand {
    /// Does what is due; whether something was.
    pub(crate) async fn act(&mut self, site: &Site, fleet: &Fleet, items: &[Value]) -> Result<bool> {
        let before = self.done.len();
        for dataset in &fleet.datasets {
            let runs = runs_of(items, &dataset.name);
            let one = |state: &str| runs.iter().find(|run| run.state == state).map(|run| run.id);
            match dataset.kind {
                Kind::Approved => self.command(site, dataset, RunCommand::Approve, one("Held")).await?,
                Kind::Dismissed => self.command(site, dataset, RunCommand::Stop, one("Held")).await?,
                Kind::Stopped => self.command(site, dataset, RunCommand::Stop, one("Running")).await?,
                Kind::Again if one("Succeeded").is_some() => {
                    let (file, text) = &dataset.files[usize::from(dataset.files[0].0 == "job.yaml")];
                    self.upload(site, dataset, file, text).await?;
                }
                Kind::Replaced if one("Superseded").is_some() => {
                    self.command(site, dataset, RunCommand::Approve, one("Held")).await?;
                }
                Kind::Replaced if one("Held").is_some() => {
                    self.upload(site, dataset, "train.jsonl", &nova(200, &format!("{} newer", dataset.name))).await?;
                }
                _ => {}
            }
        }
        Ok(self.done.len() > before)
    }

    async fn command(&mut self, site: &Site, dataset: &Dataset, command: RunCommand, run: Option<&str>) -> Result<()> {
        let Some(run) = run.filter(|_| !self.done.contains(&(dataset.name.clone(), "command"))) else {
            return Ok(());
        };
        let event = Event::Command { command, run_id: run.parse()?, by: Some("ada".to_owned()) };
        site.bus.put(site.name, &event).await?;
        self.done.insert((dataset.name.clone(), "command"));
        Ok(())
    }

    async fn upload(&mut self, site: &Site, dataset: &Dataset, file: &str, text: &str) -> Result<()> {
        if self.done.insert((dataset.name.clone(), "upload")) {
            upload(&site.s3, &site.bucket, &dataset.name, file, text).await?;
        }
        Ok(())
    }

    /// Whether everything was done, and nothing is open.
    pub(crate) fn is_done(&self, fleet: &Fleet, items: &[Value]) -> bool {
        self.left(fleet, items).is_empty()
    }

    /// What is left, for people to read.
    pub(crate) fn left(&self, fleet: &Fleet, items: &[Value]) -> String {
        let mut left: Vec<String> = items.iter().filter(|item| item["open"].is_object()).map(named).collect();
        for dataset in &fleet.datasets {
            let needs: &[&str] = match dataset.kind {
                Kind::Approved | Kind::Dismissed | Kind::Stopped => &["command"],
                Kind::Again => &["upload"],
                Kind::Replaced => &["upload", "command"],
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

fn named(item: &Value) -> String {
    let text = |name: &str| item[name]["S"].as_str().unwrap_or_default();
    format!("{} {} {}", text("pk"), text("state"), text("changed_at"))
}

fn runs_of<'i>(items: &'i [Value], dataset: &str) -> Vec<Stand<'i>> {
    let text = |item: &'i Value, name: &str| item[name]["S"].as_str().unwrap_or_default();
    items
        .iter()
        .filter(|item| text(item, "kind") == "run" && text(item, "dataset") == dataset)
        .map(|item| Stand { id: text(item, "run_id"), state: text(item, "state") })
        .collect()
}

//! A second version, which is compared with the first one, and a failure, after which records are listed.

use anyhow::{Result, ensure};
use tunedrop_run::State;

use crate::permissions::scenarios::conversations;
use crate::permissions::stack::TestStack;

const RECIPE: &str = "base_model: nova-lite\nquality: standard\n";

pub(super) async fn compared(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    site.upload(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.upload(dataset, "job.yaml", RECIPE).await?;
    let first = site.run_in(dataset, State::Failed).await?;
    for file in ["sketch.bin", "suspects.json", "outcome.html"] {
        site.has(&format!("runs/{}/{file}", first.run_id)).await?;
    }
    site.upload(dataset, "train.jsonl", conversations(20, "another version")).await?;
    let second = async || site.newest(dataset).await.filter(|newest| newest.run_id != first.run_id);
    let second = site.until("the second run", second).await?;
    ensure!(second.previous.as_ref() == Some(&first.run_id), "{second:?}");
    Ok(())
}

//! Provisioned throughput: what the simulator has sold to the dataset's deployment.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_run::deployment::bedrock_name;
use tunedrop_run::{Deployment, DeploymentState, Run};

use crate::crash::queue::ROUNDS;
use crate::crash::worker::Worker;

/// Longer than a deployment of the scenarios lasts.
const EXPIRED_S: i64 = 7_200;

impl Worker {
    /// Delivers messages, and runs sweeps, until this run's model is served.
    pub(super) async fn is_served(&mut self, run: &Run) -> Result<()> {
        for _ in 0..ROUNDS {
            self.pump().await?;
            let found = self.resources.ledger.deployment(&self.dataset).await?;
            let serves = |item: &Deployment| item.serving.as_ref() == Some(&run.run_id);
            if found.is_some_and(|item| item.state == DeploymentState::Active && serves(&item)) {
                break;
            }
            self.sweep().await?;
        }
        Ok(())
    }

    /// Checks that one unit serves this run's model, and returns its ARN. `before`: the ARN that callers know.
    pub(super) async fn check_throughput(&self, run: &Run, before: Option<&str>) -> Result<String> {
        let item = self.resources.ledger.deployment(&self.dataset).await?.context("a deployment")?;
        ensure!(item.state == DeploymentState::Active && item.serving.as_ref() == Some(&run.run_id), "{item:?}");
        ensure!(item.ends_at.is_some(), "it never expires: {item:?}");
        // It may have been read before its job ended.
        let run = self.resources.ledger.run(&run.run_id).await?.context("the run")?;
        let sold = self.throughputs().await?;
        let [one] = sold.as_slice() else { anyhow::bail!("{} are bought: {sold:?}", sold.len()) };
        let text = |name: &str| one[name].as_str().unwrap_or_default();
        let at_bedrock = bedrock_name(&self.resources.stack, tunedrop_local::ACCOUNT, &self.dataset);
        ensure!(text("provisionedModelName") == at_bedrock && one["modelUnits"] == 1, "{one}");
        ensure!(Some(text("modelArn")) == run.model_arn.as_deref() && text("status") == "InService", "{one}");
        let arn = text("provisionedModelArn");
        ensure!(item.arn.as_deref() == Some(arn) && before.is_none_or(|before| before == arn), "{one}: {item:?}");
        Ok(arn.to_owned())
    }

    /// Checks that nothing is billed any more.
    pub(super) async fn check_nothing_is_bought(&self) -> Result<()> {
        let sold = self.throughputs().await?;
        ensure!(sold.is_empty(), "still billed: {sold:?}");
        let item = self.resources.ledger.deployment(&self.dataset).await?.context("a deployment")?;
        ensure!(item.state == DeploymentState::Deleted && item.reason.as_deref() == Some("it expired"), "{item:?}");
        Ok(())
    }

    /// Lets the time pass after which the deployments expire.
    pub(super) async fn end_deployments(&self) -> Result<()> {
        self.resources.items.age(EXPIRED_S, &["ends_at"]).await
    }

    /// What the simulator has sold to the dataset's deployment.
    async fn throughputs(&self) -> Result<Vec<Value>> {
        let list = format!(
            "{}/provisioned-model-throughputs?maxResults=1000&nameContains={}",
            self.resources.bedrock, self.dataset
        );
        let all: Value = self.resources.http.get(list).send().await?.json().await?;
        Ok(all["provisionedModelSummaries"].as_array().context("a list of throughput")?.clone())
    }
}

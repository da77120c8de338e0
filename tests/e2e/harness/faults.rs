//! The faults of the Bedrock simulator, which all scenarios of an emulator share.

use anyhow::{Result, ensure};
use serde_json::Value;

use super::Harness;

impl Harness {
    /// Sets the faults of the Bedrock simulator.
    pub(crate) async fn faults(&self, faults: Value) -> Result<()> {
        let answer =
            self.http.post(format!("{}/_simulator/faults", self.stack.bedrock_endpoint())).json(&faults).send().await?;
        ensure!(answer.status().is_success(), "the simulator refuses {faults}: {}", answer.text().await?);
        Ok(())
    }

    /// Restores the faults with which the simulator was started.
    pub(crate) async fn reset_faults(&self) -> Result<()> {
        let url = format!("{}/_simulator/faults", self.stack.bedrock_endpoint());
        self.http.delete(url).send().await?.error_for_status()?;
        Ok(())
    }

    /// Where the simulator has a text in its memory.
    pub(crate) async fn found_in_simulator(&self, text: &str) -> Result<Vec<String>> {
        let url = format!("{}/_simulator/search", self.stack.bedrock_endpoint());
        let answer = self.http.post(url).json(&serde_json::json!({ "text": text })).send().await?.error_for_status()?;
        let mut answer: Value = answer.json().await?;
        Ok(serde_json::from_value(answer["found"].take())?)
    }

    /// Adds models to the account that nobody trained.
    pub(crate) async fn add_models(&self, count: u32, tags: Value) -> Result<()> {
        let url = format!("{}/_simulator/models", self.stack.bedrock_endpoint());
        let models = serde_json::json!({ "count": count, "tags": tags });
        self.http.post(url).json(&models).send().await?.error_for_status()?;
        Ok(())
    }
}

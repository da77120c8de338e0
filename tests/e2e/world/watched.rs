//! What a stack tells of itself.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::World;

impl World {
    /// What the functions printed until now, among the emulator's own words.
    pub(crate) fn printed(&self) -> Result<String> {
        let log = std::fs::read(self.stack.log_file()).context("the emulator's log")?;
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    /// A dashboard's body. One call is not worth another SDK crate; the emulator takes the service from the scope.
    pub(crate) async fn dashboard(&self, name: &str) -> Result<String> {
        let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0";
        let request = self.http.post(self.endpoint()).header("authorization", scope);
        let request = request.header("content-type", "application/x-amz-json-1.0");
        let request = request.header("x-amz-target", "GraniteServiceVersion20100801.GetDashboard");
        let answer: Value = request.body(json!({ "DashboardName": name }).to_string()).send().await?.json().await?;
        answer["DashboardBody"].as_str().map(str::to_owned).with_context(|| format!("no dashboard {name}: {answer}"))
    }
}

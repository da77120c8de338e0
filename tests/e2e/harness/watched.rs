//! The stack's logs and dashboard.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Harness;

impl Harness {
    /// Returns what the functions have printed so far, with the emulator's own lines.
    pub(crate) fn printed(&self) -> Result<String> {
        let log = std::fs::read(self.stack.log_file()).context("the emulator's log")?;
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    /// Returns a dashboard's body. Another SDK crate isn't worth it for one call. The emulator reads the service from
    /// the signature's scope.
    pub(crate) async fn dashboard(&self, name: &str) -> Result<String> {
        let scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=0";
        let request = self.http.post(self.endpoint()).header("authorization", scope);
        let request = request.header("content-type", "application/x-amz-json-1.0");
        let request = request.header("x-amz-target", "GraniteServiceVersion20100801.GetDashboard");
        let answer: Value = request.body(json!({ "DashboardName": name }).to_string()).send().await?.json().await?;
        answer["DashboardBody"].as_str().map(str::to_owned).with_context(|| format!("no dashboard {name}: {answer}"))
    }
}

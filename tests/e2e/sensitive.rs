//! Secrets and personal data in datasets, found on request of the recipe or of the stack.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::State;

use crate::harness::Harness;
use crate::stack::DeployedStack;

const EMAIL: &str = "ada.canary@example.com";
const IBAN: &str = "GB29 NWBK 6016 1331 9268 19";

/// Records, one of which has an email address, an IBAN, and a number that only looks like an identity number.
fn data(salt: &str) -> String {
    let turn = |role: &str, text: String| json!({"role": role, "content": [{"text": text}]});
    let record = |number: usize| {
        let secret = if number == 3 { format!(" {EMAIL} {IBAN}, order 111222333") } else { String::new() };
        let messages = [turn("user", format!("{salt} {number}{secret}")), turn("assistant", "Done.".to_owned())];
        format!("{}\n", json!({"schemaVersion": "bedrock-conversation-2024", "messages": messages}))
    };
    (0..20).map(record).collect()
}

/// The report on the run that a dataset becomes.
async fn report_on(w: &Harness, side: &DeployedStack, dataset: &str, recipe: &str) -> Result<Value> {
    w.upload(side, dataset, "train.jsonl", data(dataset)).await?;
    w.upload(side, dataset, "job.yaml", recipe).await?;
    let run = w.run_in(side, dataset, State::Succeeded).await?;
    w.read_json(side, &format!("reports/{dataset}/{}/report.json", run.run_id)).await
}

pub(crate) async fn is_found_where_the_recipe_or_the_stack_asks_for_it(w: &Harness) -> Result<()> {
    let plain = "base_model: nova-lite\n";
    let asked = report_on(w, &w.main, "searched", "base_model: nova-lite\nsensitive: true\n").await?;
    let demanded = report_on(w, &w.guarded, "demanded", plain).await?;
    for report in [&asked, &demanded] {
        let counts = &report["findings"]["counts"];
        ensure!(counts["email-address"] == 1 && counts["iban"] == 1 && counts["national-id"].is_null(), "{counts}");
        let files = report["files"].as_array().cloned().unwrap_or_default();
        let train = files.iter().find(|file| file["role"] == "train").cloned().unwrap_or_default();
        ensure!(train["statistics"]["sensitive"] == json!({"email-address": 1, "iban": 1}), "{train}");
        let text = report.to_string();
        ensure!(!text.contains(EMAIL) && !text.contains(IBAN), "the report has a value");
    }
    let unasked = report_on(w, &w.main, "not-searched", plain).await?;
    ensure!(unasked["findings"]["counts"]["email-address"].is_null(), "{}", unasked["findings"]);
    Ok(())
}

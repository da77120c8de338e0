//! The second look at data, and what a recipe expects of it.

use anyhow::{Result, ensure};
use serde_json::json;
use tunedrop_run::State;

use crate::harness::Harness;

/// A record whose answer is JSON.
fn record(number: usize, more: &str, place: serde_json::Value) -> String {
    let words: Vec<String> = (0..30).map(|at| format!("w{}", (number * 97 + at * 13) % 7919)).collect();
    let turn = |role: &str, text: String| json!({"role": role, "content": [{"text": text}]});
    let answer = json!({ "place": place }).to_string();
    let messages = [turn("user", format!("{}{more}", words.join(" "))), turn("assistant", answer)];
    format!("{}\n", json!({"schemaVersion": "bedrock-conversation-2024", "messages": messages}))
}

pub(crate) async fn rejects_what_is_not_as_expected_and_warns_of_the_rest(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nquality: standard\nexpect:\n  - { field: completion, json_schema: answer.schema.json }\n";
    let data = |fourth: serde_json::Value| -> String {
        let place = |number: usize| if number == 3 { fourth.clone() } else { json!(number) };
        let records = (0..20).map(|number| record(number, "", place(number)));
        records.chain([record(7, " please", json!(7))]).collect()
    };
    w.upload(&w.main, "expected", "train.jsonl", data(json!("none"))).await?;
    w.upload(&w.main, "expected", "job.yaml", recipe).await?;
    let rejected = async |code: &str| {
        w.until("a report on the rejected dataset", async || {
            let report = w.read_json(&w.main, "reports/expected/latest.json").await.ok()?;
            (report["state"] == "Rejected" && report["findings"]["counts"][code] == 1).then_some(report)
        })
        .await
    };
    rejected("missing-file").await?;
    // The schema alone starts nothing, and the recipe comes after it.
    let schema = json!({"type": "object", "properties": {"place": {"type": "integer"}}, "required": ["place"]});
    w.upload(&w.main, "expected", "answer.schema.json", schema.to_string()).await?;
    w.upload(&w.main, "expected", "job.yaml", recipe).await?;
    let report = rejected("unexpected-json").await?;
    let kept = report["findings"]["kept"].as_array().cloned().unwrap_or_default();
    let found =
        |code: &str| kept.iter().find(|finding| finding["code"] == code).map(|finding| finding["line"].as_u64());
    ensure!(found("unexpected-json") == Some(Some(4)), "{report}");
    ensure!(found("near-duplicate") == Some(Some(21)), "{report}");
    ensure!(w.jobs("expected").await?.is_empty(), "nothing is launched");
    // A warning doesn't block.
    w.upload(&w.main, "expected", "train.jsonl", data(json!(3))).await?;
    w.upload(&w.main, "expected", "job.yaml", recipe).await?;
    let run = w.run_in(&w.main, "expected", State::Succeeded).await?;
    let report = w.read_json(&w.main, &format!("reports/expected/{}/report.json", run.run_id)).await?;
    ensure!(report["findings"]["counts"]["near-duplicate"] == 1, "{}", report["findings"]);
    ensure!(report["quality"]["files"][0]["records"] == 21, "{}", report["quality"]);
    ensure!(report["quality"]["groups"][0]["places"][1]["line"] == 21, "{}", report["quality"]);
    Ok(())
}

//! `tunedrop cost`: what was billed for a run, by its tag.

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tunedrop_run::Run;

use crate::deployment_commands::{ends, has};
use crate::deployments::train;
use crate::harness::Harness;
use crate::session::Shell;

/// Sets when the run ended.
async fn ended(w: &Harness, run: &Run, at: &str) -> Result<()> {
    let request = w.dynamodb.update_item().table_name(w.main.deployed.table()?);
    let request = request.key("pk", AttributeValue::S(Run::key(&run.run_id)));
    let request = request.update_expression("SET changed_at = :at");
    request.expression_attribute_values(":at", AttributeValue::S(at.to_owned())).send().await?;
    Ok(())
}

/// Nothing is asked too early. Then training and storage of this run alone are shown beside the estimate.
pub(crate) async fn billed_cost_is_shown_beside_the_estimate(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "costs")?;
    let recipe = "base_model: nova-micro\nhyperparameters: { epochCount: 1 }\n";
    let run = train(w, "costs", "first", recipe, None).await?;
    train(w, "costs-of-another", "other", recipe, None).await?;
    let early = ends(&mut shell, &format!("cost {} --local", run.run_id), 1)?;
    has(&early, &["Cost Explorer has its cost from 20", "nothing was asked"])?;

    ended(w, &run, "2026-01-02T03:04:05Z").await?;
    let page = ends(&mut shell, "cost costs --local", 0)?;
    has(&page, &["estimate", "billed", "training  ", "storage                 1.95 USD"])?;
    has(&page, &["1 request to Cost Explorer, 0.01 USD"])?;
    w.faults(json!({ "costs": { "page": 1 } })).await?;
    let printed = ends(&mut shell, "cost costs --local --json", 0);
    w.reset_faults().await?;
    let known: Value = serde_json::from_str(&printed?)?;
    let uses = known["uses"].as_array().context("uses")?;
    let names = uses.iter().filter_map(|one| one["usage_type"].as_str()).collect::<Vec<_>>();
    ensure!(names == ["USE1-NovaMicro-Customization-Storage", "USE1-NovaMicro-Customization-Training"], "{known}");
    ensure!(uses.len() == 2 && known["requests"] == 2 && known["requests_usd"] == 0.02, "{known}");
    let billed = known["billed_usd"].as_f64().context("a sum")?;
    ensure!(billed > 1.95 && billed < 2.0 && known["is_final"] == false, "{known}");
    let high = known["estimated_usd"]["high"].as_f64().context("an estimate")?;
    ensure!(high > 0.0, "{known}");

    // A tag that isn't active, a missing permission, no data.
    w.faults(json!({ "costs": { "inactive_tags": ["tunedrop:run"] } })).await?;
    let page = ends(&mut shell, "cost costs --local", 1);
    w.reset_faults().await?;
    has(&page?, &["nothing with the tag tunedrop:run", "must be an active cost allocation tag"])?;
    for (error, said) in [
        ("AccessDeniedException", "you lack the permission ce:GetCostAndUsage"),
        ("DataUnavailableException", "Cost Explorer has no data yet"),
    ] {
        w.faults(json!({ "calls": [{ "operation": "GetCostAndUsage", "error": error }] })).await?;
        let page = ends(&mut shell, "cost costs --local", 2);
        w.reset_faults().await?;
        has(&page?, &[said])?;
    }
    Ok(())
}

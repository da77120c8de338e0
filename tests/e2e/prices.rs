//! The AWS Price List, from the sweep to the guard of a launch.

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use tunedrop_local::REGION;
use tunedrop_run::{PriceList, PriceSource, State};

use crate::data::nova;
use crate::harness::Harness;
use crate::session::Shell;
use crate::stack::DeployedStack;

/// The list has a price for two of the live models, and none for the others.
pub(crate) async fn sweep_reads_the_price_list_and_keeps_it(w: &Harness) -> Result<()> {
    let parameters = [("PriceList", "true"), ("MaxCostPerRunUsd", "0.05")];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let deployed = w.stack.deploy("priced", &parameters, &[]).await?;
    let priced = DeployedStack::new(&w.stack, deployed).await?;
    w.sweep(&priced).await?;
    let list = kept(&priced).await?;
    let training = |family: &str| list.rates.get(family).and_then(|rates| rates.training);
    ensure!(training("NovaMicro") == Some(0.001) && training("Nova2.0Lite") == Some(0.00378), "{list:?}");
    ensure!(training("NovaPro").is_none() && list.fault.is_none(), "{list:?}");
    let today = PriceSource::PriceList { date: list.read_at[..10].to_owned() };

    // A report and a plan say where the price is from.
    w.upload(&priced, "listed", "train.jsonl", nova(20, "listed")).await?;
    w.upload(&priced, "listed", "job.yaml", "base_model: nova-micro\n").await?;
    let run = w.run_in(&priced, "listed", State::Succeeded).await?;
    let plan = run.plan.as_ref().context("a plan")?;
    ensure!(plan.price_per_1k_tokens == Some(0.001) && plan.price_source == Some(today.clone()), "{plan:?}");
    let outcome = w.read_json(&priced, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["billing"]["price_source"] == json!(today), "{outcome}");

    // A guard on cost refuses what is too dear, and a model without a price. The recipe can't lower the price.
    let recipe = "base_model: nova-micro\nhyperparameters: { epochCount: 5 }\nprice_per_1k_tokens: 0.0000001\n";
    w.upload(&priced, "too-dear", "train.jsonl", nova(100, "too dear")).await?;
    w.upload(&priced, "too-dear", "job.yaml", recipe).await?;
    let refused = w.run_in(&priced, "too-dear", State::Refused).await?.reason.unwrap_or_default();
    ensure!(refused.contains("0.001 USD per 1,000") && refused.contains("MaxCostPerRunUsd"), "{refused}");
    w.upload(&priced, "no-price", "train.jsonl", nova(20, "no price")).await?;
    w.upload(&priced, "no-price", "job.yaml", "base_model: nova-pro\n").await?;
    let refused = w.run_in(&priced, "no-price", State::Refused).await?.reason.unwrap_or_default();
    ensure!(refused.contains("no price is known"), "{refused}");

    // Read once a day: another sweep reads nothing, and one that can't read keeps the last prices.
    w.sweep(&priced).await?;
    ensure!(kept(&priced).await? == list, "the list was read again");
    let day = "2026-01-02T03:04:05Z";
    for attribute in ["read_at", "tried_at"] {
        let request = w.dynamodb.update_item().table_name(priced.deployed.table()?);
        let request = request.key("pk", AttributeValue::S(PriceList::key(REGION)));
        let request = request.update_expression("SET #at = :day").expression_attribute_names("#at", attribute);
        request.expression_attribute_values(":day", AttributeValue::S(day.to_owned())).send().await?;
    }
    w.faults(json!({"calls": [{"operation": "GetProducts", "error": "InternalServerException"}]})).await?;
    w.sweep(&priced).await?;
    w.reset_faults().await?;
    let last = kept(&priced).await?;
    ensure!(last.rates == list.rates && last.date() == Some("2026-01-02"), "{last:?}");
    let fault = last.fault.context("a line")?;
    ensure!(fault == "the AWS Price List can't be reached; the prices are those of 2026-01-02", "{fault}");
    priced.collector.abort();
    command_shows_them(w)
}

async fn kept(stack: &DeployedStack) -> Result<PriceList> {
    stack.ledger.prices(Some(REGION)).await?.context("no prices in the ledger")
}

/// `tunedrop prices` asks by itself.
fn command_shows_them(w: &Harness) -> Result<()> {
    let mut shell = Shell::open(w, "prices")?;
    let shown: Value = serde_json::from_str(&shell.run("prices --local --json")?.0)?;
    let models = shown["models"].as_array().context("models")?;
    let training = |alias: &str| {
        let model = models.iter().find(|model| model["alias"] == alias);
        model.map(|model| model["prices"]["training"].clone()).with_context(|| alias.to_owned())
    };
    for (alias, usd) in [("nova-micro", 0.001), ("nova-2-lite", 0.00378)] {
        let price = training(alias)?;
        ensure!(price["usd"] == usd && price["source"]["from"] == "price-list", "{alias}: {price}");
    }
    for alias in ["nova-pro", "titan-multimodal-embeddings"] {
        ensure!(training(alias)?.is_null(), "{alias} has a price: {shown}");
    }
    let (page, _) = shell.run("prices nova-pro --local")?;
    ensure!(page.contains("training       unknown"), "{page}");
    Ok(())
}

//! Clean-up: the dataset's older model is proposed for deletion, and deleted when its time is over.

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use tunedrop_run::event::ModelKind;
use tunedrop_run::{ModelNotice, NoticeState, State};

use crate::permissions::scenarios::conversations;
use crate::permissions::stack::TestStack;

const RECIPE: &str = "base_model: nova-lite\nkeep: { models: 1 }\n";

pub(super) async fn cleaned(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    site.upload(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.upload(dataset, "job.yaml", RECIPE).await?;
    let first = site.run_in(dataset, State::Succeeded).await?;
    site.upload(dataset, "train.jsonl", conversations(20, "another version")).await?;
    let second = async || {
        let newest = site.newest(dataset).await?;
        (newest.run_id != first.run_id && newest.state == State::Succeeded).then_some(newest)
    };
    site.until("the second run to succeed", second).await?;
    clean(site).await?;
    let pk = ModelNotice::key(&first.run_id);
    let told = async || {
        let notice = site.ledger.model_notice(&pk).await.ok()??;
        notice.notified.contains_key(ModelKind::Expiring.kind().as_str()).then_some(notice)
    };
    let notice = site.until("people to be notified of the proposal", told).await?;
    ensure!(notice.state == NoticeState::Proposed && notice.deletes, "{notice:?}");
    let tables = aws_sdk_dynamodb::Client::new(&site.stack.sdk());
    let update = tables.update_item().table_name(site.deployed.table()?).key("pk", AttributeValue::S(pk.clone()));
    let update = update.update_expression("SET delete_after = :past");
    update.expression_attribute_values(":past", AttributeValue::S("2026-01-01T00:00:00Z".to_owned())).send().await?;
    clean(site).await?;
    let notice = site.ledger.model_notice(&pk).await?.context("a notice")?;
    ensure!(notice.state == NoticeState::Deleted, "{notice:?}");
    let model = first.model_arn.context("a model")?;
    ensure!(site.bedrock.get_custom_model().model_identifier(model).send().await.is_err(), "the model exists");
    Ok(())
}

async fn clean(site: &TestStack<'_>) -> Result<()> {
    site.stack.invoke(site.deployed.function("clean")?, &json!({})).await?;
    Ok(())
}

//! Clean-up: older models are proposed, and deleted later, but for those that are needed or held.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::Tag;
use serde_json::json;
use tunedrop_run::event::ModelKind;
use tunedrop_run::{DeploymentState, LEGAL_HOLD, ModelNotice, NoticeState, Run};

use crate::deployments::{deployed, train};
use crate::harness::Harness;

const KEEPS_ONE: &str = "base_model: nova-lite\nkeep: { models: 1 }\n";

async fn clean(w: &Harness) -> Result<()> {
    w.stack.invoke(w.main.deployed.function("clean")?, &json!({})).await?;
    Ok(())
}

async fn notice(w: &Harness, run: &Run) -> Result<Option<ModelNotice>> {
    Ok(w.main.ledger.model_notice(&ModelNotice::key(&run.run_id)).await?)
}

async fn exists(w: &Harness, run: &Run) -> bool {
    let arn = run.model_arn.clone().unwrap_or_default();
    w.bedrock.get_custom_model().model_identifier(arn).send().await.is_ok()
}

/// The notice about the run's model, once people were notified of its proposal.
async fn proposed(w: &Harness, run: &Run) -> Result<ModelNotice> {
    w.until(&format!("the proposal of {}", run.run_id), async || {
        let notice = notice(w, run).await.ok()??;
        notice.notified.contains_key(ModelKind::Expiring.kind().as_str()).then_some(notice)
    })
    .await
}

pub(crate) async fn older_models_are_proposed_and_deleted_later(w: &Harness) -> Result<()> {
    let name = "kept-bot";
    let served = format!("{KEEPS_ONE}deploy: {{}}\ntags: {{ owner: ada }}\n");
    let first = train(w, name, "first", &served, None).await?;
    deployed(w, name, DeploymentState::Active, Some(&first)).await?;
    let second = train(w, name, "second", KEEPS_ONE, Some(&first)).await?;
    let third = train(w, name, "third", KEEPS_ONE, Some(&second)).await?;
    let arn = second.model_arn.clone().context("a model")?;

    // The first is deployed, the second is held, and the third is the newest.
    let hold = Tag::builder().key(LEGAL_HOLD).value("case 17").build()?;
    w.bedrock.tag_resource().resource_arn(&arn).tags(hold).send().await?;
    clean(w).await?;
    for run in [&first, &second, &third] {
        ensure!(notice(w, run).await?.is_none(), "{} is proposed: {:?}", run.run_id, notice(w, run).await?);
    }

    w.bedrock.untag_resource().resource_arn(&arn).tag_keys(LEGAL_HOLD).send().await?;
    clean(w).await?;
    let proposal = proposed(w, &second).await?;
    ensure!(proposal.state == NoticeState::Proposed && proposal.keep == Some(1) && proposal.deletes, "{proposal:?}");
    let told = w.wait_for_messages(&w.main, name, "will be deleted after", 1).await?;
    ensure!(told[0].body.contains(LEGAL_HOLD) && told[0].body.contains(&arn), "{told:#?}");
    ensure!(notice(w, &first).await?.is_none() && notice(w, &third).await?.is_none(), "only the second is proposed");
    clean(w).await?;
    ensure!(exists(w, &second).await, "it was deleted before its time");

    // A hold that is set after the proposal keeps the model, also when the time is over.
    let hold = Tag::builder().key(LEGAL_HOLD).value("true").build()?;
    w.bedrock.tag_resource().resource_arn(&arn).tags(hold).send().await?;
    w.set_text(&w.main, &proposal.pk, "delete_after", "2026-01-01T00:00:00Z").await?;
    clean(w).await?;
    let kept = notice(w, &second).await?.context("a notice")?;
    ensure!(kept.state == NoticeState::Kept && exists(w, &second).await, "{kept:?}");
    ensure!(kept.reason.as_deref().is_some_and(|reason| reason.contains(LEGAL_HOLD)), "{kept:?}");

    w.bedrock.untag_resource().resource_arn(&arn).tag_keys(LEGAL_HOLD).send().await?;
    clean(w).await?;
    let again = w.until("the second proposal", async || {
        let again = notice(w, &second).await.ok()??;
        let at = again.notified.get(ModelKind::Expiring.kind().as_str())?;
        (again.state == NoticeState::Proposed && *at == again.outcome_at).then_some(again)
    });
    let again = again.await?;
    w.set_text(&w.main, &again.pk, "delete_after", "2026-01-01T00:00:00Z").await?;
    clean(w).await?;
    ensure!(!exists(w, &second).await, "it wasn't deleted");
    ensure!(exists(w, &first).await && exists(w, &third).await, "another model was deleted");
    w.wait_for_messages(&w.main, name, "was deleted. The run and its reports stay", 1).await?;
    clean(w).await?;
    w.settled().await;
    let told = w.wait_for_messages(&w.main, name, "was deleted. The run and its reports stay", 1).await?;
    ensure!(told.len() == 1, "{told:#?}");
    Ok(())
}

/// Each day that Bedrock names for the base model is announced once.
pub(crate) async fn days_of_a_base_model_are_announced_once(w: &Harness) -> Result<()> {
    let base = "amazon.nova-lite-v1:0:300k";
    train(w, "ending-bot", "first", "base_model: nova-lite\n", None).await?;
    w.faults(json!({ "legacy_from": { base: "2031-01-15T00:00:00Z" } })).await?;
    let announced = clean(w).await;
    let again = clean(w).await;
    w.reset_faults().await?;
    announced.and(again)?;
    let key = ModelNotice::base_key(base);
    let notice = w.main.ledger.model_notice(&key).await?.context("a notice")?;
    ensure!(notice.days == ["legacy=2031-01-15"] && notice.revision == 1, "{notice:?}");
    ensure!(notice.datasets.iter().any(|dataset| dataset == "ending-bot"), "{notice:?}");
    w.until("people to be notified", async || {
        let notice = w.main.ledger.model_notice(&key).await.ok()??;
        notice.open.is_none().then_some(())
    })
    .await
}

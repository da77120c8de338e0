//! One run, one item or one denial doesn't block the others in the queue.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use tunedrop_run::event::{Event, Kind, SOURCE, VERSION};
use tunedrop_run::{Blocker, RETRY_BLOCKED_S, Run, State, Timestamp};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const NOVA: &str = "base_model: nova-lite\n";
pub(crate) const HELD: &str = "base_model: nova-lite\nlaunch: manual\n";
const DENIAL: &str = "User: arn:aws:sts::123456789012:assumed-role/launch/launch is not authorized to perform: bedrock:CreateModelCustomizationJob with an explicit deny in an identity-based policy";

pub(crate) async fn upload_dataset(w: &Harness, side: &DeployedStack, dataset: &str, recipe: &str) -> Result<()> {
    w.upload(side, dataset, "job.yaml", recipe).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await
}

fn ago(seconds: u64) -> Timestamp {
    Timestamp::now() - Duration::from_secs(seconds)
}

/// Sets attributes of a run without tunedrop's code. `None` removes one.
async fn edit(
    w: &Harness,
    side: &DeployedStack,
    run: &Run,
    attributes: &[(&str, Option<AttributeValue>)],
) -> Result<()> {
    let mut request = w.dynamodb.update_item().table_name(side.deployed.table()?);
    request = request.key("pk", AttributeValue::S(Run::key(&run.run_id)));
    let (mut sets, mut removes) = (Vec::new(), Vec::new());
    for (at, (name, value)) in attributes.iter().enumerate() {
        request = request.expression_attribute_names(format!("#n{at}"), *name);
        match value {
            Some(value) => {
                request = request.expression_attribute_values(format!(":v{at}"), value.clone());
                sets.push(format!("#n{at} = :v{at}"));
            }
            None => removes.push(format!("#n{at}")),
        }
    }
    let mut expression = String::new();
    for (verb, parts) in [("SET", sets), ("REMOVE", removes)] {
        if !parts.is_empty() {
            expression.push_str(&format!("{verb} {} ", parts.join(", ")));
        }
    }
    request.update_expression(expression).send().await?;
    Ok(())
}

fn text(text: &str) -> Option<AttributeValue> {
    Some(AttributeValue::S(text.to_owned()))
}

fn number(number: i64) -> Option<AttributeValue> {
    Some(AttributeValue::N(number.to_string()))
}

/// A budget action denies launches: no run is refused, people are notified once, and the runs continue afterwards.
pub(crate) async fn denied_launches_wait_and_continue(w: &Harness) -> Result<()> {
    let denied =
        json!({ "operation": "CreateModelCustomizationJob", "error": "AccessDeniedException", "message": DENIAL });
    w.faults(json!({ "calls": [denied] })).await?;
    upload_dataset(w, &w.main, "over-budget", NOVA).await?;
    let waits = w
        .until("the denial to be kept", async || {
            let head = w.main.ledger.dataset("over-budget").await.ok()??;
            let run = w.main.ledger.run(&head.latest_run?).await.ok()??;
            (run.blocked_by == Some(Blocker::Permission)).then_some(run)
        })
        .await?;
    ensure!(waits.state == State::Queued && waits.blocked_reason.as_deref() == Some(DENIAL), "{waits:?}");
    for _ in 0..2 {
        w.sweep(&w.main).await?;
        w.wait_for_messages(&w.main, "over-budget", "not authorized", 1).await?;
    }
    w.settled().await;
    ensure!(w.main.messages("over-budget").len() == 1, "notified once: {:#?}", w.main.messages("over-budget"));
    w.faults(json!({ "calls": [] })).await?;
    w.set_changed_at(&w.main, &waits.run_id, ago(RETRY_BLOCKED_S as u64 + 60)).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &waits.run_id, State::Succeeded).await?;
    Ok(())
}

/// The oldest run in the queue exceeds a quota of its own, while other jobs hold slots. The next run of the same base
/// model is launched anyway.
pub(crate) async fn quota_of_one_run_blocks_no_other(w: &Harness) -> Result<()> {
    upload_dataset(w, &w.main, "hold-a-slot", NOVA).await?;
    let holds = w.run_in(&w.main, "hold-a-slot", State::Running).await?;
    w.faults(json!({ "own_quota": ["own-quota"] })).await?;
    upload_dataset(w, &w.main, "own-quota", NOVA).await?;
    let waits = async |hold: Blocker| {
        w.until("the quota to be kept", async || {
            let head = w.main.ledger.dataset("own-quota").await.ok()??;
            let run = w.main.ledger.run(&head.latest_run?).await.ok()??;
            (run.state == State::Queued && run.blocked_by == Some(hold)).then_some(run)
        })
        .await
    };
    waits(Blocker::Slot).await?;
    w.next_second().await;
    // Approved without tunedrop's code, so that a single event triggers launch. With two drains, each would find the
    // other's claim.
    upload_dataset(w, &w.main, "behind-a-quota", HELD).await?;
    let behind = w.run_in(&w.main, "behind-a-quota", State::Held).await?;
    w.settled().await;
    edit(w, &w.main, &behind, &[("state", text("Queued"))]).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &behind.run_id, State::Succeeded).await?;
    let own = waits(Blocker::Quota).await?;
    w.sweep(&w.main).await?;
    w.wait_for_messages(&w.main, "own-quota", "quota", 1).await?;
    w.faults(json!({ "own_quota": [] })).await?;
    w.set_changed_at(&w.main, &own.run_id, ago(RETRY_BLOCKED_S as u64 + 60)).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &own.run_id, State::Succeeded).await?;
    w.command(&w.main, Kind::StopRun, &holds.run_id).await?;
    w.run_is(&w.main, &holds.run_id, State::Stopped).await?;
    Ok(())
}

/// Items of a newer version, edited by hand, or damaged: they are the oldest in the index and block nothing.
pub(crate) async fn unreadable_items_block_nothing(w: &Harness) -> Result<()> {
    let keys = ["run#unreadable-1", "run#unreadable-2", "dataset#unreadable-3"];
    for (at, pk) in keys.into_iter().enumerate() {
        let mut put = w.dynamodb.put_item().table_name(w.main.deployed.table()?);
        let schema = if at == 0 { 99 } else { 1 };
        for (name, value) in [
            ("pk", pk),
            ("open", "open"),
            ("kind", if at == 2 { "dataset" } else { "run" }),
            ("uploaded_at", "2026-01-01T00:00:00.000Z"),
            ("state", "Flying"),
        ] {
            put = put.item(name, AttributeValue::S(value.to_owned()));
        }
        put.item("schema", AttributeValue::N(schema.to_string())).send().await?;
    }
    upload_dataset(w, &w.main, "behind-unreadable", NOVA).await?;
    w.run_in(&w.main, "behind-unreadable", State::Succeeded).await?;
    w.sweep(&w.main).await?;
    let log = w.stack.logs(&w.main.deployed, "sweep").await?;
    let counted = log.iter().any(|line| line.contains("\"UnreadableItems\":3") && line.contains("\"Sweeps\":1"));
    ensure!(counted, "the sweep continues, and counts them: {}", log.join("\n"));
    ensure!(keys.iter().all(|key| log.iter().any(|line| line.contains(key))), "each is named");
    let mut recent = w.main.ledger.recent();
    while recent.next().await?.is_some() {}
    ensure!(recent.unreadable().len() == 2, "{:?}", recent.unreadable());
    for pk in keys {
        let delete = w.dynamodb.delete_item().table_name(w.main.deployed.table()?);
        delete.key("pk", AttributeValue::S(pk.to_owned())).send().await?;
    }
    Ok(())
}

/// Its launch fails again and again: the events that trigger launch are acknowledged, and other runs are launched.
pub(crate) async fn failing_run_fails_no_event(w: &Harness) -> Result<()> {
    let queue = &w.main.deployed.outputs["LaunchQueueUrl"];
    // Events of earlier scenarios that aren't due yet.
    let earlier = w.waiting(queue).await?;
    upload_dataset(w, &w.main, "keeps-failing", HELD).await?;
    let run = w.run_in(&w.main, "keeps-failing", State::Held).await?;
    let fault =
        json!({ "operation": "GetModelCustomizationJob", "job": run.run_id, "error": "InternalServerException" });
    w.faults(json!({ "calls": [fault] })).await?;
    w.command(&w.main, Kind::ApproveRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Queued).await?;
    w.set_changed_at(&w.main, &run.run_id, ago(3600)).await?;
    upload_dataset(w, &w.main, "beside-failing", NOVA).await?;
    w.run_in(&w.main, "beside-failing", State::Succeeded).await?;
    w.sweep(&w.main).await?;
    w.settled().await;
    // An event that went back is hidden for 60 s, and goes back again.
    let until = std::time::Instant::now() + Duration::from_secs(150);
    while w.waiting(queue).await? > earlier {
        ensure!(std::time::Instant::now() < until, "events went back to launch's queue");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let log = w.stack.logs(&w.main.deployed, "launch").await?;
    ensure!(
        log.iter().any(|line| line.contains("\"FailedLaunches\":1") && line.contains(run.run_id.as_str())),
        "it is counted"
    );
    w.faults(json!({ "calls": [] })).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    Ok(())
}

/// The index doesn't show the run yet: the event that names it is sufficient.
pub(crate) async fn launches_a_run_missing_from_the_index(w: &Harness) -> Result<()> {
    upload_dataset(w, &w.main, "not-in-the-index", HELD).await?;
    let run = w.run_in(&w.main, "not-in-the-index", State::Held).await?;
    edit(w, &w.main, &run, &[("state", text("Queued")), ("open", None)]).await?;
    let accepted = Run { state: State::Queued, ..run.clone() };
    let event = Event::state(&accepted, |text| text.to_owned()).context("a state that is announced")?;
    w.main.bus.put(&w.main.deployed.name, &event).await?;
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    Ok(())
}

/// Launches are paused after a launch was interrupted: the run returns to the queue, or is stopped.
pub(crate) async fn paused_run_has_no_lease_and_can_be_stopped(w: &Harness) -> Result<()> {
    let side = &w.paused;
    let past = number(Timestamp::now().as_second() - 60);
    for (dataset, stops) in [("paused-lease", false), ("paused-stop", true)] {
        upload_dataset(w, side, dataset, NOVA).await?;
        let run = w.run_in(side, dataset, State::Queued).await?;
        let interrupted =
            [("state", text("Launching")), ("lease_until", past.clone()), ("unconfirmed_until", past.clone())];
        edit(w, side, &run, &interrupted).await?;
        if stops {
            w.command(side, Kind::StopRun, &run.run_id).await?;
            w.run_is(side, &run.run_id, State::Stopped).await?;
        } else {
            w.sweep(side).await?;
            let back = w.run_is(side, &run.run_id, State::Queued).await?;
            ensure!(back.lease_until.is_none() && back.unconfirmed_until.is_none(), "{back:?}");
        }
    }
    Ok(())
}

/// While a stack is updated, functions get events of the next version, which wait for the new function.
pub(crate) async fn newer_events_return_to_their_queue(w: &Harness) -> Result<()> {
    let (newer, side) = (VERSION + 1, &w.main);
    let due = [("Deploy", Kind::DeploymentDue), ("Evaluate", Kind::EvaluationDue)];
    let jobs = [("Launch", Kind::LaunchDue), ("Record", Kind::JobStateObserved), ("Notify", Kind::RunLaunched)];
    for (function, kind) in jobs.into_iter().chain(due) {
        w.forge(side, SOURCE, kind.as_str(), json!({ "version": newer, "stack": side.deployed.name })).await?;
        let words = format!("the event is of version {newer}");
        w.until(&format!("{function} to get the event again"), async || {
            let log = w.stack.logs(&side.deployed, &function.to_lowercase()).await.ok()?;
            (log.iter().filter(|line| line.contains(&words)).count() >= 2).then_some(())
        })
        .await?;
        let queue = &side.deployed.outputs[&format!("{function}QueueUrl")];
        ensure!(w.waiting(queue).await? == 1, "the event isn't in {function}'s queue");
        w.sqs.purge_queue().queue_url(queue).send().await?;
    }
    Ok(())
}

//! What one run, one item or one denial must not do to the others in the queue.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::{CustomizationType, OutputDataConfig, TrainingDataConfig};
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use tunedrop_run::event::{Event, Kind, SOURCE, VERSION};
use tunedrop_run::{Hold, RESTS_S, Run, State, Timestamp};

use crate::data::nova;
use crate::side::Side;
use crate::world::World;

const NOVA: &str = "base_model: nova-lite\n";
const HELD: &str = "base_model: nova-lite\nlaunch: manual\n";
const DENIAL: &str = "User: arn:aws:sts::123456789012:assumed-role/launch/launch is not authorized to perform: bedrock:CreateModelCustomizationJob with an explicit deny in an identity-based policy";

async fn drop_set(w: &World, side: &Side, dataset: &str, recipe: &str) -> Result<()> {
    w.drop(side, dataset, "job.yaml", recipe).await?;
    w.drop(side, dataset, "train.jsonl", nova(20, dataset)).await
}

fn ago(seconds: u64) -> Timestamp {
    Timestamp::now() - Duration::from_secs(seconds)
}

/// Sets attributes of a run past our own code; `None` removes one.
async fn edit(w: &World, side: &Side, run: &Run, attributes: &[(&str, Option<AttributeValue>)]) -> Result<()> {
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

/// A job under the run's name and token, as an earlier launch of it would have made it.
async fn make_its_job(w: &World, side: &Side, run: &Run) -> Result<()> {
    let plan = run.plan.as_ref().context("a plan")?;
    let create = w
        .bedrock
        .create_model_customization_job()
        .job_name(run.run_id.as_str())
        .client_request_token(run.run_id.as_str());
    let create = create.custom_model_name(&plan.model_name).role_arn(side.deployed.output("JobRoleArn")?);
    let create = create.base_model_identifier(&plan.base_model).customization_type(CustomizationType::FineTuning);
    let train = plan.train.clone().context("training data")?;
    let create = create.training_data_config(TrainingDataConfig::builder().s3_uri(train).build());
    create.output_data_config(OutputDataConfig::builder().s3_uri(&plan.output).build()?).send().await?;
    Ok(())
}

/// The name is in use, since the run has a job that Bedrock doesn't show at first: in known words, in others, and shown
/// only after the run was refused.
pub(crate) async fn a_name_in_use_is_the_runs_own(w: &World) -> Result<()> {
    for (at, (name_in_use, unseen)) in
        [("validation", 1), ("other-words", 1), ("other-words", 2)].into_iter().enumerate()
    {
        let dataset = format!("hold-in-use-{at}");
        drop_set(w, &w.main, &dataset, HELD).await?;
        let run = w.run_in(&w.main, &dataset, State::Held).await?;
        make_its_job(w, &w.main, &run).await?;
        // The job's own event has come, and record left the held run alone: else it would ask Bedrock in between.
        w.settled().await;
        let missing = json!({ "operation": "GetModelCustomizationJob", "job": run.run_id, "error": "ResourceNotFoundException", "times": unseen });
        w.faults(json!({ "same_token": "forgotten", "name_in_use": name_in_use, "calls": [missing] })).await?;
        w.command(&w.main, Kind::ApproveRun, &run.run_id).await?;
        if unseen == 2 {
            let refused = w.run_is(&w.main, &run.run_id, State::Refused).await?;
            ensure!(refused.forgotten_at.is_some() && refused.open.is_some(), "it is looked for: {refused:?}");
            w.told(&w.main, &dataset, "efused", 1).await?;
            w.sweep(&w.main).await?;
        }
        let running = w.run_is(&w.main, &run.run_id, State::Running).await?;
        ensure!(running.job_arn.is_some() && running.reason.is_none() && running.forgotten_at.is_none(), "{running:?}");
        ensure!(w.jobs(&dataset).await?.len() == 1, "one job");
        w.faults(json!({ "same_token": "same-job", "name_in_use": "validation", "calls": [] })).await?;
        w.command(&w.main, Kind::StopRun, &run.run_id).await?;
        w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    }
    Ok(())
}

/// As while a budget's action denies launches: nothing is refused, people are told once, and runs go on afterwards.
pub(crate) async fn denied_launches_wait_and_go_on(w: &World) -> Result<()> {
    let denied =
        json!({ "operation": "CreateModelCustomizationJob", "error": "AccessDeniedException", "message": DENIAL });
    w.faults(json!({ "calls": [denied] })).await?;
    drop_set(w, &w.main, "over-budget", NOVA).await?;
    let waits = w
        .until("the denial to be kept", async || {
            let head = w.main.ledger.head("over-budget").await.ok()??;
            let run = w.main.ledger.run(&head.latest?).await.ok()??;
            (run.held_by == Some(Hold::Permission)).then_some(run)
        })
        .await?;
    ensure!(waits.state == State::Queued && waits.waiting.as_deref() == Some(DENIAL), "{waits:?}");
    for _ in 0..2 {
        w.sweep(&w.main).await?;
        w.told(&w.main, "over-budget", "not authorized", 1).await?;
    }
    w.settled().await;
    ensure!(w.main.messages("over-budget").len() == 1, "told once: {:#?}", w.main.messages("over-budget"));
    w.faults(json!({ "calls": [] })).await?;
    w.set_changed_at(&w.main, &waits.run_id, ago(RESTS_S as u64 + 60)).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &waits.run_id, State::Succeeded).await?;
    Ok(())
}

/// The oldest run of the queue exceeds a quota of its own, while other jobs hold slots: the next of its base model is
/// launched all the same.
pub(crate) async fn a_runs_own_quota_holds_nobody_back(w: &World) -> Result<()> {
    drop_set(w, &w.main, "hold-a-slot", NOVA).await?;
    let holds = w.run_in(&w.main, "hold-a-slot", State::Running).await?;
    w.faults(json!({ "own_quota": ["own-quota"] })).await?;
    drop_set(w, &w.main, "own-quota", NOVA).await?;
    let waits = async |hold: Hold| {
        w.until("the quota to be kept", async || {
            let head = w.main.ledger.head("own-quota").await.ok()??;
            let run = w.main.ledger.run(&head.latest?).await.ok()??;
            (run.state == State::Queued && run.held_by == Some(hold)).then_some(run)
        })
        .await
    };
    waits(Hold::Slot).await?;
    w.next_second().await;
    // Approved past our own code, so that one event alone wakes launch: each of two drains would find the other's claim.
    drop_set(w, &w.main, "behind-a-quota", HELD).await?;
    let behind = w.run_in(&w.main, "behind-a-quota", State::Held).await?;
    w.settled().await;
    edit(w, &w.main, &behind, &[("state", text("Queued"))]).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &behind.run_id, State::Succeeded).await?;
    let own = waits(Hold::Quota).await?;
    w.sweep(&w.main).await?;
    w.told(&w.main, "own-quota", "quota", 1).await?;
    w.faults(json!({ "own_quota": [] })).await?;
    w.set_changed_at(&w.main, &own.run_id, ago(RESTS_S as u64 + 60)).await?;
    w.sweep(&w.main).await?;
    w.run_is(&w.main, &own.run_id, State::Succeeded).await?;
    w.command(&w.main, Kind::StopRun, &holds.run_id).await?;
    w.run_is(&w.main, &holds.run_id, State::Stopped).await?;
    Ok(())
}

/// Items of a newer version, edited by hand, damaged: they are the oldest of the index, and everything goes on.
pub(crate) async fn unreadable_items_stop_nothing(w: &World) -> Result<()> {
    let keys = ["run#unreadable-1", "run#unreadable-2", "set#unreadable-3"];
    for (at, pk) in keys.into_iter().enumerate() {
        let mut put = w.dynamodb.put_item().table_name(w.main.deployed.table()?);
        let schema = if at == 0 { 99 } else { 1 };
        for (name, value) in [
            ("pk", pk),
            ("open", "open"),
            ("kind", if at == 2 { "set" } else { "run" }),
            ("since", "2026-01-01T00:00:00.000Z"),
            ("state", "Flying"),
        ] {
            put = put.item(name, AttributeValue::S(value.to_owned()));
        }
        put.item("schema", AttributeValue::N(schema.to_string())).send().await?;
    }
    drop_set(w, &w.main, "behind-unreadable", NOVA).await?;
    w.run_in(&w.main, "behind-unreadable", State::Succeeded).await?;
    w.sweep(&w.main).await?;
    let log = w.stack.logs(&w.main.deployed, "sweep").await?;
    let counted = log.iter().any(|line| line.contains("\"UnreadableItems\":3") && line.contains("\"Sweeps\":1"));
    ensure!(counted, "the heartbeat goes on, and counts them: {}", log.join("\n"));
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

/// Its launch fails again and again: the events that wake launch are done with, and others are launched.
pub(crate) async fn a_run_that_keeps_failing_fails_no_event(w: &World) -> Result<()> {
    drop_set(w, &w.main, "keeps-failing", HELD).await?;
    let run = w.run_in(&w.main, "keeps-failing", State::Held).await?;
    let fault =
        json!({ "operation": "GetModelCustomizationJob", "job": run.run_id, "error": "InternalServerException" });
    w.faults(json!({ "calls": [fault] })).await?;
    w.command(&w.main, Kind::ApproveRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Queued).await?;
    w.set_changed_at(&w.main, &run.run_id, ago(3600)).await?;
    drop_set(w, &w.main, "beside-failing", NOVA).await?;
    w.run_in(&w.main, "beside-failing", State::Succeeded).await?;
    w.sweep(&w.main).await?;
    w.settled().await;
    let queue = &w.main.deployed.outputs["LaunchQueueUrl"];
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while w.waiting(queue).await? > 0 {
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

/// The index doesn't show the run yet: the event that names it is enough.
pub(crate) async fn a_run_that_the_index_does_not_show_is_launched(w: &World) -> Result<()> {
    drop_set(w, &w.main, "not-in-the-index", HELD).await?;
    let run = w.run_in(&w.main, "not-in-the-index", State::Held).await?;
    edit(w, &w.main, &run, &[("state", text("Queued")), ("open", None)]).await?;
    let accepted = Run { state: State::Queued, ..run.clone() };
    let event = Event::state(&accepted, |text| text.to_owned()).context("a state that is announced")?;
    w.main.bus.put(&w.main.deployed.name, &event).await?;
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    Ok(())
}

/// Launches are paused while a launch was cut off: the run goes back into the queue, or is stopped.
pub(crate) async fn paused_launches_leave_no_lease_and_can_be_stopped(w: &World) -> Result<()> {
    let side = &w.paused;
    let past = number(Timestamp::now().as_second() - 60);
    for (dataset, stops) in [("paused-lease", false), ("paused-stop", true)] {
        drop_set(w, side, dataset, NOVA).await?;
        let run = w.run_in(side, dataset, State::Queued).await?;
        let cut_off = [("state", text("Launching")), ("lease_until", past.clone()), ("unsure_until", past.clone())];
        edit(w, side, &run, &cut_off).await?;
        if stops {
            w.command(side, Kind::StopRun, &run.run_id).await?;
            w.run_is(side, &run.run_id, State::Stopped).await?;
        } else {
            w.sweep(side).await?;
            let back = w.run_is(side, &run.run_id, State::Queued).await?;
            ensure!(back.lease_until.is_none() && back.unsure_until.is_none(), "{back:?}");
        }
    }
    Ok(())
}

/// While a stack is updated, functions get events of the next version for some minutes: these wait for their function.
pub(crate) async fn events_of_a_newer_version_go_back_to_their_queue(w: &World) -> Result<()> {
    let (newer, side) = (VERSION + 1, &w.main);
    for (function, kind) in
        [("Launch", Kind::LaunchDue), ("Record", Kind::JobStateObserved), ("Notify", Kind::RunLaunched)]
    {
        w.forge(side, SOURCE, kind.as_str(), json!({ "version": newer, "stack": side.deployed.name })).await?;
        let words = format!("the event is of version {newer}");
        w.until(&format!("{function} to get the event once more"), async || {
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

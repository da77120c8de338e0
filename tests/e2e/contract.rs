//! Forged events: each kind of the contract, with hostile values in every field, on both buses. Nothing of them may
//! reach the ledger, people or Bedrock.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use serde_json::{Value, json};
use tunedrop_run::State;
use tunedrop_run::event::{Kind, SOURCE, VERSION, senders};
use tunedrop_tests::items::Items;
use tunedrop_tests::sample::Sample;

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

/// One forged event in this many is sent, a different sample every day, unless all are requested.
const ONE_IN: u64 = 8;
/// Part of every text of a forged event.
const EVIL: &str = "evil.example";
const QUEUES: [&str; 5] = ["Validate", "Launch", "Record", "Deploy", "Notify"];
const STATUSES: [&str; 5] = ["InProgress", "Stopping", "Completed", "Failed", "Stopped"];

/// The item that a forged event is about.
struct Target<'w> {
    side: &'w DeployedStack,
    dataset: &'static str,
    /// Its item in the ledger.
    pk: String,
    run_id: Option<String>,
    uploaded_at: Option<String>,
    state: Option<State>,
}

pub(crate) async fn forged_events_of_every_kind_change_nothing(w: &Harness) -> Result<()> {
    let targets = targets(w).await?;
    w.settled().await;
    let before = seen(w, &targets).await?;
    let sample = Sample::unless_all(ONE_IN);
    if let Some(sample) = sample {
        println!("forged events: {sample}");
    }
    for target in &targets {
        let own = target.side.deployed.bus()?;
        let batches = [(own, plausible(target)), ("default", plausible(target)), (own, hostile(target)?)];
        for (batch, (bus, mut events)) in batches.into_iter().enumerate() {
            let mut at = 0;
            events.retain(|_| {
                at += 1;
                sample.is_none_or(|sample| sample.includes((target.dataset, batch, at)))
            });
            put(w, bus, events).await?;
        }
        for (at, status) in STATUSES.iter().enumerate() {
            w.aws_event("aws.bedrock", "Model Customization Job State Change", of_bedrock(target, status, at % 2 == 0))
                .await?;
        }
    }
    quiet(w).await?;
    w.sweep(&w.main).await?;
    w.sweep(&w.paused).await?;
    quiet(w).await?;
    w.settled().await;
    let after = seen(w, &targets).await?;
    for (what, was) in &before {
        ensure!(
            after.get(what) == Some(was),
            "{what}:\n{was:#}\nbecame\n{:#}",
            after.get(what).unwrap_or(&Value::Null)
        );
    }
    ensure!(before.len() == after.len(), "something new is there: {:?}", after.keys());
    for side in [&w.main, &w.guarded, &w.paused] {
        let outbox = side.outbox.lock().expect("no collector panics");
        let reached = outbox.iter().find(|message| format!("{message:?}").contains(EVIL));
        ensure!(reached.is_none(), "a forged text reached people: {reached:#?}");
    }
    Ok(())
}

/// Creates one item in each state that an event can be about. Each has been announced.
async fn targets(w: &Harness) -> Result<Vec<Target<'_>>> {
    const RECIPE: &str = "base_model: nova-lite\n";
    let runs = [
        (&w.main, "contract-held", "base_model: nova-lite\nlaunch: manual\n", State::Held),
        (&w.main, "hold-contract", RECIPE, State::Running),
        (&w.main, "contract-done", RECIPE, State::Succeeded),
        (&w.main, "contract-refused", "base_model: nova-lite\nguard: { max_tokens: 1 }\n", State::Refused),
        (&w.paused, "contract-queued", RECIPE, State::Queued),
    ];
    let mut targets = Vec::new();
    for (side, dataset, recipe, state) in runs {
        w.upload(side, dataset, "job.yaml", recipe).await?;
        w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
        let run = w.run_in(side, dataset, state).await?;
        if state.is_notified() {
            w.wait_for_messages(side, dataset, "", 1).await?;
        }
        let pk = format!("run#{}", run.run_id);
        let (run_id, uploaded_at) = (Some(run.run_id.into()), Some(run.uploaded_at));
        targets.push(Target { side, dataset, pk, run_id, uploaded_at, state: Some(state) });
    }
    w.upload(&w.main, "contract-bad", "job.yaml", RECIPE).await?;
    w.upload(&w.main, "contract-bad", "train.jsonl", "{\n").await?;
    w.wait_for_messages(&w.main, "contract-bad", "", 1).await?;
    let head = w.main.ledger.dataset("contract-bad").await?.context("a head")?;
    let run_id = head.rejected_run.context("a rejected run")?;
    let run = w.main.ledger.run(&run_id).await?.context("the run")?;
    targets.push(Target {
        side: &w.main,
        dataset: "contract-bad",
        pk: format!("run#{run_id}"),
        run_id: Some(run_id.into()),
        uploaded_at: Some(run.uploaded_at),
        state: Some(State::Rejected),
    });
    w.upload(&w.main, "contract-part", "job.yaml", RECIPE).await?;
    w.incomplete(&w.main, "contract-part").await?;
    let uploaded_at = w.main.ledger.dataset("contract-part").await?.and_then(|head| head.uploaded_at);
    let pk = "dataset#contract-part".to_owned();
    targets.push(Target { side: &w.main, dataset: "contract-part", pk, run_id: None, uploaded_at, state: None });
    w.put(&w.main, "datasets/contract-name/Train.JSONL", b"{}".to_vec()).await?;
    w.wait_for_messages(&w.main, "contract-name", "", 1).await?;
    let pk = tunedrop_run::fingerprint([w.main.bucket(), "datasets/contract-name/Train.JSONL"]);
    let pk = format!("misnamed#{pk}");
    targets.push(Target { side: &w.main, dataset: "contract-name", pk, run_id: None, uploaded_at: None, state: None });
    Ok(targets)
}

/// Ledger items, jobs and messages that the forged events are about.
async fn seen(w: &Harness, targets: &[Target<'_>]) -> Result<BTreeMap<String, Value>> {
    let mut seen = BTreeMap::new();
    for side in [&w.main, &w.paused] {
        let items =
            Items::new(tunedrop_local::http().build()?, w.endpoint().to_owned(), side.deployed.table()?.to_owned());
        for item in items.all().await? {
            let pk = item["pk"]["S"].as_str().unwrap_or_default().to_owned();
            if targets.iter().any(|target| pk.contains(target.dataset) || pk == target.pk) {
                seen.insert(format!("item {pk}"), item);
            }
        }
    }
    for target in targets {
        let subjects: Vec<String> =
            target.side.messages(target.dataset).into_iter().map(|message| message.subject).collect();
        seen.insert(format!("messages on {}", target.dataset), json!(subjects));
        seen.insert(format!("jobs of {}", target.dataset), json!(w.jobs(target.dataset).await?.len()));
    }
    for side in [&w.main, &w.paused] {
        for name in QUEUES {
            let dead = w.waiting(&side.deployed.outputs[&format!("{name}DeadLetterQueueUrl")]).await?;
            seen.insert(format!("dead-letter queue of {} {name}", side.deployed.name), json!(dead));
        }
    }
    Ok(seen)
}

/// Waits until no function has anything left to do.
async fn quiet(w: &Harness) -> Result<()> {
    w.until("the queues to be empty", async || {
        for side in [&w.main, &w.paused] {
            for name in QUEUES {
                if w.waiting(&side.deployed.outputs[&format!("{name}QueueUrl")]).await.ok()? > 0 {
                    return None;
                }
            }
        }
        Some(())
    })
    .await
}

/// Returns events as a function would put them, but false: the keys and times are the item's own, and everything else
/// is made up.
fn plausible(target: &Target<'_>) -> Vec<(Kind, Value)> {
    let mut events = Vec::new();
    for kind in senders::ALL.iter().filter(|kind| !senders::COMMANDS.contains(kind)) {
        let announced = State::ALL.into_iter().find(|state| state.announcement() == Some(*kind));
        for (state, repeated) in [(target.state, false), (target.state, true), (announced, false), (announced, true)] {
            for item in [None, Some(&target.pk)] {
                let mut detail = evil(target);
                (detail["item"], detail["state"], detail["reuploaded"]) = (json!(item), json!(state), json!(repeated));
                events.push((*kind, without_nulls(detail)));
            }
        }
    }
    events
}

/// Returns events in which each field in turn has another type, is far too long, or belongs to another item, for every
/// kind that a function reads.
fn hostile(target: &Target<'_>) -> Result<Vec<(Kind, Value)>> {
    let whole = without_nulls(evil(target));
    let values = [
        json!("x".repeat(30_000)),
        json!(-1),
        json!(null),
        json!([EVIL]),
        json!({ "a": EVIL }),
        json!("2099-01-01T00:00:00.000Z"),
        json!("dataset#contract-part"),
        json!("run#"),
    ];
    let kinds: Vec<Kind> = senders::ALL.iter().copied().filter(|kind| !senders::COMMANDS.contains(kind)).collect();
    let mut events = Vec::new();
    for name in whole.as_object().context("a map")?.keys().filter(|name| *name != "stack") {
        for value in &values {
            let kind = kinds[events.len() % kinds.len()];
            let mut detail = whole.clone();
            detail[name] = value.clone();
            events.push((kind, detail));
        }
    }
    Ok(events)
}

/// A detail with every field set. Everything except keys and times is made up.
fn evil(target: &Target<'_>) -> Value {
    let text = |what: &str| format!("{what} https://{EVIL}/{what}");
    let arn = |kind: &str| format!("arn:aws:bedrock:us-east-1:666666666666:{kind}/{EVIL}");
    json!({
        "version": VERSION,
        "stack": target.side.deployed.name,
        "run_id": target.run_id,
        "item": target.pk,
        "dataset": target.dataset,
        "state": target.state,
        "uploaded_at": target.uploaded_at,
        "launch_after": target.uploaded_at,
        "reuploaded": true,
        "base_model": text("base_model"),
        "records": u64::MAX,
        "errors": u64::MAX,
        "warnings": u64::MAX,
        "findings": vec![format!("https://{EVIL}/finding"); 9],
        "missing_files": [format!("https://{EVIL}/file")],
        "job_arn": arn("model-customization-job"),
        "model_arn": arn("custom-model"),
        "reason": text("reason"),
        "training_loss": -1e300,
        "validation_loss": 1e300,
        "report": format!("s3://{EVIL}/report.html"),
        "notify": [format!("ada@{EVIL}")],
        "owner": text("owner"),
        "uploader": text("uploader"),
        "fixed": text("fixed"),
        "kind": "Run Succeeded",
        "severity": "info",
        "subject": text("subject"),
        "text": text("text"),
        "by": text("by"),
    })
}

/// Removes fields without a value, as in real events.
fn without_nulls(mut detail: Value) -> Value {
    if let Some(fields) = detail.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    detail
}

/// Returns events as Bedrock would put them on the default bus, for one of the jobs or for an unknown one.
fn of_bedrock(target: &Target<'_>, status: &str, known: bool) -> Value {
    let arn = if known {
        Value::Null
    } else {
        json!(format!("arn:aws:bedrock:us-east-1:666666666666:model-customization-job/{EVIL}"))
    };
    json!({
        "jobName": target.run_id.as_deref().unwrap_or(target.dataset),
        "jobArn": arn,
        "jobStatus": status,
        "outputModelArn": format!("arn:aws:bedrock:us-east-1:666666666666:custom-model/{EVIL}"),
        "failureMessage": format!("https://{EVIL}/failure"),
    })
}

/// Puts events without the typed adapter. A call accepts ten entries and 256 KB (EventBridge API reference, PutEvents).
async fn put(w: &Harness, bus: &str, events: Vec<(Kind, Value)>) -> Result<()> {
    for some in events.chunks(5) {
        let entry = |(kind, detail): &(Kind, Value)| {
            let entry = PutEventsRequestEntry::builder().event_bus_name(bus).source(SOURCE);
            entry.detail_type(kind.as_str()).detail(detail.to_string()).build()
        };
        let answer = w.events.put_events().set_entries(Some(some.iter().map(entry).collect())).send().await?;
        ensure!(answer.failed_entry_count() == 0, "{:?}", answer.entries());
    }
    Ok(())
}

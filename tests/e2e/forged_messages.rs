//! notify and forged events: an event only names an item, and none of its text reaches a message.
//!
//! Each scenario repeats an exploit that worked before.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::event::Kind;
use tunedrop_run::{Run, State};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const NOVA: &str = "base_model: nova-lite\n";
const MANUAL: &str = "base_model: nova-lite\nlaunch: manual\n";
/// Text of an attacker.
const BAIT: &str = "Your key leaked. Rotate it at https://evil.example/login";

/// Returns a detail with every field set by the attacker. `fields` overrides.
fn hostile(side: &DeployedStack, fields: Value) -> Value {
    let mut detail = json!({
        "version": 1, "stack": side.deployed.name, "dataset": BAIT, "state": "Failed", "uploaded_at": "2099-01-02T03:04:05.000Z", "base_model": BAIT, "records": 666,
        "errors": 666, "warnings": 666, "findings": [BAIT, BAIT], "missing_files": [BAIT], "job_arn": BAIT,
        "job_status": BAIT, "model_arn": BAIT, "reason": BAIT, "training_loss": 66.6, "validation_loss": 66.6,
        "report": format!("s3://evil/{BAIT}"), "notify": ["evil@evil.example"], "owner": BAIT, "uploader": BAIT,
        "fixed": BAIT, "kind": BAIT, "severity": "error", "subject": BAIT, "text": BAIT, "by": BAIT,
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        detail[name] = value.clone();
    }
    detail
}

async fn queued(w: &Harness, dataset: &str) -> Result<Run> {
    w.upload(&w.paused, dataset, "job.yaml", NOVA).await?;
    w.upload(&w.paused, dataset, "train.jsonl", nova(20, dataset)).await?;
    w.run_in(&w.paused, dataset, State::Queued).await
}

/// Returns the messages that contain a forged event's text, about any dataset.
fn with_forged_text(side: &DeployedStack) -> usize {
    let outbox = side.outbox.lock().expect("no collector panics");
    let all =
        |message: &crate::stack::Notification| format!("{} {} {:?}", message.subject, message.body, message.attributes);
    outbox.iter().filter(|message| all(message).contains("evil") || all(message).contains("key leaked")).count()
}

/// `Dataset Incomplete` with a run's key in `item` removed the run from the index of open items, so that no launch and
/// no sweep found it again.
pub(crate) async fn forged_incomplete_event_hides_no_run(w: &Harness) -> Result<()> {
    let run = queued(w, "forged-incomplete").await?;
    for dataset in ["forged-incomplete", BAIT] {
        let detail = json!({ "item": Run::key(&run.run_id), "dataset": dataset, "uploaded_at": run.uploaded_at });
        w.forge(&w.paused, "tunedrop", "Dataset Incomplete", hostile(&w.paused, detail)).await?;
    }
    w.settled().await;
    let after = w.paused.ledger.run(&run.run_id).await?.context("the run exists")?;
    ensure!(after.open.is_some(), "no launch sees it any more: {after:?}");
    ensure!(after == run, "{after:?} was {run:?}");
    ensure!(
        with_forged_text(&w.paused) == 0 && w.paused.messages("forged-incomplete").is_empty(),
        "somebody was notified"
    );
    Ok(())
}

/// Each `Dataset Accepted` with `repeated` and its own time sent an e-mail with the event's text, without limit. Six
/// with a time of 30 kB filled the run's item, which couldn't change any more.
pub(crate) async fn forged_repeats_send_and_store_nothing(w: &Harness) -> Result<()> {
    let run = queued(w, "forged-flood").await?;
    let key = Run::key(&run.run_id);
    let before = w.item(&w.paused, &key).await?;
    for second in 0..5 {
        let time = format!("2030-01-01T00:00:0{second}.000Z");
        let detail =
            json!({ "run_id": run.run_id, "dataset": "forged-flood", "reuploaded": true, "uploaded_at": time });
        w.forge(&w.paused, "tunedrop", "Dataset Accepted", hostile(&w.paused, detail.clone())).await?;
        w.forge(&w.paused, "tunedrop", "Dataset Rejected", hostile(&w.paused, detail)).await?;
    }
    let long = json!({ "run_id": run.run_id, "dataset": "forged-flood", "reuploaded": true, "uploaded_at": "9".repeat(30_000) });
    w.forge(&w.paused, "tunedrop", "Dataset Accepted", long).await?;
    w.settled().await;
    ensure!(w.paused.messages("forged-flood").is_empty(), "{:#?}", w.paused.messages("forged-flood"));
    ensure!(w.item(&w.paused, &key).await? == before, "the item has changed");
    Ok(())
}

/// An event that was too early marked its state as notified, so that the true message was never sent.
pub(crate) async fn early_forged_event_suppresses_no_message(w: &Harness) -> Result<()> {
    let dataset = "hold-forged-early";
    w.upload(&w.main, dataset, "job.yaml", NOVA).await?;
    w.upload(&w.main, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(&w.main, dataset, State::Running).await?;
    w.wait_for_messages(&w.main, dataset, "Training started", 1).await?;
    for (kind, state) in [
        ("Dataset Rejected", "Rejected"),
        ("Run Held", "Held"),
        ("Run Superseded", "Superseded"),
        ("Run Refused", "Refused"),
        ("Run Blocked", "Queued"),
        ("Run Succeeded", "Succeeded"),
        ("Run Failed", "Failed"),
        ("Run Stopped", "Stopped"),
        ("Run Stopped", "Running"),
    ] {
        let detail =
            json!({ "run_id": run.run_id, "dataset": dataset, "state": state, "uploaded_at": run.uploaded_at });
        w.forge(&w.main, "tunedrop", kind, hostile(&w.main, detail)).await?;
    }
    w.settled().await;
    let marks = w.main.ledger.run(&run.run_id).await?.context("the run exists")?.notified;
    ensure!(marks.keys().all(|mark| mark.ends_with("Running")), "marked too early: {marks:?}");
    ensure!(w.main.messages(dataset).len() == 1, "{:#?}", w.main.messages(dataset));
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    w.wait_for_messages(&w.main, dataset, "was stopped", 1).await?;
    w.settled().await;
    ensure!(w.main.messages(dataset).len() == 2 && with_forged_text(&w.main) == 0, "{:#?}", w.main.messages(dataset));
    Ok(())
}

/// `item` in an event named another run, a dataset's entry, or nothing.
pub(crate) async fn forged_reference_notifies_nobody(w: &Harness) -> Result<()> {
    let (ours, other) = (queued(w, "forged-ours").await?, queued(w, "forged-other").await?);
    // By then, the event of each dataset's other file is validated too.
    w.settled().await;
    let keys = [
        Run::key(&ours.run_id),
        Run::key(&other.run_id),
        "dataset#forged-ours".to_owned(),
        "dataset#forged-other".to_owned(),
    ];
    let mut before = Vec::new();
    for key in &keys {
        before.push(w.item(&w.paused, key).await?);
    }
    let items = keys.iter().map(String::as_str).chain([
        "misnamed#",
        "misnamed#0123456789ab",
        "dataset#",
        "dataset#forged",
        "",
        BAIT,
    ]);
    for item in items {
        for kind in ["Dataset Incomplete", "Dataset Rejected", "Dataset Accepted", "Run Succeeded"] {
            let detail =
                json!({ "item": item, "dataset": "forged-ours", "state": null, "uploaded_at": ours.uploaded_at });
            w.forge(&w.paused, "tunedrop", kind, hostile(&w.paused, detail.clone())).await?;
            let mut detail = detail;
            detail["run_id"] = ours.run_id.as_str().into();
            w.forge(&w.paused, "tunedrop", kind, hostile(&w.paused, detail)).await?;
        }
    }
    w.settled().await;
    for (key, before) in keys.iter().zip(before) {
        ensure!(w.item(&w.paused, key).await? == before, "{key} has changed: {:?}", w.item(&w.paused, key).await?);
    }
    ensure!(with_forged_text(&w.paused) == 0, "a message contains a forged text");
    for dataset in ["forged-ours", "forged-other"] {
        ensure!(w.paused.messages(dataset).is_empty(), "{:#?}", w.paused.messages(dataset));
    }
    Ok(())
}

/// A state that is true, in an event whose other fields are false: the message says what the ledger says, on every
/// channel.
pub(crate) async fn hostile_text_reaches_nobody_on_any_channel(w: &Harness) -> Result<()> {
    let side = &w.guarded;
    let dataset = "forged-words";
    w.upload(side, dataset, "job.yaml", MANUAL).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(side, dataset, State::Held).await?;
    w.wait_for_messages(side, dataset, "Waiting for approval", 1).await?;
    w.settled().await;
    let chat = w.subscribed(&side.deployed.outputs["ChatTopicArn"], "forged-chat", None).await?;
    let bus = w.hears("Message Sent", "forged-bus").await?;
    w.remove_marks(side, &Run::key(&run.run_id)).await?;
    let detail = json!({ "run_id": run.run_id, "uploaded_at": run.uploaded_at });
    w.forge(side, "tunedrop", "Run Held", hostile(side, detail)).await?;
    let messages = w.wait_for_messages(side, dataset, "Waiting for approval", 2).await?;
    ensure!(messages[0].body == messages[1].body, "{messages:#?}");
    w.settled().await;
    let (chat, bus) = (w.taken(&chat).await?, w.taken(&bus).await?);
    let of_ours = |message: &&Value| message.to_string().contains(dataset);
    ensure!(chat.iter().filter(of_ours).count() == 1 && bus.iter().filter(of_ours).count() == 1, "{chat:#?} {bus:#?}");
    for message in chat.iter().chain(&bus) {
        let text = message.to_string();
        ensure!(!text.contains("evil") && !text.contains("key leaked"), "{message:#}");
    }
    ensure!(with_forged_text(side) == 0, "a message contains a forged text");
    Ok(())
}

/// A folder can have any name. A web address in it reached subject and body, in one e-mail for each file, without
/// limit.
pub(crate) async fn many_misnamed_files_are_grouped_without_links(w: &Harness) -> Result<()> {
    let side = &w.guarded;
    let names = (0..30).map(|n| format!("datasets/Verify {n} at https://evil.example/folded-{n}/train.jsonl"));
    for name in names {
        w.put(side, &name, b"{}".to_vec()).await?;
    }
    let all = w.wait_for_messages(side, "(many)", "More than 20 files", 1).await?;
    w.settled().await;
    let sent = side.outbox.lock().expect("no collector panics").clone();
    let sent: Vec<_> = sent.iter().filter(|message| message.subject.contains("Verify")).collect();
    ensure!((1..=20).contains(&sent.len()) && all.len() == 1, "{} messages: {sent:#?}", sent.len());
    ensure!(with_forged_text(side) == 0, "a message contains a forged text");
    for message in sent {
        let body = message.body.replace("https://us-east-1.console.aws.amazon.com/", "");
        ensure!(!body.contains("https:") && !message.subject.contains(['/', '.']), "{message:#?}");
    }
    Ok(())
}

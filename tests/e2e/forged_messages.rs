//! notify against events that somebody else puts: an event says where to look, and nothing that it says reaches anybody.
//!
//! What such an event must not do is shown by what it did: each scenario is named for an exploit that worked.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::event::Kind;
use tunedrop_run::{Run, State};

use crate::data::nova;
use crate::side::Side;
use crate::world::World;

const NOVA: &str = "base_model: nova-lite\n";
const MANUAL: &str = "base_model: nova-lite\nlaunch: manual\n";
/// What an attacker would like somebody to read.
const BAIT: &str = "Your key leaked. Rotate it at https://evil.example/login";

/// Every field of a detail, saying what the attacker wants; `fields` on top.
fn hostile(side: &Side, fields: Value) -> Value {
    let mut detail = json!({
        "version": 1, "stack": side.deployed.name, "dataset": BAIT, "state": "Failed", "dropped_at": "2099-01-02T03:04:05.000Z", "base_model": BAIT, "records": 666,
        "errors": 666, "warnings": 666, "findings": [BAIT, BAIT], "waits_for": [BAIT], "job_arn": BAIT,
        "job_status": BAIT, "model_arn": BAIT, "reason": BAIT, "training_loss": 66.6, "validation_loss": 66.6,
        "report": format!("s3://evil/{BAIT}"), "notify": ["evil@evil.example"], "owner": BAIT, "dropped_by": BAIT,
        "mended": BAIT, "about": BAIT, "severity": "error", "subject": BAIT, "text": BAIT, "by": BAIT,
    });
    for (name, value) in fields.as_object().into_iter().flatten() {
        detail[name] = value.clone();
    }
    detail
}

async fn queued(w: &World, dataset: &str) -> Result<Run> {
    w.drop(&w.paused, dataset, "job.yaml", NOVA).await?;
    w.drop(&w.paused, dataset, "train.jsonl", nova(20, dataset)).await?;
    w.run_in(&w.paused, dataset, State::Queued).await
}

/// What went to the topic in a forged event's words, whatever dataset it names.
fn baited(side: &Side) -> usize {
    let outbox = side.outbox.lock().expect("no collector panics");
    let all = |told: &crate::side::Told| format!("{} {} {:?}", told.subject, told.body, told.attributes);
    outbox.iter().filter(|told| all(told).contains("evil") || all(told).contains("key leaked")).count()
}

/// `Dataset Incomplete` with a run's key in `item` took the run out of the index of what is open, so that no launch and no
/// sweep saw it again.
pub(crate) async fn incomplete_with_a_runs_key_takes_no_run_out_of_view(w: &World) -> Result<()> {
    let run = queued(w, "forged-incomplete").await?;
    for dataset in ["forged-incomplete", BAIT] {
        let detail = json!({ "item": Run::key(&run.run_id), "dataset": dataset, "dropped_at": run.since });
        w.forge(&w.paused, "tunedrop", "Dataset Incomplete", hostile(&w.paused, detail)).await?;
    }
    w.settled().await;
    let after = w.paused.ledger.run(&run.run_id).await?.context("the run is there")?;
    ensure!(after.open.is_some(), "no launch sees it any more: {after:?}");
    ensure!(after == run, "{after:?} was {run:?}");
    ensure!(baited(&w.paused) == 0 && w.paused.messages("forged-incomplete").is_empty(), "somebody was notified");
    Ok(())
}

/// Each `Dataset Accepted` with `repeated` and a time of its own sent a mail in the event's words, without limit; six with a
/// time of 30 kB filled the run's item, and it could not change any more.
pub(crate) async fn repeated_flood_sends_nothing_and_fills_no_item(w: &World) -> Result<()> {
    let run = queued(w, "forged-flood").await?;
    let key = Run::key(&run.run_id);
    let before = w.item(&w.paused, &key).await?;
    for second in 0..5 {
        let time = format!("2030-01-01T00:00:0{second}.000Z");
        let detail = json!({ "run_id": run.run_id, "dataset": "forged-flood", "repeated": true, "dropped_at": time });
        w.forge(&w.paused, "tunedrop", "Dataset Accepted", hostile(&w.paused, detail.clone())).await?;
        w.forge(&w.paused, "tunedrop", "Dataset Rejected", hostile(&w.paused, detail)).await?;
    }
    let long =
        json!({ "run_id": run.run_id, "dataset": "forged-flood", "repeated": true, "dropped_at": "9".repeat(30_000) });
    w.forge(&w.paused, "tunedrop", "Dataset Accepted", long).await?;
    w.settled().await;
    ensure!(w.paused.messages("forged-flood").is_empty(), "{:#?}", w.paused.messages("forged-flood"));
    ensure!(w.item(&w.paused, &key).await? == before, "the item has changed");
    Ok(())
}

/// An event before its time marked its state as notified, so that the true message was never sent.
pub(crate) async fn event_before_its_time_silences_no_message(w: &World) -> Result<()> {
    let dataset = "hold-forged-early";
    w.drop(&w.main, dataset, "job.yaml", NOVA).await?;
    w.drop(&w.main, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(&w.main, dataset, State::Running).await?;
    w.told(&w.main, dataset, "training has started", 1).await?;
    for (kind, state) in [
        ("Dataset Rejected", "Rejected"),
        ("Run Held", "Held"),
        ("Run Superseded", "Superseded"),
        ("Run Refused", "Refused"),
        ("Run Waiting", "Queued"),
        ("Run Succeeded", "Succeeded"),
        ("Run Failed", "Failed"),
        ("Run Stopped", "Stopped"),
        ("Run Stopped", "Running"),
    ] {
        let detail = json!({ "run_id": run.run_id, "dataset": dataset, "state": state, "dropped_at": run.since });
        w.forge(&w.main, "tunedrop", kind, hostile(&w.main, detail)).await?;
    }
    w.settled().await;
    let told = w.main.ledger.run(&run.run_id).await?.context("the run is there")?.told;
    ensure!(told.keys().all(|mark| mark.ends_with("Running")), "marked before its time: {told:?}");
    ensure!(w.main.messages(dataset).len() == 1, "{:#?}", w.main.messages(dataset));
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    w.told(&w.main, dataset, "was stopped", 1).await?;
    w.settled().await;
    ensure!(w.main.messages(dataset).len() == 2 && baited(&w.main) == 0, "{:#?}", w.main.messages(dataset));
    Ok(())
}

/// `item` pointed an event at another run, at a head, or at nothing.
pub(crate) async fn event_that_points_elsewhere_notifies_of_nothing(w: &World) -> Result<()> {
    let (ours, other) = (queued(w, "forged-ours").await?, queued(w, "forged-other").await?);
    // The event of each dataset's other file is validated by then, too.
    w.settled().await;
    let keys =
        [Run::key(&ours.run_id), Run::key(&other.run_id), "set#forged-ours".to_owned(), "set#forged-other".to_owned()];
    let mut before = Vec::new();
    for key in &keys {
        before.push(w.item(&w.paused, key).await?);
    }
    let items = keys.iter().map(String::as_str).chain(["name#", "name#0123456789ab", "set#", "set#forged", "", BAIT]);
    for item in items {
        for kind in ["Dataset Incomplete", "Dataset Rejected", "Dataset Accepted", "Run Succeeded"] {
            let detail = json!({ "item": item, "dataset": "forged-ours", "state": null, "dropped_at": ours.since });
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
    ensure!(baited(&w.paused) == 0, "somebody read the bait");
    for dataset in ["forged-ours", "forged-other"] {
        ensure!(w.paused.messages(dataset).is_empty(), "{:#?}", w.paused.messages(dataset));
    }
    Ok(())
}

/// A state that is true, in an event that says anything else: the message says what the ledger says, on every way.
pub(crate) async fn hostile_words_reach_nobody_on_any_way(w: &World) -> Result<()> {
    let side = &w.guarded;
    let dataset = "forged-words";
    w.drop(side, dataset, "job.yaml", MANUAL).await?;
    w.drop(side, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(side, dataset, State::Held).await?;
    w.told(side, dataset, "waits for approval", 1).await?;
    w.settled().await;
    let chat = w.subscribed(&side.deployed.outputs["ChatTopicArn"], "forged-chat", None).await?;
    let bus = w.hears("Message Sent", "forged-bus").await?;
    w.forget_told(side, &Run::key(&run.run_id)).await?;
    let detail = json!({ "run_id": run.run_id, "dropped_at": run.since });
    w.forge(side, "tunedrop", "Run Held", hostile(side, detail)).await?;
    let told = w.told(side, dataset, "waits for approval", 2).await?;
    ensure!(told[0].body == told[1].body, "{told:#?}");
    w.settled().await;
    let (chat, bus) = (w.taken(&chat).await?, w.taken(&bus).await?);
    let of_ours = |said: &&Value| said.to_string().contains(dataset);
    ensure!(chat.iter().filter(of_ours).count() == 1 && bus.iter().filter(of_ours).count() == 1, "{chat:#?} {bus:#?}");
    for said in chat.iter().chain(&bus) {
        let text = said.to_string();
        ensure!(!text.contains("evil") && !text.contains("key leaked"), "{said:#}");
    }
    ensure!(baited(side) == 0, "somebody read the bait");
    Ok(())
}

/// A folder's name is anybody's text: a web address in it reached subject and body, a mail for each file, without limit.
pub(crate) async fn misnamed_flood_is_folded_and_links_nowhere(w: &World) -> Result<()> {
    let side = &w.guarded;
    let names = (0..30).map(|n| format!("datasets/Verify {n} at https://evil.example/folded-{n}/train.jsonl"));
    for name in names {
        w.put(side, &name, b"{}".to_vec()).await?;
    }
    let all = w.told(side, "(many)", "More than 20 files", 1).await?;
    w.settled().await;
    let sent = side.outbox.lock().expect("no collector panics").clone();
    let sent: Vec<_> = sent.iter().filter(|told| told.subject.starts_with("Verify")).collect();
    ensure!((1..=20).contains(&sent.len()) && all.len() == 1, "{} messages: {sent:#?}", sent.len());
    ensure!(baited(side) == 0, "somebody read the bait");
    for told in sent {
        let body = told.body.replace("https://us-east-1.console.aws.amazon.com/", "");
        ensure!(!body.contains("https:") && !told.subject.contains(['/', '.']), "{told:#?}");
    }
    Ok(())
}

//! A new version of a dataset is compared with the last accepted one, and the records that stand out are listed after a
//! failure.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::State;

use crate::harness::Harness;

const RECIPE: &str = "base_model: nova-lite\nquality: standard\n";

/// A conversation whose answer has that many sentences.
fn record(number: usize, sentences: usize, french: bool) -> String {
    let words: String = (0..12).map(|at| format!(" w{}", (number * 97 + at * 131) % 7919)).collect();
    let sentence = |at: usize| match french {
        true => format!("Le colis {} est arrivé hier dans notre magasin de la ville avec une lettre. ", number + at),
        false => format!("The parcel {} arrived in our store of the city with a letter yesterday. ", number + at),
    };
    let answer: String = (0..sentences).map(sentence).collect();
    let turn = |role: &str, text: &str| json!({"role": role, "content": [{"text": text}]});
    let messages = [turn("user", words.trim()), turn("assistant", answer.trim())];
    format!("{}\n", json!({"schemaVersion": "bedrock-conversation-2024", "messages": messages}))
}

pub(crate) async fn new_version_is_compared_and_suspects_of_a_failure_are_listed(w: &Harness) -> Result<()> {
    let name = "fails-drifting";
    let first: String = (0..300).map(|number| record(number, 1 + number % 3, false)).collect();
    w.upload(&w.main, name, "train.jsonl", first).await?;
    w.upload(&w.main, name, "job.yaml", RECIPE).await?;
    let before = w.run_in(&w.main, name, State::Failed).await?;
    let report = w.read_json(&w.main, &format!("reports/{name}/{}/report.json", before.run_id)).await?;
    ensure!(report["quality"]["compared"].is_null() && before.drift.is_none(), "nothing to compare with: {report}");

    // Longer answers, a sixth of them in French, and a record with a character that no other has.
    let strange = record(400, 5, false).replace("arrived", "arri\u{e000}ed");
    let second: String =
        (0..300).map(|number| record(number, 4 + number % 3, number % 6 == 0)).chain([strange]).collect();
    w.upload(&w.main, name, "train.jsonl", second).await?;
    let failed = async || {
        let run_id = w.main.ledger.dataset(name).await.ok()??.latest_run?;
        let run = w.main.ledger.run(&run_id).await.ok()??;
        (run.run_id != before.run_id && run.state == State::Failed).then_some(run)
    };
    let run = w.until("the run of the second version to fail", failed).await?;
    let page = format!("reports/{name}/{}/report", run.run_id);
    let report = w.read_json(&w.main, &format!("{page}.json")).await?;
    let compared = &report["quality"]["compared"];
    ensure!(compared["with"] == before.run_id.as_str() && compared["records_before"] == 300, "{compared}");
    let changes = compared["changes"].as_array().cloned().unwrap_or_default();
    let of = |what: &str| changes.iter().find(|change| change["what"] == what && change["now"].as_f64() > Some(0.1));
    let text =
        |change: Option<&Value>| change.and_then(|change| change["text"].as_str()).unwrap_or_default().to_owned();
    ensure!(text(of("answer-length")).starts_with("answers are "), "{changes:#?}");
    ensure!(text(of("language")).ends_with("of records are in French, before 0%"), "{changes:#?}");
    ensure!(report["findings"]["counts"]["data-drift"].as_u64() >= Some(2), "{}", report["findings"]["counts"]);
    let html = w.read(&w.main, &format!("{page}.html")).await?;
    ensure!(String::from_utf8_lossy(&html).contains("Compared with the last accepted version"), "the page says it");
    w.wait_for_messages(&w.main, name, "Compared with the last accepted version: ", 1).await?;

    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", run.run_id)).await?;
    let suspects = outcome["suspects"]["known"]["suspects"].as_array().cloned().unwrap_or_default();
    ensure!(suspects.iter().any(|one| one["line"] == 301 && one["reasons"][0] == "rare-characters"), "{outcome}");
    for key in ["sketch.bin", "suspects.json"] {
        let kept = w.read(&w.main, &format!("runs/{}/{key}", run.run_id)).await?;
        ensure!(kept.len() <= 4096 && !String::from_utf8_lossy(&kept).contains("parcel"), "{key} has no text");
    }

    // A damaged sketch is said, and nothing fails.
    w.put(&w.main, &format!("runs/{}/sketch.bin", run.run_id), b"tdsketch".to_vec()).await?;
    let third: String = (0..300).map(|number| record(number + 500, 4, false)).collect();
    w.upload(&w.main, name, "train.jsonl", third).await?;
    w.until("the report on the third version", async || {
        let report = w.read_json(&w.main, &format!("reports/{name}/latest.json")).await.ok()?;
        (report["quality"]["compared"]["not_compared"] == "its sketch is damaged").then_some(())
    })
    .await
}

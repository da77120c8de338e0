//! Refusals by guards and by Bedrock.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tunedrop_local::bedrock::CallFault;
use tunedrop_run::{Run, State, Timestamp};

use crate::data::{nova, pairs};
use crate::harness::Harness;
use crate::stack::DeployedStack;

/// Returns the run of a dataset whose launch is refused, with these words in the reason and the message.
async fn refused(
    w: &Harness,
    side: &DeployedStack,
    dataset: &str,
    recipe: &str,
    data: String,
    words: &str,
) -> Result<Run> {
    w.upload(side, dataset, "job.yaml", recipe).await?;
    w.upload(side, dataset, "train.jsonl", data).await?;
    let run = w.run_in(side, dataset, State::Refused).await?;
    ensure!(
        run.reason.as_deref().is_some_and(|reason| reason.contains(words)),
        "{:?} does not say {words:?}",
        run.reason
    );
    let messages = w.wait_for_messages(side, dataset, words, 1).await?;
    ensure!(messages.len() == 1 && messages[0].attributes["state"] == "Refused", "{messages:#?}");
    ensure!(w.jobs(dataset).await?.is_empty(), "no job");
    let outcome = w.read_json(side, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["state"] == "Refused" && outcome["failure_message"] == json!(run.reason), "{outcome}");
    let page = String::from_utf8(w.read(side, &format!("runs/{}/outcome.html", run.run_id)).await?)?;
    ensure!(page.contains("<h2>Reason</h2>"), "the page says why");
    Ok(run)
}

pub(crate) async fn refuses_a_withdrawn_model_and_suggests_another(w: &Harness) -> Result<()> {
    let run =
        refused(w, &w.main, "withdrawn", "base_model: titan-text-express\n", pairs(20, "withdrawn"), "nova").await?;
    ensure!(run.errors == 0, "the data itself is valid: {run:?}");
    Ok(())
}

pub(crate) async fn token_guard_refuses(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nguard: { max_tokens: 100 }\n";
    refused(w, &w.main, "guard-tokens", recipe, nova(40, "tokens"), "guard.max_tokens is 100").await?;
    Ok(())
}

pub(crate) async fn cost_guard_without_a_price_refuses(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nguard: { max_cost_usd: 40 }\n";
    refused(w, &w.main, "guard-cost", recipe, nova(40, "cost"), "no price is known").await?;
    let recipe = "base_model: nova-lite\nguard: { max_cost_usd: 40 }\nprice_per_1k_tokens: 0.001\n";
    w.upload(&w.main, "guard-priced", "job.yaml", recipe).await?;
    w.upload(&w.main, "guard-priced", "train.jsonl", nova(40, "cost")).await?;
    w.run_in(&w.main, "guard-priced", State::Succeeded).await?;
    Ok(())
}

pub(crate) async fn stack_guard_overrides_the_recipe(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nguard: { max_tokens: 500000000 }\n";
    refused(w, &w.guarded, "stack-guard", recipe, nova(1000, "stack guard"), "MaxTokensPerRun").await?;
    Ok(())
}

pub(crate) async fn refuses_a_model_that_the_stack_does_not_allow(w: &Harness) -> Result<()> {
    refused(w, &w.guarded, "not-allowed", "base_model: nova-pro\n", nova(20, "not allowed"), "AllowedBaseModels")
        .await?;
    Ok(())
}

/// Bedrock's lifecycle status of a model overrides the catalogue's.
pub(crate) async fn refuses_a_legacy_model(w: &Harness) -> Result<()> {
    w.faults(json!({ "lifecycle": { "amazon.nova-pro-v1:0:300k": "LEGACY" } })).await?;
    w.upload(&w.main, "legacy", "job.yaml", "base_model: nova-pro\n").await?;
    w.upload(&w.main, "legacy", "train.jsonl", nova(20, "legacy")).await?;
    let run = w.run_in(&w.main, "legacy", State::Refused).await?;
    ensure!(run.reason.as_deref().is_some_and(|reason| reason.contains("legacy")), "{run:?}");
    w.wait_for_messages(&w.main, "legacy", "legacy", 1).await?;
    Ok(())
}

/// People learn of the day on which a base model becomes legacy when a run is launched, and from its outcome report.
pub(crate) async fn launch_warns_of_a_model_that_becomes_legacy_soon(w: &Harness) -> Result<()> {
    let soon = Timestamp::from_second(Timestamp::now().as_second() + 30 * 86_400)?.to_string();
    w.faults(json!({ "legacy_from": { "amazon.nova-micro-v1:0:128k": soon } })).await?;
    w.upload(&w.main, "soon-legacy", "job.yaml", "base_model: nova-micro\n").await?;
    w.upload(&w.main, "soon-legacy", "train.jsonl", nova(20, "soon legacy")).await?;
    let run = w.run_in(&w.main, "soon-legacy", State::Succeeded).await?;
    w.faults(json!({ "legacy_from": {} })).await?;
    let warning = run.lifecycle_warning.clone().with_context(|| format!("no warning in {run:?}"))?;
    let words = format!("becomes legacy on {}", &soon[..10]);
    ensure!(warning.contains(&words), "{warning}");
    w.wait_for_messages(&w.main, "soon-legacy", &words, 2).await?;
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["lifecycle_warning"] == warning, "{outcome:#}");
    Ok(())
}

/// Exploit p14 of the security review: the report and the ledger have Bedrock's full message, and no message has any
/// text of a record.
pub(crate) async fn keeps_bedrocks_refusal_verbatim(w: &Harness) -> Result<()> {
    let words = "The role could not read line 3: Ada Lovelace lives at 12 High Street";
    let fault = json!({ "operation": "CreateModelCustomizationJob", "error": "ValidationException", "message": words, "times": 1 });
    w.faults(json!({ "calls": [fault] })).await?;
    w.upload(&w.main, "bedrock-refuses", "job.yaml", "base_model: nova-lite\n").await?;
    w.upload(&w.main, "bedrock-refuses", "train.jsonl", nova(20, "refused")).await?;
    let run = w.run_in(&w.main, "bedrock-refuses", State::Refused).await?;
    ensure!(run.reason.as_deref() == Some(words), "{run:?}");
    let outcome = w.read_json(&w.main, &format!("runs/{}/outcome.json", run.run_id)).await?;
    ensure!(outcome["failure_message"] == words, "{outcome}");
    w.wait_for_messages(&w.main, "bedrock-refuses", "may quote a record", 1).await?;
    w.settled().await;
    for message in w.main.messages("bedrock-refuses") {
        ensure!(!message.body.contains("Ada") && !message.body.contains("High Street"), "{message:#?}");
    }
    Ok(())
}

const THROTTLED: &str = "passing-throttled";
const LOST: &str = "passing-lost";

/// The first launches of two datasets' runs are throttled, or lose the answer after the job was created.
pub(crate) fn transient_errors() -> Vec<CallFault> {
    [(THROTTLED, "ThrottlingException", false), (LOST, "InternalServerException", true)]
        .map(|(dataset, error, after)| CallFault {
            operation: "CreateModelCustomizationJob".to_owned(),
            job: dataset.to_owned(),
            error: error.to_owned(),
            message: "try again".to_owned(),
            // As often as the SDK tries a call.
            times: Some(3),
            after,
        })
        .into()
}

/// A throttled launch, and one whose answer is lost after the job was created: each ends with one job.
pub(crate) async fn retries_transient_errors(w: &Harness) -> Result<()> {
    let launched = async |dataset: &str| {
        w.upload(&w.main, dataset, "job.yaml", "base_model: nova-lite\n").await?;
        w.upload(&w.main, dataset, "train.jsonl", nova(20, dataset)).await?;
        w.until("the launch to fail or the job to be known", async || {
            let head = w.main.ledger.dataset(dataset).await.ok()??;
            let run = w.main.ledger.run(&head.latest_run?).await.ok()??;
            let over = run.lease_until.is_some_and(|lease| lease <= Timestamp::now().as_second());
            (over || run.job_arn.is_some()).then_some(())
        })
        .await?;
        // Its message may be redelivered later. The sweep is quicker.
        w.sweep(&w.main).await?;
        w.run_in(&w.main, dataset, State::Succeeded).await?;
        ensure!(w.jobs(dataset).await?.len() == 1, "one job");
        Ok(())
    };
    tokio::try_join!(launched(THROTTLED), launched(LOST)).map(|_| ())
}

pub(crate) async fn full_slots_keep_runs_queued(w: &Harness) -> Result<()> {
    w.faults(json!({ "slots": 1, "hold": ["slots-1"] })).await?;
    for i in 1..=3 {
        let dataset = format!("slots-{i}");
        w.upload(&w.main, &dataset, "job.yaml", "base_model: nova-lite\n").await?;
        w.upload(&w.main, &dataset, "train.jsonl", nova(20, &dataset)).await?;
        w.run_in(&w.main, &dataset, if i == 1 { State::Running } else { State::Queued }).await?;
        w.next_second().await;
    }
    w.until("a refusal because no slot is free", async || {
        let head = w.main.ledger.dataset("slots-2").await.ok()??;
        let run = w.main.ledger.run(&head.latest_run?).await.ok()??;
        (run.state == State::Queued && run.blocked_reason.is_some() && run.lease_until.is_none()).then_some(())
    })
    .await?;
    // No slot was free for a day, so people are notified once.
    let then = tunedrop_run::Timestamp::from_second(tunedrop_run::Timestamp::now().as_second() - 90_000)?;
    let head = w.main.ledger.dataset("slots-2").await?.expect("the dataset's entry exists");
    w.set_since(&w.main, &format!("run#{}", head.latest_run.expect("a run")), then).await?;
    for _ in 0..2 {
        w.sweep(&w.main).await?;
        w.wait_for_messages(&w.main, "slots-2", "quota", 1).await?;
    }
    w.settled().await;
    ensure!(w.main.messages("slots-2").len() == 1, "notified once: {:#?}", w.main.messages("slots-2"));
    w.faults(json!({ "hold": [] })).await?;
    for i in 1..=3 {
        w.run_in(&w.main, &format!("slots-{i}"), State::Succeeded).await?;
    }
    Ok(())
}

/// A price, and the stack's own model. Then a catalogue that can't be read.
pub(crate) async fn stack_catalogue_extends_the_built_in_one(w: &Harness) -> Result<()> {
    const CATALOGUE: &str = "config/catalogue.toml";
    let catalogue = "[[model]]\nalias = \"nova-lite\"\naliases = [\"our-lite\"]\nprice_per_1k_tokens = 0.5\n";
    w.put(&w.main, CATALOGUE, catalogue.into()).await?;
    let recipe = "base_model: our-lite\nguard: { max_cost_usd: 0.01 }\n";
    w.upload(&w.main, "priced", "job.yaml", recipe).await?;
    w.upload(&w.main, "priced", "train.jsonl", nova(20, "priced")).await?;
    let run = w.run_in(&w.main, "priced", State::Refused).await?;
    let reason = run.reason.unwrap_or_default();
    ensure!(reason.contains("0.01") && !reason.contains("no price is known"), "{reason}");

    w.put(&w.main, CATALOGUE, b"[[model]]\nalias = \"nova-lite\"\nprise = 1\n".to_vec()).await?;
    w.upload(&w.main, "no-catalogue", "train.jsonl", nova(20, "no catalogue")).await?;
    w.upload(&w.main, "no-catalogue", "job.yaml", "base_model: nova-lite\n").await?;
    let report = w.report(&w.main, "no-catalogue", "Rejected").await?;
    let finding = &report["findings"]["kept"][0];
    ensure!(finding["code"] == "invalid-catalogue" && finding["file"] == CATALOGUE, "{report:#}");
    ensure!(finding["message"].as_str().unwrap_or_default().contains("`prise`"), "{finding:#}");
    w.s3.delete_object().bucket(w.main.bucket()).key(CATALOGUE).send().await?;
    // The same files again, and nothing blocks them.
    w.upload(&w.main, "no-catalogue", "job.yaml", "base_model: nova-lite\n").await?;
    w.run_in(&w.main, "no-catalogue", State::Succeeded).await?;
    Ok(())
}

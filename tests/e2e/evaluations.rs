//! Evaluations: from a command through the models' answers to a decision, and what interrupts or ends one.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_run::evaluation::{CHUNK_RECORDS, temporary_deployment};
use tunedrop_run::event::{EvaluationCommand, EvaluationSettings, Event};
use tunedrop_run::{
    Against, DeployPlan, DeployWhen, Deployment, DeploymentState, EvaluationEntry, EvaluationPlan, EvaluationState,
    Run, State, Timestamp,
};

use crate::harness::Harness;
use crate::metrics::dataset_values;

const RECIPE: &str = "base_model: nova-lite\nvalidation: validation.jsonl\n";
const TRAIN: &str = include_str!("../samples/crates/nova/train.jsonl");
const VALIDATION: &str = include_str!("../samples/crates/nova/validation.jsonl");
const RECORDS: u64 = 60;

/// Trains the crates sample, whose validation file has other questions about the same crates.
async fn train(w: &Harness, dataset: &str) -> Result<Run> {
    train_with(w, dataset, RECIPE).await
}

async fn train_with(w: &Harness, dataset: &str, recipe: &str) -> Result<Run> {
    w.upload(&w.main, dataset, "validation.jsonl", VALIDATION).await?;
    w.upload(&w.main, dataset, "train.jsonl", TRAIN).await?;
    w.upload(&w.main, dataset, "job.yaml", recipe).await?;
    w.run_in(&w.main, dataset, State::Succeeded).await
}

pub(crate) async fn command(w: &Harness, command: EvaluationCommand) -> Result<()> {
    let event = Event::EvaluationCommand { command, by: Some("ada".to_owned()) };
    Ok(w.main.bus.put(&w.main.deployed.name, &event).await?)
}

async fn evaluate(w: &Harness, run: &Run) -> Result<()> {
    let settings = EvaluationSettings { max_records: Some(RECORDS), ..EvaluationSettings::default() };
    command(w, EvaluationCommand::Evaluate { run_id: run.run_id.clone(), settings }).await
}

/// The run's evaluation of this number, once it has ended.
pub(crate) async fn ended(w: &Harness, run: &Run, number: u64) -> Result<EvaluationEntry> {
    w.until(&format!("evaluation {number} of {} to end", run.run_id), async || {
        let found = w.main.ledger.evaluation(&run.run_id).await.ok()??;
        (found.number == number && found.state.is_end()).then_some(found)
    })
    .await
}

/// The temporary deployment of the run's model, once it is gone and nobody looks at it any more.
async fn gone(w: &Harness, run: &Run) -> Result<Deployment> {
    let name = temporary_deployment(&run.run_id, &run.run_id);
    w.until(&format!("deployment {name} to be gone"), async || {
        let found = w.main.ledger.deployment(&name).await.ok()??;
        (found.state == DeploymentState::Deleted && found.open.is_none()).then_some(found)
    })
    .await
}

/// The keys of the objects with answers.
pub(crate) async fn chunks(w: &Harness, entry: &EvaluationEntry) -> Result<Vec<String>> {
    let prefix = format!("{}answers/", entry.prefix());
    let listed = w.s3.list_objects_v2().bucket(w.main.bucket()).prefix(prefix).send().await?;
    Ok(listed.contents().iter().filter_map(|object| object.key().map(str::to_owned)).collect())
}

/// The ended evaluation as it was while its models were asked.
fn answering(was: &EvaluationEntry, lease_until: i64) -> EvaluationEntry {
    EvaluationEntry {
        revision: was.revision + 1,
        state: EvaluationState::Answering,
        result: None,
        outcome_at: None,
        reason: None,
        lease_until: Some(lease_until),
        ..was.clone()
    }
}

pub(crate) async fn better_model_is_kept(w: &Harness) -> Result<()> {
    let dataset = "evaluated-bot";
    let run = train(w, dataset).await?;
    evaluate(w, &run).await?;
    let kept = ended(w, &run, 1).await?;
    ensure!(kept.state == EvaluationState::Kept, "{kept:?}");
    let result = kept.result.clone().context("a result")?;
    ensure!(result.against == ["base"] && result.verdicts["base"] == "better", "{result:?}");
    ensure!(result.tokens_in > 0 && result.tokens_out > 0, "{result:?}");
    let ceiling = kept.token_ceiling.context("a ceiling")?;
    ensure!(result.tokens_in + result.tokens_out <= ceiling, "{result:?} is over the ceiling {ceiling}");

    // Six chunks of each model, and three of the base model again.
    let asked = chunks(w, &kept).await?;
    ensure!((asked.len(), kept.chunks, kept.answered) == (15, Some(15), 15), "{asked:?} {kept:?}");
    ensure!(asked.iter().filter(|key| key.contains("/base-again/")).count() == 3, "{asked:?}");
    let report = w.read_json(&w.main, &format!("{}evaluation.json", kept.prefix())).await?;
    let found = &report["evaluation"];
    ensure!(found["decision"]["outcome"] == "keep" && found["records"] == RECORDS, "{report:#}");
    ensure!(found["overlap"]["held_out"].as_u64() > Some(100), "both files were compared: {report:#}");
    ensure!(found["noise"]["records"] == 30 && found["noise"]["same"] == 30, "{report:#}");
    let page = String::from_utf8(w.read(&w.main, &format!("{}evaluation.html", kept.prefix())).await?)?;
    ensure!(page.contains(run.run_id.as_str()), "{page}");

    let deleted = gone(w, &run).await?;
    ensure!(deleted.outcome.is_none() && deleted.notified.is_empty(), "nobody is notified of it: {deleted:?}");
    let messages = w.main.messages(dataset);
    ensure!(!messages.iter().any(|message| message.subject.contains("deploy")), "{messages:#?}");
    ensure!(w.main.ledger.deployment(dataset).await?.is_none(), "the recipe doesn't deploy");

    // As if the function had been killed before its last chunk, and the deployment deleted since.
    let answers = || -> Result<f64> { Ok(dataset_values(w, dataset, "EvaluationAnswers")?.into_iter().sum()) };
    w.until("the answers to be counted", async || (answers().ok()? >= (2 * RECORDS + 30) as f64).then_some(())).await?;
    let lost = asked.last().context("a chunk")?;
    w.s3.delete_object().bucket(w.main.bucket()).key(lost).send().await?;
    let past = Timestamp::now().as_second() - 1;
    ensure!(w.main.ledger.write_evaluation(Some(&kept), &answering(&kept, past)).await?, "nobody else writes it");
    w.main.bus.put(&w.main.deployed.name, &Event::EvaluationDue(run.run_id.clone())).await?;
    let again = ended(w, &run, 1).await?;
    ensure!(again.state == EvaluationState::Kept, "{again:?}");
    ensure!(again.result == Some(result.clone()), "the same answers: {again:?} {result:?}");
    let expected = (2 * RECORDS + 30) as f64 + CHUNK_RECORDS as f64;
    w.until("the chunk to be counted", async || (answers().ok()? >= expected).then_some(())).await?;
    ensure!(answers()? == expected, "only the lost chunk is asked again: {}", answers()?);
    gone(w, &run).await?;
    Ok(())
}

pub(crate) async fn stopped_evaluation_stays_stopped(w: &Harness) -> Result<()> {
    let run = train(w, "stopped-evaluation").await?;
    evaluate(w, &run).await?;
    let first = ended(w, &run, 1).await?;
    // Another function asks the models, so that nothing else happens.
    let busy = answering(&first, Timestamp::now().as_second() + 3600);
    ensure!(w.main.ledger.write_evaluation(Some(&first), &busy).await?, "nobody else writes it");
    w.main.bus.put(&w.main.deployed.name, &Event::EvaluationDue(run.run_id.clone())).await?;
    evaluate(w, &run).await?;
    w.settled().await;
    let now = w.main.ledger.evaluation(&run.run_id).await?.context("an evaluation")?;
    ensure!(
        now == EvaluationEntry { notified: now.notified.clone(), ..busy },
        "a request in progress is ignored: {now:?}"
    );

    command(w, EvaluationCommand::Stop { run_id: run.run_id.clone() }).await?;
    let stopped = ended(w, &run, 1).await?;
    ensure!(stopped.state == EvaluationState::Stopped, "{stopped:?}");
    ensure!(stopped.reason.as_deref() == Some("ada stopped it"), "{stopped:?}");
    // Neither a sweep nor the run's event continues it.
    let succeeded = Event::state(&run, str::to_owned).context("an event")?;
    w.main.bus.put(&w.main.deployed.name, &succeeded).await?;
    w.sweep(&w.main).await?;
    w.settled().await;
    ensure!(ended(w, &run, 1).await?.state == EvaluationState::Stopped, "it stays stopped");

    evaluate(w, &run).await?;
    let second = ended(w, &run, 2).await?;
    ensure!(second.state == EvaluationState::Kept, "{second:?}");
    let report: Value = w.read_json(&w.main, &format!("{}evaluation.json", second.prefix())).await?;
    ensure!(report["number"] == 2, "{report:#}");
    gone(w, &run).await?;
    Ok(())
}

/// The run as if its recipe had asked for an evaluation, and for a deployment of what that keeps.
pub(crate) async fn kept_model_is_deployed(w: &Harness) -> Result<()> {
    let dataset = "kept-bot";
    let run = train(w, dataset).await?;
    let mut plan = run.plan.clone().context("a plan")?;
    plan.deploy = Some(DeployPlan {
        name: None,
        when: DeployWhen::Kept,
        expires_after_s: None,
        capacity: tunedrop_run::Capacity::OnDemand,
    });
    plan.evaluate = Some(EvaluationPlan {
        data: plan.validation.clone().context("a validation file")?,
        max_records: RECORDS,
        against: vec![Against::Deployed],
        ..EvaluationPlan::default()
    });
    let run = w
        .until("the run's plan to be written", async || {
            let was = w.main.ledger.run(&run.run_id).await.ok()??;
            let next = Run { plan: Some(plan.clone()), ..was.clone() };
            w.main.ledger.replace(&was, &next).await.ok()?.then_some(next)
        })
        .await?;
    let succeeded = Event::state(&run, str::to_owned).context("an event")?;
    w.main.bus.put(&w.main.deployed.name, &succeeded).await?;
    let kept = ended(w, &run, 1).await?;
    ensure!(kept.state == EvaluationState::Kept && kept.is_of_recipe(), "{kept:?}");
    // Nothing was deployed before, so the base model is what the model has to be better than.
    ensure!(kept.result.as_ref().is_some_and(|result| result.against == ["base"]), "{kept:?}");
    let deployed = w
        .until("the kept model to be deployed", async || {
            let found = w.main.ledger.deployment(dataset).await.ok()??;
            (found.state == DeploymentState::Active).then_some(found)
        })
        .await?;
    ensure!(deployed.serving.as_ref() == Some(&run.run_id) && deployed.evaluation.is_none(), "{deployed:?}");

    // The event again changes nothing, and a command asks the model through its deployment.
    w.main.bus.put(&w.main.deployed.name, &succeeded).await?;
    evaluate(w, &run).await?;
    let second = ended(w, &run, 2).await?;
    ensure!(second.state == EvaluationState::Kept && !second.is_of_recipe(), "{second:?}");
    let side = &second.sides[0];
    ensure!(!side.temporary && side.deployment.as_deref() == Some(dataset), "{second:?}");
    ensure!(side.model_id == deployed.arn, "{second:?}");
    w.settled().await;
    let now = w.main.ledger.deployment(dataset).await?.context("a deployment")?;
    ensure!(now.request == deployed.request && now.state == DeploymentState::Active, "{now:?}");
    ensure!(ended(w, &run, 2).await?.number == 2, "the recipe asks once");
    gone(w, &run).await?;
    Ok(())
}

/// `evaluate` without `data`: the validation file is held out, and the evaluation reads the copy that the job trained with.
pub(crate) async fn recipe_evaluates_the_validation_file(w: &Harness) -> Result<()> {
    let run = train_with(w, "validated-bot", &format!("{RECIPE}evaluate: {{ max_records: 40 }}\n")).await?;
    let kept = ended(w, &run, 1).await?;
    ensure!(kept.state == EvaluationState::Kept && kept.is_of_recipe(), "{kept:?}");
    let plan = run.plan.as_ref().context("a plan")?;
    ensure!(Some(&kept.plan.data) == plan.validation.as_ref(), "{kept:?}");
    ensure!((kept.records, &*kept.plan.against) == (Some(40), &[Against::Base]), "{kept:?}");
    let files: Vec<&str> = run.files.iter().map(|file| file.name.as_str()).collect();
    ensure!(files == ["job.yaml", "train.jsonl", "validation.jsonl"], "{files:?}");
    let report = w.read_json(&w.main, &format!("{}evaluation.json", kept.prefix())).await?;
    ensure!(report["evaluation"]["sample"]["sampled"] == 40, "{report:#}");
    gone(w, &run).await?;
    Ok(())
}

//! Evaluations with a judge, as the recipe asks for them. The names of datasets decide what the judge's jobs do.

use anyhow::{Context, Result, ensure};
use aws_sdk_bedrock::types::EvaluationJobStatus;
use serde_json::{Value, json};
use tunedrop_local::bedrock::{EvaluationFault, EvaluationFaults};
use tunedrop_run::event::EvaluationCommand;
use tunedrop_run::{EvaluationEntry, EvaluationState, Run, State};

use crate::evaluations::{command, ended};
use crate::harness::Harness;

const TRAIN: &str = include_str!("../samples/crates/nova/train.jsonl");
const VALIDATION: &str = include_str!("../samples/crates/nova/validation.jsonl");
const RECORDS: u64 = 40;
/// Words that may quote a record.
const QUOTED: &str = "The judge can't score the text: my name is Ada";

/// What the judge's jobs do, by the names of their datasets.
pub(crate) fn faults() -> EvaluationFaults {
    EvaluationFaults {
        fail: vec![EvaluationFault { job: "failing-judge".to_owned(), fail: QUOTED.to_owned() }],
        hold: vec!["busy-judge".to_owned()],
        nonsense: 0.4,
        nonsense_jobs: vec!["nonsense-judge".to_owned()],
        ..EvaluationFaults::default()
    }
}

/// Trains the crates sample with a recipe that has this after `judge:`.
async fn train(w: &Harness, dataset: &str, more: &str) -> Result<Run> {
    let judge = "judge: { model: nova-pro, metrics: [Correctness, Helpfulness] }";
    let recipe = format!(
        "base_model: nova-lite\nvalidation: validation.jsonl\nevaluate: {{ max_records: {RECORDS}, {judge}{more} }}\n"
    );
    w.upload(&w.main, dataset, "validation.jsonl", VALIDATION).await?;
    w.upload(&w.main, dataset, "train.jsonl", TRAIN).await?;
    w.upload(&w.main, dataset, "job.yaml", &recipe).await?;
    w.run_in(&w.main, dataset, State::Succeeded).await
}

async fn report(w: &Harness, entry: &EvaluationEntry) -> Result<Value> {
    w.read_json(&w.main, &format!("{}evaluation.json", entry.prefix())).await
}

fn notes(report: &Value) -> String {
    report["evaluation"]["notes"].to_string()
}

/// The names of the measured metrics.
fn metrics(report: &Value) -> Vec<&str> {
    let all = report["evaluation"]["metrics"].as_array().into_iter().flatten();
    all.filter_map(|metric| metric["metric"].as_str()).collect()
}

fn metric<'r>(report: &'r Value, name: &str) -> Result<&'r Value> {
    let all = report["evaluation"]["metrics"].as_array().into_iter().flatten();
    all.into_iter().find(|metric| metric["metric"] == name).with_context(|| format!("no {name}: {report:#}"))
}

pub(crate) async fn judge_scores_the_answers_of_each_model(w: &Harness) -> Result<()> {
    let run = train(w, "judged-bot", ", require: { Correctness: { over_base: 0.1 } }").await?;
    let kept = ended(w, &run, 1).await?;
    ensure!(kept.state == EvaluationState::Kept && kept.is_of_recipe(), "{kept:?}");
    let names: Vec<&String> = kept.judge_jobs.keys().collect();
    ensure!(names == [run.run_id.as_str(), "base"] || names == ["base", run.run_id.as_str()], "{names:?}");
    ensure!(kept.judge_stops.is_empty(), "its jobs are over: {kept:?}");
    for (at, side) in kept.sides.iter().enumerate() {
        let arn = &kept.judge_jobs[&side.name];
        let job = w.bedrock.get_evaluation_job().job_identifier(arn).send().await?;
        ensure!(job.status == EvaluationJobStatus::Completed && job.job_name == kept.judge_job_name(at), "{job:?}");
    }
    let report = report(w, &kept).await?;
    ensure!(report["judge"] == "amazon.nova-pro-v1:0", "{report:#}");
    ensure!(metrics(&report)[2..] == ["Correctness", "Helpfulness"], "after the data's own metrics: {report:#}");
    let correct = metric(&report, "Correctness")?;
    for score in correct["scores"].as_array().context("scores")? {
        ensure!(score["missing"] == 0 && score["score"]["records"] == RECORDS, "{score}");
    }
    let difference = &correct["differences"][0];
    ensure!(difference["verdict"] == "better" && difference["difference"]["interval"]["low"].is_f64(), "{difference}");
    ensure!(notes(&report).contains("The cost doesn't include the judge"), "{}", notes(&report));
    let page = String::from_utf8(w.read(&w.main, &format!("{}evaluation.html", kept.prefix())).await?)?;
    ensure!(page.contains("Correctness") && page.contains("amazon.nova-pro-v1:0"), "{page}");
    Ok(())
}

pub(crate) async fn nonsense_of_a_judge_is_missing(w: &Harness) -> Result<()> {
    let run = train(w, "nonsense-judge", "").await?;
    let decided = ended(w, &run, 1).await?;
    ensure!(decided.state.is_decided(), "{decided:?}");
    let report = report(w, &decided).await?;
    for score in metric(&report, "Correctness")?["scores"].as_array().context("scores")? {
        let (missing, scored) = (score["missing"].as_u64(), score["score"]["records"].as_u64());
        ensure!(missing > Some(0) && missing.zip(scored).map(|(a, b)| a + b) == Some(RECORDS), "{score}");
    }
    ensure!(notes(&report).contains("without the judge's score for a metric"), "{}", notes(&report));
    Ok(())
}

pub(crate) async fn failed_judge_is_left_out(w: &Harness) -> Result<()> {
    let run = train(w, "failing-judge", "").await?;
    let kept = ended(w, &run, 1).await?;
    ensure!(kept.state == EvaluationState::Kept, "decided by the other metrics: {kept:?}");
    let report = report(w, &kept).await?;
    ensure!(report["judge"].is_null() && !metrics(&report).contains(&"Correctness"), "{report:#}");
    let notes = notes(&report);
    ensure!(notes.contains("The judge's scores are missing") && !notes.contains("Ada"), "{notes}");
    // Sweeps look for a job that an interrupted function may have created, as long as there can be one.
    ensure!(kept.judge_stops.len() == 1, "{kept:?}");
    w.sweep(&w.main).await?;
    w.settled().await;
    let now = w.main.ledger.evaluation(&run.run_id).await?.context("an evaluation")?;
    ensure!(now.open.is_some() && now.state == EvaluationState::Kept, "{now:?}");

    // What a failed judge should have decided is undecided.
    let settings = json!({ "Correctness": { "min": 0.1 } });
    let settings = tunedrop_run::event::EvaluationSettings {
        require: serde_json::from_value(settings)?,
        ..tunedrop_run::event::EvaluationSettings::default()
    };
    command(w, EvaluationCommand::Evaluate { run_id: run.run_id.clone(), settings }).await?;
    let second = ended(w, &run, 2).await?;
    ensure!(second.state == EvaluationState::Undecided, "{second:?}");
    Ok(())
}

pub(crate) async fn stopped_evaluation_stops_its_judge(w: &Harness) -> Result<()> {
    let run = train(w, "busy-judge", "").await?;
    let scoring = w
        .until("the judge to be at work", async || {
            let found = w.main.ledger.evaluation(&run.run_id).await.ok()??;
            (found.state == EvaluationState::Scoring && found.judge_jobs.len() == 2 && found.lease_until.is_none())
                .then_some(found)
        })
        .await?;
    command(w, EvaluationCommand::Stop { run_id: run.run_id.clone() }).await?;
    let stopped = ended(w, &run, 1).await?;
    ensure!(stopped.state == EvaluationState::Stopped && stopped.judge_stops.len() == 1, "{stopped:?}");
    for arn in scoring.judge_jobs.values() {
        w.until("the judge's job to be stopped", async || {
            let job = w.bedrock.get_evaluation_job().job_identifier(arn).send().await.ok()?;
            (job.status == EvaluationJobStatus::Stopped).then_some(())
        })
        .await?;
    }
    Ok(())
}

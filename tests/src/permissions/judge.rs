//! Evaluations with a judge.

use anyhow::{Result, ensure};
use aws_sdk_bedrock::types::EvaluationJobStatus;
use tunedrop_run::event::{EvaluationCommand, Event};
use tunedrop_run::{RunId, State};

use crate::permissions::scenarios::conversations;
use crate::permissions::stack::TestStack;

/// Trains a dataset whose recipe asks for an evaluation with a judge. Returns the run's id.
async fn with_judge(site: &TestStack<'_>, dataset: &str) -> Result<RunId> {
    let recipe = "base_model: nova-lite\nvalidation: validation.jsonl\nevaluate: { judge: { model: nova-pro, metrics: [Correctness] } }\n";
    site.upload(dataset, "validation.jsonl", conversations(10, "held-out records")).await?;
    site.upload(dataset, "train.jsonl", conversations(20, dataset)).await?;
    site.upload(dataset, "job.yaml", recipe).await?;
    Ok(site.run_in(dataset, State::Succeeded).await?.run_id)
}

pub(super) async fn judged(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    let run_id = with_judge(site, dataset).await?;
    let ended = async || site.ledger.evaluation(&run_id).await.ok()?.filter(|evaluation| evaluation.state.is_end());
    let evaluation = site.until("the evaluation to end", ended).await?;
    ensure!(evaluation.state.is_decided(), "it is {:?}: {:?}", evaluation.state, evaluation.reason);
    ensure!(evaluation.judge_jobs.len() == 2 && evaluation.judge_stops.is_empty(), "{evaluation:?}");
    for side in &evaluation.sides {
        site.has(&evaluation.judge_input_key(&side.name)).await?;
    }
    Ok(())
}

pub(super) async fn stopped(site: &TestStack<'_>, dataset: &str) -> Result<()> {
    let run_id = with_judge(site, dataset).await?;
    let scoring = async || {
        let evaluation = site.ledger.evaluation(&run_id).await.ok()??;
        (evaluation.judge_jobs.len() == 2 && evaluation.lease_until.is_none()).then_some(evaluation)
    };
    let evaluation = site.until("the judge to be at work", scoring).await?;
    let command = EvaluationCommand::Stop { run_id: run_id.clone() };
    site.put(&Event::EvaluationCommand { command, by: Some("ada".to_owned()) }).await?;
    for arn in evaluation.judge_jobs.values() {
        let stopped = async || {
            let job = site.bedrock.get_evaluation_job().job_identifier(arn).send().await.ok()?;
            (job.status == EvaluationJobStatus::Stopped).then_some(())
        };
        site.until("the judge's job to be stopped", stopped).await?;
    }
    Ok(())
}

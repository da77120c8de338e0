//! Datasets whose recipe asks for an evaluation: the held-out file, its copy, and the plan.

use anyhow::{Context, Result, ensure};
use tunedrop_run::{Against, DeployWhen, EvaluationPlan, Run, State};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const RECIPE: &str = "base_model: nova-lite\nevaluate: { data: test.jsonl, max_records: 35 }\ndeploy:\n";

fn plan(run: &Run) -> Result<&EvaluationPlan> {
    run.plan.as_ref().and_then(|plan| plan.evaluate.as_ref()).context("a plan of an evaluation")
}

/// The content of the copy that the run's plan names.
async fn copy(w: &Harness, side: &DeployedStack, run: &Run) -> Result<String> {
    let address = &plan(run)?.data;
    let key = address.strip_prefix(&format!("s3://{}/", side.bucket())).context("a copy in the stack's bucket")?;
    ensure!(key.starts_with(&format!("runs/{}/data/evaluation-", run.run_id)), "{key}");
    Ok(String::from_utf8(w.read(side, key).await?)?)
}

async fn drop(w: &Harness, side: &DeployedStack, dataset: &str, test: &str) -> Result<()> {
    w.upload(side, dataset, "job.yaml", RECIPE).await?;
    w.upload(side, dataset, "train.jsonl", nova(40, dataset)).await?;
    w.upload(side, dataset, "test.jsonl", test).await
}

/// The run starts when its held-out file is there.
pub(crate) async fn starts_the_run(w: &Harness) -> Result<()> {
    let dataset = "held-out-missing";
    w.upload(&w.paused, dataset, "job.yaml", RECIPE).await?;
    w.upload(&w.paused, dataset, "train.jsonl", nova(40, dataset)).await?;
    let report = w.report(&w.paused, dataset, "Incomplete").await?;
    ensure!(report["missing_files"] == serde_json::json!(["test.jsonl"]), "{report}");
    let test = nova(40, "another");
    w.upload(&w.paused, dataset, "test.jsonl", test.clone()).await?;
    let run = w.run_in(&w.paused, dataset, State::Queued).await?;
    ensure!((run.errors, run.warnings) == (0, 0), "{run:?}");
    ensure!(copy(w, &w.paused, &run).await? == test, "the copy is the file");
    let evaluation = plan(&run)?;
    ensure!(evaluation.against == [Against::Base] && evaluation.max_records == 35, "{evaluation:?}");
    // 35 records of two models, 30 again, 64 tokens of an answer.
    ensure!(evaluation.answer_token_ceiling == Some(100 * 64), "{evaluation:?}");
    ensure!(evaluation.token_ceiling > evaluation.answer_token_ceiling, "{evaluation:?}");
    let deploy = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref()).context("a deployment")?;
    ensure!(deploy.when == DeployWhen::Kept, "{deploy:?}");
    let report = w.report(&w.paused, dataset, "Queued").await?;
    let roles: Vec<&str> =
        report["files"].as_array().context("files")?.iter().filter_map(|file| file["role"].as_str()).collect();
    ensure!(roles == ["recipe", "train", "evaluation"], "{roles:?}");
    Ok(())
}

/// A queued run takes another version of the file.
pub(crate) async fn renews_a_queued_run(w: &Harness) -> Result<()> {
    let dataset = "held-out-queued";
    drop(w, &w.paused, dataset, &nova(40, "first")).await?;
    let run = w.run_in(&w.paused, dataset, State::Queued).await?;
    w.next_second().await;
    let second = nova(50, "second");
    w.upload(&w.paused, dataset, "test.jsonl", second.clone()).await?;
    let renewed = w
        .until("the run to take the new file", async || {
            let now = w.paused.ledger.run(&run.run_id).await.ok()??;
            (now.plan != run.plan).then_some(now)
        })
        .await?;
    ensure!(renewed.state == State::Queued && renewed.identity == run.identity, "{renewed:?}");
    ensure!(copy(w, &w.paused, &renewed).await? == second, "the copy is the new file");
    ensure!(copy(w, &w.paused, &run).await? == nova(40, "first"), "the former copy is unchanged");
    Ok(())
}

/// A trained run keeps the file, and isn't trained again.
pub(crate) async fn leaves_a_trained_run(w: &Harness) -> Result<()> {
    let dataset = "held-out-trained";
    drop(w, &w.main, dataset, &nova(40, "first")).await?;
    let run = w.run_in(&w.main, dataset, State::Succeeded).await?;
    w.next_second().await;
    w.upload(&w.main, dataset, "test.jsonl", nova(50, "second")).await?;
    w.wait_for_messages(&w.main, dataset, "uploaded again", 1).await?;
    let same = w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    ensure!(same.plan == run.plan && copy(w, &w.main, &same).await? == nova(40, "first"), "{same:?}");
    ensure!(w.jobs(dataset).await?.len() == 1, "no second job");
    Ok(())
}

/// A faulty file rejects the dataset, and not the run that is trained on its other files.
pub(crate) async fn rejects_no_run(w: &Harness) -> Result<()> {
    let dataset = "held-out-faulty";
    drop(w, &w.main, dataset, &nova(40, "first")).await?;
    let run = w.run_in(&w.main, dataset, State::Succeeded).await?;
    w.next_second().await;
    // Most records of the training file.
    w.upload(&w.main, dataset, "test.jsonl", nova(40, dataset)).await?;
    let report = w.report(&w.main, dataset, "Rejected").await?;
    ensure!(report["findings"]["counts"]["held-out-in-training"] == 1, "{report}");
    ensure!(report["run_id"] != run.run_id.as_str(), "{report}");
    w.wait_for_messages(&w.main, dataset, "held-out-in-training", 1).await?;
    let accepted = w.read_json(&w.main, &format!("reports/{dataset}/{}/report.json", run.run_id)).await?;
    ensure!(accepted["findings"]["errors"] == 0, "{accepted}");
    w.run_is(&w.main, &run.run_id, State::Succeeded).await?;
    // The former file is the run that succeeded.
    w.next_second().await;
    w.upload(&w.main, dataset, "test.jsonl", nova(40, "first")).await?;
    w.wait_for_messages(&w.main, dataset, "uploaded again", 1).await?;
    ensure!(w.jobs(dataset).await?.len() == 1, "no second job");
    Ok(())
}

/// A guard counts the evaluation with training.
pub(crate) async fn counts_in_guards(w: &Harness) -> Result<()> {
    let dataset = "held-out-guarded";
    w.upload(&w.main, dataset, "test.jsonl", nova(200, "held out")).await?;
    w.upload(&w.main, dataset, "train.jsonl", nova(10, dataset)).await?;
    let recipe = "base_model: nova-lite\nevaluate: { data: test.jsonl }\nguard: { max_tokens: 30000 }\n";
    w.upload(&w.main, dataset, "job.yaml", recipe).await?;
    let run = w.run_in(&w.main, dataset, State::Refused).await?;
    let reason = run.reason.as_deref().context("a reason")?;
    ensure!(reason.contains("(training: ") && reason.contains("evaluation: "), "{reason}");
    w.wait_for_messages(&w.main, dataset, reason, 1).await?;
    ensure!(w.jobs(dataset).await?.is_empty(), "no job");
    Ok(())
}

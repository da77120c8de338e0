//! Evaluations and deployments: what must be left of them.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tunedrop_run::{Deployment, DeploymentState, EvaluationEntry, EvaluationState};

use super::datasets::{Dataset, DatasetKind, HELD_OUT};
use super::results::text;
use super::stack::SoakStack;

/// How often a question may be asked: an interruption repeats those of one chunk.
const TIMES_MAX: u64 = 2;

/// Prints the counts, and compares each evaluation and deployment with its expected end.
pub(super) async fn show(items: &[Value], soak: &SoakStack, datasets: &[Dataset]) -> Result<()> {
    let evaluations = items.iter().filter(|item| text(item, "kind") == "evaluation").count();
    let deployments: Vec<&str> =
        items.iter().filter(|item| text(item, "kind") == "deployment").map(|item| text(item, "name")).collect();
    let asked = soak.answer("_simulator/inference").await?;
    let calls: u64 =
        asked["models"].as_object().into_iter().flatten().filter_map(|(_, one)| one["calls"].as_u64()).sum();
    println!("evaluations     {evaluations}, with {calls} questions");
    println!("deployments     {}, temporary ones included", deployments.len());

    let evaluated: Vec<&Dataset> = datasets.iter().filter(|one| one.kind == DatasetKind::Evaluated).collect();
    ensure!(evaluations == evaluated.len(), "expected {} evaluations", evaluated.len());
    for dataset in &evaluated {
        evaluation(dataset, soak, &asked).await.with_context(|| format!("the evaluation of {}", dataset.name))?;
    }
    for name in &deployments {
        let found = soak.ledger.deployment(name).await?.context("a deployment")?;
        deployment(&found, datasets).with_context(|| format!("deployment {name}"))?;
    }
    let deployed = datasets.iter().filter(|one| one.deployed() > 0).count();
    ensure!(
        deployments.len() == deployed + evaluated.len(),
        "expected one for each name and evaluation: {deployments:?}"
    );
    let left = soak.answer("model-customization/custom-model-deployments?maxResults=1000").await?;
    let left = left["modelDeploymentSummaries"].as_array().context("a list of deployments")?;
    ensure!(left.is_empty(), "Bedrock has deployments: {left:?}");
    Ok(())
}

/// It was decided once, with all answers, and no question was asked more often than interruptions explain.
async fn evaluation(dataset: &Dataset, soak: &SoakStack, asked: &Value) -> Result<()> {
    let entry = soak.ledger.dataset(&dataset.name).await?.context("a dataset")?;
    let run_id = entry.latest_run.context("a run")?;
    let found: EvaluationEntry = soak.ledger.evaluation(&run_id).await?.context("an evaluation")?;
    ensure!((found.state, found.number) == (EvaluationState::Kept, 1), "{found:?}");
    ensure!(found.chunks == Some(found.answered), "{found:?}");
    let model = found.sides.first().and_then(|side| side.model_id.as_deref()).context("a model")?;
    let calls = asked["models"][model]["calls"].as_u64().unwrap_or_default();
    let least = HELD_OUT as u64;
    ensure!((least..=TIMES_MAX * least).contains(&calls), "{calls} questions to {model}, {least} are planned");
    Ok(())
}

/// It is deleted, and was requested as often as expected: temporary ones once.
fn deployment(found: &Deployment, datasets: &[Dataset]) -> Result<()> {
    ensure!((found.state, found.arn.as_ref()) == (DeploymentState::Deleted, None), "{found:?}");
    let Some(dataset) = datasets.iter().find(|one| one.name == found.name) else {
        ensure!(found.evaluation.is_some() && found.request == 1, "{found:?}");
        return Ok(());
    };
    ensure!(found.evaluation.is_none() && found.request == dataset.deployed(), "{found:?}");
    let expected = if dataset.kind == DatasetKind::Evaluated { "it expired" } else { "ada asked for it" };
    ensure!(found.reason.as_deref() == Some(expected), "{found:?}");
    Ok(())
}

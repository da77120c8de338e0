//! Runs an evaluation job: reads the dataset, scores its answers, and writes the results.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::event_fault_rates::chance;
use super::super::job::Status;
use super::super::permissions::{self, Caller};
use super::super::state::Shared;
use super::super::storage;
use super::judge;
use super::request::{Answering, CreateRequest, DatasetMetrics};

/// The maximum number of prompts in a dataset: user guide, `model-evaluation-prompt-datasets-judge`.
const MOST_PROMPTS: usize = 1_000;

/// Runs a job from its creation to its end.
pub(super) async fn live(simulator: Shared, arn: String) {
    let started = simulator.state().evaluation(&arn).map(|job| (job.request.clone(), job.stop.clone()));
    let Some((request, stop)) = started else { return };
    let ended = tokio::select! {
        done = work(&simulator, &arn, &request) => Some(done),
        () = stop.notified() => None,
    };
    let mut state = simulator.state();
    let Some(job) = state.evaluation_mut(&arn) else { return };
    // If a stop arrives while the work ends, the job is Stopped, because the stop was answered with success.
    match ended {
        _ if job.status == Status::Stopping => job.turn(Status::Stopped),
        Some(Err(words)) => {
            job.failure = Some(words.chars().take(2_048).collect());
            job.turn(Status::Failed);
        }
        _ => job.turn(Status::Completed),
    }
}

async fn work(simulator: &Shared, arn: &str, request: &CreateRequest) -> Result<(), String> {
    let (name, role) =
        (request.job_name.as_deref().unwrap_or_default(), request.role_arn.as_deref().unwrap_or_default());
    let automated = request.automated().ok_or("the job has no automated evaluation")?;
    let faults = simulator.faults().evaluations.clone();
    tokio::time::sleep(Duration::from_millis(faults.ms)).await;
    let s3 = storage::open(simulator, role, arn).await?;
    for judge in automated.judges() {
        let models = [judge::profile_arn(simulator, judge), Some(judge::foundation_arn(simulator, judge))];
        for model in models.iter().flatten() {
            may_judge(simulator, role, model).await?;
        }
    }
    let models = request.inference_config.as_ref().map_or(&[][..], |config| &config.models);
    let label = models.first().and_then(|model| model.precomputed()).unwrap_or_default();
    let folder = format!("{}/{name}/{}", request.output_uri().trim_end_matches('/'), uuid());
    let custom = automated.custom_metric_config.iter().flat_map(|custom| &custom.custom_metrics);
    for (metric, name) in custom.zip(automated.custom_names()) {
        storage::write(&s3, &format!("{folder}/custom_metrics/{name}.json"), metric.to_string().into_bytes()).await?;
    }
    let judge = automated.judges().next();
    for config in &automated.dataset_metric_configs {
        let bytes = storage::read(&s3, config.uri().unwrap_or_default()).await?;
        let rows = rows(&bytes, config, judge, label)?;
        let lines: Vec<String> = rows
            .into_iter()
            .enumerate()
            .map(|(at, row)| {
                let drawn = chance(faults.seed, &["nonsense", name, &at.to_string()]);
                if drawn < faults.nonsense_of(name) { judge::nonsense(row, at) } else { row.to_string() }
            })
            .collect();
        let (kind, dataset) = (config.task_type.as_deref().unwrap_or_default(), config.name());
        let file = format!("{folder}/models/{label}/taskTypes/{kind}/datasets/{dataset}/{}_output.jsonl", uuid());
        while simulator.faults().evaluations.holds(name) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if let Some(words) = simulator.faults().evaluations.failure(name) {
            return Err(words);
        }
        storage::write(&s3, &file, (lines.join("\n") + "\n").into_bytes()).await?;
    }
    Ok(())
}

/// Checks that the role has `bedrock:InvokeModel` on the judge: user guide, `judge-service-roles`.
async fn may_judge(simulator: &Shared, role_arn: &str, judge: &str) -> Result<(), String> {
    if !simulator.config.auth {
        return Ok(());
    }
    let role = role_arn.rsplit('/').next().unwrap_or_default().to_owned();
    let caller = Caller::Role { role, arn: role_arn.to_owned() };
    let allowed = permissions::require(simulator, &caller, "bedrock:InvokeModel", judge).await;
    allowed.map_err(|refusal| refusal.message().to_owned())
}

/// Returns the rows of the result, one for each prompt.
fn rows(bytes: &[u8], config: &DatasetMetrics, judge: Option<&str>, label: &str) -> Result<Vec<Value>, String> {
    let dataset = config.name();
    let text =
        std::str::from_utf8(bytes).map_err(|_| format!("The dataset {dataset} is not in the JSON Lines format"))?;
    let lines: Vec<&str> = text.strip_suffix('\n').unwrap_or(text).split('\n').collect();
    if lines.len() > MOST_PROMPTS {
        return Err(format!("The dataset {dataset} has {} prompts; at most {MOST_PROMPTS} are allowed", lines.len()));
    }
    let mut rows = Vec::new();
    for (line, number) in lines.into_iter().zip(1..) {
        let invalid = |what: &str| format!("Line {number} of the dataset {dataset} {what}");
        let input: Value = serde_json::from_str(line).map_err(|_| invalid("is not a JSON object"))?;
        if input["prompt"].as_str().is_none_or(str::is_empty) {
            return Err(invalid("has no prompt"));
        }
        let fits = |name: &str| input[name].is_null() || input[name].is_string();
        if !fits("referenceResponse") || !fits("category") {
            return Err(invalid("has a referenceResponse or a category that is not a string"));
        }
        let responses = input["modelResponses"].as_array().map(Vec::as_slice).unwrap_or_default();
        let [response] = responses else {
            return Err(invalid("must have exactly one of modelResponses"));
        };
        let Some(answer) = response["response"].as_str() else {
            return Err(invalid("has a model response without a response"));
        };
        if response["modelIdentifier"] != label {
            return Err(invalid(&format!("has a modelIdentifier other than {label}")));
        }
        let scores = judge::scores(&config.metric_names, judge, &input, answer);
        rows.push(json!({
            "automatedEvaluationResult": { "scores": scores },
            "inputRecord": input,
            "modelResponses": [response],
        }));
    }
    Ok(rows)
}

/// Returns a random UUID.
fn uuid() -> String {
    let number = || RandomState::new().hash_one("uuid");
    let hex = format!("{:016x}{:016x}", number(), number());
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

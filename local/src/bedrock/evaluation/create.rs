//! `CreateEvaluationJob`: its checks, in the order in which they are made.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::super::errors::{self, Refusal};
use super::super::faults::SameToken;
use super::super::job::Status;
use super::super::names;
use super::super::permissions;
use super::super::state::{Shared, Simulator, SimulatorState};
use super::super::wire::{self, Answer};
use super::request::{Answering, CreateRequest};
use super::{EvaluationJob, judge, run};

const OPERATION: &str = "CreateEvaluationJob";

/// `POST /evaluation-jobs`
pub(in crate::bedrock) async fn create(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let caller = wire::enter(&simulator, OPERATION, &headers).await?;
    let body: Value = wire::body(&bytes)?;
    let request: CreateRequest = wire::body(&bytes)?;
    request.check()?;
    simulator.fault_about(OPERATION, request.job_name.as_deref().unwrap_or_default())?;
    let arn = simulator.arn(&format!("evaluation-job/{}", names::fresh_id()));
    let tags = request.job_tags.as_deref().unwrap_or_default();
    // In the Service Authorization Reference, the action's resources are models, not profiles.
    let automated = request.automated();
    let judges: Vec<String> =
        automated.iter().flat_map(|config| config.judges()).map(|id| judge::foundation_arn(&simulator, id)).collect();
    let judges: Vec<&str> = judges.iter().map(String::as_str).collect();
    permissions::require_for_new(&simulator, &caller, "bedrock:CreateEvaluationJob", &judges, tags, &arn).await?;
    permissions::pass_role(&simulator, &caller, request.role_arn.as_deref().unwrap_or_default()).await?;

    let mut state = simulator.state();
    let arn = match repeated(&simulator, &state, &request, &body)? {
        Some(arn) => arn,
        None => {
            check(&request)?;
            if state.evaluations.iter().any(|job| job.request.job_name == request.job_name) {
                return Err(errors::EVALUATION_NAME_IN_USE.refusal());
            }
            check_quota(&simulator, &state)?;
            open(&mut state, &arn, request, body);
            let task = tokio::spawn(run::live(simulator.clone(), arn.clone()));
            state.keep(task.abort_handle());
            arn
        }
    };
    drop(state);
    wire::leave(&simulator, OPERATION, wire::answer(StatusCode::ACCEPTED, json!({ "jobArn": arn })))
}

/// Handles a token that was used before, as `CreateModelCustomizationJob` does.
fn repeated(
    simulator: &Simulator,
    state: &SimulatorState,
    request: &CreateRequest,
    body: &Value,
) -> Result<Option<String>, Refusal> {
    let way = simulator.faults().same_token;
    let token = request.client_request_token.as_ref().filter(|_| way != SameToken::Forgotten);
    let Some(token) = token else { return Ok(None) };
    let first = state.evaluations.iter().find(|job| job.request.client_request_token.as_ref() == Some(token));
    let Some(first) = first else { return Ok(None) };
    if first.body != *body {
        return Err(errors::EVALUATION_TOKEN_OF_ANOTHER.refusal());
    }
    if way == SameToken::Conflict {
        Err(errors::EVALUATION_TOKEN_IN_USE.refusal())
    } else {
        Ok(Some(first.arn.clone()))
    }
}

/// Checks what the user guide requires beyond the API model's constraints.
fn check(request: &CreateRequest) -> Result<(), Refusal> {
    let Some(automated) = request.automated().filter(|_| !request.is_rag()) else {
        return Err(errors::EVALUATION_NOT_SIMULATED.with(&[&"knowledge bases and human workers"]));
    };
    let models = request.inference_config.as_ref().map_or(&[][..], |config| &config.models);
    if models.len() != 1 {
        return Err(errors::EVALUATION_ONE_MODEL.refusal());
    }
    if let Some(judge) = automated.judges().find(|id| !judge::is_supported(id)) {
        return Err(errors::JUDGE_UNSUPPORTED.with(&[&judge]));
    }
    let custom = automated.custom_names();
    for config in &automated.dataset_metric_configs {
        if config.uri().is_none() {
            let kind =
                if config.name().starts_with("Builtin.") { "built-in datasets" } else { "datasets without a location" };
            return Err(errors::EVALUATION_NOT_SIMULATED.with(&[&kind]));
        }
        for metric in config.metric_names.iter().filter(|metric| !custom.contains(&metric.as_str())) {
            if !judge::is_metric(metric, automated.judge().is_some()) {
                return Err(errors::METRIC_UNSUPPORTED.with(&[metric]));
            }
        }
    }
    // The model must be one that Bedrock can call.
    if models[0].bedrock().is_some() {
        return Err(errors::EVALUATION_NOT_SIMULATED.with(&[&"models that Bedrock calls"]));
    }
    Ok(())
}

fn check_quota(simulator: &Simulator, state: &SimulatorState) -> Result<(), Refusal> {
    let Some(most) = simulator.faults().evaluations.in_progress else { return Ok(()) };
    let unfinished = state.evaluations.iter().filter(|job| !job.status.is_end()).count();
    if unfinished >= most { Err(errors::EVALUATIONS_FULL.with(&[&most])) } else { Ok(()) }
}

fn open(state: &mut SimulatorState, arn: &str, request: CreateRequest, body: Value) {
    let tags = request.job_tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    state.tags.insert(arn.to_owned(), tags.collect());
    let now = Timestamp::now();
    state.evaluations.push(EvaluationJob {
        arn: arn.to_owned(),
        request,
        body,
        status: Status::InProgress,
        created: now,
        modified: now,
        failure: None,
        stop: Arc::new(Notify::new()),
    });
}

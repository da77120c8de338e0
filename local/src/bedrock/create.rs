//! `CreateModelCustomizationJob`: its checks, in the order in which they are made.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::customization;
use super::errors::{self, Known};
use super::faults::{Faults, NameInUse, SameToken};
use super::job::{Job, Phase, Status};
use super::launches;
use super::lifecycle;
use super::models::Life;
use super::names::{self, Base};
use super::permissions;
use super::request::CreateRequest;
use super::state::{Shared, Simulator, SimulatorState};
use super::wire::{self, Answer, Refusal};

const OPERATION: &str = "CreateModelCustomizationJob";

/// `POST /model-customization-jobs`
pub(super) async fn create(State(simulator): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let caller = wire::enter(&simulator, OPERATION, &headers).await?;
    let body: Value = wire::body(&bytes)?;
    let request: CreateRequest = wire::body(&bytes)?;
    request.check()?;
    simulator.fault_about(OPERATION, request.job_name.as_deref().unwrap_or_default())?;
    let base = {
        let state = simulator.state();
        names::base(&simulator, &state, request.base_model_identifier.as_deref().unwrap_or_default())?
    };
    let id = names::fresh_id();
    permissions::may_create(&simulator, &caller, &request, &base, &id).await?;
    let tokens = launches::tokens(&simulator, &request).await;

    let mut state = simulator.state();
    let arn = match repeated(&simulator, &mut state, &request, &body)? {
        Some(arn) => arn,
        None => {
            check_base(&simulator, &base)?;
            customization::check(&simulator, &request, &base)?;
            check_names(&simulator, &state, &request)?;
            check_quotas(&simulator, &state, request.job_name.as_deref().unwrap_or_default())?;
            let name = request.job_name.clone().unwrap_or_default();
            let arn = open(&simulator, &mut state, request, body, base, id);
            launches::record(&mut state, &name, tokens);
            let task = tokio::spawn(lifecycle::live(simulator.clone(), arn.clone()));
            state.keep(task.abort_handle());
            arn
        }
    };
    drop(state);
    wire::leave(&simulator, OPERATION, wire::answer(StatusCode::CREATED, json!({ "jobArn": arn })))
}

/// Handles a token that was used before: the same request is ignored without an error, another request is a conflict.
fn repeated(
    simulator: &Simulator,
    state: &mut SimulatorState,
    request: &CreateRequest,
    body: &Value,
) -> Result<Option<String>, Refusal> {
    let forgotten = simulator.faults().same_token == SameToken::Forgotten;
    let Some(token) = request.client_request_token.as_ref().filter(|_| !forgotten) else { return Ok(None) };
    let first = state.jobs.iter_mut().find(|job| job.request.client_request_token.as_ref() == Some(token));
    let Some(first) = first else { return Ok(None) };
    if first.body != *body {
        return Err(errors::TOKEN_OF_ANOTHER.refusal());
    }
    first.creates += 1;
    match simulator.faults().same_token {
        SameToken::SameJob | SameToken::Forgotten => Ok(Some(first.arn.clone())),
        SameToken::Conflict => Err(errors::TOKEN_IN_USE.refusal()),
    }
}

fn check_base(simulator: &Simulator, base: &Base) -> Result<(), Refusal> {
    match names::life(simulator, base.model) {
        Life::Active => Ok(()),
        Life::Legacy => Err(errors::MODEL_LEGACY.with(&[&base.model.id])),
        Life::Gone => Err(errors::MODEL_RETIRED.refusal()),
    }
}

fn check_names(simulator: &Simulator, state: &SimulatorState, request: &CreateRequest) -> Result<(), Refusal> {
    let repeat = simulator.faults().names_repeat;
    let (job_name, model_name) = (request.job_name.as_deref(), request.custom_model_name.as_deref());
    let taken = |job: &&Job| Some(job.name()) == job_name && !(repeat && job.status.is_end());
    if state.jobs.iter().any(|job| taken(&job)) {
        return Err(in_use(&simulator.faults(), &errors::JOB_NAME_IN_USE));
    }
    let promised = |job: &Job| !job.status.is_end() && Some(job.model_name()) == model_name;
    if state.models.iter().any(|model| Some(model.name.as_str()) == model_name) || state.jobs.iter().any(promised) {
        return Err(in_use(&simulator.faults(), &errors::MODEL_NAME_IN_USE));
    }
    Ok(())
}

/// Returns the answer for a name in use. Tests can choose it.
fn in_use(faults: &Faults, known: &Known) -> Refusal {
    match faults.name_in_use {
        NameInUse::Validation => known.refusal(),
        NameInUse::Conflict => Refusal::bent("ConflictException", known.words),
        NameInUse::OtherWords => Refusal::bent("ValidationException", "Duplicate resource"),
    }
}

fn check_quotas(simulator: &Simulator, state: &SimulatorState, name: &str) -> Result<(), Refusal> {
    let faults = simulator.faults();
    if faults.own_quota.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(errors::RECORDS_FULL.refusal());
    }
    if state.unfinished() + faults.strangers >= faults.slots {
        return Err(errors::JOBS_FULL.with(&[&faults.slots]));
    }
    if state.models.len() + state.unfinished() >= faults.models {
        return Err(errors::MODELS_FULL.with(&[&faults.models]));
    }
    Ok(())
}

fn open(
    simulator: &Simulator,
    state: &mut SimulatorState,
    request: CreateRequest,
    body: Value,
    base: Base,
    id: String,
) -> String {
    let arn = simulator.arn(&format!("model-customization-job/{}/{id}", base.model.id));
    let now = Timestamp::now();
    let tags = request.job_tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    state.tags.insert(arn.clone(), tags.collect());
    state.jobs.push(Job {
        id,
        arn: arn.clone(),
        request,
        body,
        base_model_arn: base.arn,
        model: base.model,
        status: Status::InProgress,
        phases: [Phase::NOT_STARTED; 3],
        created: now,
        modified: now,
        ended: None,
        failure: None,
        output_model_arn: None,
        training_loss: None,
        billed_tokens: 0,
        validation_losses: Vec::new(),
        creates: 1,
        stop: Arc::new(Notify::new()),
    });
    arn
}

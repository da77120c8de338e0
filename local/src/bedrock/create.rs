//! `CreateModelCustomizationJob`: what is refused, and in which order.

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
use super::life;
use super::models::Life;
use super::names::{self, Base};
use super::permissions;
use super::request::CreateRequest;
use super::wire::{self, Answer, Refusal};
use super::world::{Shared, Standin, World};

const OPERATION: &str = "CreateModelCustomizationJob";

/// `POST /model-customization-jobs`
pub(super) async fn create(State(standin): State<Shared>, headers: HeaderMap, bytes: Bytes) -> Answer {
    let caller = wire::enter(&standin, OPERATION, &headers).await?;
    let body: Value = wire::body(&bytes)?;
    let request: CreateRequest = wire::body(&bytes)?;
    request.check()?;
    standin.fault_about(OPERATION, request.job_name.as_deref().unwrap_or_default())?;
    let base = {
        let world = standin.world();
        names::base(&standin, &world, request.base_model_identifier.as_deref().unwrap_or_default())?
    };
    let id = names::fresh_id();
    permissions::may_create(&standin, &caller, &request, &base, &id).await?;

    let mut world = standin.world();
    let arn = match repeated(&standin, &mut world, &request, &body)? {
        Some(arn) => arn,
        None => {
            check_base(&standin, &base)?;
            customization::check(&standin, &request, &base)?;
            check_names(&standin, &world, &request)?;
            check_quotas(&standin, &world, request.job_name.as_deref().unwrap_or_default())?;
            let arn = open(&standin, &mut world, request, body, base, id);
            let task = tokio::spawn(life::live(standin.clone(), arn.clone()));
            world.keep(task.abort_handle());
            arn
        }
    };
    drop(world);
    wire::leave(&standin, OPERATION, wire::answer(StatusCode::CREATED, json!({ "jobArn": arn })))
}

/// A token seen before: the same request is dropped without an error, another request is a conflict.
fn repeated(
    standin: &Standin,
    world: &mut World,
    request: &CreateRequest,
    body: &Value,
) -> Result<Option<String>, Refusal> {
    let forgotten = standin.faults().same_token == SameToken::Forgotten;
    let Some(token) = request.client_request_token.as_ref().filter(|_| !forgotten) else { return Ok(None) };
    let first = world.jobs.iter_mut().find(|job| job.request.client_request_token.as_ref() == Some(token));
    let Some(first) = first else { return Ok(None) };
    if first.body != *body {
        return Err(errors::TOKEN_OF_ANOTHER.refusal());
    }
    first.creates += 1;
    match standin.faults().same_token {
        SameToken::SameJob | SameToken::Forgotten => Ok(Some(first.arn.clone())),
        SameToken::Conflict => Err(errors::TOKEN_IN_USE.refusal()),
    }
}

fn check_base(standin: &Standin, base: &Base) -> Result<(), Refusal> {
    match names::life(standin, base.model) {
        Life::Active => Ok(()),
        Life::Legacy => Err(errors::MODEL_LEGACY.with(&[&base.model.id])),
        Life::Gone => Err(errors::MODEL_RETIRED.refusal()),
    }
}

fn check_names(standin: &Standin, world: &World, request: &CreateRequest) -> Result<(), Refusal> {
    let repeat = standin.faults().names_repeat;
    let (job_name, model_name) = (request.job_name.as_deref(), request.custom_model_name.as_deref());
    let taken = |job: &&Job| Some(job.name()) == job_name && !(repeat && job.status.is_end());
    if world.jobs.iter().any(|job| taken(&job)) {
        return Err(in_use(&standin.faults(), &errors::JOB_NAME_IN_USE));
    }
    let promised = |job: &Job| !job.status.is_end() && Some(job.model_name()) == model_name;
    if world.models.iter().any(|model| Some(model.name.as_str()) == model_name) || world.jobs.iter().any(promised) {
        return Err(in_use(&standin.faults(), &errors::MODEL_NAME_IN_USE));
    }
    Ok(())
}

/// How a name in use is answered, as far as tests bend it.
fn in_use(faults: &Faults, known: &Known) -> Refusal {
    match faults.name_in_use {
        NameInUse::Validation => known.refusal(),
        NameInUse::Conflict => Refusal::bent("ConflictException", known.words),
        NameInUse::OtherWords => Refusal::bent("ValidationException", "Duplicate resource"),
    }
}

fn check_quotas(standin: &Standin, world: &World, name: &str) -> Result<(), Refusal> {
    let faults = standin.faults();
    if faults.own_quota.iter().any(|prefix| name.starts_with(prefix)) {
        return Err(errors::RECORDS_FULL.refusal());
    }
    if world.unfinished() + faults.strangers >= faults.slots {
        return Err(errors::JOBS_FULL.with(&[&faults.slots]));
    }
    if world.models.len() + world.unfinished() >= faults.models {
        return Err(errors::MODELS_FULL.with(&[&faults.models]));
    }
    Ok(())
}

fn open(standin: &Standin, world: &mut World, request: CreateRequest, body: Value, base: Base, id: String) -> String {
    let arn = standin.arn(&format!("model-customization-job/{}/{id}", base.model.id));
    let now = Timestamp::now();
    let tags = request.job_tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    world.tags.insert(arn.clone(), tags.collect());
    world.jobs.push(Job {
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
        validation_losses: Vec::new(),
        creates: 1,
        stop: Arc::new(Notify::new()),
    });
    arn
}

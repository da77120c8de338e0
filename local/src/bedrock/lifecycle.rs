//! Runs a job: validation, data processing and training, up to its end.

use std::sync::Arc;
use std::time::Duration;

use super::job::{CustomModel, Job, Status};
use super::memory::Memory;
use super::request::{CreateRequest, Customization};
use super::state::Shared;
use super::train::{self, Curve};
use super::{events, output, reading, storage};

/// Runs a job from its creation to its end, and sends an event for each status.
pub(super) async fn live(simulator: Shared, arn: String) {
    events::announce(&simulator, &arn).await;
    let Some(stop) = simulator.state().job(&arn).map(|job| job.stop.clone()) else { return };
    let outcome = tokio::select! {
        outcome = work(&simulator, &arn) => Some(outcome),
        () = stop.notified() => None,
    };
    match outcome {
        Some(Ok((curve, memory))) => complete(&simulator, &arn, &curve, memory),
        Some(Err(words)) => fail(&simulator, &arn, &words),
        None => {}
    }
    // If a stop arrives while the work ends, the job is Stopped, because the stop was answered with success.
    let stopping = simulator.state().job(&arn).is_some_and(|job| job.status == Status::Stopping);
    if stopping {
        events::announce(&simulator, &arn).await;
        let [.., last] = simulator.faults().phases_ms;
        tokio::time::sleep(Duration::from_millis(last)).await;
        change(&simulator, &arn, |job| {
            job.phases.iter_mut().filter(|phase| phase.status == "InProgress").for_each(|phase| phase.turn("Stopped"));
            job.turn(Status::Stopped);
        });
    }
    events::announce(&simulator, &arn).await;
}

/// Does the job's work. Returns its curve and its model's memory, or the message with which it fails.
async fn work(simulator: &Shared, arn: &str) -> Result<(Curve, Memory), String> {
    let (request, model, id, name, earlier) = {
        let state = simulator.state();
        let job = state.job(arn).ok_or("the job is gone")?;
        let earlier = state.model(&job.base_model_arn).map(|base| base.memory.clone());
        (job.request.clone(), job.model, job.id.clone(), job.name().to_owned(), earlier)
    };
    let durations = simulator.faults().phases_ms.map(Duration::from_millis);

    while simulator.faults().keeps_idle(&name) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begin(simulator, arn, 0);
    let s3 = storage::open(simulator, request.role_arn.as_deref().unwrap_or_default(), arn).await?;
    storage::probe(&s3, request.output_uri()).await?;
    let read = reading::read(&s3, &request, model).await?;
    tokio::time::sleep(durations[0]).await;
    end(simulator, arn, 0);

    begin(simulator, arn, 1);
    tokio::time::sleep(durations[1]).await;
    end(simulator, arn, 1);

    begin(simulator, arn, 2);
    let epochs = number(&request, "epochCount").map_or(2, |epochs| epochs as usize).clamp(1, 100);
    let billed_tokens = (read.training.len() / 4 * epochs) as u64;
    change(simulator, arn, |job| job.billed_tokens = billed_tokens);
    let rate = number(&request, "learningRate").unwrap_or(1e-5);
    let (train, at_once) = {
        let faults = simulator.faults();
        (faults.train, faults.train_at_once)
    };
    let real = train && running(simulator) <= at_once;
    let form = model.form(request.kind());
    let learned = tokio::task::spawn_blocking(move || {
        let validation = read.validation.as_deref();
        let curve = if real {
            train::learn(&read.training, validation, epochs, rate)
        } else {
            train::sketch(&read.training, validation, epochs)
        };
        (curve, Memory::of(&read.training, form, earlier.as_deref()))
    });
    let (learned, ()) = tokio::join!(learned, tokio::time::sleep(durations[2]));
    let (curve, memory) = learned.map_err(|error| error.to_string())?;
    while simulator.faults().holds(&name) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    if let Some(words) = simulator.faults().failure(&name) {
        return Err(words);
    }
    let place = |file| output::place(request.output_uri(), &id, file);
    let training = place("training_artifacts/step_wise_training_metrics.csv");
    storage::write(&s3, &training, output::training_csv(&curve.training).into_bytes()).await?;
    if !curve.validation.is_empty() {
        let validation = place("validation_artifacts/post_fine_tuning_validation/validation_metrics.csv");
        storage::write(&s3, &validation, output::validation_csv(&curve.validation).into_bytes()).await?;
    }
    Ok((curve, memory))
}

/// Returns a hyperparameter, from the map or from the typed ones.
fn number(request: &CreateRequest, name: &str) -> Option<f64> {
    if let Some(Customization::RftConfig(config)) = &request.customization_config {
        return config["hyperParameters"][name].as_f64();
    }
    request.hyper_parameters.as_ref()?.get(name)?.parse().ok()
}

fn running(simulator: &Shared) -> usize {
    simulator.state().jobs.iter().filter(|job| job.phases[2].status == "InProgress").count()
}

fn complete(simulator: &Shared, arn: &str, curve: &Curve, memory: Memory) {
    let mut state = simulator.state();
    let Some(job) = state.job_mut(arn).filter(|job| job.status == Status::InProgress) else { return };
    let model_arn = simulator.arn(&format!("custom-model/{}/{}", job.model.id, job.id));
    job.output_model_arn = Some(model_arn.clone());
    job.training_loss = curve.training.last().map(|step| step.loss);
    job.validation_losses = curve.validation.last().map(|step| step.loss).into_iter().collect();
    job.phases[2].turn("Completed");
    job.turn(Status::Completed);
    let tags = job.request.custom_model_tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    let model = CustomModel {
        arn: model_arn.clone(),
        name: job.model_name().to_owned(),
        job_arn: arn.to_owned(),
        base_model_arn: job.base_model_arn.clone(),
        model: job.model,
        kind: job.request.kind().to_owned(),
        memory: Arc::new(memory),
        created: job.modified,
    };
    state.models.push(model);
    state.tags.insert(model_arn, tags);
}

fn fail(simulator: &Shared, arn: &str, words: &str) {
    change(simulator, arn, |job| {
        if job.status != Status::InProgress {
            return;
        }
        job.phases.iter_mut().filter(|phase| phase.status == "InProgress").for_each(|phase| phase.turn("Failed"));
        // The field has at most 2,048 characters.
        job.failure = Some(words.chars().take(2_048).collect());
        job.turn(Status::Failed);
    });
}

fn begin(simulator: &Shared, arn: &str, phase: usize) {
    change(simulator, arn, |job| job.phases[phase].turn("InProgress"));
}

fn end(simulator: &Shared, arn: &str, phase: usize) {
    change(simulator, arn, |job| job.phases[phase].turn("Completed"));
}

fn change(simulator: &Shared, arn: &str, to: impl FnOnce(&mut Job)) {
    if let Some(job) = simulator.state().job_mut(arn) {
        to(job);
    }
}

//! The life of a job: validation, data processing, training, and how it ends.

use std::time::Duration;

use super::job::{CustomModel, Job, Status};
use super::request::{CreateRequest, Customization};
use super::train::{self, Curve};
use super::world::Shared;
use super::{events, output, reading, storage};

/// Lives a job from its creation to its end, announcing each status.
pub(super) async fn live(standin: Shared, arn: String) {
    events::announce(&standin, &arn).await;
    let Some(stop) = standin.world().job(&arn).map(|job| job.stop.clone()) else { return };
    let outcome = tokio::select! {
        outcome = work(&standin, &arn) => Some(outcome),
        () = stop.notified() => None,
    };
    match outcome {
        Some(Ok(curve)) => complete(&standin, &arn, &curve),
        Some(Err(words)) => fail(&standin, &arn, &words),
        None => {}
    }
    // A stop may come in the moment the work ends: then the stop has won, for its caller was told so.
    let stopping = standin.world().job(&arn).is_some_and(|job| job.status == Status::Stopping);
    if stopping {
        events::announce(&standin, &arn).await;
        let [.., last] = standin.faults().phases_ms;
        tokio::time::sleep(Duration::from_millis(last)).await;
        change(&standin, &arn, |job| {
            job.phases.iter_mut().filter(|phase| phase.status == "InProgress").for_each(|phase| phase.turn("Stopped"));
            job.turn(Status::Stopped);
        });
    }
    events::announce(&standin, &arn).await;
}

/// The job's work: its curve, or the message it fails with.
async fn work(standin: &Shared, arn: &str) -> Result<Curve, String> {
    let (request, model, id, name) = {
        let world = standin.world();
        let job = world.job(arn).ok_or("the job is gone")?;
        (job.request.clone(), job.model, job.id.clone(), job.name().to_owned())
    };
    let durations = standin.faults().phases_ms.map(Duration::from_millis);

    begin(standin, arn, 0);
    let s3 = storage::open(standin, request.role_arn.as_deref().unwrap_or_default(), arn).await?;
    storage::probe(&s3, request.output_uri()).await?;
    let read = reading::read(&s3, &request, model).await?;
    tokio::time::sleep(durations[0]).await;
    end(standin, arn, 0);

    begin(standin, arn, 1);
    tokio::time::sleep(durations[1]).await;
    end(standin, arn, 1);

    begin(standin, arn, 2);
    let epochs = number(&request, "epochCount").map_or(2, |epochs| epochs as usize).clamp(1, 100);
    let rate = number(&request, "learningRate").unwrap_or(1e-5);
    let (train, at_once) = {
        let faults = standin.faults();
        (faults.train, faults.train_at_once)
    };
    let real = train && running(standin) <= at_once;
    let learned = tokio::task::spawn_blocking(move || {
        let validation = read.validation.as_deref();
        if real {
            train::learn(&read.training, validation, epochs, rate)
        } else {
            train::sketch(&read.training, validation, epochs)
        }
    });
    let (learned, ()) = tokio::join!(learned, tokio::time::sleep(durations[2]));
    let curve = learned.map_err(|error| error.to_string())?;
    while standin.faults().holds(&name) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    if let Some(words) = standin.faults().failure(&name) {
        return Err(words);
    }
    let place = |file| output::place(request.output_uri(), &id, file);
    let training = place("training_artifacts/step_wise_training_metrics.csv");
    storage::write(&s3, &training, output::training_csv(&curve.training).into_bytes()).await?;
    if !curve.validation.is_empty() {
        let validation = place("validation_artifacts/post_fine_tuning_validation/validation_metrics.csv");
        storage::write(&s3, &validation, output::validation_csv(&curve.validation).into_bytes()).await?;
    }
    Ok(curve)
}

/// A hyperparameter, from the map or from the typed ones.
fn number(request: &CreateRequest, name: &str) -> Option<f64> {
    if let Some(Customization::RftConfig(config)) = &request.customization_config {
        return config["hyperParameters"][name].as_f64();
    }
    request.hyper_parameters.as_ref()?.get(name)?.parse().ok()
}

fn running(standin: &Shared) -> usize {
    standin.world().jobs.iter().filter(|job| job.phases[2].status == "InProgress").count()
}

fn complete(standin: &Shared, arn: &str, curve: &Curve) {
    let mut world = standin.world();
    let Some(job) = world.job_mut(arn).filter(|job| job.status == Status::InProgress) else { return };
    let model_arn = standin.arn(&format!("custom-model/{}/{}", job.model.id, job.id));
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
        created: job.modified,
    };
    world.models.push(model);
    world.tags.insert(model_arn, tags);
}

fn fail(standin: &Shared, arn: &str, words: &str) {
    change(standin, arn, |job| {
        if job.status != Status::InProgress {
            return;
        }
        job.phases.iter_mut().filter(|phase| phase.status == "InProgress").for_each(|phase| phase.turn("Failed"));
        // The field holds 2,048 characters.
        job.failure = Some(words.chars().take(2_048).collect());
        job.turn(Status::Failed);
    });
}

fn begin(standin: &Shared, arn: &str, phase: usize) {
    change(standin, arn, |job| job.phases[phase].turn("InProgress"));
}

fn end(standin: &Shared, arn: &str, phase: usize) {
    change(standin, arn, |job| job.phases[phase].turn("Completed"));
}

fn change(standin: &Shared, arn: &str, to: impl FnOnce(&mut Job)) {
    if let Some(job) = standin.world().job_mut(arn) {
        to(job);
    }
}

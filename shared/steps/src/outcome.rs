//! The outcome of a run, as it is kept beside the run's data.

use tunedrop_aws::{Failure, Objects};
use tunedrop_report::Outcome;
use tunedrop_run::{Run, State};

/// What the ledger alone knows of a run that ends in `state`.
pub(crate) fn outcome_of(stack: &str, run: &Run, state: State, objects: &Objects) -> Outcome {
    let plan = run.plan.as_ref();
    Outcome {
        version: 1,
        stack: stack.to_owned(),
        run_id: run.run_id.clone(),
        dataset: run.dataset.clone(),
        state: state.as_str().to_owned(),
        base_model: plan.map(|plan| plan.base_model.clone()).unwrap_or_default(),
        job_arn: run.job_arn.clone().unwrap_or_default(),
        model_arn: None,
        failure_message: None,
        created_at: None,
        ended_at: None,
        phases: Vec::new(),
        hyperparameters: plan.map(|plan| plan.hyperparameters.clone()).unwrap_or_default(),
        training: Vec::new(),
        validation: Vec::new(),
        output: objects.address(&format!("output/{}/", run.run_id)),
    }
}

/// Writes both forms; the address of the HTML.
pub(crate) async fn write_outcome(objects: &Objects, outcome: &Outcome) -> Result<String, Failure> {
    let folder = format!("runs/{}", outcome.run_id);
    objects.write(&format!("{folder}/outcome.json"), outcome.json().into_bytes(), "application/json").await?;
    let html = format!("{folder}/outcome.html");
    objects.write(&html, outcome.html().into_bytes(), "text/html; charset=utf-8").await?;
    Ok(objects.address(&html))
}

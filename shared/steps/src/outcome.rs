//! The outcome of a run, as it is kept beside the run's data.

use tunedrop_aws::{Failure, Ledger, Objects};
use tunedrop_report::{Billing, Compared, Outcome};
use tunedrop_run::{Run, State};

/// Runs are compared with at most so many earlier ones; each is a read of the ledger.
const EARLIER_MAX: usize = 5;
/// Runs passed over on the way to those, such as superseded ones.
const STEPS_MAX: usize = 20;

/// What the ledger alone knows of a run that ends in `state`.
pub(crate) fn outcome_of(stack: &str, run: &Run, state: State, objects: &Objects) -> Outcome {
    let plan = run.plan.as_ref();
    Outcome {
        version: 1,
        stack: stack.to_owned(),
        run_id: run.run_id.to_string(),
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
        records: run.records,
        billing: plan.and_then(|plan| {
            let (epochs, price_per_1k_tokens) = (plan.epochs, plan.price_per_1k_tokens);
            Some(Billing { tokens: plan.tokens?, epochs, price_per_1k_tokens })
        }),
        earlier: Vec::new(),
        training: Vec::new(),
        validation: Vec::new(),
        metrics: Vec::new(),
        output: objects.address(&format!("output/{}/", run.run_id)),
    }
}

/// The dataset's earlier runs whose jobs were started, the newest first.
pub(crate) async fn earlier(ledger: &Ledger, run: &Run) -> Result<Vec<Compared>, Failure> {
    let mut earlier: Vec<Compared> = Vec::new();
    let mut previous = run.previous.clone();
    for _ in 0..STEPS_MAX {
        let Some(run_id) = previous.take() else { break };
        // A superseded run that was dropped again may name a run that names it.
        if run_id == run.run_id || earlier.iter().any(|known| known.run_id == run_id) || earlier.len() == EARLIER_MAX {
            break;
        }
        let Some(there) = ledger.readable_run(&run_id).await? else { break };
        previous = there.previous.clone();
        if there.job_arn.is_some() {
            let plan = there.plan.as_ref();
            earlier.push(Compared {
                run_id: run_id.into(),
                state: there.state.as_str().to_owned(),
                changed_at: there.changed_at,
                base_model: plan.map(|plan| plan.base_model.clone()).unwrap_or_default(),
                records: there.records,
                hyperparameters: plan.map(|plan| plan.hyperparameters.clone()).unwrap_or_default(),
                training_loss: there.training_loss,
                validation_loss: there.validation_loss,
            });
        }
    }
    Ok(earlier)
}

/// Writes both forms; the address of the HTML.
pub(crate) async fn write_outcome(objects: &Objects, outcome: &Outcome) -> Result<String, Failure> {
    let folder = format!("runs/{}", outcome.run_id);
    objects.write(&format!("{folder}/outcome.json"), outcome.json().into_bytes(), "application/json").await?;
    let html = format!("{folder}/outcome.html");
    objects.write(&html, outcome.html().into_bytes(), "text/html; charset=utf-8").await?;
    Ok(objects.address(&html))
}

//! The outcome report of a run, stored next to the run's data.

use tunedrop_aws::{Failure, Ledger, Objects, Small};
use tunedrop_report::{Billing, Compared, Outcome, SuspectList};
use tunedrop_run::second_look::{SUSPECTS_READ_MAX, Suspects, suspects_key};
use tunedrop_run::{Ancestors, Lineage, Run, State};

/// Maximum number of earlier runs in a comparison; each is a read of the ledger.
const EARLIER_MAX: usize = 5;
/// Maximum number of runs that are read to find them, superseded ones included.
const STEPS_MAX: usize = 20;

/// Returns the outcome of a run that ends in `state`, as far as the ledger has it.
pub(crate) fn outcome_of(stack: &str, run: &Run, state: State, objects: &Objects) -> Outcome {
    let plan = run.plan.as_ref();
    Outcome {
        version: 1,
        stack: stack.to_owned(),
        run_id: run.run_id.to_string(),
        dataset: run.dataset.clone(),
        state: state.as_str().to_owned(),
        base_model: plan.map(|plan| plan.base_model.clone()).unwrap_or_default(),
        lifecycle_warning: run.lifecycle_warning.clone(),
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
            let price_source = plan.price_source.clone();
            Some(Billing { tokens: plan.tokens?, epochs, price_per_1k_tokens, price_source })
        }),
        earlier: Vec::new(),
        lineage: Lineage::default(),
        training: Vec::new(),
        validation: Vec::new(),
        metrics: Vec::new(),
        loss_jump: None,
        suspects: None,
        output: objects.address(&format!("output/{}/", run.run_id)),
        deploy: plan.and_then(|plan| plan.deploy.clone()),
        evaluate: plan.and_then(|plan| plan.evaluate.clone()),
    }
}

/// The dataset's earlier runs whose jobs were started, the newest first.
pub(crate) async fn earlier(ledger: &Ledger, run: &Run) -> Result<Vec<Compared>, Failure> {
    let mut earlier: Vec<Compared> = Vec::new();
    let mut previous = run.previous.clone();
    for _ in 0..STEPS_MAX {
        let Some(run_id) = previous.take() else { break };
        // A superseded run that was uploaded again may name a run that names it.
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

/// What the run was trained on and from, as far as the ledger has it.
pub(crate) async fn lineage(ledger: &Ledger, run: &Run) -> Result<Lineage, Failure> {
    let mut ancestors = Ancestors::of(run);
    while let Some(next) = ancestors.next() {
        let there = ledger.readable_run(next).await?;
        ancestors.add(there.as_ref());
    }
    Ok(ancestors.lineage(run))
}

/// The records of the run's training file that stand out, as validate kept them. What is wrong with the list is said in it.
pub(crate) async fn suspects(objects: &Objects, run: &Run) -> Result<SuspectList, Failure> {
    let unknown = |why: &str| SuspectList::Unknown(why.to_owned());
    let Some(object) = objects.find(&suspects_key(&run.run_id)).await? else {
        return Ok(unknown("the data wasn't looked at, because the recipe had no `quality`"));
    };
    Ok(match objects.small(&object, SUSPECTS_READ_MAX).await? {
        Small::Bytes(bytes) => Suspects::decode(&bytes).map_or_else(
            || unknown("the list is damaged, or another version of tunedrop wrote it"),
            SuspectList::Known,
        ),
        Small::Changed | Small::Unreadable(_) => unknown("the list can't be read"),
    })
}

/// Writes the outcome as JSON and HTML. Returns the address of the HTML.
pub(crate) async fn write_outcome(objects: &Objects, outcome: &Outcome) -> Result<String, Failure> {
    let folder = format!("runs/{}", outcome.run_id);
    objects.write(&format!("{folder}/outcome.json"), outcome.json().into_bytes(), "application/json").await?;
    let html = format!("{folder}/outcome.html");
    objects.write(&html, outcome.html().into_bytes(), "text/html; charset=utf-8").await?;
    Ok(objects.address(&html))
}

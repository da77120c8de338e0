//! What an evaluation will ask: the models, and the most that their answers can bill.

use tunedrop_evaluation::{BASE, DEPLOYED, Price};
use tunedrop_validation::money::at_most;
use tunedrop_validation::{Catalogue, Model, grouped};

use super::{ended, moved};
use crate::evaluation::{
    EvaluationEntry, EvaluationInput, EvaluationSide, EvaluationState, EvaluationTokens, JudgeModel, chunks, invocable,
    next, temporary_deployment,
};
use crate::guard::{JUDGE_PRICE_IN_CATALOGUE, stack_evaluation_price, stack_judge_price};
use crate::plan::{Against, EvaluationPlan};
use crate::prices::{PriceList, inference_price, judge_price};
use crate::{Deployment, DeploymentState, Run, RunId, StackGuards, billed_at_most};

/// A run whose model is to be compared, and the deployment that may serve it already.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared<'c> {
    /// The run.
    pub run: &'c Run,
    /// The deployment that its recipe names.
    pub deployment: Option<&'c Deployment>,
}

/// What was found in the held-out file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The models to ask.
    pub sides: Vec<EvaluationSide>,
    /// Records of the sample.
    pub records: u64,
    /// The most tokens that all answers and the judge can bill.
    pub token_ceiling: u64,
}

/// The name of the deployment that a run's model has, if it has one.
pub fn deployment_name(run: &Run) -> &str {
    let plan = run.plan.as_ref().and_then(|plan| plan.deploy.as_ref());
    plan.and_then(|plan| plan.name.as_deref()).unwrap_or(&run.dataset)
}

/// The models to ask, the run's first. `deployed`: the run behind the dataset's deployment; `runs`: those that
/// [`Against::Run`] names, in their order. The error says which run has no model.
///
/// `deployed` is left out if there is no such run, or if its model is asked under another name. If nothing is left to
/// compare with and nothing is required of the model alone, it is compared with the base model.
pub fn sides(
    entry: &EvaluationEntry,
    new: Compared<'_>,
    deployed: Option<Compared<'_>>,
    runs: &[Compared<'_>],
) -> Result<Vec<EvaluationSide>, String> {
    let base = || EvaluationSide {
        name: BASE.to_owned(),
        run_id: None,
        deployment: None,
        temporary: false,
        answered: false,
        model_id: new.run.plan.as_ref().map(|plan| invocable(&plan.catalogue_model).to_owned()),
        deployed_at: None,
    };
    let mut sides = vec![of_run(entry, &new.run.run_id.clone(), new)?];
    let named: Vec<&RunId> = runs.iter().map(|compared| &compared.run.run_id).collect();
    let mut runs = runs.iter();
    for against in &entry.plan.against {
        match against {
            Against::Base => sides.push(base()),
            Against::Deployed => {
                let other = |compared: &Compared<'_>| {
                    compared.run.run_id != new.run.run_id && !named.contains(&&compared.run.run_id)
                };
                if let Some(compared) = deployed.filter(other) {
                    sides.push(of_run(entry, DEPLOYED, compared)?);
                }
            }
            Against::Run(run_id) => match runs.next() {
                Some(compared) => sides.push(of_run(entry, run_id, *compared)?),
                None => return Err(format!("this stack has no run {run_id}")),
            },
        }
    }
    if sides.len() == 1 && entry.plan.require.is_empty() {
        sides.push(base());
    }
    Ok(sides)
}

fn of_run(entry: &EvaluationEntry, name: &str, compared: Compared<'_>) -> Result<EvaluationSide, String> {
    let run = compared.run;
    if run.model_arn.is_none() {
        return Err(format!("run {} is {}, so it has no model to compare with", run.run_id, run.state.as_str()));
    }
    let serving = compared.deployment.filter(|deployment| serves(deployment, &run.run_id));
    Ok(EvaluationSide {
        name: name.to_owned(),
        run_id: Some(run.run_id.clone()),
        deployment: Some(match serving {
            Some(deployment) => deployment.name.clone(),
            None => temporary_deployment(&entry.run_id, &run.run_id),
        }),
        temporary: serving.is_none(),
        answered: false,
        model_id: None,
        deployed_at: None,
    })
}

/// Whether the deployment serves the run's model, and nothing else was requested of it.
pub(super) fn serves(deployment: &Deployment, run_id: &RunId) -> bool {
    deployment.state == DeploymentState::Active
        && deployment.run_id == *run_id
        && deployment.serving.as_ref() == Some(run_id)
        && deployment.arn.is_some()
}

/// Why the evaluation can't have its judge in this Region; `None` if it can, or has none. No model is asked then: a judge that
/// can't be asked would be noticed only after all answers are paid for.
pub fn judge_fault(plan: &EvaluationPlan, region: &str) -> Option<String> {
    let judge = plan.judge.as_ref()?;
    let id = JudgeModel::find(&judge.model).and_then(|known| known.id_in(Some(region)));
    id.is_none().then(|| format!("{} isn't available as a judge in {region}", judge.model))
}

/// The evaluation with the known price of its model, if it has none yet: a command requested it.
pub fn with_price(
    mut was: EvaluationEntry,
    model: Option<&Model>,
    catalogue: &Catalogue,
    list: Option<&PriceList>,
) -> EvaluationEntry {
    if was.plan.catalogue_price.is_none()
        && let Some(known) = model.and_then(|model| inference_price(model, list))
    {
        (was.plan.catalogue_price, was.plan.catalogue_price_source) = (Some(known.usd), Some(known.source));
    }
    was.plan.price = was.plan.price.or(was.plan.catalogue_price);
    if let Some(judge) = &mut was.plan.judge {
        if judge.catalogue_price.is_none()
            && let Some(known) = judge_price(&judge.model, catalogue, list)
        {
            (judge.catalogue_price, judge.catalogue_price_source) = (Some(known.usd), Some(known.source));
        }
        judge.price = judge.price.or(judge.catalogue_price);
    }
    was
}

/// What an evaluation can bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Billing {
    /// Asking the models.
    pub asked: EvaluationTokens,
    /// Asking the judge, if there is one.
    pub judge: Option<EvaluationTokens>,
}

impl Billing {
    /// All tokens.
    pub fn sum(&self) -> u64 {
        self.asked.sum().saturating_add(self.judge.map_or(0, |judge| judge.sum()))
    }
}

/// Why the evaluation may not ask any model, in a sentence that says how to fix it; `None` if no guard forbids it. The
/// recipe's evaluation counts as a part of its run, so it adds to what the training can bill.
pub fn refusal(entry: &EvaluationEntry, run: &Run, billing: Billing, stack: &StackGuards) -> Option<String> {
    let plan = run.plan.as_ref();
    let training = plan.filter(|_| entry.is_of_recipe()).and_then(|plan| billed_at_most(plan).ok()).unwrap_or(0);
    let own = plan.map(|plan| plan.guard.clone()).unwrap_or_default();
    let price = plan.and_then(|plan| plan.catalogue_price_per_1k_tokens.or(plan.price_per_1k_tokens));
    let trained = training as f64 / 1000.0 * price.unwrap_or(0.0);
    let judge = entry.plan.judge.as_ref();
    let limits = [
        (
            ("the recipe's guard.max_tokens", own.max_tokens),
            ("the recipe's guard.max_cost_usd", own.max_cost_usd),
            (entry.plan.price, "set evaluate.price in the recipe"),
            (judge.and_then(|judge| judge.price), "set evaluate.judge.price in the recipe"),
        ),
        (
            ("the stack's MaxTokensPerRun", stack.max_tokens),
            ("the stack's MaxCostPerRunUsd", stack.max_cost_usd),
            (stack_evaluation_price(&entry.plan), "set inference_price in the stack's config/catalogue.toml"),
            (judge.and_then(stack_judge_price), JUDGE_PRICE_IN_CATALOGUE),
        ),
    ];
    limits.into_iter().find_map(|((tokens_name, max_tokens), (cost_name, max_cost), answers, judge)| {
        let billed = billing.sum().saturating_add(training);
        if let Some(max) = max_tokens.filter(|max| billed > *max) {
            let judged = billing.judge.map(|judge| format!(" and {} for the judge", grouped(judge.sum())));
            let also =
                if training > 0 { format!(" besides the training's {}", grouped(training)) } else { String::new() };
            return Some(format!(
                "Bedrock could bill up to {} tokens for the answers{}{also}, but {tokens_name} is {}; use fewer records, or raise the limit",
                grouped(billing.asked.sum()),
                judged.unwrap_or_default(),
                grouped(max)
            ));
        }
        let max = max_cost?;
        let unknown = |what: &str, fix: &str| {
            Some(format!("{cost_name} is {max} USD, but no price is known for {what}; {fix}, or remove the limit"))
        };
        let Some(price) = answers.0.filter(is_known) else { return unknown("the answers", answers.1) };
        let judged = match (billing.judge, judge.0.filter(is_known)) {
            (None, _) => None,
            (Some(_), None) => return unknown("the judge", judge.1),
            (Some(tokens), Some(price)) => Some((tokens, tokens.cost(&price))),
        };
        let cost = billing.asked.cost(&price) + judged.map_or(0.0, |(_, cost)| cost) + trained;
        let judged = judged.map(|(tokens, cost)| format!(", and {} of the judge for {} USD", grouped(tokens.sum()), at_most(cost)));
        (cost > max).then(|| {
            format!(
                "the answers could cost up to {} USD together with the training that they belong to ({} tokens at {} and {} USD per 1,000{}), but {cost_name} is {max} USD; use fewer records, or raise the limit",
                at_most(cost),
                grouped(billing.asked.sum()),
                price.input_per_1k,
                price.output_per_1k,
                judged.unwrap_or_default(),
            )
        })
    })
}

/// Whether a price bounds anything: positive numbers.
fn is_known(price: &Price) -> bool {
    [price.input_per_1k, price.output_per_1k].iter().all(|part| part.is_finite() && *part > 0.0)
}

/// The evaluation that waits for its deployments, or one that a guard refuses.
pub fn prepared(
    was: &EvaluationEntry,
    prepared: Prepared,
    refusal: Option<String>,
    now: &str,
) -> Result<EvaluationEntry, &'static str> {
    let Prepared { sides, records, token_ceiling } = prepared;
    let input = if refusal.is_some() { EvaluationInput::Refused } else { EvaluationInput::Prepared };
    let state = next(was.state, input)?;
    let mut next =
        EvaluationEntry { sides, records: Some(records), token_ceiling: Some(token_ceiling), ..moved(was, state, now) };
    next.chunks = Some(chunks(&next, records as usize).len() as u64);
    if state == EvaluationState::Refused {
        return Ok(ended(next, state, refusal, now));
    }
    Ok(next)
}

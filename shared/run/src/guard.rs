//! Guards: the limits of the recipe and of the stack that a run must respect before it is launched.

mod allowed;
mod ceiling;
mod limits;

use tunedrop_evaluation::Price;
use tunedrop_validation::Catalogue;

use crate::budget::{RECIPE_MONTH, STACK_DAY, STACK_MONTH};
use crate::{EvaluationPlan, Judge, Plan};
pub use allowed::wants_proof;
pub use ceiling::ceiling;
pub(crate) use limits::{Limits, billed_tokens};

/// The stack's own limits, which no recipe can raise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackGuards {
    /// Aliases, identifiers or custom models' ARNs that base models and teachers may have. Empty: any.
    pub allowed_base_models: Vec<String>,
    /// ARNs of custom models that may be trained further, besides those that the stack created. They may end in `*`.
    pub custom_base_models: Vec<String>,
    /// Keys that a recipe's tags may have. Empty: any.
    pub allowed_tag_keys: Vec<String>,
    /// The most tokens that one run may bill.
    pub max_tokens: Option<u64>,
    /// The most that one run may cost, in USD.
    pub max_cost_usd: Option<f64>,
    /// The most that the runs launched in a month may cost together, in USD.
    pub max_cost_per_month_usd: Option<f64>,
    /// The most tokens that the runs launched in a day may bill together.
    pub max_tokens_per_day: Option<u64>,
    /// The most model units of provisioned throughput that a run's deployment may have. `None`: any.
    pub max_model_units: Option<u32>,
    /// The Region of the jobs. `None`: not compared.
    pub region: Option<String>,
    /// The account of the jobs. `None`: not compared.
    pub account: Option<String>,
}

const VALIDATED_BEFORE: &str =
    "an older version of tunedrop validated the dataset (upload the recipe again with the next `attempt`)";

/// Returns the most tokens that training can bill: tokens × epochs (user guide, "Custom models": training is billed by
/// tokens processed). The error is a clause that says why there is no upper bound.
pub fn billed_at_most(plan: &Plan) -> Result<u64, String> {
    match (plan.token_ceiling, &plan.unbounded) {
        (Some(ceiling), None) => {
            let epochs = plan.epochs.ok_or("neither the recipe nor the catalogue sets the number of epochs")?;
            Ok(ceiling.saturating_mul(epochs))
        }
        (_, Some(why)) => Err(why.clone()),
        (None, None) => Err(VALIDATED_BEFORE.to_owned()),
    }
}

/// Returns why the run may not be launched, in a sentence that says how to fix it. `None` if no guard forbids it.
///
/// `made_here`: whether a run of this stack created the plan's base model, if that is a custom model.
pub fn refusal(plan: &Plan, stack: &StackGuards, catalogue: &Catalogue, made_here: bool) -> Option<String> {
    if let Some(reason) = allowed::refusal(plan, stack, catalogue, made_here) {
        return Some(reason);
    }
    // A run that exceeds a budget alone would wait for ever.
    let (recipes, stacks) = (recipe_limits(plan), stack_limits(plan, stack));
    let month = plan.budget.map(|budget| budget.per_month_usd);
    let recipes_budget = Limits { tokens: ("", None), cost: (RECIPE_MONTH, month), ..recipes };
    let days = (STACK_DAY, stack.max_tokens_per_day);
    let stacks_budgets = Limits { tokens: days, cost: (STACK_MONTH, stack.max_cost_per_month_usd), ..stacks };
    let all = [recipes, stacks, recipes_budget, stacks_budgets];
    all.iter().find_map(|limits| limits.over_tokens(plan).or_else(|| limits.over_cost(plan)))
}

/// The recipe's limits on one run, with its prices.
pub(crate) fn recipe_limits(plan: &Plan) -> Limits<'static> {
    let judge = plan.evaluate.as_ref().and_then(|evaluate| evaluate.judge.as_ref());
    Limits {
        tokens: ("the recipe's guard.max_tokens", plan.guard.max_tokens),
        cost: ("the recipe's guard.max_cost_usd", plan.guard.max_cost_usd),
        training_price: plan.price_per_1k_tokens,
        evaluation_price: plan.evaluate.as_ref().and_then(|evaluate| evaluate.price),
        judge_price: judge.and_then(|judge| judge.price),
        price_in: (
            "set price_per_1k_tokens in the recipe",
            "set evaluate.price in the recipe",
            "set evaluate.judge.price in the recipe",
        ),
    }
}

/// The stack's limits on one run, with its prices.
pub(crate) fn stack_limits(plan: &Plan, stack: &StackGuards) -> Limits<'static> {
    let judge = plan.evaluate.as_ref().and_then(|evaluate| evaluate.judge.as_ref());
    Limits {
        tokens: ("the stack's MaxTokensPerRun", stack.max_tokens),
        cost: ("the stack's MaxCostPerRunUsd", stack.max_cost_usd),
        training_price: stack_price(plan),
        evaluation_price: plan.evaluate.as_ref().and_then(stack_evaluation_price),
        judge_price: judge.and_then(stack_judge_price),
        price_in: (
            "set price_per_1k_tokens in the stack's config/catalogue.toml",
            "set inference_price in the stack's config/catalogue.toml",
            JUDGE_PRICE_IN_CATALOGUE,
        ),
    }
}

/// Returns the price that the stack's guard uses: the catalogue's, or the recipe's if that is higher. The recipe's
/// price alone limits nothing, because the uploader chooses it.
fn stack_price(plan: &Plan) -> Option<f64> {
    let catalogue = plan.catalogue_price_per_1k_tokens?;
    Some(plan.price_per_1k_tokens.filter(|price| *price > catalogue).unwrap_or(catalogue))
}

/// How to set a judge's price for the stack's guard.
pub(crate) const JUDGE_PRICE_IN_CATALOGUE: &str =
    "use a judge of the catalogue, and set its inference_price in the stack's config/catalogue.toml";

/// The same for the models that an evaluation asks.
pub(crate) fn stack_evaluation_price(evaluate: &EvaluationPlan) -> Option<Price> {
    higher(evaluate.price, evaluate.catalogue_price)
}

/// The same for the judge.
pub(crate) fn stack_judge_price(judge: &Judge) -> Option<Price> {
    higher(judge.price, judge.catalogue_price)
}

fn higher(price: Option<Price>, catalogue: Option<Price>) -> Option<Price> {
    let catalogue = catalogue?;
    let price = price.unwrap_or(catalogue);
    Some(Price {
        input_per_1k: price.input_per_1k.max(catalogue.input_per_1k),
        output_per_1k: price.output_per_1k.max(catalogue.output_per_1k),
    })
}

#[cfg(test)]
mod tests;

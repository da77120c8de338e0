//! What stops a run before it costs anything: the recipe's guard and, above it, the stack's.

mod allowed;
mod ceiling;

use tunedrop_validation::Catalogue;

use crate::Plan;
pub use allowed::wants_proof;
pub use ceiling::ceiling;

/// The stack's own limits, which no recipe can raise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackGuards {
    /// Aliases, identifiers or custom models' ARNs, for base models and teachers; empty: any.
    pub allowed_base_models: Vec<String>,
    /// ARNs of custom models that may be trained further beside the stack's own; one may end in `*`.
    pub custom_base_models: Vec<String>,
    /// Keys that a recipe's tags may have; empty: any.
    pub allowed_tag_keys: Vec<String>,
    /// Billed tokens of one run.
    pub max_tokens: Option<u64>,
    /// USD of one run.
    pub max_cost_usd: Option<f64>,
    /// Where the jobs run; unset: not compared.
    pub region: Option<String>,
    /// Whose jobs they are; unset: not compared.
    pub account: Option<String>,
}

/// The most that the run can bill: tokens × epochs (user guide, "Custom models": training is billed by tokens processed).
/// The error says, as a clause, why nothing bounds it.
pub fn billed_at_most(plan: &Plan) -> Result<u64, String> {
    match (plan.token_ceiling, &plan.unbounded) {
        (Some(ceiling), None) => {
            let epochs = plan.epochs.ok_or("neither the recipe nor the catalogue says how many epochs it trains")?;
            Ok(ceiling.saturating_mul(epochs))
        }
        (_, Some(why)) => Err(why.clone()),
        (None, None) => {
            Err("an older version of tunedrop validated it; upload it again with the next `attempt`".to_owned())
        }
    }
}

/// Why the run is not launched, in a sentence that says how to fix it; `None` where nothing forbids it.
///
/// `made_here`: whether the plan's base model, where it is a custom model, came out of a run of this stack.
pub fn refusal(plan: &Plan, stack: &StackGuards, catalogue: &Catalogue, made_here: bool) -> Option<String> {
    if let Some(reason) = allowed::refusal(plan, stack, catalogue, made_here) {
        return Some(reason);
    }
    let price = plan.price_per_1k_tokens;
    let limits = [
        (
            "the recipe's guard.max_tokens",
            plan.guard.max_tokens,
            "the recipe's guard.max_cost_usd",
            plan.guard.max_cost_usd,
            price,
        ),
        (
            "the stack's MaxTokensPerRun",
            stack.max_tokens,
            "the stack's MaxCostPerRunUsd",
            stack.max_cost_usd,
            stack_price(plan),
        ),
    ];
    for (tokens_name, max_tokens, cost_name, max_cost, price) in limits {
        if let Some(reason) = max_tokens.and_then(|max| over_tokens(plan, tokens_name, max)) {
            return Some(reason);
        }
        if let Some(reason) = max_cost.and_then(|max| over_cost(plan, cost_name, max, price)) {
            return Some(reason);
        }
    }
    None
}

/// The price that the stack's guard goes by: the catalogue's, or the recipe's where that is higher. A recipe's price
/// alone is the uploader's word, and bounds nothing.
fn stack_price(plan: &Plan) -> Option<f64> {
    let catalogue = plan.catalogue_price_per_1k_tokens?;
    Some(plan.price_per_1k_tokens.filter(|price| *price > catalogue).unwrap_or(catalogue))
}

fn over_tokens(plan: &Plan, name: &str, max: u64) -> Option<String> {
    let billed = match billed_at_most(plan) {
        Ok(billed) => billed,
        Err(why) => {
            return Some(format!(
                "{name} is {max}, and how many tokens this run would bill can't be estimated: {why}; remove that guard to launch it"
            ));
        }
    };
    (billed > max).then(|| {
        format!(
            "up to {billed} tokens would be billed ({} bytes of training data, at most one token a byte, × {} epochs), and {name} is {max}; use fewer records or epochs, or raise it",
            plan.token_ceiling.unwrap_or_default(),
            plan.epochs.unwrap_or_default()
        )
    })
}

fn over_cost(plan: &Plan, name: &str, max: f64, price: Option<f64>) -> Option<String> {
    let Some(price) = price.filter(|price| price.is_finite() && *price > 0.0) else {
        let fix = if name.starts_with("the recipe") {
            "say price_per_1k_tokens in the recipe"
        } else {
            "say price_per_1k_tokens in the stack's config/catalogue.toml"
        };
        return Some(format!(
            "{name} is {max} USD, and no price is known for {}; {fix}, or remove that guard",
            plan.base_model
        ));
    };
    let billed = match billed_at_most(plan) {
        Ok(billed) => billed,
        Err(why) => {
            return Some(format!(
                "{name} is {max} USD, and how much this run would bill can't be estimated: {why}; remove that guard to launch it"
            ));
        }
    };
    let cost = billed as f64 / 1000.0 * price;
    (cost > max).then(|| {
        format!("up to {cost:.2} USD would be billed ({billed} tokens at most, at {price} per 1,000), and {name} is {max}; use fewer records or epochs, or raise it")
    })
}

#[cfg(test)]
mod tests;

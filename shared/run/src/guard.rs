//! What stops a run before it costs anything: the recipe's guard and, above it, the stack's.

use tunedrop_validation::{Catalogue, Customization};

use crate::Plan;

/// The stack's own limits, which no recipe can raise.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackGuards {
    /// Aliases or identifiers; empty: any.
    pub allowed_base_models: Vec<String>,
    /// Billed tokens of one run.
    pub max_tokens: Option<u64>,
    /// USD of one run.
    pub max_cost_usd: Option<f64>,
}

/// Upper end of what is billed: tokens × epochs (user guide, "Custom models": training is billed by tokens processed).
/// Not known for invocation logs, nor for reinforcement, which isn't billed by the token.
pub fn billed_tokens(plan: &Plan) -> Option<u64> {
    if plan.customization == Customization::ReinforcementFineTuning {
        return None;
    }
    Some(plan.tokens?.high.saturating_mul(plan.epochs.unwrap_or(1)))
}

/// Why the run is not launched, in a sentence that says how to mend it; `None` where nothing forbids it.
pub fn refusal(plan: &Plan, stack: &StackGuards, catalogue: &Catalogue) -> Option<String> {
    if !allowed(plan, stack, catalogue) {
        return Some(format!(
            "this stack launches {} only, and the recipe asks for {}; change the recipe's base_model, or the stack's AllowedBaseModels",
            stack.allowed_base_models.join(", "),
            plan.base_model
        ));
    }
    let limits = [
        (
            "the recipe's guard.max_tokens",
            plan.guard.max_tokens,
            "the recipe's guard.max_cost_usd",
            plan.guard.max_cost_usd,
        ),
        ("the stack's MaxTokensPerRun", stack.max_tokens, "the stack's MaxCostPerRunUsd", stack.max_cost_usd),
    ];
    for (tokens_name, max_tokens, cost_name, max_cost) in limits {
        if let Some(reason) = max_tokens.and_then(|max| over_tokens(plan, tokens_name, max)) {
            return Some(reason);
        }
        if let Some(reason) = max_cost.and_then(|max| over_cost(plan, cost_name, max)) {
            return Some(reason);
        }
    }
    None
}

fn allowed(plan: &Plan, stack: &StackGuards, catalogue: &Catalogue) -> bool {
    let same = |name: &String| {
        *name == plan.base_model
            || plan.alias.as_ref() == Some(name)
            || catalogue.find(name).is_some_and(|model| model.identifier == plan.catalogue_model)
    };
    stack.allowed_base_models.is_empty() || stack.allowed_base_models.iter().any(same)
}

fn over_tokens(plan: &Plan, name: &str, max: u64) -> Option<String> {
    let Some(billed) = billed_tokens(plan) else {
        return Some(format!(
            "{name} is {max}, and how many tokens this run would bill can't be told beforehand; remove that guard to launch it"
        ));
    };
    (billed > max).then(|| {
        format!(
            "up to {billed} tokens would be billed ({} in the data, at the upper end of the estimate, × {} epochs), and {name} is {max}; use fewer records or epochs, or raise it",
            plan.tokens.unwrap_or_default().high,
            plan.epochs.unwrap_or(1)
        )
    })
}

fn over_cost(plan: &Plan, name: &str, max: f64) -> Option<String> {
    let Some(price) = plan.price_per_1k_tokens else {
        return Some(format!(
            "{name} is {max} USD, and no price is known for {}; say price_per_1k_tokens in the recipe, or remove that guard",
            plan.base_model
        ));
    };
    let Some(billed) = billed_tokens(plan) else {
        return Some(format!(
            "{name} is {max} USD, and how much this run would bill can't be told beforehand; remove that guard to launch it"
        ));
    };
    let cost = billed as f64 / 1000.0 * price;
    (cost > max).then(|| {
        format!("up to {cost:.2} USD would be billed ({billed} tokens at {price} per 1,000), and {name} is {max}; use fewer records or epochs, or raise it")
    })
}

#[cfg(test)]
mod tests;

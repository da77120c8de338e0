//! Limits that count the evaluation with training.

use tunedrop_evaluation::Price;

use super::*;
use crate::{Against, EvaluationPlan};

/// Training: 2,000 tokens. The evaluation: 900 of prompts, 100 of answers.
fn evaluated() -> Plan {
    let evaluate = EvaluationPlan {
        data: "s3://b/e".into(),
        max_records: 200,
        against: vec![Against::Base],
        metrics: Vec::new(),
        max_tokens: None,
        require: Default::default(),
        judge: None,
        price: None,
        catalogue_price: None,
        catalogue_price_source: None,
        token_ceiling: Some(1000),
        answer_token_ceiling: Some(100),
    };
    Plan { evaluate: Some(evaluate), ..plan() }
}

fn priced(recipe: Option<(f64, f64)>, catalogue: Option<(f64, f64)>) -> Plan {
    let price = |(input_per_1k, output_per_1k)| Price { input_per_1k, output_per_1k };
    let plan = evaluated();
    let evaluate = plan.evaluate.map(|evaluate| EvaluationPlan {
        price: recipe.or(catalogue).map(price),
        catalogue_price: catalogue.map(price),
        ..evaluate
    });
    Plan { evaluate, price_per_1k_tokens: Some(1.0), catalogue_price_per_1k_tokens: Some(1.0), ..plan }
}

#[test]
fn guard_on_tokens_counts_training_and_evaluation() {
    let at = |max| Plan { guard: RecipeGuard { max_tokens: Some(max), max_cost_usd: None }, ..evaluated() };
    assert_eq!(refusal(&at(3000), &StackGuards::default()), None);
    let sentence = "Bedrock could bill up to 3,000 tokens (training: 1,000 bytes, at most one token per byte, × 2 epochs; evaluation: 1,000), but the recipe's guard.max_tokens is 2,999; use fewer records or epochs, lower evaluate.max_records, or raise the limit";
    assert_eq!(refusal(&at(2999), &StackGuards::default()).as_deref(), Some(sentence));
    let stack = StackGuards { max_tokens: Some(2999), ..StackGuards::default() };
    refused(&evaluated(), &stack, "Bedrock could bill up to 3,000 tokens");
}

#[test]
fn guard_on_cost_counts_training_and_evaluation() {
    // 2 USD for training, 0.9 for prompts, 0.4 for answers.
    let at = |max| Plan {
        guard: RecipeGuard { max_tokens: None, max_cost_usd: Some(max) },
        ..priced(Some((1.0, 4.0)), None)
    };
    assert_eq!(refusal(&at(3.3), &StackGuards::default()), None);
    let sentence = "the run could cost up to 3.30 USD (training: 2.00 USD for 2,000 tokens at 1 USD per 1,000; evaluation: 1.30 USD for 900 tokens of prompts at 1 USD and 100 of answers at 4 USD), but the recipe's guard.max_cost_usd is 3 USD; use fewer records or epochs, lower evaluate.max_records, or raise the limit";
    assert_eq!(refusal(&at(3.0), &StackGuards::default()).as_deref(), Some(sentence));
}

#[test]
fn guard_on_cost_names_the_missing_price() {
    let guarded = |plan: Plan| Plan { guard: RecipeGuard { max_tokens: None, max_cost_usd: Some(40.0) }, ..plan };
    let unknown = "is 40 USD, but no price is known for the evaluation's requests to amazon.nova-lite-v1:0:300k; set";
    for none in [None, Some((0.0, 1.0)), Some((1.0, f64::NAN))] {
        let reason = refusal(&guarded(priced(none, None)), &StackGuards::default()).expect("refused");
        let wanted = format!("the recipe's guard.max_cost_usd {unknown} evaluate.price in the recipe, or remove");
        assert!(reason.starts_with(&wanted), "{reason}");
    }
    // The uploader chooses the recipe's price.
    let stack = StackGuards { max_cost_usd: Some(40.0), ..StackGuards::default() };
    let reason = refusal(&priced(Some((0.1, 0.1)), None), &stack).expect("refused");
    let wanted = format!("the stack's MaxCostPerRunUsd {unknown} inference_price in the stack's config/catalogue.toml");
    assert!(reason.starts_with(&wanted), "{reason}");
}

#[test]
fn guard_of_the_stack_uses_the_higher_price_of_each_kind() {
    let stack = StackGuards { max_cost_usd: Some(10.0), ..StackGuards::default() };
    for (recipe, catalogue, refused) in [
        (None, (8.0, 7.0), false),
        (Some((0.1, 0.1)), (8.0, 7.0), false),
        (Some((9.0, 0.1)), (8.0, 7.0), true),
        (Some((0.1, 9.0)), (8.0, 7.0), true),
        (Some((0.1, 0.1)), (9.0, 1.0), true),
    ] {
        let reason = refusal(&priced(recipe, Some(catalogue)), &stack);
        assert_eq!(reason.is_some(), refused, "{recipe:?} {catalogue:?}: {reason:?}");
    }
}

#[test]
fn guard_refuses_an_evaluation_without_an_upper_bound() {
    let plan = priced(Some((1.0, 1.0)), Some((1.0, 1.0)));
    let evaluate = plan.evaluate.clone().map(|evaluate| EvaluationPlan { answer_token_ceiling: None, ..evaluate });
    let plan = Plan { evaluate, ..plan };
    assert_eq!(refusal(&plan, &StackGuards::default()), None);
    for stack in [
        StackGuards { max_tokens: Some(u64::MAX), ..StackGuards::default() },
        StackGuards { max_cost_usd: Some(1e12), ..StackGuards::default() },
    ] {
        let reason = refusal(&plan, &stack).expect("refused");
        assert!(reason.contains("can't be estimated: an older version of tunedrop"), "{reason}");
    }
}

use tunedrop_validation::{Catalogue, Customization, TokenBracket};

use super::{StackGuards, billed_tokens, refusal};
use crate::{Plan, RecipeGuard};

fn plan() -> Plan {
    Plan {
        base_model: "amazon.nova-lite-v1:0:300k".into(),
        alias: None,
        withdrawn: None,
        catalogue_model: "amazon.nova-lite-v1:0:300k".into(),
        customization: Customization::FineTuning,
        model_name: "a".into(),
        train: Some("s3://b/t".into()),
        validation: None,
        output: "s3://b/o/".into(),
        hyperparameters: Default::default(),
        tags: Default::default(),
        distillation: None,
        invocation_logs: None,
        reinforcement: None,
        guard: RecipeGuard::default(),
        price_per_1k_tokens: None,
        epochs: Some(2),
        tokens: Some(TokenBracket { low: 500, high: 1000 }),
    }
}

#[track_caller]
fn refused(plan: &Plan, stack: &StackGuards, begins: &str) {
    let reason = refusal(plan, stack, Catalogue::embedded()).expect("refused");
    assert!(reason.starts_with(begins), "{reason}");
}

#[test]
fn nothing_forbids_a_run_without_guards() {
    assert_eq!(refusal(&plan(), &StackGuards::default(), Catalogue::embedded()), None);
}

#[test]
fn tokens_count_at_the_upper_end_times_epochs() {
    assert_eq!(billed_tokens(&plan()), Some(2000));
    let at = |max| Plan { guard: RecipeGuard { max_tokens: Some(max), max_cost_usd: None }, ..plan() };
    assert_eq!(refusal(&at(2000), &StackGuards::default(), Catalogue::embedded()), None);
    refused(&at(1999), &StackGuards::default(), "up to 2000 tokens would be billed (1000 in the data");
    let stack = StackGuards { max_tokens: Some(1999), ..StackGuards::default() };
    refused(&at(2000), &stack, "up to 2000 tokens");
}

#[test]
fn a_cost_guard_without_a_price_refuses() {
    let guarded = Plan { guard: RecipeGuard { max_tokens: None, max_cost_usd: Some(40.0) }, ..plan() };
    refused(&guarded, &StackGuards::default(), "the recipe's guard.max_cost_usd is 40 USD, and no price is known");
    let priced = |price| Plan { price_per_1k_tokens: Some(price), ..guarded.clone() };
    assert_eq!(refusal(&priced(20.0), &StackGuards::default(), Catalogue::embedded()), None);
    refused(&priced(20.01), &StackGuards::default(), "up to 40.02 USD would be billed");
}

#[test]
fn what_cannot_be_estimated_is_refused_under_a_guard() {
    let logs = Plan { tokens: None, guard: RecipeGuard { max_tokens: Some(1), max_cost_usd: None }, ..plan() };
    refused(&logs, &StackGuards::default(), "the recipe's guard.max_tokens is 1, and how many");
    let graded = Plan {
        customization: Customization::ReinforcementFineTuning,
        guard: RecipeGuard { max_tokens: Some(1_000_000), max_cost_usd: None },
        ..plan()
    };
    refused(&graded, &StackGuards::default(), "the recipe's guard.max_tokens is 1000000, and how many");
}

#[test]
fn the_stack_allows_models_by_alias_or_identifier() {
    let allow = |name: &str| StackGuards { allowed_base_models: vec![name.into()], ..StackGuards::default() };
    for name in ["nova-lite", "amazon.nova-lite-v1:0:300k"] {
        assert_eq!(refusal(&plan(), &allow(name), Catalogue::embedded()), None);
    }
    refused(&plan(), &allow("nova-micro"), "this stack launches nova-micro only");
}

use serde_json::json;

use super::*;
use crate::refusal;
use tunedrop_validation::Catalogue;

/// Training of 2,000 tokens at 1 USD for 1,000, which the catalogue says, and 2 USD, which the recipe says.
fn run(budget: Option<RecipeBudget>) -> Run {
    let plan = json!({
        "base_model": "m", "catalogue_model": "m", "customization": "fine-tuning", "model_name": "m", "output": "s3://b/o/",
        "hyperparameters": {}, "tags": {}, "guard": {}, "epochs": 2, "token_ceiling": 1000, "price_per_1k_tokens": 2.0,
        "catalogue_price_per_1k_tokens": 1.0, "budget": budget,
    });
    let run = json!({
        "schema": 1, "run_id": "bot-0123456789ab", "revision": 1, "dataset": "bot", "state": "Queued", "identity": "0",
        "attempt": 1, "uploaded_at": "2026-12-01T00:00:00Z", "changed_at": "2026-12-01T00:00:00Z", "plan": plan,
        "owner": "ada",
    });
    serde_json::from_value(run).expect("a run")
}

fn stack(month: Option<f64>, day: Option<u64>) -> StackGuards {
    StackGuards { max_cost_per_month_usd: month, max_tokens_per_day: day, ..StackGuards::default() }
}

fn of(run: &Run, stack: &StackGuards, now: &str) -> Vec<Budget> {
    budgets(run, run.plan.as_ref().expect("a plan"), stack, now.parse().expect("a time"))
}

const NOW: &str = "2026-12-31T23:59:59Z";

#[test]
fn without_a_budget_nothing_is_reserved() {
    assert_eq!(of(&run(None), &StackGuards::default(), NOW), []);
}

#[test]
fn reserves_the_most_that_a_run_can_bill_in_each_budget() {
    let owners = RecipeBudget { per_month_usd: 12.5, by: BudgetOf::Owner };
    let all = of(&run(Some(owners)), &stack(Some(100.0), Some(5_000)), NOW);
    let shown: Vec<(&str, u64, u64)> = all.iter().map(|one| (one.item.as_str(), one.max, one.amount)).collect();
    assert_eq!(
        shown,
        [
            ("budget#2026-12#owner#ada", 12_500_000, 4_000_000),
            ("budget#2026-12", 100_000_000, 4_000_000),
            ("tokens#2026-12-31", 5_000, 2_000),
        ]
    );
    let datasets = RecipeBudget { per_month_usd: 12.5, by: BudgetOf::Dataset };
    assert_eq!(of(&run(Some(datasets)), &stack(None, None), NOW)[0].item, "budget#2026-12#dataset#bot");
}

#[test]
fn says_what_is_left_and_when_it_starts_again() {
    let all = of(&run(None), &stack(Some(100.0), Some(5_000)), NOW);
    assert_eq!(
        all[0].reason(3_500_000),
        "the stack's MaxCostPerMonthUsd is 100 USD, of which 3.50 USD are left, and the run could bill up to 4.00 USD; the budget starts again at 00:00 UTC on 2027-01-01"
    );
    assert_eq!(
        all[1].reason(0),
        "the stack's MaxTokensPerDay is 5,000 tokens, of which 0 tokens are left, and the run could bill up to 2,000 tokens; the budget starts again at 00:00 UTC on 2027-01-01"
    );
}

#[test]
fn refuses_a_run_that_exceeds_a_budget_alone() {
    let why = |run: Run, stack: StackGuards| {
        refusal(run.plan.as_ref().expect("a plan"), &stack, Catalogue::embedded(), true).unwrap_or_default()
    };
    assert_eq!(why(run(None), stack(Some(4.0), Some(2_000))), "");
    let month = why(run(None), stack(Some(3.99), None));
    assert!(month.contains("the stack's MaxCostPerMonthUsd is 3.99 USD"), "{month}");
    let day = why(run(None), stack(None, Some(1_999)));
    assert!(day.contains("the stack's MaxTokensPerDay is 1,999"), "{day}");
    let own = RecipeBudget { per_month_usd: 3.0, by: BudgetOf::Dataset };
    let own = why(run(Some(own)), stack(None, None));
    assert!(own.contains("the recipe's budget.per_month_usd is 3 USD"), "{own}");
    let mut unpriced = run(None);
    let plan = unpriced.plan.as_mut().expect("a plan");
    (plan.price_per_1k_tokens, plan.catalogue_price_per_1k_tokens) = (Some(2.0), None);
    let unknown = why(unpriced, stack(Some(100.0), None));
    assert!(unknown.contains("no price is known"), "the uploader's price alone bounds nothing: {unknown}");
}

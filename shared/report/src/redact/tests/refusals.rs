//! tunedrop's own refusals pass the redactor: the tests write them as the launch does.

use serde_json::json;
use tunedrop_run::decide::command::stopped_before;
use tunedrop_run::decide::lifecycle::{Dates, legacy};
use tunedrop_run::decide::limit::DailyLimits;
use tunedrop_run::decide::record::JOB_GONE;
use tunedrop_run::decide::sweep::IDLE;
use tunedrop_run::{Distillation, Plan, RecipeGuard, StackGuards, Timestamp, refusal};
use tunedrop_validation::{Catalogue, Customization};

use crate::redact::redact;

const LITE: &str = "amazon.nova-lite-v1:0:300k";
const CUSTOM: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
const IMPORTED: &str = "arn:aws:bedrock:us-east-1:111122223333:imported-model/abcdefghijkl";
const OTHER_MODEL: &str = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k/abcdefghijkl";

fn plan() -> Plan {
    Plan {
        base_model: LITE.into(),
        alias: None,
        withdrawn: None,
        catalogue_model: LITE.into(),
        customization: Customization::FineTuning,
        model_name: "a".into(),
        train: Some("s3://b/t".into()),
        validation: None,
        output: "s3://b/o/".into(),
        hyperparameters: Default::default(),
        tags: [("team".to_owned(), "support".to_owned())].into(),
        distillation: Some(Distillation { teacher: "amazon.nova-pro-v1:0".into(), max_response_length: None }),
        invocation_logs: None,
        reinforcement: None,
        guard: RecipeGuard::default(),
        price_per_1k_tokens: Some(0.001),
        price_source: None,
        catalogue_price_per_1k_tokens: Some(0.0025),
        catalogue_price_source: None,
        epochs: Some(2),
        tokens: None,
        token_ceiling: Some(12_345_678),
        unbounded: None,
        deploy: None,
        evaluate: None,
        budget: None,
    }
}

#[track_caller]
fn passes(sentence: &str) {
    assert_eq!(redact(sentence), sentence);
}

/// Every refusal of a guard on tokens or cost, of the recipe and of the stack.
#[test]
fn keeps_refusals_by_tokens_and_cost() {
    let limits = [(Some(1000), None), (None, Some(0.5))];
    let evaluated = |price: Option<f64>, answers: Option<u64>| {
        let price = price.map(|price| json!({"input_per_1k": price, "output_per_1k": 4.0 * price}));
        let evaluate = json!({
            "data": "s3://b/e",
            "max_records": 200,
            "against": ["base"],
            "price": price,
            "catalogue_price": price,
            "token_ceiling": 3_000_000,
            "answer_token_ceiling": answers,
        });
        let evaluate = serde_json::from_value(evaluate).expect("a plan");
        Plan { evaluate: Some(evaluate), ..plan() }
    };
    let judged = |price: Option<f64>, tokens: Option<u64>| {
        let mut plan = evaluated(Some(0.00006), Some(1_000_000));
        let price = price.map(|price| json!({"input_per_1k": price, "output_per_1k": 4.0 * price}));
        let tokens = tokens.map(|tokens| json!({"prompts": tokens, "answers": tokens}));
        let judge = json!({"model": "m", "metrics": ["Correctness"], "price": price, "catalogue_price": price, "tokens": tokens});
        plan.evaluate.as_mut().expect("an evaluation").judge = serde_json::from_value(judge).expect("a judge");
        plan
    };
    let plans = [
        judged(Some(0.0008), Some(2_000_000)),
        judged(None, Some(2_000_000)),
        judged(Some(0.0008), None),
        evaluated(Some(0.00006), Some(1_000_000)),
        evaluated(None, Some(1_000_000)),
        evaluated(Some(0.00006), None),
        plan(),
        Plan { token_ceiling: None, ..plan() },
        Plan { epochs: None, ..plan() },
        Plan { price_per_1k_tokens: None, catalogue_price_per_1k_tokens: None, ..plan() },
    ];
    let mut refused = std::collections::BTreeSet::new();
    for (max_tokens, max_cost_usd) in limits {
        for plan in &plans {
            let of_recipe = Plan { guard: RecipeGuard { max_tokens, max_cost_usd }, ..plan.clone() };
            let of_stack = StackGuards { max_tokens, max_cost_usd, ..StackGuards::default() };
            for (plan, stack) in [(&of_recipe, &StackGuards::default()), (plan, &of_stack)] {
                let reason = refusal(plan, stack, Catalogue::embedded(), false).expect("a refusal");
                passes(&reason);
                refused.insert(reason);
            }
        }
    }
    assert_eq!(refused.len(), 26, "{refused:#?}");
}

#[test]
fn keeps_refusals_by_models_and_tags() {
    let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let from = |base: &str| Plan { base_model: base.to_owned(), ..plan() };
    let stack = StackGuards::default;
    let deploy =
        serde_json::json!({ "when": "succeeded", "expires_after_s": 3600, "type": "provisioned", "model_units": 2 });
    let deploy = serde_json::from_value(deploy).ok();
    let provisioned = || Plan { deploy: deploy.clone(), ..plan() };
    let elsewhere = StackGuards { region: Some("us-west-2".to_owned()), ..stack() };
    let only = |names: &[&str]| StackGuards { allowed_base_models: list(names), ..stack() };
    let mut refused = std::collections::BTreeSet::new();
    for (plan, stack) in [
        (plan(), only(&["nova-micro", "nova-pro"])),
        (plan(), only(&["nova-lite"])),
        (plan(), StackGuards { allowed_tag_keys: list(&["owner", "cost-center"]), ..stack() }),
        (provisioned(), StackGuards { max_model_units: Some(0), ..stack() }),
        (provisioned(), StackGuards { max_model_units: Some(1), ..stack() }),
        (from(IMPORTED), stack()),
        (from("arn:aws:bedrock:us-east-1:111122223333:custom-model/x"), stack()),
        (from(CUSTOM), elsewhere),
        (from(OTHER_MODEL), stack()),
        (from(CUSTOM), stack()),
    ] {
        let reason = refusal(&plan, &stack, Catalogue::embedded(), false).expect("a refusal");
        passes(&reason);
        refused.insert(reason);
    }
    assert_eq!(refused.len(), 10, "{refused:#?}");
}

#[test]
fn keeps_reasons_with_legacy_models() {
    let day = |text: &str| text.parse::<Timestamp>().ok();
    for legacy_since in [None, day("2026-09-30T00:00:00Z")] {
        for end_of_life in [None, day("2027-03-30T00:00:00Z")] {
            passes(&legacy(LITE, &Dates { legacy: legacy_since, end_of_life, extended_access: None }, None));
        }
    }
    for note in Catalogue::embedded().models().iter().filter_map(|model| model.withdrawn_note()) {
        passes(&note);
    }
    let own = "Our Own Model can't be customized any more: our vendor says so; use nova-lite instead";
    assert_eq!(redact(own), "[…] can't be customized any more: […]; use nova-lite instead");
}

#[test]
fn keeps_limits_and_ends_of_jobs() {
    let limits = DailyLimits { stack: Some(50), uploader: Some(10), dataset: Some(5) };
    let now = "2026-11-29T12:00:00Z".parse().expect("a time");
    for limit in limits.places("bot", None, now) {
        passes(&limit.reason);
    }
    passes(JOB_GONE);
    passes(IDLE);
    passes(&stopped_before("ada"));
}

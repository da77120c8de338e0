use tunedrop_validation::{Catalogue, Customization, Statistics, TokenBracket};

use super::{StackGuards, billed_at_most, ceiling, wants_proof};
use crate::{Distillation, Plan, Recipe, RecipeGuard, RecipeScope, read_recipe};

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
        price_source: None,
        catalogue_price_per_1k_tokens: None,
        catalogue_price_source: None,
        epochs: Some(2),
        tokens: Some(TokenBracket { low: 150, high: 300 }),
        token_ceiling: Some(1000),
        unbounded: None,
        deploy: None,
        evaluate: None,
        budget: None,
    }
}

mod evaluation;

fn refusal(plan: &Plan, stack: &StackGuards) -> Option<String> {
    super::refusal(plan, stack, Catalogue::embedded(), false)
}

#[track_caller]
fn refused(plan: &Plan, stack: &StackGuards, begins: &str) {
    let reason = refusal(plan, stack).expect("refused");
    assert!(reason.starts_with(begins), "{reason}");
}

#[test]
fn allows_a_run_without_guards() {
    assert_eq!(refusal(&plan(), &StackGuards::default()), None);
}

#[test]
fn guard_on_tokens_counts_one_token_per_byte_and_epoch() {
    assert_eq!(billed_at_most(&plan()), Ok(2000));
    let at = |max| Plan { guard: RecipeGuard { max_tokens: Some(max), max_cost_usd: None }, ..plan() };
    assert_eq!(refusal(&at(2000), &StackGuards::default()), None);
    refused(&at(1999), &StackGuards::default(), "Bedrock could bill up to 2,000 tokens (1,000 bytes of training data");
    let stack = StackGuards { max_tokens: Some(1999), ..StackGuards::default() };
    refused(&at(2000), &stack, "Bedrock could bill up to 2,000 tokens");
}

#[test]
fn guard_on_cost_refuses_without_a_price() {
    let guarded = Plan { guard: RecipeGuard { max_tokens: None, max_cost_usd: Some(40.0) }, ..plan() };
    refused(&guarded, &StackGuards::default(), "the recipe's guard.max_cost_usd is 40 USD, but no price is known");
    let priced = |price| Plan { price_per_1k_tokens: Some(price), ..guarded.clone() };
    assert_eq!(refusal(&priced(20.0), &StackGuards::default()), None);
    refused(&priced(20.01), &StackGuards::default(), "training could cost up to 40.02 USD (2,000 tokens at 20.01 USD");
    for no_price in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(&priced(no_price), &StackGuards::default(), "the recipe's guard.max_cost_usd is 40 USD, but no price");
    }
}

#[test]
fn guard_of_the_stack_uses_the_higher_of_the_recipes_and_the_catalogues_price() {
    let stack = StackGuards { max_cost_usd: Some(40.0), ..StackGuards::default() };
    for (recipe, catalogue, begins) in [
        (Some(0.000_001), Some(20.01), Some("training could cost up to 40.02 USD")),
        (Some(20.01), Some(20.0), Some("training could cost up to 40.02 USD")),
        (Some(0.000_001), Some(20.0), None),
        (None, Some(20.0), None),
        (Some(0.000_001), None, Some("the stack's MaxCostPerRunUsd is 40 USD, but no price is known")),
        (None, None, Some("the stack's MaxCostPerRunUsd is 40 USD, but no price is known")),
    ] {
        let plan = Plan { price_per_1k_tokens: recipe, catalogue_price_per_1k_tokens: catalogue, ..plan() };
        match begins {
            Some(begins) => refused(&plan, &stack, begins),
            None => assert_eq!(refusal(&plan, &stack), None, "{recipe:?} {catalogue:?}"),
        }
    }
}

#[test]
fn guard_refuses_runs_without_an_upper_bound() {
    let stacks = [
        StackGuards { max_tokens: Some(u64::MAX), ..StackGuards::default() },
        StackGuards { max_cost_usd: Some(1e12), ..StackGuards::default() },
    ];
    let priced = Plan { price_per_1k_tokens: Some(1.0), catalogue_price_per_1k_tokens: Some(1.0), ..plan() };
    let unbounded = [
        Plan { token_ceiling: None, unbounded: Some("why".to_owned()), ..priced.clone() },
        Plan { unbounded: Some("why".to_owned()), ..priced.clone() },
        Plan { token_ceiling: None, ..priced.clone() },
        Plan { epochs: None, ..priced.clone() },
    ];
    for plan in &unbounded {
        assert_eq!(refusal(plan, &StackGuards::default()), None);
        for stack in &stacks {
            let reason = refusal(plan, stack).expect("refused");
            assert!(reason.contains("can't be estimated: "), "{reason}");
        }
        for (max_tokens, max_cost_usd) in [(Some(u64::MAX), None), (None, Some(1e12))] {
            let guarded = Plan { guard: RecipeGuard { max_tokens, max_cost_usd }, ..plan.clone() };
            refused(&guarded, &StackGuards::default(), "the recipe's guard.max_");
        }
    }
}

#[test]
fn media_distillation_reinforcement_and_logs_have_no_upper_bound() {
    let of = |recipe: &str, statistics: Statistics| {
        let (recipe, _): (Recipe, _) =
            read_recipe(recipe.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
        let model = recipe.model(Catalogue::embedded()).expect("a model");
        ceiling(&recipe, model.customization(recipe.customization), Some(&statistics))
    };
    let text = || Statistics { bytes: 777, ..Statistics::default() };
    assert_eq!(of("base_model: nova-lite\n", text()), Ok(777));
    let shows = Statistics { with_media: 1, media: 10, ..text() };
    for (recipe, statistics, why) in [
        ("base_model: nova-lite\n", shows, "images"),
        ("base_model: nova-canvas\n", text(), "images"),
        (
            "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 1 }\n",
            text(),
            "teacher",
        ),
        ("base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\n", text(), "by the token"),
        (
            "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\ninvocation_logs: { prefix: 's3://abc/d/' }\n",
            text(),
            "by the token",
        ),
    ] {
        assert!(of(recipe, statistics).is_err_and(|reason| reason.contains(why)), "{recipe}");
    }
}

#[test]
fn allows_listed_models_by_alias_or_identifier() {
    let allow = |name: &str| StackGuards { allowed_base_models: vec![name.into()], ..StackGuards::default() };
    for name in ["nova-lite", "amazon.nova-lite-v1:0:300k"] {
        assert_eq!(refusal(&plan(), &allow(name)), None);
    }
    refused(&plan(), &allow("nova-micro"), "this stack allows only the base models nova-micro, not amazon.nova-lite");
}

#[test]
fn allow_list_admits_a_custom_model_by_its_own_arn_only() {
    let arn = |base: &str| format!("arn:aws:bedrock:us-east-1:111122223333:custom-model/{base}/abcdefghijkl");
    let (pro, lite) = (arn("amazon.nova-pro-v1:0:300k"), arn("amazon.nova-lite-v1:0:300k"));
    let of = |arn: &str, like: &str| Plan {
        base_model: arn.to_owned(),
        catalogue_model: like.to_owned(),
        alias: Some("nova-lite".to_owned()),
        ..plan()
    };
    let lite_plan = of(&lite, "amazon.nova-lite-v1:0:300k");
    let mislabeled = of(&pro, "amazon.nova-lite-v1:0:300k");
    let listed = |names: &[&str]| StackGuards {
        allowed_base_models: names.iter().map(|name| (*name).to_owned()).collect(),
        custom_base_models: vec!["arn:aws:bedrock:us-east-1:111122223333:custom-model/*".to_owned()],
        ..StackGuards::default()
    };
    for (plan, names, passes) in [
        (&lite_plan, &["nova-lite"][..], false),
        (&lite_plan, &["amazon.nova-lite-v1:0:300k"], false),
        (&lite_plan, &["nova-micro", lite.as_str()], true),
        (&lite_plan, &[pro.as_str()], false),
        (&lite_plan, &[], true),
        (&mislabeled, &["nova-lite"], false),
        (&mislabeled, &[pro.as_str()], false),
        (&mislabeled, &[], false),
    ] {
        let reason = super::refusal(plan, &listed(names), Catalogue::embedded(), true);
        assert_eq!(reason.is_none(), passes, "{} {names:?}", plan.base_model);
    }
}

#[test]
fn allows_custom_models_that_the_stack_created_or_lists() {
    let arn = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
    let plan = Plan { base_model: arn.to_owned(), ..plan() };
    let stack = |listed: &[&str]| StackGuards {
        custom_base_models: listed.iter().map(|name| (*name).to_owned()).collect(),
        region: Some("us-east-1".to_owned()),
        account: Some("111122223333".to_owned()),
        ..StackGuards::default()
    };
    for (listed, proof) in [
        (&[][..], true),
        (&[arn], false),
        (&["arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/*"], false),
        (&["arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-pro-v1:0:300k/*"], true),
        (&["arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/"], true),
    ] {
        assert_eq!(wants_proof(&plan, &stack(listed)), proof, "{listed:?}");
        for made_here in [true, false] {
            let reason = super::refusal(&plan, &stack(listed), Catalogue::embedded(), made_here);
            assert_eq!(reason.is_none(), made_here || !proof, "{listed:?} {reason:?}");
        }
    }
    let elsewhere = StackGuards { account: Some("444455556666".to_owned()), ..stack(&[arn]) };
    assert!(refusal(&plan, &elsewhere).is_some_and(|reason| reason.contains("another account or Region")));
    assert!(!wants_proof(&self::plan(), &stack(&[])));
}

#[test]
fn allow_list_covers_teachers() {
    let distilled = |teacher: &str| Plan {
        customization: Customization::Distillation,
        distillation: Some(Distillation { teacher: teacher.to_owned(), max_response_length: None }),
        ..plan()
    };
    let allow = |names: &[&str]| StackGuards {
        allowed_base_models: names.iter().map(|name| (*name).to_owned()).collect(),
        ..StackGuards::default()
    };
    for teacher in ["amazon.nova-pro-v1:0", "us.amazon.nova-pro-v1:0"] {
        assert_eq!(refusal(&distilled(teacher), &allow(&["nova-lite", "nova-pro"])), None);
        assert_eq!(refusal(&distilled(teacher), &allow(&["nova-lite", "amazon.nova-pro-v1:0"])), None);
        assert_eq!(refusal(&distilled(teacher), &allow(&[])), None);
        let reason = refusal(&distilled(teacher), &allow(&["nova-lite"])).expect("refused");
        assert!(reason.contains("not the teacher "), "{reason}");
    }
}

#[test]
fn refuses_tags_with_other_keys() {
    let tagged = Plan { tags: [("team".to_owned(), "other".to_owned())].into(), ..plan() };
    let stack = |keys: &[&str]| StackGuards {
        allowed_tag_keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        ..StackGuards::default()
    };
    assert_eq!(refusal(&tagged, &stack(&[])), None);
    assert_eq!(refusal(&tagged, &stack(&["team"])), None);
    refused(&tagged, &stack(&["owner"]), "this stack allows only tags with the keys owner, not team");
}

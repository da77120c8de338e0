use tunedrop_evaluation::Price;

use super::*;
use crate::evaluation::EvaluationTokens;
use crate::plan::{Against, Judge};
use crate::{RecipeGuard, StackGuards};

fn against(against: &[Against]) -> EvaluationEntry {
    let mut entry = entry(&[]);
    entry.plan.against = against.to_vec();
    entry
}

fn names(sides: &[EvaluationSide]) -> Vec<(&str, bool)> {
    sides.iter().map(|side| (side.name.as_str(), side.temporary)).collect()
}

fn serving(name: &str, run_id: &str) -> Deployment {
    Deployment {
        name: name.into(),
        evaluation: None,
        run_id: id(run_id),
        serving: Some(id(run_id)),
        ..temporary(DeploymentState::Active)
    }
}

#[test]
fn models_are_asked_through_deployments_that_serve_them_or_temporary_ones() {
    let (new, old, other) = (run(NEW), run("bot-000000000002"), run("cat-000000000001"));
    let entry = against(&[Against::Base, Against::Deployed, Against::Run(other.run_id.clone())]);
    let deployment = serving("bot", "bot-000000000002");
    let compared = |run| Compared { run, deployment: None };
    let deployed = Compared { run: &old, deployment: Some(&deployment) };
    let found = sides(&entry, compared(&new), Some(deployed), &[compared(&other)]).expect("sides");
    assert_eq!(names(&found), [(NEW, true), ("base", false), ("deployed", false), ("cat-000000000001", true)]);
    assert_eq!(found[1].model_id.as_deref(), Some("amazon.nova-lite-v1:0"), "without the length of the context");
    assert_eq!(found[2].deployment.as_deref(), Some("bot"));
    assert_eq!(found[3].deployment, Some(temporary_deployment(&new.run_id, &other.run_id)));

    // It is about to serve another run.
    let updating = Deployment { state: DeploymentState::Updating, run_id: id(NEW), ..deployment.clone() };
    let deployed = Compared { run: &old, deployment: Some(&updating) };
    let found = sides(&entry, compared(&new), Some(deployed), &[compared(&other)]).expect("sides");
    assert!(found[2].temporary, "{found:?}");

    let serves_new = serving("bot", NEW);
    let found = sides(&against(&[Against::Base]), Compared { run: &new, deployment: Some(&serves_new) }, None, &[]);
    assert_eq!(names(&found.expect("sides")), [(NEW, false), ("base", false)]);
}

#[test]
fn base_of_a_custom_model_is_its_foundation_model() {
    let mut new = run(NEW);
    new.plan.as_mut().expect("a plan").base_model =
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl".into();
    let found = sides(&against(&[Against::Base]), Compared { run: &new, deployment: None }, None, &[]).expect("sides");
    assert_eq!(found[1].model_id.as_deref(), Some("amazon.nova-lite-v1:0"));
}

#[test]
fn the_deployed_model_is_left_out_if_it_is_asked_anyway() {
    let (new, other) = (run(NEW), run("cat-000000000001"));
    let compared = |run| Compared { run, deployment: None };
    let both = against(&[Against::Base, Against::Deployed]);
    for deployed in [None, Some(compared(&new))] {
        let found = sides(&both, compared(&new), deployed, &[]).expect("sides");
        assert_eq!(names(&found), [(NEW, true), ("base", false)]);
    }
    let named = against(&[Against::Deployed, Against::Run(other.run_id.clone())]);
    let found = sides(&named, compared(&new), Some(compared(&other)), &[compared(&other)]).expect("sides");
    assert_eq!(names(&found), [(NEW, true), ("cat-000000000001", true)]);
    // The first run of a dataset has only the base model to be better than.
    let mut first = against(&[Against::Deployed]);
    let found = sides(&first, compared(&new), None, &[]).expect("sides");
    assert_eq!(names(&found), [(NEW, true), ("base", false)]);
    first.plan.require = [(tunedrop_evaluation::Metric::RougeL, Default::default())].into();
    assert_eq!(names(&sides(&first, compared(&new), None, &[]).expect("sides")), [(NEW, true)]);
}

#[test]
fn a_run_without_a_model_cant_be_compared() {
    let (new, failed) = (run(NEW), Run { model_arn: None, state: State::Failed, ..run("cat-000000000001") });
    let entry = against(&[Against::Run(failed.run_id.clone())]);
    let compared = |run| Compared { run, deployment: None };
    assert!(sides(&entry, compared(&new), None, &[compared(&failed)]).is_err_and(|why| why.contains("is Failed")));
    assert!(sides(&entry, compared(&new), None, &[]).is_err_and(|why| why.contains("no run cat-000000000001")));
}

fn answers(answers: u64) -> Billing {
    Billing { asked: EvaluationTokens { prompts: 0, answers }, judge: None }
}

#[test]
fn guards_refuse_what_the_answers_could_bill() {
    let of_recipe = entry(&[]);
    let of_person = EvaluationEntry { requested_by: Some("ada".into()), ..of_recipe.clone() };
    let stack = |max| StackGuards { max_tokens: Some(max), ..StackGuards::default() };
    // The training can bill 2,000 tokens.
    assert_eq!(refusal(&of_recipe, &run(NEW), answers(500), &stack(2500)), None);
    let why = refusal(&of_recipe, &run(NEW), answers(501), &stack(2500)).expect("refused");
    assert!(why.contains("501 tokens for the answers besides the training's 2,000"), "{why}");
    assert_eq!(refusal(&of_person, &run(NEW), answers(2500), &stack(2500)), None);
    assert!(refusal(&of_person, &run(NEW), answers(2501), &stack(2500)).is_some());

    let mut guarded = run(NEW);
    guarded.plan.as_mut().expect("a plan").guard = RecipeGuard { max_tokens: Some(2500), max_cost_usd: Some(2.0) };
    let why = refusal(&of_recipe, &guarded, answers(400), &StackGuards::default()).expect("refused");
    assert!(why.contains("no price is known"), "{why}");
    let priced = |usd| {
        let mut entry = of_recipe.clone();
        entry.plan.price = Some(Price { input_per_1k: 1.0, output_per_1k: usd });
        entry
    };
    // The training costs up to 1 USD.
    assert_eq!(refusal(&priced(2.5), &guarded, answers(400), &StackGuards::default()), None);
    assert!(
        refusal(&priced(2.6), &guarded, answers(400), &StackGuards::default())
            .is_some_and(|why| why.contains("2.04 USD"))
    );
    for unknown in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
        let why = refusal(&priced(unknown), &guarded, answers(400), &StackGuards::default()).expect("refused");
        assert!(why.contains("no price is known"), "{unknown}: {why}");
    }
    // The uploader chooses the recipe's price, so the stack's guard takes the catalogue's, or the recipe's if that is higher.
    let cheap = StackGuards { max_cost_usd: Some(2.0), ..StackGuards::default() };
    let why = refusal(&priced(0.1), &run(NEW), answers(400), &cheap).expect("refused");
    assert!(why.contains("set inference_price in the stack's config/catalogue.toml"), "{why}");
    let listed = |recipe, usd| {
        let mut entry = priced(recipe);
        entry.plan.catalogue_price = Some(Price { input_per_1k: usd, output_per_1k: usd });
        entry
    };
    assert_eq!(refusal(&listed(0.1, 2.5), &run(NEW), answers(400), &cheap), None);
    assert!(refusal(&listed(0.1, 2.6), &run(NEW), answers(400), &cheap).is_some());
    assert!(refusal(&listed(2.6, 0.1), &run(NEW), answers(400), &cheap).is_some());
    assert!(
        refusal(&priced(2.5), &guarded, answers(501), &StackGuards::default())
            .is_some_and(|why| why.contains("max_tokens"))
    );
}

#[test]
fn guards_count_the_judge() {
    let billing = Billing { judge: Some(EvaluationTokens { prompts: 300, answers: 200 }), ..answers(400) };
    let mut entry = entry(&[]);
    let price = |usd| Some(Price { input_per_1k: usd, output_per_1k: usd });
    entry.plan.price = price(1.0);
    entry.plan.judge = Some(Judge { model: "m".into(), ..Judge::default() });
    let tokens = |max| StackGuards { max_tokens: Some(max), ..StackGuards::default() };
    assert_eq!(refusal(&entry, &run(NEW), billing, &tokens(2900)), None);
    let why = refusal(&entry, &run(NEW), billing, &tokens(2899)).expect("refused");
    assert!(why.contains("400 tokens for the answers and 500 for the judge besides the training's 2,000"), "{why}");

    let mut guarded = run(NEW);
    guarded.plan.as_mut().expect("a plan").guard = RecipeGuard { max_tokens: None, max_cost_usd: Some(2.4) };
    let of_recipe = |entry: &EvaluationEntry| refusal(entry, &guarded, billing, &StackGuards::default());
    let why = of_recipe(&entry).expect("refused");
    assert!(why.contains("no price is known for the judge; set evaluate.judge.price"), "{why}");
    // 1 USD for training, 0.4 for the answers.
    for (usd, is_refused) in [(2.0, false), (2.01, true)] {
        entry.plan.judge.as_mut().expect("a judge").price = price(usd);
        assert_eq!(of_recipe(&entry).is_some(), is_refused, "{usd}");
    }
    // The uploader chooses the recipe's price.
    entry.plan.catalogue_price = price(1.0);
    let stack = StackGuards { max_cost_usd: Some(2.4), ..StackGuards::default() };
    let why = refusal(&entry, &run(NEW), billing, &stack).expect("refused");
    assert!(why.contains("no price is known for the judge; use a judge of the catalogue"), "{why}");
    entry.plan.judge.as_mut().expect("a judge").catalogue_price = price(0.1);
    entry.plan.judge.as_mut().expect("a judge").price = price(0.2);
    assert_eq!(refusal(&entry, &run(NEW), billing, &stack), None);
}

#[test]
fn prepared_evaluation_knows_how_much_it_asks() {
    let was = entry(&[]);
    let found = Prepared { sides: in_state(EvaluationState::Deploying).sides, records: 25, token_ceiling: 9 };
    let next = prepared(&was, found.clone(), None, LATER).expect("prepared");
    assert_eq!((next.state, next.records, next.token_ceiling), (EvaluationState::Deploying, Some(25), Some(9)));
    assert_eq!(next.chunks, Some(3 + 3 + 3));
    assert!(prepared(&next, found.clone(), None, LATER).is_err());
    let refused = prepared(&was, found, Some("too many".into()), LATER).expect("refused");
    assert_eq!((refused.state, refused.reason.as_deref()), (EvaluationState::Refused, Some("too many")));
    assert_eq!(refused.outcome_at.as_deref(), Some(LATER));
}

#[test]
fn judge_must_be_available_before_a_model_is_asked() {
    let mut plan = entry(&[]).plan;
    assert_eq!(judge_fault(&plan, "eu-west-1"), None, "it has none");
    for (model, region, is_available) in [
        ("amazon.nova-pro-v1:0", "us-east-1", true),
        ("amazon.nova-pro-v1:0", "us-west-2", true),
        ("amazon.nova-pro-v1:0", "eu-west-1", false),
        ("mistral.mistral-large-2402-v1:0", "us-east-2", false),
        ("amazon.nova-lite-v1:0", "us-east-1", false),
    ] {
        plan.judge = Some(Judge { model: model.to_owned(), ..Judge::default() });
        let fault = judge_fault(&plan, region);
        assert_eq!(fault.is_none(), is_available, "{model} {region}: {fault:?}");
        assert!(fault.is_none_or(|fault| fault.contains(region)));
    }
}

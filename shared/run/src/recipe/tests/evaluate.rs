//! The section `evaluate`, and `deploy.when: kept`.

use tunedrop_evaluation::{Metric, Price};
use tunedrop_validation::{Catalogue, Role};

use super::super::{Evaluate, RecipeScope, read_recipe};
use super::{faults, read};
use crate::{Against, DeployWhen};

const HEAD: &str = "base_model: nova-lite\n";

#[track_caller]
fn section(text: &str) -> Evaluate {
    let (recipe, found) = read(&format!("{HEAD}evaluate: {text}\n"));
    assert_eq!(found, [""; 0], "{text}");
    recipe.evaluate.expect("a section")
}

/// `wanted` begins with the column in the line of `evaluate`.
#[track_caller]
fn faulty(text: &str, wanted: &str) {
    faults(&format!("{HEAD}evaluate: {text}\n"), &[&format!("2:{wanted}")]);
}

#[test]
fn reads_every_key_and_the_defaults() {
    let section = section(
        "{ data: test.jsonl, max_records: 100, against: [base, deployed, support-bot-0123456789ab], metrics: [exact_match, rouge_l], max_tokens: 512, require: { rouge_l: { min: 0.35, over_base: -0.02 }, empty_rate: { max: 0.1 } }, price: { input_per_1k_tokens: 0.0001, output_per_1k_tokens: 0.0004 } }",
    );
    let run = Against::Run("support-bot-0123456789ab".parse().expect("a run id"));
    assert_eq!(section.against, [Against::Base, Against::Deployed, run]);
    assert_eq!((section.max_records, section.max_tokens), (100, Some(512)));
    assert_eq!(section.metrics, [Metric::ExactMatch, Metric::RougeL]);
    let rouge = section.require[&Metric::RougeL];
    assert_eq!((rouge.min, rouge.max, rouge.over_base), (Some(0.35), None, Some(-0.02)));
    assert_eq!(section.require[&Metric::EmptyRate].max, Some(0.1));
    assert_eq!(section.price, Some(Price { input_per_1k: 0.0001, output_per_1k: 0.0004 }));
    for empty in ["", "{}", "null"] {
        let (recipe, found) = read(&format!("{HEAD}validation: v.jsonl\nevaluate: {empty}\n"));
        assert_eq!((found, recipe.evaluate), (vec![], Some(Evaluate::default())), "{empty}");
    }
}

#[test]
fn one_side_needs_no_list() {
    assert_eq!(section("{ data: t.jsonl, against: deployed }").against, [Against::Deployed]);
    assert_eq!(section("{ data: t.jsonl, metrics: accuracy }").metrics, [Metric::Accuracy]);
}

#[test]
fn reports_what_is_wrong_at_its_key() {
    for (text, wanted) in [
        ("yes", "11 recipe-wrong-type"),
        ("{ data: t.jsonl, metric: [rouge_l] }", "28 recipe-unknown-key did you mean `metrics`?"),
        ("{ data: t.jsonl, max_records: 0 }", "41 recipe-wrong-type"),
        ("{ data: t.jsonl, max_records: 1001 }", "41 recipe-invalid-value write a number from 1 to 1000"),
        ("{ data: t.jsonl, against: [base, base] }", "44 recipe-invalid-value remove one of them"),
        ("{ data: t.jsonl, against: [nova-lite] }", "38 recipe-invalid-value write base, deployed, or the id of a run"),
        ("{ data: t.jsonl, against: [] }", "37 recipe-invalid-value add `base` to `against`"),
        (
            "{ data: t.jsonl, against: [base, deployed, a-000000000001, a-000000000002, a-000000000003] }",
            "37 recipe-invalid-value name fewer",
        ),
        ("{ data: t.jsonl, metrics: [rouge-l] }", "38 recipe-invalid-value did you mean `rouge_l`?"),
        ("{ data: t.jsonl, metrics: [bleu] }", "38 recipe-invalid-value use one of exact_match, token_f1, rouge_l"),
        (
            "{ data: t.jsonl, metrics: [Correctness] }",
            "38 recipe-invalid-value add `judge: { model: nova-pro, metrics: [Correctness] }`",
        ),
        ("{ data: t.jsonl, metrics: [rouge_l, rouge_l] }", "47 recipe-invalid-value remove one of them"),
        ("{ data: t.jsonl, max_tokens: 3000000000 }", "40 recipe-invalid-value write a smaller number"),
        ("{ data: t.jsonl, require: { rouge_l: {} } }", "48 recipe-invalid-value add `min` or `over_base`"),
        ("{ data: t.jsonl, require: { rouge_l: { max: 1 } } }", "48 recipe-invalid-value use `min`"),
        ("{ data: t.jsonl, require: { rouge_l: { min: 35 } } }", "48 recipe-invalid-value choose a limit from 0 to 1"),
        ("{ data: t.jsonl, require: { rouge_l: { min: high } } }", "55 recipe-wrong-type write a number such as 0.35"),
        ("{ data: t.jsonl, require: { rouge_l: 0.35 } }", "48 recipe-wrong-type"),
        ("{ data: t.jsonl, require: { rouge: { min: 0.3 } } }", "46 recipe-invalid-value did you mean `rouge_l`?"),
        (
            "{ data: t.jsonl, against: deployed, require: { rouge_l: { over_base: 0.1 } } }",
            "80 recipe-invalid-value add `base` to `against`, or remove `over_base`",
        ),
        ("{ data: t.jsonl, price: { input_per_1k_tokens: 0.1 } }", "35 recipe-missing-key write both"),
        ("{ data: t.jsonl, price: { input_per_1k_tokens: 0, output_per_1k_tokens: 1 } }", "58 recipe-wrong-type"),
        ("{ data: train.jsonl }", "19 recipe-invalid-value split the records into two files"),
        ("{ data: ../t.jsonl }", "19 recipe-invalid-value write only the name, such as test.jsonl"),
        (
            "{ data: t.csv }",
            "19 recipe-invalid-value convert it with `tunedrop convert t.csv --model nova-lite -o t.jsonl`, and write `data: t.jsonl`",
        ),
        ("{ data: my test.jsonl }", "19 recipe-invalid-value rename it to my-test.jsonl, here and in the bucket"),
    ] {
        faulty(text, wanted);
    }
}

#[test]
fn judge_is_a_model_with_metrics() {
    let judge = section(
        "{ data: t.jsonl, metrics: [Helpfulness, rouge_l], require: { Correctness: { min: 0.8 } }, judge: { model: Nova-Pro, metrics: [Correctness, Helpfulness], price: { input_per_1k_tokens: 0.0008, output_per_1k_tokens: 0.0032 } } }",
    );
    assert_eq!(judge.metrics, [Metric::Helpfulness, Metric::RougeL]);
    let judge = judge.judge.expect("a judge");
    assert_eq!(
        (judge.model.as_str(), &judge.metrics[..]),
        ("Nova-Pro", &[Metric::Correctness, Metric::Helpfulness][..])
    );
    assert_eq!(judge.price, Some(Price { input_per_1k: 0.0008, output_per_1k: 0.0032 }));
}

#[test]
fn reports_what_is_wrong_with_a_judge() {
    for (judge, wanted) in [
        ("nova-pro", "35 recipe-wrong-type"),
        ("{ metrics: Correctness }", "35 recipe-missing-key add `model: nova-pro`"),
        ("{ model: nova-pro }", "35 recipe-missing-key add `metrics: [Correctness, Helpfulness]`"),
        ("{ model: nova-pro, metrics: [] }", "63 recipe-invalid-value name a metric such as Correctness"),
        ("{ model: nova-pro, metrics: Correctness, models: [a] }", "76 recipe-unknown-key did you mean `model`?"),
        ("{ model: nova-pro, metrics: [correctness] }", "64 recipe-invalid-value did you mean `Correctness`?"),
        ("{ model: nova-pro, metrics: [toxicity] }", "64 recipe-invalid-value use one of Correctness, Completeness"),
        ("{ model: nova-pro, metrics: [rouge_l] }", "64 recipe-invalid-value move it to `metrics`"),
        ("{ model: nova-pro, metrics: [Refusal, Refusal] }", "73 recipe-invalid-value remove one of them"),
        ("{ model: nova-por, metrics: Refusal }", "44 recipe-invalid-value did you mean `nova-pro`?"),
        (
            "{ model: amazon.titan-text-lite-v1, metrics: Refusal }",
            "44 recipe-invalid-value use one of nova-pro, nova-2-lite",
        ),
    ] {
        faulty(&format!("{{ data: t.jsonl, judge: {judge} }}"), wanted);
    }
    faulty(
        "{ data: t.jsonl, require: { Helpfulness: { min: 0.5 } }, judge: { model: nova-pro, metrics: [Correctness] } }",
        "52 recipe-invalid-value add Helpfulness to `metrics` under `judge`",
    );
}

#[test]
fn judge_must_be_available_in_the_region() {
    let scope = RecipeScope { region: Some("eu-west-1".to_owned()), ..RecipeScope::default() };
    let text = format!("{HEAD}evaluate: {{ data: t.jsonl, judge: {{ model: nova-pro, metrics: [Correctness] }} }}\n");
    let (_, findings) = read_recipe(text.as_bytes(), "job.yaml", &scope, Catalogue::embedded());
    let found: Vec<(&str, &str)> =
        findings.kept.iter().map(|finding| (finding.pointer.as_str(), finding.message.as_str())).collect();
    assert!(found.contains(&("/evaluate/judge/model", "this judge isn't available in eu-west-1")), "{found:?}");
}

#[test]
fn a_held_out_file_is_needed() {
    for text in ["", "{}", "{ max_records: 3 }"] {
        let (_, found) = read(&format!("{HEAD}evaluate: {text}\n"));
        let help = "recipe-missing-key add validation.jsonl, or name a held-out file with `data`";
        assert!(found.len() == 1 && found[0].ends_with(help), "{found:?}");
    }
    let text = "base_model: nova-2-lite\nevaluate: {}\n";
    faults(
        text,
        &["2:11 recipe-missing-key name a held-out file with `data`, such as `evaluate: { data: test.jsonl }`"],
    );
}

#[test]
fn the_held_out_file_is_a_file_of_the_dataset() {
    let (recipe, _) = read(&format!("{HEAD}validation: v.jsonl\nevaluate: {{ data: test.jsonl }}\n"));
    let files = [(Role::Train, "train.jsonl"), (Role::Validation, "v.jsonl"), (Role::Evaluation, "test.jsonl")];
    assert_eq!((recipe.files(), recipe.held_out()), (files.to_vec(), Some(Role::Evaluation)));
    for data in ["{}", "{ data: v.jsonl }"] {
        let (recipe, found) = read(&format!("{HEAD}validation: v.jsonl\nevaluate: {data}\n"));
        assert_eq!((found, recipe.files()), (vec![], files[..2].to_vec()), "a file is read once");
        assert_eq!(recipe.held_out(), Some(Role::Validation));
    }
    assert_eq!(read(HEAD).0.held_out(), None);
}

#[test]
fn refuses_models_that_have_no_answers_to_compare() {
    let text = "base_model: llama-3-1-8b\nevaluate: { data: t.jsonl }\n";
    faults(text, &["2:11 recipe-invalid-value remove `evaluate`; or use nova-micro"]);
    let text = "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: 'arn:aws:lambda:us-east-1:111122223333:function:grade' }\nevaluate: { data: t.jsonl }\n";
    faults(text, &["4:11 recipe-invalid-value remove `evaluate`"]);
    let text = "base_model: titan-text-express\ncustomization: continued-pre-training\nevaluate: { data: t.jsonl }\n";
    let (_, found) = read(text);
    assert!(found.iter().any(|found| found.ends_with("recipe-invalid-value remove `evaluate`")), "{found:?}");
    let scope = RecipeScope { region: Some("us-west-2".to_owned()), ..RecipeScope::default() };
    let text = format!("{HEAD}evaluate: {{ data: t.jsonl }}\n");
    let (_, findings) = read_recipe(text.as_bytes(), "job.yaml", &scope, Catalogue::embedded());
    assert_eq!(findings.kept.len(), 1, "{findings:?}");
    assert_eq!(findings.kept[0].help, "remove `evaluate`: this stack is in us-west-2");
    assert!(findings.kept[0].message.starts_with("an evaluation needs a deployment, and Bedrock can deploy"));
}

#[test]
fn kept_is_the_default_with_an_evaluation_and_needs_one() {
    let when = |text: &str| {
        let (recipe, found) = read(&format!("{HEAD}{text}"));
        assert_eq!(found, [""; 0], "{text}");
        recipe.deploy.expect("a deployment").when
    };
    assert_eq!(when("deploy:\n"), DeployWhen::Succeeded);
    for order in ["evaluate: { data: t.jsonl }\ndeploy:\n", "deploy: { name: bot }\nevaluate: { data: t.jsonl }\n"] {
        assert_eq!(when(order), DeployWhen::Kept);
    }
    assert_eq!(when("evaluate: { data: t.jsonl }\ndeploy: { when: succeeded }\n"), DeployWhen::Succeeded);
    assert_eq!(when("evaluate: { data: t.jsonl }\ndeploy: { when: kept }\n"), DeployWhen::Kept);
    faults(
        &format!("{HEAD}deploy: {{ when: kept }}\n"),
        &["2:17 recipe-invalid-value add a section `evaluate`, or write `when: succeeded`"],
    );
}

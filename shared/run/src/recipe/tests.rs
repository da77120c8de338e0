use tunedrop_validation::{Catalogue, Customization, Role};

use super::{LaunchMode, Recipe, RecipeScope, read_recipe};
use crate::{DeployWhen, QualityMode};

mod evaluate;
mod expect;
mod keep;
mod own;
mod provisioned;
mod stack;

fn read(text: &str) -> (Recipe, Vec<String>) {
    let (recipe, findings) = read_recipe(text.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    let show = |finding: &tunedrop_validation::Finding| {
        let place =
            finding.line.map_or(String::new(), |line| format!("{line}:{} ", finding.column.unwrap_or_default()));
        format!("{place}{} {}", finding.code.as_str(), finding.help)
    };
    (recipe, findings.kept.iter().map(show).collect())
}

#[track_caller]
fn faults(text: &str, wanted: &[&str]) {
    let (_, found) = read(text);
    assert_eq!(found.len(), wanted.len(), "{found:#?}");
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(found.starts_with(wanted), "{found} does not start with {wanted}");
    }
}

#[test]
fn the_whole_recipe_is_understood() {
    let text = "base_model: nova-lite\ncustomization: fine-tuning\ntrain: data/train.jsonl\nvalidation: v.jsonl\nhyperparameters: { epochCount: 2, learningRate: 0.00001 }\nmodel_name: support_bot-1\ntags: { team: support }\nguard: { max_tokens: 5_000_000, max_cost_usd: 40 }\nprice_per_1k_tokens: 0.001\nquotas: { records: 20000 }\nlaunch: manual\nstrict: true\nattempt: 2\nnotify: [ada@example.com]\nquality: thorough\nsensitive: true\n";
    let (recipe, found) = read(text);
    assert_eq!(found, [""; 0]);
    assert_eq!(recipe.files(), [(Role::Train, "data/train.jsonl"), (Role::Validation, "v.jsonl")]);
    assert_eq!(recipe.hyperparameters["learningRate"], "0.00001", "numbers keep their literal text");
    assert_eq!((recipe.launch, recipe.strict, recipe.attempt), (Some(LaunchMode::Manual), true, 2));
    assert_eq!((recipe.quality, recipe.sensitive), (QualityMode::Thorough, true));
    assert_eq!((recipe.guard.max_tokens, recipe.guard.max_cost_usd), (Some(5_000_000), Some(40.0)));
}

#[test]
fn deployment_is_read_and_checked() {
    let deploy = |section: &str| read(&format!("base_model: nova-lite\ndeploy: {section}\n"));
    let (recipe, found) = deploy("{ name: bot, when: approved, expires_after: 72h }");
    assert_eq!(found, [""; 0]);
    let plan = recipe.deploy.expect("a deployment");
    assert_eq!(
        (plan.name.as_deref(), plan.when, plan.expires_after_s),
        (Some("bot"), DeployWhen::Approved, Some(259_200))
    );
    for empty in ["", "{}"] {
        let (recipe, found) = deploy(empty);
        assert_eq!(found, [""; 0]);
        let plan = recipe.deploy.expect("the defaults");
        assert_eq!((plan.name, plan.when, plan.expires_after_s), (None, DeployWhen::Succeeded, None));
    }
    for (section, wanted) in [
        ("{ name: a_b }", "2:17 recipe-invalid-value write a name such as support-bot"),
        ("{ when: now }", "2:17 recipe-wrong-type write kept or succeeded or approved"),
        ("{ expires_after: 30m }", "2:26 recipe-invalid-value write a number and h or d"),
        ("{ expires_after: 0h }", "2:26 recipe-invalid-value write a time from 1h to 365d"),
        ("{ expires_after: 366d }", "2:26 recipe-invalid-value write a time from 1h to 365d"),
        ("{ expires: 1h }", "2:11 recipe-unknown-key"),
        ("yes", "2:9 recipe-wrong-type"),
    ] {
        faults(&format!("base_model: nova-lite\ndeploy: {section}\n"), &[wanted]);
    }
    let text = "base_model: llama-3-1-8b\ndeploy: { name: bot }\n";
    faults(text, &["2:9 recipe-invalid-value remove `deploy`, or deploy it with `type: provisioned`"]);
    let scope = RecipeScope { region: Some("us-west-2".to_owned()), ..RecipeScope::default() };
    let (_, findings) = read_recipe(b"base_model: nova-lite\ndeploy: {}\n", "job.yaml", &scope, Catalogue::embedded());
    assert_eq!(findings.kept.len(), 1, "{findings:?}");
    assert_eq!(findings.kept[0].help, "remove `deploy`: this stack is in us-west-2");
}

#[test]
fn json_is_read_too() {
    let (recipe, found) = read("{\n  \"base_model\": \"nova-pro\",\n  \"hyperparameters\": {\"epochCount\": 3}\n}\n");
    assert_eq!(found, [""; 0]);
    assert_eq!(recipe.hyperparameters["epochCount"], "3");
}

#[test]
fn slips_name_the_nearest_key_and_the_place() {
    faults("base_modle: nova-lite\n", &["1:1 recipe-unknown-key did you mean `base_model`?", "recipe-missing-key"]);
    faults("base_model: nova-lite\nhyperparameters:\n  epochCuont: 2\n", &["3:15 unknown-hyperparameter"]);
    faults("base_model: nova-lite\nguard:\n  max_token: 2\n", &["3:3 recipe-unknown-key did you mean `max_tokens`?"]);
    faults("base_model: nova-lite\ncolour: red\n", &["2:1 recipe-unknown-key the keys here are"]);
}

/// A file that was uploaded as a recipe may be data.
#[test]
fn no_message_names_a_key_that_is_a_text() {
    let text = "{\"Ada Lovelace lives at 12 High Street\": 1, \"Ada Lovelace lives at 12 High Street\": 2}\n";
    let (_, findings) = read_recipe(
        text.as_bytes(),
        "job.json",
        &RecipeScope { default_model: Some("nova-lite".to_owned()), ..RecipeScope::default() },
        Catalogue::embedded(),
    );
    assert!(findings.errors >= 1);
    for finding in findings.kept {
        assert!(!finding.message.contains("Ada") && !finding.help.contains("Ada"), "{finding:?}");
    }
}

#[test]
fn all_faults_are_found_at_once() {
    faults(
        "base_model: nova-lite\nstrict: maybe\nattempt: 0\nlaunch: later\ntrain: [a]\nnotify: ada\nquality: high\nsensitive: 2\n",
        &[
            "2:9 recipe-wrong-type",
            "3:10 recipe-wrong-type",
            "4:9 recipe-wrong-type",
            "5:8 recipe-wrong-type",
            "6:9 recipe-wrong-type",
            "7:10 recipe-wrong-type write off or standard or thorough",
            "8:12 recipe-wrong-type",
        ],
    );
}

#[test]
fn reports_data_that_was_uploaded_as_a_recipe() {
    faults("", &["recipe-missing-key"]);
    faults("- a\n- b\n", &["1:1 recipe-wrong-type", "recipe-missing-key"]);
    faults("base_model: [nova\n", &["1:13 recipe-syntax", "recipe-missing-key"]);
    faults("base_model: &x nova-lite\nlike: *x\n", &["1:16 recipe-syntax", "recipe-missing-key"]);
    faults("base_model: nova-lite\nbase_model: nova-pro\n", &["2:1 recipe-invalid-value"]);
    let (_, found) = read_recipe(b"base_model: \xff\n", "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    assert_eq!((found.kept[0].line, found.kept[0].column), (Some(1), Some(13)));
    let (_, found) = read_recipe(&vec![b' '; 100_000], "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    assert_eq!(found.kept[0].code.as_str(), "recipe-too-large");
}

#[test]
fn models_are_known_by_alias_identifier_and_arn() {
    for name in [
        "nova-lite",
        "amazon.nova-lite-v1:0:300k",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
    ] {
        faults(&format!("base_model: {name}\n"), &[]);
    }
    for (name, instead) in
        [("openai.gpt-oss-20b-1:0", "nova-2-lite"), ("nova-premier", "nova-pro"), ("claude-sonnet-4-5", "nova-2-lite")]
    {
        faults(&format!("base_model: \"{name}\"\n"), &[&format!("1:13 recipe-unknown-model use {instead} instead")]);
    }
    faults("base_model: nova-light\n", &["1:13 recipe-unknown-model did you mean nova-lite?"]);
    faults(
        "base_model: arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl\n",
        &[],
    );
    faults(
        "base_model: arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl\nlike: nova-lite\n",
        &[],
    );
    faults("base_model: nova-lite\ncustomization: continued-pre-training\n", &["2:16 unsupported-customization"]);
}

#[test]
fn files_stay_in_the_datasets_folder() {
    for name in ["../a.jsonl", "/a.jsonl", "s3://b/a.jsonl", "a//b.jsonl"] {
        faults(&format!("base_model: nova-lite\ntrain: {name}\n"), &["2:8 recipe-invalid-value write only the name"]);
    }
    // S3 takes keys of 1,024 bytes: `datasets/`, a dataset of 40 characters and a slash leave 974.
    let long = |bytes: usize| format!("base_model: nova-lite\ntrain: {}.jsonl\n", "x".repeat(bytes - 6));
    faults(&long(975), &["2:8 recipe-invalid-value shorten it to 974 bytes or less"]);
    faults(&long(974), &[]);
    for (name, works) in [
        ("my train.jsonl", "my-train.jsonl"),
        ("part=1.jsonl", "part-1.jsonl"),
        ("größe.jsonl", "gr-e.jsonl"),
        ("données/训练.jsonl", "donn-es/train.jsonl"),
    ] {
        let help = format!("2:8 recipe-invalid-value rename it to {works}, here and in the bucket");
        faults(&format!("base_model: nova-lite\ntrain: \"{name}\"\n"), &[&help]);
        let help = format!("2:13 recipe-invalid-value rename it to {works}, here and in the bucket");
        faults(&format!("base_model: nova-lite\nvalidation: \"{name}\"\n"), &[&help]);
    }
    faults("base_model: nova-lite\ntrain: a.data\n", &["2:8 recipe-invalid-value if each line is one record, name it"]);
    faults("base_model: nova-lite\nvalidation: train.jsonl\n", &["2:13 recipe-invalid-value split"]);
}

/// Renaming such a file doesn't make it one that Bedrock reads.
#[test]
fn a_data_file_in_another_format_is_converted() {
    for (name, help) in [
        ("train.csv", "convert it with `tunedrop convert train.csv --model nova-lite -o train.jsonl`, and write"),
        (
            "questions.parquet",
            "convert it with `tunedrop convert questions.parquet --model nova-lite -o questions.jsonl`",
        ),
        (
            "parts/train.xlsx",
            "convert it with `tunedrop convert parts/train.xlsx --model nova-lite -o parts/train.jsonl`",
        ),
        ("train.feather", "convert it with `tunedrop convert train.feather"),
        (
            "train.json",
            "rename it to train.jsonl if each line is one record; otherwise convert it with `tunedrop convert",
        ),
        ("train.json.gz", "unpack it; if the result isn't JSON Lines, convert that with `tunedrop convert train.json "),
        ("train.zip", "unpack it"),
        (
            "train.xls",
            "save it as XLSX, then convert that with `tunedrop convert train.xlsx --model nova-lite -o train.jsonl`",
        ),
        ("train.ndjson", "rename it to train.jsonl, and write `train: train.jsonl` in the recipe"),
    ] {
        let help = format!("2:8 recipe-invalid-value {help}");
        faults(&format!("base_model: nova-lite\ntrain: {name}\n"), &[&help]);
    }
}

/// A model that isn't known can't be typed into a command; one that is misspelled can.
#[test]
fn the_command_names_no_unknown_model() {
    let unknown = "convert it to JSON Lines for your base model (see `tunedrop convert --help`)";
    let meant = "convert it with `tunedrop convert train.csv --model nova-lite -o train.jsonl`";
    for (model, help) in [("philosopher", unknown), ("nova", unknown), ("gpt-4o", unknown), ("nova-light", meant)] {
        let expected = format!("2:8 recipe-invalid-value {help}");
        faults(&format!("base_model: {model}\ntrain: train.csv\n"), &["1:13 recipe-unknown-model", &expected]);
    }
    let expected =
        "3:8 recipe-invalid-value convert it with `tunedrop convert train.csv --model nova-lite --type distillation";
    let recipe =
        "base_model: nova-lite\ncustomization: distillation\ntrain: train.csv\ndistillation: { teacher: nova-pro }\n";
    faults(recipe, &[expected]);
}

#[test]
fn each_customization_says_what_it_needs() {
    faults("base_model: nova-lite\ncustomization: distillation\n", &["2:16 recipe-missing-key add `distillation"]);
    faults(
        "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro, max_response_length: 1000 }\n",
        &[],
    );
    faults(
        "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: nobody }\n",
        &["3:26 recipe-invalid-value write it as arn:aws:lambda"],
    );
    faults(
        "base_model: nova-2-lite\ncustomization: reinforcement-fine-tuning\nreinforcement: { grader: 'arn:aws:lambda:us-east-1:111122223333:function:grade' }\n",
        &[],
    );
    let (recipe, found) = read(
        "base_model: nova-lite\ncustomization: distillation\ndistillation: { teacher: nova-pro }\ninvocation_logs: { prefix: 's3://logs/a', use_responses: true }\n",
    );
    assert_eq!((found, recipe.train), (vec![], None));
    assert_eq!(recipe.customization, Customization::Distillation);
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}", bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        read_recipe(text.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
        read_recipe(&bytes, "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    }
}

use proptest::prelude::*;
use tunedrop_validation::Catalogue;

use super::{dataset_fault, first_base_key, rejected_identity, run_identity, unread_recipe};
use crate::recipe::{RecipeScope, read_recipe};
use crate::{OwnLookup, OwnModel};

fn identity(recipe: &str, train: &str) -> super::Identity {
    let (recipe, findings) = read_recipe(recipe.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    assert_eq!(findings.kept, []);
    let model = recipe.base_model_identifier(Catalogue::embedded()).unwrap();
    run_identity("bucket", "a", &model, &recipe, &[("train", train)])
}

#[track_caller]
fn same(a: &str, b: &str) {
    assert_eq!(identity(a, "0").hash, identity(b, "0").hash);
}

#[track_caller]
fn differs(a: &str, b: &str) {
    assert_ne!(identity(a, "0").hash, identity(b, "0").hash);
}

#[test]
fn the_same_request_in_other_words_is_the_same_run() {
    same("base_model: nova-lite", "{\"base_model\": \"amazon.nova-lite-v1:0:300k\"} # a comment");
    same("base_model: nova-lite", "train: train.jsonl\nbase_model: nova-lite\ncustomization: fine-tuning");
    same(
        "base_model: nova-lite\nhyperparameters: {learningRate: 0.00001}",
        "base_model: nova-lite\nhyperparameters: {learningRate: 1e-5}",
    );
}

/// Another hash would train every dataset again that is uploaded after an upgrade. See docs/upgrade.md.
#[test]
fn identity_is_the_same_in_every_version() {
    let hashes = [
        "base_model: nova-lite",
        "base_model: nova-lite\nhyperparameters: {epochCount: 2}\ntags: {team: x}\nmodel_name: x",
        "base_model: titan-text-express\ncustomization: continued-pre-training",
    ]
    .map(|recipe| identity(recipe, "0").hash);
    let expected = [
        "212df1bb36d03cba06292ced432add1f0a4dcc02f85c241e7a9223ea55c9bb52",
        "cacd2a30d0fda1cc663822c452902b9e04fdb9db39877d4ddac31d7bef5ad127",
        "db16536b03b131b32f04d0b0a2dff81df8ad4d4c2f6ca3834b45baa5e7562059",
    ];
    assert_eq!(hashes, expected);
}

#[test]
fn what_bedrock_is_not_sent_changes_nothing() {
    for line in [
        "strict: true",
        "launch: manual",
        "notify: [a@b.example]",
        "guard: {max_tokens: 5}",
        "price_per_1k_tokens: 1",
        "quotas: {records: 30000}",
    ] {
        same("base_model: nova-lite", &format!("base_model: nova-lite\n{line}"));
    }
}

#[test]
fn what_bedrock_is_sent_makes_another_run() {
    differs("base_model: nova-lite", "base_model: nova-pro");
    differs("base_model: nova-lite", "base_model: nova-lite\nhyperparameters: {epochCount: 2}");
    differs("base_model: nova-lite", "base_model: nova-lite\nmodel_name: x");
    differs("base_model: nova-lite", "base_model: nova-lite\ntags: {team: x}");
    assert_ne!(identity("base_model: nova-lite", "0").hash, identity("base_model: nova-lite", "1").hash);
}

/// If the recipe sets the model's name, only the hash makes it unique.
#[test]
fn another_dataset_is_another_hash() {
    let recipe = crate::Recipe::default();
    let of = |dataset| run_identity("bucket", dataset, "m", &recipe, &[("train", "0")]).hash;
    assert_ne!(of("a"), of("b"));
}

#[test]
fn an_attempt_keeps_the_hash_and_adds_its_number() {
    let (first, second) = (identity("base_model: nova-lite", "0"), identity("base_model: nova-lite\nattempt: 2", "0"));
    assert_eq!(first.hash, second.hash);
    assert_eq!(format!("{}-2", first.run_id), second.run_id.as_str());
}

/// API reference, CreateModelCustomizationJob: `[a-zA-Z0-9](-*[a-zA-Z0-9\+\-\.])*`, 1 to 63.
fn is_job_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-+.".contains(c))
        && !name.ends_with('-')
}

/// `([0-9a-zA-Z][_-]?){1,63}`
fn is_model_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes.windows(2).all(|pair| pair[0].is_ascii_alphanumeric() || pair[1].is_ascii_alphanumeric())
}

proptest! {
    #[test]
    fn every_name_that_passes_gives_valid_names(dataset in "[a-zA-Z0-9-]{1,44}", attempt in 1u32..=99) {
        prop_assume!(dataset_fault(&dataset).is_none());
        let recipe = crate::Recipe { attempt, ..crate::Recipe::default() };
        let run_id = run_identity("b", &dataset, "m", &recipe, &[]).run_id;
        prop_assert!(is_job_name(&run_id) && is_model_name(&run_id), "{}", run_id);
        prop_assert_eq!((run_id.dataset(), run_id.attempt()), (dataset.as_str(), attempt));
    }

    #[test]
    fn a_dataset_name_is_as_documented(name in "[a-zA-Z0-9_-]{0,44}") {
        let bytes = name.as_bytes();
        let good = !bytes.is_empty() && bytes.len() <= 40 && !name.contains('_') && !name.contains("--") && !name.starts_with('-') && !name.ends_with('-');
        prop_assert_eq!(dataset_fault(&name).is_none(), good);
    }
}

#[test]
fn oversized_recipes_have_different_identities() {
    let id = |size, etag| rejected_identity("bucket", "a", &unread_recipe(size, etag)).run_id;
    let first = id(10_000_000, "\"e1\"");
    assert_eq!(first, id(10_000_000, "\"e1\""));
    assert_ne!(first, id(10_000_001, "\"e1\""));
    assert_ne!(first, id(10_000_000, "\"e2\""));
}

fn own_scope(model: &str) -> RecipeScope {
    let model_arn = format!("arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/{model}");
    let own = OwnModel { run_id: "a-0123456789ab".parse().unwrap(), model_arn };
    RecipeScope { own_base: OwnLookup::Found(own), ..RecipeScope::default() }
}

#[test]
fn model_of_a_run_is_part_of_the_content_however_it_is_named() {
    let own = |text: &str, model: &str| {
        let (recipe, found) = read_recipe(text.as_bytes(), "job.yaml", &own_scope(model), Catalogue::embedded());
        assert_eq!(found.kept, []);
        let base = recipe.base_model_identifier(Catalogue::embedded()).unwrap();
        run_identity("bucket", "a", &base, &recipe, &[("train", "0")]).hash
    };
    let (run, deployed) = ("base_model: run:a-0123456789ab", "base_model: deployed:bot");
    let arn = "base_model: arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
    assert_eq!(own(run, "abcdefghijkl"), own(deployed, "abcdefghijkl"));
    assert_eq!(own(run, "abcdefghijkl"), own(arn, "abcdefghijkl"));
    assert_eq!(own(run, "abcdefghijkl"), own(&format!("{run}\nlike: nova-lite"), "abcdefghijkl"));
    assert_ne!(own(deployed, "abcdefghijkl"), own(deployed, "bbcdefghijkl"), "another model is served");
}

#[test]
fn first_base_of_a_content_does_not_depend_on_what_is_served() {
    let key = |text: &str, model: &str, train: &str| {
        let (recipe, _) = read_recipe(text.as_bytes(), "job.yaml", &own_scope(model), Catalogue::embedded());
        let base = recipe.own_base().unwrap().unwrap();
        first_base_key("bucket", "a", &base, &recipe, &[("train", train)])
    };
    let text = "base_model: deployed:bot";
    let one = key(text, "abcdefghijkl", "0");
    assert_eq!(one, key(text, "bbcdefghijkl", "0"));
    assert_eq!(one, key(&format!("{text}\nguard: {{max_tokens: 5}}"), "abcdefghijkl", "0"));
    for (text, train) in [
        ("base_model: deployed:bot-2", "0"),
        ("base_model: deployed:bot\nattempt: 2", "0"),
        ("base_model: deployed:bot\nhyperparameters: {epochCount: 3}", "0"),
        (text, "1"),
    ] {
        assert_ne!(one, key(text, "abcdefghijkl", train), "{text}");
    }
}

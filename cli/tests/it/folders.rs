//! Dataset folders, with and without a recipe.

use crate::support::{folder, records, tunedrop};

const RECIPE: &str = "base_model: titan-text-express\n";

#[test]
fn accepts_the_samples() {
    for sample in ["nova", "input", "prompt-completion"] {
        let ran = tunedrop(&crate::support::root(), &["check", &format!("tests/samples/crates/{sample}")]);
        assert_eq!((ran.code, ran.verdict()), (0, "valid: no errors, no warnings"), "{}", ran.err);
    }
}

#[test]
fn reads_model_files_and_strictness_from_the_recipe() {
    let recipe = format!("{RECIPE}train: a.jsonl\nvalidation: b.jsonl\nstrict: true\n");
    let data = records(2);
    let here =
        folder(&[("d/job.yaml", recipe.as_bytes()), ("d/a.jsonl", data.as_bytes()), ("d/b.jsonl", data.as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "d", "--format", "json"]);
    let page = ran.json();
    assert_eq!((ran.code, page["strict"].as_bool(), page["valid"].as_bool()), (1, Some(true), Some(false)));
    assert_eq!((&page["files"][0]["path"], &page["files"][1]["path"]), (&"d/a.jsonl".into(), &"d/b.jsonl".into()));
    assert_eq!(page["files"][1]["counts"]["train-validation-leakage"], 2);
}

#[test]
fn shows_the_location_of_a_recipes_errors() {
    let recipe = format!("{RECIPE}hyperparameters:\n  epochCuont: 2\n");
    let here = folder(&[("d/job.yaml", recipe.as_bytes()), ("d/train.jsonl", records(2).as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "d/"]);
    assert_eq!(ran.code, 1);
    let shown = "error[unknown-hyperparameter]: ";
    let place =
        "  --> d/job.yaml:3:15 in /hyperparameters/epochCuont\n   |\n 3 |   epochCuont: 2\n   |               ^\n";
    assert!(ran.out.starts_with(shown) && ran.out.contains(place), "{}", ran.out);
    let page = tunedrop(here.path(), &["check", "d", "--format", "json"]).json();
    assert_eq!((&page["findings"][0]["path"], &page["findings"][0]["line"]), (&"d/job.yaml".into(), &3.into()));
}

#[test]
fn reports_a_missing_file() {
    let here = folder(&[("d/job.json", br#"{"base_model": "nova-lite", "validation": "v.jsonl"}"#)]);
    let ran = tunedrop(here.path(), &["check", "d", "--format", "json"]);
    let page = ran.json();
    let codes: Vec<_> = page["findings"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert_eq!(ran.code, 1);
    assert_eq!(codes, ["missing-file", "missing-file"]);
    assert_eq!(page["findings"][1]["message"], "the validation file v.jsonl is not in the folder");
}

#[test]
fn rejects_paths_out_of_the_folder() {
    let recipe = format!("{RECIPE}train: ../secret.jsonl\n");
    let here = folder(&[("d/job.yaml", recipe.as_bytes()), ("secret.jsonl", records(2).as_bytes())]);
    let page = tunedrop(here.path(), &["check", "d", "--format", "json"]).json();
    assert_eq!((page["files"].as_array().map(Vec::len), page["errors"].as_u64()), (Some(0), Some(1)));
}

#[test]
fn rejects_two_recipes() {
    let here = folder(&[
        ("d/job.yaml", RECIPE.as_bytes()),
        ("d/job.json", br#"{"base_model": "nova-lite"}"#),
        ("d/train.jsonl", records(2).as_bytes()),
    ]);
    let page = tunedrop(here.path(), &["check", "d", "--format", "json"]).json();
    assert_eq!(page["findings"][0]["code"], "recipe-conflict");
    assert_eq!(page["files"][0]["model"], "titan-text-express");
}

#[test]
fn rejects_options_that_contradict_the_recipe() {
    let data = records(2);
    let here = folder(&[("d/job.yaml", RECIPE.as_bytes()), ("d/train.jsonl", data.as_bytes())]);
    let ran = tunedrop(here.path(), &["check", "d", "--model", "nova-lite"]);
    let why = "error: d can't be read: its recipe names titan-text-express, and --model names nova-lite; remove one of them\n";
    assert_eq!((ran.code, ran.err.as_str()), (2, why));
    let ran = tunedrop(here.path(), &["check", "d", "--type", "continued-pre-training"]);
    assert!(ran.code == 2 && ran.err.contains("remove --type"), "{}", ran.err);
    assert_eq!(tunedrop(here.path(), &["check", "d", "--model", "titan-express"]).code, 0);
}

#[test]
fn reads_a_folder_without_a_recipe_by_file_names() {
    let data = records(2);
    let here = folder(&[("d/train.jsonl", data.as_bytes()), ("d/validation.jsonl", data.as_bytes()), ("e/x", b"")]);
    // As in a stack with that default model: without a recipe, there is no validation file.
    let page = tunedrop(here.path(), &["check", "d", "--model", "titan-text-express", "--format", "json"]).json();
    assert_eq!((page["files"].as_array().map(Vec::len), page["valid"].as_bool()), (Some(1), Some(true)), "{page:#}");
    assert!(page["notes"][0].as_str().is_some_and(|note| note.starts_with("d/validation.jsonl was not read")));
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert!(ran.code == 2 && ran.err.contains("the folder has no job.yaml; choose the base model"), "{}", ran.err);
    let ran = tunedrop(here.path(), &["check", "e", "--model", "nova-lite"]);
    assert!(ran.code == 2 && ran.err.contains("no job.yaml and no train.jsonl"), "{}", ran.err);
    // --model is the default for a recipe without a model.
    let here = folder(&[("d/job.yaml", b"launch: manual\n"), ("d/train.jsonl", data.as_bytes())]);
    assert_eq!(tunedrop(here.path(), &["check", "d", "--model", "titan-text-express"]).code, 0);
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert!(ran.code == 1 && ran.out.contains("recipe-missing-key"), "{}", ran.out);
}

/// The size is checked before the file is read: reading these would take minutes.
#[test]
fn skips_a_file_that_is_too_large() {
    let recipe = format!("{RECIPE}validation: v.jsonl\n");
    let here = folder(&[("d/job.yaml", recipe.as_bytes()), ("d/train.jsonl", records(2).as_bytes())]);
    let sparse = |name: &str, bytes| {
        let file = std::fs::File::create(here.path().join(name)).expect("it can be made");
        file.set_len(bytes).expect("a file with a hole");
    };
    sparse("d/v.jsonl", (100 << 20) + 1);
    sparse("large.jsonl", 500 << 30);
    let page = tunedrop(here.path(), &["check", "d", "--format", "json"]).json();
    let found = &page["findings"][0];
    assert_eq!((&found["code"], &found["path"]), (&"file-too-large".into(), &"d/v.jsonl".into()), "{page:#}");
    let words = "the validation file has 104,857,601 bytes, and Titan Text Express accepts at most 104,857,600";
    assert_eq!(found["message"], words);
    assert_eq!(page["files"].as_array().map(Vec::len), Some(1), "the other file is validated");
    // No limit is documented for Nova.
    let ran = tunedrop(here.path(), &["check", "large.jsonl", "--model", "nova-lite"]);
    let words = "the training file has 536,870,912,000 bytes, and tunedrop reads at most 12,884,901,888";
    assert!(ran.code == 1 && ran.out.contains(words), "{}", ran.out);
}

#[test]
fn skips_a_recipe_that_is_too_large() {
    let here = folder(&[("d/train.jsonl", records(2).as_bytes())]);
    let file = std::fs::File::create(here.path().join("d/job.yaml")).expect("it can be made");
    file.set_len(500 << 30).expect("a file with a hole");
    let page = tunedrop(here.path(), &["check", "d", "--format", "json"]).json();
    assert_eq!(page["findings"][0]["code"], "recipe-too-large");
    assert_eq!(page["findings"][0]["message"], "the recipe has 536870912000 bytes, and at most 65536 are allowed");
}

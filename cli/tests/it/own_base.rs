//! Recipes that continue from a run or a deployment, on a machine that can't read the stack's ledger.

use crate::support::{Ran, folder, root, tunedrop};

const RUN: &str = "base_model: run:bot-0123456789ab\n";

fn in_folder(recipe: &str, args: &[&str]) -> Ran {
    let train = std::fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("d/job.yaml", recipe.as_bytes()), ("d/train.jsonl", &train)]);
    tunedrop(here.path(), args)
}

#[test]
fn check_says_what_the_stack_looks_up() {
    for base in ["run:bot-0123456789ab", "deployed:bot"] {
        let ran = in_folder(&format!("base_model: {base}\n"), &["check", "d"]);
        assert_eq!((ran.code, ran.verdict()), (0, "valid: no errors, no warnings"), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("looks up base_model {base} when the recipe is uploaded")), "{}", ran.out);
        assert!(
            ran.out.contains("the data isn't checked here") && ran.out.contains("`like: nova-lite`"),
            "{}",
            ran.out
        );
        let page = in_folder(&format!("base_model: {base}\n"), &["check", "d", "--format", "json"]).json();
        assert_eq!(page["files"].as_array().map(Vec::len), Some(0));
    }
}

#[test]
fn like_has_the_data_checked_and_estimated() {
    let recipe = format!("{RUN}like: nova-micro\n");
    let page = in_folder(&recipe, &["check", "d", "--format", "json"]).json();
    assert_eq!((page["valid"].as_bool(), page["files"].as_array().map(Vec::len)), (Some(true), Some(1)));
    let ran = in_folder(&recipe, &["check", "d"]);
    assert!(ran.out.contains("`like` says that the rules of Nova Micro apply"), "{}", ran.out);
    let ran = in_folder(&recipe, &["estimate", "d", "--json"]);
    assert!(ran.code == 0 && ran.json()["files"][0]["tokens"]["high"].as_u64() > Some(10_000), "{}", ran.out);
    let ran = in_folder(&recipe, &["submit", "d", "--dry-run"]);
    assert!(ran.code == 0 && ran.out.contains("datasets/d/train.jsonl"), "{}{}", ran.out, ran.err);
}

#[test]
fn without_like_there_is_no_estimate_and_submit_goes_on() {
    let ran = in_folder(RUN, &["estimate", "d"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    assert!(ran.out.starts_with("No estimate: the stack looks up base_model run:bot-0123456789ab"), "{}", ran.out);
    let ran = in_folder(RUN, &["submit", "d", "--dry-run"]);
    assert!(ran.code == 0 && ran.out.contains("datasets/d/train.jsonl"), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("No estimate: "), "{}", ran.out);
}

#[test]
fn malformed_names_and_model_options_are_errors() {
    let ran = in_folder("base_model: run:bot\n", &["check", "d"]);
    assert!(ran.code == 1 && ran.out.contains("error[recipe-unusable-base]: expected a run's id"), "{}", ran.out);
    for args in [
        &["check", "d/train.jsonl", "--model", "deployed:bot"][..],
        &["init", "d", "--force", "--model", "deployed:bot"],
    ] {
        let ran = in_folder(RUN, args);
        assert!(ran.code == 2 && ran.err.contains("`--model nova-lite`"), "{args:?}: {}{}", ran.out, ran.err);
    }
}

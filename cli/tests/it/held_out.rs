//! Folders whose recipe asks for an evaluation.

use crate::support::{folder, tunedrop};

const RECIPE: &str = "base_model: nova-lite\nevaluate:\n  data: test.jsonl\n";

fn conversations(numbers: std::ops::Range<usize>) -> String {
    let line = |n: usize| {
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"What is {n}?\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"That is the number {n} of all.\"}}]}}]}}\n"
        )
    };
    numbers.map(line).collect()
}

#[test]
fn checks_the_held_out_file_with_the_others() {
    let (train, test) = (conversations(0..40), conversations(30..80));
    let recipe = format!("{RECIPE}  metrics: [rouge_l, json_valid]\n");
    let here = folder(&[
        ("d/job.yaml", recipe.as_bytes()),
        ("d/train.jsonl", train.as_bytes()),
        ("d/test.jsonl", test.as_bytes()),
    ]);
    let ran = tunedrop(here.path(), &["check", "d", "--format", "json"]);
    let page = ran.json();
    assert_eq!((ran.code, &page["files"][1]["path"]), (1, &"d/test.jsonl".into()), "{}", ran.out);
    assert_eq!(page["files"][1]["counts"]["held-out-overlap"], 1);
    assert_eq!((&page["findings"][0]["path"], &page["findings"][0]["line"]), (&"d/job.yaml".into(), &4.into()));
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert!(ran.out.contains("d/test.jsonl (held-out data for Nova Lite"), "{}", ran.out);
    let shown = "`json_valid` can't apply to this data: none of the 50 reference answers is a JSON object or array";
    assert!(ran.out.contains(shown), "{}", ran.out);
}

#[test]
fn a_missing_held_out_file_names_a_similar_one() {
    let (train, test) = (conversations(0..40), conversations(40..80));
    for (there, wanted) in [
        ("Test.jsonl", "write `data: Test.jsonl` in job.yaml"),
        ("eval.jsonl", "name another file under `data` in the recipe, such as `data: eval.jsonl`"),
        ("notes.md", "upload it, or name another file under `data` in the recipe"),
    ] {
        let name = format!("d/{there}");
        let here = folder(&[
            ("d/job.yaml", RECIPE.as_bytes()),
            ("d/train.jsonl", train.as_bytes()),
            (name.as_str(), test.as_bytes()),
        ]);
        let ran = tunedrop(here.path(), &["check", "d"]);
        assert!(ran.code == 1 && ran.out.contains(wanted), "{}", ran.out);
        assert!(ran.out.contains("the held-out file"), "{}", ran.out);
    }
}

#[test]
fn estimate_shows_what_the_evaluation_can_cost() {
    let (train, test) = (conversations(0..40), conversations(40..80));
    let estimated = |more: &str| {
        let recipe = format!("{RECIPE}{more}");
        let here = folder(&[
            ("d/job.yaml", recipe.as_bytes()),
            ("d/train.jsonl", train.as_bytes()),
            ("d/test.jsonl", test.as_bytes()),
        ]);
        let ran = tunedrop(here.path(), &["estimate", "d"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        (ran.out, tunedrop(here.path(), &["estimate", "d", "--json"]).json()["files"][0]["evaluation"].clone())
    };
    // 40 records of two models, and 30 again. A prompt has 11 bytes, 12 for the text, and 40 for each of two turns.
    let (page, json) = estimated("");
    let line =
        "  evaluation  up to 18,370 tokens (40 records, 2 models), unknown price: add evaluate.price to the recipe\n";
    assert!(page.contains(line), "{page}");
    assert_eq!((&json["prompt_tokens_at_most"], &json["answer_tokens_at_most"]), (&11_330.into(), &7_040.into()));
    let (page, json) = estimated("  price: { input_per_1k_tokens: 0.5, output_per_1k_tokens: 1 }\n");
    assert!(page.contains("(40 records, 2 models), 12.71 USD (price: the recipe's)\n"), "{page}");
    assert_eq!((&json["price_from"], &json["models"]), (&"the recipe's".into(), &2.into()));
    let without = folder(&[("d/job.yaml", b"base_model: nova-lite\n"), ("d/train.jsonl", train.as_bytes())]);
    let ran = tunedrop(without.path(), &["estimate", "d", "--json"]);
    assert!(ran.json()["files"][0]["evaluation"].is_null(), "{}", ran.out);
}

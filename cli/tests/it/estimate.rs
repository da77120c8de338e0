//! `estimate`: tokens, epochs and cost, with their sources.

use crate::support::{folder, records, root, tunedrop};

#[test]
fn takes_epochs_and_price_from_options_then_recipe_then_catalogue() {
    let recipe = "base_model: nova-micro\nhyperparameters: { epochCount: 4 }\nprice_per_1k_tokens: 0.01\n";
    let train = std::fs::read(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let here = folder(&[("d/job.yaml", recipe.as_bytes()), ("d/train.jsonl", &train)]);
    let page = |args: &[&str]| {
        let ran = tunedrop(here.path(), &[&["estimate", "--json"], args].concat());
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        ran.json()["files"][0].clone()
    };
    let of_recipe = page(&["d"]);
    let tokens = of_recipe["tokens"]["high"].as_u64().expect("a number");
    assert!(tokens > 10_000, "the sample is larger");
    assert_eq!((of_recipe["epochs"].as_u64(), of_recipe["billed"]["high"].as_u64()), (Some(4), Some(4 * tokens)));
    let cost = of_recipe["cost_usd"]["high"].as_f64().expect("a price is known");
    assert!((cost - 4.0 * tokens as f64 / 1000.0 * 0.01).abs() < 1e-9);
    let asked = page(&["d", "--epochs", "2", "--price-per-1k", "0.5"]);
    assert_eq!(
        (asked["billed"]["high"].as_u64(), asked["price_from"].as_str()),
        (Some(2 * tokens), Some("from the command line"))
    );
    let bare = page(&["d/train.jsonl", "--model", "nova-micro"]);
    assert_eq!((bare["epochs"].as_u64(), bare["epochs_from"].as_str()), (Some(2), Some("the model's default")));
    // The built-in price, with its day.
    let from = bare["price_from"].as_str().expect("a source");
    assert!(bare["price_per_1k_tokens"] == 0.001 && from.starts_with("built-in price of 2026-08-10: "), "{from}");
    let unknown = page(&["d/train.jsonl", "--model", "nova-pro"]);
    assert!(unknown["cost_usd"].is_null() && unknown["price_per_1k_tokens"].is_null());
}

#[test]
fn shows_unknown_prices_and_left_out_records() {
    let data = format!("{}{{\"prompt\": \"b\"}}\n", records(3));
    let here = folder(&[("a.jsonl", data.as_bytes())]);
    insta::assert_snapshot!(tunedrop(here.path(), &["estimate", "a.jsonl", "--model", "titan-text-express"]).out);
}

#[test]
fn says_what_cant_be_estimated() {
    let here = folder(&[("a.jsonl", records(3).as_bytes()), ("d/job.yaml", b"base_model: nova-lite\n")]);
    let run = |args: &[&str]| tunedrop(here.path(), &[&["estimate"], args].concat());
    let ran = run(&["gone.jsonl", "--model", "nova-lite"]);
    assert!(ran.code == 2 && ran.err.contains("gone.jsonl can't be read"), "{}", ran.err);
    let ran = run(&["d"]);
    assert!(ran.code == 1 && ran.err.contains("train.jsonl is not in the folder"), "{}", ran.err);
    let ran = run(&["a.jsonl", "--model", "nova-2-lite", "--type", "reinforcement-fine-tuning"]);
    assert!(ran.code == 2 && ran.err.contains("isn't billed by the token"), "{}", ran.err);
    let ran = run(&["a.jsonl", "--role", "validation", "--model", "titan-text-express"]);
    assert!(ran.code == 2 && ran.err.contains("no training file"), "{}", ran.err);
    for price in ["-1", "nan", "free"] {
        assert_eq!(run(&["a.jsonl", "--model", "nova-lite", "--price-per-1k", price]).code, 2, "{price}");
    }
}

#[test]
fn prints_no_cost_without_a_valid_record() {
    let curly = "{\u{201c}prompt\u{201d}: \u{201c}a\u{201d}}\n".repeat(3);
    let here = folder(&[("a.jsonl", curly.as_bytes()), ("b.jsonl", b"{\"prompt\": 1}\n"), ("c.jsonl", b"")]);
    let run = |name: &str, more: &[&str]| {
        let args = ["estimate", name, "--model", "titan-text-express", "--price-per-1k", "0.01"];
        tunedrop(here.path(), &[&args[..], more].concat())
    };
    let ran = run("a.jsonl", &[]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!(ran.out, @"
    a.jsonl (Titan Text Express, fine-tuning)
      cost        not estimated: all 3 records are invalid; `tunedrop check` says why
    ");
    let ran = run("b.jsonl", &[]);
    assert!(ran.code == 1 && ran.out.contains("the file's only record is invalid"), "{}", ran.out);
    let ran = run("c.jsonl", &[]);
    assert!(ran.code == 1 && ran.out.contains("the file has no record"), "{}", ran.out);
    let page = run("a.jsonl", &["--json"]).json()["files"][0].clone();
    assert!(["cost_usd", "tokens", "billed"].iter().all(|key| page[key].is_null()), "{page}");
}

/// How many hours it lasts isn't known, so the estimate says that it isn't part of the cost.
#[test]
fn provisioned_throughput_is_named_and_no_part_of_the_cost() {
    let record = r#"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "content": [{"text": "b"}]}], "schemaVersion": "bedrock-conversation-2024"}"#;
    let deploy = "deploy: { type: provisioned, model_units: 2, expires_after: 8h }";
    let recipe = format!("base_model: nova-lite\nprice_per_1k_tokens: 0.001\n{deploy}\n");
    let here = folder(&[("d/job.yaml", recipe.as_bytes()), ("d/train.jsonl", format!("{record}\n").as_bytes())]);
    let ran = tunedrop(here.path(), &["estimate", "d"]);
    let line = "  deployment  on 2 model units of provisioned throughput, billed by the hour until it is deleted, 8 hours after each change: 216.3 USD per hour (built-in price of 2025-05-05: a bill for us-east-1, as a third party recorded it; not read by us), and not part of the cost\n";
    assert!(ran.out.contains(line), "{}", ran.out);
    let json = &tunedrop(here.path(), &["estimate", "d", "--json"]).json()["files"][0]["throughput"].clone();
    assert_eq!((&json["model_units"], &json["expires_after_s"]), (&2.into(), &28_800.into()));
    assert_eq!(json["usd_per_hour"], 216.3);
}

#[test]
fn options_of_an_account_need_something_to_ask() {
    let here = folder(&[("a.jsonl", records(3).as_bytes())]);
    let run = |args: &[&str]| tunedrop(here.path(), &[&["estimate", "a.jsonl", "--model", "nova-lite"], args].concat());
    for args in [&["--region", "us-east-1"][..], &["--local"], &["--stack", "prod"], &["--sample", "4"]] {
        assert_eq!(run(args).code, 2, "{args:?}");
    }
    let ran = run(&["--sample", "5", "--learned"]);
    assert!(ran.code == 2 && ran.err.contains("be used with"), "{}", ran.err);
    let ran = tunedrop(here.path(), &["estimate", "-", "--model", "titan-text-express", "--sample", "5"]);
    assert_ne!(ran.code, 0, "{}", ran.out);
}

//! `prices` without an account.

use crate::support::{Ran, command, folder};

/// Runs it without a Region, and without looking for one on a virtual machine.
fn without_region(args: &[&str]) -> Ran {
    let here = folder(&[]);
    let mut command = command(here.path(), args);
    command.env("AWS_EC2_METADATA_DISABLED", "true").output().expect("the binary runs").into()
}

#[test]
fn built_in_prices_need_no_region() {
    let ran = without_region(&["prices", "nova-2-lite"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("no Region is set, so built-in prices are used; pass --region"), "{}", ran.err);
    insta::assert_snapshot!(ran.out, @r"
    Built-in prices, in US dollars

    Nova 2 Lite (nova-2-lite)
      built-in price of 2026-08-02: AWS Price List for us-east-1, as a third party recorded its answer; not read by us
      training       0.00378 per 1,000 tokens
      reinforcement  unknown
      storage        1.95 per model and month
      input          0.0003 per 1,000 tokens to a custom model
      output         0.0025 per 1,000 tokens of a custom model
      base input     0.00033 per 1,000 tokens to the base model
      base output    0.00275 per 1,000 tokens of the base model
      model unit     60.5 per hour of provisioned throughput
    ");
    let ran = without_region(&["prices", "nova-2-lite", "--json"]);
    let page = ran.json();
    assert!(page["region"].is_null(), "{page}");
    assert_eq!(page["models"][0]["prices"]["storage"]["usd"], 1.95);
}

#[test]
fn estimate_of_the_price_list_without_a_region_uses_built_in_prices() {
    let record = r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "a"}]},
        {"role": "assistant", "content": [{"text": "b"}]}]}"#;
    let record = record.replace('\n', "");
    let here = folder(&[("a.jsonl", format!("{record}\n").as_bytes())]);
    let mut command = command(here.path(), &["estimate", "a.jsonl", "--model", "nova-micro", "--price-list"]);
    let ran: Ran = command.env("AWS_EC2_METADATA_DISABLED", "true").output().expect("the binary runs").into();
    assert!(ran.code == 0 && ran.err.contains("no Region is set"), "{}", ran.err);
    assert!(ran.out.contains("  cost        less than 0.01 USD\n"), "{}", ran.out);
}

//! `fix --redact`, and the recipe's `sensitive`.

use std::fs;

use crate::support::{folder, tunedrop};

const DATA: &str = concat!(
    "{\"prompt\": \"Write to ada@example.com, \\u00e9\", \"completion\":\"or bob@example.com\"}\n",
    "{\"prompt\": \"Pay to GB29 NWBK 6016 1331 9268 19\", \"completion\":\"Done\", \"n\": 4111111111111111}\n",
    "{\"prompt\": \"c\", \"completion\":\"My SSN is 123-45-6789, order 123-45-6789\"}\n",
    "{\"prompt\": \"eve@example.com\"\n",
);

#[test]
fn fix_replaces_by_kind_and_says_where_and_how_many() {
    let here = folder(&[("a.jsonl", DATA.as_bytes())]);
    let fix = |input: &str, output: &str| {
        let args = ["fix", input, "--model", "titan-text-express", "--redact", "-o", output];
        tunedrop(here.path(), &args)
    };
    let ran = fix("a.jsonl", "o.jsonl");
    assert_eq!(ran.code, 1, "{}", ran.err);
    for line in [
        "line 1: 2 email addresses replaced",
        "line 2: 1 IBAN replaced",
        "line 4: not searched for secrets and personal data, because it isn't JSON",
        "replaced: 2 email addresses, 1 IBAN, 2 Social Security numbers (US)",
    ] {
        assert!(ran.err.contains(line), "{}", ran.err);
    }
    assert!(!ran.err.contains("ada@") && !ran.err.contains("NWBK"), "{}", ran.err);
    let written = fs::read_to_string(here.path().join("o.jsonl")).expect("the output");
    let expected = DATA
        .replace("ada@example.com", "[EMAIL]")
        .replace("bob@example.com", "[EMAIL]")
        .replace("GB29 NWBK 6016 1331 9268 19", "[IBAN]")
        .replace("123-45-6789", "[NATIONAL_ID]");
    assert_eq!(written, expected);
    let again = fix("o.jsonl", "again.jsonl");
    assert_eq!(fs::read_to_string(here.path().join("again.jsonl")).expect("the output"), written);
    assert!(again.err.contains("no secrets or personal data found"), "{}", again.err);
    let checked = tunedrop(here.path(), &["check", "again.jsonl", "--model", "titan-text-express", "--sensitive"]);
    assert!(!checked.out.contains("email-address") && !checked.out.contains("national-id"), "{}", checked.out);
}

#[test]
fn the_recipe_asks_for_the_search() {
    let record = |number: usize| format!("{{\"prompt\": \"{number} ada@example.com\", \"completion\": \"x\"}}\n");
    let data: String = (0..20).map(record).collect();
    for (recipe, expected) in [("sensitive: true\n", true), ("sensitive: false\n", false), ("", false)] {
        let recipe = format!("base_model: titan-text-express\n{recipe}");
        let here = folder(&[("train.jsonl", data.as_bytes()), ("job.yaml", recipe.as_bytes())]);
        let ran = tunedrop(here.path(), &["check", ".", "--format", "json"]);
        let page: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        let file = &page["files"][0];
        assert_eq!(file["counts"]["email-address"] == 20, expected, "{file}");
        assert_eq!(file["statistics"]["sensitive"]["email-address"] == 20, expected, "{file}");
        assert!(!ran.out.contains("ada@"), "{}", ran.out);
    }
}

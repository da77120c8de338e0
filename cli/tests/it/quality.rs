//! `check --quality`: the second look at valid records.

use crate::support::{Ran, findings, folder, tunedrop};

/// Records with a near-duplicate on line 121, a conflict on line 122, and an answer that ends too early on line 123.
fn data() -> String {
    let words = |number: usize| -> String {
        (0..24).map(|at| format!("w{} ", (number * 71 + at * 13) % 1999)).collect::<String>().trim_end().to_owned()
    };
    let record = |number: usize, answer: &str| {
        format!("{{\"prompt\": \"{} {number}?\", \"completion\": \"{answer}\"}}\n", words(number))
    };
    let good: String = (0..120).map(|number| record(number, &format!("It is on shelf {number}."))).collect();
    let near = record(7, "It is on shelf 7.").replacen("w", "W", 1).replacen("?\"", " please?\"", 1);
    let conflict = record(9, "It is on shelf 10.");
    let cut = record(200, "You can send the whole parcel back to us with your");
    format!("{good}{near}{conflict}{cut}")
}

fn run(args: &[&str]) -> Ran {
    let here = folder(&[("a.jsonl", data().as_bytes())]);
    tunedrop(here.path(), &[&["check", "a.jsonl", "--model", "titan-text-express"], args].concat())
}

const STANDARD: [&str; 2] = ["--quality", "standard"];

#[test]
fn is_off_unless_asked_for() {
    let (plain, off) = (run(&[]), run(&["--quality", "off"]));
    assert_eq!((plain.code, plain.verdict()), (0, "valid: no errors, no warnings"));
    assert_eq!(plain.out, off.out);
    let page = run(&["--format", "json"]).json();
    assert!(page.get("quality").is_none());
}

#[test]
fn findings_are_warnings_in_every_format() {
    let human = run(&STANDARD);
    assert_eq!((human.code, human.verdict()), (0, "valid: no errors, 3 warnings"));
    insta::assert_snapshot!(human.out);
    let page = run(&[&STANDARD[..], &["--format", "json"]].concat()).json();
    let found: Vec<_> =
        findings(&page).iter().map(|one| (one["line"].as_u64(), one["code"].as_str().unwrap_or_default())).collect();
    assert_eq!(
        found,
        [(Some(121), "near-duplicate"), (Some(122), "conflicting-answers"), (Some(123), "truncated-answer")]
    );
    let quality = &page["quality"][0];
    assert_eq!((quality["level"].as_str(), quality["files"][0]["records"].as_u64()), (Some("standard"), Some(123)));
    assert_eq!(quality["groups"][0]["places"][0], serde_json::json!({"file": "a.jsonl", "line": 8}));
    let sarif = run(&[&STANDARD[..], &["--format", "sarif"]].concat()).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result["level"] == "warning"), "{results:#?}");
    let github = run(&[&STANDARD[..], &["--format", "github"]].concat()).out;
    assert_eq!(github.matches("::warning file=a.jsonl,line=12").count(), 3, "{github}");
}

#[test]
fn warnings_block_with_strict_only() {
    let strict = run(&[&STANDARD[..], &["--strict"]].concat());
    assert_eq!(
        (strict.code, strict.verdict()),
        (1, "not valid: no errors, 3 warnings; warnings block with --strict or strict: true")
    );
    assert_eq!(run(&["--quality", "high"]).code, 2);
}

#[test]
fn the_recipe_asks_for_it_and_the_option_overrides_it() {
    let recipe = b"base_model: titan-text-express\nquality: standard\n";
    let here = folder(&[("d/job.yaml", recipe), ("d/train.jsonl", data().as_bytes())]);
    let warnings = |args: &[&str]| {
        let page = tunedrop(here.path(), &[&["check", "d", "--format", "json"], args].concat()).json();
        page["warnings"].as_u64()
    };
    assert_eq!((warnings(&[]), warnings(&["--quality", "off"])), (Some(3), Some(0)));
    // An estimate needs no second look, and says nothing about one.
    assert_eq!(tunedrop(here.path(), &["estimate", "d", "--price-per-1k", "1"]).code, 0);
}

/// Records with a label each, of which so many percent are refunds.
fn labeled(refunds: usize, words: usize) -> String {
    let record = |number: usize| {
        let label = if number % 100 < refunds { "refund" } else { "exchange" };
        let text: Vec<String> = (0..words).map(|at| format!("w{}", (number * 71 + at * 13) % 1999)).collect();
        format!("{{\"prompt\": \"{} {number}?\", \"completion\": \"{label}\"}}\n", text.join(" "))
    };
    (0..400).map(record).collect()
}

#[test]
fn differences_from_other_data_are_warnings() {
    let recipe = b"base_model: titan-text-express\n";
    let here = folder(&[
        ("old.jsonl", labeled(30, 12).as_bytes()),
        ("new.jsonl", labeled(3, 30).as_bytes()),
        ("few.jsonl", data().as_bytes()),
        ("d/job.yaml", recipe),
        ("d/train.jsonl", labeled(30, 12).as_bytes()),
    ]);
    let check = |args: &[&str]| tunedrop(here.path(), &[&["check", "--format", "json"], args].concat());
    let new = ["new.jsonl", "--model", "titan-text-express", "--compare-with"];
    for old in ["old.jsonl", "d"] {
        let page = check(&[&new[..], &[old]].concat()).json();
        let compared = &page["quality"][0]["compared"];
        assert_eq!((&compared["with"], &compared["records_before"]), (&old.into(), &400.into()), "{compared}");
        let texts: Vec<&str> =
            compared["changes"].as_array().into_iter().flatten().filter_map(|one| one["text"].as_str()).collect();
        assert!(texts.contains(&"label 1 rose from 70% to 97%"), "{texts:?}");
        assert!(texts.iter().any(|text| text.starts_with("prompts are ")), "{texts:?}");
        let drift = findings(&page).iter().filter(|one| one["code"] == "data-drift").count();
        assert_eq!(drift, texts.len());
        assert!(!compared.to_string().contains("exchange"));
    }
    // A folder brings the rules for the file that it is compared with.
    let same = check(&["d", "--compare-with", "old.jsonl"]);
    assert_eq!((same.code, same.json()["quality"][0]["compared"]["changes"].as_array().map(Vec::len)), (0, Some(0)));
    assert_eq!(check(&[&new[..], &["old.jsonl", "--strict"]].concat()).code, 1);
    let human = tunedrop(here.path(), &["check", "d", "--compare-with", "old.jsonl"]);
    assert!(human.out.contains("compared with old.jsonl: no difference that matters"), "{}", human.out);
}

#[test]
fn data_that_can_not_be_compared_is_said() {
    let few: String = labeled(30, 12).lines().take(50).map(|line| format!("{line}\n")).collect();
    let here =
        folder(&[("new.jsonl", labeled(30, 12).as_bytes()), ("few.jsonl", few.as_bytes()), ("bad.jsonl", b"x\n")]);
    let of = |other: &str, more: &[&str]| {
        let args = ["check", "new.jsonl", "--model", "titan-text-express", "--compare-with", other];
        tunedrop(here.path(), &[&args[..], more].concat())
    };
    let few = of("few.jsonl", &[]);
    assert_eq!(few.code, 0);
    assert!(
        few.out.contains("not compared with few.jsonl: the earlier version has 50 records, and 100 are needed"),
        "{}",
        few.out
    );
    assert!(of("bad.jsonl", &[]).out.contains("not compared with bad.jsonl: "));
    assert_eq!(of("none.jsonl", &[]).code, 2);
    assert_eq!(of("few.jsonl", &["--quality", "off"]).code, 2);
    let args = ["check", "new.jsonl", "few.jsonl", "bad.jsonl", "--model", "titan-text-express"];
    assert_eq!(tunedrop(here.path(), &[&args[..], &["--compare-with", "few.jsonl"]].concat()).code, 2);
}

#[test]
fn labels_are_in_the_output_for_people_only() {
    let record = |number: usize| {
        let label = if number.is_multiple_of(20) { "exchange" } else { "refund" };
        format!("{{\"prompt\": \"Question {number}: {}\", \"completion\": \"{label}\"}}\n", number * 7919)
    };
    let data: String = (0..200).map(record).collect();
    let here = folder(&[("a.jsonl", data.as_bytes())]);
    let of = |format: &str| {
        let args = ["check", "a.jsonl", "--model", "titan-text-express", "--quality", "standard", "--format", format];
        tunedrop(here.path(), &args).out
    };
    assert!(of("human").contains("labels      190 refund, 10 exchange"), "{}", of("human"));
    for format in ["json", "sarif", "github"] {
        assert!(!of(format).contains("exchange"), "{format}: {}", of(format));
    }
}

#[test]
fn expectations_are_checked_with_and_without_a_recipe() {
    let data: String = ["refund", "exchange", "Refund"]
        .iter()
        .enumerate()
        .map(|(at, label)| format!("{{\"prompt\": \"Question {at}\", \"completion\": \"{label}\"}}\n"))
        .collect();
    let schema = br#"{"enum": ["refund", "exchange"]}"#;
    let expect = b"- { field: completion, one_of: [refund, exchange] }\n- { field: completion, json_schema: s.json }\n";
    let recipe =
        b"base_model: titan-text-express\nexpect: [{ field: completion, one_of: [refund, exchange], min_each: 2 }]\n";
    let here = folder(&[
        ("a.jsonl", data.as_bytes()),
        ("e/expect.yaml", expect),
        ("e/s.json", schema),
        ("d/job.yaml", recipe),
        ("d/train.jsonl", data.as_bytes()),
    ]);
    let codes = |args: &[&str]| {
        let page = tunedrop(here.path(), &[&["check", "--format", "json"], args].concat()).json();
        let all = findings(&page)
            .iter()
            .map(|one| (one["line"].as_u64(), one["code"].as_str().unwrap_or_default().to_owned()));
        all.collect::<Vec<_>>()
    };
    let of = |found: &[(Option<u64>, &str)]| {
        found.iter().map(|(line, code)| (*line, (*code).to_owned())).collect::<Vec<_>>()
    };
    let mut found = codes(&["a.jsonl", "--model", "titan-text-express", "--expect", "e/expect.yaml"]);
    found.retain(|(line, _)| line.is_some());
    let json = [1, 2, 3].map(|line| (Some(line), "unexpected-json"));
    assert_eq!(found, of(&[json[0], json[1], (Some(3), "unexpected-value"), json[2]]));
    let ran = tunedrop(here.path(), &["check", "d"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("error[unexpected-value]: the completion is none of the expected texts"), "{}", ran.out);
    assert!(ran.out.contains("error[rare-value]: 1 record has the completion `exchange`"), "{}", ran.out);
    let missing = tunedrop(here.path(), &["check", "d", "--expect", "none.yaml"]);
    assert_eq!((missing.code, missing.err.as_str()), (2, "error: none.yaml can't be read: no such file\n"));
}

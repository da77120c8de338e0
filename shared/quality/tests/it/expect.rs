//! What users expect of their records.

use tunedrop_quality::{ExpectPass, Expectation, Expectations, Field, pattern_fault};
use tunedrop_validation::{Code, Findings, Role};

use crate::support::{line, training};

const SCHEMA: &str = r#"{"type": "object", "required": ["intent"], "properties": {"intent": {"type": "string"}}}"#;

fn ready(all: &[Expectation]) -> Expectations {
    let mut ready = Expectations::default();
    for one in all {
        ready.add(one.clone(), one.json_schema.as_ref().map(|_| SCHEMA.as_bytes())).expect("it can be checked");
    }
    ready
}

fn checked(role: Role, all: &[Expectation], data: &str, chunk: usize, threads: usize) -> Findings {
    let mut pass = ExpectPass::new("f.jsonl", role, training(), &ready(all), threads);
    data.as_bytes().chunks(chunk).for_each(|chunk| pass.feed(chunk));
    pass.finish()
}

fn found(role: Role, expected: Expectation, data: &str) -> Vec<(Code, Option<u64>, String)> {
    let findings = checked(role, &[expected], data, 1 << 20, 1).kept;
    findings.into_iter().map(|finding| (finding.code, finding.line, finding.message)).collect()
}

fn labels() -> String {
    ["refund", " refund\n", "exchange", "Refund"].iter().map(|label| line("What is it?", label)).collect()
}

#[test]
fn checks_sets_of_texts_and_their_counts() {
    let one_of = ["refund", "exchange", "other"].map(str::to_owned).to_vec();
    let expected = Expectation { one_of, min_each: Some(2), ..Expectation::default() };
    assert_eq!(
        found(Role::Train, expected.clone(), &labels()),
        [
            (Code::RareValue, None, "1 record has the completion `exchange`, and at least 2 are expected".to_owned()),
            (Code::RareValue, None, "no record has the completion `other`, and at least 2 are expected".to_owned()),
            (Code::UnexpectedValue, Some(4), "the completion is none of the expected texts".to_owned()),
        ]
    );
    // The counts are those of the training file.
    assert_eq!(found(Role::Validation, expected, &labels()).len(), 1);
    let required = ["exchange", "other"].map(str::to_owned).to_vec();
    let required = Expectation { required, ..Expectation::default() };
    let missing = (Code::MissingValue, None, "no record of the file has the completion `other`".to_owned());
    for role in [Role::Train, Role::Validation] {
        assert_eq!(found(role, required.clone(), &labels()), std::slice::from_ref(&missing));
    }
    assert!(found(Role::Evaluation, required, &labels()).is_empty());
}

#[test]
fn checks_lengths_patterns_and_unique_texts() {
    let data: String =
        ["order 17", "order", "order 17", "where is order 18, please?"].map(|text| line(text, "Here.")).concat();
    let prompt = || Expectation { field: Field::Prompt, ..Expectation::default() };
    let lengths = Expectation { min_chars: Some(8), max_chars: Some(20), ..prompt() };
    let said = |chars: u64| format!("the prompt has {chars} characters, and at least 8 and at most 20 are expected");
    assert_eq!(
        found(Role::Train, lengths, &data),
        [(Code::UnexpectedLength, Some(2), said(5)), (Code::UnexpectedLength, Some(4), said(26))]
    );
    let matches = Expectation { matches: Some("order [0-9]+$".to_owned()), ..prompt() };
    let lines: Vec<_> = found(Role::Train, matches, &data).into_iter().map(|(code, line, _)| (code, line)).collect();
    assert_eq!(lines, [(Code::UnexpectedText, Some(2)), (Code::UnexpectedText, Some(4))]);
    let unique = Expectation { unique: true, ..prompt() };
    let same = (Code::RepeatedValue, Some(3), "the prompt is the same as on line 1".to_owned());
    assert_eq!(found(Role::Train, unique, &data), [same]);
}

#[test]
fn checks_json_by_its_schema_and_quotes_no_record() {
    let data: String =
        [r#"{"intent": "refund"}"#, r#"{"intent": "SECRET", }"#, r#"{"SECRET": 1}"#, r#"{"intent": 31337}"#]
            .map(|answer| line("Intent?", answer))
            .concat();
    let schema = Expectation { json_schema: Some("answer.schema.json".to_owned()), ..Expectation::default() };
    let found = found(Role::Train, schema, &data);
    assert_eq!(
        found,
        [
            (Code::UnexpectedJson, Some(2), "the completion is not JSON".to_owned()),
            (Code::UnexpectedJson, Some(3), "the completion doesn't match answer.schema.json at /required".to_owned()),
            (
                Code::UnexpectedJson,
                Some(4),
                "the completion doesn't match answer.schema.json at /properties/intent/type".to_owned()
            ),
        ]
    );
    assert!(!format!("{found:?}").contains("SECRET") && !format!("{found:?}").contains("31337"));
}

#[test]
fn finds_the_same_in_any_chunks_and_threads() {
    let data: String = (0..500).map(|n| line(&format!("q{}", n % 450), &"x".repeat(1 + n % 40))).collect();
    let all = [
        Expectation { field: Field::Prompt, unique: true, ..Expectation::default() },
        Expectation { max_chars: Some(20), matches: Some("^x+$".to_owned()), ..Expectation::default() },
        Expectation { one_of: vec!["x".to_owned(), "xx".to_owned()], min_each: Some(20), ..Expectation::default() },
    ];
    let whole = checked(Role::Train, &all, &data, usize::MAX >> 1, 1);
    assert_eq!(whole.counts[&Code::RepeatedValue], 50);
    assert_eq!(whole.counts[&Code::RareValue], 2);
    for (chunk, threads) in [(7, 3), (4096, 2), (997, 16)] {
        assert_eq!(checked(Role::Train, &all, &data, chunk, threads), whole, "{chunk} bytes, {threads} threads");
    }
}

#[test]
fn rejects_unusable_patterns_and_schemas() {
    assert!(pattern_fault("^(yes|no)$").is_none());
    for pattern in ["(", "(?<=a)b", "\\w{5000}{5000}"] {
        assert!(pattern_fault(pattern).is_some(), "{pattern}");
    }
    let named = Expectation { json_schema: Some("s.json".to_owned()), ..Expectation::default() };
    for schema in
        ["{", "{\"type\": \"SECRET\"}", "{\"$ref\": \"https://example.com/s.json\"}", "{\"$ref\": \"other.json\"}"]
    {
        let fault = Expectations::default().add(named.clone(), Some(schema.as_bytes())).expect_err(schema);
        assert!(!fault.contains("SECRET"), "{fault}");
    }
    // A pattern that takes exponential time where it is matched by backtracking.
    let slow = Expectation { matches: Some("^(a+)+$".to_owned()), ..Expectation::default() };
    let data = line("q", &format!("{}b", "a".repeat(100_000)));
    assert_eq!(found(Role::Train, slow, &data).len(), 1);
}

//! The optional pack only adds, and never says what it found.

use std::collections::BTreeMap;
use std::fs;

use tunedrop_validation::{Catalogue, Code, Customization, Finding, Findings, Options, SensitiveCounts, Statistics};

use crate::support::{rules, shown, validate, validate_with};

const PACK: [Code; 9] = [
    Code::AwsAccessKey,
    Code::PrivateKey,
    Code::CardNumber,
    Code::EmailAddress,
    Code::Iban,
    Code::PhoneNumber,
    Code::NationalId,
    Code::JsonWebToken,
    Code::VendorKey,
];
const SENSITIVE: Options = Options { sensitive: true, thorough: false };

fn is_of_pack(finding: &Finding) -> bool {
    PACK.contains(&finding.code)
}

#[test]
fn the_optional_checks_only_add_warnings() {
    for (path, training) in crate::fixtures::all() {
        let bytes = fs::read(&path).expect("a fixture");
        let (without, with) = (validate(training, [&bytes[..]]), validate_with(SENSITIVE, training, [&bytes[..]]));
        assert!(!without.findings.kept.iter().any(is_of_pack), "{}", path.display());
        let shown = |findings: &Findings| {
            let rest = findings.kept.iter().filter(|finding| !is_of_pack(finding)).cloned();
            rest.map(|finding| Finding { excerpt: None, ..finding }).collect::<Vec<_>>()
        };
        assert_eq!(shown(&with.findings), shown(&without.findings), "{}", path.display());
        assert_eq!(with.findings.errors, without.findings.errors);
        assert_eq!(Statistics { sensitive: SensitiveCounts::new(), ..with.statistics }, without.statistics);
        assert_eq!(with.media, without.media);
    }
}

#[test]
fn secrets_are_in_no_message_and_no_excerpt() {
    let secrets = [
        ["AKIA", "IOSFODNN7EXAMPLE"].concat(),
        ["-----BEGIN EC ", "PRIVATE KEY-----"].concat(),
        "4111 1111 1111 1111".to_owned(),
        "ada.lovelace@example.com".to_owned(),
        "GB29 NWBK 6016 1331 9268 19".to_owned(),
        "+1 202 555 0143".to_owned(),
        "111.444.777-35".to_owned(),
        "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UifQ.dBjftJeZ4CVP".to_owned(),
        ["ghp_", "a1B2c3D4e5a1B2c3D4e5a1B2c3D4e5a1B2c3"].concat(),
    ];
    let training = rules("titan-text-express", Customization::FineTuning);
    let record = |secret: &String| format!("{{\"prompt\": \"a {secret} é {secret}\", \"completion\": \"b\"}}\n");
    // More often than findings are kept.
    let file: String = secrets.iter().cycle().take(450).map(record).collect();
    let report = validate_with(SENSITIVE, training, [file.as_bytes()]);
    let counts = report.statistics.sensitive.iter().map(|(kind, count)| (kind.code(), *count));
    let expected = PACK.map(|code| (code, 100)).into_iter();
    assert_eq!(counts.collect::<BTreeMap<_, _>>(), expected.collect(), "each text has two");
    let findings = report.findings;
    for (code, secret) in PACK.iter().zip(&secrets) {
        assert_eq!(findings.counts[code], 50);
        assert!(!shown(&findings).contains(secret.as_str()));
    }
    for finding in findings.kept.iter().filter(|finding| is_of_pack(finding)) {
        assert_eq!((finding.column, finding.pointer.as_str()), (Some(15), "/prompt"));
    }
    assert!(findings.counts.contains_key(&Code::DuplicateRecord));
    assert!(findings.kept.iter().all(|finding| finding.excerpt.is_none()));
}

#[test]
fn other_findings_on_a_line_with_a_secret_have_no_excerpt() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let line = br#"{"sytem": 1, "prompt": "ada@example.com", "completion": ""}"#;
    let report = validate_with(SENSITIVE, training, [&line[..], b"\n{\"prompt\": 1, \"completion\": \"x\"}\n"]);
    let hidden: Vec<_> = report.findings.kept.iter().map(|one| (one.line, one.code, one.excerpt.is_none())).collect();
    let expected = [
        (Some(1), Code::UnknownKey, true),
        (Some(1), Code::EmailAddress, true),
        (Some(1), Code::EmptyText, true),
        (Some(2), Code::WrongType, false),
    ];
    assert_eq!(hidden, expected);
}

#[test]
fn a_secret_is_found_behind_escapes_and_in_each_layout() {
    let cases = [
        (
            "nova-lite",
            Customization::FineTuning,
            r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "X"}], "messages": [{"role": "user", "content": [{"text": "q"}]}, {"role": "assistant", "content": [{"text": "a"}]}]}"#,
        ),
        (
            "claude-3-haiku",
            Customization::FineTuning,
            r#"{"system": "X", "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
        ),
        ("titan-text-express", Customization::ContinuedPreTraining, r#"{"input": "X"}"#),
        ("nova-canvas", Customization::FineTuning, r#"{"image-ref": "s3://abc/1.png", "caption": "X"}"#),
        (
            "nova-2-lite",
            Customization::ReinforcementFineTuning,
            r#"{"messages": [{"role": "user", "content": "q"}], "note": [{"a": "X"}]}"#,
        ),
        (
            "nova-lite",
            Customization::Distillation,
            r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "X"}]}]}"#,
        ),
    ];
    for (model, customization, record) in cases {
        let line = record.replace("X", r"mail\u0020ada\u0040example.com\n\ud83d\ude00");
        let report = validate_with(SENSITIVE, rules(model, customization), [line.as_bytes()]);
        assert_eq!(report.findings.counts.into_iter().collect::<Vec<_>>(), [(Code::EmailAddress, 1)], "{model}");
        let column = line.find("ada").map(|at| at as u64 + 1);
        assert_eq!(report.findings.kept[0].column, column, "{line}");
    }
}

/// The exploits p12 and p13 of the security review: a name or a secret as a key of a record.
#[test]
fn no_finding_names_an_unknown_key() {
    let secret = "SECRETJOHNDOEkey1";
    let records = [
        format!("{{\"{secret}\": \"x\"}}"),
        format!("{{\"prompt\": \"a b\", \"completion\": \"c\", \"{secret}\": 1, \"{secret}\": 2}}"),
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"{secret}\": 1, \"messages\": [{{\"role\": \"user\", \"{secret}\": 1, \"content\": [{{\"{secret}\": \"q\"}}]}}]}}"
        ),
        format!("{{\"messages\": [{{\"role\": \"user\", \"content\": \"q\", \"{secret}\": {{\"a\": NaN}}}}]}}"),
        format!("{{\"image-ref\": \"s3://b/k.png\", \"caption\": \"c\", \"{secret}\": [tru]}}"),
    ];
    let file = records.join("\n");
    for model in Catalogue::embedded().models() {
        for training in model.customizations().filter_map(|kind| model.customization(kind)) {
            let report = validate(training, [file.as_bytes()]);
            assert!(report.findings.errors > 0, "{}", model.alias);
            let page = serde_json::to_string(&report.findings).expect("JSON");
            assert!(!page.contains("JOHN"), "{}: {page}", model.alias);
        }
    }
}

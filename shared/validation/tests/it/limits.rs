//! Long lines, many findings, and the figures of a file.

use tunedrop_validation::{Code, Customization, KEPT_PER_CODE, LongRecord, Statistics, TokenBracket, TokenBucket};

use crate::support::{rules, shown, validate};

const GOOD: &str = "{\"prompt\": \"a\", \"completion\": \"b\"}";

#[test]
fn reports_a_line_over_eight_mebibytes_and_checks_the_next_one() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let long =
        format!("{GOOD}\n{{\"prompt\": \"{}\"}}\n{{\"prompt\": 1, \"completion\": \"b\"}}\n", "x".repeat(9 << 20));
    let report = validate(training, long.as_bytes().chunks(1 << 20));
    insta::assert_snapshot!(shown(&report.findings), @"
    2:1 error[line-too-long]: the line is longer than 8 MiB, so it wasn't checked
        split the record, or put each record on its own line
    3:12 /prompt error[wrong-type]: expected a string as `prompt`, found a number
        write a string
    ");
    assert_eq!((report.statistics.records, report.statistics.valid_records), (3, 1));
    assert_eq!(report.statistics.bytes, long.len() as u64);
}

#[test]
fn findings_are_counted_beyond_those_that_are_kept() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let bad = "{\"prompt\": \"a\", \"completion\": \"\"}\n".repeat(1000);
    let report = validate(training, [bad.as_bytes()]);
    assert_eq!(report.findings.counts[&Code::EmptyText], 1000);
    assert_eq!(report.findings.kept.len(), KEPT_PER_CODE);
    assert_eq!(report.findings.errors, 1000);
}

#[test]
fn a_key_fault_that_records_share_is_one_finding() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let (good, end) = (r#"{"prompt": "a", "completion": "b"}"#, "\n");
    let file: String = [r#"{"prompt": "a", "completion": "b", "id": 1, "source": "x"}"#, r#"{"prompt": "a"}"#, good]
        .map(|line| format!("{line}{end}").repeat(30_000))
        .concat();
    let whole = validate(training, [file.as_bytes()]);
    assert_eq!(whole.findings.errors, 3, "{}", shown(&whole.findings));
    let said = shown(&whole.findings);
    for part in [
        "the key `id` isn't part of the format, in 30,000 of 90,000 lines (lines 1 to 30,000)",
        "the key `source` isn't part of the format, in 30,000 of 90,000 lines (lines 1 to 30,000)",
        "missing key `completion`, in 30,000 of 90,000 lines (lines 30,001 to 60,000)",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(whole.statistics.valid_records, 30_000);
    // More keys than are distinguished, however the file is cut.
    let file: String =
        (0..9000).map(|at| format!("{{\"prompt\": \"a\", \"completion\": \"b\", \"k{}\": 1}}\n", at % 200)).collect();
    let whole = validate(training, [file.as_bytes()]).findings;
    assert_eq!(whole.errors, 65, "{}", shown(&whole));
    assert_eq!(whole, validate(training, file.as_bytes().chunks(1000)).findings);
}

#[test]
fn a_fault_of_most_records_is_one_finding_and_of_few_one_for_each() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let (good, bad) = ("{\"prompt\": \"a\", \"completion\": \"b\"}\n", "{\"prompt\": 1, \"completion\": \"b\",}\n");
    let findings = |good_lines: usize, bad_lines: usize| {
        let file = good.repeat(good_lines) + &bad.repeat(bad_lines);
        let whole = validate(training, [file.as_bytes()]).findings;
        assert_eq!(whole, validate(training, file.as_bytes().chunks(10)).findings);
        (whole.counts.get(&Code::InvalidJson).copied(), whole.counts.get(&Code::WrongType).copied())
    };
    assert_eq!(findings(0, 1), (Some(1), Some(1)));
    assert_eq!(findings(2, 3), (Some(1), Some(1)));
    assert_eq!(findings(3, 3), (Some(3), Some(3)));
    assert_eq!(findings(90, 10), (Some(1), Some(1)));
    assert_eq!(findings(99, 9), (Some(9), Some(9)));
    assert_eq!(findings(1000, 30), (Some(30), Some(30)));
}

#[test]
fn counts_findings_on_lines_that_are_not_utf_8() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let line = [b"{\"prompt\": [".as_slice(), &b"\"\0\", ".repeat(30), b"\"\xff\"], \"completion\": \xff}"].concat();
    let findings = validate(training, [line.as_slice()]).findings;
    let counts: Vec<_> = findings.counts.into_iter().collect();
    assert_eq!(counts, [(Code::InvalidUtf8, 1), (Code::ControlCharacter, 30)]);
}

#[test]
fn a_hostile_line_costs_no_more_memory_than_its_findings() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let line = format!("{{{}}}", vec!["\"a\": 0"; 200_000].join(","));
    let report = validate(training, [line.as_bytes()]);
    assert_eq!(report.findings.counts[&Code::DuplicateKey], 199_999);
    assert!(report.findings.kept.len() <= 3 * KEPT_PER_CODE);
}

#[test]
fn statistics_describe_the_valid_records() {
    let training = rules("nova-micro", Customization::FineTuning);
    let record = |text: &str| {
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"{text}\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"abc\"}}]}}]}}\n"
        )
    };
    let file = [record("abcdef"), record("\\u00e9\\ud83d\\ude00\\n"), record(""), record("abcdef")].concat();
    let statistics = validate(training, [file.as_bytes()]).statistics;
    let expected = Statistics {
        bytes: file.len() as u64,
        records: 4,
        valid_records: 3,
        turns: 6,
        characters: 9 + 6 + 9,
        tokens: TokenBracket { low: 2 + 1 + 2, high: 3 + 4 + 3 },
        longest_tokens: TokenBracket { low: 1, high: 4 },
        longest_line: Some(2),
        duplicates: 1,
        leaked: 0,
        with_system: 0,
        different_systems: 0,
        with_media: 0,
        media: 0,
        longest: vec![
            LongRecord { line: 2, tokens: TokenBracket { low: 1, high: 4 } },
            LongRecord { line: 1, tokens: TokenBracket { low: 2, high: 3 } },
            LongRecord { line: 4, tokens: TokenBracket { low: 2, high: 3 } },
        ],
        token_histogram: vec![TokenBucket { up_to: 3, records: 2 }, TokenBucket { up_to: 4, records: 1 }],
        ..Statistics::default()
    };
    assert_eq!(statistics, expected);
}

#[test]
fn messages_never_quote_a_record() {
    let training = rules("nova-micro", Customization::FineTuning);
    let secret = "hunter2-secret words";
    let lines = [
        format!("{{\"{secret}\": 1}}"),
        format!(
            "{{\"schemaVersion\": \"{secret}\", \"messages\": [{{\"role\": \"{secret}\", \"{secret}\": [], \"content\": [{{\"{secret}\": 1}}]}}]}}"
        ),
        format!("{{\"a\": {{\"{secret}\": [{secret}]}}}}"),
        secret.to_owned(),
        format!("{{\"prompt\": \"{secret}\", \"completion\": \"{secret}\"}}"),
    ];
    let report = validate(training, [lines.join("\n").as_bytes()]);
    assert!(report.findings.errors >= 8);
    assert!(!shown(&report.findings).contains("secret"), "{}", shown(&report.findings));
}

#[test]
fn hostile_lines_take_no_more_time_than_their_length() {
    let training = rules("nova-micro", Customization::FineTuning);
    let conversation = |text: String| {
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"{text}\"}}]}}]}}"
        )
    };
    // Each made a rule walk the whole line once per fault, if it were written carelessly.
    let lines = [
        conversation("User:".repeat(400_000)),
        conversation("\u{1}".repeat(1_000_000)),
        conversation("\\u0000".repeat(300_000)),
        conversation("\\ud800".repeat(300_000)),
        format!("{{{}}}", vec!["\"sytem\": 0"; 200_000].join(",")),
        format!("{{\"messages\": [{}]}}", vec!["{\"role\": \"x\"}"; 100_000].join(",")),
        vec!["[\"\\\\"; 300_000].concat(),
    ];
    let begun = std::time::Instant::now();
    for line in lines {
        assert!(validate(training, [line.as_bytes()]).findings.errors > 0);
    }
    // Seconds here; a quadratic walk would take many minutes.
    assert!(begun.elapsed().as_secs() < 60);
}

#[test]
fn lines_that_continue_a_string_have_no_findings() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let cut = "{\"prompt\": \"one\n\ntwo\nthree: four\", \"completion\": \"b\"}\n";
    let file = format!("{GOOD}\n{cut}{}\nmore\n{cut}", GOOD.replace('a', "c"));
    for size in [1, 7, 50, 1000] {
        let report = validate(training, file.as_bytes().chunks(size));
        let found: Vec<_> = report.findings.kept.iter().map(|found| (found.line, found.code)).collect();
        assert_eq!(found, [2, 7, 8].map(|line| (Some(line), Code::InvalidJson)), "chunks of {size}");
        assert_eq!((report.statistics.records, report.statistics.valid_records), (5, 2), "chunks of {size}");
    }
}

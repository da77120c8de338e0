//! Long lines, many findings, and the figures of a file.

use tunedrop_validation::{Code, Customization, KEPT_PER_CODE, LongRecord, Statistics, TokenBracket, TokenBucket};

use crate::support::{judge, rules, shown};

const GOOD: &str = "{\"prompt\": \"a\", \"completion\": \"b\"}";

#[test]
fn a_line_over_eight_mebibytes_is_one_finding_and_the_next_is_judged() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let long =
        format!("{GOOD}\n{{\"prompt\": \"{}\"}}\n{{\"prompt\": 1, \"completion\": \"b\"}}\n", "x".repeat(9 << 20));
    let report = judge(training, long.as_bytes().chunks(1 << 20));
    insta::assert_snapshot!(shown(&report.findings), @"
    2:1 error[line-too-long]: the line is longer than 8 MiB, and was passed over
        split the record, or put each record on a line of its own
    3:12 /prompt error[wrong-type]: `prompt` is a number, and must be a text
        write a text here
    ");
    assert_eq!((report.statistics.records, report.statistics.valid_records), (3, 1));
    assert_eq!(report.statistics.bytes, long.len() as u64);
}

#[test]
fn findings_are_counted_beyond_those_that_are_kept() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let bad = "{\"prompt\": \"a\"}\n".repeat(1000);
    let report = judge(training, [bad.as_bytes()]);
    assert_eq!(report.findings.counts[&Code::MissingKey], 1000);
    assert_eq!(report.findings.kept.len(), KEPT_PER_CODE);
    assert_eq!(report.findings.errors, 1000);
}

#[test]
fn findings_beside_bytes_that_are_not_utf_8_are_counted_too() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let line = [b"{\"prompt\": [".as_slice(), &b"\"\0\", ".repeat(30), b"\"\xff\"], \"completion\": \xff}"].concat();
    let findings = judge(training, [line.as_slice()]).findings;
    let counts: Vec<_> = findings.counts.into_iter().collect();
    assert_eq!(counts, [(Code::InvalidUtf8, 1), (Code::ControlCharacter, 30)]);
}

#[test]
fn a_hostile_line_costs_no_more_memory_than_its_findings() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let line = format!("{{{}}}", vec!["\"a\": 0"; 200_000].join(","));
    let report = judge(training, [line.as_bytes()]);
    assert_eq!(report.findings.counts[&Code::DuplicateKey], 199_999);
    assert!(report.findings.kept.len() <= 3 * KEPT_PER_CODE);
}

#[test]
fn statistics_tell_what_the_valid_records_hold() {
    let training = rules("nova-micro", Customization::FineTuning);
    let record = |text: &str| {
        format!(
            "{{\"schemaVersion\": \"bedrock-conversation-2024\", \"messages\": [{{\"role\": \"user\", \"content\": [{{\"text\": \"{text}\"}}]}}, {{\"role\": \"assistant\", \"content\": [{{\"text\": \"abc\"}}]}}]}}\n"
        )
    };
    let file = [record("abcdef"), record("\\u00e9\\ud83d\\ude00\\n"), record(""), record("abcdef")].concat();
    let statistics = judge(training, [file.as_bytes()]).statistics;
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
    let report = judge(training, [lines.join("\n").as_bytes()]);
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
        assert!(judge(training, [line.as_bytes()]).findings.errors > 0);
    }
    // Seconds here; a quadratic walk would take many minutes.
    assert!(begun.elapsed().as_secs() < 60);
}

#[test]
fn lines_that_continue_a_string_are_not_judged() {
    let training = rules("titan-text-express", Customization::FineTuning);
    let cut = "{\"prompt\": \"one\n\ntwo\nthree: four\", \"completion\": \"b\"}\n";
    let file = format!("{GOOD}\n{cut}{}\nmore\n{cut}", GOOD.replace('a', "c"));
    for size in [1, 7, 50, 1000] {
        let report = judge(training, file.as_bytes().chunks(size));
        let found: Vec<_> = report.findings.kept.iter().map(|found| (found.line, found.code)).collect();
        assert_eq!(found, [2, 7, 8].map(|line| (Some(line), Code::InvalidJson)), "chunks of {size}");
        assert_eq!((report.statistics.records, report.statistics.valid_records), (5, 2), "chunks of {size}");
    }
}

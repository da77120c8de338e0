//! The fast path and the slow path have the same result, and files of valid records never take the slow path.

use std::fs;

use proptest::prelude::*;
use tunedrop_validation::{Customization, FileCheck, FileReport, Options, Role, Training};

use crate::support::{rules, validate};

/// A pass over the bytes, and how many records took the slow path.
fn pass(training: &Training, bytes: &[u8], options: Options) -> (FileReport, u64) {
    let mut check = FileCheck::new("train.jsonl", training, Role::Train, None).with(options);
    check.feed(bytes);
    check.feed(b"\n");
    let slow = check.records_on_slow_path();
    (check.finish(), slow)
}

/// Both paths over the bytes, which must agree. Returns how many records took the slow path.
#[track_caller]
fn both(training: &Training, bytes: &[u8], what: &str) -> u64 {
    let (short, slow) = pass(training, bytes, Options::default());
    let (long, _) = pass(training, bytes, Options { thorough: true, ..Options::default() });
    assert_eq!(short.findings, long.findings, "{what}");
    assert_eq!(short.statistics, long.statistics, "{what}");
    assert_eq!(short.index.len(), long.index.len(), "{what}");
    // What one way took for training records, the other finds in a validation file: the fingerprints are the same.
    let mut check = FileCheck::new("validation.jsonl", training, Role::Validation, Some(short.index));
    check = check.with(Options { thorough: true, ..Options::default() });
    check.feed(bytes);
    let leaked = check.finish().statistics;
    assert_eq!(leaked.leaked, leaked.valid_records, "{what}");
    slow
}

#[test]
fn fixtures_have_the_same_result_on_both_paths() {
    for (path, training) in crate::fixtures::all() {
        let bytes = fs::read(&path).expect("a fixture");
        both(training, &bytes, &path.display().to_string());
    }
}

const RECORDS: [(&str, Customization, &[&str]); 5] = [
    (
        "titan-text-express",
        Customization::FineTuning,
        &[
            r#"{"prompt": "a", "completion": "b: c > d [1]"}"#,
            r#"{"completion":"é\n","prompt":" \"q\" \\ \/ \t\r\u0041\ud83d\ude00\u2019"}"#,
            " {\t\"prompt\" : \"日本語。、\" ,\"completion\":\"b\"\t}\t\r",
            r#"{"prompt": "\u3000日", "completion": "\u3000 日本"}"#,
        ],
    ),
    ("titan-text-express", Customization::ContinuedPreTraining, &[r#"{"input": "text"}"#, r#"{ "input":"é" }"#]),
    (
        "nova-micro",
        Customization::FineTuning,
        &[
            r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "s"}], "messages": [{"role": "user", "content": [{"text": "q"}, {"text": "more"}]}, {"role": "assistant", "content": [{"text": "a"}]}]}"#,
            r#"{"messages":[{"content":[{"text":"q"}],"role":"user"},{"content":[{"text":"a"}],"role":"assistant"}],"system":[{"text":"s"}],"schemaVersion":"bedrock-conversation-2024"}"#,
        ],
    ),
    (
        "claude-3-haiku",
        Customization::FineTuning,
        &[
            r#"{"system": "s", "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
            r#"{"messages":[{"content":"q","role":"user"},{"role":"assistant","content":"a"}],"system":"s é"}"#,
        ],
    ),
    (
        "nova-lite",
        Customization::Distillation,
        &[
            r#"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "q"}]}]}"#,
        ],
    ),
];

#[test]
fn valid_records_never_take_the_slow_path() {
    for (model, customization, records) in RECORDS {
        let training = rules(model, customization);
        for record in records {
            let report = validate(training, [record.as_bytes()]);
            assert_eq!(report.statistics.valid_records, 1, "{record}: {:?}", report.findings);
            assert_eq!(both(training, record.as_bytes(), record), 0, "{record}");
        }
        // Long texts, so that whatever is special stands everywhere in a block, and at the end of the bytes.
        for length in 0..200 {
            let text = format!("{}\\u2019{}é: \\n", "x".repeat(length), "日".repeat(length % 7));
            let record =
                records[0].replace("\"a\"", &format!("\"{text}\"")).replace("\"text\"}", &format!("\"{text}\"}}"));
            assert_eq!(both(training, record.as_bytes(), &record), 0, "{record}");
        }
    }
}

/// What is put into a record: what rules have a word on, and what they might be thought to.
const ODD: [&str; 30] = [
    "User:",
    "user:",
    "Bot:",
    "superUser:",
    "\\u0055ser:",
    "User\\u003a",
    "[EOS]",
    "<image>",
    "<IMAGE>",
    "\\nHuman:",
    "\\u0000",
    "\\u001f",
    "\u{1}",
    "\\ud800",
    "\\udc00x",
    "\\ud83d\\ude00",
    "\\x",
    "\\",
    "\"",
    "\\\"",
    "\\b",
    "\\u12",
    "é",
    "\u{3000}",
    "\\u0009",
    ",",
    "{",
    "]",
    "null",
    "\\/",
];

fn changed_records() -> impl Strategy<Value = (usize, Vec<u8>)> {
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..6_u8);
    let record = (0..RECORDS.len(), any::<prop::sample::Index>(), 0..150_usize, prop::collection::vec(change, 0..4));
    record.prop_map(|(format, index, filling, changes)| {
        let records = RECORDS[format].2;
        let padded = records[index.index(records.len())].replacen(": \"", &format!(": \"{}", "y".repeat(filling)), 3);
        let mut bytes = padded.into_bytes();
        for (index, byte, kind) in changes {
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] = b"{}[]\",:\\\n\r"[byte as usize % 10],
                2 if bytes.len() > 1 => drop(bytes.remove(at)),
                3 => bytes.insert(at, bytes[at]),
                _ => drop(bytes.splice(at..at, ODD[byte as usize % ODD.len()].bytes())),
            }
        }
        (format, bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn changed_records_have_the_same_result_on_both_paths((format, bytes) in changed_records()) {
        let (model, customization, records) = RECORDS[format];
        let file = [records[0].as_bytes(), &bytes, records[0].as_bytes()].join(&b'\n');
        both(rules(model, customization), &file, &String::from_utf8_lossy(&bytes));
    }
}

//! How a file is cut into chunks never matters, and no input panics.

use std::fs;

use proptest::prelude::*;
use tunedrop_validation::{Customization, FileReport, Statistics, Training};

use crate::support::{rules, shown, validate};

fn everything(report: &FileReport) -> (String, Statistics, usize) {
    (shown(&report.findings), report.statistics.clone(), report.index.len())
}

#[test]
fn the_result_does_not_depend_on_chunks() {
    for (path, training) in crate::fixtures::all() {
        let bytes = fs::read(&path).expect("a fixture");
        if bytes.len() > 4096 {
            continue;
        }
        let whole = everything(&validate(training, [bytes.as_slice()]));
        for cut in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            assert_eq!(everything(&validate(training, [head, tail])), whole, "{} cut at {cut}", path.display());
        }
        assert_eq!(everything(&validate(training, bytes.chunks(1))), whole, "{} byte by byte", path.display());
    }
}

fn formats() -> Vec<&'static Training> {
    vec![
        rules("titan-text-express", Customization::FineTuning),
        rules("titan-text-express", Customization::ContinuedPreTraining),
        rules("nova-2-lite", Customization::FineTuning),
        rules("nova-2-lite", Customization::ReinforcementFineTuning),
        rules("claude-3-haiku", Customization::FineTuning),
        rules("llama-3-1-8b", Customization::Distillation),
    ]
}

/// A record of one of the formats, with some bytes overwritten, cut out or doubled.
fn broken_record() -> impl Strategy<Value = Vec<u8>> {
    let records = [
        r#"{"prompt": "a\ud83d\ude00", "completion": "User: é"}"#,
        r#"{"input": "a\u0000b"}"#,
        r#"{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "s"}], "messages": [{"role": "user", "content": [{"image": {"format": "png", "source": {"s3Location": {"uri": "s3://abc/1.png"}}}}, {"text": "q"}]}, {"role": "assistant", "content": [{"reasoningContent": {"reasoningText": {"text": "r"}}}, {"text": "a"}]}]}"#,
        r#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "reference_answer": {"a": [1.5e3, null, true]}}"#,
    ];
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    (prop::sample::select(records.to_vec()), prop::collection::vec(change, 0..4)).prop_map(|(record, changes)| {
        let mut bytes = record.as_bytes().to_vec();
        for (index, byte, kind) in changes {
            let at = index.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes[at] = b"{}[]\",:\\\n\r"[byte as usize % 10],
                2 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, bytes[at]),
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_bytes_never_panic_in_any_chunks(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 1..50_usize) {
        for training in formats() {
            let whole = everything(&validate(training, [bytes.as_slice()]));
            prop_assert_eq!(&everything(&validate(training, bytes.chunks(size))), &whole);
        }
    }

    #[test]
    fn broken_records_never_panic_in_any_chunks(records in prop::collection::vec(broken_record(), 1..6), size in 1..200_usize) {
        let bytes = records.join(&b'\n');
        for training in formats() {
            let report = validate(training, [bytes.as_slice()]);
            let whole = everything(&report);
            prop_assert_eq!(&everything(&validate(training, bytes.chunks(size))), &whole);
            // A record is valid, or there is an error that says why.
            let Statistics { records, valid_records, .. } = report.statistics;
            prop_assert!(valid_records <= records);
            prop_assert!(records == valid_records || report.findings.errors > 0);
            prop_assert!(report.findings.errors > 0 || records > 0);
        }
    }

    #[test]
    fn locations_are_within_the_file(records in prop::collection::vec(broken_record(), 1..6)) {
        let bytes = records.join(&b'\n');
        let lengths: Vec<usize> = bytes.split(|byte| *byte == b'\n').map(<[u8]>::len).collect();
        for training in formats() {
            for finding in validate(training, [bytes.as_slice()]).findings.kept {
                if let (Some(line), Some(column)) = (finding.line, finding.column) {
                    let length = lengths.get(line as usize - 1);
                    prop_assert!(length.is_some_and(|length| (1..=*length as u64 + 1).contains(&column)), "{finding:?}");
                }
            }
        }
    }
}

//! Where serde_json says yes and we say no, on purpose; and the other way about: nowhere.

use serde::Deserialize;
use serde::de::IgnoredAny;
use tunedrop_validation::{Code, Customization};

use crate::support::{rules, validate};

/// Whether serde_json takes the line as any value, however deep.
fn serde_takes(line: &[u8]) -> bool {
    let mut reader = serde_json::Deserializer::from_slice(line);
    reader.disable_recursion_limit();
    IgnoredAny::deserialize(&mut reader).is_ok() && reader.end().is_ok()
}

/// serde_json takes this line, and we find `code` in it, once, and nothing else.
#[track_caller]
fn refused_here_alone(line: &[u8], code: Code) {
    assert!(serde_takes(line), "serde_json refuses it, too");
    let found = validate(rules("nova-2-lite", Customization::ReinforcementFineTuning), [line]).findings;
    assert_eq!(found.counts.into_iter().collect::<Vec<_>>(), [(code, 1)]);
}

/// A valid record with one more value, for the grader.
fn with(value: &str) -> Vec<u8> {
    format!("{{\"messages\": [{{\"role\": \"user\", \"content\": \"q\"}}], \"for_grader\": {value}}}").into_bytes()
}

#[test]
fn rejects_nesting_over_64_levels() {
    let nested = |depth: usize| with(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    refused_here_alone(&nested(64), Code::NestingTooDeep);
    refused_here_alone(&nested(100_000), Code::NestingTooDeep);
    // With the record around it: 64.
    assert_eq!(
        validate(rules("nova-2-lite", Customization::ReinforcementFineTuning), [&nested(63)[..]]).findings.errors,
        0
    );
}

#[test]
fn rejects_a_line_over_8_mebibytes() {
    let of_length = |length: usize| with(&format!("\"{}\"", "x".repeat(length - with("\"\"").len())));
    refused_here_alone(&of_length((8 << 20) + 1), Code::LineTooLong);
    let longest = of_length(8 << 20);
    assert_eq!(
        validate(rules("nova-2-lite", Customization::ReinforcementFineTuning), [&longest[..]]).findings.errors,
        0
    );
}

#[test]
fn rejects_a_duplicate_key() {
    refused_here_alone(&with("{\"a\": 0, \"a\": 0}"), Code::DuplicateKey);
    refused_here_alone(&with("{\"a\": 0, \"\\u0061\": 0}"), Code::DuplicateKey);
}

#[test]
fn rejects_half_of_a_surrogate_pair() {
    // serde_json minds it only in a text that it keeps.
    refused_here_alone(&with("\"\\ud83d\""), Code::LoneSurrogate);
    refused_here_alone(&with("\"\\ude00\""), Code::LoneSurrogate);
    assert!(serde_json::from_slice::<String>(b"\"\\ud83d\"").is_err());
}

#[test]
fn rejects_bytes_that_are_not_utf_8() {
    // serde_json minds them only in a text that it keeps.
    refused_here_alone(&replaced(with("\"?\""), b"?", b"\xff"), Code::InvalidUtf8);
    assert!(serde_json::from_slice::<String>(b"\"\xff\"").is_err());
}

#[test]
fn rejects_a_value_that_is_not_an_object() {
    for line in ["[]", "17", "\"text\"", "null", "true"] {
        assert!(serde_takes(line.as_bytes()), "serde_json refuses it, too");
        // Alone, it would be a file of another kind.
        let file = [&with("0"), line.as_bytes()].join(&b'\n');
        let found = validate(rules("nova-2-lite", Customization::ReinforcementFineTuning), [&file[..]]).findings;
        assert_eq!(found.counts.into_iter().collect::<Vec<_>>(), [(Code::NotAnObject, 1)]);
    }
}

#[test]
fn a_byte_order_mark_is_no_difference() {
    // Both refuse it; we read on behind it.
    let line = ["\u{feff}".as_bytes(), &with("0")].concat();
    assert!(!serde_takes(&line));
    let found = validate(rules("nova-2-lite", Customization::ReinforcementFineTuning), [&line[..]]).findings;
    assert_eq!(found.counts.into_iter().collect::<Vec<_>>(), [(Code::ByteOrderMark, 1)]);
}

#[test]
fn numbers_beyond_64_bits_are_no_difference() {
    for number in ["1e999", "-1e-999", "123456789012345678901234567890", "-0.0E+0"] {
        let line = with(number);
        assert!(serde_takes(&line));
        let found = validate(rules("nova-2-lite", Customization::ReinforcementFineTuning), [&line[..]]).findings;
        assert_eq!(found.errors, 0, "{number}");
    }
}

/// The first `what` of the line becomes `by`.
fn replaced(mut line: Vec<u8>, what: &[u8], by: &[u8]) -> Vec<u8> {
    let at = line.windows(what.len()).position(|window| window == what).expect("it stands there");
    line.splice(at..at + what.len(), by.iter().copied());
    line
}

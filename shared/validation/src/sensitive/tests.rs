use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{SensitiveKind, sensitive_spans};

/// Where the first of this kind begins in the text, and how many there are.
pub(super) fn found(text: &str, kind: SensitiveKind) -> (Option<usize>, u64) {
    let spans: Vec<_> = sensitive_spans(text).into_iter().filter(|span| span.kind == kind).collect();
    (spans.first().map(|span| span.start), spans.len() as u64)
}

/// The text with placeholders, once.
fn redacted(text: &str) -> String {
    let mut out = text.to_owned();
    for span in sensitive_spans(text).iter().rev() {
        out.replace_range(span.start..span.end, span.kind.placeholder());
    }
    out
}

#[test]
fn names_are_distinguished_and_placeholders_are_not_found() {
    let names: BTreeSet<_> = SensitiveKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(names.len(), SensitiveKind::ALL.len());
    for kind in SensitiveKind::ALL {
        let holder = kind.placeholder();
        assert!(holder.starts_with('[') && holder.ends_with(']'), "{holder}");
        assert!(sensitive_spans(&format!("{holder} {holder}{holder}")).is_empty());
        let written = serde_json::to_string(&kind).expect("JSON");
        assert_eq!(serde_json::from_str::<SensitiveKind>(&written).expect("the kind"), kind);
        assert!(kind.counted(1).starts_with("1 ") && kind.counted(2).starts_with("2 "));
    }
    assert_eq!(SensitiveKind::EmailAddress.counted(1), "1 email address");
}

#[test]
fn what_overlaps_is_counted_once() {
    let spans = sensitive_spans("4111111111111111@example.com, ada@example.com+12025550143");
    let shown: Vec<_> = spans.iter().map(|span| (span.kind, span.start, span.end)).collect();
    assert_eq!(shown, [(SensitiveKind::EmailAddress, 0, 28), (SensitiveKind::EmailAddress, 30, 45)]);
}

#[test]
fn hostile_texts_take_linear_time() {
    let per_byte = |text: &str| {
        let begun = std::time::Instant::now();
        std::hint::black_box(sensitive_spans(text));
        begun.elapsed().as_nanos() as f64 / text.len() as f64
    };
    for part in [
        "1 ",
        "1-",
        "11 ",
        "+",
        "+1 ",
        "@",
        "a@",
        "a.",
        "a@a.",
        "eyJ",
        "eyJ.",
        "eyJhbGciOiJIUzI1NiJ9.",
        "-",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----END ",
        "AKIA",
        "sk-",
        "sk-ant-",
        "xoxb-",
        "AccountKey=",
        "GB29",
        "GB29 ",
        "X-",
        "111222333 ",
        "BSN 111222333 ",
        "4111 1111 1111 1111 ",
        "+1 202 555 0143 ",
        "é",
        "0",
        "_",
    ] {
        let text = part.repeat((1 << 20) / part.len());
        // A quadratic scan of 1 MiB would take many minutes; the slowest of these takes some hundred nanoseconds a byte.
        assert!(per_byte(&text) < 5_000.0, "{part}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn redaction_ends_and_spans_are_in_order(parts in proptest::collection::vec(part(), 0..12)) {
        let mut text = parts.concat();
        let spans = sensitive_spans(&text);
        prop_assert!(spans.iter().all(|span| span.start < span.end && text.get(span.start..span.end).is_some()));
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        let mut rounds = 0;
        while !sensitive_spans(&text).is_empty() {
            text = redacted(&text);
            rounds += 1;
            prop_assert!(rounds <= 10, "{}", text);
        }
    }
}

/// Parts of texts: values, words that announce them, separators and anything else.
fn part() -> impl Strategy<Value = String> {
    let known = [
        "ada@example.com",
        "4111 1111 1111 1111",
        "4111111111111111",
        "GB29NWBK60161331926819",
        "+1 202 555 0143",
        "+49 30 23125 000",
        "943 476 5919",
        "111222333",
        "12345678Z",
        "X-2482300-W",
        "123-45-6789",
        "111.444.777-35",
        "2341 2341 2346",
        "SSN ",
        "NHS ",
        "BSN ",
        "DNI ",
        "NIE ",
        "Aadhaar ",
        " ",
        " ",
        "-",
        ".",
        ":",
        "/",
        "\n",
        "a",
        "7",
        "[CARD]",
        "@",
        "+",
        "eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----END PRIVATE KEY-----",
        "é",
    ];
    prop_oneof![4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => "[ -~é]{0,6}"]
}

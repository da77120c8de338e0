use sha2::{Digest, Sha256};

use super::*;

/// Base64, which isn't worth a dependency here.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * at) & 63) as usize];
            out.push(if at <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[test]
fn allows_exactly_this_style_sheet() {
    assert_eq!(
        STYLE_HASH,
        format!("sha256-{}", base64(&Sha256::digest(STYLE))),
        "templates/style.css changed: so must STYLE_HASH"
    );
    assert!(!STYLE.contains("</") && !STYLE.contains("url(") && !STYLE.contains("@import"));
}

#[test]
fn escapes_invisible_characters() {
    assert_eq!(visible("a\u{202e}b\nc\0\td"), r"a\u{202e}b\u{a}c\u{0} d");
    assert_eq!(visible_lines("a\r\nb\rc"), "a\nb\\u{d}c");
    assert_eq!(visible("שלום مرحبا 漢字"), "שלום مرحبا 漢字");
}

#[test]
fn formats_numbers() {
    assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    assert_eq!(
        [1, 999, 1_500, 2_000_000_000, u64::MAX].map(bytes),
        ["1 byte", "999 bytes", "1.5 kB", "2.0 GB", "18446744.1 TB"]
    );
    assert_eq!([0.0, 2.34567, 0.00001234, 1e300, -1.5].map(loss), ["0", "2.3457", "1.234e-5", "1.000e300", "-1.5000"]);
    assert_eq!([f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(loss), ["not a number", "infinite", "infinite"]);
    assert_eq!(
        [(0, 0), (1, 0), (0, 2), (3, 1)].map(|(e, w)| errors_and_warnings(e, w)),
        ["none", "1 error", "2 warnings", "3 errors and 1 warning"]
    );
}

#[test]
fn formats_times_and_keeps_other_text() {
    assert_eq!(moment("2026-11-23T04:00:12.345Z"), "2026-11-23 04:00:12 UTC");
    assert_eq!(moment("Mon Nov 23"), "Mon Nov 23");
    let took = |start, end| between(Some(start), Some(end));
    assert_eq!(took("2026-11-23T04:00:00Z", "2026-11-23T05:12:09Z").as_deref(), Some("1 h 12 min"));
    assert_eq!(took("2026-11-23T04:00:00Z", "2026-11-23T04:00:09Z").as_deref(), Some("9 s"));
    assert_eq!(took("2026-11-23T05:00:00Z", "2026-11-23T04:00:00Z"), None);
    assert_eq!(between(None, Some("2026-11-23T04:00:00Z")), None);
}

#[test]
fn quotes_for_the_shell() {
    assert_eq!(
        shell("arn:aws:bedrock:us-east-1:1:custom-model/a.b:0/x"),
        "arn:aws:bedrock:us-east-1:1:custom-model/a.b:0/x"
    );
    assert_eq!(shell("a'; rm -rf ~ #"), r"'a'\''; rm -rf ~ #'");
    assert_eq!(shell(""), "''");
}

#[test]
fn folds_a_long_command_at_its_options() {
    assert_eq!(folded("tunedrop retry a-1 --stack b"), "tunedrop retry a-1 --stack b");
    let long = format!("aws x --name 'it is -- '\\''so --odd' --arn {}", "a".repeat(60));
    let lines = format!("aws x \\\n  --name 'it is -- '\\''so --odd' \\\n  --arn {}", "a".repeat(60));
    assert_eq!(folded(&long), lines);
}

#[test]
fn splits_a_sentence_at_its_backticks() {
    let split = |text| spans(text).into_iter().map(|span| (span.text, span.is_code)).collect::<Vec<_>>();
    let prose = |text: &str| (text.to_owned(), false);
    assert_eq!(split("write `user` here"), [prose("write "), ("user".to_owned(), true), prose(" here")]);
    assert_eq!(split("`a`"), [("a".to_owned(), true)]);
    assert_eq!(split("one ` alone"), [prose("one ` alone")]);
    assert_eq!(split("\u{202e}"), [prose(r"\u{202e}")]);
    assert!(split("").is_empty());
}

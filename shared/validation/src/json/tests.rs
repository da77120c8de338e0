use super::*;
use crate::line_findings::LineFindings;
use proptest::prelude::*;

/// Returns each finding as `code column pointer`.
fn noted(line: &str) -> Vec<String> {
    let mut noted = LineFindings::new("f", 1, b"");
    parse(line, &mut noted);
    let kept = noted.findings.kept;
    kept.iter().map(|fault| format!("{} {} {}", fault.code, fault.column.unwrap_or(0), fault.pointer)).collect()
}

#[track_caller]
fn check(line: &str, expected: &[&str]) {
    assert_eq!(noted(line), expected, "{line}");
}

#[test]
fn json_is_read() {
    for line in [
        "{}",
        "[]",
        " { } ",
        "null",
        "true",
        "\"\"",
        "0",
        "-0",
        "-1.5e+10",
        "1e9999",
        "{\"a\":[1,{\"b\":null}]}",
        r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#,
        "{\"a\"\t:\r1 }",
    ] {
        check(line, &[]);
    }
}

#[test]
fn reports_truncated_and_extra_text() {
    check("", &["invalid-json 1 "]);
    check("{", &["invalid-json 2 "]);
    check("{\"a\": \"b", &["invalid-json 9 "]);
    check("{\"a\": [1, {\"b\"", &["invalid-json 15 "]);
    check("{\"a\": 1} {\"a\": 2}", &["invalid-json 10 "]);
    check("{\"a\": 1},", &["invalid-json 9 "]);
    check("{\"a\": 1]", &["invalid-json 8 "]);
}

#[test]
fn what_other_languages_write() {
    check("{'a': 1}", &["invalid-json 2 "]);
    check("{a: 1}", &["invalid-json 2 "]);
    check("{\"a\": None, \"b\": True, \"c\": NaN}", &["invalid-json 7 ", "invalid-json 18 ", "invalid-json 29 "]);
    check("[1,2,]", &["invalid-json 5 "]);
    check("{\"a\": 1,}", &["invalid-json 8 "]);
    check("[01, 1., .5]", &["invalid-json 2 /0", "invalid-json 6 /1", "invalid-json 10 /2"]);
    check("[-Infinity, 0x1f, +1]", &["invalid-json 2 /0", "invalid-json 13 /1", "invalid-json 19 /2"]);
    check("{\"a\": 1 // why\n}", &["invalid-json 9 "]);
}

#[test]
fn texts_with_faults_are_read_on() {
    check("[\"a\tb\", \"\\x\", \"\\u12\", 3]", &["control-character 4 /0", "invalid-json 10 /1", "invalid-json 16 /2"]);
    check(
        r#"["\ud800", "\udc00x", "\ud800\ud800\udc00"]"#,
        &["lone-surrogate 3 /0", "lone-surrogate 13 /1", "lone-surrogate 24 /2"],
    );
    check("[1,\0]", &["control-character 4 "]);
}

#[test]
fn keys_that_stand_twice() {
    check(r#"{"a": 1, "b": {"c": 1, "c": 2}, "\u0061": 3}"#, &["duplicate-key 24 ", "duplicate-key 33 "]);
    let many: Vec<String> = (0..100).map(|key| format!("\"k{}\": 0", key % 99)).collect();
    assert_eq!(noted(&format!("{{{}}}", many.join(","))).len(), 1);
}

#[test]
fn a_pointer_is_made_of_known_keys_and_stops_at_any_other() {
    check("{\"messages\": [1, {\"content\": [", &["invalid-json 31 /messages/1/content"]);
    check("{\"messages\": [1, {\"SECRETJOHNDOEkey1\": [", &["invalid-json 41 /messages/1"]);
    check("{\"system\": {\"a whole sentence\": {\"text\": [", &["invalid-json 43 /system"]);
}

/// The exploits p12 and p13 of the security review: a name or a secret as a key.
#[test]
fn no_finding_names_a_key_that_is_not_known() {
    let secret = "SECRETJOHNDOEkey1";
    for line in [
        format!("{{\"{secret}\": 1, \"{secret}\": 2}}"),
        format!("{{\"{secret}\": {{\"x\": NaN}}}}"),
        format!("{{\"{secret}\" 1}}"),
        format!("{{\"messages\": {{\"{secret}\": \"\u{0}\"}}}}"),
    ] {
        let mut noted = LineFindings::new("f", 1, b"");
        parse(&line, &mut noted);
        assert!(!noted.findings.kept.is_empty(), "{line}");
        for finding in noted.findings.kept {
            let text = format!("{} {} {}", finding.pointer, finding.message, finding.help);
            assert!(!text.contains("JOHN"), "{line}: {text}");
        }
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    check(&nested(64), &[]);
    assert_eq!(noted(&nested(65)).len(), 1);
    assert!(noted(&nested(1_000_000))[0].starts_with("nesting-too-deep 65 /0/0"));
    assert_eq!(noted(&"[".repeat(1_000_000)).len(), 2);
    // The rest of the line is still parsed.
    let line = format!("{{\"a\": {}, \"a\": 1}}", nested(80).replacen("[]", "[\"]\\\"]\"]", 1));
    assert!(noted(&line)[1].starts_with("duplicate-key"));
}

#[test]
fn decoded_places_lead_back_to_the_line() {
    let line = r#"  "a\né\u00e9\ud83d\ude00z""#;
    let mut none = LineFindings::new("f", 1, b"");
    let Some(Node { start, value: Value::Text(text), .. }) = parse(line, &mut none) else { panic!("no text") };
    for (needle, raw) in [("a", "a"), ("é", "é"), ("\u{1f600}", r"\ud83d"), ("z", "z")] {
        let decoded = text.find(needle).expect("it is there");
        assert_eq!(Some(raw_offset(line, start, decoded)), line.find(raw), "{needle}");
    }
}

proptest! {
    #[test]
    fn agrees_with_serde_json_on_what_json_is(line in r#"[\[\]{}",:0-9eE+. \\untrfalsd-]{0,24}"#) {
        let known = serde_json::from_str::<serde_json::Value>(&line);
        let found = noted(&line);
        // tunedrop's parser rejects duplicate keys, and accepts numbers of any size.
        match known {
            Ok(_) => prop_assert!(found.iter().all(|fault| fault.starts_with("duplicate-key")), "{found:?}"),
            Err(error) => prop_assert!(!found.is_empty() || error.to_string().contains("out of range")),
        }
    }

    #[test]
    fn texts_are_decoded_as_serde_json_does(text in any::<String>()) {
        let line = serde_json::to_string(&text).expect("a text");
        let mut none = LineFindings::new("f", 1, b"");
        match parse(&line, &mut none).map(|node| node.value) {
            Some(Value::Text(read)) => prop_assert_eq!(read, text),
            other => prop_assert!(false, "{:?}", other),
        }
    }
}

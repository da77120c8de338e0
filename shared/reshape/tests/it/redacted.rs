//! `fix --redact` on records that are put together at random.

use proptest::prelude::*;
use serde_json::Value;
use tunedrop_reshape::Fixer;
use tunedrop_validation::{SensitiveKind, sensitive_spans};

/// Values, words that announce them, escapes, placeholders and anything else, as a JSON string may have them.
const PARTS: [&str; 32] = [
    "ada@example.com",
    "ada\\u0040example.com",
    "4111 1111 1111 1111",
    "\\u0034111111111111111",
    "GB29NWBK60161331926819",
    "+1 202 555 0143",
    "943 476 5919",
    "111222333",
    "12345678Z",
    "111.444.777-35",
    "eyJhbGciOiJIUzI1NiJ9.eyJh.c2ln",
    "AKIAIOSFODNN7EXAMPLE",
    "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----",
    "NHS ",
    "BSN: ",
    "DNI ",
    " ",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\ud83d\\ude00",
    "\\ud83d",
    "é",
    ",",
    "[EMAIL]",
    "[NATIONAL_ID]",
    "]",
    ": ",
    "{",
    "7",
    "a",
];

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(PARTS.to_vec()), 0..10).prop_map(|parts| parts.concat())
}

fn record() -> impl Strategy<Value = String> {
    (text(), text(), text(), any::<bool>()).prop_map(|(key, first, second, spaced)| {
        let space = if spaced { " " } else { "" };
        format!("{{\"k{key}\":{space}[\"{first}\", 4111111111111111{space}], \"role\": \"{key}\",{space}\"b\" :{{\"c\":\"{second}\"}}}}")
    })
}

fn redacted(line: &str) -> String {
    let fixed = Fixer::redacting().fix(1, line.as_bytes());
    String::from_utf8(fixed.line.expect("a record").into_owned()).expect("UTF-8")
}

/// Keys and shapes, without texts; and the texts. A half of a surrogate pair is none for serde_json.
fn taken_apart(line: &str) -> (Value, Vec<String>) {
    fn walk(value: &mut Value, key: &str, texts: &mut Vec<String>) {
        match value {
            Value::String(text) if key != "role" => texts.push(std::mem::take(text)),
            Value::Array(values) => values.iter_mut().for_each(|value| walk(value, "", texts)),
            Value::Object(members) => members.iter_mut().for_each(|(key, value)| walk(value, key, texts)),
            _ => {}
        }
    }
    let whole = line.replace("\\ud83d\\ude00", "☺").replace("\\ud83d", "?");
    let mut value: Value = serde_json::from_str(&whole).expect("JSON");
    let mut texts = Vec::new();
    walk(&mut value, "", &mut texts);
    (value, texts)
}

/// Whether the parts between placeholders are in the other text, in order, from its beginning to its end.
fn is_cut_from(out: &str, line: &str) -> bool {
    let mut parts = vec![out];
    for kind in SensitiveKind::ALL {
        parts = parts.into_iter().flat_map(|part| part.split(kind.placeholder())).collect();
    }
    let mut rest = line;
    for (at, part) in parts.iter().enumerate() {
        match rest.find(part) {
            Some(place) if at > 0 || place == 0 => rest = &rest[place + part.len()..],
            _ => return false,
        }
    }
    out.ends_with(parts[parts.len() - 1]) && line.ends_with(parts[parts.len() - 1])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn only_what_is_found_is_replaced_and_a_second_run_changes_nothing(line in record()) {
        let out = redacted(&line);
        prop_assert_eq!(&redacted(&out), &out);
        prop_assert!(is_cut_from(&out, &line), "{} became {}", line, out);
        let ((before, texts), (after, left)) = (taken_apart(&line), taken_apart(&out));
        prop_assert_eq!(before, after, "keys and structure");
        prop_assert_eq!(texts.len(), left.len());
        for text in left {
            prop_assert!(sensitive_spans(&text).is_empty(), "{}", text);
        }
        let found = texts.iter().any(|text| !sensitive_spans(text).is_empty());
        prop_assert_eq!(found, out != line);
    }
}

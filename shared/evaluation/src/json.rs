//! Parses and compares answers that are JSON.

use serde_json::{Number, Value};

/// Parses the text as a JSON value (RFC 8259), with white space around it. Returns `None` for any other text, and for
/// values that are nested deeper than 127 levels. A value in a code fence isn't JSON: programs that read the answer
/// would fail too.
pub(crate) fn parsed(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Whether the text is a JSON object or array.
pub(crate) fn is_structure(text: &str) -> bool {
    parsed(text).is_some_and(|value| value.is_object() || value.is_array())
}

/// Whether two values are equal. The order of keys doesn't matter, 1 and 1.0 are equal, and the last of repeated keys
/// counts. Numbers beyond 64 bits are compared as floating-point numbers.
pub(crate) fn are_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => are_equal_numbers(one, other),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| are_equal(one, other)))
        }
        _ => one == other,
    }
}

fn are_equal_numbers(one: &Number, other: &Number) -> bool {
    if one.is_f64() || other.is_f64() { one.as_f64() == other.as_f64() } else { one == other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_white_space_and_notation_dont_matter() {
        let equal = |one: &str, other: &str| are_equal(&parsed(one).expect("JSON"), &parsed(other).expect("JSON"));
        assert!(equal(r#"{"a": 1, "b": [1.50, null]}"#, " {\"b\":[15e-1,null],\n\"a\":1.0}\n"));
        assert!(equal(r#""\u00e9""#, "\"é\""));
        for (one, other) in [
            ("1", "true"),
            ("1", "\"1\""),
            ("[1, 2]", "[2, 1]"),
            ("[]", "{}"),
            ("[1]", "[1, 1]"),
            (r#"{"a": null}"#, "{}"),
            (r#"{"a": 1}"#, r#"{"b": 1}"#),
            ("9007199254740992", "9007199254740993"),
            ("null", "false"),
        ] {
            assert!(!equal(one, other), "{one} {other}");
        }
    }

    #[test]
    fn other_text_is_no_json() {
        for text in ["", "yes", "```json\n{}\n```", "{} {}", "NaN", "{'a': 1}"] {
            assert!(parsed(text).is_none(), "{text}");
        }
        assert!(parsed(&("[".repeat(100_000) + &"]".repeat(100_000))).is_none());
        assert!(is_structure("[1]") && is_structure(" {} ") && !is_structure("1") && !is_structure("\"a\""));
    }
}

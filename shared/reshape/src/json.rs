//! Reads JSON one level at a time, without recursion. Numbers keep their digits.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tunedrop_validation::json_fault;

/// A value as it is written in the text.
pub(crate) type Raw<'a> = &'a RawValue;

/// The members of an object, in their order; keys may be duplicates.
pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Raw<'a>)>;

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Object<'a>(Members<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Gather;
        impl<'de> Visitor<'de> for Gather {
            type Value = Members<'de>;

            fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Gather).map(Object)
    }
}

/// Names the type of a value by its first byte.
pub(crate) fn kind(raw: &str) -> &'static str {
    match raw.trim_ascii_start().bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a text",
        Some(b't' | b'f') => "a truth value",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// The location of the first syntax error: 1-based line and byte column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Reads `text` as one JSON value, nested to any depth.
pub(crate) fn value(text: &str) -> Result<Raw<'_>, Stop> {
    serde_json::from_str(text).map_err(|error| Stop { line: error.line(), column: error.column() })
}

/// Returns the members of an object. `None` for another value, or if a key can't be read.
pub(crate) fn members(raw: &str) -> Option<Members<'_>> {
    serde_json::from_str(raw).ok().map(|Object(members)| members)
}

/// Returns the elements of a list. `None` for another value.
pub(crate) fn elements(raw: &str) -> Option<Vec<Raw<'_>>> {
    serde_json::from_str(raw).ok()
}

/// Returns a string's text. `None` for another value, and for a string with half a surrogate pair.
pub(crate) fn text(raw: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str(raw).ok().map(|Text(text)| text)
}

/// Returns why a line isn't a record, which is a JSON object. `None` if it is one.
pub fn record_fault(line: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(line) else { return Some("it isn't UTF-8".to_owned()) };
    if members(text).is_some() {
        return None;
    }
    if value(text).is_ok() && kind(text) != "an object" {
        return Some(format!("it is {}, not a JSON object", kind(text)));
    }
    Some(match json_fault(text) {
        Some(fault) => format!("column {}: {}; {}", fault.column.unwrap_or(1), fault.message, fault.help),
        None => "it isn't JSON".to_owned(),
    })
}

/// Replaces keys that differ from a known key only in case or in surrounding white space with that key, as for the
/// header of a table.
pub(crate) fn with_known_keys<'a>(mut members: Members<'a>, is_known: impl Fn(&str) -> bool) -> Members<'a> {
    for (key, _) in &mut members {
        let is_plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if !is_plain {
            let name = key.trim().to_ascii_lowercase();
            if is_known(&name) {
                *key = Cow::Owned(name);
            }
        }
    }
    members
}

/// Returns a key that occurs more than once.
pub(crate) fn repeated<'m>(members: &'m Members) -> Option<&'m str> {
    let mut earlier = members.iter().enumerate();
    earlier
        .find(|(at, (key, _))| members[..*at].iter().any(|(known, _)| known == key))
        .map(|(_, (key, _))| key.as_ref())
}

/// Returns the value of a key. If the key occurs more than once, returns the last value, like most JSON parsers.
pub(crate) fn field<'a>(members: &Members<'a>, key: &str) -> Option<Raw<'a>> {
    members.iter().rev().find(|(known, _)| known == key).map(|(_, raw)| *raw)
}

/// Returns the value on one line, without surrounding white space. A JSON string can't contain an unescaped line break,
/// so each line break is between values.
pub(crate) fn on_one_line(raw: &str) -> String {
    let raw = raw.trim_ascii();
    match memchr::memchr2(b'\n', b'\r', raw.as_bytes()) {
        Some(_) => raw.replace(['\n', '\r'], " "),
        None => raw.to_owned(),
    }
}

/// Whether the value is empty: null, or an empty text, list or object.
pub(crate) fn is_empty(raw: Raw) -> bool {
    match raw.get() {
        "null" | "\"\"" => true,
        other => {
            let inside = other.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            let inside = inside.or_else(|| other.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')));
            inside.is_some_and(|inside| inside.trim_ascii().is_empty())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_keeps_order_digits_and_repeated_keys() {
        let members = members(r#" {"b": 1.000000000000000000001, "a\u0062": [1, {}], "b": null}"#).expect("an object");
        let pairs: Vec<(&str, &str)> = members.iter().map(|(key, raw)| (key.as_ref(), raw.get())).collect();
        assert_eq!(pairs, [("b", "1.000000000000000000001"), ("ab", "[1, {}]"), ("b", "null")]);
        assert_eq!(field(&members, "b").map(RawValue::get), Some("null"));
    }

    #[test]
    fn rejects_other_types() {
        assert!(members("[1]").is_none() && elements("{}").is_none() && text("1").is_none());
        assert!(text(r#""\ud83d""#).is_none());
        assert_eq!(value("{\"a\": 1,}").err(), Some(Stop { line: 1, column: 9 }));
    }

    #[test]
    fn reads_any_depth() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(elements(&deep).map(|inside| inside.len()), Some(1));
        assert!(value(&deep[1..]).is_err());
    }

    #[test]
    fn recognizes_empty_values() {
        for (raw, expected) in
            [("null", true), ("[ ]", true), ("{}", true), ("\"\"", true), ("[0]", false), ("0", false)]
        {
            assert_eq!(is_empty(value(raw).expect("JSON")), expected, "{raw}");
        }
    }
}

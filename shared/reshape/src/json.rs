//! Looking into JSON one level at a time: nothing recurses, numbers keep their digits, values their place.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value as it is written.
pub(crate) type Raw<'a> = &'a RawValue;

/// The members of an object, in their order; a key may stand there twice.
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

/// What a value is, told from its first byte.
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

/// Where a text stops being JSON: 1-based line and byte column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Reads `text` as one JSON value, however deep it is nested.
pub(crate) fn value(text: &str) -> Result<Raw<'_>, Stop> {
    serde_json::from_str(text).map_err(|error| Stop { line: error.line(), column: error.column() })
}

/// The members of an object; `None` for another value, or where a key can't be read.
pub(crate) fn members(raw: &str) -> Option<Members<'_>> {
    serde_json::from_str(raw).ok().map(|Object(members)| members)
}

/// The elements of a list; `None` for another value.
pub(crate) fn elements(raw: &str) -> Option<Vec<Raw<'_>>> {
    serde_json::from_str(raw).ok()
}

/// A text, unescaped; `None` for another value, and for one with half a surrogate pair.
pub(crate) fn text(raw: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str(raw).ok().map(|Text(text)| text)
}

/// A key that occurs twice.
pub(crate) fn repeated<'m>(members: &'m Members) -> Option<&'m str> {
    let mut earlier = members.iter().enumerate();
    earlier
        .find(|(at, (key, _))| members[..*at].iter().any(|(known, _)| known == key))
        .map(|(_, (key, _))| key.as_ref())
}

/// The value of a key; of one that stands there twice, the last one, as most readers have it.
pub(crate) fn field<'a>(members: &Members<'a>, key: &str) -> Option<Raw<'a>> {
    members.iter().rev().find(|(known, _)| known == key).map(|(_, raw)| *raw)
}

/// The value on one line, with nothing around it. No text of JSON holds a line break unescaped, so all of them are between
/// values.
pub(crate) fn on_one_line(raw: &str) -> String {
    let raw = raw.trim_ascii();
    match memchr::memchr2(b'\n', b'\r', raw.as_bytes()) {
        Some(_) => raw.replace(['\n', '\r'], " "),
        None => raw.to_owned(),
    }
}

/// Whether the value says nothing: null, or an empty text, list or object.
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
    fn other_values_are_none() {
        assert!(members("[1]").is_none() && elements("{}").is_none() && text("1").is_none());
        assert!(text(r#""\ud83d""#).is_none());
        assert_eq!(value("{\"a\": 1,}").err(), Some(Stop { line: 1, column: 9 }));
    }

    #[test]
    fn depth_is_no_matter() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(elements(&deep).map(|inside| inside.len()), Some(1));
        assert!(value(&deep[1..]).is_err());
    }

    #[test]
    fn what_says_nothing_is_known() {
        for (raw, expected) in
            [("null", true), ("[ ]", true), ("{}", true), ("\"\"", true), ("[0]", false), ("0", false)]
        {
            assert_eq!(is_empty(value(raw).expect("JSON")), expected, "{raw}");
        }
    }
}

//! The result of serde_json for a line, before any format is checked.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// How deep we let lists and objects nest; serde_json has no such rule of its own here.
const MOST_NESTED: usize = 64;

/// Whether serde_json reads the line as one value that it needn't keep, however deep it is nested.
pub(crate) fn accepts(line: &[u8]) -> bool {
    let mut reader = serde_json::Deserializer::from_slice(line);
    // `IgnoredAny` is read in a loop, so depth costs no stack.
    reader.disable_recursion_limit();
    IgnoredAny::deserialize(&mut reader).is_ok() && reader.end().is_ok()
}

/// The line as a text that any serde type can be read from, with every number a `0`; or why it is refused.
///
/// Numbers are replaced because serde_json keeps none beyond 64 bits, and no rule here asks for their value.
pub(crate) fn readable(line: &[u8]) -> Result<String, String> {
    if !accepts(line) {
        return Err("not JSON".to_owned());
    }
    let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
    let text = without_numbers(text);
    let Depth(depth) = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if depth > MOST_NESTED {
        return Err(format!("nested {depth} deep"));
    }
    Ok(text)
}

/// Replaces each number of a text that is JSON.
fn without_numbers(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(|odd: char| odd == '"' || odd == '-' || odd.is_ascii_digit()) {
        kept.push_str(&rest[..at]);
        rest = &rest[at..];
        let is_text = rest.starts_with('"');
        let end = if is_text { text_end(rest) } else { number_end(rest) };
        kept.push_str(if is_text { &rest[..end] } else { "0" });
        rest = &rest[end..];
    }
    kept + rest
}

fn text_end(from: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in from.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    from.len()
}

fn number_end(from: &str) -> usize {
    from.find(|odd: char| !odd.is_ascii_digit() && !"+-.eE".contains(odd)).unwrap_or(from.len())
}

/// How deep a value is nested. Rejects a key that occurs twice in one object.
struct Depth(usize);

impl<'de> Deserialize<'de> for Depth {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Depth, D::Error> {
        from.deserialize_any(DepthVisitor)
    }
}

struct DepthVisitor;

impl<'de> Visitor<'de> for DepthVisitor {
    type Value = Depth;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_str<E>(self, _: &str) -> Result<Depth, E> {
        Ok(Depth(0))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Depth, A::Error> {
        let mut deepest = 0;
        while let Some(Depth(depth)) = list.next_element()? {
            deepest = deepest.max(depth);
        }
        Ok(Depth(deepest + 1))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Depth, A::Error> {
        let (mut deepest, mut keys) = (0, HashSet::new());
        while let Some((key, Depth(depth))) = object.next_entry::<Cow<str>, Depth>()? {
            if !keys.insert(key.into_owned()) {
                return Err(de::Error::custom("a key occurs twice"));
            }
            deepest = deepest.max(depth);
        }
        Ok(Depth(deepest + 1))
    }
}

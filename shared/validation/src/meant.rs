//! Keys that other tools write where a key of the format is missing.

use crate::json::{Member, Value, field};

/// Where the value of such a key belongs.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Under the missing key, as it is.
    Same,
    /// Deeper: what to write instead.
    Deeper(&'static str),
}

const SOURCE: Place = Place::Deeper(r#""source": {"s3Location": {"uri": "s3://…"}}"#);
const LOCATION: Place = Place::Deeper(r#""s3Location": {"uri": "s3://…"}"#);

/// The key in the data, the key that is missing, and where its value belongs.
const OTHERS: [(&str, &str, Place); 28] = [
    ("value", "text", Place::Same),
    ("content", "text", Place::Same),
    ("input_text", "text", Place::Same),
    ("output_text", "text", Place::Same),
    ("value", "content", Place::Same),
    ("text", "content", Place::Same),
    ("message", "content", Place::Same),
    ("parts", "content", Place::Same),
    ("from", "role", Place::Same),
    ("author", "role", Place::Same),
    ("sender", "role", Place::Same),
    ("speaker", "role", Place::Same),
    ("type", "format", Place::Same),
    ("mimeType", "format", Place::Same),
    ("mime_type", "format", Place::Same),
    ("media_type", "format", Place::Same),
    ("s3Location", "source", SOURCE),
    ("uri", "source", SOURCE),
    ("url", "source", SOURCE),
    ("s3Uri", "source", SOURCE),
    ("uri", "s3Location", LOCATION),
    ("url", "s3Location", LOCATION),
    ("s3Uri", "s3Location", LOCATION),
    ("s3_uri", "s3Location", LOCATION),
    ("s3Uri", "uri", Place::Same),
    ("s3_uri", "uri", Place::Same),
    ("text", "reasoningText", Place::Deeper(r#""reasoningText": {"text": "…"}"#)),
    ("thinking", "reasoningText", Place::Deeper(r#""reasoningText": {"text": "…"}"#)),
];

/// A key that plainly means a missing one.
pub(crate) struct Meant {
    /// Offset of the key in the line.
    pub(crate) start: usize,
    /// The missing key.
    pub(crate) key: &'static str,
    /// What to do, the object's `type` included.
    pub(crate) help: String,
    /// Whether it belongs in the object that the missing key has.
    pub(crate) is_inside: bool,
    /// Whether the object's `type` is part of the same fault: other formats write the kind beside a text.
    pub(crate) has_type: bool,
}

/// What `member` plainly means; `known` are the keys that its object may have.
pub(crate) fn meant(member: &Member, members: &[Member], known: &[&'static str]) -> Option<Meant> {
    // A block with content of another kind lacks no text.
    let is_content = |other: &Member| known.contains(&other.key.as_ref()) && !is_beside(&other.key);
    let is_missing = |key: &str| {
        known.contains(&key) && field(members, key).is_none() && (key != "text" || !members.iter().any(is_content))
    };
    let fits = |(other, key, _): &&(&str, &'static str, Place)| {
        let takes_text = matches!(*key, "text" | "role" | "format" | "uri");
        member.key == *other && is_missing(key) && (!takes_text || matches!(member.node.value, Value::Text(_)))
    };
    let (_, key, place) = OTHERS.iter().find(fits)?;
    // Of several, only one can be it.
    let first = members.iter().find(|other| is_other(&other.key, key))?;
    if first.start != member.start {
        return None;
    }
    let has_type = *key == "text" && !known.contains(&"type") && field(members, "type").is_some();
    let help = match place {
        Place::Same if has_type => format!("rename the key to `{key}`, and remove `type`"),
        Place::Same => format!("rename the key to `{key}`"),
        Place::Deeper(wanted) => format!("write `{wanted}`"),
    };
    let is_inside = matches!(place, Place::Deeper(_));
    Some(Meant { start: member.start, key, help, is_inside, has_type })
}

/// Whether the key may be beside a text.
fn is_beside(key: &str) -> bool {
    matches!(key, "type" | "signature")
}

fn is_other(key: &str, missing: &str) -> bool {
    OTHERS.iter().any(|(other, meant, _)| *other == key && *meant == missing)
}

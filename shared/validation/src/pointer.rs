//! JSON pointers (RFC 6901) that never contain a record's text.

use std::borrow::Cow;
use std::fmt::{self, Display};

/// The keys of the formats that models take, and of those that data often comes in. A record's other keys may say
/// something of whom it is about, or hold a secret, so no finding names them.
const KNOWN: [&str; 47] = [
    "audio",
    "bucketOwner",
    "bytes",
    "caption",
    "completion",
    "content",
    "context",
    "conversations",
    "document",
    "from",
    "format",
    "id",
    "image",
    "image-ref",
    "input",
    "instruction",
    "label",
    "messages",
    "metadata",
    "modelId",
    "modelInput",
    "name",
    "output",
    "prompt",
    "question",
    "answer",
    "reasoningContent",
    "reasoningText",
    "recordId",
    "reference_answer",
    "response",
    "role",
    "s3Location",
    "schemaType",
    "schemaVersion",
    "score",
    "signature",
    "source",
    "system",
    "text",
    "toolConfig",
    "tools",
    "type",
    "uri",
    "value",
    "video",
    "weight",
];

/// Whether findings may name a key of a record.
pub(crate) fn is_known(key: &str) -> bool {
    KNOWN.contains(&key)
}

/// Whether a name from a recipe may be shown: a short ASCII identifier.
pub(crate) fn showable(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && key.len() <= 40
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// A key that comes from the data, as messages have it.
pub(crate) fn shown(key: &str) -> String {
    if is_known(key) { format!("the key `{key}`") } else { "this key".to_owned() }
}

/// One step down from a container.
#[derive(Debug, Clone)]
pub(crate) enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

/// The pointer along `steps`, up to the first key that findings don't name.
pub(crate) fn pointer(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Key(key) if is_known(key) => text.push_str(&format!("/{key}")),
            Step::Key(_) => break,
            Step::Index(at) => text.push_str(&format!("/{at}")),
        }
    }
    text
}

/// A place in a record that the rules have walked to, made of the format's own keys.
///
/// A list on the stack: nothing is allocated until a finding needs the text.
#[derive(Clone, Copy)]
pub(crate) enum At<'p> {
    Root,
    Key(&'p At<'p>, &'static str),
    Index(&'p At<'p>, usize),
}

impl<'p> At<'p> {
    pub(crate) fn key(&'p self, key: &'static str) -> At<'p> {
        At::Key(self, key)
    }

    pub(crate) fn index(&'p self, index: usize) -> At<'p> {
        At::Index(self, index)
    }
}

impl Display for At<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            At::Root => Ok(()),
            At::Key(parent, key) => write!(out, "{parent}/{key}"),
            At::Index(parent, index) => write!(out, "{parent}/{index}"),
        }
    }
}

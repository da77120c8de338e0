//! A strict JSON parser that records the location of every value.
//!
//! It creates a tree with byte offsets, borrows strings without escapes, continues after an error if the correction is
//! unambiguous, and recurses at most [`MOST_NESTED`] levels deep.

mod brackets;
pub(crate) mod characters;
mod context;
mod diagnosis;
mod digits;
mod escapes;
mod numbers;
mod parser;
mod quotes;
mod string;

use std::borrow::Cow;

pub(crate) use parser::parse;
pub(crate) use string::raw_offset;

use crate::line_findings::LineFindings;
use crate::{Code, Finding};

/// The maximum nesting depth of lists and objects.
pub(crate) const MOST_NESTED: usize = 64;

/// A value and its location.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset after its last byte.
    pub(crate) end: usize,
    pub(crate) value: Value<'a>,
}

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Null,
    Bool,
    Number,
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
    /// A value that is nested too deep or isn't valid JSON. It was reported.
    Unread,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(crate) struct Member<'a> {
    pub(crate) key: Cow<'a, str>,
    /// Offset of the key's opening quote.
    pub(crate) start: usize,
    pub(crate) node: Node<'a>,
}

/// Parses a text as one JSON value. Returns the first error, with the message of [`FileCheck`](crate::FileCheck) and
/// without an excerpt, or `None` if the text is valid. The column is the byte offset in the text plus one, also if the
/// text has several lines.
pub fn json_fault(text: &str) -> Option<Finding> {
    let mut faults = LineFindings::new("", 1, text.as_bytes());
    faults.hide();
    parse(text, &mut faults);
    faults.findings.kept.into_iter().find(|finding| finding.code != Code::DuplicateKey)
}

impl Value<'_> {
    /// Returns the name of its kind in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool => "a boolean",
            Value::Number => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
            Value::Unread => "no value",
        }
    }
}

/// Returns the value of the first member with that key.
pub(crate) fn field<'n, 'a>(members: &'n [Member<'a>], key: &str) -> Option<&'n Node<'a>> {
    members.iter().find(|member| member.key == key).map(|member| &member.node)
}

#[cfg(test)]
mod tests;

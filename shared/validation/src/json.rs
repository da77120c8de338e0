//! A strict JSON reader that knows where everything stands.
//!
//! It makes a tree with byte offsets, borrows texts that have no escapes, goes on after faults that leave no doubt
//! about what was meant, and recurses at most [`MOST_NESTED`] deep.

mod brackets;
pub(crate) mod characters;
mod context;
mod diagnosis;
mod escapes;
mod numbers;
mod parser;
mod quotes;
mod string;

use std::borrow::Cow;

pub(crate) use parser::parse;
pub(crate) use string::raw_offset;

/// How deep lists and objects may be nested.
pub(crate) const MOST_NESTED: usize = 64;

/// A value, and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    /// Offset of its first byte.
    pub(crate) start: usize,
    /// Offset behind its last byte.
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
    /// Nested too deep, or no value that JSON knows; it has its finding.
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

impl Value<'_> {
    /// What it is, as messages have it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool => "true or false",
            Value::Number => "a number",
            Value::Text(_) => "a text",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
            Value::Unread => "no value",
        }
    }
}

/// The value of the first member of that key.
pub(crate) fn field<'n, 'a>(members: &'n [Member<'a>], key: &str) -> Option<&'n Node<'a>> {
    members.iter().find(|member| member.key == key).map(|member| &member.node)
}

#[cfg(test)]
mod tests;

//! YAML as a tree with locations: every key and value has its line and byte column, and scalars keep their text.
//!
//! Anchors and aliases are rejected: a recipe doesn't need them, and they can make a small file expand to a huge one.

use granit_parser::{Event, Parser, ScalarStyle, Span};

/// The maximum nesting, which no recipe needs.
const DEPTH_MAX: usize = 16;

/// 1-based line and byte column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DailyLimit {
    pub line: u64,
    pub column: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub place: DailyLimit,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub(crate) enum Value {
    /// A `quoted` scalar is a string, whatever it looks like.
    Scalar {
        text: String,
        quoted: bool,
    },
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub place: DailyLimit,
    pub value: Node,
}

/// Where the text isn't YAML that is accepted, and why.
#[derive(Debug)]
pub(crate) struct Fault {
    pub place: DailyLimit,
    pub message: String,
}

/// Parses the single document in `text`. `None` if it is empty.
pub(crate) fn parse(text: &str) -> Result<Option<Node>, Fault> {
    let mut open: Vec<(Node, Option<(String, DailyLimit)>)> = Vec::new();
    let mut root: Option<Node> = None;
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| Fault {
            place: place_of(text, error.marker().byte_offset()),
            message: error.info().to_owned(),
        })?;
        let place = place_at(text, &span);
        let fault = |message: &str| Fault { place, message: message.to_owned() };
        if event.anchor_id().is_some_and(|id| id != 0) {
            return Err(fault("anchors (&name) aren't allowed in a recipe"));
        }
        let done = match event {
            Event::Alias(_) => return Err(fault("aliases (*name) aren't allowed in a recipe")),
            Event::DocumentStart(..) if root.is_some() => {
                return Err(fault("a second YAML document begins here; a recipe is one document"));
            }
            Event::Scalar(value, style, ..) => {
                Node { place, value: Value::Scalar { text: value.into_owned(), quoted: style != ScalarStyle::Plain } }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() == DEPTH_MAX {
                    return Err(fault("the recipe is nested too deeply"));
                }
                let value = if matches!(event, Event::SequenceStart(..)) {
                    Value::List(Vec::new())
                } else {
                    Value::Map(Vec::new())
                };
                open.push((Node { place, value }, None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some((node, _)) => node,
                None => continue,
            },
            _ => continue,
        };
        match open.last_mut() {
            None => root = Some(done),
            Some((Node { value: Value::List(items), .. }, _)) => items.push(done),
            Some((Node { value: Value::Map(entries), .. }, key)) => match key.take() {
                Some((name, at)) => entries.push(Entry { key: name, place: at, value: done }),
                None => match done.value {
                    Value::Scalar { text, .. } => *key = Some((text, done.place)),
                    _ => return Err(Fault { place: done.place, message: "a key must be plain text".to_owned() }),
                },
            },
            Some(_) => {}
        }
    }
    Ok(root)
}

fn place_at(text: &str, span: &Span) -> DailyLimit {
    place_of(text, span.start.byte_offset())
}

fn place_of(text: &str, offset: Option<usize>) -> DailyLimit {
    let offset = offset.unwrap_or(0).min(text.len());
    let before = &text.as_bytes()[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    DailyLimit { line, column: (offset - start) as u64 + 1 }
}

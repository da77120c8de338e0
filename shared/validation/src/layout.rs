//! Files that are no JSON Lines at all: what they are, and what to do about it.

use crate::faults::Faults;
use crate::json::{Node, Value, parse};
use crate::lines::Line;

/// What a file is, and how to mend it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) is: &'static str,
    pub(crate) mend: &'static str,
}

/// First bytes that tell a file's kind.
const MAGIC: [(&[u8], Layout); 9] = [
    (
        b"\x1f\x8b",
        Layout { is: "compressed with gzip", mend: "unpack it with `gunzip`; Bedrock takes uncompressed files" },
    ),
    (
        b"BZh",
        Layout { is: "compressed with bzip2", mend: "unpack it with `bunzip2`; Bedrock takes uncompressed files" },
    ),
    (
        b"\x28\xb5\x2f\xfd",
        Layout { is: "compressed with zstd", mend: "unpack it with `unzstd`; Bedrock takes uncompressed files" },
    ),
    (
        b"\xfd7zXZ\0",
        Layout { is: "compressed with xz", mend: "unpack it with `unxz`; Bedrock takes uncompressed files" },
    ),
    (
        b"PK\x03\x04",
        Layout {
            is: "a ZIP archive (or an office document)",
            mend: "unpack or export it; Bedrock takes uncompressed JSON Lines",
        },
    ),
    (b"PAR1", Layout { is: "a Parquet file", mend: "export it as JSON Lines, one object a line" }),
    (b"%PDF", Layout { is: "a PDF", mend: "export its text as JSON Lines, one object a line" }),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
];

const UTF_16: Layout =
    Layout { is: "UTF-16", mend: "save it as UTF-8, or run `tunedrop convert IN --model MODEL -o OUT`" };
const ARRAY: Layout = Layout {
    is: "one JSON array",
    mend: "write each element on a line of its own: `tunedrop fix IN --model MODEL -o OUT`, or `tunedrop convert` where its records are in another format, too",
};
const PRETTY: Layout = Layout {
    is: "JSON spread over several lines",
    mend: "write each record on one line: `tunedrop fix IN --model MODEL -o OUT`",
};
const TABLE: Layout = Layout {
    is: "a table (CSV or the like)",
    mend: "make one JSON object of each row: `tunedrop convert --from csv IN --model MODEL -o OUT`",
};
const PLAIN: Layout = Layout { is: "plain text", mend: "make one JSON object of each record, on a line of its own" };

/// Tells a file's layout from its first line that is not blank, and the next one; `None` for JSON Lines, good or bad.
pub(crate) fn sniff(first: Line, second: Option<Line>) -> Option<Layout> {
    let head = first.head();
    if let Some((_, layout)) = MAGIC.into_iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(layout);
    }
    if head.len() >= 2 && (head[0] == 0) != (head[1] == 0) {
        return Some(UTF_16);
    }
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii();
    let next = second.map(|line| line.head().trim_ascii());
    let next_is_record = next.is_some_and(|next| next.starts_with(b"{"));
    match head.first() {
        Some(b'[') if matches!(first, Line::TooLong(_)) => Some(ARRAY),
        Some(b'[') => {
            let is_array =
                read(head).map(|node| matches!(&node.value, Value::List(nodes) if nodes.iter().any(is_object)));
            match is_array {
                // The first of several lines: cut off, or `[{…},` and so on.
                None if next.is_some() => Some(ARRAY),
                Some(true) if next.is_none() => Some(ARRAY),
                _ => None,
            }
        }
        Some(b'{') => (next.is_some()
            && !next_is_record
            && matches!(first, Line::Whole(_))
            && read(head).is_none()
            && !closes(head))
        .then_some(PRETTY),
        Some(_) if next.is_none() || next_is_record || read(head).is_some() => None,
        Some(_) => {
            let separators = |line: &[u8]| [b',', b'\t', b';'].iter().any(|separator| line.contains(separator));
            Some(if separators(head) && next.is_some_and(separators) { TABLE } else { PLAIN })
        }
        None => None,
    }
}

/// A record with a fault inside, rather than the beginning of one.
fn closes(line: &[u8]) -> bool {
    line.ends_with(b"}") && line.len() > 1
}

fn is_object(node: &Node) -> bool {
    matches!(node.value, Value::Object(_))
}

fn read(line: &[u8]) -> Option<Node<'_>> {
    parse(std::str::from_utf8(line).ok()?, &mut Faults::new("", 0, b""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(first: &[u8], second: Option<&[u8]>, expected: Option<Layout>) {
        assert_eq!(sniff(Line::Whole(first), second.map(Line::Whole)), expected);
    }

    #[test]
    fn json_lines_good_or_bad_are_left_to_the_rules() {
        for first in ["{}", "{\"a\": 1", "{\"a\" 1}", "[1, 2]", "[{}]", "\"a\"", "17", "hello", "a,b", "", "{"] {
            check(first.as_bytes(), Some(b"{\"a\": 1}"), None);
        }
        for first in ["{}", "{\"a\": 1", "[1, 2]", "hello", "a,b", "{"] {
            check(first.as_bytes(), None, None);
        }
        check(b"{\"a\" 1}", Some(b"hello"), None);
        check(b"\"a\"", Some(b"\"b\""), None);
    }

    #[test]
    fn other_layouts_are_named() {
        check(b"\x1f\x8b\x08\0", Some(b"junk"), MAGIC.into_iter().next().map(|(_, layout)| layout));
        check(b"\xff\xfe{\0", None, Some(UTF_16));
        check(b"{\0\"\0", Some(b"\0"), Some(UTF_16));
        check(b"\0{\0\"", None, Some(UTF_16));
        check(b"[", Some(b"  {"), Some(ARRAY));
        check(b"[{\"a\": 1},", Some(b"{\"a\": 2}]"), Some(ARRAY));
        check(b"[{\"a\": 1}, {\"a\": 2}]", None, Some(ARRAY));
        check(b"\xef\xbb\xbf[{\"a\": 1}]", None, Some(ARRAY));
        assert_eq!(sniff(Line::TooLong(b"[{\"a\": 1}, "), None), Some(ARRAY));
        check(b"{", Some(b"  \"a\": 1"), Some(PRETTY));
        check(b"{\"a\": [", Some(b"1,"), Some(PRETTY));
        check(b"prompt,completion", Some(b"a,b"), Some(TABLE));
        check(b"\"prompt\",\"completion\"", Some(b"\"a\",\"b\""), Some(TABLE));
        check(b"once upon", Some(b"a time"), Some(PLAIN));
        check(b"<html>", Some(b"<body>"), Some(PLAIN));
    }
}

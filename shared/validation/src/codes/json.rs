//! Codes of a line's JSON.

use super::Text;

const RFC: &str = "RFC 8259; user guide, \"Prepare your datasets\" (JSON Lines)";

pub(super) const INVALID_JSON: Text = Text {
    title: "Invalid JSON",
    what: "The line isn't one JSON value. The finding says what was expected, what was found, and in which column. Common causes are curly quotes from a word processor, fullwidth punctuation, quotes inside a string that aren't escaped, a line break inside a string, comments, single quotes, and `True` or `None` from Python.",
    why: "Bedrock answers \"Unable to parse Amazon S3 file … Data files must conform to JSONL format\", and names no line.",
    example: "{'prompt': 'single quotes', 'completion': 'are not JSON'}",
    fix: "Fix the character that the finding points to, or write the file again with a JSON library (`json.dumps(record, ensure_ascii=False)` in Python), one record per line. If all lines end with a carriage return alone, run `tr '\\r' '\\n' < IN > OUT`.",
    source: RFC,
};

pub(super) const CONTROL_CHARACTER: Text = Text {
    title: "Raw control character",
    what: "The line has a control character (below U+0020, such as a tab or a null) that isn't escaped.",
    why: "JSON strings must escape control characters, so strict parsers reject the line.",
    example: "{\"prompt\": \"a<TAB>b\", …}",
    fix: "Escape it (`\\t`, `\\n`, `\\u0000`), or remove it.",
    source: "RFC 8259 §7",
};

pub(super) const LONE_SURROGATE: Text = Text {
    title: "Half of a surrogate pair",
    what: "An escape from `\\ud800` to `\\udfff` is missing its other half.",
    why: "It isn't a character: strict parsers reject the line, others replace it, and the model learns the replacement. Often an emoji was split.",
    example: "{\"prompt\": \"\\ud83d\", …}",
    fix: "Write both halves (`\\ud83d\\ude00`) or the character itself, or remove it.",
    source: "RFC 8259 §8.2; Unicode 16, chapter 3.8",
};

pub(super) const NESTING_TOO_DEEP: Text = Text {
    title: "Nested more than 64 deep",
    what: "Lists and objects are nested more than 64 deep.",
    why: "None of Bedrock's formats needs more than ten, and parsers have limits.",
    example: "{\"a\": {\"a\": {\"a\": …}}}",
    fix: "Flatten the value, or write it as a string.",
    source: "Our own limit",
};

pub(super) const DUPLICATE_KEY: Text = Text {
    title: "Duplicate key",
    what: "An object has the same key more than once.",
    why: "Parsers keep one and silently ignore the others, so the model may train on a value that you didn't mean.",
    example: "{\"prompt\": \"a\", \"prompt\": \"b\", \"completion\": \"c\"}",
    fix: "Keep one of them, or write two records.",
    source: "RFC 8259 §4 (names should be unique); our own judgment that it is an error",
};

pub(super) const NOT_AN_OBJECT: Text = Text {
    title: "Line that isn't an object",
    what: "The line is valid JSON, but a list, string, number, boolean, or null.",
    why: "A record is one JSON object.",
    example: "\"just a sentence\"",
    fix: "Wrap it in the format's object, such as `{\"input\": \"…\"}`. If the string holds a record, it was encoded as JSON twice: write it without the outer quotes.",
    source: RFC,
};

//! Codes of a line's JSON.

use super::Text;

const RFC: &str = "RFC 8259; user guide, \"Prepare your datasets\" (JSON Lines)";

pub(super) const INVALID_JSON: Text = Text {
    title: "Not JSON",
    what: "The line is not one JSON value.",
    why: "Bedrock answers \"Unable to parse Amazon S3 file … Data files must conform to JSONL format\", and names no line.",
    example: "{'prompt': 'single quotes', 'completion': 'are not JSON'}",
    mend: "Write records with a JSON library (`json.dumps` in Python), one per line.",
    source: RFC,
};

pub(super) const CONTROL_CHARACTER: Text = Text {
    title: "Raw control character",
    what: "A control character (below U+0020, such as a tab or NUL) stands in the line unescaped.",
    why: "JSON strings must escape them; strict parsers refuse the line.",
    example: "{\"prompt\": \"a<TAB>b\", …}",
    mend: "Escape it (`\\t`, `\\n`, `\\u0000`), or take it out.",
    source: "RFC 8259 §7",
};

pub(super) const LONE_SURROGATE: Text = Text {
    title: "Half of a surrogate pair",
    what: "An escape `\\ud800` to `\\udfff` stands without its other half.",
    why: "It is no character: strict parsers refuse the line, others train on a replacement mark. Mostly an emoji was cut in two.",
    example: "{\"prompt\": \"\\ud83d\", …}",
    mend: "Write both halves (`\\ud83d\\ude00`) or the character itself, or take it out.",
    source: "RFC 8259 §8.2; Unicode 16, chapter 3.8",
};

pub(super) const NESTING_TOO_DEEP: Text = Text {
    title: "Nested more than 64 deep",
    what: "Lists and objects are nested more than 64 deep.",
    why: "No format of Bedrock's needs more than ten, and parsers give up somewhere.",
    example: "{\"a\": {\"a\": {\"a\": …}}}",
    mend: "Flatten the value, or write it as text.",
    source: "Our own limit",
};

pub(super) const DUPLICATE_KEY: Text = Text {
    title: "Key stands twice",
    what: "An object has the same key more than once.",
    why: "Parsers keep one and drop the others without a word, so the model may train on something else than was meant.",
    example: "{\"prompt\": \"a\", \"prompt\": \"b\", \"completion\": \"c\"}",
    mend: "Keep one of them, or make two records.",
    source: "RFC 8259 §4 (names should be unique); our own judgement that it blocks",
};

pub(super) const NOT_AN_OBJECT: Text = Text {
    title: "Line that is not an object",
    what: "The line is valid JSON, but a list, text, number, boolean or null.",
    why: "A record is one JSON object.",
    example: "\"just a sentence\"",
    mend: "Wrap it in the format's object, such as `{\"input\": \"…\"}`.",
    source: RFC,
};

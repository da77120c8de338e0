//! Codes of a file's bytes and lines.

use super::Text;

pub(super) const INVALID_UTF8: Text = Text {
    title: "Invalid UTF-8",
    what: "A line has bytes that aren't valid UTF-8: the file is in another encoding, or was damaged.",
    why: "JSON is UTF-8 (RFC 8259), and every AWS checker stops at such a byte. A conversion from the wrong encoding often gives no error, but turns the text into garbage that the model learns.",
    example: "{\"prompt\": \"caf<E9>\", …}",
    fix: "Find out which encoding the file has: ask its author, or let `file -i IN` or `uchardet IN` guess. Convert the file with `iconv`, then read some of the result: accented letters, or a few sentences in your script. If they are wrong, try another encoding. A conversion without an error proves nothing, because WINDOWS-1252 accepts almost any bytes. If only a few lines have invalid bytes, fix those lines instead. Examples:\n  - Western European languages: `iconv -f WINDOWS-1252 -t UTF-8 IN > OUT`\n  - Cyrillic: `iconv -f WINDOWS-1251 -t UTF-8 IN > OUT`\n  - Simplified Chinese (GBK, GB2312): `iconv -f GB18030 -t UTF-8 IN > OUT`\n  - Traditional Chinese (Big5): `iconv -f BIG5 -t UTF-8 IN > OUT`\n  - Japanese (Shift-JIS): `iconv -f CP932 -t UTF-8 IN > OUT`\n  - Korean (EUC-KR): `iconv -f CP949 -t UTF-8 IN > OUT`\n  - UTF-16: `iconv -f UTF-16 -t UTF-8 IN > OUT`.",
    source: "RFC 8259 §8.1; user guide, \"Prepare your datasets\" (JSON Lines)",
};

pub(super) const BYTE_ORDER_MARK: Text = Text {
    title: "Byte order mark",
    what: "The file, or a line of it, begins with the three bytes EF BB BF.",
    why: "Editors don't show these bytes, but they make the first record invalid JSON: all AWS checkers reject it.",
    example: "<EF BB BF>{\"prompt\": …}",
    fix: "Save the file as \"UTF-8\" rather than \"UTF-8 with BOM\", or remove the first three bytes with `tail -c +4 IN > OUT`.",
    source: "RFC 8259 §8.1; AWS sample validators",
};

pub(super) const BLANK_LINE: Text = Text {
    title: "Blank line",
    what: "A line is empty, or has white space only.",
    why: "Bedrock requires one JSON object on every line, and rejects the file: \"Data files must conform to JSONL format\".",
    example: "{…}\n\n{…}",
    fix: "Delete the line. One line break after the last record is fine, a second one isn't.",
    source: "User guide, \"Troubleshoot fine-tuning\" and \"Prepare your datasets\"",
};

pub(super) const LINE_TOO_LONG: Text = Text {
    title: "Line over 8 MiB",
    what: "A line is longer than 8 MiB, and tunedrop didn't read the rest of it.",
    why: "It is far beyond every model's limit for one record. Usually a line break is missing, or the file isn't JSON Lines.",
    example: "{\"input\": \"<nine million characters>\"}",
    fix: "Split the record, or put each record on its own line. If lines end with a carriage return alone, run `tr '\\r' '\\n' < IN > OUT`.",
    source: "Our own limit; models take at most 32,000 tokens a record (user guide, \"Prepare your datasets\")",
};

pub(super) const EMPTY_FILE: Text = Text {
    title: "File without records",
    what: "The file has no record.",
    why: "There is nothing to train on.",
    example: "(0 bytes)",
    fix: "Upload the file again. An interrupted upload often leaves an empty file.",
    source: "User guide, \"Prepare your datasets\" (minimum of records)",
};

pub(super) const WRONG_LAYOUT: Text = Text {
    title: "Different layout or format",
    what: "The file isn't JSON Lines but, for example, a JSON array, a table, an archive or plain text; or its records are in the format of another model or program, or in an unknown format. The finding says what it is, and how many records it affects. A file that isn't JSON Lines has this finding only, because its content isn't checked.",
    why: "Bedrock accepts only uncompressed UTF-8 JSON Lines in the format of the base model.",
    example: "[{\"prompt\": …}, {\"prompt\": …}]",
    fix: "Run the command that the finding names. Where no command reads the format, the finding says what to do instead.",
    source: "User guide, \"Prepare your datasets\"; the list of layouts is our own",
};

use super::*;

#[track_caller]
fn check(first: &[u8], second: Option<&[u8]>, expected: Option<&str>) {
    let mut beginning = Beginning::default();
    let enough = [Some(first), second].into_iter().flatten().any(|line| beginning.add(Line::Whole(line)));
    assert_eq!(beginning.layout(!enough).map(|layout| layout.is), expected, "{}", first.escape_ascii());
}

#[test]
fn json_lines_have_no_layout_whether_valid_or_not() {
    for first in ["{}", "{\"a\": 1", "{\"a\" 1}", "[1, 2]", "[{}]", "\"a\"", "17", "hello", "a,b", "", "{"] {
        check(first.as_bytes(), Some(b"{\"a\": 1}"), None);
    }
    for first in ["{}", "{\"a\": 1", "{", "{'a': 1}", "\u{200b}{\"a\": 1}", "{\"a\": 1},", "]", "\"a"] {
        check(first.as_bytes(), None, None);
    }
    check(b"{\"a\" 1}", Some(b"hello"), None);
    check(b"\"a\"", Some(b"\"b\""), None);
}

#[test]
fn files_of_one_line_are_named() {
    let cases = [
        ("hello", "plain text"),
        ("a,b", "plain text"),
        ("prompt,completion", "a table (CSV) with column names and no rows"),
        ("Question;Answer", "a table (CSV) with column names and no rows"),
        ("2024-03-12 10:15:00,123 INFO starting", "a log"),
        ("[1, 2]", "one JSON list"),
        ("[]", "one JSON list"),
        ("\"text\"", "one JSON string"),
        ("42", "one JSON value that isn't an object"),
        ("null", "one JSON value that isn't an object"),
        ("\"{\\\"a\\\": 1}\"", "JSON that was encoded twice (JSON inside JSON strings)"),
        ("b'{\"a\": 1}'", "Python byte literals (`b'{…}'`)"),
        ("<html><body></body></html>", "an HTML page"),
    ];
    for (line, is) in cases {
        check(line.as_bytes(), None, Some(is));
    }
}

#[test]
fn other_layouts_are_named() {
    check(b"\x1f\x8b\x08\0", Some(b"junk of at least 18 bytes"), Some("compressed with gzip"));
    check(b"\xff\xfe{\0", None, Some("UTF-16"));
    check(b"{\0\"\0", Some(b"\0"), Some("UTF-16"));
    check(b"\0{\0\"", None, Some("UTF-16"));
    check(b"[", Some(b"  {"), Some("one JSON array"));
    check(b"[{\"a\": 1},", Some(b"{\"a\": 2}]"), Some("one JSON array"));
    check(b"[{\"a\": 1}, {\"a\": 2}]", None, Some("one JSON array"));
    check(b"\xef\xbb\xbf[{\"a\": 1}]", None, Some("one JSON array"));
    check(b"{", Some(b"  \"a\": 1"), Some("JSON spread over several lines"));
    check(b"{\"a\": [", Some(b"1,"), Some("JSON spread over several lines"));
    check(b"prompt,completion", Some(b"a,b"), Some("a table in CSV"));
    check(b"\"prompt\",\"completion\"", Some(b"\"a\",\"b\""), Some("a table in CSV"));
    check(b"once upon", Some(b"a time"), Some("plain text"));
    check(b"<html>", Some(b"<body>"), Some("an HTML page"));
}

#[test]
fn a_long_line_is_identified_by_its_beginning() {
    let mut beginning = Beginning::default();
    beginning.add(Line::TooLong(b"[{\"a\": 1}, "));
    assert_eq!(beginning.layout(true).map(|layout| layout.is), Some("one JSON array"));
    let mut beginning = Beginning::default();
    beginning.add(Line::TooLong(b"{\"a\": \"b"));
    assert_eq!(beginning.layout(true), None);
}

#[test]
fn words_that_files_begin_with_may_begin_texts() {
    for first in
        ["GGUF is a format.", "ORCHIDS are plants.", "BM25 ranks texts.", "PAR1 and PAR2", "ID3 tags", "BZh is magic"]
    {
        check(first.as_bytes(), Some(b"More of it."), Some("plain text"));
    }
}

#[test]
fn the_beginning_of_a_file_is_enough() {
    let array = format!("[{}{{\"a\": 1}}]", "{\"a\": 1},\n".repeat(100_000));
    let lines = "{\"a\": 1}\n".repeat(100_000);
    let long = format!("{{\"a\": \"{}\"}}", "b ".repeat(100_000));
    let table = format!("prompt,completion\n\"{}\",b\n", "b, ".repeat(100_000));
    for (file, is) in [(array, Some("one JSON array")), (lines, None), (long, None), (table, Some("a table in CSV"))] {
        let file = file.as_bytes();
        assert_eq!(layout_of(file, true).map(|layout| layout.is), is);
        assert_eq!(layout_of(&file[..LAYOUT_HEAD], false).map(|layout| layout.is), is);
    }
}

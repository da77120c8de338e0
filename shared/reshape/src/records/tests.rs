use super::*;

/// Returns the records in the bytes, which are read in chunks of `size`.
fn cut(bytes: &[u8], size: usize) -> (Option<Arrangement>, Vec<(u64, String)>, bool) {
    let mut records = Records::default();
    let mut found = Vec::new();
    let mut take = |_: Arrangement, item: Item| match item.part {
        Part::Whole => found.push((item.number, String::from_utf8_lossy(item.bytes).into_owned())),
        Part::Begin => found.push((item.number, "long".to_owned())),
        Part::More | Part::End => {}
    };
    for chunk in bytes.chunks(size) {
        records.feed(chunk, &mut take);
    }
    let cut_off = records.finish(&mut take);
    (records.arrangement(), found, cut_off)
}

#[track_caller]
fn check(bytes: &str, arrangement: Arrangement, expected: &[&str]) {
    for size in [1, 2, 3, 7, 1 << 20] {
        let (found_layout, found, _) = cut(bytes.as_bytes(), size);
        assert_eq!(found_layout, Some(arrangement), "{bytes:?} in chunks of {size}");
        let found: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(found, expected, "{bytes:?} in chunks of {size}");
    }
}

#[test]
fn lines_are_cut_good_or_bad() {
    check("", Arrangement::Lines, &[]);
    check("{\"a\": 1}\n\n{\"b\": 2}", Arrangement::Lines, &["{\"a\": 1}", "", "{\"b\": 2}"]);
    check("{\"a\": \n{\"b\": 2}\n", Arrangement::Lines, &["{\"a\": ", "{\"b\": 2}"]);
    check("{\"a\": \"x\n{\"b\": 2}\n", Arrangement::Lines, &["{\"a\": \"x", "{\"b\": 2}"]);
    check("[{\"role\": 1}]\n[{\"role\": 2}]\n", Arrangement::Lines, &["[{\"role\": 1}]", "[{\"role\": 2}]"]);
    check("[1, 2]\n", Arrangement::Lines, &["[1, 2]"]);
    check("hello\n", Arrangement::Lines, &["hello"]);
}

#[test]
fn an_array_is_cut_into_its_elements() {
    let two = &["{\"a\": \"]},\\\"\"}", "{\"b\": [{}]}"];
    check("[{\"a\": \"]},\\\"\"}, {\"b\": [{}]}]", Arrangement::Array, two);
    check("\u{feff}[\n{\"a\": \"]},\\\"\"},\n{\"b\": [{}]},\n]\n", Arrangement::Array, two);
    check("[\r\n  {\r\n \"a\": 1}\r\n]", Arrangement::Array, &["{\r\n \"a\": 1}"]);
    check("[{}, 1, \"x, y\", null]", Arrangement::Array, &["{}", "1", "\"x, y\"", "null"]);
    check("[]", Arrangement::Array, &[]);
    assert!(cut(b"[{\"a\": 1},\n{\"b\"", 4).2, "an array without a closing bracket isn't reported");
    assert!(!cut(b"[{\"a\": 1}]", 4).2);
}

#[test]
fn values_over_lines_are_cut_out() {
    check("{\n \"a\": 1\n}\n{\n \"b\": [\n{}]}\n", Arrangement::Spread, &["{\n \"a\": 1\n}", "{\n \"b\": [\n{}]}"]);
    check("{\"a\": [\n{\"b\": 1,},\n]}\n", Arrangement::Spread, &["{\"a\": [\n{\"b\": 1,},\n]}"]);
}

#[test]
fn a_long_record_comes_in_parts_and_the_next_one_whole() {
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(LONGEST));
    let lines = format!("{{}}\n{long}\n{{}}");
    let array = format!("[{{}}, {long}, {{}}]");
    for text in [&lines, &array] {
        for size in [1 << 16, 100 << 20] {
            let found = cut(text.as_bytes(), size).1;
            assert_eq!(found, [(1, "{}".to_owned()), (2, "long".to_owned()), (3, "{}".to_owned())]);
        }
    }
    let parts = {
        let mut records = Records::default();
        let mut bytes = Vec::new();
        let mut take = |_: Arrangement, item: Item| bytes.extend_from_slice(item.bytes);
        records.feed(&lines.as_bytes()[..LONGEST], &mut take);
        records.feed(&lines.as_bytes()[LONGEST..], &mut take);
        records.finish(&mut take);
        bytes
    };
    assert_eq!(parts.len(), lines.len() - 2, "bytes of the long line are lost");
}

#[test]
fn gives_the_line_and_column_that_a_record_begins_at() {
    let text = "[{\"a\": 1}, {\"b\":\n2}, 7, 8,\n {}]";
    for size in [1, 2, 3, 7, 1 << 20] {
        let (mut records, mut found) = (Records::default(), Vec::new());
        let mut take = |_: Arrangement, item: Item| found.push((item.line, item.column));
        text.as_bytes().chunks(size).for_each(|chunk| records.feed(chunk, &mut take));
        records.finish(&mut take);
        assert_eq!(found, [(1, 2), (1, 12), (2, 5), (2, 8), (3, 2)], "in chunks of {size}");
    }
}

use super::*;
use crate::records::LONGEST;

fn rows(text: &[u8], size: usize) -> Vec<Result<String, String>> {
    let mut table = Table::default();
    let mut rows = Vec::new();
    for chunk in text.chunks(size) {
        table.feed(chunk, &mut |row| rows.push(row.record));
    }
    table.finish(&mut |row| rows.push(row.record));
    rows
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    for size in [1, 2, 5, 1000] {
        let rows: Vec<String> = rows(text.as_bytes(), size).into_iter().map(|row| row.unwrap_or_else(|e| e)).collect();
        assert_eq!(rows, expected, "in chunks of {size}");
    }
}

#[test]
fn rows_become_objects() {
    let two = ["{\"prompt\":\"a, \\\"b\\\"\\nc\",\"completion\":\"d\"}", "{\"prompt\":\"e\",\"completion\":null}"];
    check("\u{feff}Prompt , completion\r\n\"a, \"\"b\"\"\nc\",d\r\ne,", &two);
    check("prompt\tcompletion\n\"a, \"\"b\"\"\nc\"\td\n\ne\t\n", &two);
    check("prompt;completion\n\"a, \"\"b\"\"\nc\";d\ne;\n", &two);
    check("Question,notes,answer\n,,a\n", &["{\"question\":null,\"answer\":\"a\"}"]);
    check("", &[]);
    check("prompt,completion", &[]);
    check("a,b\n1\n", &["the row has 1 cell, and the header has 2"]);
}

#[test]
fn the_separator_that_excel_names_is_taken() {
    let row = ["{\"prompt\":\"a,b,c\",\"completion\":\"d\"}"];
    check("sep=;\r\nprompt;completion\r\na,b,c;d\r\n", &row);
    check("\u{feff}sep=;\nprompt;completion\na,b,c;d\n", &row);
    check("\"SEP=|\"\nprompt|completion\na,b,c|d\n", &row);
    check("sep=\t\nprompt\tcompletion\na,b,c\td\n", &row);
    // `sep=x` may also be a column's name.
    check("sep=x,completion\na,b\n", &["{\"sep=x\":\"a\",\"completion\":\"b\"}"]);
}

#[test]
fn cells_of_messages_are_lists() {
    check(
        "id,messages\n1,\"[{\"\"role\"\": \"\"user\"\"}]\"\n2,hello\n",
        &["{\"id\":\"1\",\"messages\":[{\"role\": \"user\"}]}", "{\"id\":\"2\",\"messages\":\"hello\"}"],
    );
}

#[test]
fn a_table_is_known_by_its_columns() {
    for table in ["Prompt;Completion\na;b", "\u{feff}\"question\",answer\r\n", "id\ttext\n", "sep=;\nx;y\n"] {
        assert!(is_table(table), "{table:?}");
    }
    for other in ["Dear Sir, this is a letter.\n", "prompt\na\n", "{\"prompt\": 1, \"text\": 2}", "", "a,b\n1,2\n"] {
        assert!(!is_table(other), "{other:?}");
    }
}

#[test]
fn reports_hostile_tables_without_loading_them() {
    let mut open = b"a,b\n\"".to_vec();
    open.resize(2 * LONGEST + 100, b'x');
    let rows_found = rows(&open, 1 << 16);
    assert_eq!(rows_found.len(), 1);
    assert!(
        rows_found[0].as_ref().is_err_and(|why| why.contains("line 2, column 1 is never closed")),
        "{rows_found:?}"
    );
    let long = ["a,b\n\"", &"x".repeat(LONGEST), "\",1\n2,3\n"].concat();
    let rows_found = rows(long.as_bytes(), 1 << 16);
    assert_eq!(
        rows_found,
        [Err("the row is longer than 8 MiB".to_owned()), Ok("{\"a\":\"2\",\"b\":\"3\"}".to_owned())]
    );
    let header = rows(&[&b",".repeat(50_000), b"\n1,2\n".as_slice()].concat(), 1 << 16);
    assert_eq!(header, [Err("the header can't be read: line 1: it has more than 10000 cells".to_owned())]);
    let wide = [b"a,b\n".as_slice(), &b",".repeat(50_000), b"\n1,2\n"].concat();
    let rows_found: Vec<_> = rows(&wide, 1 << 16).into_iter().skip(1).collect();
    assert_eq!(rows_found, [Ok("{\"a\":\"1\",\"b\":\"2\"}".to_owned())]);
    assert_eq!(rows(b"a,b\n\xff,2\n", 3), [Err("a cell isn't UTF-8".to_owned())]);
}

/// Checks which rows are read, and the notes about the others.
#[track_caller]
fn check_faults(text: &str, expected: &[Result<&str, &str>]) {
    for size in [1, 3, 1000] {
        let found = rows(text.as_bytes(), size);
        assert_eq!(found.len(), expected.len(), "{text:?}: {found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            match (found, expected) {
                (Ok(found), Ok(expected)) => {
                    assert_eq!(found, &format!("{{\"prompt\":{expected},\"completion\":\"x\"}}"))
                }
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{text:?}: {found}"),
                _ => panic!("{text:?}: {found:?}, not {expected:?}"),
            }
        }
    }
}

#[test]
fn leaves_out_rows_with_backslashes_before_quotation_marks() {
    const WHY: &str = "a backslash before a quotation mark";
    for row in [
        r#""say \"hi\"",x"#,
        r#""\"hi\" is a word",x"#,
        r#""he said \", then left\", bye",x"#,
        "\"say \\\"hi\\\"\nand, then, leave\",x",
        "\"say \\\"hi\\\"\nA?,x\nleave\",x",
        r#"x,"say \"hi\"""#,
        r#"say \"hi\",x"#,
    ] {
        check_faults(&format!("prompt,completion\n{row}\nA?,x\n"), &[Err(WHY), Ok("\"A?\"")]);
        check_faults(&format!("prompt,completion\nA?,x\n{row}"), &[Ok("\"A?\""), Err(WHY)]);
    }
}

#[test]
fn leaves_out_rows_with_quotation_marks_that_arent_doubled() {
    const WHY: &str = "text after a closing quotation mark";
    for row in [r#""he said "hi" and left",x"#, r#""hi" ,x"#, r#"x,"a "b" c""#] {
        check_faults(&format!("prompt,completion\n{row}\nA?,x\n"), &[Err(WHY), Ok("\"A?\"")]);
    }
    check_faults("prompt,completion\n5\" pipe,x\nA?,x\n", &[Err("line 2: a single quotation mark"), Ok("\"A?\"")]);
    check_faults("prompt,completion\nsay \"hi, there\"\nA?,x\n", &[Err("a single quotation mark"), Ok("\"A?\"")]);
    check_faults("prompt,completion\n \"a, b\",x\nA?,x\n", &[Err("line 2, column 1: a space before"), Ok("\"A?\"")]);
    check_faults(
        "prompt,completion\nsay \\\"hi\\\",x\nA?,x\n",
        &[Err("line 2: a backslash before a quotation mark"), Ok("\"A?\"")],
    );
    // The start of the next row is unknown: A?,x may be a line of the cell.
    for row in [
        r#""hi" there,x"#,
        "\"he said \"hi\", then\nA?,x\nleft\",x",
        "\"he said \"hi and\nA?,x\nleft\",x",
        " \"a\nA?,x\nb\",x",
    ] {
        let text = format!("prompt,completion\nB?,x\n{row}\nA?,x\n");
        check_faults(&text, &[Ok("\"B?\""), Err("This row and everything after it are left out")]);
    }
}

#[test]
fn leaves_out_backslashes_in_tables_that_escape_with_them() {
    let text = "prompt,completion\n\"say \\\"hi\\\"\",x\n\"a\\nb\",x\nA?,x\n";
    check_faults(text, &[Err("a backslash before"), Err("line 3: a backslash, in a table"), Ok("\"A?\"")]);
    check_faults("prompt,completion\n\"a\\nb\",x\n\"C:\\\",x\n", &[Ok(r#""a\\nb""#), Ok(r#""C:\\""#)]);
    let text = "prompt,completion\n\"say \\\"hi\\\"\",x\n\"C:\\\",x\nA?,x\n";
    check_faults(
        text,
        &[Err("a backslash before"), Err("line 3: a backslash before a quotation mark. This row and everything")],
    );
}

#[test]
fn names_the_line_of_a_quotation_mark_that_is_never_closed() {
    let first = "prompt,completion\nA?,x\n";
    for rest in ["\"B?,x\nC?,x\n", "x,\"C?\nD?,x", "\""] {
        let why = "line 3, column ";
        check_faults(&format!("{first}{rest}"), &[Ok("\"A?\""), Err(why)]);
        check_faults(&format!("{first}{rest}"), &[Ok("\"A?\""), Err("is never closed")]);
    }
    // Closed by a later row's quotation mark.
    for rest in ["\"B?,x\nC?,\"x\"\n", "\"B?,x\n\"C?\",\"x\"\nD?,x\n"] {
        check_faults(&format!("{first}{rest}"), &[Ok("\"A?\""), Err("This row and everything after it are left out")]);
    }
    check_faults(
        "prompt,\"completion\nA?,x\n",
        &[Err("the header can't be read: the quotation mark at line 1, column 8")],
    );
}

#[test]
fn names_the_lines_of_rows_with_more_or_fewer_cells() {
    check_faults("prompt,completion\nA?\nB?,x\n", &[Err("the row has 1 cell, and the header has 2"), Ok("\"B?\"")]);
    check_faults("prompt,completion\nA?,x,y\nB?,x\n", &[Err("the row has 3 cells"), Ok("\"B?\"")]);
    check_faults(
        "prompt,completion\nA?,x,\"y\nz\"\nB?,x\n",
        &[Err("it goes from line 2 to line 3: is a quotation mark missing?"), Ok("\"B?\"")],
    );
    check_faults("prompt,completion\nA?,x,,\n,\n , \nB?,x\n", &[Ok("\"A?\""), Ok("\"B?\"")]);
}

#[test]
fn keeps_pairs_of_quotation_marks_inside_unquoted_cells() {
    check_faults("prompt,completion\nsay \"hi\" now,x\n", &[Ok(r#""say \"hi\" now""#)]);
    let mut table = Table::default();
    let mut has_quotes = Vec::new();
    table.feed(b"a,b\nsay \"hi\",1\n\"say \"\"hi\"\"\",1\n", &mut |row| has_quotes.push(row.has_quotes));
    assert_eq!(has_quotes, [true, false]);
}

#[test]
fn reads_all_line_ends() {
    for end in ["\n", "\r\n", "\r", "\n\n"] {
        let text = ["prompt,completion", "\"A\n?\",x", "B?,x"].join(end);
        check_faults(&text, &[Ok("\"A\\n?\""), Ok("\"B?\"")]);
        check_faults(&(text + end), &[Ok("\"A\\n?\""), Ok("\"B?\"")]);
    }
}

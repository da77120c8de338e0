use super::*;

const AB: [&str; 2] = [r#"{"prompt":"a","completion":"b"}"#, r#"{"prompt":"c"}"#];

/// Rows of a table: an empty answer is null.
const ROWS: [&str; 2] = [AB[0], r#"{"prompt":"c","completion":null}"#];

fn held(text: &str, named: bool) -> Result<Option<Vec<String>>, String> {
    let mut rows = Vec::new();
    let dropped = each_held(text, named, &mut |_, row| {
        rows.push(row.map_or_else(|why| why, str::to_owned).replace(' ', ""));
        true
    });
    dropped.map(|dropped| dropped.map(|_| rows))
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(held(text, false), Ok(Some(expected.iter().map(|row| (*row).to_owned()).collect())), "{text}");
    assert!(may_hold_all(text, true), "{text}");
}

#[test]
fn pandas_layouts_are_read() {
    check(r#"{"prompt":{"0":"a","1":"c"},"completion":{"0":"b","1":null}}"#, &ROWS);
    check(r#"{"prompt":{"17":"a","4":"c"},"completion":{"17":"b","4":null}}"#, &ROWS);
    check(r#"{"columns":["prompt","completion"],"index":[0,1],"data":[["a","b"],["c",null]]}"#, &ROWS);
    check("\u{feff}{\"0\": {\"prompt\":\"a\",\"completion\":\"b\"},\n\"1\": {\"prompt\":\"c\"}}\n", &AB);
    check(r#"{"schema":{"fields":[]},"data":[{"prompt":"a","completion":"b"},{"prompt":"c"}]}"#, &AB);
    check(r#"{"prompt":["a","c"],"completion":["b",null]}"#, &ROWS);
}

#[test]
fn a_list_below_a_name_is_read() {
    for name in ["data", "train", "rows"] {
        check(&format!(r#"{{"{name}": [{{"prompt":"a","completion":"b"}}, {{"prompt":"c"}}]}}"#), &AB);
    }
    check(r#"{"version":"1.1","data":[{"prompt":"c"}]}"#, &AB[1..]);
    let viewed = r#"{"row_idx":0,"row":{"prompt":"c"},"truncated_cells":[]}"#;
    check(&format!(r#"{{"features":[{{"name":"prompt"}}],"rows":[{viewed}]}}"#), &[viewed]);
    let why = held(r#"{"train":[{"prompt":"a"}],"test":[{"prompt":"b"}]}"#, false).expect_err("two lists");
    assert!(why.contains("train, test") && why.contains("jq -c '.train[]' IN > train.jsonl"), "{why}");
}

#[test]
fn the_questions_of_squads_articles_are_read() {
    let paragraph = r#"{"context":"C","qas":[{"question":"q","id":"1","answers":[{"text":"a"}]},{"question":"r","id":"2","answers":[]}]}"#;
    check(
        &format!(r#"{{"version":"1.1","data":[{{"title":"t","paragraphs":[{paragraph}]}}]}}"#),
        &[
            r#"{"context":"C","question":"q","id":"1","answers":[{"text":"a"}],"title":"t"}"#,
            r#"{"context":"C","question":"r","id":"2","answers":[],"title":"t"}"#,
        ],
    );
}

#[test]
fn leaves_records_alone() {
    for record in [
        r#"{"messages":[{"role":"user","content":"a"}]}"#,
        r#"{"data":[{"role":"user","content":"a"}]}"#,
        r#"{"prompt":[{"role":"user"}],"chosen":[{"role":"assistant"}]}"#,
        r#"{"prompt":"a","completion":"b"}"#,
        r#"{"meta":{},"prompt":{}}"#,
        r#"{"prompt":{"a":"b"}}"#,
        r#"{"data":[]}"#,
        "[1]",
        "{",
    ] {
        assert_eq!(held(record, false), Ok(None), "{record}");
    }
}

#[test]
fn columns_of_any_rows_are_read_where_they_are_named() {
    let text = r#"{"prompt":{"x":"a","y":"c"},"completion":{"x":"b","y":null}}"#;
    assert_eq!(held(text, false), Ok(None));
    assert_eq!(held(text, true), Ok(Some(ROWS.map(str::to_owned).to_vec())));
    assert!(held(r#"{"prompt":{"0":"a"},"completion":{"1":"b"}}"#, true).is_err());
}

#[test]
fn json_lines_are_not_read_whole() {
    for lines in
        ["{\"prompt\":{\"0\":1}}\n{\"prompt\":{\"0\":1}}\n", "{\"messages\": [{\"role\":", "{\"prompt\": \"a", "[{"]
    {
        assert!(!may_hold_all(lines, false), "{lines}");
    }
    for begun in
        ["{\"prompt\": {\"0\": \"a", "{\"data\": [{", "{\n \"0\": {\"a\"", "{\"prompt\": [\"a", "{\"version\": 1"]
    {
        assert!(may_hold_all(begun, false), "{begun}");
    }
}

const PAIR: &str = r#"{"prompt":"a","completion":"b"}"#;

#[test]
fn keys_beside_the_list_that_change_what_records_mean_leave_them_out() {
    for (key, value) in [
        ("instruction", r#""Answer in French.""#),
        ("prompt", r#""c""#),
        ("tools", r#"[{"name":"f"}]"#),
        ("label", "false"),
        ("weight", "0"),
        ("chosen", r#""c""#),
        ("context", r#""c""#),
        ("Messages", r#"[{"role":"user","content":"c"}]"#),
        ("system_instruction", r#"{"parts":[]}"#),
    ] {
        for list in ["data", "items", "records", "examples"] {
            let text = format!(r#"{{"{key}":{value},"{list}":[{PAIR}]}}"#);
            let mut reasons = Vec::new();
            let dropped = each_held(&text, false, &mut |_, record| {
                reasons.push(record.expect_err("it is left out"));
                true
            });
            assert_eq!(dropped, Ok(Some(Vec::new())), "{text}");
            assert!(matches!(reasons.as_slice(), [why] if why.contains(&format!("`{key}`"))), "{reasons:?}");
        }
    }
}

#[test]
fn a_system_prompt_beside_the_list_is_that_of_each_record() {
    for key in ["system", "instructions"] {
        let text = format!(r#"{{"{key}":"Youareapirate","data":[{PAIR}]}}"#);
        let expected = format!(r#"{{"{key}":"Youareapirate","prompt":"a","completion":"b"}}"#);
        assert_eq!(held(&text, false), Ok(Some(vec![expected])), "{text}");
    }
    for record in [
        r#"{"system":"c","prompt":"a","completion":"b"}"#,
        r#"{"messages":[{"role":"system","content":"c"},{"role":"user","content":"a"}]}"#,
        r#"{"conversations":[{"from":"system","value":"c"}]}"#,
    ] {
        let rows = held(&format!(r#"{{"system":"d","data":[{record}]}}"#), false);
        assert!(rows.as_ref().is_ok_and(|rows| rows.iter().flatten().all(|row| row.contains("onlyone"))), "{rows:?}");
    }
    let viewed = held(r#"{"system":"d","rows":[{"row_idx":0,"row":{"prompt":"a"}}]}"#, false);
    assert!(viewed.is_ok_and(|rows| rows.iter().flatten().all(|row| row.contains("intoeach`row`"))));
    let twice = held(&format!(r#"{{"system":"d","instructions":"e","data":[{PAIR}]}}"#), false);
    assert!(twice.is_ok_and(|rows| rows.iter().flatten().all(|row| row.starts_with("`instructions`"))));
}

#[test]
fn names_other_keys_beside_the_list() {
    let text = format!(
        r#"{{"version":"1","schema":{{"fields":[]}},"data":[{PAIR}],"count":1,"tools":[],"label":true,"note":null,"test":[]}}"#
    );
    let dropped = each_held(&text, false, &mut |_, record| record == Ok(PAIR));
    assert_eq!(dropped, Ok(Some(["version", "count", "label"].map(str::to_owned).to_vec())));
}

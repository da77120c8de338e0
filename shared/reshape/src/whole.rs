//! One JSON value that holds all records of a file: pandas' layouts, or a list below a name.

use std::borrow::Cow;

use tunedrop_validation::RECORD_LISTS;

use crate::json::{self, Members, Raw};
use crate::records::value_end;
use crate::table::COLUMNS;

/// Takes a record by its number, from 1. False ends the reading.
type Take<'t> = &'t mut dyn FnMut(u64, &str) -> bool;

/// Names of columns, or of rows.
type Names<'t> = Vec<Cow<'t, str>>;

/// Whether a text that begins so may be one value that holds all records, and should be read whole. `is_whole`: there is
/// no more of it.
pub fn may_hold_all(head: &str, is_whole: bool) -> bool {
    let head = head.trim_start_matches('\u{feff}').trim_ascii();
    if !head.starts_with('{') {
        return false;
    }
    if let Some(end) = value_end(head.as_bytes()) {
        return head[end..].trim_ascii().is_empty() && is_whole;
    }
    let Some((key, rest)) = first_key(head) else { return false };
    let is_column = COLUMNS.contains(&key);
    match rest.bytes().next() {
        Some(b'{') => is_index(key) || first_key(rest).is_some_and(|(inner, _)| is_index(inner)),
        Some(b'[') if is_column => rest[1..].trim_ascii_start().starts_with(['"', 'n']),
        Some(b'[') => RECORD_LISTS.contains(&key) || ["columns", "index", "features"].contains(&key),
        _ => !is_column,
    }
}

/// The first key of an object, and what follows its colon.
fn first_key(object: &str) -> Option<(&str, &str)> {
    let rest = object.strip_prefix('{')?.trim_ascii_start().strip_prefix('"')?;
    let (key, rest) = rest.split_once('"')?;
    Some((key, rest.trim_ascii_start().strip_prefix(':')?.trim_ascii_start()))
}

/// A row's number, as pandas names rows.
fn is_index(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Hands on the records that one JSON value holds. False where it isn't such a value; the error says why its records
/// can't be told apart. `named`: the person says that it is a table of columns.
pub fn each_held(text: &str, named: bool, take: Take) -> Result<bool, String> {
    let Some(members) = json::members(text.trim_start_matches('\u{feff}')) else { return Ok(false) };
    if let Some((columns, rows)) = split(&members) {
        rows.iter().zip(1..).all(|(row, number)| take(number, &record(&columns, row)));
        return Ok(true);
    }
    if let Some(rows) = indexed(&members) {
        rows.zip(1..).all(|(row, number)| take(number, row.get()));
        return Ok(true);
    }
    if let Some(columns) = columns(&members, named)? {
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        let count = columns.first().map_or(0, Vec::len);
        (0..count).all(|at| {
            let row: Vec<Raw> = columns.iter().map(|column| column[at]).collect();
            take(at as u64 + 1, &record(&names, &row))
        });
        return Ok(true);
    }
    if named {
        return Ok(false);
    }
    let lists: Vec<(&str, Vec<Raw>)> = members.iter().filter_map(list).collect();
    match lists.as_slice() {
        [] => Ok(false),
        [(_, rows)] => {
            rows.iter().zip(1..).all(|(row, number)| take(number, inner(row)));
            Ok(true)
        }
        [(first, _), ..] => {
            let names: Vec<&str> = lists.iter().map(|(name, _)| *name).collect();
            Err(format!(
                "it holds several lists: {}. Write each to a file of its own, such as: jq -c '.{first}[]' IN > {first}.jsonl",
                names.join(", ")
            ))
        }
    }
}

/// `{"columns": ["prompt", …], "data": [["…", …], …]}`: pandas' orient="split".
fn split<'t>(members: &Members<'t>) -> Option<(Names<'t>, Vec<Vec<Raw<'t>>>)> {
    let names = json::elements(json::field(members, "columns")?.get())?;
    let names: Names = names.into_iter().map(|name| json::text(name.get())).collect::<Option<_>>()?;
    let rows = json::elements(json::field(members, "data")?.get())?;
    let rows: Vec<Vec<Raw>> = rows.into_iter().map(|row| json::elements(row.get())).collect::<Option<_>>()?;
    rows.iter().all(|row| row.len() == names.len()).then_some((names, rows))
}

/// `{"0": {"prompt": "…", …}, …}`: orient="index".
fn indexed<'m, 't>(members: &'m Members<'t>) -> Option<impl Iterator<Item = Raw<'t>> + use<'m, 't>> {
    let is_row = |(key, value): &(Cow<str>, Raw)| is_index(key) && json::kind(value.get()) == "an object";
    (!members.is_empty() && members.iter().all(is_row)).then(|| members.iter().map(|(_, value)| *value))
}

/// `{"prompt": {"0": "…", …}, …}`, which is pandas' default, or `{"prompt": ["…", …], …}`.
fn columns<'t>(members: &Members<'t>, named: bool) -> Result<Option<Vec<Vec<Raw<'t>>>>, String> {
    let cells = |value: Raw<'t>| -> Option<(Names<'t>, Vec<Raw<'t>>)> {
        match json::members(value.get()) {
            Some(cells) if named || cells.iter().all(|(key, _)| is_index(key)) => Some(cells.into_iter().unzip()),
            Some(_) => None,
            // A list may be a record's own, such as its messages. One of texts isn't, where there are several.
            None => json::elements(value.get())
                .filter(|cells| named || members.len() > 1 && cells.iter().all(|cell| is_scalar(cell)))
                .map(|cells| (Vec::new(), cells)),
        }
    };
    let Some(columns): Option<Vec<_>> = members.iter().map(|(_, value)| cells(value)).collect() else {
        return Ok(None);
    };
    let Some((rows, first)) = columns.first() else { return Ok(None) };
    if columns.iter().any(|(keys, cells)| keys != rows || cells.len() != first.len()) {
        let why = || "its columns don't have the same rows".to_owned();
        return if named { Err(why()) } else { Ok(None) };
    }
    // A record without a value, such as {"meta": {}}, isn't a table.
    if first.is_empty() && !named {
        return Ok(None);
    }
    Ok(Some(columns.into_iter().map(|(_, cells)| cells).collect()))
}

fn is_scalar(value: Raw) -> bool {
    !value.get().starts_with(['{', '['])
}

/// A list of records below one of the names.
fn list<'m, 't>((name, value): &'m (Cow<'t, str>, Raw<'t>)) -> Option<(&'m str, Vec<Raw<'t>>)> {
    if !RECORD_LISTS.contains(&name.as_ref()) {
        return None;
    }
    let rows = json::elements(value.get())?;
    let is_message = |row: &Raw| {
        json::members(row.get()).is_none_or(|keys| ["role", "from"].iter().any(|key| json::field(&keys, key).is_some()))
    };
    (!rows.is_empty() && !rows.iter().take(3).any(is_message)).then_some((name.as_ref(), rows))
}

/// Hugging Face's viewer puts each row below `row`, beside its number.
fn inner<'t>(row: &Raw<'t>) -> &'t str {
    let row: &'t str = row.get();
    let members = json::members(row).unwrap_or_default();
    let number = json::field(&members, "row_idx");
    json::field(&members, "row").filter(|_| number.is_some()).map_or(row, |inner| inner.get())
}

fn record<'t>(names: &[impl AsRef<str>], cells: &[Raw<'t>]) -> String {
    let mut out = "{".to_owned();
    for (name, cell) in names.iter().zip(cells) {
        // pandas writes null where a row has no value.
        if cell.get() != "null" {
            let comma = if out.len() > 1 { "," } else { "" };
            out.push_str(&format!("{comma}{}:{}", serde_json::Value::from(name.as_ref()), cell.get()));
        }
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const AB: [&str; 2] = [r#"{"prompt":"a","completion":"b"}"#, r#"{"prompt":"c"}"#];

    fn held(text: &str, named: bool) -> Result<Option<Vec<String>>, String> {
        let mut rows = Vec::new();
        let is = each_held(text, named, &mut |_, row| {
            rows.push(row.replace(' ', ""));
            true
        });
        is.map(|is| is.then_some(rows))
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(held(text, false), Ok(Some(expected.iter().map(|row| (*row).to_owned()).collect())), "{text}");
        assert!(may_hold_all(text, true), "{text}");
    }

    #[test]
    fn pandas_layouts_are_read() {
        check(r#"{"prompt":{"0":"a","1":"c"},"completion":{"0":"b","1":null}}"#, &AB);
        check(r#"{"prompt":{"17":"a","4":"c"},"completion":{"17":"b","4":null}}"#, &AB);
        check(r#"{"columns":["prompt","completion"],"index":[0,1],"data":[["a","b"],["c",null]]}"#, &AB);
        check("\u{feff}{\"0\": {\"prompt\":\"a\",\"completion\":\"b\"},\n\"1\": {\"prompt\":\"c\"}}\n", &AB);
        check(r#"{"schema":{"fields":[]},"data":[{"prompt":"a","completion":"b"},{"prompt":"c"}]}"#, &AB);
        check(r#"{"prompt":["a","c"],"completion":["b",null]}"#, &AB);
    }

    #[test]
    fn a_list_below_a_name_is_read() {
        for name in ["data", "train", "rows"] {
            check(&format!(r#"{{"{name}": [{{"prompt":"a","completion":"b"}}, {{"prompt":"c"}}]}}"#), &AB);
        }
        check(r#"{"version":"1.1","data":[{"prompt":"c"}]}"#, &AB[1..]);
        check(
            r#"{"features":[{"name":"prompt"}],"rows":[{"row_idx":0,"row":{"prompt":"c"},"truncated_cells":[]}]}"#,
            &AB[1..],
        );
        let why = held(r#"{"train":[{"prompt":"a"}],"test":[{"prompt":"b"}]}"#, false).expect_err("two lists");
        assert!(why.contains("train, test") && why.contains("jq -c '.train[]' IN > train.jsonl"), "{why}");
    }

    #[test]
    fn a_record_is_left_alone() {
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
        assert_eq!(held(text, true), Ok(Some(AB.map(str::to_owned).to_vec())));
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
}

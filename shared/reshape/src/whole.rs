//! Reads files with one JSON value that contains all records: pandas' layouts, or a list under a key.

mod beside;

use std::borrow::Cow;

use tunedrop_validation::RECORD_LISTS;

use self::beside::Beside;
use crate::json::{self, Members, Raw};
use crate::records::value_end;
use crate::table::{COLUMNS, keeps_empty};

/// Receives the number of a record, from 1, and the record or why it is left out. Returns whether to continue.
type Take<'t> = &'t mut dyn FnMut(u64, Result<&str, String>) -> bool;

/// Names of columns, or of rows.
type Names<'t> = Vec<Cow<'t, str>>;

/// Whether a text with this beginning may be one value that contains all records, and must be read as a whole.
/// `is_whole`: `head` is the whole text.
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

/// Returns the first key of an object, and the text after its colon.
fn first_key(object: &str) -> Option<(&str, &str)> {
    let rest = object.strip_prefix('{')?.trim_ascii_start().strip_prefix('"')?;
    let (key, rest) = rest.split_once('"')?;
    Some((key, rest.trim_ascii_start().strip_prefix(':')?.trim_ascii_start()))
}

/// Whether the key is a row's number, with which pandas names rows.
fn is_index(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Calls `take` with each record in a JSON value. Returns the dropped keys next to the records, or `None` if the value
/// doesn't contain records. The error says why its records are ambiguous. `named`: the user said that the value is a
/// table of columns.
pub fn each_held(text: &str, named: bool, take: Take) -> Result<Option<Vec<String>>, String> {
    let Some(members) = json::members(text.trim_start_matches('\u{feff}')) else { return Ok(None) };
    if let Some((columns, rows)) = split(&members) {
        let beside = Beside::of(&members, "data");
        rows.iter().zip(1..).all(|(row, number)| beside.pass(number, &record(&columns, row), take));
        return Ok(Some(beside.dropped));
    }
    if let Some(rows) = indexed(&members) {
        rows.zip(1..).all(|(row, number)| take(number, Ok(row.get())));
        return Ok(Some(Vec::new()));
    }
    if let Some(columns) = columns(&members, named)? {
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        let count = columns.first().map_or(0, Vec::len);
        (0..count).all(|at| {
            let row: Vec<Raw> = columns.iter().map(|column| column[at]).collect();
            take(at as u64 + 1, Ok(&record(&names, &row)))
        });
        return Ok(Some(Vec::new()));
    }
    if named {
        return Ok(None);
    }
    let lists: Vec<(&str, Vec<Raw>)> = members.iter().filter_map(list).collect();
    match lists.as_slice() {
        [] => Ok(None),
        [(name, rows)] => {
            let beside = Beside::of(&members, name);
            if rows.iter().any(|row| squad(row).is_some()) {
                let mut questions = rows.iter().filter_map(squad).flatten().zip(1..);
                questions.all(|(question, number)| beside.pass(number, &question, take));
            } else {
                rows.iter().zip(1..).all(|(row, number)| beside.pass(number, row.get(), take));
            }
            Ok(Some(beside.dropped))
        }
        [(first, _), ..] => {
            let names: Vec<&str> = lists.iter().map(|(name, _)| *name).collect();
            Err(format!(
                "it holds several lists: {}. Write each list to its own file, for example: `jq -c '.{first}[]' IN > {first}.jsonl`",
                names.join(", ")
            ))
        }
    }
}

/// Reads `{"columns": ["prompt", …], "data": [["…", …], …]}`: pandas' orient="split".
fn split<'t>(members: &Members<'t>) -> Option<(Names<'t>, Vec<Vec<Raw<'t>>>)> {
    let names = json::elements(json::field(members, "columns")?.get())?;
    let names: Names = names.into_iter().map(|name| json::text(name.get())).collect::<Option<_>>()?;
    let rows = json::elements(json::field(members, "data")?.get())?;
    let rows: Vec<Vec<Raw>> = rows.into_iter().map(|row| json::elements(row.get())).collect::<Option<_>>()?;
    rows.iter().all(|row| row.len() == names.len()).then_some((names, rows))
}

/// Reads `{"0": {"prompt": "…", …}, …}`: pandas' orient="index".
fn indexed<'m, 't>(members: &'m Members<'t>) -> Option<impl Iterator<Item = Raw<'t>> + use<'m, 't>> {
    let is_row = |(key, value): &(Cow<str>, Raw)| is_index(key) && json::kind(value.get()) == "an object";
    (!members.is_empty() && members.iter().all(is_row)).then(|| members.iter().map(|(_, value)| *value))
}

/// Reads `{"prompt": {"0": "…", …}, …}`, which is pandas' default, or `{"prompt": ["…", …], …}`.
fn columns<'t>(members: &Members<'t>, named: bool) -> Result<Option<Vec<Vec<Raw<'t>>>>, String> {
    let cells = |value: Raw<'t>| -> Option<(Names<'t>, Vec<Raw<'t>>)> {
        match json::members(value.get()) {
            Some(cells) if named || cells.iter().all(|(key, _)| is_index(key)) => Some(cells.into_iter().unzip()),
            Some(_) => None,
            // A list may belong to a single record, such as its messages. Several lists of strings don't.
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

/// Returns the list of records under one of the keys.
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

/// Returns the questions of an article of SQuAD, each with its paragraph: `{"paragraphs": [{"context": …, "qas":
/// […]}]}`.
fn squad(article: &Raw) -> Option<Vec<String>> {
    let article = json::members(article.get())?;
    let title = json::field(&article, "title");
    let mut records = Vec::new();
    for paragraph in json::elements(json::field(&article, "paragraphs")?.get())? {
        let paragraph = json::members(paragraph.get())?;
        let context = json::field(&paragraph, "context")?;
        for question in json::elements(json::field(&paragraph, "qas")?.get())? {
            let members = json::members(question.get())?;
            let (names, values): (Names, Vec<Raw>) = members.into_iter().filter(|(key, _)| key != "context").unzip();
            let title = title.filter(|_| !names.iter().any(|name| name == "title"));
            let names = ["context"].into_iter().chain(names.iter().map(AsRef::as_ref)).chain(title.map(|_| "title"));
            let cells: Vec<Raw> = [context].into_iter().chain(values).chain(title).collect();
            records.push(record(&names.collect::<Vec<&str>>(), &cells));
        }
    }
    Some(records)
}

fn record<'t>(names: &[impl AsRef<str>], cells: &[Raw<'t>]) -> String {
    let mut out = "{".to_owned();
    for (name, cell) in names.iter().zip(cells) {
        // pandas writes null if a row has no value.
        if cell.get() != "null" || keeps_empty(name.as_ref()) {
            let comma = if out.len() > 1 { "," } else { "" };
            out.push_str(&format!("{comma}{}:{}", serde_json::Value::from(name.as_ref()), cell.get()));
        }
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests;

//! Splits CSV, with commas, semicolons or tabs, into rows.
//!
//! Quotation marks are read strictly, because rows after a misplaced one may be read as part of a cell. Such a row is
//! left out, with its line and column. So is the rest of the file if the start of the next row is unknown.

mod cells;
mod cut;
mod header;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use self::cut::{Raw, Rows};

pub use self::header::{named, repeated};
use crate::convert::{ANSWERS, QUESTIONS};
use crate::json;

/// The maximum length of a header in bytes.
const HEADER_LONGEST: usize = 1024 * 1024;

/// Names of columns that `convert` reads.
pub(crate) const COLUMNS: [&str; 16] = [
    "prompt",
    "completion",
    "question",
    "answer",
    "query",
    "response",
    "instruction",
    "input",
    "output",
    "context",
    "text",
    "content",
    "messages",
    "conversations",
    "system",
    "chosen",
];

/// A row after the header.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The row's number after the header, from 1. Empty rows count too.
    pub number: u64,
    /// The row as a JSON object with the header's names as keys and strings as values, or why it is left out.
    pub record: Result<String, String>,
    /// Whether an unquoted cell contains quotation marks, which are kept.
    pub has_quotes: bool,
}

/// Splits a table into rows. The first row has the columns' names. The separator is the most frequent one in the first
/// line, or the one in Excel's line `sep=;` before it.
#[derive(Debug, Default)]
pub struct Table {
    /// The bytes so far, until the separator is known.
    head: Vec<u8>,
    rows: Option<Rows>,
    content: Content,
}

/// The part of a table that was read.
#[derive(Debug, Default)]
struct Content {
    separator: u8,
    header: Option<Vec<String>>,
    number: u64,
    /// Whether a row had backslashes before quotation marks. If so, backslashes may be escapes in all other rows too.
    has_escapes: bool,
}

impl Table {
    /// Reads the next bytes, in chunks of any size.
    pub fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Row)) {
        if let Some(rows) = &mut self.rows {
            return rows.feed(bytes, &mut |raw| self.content.row(&raw, take));
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() > HEADER_LONGEST || self.head.contains(&b'\n') {
            self.begin(take);
        }
    }

    /// Reads the end of the table.
    pub fn finish(&mut self, take: &mut dyn FnMut(Row)) {
        if self.rows.is_none() {
            self.begin(take);
        }
        if let Some(rows) = &mut self.rows {
            rows.finish(&mut |raw| self.content.row(&raw, take));
        }
    }

    /// Returns the columns' names, in lower case and without surrounding white space. `None` until the header was read.
    pub fn header(&self) -> Option<&[String]> {
        self.content.header.as_deref()
    }

    fn begin(&mut self, take: &mut dyn FnMut(Row)) {
        let head = std::mem::take(&mut self.head);
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let named = named_separator(head);
        let head = named.map_or(head, |(_, rest)| rest);
        let separator = named.map_or_else(|| separator(head), |(separator, _)| separator);
        self.content.separator = separator;
        self.rows = Some(Rows::new(separator, if named.is_some() { 2 } else { 1 }));
        self.feed(head, take);
    }
}

impl Content {
    /// Reads a row. Returns the number of columns of the table.
    fn row(&mut self, raw: &Raw, take: &mut dyn FnMut(Row)) -> usize {
        let cells = match &raw.fault {
            Some(fault) if fault.is_last => {
                Err(format!("{}. This row and everything after it are left out", fault.why))
            }
            Some(fault) => Err(fault.why.clone()),
            None => cells::split(raw.bytes, self.separator).map_err(|why| format!("line {}: {why}", raw.line)),
        };
        let cells = match cells {
            Ok(_) if self.has_escapes && raw.bytes.contains(&b'\\') => {
                Err(format!("line {}: a backslash, in a table that has backslashes before quotation marks", raw.line))
            }
            cells => cells,
        };
        self.has_escapes |= raw.fault.as_ref().is_some_and(|fault| fault.is_escape);
        let has_quotes = cells.as_ref().is_ok_and(|found| found.has_quotes);
        let cells = cells.map(|found| found.cells);
        let header = match (&self.header, &cells) {
            (Some(header), _) => header,
            (None, Ok(cells)) => {
                let name = |cell: &Cow<[u8]>| String::from_utf8_lossy(cell).trim().to_lowercase();
                return self.header.insert(named(cells.iter().map(name))).len();
            }
            (None, Err(_)) => {
                let record = cells.map(|_| String::new()).map_err(|why| format!("the header can't be read: {why}"));
                take(Row { number: 1, record, has_quotes });
                return 0;
            }
        };
        self.number += 1;
        // Spreadsheets write empty rows.
        if cells.as_ref().is_ok_and(|cells| cells.iter().all(|cell| cell.trim_ascii().is_empty())) {
            return header.len();
        }
        let record = cells.and_then(|cells| object(header, &cells, raw));
        take(Row { number: self.number, record, has_quotes });
        header.len()
    }
}

/// Returns the row as a JSON object. Columns without a name and without text are skipped.
fn object(header: &[String], cells: &[Cow<[u8]>], raw: &Raw) -> Result<String, String> {
    // Some programs end each row with a separator.
    let (own, more) = cells.split_at(header.len().min(cells.len()));
    if own.len() < header.len() || more.iter().any(|cell| !cell.is_empty()) {
        let count = |count: usize| format!("{count} {}", if count == 1 { "cell" } else { "cells" });
        let mut why = format!("the row has {}, and the header has {}", count(cells.len()), header.len());
        if raw.last > raw.line {
            why.push_str(&format!(
                "; it goes from line {} to line {}: is a quotation mark missing?",
                raw.line, raw.last
            ));
        }
        return Err(why);
    }
    repeated(header)?;
    let mut object = String::from("{");
    for (name, cell) in header.iter().zip(cells) {
        let cell = std::str::from_utf8(cell).map_err(|_| "a cell isn't UTF-8".to_owned())?;
        if cell.is_empty() && !keeps_empty(name) {
            continue;
        }
        let separator = if object.len() > 1 { "," } else { "" };
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let value = if cell.is_empty() { "null".to_owned() } else { self::cell(name, cell) };
        object.push_str(&format!("{separator}{}:{value}", text(name)));
    }
    object.push('}');
    Ok(object)
}

/// Whether an empty cell of the column becomes null, so that an empty question or answer is reported. Other empty cells
/// are skipped.
pub fn keeps_empty(column: &str) -> bool {
    [QUESTIONS, ANSWERS].concat().iter().any(|key| column.trim().eq_ignore_ascii_case(key))
}

/// Returns a cell as JSON: a string, except that a list of messages is JSON already.
pub fn cell(column: &str, cell: &str) -> String {
    let holds_messages = ["messages", "conversations", "conversation"].contains(&column);
    if holds_messages && json::elements(cell).is_some() {
        return cell.trim().to_owned();
    }
    serde_json::Value::from(cell).to_string()
}

/// Whether a text begins like a table: with a line of at least two cells, one of them the name of a column that is
/// read.
pub fn is_table(head: &str) -> bool {
    let head = head.trim_start_matches('\u{feff}');
    let named = named_separator(head.as_bytes());
    let line = named.map_or(head.as_bytes(), |(_, rest)| rest);
    let separator = char::from(named.map_or_else(|| separator(line), |(separator, _)| separator));
    let line = String::from_utf8_lossy(line);
    let cells: Vec<&str> = line.lines().next().unwrap_or_default().split(separator).collect();
    let name = |cell: &&str| COLUMNS.contains(&cell.trim().trim_matches('"').trim().to_lowercase().as_str());
    named.is_some() || cells.len() > 1 && cells.iter().any(name)
}

/// Returns the separator in a first line `sep=;`, and the text after that line. Excel writes and reads such a line.
fn named_separator(head: &[u8]) -> Option<(u8, &[u8])> {
    let end = memchr::memchr(b'\n', head)?;
    let line = head[..end].strip_suffix(b"\r").unwrap_or(&head[..end]);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let [s, e, p, b'=', separator] = line else { return None };
    let is_named = [s, e, p].map(u8::to_ascii_lowercase) == *b"sep";
    (is_named && !separator.is_ascii_alphanumeric() && *separator != b'"').then_some((*separator, &head[end + 1..]))
}

fn separator(head: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_u64), (b';', 0), (b'\t', 0)];
    for byte in head {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            _ if !quoted => counts.iter_mut().filter(|(known, _)| known == byte).for_each(|(_, count)| *count += 1),
            _ => {}
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| separator)
}

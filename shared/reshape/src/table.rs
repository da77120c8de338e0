//! Tables: CSV, and the like with tabs or semicolons, cut into rows.

mod header;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

pub use self::header::{named, repeated};
use crate::json;
use crate::records::LONGEST;

/// A header longer than this is none.
const HEADER_LONGEST: usize = 1024 * 1024;

/// Most fields of a row.
const MOST_FIELDS: usize = 10_000;

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

/// A row below the header.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Which row below the header, from 1.
    pub number: u64,
    /// As one JSON object of texts, under the header's names; or why there is none.
    pub record: Result<String, String>,
}

/// Cuts a table. The first row names the columns; the separator is the one that the first line has most of, or the one
/// that Excel's line `sep=;` names before it.
#[derive(Debug)]
pub struct Table {
    /// Bytes before the separator shows.
    head: Vec<u8>,
    reader: Option<Reader>,
    out: Vec<u8>,
    ends: Vec<usize>,
    written: usize,
    fields: usize,
    /// The row is longer than may be.
    long: bool,
    header: Option<Vec<String>>,
    number: u64,
}

impl Default for Table {
    fn default() -> Table {
        let (out, ends) = (vec![0; 4096], vec![0; 16]);
        let (head, reader, header) = (Vec::new(), None, None);
        Table { head, reader, out, ends, written: 0, fields: 0, long: false, header, number: 0 }
    }
}

impl Table {
    /// Takes the next bytes, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Row)) {
        if self.reader.is_some() {
            return self.read(bytes, take);
        }
        self.head.extend_from_slice(bytes);
        if self.head.len() > HEADER_LONGEST || self.head.contains(&b'\n') {
            self.begin(take);
        }
    }

    /// Ends the table.
    pub fn finish(&mut self, take: &mut dyn FnMut(Row)) {
        if self.reader.is_none() {
            self.begin(take);
        }
        self.read(&[], take);
    }

    /// The columns' names, lower case and without space around, once the header was read.
    pub fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    fn begin(&mut self, take: &mut dyn FnMut(Row)) {
        let head = std::mem::take(&mut self.head);
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
        let named = named_separator(head);
        let head = named.map_or(head, |(_, rest)| rest);
        let separator = named.map_or_else(|| separator(head), |(separator, _)| separator);
        self.reader = Some(ReaderBuilder::new().delimiter(separator).build());
        if !head.is_empty() {
            self.read(head, take);
        }
    }

    fn read(&mut self, mut input: &[u8], take: &mut dyn FnMut(Row)) {
        let Some(mut reader) = self.reader.take() else { return };
        let at_end = input.is_empty();
        loop {
            let (out, ends) = (&mut self.out[self.written..], &mut self.ends[self.fields..]);
            let (result, read, written, fields) = reader.read_record(input, out, ends);
            input = &input[read..];
            self.written += written;
            self.fields += fields;
            match result {
                ReadRecordResult::InputEmpty if !at_end => break,
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.out.len() < LONGEST => self.out.resize(self.out.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() < MOST_FIELDS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (self.long, self.written, self.fields) = (true, 0, 0);
                }
                ReadRecordResult::Record => self.row(take),
                ReadRecordResult::End => break,
            }
        }
        self.reader = Some(reader);
    }

    fn row(&mut self, take: &mut dyn FnMut(Row)) {
        let ends = &self.ends[..self.fields];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let cells: Vec<&[u8]> =
            if self.long { Vec::new() } else { starts.zip(ends).map(|(start, end)| &self.out[start..*end]).collect() };
        match &self.header {
            None => {
                let name = |cell: &&[u8]| String::from_utf8_lossy(cell).trim().to_lowercase();
                self.header = Some(named(cells.iter().map(name)));
            }
            Some(header) => {
                self.number += 1;
                let record = if self.long {
                    Err(format!("the row is longer than {} MiB", LONGEST >> 20))
                } else {
                    object(header, &cells)
                };
                take(Row { number: self.number, record });
            }
        }
        (self.long, self.written, self.fields) = (false, 0, 0);
    }
}

/// The row as a JSON object. Columns without a name and without a word in them are passed over.
fn object(header: &[String], cells: &[&[u8]]) -> Result<String, String> {
    if cells.len() != header.len() {
        let (has, wants) = (cells.len(), header.len());
        return Err(format!("the row's number of fields is {has}, and the header's is {wants}"));
    }
    repeated(header)?;
    let mut object = String::from("{");
    for (name, cell) in header.iter().zip(cells) {
        let cell = std::str::from_utf8(cell).map_err(|_| "a field isn't UTF-8".to_owned())?;
        if cell.is_empty() {
            continue;
        }
        let separator = if object.len() > 1 { "," } else { "" };
        let text = |text: &str| serde_json::Value::from(text).to_string();
        object.push_str(&format!("{separator}{}:{}", text(name), self::cell(name, cell)));
    }
    object.push('}');
    Ok(object)
}

/// A table's cell as JSON: a text, but for a list of messages, which tables hold as JSON.
pub fn cell(column: &str, cell: &str) -> String {
    let holds_messages = ["messages", "conversations", "conversation"].contains(&column);
    if holds_messages && json::elements(cell).is_some() {
        return cell.trim().to_owned();
    }
    serde_json::Value::from(cell).to_string()
}

/// Whether a text begins as a table does: a line of at least two cells, one of which names a column that is read.
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

/// The separator that a first line `sep=;` names, and what follows it. Excel writes and reads that line.
fn named_separator(head: &[u8]) -> Option<(u8, &[u8])> {
    let end = memchr::memchr(b'\n', head)?;
    let line = head[..end].strip_suffix(b"\r").unwrap_or(&head[..end]);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    let [s, e, p, b'=', separator] = line else { return None };
    let is_named = [s, e, p].map(u8::to_ascii_lowercase) == *b"sep";
    (is_named && !separator.is_ascii_alphanumeric()).then_some((*separator, &head[end + 1..]))
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

#[cfg(test)]
mod tests {
    use super::*;

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
            let rows: Vec<String> =
                rows(text.as_bytes(), size).into_iter().map(|row| row.unwrap_or_else(|e| e)).collect();
            assert_eq!(rows, expected, "in chunks of {size}");
        }
    }

    #[test]
    fn rows_become_objects() {
        let two = ["{\"prompt\":\"a, \\\"b\\\"\\nc\",\"completion\":\"d\"}", "{\"prompt\":\"e\"}"];
        check("\u{feff}Prompt , completion\r\n\"a, \"\"b\"\"\nc\",d\r\ne,", &two);
        check("prompt\tcompletion\n\"a, \"\"b\"\"\nc\"\td\n\ne\t\n", &two);
        check("prompt;completion\n\"a, \"\"b\"\"\nc\";d\ne;\n", &two);
        check("", &[]);
        check("prompt,completion", &[]);
        check("a,b\n1\n", &["the row's number of fields is 1, and the header's is 2"]);
    }

    #[test]
    fn the_separator_that_excel_names_is_taken() {
        let row = ["{\"prompt\":\"a,b,c\",\"completion\":\"d\"}"];
        check("sep=;\r\nprompt;completion\r\na,b,c;d\r\n", &row);
        check("\u{feff}sep=;\nprompt;completion\na,b,c;d\n", &row);
        check("\"SEP=|\"\nprompt|completion\na,b,c|d\n", &row);
        check("sep=\t\nprompt\tcompletion\na,b,c\td\n", &row);
        // A column may be called so.
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
        for other in ["Dear Sir, this is a letter.\n", "prompt\na\n", "{\"prompt\": 1, \"text\": 2}", "", "a,b\n1,2\n"]
        {
            assert!(!is_table(other), "{other:?}");
        }
    }

    #[test]
    fn hostile_tables_are_told_not_held() {
        let mut open = b"a,b\n\"".to_vec();
        open.resize(2 * LONGEST + 100, b'x');
        let told = rows(&open, 1 << 16);
        assert_eq!(told, [Err("the row is longer than 8 MiB".to_owned())]);
        let wide = [b"a,b\n".as_slice(), &b",".repeat(50_000), b"\n1,2\n"].concat();
        let told = rows(&wide, 1 << 16);
        assert_eq!(told.len(), 2);
        assert!(told[0].is_err() && told[1].is_ok());
        assert_eq!(rows(b"a,b\n\xff,2\n", 3), [Err("a field isn't UTF-8".to_owned())]);
    }
}

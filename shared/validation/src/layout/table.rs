//! Identifies tables: values separated by commas, semicolons, tabs or bars.

use std::collections::BTreeSet;

use super::{FileType, Sample};

const CSV: FileType = FileType::converted(
    "a table in CSV",
    "csv",
    "write each row as a JSON object: `tunedrop convert --from csv IN --model MODEL -o OUT`",
);
const SEMICOLONS: FileType = FileType { is: "a table separated by semicolons", ..CSV };
const TABS: FileType = FileType { is: "a table separated by tabs (TSV)", ..CSV };
const BARS: FileType = FileType::new("a table separated by `|`", "save it as CSV, and convert that with `--from csv`");
const MARKDOWN: FileType = FileType::new("a Markdown table", "save it as CSV, and convert that with `--from csv`");

const HEADERLESS: FileType = FileType::new(
    "a table (CSV) without a row of column names",
    "add a first row such as `prompt,completion`, and run `tunedrop convert --from csv IN --model MODEL -o OUT`",
);
const HEADER: FileType =
    FileType::new("a table (CSV) with column names and no rows", "write the file again: its rows are missing");

/// The maximum number of rows that are compared.
const ROWS: usize = 40;

/// Names of columns, in lower case, that are common in training data.
const KNOWN: [&str; 42] = [
    "prompt",
    "completion",
    "question",
    "answer",
    "instruction",
    "input",
    "output",
    "text",
    "response",
    "context",
    "system",
    "user",
    "assistant",
    "query",
    "label",
    "id",
    "category",
    "chosen",
    "rejected",
    "content",
    "role",
    "source",
    "target",
    "title",
    "description",
    "message",
    "messages",
    "conversation",
    "name",
    "date",
    "url",
    "reference",
    "summary",
    "document",
    "article",
    "translation",
    "prompts",
    "completions",
    "questions",
    "answers",
    "system_prompt",
    "user_id",
];

pub(super) fn of(sample: &Sample) -> Option<FileType> {
    if is_markdown(sample) {
        return Some(MARKDOWN);
    }
    if let Some(separator) = named_separator(sample.first()) {
        return Some(if separator == b';' { SEMICOLONS } else { CSV });
    }
    let kinds = [(b'\t', TABS), (b',', CSV), (b';', SEMICOLONS), (b'|', BARS)];
    let table = kinds.into_iter().find(|(separator, _)| is_table(sample, *separator));
    match table {
        Some((separator, _)) if separator != b'|' && is_headerless(sample, separator) => Some(HEADERLESS),
        Some((_, layout)) => Some(layout),
        None => [b'\t', b',', b';'].iter().any(|separator| is_headerless(sample, *separator)).then_some(HEADERLESS),
    }
}

/// Returns the separator in a line `sep=;`, which is meant for Excel. Some programs write it in quotes.
fn named_separator(line: &[u8]) -> Option<u8> {
    let line = line.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] => Some(*separator),
        _ => None,
    }
}

/// Identifies a file that is only the header of a table: names of columns, at least half of them common.
pub(super) fn header_alone(sample: &Sample) -> Option<FileType> {
    let is_header = |separator: u8| {
        let rows = rows(sample.body, separator, true);
        let [header] = rows.as_slice() else { return false };
        let is_known = |cell: &&Cell| KNOWN.contains(&cell.name().to_lowercase().as_str());
        header.len() > 1 && header.iter().filter(is_known).count() * 2 >= header.len()
    };
    [b',', b';', b'\t', b'|'].into_iter().any(is_header).then_some(HEADER)
}

/// Whether this is a table without a header: all rows have the same number of cells, and not all cells of the first row
/// can be names of columns.
fn is_headerless(sample: &Sample, separator: u8) -> bool {
    let rows = rows(sample.body, separator, sample.ended);
    let Some((first, data)) = rows.split_first() else { return false };
    let is_even = first.len() > 1 && data.len() > 2 && data.iter().all(|row| row.len() == first.len());
    // A sentence has a space after each comma.
    let is_spaced = |row: &Vec<Cell>| row[1..].iter().any(|cell| !cell.is_quoted && cell.text.starts_with(b" "));
    let is_text = |cell: &Cell| cell.name().chars().any(char::is_alphabetic);
    let is_data = |cell: &Cell| cell.is_quoted || separator == b'\t' || is_text(cell) || !cell.text.is_empty();
    is_even
        && !rows.iter().any(is_spaced)
        && !first.iter().enumerate().all(|(at, cell)| cell.is_name(at))
        && first.iter().all(is_data)
        && first.iter().any(|cell| cell.name().split_whitespace().count() > 1)
}

/// Whether the second row consists of dashes.
fn is_markdown(sample: &Sample) -> bool {
    let [first, second, ..] = sample.lines.as_slice() else {
        return false;
    };
    let rule = second.head().trim_ascii();
    first.head().contains(&b'|')
        && rule.contains(&b'|')
        && rule.windows(2).any(|pair| pair == b"--")
        && rule.iter().all(|byte| b"|-: \t".contains(byte))
}

fn is_table(sample: &Sample, separator: u8) -> bool {
    let rows = rows(sample.body, separator, sample.ended);
    let Some((header, data)) = rows.split_first() else {
        return false;
    };
    if header.len() < 2 {
        return separator == b',' && is_one_column(header, data);
    }
    let even = data.iter().filter(|row| row.len() == header.len()).count();
    let is_even = even == data.len();
    let known = header.iter().filter(|cell| KNOWN.contains(&cell.name().to_lowercase().as_str())).count();
    // There is no complete row if a quoted cell is longer than the available bytes.
    if data.is_empty() {
        return sample.lines.len() > 1 && known > 1;
    }
    let all_quoted = header.iter().all(|cell| cell.is_quoted);
    if all_quoted && is_even {
        return true;
    }
    let names: BTreeSet<String> = header.iter().map(Cell::name).collect();
    if names.len() < header.len() || !header.iter().enumerate().all(|(at, cell)| cell.is_name(at)) {
        return false;
    }
    // A sentence has a space after each comma.
    let is_spaced = header[1..].iter().all(|cell| !cell.is_quoted && cell.text.starts_with(b" "));
    match known {
        // In files of tagged words, blank lines separate sentences.
        0 if separator == b'\t' => is_even && memchr::memmem::find(sample.body, b"\n\n").is_none(),
        0 => is_even && even > 1 && !is_spaced,
        1 if is_spaced => is_even && even > 1,
        _ => even * 2 >= data.len(),
    }
}

/// Whether this is one column of quoted cells with a common name.
fn is_one_column(header: &[Cell], data: &[Vec<Cell>]) -> bool {
    let is_known = header.iter().any(|cell| KNOWN.contains(&cell.name().as_str()));
    let is_quoted = |row: &Vec<Cell>| matches!(row.as_slice(), [cell] if cell.is_quoted);
    is_known && !data.is_empty() && data.iter().all(is_quoted)
}

struct Cell {
    text: Vec<u8>,
    is_quoted: bool,
}

impl Cell {
    fn name(&self) -> String {
        String::from_utf8_lossy(&self.text).trim().to_owned()
    }

    /// Whether the cell may be a column's name. The first name may be empty, because the column may be an index.
    fn is_name(&self, at: usize) -> bool {
        let name = self.name();
        let words = name.split_whitespace().count();
        let is_sentence = name.ends_with(['.', '!', '?', ':', ',', ';', '。', '！', '？', '；', '：', '…'])
            || name.contains(['{', '}', '<', '>']);
        // Not a name, as in `1,234 people`.
        let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let is_time = name.starts_with(|first: char| first.is_ascii_digit()) && name.contains(':');
        !is_number
            && !is_time
            && words <= 5
            && name.chars().count() <= 60
            && !is_sentence
            && (at == 0 || !name.is_empty())
    }
}

/// Returns the first complete rows that aren't blank.
fn rows(body: &[u8], separator: u8, is_whole: bool) -> Vec<Vec<Cell>> {
    let (mut rows, mut row, mut at) = (Vec::new(), Vec::new(), 0);
    while at < body.len() && rows.len() < ROWS {
        let Some((cell, end)) = cell(&body[at..], separator) else {
            return rows;
        };
        at += end;
        row.push(cell);
        let ends = match body.get(at) {
            Some(byte) if *byte == separator => {
                at += 1;
                // The row ends after a separator: its last cell is empty.
                at == body.len() && is_whole && {
                    row.push(Cell { text: Vec::new(), is_quoted: false });
                    true
                }
            }
            Some(_) => true,
            None => is_whole,
        };
        if ends {
            at += body[at..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
            let row = std::mem::take(&mut row);
            if row.len() > 1 || row.iter().any(|cell: &Cell| !cell.text.trim_ascii().is_empty()) {
                rows.push(row);
            }
        }
    }
    rows
}

/// Returns the cell at the beginning of `rest`, and its length in bytes. `None` if it is quoted and has no end.
fn cell(rest: &[u8], separator: u8) -> Option<(Cell, usize)> {
    let ends = |byte: &u8| *byte == separator || b"\r\n".contains(byte);
    if rest.first() == Some(&b'"') {
        let (mut text, mut at) = (Vec::new(), 1);
        loop {
            match (rest.get(at)?, rest.get(at + 1)) {
                (b'"', Some(b'"')) => {
                    text.push(b'"');
                    at += 2;
                }
                (b'"', _) => break,
                (byte, _) => {
                    text.push(*byte);
                    at += 1;
                }
            }
        }
        at += 1;
        if rest.get(at).is_none_or(ends) {
            return Some((Cell { text, is_quoted: true }, at));
        }
    }
    // The cell isn't quoted, or other characters follow the closing quote.
    let length = rest.iter().position(ends).unwrap_or(rest.len());
    Some((Cell { text: rest[..length].to_vec(), is_quoted: false }, length))
}

//! Excel workbooks: one sheet, whose first non-empty row has the column names.
//!
//! Memory: calamine keeps the shared strings of cells, which takes a few times their uncompressed size. So tunedrop
//! doesn't read a workbook with more than [`MOST`] uncompressed bytes, or one that declares more shared strings than
//! fit in that.

mod formats;
mod notes;

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use tunedrop_reshape::{LONGEST, cell as as_json, keeps_empty, named, repeated};
use zip::ZipArchive;

use super::{Row, Take};
use crate::format::visible;

/// Maximum uncompressed bytes of all parts of a workbook.
const MOST: u64 = 256 << 20;
/// Excel's own limit.
const COLUMNS_MOST: u32 = 16_384;
/// The attribute that calamine reserves memory by, before it reads any shared string.
const COUNT: &[u8] = b"uniqueCount";
/// A shared string has at least the bytes of `<si/>`.
const TEXT_LEAST: u64 = 5;

/// Whether a ZIP archive is a workbook. Rewinds the file.
pub(super) fn is_workbook(file: &mut File) -> bool {
    let is = ZipArchive::new(&mut *file).is_ok_and(|archive| archive.index_for_name("xl/workbook.xml").is_some());
    is & file.rewind().is_ok()
}

/// Reads a sheet: the first visible one, if none is named. Returns the names of the others.
pub(super) fn read(mut file: File, sheet: Option<&str>, take: Take) -> Result<Option<String>, String> {
    check_size(&mut file, MOST)?;
    let mut again = file.try_clone().map_err(|error| format!("it can't be read: {error}"))?;
    let mut book = Xlsx::new(BufReader::new(file)).map_err(|error| explained(&error))?;
    let sheets = book.sheets_metadata().iter();
    let shown = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    let mut names: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
    let listed = |names: &[String]| visible(&names.join(", "));
    let at = match sheet {
        Some(wanted) => names.iter().position(|name| name == wanted),
        None => (!names.is_empty()).then_some(0),
    };
    let Some(at) = at else {
        return Err(format!("it has no such sheet; its sheets: {}", listed(&names)));
    };
    let name = names.remove(at);
    let columns = rows(&mut book, &name, take)?;
    let others = sheet.is_none() && !names.is_empty();
    let others = others
        .then(|| format!("read the sheet {}; --sheet NAME reads another one of: {}", visible(&name), listed(&names)));
    // Both handles share one position, so the workbook is read to its end first.
    let notes = notes::of(&formats::of(&mut again, &name), &columns);
    let notes: Vec<String> = others.into_iter().chain(notes).collect();
    Ok((!notes.is_empty()).then(|| notes.join("\n  ")))
}

/// Returns the names of the columns.
fn rows(book: &mut Xlsx<BufReader<File>>, sheet: &str, take: Take) -> Result<Vec<String>, String> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| explained(&error))?;
    let mut header: Option<(u32, Vec<String>)> = None;
    let (mut at, mut row): (u32, Vec<DataRef>) = (0, Vec::new());
    loop {
        let cell = cells.next_cell().map_err(|error| explained(&error))?;
        let next = cell.as_ref().map(|cell| cell.get_position());
        if next.is_none_or(|(next, _)| next != at) && row.iter().any(|cell| !text(cell).trim().is_empty()) {
            match &header {
                None => header = Some((at, named(row.iter().map(|cell| text(cell).trim().to_lowercase())))),
                Some((first, names)) => {
                    if !take(u64::from(at.saturating_sub(*first)), object(names, &row)) {
                        return Ok(Vec::new());
                    }
                }
            }
        }
        let (Some(cell), Some((next, column))) = (cell, next) else {
            return Ok(header.map(|(_, names)| names).unwrap_or_default());
        };
        if next != at {
            row.clear();
            at = next;
        }
        if column >= COLUMNS_MOST {
            return Err("it is damaged: a row has more columns than Excel has".to_owned());
        }
        let column = column as usize;
        if row.len() <= column {
            row.resize(column + 1, DataRef::Empty);
        }
        row[column] = cell.get_value().clone();
    }
}

/// Returns the row as a JSON object of texts. Empty cells are skipped, but for questions and answers, which are null.
fn object(names: &[String], row: &[DataRef]) -> Row {
    repeated(names)?;
    let beyond = row.iter().zip(0..).skip(names.len()).find(|(cell, _)| !text(cell).trim().is_empty());
    if let Some((_, at)) = beyond {
        return Err(format!("the row has a cell in column {}, which has no name in the header", formats::letters(at)));
    }
    let mut out = "{".to_owned();
    // A row ends with its last cell that has a value.
    for ((name, cell), at) in names.iter().zip(row.iter().chain(std::iter::repeat(&DataRef::Empty))).zip(0..) {
        if let DataRef::Error(error) = cell {
            return Err(format!("the cell in column {} is an Excel error ({error})", formats::letters(at)));
        }
        let text = text(cell);
        if text.is_empty() && !keeps_empty(name) {
            continue;
        }
        if out.len() + text.len() <= LONGEST {
            let comma = if out.len() > 1 { "," } else { "" };
            let value = if text.is_empty() { "null".to_owned() } else { as_json(name, &text) };
            out.push_str(&format!("{comma}{}:{value}", serde_json::Value::from(name.as_str())));
        }
        if out.len() + text.len() > LONGEST {
            return Err(format!("the row is longer than {} MiB", LONGEST >> 20));
        }
    }
    out.push('}');
    Ok(out)
}

/// Returns a cell as Excel shows it with the default format. Dates and times are in ISO 8601.
fn text(cell: &DataRef) -> String {
    match cell {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => float(*number),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(time) => moment(time),
        DataRef::Error(error) => error.to_string(),
    }
}

/// Excel shows at most 15 digits.
fn float(number: f64) -> String {
    format!("{number:.14e}").parse::<f64>().unwrap_or(number).to_string()
}

fn moment(time: &ExcelDateTime) -> String {
    let days = time.as_f64();
    if time.is_duration() {
        let seconds = (days * 86_400.0).round() as i64;
        return format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let Some(at) = time.as_datetime() else { return float(days) };
    match days {
        days if days < 1.0 => at.format("%H:%M:%S").to_string(),
        days if days.fract() == 0.0 => at.format("%Y-%m-%d").to_string(),
        _ => at.format("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// Returns the total uncompressed size of all parts. Each part is actually uncompressed, because its declared size may
/// be false.
fn check_size(file: &mut File, most: u64) -> Result<(), String> {
    let damaged = |_| "it is damaged: a part of it can't be unpacked".to_owned();
    let mut archive = ZipArchive::new(&mut *file).map_err(|_| "it is damaged; it may be truncated".to_owned())?;
    let (mut total, mut chunk) = (0_u64, vec![0; 1 << 16]);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).map_err(|_| "it is damaged or encrypted".to_owned())?;
        let (mut length, mut kept, mut counts) = (0_u64, 0, Vec::new());
        loop {
            let read = part.read(&mut chunk[kept..]).map_err(damaged)?;
            if read == 0 {
                break;
            }
            length += read as u64;
            total += read as u64;
            if total > most {
                return Err(format!("it unpacks to more than {} MiB; save its sheet as CSV", most >> 20));
            }
            counts.extend(text_counts(&chunk[..kept + read]));
            // The word may continue in the next chunk.
            let end = kept + read;
            let tail = end.min(COUNT.len() + 32);
            chunk.copy_within(end - tail..end, 0);
            kept = tail;
        }
        if counts.into_iter().any(|count| count > length / TEXT_LEAST) {
            return Err("it is damaged: it claims more texts than it has".to_owned());
        }
    }
    file.rewind().map_err(|error| format!("it can't be read: {error}"))
}

/// Returns the numbers after the word.
fn text_counts(xml: &[u8]) -> impl Iterator<Item = u64> {
    memchr::memmem::find_iter(xml, COUNT).filter_map(|at| {
        let rest = &xml[at + COUNT.len()..];
        let from = rest.iter().take(8).position(u8::is_ascii_digit)?;
        let digits: Vec<u8> = rest[from..].iter().copied().take_while(u8::is_ascii_digit).take(20).collect();
        // A number that overflows counts as too large.
        Some(std::str::from_utf8(&digits).ok()?.parse().unwrap_or(u64::MAX))
    })
}

fn explained(error: &XlsxError) -> String {
    match error {
        XlsxError::Password => "it is protected by a password".to_owned(),
        XlsxError::NotAWorksheet(_) => "it is read by its work sheets only".to_owned(),
        _ => "it is damaged".to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    pub(super) fn archive(parts: &[(&str, &str)]) -> File {
        let mut archive = ZipWriter::new(tempfile::tempfile().expect("a file"));
        for (name, text) in parts {
            archive.start_file(*name, SimpleFileOptions::default()).expect("a part");
            archive.write_all(text.as_bytes()).expect("it is written");
        }
        let mut file = archive.finish().expect("an archive");
        file.rewind().expect("a file can be rewound");
        file
    }

    #[test]
    fn a_workbook_that_unpacks_too_far_is_refused() {
        let bomb = "x".repeat(3 << 20);
        let parts = [("xl/workbook.xml", "<workbook/>"), ("xl/worksheets/sheet1.xml", bomb.as_str())];
        assert!(is_workbook(&mut archive(&parts)));
        assert_eq!(check_size(&mut archive(&parts), 4 << 20), Ok(()));
        let why = "it unpacks to more than 2 MiB; save its sheet as CSV".to_owned();
        assert_eq!(check_size(&mut archive(&parts), 2 << 20), Err(why));
    }

    #[test]
    fn a_count_of_texts_that_is_not_true_is_refused() {
        let why = "it is damaged: it claims more texts than it has".to_owned();
        let padding = " ".repeat(1 << 16);
        for count in ["uniqueCount='99999999999'", "uniqueCount = \"99999999999999999999999\"", "uniqueCount=\"50000\""]
        {
            for before in ["", &padding[8..], &padding[100..], padding.as_str()] {
                let strings = format!("<?xml version='1.0'?>{before}<sst {count}><si><t>a</t></si></sst>");
                assert_eq!(
                    check_size(&mut archive(&[("xl/sharedStrings.xml", &strings)]), MOST),
                    Err(why.clone()),
                    "{count}"
                );
            }
        }
        let strings = "<sst uniqueCount=\"2\"><si><t>a</t></si><si><t>b</t></si></sst>";
        assert_eq!(check_size(&mut archive(&[("xl/sharedStrings.xml", strings)]), MOST), Ok(()));
    }

    #[test]
    fn leaves_out_rows_with_an_error_or_a_cell_beyond_the_header() {
        use calamine::CellErrorType::Div0;
        let names = ["prompt", "completion"].map(str::to_owned);
        let cell = |text: &str| DataRef::String(text.to_owned());
        let row = [cell("a"), cell("b"), DataRef::Empty, cell(" ")];
        assert_eq!(object(&names, &row), Ok(r#"{"prompt":"a","completion":"b"}"#.to_owned()));
        let row = [cell("a"), cell("b"), DataRef::Empty, cell("c")];
        let why = "the row has a cell in column D, which has no name in the header".to_owned();
        assert_eq!(object(&names, &row), Err(why));
        assert_eq!(object(&names, &row[..1]), Ok(r#"{"prompt":"a","completion":null}"#.to_owned()));
        let why = "the cell in column B is an Excel error (#DIV/0!)".to_owned();
        assert_eq!(object(&names, &[cell("a"), DataRef::Error(Div0)]), Err(why));
    }

    #[test]
    fn numbers_and_times_are_written_as_excel_shows_them() {
        use calamine::ExcelDateTimeType::{DateTime, TimeDelta};
        let time = |days, kind| text(&DataRef::DateTime(ExcelDateTime::new(days, kind, false)));
        assert_eq!(text(&DataRef::Float(0.1 + 0.2)), "0.3");
        assert_eq!(text(&DataRef::Float(-12.0)), "-12");
        assert_eq!(time(46_355.0, DateTime), "2026-11-29");
        assert_eq!(time(46_355.5, DateTime), "2026-11-29 12:00:00");
        assert_eq!(time(0.75, DateTime), "18:00:00");
        assert_eq!(time(1.5, TimeDelta), "36:00:00");
    }
}

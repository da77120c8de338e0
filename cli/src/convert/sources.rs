//! Reads the records of convert's input: text, or a file of rows.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tunedrop_reshape::{Notes, Row, Table, each_held, is_table, may_hold_all};
use tunedrop_validation::{FileType, grouped};

use crate::format::visible;
use crate::input::{Input, Text, in_command, incomplete, open};
use crate::placeholders::filled;
use crate::reshape;
use crate::tables::{Kind, each_row};

/// Takes a record by its number and the line and column that it begins at, if the file is a text; or why there is none.
type Take<'t> = &'t mut dyn FnMut(u64, Option<(u64, u64)>, Result<&str, String>) -> Result<()>;

/// JSON that holds all records in one value is read whole; its records take several times this memory.
const WHOLE_MAX: usize = 256 << 20;

/// Most keys that a note shows.
const KEYS_SHOWN: usize = 20;

/// The format of the file, by `--from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// Detected.
    Any,
    Csv,
    Columns,
    Rows(Kind),
}

/// Passes on every record of a file. Returns whether an array has no closing bracket. Adds to `notes` what to print.
pub(super) fn each(
    path: &Path,
    container: Container,
    sheet: Option<&str>,
    notes: &mut Vec<String>,
    take: Take,
) -> Result<bool> {
    let text = match open(path)? {
        Input::Rows(kind, _) if ![Container::Any, Container::Rows(kind)].contains(&container) => {
            bail!("{} is {}: leave --from out, or use --from {}", path.display(), kind.is(), kind.from())
        }
        Input::Rows(kind, _) if sheet.is_some() && kind != Kind::Xlsx => {
            bail!("{} is {}; --sheet is for Excel workbooks", path.display(), kind.is())
        }
        Input::Rows(kind, file) => {
            let note = each_row(kind, file, sheet, &mut |number, row| take(number, None, row))
                .with_context(|| format!("{} can't be read as {}", path.display(), kind.is()))?;
            notes.extend(note);
            return Ok(false);
        }
        Input::Text(text) => text,
    };
    if sheet.is_some() {
        bail!("{} isn't an Excel workbook, and --sheet is for those", path.display());
    }
    let layout = text.layout();
    if let Container::Rows(kind) = container {
        let is = layout.map(|layout| format!(": it is {}", layout.is)).unwrap_or_default();
        bail!("{} isn't {}{is}", path.display(), kind.is());
    }
    if container == Container::Csv || container == Container::Any && is_csv(path, &text, layout) {
        return table(text, path, notes, take).map(|()| false);
    }
    let named = container == Container::Columns;
    if named || may_hold_all(&String::from_utf8_lossy(&text.head), text.is_whole) {
        return held(text, path, named, notes, take);
    }
    lines(text, path, notes, take)
}

/// Whether the file is CSV, by its name, columns or content.
fn is_csv(path: &Path, text: &Text, layout: Option<FileType>) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv") || ending.eq_ignore_ascii_case("tsv"))
        || is_table(&String::from_utf8_lossy(&text.head))
        || layout.is_some_and(|layout| layout.from == Some("csv"))
}

fn table(mut from: Text, path: &Path, notes: &mut Vec<String>, take: Take) -> Result<()> {
    let mut table = Table::default();
    let (mut failed, mut not_utf8, mut quotes) = (None, false, Notes::default());
    let mut hand = |row: Row| {
        if row.has_quotes {
            quotes.add(
                row.number,
                "quotation marks inside a cell without quotation marks around it were kept as they are",
            );
        }
        not_utf8 |= row.record.as_ref().is_err_and(|why| why.contains("UTF-8"));
        if failed.is_none() {
            failed = take(row.number, None, row.record.as_deref().map_err(Clone::clone)).err();
        }
    };
    let mut buffer = vec![0; 1 << 20];
    loop {
        match from.read(&mut buffer).with_context(|| format!("{} can't be read", path.display()))? {
            0 => break,
            length => table.feed(&buffer[..length], &mut hand),
        }
    }
    table.finish(&mut hand);
    notes.extend(reshape::note_lines(&quotes, "record"));
    if not_utf8 {
        notes.push(encoding_note(path, true));
    }
    failed.map_or(Ok(()), Err)
}

/// Returns what to do about text in another encoding. Names no encoding: a wrong one gives garbage without an error.
fn encoding_note(path: &Path, is_table: bool) -> String {
    let name = tunedrop_report::shell(&path.to_string_lossy());
    let in_excel = if is_table { "In Excel, save it as CSV UTF-8. Elsewhere, find" } else { "Find" };
    format!(
        "{} isn't UTF-8 throughout. {in_excel} out its encoding (file -i {name} makes a guess), convert it with \
         {}, and read a few accented words in the result",
        path.display(),
        in_command("iconv -f ENCODING -t UTF-8 IN > OUT", path)
    )
}

/// JSON whose records are in one value; where it turns out to be something else, it is read as lines.
fn held(mut text: Text, path: &Path, named: bool, notes: &mut Vec<String>, take: Take) -> Result<bool> {
    let mut bytes = Vec::new();
    let read = text.by_ref().take(WHOLE_MAX as u64 + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("{} can't be read", path.display()))?;
    if bytes.len() > WHOLE_MAX {
        if named {
            bail!(
                "{} is larger than {} MiB; write it with pandas' orient=\"records\", lines=True",
                path.display(),
                WHOLE_MAX >> 20
            );
        }
        return lines(text.after(bytes), path, notes, take);
    }
    let mut failed = None;
    let is = std::str::from_utf8(&bytes).map_or(Ok(None), |json| {
        each_held(json, named, &mut |number, record| {
            failed = take(number, None, record).err();
            failed.is_none()
        })
    });
    match (failed, is) {
        (Some(error), _) => Err(error),
        (None, Ok(Some(dropped))) => {
            notes.extend(beside_note(&dropped));
            Ok(false)
        }
        (None, Ok(None)) if named => {
            bail!("{} isn't a table of columns, as pandas' to_json writes it", path.display())
        }
        (None, Ok(None)) => lines(text.after(bytes), path, notes, take),
        (None, Err(why)) => {
            let given = (path != Path::new("-")).then_some(path);
            bail!("{} can't be converted: {}", path.display(), filled(&why, given, ""))
        }
    }
}

/// Names the keys beside a list of records that are dropped.
fn beside_note(dropped: &[String]) -> Option<String> {
    let keys: Vec<String> = dropped.iter().take(KEYS_SHOWN).map(|key| format!("`{}`", visible(key))).collect();
    let word = if dropped.len() == 1 { "key" } else { "keys" };
    let more = match dropped.len().saturating_sub(KEYS_SHOWN) {
        0 => String::new(),
        more => format!(" and {} more", grouped(more as u64)),
    };
    (!keys.is_empty()).then(|| format!("dropped the {word} {}{more} beside the list of records", keys.join(", ")))
}

fn without_mark(record: &[u8]) -> &[u8] {
    record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record)
}

fn lines(text: Text, path: &Path, notes: &mut Vec<String>, take: Take) -> Result<bool> {
    if let Some(layout) = text.layout().filter(|layout| !layout.holds_json && layout.from.is_none()) {
        let layout = incomplete(path).unwrap_or(layout);
        let given = (path != Path::new("-")).then_some(path);
        bail!("{} is {}; {}", path.display(), layout.is, filled(layout.help, given, ""));
    }
    let mut not_utf8 = false;
    let cut_off = reshape::each_record(text, path, &mut |at, record| match record.map(without_mark) {
        // A byte order mark may be all of a line.
        Some(record) if record.trim_ascii().is_empty() => Ok(()),
        Some(record) => {
            let record = std::str::from_utf8(record);
            not_utf8 |= record.is_err();
            take(at.number, Some((at.line, at.column)), record.map_err(|_| "it isn't UTF-8".to_owned()))
        }
        None => take(at.number, Some((at.line, at.column)), Err(reshape::too_long())),
    })?;
    if not_utf8 {
        notes.push(encoding_note(path, false));
    }
    Ok(cut_off)
}

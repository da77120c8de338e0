//! Where convert's records come from: text of several layouts, or a file of rows.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tunedrop_reshape::{Row, Table, each_held, is_table, may_hold_all};
use tunedrop_validation::Layout;

use crate::input::{Input, Text, open};
use crate::reshape;
use crate::tables::{Kind, TakeRow, each_row};

/// JSON that holds all records in one value is read whole; its records take several times this memory.
const WHOLE_MAX: usize = 256 << 20;

/// What `--from` says of the file, beside its records' keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// Told from the file.
    Any,
    Csv,
    Columns,
    Rows(Kind),
}

/// Hands on every record of a file. Whether an array was cut off.
pub(super) fn each(path: &Path, container: Container, sheet: Option<&str>, take: TakeRow) -> Result<bool> {
    let text = match open(path)? {
        Input::Rows(kind, _) if ![Container::Any, Container::Rows(kind)].contains(&container) => {
            bail!("{} is {}: leave --from out, or use --from {}", path.display(), kind.is(), kind.from())
        }
        Input::Rows(kind, _) if sheet.is_some() && kind != Kind::Xlsx => {
            bail!("{} is {}; --sheet is for Excel workbooks", path.display(), kind.is())
        }
        Input::Rows(kind, file) => {
            let note = each_row(kind, file, sheet, take)
                .with_context(|| format!("{} can't be read as {}", path.display(), kind.is()))?;
            note.iter().for_each(|note| anstream::eprintln!("  {note}"));
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
        return table(text, path, take).map(|()| false);
    }
    let named = container == Container::Columns;
    if named || may_hold_all(&String::from_utf8_lossy(&text.head), text.is_whole) {
        return held(text, path, named, take);
    }
    if let Some(layout) = layout.filter(|layout| !layout.holds_json && layout.from.is_none()) {
        bail!("{} is {}; {}", path.display(), layout.is, layout.help);
    }
    lines(text, path, take)
}

/// A table is known by its name, its columns, or its look.
fn is_csv(path: &Path, text: &Text, layout: Option<Layout>) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv") || ending.eq_ignore_ascii_case("tsv"))
        || is_table(&String::from_utf8_lossy(&text.head))
        || layout.is_some_and(|layout| layout.from == Some("csv"))
}

fn table(mut from: Text, path: &Path, take: TakeRow) -> Result<()> {
    let mut table = Table::default();
    let (mut failed, mut not_utf8) = (None, false);
    let mut hand = |row: Row| {
        not_utf8 |= row.record.as_ref().is_err_and(|why| why.contains("UTF-8"));
        if failed.is_none() {
            failed = take(row.number, row.record.as_deref().map_err(Clone::clone)).err();
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
    if not_utf8 {
        report_encoding(path, true);
    }
    failed.map_or(Ok(()), Err)
}

/// What to do about text in another encoding. None is named: a wrong one gives garbage without an error.
fn report_encoding(path: &Path, is_table: bool) {
    let name = tunedrop_report::shell(&path.to_string_lossy());
    let in_excel = if is_table { "In Excel, save it as CSV UTF-8. Elsewhere, find" } else { "Find" };
    anstream::eprintln!(
        "  {} isn't UTF-8 throughout. {in_excel} out its encoding (file -i {name} makes a guess), convert it with \
         iconv -f ENCODING -t UTF-8 {name} > OUT, and read a few accented words in OUT",
        path.display()
    );
}

/// JSON whose records are in one value; where it turns out to be something else, it is read as lines.
fn held(mut text: Text, path: &Path, named: bool, take: TakeRow) -> Result<bool> {
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
        return lines(text.after(bytes), path, take);
    }
    let mut failed = None;
    let is = std::str::from_utf8(&bytes).map_or(Ok(false), |json| {
        each_held(json, named, &mut |number, record| {
            failed = take(number, Ok(record)).err();
            failed.is_none()
        })
    });
    match (failed, is) {
        (Some(error), _) => Err(error),
        (None, Ok(true)) => Ok(false),
        (None, Ok(false)) if named => {
            bail!("{} isn't a table of columns, as pandas' to_json writes it", path.display())
        }
        (None, Ok(false)) => lines(text.after(bytes), path, take),
        (None, Err(why)) => bail!("{} can't be converted: {why}", path.display()),
    }
}

fn lines(text: Text, path: &Path, take: TakeRow) -> Result<bool> {
    let mut not_utf8 = false;
    let cut_off = reshape::each_record(text, path, &mut |_, number, record| match record {
        Some(record) if record.trim_ascii().is_empty() => Ok(()),
        Some(record) => {
            let record = std::str::from_utf8(record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record));
            not_utf8 |= record.is_err();
            take(number, record.map_err(|_| "it isn't UTF-8".to_owned()))
        }
        None => take(number, Err(reshape::too_long())),
    })?;
    if not_utf8 {
        report_encoding(path, false);
    }
    Ok(cut_off)
}

//! Parquet, row group by row group.
//!
//! Memory: the footer ([`FOOTER_MOST`] bytes), and for each batch of [`BATCH`] rows the pages that it needs, at most
//! [`pages::BYTES_MOST`] bytes uncompressed. Texts stay in their pages: the column's values point into them.

mod pages;
mod unpack;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_schema::{DataType, FieldRef, Fields};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels, parquet_to_arrow_schema};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaDataReader;

use super::{Take, json};
use pages::{Budget, Group, Source};

/// A file of ten thousand row groups and ten columns has a footer of about ten megabytes.
const FOOTER_MOST: u32 = 64 << 20;
/// Maximum number of columns, including those that contain others. The library calls itself once for each level of
/// nesting, which determines the size of the thread's stack.
const COLUMNS_MOST: u64 = 10_000;
/// Rows that are decoded at a time.
const BATCH: usize = 64;

pub(super) fn read(file: File, take: Take) -> Result<(), String> {
    read_within(Budget::default(), file, take)
}

fn read_within(budget: Budget, mut file: File, take: Take) -> Result<(), String> {
    check_footer(&mut file)?;
    let source = Arc::new(Source::new(file));
    let metadata = ParquetMetaDataReader::new().parse_and_finish(source.as_ref()).map_err(|error| explained(&error))?;
    let metadata = Arc::new(metadata);
    let columns = metadata.file_metadata().schema_descr();
    let schema = parquet_to_arrow_schema(columns, None).map_err(|error| explained(&error))?;
    let levels = parquet_to_arrow_field_levels(columns, ProjectionMask::all(), Some(&pointing(schema.fields())))
        .map_err(|error| explained(&error))?;
    let budget = Arc::new(budget);
    let mut number = 0;
    for at in 0..metadata.num_row_groups() {
        let group = Group::new(at, &source, &metadata, &budget)?;
        budget.renew();
        let mut batches = ParquetRecordBatchReader::try_new_with_row_groups(&levels, &group, BATCH, None)
            .map_err(|error| explained(&error))?;
        let mut rows = 0;
        loop {
            budget.renew();
            let Some(batch) = batches.next() else { break };
            let batch = batch.map_err(|error| budget.why().unwrap_or_else(|| damaged(&error)))?;
            rows += batch.num_rows();
            for row in 0..batch.num_rows() {
                number += 1;
                if !take(number, json::row(&batch, row)) {
                    return Ok(());
                }
            }
        }
        if i64::try_from(rows) != Ok(metadata.row_group(at).num_rows()) {
            return Err("it is damaged: a group of its rows is incomplete".to_owned());
        }
    }
    Ok(())
}

/// Checks what parquet's footer reader doesn't check: the length of the footer, and the number of columns.
fn check_footer(file: &mut File) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("it can't be read: {error}");
    let length = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let cut_off = || "its end is missing; it may be truncated".to_owned();
    let tail = length.checked_sub(8).filter(|tail| *tail >= 4).ok_or_else(cut_off)?;
    let mut end = [0; 8];
    file.seek(SeekFrom::Start(tail)).and_then(|_| file.read_exact(&mut end)).map_err(unreadable)?;
    let [a, b, c, d, mark @ ..] = end;
    match &mark {
        b"PAR1" => {}
        b"PARE" => return Err("it is encrypted".to_owned()),
        _ => return Err(cut_off()),
    }
    let footer = u32::from_le_bytes([a, b, c, d]);
    if footer > FOOTER_MOST {
        return Err(format!("its footer has more than {} MiB", FOOTER_MOST >> 20));
    }
    let start = tail.checked_sub(footer.into()).ok_or_else(|| "its footer is damaged".to_owned())?;
    let mut head = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
    file.take(u64::from(footer).min(32)).read_to_end(&mut head).map_err(unreadable)?;
    match described(&head) {
        Some(count) if count <= COLUMNS_MOST => Ok(()),
        Some(_) => Err(format!("it has more than {COLUMNS_MOST} columns")),
        None => Err("its footer is damaged".to_owned()),
    }
}

/// Returns how many columns a footer describes: the length of the list in its second field. The first field is a
/// number. Every writer has them in this order (Thrift's compact protocol, parquet.thrift's `FileMetaData`).
fn described(footer: &[u8]) -> Option<u64> {
    let mut bytes = footer.iter().copied();
    // Field 1, i32.
    (bytes.next()? == 0x15).then_some(())?;
    varint(&mut bytes)?;
    // Field 2, a list of structures. A length of 15 or more is written separately.
    (bytes.next()? == 0x19).then_some(())?;
    match bytes.next()? {
        0xfc => varint(&mut bytes),
        short if short & 0x0f == 0x0c => Some((short >> 4).into()),
        _ => None,
    }
}

fn varint(bytes: &mut impl Iterator<Item = u8>) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let byte = bytes.next()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Returns the same columns with texts that point into their pages: a text that many rows share is in memory once.
fn pointing(fields: &Fields) -> Fields {
    fields.iter().map(pointing_field).collect()
}

fn pointing_field(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        DataType::Binary => DataType::BinaryView,
        DataType::List(inner) => DataType::List(pointing_field(inner)),
        DataType::Struct(inner) => DataType::Struct(pointing(inner)),
        _ => return field.clone(),
    };
    Arc::new(field.as_ref().clone().with_data_type(kind))
}

/// Messages of libraries are for programmers, and may quote data.
fn explained(error: &ParquetError) -> String {
    match error {
        ParquetError::NYI(_) => "it uses a part of the format that isn't read; write it again with pyarrow".to_owned(),
        _ => "it is damaged".to_owned(),
    }
}

fn damaged(_: &arrow_schema::ArrowError) -> String {
    "it is damaged: a page can't be read".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(bytes: u64, values: u64, name: &str) -> Result<u64, String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tables").join(name);
        let mut rows = 0;
        let file = File::open(path).expect("a sample");
        read_within(Budget::of(bytes, values), file, &mut |_, _| {
            rows += 1;
            true
        })
        .map(|()| rows)
    }

    /// Decompression stops at the budget, for each compression.
    #[test]
    fn pages_beyond_the_budget_are_an_error() {
        for name in ["gzip", "zstd", "lz4", "plain"].map(|kind| format!("pandas-{kind}.parquet")) {
            assert_eq!(within(1000, 1000, &name), Ok(8), "{name}");
            for (bytes, values) in [(100, 1000), (1000, 10)] {
                let why = within(bytes, values, &name).expect_err("it is over the budget");
                assert!(why.contains("need more than"), "{name}: {why}");
            }
        }
        // 300 rows, in batches that each have a budget.
        assert_eq!(within(2000, 700, "pages-v2.parquet"), Ok(300));
        assert!(within(100, 700, "hugging-face.parquet").is_err(), "a file packed with Snappy");
    }
}

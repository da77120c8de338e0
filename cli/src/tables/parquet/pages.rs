//! The pages of a row group's columns, uncompressed within a budget.

use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::{ChunkReader, Length, SerializedPageReader};

use super::unpack::unpack;

/// Maximum uncompressed bytes of the pages that one batch of rows needs. Writers make pages of about a megabyte.
pub(super) const BYTES_MOST: u64 = 512 << 20;
/// Maximum number of values in those pages. A few bytes can represent billions of equal values.
const VALUES_MOST: u64 = 32 << 20;

/// What is left for the current batch, and why it wasn't enough.
#[derive(Debug)]
pub(super) struct Budget {
    most: [u64; 2],
    bytes: AtomicU64,
    values: AtomicU64,
    is_overdrawn: AtomicBool,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::of(BYTES_MOST, VALUES_MOST)
    }
}

impl Budget {
    pub(super) fn of(bytes: u64, values: u64) -> Budget {
        let is_overdrawn = AtomicBool::new(false);
        Budget { most: [bytes, values], bytes: AtomicU64::new(bytes), values: AtomicU64::new(values), is_overdrawn }
    }

    /// Resets the budget for the next batch.
    pub(super) fn renew(&self) {
        self.bytes.store(self.most[0], Ordering::Relaxed);
        self.values.store(self.most[1], Ordering::Relaxed);
    }

    fn left(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Subtracts a page from the budget.
    fn spend(&self, page: &Page) -> Result<()> {
        self.bytes.fetch_sub(self.left().min(page.buffer().len() as u64), Ordering::Relaxed);
        let values = u64::from(page.num_values());
        let left = self.values.load(Ordering::Relaxed).checked_sub(values).ok_or_else(|| self.overdraw())?;
        self.values.store(left, Ordering::Relaxed);
        Ok(())
    }

    fn overdraw(&self) -> ParquetError {
        self.is_overdrawn.store(true, Ordering::Relaxed);
        ParquetError::General("over the budget".to_owned())
    }

    /// Returns why the reader failed, if the budget was the reason.
    pub(super) fn why(&self) -> Option<String> {
        self.is_overdrawn.load(Ordering::Relaxed).then(|| {
            format!(
                "{} rows of it need more than {} MiB of memory; write it with smaller pages",
                super::BATCH,
                BYTES_MOST >> 20
            )
        })
    }
}

/// The file. No read is longer than a page may be.
pub(super) struct Source(File);

impl Source {
    pub(super) fn new(file: File) -> Source {
        Source(file)
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for Source {
    type T = BufReader<File>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        self.0.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<bytes::Bytes> {
        let mut held = Vec::new();
        self.get_read(start)?.take((length as u64).min(BYTES_MOST)).read_to_end(&mut held)?;
        if held.len() == length { Ok(held.into()) } else { Err(ParquetError::EOF("truncated".to_owned())) }
    }
}

/// One row group.
pub(super) struct Group {
    metadata: Arc<ParquetMetaData>,
    at: usize,
    source: Arc<Source>,
    budget: Arc<Budget>,
}

impl Group {
    pub(super) fn new(
        at: usize,
        source: &Arc<Source>,
        metadata: &Arc<ParquetMetaData>,
        budget: &Arc<Budget>,
    ) -> std::result::Result<Group, String> {
        for column in metadata.row_group(at).columns() {
            if let Some(name) = unreadable(column.compression()) {
                return Err(format!("its pages are compressed with {name}; write it with snappy, zstd or gzip"));
            }
        }
        Ok(Group { metadata: metadata.clone(), at, source: source.clone(), budget: budget.clone() })
    }
}

/// A compression that isn't supported.
fn unreadable(compression: Compression) -> Option<&'static str> {
    match compression {
        Compression::LZO => Some("LZO"),
        Compression::BROTLI(_) => Some("Brotli"),
        Compression::LZ4 => Some("the old kind of LZ4"),
        _ => None,
    }
}

impl RowGroups for Group {
    fn num_rows(&self) -> usize {
        usize::try_from(self.metadata.row_group(self.at).num_rows()).unwrap_or(0)
    }

    fn column_chunks(&self, i: usize) -> Result<Box<dyn PageIterator>> {
        let column = self.metadata.row_group(self.at).column(i);
        let pages = Pages::new(column, self.num_rows(), self.source.clone(), self.budget.clone())?;
        Ok(Box::new(Chunk(Some(Box::new(pages)))))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(std::iter::once(self.metadata.row_group(self.at)))
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// The single chunk of a column in a row group.
struct Chunk(Option<Box<Pages>>);

impl Iterator for Chunk {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.take().map(|pages| Ok(pages as Box<dyn PageReader>))
    }
}

impl PageIterator for Chunk {}

/// The pages of a chunk. parquet's own reader returns them compressed, because its decompression has no limit.
struct Pages {
    packed: SerializedPageReader<Source>,
    compression: Compression,
    budget: Arc<Budget>,
}

impl Pages {
    fn new(column: &ColumnChunkMetaData, rows: usize, source: Arc<Source>, budget: Arc<Budget>) -> Result<Pages> {
        let compression = column.compression();
        let column = column.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build()?;
        Ok(Pages { packed: SerializedPageReader::new(source, &column, rows, None)?, compression, budget })
    }

    fn unpacked(&self, mut page: Page) -> Result<Page> {
        // In pages of version 2, the levels come first and aren't compressed.
        let (buffer, plain) = match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => (buf, 0),
            Page::DataPageV2 { buf, is_compressed: false, .. } => (&mut *buf, usize::MAX),
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                (buf, (*def_levels_byte_len as usize).saturating_add(*rep_levels_byte_len as usize))
            }
        };
        if self.compression != Compression::UNCOMPRESSED && plain < buffer.len() {
            let most = usize::try_from(self.budget.left()).unwrap_or(usize::MAX);
            let unpacked = unpack(self.compression, &buffer[plain..], most).map_err(|()| self.budget.overdraw())?;
            let unpacked = unpacked.ok_or_else(|| ParquetError::General("a damaged page".to_owned()))?;
            let mut whole = buffer[..plain].to_vec();
            whole.extend_from_slice(&unpacked);
            *buffer = if plain == 0 { unpacked.into() } else { whole.into() };
        }
        if buffer.len() as u64 > self.budget.left() {
            return Err(self.budget.overdraw());
        }
        self.budget.spend(&page)?;
        Ok(page)
    }
}

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.packed.get_next_page()?;
        page.map(|page| self.unpacked(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.packed.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.packed.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.packed.at_record_boundary()
    }
}

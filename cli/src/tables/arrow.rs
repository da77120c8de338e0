//! Arrow's IPC formats: the stream, and the file (Feather version 2), which is the stream with a frame around it.
//!
//! Memory: a batch of rows and the dictionaries, at most [`MOST`] bytes each, compressed and uncompressed. The lengths
//! in messages are checked before anything is allocated for them, because arrow-ipc allocates whatever they say.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::convert::{MessageBuffer, try_fb_to_schema};
use arrow_ipc::reader::{RecordBatchDecoder, read_dictionary};
use arrow_ipc::{Message, MessageHeader};
use arrow_schema::{Schema, SchemaRef};

use super::{Take, json};

/// Maximum bytes of a batch, or of all dictionaries.
const MOST: u64 = 1 << 30;
/// Maximum bytes of a message without its body. A schema of ten thousand columns has about a megabyte.
const HEADER_MOST: u32 = 16 << 20;

const DAMAGED: &str = "it is damaged: a message can't be read";
const CUT_OFF: &str = "it ends in the middle; it may be truncated";

pub(super) fn read(file: File, take: Take) -> Result<(), String> {
    let mut from = BufReader::with_capacity(1 << 20, file);
    let mut stream = Stream::default();
    let mut number = 0;
    let mut rows = |batch: RecordBatch| {
        (0..batch.num_rows()).all(|at| {
            number += 1;
            take(number, json::row(&batch, at))
        })
    };
    match word(&mut from)? {
        Some([b'F', b'E', b'A', b'1']) => {
            Err("it is of Feather's first version; write it again with pyarrow 15 or newer".to_owned())
        }
        Some([b'A', b'R', b'R', b'O']) => {
            for at in blocks(&mut from, &mut stream)? {
                from.seek(SeekFrom::Start(at)).map_err(unreadable)?;
                let mark = word(&mut from)?;
                let message = message(&mut from, mark)?.ok_or(CUT_OFF)?;
                if stream.take(&message, &mut from)?.is_some_and(|batch| !rows(batch)) {
                    return Ok(());
                }
            }
            Ok(())
        }
        mut mark => {
            while let Some(message) = message(&mut from, mark)? {
                if stream.take(&message, &mut from)?.is_some_and(|batch| !rows(batch)) {
                    return Ok(());
                }
                mark = word(&mut from)?;
            }
            if stream.schema.is_none() { Err(CUT_OFF.to_owned()) } else { Ok(()) }
        }
    }
}

/// Returns the locations of a file's messages, dictionaries first, from its footer, which also has the schema. The
/// messages can't be read one after the other, because polars writes the first one without its length.
fn blocks(from: &mut BufReader<File>, stream: &mut Stream) -> Result<Vec<u64>, String> {
    let mut end = [0; 10];
    from.seek(SeekFrom::End(-10)).and_then(|_| from.read_exact(&mut end)).map_err(|_| CUT_OFF)?;
    let [a, b, c, d, magic @ ..] = end;
    let length = u32::from_le_bytes([a, b, c, d]);
    if magic != *b"ARROW1" {
        return Err(CUT_OFF.to_owned());
    }
    if length > HEADER_MOST {
        return Err(DAMAGED.to_owned());
    }
    from.seek(SeekFrom::End(-10 - i64::from(length))).map_err(|_| CUT_OFF)?;
    let bytes = exactly(from, length.into())?;
    let footer = arrow_ipc::root_as_footer(&bytes).map_err(|_| DAMAGED)?;
    let schema = footer.schema().and_then(|schema| try_fb_to_schema(schema).ok()).ok_or(DAMAGED)?;
    stream.schema = Some(Arc::new(schema));
    let blocks = footer.dictionaries().into_iter().flatten().chain(footer.recordBatches().into_iter().flatten());
    blocks.map(|block| u64::try_from(block.offset()).map_err(|_| DAMAGED.to_owned())).collect()
}

fn unreadable(error: std::io::Error) -> String {
    format!("it can't be read: {error}")
}

/// Reads four bytes. `None` at the end of the file.
fn word(from: &mut impl Read) -> Result<Option<[u8; 4]>, String> {
    let mut bytes = Vec::new();
    from.take(4).read_to_end(&mut bytes).map_err(unreadable)?;
    match <[u8; 4]>::try_from(bytes) {
        Ok(word) => Ok(Some(word)),
        Err(bytes) if bytes.is_empty() => Ok(None),
        Err(_) => Err(CUT_OFF.to_owned()),
    }
}

/// Reads the next message, without its body. `None` at the end of the stream.
fn message(from: &mut impl Read, mark: Option<[u8; 4]>) -> Result<Option<MessageBuffer>, String> {
    let length = match mark {
        Some([0xff, 0xff, 0xff, 0xff]) => word(from)?,
        // Before version 0.15 there was no marker.
        other => other,
    };
    let length = length.map_or(0, u32::from_le_bytes);
    if length == 0 {
        return Ok(None);
    }
    if length > HEADER_MOST {
        return Err("it is damaged: a message claims an impossible length".to_owned());
    }
    let bytes = exactly(from, length.into())?;
    MessageBuffer::try_new(bytes.into()).map(Some).map_err(|_| DAMAGED.to_owned())
}

/// Reads this many bytes. Memory grows with the bytes that arrive, so a false length costs nothing.
fn exactly(from: &mut impl Read, length: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    from.take(length).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(CUT_OFF.to_owned()) }
}

/// What earlier messages contained.
#[derive(Default)]
struct Stream {
    schema: Option<SchemaRef>,
    dictionaries: HashMap<i64, ArrayRef>,
    /// Uncompressed bytes of each dictionary.
    sizes: HashMap<i64, u64>,
}

impl Stream {
    /// Returns the rows of a message, whose body follows.
    fn take(&mut self, message: &MessageBuffer, from: &mut impl Read) -> Result<Option<RecordBatch>, String> {
        let message: Message = message.as_ref();
        let length = u64::try_from(message.bodyLength()).ok().filter(|length| *length <= MOST).ok_or_else(too_large)?;
        let body = exactly(from, length)?;
        let damaged = |_| DAMAGED.to_owned();
        match message.header_type() {
            MessageHeader::Schema => {
                let schema = message.header_as_schema().ok_or(CUT_OFF)?;
                self.schema = Some(Arc::new(try_fb_to_schema(schema).map_err(damaged)?));
            }
            MessageHeader::DictionaryBatch => {
                let header = message.header_as_dictionary_batch().ok_or(CUT_OFF)?;
                let size = unpacked(header.data().ok_or(CUT_OFF)?, &body)?;
                let known = self.sizes.entry(header.id()).or_default();
                *known = if header.isDelta() { *known + size } else { size };
                if self.sizes.values().sum::<u64>() > MOST {
                    return Err(too_large());
                }
                let schema = self.known_schema()?;
                read_dictionary(&body.into(), header, &schema, &mut self.dictionaries, &message.version())
                    .map_err(damaged)?;
            }
            MessageHeader::RecordBatch => {
                let header = message.header_as_record_batch().ok_or(CUT_OFF)?;
                unpacked(header, &body)?;
                let (schema, body, version) = (self.known_schema()?, body.into(), message.version());
                let batch = RecordBatchDecoder::try_new(&body, header, schema, &self.dictionaries, &version);
                return batch.and_then(RecordBatchDecoder::read_record_batch).map(Some).map_err(damaged);
            }
            _ => return Err("it is damaged: a message in it isn't a table's".to_owned()),
        }
        Ok(None)
    }

    fn known_schema(&self) -> Result<Arc<Schema>, String> {
        self.schema.clone().ok_or_else(|| "it is damaged: its columns come after its rows".to_owned())
    }
}

fn too_large() -> String {
    format!("a batch of its rows has more than {} MiB; write it in smaller batches, or as Parquet", MOST >> 20)
}

/// Returns the uncompressed size of a batch according to its buffers. Each begins with its own length, and arrow-ipc
/// uncompresses no more than that.
fn unpacked(batch: arrow_ipc::RecordBatch, body: &[u8]) -> Result<u64, String> {
    let damaged = || "it is damaged: a batch of its rows has an impossible length".to_owned();
    let is_packed = batch.compression().is_some();
    let mut total = 0_u64;
    for buffer in batch.buffers().into_iter().flatten() {
        let start = usize::try_from(buffer.offset()).map_err(|_| damaged())?;
        let length = usize::try_from(buffer.length()).map_err(|_| damaged())?;
        let end = start.checked_add(length).filter(|end| *end <= body.len()).ok_or_else(damaged)?;
        let bytes = &body[start..end];
        let claimed = match bytes.first_chunk::<8>().filter(|_| is_packed).map(|length| i64::from_le_bytes(*length)) {
            // -1: not compressed.
            None | Some(-1) => length as u64,
            Some(claimed) => u64::try_from(claimed).map_err(|_| damaged())?,
        };
        total = total.saturating_add(claimed);
    }
    // Rows of columns without buffers need no memory.
    let rows = u64::try_from(batch.length()).ok().filter(|rows| *rows <= u64::from(u32::MAX));
    if rows.is_none() {
        return Err(damaged());
    }
    if total > MOST { Err(too_large()) } else { Ok(total) }
}

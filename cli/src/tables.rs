//! Tables that aren't text: Parquet, Arrow and Excel workbooks, read row by row.
//!
//! Such a file may be damaged or malicious. The memory that its library may allocate is limited before the library is
//! called ([`parquet`], [`arrow`] and [`xlsx`] say how), and a panic in a library ends the reader's thread, not the
//! command.

mod arrow;
mod json;
mod parquet;
#[cfg(test)]
mod tests;
mod xlsx;

use std::fs::File;
use std::io::{Read, Seek};
use std::sync::Once;
use std::sync::mpsc::sync_channel;

use anyhow::{Context, bail};

/// The stack of the reader's thread. It is large enough for a Parquet schema with the deepest nesting that [`parquet`]
/// accepts. The system allocates only what is used.
const READER: &str = "rows";
const STACK: usize = 256 << 20;

/// Rows that are buffered. A row has at most `LONGEST` bytes.
const WAITING: usize = 8;

/// The formats of these tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Parquet,
    Arrow,
    Xlsx,
}

/// One row: a JSON object, or why there is none.
type Row = Result<String, String>;

/// Receives a row by its number, from 1, or why there is none.
pub(crate) type TakeRow<'t> = &'t mut dyn FnMut(u64, Result<&str, String>) -> anyhow::Result<()>;

/// Receives a row in the reader's thread. False ends the reading.
type Take<'t> = &'t mut dyn FnMut(u64, Row) -> bool;

impl Kind {
    /// Detects the format from the file's first bytes, and rewinds the file.
    pub(crate) fn of(file: &mut File) -> std::io::Result<Option<Kind>> {
        let mut head = Vec::new();
        file.by_ref().take(8).read_to_end(&mut head)?;
        file.rewind()?;
        Ok(match head.as_slice() {
            [b'P', b'A', b'R', b'1' | b'E', ..] => Some(Kind::Parquet),
            head if head.starts_with(b"ARROW1") || head.starts_with(b"FEA1") => Some(Kind::Arrow),
            // A stream begins with a message: a marker, and its length, which is a multiple of eight.
            [0xff, 0xff, 0xff, 0xff, length, ..] if length % 8 == 0 => Some(Kind::Arrow),
            [b'P', b'K', 3, 4, ..] => xlsx::is_workbook(file).then_some(Kind::Xlsx),
            _ => None,
        })
    }

    /// Returns the format's name in a sentence.
    pub(crate) fn is(self) -> &'static str {
        match self {
            Kind::Parquet => "a Parquet file",
            Kind::Arrow => "an Arrow file",
            Kind::Xlsx => "an Excel workbook",
        }
    }

    /// Returns notes for people. The error is a sentence about the file.
    fn read(self, file: File, sheet: Option<&str>, take: Take) -> Result<Option<String>, String> {
        match self {
            Kind::Parquet => parquet::read(file, take).map(|()| None),
            Kind::Arrow => arrow::read(file, take).map(|()| None),
            Kind::Xlsx => xlsx::read(file, sheet, take),
        }
    }
}

/// Passes every row of the file to `take`, in order. Returns notes for people. The error says what is wrong with the
/// file, or comes from `take`.
pub(crate) fn each_row(kind: Kind, file: File, sheet: Option<&str>, take: TakeRow) -> anyhow::Result<Option<String>> {
    silence_the_reader();
    let (send, receive) = sync_channel(WAITING);
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name(READER.to_owned()).stack_size(STACK);
        let read = move || kind.read(file, sheet, &mut |number, row| send.send((number, row)).is_ok());
        let reader = reader.spawn_scoped(scope, read).context("no thread can be started to read the file")?;
        // An error drops the receiver, which ends the reader.
        for (number, row) in receive {
            take(number, row.as_deref().map_err(Clone::clone))?;
        }
        match reader.join() {
            Ok(Ok(note)) => Ok(note),
            Ok(Err(why)) => bail!(why),
            Err(_) => bail!("it is damaged"),
        }
    })
}

/// A panic of the reader is reported as an error, so its message isn't printed.
fn silence_the_reader() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some(READER) {
                before(panic);
            }
        }));
    });
}

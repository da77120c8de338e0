//! Splits a stream of bytes into records: lines, the elements of an array, or values that span several lines.

mod cut;
mod sniff;

pub use sniff::Arrangement;

pub(crate) use cut::value_end;
use cut::{Lines, Values};

/// The maximum length of a record in bytes. The validator rejects longer lines too.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// Which part of a record an item has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole record.
    Whole,
    /// The first bytes of a record that is longer than [`LONGEST`].
    Begin,
    /// Further bytes of such a record.
    More,
    /// The end of such a record, without bytes.
    End,
}

/// A record, or a part of a long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'b> {
    /// Its line in a file of lines, or otherwise the number of the record, from 1.
    pub number: u64,
    /// The line that it begins on, from 1.
    pub line: u64,
    /// The byte column that it begins at, from 1.
    pub column: u64,
    /// Which part of the record this is.
    pub part: Part,
    /// Its bytes, without a newline at the end.
    pub bytes: &'b [u8],
    /// For a whole line or the end of a line: whether a newline follows.
    pub newline: bool,
}

/// Splits a stream into records. Keeps at most one record in memory.
#[derive(Debug, Default)]
pub struct Records {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// The bytes so far, until the arrangement is known.
    Head(Vec<u8>),
    Lines(Lines),
    Values(Arrangement, Values),
}

impl Default for Stage {
    fn default() -> Stage {
        Stage::Head(Vec::new())
    }
}

impl Records {
    /// Reads the next bytes, in chunks of any size. Calls `take` with each record that ends in them.
    pub fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Arrangement, Item)) {
        match &mut self.stage {
            Stage::Head(head) => {
                head.extend_from_slice(bytes);
                if let Some(arrangement) = sniff::sniff(head, false) {
                    self.begin(arrangement, take);
                }
            }
            Stage::Lines(lines) => lines.feed(bytes, &mut |item| take(Arrangement::Lines, item)),
            Stage::Values(arrangement, values) => {
                let arrangement = *arrangement;
                values.feed(bytes, &mut |item| take(arrangement, item));
            }
        }
    }

    /// Reads the end of the stream. Returns whether it is an array without a closing bracket.
    pub fn finish(&mut self, take: &mut dyn FnMut(Arrangement, Item)) -> bool {
        if let Stage::Head(head) = &self.stage {
            let arrangement = sniff::sniff(head, true).unwrap_or(Arrangement::Lines);
            self.begin(arrangement, take);
        }
        match &mut self.stage {
            Stage::Head(_) => false,
            Stage::Lines(lines) => {
                lines.finish(&mut |item| take(Arrangement::Lines, item));
                false
            }
            Stage::Values(arrangement, values) => {
                let arrangement = *arrangement;
                values.finish(&mut |item| take(arrangement, item))
            }
        }
    }

    /// Returns the arrangement of the records. `None` until enough bytes were read.
    pub fn arrangement(&self) -> Option<Arrangement> {
        match &self.stage {
            Stage::Head(_) => None,
            Stage::Lines(_) => Some(Arrangement::Lines),
            Stage::Values(arrangement, _) => Some(*arrangement),
        }
    }

    fn begin(&mut self, arrangement: Arrangement, take: &mut dyn FnMut(Arrangement, Item)) {
        let next = match arrangement {
            Arrangement::Lines => Stage::Lines(Lines::default()),
            Arrangement::Array | Arrangement::Spread => {
                Stage::Values(arrangement, Values::new(arrangement == Arrangement::Array))
            }
        };
        if let Stage::Head(head) = std::mem::replace(&mut self.stage, next) {
            self.feed(&head, take);
        }
    }
}

#[cfg(test)]
mod tests;

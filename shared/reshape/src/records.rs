//! Cutting a stream of bytes into records: lines, the elements of an array, or values spread over lines.

mod cut;
mod sniff;

pub use sniff::Layout;

pub(crate) use cut::value_end;
use cut::{Lines, Values};

/// How long a record may be: a line over 8 MiB is not judged by the validator either.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// How much of a record an item holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// The first bytes of one that is longer than [`LONGEST`].
    Begin,
    /// More of its bytes.
    More,
    /// Its end; no bytes.
    End,
}

/// A record, or a part of a long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item<'b> {
    /// 1-based: its line in a file of lines, else which record of the file it is.
    pub number: u64,
    /// How much of it.
    pub part: Part,
    /// Its bytes, without a newline at the end.
    pub bytes: &'b [u8],
    /// For a line that is whole or at its end: whether a newline follows.
    pub newline: bool,
}

/// Cuts a stream. Holds one record at most.
#[derive(Debug, Default)]
pub struct Records {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    /// Bytes are gathered until the layout shows.
    Head(Vec<u8>),
    Lines(Lines),
    Values(Layout, Values),
}

impl Default for Stage {
    fn default() -> Stage {
        Stage::Head(Vec::new())
    }
}

impl Records {
    /// Takes the next bytes, cut anywhere, and hands on what they end.
    pub fn feed(&mut self, bytes: &[u8], take: &mut dyn FnMut(Layout, Item)) {
        match &mut self.stage {
            Stage::Head(head) => {
                head.extend_from_slice(bytes);
                if let Some(layout) = sniff::sniff(head, false) {
                    self.begin(layout, take);
                }
            }
            Stage::Lines(lines) => lines.feed(bytes, &mut |item| take(Layout::Lines, item)),
            Stage::Values(layout, values) => {
                let layout = *layout;
                values.feed(bytes, &mut |item| take(layout, item));
            }
        }
    }

    /// Ends the stream. Whether it was cut off: an array without its end.
    pub fn finish(&mut self, take: &mut dyn FnMut(Layout, Item)) -> bool {
        if let Stage::Head(head) = &self.stage {
            let layout = sniff::sniff(head, true).unwrap_or(Layout::Lines);
            self.begin(layout, take);
        }
        match &mut self.stage {
            Stage::Head(_) => false,
            Stage::Lines(lines) => {
                lines.finish(&mut |item| take(Layout::Lines, item));
                false
            }
            Stage::Values(layout, values) => {
                let layout = *layout;
                values.finish(&mut |item| take(layout, item))
            }
        }
    }

    /// How the records lie in the file, as soon as it shows.
    pub fn layout(&self) -> Option<Layout> {
        match &self.stage {
            Stage::Head(_) => None,
            Stage::Lines(_) => Some(Layout::Lines),
            Stage::Values(layout, _) => Some(*layout),
        }
    }

    fn begin(&mut self, layout: Layout, take: &mut dyn FnMut(Layout, Item)) {
        let next = match layout {
            Layout::Lines => Stage::Lines(Lines::default()),
            Layout::Array | Layout::Spread => Stage::Values(layout, Values::new(layout == Layout::Array)),
        };
        if let Stage::Head(head) = std::mem::replace(&mut self.stage, next) {
            self.feed(&head, take);
        }
    }
}

#[cfg(test)]
mod tests;

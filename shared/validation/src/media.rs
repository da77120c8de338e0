//! The media that records refer to: what a later pass has to look at, and what it makes of what it sees.

mod check;
mod duration;
mod folder;
mod sniff;

pub use check::{MediumSeen, check_buckets, check_left, check_medium, wanted_behind};
pub use folder::MediaFolder;

use serde::Serialize;

/// How many addresses of a file are kept, so that memory stays bounded: at 1,024 characters each, 65 MB at the very most.
/// Nova's limit of 20,000 records (user guide, "Prepare your datasets") of one or two images each stays within.
pub(crate) const MEDIA_KEPT: usize = 50_000;

/// A kind of medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediumKind {
    /// A picture.
    Image,
    /// A moving picture.
    Video,
    /// A document, such as a PDF.
    Document,
}

/// A medium that a record refers to, at the first place that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediumMet {
    /// What it is said to be.
    pub kind: MediumKind,
    /// Its address, `s3://<bucket>/<key>`.
    pub uri: String,
    /// The format that the record declares, such as `png`; `None` where the layout has no such field.
    pub format: Option<String>,
    /// 1-based line of the record.
    pub line: u64,
    /// 1-based byte column of the address in the raw line.
    pub column: u64,
    /// JSON pointer to the address.
    pub pointer: String,
}

impl MediumKind {
    /// What messages call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            MediumKind::Image => "image",
            MediumKind::Video => "video",
            MediumKind::Document => "document",
        }
    }
}

impl MediumMet {
    /// Bucket and key.
    pub fn location(&self) -> Option<(&str, &str)> {
        self.uri.strip_prefix("s3://")?.split_once('/')
    }
}

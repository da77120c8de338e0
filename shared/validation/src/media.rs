//! The images, videos and documents that records refer to, and the checks of these objects.

mod check;
mod duration;
mod folder;
mod sniff;

pub use check::{MediumSeen, check_buckets, check_left, check_medium, wanted_behind};
pub use folder::MediaFolder;

use serde::Serialize;

/// The maximum number of media addresses that are kept for a file. It bounds memory: with 1,024 characters each, they
/// take up to 65 MB. A file of 20,000 records, Nova's limit (user guide, "Prepare your datasets"), with two images each
/// has fewer addresses.
pub(crate) const MEDIA_KEPT: usize = 50_000;

/// The kind of a medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MediumKind {
    /// A still image.
    Image,
    /// A video.
    Video,
    /// A document, such as a PDF.
    Document,
}

/// A medium that a record refers to, with the location of the first reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediumMet {
    /// Image, video or document.
    pub kind: MediumKind,
    /// Its address, `s3://<bucket>/<key>`.
    pub uri: String,
    /// The format that the record declares, such as `png`; `None` if the layout has no such field.
    pub format: Option<String>,
    /// 1-based line of the record.
    pub line: u64,
    /// 1-based byte column of the address in the raw line.
    pub column: u64,
    /// JSON pointer to the address.
    pub pointer: String,
}

impl MediumKind {
    /// Returns its name in messages.
    pub(crate) fn name(self) -> &'static str {
        match self {
            MediumKind::Image => "image",
            MediumKind::Video => "video",
            MediumKind::Document => "document",
        }
    }
}

impl MediumMet {
    /// Returns the bucket and the key. `None` if the address isn't an S3 URI.
    pub fn location(&self) -> Option<(&str, &str)> {
        self.uri.strip_prefix("s3://")?.split_once('/')
    }
}

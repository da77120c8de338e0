//! The media that records refer to: what a later pass has to look at.

use serde::Serialize;

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
